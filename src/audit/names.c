/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/audit.h"

const char *
audit_op_name(enum audit_op op)
{
	static const char *const names[] = {
#define NAME(id, name) [id] = name,
		AUDIT_OPS(NAME)
#undef NAME
	};

	return names[op];
}

static const struct {
	const char *name;
	const char *meaning;
} breaks[] = {
#define ROW(id, name, meaning) [id] = { name, meaning },
	AUDIT_BREAKS(ROW)
#undef ROW
};

const char *
audit_break_name(enum audit_break what)
{
	return breaks[what].name;
}

const char *
audit_break_meaning(enum audit_break what)
{
	return breaks[what].meaning;
}
