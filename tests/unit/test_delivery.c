/* SPDX-License-Identifier: Apache-2.0 */
/* What counts as proof that a phone holds a list: docs/delivery.md, row by row. */
#include "test.h"

#include <string.h>

#include "cluster/delivery.h"

#define MD5 "00112233445566778899aabbccddeeff"
#define SHA1 "1ba1c907e99e4d3c539dc81424af6c9f7dce4d6d"
#define OTHER "ffffffffffffffffffffffffffffffff"
#define SPACED "1B A1 C9 07 E9 9E 4D 3C 53 9D C8 14 24 AF 6C 9F 7D CE 4D 6D"
#define SINCE 1000
#define DIGITS "012345678901234567890123456789"

/* ---- Texts -------------------------------------------------------------------------- */

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

/* The first one of TEXT. */
static bool
read_one(struct bytes text, struct delivery_alarm *ret)
{
	return delivery_alarm_next(&text, ret);
}

static const char relayed[] =
    "<190>41679: cucm1: cucm1.example Jul 02 2015 06:22:31.19 UTC :  "
    "%UC_PHONE-6-DeviceTLInfo: %[DeviceName=SEP001122334455]"
    "[IPv4Address=10.1.2.3][IPv6Address=][CTL_Signature=" SPACED " ]"
    "[CTL_TFTP_Server=cucm1][ITL_Signature=AA BB][ITL_TFTP_Server=cucm2]"
    "[StatusCode=5][AppID=Cisco CallManager][ClusterID=C][NodeID=cucm1]: "
    "Device trust list info";

static void
test_relayed(void **state)
{
	struct delivery_alarm a;

	assert_true(read_one(bytes_of_str(relayed), &a));
	assert_text(a.device, "SEP001122334455");
	assert_text(a.address, "10.1.2.3");
	assert_text(a.ctl, SPACED);
	assert_text(a.ctl_server, "cucm1");
	assert_text(a.itl, "AA BB");
	assert_text(a.itl_server, "cucm2");
	assert_int_equal(a.status, 5);
	assert_true(a.has_raised && a.raised == INT64_C(1435818151));
}

/* What a phone itself sends, as it was seen of a 7821. */
static void
test_xml(void **state)
{
	static const char text[] =
	    "<14>1 2019-03-09T18:32:45Z phone alarm - - - <?xml version=\"1.0\"?>"
	    "<x-cisco-alarm>\n<Alarm Name=\"DeviceTLInfo\">\n<ParameterList>\n"
	    "<String name=\"DeviceName\">SEPC80084AA8743</String>\n"
	    "<String name=\"IPv4Address\"></String>\n"
	    "<String name=\"IPv6Address\">2001:db8::1</String>\n"
	    "<String name=\"CTL_Signature\">Not Installed</String>\n"
	    "<String name=\"ITL_Signature\">" SPACED " </String>\n"
	    "<String name=\"StatusCode\">3</String>\n</ParameterList>";
	struct delivery_alarm a;

	assert_true(read_one(bytes_of_str(text), &a));
	assert_text(a.device, "SEPC80084AA8743");
	assert_text(a.address, "2001:db8::1");
	assert_text(a.ctl, "Not Installed");
	assert_text(a.ctl_server, NULL);
	assert_text(a.itl, SPACED);
	assert_int_equal(a.status, 3);
	assert_false(a.has_raised);
}

