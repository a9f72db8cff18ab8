/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates in trust stores: those of the cluster's past, and of others. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "pki/store_parts.h"

static bool
has_gone(const struct store_verdict *v)
{
	return v->expiry == STORE_EXPIRED || v->expiry == STORE_SOON;
}

/* ---- Former ones ----------------------------------------------------------------- */

/* It may stand beside a former certificate because it issued it. */
static bool
may_be_issuer(const struct storing *s, const struct store_facts *f)
{
	return store_is_needed(s, f) ||
	    (f->ca && !store_is_capf(f) && store_home_of(s, f) != STORE_HOME);
}

static bool
is_listed_former(const struct storing *s, const struct store_item *item,
    struct store_verdict *v)
{
	const struct store_input *in = s->in;
	size_t i;

	if (may_be_issuer(s, &item->facts))
		return false;
	for (i = 0; i < in->num_former; i++) {
		if (store_same(&item->facts, &in->former[i]) != STORE_SAME)
			continue;
		store_say(v, STORE_FORMER, STORE_DELETE,
		    "it is among the former service certificates, and no "
		    "service uses it any more");
		return true;
	}
	return false;
}

static bool
is_copied(const struct store_rule *rule, const char *unit)
{
	size_t i;

	for (i = 0; i < rule->num_units; i++)
		if (strcasecmp(rule->units[i], unit) == 0)
			return true;
	return false;
}

/* CAPF draws a new name each time. OWN is its certificate now, or NULL. */
static void
say_capf(const struct store_item *own, struct store_verdict *v)
{
	if (own == NULL)
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it is of CAPF, here or of another cluster: which "
		    "certificate CAPF has now was not given");
	else if (v->expiry == STORE_EXPIRED)
		store_say(v, STORE_FORMER, STORE_DELETE,
		    "the certificate of CAPF before the one in use, or that of "
		    "another cluster; no LSC of it is outstanding here");
	else
		store_say(v, STORE_FORMER, STORE_KEEP,
		    "the certificate of CAPF before the one in use, or that of "
		    "another cluster, whose phones may come here; no LSC of it "
		    "is outstanding: with --former it can go");
}

static bool
has_several_hosts(const struct store_facts *f)
{
	struct bytes rest = buf_bytes(&f->hosts);
	const char *first, *next;

	if (!store_next_host(&rest, &first))
		return false;
	while (store_next_host(&rest, &next))
		if (strcmp(first, next) != 0)
			return true;
	return false;
}

static bool
has_unit(const struct store_input *in, const char *node, const char *unit)
{
	size_t i;

	for (i = 0; i < in->num_own; i++)
		if (strcmp(in->own[i].node, node) == 0 &&
		    strcasecmp(in->own[i].store, unit) == 0)
			return true;
	return false;
}

/* One of a node that may still have ITEM, one of several nodes, for UNIT, since
 * nobody gave what it has; or NULL. */
static const struct store_item *
who_may_have(const struct store_input *in, const struct store_item *item,
    const char *unit)
{
	size_t i;

	if (!has_several_hosts(&item->facts))
		return NULL;
	for (i = 0; i < in->num_own; i++)
		if (!has_unit(in, in->own[i].node, unit))
			return &in->own[i];
	return NULL;
}

/* The certificate of OWN replaced that of ITEM, which has its name. */
static void
say_replaced(const struct store_input *in, const struct store_item *item,
    const struct store_item *own, struct store_verdict *v)
{
	const struct store_item *other = who_may_have(in, item, own->store);

	if (other != NULL)
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it names several hosts, and %s may have it still: give "
		    "the certificate of %s of each node",
		    other->node, own->store);
	else if (item->facts.not_before < own->facts.not_before)
		store_say(v, STORE_FORMER, STORE_DELETE,
		    "the certificate of %s%s%s before the one in use, which "
		    "has the same name and is newer",
		    own->store, own->node[0] ? " on " : "", own->node);
	else
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it has the name of the certificate of %s%s%s and is not "
		    "older: is the one that was given still the one in use?",
		    own->store, own->node[0] ? " on " : "", own->node);
}

static bool
is_replaced(const struct store_input *in, const struct store_rule *rule,
    const struct store_item *item, struct store_verdict *v)
{
	const struct store_item *own, *capf = NULL;
	size_t i;

	for (i = 0; i < in->num_own; i++) {
		own = &in->own[i];
		if (strcasecmp(own->store, "CAPF") == 0 &&
		    own->facts.cn.len > 0)
			capf = own;
		if (rule == NULL || !is_copied(rule, own->store) ||
		    !own->facts.known)
			continue;
		if (bytes_equal(buf_bytes(&item->facts.cn),
			buf_bytes(&own->facts.cn)) &&
		    item->facts.cn.len > 0) {
			say_replaced(in, item, own, v);
			return true;
		}
	}
	if (!store_is_capf(&item->facts))
		return false;
	say_capf(capf, v);
	return true;
}

/* ---- Old names -------------------------------------------------------------------- */

static bool
has_own_organisation(const struct store_input *in, const struct store_facts *f)
{
	size_t i;

	for (i = 0; f->rest.len > 0 && i < in->num_own; i++)
		if (bytes_equal(buf_bytes(&f->rest),
			buf_bytes(&in->own[i].facts.rest)))
			return true;
	return false;
}

/* ITEM bears a name of the cluster's past. */
static void
say_old(struct store_verdict *v, const char *why)
{
	store_say(v, STORE_OLD_NAME, STORE_DELETE, "%s%s", why,
	    v->expiry == STORE_EXPIRED ? ""
				       : "; it can go once it has expired");
}

