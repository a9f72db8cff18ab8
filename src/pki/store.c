/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/store.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "pki/digest.h"
#include "pki/store_parts.h"

#define DAY 86400
#define NAME_MAX_LEN 255

#define STORE_NAME(id, name) (name),
const char *
store_class_name(enum store_class c)
{
	static const char *const names[] = { STORE_CLASSES(STORE_NAME) };

	return names[c];
}

const char *
store_advice_name(enum store_advice a)
{
	static const char *const names[] = { STORE_ADVICES(STORE_NAME) };

	return names[a];
}

const char *
store_expiry_name(enum store_expiry e)
{
	static const char *const names[] = { STORE_EXPIRIES(STORE_NAME) };

	return names[e];
}
#undef STORE_NAME

bool
store_is_safe(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++)
		if (!isalnum((unsigned char)name[i]) &&
		    strchr("._-", name[i]) == NULL)
			return false;
	return i > 0 && i <= NAME_MAX_LEN && name[0] != '-';
}

const struct store_rule *
store_rule_of(const struct store_rules *r, const char *store)
{
	size_t i;

	for (i = 0; i < r->num_rules; i++)
		if (strcasecmp(r->rule[i].store, store) == 0)
			return &r->rule[i];
	return NULL;
}

void
store_say(struct store_verdict *v, enum store_class class,
    enum store_advice advice, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	v->class = class;
	v->advice = advice;
	v->reason.len = 0; /* what failed stays so */
	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	buf_str(&v->reason, text);
}

static enum store_expiry
expiry_of(const struct store_input *in, const struct store_facts *f)
{
	if (!f->has_dates)
		return STORE_NO_DATE;
	if (f->not_after + f->apart < in->now)
		return STORE_EXPIRED;
	if (f->not_after < in->now ||
	    (f->not_after - in->now) / DAY < (int64_t)in->days)
		return STORE_SOON;
	return STORE_VALID;
}

/* How a person sees ITEM whole: by a command, where its names are safe there.
 * The text is OUT's. */
static const char *
how_to_see(const struct store_item *item, char *out, size_t size)
{
	if (!store_is_safe(item->store) || !store_is_safe(item->name))
		return "look at it in OS Administration, since its name is not "
		       "safe in a command";
	if (snprintf(out, size, "paste `show cert trust %s/%s`", item->store,
		item->name) < 0)
		out[0] = '\0';
	return out;
}

/* UNIT, or what to put in a command for one that is not safe there. */
static const char *
safe_unit(const char *unit)
{
	return store_is_safe(unit) ? unit : "UNIT";
}

/* ---- The classes, in their order. Each returns true where it is that one. ------- */

/* The file of ITEM is called NAME.pem, or NAME_SERIAL.pem. */
static bool
is_called(const struct store_item *item, const char *name)
{
	struct bytes stem = bytes_of_str(item->name);
	size_t len = strlen(name), i;

	if (stem.len < len + 4)
		return false;
	stem.len -= 4;
	if (!store_name_same(bytes_of(stem.ptr, len), bytes_of_str(name)))
		return false;
	for (i = len + 1; i < stem.len; i++)
		if (!isxdigit(stem.ptr[i]))
			return false;
	return stem.len == len || (stem.ptr[len] == '_' && i > len + 1);
}

/* ITEM bears NAME: as its CN, or, where that is not known, as its file's. */
static bool
bears(const struct store_item *item, const char *name)
{
	if (store_name_same(buf_bytes(&item->facts.cn), bytes_of_str(name)))
		return true;
	return (!item->facts.known || item->facts.cn.len == 0) &&
	    is_called(item, name);
}

/* What can be compared of ITEM with CA says no. */
static bool
is_other(const struct store_item *item, const struct store_ca *ca,
    struct store_verdict *v)
{
	const struct store_facts *f = &item->facts;
	struct digest_value sha1;
	struct bytes der;

