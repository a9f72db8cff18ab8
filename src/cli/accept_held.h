/* SPDX-License-Identifier: Apache-2.0 */
/* Within accept_nodes.c only: the ITLs that phones hold, which say whose TVS
 * they believe. What a node serves now may be another one. */
#ifndef CLI_ACCEPT_HELD_H
#define CLI_ACCEPT_HELD_H

#include "cli/accept_nodes.h"

/* Adds the ITL in PATH to those that phones hold. ERR_POLICY where it does not
 * verify; else as accept_file_load(). */
MUST_CHECK enum err accept_held_take(struct accept_nodes *ns, const char *path,
    struct diag *d);

/* Fills NS->tvs: whether each TVS shows what phones' ITLs have. */
MUST_CHECK enum err accept_held_ready(struct accept_nodes *ns, struct diag *d);

#endif
