/* SPDX-License-Identifier: Apache-2.0 */
/* `change plan`: looks, plans, prints. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/change_held.h"
#include "cli/change_run.h"
#include "cli/change_tell.h"
#include "cli/models.h"
#include "cli/net.h"
#include "cli/status.h"
#include "workflow/planner.h"

struct work {
	const struct change_opts *o;
	struct opt_line *line;
	struct cluster cluster;
	struct change_act act;
	struct change_held held; /* none: what is served */
	struct plan plan;
	struct doc *doc;
	char inventory[PATH_MAX];
	unsigned class_phones[CLASS_NUM];
	char **what; /* with whole paths */
	size_t num_what;
};

static enum err
check(const struct change_opts *o, struct opt_line *line, struct diag *d)
{
	size_t i;

	if (line->args[0] == NULL)
		return diag_set(d, ERR_USAGE,
		    "what is to be changed? CAPF, CallManager, ...");
	if (o->self_signed && o->ca_signed)
		return diag_set(d, ERR_USAGE,
		    "--self-signed and --ca-signed do not go together");
	for (i = 0; i < o->allow.num; i++)
		if (strcmp(o->allow.at[i], "lose-phones") != 0)
			return diag_set(d, ERR_USAGE,
			    "--allow knows lose-phones, not '%.60s'",
			    o->allow.at[i]);
	if (o->output != NULL && !o->force && access(o->output, F_OK) == 0)
		return diag_set(d, ERR_EXISTS,
		    "%.200s is there already; --force replaces it", o->output);
	return o->output == NULL
	    ? ERR_OK
	    : file_save_check(o->output, o->force ? FILE_CLOBBER : 0, d);
}

static enum err
begin(struct work *w, struct diag *d)
{
	const char *path = w->o->cluster.inventory != NULL
	    ? w->o->cluster.inventory
	    : CLUSTER_INVENTORY;
	enum err e = cluster_open(&w->cluster, &w->o->cluster, d);

	if (e == ERR_OK && realpath(path, w->inventory) == NULL)
		e = diag_set(d, ERR_IO, "%.200s has no path", path);
	if (e == ERR_OK)
		e = change_act_begin(&w->act, w->o, &w->cluster, NULL, d);
	if (e == ERR_OK)
		e = cluster_login(&w->cluster, d);
	return e == ERR_OK ? change_act_look(&w->act, true, &w->act.seen, d)
			   : e;
}

/* The CTL that the publisher serves; NULL: none. */
static const struct ctl_file *
served(const struct work *w)
{
	const struct status *s = w->act.seen;
	size_t i;

	for (i = 0; i < s->survey.num_nodes; i++)
		if (s->survey.node[i].entry->role == INVENTORY_PUBLISHER)
			return s->health.node[i].ctl.file;
	return NULL;
}

/* The CTL that phones hold, as far as is known. */
static const struct ctl_file *
held(const struct work *w)
{
	return w->held.file != NULL ? w->held.file : served(w);
}

/* A module that is not named is no reason to plan nothing: there is no token
 * then, and the planner says where one is needed. */
static enum err
count_tokens(struct work *w, struct planner_input *in, struct diag *d)
{
	bool has_tries;
	unsigned tries;
	struct diag why;
	enum err e;

	if (w->cluster.inventory.signing_keys.num == 0)
		return ERR_OK;
	diag_init(&why);
	e = change_act_tokens(&w->act, held(w), &in->tokens, &has_tries, &tries,
	    &why);
	if (e == ERR_OK)
		e = change_act_new_tokens(&w->act, held(w), &in->new_tokens,
		    &why);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	if (e != ERR_OK)
		out_complain(NULL, &why);
	return ERR_OK;
}

/* By their models, as `accept` has them. */
static enum err
sort_phones(struct work *w, struct planner_input *in, struct diag *d)
{
	const struct survey *s = &w->act.seen->survey;
	const struct models_row *row;
	struct models models = { .num = 0 };
	size_t i;
	enum err e = models_load(NULL, &models, d);

	for (i = 0; e == ERR_OK && i < s->num_devices; i++) {
		const char *model = s->device[i].model;
		enum class class = MODELS_UNKNOWN;

		row = model == NULL ? NULL
				    : models_find(&models, bytes_of_str(model));
		if (row != NULL)
			class = row->class;
		w->class_phones[class]++;
		in->classes |= 1u << class;
	}
	in->class_phones = w->class_phones;
	models_clear(&models);
	return e;
}

static bool
has_files(enum planner_wish wish)
{
	return wish == PLANNER_TO_TOKEN || wish == PLANNER_ADD_TOKEN ||
	    wish == PLANNER_REPLACE_TOKEN || wish == PLANNER_SAST_TRUST_ADD;
}

/* Appends the whole path of FILE, which a run may read from another folder. */
static enum err
put_path(struct buf *out, const char *what, const char *file, struct diag *d)
{
	char path[PATH_MAX];

	if (realpath(file, path) == NULL)
		return diag_errno(d, "realpath", errno, "%.60s: %.200s", what,
		    file);
	buf_str(out, path);
	return ERR_OK;
}