	if (f->cert != NULL && ca->sha1.ptr != NULL) {
		der = cert_der(f->cert);
		if (digest_of(DIGEST_SHA1, &der, 1, &sha1, NULL) != ERR_OK)
			v->reason.failed = true;
		else if (!bytes_equal(digest_bytes(&sha1), ca->sha1))
			return true;
	}
	/* of a file's name alone the serial number is a guess */
	return f->known && ca->serial.ptr != NULL &&
	    !bytes_equal(buf_bytes(&f->serial), ca->serial);
}

/* Its file alone is called as that of a manufacturing CA: by that name it
 * would be deleted. */
static bool
is_misnamed(const struct store_rules *rules, const struct store_item *item,
    struct store_verdict *v)
{
	size_t i;

	for (i = 0; i < rules->num_cas; i++) {
		if (!is_called(item, rules->ca[i].name))
			continue;
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "its file is called as that of the manufacturing CA %s, "
		    "and what is in it is not: look at it again",
		    rules->ca[i].name);
		return true;
	}
	return false;
}

static bool
is_manufacturing(const struct store_input *in, const struct store_item *item,
    struct store_verdict *v)
{
	const struct store_facts *f = &item->facts;
	const struct store_ca *ca = NULL;
	const char *how;
	size_t i;

	for (i = 0; ca == NULL && i < in->rules->num_cas; i++)
		if (bears(item, in->rules->ca[i].name))
			ca = &in->rules->ca[i];
	if (ca == NULL)
		return is_misnamed(in->rules, item, v);
	if (is_other(item, ca, v)) {
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it bears the name of the manufacturing CA %s, and is "
		    "another certificate; find out who put it there",
		    ca->name);
		return true;
	}
	if (f->cert != NULL && ca->sha1.ptr != NULL)
		how = "its SHA-1 fits";
	else if (f->serial.len > 0 && ca->serial.ptr != NULL &&
	    bytes_equal(buf_bytes(&f->serial), ca->serial))
		how = "name and serial number fit";
	else
		how = "only the name fits, nothing else could be compared";
	store_say(v, STORE_NEVER, STORE_KEEP,
	    "the manufacturing CA %s: it vouches for the certificates that "
	    "phones were made with (%s; %s)",
	    ca->name, how, ca->source);
	return true;
}

static bool
is_sast(const struct store_rule *rule, const struct store_item *item,
    struct store_verdict *v)
{
	if (rule == NULL || !rule->sast || item->sast_list == NULL)
		return false;
	store_say(v, STORE_NEVER, STORE_KEEP,
	    "it is a SAST of %s (record %zu), which is in use: without it "
	    "phones that hold older lists cannot be brought to a new one",
	    item->sast_list, item->sast_record);
	return true;
}

/* A store of RULE may have a copy of OWN, by what is known of OWN. */
static bool
may_have(const struct store_rule *rule, const struct store_item *own)
{
	size_t i;

	if (rule == NULL || own->facts.cn.len > 0)
		return true;
	for (i = 0; i < rule->num_units; i++)
		if (strcasecmp(rule->units[i], own->store) == 0)
			return true;
	return false;
}

static bool
is_live(const struct store_input *in, const struct store_rule *rule,
    const struct store_item *item, struct store_verdict *v)
{
	const struct store_item *perhaps = NULL;
	char how[640];
	enum store_same same;
	size_t i;

	for (i = 0; i < in->num_own; i++) {
		same = store_same(&item->facts, &in->own[i].facts);
		if (same == STORE_SAME) {
			store_say(v, STORE_LIVE, STORE_KEEP,
			    "the certificate of %s%s%s, in use; its copies are "
			    "renewed with it",
			    in->own[i].store, in->own[i].node[0] ? " on " : "",
			    in->own[i].node);
			return true;
		}
		if (same == STORE_PERHAPS && perhaps == NULL &&
		    may_have(rule, &in->own[i]))
			perhaps = &in->own[i];
	}
	if (perhaps == NULL)
		return false;
	store_say(v, STORE_UNDECIDED, STORE_LOOK,
	    "it may be a copy of the certificate of %s%s%s: %s, and `show cert "
	    "own %s`",
	    perhaps->store, perhaps->node[0] ? " on " : "", perhaps->node,
	    how_to_see(item, how, sizeof(how)), safe_unit(perhaps->store));
	return true;
}

