/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "data/doc.h"
#include "data/load.h"

/* A reading that is under way. Only advance() moves it. */
struct scan {
	struct bytes cur; /* what is left */
	struct doc_place place;
	size_t depth, nodes;
	yaml_document_t *doc;
	struct diag *diag;
};

static enum err value(struct scan *s, int *ret);

/* Steps over the next N bytes, which are there. */
static void
advance(struct scan *s, size_t n)
{
	struct bytes run = { NULL, 0 };
	size_t i;

	if (!bytes_take(&s->cur, n, &run))
		return;
	for (i = 0; i < run.len; i++) {
		if (run.ptr[i] == '\n') {
			s->place.line++;
			s->place.column = 1;
		} else if ((run.ptr[i] & 0xc0) != 0x80) {
			s->place.column++;
		}
	}
}

static bool
next_is(const struct scan *s, char c)
{
	return s->cur.len > 0 && s->cur.ptr[0] == (uint8_t)c;
}

static bool
take(struct scan *s, char c)
{
	if (!next_is(s, c))
		return false;
	advance(s, 1);
	return true;
}

static void
skip_blanks(struct scan *s)
{
	size_t n = 0;

	while (n < s->cur.len && strchr(" \t\r\n", s->cur.ptr[n]) != NULL &&
	    s->cur.ptr[n] != '\0')
		n++;
	advance(s, n);
}

static enum err
no(struct scan *s, const char *wanted)
{
	uint8_t c = s->cur.len > 0 ? s->cur.ptr[0] : 0;

	if (s->cur.len == 0)
		return doc_refuse(s->place, s->diag,
		    "the text ends where %s should stand", wanted);
	if (c > 0x20 && c < 0x7f)
		return doc_refuse(s->place, s->diag,
		    "'%c' stands where %s should", (char)c, wanted);
	return doc_refuse(s->place, s->diag,
	    "byte 0x%02x stands where %s should", c, wanted);
}

/* Counts a node, which stands at PLACE, and gives it that place. ID is 0 where
 * libyaml had no memory for it. */
static enum err
placed(struct scan *s, int id, struct doc_place place, int *ret)
{
	yaml_node_t *node = yaml_document_get_node(s->doc, id);

	if (node == NULL)
		return diag_nomem(s->diag);
	node->start_mark.line = place.line - 1;
	node->start_mark.column = place.column - 1;
	*ret = id;
	if (++s->nodes <= DOC_NODES_MAX)
		return ERR_OK;
	(void)diag_set(s->diag, ERR_TOO_BIG, "more than %d values",
	    DOC_NODES_MAX);
	diag_line(s->diag, place.line, place.column);
	return ERR_TOO_BIG;
}

static enum err
scalar(struct scan *s, struct bytes text, bool quoted, struct doc_place place,
    int *ret)
{
	const uint8_t *ptr = text.len > 0 ? text.ptr : (const uint8_t *)"";

	return placed(s,
	    yaml_document_add_scalar(s->doc, NULL, ptr, (int)text.len,
		quoted ? YAML_DOUBLE_QUOTED_SCALAR_STYLE
		       : YAML_PLAIN_SCALAR_STYLE),
	    place, ret);
}

/* ---- Strings. ---- */

/* The four hex digits behind \u. */
static bool
hex4(struct scan *s, unsigned *ret)
{
	unsigned v = 0;
	int digit;
	size_t i;

	if (s->cur.len < 4)
		return false;
	for (i = 0; i < 4; i++) {
		digit = text_hex_value(s->cur.ptr[i]);
		if (digit < 0)
			return false;
		v = v << 4 | (unsigned)digit;
	}
	advance(s, 4);
	*ret = v;
	return true;
}

