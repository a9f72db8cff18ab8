/* SPDX-License-Identifier: Apache-2.0 */
/* Whose signature it is, and whether it is right: formats 3 and 7. */
#include <stdio.h>
#include <string.h>

#include "ctl/file.h"
#include "ctl/memo.h"

/* One judgement at work. Its functions return ERR_OK whether the verdict is
 * good or bad; a bad one has been recorded by refuse(). */
struct judge {
	const struct ctl_file *f;
	const struct ctl_anchor *anchor;
	struct ctl_verdict *v;
	struct diag *d;
	struct cert *cert;        /* of the signer's record, owned */
	struct pubkey *own_key;   /* from PUBLICKEY alone, owned */
	const struct pubkey *key; /* one of those, or the anchor's */
	struct bytes key_bytes;   /* as PUBLICKEY has it */
	bool decided;
	bool foresee; /* there is no signature yet: all but that */
};

/* Which rule decides a judgement that is not good, and how. */
struct refusal {
	enum ctl_status status;
	enum ctl_rule rule;
};

static struct refusal
failed(enum ctl_rule rule)
{
	return (struct refusal){ CTL_FAILED, rule };
}

static struct refusal
not_possible(enum ctl_rule rule)
{
	return (struct refusal){ CTL_NOT_POSSIBLE, rule };
}

/* Ends the judgement; the caller adds reason and place to v->why. */
static enum err
refuse(struct judge *j, struct refusal r)
{
	j->v->status = r.status;
	j->v->rule = r.rule;
	j->decided = true;
	return ERR_OK;
}

static enum err
refuse_header(struct judge *j, struct refusal refusal, enum ctl_header_tag tag,
    const char *why)
{
	const struct ctl_field *field = ctl_header_field(&j->f->header, tag);

	diag_set(&j->v->why, ERR_SYNTAX, "%s", why);
	if (field != NULL)
		ctl_diag_at(&j->v->why, field->offset, 0, tag);
	return refuse(j, refusal);
}

/* The list that gives the key, or NULL. */
static const struct ctl_file *
anchor_list(const struct judge *j)
{
	switch (j->anchor->kind) {
	case CTL_ANCHOR_SELF:
		return j->f;
	case CTL_ANCHOR_TRUSTED:
		return j->anchor->trusted;
	case CTL_ANCHOR_CERT:
		break;
	}
	return NULL;
}

/* Who may sign what: a SAST a list, a TFTP server a signed file (format 5).
 */
static bool
may_sign(const struct judge *j, const struct ctl_record *r)
{
	if (!r->has_role)
		return false;
	if (ctl_is_list(j->f))
		return r->role == CTL_ROLE_SAST;
	return r->role == CTL_ROLE_TFTP || r->role == CTL_ROLE_CCM_TFTP;
}

/* The role of R as the appliance prints it. */
static const char *
role_text(const struct ctl_record *r)
{
	const char *function = r->has_role ? ctl_role_function(r->role)
					   : "missing";

	return function == NULL ? "unknown" : function;
}

static enum err
refuse_unnamed(struct judge *j, const struct ctl_file *list)
{
	const char *wanted = ctl_is_list(j->f) ? "a System Administrator "
						 "Security Token (SAST)"
					       : "TFTP or CCM+TFTP";
	const char *whose = list == j->f ? "this list" : "the trusted list";
	enum ctl_rule rule = CTL_RULE_SIGNER_UNKNOWN;
	const struct ctl_record *r;
	char why[240];
	size_t i;

	(void)snprintf(why, sizeof(why),
	    "the header names a signer that %s "
	    "does not hold as %s",
	    whose, wanted);
	for (i = 1; i <= ctl_num_records(list); i++) {
		r = ctl_record(list, i);
		if (!ctl_record_is_named(&j->f->header, r))
			continue;
		(void)snprintf(why, sizeof(why),
		    "the header names the signer "
		    "of record %zu of %s, whose FUNCTION is %s; only %s may "
		    "sign",
		    i, whose, role_text(r), wanted);
		rule = CTL_RULE_SIGNER_NOT_SAST;
		break;
	}
	return refuse_header(j, failed(rule), CTL_HDR_SIGNER_ID, why);
}

