/* SPDX-License-Identifier: Apache-2.0 */
/* What phones make of the list: R2 and R4 against the one that they hold, and
 * the rules W. All of it is src/trust's judgement. */
#include <stdlib.h>
#include <string.h>

#include "trust/accept.h"
#include "workflow/health_parts.h"

/* The classes whose worst answer is said: with TVS and without. */
static const enum class classes[] = { CLASS_TVS, CLASS_NO_TVS };
#define NUM_CLASSES (sizeof(classes) / sizeof(classes[0]))

/* What src/trust is asked with. */
struct ready {
	struct works_node *node;
	struct works_served *served; /* of all nodes */
	struct trust_spelling *spelt;
	struct trust_names *names;
	size_t num_spelt;
	struct trust_database database;
	struct trust_tvs *tvs; /* of the nodes that run CallManager */
	size_t num_tvs;
	struct accept_cluster cluster;
};

static void
ready_clear(struct ready *r)
{
	size_t i;

	for (i = 0; i < r->num_spelt; i++)
		trust_spelling_clear(&r->spelt[i]);
	free(r->spelt);
	free(r->names);
	free(r->node);
	free(r->served);
	free(r->tvs);
}

static enum trust_known
known(bool yes)
{
	return yes ? TRUST_YES : TRUST_NO;
}

/* What a role says, unless the services say otherwise. */
static enum trust_known
runs_tftp(const struct health_case *c, size_t i)
{
	enum trust_known k = health_activated(c, i, "Cisco Tftp");

	return k != TRUST_NOT_KNOWN ? k : known(health_is_server(c, i));
}

static enum trust_known
runs_ccm(const struct health_case *c, size_t i)
{
	int role = c->s->node[i].entry->role;
	enum trust_known k = health_activated(c, i, "Cisco CallManager");

	return k != TRUST_NOT_KNOWN ? k
				    : known(role == INVENTORY_PUBLISHER ||
					  role == INVENTORY_SUBSCRIBER);
}

/* The certificates on 2443 and 5061 of node I, behind *NUM. */
static void
ready_served(const struct health_case *c, size_t i, struct ready *r,
    size_t *num)
{
	struct works_node *n = &r->node[i];
	size_t k;

	n->served = &r->served[*num];
	for (k = 0; k < c->num_certs; k++) {
		const struct health_cert *u = &c->cert[k];

		if (u->disk || u->node != i || u->cert == NULL ||
		    strncmp(u->unit, "CallManager", 11) != 0)
			continue;
		/* "on 5061 (RSA)" without "on" */
		r->served[(*num)++] = (struct works_served){ u->where + 3,
			u->cert };
		n->num_served++;
	}
}

static void
ready_node(const struct health_case *c, size_t i, struct ready *r)
{
	const struct inventory_node *entry = c->s->node[i].entry;

	r->node[i] = (struct works_node){ .name = entry->name,
		.tftp = runs_tftp(c, i),
		.ccm = runs_ccm(c, i),
		.publisher = known(health_is_publisher(c, i)),
		.address = entry->addresses.num > 0 ? entry->addresses.item[0]
						    : NULL,
		.itl = c->h->node[i].itl.file,
		.callmanager = health_disk(c, i, "CallManager"),
		.capf = health_disk(c, i, "CAPF") };
}

/* A name that no list can have is nobody's. */
static enum err
add_names(struct health_case *c, struct ready *r, const struct cert *cert)
{
	enum err e = trust_spell(cert, &r->spelt[r->num_spelt], c->d);

	if (e != ERR_OK)
		return e == ERR_NOMEM || e == ERR_CRYPTO ? e : ERR_OK;
	r->names[r->num_spelt] = trust_names_of(&r->spelt[r->num_spelt]);
	r->num_spelt++;
	return ERR_OK;
}

static enum err
add_stored(struct health_case *c, struct ready *r, struct bytes der)
{
	struct cert *cert = NULL;
	struct diag why;
	enum err e = cert_from_der(der, &cert, &why);

	if (e == ERR_NOMEM)
		return diag_nomem(c->d);
	if (e != ERR_OK)
		return ERR_OK;
	e = add_names(c, r, cert);
	cert_free(&cert);
	return e;
}

