/* SPDX-License-Identifier: Apache-2.0 */
/* The first look, the list of devices before anything is done, and the last
 * look. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workflow/kinds_parts.h"

#define BEGUN_NAME "health-before.txt"

static const struct health_finding *
worst_of(const struct health *h, enum health_rule rule)
{
	size_t i;

	for (i = 0; i < h->num_findings; i++)
		if (h->finding[i].rule == rule)
			return &h->finding[i];
	return NULL;
}

/* A step before BEFORE (NULL: none counts) had a person take NODE away, rename or
 * move it. */
static bool
is_gone(const struct plan *p, const struct plan_step *before, const char *node)
{
	size_t i;

	for (i = 0; before != NULL && i < plan_num_steps(p); i++) {
		const struct plan_step *s = plan_step(p, i);

		if (s == before)
			return false;
		if (s->kind == PLAN_BY_HAND && s->node != NULL &&
		    strcmp(s->node, node) == 0)
			return true;
	}
	return false;
}

static enum err
refuse_blind(const struct survey *s, const struct plan *p,
    const struct plan_step *before, struct diag *d)
{
	size_t i;

	for (i = 0; i < s->num_nodes; i++)
		if (!s->node[i].reached && kinds_is_server(&s->node[i]) &&
		    !is_gone(p, before, s->node[i].entry->name))
			return diag_set(d, ERR_POLICY,
			    "%.100s cannot be seen: %.150s; nothing is done "
			    "while it cannot",
			    s->node[i].entry->name,
			    s->node[i].why == NULL ? "no answer"
						   : s->node[i].why);
	return ERR_OK;
}

static enum err
refuse_replication(const struct survey *s, struct diag *d)
{
	size_t i;

	for (i = 0; s->has_replicas && i < s->replicas.num; i++) {
		const struct said_replica *r = &s->replicas.item[i];

		if (r->has_state && r->state != 2)
			return diag_set(d, ERR_POLICY,
			    "replication of %.100s is in state %u (%.100s), "
			    "not 2; repair it first",
			    r->name, r->state, r->status);
	}
	return ERR_OK;
}

/* Rules that forbid to begin: BAD of any, and of rollback UNKNOWN too in mixed
 * mode, since it empties what phones verify TVS with. */
static enum err
refuse_findings(const struct plan *p, const struct health *h, struct diag *d)
{
	const struct health_finding *f = worst_of(h, HEALTH_ROLLBACK);

	if (f != NULL &&
	    (f->grade == HEALTH_BAD ||
		(f->grade == HEALTH_UNKNOWN && p->mixed)))
		return diag_set(d, ERR_POLICY, "%.200s; %.100s", f->what,
		    f->todo);
	return ERR_OK;
}

/* Minutes that the clocks of nodes may be apart: certificates begin to be valid,
 * and lists are compared, by them. */
#define APART_MAX 300

static enum err
refuse_clocks(const struct survey *s, struct diag *d)
{
	int64_t least = 0, most = 0, off;
	const char *behind = "", *ahead = "";
	bool any = false;
	size_t i;

	for (i = 0; i < s->num_nodes; i++) {
		const struct survey_node *n = &s->node[i];

		if (!n->has_date)
			continue;
		off = n->date - n->asked;
		if (!any || off < least) {
			least = off;
			behind = n->entry->name;
		}
		if (!any || off > most) {
			most = off;
			ahead = n->entry->name;
		}
		any = true;
	}
	if (any && most - least > APART_MAX)
		return diag_set(d, ERR_POLICY,
		    "the clocks of %.100s and %.100s are %lld s apart; set "
		    "them right (utils ntp status) first",
		    behind, ahead, (long long)(most - least));
	return ERR_OK;
}

static enum err
refuse_backup(const struct survey *s, struct diag *d)
{
	if (s->has_backup_running && s->backup_running)
		return diag_set(d, ERR_WAITING,
		    "a backup or restore is running; resume when it has "
		    "ended");
	return ERR_OK;
}

static enum err
refuse_all(const struct kinds_seen *seen, const struct plan *p,
    const struct plan_step *before, struct diag *d)
{
	enum err e = refuse_blind(seen->s, p, before, d);

	if (e == ERR_OK)
		e = refuse_findings(p, seen->h, d);
	if (e == ERR_OK)
		e = refuse_replication(seen->s, d);
	return e == ERR_OK ? refuse_backup(seen->s, d) : e;
}

