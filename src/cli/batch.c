/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

/* Paths handed out at once: few at first, so that few files too are shared
 * out, and in the end so many that the lock costs nothing. */
#define CHUNK_MAX 32
/* Output that a thread hands over before its chunk is done. */
#define PIECE ((size_t)256 * 1024)
/* Output that may wait to be printed. */
#define WAITING_MAX ((size_t)32 * 1024 * 1024)
/* A buffer that grew beyond this is not kept. */
#define KEEP_MAX ((size_t)64 * 1024)
/* The printing thread looks this often, and is called before that only where
 * much waits for it: being woken for every line would cost more than the
 * work. */
#define LOOK_NS 100000000L

/* A chunk of paths, and what was said of them. */
struct chunk {
	struct buf names; /* one behind the other, each with its NUL */
	size_t num;
	struct diag error; /* of the last path, if has_error */
	bool has_error;
	/* Below: under the lock. */
	struct out out; /* handed over */
	size_t num_done;
	enum cmd_exit end;
	bool is_ready; /* something is handed over */
	bool is_done;  /* and that was the last of it */
};

struct worker {
	struct run *run;
	pthread_t thread;
	void *state;
	struct out out;
	bool started;
};

struct run {
	const struct batch *b;
	struct paths *paths;
	struct worker *workers;
	size_t num_workers;   /* that may be started */
	pthread_mutex_t feed; /* whoever holds it takes paths; before lock */
	pthread_mutex_t lock;
	pthread_cond_t taken; /* something was printed: for the workers */
	pthread_cond_t given; /* something can be printed */
	/* A ring: chunk I stands in place I % num_chunks. Under the lock. */
	struct chunk *chunks;
	size_t num_chunks;
	size_t first;       /* the next to be printed */
	size_t last;        /* behind the last one taken */
	size_t waiting;     /* bytes handed over and not printed */
	size_t done;        /* paths whose output is printed */
	size_t done_before; /* those of chunks before the first */
	bool is_fed;        /* all paths are taken */
	atomic_bool stop;
};

/* ---- One path. ---- */

/* What is said of a path is said whole or not at all. */
static enum cmd_exit
do_path(const struct batch *b, void *state, const struct path *path,
    struct out *out)
{
	struct out_mark mark = out_mark(out);
	enum cmd_exit end = b->work(state, path, out);

	if (out_ok(out))
		return end;
	out_nomem(out, mark, path->name);
	return CMD_FAILED;
}

static void
trim(struct out *out)
{
	if (out->text.cap > KEEP_MAX)
		out_clear(out);
}

/* ---- Without threads. ---- */

static enum cmd_exit
run_alone(const struct batch *b, struct paths *paths, void *state,
    struct out_printer *printer)
{
	enum cmd_exit end = CMD_OK;
	struct out out = { 0 };
	struct path path;
	size_t done = 0;

	while (!printer->broken && paths_next(paths, &path)) {
		end = out_worse(end, do_path(b, state, &path, &out));
		end = out_worse(end, out_print(printer, &out));
		trim(&out);
		if (printer->progress != NULL)
			progress_step(printer->progress, ++done);
	}
	out_clear(&out);
	return end;
}

/* ---- Threads. ---- */

/* How many paths chunk I takes. */
static size_t
chunk_size(const struct run *r, size_t i)
{
	size_t shift = i / (2 * r->num_workers);

	return shift > 5 ? CHUNK_MAX : (size_t)1 << shift;
}

/* Fills C from the paths; false where there are none left. A path with an
 * error ends a chunk, since the error is borrowed. */
static bool
fill(struct run *r, struct chunk *c, size_t size)
{
	struct path path;

	c->names.len = 0;
	c->names.failed = false;
	c->num = 0;
	c->has_error = false;
	while (c->num < size && !c->has_error && paths_next(r->paths, &path)) {
		buf_put(&c->names, bytes_of(path.name, strlen(path.name) + 1));
		c->num++;
		if (path.error != NULL) {
			c->error = *path.error;
			c->has_error = true;
		}
		if (!buf_ok(&c->names)) {
			/* the name alone is lost, and its file fails */
			c->has_error = true;
			diag_nomem(&c->error);
		}
	}
	return c->num > 0;
}

/* Waits until there is room for another chunk; false: there is no need. */
static bool
wait_for_room(struct run *r, size_t *ret_index)
{
	bool go_on;

	pthread_mutex_lock(&r->lock);
	while (!r->stop && !r->is_fed &&
	    (r->last - r->first == r->num_chunks || r->waiting > WAITING_MAX))
		pthread_cond_wait(&r->taken, &r->lock);
	go_on = !r->stop && !r->is_fed;
	*ret_index = r->last;
	pthread_mutex_unlock(&r->lock);
	return go_on;
}

