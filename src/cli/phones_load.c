/* SPDX-License-Identifier: Apache-2.0 */
/* What is known before anything is heard: the list, the phones, the senders. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/input.h"
#include "cli/phones.h"
#include "cli/url.h"
#include "cluster/database.h"
#include "cluster/dial.h"
#include "cluster/fetch.h"
#include "cluster/said.h"
#include "cluster/shell.h"
#include "ctl/ctl.h"
#include "data/csv.h"
#include "pki/digest.h"

#define CTL_NAME "CTLFile.tlv"
#define LIST_MAX ((size_t)4 << 20)

int64_t
phones_now(const struct phones *p)
{
	int64_t now = (int64_t)time(NULL);

	return now < p->since ? p->since : now;
}

/* ---- The list ------------------------------------------------------------------------ */

static const struct fetch_setup list_setup = { .max = LIST_MAX,
	.connect_limit = 5,
	.stall_limit = 5,
	.limit = 30 };

static enum err
fetch_from(struct phones *p, const struct fetch_place *at, struct diag *d)
{
	enum err e = fetch_file(at, CTL_NAME, &list_setup, &p->list.bytes, d);

	if (e == ERR_OK)
		(void)snprintf(p->list.source, sizeof(p->list.source),
		    "%s://%s%s%s:%u/" CTL_NAME, at->scheme,
		    strchr(at->host, ':') != NULL ? "[" : "", at->host,
		    strchr(at->host, ':') != NULL ? "]" : "", at->port);
	return e;
}

/* As phones do: HTTP, then TFTP. */
static enum err
fetch_by_both(struct phones *p, const char *host, unsigned http, unsigned tftp,
    struct diag *d)
{
	const struct fetch_place ways[] = { { "http", host, http },
		{ "tftp", host, tftp } };
	enum err e;

	e = fetch_from(p, &ways[0], d);
	if (e != ERR_OK && e != ERR_NOMEM)
		e = fetch_from(p, &ways[1], d);
	return e;
}

static enum err
fetch_from_nodes(struct phones *p, struct diag *d)
{
	const struct inventory *inv = &p->cluster.inventory;
	enum err e = ERR_ABSENT;
	struct diag why;
	size_t i;

	diag_init(&why);
	(void)diag_set(&why, ERR_ABSENT, "no node serves files");
	for (i = 0; i < inventory_num_nodes(inv); i++) {
		const struct inventory_node *node = inventory_node(inv, i);

		if (node->role == INVENTORY_IMP)
			continue;
		e = fetch_by_both(p, node->addresses.item[0], node->ports.http,
		    node->ports.tftp, &why);
		if (e == ERR_OK || e == ERR_NOMEM)
			return e == ERR_OK ? e : diag_nomem(d);
		buf_str(&p->notes, "no list from ");
		text_put_safe(&p->notes, bytes_of_str(node->name));
		buf_printf(&p->notes, ": %s\n", why.msg);
	}
	return diag_set(d, why.code,
	    "no node gives " CTL_NAME ", by which phones are judged "
	    "(--list LIST gives it): %.150s",
	    why.msg);
}

static enum err
load_given(struct phones *p, struct diag *d)
{
	const char *path = p->o->list;
	struct diag why;
	enum err e;

	diag_init(&why);
	e = url_is(path) ? url_load(path, LIST_MAX, &p->list.bytes, &why)
			 : file_load(path, LIST_MAX, &p->list.bytes, &why);
	(void)snprintf(p->list.source, sizeof(p->list.source), "%s", path);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%.200s: %s", path, why.msg);
}

static enum err
put_digest(struct bytes bytes, enum digest which, char *ret, size_t size,
    struct diag *d)
{
	struct digest_value v;
	struct buf hex = { 0 };

	if (digest_of(which, &bytes, 1, &v, d) != ERR_OK)
		return d == NULL ? ERR_NOMEM : d->code;
	text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	if (buf_cstr(&hex) == NULL)
		return diag_nomem(d);
	(void)snprintf(ret, size, "%s", buf_cstr(&hex));
	buf_clear(&hex);
	return ERR_OK;
}

