/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates of a node: the request, a new one, and the look at it. */
#include <stdio.h>
#include <string.h>

#include "pki/pasted.h"
#include "workflow/kinds_parts.h"

static bool
has_csr(const struct survey_node *n, const char *unit)
{
	size_t i;

	for (i = 0; i < n->csrs.num; i++)
		if (strcmp(n->csrs.item[i].unit, unit) == 0)
			return true;
	return false;
}

/* The node of S as it is seen now; one that cannot be seen is ERR_IO. */
static enum err
look_at(const struct kinds *k, const struct plan_step *s,
    struct kinds_seen *seen, const struct survey_node **ret, struct diag *d)
{
	size_t i;
	enum err e = kinds_look(k, false, seen, d);

	if (e != ERR_OK)
		return e;
	if (!kinds_find_node(seen->s, s->node, &i))
		return diag_set(d, ERR_USAGE,
		    "%.100s is no node of the "
		    "inventory",
		    s->node == NULL ? "" : s->node);
	*ret = &seen->s->node[i];
	if (!(*ret)->reached)
		return diag_set(d, ERR_IO, "%.100s cannot be seen: %.200s",
		    s->node, (*ret)->why == NULL ? "" : (*ret)->why);
	return ERR_OK;
}

/* ---- Requests ------------------------------------------------------------------- */

enum err
kinds_csr_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct survey_node *n;
	struct kinds_seen seen;
	enum err e = look_at(arg, s, &seen, &n, d);

	(void)r;
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	if (e == ERR_OK && !n->has_csrs)
		e = diag_set(d, ERR_IO,
		    "the requests of %.100s could not be seen (show csr list)",
		    s->node);
	if (e == ERR_OK && has_csr(n, s->unit))
		e = diag_set(d, ERR_POLICY,
		    "%.100s has a request of %.60s already: another one would "
		    "make it worthless, and what an authority answers to it; "
		    "delete it first (OS Administration > Security > "
		    "Certificate Management), if nobody waits for it",
		    s->node, s->unit);
	return e;
}

/* It was not there before the step began. */
enum err
kinds_csr_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	const struct survey_node *n;
	struct kinds_seen seen;
	enum err e = look_at(arg, s, &seen, &n, d);

	(void)r;
	(void)begun;
	if (e == ERR_OK)
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
		*ret = has_csr(n, s->unit);
	return e;
}

enum err
kinds_csr_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct command_arg unit = { .name = "unit", .value = s->unit };

	(void)r;
	return kinds_type(arg, s->node, "csr-gen", &unit, 1, NULL, d);
}

enum err
kinds_csr_read(const struct kinds *k, const struct plan_step *s,
    struct buf *ret_pem, struct csr **ret, struct diag *d)
{
	const struct command_arg unit = { .name = "unit", .value = s->unit };
	struct pasted p = { .num_csrs = 0 };
	struct buf text = { 0 };
	enum err e = kinds_type(k, s->node, "csr-own", &unit, 1, &text, d);

	if (e == ERR_OK)
		e = said_csr(buf_bytes(&text), ret_pem, d);
	if (e == ERR_OK)
		e = pasted_read(buf_bytes(ret_pem), &p, d);
	if (e == ERR_OK && p.num_csrs != 1)
		e = diag_set(d, ERR_SYNTAX,
		    "what %.100s shows of its request is none", s->node);
	if (e == ERR_OK)
		e = csr_from_der(csr_der(p.csrs[0]), ret, d);
	pasted_clear(&p);
	buf_clear(&text);
	return e;
}

/* Keeps the SHA-256 of its key beside it, so that the answer of an authority can
 * be told from one to another request. */
static enum err
keep_key(struct run *r, const struct plan_step *s, const struct csr *csr,
    struct diag *d)
{
	char name[KINDS_NAME_MAX], hex[65];
	struct buf spki = { 0 }, text = { 0 };
	enum err e;

	if (csr_key(csr) == NULL)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the key of the request is of no known kind");
	kinds_name(name, "%s-%s-key.sha256", s->node, s->unit);
	e = pubkey_put_spki(csr_key(csr), &spki, d);
	if (e == ERR_OK)
		e = kinds_sha256(buf_bytes(&spki), hex, d);
	if (e == ERR_OK) {
		buf_printf(&text, "%s\n", hex);
		e = buf_ok(&text) ? run_keep(r, name, buf_bytes(&text), d)
				  : diag_nomem(d);
	}
	buf_clear(&spki);
	buf_clear(&text);
	return e;
}

