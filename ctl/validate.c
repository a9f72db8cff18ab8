/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about a file's bytes: its header, each record, and each record
 * against its certificate. docs/findings.md says what each rule is for.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/file.h"
#include "ctl/memo.h"
#include "ctl/report.h"

#define HEADER_UNIT 4
#define PADS_MAX (HEADER_UNIT - 1)
#define ADDRESS_LEN 4
#define RSA_BITS_MAX 2048
#define RSA_BITS_WEAK 1024
#define CA_BITS_MAX 4096
#define DAY ((int64_t)24 * 60 * 60)

/* One file at work. */
struct inspection {
	const struct ctl_file *f;
	const struct ctl_view *view;
	struct ctl_report report;
	struct ctl_facts facts;
	struct diag *d;
};

static struct ctl_place
place_of(size_t record, const struct ctl_field *field)
{
	return (struct ctl_place){ .record = record,
		.tag = field->tag,
		.offset = field->offset };
}

/* ---- Header. ---- */

/* TAG, or the header's length where it is absent. */
static struct ctl_place
place_in_header(const struct inspection *in, enum ctl_header_tag tag)
{
	const struct ctl_header *h = &in->f->header;
	const struct ctl_field *field = ctl_header_field(h, tag);

	if (field == NULL)
		field = ctl_header_field(h, CTL_HDR_LENGTH);
	return place_of(0, field);
}

static void
judge_text(struct inspection *in, size_t record, const struct ctl_field *field)
{
	struct bytes text = field->value;
	struct ctl_place place = place_of(record, field);

	if (text.len == 0 || text.ptr[text.len - 1] != '\0')
		ctl_report(&in->report, CTL_RULE_NAME_WITHOUT_NUL, place,
		    "it does not end with a NUL byte");
	while (text.len > 0 && text.ptr[text.len - 1] == '\0')
		text.len--;
	ctl_judge_name(&in->report, place, text.len);
}

static void
judge_field(struct inspection *in, size_t record, const struct ctl_field *field)
{
	const struct ctl_tag_info *info = record == 0
	    ? ctl_header_tag_info(field->tag)
	    : ctl_record_tag_info(field->tag);

	if (info == NULL)
		ctl_report(&in->report, CTL_RULE_UNKNOWN_TAG,
		    place_of(record, field),
		    "tag %u, with %zu bytes, has no known meaning", field->tag,
		    field->value.len);
	else if (info->shape == CTL_TEXT)
		judge_text(in, record, field);
}

static void
judge_layout(struct inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	struct ctl_place pads = { .offset = h->length - h->num_pads };

	if (h->length % HEADER_UNIT != 0)
		ctl_report(&in->report, CTL_RULE_HEADER_UNALIGNED,
		    place_in_header(in, CTL_HDR_LENGTH),
		    "the header has %zu bytes, which is no multiple of %d",
		    h->length, HEADER_UNIT);
	if (h->num_pads > PADS_MAX)
		ctl_report(&in->report, CTL_RULE_PADS, pads,
		    "the header ends with %zu pads", h->num_pads);
}

static void
judge_codes(struct inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	enum digest digest;
	uint32_t code;

	if (ctl_header_number(h, CTL_HDR_MODULUS, &code) &&
	    ctl_modulus_bits(code) == 0)
		ctl_report(&in->report, CTL_RULE_MODULUS_UNKNOWN,
		    place_in_header(in, CTL_HDR_MODULUS),
		    "modulus code %u has no known meaning", code);
	if (ctl_header_number(h, CTL_HDR_DIGEST, &code) &&
	    ctl_digest_of_code(code, &digest) && digest == DIGEST_SHA1)
		ctl_report(&in->report, CTL_RULE_SHA1,
		    place_in_header(in, CTL_HDR_DIGEST),
		    "the file is signed over its SHA-1");
}

static void
judge_filename(struct inspection *in)
{
	struct bytes name = ctl_header_text(&in->f->header, CTL_HDR_FILENAME);

	if (name.len > 0 && ctl_kind_by_name(in->f) != in->f->kind)
		ctl_report(&in->report, CTL_RULE_FILENAME_DIFFERS,
		    place_in_header(in, CTL_HDR_FILENAME),
		    "the file calls itself '%.*s', which is no name of a file "
		    "of kind %s",
		    (int)(name.len < 100 ? name.len : 100),
		    (const char *)name.ptr, ctl_kind_name(in->f->kind));
}

