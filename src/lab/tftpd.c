/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/tftpd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lab/serve.h"
#include "lab/tftpd_packet.h"

#define TRIES 5
#define EVENTS 64

/* What an event belongs to: a node's port, or one transfer. */
enum source_kind {
	SOURCE_STOP,
	SOURCE_NODE,
	SOURCE_TRANSFER
};

struct source {
	enum source_kind kind;
	int fd;
};

struct server {
	struct source source; /* the first member */
	size_t node;
	enum serve_fault fault;
};

struct transfer {
	struct source source; /* the first member */
	struct transfer *next;
	enum serve_fault fault;
	struct buf file;
	struct buf packet; /* the last one, to be sent again */
	size_t block;      /* bytes */
	uint64_t number;   /* of the block that waits for its ACK; 0: options */
	bool last;         /* it is the last one */
	bool over;
	unsigned tries;
	int64_t timeout, due; /* ms */
};

struct tftpd {
	struct world *world;
	int epoll;
	struct source stop;
	struct server *server;
	size_t num_servers;
	struct transfer *transfers;
	size_t num_transfers;
	pthread_t thread;
	bool running;
	atomic_ulong files, refused;
	uint8_t in[TFTPD_PACKET_MAX];
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool
watch(int epoll, struct source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, source->fd, &event) == 0;
}

/* ---- One transfer. ---- */

static void
transfer_free(struct transfer *t)
{
	if (t->source.fd >= 0)
		(void)close(t->source.fd);
	buf_clear(&t->file);
	buf_clear(&t->packet);
	free(t);
}

static void
send_packet(struct transfer *t)
{
	/* a packet that is lost is sent again */
	if (buf_ok(&t->packet))
		(void)send(t->source.fd, t->packet.ptr, t->packet.len,
		    MSG_NOSIGNAL);
	t->due = now_ms() + t->timeout;
}

/* The bytes of block NUMBER, from 1; those of an endless file come again. */
static struct bytes
block_of(const struct transfer *t, uint64_t number)
{
	size_t end = t->file.len;
	size_t at = (size_t)(number - 1) * t->block;

	if (t->fault == SERVE_SHORT)
		end /= 2;
	if (at >= end)
		return bytes_of(t->file.ptr, 0);
	return bytes_of(t->file.ptr + at,
	    end - at < t->block ? end - at : t->block);
}

static void
send_block(struct transfer *t)
{
	struct bytes block = block_of(t, t->number);
	uint16_t number = (uint16_t)t->number;

	if (t->fault == SERVE_STALL && t->number > 1) {
		t->due = INT64_MAX;
		return;
	}
	if (t->fault == SERVE_WRONG_BLOCK && t->number > 1)
		number = (uint16_t)(number + 41);
	buf_clear(&t->packet);
	buf_u16(&t->packet, TFTPD_DATA);
	buf_u16(&t->packet, number);
	buf_put(&t->packet, block);
	if (t->fault == SERVE_ENDLESS)
		buf_fill(&t->packet, t->block - block.len, 'x');
	else
		t->last = block.len < t->block;
	t->tries = 0;
	send_packet(t);
}

static void
send_garbage(struct transfer *t)
{
	size_t i;

	buf_clear(&t->packet);
	for (i = 0; i < 516; i++)
		buf_u8(&t->packet, (uint8_t)(i * 167 + 91));
	send_packet(t);
}

/* The answer to a request: options, or the first block. */
static void
begin(struct transfer *t, const struct tftpd_request *r)
{
	t->block = r->block != 0 ? r->block : TFTPD_BLOCK;
	t->timeout = r->timeout != 0 ? (int64_t)r->timeout * 1000 : 1000;
	if (t->fault == SERVE_GARBAGE) {
		send_garbage(t);
	} else if (tftpd_packet_options(&t->packet, r, t->file.len)) {
		send_packet(t);
	} else {
		t->number = 1;
		send_block(t);
	}
}

static void
refuse(struct transfer *t, enum tftpd_code code, const char *text)
{
	tftpd_packet_error(&t->packet, code, text);
	send_packet(t);
	t->over = true;
}

