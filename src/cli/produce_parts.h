/* SPDX-License-Identifier: Apache-2.0 */
/* Within produce*.c only. */
#ifndef CLI_PRODUCE_PARTS_H
#define CLI_PRODUCE_PARTS_H

#include "cli/entry.h"
#include "cli/produce.h"

/* What the command writes goes to standard output. */
bool produce_to_stdout(const struct produce_opts *o);

/* Every name of ALLOW is one of a finding. ERR_USAGE. */
MUST_CHECK enum err produce_check_allow(const struct opt_strings *allow,
    struct diag *d);

/* Says what the preview is and what is to be said of it, and refuses. */
MUST_CHECK enum err produce_judge(struct produce *p, struct diag *d);

/* The name of WHICH for people: "SHA-1". */
const char *produce_digest(enum digest which);

/* Says which records there are. */
MUST_CHECK enum err produce_say_records(struct produce *p, struct diag *d);

/* Shows what was said so far, before somebody is asked for a PIN. */
MUST_CHECK enum err produce_show(struct produce *p, struct diag *d);

/* Says what was done. */
MUST_CHECK enum err produce_say(struct produce *p, struct diag *d);

#endif
