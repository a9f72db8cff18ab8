/* SPDX-License-Identifier: Apache-2.0 */
/* Distinguished names as people type them. */
#include "pki/request_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/err.h>

#include "base/buf.h"
#include "base/text.h"
#include "pki/ossl.h"

/* What an attribute may hold. */
enum charset {
	ANY,
	ASCII,     /* IA5String */
	PRINTABLE, /* PrintableString: letters, digits and '()+,-./:=? */
};

/* The attributes that are known by name. The first name is the one in
 * messages. Lengths in characters: the upper bounds of RFC 5280, appendix A,
 * where it gives one (ub-...); OpenSSL refuses longer ones too. */
static const struct attribute {
	const char *name;
	int nid;
	unsigned min, max;
	enum charset charset;
} attributes[] = {
	{ "CN", NID_commonName, 1, 64, ANY },
	{ "OU", NID_organizationalUnitName, 1, 64, ANY },
	{ "O", NID_organizationName, 1, 64, ANY },
	{ "L", NID_localityName, 1, 128, ANY },
	{ "ST", NID_stateOrProvinceName, 1, 128, ANY },
	{ "S", NID_stateOrProvinceName, 1, 128, ANY },
	{ "C", NID_countryName, 2, 2, PRINTABLE },
	{ "STREET", NID_streetAddress, 1, 128, ANY },
	{ "DC", NID_domainComponent, 1, 63, ASCII },
	{ "UID", NID_userId, 1, 256, ANY },
	{ "emailAddress", NID_pkcs9_emailAddress, 1, 128, ASCII },
	{ "E", NID_pkcs9_emailAddress, 1, 128, ASCII },
	{ "serialNumber", NID_serialNumber, 1, 64, PRINTABLE },
	{ "SN", NID_surname, 1, 64, ANY },
	{ "GN", NID_givenName, 1, 64, ANY },
	{ "title", NID_title, 1, 64, ANY },
};

/* For an attribute in dotted decimal. */
static const struct attribute unnamed = { NULL, NID_undef, 1, 256, ANY };

struct reader {
	const char *text;
	const char *at; /* the next character */
	bool slash;     /* openssl's form */
	X509_NAME *name;
	unsigned num; /* attributes so far */
	int in_rdn;   /* of them in the current set */
	struct diag *d;
};

/* The attribute being read. */
struct typed {
	const struct attribute *what;
	const char *key; /* as typed */
	int key_len;
	ASN1_OBJECT *type;
	const char *value_at;
	struct buf value;
};

#define MAX_ATTRIBUTES 64

enum err
request_wrong(struct diag *d, const char *text, const char *at, const char *fmt,
    ...)
{
	char what[256];
	unsigned column = 1;
	const char *p;
	va_list ap;

	for (p = text; p < at; p++)
		column += (*p & 0xc0) != 0x80; /* not within a character */
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	diag_set(d, ERR_USAGE, "%s", what);
	diag_line(d, 1, column);
	return ERR_USAGE;
}

static bool
is_key_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static void
skip_blanks(struct reader *r)
{
	while (*r->at == ' ' || *r->at == '\t')
		r->at++;
}

/* The attribute ends before C. */
static bool
is_separator(const struct reader *r, char c)
{
	if (c == '\0' || c == '+')
		return true;
	return r->slash ? c == '/' : c == ',' || c == ';';
}

static const struct attribute *
attribute_of(const char *key, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (strlen(attributes[i].name) == len &&
		    strncasecmp(attributes[i].name, key, len) == 0)
			return &attributes[i];
	return NULL;
}

/* An attribute type in dotted decimal. */
static enum err
read_oid(struct reader *r, struct typed *a)
{
	char oid[128];

	if (a->key[0] < '0' || a->key[0] > '2' ||
	    a->key_len >= (int)sizeof(oid))
		return request_wrong(r->d, r->text, a->key,
		    "unknown attribute '%.*s' in the name (CN, OU, O, L, ST, "
		    "C, DC and a few more are known)",
		    a->key_len < 40 ? a->key_len : 40, a->key);
	(void)snprintf(oid, sizeof(oid), "%.*s", a->key_len, a->key);
	a->what = &unnamed;
	a->type = OBJ_txt2obj(oid, 1);
	if (a->type != NULL)
		return ERR_OK;
	if (ossl_fail(NULL, ERR_USAGE, "") == ERR_NOMEM)
		return diag_nomem(r->d);
	return request_wrong(r->d, r->text, a->key,
	    "'%s' in the name is no object identifier", oid);
}

