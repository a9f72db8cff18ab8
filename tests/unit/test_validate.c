/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings: each rule has a made case that breaks it, and one that just does
 * not. The rules about the text of `show ctl` are tested with that text.
 */
#include "test.h"

#include <ctype.h>

#include "cases.h"
#include "ctl/ctl.h"
#include "lab/wire.h"
#include "validate_rows.h"

/* What an ok- case may be found wrong with all the same. */
static const struct {
	const char *name;
	enum ctl_rule rule;
} errors_of_good_cases[] = {
	/* it holds nobody at all, so neither SAST nor signer */
	{ "ok-empty-list", CTL_RULE_NO_SAST },
	{ "ok-empty-list", CTL_RULE_SIGNER_UNKNOWN },
	/* read and verified, but no phone was ever given such a header */
	{ "ok-pads-7", CTL_RULE_PADS },
};

/* A case that was judged. */
struct judged {
	struct buf bytes;
	struct ctl_file *f; /* NULL: refused */
	struct ctl_verdict verdict;
	struct ctl_findings fs;
	struct diag why; /* if refused */
};

static void
judged_clear(struct judged *j)
{
	ctl_findings_clear(&j->fs);
	ctl_free(&j->f);
	buf_clear(&j->bytes);
}

/* Judges the bytes of J as LOOK says. */
static void
judge_bytes(struct judged *j, const struct look *look, struct ctl_memo *memo)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF, .memo = memo };
	struct ctl_view view = { look->at, look->days, &j->verdict, NULL,
		memo };
	struct diag d;

	diag_init(&j->why);
	if (ctl_parse(buf_bytes(&j->bytes), look->kind, &j->f, &j->why) !=
	    ERR_OK) {
		assert_int_equal(ctl_find_refusal(&j->why, &j->fs, &d), ERR_OK);
		return;
	}
	assert_int_equal(ctl_verify(j->f, &self, &j->verdict, &d), ERR_OK);
	assert_int_equal(ctl_validate(j->f, &view, &j->fs, &d), ERR_OK);
}

static void
judge(struct judged *j, const struct look *look)
{
	*j = (struct judged){ .f = NULL };
	case_load(look->name, &j->bytes);
	judge_bytes(j, look, NULL);
}

static const struct ctl_finding *
find(const struct ctl_findings *fs, enum ctl_rule rule)
{
	size_t i;

	for (i = 0; i < fs->num; i++)
		if (fs->at[i].rule == rule)
			return &fs->at[i];
	return NULL;
}

static size_t
count(const struct ctl_findings *fs, enum ctl_rule rule)
{
	size_t i, n = 0;

	for (i = 0; i < fs->num; i++)
		n += fs->at[i].rule == rule;
	return n;
}

static bool
same_findings(const struct ctl_findings *a, const struct ctl_findings *b)
{
	size_t i;

	if (a->num != b->num)
		return false;
	for (i = 0; i < a->num; i++)
		if (a->at[i].rule != b->at[i].rule ||
		    a->at[i].severity != b->at[i].severity ||
		    a->at[i].record != b->at[i].record ||
		    a->at[i].offset != b->at[i].offset ||
		    strcmp(a->at[i].message, b->at[i].message) != 0)
			return false;
	return true;
}

static enum ctl_kind
kind_of(const struct judged *j)
{
	return j->f == NULL ? CTL_KIND_AUTO : ctl_kind(j->f);
}

/* Where the twin, a second reader, sees TAG of RECORD. */
static size_t
place_of(const struct judged *j, size_t record, unsigned tag)
{
	enum wire_payload payload = j->f != NULL && ctl_is_list(j->f)
	    ? WIRE_RECORDS
	    : WIRE_CONTENT;
	struct wire_list list = { 0 };
	const struct wire_tlv *tlv;
	size_t offset;

	if (tag == WHOLE)
		return DIAG_NOWHERE;
	if (tag == STOP)
		return j->why.offset;
	assert_int_equal(wire_read(buf_bytes(&j->bytes), payload, &list, NULL),
	    ERR_OK);
	tlv = wire_find(&list, record,
	    tag == RECORD ? CTL_REC_LENGTH : (uint8_t)tag);
	assert_non_null(tlv);
	offset = tlv->offset;
	wire_list_clear(&list);
	return offset;
}

