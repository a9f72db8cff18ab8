/* SPDX-License-Identifier: Apache-2.0 */
/* The token inventory: read, changed, written, read again. */
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "schema.h"

#include "base/file.h"
#include "cli/tokenfile.h"

static const char example[] =
    "# Tokens of the Berlin cluster.\n"
    "\n"
    "#  Ask Erna.\n"
    "lists: [CTLFile.tlv, /srv/ctl/CTLFile.tlv]\n"
    "tokens:\n"
    "  - serial: \"0123abcd\" # lost with the next write\n"
    "    label: SAST 1\n"
    "    uri: 'pkcs11:serial=0123abcd'\n"
    "    place: safe in room 12\n"
    "    holder: Erna\n"
    "    certificates:\n"
    "      - sha1: \"00112233445566778899aabbccddeeff00112233\"\n"
    "        subject: CN=SAST-1\n"
    "        issuer: CN=Lab CA\n"
    "        serial: 01:02\n"
    "    imported_keys: [{id: \"0a\", from: key.pem, "
    "when: 2026-01-02T03:04:05Z}]\n"
    "    drills:\n"
    "      - when: 2026-11-22T10:00:00Z\n"
    "        place: room 12\n"
    "        key: \"0a\"\n"
    "        result: ok\n"
    "  - serial: 4711\n";

static const char written[] =
    "# Tokens of the Berlin cluster.\n"
    "\n"
    "#  Ask Erna.\n"
    "lists:\n"
    "- CTLFile.tlv\n"
    "- /srv/ctl/CTLFile.tlv\n"
    "tokens:\n"
    "- serial: \"0123abcd\"\n"
    "  label: SAST 1\n"
    "  uri: \"pkcs11:serial=0123abcd\"\n"
    "  place: safe in room 12\n"
    "  holder: Erna\n"
    "  certificates:\n"
    "  - sha1: \"00112233445566778899aabbccddeeff00112233\"\n"
    "    subject: \"CN=SAST-1\"\n"
    "    issuer: \"CN=Lab CA\"\n"
    "    serial: \"0102\"\n"
    "  imported: true\n"
    "  imported_keys:\n"
    "  - id: \"0a\"\n"
    "    from: key.pem\n"
    "    when: 2026-01-02T03:04:05Z\n"
    "  drills:\n"
    "  - when: 2026-11-22T10:00:00Z\n"
    "    place: room 12\n"
    "    key: \"0a\"\n"
    "    result: ok\n"
    "- serial: \"4711\"\n";

static void
reads(const char *text, struct tokenfile *ret)
{
	struct diag d;

	if (tokenfile_read(bytes_of_str(text), ret, &d) != ERR_OK)
		fail_msg("line %u: %s", d.line, d.msg);
}

static void
puts_as(const struct tokenfile *inv, const char *wanted)
{
	struct buf out = { 0 };
	struct diag d;

	assert_int_equal(tokenfile_put(inv, &out, &d), ERR_OK);
	assert_string_equal(buf_cstr(&out), wanted);
	buf_clear(&out);
}

static void
test_read(void **state)
{
	const struct tokenfile_drill *drill;
	const struct tokenfile_cert *cert;
	struct tokenfile inv;
	struct tokenfile_token *t;

	reads(example, &inv);
	assert_int_equal(inv.lists.num, 2);
	assert_int_equal(inv.num_tokens, 2);
	t = tokenfile_find(&inv, "0123abcd        ");
	assert_ptr_equal(t, &inv.tokens[0]);
	assert_string_equal(t->place, "safe in room 12");
	assert_true(t->imported);
	assert_int_equal(t->at.line, 6);
	cert = t->certificates.item;
	assert_int_equal(t->certificates.num, 1);
	assert_int_equal(cert->sha1.len, 20);
	assert_true(bytes_equal(cert->serial, bytes_of("\001\002", 2)));
	drill = t->drills.item;
	assert_int_equal(drill->when, 1795341600);
	assert_int_equal(drill->result, TOKENFILE_PASSED);
	t = tokenfile_find(&inv, "4711");
	assert_ptr_equal(t, &inv.tokens[1]);
	assert_false(t->imported);
	assert_null(t->label);
	assert_null(tokenfile_find(&inv, "471"));
	assert_null(tokenfile_find(&inv, ""));
	tokenfile_clear(&inv);
	assert_null(inv.doc);
}

/* Read, written, read and written: the same. */
static void
test_round(void **state)
{
	struct tokenfile inv;

	reads(example, &inv);
	puts_as(&inv, written);
	tokenfile_clear(&inv);
	reads(written, &inv);
	puts_as(&inv, written);
	tokenfile_clear(&inv);
}

