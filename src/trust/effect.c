/* SPDX-License-Identifier: Apache-2.0 */
/* What a change leaves behind: docs/trust.md. */
#include <string.h>

#include "trust/match.h"
#include "trust/owner.h"
#include "trust/signer.h"
#include "trust/trust.h"

/* One of the two lists. */
struct side {
	const struct ctl_file *f;
	struct match_index sasts;   /* MATCH_SAST */
	struct match_index servers; /* MATCH_SERVER_KEY */
	struct match_index certs;   /* MATCH_CERT */
};

struct work {
	const struct trust_change *change;
	struct side old, new;
	struct trust_effect *ret;
};

static enum err
side_fill(struct side *s, const struct ctl_file *f, struct diag *d)
{
	enum err e;

	s->f = f;
	e = match_sort(f, MATCH_SAST, NULL, &s->sasts, d);
	if (e == ERR_OK)
		e = match_sort(f, MATCH_SERVER_KEY, NULL, &s->servers, d);
	if (e == ERR_OK)
		e = match_sort(f, MATCH_CERT, NULL, &s->certs, d);
	return e;
}

static void
side_clear(struct side *s)
{
	match_index_clear(&s->sasts);
	match_index_clear(&s->servers);
	match_index_clear(&s->certs);
}

/* How many SASTs of A are in B. */
static size_t
count_shared(const struct side *a, const struct side *b)
{
	size_t i, n = 0;

	for (i = 0; i < a->sasts.num; i++)
		if (match_index_has(&b->sasts, &a->sasts.key[i]))
			n++;
	return n;
}

static struct diag *
lose(struct work *w, enum trust_loss loss)
{
	w->ret->losses |= 1u << loss;
	return &w->ret->why[loss];
}

static void
look_for_signer(struct work *w)
{
	struct trust_phone phone = { .installed = w->old.f };
	struct trust_effect *ret = w->ret;

	trust_judge(&phone, w->new.f, &ret->judgement);
	if (ret->judgement.verdict == TRUST_REFUSES)
		*lose(w, TRUST_LOSS_SIGNER) = ret->judgement.why;
}

static void
look_for_shared(struct work *w)
{
	struct trust_effect *ret = w->ret;

	ret->shared = count_shared(&w->old, &w->new);
	ret->removed = w->old.sasts.num - ret->shared;
	ret->added = w->new.sasts.num - count_shared(&w->new, &w->old);
	if (ret->shared > 0)
		return;
	(void)diag_set(lose(w, TRUST_LOSS_ALL_SAST), ERR_POLICY,
	    "the new list has no SAST of the old one, so phones that miss it "
	    "take nothing that comes after it; keep one, and let it go with "
	    "the next list");
}

/* The first SAST of S, by its record, whose key is known to be held; 0: none.
 */
static size_t
find_held(const struct work *w, const struct side *s)
{
	const struct trust_change *c = w->change;
	size_t i, record, first = 0;

	for (i = 0; i < s->sasts.num; i++) {
		record = s->sasts.key[i].record;
		if (first != 0 && record > first)
			continue;
		if (owner_with(s->f, record, &s->servers) !=
			TRUST_OWNER_TOKEN ||
		    (c->held != NULL && c->held(c->arg, s->f, record)))
			first = record;
	}
	return first;
}

static void
look_for_held(struct work *w)
{
	size_t record = find_held(w, &w->old);

	if (record == 0 || find_held(w, &w->new) != 0)
		return;
	(void)diag_set(lose(w, TRUST_LOSS_LAST_HELD), ERR_POLICY,
	    "of no SAST of the new list is it known who holds its key, while "
	    "%s holds that of record %zu of the old one; keep that record, or "
	    "add a SAST whose token is in the inventory",
	    owner_with(w->old.f, record, &w->old.servers) == TRUST_OWNER_TOKEN
		? "a token"
		: "the publisher",
	    record);
}

static bool
is_signed_by_token(const struct side *s)
{
	size_t signer = ctl_signer_record(s->f);

	return signer != 0 &&
	    owner_with(s->f, signer, &s->servers) == TRUST_OWNER_TOKEN;
}

