/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/order_world.h"

#include <string.h>

#include "trust/match.h"
#include "trust/signer.h"
#include "trust/works.h"

/* Releases at which something changes. */
#define TOKENLESS 1000     /* the appliance signs lists */
#define WITH_RECOVERY 1052 /* and has ITLRecovery in them */
#define TOKEN_SERVERS 1150 /* token lists have the appliance's SASTs */
#define RECOVERY_SIGNS 1200

#define BIT(n) ((uint64_t)1 << (n))

/* ---- What is what. ---- */

bool
order_change_is_listed(enum order_change change)
{
	return change == ORDER_CALLMANAGER ||
	    change == ORDER_CALLMANAGER_ECDSA || change == ORDER_CAPF ||
	    change == ORDER_ITLRECOVERY || change == ORDER_ADDRESS;
}

/* It changes what phones are given. */
static bool
is_for_phones(enum order_change change)
{
	return change != ORDER_TOMCAT && change != ORDER_IPSEC;
}

static enum order_anchor
callmanager(const struct order_model *m, const struct order_world *w)
{
	uint64_t new = w->disk[ORDER_CALLMANAGER] >> m->publisher & 1;

	return (enum order_anchor)(ANCHOR_CALLMANAGER + m->callmanager + new);
}

static enum order_anchor
itlrecovery(const struct order_model *m, const struct order_world *w)
{
	return (enum order_anchor)(
	    ANCHOR_ITLRECOVERY + m->itlrecovery + w->disk[ORDER_ITLRECOVERY]);
}

/* Whom a list of the appliance's own is signed by. */
static enum order_anchor
own_signer(const struct order_model *m, const struct order_world *w)
{
	return w->release >= RECOVERY_SIGNS ? itlrecovery(m, w)
					    : callmanager(m, w);
}

uint64_t
order_world_pending(const struct order_model *m, const struct order_world *w,
    enum order_change change)
{
	return m->wanted[change] & ~w->disk[change];
}

bool
order_world_is_stale(const struct order_world *w)
{
	size_t c;

	for (c = 0; c < ORDER_NUM_CHANGES; c++)
		if (order_change_is_listed((enum order_change)c) &&
		    w->list.has[c] != w->disk[c])
			return true;
	return false;
}

uint64_t
order_world_key(const struct order_world *w)
{
	return w->list.sasts |
	    (w->list.maker == MADE_BEFORE ? ORDER_KEY_SERVED : 0);
}

static bool
has_help(const struct order_model *m, enum order_help help)
{
	return (m->helps & 1u << help) != 0;
}

/* ---- Who takes what. ---- */

static enum order_asking
asking_of(const struct order_world *w, enum class c)
{
	unsigned traits = class_traits(c);
	bool changed = (w->changes & BIT(ORDER_TVS)) != 0;

	if ((traits & CLASS_ASKS_TVS) == 0)
		return ASKS_NOBODY;
	if ((traits & CLASS_TVS_CHANGED) != 0)
		changed = changed || !w->fetched;
	if ((traits & CLASS_OFF) != 0)
		changed = changed || w->disk[ORDER_TVS] != 0;
	return changed ? ASKS_CHANGED_TVS : ASKS_TVS;
}

static uint64_t
database(const struct order_model *m, const struct order_world *w)
{
	return w->uploads | ANCHOR_BIT(callmanager(m, w)) |
	    ANCHOR_BIT(ANCHOR_SUBSCRIBER);
}

static struct order_offer
served(const struct order_model *m, const struct order_world *w)
{
	return (struct order_offer){ .real = w->list.maker == MADE_BEFORE
		    ? m->in->served
		    : NULL,
		.sasts = w->list.sasts,
		.signer = (enum order_anchor)w->list.signer };
}

static enum err
refused(struct order_fault *f, enum class c, const char *rule, const char *what)
{
	f->class = c;
	f->rule = rule;
	return diag_set(&f->why, ERR_POLICY, "phones of class %s %s",
	    class_name(c), what);
}

