/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/tlsd.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "lab/mint.h"

/* What all connections share: to make it costs as much as a handshake. */
struct tlsd {
	struct world *world;
	SSL_CTX *ctx[TLSD_NUM_CLIENTS];
};

/* The lab takes whatever certificate a client has. */
static int
any_client(int fine, X509_STORE_CTX *store)
{
	(void)fine;
	(void)store;
	return 1;
}

/* ---- What is the same for all. ---- */

static SSL_CTX *
context(enum tlsd_client client)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	int verify = SSL_VERIFY_PEER;

	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	if (client == TLSD_WANTS)
		verify |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
	if (client != TLSD_ANYBODY)
		SSL_CTX_set_verify(ctx, verify, any_client);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, "ALL:!aNULL:!eNULL") == 1 &&
	    SSL_CTX_set_num_tickets(ctx, 0) == 1)
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

enum err
tlsd_new(struct world *w, struct tlsd **ret, struct diag *diag)
{
	struct tlsd *t = calloc(1, sizeof(*t));
	size_t i;

	if (t == NULL)
		return diag_nomem(diag);
	t->world = w;
	for (i = 0; i < TLSD_NUM_CLIENTS; i++) {
		t->ctx[i] = context((enum tlsd_client)i);
		if (t->ctx[i] == NULL) {
			tlsd_free(&t);
			ERR_clear_error();
			return diag_set(diag, ERR_CRYPTO, "OpenSSL has no TLS");
		}
	}
	*ret = t;
	return ERR_OK;
}

void
tlsd_free(struct tlsd **t)
{
	size_t i;

	if (*t == NULL)
		return;
	for (i = 0; i < TLSD_NUM_CLIENTS; i++)
		SSL_CTX_free((*t)->ctx[i]);
	free(*t);
	*t = NULL;
}

/* ---- One connection. ---- */

static X509 *
cert_of(const struct world_cert *cert)
{
	const unsigned char *der = cert->der.ptr;

	return d2i_X509(NULL, &der, (long)cert->der.len);
}

/* One certificate with its key, and who signed it. */
static bool
add(SSL *ssl, const struct world_cert *own, const struct world_cert *issuer)
{
	X509 *cert = cert_of(own);
	X509 *behind = issuer != NULL ? cert_of(issuer) : NULL;
	bool fine;

	fine = cert != NULL && own->key != NULL &&
	    SSL_use_certificate(ssl, cert) == 1 &&
	    SSL_use_PrivateKey(ssl, mint_key_pkey(own->key)) == 1 &&
	    (behind == NULL || SSL_add1_chain_cert(ssl, behind) == 1);
	X509_free(behind);
	X509_free(cert);
	return fine;
}

static bool
fill(SSL *ssl, struct world *w, size_t node, unsigned port)
{
	const struct world_cert *rsa = NULL, *ec = NULL;
	const struct world_cert *behind = NULL;

	if (!world_shows(w, node, port, false, &rsa, &behind) ||
	    !add(ssl, rsa, behind))
		return false;
	behind = NULL;
	return !world_shows(w, node, port, true, &ec, &behind) || ec == rsa ||
	    add(ssl, ec, behind);
}

bool
tlsd_accept(const struct tlsd *t, struct stream *s, size_t node, unsigned port,
    enum tlsd_client client)
{
	SSL *ssl = SSL_new(t->ctx[client]);
	bool fine = ssl != NULL && fill(ssl, t->world, node, port) &&
	    SSL_set_fd(ssl, s->fd) == 1 && SSL_accept(ssl) == 1;

	ERR_clear_error();
	if (fine)
		s->ssl = ssl;
	else
		SSL_free(ssl);
	return fine;
}
