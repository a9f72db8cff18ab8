/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: the checks before an upload, each in one of the files
 * fit_*.c. */
#ifndef PKI_FIT_PARTS_H
#define PKI_FIT_PARTS_H

#include "pki/fit.h"

/* One judgement at work. */
struct fitting {
	const struct fit_input *in;
	struct ext ext; /* of the certificate */
	struct fit *fit;
	struct diag *d;
};

/* Adds a finding, whose text and remedy the caller appends. */
struct fit_finding *fit_add(struct fitting *f, enum fit_check check,
    enum fit_level level);

/* Adds one with its two sentences; REMEDY may be NULL. */
void fit_say(struct fitting *f, enum fit_check check, enum fit_level level,
    const char *remedy, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Against the request: E2, E3, E4. */
MUST_CHECK enum err fit_request_checks(struct fitting *f);
/* Chain and trust store: E1, E5. */
MUST_CHECK enum err fit_store_checks(struct fitting *f);
/* The certificate alone: E6 to E17. */
MUST_CHECK enum err fit_own_checks(struct fitting *f);

#endif