/* The next chunk, or NULL at the end. */
static struct chunk *
take_chunk(struct run *r, size_t *ret_index)
{
	struct chunk *c = NULL;

	pthread_mutex_lock(&r->feed);
	if (wait_for_room(r, ret_index)) {
		c = &r->chunks[*ret_index % r->num_chunks];
		if (!fill(r, c, chunk_size(r, *ret_index)))
			c = NULL;
		pthread_mutex_lock(&r->lock);
		if (c == NULL) {
			r->is_fed = true;
			pthread_cond_broadcast(&r->given);
		} else {
			c->num_done = 0;
			c->end = CMD_OK;
			c->is_ready = c->is_done = false;
			r->last++;
		}
		pthread_mutex_unlock(&r->lock);
	}
	pthread_mutex_unlock(&r->feed);
	return c;
}

/* Enough is there for the printing thread to be woken. */
static bool
is_much(const struct run *r)
{
	const struct chunk *first = &r->chunks[r->first % r->num_chunks];

	return first->is_ready &&
	    (r->is_fed || !first->is_done || r->waiting >= PIECE ||
		r->last - r->first >= r->num_chunks / 2);
}

/* Gives what W has said to chunk I, waiting until what it gave before is
 * printed, and then until not too much waits. */
static void
hand_over(struct worker *w, size_t i, size_t num_done, enum cmd_exit end)
{
	struct run *r = w->run;
	struct chunk *c = &r->chunks[i % r->num_chunks];
	struct out empty;

	pthread_mutex_lock(&r->lock);
	while (!r->stop && c->is_ready)
		pthread_cond_wait(&r->taken, &r->lock);
	if (!r->stop) {
		empty = c->out;
		c->out = w->out;
		w->out = empty;
		c->num_done = num_done;
		c->end = out_worse(c->end, end);
		c->is_ready = true;
		c->is_done = num_done == c->num;
		r->waiting += out_len(&c->out);
		if (is_much(r))
			pthread_cond_signal(&r->given);
	}
	while (!r->stop && num_done < c->num && r->waiting > WAITING_MAX &&
	    i != r->first)
		pthread_cond_wait(&r->taken, &r->lock);
	pthread_mutex_unlock(&r->lock);
}

/* Path N of chunk C, whose name begins at *AT; moves that behind it. */
static struct path
path_at(const struct chunk *c, size_t n, size_t *at)
{
	struct path path = { "a file", NULL };

	if (*at < c->names.len) {
		path.name = (const char *)c->names.ptr + *at;
		*at += strlen(path.name) + 1;
	}
	if (c->has_error && n + 1 == c->num)
		path.error = &c->error;
	return path;
}

static void
do_chunk(struct worker *w, struct chunk *c, size_t index)
{
	struct run *r = w->run;
	enum cmd_exit end = CMD_OK;
	size_t n, at = 0, num = c->num;
	struct path path;

	for (n = 0; n < num && !r->stop; n++) {
		path = path_at(c, n, &at);
		end = out_worse(end, do_path(r->b, w->state, &path, &w->out));
		if (n + 1 < num && out_len(&w->out) > PIECE)
			hand_over(w, index, n + 1, end);
	}
	if (!r->stop)
		hand_over(w, index, num, end);
}

static bool start(struct run *r, size_t i);

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct run *r = w->run;
	size_t i = (size_t)(w - r->workers), index;
	bool first = true;
	struct chunk *c;

	while ((c = take_chunk(r, &index)) != NULL) {
		/* One more, if it goes; there may be work for it. */
		if (first && i + 1 < r->num_workers)
			(void)start(r, i + 1);
		first = false;
		do_chunk(w, c, index);
	}
	return NULL;
}

/* Starts worker I; false where that does not work, and fewer must do. */
static bool
start(struct run *r, size_t i)
{
	struct worker *w = &r->workers[i];

	w->run = r;
	if (w->state == NULL &&
	    r->b->begin(r->b->context, &w->state, NULL) != ERR_OK)
		return false;
	w->started = pthread_create(&w->thread, NULL, work, w) == 0;
	return w->started;
}

static void
wait_for_output(struct run *r)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_cond_timedwait(&r->given, &r->lock, &until);
}

/* Takes what can be printed next into OUT, which is empty; or nothing, after
 * a while. False at the end. */
static bool
next_output(struct run *r, struct out *out, enum cmd_exit *end)
{
	struct chunk *c = &r->chunks[r->first % r->num_chunks];
	struct out empty = *out;
	bool go_on = true;

	pthread_mutex_lock(&r->lock);
	if ((r->first == r->last && !r->is_fed) ||
	    (r->first != r->last && !c->is_ready))
		wait_for_output(r);
	if (r->first == r->last) {
		go_on = !r->is_fed;
	} else if (c->is_ready) {
		*out = c->out;
		c->out = empty;
		*end = out_worse(*end, c->end);
		r->waiting -= out_len(out);
		r->done = r->done_before + c->num_done;
		c->is_ready = false;
		if (c->is_done) {
			r->done_before += c->num;
			r->first++;
		}
		pthread_cond_broadcast(&r->taken);
	}
	pthread_mutex_unlock(&r->lock);
	return go_on;
}

