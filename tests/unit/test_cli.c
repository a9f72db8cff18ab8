/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of commands and options, and the readers of their values. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "cli/cmd.h"
#include "cli/fill.h"
#include "cli/folder.h"
#include "cli/opt.h"
#include "cli/out.h"
#include "cli/records.h"

struct target {
	bool flag;
	const char *text;
	size_t size;
	unsigned jobs, days;
	int64_t when;
	struct opt_strings names;
	struct opt_ordered things;
};

static const struct opt table[] = {
	{ "flag", NULL, OPT_FLAG, offsetof(struct target, flag), "a", NULL, 0 },
	{ "text", "T", OPT_STRING, offsetof(struct target, text), "b", NULL,
	    0 },
	{ "size", "N", OPT_SIZE, offsetof(struct target, size), "c", NULL, 0 },
	{ "jobs", "N", OPT_NUMBER, offsetof(struct target, jobs), "d", NULL,
	    'j' },
	{ "days", "N", OPT_DAYS, offsetof(struct target, days), "e", NULL, 0 },
	{ "when", "D", OPT_DATE, offsetof(struct target, when), "f", NULL, 0 },
	{ "quick", NULL, OPT_FLAG, offsetof(struct target, flag), "g", NULL,
	    'q' },
	{ "name", "N", OPT_STRINGS, offsetof(struct target, names), "h",
	    OPT_FILES, 'n' },
	{ "plus", "P", OPT_ORDERED, offsetof(struct target, things), "i", NULL,
	    'p' },
	{ "minus", "M", OPT_ORDERED, offsetof(struct target, things), "j", NULL,
	    0 },
	OPT_END,
};

#define MAX_ARGS 8

/* Parses the words of LINE into T; returns the first argument, or -1. */
static int
parse(const char *line, struct target *t, struct diag *d)
{
	static char copy[256];
	char *argv[MAX_ARGS + 1] = { NULL };
	char *save = NULL, *word;
	struct opt_line l = { .argv = argv };

	(void)snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save))
		argv[l.argc++] = word;
	memset(t, 0, sizeof(*t));
	if (opt_parse(table, &l, t, d) != ERR_OK)
		return -1;
	return l.help ? -2 : (int)(argv + l.argc - l.args);
}

static void
refused(const char *line, const char *part)
{
	struct target t;
	struct diag d;

	assert_int_equal(parse(line, &t, &d), -1);
	assert_int_equal(d.code, ERR_USAGE);
	if (strstr(d.msg, part) == NULL)
		fail_msg("'%s' is not in '%s'", part, d.msg);
}

static void
test_options(void **state)
{
	struct target t;
	struct diag d;

	assert_int_equal(parse("x --flag a --text=hi b --size 4K", &t, &d), 2);
	assert_true(t.flag);
	assert_string_equal(t.text, "hi");
	assert_int_equal(t.size, 4096);
	assert_int_equal(parse("x -- --flag", &t, &d), 1);
	assert_false(t.flag);
	assert_int_equal(parse("x --help --nonsense", &t, &d), -2);
	assert_int_equal(parse("x -h", &t, &d), -2);
	refused("x --nonsense", "--nonsense");
	refused("x --text", "--text");
	refused("x -z", "-z");
}

/* An option that may be given several times, as often as there is room. */
static void
test_strings(void **state)
{
	char *argv[OPT_STRINGS_MAX + 3] = { NULL };
	static char word[] = "--name=x";
	struct opt_line l = { .argv = argv };
	struct target t;
	struct diag d;

	assert_int_equal(parse("x --name a b -n c --name=d", &t, &d), 1);
	assert_int_equal(t.names.num, 3);
	assert_string_equal(t.names.at[0], "a");
	assert_string_equal(t.names.at[1], "c");
	assert_string_equal(t.names.at[2], "d");
	assert_int_equal(parse("x b", &t, &d), 1);
	assert_int_equal(t.names.num, 0);
	while (l.argc < OPT_STRINGS_MAX + 1)
		argv[l.argc++] = word;
	assert_int_equal(opt_parse(table, &l, &t, &d), ERR_OK);
	assert_int_equal(t.names.num, OPT_STRINGS_MAX);
	argv[l.argc++] = word;
	memset(&t, 0, sizeof(t));
	assert_int_equal(opt_parse(table, &l, &t, &d), ERR_USAGE);
	assert_non_null(strstr(d.msg, "--name is given more than 64 times"));
}

