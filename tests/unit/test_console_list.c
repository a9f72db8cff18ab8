/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lab prints for show ctl and show itl, against the published
 * transcripts (tests/listings) and against what ctlsmith prints of the same
 * bytes.
 */
#include "tests/unit/test.h"

#include <ctype.h>
#include <glob.h>
#include <string.h>

#include "ctl/ctl.h"
#include "lab/console.h"
#include "tests/unit/cases.h"

#define WHEN 1424792265 /* Tue Feb 24 15:37:45 UTC 2015 */
#define LINE 2048

static void
print(struct bytes file, bool itl, struct buf *ret)
{
	struct diag d;

	diag_init(&d);
	assert_int_equal(console_show_list(file, itl, WHEN, ret, &d), ERR_OK);
	assert_non_null(buf_cstr(ret));
}

/* The next line of *TEXT, blanks made one and none at its ends; false: it is
 * over. */
static bool
next_line(const char **text, char *ret)
{
	size_t num = 0;
	bool blank = false;

	if (**text == '\0' || strncmp(*text, "====", 4) == 0)
		return false;
	for (; **text != '\0' && **text != '\n'; ++*text) {
		if (isspace((unsigned char)**text)) {
			blank = num > 0;
			continue;
		}
		assert_true(num + 2 < LINE);
		if (blank)
			ret[num++] = ' ';
		ret[num++] = **text;
		blank = false;
	}
	ret[num] = '\0';
	if (**text == '\n')
		++*text;
	return true;
}

static bool
is_hex(const char *s, const char *between, size_t at_least)
{
	size_t num = 0;

	for (; *s != '\0' && strncmp(s, " (SHA1 Hash", 11) != 0; s++) {
		if (isxdigit((unsigned char)*s))
			num++;
		else if (strchr(between, *s) == NULL)
			return false;
	}
	return num >= at_least;
}

/* What is of other keys than ours: digests, signatures, the date. */
static void
blank_out(char *line)
{
	static const char *const starts[] = { "9 CERTIFICATE ",
		"The CTL File was last modified on " };
	size_t i, len = strlen(line);

	for (i = 0; i < 2; i++)
		if (strncmp(line, starts[i], strlen(starts[i])) == 0) {
			char *end = line + strlen(starts[i]);

			if (i == 0) {
				end += strcspn(end, " ");
				assert_true(is_hex(end, " ", 40));
				assert_string_equal(line + len - 16,
				    " (SHA1 Hash HEX)");
			}
			*end = '\0';
			return;
		}
	if (len > 33 && is_hex(line, "(MDSHA15)", 32)) {
		/* a checksum: its name stays */
		memmove(line, strchr(line, '('), strlen(strchr(line, '(')) + 1);
	} else if (len >= 15 && is_hex(line, " ", 8)) {
		(void)snprintf(line, LINE, "of the signature");
	}
}

/* Each line that was published is one of ours, in its order; where the
 * transcript leaves nothing out there are no others. */
static void
compare_published(const char *listing, const char *name, bool whole)
{
	char path[512], theirs[LINE], mine[LINE] = "";
	struct buf text = { 0 }, file = { 0 }, out = { 0 };
	const char *published, *ours;
	struct diag d;
	size_t num = 0;
	bool same;

	(void)snprintf(path, sizeof(path), "%s/tests/listings/%s.out",
	    getenv("SRC"), listing);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &text, &d), ERR_OK);
	case_load(name, &file);
	print(buf_bytes(&file), false, &out);
	published = buf_cstr(&text);
	ours = buf_cstr(&out);
	while (next_line(&published, theirs)) {
		if (theirs[0] == '\0' || strcmp(theirs, "[...]") == 0)
			continue;
		blank_out(theirs);
		do {
			if (!next_line(&ours, mine))
				fail_msg("%s: \"%s\" is not in ours", listing,
				    theirs);
			blank_out(mine);
			same = strcmp(mine, theirs) == 0;
			if (whole && !same && mine[0] != '\0')
				fail_msg("%s: \"%s\", and ours is \"%s\"",
				    listing, theirs, mine);
		} while (!same);
		num++;
	}
	assert_true(num > 10);
	buf_clear(&text);
	buf_clear(&file);
	buf_clear(&out);
}

static void
test_published(void **state)
{
	compare_published("118892-2", "ok-token-3746", true);
	compare_published("118893-5", "ok-tokenless-4947", true);
	compare_published("118893-3", "ok-token-5728", false);
	compare_published("118893-8", "ok-tokenless-6113", false);
}

static void
test_absent(void **state)
{
	struct buf out = { 0 };

	print(bytes_of(NULL, 0), false, &out);
	assert_string_equal(buf_cstr(&out),
	    "Length of CTL file: 0\n"
	    "CTL File not found. Please run CTLClient plugin or run the CLI - "
	    "utils ctl.. to generate the CTL file.\n"
	    "Error parsing the CTL File.\n");
	buf_clear(&out);
	print(bytes_of(NULL, 0), true, &out);
	assert_non_null(
	    strstr(buf_cstr(&out), "Error parsing the ITL File.\n"));
	buf_clear(&out);
}