/* A place in the trusted list must not be taken for one in the file. */
static void
mark_list(struct judge *j, const struct ctl_file *list)
{
	char path[sizeof(j->v->why.path)];

	if (list == j->f)
		return;
	memcpy(path, j->v->why.path, sizeof(path));
	(void)snprintf(j->v->why.path, sizeof(path), "trusted list / %.*s",
	    (int)sizeof(path) - 20, path);
}

/* Says that the value of TAG in the signer's record is unusable. */
static enum err
refuse_record(struct judge *j, const struct ctl_file *list, enum ctl_rule rule,
    enum ctl_record_tag tag, const char *why)
{
	size_t index = j->v->signer_record;
	const struct ctl_record *r = ctl_record(list, index);
	const struct ctl_field *field = ctl_record_field(r, tag);

	diag_set(&j->v->why, ERR_SYNTAX, "%s", why);
	ctl_diag_at(&j->v->why, field == NULL ? r->offset : field->offset,
	    index, tag);
	mark_list(j, list);
	return refuse(j, failed(rule));
}

static void
add_note(struct judge *j, const char *text)
{
	size_t used = strlen(j->v->note);

	(void)snprintf(j->v->note + used, sizeof(j->v->note) - used, "%s%s",
	    used == 0 ? "" : "; ", text);
}

/* The whole record, as a memo knows it. */
static struct bytes
record_bytes(const struct ctl_file *list, size_t index)
{
	const struct ctl_record *r = ctl_record(list, index);

	return bytes_of(ctl_raw(list).ptr + r->offset, r->length);
}

/* Takes the key from the decoded certificate of the signer's record, if the
 * record agrees with it. */
static enum err
take_agreeing(struct judge *j, const struct ctl_file *list)
{
	struct bytes record = record_bytes(list, j->v->signer_record);
	struct ctl_agreement agreement;
	enum err e;

	e = ctl_agree(list, j->v->signer_record, j->cert, &agreement, j->d);
	if (e == ERR_SYNTAX)
		return refuse_record(j, list, CTL_RULE_CERTIFICATE_UNREADABLE,
		    CTL_REC_CERTIFICATE,
		    "a name in the certificate is not text");
	if (e != ERR_OK)
		return e;
	if (!agreement.agrees) {
		j->v->why = agreement.why;
		mark_list(j, list);
		return refuse(j, failed(CTL_RULE_FIELD_DISAGREES));
	}
	if (agreement.note[0] != '\0')
		add_note(j, agreement.note);
	j->key = cert_key(j->cert);
	j->key_bytes = cert_public_key_bytes(j->cert);
	if (j->anchor->memo != NULL)
		ctl_memo_put(j->anchor->memo, record, &j->cert, agreement.note);
	return ERR_OK;
}

static enum err
take_cert(struct judge *j, const struct ctl_file *list, struct bytes der)
{
	struct bytes record = record_bytes(list, j->v->signer_record);
	const struct cert *known = NULL;
	const char *note = "";
	struct diag bad;
	enum err e;

	if (j->anchor->memo != NULL)
		known = ctl_memo_find(j->anchor->memo, record, &note);
	if (known != NULL) {
		if (note[0] != '\0')
			add_note(j, note);
		j->key = cert_key(known);
		j->key_bytes = cert_public_key_bytes(known);
		return ERR_OK;
	}
	e = cert_from_der(der, &j->cert, &bad);
	if (e == ERR_NOMEM)
		return diag_nomem(j->d);
	if (e != ERR_OK)
		return refuse_record(j, list, CTL_RULE_CERTIFICATE_UNREADABLE,
		    CTL_REC_CERTIFICATE, bad.msg);
	return take_agreeing(j, list);
}

static enum err
take_bare_key(struct judge *j, const struct ctl_file *list, struct bytes key)
{
	struct diag bad;
	enum err e;

	if (key.ptr == NULL)
		return refuse_record(j, list, CTL_RULE_KEY_MISSING,
		    CTL_REC_LENGTH,
		    "the signer's record holds neither certificate nor key");
	e = pubkey_from_rsa(key, &j->own_key, &bad);
	if (e == ERR_NOMEM)
		return diag_nomem(j->d);
	if (e != ERR_OK)
		return refuse_record(j, list, CTL_RULE_KEY_UNREADABLE,
		    CTL_REC_PUBLIC_KEY, bad.msg);
	add_note(j, "the signer's record holds no certificate, only its key");
	j->key = j->own_key;
	j->key_bytes = key;
	return ERR_OK;
}

