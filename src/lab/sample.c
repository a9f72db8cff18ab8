/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/sample.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "lab/doors.h"
#include "lab/grab.h"

struct sample {
	struct world *world;
	size_t num_phones; /* that download */
	struct alarm_sender *alarm;
	pthread_t thread;
	bool running;
	pthread_mutex_t mutex; /* of all below */
	pthread_cond_t changed;
	size_t *queue; /* phones that have started */
	size_t num, cap;
	bool busy, stop;
	struct sample_count count;
};

/* ---- What one phone does. ---- */

/* What one download came to, with the node and file. */
struct download {
	const char *address;
	size_t node;
	char name[64];
};

static void
compare(struct sample *s, const struct download *d, struct bytes got)
{
	struct buf there = { 0 };

	/* A file that has changed since is not told from a wrong one: so it is
	 * looked at once more by whoever reads the count. */
	if (world_get(s->world, d->node, d->name, &there, NULL) == ERR_OK &&
	    !bytes_equal(buf_bytes(&there), got))
		s->count.different++;
	buf_clear(&there);
}

/* True: there is no such file, or it is here. */
static bool
download(struct sample *s, const struct download *d)
{
	struct buf file = { 0 };
	bool tftp = false;
	enum err err;

	err = grab_http(d->address, DOORS_HTTP, d->name, &file, NULL);
	if (err != ERR_OK && err != ERR_ABSENT) {
		tftp = true;
		err = grab_tftp(d->address, DOORS_TFTP, d->name, &file, NULL);
	}
	(void)pthread_mutex_lock(&s->mutex);
	if (err == ERR_OK) {
		s->count.http += !tftp;
		s->count.tftp += tftp;
		compare(s, d, buf_bytes(&file));
	} else if (err != ERR_ABSENT) {
		s->count.failed++;
	}
	(void)pthread_mutex_unlock(&s->mutex);
	buf_clear(&file);
	return err == ERR_OK;
}

/* The list of its own, or that of all. */
static void
fetch_list(struct sample *s, struct download *d, const char *kind,
    const char *phone)
{
	(void)snprintf(d->name, sizeof(d->name), "%s%s.tlv", kind, phone);
	if (download(s, d))
		return;
	(void)snprintf(d->name, sizeof(d->name), "%sFile.tlv", kind);
	(void)download(s, d);
}

static void
start_phone(struct sample *s, size_t phone)
{
	const struct world_phone *p = &s->world->phone[phone];
	struct download d = { .node = 0 };

	if (phone < s->num_phones) {
		world_lock(s->world);
		d.node = p->phone.tftp;
		d.address = s->world->node[d.node].address;
		world_unlock(s->world);
		fetch_list(s, &d, "CTL", p->name);
		fetch_list(s, &d, "ITL", p->name);
	}
	if (s->alarm != NULL)
		alarm_send(s->alarm, s->world, phone);
}

/* ---- The queue. ---- */

static void
started(void *arg, struct world *w, size_t phone)
{
	struct sample *s = arg;
	size_t cap, *more;

	(void)w;
	if (phone >= s->num_phones && s->alarm == NULL)
		return;
	(void)pthread_mutex_lock(&s->mutex);
	if (s->num == s->cap) {
		cap = s->cap == 0 ? 64 : s->cap * 2;
		more = realloc(s->queue, cap * sizeof(*more));
		if (more != NULL) {
			s->queue = more;
			s->cap = cap;
		}
	}
	if (s->num < s->cap)
		s->queue[s->num++] = phone;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->mutex);
}

/* False: it is over. */
static bool
take_all(struct sample *s, size_t **ret, size_t *ret_num)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->busy = false;
	(void)pthread_cond_broadcast(&s->changed);
	while (s->num == 0 && !s->stop)
		(void)pthread_cond_wait(&s->changed, &s->mutex);
	*ret = s->queue;
	*ret_num = s->stop ? 0 : s->num;
	s->queue = NULL;
	s->num = s->cap = 0;
	s->busy = true;
	(void)pthread_mutex_unlock(&s->mutex);
	return *ret_num > 0;
}

static bool
is_stopped(struct sample *s)
{
	bool stop;

	(void)pthread_mutex_lock(&s->mutex);
	stop = s->stop;
	(void)pthread_mutex_unlock(&s->mutex);
	return stop;
}

static void *
run(void *arg)
{
	struct sample *s = arg;
	size_t *queue, num, i;

	while (take_all(s, &queue, &num)) {
		for (i = 0; i < num && !is_stopped(s); i++) {
			start_phone(s, queue[i]);
			(void)pthread_mutex_lock(&s->mutex);
			s->count.alarms += s->alarm != NULL;
			(void)pthread_mutex_unlock(&s->mutex);
		}
		free(queue);
	}
	free(queue);
	return NULL;
}

enum err
sample_start(struct world *w, size_t num, const char *syslog,
    struct sample **ret, struct diag *diag)
{
	struct sample *s = calloc(1, sizeof(*s));
	struct world_hears hears = { .started = started, .arg = s };
	enum err err = ERR_OK;

	if (s == NULL)
		return diag_nomem(diag);
	s->world = w;
	s->num_phones = num;
	(void)pthread_mutex_init(&s->mutex, NULL);
	(void)pthread_cond_init(&s->changed, NULL);
	if (syslog != NULL)
		err = alarm_open(syslog, &s->alarm, diag);
	if (err == ERR_OK) {
		s->running = pthread_create(&s->thread, NULL, run, s) == 0;
		if (!s->running)
			err = diag_set(diag, ERR_IO, "no thread for phones");
	}
	if (err != ERR_OK) {
		sample_stop(&s);
		return err;
	}
	world_listen(w, &hears);
	*ret = s;
	return ERR_OK;
}

void
sample_stop(struct sample **sample)
{
	struct sample *s = *sample;

	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->mutex);
	s->stop = true;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->mutex);
	if (s->running)
		(void)pthread_join(s->thread, NULL);
	alarm_close(&s->alarm);
	(void)pthread_cond_destroy(&s->changed);
	(void)pthread_mutex_destroy(&s->mutex);
	free(s->queue);
	free(s);
	*sample = NULL;
}

void
sample_settle(struct sample *s)
{
	(void)pthread_mutex_lock(&s->mutex);
	while ((s->num > 0 || s->busy) && !s->stop)
		(void)pthread_cond_wait(&s->changed, &s->mutex);
	(void)pthread_mutex_unlock(&s->mutex);
}

struct sample_count
sample_count(struct sample *s)
{
	struct sample_count count;

	(void)pthread_mutex_lock(&s->mutex);
	count = s->count;
	(void)pthread_mutex_unlock(&s->mutex);
	return count;
}
