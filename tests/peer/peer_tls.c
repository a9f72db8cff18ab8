/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/peer/peer_tls.h"

#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "%s failed\n", what);
	abort();
}

EVP_PKEY *
peer_key(const char *name)
{
	char path[512];
	EVP_PKEY *key;
	FILE *f;

	must(getenv("SRC") != NULL, "SRC");
	(void)snprintf(path, sizeof(path), "%s/softhsm-fixtures/keys/%s.pem",
	    getenv("SRC"), name);
	f = fopen(path, "re");
	must(f != NULL, path);
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	must(key != NULL, path);
	(void)fclose(f);
	return key;
}

static void
add_name(X509 *cert, const char *cn)
{
	X509_EXTENSION *ext;
	char text[300];

	(void)snprintf(text, sizeof(text), "DNS:%s", cn);
	ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, text);
	must(ext != NULL && X509_add_ext(cert, ext, -1) == 1, "X509_add_ext");
	X509_EXTENSION_free(ext);
}

X509 *
peer_cert(EVP_PKEY *key, const char *cn)
{
	X509 *cert = X509_new();
	X509_NAME *name;

	must(cert != NULL, "X509_new");
	name = X509_get_subject_name(cert);
	must(X509_set_version(cert, 2) == 1 &&
		ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711) == 1 &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		    (const unsigned char *)cn, -1, -1, 0) == 1 &&
		X509_set_issuer_name(cert, name) == 1 &&
		ASN1_TIME_set(X509_getm_notBefore(cert), 0) != NULL &&
		ASN1_TIME_set_string(X509_getm_notAfter(cert),
		    "20991231235959Z") == 1 &&
		X509_set_pubkey(cert, key) == 1,
	    "X509");
	add_name(cert, cn);
	must(X509_sign(cert, key, EVP_sha256()) > 0, "X509_sign");
	return cert;
}

SSL_CTX *
peer_context(const char *const *names, const char *cn)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	must(ctx != NULL, "SSL_CTX_new");
	SSL_CTX_set_security_level(ctx, 0);
	must(SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) == 1,
	    "SSL_CTX_set_min_proto_version");
	for (; *names != NULL; names++) {
		EVP_PKEY *key = peer_key(*names);
		X509 *cert = peer_cert(key, cn);

		must(SSL_CTX_use_certificate(ctx, cert) == 1 &&
			SSL_CTX_use_PrivateKey(ctx, key) == 1,
		    "SSL_CTX_use_certificate");
		X509_free(cert);
		EVP_PKEY_free(key);
	}
	return ctx;
}

SSL *
peer_tls(struct peer *p, SSL_CTX *ctx, int fd)
{
	SSL *ssl = SSL_new(ctx);
	int n, why;

	must(ssl != NULL && SSL_set_fd(ssl, fd) == 1, "SSL_new");
	must(fcntl(fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
	while ((n = SSL_accept(ssl)) != 1) {
		why = SSL_get_error(ssl, n);
		if ((why == SSL_ERROR_WANT_READ && peer_wait(p, fd, POLLIN)) ||
		    (why == SSL_ERROR_WANT_WRITE && peer_wait(p, fd, POLLOUT)))
			continue;
		SSL_free(ssl);
		return NULL;
	}
	return ssl;
}

void
peer_der(X509 *cert, struct buf *out)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);

	must(len > 0, "i2d_X509");
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
}
