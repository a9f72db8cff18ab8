/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust lists: show ctl, show itl, utils ctl, utils itl.
 */
#include <string.h>

#include "lab/console_parts.h"

#define LICENCE_SINCE CONSOLE_SU(1200, 0)
#define NEW_TEXT_SINCE CONSOLE_SU(1150, 0)

#define NO_LICENCE                                                          \
	"Command cannot be executed because the Unified Communications "    \
	"Manager cluster is not registered to a Smart/Virtual Account "     \
	"with Allow export-controlled functionality. Please ensure "        \
	"Product Token received from the Smart/Virtual Account has Allow "  \
	"export-controlled functionality checked when registering the UCM " \
	"Cluster .\n"

#define RESTART                                                          \
	"Please Restart the TFTP and Cisco CallManager services on all " \
	"nodes in the cluster that run these services\n"

#define RESTART_NEW                                                       \
	"You must reset all phones to ensure they received the updated "  \
	"CTL file.\n"                                                     \
	"You must restart Cisco CTIManager services on all the nodes in " \
	"the cluster that have the service activated.\n"

/* ---- show. ---- */

static const struct world_file *
file_named(const struct world_node *n, const char *name)
{
	size_t i;

	for (i = 0; i < n->num_files; i++)
		if (strcmp(n->file[i].name, name) == 0)
			return &n->file[i];
	return NULL;
}

