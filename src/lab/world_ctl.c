/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utils ctl, utils itl.
 */
#include <string.h>

#include "lab/world_inner.h"

static enum err
want_publisher(size_t node, struct diag *diag)
{
	return node == 0
	    ? ERR_OK
	    : diag_set(diag, ERR_POLICY, "this is done on the publisher alone");
}

/* From 12.0 on it asks for a registered cluster. */
static enum err
want_licence(const struct world *w, struct diag *diag)
{
	if (w->release < 1200 || w->licensed)
		return ERR_OK;
	return diag_set(diag, ERR_POLICY,
	    "the cluster is not registered with Allow export-controlled "
	    "functionality");
}

static enum err
make_and_publish(struct world *w, enum world_form form, struct diag *diag)
{
	const struct world_plan plan = { .form = form,
		.release = w->release,
		.when = world_now(w) };
	struct bytes list;
	enum err err;

	if (w->node[0].trouble.disk_full)
		return diag_set(diag, ERR_IO, "No space left on device");
	err = world_make_ctl(w, &plan, &list, diag);

	return err == ERR_OK ? world_publish_ctl(w, list, diag) : err;
}

enum err
world_set_mode(struct world *w, size_t node, bool mixed, struct diag *diag)
{
	enum err err = want_publisher(node, diag);

	if (err == ERR_OK && w->release < 1000)
		err = diag_set(diag, ERR_UNSUPPORTED, "from 10.0 on");
	if (err == ERR_OK && mixed)
		err = want_licence(w, diag);
	if (err == ERR_OK && w->mixed == mixed)
		err = diag_set(diag, ERR_EXISTS, "the cluster is in that mode");
	if (err == ERR_OK)
		err = make_and_publish(w,
		    mixed ? WORLD_FORM_CTL : WORLD_FORM_PLAIN, diag);
	if (err == ERR_OK)
		w->mixed = mixed;
	return err;
}

enum err
world_update_ctl(struct world *w, size_t node, struct diag *diag)
{
	enum err err = want_publisher(node, diag);

	if (err == ERR_OK && w->release < 1000)
		err = diag_set(diag, ERR_UNSUPPORTED, "from 10.0 on");
	if (err == ERR_OK)
		err = want_licence(w, diag);
	if (err == ERR_OK && !w->mixed)
		err = diag_set(diag, ERR_ABSENT,
		    "the cluster is not in mixed mode");
	return err == ERR_OK ? make_and_publish(w, WORLD_FORM_CTL, diag) : err;
}

enum err
world_reset_ctl(struct world *w, size_t node, struct diag *diag)
{
	enum err err = want_publisher(node, diag);

	if (err == ERR_OK && w->release < 1200)
		err = diag_set(diag, ERR_UNSUPPORTED, "from 12.0 on");
	if (err == ERR_OK && !w->mixed)
		err = diag_set(diag, ERR_ABSENT,
		    "the cluster is not in mixed mode");
	return err == ERR_OK ? make_and_publish(w, WORLD_FORM_LOCALKEY, diag)
			     : err;
}

enum err
world_reset_itl(struct world *w, size_t node, struct diag *diag)
{
	enum err err = want_publisher(node, diag);
	size_t i;

	if (err == ERR_OK && w->release < 1000)
		err = diag_set(diag, ERR_UNSUPPORTED, "from 10.0 on");
	for (i = 0; i < w->num_nodes && err == ERR_OK; i++)
		if (world_is_started(&w->node[i], "Cisco Tftp") &&
		    !w->node[i].down)
			err = world_make_itl(w, i, true, diag);
	return err;
}