/* It must be one, and says when it was signed. */
static enum err
read_list(struct phones *p, struct diag *d)
{
	struct bytes bytes = buf_bytes(&p->list.bytes);
	struct ctl_file *f = NULL;
	struct diag why;
	uint32_t when;
	enum err e;

	diag_init(&why);
	e = ctl_parse(bytes, CTL_KIND_AUTO, &f, &why);
	if (e == ERR_OK && ctl_kind(f) != CTL_KIND_CTL)
		e = diag_set(&why, ERR_UNSUPPORTED, "this is no CTL");
	if (e == ERR_OK &&
	    ctl_header_number(ctl_header(f), CTL_HDR_TIMESTAMP, &when)) {
		p->list.has_time = true;
		p->list.time = when;
	}
	ctl_free(&f);
	if (e != ERR_OK)
		return diag_set(d, e, "%.200s: %s", p->list.source, why.msg);
	e = put_digest(bytes, DIGEST_MD5, p->list.md5, sizeof(p->list.md5), d);
	if (e == ERR_OK)
		e = put_digest(bytes, DIGEST_SHA1, p->list.sha1,
		    sizeof(p->list.sha1), d);
	return e;
}

enum err
phones_load_list(struct phones *p, struct diag *d)
{
	enum err e;

	e = p->o->list != NULL ? load_given(p, d) : fetch_from_nodes(p, d);
	if (e == ERR_OK)
		e = read_list(p, d);
	if (e != ERR_OK)
		return e;
	p->since = p->o->since != INT64_MIN ? p->o->since
	    : p->list.has_time              ? p->list.time
					    : 0;
	return delivery_new(
	    &(struct delivery_list){ p->list.md5, p->list.sha1, p->since },
	    &p->book, d);
}

/* ---- Places ----------------------------------------------------------------------------- */

/* *RET: the place of NAME, which may be a new one. */
static enum err
reach_place(struct phones *p, const char *name, struct phones_place **ret,
    struct diag *d)
{
	char key[DELIVERY_NAME_MAX + 1];
	struct phones_place *more;
	size_t i, number;

	for (i = 0; i < sizeof(key) && name[i] != '\0'; i++)
		key[i] = (char)toupper((unsigned char)name[i]);
	if (intern_find(&p->names, bytes_of(key, i), &number)) {
		*ret = &p->place[number];
		return ERR_OK;
	}
	more = reallocarray(p->place, p->num_places + 1, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	p->place = more;
	if (intern_add(&p->names, bytes_of(key, i), &number, NULL, d) != ERR_OK)
		return ERR_NOMEM;
	memset(&more[number], 0, sizeof(*more));
	p->num_places = number + 1;
	*ret = &more[number];
	return ERR_OK;
}

static enum err
set_text(char **at, const char *text, struct diag *d)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return diag_nomem(d);
	free(*at);
	*at = copy;
	return ERR_OK;
}

enum err
phones_place(struct phones *p, const char *name, const char *address,
    struct diag *d)
{
	struct phones_place *at = NULL;
	enum err e = reach_place(p, name, &at, d);

	if (e == ERR_OK && at != NULL)
		e = set_text(&at->name, name, d);
	if (e == ERR_OK && at != NULL)
		e = set_text(&at->address, address, d);
	return e;
}

/* ---- phones.csv --------------------------------------------------------------------------- */

enum {
	COLUMN_NAME,
	COLUMN_GROUP,
	COLUMN_ADDRESS,
	NUM_COLUMNS
};

static const struct csv_column columns[NUM_COLUMNS] = {
	[COLUMN_NAME] = { "name", "device name", true },
	[COLUMN_GROUP] = { "group", "callmanager group", false },
	[COLUMN_ADDRESS] = { "address", "ip address", false },
};

/* A NUL-terminated copy of the field, "" where it is empty; a field that is too
 * long is refused. */
static enum err
take_field(const struct csv *csv, size_t column, char *ret, size_t size,
    struct diag *d)
{
	struct bytes field = csv_field(csv, column);

	if (field.len >= size)
		return csv_refuse(csv, column, d, "more than %zu bytes",
		    size - 1);
	if (field.len > 0)
		memcpy(ret, field.ptr, field.len);
	ret[field.len] = '\0';
	return ERR_OK;
}

