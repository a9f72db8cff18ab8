/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/evidence.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* In the order of their names. */
struct evidence {
	pthread_mutex_t lock;
	struct evidence_piece **piece;
	size_t num, cap;
	size_t total; /* bytes of all */
};

enum err
evidence_new(struct evidence **ret, struct diag *d)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (e == NULL || pthread_mutex_init(&e->lock, NULL) != 0) {
		free(e);
		return diag_nomem(d);
	}
	*ret = e;
	return ERR_OK;
}

void
evidence_free(struct evidence **e)
{
	size_t i;

	if (*e == NULL)
		return;
	for (i = 0; i < (*e)->num; i++)
		free((*e)->piece[i]);
	free((*e)->piece);
	pthread_mutex_destroy(&(*e)->lock);
	free(*e);
	*e = NULL;
}

/* ---- Names ------------------------------------------------------------------ */

static bool
is_plain(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || (c != '\0' && strchr("._:-", c) != NULL);
}

void
evidence_put_node(struct buf *out, const char *node)
{
	const char *dot = node[0] == '.' ? node : NULL;

	for (; *node != '\0'; node++)
		if (is_plain((uint8_t)*node) && node != dot)
			buf_u8(out, (uint8_t)*node);
		else
			buf_printf(out, "%%%02X", (uint8_t)*node);
}

/* One part of a path: not empty, and no name that begins with a dot. */
static bool
is_part(const char *part, size_t len)
{
	size_t i;

	if (len == 0 || part[0] == '.')
		return false;
	for (i = 0; i < len; i++)
		if (!is_plain((uint8_t)part[i]) && part[i] != '%')
			return false;
	return true;
}

/* Two parts at least: "cluster/now". */
static enum err
check_name(const char *name, struct diag *d)
{
	size_t len, num = 0, all = strlen(name);
	const char *at = name;
	bool good = all <= EVIDENCE_NAME_MAX;

	for (; good; at += len + 1, num++) {
		len = strcspn(at, "/");
		good = is_part(at, len);
		if (at[len] == '\0')
			break;
	}
	if (good && num > 0)
		return ERR_OK;
	return diag_set(d, ERR_USAGE, "'%.100s' is no name of a piece", name);
}

/* Where NAME is, or would be. */
static size_t
find_place(const struct evidence *e, const char *name, bool *ret_there)
{
	size_t low = 0, high = e->num, middle;
	int order;

	*ret_there = false;
	while (low < high && !*ret_there) {
		middle = low + (high - low) / 2;
		order = strcmp(e->piece[middle]->name, name);
		*ret_there = order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

/* ---- Putting ---------------------------------------------------------------- */

/* A copy of FROM and of what it points to, in one block of memory. */
static struct evidence_piece *
piece_copy(const struct evidence_piece *from)
{
	size_t name = strlen(from->name) + 1, why = strlen(from->why) + 1,
	       len = from->bytes.len;
	struct evidence_piece *p = malloc(sizeof(*p) + name + why + len + 1);
	char *at;

	if (p == NULL)
		return NULL;
	at = (char *)(p + 1);
	*p = *from;
	p->name = memcpy(at, from->name, name);
	p->why = memcpy(at + name, from->why, why);
	at += name + why;
	if (len > 0)
		memcpy(at, from->bytes.ptr, len);
	at[len] = '\0';
	p->bytes = bytes_of(at, len);
	return p;
}

static enum err
make_room(struct evidence *e, struct diag *d)
{
	size_t cap = e->cap == 0 ? 64 : 2 * e->cap;
	struct evidence_piece **more;

	if (e->num < e->cap)
		return ERR_OK;
	more = reallocarray(e->piece, cap, sizeof(void *));
	if (more == NULL)
		return diag_nomem(d);
	e->piece = more;
	e->cap = cap;
	return ERR_OK;
}

/* P's place, with the lock; P is taken where it is ERR_OK. */
static enum err
insert(struct evidence *e, struct evidence_piece *p, struct diag *d)
{
	bool there;
	size_t at = find_place(e, p->name, &there);
	enum err err;

	if (there)
		return diag_set(d, ERR_EXISTS, "%.200s is there already",
		    p->name);
	if (e->num == EVIDENCE_PIECES_MAX)
		return diag_set(d, ERR_TOO_BIG, "more than %d pieces",
		    EVIDENCE_PIECES_MAX);
	if (p->bytes.len > EVIDENCE_TOTAL_MAX - e->total)
		return diag_set(d, ERR_TOO_BIG, "more than %zu bytes in all",
		    EVIDENCE_TOTAL_MAX);
	err = make_room(e, d);
	if (err != ERR_OK)
		return err;
	memmove(&e->piece[at + 1], &e->piece[at],
	    (e->num - at) * sizeof(void *));
	e->piece[at] = p;
	e->num++;
	e->total += p->bytes.len;
	return ERR_OK;
}

static enum err
put(struct evidence *e, const struct evidence_piece *from, struct diag *d)
{
	struct evidence_piece *p;
	enum err err = check_name(from->name, d);

	if (err != ERR_OK)
		return err;
	if (from->bytes.len > EVIDENCE_TOTAL_MAX)
		return diag_set(d, ERR_TOO_BIG, "%zu bytes", from->bytes.len);
	p = piece_copy(from);
	if (p == NULL)
		return diag_nomem(d);
	pthread_mutex_lock(&e->lock);
	err = insert(e, p, d);
	pthread_mutex_unlock(&e->lock);
	if (err != ERR_OK)
		free(p);
	return err;
}

enum err
evidence_put(struct evidence *e, const char *name, int64_t when,
    struct bytes bytes, struct diag *d)
{
	struct evidence_piece p = { .name = name,
		.when = when,
		.why = "",
		.bytes = bytes };

	return put(e, &p, d);
}

/* Its message as one line, so that it reads the same after a bundle. */
enum err
evidence_miss(struct evidence *e, const char *name, int64_t when,
    const struct diag *why, struct diag *d)
{
	struct evidence_piece p = { .name = name,
		.when = when,
		.error = why->code == ERR_OK ? ERR_IO : why->code };
	struct buf text = { 0 };
	enum err err;

	text_put_safe(&text, bytes_of_str(why->msg));
	p.why = buf_cstr(&text);
	err = p.why == NULL ? diag_nomem(d) : put(e, &p, d);
	buf_clear(&text);
	return err;
}

void
evidence_drop(struct evidence *e, const char *name)
{
	bool there;
	size_t at = find_place(e, name, &there);

	if (!there)
		return;
	e->total -= e->piece[at]->bytes.len;
	free(e->piece[at]);
	e->num--;
	memmove(&e->piece[at], &e->piece[at + 1],
	    (e->num - at) * sizeof(void *));
}

const struct evidence_piece *
evidence_find(const struct evidence *e, const char *name)
{
	bool there;
	size_t at = find_place(e, name, &there);

	return there ? e->piece[at] : NULL;
}

size_t
evidence_num(const struct evidence *e)
{
	return e->num;
}

const struct evidence_piece *
evidence_at(const struct evidence *e, size_t i)
{
	return e->piece[i];
}
