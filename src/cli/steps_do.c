/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/steps_do.h"

#include <string.h>

#define BIT(n) ((uint64_t)1 << (n))
#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define RESTART "utils service restart Cisco "
#define TFTP RESTART "Tftp"
#define TVS RESTART "Trust Verification Service"
#define CERTIFICATES "OS Administration > Security > Certificate Management: "
#define NO_CTL_CLIENT 1400

const char *
steps_how_name(enum steps_how how)
{
#define NAME(id, name) [id] = name,
	static const char *const names[] = { STEPS_HOWS(NAME) };
#undef NAME

	return names[how];
}

/* ---- Which nodes. ---- */

enum role {
	ROLE_ANY,
	ROLE_TFTP,
	ROLE_CCM,
	ROLE_PHONES /* either */
};

static bool
has_role(const struct order_node *n, enum role role)
{
	switch (role) {
	case ROLE_ANY:
		return true;
	case ROLE_TFTP:
		return n->tftp;
	case ROLE_CCM:
		return n->ccm;
	case ROLE_PHONES:
		return n->tftp || n->ccm;
	}
	return false;
}

static uint64_t
all_of(const struct steps *s, enum role role)
{
	uint64_t ret = 0;
	size_t i;

	for (i = 0; i < s->in.num_nodes; i++)
		if (has_role(&s->in.nodes[i], role))
			ret |= BIT(i);
	return ret;
}

static size_t
publisher(const struct steps *s)
{
	size_t i;

	for (i = 0; i < s->in.num_nodes; i++)
		if (s->in.nodes[i].publisher)
			return i;
	return 0;
}

size_t
steps_node_of(const struct steps *s, const struct order_step *step)
{
	bool own = step->kind == ORDER_RENEW || step->kind == ORDER_RESTART ||
	    (step->kind == ORDER_TRUST_UPLOAD &&
		step->change == ORDER_CALLMANAGER);

	return own && order_change_is_each(step->change) ? step->node
							 : publisher(s);
}

/* ---- Which services. ---- */

enum scope {
	ON_NODE,      /* whose certificate it is */
	ON_ALL,       /* once a round, with the last node of it */
	ON_PUBLISHER, /* likewise */
};

#define IF_THERE "if it runs there"

/* Where documents differ, all that any of them names. */
static const struct service {
	enum order_change change;
	enum scope scope;
	enum role role;
	const char *command, *when, *source;
} services[] = {
	{ ORDER_CALLMANAGER, ON_NODE, ROLE_TFTP, TFTP, NULL, "217138, 214231" },
	{ ORDER_CALLMANAGER, ON_NODE, ROLE_CCM, RESTART "CallManager", NULL,
	    "217138, 214231, SG15-cert" },
	{ ORDER_CALLMANAGER, ON_NODE, ROLE_CCM, RESTART "CTIManager", IF_THERE,
	    "217138, 214231, SG15-cert" },
	{ ORDER_CALLMANAGER, ON_NODE, ROLE_PHONES, RESTART "HAProxy", IF_THERE,
	    "214231, SG15-cert" },
	{ ORDER_CALLMANAGER, ON_NODE, ROLE_PHONES, TVS, NULL,
	    "217138, 214231" },
	{ ORDER_CALLMANAGER_ECDSA, ON_NODE, ROLE_CCM, RESTART "CallManager",
	    NULL, "SG15-cert" },
	{ ORDER_CALLMANAGER_ECDSA, ON_NODE, ROLE_PHONES, RESTART "HAProxy",
	    IF_THERE, "SG15-cert" },
	{ ORDER_CAPF, ON_PUBLISHER, ROLE_ANY,
	    RESTART "Certificate Authority Proxy Function", NULL,
	    "214231, 225746" },
	{ ORDER_CAPF, ON_ALL, ROLE_PHONES, TVS, NULL, "214231, 225746" },
	{ ORDER_CAPF, ON_ALL, ROLE_TFTP, TFTP, NULL, "214231, 225746" },
	{ ORDER_TVS, ON_NODE, ROLE_ANY, TVS, NULL, "217138, 214231" },
	{ ORDER_TVS, ON_ALL, ROLE_TFTP, TFTP, NULL, "217138, 214231" },
	{ ORDER_ITLRECOVERY, ON_ALL, ROLE_PHONES, TVS, NULL, "214231" },
	{ ORDER_ITLRECOVERY, ON_ALL, ROLE_TFTP, TFTP, NULL, "214231" },
	{ ORDER_ITLRECOVERY, ON_ALL, ROLE_CCM, RESTART "CallManager", NULL,
	    "FN70613" },
	{ ORDER_ITLRECOVERY, ON_ALL, ROLE_CCM, RESTART "CTIManager", IF_THERE,
	    "FN70613" },
	{ ORDER_TOMCAT, ON_NODE, ROLE_ANY, RESTART "Tomcat", NULL, "214231" },
	{ ORDER_IPSEC, ON_PUBLISHER, ROLE_ANY, RESTART "DRF Master", NULL,
	    "214231" },
	{ ORDER_IPSEC, ON_NODE, ROLE_ANY, RESTART "DRF Local", NULL, "214231" },
	{ ORDER_ADDRESS, ON_ALL, ROLE_ANY, "utils system restart", NULL,
	    "ADM15" },
	{ ORDER_ADDRESS, ON_PUBLISHER, ROLE_ANY,
	    "utils dbreplication runtimestate", "until all say Setup Completed",
	    "ADM15" },
};

