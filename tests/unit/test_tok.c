/* SPDX-License-Identifier: Apache-2.0 */
/* Signing, coming back, and pairs: what cannot be asked of the command. */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/make.h"
#include "tests/token/world.h"
#include "tests/unit/test.h"

#define HSM "pkcs11:token=hsm"
#define HSM_PIN "3456789"
#define KEY HSM ";id=%21"

static struct tok *
open_hsm(struct world *w)
{
	w->pin[TOK_PIN_USER] = HSM_PIN;
	return world_open(w, HSM);
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

/* Signs the SHA-256 digest of TEXT; the token may digest MESSAGE itself. */
static enum err
sign(struct tok *t, const struct tok_key *k, const char *text,
    struct bytes message, struct buf *sig, struct diag *d)
{
	struct bytes in = bytes_of_str(text);
	struct tok_sign_request r = { .digest = DIGEST_SHA256,
		.message = message };
	struct digest_value value;
	enum err e;

	e = digest_of(r.digest, &in, 1, &value, d);
	r.value = &value;
	return e == ERR_OK ? tok_sign(NULL, k, &r, sig, d) : e;
}

/* ---- What leaves, and what does not --------------------------------------------- */

/* A signature that is refused leaves SIG as it was. */
static void
withheld(struct world *w, enum err want)
{
	struct buf sig = { 0 };
	struct tok *t = open_hsm(w);
	struct tok_key *k = find_key(w, t, KEY, ERR_OK);

	buf_str(&sig, "before");
	CHECK_ERR(w, sign(t, k, "text", bytes_of(NULL, 0), &sig, &w->d), want);
	CHECK(bytes_equal(buf_bytes(&sig), bytes_of_str("before")));
	buf_clear(&sig);
	tok_key_free(&k);
	tok_close(&t);
}

static void
event_fails(struct world *w)
{
	w->event_fails = true;
	withheld(w, ERR_IO);
	CHECK(strcmp(w->d.msg, "the log is full") == 0);
}

static void
is_wrong(struct world *w)
{
	withheld(w, ERR_CRYPTO);
}

static void
is_failed(struct world *w)
{
	w->event_fails = true;
	withheld(w, ERR_TOKEN);
	CHECK(strstr(w->d.msg, "C_Sign") != NULL);
}

static void
test_withheld(void **state)
{
	const struct world *w = world_run("", event_fails);

	assert_int_equal(w->num_events, 1);
	assert_string_equal(w->event[0].operation, "sign");
	assert_int_equal(w->event[0].failed, ERR_OK);
	/* that it failed is recorded, too */
	w = world_run("wrong-signature\n", is_wrong);
	assert_int_equal(w->num_events, 1);
	assert_int_equal(w->event[0].failed, ERR_CRYPTO);
	/* and what failed first is what is said */
	w = world_run("fail C_Sign CKR_GENERAL_ERROR\n", is_failed);
	assert_int_equal(w->event[0].failed, ERR_TOKEN);
}

/* ---- A token that digests itself -------------------------------------------------- */

static void
digests(struct world *w)
{
	struct buf sig = { 0 };
	struct tok *t = open_hsm(w);
	struct tok_key *k = find_key(w, t, KEY, ERR_OK);

	CHECK_ERR(w, sign(t, k, "text", bytes_of(NULL, 0), &sig, &w->d),
	    ERR_UNSUPPORTED);
	CHECK_ERR(w, sign(t, k, "text", bytes_of_str("text"), &sig, &w->d),
	    ERR_OK);
	CHECK(sig.len == 256);
	/* the digest is what counts */
	CHECK_ERR(w, sign(t, k, "text", bytes_of_str("other"), &sig, &w->d),
	    ERR_CRYPTO);
	CHECK(sig.len == 256);
	buf_clear(&sig);
	tok_key_free(&k);
	tok_close(&t);
}

static void
test_digests(void **state)
{
	world_run("no-mechanism CKM_RSA_PKCS\n", digests);
}

/* ---- A token that comes back -------------------------------------------------------- */

static void
comes_back(struct world *w)
{
	struct buf sig = { 0 };
	struct tok *t = open_hsm(w);
	struct tok_key *old = find_key(w, t, KEY, ERR_OK), *k;

	CHECK_ERR(w, sign(t, old, "text", bytes_of(NULL, 0), &sig, &w->d),
	    ERR_TOKEN);
	CHECK(tok_is_gone(&w->d));
	CHECK_ERR(w, tok_again(t, &w->d), ERR_TOKEN);
	CHECK(strcmp(w->d.msg, "the token is not there") == 0);
	CHECK_ERR(w, tok_again(t, &w->d), ERR_OK);
	CHECK(!tok_logged_in(t) && w->asked[TOK_PIN_USER] == 1);
	CHECK_ERR(w, sign(t, old, "text", bytes_of(NULL, 0), &sig, &w->d),
	    ERR_TOKEN);
	CHECK(strstr(w->d.msg, "away since the key was found") != NULL);
	k = find_key(w, t, KEY, ERR_OK);
	CHECK(w->asked[TOK_PIN_USER] == 2);
	CHECK_ERR(w, sign(t, k, "text", bytes_of(NULL, 0), &sig, &w->d),
	    ERR_OK);
	CHECK(sig.len == 256);
	buf_clear(&sig);
	tok_key_free(&old);
	tok_key_free(&k);
	tok_close(&t);
}

static void
other_comes(struct world *w)
{
	struct tok *t = open_hsm(w);
	int i;

	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	for (i = 0; i < 3; i++)
		CHECK_ERR(w, tok_again(t, &w->d), ERR_TOKEN);
	CHECK(w->asked[TOK_PIN_USER] == 1);
	tok_close(&t);
}

static void
test_again(void **state)
{
	world_run("only hsm\nremove-after C_SignInit for 2\n", comes_back);
	assert_int_equal(world_calls_of("C_Login"), 2);
	world_run("only hsm\nremove-after C_Login for 1 other sast-1\n",
	    other_comes);
	assert_int_equal(world_calls_of("C_Login"), 1);
}

/* A token with another serial number in the same slot gets no PIN. */
static void
is_exchanged(struct world *w)
{
	struct tok *t = open_hsm(w);

	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_TOKEN);
	tok_close(&t);
}

