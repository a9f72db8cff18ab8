/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands: what may be typed, what outputs mean, what is no table. */
#include "test.h"

#include <string.h>

#include "cluster/command.h"
#include "schema.h"

static struct command_table *table;
static struct diag d;

static int
setup(void **state)
{
	assert_int_equal(command_load(bytes_of(NULL, 0), &table, &d), ERR_OK);
	return 0;
}

static int
teardown(void **state)
{
	command_free(&table);
	return 0;
}

static void
test_schema(void **state)
{
	schema_is_table("commands.schema.json", &command_doc);
}

/* All that is asked for by name somewhere. */
static void
test_there(void **state)
{
	static const char *const ids[] = { "show-ctl", "show-itl",
		"show-version", "show-date", "show-network-cluster",
		"cert-list-own", "cert-list-trust", "cert-own", "cert-trust",
		"csr-list", "csr-own", "csr-gen", "cert-import-own",
		"cert-import-trust", "cert-regen", "cert-delete",
		"set-web-security", "show-web-security", "ctl-mixed",
		"ctl-non-secure", "ctl-update", "ctl-reset-localkey",
		"itl-reset", "service-list", "service-start", "service-stop",
		"service-restart", "dbreplication", "drs-history-backup",
		"drs-history-restore", "drs-status-backup", "system-restart",
		"file-list-tftp", "file-delete-tftp", "file-get-tftp",
		"file-dump-tftp", "risdb-phones", "perf-query",
		"pagination-off", "show-myself", "sql-mode", "sql-parameters",
		"sql-nodes", "sql-certificates", "sql-devices" };
	size_t i;

	for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (command_find(table, ids[i]) == NULL)
			fail_msg("%s is not there", ids[i]);
	/* and cert-import-own-ca */
	assert_int_equal(command_num(table), i + 1);
	assert_null(command_find(table, "show"));
}

/* What changes something is known by its words. */
static void
test_changes(void **state)
{
	static const char *const words[] = { "set csr", "set cert", "set web",
		"utils ctl", "utils itl", "utils service start",
		"utils service stop", "utils service restart", "utils system",
		"file delete" };
	size_t i, j;
	bool want;

	for (i = 0; i < command_num(table); i++) {
		const struct command *c = command_at(table, i);

		for (want = false, j = 0; j < sizeof(words) / sizeof(*words);
		     j++)
			want = want ||
			    strncmp(c->line, words[j], strlen(words[j])) == 0;
		if (c->changes != want)
			fail_msg("%s changes something, or not", c->id);
		assert_true(c->limit >= 60 && *c->source != '\0');
	}
}

/* ---- Lines ---- */

static void
line_is(const char *id, const char *name, const char *value, const char *want)
{
	struct command_arg arg = { name, value };
	struct buf out = { 0 };
	enum err err;

	buf_str(&out, "-");
	err = command_line(table, command_find(table, id), &arg, name != NULL,
	    &out, &d);
	if (want == NULL) {
		if (err != ERR_USAGE)
			fail_msg("%s takes %s", id, value);
		assert_string_equal(buf_cstr(&out), "-");
		/* it may be a secret */
		if (value != NULL && strlen(value) > 3)
			assert_null(strstr(d.msg, value));
	} else {
		if (err != ERR_OK)
			fail_msg("%s", d.msg);
		assert_string_equal(buf_cstr(&out) + 1, want);
	}
	buf_clear(&out);
}

static void
test_lines(void **state)
{
	line_is("show-ctl", NULL, NULL, "show ctl");
	line_is("cert-own", "unit", "CallManager-ECDSA",
	    "show cert own CallManager-ECDSA");
	line_is("service-restart", "service", "Cisco Tftp",
	    "utils service restart Cisco Tftp");
	line_is("service-restart", "service",
	    "Cisco Certificate Authority Proxy Function",
	    "utils service restart Cisco Certificate Authority Proxy Function");
	line_is("file-list-tftp", "file", "*", "file list tftp * detail");
	line_is("cert-own", NULL, NULL, NULL);
	line_is("cert-own", "units", "CAPF", NULL);
	line_is("show-ctl", "unit", "CAPF", NULL);
}

/* Nothing that ends a line, or is not of its kind, gets into one. */
static void
test_injection(void **state)
{
	static const char *const bad[] = { "", " ", "CAPF ", " CAPF", "CAPF\r",
		"CAPF\nutils system restart", "CAPF\tx", "CAPF\x1b[A",
		"CAPF\x7f", "CAPF;x", "CAPF|x", "CAPF\"", "-x", "C\xc3\xa4",
		"CAPF\x03", "{unit}" };
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		line_is("cert-own", "unit", bad[i], NULL);
	line_is("service-stop", "service", "Cisco Tftp\r", NULL);
	line_is("service-stop", "service", "Cisco\x01Tftp", NULL);
	line_is("file-delete-tftp", "file", "../x", NULL);
	line_is("file-delete-tftp", "file", "a b", NULL);
	line_is("file-delete-tftp", "file", "-rf", NULL);
}

