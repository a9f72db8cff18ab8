/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/health.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "workflow/health_parts.h"

/* ---- What the parts share ---------------------------------------------------- */

const char *
health_node_name(const struct health_case *c, size_t i)
{
	return c->s->node[i].entry->name;
}

bool
health_is_server(const struct health_case *c, size_t i)
{
	return c->s->node[i].entry->role != INVENTORY_IMP;
}

bool
health_is_publisher(const struct health_case *c, size_t i)
{
	return c->s->node[i].entry->role == INVENTORY_PUBLISHER;
}

static const struct said_service *
service_of(const struct health_case *c, size_t i, const char *name)
{
	const struct survey_node *n = &c->s->node[i];

	return n->has_services ? said_service(&n->services, name) : NULL;
}

enum trust_known
health_runs(const struct health_case *c, size_t i, const char *name)
{
	const struct said_service *s = service_of(c, i, name);

	if (s == NULL)
		return TRUST_NOT_KNOWN;
	return s->started && s->activated ? TRUST_YES : TRUST_NO;
}

enum trust_known
health_activated(const struct health_case *c, size_t i, const char *name)
{
	const struct said_service *s = service_of(c, i, name);

	if (s == NULL)
		return TRUST_NOT_KNOWN;
	return s->activated ? TRUST_YES : TRUST_NO;
}

void
health_put_serial(struct buf *out, struct bytes serial)
{
	text_put_hex(out, serial, ":", TEXT_UPPER);
}

unsigned
health_release(const struct survey *s)
{
	unsigned release = 0;
	size_t i;

	for (i = 0; i < s->num_nodes; i++) {
		const struct survey_node *n = &s->node[i];

		if (n->has_version &&
		    (release == 0 || n->entry->role == INVENTORY_PUBLISHER))
			release = n->version.release;
	}
	return release;
}

bool
health_has_list(struct health_case *c, enum health_rule rule)
{
	if (c->list != NULL)
		return true;
	if (!c->no_list)
		health_say(c, rule, HEALTH_UNKNOWN, NULL, "",
		    "no CTL could be had, so nobody knows");
	else if (c->s->has_mode && !c->s->mixed)
		health_say(c, rule, HEALTH_GOOD, NULL, "",
		    "there is no CTL, and the cluster is not in mixed mode");
	else
		health_say(c, rule, HEALTH_UNKNOWN, NULL, "",
		    "there is no CTL that could be judged");
	return false;
}

bool
health_is_mixed(const struct health_case *c)
{
	size_t i;

	if (c->s->has_mode)
		return c->s->mixed;
	for (i = 1; c->list != NULL && i <= ctl_num_records(c->list); i++)
		if (ctl_record_is_server(ctl_record(c->list, i)) &&
		    ctl_record_field(ctl_record(c->list, i),
			CTL_REC_PUBLIC_KEY) != NULL)
			return true;
	return false;
}

bool
health_knows_mode(const struct health_case *c)
{
	return c->s->has_mode || health_is_mixed(c);
}

/* ---- Findings ------------------------------------------------------------------ */

static struct health_finding *
add_finding(struct health_case *c)
{
	size_t cap = c->cap_findings == 0 ? 64 : 2 * c->cap_findings;
	struct health_finding *more;

	if (c->h->num_findings == c->cap_findings) {
		more = reallocarray(c->h->finding, cap, sizeof(*more));
		if (more == NULL) {
			c->nomem = true;
			return NULL;
		}
		c->h->finding = more;
		c->cap_findings = cap;
	}
	return &c->h->finding[c->h->num_findings++];
}

void
health_say(struct health_case *c, enum health_rule rule,
    enum health_grade grade, const char *node, const char *todo,
    const char *fmt, ...)
{
	struct health_finding *f = add_finding(c);
	va_list ap;

	if (f == NULL)
		return;
	*f = (struct health_finding){ .rule = rule,
		.grade = grade,
		.node = node };
	va_start(ap, fmt);
	(void)vsnprintf(f->what, sizeof(f->what), fmt, ap);
	va_end(ap);
	(void)snprintf(f->todo, sizeof(f->todo), "%s", todo);
}