/* ---- Acts. ---- */

static void
add(struct steps_acts *a, struct steps_act act)
{
	if (a->num < STEPS_MAX_ACTS && (act.nodes != 0 || act.where != NULL))
		a->act[a->num++] = act;
}

static void
add_cli(struct steps_acts *a, uint64_t nodes, const char *when,
    const char *command, const char *source)
{
	add(a,
	    (struct steps_act){ .how = STEPS_CLI,
		.nodes = nodes,
		.when = when,
		.text = command,
		.source = source });
}

static void
add_page(struct steps_acts *a, uint64_t nodes, const char *when,
    const char *text, const char *source)
{
	add(a,
	    (struct steps_act){ .how = STEPS_PAGE,
		.nodes = nodes,
		.when = when,
		.text = text,
		.source = source });
}

static void
add_hand(struct steps_acts *a, const char *where, const char *text,
    const char *source)
{
	add(a,
	    (struct steps_act){ .how = STEPS_HAND,
		.where = where,
		.text = text,
		.source = source });
}

/* The next step of this KIND, of the same change in the same round; NUM: there
 * is none. */
static size_t
next_of(const struct order *o, size_t i, enum order_kind kind)
{
	size_t k;

	for (k = i + 1; k < o->num && o->step[k].round == o->step[i].round; k++)
		if (o->step[k].kind == kind &&
		    o->step[k].change == o->step[i].change)
			return k;
	return o->num;
}

static uint64_t
nodes_of(const struct steps *s, const struct order *o, size_t i,
    const struct service *v)
{
	const struct order_step *step = &o->step[i];

	if (v->scope == ON_NODE)
		return BIT(steps_node_of(s, step)) & all_of(s, v->role);
	if (next_of(o, i, ORDER_RESTART) != o->num)
		return 0;
	return v->scope == ON_ALL ? all_of(s, v->role) : BIT(publisher(s));
}

static void
add_restart(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *a)
{
	size_t k;

	for (k = 0; k < NUM(services); k++)
		if (services[k].change == o->step[i].change)
			add_cli(a, nodes_of(s, o, i, &services[k]),
			    services[k].when, services[k].command,
			    services[k].source);
}

/* ---- Renewals. ---- */