static void
test_texts(void **state)
{
	static const char too_long[] =
	    "-DeviceTLInfo: [DeviceName=" DIGITS DIGITS "01234]";
	static const char *const none[] = { "", "DeviceTLInfo",
		"%UC_PHONE-6-DeviceTLInfo", "-DeviceTLInfo: [DeviceName=]",
		"-DeviceTLInfo: [DeviceName=SEP1", "[DeviceName=SEP1]",
		"[DeviceName=SEP1] -DeviceTLInfo",
		"-DeviceTLInfo: [DeviceName=a b]",
		"-DeviceTLInfo: [DeviceName=\33[2J]",
		"DeviceTLInfo [DeviceName=SEP1]",
		"%UC_CALLMANAGER-3-EndPointUnregistered: [DeviceName=SEP1]",
		too_long };
	static const struct {
		const char *text;
		unsigned status;
	} codes[] = {
		{ "", 0 },
		{ "[StatusCode=]", 0 },
		{ "[StatusCode=5 - TL_FAILED_OLD_CTL]", 5 },
		{ "[StatusCode= 9 ]", 9 },
		{ "[StatusCode=TL_SUCCESS]", 1000 },
		{ "[StatusCode=-1]", 1000 },
		{ "[StatusCode=99999999999999999999]", 1000 },
	};
	struct delivery_alarm a;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (read_one(bytes_of_str(none[i]), &a))
			fail_msg("'%s' was taken for an alarm", none[i]);
	assert_false(read_one(bytes_of(NULL, 0), &a));
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "-DeviceTLInfo: [DeviceName=SEP1]%s", codes[i].text);
		assert_true(read_one(bytes_of_str(text), &a));
		if (codes[i].status == 1000)
			assert_true(a.status >= 1000);
		else
			assert_int_equal(a.status, codes[i].status);
		assert_text(a.ctl, NULL);
	}
}

/* Of two alarms in one message neither lends anything from the other. */
static void
test_two_in_one(void **state)
{
	static const char text[] =
	    "Jan 01 1970 00:00:07 UTC : "
	    "%UC_PHONE-6-DeviceTLInfo: [DeviceName=SEP1][CTL_Signature=AA] "
	    "%UC_PHONE-6-DeviceTLInfo: [DeviceName=SEP2][IPv4Address=10.0.0.9]"
	    "[ITL_Signature=BB][StatusCode=5]";
	struct bytes rest = bytes_of_str(text);
	struct delivery_alarm a;

	assert_true(delivery_alarm_next(&rest, &a));
	assert_text(a.device, "SEP1");
	assert_text(a.ctl, "AA");
	assert_text(a.address, NULL);
	assert_text(a.itl, NULL);
	assert_int_equal(a.status, 0);
	assert_true(a.has_raised && a.raised == 7);
	assert_true(delivery_alarm_next(&rest, &a));
	assert_text(a.device, "SEP2");
	assert_text(a.ctl, NULL);
	assert_text(a.itl, "BB");
	assert_int_equal(a.status, 5);
	assert_false(a.has_raised);
	assert_false(delivery_alarm_next(&rest, &a));
}

/* One that names no device hides none behind it. */
static void
test_nameless_first(void **state)
{
	static const char text[] =
	    "%UC_PHONE-6-DeviceTLInfo: [DeviceName=a b] "
	    "%UC_PHONE-6-DeviceTLInfo: [DeviceName=SEP2]";
	struct delivery_alarm a;

	assert_true(read_one(bytes_of_str(text), &a));
	assert_text(a.device, "SEP2");
}

/* Only a time in UTC is a time; the year counts. */
static void
test_times(void **state)
{
	static const struct {
		const char *before;
		int64_t raised; /* -1: none */
	} rows[] = {
		{ "Jan 01 1970 00:00:07 UTC : %UC_PHONE-6", 7 },
		{ "Jan 01 1970 00:00:07.123 GMT : %UC_PHONE-6", 7 },
		{ "Jan 01 1970 00:00:07 CET : %UC_PHONE-6", -1 },
		{ "Jan 01 00:00:07 UTC : %UC_PHONE-6", -1 },
		{ "Janu 01 1970 00:00:07 UTC : %UC_PHONE-6", -1 },
		{ "anF 01 1970 00:00:07 UTC : %UC_PHONE-6", -1 },
		{ "Jan 01 1970 00:00:07 UTCX : %UC_PHONE-6", 7 },
		{ "", -1 },
	};
	struct delivery_alarm a;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "%s-DeviceTLInfo: [DeviceName=SEP1]", rows[i].before);
		assert_true(read_one(bytes_of_str(text), &a));
		assert_int_equal(a.has_raised, rows[i].raised >= 0);
		if (a.has_raised)
			assert_true(a.raised == rows[i].raised);
	}
}