static int
order_findings(const void *a, const void *b)
{
	const struct health_finding *const *x = a, *const *y = b;

	if ((*x)->grade != (*y)->grade)
		return (*x)->grade > (*y)->grade ? -1 : 1;
	if ((*x)->rule != (*y)->rule)
		return (*x)->rule < (*y)->rule ? -1 : 1;
	return *x < *y ? -1 : *x > *y; /* as they came */
}

/* The worst first; stable. */
static enum err
sort_findings(struct health_case *c)
{
	struct health *h = c->h;
	struct health_finding **order, *sorted;
	size_t i;

	order = calloc(h->num_findings + 1, sizeof(struct health_finding *));
	sorted = calloc(h->num_findings + 1, sizeof(*sorted));
	if (order == NULL || sorted == NULL) {
		free(order);
		free(sorted);
		return diag_nomem(c->d);
	}
	for (i = 0; i < h->num_findings; i++)
		order[i] = &h->finding[i];
	qsort(order, h->num_findings, sizeof(struct health_finding *),
	    order_findings);
	for (i = 0; i < h->num_findings; i++)
		sorted[i] = *order[i];
	free(order);
	free(h->finding);
	h->finding = sorted;
	return ERR_OK;
}

static void
grade_nodes(struct health_case *c)
{
	struct health *h = c->h;
	size_t i, k;

	for (i = 0; i < h->num_nodes; i++)
		if (!c->s->node[i].reached)
			h->all = h->node[i].grade = HEALTH_UNKNOWN;
	for (i = 0; i < h->num_findings; i++) {
		const struct health_finding *f = &h->finding[i];

		if (f->grade > h->all)
			h->all = f->grade;
		if (f->grade == HEALTH_BAD ||
		    (f->grade == HEALTH_UNKNOWN && health_rule_counts(f->rule)))
			h->stale = true;
		for (k = 0; f->node != NULL && k < h->num_nodes; k++)
			if (strcmp(f->node, health_node_name(c, k)) == 0 &&
			    f->grade > h->node[k].grade)
				h->node[k].grade = f->grade;
	}
}

/* ---- All rules ------------------------------------------------------------------ */

static const struct {
	enum health_rule first, last; /* that it says something of */
	enum err (*judge)(struct health_case *c);
} parts[] = {
	{ HEALTH_STALE, HEALTH_STALE, health_stale },
	{ HEALTH_SIGNER, HEALTH_SIGNER, health_signer },
	{ HEALTH_EXPIRED, HEALTH_EXPIRED, health_expired },
	{ HEALTH_ANCHOR, HEALTH_ANCHOR, health_anchor },
	{ HEALTH_SAME, HEALTH_SAME, health_same },
	{ HEALTH_TWO_SASTS, HEALTH_TWO_SASTS, health_two_sasts },
	{ HEALTH_MODE, HEALTH_MODE, health_mode },
	{ HEALTH_LIMITS, HEALTH_LIMITS, health_limits },
	{ HEALTH_SERVERS, HEALTH_SERVERS, health_servers },
	{ HEALTH_NO_TVS, HEALTH_NO_TVS, health_no_tvs },
	{ HEALTH_TRIES, HEALTH_TRIES, health_tries },
	{ HEALTH_BACKUP, HEALTH_BACKUP, health_backup },
	{ HEALTH_P12, HEALTH_P12, health_p12 },
	{ HEALTH_PROVIDER, HEALTH_PROVIDER, health_provider },
	{ HEALTH_ROLLBACK, HEALTH_ROLLBACK, health_rollback },
	{ HEALTH_CLOCKS, HEALTH_CLOCKS, health_clocks },
	{ HEALTH_W, HEALTH_NUM - 1, health_works },
};

