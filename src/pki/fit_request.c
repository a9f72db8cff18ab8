/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate against the request that it was made of: E2, E3, E4, E14. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "pki/fit_parts.h"

#define SECURITY_CM "/usr/local/cm/.security/"
#define SECURITY_PLATFORM "/usr/local/platform/.security/"

/* E2 of the unit, in the words of the appliance. */
static void
put_no_csr(struct buf *out, const char *unit)
{
	bool cm = strncmp(unit, "CallManager", 11) == 0 ||
	    strncmp(unit, "CAPF", 4) == 0;

	buf_printf(out, "File %s%s/keys/%s.csr does not exist\n",
	    cm ? SECURITY_CM : SECURITY_PLATFORM, unit, unit);
	buf_printf(out,
	    "The file /usr/local/platform/upload/certs//%s.der could not be "
	    "uploaded.",
	    unit);
}

/* ---- E2, E3 --------------------------------------------------------------------- */

static bool
is_of_unit(const struct fitting *f, const struct fit_request *r)
{
	return r->unit == NULL ||
	    strcasecmp(r->unit, f->in->profile->unit) == 0;
}

/* The request of the ledger that the certificate's key is of, that of this unit
 * before others; or NULL. */
static const struct fit_request *
whose(const struct fitting *f)
{
	const struct fit_input *in = f->in;
	const struct fit_request *found = NULL;
	size_t i;

	for (i = 0; i < in->num_ledger; i++) {
		const struct fit_request *r = &in->ledger[i];

		if (csr_key(r->csr) == NULL ||
		    !cert_has_key(in->cert, csr_key(r->csr)))
			continue;
		if (found == NULL ||
		    (!is_of_unit(f, found) && is_of_unit(f, r)))
			found = r;
	}
	return found;
}

/* "node cucm-pub, unit CallManager (FILE)". */
static void
put_owner(struct buf *out, const struct fit_request *r)
{
	buf_printf(out, "node %s", r->node);
	if (r->unit != NULL)
		buf_printf(out, ", unit %s", r->unit);
	buf_printf(out, " (%s)", r->file);
}

static const char go_there[] =
    "upload it there, and see with `show csr list own` that the node still "
    "has that request: a new one replaces it, and an upload uses it up";

/* No request was given: that of the ledger which fits takes its place. */
static void
judge_ledger(struct fitting *f)
{
	const struct fit_request *r = whose(f);
	struct fit_finding *finding;

	if (r == NULL && !f->in->has_ledger) {
		fit_say(f, FIT_CSR, FIT_NOT_CHECKED,
		    "give the request with --csr (`show csr own UNIT` on the "
		    "node prints it)",
		    "no request to compare with: without one on the node the "
		    "upload is refused");
	} else if (r == NULL) {
		finding = fit_say(f, FIT_CSR, FIT_REFUSED,
		    "make a request on the node (`set csr gen UNIT`) and have "
		    "that one signed; a certificate that was made without one "
		    "of the appliance's cannot be uploaded",
		    "no request of the ledger is of its key");
		put_no_csr(&finding->shown, f->in->profile->unit);
	} else if (!is_of_unit(f, r)) {
		finding = fit_add(f, FIT_CSR, FIT_REFUSED);
		buf_str(&finding->text, "it fits the request of ");
		put_owner(&finding->text, r);
		buf_str(&finding->remedy, "upload it as that unit's");
		put_no_csr(&finding->shown, f->in->profile->unit);
	} else {
		finding = fit_add(f, FIT_CSR, FIT_NOTE);
		buf_str(&finding->text, "it fits the request of ");
		put_owner(&finding->text, r);
		buf_str(&finding->text, ", which the rest is compared with");
		buf_str(&finding->remedy, go_there);
		f->csr = r->csr;
	}
}

