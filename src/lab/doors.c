/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lab/doors_parts.h"

#define STACK ((size_t)1024 * 1024) /* of a connection's thread */
#define LOOK_EVERY 50               /* ms */
#define EVENTS 64

/* ---- Connections. ---- */

/* Locked. */
static void
remove_guest(struct doors *d, struct guest *g)
{
	struct guest **at;

	for (at = &d->guests; *at != g; at = &(*at)->next)
		continue;
	*at = g->next;
	(void)close(g->fd);
	if (d->guests == NULL)
		(void)pthread_cond_signal(&d->empty);
	free(g);
}

/* Whoever leaves joins the one that left before: there is never more than one
 * to join when the doors close, and none whose OpenSSL is still being put
 * away when the program ends. */
static void
leave(struct doors *d, struct guest *g)
{
	struct leaver before;

	(void)pthread_mutex_lock(&d->mutex);
	before = d->left;
	d->left = (struct leaver){ .is_there = true, .thread = pthread_self() };
	remove_guest(d, g);
	(void)pthread_mutex_unlock(&d->mutex);
	if (before.is_there)
		(void)pthread_join(before.thread, NULL);
}

static void *
run_guest(void *arg)
{
	struct guest *g = arg;

	doors_receive(g);
	leave(g->doors, g);
	return NULL;
}

static bool
start_thread(struct guest *g)
{
	pthread_attr_t attr;
	pthread_t thread;
	bool fine;

	if (pthread_attr_init(&attr) != 0)
		return false;
	fine = pthread_attr_setstacksize(&attr, STACK) == 0 &&
	    pthread_create(&thread, &attr, run_guest, g) == 0;
	(void)pthread_attr_destroy(&attr);
	return fine;
}

/* Ends a connection as if nobody had been there. */
static void
reset(int fd)
{
	const struct linger none = { .l_onoff = 1 };

	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	(void)close(fd);
}

static void
admit(struct doors *d, struct door *door, int fd)
{
	struct guest *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		reset(fd);
		return;
	}
	g->doors = d;
	g->door = door;
	g->fd = fd;
	g->ordinal = ++door->ordinal;
	(void)pthread_mutex_lock(&d->mutex);
	g->next = d->guests;
	d->guests = g;
	(void)pthread_mutex_unlock(&d->mutex);
	if (start_thread(g))
		return;
	(void)pthread_mutex_lock(&d->mutex);
	remove_guest(d, g);
	(void)pthread_mutex_unlock(&d->mutex);
}

static void
knocked(struct doors *d, struct door *door)
{
	int fd;

	/* DOOR may be closed by another thread: then it is -1, or another
	 * socket of the same port */
	(void)pthread_mutex_lock(&d->mutex);
	fd = accept4(door->fd, NULL, NULL, SOCK_CLOEXEC);
	(void)pthread_mutex_unlock(&d->mutex);
	if (fd < 0)
		return;
	if (doors_is_up(d, door))
		admit(d, door, fd);
	else
		reset(fd);
}

/* ---- Ports. ---- */

/* Locked. */
static void
end_guests(struct doors *d, const struct door *of)
{
	struct guest *g;

	for (g = d->guests; g != NULL; g = g->next)
		if (of == NULL || g->door == of)
			(void)shutdown(g->fd, SHUT_RDWR);
}

/* Locked. A service that has stopped has no connections either. */
static void
look_at(struct doors *d, struct door *door)
{
	bool up = doors_is_up(d, door);

	if (up && door->fd < 0) {
		/* where it cannot be bound, the next look tries again */
		if (doors_listen(d, door, NULL) != ERR_OK)
			door->fd = -1;
	} else if (!up && door->fd >= 0) {
		(void)close(door->fd);
		door->fd = -1;
		end_guests(d, door);
	}
}

static void
look(struct doors *d, size_t node, bool all)
{
	struct door *door;
	size_t i;

	(void)pthread_mutex_lock(&d->mutex);
	for (i = 0; i < d->num_doors && !d->closing; i++) {
		door = &d->door[i];
		if (door->kind != DOORS_CONTROL &&
		    (all || (door->port != NULL && door->owner == node)))
			look_at(d, door);
	}
	(void)pthread_mutex_unlock(&d->mutex);
}

void
doors_look(struct doors *d)
{
	look(d, 0, true);
}

static void
node_tells(void *arg, size_t node)
{
	look(arg, node, false);
}

static int64_t
now_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void *
run(void *arg)
{
	struct doors *d = arg;
	struct epoll_event event[EVENTS];
	struct door *door;
	int64_t next = now_ms();
	int i, num;

	for (;;) {
		num = epoll_wait(d->epoll, event, EVENTS, LOOK_EVERY);
		for (i = 0; i < num; i++) {
			door = event[i].data.ptr;
			if (door->kind == DOORS_STOP)
				return NULL;
			knocked(d, door);
		}
		/* so many guests may come that a look at all doors for each
		 * of them would be all that is done */
		if (now_ms() < next)
			continue;
		doors_look(d);
		next = now_ms() + LOOK_EVERY;
	}
}

/* ---- Open and close. ---- */