/* CallManager of all nodes and Phone-SAST-trust: whom TVS knows as SAST. */
static enum err
ready_database(struct health_case *c, struct ready *r)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < c->s->num_stored; i++)
		if (strcmp(c->s->stored[i].unit, "Phone-SAST-trust") == 0)
			e = add_stored(c, r, c->s->stored[i].der);
	for (i = 0; e == ERR_OK && i < c->h->num_nodes; i++)
		if (health_disk(c, i, "CallManager") != NULL)
			e = add_names(c, r, health_disk(c, i, "CallManager"));
	r->database = (struct trust_database){ .names = r->names,
		.num = r->num_spelt,
		.whole = c->s->has_stored,
		.missing = c->s->has_stored
		    ? NULL
		    : "the certificates of the database (run sql)" };
	return e;
}

/* ITL has CERT as TVS. */
static enum err
itl_has(struct health_case *c, const struct ctl_file *itl,
    const struct cert *cert, bool *ret)
{
	enum ctl_identity identity = CTL_OTHER_CERT;
	enum err e = ERR_OK;
	size_t i;

	*ret = false;
	for (i = 1; e == ERR_OK && !*ret && i <= ctl_num_records(itl); i++) {
		const struct ctl_record *r = ctl_record(itl, i);

		if (!r->has_role || r->role != CTL_ROLE_TVS)
			continue;
		e = ctl_identify(itl, i, cert, &identity, c->d);
		*ret = e == ERR_OK && identity == CTL_SAME_CERT;
	}
	return e;
}

/* Phones may hold the ITL of any node: each must have what TVS of node I shows.
 */
static enum err
ready_tvs(struct health_case *c, struct ready *r, size_t i)
{
	const struct cert *cert = health_shown(c, i, "TVS");
	struct trust_tvs *tvs;
	enum err e = ERR_OK;
	bool has = true;
	size_t k;

	if (r->node[i].ccm != TRUST_YES)
		return ERR_OK;
	tvs = &r->tvs[r->num_tvs++];
	*tvs = (struct trust_tvs){ .node = health_node_name(c, i),
		.disk = c->h->node[i].ctl.file };
	for (k = 0; cert != NULL && e == ERR_OK && has && k < c->h->num_nodes;
	     k++) {
		if (c->h->node[k].itl.file == NULL)
			continue;
		e = itl_has(c, c->h->node[k].itl.file, cert, &has);
		tvs->certificate = has ? TRUST_YES : TRUST_NO;
	}
	return e;
}

static enum err
make_ready(struct health_case *c, struct ready *r)
{
	size_t i, num = 0, most = c->s->num_stored + c->h->num_nodes + 1;
	enum err e;

	r->node = calloc(c->h->num_nodes + 1, sizeof(*r->node));
	r->served = calloc(c->num_certs + 1, sizeof(*r->served));
	r->spelt = calloc(most, sizeof(*r->spelt));
	r->names = calloc(most, sizeof(*r->names));
	r->tvs = calloc(c->h->num_nodes + 1, sizeof(*r->tvs));
	if (r->node == NULL || r->served == NULL || r->spelt == NULL ||
	    r->names == NULL || r->tvs == NULL)
		return diag_nomem(c->d);
	r->cluster.capf_active = TRUST_NOT_KNOWN;
	for (i = 0; i < c->h->num_nodes; i++) {
		ready_node(c, i, r);
		ready_served(c, i, r, &num);
		if (health_is_publisher(c, i)) {
			r->cluster.capf_active = health_activated(c, i,
			    "Cisco Certificate Authority Proxy Function");
		}
	}
	r->cluster.offer = c->list;
	r->cluster.nodes = r->node;
	r->cluster.num_nodes = c->h->num_nodes;
	r->cluster.held = c->in->held;
	r->cluster.arg = c->in->arg;
	r->cluster.memo = c->memo;
	r->cluster.database = &r->database;
	e = ready_database(c, r);
	for (i = 0; e == ERR_OK && i < c->h->num_nodes; i++)
		e = ready_tvs(c, r, i);
	return e;
}