static void
show_all(const struct ctl_findings *fs)
{
	size_t i;

	for (i = 0; i < fs->num; i++)
		print_message("  %s %s, record %zu, byte %zd: %s\n",
		    ctl_severity_name(fs->at[i].severity),
		    ctl_rule_name(fs->at[i].rule), fs->at[i].record,
		    (ssize_t)fs->at[i].offset, fs->at[i].message);
}

/* The path names the record, or the header, and the tag. */
static bool
path_fits(const struct ctl_finding *f, const struct row *row,
    const struct judged *j)
{
	char start[40] = "header", tag[40] = "";

	if (row->record > 0)
		(void)snprintf(start, sizeof(start), "record %zu", row->record);
	if (row->tag == WHOLE)
		return f->path[0] == '\0';
	if (row->tag == STOP)
		return strcmp(f->path, j->why.path) == 0;
	if (row->tag < WHOLE && row->tag != CTL_PAD)
		(void)snprintf(tag, sizeof(tag), "%u", row->tag);
	if (row->tag == RECORD)
		return strcmp(f->path, start) == 0;
	return row->tag == CTL_PAD ||
	    (strncmp(f->path, start, strlen(start)) == 0 &&
		strstr(f->path + strlen(start), tag) != NULL);
}

/* What is wrong with the row, or NULL. */
static const char *
check_has(const struct row *row, const struct judged *j)
{
	const struct ctl_finding *f = find(&j->fs, row->rule);

	if (f == NULL)
		return "is not found";
	if (count(&j->fs, row->rule) != row->num)
		return "is found another number of times";
	if (f->record != row->record)
		return "is found in another record";
	if (f->offset != place_of(j, row->record, row->tag))
		return "is found at another byte";
	if (!path_fits(f, row, j))
		return "is found at another path";
	if (f->severity != ctl_rule_severity(row->rule, kind_of(j)))
		return "has another severity";
	return NULL;
}

static size_t
try_row(const struct row *row)
{
	const char *name = ctl_rule_name(row->rule), *wrong;
	struct judged j;
	size_t failed = 0;

	judge(&j, &row->has);
	wrong = check_has(row, &j);
	if (wrong != NULL) {
		print_error("%s: %s %s:\n", row->has.name, name, wrong);
		show_all(&j.fs);
		failed++;
	}
	judged_clear(&j);
	judge(&j, &row->has_not);
	if (find(&j.fs, row->rule) != NULL) {
		print_error("%s: %s is found:\n", row->has_not.name, name);
		show_all(&j.fs);
		failed++;
	}
	judged_clear(&j);
	return failed;
}

static void
test_rows(void **state)
{
	size_t i, failed = 0;

	for (i = 0; i < NUM_ROWS; i++)
		failed += try_row(&rows[i]);
	assert_int_equal(failed, 0);
}

static void
test_every_rule_has_a_row(void **state)
{
	bool seen[CTL_RULE_END] = { [CTL_RULE_NONE] = true };
	size_t i;

	for (i = 0; i < NUM_ROWS; i++)
		seen[rows[i].rule] = true;
	for (i = 0; i < NUM_TEXT_ROWS; i++)
		seen[text_rows[i].rule] = true;
	for (i = 0; i < CTL_RULE_END; i++)
		if (!seen[i])
			fail_msg("no case for %s",
			    ctl_rule_name((enum ctl_rule)i));
}

/* ---- Every case, as every kind of file. ---- */

typedef void look_fn(const struct look *look, const struct judged *j);

/* Calls CHECK with every case whose name begins with PREFIX. */
static size_t
for_each_case(const char *prefix, enum ctl_kind kind, look_fn *check)
{
	struct look look = { .kind = kind, .at = NOW, .days = DAYS };
	char pattern[512], *slash;
	glob_t found;
	struct judged j;
	size_t i, n;

	(void)snprintf(pattern, sizeof(pattern), "%s/%s*", getenv("CASES"),
	    prefix);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		slash = strrchr(found.gl_pathv[i], '/');
		look.name = slash + 1;
		judge(&j, &look);
		check(&look, &j);
		judged_clear(&j);
	}
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