static unsigned
num_sasts(const struct order_model *m, const struct order_world *w)
{
	const struct ctl_file *f = m->in->served;
	unsigned num = 0;
	size_t i;

	if (w->list.maker != MADE_BEFORE) {
		num = (unsigned)__builtin_popcountll(w->list.sasts &
			  ~(ANCHOR_BIT(ANCHOR_TOKEN) |
			      ANCHOR_BIT(ANCHOR_NEW_TOKEN))) +
		    (unsigned)__builtin_popcountll(w->list.subscriber);
		if ((w->list.sasts & ANCHOR_BIT(ANCHOR_TOKEN)) != 0)
			num += (unsigned)m->in->tokens;
		if ((w->list.sasts & ANCHOR_BIT(ANCHOR_NEW_TOKEN)) != 0)
			num += m->in->new_tokens > 0
			    ? (unsigned)m->in->new_tokens
			    : 2;
		return num;
	}
	for (i = 1; i <= ctl_num_records(f); i++)
		num += signer_is_sast(ctl_record(f, i)) ? 1 : 0;
	return num;
}

/* A phone that cannot read a list does not take it. */
static enum err
check_readable(const struct order_model *m, const struct order_world *w,
    enum class c, struct order_fault *f)
{
	if ((m->unreadable & 1u << c) != 0)
		return refused(f, c, works_rule_name(WORKS_READABLE),
		    "cannot read the list: its digest, or a key in it, is "
		    "more than they take");
	if (class_max_sasts(c) == 0 || num_sasts(m, w) <= class_max_sasts(c))
		return ERR_OK;
	return refused(f, c, works_rule_name(WORKS_READABLE),
	    "cannot read the list: it has more SASTs than they take");
}

/* One class, and all that its phones may hold. */
static enum err
check_class(struct order_model *m, const struct order_world *w, enum class c,
    struct order_step *step, struct order_fault *f, struct diag *d)
{
	bool off = (class_traits(c) & CLASS_OFF) != 0;
	uint64_t i, num = off ? w->num_off : w->num_held;
	struct order_question q = { .offer = served(m, w),
		.asking = asking_of(w, c),
		.database = database(m, w),
		.disk = order_world_key(w) };
	enum trust_verdict verdict;
	enum trust_rule rule;
	enum err e;

	e = check_readable(m, w, c, f);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < num; i++) {
		q.held = off ? w->off[i] : w->held[i];
		if (q.held == order_world_key(w))
			continue; /* they have it */
		e = order_model_ask(m, &q, &verdict, &rule, d);
		if (e != ERR_OK)
			return e;
		if (verdict == TRUST_THROUGH_TVS)
			step->through_tvs |= 1u << c;
		else if (verdict != TRUST_ACCEPTS)
			return refused(f, c, trust_rule_name(rule),
			    rule == TRUST_RULE_TVS
				? "do not take the list: no SAST that they "
				  "hold signed it, and TVS cannot help them"
				: "do not take the list: no SAST that they "
				  "hold signed it, and they ask nobody");
	}
	return ERR_OK;
}

/* I1: whatever they hold, they take what is served. */
static enum err
check_all(struct order_model *m, const struct order_world *w,
    struct order_step *step, struct order_fault *f, struct diag *d)
{
	enum err e = ERR_OK;
	size_t c;

	for (c = 0; e == ERR_OK && c < CLASS_NUM; c++)
		if ((m->in->classes & 1u << c) != 0 &&
		    (class_traits((enum class)c) & CLASS_HOLDS) != 0)
			e = check_class(m, w, (enum class)c, step, f, d);
	return e;
}

static enum err
hold(uint64_t *held, uint64_t *num, uint64_t key, struct diag *d)
{
	uint64_t i;

	for (i = 0; i < *num; i++)
		if (held[i] == key)
			return ERR_OK;
	if (*num == ORDER_MAX_HELD)
		return diag_set(d, ERR_TOO_BIG,
		    "phones may hold more than %d lists", ORDER_MAX_HELD);
	held[(*num)++] = key;
	return ERR_OK;
}

/* The served list may be held from now on. */
static enum err
hold_served(const struct order_model *m, struct order_world *w, struct diag *d)
{
	uint64_t key = order_world_key(w);
	enum err e = hold(w->held, &w->num_held, key, d);

	if (e != ERR_OK || (m->in->classes & 1u << CLASS_SWITCHED_OFF) == 0)
		return e;
	return hold(w->off, &w->num_off, key, d);
}

/* ---- Steps. ---- */

static enum err
cannot(struct order_fault *f, const char *why)
{
	f->class = CLASS_NUM;
	f->rule = "";
	return diag_set(&f->why, ERR_USAGE, "%s", why);
}

