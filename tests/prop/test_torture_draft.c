/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while a list is
 * drafted, changed, prepared, sent away, taken back and sealed: it is said that
 * memory ran out, nothing is left in an output, nothing leaks.
 */
#include "tests/unit/test.h"

#include <openssl/crypto.h>

#include "tests/shim/faults.h"
#include "tests/unit/cases.h"
#include "tests/unit/minted.h"

/* Far above what any job below needs. */
#define MANY 20000

struct job {
	struct buf bytes; /* a list with hashes and unknown tags */
	struct ctl_file *file;
	struct minted pub, token;
	struct buf signature;
	struct ctl_unsigned u;
};

typedef enum err job_fn(const struct job *job, struct diag *d);

static enum err
draft(const struct job *job, struct diag *d)
{
	struct ctl_entry entry = { .cert = job->token.cert,
		.host = bytes_of_str("host"),
		.dialect = CTL_DIALECT_TOKEN };
	struct ctl_draft *dr = NULL;
	size_t num, found = 4711;
	enum err e;

	e = ctl_draft_from(job->file, &dr, d);
	assert_true((e == ERR_OK) == (dr != NULL));
	if (e != ERR_OK)
		return e;
	num = ctl_draft_num(dr);
	e = ctl_dialect_for(job->token.cert, &entry.dialect, d);
	if (e == ERR_OK)
		e = ctl_draft_add(dr, &entry, 1, d);
	assert_int_equal(ctl_draft_num(dr), num + (e == ERR_OK));
	if (e == ERR_OK)
		e = ctl_draft_find_sast(dr, job->token.cert, &found, d);
	assert_int_equal(found, e == ERR_OK ? 1 : 4711);
	if (e == ERR_OK)
		e = ctl_draft_replace(dr, 5, job->pub.cert, CTL_DIALECT_BUILDER,
		    d);
	ctl_draft_free(&dr);
	return e;
}

static enum err
prepare(const struct job *job, struct diag *d)
{
	struct ctl_head head = { .digest = DIGEST_SHA512,
		.filename = "CTLFile.tlv",
		.cert = job->pub.cert };
	struct ctl_unsigned u = { .gap = 4711 };
	struct ctl_draft *dr = NULL;
	enum err e;

	e = ctl_draft_from(job->file, &dr, d);
	if (e == ERR_OK)
		e = ctl_prepare(dr, &head, &u, d);
	assert_true((e == ERR_OK) == (u.preimage.ptr != NULL));
	assert_true((e == ERR_OK) == (u.gap != 4711));
	ctl_unsigned_clear(&u);
	ctl_draft_free(&dr);
	return e;
}

static enum err
take_back(const struct job *job, struct diag *d)
{
	struct ctl_unsigned u = { .gap = 4711 };
	enum err e;

	e = ctl_unsigned_read(buf_bytes(&job->u.preimage), job->pub.cert, &u,
	    d);
	assert_true((e == ERR_OK) == (u.preimage.ptr != NULL));
	ctl_unsigned_clear(&u);
	return e;
}

static enum err
copy_signature(void *arg, const struct ctl_unsigned *u, const char *purpose,
    struct buf *ret, struct diag *d)
{
	const struct job *job = arg;

	buf_put(ret, buf_bytes(&job->signature));
	return ERR_OK; /* the caller asks buf_ok() */
}

static enum err
seal_with(const struct job *job, struct ctl_memo *memo, struct diag *d)
{
	struct job copy = *job;
	struct ctl_signer signer = { &copy, job->pub.cert, copy_signature };
	struct buf out = { 0 };
	enum err e;

	e = ctl_seal(&job->u, &signer, "x", memo, &out, d);
	assert_true((e == ERR_OK) == (out.len != 0));
	buf_clear(&out);
	return e;
}

static enum err
seal(const struct job *job, struct diag *d)
{
	return seal_with(job, NULL, d);
}

