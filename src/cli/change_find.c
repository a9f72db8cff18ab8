/* SPDX-License-Identifier: Apache-2.0 */
/* Runs that are kept, for whoever names no plan. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/change_run.h"

/* What was found so far. */
struct search {
	bool open; /* only those that are not at their end count */
	char best[PATH_MAX], second[PATH_MAX];
	int64_t best_at;
	size_t num;
};

enum err
change_run_state(const struct change_opts *o, struct buf *ret, struct diag *d)
{
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (o->token.state != NULL)
		buf_str(ret, o->token.state);
	else if (xdg != NULL && xdg[0] == '/')
		buf_printf(ret, "%s/ctlsmith", xdg);
	else if (home != NULL && home[0] == '/')
		buf_printf(ret, "%s/.local/state/ctlsmith", home);
	else
		return diag_set(d, ERR_USAGE,
		    "there is no HOME to keep runs in: --state DIR names a "
		    "folder");
	return buf_cstr(ret) != NULL ? ERR_OK : diag_nomem(d);
}

static bool
has_ended(const struct journal *j)
{
	size_t i;

	for (i = journal_num(j); i-- > 0;)
		if (journal_at(j, i)->event != JOURNAL_OPEN)
			return journal_at(j, i)->event == JOURNAL_END;
	return false;
}

/* A folder that is none of a run is passed over. */
static void
look_at(struct search *s, const char *folder)
{
	char path[PATH_MAX];
	struct journal *j = NULL;
	struct diag d;
	int64_t at;

	if (snprintf(path, sizeof(path), "%s/journal.jsonl", folder) >=
	    (int)sizeof(path))
		return;
	diag_init(&d);
	if (journal_load(path, NULL, &j, &d) != ERR_OK)
		return;
	at = journal_num(j) == 0 ? 0 : journal_at(j, journal_num(j) - 1)->at;
	if (!s->open || !has_ended(j)) {
		s->num++;
		if (s->num == 1 || at > s->best_at) {
			memcpy(s->second, s->best, sizeof(s->second));
			s->best_at = at;
			(void)snprintf(s->best, sizeof(s->best), "%s", folder);
		} else {
			(void)snprintf(s->second, sizeof(s->second), "%s",
			    folder);
		}
	}
	journal_close(&j);
}

static void
look_below(struct search *s, const char *folder, unsigned depth)
{
	char path[PATH_MAX];
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.' ||
		    snprintf(path, sizeof(path), "%s/%s", folder,
			entry->d_name) >= (int)sizeof(path))
			continue;
		if (depth > 0)
			look_below(s, path, depth - 1);
		else
			look_at(s, path);
	}
	(void)closedir(dir);
}

enum err
change_run_find(const char *state, bool open, struct buf *ret, struct diag *d)
{
	struct search *s = calloc(1, sizeof(*s));
	char path[PATH_MAX];
	enum err e = ERR_OK;

	if (s == NULL)
		return diag_nomem(d);
	s->open = open;
	(void)snprintf(path, sizeof(path), "%.4000s/changes", state);
	look_below(s, path, 1);
	if (s->num == 0)
		e = diag_set(d, ERR_ABSENT, "no run is kept in %.150s%s", path,
		    open ? " that is not at its end" : "");
	else if (open && s->num > 1)
		e = diag_set(d, ERR_USAGE,
		    "%zu runs are not at their end; name the plan: "
		    "%.100s/plan.yaml, %.100s/plan.yaml%s",
		    s->num, s->best, s->second, s->num > 2 ? ", ..." : "");
	else
		buf_printf(ret, "%s/plan.yaml", s->best);
	free(s);
	return e == ERR_OK && buf_cstr(ret) == NULL ? diag_nomem(d) : e;
}
