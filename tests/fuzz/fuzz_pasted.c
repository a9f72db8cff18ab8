/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of certificates: whatever is pasted is refused with a reason or keeps to
 * its limits; what was read can be shown, judged and printed as PEM, and that
 * reads again as the same.
 */
#include <string.h>

#include "cli/cert_show.h"
#include "pki/fit.h"
#include "tests/fuzz/fuzz.h"

static const struct fit_profile profile = { .unit = "CAPF",
	.release = "15",
	.source = "fuzz",
	.has_usage = true,
	.key_usage = 0x1ff,
	.purposes = 7,
	.ca = true,
	.max_bits = 4096,
	.phone_bits = 2048 };

/* Every check says something, in order, and no more than there is room for. */
static void
check_fit(const struct fit *fit)
{
	bool said[FIT_NUM_CHECKS] = { false };
	size_t i;

	FUZZ_CHECK(fit->num < FIT_MAX_FINDINGS);
	for (i = 0; i < fit->num; i++) {
		said[fit->finding[i].check] = true;
		FUZZ_CHECK(fit->finding[i].text.len > 0);
		FUZZ_CHECK(i == 0 ||
		    fit->finding[i - 1].check <= fit->finding[i].check);
		FUZZ_CHECK(fit->finding[i].level <= fit->worst);
	}
	for (i = 0; i < FIT_NUM_CHECKS; i++)
		FUZZ_CHECK(said[i]);
}

/* The first certificate, with all others as its store, and the first request. */
static void
judge(const struct pasted *p)
{
	struct fit_input in = { .profile = &profile,
		.traits = p->traits,
		.num_in_file = p->num_certs,
		.csr = p->num_csrs > 0 ? p->csrs[0] : NULL,
		.trust = (const struct cert *const *)p->certs,
		.num_trust = p->num_certs,
		.has_trust = true };
	struct fit fit;
	struct diag d;
	enum err e;

	diag_init(&d);
	if (p->num_certs > 0) {
		in.cert = p->certs[0];
		e = fit_judge(&in, &fit, &d);
	} else if (p->has_dump) {
		e = fit_judge_dump(&in, &p->dump, &fit, &d);
	} else {
		return;
	}
	FUZZ_CHECK(e == ERR_OK || (e == ERR_TOO_BIG && d.code == e));
	if (e != ERR_OK)
		return;
	check_fit(&fit);
	fit_clear(&fit);
}

static void
check_pem(const struct cert_file *f)
{
	struct buf once = { 0 }, twice = { 0 };
	struct cert_file again = { .path = "x" };

	if (f->pasted.num_certs + f->pasted.num_csrs == 0)
		return;
	FUZZ_CHECK(cert_show_put_pem(f, &once, NULL) == ERR_OK);
	FUZZ_CHECK(
	    pasted_read(buf_bytes(&once), &again.pasted, NULL) == ERR_OK);
	FUZZ_CHECK(again.pasted.traits == PASTED_PEM);
	FUZZ_CHECK(cert_show_put_pem(&again, &twice, NULL) == ERR_OK);
	FUZZ_CHECK(bytes_equal(buf_bytes(&once), buf_bytes(&twice)));
	pasted_clear(&again.pasted);
	buf_clear(&once);
	buf_clear(&twice);
}

static void
check_text(const struct cert_file *f)
{
	struct fill fill = { .width = 0 };
	struct buf out = { 0 };
	json_t *json;
	size_t i;

	FUZZ_CHECK(cert_show_put(f, 1700000000, &fill, &out, NULL) == ERR_OK);
	for (i = 0; i < out.len; i++)
		FUZZ_CHECK(out.ptr[i] >= 0x20 || out.ptr[i] == '\n');
	buf_clear(&out);
	json = cert_show_json(f, 1700000000, NULL);
	FUZZ_CHECK(json != NULL);
	json_decref(json);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cert_file f = { .path = "x" };
	struct diag d;
	enum err e;

	diag_init(&d);
	e = pasted_read(bytes_of(data, len), &f.pasted, &d);
	if (e != ERR_OK) {
		FUZZ_CHECK(d.code == e && d.msg[0] != '\0');
		FUZZ_CHECK(
		    e == ERR_SYNTAX || e == ERR_TOO_BIG || e == ERR_POLICY);
		FUZZ_CHECK(f.pasted.certs == NULL && f.pasted.csrs == NULL);
		return 0;
	}
	FUZZ_CHECK(f.pasted.num_certs + f.pasted.num_csrs <= PASTED_MAX);
	judge(&f.pasted);
	check_pem(&f);
	check_text(&f);
	pasted_clear(&f.pasted);
	return 0;
}
