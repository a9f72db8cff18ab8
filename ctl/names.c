/* SPDX-License-Identifier: Apache-2.0 */
/* Names as records spell them: format 6. */
#include <string.h>
#include <strings.h>

#include "ctl/ctl.h"

/* The attributes that the appliance and its token client write, in the one
 * order in which they write them. */
static const char *const kept_keys[] = { "CN", "OU", "O", "L", "ST", "C" };
#define NUM_KEPT (sizeof(kept_keys) / sizeof(kept_keys[0]))

/* One name on its way out. */
struct spelling {
	const struct cert *cert;
	enum cert_name which;
	struct buf *out;
	const char *separator;
	bool first;
	struct diag *d;
};

static void
put_lower(struct buf *out, const char *key)
{
	for (; *key != '\0'; key++)
		buf_u8(out,
		    (uint8_t)(*key >= 'A' && *key <= 'Z' ? *key - 'A' + 'a'
							 : *key));
}

/* Backslashes where RFC 4514, 2.4 wants them. */
static void
put_escaped(struct buf *out, struct bytes value)
{
	size_t i;
	uint8_t c;

	for (i = 0; i < value.len; i++) {
		c = value.ptr[i];
		if ((strchr("\\\"+,;<>", c) != NULL && c != '\0') ||
		    (i == 0 && (c == '#' || c == ' ')) ||
		    (i + 1 == value.len && c == ' '))
			buf_u8(out, '\\');
		buf_u8(out, c);
	}
}

static bool
needs_quotes(struct bytes value)
{
	size_t i;

	if (value.len == 0 || value.ptr[0] == ' ' ||
	    value.ptr[value.len - 1] == ' ')
		return true;
	for (i = 0; i < value.len; i++)
		if (value.ptr[i] != '\0' &&
		    strchr("\"+,;<>=#\\\n", value.ptr[i]) != NULL)
			return true;
	return false;
}

/* Quotes around the value where it needs them, and doubled within. */
static void
put_quoted(struct buf *out, struct bytes value)
{
	bool quotes = needs_quotes(value);
	size_t i;

	if (quotes)
		buf_u8(out, '"');
	for (i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"')
			buf_u8(out, '"');
		buf_u8(out, value.ptr[i]);
	}
	if (quotes)
		buf_u8(out, '"');
}

static void
put_attr(struct spelling *s, enum ctl_dialect dialect, const char *key,
    struct bytes value)
{
	if (!s->first)
		buf_str(s->out, s->separator);
	s->first = false;
	if (dialect == CTL_DIALECT_TOKEN)
		put_lower(s->out, key);
	else
		buf_str(s->out, key);
	buf_u8(s->out, '=');
	switch (dialect) {
	case CTL_DIALECT_TOKEN:
		put_quoted(s->out, value);
		break;
	case CTL_DIALECT_BUILDER:
		put_escaped(s->out, value);
		break;
	case CTL_DIALECT_APPLIANCE:
		buf_put(s->out, value);
		break;
	}
}

/* Appends attribute I. The appliance copies the bytes of a string whatever
 * its type (format 6); two and four bytes a character, which would put NULs
 * into the name, are taken as UTF-8, as the builder takes every string. */
static enum err
spell_attr(struct spelling *s, enum ctl_dialect dialect, size_t i)
{
	struct cert_attr attr;
	struct buf utf8 = { 0 };
	enum err e = ERR_OK;

	cert_attr(s->cert, s->which, i, &attr);
	if (attr.wide || dialect == CTL_DIALECT_BUILDER) {
		e = cert_put_attr_utf8(s->cert, s->which, i, &utf8, s->d);
		attr.value = buf_bytes(&utf8);
	}
	if (e == ERR_OK)
		put_attr(s, dialect, attr.key, attr.value);
	buf_clear(&utf8);
	return e;
}

static bool
is_kept(const char *key)
{
	size_t k;

	for (k = 0; k < NUM_KEPT; k++)
		if (strcmp(kept_keys[k], key) == 0)
			return true;
	return false;
}

static void
put_dropped(const struct cert *c, enum cert_name which, struct buf *out)
{
	size_t i, n = cert_num_attrs(c, which);
	struct cert_attr attr;
	bool first = true;

	for (i = 0; i < n; i++) {
		cert_attr(c, which, i, &attr);
		if (is_kept(attr.key))
			continue;
		buf_printf(out, "%s%s", first ? "" : ", ", attr.key);
		first = false;
	}
}

/* All attributes with KEY, or simply all where KEY is NULL. */
static enum err
spell_key(struct spelling *s, enum ctl_dialect dialect, const char *key)
{
	size_t i, n = cert_num_attrs(s->cert, s->which);
	struct cert_attr attr;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < n; i++) {
		cert_attr(s->cert, s->which, i, &attr);
		if (key == NULL || strcmp(attr.key, key) == 0)
			e = spell_attr(s, dialect, i);
	}
	return e;
}

enum err
ctl_put_name(const struct cert *c, enum cert_name which,
    enum ctl_dialect dialect, struct buf *out, struct buf *ret_dropped,
    struct diag *d)
{
	struct spelling s = { c, which, out, ";", true, d };
	enum err e = ERR_OK;
	size_t k;

	if (dialect == CTL_DIALECT_BUILDER) {
		s.separator = ",";
		e = spell_key(&s, dialect, NULL);
	} else {
		for (k = 0; e == ERR_OK && k < NUM_KEPT; k++)
			e = spell_key(&s, dialect, kept_keys[k]);
		if (ret_dropped != NULL)
			put_dropped(c, which, ret_dropped);
	}
	if (e != ERR_OK)
		return e;
	if (!buf_ok(out) || (ret_dropped != NULL && !buf_ok(ret_dropped)))
		return diag_nomem(d);
	return ERR_OK;
}

/* Where the value of CN begins: at the start of NAME or behind a separator.
 */
static bool
find_cn(struct bytes name, struct bytes *ret)
{
	size_t i;

	for (i = 0; i + 3 <= name.len; i++) {
		if (i > 0 && name.ptr[i - 1] != ';' && name.ptr[i - 1] != ',')
			continue;
		if (strncasecmp((const char *)name.ptr + i, "CN=", 3) != 0)
			continue;
		*ret = bytes_of(name.ptr + i + 3, name.len - i - 3);
		return true;
	}
	return false;
}

struct bytes
ctl_common_name(struct bytes name)
{
	bool quoted;
	struct bytes cn;
	size_t n = 0;

	if (!find_cn(name, &cn))
		return bytes_of(NULL, 0);
	quoted = cn.len > 0 && cn.ptr[0] == '"';
	if (quoted)
		cn = bytes_of(cn.ptr + 1, cn.len - 1);
	while (n < cn.len &&
	    (quoted ? cn.ptr[n] != '"' : cn.ptr[n] != ';' && cn.ptr[n] != ','))
		n++;
	while (n > 0 && cn.ptr[n - 1] == ' ')
		n--;
	return bytes_of(cn.ptr, n);
}
