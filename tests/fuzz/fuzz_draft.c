/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libctl: every list that parses can be drafted, signed anew and read back, and
 * keeps its records; every record of it can be made anew, or that is refused.
 */
#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/signer.h"

static const enum ctl_dialect dialects[] = { CTL_DIALECT_APPLIANCE,
	CTL_DIALECT_TOKEN, CTL_DIALECT_BUILDER };

/* What was prepared parses, has the records of F, and can be taken back. */
static void
check_unsigned(const struct ctl_file *f, const struct ctl_unsigned *u,
    const struct cert *cert)
{
	struct ctl_unsigned again = { .gap = 0 };
	struct ctl_file *g = NULL;
	struct buf out = { 0 };

	FUZZ_CHECK(ctl_preview(u, &out, NULL) == ERR_OK);
	FUZZ_CHECK(
	    ctl_parse(buf_bytes(&out), CTL_KIND_AUTO, &g, NULL) == ERR_OK);
	FUZZ_CHECK(ctl_is_list(g));
	FUZZ_CHECK(bytes_equal(ctl_payload(f), ctl_payload(g)));
	FUZZ_CHECK(ctl_unsigned_read(buf_bytes(&u->preimage), cert, &again,
		       NULL) == ERR_OK);
	FUZZ_CHECK(again.gap == u->gap);
	ctl_unsigned_clear(&again);
	ctl_free(&g);
	buf_clear(&out);
}

static void
sign_anew(const struct ctl_file *f, const struct ctl_draft *dr,
    const struct cert *cert)
{
	struct ctl_head head = { .digest = DIGEST_SHA1,
		.filename = "CTLFile.tlv",
		.has_timestamp = true,
		.signer_version = ctl_num_records(f) % 2 == 0,
		.order = dialects[ctl_num_records(f) % 3],
		.dialect = dialects[ctl_header(f)->length % 3],
		.cert = cert };
	struct ctl_unsigned u = { .gap = 0 };
	struct diag d;
	enum err e;

	e = ctl_prepare(dr, &head, &u, &d);
	if (e == ERR_OK)
		check_unsigned(f, &u, cert);
	else /* 256 tags, or 64 KiB of them */
		FUZZ_CHECK(e == ERR_TOO_BIG && u.preimage.ptr == NULL);
	ctl_unsigned_clear(&u);
	/* whoever is copied, the outcome is a file or a reason */
	if (ctl_num_records(f) > 0)
		ctl_head_copy_draft(&head, dr, 1);
	e = ctl_prepare(dr, &head, &u, &d);
	FUZZ_CHECK((e == ERR_OK) == (u.preimage.ptr != NULL));
	ctl_unsigned_clear(&u);
}

/* Makes record I of DR anew. */
static void
replace(struct ctl_draft *dr, size_t i, const struct cert *cert)
{
	const struct ctl_record *r = ctl_draft_record(dr, i);
	bool has_role = r->has_role;
	uint16_t role = r->role;
	struct bytes before, after;
	struct diag d;
	enum err e;

	before = ctl_draft_bytes(dr, i);
	e = ctl_draft_replace(dr, i, cert, dialects[i % 3], &d);
	after = ctl_draft_bytes(dr, i);
	r = ctl_draft_record(dr, i);
	FUZZ_CHECK(r->has_role == has_role && r->role == role);
	FUZZ_CHECK(r->length == after.len);
	if (e != ERR_OK)
		FUZZ_CHECK(before.ptr == after.ptr);
	if (e != ERR_OK)
		FUZZ_CHECK(e == ERR_TOO_BIG || e == ERR_UNSUPPORTED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ctl_draft *dr = NULL;
	struct ctl_file *f = NULL;
	const struct cert *cert;
	size_t i, found = 0;

	if (ctl_parse(bytes_of(data, len), CTL_KIND_AUTO, &f, NULL) != ERR_OK)
		return 0;
	if (!ctl_is_list(f)) {
		FUZZ_CHECK(ctl_draft_from(f, &dr, NULL) == ERR_USAGE);
		ctl_free(&f);
		return 0;
	}
	cert = signer_cert();
	FUZZ_CHECK(ctl_draft_from(f, &dr, NULL) == ERR_OK);
	FUZZ_CHECK(ctl_find_sast(f, cert, &found, NULL) == ERR_OK);
	FUZZ_CHECK(found <= ctl_num_records(f));
	sign_anew(f, dr, cert);
	for (i = 1; i <= ctl_draft_num(dr) && i <= 8; i++)
		replace(dr, i, cert);
	ctl_draft_remove(dr, 1);
	ctl_draft_free(&dr);
	ctl_free(&f);
	return 0;
}