static enum err
breaks(struct order_fault *f, const char *rule, const char *why)
{
	f->class = CLASS_NUM;
	f->rule = rule;
	return diag_set(&f->why, ERR_POLICY, "%s", why);
}

uint64_t
order_world_reach(const struct order_model *m, enum order_change change,
    size_t node)
{
	if (change == ORDER_CALLMANAGER && (m->multi & BIT(node)) != 0)
		return m->multi;
	return BIT(order_change_is_each(change) ? node : 0);
}

/* I3 */
static enum err
check_apart(const struct order_model *m, const struct order_world *w,
    const struct order_step *s, struct order_fault *f)
{
	uint64_t reach = order_world_reach(m, s->change, s->node);
	uint64_t other = s->change == ORDER_TVS ? BIT(ORDER_CALLMANAGER)
	    : s->change == ORDER_CALLMANAGER    ? BIT(ORDER_TVS)
						: 0;

	if ((w->changes & other) != 0)
		return breaks(f, "I3",
		    "CallManager and TVS never change together: with both "
		    "gone a phone has nobody left to ask");
	if (s->change == ORDER_ADDRESS &&
	    (w->changes & BIT(ORDER_ADDRESS)) != 0)
		return breaks(f, "I3",
		    "the address of one server at a time changes");
	if (order_change_is_each(s->change) && is_for_phones(s->change) &&
	    (reach & m->tftp) != 0 && (w->servers & ~reach) != 0)
		return breaks(f, "I3",
		    "two TFTP servers never change together: phones fetch "
		    "from the other one");
	return ERR_OK;
}

/* A TFTP server's new address is in the list that all phones have proven to
 * hold; or its certificate says who it is. */
static enum err
check_address(const struct order_model *m, const struct order_world *w,
    size_t node, struct order_fault *f)
{
	if ((m->tftp & BIT(node)) == 0 || (m->multi & BIT(node)) != 0)
		return ERR_OK;
	if (!w->unproven && (w->list.announced & BIT(node)) != 0)
		return ERR_OK;
	return breaks(f, works_rule_name(WORKS_CONFIG),
	    "the new address of a TFTP server must be in the list that phones "
	    "hold before it changes, and only a list that a token signs has "
	    "it; or give CallManager a multi-server certificate first");
}

static enum err
renew(const struct order_model *m, struct order_world *w,
    const struct order_step *s, struct order_fault *f)
{
	uint64_t reach;
	enum err e;

	if ((unsigned)s->change >= ORDER_NUM_CHANGES ||
	    s->node >= m->in->num_nodes || s->change == ORDER_TO_TOKEN ||
	    s->change == ORDER_TO_TOKENLESS)
		return cannot(f, "there is nothing of that sort to change");
	reach = order_world_reach(m, s->change, s->node);
	if ((order_world_pending(m, w, s->change) & reach) == 0)
		return cannot(f, "nobody wants that changed");
	e = check_apart(m, w, s, f);
	if (e == ERR_OK && s->change == ORDER_ADDRESS)
		e = check_address(m, w, s->node, f);
	if (e != ERR_OK)
		return e;
	if (s->change == ORDER_UPGRADE && m->in->upgrade_renews &&
	    w->disk[ORDER_ITLRECOVERY] != 0)
		return cannot(f,
		    "the upgrade makes a new ITLRecovery: none is made in the "
		    "same order before it");
	w->disk[s->change] |= reach;
	if (s->change == ORDER_CALLMANAGER)
		w->uploaded &= ~reach;
	if (s->change == ORDER_UPGRADE) {
		w->release = m->in->upgrade_to;
		w->runs[ORDER_UPGRADE] = 1;
		if (m->in->upgrade_renews)
			w->disk[ORDER_ITLRECOVERY] =
			    w->runs[ORDER_ITLRECOVERY] = 1;
	}
	if (!is_for_phones(s->change))
		return ERR_OK;
	w->changes |= BIT(s->change);
	if (order_change_is_each(s->change))
		w->servers |= reach & m->tftp;
	return ERR_OK;
}

static void
put_list(struct order_world *w, uint64_t sasts, enum order_anchor signer,
    enum order_maker maker)
{
	struct order_list *l = &w->list;

	*l = (struct order_list){ .sasts = sasts,
		.signer = signer,
		.maker = maker,
		.subscriber = maker == MADE_TOKEN ? 0 : w->uploaded };
	memcpy(l->has, w->disk, sizeof(l->has));
	w->unproven = 1;
}