/* ---- R2 ------------------------------------------------------------------------ */

static enum err
judge_accept(struct health_case *c, enum class class, struct accept *ret)
{
	struct accept_group group = { .name = "all nodes" };
	const struct accept_phone phone = { .class = class,
		.installed = c->in->installed,
		.group = &group };
	struct ready r = { .num_spelt = 0 };
	enum err e = make_ready(c, &r);

	group.tvs = r.tvs;
	group.num_tvs = r.num_tvs;
	if (e == ERR_OK)
		e = accept_judge(&r.cluster, &phone, ret, c->d);
	ready_clear(&r);
	return e;
}

static void
say_signer(struct health_case *c, const struct accept *without,
    const struct accept *with)
{
	enum trust_verdict a = without->judgement.verdict;
	enum trust_verdict b = with->judgement.verdict;

	if (a == TRUST_ACCEPTS || a == TRUST_ACCEPTS_FIRST)
		health_say(c, HEALTH_SIGNER, HEALTH_GOOD, NULL, "",
		    "phones that hold the list before it accept it");
	else if (a == TRUST_UNKNOWN)
		health_say(c, HEALTH_SIGNER, HEALTH_UNKNOWN, NULL, "", "%s",
		    without->judgement.why.msg);
	else if (b == TRUST_THROUGH_TVS || b == TRUST_ACCEPTS)
		health_say(c, HEALTH_SIGNER, HEALTH_NOTE, NULL,
		    "phones without Security by Default must have their CTL "
		    "erased by hand",
		    "only phones that ask TVS accept it: %.240s",
		    without->judgement.why.msg);
	else if (b == TRUST_UNKNOWN)
		health_say(c, HEALTH_SIGNER, HEALTH_UNKNOWN, NULL,
		    "phones without Security by Default refuse it",
		    "whether TVS vouches is not known: %.240s",
		    with->judgement.why.msg);
	else
		health_say(c, HEALTH_SIGNER, HEALTH_BAD, NULL,
		    "ctlsmith rescue says what helps phones that hold the "
		    "list before it",
		    "%s", with->judgement.why.msg);
}

static bool
has_installed(struct health_case *c, enum health_rule rule)
{
	if (!health_has_list(c, rule))
		return false;
	if (c->in->installed != NULL)
		return true;
	health_say(c, rule, HEALTH_NOT_ASKED, NULL, "",
	    "no list before this one is in the archive");
	return false;
}

enum err
health_signer(struct health_case *c)
{
	struct accept without, with;
	enum err e;

	if (!has_installed(c, HEALTH_SIGNER))
		return ERR_OK;
	e = judge_accept(c, CLASS_NO_TVS, &without);
	if (e == ERR_OK)
		e = judge_accept(c, CLASS_TVS, &with);
	if (e == ERR_OK)
		say_signer(c, &without, &with);
	return e;
}

/* ---- R4 ------------------------------------------------------------------------ */

enum err
health_anchor(struct health_case *c)
{
	struct trust_change change = { .old = c->in->installed,
		.new = c->list,
		.held = c->in->held,
		.arg = c->in->arg };
	struct trust_effect effect;
	enum err e;

	if (!has_installed(c, HEALTH_ANCHOR))
		return ERR_OK;
	e = trust_effect(&change, &effect, c->d);
	if (e != ERR_OK)
		return e;
	if (effect.shared > 0)
		health_say(c, HEALTH_ANCHOR, HEALTH_GOOD, NULL, "",
		    "%zu SASTs of the list before it are still there, %zu have "
		    "gone, %zu have come",
		    effect.shared, effect.removed, effect.added);
	else
		health_say(c, HEALTH_ANCHOR, HEALTH_BAD, NULL,
		    "put one of them back and update the CTL before anything "
		    "else is changed; ctlsmith rescue says which",
		    "none of the SASTs of the list before it is left (%zu have "
		    "gone)",
		    effect.removed);
	return ERR_OK;
}