/* A packet of the other side. */
static void
answered(struct tftpd *d, struct transfer *t, struct bytes packet)
{
	uint16_t number;

	if (!tftpd_packet_ack(packet, &number)) {
		t->over = true;
		return;
	}
	if (t->fault == SERVE_WRONG_BLOCK && t->number > 1)
		number = (uint16_t)(number - 41);
	if (number != (uint16_t)t->number || t->fault == SERVE_GARBAGE)
		return;
	if (t->last) {
		atomic_fetch_add(&d->files, 1);
		t->over = true;
		return;
	}
	t->number++;
	send_block(t);
}

static void
late(struct transfer *t)
{
	if (++t->tries >= TRIES)
		t->over = true;
	else
		send_packet(t);
}

/* ---- Requests. ---- */

/* A socket on the node's address that talks to FROM alone; -1. */
static int
talk_to(int server, const struct sockaddr_in *from)
{
	struct sockaddr_in own;
	socklen_t len = sizeof(own);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	if (getsockname(server, (struct sockaddr *)&own, &len) == 0) {
		own.sin_port = 0;
		if (bind(fd, (struct sockaddr *)&own, sizeof(own)) == 0 &&
		    connect(fd, (const struct sockaddr *)from, sizeof(*from)) ==
			0)
			return fd;
	}
	(void)close(fd);
	return -1;
}

static struct transfer *
transfer_new(struct tftpd *d, const struct server *s,
    const struct sockaddr_in *from)
{
	struct transfer *t;

	if (d->num_transfers >= TFTPD_TRANSFERS_MAX)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return NULL;
	t->source.kind = SOURCE_TRANSFER;
	t->fault = s->fault;
	t->timeout = 1000;
	t->source.fd = talk_to(s->source.fd, from);
	if (t->source.fd < 0 || !watch(d->epoll, &t->source)) {
		transfer_free(t);
		return NULL;
	}
	t->next = d->transfers;
	d->transfers = t;
	d->num_transfers++;
	return t;
}

/* The file that R asks NODE for, or a refusal. */
static void
answer(struct tftpd *d, struct transfer *t, size_t node,
    const struct tftpd_request *r)
{
	atomic_fetch_add(&d->refused, 1);
	if (r->op == TFTPD_WRQ)
		refuse(t, TFTPD_ACCESS, "Access violation");
	else if (!r->octet)
		refuse(t, TFTPD_UNDEFINED, "Only mode octet is known");
	else if (world_get(d->world, node, r->name, &t->file, NULL) != ERR_OK)
		refuse(t, TFTPD_NOT_FOUND, "File not found");
	else {
		atomic_fetch_sub(&d->refused, 1);
		begin(t, r);
	}
}

/* Whether NODE's TFTP service is there to answer. */
static bool
is_up(struct world *w, size_t node)
{
	const struct world_node *n;
	bool up = false;
	size_t i;

	world_lock(w);
	n = &w->node[node];
	for (i = 0; i < n->num_services && !n->down; i++)
		if (strcmp(n->service[i].name, "Cisco Tftp") == 0)
			up = n->service[i].state == WORLD_STARTED;
	world_unlock(w);
	return up;
}

static void
requested(struct tftpd *d, const struct server *s)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	struct tftpd_request r;
	struct transfer *t;
	ssize_t n = recvfrom(s->source.fd, d->in, sizeof(d->in), 0,
	    (struct sockaddr *)&from, &len);

	if (n <= 0 || !is_up(d->world, s->node))
		return;
	if (!tftpd_packet_request(bytes_of(d->in, (size_t)n), &r))
		return;
	t = transfer_new(d, s, &from);
	if (t != NULL)
		answer(d, t, s->node, &r);
}

/* ---- The thread. ---- */

/* Sends again what is late, and removes what is over; the milliseconds until
 * the next one is due, or -1. */
static int
tidy(struct tftpd *d)
{
	struct transfer **at = &d->transfers, *t;
	int64_t now = now_ms(), next = INT64_MAX;

	while ((t = *at) != NULL) {
		if (!t->over && t->due <= now)
			late(t);
		if (t->over) {
			*at = t->next;
			d->num_transfers--;
			transfer_free(t);
			continue;
		}
		if (t->due < next)
			next = t->due;
		at = &t->next;
	}
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : (int)(next - now);
}

