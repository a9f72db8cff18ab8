/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk.h"

#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/bulk_say.h"
#include "cli/bulk_work.h"
#include "cli/out.h"

#define GROUP_MAX 256
#define NUM_GROUPS 2
/* The main thread looks this often for signals, and draws the bar. */
#define LOOK_NS 50000000L

struct group {
	struct bulk_item item[GROUP_MAX];
	size_t num;
	size_t next;     /* to be looked at by whoever takes one */
	size_t busy;     /* items at work */
	uint64_t number; /* in the journal */
};

struct run;

struct member {
	struct run *run;
	pthread_t thread;
	struct signer_seat seat;
	struct bulk_worker *worker;
	bool has_seat, is_started;
};

struct run {
	struct bulk_plan *plan;
	struct signer *signer;
	struct bulk_shared shared;
	struct bulk_disks disks;
	struct bulk_journal *journal; /* or NULL */
	struct paths *paths;
	struct seen seen;
	char cwd[PATH_MAX];
	bool is_fed; /* there are no more paths */

	struct member *members;
	unsigned num_members;

	pthread_mutex_t lock; /* of what follows, and of the groups */
	pthread_cond_t work;  /* there is some, or an end */
	pthread_cond_t news;  /* for the main thread */
	struct group *groups; /* a ring: group I in place I % NUM_GROUPS */
	size_t first, last;   /* those at work */
	size_t done;          /* items */
	bool home;            /* no more is to be taken */
	enum err failed;      /* why the run cannot go on; */
	struct diag why;      /* that */

	bool interrupted;
	sigset_t signals; /* that do so */
	struct out_printer printer;
	struct progress progress;
	struct bulk_counts counts;
	enum cmd_exit end;
};

static struct group *
group_at(const struct run *r, size_t index)
{
	return &r->groups[index % NUM_GROUPS];
}

static bool
is_stopped(struct run *r)
{
	bool is;

	(void)pthread_mutex_lock(&r->lock);
	is = r->interrupted || r->failed != ERR_OK;
	(void)pthread_mutex_unlock(&r->lock);
	return is;
}

/* ---- Threads ------------------------------------------------------------------------------ */

/* An item of G that nobody has taken, or NULL. */
static struct bulk_item *
take_from(struct group *g)
{
	struct bulk_item *item;

	while (g->next < g->num) {
		item = &g->item[g->next++];
		if (item->result == BULK_TODO) {
			g->busy++;
			return item;
		}
	}
	return NULL;
}

/* Waits for an item; NULL where there will be none. */
static struct bulk_item *
take(struct run *r, struct group **ret)
{
	struct bulk_item *item = NULL;
	size_t i;

	(void)pthread_mutex_lock(&r->lock);
	for (;;) {
		for (i = r->first; !r->home && item == NULL && i < r->last;
		     i++) {
			*ret = group_at(r, i);
			item = take_from(*ret);
		}
		if (r->home || item != NULL)
			break;
		(void)pthread_cond_wait(&r->work, &r->lock);
	}
	(void)pthread_mutex_unlock(&r->lock);
	return item;
}

static void
give(struct run *r, struct group *g, enum err e, const struct diag *d)
{
	(void)pthread_mutex_lock(&r->lock);
	g->busy--;
	r->done++;
	if (e != ERR_OK && r->failed == ERR_OK) {
		r->failed = e;
		r->why = *d;
	}
	if (e != ERR_OK)
		r->home = true;
	if (g->busy == 0 && (g->next == g->num || r->home))
		(void)pthread_cond_signal(&r->news);
	(void)pthread_mutex_unlock(&r->lock);
}

static void *
work(void *arg)
{
	struct member *m = arg;
	struct group *g = NULL;
	struct bulk_item *item;
	struct diag d;
	enum err e;

	while ((item = take(m->run, &g)) != NULL) {
		e = bulk_work(m->worker, item, &d);
		give(m->run, g, e, &d);
	}
	return NULL;
}

static void
leave(struct member *m)
{
	bulk_worker_free(&m->worker);
	if (m->has_seat)
		signer_leave(&m->seat);
	m->has_seat = false;
}

