/* SPDX-License-Identifier: Apache-2.0 */
/* W5: who can sign the next list. */
#include "trust/server.h"
#include "trust/signer.h"
#include "trust/works_parts.h"

#define WANTED 2 /* keys */

/* The keys of one sort: how many, and the records of the first. */
struct keys {
	size_t num;
	size_t record[WANTED];
};

struct count {
	struct keys held, open; /* open: nobody was asked */
};

static void
add_key(struct keys *k, size_t record)
{
	size_t i, last;

	k->num++;
	for (i = 0; i < WANTED; i++)
		if (k->record[i] == 0 || record < k->record[i]) {
			last = k->record[i];
			k->record[i] = record;
			record = last;
			if (record == 0)
				return;
		}
}

/* The key of a CallManager: a node has it still, or the publisher has another
 * one now; else nobody knows. */
static enum trust_known
has_callmanager(const struct works_job *w, const struct ctl_record *r)
{
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	const struct works_node *n;
	bool renewed = false;
	size_t i;

	for (i = 0; i < w->in->num_nodes; i++) {
		n = &w->in->nodes[i];
		if (n->callmanager == NULL)
			continue;
		if (bytes_equal(key, cert_public_key_bytes(n->callmanager)))
			return TRUST_YES;
		renewed = renewed || n->publisher == TRUST_YES;
	}
	return renewed ? TRUST_NO : TRUST_NOT_KNOWN;
}

/* The key of an ITLRecovery. Nodes show no certificate of it, but it signs their
 * ITLs from 12.0 on; before 12.5 each had its own. */
static enum trust_known
has_itlrecovery(const struct works_job *w, const struct ctl_record *r)
{
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	const struct ctl_record *signer;
	const struct ctl_file *itl;
	bool another = false;
	size_t i, own;

	for (i = 0; i < w->in->num_nodes; i++) {
		itl = w->in->nodes[i].itl;
		own = itl == NULL ? 0 : ctl_signer_record(itl);
		signer = own == 0 ? NULL : ctl_record(itl, own);
		if (signer == NULL || !ctl_record_is_itlrecovery(signer))
			continue;
		if (bytes_equal(key,
			ctl_record_value(signer, CTL_REC_PUBLIC_KEY)))
			return TRUST_YES;
		another = true;
	}
	return another ? TRUST_NOT_KNOWN : TRUST_YES;
}

/* Somebody holds the key of record INDEX, a SAST. */
static enum trust_known
is_held(const struct works_job *w, const struct sides *ss, size_t index)
{
	const struct works_input *in = w->in;

	switch (server_owner(ss, in->list, index)) {
	case TRUST_OWNER_CALLMANAGER:
		return has_callmanager(w, ctl_record(in->list, index));
	case TRUST_OWNER_ITLRECOVERY:
		return has_itlrecovery(w, ctl_record(in->list, index));
	case TRUST_OWNER_TOKEN:
		break;
	}
	if (in->held == NULL)
		return TRUST_NOT_KNOWN;
	return in->held(in->arg, in->list, index) ? TRUST_YES : TRUST_NO;
}

/* Counts each key once, though several records may have it: these stand
 * together. */
static struct count
count_keys(const struct works_job *w, const struct sides *ss)
{
	const struct match_index *ix = &ss->old.sasts;
	struct count ret = { .held = { 0 } };
	enum trust_known best, one;
	size_t i, k;

	for (i = 0; i < ix->num; i = k) {
		best = TRUST_NO;
		for (k = i; k < ix->num && ix->key[k].kind == ix->key[i].kind &&
		     bytes_equal(ix->key[k].part[1], ix->key[i].part[1]);
		     k++) {
			one = is_held(w, ss, ix->key[k].record);
			if (one == TRUST_YES ||
			    (one == TRUST_NOT_KNOWN && best == TRUST_NO))
				best = one;
		}
		if (best == TRUST_YES)
			add_key(&ret.held, ix->key[i].record);
		else if (best == TRUST_NOT_KNOWN)
			add_key(&ret.open, ix->key[i].record);
	}
	return ret;
}

/* Who would have to be asked for the key of record INDEX. */
static const char *
missing_for(const struct sides *ss, const struct ctl_file *f, size_t index)
{
	switch (server_owner(ss, f, index)) {
	case TRUST_OWNER_CALLMANAGER:
		return "the CallManager certificate of the publisher";
	case TRUST_OWNER_ITLRECOVERY:
		return "the ITL of the publisher: another ITLRecovery signs "
		       "what is here";
	case TRUST_OWNER_TOKEN:
		break;
	}
	return "the tokens that are at hand";
}

static void
answer(struct works_job *w, const struct sides *ss, const struct count *c)
{
	const struct ctl_file *f = w->in->list;

	if (c->held.num >= WANTED)
		works_say(w, WORKS_NEXT, WORKS_YES,
		    "%s and %s can sign the next list",
		    signer_record_text(f, c->held.record[0]).text,
		    signer_record_text(f, c->held.record[1]).text);
	else if (c->held.num + c->open.num >= WANTED)
		works_say(w, WORKS_NEXT, WORKS_UNKNOWN,
		    "missing %s: who holds the key of %s is not known",
		    missing_for(ss, f, c->open.record[0]),
		    signer_record_text(f, c->open.record[0]).text);
	else if (c->held.num > 0)
		works_say(w, WORKS_NEXT, WORKS_NO,
		    "of all SASTs only the key of %s is known to be held; add "
		    "another one whose key somebody holds",
		    signer_record_text(f, c->held.record[0]).text);
	else
		works_say(w, WORKS_NEXT, WORKS_NO,
		    "of no SAST is it known that somebody holds its key; add "
		    "two whose keys somebody holds");
}

enum err
works_next(struct works_job *w)
{
	struct sides ss = { .old = { .f = w->in->list } };
	struct count count;
	enum err e;

	e = match_sort(w->in->list, MATCH_SAST, NULL, &ss.old.sasts, w->d);
	if (e == ERR_OK)
		e = match_sort(w->in->list, MATCH_SERVER_KEY, NULL,
		    &ss.old.servers, w->d);
	if (e == ERR_OK) {
		count = count_keys(w, &ss);
		answer(w, &ss, &count);
	}
	server_sides_clear(&ss);
	return e;
}