static void
test_comment(void **state)
{
	/* what stays, and what comes behind it */
	static const char *const texts[][2] = { { "", "lists: [a]\n" },
		{ "# a\n", "lists: [a] # b\n" },
		{ "\n# a\r\n  \n#\n", "lists:\n# b\n- a\n" },
		{ "#a: [\n\n\n", "---\nlists: [a]\n" },
		{ "# \303\274 # # x\n", "  # b\nlists: [a]\n# c\n" } };
	struct buf text = { 0 };
	struct tokenfile inv;
	size_t i;

	for (i = 0; i < DOC_NUM(texts); i++) {
		text.len = 0;
		buf_str(&text, texts[i][0]);
		buf_str(&text, texts[i][1]);
		reads(buf_cstr(&text), &inv);
		text.len = 0;
		buf_str(&text, texts[i][0]);
		buf_str(&text, "lists:\n- a\n");
		puts_as(&inv, buf_cstr(&text));
		tokenfile_clear(&inv);
	}
	buf_clear(&text);
}

/* Says why, and where. */
static void
refused(const char *text, unsigned line, const char *why)
{
	struct tokenfile inv = { .num_tokens = 4711 };
	struct diag d;

	assert_int_equal(tokenfile_read(bytes_of_str(text), &inv, &d),
	    ERR_SYNTAX);
	assert_int_equal(inv.num_tokens, 4711);
	assert_int_equal(d.line, line);
	if (strstr(d.msg, why) == NULL)
		fail_msg("'%s' is not in '%s'", why, d.msg);
}

static void
test_refused(void **state)
{
	refused("tokens:\n- label: x\n", 2, "serial");
	refused("tokens:\n- serial: ''\n", 2, "serial");
	refused("tokens:\n- serial: a\n- serial: b\n- serial: a\n", 4,
	    "stands in line 2 already");
	refused("tokens:\n- serial: a\n- serial: 'a  '\n", 3, "already");
	refused("tokens:\n- serial: a\n  pin: '1234'\n", 3, "pin");
	refused("tokens:\n- serial: a\n  certificates: [{sha1: '00'}]\n", 3,
	    "sha1");
	refused("tokens:\n- serial: a\n  drills: [{when: x, result: ok}]\n", 3,
	    "when");
	refused(
	    "tokens:\n- serial: a\n  drills:\n  - when: 1\n    result: no\n", 5,
	    "result");
	refused("", 1, "empty");
}

static const struct tokenfile_cert a_cert = {
	.sha1 = { (const uint8_t *)"01234567890123456789", 20 },
	.subject = "CN=a: b # c\n",
	.issuer = "CN=\"x\"\\, y",
	.serial = { (const uint8_t *)"\0\377", 2 }
};

static void
fill(struct tokenfile *inv, struct tokenfile_token *t)
{
	const struct tokenfile_key key = { .id = { (const uint8_t *)"k", 1 },
		.from = "\342\200\256evil\001" };
	const struct tokenfile_drill drill = { .when = 1795341600,
		.result = TOKENFILE_FAILED };
	struct tokenfile_cert other = a_cert;
	struct diag d;

	assert_int_equal(tokenfile_set(inv, &t->label, "'x' \"y\": [", &d),
	    ERR_OK);
	assert_int_equal(tokenfile_set(inv, &t->place, "gone", &d), ERR_OK);
	assert_int_equal(tokenfile_set(inv, &t->place, NULL, &d), ERR_OK);
	assert_int_equal(tokenfile_add_cert(inv, t, &other, &d), ERR_OK);
	other.subject = "CN=second";
	other.sha1.ptr = (const uint8_t *)"11234567890123456789";
	assert_int_equal(tokenfile_add_cert(inv, t, &other, &d), ERR_OK);
	other = a_cert;
	other.issuer = "CN=corrected";
	assert_int_equal(tokenfile_add_cert(inv, t, &other, &d), ERR_OK);
	assert_int_equal(t->certificates.num, 2);
	assert_false(t->imported);
	assert_int_equal(tokenfile_add_key(inv, t, &key, &d), ERR_OK);
	assert_int_equal(tokenfile_add_key(inv, t, &key, &d), ERR_OK);
	assert_int_equal(t->imported_keys.num, 1);
	assert_true(t->imported);
	assert_int_equal(tokenfile_add_drill(inv, t, &drill, &d), ERR_OK);
	assert_int_equal(tokenfile_add_drill(inv, t, &drill, &d), ERR_OK);
	assert_int_equal(t->drills.num, 2);
}

