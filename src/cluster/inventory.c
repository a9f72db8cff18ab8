/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/beside.h"
#include "base/file.h"
#include "cluster/inventory_check.h"

#define ADDRESSES_MAX 8
#define OTHERS_MAX 256
#define WORDS_MAX 64
#define PORT_MAX 65535
#define DELAY_MAX 5000      /* ms */
#define SLOW_START_MAX 3600 /* s */
#define SASTS_MAX 64
#define DAYS_MAX 36500

#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)
#define TEXT(st, member)                                             \
	{                                                            \
		FIELD(st, member, DOC_STRING), .min = 1, .max = 4096 \
	}
#define NAME(st, member)                                                   \
	{                                                                  \
		FIELD(st, member, DOC_STRING), .required = true, .min = 1, \
					       .max = INVENTORY_NAME_MAX   \
	}
#define PORT(st, member)                                                   \
	{                                                                  \
		FIELD(st, member, DOC_UNSIGNED), .min = 1, .max = PORT_MAX \
	}
#define PLACE(st)                                 \
	{                                         \
		.key = "", .type = DOC_PLACE,     \
		.offset = offsetof(struct st, at) \
	}
#define TABLE(id, text, st, rest)                                    \
	static const struct doc_table id##_table = { .what = (text), \
		.size = sizeof(struct st),                           \
		.defaults = (rest),                                  \
		.fields = id##_fields,                               \
		.num_fields = DOC_NUM(id##_fields) }

/* ---- The file. ---- */

static const struct inventory_ports usual_ports = { .ssh = 22,
	.tftp = 69,
	.http = 6970,
	.https = 6971,
	.https_mra = 6972,
	.sccp = 2443,
	.sip = 5061,
	.capf = 3804,
	.tvs = 2445,
	.web = 8443 };

static const struct doc_field ports_fields[] = {
	PORT(inventory_ports, ssh),
	PORT(inventory_ports, tftp),
	PORT(inventory_ports, http),
	PORT(inventory_ports, https),
	PORT(inventory_ports, https_mra),
	PORT(inventory_ports, sccp),
	PORT(inventory_ports, sip),
	PORT(inventory_ports, capf),
	PORT(inventory_ports, tvs),
	PORT(inventory_ports, web),
};
TABLE(ports, "map of ports", inventory_ports, &usual_ports);

static const struct doc_field ssh_fields[] = {
	TEXT(inventory_ssh, user),
	TEXT(inventory_ssh, host_key),
	TEXT(inventory_ssh, password_env),
	TEXT(inventory_ssh, key),
	TEXT(inventory_ssh, prompt),
	{ FIELD(inventory_ssh, delay, DOC_UNSIGNED), .max = DELAY_MAX },
	{ FIELD(inventory_ssh, slow_start, DOC_UNSIGNED), .min = 1,
	    .max = SLOW_START_MAX },
	{ FIELD(inventory_ssh, handshake, DOC_UNSIGNED), .min = 1,
	    .max = SLOW_START_MAX },
	{ FIELD(inventory_ssh, legacy, DOC_BOOL) },
	PLACE(inventory_ssh),
};
TABLE(ssh, "map of ssh", inventory_ssh, NULL);

/* A node as it stands there. */
struct node_line {
	const char *name;
	struct doc_strings addresses;
	int role;
	const struct inventory_ports *ports;
	const struct inventory_ssh *ssh;
	const char *ca, *pin;
	struct doc_place at;
};

static const struct doc_name roles[] = {
#define ROLE_ROW(id, name) { name, id },
	INVENTORY_ROLES(ROLE_ROW)
#undef ROLE_ROW
	    { NULL, 0 }
};

static const struct doc_field node_fields[] = {
	NAME(node_line, name),
	{ FIELD(node_line, addresses, DOC_STRINGS), .required = true, .min = 1,
	    .max = ADDRESSES_MAX },
	{ FIELD(node_line, role, DOC_ENUM), .required = true, .names = roles },
	{ FIELD(node_line, ports, DOC_MAP), .table = &ports_table },
	{ FIELD(node_line, ssh, DOC_MAP), .table = &ssh_table },
	TEXT(node_line, ca),
	TEXT(node_line, pin),
	PLACE(node_line),
};
TABLE(node, "node", node_line, NULL);

static const struct doc_field neighbour_fields[] = {
	NAME(inventory_neighbour, name),
	NAME(inventory_neighbour, kind),
	PLACE(inventory_neighbour),
};
TABLE(neighbour, "neighbour", inventory_neighbour, NULL);

static const struct inventory_tftp usual_tftp = { .tftp = 69, .http = 6970 };

static const struct doc_field tftp_fields[] = {
	NAME(inventory_tftp, name),
	NAME(inventory_tftp, address),
	PORT(inventory_tftp, tftp),
	PORT(inventory_tftp, http),
	TEXT(inventory_tftp, sftp),
	PLACE(inventory_tftp),
};
TABLE(tftp, "TFTP server", inventory_tftp, &usual_tftp);

static const struct doc_field window_fields[] = {
	TEXT(inventory_window, days),
	NAME(inventory_window, from),
	NAME(inventory_window, until),
	TEXT(inventory_window, zone),
	PLACE(inventory_window),
};
TABLE(window, "maintenance window", inventory_window, NULL);

static const struct doc_field commands_fields[] = {
	{ FIELD(inventory_commands, reset_phones, DOC_STRINGS), .min = 1,
	    .max = WORDS_MAX },
	{ FIELD(inventory_commands, upload_tftp, DOC_STRINGS), .min = 1,
	    .max = WORDS_MAX },
	{ FIELD(inventory_commands, backup, DOC_STRINGS), .min = 1,
	    .max = WORDS_MAX },
};
TABLE(commands, "map of site commands", inventory_commands, NULL);

static const struct inventory_policy usual_policy = { .min_sasts = 2 };

static const struct doc_field policy_fields[] = {
	{ FIELD(inventory_policy, rsa_only, DOC_BOOL) },
	{ FIELD(inventory_policy, min_sasts, DOC_UNSIGNED), .min = 1,
	    .max = SASTS_MAX },
	{ FIELD(inventory_policy, backup_age, DOC_UNSIGNED), .max = DAYS_MAX },
};
TABLE(policy, "policy", inventory_policy, &usual_policy);

struct whole {
	struct inventory inv; /* its nodes are those of struct node_line */
	const struct inventory_ssh *ssh;
};

#define INV(member, kind)                       \
	.key = #member, .type = (kind),         \
	.offset = offsetof(struct whole, inv) + \
	    offsetof(struct inventory, member)
#define INV_TEXT(member)                                       \
	{                                                      \
		INV(member, DOC_STRING), .min = 1, .max = 4096 \
	}

static const struct doc_field whole_fields[] = {
	{ INV(name, DOC_STRING), .required = true, .min = 1,
	    .max = INVENTORY_NAME_MAX },
	INV_TEXT(release),
	INV_TEXT(mode),
	{ INV(nodes, DOC_MAPS), .required = true, .min = 1,
	    .max = INVENTORY_MAX_NODES, .table = &node_table },
	{ INV(neighbours, DOC_MAPS), .max = OTHERS_MAX,
	    .table = &neighbour_table },
	{ INV(tftp_servers, DOC_MAPS), .max = OTHERS_MAX,
	    .table = &tftp_table },
	{ INV(signing_keys, DOC_STRINGS), .max = SASTS_MAX },
	INV_TEXT(tokens),
	INV_TEXT(phones),
	INV_TEXT(archive),
	INV_TEXT(commands),
	INV_TEXT(known_hosts),
	INV_TEXT(sftp_get),
	INV_TEXT(sftp_get_env),
	{ FIELD(whole, ssh, DOC_MAP), .table = &ssh_table },
	{ INV(window, DOC_MAP), .table = &window_table },
	{ INV(site_commands, DOC_MAP), .table = &commands_table },
	{ INV(policy, DOC_MAP), .table = &policy_table },
};

const struct doc_table inventory_table = { .what = "cluster",
	.size = sizeof(struct whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

/* ---- Reading. ---- */

static struct inventory_ssh
merge(const struct inventory_ssh *node, const struct inventory_ssh *all)
{
	static const struct inventory_ssh none;
	const struct inventory_ssh *a = all == NULL ? &none : all;
	struct inventory_ssh ret = node == NULL ? none : *node;

	if (ret.user == NULL)
		ret.user = a->user;
	if (ret.password_env == NULL)
		ret.password_env = a->password_env;
	if (ret.key == NULL)
		ret.key = a->key;
	if (ret.prompt == NULL)
		ret.prompt = a->prompt;
	if (ret.delay == 0)
		ret.delay = a->delay;
	if (ret.slow_start == 0)
		ret.slow_start = a->slow_start;
	if (ret.handshake == 0)
		ret.handshake = a->handshake;
	ret.legacy |= a->legacy;
	return ret;
}

static enum err
take_nodes(struct whole *w, struct doc *doc, struct diag *d)
{
	const struct node_line *line = w->inv.nodes.item;
	struct inventory_node *n;
	size_t i;

	n = doc_alloc(doc, w->inv.nodes.num * sizeof(*n));
	if (n == NULL)
		return diag_nomem(d);
	for (i = 0; i < w->inv.nodes.num; i++)
		n[i] = (struct inventory_node){ .name = line[i].name,
			.addresses = line[i].addresses,
			.role = line[i].role,
			.ports = line[i].ports == NULL ? usual_ports
						       : *line[i].ports,
			.ssh = merge(line[i].ssh, w->ssh),
			.ca = line[i].ca,
			.pin = line[i].pin,
			.at = line[i].at };
	w->inv.own = n;
	w->inv.nodes.item = n;
	if (w->ssh != NULL)
		w->inv.ssh = *w->ssh;
	if (w->inv.policy == NULL)
		w->inv.policy = &usual_policy;
	return ERR_OK;
}

static enum err
check_ssh(const struct doc *doc, const struct inventory_ssh *ssh,
    struct diag *d)
{
	enum err e;

	e = inventory_check_value(doc, ssh->user, &inventory_check_user, d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, ssh->host_key,
		    &inventory_check_host_key, d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, ssh->password_env,
		    &inventory_check_variable, d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, ssh->key, &inventory_check_text,
		    d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, ssh->prompt,
		    &inventory_check_prompt, d);
	return e;
}

static enum err
check_node(const struct doc *doc, const struct inventory_node *n,
    struct diag *d)
{
	enum err e;

	e = inventory_check_value(doc, n->name, &inventory_check_name, d);
	if (e == ERR_OK)
		e = inventory_check_values(doc, &n->addresses,
		    &inventory_check_address, d);
	if (e == ERR_OK)
		e = check_ssh(doc, &n->ssh, d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, n->ca, &inventory_check_text, d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, n->pin, &inventory_check_pin, d);
	return e;
}

static enum err
check_publisher(const struct inventory *inv, struct diag *d)
{
	const struct inventory_node *n, *found = NULL;
	size_t i;

	for (i = 0; i < inventory_num_nodes(inv); i++) {
		n = inventory_node(inv, i);
		if (n->role != INVENTORY_PUBLISHER)
			continue;
		if (found != NULL)
			return doc_refuse(n->at, d,
			    "a cluster has one publisher, and that is %.100s "
			    "already (line %u)",
			    found->name, found->at.line);
		found = n;
	}
	if (found == NULL)
		return doc_refuse(inventory_node(inv, 0)->at, d,
		    "none of these nodes has the role publisher");
	return ERR_OK;
}

static enum err
check_nodes(const struct doc *doc, const struct inventory *inv, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < inventory_num_nodes(inv); i++)
		e = check_node(doc, inventory_node(inv, i), d);
	if (e == ERR_OK)
		e = check_publisher(inv, d);
	return e == ERR_OK ? inventory_check_once(doc, inv, d) : e;
}

static enum err
check_others(const struct doc *doc, const struct inventory *inv, struct diag *d)
{
	const struct inventory_neighbour *n = inv->neighbours.item;
	const struct inventory_tftp *t = inv->tftp_servers.item;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < inv->neighbours.num; i++) {
		e = inventory_check_value(doc, n[i].name, &inventory_check_text,
		    d);
		if (e == ERR_OK)
			e = inventory_check_value(doc, n[i].kind,
			    &inventory_check_neighbour, d);
	}
	for (i = 0; e == ERR_OK && i < inv->tftp_servers.num; i++) {
		e = inventory_check_value(doc, t[i].name, &inventory_check_name,
		    d);
		if (e == ERR_OK)
			e = inventory_check_value(doc, t[i].address,
			    &inventory_check_address, d);
		if (e == ERR_OK)
			e = inventory_check_value(doc, t[i].sftp,
			    &inventory_check_sftp, d);
	}
	return e;
}

static enum err
check_window(const struct doc *doc, const struct inventory_window *w,
    struct diag *d)
{
	enum err e;

	if (w == NULL)
		return ERR_OK;
	e = inventory_check_value(doc, w->days, &inventory_check_days, d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, w->from, &inventory_check_time,
		    d);
	if (e == ERR_OK)
		e = inventory_check_value(doc, w->until, &inventory_check_time,
		    d);
	if (e == ERR_OK && strcmp(w->from, w->until) == 0)
		e = doc_refuse(w->at, d,
		    "this window ends when it begins; a whole day is 00:00 to "
		    "23:59");
	if (e == ERR_OK)
		e = inventory_check_value(doc, w->zone, &inventory_check_zone,
		    d);
	return e;
}

static enum err
check_commands(const struct doc *doc, const struct inventory_commands *c,
    struct diag *d)
{
	enum err e;

	if (c == NULL)
		return ERR_OK;
	e = inventory_check_values(doc, &c->reset_phones, &inventory_check_text,
	    d);
	if (e == ERR_OK)
		e = inventory_check_values(doc, &c->upload_tftp,
		    &inventory_check_text, d);
	if (e == ERR_OK)
		e = inventory_check_values(doc, &c->backup,
		    &inventory_check_text, d);
	return e;
}

static enum err
check_strings(const struct doc *doc, const struct inventory *inv,
    struct diag *d)
{
	const struct {
		const char *value;
		const struct inventory_check_kind *kind;
	} all[] = {
		{ inv->name, &inventory_check_text },
		{ inv->release, &inventory_check_release },
		{ inv->mode, &inventory_check_mode },
		{ inv->tokens, &inventory_check_text },
		{ inv->phones, &inventory_check_text },
		{ inv->archive, &inventory_check_text },
		{ inv->commands, &inventory_check_text },
		{ inv->known_hosts, &inventory_check_text },
		{ inv->sftp_get, &inventory_check_sftp },
		{ inv->sftp_get_env, &inventory_check_variable },
	};
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < DOC_NUM(all); i++)
		e = inventory_check_value(doc, all[i].value, all[i].kind, d);
	if (e == ERR_OK)
		e = inventory_check_values(doc, &inv->signing_keys,
		    &inventory_check_key, d);
	if (e == ERR_OK && inv->ssh.host_key != NULL)
		e = doc_refuse(doc_place_of(doc, inv->ssh.host_key), d,
		    "each node has a host key of its own; this belongs to a "
		    "node");
	return e == ERR_OK ? check_ssh(doc, &inv->ssh, d) : e;
}

