/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's side of TLS: what a port of a node shows now, to old clients too
 * (TLS 1.0, security level 0). No certificate is kept between connections, so
 * that one that a service has just read is shown at once, and 200 nodes cost
 * nothing until somebody asks.
 */
#ifndef LAB_TLSD_H
#define LAB_TLSD_H

#include "lab/stream.h"
#include "lab/world.h"

/* What a port wants of its clients. */
enum tlsd_client {
	TLSD_ANYBODY,
	TLSD_ASKS,  /* for a certificate; none will do */
	TLSD_WANTS, /* one, whichever */
	TLSD_NUM_CLIENTS
};

struct tlsd;

/* Of all nodes of W, which it borrows. */
MUST_CHECK enum err tlsd_new(struct world *w, struct tlsd **ret,
    struct diag *diag);
void tlsd_free(struct tlsd **t);

/* Does the handshake of PORT of NODE on S, which is plain before; RSA or ECDSA by
 * what the client takes. False: it failed, or nobody listens there. Many threads
 * may call it at once. */
bool tlsd_accept(struct tlsd *t, struct stream *s, size_t node, unsigned port,
    enum tlsd_client client);

#endif
