/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about a record, its certificate and its key (docs/findings.md). */
#include <string.h>

#include "base/text.h"
#include "ctl/inspect.h"
#include "ctl/memo.h"

#define ADDRESS_LEN 4
#define RSA_BITS_MAX 2048
#define RSA_BITS_WEAK 1024
#define RSA_BITS_MIN 512
#define CA_BITS_MAX 4096
#define DAY ((int64_t)24 * 60 * 60)

/* The certificate that record INDEX holds, at work. */
struct holder {
	struct ctl_inspection *in;
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

/* The certificate is the signer's, whichever record holds it. */
static bool
is_signers(const struct holder *h)
{
	const struct ctl_facts *facts = &h->in->facts;
	size_t signer = ctl_signer_record(h->in->f);

	if (ctl_record_is_named(&h->in->f->header, h->r))
		return true;
	return signer != 0 &&
	    bytes_equal(digest_bytes(&facts->at[signer - 1].id),
		digest_bytes(&facts->at[h->index - 1].id));
}

static void
judge_dates(struct holder *h)
{
	const struct ctl_view *view = h->in->view;
	bool signer = is_signers(h);
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

/* KEY of record INDEX, which stands at PLACE. *RET: it can sign. */
static enum err
judge_key(struct ctl_inspection *in, struct ctl_place place,
    const struct pubkey *key, bool *ret)
{
	unsigned bits = pubkey_bits(key);
	enum err e;

	e = pubkey_can_sign(key, ret, in->d);
	if (e != ERR_OK || pubkey_type(key) != PUBKEY_RSA)
		return e;
	if (!*ret || bits < RSA_BITS_MIN)
		ctl_report(&in->report, CTL_RULE_KEY_WEAK, place,
		    *ret ? "the RSA key has %u bits, which anybody can break"
			 : "the RSA key (%u bits) has an exponent that is 1 or "
			   "even, so a signature by it proves nothing",
		    bits);
	if (bits > RSA_BITS_MAX)
		ctl_report(&in->report, CTL_RULE_RSA_OVER_2048, place,
		    "the RSA key has %u bits, more than %d", bits,
		    RSA_BITS_MAX);
	else if (bits <= RSA_BITS_WEAK)
		ctl_report(&in->report, CTL_RULE_RSA_1024, place,
		    "the RSA key has %u bits", bits);
	return ERR_OK;
}

/* Who signed it, and, of a CA, what it signs with. */
static void
judge_ca(struct holder *h)
{
	const struct pubkey *key = cert_key(h->cert);
	size_t bits = cert_signature(h->cert).len * 8;

	if (!cert_is_self_issued(h->cert) && bits >= CA_BITS_MAX)
		ctl_report(&h->in->report, CTL_RULE_CA_KEY_4096, h->place,
		    "the certificate is signed by a CA with a key of %zu bits",
		    bits);
	if (key != NULL && pubkey_type(key) == PUBKEY_RSA &&
	    cert_is_ca(h->cert) && pubkey_bits(key) >= CA_BITS_MAX)
		ctl_report(&h->in->report, CTL_RULE_CA_KEY_4096, h->place,
		    "it is a CA's certificate, with a key of %u bits",
		    pubkey_bits(key));
}

/* What is said of a certificate once, however many records hold it. */
static enum err
judge_cert(struct holder *h)
{
	const struct pubkey *key = cert_key(h->cert);
	bool wildcard = false, can_sign;
	enum err e = ERR_OK;

	judge_dates(h);
	judge_ca(h);
	if (key != NULL)
		e = judge_key(h->in, h->place, key, &can_sign);
	if (e == ERR_OK)
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

/* SIGNATURE repeats the certificate's own (format 4.1). */
static void
judge_signature(struct holder *h)
{
	const struct ctl_field *field = ctl_record_field(h->r,
	    CTL_REC_SIGNATURE);

	if (field != NULL &&
	    !bytes_equal(field->value, cert_signature(h->cert)))
		ctl_report(&h->in->report, CTL_RULE_FIELD_DISAGREES,
		    ctl_place_of(h->index, field),
		    "it is not the signature of the record's certificate");
}

/* What phones look a certificate up by. */
static void
judge_lookup(struct holder *h)
{
	static const enum ctl_record_tag needed[] = { CTL_REC_SUBJECT,
		CTL_REC_ISSUER, CTL_REC_SERIAL, CTL_REC_PUBLIC_KEY };
	struct ctl_place place = { .record = h->index, .offset = h->r->offset };
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (ctl_record_field(h->r, needed[i]) == NULL)
			ctl_report(&h->in->report, CTL_RULE_FIELD_MISSING,
			    place,
			    "the record has a certificate, but no %s (%u)",
			    ctl_record_tag_info((uint8_t)needed[i])->name,
			    needed[i]);
}

/* What the rules about all records want to know of the key. */
static enum err
fill_key(struct holder *h)
{
	struct ctl_fact *fact = &h->in->facts.at[h->index - 1];
	struct bytes key = cert_public_key_bytes(h->cert);
	enum err e = ERR_OK;

	fact->can_sign = false;
	if (cert_key(h->cert) != NULL)
		e = pubkey_can_sign(cert_key(h->cert), &fact->can_sign,
		    h->in->d);
	if (e == ERR_OK)
		e = digest_of(DIGEST_SHA1, &key, 1, &fact->key, h->in->d);
	return e;
}

/* The decoded certificate; FIRST: no record before it has it. */
static enum err
judge_decoded(struct holder *h, bool first)
{
	enum err e;

	judge_signature(h);
	judge_lookup(h);
	e = fill_key(h);
	return e == ERR_OK && first ? judge_cert(h) : e;
}

static enum err
judge_certificate(struct ctl_inspection *in, size_t index, struct bytes der,
    bool first)
{
	const struct ctl_record *r = ctl_record(in->f, index);
	struct holder h = { in, index, r, NULL,
		ctl_place_of(index, ctl_record_field(r, CTL_REC_CERTIFICATE)) };
	struct bytes record = bytes_of(ctl_raw(in->f).ptr + r->offset,
	    r->length);
	struct cert *own = NULL;
	struct diag bad;
	const char *note;
	enum err e;

	if (in->view->memo != NULL)
		h.cert = ctl_memo_find(in->view->memo, record, &note);
	if (h.cert != NULL)
		return judge_decoded(&h, first);
	e = cert_from_der(der, &own, &bad);
	if (e == ERR_NOMEM)
		return diag_nomem(in->d);
	if (e != ERR_OK) {
		ctl_report(&in->report, CTL_RULE_CERTIFICATE_UNREADABLE,
		    h.place, "%s", bad.msg);
		return ERR_OK;
	}
	h.cert = own;
	e = judge_decoded(&h, first);
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
judge_bare_key(struct ctl_inspection *in, size_t index)
{
	struct ctl_fact *fact = &in->facts.at[index - 1];
	const struct ctl_field *field = ctl_record_field(
	    ctl_record(in->f, index), CTL_REC_PUBLIC_KEY);
	struct pubkey *key = NULL;
	struct diag bad;
	enum err e;

	/* of a hash nobody knows the key */
	fact->can_sign = field == NULL && fact->has_cert;
	if (field == NULL)
		return ERR_OK;
	e = digest_of(DIGEST_SHA1, &field->value, 1, &fact->key, in->d);
	if (e != ERR_OK || is_ec_point(field->value))
		return e;
	e = pubkey_from_rsa(field->value, &key, &bad);
	if (e == ERR_OK)
		e = judge_key(in, ctl_place_of(index, field), key,
		    &fact->can_sign);
	else if (e != ERR_NOMEM)
		ctl_report(&in->report, CTL_RULE_KEY_UNREADABLE,
		    ctl_place_of(index, field), "%s", bad.msg);
	pubkey_free(&key);
	return e == ERR_NOMEM ? diag_nomem(in->d) : ERR_OK;
}

/* CERTHASH has the length of its algorithm's value. */
static void
judge_hash(struct ctl_inspection *in, size_t index, const struct ctl_record *r)
{
	const struct ctl_field *hash = ctl_record_field(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);
	enum digest which = DIGEST_SHA1;

	if (hash == NULL)
		return;
	if (alg.ptr != NULL && !ctl_digest_of_code(alg.ptr[0], &which)) {
		ctl_report(&in->report, CTL_RULE_HASH_UNREADABLE,
		    ctl_place_of(index, ctl_record_field(r, CTL_REC_HASH_ALG)),
		    "hash algorithm %u has no known meaning", alg.ptr[0]);
	} else if (hash->value.len != digest_len(which)) {
		ctl_report(&in->report, CTL_RULE_HASH_UNREADABLE,
		    ctl_place_of(index, hash), "it has %zu bytes, a %s has %zu",
		    hash->value.len, digest_name(which), digest_len(which));
	}
}

static void
judge_names(struct ctl_inspection *in, size_t index, const struct ctl_record *r)
{
	struct bytes dns = ctl_record_text(r, CTL_REC_DNS_NAME);
	const struct ctl_field *ip = ctl_record_field(r, CTL_REC_ADDRESS);

	if (bytes_starts(dns, bytes_of_str("*.")))
		ctl_report(&in->report, CTL_RULE_WILDCARD,
		    ctl_place_of(index, ctl_record_field(r, CTL_REC_DNS_NAME)),
		    "the name is a wildcard");
	if (ip != NULL && ip->value.len != ADDRESS_LEN)
		ctl_report(&in->report, CTL_RULE_ADDRESS_LENGTH,
		    ctl_place_of(index, ip), "the address has %zu bytes",
		    ip->value.len);
}

static struct ctl_place
place_of_record(size_t index, const struct ctl_record *r,
    enum ctl_record_tag tag)
{
	const struct ctl_field *field = ctl_record_field(r, tag);

	if (field != NULL)
		return ctl_place_of(index, field);
	return (struct ctl_place){ .record = index, .offset = r->offset };
}

/* What needs no decoding. */
static void
judge_plain(struct ctl_inspection *in, size_t index)
{
	const struct ctl_record *r = ctl_record(in->f, index);
	size_t i;

	for (i = 0; i < r->num_fields; i++)
		ctl_judge_field(in, index, &r->fields[i]);
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

enum err
ctl_judge_record(struct ctl_inspection *in, size_t index, bool first)
{
	struct bytes der = ctl_record_value(ctl_record(in->f, index),
	    CTL_REC_CERTIFICATE);

	judge_plain(in, index);
	if (der.ptr == NULL)
		return judge_bare_key(in, index);
	return judge_certificate(in, index, der, first);
}
