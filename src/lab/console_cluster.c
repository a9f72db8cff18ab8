/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replication, backups, and the restart of a node.
 */
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "lab/console_parts.h"

#define GOOD_REPLICATION WORLD_REPLICATION_GOOD

/* ---- utils dbreplication runtimestate. ---- */

static void
put_replica(struct console *c, const struct world_node *n, unsigned group)
{
	const char *state = n->replication;

	if (state == NULL || state[0] == '\0')
		state = GOOD_REPLICATION;
	buf_printf(&c->out, "%-19s %-17s %-9s %-9s %-8s (g_%u)         %s\n",
	    n->name, n->address, n->down ? "Failed" : "0.017",
	    n->down ? "N/N/N" : "Y/Y/Y", n->down ? "--" : "0", group, state);
}

bool
console_replication(struct console *c, const struct console_args *a)
{
	const struct world *w = c->world;
	size_t i;

	(void)a;
	buf_str(&c->out, "\nServer Time: ");
	text_put_date(&c->out, world_now(w));
	world_lock(c->world);
	buf_printf(&c->out,
	    "\n\nCluster Replication State: Replication status command "
	    "started at: 2015-11-03-08-00\n"
	    "     Replication status command COMPLETED 676 tables checked out "
	    "of 676\n"
	    "     Last Completed Table: devicenumplanmapremdestmap\n"
	    "     No Errors or Mismatches found.\n\n"
	    "     Use 'file view activelog "
	    "cm/trace/dbl/sdi/ReplicationStatus.2015_11_03_08_00_00.out' to "
	    "see the details\n\n"
	    "DB Version: ccm%u_%u\n"
	    "Repltimeout set to: 300s\n"
	    "PROCESS option set to: 1\n\n"
	    "Cluster Detailed View from %s (%zu Servers):\n\n"
	    "                                      PING      DB/RPC/   "
	    "REPL.    Replication    REPLICATION SETUP\n"
	    "SERVER-NAME         IP ADDRESS        (msec)    DbMon?    "
	    "QUEUE    Group ID       (RTMT) & Details\n"
	    "-----------         ----------        ------    -------   "
	    "-----    -----------    ------------------\n",
	    w->release / 100, w->release % 100 / 10, console_node(c)->name,
	    w->num_nodes);
	for (i = 0; i < w->num_nodes; i++)
		put_replica(c, &w->node[i], (unsigned)i + 2);
	world_unlock(c->world);
	return true;
}

/* ---- utils disaster_recovery. ---- */

static bool
wants_restores(struct console *c, const struct console_args *a, bool *ret)
{
	*ret = strcmp(a->word[0], "restore") == 0;
	if (*ret || strcmp(a->word[0], "backup") == 0)
		return true;
	buf_str(&c->out, "Incorrect syntax\n");
	return false;
}

/* 2015-11-24-16-37-45.tar */
static void
put_tar(struct console *c, int64_t when)
{
	char text[64] = "";
	time_t at = (time_t)when;
	struct tm tm;

	if (localtime_r(&at, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%d-%H-%M-%S.tar",
		    &tm);
	buf_str(&c->out, text);
}

bool
console_backups(struct console *c, const struct console_args *a)
{
	const struct world_backup *b;
	bool restore, any = false;
	size_t i;

	if (!wants_restores(c, a, &restore))
		return false;
	world_lock(c->world);
	for (i = 0; i < c->world->num_backups; i++) {
		b = &c->world->backup[i];
		if (b->restore != restore)
			continue;
		if (!any)
			buf_printf(&c->out,
			    "Tar Filename:             %s Device:  Completed "
			    "On:                   Result:   %s Type:  "
			    "Features %s:\n",
			    restore ? "Restore" : "Backup",
			    restore ? "Restore" : "Backup",
			    restore ? "Restored" : "Backed Up");
		any = true;
		put_tar(c, b->when);
		buf_str(&c->out, "   NETWORK         ");
		text_put_date(&c->out, b->when);
		buf_printf(&c->out, "    %s   MANUAL        CDR_CAR,UCM\n",
		    b->status);
	}
	world_unlock(c->world);
	if (!any)
		buf_printf(&c->out, "No %s history is available\n",
		    restore ? "restore" : "backup");
	return true;
}

/* The last one of its kind; under the lock. */
static const struct world_backup *
last(const struct world *w, bool restore)
{
	const struct world_backup *found = NULL;
	size_t i;

	for (i = 0; i < w->num_backups; i++)
		if (w->backup[i].restore == restore)
			found = &w->backup[i];
	return found;
}

bool
console_backup_status(struct console *c, const struct console_args *a)
{
	const struct world_backup *b;
	bool restore;

	if (!wants_restores(c, a, &restore))
		return false;
	world_lock(c->world);
	b = last(c->world, restore);
	if (b == NULL) {
		buf_printf(&c->out, "Status: No %s is in progress\n",
		    restore ? "restore" : "backup");
	} else {
		buf_printf(&c->out,
		    "\nStatus: %s :Completed %s...\n\nTar Filename: ",
		    b->status, restore ? "Restore" : "Backup");
		put_tar(c, b->when);
		buf_printf(&c->out,
		    "\nStorage Location: NETWORK\n"
		    "Operation: %s\n"
		    "Percentage Complete: 100\n",
		    restore ? "restore" : "backup");
	}
	world_unlock(c->world);
	return true;
}

/* ---- utils system restart. ---- */

bool
console_restart(struct console *c, const struct console_args *a)
{
	struct diag d;
	enum err e;

	(void)a;
	diag_init(&d);
	buf_str(&c->out, "Do you really want to restart ?\n\n");
	if (!console_ask_word(c, "Enter (yes/no)? ")) {
		buf_str(&c->out, "Restart has been cancelled\n");
		return true;
	}
	buf_str(&c->out,
	    "\nAppliance is being Restarted ...\n"
	    "Warning: Restart could take up to 5 minutes.\n");
	world_lock(c->world);
	e = world_restart_node(c->world, c->node, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		return console_refused(c, &d);
	buf_str(&c->out, "Operation succeeded\n");
	console_flush(c);
	c->over = true;
	c->io->cut(c->io->arg);
	return true;
}
