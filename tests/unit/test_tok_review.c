/* SPDX-License-Identifier: Apache-2.0 */
/* What a hostile reader of libtoken found: each case was wrong once. */
#include <string.h>

#include "pkcs11/make.h"
#include "tests/token/world.h"
#include "tests/unit/test.h"

#define HSM "pkcs11:token=hsm"
#define HSM_PIN "3456789"
#define ALWAYS "pkcs11:token=always"
#define ALWAYS_PIN "4567890"

static enum err
sign_once(struct tok *t, const struct tok_key *k, struct diag *d)
{
	struct bytes message = bytes_of_str("message");
	struct tok_sign_request r = { .digest = DIGEST_SHA256,
		.message = message };
	struct digest_value value;
	struct buf sig = { 0 };
	enum err e;

	e = digest_of(r.digest, &message, 1, &value, d);
	r.value = &value;
	if (e == ERR_OK)
		e = tok_sign(NULL, k, &r, &sig, d);
	buf_clear(&sig);
	return e;
}

/* The key of T that URI names, or NULL where WANT is an error. */
static struct tok_key *
find_key(struct world *w, struct tok *t, const char *uri, enum err want)
{
	struct tok_uri *u = NULL;
	struct tok_key *k = NULL;

	CHECK_ERR(w, tok_uri_parse(uri, &u, &w->d), ERR_OK);
	CHECK_ERR(w, tok_find_key(t, u, &k, &w->d), want);
	tok_uri_free(&u);
	return k;
}

/* ---- The operation that wants a PIN does not begin ---------------------------- */

static void
cannot_begin(struct world *w)
{
	struct tok_key *k;
	struct tok *t;

	w->pin[TOK_PIN_USER] = w->pin[TOK_PIN_KEY] = ALWAYS_PIN;
	t = world_open(w, ALWAYS);
	k = find_key(w, t, ALWAYS, ERR_OK);
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_TOKEN);
	CHECK(strcmp(w->d.api, "C_SignInit") == 0);
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_OK);
	tok_key_free(&k);
	tok_close(&t);
}

/* It is not the PIN's fault: nothing is sent, counted, or held against it. */
static void
test_cannot_begin(void **state)
{
	world_run("only always\n"
		  "fail C_SignInit CKR_KEY_FUNCTION_NOT_PERMITTED at 1\n",
	    cannot_begin);
	assert_int_equal(world_calls_of("C_Login"), 2);
}

/* ---- A device that fails for a moment ------------------------------------------ */

static void
device_fails(struct world *w)
{
	struct tok_session *s = NULL;
	struct tok_key *k;
	struct tok *t;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	k = find_key(w, t, HSM ";id=%21", ERR_OK);
	CHECK_ERR(w, tok_session_open(t, &s, &w->d), ERR_OK);
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_TOKEN);
	CHECK(tok_is_gone(&w->d));
	tok_key_free(&k);
	CHECK_ERR(w, tok_again(t, &w->d), ERR_OK);
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	k = find_key(w, t, HSM ";id=%21", ERR_OK);
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_OK);
	tok_session_close(&s);
	tok_key_free(&k);
	tok_close(&t);
}

/* The module kept sessions and login, which the token forgot about. */
static void
test_device_fails(void **state)
{
	world_run("only hsm\nfail C_Sign CKR_DEVICE_ERROR at 1\n",
	    device_fails);
}

/* Who does not ask for it goes on without a new login. */
static void
goes_on(struct world *w)
{
	struct tok_key *k;
	struct tok *t;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	k = find_key(w, t, HSM ";id=%21", ERR_OK);
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_TOKEN);
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_OK);
	tok_key_free(&k);
	tok_close(&t);
}

static void
test_goes_on(void **state)
{
	world_run("only hsm\nfail C_Sign CKR_DEVICE_ERROR at 1\n", goes_on);
	assert_int_equal(world_calls_of("C_Login"), 1);
}

