/* SPDX-License-Identifier: Apache-2.0 */
/* What the appliance's commands say: what no stored text shows. */
#include "test.h"

#include <string.h>

#include "cluster/said.h"

static void
test_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t when; /* -1: refused */
		bool known;
	} rows[] = {
		{ "Thu Jan  1 00:00:01 UTC 1970\n", 1, true },
		{ "Thu Jan  1 00:00:01 GMT 1970\n", 1, true },
		{ "Thu Jan  1 00:00:01 EST 1970\n", 1, false },
		{ "Thu Jan  1 02:00:01 +02 1970\n", 1, true },
		{ "Wed Dec 31 19:30:01 -0530 1971\n", 63075601, true },
		{ "Fri Jan  2 04:18:22 PM UTC 2026\n", 1767370702, true },
		{ "Fri Jan  2 12:18:22 AM UTC 2026\n", 1767313102, true },
		{ "Fri Jan  2 12:18:22 PM UTC 2026\n", 1767356302, true },
		{ "Fri 02 Jan 2026 04:18:22 PM EST\n", 1767370702, false },
		{ "Date : Fri Mar 4, 2005 16:30:12\n", 1109953812, false },
		{ "Friday, March 4, 2005 16:30:12\n", 1109953812, false },
		{ "Tue Feb 29 00:00:00 UTC 2022\n", -1, false },
		{ "Tue Feb 28 24:00:00 UTC 2022\n", -1, false },
		{ "Tue Feb 28 00:60:00 UTC 2022\n", -1, false },
		{ "Tue Feb 28 00:00 UTC 2022\n", -1, false },
		{ "Tue Feb 0 00:00:00 UTC 2022\n", -1, false },
		{ "Tue Feb 28 00:00:00 UTC 22\n", -1, false },
		{ "Tue Fex 28 00:00:00 UTC 2022\n", -1, false },
		{ "Tue Feb 28 00:00:00 UTC 1969\n", -1, false },
		{ "Tue Feb 28 00:00:00 +15 2022\n", -1, false },
	};
	struct diag d;
	int64_t when;
	bool known;
	enum err e;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		when = -2;
		e = said_date(bytes_of_str(rows[i].text), &when, &known, &d);
		if (rows[i].when == -1) {
			if (e != ERR_SYNTAX || when != -2)
				fail_msg("taken: %s", rows[i].text);
			continue;
		}
		if (e != ERR_OK || when != rows[i].when ||
		    known != rows[i].known)
			fail_msg("%d, %ld, %d: %s", e, (long)when, known,
			    rows[i].text);
	}
}

static void
test_releases(void **state)
{
	static const struct {
		const char *version;
		unsigned release; /* 0: refused */
	} rows[] = {
		{ "12.5.1.16900-48", 1250 },
		{ "15.0.1.11900-40", 1500 },
		{ "10.5.2.15900-8", 1050 },
		{ "9.1.2.10000-28", 910 },
		{ "12.10.1.1-1", 0 },
		{ "12", 0 },
		{ "12.5", 0 },
		{ "0.5.1", 0 },
		{ "100.5.1", 0 },
		{ "x.5.1", 0 },
	};
	struct said_version v;
	char text[128];
	struct diag d;
	enum err e;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "Active Master Version: %s\n", rows[i].version);
		e = said_version(bytes_of_str(text), &v, &d);
		assert_int_equal(e, rows[i].release == 0 ? ERR_SYNTAX : ERR_OK);
		if (e != ERR_OK) {
			assert_int_equal(d.line, 1);
			continue;
		}
		assert_int_equal(v.release, rows[i].release);
		assert_string_equal(v.active, rows[i].version);
	}
}

static void
test_service(void **state)
{
	struct said_services l;
	struct diag d;

	assert_int_equal(
	    said_services(bytes_of_str("Cisco Tftp[STARTED]\n"
				       "Cisco Tomcat[NOT STARTED]\n"
				       "Cisco Tftp[STOPPED]\n"
				       "A[FLYING]\n"
				       "B[c]\n"),
		&l, &d),
	    ERR_OK);
	assert_int_equal(l.num, 4);
	assert_true(said_service(&l, "cisco tftp")->stopped); /* the last */
	assert_true(said_service(&l, "Cisco Tomcat")->stopped);
	assert_null(said_service(&l, "Tftp"));
	assert_false(said_service(&l, "A")->started ||
	    said_service(&l, "A")->stopped || said_service(&l, "A")->changing);
	said_services_clear(&l);
}

/* A trust list of thousands of lines; what is too long, or hostile, is
 * refused, with its line. */
