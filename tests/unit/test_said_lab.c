/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lab's nodes say to the commands of our table, in each release and
 * mode, is read by our readers, and is what the lab knows of itself.
 */
#include "test.h"

#include <string.h>

#include "cluster/command.h"
#include "lab/console.h"
#include "said_all.h"
#include "worlds.h"

static unsigned releases[] = { 1050, 1150, 1250, 1400, 1500 };
static struct command_table *table;

/* A terminal: what is typed, what came. */
struct terminal {
	const char *keys;
	struct buf came;
};

static enum console_key
read_key(void *arg, unsigned ms, uint8_t *ret)
{
	struct terminal *t = arg;

	if (*t->keys == '\0')
		return CONSOLE_GONE;
	*ret = (uint8_t)*t->keys++;
	return CONSOLE_BYTE;
}

static bool
write_text(void *arg, struct bytes text)
{
	struct terminal *t = arg;

	buf_put(&t->came, text);
	return true;
}

static void
cut(void *arg)
{
	fail_msg("the lab cut the connection");
}

/* The output of LINE on NODE, whose questions ANSWERS answer: what stands between
 * its echo and the prompt. */
static void
ask(struct world *w, size_t node, const char *line, const char *answers,
    struct buf *out)
{
	struct terminal t = { .keys = "" };
	const struct console_io io = { read_key, write_text, cut, &t };
	char keys[2048], echo[2048];
	const char *came, *from, *prompt;

	(void)snprintf(keys, sizeof(keys), "set cli pagination off\r%s\r%s",
	    line, answers);
	(void)snprintf(echo, sizeof(echo), "admin:%s\r\n", line);
	t.keys = keys;
	console_run(w, node, "admin", &io);
	buf_u8(&t.came, '\0');
	assert_true(buf_ok(&t.came));
	came = t.came.ptr == NULL ? "" : (const char *)t.came.ptr;
	from = strstr(came, echo);
	prompt = from == NULL ? NULL : strstr(from + strlen(echo), "admin:");
	if (from == NULL || prompt == NULL) {
		fail_msg("no echo and prompt of %s in:\n%s", line, came);
		return;
	}
	from += strlen(echo);
	buf_put(out, bytes_of(from, (size_t)(prompt - from)));
	assert_true(buf_ok(out));
	buf_clear(&t.came);
}

/* The output of command ID of the table. */
static void
run(struct world *w, size_t node, const char *id,
    const struct command_arg *args, size_t num, struct buf *out)
{
	const struct command *c = command_find(table, id);
	enum command_failure failure;
	struct buf line = { 0 };
	struct diag d;
	bool known = false;

	if (c == NULL)
		fail_msg("no command %s", id);
	diag_init(&d);
	if (command_line(table, c, args, num, &line, &d) != ERR_OK)
		fail_msg("%s: %s", id, d.msg);
	ask(w, node, buf_cstr(&line), "", out);
	/* AddressSanitizer wants a NUL behind what regexec() is given, whatever
	 * its length */
	assert_non_null(buf_cstr(out));
	failure = command_judge(table, c, buf_bytes(out), &known);
	/* that there is no list is something that show ctl says */
	if ((failure != COMMAND_WORKED && failure != COMMAND_ABSENT) || !known)
		fail_msg("%s did not work: %s", id, buf_cstr(out));
	buf_clear(&line);
}

/* The output read by READER, as lines. */
static void
make(struct world *w, size_t node, const char *id, const char *reader,
    struct buf *out)
{
	const struct all_reader *r = NULL;
	struct buf text = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < ALL_NUM; i++)
		if (strcmp(all_readers[i].name, reader) == 0)
			r = &all_readers[i];
	assert_non_null(r);
	run(w, node, id, NULL, 0, &text);
	diag_init(&d);
	buf_clear(out);
	if (r->read(buf_bytes(&text), out, &d) != ERR_OK)
		fail_msg("%s, line %u: %s:\n%s", id, d.line, d.msg,
		    buf_cstr(&text));
	buf_clear(&text);
}