static void
for_all_cases(look_fn *check)
{
	static const enum ctl_kind kinds[] = { CTL_KIND_AUTO, CTL_KIND_CTL,
		CTL_KIND_ITL, CTL_KIND_SIGNED };
	size_t i, n = 0;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		n += for_each_case("ok-", kinds[i], check);
		n += for_each_case("bad-", kinds[i], check);
	}
	assert_true(n >= (size_t)4 * 140);
}

/* "What is so; what to do". */
static const char *
wrong_with_message(const struct ctl_finding *f)
{
	const char *advice = ctl_rule_advice(f->rule);
	size_t len = strlen(f->message), tail = strlen(advice);

	if (len <= tail + 2 || strcmp(f->message + len - tail, advice) != 0 ||
	    memcmp(f->message + len - tail - 2, "; ", 2) != 0)
		return "does not end with '; ' and the advice";
	if (f->message[len - 1] == '.' || strstr(f->message, ". ") != NULL)
		return "is more than a sentence, or ends in a full stop";
	if (strchr(f->message, '\n') != NULL)
		return "has several lines";
	if (isspace((unsigned char)f->message[0]) != 0 ||
	    ispunct((unsigned char)f->message[0]) != 0)
		return "does not begin with a word";
	return NULL;
}

/* No source says that phones look at dates. */
static const char *
wrong_about_dates(const struct ctl_finding *f)
{
	if (f->rule != CTL_RULE_SIGNER_EXPIRED &&
	    f->rule != CTL_RULE_SIGNER_EXPIRES &&
	    f->rule != CTL_RULE_CERTIFICATE_EXPIRED &&
	    f->rule != CTL_RULE_CERTIFICATE_EXPIRES &&
	    f->rule != CTL_RULE_CERTIFICATE_EARLY)
		return NULL;
	if (strstr(f->message, "refuse") != NULL ||
	    strstr(f->message, "reject") != NULL ||
	    strstr(f->message, "accept") != NULL)
		return "says that phones refuse what has expired";
	return NULL;
}

/* By record, then by place, the file as a whole first, then by rule. */
static bool
is_sorted(const struct ctl_finding *a, const struct ctl_finding *b)
{
	if (a->record != b->record)
		return a->record < b->record;
	if (a->offset != b->offset)
		return a->offset + 1 < b->offset + 1;
	return a->rule <= b->rule;
}

static void
check_findings(const struct look *look, const struct judged *j)
{
	const struct ctl_finding *f;
	const char *wrong;
	size_t i;

	assert_int_equal(j->fs.num,
	    ctl_findings_count(&j->fs, CTL_NOTE) +
		ctl_findings_count(&j->fs, CTL_WARNING) +
		ctl_findings_count(&j->fs, CTL_ERROR));
	for (i = 0; i < j->fs.num; i++) {
		f = &j->fs.at[i];
		wrong = wrong_with_message(f);
		if (wrong == NULL)
			wrong = wrong_about_dates(f);
		if (wrong == NULL && i > 0 && !is_sorted(f - 1, f))
			wrong = "stands in the wrong place";
		if (wrong == NULL &&
		    (f->severity == CTL_SILENT ||
			f->severity != ctl_rule_severity(f->rule, kind_of(j))))
			wrong = "has another severity than its rule";
		if (wrong == NULL && f->offset != DIAG_NOWHERE &&
		    f->offset > j->bytes.len)
			wrong = "is beyond the file";
		if (wrong != NULL)
			fail_msg("%s as %s: %s %s: %s", look->name,
			    j->f == NULL ? "nothing"
					 : ctl_kind_name(kind_of(j)),
			    ctl_rule_name(f->rule), wrong, f->message);
	}
}

static void
test_messages(void **state)
{
	for_all_cases(check_findings);
}

/* The times at which a certificate says something, too. */
static void
test_messages_about_dates(void **state)
{
	static const int64_t times[] = { BEGIN - 1, END - DAY, END + 1 };
	struct look look = CASE("ok-tokenless-4947");
	struct judged j;
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		look.at = times[i];
		judge(&j, &look);
		assert_true(j.fs.num > 0);
		check_findings(&look, &j);
		judged_clear(&j);
	}
}