/* The appliance may sign the next list. */
static enum err
check_own(const struct order_model *m, const struct order_world *w,
    struct order_fault *f)
{
	bool here = m->token_mode ? m->wanted[ORDER_TO_TOKENLESS] != 0
				  : m->wanted[ORDER_TO_TOKEN] == 0;

	if (w->release < TOKENLESS)
		return cannot(f,
		    "before 10.0 the appliance signs no list: tokens do");
	if (w->token_mode && !here)
		return cannot(f,
		    "the list is a token's, and shall be: an update of the "
		    "appliance's would make the cluster tokenless");
	return ERR_OK;
}

static enum err
update(const struct order_model *m, struct order_world *w, bool localkey,
    struct order_fault *f)
{
	uint64_t sasts = ANCHOR_BIT(callmanager(m, w)) | w->uploads;
	enum err e = check_own(m, w, f);

	if (e != ERR_OK)
		return e;
	if (localkey && !has_help(m, ORDER_HELP_LOCALKEY))
		return cannot(f, "reset localkey is not allowed");
	if (localkey && w->release < RECOVERY_SIGNS)
		return cannot(f,
		    "reset localkey signs with another key from 12.0 only");
	if (w->release >= WITH_RECOVERY)
		sasts |= ANCHOR_BIT(itlrecovery(m, w));
	put_list(w, sasts, localkey ? callmanager(m, w) : own_signer(m, w),
	    localkey ? MADE_LOCALKEY : MADE_UPDATE);
	if (w->token_mode && m->wanted[ORDER_TO_TOKENLESS] != 0)
		w->disk[ORDER_TO_TOKENLESS] = w->runs[ORDER_TO_TOKENLESS] = 1;
	w->token_mode = 0;
	return ERR_OK;
}

/* The new tokens may sign: they are wanted, or a help. */
static bool
has_new_tokens(const struct order_model *m)
{
	return m->wanted[ORDER_TO_TOKEN] != 0 ||
	    has_help(m, ORDER_HELP_SECOND_SAST);
}

/* All that may be held have the new tokens, or TVS knows them. */
static bool
are_known(const struct order_world *w)
{
	uint64_t i, bit = ANCHOR_BIT(ANCHOR_NEW_TOKEN);

	for (i = 0; i < w->num_held; i++)
		if ((w->held[i] & bit) == 0)
			return (w->uploads & bit) != 0;
	return true;
}

static enum order_anchor
token_signer(const struct order_model *m, const struct order_world *w)
{
	if (m->in->tokens == 0)
		return ANCHOR_NEW_TOKEN;
	return has_new_tokens(m) && m->wanted[ORDER_TO_TOKEN] != 0 &&
		are_known(w)
	    ? ANCHOR_NEW_TOKEN
	    : ANCHOR_TOKEN;
}

/* A token's list has a reason beyond being another one. */
static bool
is_due(const struct order_model *m, const struct order_world *w)
{
	return order_world_is_stale(w) || m->wanted[ORDER_TO_TOKEN] != 0 ||
	    (w->changes & BIT(ORDER_UPGRADE)) != 0 ||
	    (order_world_pending(m, w, ORDER_ADDRESS) & m->tftp) != 0 ||
	    has_help(m, ORDER_HELP_SECOND_SAST);
}

static enum err
check_token(const struct order_model *m, const struct order_world *w,
    struct order_fault *f)
{
	if (m->in->tokens == 0 && !has_new_tokens(m))
		return cannot(f,
		    w->token_mode
			? "no token that could sign is given: say how many "
			  "tokens of the list can (tokens), or want "
			  "to-tokenless"
			: "there is no token that could sign");
	if (!w->token_mode && !has_new_tokens(m))
		return cannot(f,
		    "the cluster is tokenless, and shall be: a token's list is "
		    "a second SAST");
	if (!is_due(m, w))
		return cannot(f,
		    "a token's list that changes nothing but SASTs is a "
		    "second SAST");
	return ERR_OK;
}

static enum err
sign_token(const struct order_model *m, struct order_world *w,
    struct order_fault *f)
{
	enum order_anchor signer;
	uint64_t sasts = 0;
	enum err e = check_token(m, w, f);