static bool
has(struct buf *out, const char *text)
{
	return strstr(buf_cstr(out), text) != NULL;
}

static void
assert_has(struct buf *out, const char *text)
{
	if (!has(out, text))
		fail_msg("no %s in:\n%s", text, buf_cstr(out));
}

static size_t
count_lines(const struct buf *out)
{
	size_t i, n = 0;

	for (i = 0; i < out->len; i++)
		n += out->ptr[i] == '\n';
	return n;
}

/* ---- What is asked ----------------------------------------------------------------- */

static void
check_lists(struct world *w, const struct scenario *s, struct buf *out)
{
	struct buf file = { 0 };
	char length[64];
	struct diag d;

	make(w, 1, "show-ctl", "ctl", out);
	if (s->mode == SCENARIO_NON_SECURE) {
		assert_has(out, "absent\n");
	} else {
		assert_int_equal(world_get(w, 1, "CTLFile.tlv", &file, &d),
		    ERR_OK);
		(void)snprintf(length, sizeof(length), "length %zu\n",
		    file.len);
		assert_has(out, "verified\n");
		assert_has(out, length);
		assert_has(out, "changed ");
		buf_clear(&file);
	}
	make(w, 0, "show-itl", "itl", out);
	assert_int_equal(world_get(w, 0, "ITLFile.tlv", &file, &d), ERR_OK);
	(void)snprintf(length, sizeof(length), "length %zu\n", file.len);
	assert_has(out, "verified\n");
	assert_has(out, length);
	buf_clear(&file);
}

static void
check_node(struct world *w, const struct scenario *s, struct buf *out)
{
	char release[32];

	make(w, 2, "show-version", "version", out);
	(void)snprintf(release, sizeof(release), " is %u\n", s->release);
	assert_has(out, release);
	make(w, 2, "show-date", "date", out);
	assert_int_equal(count_lines(out), 1);
	make(w, 0, "show-network-cluster", "nodes", out);
	assert_int_equal(count_lines(out), s->num_nodes);
	assert_has(out, "|publisher|authenticated\n");
	make(w, 0, "service-list", "services", out);
	assert_has(out, "Cisco Tftp|started\n");
	assert_has(out, "Cisco CTL Provider|");
	make(w, 0, "dbreplication", "replicas", out);
	assert_int_equal(count_lines(out), s->num_nodes);
	assert_has(out, "|2|");
	make(w, 0, "drs-history-backup", "backups", out);
	make(w, 0, "drs-history-restore", "backups", out);
	make(w, 0, "drs-status-backup", "running", out);
	assert_has(out, "not running\n");
	make(w, 0, "show-web-security", "subject", out);
}

static void
check_certs(struct world *w, struct buf *out)
{
	const struct command_arg arg = { "unit", "CallManager" };
	struct said_shown shown = { .serial = "" };
	struct buf text = { 0 };
	struct diag d;

	make(w, 0, "cert-list-own", "certs", out);
	assert_has(out, "CallManager|CallManager.pem|");
	make(w, 0, "cert-list-trust", "certs", out);
	assert_has(out, "CallManager-trust|");
	make(w, 0, "csr-list", "certs", out);
	run(w, 0, "cert-own", &arg, 1, &text);
	diag_init(&d);
	if (said_shown(buf_bytes(&text), &shown, &d) != ERR_OK)
		fail_msg("line %u: %s\n%s", d.line, d.msg, buf_cstr(&text));
	world_lock(w);
	assert_true(strlen(shown.serial) >= 2);
	world_unlock(w);
	said_shown_clear(&shown);
	buf_clear(&text);
}

static void
check_database(struct world *w, const struct scenario *s, struct buf *out)
{
	make(w, 0, "sql-mode", "parameters", out);
	assert_has(out,
	    s->mode == SCENARIO_NON_SECURE ? "mixed 0\n" : "mixed 1\n");
	make(w, 0, "sql-parameters", "parameters", out);
	assert_has(out, "mixed ");
	assert_has(out, "rollback ");
	make(w, 0, "sql-nodes", "process_nodes", out);
	assert_int_equal(count_lines(out), s->num_nodes);
	assert_false(has(out, "Enterprise"));
	make(w, 0, "sql-certificates", "certificates", out);
	assert_has(out, "CallManager|");
	make(w, 0, "sql-devices", "devices", out);
	assert_int_equal(count_lines(out), s->num_phones);
	make(w, 0, "risdb-phones", "phones", out);
}

