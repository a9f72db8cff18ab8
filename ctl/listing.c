/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "ctl/file.h"
#include "ctl/listing_parts.h"

/* The least that is allocated for texts at a time. */
#define CHUNK_SIZE ((size_t)16 * 1024)

/* Tag and LENGTH of a field: format 1.1. */
#define FIELD_HEAD 3

/* Where a file that is no text has a NUL. */
#define TEXT_SAMPLE ((size_t)4 * 1024)

/* Memory that does not move while more is added. */
struct listing_chunk {
	struct listing_chunk *next;
	size_t len, cap;
	uint8_t at[];
};

enum err
listing_keep(struct ctl_listing *l, struct bytes in, struct bytes *ret,
    struct diag *d)
{
	size_t cap = in.len > CHUNK_SIZE ? in.len : CHUNK_SIZE;
	struct listing_chunk *c = l->chunks;

	if (c == NULL || c->cap - c->len < in.len) {
		c = malloc(sizeof(*c) + cap);
		if (c == NULL)
			return diag_nomem(d);
		c->next = l->chunks;
		c->len = 0;
		c->cap = cap;
		l->chunks = c;
	}
	if (in.len > 0)
		memcpy(c->at + c->len, in.ptr, in.len);
	*ret = bytes_of(c->at + c->len, in.len);
	c->len += in.len;
	return ERR_OK;
}

enum err
listing_push_row(struct ctl_listing *l, const struct ctl_row *row, size_t first,
    struct diag *d)
{
	void *array = l->rows;
	enum err e;

	if (l->num_rows - first >= CTL_MAX_FIELDS ||
	    l->num_rows >= CTL_MAX_FIELDS_TOTAL)
		return diag_set(d, ERR_TOO_BIG,
		    "more rows than %d in a record or %d in all, which no "
		    "real list comes near",
		    CTL_MAX_FIELDS, CTL_MAX_FIELDS_TOTAL);
	e = ctl_grow(&array, &l->cap_rows, l->num_rows + 1, sizeof(*l->rows),
	    d);
	l->rows = array;
	if (e == ERR_OK)
		l->rows[l->num_rows++] = *row;
	return e;
}

enum err
listing_push_record(struct ctl_listing *l, const struct ctl_listed *record,
    struct diag *d)
{
	void *array = l->records;
	enum err e;

	e = ctl_grow(&array, &l->cap_records, l->num_records + 1,
	    sizeof(*l->records), d);
	l->records = array;
	if (e == ERR_OK)
		l->records[l->num_records++] = *record;
	return e;
}

/* Format 8.5: the rows of a record add up to its RECORDLENGTH. */
static void
add_up(struct ctl_listed *r)
{
	size_t i;

	for (i = 0; i < r->num_rows; i++)
		r->rows_length += FIELD_HEAD + r->rows[i].length;
	r->whole = ctl_row_find(r->rows, r->num_rows, CTL_REC_LENGTH) != NULL &&
	    r->rows_length == r->length;
}

void
listing_settle(struct ctl_listing *l)
{
	size_t i, next = l->num_header;

	for (i = 0; l->rows != NULL && i < l->num_records; i++) {
		l->records[i].rows = &l->rows[next];
		next += l->records[i].num_rows;
		add_up(&l->records[i]);
	}
}

/* A NUL among the first bytes, which no text holds but in UTF-16. */
static bool
is_binary(struct bytes in)
{
	size_t len = in.len < TEXT_SAMPLE ? in.len : TEXT_SAMPLE;

	return len > 0 && memchr(in.ptr, '\0', len) != NULL &&
	    !listing_is_utf16(in);
}

bool
ctl_is_listing(struct bytes in)
{
	static const uint8_t file[] = { CTL_HDR_VERSION, 0, 2 };
	struct listing_lines lines;
	struct listing_line line;
	bool found = false;

	if (bytes_starts(in, bytes_of(file, sizeof(file))) || is_binary(in))
		return false;
	listing_lines_init(&lines, in);
	while (!found && listing_lines_next(&lines, &line))
		found = listing_opens(line.text);
	listing_lines_clear(&lines);
	return found;
}

void
ctl_listing_free(struct ctl_listing **l)
{
	struct listing_chunk *c, *next;

	if (*l == NULL)
		return;
	for (c = (*l)->chunks; c != NULL; c = next) {
		next = c->next;
		free(c);
	}
	free((*l)->rows);
	free((*l)->records);
	free(*l);
	*l = NULL;
}

enum ctl_kind
ctl_listing_kind(const struct ctl_listing *l)
{
	return l->kind;
}

enum ctl_said
ctl_listing_said(const struct ctl_listing *l)
{
	return l->said;
}

struct bytes
ctl_listing_md5(const struct ctl_listing *l)
{
	return l->md5;
}

struct bytes
ctl_listing_sha1(const struct ctl_listing *l)
{
	return l->sha1;
}

bool
ctl_listing_length(const struct ctl_listing *l, size_t *ret)
{
	if (l->has_length)
		*ret = l->length;
	return l->has_length;
}

struct bytes
ctl_listing_modified(const struct ctl_listing *l)
{
	return l->modified;
}

struct bytes
ctl_listing_version(const struct ctl_listing *l)
{
	return l->version;
}

size_t
ctl_listing_header_length(const struct ctl_listing *l)
{
	return l->header_length;
}

const struct ctl_row *
ctl_listing_header(const struct ctl_listing *l, size_t *ret_num)
{
	*ret_num = l->num_header;
	return l->rows;
}

size_t
ctl_listing_num(const struct ctl_listing *l)
{
	return l->num_records;
}

const struct ctl_listed *
ctl_listing_at(const struct ctl_listing *l, size_t i)
{
	return i < l->num_records ? &l->records[i] : NULL;
}

const struct ctl_row *
ctl_row_find(const struct ctl_row *rows, size_t num, unsigned tag)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (rows[i].tag == tag)
			return &rows[i];
	return NULL;
}

bool
ctl_listing_is_whole(const struct ctl_listing *l)
{
	size_t i, sum = l->header_length;

	if (!l->has_length || l->header_length == 0)
		return false;
	for (i = 0; i < l->num_records; i++) {
		if (l->records[i].index != i + 1 || !l->records[i].whole)
			return false;
		sum += l->records[i].length;
	}
	return sum == l->length;
}