enum err
inventory_read(struct bytes yaml, struct inventory *ret, struct doc **ret_doc,
    struct diag *diag)
{
	struct whole w = { .ssh = NULL };
	struct doc *doc = NULL;
	enum err e;

	e = doc_read(yaml, &inventory_table, &w, &doc, diag);
	if (e == ERR_OK)
		e = take_nodes(&w, doc, diag);
	if (e == ERR_OK)
		e = check_strings(doc, &w.inv, diag);
	if (e == ERR_OK)
		e = check_nodes(doc, &w.inv, diag);
	if (e == ERR_OK)
		e = check_others(doc, &w.inv, diag);
	if (e == ERR_OK)
		e = check_window(doc, w.inv.window, diag);
	if (e == ERR_OK)
		e = check_commands(doc, w.inv.site_commands, diag);
	if (e == ERR_OK) {
		*ret = w.inv;
		*ret_doc = doc;
	} else {
		doc_free(&doc);
	}
	return e;
}

/* ---- A file. ---- */

/* Makes *PATH one beside FILE. */
static enum err
place(struct doc *doc, const char *file, const char **path, struct diag *d)
{
	struct buf text = { 0 };
	char *copy = NULL;

	if (*path == NULL)
		return ERR_OK;
	beside_put(&text, file, *path);
	if (buf_cstr(&text) != NULL)
		copy = doc_alloc(doc, text.len + 1);
	if (copy != NULL) {
		memcpy(copy, text.ptr, text.len);
		*path = copy;
	}
	buf_clear(&text);
	return copy == NULL ? diag_nomem(d) : ERR_OK;
}

