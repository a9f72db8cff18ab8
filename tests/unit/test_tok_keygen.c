/* SPDX-License-Identifier: Apache-2.0 */
/* Keys made on the token: what comes out of it, and what is left where it did
 * not. */
#include <string.h>

#include "tests/token/world.h"
#include "tests/unit/test.h"

#define ID "\xa1\xb2"
#define LABEL "new key"

static struct tok_keygen
spec_of(enum tok_key_kind kind)
{
	struct tok_keygen g = { kind, bytes_of_str(LABEL), bytes_of_str(ID),
		false };

	return g;
}

/* ---- Good ----------------------------------------------------------------------- */

static void
make_one(struct world *w, const struct tok_keygen *g, unsigned bits)
{
	struct tok *t = world_open(w, WORLD_EMPTY);
	struct tok_key *k = NULL;

	CHECK_ERR(w, tok_keygen(t, g, &k, &w->d), ERR_OK);
	CHECK(bytes_equal(tok_key_id(k), g->id));
	CHECK(bytes_equal(tok_key_label(k), g->label));
	CHECK(pubkey_bits(tok_key_public(k)) == bits);
	tok_key_free(&k);
	CHECK(world_objects(w, t) == 2);
	tok_close(&t);
}

static void
make_rsa_1024(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_RSA_1024);

	make_one(w, &g, 1024);
}

static void
make_rsa_2048(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_RSA_2048);

	make_one(w, &g, 2048);
}

static void
make_p256(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	make_one(w, &g, 256);
}

static void
make_p384(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P384);

	make_one(w, &g, 384);
}

static void
test_kinds(void **state)
{
	world_case *const cases[] = { make_rsa_1024, make_rsa_2048, make_p256,
		make_p384 };
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct world *w = world_run(NULL, cases[i]);

		assert_int_equal(w->num_events, 2);
		assert_string_equal(w->event[0].operation, "sign");
		assert_string_equal(w->event[1].operation, "key-generate");
		assert_int_equal(w->event[1].failed, ERR_OK);
		world_setup(NULL);
	}
}

/* ---- Refused before anything is made ------------------------------------------------ */

static void
expect(struct world *w, const struct tok_keygen *g, enum err want)
{
	struct tok *t = world_open(w, WORLD_EMPTY);
	struct tok_key *k = NULL;

	CHECK_ERR(w, tok_keygen(t, g, &k, &w->d), want);
	CHECK(k == NULL);
	tok_close(&t);
}

static void
label_taken(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	g.id = bytes_of_str("other");
	expect(w, &g, ERR_EXISTS);
}

static void
id_taken(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	g.label = bytes_of_str("other");
	expect(w, &g, ERR_EXISTS);
}

static void
no_id(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	g.id = bytes_of("", 0);
	expect(w, &g, ERR_USAGE);
}

static void
read_only(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);
	struct tok_uri *u = NULL;
	struct tok_key *k = NULL;
	struct tok *t = NULL;

	CHECK_ERR(w, tok_uri_parse(WORLD_EMPTY, &u, &w->d), ERR_OK);
	CHECK_ERR(w, tok_open(w->lib, u, TOK_READ, &t, &w->d), ERR_OK);
	CHECK_ERR(w, tok_keygen(t, &g, &k, &w->d), ERR_USAGE);
	tok_close(&t);
	tok_uri_free(&u);
}

static void
no_ec(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	expect(w, &g, ERR_UNSUPPORTED);
}

static void
test_refused(void **state)
{
	world_run(NULL, make_p256);
	assert_int_equal(world_run(NULL, label_taken)->num_events, 0);
	assert_int_equal(world_run(NULL, id_taken)->num_events, 0);
	world_run(NULL, no_id);
	world_run(NULL, read_only);
	world_run("no-mechanism CKM_EC_KEY_PAIR_GEN\n", no_ec);
}

/* ---- Templates that are not liked ---------------------------------------------------- */

