/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens initialised, PINs changed and reset. */
#include <stdlib.h>
#include <string.h>

#include "tests/token/world.h"
#include "tests/unit/test.h"

#define NEW_PIN "11223344"
#define NEW_SO "99887766"
#define LABEL "brand new"

/* The user logs in to the token of that label with that PIN. */
static void
log_in(struct world *w, const char *uri, const char *pin, enum err want)
{
	struct tok *t = world_open(w, uri);

	w->pin[TOK_PIN_USER] = pin;
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), want);
	tok_close(&t);
}

static void
log_in_so(struct world *w, const char *uri, const char *pin)
{
	struct tok *t = world_open(w, uri);

	w->pin[TOK_PIN_SO] = pin;
	CHECK_ERR(w, tok_login(t, TOK_SO, &w->d), ERR_OK);
	tok_close(&t);
}

/* ---- Initialising -------------------------------------------------------------- */

static struct tok *
blank_token(struct world *w, struct tok ***list, size_t *num)
{
	size_t i;

	CHECK_ERR(w, tok_open_all(w->lib, NULL, TOK_WRITE, list, num, &w->d),
	    ERR_OK);
	for (i = 0; i < *num; i++)
		if (!tok_has(tok_info((*list)[i]), TOK_INITIALISED))
			return (*list)[i];
	world_check(false, "there is a blank one", __FILE__, __LINE__);
	return NULL;
}

static void
init_blank(struct world *w)
{
	struct tok **list = NULL;
	struct tok *t;
	size_t num = 0;

	w->pin[TOK_PIN_SO_NEW] = NEW_SO;
	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	t = blank_token(w, &list, &num);
	CHECK_ERR(w, tok_init(t, bytes_of_str(LABEL), true, &w->d), ERR_OK);
	CHECK(w->asked[TOK_PIN_SO_NEW] == 1 && w->asked[TOK_PIN_SO] == 0);
	CHECK(tok_has(tok_info(t), TOK_PIN_SET));
	CHECK(tok_info(t)->serial.len > 0);
	/* and goes on to be used */
	w->pin[TOK_PIN_USER] = NEW_PIN;
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	CHECK(world_objects(w, t) == 0);
	tok_close_all(&list, num);
	log_in(w, "pkcs11:token=brand%20new", NEW_PIN, ERR_OK);
	log_in_so(w, "pkcs11:token=brand%20new", NEW_SO);
}

static void
init_without_pin(struct world *w)
{
	struct tok **list = NULL;
	struct tok *t;
	size_t num = 0;

	w->pin[TOK_PIN_SO_NEW] = NEW_SO;
	t = blank_token(w, &list, &num);
	CHECK_ERR(w, tok_init(t, bytes_of_str(LABEL), false, &w->d), ERR_OK);
	CHECK(!tok_has(tok_info(t), TOK_PIN_SET));
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_PIN);
	w->pin[TOK_PIN_SO] = NEW_SO;
	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_pin_reset(t, &w->d), ERR_OK);
	w->pin[TOK_PIN_USER] = NEW_PIN;
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	tok_close_all(&list, num);
}

static void
init_again(struct world *w)
{
	struct tok *t = world_open(w, "pkcs11:token=hsm");

	w->pin[TOK_PIN_SO] = "65432109";
	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_init(t, bytes_of_str(LABEL), true, &w->d), ERR_OK);
	CHECK(w->asked[TOK_PIN_SO] == 1);
	w->pin[TOK_PIN_USER] = NEW_PIN;
	CHECK(world_objects(w, t) == 0);
	tok_close(&t);
}

/* The label of one that is there: the serial number tells them apart. */
static void
init_same_label(struct world *w)
{
	struct tok *t = world_open(w, "pkcs11:token=hsm");

	w->pin[TOK_PIN_SO] = "65432109";
	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_init(t, bytes_of_str("empty"), true, &w->d), ERR_OK);
	tok_close(&t);
}

