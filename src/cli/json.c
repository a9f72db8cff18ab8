/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json.h"

#include <stdio.h>

#include "base/text.h"
#include "cli/json_listing.h"
#include "cli/json_put.h"
#include "cli/origin.h"

json_t *
json_of_file(struct json_sink *s, const char *path, struct bytes raw)
{
	json_t *o = json_object();

	json_put_str(s, o, "path", path);
	if (raw.ptr == NULL)
		return o;
	json_put_number(s, o, "size", raw.len);
	json_put_digest(s, o, DIGEST_MD5, raw);
	json_put_digest(s, o, DIGEST_SHA1, raw);
	json_put_digest(s, o, DIGEST_SHA256, raw);
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
json_of_tag(struct json_sink *s, const struct ctl_field *field,
    const struct ctl_tag_info *info)
{
	json_t *o = json_object();

	json_put_number(s, o, "tag", field->tag);
	json_put_str(s, o, "name", info == NULL ? NULL : info->name);
	json_put_number(s, o, "offset", field->offset);
	json_put_number(s, o, "length", field->value.len);
	if (is_shown_raw(info))
		json_put_hex(s, o, "value", field->value);
	return o;
}

/* Every tag in file order, with its place. */
static json_t *
json_of_tags(struct json_sink *s, const struct ctl_field *fields, size_t num,
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
json_of_signer(struct json_sink *s, const struct ctl_header *h)
{
	json_t *o = json_object();

	json_put_text(s, o, "name", ctl_header_text(h, CTL_HDR_SIGNER_NAME));
	json_put_serial(s, o, "serial", ctl_header_value(h, CTL_HDR_SERIAL));
	json_put_text(s, o, "issuer", ctl_header_text(h, CTL_HDR_ISSUER));
	return o;
}

/* The code of TAG, null where it is absent. */
static void
put_code(struct json_sink *s, json_t *o, const char *key,
    const struct ctl_header *h, enum ctl_header_tag tag)
{
	uint32_t code;

	if (ctl_header_number(h, tag, &code))
		json_put_number(s, o, key, code);
	else
		json_put(s, o, key, json_null());
}

static void
put_algorithms(struct json_sink *s, json_t *o, const struct ctl_header *h)
{
	enum digest digest;
	unsigned bits = 0;
	uint32_t code;

	if (ctl_header_number(h, CTL_HDR_DIGEST, &code) &&
	    ctl_digest_of_code(code, &digest))
		json_put_str(s, o, "digest", digest_name(digest));
	else
		json_put(s, o, "digest", json_null());
	put_code(s, o, "digest_code", h, CTL_HDR_DIGEST);
	put_code(s, o, "signature_algorithm_code", h, CTL_HDR_SIGALG);
	if (ctl_header_number(h, CTL_HDR_MODULUS, &code))
		bits = ctl_modulus_bits(code);
	json_put(s, o, "modulus_bits",
	    bits == 0 ? json_null() : json_integer(bits));
	put_code(s, o, "modulus_code", h, CTL_HDR_MODULUS);
}

json_t *
json_of_header(struct json_sink *s, const struct ctl_header *h)
{
	json_t *o = json_object();
	char version[16];
	uint32_t when;

	(void)snprintf(version, sizeof(version), "%u.%u", h->major, h->minor);
	json_put_str(s, o, "version", version);
	json_put_number(s, o, "length", h->length);
	json_put_text(s, o, "filename", ctl_header_text(h, CTL_HDR_FILENAME));
	if (ctl_header_number(h, CTL_HDR_TIMESTAMP, &when))
		json_put_time(s, o, "timestamp", when);
	else
		json_put(s, o, "timestamp", json_null());
	json_put(s, o, "signer", json_of_signer(s, h));
	put_algorithms(s, o, h);
	json_put_number(s, o, "pads", h->num_pads);
	json_put(s, o, "tags",
	    json_of_tags(s, h->fields, h->num_fields, ctl_header_tag_info));
	return o;
}

static void
put_address(struct json_sink *s, json_t *o, const struct ctl_record *r)
{
	struct bytes ip = ctl_record_value(r, CTL_REC_ADDRESS);
	char text[16];

	if (ip.len == 4) {
		(void)snprintf(text, sizeof(text), "%u.%u.%u.%u", ip.ptr[0],
		    ip.ptr[1], ip.ptr[2], ip.ptr[3]);
		json_put_str(s, o, "ip_address", text);
		return;
	}
	json_put(s, o, "ip_address", json_null());
	if (ip.ptr != NULL)
		json_put_hex(s, o, "ip_address_hex", ip);
}

static void
put_name(struct json_sink *s, json_t *o, const char *key, const struct cert *c,
    enum cert_name which)
{
	struct buf name = { 0 };
	enum err e = cert_put_name(c, which, &name, NULL);

	if (e == ERR_OK) {
		json_put_buf(s, o, key, &name);
	} else {
		s->failed |= e == ERR_NOMEM;
		json_put(s, o, key, json_null());
		buf_clear(&name);
	}
}

static json_t *
json_of_cert(struct json_sink *s, struct bytes der, const struct cert *c,
    const struct diag *bad)
{
	json_t *o;

	if (der.ptr == NULL)
		return json_null();
	o = json_object();
	json_put_digest(s, o, DIGEST_SHA1, der);
	json_put_digest(s, o, DIGEST_SHA256, der);
	if (c == NULL) {
		json_put_str(s, o, "error", bad->msg);
		return o;
	}
	put_name(s, o, "subject", c, CERT_SUBJECT);
	put_name(s, o, "issuer", c, CERT_ISSUER);
	json_put_time(s, o, "not_before", cert_not_before(c));
	json_put_time(s, o, "not_after", cert_not_after(c));
	return o;
}

static json_t *
json_of_key(struct json_sink *s, const struct pubkey *k)
{
	json_t *o;

	if (k == NULL)
		return json_null();
	o = json_object();
	json_put_str(s, o, "type", pubkey_type_name(pubkey_type(k)));
	json_put_number(s, o, "bits", pubkey_bits(k));
	return o;
}

/* Key and certificate; the key from PUBLICKEY where there is no certificate.
 */
static void
put_credentials(struct json_sink *s, json_t *o, const struct ctl_record *r)
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
	json_put(s, o, "public_key",
	    json_of_key(s, c != NULL ? cert_key(c) : own));
	json_put(s, o, "certificate", json_of_cert(s, der, c, &bad));
	pubkey_free(&own);
	cert_free(&c);
}

static json_t *
json_of_cert_hash(struct json_sink *s, const struct ctl_record *r)
{
	struct bytes hash = ctl_record_value(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);
	enum digest digest;
	json_t *o;

	if (hash.ptr == NULL)
		return json_null();
	o = json_object();
	json_put_str(s, o, "digest",
	    alg.len == 1 && ctl_digest_of_code(alg.ptr[0], &digest)
		? digest_name(digest)
		: NULL);
	json_put_hex(s, o, "value", hash);
	return o;
}

static void
put_role(struct json_sink *s, json_t *o, const struct ctl_record *r)
{
	if (r->has_role) {
		json_put_str(s, o, "role", ctl_role_name(r->role));
		json_put_number(s, o, "role_code", r->role);
		json_put_str(s, o, "function", ctl_role_function(r->role));
	} else {
		json_put_str(s, o, "role", "unknown");
		json_put(s, o, "role_code", json_null());
		json_put(s, o, "function", json_null());
	}
}

static json_t *
json_of_record(struct json_sink *s, const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);
	json_t *o = json_object();

	json_put_number(s, o, "index", index);
	json_put_number(s, o, "offset", r->offset);
	json_put_number(s, o, "length", r->length);
	json_put_text(s, o, "dns_name", ctl_record_text(r, CTL_REC_DNS_NAME));
	json_put_text(s, o, "subject", ctl_record_text(r, CTL_REC_SUBJECT));
	put_role(s, o, r);
	json_put_text(s, o, "issuer", ctl_record_text(r, CTL_REC_ISSUER));
	json_put_serial(s, o, "serial", ctl_record_value(r, CTL_REC_SERIAL));
	put_address(s, o, r);
	json_put(s, o, "is_signer",
	    json_boolean(ctl_signer_record(f) == index));
	json_put_str(s, o, "dialect", ctl_dialect_name(r->dialect));
	put_credentials(s, o, r);
	json_put(s, o, "certificate_hash", json_of_cert_hash(s, r));
	json_put(s, o, "tags",
	    json_of_tags(s, r->fields, r->num_fields, ctl_record_tag_info));
	return o;
}