static const char *const regens[ORDER_NUM_CHANGES] = {
	[ORDER_CALLMANAGER] = "set cert regen CallManager",
	[ORDER_CALLMANAGER_ECDSA] = "set cert regen CallManager-ECDSA",
	[ORDER_CAPF] = "set cert regen CAPF",
	[ORDER_TVS] = "set cert regen TVS",
	[ORDER_ITLRECOVERY] = "set cert regen ITLRecovery",
	[ORDER_TOMCAT] = "set cert regen tomcat",
	[ORDER_IPSEC] = "set cert regen ipsec",
};

static void
add_address(const struct steps *s, size_t node, struct steps_acts *a)
{
	add_page(a, BIT(publisher(s)), "if the node is listed by address",
	    "Cisco Unified CM Administration > System > Server: enter the "
	    "new address",
	    "IPCHG");
	add_cli(a, BIT(node), NULL, "set network ip eth0 ADDRESS MASK GATEWAY",
	    "IPCHG");
	add_hand(a, "Mind",
	    "this server alone; a new host name or domain (set network "
	    "hostname) renews all certificates of the node too: that is "
	    "another order. Phones need the new address as their TFTP "
	    "server (DHCP option 150)",
	    "IPCHG");
}

static void
add_upgrade(const struct steps *s, struct steps_acts *a)
{
	uint64_t first = BIT(publisher(s)), rest = all_of(s, ROLE_ANY) & ~first;

	add_cli(a, first, NULL, "utils system upgrade initiate", NULL);
	add_cli(a, rest, NULL, "utils system upgrade initiate", NULL);
	add_cli(a, first, "when all are installed",
	    "utils system switch-version", NULL);
	add_cli(a, rest, "when the publisher is back",
	    "utils system switch-version", NULL);
}

static unsigned
release_at(const struct steps *s, const struct order *o, size_t i)
{
	size_t k;

	for (k = 0; k < i; k++)
		if (o->step[k].kind == ORDER_RENEW &&
		    o->step[k].change == ORDER_UPGRADE)
			return s->in.upgrade_to;
	return s->in.release;
}

static void
add_regen(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *a)
{
	enum order_change change = o->step[i].change;
	uint64_t node = BIT(steps_node_of(s, &o->step[i]));

	add_cli(a, node, NULL, regens[change], NULL);
	if (change != ORDER_ITLRECOVERY)
		add_page(a, node,
		    "instead, if a CA signed it or several servers have it "
		    "(the command overwrites it)",
		    CERTIFICATES "upload the signed one", "regen-guide");
	if (change == ORDER_TOMCAT && release_at(s, o, i) >= 1400)
		add_hand(a, "Mind",
		    "if CallManager reuses this certificate, it is a change "
		    "of CallManager: order that instead",
		    NULL);
}

/* Of several nodes: the command would make one of this node alone. */
static void
add_multi(const struct steps *s, struct steps_acts *a)
{
	uint64_t node = BIT(publisher(s));

	add_page(a, node, NULL,
	    CERTIFICATES "upload the CA's chain as CallManager-trust, root "
			 "first",
	    "217138");
	add_page(a, node, NULL,
	    CERTIFICATES "upload the signed multi-server certificate as "
			 "CallManager",
	    "217138");
	add_hand(a, "Mind",
	    "no set cert regen: it would make a certificate of one node "
	    "alone",
	    "regen-guide");
}

static void
add_renew(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *a)
{
	const struct order_step *step = &o->step[i];
	size_t node = steps_node_of(s, step);

	if (step->change == ORDER_ADDRESS)
		add_address(s, node, a);
	else if (step->change == ORDER_UPGRADE)
		add_upgrade(s, a);
	else if (step->change == ORDER_CALLMANAGER &&
	    s->in.nodes[node].multi_san)
		add_multi(s, a);
	else
		add_regen(s, o, i, a);
}

/* ---- Lists. ---- */

