/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_draft.h"

#include <strings.h>

static const char head[] =
    "# The inventory of a cluster, for `ctlsmith cluster`. docs/inventory.md\n"
    "# describes it; what begins with #~ is an example of what may be said. No\n"
    "# password and no PIN belongs in here. Relative paths are beside this "
    "file.\n\n";

static const char nodes_head[] =
    "\n# Each node: one publisher, and of the others subscriber, tftp (a\n"
    "# subscriber that serves TFTP and runs no CallManager) or imp (IM and\n"
    "# Presence). The first address is the one that is used.\n"
    "nodes:\n";

static const char node_more[] =
    "    # where ports are not the usual ones; also tftp, http, https,\n"
    "    # https_mra, sccp, sip, capf, tvs, web\n"
    "    #~ports: {ssh: 22}\n"
    "    # whom to believe over HTTPS: a file in PEM, or SHA256:... of the\n"
    "    # certificate (pin)\n"
    "    #~ca: callmanager.pem\n";

static const char tail[] =
    "\n# What is no part of the cluster and has to follow its changes:\n"
    "# unity-connection, uccx, expressway, cer, cube, idp, other.\n"
    "#~neighbours:\n"
    "#~  - {name: cuc1, kind: unity-connection}\n"
    "\n# TFTP servers that are no nodes.\n"
    "#~tftp_servers:\n"
    "#~  - {name: tftp-branch, address: 192.0.2.200}\n"
    "\n# The keys that sign its lists, as `ctlsmith token list` names them, "
    "and\n# the inventory of their tokens.\n"
    "#~signing_keys:\n"
    "#~  - \"pkcs11:token=SAST-1\"\n"
    "#~tokens: tokens.yaml\n"
    "\n# A table of its phones; a folder where each list that is seen is "
    "kept.\n"
    "#~phones: phones.csv\n"
    "#~archive: lists\n"
    "\n# Where nodes put files that are asked for (`file get`), and the "
    "variable\n# with the password.\n"
    "#~sftp_get: sftp://ctlsmith@192.0.2.50/incoming\n"
    "#~sftp_get_env: SFTP_PASSWORD\n"
    "\n# When changes may be made.\n"
    "#~window: {days: Sat Sun, from: \"22:00\", until: \"05:00\"}\n"
    "\n# Programs of this machine for steps that a person would do.\n"
    "#~site_commands:\n"
    "#~  reset_phones: [/usr/local/bin/reset-phones, --all]\n"
    "\n# What is asked of the cluster: keys that can sign the next list, days "
    "that\n# a backup is good for (0: any after the last change).\n"
    "#~policy: {min_sasts: 2, backup_age: 0, rsa_only: false}\n";

/* TEXT in quotation marks, whatever it holds. */
static void
put_quoted(struct buf *out, const char *text)
{
	buf_u8(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_printf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20 || *text == 0x7f)
			buf_printf(out, "\\x%02x", (unsigned char)*text);
		else
			buf_u8(out, (uint8_t)*text);
	}
	buf_u8(out, '"');
}

static void
put_line(struct buf *out, const char *key, const char *value)
{
	buf_str(out, key);
	put_quoted(out, value);
	buf_u8(out, '\n');
}

static void
put_ssh(const struct cluster_draft *d, struct buf *out)
{
	buf_str(out,
	    "\n# How one logs in to the command line; a node may say otherwise "
	    "of itself.\n# Without password_env, --password-fd and "
	    "--password-env a person is asked.\nssh:\n");
	put_line(out, "  user: ", d->user != NULL ? d->user : "admin");
	if (d->password_env != NULL)
		put_line(out, "  password_env: ", d->password_env);
	else
		buf_str(out, "  #~password_env: CLUSTER_PASSWORD\n");
	buf_printf(out,
	    "  # old algorithms are allowed: releases before 12 may need it\n"
	    "  %slegacy: true\n"
	    "  # how long the command line may take to come up, in seconds\n"
	    "  #~slow_start: 300\n"
	    "  # how long until SSH is agreed on, in seconds\n"
	    "  #~handshake: 30\n",
	    d->legacy ? "" : "#~");
}

static void
put_node(const struct cluster_draft_node *n, struct buf *out)
{
	put_line(out, "  - name: ", n->name);
	buf_str(out, "    addresses: [");
	put_quoted(out, n->address);
	if (n->other != NULL) {
		buf_str(out, ", ");
		put_quoted(out, n->other);
	}
	buf_printf(out, "]\n    role: %s\n", inventory_role_name(n->role));
	if (n->port != 22)
		buf_printf(out, "    ports: {ssh: %u}\n", n->port);
	buf_printf(out,
	    "    %sssh: {host_key: ", n->host_key[0] != '\0' ? "" : "#~");
	put_quoted(out,
	    n->host_key[0] != '\0'
		? n->host_key
		: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
	buf_str(out, "}\n");
}

void
cluster_draft_put(const struct cluster_draft *d, struct buf *out)
{
	static const struct cluster_draft_node examples[] = {
		{ .name = "cucm-pub",
		    .address = "192.0.2.10",
		    .role = INVENTORY_PUBLISHER,
		    .port = 22 },
		{ .name = "cucm-sub1",
		    .address = "192.0.2.11",
		    .role = INVENTORY_SUBSCRIBER,
		    .port = 22 },
	};
	bool known = d->num_nodes > 0;
	const struct cluster_draft_node *node = known ? d->node : examples;
	size_t i, num = known ? d->num_nodes : DOC_NUM(examples);

	buf_str(out, head);
	put_line(out, "name: ", d->name != NULL ? d->name : "cluster-1");
	buf_str(out,
	    "\n# What the nodes say is what counts. Where it stands here too, a "
	    "difference\n# stops.\n");
	put_line(out, "#~release: ", d->seen != NULL ? d->seen : "12.5(1)SU6");
	buf_str(out, "#~mode: mixed\n");
	put_ssh(d, out);
	buf_str(out, "#~known_hosts: known_hosts\n");
	buf_str(out, nodes_head);
	for (i = 0; i < num; i++) {
		put_node(&node[i], out);
		if (i == 0 && node[i].port == 22)
			buf_str(out, node_more);
	}
	buf_str(out, tail);
}

bool
cluster_draft_has(const struct said_nodes *said, const char *name)
{
	const struct said_node *n;

	for (n = said->item; n < said->item + said->num; n++)
		if (strcasecmp(name, n->name) == 0 ||
		    strcasecmp(name, n->fqdn) == 0 ||
		    strcasecmp(name, n->address) == 0)
			return true;
	return false;
}
