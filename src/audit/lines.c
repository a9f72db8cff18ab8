/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/audit.h"

#define ROOM (4 * AUDIT_LINE_MAX)

/* Reads once more, behind what is there. */
static enum err
fill(struct lines *l, struct diag *d)
{
	size_t room;
	ssize_t n;

	if (l->mem == NULL && (l->mem = malloc(ROOM)) == NULL)
		return diag_nomem(d);
	if (l->start > 0) {
		memmove(l->mem, l->mem + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	room = ROOM - l->end;
	if (room > l->left)
		room = (size_t)l->left;
	do
		n = room == 0 ? 0 : read(l->fd, l->mem + l->end, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return diag_errno(d, "read", errno, "cannot read");
	l->end += (size_t)n;
	l->left -= (uint64_t)n;
	l->ended = n == 0;
	return ERR_OK;
}

static void
give(struct lines *l, size_t len, bool closed, struct lines_one *ret)
{
	ret->text = bytes_of(l->mem + l->start, len);
	ret->offset = l->offset;
	ret->closed = closed;
	ret->too_long = len > AUDIT_LINE_MAX;
	l->start += len + closed;
	l->offset += len + closed;
}

enum err
lines_next(struct lines *l, struct lines_one *ret, struct diag *d)
{
	const uint8_t *end = NULL;
	size_t have = 0;
	enum err e;

	for (;;) {
		if (l->end - l->start > have)
			end = memchr(l->mem + l->start + have, '\n',
			    l->end - l->start - have);
		have = l->end - l->start;
		if (end != NULL || have > AUDIT_LINE_MAX || l->ended)
			break;
		e = fill(l, d);
		if (e != ERR_OK)
			return e;
	}
	if (end != NULL)
		give(l, (size_t)(end - l->mem) - l->start, true, ret);
	else if (have > 0)
		give(l, have, false, ret);
	else
		memset(ret, 0, sizeof(*ret));
	return ERR_OK;
}

void
lines_clear(struct lines *l)
{
	free(l->mem);
	l->mem = NULL;
}