/* Appends WHAT with whole paths: "add-token=FILE", "replace-token=SHA256,FILE". */
static enum err
put_what(struct buf *out, const char *what, struct diag *d)
{
	enum planner_wish wish = PLANNER_CAPF;
	const char *value = planner_wish_value(what);
	char *copy, *rest, *word;
	bool first = true;
	enum err e = ERR_OK;

	if (value == NULL || *value == '\0' ||
	    !planner_wish_of(what, &wish, NULL) || !has_files(wish)) {
		buf_str(out, what);
		return ERR_OK;
	}
	copy = rest = strdup(value);
	if (copy == NULL)
		return diag_nomem(d);
	buf_printf(out, "%.*s", (int)(value - what), what);
	while (e == ERR_OK && (word = strsep(&rest, ",")) != NULL) {
		buf_str(out, first ? "" : ",");
		if (*word == '\0' || (first && wish == PLANNER_REPLACE_TOKEN))
			buf_str(out, word);
		else
			e = put_path(out, planner_wish_name(wish), word, d);
		first = false;
	}
	free(copy);
	return e;
}

static enum err
read_wishes(struct work *w, struct diag *d)
{
	char *const *args = w->line->args;
	struct buf text = { 0 };
	size_t num = 0;
	enum err e = ERR_OK;

	while (args[num] != NULL)
		num++;
	w->what = calloc(num + 1, sizeof(char *));
	if (w->what == NULL)
		return diag_nomem(d);
	for (; e == ERR_OK && w->num_what < num; w->num_what++) {
		e = put_what(&text, args[w->num_what], d);
		if (e == ERR_OK && buf_cstr(&text) == NULL)
			e = diag_nomem(d);
		if (e != ERR_OK)
			break;
		w->what[w->num_what] = (char *)text.ptr;
		text = (struct buf){ 0 };
	}
	buf_clear(&text);
	return e;
}

static enum err
make(struct work *w, struct diag *d)
{
	const struct status *s = w->act.seen;
	struct planner_input in = { .survey = &s->survey,
		.health = &s->health,
		.inventory = &w->cluster.inventory,
		.inventory_path = w->inventory,
		.installed = w->held.file,
		.installed_path = w->held.path,
		.what = (const char *const *)w->what,
		.num_what = w->num_what,
		.ca_signed = w->o->ca_signed,
		.can_prove = change_act_can_prove(w->o),
		.losing = w->o->allow.num > 0,
		.now = s->now };
	enum err e = count_tokens(w, &in, d);

	if (e == ERR_OK)
		e = sort_phones(w, &in, d);
	return e == ERR_OK ? planner_make(&in, &w->plan, &w->doc, d) : e;
}

static enum err
save(const struct work *w, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	if (w->o->output == NULL)
		return ERR_OK;
	e = plan_write(&w->plan, &text, d);
	if (e == ERR_OK)
		e = file_write(w->o->output, buf_bytes(&text),
		    w->o->force ? FILE_CLOBBER : 0, d);
	buf_clear(&text);
	return e;
}

static enum err
work(struct work *w, struct out *out, struct diag *d)
{
	const struct fill fill = fill_for_stdout();
	struct buf text = { 0 };
	enum err e = read_wishes(w, d);

	if (e == ERR_OK && w->o->installed != NULL)
		e = change_held_load(&w->held, w->o->installed, NULL, d);
	if (e == ERR_OK)
		e = begin(w, d);
	if (e == ERR_OK)
		e = make(w, d);
	if (e == ERR_OK)
		e = save(w, d);
	if (e == ERR_OK)
		e = change_tell_plan(&w->plan, w->o->output, &fill, &text, d);
	out_put(out, &text);
	buf_clear(&text);
	return e;
}

enum cmd_exit
change_plan_run(const struct cmd *cmd, struct opt_line *line)
{
	struct change_opts o = { .output = NULL };
	struct out out = { .lost = false };
	struct work *w;
	enum cmd_exit end;
	struct diag d;
	bool done;
	size_t i;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	w = calloc(1, sizeof(*w));
	e = w == NULL ? diag_nomem(&d) : check(&o, line, &d);
	if (w != NULL && e == ERR_OK) {
		w->o = &o;
		w->line = line;
		e = work(w, &out, &d);
	}
	if (w != NULL) {
		for (i = 0; i < w->num_what; i++)
			free(w->what[i]);
		free(w->what);
		change_act_end(&w->act);
		change_held_clear(&w->held);
		doc_free(&w->doc);
		if (w->cluster.opts != NULL)
			cluster_close(&w->cluster);
	}
	free(w);
	if (e == ERR_OK)
		return out_finish(&out, false, CMD_OK);
	out_clear(&out);
	return cmd_refuse(cmd, &d);
}
