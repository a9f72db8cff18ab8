/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate against the trust store of its unit: E1, E5. */
#include <string.h>
#include <strings.h>

#include "pki/fit_parts.h"

#define ECDSA "-ECDSA"
#define CLIENT "-client"
#define TRUST "-trust"

static bool
ends_with(struct bytes text, const char *end)
{
	size_t len = strlen(end);

	return text.len > len &&
	    strncasecmp((const char *)text.ptr + text.len - len, end, len) == 0;
}

void
fit_put_store(struct buf *out, const char *unit)
{
	static const char *const ends[] = { TRUST, ECDSA, CLIENT };
	struct bytes name = bytes_of_str(unit);
	size_t i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (ends_with(name, ends[i]))
			name.len -= strlen(ends[i]);
	buf_put(out, name);
	buf_str(out, TRUST);
}

/* ---- E1 ----------------------------------------------------------------------- */

static const char *
end_text(const struct chain *chain)
{
	switch (chain->end) {
	case CHAIN_COMPLETE:
		return "is complete";
	case CHAIN_ISSUER_GONE:
		return cert_is_self_issued(chain->link[chain->num - 1])
		    ? "ends: it is self-signed, and not in the store"
		    : "ends: the store has no certificate of its issuer";
	case CHAIN_NOT_SIGNED:
		return "ends: the store has an issuer of that name with "
		       "another key";
	case CHAIN_NOT_CA:
		return "ends: what signed it is no CA";
	case CHAIN_LOOP:
		return "comes back to where it was: no root ends it";
	case CHAIN_TOO_LONG:
		return "is longer than any that is known";
	}
	return "";
}

/* What the upload of a certificate with such a chain comes to: one for a trust
 * store is taken, and only what it has issued is refused. */
static enum fit_level
chain_level(const struct fitting *f, const struct chain *chain)
{
	bool root = chain->num == 1 && cert_is_self_issued(f->in->cert);

	if (chain->end == CHAIN_COMPLETE)
		return FIT_PASSED;
	if (!f->in->profile->trust)
		return FIT_REFUSED;
	return root && chain->end == CHAIN_ISSUER_GONE ? FIT_PASSED
						       : FIT_WARNING;
}

static enum err
say_incomplete(struct fitting *f, struct fit_finding *finding,
    const struct chain *chain)
{
	const struct cert *last = chain->link[chain->num - 1];
	enum err e;

	buf_printf(&finding->text,
	    "the chain, %zu long, %s; missing: ", chain->num, end_text(chain));
	e = cert_put_name(last, CERT_ISSUER, &finding->text, f->d);
	if (e == ERR_SYNTAX)
		buf_str(&finding->text, "a name that is no text");
	if (finding->level == FIT_REFUSED)
		buf_str(&finding->shown,
		    "CA certificate is not available in the trust-store");
	buf_str(&finding->remedy,
	    "upload the root first, then each intermediate, to ");
	fit_put_store(&finding->remedy, f->in->profile->unit);
	buf_str(&finding->remedy, " on that node, then this one");
	return e == ERR_SYNTAX ? ERR_OK : e;
}

/* Dates and keys of the authorities, which the end of the chain says nothing
 * of. */
static void
judge_links(struct fitting *f, const struct chain *chain)
{
	const struct pubkey *k;
	size_t i;

	for (i = 1; i < chain->num; i++)
		if (f->in->now > cert_not_after(chain->link[i])) {
			fit_say(f, FIT_DATES, FIT_WARNING,
			    "upload its successor to the trust store: expired "
			    "certificates are dropped there by an upgrade "
			    "since 12.5(1)SU6 and 14SU2",
			    "link %zu of its chain has expired", i + 1);
			break;
		}
	for (i = 1; i < chain->num; i++) {
		k = cert_key(chain->link[i]);
		if (k == NULL || pubkey_type(k) != PUBKEY_RSA ||
		    pubkey_bits(k) < 4096)
			continue;
		fit_say(f, FIT_KEY_SIZE, FIT_WARNING,
		    "try it where no phone depends on it (CSCup54818)",
		    "link %zu of its chain has an RSA key of %u bits, which "
		    "made trouble in mixed mode",
		    i + 1, pubkey_bits(k));
		break;
	}
}