static enum cmd_exit
print_all(struct run *r, struct out_printer *printer)
{
	enum cmd_exit end = CMD_OK;
	struct out out = { 0 };

	while (!printer->broken && next_output(r, &out, &end)) {
		end = out_worse(end, out_print(printer, &out));
		trim(&out);
		if (printer->progress != NULL)
			progress_step(printer->progress, r->done);
	}
	out_clear(&out);
	return end;
}

/* Ends the workers, whatever they are about. */
static void
stop(struct run *r)
{
	struct worker *w;

	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->taken);
	pthread_mutex_unlock(&r->lock);
	/* each is started by the one before it */
	for (w = r->workers; w < r->workers + r->num_workers && w->started; w++)
		(void)pthread_join(w->thread, NULL);
}

static bool
run_init(struct run *r, unsigned jobs)
{
	pthread_condattr_t attr;

	r->num_workers = jobs;
	r->num_chunks = 8 * (size_t)jobs + 32;
	r->workers = calloc(r->num_workers, sizeof(*r->workers));
	r->chunks = calloc(r->num_chunks, sizeof(*r->chunks));
	(void)pthread_mutex_init(&r->feed, NULL);
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->taken, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&r->given, &attr);
	(void)pthread_condattr_destroy(&attr);
	return r->workers != NULL && r->chunks != NULL;
}

static void
run_clear(struct run *r)
{
	size_t i;

	for (i = 0; r->chunks != NULL && i < r->num_chunks; i++) {
		buf_clear(&r->chunks[i].names);
		out_clear(&r->chunks[i].out);
	}
	for (i = 0; r->workers != NULL && i < r->num_workers; i++) {
		out_clear(&r->workers[i].out);
		/* the first one's is the caller's */
		if (i > 0 && r->workers[i].state != NULL)
			r->b->end(r->workers[i].state);
	}
	free(r->chunks);
	free(r->workers);
	(void)pthread_mutex_destroy(&r->feed);
	(void)pthread_mutex_destroy(&r->lock);
	(void)pthread_cond_destroy(&r->taken);
	(void)pthread_cond_destroy(&r->given);
}

/* Works with up to JOBS threads, the first of which uses STATE. False where
 * there cannot be one, and nothing is done. */
static bool
run_threads(struct run *r, unsigned jobs, void *state,
    struct out_printer *printer, enum cmd_exit *end)
{
	bool ok = run_init(r, jobs);

	if (ok) {
		r->workers[0].state = state;
		ok = start(r, 0);
	}
	if (ok) {
		*end = print_all(r, printer);
		stop(r);
	}
	run_clear(r);
	return ok;
}

/* ---- All of it. ---- */

static unsigned
num_cores(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	n = CPU_COUNT(&set);
	return n > OPT_NUMBER_MAX ? OPT_NUMBER_MAX : (unsigned)n;
}

/* One line for all of them: a folder may hold anything. */
static enum cmd_exit
say_passed_over(struct out_printer *printer, size_t num)
{
	enum cmd_exit end = CMD_OK;
	struct out out = { 0 };
	struct diag d;

	if (num > 0) {
		diag_set(&d, ERR_UNSUPPORTED,
		    num == 1 ? "passed over %zu file that is no trust list; "
			       "name it to see why"
			     : "passed over %zu files that are no trust "
			       "lists; name them to see why",
		    num);
		out_error(&out, NULL, &d);
		end = out_print(printer, &out);
		out_clear(&out);
	}
	return end;
}

static enum cmd_exit
run(const struct batch *b, char **args, struct paths *paths,
    struct out_printer *printer)
{
	unsigned jobs = b->jobs == 0 ? num_cores() : b->jobs;
	struct run r = { .b = b, .paths = paths };
	enum cmd_exit end = CMD_FAILED;
	void *state = NULL;
	struct diag d;

	if (b->begin(b->context, &state, &d) != ERR_OK) {
		out_complain(NULL, &d);
		return CMD_FAILED;
	}
	if (b->json) /* jansson's first object would do it, in any thread */
		json_object_seed(0);
	if (jobs == 1 || !paths_are_several(args) ||
	    !run_threads(&r, jobs, state, printer, &end))
		end = run_alone(b, paths, state, printer);
	b->end(state);
	return end;
}

enum cmd_exit
batch_run(const struct batch *b, char **args)
{
	struct out_printer printer = { .json = b->json };
	enum cmd_exit end = CMD_FAILED;
	struct paths *paths = NULL;
	struct progress progress;
	struct diag d;

	progress_init(&progress, args);
	if (progress.wanted && paths_are_several(args))
		printer.progress = &progress;
	if (paths_new(&paths, args, &d) != ERR_OK) {
		out_complain(NULL, &d);
	} else {
		end = run(b, args, paths, &printer);
		progress_hide(&progress, STDERR_FILENO);
		end = out_worse(end,
		    say_passed_over(&printer, paths_num_passed_over(paths)));
	}
	paths_free(&paths);
	return out_worse(end, out_close(&printer));
}
