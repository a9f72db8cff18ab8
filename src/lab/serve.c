/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/serve.h"

#include <stddef.h>
#include <string.h>

enum serve_fault
serve_fault_named(const char *name)
{
	static const char *const names[] = {
#define SERVE_NAME(id, text) text,
		SERVE_FAULTS(SERVE_NAME)
#undef SERVE_NAME
	};
	size_t i;

	for (i = 0; name != NULL && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], name) == 0)
			return (enum serve_fault)i;
	return SERVE_WELL;
}
