/* SPDX-License-Identifier: Apache-2.0 */
/* Phones: what resets them, and the proof that they hold a list. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "workflow/kinds_parts.h"

/* ---- The baseline, read back ---------------------------------------------------- */

struct devices {
	struct buf text;   /* the names are in it */
	const char **name; /* that were registered */
	size_t num;
};

static void
devices_clear(struct devices *l)
{
	free((void *)l->name);
	buf_clear(&l->text);
}

/* Lines of NAME TAB registered|absent TAB last proof. */
static enum err
devices_read(struct run *r, struct devices *l, struct diag *d)
{
	char *line, *rest, *state;
	size_t i, lines = 0;
	enum err e = run_kept(r, "baseline.txt", &l->text, d);

	if (e != ERR_OK)
		return e;
	if (buf_cstr(&l->text) == NULL)
		return diag_nomem(d);
	for (i = 0; i < l->text.len; i++)
		lines += l->text.ptr[i] == '\n';
	l->name = calloc(lines + 1, sizeof(const char *));
	if (l->name == NULL)
		return diag_nomem(d);
	rest = (char *)l->text.ptr;
	while ((line = strsep(&rest, "\n")) != NULL && l->num < lines) {
		state = strchr(line, '\t');
		if (state == NULL)
			continue;
		*state++ = '\0';
		if (strncmp(state, "registered", 10) == 0)
			l->name[l->num++] = line;
	}
	return ERR_OK;
}

/* ---- Resets --------------------------------------------------------------------- */

static enum err
keep_names(const struct kinds *k, struct run *r, const struct devices *l,
    char path[PATH_MAX], struct diag *d)
{
	struct buf text = { 0 };
	size_t i;
	enum err e;

	for (i = 0; i < l->num; i++)
		buf_printf(&text, "%s\n", l->name[i]);
	e = buf_ok(&text) ? run_keep(r, "phones.txt", buf_bytes(&text), d)
			  : diag_nomem(d);
	buf_clear(&text);
	if (e == ERR_OK)
		e = kinds_path(k, r, "phones.txt", path, PATH_MAX, d);
	return e;
}

static enum err
reset_by_site(const struct kinds *k, struct run *r, const struct devices *l,
    struct diag *d)
{
	char path[PATH_MAX] = "";
	const struct act_env env = { .phones = path };
	enum err e;

	if (k->folder == NULL)
		return diag_set(d, ERR_USAGE,
		    "the run has no folder for the names of the phones");
	e = keep_names(k, r, l, path, d);
	return e == ERR_OK
	    ? k->act->site(k->act->arg, ACT_RESET_PHONES, &env, d)
	    : e;
}

static enum err
reset_by_hand(struct run *r, const struct plan_step *s, size_t num,
    struct diag *d)
{
	char text[600];

	(void)snprintf(text, sizeof(text),
	    "%.400s\n%zu phones are registered. Type yes when the reset has "
	    "been given.",
	    s->todo != NULL
		? s->todo
		: "Reset the phones: Device > Phone, find all, Select All, "
		  "Reset Selected, Reset; or System > Enterprise Parameters > "
		  "Reset.",
	    num);
	return kinds_ask(r, s, NULL, text, true, d);
}

enum err
kinds_reset_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct kinds *k = arg;
	struct devices l = { .num = 0 };
	enum err e = devices_read(r, &l, d);

	if (e == ERR_OK && l.num == 0)
		kinds_say(k, "no phone is registered: none is reset");
	else if (e == ERR_OK && k->act->has_site != NULL &&
	    k->act->has_site(k->act->arg, ACT_RESET_PHONES))
		e = reset_by_site(k, r, &l, d);
	else if (e == ERR_OK)
		e = reset_by_hand(r, s, l.num, d);
	devices_clear(&l);
	return e;
}

/* ---- Proof ---------------------------------------------------------------------- */

/* What is left to prove, and who refuses. */
struct proof {
	const char **open;
	size_t num_open;
	const char **refused;
	size_t num_refused;
};

