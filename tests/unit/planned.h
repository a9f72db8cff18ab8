/* SPDX-License-Identifier: Apache-2.0 */
/* Plans of clusters of the lab, and what must hold of every plan. Include it
 * after test.h. */
#ifndef TESTS_UNIT_PLANNED_H
#define TESTS_UNIT_PLANNED_H

#include <stdlib.h>
#include <string.h>

#include "watched.h"
#include "workflow/planner.h"

#define PHONES 40

/* A cluster, what is wanted of it, and the plan. */
struct planned {
	struct watched w;
	struct survey_device device[PHONES];
	struct planner_input in;
	const char *what[8];
	struct plan plan;
	struct doc *doc;
	enum err e;
	struct diag d;
};

/* A cluster of RELEASE, in mixed mode or not; its CTL is of TOKENS tokens or (0)
 * its own. */
static inline void
plan_open(struct planned *p, unsigned release, size_t tokens, bool mixed)
{
	size_t i;

	memset(p, 0, sizeof(*p));
	see(&p->w, release, tokens);
	p->w.inv.name = "lab";
	p->w.s.mixed = mixed;
	for (i = 0; i < PHONES; i++)
		p->device[i] = (struct survey_device){
			.name = "SEP000000000001",
			.model = "Cisco 8845",
			.registered = i != 0
		};
	p->w.s.has_devices = true;
	p->w.s.device = p->device;
	p->w.s.num_devices = PHONES;
	if (!mixed)
		for (i = 0; i < 2; i++)
			p->w.node[i].http_ctl = p->w.node[i].tftp_ctl = list_of(
			    NULL);
	judge(&p->w);
	p->in = (struct planner_input){ .survey = &p->w.s,
		.health = &p->w.h,
		.inventory = &p->w.inv,
		.inventory_path = "cluster.yaml",
		.what = p->what,
		.can_prove = true,
		.tokens = tokens,
		.now = MADE_AT + 2 * DAY };
}

/* Plans WHAT, words with a blank between, in COPY. */
static inline void
plan_what(struct planned *p, char copy[256], const char *what)
{
	char *rest = copy, *word;

	(void)snprintf(copy, 256, "%s", what);
	p->in.num_what = 0;
	while ((word = strsep(&rest, " ")) != NULL)
		p->what[p->in.num_what++] = word;
	doc_free(&p->doc);
	diag_init(&p->d);
	p->e = planner_make(&p->in, &p->plan, &p->doc, &p->d);
}

static inline void
plan_close(struct planned *p)
{
	doc_free(&p->doc);
	forget(&p->w);
}

static inline const struct plan_step *
plan_at(const struct planned *p, size_t i)
{
	return (const struct plan_step *)p->plan.steps.item + i;
}

/* Appends "update-ctl cucm1; ..." */
static inline void
plan_put(const struct planned *p, struct buf *out)
{
	static const char *const names[] = {
#define PLAN_ROW(id, name, changes, phones) name,
		PLAN_KINDS(PLAN_ROW)
#undef PLAN_ROW
	};
	size_t i, k;

	for (i = 0; i < p->plan.steps.num; i++) {
		const struct plan_step *s = plan_at(p, i);

		buf_printf(out, "%s%s%s%s%s%s%s%s", names[s->kind],
		    s->unit == NULL ? "" : " ", s->unit == NULL ? "" : s->unit,
		    s->node == NULL ? "" : "@", s->node == NULL ? "" : s->node,
		    s->argument == NULL ? "" : "=",
		    s->argument == NULL ? "" : s->argument,
		    s->strands == NULL ? "" : " STRANDS");
		if (s->kind == PLAN_BY_HAND)
			buf_printf(out, " (%s)", s->id);
		for (k = 0; k < s->services.num; k++)
			buf_printf(out, "%s%s", k == 0 ? ": " : ", ",
			    s->services.item[k]);
		buf_str(out, "\n");
	}
	assert_non_null(buf_cstr(out));
}

static inline void
plan_print(const struct planned *p)
{
	struct buf out = { 0 };
	size_t i;

	for (i = 0; i < p->plan.warnings.num; i++)
		print_message("! %s\n", p->plan.warnings.item[i]);
	plan_put(p, &out);
	print_message("%s", buf_cstr(&out));
	for (i = 0; i < p->plan.follow_up.num; i++)
		print_message("> %s\n", p->plan.follow_up.item[i]);
	buf_clear(&out);
}

#endif
