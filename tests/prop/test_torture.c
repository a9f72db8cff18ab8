/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every allocation from the Nth on: whatever
 * the library then returns, it says that memory ran out, leaves no output and
 * leaks nothing. OpenSSL is warm before, with its failures too: what it
 * allocates once for all, and loses when that fails, is not ours.
 */
#include "tests/unit/test.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/show_long.h"
#include "tests/shim/faults.h"
#include "tests/unit/cases.h"
#include "tests/unit/listings.h"

/* Far above what any job below needs; a loop that ends here never ends. */
#define MANY 20000
#define DENSE 300

struct job {
	struct buf bytes;
	struct buf pem;
};

/* One whole inspection. Every output must be untouched after a failure. */
typedef enum err job_fn(const struct job *job, struct diag *d);

static enum err
parse_and_emit(const struct job *job, struct diag *d)
{
	struct ctl_file *f = NULL;
	struct buf out = { 0 };
	enum err e;

	e = ctl_parse(buf_bytes(&job->bytes), CTL_KIND_AUTO, &f, d);
	assert_true((e == ERR_OK) == (f != NULL));
	if (e == ERR_OK)
		e = ctl_emit(f, &out, d);
	buf_clear(&out);
	ctl_free(&f);
	return e;
}

static enum err
verify(const struct job *job, struct diag *d)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v = { .signer_record = 4711 };
	struct ctl_file *f = NULL;
	enum err e;

	e = ctl_parse(buf_bytes(&job->bytes), CTL_KIND_AUTO, &f, d);
	if (e == ERR_OK) {
		e = ctl_verify(f, &anchor, &v, d);
		if (e == ERR_OK)
			assert_string_equal(v.why.msg, ""); /* verified */
		else
			assert_int_equal(v.signer_record, 4711);
	}
	ctl_free(&f);
	return e;
}

/* At a time at which every certificate is to be spoken of. */
static enum err
validate_with(const struct ctl_file *f, struct ctl_memo *memo, struct diag *d)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF, .memo = memo };
	struct ctl_verdict verdict;
	struct ctl_view view = { INT32_MAX, 30, &verdict, NULL, memo };
	struct ctl_findings fs = { 0 };
	enum err e;

	e = ctl_verify(f, &anchor, &verdict, d);
	if (e == ERR_OK)
		e = ctl_validate(f, &view, &fs, d);
	if (e == ERR_OK)
		assert_true(ctl_findings_count(&fs, CTL_NOTE) > 0);
	ctl_findings_clear(&fs);
	return e;
}

static enum err
validate(const struct job *job, struct diag *d)
{
	struct ctl_file *f = NULL;
	enum err e;

	e = ctl_parse(buf_bytes(&job->bytes), CTL_KIND_AUTO, &f, d);
	if (e == ERR_OK)
		e = validate_with(f, NULL, d);
	ctl_free(&f);
	return e;
}

static enum err
validate_with_memo(const struct job *job, struct diag *d)
{
	struct ctl_memo *memo = NULL;
	struct ctl_file *f = NULL;
	enum err e;

	e = ctl_parse(buf_bytes(&job->bytes), CTL_KIND_AUTO, &f, d);
	if (e == ERR_OK)
		e = ctl_memo_new(&memo, d);
	if (e == ERR_OK)
		e = validate_with(f, memo, d);
	ctl_memo_free(&memo);
	ctl_free(&f);
	return e;
}

/* Why a file is refused is a finding too. */
static enum err
find_refusal(const struct job *job, struct diag *d)
{
	struct ctl_findings fs = { 0 };
	struct ctl_file *f = NULL;
	struct diag why;
	enum err e;

	diag_init(&why);
	e = ctl_parse(buf_bytes(&job->bytes), CTL_KIND_AUTO, &f, &why);
	assert_null(f);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	e = ctl_find_refusal(&why, &fs, d);
	assert_int_equal(fs.num, e == ERR_OK);
	ctl_findings_clear(&fs);
	return e;
}

static enum err
put_all(const struct ctl_text *t, struct buf *out, struct diag *d)
{
	size_t i, n = ctl_num_records(t->file);
	enum err e;

	e = ctl_text_head(t, out, d);
	if (e == ERR_OK)
		e = show_long_head(t->file, out, d);
	for (i = 1; e == ERR_OK && i <= n; i++) {
		e = ctl_text_record(t, i, out, d);
		if (e == ERR_OK)
			e = show_long_record(t->file, i, out, d);
	}
	return e == ERR_OK ? ctl_text_tail(t, out, d) : e;
}

static enum err
print(const struct job *job, struct diag *d)
{
	struct ctl_verdict v = { .status = CTL_VERIFIED };
	struct ctl_text t = { .verdict = &v, .hex = true };
	struct ctl_file *f = NULL;
	struct buf out = { 0 };
	enum err e;

	e = ctl_parse(buf_bytes(&job->bytes), CTL_KIND_AUTO, &f, d);
	t.file = f;
	if (e == ERR_OK)
		e = put_all(&t, &out, d);
	buf_clear(&out);
	ctl_free(&f);
	return e;
}

static enum err
print_json(const struct job *job, struct diag *d)
{
	struct records all = { .num = 0 };
	struct input in = { .path = "x", .bytes = job->bytes };
	json_t *json = NULL;
	enum err e;

	e = ctl_parse(buf_bytes(&job->bytes), CTL_KIND_AUTO, &in.file, d);
	if (e == ERR_OK) {
		json = json_of_show(&in, &all);
		e = json == NULL ? diag_nomem(d) : ERR_OK;
	}
	json_decref(json);
	ctl_free(&in.file);
	return e;
}