enum err
kinds_csr_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	const struct kinds *k = arg;
	char name[KINDS_NAME_MAX];
	struct csr *csr = NULL;
	struct buf pem = { 0 };
	enum err e = kinds_csr_read(k, s, &pem, &csr, d);

	(void)begun;
	kinds_name(name, "%s-%s.csr", s->node, s->unit);
	if (e == ERR_OK)
		e = run_keep(r, name, buf_bytes(&pem), d);
	if (e == ERR_OK)
		e = keep_key(r, s, csr, d);
	if (e == ERR_OK && k->folder != NULL)
		kinds_say(k, "give %.200s/%.190s to the authority", k->folder,
		    name);
	csr_free(&csr);
	buf_clear(&pem);
	return e;
}

enum err
kinds_csr_undo(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct survey_node *n;
	struct kinds_seen seen;
	char text[400];
	enum err e = look_at(arg, s, &seen, &n, d);

	/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
	if (e != ERR_OK || !has_csr(n, s->unit))
		return e;
	(void)snprintf(text, sizeof(text),
	    "%.100s: delete the request of %.60s: OS Administration > Security "
	    "> Certificate Management > %.60s (type CSR Only) > Delete. Type "
	    "yes when it is done.",
	    s->node, s->unit, s->unit);
	e = kinds_ask(r, s, NULL, text, false, d);
	if (e == ERR_OK)
		e = look_at(arg, s, &seen, &n, d);
	if (e == ERR_OK && has_csr(n, s->unit))
		e = diag_set(d, ERR_WAITING,
		    "the request of %.60s is still on %.100s", s->unit,
		    s->node);
	return e;
}

/* ---- Regeneration --------------------------------------------------------------- */

/* ITLRecovery and TVS change only while phones know CallManager as it is: else
 * there is nothing left by which they could take the next list. */
enum err
kinds_regenerate_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct survey_node *n;
	const struct ctl_file *list;
	struct kinds_seen seen;
	bool fresh = true;
	size_t i;
	enum err e = look_at(arg, s, &seen, &n, d);

	(void)r;
	if (e != ERR_OK || !seen.s->has_mode || !seen.s->mixed ||
	    (strcmp(s->unit, "ITLRecovery") != 0 &&
		strcmp(s->unit, "TVS") != 0))
		return e;
	e = kinds_installed(&seen, &i, &list, d);
	if (e == ERR_OK)
		e = kinds_is_fresh(&seen, list, &fresh, d);
	if (e == ERR_OK && !fresh)
		e = diag_set(d, ERR_POLICY,
		    "%.60s is not renewed while the CTL lacks a certificate "
		    "that is in use: update the CTL and let all phones fetch "
		    "it first",
		    s->unit);
	return e;
}

enum err
kinds_cert_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	struct kinds_seen seen;
	enum err e = kinds_look(arg, false, &seen, d);

	(void)r;
	return e == ERR_OK ? kinds_is_new_cert(&seen, s, begun, ret, d) : e;
}

enum err
kinds_regenerate_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct command_arg unit = { .name = "unit", .value = s->unit };

	(void)r;
	return kinds_type(arg, s->node, "cert-regen", &unit, 1, NULL, d);
}

enum err
kinds_regenerate_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	bool is_new = false;
	enum err e = kinds_cert_there(arg, r, s, begun, &is_new, d);

	if (e == ERR_OK && !is_new)
		e = diag_set(d, ERR_IO,
		    "%.60s of %.100s is the certificate that it was, or cannot "
		    "be seen; look at it (show cert own %.60s)",
		    s->unit, s->node, s->unit);
	return e;
}

/* ---- Afterwards ----------------------------------------------------------------- */

/* What was there when the plan was made. */
static const char *
planned(const struct plan *p, const struct plan_step *s)
{
	const struct plan_cert *c = p->certs.item;
	size_t i;

	for (i = 0; i < p->certs.num; i++)
		if (strcmp(c[i].node, s->node) == 0 &&
		    strcmp(c[i].unit, s->unit) == 0)
			return c[i].sha256;
	return NULL;
}

/* A step of P renews it; else it was renewed before, and is served at most. */
static bool
is_renewed(const struct plan *p, const struct plan_step *s)
{
	size_t i;

	for (i = 0; i < plan_num_steps(p); i++) {
		const struct plan_step *o = plan_step(p, i);

		if (o->node == NULL || strcmp(o->node, s->node) != 0)
			continue;
		/* a person's step that names no unit may renew any */
		if (o->kind == PLAN_BY_HAND && o->unit == NULL)
			return true;
		if ((o->kind == PLAN_REGENERATE || o->kind == PLAN_UPLOAD_OWN ||
			o->kind == PLAN_BY_HAND) &&
		    o->unit != NULL && strcmp(o->unit, s->unit) == 0)
			return true;
	}
	return false;
}

static enum err
refuse_old(const struct plan *p, const struct plan_step *s, struct bytes der,
    struct diag *d)
{
	const char *then = planned(p, s);
	char hex[65];
	enum err e;

