/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/tlsd.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

/* The lab takes whatever certificate a client has. */
static int
any_client(int fine, X509_STORE_CTX *store)
{
	(void)fine;
	(void)store;
	return 1;
}

static X509 *
cert_of(const struct world_cert *cert)
{
	const unsigned char *der = cert->der.ptr;

	return d2i_X509(NULL, &der, (long)cert->der.len);
}

static EVP_PKEY *
key_of(const struct world_cert *cert)
{
	struct buf pem = { 0 };
	EVP_PKEY *key = NULL;
	BIO *bio = NULL;

	if (cert->key != NULL && mint_key_pem(cert->key, &pem, NULL) == ERR_OK)
		bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	buf_clear(&pem);
	return key;
}

/* One certificate with its key, and who signed it. */
static bool
add(SSL_CTX *ctx, const struct world_cert *own, const struct world_cert *issuer)
{
	X509 *cert = cert_of(own);
	X509 *behind = issuer != NULL ? cert_of(issuer) : NULL;
	EVP_PKEY *key = key_of(own);
	bool fine;

	fine = cert != NULL && key != NULL &&
	    SSL_CTX_use_certificate(ctx, cert) == 1 &&
	    SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
	    (behind == NULL || SSL_CTX_add1_chain_cert(ctx, behind) == 1);
	EVP_PKEY_free(key);
	X509_free(behind);
	X509_free(cert);
	return fine;
}

static bool
fill(SSL_CTX *ctx, struct world *w, size_t node, unsigned port)
{
	const struct world_cert *rsa = NULL, *ec = NULL;
	const struct world_cert *behind = NULL;

	if (!world_shows(w, node, port, false, &rsa, &behind) ||
	    !add(ctx, rsa, behind))
		return false;
	behind = NULL;
	return !world_shows(w, node, port, true, &ec, &behind) || ec == rsa ||
	    add(ctx, ec, behind);
}

static SSL_CTX *
context(struct world *w, size_t node, unsigned port, enum tlsd_client client)
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
	    SSL_CTX_set_num_tickets(ctx, 0) == 1 && fill(ctx, w, node, port))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

bool
tlsd_accept(struct stream *s, struct world *w, size_t node, unsigned port,
    enum tlsd_client client)
{
	SSL_CTX *ctx = context(w, node, port, client);
	SSL *ssl = ctx != NULL ? SSL_new(ctx) : NULL;
	bool fine = ssl != NULL && SSL_set_fd(ssl, s->fd) == 1 &&
	    SSL_accept(ssl) == 1;

	SSL_CTX_free(ctx);
	ERR_clear_error();
	if (fine)
		s->ssl = ssl;
	else
		SSL_free(ssl);
	return fine;
}