static void
heard(struct tftpd *d, struct source *s)
{
	ssize_t n;

	if (s->kind == SOURCE_NODE) {
		requested(d, (struct server *)s);
		return;
	}
	n = recv(s->fd, d->in, sizeof(d->in), 0);
	if (n >= 0)
		answered(d, (struct transfer *)s, bytes_of(d->in, (size_t)n));
	else if (errno != EAGAIN && errno != EINTR)
		((struct transfer *)s)->over = true;
}

static void *
run(void *arg)
{
	struct tftpd *d = arg;
	struct epoll_event event[EVENTS];
	struct source *s;
	int i, num;

	for (;;) {
		num = epoll_wait(d->epoll, event, EVENTS, tidy(d));
		for (i = 0; i < num; i++) {
			s = event[i].data.ptr;
			if (s->kind == SOURCE_STOP)
				return NULL;
			heard(d, s);
		}
	}
}

/* ---- Start and stop. ---- */

static enum err
open_server(struct tftpd *d, size_t node, unsigned port, struct diag *diag)
{
	const struct world_node *n = &d->world->node[node];
	struct server *s = &d->server[d->num_servers];
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };

	s->node = node;
	s->fault = serve_fault_named(
	    scenario_node(d->world->scenario, node).serves.tftp);
	s->source.kind = SOURCE_NODE;
	if (inet_pton(AF_INET, n->address, &at.sin_addr) != 1)
		return diag_set(diag, ERR_USAGE, "%s is no IPv4 address",
		    n->address);
	s->source.fd = socket(AF_INET,
	    SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->source.fd < 0)
		return diag_errno(diag, "socket", errno, "no socket for TFTP");
	d->num_servers++;
	if (bind(s->source.fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		return diag_errno(diag, "bind", errno, "TFTP on %s port %u",
		    n->address, port);
	if (!watch(d->epoll, &s->source))
		return diag_errno(diag, "epoll_ctl", errno, "TFTP");
	return ERR_OK;
}

static enum err
open_all(struct tftpd *d, unsigned port, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	d->stop.fd = eventfd(0, EFD_CLOEXEC);
	d->server = calloc(d->world->num_nodes, sizeof(*d->server));
	if (d->server == NULL)
		return diag_nomem(diag);
	if (d->epoll < 0 || d->stop.fd < 0 || !watch(d->epoll, &d->stop))
		return diag_errno(diag, "epoll", errno, "TFTP");
	for (i = 0; i < d->world->num_nodes && err == ERR_OK; i++)
		if (d->world->node[i].role != WORLD_IMP)
			err = open_server(d, i, port, diag);
	return err;
}

enum err
tftpd_start(struct world *w, unsigned port, struct tftpd **ret,
    struct diag *diag)
{
	struct tftpd *d = calloc(1, sizeof(*d));
	enum err err;
	int error;

	if (d == NULL)
		return diag_nomem(diag);
	d->world = w;
	d->epoll = d->stop.fd = -1;
	err = open_all(d, port, diag);
	if (err == ERR_OK) {
		error = pthread_create(&d->thread, NULL, run, d);
		d->running = error == 0;
		if (error != 0)
			err = diag_errno(diag, "pthread_create", error,
			    "no thread for TFTP");
	}
	if (err != ERR_OK)
		tftpd_stop(&d);
	else
		*ret = d;
	return err;
}

void
tftpd_stop(struct tftpd **t)
{
	struct tftpd *d = *t;
	const uint64_t one = 1;
	struct transfer *next;
	size_t i;

	if (d == NULL)
		return;
	if (d->running && write(d->stop.fd, &one, sizeof(one)) > 0)
		(void)pthread_join(d->thread, NULL);
	for (; d->transfers != NULL; d->transfers = next) {
		next = d->transfers->next;
		transfer_free(d->transfers);
	}
	for (i = 0; i < d->num_servers; i++)
		(void)close(d->server[i].source.fd);
	if (d->stop.fd >= 0)
		(void)close(d->stop.fd);
	if (d->epoll >= 0)
		(void)close(d->epoll);
	free(d->server);
	free(d);
	*t = NULL;
}

struct tftpd_count
tftpd_count(const struct tftpd *t)
{
	return (struct tftpd_count){ .files = atomic_load(&t->files),
		.refused = atomic_load(&t->refused) };
}
