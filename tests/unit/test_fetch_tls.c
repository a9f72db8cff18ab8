/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads over https: who a server must be before a byte is asked for. */
#include "test.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/text.h"
#include "cluster/fetch.h"
#include "cluster/fetch_pin.h"
#include "pki/cert.h"
#include "pki/digest.h"
#include "tests/peer/peer_tls.h"

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"
#define STACK ((size_t)256 << 10)

/* What the server is, and its certificate in every form. */
static struct world {
	SSL_CTX *ctx;
	struct peer p;
	struct buf der;
	char dir[32], ca[64], other_ca[64], no_ca[64];
	char pin[5][120]; /* base64, without padding, hex, with colons; another
			   * certificate's */
} world;

/* ---- The server ---------------------------------------------------------------- */

static void
serve_one(struct peer *p, SSL *ssl)
{
	char data[1000];
	int n = 0;

	while ((n = SSL_read(ssl, data, sizeof(data))) <= 0)
		if (SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ ||
		    !peer_wait(p, SSL_get_fd(ssl), POLLIN))
			return;
	p->got += (size_t)n;
	(void)SSL_write(ssl, ANSWER, (int)strlen(ANSWER));
	(void)SSL_shutdown(ssl);
}

static void
serve(struct peer *p)
{
	SSL *ssl;
	int fd;

	while ((fd = peer_accept(p)) >= 0) {
		p->hits++;
		ssl = peer_tls(p, world.ctx, fd);
		if (ssl != NULL)
			serve_one(p, ssl);
		SSL_free(ssl);
		(void)close(fd);
	}
}

/* HelloRequest without an end: OpenSSL skips each. */
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
	const struct fetch_setup setup = { .pin = world.pin[0],
		.connect_limit = 1,
		.stall_limit = 1,
		.limit = 60 };
	struct buf got = { 0 };
	struct peer p;
	struct diag d;
	char url[64];

	peer_start(&p, AF_INET, SOCK_STREAM, flood, NULL);
	(void)snprintf(url, sizeof(url), "https://127.0.0.1:%u/x", p.port);
	assert_int_equal(fetch_url(url, &setup, &got, &d), ERR_IO);
	if (strstr(d.msg, "no answer within 2 s") == NULL)
		fail_msg("%s", d.msg);
	peer_stop(&p);
	buf_clear(&got);
}

/* ---- Pins and files -------------------------------------------------------------- */

static void
put_pins(void)
{
	struct buf b64 = { 0 }, hex = { 0 }, colons = { 0 };
	struct bytes der = buf_bytes(&world.der);
	struct digest_value v;
	struct diag d;

	assert_int_equal(digest_of(DIGEST_SHA256, &der, 1, &v, &d), ERR_OK);
	base64_put(&b64, digest_bytes(&v));
	text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	text_put_hex(&colons, digest_bytes(&v), ":", TEXT_UPPER);
	(void)snprintf(world.pin[0], 120, "SHA256:%s", buf_cstr(&b64));
	(void)snprintf(world.pin[1], 120, "SHA256:%.43s", buf_cstr(&b64));
	(void)snprintf(world.pin[2], 120, "%s", buf_cstr(&hex));
	(void)snprintf(world.pin[3], 120, "sha256:%s", buf_cstr(&colons));
	(void)snprintf(world.pin[4], 120, "SHA256:%.42s%s=", buf_cstr(&b64),
	    b64.ptr[42] == 'A' ? "Q" : "A");
	buf_clear(&b64);
	buf_clear(&hex);
	buf_clear(&colons);
}

static void
save_pem(const char *path, struct bytes der)
{
	struct buf pem = { 0 };
	struct diag d;

	assert_int_equal(cert_put_pem(der, &pem, &d), ERR_OK);
	assert_int_equal(file_write(path, buf_bytes(&pem), 0, &d), ERR_OK);
	buf_clear(&pem);
}

