/* SPDX-License-Identifier: Apache-2.0 */
/* What comes: web pages, fetched by some threads, and alarms. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/phones.h"
#include "cluster/dial.h"
#include "cluster/webpage.h"
#include "pki/alarm.h"

#define TURN 200 /* ms */
#define JOBS 32
#define STACK ((size_t)256 << 10)
#define TELL_EVERY 10000 /* ms, where no terminal is looked at */

/* A page that has come, or did not. */
struct answer {
	size_t place;
	bool ok;
	struct webpage page;
	int64_t when;
	char why[160];
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work, done;
	const struct phones *p; /* places do not change meanwhile */
	size_t *queue;          /* of places, a ring of NUM_PLACES */
	size_t first, num_queue, num_places;
	struct answer *answer; /* NUM_PLACES at most */
	size_t num_answers, num_busy;
	atomic_bool stop;
	pthread_t *thread;
	size_t num_threads;
};

/* ---- Pages ----------------------------------------------------------------------------- */

static void
fetch(struct pool *pool, size_t place)
{
	const struct phones_place *at = &pool->p->place[place];
	struct answer a = { .place = place };
	struct diag d;

	diag_init(&d);
	a.when = phones_now(pool->p);
	a.ok = webpage_fetch(at->address, pool->p->web_port, &pool->stop,
		   &a.page, &d) == ERR_OK;
	if (!a.ok)
		(void)snprintf(a.why, sizeof(a.why), "%.159s", d.msg);
	(void)pthread_mutex_lock(&pool->lock);
	pool->answer[pool->num_answers++] = a;
	pool->num_busy--;
	(void)pthread_cond_signal(&pool->done);
	(void)pthread_mutex_unlock(&pool->lock);
}

/* The next place; false at the end. */
static bool
take_job(struct pool *pool, size_t *ret)
{
	bool ok;

	(void)pthread_mutex_lock(&pool->lock);
	while (pool->num_queue == 0 && !atomic_load(&pool->stop))
		(void)pthread_cond_wait(&pool->work, &pool->lock);
	ok = !atomic_load(&pool->stop);
	if (ok) {
		*ret = pool->queue[pool->first];
		pool->first = (pool->first + 1) % pool->num_places;
		pool->num_queue--;
		pool->num_busy++;
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return ok;
}

static void *
work(void *arg)
{
	struct pool *pool = arg;
	size_t place;

	while (take_job(pool, &place))
		fetch(pool, place);
	return NULL;
}

static void
put_job(struct pool *pool, size_t place)
{
	(void)pthread_mutex_lock(&pool->lock);
	pool->queue[(pool->first + pool->num_queue) % pool->num_places] = place;
	pool->num_queue++;
	(void)pthread_cond_signal(&pool->work);
	(void)pthread_mutex_unlock(&pool->lock);
}

/* A place is in the queue, being fetched or answered once at most; what is
 * asked for meanwhile is done afterwards. */
static void
want(struct phones *p, struct pool *pool, size_t place)
{
	if (p->place[place].waits) {
		p->place[place].again = true;
		return;
	}
	p->place[place].waits = true;
	put_job(pool, place);
}

static enum err
start(struct pool *pool, size_t num, struct diag *d)
{
	pthread_attr_t attr;
	int error = 0;

	pool->queue = calloc(pool->num_places, sizeof(*pool->queue));
	pool->answer = calloc(pool->num_places, sizeof(*pool->answer));
	pool->thread = calloc(num, sizeof(*pool->thread));
	if (pool->queue == NULL || pool->answer == NULL ||
	    pool->thread == NULL || pthread_attr_init(&attr) != 0)
		return diag_nomem(d);
	(void)pthread_attr_setstacksize(&attr, STACK);
	while (error == 0 && pool->num_threads < num) {
		error = pthread_create(&pool->thread[pool->num_threads], &attr,
		    work, pool);
		if (error == 0)
			pool->num_threads++;
	}
	(void)pthread_attr_destroy(&attr);
	/* some threads will do */
	return pool->num_threads > 0
	    ? ERR_OK
	    : diag_errno(d, "pthread_create", error, "cannot begin a thread");
}

static void
finish(struct pool *pool)
{
	size_t i;

	(void)pthread_mutex_lock(&pool->lock);
	atomic_store(&pool->stop, true);
	(void)pthread_cond_broadcast(&pool->work);
	(void)pthread_mutex_unlock(&pool->lock);
	for (i = 0; i < pool->num_threads; i++)
		(void)pthread_join(pool->thread[i], NULL);
	free(pool->queue);
	free(pool->answer);
	free(pool->thread);
}

/* A page that another device serves says nothing of this one. */
static enum err
take_page(struct phones *p, const struct answer *a, struct diag *d)
{
	const struct phones_place *at = &p->place[a->place];
	const struct delivery_page page = { at->name,
		p->itl ? a->page.itl : a->page.ctl, a->page.message, a->when };

	if (a->ok && a->page.name[0] != '\0' &&
	    strcasecmp(a->page.name, at->name) != 0) {
		p->pages_failed++;
		(void)snprintf(p->page_why, sizeof(p->page_why),
		    "%.64s: the page is that of %.63s", at->name, a->page.name);
		return ERR_OK;
	}
	if (!a->ok) {
		p->pages_failed++;
		(void)snprintf(p->page_why, sizeof(p->page_why),
		    "%.64s: %.120s", at->name, a->why);
		return ERR_OK;
	}
	p->pages++;
	return delivery_page(p->book, &page, d);
}

/* Takes the answers that are there; *RET_IDLE: nothing is on its way. */
static enum err
take_answers(struct phones *p, struct pool *pool, bool *ret_idle,
    struct diag *d)
{
	enum err e = ERR_OK;
	struct answer a;
	bool any;

	do {
		(void)pthread_mutex_lock(&pool->lock);
		any = pool->num_answers > 0;
		if (any)
			a = pool->answer[--pool->num_answers];
		*ret_idle = !any && pool->num_queue == 0 && pool->num_busy == 0;
		(void)pthread_mutex_unlock(&pool->lock);
		if (!any)
			break;
		/* one that was asked for before its phone raised an alarm says
		 * nothing behind that: it comes once more */
		if (!p->place[a.place].again)
			e = take_page(p, &a, d);
		p->place[a.place].waits = false;
		if (p->place[a.place].again) {
			p->place[a.place].again = false;
			want(p, pool, a.place);
		}
	} while (e == ERR_OK);
	return e;
}

/* ---- Alarms ------------------------------------------------------------------------------- */

static void
copy(struct bytes text, char *ret, size_t size)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len > 0)
		memcpy(ret, text.ptr, len);
	ret[len] = '\0';
}