bool
store_is_capf(const struct store_facts *f)
{
	return f->cn.len > 5 &&
	    strncasecmp((const char *)f->cn.ptr, "CAPF-", 5) == 0;
}

/* How many LSCs name CN as their issuer. */
static uint64_t
count_lscs(const struct store_input *in, const struct buf *cn)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < in->num_lsc; i++)
		if (store_name_same(in->lsc[i].issuer, buf_bytes(cn)))
			n += in->lsc[i].count;
	return n;
}

static bool
is_for_lscs(const struct storing *s, const struct store_rule *rule,
    const struct store_item *item, struct store_verdict *v)
{
	const struct store_facts *f = &item->facts;
	uint64_t n;

	if (!store_is_capf(f) && (rule == NULL || !rule->lsc))
		return false;
	if (!s->in->has_lsc) {
		store_say(v, STORE_NEVER, STORE_KEEP,
		    "phones may have LSCs that rest on it: how many are "
		    "outstanding is not known, which counts as yes; say so "
		    "with --lsc or --lsc-issuers");
		return true;
	}
	if (!store_list_has(&s->issuers, &f->cn, true))
		return false;
	n = count_lscs(s->in, &f->cn);
	if (n > 0)
		store_say(v, STORE_NEVER, STORE_KEEP,
		    "%llu LSC%s outstanding: renew them first",
		    (unsigned long long)n,
		    n == 1 ? " of it is" : "s of it are");
	else
		store_say(v, STORE_NEVER, STORE_KEEP,
		    "it issued a CAPF certificate of which LSCs are "
		    "outstanding: renew them first");
	return true;
}

static bool
is_dead(const struct storing *s, const struct store_rule *rule,
    const struct store_item *item, struct store_verdict *v)
{
	const struct store_rules *rules = s->in->rules;
	const struct store_dead *dead = NULL;
	size_t i;

	for (i = 0; dead == NULL && i < rules->num_dead; i++)
		if (bears(item, rules->dead[i].name))
			dead = &rules->dead[i];
	/* a name is not enough where something may rest on it */
	if (dead == NULL || store_is_needed(s, &item->facts) ||
	    (rule != NULL && rule->sast && !s->in->has_lists))
		return false;
	if (v->expiry == STORE_NO_DATE)
		store_say(v, STORE_DEAD, STORE_LOOK,
		    "%s (%s); its dates are not known: paste `show cert trust`",
		    dead->why, dead->source);
	else if (v->expiry == STORE_EXPIRED)
		store_say(v, STORE_DEAD, STORE_DELETE, "%s (%s)", dead->why,
		    dead->source);
	else
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "it bears the name of %s, which has expired, and is "
		    "another one; find out who put it there",
		    dead->name);
	return true;
}

static bool
is_unknown(const struct store_rule *rule, const struct store_input *in,
    const struct store_item *item, struct store_verdict *v)
{
	char how[640];

	if (!item->facts.known) {
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "only its name is known: %s",
		    how_to_see(item, how, sizeof(how)));
		return true;
	}
	if (rule != NULL && rule->sast && !in->has_lists) {
		store_say(v, STORE_UNDECIDED, STORE_LOOK,
		    "whether it is a SAST of a list in use is not known: give "
		    "the lists with --list (CTLFile.tlv, ITLFile.tlv, or what "
		    "`show ctl` and `show itl` print)");
		return true;
	}
	return false;
}

/* ---- All of it ---------------------------------------------------------------------- */

static void
judge_one(const struct storing *s, const struct store_item *item,
    struct store_verdict *v)
{
	const struct store_input *in = s->in;
	const struct store_rule *rule = store_rule_of(in->rules, item->store);

	v->expiry = expiry_of(in, &item->facts);
	if (is_manufacturing(in, item, v) || is_sast(rule, item, v))
		return;
	if (is_live(in, rule, item, v) || is_for_lscs(s, rule, item, v))
		return;
	if (is_dead(s, rule, item, v) || is_unknown(rule, in, item, v))
		return;
	store_judge_who(s, item, v);
	if (v->advice == STORE_DELETE && v->class != STORE_FORMER &&
	    v->expiry != STORE_EXPIRED)
		v->advice = STORE_KEEP;
}

