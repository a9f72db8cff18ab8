/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Virtual time, and what is to come.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "lab/world_inner.h"

static int64_t
monotonic_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Virtual ms since the start. */
static int64_t
passed(const struct world *w)
{
	const struct world_inner *in = w->inner;
	int64_t ret = atomic_load(&in->shift);

	if (atomic_load(&in->running))
		ret += (monotonic_ms() - atomic_load(&in->started)) *
		    (int64_t)in->speed;
	return ret;
}

int64_t
world_now_ms(const struct world *w)
{
	return w->inner->start + passed(w);
}

int64_t
world_now(const struct world *w)
{
	return world_now_ms(w) / 1000;
}

enum err
world_put_event(struct world *w, unsigned ms, struct world_event event,
    struct diag *diag)
{
	struct world_inner *in = w->inner;
	size_t i;
	enum err err = world_grow((void **)&in->event, in->num_events,
	    &in->cap_events, sizeof(*in->event), diag);

	if (err != ERR_OK)
		return err;
	event.at = passed(w) + ms;
	for (i = in->num_events; i > 0 && in->event[i - 1].at > event.at; i--)
		in->event[i] = in->event[i - 1];
	in->event[i] = event;
	in->num_events++;
	in->num_near += event.far ? 0 : 1;
	(void)pthread_cond_broadcast(&in->changed);
	return ERR_OK;
}

/* Virtual time is at least AT. */
static void
skip_to(struct world *w, int64_t at)
{
	const int64_t now = passed(w);

	if (at > now)
		atomic_fetch_add(&w->inner->shift, at - now);
}

/* A phone has started: whoever listens is told. The lock is let go meanwhile. */
static void
tell(struct world *w, size_t phone)
{
	const struct world_hears hears = w->inner->hears;

	if (hears.started == NULL)
		return;
	world_unlock(w);
	hears.started(hears.arg, w, phone);
	world_lock(w);
}

/* Out of memory here is lost: nobody waits for an answer. */
static void
carry_out(struct world *w, const struct world_event *e)
{
	struct diag why;
	enum err err = ERR_OK;

	switch (e->kind) {
	case WORLD_EVENT_SERVICE:
		err = world_service_next(w, e, &why);
		break;
	case WORLD_EVENT_RELOAD:
		world_load_unit(w, e->node, (enum world_unit)e->what);
		err = world_register_phones(w, &why);
		break;
	case WORLD_EVENT_NODE_UP:
		err = world_node_up(w, e->node, &why);
		break;
	case WORLD_EVENT_PHONE:
		if (w->phone[e->what].resets != e->turn ||
		    w->phone[e->what].off)
			return;
		err = world_start_phone(w, e->what, &why);
		if (err == ERR_OK)
			tell(w, e->what);
		break;
	case WORLD_EVENT_POWER:
		err = world_power_phone(w, e->what, &why);
		break;
	}
	(void)err;
}

/* Carries out the first event, at its time or later. */
static void
take_first(struct world *w)
{
	struct world_inner *in = w->inner;
	const struct world_event e = in->event[0];

	in->num_events--;
	memmove(in->event, in->event + 1, in->num_events * sizeof(e));
	skip_to(w, e.at);
	in->busy = true;
	carry_out(w, &e);
	in->busy = false;
	in->num_near -= e.far ? 0 : 1;
	(void)pthread_cond_broadcast(&in->changed);
}

/* Until virtual time is AT, or something changes. */
static void
wait_for(struct world *w, int64_t at)
{
	struct world_inner *in = w->inner;
	const int64_t left = at - passed(w);
	struct timespec t;
	int64_t real;

	if (left <= 0)
		return;
	real = left / in->speed + 1;
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)(real / 1000);
	t.tv_nsec += (long)(real % 1000) * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	(void)pthread_cond_timedwait(&in->changed, &in->lock, &t);
}

static void *
run(void *arg)
{
	struct world *w = arg;
	struct world_inner *in = w->inner;

	world_lock(w);
	while (!in->stop) {
		if (in->num_events == 0)
			(void)pthread_cond_wait(&in->changed, &in->lock);
		else if (in->event[0].at <= passed(w) ||
		    (in->settlers > 0 && in->num_near > 0))
			take_first(w);
		else
			wait_for(w, in->event[0].at);
	}
	world_unlock(w);
	return NULL;
}

enum err
world_run(struct world *w, struct diag *diag)
{
	struct world_inner *in = w->inner;
	int ret;

	in->stop = false;
	atomic_store(&in->started, monotonic_ms());
	atomic_store(&in->running, true);
	ret = pthread_create(&in->thread, NULL, run, w);
	if (ret == 0)
		return ERR_OK;
	atomic_store(&in->running, false);
	return diag_errno(diag, "pthread_create", ret, "no thread");
}

void
world_stop(struct world *w)
{
	struct world_inner *in = w->inner;
	int64_t now;

	if (!atomic_load(&in->running))
		return;
	world_lock(w);
	in->stop = true;
	(void)pthread_cond_broadcast(&in->changed);
	world_unlock(w);
	(void)pthread_join(in->thread, NULL);
	now = passed(w);
	atomic_store(&in->running, false);
	atomic_store(&in->shift, now);
	world_lock(w);
	(void)pthread_cond_broadcast(&in->changed);
	world_unlock(w);
}

void
world_sleep(struct world *w, unsigned ms)
{
	struct world_inner *in = w->inner;
	const int64_t until = passed(w) + ms;

	world_lock(w);
	while (atomic_load(&in->running) && !in->stop && passed(w) < until)
		wait_for(w, until);
	while (!atomic_load(&in->running) && in->num_events > 0 &&
	    in->event[0].at <= until)
		take_first(w);
	if (!atomic_load(&in->running))
		skip_to(w, until);
	world_unlock(w);
}

void
world_settle(struct world *w)
{
	struct world_inner *in = w->inner;

	world_lock(w);
	in->settlers++;
	(void)pthread_cond_broadcast(&in->changed);
	while (in->num_near > 0 || in->busy)
		if (atomic_load(&in->running) && !in->stop)
			(void)pthread_cond_wait(&in->changed, &in->lock);
		else if (in->stop)
			break;
		else
			take_first(w);
	in->settlers--;
	world_unlock(w);
}

void
world_listen(struct world *w, const struct world_hears *hears)
{
	world_lock(w);
	w->inner->hears = *hears;
	world_unlock(w);
}
