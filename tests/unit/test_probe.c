/* SPDX-License-Identifier: Apache-2.0 */
/* What TLS servers show, those that break off, keep silent or speak no TLS too. */
#include "test.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/pipe.h"
#include "cluster/probe.h"
#include "tests/peer/peer_tls.h"

#define LIMIT 20 /* s; only ends what hangs */

static const char *const rsa[] = { "rsa2048-a", NULL };
static const char *const small[] = { "rsa512-a", NULL };
static const char *const ecdsa[] = { "ec256-a", NULL };
static const char *const both[] = { "rsa2048-a", "ec384-a", NULL };

struct server {
	const char *const *keys;
	int min, max;    /* versions of TLS, or 0 */
	bool wants;      /* our certificate */
	unsigned extra;  /* certificates behind its own */
	SSL_CTX *ctx;    /* of those */
	atomic_bool sni; /* a name was sent */
};

static int
/* NOLINTNEXTLINE(readability-non-const-parameter): OpenSSL's */
on_name(SSL *ssl, int *alert, void *arg)
{
	struct server *s = arg;

	(void)alert;
	if (SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != NULL)
		s->sni = true;
	return SSL_TLSEXT_ERR_OK;
}

static void
make(struct server *s)
{
	EVP_PKEY *key = peer_key("rsa1024-a");
	unsigned i;

	s->ctx = peer_context(s->keys, "node.example");
	assert_int_equal(SSL_CTX_set_min_proto_version(s->ctx,
			     s->min == 0 ? TLS1_VERSION : s->min),
	    1);
	assert_int_equal(SSL_CTX_set_max_proto_version(s->ctx, s->max), 1);
	if (s->wants)
		SSL_CTX_set_verify(s->ctx,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	for (i = 0; i < s->extra; i++)
		assert_int_equal(SSL_CTX_add0_chain_cert(s->ctx,
				     peer_cert(key, "authority.example")),
		    1);
	SSL_CTX_set_tlsext_servername_callback(s->ctx, on_name);
	SSL_CTX_set_tlsext_servername_arg(s->ctx, s);
	EVP_PKEY_free(key);
}

static void
serve(struct peer *p)
{
	const struct server *s = p->arg;
	SSL *ssl;
	int fd;

	while ((fd = peer_accept(p)) >= 0) {
		ssl = peer_tls(p, s->ctx, fd);
		/* nothing is sent behind the handshake */
		if (ssl != NULL && SSL_pending(ssl) > 0)
			p->got++;
		SSL_free(ssl);
		while (peer_hear(p, fd))
			;
		(void)close(fd);
	}
}

/* What is to come: ERR with WORDS; or the certificate of key FIRST. */
struct want {
	enum probe_kind kind;
	enum err err;
	const char *words;
	size_t first, num;
	const char *version; /* or NULL */
};

static void
assert_shown(const struct probe *p, const struct server *s,
    const struct want *want)
{
	EVP_PKEY *key = peer_key(s->keys[want->first]);
	const unsigned char *at = p->der[0].ptr;
	X509 *cert = d2i_X509(NULL, &at, (long)p->der[0].len);

	assert_non_null(cert);
	assert_int_equal(EVP_PKEY_eq(X509_get0_pubkey(cert), key), 1);
	assert_int_equal(at - p->der[0].ptr, p->der[0].len);
	assert_int_equal(p->num, want->num);
	if (want->version != NULL)
		assert_string_equal(p->version, want->version);
	assert_true(p->cipher[0] != '\0');
	X509_free(cert);
	EVP_PKEY_free(key);
}

static enum err
probe(const char *host, unsigned port, enum probe_kind kind, unsigned limit,
    struct probe *ret, struct diag *d)
{
	struct probe_client *c = NULL;
	enum err e = probe_client_new(limit, &c, d);

	if (e == ERR_OK)
		e = probe_port(c, host, port, kind, ret, d);
	probe_client_free(&c);
	return e;
}

static void
assert_probe(struct server *s, const struct want *want)
{
	struct probe got = { .num = 0 };
	struct peer p;
	struct diag d;
	enum err e;

	make(s);
	peer_start(&p, AF_INET, SOCK_STREAM, serve, s);
	e = probe("127.0.0.1", p.port, want->kind, LIMIT, &got, &d);
	peer_stop(&p);
	if (e != want->err)
		fail_msg("%s: %s", diag_err_name(e), e == ERR_OK ? "" : d.msg);
	if (e == ERR_OK)
		assert_shown(&got, s, want);
	else if (strstr(d.msg, want->words) == NULL)
		fail_msg("'%s' lacks '%s'", d.msg, want->words);
	if (e != ERR_OK)
		assert_int_equal(got.num, 0);
	assert_false(s->sni);
	probe_clear(&got);
	SSL_CTX_free(s->ctx);
}

/* ---- Servers as they are ------------------------------------------------------- */

static const struct {
	const char *name;
	int version;
} versions[] = {
	{ "TLSv1", TLS1_VERSION },
	{ "TLSv1.1", TLS1_1_VERSION },
	{ "TLSv1.2", TLS1_2_VERSION },
	{ "TLSv1.3", TLS1_3_VERSION },
};

/* Each version of TLS, each kind of certificate, each kind of client. */
static void
test_kinds(void **state)
{
	const struct {
		const char *const *keys;
		enum probe_kind kind;
		enum err err;
		size_t first;
	} rows[] = {
		{ rsa, PROBE_ANY, ERR_OK, 0 },
		{ rsa, PROBE_RSA, ERR_OK, 0 },
		{ rsa, PROBE_ECDSA, ERR_UNSUPPORTED, 0 },
		{ ecdsa, PROBE_ANY, ERR_OK, 0 },
		{ ecdsa, PROBE_RSA, ERR_UNSUPPORTED, 0 },
		{ ecdsa, PROBE_ECDSA, ERR_OK, 0 },
		{ both, PROBE_RSA, ERR_OK, 0 },
		{ both, PROBE_ECDSA, ERR_OK, 1 },
	};
	size_t i, j;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		for (j = 0; j < sizeof(rows) / sizeof(rows[0]); j++) {
			struct server s = { .keys = rows[j].keys,
				.min = versions[i].version,
				.max = versions[i].version };
			struct want want = { rows[j].kind, rows[j].err,
				"the server has no", rows[j].first, 1,
				versions[i].name };

			print_message("%s %zu\n", versions[i].name, j);
			assert_probe(&s, &want);
		}
}

/* A server that wants a certificate breaks off, and has shown its own. */
static void
test_wants_client(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		struct server s = { .keys = rsa,
			.min = versions[i].version,
			.max = versions[i].version,
			.wants = true };
		struct want want = { PROBE_RSA, ERR_OK, "", 0, 1,
			versions[i].name };

		print_message("%s\n", versions[i].name);
		assert_probe(&s, &want);
	}
}

