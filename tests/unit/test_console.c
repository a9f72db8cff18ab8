/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The session of the lab's command line: its start, keys, pager, questions and
 * limits, and how it misbehaves where a scenario wants it.
 */
#include "tests/unit/test.h"

#include "tests/unit/console_desk.h"

#include <string.h>
#include <time.h>

#define OLD 1050, "10.5.2.10000-5"
#define USUAL 1250, "12.5.1.16900-48"
#define NEW 1500, "15.0.1.15900-11"

#define BANNER                                                          \
	"Command Line Interface is starting up, please wait ...\r\n"    \
	"\r\n   Welcome to the Platform Command Line Interface\r\n\r\n" \
	"VMware Installation:\r\n"                                      \
	"        2 vCPU: Intel(R) Xeon(R) CPU           E5640  @ "      \
	"2.67GHz\r\n"                                                   \
	"        Disk 1: 80GB, Partitions aligned\r\n"                  \
	"        6144 Mbytes RAM\r\n\r\n"

#define PAGER                                                        \
	"\x1b[1mPress <enter> for 1 line, <space> for one page, or " \
	"<q> to quit\x1b[0m\x1b[K"

static void
test_start_and_prompt(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	assert_string_equal(desk_type(&d, ""), BANNER "admin:");
	assert_string_equal(desk_type(&d, "\r\n\rquit\r"),
	    BANNER "admin:\r\nadmin:\r\nadmin:quit\r\n");
	d.cli.prompt = "ccmadm:";
	assert_string_equal(desk_type(&d, "exit\r"), BANNER "ccmadm:exit\r\n");
	desk_close(&d);
}

/* S1 */
static void
test_slow_banner(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	d.cli.banner_delay = 6000;
	d.cli.double_prompt = true;
	assert_string_equal(desk_type(&d, DESK_REST DESK_REST "quit\r"),
	    BANNER "admin:\r\n\radmin:quit\r\n");
	assert_int_equal(d.slept, 12000);
	/* typed into the banner: it is not lost */
	assert_string_equal(desk_type(&d, "show myself\rquit\r") +
		strlen(BANNER "admin:\r\n\radmin:"),
	    "show myself\r\n"
	    "Machine Name    : cucm1\r\n"
	    "account name    : admin\r\n"
	    "privilege level : 4\r\n"
	    "command count   : disabled\r\n"
	    "logging setting : disabled\r\n"
	    "admin:quit\r\n");
	desk_close(&d);
}

static void
test_editing(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "\x7fshow maX\x7f\byself\r");
	desk_says(&d, "admin:show maX\b \b\b \byself\r\nMachine Name");
	(void)desk_type(&d, "nonsense\x15show date\r");
	desk_says(&d, "\b \bshow date\r\nTue Nov 24 ");
	(void)desk_type(&d, "show\x1b[D\x1bOC date\r");
	desk_says(&d, "admin:show date\r\nTue Nov 24 ");
	(void)desk_type(&d, "show\t date\r");
	desk_says(&d, "admin:show\a date\r\nTue Nov 24 ");
	(void)desk_type(&d, "show da\x03show date\r");
	desk_says(&d,
	    "admin:show da\r\nControl-C pressed\r\nadmin:show date\r\nTue");
	assert_string_equal(desk_type(&d, "\x04show date\r"), BANNER "admin:");
	(void)desk_type(&d, "show\x04 date\r");
	desk_says(&d, "admin:show\a date\r\nTue");
	desk_close(&d);
}

static void
test_unknown_and_syntax(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "show me the money\r");
	desk_says(&d, "\r\nNo valid command entered\r\nadmin:");
	desk_says_not(&d, "unsuccessfully");
	(void)desk_type(&d, "show ctlx\r");
	desk_says(&d, "No valid command entered");
	(void)desk_type(&d, "set cert regen\r");
	desk_says(&d,
	    "Incorrect syntax\r\nSyntax:\r\nset cert regen name\r\n"
	    "Executed command unsuccessfully\r\nadmin:");
	desk_close(&d);
}

static void
test_help(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "help\r");
	desk_says(&d, "    show*\r\n");
	desk_says(&d, "    quit\r\n");
	assert_int_equal(desk_count(&d, "    show*"), 1);
	(void)desk_type(&d, "show ?");
	desk_says(&d, "admin:show ?\r\n    ctl\r\n    itl\r\n    version\r\n");
	desk_says(&d, "    cert*\r\n");
	(void)desk_type(&d, "utils ctl?");
	desk_says(&d, "    ctl*\r\n");
	(void)desk_type(&d, "help show ctl\r");
	desk_says(&d, "Syntax:\r\n    show ctl\r\n");
	(void)desk_type(&d, "help nothing\r");
	desk_says(&d, "No valid command entered");
	desk_close(&d);
}