static bool
is_named(const char *const *names, size_t num, const char *name)
{
	size_t i;

	for (i = 0; i < num; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

/* Waived on the command line, or by the journal. */
static bool
is_waived(const struct kinds *k, struct run *r, const char *name)
{
	const struct journal *j = run_journal(r);
	size_t i;

	if (is_named(k->waive, k->num_waive, name))
		return true;
	for (i = 0; i < journal_num(j); i++) {
		const struct journal_line *l = journal_at(j, i);

		if (l->event == JOURNAL_WAIVED &&
		    is_named(l->names, l->num_names, name))
			return true;
	}
	return false;
}

static enum delivery_state
state_of(const struct delivery *book, const char *name)
{
	const struct delivery_device *is = delivery_find(book, name);

	return is == NULL ? DELIVERY_ABSENT : is->state;
}

/* Takes the devices out of P that one of BOOKS has proven; who refuses goes over.
 * Nodes may have different lists: who refuses one may hold another. */
static void
sort_devices(struct delivery *const *books, size_t num, struct proof *p)
{
	size_t i, k, kept = 0;

	for (i = 0; i < p->num_open; i++) {
		bool refused = false, proven = false;

		for (k = 0; k < num; k++) {
			enum delivery_state is = state_of(books[k], p->open[i]);

			proven |= is == DELIVERY_PROVEN;
			refused |= is == DELIVERY_REFUSED;
		}
		if (!proven && refused)
			p->refused[p->num_refused++] = p->open[i];
		else if (!proven)
			p->open[kept++] = p->open[i];
	}
	p->num_open = kept;
}

/* What made a list that phones are to have. */
#define LISTS                                                            \
	(KINDS_MASK(PLAN_UPDATE_CTL) | KINDS_MASK(PLAN_RESET_LOCALKEY) | \
	    KINDS_MASK(PLAN_DISTRIBUTE) | KINDS_MASK(PLAN_SET_MODE))
#define ITLS                                                         \
	(KINDS_MASK(PLAN_REGENERATE) | KINDS_MASK(PLAN_UPLOAD_OWN) | \
	    KINDS_MASK(PLAN_UPLOAD_TRUST) | KINDS_MASK(PLAN_DELETE_TRUST))

/* Each ITL is asked about once: they differ from node to node, and a phone holds
 * that of the node that it asks. */
static bool
is_repeated(const struct kinds_seen *seen, size_t i)
{
	const struct health_node *n = seen->h->node;
	size_t k;

	for (k = 0; k < i; k++)
		if (strcmp(n[k].itl.md5, n[i].itl.md5) == 0)
			return true;
	return false;
}

static enum err
prove_lists(const struct kinds *k, const struct delivery_list *lists,
    size_t num, bool itl, struct proof *p, struct diag *d)
{
	const struct act_proof ask = { .lists = lists,
		.num_lists = num,
		.devices = p->open,
		.num = p->num_open,
		.itl = itl };
	struct delivery *book[ACT_LISTS_MAX] = { NULL };
	size_t i;
	enum err e = k->act->phones(k->act->arg, &ask, book, d);

	for (i = 0; e == ERR_OK && i < num; i++)
		e = delivery_judge(book[i], d);
	if (e == ERR_OK)
		sort_devices(book, num, p);
	return e;
}

static enum err
prove_list(const struct kinds *k, const struct health_list *l, int64_t since,
    struct proof *p, struct diag *d)
{
	const struct delivery_list list = { l->md5, l->sha1, since };

	return prove_lists(k, &list, 1, false, p, d);
}

static enum err
prove_itls(const struct kinds *k, struct run *r, struct proof *p,
    struct diag *d)
{
	struct delivery_list list[ACT_LISTS_MAX];
	int64_t since = kinds_begun(r, ITLS);
	struct kinds_seen seen;
	size_t i, num = 0;
	enum err e = kinds_look(k, false, &seen, d);

	for (i = 0; e == ERR_OK && i < seen.s->num_nodes; i++) {
		const struct health_list *l = &seen.h->node[i].itl;

		if (l->file == NULL || is_repeated(&seen, i))
			continue;
		if (num == ACT_LISTS_MAX)
			return diag_set(d, ERR_TOO_BIG,
			    "more than %d different ITLs", ACT_LISTS_MAX);
		list[num++] = (struct delivery_list){ l->md5, l->sha1, since };
	}
	if (e != ERR_OK || num == 0)
		return e;
	return prove_lists(k, list, num, true, p, d);
}

/* A list of ours that only other servers than the cluster's give. */
static enum err
prove_kept(const struct kinds *k, struct run *r, struct proof *p,
    struct diag *d)
{
	struct health_list l = { .file = NULL };
	struct buf list = { 0 };
	enum err e = run_kept(r, "CTLFile.tlv", &list, d);

	if (e == ERR_OK)
		e = kinds_hex(DIGEST_MD5, buf_bytes(&list), l.md5,
		    sizeof(l.md5), d);
	if (e == ERR_OK)
		e = kinds_hex(DIGEST_SHA1, buf_bytes(&list), l.sha1,
		    sizeof(l.sha1), d);
	if (e == ERR_OK)
		e = prove_list(k, &l, kinds_begun(r, LISTS), p, d);
	buf_clear(&list);
	return e;
}

/* The publisher's CTL, and no other: a node that kept the old one must not prove
 * anybody. */
static enum err
prove_ctl(const struct kinds *k, struct run *r, struct proof *p, struct diag *d)
{
	const struct ctl_file *list;
	struct kinds_seen seen;
	size_t i;
	enum err e = kinds_look(k, false, &seen, d);

	if (e != ERR_OK)
		return e;
	if (kinds_installed(&seen, &i, &list, d) != ERR_OK)
		return prove_kept(k, r, p, d);
	return prove_list(k, &seen.h->node[i].ctl, kinds_begun(r, LISTS), p, d);
}

/* "SEP1, SEP2 and 3 more" */
static void
put_names(struct buf *out, const char *const *name, size_t num)
{
	size_t i;

	for (i = 0; i < num && i < 10; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : ", ", name[i]);
	if (num > 10)
		buf_printf(out, " and %zu more", num - 10);
}

static enum err
refuse_refused(const struct proof *p, struct diag *d)
{
	struct buf names = { 0 };
	enum err e;

	put_names(&names, p->refused, p->num_refused);
	e = buf_cstr(&names) == NULL
	    ? diag_nomem(d)
	    : diag_set(d, ERR_POLICY,
		  "%zu phones refuse the list: %s; go no further: see "
		  "`ctlsmith rescue`, or undo",
		  p->num_refused, buf_cstr(&names));
	buf_clear(&names);
	return e;
}

static enum err
note_waived(const struct kinds *k, struct run *r, const struct plan_step *s,
    const char *const *names, size_t num, struct diag *d)
{
	const struct journal_line line = { .at = k->act->now(k->act->arg),
		.event = JOURNAL_WAIVED,
		.step = s->id,
		.names = names,
		.num_names = num };

	return num == 0 ? ERR_OK : journal_add(run_journal(r), &line, d);
}

/* Phones that are not proven: somebody types how many, or it waits. */
static enum err
ask_lost(const struct kinds *k, struct run *r, const struct plan_step *s,
    const struct proof *p, struct diag *d)
{
	struct buf names = { 0 }, text = { 0 };
	char want[24];
	struct run_question q = { .key = "lost", .want = want };
	struct diag why;
	enum err e;

	diag_init(&why);
	(void)snprintf(want, sizeof(want), "%zu", p->num_open);
	put_names(&names, p->open, p->num_open);
	buf_printf(&text,
	    "%zu phones are not proven to hold the list: %s. They may need a "
	    "visit or rescue. Type %s to go on without them.",
	    p->num_open, buf_cstr(&names) == NULL ? "" : buf_cstr(&names),
	    want);
	q.text = buf_cstr(&text);
	e = q.text == NULL || !buf_ok(&names) ? diag_nomem(d)
					      : run_ask(r, s, &q, &why);
	if (e == ERR_WAITING || e == ERR_POLICY)
		e = diag_set(d, ERR_WAITING,
		    "%zu phones are not proven yet: %s; resume later, or waive "
		    "them with --waive NAME or --answer lost=%s",
		    p->num_open, buf_cstr(&names), want);
	else if (e == ERR_OK)
		e = note_waived(k, r, s, p->open, p->num_open, d);
	else if (q.text != NULL)
		e = diag_set(d, e, "%s", why.msg);
	buf_clear(&names);
	buf_clear(&text);
	return e;
}

/* Who was waived by name need not be asked; it is noted, once. */
static enum err
take_waived(const struct kinds *k, struct run *r, const struct plan_step *s,
    const struct devices *l, struct proof *p, struct diag *d)
{
	size_t i;

	for (i = 0; i < l->num; i++)
		if (!is_waived(k, r, l->name[i]))
			p->open[p->num_open++] = l->name[i];
	for (i = 0; i < k->num_waive; i++)
		kinds_say(k, "waived: %.100s will need a visit or rescue",
		    k->waive[i]);
	return note_waived(k, r, s, k->waive, k->num_waive, d);
}

static enum err
prove(const struct kinds *k, struct run *r, const struct plan_step *s,
    const struct devices *l, struct diag *d)
{
	bool itl = s->argument != NULL && strcmp(s->argument, "itl") == 0;
	struct proof p = { .num_open = 0 };
	size_t asked;
	enum err e;

	p.open = calloc(l->num + 1, sizeof(const char *));
	p.refused = calloc(l->num + 1, sizeof(const char *));
	e = p.open == NULL || p.refused == NULL
	    ? diag_nomem(d)
	    : take_waived(k, r, s, l, &p, d);
	asked = p.num_open;
	if (e == ERR_OK && asked > 0)
		e = itl ? prove_itls(k, r, &p, d) : prove_ctl(k, r, &p, d);
	if (e == ERR_OK && l->num > 0)
		kinds_say(k, "proven: %zu of %zu phones",
		    asked - p.num_open - p.num_refused, l->num);
	if (e == ERR_OK && p.num_refused > 0)
		e = refuse_refused(&p, d);
	else if (e == ERR_OK && p.num_open > 0)
		e = ask_lost(k, r, s, &p, d);
	free((void *)p.open);
	free((void *)p.refused);
	return e;
}

enum err
kinds_prove_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	struct devices l = { .num = 0 };
	enum err e = devices_read(r, &l, d);

	(void)begun;
	if (e == ERR_OK && l.text.len == 0 && run_plan(r)->phones > 0)
		e = diag_set(d, ERR_POLICY,
		    "the baseline has no device, and the plan knows of %u: "
		    "that proves nothing; make the plan anew",
		    run_plan(r)->phones);
	else if (e == ERR_OK && !run_plan(r)->proof && l.num > 0)
		kinds_say(arg,
		    "no phone is proven: this site has no proof, "
		    "and that was answered at the begin");
	else if (e == ERR_OK && l.num > 0)
		e = prove(arg, r, s, &l, d);
	devices_clear(&l);
	return e;
}