static void
check_files(struct world *w, struct buf *out)
{
	const struct command_arg arg = { "file", "ITLFile.tlv" };
	struct said_files files = { .num = 0 };
	struct buf text = { 0 }, file = { 0 };
	struct diag d;

	diag_init(&d);
	run(w, 0, "file-list-tftp", &arg, 1, &text);
	if (said_files(buf_bytes(&text), &files, &d) != ERR_OK)
		fail_msg("line %u: %s\n%s", d.line, d.msg, buf_cstr(&text));
	assert_int_equal(files.num, 1);
	assert_string_equal(files.item[0].name, "ITLFile.tlv");
	said_files_clear(&files);
	buf_clear(&text);
	run(w, 0, "file-dump-tftp", &arg, 1, &text);
	buf_clear(out);
	if (said_dump(buf_bytes(&text), out, &d) != ERR_OK)
		fail_msg("line %u: %s\n%s", d.line, d.msg, buf_cstr(&text));
	assert_int_equal(world_get(w, 0, "ITLFile.tlv", &file, &d), ERR_OK);
	assert_true(bytes_equal(buf_bytes(out), buf_bytes(&file)));
	buf_clear(&text);
	buf_clear(&file);
}

/* The output of LINE, whose questions ANSWERS answer, says DEED. */
static void
check_deed(struct world *w, const char *line, const char *answers,
    const char *deed)
{
	struct said_done done;
	struct buf text = { 0 };
	struct diag d;

	diag_init(&d);
	ask(w, 0, line, answers, &text);
	if (said_done(buf_bytes(&text), &done, &d) != ERR_OK)
		fail_msg("%s, line %u: %s\n%s", line, d.line, d.msg,
		    buf_cstr(&text));
	assert_string_equal(said_deed_name(done.deed), deed);
	buf_clear(&text);
}

static void
check_changes(struct world *w, const struct scenario *s)
{
	if (s->mode == SCENARIO_TOKENLESS)
		check_deed(w, "utils ctl update CTLFile", "y\r", "ctl-updated");
	check_deed(w, "set cert regen TVS", "yes\r", "regenerated");
	check_deed(w, "set csr gen tomcat", s->release < 1400 ? "" : "yes\r",
	    "requested");
}

static void
test_release(void **state)
{
	const unsigned *release = *state;
	static const int modes[] = { SCENARIO_TOKEN, SCENARIO_TOKENLESS,
		SCENARIO_NON_SECURE };
	struct buf out = { 0 };
	struct scenario s;
	struct world *w;
	size_t i;

	for (i = 0; i < NUM(modes); i++) {
		s = worlds_scenario(*release, modes[i]);
		w = worlds_new(&s);
		check_lists(w, &s, &out);
		check_node(w, &s, &out);
		check_certs(w, &out);
		check_database(w, &s, &out);
		check_files(w, &out);
		check_changes(w, &s);
		world_free(&w);
	}
	buf_clear(&out);
}

int
main(void)
{
	struct CMUnitTest tests[] = {
		{ "release 10.5", test_release, NULL, NULL, &releases[0] },
		{ "release 11.5", test_release, NULL, NULL, &releases[1] },
		{ "release 12.5", test_release, NULL, NULL, &releases[2] },
		{ "release 14", test_release, NULL, NULL, &releases[3] },
		{ "release 15", test_release, NULL, NULL, &releases[4] },
	};
	struct diag d;
	int status;

	diag_init(&d);
	if (command_load(bytes_of(NULL, 0), &table, &d) != ERR_OK) {
		(void)fprintf(stderr, "%s\n", d.msg);
		return EXIT_FAILURE;
	}
	status = test_run(tests);
	command_free(&table);
	return status;
}