/* "CN =", up to the value. */
static enum err
read_key(struct reader *r, struct typed *a)
{
	skip_blanks(r);
	a->key = r->at;
	while (is_key_char(*r->at))
		r->at++;
	a->key_len = (int)(r->at - a->key);
	skip_blanks(r);
	if (a->key_len == 0 || *r->at != '=')
		return request_wrong(r->d, r->text, a->key,
		    "the name needs an attribute and '=' here, as in CN=...");
	r->at++;
	a->what = attribute_of(a->key, (size_t)a->key_len);
	if (a->what == NULL)
		return read_oid(r, a);
	a->type = OBJ_nid2obj(a->what->nid);
	return ERR_OK;
}

/* "\," or "\2C"; AT is at the backslash. */
static enum err
read_escape(struct reader *r, struct typed *a)
{
	int high, low;

	if (r->at[1] == '\0')
		return request_wrong(r->d, r->text, r->at,
		    "the name ends with a backslash");
	high = text_hex_value((uint8_t)r->at[1]);
	low = high < 0 ? -1 : text_hex_value((uint8_t)r->at[2]);
	if (low >= 0) {
		buf_u8(&a->value, (uint8_t)(high << 4 | low));
		r->at += 3;
	} else {
		buf_u8(&a->value, (uint8_t)r->at[1]);
		r->at += 2;
	}
	return ERR_OK;
}

static enum err
read_quoted(struct reader *r, struct typed *a)
{
	const char *quote = r->at++;
	enum err e = ERR_OK;

	while (e == ERR_OK && *r->at != '"') {
		if (*r->at == '\0')
			return request_wrong(r->d, r->text, quote,
			    "the quotation mark before the value of %.*s is "
			    "never closed",
			    a->key_len, a->key);
		if (*r->at == '\\')
			e = read_escape(r, a);
		else
			buf_u8(&a->value, (uint8_t)*r->at++);
	}
	if (e != ERR_OK)
		return e;
	r->at++;
	skip_blanks(r);
	if (!is_separator(r, *r->at))
		return request_wrong(r->d, r->text, r->at,
		    "the value of %.*s goes on behind its quotation mark",
		    a->key_len, a->key);
	return ERR_OK;
}

static enum err
read_bare(struct reader *r, struct typed *a)
{
	size_t end = a->value.len; /* behind the last one that counts */
	enum err e = ERR_OK;

	while (e == ERR_OK && !is_separator(r, *r->at)) {
		bool blank = *r->at == ' ' || *r->at == '\t';

		if (*r->at == '"' && !r->slash)
			return request_wrong(r->d, r->text, r->at,
			    "a quotation mark within the value of %.*s is "
			    "written \\\"",
			    a->key_len, a->key);
		if (*r->at == '\\')
			e = read_escape(r, a);
		else
			buf_u8(&a->value, (uint8_t)*r->at++);
		if (!blank || r->slash)
			end = a->value.len;
	}
	a->value.len = end;
	return e;
}

static enum err
read_value(struct reader *r, struct typed *a)
{
	if (!r->slash)
		skip_blanks(r);
	a->value_at = r->at;
	if (!r->slash && *r->at == '#')
		return request_wrong(r->d, r->text, r->at,
		    "a value in hex (#...) is not supported; write \\# where "
		    "it begins with that character");
	if (!r->slash && *r->at == '"')
		return read_quoted(r, a);
	return read_bare(r, a);
}

static size_t
num_characters(struct bytes utf8)
{
	size_t i, n = 0;

	for (i = 0; i < utf8.len; i++)
		n += (utf8.ptr[i] & 0xc0) != 0x80;
	return n;
}

