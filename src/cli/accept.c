/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accept.h"

#include <stdlib.h>
#include <string.h>

#define NAME4(id, name, several, one) [id] = name,
#define TEXTS4(id, name, several, one) [id] = { one, several },

const char *
accept_fate_name(enum accept_fate fate)
{
	static const char *const names[] = { ACCEPT_FATES(NAME4) };

	return names[fate];
}

const char *
accept_fate_text(enum accept_fate fate, size_t num)
{
	static const char *const texts[][2] = { ACCEPT_FATES(TEXTS4) };

	return texts[fate][num != 1];
}

enum accept_fate
accept_fate_of(const struct accept *a)
{
	if (a->lost == TRUST_NOT_KNOWN)
		return ACCEPT_UNKNOWN;
	if (a->lost == TRUST_NO)
		return ACCEPT_FINE;
	return a->judgement.verdict == TRUST_REFUSES ? ACCEPT_REFUSE
						     : ACCEPT_BROKEN;
}

/* ---- Whose keys are held -------------------------------------------------------- */

static bool
is_held(void *arg, const struct ctl_file *f, size_t index)
{
	struct accept_held *h = arg;
	size_t low = 0, high, mid;
	struct diag d;

	if (h->f != f) {
		sast_clear(&h->sasts);
		h->f = NULL;
		if (sast_of_list(f, &h->sasts, &d) != ERR_OK)
			return false;
		h->f = f;
	}
	for (high = h->sasts.num; low < high;) {
		mid = low + (high - low) / 2;
		if (h->sasts.at[mid].record == index)
			return custody_is_recorded(h->custody,
			    &h->sasts.at[mid]);
		if (h->sasts.at[mid].record < index)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

static enum err
open_inventory(struct accept_run *r, struct diag *d)
{
	struct custody_wish wish = { .inventory = r->wish->inventory,
		.config = &r->config,
		.no_lists = true };

	r->where = NULL; /* messages name the file */
	r->held.custody = &r->custody;
	return custody_open(&wish, &r->custody, d);
}

/* ---- Judging -------------------------------------------------------------------- */

static enum err
verify_all(struct accept_run *r, struct diag *d)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF, .memo = r->memo };
	size_t i, offer = r->phones.num_installed;
	enum err e = ERR_OK;

	r->verdict = calloc(r->phones.num_lists, sizeof(*r->verdict));
	if (r->verdict == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < r->phones.num_lists; i++)
		e = ctl_verify(r->phones.list[i].f, &self, &r->verdict[i], d);
	r->judged = e == ERR_OK && r->verdict[offer].status == CTL_VERIFIED;
	return e;
}

static enum err
judge_one(struct accept_run *r, const struct accept_cluster *cluster,
    struct accept_question *q, struct diag *d)
{
	struct accept_group all = { .name = "all nodes",
		.tvs = r->nodes.tvs,
		.num_tvs = r->nodes.num };
	struct accept_phone phone = { .class = q->class,
		.group = &all,
		.real = r->phones.is_given };
	enum err e;

	phone.empty = q->list == ACCEPT_NOTHING;
	if (q->list < r->phones.num_lists)
		phone.installed = r->phones.list[q->list].f;
	if (q->group != ACCEPT_NONE)
		phone.group = &r->phones.team[q->group].g;
	e = accept_judge(cluster, &phone, &q->answer, d);
	if (e != ERR_OK)
		return e;
	r->sum[accept_fate_of(&q->answer)] += accept_weight(r, q);
	r->total += accept_weight(r, q);
	return ERR_OK;
}