static enum err
place_all(struct doc *doc, const char *file, struct inventory *inv,
    struct diag *d)
{
	const char **const paths[] = { &inv->tokens, &inv->phones,
		&inv->archive, &inv->commands, &inv->known_hosts,
		&inv->ssh.key };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < DOC_NUM(paths); i++)
		e = place(doc, file, paths[i], d);
	for (i = 0; e == ERR_OK && i < inv->nodes.num; i++) {
		e = place(doc, file, &inv->own[i].ssh.key, d);
		if (e == ERR_OK)
			e = place(doc, file, &inv->own[i].ca, d);
	}
	return e;
}

enum err
inventory_load(const char *path, struct inventory *ret, struct doc **ret_doc,
    struct diag *diag)
{
	struct inventory inv = { .name = NULL };
	struct buf text = { 0 };
	struct doc *doc = NULL;
	enum err e;

	e = file_load(path, DOC_SIZE_MAX, &text, diag);
	if (e == ERR_OK)
		e = inventory_read(buf_bytes(&text), &inv, &doc, diag);
	if (e == ERR_OK)
		e = place_all(doc, path, &inv, diag);
	buf_clear(&text);
	if (e == ERR_OK) {
		*ret = inv;
		*ret_doc = doc;
	} else {
		doc_free(&doc);
	}
	return e;
}

/* ---- What it says. ---- */

const char *
inventory_role_name(enum inventory_role role)
{
	return roles[role].name;
}

void
inventory_allow_legacy(struct inventory *inv)
{
	size_t i;

	for (i = 0; i < inv->nodes.num; i++)
		inv->own[i].ssh.legacy = true;
	inv->ssh.legacy = true;
}

size_t
inventory_num_nodes(const struct inventory *inv)
{
	return inv->nodes.num;
}

const struct inventory_node *
inventory_node(const struct inventory *inv, size_t i)
{
	return (const struct inventory_node *)inv->nodes.item + i;
}

const struct inventory_node *
inventory_publisher(const struct inventory *inv)
{
	size_t i;

	for (i = 0; i < inv->nodes.num; i++)
		if (inventory_node(inv, i)->role == INVENTORY_PUBLISHER)
			return inventory_node(inv, i);
	return NULL;
}

bool
inventory_registers(const struct inventory_node *n)
{
	return n->role == INVENTORY_PUBLISHER ||
	    n->role == INVENTORY_SUBSCRIBER;
}