/* TFTP servers that a later step of the round restarts anyway. */
static uint64_t
tftp_later(const struct steps *s, const struct order *o, size_t i)
{
	uint64_t ret = 0;
	size_t j, k;

	for (j = next_of(o, i, ORDER_RESTART); j < o->num;
	     j = next_of(o, j, ORDER_RESTART))
		for (k = 0; k < NUM(services); k++)
			if (services[k].change == o->step[j].change &&
			    (strcmp(services[k].command, TFTP) == 0 ||
				services[k].change == ORDER_ADDRESS))
				ret |= nodes_of(s, o, j, &services[k]);
	return ret;
}

/* Every TFTP server reads the list; where nothing else is restarted, what the
 * command itself asks for too. */
static void
add_list_services(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *a)
{
	uint64_t ccm = all_of(s, ROLE_CCM);

	add_cli(a, all_of(s, ROLE_TFTP) & ~tftp_later(s, o, i), NULL, TFTP,
	    "118893, SG12.5");
	if (next_of(o, i, ORDER_RESTART) != o->num)
		return;
	add_cli(a, ccm, NULL, RESTART "CallManager", "118893, FN70613");
	add_cli(a, ccm, IF_THERE, RESTART "CTIManager", "CVD12, FN70613");
}

/* A later step changes the address of a TFTP server: this list has it. */
static bool
is_announcing(const struct steps *s, const struct order *o, size_t i)
{
	size_t k;

	for (k = i + 1; k < o->num; k++)
		if (o->step[k].kind == ORDER_RENEW &&
		    o->step[k].change == ORDER_ADDRESS &&
		    s->in.nodes[o->step[k].node].tftp)
			return true;
	return false;
}

#define TO_COME "the address that each TFTP server will have, besides the old"

/* The CTL Client puts the list on the nodes itself. */
static void
add_ctl_client(const struct steps *s, bool announcing, struct steps_acts *a)
{
	static const char where[] = "On the PC that has the CTL Client, with "
				    "the token";
	bool known = s->in.tokens > 0;
	size_t i;

	for (i = 0; i < s->in.num_wishes; i++)
		known = known && s->in.wishes[i].change != ORDER_TO_TOKEN;
	if (!known)
		add_cli(a, BIT(publisher(s)),
		    "if the CTL Client says that the token does not exist in "
		    "the CTL file",
		    "file delete tftp CTLFile.tlv", "118893");
	add_hand(a, where, "Update CTL File", "SG12.5");
	if (announcing)
		add_hand(a, where, "Add TFTP Server: " TO_COME, "ADM15, IPCHG");
	add_hand(a, where,
	    "add the tokens that the list shall have; the one in the port at "
	    "Finish signs it",
	    "SG12.5");
}

/* Nobody's tool but this one makes such a list from 14 on. */
static void
add_by_hand(const struct steps *s, bool announcing, struct steps_acts *a)
{
	if (announcing)
		add_hand(a, "With the token", "put into the list " TO_COME,
		    "ADM15, IPCHG");
	add_hand(a, "With the token",
	    "sign the list with ctlsmith edit or ctlsmith build: from 14 on "
	    "there is no CTL Client",
	    "SG15-fips");
	add_page(a, all_of(s, ROLE_TFTP), NULL,
	    "OS Administration > Software Upgrades > TFTP File Management: "
	    "upload it as CTLFile.tlv",
	    NULL);
	add_hand(a, "Not known",
	    "whether the appliance serves a list that was signed elsewhere, "
	    "and keeps it: no document says so. Try it on a cluster without "
	    "phones first. Each node has a copy of its own; the next utils "
	    "ctl update CTLFile overwrites it",
	    NULL);
}

static void
add_list(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *a)
{
	uint64_t node = BIT(publisher(s));

	if (o->step[i].kind == ORDER_UPDATE_CTL)
		add_cli(a, node, NULL, "utils ctl update CTLFile", NULL);
	else if (o->step[i].kind == ORDER_LOCALKEY)
		add_cli(a, node, "as an administrator of level 4",
		    "utils ctl reset localkey", NULL);
	else if (release_at(s, o, i) >= NO_CTL_CLIENT)
		add_by_hand(s, is_announcing(s, o, i), a);
	else
		add_ctl_client(s, is_announcing(s, o, i), a);
	add_list_services(s, o, i, a);
}