static void
test_levels(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	d.user = "viewer";
	(void)desk_type(&d, "show date\rutils ctl update CTLFile\r");
	desk_says(&d, "Tue Nov 24 ");
	desk_says(&d, "privilege");
	desk_says(&d, "Executed command unsuccessfully");
	d.user = "operator";
	(void)desk_type(&d, "utils ctl reset localkey\r");
	desk_says(&d, "privilege");
	assert_string_equal(d.did, "");
	d.user = "admin";
	(void)desk_type(&d, "utils ctl reset localkey\r");
	assert_string_equal(d.did, "reset 0 ctl");
	desk_close(&d);
}

/* S2 */
static void
test_pager(void **state)
{
	struct desk d;
	const char *text;

	desk_open(&d, USUAL);
	d.cli.pager = true;
	text = desk_type(&d, "show ctl\r q");
	desk_says(&d, PAGER);
	assert_int_equal(desk_count(&d, PAGER), 2);
	desk_says_not(&d, "verified successfully");
	text = strstr(text, "show ctl\r\n") + strlen("show ctl\r\n");
	/* 23 lines are before it */
	{
		size_t lines = 0;

		for (; strncmp(text, PAGER, strlen(PAGER)) != 0; text++)
			lines += *text == '\n' ? 1 : 0;
		assert_int_equal(lines, 23);
	}
	(void)desk_type(&d, "show ctl\rx\r\rq");
	assert_int_equal(desk_count(&d, PAGER), 3);
	(void)desk_type(&d, "show ctl\r          ");
	desk_says(&d, "verified successfully");
	/* off */
	(void)desk_type(&d,
	    "show cli pagination\rset cli pagination off\r"
	    "show cli pagination\rshow ctl\r");
	desk_says(&d, "Automatic Pagination : On.\r\n");
	desk_says(&d, "Automatic pagination is turned off\r\n");
	desk_says(&d, "Automatic Pagination : Off.\r\n");
	desk_says(&d, "verified successfully");
	assert_int_equal(desk_count(&d, PAGER), 0);
	/* and there all the same, once */
	d.cli.pager_anyway = true;
	(void)desk_type(&d,
	    "set cli pagination off\rshow ctl\r show ctl\rset cli pagination "
	    "off\rshow date\r");
	assert_int_equal(desk_count(&d, PAGER), 1);
	desk_says(&d, "show ctl\r\n" PAGER);
	assert_int_equal(desk_count(&d, "verified successfully"), 2);
	desk_close(&d);
}

/* S3 */
static void
test_questions(void **state)
{
	struct desk d;

	desk_open(&d, OLD);
	(void)desk_type(&d, "utils ctl update CTLFile\ryes\ry\r");
	assert_int_equal(desk_count(&d, "(y/n):"), 2);
	assert_string_equal(d.did, "update 0 ctl");
	(void)desk_type(&d, "utils ctl update CTLFile\ryes\ryes\ryes\r");
	assert_int_equal(desk_count(&d, "(y/n):"), 3);
	assert_string_equal(d.did, "");
	(void)desk_type(&d, "utils ctl update CTLFile\rn\r");
	assert_string_equal(d.did, "");
	(void)desk_type(&d, "set cert regen CAPF\ry\ryes\r");
	assert_int_equal(desk_count(&d, "(yes|no)? "), 2);
	assert_string_equal(d.did, "regenerate 0 CAPF");
	(void)desk_type(&d, "set cert regen CAPF\rno\r");
	assert_string_equal(d.did, "");
	(void)desk_type(&d, "set cert regen CAPF\rye\x03show date\r");
	desk_says(&d, "ye\r\nControl-C pressed\r\nadmin:show date\r\nTue");
	assert_string_equal(d.did, "");
	desk_close(&d);
}

