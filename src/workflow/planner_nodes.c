/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes come, go, and get other names and addresses. */
#include <string.h>

#include "workflow/planner_parts.h"

void
planner_move(struct planner *p, size_t i, const char *why, const char *source)
{
	const struct planner_want *w = &p->want[0];
	const char *name = p->node[i].name;
	struct plan_step *s;

	s = planner_by_hand(p, planner_text(p, "address-%s", name),
	    planner_text(p, "change the address of %s", name),
	    planner_text(p,
		"on %s: utils ntp, DNS and the addresses in System > Server "
		"first, then set network ip eth0 %s MASK GATEWAY; the node "
		"restarts",
		name, w->value == NULL ? "ADDRESS" : w->value),
	    why, source);
	s->node = name;
	s->touches = planner_text(p, "the address of %s", name);
	s->back = PLAN_COMMAND;
	s->back_text = "set network ip eth0 with the old address";
	s->minutes = 30;
}