static void
test_exchanged(void **state)
{
	world_run("remove-after C_OpenSession for 1 other sast-1\nonly hsm\n",
	    is_exchanged);
	assert_int_equal(world_calls_of("C_Login"), 0);
}

/* What is in the slot has another label now. */
static void
is_made_anew(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	CHECK(system("softhsm2-util --init-token --token empty --label other "
		     "--so-pin " WORLD_SO_PIN " --pin " WORLD_PIN
		     " >/dev/null 2>&1") == 0);
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_TOKEN);
	CHECK(strstr(w->d.msg, "another token is in the slot now") != NULL);
	tok_close(&t);
}

static void
test_made_anew(void **state)
{
	world_run("", is_made_anew);
	assert_int_equal(world_calls_of("C_Login"), 0);
}

/* ---- PINs of a person ------------------------------------------------------------- */

static void
types_the_same(struct world *w)
{
	struct tok *t = world_open(w, HSM);

	w->pin[TOK_PIN_USER] = "9988776";
	w->again = true;
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_PIN);
	CHECK(w->asked[TOK_PIN_USER] == 3);
	/* nor by another login, later */
	w->again = false;
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_PIN);
	CHECK(w->asked[TOK_PIN_USER] == 4);
	tok_close(&t);
}

static void
test_same_pin(void **state)
{
	const struct world *w = world_run("", types_the_same);

	assert_int_equal(world_calls_of("C_Login"), 1);
	assert_true(world_was_told(w, "is not sent again"));
}