static bool
is_old_host(const struct storing *s, const struct store_item *item,
    struct store_verdict *v)
{
	if (item->facts.ca || !has_own_organisation(s->in, &item->facts))
		return false;
	if (s->in->num_nodes > 0)
		say_old(v,
		    "it has the organisation of the cluster's own certificates "
		    "and names a host that is no node now");
	else
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it has the organisation of the cluster's own "
		    "certificates, and may be that of a node: give the names "
		    "of all with --nodes");
	return true;
}

static bool
is_old_name(const struct storing *s, const struct store_item *item,
    struct store_verdict *v)
{
	enum store_home home = store_home_of(s, &item->facts);

	if (home == STORE_NO_HOST)
		return false;
	if (s->names.len == 0)
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it names a host, and the names that the cluster has now "
		    "are not known: give --nodes");
	else if (home == STORE_HOME)
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it names a host of the cluster, and no certificate that "
		    "was given has replaced it: give those of all units of "
		    "that node, or the former ones with --former");
	else if (home == STORE_STRANGE)
		return is_old_host(s, item, v);
	else if (has_own_organisation(s->in, &item->facts))
		say_old(v,
		    "it names a host of the cluster in a domain where no node "
		    "is now");
	else
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it names a host of the cluster in another domain, with "
		    "another organisation: it is of the cluster's past, or of "
		    "somebody else whose host is called so too");
	return true;
}

/* ---- Foreign ones ------------------------------------------------------------------ */

/* TEXT has WORD between characters that are no letters. */
static bool
has_word(struct bytes text, const char *word)
{
	size_t len = strlen(word), i;

	for (i = 0; i + len <= text.len; i++) {
		if (strncasecmp((const char *)text.ptr + i, word, len) != 0)
			continue;
		if ((i == 0 || !isalpha(text.ptr[i - 1])) &&
		    (i + len == text.len || !isalpha(text.ptr[i + len])))
			return true;
	}
	return false;
}

static const struct store_owner *
owner_by_word(const struct store_rules *r, const struct store_facts *f)
{
	size_t i, w;

	for (i = 0; i < r->num_owners; i++)
		for (w = 0; w < r->owner[i].num_words; w++)
			if (has_word(buf_bytes(&f->subject),
				r->owner[i].words[w]))
				return &r->owner[i];
	return NULL;
}

static void
put_owner(const struct store_input *in, const struct store_facts *f,
    struct buf *out)
{
	const struct store_owner *known = owner_by_word(in->rules, f);
	const struct buf *org = f->org.len > 0 ? &f->org : &f->issuer_org;

	if (known != NULL)
		buf_str(out, known->owner);
	else if (f->ca)
		buf_str(out, "the certification authority");
	else
		buf_str(out, "the owner of");
	buf_u8(out, ' ');
	buf_put(out, buf_bytes(&f->cn));
	if (org->len > 0) {
		buf_str(out, ", ");
		buf_put(out, buf_bytes(org));
	}
}

/* Another one in the same store has its name and will do. */
static bool
is_superseded(const struct store_input *in, const struct store_item *item)
{
	const struct store_item *other;
	size_t i;

	for (i = 0; item->facts.subject.len > 0 && i < in->num; i++) {
		other = &in->item[i];
		if (strcmp(other->store, item->store) == 0 &&
		    strcmp(other->node, item->node) == 0 &&
		    other->facts.has_dates &&
		    other->facts.not_after > in->now &&
		    other->facts.not_after > item->facts.not_after &&
		    bytes_equal(buf_bytes(&other->facts.subject),
			buf_bytes(&item->facts.subject)))
			return true;
	}
	return false;
}

static void
say_foreign(const struct storing *s, const struct store_item *item,
    struct store_verdict *v)
{
	const char *owner;

	put_owner(s->in, &item->facts, &v->owner);
	owner = buf_cstr(&v->owner);
	if (owner == NULL)
		return;
	if (is_superseded(s->in, item) && v->expiry == STORE_EXPIRED)
		store_say(v, STORE_FOREIGN, STORE_DELETE,
		    "of %s; a newer one of the same name is in the store",
		    owner);
	else if (store_is_needed(s, &item->facts))
		store_say(v, STORE_FOREIGN,
		    has_gone(v) ? STORE_RENEW : STORE_KEEP,
		    "of %s, which issued a service certificate in use", owner);
	else if (item->facts.ca && v->expiry == STORE_EXPIRED)
		store_say(v, STORE_FOREIGN, STORE_DELETE,
		    "of %s; no service certificate in use rests on it, and an "
		    "expired authority vouches for nobody",
		    owner);
	else
		store_say(v, STORE_FOREIGN,
		    has_gone(v) ? STORE_RENEW : STORE_KEEP, "of %s%s", owner,
		    has_gone(v) ? ": renew it there and upload the new one; "
				  "then the old one can go"
				: "; it is renewed there, not here");
}

void
store_judge_who(const struct storing *s, const struct store_item *item,
    struct store_verdict *v)
{
	const struct store_rule *rule = store_rule_of(s->in->rules,
	    item->store);

	if (is_listed_former(s, item, v) || is_replaced(s->in, rule, item, v))
		return;
	/* of an authority it is no host that it names */
	if (!store_is_needed(s, &item->facts) && is_old_name(s, item, v))
		return;
	say_foreign(s, item, v);
}
