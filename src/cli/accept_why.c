/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accept_why.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *
accept_why_text(const struct accept_whys *ws, const struct accept_question *q)
{
	if (ws->about == ACCEPT_WHY_VERDICT)
		return q->answer.judgement.why.msg;
	return q->answer.works.why[ws->about].msg;
}

/* What makes two reasons the same. */
static void
put_key(const struct accept_whys *ws, const struct accept_question *q,
    struct buf *out)
{
	const struct trust_judgement *j = &q->answer.judgement;

	out->len = 0;
	if (ws->about == ACCEPT_WHY_VERDICT)
		buf_printf(out, "%d %d %d %zu ", (int)j->verdict, (int)j->rule,
		    (int)j->leg, j->record);
	else
		buf_printf(out, "%d ", (int)q->answer.works.answer[ws->about]);
	buf_str(out, accept_why_text(ws, q));
}

static enum err
add_question(struct accept_whys *ws, const struct accept_run *r, size_t i,
    struct buf *key, struct diag *d)
{
	bool is_new;
	size_t why;
	enum err e;

	put_key(ws, &r->phones.question[i], key);
	if (!buf_ok(key))
		return diag_nomem(d);
	e = intern_add(&ws->keys, buf_bytes(key), &why, &is_new, d);
	if (e != ERR_OK)
		return e;
	if (is_new)
		ws->head[why] = i;
	else
		ws->next[ws->tail[why]] = i;
	ws->tail[why] = i;
	ws->why_of[i] = why;
	ws->next[i] = ACCEPT_NONE;
	ws->num[why]++;
	return ERR_OK;
}

enum err
accept_why_sort(const struct accept_run *r, int about, struct accept_whys *ret,
    struct diag *d)
{
	size_t i, n = r->phones.num_questions;
	struct accept_whys ws = { .about = about };
	struct buf key = { 0 };
	enum err e = ERR_OK;

	ws.head = calloc(n + 1, sizeof(size_t));
	ws.num = calloc(n + 1, sizeof(size_t));
	ws.next = calloc(n + 1, sizeof(size_t));
	ws.tail = calloc(n + 1, sizeof(size_t));
	ws.why_of = calloc(n + 1, sizeof(size_t));
	if (ws.head == NULL || ws.num == NULL || ws.next == NULL ||
	    ws.tail == NULL || ws.why_of == NULL)
		e = diag_nomem(d);
	for (i = 0; e == ERR_OK && i < n; i++)
		e = add_question(&ws, r, i, &key, d);
	buf_clear(&key);
	if (e == ERR_OK)
		*ret = ws;
	else
		accept_why_clear(&ws);
	return e;
}

void
accept_why_clear(struct accept_whys *ws)
{
	intern_clear(&ws->keys);
	free(ws->head);
	free(ws->num);
	free(ws->next);
	free(ws->tail);
	free(ws->why_of);
	memset(ws, 0, sizeof(*ws));
}

const char *
accept_why_list(const struct accept_run *r, const struct accept_question *q)
{
	return q->list < r->phones.num_lists ? r->phones.list[q->list].path
					     : NULL;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

void
accept_why_put_label(const struct accept_run *r,
    const struct accept_question *q, struct buf *out)
{
	const struct accept_phones *p = &r->phones;
	bool holds = (class_traits(q->class) & CLASS_HOLDS) != 0;

	buf_str(out, class_name(q->class));
	if (p->has_groups)
		buf_printf(out, " in %s", p->team[q->group].g.name);
	if (q->list == ACCEPT_NOTHING)
		buf_str(out, " with no list");
	else if (p->hashes.num > 0 && holds)
		buf_printf(out, " with %s",
		    q->list == ACCEPT_NONE ? "an unknown list"
					   : base_name(p->list[q->list].path));
}

/* What was not verified, or does not. */
static void
note_lists(const struct accept_run *r, struct buf *out)
{
	const struct accept_phones *p = &r->phones;
	size_t i;

	for (i = 0; i < p->num_lists; i++) {
		const struct ctl_verdict *v = &r->verdict[i];

		if (v->status == CTL_VERIFIED)
			continue;
		text_put_safe(out, bytes_of_str(p->list[i].path));
		buf_printf(out, " does not verify%s: %s\n",
		    i == p->num_installed ? ""
					  : ", so phones should not hold it",
		    v->why.msg);
	}
}

/* Somebody would have to say who holds a token: W5 says what it misses. */
static bool
asks_inventory(const struct accept_run *r)
{
	const struct works *w;
	size_t i;

	for (i = 0; i < r->phones.num_questions; i++) {
		w = &r->phones.question[i].answer.works;
		if (w->answer[WORKS_NEXT] == WORKS_UNKNOWN &&
		    strstr(w->why[WORKS_NEXT].msg, "missing the tokens") !=
			NULL)
			return buf_bytes(&r->custody.path).len == 0;
	}
	return false;
}

static void
note_missing(const struct accept_run *r, struct buf *out)
{
	const struct accept_phones *p = &r->phones;

	if (p->num_installed == 0)
		buf_str(out,
		    "which list is installed is not known: --installed FILE "
		    "says it\n");
	if (p->num_no_list > 0)
		buf_printf(out,
		    "%zu phone%s a list that none of the files is: "
		    "--installed FILE or --archive DIR brings it\n",
		    p->num_no_list, p->num_no_list == 1 ? " has" : "s have");
	if (r->nodes.num == 0)
		buf_str(out,
		    "no node is known: --itl, --served and --nodes tell\n");
	if (r->judged && asks_inventory(r))
		buf_str(out,
		    "who holds which token is not known: --inventory FILE "
		    "says it\n");
}

void
accept_why_put_notes(const struct accept_run *r, struct buf *out)
{
	if (r->verdict != NULL)
		note_lists(r, out);
	note_missing(r, out);
	buf_put(out, buf_bytes(&r->nodes.notes));
	buf_put(out, buf_bytes(&r->phones.notes));
}