static void
say_other_key(struct fitting *f)
{
	const struct fit_request *r = whose(f);
	struct fit_finding *finding = fit_add(f, FIT_KEY, FIT_REFUSED);

	buf_str(&finding->shown,
	    "CSR Public Key and Certificate Public Key do not match");
	buf_str(&finding->text, "the key is not that of the request");
	if (r != NULL) {
		buf_str(&finding->text, ", but of the request of ");
		put_owner(&finding->text, r);
		buf_str(&finding->remedy, go_there);
		return;
	}
	if (f->in->has_ledger)
		buf_str(&finding->text, ", nor of any in the ledger");
	buf_str(&finding->remedy,
	    "it belongs to another node, another unit or an older request: a "
	    "new request replaces the one before; have the present request "
	    "(`show csr own UNIT`) signed");
}

static void
judge_key(struct fitting *f)
{
	const struct pubkey *k = csr_key(f->csr);

	if (k != NULL && cert_has_key(f->in->cert, k))
		fit_say(f, FIT_KEY, FIT_PASSED, NULL,
		    "the key is that of the request");
	else
		say_other_key(f);
}

/* The hex digits of A and B are the same, of which A may have more in front
 * (the frame of a PKCS#1 key) or behind. */
static bool
holds_hex(struct bytes a, const struct buf *b)
{
	size_t i;

	for (i = 0; b->len > 0 && i + b->len <= a.len; i++)
		if (strncasecmp((const char *)a.ptr + i, (const char *)b->ptr,
			b->len) == 0)
			return true;
	return false;
}

enum err
fit_dump_key(struct fitting *f, struct bytes key)
{
	struct buf spki = { 0 }, hex = { 0 };
	/* the text may end early: a part in the middle of the modulus does */
	const size_t skip = 40, part = 64;
	enum err e = ERR_OK;

	f->csr = f->in->csr;
	if (csr_key(f->csr) == NULL)
		return ERR_OK;
	e = pubkey_put_spki(csr_key(f->csr), &spki, f->d);
	if (e == ERR_OK && spki.len > skip + part)
		text_put_hex(&hex, bytes_of(spki.ptr + skip, part), "",
		    TEXT_LOWER);
	else if (e == ERR_OK && spki.len > skip)
		text_put_hex(&hex, bytes_of(spki.ptr + skip, spki.len - skip),
		    "", TEXT_LOWER);
	if (e == ERR_OK && !buf_ok(&hex))
		e = diag_nomem(f->d);
	if (e == ERR_OK && holds_hex(key, &hex))
		fit_say(f, FIT_KEY, FIT_PASSED, NULL,
		    "the key in the text is that of the request");
	else if (e == ERR_OK)
		fit_say(f, FIT_KEY, FIT_NOTE,
		    "the text is that of the certificate that the node has "
		    "now; after the upload it should have the request's",
		    "the key in the text is not that of the request");
	buf_clear(&spki);
	buf_clear(&hex);
	return e;
}

/* ---- E14 ------------------------------------------------------------------------ */

static enum err
judge_stale(struct fitting *f)
{
	struct digest_value sha256;
	struct bytes der = csr_der(f->csr);
	struct fit_finding *finding;
	bool is_signed = false;
	enum err e;

	e = csr_is_signed(f->csr, &is_signed, f->d);
	if (e == ERR_OK)
		e = digest_of(DIGEST_SHA256, &der, 1, &sha256, f->d);
	if (e != ERR_OK)
		return e;
	finding = fit_add(f, FIT_STALE_CSR, is_signed ? FIT_NOTE : FIT_WARNING);
	if (!is_signed)
		buf_str(&finding->text,
		    "the signature of the request is wrong: it was damaged or "
		    "changed; ");
	buf_str(&finding->text,
	    "whether the node still has this request cannot be seen from here "
	    "(SHA-256 ");
	text_put_hex(&finding->text, digest_bytes(&sha256), "", TEXT_LOWER);
	buf_str(&finding->text, ")");
	buf_str(&finding->remedy,
	    "compare it with `show csr own UNIT` on the node; by REST an older "
	    "one ends in status 500");
	return ERR_OK;
}

