/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/tlsd.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lab/mint.h"

#define NUM_SHELVES 256

/* A certificate that was shown, decoded. */
struct shown {
	struct shown *next;
	X509 *cert;
	size_t len;
	unsigned char der[];
};

/* What all connections share: to make it costs as much as a handshake. */
struct tlsd {
	struct world *world;
	SSL_CTX *ctx[TLSD_NUM_CLIENTS];
	pthread_mutex_t lock; /* of shelf */
	struct shown *shelf[NUM_SHELVES];
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
	pthread_mutex_init(&t->lock, NULL);
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

static void
free_shelf(struct shown *first)
{
	struct shown *next;

	for (; first != NULL; first = next) {
		next = first->next;
		X509_free(first->cert);
		free(first);
	}
}

void
tlsd_free(struct tlsd **t)
{
	size_t i;

	if (*t == NULL)
		return;
	for (i = 0; i < TLSD_NUM_CLIENTS; i++)
		SSL_CTX_free((*t)->ctx[i]);
	for (i = 0; i < NUM_SHELVES; i++)
		free_shelf((*t)->shelf[i]);
	pthread_mutex_destroy(&(*t)->lock);
	free(*t);
	*t = NULL;
}

/* ---- One connection. ---- */

static struct shown *
decode(struct bytes der)
{
	struct shown *ret = malloc(sizeof(*ret) + der.len);
	const unsigned char *at = der.ptr;

	if (ret == NULL)
		return NULL;
	ret->cert = d2i_X509(NULL, &at, (long)der.len);
	if (ret->cert == NULL) {
		free(ret);
		return NULL;
	}
	ret->len = der.len;
	memcpy(ret->der, der.ptr, der.len);
	return ret;
}

/* Stays with T. The last byte of a certificate is one of its signature. */
static X509 *
cert_of(struct tlsd *t, struct bytes der)
{
	struct shown **shelf = &t->shelf[der.ptr[der.len - 1]], *at;

	pthread_mutex_lock(&t->lock);
	for (at = *shelf; at != NULL; at = at->next)
		if (at->len == der.len &&
		    memcmp(at->der, der.ptr, at->len) == 0)
			break;
	if (at == NULL) {
		at = decode(der);
		if (at != NULL) {
			at->next = *shelf;
			*shelf = at;
		}
	}
	pthread_mutex_unlock(&t->lock);
	return at == NULL ? NULL : at->cert;
}

/* One certificate with its key, and who signed it. */
static bool
add(struct tlsd *t, SSL *ssl, const struct world_cert *own,
    const struct world_cert *issuer)
{
	X509 *cert = cert_of(t, own->der);
	X509 *behind = issuer == NULL ? NULL : cert_of(t, issuer->der);

	return cert != NULL && own->key != NULL &&
	    SSL_use_certificate(ssl, cert) == 1 &&
	    SSL_use_PrivateKey(ssl, mint_key_pkey(own->key)) == 1 &&
	    (issuer == NULL ||
		(behind != NULL && SSL_add1_chain_cert(ssl, behind) == 1));
}

static bool
fill(struct tlsd *t, SSL *ssl, size_t node, unsigned port)
{
	const struct world_cert *rsa = NULL, *ec = NULL;
	const struct world_cert *behind = NULL;

	if (!world_shows(t->world, node, port, false, &rsa, &behind) ||
	    !add(t, ssl, rsa, behind))
		return false;
	behind = NULL;
	return !world_shows(t->world, node, port, true, &ec, &behind) ||
	    ec == rsa || add(t, ssl, ec, behind);
}

bool
tlsd_accept(struct tlsd *t, struct stream *s, size_t node, unsigned port,
    enum tlsd_client client)
{
	SSL *ssl = SSL_new(t->ctx[client]);
	bool fine = ssl != NULL && fill(t, ssl, node, port) &&
	    SSL_set_fd(ssl, s->fd) == 1 && SSL_accept(ssl) == 1;

	ERR_clear_error();
	if (fine)
		s->ssl = ssl;
	else
		SSL_free(ssl);
	return fine;
}
