/* SPDX-License-Identifier: Apache-2.0 */
/* Keys from files: created on the token, or unwrapped by it. */
#include <string.h>

#include "base/file.h"
#include "tests/token/world.h"
#include "tests/unit/test.h"

#define ID bytes_of_str("\xa1\xb2")
#define LABEL bytes_of_str("from a file")

/* The key in the fixtures' file; its public half must come out. */
static enum err
import_to(struct world *w, struct tok *t, const char *name)
{
	struct keyfile *f = NULL;
	struct tok_key *k = NULL;
	struct buf text = { 0 };
	char path[300];
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/softhsm-fixtures/keys/%s.pem",
	    getenv("SRC"), name);
	CHECK_ERR(w, file_load(path, 65536, &text, &w->d), ERR_OK);
	CHECK_ERR(w,
	    keyfile_read(buf_bytes(&text), bytes_of(NULL, 0), &f, &w->d),
	    ERR_OK);
	e = tok_import_key(t, f, LABEL, ID, &k, &w->d);
	CHECK((k != NULL) == (e == ERR_OK));
	if (k != NULL)
		CHECK(pubkey_equal(tok_key_public(k), keyfile_key(f)));
	tok_key_free(&k);
	keyfile_free(&f);
	buf_clear(&text);
	return e;
}

static enum err
import(struct world *w, const char *name)
{
	struct tok *t = world_open(w, WORLD_EMPTY);
	enum err e = import_to(w, t, name);

	tok_close(&t);
	return e;
}

#define IMPORT(fn, name, want)                       \
	static void fn(struct world *w)              \
	{                                            \
		CHECK_ERR(w, import(w, name), want); \
	}

IMPORT(rsa_1024, "rsa1024-a", ERR_OK)
IMPORT(rsa_2048, "rsa2048-a", ERR_OK)
IMPORT(p256, "ec256-a", ERR_OK)
IMPORT(p384, "ec384-a", ERR_OK)
IMPORT(exists, "ec256-b", ERR_EXISTS)
IMPORT(unsupported, "rsa2048-a", ERR_UNSUPPORTED)
IMPORT(policy, "ec256-a", ERR_POLICY)
IMPORT(crypto, "ec256-a", ERR_CRYPTO)
IMPORT(token_fails, "ec256-a", ERR_TOKEN)

static void
unrecorded(struct world *w)
{
	w->event_fails = true;
	CHECK_ERR(w, import(w, "ec256-a"), ERR_IO);
}

static void
count(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->num = world_objects(w, t);
	tok_close(&t);
}

static void
expect_left(size_t num)
{
	assert_int_equal(world_run(NULL, count)->num, num);
}

/* With the plan, each kind; in a way that takes so many calls of UNWRAP. */
static void
each_kind(const char *plan, unsigned unwraps)
{
	world_case *const cases[] = { rsa_1024, rsa_2048, p256, p384 };
	const struct world *w;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w = world_run(plan, cases[i]);
		assert_int_equal(w->num_events, 2);
		assert_string_equal(w->event[1].operation, "key-import");
		assert_int_equal(world_calls_of("C_UnwrapKey"), unwraps);
		expect_left(2);
		world_setup(NULL);
	}
}

static void
test_created(void **state)
{
	each_kind("sessions 100\n", 0);
}

static void
test_unwrapped(void **state)
{
	each_kind("refuse-create-private\n", 1);
}

static void
test_unwrapped_twice(void **state)
{
	each_kind("refuse-create-private\nrefuse-template CKA_VALUE 0xd0\n", 2);
}

static void
test_templates(void **state)
{
	world_run("refuse-template CKA_DECRYPT 0x12 private\n", p256);
	world_setup(NULL);
	world_run("refuse-template CKA_EXTRACTABLE 0x13 private\n", p256);
	assert_int_equal(world_calls_of("C_CreateObject"), 4);
	world_run(NULL, exists);
}

