/* SPDX-License-Identifier: Apache-2.0 */
/* Alarms of the appliance's certificate monitor. */
#include "test.h"

#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "pki/alarm.h"

#define HEAD "Certificate expiration Notification. Certificate name:"
#define NOV INT64_C(1793491200) /* 2026-11-01T00:00:00Z */

/* The alarm that TEXT holds, and no other. */
static struct alarm
only(const char *text)
{
	struct bytes cur = bytes_of_str(text);
	struct alarm a, more;

	assert_true(alarm_next(&cur, &a));
	assert_false(alarm_next(&cur, &more));
	return a;
}

static void
assert_text(struct bytes is, const char *want)
{
	if (want == NULL) {
		assert_null(is.ptr);
		return;
	}
	if (!bytes_equal(is, bytes_of_str(want)))
		fail_msg("'%.*s' is not '%s'", (int)is.len,
		    (const char *)is.ptr, want);
}

static void
test_fields(void **state)
{
	struct alarm a = only(
	    "Jun 19 2019 10:00:00.19 UTC :  %UC_CERT-0-CertExpired: %[Message=" HEAD
	    "tomcat.der Unit:tomcat Type:own-cert Expiration:Sun Mar 26 "
	    "12:30:59:000 CES][AppID=Cisco Certificate Monitor][ClusterID=]"
	    "[NodeID=hcs]: Certificate has Expired");

	assert_int_equal(a.kind, ALARM_EXPIRED);
	assert_text(a.name, "CertExpired");
	assert_text(a.cert, "tomcat.der");
	assert_text(a.unit, "tomcat");
	assert_text(a.type, "own-cert");
	assert_text(a.node, "hcs");
	assert_text(a.expiration, "Sun Mar 26 12:30:59:000 CES");
	assert_true(a.has_raised && a.raised == INT64_C(1560938400));
	assert_true(alarm_is_over(&a));
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *name;
		enum alarm_kind kind;
		bool over;
	} rows[] = {
		{ "CertExpired", ALARM_EXPIRED, true },
		{ "CertValidLessThanADay", ALARM_DAY, false },
		{ "CertValidfor7days", ALARM_WEEK, false },
		{ "CertValidLessThanMonth", ALARM_MONTH, false },
		{ "CertValidityOver30Days", ALARM_OVER, false },
		{ "CertExpiredX", ALARM_OTHER, false },
	};
	char text[256];
	struct alarm a;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "%%UC_CERT-4-%s: %%[Message=x Expiration:y]", rows[i].name);
		a = only(text);
		assert_int_equal(a.kind, rows[i].kind);
		assert_int_equal(alarm_is_over(&a), rows[i].over);
		assert_text(a.name, rows[i].name);
		assert_text(a.cert, NULL);
		assert_text(a.unit, NULL);
		assert_text(a.node, NULL);
		assert_false(a.has_raised);
	}
}

/* What is no alarm about a date, and where one ends. */
static void
test_bounds(void **state)
{
	static const char *const none[] = { "", "%UC_CERT-", "%UC_CERT-2-",
		"%UC_CERT-2-X: %[Message=no date]",
		"%UC_CERT-2-: %[Expiration:x]", "%UC_CERT-2-X\nExpiration:x]",
		"%UC_CERT-2-X: %UC_OTHER-1-Y: Expiration:x]",
		"%UC_PHONE-2-X: Expiration:x]" };
	struct buf far = { 0 };
	struct bytes cur;
	struct alarm a;
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		cur = bytes_of_str(none[i]);
		assert_false(alarm_next(&cur, &a));
		assert_int_equal(cur.len, 0);
	}
	cur = bytes_of(NULL, 0);
	assert_false(alarm_next(&cur, &a));
	/* too far away to belong to it */
	buf_str(&far, "%UC_CERT-2-X: ");
	buf_fill(&far, 4096, 'a');
	buf_str(&far, "Expiration:x]");
	cur = buf_bytes(&far);
	assert_false(alarm_next(&cur, &a));
	buf_clear(&far);
	a = only("%UC_CERT-2-X: Expiration: y /][NodeID= n ]");
	assert_text(a.expiration, "y");
	assert_text(a.node, "n");
	a = only("%UC_CERT-2-X: Expiration:cut");
	assert_text(a.expiration, "cut");
}

/* Two in one line: each with its own time and fields. */
static void
test_two(void **state)
{
	struct bytes cur = bytes_of_str(
	    "Jan 02 2020 03:04:05.6 UTC : %UC_CERT-2-CertExpired: %[" HEAD
	    "a Unit:b Type:c Expiration:d][NodeID=e]: x Jan 03 2021 03:04:05 "
	    "UTC : %UC_CERT-2-CertValidfor7days: %[" HEAD
	    "A Unit:B Type:C Expiration:D][NodeID=E]: y");
	struct alarm a, b;

	assert_true(alarm_next(&cur, &a));
	assert_true(alarm_next(&cur, &b));
	assert_false(alarm_next(&cur, &b));
	assert_text(a.cert, "a");
	assert_text(a.node, "e");
	assert_text(b.cert, "A");
	assert_text(b.unit, "B");
	assert_text(b.type, "C");
	assert_text(b.node, "E");
	assert_true(a.has_raised && a.raised == INT64_C(1577934245));
	assert_true(b.has_raised && b.raised == INT64_C(1609643045));
}

