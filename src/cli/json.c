/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/origin.h"
#include "data/json.h"

/* The version of the shape: docs/ctlsmith.schema.json. */
#define SCHEMA 1

/* An element at work; failed is sticky and means that memory ran out. */
struct sink {
	bool failed;
};

static void
put(struct sink *s, json_t *obj, const char *key, json_t *value)
{
	if (json_object_set_new(obj, key, value) != 0)
		s->failed = true;
}

/* TEXT as a string, null where it is absent. */
static void
put_text(struct sink *s, json_t *obj, const char *key, struct bytes text)
{
	if (text.ptr == NULL)
		put(s, obj, key, json_null());
	else if (doc_json_text(obj, key, text, NULL) != ERR_OK)
		s->failed = true;
}

static void
put_str(struct sink *s, json_t *obj, const char *key, const char *text)
{
	put_text(s, obj, key,
	    text == NULL ? bytes_of(NULL, 0) : bytes_of_str(text));
}

static void
put_number(struct sink *s, json_t *obj, const char *key, size_t n)
{
	put(s, obj, key, json_integer((json_int_t)n));
}

/* TEXT, built just now, is emptied. */
static void
put_buf(struct sink *s, json_t *obj, const char *key, struct buf *text)
{
	const char *chars = buf_cstr(text);

	if (chars == NULL)
		s->failed = true;
	else
		put_text(s, obj, key, bytes_of(chars, text->len));
	buf_clear(text);
}

static void
put_hex(struct sink *s, json_t *obj, const char *key, struct bytes value)
{
	struct buf text = { 0 };

	text_put_hex(&text, value, "", TEXT_LOWER);
	put_buf(s, obj, key, &text);
}

/* A serial number as the appliance prints it. */
static void
put_serial(struct sink *s, json_t *obj, const char *key, struct bytes serial)
{
	struct buf text = { 0 };

	if (serial.ptr == NULL) {
		put(s, obj, key, json_null());
		return;
	}
	text_put_hex(&text, serial, ":", TEXT_UPPER);
	put_buf(s, obj, key, &text);
}

static void
put_time(struct sink *s, json_t *obj, const char *key, int64_t when)
{
	struct buf text = { 0 };

	text_put_rfc3339(&text, when);
	put_buf(s, obj, key, &text);
}

static void
put_digest(struct sink *s, json_t *obj, enum digest which, struct bytes of)
{
	struct digest_value value;

	if (digest_of(which, &of, 1, &value, NULL) != ERR_OK)
		s->failed = true;
	else
		put_hex(s, obj, digest_name(which), digest_bytes(&value));
}

/* The offset in D, null where there is none. */
static void
put_offset(struct sink *s, json_t *obj, const struct diag *d)
{
	if (d->offset == DIAG_NOWHERE)
		put(s, obj, "offset", json_null());
	else
		put_number(s, obj, "offset", d->offset);
}

static json_t *
json_of_file(struct sink *s, const struct input *in)
{
	struct bytes raw = buf_bytes(&in->bytes);
	json_t *o = json_object();

	put_str(s, o, "path", in->path);
	if (!in->loaded)
		return o;
	put_number(s, o, "size", raw.len);
	put_digest(s, o, DIGEST_MD5, raw);
	put_digest(s, o, DIGEST_SHA1, raw);
	put_digest(s, o, DIGEST_SHA256, raw);
	return o;
}

static json_t *
json_of_error(struct sink *s, const struct diag *d)
{
	json_t *o = json_object();

	put_str(s, o, "code", diag_err_name(d->code));
	put_str(s, o, "message", d->msg);
	put_offset(s, o, d);
	put_str(s, o, "path", d->path[0] == '\0' ? NULL : d->path);
	return o;
}

/* Tags whose value stands nowhere else in the element. */
static bool
is_shown_raw(const struct ctl_tag_info *info)
{
	return info == NULL ||
	    (info->code >= CTL_HDR_ENCRYPTION && info->shape != CTL_GROUP);
}