static void
test_refused(void **state)
{
	const char *none = "refuse-create-private\n"
			   "no-mechanism 0x210a\n";
	const struct world *w = world_run(none, unsupported);

	assert_non_null(strstr(w->d.msg, "takes no private keys"));
	assert_int_equal(w->event[0].failed, ERR_UNSUPPORTED);
	w = world_run("refuse-create-private\nfail C_UnwrapKey 0x54\n",
	    unsupported);
	assert_non_null(strstr(w->d.msg, "takes no private keys"));
	expect_left(0);
}

static void
test_destroyed(void **state)
{
	static const struct {
		const char *plan;
		world_case *fn;
	} cases[] = {
		{ "attr CKA_SENSITIVE=0\n", policy },
		{ "attr CKA_EXTRACTABLE=1\n", policy },
		{ "attr CKA_VALUE=hex:0102\n", policy },
		{ "wrong-signature\n", crypto },
		{ "refuse-create-private\nattr CKA_SENSITIVE=0\n", policy },
		{ "fail-after C_CreateObject 0x5 at 1\n", token_fails },
		{ "fail-after C_CreateObject 0x5 at 2\n", token_fails },
		{ "fail C_CreateObject 0x31 at 2\n", token_fails },
		{ "sessions 100\n", unrecorded },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s", cases[i].plan);
		world_run(cases[i].plan, cases[i].fn);
		expect_left(0);
	}
}

/* ---- Any call may fail -------------------------------------------------------------- */

static void
import_any(struct world *w)
{
	struct tok_uri *u = NULL;
	struct tok *t = NULL;

	CHECK(tok_uri_parse(WORLD_EMPTY, &u, &w->d) == ERR_OK);
	w->e = tok_open(w->lib, u, TOK_WRITE, &t, &w->d);
	tok_uri_free(&u);
	if (w->e == ERR_OK)
		w->e = import_to(w, t, "ec256-a");
	tok_close(&t);
}

static void
fail_call(const char *base, const char *rule, unsigned n, unsigned rv)
{
	const struct world *w;
	char plan[200], msg[400];
	enum err e;

	(void)snprintf(plan, sizeof(plan), "%s%s %u 0x%x\n", base, rule, n, rv);
	w = world_run_any(plan, import_any);
	e = w->e;
	(void)snprintf(msg, sizeof(msg), "%s", e != ERR_OK ? w->d.msg : "");
	w = world_run(NULL, count);
	/* a public half that the token did not take is no error */
	if (e == ERR_OK ? w->num < 1
			: (w->num != 0 && strstr(msg, "MAY STILL") == NULL))
		fail_msg("%s: %zu objects are left; %s", plan, w->num, msg);
	if (w->num > 0)
		world_setup(NULL);
}

static void
each_call(const char *base, unsigned step)
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

	world_run(base, import_any);
	num = world_calls();
	assert_true(num > 20);
	world_setup(NULL);
	if (test_rounds(1) > 1)
		step = 1;
	for (i = 1; i <= num; i += step)
		for (j = 0; j < 3; j++)
			if (i / step % 3 == j || test_rounds(1) > 1)
				fail_call(base, faults[j].rule, i,
				    faults[j].rv);
}

static void
test_any_call(void **state)
{
	each_call("sessions 100\n", 1);
	each_call("refuse-create-private\n"
		  "refuse-template CKA_VALUE 0xd0\n",
	    4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_created, world_setup),
		cmocka_unit_test_setup(test_unwrapped, world_setup),
		cmocka_unit_test_setup(test_unwrapped_twice, world_setup),
		cmocka_unit_test_setup(test_templates, world_setup),
		cmocka_unit_test_setup(test_refused, world_setup),
		cmocka_unit_test_setup(test_destroyed, world_setup),
		cmocka_unit_test_setup(test_any_call, world_setup),
	};

	return test_status(cmocka_run_group_tests(tests, world_group_setup,
	    world_group_teardown));
}