/* S11 */
static void
test_type_ahead(void **state)
{
	struct desk d;

	desk_open(&d, OLD);
	d.cli.drop_type_ahead = true;
	/* typed before the question */
	(void)desk_type(&d, "set cert regen CAPF\ryes\r" DESK_REST "x");
	assert_string_equal(d.did, "");
	/* too fast */
	(void)desk_type(&d,
	    "set cert regen CAPF\r" DESK_REST "yes\r" DESK_REST);
	assert_string_equal(d.did, "");
	/* one after the other */
	(void)desk_type(&d,
	    "set cert regen CAPF\r" DESK_REST "y" DESK_REST "e" DESK_REST
	    "s" DESK_REST "\r");
	assert_string_equal(d.did, "regenerate 0 CAPF");
	/* the first one before the question */
	d.cli.delay = 300;
	(void)desk_type(&d,
	    "set cert regen CAPF\ry" DESK_REST "e" DESK_REST "s" DESK_REST
	    "\r" DESK_REST);
	assert_string_equal(d.did, "");
	d.cli.delay = 0;
	/* the prompt loses nothing */
	(void)desk_type(&d, "show date\rshow date\r");
	assert_int_equal(desk_count(&d, "Tue Nov 24 "), 2);
	desk_close(&d);
}

/* S12, and the end in the middle of an output */
static void
test_fails_and_cut(void **state)
{
	struct desk d;

	desk_open(&d, OLD);
	d.cli.fails = "show ctl";
	(void)desk_type(&d, "show ctl\rshow date\r");
	desk_says(&d,
	    "admin:show ctl\r\nExecuted command unsuccessfully\r\nadmin:");
	desk_says(&d, "Tue Nov 24 ");
	d.cli.fails = NULL;
	d.cli.cut = "show ctl";
	(void)desk_type(&d, "show date\rshow ctl\rshow date\r");
	assert_true(d.cut);
	desk_says(&d, "CTL Record #:1");
	desk_says_not(&d, "verified successfully");
	assert_int_equal(desk_count(&d, "Tue Nov 24 "), 2); /* and in ctl */
	/* after the question was answered: it is done all the same */
	d.cli.cut = "utils ctl";
	(void)desk_type(&d, "utils ctl update CTLFile\ry\r");
	assert_true(d.cut);
	assert_string_equal(d.did, "update 0 ctl");
	desk_says(&d, "(y/n):y\r\n");
	desk_says_not(&d, "admin:utils ctl update CTLFile\r\nadmin:");
	desk_says_not(&d, "services on all nodes");
	desk_close(&d);
}

/* S13, S14 */
static void
test_sessions_and_idle(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	d.node[0].sessions = 10;
	(void)desk_type(&d, "show date\r");
	desk_says(&d, "maximum number of CLI sessions");
	desk_says_not(&d, "admin:");
	d.node[0].sessions = 9;
	(void)desk_type(&d, "show date\r");
	desk_says(&d, "Tue Nov 24 ");
	d.node[0].sessions = 0;
	(void)desk_type(&d, "set session maxlimit 11\r");
	desk_says(&d, "unsuccessfully");
	(void)desk_type(&d, "set session maxlimit 2\ry\r");
	desk_says(&d, "Continue (y/n)?y\r\n");
	d.node[0].sessions = 2;
	(void)desk_type(&d, "show date\r");
	desk_says_not(&d, "Tue Nov 24 ");
	d.node[0].sessions = 0;
	/* idle */
	d.stays = true;
	(void)desk_type(&d, "show date\r");
	desk_says(&d, "timed out");
	d.stays = false;
	(void)desk_type(&d, "set cli session timeout 4\r");
	desk_says(&d, "unsuccessfully");
	(void)desk_type(&d, "set cli session timeout 7\ry\r");
	assert_int_equal(d.node[0].idle, 420);
	desk_close(&d);
}

static void
test_counter_and_ansi(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "set commandcount enable\rshow date\r");
	desk_says(&d, "[1] admin:show date\r\n");
	desk_says(&d, "[2] admin:");
	(void)desk_type(&d, "set commandcount disable\r");
	desk_says(&d, "set commandcount disable\r\nadmin:");
	d.cli.ansi = true;
	(void)desk_type(&d, "show date\r");
	desk_says(&d, "\x1b[24;1H\x1b[Kadmin:show date\r\n");
	assert_int_equal(d.node[0].commands, 4);
	desk_close(&d);
}

static void
test_delay_and_interrupt(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	d.cli.delay = 300;
	(void)desk_type(&d, "show date\r");
	assert_int_equal(d.slept, 300);
	d.cli.delay = d.slept = 0;
	d.service_ms = 100000;
	(void)desk_type(&d,
	    "utils service restart Cisco Tftp\r\x03" DESK_REST "show date\r");
	desk_says(&d,
	    "Cisco Tftp[STOPPING]\r\n\r\nControl-C pressed\r\nadmin:show "
	    "date\r\n");
	desk_says_not(&d, "Cisco Tftp[STARTING]");
	assert_int_equal(d.slept, 100);
	/* with it goes what was typed before */
	(void)desk_type(&d,
	    "utils service restart Cisco Tftp\rshow status\r\x03" DESK_REST
	    "show date\r");
	desk_says(&d, "Control-C pressed\r\nadmin:show date\r\n");
	desk_says_not(&d, "Host Name");
	desk_close(&d);
}

