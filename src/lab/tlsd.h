/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's side of TLS: what a port of a node shows now, to old clients too
 * (TLS 1.0, security level 0). Nothing is kept between connections, so that a
 * certificate that a service has just read is shown at once, and 200 nodes
 * cost nothing until somebody asks.
 */
#ifndef LAB_TLSD_H
#define LAB_TLSD_H

#include "lab/stream.h"
#include "lab/world.h"

/* What a port wants of its clients. */
enum tlsd_client {
	TLSD_ANYBODY,
	TLSD_ASKS, /* for a certificate; none will do */
	TLSD_WANTS /* one, whichever */
};

/* Does the handshake of PORT of NODE on S, which is plain before; RSA or ECDSA by
 * what the client takes. False: it failed, or nobody listens there. */
bool tlsd_accept(struct stream *s, struct world *w, size_t node, unsigned port,
    enum tlsd_client client);

#endif
