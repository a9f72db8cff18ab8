/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_init.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/cluster.h"
#include "cli/cluster_draft.h"
#include "cli/net.h"
#include "cli/out.h"
#include "cluster/database.h"
#include "cluster/said.h"
#include "cluster/shell.h"

#define SSH_PORT 22
#define CONNECT_LIMIT 10 /* s */

/* What is asked of a publisher, and what came of it. */
struct work {
	const struct cluster_init_opts *o;
	char host[INVENTORY_NAME_MAX + 1];
	unsigned port;
	struct secret password;
	struct command_table *commands;
	struct inventory_ssh ssh;
	char host_key[64]; /* of HOST */
	struct said_nodes said;
	struct said_version version;
	struct cluster_draft_node *node;
	size_t num_pinned;
};

/* ---- HOST or HOST:PORT ---- */

static enum err
wrong_host(const char *text, struct diag *d)
{
	return diag_set(d, ERR_USAGE,
	    "--from wants HOST, HOST:PORT or [HOST]:PORT, not '%.100s'", text);
}

static enum err
take_port(const char *text, const char *whole, unsigned *ret, struct diag *d)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    n == 0 || n > 65535)
		return wrong_host(whole, d);
	*ret = (unsigned)n;
	return ERR_OK;
}

/* Two colons or more are an address of IPv6. */
static enum err
take_host(struct work *w, const char *text, struct diag *d)
{
	const char *host = text, *end, *port = NULL;

	w->port = SSH_PORT;
	if (*text == '[') {
		host++;
		end = strchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return wrong_host(text, d);
		port = end[1] == ':' ? end + 2 : NULL;
	} else {
		end = strchr(text, ':');
		if (end != NULL && strchr(end + 1, ':') == NULL)
			port = end + 1;
		else
			end = text + strlen(text);
	}
	if (end == host || (size_t)(end - host) >= sizeof(w->host))
		return wrong_host(text, d);
	memcpy(w->host, host, (size_t)(end - host));
	return port == NULL ? ERR_OK : take_port(port, text, &w->port, d);
}

/* ---- The publisher ---- */

static bool
trust(void *arg, const char *host, const char *fingerprint)
{
	(void)arg;
	return cluster_ask_trust(host, fingerprint);
}

static enum err
run(struct work *w, struct shell *s, const char *id, struct shell_said *ret,
    struct diag *d)
{
	enum err e = shell_run(s, id, NULL, 0, ret, d);

	if (e == ERR_OK && ret->failure != COMMAND_WORKED)
		return diag_set(d, ERR_UNSUPPORTED, "%.200s: %s was %s",
		    w->host, id, command_failure_name(ret->failure));
	return e;
}

/* Names the nodes of the database that `show network cluster` does not tell of:
 * it shows none that has never come up, and people forget those. */
static enum err
compare(struct work *w, struct bytes text, struct diag *d)
{
	struct database_nodes l = { .num = 0 };
	enum err e = database_nodes(text, &l, d);
	struct diag why;
	size_t i;

	for (i = 0; e == ERR_OK && i < l.num; i++) {
		if (cluster_draft_has(&w->said, l.name[i]))
			continue;
		diag_set(&why, ERR_OK,
		    "the database has it, `show network cluster` has not; add "
		    "it to the file by hand, where it is a node in use");
		out_complain(l.name[i], &why);
	}
	database_nodes_clear(&l);
	return e;
}

static enum err
ask(struct work *w, struct shell *s, struct diag *d)
{
	struct shell_said said = { 0 };
	enum err e;

	e = run(w, s, "show-network-cluster", &said, d);
	if (e == ERR_OK)
		e = said_nodes(buf_bytes(&said.text), &w->said, d);
	shell_said_clear(&said);
	if (e == ERR_OK)
		e = run(w, s, "sql-nodes", &said, d);
	if (e == ERR_OK)
		e = compare(w, buf_bytes(&said.text), d);
	shell_said_clear(&said);
	if (e == ERR_OK)
		e = run(w, s, "show-version", &said, d);
	/* it would only be a comment */
	if (e == ERR_OK)
		(void)(said_version(buf_bytes(&said.text), &w->version, NULL) ==
		    ERR_OK);
	shell_said_clear(&said);
	return e;
}

static struct shell_setup
setup_of(const struct work *w, const char *host)
{
	return (struct shell_setup){ .host = host,
		.port = w->port,
		.ssh = &w->ssh,
		.known_hosts = w->o->cluster.known_hosts,
		.password = &w->password,
		.commands = w->commands,
		.connect_limit = CONNECT_LIMIT };
}

