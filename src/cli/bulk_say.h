/* SPDX-License-Identifier: Apache-2.0 */
/* Within a run that signs many files (cli/bulk.h): what is said of it. */
#ifndef CLI_BULK_SAY_H
#define CLI_BULK_SAY_H

#include "cli/bulk_work.h"
#include "cli/out.h"

struct bulk_counts {
	size_t signed_, requested, unchanged, planned, failed, passed;
	unsigned logins;
};

/* Counts ITEM, and says of it what is to be said. Returns what it asks for. */
enum cmd_exit bulk_say_item(const struct bulk_plan *plan,
    const struct bulk_item *item, struct bulk_counts *counts, struct out *out);

/* Appends the one line in the end. */
void bulk_put_summary(const struct bulk_plan *plan, const struct signer *s,
    const struct bulk_counts *counts, struct buf *text);

/* On stderr: NUM files were left out. */
void bulk_say_passed_over(size_t num);

/* On stderr: a run goes on that was begun before, with this TIMESTAMP. */
void bulk_say_resumed(int64_t time);

/* On stderr: it is not done. WHY is NULL where a person has stopped it. */
void bulk_say_stopped(const struct bulk_counts *counts, const struct diag *why);

/* Says that phones take no signed files from the security token that signs. */
void bulk_say_token(void);

#endif
