/* SPDX-License-Identifier: Apache-2.0 */
/* Asking all nodes, with a line on a terminal for each that is done, and the
 * transcripts of what was said. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/status.h"

#define TRANSCRIPT_MAX ((size_t)4 << 20)

struct looking {
	const struct status_wish *wish;
	size_t num, done;
};

/* One at a time (cluster/survey.h). */
static void
say_done(void *arg, size_t node, const struct diag *why)
{
	struct looking *l = arg;
	const struct inventory_node *n = inventory_node(
	    &l->wish->cluster->inventory, node);
	struct buf line = { 0 };

	l->done++;
	if (!l->wish->live)
		return;
	buf_printf(&line, "%zu/%zu ", l->done, l->num);
	text_put_safe(&line, bytes_of_str(n->name));
	if (why != NULL) {
		buf_str(&line, ": ");
		text_put_safe(&line, bytes_of_str(why->msg));
	}
	buf_str(&line, "\n");
	if (buf_cstr(&line) != NULL)
		(void)fputs(buf_cstr(&line), stderr);
	buf_clear(&line);
}

static bool
trust(void *arg, const char *host, const char *fingerprint)
{
	const struct looking *l = arg;

	return cluster_trust(l->wish->cluster, host, fingerprint);
}

/* One that is ignored would be lost. */
static void
add_deadly(sigset_t *set, int number)
{
	struct sigaction now;

	if (sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		(void)sigaddset(set, number);
}

static enum err
gather(const struct status_wish *w, struct transcript *const *transcripts,
    struct evidence *e, struct diag *d)
{
	struct looking l = { .wish = w,
		.num = inventory_num_nodes(&w->cluster->inventory) };
	const struct survey_setup setup = { .inventory = &w->cluster->inventory,
		.commands = w->cluster->commands,
		.passwords = w->cluster->passwords.node,
		.known_hosts = w->cluster->known_hosts,
		.probe_p12 = w->probe_p12,
		.phones = w->phones,
		.transcripts = transcripts,
		.trust = trust,
		.done = say_done,
		.arg = &l };

	sigset_t ends, before;
	enum err err;

	/* --watch keeps these for its waiting: here nothing is written yet, and
	 * a node may be silent for minutes */
	(void)sigemptyset(&ends);
	add_deadly(&ends, SIGINT);
	add_deadly(&ends, SIGTERM);
	(void)pthread_sigmask(SIG_UNBLOCK, &ends, &before);
	err = survey_gather(&setup, e, d);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

/* ---- Transcripts ---------------------------------------------------------------- */

static void
free_all(struct transcript **all, size_t num)
{
	size_t i;

	for (i = 0; all != NULL && i < num; i++)
		transcript_free(&all[i]);
	free(all);
}

static enum err
new_all(size_t num, struct transcript ***ret, struct diag *d)
{
	struct transcript **all = calloc(num + 1, sizeof(struct transcript *));
	enum err e = all == NULL ? diag_nomem(d) : ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < num; i++)
		e = transcript_new(TRANSCRIPT_MAX, &all[i], d);
	if (e == ERR_OK)
		*ret = all;
	else
		free_all(all, num);
	return e;
}

static enum err
save_one(const char *folder, const char *node, struct transcript *t,
    struct diag *d)
{
	struct buf path = { 0 };
	enum err e = ERR_OK;

	buf_printf(&path, "%s/", folder);
	evidence_put_node(&path, node);
	buf_str(&path, ".txt");
	e = buf_cstr(&path) == NULL
	    ? diag_nomem(d)
	    : file_write(buf_cstr(&path), transcript_text(t),
		  FILE_CLOBBER | FILE_PRIVATE, d);
	buf_clear(&path);
	return e;
}

static enum err
save_all(const struct status_wish *w, struct transcript *const *all,
    struct diag *d)
{
	const struct inventory *inv = &w->cluster->inventory;
	enum err e = ERR_OK;
	size_t i;

	if (w->transcripts == NULL)
		return ERR_OK;
	if (mkdir(w->transcripts, 0777) != 0 && errno != EEXIST)
		return diag_errno(d, "mkdir", errno, "%.200s", w->transcripts);
	for (i = 0; e == ERR_OK && i < inventory_num_nodes(inv); i++)
		e = save_one(w->transcripts, inventory_node(inv, i)->name,
		    all[i], d);
	return e;
}

enum err
status_look(const struct status_wish *w, struct evidence **ret, struct out *out,
    struct diag *d)
{
	const struct inventory *inv = &w->cluster->inventory;
	size_t num = inventory_num_nodes(inv);
	struct transcript **all = NULL;
	struct evidence *e = NULL;
	enum err err = new_all(num, &all, d);

	if (err == ERR_OK)
		err = evidence_new(&e, d);
	if (err == ERR_OK)
		err = gather(w, all, e, d);
	if (err == ERR_OK)
		err = save_all(w, all, d);
	if (err == ERR_OK)
		err = status_add_own(e, inv, out, d);
	if (err == ERR_OK)
		err = status_add_tokens(e, inv, w->module, out, d);
	if (err == ERR_OK)
		err = status_keep_lists(e, inv, d);
	free_all(all, num);
	if (err == ERR_OK)
		*ret = e;
	else
		evidence_free(&e);
	return err;
}
