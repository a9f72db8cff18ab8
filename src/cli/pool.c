/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pool.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Paths handed out at once: few at first, so that few files too are shared
 * out, and in the end so many that the lock costs nothing. */
#define CHUNK_MAX 32
/* Output that a thread hands over before its chunk is done. */
#define PIECE ((size_t)256 * 1024)
/* Output that may wait to be printed. */
#define WAITING_MAX ((size_t)32 * 1024 * 1024)
/* The printing thread looks this often, and is called before that only where
 * much waits for it: being woken for every line would cost more than the
 * work. */
#define LOOK_NS 100000000L

/* A chunk of paths, and what was said of them. */
struct chunk {
	struct buf names; /* of each path: its root, its name, a NUL */
	size_t num;
	struct diag error; /* of the last path, if has_error */
	bool has_error;
	/* Below: under the lock. */
	struct out out;    /* handed over */
	size_t num_done;   /* paths that are */
	enum cmd_exit end; /* the worst of what is handed over */
	bool is_ready;     /* something is handed over */
	bool is_done;      /* and that was the last of it */
};

struct member {
	struct worker worker; /* the first member: flush() finds the rest */
	struct pool *pool;
	pthread_t thread;
	bool is_started;
	size_t index;    /* of the chunk at hand */
	size_t num_done; /* paths of it */
};