static enum err
read_text(const struct job *job, struct diag *d)
{
	struct ctl_listing *l = NULL;
	struct buf out = { 0 };
	enum err e;

	e = ctl_listing_read(buf_bytes(&job->bytes), &l, d);
	assert_true((e == ERR_OK) == (l != NULL));
	if (e == ERR_OK)
		e = ctl_listing_put(l, &out, d);
	buf_clear(&out);
	ctl_listing_free(&l);
	return e;
}

static enum err
load_cert(const struct job *job, struct diag *d)
{
	struct cert *c = NULL;
	enum err e;

	e = cert_from_file(buf_bytes(&job->pem), &c, d);
	assert_true((e == ERR_OK) == (c != NULL));
	cert_free(&c);
	return e;
}

/* The allocation that fails behind the Nth. In a short run, behind the first ones,
 * every third, from one that differs by process. */
static unsigned
next_after(unsigned n)
{
	if (test_rounds(1) != 1 || n < DENSE)
		return n + 1;
	return n == DENSE ? n + 1 + (unsigned)getpid() % 3 : n + 3;
}

/* Runs FN with the Nth allocation failing until all have failed. */
static size_t
torture_in(const struct job *job, job_fn *fn, enum fault_mode mode, bool warm)
{
	struct faults faults = { 0 };
	struct diag d;
	unsigned n, seen;
	enum err e;

	if (!faults_find(&faults)) {
		fail_msg("libfaults.so is not loaded");
		return 0;
	}
	for (n = 1; n < MANY; n = next_after(n)) {
		diag_init(&d);
		/* The thread's error queue keeps strings for the next error. */
		OPENSSL_thread_stop();
		faults.arm(FAULT_MALLOC, n, mode);
		e = fn(job, &d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (warm && faults.balance() != 0)
			fail_msg("allocation %u: %ld are lost", n,
			    faults.balance());
		if (e != ERR_OK && (e != ERR_NOMEM || d.code != ERR_NOMEM))
			fail_msg("allocation %u: '%s', not out of memory", n,
			    d.msg);
		if (seen < n)
			return n - 1;
	}
	fail_msg("no end after %d allocations", MANY);
	return 0;
}

static void
torture(const char *what, const struct job *job, job_fn *fn)
{
	struct diag d;
	size_t num;

	assert_int_equal(fn(job, &d), ERR_OK);
	(void)torture_in(job, fn, FAULT_ONCE, false);
	num = torture_in(job, fn, FAULT_ONCE, true);
	assert_true(num > 0);
	(void)torture_in(job, fn, FAULT_ONWARD, true);
	print_message("%s: of about %zu allocations each, or every third from "
		      "%u, failed\n",
	    what, num, next_after(DENSE));
}

static void
test_verify(void **state)
{
	static const char *const names[] = { "ok-tokenless-4947",
		"ok-token-5728", "ok-builder-sha512" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct job job = { 0 };

		case_load(names[i], &job.bytes);
		torture("parse", &job, parse_and_emit);
		torture("verify", &job, verify);
		buf_clear(&job.bytes);
	}
}

static void
torture_case(const char *what, const char *name, job_fn *fn)
{
	struct job job = { 0 };

	case_load(name, &job.bytes);
	torture(what, &job, fn);
	buf_clear(&job.bytes);
}

/* Each list has one more path in memory: a field that differs, other names of
 * a certificate, bare keys. They are short, for the reason below. */
static void
test_validate(void **state)
{
	torture_case("validate", "bad-capf-differs", validate);
	torture_case("validate", "ok-multi-server", validate);
	torture_case("validate", "ok-key-only", validate);
	torture_case("validate with a memo", "ok-token-3746",
	    validate_with_memo);
}

static void
test_refusal(void **state)
{
	torture_case("refusal", "bad-truncated-record", find_refusal);
}

/* The cost grows with the square of the certificates; this list has three.
 */
static void
test_print(void **state)
{
	struct job job = { 0 };

	case_load("ok-token-3746", &job.bytes);
	torture("print", &job, print);
	torture("json", &job, print_json);
	buf_clear(&job.bytes);
}

static void
test_text(void **state)
{
	static const char name[] = "12345678901234567890123456789012345678\n";
	struct job job = { 0 };
	unsigned i;

	listing_load("118892-2.txt", &job.bytes);
	buf_str(&job.bytes, "admin:\n");
	torture("text", &job, read_text);
	buf_clear(&job.bytes);
	buf_str(&job.bytes, "CTL Record #:1\n3 SUBJECTNAME 20001 ");
	for (i = 0; i < 500; i++)
		buf_str(&job.bytes, name);
	torture("long text", &job, read_text);
	buf_clear(&job.bytes);
	buf_str(&job.bytes,
	    "CTL Record #:1\n3 SUBJECTNAME 25 CN=a\nadmin:\nCTL Record #:2\n"
	    "[...]\nCTL Record #:2\n3 SUBJECTNAME 90 CN=a\nadmin:\n");
	torture("torn text", &job, read_text);
	buf_clear(&job.bytes);
}

static void
test_cert(void **state)
{
	struct job job = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/ok-tokenless-4947/pub.pem",
	    getenv("CASES"));
	assert_int_equal(file_load(path, 65536, &job.pem, NULL), ERR_OK);
	torture("certificate", &job, load_cert);
	buf_clear(&job.pem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_validate),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_cert),
	};

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return test_run(tests);
}