static json_t *
json_of_tag(struct sink *s, const struct ctl_field *field,
    const struct ctl_tag_info *info)
{
	json_t *o = json_object();

	put_number(s, o, "tag", field->tag);
	put_str(s, o, "name", info == NULL ? NULL : info->name);
	put_number(s, o, "offset", field->offset);
	put_number(s, o, "length", field->value.len);
	if (is_shown_raw(info))
		put_hex(s, o, "value", field->value);
	return o;
}

/* Every tag in file order, with its place. */
static json_t *
json_of_tags(struct sink *s, const struct ctl_field *fields, size_t num,
    const struct ctl_tag_info *(*info)(uint8_t))
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < num; i++)
		if (json_array_append_new(list,
			json_of_tag(s, &fields[i], info(fields[i].tag))) != 0)
			s->failed = true;
	return list;
}

static json_t *
json_of_signer(struct sink *s, const struct ctl_header *h)
{
	json_t *o = json_object();

	put_text(s, o, "name", ctl_header_text(h, CTL_HDR_SIGNER_NAME));
	put_serial(s, o, "serial", ctl_header_value(h, CTL_HDR_SERIAL));
	put_text(s, o, "issuer", ctl_header_text(h, CTL_HDR_ISSUER));
	return o;
}

/* The code of TAG, null where it is absent. */
static void
put_code(struct sink *s, json_t *o, const char *key, const struct ctl_header *h,
    enum ctl_header_tag tag)
{
	uint32_t code;

	if (ctl_header_number(h, tag, &code))
		put_number(s, o, key, code);
	else
		put(s, o, key, json_null());
}

static void
put_algorithms(struct sink *s, json_t *o, const struct ctl_header *h)
{
	enum digest digest;
	unsigned bits = 0;
	uint32_t code;

	if (ctl_header_number(h, CTL_HDR_DIGEST, &code) &&
	    ctl_digest_of_code(code, &digest))
		put_str(s, o, "digest", digest_name(digest));
	else
		put(s, o, "digest", json_null());
	put_code(s, o, "digest_code", h, CTL_HDR_DIGEST);
	put_code(s, o, "signature_algorithm_code", h, CTL_HDR_SIGALG);
	if (ctl_header_number(h, CTL_HDR_MODULUS, &code))
		bits = ctl_modulus_bits(code);
	put(s, o, "modulus_bits", bits == 0 ? json_null() : json_integer(bits));
	put_code(s, o, "modulus_code", h, CTL_HDR_MODULUS);
}

static json_t *
json_of_header(struct sink *s, const struct ctl_header *h)
{
	json_t *o = json_object();
	char version[16];
	uint32_t when;

	(void)snprintf(version, sizeof(version), "%u.%u", h->major, h->minor);
	put_str(s, o, "version", version);
	put_number(s, o, "length", h->length);
	put_text(s, o, "filename", ctl_header_text(h, CTL_HDR_FILENAME));
	if (ctl_header_number(h, CTL_HDR_TIMESTAMP, &when))
		put_time(s, o, "timestamp", when);
	else
		put(s, o, "timestamp", json_null());
	put(s, o, "signer", json_of_signer(s, h));
	put_algorithms(s, o, h);
	put_number(s, o, "pads", h->num_pads);
	put(s, o, "tags",
	    json_of_tags(s, h->fields, h->num_fields, ctl_header_tag_info));
	return o;
}

static void
put_address(struct sink *s, json_t *o, const struct ctl_record *r)
{
	struct bytes ip = ctl_record_value(r, CTL_REC_ADDRESS);
	char text[16];

	if (ip.len == 4) {
		(void)snprintf(text, sizeof(text), "%u.%u.%u.%u", ip.ptr[0],
		    ip.ptr[1], ip.ptr[2], ip.ptr[3]);
		put_str(s, o, "ip_address", text);
		return;
	}
	put(s, o, "ip_address", json_null());
	if (ip.ptr != NULL)
		put_hex(s, o, "ip_address_hex", ip);
}

