/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "cli/accept_why.h"
#include "cli/json.h"

#define NAMES_SHOWN 20 /* without --verbose */

static const char *
known_name(enum trust_known known)
{
	static const char *const names[] = { [TRUST_NOT_KNOWN] = "unknown",
		[TRUST_NO] = "no",
		[TRUST_YES] = "yes" };

	return names[known];
}

/* TEXT, from outside. */
static void
put_safe(struct json_sink *s, json_t *obj, const char *key, const char *text)
{
	json_put_text(s, obj, key,
	    text == NULL ? bytes_of(NULL, 0) : bytes_of_str(text));
}

static json_t *
of_rule(struct json_sink *s, const struct works *w, enum works_rule rule)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "rule", works_rule_name(rule));
	json_put_str(s, obj, "title", works_rule_title(rule));
	json_put_str(s, obj, "answer", works_answer_name(w->answer[rule]));
	json_put_str(s, obj, "evidence", works_rule_evidence(rule));
	put_safe(s, obj, "why", w->why[rule].msg);
	return obj;
}

static void
put_works(struct json_sink *s, json_t *obj, const struct accept *a)
{
	json_t *works = json_object(), *rules = json_array();
	int rule;

	json_put_str(s, works, "answer", works_answer_name(a->works.all));
	json_put(s, works, "with_old", json_boolean(a->keeps));
	for (rule = 0; rule < WORKS_NUM; rule++)
		json_append(s, rules,
		    of_rule(s, &a->works, (enum works_rule)rule));
	json_put(s, works, "rules", rules);
	json_put(s, obj, "works", works);
}

static void
put_judgement(struct json_sink *s, json_t *obj, const struct trust_judgement *j)
{
	json_put_str(s, obj, "verdict", trust_verdict_name(j->verdict));
	json_put_str(s, obj, "rule", trust_rule_name(j->rule));
	json_put_str(s, obj, "evidence", accept_evidence(j));
	json_put_str(s, obj, "leg",
	    j->leg == TRUST_LEG_NONE ? NULL : trust_leg_name(j->leg));
	json_put(s, obj, "record",
	    j->record == 0 ? json_null() : json_integer((json_int_t)j->record));
	put_safe(s, obj, "node", j->node);
	put_safe(s, obj, "why", j->why.msg);
}

static void
put_phones(struct json_sink *s, json_t *obj, const struct accept_run *r,
    const struct accept_question *q)
{
	size_t i, max = r->wish->verbose ? q->num : NAMES_SHOWN;
	json_t *names = json_array();
	struct buf name = { 0 };

	if (!r->phones.is_given) {
		json_decref(names);
		json_put(s, obj, "phones", json_null());
		json_put(s, obj, "names", json_null());
		return;
	}
	json_put_number(s, obj, "phones", q->num);
	for (i = 0; i < q->num && i < max; i++) {
		name.len = 0;
		text_put_utf8(&name,
		    accept_phones_name(&r->phones, q->first + i));
		s->failed |= !buf_ok(&name);
		json_append(s, names,
		    json_stringn((const char *)name.ptr, name.len));
	}
	json_put(s, obj, "names", names);
	buf_clear(&name);
}

static json_t *
of_question(struct json_sink *s, const struct accept_run *r,
    const struct accept_question *q)
{
	json_t *obj = json_object();
	const char *group = q->group == ACCEPT_NONE
	    ? NULL
	    : r->phones.team[q->group].g.name;

	json_put_str(s, obj, "class", class_name(q->class));
	json_put_str(s, obj, "class_text", class_text(q->class));
	put_safe(s, obj, "group", group);
	put_safe(s, obj, "installed", accept_why_list(r, q));
	put_phones(s, obj, r, q);
	json_put_str(s, obj, "fate",
	    accept_fate_name(accept_fate_of(&q->answer)));
	json_put_str(s, obj, "lost", known_name(q->answer.lost));
	json_put(s, obj, "counts", json_boolean(accept_matters(r, q)));
	put_judgement(s, obj, &q->answer.judgement);
	put_works(s, obj, &q->answer);
	return obj;
}

