/* SPDX-License-Identifier: Apache-2.0 */
/* W2 to W4: the certificates that nodes show. */
#include <stdio.h>

#include "trust/works_parts.h"

#define ROLES_SERVER                                                \
	(WORKS_ROLE(CTL_ROLE_CCM) | WORKS_ROLE(CTL_ROLE_CCM_TFTP) | \
	    WORKS_ROLE(CTL_ROLE_TFTP))
#define ROLES_CCM (WORKS_ROLE(CTL_ROLE_CCM) | WORKS_ROLE(CTL_ROLE_CCM_TFTP))

/* The first record of ROLES that is at the address of N; 0: none that says
 * so. */
static size_t
record_of(const struct works_job *w, const struct works_node *n, unsigned roles)
{
	const struct ctl_file *f = w->in->list;
	const struct ctl_record *r;
	size_t i;

	for (i = 1; n->address != NULL && i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		if (r->has_role && r->role < 32 &&
		    (roles & WORKS_ROLE(r->role)) != 0 &&
		    works_is_at(r, n->address) == TRUST_YES)
			return i;
	}
	return 0;
}

/* WHAT of N is not in the list. */
static void
say_absent(struct works_job *w, enum works_rule rule,
    const struct works_node *n, const struct works_found *found,
    const char *what)
{
	size_t other;

	if (w->ret->answer[rule] == WORKS_NO)
		return; /* and it is not looked for in vain */
	if (found->renamed != 0) {
		works_say(w, rule, WORKS_NO,
		    "%s of %s is in record %zu of the list, but named "
		    "otherwise, and phones do not find it; make that record "
		    "anew",
		    what, n->name, found->renamed);
		return;
	}
	other = record_of(w, n,
	    rule == WORKS_CAPF ? WORKS_ROLE(CTL_ROLE_CAPF) : ROLES_SERVER);
	if (other != 0)
		works_say(w, rule, WORKS_NO,
		    "%s of %s is not in the list, which has another one in "
		    "record %zu; update the list",
		    what, n->name, other);
	else
		works_say(w, rule, WORKS_NO,
		    "%s of %s is not in the list; update the list", what,
		    n->name);
}

/* A certificate that a node shows, and what is said of it. */
struct shown {
	enum works_rule rule;
	unsigned roles; /* in which phones look for it */
	const struct cert *cert;
	const char *what, *what_for; /* "the ...", ", which ...," */
	const char *todo;            /* where it is there for another address */
};

static enum err
judge_shown(struct works_job *w, const struct works_node *n,
    const struct shown *s)
{
	struct works_found found;
	enum err e;

	e = works_find(w, s->cert, s->roles, n->address, &found);
	if (e != ERR_OK)
		return e;
	if (found.here != 0 || found.roams)
		works_say(w, s->rule, WORKS_YES,
		    "%s of %s%s is record %zu of the list", s->what, n->name,
		    s->what_for, found.here != 0 ? found.here : found.record);
	else if (found.record != 0)
		works_say(w, s->rule, WORKS_NO,
		    "%s of %s is record %zu of the list, but for another "
		    "address than %s; %s",
		    s->what, n->name, found.record, n->address, s->todo);
	else
		say_absent(w, s->rule, n, &found, s->what);
	return ERR_OK;
}

/* ---- W2 ------------------------------------------------------------ */

static enum err
judge_config(struct works_job *w, const struct works_node *n)
{
	const struct shown s = { WORKS_CONFIG, ROLES_SERVER, n->callmanager,
		"the CallManager certificate",
		", which signs its configuration files,",
		"bring phones a list with the new address before it changes" };

	return judge_shown(w, n, &s);
}

enum err
works_config(struct works_job *w)
{
	const struct works_input *in = w->in;
	enum err e = ERR_OK;
	size_t i;

	if ((w->traits & CLASS_SIGNED_CONFIG) == 0) {
		works_say(w, WORKS_CONFIG, WORKS_NOT_NEEDED,
		    "devices of this class take no signed configuration");
		return ERR_OK;
	}
	for (i = 0; e == ERR_OK && i < in->num_nodes; i++) {
		if (in->nodes[i].tftp == TRUST_NO)
			continue;
		if (in->nodes[i].callmanager != NULL)
			e = judge_config(w, &in->nodes[i]);
		else
			works_say(w, WORKS_CONFIG, WORKS_UNKNOWN,
			    "missing the CallManager certificate of %s%s",
			    in->nodes[i].name,
			    in->nodes[i].tftp == TRUST_YES
				? ""
				: ", if it is a TFTP node");
	}
	if (e == ERR_OK && w->ret->why[WORKS_CONFIG].msg[0] == '\0')
		works_say(w, WORKS_CONFIG, WORKS_UNKNOWN,
		    "missing the CallManager certificate of each TFTP node");
	return e;
}