/* Keys that nobody should trust are shown all the same. */
static void
test_old(void **state)
{
	struct server s = { .keys = small,
		.min = TLS1_VERSION,
		.max = TLS1_VERSION };
	struct want want = { PROBE_RSA, ERR_OK, "", 0, 1, "TLSv1" };

	assert_probe(&s, &want);
}

static void
test_chain(void **state)
{
	static const struct {
		unsigned extra;
		int version;
		enum err err;
	} rows[] = {
		{ 2, TLS1_2_VERSION, ERR_OK },
		{ 9, TLS1_2_VERSION, ERR_OK },
		{ 9, TLS1_3_VERSION, ERR_OK },
		{ 10, TLS1_2_VERSION, ERR_TOO_BIG },
		{ 99, TLS1_2_VERSION, ERR_TOO_BIG },
		{ 99, TLS1_3_VERSION, ERR_TOO_BIG },
		{ 400, TLS1_3_VERSION, ERR_TOO_BIG },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct server s = { .keys = rsa,
			.min = rows[i].version,
			.max = rows[i].version,
			.extra = rows[i].extra };
		struct want want = { PROBE_ANY, rows[i].err, "the server shows",
			0, 1 + (size_t)rows[i].extra, NULL };

		print_message("%u\n", rows[i].extra);
		assert_probe(&s, &want);
	}
}

/* ---- Servers as they should not be ---------------------------------------------- */