/* Each once. */
static void
take_cert(struct phones *p, const struct alarm *a)
{
	struct phones_cert one;
	size_t i;

	memset(&one, 0, sizeof(one));
	copy(a->node, one.node, sizeof(one.node));
	copy(a->cert, one.cert, sizeof(one.cert));
	copy(a->unit, one.unit, sizeof(one.unit));
	copy(a->name, one.name, sizeof(one.name));
	copy(a->expiration, one.until, sizeof(one.until));
	for (i = 0; i < p->num_certs; i++)
		if (strcmp(one.node, p->cert[i].node) == 0 &&
		    strcmp(one.cert, p->cert[i].cert) == 0 &&
		    strcmp(one.unit, p->cert[i].unit) == 0)
			break;
	if (i == PHONES_CERTS_MAX)
		return;
	p->cert[i] = one;
	if (i == p->num_certs)
		p->num_certs++;
}

enum err
phones_take(struct phones *p, const char *from, struct bytes text,
    void (*each)(void *arg, const char *name), void *arg, struct diag *d)
{
	struct bytes phones = text, certs = text;
	char name[DELIVERY_NAME_MAX + 1];
	struct delivery_alarm a;
	struct alarm cert;

	while (delivery_alarm_next(&phones, &a)) {
		if (p->itl)
			a.ctl = a.itl;
		copy(a.device, name, sizeof(name));
		if (each != NULL && delivery_believes(p->book, name, from))
			each(arg, name);
		if (delivery_alarm(p->book, &a, from, phones_now(p), d) !=
		    ERR_OK)
			return ERR_NOMEM;
	}
	if (!delivery_trusts(p->book, from))
		return ERR_OK;
	while (alarm_next(&certs, &cert))
		take_cert(p, &cert);
	return ERR_OK;
}

/* What a message is for. */
struct hearing {
	struct phones *p;
	struct pool *pool; /* or NULL */
	enum err err;
	struct diag *d;
};

/* Its page says now what it has taken. */
static void
ask_page(void *arg, const char *name)
{
	char upper[DELIVERY_NAME_MAX + 1];
	struct hearing *h = arg;
	size_t place, i;

	if (h->pool == NULL)
		return;
	for (i = 0; name[i] != '\0'; i++)
		upper[i] = (char)(name[i] >= 'a' && name[i] <= 'z'
			? name[i] - 'a' + 'A'
			: name[i]);
	if (intern_find(&h->p->names, bytes_of(upper, i), &place))
		want(h->p, h->pool, place);
}

static void
on_message(void *arg, const char *from, struct bytes text)
{
	struct hearing *h = arg;

	if (h->err == ERR_OK)
		h->err = phones_take(h->p, from, text, ask_page, h, h->d);
}

/* ---- Telling a person who waits ------------------------------------------------------------- */

struct teller {
	bool terminal, shown;
};

