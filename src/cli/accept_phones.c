/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accept_phones.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/accept_rows.h"
#include "cli/input.h"
#include "cli/paths.h"
#include "cli/progress.h"
#include "data/csv.h"
#include "data/scalar.h"

/* ---- Lists ---------------------------------------------------------------------- */

/* Takes ONE over. */
static enum err
add_list(struct accept_phones *p, struct accept_file *one, struct diag *d)
{
	struct accept_file *more;

	more = reallocarray(p->list, p->num_lists + 1, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	p->list = more;
	p->list[p->num_lists++] = *one;
	memset(one, 0, sizeof(*one));
	return ERR_OK;
}

static enum err
load_list(struct accept_phones *p, const char *path, const char **ret_where,
    struct diag *d)
{
	struct accept_file one;
	enum err e;

	*ret_where = path;
	e = accept_file_load(path, &one, d);
	if (e == ERR_OK && ctl_kind(one.f) != CTL_KIND_CTL)
		e = diag_set(d, ERR_UNSUPPORTED,
		    "this is no CTL, by which alone phones that have one "
		    "judge");
	if (e == ERR_OK)
		e = add_list(p, &one, d);
	accept_file_clear(&one);
	return e;
}

const struct ctl_file *
accept_phones_offer(const struct accept_phones *p)
{
	return p->list[p->num_installed].f;
}

/* ---- Groups --------------------------------------------------------------------- */

enum {
	GROUP_NAME,
	GROUP_NODE,
	GROUP_COLUMNS
};

static const struct csv_column group_columns[GROUP_COLUMNS] = {
	[GROUP_NAME] = { "group", "callmanager group", true },
	[GROUP_NODE] = { "node", "nodes", true },
};

static enum err
add_member(struct accept_team *t, size_t node, struct diag *d)
{
	size_t *more;
	size_t i;

	for (i = 0; i < t->num; i++)
		if (t->node[i] == node)
			return ERR_OK;
	more = reallocarray(t->node, t->num + 1, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	t->node = more;
	t->node[t->num++] = node;
	return ERR_OK;
}

/* One that is left out might be the one that decides for the group. */
static enum err
add_members(struct accept_nodes *ns, struct accept_team *t, const struct csv *c,
    struct diag *d)
{
	struct bytes field = csv_field(c, GROUP_NODE);
	const char *at = (const char *)field.ptr, *end = at + field.len;
	struct accept_node *node;
	enum err e = ERR_OK;

	while (e == ERR_OK && at < end) {
		size_t len = 0;

		while (at + len < end && strchr(" ,;\t\r\n", at[len]) == NULL)
			len++;
		if (len > 0)
			e = accept_nodes_get(ns, bytes_of(at, len), &node, d);
		if (e == ERR_OK && len > 0 && node == NULL)
			e = csv_refuse(c, GROUP_NODE, d,
			    "'%.*s' is none of the nodes that --nodes names",
			    len > 60 ? 60 : (int)len, at);
		else if (e == ERR_OK && len > 0)
			e = add_member(t, (size_t)(node - ns->node), d);
		at += len + 1;
	}
	return e;
}

static enum err
read_group(struct accept_phones *p, struct accept_nodes *ns,
    const struct csv *c, struct diag *d)
{
	struct bytes name = csv_field(c, GROUP_NAME);
	struct accept_team *more;
	size_t i;
	enum err e;

	if (name.len == 0)
		return csv_refuse(c, GROUP_NAME, d, "a group without a name");
	if (csv_field(c, GROUP_NODE).len == 0)
		return csv_refuse(c, GROUP_NODE, d, "a group without a node");
	e = intern_add(&p->groups, name, &i, NULL, d);
	if (e == ERR_OK && i == ACCEPT_GROUPS_MAX)
		return diag_set(d, ERR_TOO_BIG, "more than %d groups",
		    ACCEPT_GROUPS_MAX);
	if (e == ERR_OK && i == p->num_teams) {
		/* one more for those of no group */
		more = reallocarray(p->team, i + 2, sizeof(*more));
		if (more == NULL)
			return diag_nomem(d);
		p->team = more;
		memset(&p->team[i], 0, 2 * sizeof(*more));
		p->num_teams++;
	}
	if (e == ERR_OK)
		e = add_members(ns, &p->team[i], c, d);
	return e;
}

static enum err
load_groups(struct accept_phones *p, const char *path, struct accept_nodes *ns,
    struct diag *d)
{
	struct buf text = { 0 };
	struct csv *c = NULL;
	bool more = true;
	enum err e;

	e = input_load(path, FILE_MAX_DEFAULT, &text, d);
	if (e == ERR_OK)
		e = csv_open(buf_bytes(&text), group_columns, GROUP_COLUMNS, &c,
		    d);
	while (e == ERR_OK && more) {
		e = csv_next(c, &more, d);
		if (e == ERR_OK && more)
			e = read_group(p, ns, c, d);
	}
	if (e == ERR_OK && p->num_teams == 0)
		e = diag_set(d, ERR_SYNTAX, "there is no group in it");
	p->has_groups = true;
	csv_free(&c);
	buf_clear(&text);
	return e;
}

/* Gives each group its TVS; the last one has none that is known. */
static enum err
ready_groups(struct accept_phones *p, const struct accept_nodes *ns,
    struct diag *d)
{
	struct accept_team *t;
	size_t i, j;

	for (i = 0; i < p->num_teams; i++) {
		t = &p->team[i];
		t->tvs = calloc(t->num + 1, sizeof(*t->tvs));
		if (t->tvs == NULL)
			return diag_nomem(d);
		for (j = 0; j < t->num; j++)
			t->tvs[j] = ns->tvs[t->node[j]];
		t->g = (struct accept_group){
			.name = (const char *)intern_key(&p->groups, i).ptr,
			.tvs = t->tvs,
			.num_tvs = t->num
		};
	}
	if (p->has_groups)
		p->team[p->num_teams].g.name = "?";
	return ERR_OK;
}

/* ---- The archive ---------------------------------------------------------------- */

/* Which list each hash is of. */
struct lookup {
	struct accept_phones *p;
	size_t *list_of;                 /* by hash */
	bool wanted[DIGEST_MAX_LEN + 1]; /* a hash of that length is asked */
};

static enum err
lookup_begin(struct lookup *l, struct accept_phones *p, struct diag *d)
{
	size_t i;

	*l = (struct lookup){ .p = p };
	l->list_of = calloc(p->hashes.num + 1, sizeof(*l->list_of));
	if (l->list_of == NULL)
		return diag_nomem(d);
	for (i = 0; i < p->hashes.num; i++) {
		l->list_of[i] = ACCEPT_NONE;
		l->wanted[intern_key(&p->hashes, i).len] = true;
	}
	return ERR_OK;
}

/* LIST, whose bytes are RAW, is what its hashes mean. *RET: somebody asked. */
static enum err
lookup_add(struct lookup *l, struct bytes raw, size_t list, bool *ret,
    struct diag *d)
{
	static const enum digest kinds[] = { DIGEST_MD5, DIGEST_SHA1,
		DIGEST_SHA256, DIGEST_SHA512 };
	struct digest_value v;
	enum err e = ERR_OK;
	size_t i, at;

	*ret = false;
	for (i = 0; e == ERR_OK && i < DOC_NUM(kinds); i++) {
		if (!l->wanted[digest_len(kinds[i])])
			continue;
		e = digest_of(kinds[i], &raw, 1, &v, d);
		if (e != ERR_OK ||
		    !intern_find(&l->p->hashes, digest_bytes(&v), &at))
			continue;
		*ret = true;
		if (l->list_of[at] == ACCEPT_NONE)
			l->list_of[at] = list;
	}
	return e;
}

/* Reads PATH of the archive, and keeps it where a phone has it. */
static enum err
look_at(struct lookup *l, const char *path, struct out *out, struct diag *d)
{
	struct accept_file one = { .f = NULL };
	struct diag why;
	bool asked = false;
	enum err e;

	diag_init(&why);
	e = input_load(path, FILE_MAX_DEFAULT, &one.bytes, &why);
	if (e == ERR_OK)
		e = lookup_add(l, buf_bytes(&one.bytes), l->p->num_lists,
		    &asked, &why);
	if (e == ERR_OK && asked) {
		one.path = strdup(path);
		e = one.path == NULL ? diag_nomem(&why)
				     : ctl_parse(buf_bytes(&one.bytes),
					   CTL_KIND_CTL, &one.f, &why);
	}
	if (e == ERR_OK && asked)
		e = add_list(l->p, &one, &why);
	accept_file_clear(&one);
	if (e == ERR_NOMEM)
		*d = why;
	else if (e != ERR_OK)
		out_error(out, path, &why);
	return e == ERR_NOMEM ? e : ERR_OK;
}

static enum err
search_archive(struct lookup *l, const char *folder, struct out *out,
    struct diag *d)
{
	char *args[] = { strdup(folder), NULL };
	struct paths *paths = NULL;
	struct progress bar;
	struct path path;
	size_t done = 0;
	enum err e;

	if (args[0] == NULL)
		return diag_nomem(d);
	progress_init(&bar, args);
	e = paths_new(&paths, args, d);
	while (e == ERR_OK && paths_next(paths, &path)) {
		if (path.error != NULL)
			out_error(out, path.name, path.error);
		else
			e = look_at(l, path.name, out, d);
		progress_step(&bar, ++done);
	}
	progress_hide(&bar, STDERR_FILENO);
	paths_free(&paths);
	free(args[0]);
	return e;
}

/* Where a list was added and then not kept, its hashes are nobody's. */
static void
forget_unread(struct lookup *l)
{
	size_t i;

	for (i = 0; i < l->p->hashes.num; i++)
		if (l->list_of[i] != ACCEPT_NONE &&
		    l->list_of[i] >= l->p->num_lists)
			l->list_of[i] = ACCEPT_NONE;
}

static enum err
find_lists(struct lookup *l, const char *archive, struct out *out,
    struct diag *d)
{
	struct accept_phones *p = l->p;
	enum err e = ERR_OK;
	bool asked;
	size_t i;

	if (p->hashes.num == 0)
		return ERR_OK;
	for (i = 0; e == ERR_OK && i < p->num_lists; i++)
		e = lookup_add(l, buf_bytes(&p->list[i].bytes), i, &asked, d);
	if (e == ERR_OK && archive != NULL)
		e = search_archive(l, archive, out, d);
	forget_unread(l);
	return e;
}

/* ---- Questions ------------------------------------------------------------------ */

static enum err
ask(struct accept_phones *p, enum class class, size_t list, size_t group,
    size_t *ret, struct diag *d)
{
	struct accept_question *more,
	    q = { .class = class, .list = list, .group = group };
	size_t key[3] = { (size_t) class, list, group };
	bool is_new;
	enum err e;

	e = intern_add(&p->questions, bytes_of(key, sizeof(key)), ret, &is_new,
	    d);
	if (e != ERR_OK || !is_new)
		return e;
	more = reallocarray(p->question, *ret + 1, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	p->question = more;
	p->question[*ret] = q;
	p->num_questions = *ret + 1;
	return ERR_OK;
}

/* The question that ROW is of. */
static enum err
ask_of(struct accept_phones *p, const struct lookup *l,
    const struct accept_row *row, size_t *ret, struct diag *d)
{
	size_t list = p->num_installed > 0 ? 0 : ACCEPT_NONE;
	size_t group = ACCEPT_NONE;

	if (row->hash != ACCEPT_NONE) {
		list = l->list_of[row->hash];
		p->num_no_list += list == ACCEPT_NONE;
	}
	if ((class_traits(row->class) & CLASS_HOLDS) == 0)
		list = ACCEPT_NONE;
	else if (row->empty)
		list = ACCEPT_NOTHING;
	if (p->has_groups)
		group = row->group < p->num_teams ? row->group : p->num_teams;
	return ask(p, row->class, list, group, ret, d);
}

static int
by_class(const void *a, const void *b)
{
	const struct accept_question *const *x = a, *const *y = b;

	if ((*x)->class != (*y)->class)
		return (*x)->class < (*y)->class ? -1 : 1;
	if ((*x)->list != (*y)->list)
		return (*x)->list < (*y)->list ? -1 : 1;
	return ((*x)->group > (*y)->group) - ((*x)->group < (*y)->group);
}

/* Puts the questions in order: RANK[i] is the place of the i-th. */
static enum err
sort_questions(struct accept_phones *p, size_t *rank, struct diag *d)
{
	size_t i, n = p->num_questions;
	struct accept_question **at = calloc(n + 1,
	    sizeof(struct accept_question *));
	struct accept_question *sorted = calloc(n + 1, sizeof(*sorted));

	if (at == NULL || sorted == NULL) {
		free(at);
		free(sorted);
		return diag_nomem(d);
	}
	for (i = 0; i < n; i++)
		at[i] = &p->question[i];
	if (n > 1)
		qsort(at, n, sizeof(struct accept_question *), by_class);
	for (i = 0; i < n; i++) {
		sorted[i] = *at[i];
		rank[at[i] - p->question] = i;
	}
	free(at);
	free(p->question);
	p->question = sorted;
	return ERR_OK;
}

/* Counts the phones of each question, whose places RANK says, and puts them
 * behind one another. */
static void
place_phones(struct accept_phones *p, const size_t *rank)
{
	struct accept_question *q;
	size_t i, at = 0;

	for (i = 0; i < p->num; i++) {
		p->question_of[i] = rank[p->question_of[i]];
		p->question[p->question_of[i]].num++;
	}
	for (i = 0; i < p->num_questions; i++) {
		p->question[i].first = at;
		at += p->question[i].num;
		p->question[i].num = 0;
	}
	for (i = 0; i < p->num; i++) {
		q = &p->question[p->question_of[i]];
		p->order[q->first + q->num++] = i;
	}
}

static enum err
sort_phones(struct accept_phones *p, struct diag *d)
{
	size_t *rank = calloc(p->num_questions + 1, sizeof(*rank));
	enum err e;

	if (rank == NULL)
		return diag_nomem(d);
	e = sort_questions(p, rank, d);
	if (e == ERR_OK)
		place_phones(p, rank);
	free(rank);
	return e;
}

/* Finds the question of each row. */
static enum err
ask_rows(struct accept_phones *p, const struct lookup *l,
    const struct accept_rows *rows, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	p->question_of = calloc(rows->num + 1, sizeof(*p->question_of));
	p->name_of = calloc(rows->num + 1, sizeof(*p->name_of));
	p->order = calloc(rows->num + 1, sizeof(*p->order));
	if (p->question_of == NULL || p->name_of == NULL || p->order == NULL)
		return diag_nomem(d);
	p->num = rows->num;
	for (i = 0; e == ERR_OK && i < rows->num; i++) {
		p->name_of[i] = rows->at[i].name;
		e = ask_of(p, l, &rows->at[i], &p->question_of[i], d);
	}
	return e == ERR_OK ? sort_phones(p, d) : e;
}

/* Without phones: every class, for every installed list. */
static enum err
ask_all(struct accept_phones *p, struct diag *d)
{
	size_t list = p->num_installed > 0 ? 0 : ACCEPT_NONE, none, i;
	enum err e = ERR_OK;
	int class;

	for (class = 0; e == ERR_OK && class < CLASS_NUM; class ++) {
		bool holds = (class_traits((enum class) class) & CLASS_HOLDS) !=
		    0;
		for (i = 0;
		     e == ERR_OK && i < (p->has_groups ? p->num_teams : 1); i++)
			e = ask(p, (enum class) class,
			    holds ? list : ACCEPT_NONE,
			    p->has_groups ? i : ACCEPT_NONE, &none, d);
	}
	return e;
}

enum err
accept_phones_load(struct accept_phones *p, const struct accept_phones_wish *w,
    struct accept_nodes *ns, const char **ret_where, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < w->installed->num; i++)
		e = load_list(p, w->installed->at[i], ret_where, d);
	p->num_installed = i;
	if (e == ERR_OK)
		e = load_list(p, w->offer, ret_where, d);
	if (e == ERR_OK && (*ret_where = w->groups) != NULL)
		e = load_groups(p, w->groups, ns, d);
	if (e == ERR_OK) {
		*ret_where = w->models;
		e = models_load(w->models, &p->models, d);
	}
	p->is_given = w->phones != NULL;
	if (e == ERR_OK)
		*ret_where = w->phones;
	return e;
}

enum err
accept_phones_ready(struct accept_phones *p, const struct accept_phones_wish *w,
    const struct accept_nodes *ns, struct out *out, struct diag *d)
{
	struct accept_rows rows = { .num = 0 };
	struct lookup l = { .p = p };
	enum err e;

	e = ready_groups(p, ns, d);
	if (e == ERR_OK && !p->is_given)
		return ask_all(p, d);
	if (e == ERR_OK)
		e = accept_rows_read(&rows, p, w->phones, d);
	if (e == ERR_OK)
		e = lookup_begin(&l, p, d);
	if (e == ERR_OK)
		e = find_lists(&l, w->archive, out, d);
	if (e == ERR_OK)
		e = ask_rows(p, &l, &rows, d);
	free(l.list_of);
	accept_rows_clear(&rows);
	return e;
}

struct bytes
accept_phones_name(const struct accept_phones *p, size_t i)
{
	return intern_key(&p->names, p->name_of[p->order[i]]);
}

void
accept_phones_clear(struct accept_phones *p)
{
	size_t i;

	for (i = 0; i < p->num_lists; i++)
		accept_file_clear(&p->list[i]);
	for (i = 0; i < p->num_teams; i++) {
		free(p->team[i].node);
		free(p->team[i].tvs);
	}
	free(p->list);
	free(p->team);
	free(p->question_of);
	free(p->name_of);
	free(p->order);
	free(p->question);
	models_clear(&p->models);
	intern_clear(&p->names);
	intern_clear(&p->groups);
	intern_clear(&p->hashes);
	intern_clear(&p->questions);
	buf_clear(&p->notes);
	memset(p, 0, sizeof(*p));
}