static void
test_templates(void **state)
{
	static const char *const refused[] = { "CKA_ALLOWED_MECHANISMS",
		"CKA_COPYABLE", "CKA_ENCRYPT", "CKA_DECRYPT",
		"CKA_EXTRACTABLE" };
	static const unsigned codes[] = { 0x12, 0x5, 0x63, 0xd1, 0x13 };
	char plan[100];
	unsigned i;

	for (i = 0; i < 5; i++) {
		(void)snprintf(plan, sizeof(plan), "refuse-template %s 0x%x\n",
		    refused[i], codes[i]);
		world_run(plan, make_p256);
		assert_int_equal(world_calls_of("C_GenerateKeyPair"), i + 2);
		world_setup(NULL);
	}
}

static void
fails_on_token(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	expect(w, &g, ERR_TOKEN);
}

static void
nothing_left(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	CHECK(world_objects(w, t) == 0);
	tok_close(&t);
}

static void
test_demands(void **state)
{
	const struct world *w;

	w = world_run("refuse-template CKA_SENSITIVE 0xd1\n", fails_on_token);
	assert_int_equal(world_calls_of("C_GenerateKeyPair"), 6);
	assert_int_equal(w->num_events, 1);
	assert_int_equal(w->event[0].failed, ERR_TOKEN);
	/* a code that says nothing of the template */
	world_run("refuse-template CKA_COPYABLE 0x30\n", fails_on_token);
	assert_int_equal(world_calls_of("C_GenerateKeyPair"), 1);
	world_run(NULL, nothing_left);
}

/* ---- What must not stay ------------------------------------------------------------------ */

static void
breaks_policy(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	expect(w, &g, ERR_POLICY);
}

static void
breaks_policy_rsa(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_RSA_1024);

	expect(w, &g, ERR_POLICY);
}

static void
always_breaks_policy(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	g.always_authenticate = true;
	expect(w, &g, ERR_POLICY);
}

static void
test_policy(void **state)
{
	static const struct {
		const char *plan;
		world_case *fn;
	} cases[] = {
		{ "attr CKA_SENSITIVE=0\n", breaks_policy },
		{ "attr CKA_SENSITIVE=unavailable\n", breaks_policy },
		{ "attr CKA_EXTRACTABLE=1\n", breaks_policy },
		{ "attr CKA_EXTRACTABLE=unavailable\n", breaks_policy },
		{ "attr CKA_LOCAL=0\n", breaks_policy },
		{ "attr CKA_ALWAYS_SENSITIVE=0\n", breaks_policy },
		{ "attr CKA_NEVER_EXTRACTABLE=0\n", breaks_policy },
		{ "attr CKA_LOCAL=unavailable\n"
		  "attr CKA_NEVER_EXTRACTABLE=unavailable\n",
		    breaks_policy },
		{ "attr CKA_VALUE=hex:0102\n", breaks_policy },
		{ "attr CKA_PRIVATE_EXPONENT=hex:01\n", breaks_policy_rsa },
		{ "attr CKA_PRIME_1=hex:01\n", breaks_policy_rsa },
		{ "attr CKA_ALWAYS_AUTHENTICATE=0\n", always_breaks_policy },
	};
	const struct world *w;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s", cases[i].plan);
		w = world_run(cases[i].plan, cases[i].fn);
		assert_non_null(strstr(w->d.msg, "is destroyed"));
		assert_int_equal(w->event[0].failed, ERR_POLICY);
		world_run(NULL, nothing_left);
	}
	world_run("attr CKA_LOCAL=unavailable\n", make_p256);
}

static void
fails_to_sign(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	expect(w, &g, ERR_CRYPTO);
}

static void
fails_to_record(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	w->event_fails = true;
	expect(w, &g, ERR_IO);
}

/* The proof is noted, the key is not. */
static void
fails_to_record_last(struct world *w)
{
	w->event_passes = 1;
	fails_to_record(w);
}

static void
test_destroyed(void **state)
{
	const struct world *w;

	world_run("wrong-signature\n", fails_to_sign);
	world_run(NULL, nothing_left);
	world_run(NULL, fails_to_record);
	world_run(NULL, nothing_left);
	world_run(NULL, fails_to_record_last);
	world_run(NULL, nothing_left);
	w = world_run("fail-after C_GenerateKeyPair 0x5\n", fails_on_token);
	assert_non_null(strstr(w->d.msg, "is destroyed"));
	assert_int_equal(world_calls_of("C_GenerateKeyPair"), 1);
	world_run(NULL, nothing_left);
}