static void
judge_header(struct inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	size_t i;

	judge_layout(in);
	for (i = 0; i < h->num_fields; i++)
		judge_field(in, 0, &h->fields[i]);
	judge_codes(in);
	judge_filename(in);
}

/* ---- The verdict. ---- */

/* Whether a rule that goes through all records has said what the verdict says
 * of the list's own signer. */
static bool
is_said(const struct inspection *in, const struct ctl_verdict *v)
{
	const struct ctl_findings *fs = in->report.to;
	size_t i;

	if (v->anchor != CTL_ANCHOR_SELF || v->signer_record == 0)
		return false;
	for (i = 0; i < fs->num; i++)
		if (fs->at[i].rule == v->rule &&
		    (v->rule == CTL_RULE_TWO_KEYS ||
			fs->at[i].record == v->signer_record))
			return true;
	return false;
}

/* A place in the trusted list is none in this file. */
static struct ctl_place
place_of_verdict(const struct inspection *in, const struct ctl_verdict *v)
{
	struct ctl_place place = { .offset = v->why.offset };

	if (v->anchor == CTL_ANCHOR_TRUSTED &&
	    strncmp(v->why.path, "trusted", 7) == 0)
		return place_in_header(in, CTL_HDR_SIGNER_ID);
	if (strncmp(v->why.path, "record", 6) == 0)
		place.record = v->signer_record;
	return place;
}

/* Comes after all rules about single records. */
static void
judge_verdict(struct inspection *in)
{
	const struct ctl_verdict *v = in->view->verdict;
	struct ctl_place place = place_of_verdict(in, v);
	size_t before;

	if (v->reversed)
		ctl_report(&in->report, CTL_RULE_SIGNER_REVERSED,
		    place_in_header(in, CTL_HDR_SERIAL),
		    "the header spells the signer's serial number backwards");
	if (v->status == CTL_VERIFIED || is_said(in, v))
		return;
	before = in->report.to->num;
	ctl_report(&in->report, v->rule, place, "%s", v->why.msg);
	if (in->report.to->num > before)
		memcpy(in->report.to->at[before].path, v->why.path,
		    sizeof(v->why.path));
}

/* ---- A record. ---- */

/* The certificate that record INDEX holds, at work. */
struct holder {
	struct inspection *in;
	size_t index;
	const struct ctl_record *r;
	const struct cert *cert;
	struct ctl_place place; /* CERTIFICATE */
};

/* "2026-11-22": what a person plans by. */
static void
put_day(char day[11], int64_t when)
{
	struct buf text = { 0 };

	text_put_rfc3339(&text, when);
	memcpy(day, "          ", 11);
	if (buf_ok(&text))
		memcpy(day, text.ptr, text.len < 10 ? text.len : 10);
	buf_clear(&text);
}

static void
judge_dates(struct holder *h)
{
	const struct ctl_view *view = h->in->view;
	bool signer = ctl_record_is_named(&h->in->f->header, h->r);
	int64_t end = cert_not_after(h->cert);
	char day[11];

	put_day(day, end);
	if (end < view->at)
		ctl_report(&h->in->report,
		    signer ? CTL_RULE_SIGNER_EXPIRED
			   : CTL_RULE_CERTIFICATE_EXPIRED,
		    h->place, "the %s ended on %s",
		    signer ? "signer's certificate" : "certificate", day);
	else if (end - view->at <= view->days * DAY)
		ctl_report(&h->in->report,
		    signer ? CTL_RULE_SIGNER_EXPIRES
			   : CTL_RULE_CERTIFICATE_EXPIRES,
		    h->place, "the %s ends on %s",
		    signer ? "signer's certificate" : "certificate", day);
	if (cert_not_before(h->cert) > view->at) {
		put_day(day, cert_not_before(h->cert));
		ctl_report(&h->in->report, CTL_RULE_CERTIFICATE_EARLY, h->place,
		    "the certificate is valid from %s on only", day);
	}
}