/* How many SASTs of OWNER, one of the servers, stand in A and not in B. One that B has in
 * another spelling counts where RESPELT. *RET_FIRST: the first record. */
static size_t
count_gone(const struct side *a, const struct side *b, enum trust_owner owner,
    bool respelt, size_t *ret_first)
{
	const struct match_key *key;
	struct match_key cert;
	size_t i, n = 0;

	*ret_first = 0;
	for (i = 0; i < a->sasts.num; i++) {
		key = &a->sasts.key[i];
		if (match_index_has(&b->sasts, key) ||
		    owner_with(a->f, key->record, &a->servers) != owner)
			continue;
		if (!respelt &&
		    match_key_of(a->f, key->record, MATCH_CERT, &cert) &&
		    match_index_has(&b->certs, &cert))
			continue;
		if (*ret_first == 0 || key->record < *ret_first)
			*ret_first = key->record;
		n++;
	}
	return n;
}

static void
look_for_server(struct work *w, enum trust_owner owner, const char *name)
{
	size_t record, ignored;
	size_t gone = count_gone(&w->old, &w->new, owner, true, &record);
	size_t come = count_gone(&w->new, &w->old, owner, false, &ignored);

	if (gone <= come ||
	    (!is_signed_by_token(&w->old) && !is_signed_by_token(&w->new)))
		return;
	(void)diag_set(lose(w, TRUST_LOSS_SERVER_SAST), ERR_POLICY,
	    "the new list lacks record %zu of the old one, the SAST of %s, so "
	    "phones may refuse the appliance's own next update; keep that "
	    "record, or add the new certificate of %s as SAST",
	    record, name, name);
}

/* docs/trust.md, "Phones that were off". */
static void
look_for_late(struct work *w)
{
	struct signer_names before = signer_of_header(w->old.f);
	struct signer_names now = signer_of_header(w->new.f);
	struct signer_text who = signer_text(w->new.f);
	struct trust_effect *ret = w->ret;

	ret->strands_late = true;
	if (signer_is(before, now) && ret->removed > 0)
		(void)diag_set(&ret->late, ERR_POLICY,
		    "phones that missed the old list take the new one as they "
		    "would have taken the old one, by its signer, %s; those "
		    "that hold only SASTs that have gone are left behind, "
		    "unless the lists in between are served to them first",
		    who.text);
	else if (signer_is(before, now))
		ret->strands_late = false;
	else if (signer_find(w->new.f, before) != 0)
		(void)diag_set(&ret->late, ERR_POLICY,
		    "phones that missed the old list take the new one only if "
		    "they hold its signer, %s, as SAST; for the others sign "
		    "it with the key that signed the old one",
		    who.text);
	else
		(void)diag_set(&ret->late, ERR_POLICY,
		    "phones that missed the old list take the new one only if "
		    "they hold its signer, %s, as SAST; the others are left "
		    "behind, unless the old list is served to them first",
		    who.text);
}

enum err
trust_effect(const struct trust_change *change, struct trust_effect *ret,
    struct diag *d)
{
	struct trust_effect effect;
	struct work w = { .change = change, .ret = &effect };
	enum err e;
	size_t i;

	memset(&effect, 0, sizeof(effect));
	for (i = 0; i < TRUST_NUM_LOSSES; i++)
		diag_init(&effect.why[i]);
	diag_init(&effect.late);
	e = side_fill(&w.old, change->old, d);
	if (e == ERR_OK)
		e = side_fill(&w.new, change->new, d);
	if (e != ERR_OK)
		goto out;
	look_for_signer(&w);
	look_for_shared(&w);
	look_for_held(&w);
	look_for_server(&w, TRUST_OWNER_ITLRECOVERY, "ITLRecovery");
	look_for_server(&w, TRUST_OWNER_CALLMANAGER, "CallManager");
	look_for_late(&w);
	*ret = effect;
out:
	side_clear(&w.old);
	side_clear(&w.new);
	return e;
}