static enum err
take_row(struct phones *p, const struct csv *csv, struct diag *d)
{
	char name[DELIVERY_NAME_MAX + 1] = "", group[256] = "",
				      address[256] = "";
	enum err e;

	e = take_field(csv, COLUMN_NAME, name, sizeof(name), d);
	if (e == ERR_OK && name[0] == '\0')
		e = csv_refuse(csv, COLUMN_NAME, d, "a phone without a name");
	if (e == ERR_OK)
		e = take_field(csv, COLUMN_GROUP, group, sizeof(group), d);
	if (e == ERR_OK)
		e = take_field(csv, COLUMN_ADDRESS, address, sizeof(address),
		    d);
	if (e == ERR_OK)
		e = delivery_expect(p->book, name,
		    group[0] == '\0' ? NULL : group, d);
	if (e == ERR_OK && address[0] != '\0')
		e = phones_place(p, name, address, d);
	return e;
}

static enum err
read_csv(struct phones *p, struct bytes text, struct diag *d)
{
	struct csv *csv = NULL;
	bool more = false;
	enum err e;

	e = csv_open(text, columns, NUM_COLUMNS, &csv, d);
	while (e == ERR_OK && (e = csv_next(csv, &more, d)) == ERR_OK && more)
		e = take_row(p, csv, d);
	csv_free(&csv);
	return e;
}

enum err
phones_load_csv(struct phones *p, struct diag *d)
{
	const char *path = p->o->csv != NULL ? p->o->csv
	    : p->has_cluster                 ? p->cluster.inventory.phones
					     : NULL;
	struct buf text = { 0 };
	struct diag why;
	enum err e;

	if (path == NULL)
		return ERR_OK;
	diag_init(&why);
	e = file_load(path, FILE_MAX_DEFAULT, &text, &why);
	if (e == ERR_OK)
		e = read_csv(p, buf_bytes(&text), &why);
	buf_clear(&text);
	if (e == ERR_OK)
		return ERR_OK;
	if (why.line > 0)
		return diag_set(d, e, "%.200s: line %u, column %u: %s", path,
		    why.line, why.column, why.msg);
	return diag_set(d, e, "%.200s: %s", path, why.msg);
}

/* ---- The publisher -------------------------------------------------------------------------- */

static enum err
ask(struct shell *shell, const char *id, struct shell_said *said,
    struct diag *d)
{
	enum err e = shell_run(shell, id, NULL, 0, said, d);

	if (e == ERR_OK && said->failure != COMMAND_WORKED)
		e = diag_set(d, ERR_IO, "%s: %s", id,
		    command_failure_name(said->failure));
	return e;
}

static enum err
take_devices(struct phones *p, struct bytes text, struct diag *d)
{
	struct database_devices l = { .num = 0 };
	enum err e = database_devices(text, &l, d);
	size_t i;

	for (i = 0; e == ERR_OK && i < l.num; i++)
		if (strlen(l.item[i].name) <= DELIVERY_NAME_MAX)
			e = delivery_expect(p->book, l.item[i].name,
			    l.item[i].group, d);
	database_devices_clear(&l);
	return e;
}

enum err
phones_registered(struct phones *p, struct bytes text, struct diag *d)
{
	struct said_phones l = { .num = 0 };
	enum err e = said_phones(text, &l, d);
	size_t i;

	for (i = 0; e == ERR_OK && i < l.num; i++) {
		const struct said_phone *phone = &l.item[i];

		if (!phone->registered ||
		    strlen(phone->name) > DELIVERY_NAME_MAX)
			continue;
		e = delivery_registered(p->book, phone->name,
		    phone->address[0] == '\0' ? NULL : phone->address, d);
		if (e == ERR_OK && phone->address[0] != '\0')
			e = phones_place(p, phone->name, phone->address, d);
	}
	said_phones_clear(&l);
	return e;
}

static enum err
ask_both(struct phones *p, struct shell *shell, bool devices, struct diag *d)
{
	struct shell_said said = { .failure = COMMAND_WORKED };
	enum err e = ERR_OK;

	if (devices) {
		e = ask(shell, "sql-devices", &said, d);
		if (e == ERR_OK)
			e = take_devices(p, buf_bytes(&said.text), d);
		shell_said_clear(&said);
	}
	if (e == ERR_OK)
		e = ask(shell, "risdb-phones", &said, d);
	if (e == ERR_OK)
		e = phones_registered(p, buf_bytes(&said.text), d);
	shell_said_clear(&said);
	return e;
}

