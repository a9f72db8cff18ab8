/* SPDX-License-Identifier: Apache-2.0 */
/* One trust list, as `ctlsmith accept` reads it. */
#ifndef CLI_ACCEPT_FILE_H
#define CLI_ACCEPT_FILE_H

#include "ctl/ctl.h"

/* A list and the bytes that it borrows. All-zero is none. */
struct accept_file {
	char *path;
	struct buf bytes;
	struct ctl_file *f;
};

/* Reads PATH into F: a list, CTL or ITL. ERR_UNSUPPORTED for any other file.
 * F is to be cleared whatever the outcome. */
MUST_CHECK enum err accept_file_load(const char *path, struct accept_file *f,
    struct diag *d);
void accept_file_clear(struct accept_file *f);

#endif
