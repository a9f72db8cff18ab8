/* SPDX-License-Identifier: Apache-2.0 */
/* Out of memory at each allocation of each reader: it says so, and nothing is
 * left. */
#include "test.h"

#include "said_texts.h"
#include "tests/shim/faults.h"

#define ERRORS_KEPT 32

static struct faults faults;

/* Reads T with allocation N failing; false where there is no Nth. *RET: what is
 * left. */
static bool
fail_at(const struct text *t, unsigned n, long *ret)
{
	struct buf out = { 0 };
	unsigned seen;
	struct diag d;
	enum err e;

	diag_init(&d);
	buf_reserve(&out, TEXT_MAX);
	assert_true(buf_ok(&out));
	faults.arm(FAULT_MALLOC, n, FAULT_ONCE);
	e = t->reader->read(buf_bytes(&t->in), &out, &d);
	seen = faults.disarm();
	*ret = faults.balance();
	if (n > 0 && seen >= n && e != ERR_NOMEM) {
		/* OpenSSL does without some: then nothing is otherwise */
		if (e != ERR_OK)
			buf_printf(&out, "%s, line %u: %s\n", diag_err_name(e),
			    d.line, d.msg);
		if (!bytes_equal(buf_bytes(&out), buf_bytes(&t->expected)))
			fail_msg("%s: allocation %u of %u: %s", t->name, n,
			    seen, diag_err_name(e));
	}
	if (e == ERR_NOMEM && (d.code != ERR_NOMEM || out.len != 0))
		fail_msg("%s: allocation %u is not told", t->name, n);
	buf_clear(&out);
	return seen >= n;
}

static void
test_text(void **state)
{
	const struct text *t = *state;
	unsigned n, i;
	long left;

	/* libraries set themselves up, once */
	(void)fail_at(t, 0, &left);
	for (n = 1; fail_at(t, n, &left); n++) {
		/* OpenSSL keeps texts of its last errors for a while */
		for (i = 0; left > 0 && i < ERRORS_KEPT; i++)
			(void)fail_at(t, n, &left);
		if (left > 0)
			fail_msg("%s: allocation %u leaks", t->name, n);
	}
}

int
main(void)
{
	static struct CMUnitTest tests[TEXTS_MAX];
	const char *src = getenv("SRC");
	size_t i;
	int num_failed;

	if (src == NULL || !faults_find(&faults))
		return EXIT_FAILURE;
	texts_load(src);
	for (i = 0; i < num_texts; i++)
		tests[i] = (struct CMUnitTest){ texts[i].name, test_text, NULL,
			NULL, &texts[i] };
	num_failed = _cmocka_run_group_tests("said", tests, num_texts, NULL,
	    NULL);
	texts_clear();
	return test_status(num_failed);
}
