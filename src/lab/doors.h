/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All ways into a lab: SSH, TFTP, HTTP, TLS on the nodes' addresses, the web
 * pages of some phones, and the control socket. Each connection is a thread of
 * its own with a small stack; one thread waits for all of them.
 *
 * A port is open as long as its service runs: it is looked at often, whenever
 * a session says something, and by doors_look(). A connection to a port that
 * should be closed meanwhile is reset.
 */
#ifndef LAB_DOORS_H
#define LAB_DOORS_H

#include "lab/stream.h"
#include "lab/world.h"

#define DOORS_SSH 2222
#define DOORS_TFTP 6969
#define DOORS_HTTP 6970
#define DOORS_HTTPS 6971
#define DOORS_HTTPS_MRA 6972
#define DOORS_PHONE 8080 /* the web page of a phone, on its own address */

struct doors;
struct sshd;

struct doors_setup {
	struct world *world;
	const char *password; /* of SSH */
	size_t num_pages;     /* so many phones, the first ones, show a page */
	int control;          /* a listening socket, the caller's; or -1 */
	/* A connection to it, in a thread of its own. */
	void (*controlled)(void *arg, struct stream *s);
	void *arg;
};

/* Opens them all. ERR_EXISTS: an address and port is another's. */
MUST_CHECK enum err doors_open(const struct doors_setup *setup,
    struct doors **ret, struct diag *diag);

/* Ends every connection, waits for its thread, closes all. NULL is allowed. */
void doors_close(struct doors **d);

/* Opens and closes ports as services run now. Never with the world's lock held.
 */
void doors_look(struct doors *d);

const struct sshd *doors_sshd(const struct doors *d);

struct doors_count {
	unsigned long http, tftp; /* files given out */
	unsigned long sessions;   /* of SSH, begun */
};
struct doors_count doors_count(const struct doors *d);

#endif