/* Makes all that M needs. */
static enum err
seat(struct run *r, struct member *m, bool own, struct diag *d)
{
	enum err e = ERR_OK;

	m->run = r;
	if (!r->plan->opts->dry_run)
		e = signer_seat(r->signer, own, &m->seat, d);
	m->has_seat = e == ERR_OK && !r->plan->opts->dry_run;
	if (e == ERR_OK)
		e = bulk_worker_new(&m->worker, &r->shared,
		    m->has_seat ? &m->seat : NULL, d);
	if (e != ERR_OK)
		leave(m);
	return e;
}

static unsigned
num_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return (unsigned)CPU_COUNT(&set);
}

/* No more than there is work for. A key that asks for its PIN each time is for
 * one at a time, as the person is. */
static unsigned
num_wanted(const struct run *r)
{
	unsigned jobs = r->plan->opts->jobs;
	size_t most = group_at(r, r->first)->num;

	if (r->signer->key != NULL &&
	    tok_key_always_authenticates(r->signer->key))
		return 1;
	if (jobs == 0)
		jobs = num_cores();
	if (jobs > OPT_NUMBER_MAX)
		jobs = OPT_NUMBER_MAX;
	return jobs < most ? jobs : (unsigned)most;
}

/* Starts the threads; one will do where there are no sessions for more. */
static enum err
come(struct run *r, struct diag *d)
{
	unsigned i, wanted = num_wanted(r);
	struct member *m;
	struct diag other;
	enum err e = ERR_OK;

	r->home = false;
	r->members = calloc(wanted, sizeof(*r->members));
	if (r->members == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < wanted; i++) {
		m = &r->members[i];
		e = seat(r, m, wanted > 1 && i > 0, i == 0 ? d : &other);
		if (e != ERR_OK)
			break;
		m->is_started = pthread_create(&m->thread, NULL, work, m) == 0;
		if (!m->is_started)
			e = diag_set(i == 0 ? d : &other, ERR_NOMEM,
			    "no thread can be started");
		r->num_members = i + 1;
	}
	return i > 0 && r->members[0].is_started ? ERR_OK : e;
}

/* Sends the threads home, once they have ended what they are about. */
static void
go_home(struct run *r)
{
	unsigned i;

	(void)pthread_mutex_lock(&r->lock);
	r->home = true;
	(void)pthread_cond_broadcast(&r->work);
	(void)pthread_mutex_unlock(&r->lock);
	for (i = 0; i < r->num_members; i++) {
		if (r->members[i].is_started)
			(void)pthread_join(r->members[i].thread, NULL);
		leave(&r->members[i]);
	}
	free(r->members);
	r->members = NULL;
	r->num_members = 0;
}

/* ---- Groups ---------------------------------------------------------------------------------- */

/* Appends PATH, made absolute, and a NUL. */
static void
put_absolute(const struct run *r, const struct buf *path, struct buf *out)
{
	if (path->ptr[0] != '/')
		buf_printf(out, "%s/", r->cwd);
	buf_put(out, buf_bytes(path));
	buf_u8(out, '\0');
}

/* Makes ITEM the one for PATH. */
static void
set_item(struct run *r, struct bulk_item *item, const struct path *path)
{
	bulk_item_set(item, r->plan, &r->seen, path);
	if (item->result != BULK_TODO || r->journal == NULL)
		return;
	bulk_put_temp(&item->temp, (const char *)item->target.ptr, r->plan->id);
	if (buf_cstr(&item->temp) == NULL) {
		(void)diag_nomem(&item->error);
		item->result = BULK_FAILED;
	}
}

/* Fills the group behind the last one and hands it to the threads, once the
 * journal knows it. */
static enum err
feed_group(struct run *r, struct diag *d)
{
	struct group *g = group_at(r, r->last);
	struct buf temps = { 0 };
	struct path path;
	enum err e = ERR_OK;

	g->num = g->next = g->busy = 0;
	while (g->num < GROUP_MAX && paths_next(r->paths, &path)) {
		set_item(r, &g->item[g->num], &path);
		if (g->item[g->num].result == BULK_TODO && r->journal != NULL)
			put_absolute(r, &g->item[g->num].temp, &temps);
		g->num++;
	}
	r->is_fed = g->num < GROUP_MAX;
	if (!buf_ok(&temps))
		e = diag_nomem(d);
	if (e == ERR_OK && r->journal != NULL && g->num > 0)
		e = bulk_journal_group(r->journal, buf_bytes(&temps),
		    &g->number, d);
	buf_clear(&temps);
	if (e != ERR_OK || g->num == 0)
		return e;
	(void)pthread_mutex_lock(&r->lock);
	r->last++;
	(void)pthread_cond_broadcast(&r->work);
	(void)pthread_mutex_unlock(&r->lock);
	return ERR_OK;
}

