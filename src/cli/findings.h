/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as text, for `ctlsmith lint`. */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include "cli/fill.h"
#include "cli/input.h"

/* Appends a line for each finding of IN, errors first and notes last:
 *
 *	FILE: error: record 3 / SUBJECTNAME (3), byte 512: what; advice [id]
 *
 * and one that counts them. Colours are put around the severity alone. */
void findings_put(const struct fill *f, const struct input *in,
    const struct ctl_findings *fs, struct buf *out);

#endif