static bool
is_in(enum charset charset, struct bytes value)
{
	size_t i;

	for (i = 0; i < value.len; i++) {
		char c = (char)value.ptr[i];

		if (charset == ASCII && (c & 0x80) != 0)
			return false;
		if (charset == PRINTABLE && !is_key_char(c) &&
		    strchr(" '()+,/:=?", c) == NULL)
			return false;
	}
	return true;
}

static enum err
check_value(const struct reader *r, const struct typed *a)
{
	struct bytes value = buf_bytes(&a->value);
	size_t len = num_characters(value);

	if (!buf_ok(&a->value))
		return diag_nomem(r->d);
	if (len == 0)
		return request_wrong(r->d, r->text, a->value_at,
		    "%.*s has no value", a->key_len, a->key);
	if (!text_is_utf8(value) || memchr(value.ptr, 0, value.len) != NULL)
		return request_wrong(r->d, r->text, a->value_at,
		    "the value of %.*s is no UTF-8 text", a->key_len, a->key);
	if (len > a->what->max)
		return request_wrong(r->d, r->text, a->value_at,
		    "the value of %.*s has %zu characters, and may have at "
		    "most %u",
		    a->key_len, a->key, len, a->what->max);
	if (len < a->what->min)
		return request_wrong(r->d, r->text, a->value_at,
		    "the value of %.*s has %zu character(s), and must have %u",
		    a->key_len, a->key, len, a->what->min);
	if (!is_in(a->what->charset, value))
		return request_wrong(r->d, r->text, a->value_at,
		    "the value of %.*s may hold plain ASCII %s only",
		    a->key_len, a->key,
		    a->what->charset == PRINTABLE
			? "letters, digits and punctuation"
			: "characters");
	return ERR_OK;
}

/* RFC 4514 names the last set of attributes first; within a set their order
 * is of no account, since DER sorts them. */
static enum err
add(struct reader *r, const struct typed *a)
{
	int set = r->in_rdn == 0 ? 0 : -1;
	int where = r->slash ? -1 : r->in_rdn;

	if (++r->num > MAX_ATTRIBUTES)
		return request_wrong(r->d, r->text, a->key,
		    "a name of more than %d attributes", MAX_ATTRIBUTES);
	if (X509_NAME_add_entry_by_OBJ(r->name, a->type, MBSTRING_UTF8,
		a->value.ptr, (int)a->value.len, where, set) != 1) {
		if (ossl_fail(NULL, ERR_USAGE, "") == ERR_NOMEM)
			return diag_nomem(r->d);
		return request_wrong(r->d, r->text, a->value_at,
		    "OpenSSL does not take this value of %.*s", a->key_len,
		    a->key);
	}
	r->in_rdn++;
	return ERR_OK;
}

static enum err
read_attribute(struct reader *r)
{
	struct typed a = { .what = &unnamed, .key = r->at };
	enum err e = read_key(r, &a);

	if (e == ERR_OK)
		e = read_value(r, &a);
	if (e == ERR_OK)
		e = check_value(r, &a);
	if (e == ERR_OK)
		e = add(r, &a);
	ASN1_OBJECT_free(a.type); /* nothing, where it is a static one */
	buf_clear(&a.value);
	return e;
}

static enum err
read_all(struct reader *r)
{
	enum err e;

	do {
		e = read_attribute(r);
		if (e != ERR_OK)
			return e;
		if (*r->at != '+')
			r->in_rdn = 0;
	} while (*r->at++ != '\0');
	return ERR_OK;
}

enum err
request_name_read(const char *text, X509_NAME **ret, struct diag *d)
{
	struct reader r = { .text = text, .at = text, .d = d };
	enum err e;

	if (strlen(text) > REQUEST_MAX_TEXT)
		return diag_set(d, ERR_USAGE,
		    "a name of more than %d bytes is too long",
		    REQUEST_MAX_TEXT);
	skip_blanks(&r);
	r.slash = *r.at == '/';
	if (r.slash)
		r.at++;
	if (*r.at == '\0')
		return request_wrong(d, text, r.at, "the name is empty");
	r.name = X509_NAME_new();
	if (r.name == NULL)
		return ossl_nomem(d);
	e = read_all(&r);
	if (e == ERR_OK)
		*ret = r.name;
	else
		X509_NAME_free(r.name);
	return e;
}
