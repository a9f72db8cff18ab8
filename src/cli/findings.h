/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as text, for `ctlsmith lint` and whoever makes lists. */
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

/* "error" and so on, in its colour. */
void findings_put_severity(const struct fill *f, enum ctl_severity severity,
    struct buf *out);

/* One of those lines, of the file PATH. */
void findings_put_one(const struct fill *f, const char *path,
    const struct ctl_finding *finding, struct buf *out);

#endif
