/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libctl: what comes back from where it was signed, and what is left of a file
 * without its signature: it is taken byte for byte, or not at all.
 */
#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/signer.h"

static void
read_one(struct bytes preimage, const struct cert *cert)
{
	struct ctl_unsigned u = { .gap = 0 };
	struct ctl_file *f = NULL;
	struct buf out = { 0 };
	struct bytes parts[2];
	struct diag d;
	enum err e;

	diag_init(&d);
	e = ctl_unsigned_read(preimage, cert, &u, &d);
	if (e != ERR_OK) {
		FUZZ_CHECK(e == ERR_SYNTAX || e == ERR_UNSUPPORTED);
		FUZZ_CHECK(d.code == e && u.preimage.ptr == NULL);
		return;
	}
	FUZZ_CHECK(bytes_equal(buf_bytes(&u.preimage), preimage));
	FUZZ_CHECK(ctl_preview(&u, &out, &d) == ERR_OK);
	FUZZ_CHECK(ctl_parse(buf_bytes(&out), CTL_KIND_AUTO, &f, &d) == ERR_OK);
	FUZZ_CHECK(ctl_is_list(f) == (u.kind != CTL_KIND_SIGNED));
	ctl_preimage(f, parts);
	FUZZ_CHECK(parts[0].len == u.gap);
	FUZZ_CHECK(parts[0].len + parts[1].len == preimage.len);
	ctl_free(&f);
	buf_clear(&out);
	ctl_unsigned_clear(&u);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct cert *cert = signer_cert();
	struct ctl_file *f = NULL;
	struct buf rest = { 0 };
	struct bytes parts[2];

	read_one(bytes_of(data, len), cert);
	if (ctl_parse(bytes_of(data, len), CTL_KIND_AUTO, &f, NULL) == ERR_OK) {
		ctl_preimage(f, parts);
		buf_put(&rest, parts[0]);
		buf_put(&rest, parts[1]);
		read_one(buf_bytes(&rest), cert);
	}
	buf_clear(&rest);
	ctl_free(&f);
	return 0;
}