	if (e != ERR_OK)
		return e;
	signer = token_signer(m, w);
	if (m->in->tokens > 0)
		sasts |= ANCHOR_BIT(ANCHOR_TOKEN);
	if (has_new_tokens(m) &&
	    (m->wanted[ORDER_TO_TOKEN] != 0 || m->in->tokens == 0))
		sasts |= ANCHOR_BIT(ANCHOR_NEW_TOKEN);
	if (w->release >= TOKEN_SERVERS)
		sasts |= ANCHOR_BIT(callmanager(m, w)) |
		    ANCHOR_BIT(itlrecovery(m, w));
	put_list(w, sasts, signer, MADE_TOKEN);
	w->list.announced = order_world_pending(m, w, ORDER_ADDRESS);
	w->token_mode = 1;
	if (m->wanted[ORDER_TO_TOKEN] != 0 && signer == ANCHOR_NEW_TOKEN)
		w->disk[ORDER_TO_TOKEN] = w->runs[ORDER_TO_TOKEN] = 1;
	return ERR_OK;
}

static enum err
upload(const struct order_model *m, struct order_world *w,
    const struct order_step *s, struct order_fault *f)
{
	bool allowed = has_help(m, ORDER_HELP_UPLOAD);

	if (w->release < TOKENLESS - 200)
		return cannot(f, "there is no Phone-SAST-trust before 8.0");
	switch ((unsigned)s->change) {
	case ORDER_TO_TOKEN:
		if (m->in->new_tokens == 0 &&
		    !has_help(m, ORDER_HELP_SECOND_SAST))
			return cannot(f, "there is no new token");
		allowed = allowed || has_help(m, ORDER_HELP_SECOND_SAST);
		w->uploads |= ANCHOR_BIT(ANCHOR_NEW_TOKEN);
		break;
	case ORDER_ITLRECOVERY:
		w->uploads |= ANCHOR_BIT(itlrecovery(m, w));
		break;
	case ORDER_CALLMANAGER:
		if (s->node >= m->in->num_nodes)
			return cannot(f, "there is no such node");
		if (order_model_is_shared(m, s->node))
			w->uploads |= ANCHOR_BIT(callmanager(m, w));
		else
			w->uploaded |= BIT(s->node);
		break;
	default:
		return cannot(f, "nothing of that signs lists");
	}
	if (!allowed)
		return cannot(f,
		    "an upload to Phone-SAST-trust is not "
		    "allowed");
	return ERR_OK;
}

static enum err
restart(const struct order_model *m, struct order_world *w,
    const struct order_step *s, struct order_fault *f)
{
	if ((unsigned)s->change >= ORDER_NUM_CHANGES ||
	    s->node >= m->in->num_nodes)
		return cannot(f, "there is no such service");
	/* of this node alone, also where others share the certificate */
	w->runs[s->change] |= w->disk[s->change] &
	    BIT(order_change_is_each(s->change) ? s->node : 0);
	return ERR_OK;
}

/* ---- I2: they have all fetched. ---- */

/* Who signs the ITL of NODE, and whether the list has him. */
static struct order_question
itl_question(const struct order_model *m, const struct order_world *w,
    size_t node)
{
	struct order_question q = { .held = order_world_key(w),
		.offer = { .itl = true },
		.database = database(m, w),
		.disk = order_world_key(w) };

	if (w->release >= RECOVERY_SIGNS) {
		q.offer.signer = itlrecovery(m, w);
	} else if (order_model_is_shared(m, node)) {
		q.offer.signer = callmanager(m, w);
	} else {
		q.offer.signer = ANCHOR_SUBSCRIBER;
		if ((w->list.subscriber & BIT(node)) != 0 &&
		    w->list.maker != MADE_BEFORE)
			q.held |= ANCHOR_BIT(ANCHOR_SUBSCRIBER);
	}
	q.offer.sasts = ANCHOR_BIT(q.offer.signer);
	return q;
}

/* W1 for one class. */
static enum err
check_itls(struct order_model *m, const struct order_world *w, enum class c,
    struct order_fault *f, struct diag *d)
{
	struct order_question q;
	enum trust_verdict verdict;
	enum trust_rule rule;
	enum err e;
	size_t i;