/* Takes the key of record INDEX, which may sign and which the header names.
 */
static enum err
take_key(struct judge *j, const struct ctl_file *list, size_t index)
{
	const struct ctl_record *r = ctl_record(list, index);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);

	j->v->signer_record = index;
	j->v->reversed = !bytes_equal(ctl_record_value(r, CTL_REC_SERIAL),
	    ctl_header_value(&j->f->header, CTL_HDR_SERIAL));
	if (j->v->reversed)
		add_note(j,
		    "the header spells the signer's serial number "
		    "backwards; phones may not find it");
	if (der.ptr != NULL)
		return take_cert(j, list, der);
	return take_bare_key(j, list, ctl_record_value(r, CTL_REC_PUBLIC_KEY));
}

/* Whether record INDEX may hold the key already found: what it says of a key,
 * as PUBLICKEY, as CERTIFICATE or as the hash of one, must all be true of
 * that key. A hash says nothing where there is no certificate to compare. */
static enum err
holds_key(struct judge *j, const struct ctl_file *list, size_t index, bool *ret,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(list, index);
	const struct ctl_record *signer = ctl_record(list, j->v->signer_record);
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes own = ctl_record_value(signer, CTL_REC_CERTIFICATE);
	struct cert *cert = NULL;
	bool same = key.ptr == NULL || bytes_equal(key, j->key_bytes);
	bool hash = true;
	enum err e = ERR_OK;

	if (der.ptr != NULL && cert_from_der(der, &cert, d) == ERR_NOMEM)
		return ERR_NOMEM;
	if (der.ptr != NULL)
		same = same && cert != NULL &&
		    bytes_equal(cert_public_key_bytes(cert), j->key_bytes);
	cert_free(&cert);
	if (own.ptr != NULL && ctl_record_field(r, CTL_REC_CERT_HASH) != NULL)
		e = ctl_is_hash(r, own, &hash, d);
	if (e == ERR_OK)
		*ret = same && hash;
	return e;
}

/* Another record INDEX that may sign and that the header names as well: it
 * must not hold another key, or nobody knows which one phones take. */
static enum err
compare_key(struct judge *j, const struct ctl_file *list, size_t index)
{
	char why[160];
	bool same = false;
	enum err e;

	e = holds_key(j, list, index, &same, j->d);
	if (e != ERR_OK || same)
		return e;
	(void)snprintf(why, sizeof(why),
	    "records %zu and %zu both bear the signer's issuer and serial "
	    "number, but not both its key",
	    j->v->signer_record, index);
	j->v->other_record = index;
	return refuse_header(j, failed(CTL_RULE_TWO_KEYS), CTL_HDR_SIGNER_ID,
	    why);
}

static bool
is_candidate(const struct judge *j, const struct ctl_file *list, size_t index)
{
	const struct ctl_record *r = ctl_record(list, index);

	return may_sign(j, r) && ctl_record_is_named(&j->f->header, r);
}

/* The first record that the header names and that has TAG, or any where TAG
 * is CTL_REC_LENGTH; 0 where there is none. */
static size_t
first_candidate(const struct judge *j, const struct ctl_file *list,
    enum ctl_record_tag tag)
{
	size_t i, n = ctl_num_records(list);

	for (i = 1; i <= n; i++)
		if (is_candidate(j, list, i) &&
		    ctl_record_field(ctl_record(list, i), tag) != NULL)
			return i;
	return 0;
}

/* The record with most to say gives the key; no other may contradict it. */
static enum err
key_from_list(struct judge *j)
{
	static const enum ctl_record_tag tags[] = { CTL_REC_CERTIFICATE,
		CTL_REC_PUBLIC_KEY, CTL_REC_LENGTH };
	const struct ctl_file *list = anchor_list(j);
	size_t i, signer = 0, n = ctl_num_records(list);
	enum err e;

	for (i = 0; signer == 0 && i < sizeof(tags) / sizeof(tags[0]); i++)
		signer = first_candidate(j, list, tags[i]);
	if (signer == 0)
		return refuse_unnamed(j, list);
	e = take_key(j, list, signer);
	for (i = 1; e == ERR_OK && !j->decided && i <= n; i++)
		if (i != signer && is_candidate(j, list, i))
			e = compare_key(j, list, i);
	return e;
}