static void refuse(struct store_judged *j, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

static void
refuse(struct store_judged *j, const char *fmt, ...)
{
	char text[1024];
	va_list ap;
	size_t i;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof(text), fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	for (i = 0; text[i] != '\0'; i++) /* a name's is no line */
		if (text[i] == '\n')
			text[i] = '?';
	buf_str(&j->refusal, text);
	buf_u8(&j->refusal, '\n');
}

static void
refuse_expired(const struct store_item *own, struct store_judged *j)
{
	struct buf when = { 0 };

	text_put_rfc3339(&when, own->facts.not_after);
	refuse(j,
	    "the certificate of %s%s%s expired on %.10s%s: renew it first "
	    "(`set cert regen %s`, or a request and an upload: judge that by "
	    "`ctlsmith cert check --unit %s`), one kind of certificate at a "
	    "time, wait until all phones are registered again, then run this "
	    "again",
	    own->store, own->node[0] ? " on " : "", own->node,
	    buf_ok(&when) ? (const char *)when.ptr : "?",
	    own->facts.apart > 0 ? ", in a zone that may be any" : "",
	    safe_unit(own->store), safe_unit(own->store));
	j->refusal.failed |= when.failed;
	buf_clear(&when);
}

static bool
has_own(const struct store_input *in, const char *node)
{
	size_t i;

	for (i = 0; i < in->num_own; i++)
		if (strcmp(in->own[i].node, node) == 0)
			return true;
	return false;
}

/* The nodes of which no service certificate was given, each once. */
static void
refuse_nodes(const struct store_input *in, struct store_judged *j)
{
	const char *node = NULL;
	size_t i;

	for (i = 0; i < in->num; i++) {
		if (node != NULL && strcmp(node, in->item[i].node) == 0)
			continue;
		node = in->item[i].node;
		if (!has_own(in, node))
			refuse(j,
			    "no service certificate%s%s was given, so whether "
			    "one has expired is not known: add `show cert list "
			    "own` and `show cert own UNIT` of each, or the "
			    "files as %s%sown/UNIT.pem",
			    node[0] ? " of " : "", node, node,
			    node[0] ? "/" : "");
	}
}

/* A service certificate of the host NODE was given: it is of a node that is
 * called so, or names it as its own. */
static bool
has_own_host(const struct store_input *in, const char *node,
    struct store_judged *j)
{
	struct buf name = { 0 };
	struct bytes rest;
	const char *host, *one;
	bool found = false;
	size_t i, len;

	store_put_host(&name, bytes_of_str(node));
	rest = buf_bytes(&name);
	if (!store_next_host(&rest, &host))
		host = node;
	len = strcspn(host, ".");
	for (i = 0; !found && i < in->num_own; i++) {
		rest = buf_bytes(&in->own[i].facts.hosts);
		/* the first is its CN */
		found = (store_next_host(&rest, &one) &&
			    strcspn(one, ".") == len &&
			    memcmp(one, host, len) == 0) ||
		    (strcspn(in->own[i].node, ".") == len &&
			strncasecmp(in->own[i].node, host, len) == 0);
	}
	j->refusal.failed |= name.failed;
	buf_clear(&name);
	return found;
}

/* The nodes that the cluster is said to have, likewise. */
static void
refuse_named(const struct store_input *in, struct store_judged *j)
{
	size_t i;

	for (i = 0; in->num_own > 0 && i < in->num_nodes; i++)
		if (!has_own_host(in, in->nodes[i], j))
			refuse(j,
			    "no service certificate of %s was given, which is "
			    "a node: whether one has expired is not known",
			    in->nodes[i]);
}

static void
refuse_all(const struct store_input *in, struct store_judged *j)
{
	const struct store_item *own;
	size_t i;

	for (i = 0; i < in->num_own; i++) {
		own = &in->own[i];
		if (!own->facts.has_dates)
			refuse(j,
			    "when the certificate of %s%s%s expires is not "
			    "known: paste `show cert own %s` there",
			    own->store, own->node[0] ? " on " : "", own->node,
			    safe_unit(own->store));
		else if (own->facts.not_after - own->facts.apart < in->now)
			refuse_expired(own, j);
		else if (own->facts.not_before - own->facts.apart > in->now)
			refuse(j,
			    "the certificate of %s%s%s is not valid yet: the "
			    "one before it may be in use still, or the clock "
			    "is wrong (--now wants what `show date` says)",
			    own->store, own->node[0] ? " on " : "", own->node);
	}
	refuse_nodes(in, j);
	refuse_named(in, j);
	if (in->partial)
		refuse(j,
		    "something that was given could not be read, or is of no "
		    "known place: it may be a service certificate that has "
		    "expired; mend it, or take it away");
}

/* Another certificate of that name, on a node where it is to be kept; or
 * NULL. */
static const struct store_item *
kept_elsewhere(const struct store_input *in, const struct store_judged *j,
    size_t at)
{
	const struct store_item *item = &in->item[at], *other;
	enum store_advice advice;
	size_t i;

	for (i = 0; i < in->num; i++) {
		other = &in->item[i];
		advice = j->verdict[i].advice;
		if (advice != STORE_DELETE && advice != STORE_WITHHELD &&
		    strcasecmp(other->store, item->store) == 0 &&
		    strcmp(other->name, item->name) == 0)
			return other;
	}
	return NULL;
}

/* What is deleted on all nodes must be what can go on all of them. */
static void
judge_together(const struct store_input *in, struct store_judged *j)
{
	const struct store_item *other;
	const struct store_rule *rule;
	struct store_verdict *v;
	size_t i;

	for (i = 0; i < in->num; i++) {
		v = &j->verdict[i];
		if (v->advice != STORE_DELETE && v->advice != STORE_WITHHELD)
			continue;
		rule = store_rule_of(in->rules, in->item[i].store);
		other = rule != NULL && rule->all_nodes
		    ? kept_elsewhere(in, j, i)
		    : NULL;
		if (other == NULL)
			continue;
		v->tied = true;
		buf_str(&v->reason, "; but on ");
		buf_str(&v->reason, other->node);
		buf_str(&v->reason,
		    " one of that name stays, and a deletion is one on all "
		    "nodes");
	}
	for (i = 0; i < in->num; i++)
		if (j->verdict[i].tied)
			j->verdict[i].advice = STORE_LOOK;
}

static enum err
judge_all(const struct storing *s, struct store_judged *j)
{
	struct store_verdict *v;
	size_t i;

	refuse_all(s->in, j);
	if (!buf_ok(&j->refusal))
		return diag_nomem(s->d);
	for (i = 0; i < s->in->num; i++) {
		v = &j->verdict[j->num++];
		judge_one(s, &s->in->item[i], v);
		if (v->advice == STORE_DELETE && j->refusal.len > 0)
			v->advice = STORE_WITHHELD;
		j->num_of[v->class]++;
	}
	judge_together(s->in, j);
	for (i = 0; i < j->num; i++)
		if (!buf_ok(&j->verdict[i].reason) ||
		    !buf_ok(&j->verdict[i].owner))
			return diag_nomem(s->d);
	return ERR_OK;
}

enum err
store_judge(const struct store_input *in, struct store_judged *ret,
    struct diag *d)
{
	struct storing s = { .in = in, .d = d };
	struct store_judged j = { .num = 0 };
	enum err e;

	j.verdict = calloc(in->num + 1, sizeof(*j.verdict));
	if (j.verdict == NULL)
		return diag_nomem(d);
	e = store_prepare(&s);
	if (e == ERR_OK)
		e = judge_all(&s, &j);
	store_storing_clear(&s);
	if (e == ERR_OK)
		*ret = j;
	else
		store_judged_clear(&j);
	return e;
}

void
store_judged_clear(struct store_judged *j)
{
	size_t i;

	for (i = 0; i < j->num; i++) {
		buf_clear(&j->verdict[i].reason);
		buf_clear(&j->verdict[i].owner);
	}
	free(j->verdict);
	buf_clear(&j->refusal);
	memset(j, 0, sizeof(*j));
}
