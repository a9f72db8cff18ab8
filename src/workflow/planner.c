/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/planner.h"

#include <stdlib.h>
#include <string.h>

#include "workflow/planner_parts.h"

typedef enum err theme(struct planner *p);

static theme *const themes[PLANNER_NUM_WISHES] = {
	[PLANNER_CAPF] = planner_certs,
	[PLANNER_CALLMANAGER] = planner_certs,
	[PLANNER_CALLMANAGER_ECDSA] = planner_certs,
	[PLANNER_TVS] = planner_certs,
	[PLANNER_TOMCAT] = planner_certs,
	[PLANNER_IPSEC] = planner_certs,
	[PLANNER_ITLRECOVERY] = planner_certs,
	[PLANNER_LSC] = planner_theme_lsc,
	[PLANNER_ENABLE_MIXED] = planner_theme_enable,
	[PLANNER_DISABLE_MIXED] = planner_theme_disable,
	[PLANNER_TO_TOKENLESS] = planner_theme_tokenless,
	[PLANNER_TO_TOKEN] = planner_theme_token,
	[PLANNER_ADD_TOKEN] = planner_theme_add_token,
	[PLANNER_REPLACE_TOKEN] = planner_theme_replace_token,
	[PLANNER_LOST_TOKEN] = planner_theme_lost_token,
	[PLANNER_ADD_NODE] = planner_theme_add_node,
	[PLANNER_REMOVE_NODE] = planner_theme_remove_node,
	[PLANNER_RENAME_NODE] = planner_theme_rename_node,
	[PLANNER_CHANGE_ADDRESS] = planner_theme_change_address,
	[PLANNER_SUBJECT] = planner_theme_subject,
	[PLANNER_TRUST_DELETE] = planner_theme_trust_delete,
	[PLANNER_SAST_TRUST_ADD] = planner_theme_sast_add,
	[PLANNER_SAST_TRUST_REMOVE] = planner_theme_sast_remove,
	[PLANNER_UPDATE_CTL] = planner_theme_update,
	[PLANNER_RECOVER] = planner_theme_recover,
};

/* What strands, then what is experimental, comes first. */
static int
weight(const char *text)
{
	return strncmp(text, "THIS", 4) == 0         ? 0
	    : strncmp(text, "EXPERIMENTAL", 12) == 0 ? 1
						     : 2;
}

static void
sort_warnings(struct planner_words *w)
{
	size_t i, k;

	for (i = 1; i < w->num; i++)
		for (k = i;
		     k > 0 && weight(w->item[k]) < weight(w->item[k - 1]);
		     k--) {
			const char *text = w->item[k];

			w->item[k] = w->item[k - 1];
			w->item[k - 1] = text;
		}
}

static void
finish(struct planner *p)
{
	planner_follow(p);
	sort_warnings(&p->warnings);
	p->plan.wishes = (struct doc_strings){ p->wishes.item, p->wishes.num };
	p->plan.warnings = (struct doc_strings){ p->warnings.item,
		p->warnings.num };
	p->plan.classes = (struct doc_strings){ p->class_names.item,
		p->class_names.num };
	p->plan.follow_up = (struct doc_strings){ p->follow_up.item,
		p->follow_up.num };
	p->plan.steps = (struct doc_maps){ p->step, p->num_steps };
}

/* The plan is what its file says: it is written, and read. */
static enum err
hand_over(struct planner *p, struct plan *ret, struct doc **ret_doc)
{
	struct buf text = { 0 };
	enum err e;

	if (p->num_steps > PLAN_STEPS_MAX)
		return diag_set(p->d, ERR_TOO_BIG,
		    "this takes %zu steps, and a plan has %d at most: plan "
		    "one node after the other (UNIT@NODE)",
		    p->num_steps, PLAN_STEPS_MAX);
	e = plan_write(&p->plan, &text, p->d);
	if (e == ERR_OK)
		e = plan_read(buf_bytes(&text), ret, ret_doc, p->d);
	buf_clear(&text);
	return e;
}

enum err
planner_make(const struct planner_input *in, struct plan *ret,
    struct doc **ret_doc, struct diag *d)
{
	struct planner *p = calloc(1, sizeof(*p));
	enum err e;

	if (p == NULL)
		return diag_nomem(d);
	p->in = in;
	p->d = d;
	p->tftp_off = PLANNER_ALL;
	e = planner_facts(p);
	if (e == ERR_OK)
		e = planner_wishes(p);
	if (e == ERR_OK)
		e = planner_check_list(p);
	if (e == ERR_OK)
		e = themes[p->want[0].wish](p);
	if (e == ERR_OK && p->nomem)
		e = diag_nomem(d);
	if (e == ERR_OK) {
		finish(p);
		e = p->nomem ? diag_nomem(d) : hand_over(p, ret, ret_doc);
	}
	planner_clear(p);
	free(p);
	return e;
}