/* ---- E4 -------------------------------------------------------------------------- */

/* Appends the names of A, those alone that B has not where B is given. */
static size_t
put_names(struct buf *out, const struct ext *a, const struct ext *b)
{
	size_t i, n = 0;

	for (i = 0; i < a->num_names; i++) {
		if (b != NULL && ext_has_name(b, &a->names[i]))
			continue;
		buf_str(out, n++ == 0 ? "" : ", ");
		ext_put_name(out, &a->names[i]);
	}
	if (n == 0)
		buf_str(out, "none");
	return n;
}

/* The five ways out, which the appliance's guides name. */
static const char san_remedies[] =
    "1. have the authority sign the request with exactly its names, none added "
    "and none left out;\n"
    "2. or make a new request whose names are those that the authority puts in "
    "(`set web-security`, or the parent domain and the list of names in OS "
    "Administration);\n"
    "3. or turn off what adds the name: authorities often add the CN, www. or "
    "an address by a template;\n"
    "4. or, where the authority refuses -ms in the CN, give the multi-server "
    "request a CN of your own;\n"
    "5. or ask for a request without names at all: the names in the "
    "certificate are then not compared";

static void
say_san_differs(struct fitting *f, const struct ext *csr)
{
	struct fit_finding *finding = fit_add(f, FIT_SAN, FIT_REFUSED);

	buf_str(&finding->shown, "CSR SAN and Certificate SAN does not match");
	if (f->ext.alt_names == EXT_BROKEN)
		buf_str(&finding->text,
		    "the names in the certificate do not decode\n");
	buf_str(&finding->text, "the names differ\nrequest: ");
	(void)put_names(&finding->text, csr, NULL);
	buf_str(&finding->text, "\ncertificate: ");
	(void)put_names(&finding->text, &f->ext, NULL);
	buf_str(&finding->text, "\nadded: ");
	(void)put_names(&finding->text, &f->ext, csr);
	buf_str(&finding->text, "\nleft out: ");
	(void)put_names(&finding->text, csr, &f->ext);
	buf_str(&finding->remedy, san_remedies);
}

static bool
are_same(const struct ext *a, const struct ext *b)
{
	size_t i;

	if (a->num_names != b->num_names)
		return false;
	for (i = 0; i < a->num_names; i++)
		if (ext_name_compare(&a->names[i], &b->names[i]) != 0)
			return false;
	return true;
}

static void
judge_san(struct fitting *f)
{
	const struct ext *csr = csr_ext(f->csr);

	if (csr->alt_names == EXT_BROKEN)
		fit_say(f, FIT_SAN, FIT_NOT_CHECKED,
		    "make the request again (`set csr gen UNIT`)",
		    "the names in the request do not decode");
	else if (csr->num_names == 0)
		fit_say(f, FIT_SAN, FIT_PASSED, NULL,
		    "the request has no names, so those of the certificate "
		    "are not compared");
	else if (are_same(csr, &f->ext))
		fit_say(f, FIT_SAN, FIT_PASSED, NULL,
		    "both have the same names (%zu)", csr->num_names);
	else
		say_san_differs(f, csr);
}

static void
say_no_request(struct fitting *f, enum fit_check check)
{
	fit_say(f, check, FIT_NOT_CHECKED, "give the request with --csr",
	    "no request to compare with");
}

enum err
fit_request_checks(struct fitting *f)
{
	f->csr = f->in->csr;
	if (f->csr == NULL)
		judge_ledger(f);
	else
		fit_say(f, FIT_CSR, FIT_PASSED, NULL, "a request was given");
	if (f->csr == NULL) {
		say_no_request(f, FIT_KEY);
		say_no_request(f, FIT_STALE_CSR);
		say_no_request(f, FIT_SAN);
		return ERR_OK;
	}
	judge_key(f);
	judge_san(f);
	return judge_stale(f);
}