static void
init_refused(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_init(t, bytes_of("", 0), true, &w->d), ERR_USAGE);
	CHECK_ERR(w, tok_init(t, bytes_of_str("  "), true, &w->d), ERR_USAGE);
	CHECK_ERR(w, tok_init(t, bytes_of_str("\xff"), true, &w->d), ERR_USAGE);
	CHECK_ERR(w,
	    tok_init(t, bytes_of_str("123456789012345678901234567890123"), true,
		&w->d),
	    ERR_USAGE);
	CHECK(w->num_events == 0);
	w->pin[TOK_PIN_SO] = "00000000";
	CHECK_ERR(w, tok_init(t, bytes_of_str(LABEL), true, &w->d), ERR_PIN);
	/* it is not sent twice */
	CHECK_ERR(w, tok_init(t, bytes_of_str(LABEL), true, &w->d), ERR_PIN);
	CHECK(strstr(w->d.msg, "before") != NULL);
	tok_close(&t);
}

static void
test_init(void **state)
{
	const struct world *w;

	w = world_run(NULL, init_blank);
	assert_int_equal(w->num_events, 1);
	assert_string_equal(w->event[0].operation, "token-init");
	world_setup(NULL);
	world_run(NULL, init_without_pin);
	world_run("sessions 100\n", init_refused);
	assert_int_equal(world_calls_of("C_InitToken"), 1);
	world_setup(NULL);
	world_run(NULL, init_again);
	world_setup(NULL);
	world_run(NULL, init_same_label);
}

static void
wrong_so(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_SO] = "00000000";
	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_init(t, bytes_of_str(LABEL), true, &w->d), ERR_PIN);
	tok_close(&t);
}

static void
test_wrong_so_is_counted(void **state)
{
	/* a token that shows nothing: the ledger stands for its flags */
	const char *plan = "flags -CKF_SO_PIN_COUNT_LOW "
			   "-CKF_SO_PIN_FINAL_TRY\n";

	world_run(plan, wrong_so);
	world_run(plan, wrong_so);
	assert_int_equal(world_calls_of("C_InitToken"), 1);
	world_run(plan, wrong_so);
	assert_int_equal(world_calls_of("C_InitToken"), 0);
	world_run("so-tries 3\n", wrong_so);
}

/* ---- Changing -------------------------------------------------------------------- */

static void
change_user(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_pin_change(t, TOK_USER, &w->d), ERR_OK);
	w->pin[TOK_PIN_USER] = NEW_PIN;
	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	tok_close(&t);
}

static void
change_so(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_SO_NEW] = NEW_SO;
	CHECK_ERR(w, tok_pin_change(t, TOK_SO, &w->d), ERR_OK);
	CHECK(w->asked[TOK_PIN_SO] == 1);
	tok_close(&t);
	log_in_so(w, WORLD_EMPTY, NEW_SO);
}

/* What was wrong before may be the new one. */
static void
change_to_wrong(struct world *w)
{
	log_in(w, WORLD_EMPTY, NEW_PIN, ERR_PIN);
	w->pin[TOK_PIN_USER] = WORLD_PIN;
	change_user(w);
}

static void
change_wrong(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_USER] = "00000000";
	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_pin_change(t, TOK_USER, &w->d), ERR_PIN);
	CHECK(w->event[0].failed == ERR_PIN);
	tok_close(&t);
	log_in(w, WORLD_EMPTY, WORLD_PIN, ERR_OK);
}

static void
change_to_short(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_USER_NEW] = "1";
	CHECK_ERR(w, tok_pin_change(t, TOK_USER, &w->d), ERR_PIN);
	tok_close(&t);
}

/* The token alone knows that it is too short: the old PIN is none that
 * failed. */
static void
change_refused(struct world *w)
{
	w->again = true;
	change_to_short(w);
	CHECK(strstr(w->d.msg, "the old PIN holds") != NULL);
	CHECK(w->asked[TOK_PIN_USER] == 1);
	change_user(w);
}

static void
change_unrecorded(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	w->event_fails = true;
	CHECK_ERR(w, tok_pin_change(t, TOK_USER, &w->d), ERR_IO);
	CHECK(strstr(w->d.msg, "is the new one all the same") != NULL);
	tok_close(&t);
}

static void
test_change(void **state)
{
	const struct world *w = world_run(NULL, change_user);

	assert_int_equal(w->num_events, 1);
	assert_string_equal(w->event[0].operation, "pin-change");
	world_setup(NULL);
	world_run(NULL, change_so);
	world_run(NULL, change_to_wrong);
	world_setup(NULL);
	world_run(NULL, change_wrong);
	world_run("sessions 100\n", change_to_short);
	assert_int_equal(world_calls_of("C_SetPIN"), 0);
	world_run("pin-length 1 255\n", change_refused);
	world_setup(NULL);
	world_run(NULL, change_unrecorded);
	world_setup(NULL);
	/* one that must be changed refuses all but this */
	world_run("to-be-changed\n", change_user);
}