static void
test_certs(void **state)
{
	struct said_certs l = { .num = 7 };
	struct buf text = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < 20000; i++)
		buf_printf(&text, "CallManager-trust/ca-%zu.pem: x\n", i);
	assert_true(buf_ok(&text));
	assert_int_equal(said_certs(buf_bytes(&text), &l, &d), ERR_OK);
	assert_int_equal(l.num, 20000);
	assert_string_equal(l.item[19999].file, "ca-19999.pem");
	said_certs_clear(&l);
	buf_str(&text, "a/b.pem: x\n");
	l.num = 7;
	assert_int_equal(said_certs(buf_bytes(&text), &l, &d), ERR_TOO_BIG);
	assert_int_equal(d.line, 20001);
	assert_int_equal(l.num, 7); /* untouched */
	buf_clear(&text);
	buf_str(&text, "a/b.pem: x\na/");
	buf_fill(&text, 256, 'c');
	buf_str(&text, ".pem: x\n");
	assert_int_equal(said_certs(buf_bytes(&text), &l, &d), ERR_TOO_BIG);
	assert_int_equal(d.line, 2);
	buf_clear(&text);
	assert_int_equal(
	    said_certs(bytes_of_str("a/b\x1b[2J.pem: x\n"), &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(said_certs(bytes_of("a/b\0c.pem: x\n", 13), &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(said_certs(bytes_of_str("a b/c.pem: x\n"), &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(said_certs(bytes_of_str("/c.pem: x\n"), &l, &d),
	    ERR_SYNTAX);
}

/* What each reader is given at its limits. */
static void
test_limits(void **state)
{
	struct said_list l;
	struct buf text = { 0 };
	struct diag d;

	assert_int_equal(said_list(bytes_of(NULL, 0), false, &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(said_list(bytes_of_str("x"), false, &l, &d),
	    ERR_TRUNCATED);
	buf_fill(&text, ((size_t)64 << 20) + 1, 'x');
	assert_true(buf_ok(&text));
	assert_int_equal(said_list(buf_bytes(&text), false, &l, &d),
	    ERR_TOO_BIG);
	/* one line of all that is allowed */
	text.len--;
	text.ptr[text.len - 1] = '\n';
	assert_int_equal(said_list(buf_bytes(&text), false, &l, &d),
	    ERR_SYNTAX);
	buf_clear(&text);
}

/* A name in a list could say that the list is verified, or have a checksum:
 * the verdict is the last line, and a second checksum is refused. */
static void
test_forged_list(void **state)
{
	static const char head[] = "7879e087513d0d6dfe7684388f86ee96(MD5)\n"
				   "Length of CTL file: 3746\n";
	struct said_list l;
	char text[512];
	struct diag d;

	(void)snprintf(text, sizeof(text),
	    "%sThe CTL file was verified successfully.\n"
	    "Error parsing the CTL File!!\n",
	    head);
	assert_int_equal(said_list(bytes_of_str(text), false, &l, &d), ERR_OK);
	assert_true(l.failed);
	assert_false(l.verified);
	(void)snprintf(text, sizeof(text),
	    "%sError parsing the CTL File!!\n"
	    "The CTL file was verified successfully.\n",
	    head);
	assert_int_equal(said_list(bytes_of_str(text), false, &l, &d), ERR_OK);
	assert_true(l.failed);
	(void)snprintf(text, sizeof(text), "%sCTL File not found.\n", head);
	assert_int_equal(said_list(bytes_of_str(text), false, &l, &d),
	    ERR_SYNTAX);
	(void)snprintf(text, sizeof(text), "%sLength of CTL file: 1\n", head);
	assert_int_equal(said_list(bytes_of_str(text), false, &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line, 3);
	(void)snprintf(text, sizeof(text), "%s", head);
	assert_int_equal(said_list(bytes_of_str(text), false, &l, &d), ERR_OK);
	assert_false(l.verified || l.failed || l.absent);
	assert_int_equal(said_list(bytes_of_str(text), true, &l, &d),
	    ERR_SYNTAX);
}

static void
test_counters(void **state)
{
	static const char text[] = "- Perf class (Memory) has values:\n"
				   "    -> % Mem Used = 61\n"
				   "    -> Used = 1,234\n"
				   "  _Total -> Load = 0.5\n";
	struct diag d;
	uint64_t n = 0;

	assert_int_equal(said_counter(bytes_of_str(text), "Used", &n, &d),
	    ERR_OK);
	assert_int_equal(n, 61); /* the first that ends so */
	assert_int_equal(said_counter(bytes_of_str(text), "-> used", &n, &d),
	    ERR_OK);
	assert_int_equal(n, 1234);
	assert_int_equal(said_counter(bytes_of_str(text), "sed", &n, &d),
	    ERR_ABSENT);
	assert_int_equal(said_counter(bytes_of_str(text), "Load", &n, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_releases),
		cmocka_unit_test(test_service),
		cmocka_unit_test(test_certs),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_forged_list),
		cmocka_unit_test(test_counters),
	};

	return test_run(tests);
}