/* ---- The rules W ------------------------------------------------------------------ */

static enum health_grade
grade_of(enum works_answer answer)
{
	switch (answer) {
	case WORKS_NOT_NEEDED:
	case WORKS_YES:
		return HEALTH_GOOD;
	case WORKS_UNKNOWN:
		return HEALTH_UNKNOWN;
	case WORKS_NO:
		break;
	}
	return HEALTH_BAD;
}

/* W5: which key is to be added. */
static const char *
todo_of_next(const struct health_case *c, enum works_answer answer)
{
	if (answer == WORKS_UNKNOWN)
		return c->in->held == NULL
		    ? "name the file of the tokens under tokens of the "
		      "inventory, and look again"
		    : "see whether what is missing answers, and look again";
	if (ctl_origin(c->list) == CTL_ORIGIN_TOKEN)
		return "add another token while one that phones know can still "
		       "sign";
	return "run utils ctl update CTLFile on the publisher, which adds its "
	       "CallManager of now, while the other key can still sign";
}

/* What src/trust advises in the last part of its sentence WHY, or NULL. */
static const char *
advice_of(const char *why)
{
	const char *last = NULL, *at;

	for (at = strstr(why, "; "); at != NULL; at = strstr(at + 2, "; "))
		last = at + 2;
	return last;
}

/* What helps where a rule is not kept, or not known. */
static const char *
todo_of(const struct health_case *c, unsigned rule, enum works_answer answer,
    const char *advice)
{
	if (answer != WORKS_NO && answer != WORKS_UNKNOWN)
		return "";
	if (rule == WORKS_NEXT)
		return todo_of_next(c, answer);
	if (answer == WORKS_UNKNOWN)
		return "see whether what is missing answers, and look again";
	if (advice != NULL && strcmp(advice, "update the list") != 0)
		return advice;
	if (rule == WORKS_ITL)
		return "restart Cisco Tftp on that node, which makes its ITL "
		       "anew";
	if (rule == WORKS_READABLE)
		return "make a CTL without it, or replace the phones that "
		       "cannot read it";
	return "run utils ctl update CTLFile (by tokens: the CTL client, or "
	       "ctlsmith), restart Cisco Tftp, reset the phones";
}

static void
say_answer(struct health_case *c, unsigned rule, enum works_answer answer,
    const char *why)
{
	const char *advice = answer == WORKS_NO ? advice_of(why) : NULL;
	size_t len = advice == NULL ? strlen(why) : (size_t)(advice - why - 2);

	health_say(c, (enum health_rule)(HEALTH_W + rule), grade_of(answer),
	    NULL, todo_of(c, rule, answer, advice), "%.*s", (int)len, why);
}

static bool
needs_mixed(unsigned rule)
{
	return rule == WORKS_CONFIG || rule == WORKS_TLS || rule == WORKS_CAPF;
}

static void
say_works(struct health_case *c, const struct works *of)
{
	unsigned rule, worst;
	size_t k;

	for (rule = 0; rule < WORKS_NUM; rule++) {
		enum health_rule as = (enum health_rule)(HEALTH_W + rule);

		if (needs_mixed(rule) && !health_knows_mode(c)) {
			health_say(c, as, HEALTH_UNKNOWN, NULL,
			    "see whether the publisher answers over SSH",
			    "ClusterSecurityMode could not be read");
			continue;
		}
		if (needs_mixed(rule) && !health_is_mixed(c)) {
			health_say(c, as, HEALTH_GOOD, NULL, "",
			    "not in mixed mode: phones do not look for it");
			continue;
		}
		for (worst = 0, k = 1; k < NUM_CLASSES; k++)
			if (of[k].answer[rule] > of[worst].answer[rule])
				worst = (unsigned)k;
		say_answer(c, rule, of[worst].answer[rule],
		    of[worst].why[rule].msg);
	}
}