/* ---- W3 ------------------------------------------------------------ */

static enum err
judge_served(struct works_job *w, const struct works_node *n,
    const struct works_served *served)
{
	char what[96];
	const struct shown s = { WORKS_TLS, ROLES_CCM, served->cert, what, "",
		"update the list" };

	(void)snprintf(what, sizeof(what), "what is served on %.40s",
	    served->where);
	return judge_shown(w, n, &s);
}

/* RSA is served always, ECDSA besides: the one alone is half of it. */
static bool
has_rsa(const struct works_node *n)
{
	size_t i;

	for (i = 0; i < n->num_served; i++)
		if (match_rsa_bits(cert_public_key_bytes(n->served[i].cert)) >
		    0)
			return true;
	return false;
}

enum err
works_tls(struct works_job *w)
{
	const struct works_input *in = w->in;
	const struct works_node *n;
	enum err e = ERR_OK;
	size_t i, k;

	for (i = 0; e == ERR_OK && i < in->num_nodes; i++) {
		n = &in->nodes[i];
		if (n->ccm == TRUST_NO)
			continue;
		for (k = 0; e == ERR_OK && k < n->num_served; k++)
			e = judge_served(w, n, &n->served[k]);
		if (e == ERR_OK && !has_rsa(n))
			works_say(w, WORKS_TLS, WORKS_UNKNOWN,
			    "missing what %s serves on 2443 and 5061%s%s",
			    n->name, n->num_served > 0 ? " with RSA" : "",
			    n->ccm == TRUST_YES ? ""
						: ", if it runs CallManager");
	}
	if (e == ERR_OK && w->ret->why[WORKS_TLS].msg[0] == '\0')
		works_say(w, WORKS_TLS, WORKS_UNKNOWN,
		    "missing what each node serves on 2443 and 5061");
	return e;
}

/* ---- W4 ------------------------------------------------------------ */

static const struct works_node *
publisher_of(const struct works_input *in)
{
	size_t i;

	for (i = 0; i < in->num_nodes; i++)
		if (in->nodes[i].publisher == TRUST_YES)
			return &in->nodes[i];
	return NULL;
}

static bool
has_capf(const struct ctl_file *f)
{
	const struct ctl_record *r;
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		if (r->has_role && r->role == CTL_ROLE_CAPF)
			return true;
	}
	return false;
}

/* The certificate of CAPF is not known. */
static void
judge_without(struct works_job *w)
{
	bool active = w->in->capf_active == TRUST_YES;

	if (active && !has_capf(w->in->list))
		works_say(w, WORKS_CAPF, WORKS_NO,
		    "CAPF is active, and the list has no record of it; update "
		    "the list");
	else
		works_say(w, WORKS_CAPF, WORKS_UNKNOWN,
		    "missing the CAPF certificate of the publisher%s",
		    active ? "" : ", and whether CAPF is active");
}

static enum err
judge_capf(struct works_job *w, const struct works_node *n)
{
	static const char what[] = "the CAPF certificate";
	struct works_found found;
	enum err e;

	e = works_find(w, n->capf, WORKS_ROLE(CTL_ROLE_CAPF), NULL, &found);
	if (e != ERR_OK)
		return e;
	if (found.record != 0)
		works_say(w, WORKS_CAPF, WORKS_YES,
		    "%s of %s is record %zu of the list", what, n->name,
		    found.record);
	else if (w->in->capf_active == TRUST_YES)
		say_absent(w, WORKS_CAPF, n, &found, what);
	else
		works_say(w, WORKS_CAPF, WORKS_UNKNOWN,
		    "%s of %s is not in the list: missing whether CAPF is "
		    "active",
		    what, n->name);
	return ERR_OK;
}

enum err
works_capf(struct works_job *w)
{
	const struct works_node *n = publisher_of(w->in);

	if (w->in->capf_active == TRUST_NO) {
		works_say(w, WORKS_CAPF, WORKS_NOT_NEEDED,
		    "CAPF is not active");
		return ERR_OK;
	}
	if (n != NULL && n->capf != NULL)
		return judge_capf(w, n);
	judge_without(w);
	return ERR_OK;
}
