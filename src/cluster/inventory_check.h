/* SPDX-License-Identifier: Apache-2.0 */
/* What a value of an inventory may be. Each of these refuses VALUE, a string that
 * DOC handed out, with its line and column; NULL is fine. */
#ifndef CLUSTER_INVENTORY_CHECK_H
#define CLUSTER_INVENTORY_CHECK_H

#include "cluster/inventory.h"

/* One kind of value: says in WANTED, "a name: letters, digits", what it is to be. */
struct inventory_check_kind {
	bool (*fits)(const char *value);
	const char *wanted;
};

extern const struct inventory_check_kind inventory_check_name,
    inventory_check_address, inventory_check_host_key, inventory_check_pin,
    inventory_check_variable, inventory_check_prompt, inventory_check_user,
    inventory_check_release, inventory_check_mode, inventory_check_neighbour,
    inventory_check_days, inventory_check_time, inventory_check_zone,
    inventory_check_sftp, inventory_check_key, inventory_check_text;

MUST_CHECK enum err inventory_check_value(const struct doc *doc,
    const char *value, const struct inventory_check_kind *kind, struct diag *d);

MUST_CHECK enum err inventory_check_values(const struct doc *doc,
    const struct doc_strings *values, const struct inventory_check_kind *kind,
    struct diag *d);

/* No two nodes, or TFTP servers, are the same. */
MUST_CHECK enum err inventory_check_once(const struct doc *doc,
    const struct inventory *inv, struct diag *d);

#endif
