/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/chain.h"

#include "pki/ossl.h"

enum err
chain_signed_by(const struct cert *c, const struct cert *issuer, bool *ret,
    struct diag *d)
{
	EVP_PKEY *key = X509_get0_pubkey(cert_x509(issuer));
	int answer = 0;

	if (key != NULL)
		answer = X509_verify(cert_x509(c), key);
	if (answer != 1 && key != NULL &&
	    ossl_fail(NULL, ERR_CRYPTO, "") == ERR_NOMEM && answer < 0)
		return diag_nomem(d);
	*ret = answer == 1;
	return ERR_OK;
}

/* The search, depth first. */
struct search {
	const struct cert *const *store;
	size_t num;
	struct chain now; /* the way that is being tried */
	struct chain *best;
	struct diag *d;
};

/* Keeps the way that is being tried, which ends so, where it is complete or
 * longer than what there is. */
static void
keep(struct search *s, enum chain_end end)
{
	if (s->best->num != 0 &&
	    (s->best->end == CHAIN_COMPLETE || s->now.num <= s->best->num) &&
	    end != CHAIN_COMPLETE)
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
	return bytes_equal(cert_name_der(c, CERT_ISSUER),
	    cert_name_der(issuer, CERT_SUBJECT));
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

static enum err
walk(struct search *s, size_t *steps)
{
	const struct cert *last = s->now.link[s->now.num - 1];
	enum chain_end why = CHAIN_ISSUER_GONE, found;
	bool root = false;
	enum err e;
	size_t i;

	e = is_root(s, &root);
	if (e == ERR_OK && root)
		keep(s, CHAIN_COMPLETE);
	for (i = 0; e == ERR_OK && !root && i < s->num &&
	     s->best->end != CHAIN_COMPLETE;
	     i++) {
		if (!is_named(last, s->store[i]) || ++*steps > STEPS_MAX)
			continue;
		e = judge_issuer(s, last, s->store[i], &found);
		if (e != ERR_OK || found != CHAIN_COMPLETE) {
			why = found;
			continue;
		}
		if (s->now.num == CHAIN_MAX) {
			why = CHAIN_TOO_LONG;
			continue;
		}
		s->now.link[s->now.num++] = s->store[i];
		e = walk(s, steps);
		s->now.num--;
	}
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
	size_t steps = 0;
	enum err e;

	e = walk(&s, &steps);
	if (e == ERR_OK)
		*ret = best;
	return e;
}