/* The header's issuer is that of C in the spelling of some dialect. */
static enum err
issuer_is(const struct ctl_header *h, const struct cert *c, bool *ret,
    struct diag *d)
{
	static const enum ctl_dialect dialects[] = { CTL_DIALECT_APPLIANCE,
		CTL_DIALECT_TOKEN, CTL_DIALECT_BUILDER };
	struct bytes found = ctl_header_text(h, CTL_HDR_ISSUER);
	struct ctl_name_match match = { .same = false };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && !match.same && i < 3; i++) {
		e = ctl_name_is(c, CERT_ISSUER, dialects[i], found, &match, d);
		if (e == ERR_SYNTAX) /* no text: nobody spells it so */
			e = ERR_OK;
	}
	*ret = match.same;
	return e;
}

static enum err
key_from_cert(struct judge *j)
{
	const struct cert *c = j->anchor->cert;
	struct bytes serial = ctl_header_value(&j->f->header, CTL_HDR_SERIAL);
	bool issuer = false;
	enum err e;

	e = issuer_is(&j->f->header, c, &issuer, j->d);
	if (e != ERR_OK)
		return e;
	if (!issuer || !ctl_serial_is(serial, cert_serial(c), true))
		return refuse_header(j, failed(CTL_RULE_SIGNER_UNKNOWN),
		    CTL_HDR_SIGNER_ID,
		    issuer ? "the header names another serial number than "
			     "the certificate given"
			   : "the header names another issuer than the "
			     "certificate given");
	j->key = cert_key(c);
	return ERR_OK;
}

/* What can be judged without a key. */
static enum err
check_header(struct judge *j, enum digest *ret_digest)
{
	const struct ctl_header *h = &j->f->header;
	uint32_t code;
	char why[120];

	if (ctl_kind(j->f) == CTL_KIND_FIRMWARE)
		return refuse_header(j,
		    not_possible(CTL_RULE_SIGNATURE_UNCHECKED),
		    CTL_HDR_SIGNER_ID,
		    "a firmware file is signed with a key that only the "
		    "phones hold");
	if (ctl_header_value(h, CTL_HDR_SIGNATURE).ptr == NULL)
		return refuse_header(j, failed(CTL_RULE_HEADER_INCOMPLETE),
		    CTL_HDR_LENGTH, "the header has no SIGNATURE (12)");
	if (ctl_header_value(h, CTL_HDR_ISSUER).ptr == NULL ||
	    ctl_header_value(h, CTL_HDR_SERIAL).ptr == NULL)
		return refuse_header(j, failed(CTL_RULE_HEADER_INCOMPLETE),
		    CTL_HDR_LENGTH,
		    "the header does not name the signer by issuer and "
		    "serial number");
	if (!ctl_header_number(h, CTL_HDR_SIGALG, &code))
		return refuse_header(j,
		    not_possible(CTL_RULE_HEADER_INCOMPLETE),
		    CTL_HDR_SIGALG_INFO,
		    "the header does not say with which algorithm it was "
		    "signed");
	if (code != 0)
		return refuse_header(j,
		    not_possible(CTL_RULE_ALGORITHM_UNKNOWN), CTL_HDR_SIGALG,
		    "the only known signature algorithm is 0, RSA");
	if (!ctl_header_number(h, CTL_HDR_DIGEST, &code))
		return refuse_header(j, failed(CTL_RULE_HEADER_INCOMPLETE),
		    CTL_HDR_SIGNATURE_INFO,
		    "the header does not say which digest was signed");
	if (!ctl_digest_of_code(code, ret_digest)) {
		(void)snprintf(why, sizeof(why), "digest code %u is unknown",
		    code);
		return refuse_header(j,
		    not_possible(CTL_RULE_ALGORITHM_UNKNOWN), CTL_HDR_DIGEST,
		    why);
	}
	if (anchor_list(j) == j->f && !ctl_is_list(j->f))
		return refuse_header(j,
		    not_possible(CTL_RULE_SIGNATURE_UNCHECKED),
		    CTL_HDR_SIGNER_ID,
		    "this file does not carry its signer; name the "
		    "certificate (--signer) or a list that holds it "
		    "(--trusted)");
	return ERR_OK;
}

/* SIGNATUREMODULUS and the length of SIGNATURE must fit the key; phones check
 * it (format 2.5). */