/* A refused file and one that does not verify are never without error. */
static void
check_errors(const struct look *look, const struct judged *j)
{
	if ((j->f == NULL || j->verdict.status == CTL_FAILED) &&
	    ctl_findings_count(&j->fs, CTL_ERROR) == 0)
		fail_msg("%s: no error", look->name);
}

static void
test_a_failure_is_an_error(void **state)
{
	for_all_cases(check_errors);
}

/* F, which a list given with --trusted does not verify because of RULE. The
 * place of that, byte 4711, is in the other list. */
static void
check_refused(const struct ctl_file *f, enum ctl_rule rule)
{
	struct ctl_verdict v = { .status = CTL_FAILED,
		.anchor = CTL_ANCHOR_TRUSTED,
		.rule = rule };
	struct ctl_view view = { NOW, DAYS, &v, NULL, NULL };
	struct ctl_findings fs = { 0 };
	const struct ctl_finding *found;
	struct diag d;

	diag_set(&v.why, ERR_SYNTAX, "it is so");
	diag_at(&v.why, 4711, "trusted list / record 3");
	assert_int_equal(ctl_validate(f, &view, &fs, &d), ERR_OK);
	found = find(&fs, rule);
	if (found == NULL || found->severity != CTL_ERROR ||
	    found->record != 0 || found->offset == 4711) {
		show_all(&fs);
		fail_msg("%s: not found, no error or elsewhere",
		    ctl_rule_name(rule));
	}
	assert_int_equal(ctl_findings_count(&fs, CTL_ERROR), 1);
	ctl_findings_clear(&fs);
}

/* Whatever the reason, also one that lies in that other list. */
static void
test_a_failure_by_another_list_is_an_error(void **state)
{
	static const enum ctl_rule reasons[] = { CTL_RULE_HEADER_INCOMPLETE,
		CTL_RULE_MODULUS_WRONG, CTL_RULE_SIGNER_UNKNOWN,
		CTL_RULE_SIGNER_NOT_SAST, CTL_RULE_SIGNATURE_BAD,
		CTL_RULE_CERTIFICATE_UNREADABLE, CTL_RULE_KEY_UNREADABLE,
		CTL_RULE_FIELD_DISAGREES, CTL_RULE_KEY_MISSING,
		CTL_RULE_TWO_KEYS };
	static const char *const names[] = { "ok-fresh-list",
		"ok-itl-callmanager", "ok-cnf-sgn-sha1", "ok-enc-sgn" };
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	size_t i, k;

	for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		case_load(names[k], &bytes);
		assert_int_equal(
		    ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL),
		    ERR_OK);
		for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
			check_refused(f, reasons[i]);
		ctl_free(&f);
		buf_clear(&bytes);
	}
}

/* That record 4 of this list is wrong does not say what is wrong with record 4
 * of the other one. */
static void
test_another_list_has_records_of_its_own(void **state)
{
	struct ctl_verdict v = { .status = CTL_FAILED,
		.anchor = CTL_ANCHOR_TRUSTED,
		.rule = CTL_RULE_FIELD_DISAGREES,
		.signer_record = 4 };
	struct ctl_view view = { NOW, DAYS, &v, NULL, NULL };
	struct look look = CASE("bad-capf-differs");
	struct ctl_findings fs = { 0 };
	struct judged j;

	judge(&j, &look);
	diag_set(&v.why, ERR_SYNTAX, "it is so");
	diag_at(&v.why, 4711, "trusted list / record 4");
	assert_int_equal(ctl_validate(j.f, &view, &fs, NULL), ERR_OK);
	assert_int_equal(count(&fs, CTL_RULE_FIELD_DISAGREES),
	    1 + count(&j.fs, CTL_RULE_FIELD_DISAGREES));
	ctl_findings_clear(&fs);
	judged_clear(&j);
}

static void
load_cert(const char *name, const char *pem, struct cert **ret)
{
	struct buf content = { 0 };
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/%s/%s.pem", getenv("CASES"),
	    name, pem);
	assert_int_equal(file_load(path, 65536, &content, &d), ERR_OK);
	assert_int_equal(cert_from_file(buf_bytes(&content), ret, &d), ERR_OK);
	buf_clear(&content);
}

/* The certificate given made the signature, and the list does not hold it as
 * a SAST: phones go by the list. */