struct pool {
	const struct batch *batch;
	struct paths *paths;
	struct member *members;
	size_t num_members;   /* that may be started */
	pthread_mutex_t feed; /* whoever holds it takes paths; before lock */
	pthread_mutex_t lock;
	pthread_cond_t taken; /* something was printed: for the members */
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

static struct chunk *
chunk_at(const struct pool *p, size_t index)
{
	return &p->chunks[index % p->num_chunks];
}

/* How many paths chunk I takes. */
static size_t
chunk_size(const struct pool *p, size_t i)
{
	size_t shift = i / (2 * p->num_members);

	return shift > 5 ? CHUNK_MAX : (size_t)1 << shift;
}

static void
fill_error(struct chunk *c, const struct diag *error)
{
	c->has_error = true;
	c->error = *error;
}

/* Fills C from the paths; false where there are none left. A path with an
 * error ends a chunk, since the error is borrowed. */
static bool
fill(struct pool *p, struct chunk *c, size_t size)
{
	struct path path;
	struct diag d;
	size_t start;

	c->names.len = 0;
	c->names.failed = false;
	c->num = 0;
	c->has_error = false;
	while (c->num < size && !c->has_error && paths_next(p->paths, &path)) {
		start = c->names.len;
		buf_u32(&c->names, (uint32_t)path.root);
		buf_put(&c->names, bytes_of(path.name, strlen(path.name) + 1));
		c->num++;
		if (path.error != NULL)
			fill_error(c, path.error);
		if (!buf_ok(&c->names)) {
			/* its name is lost, and the file fails */
			c->names.len = start;
			diag_nomem(&d);
			fill_error(c, &d);
		}
	}
	return c->num > 0;
}

/* Path N of chunk C, whose name begins at *AT; moves that behind it. */
static struct path
path_at(const struct chunk *c, size_t n, size_t *at)
{
	struct path path = { .name = "a file" };
	struct bytes left;
	uint32_t root;

	if (*at < c->names.len) {
		left = bytes_of(c->names.ptr + *at, c->names.len - *at);
		path.root = bytes_u32(&left, &root) ? root : 0;
		path.found = path.root > 0;
		path.name = (const char *)left.ptr;
		*at += sizeof(root) + strlen(path.name) + 1;
	}
	if (c->has_error && n + 1 == c->num)
		path.error = &c->error;
	return path;
}

/* Waits until there is room for another chunk; false: there is no need. */
static bool
wait_for_room(struct pool *p, size_t *ret_index)
{
	bool go_on;

	pthread_mutex_lock(&p->lock);
	while (!p->stop && !p->is_fed &&
	    (p->last - p->first == p->num_chunks || p->waiting > WAITING_MAX))
		pthread_cond_wait(&p->taken, &p->lock);
	go_on = !p->stop && !p->is_fed;
	*ret_index = p->last;
	pthread_mutex_unlock(&p->lock);
	return go_on;
}

/* Takes the next chunk and says which it is; false at the end. */
static bool
take_chunk(struct pool *p, size_t *ret_index)
{
	struct chunk *c;
	bool taken = false;

	pthread_mutex_lock(&p->feed);
	if (wait_for_room(p, ret_index)) {
		c = chunk_at(p, *ret_index);
		taken = fill(p, c, chunk_size(p, *ret_index));
		pthread_mutex_lock(&p->lock);
		if (taken) {
			c->num_done = 0;
			c->is_ready = c->is_done = false;
			p->last++;
		} else {
			p->is_fed = true;
			pthread_cond_signal(&p->given);
		}
		pthread_mutex_unlock(&p->lock);
	}
	pthread_mutex_unlock(&p->feed);
	return taken;
}

/* Enough is there for the printing thread to be woken. */
static bool
is_much(const struct pool *p)
{
	const struct chunk *first = chunk_at(p, p->first);

	return first->is_ready &&
	    (p->is_fed || !first->is_done || p->waiting >= PIECE ||
		p->last - p->first >= p->num_chunks / 2);
}

/* Puts what M has said into its chunk, and leaves it an empty buffer. */
static void
give(struct member *m, struct chunk *c)
{
	struct pool *p = m->pool;
	struct out empty = c->out;

	c->out = m->worker.out;
	m->worker.out = empty;
	c->num_done = m->num_done;
	c->end = m->worker.end;
	m->worker.end = CMD_OK;
	c->is_ready = true;
	c->is_done = m->num_done == c->num;
	p->waiting += out_len(&c->out);
	if (is_much(p))
		pthread_cond_signal(&p->given);
}

/* Hands over what M has said, once what it gave before is printed; then waits
 * while too much waits, unless all wait for this chunk. */
static void
hand_over(struct member *m)
{
	struct pool *p = m->pool;
	struct chunk *c = chunk_at(p, m->index);
	bool is_done = m->num_done == c->num;

	pthread_mutex_lock(&p->lock);
	while (!p->stop && c->is_ready)
		pthread_cond_wait(&p->taken, &p->lock);
	if (!p->stop)
		give(m, c);
	while (!p->stop && !is_done && p->waiting > WAITING_MAX &&
	    m->index != p->first)
		pthread_cond_wait(&p->taken, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

/* Hands over early what is much. */
static bool
flush(struct worker *w)
{
	struct member *m = (struct member *)w;

	if (out_len(&w->out) > PIECE)
		hand_over(m);
	return !m->pool->stop;
}

static void
do_chunk(struct member *m)
{
	struct pool *p = m->pool;
	struct chunk *c = chunk_at(p, m->index);
	size_t n, at = 0, num = c->num;
	struct path path;
	bool go_on = true;

	m->num_done = 0;
	for (n = 0; go_on && n < num; n++) {
		path = path_at(c, n, &at);
		go_on = worker_do(&m->worker, &path);
		m->num_done = n + 1;
	}
	hand_over(m);
}

static bool start(struct pool *p, size_t i);

static void *
work(void *arg)
{
	struct member *m = arg;
	struct pool *p = m->pool;
	size_t next = (size_t)(m - p->members) + 1;

	while (take_chunk(p, &m->index)) {
		/* One more, if it goes, after the first chunk only. */
		if (next < p->num_members)
			(void)start(p, next);
		next = p->num_members;
		do_chunk(m);
	}
	return NULL;
}

/* Starts member I; false where that does not work, and fewer must do. */
static bool
start(struct pool *p, size_t i)
{
	struct member *m = &p->members[i];

	m->pool = p;
	m->worker.batch = p->batch;
	m->worker.flush = flush;
	if (worker_begin(&m->worker, NULL) != ERR_OK)
		return false;
	m->is_started = pthread_create(&m->thread, NULL, work, m) == 0;
	return m->is_started;
}

static void
wait_for_output(struct pool *p)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_NS;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_cond_timedwait(&p->given, &p->lock, &until);
}

/* Takes the first chunk's output into OUT, which is empty. */
static void
take_output(struct pool *p, struct out *out, enum cmd_exit *end)
{
	struct chunk *c = chunk_at(p, p->first);
	struct out empty = *out;

	*out = c->out;
	c->out = empty;
	*end = out_worse(*end, c->end);
	p->waiting -= out_len(out);
	p->done = p->done_before + c->num_done;
	c->is_ready = false;
	if (c->is_done) {
		p->done_before += c->num;
		p->first++;
	}
	pthread_cond_broadcast(&p->taken);
}

/* Takes what can be printed next into OUT, or nothing, after a while. False
 * at the end. */
static bool
next_output(struct pool *p, struct out *out, enum cmd_exit *end)
{
	bool go_on = true;

	pthread_mutex_lock(&p->lock);
	if (p->first == p->last ? !p->is_fed : !chunk_at(p, p->first)->is_ready)
		wait_for_output(p);
	if (p->first == p->last)
		go_on = !p->is_fed;
	else if (chunk_at(p, p->first)->is_ready)
		take_output(p, out, end);
	pthread_mutex_unlock(&p->lock);
	return go_on;
}

static enum cmd_exit
print_all(struct pool *p, struct out_printer *printer)
{
	enum cmd_exit end = CMD_OK;
	struct out out = { 0 };

	while (!printer->broken && next_output(p, &out, &end)) {
		end = out_worse(end, out_print(printer, &out));
		worker_trim(&out);
		if (printer->progress != NULL)
			progress_step(printer->progress, p->done);
	}
	out_clear(&out);
	return end;
}

/* Ends the members, whatever they are about; what they passed over. */
static size_t
stop(struct pool *p)
{
	size_t i, passed_over = 0;

	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->taken);
	pthread_mutex_unlock(&p->lock);
	/* each is started by the one before it */
	for (i = 0; i < p->num_members && p->members[i].is_started; i++) {
		(void)pthread_join(p->members[i].thread, NULL);
		passed_over += p->members[i].worker.passed_over;
	}
	return passed_over;
}

static bool
pool_init(struct pool *p, unsigned jobs)
{
	pthread_condattr_t attr;

	p->num_members = jobs;
	p->num_chunks = 8 * (size_t)jobs + 32;
	p->members = calloc(p->num_members, sizeof(*p->members));
	p->chunks = calloc(p->num_chunks, sizeof(*p->chunks));
	(void)pthread_mutex_init(&p->feed, NULL);
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->taken, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&p->given, &attr);
	(void)pthread_condattr_destroy(&attr);
	return p->members != NULL && p->chunks != NULL;
}

static void
pool_clear(struct pool *p)
{
	size_t i;

	for (i = 0; p->chunks != NULL && i < p->num_chunks; i++) {
		buf_clear(&p->chunks[i].names);
		out_clear(&p->chunks[i].out);
	}
	for (i = 0; p->members != NULL && i < p->num_members; i++)
		worker_end(&p->members[i].worker);
	free(p->chunks);
	free(p->members);
	(void)pthread_mutex_destroy(&p->feed);
	(void)pthread_mutex_destroy(&p->lock);
	(void)pthread_cond_destroy(&p->taken);
	(void)pthread_cond_destroy(&p->given);
}

bool
pool_run(const struct batch *b, unsigned jobs, struct paths *paths,
    struct out_printer *printer, enum cmd_exit *end, size_t *passed_over)
{
	struct pool p = { .batch = b, .paths = paths };
	bool ok = pool_init(&p, jobs) && start(&p, 0);

	if (ok) {
		*end = print_all(&p, printer);
		/* Nobody will hear what the members find, and one may be in a
		 * read that never ends. */
		if (printer->broken)
			_exit(CMD_FAILED);
		*passed_over += stop(&p);
	}
	pool_clear(&p);
	return ok;
}