static void
tell(struct teller *t, struct phones *p)
{
	size_t is[DELIVERY_NUM_STATES], i;

	for (i = 0; i < DELIVERY_NUM_STATES; i++)
		is[i] = delivery_count(p->book, (enum delivery_state)i);
	if (memcmp(is, p->told, sizeof(is)) == 0 ||
	    (!t->terminal && p->told_at != 0 &&
		dial_now() - p->told_at < TELL_EVERY))
		return;
	memcpy(p->told, is, sizeof(is));
	p->told_at = dial_now();
	t->shown = true;
	(void)fprintf(stderr,
	    "%s%zu proven, %zu refused, %zu alive only, %zu absent%s",
	    t->terminal ? "\r\33[K" : "", is[DELIVERY_PROVEN],
	    is[DELIVERY_REFUSED], is[DELIVERY_ALIVE], is[DELIVERY_ABSENT],
	    t->terminal ? "" : "\n");
	(void)fflush(stderr);
}

static void
tell_end(const struct teller *t)
{
	if (t->terminal && t->shown)
		(void)fputs("\r\33[K", stderr);
}

/* ---- The loop ---------------------------------------------------------------------------------- */

static bool
all_proven(const struct phones *p)
{
	size_t i, num = 0;

	for (i = 0; i < delivery_num(p->book); i++) {
		const struct delivery_device *is = delivery_at(p->book, i);

		if (is->expected && is->state != DELIVERY_PROVEN)
			return false;
		num += is->expected ? 1 : 0;
	}
	return num > 0;
}

static enum err
take_alarms(struct phones *p, struct pool *pool, int ms, struct diag *d)
{
	struct hearing h = { p, p->o->web ? pool : NULL, ERR_OK, d };
	const struct syslog_hears hears = { on_message, &h };
	enum err e = syslog_take(p->syslog, ms, &hears, d);

	return e == ERR_OK ? h.err : e;
}

/* Waits for something: an alarm, or a page. */
static enum err
wait(struct phones *p, struct pool *pool, struct diag *d)
{
	struct timespec until;

	if (p->syslog != NULL)
		return take_alarms(p, pool, TURN, d);
	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += TURN * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	(void)pthread_mutex_lock(&pool->lock);
	if (pool->num_answers == 0)
		(void)pthread_cond_timedwait(&pool->done, &pool->lock, &until);
	(void)pthread_mutex_unlock(&pool->lock);
	return ERR_OK;
}

static bool
is_over(struct phones *p, bool idle, int64_t until, const sigset_t *signals)
{
	static const struct timespec at_once;

	if (sigtimedwait(signals, NULL, &at_once) > 0) {
		p->stopped = true;
		return true;
	}
	if (idle && (p->syslog == NULL || all_proven(p)))
		return true;
	return p->syslog != NULL && p->o->for_time != 0 && dial_now() >= until;
}

static enum err
loop(struct phones *p, struct pool *pool, const sigset_t *signals,
    struct diag *d)
{
	int64_t until = dial_now() + (int64_t)p->o->for_time * 1000;
	struct teller teller = { .terminal = isatty(STDERR_FILENO) == 1 };
	bool idle = true;
	enum err e;
	int turn;

	for (;;) {
		e = take_answers(p, pool, &idle, d);
		if (e == ERR_OK)
			e = delivery_judge(p->book, d);
		if (e != ERR_OK)
			break;
		tell(&teller, p);
		if (is_over(p, idle, until, signals))
			break;
		e = wait(p, pool, d);
		if (e != ERR_OK)
			break;
	}
	/* what has come by now counts, in a new connection too */
	for (turn = 0; e == ERR_OK && p->syslog != NULL && turn < 3; turn++)
		e = take_alarms(p, pool, 0, d);
	if (e == ERR_OK)
		e = delivery_judge(p->book, d);
	tell_end(&teller);
	return e;
}

enum err
phones_watch(struct phones *p, struct diag *d)
{
	struct pool pool = { .p = p, .num_places = p->num_places };
	size_t i, jobs = p->o->jobs == 0 ? JOBS : p->o->jobs;
	sigset_t signals, before;
	enum err e = ERR_OK;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &signals, &before);
	(void)pthread_mutex_init(&pool.lock, NULL);
	(void)pthread_cond_init(&pool.work, NULL);
	(void)pthread_cond_init(&pool.done, NULL);
	if (p->o->web && p->num_places > 0) {
		e = start(&pool, jobs < p->num_places ? jobs : p->num_places,
		    d);
		for (i = 0; e == ERR_OK && i < p->num_places; i++)
			want(p, &pool, i);
	}
	if (e == ERR_OK)
		e = loop(p, &pool, &signals, d);
	finish(&pool);
	(void)pthread_cond_destroy(&pool.done);
	(void)pthread_cond_destroy(&pool.work);
	(void)pthread_mutex_destroy(&pool.lock);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return e;
}