static void
test_a_list_is_judged_by_itself_too(void **state)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_CERT };
	struct look look = CASE("bad-signer-ccm-tftp");
	struct ctl_findings fs = { 0 };
	struct ctl_verdict good;
	struct ctl_view view = { NOW, DAYS, &good, NULL, NULL };
	struct cert *cert = NULL;
	struct judged j;

	judge(&j, &look);
	load_cert(look.name, "sub", &cert);
	anchor.cert = cert;
	assert_int_equal(ctl_verify(j.f, &anchor, &good, NULL), ERR_OK);
	assert_int_equal(good.status, CTL_VERIFIED);
	assert_int_equal(ctl_validate(j.f, &view, &fs, NULL), ERR_OK);
	assert_int_equal(count(&fs, CTL_RULE_SIGNER_NOT_SAST), 0);
	ctl_findings_clear(&fs);
	view.self = &j.verdict;
	assert_int_equal(ctl_validate(j.f, &view, &fs, NULL), ERR_OK);
	assert_int_equal(count(&fs, CTL_RULE_SIGNER_NOT_SAST), 1);
	assert_true(same_findings(&fs, &j.fs));
	ctl_findings_clear(&fs);
	cert_free(&cert);
	judged_clear(&j);
}

static bool
is_allowed(const char *name, enum ctl_rule rule)
{
	size_t i,
	    n = sizeof(errors_of_good_cases) / sizeof(errors_of_good_cases[0]);

	for (i = 0; i < n; i++)
		if (strcmp(errors_of_good_cases[i].name, name) == 0 &&
		    errors_of_good_cases[i].rule == rule)
			return true;
	return false;
}

static size_t num_allowed;

static void
check_good(const struct look *look, const struct judged *j)
{
	size_t i;

	for (i = 0; i < j->fs.num; i++) {
		if (j->fs.at[i].severity != CTL_ERROR)
			continue;
		if (!is_allowed(look->name, j->fs.at[i].rule))
			fail_msg("%s: %s", look->name, j->fs.at[i].message);
		num_allowed++;
	}
}

static void
test_good_cases_have_no_error(void **state)
{
	num_allowed = 0;
	assert_true(for_each_case("ok-", CTL_KIND_AUTO, check_good) >= 58);
	/* no exception without need */
	assert_int_equal(num_allowed,
	    sizeof(errors_of_good_cases) / sizeof(errors_of_good_cases[0]));
}

/* ---- Texts. ---- */

static void
replace(struct buf *b, const char *was, const char *is)
{
	size_t len = strlen(was);
	struct buf out = { 0 };
	char *at;

	buf_u8(b, '\0');
	assert_non_null(b->ptr);
	at = strstr((char *)b->ptr, was);
	assert_non_null(at);
	buf_put(&out, bytes_of(b->ptr, (size_t)((uint8_t *)at - b->ptr)));
	buf_str(&out, is);
	buf_str(&out, at + len);
	buf_clear(b);
	*b = out;
}

static void
judge_text(struct bytes text, struct ctl_findings *ret)
{
	struct ctl_listing *l = NULL;
	struct diag why, d;

	diag_init(&why);
	diag_init(&d);
	if (ctl_listing_read(text, &l, &why) != ERR_OK) {
		assert_int_equal(ctl_find_refusal(&why, ret, &d), ERR_OK);
		return;
	}
	assert_int_equal(ctl_validate_listing(l, ret, &d), ERR_OK);
	ctl_listing_free(&l);
}

static void
judge_listing(const char *name, const struct text_row *change,
    struct ctl_findings *ret)
{
	struct buf text = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/tests/listings/%s.txt",
	    getenv("SRC"), name);
	if (IS_TEXT(name))
		buf_str(&text, name);
	else
		assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &text, NULL),
		    ERR_OK);
	if (change != NULL && change->was != NULL)
		replace(&text, change->was, change->is);
	judge_text(buf_bytes(&text), ret);
	buf_clear(&text);
}

