/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One port of the lab, and the connections through it. Private to the doors.
 */
#ifndef LAB_DOORS_PARTS_H
#define LAB_DOORS_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "lab/doors.h"
#include "lab/sshd.h"
#include "lab/tftpd.h"
#include "lab/tlsd.h"

/* What stands behind a port. */
enum doors_kind {
	DOORS_STOP, /* no port: the doors are closed */
	DOORS_SHELL,
	DOORS_FILES,
	DOORS_FILES_TLS,
	DOORS_TLS, /* a handshake, and silence */
	DOORS_PAGE,
	DOORS_CONTROL
};

/* An entry of the table of ports that a node has. */
struct doors_port {
	unsigned port;
	enum doors_kind kind;
	enum tlsd_client client;
};

extern const struct doors_port doors_ports[];
extern const size_t doors_num_ports;

struct door {
	enum doors_kind kind;
	const struct doors_port *port; /* NULL: a phone's, or control */
	size_t owner;                  /* node or phone */
	int fd;                        /* -1: closed */
	unsigned ordinal;              /* of the last connection */
};

/* A connection. */
struct guest {
	struct doors *doors;
	const struct door *door;
	int fd;
	unsigned ordinal;
	struct guest *next;
};

/* The thread of a connection that has ended, to be joined. */
struct leaver {
	bool is_there;
	pthread_t thread;
};

struct doors {
	struct doors_setup setup;
	struct door *door;
	size_t num_doors;
	struct door stop;
	int epoll;
	struct sshd *sshd;
	struct tlsd *tlsd;
	struct tftpd *tftpd;
	pthread_t thread;
	bool running;
	pthread_mutex_t mutex; /* of what follows, and of door[].fd */
	pthread_cond_t empty;
	struct guest *guests;
	struct leaver left; /* last */
	bool closing;
	atomic_ulong http, sessions;
};

/* Whether the service behind D runs. */
bool doors_is_up(struct doors *d, const struct door *door);

/* Binds and listens; ERR_EXISTS. */
MUST_CHECK enum err doors_listen(struct doors *d, struct door *door,
    struct diag *diag);

/* What a guest came for, to its end. */
void doors_receive(struct guest *g);

#endif