/* Nor is one that was pulled believed to be logged in. */
static void
is_pulled(struct world *w)
{
	struct tok_key *k;
	struct tok *t;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	k = find_key(w, t, HSM ";id=%21", ERR_OK);
	CHECK(tok_logged_in(t));
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_TOKEN);
	CHECK(tok_is_gone(&w->d) && !tok_logged_in(t));
	tok_key_free(&k);
	tok_close(&t);
}

static void
test_is_pulled(void **state)
{
	world_run("only hsm\nfail C_Sign CKR_DEVICE_REMOVED at 1\n"
		  "remove-after C_Sign\n",
	    is_pulled);
}

/* ---- The last try, with no session left to ask about it ------------------------- */

static void
spends_last(struct world *w)
{
	struct tok *t;

	w->pin[TOK_PIN_USER] = "wrong";
	t = world_open(w, HSM);
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_PIN);
	tok_close(&t);
}

static void
test_last_try(void **state)
{
	world_run("only hsm\nmanufacturer SafeNet\nvendor-tries 1 15\n"
		  "sessions 1\n",
	    spends_last);
	assert_int_equal(world_calls_of("C_Login"), 0);
}

/* ---- A token that goes away with the answer ------------------------------------ */

static void
goes_away(struct world *w)
{
	struct tok *t;

	w->pin[TOK_PIN_USER] = "wrong";
	t = world_open(w, HSM);
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_TOKEN);
	tok_close(&t);
}

/* It may have judged the PIN, and a third is not sent. */
static void
test_goes_away(void **state)
{
	static const char *const codes[] = { "CKR_TOKEN_NOT_PRESENT",
		"CKR_SESSION_CLOSED" };
	char plan[100];
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(plan, sizeof(plan),
		    "only hsm\nfail-after C_Login %s\ntries 15 noflags\n",
		    codes[i]);
		world_run(plan, goes_away);
		assert_int_equal(world_calls_of("C_Login"), 1);
	}
	world_run("only hsm\ntries 15 noflags\n", spends_last);
	assert_int_equal(world_calls_of("C_Login"), 0);
}

/* ---- A module that finds what was not asked for ---------------------------------- */

static void
finds_other(struct world *w)
{
	struct tok *t;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	(void)find_key(w, t, HSM ";id=%21", ERR_TOKEN);
	CHECK_ERR(w, tok_delete(t, bytes_of_str("\x21"), &w->num, &w->d),
	    ERR_TOKEN);
	tok_close(&t);
}

/* It takes any id for the one that is wanted. */
static void
test_finds_other(void **state)
{
	world_run("only hsm\nattr CKA_ID=hex:99 any-class\n", finds_other);
	assert_int_equal(world_calls_of("C_DestroyObject"), 0);
}

/* ---- A key that everybody sees, and one that only its user sees ----------------- */