static size_t
index_of(const struct inventory *inv, const struct inventory_node *node)
{
	size_t i = 0;

	while (inventory_node(inv, i) != node)
		i++;
	return i;
}

static enum err
ask_node(struct phones *p, const struct inventory_node *node, bool devices,
    struct diag *d)
{
	struct cluster *c = &p->cluster;
	struct shell_setup setup = { .host = node->addresses.item[0],
		.port = node->ports.ssh,
		.node = node->name,
		.ssh = &node->ssh,
		.known_hosts = c->known_hosts,
		.commands = c->commands,
		.trust = cluster_trust,
		.arg = c };
	struct shell *shell = NULL;
	enum err e;

	setup.password = &c->passwords.node[index_of(&c->inventory, node)];
	e = shell_open(&setup, &shell, d);
	if (e == ERR_OK)
		e = ask_both(p, shell, devices, d);
	shell_close(&shell);
	return e;
}

static enum err
ask_publisher(struct phones *p, bool devices, struct diag *d)
{
	enum err e = cluster_login(&p->cluster, d);

	return e == ERR_OK
	    ? ask_node(p, inventory_publisher(&p->cluster.inventory), devices,
		  d)
	    : e;
}

/* Each node knows those phones alone that are registered with it. One that does
 * not answer is said, and the others are asked. */
static enum err
ask_others(struct phones *p, struct diag *d)
{
	const struct inventory *inv = &p->cluster.inventory;
	struct diag why;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e != ERR_NOMEM && i < inventory_num_nodes(inv); i++) {
		const struct inventory_node *node = inventory_node(inv, i);

		if (node == inventory_publisher(inv) ||
		    !inventory_registers(node))
			continue;
		diag_init(&why);
		e = ask_node(p, node, false, &why);
		if (e != ERR_OK && e != ERR_NOMEM)
			buf_printf(&p->notes,
			    "who is registered with %s is not known: %s\n",
			    node->name, why.msg);
	}
	return e == ERR_NOMEM ? diag_nomem(d) : ERR_OK;
}

/* With phones of a CSV the publisher is no need. */
enum err
phones_load_publisher(struct phones *p, struct diag *d)
{
	bool devices = delivery_num(p->book) == 0;
	struct diag why;
	enum err e;

	if (p->o->no_login)
		return ERR_OK;
	diag_init(&why);
	e = ask_publisher(p, devices, &why);
	if (e == ERR_OK)
		return ask_others(p, d);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	if (devices || e == ERR_USAGE || e == ERR_PIN || e == ERR_POLICY)
		return diag_set(d, e, "publisher: %.250s", why.msg);
	buf_printf(&p->notes,
	    "who is registered is not known, the publisher: %s\n", why.msg);
	return ask_others(p, d);
}

/* ---- Senders ---------------------------------------------------------------------------------- */

static enum err
trust_host(void *arg, const char *address, struct diag *d)
{
	struct phones *p = arg;

	return delivery_trust(p->book, address, d);
}

static enum err
trust_nodes(struct phones *p, struct diag *d)
{
	const struct inventory *inv = &p->cluster.inventory;
	enum err e = ERR_OK;
	size_t i, j;

	for (i = 0; e == ERR_OK && i < inventory_num_nodes(inv); i++) {
		const struct inventory_node *node = inventory_node(inv, i);

		for (j = 0; e == ERR_OK && j < node->addresses.num; j++)
			e = dial_addresses(node->addresses.item[j], trust_host,
			    p, d);
	}
	return e;
}

enum err
phones_load_senders(struct phones *p, struct diag *d)
{
	const struct opt_strings *from = &p->o->from;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < from->num; i++)
		if (strcmp(from->at[i], "any") == 0)
			return ERR_OK;
	if (p->has_cluster)
		e = trust_nodes(p, d);
	for (i = 0; e == ERR_OK && i < from->num; i++)
		e = dial_addresses(from->at[i], trust_host, p, d);
	return e;
}
