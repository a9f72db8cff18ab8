/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/inventory.h"

const char *
inventory_role_name(enum inventory_role role)
{
	static const char *const names[] = {
#define ROLE_NAME(id, name) [id] = name,
		INVENTORY_ROLES(ROLE_NAME)
#undef ROLE_NAME
	};

	return names[role];
}