static void
test_hostile(void **state)
{
	struct desk d;
	const char *text;

	desk_open(&d, NEW);
	d.cli.hostile = "banner";
	d.max_writes = 20;
	(void)desk_type(&d, "show date\r");
	assert_true(d.wrote.len > (size_t)20 * 65536);
	desk_says_not(&d, "admin:");
	d.max_writes = 0;
	d.cli.hostile = "no-prompt";
	(void)desk_type(&d, "show date\r");
	desk_says_not(&d, "admin:");
	d.cli.hostile = "garbage";
	(void)desk_type(&d, "show date\r");
	assert_true(d.wrote.len > 4096);
	assert_null(memmem(d.wrote.ptr, d.wrote.len, "Tue Nov", 7));
	d.cli.hostile = "escape";
	(void)desk_type(&d, "show date\r");
	desk_says(&d, "\x1b]0;owned\a\x1b[2J\x1b[31mTue Nov");
	d.cli.hostile = "utf8";
	(void)desk_type(&d, "show date\r");
	desk_says(&d, "2015\xe2\x82\r\nadmin:");
	d.cli.hostile = "prompt-in-cert";
	text = desk_type(&d, "show cert own CallManager\r");
	desk_says(&d, "\r\nadmin:\r\n");
	assert_int_equal(d.slept, 4000); /* two that stand there */
	assert_non_null(strstr(strstr(text, "\r\nadmin:\r\n") + 5, "END CERT"));
	d.cli.hostile = "other-node";
	(void)desk_type(&d, "show myself\r");
	desk_says(&d, "Machine Name    : cucm2\r\n");
	desk_close(&d);
}

static void
test_node_goes_down(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	d.node[0].down = true;
	(void)desk_type(&d, "show date\rshow date\r");
	desk_says_not(&d, "Tue Nov");
	assert_int_equal(desk_count(&d, "admin:"), 1);
	desk_close(&d);
}

/* Whatever is typed, it ends, and within its bounds. */
static void
test_random_keys(void **state)
{
	static const char *const pieces[] = { "show ", "ctl", "cert own ",
		"run sql ", "select ", "* from ", "device", " where ", "name",
		"='x'", " like '%a%'", "\r", "\n", "\x03", "\x7f", "?", "\t",
		"\x1b[", "\x1b", "utils ", "service ", "restart ", "Cisco Tftp",
		"yes", "y", "no", "\"", "'", "(", ")", "\xff", "\xc3",
		DESK_REST, "file ", "get tftp ", "list tftp ", "*", "set cert ",
		"import ", "own tomcat", "trust tomcat", "regen CAPF", "help ",
		" " };
	const char *seed_text = getenv("CTLSMITH_SEED");
	unsigned seed = seed_text == NULL
	    ? (unsigned)time(NULL)
	    : (unsigned)strtoul(seed_text, NULL, 10);
	struct buf keys = { 0 };
	struct desk d;
	unsigned i, j;

	print_message("CTLSMITH_SEED=%u\n", seed);
	srandom(seed);
	desk_open(&d, NEW);
	for (i = 0; i < test_rounds(300); i++) {
		buf_clear(&keys);
		for (j = 0; j < 60; j++)
			buf_str(&keys,
			    pieces[(size_t)random() %
				(sizeof(pieces) / sizeof(pieces[0]))]);
		d.cli.drop_type_ahead = i % 2 == 0;
		d.cli.pager = i % 3 == 0;
		(void)desk_type(&d, buf_cstr(&keys));
	}
	buf_clear(&keys);
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_and_prompt),
		cmocka_unit_test(test_slow_banner),
		cmocka_unit_test(test_editing),
		cmocka_unit_test(test_unknown_and_syntax),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_pager),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_type_ahead),
		cmocka_unit_test(test_fails_and_cut),
		cmocka_unit_test(test_sessions_and_idle),
		cmocka_unit_test(test_counter_and_ansi),
		cmocka_unit_test(test_delay_and_interrupt),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_node_goes_down),
		cmocka_unit_test(test_random_keys),
	};

	return test_run(tests);
}
