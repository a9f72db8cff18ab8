/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and certificates by a key on the token, through libp11. */
#include <string.h>

#include "tests/token/world.h"
#include "tests/unit/test.h"

static const struct request_spec spec = {
	.subject = "CN=a.example.org,O=Example",
	.alt_names = "DNS:a.example.org",
};

static struct tok_key *
find(struct world *w, struct tok *t, const char *uri)
{
	struct tok_key *k = NULL;
	struct tok_uri *u = NULL;

	CHECK_ERR(w, tok_uri_parse(uri, &u, &w->d), ERR_OK);
	CHECK_ERR(w, tok_find_key(t, u, &k, &w->d), ERR_OK);
	tok_uri_free(&u);
	return k;
}

/* A request and a certificate by the key; WANT for both. */
static void
make_both(struct world *w, const char *token, const char *key, enum err want)
{
	const struct request_validity when = { .from = 1700000000, .days = 10 };
	struct buf request = { 0 }, der = { 0 };
	struct tok *t = world_open(w, token);
	struct tok_key *k = find(w, t, key);
	struct cert *c = NULL;

	CHECK_ERR(w, tok_request(k, &spec, &request, &w->d), want);
	CHECK((request.len > 0) == (want == ERR_OK));
	CHECK_ERR(w, tok_selfsign(k, &spec, &when, &der, &w->d), want);
	if (want == ERR_OK) {
		CHECK_ERR(w, cert_from_der(buf_bytes(&der), &c, &w->d), ERR_OK);
		CHECK(cert_has_key(c, tok_key_public(k)));
		CHECK(cert_not_before(c) == 1700000000);
	} else {
		CHECK(der.len == 0);
	}
	cert_free(&c);
	buf_clear(&request);
	buf_clear(&der);
	tok_key_free(&k);
	/* the session and the login are as they were */
	CHECK(tok_logged_in(t));
	CHECK(world_objects(w, t) > 0);
	tok_close(&t);
}

#define BOTH(name, number, want)                                              \
	static void name(struct world *w)                                     \
	{                                                                     \
		w->pin[TOK_PIN_USER] = "3456789";                             \
		make_both(w, "pkcs11:token=hsm", "pkcs11:id=%" number, want); \
	}

BOTH(rsa_2048, "21", ERR_OK)
BOTH(rsa_2048_of_two, "22", ERR_OK)
BOTH(rsa_4096, "41", ERR_OK)
BOTH(p256, "e1", ERR_OK)
BOTH(p384, "e2", ERR_OK)
BOTH(wrong, "21", ERR_CRYPTO)

/* The proxy shows the one module, whatever else the system has registered. */
static void
alone(struct world *w)
{
	char line[400];
	bool proxy = false;
	FILE *f;

	rsa_2048(w);
	f = fopen("/proc/self/maps", "re");
	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL) {
		CHECK(strstr(line, "p11-kit-trust") == NULL);
		CHECK(strstr(line, "opensc") == NULL);
		proxy = proxy || strstr(line, "libp11-kit") != NULL;
	}
	CHECK(proxy && fclose(f) == 0);
}

static void
always(struct world *w)
{
	w->pin[TOK_PIN_USER] = "4567890";
	make_both(w, "pkcs11:token=always", "pkcs11:id=%51", ERR_UNSUPPORTED);
	CHECK(w->asked[TOK_PIN_USER] == 1 && w->asked[TOK_PIN_KEY] == 0);
}

static void
unrecorded(struct world *w)
{
	w->event_fails = true;
	w->pin[TOK_PIN_USER] = "3456789";
	make_both(w, "pkcs11:token=hsm", "pkcs11:id=%21", ERR_IO);
}

static void
test_request(void **state)
{
	world_case *const good[] = { rsa_2048, rsa_2048_of_two, rsa_4096, p256,
		p384 };
	const struct world *w;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		w = world_run(NULL, good[i]);
		assert_int_equal(w->num_events, 2);
		assert_string_equal(w->event[0].operation, "sign");
		assert_int_equal(w->asked[TOK_PIN_USER], 1);
	}
	world_run(NULL, alone);
	w = world_run(NULL, always);
	assert_int_equal(w->event[0].failed, ERR_UNSUPPORTED);
	world_run(NULL, unrecorded);
}

static void
test_request_fails(void **state)
{
	const struct world *w;

	/* by the shim: one login, and none of libp11's */
	world_run("sessions 100\n", rsa_2048);
	assert_int_equal(world_calls_of("C_Login"), 1);
	assert_int_equal(world_calls_of("C_Initialize"), 1);
	w = world_run("wrong-signature\n", wrong);
	assert_int_equal(w->event[0].failed, ERR_CRYPTO);
	world_run("fail C_Sign 0x30\n", wrong);
	/* libp11 0.4.12 waits for ever where it gets no session */
	world_run_hangs("fail C_OpenSession 0x30 at 2\n", wrong);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_request, world_setup),
		cmocka_unit_test_setup(test_request_fails, world_setup),
	};

	return test_status(cmocka_run_group_tests(tests, world_group_setup,
	    world_group_teardown));
}