static void
name_weak(const char *host, const struct shell *s)
{
	struct diag d;

	if (*shell_weak(s) == '\0')
		return;
	diag_set(&d, ERR_OK, "this connection is not safe: %s", shell_weak(s));
	out_complain(host, &d);
}

static enum err
ask_publisher(struct work *w, struct diag *d)
{
	struct shell_setup setup = setup_of(w, w->host);
	struct shell *s = NULL;
	enum err e;

	if (cluster_asks(&w->o->cluster))
		setup.trust = trust;
	e = shell_open(&setup, &s, d);
	if (e == ERR_OK) {
		name_weak(w->host, s);
		(void)snprintf(w->host_key, sizeof(w->host_key), "%s",
		    shell_host_key(s));
		e = ask(w, s, d);
	}
	shell_close(&s);
	if (e == ERR_OK && w->said.num == 0)
		e = diag_set(d, ERR_SYNTAX, "%.200s names no nodes", w->host);
	if (e == ERR_OK && w->said.num > INVENTORY_MAX_NODES)
		e = diag_set(d, ERR_TOO_BIG, "%.200s names more than %d nodes",
		    w->host, INVENTORY_MAX_NODES);
	return e;
}

/* ---- Host keys ---- */

/* Somebody was asked about a host, to which nobody logs in. */
struct answer {
	char host_key[64];
	bool yes, asks;
};

/* Never lets the connection go on: the key is all that is wanted. */
static bool
look(void *arg, const char *host, const char *fingerprint)
{
	struct answer *a = arg;

	(void)snprintf(a->host_key, sizeof(a->host_key), "%s", fingerprint);
	a->yes = a->asks && cluster_ask_trust(host, fingerprint);
	return false;
}

static void
note(const char *host, const char *why)
{
	struct diag d;

	diag_set(&d, ERR_OK, "%s; its host key is not pinned", why);
	out_complain(host, &d);
}

/* Fills in the host key of N, where it is known or somebody says that it is
 * right. */
static void
pin(struct work *w, struct cluster_draft_node *n)
{
	struct answer a = { .asks = cluster_asks(&w->o->cluster) };
	struct shell_setup setup = setup_of(w, n->address);
	struct shell *s = NULL;
	struct diag why;
	enum err e;

	diag_init(&why);
	setup.trust = look;
	setup.arg = &a;
	e = shell_open(&setup, &s, &why);
	if (e == ERR_OK) {
		name_weak(n->address, s);
		(void)snprintf(n->host_key, sizeof(n->host_key), "%s",
		    shell_host_key(s));
	} else if (a.yes) {
		memcpy(n->host_key, a.host_key, sizeof(n->host_key));
	} else if (a.host_key[0] != '\0') {
		note(n->name,
		    a.asks ? "you did not say yes" : "nobody was asked");
	} else {
		note(n->name, why.msg);
	}
	shell_close(&s);
}

/* The publisher is HOST, whatever address it has in the cluster; so is nobody
 * else. */
static enum err
pin_publisher(struct work *w, struct cluster_draft_node *n, struct diag *d)
{
	size_t i;

	for (i = 0; i < w->said.num; i++)
		if (!w->said.item[i].publisher &&
		    (strcmp(w->said.item[i].address, w->host) == 0 ||
			strcasecmp(w->said.item[i].name, w->host) == 0))
			return diag_set(d, ERR_POLICY,
			    "%.200s is no publisher: that is %.100s, %.100s",
			    w->host, n->name, n->address);
	memcpy(n->host_key, w->host_key, sizeof(n->host_key));
	if (strcmp(n->address, w->host) != 0) {
		n->other = n->address;
		n->address = w->host;
	}
	return ERR_OK;
}

static enum inventory_role
role_of(const struct said_node *n)
{
	if (n->publisher)
		return INVENTORY_PUBLISHER;
	return strcasecmp(n->product, "cups") == 0 ? INVENTORY_IMP
						   : INVENTORY_SUBSCRIBER;
}

static enum err
make_nodes(struct work *w, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	w->node = calloc(w->said.num, sizeof(*w->node));
	if (w->node == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < w->said.num; i++) {
		w->node[i] = (struct cluster_draft_node){
			.name = w->said.item[i].name,
			.address = w->said.item[i].address,
			.role = role_of(&w->said.item[i]),
			.port = w->port,
		};
		if (w->said.item[i].publisher)
			e = pin_publisher(w, &w->node[i], d);
	}
	for (i = 0; e == ERR_OK && i < w->said.num; i++) {
		if (!w->said.item[i].publisher)
			pin(w, &w->node[i]);
		w->num_pinned += w->node[i].host_key[0] != '\0';
	}
	return e;
}

