/* SPDX-License-Identifier: Apache-2.0 */
/* The way back of a new CTL: the list of before, put back on each server. */
#include <string.h>

#include "workflow/kinds_parts.h"

/* What `save` kept of NODE; it may have had none. */
static enum err
put_back_at(const struct kinds *k, struct run *r, const struct plan_step *s,
    const char *node, struct diag *d)
{
	struct plan_step at = *s;
	char file[KINDS_NAME_MAX];
	struct buf bytes = { 0 };
	bool gives = false;
	struct diag why;
	enum err e;

	at.node = node;
	diag_init(&why);
	kinds_name(file, "before-%s-CTLFile.tlv", node);
	e = run_kept(r, file, &bytes, &why);
	if (e == ERR_ABSENT) {
		kinds_say(k, "%.100s had no CTL before: nothing is put back",
		    node);
		return ERR_OK;
	}
	if (e != ERR_OK)
		return diag_set(d, e, "%s", why.msg);
	e = kinds_send(k, r, &at, file, "CTLFile.tlv", d);
	if (e == ERR_OK)
		e = kinds_gives(k, node, "CTLFile.tlv", buf_bytes(&bytes),
		    &gives, d);
	if (e == ERR_OK && !gives)
		e = diag_set(d, ERR_WAITING,
		    "%.100s does not give the CTL of before yet; see TFTP File "
		    "Management, restart Cisco Tftp, and undo again",
		    node);
	buf_clear(&bytes);
	return e;
}

/* Of a step of the publisher the list is on all nodes, of others on one. */
enum err
kinds_put_back(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct kinds *k = arg;
	const struct inventory *inv = k->act->inventory;
	size_t i;
	enum err e = ERR_OK;

	if (s->kind == PLAN_DISTRIBUTE)
		return put_back_at(k, r, s, s->node, d);
	for (i = 0; e == ERR_OK && i < inventory_num_nodes(inv); i++)
		if (inventory_node(inv, i)->role != INVENTORY_IMP)
			e = put_back_at(k, r, s, inventory_node(inv, i)->name,
			    d);
	return e;
}