/* Options that keep the order of the command line among each other. */
static void
test_ordered(void **state)
{
	char *argv[OPT_ORDERED_MAX + 3] = { NULL };
	static char plus[] = "--plus=x", minus[] = "--minus=y";
	struct opt_line l = { .argv = argv };
	struct target t;
	struct diag d;

	assert_int_equal(parse("x -p a b --minus=c --plus d", &t, &d), 1);
	assert_int_equal(t.things.num, 3);
	assert_string_equal(t.things.at[0].opt->name, "plus");
	assert_string_equal(t.things.at[0].value, "a");
	assert_string_equal(t.things.at[1].opt->name, "minus");
	assert_string_equal(t.things.at[1].value, "c");
	assert_string_equal(t.things.at[2].opt->name, "plus");
	assert_string_equal(t.things.at[2].value, "d");
	memset(&t, 0, sizeof(t));
	for (; l.argc < OPT_ORDERED_MAX + 1; l.argc++)
		argv[l.argc] = l.argc % 2 == 0 ? plus : minus;
	assert_int_equal(opt_parse(table, &l, &t, &d), ERR_OK);
	assert_int_equal(t.things.num, OPT_ORDERED_MAX);
	argv[l.argc++] = plus;
	memset(&t, 0, sizeof(t));
	assert_int_equal(opt_parse(table, &l, &t, &d), ERR_USAGE);
	assert_non_null(strstr(d.msg, "more than 256"));
}

/* A folder of more names than are held at a time. */
static void
test_folder(void **state)
{
	char path[] = "/tmp/test_cli.XXXXXX", name[64], after[64] = "";
	struct folder f = { 0 };
	struct diag d;
	int i, seen = 0;
	size_t n;

	assert_non_null(mkdtemp(path));
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s%02d", path,
		    i % 10 == 9 ? "." : "n", i);
		assert_int_equal(mkdir(name, 0700), 0);
	}
	do {
		assert_int_equal(folder_read(&f, path, after, 7, &d), ERR_OK);
		assert_in_range(folder_num(&f), 1, 7);
		for (n = 0; n < folder_num(&f); n++) {
			seen += seen % 10 == 9;
			(void)snprintf(name, sizeof(name), "n%02d", seen++);
			assert_string_equal(folder_name(&f, n), name);
			assert_int_equal(folder_kind(&f, n), FOLDER_DIR);
		}
		(void)snprintf(after, sizeof(after), "%s", name);
	} while (f.more);
	assert_int_equal(seen, 99);
	assert_int_equal(folder_read(&f, path, "n98", 7, &d), ERR_OK);
	assert_int_equal(folder_num(&f), 0);
	assert_int_equal(folder_read(&f, "/nothing", "", 7, &d), ERR_ABSENT);
	folder_clear(&f);
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s%02d", path,
		    i % 10 == 9 ? "." : "n", i);
		(void)rmdir(name);
	}
	assert_int_equal(rmdir(path), 0);
}

static void
test_out(void **state)
{
	struct out o = { 0 };
	struct buf text = { 0 }, failed = { .failed = true };
	struct out_mark mark;
	struct diag d;

	buf_str(&text, "one\n");
	out_put(&o, &text);
	mark = out_mark(&o);
	out_put(&o, &text);
	diag_set(&d, ERR_IO, "bad");
	out_error(&o, "f", &d);
	out_put(&o, &failed);
	assert_false(out_ok(&o));
	out_back(&o, mark);
	assert_true(out_ok(&o));
	assert_int_equal(out_len(&o), 4);
	out_put(&o, &failed);
	out_nomem(&o, mark, "f");
	assert_true(out_ok(&o));
	assert_true(bytes_equal(buf_bytes(&o.text),
	    bytes_of_str("one\nctlsmith: f: out of memory\n")));
	out_clear(&o);
	buf_clear(&text);
}