static void
try_text_row(const struct text_row *row)
{
	struct ctl_findings fs = { 0 };
	const struct ctl_finding *f;

	judge_listing(row->has, row, &fs);
	f = find(&fs, row->rule);
	if (f == NULL || f->record != row->record || f->line != row->line ||
	    count(&fs, row->rule) != row->num) {
		show_all(&fs);
		fail_msg("%s: %s is not found, or elsewhere", row->has,
		    ctl_rule_name(row->rule));
	}
	ctl_findings_clear(&fs);
	judge_listing(row->has_not, NULL, &fs);
	if (find(&fs, row->rule) != NULL)
		fail_msg("%s: %s", row->has_not, ctl_rule_name(row->rule));
	ctl_findings_clear(&fs);
}

static void
test_texts(void **state)
{
	size_t i;

	for (i = 0; i < NUM_TEXT_ROWS; i++)
		try_text_row(&text_rows[i]);
}

/* The rows make what RECORDLENGTH says. */
static void
test_a_whole_record_is_not_torn(void **state)
{
	struct ctl_findings fs = { 0 };

	judge_listing(TEXT_HEAD TEXT_RECORD TEXT_ADDRESS, NULL, &fs);
	assert_null(find(&fs, CTL_RULE_TEXT_TORN));
	assert_null(find(&fs, CTL_RULE_TEXT_REFUSED));
	ctl_findings_clear(&fs);
	judge_listing("118893-6", NULL, &fs);
	assert_null(find(&fs, CTL_RULE_TEXT_TORN));
	ctl_findings_clear(&fs);
}

/* F as the appliance shows it, and what is found in that. */
static void
judge_as_text(const struct judged *j, struct ctl_findings *ret)
{
	struct ctl_text t = { j->f, &j->verdict, false };
	struct buf text = { 0 };
	size_t i;

	assert_int_equal(ctl_text_head(&t, &text, NULL), ERR_OK);
	for (i = 1; i <= ctl_num_records(j->f); i++)
		assert_int_equal(ctl_text_record(&t, i, &text, NULL), ERR_OK);
	assert_int_equal(ctl_text_tail(&t, &text, NULL), ERR_OK);
	judge_text(buf_bytes(&text), ret);
	buf_clear(&text);
}

/* What only the text says, or says otherwise. */
static bool
is_of_text(enum ctl_rule rule)
{
	return rule == CTL_RULE_SIGNATURE_UNCHECKED ||
	    /* a text does not tell keys, only certificates */
	    rule == CTL_RULE_TWO_KEYS || rule == CTL_RULE_SIGNER_UNKNOWN ||
	    rule == CTL_RULE_SAID_FAILED || rule == CTL_RULE_TEXT_DAMAGED ||
	    rule == CTL_RULE_TEXT_INCOMPLETE || rule == CTL_RULE_TEXT_EMPTY;
}

static void
check_text(const struct look *look, const struct judged *j)
{
	struct ctl_findings fs = { 0 };
	const struct ctl_finding *f;
	size_t i, k;

	if (j->f == NULL || !ctl_is_list(j->f))
		return;
	judge_as_text(j, &fs);
	for (i = 0; i < fs.num; i++) {
		f = &fs.at[i];
		for (k = 0; k < j->fs.num; k++)
			if (j->fs.at[k].rule == f->rule &&
			    j->fs.at[k].record == f->record)
				break;
		if (k == j->fs.num && !is_of_text(f->rule))
			fail_msg("%s: %s in record %zu of its text only",
			    look->name, ctl_rule_name(f->rule), f->record);
	}
	ctl_findings_clear(&fs);
}

/* What is found in the text of a list is found in the list. */
static void
test_a_text_is_judged_as_the_list(void **state)
{
	(void)for_each_case("ok-", CTL_KIND_AUTO, check_text);
	(void)for_each_case("bad-", CTL_KIND_AUTO, check_text);
}

static void
test_a_text_tells_serial_numbers(void **state)
{
	struct look look = CASE("bad-two-keys");
	struct ctl_findings fs = { 0 };
	struct judged j;

	judge(&j, &look);
	judge_as_text(&j, &fs);
	assert_int_equal(count(&fs, CTL_RULE_TWO_KEYS), 1);
	ctl_findings_clear(&fs);
	judged_clear(&j);
}

/* ---- With a memo; lists that must be found good. ---- */

