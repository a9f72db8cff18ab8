/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/chain.h"

#include <openssl/err.h>

#include "pki/ossl.h"

enum err
chain_signed_by(const struct cert *c, const struct cert *issuer, bool *ret,
    struct diag *d)
{
	EVP_PKEY *key = X509_get0_pubkey(cert_x509(issuer));
	int answer = 0;

	if (key != NULL)
		answer = X509_verify(cert_x509(c), key);
	if (answer != 1 && ERR_peek_error() != 0 &&
	    ossl_fail(NULL, ERR_CRYPTO, "") == ERR_NOMEM)
		return diag_nomem(d);
	*ret = answer == 1;
	return ERR_OK;
}

/* The search, depth first. */
struct search {
	const struct cert *const *store;
	size_t num;
	size_t steps;     /* signatures checked so far */
	struct chain now; /* the way that is being tried */
	struct chain *best;
	struct diag *d;
};

/* Keeps the way that is being tried, which ends so, where it is complete or
 * longer than what there is. */
static void
keep(struct search *s, enum chain_end end)
{
	if (s->now.num <= s->best->num && end != CHAIN_COMPLETE)
		return;
	s->now.end = end;
	*s->best = s->now;
}

static bool
is_on_way(const struct search *s, const struct cert *c)
{
	size_t i;

	for (i = 0; i < s->now.num; i++)
		if (bytes_equal(cert_der(s->now.link[i]), cert_der(c)))
			return true;
	return false;
}

static bool
is_named(const struct cert *c, const struct cert *issuer)
{
	/* as RFC 5280, 7.1 compares names: the authority may have written its
	 * own in another type of string */
	return X509_NAME_cmp(X509_get_issuer_name(cert_x509(c)),
		   X509_get_subject_name(cert_x509(issuer))) == 0;
}

/* What is wrong with ISSUER, which has the name, as an issuer of C; *RET is
 * CHAIN_COMPLETE where nothing is. */
static enum err
judge_issuer(const struct search *s, const struct cert *c,
    const struct cert *issuer, enum chain_end *ret)
{
	bool signed_by = false;
	enum err e;

	e = chain_signed_by(c, issuer, &signed_by, s->d);
	if (e != ERR_OK)
		return e;
	*ret = CHAIN_COMPLETE;
	if (!signed_by)
		*ret = CHAIN_NOT_SIGNED;
	else if (!cert_is_ca(issuer))
		*ret = CHAIN_NOT_CA;
	else if (is_on_way(s, issuer))
		*ret = CHAIN_LOOP;
	return ERR_OK;
}

/* The last link is a root: it signed itself, and the store has it. */
static enum err
is_root(const struct search *s, bool *ret)
{
	const struct cert *last = s->now.link[s->now.num - 1];
	bool stored = s->now.num > 1;
	size_t i;

	*ret = false;
	if (!cert_is_self_issued(last))
		return ERR_OK;
	for (i = 0; i < s->num && !stored; i++)
		stored = bytes_equal(cert_der(s->store[i]), cert_der(last));
	return stored ? chain_signed_by(last, last, ret, s->d) : ERR_OK;
}

/* So many signatures are checked at most, whatever the store holds. */
#define STEPS_MAX 10000

/* How much an end of the way tells, least first. */
static int
weight(enum chain_end end)
{
	switch (end) {
	case CHAIN_COMPLETE:
	case CHAIN_ISSUER_GONE:
		return 0;
	case CHAIN_NOT_SIGNED:
		return 1;
	case CHAIN_NOT_CA:
		return 2;
	case CHAIN_LOOP:
		return 3;
	case CHAIN_TOO_LONG:
		return 4;
	}
	return 0;
}

static enum err walk(struct search *s);

/* Tries ISSUER behind the last link; *WHY is what of all that was tried tells
 * most. */
static enum err
try_issuer(struct search *s, const struct cert *issuer, enum chain_end *why)
{
	const struct cert *last = s->now.link[s->now.num - 1];
	enum chain_end found = CHAIN_TOO_LONG;
	enum err e = ERR_OK;

	if (!is_named(last, issuer))
		return ERR_OK;
	if (++s->steps <= STEPS_MAX)
		e = judge_issuer(s, last, issuer, &found);
	if (e == ERR_OK && found == CHAIN_COMPLETE && s->now.num == CHAIN_MAX)
		found = CHAIN_TOO_LONG;
	if (e == ERR_OK && found == CHAIN_COMPLETE) {
		s->now.link[s->now.num++] = issuer;
		e = walk(s);
		s->now.num--;
	}
	if (weight(found) > weight(*why))
		*why = found;
	return e;
}

/* Goes on from the last link. No way is longer than CHAIN_MAX. */
static enum err
walk(struct search *s) /* NOLINT(misc-no-recursion) */
{
	enum chain_end why = CHAIN_ISSUER_GONE;
	bool root = false;
	enum err e;
	size_t i;

	e = is_root(s, &root);
	if (e == ERR_OK && root)
		keep(s, CHAIN_COMPLETE);
	for (i = 0; e == ERR_OK && !root && i < s->num &&
	     s->best->end != CHAIN_COMPLETE;
	     i++)
		e = try_issuer(s, s->store[i], &why);
	if (e == ERR_OK && !root && s->best->end != CHAIN_COMPLETE)
		keep(s, why);
	return e;
}

enum err
chain_find(const struct cert *leaf, const struct cert *const *store, size_t num,
    struct chain *ret, struct diag *d)
{
	struct chain best = { .end = CHAIN_ISSUER_GONE };
	struct search s = { .store = store,
		.num = num,
		.best = &best,
		.now = { .link = { leaf }, .num = 1 },
		.d = d };
	enum err e;

	e = walk(&s);
	if (e == ERR_OK)
		*ret = best;
	return e;
}