static void
test_sizes(void **state)
{
	struct target t;
	struct diag d;

	assert_int_equal(parse("x --size 1", &t, &d), 0);
	assert_int_equal(t.size, 1);
	assert_int_equal(parse("x --size 3G", &t, &d), 0);
	assert_int_equal(t.size, (size_t)3 << 30);
	refused("x --size 0", "'0'");
	refused("x --size -1", "'-1'");
	refused("x --size 1k", "'1k'");
	refused("x --size 1MB", "'1MB'");
	refused("x --size 99999999999G", "99999999999G");
	refused("x --size 99999999999999999999", "9999");
}

static void
test_numbers(void **state)
{
	struct target t;
	struct diag d;

	assert_int_equal(parse("x --jobs 1", &t, &d), 0);
	assert_int_equal(t.jobs, 1);
	assert_int_equal(parse("x --jobs 256 --days 0", &t, &d), 0);
	assert_int_equal(t.jobs, 256);
	assert_int_equal(t.days, 0);
	assert_int_equal(parse("x --days 36500", &t, &d), 0);
	assert_int_equal(t.days, 36500);
	refused("x --jobs 0", "1 to 256, not '0'");
	refused("x --jobs 257", "'257'");
	refused("x --jobs 18446744073709551617", "from 1 to 256");
	refused("x --jobs 1x", "'1x'");
	refused("x --jobs", "--jobs wants a value");
	refused("x --days 36501", "0 to 36500, not '36501'");
	refused("x --days -1", "'-1'");
	refused("x --days 1d", "'1d'");
	refused("x --days 99999999999999999999", "'99999999999999999999'");
}

static void
test_dates(void **state)
{
	static const char *const none[] = { "0", "2015", "2015-5-20",
		"2015-02-30", "15-05-20", "-2015-05-20", "2015-05-20Z",
		"20150520", "2015-05-20T25:00:00Z", "tomorrow",
		"2015-05-20T12:00", "2015/05/20" };
	struct target t;
	struct diag d;
	char line[64];
	size_t i;

	assert_int_equal(parse("x --when 1970-01-02", &t, &d), 0);
	assert_int_equal(t.when, 86400);
	assert_int_equal(parse("x --when 2015-05-20T12:00:00Z", &t, &d), 0);
	assert_int_equal(t.when, 1432123200);
	assert_int_equal(parse("x --when 2015-05-20T12:00:00+02:00", &t, &d),
	    0);
	assert_int_equal(t.when, 1432123200 - 7200);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		(void)snprintf(line, sizeof(line), "x --when %s", none[i]);
		refused(line, none[i]);
	}
}

static void
test_letters(void **state)
{
	struct target t;
	struct diag d;

	assert_int_equal(parse("x -j 3 a", &t, &d), 1);
	assert_int_equal(t.jobs, 3);
	assert_int_equal(parse("x -qj7", &t, &d), 0);
	assert_int_equal(t.jobs, 7);
	assert_true(t.flag);
	refused("x -j", "-j");
	refused("x -j0", "--jobs wants");
	refused("x -Q", "-Q is no option");
}

static void
put_filled(size_t width, const char *text, const char *wanted)
{
	struct fill f = { .width = width };
	struct buf out = { 0 };

	fill_put(&f, &out, bytes_of_str(text), 2);
	assert_string_equal(buf_cstr(&out), wanted);
	buf_clear(&out);
}

static void
test_fill(void **state)
{
	put_filled(0, "one  two three", "one  two three\n");
	put_filled(7, "one two three", "one two\n  three\n");
	put_filled(6, "one two three", "one\n  two\n  three\n");
	put_filled(8, "one  two three", "one  two\n  three\n");
	put_filled(7, "one  two three", "one\n  two\n  three\n");
	put_filled(9, "one two no three", "one two\n  no\n  three\n");
	/* a long word is whole, and has a line of its own */
	put_filled(5, "a 123456789 b", "a\n  123456789\n  b\n");
	put_filled(5, "123456789", "123456789\n");
	/* a character is a column, a colour is none */
	put_filled(7, "\303\274\303\274\303\274 abc",
	    "\303\274\303\274\303\274 abc\n");
	put_filled(7, "\033[1;31mone\033[0m two", "\033[1;31mone\033[0m two\n");
	put_filled(7, "", "\n");
}