static void
judge_key_size(struct holder *h)
{
	const struct pubkey *key = cert_key(h->cert);
	size_t ca_bits = cert_signature(h->cert).len * 8;
	unsigned bits;

	if (!cert_is_self_issued(h->cert) && ca_bits >= CA_BITS_MAX)
		ctl_report(&h->in->report, CTL_RULE_CA_KEY_4096, h->place,
		    "the certificate is signed by a CA with a key of %zu bits",
		    ca_bits);
	if (key == NULL || pubkey_type(key) != PUBKEY_RSA)
		return;
	bits = pubkey_bits(key);
	if (cert_is_ca(h->cert) && bits >= CA_BITS_MAX)
		ctl_report(&h->in->report, CTL_RULE_CA_KEY_4096, h->place,
		    "it is a CA's certificate, with a key of %u bits", bits);
	if (bits > RSA_BITS_MAX)
		ctl_report(&h->in->report, CTL_RULE_RSA_OVER_2048, h->place,
		    "the RSA key has %u bits, more than %d", bits,
		    RSA_BITS_MAX);
	else if (bits <= RSA_BITS_WEAK)
		ctl_report(&h->in->report, CTL_RULE_RSA_1024, h->place,
		    "the RSA key has %u bits", bits);
}

/* What is said of a certificate once, however many records hold it. */
static enum err
judge_cert(struct holder *h)
{
	bool wildcard = false;
	enum err e;

	judge_dates(h);
	judge_key_size(h);
	e = cert_has_wildcard(h->cert, &wildcard, h->in->d);
	if (e == ERR_OK && wildcard)
		ctl_report(&h->in->report, CTL_RULE_WILDCARD, h->place,
		    "the certificate is for a wildcard name");
	return e;
}

static void
report_difference(void *arg, const struct diag *why)
{
	struct holder *h = arg;
	struct ctl_findings *fs = h->in->report.to;
	size_t before = fs->num;

	ctl_report(&h->in->report, CTL_RULE_FIELD_DISAGREES,
	    (struct ctl_place){ .record = h->index, .offset = why->offset },
	    "%s", why->msg);
	if (fs->num > before)
		memcpy(fs->at[before].path, why->path, sizeof(why->path));
}

/* Compares the record with its certificate, *CERT, which a memo may take over
 * where they agree. */
static enum err
judge_agreement(struct holder *h, struct bytes record, struct cert **cert)
{
	struct ctl_on_difference on = { report_difference, h };
	struct ctl_agreement agreement = { .agrees = false };
	enum err e;

	e = ctl_differences(h->in->f, h->index, *cert, &on, &agreement,
	    h->in->d);
	if (e == ERR_SYNTAX) {
		ctl_report(&h->in->report, CTL_RULE_CERTIFICATE_UNREADABLE,
		    h->place, "a name in the certificate is not text");
		return ERR_OK;
	}
	if (e == ERR_OK && agreement.agrees && h->in->view->memo != NULL)
		ctl_memo_put(h->in->view->memo, record, cert, agreement.note);
	return e;
}

/* The certificate DER of record INDEX; FIRST: no record before it has it. */
static enum err
judge_certificate(struct inspection *in, size_t index, struct bytes der,
    bool first)
{
	const struct ctl_record *r = ctl_record(in->f, index);
	struct holder h = { in, index, r, NULL,
		place_of(index, ctl_record_field(r, CTL_REC_CERTIFICATE)) };
	struct bytes record = bytes_of(ctl_raw(in->f).ptr + r->offset,
	    r->length);
	struct cert *own = NULL;
	struct diag bad;
	const char *note;
	enum err e = ERR_OK;

	if (in->view->memo != NULL)
		h.cert = ctl_memo_find(in->view->memo, record, &note);
	if (h.cert != NULL)
		return first ? judge_cert(&h) : ERR_OK;
	e = cert_from_der(der, &own, &bad);
	if (e == ERR_NOMEM)
		return diag_nomem(in->d);
	if (e != ERR_OK) {
		ctl_report(&in->report, CTL_RULE_CERTIFICATE_UNREADABLE,
		    h.place, "%s", bad.msg);
		return ERR_OK;
	}
	h.cert = own;
	if (first)
		e = judge_cert(&h);
	if (e == ERR_OK)
		e = judge_agreement(&h, record, &own);
	cert_free(&own);
	return e;
}

