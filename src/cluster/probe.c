/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/probe.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/dial.h"
#include "cluster/pipe.h"
#include "pki/cert.h"

#define LIMIT 10 /* s */
#define NUM_KINDS 3

/* What a client of each kind offers. SHA-1, and keys of any length, are offered
 * too: what is shown counts, not what it is worth. In TLS 1.2 and before the
 * cipher says whose certificate it must be, in TLS 1.3 the signature does. Where
 * the server need sign nothing (kRSA), it is the cheapest for both. */
static const struct {
	const char *name, *ciphers, *signatures;
} kinds[NUM_KINDS] = {
	[PROBE_ANY] = { "any", "ALL:!aNULL:!PSK:!SRP", NULL },
	[PROBE_RSA] = { "rsa", "kRSA:aRSA:!PSK:!SRP",
	    "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
	    "rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:"
	    "RSA+SHA256:RSA+SHA384:RSA+SHA512:RSA+SHA224:RSA+SHA1" },
	[PROBE_ECDSA] = { "ecdsa", "aECDSA:!PSK:!SRP",
	    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ECDSA+SHA224:ECDSA+SHA1" },
};

struct probe_client {
	unsigned limit; /* s */
	SSL_CTX *ctx[NUM_KINDS];
};

/* One handshake. */
struct shake {
	enum probe_kind kind;
	int64_t until;
	unsigned limit; /* s */
	int newest;     /* version of TLS; 0: any */
	struct probe got;
	bool has_chain, too_many, late;
};

const char *
probe_kind_name(enum probe_kind kind)
{
	return kinds[kind].name;
}

void
probe_clear(struct probe *p)
{
	size_t i;

	for (i = 0; i < PROBE_CHAIN_MAX; i++)
		buf_clear(&p->der[i]);
	memset(p, 0, sizeof(*p));
}

/* ---- What the server shows ------------------------------------------------- */

static bool
take_u24(struct bytes *cur, struct bytes *ret)
{
	uint8_t high;
	uint16_t low;

	return bytes_u8(cur, &high) && bytes_u16(cur, &low) &&
	    bytes_take(cur, (size_t)high << 16 | low, ret);
}

/* The list of a Certificate message: of TLS 1.3 it has a context before it, and
 * extensions behind each certificate (RFC 8446, 4.4.2). False: it is none, or
 * has more than is taken. */
static bool
take_chain(struct shake *s, struct bytes body, bool is_13)
{
	struct bytes list, der, skipped;
	uint16_t len;
	uint8_t n;

	if (is_13 && (!bytes_u8(&body, &n) || !bytes_take(&body, n, &skipped)))
		return false;
	if (!take_u24(&body, &list))
		return false;
	while (list.len > 0) {
		if (!take_u24(&list, &der) || der.len == 0)
			return false;
		if (is_13 &&
		    (!bytes_u16(&list, &len) ||
			!bytes_take(&list, len, &skipped)))
			return false;
		if (s->got.num == PROBE_CHAIN_MAX) {
			s->too_many = true;
			return false;
		}
		buf_put(&s->got.der[s->got.num++], der);
	}
	return s->got.num > 0;
}

/* Messages that OpenSSL skips (HelloRequest) keep it within SSL_connect() for as
 * long as they come: behind the limit nothing more is read. */
static void
mind_limit(struct shake *s, SSL *ssl)
{
	if (dial_now() < s->until)
		return;
	s->late = true;
	pipe_stop_reading(SSL_get_rbio(ssl));
}

/* Sees each message before OpenSSL judges it: what it cannot decode was shown
 * all the same. */
static void
/* NOLINTNEXTLINE(readability-function-size): OpenSSL's */
on_message(int sent, int version, int type, const void *data, size_t len,
    SSL *ssl, void *arg)
{
	struct bytes body = bytes_of(data, len), head;
	struct shake *s = arg;

	(void)version;
	mind_limit(s, ssl);
	if (sent != 0 || type != SSL3_RT_HANDSHAKE || s->got.num > 0 ||
	    len < 4 || body.ptr[0] != SSL3_MT_CERTIFICATE)
		return;
	if (!bytes_take(&body, 4, &head))
		return;
	s->has_chain = take_chain(s, body, SSL_version(ssl) == TLS1_3_VERSION);
}

/* The chain is there: nothing else is wanted of the handshake, and what is behind
 * it costs both sides the most. */
static int
on_chain(X509_STORE_CTX *ctx, void *arg)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(ctx,
	    SSL_get_ex_data_X509_STORE_CTX_idx());

	(void)arg;
	(void)SSL_set_retry_verify(ssl);
	return 1;
}

/* ---- The handshake -------------------------------------------------------------- */

/* Which signatures are taken. OpenSSL's macro casts const away: it gets a copy. */
static bool
set_signatures(SSL_CTX *ctx, const char *list)
{
	char copy[256];
	int len;

	if (list == NULL)
		return true;
	len = snprintf(copy, sizeof(copy), "%s", list);
	return len > 0 && (size_t)len < sizeof(copy) &&
	    SSL_CTX_set1_sigalgs_list(ctx, copy) == 1;
}