	for (i = 0; i < m->in->num_nodes; i++) {
		if ((m->tftp & BIT(i)) == 0)
			continue;
		q = itl_question(m, w, i);
		q.asking = asking_of(w, c);
		e = order_model_ask(m, &q, &verdict, &rule, d);
		if (e != ERR_OK)
			return e;
		if (verdict != TRUST_ACCEPTS && verdict != TRUST_THROUGH_TVS)
			return refused(f, c, works_rule_name(WORKS_ITL),
			    "cannot verify the ITL: its signer is no SAST of "
			    "the list that they hold then, and TVS does not "
			    "help");
	}
	return ERR_OK;
}

/* W2 to W4: the list has what the nodes serve. */
static enum err
check_listed(const struct order_model *m, const struct order_world *w,
    enum class c, struct order_fault *f)
{
	const struct order_list *l = &w->list;
	uint64_t address;

	if (((l->has[ORDER_CALLMANAGER] ^ w->runs[ORDER_CALLMANAGER]) &
		m->tftp) != 0)
		return refused(f, c, works_rule_name(WORKS_CONFIG),
		    "cannot verify configuration files: the list has another "
		    "CallManager certificate than a TFTP server");
	if ((m->done[ORDER_ADDRESS] & m->tftp & ~m->multi) != 0)
		return refused(f, c, works_rule_name(WORKS_CONFIG),
		    "do not find the TFTP server: its address changed before "
		    "they held a list that has it");
	address = (l->has[ORDER_ADDRESS] ^ w->runs[ORDER_ADDRESS]) &
	    ~l->announced & ~m->multi;
	if (address != 0)
		return refused(f, c, works_rule_name(WORKS_CONFIG),
		    "do not find a server's address in the list");
	if (((l->has[ORDER_CALLMANAGER] ^ w->runs[ORDER_CALLMANAGER]) |
		(l->has[ORDER_CALLMANAGER_ECDSA] ^
		    w->runs[ORDER_CALLMANAGER_ECDSA])) != 0)
		return refused(f, c, works_rule_name(WORKS_TLS),
		    "cannot connect: the list has another CallManager "
		    "certificate than a node");
	if (l->has[ORDER_CAPF] != w->runs[ORDER_CAPF])
		return refused(f, c, works_rule_name(WORKS_CAPF),
		    "do not know CAPF: the list has another certificate");
	return ERR_OK;
}

static enum err
check_works(struct order_model *m, const struct order_world *w, enum class c,
    struct order_fault *f, struct diag *d)
{
	unsigned traits = class_traits(c);
	enum err e = check_listed(m, w, c, f);

	if (e == ERR_OK && (traits & CLASS_HAS_ITL) != 0 &&
	    (traits & CLASS_HOLDS) != 0)
		e = check_itls(m, w, c, f, d);
	if (e == ERR_OK)
		e = check_readable(m, w, c, f);
	return e;
}

static enum err
fetch(struct order_model *m, struct order_world *w, struct order_fault *f,
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t c;

	for (c = 0; e == ERR_OK && c < CLASS_NUM; c++)
		if ((m->in->classes & 1u << c) != 0)
			e = check_works(m, w, (enum class)c, f, d);
	if (e != ERR_OK)
		return e;
	memset(w->held, 0, sizeof(w->held));
	w->num_held = 0;
	w->changes = w->servers = w->unproven = 0;
	w->fetched = 1;
	return hold_served(m, w, d);
}

/* ---- All together. ---- */

static enum err
act(struct order_model *m, struct order_world *w, const struct order_step *s,
    struct order_fault *f, struct diag *d)
{
	switch (s->kind) {
	case ORDER_RENEW:
		return renew(m, w, s, f);
	case ORDER_UPDATE_CTL:
		return update(m, w, false, f);
	case ORDER_LOCALKEY:
		return update(m, w, true, f);
	case ORDER_SIGN_TOKEN:
		return sign_token(m, w, f);
	case ORDER_TRUST_UPLOAD:
		return upload(m, w, s, f);
	case ORDER_RESTART:
		return restart(m, w, s, f);
	case ORDER_FETCH:
		return fetch(m, w, f, d);
	}
	return cannot(f, "there is no such step");
}

enum err
order_world_apply(struct order_model *m, struct order_world *w,
    struct order_step *step, struct order_fault *fault, struct diag *d)
{
	enum err e = ERR_OK;

	diag_init(&fault->why);
	step->through_tvs = 0;
	/* what was served before the first step is not checked yet */
	if (step->kind == ORDER_FETCH)
		e = check_all(m, w, step, fault, d);
	if (e == ERR_OK)
		e = act(m, w, step, fault, d);
	if (e == ERR_OK)
		e = check_all(m, w, step, fault, d);
	if (e == ERR_OK)
		e = hold_served(m, w, d);
	return e;
}