/* Without a CTL the ITL is all that phones have. */
static void
judge_itls(struct health_case *c)
{
	enum health_rule as = (enum health_rule)(HEALTH_W + WORKS_ITL);
	size_t i;

	for (i = 0; i < c->h->num_nodes; i++) {
		const struct health_list *l = &c->h->node[i].itl;
		const char *node = health_node_name(c, i);

		if (!health_is_server(c, i) || l->verified)
			continue;
		if (l->md5[0] != '\0')
			health_say(c, as, HEALTH_BAD, node,
			    "restart Cisco Tftp on this node: it makes its ITL "
			    "anew",
			    "its ITL does not verify: %.200s", l->why.msg);
		else
			health_say(c, as, HEALTH_UNKNOWN, node,
			    "look at its TFTP service, and at what is in "
			    "between",
			    "its ITL could not be had: %.200s", l->why.msg);
	}
}

enum err
health_works(struct health_case *c)
{
	struct works_input in = { .num_nodes = c->h->num_nodes };
	struct trust_phone phone = { .asks_tvs = true };
	struct ready r = { .num_spelt = 0 };
	struct works of[NUM_CLASSES];
	enum err e;
	size_t i;

	for (i = 0; c->list == NULL && i < WORKS_NUM; i++)
		(void)health_has_list(c, (enum health_rule)(HEALTH_W + i));
	if (c->list == NULL) {
		judge_itls(c);
		return ERR_OK;
	}
	e = make_ready(c, &r);
	in.list = c->list;
	in.nodes = r.node;
	in.capf_active = r.cluster.capf_active;
	in.held = c->in->held;
	in.arg = c->in->arg;
	in.memo = c->memo;
	phone.installed = c->list;
	phone.tvs = r.tvs;
	phone.num_tvs = r.num_tvs;
	phone.database = &r.database;
	in.phone = &phone;
	for (i = 0; e == ERR_OK && i < NUM_CLASSES; i++) {
		in.class = classes[i];
		e = works_judge(&in, &of[i], c->d);
	}
	if (e == ERR_OK)
		say_works(c, of);
	ready_clear(&r);
	return e;
}

/* ---- A list that nobody serves yet ---------------------------------------------- */

static enum err
offer_class(struct health_case *c, const struct ready *r,
    const struct ctl_file *installed, struct health_offer *ret)
{
	struct trust_phone phone = { .installed = installed,
		.asks_tvs = (class_traits(ret->class) & CLASS_ASKS_TVS) != 0,
		.tvs = r->tvs,
		.num_tvs = r->num_tvs,
		.database = &r->database };
	const struct works_input in = { .list = c->list,
		.class = ret->class,
		.nodes = r->node,
		.num_nodes = c->h->num_nodes,
		.capf_active = r->cluster.capf_active,
		.held = c->in->held,
		.arg = c->in->arg,
		.phone = &phone,
		.memo = c->memo };

	trust_judge(&phone, c->list, &ret->judgement);
	phone.installed = c->list; /* W1 is about a phone that took it */
	return works_judge(&in, &ret->works, c->d);
}

static enum err
offer_ready(struct health_case *c, const struct ctl_file *installed,
    struct health_offer *ret)
{
	struct ready r = { .num_spelt = 0 };
	enum err e = make_ready(c, &r);

	if (e == ERR_OK)
		e = offer_class(c, &r, installed, ret);
	ready_clear(&r);
	return e;
}

enum err
health_offer(const struct health_input *in, const struct ctl_file *installed,
    const struct ctl_file *offer, struct health_offer *ret, struct diag *d)
{
	struct health h = { .num_nodes = in->survey->num_nodes,
		.has_mode = in->survey->has_mode,
		.mixed = in->survey->mixed };
	struct health_case c = { .in = in, .s = in->survey, .h = &h, .d = d };
	enum err e;

	e = health_begin(&c);
	if (e == ERR_OK)
		e = health_read_lists(&c);
	if (e == ERR_OK)
		e = health_read_certs(&c);
	c.list = offer;
	if (e == ERR_OK)
		e = offer_ready(&c, installed, ret);
	health_clear_certs(&c);
	ctl_memo_free(&c.memo);
	health_clear(&h);
	return e;
}