/* This level and these versions are of these contexts alone. */
static SSL_CTX *
make_context(enum probe_kind kind)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	if (ctx == NULL)
		return NULL;
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_options(ctx, SSL_OP_LEGACY_SERVER_CONNECT);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_cert_verify_callback(ctx, on_chain, NULL);
	SSL_CTX_set_msg_callback(ctx, on_message);
	if (SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) == 1 &&
	    SSL_CTX_set_max_proto_version(ctx, 0) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, kinds[kind].ciphers) == 1 &&
	    set_signatures(ctx, kinds[kind].signatures))
		return ctx;
	SSL_CTX_free(ctx);
	return NULL;
}

enum err
probe_client_new(unsigned limit, struct probe_client **ret, struct diag *d)
{
	struct probe_client *c = calloc(1, sizeof(*c));
	size_t i;

	if (c == NULL)
		return diag_nomem(d);
	c->limit = limit == 0 ? LIMIT : limit;
	for (i = 0; i < NUM_KINDS; i++) {
		c->ctx[i] = make_context((enum probe_kind)i);
		if (c->ctx[i] == NULL) {
			ERR_clear_error();
			probe_client_free(&c);
			return diag_nomem(d);
		}
	}
	*ret = c;
	return ERR_OK;
}

void
probe_client_free(struct probe_client **c)
{
	size_t i;

	if (*c == NULL)
		return;
	for (i = 0; i < NUM_KINDS; i++)
		SSL_CTX_free((*c)->ctx[i]);
	free(*c);
	*c = NULL;
}

static bool
is_address(const char *host)
{
	uint8_t raw[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, raw) == 1 || strchr(host, ':') != NULL;
}

/* The name of the server; an address is none. As set_signatures(). */
static bool
set_name(SSL *ssl, const char *host)
{
	char copy[TLSEXT_MAXLEN_host_name + 1];
	int len;

	if (is_address(host))
		return true;
	len = snprintf(copy, sizeof(copy), "%s", host);
	return len > 0 && (size_t)len < sizeof(copy) &&
	    SSL_set_tlsext_host_name(ssl, copy) == 1;
}

static SSL *
make_ssl(SSL_CTX *ctx, struct shake *s, const char *host, int fd)
{
	SSL *ssl = SSL_new(ctx);

	if (ssl == NULL)
		return NULL;
	SSL_set_msg_callback_arg(ssl, s);
	SSL_set_quiet_shutdown(ssl, 1);
	if (SSL_set_fd(ssl, fd) == 1 && set_name(ssl, host))
		return ssl;
	SSL_free(ssl);
	return NULL;
}

/* How the handshake ended, of SSL_get_error(); SSL_ERROR_WANT_READ and _WRITE: not
 * within the time. */
static int
shake(SSL *ssl, int fd, int64_t until)
{
	short events;
	int n, why;

	for (;;) {
		ERR_clear_error();
		n = SSL_connect(ssl);
		if (n == 1)
			return SSL_ERROR_NONE;
		why = SSL_get_error(ssl, n);
		if (why != SSL_ERROR_WANT_READ && why != SSL_ERROR_WANT_WRITE)
			return why;
		events = why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		if (dial_now() >= until || !dial_wait(fd, events, until))
			return why;
	}
}

/* ---- What came of it -------------------------------------------------------------- */

/* The alert that the server sent, or -1. */
static int
alert_of(unsigned long error)
{
	int reason = ERR_GET_REASON(error);

	if (ERR_GET_LIB(error) != ERR_LIB_SSL || reason <= SSL_AD_REASON_OFFSET)
		return -1;
	return reason - SSL_AD_REASON_OFFSET;
}

static enum err
fail_alert(const struct shake *s, int alert, struct diag *d)
{
	if (s->kind != PROBE_ANY &&
	    (alert == SSL_AD_HANDSHAKE_FAILURE ||
		alert == SSL_AD_INSUFFICIENT_SECURITY))
		return diag_set(d, ERR_UNSUPPORTED,
		    "the server has no %s certificate",
		    s->kind == PROBE_RSA ? "RSA" : "ECDSA");
	diag_set(d, ERR_IO, "the server refuses the handshake (TLS alert %d)",
	    alert);
	if (d != NULL)
		d->native = alert;
	return ERR_IO;
}

