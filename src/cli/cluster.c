/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/prompt.h"

/* E and WHY, of the file PATH, for whoever does not know which file it was. */
static enum err
at_file(const char *path, enum err e, const struct diag *why, struct diag *d)
{
	if (e != ERR_OK && why->line > 0)
		return diag_set(d, e, "%.200s: line %u, column %u: %s", path,
		    why->line, why->column, why->msg);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%.200s: %s", path, why->msg);
}

static enum err
load(struct cluster *c, const char *path, struct diag *d)
{
	struct diag why;
	enum err e;

	diag_init(&why);
	e = inventory_load(path, &c->inventory, &c->doc, &why);
	if (e == ERR_ABSENT)
		return diag_set(d, e,
		    "%.200s: there is no inventory; `ctlsmith cluster init` "
		    "writes a first one",
		    path);
	return at_file(path, e, &why, d);
}

/* The table of commands that the inventory names, or the built-in one. */
static enum err
load_commands(struct cluster *c, struct diag *d)
{
	const char *path = c->inventory.commands;
	struct buf yaml = { 0 };
	struct diag why;
	enum err e = ERR_OK;

	diag_init(&why);
	if (path != NULL)
		e = file_load(path, DOC_SIZE_MAX, &yaml, &why);
	if (e == ERR_OK)
		e = command_load(path != NULL ? buf_bytes(&yaml)
					      : bytes_of(NULL, 0),
		    &c->commands, &why);
	buf_clear(&yaml);
	return at_file(path != NULL ? path : "commands.yaml", e, &why, d);
}

enum err
cluster_open(struct cluster *ret, const struct cluster_opts *o, struct diag *d)
{
	enum err e;

	*ret = (struct cluster){ .opts = o };
	(void)pthread_mutex_init(&ret->asking, NULL);
	e = load(ret, o->inventory != NULL ? o->inventory : CLUSTER_INVENTORY,
	    d);
	if (e != ERR_OK)
		return e;
	if (o->legacy)
		inventory_allow_legacy(&ret->inventory);
	ret->known_hosts = o->known_hosts != NULL ? o->known_hosts
						  : ret->inventory.known_hosts;
	return load_commands(ret, d);
}

enum err
cluster_login(struct cluster *c, struct diag *d)
{
	const struct password_opts o = { c->opts->password_env,
		c->opts->password_fd };

	return password_all(&c->inventory, &o, c->opts->batch, &c->passwords,
	    d);
}

void
cluster_close(struct cluster *c)
{
	password_clear(&c->passwords);
	command_free(&c->commands);
	doc_free(&c->doc);
	(void)pthread_mutex_destroy(&c->asking);
}

static void
put_question(struct buf *out, const char *host, const char *fingerprint)
{
	buf_str(out, "The host key of ");
	text_put_safe(out, bytes_of_str(host));
	buf_str(out, " is not known. Its fingerprint is\n  ");
	text_put_safe(out, bytes_of_str(fingerprint));
	buf_str(out,
	    "\nIs it that of the node, as its console or the one who set it "
	    "up says? (yes/no): ");
}

bool
cluster_asks(const struct cluster_opts *o)
{
	return !o->batch && prompt_has_terminal();
}

bool
cluster_ask_trust(const char *host, const char *fingerprint)
{
	struct buf question = { 0 }, answer = { 0 };
	bool yes = false;

	put_question(&question, host, fingerprint);
	if (buf_cstr(&question) != NULL &&
	    prompt_line(buf_cstr(&question), &answer, NULL) == ERR_OK)
		yes = bytes_equal(buf_bytes(&answer), bytes_of_str("yes"));
	buf_clear(&question);
	buf_clear(&answer);
	return yes;
}

bool
cluster_trust(void *arg, const char *host, const char *fingerprint)
{
	struct cluster *c = arg;
	bool yes;

	(void)pthread_mutex_lock(&c->asking);
	yes = cluster_ask_trust(host, fingerprint);
	(void)pthread_mutex_unlock(&c->asking);
	return yes;
}
