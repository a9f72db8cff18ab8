/* SPDX-License-Identifier: Apache-2.0 */
/* The grammar of selectors. */
#include "cli/select.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/entry.h"
#include "data/scalar.h"

static bool
same_letters(struct bytes a, struct bytes b)
{
	return a.len == b.len &&
	    (a.len == 0 ||
		strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) ==
		    0);
}

enum err
select_role(struct bytes name, uint16_t *ret, struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	const struct doc_name *n;
	char more[160];

	for (n = entry_roles; n->name != NULL; n++) {
		if (same_letters(name, bytes_of_str(n->name))) {
			*ret = (uint16_t)n->value;
			return ERR_OK;
		}
		words.item[words.num++] = n->name;
	}
	scalar_hint(more, sizeof(more), name, &words);
	return diag_set(d, ERR_USAGE, "there is no role '%.*s'%s",
	    (int)(name.len < 64 ? name.len : 64), (const char *)name.ptr, more);
}

/* Terms with a name of their own. */
enum key {
	KEY_NONE, /* a role or a number */
	KEY_RECORD,
	KEY_HOST,
	KEY_CN,
	KEY_SERIAL,
	NUM_KEYS
};

static const char *const keys[NUM_KEYS] = { "",
	"record=", "host=", "cn=", "serial=" };

/* The selector at work: what is left of it, and its term. */
struct reader {
	const char *text, *p;
	enum key key;
	struct buf value; /* of the term, without "\" */
};

static void
read_key(struct reader *r)
{
	int k;

	r->key = KEY_NONE;
	for (k = KEY_NONE + 1; k < NUM_KEYS; k++) {
		size_t len = strlen(keys[k]);

		if (strncmp(r->p, keys[k], len) != 0)
			continue;
		r->key = (enum key)k;
		r->p += len;
		return;
	}
}

/* Moves behind the term, to "," or "=" or the end. */
static enum err
read_term(struct reader *r, struct diag *d)
{
	buf_clear(&r->value);
	read_key(r);
	for (; *r->p != '\0' && *r->p != ',' && *r->p != '='; r->p++) {
		if (*r->p == '\\' && *++r->p == '\0')
			return diag_set(d, ERR_USAGE,
			    "'%.80s' ends with a \"\\\" that nothing follows",
			    r->text);
		buf_u8(&r->value, (uint8_t)*r->p);
	}
	if (!buf_ok(&r->value))
		return diag_nomem(d);
	if (r->value.len == 0)
		return diag_set(d, ERR_USAGE, "'%.80s' lacks %s", r->text,
		    r->key == KEY_NONE ? "the name of a record"
				       : "what stands behind a \"=\"");
	return ERR_OK;
}

static enum err
twice(const struct reader *r, const char *what, struct diag *d)
{
	return diag_set(d, ERR_USAGE, "'%.80s' says %s twice", r->text, what);
}

static enum err
take_record(struct select *s, const struct reader *r, struct diag *d)
{
	uint64_t n;

	if (s->record != 0)
		return twice(r, "a number", d);
	if (!scalar_number(buf_bytes(&r->value), &n) || n == 0 ||
	    n > CTL_MAX_RECORDS)
		return diag_set(d, ERR_USAGE,
		    "'%.80s' has no number of a record, from 1", r->text);
	s->record = (size_t)n;
	return ERR_OK;
}

static enum err
take_word(struct select *s, const struct reader *r, struct diag *d)
{
	uint8_t first = r->value.ptr[0];

	if (first >= '0' && first <= '9')
		return take_record(s, r, d);
	if (s->has_role)
		return twice(r, "a role", d);
	s->has_role = true;
	return select_role(buf_bytes(&r->value), &s->role, d);
}

static enum err
take_name(struct buf *name, const struct reader *r, struct diag *d)
{
	if (name->len > 0)
		return twice(r, keys[r->key], d);
	buf_put(name, buf_bytes(&r->value));
	return buf_ok(name) ? ERR_OK : diag_nomem(d);
}

static struct bytes
without_zeros(struct bytes b)
{
	while (b.len > 0 && b.ptr[0] == 0) {
		b.ptr++;
		b.len--;
	}
	return b;
}

static enum err
take_serial(struct select *s, const struct reader *r, struct diag *d)
{
	uint8_t *bytes;
	size_t len;
	enum err e = ERR_OK;

	if (s->serial.len > 0)
		return twice(r, keys[r->key], d);
	bytes = malloc(r->value.len / 2 + 1);
	if (bytes == NULL)
		return diag_nomem(d);
	if (!scalar_hex(buf_bytes(&r->value), bytes, &len) ||
	    without_zeros(bytes_of(bytes, len)).len == 0)
		e = diag_set(d, ERR_USAGE,
		    "'%.80s' has no serial number, which is pairs of hex "
		    "digits",
		    r->text);
	else
		buf_put(&s->serial, without_zeros(bytes_of(bytes, len)));
	free(bytes);
	return e == ERR_OK && !buf_ok(&s->serial) ? diag_nomem(d) : e;
}

static enum err
take_term(struct select *s, const struct reader *r, struct diag *d)
{
	switch (r->key) {
	case KEY_RECORD:
		return take_record(s, r, d);
	case KEY_HOST:
		return take_name(&s->host, r, d);
	case KEY_CN:
		return take_name(&s->cn, r, d);
	case KEY_SERIAL:
		return take_serial(s, r, d);
	case KEY_NONE:
	case NUM_KEYS:
		break;
	}
	return take_word(s, r, d);
}

static enum err
read_terms(struct select *s, struct reader *r, struct diag *d)
{
	enum err e;

	for (;;) {
		e = read_term(r, d);
		if (e == ERR_OK)
			e = take_term(s, r, d);
		if (e != ERR_OK || *r->p != ',')
			return e;
		r->p++;
	}
}

/* What follows the terms of R is what may follow. */
static enum err
check_end(const struct reader *r, bool has_rest, struct diag *d)
{
	if (!has_rest && *r->p == '=')
		return diag_set(d, ERR_USAGE,
		    "'%.80s' has a \"=\" that belongs to nothing: terms are "
		    "NUMBER, ROLE, host=, cn= and serial=, and within a name "
		    "\"\\=\" is meant",
		    r->text);
	if (has_rest && (*r->p != '=' || r->p[1] == '\0'))
		return diag_set(d, ERR_USAGE,
		    "'%.80s' lacks \"=CERT\" at its end", r->text);
	return ERR_OK;
}

enum err
select_parse(const char *text, struct select *ret, const char **ret_rest,
    struct diag *d)
{
	struct reader r = { .text = text, .p = text };
	struct select s = { .record = 0 };
	enum err e;

	e = read_terms(&s, &r, d);
	if (e == ERR_OK)
		e = check_end(&r, ret_rest != NULL, d);
	buf_clear(&r.value);
	if (e != ERR_OK) {
		select_clear(&s);
		return e;
	}
	s.text = bytes_of(text, (size_t)(r.p - text));
	*ret = s;
	if (ret_rest != NULL)
		*ret_rest = r.p + 1;
	return ERR_OK;
}

void
select_clear(struct select *s)
{
	buf_clear(&s->host);
	buf_clear(&s->cn);
	buf_clear(&s->serial);
	memset(s, 0, sizeof(*s));
}
