/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/seen.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "pki/digest.h"

#define FIRST_SLOTS 1024

void
seen_clear(struct seen *s)
{
	buf_clear(&s->slots);
	buf_clear(&s->folder);
	buf_clear(&s->real);
	s->num = 0;
}

/* Makes s->real what the folder of PATH, LEN characters, is without links. */
static void
find_real(struct seen *s, const char *path, size_t len, bool ask)
{
	char real[PATH_MAX];
	const char *folder;

	if (s->folder.ptr != NULL &&
	    bytes_equal(buf_bytes(&s->folder), bytes_of(path, len)))
		return;
	s->folder.len = s->real.len = 0;
	buf_put(&s->folder, bytes_of(path, len));
	folder = buf_cstr(&s->folder);
	if (folder == NULL)
		return;
	if (ask && realpath(len == 0 ? "." : folder, real) != NULL)
		buf_str(&s->real, real);
	else
		buf_put(&s->real, buf_bytes(&s->folder));
}

static enum err
key_of(struct seen *s, const char *path, bool folder, uint64_t *ret,
    struct diag *d)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	struct digest_value v;
	struct bytes parts[3];
	enum err e;

	find_real(s, path, (size_t)(name - path), folder);
	if (!buf_ok(&s->folder) || !buf_ok(&s->real)) {
		seen_clear(s);
		return diag_nomem(d);
	}
	parts[0] = buf_bytes(&s->real);
	parts[1] = bytes_of("", 1);
	parts[2] = bytes_of_str(name);
	e = digest_of(DIGEST_SHA256, parts, 3, &v, d);
	if (e != ERR_OK)
		return e;
	memcpy(ret, v.byte, sizeof(*ret));
	if (*ret == 0)
		*ret = 1;
	return ERR_OK;
}

static size_t
num_slots(const struct buf *slots)
{
	return slots->len / sizeof(uint64_t);
}

/* Puts KEY into SLOTS, which have room; false where it is there. */
static bool
put(struct buf *slots, uint64_t key)
{
	size_t i = key % num_slots(slots);
	uint64_t there;

	for (;; i = (i + 1) % num_slots(slots)) {
		memcpy(&there, slots->ptr + i * sizeof(there), sizeof(there));
		if (there == key)
			return false;
		if (there == 0)
			break;
	}
	memcpy(slots->ptr + i * sizeof(key), &key, sizeof(key));
	return true;
}

static enum err
grow(struct seen *s, struct diag *d)
{
	size_t i, num = num_slots(&s->slots);
	struct buf larger = { 0 };
	uint64_t key;

	buf_fill(&larger, (num == 0 ? FIRST_SLOTS : 2 * num) * sizeof(uint64_t),
	    0);
	if (!buf_ok(&larger)) {
		buf_clear(&larger);
		return diag_nomem(d);
	}
	for (i = 0; i < num; i++) {
		memcpy(&key, s->slots.ptr + i * sizeof(key), sizeof(key));
		if (key != 0)
			(void)put(&larger, key);
	}
	buf_clear(&s->slots);
	s->slots = larger;
	return ERR_OK;
}

enum err
seen_add(struct seen *s, const char *path, bool folder, bool *ret_new,
    struct diag *d)
{
	uint64_t key = 0;
	enum err e;

	e = key_of(s, path, folder, &key, d);
	if (e == ERR_OK && 2 * (s->num + 1) > num_slots(&s->slots))
		e = grow(s, d);
	if (e != ERR_OK)
		return e;
	*ret_new = put(&s->slots, key);
	s->num += *ret_new;
	return ERR_OK;
}
