/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list that stands under the name of a new one: phones hold it, or soon
 * will, whatever the new one was made from. build, edit and attach ask here
 * before they replace it.
 */
#ifndef CLI_OVER_H
#define CLI_OVER_H

#include "cli/change.h"

/* OLD begins as a list does, whole or not. */
bool over_is_list(struct bytes old);

struct over_rules {
	struct change_leave leave;
	bool unverified; /* a list whose own signature is not right will do */
};

/* Reads OLD, the content of PATH, which a file of KIND is to replace. *RET is
 * NULL where no phone can hold it: no list at all, or one that is damaged, with
 * --orphan-phones. ERR_POLICY, with PATH: it is damaged, a list of another
 * kind, or does not verify. ERR_NOMEM, ERR_CRYPTO. OLD must live as long as *RET. */
MUST_CHECK enum err over_read(struct bytes old, const char *path,
    enum ctl_kind kind, const struct over_rules *rules, struct ctl_file **ret,
    struct diag *d);

/* NEW has a later time than OLD, or one of them has none; THEN is that of OLD,
 * as text, where not. */
bool over_is_later(const struct ctl_file *old, const struct ctl_file *new,
    struct buf *then);

#endif