/* A date of an alarm of KIND, raised at the beginning of 2026-11-01. */
struct date {
	enum alarm_kind kind;
	const char *text, *until; /* NULL: none */
	bool deduced;
};

static void
assert_date(const struct date *want, bool raised)
{
	struct alarm a = { .kind = want->kind,
		.expiration = bytes_of_str(want->text),
		.has_raised = raised,
		.raised = raised ? NOV : 0 };
	struct buf out = { 0 };
	int64_t t = 4711;
	bool deduced = false;

	if (!alarm_until(&a, raised ? 0 : NOV, &t, &deduced)) {
		if (want->until != NULL)
			fail_msg("'%s' is no date", want->text);
		assert_true(t == 4711);
		return;
	}
	if (want->until == NULL)
		fail_msg("'%s' was taken for a date", want->text);
	text_put_rfc3339(&out, t);
	assert_text(buf_bytes(&out), want->until);
	assert_int_equal(deduced, want->deduced);
	buf_clear(&out);
}

static void
test_dates(void **state)
{
	static const struct date rows[] = {
		{ ALARM_EXPIRED, "Sun Mar 26 12:30:59:000 CES",
		    "2023-03-26T12:30:59Z", true },
		{ ALARM_MONTH, "Sun Mar 26 12:30:59:000 CES",
		    "2028-03-26T12:30:59Z", true },
		{ ALARM_OTHER, "Mon Nov 30 10:10:10:000 ED",
		    "2026-11-30T10:10:10Z", true },
		{ ALARM_DAY, "Mon Nov 02 01:02:03", "2026-11-02T01:02:03Z",
		    true },
		/* zones: a day before and after the alarm is still near */
		{ ALARM_DAY, "Sat Oct 31 23:30:00:000 X",
		    "2026-10-31T23:30:00Z", true },
		{ ALARM_EXPIRED, "Sun Nov 01 12:00:00:000 X",
		    "2026-11-01T12:00:00Z", true },
		{ ALARM_EXPIRED, "Tue Nov 03 12:00:00:000 X",
		    "2020-11-03T12:00:00Z", true },
		/* leap days */
		{ ALARM_OVER, "Tue Feb 29 00:00:00:000 UTC",
		    "2028-02-29T00:00:00Z", true },
		{ ALARM_EXPIRED, "Thu Feb 29 00:00:00:000 UTC",
		    "2024-02-29T00:00:00Z", true },
		/* over the turn of a year */
		{ ALARM_MONTH, "Fri Jan 01 00:00:00:000 UT",
		    "2027-01-01T00:00:00Z", true },
		{ ALARM_EXPIRED, "Wed Dec 31 00:00:00:000 UT",
		    "2025-12-31T00:00:00Z", true },
		/* with a year */
		{ ALARM_MONTH, "Tue Jul 23 10:53:00 CEST 2019",
		    "2019-07-23T10:53:00Z", false },
		{ ALARM_MONTH, "Tue Jul 23 10:53:00:000 CEST 2019",
		    "2019-07-23T10:53:00Z", false },
		{ ALARM_MONTH, "Wed Jul 23 10:53:00 CEST 2019", NULL, false },
		/* none */
		{ ALARM_MONTH, "", NULL, false },
		{ ALARM_MONTH, "Xxx Mar 26 12:30:59:000 CES", NULL, false },
		{ ALARM_MONTH, "Sun Xxx 26 12:30:59:000 CES", NULL, false },
		{ ALARM_MONTH, "Sun Mar 26 12:30", NULL, false },
		{ ALARM_MONTH, "Sun Mar 00 12:30:59", NULL, false },
		{ ALARM_MONTH, "Sun Mar 32 12:30:59", NULL, false },
		{ ALARM_MONTH, "2026-03-26T12:30:59Z", NULL, false },
		{ ALARM_MONTH,
		    "Sun Mar 26 12:30:59:000 CES                             "
		    "           x",
		    NULL, false },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_date(&rows[i], true);
		assert_date(&rows[i], false);
	}
}

/* All that a broken line may be: every start and every cut of one. */
static void
test_cuts(void **state)
{
	static const char whole[] =
	    "Jun 19 2019 10:00:00.19 UTC :  %UC_CERT-0-CertExpired: %[Message=" HEAD
	    "tomcat.der Unit:tomcat Type:own-cert Expiration:Sun Mar 26 "
	    "12:30:59:000 CES][AppID=Cisco Certificate Monitor][ClusterID=]"
	    "[NodeID=hcs]: Certificate has Expired";
	size_t from, to, found = 0;
	struct alarm a;
	bool deduced;
	int64_t t;

	for (from = 0; from < sizeof(whole) - 1; from++)
		for (to = from; to < sizeof(whole); to++) {
			struct bytes cur = bytes_of(whole + from, to - from);

			while (alarm_next(&cur, &a)) {
				found++;
				(void)alarm_until(&a, 0, &t, &deduced);
			}
			assert_int_equal(cur.len, 0);
		}
	assert_true(found > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
