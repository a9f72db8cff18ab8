/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: the checks before an upload, each in one of the files
 * fit_*.c. */
#ifndef PKI_FIT_PARTS_H
#define PKI_FIT_PARTS_H

#include "pki/fit.h"

/* One judgement at work. */
struct fitting {
	const struct fit_input *in;
	const struct csr *csr; /* what is compared with, or NULL: the one given,
				* else that of the ledger that fits */
	struct ext ext;        /* of the certificate */
	struct fit *fit;
	struct diag *d;
};

/* Adds a finding, whose text and remedy the caller appends. */
struct fit_finding *fit_add(struct fitting *f, enum fit_check check,
    enum fit_level level);

/* Adds one with its two sentences; REMEDY may be NULL. */
struct fit_finding *fit_say(struct fitting *f, enum fit_check check,
    enum fit_level level, const char *remedy, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

/* Each makes its part of the checks. */
MUST_CHECK enum err fit_file_checks(struct fitting *f);
MUST_CHECK enum err fit_request_checks(struct fitting *f);
MUST_CHECK enum err fit_store_checks(struct fitting *f);
MUST_CHECK enum err fit_own_checks(struct fitting *f);
MUST_CHECK enum err fit_node_checks(struct fitting *f);
void fit_usage_checks(struct fitting *f);
void fit_follow_up(struct fitting *f);

/* E6, E9, E17 by what is known of a certificate: a name that is absent is no
 * text; CONTENT is how many bytes the serial number takes. */
void fit_judge_dates(struct fitting *f, int64_t from, int64_t to);
void fit_judge_names(struct fitting *f, struct bytes subject,
    struct bytes issuer);
void fit_judge_serial(struct fitting *f, size_t content, bool negative);

/* E3 of a text dump that has KEY as hex. */
MUST_CHECK enum err fit_dump_key(struct fitting *f, struct bytes key);

#endif