	if (der.ptr == NULL)
		return diag_set(d, ERR_IO,
		    "%.60s of %.100s cannot be seen (show cert own)", s->unit,
		    s->node);
	e = kinds_sha256(der, hex, d);
	if (e == ERR_OK && then != NULL && strcmp(hex, then) == 0 &&
	    is_renewed(p, s))
		e = diag_set(d, ERR_POLICY,
		    "%.60s of %.100s is still the certificate that it was when "
		    "the plan was made",
		    s->unit, s->node);
	return e;
}

/* The appliance puts a copy of CAPF where CallManager and CAPF look for whom LSCs
 * are of: without it, phones with LSCs do not come back. */
static enum err
refuse_no_copy(const struct survey *s, const struct plan_step *step,
    struct bytes der, struct diag *d)
{
	static const char *const stores[] = { "CAPF-trust",
		"CallManager-trust" };
	size_t i, k;

	if (strcmp(step->unit, "CAPF") != 0 || !s->has_stored)
		return ERR_OK;
	for (i = 0; i < 2; i++) {
		for (k = 0; k < s->num_stored; k++)
			if (strcmp(s->stored[k].unit, stores[i]) == 0 &&
			    bytes_equal(s->stored[k].der, der))
				break;
		if (k == s->num_stored)
			return diag_set(d, ERR_WAITING,
			    "%s has no copy of the new CAPF yet: Cisco "
			    "Certificate Change Notification brings it within "
			    "30 minutes; resume then",
			    stores[i]);
	}
	return ERR_OK;
}

/* The port and the kind of key at which UNIT is shown; 0: none. */
static unsigned
port_of(const struct inventory_node *n, const char *unit, enum probe_kind *ret)
{
	*ret = strstr(unit, "-ECDSA") != NULL ? PROBE_ECDSA : PROBE_RSA;
	if (strncmp(unit, "CallManager", 11) == 0)
		return n->ports.sip;
	if (strcmp(unit, "CAPF") == 0)
		return n->ports.capf;
	if (strcmp(unit, "TVS") == 0)
		return n->ports.tvs;
	return strncmp(unit, "tomcat", 6) == 0 ? n->ports.web : 0;
}

/* Services of S's node are restarted, before it or behind it in the plan. */
static bool
is_restarted(const struct plan *p, const struct plan_step *s, bool behind)
{
	size_t i, at, from, until;

	if (!plan_find(p, s->id, &at))
		return false;
	from = behind ? at : 0;
	until = behind ? plan_num_steps(p) : at;
	for (i = until; i > from; i--) {
		const struct plan_step *o = plan_step(p, i - 1);

		if (o->node == NULL || strcmp(o->node, s->node) != 0)
			continue;
		if (o->kind == PLAN_RESTART || o->kind == PLAN_START)
			return true;
		if (!behind && o->unit != NULL &&
		    strcmp(o->unit, s->unit) == 0 &&
		    (o->kind == PLAN_REGENERATE || o->kind == PLAN_UPLOAD_OWN))
			return false;
	}
	return false;
}

/* What is shown must be what is on the disk, once services were restarted; before
 * that it is only said. */
static enum err
refuse_served(const struct kinds *k, const struct plan *p,
    const struct plan_step *s, const struct survey_node *n, struct bytes der,
    struct diag *d)
{
	enum probe_kind kind;
	unsigned port = port_of(n->entry, s->unit, &kind);
	size_t i;

	for (i = 0; port != 0 && i < n->num_served; i++) {
		const struct survey_served *v = &n->served[i];

		if (v->port != port || v->kind != kind || v->der.ptr == NULL ||
		    bytes_equal(v->der, der))
			continue;
		if (!is_restarted(p, s, false)) {
			kinds_say(k,
			    "port %u of %.100s shows the %.60s before until "
			    "its service is restarted",
			    port, s->node, s->unit);
			continue;
		}
		return diag_set(d, ERR_POLICY,
		    "port %u of %.100s does not show the new %.60s; restart "
		    "its service, then resume",
		    port, s->node, s->unit);
	}
	return ERR_OK;
}

enum err
kinds_post_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	const struct survey_node *n;
	struct kinds_seen seen;
	struct bytes der;
	size_t i;
	enum err e = look_at(arg, s, &seen, &n, d);

	(void)begun;
	if (e != ERR_OK)
		return e;
	/* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
	i = (size_t)(n - seen.s->node);
	der = survey_own_der(seen.s, i, s->unit);
	e = refuse_old(run_plan(r), s, der, d);
	if (e == ERR_OK && n->has_csrs && has_csr(n, s->unit))
		e = diag_set(d, ERR_POLICY,
		    "%.100s still has a request of %.60s: what was uploaded is "
		    "not of it",
		    s->node, s->unit);
	if (e == ERR_OK)
		e = refuse_no_copy(seen.s, s, der, d);
	return e == ERR_OK ? refuse_served(arg, run_plan(r), s, n, der, d) : e;
}
