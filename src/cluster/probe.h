/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which certificates a TLS port really shows: a handshake, of which nothing is
 * believed, and which ends once they have come; no credential is given. At security
 * level 0 and from TLS 1.0 on, in this probe alone, since old appliances have
 * no better.
 */
#ifndef CLUSTER_PROBE_H
#define CLUSTER_PROBE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"

#define PROBE_CHAIN_MAX 10

enum probe_kind {
	PROBE_ANY,
	PROBE_RSA, /* a client that takes RSA alone */
	PROBE_ECDSA
};

const char *probe_kind_name(enum probe_kind kind); /* "any", "rsa", "ecdsa" */

/* All-zero is clear. */
struct probe {
	struct buf der[PROBE_CHAIN_MAX]; /* as it was shown, the server's own
					  * first */
	size_t num;
	char version[16], cipher[64]; /* "TLSv1.2" */
};

void probe_clear(struct probe *p);

/* What probes share, also those of several threads: to make it costs as much as
 * a handshake. A probe takes at most LIMIT seconds in all; 0: the usual. */
struct probe_client;
MUST_CHECK enum err probe_client_new(unsigned limit, struct probe_client **ret,
    struct diag *d);
void probe_client_free(struct probe_client **c);

/* Connects to HOST:PORT. ERR_ABSENT: nobody listens;
 * ERR_UNSUPPORTED: the server has no certificate of KIND; ERR_IO: no answer, or
 * no TLS; ERR_TOO_BIG. A server that breaks off after its certificate came
 * (since it wants ours) is ERR_OK. */
MUST_CHECK enum err probe_port(const struct probe_client *c, const char *host,
    unsigned port, enum probe_kind kind, struct probe *ret, struct diag *d);

#endif