/* Empty at first, then full. */
static void
check_memo(const struct look *look, const struct judged *j)
{
	struct ctl_memo *memo = NULL;
	struct judged with;
	int i;

	assert_int_equal(ctl_memo_new(&memo, NULL), ERR_OK);
	for (i = 0; i < 2; i++) {
		with = (struct judged){ .f = NULL };
		case_load(look->name, &with.bytes);
		judge_bytes(&with, look, memo);
		if (!same_findings(&j->fs, &with.fs))
			fail_msg("%s: others with a memo", look->name);
		judged_clear(&with);
	}
	ctl_memo_free(&memo);
}

static void
test_a_memo_changes_nothing(void **state)
{
	(void)for_each_case("ok-", CTL_KIND_AUTO, check_memo);
	(void)for_each_case("bad-", CTL_KIND_AUTO, check_memo);
}

static void
check_clean(const struct judged *j)
{
	if (ctl_findings_count(&j->fs, CTL_WARNING) +
		ctl_findings_count(&j->fs, CTL_ERROR) ==
	    0)
		return;
	show_all(&j->fs);
	fail_msg("a good list has a warning or an error");
}

static void
test_a_fresh_list_is_clean(void **state)
{
	struct look look = CASE("ok-fresh-list");
	struct judged j;

	judge(&j, &look);
	check_clean(&j);
	judged_clear(&j);
}

static void
test_the_real_list_is_clean(void **state)
{
	struct look look = CASE("the real list");
	struct judged j = { .f = NULL };
	struct ctl_file *f = NULL;
	uint32_t when = 0;

	SAMPLE_OR_SKIP(sample_load("cisco_gigantic-6_CTLFile.tlv", &j.bytes));
	assert_int_equal(
	    ctl_parse(buf_bytes(&j.bytes), CTL_KIND_AUTO, &f, NULL), ERR_OK);
	assert_true(ctl_header_number(ctl_header(f), CTL_HDR_TIMESTAMP, &when));
	ctl_free(&f);
	look.at = when;
	judge_bytes(&j, &look, NULL);
	check_clean(&j);
	judged_clear(&j);
}

/* What was there stays, in its place. */
static void
test_findings_are_appended(void **state)
{
	struct look look = CASE("ok-pads-0");
	struct judged j;
	size_t n;

	judge(&j, &look);
	n = j.fs.num;
	assert_true(n > 0);
	ctl_free(&j.f);
	judge_bytes(&j, &look, NULL);
	assert_int_equal(j.fs.num, 2 * n);
	check_findings(&look, &j);
	ctl_findings_clear(&j.fs);
	assert_int_equal(j.fs.num, 0);
	assert_null(j.fs.at);
	judged_clear(&j);
}

static void
test_names(void **state)
{
	assert_null(ctl_rule_name(CTL_RULE_NONE));
	assert_string_equal(ctl_rule_name(CTL_RULE_ONE_SAST), "one-sast");
	assert_string_equal(ctl_severity_name(CTL_WARNING), "warning");
	assert_int_equal(ctl_rule_severity(CTL_RULE_NO_CAPF, CTL_KIND_CTL),
	    CTL_WARNING);
	assert_int_equal(ctl_rule_severity(CTL_RULE_NO_CAPF, CTL_KIND_ITL),
	    CTL_SILENT);
	assert_int_equal(ctl_rule_severity(CTL_RULE_PADS, CTL_KIND_FIRMWARE),
	    CTL_ERROR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_every_rule_has_a_row),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_messages_about_dates),
		cmocka_unit_test(test_a_failure_is_an_error),
		cmocka_unit_test(test_a_failure_by_another_list_is_an_error),
		cmocka_unit_test(test_another_list_has_records_of_its_own),
		cmocka_unit_test(test_a_list_is_judged_by_itself_too),
		cmocka_unit_test(test_good_cases_have_no_error),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_a_whole_record_is_not_torn),
		cmocka_unit_test(test_a_text_is_judged_as_the_list),
		cmocka_unit_test(test_a_text_tells_serial_numbers),
		cmocka_unit_test(test_a_memo_changes_nothing),
		cmocka_unit_test(test_a_fresh_list_is_clean),
		cmocka_unit_test(test_the_real_list_is_clean),
		cmocka_unit_test(test_findings_are_appended),
	};

	return test_run(tests);
}