/* ---- Pairs ------------------------------------------------------------------------ */

static void
pairs(struct world *w)
{
	struct tok_objects *o = NULL;
	struct tok *t = open_hsm(w);
	size_t i;

	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	CHECK_ERR(w, tok_objects_read(t, NULL, &o, &w->d), ERR_OK);
	for (i = 0; i < tok_objects_num(o); i++) {
		const struct tok_object *x = tok_object(o, i), *key;

		if (x->pair == TOK_NO_PAIR)
			continue;
		w->num++;
		key = tok_object(o, x->pair);
		CHECK(key->class == TOK_PRIVATE_KEY);
		CHECK(
		    x->class == TOK_PUBLIC_KEY || x->class == TOK_CERTIFICATE);
		CHECK(bytes_equal(x->id, key->id));
		CHECK(x->key == NULL || key->key == NULL ||
		    pubkey_equal(x->key, key->key));
	}
	tok_objects_free(&o);
	tok_close(&t);
}

static void
test_pairs(void **state)
{
	/* each key has two; one certificate is alone, and one key has none */
	assert_int_equal(world_run("", pairs)->num, 11);
	/* where no id tells, the public halves do, which EC keys do not have */
	assert_int_equal(
	    world_run("attr CKA_ID=hex:77 any-class\n", pairs)->num, 7);
	/* where the halves do not tell, the ids do */
	assert_int_equal(
	    world_run("attr CKA_MODULUS=unavailable any-class\n", pairs)->num,
	    11);
}

/* ---- Two public keys with one id ----------------------------------------------- */

/* An EC key, whose private half does not tell the public one. */
static void
make_pair(struct world *w, struct tok *t, const char *label)
{
	static const uint8_t curve[] = { 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07 };
	const struct make_flag flags[] = { { CKA_TOKEN, CK_TRUE, 0 } };
	CK_MECHANISM mechanism = { CKM_EC_KEY_PAIR_GEN, NULL, 0 };
	struct make_template m[2] = { { .num = 0 }, { .num = 0 } };
	struct p11_template half[2];
	CK_OBJECT_HANDLE made[2];
	size_t i;

	CHECK_ERR(w, make_ready(t, &w->d), ERR_OK);
	for (i = 0; i < 2; i++) {
		make_put_flags(&m[i], flags, 1, 0);
		make_put(&m[i], CKA_ID, bytes_of_str("1"));
		make_put(&m[i], CKA_LABEL, bytes_of_str(label));
	}
	make_put(&m[0], CKA_EC_PARAMS, bytes_of(curve, sizeof(curve)));
	half[0] = make_view(&m[0]);
	half[1] = make_view(&m[1]);
	CHECK(p11_generate_pair(&t->module->p11, t->own.handle, &mechanism,
		  half, made) == CKR_OK);
}

static void
in_doubt(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);
	struct tok_key *k;

	make_pair(w, t, "first");
	k = find_key(w, t, WORLD_EMPTY ";object=first", ERR_OK);
	tok_key_free(&k);
	make_pair(w, t, "second");
	(void)find_key(w, t, WORLD_EMPTY ";object=first", ERR_TOKEN);
	CHECK(strstr(w->d.msg, "public half is in doubt") != NULL);
	tok_close(&t);
}

static void
test_in_doubt(void **state)
{
	world_run(NULL, in_doubt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_withheld, world_setup),
		cmocka_unit_test_setup(test_digests, world_setup),
		cmocka_unit_test_setup(test_again, world_setup),
		cmocka_unit_test_setup(test_exchanged, world_setup),
		cmocka_unit_test_setup(test_made_anew, world_setup),
		cmocka_unit_test_setup(test_same_pin, world_setup),
		cmocka_unit_test_setup(test_pairs, world_setup),
		cmocka_unit_test_setup(test_in_doubt, world_setup),
	};

	return cmocka_run_group_tests(tests, world_group_setup,
	    world_group_teardown);
}