static enum err
seal_with_memo(const struct job *job, struct diag *d)
{
	struct ctl_memo *memo = NULL;
	enum err e;

	e = ctl_memo_new(&memo, d);
	if (e == ERR_OK)
		e = seal_with(job, memo, d);
	ctl_memo_free(&memo);
	return e;
}

/* Returns how many failures were not called out of memory. */
static unsigned
torture_in(const struct job *job, job_fn *fn, enum fault_mode mode, bool warm)
{
	struct faults faults = { 0 };
	unsigned n, seen, other = 0;
	struct diag d;
	enum err e;

	if (!faults_find(&faults)) {
		fail_msg("libfaults.so is not loaded");
		return 0;
	}
	for (n = 1; n < MANY; n++) {
		diag_init(&d);
		OPENSSL_thread_stop();
		faults.arm(FAULT_MALLOC, n, mode);
		e = fn(job, &d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (warm && faults.balance() != 0)
			fail_msg("allocation %u: %ld are lost", n,
			    faults.balance());
		if (e != ERR_OK && (e != ERR_NOMEM || d.code != ERR_NOMEM)) {
			other++;
			print_message("allocation %u: %s\n", n, d.msg);
		}
		if (seen < n)
			return other;
	}
	fail_msg("no end after %d allocations", MANY);
	return 0;
}

static void
torture(const struct job *job, job_fn *fn)
{
	struct diag d;

	assert_int_equal(fn(job, &d), ERR_OK);
	(void)torture_in(job, fn, FAULT_ONCE, false);
	assert_int_equal(torture_in(job, fn, FAULT_ONCE, true), 0);
	assert_int_equal(torture_in(job, fn, FAULT_ONWARD, true), 0);
}

/* The list, with a SAST of ours, prepared and signed. */
static void
make_unsigned(struct job *job, struct mint_key *key)
{
	struct ctl_head head = { .digest = DIGEST_SHA1,
		.filename = "CTLFile.tlv",
		.cert = job->pub.cert };
	struct ctl_entry entry = { .cert = job->pub.cert };
	struct ctl_draft *dr = NULL;
	struct diag d;

	assert_int_equal(ctl_draft_from(job->file, &dr, &d), ERR_OK);
	assert_int_equal(ctl_draft_add(dr, &entry, 0, &d), ERR_OK);
	assert_int_equal(ctl_prepare(dr, &head, &job->u, &d), ERR_OK);
	assert_int_equal(minted_sign(key, &job->u, "x", &job->signature, &d),
	    ERR_OK);
	ctl_draft_free(&dr);
}

static void
test_all(void **state)
{
	static const struct mint_attr pub[] = { { "CN", "pub", MINT_BMP } };
	static const struct mint_attr token[] = { { "O", "Cisco Systems, Inc.",
						      MINT_UTF8 },
		{ "CN", "Cisco Manufacturing CA", MINT_UNIVERSAL } };
	static job_fn *const jobs[] = { draft, prepare, take_back, seal,
		seal_with_memo };
	struct mint_key *key = minted_key("rsa1024-a");
	struct mint_spec spec = { .subject = { token, 2 },
		.issuer = { token, 2 },
		.serial = { (const uint8_t *)"\x91", 1 },
		.not_after = 2000000000,
		.key = key,
		.issuer_key = key };
	struct job job = { .file = NULL };
	size_t i;

	case_load("ok-hash-algorithms", &job.bytes);
	assert_int_equal(
	    ctl_parse(buf_bytes(&job.bytes), CTL_KIND_AUTO, &job.file, NULL),
	    ERR_OK);
	minted_plain(&job.pub, key, pub);
	minted_make(&job.token, &spec);
	make_unsigned(&job, key);
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		torture(&job, jobs[i]);
	ctl_unsigned_clear(&job.u);
	ctl_free(&job.file);
	buf_clear(&job.bytes);
	buf_clear(&job.signature);
	minted_clear(&job.pub);
	minted_clear(&job.token);
	mint_key_free(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),
	};

	return test_run(tests);
}
