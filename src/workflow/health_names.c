/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/health.h"

const char *
health_grade_name(enum health_grade grade)
{
	static const char *const names[] = {
#define GRADE_NAME(id, name) [id] = name,
		HEALTH_GRADES(GRADE_NAME)
#undef GRADE_NAME
	};

	return names[grade];
}