/* ---- Uploads. ---- */

static void
add_upload(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *a)
{
	enum order_change change = o->step[i].change;
	uint64_t pub = BIT(publisher(s));

	if (change == ORDER_TO_TOKEN)
		add_hand(a, "On the PC that has the tokens",
		    "export the certificate of each new token", "118893");
	else
		add_page(a, BIT(steps_node_of(s, &o->step[i])), NULL,
		    change == ORDER_ITLRECOVERY
			? CERTIFICATES "download ITLRecovery"
			: CERTIFICATES "download CallManager",
		    NULL);
	add_page(a, pub, NULL, CERTIFICATES "upload it as Phone-SAST-trust",
	    NULL);
	if (next_of(o, i, ORDER_TRUST_UPLOAD) == o->num)
		add_cli(a, all_of(s, ROLE_PHONES), NULL, TVS, "213407");
}

/* ---- Phones. ---- */

/* No list is made, but ITLs are: TVS alone changed. */
static bool
is_itl_alone(const struct order *o, size_t i)
{
	bool tvs = false;
	size_t k;

	for (k = i; k > 0 && o->step[k - 1].round == o->step[i].round; k--) {
		if (o->step[k - 1].kind == ORDER_UPDATE_CTL ||
		    o->step[k - 1].kind == ORDER_LOCALKEY ||
		    o->step[k - 1].kind == ORDER_SIGN_TOKEN)
			return false;
		tvs = tvs || o->step[k - 1].change == ORDER_TVS;
	}
	return tvs;
}

static void
add_proof(struct steps_acts *a, bool itl)
{
	static const char where[] = "Wait for the proof, which being "
				    "registered is not";

	add_hand(a, where,
	    itl ? "each phone has the ITL of its TFTP server: its "
		  "DeviceTLInfo alarm (ITL_Signature, and no StatusCode of 5 "
		  "to 9), or the ITL file's hash on its web page; from 12.5 "
		  "Device > Phone, ITL File Status: Match"
		: "each phone has the list of that checksum: its DeviceTLInfo "
		  "alarm (CTL_Signature, and no StatusCode of 5 to 9), or the "
		  "CTL file's hash on its web page, MD5 or SHA-1 by model",
	    "ALARM14");
	if (!itl)
		add_hand(a, where,
		    "ctlsmith accept with these hashes in --phones counts and "
		    "names those that hold another list",
		    NULL);
}

static void
add_fetch(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *a)
{
	bool itl = is_itl_alone(o, i);

	if (itl)
		add_cli(a, all_of(s, ROLE_TFTP), "each has its own", "show itl",
		    NULL);
	else
		add_cli(a, all_of(s, ROLE_ANY),
		    "until all say the same checksum, verified successfully",
		    "show ctl", "118893");
	add_page(a, BIT(publisher(s)), NULL,
	    "Cisco Unified CM Administration > System > Enterprise "
	    "Parameters: Reset, which is all devices",
	    NULL);
	add_proof(a, itl);
}

void
steps_acts_of(const struct steps *s, const struct order *o, size_t i,
    struct steps_acts *ret)
{
	ret->num = 0;
	switch (o->step[i].kind) {
	case ORDER_RENEW:
		add_renew(s, o, i, ret);
		break;
	case ORDER_UPDATE_CTL:
	case ORDER_LOCALKEY:
	case ORDER_SIGN_TOKEN:
		add_list(s, o, i, ret);
		break;
	case ORDER_TRUST_UPLOAD:
		add_upload(s, o, i, ret);
		break;
	case ORDER_RESTART:
		add_restart(s, o, i, ret);
		break;
	case ORDER_FETCH:
		add_fetch(s, o, i, ret);
		break;
	}
}