static void
put_name(struct sink *s, json_t *o, const char *key, const struct cert *c,
    enum cert_name which)
{
	struct buf name = { 0 };
	enum err e = cert_put_name(c, which, &name, NULL);

	if (e == ERR_OK) {
		put_buf(s, o, key, &name);
	} else {
		s->failed |= e == ERR_NOMEM;
		put(s, o, key, json_null());
		buf_clear(&name);
	}
}

static json_t *
json_of_cert(struct sink *s, struct bytes der, const struct cert *c,
    const struct diag *bad)
{
	json_t *o;

	if (der.ptr == NULL)
		return json_null();
	o = json_object();
	put_digest(s, o, DIGEST_SHA1, der);
	put_digest(s, o, DIGEST_SHA256, der);
	if (c == NULL) {
		put_str(s, o, "error", bad->msg);
		return o;
	}
	put_name(s, o, "subject", c, CERT_SUBJECT);
	put_name(s, o, "issuer", c, CERT_ISSUER);
	put_time(s, o, "not_before", cert_not_before(c));
	put_time(s, o, "not_after", cert_not_after(c));
	return o;
}

static json_t *
json_of_key(struct sink *s, const struct pubkey *k)
{
	json_t *o;

	if (k == NULL)
		return json_null();
	o = json_object();
	put_str(s, o, "type", pubkey_type_name(pubkey_type(k)));
	put_number(s, o, "bits", pubkey_bits(k));
	return o;
}

/* Key and certificate; the key from PUBLICKEY where there is no certificate.
 */
static void
put_credentials(struct sink *s, json_t *o, const struct ctl_record *r)
{
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes bare = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	struct pubkey *own = NULL;
	struct cert *c = NULL;
	struct diag bad;
	enum err e = ERR_OK;

	if (der.ptr != NULL)
		e = cert_from_der(der, &c, &bad);
	if (c == NULL && bare.ptr != NULL && e != ERR_NOMEM)
		s->failed |= pubkey_from_rsa(bare, &own, NULL) == ERR_NOMEM;
	s->failed |= e == ERR_NOMEM;
	put(s, o, "public_key", json_of_key(s, c != NULL ? cert_key(c) : own));
	put(s, o, "certificate", json_of_cert(s, der, c, &bad));
	pubkey_free(&own);
	cert_free(&c);
}

static json_t *
json_of_cert_hash(struct sink *s, const struct ctl_record *r)
{
	struct bytes hash = ctl_record_value(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);
	enum digest digest;
	json_t *o;

	if (hash.ptr == NULL)
		return json_null();
	o = json_object();
	put_str(s, o, "digest",
	    alg.len == 1 && ctl_digest_of_code(alg.ptr[0], &digest)
		? digest_name(digest)
		: NULL);
	put_hex(s, o, "value", hash);
	return o;
}

static void
put_role(struct sink *s, json_t *o, const struct ctl_record *r)
{
	if (r->has_role) {
		put_str(s, o, "role", ctl_role_name(r->role));
		put_number(s, o, "role_code", r->role);
		put_str(s, o, "function", ctl_role_function(r->role));
	} else {
		put_str(s, o, "role", "unknown");
		put(s, o, "role_code", json_null());
		put(s, o, "function", json_null());
	}
}

