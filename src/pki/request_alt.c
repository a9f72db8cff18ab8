/* SPDX-License-Identifier: Apache-2.0 */
/* Alternative names as people type them. */
#include "pki/request_parts.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "pki/ossl.h"

#define MAX_NAMES 256

/* The limits of a domain name (RFC 1035, 2.3.4). */
#define MAX_DNS 253
#define MAX_LABEL 63

static bool
is_alnum(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

/* Labels of letters, digits, '-' and '_', of which the first may be "*". */
static bool
is_dns(struct bytes in)
{
	size_t i, label = 0;
	struct bytes star;

	if (in.len > MAX_DNS)
		return false;
	if (bytes_starts(in, bytes_of_str("*.")) && !bytes_take(&in, 2, &star))
		return false;
	for (i = 0; i < in.len; i++) {
		uint8_t c = in.ptr[i];

		if (c == '.' && label == 0)
			return false;
		if (c != '.' && !is_alnum(c) && c != '-' && c != '_')
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > MAX_LABEL)
			return false;
	}
	return label > 0;
}

/* Visible ASCII with a MARK that is neither first nor last. */
static bool
has_mark(struct bytes in, char mark)
{
	const uint8_t *at = memchr(in.ptr, mark, in.len);
	size_t i;

	for (i = 0; i < in.len; i++)
		if (in.ptr[i] <= ' ' || in.ptr[i] > '~')
			return false;
	return at != NULL && at != in.ptr && at != in.ptr + in.len - 1;
}

static bool
is_email(struct bytes in)
{
	return has_mark(in, '@');
}

static bool
is_uri(struct bytes in)
{
	return has_mark(in, ':');
}

/* The kinds of name. Without is_valid it is an address. */
static const struct kind {
	const char *name;
	int type;
	bool (*is_valid)(struct bytes in);
	const char *wants;
} kinds[] = {
	{ "DNS", GEN_DNS, is_dns, "a host name, as in DNS:a.example.org" },
	{ "IP", GEN_IPADD, NULL, "an IPv4 or IPv6 address, as in IP:10.0.0.1" },
	{ "email", GEN_EMAIL, is_email, "an address, as in email:x@y.org" },
	{ "URI", GEN_URI, is_uri, "an URI, as in URI:sip:x@y.org" },
};

static const struct kind *
kind_of(struct bytes name)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].name) == name.len &&
		    strncasecmp(kinds[i].name, (const char *)name.ptr,
			name.len) == 0)
			return &kinds[i];
	return NULL;
}

/* The bytes of an address into RET; 0 where it is none. */
static size_t
address_of(const char *text, uint8_t ret[16])
{
	if (inet_pton(AF_INET, text, ret) == 1)
		return 4;
	return inet_pton(AF_INET6, text, ret) == 1 ? 16 : 0;
}

/* Adds NAME, whose string is IN, to NAMES. */
static enum err
add(GENERAL_NAMES *names, const struct kind *kind, struct bytes in,
    struct diag *d)
{
	ASN1_STRING *s = kind->is_valid == NULL ? ASN1_OCTET_STRING_new()
						: ASN1_IA5STRING_new();
	GENERAL_NAME *name = GENERAL_NAME_new();

	if (s == NULL || name == NULL ||
	    ASN1_STRING_set(s, in.ptr, (int)in.len) != 1) {
		ASN1_STRING_free(s);
		GENERAL_NAME_free(name);
		return ossl_nomem(d);
	}
	GENERAL_NAME_set0_value(name, kind->type, s);
	if (sk_GENERAL_NAME_push(names, name) > 0)
		return ERR_OK;
	GENERAL_NAME_free(name);
	return ossl_nomem(d);
}

static enum err
add_checked(GENERAL_NAMES *names, const struct kind *kind, struct buf *value,
    bool *ret_valid, struct diag *d)
{
	uint8_t address[16];
	const char *text = buf_cstr(value);
	struct bytes in = buf_bytes(value);

	if (text == NULL)
		return diag_nomem(d);
	if (kind->is_valid != NULL) {
		*ret_valid = in.len > 0 && kind->is_valid(in);
	} else {
		in = bytes_of(address, address_of(text, address));
		*ret_valid = in.len > 0;
	}
	return *ret_valid ? add(names, kind, in, d) : ERR_OK;
}

/* Moves *AT over a value, up to its comma, and appends it to OUT without its
 * escapes and without the blanks around it. */
static void
take_value(const char **at, struct buf *out)
{
	const char *p = *at;

	while (*p == ' ')
		p++;
	for (; *p != '\0' && *p != ','; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		buf_u8(out, (uint8_t)*p);
	}
	while (buf_ok(out) && out->len > 0 && out->ptr[out->len - 1] == ' ')
		out->len--;
	*at = p;
}

static enum err
read_one(GENERAL_NAMES *names, const char *text, const char **at,
    struct diag *d)
{
	const char *start = *at + strspn(*at, " ");
	size_t len = strcspn(start, ":,");
	const struct kind *kind = kind_of(bytes_of(start, len));
	struct buf value = { 0 };
	bool valid = false;
	enum err e;

	if (start[len] != ':' || kind == NULL)
		return request_wrong(d, text, start,
		    "unknown kind of alternative name '%.*s'; write DNS:, IP:, "
		    "email: or URI: before it",
		    (int)(len < 40 ? len : 40), start);
	*at = start + len + 1;
	take_value(at, &value);
	e = add_checked(names, kind, &value, &valid, d);
	buf_clear(&value);
	if (e == ERR_OK && !valid)
		return request_wrong(d, text, start + len + 1,
		    "this alternative name must be %s", kind->wants);
	return e;
}

enum err
request_alt_read(const char *text, GENERAL_NAMES **ret, struct diag *d)
{
	GENERAL_NAMES *names;
	const char *at = text;
	enum err e;

	if (strlen(text) > REQUEST_MAX_TEXT)
		return diag_set(d, ERR_USAGE,
		    "alternative names of more than %d bytes are too long",
		    REQUEST_MAX_TEXT);
	names = GENERAL_NAMES_new();
	if (names == NULL)
		return ossl_nomem(d);
	do {
		e = read_one(names, text, &at, d);
		if (e == ERR_OK && sk_GENERAL_NAME_num(names) > MAX_NAMES)
			e = request_wrong(d, text, at,
			    "more than %d alternative names", MAX_NAMES);
	} while (e == ERR_OK && *at++ == ',');
	if (e == ERR_OK)
		*ret = names;
	else
		GENERAL_NAMES_free(names);
	return e;
}