static void
put_utf8(struct buf *out, unsigned c)
{
	if (c < 0x80) {
		buf_u8(out, (uint8_t)c);
		return;
	}
	if (c < 0x800) {
		buf_u8(out, (uint8_t)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_u8(out, (uint8_t)(0xe0 | c >> 12));
		} else {
			buf_u8(out, (uint8_t)(0xf0 | c >> 18));
			buf_u8(out, (uint8_t)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
}

/* What follows \u. A character beyond U+FFFF is written as two. */
static enum err
unicode(struct scan *s, struct buf *out)
{
	unsigned c, low;

	if (!hex4(s, &c))
		return no(s, "four hex digits");
	if (c >= 0xd800 && c <= 0xdfff) {
		if (c >= 0xdc00 || !take(s, '\\') || !take(s, 'u') ||
		    !hex4(s, &low) || low < 0xdc00 || low > 0xdfff)
			return doc_refuse(s->place, s->diag,
			    "half a character: a surrogate without its other");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	put_utf8(out, c);
	return ERR_OK;
}

/* What follows a backslash. */
static enum err
escape(struct scan *s, struct buf *out)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (take(s, 'u'))
		return unicode(s, out);
	at = s->cur.len > 0 && s->cur.ptr[0] != '\0'
	    ? strchr(from, s->cur.ptr[0])
	    : NULL;
	if (at == NULL)
		return no(s, "the rest of an escape");
	buf_u8(out, (uint8_t)to[at - from]);
	advance(s, 1);
	return ERR_OK;
}

/* How many bytes from here on stand for themselves. */
static size_t
plain_len(struct bytes cur)
{
	size_t n = 0;

	while (n < cur.len && cur.ptr[n] >= 0x20 && cur.ptr[n] != '"' &&
	    cur.ptr[n] != '\\')
		n++;
	return n;
}

/* Behind the first quote, to behind the last. */
static enum err
characters(struct scan *s, struct buf *out)
{
	struct bytes run;
	enum err e;

	for (;;) {
		run = bytes_of(s->cur.ptr, plain_len(s->cur));
		if (!text_is_utf8(run))
			return doc_refuse(s->place, s->diag,
			    "the text behind this is not UTF-8");
		buf_put(out, run);
		advance(s, run.len);
		if (take(s, '"'))
			return ERR_OK;
		if (!take(s, '\\'))
			return no(s, "the end of a string");
		e = escape(s, out);
		if (e != ERR_OK)
			return e;
	}
}

static enum err
string(struct scan *s, int *ret)
{
	struct doc_place place = s->place;
	struct buf text = { 0 };
	enum err e;

	if (!take(s, '"'))
		return no(s, "a string");
	e = characters(s, &text);
	if (e == ERR_OK && !buf_ok(&text))
		e = diag_nomem(s->diag);
	if (e == ERR_OK)
		e = scalar(s, buf_bytes(&text), true, place, ret);
	buf_clear(&text);
	return e;
}

/* ---- Words and numbers. ---- */

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Adds the digits from *N on; false where there is none. */
static bool
digits(struct bytes in, size_t *n)
{
	size_t from = *n;

	while (*n < in.len && is_digit(in.ptr[*n]))
		(*n)++;
	return *n > from;
}

static bool
is_at(struct bytes in, size_t n, const char *any)
{
	return n < in.len && in.ptr[n] != '\0' &&
	    strchr(any, in.ptr[n]) != NULL;
}

/* The length of the number that IN begins with, 0 where it is none. */
static size_t
number_len(struct bytes in)
{
	size_t n = is_at(in, 0, "-") ? 1 : 0;

	if (is_at(in, n, "0"))
		n++;
	else if (!digits(in, &n))
		return 0;
	if (is_at(in, n, ".")) {
		n++;
		if (!digits(in, &n))
			return 0;
	}
	if (is_at(in, n, "eE")) {
		n++;
		if (is_at(in, n, "+-"))
			n++;
		if (!digits(in, &n))
			return 0;
	}
	return n;
}

/* true, false, null or a number. */
static enum err
word(struct scan *s, int *ret)
{
	static const char *const words[] = { "true", "false", "null" };
	struct doc_place place = s->place;
	struct bytes text = s->cur;
	size_t i, n = number_len(s->cur);

	for (i = 0; n == 0 && i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_starts(s->cur, bytes_of_str(words[i])))
			n = strlen(words[i]);
	if (n == 0)
		return no(s, "a value");
	advance(s, n);
	text.len = n;
	return scalar(s, text, false, place, ret);
}

/* ---- Lists and maps. ---- */

static enum err
pair(struct scan *s, int map)
{
	int key = 0, val = 0;
	enum err e;

	e = string(s, &key);
	if (e != ERR_OK)
		return e;
	skip_blanks(s);
	if (!take(s, ':'))
		return no(s, "':'");
	skip_blanks(s);
	e = value(s, &val);
	if (e == ERR_OK &&
	    !yaml_document_append_mapping_pair(s->doc, map, key, val))
		e = diag_nomem(s->diag);
	return e;
}

static enum err
element(struct scan *s, int list)
{
	int val = 0;
	enum err e;

	e = value(s, &val);
	if (e == ERR_OK &&
	    !yaml_document_append_sequence_item(s->doc, list, val))
		e = diag_nomem(s->diag);
	return e;
}

/* What ONE reads, with commas between, up to END. */
static enum err
members(struct scan *s, enum err (*one)(struct scan *, int), int node, char end)
{
	enum err e = ERR_OK;

	skip_blanks(s);
	if (take(s, end))
		return ERR_OK;
	while (e == ERR_OK) {
		skip_blanks(s);
		e = one(s, node);
		if (e != ERR_OK)
			return e;
		skip_blanks(s);
		if (take(s, end))
			return ERR_OK;
		if (!take(s, ','))
			e = no(s, end == '}' ? "',' or '}'" : "',' or ']'");
	}
	return e;
}

static enum err
container(struct scan *s, int *ret)
{
	struct doc_place place = s->place;
	bool map = next_is(s, '{');
	enum err e;
	int id;

	advance(s, 1);
	if (++s->depth > DOC_DEPTH_MAX) {
		(void)diag_set(s->diag, ERR_TOO_BIG,
		    "more than %d levels of lists and maps", DOC_DEPTH_MAX);
		diag_line(s->diag, place.line, place.column);
		return ERR_TOO_BIG;
	}
	id = map
	    ? yaml_document_add_mapping(s->doc, NULL, YAML_FLOW_MAPPING_STYLE)
	    : yaml_document_add_sequence(s->doc, NULL,
		  YAML_FLOW_SEQUENCE_STYLE);
	e = placed(s, id, place, ret);
	if (e == ERR_OK)
		e = members(s, map ? pair : element, *ret, map ? '}' : ']');
	s->depth--;
	return e;
}

static enum err
value(struct scan *s, int *ret)
{
	if (next_is(s, '{') || next_is(s, '['))
		return container(s, ret);
	return next_is(s, '"') ? string(s, ret) : word(s, ret);
}

static enum err
document(struct scan *s)
{
	int root = 0;
	enum err e;

	skip_blanks(s);
	e = value(s, &root);
	if (e != ERR_OK)
		return e;
	skip_blanks(s);
	return s->cur.len == 0 ? ERR_OK : no(s, "the end of the text");
}

enum err
load_json(struct bytes text, size_t max, yaml_document_t *ret,
    struct diag *diag)
{
	yaml_document_t doc;
	struct scan s = { .cur = text, .place = { 1, 1 } };
	enum err e;

	if (text.len > max)
		return diag_set(diag, ERR_TOO_BIG,
		    "%zu bytes of text; at most %zu are read", text.len, max);
	if (!yaml_document_initialize(&doc, NULL, NULL, NULL, 1, 1))
		return diag_nomem(diag);
	s.doc = &doc;
	s.diag = diag;
	e = document(&s);
	if (e == ERR_OK)
		*ret = doc;
	else
		yaml_document_delete(&doc);
	return e;
}