static void
test_not_destroyed(void **state)
{
	const struct world *w;

	w = world_run("attr CKA_LOCAL=0\nfail C_DestroyObject 0x5\n",
	    breaks_policy);
	assert_non_null(strstr(w->d.msg, "MAY STILL HOLD A KEY"));
	world_setup(NULL);
	w = world_run("remove-after C_GenerateKeyPair\n", fails_on_token);
	assert_non_null(strstr(w->d.msg, "MAY STILL HOLD A KEY"));
}

/* ---- Always-authenticate -------------------------------------------------------------------- */

static void
make_always(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	g.always_authenticate = true;
	make_one(w, &g, 256);
	CHECK(w->asked[TOK_PIN_KEY] == 1);
	CHECK(!world_was_told(w, "not tried"));
}

static void
make_always_untried(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);

	w->pin[TOK_PIN_KEY] = NULL;
	g.always_authenticate = true;
	make_one(w, &g, 256);
	CHECK(world_was_told(w, "not tried"));
}

static void
test_always(void **state)
{
	world_run(NULL, make_always);
	world_setup(NULL);
	world_run(NULL, make_always_untried);
}

/* ---- Any call may fail ------------------------------------------------------------------------- */

static void
make_any(struct world *w)
{
	struct tok_keygen g = spec_of(TOK_EC_P256);
	struct tok_key *k = NULL;
	struct tok_uri *u = NULL;
	struct tok *t = NULL;

	CHECK(tok_uri_parse(WORLD_EMPTY, &u, &w->d) == ERR_OK);
	w->e = tok_open(w->lib, u, TOK_WRITE, &t, &w->d);
	tok_uri_free(&u);
	if (w->e != ERR_OK)
		return;
	w->e = tok_keygen(t, &g, &k, &w->d);
	tok_key_free(&k);
	tok_close(&t);
}

static void
count_left(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->num = world_objects(w, t);
	tok_close(&t);
}

static void
fail_call(const char *rule, unsigned n, unsigned rv)
{
	const struct world *w;
	char plan[80], msg[400];
	enum err e;

	(void)snprintf(plan, sizeof(plan), "%s %u 0x%x\n", rule, n, rv);
	w = world_run_any(plan, make_any);
	e = w->e;
	(void)snprintf(msg, sizeof(msg), "%s", e != ERR_OK ? w->d.msg : "");
	w = world_run(NULL, count_left);
	if (e == ERR_OK ? w->num != 2
			: (w->num != 0 && strstr(msg, "MAY STILL") == NULL))
		fail_msg("%s: %zu objects are left; %s", plan, w->num, msg);
	if (w->num > 0)
		world_setup(NULL);
}

static void
test_any_call(void **state)
{
	static const struct {
		const char *rule;
		unsigned rv;
	} faults[] = {
		{ "fail-nth-call", 0x30 },
		{ "fail-nth-call", 0x5 },
		{ "fail-after-nth-call", 0x6 },
	};
	unsigned i, j, num;

	world_run("sessions 100\n", make_any);
	num = world_calls();
	assert_true(num > 20);
	world_setup(NULL);
	for (i = 1; i <= num; i++)
		for (j = 0; j < 3; j++)
			if (i % 3 == j || test_rounds(1) > 1)
				fail_call(faults[j].rule, i, faults[j].rv);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_kinds, world_setup),
		cmocka_unit_test_setup(test_refused, world_setup),
		cmocka_unit_test_setup(test_templates, world_setup),
		cmocka_unit_test_setup(test_demands, world_setup),
		cmocka_unit_test_setup(test_policy, world_setup),
		cmocka_unit_test_setup(test_destroyed, world_setup),
		cmocka_unit_test_setup(test_not_destroyed, world_setup),
		cmocka_unit_test_setup(test_always, world_setup),
		cmocka_unit_test_setup(test_any_call, world_setup),
	};

	return test_status(cmocka_run_group_tests(tests, world_group_setup,
	    world_group_teardown));
}
