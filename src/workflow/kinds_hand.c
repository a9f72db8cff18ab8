/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that a person does. */
#include "workflow/kinds_parts.h"

enum err
kinds_hand_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	(void)arg;
	buf_printf(&text, "%s%s%s\nType yes when it is done.",
	    s->node == NULL ? "" : s->node, s->node == NULL ? "" : ": ",
	    s->todo == NULL ? s->title : s->todo);
	e = buf_cstr(&text) == NULL
	    ? diag_nomem(d)
	    : kinds_ask(r, s, NULL, buf_cstr(&text), false, d);
	buf_clear(&text);
	return e;
}