/* ---- Resetting --------------------------------------------------------------------- */

static void
reset(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_pin_reset(t, &w->d), ERR_OK);
	tok_close(&t);
	log_in(w, WORLD_EMPTY, NEW_PIN, ERR_OK);
}

static void
lock(struct world *w)
{
	log_in(w, WORLD_EMPTY, "00000000", ERR_PIN);
	log_in(w, WORLD_EMPTY, "00000001", ERR_PIN);
}

static void
is_locked(struct world *w)
{
	log_in(w, WORLD_EMPTY, WORLD_PIN, ERR_PIN);
	CHECK(w->asked[TOK_PIN_USER] == 0);
}

static void
reset_wrong(struct world *w)
{
	struct tok *t = world_open(w, WORLD_EMPTY);

	w->pin[TOK_PIN_SO] = "00000000";
	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK_ERR(w, tok_pin_reset(t, &w->d), ERR_PIN);
	CHECK(w->asked[TOK_PIN_USER_NEW] == 0);
	tok_close(&t);
}

static void
test_reset(void **state)
{
	const char *quiet = "flags -CKF_USER_PIN_COUNT_LOW\n";
	const struct world *w = world_run(NULL, reset);

	assert_int_equal(w->num_events, 1);
	assert_string_equal(w->event[0].operation, "pin-reset");
	world_setup(NULL);
	world_run(NULL, reset_wrong);
	/* the ledger stops the user, and begins anew */
	world_run(quiet, lock);
	world_run(quiet, is_locked);
	world_run(quiet, reset);
}

/* ---- Any call may fail ---------------------------------------------------------------- */

static void
init_any(struct world *w)
{
	struct tok_uri *u = NULL;
	struct tok *t = NULL;

	w->pin[TOK_PIN_USER_NEW] = NEW_PIN;
	CHECK(tok_uri_parse(WORLD_EMPTY, &u, &w->d) == ERR_OK);
	w->e = tok_open(w->lib, u, TOK_WRITE, &t, &w->d);
	tok_uri_free(&u);
	if (w->e == ERR_OK)
		w->e = tok_init(t, bytes_of_str(LABEL), true, &w->d);
	tok_close(&t);
}

/* Sets num: 0 as it was, 1 initialised without PIN, 2 with. */
static void
look(struct world *w)
{
	struct tok_info *list = NULL;
	size_t i, num = 0;

	CHECK_ERR(w, tok_list(w->lib, &list, &num, &w->d), ERR_OK);
	for (i = 0; i < num; i++)
		if (bytes_equal(tok_text_bytes(&list[i].label),
			bytes_of_str(LABEL)))
			w->num = tok_has(&list[i], TOK_PIN_SET) ? 2 : 1;
	free(list);
}

static void
fail_call(const char *rule, unsigned n, unsigned rv)
{
	const struct world *w;
	char plan[80], msg[400];
	enum err e;

	(void)snprintf(plan, sizeof(plan), "%s %u 0x%x\n", rule, n, rv);
	w = world_run_any(plan, init_any);
	e = w->e;
	(void)snprintf(msg, sizeof(msg), "%s", e != ERR_OK ? w->d.msg : "");
	w = world_run(NULL, look);
	if (e == ERR_OK
		? w->num != 2
		: (w->num != 0 && strstr(msg, "initialised all") == NULL))
		fail_msg("%s: %zu; %s", plan, w->num, msg);
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

	world_run("sessions 100\n", init_any);
	num = world_calls();
	assert_true(num > 20);
	world_setup(NULL);
	assert_non_null(
	    strstr(world_run("fail-after C_InitToken 0x6\n", init_any)->d.msg,
		"initialised all the same"));
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
		cmocka_unit_test_setup(test_init, world_setup),
		cmocka_unit_test_setup(test_wrong_so_is_counted, world_setup),
		cmocka_unit_test_setup(test_change, world_setup),
		cmocka_unit_test_setup(test_reset, world_setup),
		cmocka_unit_test_setup(test_any_call, world_setup),
	};

	return test_status(cmocka_run_group_tests(tests, world_group_setup,
	    world_group_teardown));
}