static enum err
check_sizes(struct judge *j, struct bytes sig)
{
	const struct ctl_header *h = &j->f->header;
	unsigned bits = j->key == NULL ? 0 : pubkey_bits(j->key);
	unsigned said;
	uint32_t code;
	char why[160];

	if (j->key == NULL || pubkey_type(j->key) != PUBKEY_RSA)
		return refuse_header(j, failed(CTL_RULE_SIGNATURE_BAD),
		    CTL_HDR_SIGALG,
		    "the signature is said to be RSA, but the signer's key "
		    "is not");
	said = ctl_header_number(h, CTL_HDR_MODULUS, &code)
	    ? ctl_modulus_bits(code)
	    : bits;
	if (said == 0)
		add_note(j, "the modulus code is unknown");
	if (said != 0 && said != (bits + 7) / 8 * 8) {
		(void)snprintf(why, sizeof(why),
		    "it says %u bits, the signer's key has %u", said, bits);
		return refuse_header(j, failed(CTL_RULE_MODULUS_WRONG),
		    CTL_HDR_MODULUS, why);
	}
	if (sig.len != (bits + 7) / 8) {
		(void)snprintf(why, sizeof(why),
		    "it has %zu bytes, a "
		    "signature by this key of %u bits has %u",
		    sig.len, bits, (bits + 7) / 8);
		return refuse_header(j, failed(CTL_RULE_SIGNATURE_BAD),
		    CTL_HDR_SIGNATURE, why);
	}
	return ERR_OK;
}

static enum err
check_signature(struct judge *j, enum digest which)
{
	struct ctl_signed what = { .sig = ctl_header_value(&j->f->header,
				       CTL_HDR_SIGNATURE) };
	enum pubkey_match match;
	struct bytes parts[2];
	enum err e;

	e = check_sizes(j, what.sig);
	if (e != ERR_OK || j->decided)
		return e;
	if (j->foresee) {
		j->v->status = CTL_VERIFIED;
		return ERR_OK;
	}
	ctl_preimage(j->f, parts);
	e = ctl_memo_digest(j->anchor, which, parts, &what.digest, j->d);
	if (e == ERR_OK)
		e = ctl_memo_check(j->anchor, j->key, which, &what, &match,
		    j->d);
	if (e != ERR_OK)
		return e;
	if (match == PUBKEY_CHANGED)
		return refuse_header(j, failed(CTL_RULE_SIGNATURE_BAD),
		    CTL_HDR_SIGNATURE,
		    "the signature is the signer's, but over other bytes: "
		    "the file was changed after it was signed");
	if (match == PUBKEY_FOREIGN)
		return refuse_header(j, failed(CTL_RULE_SIGNATURE_BAD),
		    CTL_HDR_SIGNATURE,
		    "the signature was damaged, or not made with the key "
		    "of the signer that the header names");
	j->v->status = CTL_VERIFIED;
	return ERR_OK;
}

static enum err
judge(struct judge *j)
{
	enum digest which = DIGEST_SHA1;
	enum err e;

	e = check_header(j, &which);
	if (e != ERR_OK || j->decided)
		return e;
	e = j->anchor->kind == CTL_ANCHOR_CERT ? key_from_cert(j)
					       : key_from_list(j);
	if (e != ERR_OK || j->decided)
		return e;
	return check_signature(j, which);
}

/* Judges J; the verdict is RET's once there is one. */
static enum err
run(struct judge j, struct ctl_verdict *ret)
{
	struct ctl_verdict v = { .status = CTL_FAILED,
		.anchor = j.anchor->kind };
	enum err e;

	diag_init(&v.why);
	j.v = &v;
	e = judge(&j);
	pubkey_free(&j.own_key);
	cert_free(&j.cert);
	if (e == ERR_OK)
		*ret = v;
	return e;
}

enum err
ctl_verify(const struct ctl_file *f, const struct ctl_anchor *anchor,
    struct ctl_verdict *ret, struct diag *d)
{
	const struct judge j = { .f = f, .anchor = anchor, .d = d };

	return run(j, ret);
}

enum err
ctl_verify_unsigned(const struct ctl_file *f, const struct ctl_anchor *anchor,
    struct ctl_verdict *ret, struct diag *d)
{
	const struct judge j = { .f = f,
		.anchor = anchor,
		.d = d,
		.foresee = true };

	return run(j, ret);
}