/* An uncompressed X9.62 point of a curve that anybody uses. */
static bool
is_ec_point(struct bytes key)
{
	return key.len > 0 && key.ptr[0] == 4 &&
	    (key.len == 65 || key.len == 97 || key.len == 133);
}

/* PUBLICKEY where there is no certificate to compare it with. */
static enum err
judge_bare_key(struct inspection *in, size_t index)
{
	const struct ctl_field *field = ctl_record_field(
	    ctl_record(in->f, index), CTL_REC_PUBLIC_KEY);
	struct pubkey *key = NULL;
	struct diag bad;
	enum err e;

	if (field == NULL || is_ec_point(field->value))
		return ERR_OK;
	e = pubkey_from_rsa(field->value, &key, &bad);
	pubkey_free(&key);
	if (e == ERR_NOMEM)
		return diag_nomem(in->d);
	if (e != ERR_OK)
		ctl_report(&in->report, CTL_RULE_KEY_UNREADABLE,
		    place_of(index, field), "%s", bad.msg);
	return ERR_OK;
}

/* CERTHASH has the length of its algorithm's value. */
static void
judge_hash(struct inspection *in, size_t index, const struct ctl_record *r)
{
	const struct ctl_field *hash = ctl_record_field(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);
	enum digest which = DIGEST_SHA1;

	if (hash == NULL)
		return;
	if (alg.ptr != NULL && !ctl_digest_of_code(alg.ptr[0], &which)) {
		ctl_report(&in->report, CTL_RULE_HASH_UNREADABLE,
		    place_of(index, ctl_record_field(r, CTL_REC_HASH_ALG)),
		    "hash algorithm %u has no known meaning", alg.ptr[0]);
	} else if (hash->value.len != digest_len(which)) {
		ctl_report(&in->report, CTL_RULE_HASH_UNREADABLE,
		    place_of(index, hash), "it has %zu bytes, a %s has %zu",
		    hash->value.len, digest_name(which), digest_len(which));
	}
}

static void
judge_names(struct inspection *in, size_t index, const struct ctl_record *r)
{
	struct bytes dns = ctl_record_text(r, CTL_REC_DNS_NAME);
	const struct ctl_field *ip = ctl_record_field(r, CTL_REC_ADDRESS);

	if (bytes_starts(dns, bytes_of_str("*.")))
		ctl_report(&in->report, CTL_RULE_WILDCARD,
		    place_of(index, ctl_record_field(r, CTL_REC_DNS_NAME)),
		    "the name is a wildcard");
	if (ip != NULL && ip->value.len != ADDRESS_LEN)
		ctl_report(&in->report, CTL_RULE_ADDRESS_LENGTH,
		    place_of(index, ip), "the address has %zu bytes",
		    ip->value.len);
}

static struct ctl_place
place_of_record(size_t index, const struct ctl_record *r,
    enum ctl_record_tag tag)
{
	const struct ctl_field *field = ctl_record_field(r, tag);

	if (field != NULL)
		return place_of(index, field);
	return (struct ctl_place){ .record = index, .offset = r->offset };
}

/* What needs no decoding. */
static void
judge_record(struct inspection *in, size_t index)
{
	const struct ctl_record *r = ctl_record(in->f, index);
	size_t i;

	for (i = 0; i < r->num_fields; i++)
		judge_field(in, index, &r->fields[i]);
	ctl_judge_role(&in->report, place_of_record(index, r, CTL_REC_ROLE),
	    r->has_role, r->role);
	judge_names(in, index, r);
	if (r->dialect == CTL_DIALECT_TOKEN)
		ctl_report(&in->report, CTL_RULE_TOKEN_DIALECT,
		    place_of_record(index, r, CTL_REC_ISSUER),
		    "the record is spelt as the CTL client spells a hardware "
		    "token");
	judge_hash(in, index, r);
}

/* ---- The records together. ---- */