/* Whatever stops the main thread stops the run. */
static void
fail(struct run *r, enum err e, const struct diag *d)
{
	(void)pthread_mutex_lock(&r->lock);
	if (r->failed == ERR_OK) {
		r->failed = e;
		r->why = *d;
	}
	r->home = true;
	(void)pthread_mutex_unlock(&r->lock);
}

static void
feed(struct run *r)
{
	struct diag d;
	enum err e = ERR_OK;

	while (e == ERR_OK && !r->is_fed && r->last - r->first < NUM_GROUPS)
		e = feed_group(r, &d);
	if (e != ERR_OK)
		fail(r, e, &d);
}

/* ---- To the disk ------------------------------------------------------------------------------- */

static bool
has_ready(const struct group *g)
{
	size_t i;

	for (i = 0; i < g->num; i++)
		if (g->item[i].result == BULK_READY)
			return true;
	return false;
}

/* Gives ITEM, whose temporary file is whole and on the disk, its name. */
static void
name_item(struct bulk_item *item, enum err flushed, const struct diag *why)
{
	const char *temp = (const char *)item->temp.ptr;
	enum err e = flushed;

	if (e != ERR_OK)
		item->error = *why;
	else
		e = bulk_temp_rename(&item->made, temp,
		    (const char *)item->target.ptr, item->replace,
		    &item->error);
	if (e != ERR_OK)
		(void)unlink(temp);
	item->result = e == ERR_OK ? BULK_SIGNED : BULK_FAILED;
}

/* Brings what is ready in G to its names. */
static void
commit(struct run *r, struct group *g)
{
	enum err e = ERR_OK;
	struct diag d;
	size_t i;

	if (!has_ready(g))
		return;
	e = bulk_disks_flush(&r->disks, &d);
	for (i = 0; i < g->num; i++)
		if (g->item[i].result == BULK_READY)
			name_item(&g->item[i], e, &d);
	if (e != ERR_OK)
		fail(r, e, &d);
}

/* Prints what there is to say of the items of G. */
static void
say(struct run *r, const struct group *g)
{
	struct out out = { 0 };
	size_t i;

	for (i = 0; i < g->num; i++)
		r->end = out_worse(r->end,
		    bulk_say_item(r->plan, &g->item[i], &r->counts, &out));
	r->end = out_worse(r->end, out_print(&r->printer, &out));
	out_clear(&out);
}

/* Ends the first group, of which all is done. */
static void
end_group(struct run *r)
{
	struct group *g = group_at(r, r->first);
	struct diag d;

	commit(r, g);
	say(r, g);
	if (r->journal != NULL &&
	    bulk_journal_done(r->journal, g->number, &d) != ERR_OK)
		fail(r, d.code, &d);
	(void)pthread_mutex_lock(&r->lock);
	r->first++;
	(void)pthread_mutex_unlock(&r->lock);
}

/* ---- Signals ------------------------------------------------------------------------------------ */