/* Every cut of a message is read without harm, and within it. */
static void
test_cuts(void **state)
{
	size_t from, to, found = 0, len = sizeof(relayed) - 1;
	struct delivery_alarm a;

	for (from = 0; from < len; from++)
		for (to = from; to <= len; to++)
			if (read_one(bytes_of(relayed + from, to - from), &a)) {
				found++;
				assert_true(a.device.len > 0);
			}
	assert_true(found > 100);
}

static void
test_codes(void **state)
{
	unsigned i;

	for (i = 0; i < 20; i++) {
		assert_int_equal(delivery_status_refuses(i),
		    i == 5 || i == 7 || i == 8 || i == 9);
		assert_true(strlen(delivery_status_text(i)) > 0);
	}
	assert_string_equal(delivery_status_text(10),
	    delivery_status_text(999));
}

/* ---- The rules ------------------------------------------------------------------------- */

static long
number(const char *word)
{
	return word == NULL ? 0 : strtol(word, NULL, 10);
}

static const char *
hash_of(const char *word)
{
	return word == NULL || word[0] == '-' ? "" : word;
}

/* What was said, one after another:
 *	e NAME          is expected
 *	r NAME [ADDR]   is registered
 *	a NAME T CODE VALUE [FROM]   raises an alarm at T
 *	p NAME T HASH [MESSAGE]      its page, read at T ("-": no hash)
 *	t ADDR          a node
 */
static void
say(struct delivery *b, const char *line)
{
	char copy[256], *save = NULL, *word, *arg[6] = { NULL };
	struct delivery_alarm a = { .status = 0 };
	struct delivery_page page;
	struct diag d;
	size_t num = 0;
	enum err e = ERR_USAGE;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, "|", &save); word != NULL && num < 6;
	     word = strtok_r(NULL, "|", &save))
		arg[num++] = word;
	if (line[0] == 'e') {
		e = delivery_expect(b, arg[1], arg[2], &d);
	} else if (line[0] == 'r') {
		e = delivery_registered(b, arg[1], arg[2], &d);
	} else if (line[0] == 't') {
		e = delivery_trust(b, arg[1], &d);
	} else if (line[0] == 'a') {
		a.device = bytes_of_str(arg[1]);
		a.status = (unsigned)number(arg[3]);
		a.ctl = bytes_of_str(arg[4]);
		e = delivery_alarm(b, &a, arg[5], number(arg[2]), &d);
	} else if (line[0] == 'p') {
		page = (struct delivery_page){ .name = arg[1],
			.when = number(arg[2]),
			.hash = hash_of(arg[3]),
			.message = arg[4] };
		e = delivery_page(b, &page, &d);
	}
	assert_int_equal(e, ERR_OK);
}