/* A rule that said nothing has found nothing against it. */
static void
say_good(struct health_case *c, enum health_rule rule)
{
	size_t i;

	for (i = 0; i < c->h->num_findings; i++)
		if (c->h->finding[i].rule == rule)
			return;
	health_say(c, rule, HEALTH_GOOD, NULL, "", "%s",
	    health_rule_title(rule));
}

static enum err
judge_all(struct health_case *c)
{
	enum err e = health_read_lists(c);
	unsigned rule;
	size_t i;

	if (e == ERR_OK)
		e = health_read_certs(c);
	for (i = 0; e == ERR_OK && i < sizeof(parts) / sizeof(parts[0]); i++) {
		e = parts[i].judge(c);
		for (rule = parts[i].first;
		     e == ERR_OK && rule <= parts[i].last; rule++)
			say_good(c, (enum health_rule)rule);
	}
	if (e == ERR_OK && c->nomem)
		e = diag_nomem(c->d);
	if (e == ERR_OK)
		e = sort_findings(c);
	if (e == ERR_OK)
		grade_nodes(c);
	return e;
}

enum err
health_begin(struct health_case *c)
{
	struct health *h = c->h;

	h->node = calloc(h->num_nodes + 1, sizeof(*h->node));
	h->file = calloc(2 * h->num_nodes + 1, sizeof(struct ctl_file *));
	return h->node == NULL || h->file == NULL
	    ? diag_nomem(c->d)
	    : ctl_memo_new(&c->memo, c->d);
}

enum err
health_judge(const struct health_input *in, struct health *ret, struct diag *d)
{
	struct health h = { .num_nodes = in->survey->num_nodes,
		.has_mode = in->survey->has_mode,
		.mixed = in->survey->mixed };
	struct health_case c = { .in = in, .s = in->survey, .h = &h, .d = d };
	enum err e;

	e = health_begin(&c);
	if (e == ERR_OK)
		e = judge_all(&c);
	health_clear_certs(&c);
	ctl_memo_free(&c.memo);
	if (e == ERR_OK)
		*ret = h;
	else
		health_clear(&h);
	return e;
}

void
health_clear(struct health *h)
{
	size_t i;

	for (i = 0; i < h->num_files; i++)
		ctl_free(&h->file[i]);
	free(h->file);
	free(h->node);
	free(h->finding);
	memset(h, 0, sizeof(*h));
}

/* ---- What the inventory says ------------------------------------------------------ */

/* "12.5", "12.5(1)SU6", "14" as 1250, 1400; 0: it is none. */
static unsigned
release_of(const char *text)
{
	char *end;
	unsigned long major = strtoul(text, &end, 10), minor = 0;

	if (end == text || major > 99)
		return 0;
	if (end[0] == '.' && end[1] >= '0' && end[1] <= '9')
		minor = (unsigned long)(end[1] - '0');
	return (unsigned)(100 * major + 10 * minor);
}

static enum err
compare_release(const struct survey *s, const struct inventory *inv,
    struct diag *d)
{
	size_t i;

	for (i = 0; inv->release != NULL && i < s->num_nodes; i++) {
		const struct survey_node *n = &s->node[i];

		if (n->has_version &&
		    n->version.release / 10 * 10 != release_of(inv->release))
			return diag_set(d, ERR_POLICY,
			    "the inventory says release %.40s, but %.100s runs "
			    "%.40s; correct the inventory, or take the release "
			    "out of it",
			    inv->release, n->entry->name, n->version.active);
	}
	return ERR_OK;
}

enum err
health_compare(const struct survey *s, const struct inventory *inv,
    struct diag *d)
{
	const char *mode = s->mixed ? "mixed" : "non-secure";

	if (inv->mode != NULL && s->has_mode &&
	    strcasecmp(inv->mode, mode) != 0)
		return diag_set(d, ERR_POLICY,
		    "the inventory says that the cluster is in mode %.40s, but "
		    "ClusterSecurityMode says %s; correct the inventory, or "
		    "take the mode out of it",
		    inv->mode, mode);
	return compare_release(s, inv, d);
}
