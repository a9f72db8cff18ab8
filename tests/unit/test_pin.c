/* SPDX-License-Identifier: Apache-2.0 */
/* PINs that no person gives, and to which token. */
#include "test.h"

#include <string.h>

#include "cli/pin.h"

static struct tok_info
token(const char *serial)
{
	struct tok_info i = { .serial = { .len = strlen(serial) } };

	memcpy(i.serial.byte, serial, i.serial.len);
	return i;
}

/* Asks for a PIN of KIND for the token. */
static void
ask(struct pin_sources *p, enum tok_pin_kind kind, const char *serial,
    const char *want)
{
	struct tok_info i = token(serial);
	struct tok_pin_request r = { kind, &i, { 0 }, 1 };
	struct secret pin = { 0 };
	struct diag d;
	bool again = true;

	diag_init(&d);
	if (pin_give(p, &r, &pin, &again, &d) == ERR_OK)
		assert_null(want);
	else
		assert_non_null(want != NULL ? strstr(d.msg, want) : NULL);
	assert_false(again);
	secret_clear(&pin);
}

static void
take(struct pin_sources *p, const struct pin_opts *o)
{
	struct diag d;

	assert_int_equal(setenv("TEST_PIN", "1234", 1), 0);
	assert_int_equal(pin_sources_init(p, o, &d), ERR_OK);
}

static void
test_once(void **state)
{
	static const struct pin_opts opts = { .so_env = "TEST_PIN" };
	struct pin_sources p = { 0 };

	take(&p, &opts);
	ask(&p, TOK_PIN_SO, "1", NULL);
	ask(&p, TOK_PIN_SO, "1", "is used once");
	ask(&p, TOK_PIN_SO, "2", "belongs to another token");
	pin_sources_clear(&p);
}

/* With each signature, and never with those of another token. */
static void
test_key(void **state)
{
	static const struct pin_opts opts = { .key_env = "TEST_PIN" };
	struct pin_sources p = { 0 };

	take(&p, &opts);
	ask(&p, TOK_PIN_KEY, "1", NULL);
	ask(&p, TOK_PIN_KEY, "1", NULL);
	ask(&p, TOK_PIN_KEY, "2", "belongs to another token");
	pin_sources_clear(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_key),
	};

	return test_run(tests);
}