static enum err
fail(const struct shake *s, int why, struct diag *d)
{
	unsigned long error = ERR_peek_error();
	int alert = alert_of(error);

	if (s->late || why == SSL_ERROR_WANT_READ ||
	    why == SSL_ERROR_WANT_WRITE)
		return diag_set(d, ERR_IO, "no TLS handshake within %u s",
		    s->limit);
	if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
		return diag_nomem(d);
	if (ERR_GET_REASON(error) == SSL_R_EXCESSIVE_MESSAGE_SIZE)
		return diag_set(d, ERR_TOO_BIG,
		    "the server shows more than can be taken");
	if (alert >= 0)
		return fail_alert(s, alert, d);
	if (why == SSL_ERROR_SYSCALL || why == SSL_ERROR_ZERO_RETURN ||
	    ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return diag_set(d, ERR_IO,
		    "the server closed the connection in the handshake");
	return diag_set(d, ERR_IO,
	    "what answers there speaks no TLS that "
	    "can be understood");
}

/* Whether the certificate that was shown first is of an RSA key. False: nobody
 * can tell. */
static enum err
is_rsa(const struct shake *s, SSL *ssl, bool *ret_known, bool *ret,
    struct diag *d)
{
	X509 *seen = sk_X509_value(SSL_get_peer_cert_chain(ssl), 0);
	struct cert *cert = NULL;
	enum err e;

	if (seen != NULL && X509_get0_pubkey(seen) != NULL) {
		*ret_known = true;
		*ret = EVP_PKEY_get_base_id(X509_get0_pubkey(seen)) ==
		    EVP_PKEY_RSA;
		return ERR_OK;
	}
	e = cert_from_der(buf_bytes(&s->got.der[0]), &cert, d);
	*ret_known = e == ERR_OK && cert_key(cert) != NULL;
	if (*ret_known)
		*ret = pubkey_type(cert_key(cert)) == PUBKEY_RSA;
	cert_free(&cert);
	return e == ERR_NOMEM ? e : ERR_OK;
}

/* A server may show what was not asked for; OpenSSL then ends the handshake. */
static enum err
check_kind(const struct shake *s, SSL *ssl, struct diag *d)
{
	bool known, rsa = false;
	enum err e;

	if (s->kind == PROBE_ANY)
		return ERR_OK;
	e = is_rsa(s, ssl, &known, &rsa, d);
	if (e != ERR_OK || !known || rsa == (s->kind == PROBE_RSA))
		return e;
	return diag_set(d, ERR_UNSUPPORTED, "the server has no %s certificate",
	    s->kind == PROBE_RSA ? "RSA" : "ECDSA");
}

static enum err
judge(const struct shake *s, SSL *ssl, int why, struct diag *d)
{
	size_t i;

	for (i = 0; i < s->got.num; i++)
		if (!buf_ok(&s->got.der[i]))
			return diag_nomem(d);
	if (s->too_many)
		return diag_set(d, ERR_TOO_BIG,
		    "the server shows more than %d certificates",
		    PROBE_CHAIN_MAX);
	if (s->has_chain)
		return check_kind(s, ssl, d);
	if (why == SSL_ERROR_NONE)
		return diag_set(d, ERR_IO, "the server shows no certificate");
	return fail(s, why, d);
}

/* *RET_NEWER: the server speaks TLS 1.3 alone. */
static enum err
probe_fd(SSL_CTX *ctx, int fd, const char *host, struct shake *s,
    bool *ret_newer, struct diag *d)
{
	SSL *ssl = make_ssl(ctx, s, host, fd);
	enum err e;
	int why;

	if (ssl == NULL || SSL_set_max_proto_version(ssl, s->newest) != 1) {
		e = diag_nomem(d);
	} else {
		why = shake(ssl, fd, s->until);
		*ret_newer = s->newest == TLS1_2_VERSION && !s->has_chain &&
		    alert_of(ERR_peek_error()) == SSL_AD_PROTOCOL_VERSION;
		e = judge(s, ssl, why, d);
		(void)snprintf(s->got.version, sizeof(s->got.version), "%s",
		    SSL_get_version(ssl));
		(void)snprintf(s->got.cipher, sizeof(s->got.cipher), "%s",
		    SSL_get_cipher_name(ssl));
	}
	SSL_free(ssl);
	ERR_clear_error();
	return e;
}

/* One connection. */
static enum err
try_port(const struct probe_client *c, const char *host, unsigned port,
    struct shake *s, bool *ret_newer, struct diag *d)
{
	struct pipe_guard guard;
	int fd = -1;
	enum err e = dial_open(host, port, s->until, &fd, d);

	if (e != ERR_OK)
		return e;
	pipe_guard(&guard);
	e = probe_fd(c->ctx[s->kind], fd, host, s, ret_newer, d);
	pipe_unguard(&guard);
	(void)close(fd);
	return e;
}

/* In TLS 1.3 the server has signed before it shows anything: it is the second
 * choice. */
enum err
probe_port(const struct probe_client *c, const char *host, unsigned port,
    enum probe_kind kind, struct probe *ret, struct diag *d)
{
	struct shake s = { .kind = kind,
		.limit = c->limit,
		.newest = TLS1_2_VERSION };
	bool newer = false;
	enum err e;

	s.until = dial_now() + (int64_t)s.limit * 1000;
	e = try_port(c, host, port, &s, &newer, d);
	if (newer) {
		probe_clear(&s.got);
		s.newest = 0;
		e = try_port(c, host, port, &s, &newer, d);
	}
	if (e != ERR_OK) {
		probe_clear(&s.got);
		return e;
	}
	probe_clear(ret);
	*ret = s.got;
	return ERR_OK;
}