/* What --help prints of CMD fits on a line. */
static void
judge_summary(const struct cmd *cmd)
{
	const char *p;

	assert_non_null(cmd->summary);
	assert_true(isupper(cmd->summary[0]));
	assert_true(strlen(cmd->summary) < 64);
	assert_true(strlen(cmd_word(cmd)) <= 12);
	for (p = cmd->text; *p != '\0'; p += strcspn(p, "\n") + 1)
		assert_true(strcspn(p, "\n") <= 80);
}

/* GROUP finds what stands in it; each has the group's name in front of its
 * own. */
static void
judge_group(const struct cmd *group)
{
	const struct cmd *const *c;
	const struct opt *o;
	size_t len = strlen(group->name);

	for (c = group->subs; *c != NULL; c++) {
		assert_ptr_equal(cmd_find(group, cmd_word(*c)), *c);
		assert_memory_equal((*c)->name, group->name, len);
		assert_ptr_equal(cmd_word(*c),
		    (*c)->name + len + (len > 0 ? 1 : 0));
		judge_summary(*c);
		if ((*c)->subs != NULL) {
			judge_group(*c);
			continue;
		}
		assert_non_null((*c)->run);
		for (o = (*c)->opts; o->name != NULL; o++) {
			assert_non_null(o->help);
			assert_in_range(strlen(o->help), 1, 56);
			assert_true((o->type == OPT_FLAG) == (o->arg == NULL));
		}
	}
	assert_null(cmd_find(group, "nonsense"));
}

static void
test_tables(void **state)
{
	judge_group(&cmd_root);
}

/* Every error has an end, and only ERR_OK is none. */
static void
test_ends(void **state)
{
	static const enum err all[] = {
#define ERR_ID(id, name) id,
		ERR_LIST(ERR_ID)
#undef ERR_ID
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(cmd_end(all[i]) == CMD_OK, all[i] == ERR_OK);
	assert_int_equal(cmd_end(ERR_USAGE), 2);
	assert_int_equal(cmd_end(ERR_POLICY), 3);
	assert_int_equal(cmd_end(ERR_TOKEN), 4);
	assert_int_equal(cmd_end(ERR_PIN), 4);
	assert_int_equal(cmd_end(ERR_IO), 1);
	assert_int_equal(cmd_end(ERR_NOMEM), 1);
}

static void
test_worse(void **state)
{
	/* from the best to the worst */
	static const enum cmd_exit ends[] = { CMD_OK, CMD_POLICY, CMD_FAILED,
		CMD_TOKEN, CMD_RESUME, CMD_USAGE };
	const size_t num = sizeof(ends) / sizeof(ends[0]);
	size_t i, j;

	for (i = 0; i < num; i++)
		for (j = 0; j < num; j++)
			assert_int_equal(out_worse(ends[i], ends[j]),
			    ends[i > j ? i : j]);
}

static void
test_records(void **state)
{
	struct records r = { .num = 0 };
	struct diag d;

	assert_true(records_has(&r, 12345));
	assert_int_equal(records_highest(&r), 0);
	assert_int_equal(records_parse(&r, "1,3,5-7", &d), ERR_OK);
	assert_true(records_has(&r, 1) && records_has(&r, 3));
	assert_true(records_has(&r, 5) && records_has(&r, 7));
	assert_false(records_has(&r, 2) || records_has(&r, 4));
	assert_false(records_has(&r, 8) || records_has(&r, 0));
	assert_int_equal(records_highest(&r), 7);
	assert_int_equal(records_parse(&r, "", &d), ERR_USAGE);
	assert_int_equal(records_parse(&r, "0", &d), ERR_USAGE);
	assert_int_equal(records_parse(&r, "3-1", &d), ERR_USAGE);
	assert_int_equal(records_parse(&r, "1,", &d), ERR_USAGE);
	assert_int_equal(records_parse(&r, "1;2", &d), ERR_USAGE);
	assert_int_equal(records_parse(&r, "1-", &d), ERR_USAGE);
	assert_int_equal(records_parse(&r, "99999999999999999999", &d),
	    ERR_USAGE);
	assert_int_equal(records_highest(&r), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_ordered),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_out),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_worse),
		cmocka_unit_test(test_records),
	};

	return test_run(tests);
}
