/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate against the trust store of its unit: E1, E5. */
#include "pki/fit_parts.h"

static const char *
end_text(enum chain_end end)
{
	switch (end) {
	case CHAIN_COMPLETE:
		return "is complete";
	case CHAIN_ISSUER_GONE:
		return "ends: the store has no certificate of the issuer";
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

static enum err
judge_chain(struct fitting *f)
{
	struct fit_finding *finding;
	struct chain chain;
	const struct cert *last;
	enum err e;

	if (!f->in->has_trust) {
		fit_say(f, FIT_CHAIN, FIT_NOT_CHECKED,
		    "give the trust store of the unit with --trust",
		    "no trust store to look for the issuers in");
		return ERR_OK;
	}
	e = chain_find(f->in->cert, f->in->trust, f->in->num_trust, &chain,
	    f->d);
	if (e != ERR_OK)
		return e;
	finding = fit_add(f, FIT_CHAIN,
	    chain.end == CHAIN_COMPLETE ? FIT_PASSED : FIT_REFUSED);
	buf_printf(&finding->text, "the chain of %zu certificates %s",
	    chain.num, end_text(chain.end));
	if (chain.end == CHAIN_COMPLETE)
		return ERR_OK;
	last = chain.link[chain.num - 1];
	buf_str(&finding->text, "; missing: ");
	e = cert_put_name(last, CERT_ISSUER, &finding->text, f->d);
	buf_str(&finding->remedy,
	    "upload the root first, then each intermediate, to the trust store "
	    "of the unit (`set cert import trust UNIT`), then this one");
	return e == ERR_SYNTAX ? ERR_OK : e;
}

static enum err
has_same_cn(const struct cert *a, const struct cert *b, bool *ret,
    struct diag *d)
{
	struct buf one = { 0 }, other = { 0 };
	struct diag why;
	enum err e;

	e = cert_put_cn(a, CERT_SUBJECT, &one, &why);
	if (e == ERR_OK)
		e = cert_put_cn(b, CERT_SUBJECT, &other, &why);
	*ret = e == ERR_OK && one.len > 0 &&
	    bytes_equal(buf_bytes(&one), buf_bytes(&other));
	buf_clear(&one);
	buf_clear(&other);
	/* what is no text names no file */
	return e == ERR_NOMEM ? diag_nomem(d) : ERR_OK;
}

/* A certificate of the store with the same CN: the name of the file there. */
static enum err
judge_same_name(struct fitting *f)
{
	const struct cert *c = f->in->cert, *other;
	bool same = false;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < f->in->num_trust; i++) {
		other = f->in->trust[i];
		if (bytes_equal(cert_der(other), cert_der(c)))
			continue;
		e = has_same_cn(c, other, &same, f->d);
		if (e != ERR_OK || !same)
			continue;
		if (cert_not_before(other) >= cert_not_before(c))
			fit_say(f, FIT_SAME_NAME, FIT_HURTS,
			    "delete that one first, or give the new one "
			    "another CN (-G2, or the year)",
			    "the trust store has a certificate of the same "
			    "CN that is valid from a later date: it stays, "
			    "and nobody says so");
		else
			fit_say(f, FIT_SAME_NAME, FIT_NOTE, NULL,
			    "the trust store has an older certificate of the "
			    "same CN, which is replaced");
		return ERR_OK;
	}
	return e;
}

enum err
fit_store_checks(struct fitting *f)
{
	enum err e;

	e = judge_chain(f);
	return e == ERR_OK ? judge_same_name(f) : e;
}