static void
make_files(void)
{
	EVP_PKEY *key = peer_key("rsa2048-b");
	X509 *cert = peer_cert(key, "localhost");
	struct buf other = { 0 };

	strcpy(world.dir, "/tmp/ctlsmith-tls-XXXXXX");
	assert_non_null(mkdtemp(world.dir));
	(void)snprintf(world.ca, 64, "%s/ca.pem", world.dir);
	(void)snprintf(world.other_ca, 64, "%s/other.pem", world.dir);
	(void)snprintf(world.no_ca, 64, "%s/none.pem", world.dir);
	peer_der(cert, &other);
	save_pem(world.ca, buf_bytes(&world.der));
	save_pem(world.other_ca, buf_bytes(&other));
	buf_clear(&other);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* ---- Tests ------------------------------------------------------------------------- */

static enum err
ask(const char *host, const char *ca, const char *pin, struct buf *ret,
    struct diag *d)
{
	struct fetch_setup setup = { .connect_limit = 20,
		.ca = ca,
		.pin = pin };

	return fetch_file(&(struct fetch_place){ "https", host, world.p.port },
	    "CTLFile.tlv", &setup, ret, d);
}

static void
test_who(void **state)
{
	const struct {
		const char *host, *ca, *pin;
		enum err err;
		const char *words;
	} rows[] = {
		{ "127.0.0.1", NULL, world.pin[0], ERR_OK, "" },
		{ "127.0.0.1", NULL, world.pin[1], ERR_OK, "" },
		{ "127.0.0.1", NULL, world.pin[2], ERR_OK, "" },
		{ "127.0.0.1", NULL, world.pin[3], ERR_OK, "" },
		{ "localhost", world.ca, NULL, ERR_OK, "" },
		{ "localhost", world.ca, world.pin[2], ERR_OK, "" },
		{ "127.0.0.1", NULL, world.pin[4], ERR_CRYPTO,
		    "not the one that is pinned" },
		{ "localhost", world.ca, world.pin[4], ERR_CRYPTO,
		    "not the one that is pinned" },
		{ "localhost", world.other_ca, NULL, ERR_CRYPTO,
		    "does not fit the CA" },
		{ "localhost", world.other_ca, world.pin[0], ERR_CRYPTO,
		    "does not fit the CA" },
		{ "127.0.0.1", world.ca, NULL, ERR_CRYPTO, "another name" },
		{ "127.0.0.1", world.ca, world.pin[0], ERR_CRYPTO,
		    "another name" },
		{ "localhost", world.no_ca, NULL, ERR_USAGE, "cannot be read" },
		{ "localhost", NULL, NULL, ERR_USAGE, "a CA or a pin" },
		{ "localhost", NULL, "SHA256:", ERR_USAGE, "the pin is not" },
		{ "localhost", NULL, "", ERR_USAGE, "the pin is not" },
	};
	struct buf got = { 0 };
	struct diag d;
	size_t i, asked;
	enum err e;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("row %zu\n", i);
		asked = world.p.got;
		e = ask(rows[i].host, rows[i].ca, rows[i].pin, &got, &d);
		if (e != rows[i].err)
			fail_msg("%s: %s", diag_err_name(e),
			    e == ERR_OK ? "" : d.msg);
		if (e != ERR_OK) {
			assert_non_null(strstr(d.msg, rows[i].words));
			assert_int_equal(got.len, 0);
			assert_int_equal(world.p.got, asked);
			continue;
		}
		assert_true(
		    bytes_equal(buf_bytes(&got), bytes_of_str("secret")));
		buf_clear(&got);
	}
}

static void *
run_small(void *arg)
{
	struct buf got = { 0 };
	struct diag d;

	*(enum err *)arg = ask("127.0.0.1", NULL, world.pin[0], &got, &d);
	buf_clear(&got);
	return NULL;
}