static json_t *
json_of_record(struct sink *s, const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);
	json_t *o = json_object();

	put_number(s, o, "index", index);
	put_number(s, o, "offset", r->offset);
	put_number(s, o, "length", r->length);
	put_text(s, o, "dns_name", ctl_record_text(r, CTL_REC_DNS_NAME));
	put_text(s, o, "subject", ctl_record_text(r, CTL_REC_SUBJECT));
	put_role(s, o, r);
	put_text(s, o, "issuer", ctl_record_text(r, CTL_REC_ISSUER));
	put_serial(s, o, "serial", ctl_record_value(r, CTL_REC_SERIAL));
	put_address(s, o, r);
	put(s, o, "is_signer", json_boolean(ctl_signer_record(f) == index));
	put_str(s, o, "dialect", ctl_dialect_name(r->dialect));
	put_credentials(s, o, r);
	put(s, o, "certificate_hash", json_of_cert_hash(s, r));
	put(s, o, "tags",
	    json_of_tags(s, r->fields, r->num_fields, ctl_record_tag_info));
	return o;
}

static json_t *
json_of_records(struct sink *s, const struct input *in,
    const struct records *only)
{
	size_t i, n = ctl_num_records(in->file);
	json_t *list = json_array();

	for (i = 1; i <= n; i++)
		if (records_has(only, i) &&
		    json_array_append_new(list,
			json_of_record(s, in->file, i)) != 0)
			s->failed = true;
	return list;
}

static json_t *
json_of_verdict(struct sink *s, const struct ctl_verdict *v)
{
	bool good = v->status == CTL_VERIFIED;
	json_t *o = json_object();

	put_str(s, o, "status", ctl_status_name(v->status));
	put_str(s, o, "anchor", ctl_anchor_name(v->anchor));
	put_str(s, o, "reason", good ? NULL : v->why.msg);
	if (v->signer_record == 0)
		put(s, o, "signer_record", json_null());
	else
		put_number(s, o, "signer_record", v->signer_record);
	put_offset(s, o, &v->why);
	put_str(s, o, "path", v->why.path[0] == '\0' ? NULL : v->why.path);
	put_str(s, o, "note", v->note[0] == '\0' ? NULL : v->note);
	return o;
}

static json_t *
json_of_origin(struct sink *s, const struct ctl_file *f)
{
	json_t *o = json_object();
	struct buf text = { 0 };

	put_str(s, o, "method", ctl_origin_name(ctl_origin(f)));
	origin_put_reason(f, &text);
	put_buf(s, o, "reason", &text);
	origin_put_updater(f, "of the list", &text);
	put_buf(s, o, "updater", &text);
	return o;
}

/* Ends an element: NULL where memory ran out somewhere. */
static json_t *
finish(struct sink *s, json_t *o)
{
	if (!s->failed)
		return o;
	json_decref(o);
	return NULL;
}

/* What every element begins with; false where the file could not be read and
 * nothing more is to be said. */
static bool
begin(struct sink *s, const struct input *in, json_t **ret)
{
	json_t *o = *ret = json_object();

	put_number(s, o, "schema", SCHEMA);
	put(s, o, "file", json_of_file(s, in));
	put(s, o, "error",
	    in->file == NULL ? json_of_error(s, &in->error) : json_null());
	if (in->file != NULL)
		put_str(s, o, "kind", ctl_kind_name(ctl_kind(in->file)));
	return in->file != NULL;
}

json_t *
json_of_verify(const struct input *in)
{
	struct sink s = { 0 };
	json_t *o;

	if (begin(&s, in, &o))
		put(&s, o, "verification", json_of_verdict(&s, &in->verdict));
	return finish(&s, o);
}

json_t *
json_of_show(const struct input *in, const struct records *only)
{
	struct sink s = { 0 };
	struct bytes payload;
	json_t *o, *part;

	if (!begin(&s, in, &o))
		return finish(&s, o);
	put(&s, o, "header", json_of_header(&s, ctl_header(in->file)));
	put(&s, o, "records", json_of_records(&s, in, only));
	payload = ctl_payload(in->file);
	part = json_object();
	put_number(&s, part, "offset", ctl_header(in->file)->length);
	put_number(&s, part, "length", payload.len);
	put(&s, o, "payload", part);
	put(&s, o, "verification", json_of_verdict(&s, &in->verdict));
	put(&s, o, "origin", json_of_origin(&s, in->file));
	return finish(&s, o);
}