struct script {
	const char *says;
	size_t len;
	bool idle;  /* and then keeps still; or closes */
	bool first; /* before it has heard anything */
	enum err err;
	const char *words;
};

static void
act(struct peer *p)
{
	const struct script *s = p->arg;
	int fd;

	/* a second time where it wants another version */
	while ((fd = peer_accept(p)) >= 0) {
		if (s->first || peer_hear(p, fd))
			(void)peer_say(p, fd, s->says, s->len);
		if (s->idle)
			peer_idle(p);
		(void)close(fd);
	}
}

static void
test_bad(void **state)
{
#define SAYS(text) text, sizeof(text) - 1
	static const struct script rows[] = {
		{ SAYS("220 mail.example ESMTP\r\n"), true, true, ERR_IO,
		    "speaks no TLS" },
		{ SAYS("HTTP/1.1 400 \33[2JBad\r\n\r\n"), false, false, ERR_IO,
		    "speaks no TLS" },
		{ SAYS("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), false, false,
		    ERR_IO, "speaks no TLS" },
		{ SAYS(""), false, true, ERR_IO, "closed the connection" },
		{ SAYS("\x16\3\3"), false, false, ERR_IO,
		    "closed the connection" },
		{ SAYS("\x15\3\3\0\2\2\x28"), false, false, ERR_UNSUPPORTED,
		    "has no RSA certificate" },
		{ SAYS("\x15\3\1\0\2\2\x46"), false, false, ERR_IO,
		    "refuses the handshake (TLS alert 70)" },
		{ SAYS("\x15\3\1\0\2\2\x50"), false, false, ERR_IO,
		    "refuses the handshake (TLS alert 80)" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct probe got = { .num = 0 };
		struct peer p;
		struct diag d;
		enum err e;

		print_message("row %zu\n", i);
		peer_start(&p, AF_INET, SOCK_STREAM, act, &rows[i]);
		e = probe("127.0.0.1", p.port, PROBE_RSA, LIMIT, &got, &d);
		peer_stop(&p);
		assert_int_not_equal(e, ERR_OK);
		if (e != rows[i].err || strstr(d.msg, rows[i].words) == NULL)
			fail_msg("%s: %s", diag_err_name(e), d.msg);
		assert_int_equal(got.num, 0);
	}
}

/* One that accepts and keeps silent, one that stops in the middle, and one
 * whose queue takes no connection: the limit of a second ends each. */
static void
test_half_open(void **state)
{
	static const struct script rows[] = {
		{ SAYS(""), true, true, ERR_IO, "no TLS handshake within 1 s" },
		{ SAYS("\x16\3\3\x40\0\2\0\x3f"), true, false, ERR_IO,
		    "no TLS handshake within 1 s" },
	};
	struct probe got = { .num = 0 };
	struct peer p;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		peer_start(&p, AF_INET, SOCK_STREAM, act, &rows[i]);
		assert_int_equal(
		    probe("127.0.0.1", p.port, PROBE_ANY, 1, &got, &d),
		    rows[i].err);
		peer_stop(&p);
		assert_non_null(strstr(d.msg, rows[i].words));
	}
	peer_bind(&p, AF_INET, SOCK_STREAM);
	assert_int_equal(probe("127.0.0.1", p.port, PROBE_ANY, 1, &got, &d),
	    ERR_IO);
	assert_non_null(strstr(d.msg, "within 1 s"));
	peer_unbind(&p);
	assert_int_equal(probe("127.0.0.1", p.port, PROBE_ANY, 1, &got, &d),
	    ERR_ABSENT);
	assert_int_equal(probe("nobody.invalid", 1, PROBE_ANY, 1, &got, &d),
	    ERR_IO);
	assert_non_null(strstr(d.msg, "name is not known"));
}

/* HelloRequest without an end: OpenSSL skips each, and never comes back while
 * more of them is there. */
static void
flood(struct peer *p)
{
	static const uint8_t request[] = { 0x16, 3, 3, 0, 4, 0, 0, 0, 0 };
	struct buf out = { 0 };
	int fd = peer_accept(p);
	size_t i;

	for (i = 0; i < 4096; i++)
		buf_put(&out, bytes_of(request, sizeof(request)));
	if (fd >= 0 && peer_hear(p, fd))
		while (peer_say(p, fd, out.ptr, out.len))
			;
	(void)close(fd);
	buf_clear(&out);
}

static void
test_flood(void **state)
{
	struct probe got = { .num = 0 };
	struct peer p;
	struct diag d;

	peer_start(&p, AF_INET, SOCK_STREAM, flood, NULL);
	assert_int_equal(probe("127.0.0.1", p.port, PROBE_ANY, 1, &got, &d),
	    ERR_IO);
	assert_non_null(strstr(d.msg, "no TLS handshake within 1 s"));
	peer_stop(&p);
}

/* ServerHello (TLS 1.2, ECDHE-ECDSA) and Certificate with an RSA certificate, and
 * then it closes. */
static void
wrong_kind(struct peer *p)
{
	static const uint8_t hello[] = { 2, 0, 0, 38, 3, 3 },
			     rest[] = { 0, 0xc0, 0x2b, 0 };
	EVP_PKEY *key = peer_key("rsa1024-a");
	X509 *cert = peer_cert(key, "node.example");
	struct buf der = { 0 }, out = { 0 };
	int fd = peer_accept(p);

	peer_der(cert, &der);
	buf_put(&out, bytes_of("\x16\3\3", 3));
	buf_u16(&out, (uint16_t)(42 + 10 + der.len));
	buf_put(&out, bytes_of(hello, sizeof(hello)));
	buf_fill(&out, 32, 7);
	buf_put(&out, bytes_of(rest, sizeof(rest)));
	buf_u32(&out, 0x0b000000U | (uint32_t)(der.len + 6));
	buf_u8(&out, 0);
	buf_u16(&out, (uint16_t)(der.len + 3));
	buf_u8(&out, 0);
	buf_u16(&out, (uint16_t)der.len);
	buf_put(&out, buf_bytes(&der));
	if (fd >= 0 && peer_hear(p, fd))
		(void)peer_say(p, fd, out.ptr, out.len);
	(void)close(fd);
	buf_clear(&out);
	buf_clear(&der);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* What is shown counts, also where it is not what was asked for, and also where
 * nothing comes behind it. */
static void
test_wrong_kind(void **state)
{
	struct probe got = { .num = 0 };
	struct peer p;
	struct diag d;

	peer_start(&p, AF_INET, SOCK_STREAM, wrong_kind, NULL);
	assert_int_equal(
	    probe("127.0.0.1", p.port, PROBE_ECDSA, LIMIT, &got, &d),
	    ERR_UNSUPPORTED);
	peer_stop(&p);
	assert_int_equal(got.num, 0);
	peer_start(&p, AF_INET, SOCK_STREAM, wrong_kind, NULL);
	if (probe("127.0.0.1", p.port, PROBE_ANY, LIMIT, &got, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	peer_stop(&p);
	assert_int_equal(got.num, 1);
	assert_string_equal(got.version, "TLSv1.2");
	probe_clear(&got);
}

/* A connection whose other end is gone ends no process, and leaves no signal. */
static void
test_closed(void **state)
{
	struct pipe_guard guard;
	sigset_t pending;
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	(void)close(fd[0]);
	pipe_guard(&guard);
	assert_int_equal(write(fd[1], "x", 1), -1);
	pipe_unguard(&guard);
	assert_int_equal(sigpending(&pending), 0);
	assert_int_equal(sigismember(&pending, SIGPIPE), 0);
	(void)close(fd[1]);
}

/* A name is sent to servers that are asked for by one, and no address is. */
static void
test_name(void **state)
{
	struct server s = { .keys = rsa };
	struct probe got = { .num = 0 };
	struct peer p;
	struct diag d;

	make(&s);
	peer_start(&p, AF_INET, SOCK_STREAM, serve, &s);
	assert_int_equal(probe("localhost", p.port, PROBE_ANY, LIMIT, &got, &d),
	    ERR_OK);
	peer_stop(&p);
	assert_true(s.sni);
	probe_clear(&got);
	SSL_CTX_free(s.ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_wants_client),
		cmocka_unit_test(test_old),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_wrong_kind),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_name),
	};

	return test_run(tests);
}
