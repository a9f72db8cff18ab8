/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "workflow/run_parts.h"

enum run_state
run_state(const struct journal *j, const struct plan_step *s)
{
	const struct journal_line *l = journal_last(j, s->id);

	if (l == NULL)
		return RUN_OPEN;
	switch (l->event) {
	case JOURNAL_BEGIN:
	case JOURNAL_UNDOING:
		return RUN_BEGUN;
	case JOURNAL_DONE:
	case JOURNAL_FOUND:
		return RUN_DONE;
	case JOURNAL_WAITING:
		return RUN_WAITING;
	case JOURNAL_FAILED:
		return RUN_FAILED;
	case JOURNAL_UNDONE:
		return RUN_UNDONE;
	case JOURNAL_OPEN:
	case JOURNAL_OVERRIDE:
	case JOURNAL_WAIVED:
	case JOURNAL_END:
	case JOURNAL_NUM_EVENTS:
		break;
	}
	return RUN_OPEN;
}

const char *
run_state_name(enum run_state state)
{
	static const char *const names[] = {
		[RUN_OPEN] = "open",
		[RUN_BEGUN] = "begun",
		[RUN_WAITING] = "waiting",
		[RUN_FAILED] = "failed",
		[RUN_DONE] = "done",
		[RUN_UNDONE] = "undone",
	};

	return names[state];
}

static bool
is_of(const struct journal_line *l, const struct plan_step *s)
{
	if (s == NULL || l->step == NULL)
		return s == NULL && l->step == NULL;
	return strcmp(l->step, s->id) == 0;
}

/* A step that waited or failed is as far as it was when it began. */
enum run_phase
run_phase(const struct journal *j, const struct plan_step *s)
{
	size_t i;

	for (i = journal_num(j); i-- > 0;) {
		const struct journal_line *l = journal_at(j, i);

		if (!is_of(l, s))
			continue;
		if (l->event == JOURNAL_DONE || l->event == JOURNAL_FOUND)
			return RUN_PHASE_DONE;
		if (l->event == JOURNAL_BEGIN || l->event == JOURNAL_UNDOING)
			return RUN_PHASE_BEGUN;
		if (l->event == JOURNAL_UNDONE)
			return RUN_PHASE_OPEN;
	}
	return RUN_PHASE_OPEN;
}

bool
run_is_undoing(const struct journal *j, const struct plan_step *s)
{
	size_t i;

	for (i = journal_num(j); i-- > 0;) {
		const struct journal_line *l = journal_at(j, i);

		if (is_of(l, s) && l->event == JOURNAL_UNDOING)
			return true;
		if (is_of(l, s) &&
		    (l->event == JOURNAL_BEGIN || l->event == JOURNAL_UNDONE))
			return false;
	}
	return false;
}

const struct journal_line *
run_begin_line(const struct journal *j, const struct plan_step *s)
{
	const struct journal_line *ret = NULL, *l;
	size_t i;

	for (i = journal_num(j); i-- > 0;) {
		l = journal_at(j, i);
		if (!is_of(l, s))
			continue;
		if (l->event == JOURNAL_UNDONE)
			break;
		if (l->event == JOURNAL_BEGIN)
			ret = l;
	}
	return ret;
}

bool
run_overridden(const struct journal *j, const struct plan_step *s,
    const char *key)
{
	size_t i, len = strlen(key);

	for (i = journal_num(j); i-- > 0;) {
		const struct journal_line *l = journal_at(j, i);

		if (!is_of(l, s))
			continue;
		if (l->event == JOURNAL_UNDONE)
			return false;
		if (l->event == JOURNAL_OVERRIDE && l->why != NULL &&
		    strncmp(l->why, key, len) == 0 && l->why[len] == '=')
			return true;
	}
	return false;
}