json_t *
json_of_records(struct json_sink *s, const struct ctl_file *f,
    const struct records *only)
{
	size_t i, n = ctl_num_records(f);
	json_t *list = json_array();

	for (i = 1; i <= n; i++)
		if (records_has(only, i) &&
		    json_array_append_new(list, json_of_record(s, f, i)) != 0)
			s->failed = true;
	return list;
}

json_t *
json_of_verdict(struct json_sink *s, const struct ctl_verdict *v)
{
	bool good = v->status == CTL_VERIFIED;
	json_t *o = json_object();

	json_put_str(s, o, "status", ctl_status_name(v->status));
	json_put_str(s, o, "anchor", ctl_anchor_name(v->anchor));
	json_put_str(s, o, "reason", good ? NULL : v->why.msg);
	if (v->signer_record == 0)
		json_put(s, o, "signer_record", json_null());
	else
		json_put_number(s, o, "signer_record", v->signer_record);
	json_put_offset(s, o, &v->why);
	json_put_str(s, o, "path", v->why.path[0] == '\0' ? NULL : v->why.path);
	json_put_str(s, o, "note", v->note[0] == '\0' ? NULL : v->note);
	return o;
}

static json_t *
json_of_origin(struct json_sink *s, const struct ctl_file *f)
{
	json_t *o = json_object();
	struct buf text = { 0 };

	json_put_str(s, o, "method", ctl_origin_name(ctl_origin(f)));
	origin_put_reason(f, &text);
	json_put_buf(s, o, "reason", &text);
	origin_put_updater(f, "of the list", &text);
	json_put_buf(s, o, "updater", &text);
	return o;
}