static bool
show_list(struct console *c, const char *name, bool itl)
{
	const struct world_file *f;
	struct diag d;
	enum err e;

	diag_init(&d);
	world_lock(c->world);
	f = file_named(console_node(c), name);
	e = console_show_list(f == NULL ? bytes_of(NULL, 0) : f->bytes, itl,
	    f == NULL ? 0 : f->changed, &c->out, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		c->over = true;
	return true;
}

bool
console_show_ctl(struct console *c, const struct console_args *a)
{
	(void)a;
	return show_list(c, "CTLFile.tlv", false);
}

bool
console_show_itl(struct console *c, const struct console_args *a)
{
	(void)a;
	return show_list(c, "ITLFile.tlv", true);
}

/* ---- utils ctl. ---- */

static bool
has_licence(struct console *c)
{
	bool has;

	world_lock(c->world);
	has = c->world->licensed;
	world_unlock(c->world);
	if (has || c->release < LICENCE_SINCE)
		return true;
	buf_str(&c->out, NO_LICENCE);
	return false;
}

static void
put_restart(struct console *c)
{
	buf_str(&c->out, c->release >= NEW_TEXT_SINCE ? RESTART_NEW : RESTART);
}

static bool
is_mixed(struct console *c, bool *ret_auto)
{
	bool mixed;

	world_lock(c->world);
	mixed = c->world->mixed;
	*ret_auto = c->world->auto_registration;
	world_unlock(c->world);
	return mixed;
}

static bool
set_mode(struct console *c, bool mixed)
{
	struct diag d;
	enum err e;

	diag_init(&d);
	buf_printf(&c->out, "\nMoving Cluster to %s Mode\n",
	    mixed ? "Mixed" : "Non Secure");
	console_wait(c, c->cli.delay);
	if (!console_live(c))
		return true;
	world_lock(c->world);
	e = world_set_mode(c->world, c->node, mixed, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		return console_refused(c, &d);
	buf_printf(&c->out, "Cluster set to %s Mode\n",
	    mixed ? "Mixed" : "Non Secure");
	put_restart(c);
	return true;
}

bool
console_mixed(struct console *c, const struct console_args *a)
{
	bool registers;

	(void)a;
	if (!console_only_publisher(c) || !has_licence(c))
		return false;
	if (is_mixed(c, &registers)) {
		buf_str(&c->out, "Cluster is already in Mixed Mode\n");
		return false;
	}
	if (!console_ask_letter(c,
		registers && c->release >= NEW_TEXT_SINCE
		    ? "This operation will set the cluster to Mixed mode.  "
		      "Auto-registration is enabled on at least one CM node. "
		      "Do you want to continue? (y/n):"
		    : "This operation will set the cluster to Mixed mode. Do "
		      "you want to continue? (y/n):"))
		return true;
	return set_mode(c, true);
}

bool
console_non_secure(struct console *c, const struct console_args *a)
{
	bool registers;

	(void)a;
	if (!console_only_publisher(c))
		return false;
	if (!is_mixed(c, &registers)) {
		buf_str(&c->out, "Cluster is already in Non Secure Mode\n");
		return false;
	}
	if (!console_ask_letter(c,
		"This operation will set the cluster to non secure mode. Do "
		"you want to continue? (y/n):"))
		return true;
	return set_mode(c, false);
}

bool
console_update_ctl(struct console *c, const struct console_args *a)
{
	bool registers;
	struct diag d;
	enum err e;

	(void)a;
	diag_init(&d);
	if (!console_only_publisher(c) || !has_licence(c))
		return false;
	if (!is_mixed(c, &registers)) {
		buf_str(&c->out,
		    "The cluster is not in mixed mode. Please run utils ctl "
		    "set-cluster mixed-mode.\n");
		return false;
	}
	if (!console_ask_letter(c,
		"This operation will update the CTLFile. Do you want to "
		"continue? (y/n):"))
		return true;
	buf_str(&c->out, "\nUpdating CTL file\n");
	console_wait(c, c->cli.delay);
	if (!console_live(c))
		return true;
	world_lock(c->world);
	e = world_update_ctl(c->world, c->node, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		return console_refused(c, &d);
	buf_str(&c->out, "CTL file Updated\n");
	put_restart(c);
	return true;
}

bool
console_reset_ctl(struct console *c, const struct console_args *a)
{
	struct diag d;
	enum err e;

	(void)a;
	diag_init(&d);
	if (!console_only_publisher(c))
		return false;
	world_lock(c->world);
	e = world_reset_ctl(c->world, c->node, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		return console_refused(c, &d);
	buf_str(&c->out,
	    "CTLFile on all the active TFTP nodes will be reset now\n"
	    "and signed using CallManager certificate key...\n"
	    "CTL file Reset.\n"
	    "Please reset all the phones to pickup the new CTL File.\n");
	return true;
}

/* ---- utils itl. ---- */

static bool
reset_itl(struct console *c)
{
	struct diag d;
	enum err e;

	diag_init(&d);
	if (!console_only_publisher(c))
		return false;
	world_lock(c->world);
	e = world_reset_itl(c->world, c->node, &d);
	world_unlock(c->world);
	return e == ERR_OK || console_refused(c, &d);
}

bool
console_reset_itl(struct console *c, const struct console_args *a)
{
	(void)a;
	if (!reset_itl(c))
		return false;
	buf_str(&c->out,
	    "ITLFile on all the active TFTP nodes will be reset now\n"
	    "and signed using CallManager certificate key...\n"
	    "ITL file Reset.\n"
	    "Please reset all the phones to pickup the new ITL File.\n");
	return true;
}

static bool
runs_tftp(const struct world_node *n)
{
	size_t i;

	for (i = 0; i < n->num_services; i++)
		if (strcmp(n->service[i].name, "Cisco Tftp") == 0)
			return n->service[i].activated;
	return false;
}

static void
put_tftp_nodes(struct console *c, const char *before)
{
	const struct world *w = c->world;
	size_t i;

	for (i = 0; i < w->num_nodes; i++)
		if (runs_tftp(&w->node[i]))
			buf_printf(&c->out, "%s%s\n", before, w->node[i].name);
}

static size_t
num_tftp_nodes(const struct world *w)
{
	size_t i, num = 0;

	for (i = 0; i < w->num_nodes; i++)
		num += runs_tftp(&w->node[i]) ? 1 : 0;
	return num;
}

bool
console_reset_itl_name(struct console *c, const struct console_args *a)
{
	if (a->num > 0 && strcmp(a->word[0], "localkey") != 0) {
		buf_str(&c->out,
		    "Importing a key from a remote host is not supported "
		    "here.\n");
		return false;
	}
	if (!reset_itl(c))
		return false;
	buf_str(&c->out,
	    "Name is None\n"
	    "Generating the reset ITL file.....\n"
	    "The reset ITL file was generated successfully\n"
	    "Locating active Tftp servers in the cluster.....\n"
	    "Following is the list of Active tftp servers in the cluster\n"
	    "====================\n");
	world_lock(c->world);
	put_tftp_nodes(c, "");
	buf_printf(&c->out,
	    "=====================\n"
	    "Number of Active TFTP servers in the cluster : %zu\n"
	    "Transferring new reset ITL file to the TFTP server nodes in the "
	    "cluster.........\n",
	    num_tftp_nodes(c->world));
	put_tftp_nodes(c, "Successfully transferred reset ITL to node ");
	world_unlock(c->world);
	return true;
}
