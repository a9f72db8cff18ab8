/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "workflow/plan.h"

static const struct {
	const char *name;
	bool changes, phones;
} kinds[] = {
#define ROW(id, name, changes, phones) [id] = { name, changes, phones },
	PLAN_KINDS(ROW)
#undef ROW
};

#define ROW(id, name) [id] = (name),
const char *
plan_actor_name(enum plan_actor actor)
{
	static const char *const names[] = { PLAN_ACTORS(ROW) };

	return names[actor];
}

const char *
plan_back_name(enum plan_back back)
{
	static const char *const names[] = { PLAN_BACKS(ROW) };

	return names[back];
}
#undef ROW

const char *
plan_kind_name(enum plan_kind kind)
{
	return kinds[kind].name;
}

bool
plan_kind_changes(enum plan_kind kind)
{
	return kinds[kind].changes;
}

bool
plan_kind_phones(enum plan_kind kind)
{
	return kinds[kind].phones;
}

size_t
plan_num_steps(const struct plan *p)
{
	return p->steps.num;
}

const struct plan_step *
plan_step(const struct plan *p, size_t i)
{
	return (const struct plan_step *)p->steps.item + i;
}

bool
plan_find(const struct plan *p, const char *id, size_t *ret)
{
	size_t i;

	for (i = 0; i < p->steps.num; i++) {
		if (strcmp(plan_step(p, i)->id, id) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

size_t
plan_no_return(const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->steps.num; i++) {
		int back = plan_step(p, i)->back;

		if (back == PLAN_RESTORE || back == PLAN_NONE)
			break;
	}
	return i;
}

bool
plan_keeps_all(const struct plan *p)
{
	size_t i;

	for (i = 0; i < p->steps.num; i++) {
		if (plan_step(p, i)->strands != NULL)
			return false;
	}
	return true;
}