/* A thread a node has a small stack. */
static void
test_small_stack(void **state)
{
	enum err e = ERR_NOMEM;
	pthread_attr_t attr;
	pthread_t thread;

	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstacksize(&attr, STACK), 0);
	assert_int_equal(pthread_create(&thread, &attr, run_small, &e), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(e, ERR_OK);
	(void)pthread_attr_destroy(&attr);
}

static void
plain_serve(struct peer *p)
{
	int fd = peer_accept(p);

	if (fd < 0)
		return;
	(void)peer_hear(p, fd);
	(void)peer_say(p, fd, "HTTP/1.1 400 No\r\n\r\n", 19);
	(void)close(fd);
}

/* One that speaks no TLS, and one that wants our certificate. */
static void
test_no_handshake(void **state)
{
	struct fetch_setup setup = { .pin = world.pin[0] };
	struct buf got = { 0 };
	struct peer p;
	struct diag d;

	peer_start(&p, AF_INET, SOCK_STREAM, plain_serve, NULL);
	assert_int_equal(
	    fetch_file(&(struct fetch_place){ "https", "127.0.0.1", p.port },
		"x", &setup, &got, &d),
	    ERR_IO);
	assert_non_null(strstr(d.msg, "the TLS handshake failed"));
	peer_stop(&p);
	SSL_CTX_set_verify(world.ctx,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	assert_int_equal(ask("127.0.0.1", NULL, world.pin[0], &got, &d),
	    ERR_IO);
	assert_non_null(strstr(d.msg, "may want a certificate of ours"));
	assert_int_equal(got.len, 0);
	SSL_CTX_set_verify(world.ctx, SSL_VERIFY_NONE, NULL);
}

static void
test_pin_text(void **state)
{
	static const char b64[] =
	    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
	static const char hex[] = "000102030405060708090a0b0c0d0e0f"
				  "101112131415161718191A1B1C1D1E1F";
	static const char *const bad[] = { "", "SHA256:", "SHA1:0011", "000102",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8==",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=",
		"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh 8",
		"000102030405060708090a0b0c0d0e0f"
		"101112131415161718191A1B1C1D1E1",
		"000102030405060708090a0b0c0d0e0f"
		"101112131415161718191A1B1C1D1E1F0",
		":000102030405060708090a0b0c0d0e0f"
		"101112131415161718191A1B1C1D1E1F",
		"000102030405060708090a0b0c0d0e0f"
		"101112131415161718191A1B1C1D1E1F:" };
	uint8_t raw[FETCH_PIN_LEN], was[FETCH_PIN_LEN];
	size_t i;

	assert_true(fetch_pin_read(b64, raw));
	for (i = 0; i < FETCH_PIN_LEN; i++)
		assert_int_equal(raw[i], i);
	memset(raw, 0, sizeof(raw));
	assert_true(fetch_pin_read(hex, raw));
	for (i = 0; i < FETCH_PIN_LEN; i++)
		assert_int_equal(raw[i], i);
	memcpy(was, raw, sizeof(raw));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (fetch_pin_read(bad[i], raw))
			fail_msg("'%s' was taken for a pin", bad[i]);
		assert_memory_equal(was, raw, sizeof(raw));
	}
}

static int
set_up(void **state)
{
	static const char *const keys[] = { "rsa2048-a", NULL };
	struct diag d;

	if (fetch_init(&d) != ERR_OK)
		return -1;
	world.ctx = peer_context(keys, "localhost");
	peer_der(SSL_CTX_get0_certificate(world.ctx), &world.der);
	put_pins();
	make_files();
	peer_start(&world.p, AF_INET, SOCK_STREAM, serve, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	peer_stop(&world.p);
	SSL_CTX_free(world.ctx);
	buf_clear(&world.der);
	(void)unlink(world.ca);
	(void)unlink(world.other_ca);
	return rmdir(world.dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_who),
		cmocka_unit_test(test_small_stack),
		cmocka_unit_test(test_no_handshake),
		cmocka_unit_test(test_pin_text),
	};

	return test_status(cmocka_run_group_tests(tests, set_up, tear_down));
}
