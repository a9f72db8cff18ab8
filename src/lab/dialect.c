/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/dialect.h"

#include <string.h>

/* "Fixed output order CN;OU;O;L;ST;C regardless of the order in the
 * certificate", and nothing else. */
static const char *const fixed_order[] = { "CN", "OU", "O", "L", "ST", "C" };

/* The attribute names that RFC 4514 has; all others are written as numbers. */
static const struct {
	const char *key;
	const char *oid;
} oids[] = { { "serialNumber", "2.5.4.5" }, { "title", "2.5.4.12" },
	{ "GN", "2.5.4.42" }, { "SN", "2.5.4.4" },
	{ "emailAddress", "1.2.840.113549.1.9.1" } };

static const uint8_t appliance_tags[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
static const uint8_t client_tags[] = { 1, 2, 3, 4, 5, 6, 7, 9, 10 };
static const uint8_t builder_tags[] = { 1, 3, 5, 6, 4, 7, 8, 9 };
static const uint8_t hashed_tags[] = { 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 10 };
static const uint8_t empty_tags[] = { 1, 2, 4, 10 };

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* The attribute's bytes as they stand in the certificate. BMPString and
 * UniversalString are exceptions: their bytes would put NULs before every
 * letter, so the text is copied. */
static enum err
put_attr(struct buf *out, const struct mint_attr *attr, struct diag *diag)
{
	struct mint_attr text = *attr;

	if (text.type == MINT_BMP || text.type == MINT_UNIVERSAL)
		text.type = MINT_UTF8;
	return mint_attr_bytes(&text, out, diag);
}

static enum err
put_fixed(struct buf *out, const struct mint_name *name, struct diag *diag)
{
	const char *separator = "";
	enum err err = ERR_OK;
	size_t i, k;

	for (k = 0; k < NUM(fixed_order); k++) {
		for (i = 0; i < name->num && err == ERR_OK; i++) {
			if (strcmp(name->attr[i].key, fixed_order[k]) != 0)
				continue;
			buf_printf(out, "%s%s=", separator, fixed_order[k]);
			err = put_attr(out, &name->attr[i], diag);
			separator = ";";
		}
	}
	return err;
}

/* "A token's SUBJECTNAME ends before the first comma behind its first
 * attribute": in the middle of its quotes. The one published name shows no more
 * than that it is cut ('...;o="Cisco Systems'). */
static void
cut_at_comma(struct buf *out, size_t behind_cn)
{
	const uint8_t *comma;

	if (!buf_ok(out) || out->len <= behind_cn)
		return;
	comma = memchr(out->ptr + behind_cn, ',', out->len - behind_cn);
	if (comma != NULL)
		out->len = (size_t)(comma - out->ptr);
}

/* "Quoted where it is empty, begins or ends with a blank, or has one of" */
static bool
needs_quotes(struct bytes value)
{
	static const char special[] = ",;+\"<>=#\\\n";
	size_t i;

	for (i = 0; i < value.len; i++)
		if (memchr(special, value.ptr[i], sizeof(special) - 1) != NULL)
			return true;
	return value.len == 0 || value.ptr[0] == ' ' ||
	    value.ptr[value.len - 1] == ' ';
}

static enum err
put_quoted(struct buf *out, const struct mint_attr *attr, struct diag *diag)
{
	struct buf raw = { 0 };
	enum err err = put_attr(&raw, attr, diag);
	bool quotes = needs_quotes(buf_bytes(&raw));
	size_t i;

	if (quotes)
		buf_u8(out, '"');
	for (i = 0; i < raw.len; i++) {
		if (raw.ptr[i] == '"')
			buf_u8(out, '"');
		buf_u8(out, raw.ptr[i]);
	}
	if (quotes)
		buf_u8(out, '"');
	buf_clear(&raw);
	return err;
}

static enum err
put_token(struct buf *out, const struct mint_name *name, bool cut,
    struct diag *diag)
{
	static const char *const lower[] = { "cn", "ou", "o", "l", "st", "c" };
	size_t i, k, start = out->len, first = 0;
	enum err err = ERR_OK;

	for (k = 0; k < NUM(fixed_order); k++) {
		for (i = 0; i < name->num && err == ERR_OK; i++) {
			if (strcmp(name->attr[i].key, fixed_order[k]) != 0)
				continue;
			buf_printf(out, "%s%s=", out->len > start ? ";" : "",
			    lower[k]);
			err = put_quoted(out, &name->attr[i], diag);
			first = first == 0 ? out->len : first;
		}
	}
	if (cut)
		cut_at_comma(out, first);
	return err == ERR_OK && !buf_ok(out) ? diag_nomem(diag) : err;
}

/* RFC 4514, section 2.4. */
static void
put_escaped(struct buf *out, const char *value)
{
	size_t i, len = strlen(value);
	char c;

	for (i = 0; i < len; i++) {
		c = value[i];
		if (strchr("\"+,;<>\\", c) != NULL ||
		    (c == ' ' && (i == 0 || i + 1 == len)) ||
		    (c == '#' && i == 0))
			buf_u8(out, '\\');
		buf_u8(out, (uint8_t)c);
	}
}

static enum err
put_builder(struct buf *out, const struct mint_name *name, struct diag *diag)
{
	const char *key;
	size_t i, k;

	for (i = 0; i < name->num; i++) {
		key = name->attr[i].key;
		for (k = 0; k < NUM(oids); k++)
			if (strcmp(key, oids[k].key) == 0)
				key = oids[k].oid;
		buf_printf(out, "%s%s=", i == 0 ? "" : ",", key);
		put_escaped(out, name->attr[i].value);
	}
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

static enum err
put_name(const struct dialect_record *r, uint8_t tag, struct buf *out,
    struct diag *diag)
{
	const struct mint_name *name = tag == DIALECT_SUBJECT
	    ? &r->cert->spec.subject
	    : &r->cert->spec.issuer;
	enum err err;

	if (r->dialect == DIALECT_TOKEN)
		err = put_token(out, name, tag == DIALECT_SUBJECT, diag);
	else if (r->dialect == DIALECT_BUILDER)
		err = put_builder(out, name, diag);
	else
		err = put_fixed(out, name, diag);
	if (err == ERR_OK)
		buf_u8(out, 0);
	return err;
}

static void
put_serial(const struct dialect_record *r, struct buf *out)
{
	struct bytes serial = r->cert->spec.serial;
	size_t i;

	if (r->dialect == DIALECT_TOKEN) {
		for (i = serial.len; i > 0; i--)
			buf_u8(out, serial.ptr[i - 1]);
		return;
	}
	/* DER puts a zero before a number whose first bit is set. */
	if (r->dialect != DIALECT_BUILDER && serial.len > 0 &&
	    serial.ptr[0] >= 0x80)
		buf_u8(out, 0);
	buf_put(out, serial);
}

static enum err
put_cert_value(const struct dialect_record *r, uint8_t tag, struct buf *out,
    struct diag *diag)
{
	const struct dialect_cert *cert = r->cert;

	switch (tag) {
	case DIALECT_SUBJECT:
	case DIALECT_ISSUER:
		return put_name(r, tag, out, diag);
	case DIALECT_SERIAL:
		put_serial(r, out);
		break;
	case DIALECT_KEY:
		buf_put(out, cert->public_key);
		break;
	case DIALECT_SIGNATURE:
		buf_put(out, cert->signature);
		break;
	case DIALECT_CERT:
		buf_put(out, cert->der);
		break;
	case DIALECT_HASH:
		return mint_hash(MINT_SHA1, cert->der, out, diag);
	default:
		buf_u8(out, 1); /* DIALECT_HASH_ALG: SHA-1 */
		break;
	}
	return ERR_OK;
}

const uint8_t *
dialect_tags(enum dialect dialect, size_t *ret_num)
{
	switch (dialect) {
	case DIALECT_APPLIANCE:
		*ret_num = NUM(appliance_tags);
		return appliance_tags;
	case DIALECT_CLIENT:
	case DIALECT_TOKEN:
		*ret_num = NUM(client_tags);
		return client_tags;
	case DIALECT_BUILDER:
		*ret_num = NUM(builder_tags);
		return builder_tags;
	case DIALECT_HASHED:
		*ret_num = NUM(hashed_tags);
		return hashed_tags;
	case DIALECT_EMPTY:
		break;
	}
	*ret_num = NUM(empty_tags);
	return empty_tags;
}

bool
dialect_has(const struct dialect_record *r, uint8_t tag)
{
	switch (tag) {
	case DIALECT_LENGTH:
	case DIALECT_DNS:
	case DIALECT_ROLE:
		return true;
	case DIALECT_IP:
		return r->ip.ptr != NULL;
	default:
		return r->cert != NULL && tag <= DIALECT_HASH_ALG;
	}
}

enum err
dialect_value(const struct dialect_record *r, uint8_t tag, struct buf *out,
    struct diag *diag)
{
	enum err err = ERR_OK;

	if (!dialect_has(r, tag) || tag == DIALECT_LENGTH)
		return diag_set(diag, ERR_USAGE,
		    "nothing to put into tag %u of a record", tag);
	switch (tag) {
	case DIALECT_DNS:
		buf_put(out, bytes_of(r->dns, strlen(r->dns) + 1));
		break;
	case DIALECT_ROLE:
		buf_u16(out, (uint16_t)r->role);
		break;
	case DIALECT_IP:
		buf_put(out, r->ip);
		break;
	default:
		err = put_cert_value(r, tag, out, diag);
		break;
	}
	if (err == ERR_OK && !buf_ok(out))
		err = diag_nomem(diag);
	return err;
}