bool
order_world_is_goal(const struct order_model *m, const struct order_world *w)
{
	size_t c;

	for (c = 0; c < ORDER_NUM_CHANGES; c++)
		if ((m->wanted[c] & ~w->runs[c]) != 0 ||
		    w->runs[c] != w->disk[c])
			return false;
	if (w->num_held != 1 || w->changes != 0 || order_world_is_stale(w))
		return false;
	if (w->token_mode)
		return m->wanted[ORDER_TO_TOKEN] != 0 ||
		    (m->token_mode && m->wanted[ORDER_TO_TOKENLESS] == 0);
	/* the next update is accepted too: its signer signed this one */
	return m->wanted[ORDER_TO_TOKEN] == 0 &&
	    w->list.maker != MADE_LOCALKEY &&
	    w->list.signer == own_signer(m, w);
}

/* ---- The beginning. ---- */

/* Its key is no RSA one. */
static bool
has_curve(const struct ctl_record *r)
{
	return match_rsa_bits(ctl_record_value(r, CTL_REC_PUBLIC_KEY)) == 0;
}

/* Whether the served list has what was done before: where it is the installed
 * one it has not; else the records of a server tell. */
static uint64_t
has_done(const struct order_model *m, size_t node, bool curve)
{
	const struct ctl_file *f = m->in->served;
	struct bytes name = bytes_of_str(m->in->nodes[node].name);
	const struct ctl_record *r;
	size_t i;

	if (f == m->in->installed)
		return 0;
	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		if (ctl_record_is_server(r) && has_curve(r) == curve &&
		    bytes_equal(name, ctl_record_text(r, CTL_REC_DNS_NAME)))
			return trust_same_record(m->in->installed, f, i) == 0
			    ? BIT(node)
			    : 0;
	}
	return 0;
}

/* The served list has a CAPF that the installed one has not. */
static uint64_t
has_capf(const struct order_model *m)
{
	const struct ctl_file *f = m->in->served;
	const struct ctl_record *r;
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		if (r->has_role && r->role == CTL_ROLE_CAPF &&
		    trust_same_record(m->in->installed, f, i) == 0)
			return m->done[ORDER_CAPF];
	}
	return 0;
}

/* Whose address a list has is not looked at: as if it were the old one. */
static void
read_served(const struct order_model *m, struct order_world *w)
{
	struct order_list *l = &w->list;
	size_t i, c;

	l->sasts = m->served_sasts;
	l->maker = MADE_BEFORE;
	l->signer = m->served_signer;
	for (i = 0; i < m->in->num_nodes; i++)
		for (c = 0; c < ORDER_NUM_CHANGES; c++)
			if (c != ORDER_ADDRESS && (m->done[c] & BIT(i)) != 0)
				l->has[c] |= has_done(m, i,
				    c == ORDER_CALLMANAGER_ECDSA);
	l->has[ORDER_CAPF] = has_capf(m);
	l->has[ORDER_ITLRECOVERY] = m->served_itlrecovery
	    ? m->done[ORDER_ITLRECOVERY]
	    : 0;
}

enum err
order_world_init(struct order_model *m, struct order_world *w, struct diag *d)
{
	size_t c;
	enum err e;

	memset(w, 0, sizeof(*w));
	w->release = m->in->release;
	w->token_mode = m->token_mode;
	memcpy(w->disk, m->done, sizeof(w->disk));
	memcpy(w->runs, m->done, sizeof(w->runs));
	read_served(m, w);
	for (c = 0; c < ORDER_NUM_CHANGES; c++) {
		if (m->done[c] == 0 || !is_for_phones((enum order_change)c))
			continue;
		w->changes |= BIT(c);
		if (order_change_is_each((enum order_change)c))
			w->servers |= m->done[c] & m->tftp;
	}
	if (m->in->served != m->in->installed) {
		w->unproven = 1;
		e = hold(w->held, &w->num_held,
		    ORDER_KEY_INSTALLED | m->installed_sasts, d);
		if (e == ERR_OK)
			e = hold(w->off, &w->num_off,
			    ORDER_KEY_INSTALLED | m->installed_sasts, d);
		if (e != ERR_OK)
			return e;
	}
	return hold_served(m, w, d);
}
