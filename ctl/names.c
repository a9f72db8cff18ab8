/* SPDX-License-Identifier: Apache-2.0 */
/* Names as records spell them: format 6. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "ctl/ctl.h"

/* The attributes that the appliance and its token client write, in the one
 * order in which they write them. */
static const char *const kept_keys[] = { "CN", "OU", "O", "L", "ST", "C" };
#define NUM_KEPT (sizeof(kept_keys) / sizeof(kept_keys[0]))

enum quoting {
	RAW,    /* as the certificate has it */
	QUOTED, /* in quotes where it needs them */
	ESCAPED /* by RFC 4514 */
};

/* Every way to spell a name that a writer is known to have; the first of a
 * dialect is the one it uses today. */
static const struct style {
	enum ctl_dialect dialect;
	enum quoting quoting;
	char separator;
	bool lower; /* the keys are in lower case */
	bool kept;  /* the six attributes of kept_keys only */
	bool fixed; /* in their order, not the certificate's */
} styles[] = {
	{ CTL_DIALECT_APPLIANCE, RAW, ';', false, true, true },
	{ CTL_DIALECT_TOKEN, QUOTED, ';', true, true, true },
	{ CTL_DIALECT_BUILDER, ESCAPED, ',', false, false, false },
	{ CTL_DIALECT_BUILDER, ESCAPED, ';', false, false, false },
	{ CTL_DIALECT_BUILDER, RAW, ';', false, true, false },
};
#define NUM_STYLES (sizeof(styles) / sizeof(styles[0]))

/* One name on its way out. */
struct spelling {
	const struct cert *cert;
	enum cert_name which;
	const struct style *style;
	struct buf *out;
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
put_attr(struct spelling *s, const char *key, struct bytes value)
{
	if (!s->first)
		buf_u8(s->out, (uint8_t)s->style->separator);
	s->first = false;
	if (s->style->lower)
		put_lower(s->out, key);
	else
		buf_str(s->out, key);
	buf_u8(s->out, '=');
	switch (s->style->quoting) {
	case QUOTED:
		put_quoted(s->out, value);
		break;
	case ESCAPED:
		put_escaped(s->out, value);
		break;
	case RAW:
		buf_put(s->out, value);
		break;
	}
}

/* Appends attribute I. The appliance copies the bytes of a string whatever
 * its type (format 6); two and four bytes a character, which would put NULs
 * into the name, are taken as UTF-8, as the builder takes every string. */
static enum err
spell_attr(struct spelling *s, size_t i)
{
	struct cert_attr attr;
	struct buf utf8 = { 0 };
	enum err e = ERR_OK;

	cert_attr(s->cert, s->which, i, &attr);
	if (attr.wide || s->style->dialect == CTL_DIALECT_BUILDER) {
		e = cert_put_attr_utf8(s->cert, s->which, i, &utf8, s->d);
		attr.value = buf_bytes(&utf8);
	}
	if (e == ERR_OK)
		put_attr(s, attr.key, attr.value);
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

/* The attributes that are not kept, each once where they stand together:
 * "DC, emailAddress". */
static void
put_dropped(const struct cert *c, enum cert_name which, char *out, size_t size)
{
	size_t i, used = 0, n = cert_num_attrs(c, which);
	struct cert_attr attr, last = { .label = "" };

	for (i = 0; i < n; i++) {
		cert_attr(c, which, i, &attr);
		if (is_kept(attr.key) || strcmp(attr.label, last.label) == 0)
			continue;
		(void)snprintf(out + used, size - used, "%s%s",
		    used == 0 ? "" : ", ", attr.label);
		used = strlen(out);
		last = attr;
	}
}

/* All attributes with KEY; without one all, or all of the six. */
static enum err
spell_key(struct spelling *s, const char *key)
{
	size_t i, n = cert_num_attrs(s->cert, s->which);
	struct cert_attr attr;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < n; i++) {
		cert_attr(s->cert, s->which, i, &attr);
		if (key != NULL ? strcmp(attr.key, key) == 0
				: !s->style->kept || is_kept(attr.key))
			e = spell_attr(s, i);
	}
	return e;
}

static enum err
spell(const struct cert *c, enum cert_name which, const struct style *style,
    struct buf *out, struct diag *d)
{
	struct spelling s = { c, which, style, out, true, d };
	enum err e = ERR_OK;
	size_t k;

	if (!style->fixed)
		e = spell_key(&s, NULL);
	for (k = 0; style->fixed && e == ERR_OK && k < NUM_KEPT; k++)
		e = spell_key(&s, kept_keys[k]);
	if (e != ERR_OK)
		return e;
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

enum err
ctl_put_name(const struct cert *c, enum cert_name which,
    enum ctl_dialect dialect, struct buf *out, struct diag *d)
{
	const struct style *style = styles;

	while (style->dialect != dialect)
		style++;
	return spell(c, which, style, out, d);
}

enum err
ctl_name_is(const struct cert *c, enum cert_name which,
    enum ctl_dialect dialect, struct bytes text, struct ctl_name_match *ret,
    struct diag *d)
{
	struct ctl_name_match match = { .same = false };
	const struct style *style;
	enum err e = ERR_OK, worst = ERR_OK;

	for (style = styles;
	     e != ERR_NOMEM && !match.same && style < styles + NUM_STYLES;
	     style++) {
		struct buf name = { 0 };

		if (style->dialect != dialect)
			continue;
		e = spell(c, which, style, &name, d);
		worst = e == ERR_OK ? worst : e;
		match.same = e == ERR_OK && bytes_equal(text, buf_bytes(&name));
		if (match.same && style->kept)
			put_dropped(c, which, match.dropped,
			    sizeof(match.dropped));
		buf_clear(&name);
	}
	/* an attribute that is not text may be one that this style drops */
	if (worst != ERR_OK && !match.same)
		return worst;
	*ret = match;
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

static bool
ends_value(uint8_t c, bool quoted)
{
	return quoted ? c == '"' : c == ';' || c == ',';
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
	while (n < cn.len && !ends_value(cn.ptr[n], quoted))
		n += !quoted && cn.ptr[n] == '\\' && n + 1 < cn.len ? 2 : 1;
	while (n > 0 && cn.ptr[n - 1] == ' ')
		n--;
	return bytes_of(cn.ptr, n);
}