static enum err
judge_all(struct accept_run *r, struct diag *d)
{
	bool has_inventory = buf_bytes(&r->custody.path).len > 0;
	struct accept_cluster cluster = {
		.offer = accept_phones_offer(&r->phones),
		.nodes = r->nodes.works,
		.num_nodes = r->nodes.num,
		.database = r->nodes.has_database ? &r->nodes.database : NULL,
		.cache_counts = r->nodes.has_cache,
		.capf_active = r->nodes.capf,
		.held = has_inventory ? is_held : NULL,
		.arg = &r->held,
		.memo = r->memo,
	};
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < r->phones.num_questions; i++)
		e = judge_one(r, &cluster, &r->phones.question[i], d);
	return e;
}

/* All that the command line names, in the order in which one needs another. */
static enum err
load(struct accept_run *r, const struct accept_phones_wish *w, struct out *out,
    struct diag *d)
{
	struct accept_phones *p = &r->phones;
	enum err e;
	size_t i;

	e = accept_nodes_load(&r->nodes, &r->wish->nodes, out, &r->where, d);
	if (e == ERR_OK)
		e = accept_phones_load(p, w, &r->nodes, &r->where, d);
	/* the new list first: it says what a host is called now */
	for (i = p->num_lists; e == ERR_OK && i > 0; i--)
		e = accept_nodes_add_list(&r->nodes, p->list[i - 1].f, d);
	if (e == ERR_OK && p->num_installed > 0)
		r->nodes.installed = p->list[0].f;
	if (e == ERR_OK)
		e = accept_nodes_ready(&r->nodes, &r->wish->nodes, d);
	if (e == ERR_OK)
		e = accept_phones_ready(p, w, &r->nodes, out, d);
	return e;
}

enum err
accept_run(struct accept_run *r, const struct accept_wish *wish,
    const char *path, struct out *out, struct diag *d)
{
	struct accept_phones_wish w = { .installed = &wish->installed,
		.offer = path,
		.phones = wish->phones,
		.groups = wish->groups,
		.models = wish->models,
		.archive = wish->archive };
	enum err e;

	r->wish = wish;
	r->path = path;
	e = load(r, &w, out, d);
	if (e == ERR_OK)
		e = ctl_memo_new(&r->memo, d);
	if (e == ERR_OK)
		e = verify_all(r, d);
	if (e == ERR_OK && r->judged)
		e = open_inventory(r, d);
	if (e == ERR_OK && r->judged)
		e = judge_all(r, d);
	return e;
}

void
accept_run_clear(struct accept_run *r)
{
	sast_clear(&r->held.sasts);
	custody_close(&r->custody);
	ctl_memo_free(&r->memo);
	free(r->verdict);
	accept_phones_clear(&r->phones);
	accept_nodes_clear(&r->nodes);
	r->verdict = NULL;
}

/* ---- What it comes to ----------------------------------------------------------- */

size_t
accept_weight(const struct accept_run *r, const struct accept_question *q)
{
	return r->phones.is_given ? q->num : 1;
}

bool
accept_matters(const struct accept_run *r, const struct accept_question *q)
{
	const struct accept *a = &q->answer;

	if (!r->phones.is_given)
		return accept_counts(q->class);
	/* what no input could tell must not hide what can be told */
	if (a->judgement.rule == TRUST_RULE_REMOTE && a->lost != TRUST_YES)
		return false;
	return q->num > 0;
}

enum cmd_exit
accept_end(const struct accept_run *r)
{
	size_t i;

	/* nobody takes, or holds, such a list: nothing was said of anybody */
	for (i = 0; i < r->phones.num_lists; i++)
		if (r->verdict[i].status != CTL_VERIFIED)
			return CMD_POLICY;
	for (i = 0; i < r->phones.num_questions; i++)
		if (accept_matters(r, &r->phones.question[i]) &&
		    accept_fate_of(&r->phones.question[i].answer) !=
			ACCEPT_FINE)
			return CMD_POLICY;
	return CMD_OK;
}

const char *
accept_evidence(const struct trust_judgement *j)
{
	return j->leg != TRUST_LEG_NONE ? trust_leg_evidence(j->leg)
					: trust_rule_evidence(j->rule);
}
