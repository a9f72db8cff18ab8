/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while trust stores
 * are read, judged and put into JSON: it is said that memory ran out, nothing leaks,
 * and where nothing is said the JSON is what it is without a failure.
 */
#include "tests/unit/test.h"

#include <openssl/crypto.h>

#include "cli/store_check.h"
#include "tests/shim/faults.h"

/* Far above what any job below needs. */
#define MANY 60000

static char text_path[512], lsc_path[512];

/* Whose allocations are libyaml's own affair. */
static struct store_rules_file rules;

/* What the first run shows, which has no failure. */
static char wanted[16384];

/* The text has a table, whose allocations are libsmartcols' own affair. */
static enum err
show(const struct store_check *c, struct diag *d)
{
	static char shown[sizeof(wanted)];
	json_t *json = store_check_json(c, NULL);
	size_t len = 0, i = 0;

	if (json != NULL)
		len = json_dumpb(json, shown, sizeof(shown) - 1, 0);
	json_decref(json);
	if (len == 0)
		return diag_nomem(d);
	assert_in_range(len, 1, sizeof(shown) - 1);
	shown[len] = '\0';
	if (wanted[0] == '\0')
		memcpy(wanted, shown, len + 1);
	while (i < len && shown[i] == wanted[i])
		i++;
	if (shown[i] != wanted[i])
		fail_msg("\"%.80s\" is shown for \"%.80s\"", &shown[i],
		    &wanted[i]);
	return ERR_OK;
}

static enum err
judge(struct diag *d)
{
	struct store_check_wish wish = { .lsc = { { lsc_path }, 1 },
		.now = 1767225600,
		.days = 30 };
	struct store_check c = { .wish = &wish };
	struct out out = { .lost = false };
	enum err e;

	c.rules.rules = rules.rules;
	e = store_check_lsc(&c, &out, d);
	if (e == ERR_OK)
		e = store_check_add(&c, text_path, &out, d);
	if (e == ERR_OK)
		e = store_check_judge(&c, d);
	if (e == ERR_OK)
		assert_int_equal(c.num, 3);
	if (e == ERR_OK)
		e = show(&c, d);
	if (!out_ok(&out))
		e = diag_nomem(d);
	out_clear(&out);
	store_check_clear(&c);
	return e;
}

/* Returns how many failures were not called out of memory. */
static unsigned
torture_in(enum fault_mode mode, unsigned step, bool warm)
{
	struct faults faults = { 0 };
	unsigned n, seen, other = 0;
	struct diag d;
	enum err e;

	if (!faults_find(&faults)) {
		fail_msg("libfaults.so is not loaded");
		return 0;
	}
	for (n = 1; n < MANY; n += step) {
		diag_init(&d);
		OPENSSL_thread_stop();
		faults.arm(FAULT_MALLOC, n, mode);
		e = judge(&d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (warm && faults.balance() != 0)
			fail_msg("allocation %u: %ld are lost", n,
			    faults.balance());
		if (e != ERR_OK && e != ERR_NOMEM) {
			other++;
			print_message("allocation %u: %s\n", n, d.msg);
		}
		if (seen < n) {
			print_message("%u allocations\n", seen);
			return other;
		}
	}
	fail_msg("no end after %d allocations", MANY);
	return 0;
}

static void
test_stores(void **state)
{
	struct diag d;

	diag_init(&d);
	if (judge(&d) != ERR_OK)
		fail_msg("%s", d.msg);
	(void)torture_in(FAULT_ONCE, 1, false);
	assert_int_equal(torture_in(FAULT_ONCE, 1, true), 0);
	assert_int_equal(torture_in(FAULT_ONWARD, 3, true), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stores) };
	const char *src = getenv("SRC");

	if (src == NULL)
		return 1;
	(void)snprintf(text_path, sizeof(text_path),
	    "%s/tests/fuzz/stores/pasted.txt", src);
	(void)snprintf(lsc_path, sizeof(lsc_path), "%s/tests/certs/cucm.pem",
	    src);
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (store_rules_load(NULL, &rules, NULL) != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
