/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_rate.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* One thread and its session. */
struct worker {
	const struct rate_plan *plan;
	unsigned number; /* among all */
	struct tok_session *session;
	pthread_t thread;
	atomic_bool *stop;
	double until;
	uint64_t done;
	enum err e;
	struct diag d;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct buf sig = { 0 };
	uint8_t message[32];

	memset(message, 0, sizeof(message));
	while (w->e == ERR_OK && !atomic_load(w->stop) && now() < w->until) {
		memcpy(message, &w->done, sizeof(w->done));
		memcpy(message + 8, &w->number, sizeof(w->number));
		w->e = tok_sign_way(w->session, w->plan->key, w->plan->way,
		    bytes_of(message, sizeof(message)), &sig, &w->d);
		w->done += w->e == ERR_OK;
		sig.len = 0;
	}
	if (w->e != ERR_OK)
		atomic_store(w->stop, true);
	buf_clear(&sig);
	return NULL;
}

/* As many sessions as the token gives, at least one. */
static enum err
open_sessions(const struct rate_plan *p, struct worker *w, unsigned *ret_num,
    struct diag *d)
{
	enum err e = ERR_OK;
	unsigned n = 0;

	while (n < p->sessions) {
		e = tok_session_open(p->tok, &w[n].session, d);
		if (e != ERR_OK)
			break;
		n++;
	}
	*ret_num = n;
	return n > 0 && e == ERR_TOO_BIG ? ERR_OK : e;
}

static unsigned
start(const struct rate_plan *p, struct worker *w, unsigned num,
    atomic_bool *stop)
{
	double until = now() + p->seconds;
	unsigned i;

	for (i = 0; i < num; i++) {
		w[i].plan = p;
		w[i].number = i;
		w[i].stop = stop;
		w[i].until = until;
		if (pthread_create(&w[i].thread, NULL, work, &w[i]) != 0)
			break;
	}
	return i;
}

static enum err
finish(struct worker *w, unsigned num, struct rate *ret, struct diag *d)
{
	enum err e = ERR_OK;
	unsigned i;

	for (i = 0; i < num; i++) {
		(void)pthread_join(w[i].thread, NULL);
		ret->signatures += w[i].done;
		if (e == ERR_OK && w[i].e != ERR_OK) {
			e = w[i].e;
			*d = w[i].d;
		}
	}
	return e;
}

enum err
token_rate(const struct rate_plan *p, struct rate *ret, struct diag *d)
{
	struct worker *w = calloc(p->sessions, sizeof(*w));
	struct rate rate = { 0 };
	atomic_bool stop = false;
	unsigned i, opened = 0;
	double begin;
	enum err e;

	if (w == NULL)
		return diag_nomem(d);
	e = open_sessions(p, w, &opened, d);
	begin = now();
	if (e == ERR_OK) {
		rate.sessions = start(p, w, opened, &stop);
		e = finish(w, rate.sessions, &rate, d);
		rate.seconds = now() - begin;
		if (e == ERR_OK && rate.sessions == 0)
			e = diag_set(d, ERR_IO, "no thread could be started");
	}
	for (i = 0; i < opened; i++)
		tok_session_close(&w[i].session);
	free(w);
	if (e == ERR_OK)
		*ret = rate;
	return e;
}