/* Ends an element: NULL where memory ran out somewhere. */
static json_t *
finish(struct json_sink *s, json_t *o)
{
	if (!s->failed)
		return o;
	json_decref(o);
	return NULL;
}

/* All of IN, absent where it is not there; an empty file is. */
static struct bytes
whole_of(const struct input *in)
{
	if (!in->loaded)
		return bytes_of(NULL, 0);
	return in->bytes.len == 0 ? bytes_of_str("") : buf_bytes(&in->bytes);
}

/* What every element begins with; false where the file could not be read and
 * nothing more is to be said. */
static bool
begin(struct json_sink *s, const struct input *in, json_t **ret)
{
	json_t *o = *ret = json_object();
	bool known = input_is_known(in);

	json_put_number(s, o, "schema", JSON_SCHEMA);
	json_put(s, o, "file", json_of_file(s, in->path, whole_of(in)));
	json_put_error(s, o, known ? NULL : &in->error);
	if (known)
		json_put_str(s, o, "kind", ctl_kind_name(input_kind(in)));
	return known;
}

json_t *
json_of_verify(const struct input *in)
{
	struct json_sink s = { 0 };
	json_t *o;

	if (begin(&s, in, &o))
		json_put(&s, o, "verification",
		    json_of_verdict(&s, &in->verdict));
	return finish(&s, o);
}

json_t *
json_of_finding(struct json_sink *s, const struct ctl_finding *f)
{
	json_t *o = json_object();

	json_put_str(s, o, "id", ctl_rule_name(f->rule));
	json_put_str(s, o, "severity", ctl_severity_name(f->severity));
	if (f->record == 0)
		json_put(s, o, "record", json_null());
	else
		json_put_number(s, o, "record", f->record);
	if (f->offset == DIAG_NOWHERE)
		json_put(s, o, "offset", json_null());
	else
		json_put_number(s, o, "offset", f->offset);
	json_put_line(s, o, f->line);
	json_put_str(s, o, "path", f->path[0] == '\0' ? NULL : f->path);
	json_put_str(s, o, "message", f->message);
	return o;
}

json_t *
json_of_lint(const struct input *in, const struct ctl_findings *fs)
{
	struct json_sink s = { 0 };
	json_t *o, *list = json_array();
	size_t i;

	for (i = 0; i < fs->num; i++)
		if (json_array_append_new(list,
			json_of_finding(&s, &fs->at[i])) != 0)
			s.failed = true;
	if (begin(&s, in, &o))
		json_put(&s, o, "verification",
		    json_of_verdict(&s, &in->verdict));
	json_put(&s, o, "findings", list);
	return finish(&s, o);
}

static json_t *
json_of_payload(struct json_sink *s, const struct ctl_file *f)
{
	json_t *o = json_object();

	json_put_number(s, o, "offset", ctl_header(f)->length);
	json_put_number(s, o, "length", ctl_payload(f).len);
	return o;
}

static void
put_file(struct json_sink *s, json_t *o, const struct input *in,
    const struct records *only)
{
	json_put(s, o, "header", json_of_header(s, ctl_header(in->file)));
	json_put(s, o, "records", json_of_records(s, in->file, only));
	json_put(s, o, "payload", json_of_payload(s, in->file));
	json_put(s, o, "verification", json_of_verdict(s, &in->verdict));
	json_put(s, o, "origin", json_of_origin(s, in->file));
	json_put(s, o, "listing", json_null());
}

static void
put_listing(struct json_sink *s, json_t *o, const struct input *in,
    const struct records *only)
{
	const struct ctl_listing *l = in->listing;

	json_put(s, o, "header", json_of_listed_header(s, l));
	json_put(s, o, "records", json_of_listed_records(s, l, only));
	json_put(s, o, "payload", json_null());
	json_put(s, o, "verification", json_of_verdict(s, &in->verdict));
	json_put(s, o, "origin", json_null());
	json_put(s, o, "listing", json_of_listing(s, l));
}

json_t *
json_of_show(const struct input *in, const struct records *only)
{
	struct json_sink s = { 0 };
	json_t *o;

	if (!begin(&s, in, &o))
		return finish(&s, o);
	if (in->file != NULL)
		put_file(&s, o, in, only);
	else
		put_listing(&s, o, in, only);
	return finish(&s, o);
}
