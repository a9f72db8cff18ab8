/* SPDX-License-Identifier: Apache-2.0 */
/* What is wanted, read from words. */
#include <string.h>

#include "workflow/planner_parts.h"

static const struct wish_row {
	const char *name;
	bool node;
} rows[PLANNER_NUM_WISHES] = {
#define PLANNER_ROW(id, name, node) [id] = { name, node },
	PLANNER_WISHES(PLANNER_ROW)
#undef PLANNER_ROW
};

/* What must stand behind '='. */
static const char *const values[PLANNER_NUM_WISHES] = {
	[PLANNER_TO_TOKEN] = ("FILEs with the certificates of the tokens, "
			      "commas between"),
	[PLANNER_ADD_TOKEN] = "FILE with the certificate of the token",
	[PLANNER_REPLACE_TOKEN] =
	    ("SHA256 of the token that goes, and FILE of the one that comes, "
	     "with a comma between"),
	[PLANNER_LOST_TOKEN] = "SHA256 of the lost token's certificate",
	[PLANNER_RENAME_NODE] = "NAME that the node gets",
	[PLANNER_CHANGE_ADDRESS] = "ADDRESS that the node gets",
	[PLANNER_TRUST_DELETE] = "STORE/NAME.pem of the certificate",
	[PLANNER_SAST_TRUST_ADD] = "FILE with the certificate",
	[PLANNER_SAST_TRUST_REMOVE] = "NAME.pem of the certificate",
};

const char *
planner_wish_name(enum planner_wish wish)
{
	return rows[wish].name;
}

const char *
planner_wish_wants(enum planner_wish wish)
{
	return values[wish];
}

const char *
planner_wish_value(const char *what)
{
	const char *equals = strchr(what, '=');

	return equals == NULL ? NULL : equals + 1;
}

bool
planner_wish_of(const char *what, enum planner_wish *ret, const char **ret_node)
{
	const size_t len = strcspn(what, "@=");
	size_t i;

	for (i = 0; i < PLANNER_NUM_WISHES; i++)
		if (strlen(rows[i].name) == len &&
		    memcmp(rows[i].name, what, len) == 0) {
			*ret = (enum planner_wish)i;
			if (ret_node != NULL)
				*ret_node = what[len] == '@' ? what + len + 1
							     : NULL;
			return true;
		}
	return false;
}

const char *
planner_unit(enum planner_wish wish)
{
	return wish <= PLANNER_ITLRECOVERY ? rows[wish].name : NULL;
}

/* ---- Reading. ---- */

static bool
needs_place(enum planner_wish wish)
{
	return wish == PLANNER_ADD_NODE || wish == PLANNER_REMOVE_NODE ||
	    wish == PLANNER_RENAME_NODE || wish == PLANNER_CHANGE_ADDRESS;
}

static enum err
check_value(const struct planner *p, const struct planner_want *w)
{
	if (w->value != NULL && w->value[0] == '\0')
		return diag_set(p->d, ERR_USAGE, "%.100s: nothing behind '='",
		    w->what);
	if (values[w->wish] == NULL && w->value != NULL)
		return diag_set(p->d, ERR_USAGE, "%.100s: %s takes no value",
		    w->what, rows[w->wish].name);
	if (values[w->wish] != NULL && w->value == NULL)
		return diag_set(p->d, ERR_USAGE,
		    "%s wants a value: %s%s=VALUE, the %s", rows[w->wish].name,
		    rows[w->wish].name, rows[w->wish].node ? "@NODE" : "",
		    values[w->wish]);
	return ERR_OK;
}

static enum err
find_place(struct planner *p, struct planner_want *w)
{
	size_t i;

	if (w->place == NULL && needs_place(w->wish))
		return diag_set(p->d, ERR_USAGE, "%s wants a node: %s@NODE",
		    rows[w->wish].name, rows[w->wish].name);
	if (w->place == NULL)
		return ERR_OK;
	if (!rows[w->wish].node)
		return diag_set(p->d, ERR_USAGE,
		    "%.100s: %s is of the whole cluster, and has no @NODE",
		    w->what, rows[w->wish].name);
	for (i = 0; i < p->num_nodes; i++)
		if (strcmp(p->node[i].name, w->place) == 0) {
			w->has_node = true;
			w->node = i;
			return ERR_OK;
		}
	if (w->wish == PLANNER_ADD_NODE && w->place[0] != '\0')
		return ERR_OK;
	return diag_set(p->d, ERR_USAGE,
	    "%.100s: the inventory has no node %.100s", w->what, w->place);
}

static enum err
take(struct planner *p, const char *what)
{
	struct planner_want *w = &p->want[p->num_wants];
	const char *place = NULL;
	enum err e;

	if (p->num_wants == PLANNER_WANTS_MAX)
		return diag_set(p->d, ERR_TOO_BIG, "more than %d wishes",
		    PLANNER_WANTS_MAX);
	*w = (struct planner_want){ .what = what,
		.value = planner_wish_value(what) };
	if (!planner_wish_of(what, &w->wish, &place))
		return diag_set(p->d, ERR_USAGE, "nothing is called %.100s",
		    what);
	if (place != NULL)
		w->place = planner_text(p, "%.*s", (int)strcspn(place, "="),
		    place);
	planner_put_word(p, &p->wishes, planner_text(p, "%s", what));
	e = find_place(p, w);
	if (e == ERR_OK)
		e = check_value(p, w);
	p->num_wants++;
	return e;
}

/* Two of the same, of the same node or one of all. */
static bool
is_again(const struct planner_want *a, const struct planner_want *b)
{
	return a->wish == b->wish &&
	    (!a->has_node || !b->has_node || a->node == b->node);
}

static enum err
check_together(const struct planner *p)
{
	const struct planner_want *w = p->want;
	size_t i, k;

	for (i = 0; i < p->num_wants; i++)
		for (k = 0; k < i; k++) {
			if (is_again(&w[i], &w[k]))
				return diag_set(p->d, ERR_USAGE,
				    "%.100s is wanted twice", w[i].what);
			if (planner_unit(w[i].wish) == NULL ||
			    planner_unit(w[k].wish) == NULL)
				return diag_set(p->d, ERR_USAGE,
				    "%.100s and %.100s do not go together: "
				    "one plan after the other",
				    w[k].what, w[i].what);
		}
	return ERR_OK;
}

enum err
planner_wishes(struct planner *p)
{
	enum err e = ERR_OK;
	size_t i;

	if (p->in->num_what == 0)
		return diag_set(p->d, ERR_USAGE, "nothing is wanted");
	for (i = 0; e == ERR_OK && i < p->in->num_what; i++)
		e = take(p, p->in->what[i]);
	if (e == ERR_OK)
		e = check_together(p);
	return e != ERR_OK ? e : p->nomem ? diag_nomem(p->d) : ERR_OK;
}