static enum err
judge_chain(struct fitting *f)
{
	struct fit_finding *finding;
	struct chain chain;
	enum err e;

	if (!f->in->has_trust) {
		fit_say(f, FIT_CHAIN, FIT_NOT_CHECKED,
		    "give the certificates of the trust store, each in a "
		    "file of one folder, with --trust",
		    "no trust store to look for the issuers in");
		return ERR_OK;
	}
	e = chain_find(f->in->cert, f->in->trust, f->in->num_trust, &chain,
	    f->d);
	if (e != ERR_OK)
		return e;
	finding = fit_add(f, FIT_CHAIN, chain_level(f, &chain));
	if (finding->level != FIT_PASSED)
		e = say_incomplete(f, finding, &chain);
	else if (chain.end == CHAIN_COMPLETE)
		buf_printf(&finding->text, "the chain, %zu long, is complete",
		    chain.num);
	else
		buf_str(&finding->text, "it is self-signed: no issuer needed");
	judge_links(f, &chain);
	return e;
}

/* ---- E5 ----------------------------------------------------------------------- */

/* Appends what a file in the trust store is named after: its CN. Which
 * characters the appliance replaces there is not known; all but letters,
 * digits, dots and dashes are taken to be. */
static enum err
put_file_name(const struct cert *c, struct buf *out, struct diag *d)
{
	struct diag why;
	enum err e;
	size_t i;

	diag_init(&why);
	e = cert_put_cn(c, CERT_SUBJECT, out, &why);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	/* what is no text names no file */
	if (e != ERR_OK)
		out->len = 0;
	for (i = 0; i < out->len; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
			   "XYZ0123456789.-",
			out->ptr[i]) == NULL ||
		    out->ptr[i] == '\0')
			out->ptr[i] = '_';
	return ERR_OK;
}

/* What OTHER, which has its file name, means for the upload. */
static void
judge_collision(struct fitting *f, const struct cert *other)
{
	const struct cert *c = f->in->cert;
	bool same_subject = bytes_equal(cert_name_der(c, CERT_SUBJECT),
	    cert_name_der(other, CERT_SUBJECT));

	if (cert_not_before(other) >= cert_not_before(c))
		fit_say(f, FIT_SAME_NAME, FIT_HURTS,
		    "delete that one first (`set cert delete`), or have the "
		    "new one made with another CN (-G2, or the year)",
		    "the trust store has a certificate of the same CN that is "
		    "valid from the same or a later date: it stays, and "
		    "nobody says so");
	else if (!same_subject)
		fit_say(f, FIT_SAME_NAME, FIT_WARNING,
		    "see that nobody needs the other one any more",
		    "the trust store has a certificate of another subject "
		    "whose file name is the same: this one replaces it");
	else
		fit_say(f, FIT_SAME_NAME, FIT_NOTE, NULL,
		    "the trust store has an older certificate of the same CN, "
		    "which this one replaces");
}

/* The one of the store that weighs most: with the latest date. */
static enum err
find_same_name(struct fitting *f, const struct cert **ret)
{
	struct buf mine = { 0 }, other = { 0 };
	const struct cert *c = f->in->cert, *at;
	enum err e;
	size_t i;

	*ret = NULL;
	e = put_file_name(c, &mine, f->d);
	for (i = 0; e == ERR_OK && mine.len > 0 && i < f->in->num_trust; i++) {
		at = f->in->trust[i];
		other.len = 0;
		e = put_file_name(at, &other, f->d);
		if (e == ERR_OK && !buf_ok(&other))
			e = diag_nomem(f->d);
		if (e == ERR_OK &&
		    bytes_equal(buf_bytes(&mine), buf_bytes(&other)) &&
		    !bytes_equal(cert_der(at), cert_der(c)) &&
		    (*ret == NULL ||
			cert_not_before(at) > cert_not_before(*ret)))
			*ret = at;
	}
	buf_clear(&mine);
	buf_clear(&other);
	return e;
}

static enum err
judge_same_name(struct fitting *f)
{
	const struct cert *other;
	enum err e;

	if (!f->in->has_trust) {
		fit_say(f, FIT_SAME_NAME, FIT_NOT_CHECKED,
		    "give the trust store with --trust",
		    "no trust store to look for a certificate of the same CN "
		    "in");
		return ERR_OK;
	}
	e = find_same_name(f, &other);
	if (e == ERR_OK && other != NULL)
		judge_collision(f, other);
	else if (e == ERR_OK)
		fit_say(f, FIT_SAME_NAME, FIT_PASSED, NULL,
		    "no other certificate of the store has this CN");
	return e;
}

enum err
fit_store_checks(struct fitting *f)
{
	enum err e;

	e = judge_chain(f);
	return e == ERR_OK ? judge_same_name(f) : e;
}