/* ---- The file ---- */

static enum err
learn(struct work *w, struct diag *d)
{
	const struct cluster_init_opts *o = w->o;
	const struct password_opts p = { o->cluster.password_env,
		o->cluster.password_fd };
	enum err e;

	w->ssh = (struct inventory_ssh){ .user = o->user,
		.legacy = o->cluster.legacy };
	e = take_host(w, o->from, d);
	if (e == ERR_OK)
		e = command_load(bytes_of(NULL, 0), &w->commands, d);
	if (e == ERR_OK)
		e = password_one(o->user, w->host, &p, o->cluster.batch,
		    &w->password, d);
	if (e == ERR_OK)
		e = ask_publisher(w, d);
	return e == ERR_OK ? make_nodes(w, d) : e;
}

/* What is written is read: a node may have said what no inventory takes. */
static enum err
make_text(struct work *w, struct buf *ret, struct diag *d)
{
	const struct cluster_draft draft = { .user = w->o->user,
		.password_env = w->o->cluster.password_env,
		.seen = w->version.active[0] != '\0' ? w->version.active : NULL,
		.legacy = w->o->cluster.legacy,
		.node = w->node,
		.num_nodes = w->said.num };
	struct inventory inv;
	struct doc *doc = NULL;
	struct diag why;

	cluster_draft_put(&draft, ret);
	if (!buf_ok(ret))
		return diag_nomem(d);
	diag_init(&why);
	if (inventory_read(buf_bytes(ret), &inv, &doc, &why) != ERR_OK)
		return diag_set(d, ERR_UNSUPPORTED,
		    "what is known of this cluster is no inventory: %s",
		    why.msg);
	doc_free(&doc);
	return ERR_OK;
}

static enum err
write_text(const struct work *w, struct buf *text, struct diag *d)
{
	const char *path = w->o->output;
	struct diag why;
	enum err e;

	if (strcmp(path, "-") == 0)
		return out_write(text) == CMD_OK
		    ? ERR_OK
		    : diag_set(d, ERR_IO, "it could not be printed");
	diag_init(&why);
	e = file_write(path, buf_bytes(text), w->o->force ? FILE_CLOBBER : 0,
	    &why);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%.200s: %s", path, why.msg);
}

static enum cmd_exit
say(const struct work *w)
{
	struct buf text = { 0 };
	enum cmd_exit end;

	if (strcmp(w->o->output, "-") == 0)
		return CMD_OK;
	text_put_safe(&text, bytes_of_str(w->o->output));
	if (w->o->from == NULL)
		buf_str(&text,
		    ": written, with examples in place of your nodes\n");
	else
		buf_printf(&text,
		    ": written, %zu node%s, %zu host key%s pinned\n",
		    w->said.num, w->said.num == 1 ? "" : "s", w->num_pinned,
		    w->num_pinned == 1 ? "" : "s");
	end = out_write(&text);
	buf_clear(&text);
	return end;
}

static enum err
check(const struct cluster_init_opts *o, char *const *args, struct diag *d)
{
	if (args[0] != NULL)
		return diag_set(d, ERR_USAGE,
		    "'%.100s' is one argument too many", args[0]);
	if (o->from != NULL && o->user == NULL)
		return diag_set(d, ERR_USAGE,
		    "--from needs --user NAME, as whom to log in");
	if (o->output[0] == '\0')
		return diag_set(d, ERR_USAGE, "--output has an empty name");
	/* before anybody types a password */
	if (!o->force && strcmp(o->output, "-") != 0 &&
	    access(o->output, F_OK) == 0)
		return diag_set(d, ERR_EXISTS,
		    "%.200s: the file exists; --force replaces it", o->output);
	return ERR_OK;
}

enum cmd_exit
cluster_init_run(const struct cmd *cmd, struct opt_line *line)
{
	struct cluster_init_opts o = { .output = CLUSTER_INVENTORY };
	struct work w = { .o = &o };
	struct buf text = { 0 };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	e = check(&o, line->args, &d);
	if (e == ERR_OK && o.from != NULL)
		e = learn(&w, &d);
	if (e == ERR_OK)
		e = make_text(&w, &text, &d);
	if (e == ERR_OK)
		e = write_text(&w, &text, &d);
	end = e == ERR_OK ? say(&w) : cmd_refuse(cmd, &d);
	buf_clear(&text);
	free(w.node);
	said_nodes_clear(&w.said);
	secret_clear(&w.password);
	command_free(&w.commands);
	return end;
}