static struct door *
new_door(struct doors *d, enum doors_kind kind, size_t owner)
{
	struct door *door = &d->door[d->num_doors++];

	door->kind = kind;
	door->owner = owner;
	door->fd = -1;
	return door;
}

static enum err
make_doors(struct doors *d, struct diag *diag)
{
	const struct world *w = d->setup.world;
	size_t i, p;

	d->door = calloc(w->num_nodes * doors_num_ports + d->setup.num_pages +
		1,
	    sizeof(*d->door));
	if (d->door == NULL)
		return diag_nomem(diag);
	for (i = 0; i < w->num_nodes; i++)
		for (p = 0; p < doors_num_ports; p++)
			new_door(d, doors_ports[p].kind, i)->port =
			    &doors_ports[p];
	for (i = 0; i < d->setup.num_pages; i++)
		(void)new_door(d, DOORS_PAGE, i);
	return ERR_OK;
}

static enum err
watch(struct doors *d, struct door *door, struct diag *diag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = door };

	if (epoll_ctl(d->epoll, EPOLL_CTL_ADD, door->fd, &event) != 0)
		return diag_errno(diag, "epoll_ctl", errno, "a port");
	return ERR_OK;
}

static enum err
open_ports(struct doors *d, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	d->stop.fd = eventfd(0, EFD_CLOEXEC);
	if (d->epoll < 0 || d->stop.fd < 0)
		return diag_errno(diag, "epoll", errno, "no ports");
	err = watch(d, &d->stop, diag);
	for (i = 0; err == ERR_OK && i < d->num_doors; i++)
		if (doors_is_up(d, &d->door[i]))
			err = doors_listen(d, &d->door[i], diag);
	if (err == ERR_OK && d->setup.control >= 0) {
		new_door(d, DOORS_CONTROL, 0)->fd = d->setup.control;
		err = watch(d, &d->door[d->num_doors - 1], diag);
	}
	return err;
}

static enum err
open_services(struct doors *d, struct diag *diag)
{
	const struct sshd_setup ssh = { .world = d->setup.world,
		.password = d->setup.password,
		.tells = node_tells,
		.arg = d };
	enum err err;
	int error;

	err = sshd_new(&ssh, &d->sshd, diag);
	if (err == ERR_OK)
		err = tlsd_new(d->setup.world, &d->tlsd, diag);
	if (err == ERR_OK)
		err = tftpd_start(d->setup.world, DOORS_TFTP, &d->tftpd, diag);
	if (err != ERR_OK)
		return err;
	error = pthread_create(&d->thread, NULL, run, d);
	if (error != 0)
		return diag_errno(diag, "pthread_create", error, "no thread");
	d->running = true;
	return ERR_OK;
}

enum err
doors_open(const struct doors_setup *setup, struct doors **ret,
    struct diag *diag)
{
	struct doors *d = calloc(1, sizeof(*d));
	enum err err;

	if (d == NULL)
		return diag_nomem(diag);
	d->setup = *setup;
	d->epoll = d->stop.fd = -1;
	(void)pthread_mutex_init(&d->mutex, NULL);
	(void)pthread_cond_init(&d->empty, NULL);
	err = make_doors(d, diag);
	if (err == ERR_OK)
		err = open_ports(d, diag);
	if (err == ERR_OK)
		err = open_services(d, diag);
	if (err != ERR_OK)
		doors_close(&d);
	else
		*ret = d;
	return err;
}

static void
stop_threads(struct doors *d)
{
	const uint64_t one = 1;

	if (d->running && write(d->stop.fd, &one, sizeof(one)) > 0)
		(void)pthread_join(d->thread, NULL);
	(void)pthread_mutex_lock(&d->mutex);
	d->closing = true;
	end_guests(d, NULL);
	while (d->guests != NULL)
		(void)pthread_cond_wait(&d->empty, &d->mutex);
	(void)pthread_mutex_unlock(&d->mutex);
	if (d->left.is_there)
		(void)pthread_join(d->left.thread, NULL);
}

void
doors_close(struct doors **doors)
{
	struct doors *d = *doors;
	size_t i;

	if (d == NULL)
		return;
	stop_threads(d);
	tftpd_stop(&d->tftpd);
	tlsd_free(&d->tlsd);
	sshd_free(&d->sshd);
	for (i = 0; i < d->num_doors; i++)
		if (d->door[i].fd >= 0 && d->door[i].kind != DOORS_CONTROL)
			(void)close(d->door[i].fd);
	if (d->stop.fd >= 0)
		(void)close(d->stop.fd);
	if (d->epoll >= 0)
		(void)close(d->epoll);
	(void)pthread_cond_destroy(&d->empty);
	(void)pthread_mutex_destroy(&d->mutex);
	free(d->door);
	free(d);
	*doors = NULL;
}

const struct sshd *
doors_sshd(const struct doors *d)
{
	return d->sshd;
}

struct doors_count
doors_count(const struct doors *d)
{
	return (struct doors_count){ .http = atomic_load(&d->http),
		.tftp = tftpd_count(d->tftpd).files,
		.sessions = atomic_load(&d->sessions) };
}