enum err
kinds_observe_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct kinds_seen seen;
	enum err e = kinds_look(arg, false, &seen, d);

	(void)s;
	if (e == ERR_OK)
		e = refuse_all(&seen, run_plan(r), NULL, d);
	return e == ERR_OK ? refuse_clocks(seen.s, d) : e;
}

enum err
kinds_gate(void *arg, struct run *r, const struct plan_step *s, struct diag *d)
{
	struct kinds_seen seen;
	enum err e;

	if (s->kind ==
	    PLAN_START) /* what we stopped is started, come what may */
		return ERR_OK;
	e = kinds_look(arg, false, &seen, d);
	return e == ERR_OK ? refuse_all(&seen, run_plan(r), s, d) : e;
}

/* What utils ctl looks at, the latest release first (118893; SG12.5; CLI15). */
static const struct licence {
	unsigned long since;
	const char *text;
} licences[] = {
	{ 1200,
	    "utils ctl is refused where the licence does not allow "
	    "export-controlled functionality: System > Licensing > License "
	    "Management has to say so. Type yes when it does." },
	{ 1150,
	    "from 11.5(1)SU3 on utils ctl is refused where Prime License "
	    "Manager (11.5.1SU2 or later) has no Encryption licence. Type yes "
	    "when it has, or where this is an earlier release." },
};

static bool
has_ctl_command(const struct plan *p)
{
	size_t i;

	for (i = 0; i < plan_num_steps(p); i++) {
		int kind = plan_step(p, i)->kind;

		if (kind == PLAN_UPDATE_CTL || kind == PLAN_RESET_LOCALKEY ||
		    kind == PLAN_SET_MODE)
			return true;
	}
	return false;
}

/* No command shows it: better known now than by a refusal with the certificate
 * renewed and the list not. */
static enum err
ask_licence(struct run *r, const struct plan_step *s, struct diag *d)
{
	const struct plan *p = run_plan(r);
	char *end;
	unsigned long major = strtoul(p->release, &end, 10);
	unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	size_t i;

	for (i = 0; i < sizeof(licences) / sizeof(*licences); i++)
		if (major * 100 + minor * 10 >= licences[i].since &&
		    has_ctl_command(p))
			return kinds_ask(r, s, "licence", licences[i].text,
			    true, d);
	return ERR_OK;
}

/* Keeps the worst grade of each rule, for the last step: RULE TAB GRADE. */
enum err
kinds_observe_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct kinds_seen seen;
	const struct health_finding *f;
	struct buf text = { 0 };
	unsigned rule;
	enum err e = kinds_look(arg, false, &seen, d);

	for (rule = 0; e == ERR_OK && rule < HEALTH_NUM; rule++) {
		f = worst_of(seen.h, (enum health_rule)rule);
		if (f != NULL)
			buf_printf(&text, "%s\t%s\n",
			    health_rule_name((enum health_rule)rule),
			    health_grade_name(f->grade));
	}
	if (e == ERR_OK && !buf_ok(&text))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = run_keep(r, BEGUN_NAME, buf_bytes(&text), d);
	buf_clear(&text);
	return e == ERR_OK ? ask_licence(r, s, d) : e;
}

/* ---- Baseline ------------------------------------------------------------------- */