static void
test_answers(void **state)
{
	static const char pem[] = "-----BEGIN CERTIFICATE-----\r\nAAAA\nBB==\n"
				  "-----END CERTIFICATE-----\n";
	const struct command *c = command_find(table, "cert-import-own");
	struct command_arg args[] = { { "unit", "tomcat" }, { "pem", pem } };
	struct buf out = { 0 };

	assert_int_equal(command_answer(table, c->asks.item, args, 2, &out, &d),
	    ERR_OK);
	assert_string_equal(buf_cstr(&out),
	    "-----BEGIN CERTIFICATE-----\rAAAA\rBB==\r"
	    "-----END CERTIFICATE-----\r");
	args[1].value = "-----BEGIN CERTIFICATE-----\nAA\x1b\n"
			"-----END CERTIFICATE-----\n";
	assert_int_equal(command_answer(table, c->asks.item, args, 2, &out, &d),
	    ERR_USAGE);
	args[1].value = "-----BEGIN CERTIFICATE-----\nAA\n"
			"-----END CERTIFICATE-----\nutils system restart\n";
	assert_int_equal(command_answer(table, c->asks.item, args, 2, &out, &d),
	    ERR_USAGE);
	buf_clear(&out);
}

/* ---- Outputs ---- */

static void
means(const char *id, const char *output, const char *want)
{
	bool known = false;
	enum command_failure f;
	const char *is;

	f = command_judge(table, command_find(table, id), bytes_of_str(output),
	    &known);
	is = known ? command_failure_name(f) : "nothing known";
	if (strcmp(is, want) != 0)
		fail_msg("%s: %s means %s, not %s", id, output, is, want);
}

static void
test_meanings(void **state)
{
	means("show-ctl", "", "nothing known");
	means("show-ctl", "some\ntext\n", "nothing known");
	means("show-ctl", "The CTL file was verified successfully.\n",
	    "worked");
	means("show-ctl", "The CTL file was verified successfully.", "worked");
	means("show-ctl",
	    "CTL File not found. Please\nError parsing the CTL "
	    "File.\n",
	    "absent");
	means("show-ctl", "No valid command entered\n", "unknown");
	means("show-ctl", "x No valid command entered\n", "nothing known");
	means("show-ctl", "CTL Record #:1\nExecuted command unsuccessfully\n",
	    "refused");
	means("ctl-update",
	    "Executed command unsuccessfully.\nCommand cannot be executed "
	    "because the Unified Communications Manager cluster is not "
	    "registered to a Smart/Virtual Account with\n",
	    "no-licence");
	means("ctl-update",
	    "This command is disabled on this node. It must be executed on the "
	    "publisher.\nExecuted command unsuccessfully\n",
	    "not-here");
	means("dbreplication", "whatever\n", "worked");
	means("dbreplication", "", "worked");
	means("service-start",
	    "Cisco DirSync[STOPPED]  Service Not Activated\n", "not-activated");
	means("service-start", "Cisco Tftp[STARTED]\n", "worked");
	means("service-stop", "Cisco Tftp[STOPPED]\n", "worked");
	means("cert-own", "  Subject Name: CN=not found\n", "worked");
	means("cert-own", "File /x/y.pem does not exist\n", "absent");
	means("file-delete-tftp", "files: found = 0, deleted = 0\n", "absent");
	means("file-delete-tftp", "files: found = 1, deleted = 0\n", "refused");
	means("file-delete-tftp", "files: found = 1, deleted = 1\n", "worked");
}

/* ---- Tables of others ---- */

static void
no_table(const char *yaml, unsigned line, const char *why)
{
	struct command_table *t = NULL;

	diag_init(&d);
	if (command_load(bytes_of_str(yaml), &t, &d) != ERR_SYNTAX ||
	    d.line != line || strstr(d.msg, why) == NULL || t != NULL)
		fail_msg("%s: line %u: %s", yaml, d.line, d.msg);
}

#define ROW(id, line) "  - {id: " id ", line: '" line "', limit: 1, source: x"

static void
test_bad_tables(void **state)
{
	static const char good[] = "commands:\n" ROW("a", "b") "}\n";
	struct command_table *t = NULL;

	assert_int_equal(command_load(bytes_of_str(good), &t, &d), ERR_OK);
	assert_int_equal(command_num(t), 1);
	command_free(&t);
	no_table("commands: []\n", 1, "");
	no_table("commands:\n" ROW("a", "b") ", marks: [{text: '(', means: "
					     "worked}]}\n",
	    2, "regular expression");
	no_table("commands:\n" ROW("a", "b") ", asks: [{text: ')(', answer: "
					     "x}]}\n",
	    2, "regular expression");
	no_table("commands:\n" ROW("a", "b") "}\n" ROW("a", "c") "}\n", 3,
	    "there already");
	no_table("commands:\n" ROW("a", "b {c}") "}\n", 2,
	    "{c} has no entry in values");
	no_table("commands:\n" ROW("a", "b {c") "}\n", 2, "{ without }");
	no_table("commands:\n  - {id: a, line: \"b\\r\", limit: 1, source: "
		 "x}\n",
	    2, "control character");
	no_table("commands:\n" ROW("a", "b") ", marks: [{text: x, means: "
					     "good}]}\n",
	    2, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_there),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_bad_tables),
	};

	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
