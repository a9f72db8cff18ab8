/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates stored on a token, and objects destroyed. */
#include <string.h>

#include "base/file.h"
#include "tests/token/world.h"
#include "tests/unit/test.h"

#define HSM "pkcs11:token=hsm"
#define HSM_PIN "3456789"
#define ID bytes_of_str("\xa1\xb2")
#define LABEL bytes_of_str("certificate")

/* The DER of the certificate in the fixtures' file. */
static void
load(struct world *w, const char *name, struct buf *ret)
{
	struct buf text = { 0 };
	struct cert *c = NULL;
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/tokens/certs/%s.pem",
	    getenv("BUILD"), name);
	CHECK_ERR(w, file_load(path, 65536, &text, &w->d), ERR_OK);
	CHECK_ERR(w, cert_from_file(buf_bytes(&text), &c, &w->d), ERR_OK);
	buf_put(ret, cert_der(c));
	cert_free(&c);
	buf_clear(&text);
}

static void
import(struct world *w, const char *name, enum err want)
{
	struct tok *t = world_open(w, WORLD_EMPTY);
	struct buf der = { 0 };

	load(w, name, &der);
	CHECK_ERR(w, tok_import_cert(t, buf_bytes(&der), LABEL, ID, &w->d),
	    want);
	buf_clear(&der);
	tok_close(&t);
}

static void
stores(struct world *w)
{
	import(w, "signer-2048", ERR_OK);
}

static void
stores_ec(struct world *w)
{
	import(w, "ec256-a", ERR_OK);
}

static void
holds(struct world *w)
{
	import(w, "signer-2048", ERR_EXISTS);
}

static void
fails(struct world *w)
{
	import(w, "signer-2048", ERR_TOKEN);
}

static void
fails_to_record(struct world *w)
{
	w->event_fails = true;
	import(w, "signer-2048", ERR_IO);
}

static void
count_objects(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->num = world_objects_with(w, t, ID);
	CHECK(w->num == world_objects(w, t));
	tok_close(&t);
}

static void
test_import(void **state)
{
	const struct world *w = world_run(NULL, stores);

	assert_int_equal(w->num_events, 1);
	assert_string_equal(w->event[0].operation, "certificate-import");
	assert_int_equal(world_run(NULL, holds)->num_events, 0);
	world_run(NULL, stores_ec);
	assert_int_equal(world_run(NULL, count_objects)->num, 2);
}

static void
test_import_fails(void **state)
{
	static const char *const plans[] = { "fail C_CreateObject 0x31\n",
		"fail-after C_CreateObject 0x5\n",
		"attr CKA_ID=hex:abcd any-class\n",
		"attr CKA_VALUE=hex:3000 any-class\n",
		"attr CKA_VALUE=unavailable any-class\n" };
	size_t i;

	for (i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		print_message("%s", plans[i]);
		assert_int_equal(world_run(plans[i], fails)->num_events, 1);
		assert_int_equal(world_run(NULL, count_objects)->num, 0);
	}
	world_run(NULL, fails_to_record);
	assert_int_equal(world_run(NULL, count_objects)->num, 0);
}

/* ---- Destroying ------------------------------------------------------------------ */

static void
destroy(struct world *w, struct bytes id, enum err want)
{
	struct tok *t;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	CHECK_ERR(w, tok_delete(t, id, &w->num, &w->d), want);
	tok_close(&t);
}

static void
destroys(struct world *w)
{
	destroy(w, bytes_of_str("\x21"), ERR_OK);
	CHECK(w->num == 3);
}

static void
destroys_cert(struct world *w)
{
	destroy(w, bytes_of_str("\x32"), ERR_OK);
	CHECK(w->num == 1);
}

static void
has_none(struct world *w)
{
	destroy(w, bytes_of_str("\x21"), ERR_ABSENT);
	destroy(w, bytes_of("", 0), ERR_USAGE);
}

static void
stops(struct world *w)
{
	destroy(w, bytes_of_str("\x21"), ERR_TOKEN);
}

static void
count_hsm(struct world *w)
{
	struct tok *t;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	w->num = world_objects(w, t);
	tok_close(&t);
}

static void
test_delete(void **state)
{
	const struct world *w = world_run(NULL, destroys);

	assert_int_equal(w->num_events, 1);
	assert_string_equal(w->event[0].operation, "key-delete");
	assert_int_equal(world_run(NULL, count_hsm)->num, 15);
	world_run(NULL, destroys_cert);
	assert_int_equal(world_run(NULL, count_hsm)->num, 14);
	world_run(NULL, has_none);
}

static void
test_delete_fails(void **state)
{
	const struct world *w;

	w = world_run("fail C_DestroyObject 0x5 at 1\n", stops);
	assert_non_null(strstr(w->d.msg, "the private key stays"));
	assert_non_null(strstr(w->d.msg, "0 of 3"));
	assert_int_equal(w->event[0].failed, ERR_TOKEN);
	/* nothing that tells of the key is gone */
	assert_int_equal(world_run(NULL, count_hsm)->num, 18);
	w = world_run("fail C_DestroyObject 0x5 at 2\n", stops);
	assert_non_null(strstr(w->d.msg, "the public key stays"));
	assert_non_null(strstr(w->d.msg, "1 of 3"));
	assert_int_equal(world_run(NULL, count_hsm)->num, 17);
}

static void
test_delete_lies(void **state)
{
	const struct world *w;

	w = world_run("fail C_DestroyObject 0x0\n", stops);
	assert_non_null(strstr(w->d.msg, "still has 3"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_import, world_setup),
		cmocka_unit_test_setup(test_import_fails, world_setup),
		cmocka_unit_test_setup(test_delete, world_setup),
		cmocka_unit_test_setup(test_delete_fails, world_setup),
		cmocka_unit_test_setup(test_delete_lies, world_setup),
	};

	return test_status(cmocka_run_group_tests(tests, world_group_setup,
	    world_group_teardown));
}
