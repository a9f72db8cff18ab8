/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS server for a peer, at security level 0, and its certificates. */
#ifndef TESTS_PEER_PEER_TLS_H
#define TESTS_PEER_PEER_TLS_H

#include <openssl/ssl.h>

#include "tests/peer/peer.h"

/* The private key of $SRC/softhsm-fixtures/keys. */
EVP_PKEY *peer_key(const char *name);

/* A self-signed certificate of KEY for CN, with subjectAltName DNS:CN. */
X509 *peer_cert(EVP_PKEY *key, const char *cn);

/* A context that shows a certificate of each of the keys NAMES (NULL ends
 * them), all for CN. */
SSL_CTX *peer_context(const char *const *names, const char *cn);

/* FD after the handshake, or NULL. It waits as the peer does. */
SSL *peer_tls(struct peer *p, SSL_CTX *ctx, int fd);

/* Appends the DER of CERT. */
void peer_der(X509 *cert, struct buf *out);

#endif