/* What tells certificates apart: the SHA-1 of this one. */
static enum err
fill_id(struct ctl_fact *fact, const struct ctl_record *r, struct diag *d)
{
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes hash = ctl_record_value(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);

	if (der.ptr != NULL)
		return digest_of(DIGEST_SHA1, &der, 1, &fact->id, d);
	if (hash.len == 20 && (alg.ptr == NULL || alg.ptr[0] == 1)) {
		memcpy(fact->id.byte, hash.ptr, hash.len);
		fact->id.len = hash.len;
	}
	return ERR_OK;
}

static enum err
fill_fact(struct inspection *in, size_t index)
{
	struct ctl_fact *fact = &in->facts.at[index - 1];
	const struct ctl_record *r = ctl_record(in->f, index);

	fact->place = place_of_record(index, r, CTL_REC_ROLE);
	fact->has_role = r->has_role;
	fact->role = r->role;
	fact->issuer = ctl_record_value(r, CTL_REC_ISSUER);
	fact->serial = ctl_record_value(r, CTL_REC_SERIAL);
	fact->dns = ctl_record_text(r, CTL_REC_DNS_NAME);
	fact->key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	fact->has_cert = ctl_record_field(r, CTL_REC_CERTIFICATE) != NULL ||
	    ctl_record_field(r, CTL_REC_CERT_HASH) != NULL;
	fact->has_key = fact->has_cert || fact->key.ptr != NULL;
	return fill_id(fact, r, in->d);
}

static enum err
fill_facts(struct inspection *in)
{
	size_t i, n = ctl_num_records(in->f);
	enum err e = ERR_OK;

	in->facts.at = calloc(n == 0 ? 1 : n, sizeof(in->facts.at[0]));
	if (in->facts.at == NULL)
		return diag_nomem(in->d);
	in->facts.num = n;
	in->facts.whole = true;
	in->facts.size = ctl_raw(in->f).len;
	for (i = 1; e == ERR_OK && i <= n; i++)
		e = fill_fact(in, i);
	return e;
}

/* Whether FACT, of record INDEX, is the first with its certificate. The table
 * SEEN is open-addressed, of a power of two, by the first bytes of the SHA-1.
 */
static bool
is_first(const struct ctl_facts *facts, size_t index, size_t *seen, size_t mask)
{
	const struct digest_value *id = &facts->at[index - 1].id;
	size_t slot;

	memcpy(&slot, id->byte, sizeof(slot));
	for (slot &= mask; seen[slot] != 0; slot = (slot + 1) & mask)
		if (bytes_equal(digest_bytes(&facts->at[seen[slot] - 1].id),
			digest_bytes(id)))
			return false;
	seen[slot] = index;
	return true;
}

static enum err
judge_credentials(struct inspection *in, size_t index, size_t *seen,
    size_t mask)
{
	struct bytes der = ctl_record_value(ctl_record(in->f, index),
	    CTL_REC_CERTIFICATE);

	if (der.ptr == NULL)
		return judge_bare_key(in, index);
	return judge_certificate(in, index, der,
	    is_first(&in->facts, index, seen, mask));
}

static enum err
judge_records(struct inspection *in)
{
	size_t i, size = 16, n = ctl_num_records(in->f);
	size_t *seen;
	enum err e = ERR_OK;

	while (size < n * 2)
		size *= 2;
	seen = calloc(size, sizeof(*seen));
	if (seen == NULL)
		return diag_nomem(in->d);
	for (i = 1; e == ERR_OK && i <= n; i++) {
		judge_record(in, i);
		e = judge_credentials(in, i, seen, size - 1);
	}
	free(seen);
	return e;
}

enum err
ctl_validate(const struct ctl_file *f, const struct ctl_view *view,
    struct ctl_findings *ret, struct diag *d)
{
	struct inspection in = { .f = f,
		.view = view,
		.report = { .to = ret, .kind = ctl_kind(f) },
		.d = d };
	enum err e = ERR_OK;

	judge_header(&in);
	if (ctl_is_list(f)) {
		e = fill_facts(&in);
		if (e == ERR_OK)
			e = judge_records(&in);
		if (e == ERR_OK)
			ctl_judge_together(&in.facts, &in.report);
	}
	free(in.facts.at);
	if (e != ERR_OK)
		return e;
	judge_verdict(&in);
	return ctl_report_end(&in.report, d);
}