static void
make_pair(struct world *w, struct tok *t, const char *id, bool private)
{
	static const uint8_t curve[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	const struct make_flag flags[] = { { CKA_TOKEN, CK_TRUE, 0 },
		{ CKA_PRIVATE, private, 0 } };
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	struct make_template m[2] = { { .num = 0 }, { .num = 0 } };
	struct p11_template half[2];
	CK_OBJECT_HANDLE made[2];
	size_t i;

	CHECK_ERR(w, make_ready(t, &w->d), ERR_OK);
	for (i = 0; i < 2; i++) {
		make_put_flags(&m[i], flags, 2, 0);
		make_put(&m[i], CKA_ID, bytes_of_str(id));
		make_put(&m[i], CKA_LABEL, bytes_of_str("both"));
	}
	make_put(&m[0], CKA_EC_PARAMS, bytes_of(curve, sizeof(curve)));
	half[0] = make_view(&m[0]);
	half[1] = make_view(&m[1]);
	CHECK(p11_generate_pair(&t->module->p11, t->own.handle, &mechanism,
		  half, made) == CKR_OK);
}

static void
finds_both(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	make_pair(w, t, "1", false);
	make_pair(w, t, "2", true);
	tok_close(&t);
	t = world_open(w, WORLD_EMPTY);
	(void)find_key(w, t, WORLD_EMPTY ";object=both", ERR_TOKEN);
	CHECK(strstr(w->d.msg, "2 private keys match") != NULL);
	tok_close(&t);
}

static void
test_finds_both(void **state)
{
	world_run(NULL, finds_both);
}

/* ---- Attributes that the module did not write -------------------------------------- */

static void
reads_untouched(struct world *w)
{
	struct tok_objects *o = NULL;
	struct tok *t;
	size_t i;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	CHECK_ERR(w, tok_objects_read(t, NULL, &o, &w->d), ERR_OK);
	for (i = 0; i < tok_objects_num(o); i++) {
		const struct tok_object *x = tok_object(o, i);

		CHECK(x->num_allowed == 0 && x->label.len < 100);
		if (x->label.len == 0)
			CHECK(!x->readable);
	}
	tok_objects_free(&o);
	tok_close(&t);
}

/* What the room held before is no answer. */
static void
test_untouched(void **state)
{
	char plan[100];
	int n;

	for (n = 1; n < 30; n++) {
		(void)snprintf(plan, sizeof(plan),
		    "only hsm\nfail C_GetAttributeValue "
		    "CKR_ATTRIBUTE_TYPE_INVALID at %d\n",
		    n);
		world_run(plan, reads_untouched);
	}
}

/* ---- Labels with blanks behind them -------------------------------------------- */

static const struct tok_keygen with_blank = { .kind = TOK_EC_P256,
	.label = { (const uint8_t *)"blank ", 6 },
	.id = { (const uint8_t *)"\x77", 1 } };

/* Its URI, as it is printed, finds it. */
static void
finds_by_uri(struct world *w)
{
	struct tok_objects *o = NULL;
	struct buf uri = { 0 };
	struct tok_key *k = NULL;
	struct tok *t;

	t = world_open(w, WORLD_EMPTY);
	CHECK_ERR(w, tok_keygen(t, &with_blank, &k, &w->d), ERR_OK);
	tok_key_free(&k);
	CHECK_ERR(w, tok_objects_read(t, NULL, &o, &w->d), ERR_OK);
	tok_put_object_uri(&uri, tok_info(t), tok_object(o, 0));
	k = find_key(w, t, buf_cstr(&uri), ERR_OK);
	tok_key_free(&k);
	buf_clear(&uri);
	tok_objects_free(&o);
	tok_close(&t);
}

static void
test_blank(void **state)
{
	world_run(NULL, finds_by_uri);
}

/* ---- A module that names another key as the one it made --------------------------- */

static void
undoes_other(struct world *w)
{
	struct make m = { .label = bytes_of_str("new"),
		.id = bytes_of_str("new"),
		.tried = true };
	struct tok_key *k;
	struct tok *t;

	w->pin[TOK_PIN_USER] = HSM_PIN;
	t = world_open(w, HSM);
	k = find_key(w, t, HSM ";id=%21", ERR_OK);
	m.tok = t;
	m.handle[MAKE_PRIVATE] = k->object.handle;
	(void)diag_set(&w->d, ERR_TOKEN, "it is no good");
	make_undo(&m, &w->d);
	CHECK(strstr(w->d.msg, "another object") != NULL);
	CHECK_ERR(w, sign_once(t, k, &w->d), ERR_OK);
	tok_key_free(&k);
	tok_close(&t);
}

static void
test_undoes_other(void **state)
{
	world_run(NULL, undoes_other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_cannot_begin, world_setup),
		cmocka_unit_test_setup(test_device_fails, world_setup),
		cmocka_unit_test_setup(test_goes_on, world_setup),
		cmocka_unit_test_setup(test_is_pulled, world_setup),
		cmocka_unit_test_setup(test_last_try, world_setup),
		cmocka_unit_test_setup(test_goes_away, world_setup),
		cmocka_unit_test_setup(test_finds_other, world_setup),
		cmocka_unit_test_setup(test_finds_both, world_setup),
		cmocka_unit_test_setup(test_untouched, world_setup),
		cmocka_unit_test_setup(test_blank, world_setup),
		cmocka_unit_test_setup(test_undoes_other, world_setup),
	};

	return cmocka_run_group_tests(tests, world_group_setup,
	    world_group_teardown);
}
