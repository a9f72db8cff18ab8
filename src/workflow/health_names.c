/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/health.h"

static const struct {
	const char *name, *title;
	bool counts;
} rules[] = {
#define HEALTH_ROW(id, name, title, counts) { name, title, counts },
	HEALTH_RULES(HEALTH_ROW)
#undef HEALTH_ROW
};

const char *
health_rule_name(enum health_rule rule)
{
	if (rule >= HEALTH_W)
		return works_rule_name((enum works_rule)(rule - HEALTH_W));
	return rules[rule].name;
}

const char *
health_rule_title(enum health_rule rule)
{
	if (rule >= HEALTH_W)
		return works_rule_title((enum works_rule)(rule - HEALTH_W));
	return rules[rule].title;
}

bool
health_rule_counts(enum health_rule rule)
{
	if (rule >= HEALTH_W)
		return rule - HEALTH_W != WORKS_NEXT;
	return rules[rule].counts;
}

const char *
health_grade_name(enum health_grade grade)
{
	static const char *const names[] = {
#define HEALTH_NAME(id, name) [id] = name,
		HEALTH_GRADES(HEALTH_NAME)
#undef HEALTH_NAME
	};

	return names[grade];
}