static void
hold_signals(struct run *r)
{
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction old;
	size_t i;

	(void)sigemptyset(&r->signals);
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (sigaction(all[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			(void)sigaddset(&r->signals, all[i]);
	(void)pthread_sigmask(SIG_BLOCK, &r->signals, NULL);
}

/* The second one ends the program at once. */
static void
let_signals(const struct run *r)
{
	(void)pthread_sigmask(SIG_UNBLOCK, &r->signals, NULL);
}

static void
look_for_signals(struct run *r)
{
	struct timespec now = { 0, 0 };

	if (r->interrupted || sigtimedwait(&r->signals, NULL, &now) < 0)
		return;
	r->interrupted = true;
	let_signals(r);
}

/* ---- The run ---------------------------------------------------------------------------------- */

/* Waits for the first group, for a while. True: all of it is done. */
static bool
wait_for_group(struct run *r)
{
	struct group *g = group_at(r, r->first);
	struct timespec until;
	bool is_done;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_mutex_lock(&r->lock);
	if (!r->home && (g->next < g->num || g->busy > 0))
		(void)pthread_cond_timedwait(&r->news, &r->lock, &until);
	is_done = g->next == g->num && g->busy == 0;
	(void)pthread_mutex_unlock(&r->lock);
	return is_done;
}

/* One shift of the threads: until all is done, or the run is stopped. */
static void
shift(struct run *r)
{
	struct diag d;
	size_t i;

	for (i = r->first; i < r->last; i++)
		group_at(r, i)->next = 0;
	feed(r);
	if (r->first == r->last || is_stopped(r))
		return;
	if (come(r, &d) != ERR_OK)
		fail(r, d.code, &d);
	while (r->first < r->last && !is_stopped(r)) {
		if (wait_for_group(r)) {
			end_group(r);
			if (!is_stopped(r))
				feed(r);
		}
		progress_step(&r->progress, r->done);
		look_for_signals(r);
	}
	go_home(r);
	/* What is ready before somebody may wait for a person. */
	for (i = r->first; i < r->last; i++)
		commit(r, group_at(r, i));
}

/* Has the token put back that was pulled. True: on with it. */
static bool
put_back(struct run *r)
{
	if (r->interrupted || r->failed == ERR_OK || !tok_is_gone(&r->why))
		return false;
	progress_hide(&r->progress, STDERR_FILENO);
	let_signals(r);
	if (signer_put_back(r->signer, &r->why) != ERR_OK)
		return false;
	hold_signals(r);
	r->failed = ERR_OK;
	r->counts.logins++;
	return true;
}

/* One file alone, without a thread. */
static void
run_alone(struct run *r)
{
	struct member m = { .run = r };
	struct group *g = group_at(r, 0);
	struct diag d;
	enum err e;

	feed(r);
	do {
		r->failed = ERR_OK;
		e = seat(r, &m, false, &d);
		if (e == ERR_OK && g->item[0].result == BULK_TODO)
			e = bulk_work(m.worker, &g->item[0], &d);
		leave(&m);
		if (e != ERR_OK)
			fail(r, e, &d);
	} while (put_back(r));
	say(r, g);
	r->first = r->last;
}

static void
run_all(struct run *r)
{
	size_t i;

	hold_signals(r);
	do
		shift(r);
	while (put_back(r));
	look_for_signals(r);
	let_signals(r);
	for (i = r->first; i < r->last; i++)
		say(r, group_at(r, i));
}

/* ---- Beginning and ending ---------------------------------------------------------------------- */

/* The time of the clock, or of the journal. */
static enum err
set_time(struct run *r, int64_t when, struct diag *d)
{
	struct diag why;
	enum err e = ctl_head_time(&r->plan->head, when, &why);

	return e == ERR_OK
	    ? ERR_OK
	    : diag_set(d, e,
		  "the time of the run: %s; --timestamp sets another", why.msg);
}

static enum err
open_journal(struct run *r, struct diag *d)
{
	const struct bulk_opts *o = r->plan->opts;
	int64_t now = o->timestamp == BULK_NOW ? (int64_t)time(NULL)
					       : o->timestamp;
	struct buf path = { 0 };
	size_t num;
	enum err e;

	bulk_put_journal(r->plan, r->signer->run.setup.state, &path);
	if (buf_cstr(&path) == NULL)
		return diag_nomem(d);
	e = bulk_journal_open(buf_cstr(&path), r->plan->id, now, &r->journal,
	    d);
	if (e == ERR_OK && o->restart) {
		bulk_journal_sweep(r->journal, &num);
		bulk_journal_close(&r->journal, true);
		e = bulk_journal_open(buf_cstr(&path), r->plan->id, now,
		    &r->journal, d);
	}
	buf_clear(&path);
	if (e != ERR_OK)
		return e;
	e = set_time(r, bulk_journal_time(r->journal), d);
	if (e != ERR_OK)
		return e;
	r->shared.resumed = bulk_journal_is_resumed(r->journal);
	if (r->shared.resumed)
		bulk_say_resumed(bulk_journal_time(r->journal));
	return ERR_OK;
}

static size_t
count_paths(char *const *args)
{
	return paths_count_by(&bulk_taste, args);
}

static enum err
begin(struct run *r, struct diag *d)
{
	pthread_condattr_t attr;
	enum err e;

	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_mutex_init(&r->shared.large, NULL);
	(void)pthread_cond_init(&r->work, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&r->news, &attr);
	(void)pthread_condattr_destroy(&attr);
	bulk_disks_init(&r->disks);
	progress_init(&r->progress, r->plan->args);
	r->progress.count = count_paths;
	if (r->plan->several)
		r->printer.progress = &r->progress;
	if (r->plan->opts->timestamp == BULK_NOW &&
	    set_time(r, (int64_t)time(NULL), d) != ERR_OK)
		return d->code;
	r->groups = calloc(NUM_GROUPS, sizeof(*r->groups));
	if (r->groups == NULL)
		return diag_nomem(d);
	if (getcwd(r->cwd, sizeof(r->cwd)) == NULL)
		return diag_set(d, ERR_IO, "there is no current folder");
	e = paths_new_by(&r->paths, &bulk_taste, r->plan->args, d);
	if (e == ERR_OK && r->plan->several && !r->plan->opts->dry_run)
		e = open_journal(r, d);
	return e;
}

static void
clear(struct run *r)
{
	size_t i, j;

	for (i = 0; r->groups != NULL && i < NUM_GROUPS; i++)
		for (j = 0; j < GROUP_MAX; j++)
			bulk_item_clear(&r->groups[i].item[j]);
	free(r->groups);
	paths_free(&r->paths);
	seen_clear(&r->seen);
	bulk_journal_close(&r->journal, false);
	bulk_disks_clear(&r->disks);
	(void)pthread_mutex_destroy(&r->lock);
	(void)pthread_mutex_destroy(&r->shared.large);
	(void)pthread_cond_destroy(&r->work);
	(void)pthread_cond_destroy(&r->news);
}

/* All has its name: that too is to outlive a crash, before the journal goes. */
static void
finish(struct run *r)
{
	struct diag d;
	size_t num;

	if (r->journal == NULL)
		return;
	if (bulk_disks_flush(&r->disks, &d) != ERR_OK) {
		fail(r, d.code, &d);
		return;
	}
	bulk_journal_sweep(r->journal, &num);
	bulk_journal_close(&r->journal, true);
}

/* Says how a run ended that did not come to its end. Where it has brought
 * nothing, there is nothing to go on with. */
static enum cmd_exit
end_stopped(struct run *r)
{
	const struct diag *why = r->failed != ERR_OK ? &r->why : NULL;
	bool any = r->counts.signed_ + r->counts.unchanged > 0 ||
	    r->shared.resumed;

	if (r->journal == NULL || (why != NULL && !any)) {
		bulk_journal_close(&r->journal, true);
		if (why == NULL)
			return CMD_RESUME;
		out_complain(NULL, why);
		return cmd_end(r->failed);
	}
	bulk_say_stopped(&r->counts, why);
	return CMD_RESUME;
}

static void
run(struct run *r)
{
	struct out out = { 0 };
	struct buf text = { 0 };

	if (r->plan->several)
		run_all(r);
	else
		run_alone(r);
	if (!is_stopped(r))
		finish(r);
	progress_hide(&r->progress, STDERR_FILENO);
	if (!r->printer.json)
		bulk_put_summary(r->plan, r->signer, &r->counts, &text);
	out_put(&out, &text);
	r->end = out_worse(r->end, out_print(&r->printer, &out));
	out_clear(&out);
	buf_clear(&text);
	bulk_say_passed_over(
	    r->counts.passed + paths_num_passed_over(r->paths));
	if (is_stopped(r))
		r->end = out_worse(r->end, end_stopped(r));
}

enum cmd_exit
bulk_run(struct bulk_plan *plan, struct signer *s)
{
	struct run *r = calloc(1, sizeof(*r));
	enum cmd_exit end;
	struct diag d;

	diag_init(&d);
	if (r == NULL) {
		(void)diag_nomem(&d);
		out_complain(NULL, &d);
		return CMD_FAILED;
	}
	r->plan = plan;
	r->signer = s;
	r->shared.plan = plan;
	r->shared.disks = &r->disks;
	r->counts.logins = 1;
	r->printer.json = plan->opts->signer.token.json;
	if (r->printer.json) /* jansson's first object would do it */
		json_object_seed(0);
	if (begin(r, &d) == ERR_OK) {
		run(r);
	} else {
		out_complain(NULL, &d);
		r->end = cmd_end(d.code);
	}
	end = out_worse(r->end, out_close(&r->printer));
	clear(r);
	free(r);
	return end;
}