static json_t *
of_node(struct json_sink *s, const struct accept_run *r, size_t i)
{
	const struct works_node *n = &r->nodes.works[i];
	json_t *obj = json_object();

	put_safe(s, obj, "name", n->name);
	put_safe(s, obj, "address", n->address);
	json_put_str(s, obj, "tftp", known_name(n->tftp));
	json_put_str(s, obj, "ccm", known_name(n->ccm));
	json_put_str(s, obj, "publisher", known_name(n->publisher));
	json_put(s, obj, "itl", json_boolean(n->itl != NULL));
	json_put(s, obj, "callmanager", json_boolean(n->callmanager != NULL));
	json_put(s, obj, "capf", json_boolean(n->capf != NULL));
	json_put_number(s, obj, "served", n->num_served);
	json_put_str(s, obj, "tvs_in_itl",
	    known_name(r->nodes.tvs[i].certificate));
	return obj;
}

static json_t *
of_list(struct json_sink *s, const struct accept_run *r, size_t i)
{
	const struct accept_file *f = &r->phones.list[i];
	const struct ctl_verdict *v = &r->verdict[i];
	json_t *obj = json_object();

	json_put(s, obj, "file", json_of_file(s, f->path, ctl_raw(f->f)));
	json_put_str(s, obj, "status", ctl_status_name(v->status));
	put_safe(s, obj, "why", v->status == CTL_VERIFIED ? NULL : v->why.msg);
	return obj;
}

static void
put_lists(struct json_sink *s, json_t *obj, const struct accept_run *r)
{
	json_t *lists = json_array();
	size_t i;

	for (i = 0; i < r->phones.num_lists; i++)
		if (i != r->phones.num_installed)
			json_append(s, lists, of_list(s, r, i));
	json_put(s, obj, "signature", of_list(s, r, r->phones.num_installed));
	json_put(s, obj, "installed", lists);
}

static void
put_notes(struct json_sink *s, json_t *obj, const struct accept_run *r)
{
	struct buf notes = { 0 }, utf8 = { 0 };

	accept_why_put_notes(r, &notes);
	text_put_utf8(&utf8, buf_bytes(&notes));
	s->failed |= notes.failed || utf8.failed;
	json_put_lines(s, obj, "notes", buf_bytes(&utf8));
	buf_clear(&notes);
	buf_clear(&utf8);
}

static void
put_sum(struct json_sink *s, json_t *obj, const struct accept_run *r)
{
	json_t *sum = json_object();
	struct buf text = { 0 };
	int fate;

	accept_put_sum(r, &text);
	json_put_buf(s, obj, "text", &text);
	json_put_str(s, sum, "of", r->phones.is_given ? "phones" : "classes");
	json_put_number(s, sum, "total", r->total);
	for (fate = 0; fate < ACCEPT_NUM_FATES; fate++)
		json_put_number(s, sum,
		    accept_fate_name((enum accept_fate)fate), r->sum[fate]);
	json_put(s, obj, "sum", r->judged ? sum : json_null());
	if (!r->judged)
		json_decref(sum);
}

static json_t *
of_run(struct json_sink *s, const struct accept_run *r)
{
	json_t *obj = json_object(), *nodes = json_array(),
	       *answers = json_array();
	size_t i;

	json_put(s, obj, "judged", json_boolean(r->judged));
	put_sum(s, obj, r);
	put_lists(s, obj, r);
	for (i = 0; i < r->nodes.num; i++)
		json_append(s, nodes, of_node(s, r, i));
	json_put(s, obj, "nodes", nodes);
	for (i = 0; r->judged && i < r->phones.num_questions; i++)
		json_append(s, answers,
		    of_question(s, r, &r->phones.question[i]));
	json_put(s, obj, "answers", answers);
	put_notes(s, obj, r);
	return obj;
}

json_t *
accept_json(const struct accept_run *r, const struct diag *why)
{
	struct json_sink s = { .failed = false };
	json_t *obj = json_object();
	struct bytes raw = bytes_of(NULL, 0);

	if (r->phones.num_lists > r->phones.num_installed)
		raw = ctl_raw(accept_phones_offer(&r->phones));
	json_put(&s, obj, "schema", json_integer(JSON_SCHEMA));
	json_put(&s, obj, "file", json_of_file(&s, r->path, raw));
	json_put_error(&s, obj, why);
	if (why == NULL)
		json_put(&s, obj, "accept", of_run(&s, r));
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