static void
say_all(struct delivery *b, const char *story)
{
	char copy[1024], *save = NULL, *line;
	struct diag d;

	(void)snprintf(copy, sizeof(copy), "%s", story);
	for (line = strtok_r(copy, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		say(b, line);
	assert_int_equal(delivery_judge(b, &d), ERR_OK);
}

static struct delivery *
book(void)
{
	const struct delivery_list list = { .md5 = MD5,
		.sha1 = SHA1,
		.since = SINCE };
	struct delivery *b = NULL;
	struct diag d;

	assert_int_equal(delivery_new(&list, &b, &d), ERR_OK);
	return b;
}

/* What becomes of device X. */
struct rule {
	const char *story;
	enum delivery_state state;
	const char *why; /* what it says among other things */
};

static void
assert_rules(const struct rule *rule, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++) {
		struct delivery *b = book();
		const struct delivery_device *is = NULL;
		size_t j;

		say_all(b, rule[i].story);
		for (j = 0; j < delivery_num(b); j++)
			if (strcmp(delivery_at(b, j)->name, "X") == 0)
				is = delivery_at(b, j);
		if (is == NULL) {
			fail_msg("%s\nhas no X", rule[i].story);
			return;
		}
		if (is->state != rule[i].state ||
		    strstr(is->why, rule[i].why) == NULL)
			fail_msg("%s\nis %s: %s", rule[i].story,
			    delivery_state_name(is->state), is->why);
		assert_int_equal(is->when != 0,
		    is->state == DELIVERY_PROVEN ||
			is->state == DELIVERY_REFUSED);
		delivery_free(&b);
	}
}

static const struct rule rules[] = {
	/* nothing, and registered */
	{ "e|X", DELIVERY_ABSENT, "says nothing" },
	{ "e|X\nr|X", DELIVERY_ALIVE, "registered" },
	/* the page */
	{ "e|X\np|X|2000|" MD5, DELIVERY_PROVEN, "page has the list" },
	{ "e|X\np|X|2000|" SHA1, DELIVERY_PROVEN, "page" },
	{ "e|X\np|X|2000|" OTHER, DELIVERY_ALIVE, "another list" },
	{ "e|X\np|X|2000|" OTHER "|Trust List update failed", DELIVERY_REFUSED,
	    "Trust List update failed" },
	{ "e|X\np|X|2000|" MD5 "|Trust List update failed", DELIVERY_PROVEN,
	    "page" },
	{ "e|X\np|X|2000|-", DELIVERY_ALIVE, "does not say" },
	{ "e|X\np|X|2000|-|Trust List update failed", DELIVERY_REFUSED,
	    "Trust List update failed" },
	{ "e|X\np|X|2000|-|Trust List updated", DELIVERY_ALIVE, "" },
	{ "e|X\np|X|999|" MD5, DELIVERY_ABSENT, "" },
	/* a digest that nobody has of the list */
	{ "e|X\np|X|2000|" MD5 MD5, DELIVERY_ALIVE, "does not say" },
	/* codes */
	{ "e|X\na|X|2000|5|v", DELIVERY_REFUSED, "old one kept" },
	{ "e|X\na|X|2000|7|v", DELIVERY_REFUSED, "says 7" },
	{ "e|X\na|X|2000|8|v", DELIVERY_REFUSED, "says 8" },
	{ "e|X\na|X|2000|9|v", DELIVERY_REFUSED, "says 9" },
	{ "e|X\na|X|2000|6|v", DELIVERY_ALIVE, "says 6" },
	{ "e|X\na|X|2000|10|v", DELIVERY_ALIVE, "not known" },
	{ "e|X\na|X|2000|10|" SHA1, DELIVERY_ALIVE, "not known" },
	{ "e|X\na|X|2000|6|" SHA1, DELIVERY_ALIVE, "says 6" },
	{ "e|X\na|X|2000|5|" SHA1, DELIVERY_REFUSED, "" },
	/* success alone proves nothing */
	{ "e|X\na|X|2000|0|v", DELIVERY_ALIVE, "nobody named" },
	{ "e|X\na|X|2000|1|v", DELIVERY_ALIVE, "nobody named" },
	{ "e|X\na|X|2000|3|Not Installed", DELIVERY_ALIVE, "no CTL" },
	{ "e|X\na|X|2000|0|N/A", DELIVERY_ALIVE, "no CTL" },
	/* the value is the hash */
	{ "e|X\na|X|2000|0|" SHA1, DELIVERY_PROVEN, "list's hash" },
	{ "e|X\na|X|2000|2|" SPACED, DELIVERY_PROVEN, "" },
	{ "e|X\na|X|2000|2|" SPACED " ", DELIVERY_PROVEN, "" },
	{ "e|X\na|X|2000|0|" MD5, DELIVERY_PROVEN, "" },
	{ "e|X\na|X|2000|0|" SHA1 "00", DELIVERY_ALIVE, "nobody" },
	{ "e|X\na|X|2000|0|" OTHER, DELIVERY_ALIVE, "nobody" },
	/* another one of the group names it */
	{ "e|X\na|X|2000|0|v\na|Y|2000|0|v\np|Y|2001|" MD5, DELIVERY_PROVEN,
	    "group 1, the list's by Y" },
	{ "e|X\na|X|2000|0|v\na|Y|2000|0|w\np|Y|2001|" MD5, DELIVERY_ALIVE,
	    "nobody named" },
	{ "e|X\na|X|2000|0|v\na|Y|2000|0|v\np|Y|2001|" OTHER, DELIVERY_ALIVE,
	    "another list's" },
	{ "e|X\na|X|2000|5|v\na|Y|2000|0|v\np|Y|2001|" MD5, DELIVERY_REFUSED,
	    "" },
	/* one whose page is older than its alarm names nothing */
	{ "e|X\na|X|2000|0|v\np|Y|1999|" MD5 "\na|Y|2000|0|v", DELIVERY_ALIVE,
	    "nobody named" },
	/* one that failed names nothing: which list it means is not
		 * known */
	{ "e|X\na|X|2000|0|v\na|Y|2000|5|v\np|Y|2001|" MD5, DELIVERY_ALIVE,
	    "nobody named" },
	/* and where pages contradict each other nobody does */
	{ "e|X\na|X|2000|0|v\na|Y|2000|0|v\np|Y|2001|" MD5
	  "\na|Z|2000|0|v\np|Z|2001|" OTHER,
	    DELIVERY_ALIVE, "contradict" },
	/* nor where an alarm was lost between two pages of one device */
	{ "e|X\na|X|2000|0|v\na|Y|2000|0|v\np|Y|2001|" OTHER "\np|Y|2002|" MD5,
	    DELIVERY_ALIVE, "contradict" },
	{ "e|X\na|X|2000|0|" SHA1 "\na|Y|2000|0|" SHA1 "\np|Y|2001|" OTHER
	  "\na|Y|2002|0|v",
	    DELIVERY_ALIVE, "contradict" },
	/* a name that was given stays, whatever its giver says later; and it is
	 * given by whichever of the two comes last */
	{ "e|X\na|X|2000|0|v\na|Y|2000|0|v\np|Y|2001|" MD5 "\na|Y|2002|0|w",
	    DELIVERY_PROVEN, "by Y" },
	{ "e|X\na|X|2000|0|v\np|Y|2001|" MD5 "\na|Y|2000|0|v", DELIVERY_PROVEN,
	    "by Y" },
	/* the later word counts */
	{ "e|X\na|X|2000|5|v\np|X|2001|" MD5, DELIVERY_PROVEN, "page" },
	{ "e|X\np|X|2000|" MD5 "\na|X|2001|5|v", DELIVERY_REFUSED, "" },
	{ "e|X\np|X|2000|" MD5 "\na|X|2001|0|v", DELIVERY_ALIVE,
	    "nobody named" },
	{ "e|X\na|X|2001|5|v\np|X|2000|" MD5, DELIVERY_REFUSED, "" },
	{ "e|X\na|X|2000|5|v\na|X|2001|0|" SHA1, DELIVERY_PROVEN, "" },
	{ "e|X\na|X|2001|5|v\na|X|2000|0|" SHA1, DELIVERY_REFUSED, "" },
	{ "e|X\na|X|2000|0|" SHA1 "\na|X|2000|5|v", DELIVERY_REFUSED, "" },
	/* a page without a hash takes nothing back */
	{ "e|X\na|X|2000|0|" SHA1 "\np|X|2001|-|CTL update failed",
	    DELIVERY_PROVEN, "" },
	/* before the list was there */
	{ "e|X\na|X|999|0|" SHA1, DELIVERY_ABSENT, "" },
	{ "e|X\na|X|1000|0|" SHA1, DELIVERY_PROVEN, "" },
	/* names in any case are one device */
	{ "e|X\na|x|2000|0|" SHA1, DELIVERY_PROVEN, "" },
	/* senders */
	{ "t|10.0.0.1\ne|X\na|X|2000|0|" SHA1 "|10.0.0.1", DELIVERY_PROVEN,
	    "" },
	{ "t|10.0.0.1\ne|X\na|X|2000|0|" SHA1 "|10.0.0.9", DELIVERY_ABSENT,
	    "" },
	{ "t|10.0.0.1\ne|X\nr|X|10.0.0.9\na|X|2000|0|" SHA1 "|10.0.0.9",
	    DELIVERY_PROVEN, "" },
	{ "t|10.0.0.1\ne|X\nr|X|10.0.0.8\nr|Y|10.0.0.9\na|X|2000|0|" SHA1
	  "|10.0.0.9",
	    DELIVERY_ALIVE, "registered" },
	{ "e|X\na|X|2000|0|" SHA1 "|10.0.0.9", DELIVERY_PROVEN, "" },
};

/* A node, and the device itself, from where it is registered; nobody else. */
static void
test_believes(void **state)
{
	struct delivery *b = book();

	assert_true(delivery_believes(b, "X", "10.0.0.9"));
	say_all(b, "t|10.0.0.1\ne|X\nr|X|10.0.0.9\nr|Y|10.0.0.8");
	assert_true(delivery_believes(b, "X", "10.0.0.1"));
	assert_true(delivery_believes(b, "x", "10.0.0.9"));
	assert_false(delivery_believes(b, "X", "10.0.0.8"));
	assert_false(delivery_believes(b, "Z", "10.0.0.9"));
	assert_false(delivery_trusts(b, "10.0.0.9"));
	delivery_free(&b);
}

static void
test_rules(void **state)
{
	assert_rules(rules, sizeof(rules) / sizeof(rules[0]));
}

/* Nobody has the list: no page and no value proves anything. */
static void
test_no_list(void **state)
{
	const struct delivery_list list = { .since = 0 };
	struct delivery *b = NULL;
	struct diag d;

	assert_int_equal(delivery_new(&list, &b, &d), ERR_OK);
	say_all(b, "e|X\np|X|2000|" MD5 "\ne|Y\na|Y|2000|0|" SHA1);
	assert_int_equal(delivery_at(b, 0)->state, DELIVERY_ALIVE);
	assert_int_equal(delivery_at(b, 1)->state, DELIVERY_ALIVE);
	delivery_free(&b);
	delivery_free(&b);
}

static void
test_book(void **state)
{
	struct delivery *b = book();
	const struct delivery_signature *s;

	say_all(b,
	    "e|b|HQ\ne|C\ne|a|\ne|B|late\na|C|2000|0|v\na|c|2001|0|w\n"
	    "a|z|2000|0|w\np|z|2002|" MD5 "\nt|1.1.1.1\na|a|2000|0|v|9.9.9.9\n"
	    "a|a|10|0|v");
	assert_int_equal(delivery_num(b), 4);
	assert_string_equal(delivery_at(b, 0)->name, "a");
	assert_string_equal(delivery_at(b, 1)->name, "b");
	assert_string_equal(delivery_at(b, 1)->group, "HQ");
	assert_true(delivery_at(b, 2)->expected);
	assert_false(delivery_at(b, 3)->expected);
	assert_int_equal(delivery_at(b, 2)->signature, 2);
	assert_int_equal(delivery_count(b, DELIVERY_PROVEN), 1);
	assert_int_equal(delivery_count(b, DELIVERY_ABSENT), 2);
	assert_int_equal(delivery_num_signatures(b), 2);
	s = delivery_signature(b, 0);
	assert_int_equal(s->num, 0);
	assert_false(s->named);
	s = delivery_signature(b, 1);
	assert_int_equal(s->num, 2);
	assert_true(s->named && s->same);
	assert_string_equal(s->by, "z");
	assert_int_equal(delivery_ignored(b).strangers, 1);
	assert_int_equal(delivery_ignored(b).early, 1);
	delivery_free(&b);
}

/* Thousands that are expected; and more that nobody knows than are kept. */
static void
test_many(void **state)
{
	struct delivery *b = book();
	char line[128];
	unsigned i;

	for (i = 0; i < 5000; i++) {
		(void)snprintf(line, sizeof(line), "e|SEP%012u", i);
		say(b, line);
	}
	for (i = 0; i < DELIVERY_STRANGERS_MAX + 100; i++) {
		(void)snprintf(line, sizeof(line), "a|BAD%012u|2000|0|v%u", i,
		    i);
		say(b, line);
	}
	say_all(b, "a|SEP000000004999|2000|0|" SHA1 "\nr|one-more");
	assert_int_equal(delivery_num(b), 5000 + DELIVERY_STRANGERS_MAX);
	assert_int_equal(delivery_num_signatures(b), DELIVERY_SIGNATURES_MAX);
	assert_true(delivery_ignored(b).beyond > 100);
	assert_string_equal(delivery_at(b, DELIVERY_STRANGERS_MAX)->name,
	    "SEP000000000000");
	assert_int_equal(delivery_count(b, DELIVERY_ABSENT), 4999);
	delivery_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relayed),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_two_in_one),
		cmocka_unit_test(test_nameless_first),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_believes),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_book),
		cmocka_unit_test(test_many),
	};

	return test_run(tests);
}