static int
by_name(const void *a, const void *b)
{
	const struct survey_device *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static enum err
put_devices(const struct kinds *k, const struct survey *s, struct buf *out,
    struct diag *d)
{
	const struct survey_device **sorted;
	size_t i, absent = 0;

	sorted = calloc(s->num_devices + 1,
	    sizeof(const struct survey_device *));
	if (sorted == NULL)
		return diag_nomem(d);
	for (i = 0; i < s->num_devices; i++)
		sorted[i] = &s->device[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	qsort((void *)sorted, s->num_devices, sizeof(*sorted), by_name);
	for (i = 0; i < s->num_devices; i++) {
		buf_printf(out, "%s\t%s\t-\n", sorted[i]->name,
		    sorted[i]->registered ? "registered" : "absent");
		if (sorted[i]->registered)
			continue;
		absent++;
		kinds_say(k, "absent, will need a visit or rescue: %.100s",
		    sorted[i]->name);
	}
	free((void *)sorted);
	if (absent > 0)
		kinds_say(k, "%zu of %zu devices are absent", absent,
		    s->num_devices);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

/* A site without proof is told so once, here, before anything is done. */
static enum err
ask_proof(struct run *r, const struct plan_step *s, size_t devices,
    struct diag *d)
{
	const struct run_question q = { .key = "proof",
		.text = "No phone can be proven to hold a new list here: no "
			"alarms arrive and no web page of a phone can be read. "
			"A phone that refuses will be found out when it fails. "
			"Type yes to go on without proof.",
		.want = "yes" };

	return run_plan(r)->proof || devices == 0 ? ERR_OK
						  : run_ask(r, s, &q, d);
}

enum err
kinds_baseline_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct kinds_seen seen;
	struct buf text = { 0 };
	unsigned phones = run_plan(r)->phones;
	enum err e = kinds_look(arg, true, &seen, d);

	if (e == ERR_OK && !seen.s->has_devices && phones > 0)
		e = diag_set(d, ERR_IO,
		    "the devices of the database could not be seen, and the "
		    "plan knows of %u; see whether the publisher answers",
		    phones);
	if (e == ERR_OK && seen.s->num_devices == 0 && phones > 0)
		e = diag_set(d, ERR_POLICY,
		    "no device was found, and the plan knows of %u; make the "
		    "plan anew",
		    phones);
	if (e == ERR_OK)
		e = put_devices(arg, seen.s, &text, d);
	if (e == ERR_OK)
		e = ask_proof(r, s, seen.s->num_devices, d);
	if (e == ERR_OK)
		e = run_keep(r, "baseline.txt", buf_bytes(&text), d);
	buf_clear(&text);
	return e;
}

/* ---- The last look -------------------------------------------------------------- */

/* The grade of RULE in TEXT; GOOD where it says nothing. */
static enum health_grade
grade_then(const char *text, enum health_rule rule)
{
	const char *name = health_rule_name(rule), *line;
	size_t len = strlen(name);
	unsigned g;

	for (line = text; line != NULL && *line != '\0';
	     line = strchr(line, '\n'), line = line == NULL ? NULL : line + 1) {
		if (strncmp(line, name, len) != 0 || line[len] != '\t')
			continue;
		for (g = HEALTH_GOOD; g <= HEALTH_BAD; g++) {
			const char *as = health_grade_name(
			    (enum health_grade)g);

			if (strncmp(line + len + 1, as, strlen(as)) == 0 &&
			    line[len + 1 + strlen(as)] == '\n')
				return (enum health_grade)g;
		}
	}
	return HEALTH_GOOD;
}

static bool
is_worse(const struct health_finding *f, enum health_grade then)
{
	if (f->grade <= then)
		return false;
	return f->grade == HEALTH_BAD || f->grade == HEALTH_UNKNOWN;
}

/* The plan said that RULE will not hold: "R6,R7" is its step's argument. */
static bool
is_expected(const struct plan_step *s, enum health_rule rule)
{
	const char *name = health_rule_name(rule), *at = s->argument;
	size_t len = strlen(name), word;

	while (at != NULL && *at != '\0') {
		word = strcspn(at, ",");
		if (word == len && memcmp(at, name, len) == 0)
			return true;
		at += word + (at[word] == ',' ? 1 : 0);
	}
	return false;
}

enum err
kinds_final_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	struct kinds_seen seen;
	struct buf text = { 0 };
	const char *then;
	unsigned rule;
	enum err e = run_kept(r, BEGUN_NAME, &text, d);

	(void)begun;
	then = e == ERR_OK ? buf_cstr(&text) : "";
	if (e == ERR_OK)
		e = then == NULL ? diag_nomem(d)
				 : kinds_look(arg, false, &seen, d);
	for (rule = 0; e == ERR_OK && rule < HEALTH_NUM; rule++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
		const struct health_finding *f = worst_of(seen.h,
		    (enum health_rule)rule);

		if (f == NULL || is_expected(s, (enum health_rule)rule) ||
		    !is_worse(f, grade_then(then, (enum health_rule)rule)))
			continue;
		if (health_rule_counts((enum health_rule)rule))
			e = diag_set(d, ERR_POLICY,
			    "%s is worse than at the begin: %.160s; %.90s",
			    health_rule_name((enum health_rule)rule), f->what,
			    f->todo);
		else
			kinds_say(arg, "%s: %.200s; %.200s",
			    health_rule_name((enum health_rule)rule), f->what,
			    f->todo);
	}
	buf_clear(&text);
	return e;
}
