/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libctl: every file that parses gets a verdict, with itself, with another
 * list and with a certificate; a verdict that is not good says why, and the
 * memo changes none.
 */
#include <string.h>

#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"

static void
judge(const struct ctl_file *f, struct ctl_anchor *anchor)
{
	struct ctl_verdict first, second;
	struct ctl_memo *memo = NULL;
	struct diag d;

	diag_init(&d);
	anchor->memo = NULL;
	FUZZ_CHECK(ctl_verify(f, anchor, &first, &d) == ERR_OK);
	FUZZ_CHECK(
	    (first.status == CTL_VERIFIED) == (first.why.msg[0] == '\0'));
	FUZZ_CHECK(ctl_memo_new(&memo, &d) == ERR_OK);
	anchor->memo = memo;
	FUZZ_CHECK(ctl_verify(f, anchor, &second, &d) == ERR_OK);
	FUZZ_CHECK(ctl_verify(f, anchor, &second, &d) == ERR_OK);
	FUZZ_CHECK(first.status == second.status);
	FUZZ_CHECK(strcmp(first.why.msg, second.why.msg) == 0);
	FUZZ_CHECK(strcmp(first.note, second.note) == 0);
	ctl_memo_free(&memo);
}

/* The certificates of F, as far as they are any, as anchors for F. */
static void
judge_by_certs(const struct ctl_file *f)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_CERT };
	struct ctl_agreement agreement;
	struct cert *cert = NULL;
	struct bytes der;
	size_t i;

	for (i = 1; i <= ctl_num_records(f) && i <= 4; i++) {
		der = ctl_record_value(ctl_record(f, i), CTL_REC_CERTIFICATE);
		if (cert_from_der(der, &cert, NULL) != ERR_OK)
			continue;
		(void)!ctl_agree(f, i, cert, &agreement, NULL);
		anchor.cert = cert;
		judge(f, &anchor);
		cert_free(&cert);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_anchor other = { .kind = CTL_ANCHOR_TRUSTED };
	struct ctl_file *f = NULL;

	if (ctl_parse(bytes_of(data, len), CTL_KIND_AUTO, &f, NULL) != ERR_OK)
		return 0;
	judge(f, &self);
	other.trusted = f;
	judge(f, &other);
	judge_by_certs(f);
	(void)ctl_origin(f);
	ctl_free(&f);
	return 0;
}
