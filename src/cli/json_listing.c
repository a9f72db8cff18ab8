/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_listing.h"

static const char *
said_name(enum ctl_said said)
{
	switch (said) {
	case CTL_SAID_VERIFIED:
		return "verified";
	case CTL_SAID_FAILED:
		return "failed";
	case CTL_SAID_NO_FILE:
		return "no-file";
	case CTL_SAID_NOTHING:
		break;
	}
	return NULL;
}

/* HEX digits of a checksum, null where it is absent. */
static void
put_hash(struct json_sink *s, json_t *o, const char *key, struct bytes hash)
{
	if (hash.ptr == NULL)
		json_put(s, o, key, json_null());
	else
		json_put_hex(s, o, key, hash);
}

/* N, null where it is 0: not there. */
static void
put_size(struct json_sink *s, json_t *o, const char *key, size_t n)
{
	if (n == 0)
		json_put(s, o, key, json_null());
	else
		json_put_number(s, o, key, n);
}

static void
put_nulls(struct json_sink *s, json_t *o, const char *const *keys)
{
	for (; *keys != NULL; keys++)
		json_put(s, o, *keys, json_null());
}

json_t *
json_of_listing(struct json_sink *s, const struct ctl_listing *l)
{
	json_t *o = json_object();
	size_t length;

	put_hash(s, o, "md5", ctl_listing_md5(l));
	put_hash(s, o, "sha1", ctl_listing_sha1(l));
	if (ctl_listing_length(l, &length))
		json_put_number(s, o, "length", length);
	else
		json_put(s, o, "length", json_null());
	json_put_text(s, o, "modified", ctl_listing_modified(l));
	json_put_str(s, o, "said", said_name(ctl_listing_said(l)));
	json_put(s, o, "whole", json_boolean(ctl_listing_is_whole(l)));
	return o;
}

static json_t *
json_of_rows(struct json_sink *s, const struct ctl_row *rows, size_t num,
    const struct ctl_tag_info *(*info)(uint8_t))
{
	json_t *list = json_array(), *o;
	size_t i;

	for (i = 0; i < num; i++) {
		const struct ctl_tag_info *known = info(rows[i].tag);

		o = json_object();
		json_put_number(s, o, "tag", rows[i].tag);
		json_put_str(s, o, "name", known == NULL ? NULL : known->name);
		json_put_number(s, o, "offset", rows[i].offset);
		json_put_number(s, o, "length", rows[i].length);
		if (json_array_append_new(list, o) != 0)
			s->failed = true;
	}
	return list;
}

static struct bytes
row_text(const struct ctl_row *rows, size_t num, unsigned tag)
{
	const struct ctl_row *row = ctl_row_find(rows, num, tag);

	return row == NULL ? bytes_of(NULL, 0) : row->text;
}

static struct bytes
row_data(const struct ctl_row *rows, size_t num, unsigned tag)
{
	const struct ctl_row *row = ctl_row_find(rows, num, tag);

	return row == NULL ? bytes_of(NULL, 0) : row->data;
}

json_t *
json_of_listed_header(struct json_sink *s, const struct ctl_listing *l)
{
	static const char *const unknown[] = { "filename", "timestamp",
		"digest", "digest_code", "signature_algorithm_code",
		"modulus_bits", "modulus_code", "pads", NULL };
	size_t num;
	const struct ctl_row *rows = ctl_listing_header(l, &num);
	json_t *o = json_object(), *signer = json_object();

	json_put_text(s, o, "version", ctl_listing_version(l));
	put_size(s, o, "length", ctl_listing_header_length(l));
	json_put_text(s, signer, "name",
	    row_text(rows, num, CTL_HDR_SIGNER_NAME));
	json_put_serial(s, signer, "serial",
	    row_data(rows, num, CTL_HDR_SERIAL));
	json_put_text(s, signer, "issuer", row_text(rows, num, CTL_HDR_ISSUER));
	json_put(s, o, "signer", signer);
	put_nulls(s, o, unknown);
	json_put(s, o, "tags", json_of_rows(s, rows, num, ctl_header_tag_info));
	return o;
}

/* The certificate of R, of which a text has the SHA-1 at most. */
static json_t *
json_of_listed_cert(struct json_sink *s, const struct ctl_listed *r)
{
	static const char *const unknown[] = { "sha256", "subject", "issuer",
		"not_before", "not_after", NULL };
	json_t *o;

	if (ctl_row_find(r->rows, r->num_rows, CTL_REC_CERTIFICATE) == NULL)
		return json_null();
	o = json_object();
	put_hash(s, o, "sha1", r->sha1);
	put_nulls(s, o, unknown);
	return o;
}

static void
put_role(struct json_sink *s, json_t *o, const struct ctl_listed *r)
{
	json_put_str(s, o, "role",
	    r->has_role ? ctl_role_name(r->role) : "unknown");
	if (r->has_role)
		json_put_number(s, o, "role_code", r->role);
	else
		json_put(s, o, "role_code", json_null());
	json_put_str(s, o, "function",
	    r->has_role ? ctl_role_function(r->role) : NULL);
}

static json_t *
json_of_listed(struct json_sink *s, const struct ctl_listed *r)
{
	static const char *const unknown[] = { "ip_address", "dialect",
		"public_key", "certificate_hash", NULL };
	json_t *o = json_object();

	json_put_number(s, o, "index", r->index);
	json_put_number(s, o, "offset", r->offset);
	put_size(s, o, "length", r->length);
	json_put_text(s, o, "dns_name",
	    row_text(r->rows, r->num_rows, CTL_REC_DNS_NAME));
	json_put_text(s, o, "subject",
	    row_text(r->rows, r->num_rows, CTL_REC_SUBJECT));
	put_role(s, o, r);
	json_put_text(s, o, "issuer",
	    row_text(r->rows, r->num_rows, CTL_REC_ISSUER));
	json_put_serial(s, o, "serial",
	    row_data(r->rows, r->num_rows, CTL_REC_SERIAL));
	json_put(s, o, "is_signer", json_boolean(r->is_signer));
	put_nulls(s, o, unknown);
	json_put(s, o, "certificate", json_of_listed_cert(s, r));
	json_put(s, o, "tags",
	    json_of_rows(s, r->rows, r->num_rows, ctl_record_tag_info));
	return o;
}

json_t *
json_of_listed_records(struct json_sink *s, const struct ctl_listing *l,
    const struct records *only)
{
	json_t *list = json_array();
	const struct ctl_listed *r;
	size_t i;

	for (i = 0; i < ctl_listing_num(l); i++) {
		r = ctl_listing_at(l, i);
		if (records_has(only, r->index) &&
		    json_array_append_new(list, json_of_listed(s, r)) != 0)
			s->failed = true;
	}
	return list;
}