static void
test_layout(void **state)
{
	struct buf file = { 0 }, out = { 0 };
	const char *text;

	case_load("ok-token-3746", &file);
	print(buf_bytes(&file), false, &out);
	text = buf_cstr(&out);
	assert_non_null(strstr(text,
	    "\nLength of CTL file: 3746\nThe CTL File was last modified on "));
	assert_non_null(strstr(text,
	    "\nBYTEPOS\tTAG\t\tLENGTH\tVALUE\n"
	    "-------\t---\t\t------\t-----\n3\tSIGNERID\t2\t117\n"));
	assert_non_null(strstr(text, "\n6\tCANAME\t\t42\tcn=Cisco Manuf"));
	assert_non_null(strstr(text, "\n2\tDNSNAME\t\t1\n3\tSUBJECTNAME"));
	assert_non_null(
	    strstr(text, "\n8\tDIGESTALGORTITHM\t1\n9\tSIGNATUREALGOINFO"));
	assert_non_null(strstr(text,
	    "\n10\tIPADDRESS\t4\nThis etoken was used to sign the CTL "
	    "file.\n\n\tCTL Record #:2\n\t\t ----\n"));
	assert_non_null(
	    strstr(text, "This etoken was not used to sign the CTL file.\n"));
	assert_non_null(
	    strstr(text, "\n\nThe CTL file was verified successfully.\n"));
	buf_clear(&file);
	buf_clear(&out);
}

/* Any byte that is signed, or the signature itself. */
static void
test_changed_bytes_fail(void **state)
{
	struct buf file = { 0 }, out = { 0 };

	case_load("ok-tokenless-4947", &file);
	file.ptr[file.len - 1] ^= 1;
	print(buf_bytes(&file), false, &out);
	assert_null(strstr(buf_cstr(&out), "verified successfully"));
	assert_non_null(strstr(buf_cstr(&out),
	    "Verification of the CTL File failed.\n"
	    "Error parsing the CTL File!!\n"));
	buf_clear(&out);
	file.len /= 2;
	print(buf_bytes(&file), false, &out);
	assert_null(strstr(buf_cstr(&out), "Record #"));
	assert_non_null(
	    strstr(buf_cstr(&out), "\nError parsing the CTL File!!\n"));
	buf_clear(&file);
	buf_clear(&out);
}

/* Each row that ctlsmith shows of the same bytes is a row of ours. */
static void
compare_rows(const char *name, struct bytes file, const char *ours)
{
	struct ctl_file *parsed = NULL;
	struct buf out = { 0 };
	struct ctl_verdict verdict = { 0 };
	struct ctl_text text = { .verdict = &verdict };
	const char *theirs;
	char line[LINE], mine[LINE];
	struct diag d;
	const char *at = ours;
	bool found;
	size_t i;

	diag_init(&d);
	assert_int_equal(ctl_parse(file, CTL_KIND_AUTO, &parsed, &d), ERR_OK);
	text.file = parsed;
	assert_int_equal(
	    ctl_verify(parsed,
		&(const struct ctl_anchor){ .kind = CTL_ANCHOR_SELF }, &verdict,
		&d),
	    ERR_OK);
	assert_int_equal(ctl_text_head(&text, &out, &d), ERR_OK);
	for (i = 1; i <= ctl_num_records(parsed); i++)
		assert_int_equal(ctl_text_record(&text, i, &out, &d), ERR_OK);
	theirs = buf_cstr(&out);
	while (next_line(&theirs, line)) {
		if (!isdigit((unsigned char)line[0]) ||
		    !isupper((unsigned char)line[strcspn(line, " ") + 1]))
			continue;
		do {
			found = next_line(&at, mine);
		} while (found && strcmp(mine, line) != 0);
		if (!found)
			fail_msg("%s: ours has no \"%s\"", name, line);
	}
	buf_clear(&out);
	ctl_free(&parsed);
}

static void
test_same_rows_as_ctlsmith(void **state)
{
	static const char *const names[] = { "ok-token-3746", "ok-token-5728",
		"ok-tokenless-4947", "ok-tokenless-6113", "ok-itl-callmanager",
		"ok-itl-itlrecovery", "ok-itl-cert-hashes" };
	struct buf file = { 0 }, out = { 0 };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		case_load(names[i], &file);
		print(buf_bytes(&file), strstr(names[i], "itl") != NULL, &out);
		compare_rows(names[i], buf_bytes(&file), buf_cstr(&out));
		buf_clear(&file);
		buf_clear(&out);
	}
}

static void
test_itl(void **state)
{
	struct buf file = { 0 }, out = { 0 };

	case_load("ok-itl-itlrecovery", &file);
	print(buf_bytes(&file), true, &out);
	assert_non_null(
	    strstr(buf_cstr(&out), "The checksum value of the ITL file:\n"));
	assert_non_null(strstr(buf_cstr(&out), "\nParse ITL File\n"));
	assert_non_null(strstr(buf_cstr(&out), "ITL Record #:1\n"));
	assert_non_null(strstr(buf_cstr(&out), "\tTVS\n"));
	assert_non_null(strstr(buf_cstr(&out),
	    "The ITL file was verified successfully.\n"));
	assert_null(strstr(buf_cstr(&out), "CTL"));
	buf_clear(&file);
	buf_clear(&out);
}

/* Whatever a file holds, it is printed or refused. */
static void
test_every_case(void **state)
{
	struct buf file = { 0 }, out = { 0 };
	char pattern[512];
	struct diag d;
	glob_t found;
	size_t i;

	(void)snprintf(pattern, sizeof(pattern), "%s/*/*.tlv", getenv("CASES"));
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_true(found.gl_pathc > 50);
	for (i = 0; i < found.gl_pathc; i++) {
		assert_int_equal(
		    file_load(found.gl_pathv[i], FILE_MAX_DEFAULT, &file, &d),
		    ERR_OK);
		print(buf_bytes(&file), false, &out);
		assert_true(out.len > 0);
		buf_clear(&file);
		buf_clear(&out);
	}
	globfree(&found);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_changed_bytes_fail),
		cmocka_unit_test(test_same_rows_as_ctlsmith),
		cmocka_unit_test(test_itl),
		cmocka_unit_test(test_every_case),
	};

	return test_run(tests);
}
