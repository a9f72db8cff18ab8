/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/watch.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#define QUERY_SECONDS 30
#define LONG_SECONDS 600
#define SECOND INT64_C(1000000000) /* ns */
#define NEVER INT64_MAX
/* What hung() may want to say something; it is touched only then. */
#define STACK ((size_t)256 * 1024)

struct watch {
	unsigned seconds[WATCH_PERSON];
	void (*hung)(void *arg, const char *call, unsigned seconds);
	void *arg;
	pthread_cond_t sooner; /* than the thread sleeps for, or the end */
	pthread_mutex_t lock;
	/* Below: under the lock. */
	struct watch_call *first; /* those with a limit */
	int64_t until;            /* what the thread sleeps for */
	bool stop, telling;
	int parties; /* the owner and the thread; the last one releases */
};

static int64_t
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static struct watch_call *
earliest(const struct watch *w)
{
	struct watch_call *c, *ret = w->first;

	for (c = w->first; c != NULL; c = c->next)
		if (c->deadline < ret->deadline)
			ret = c;
	return ret;
}

/* Tells of C, once. It may end while hung() runs, which is given nothing that
 * ends with it. */
static void
tell(struct watch *w, struct watch_call *c)
{
	const char *name = c->name;
	unsigned seconds = c->seconds;

	c->deadline = NEVER;
	w->telling = true;
	(void)pthread_mutex_unlock(&w->lock);
	w->hung(w->arg, name, seconds);
	(void)pthread_mutex_lock(&w->lock);
	w->telling = false;
	(void)pthread_cond_broadcast(&w->sooner);
}

static void
sleep_for(struct watch *w, int64_t until)
{
	struct timespec t = { until / SECOND, until % SECOND };

	w->until = until;
	if (until == NEVER)
		(void)pthread_cond_wait(&w->sooner, &w->lock);
	else
		(void)pthread_cond_timedwait(&w->sooner, &w->lock, &t);
}

static void
release(struct watch *w)
{
	(void)pthread_cond_destroy(&w->sooner);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Unlocks, for good. */
static void
leave(struct watch *w)
{
	bool last = --w->parties == 0;

	(void)pthread_mutex_unlock(&w->lock);
	if (last)
		release(w);
}

static void *
run(void *arg)
{
	struct watch *w = arg;
	struct watch_call *c;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->stop) {
		c = earliest(w);
		if (c != NULL && c->deadline <= now())
			tell(w, c);
		else
			sleep_for(w, c == NULL ? NEVER : c->deadline);
	}
	leave(w);
	return NULL;
}

/* Starts the thread, which takes no signal: those are for the threads that
 * work. */
static int
start(struct watch *w)
{
	pthread_attr_t attr;
	sigset_t all, old;
	pthread_t thread;
	int ret;

	ret = pthread_attr_init(&attr);
	if (ret != 0)
		return ret;
	(void)pthread_attr_setstacksize(&attr, STACK);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&thread, &attr, run, w);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	return ret;
}

static void
init_cond(pthread_cond_t *c)
{
	pthread_condattr_t attr;

	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(c, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum err
watch_new(unsigned timeout,
    void (*hung)(void *arg, const char *call, unsigned seconds), void *arg,
    struct watch **ret, struct diag *d)
{
	struct watch *w = calloc(1, sizeof(*w));
	int n;

	if (w == NULL)
		return diag_nomem(d);
	w->seconds[WATCH_QUERY] = timeout != 0 ? timeout : QUERY_SECONDS;
	w->seconds[WATCH_LONG] = timeout != 0 ? timeout : LONG_SECONDS;
	w->hung = hung;
	w->arg = arg;
	w->until = NEVER;
	w->parties = 2;
	(void)pthread_mutex_init(&w->lock, NULL);
	init_cond(&w->sooner);
	n = start(w);
	if (n != 0) {
		release(w);
		return diag_errno(d, "pthread_create", n,
		    "cannot start the thread that watches the module");
	}
	*ret = w;
	return ERR_OK;
}

/* Does not wait for the thread to end: on a busy machine that would take longer
 * than the work. What hung() is given must outlive it, though. */
void
watch_free(struct watch **w)
{
	if (*w == NULL)
		return;
	(void)pthread_mutex_lock(&(*w)->lock);
	while ((*w)->telling)
		(void)pthread_cond_wait(&(*w)->sooner, &(*w)->lock);
	(*w)->stop = true;
	(void)pthread_cond_signal(&(*w)->sooner);
	leave(*w);
	*w = NULL;
}

void
watch_begin(struct watch *w, struct watch_call *c, enum watch_class class,
    const char *name)
{
	*c = (struct watch_call){ .name = name, .deadline = NEVER };
	if (class == WATCH_PERSON)
		return;
	c->seconds = w->seconds[class];
	c->deadline = now() + c->seconds * SECOND;
	(void)pthread_mutex_lock(&w->lock);
	c->next = w->first;
	if (c->next != NULL)
		c->next->prev = c;
	w->first = c;
	if (c->deadline < w->until) {
		w->until = c->deadline;
		(void)pthread_cond_signal(&w->sooner);
	}
	(void)pthread_mutex_unlock(&w->lock);
}

/* Does not wake the thread: where it wakes for a call that is over, it looks
 * for the next. */
void
watch_end(struct watch *w, struct watch_call *c)
{
	if (c->seconds == 0)
		return;
	(void)pthread_mutex_lock(&w->lock);
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		w->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	(void)pthread_mutex_unlock(&w->lock);
}
