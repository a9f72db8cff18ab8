/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/doors_parts.h"
#include "lab/httpd.h"
#include "lab/phonepage.h"

#define BACKLOG 64

const struct doors_port doors_ports[] = {
	{ DOORS_SSH, DOORS_SHELL, TLSD_ANYBODY },
	{ DOORS_HTTP, DOORS_FILES, TLSD_ANYBODY },
	{ DOORS_HTTPS, DOORS_FILES_TLS, TLSD_ANYBODY },
	{ DOORS_HTTPS_MRA, DOORS_FILES_TLS, TLSD_ANYBODY },
	{ 2443, DOORS_TLS, TLSD_ANYBODY },
	{ 5061, DOORS_TLS, TLSD_ANYBODY },
	{ 3804, DOORS_TLS, TLSD_WANTS },
	{ 2445, DOORS_TLS, TLSD_ASKS },
	{ 8443, DOORS_TLS, TLSD_ANYBODY },
};
const size_t doors_num_ports = sizeof(doors_ports) / sizeof(*doors_ports);

static bool
tftp_runs(struct world *w, size_t node)
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

static bool
node_is_up(struct world *w, size_t node)
{
	bool down;

	world_lock(w);
	down = w->node[node].down;
	world_unlock(w);
	return !down;
}

static bool
phone_is_up(struct world *w, size_t phone)
{
	bool off;

	world_lock(w);
	off = w->phone[phone].off;
	world_unlock(w);
	return !off;
}

bool
doors_is_up(struct doors *d, const struct door *door)
{
	struct world *w = d->setup.world;
	const struct world_cert *cert, *chain;

	switch (door->kind) {
	case DOORS_STOP:
	case DOORS_CONTROL:
		return true;
	case DOORS_SHELL:
		return node_is_up(w, door->owner);
	case DOORS_FILES:
		return tftp_runs(w, door->owner);
	case DOORS_PAGE:
		return phone_is_up(w, door->owner);
	case DOORS_FILES_TLS:
		if (!tftp_runs(w, door->owner))
			return false;
		break;
	case DOORS_TLS:
		break;
	}
	return node_is_up(w, door->owner) &&
	    world_shows(w, door->owner, door->port->port, false, &cert, &chain);
}

static enum err
bind_to(int fd, const char *address, unsigned port, struct diag *diag)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	const int on = 1;

	if (inet_pton(AF_INET, address, &at.sin_addr) != 1)
		return diag_set(diag, ERR_USAGE, "%s is no IPv4 address",
		    address);
	/* a port that was closed a moment ago is ours still */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	    listen(fd, BACKLOG) == 0)
		return ERR_OK;
	if (errno == EADDRINUSE)
		return diag_set(diag, ERR_EXISTS,
		    "%s port %u is in use by another program", address, port);
	return diag_errno(diag, "bind", errno, "%s port %u", address, port);
}

enum err
doors_listen(struct doors *d, struct door *door, struct diag *diag)
{
	const struct world *w = d->setup.world;
	bool page = door->kind == DOORS_PAGE;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = door };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	enum err err;

	if (fd < 0)
		return diag_errno(diag, "socket", errno, "no socket");
	err = bind_to(fd,
	    page ? w->phone[door->owner].address : w->node[door->owner].address,
	    page ? DOORS_PHONE : door->port->port, diag);
	if (err == ERR_OK &&
	    epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
		err = diag_errno(diag, "epoll_ctl", errno, "a port");
	if (err != ERR_OK)
		(void)close(fd);
	else
		door->fd = fd;
	return err;
}

/* ---- What guests come for. ---- */

/* What TFTP has, over HTTP: the path without its first "/". */
static enum err
get_file(void *arg, const char *path, struct buf *ret, struct diag *diag)
{
	const struct guest *g = arg;

	return world_get(g->doors->setup.world, g->door->owner, path + 1, ret,
	    diag);
}

static void
give_files(struct guest *g, struct stream *s)
{
	struct world *w = g->doors->setup.world;
	struct httpd_files files = { .get = get_file,
		.arg = g,
		.type = "application/octet-stream" };

	files.fault = serve_fault_named(
	    scenario_node(w->scenario, g->door->owner).serves.http);
	atomic_fetch_add(&g->doors->http, httpd_serve(s, &files));
}

static enum err
get_page(void *arg, const char *path, struct buf *ret, struct diag *diag)
{
	const struct guest *g = arg;

	return phonepage_get(g->doors->setup.world, g->door->owner, path, ret,
	    diag);
}

static void
give_pages(struct guest *g, struct stream *s)
{
	struct httpd_files files = { .get = get_page,
		.arg = g,
		.type = "text/html" };

	(void)httpd_serve(s, &files);
}

/* The rest speaks bytes on a stream. */
static void
receive_stream(struct guest *g)
{
	struct doors *d = g->doors;
	enum doors_kind kind = g->door->kind;
	struct stream s;

	stream_init(&s, g->fd);
	if ((kind == DOORS_FILES_TLS || kind == DOORS_TLS) &&
	    !tlsd_accept(d->tlsd, &s, g->door->owner, g->door->port->port,
		g->door->port->client))
		return;
	if (kind == DOORS_TLS)
		stream_drain(&s);
	else if (kind == DOORS_PAGE)
		give_pages(g, &s);
	else if (kind == DOORS_CONTROL)
		d->setup.controlled(d->setup.arg, &s);
	else
		give_files(g, &s);
	stream_clear(&s);
}

void
doors_receive(struct guest *g)
{
	const int on = 1;
	int copy;

	/* A socket of a Unix name has no such option. */
	(void)setsockopt(g->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (g->door->kind != DOORS_SHELL) {
		receive_stream(g);
		return;
	}
	/* libssh closes what it gets; ours stays, to be shut down. */
	copy = dup(g->fd);
	if (copy < 0)
		return;
	atomic_fetch_add(&g->doors->sessions, 1);
	sshd_serve(g->doors->sshd, g->door->owner, copy, g->ordinal);
}