/* All that was added is there after it was written and read. */
static void
test_change(void **state)
{
	const struct tokenfile_cert *cert;
	const struct tokenfile_key *key;
	struct tokenfile inv, again;
	struct tokenfile_token *t;
	struct buf out = { 0 };
	struct diag d;

	assert_int_equal(tokenfile_new(&inv, &d), ERR_OK);
	assert_int_equal(tokenfile_add(&inv, "ab  ", &t, &d), ERR_OK);
	assert_string_equal(t->serial, "ab");
	assert_int_equal(tokenfile_add(&inv, "ab", &t, &d), ERR_EXISTS);
	assert_int_equal(tokenfile_add(&inv, "   ", &t, &d), ERR_USAGE);
	assert_int_equal(tokenfile_add(&inv, "0", &t, &d), ERR_OK);
	fill(&inv, tokenfile_find(&inv, "ab"));
	assert_int_equal(tokenfile_add_list(&inv, "a b", &d), ERR_OK);
	assert_int_equal(tokenfile_add_list(&inv, "c", &d), ERR_OK);
	assert_int_equal(tokenfile_add_list(&inv, "a b", &d), ERR_OK);
	assert_int_equal(inv.lists.num, 2);
	assert_int_equal(tokenfile_put(&inv, &out, &d), ERR_OK);
	reads(buf_cstr(&out), &again);
	puts_as(&again, buf_cstr(&out));
	assert_int_equal(again.num_tokens, 2);
	t = tokenfile_find(&again, "ab");
	assert_string_equal(t->label, "'x' \"y\": [");
	assert_null(t->place);
	cert = t->certificates.item;
	assert_string_equal(cert[0].subject, a_cert.subject);
	assert_string_equal(cert[0].issuer, "CN=corrected");
	assert_true(bytes_equal(cert[0].serial, a_cert.serial));
	assert_string_equal(cert[1].subject, "CN=second");
	key = t->imported_keys.item;
	assert_string_equal(key->from, "\342\200\256evil\001");
	assert_int_equal(key->when, 0);
	tokenfile_clear(&again);
	buf_clear(&out);
	tokenfile_clear(&inv);
}

/* What could not be read again is not written. */
static void
test_unwritable(void **state)
{
	const struct tokenfile_cert cert = { .sha1 = { NULL, 0 } };
	struct tokenfile_token *t;
	struct buf out = { 0 };
	struct tokenfile inv;
	struct diag d;

	assert_int_equal(tokenfile_new(&inv, &d), ERR_OK);
	assert_int_equal(tokenfile_add(&inv, "a", &t, &d), ERR_OK);
	assert_int_equal(tokenfile_set(&inv, &t->label, "\xff", &d), ERR_OK);
	assert_int_equal(tokenfile_put(&inv, &out, &d), ERR_SYNTAX);
	t->label = NULL;
	assert_int_equal(tokenfile_add_cert(&inv, t, &cert, &d), ERR_OK);
	assert_int_equal(tokenfile_put(&inv, &out, &d), ERR_SYNTAX);
	assert_int_equal(out.len, 0);
	tokenfile_clear(&inv);
}

static void
test_file(void **state)
{
	char path[] = "/tmp/ctlsmith-inventory-XXXXXX";
	struct tokenfile inv;
	struct stat st;
	struct diag d;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0640), 0);
	(void)close(fd);
	assert_int_equal(
	    file_write(path, bytes_of_str(example), FILE_CLOBBER, &d), ERR_OK);
	assert_int_equal(tokenfile_load(path, &inv, &d), ERR_OK);
	assert_int_equal(tokenfile_save(&inv, path, &d), ERR_OK);
	tokenfile_clear(&inv);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(tokenfile_load(path, &inv, &d), ERR_OK);
	puts_as(&inv, written);
	tokenfile_clear(&inv);
	(void)unlink(path);
	assert_int_equal(tokenfile_load(path, &inv, &d), ERR_ABSENT);
	/* one that was not there yet */
	assert_int_equal(tokenfile_new(&inv, &d), ERR_OK);
	assert_int_equal(tokenfile_save(&inv, path, &d), ERR_OK);
	tokenfile_clear(&inv);
	assert_int_equal(tokenfile_load(path, &inv, &d), ERR_OK);
	assert_int_equal(inv.num_tokens, 0);
	tokenfile_clear(&inv);
	(void)unlink(path);
}

static void
test_schema(void **state)
{
	schema_is_table("tokens.schema.json", &tokenfile_table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_comment),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_unwritable),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_schema),
	};

	return test_run(tests);
}
