/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/password.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/prompt.h"

/* From now on a password may be in memory that is not ours (libssh's): no core
 * is written of this process, whatever it dies of. A limit alone does not count
 * where cores go into a pipe. (The leak check of a sanitizer has to look into
 * the process, and could not.) */
static void
have_no_core(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
	(void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

static enum err
not_empty(struct secret *s, const char *what, enum err e, struct diag *d)
{
	if (e != ERR_OK || s->len > 0)
		return e;
	secret_clear(s);
	return diag_set(d, ERR_PIN, "the password that %.60s gives is empty",
	    what);
}

static enum err
from_fd(const char *text, struct secret *ret, struct diag *d)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    n > 1 << 20 || fcntl((int)n, F_GETFD) == -1)
		return diag_set(d, ERR_USAGE,
		    "--password-fd wants the number of an open file "
		    "descriptor, not '%.60s'",
		    text);
	return not_empty(ret, "--password-fd", secret_read(ret, (int)n, d), d);
}

/* Missing is ERR_ABSENT. */
static enum err
from_env(const char *name, struct secret *ret, struct diag *d)
{
	return not_empty(ret, name, secret_from_env(ret, name, d), d);
}

/* What the options give; *RET_FOUND: they do. */
static enum err
from_options(const struct password_opts *o, struct secret *ret, bool *ret_found,
    struct diag *d)
{
	enum err e;

	have_no_core();
	*ret_found = o->env != NULL || o->fd != NULL;
	if (o->env != NULL && o->fd != NULL)
		return diag_set(d, ERR_USAGE,
		    "--password-env and --password-fd both give a password; "
		    "name one");
	if (o->fd != NULL)
		return from_fd(o->fd, ret, d);
	if (o->env == NULL)
		return ERR_OK;
	e = from_env(o->env, ret, d);
	return e == ERR_ABSENT ? (d->code = ERR_USAGE) : e;
}

/* WHERE: of which host or cluster. */
static enum err
ask(const char *user, const char *where, bool batch, struct secret *ret,
    struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	if (batch || !prompt_has_terminal())
		return diag_set(d, ERR_PIN,
		    "the password of %.100s on %.100s is needed: give it with "
		    "--password-fd or --password-env, or run this at a "
		    "terminal",
		    user, where);
	buf_str(&text, "Password of ");
	text_put_safe(&text, bytes_of_str(user));
	buf_str(&text, " on ");
	text_put_safe(&text, bytes_of_str(where));
	buf_str(&text, ": ");
	e = buf_cstr(&text) != NULL ? prompt_secret(buf_cstr(&text), ret, d)
				    : diag_nomem(d);
	buf_clear(&text);
	return e;
}

enum err
password_one(const char *user, const char *host, const struct password_opts *o,
    bool batch, struct secret *ret, struct diag *d)
{
	struct secret s = { 0 };
	bool found;
	enum err e;

	e = from_options(o, &s, &found, d);
	if (e == ERR_OK && !found)
		e = ask(user, host, batch, &s, d);
	if (e == ERR_OK)
		*ret = s;
	else
		secret_clear(&s);
	return e;
}

/* ---- All nodes. ---- */

void
password_clear(struct passwords *p)
{
	size_t i;

	for (i = 0; i < p->num_own; i++)
		secret_clear(&p->own[i]);
	free(p->own);
	free(p->user);
	free(p->node);
	*p = (struct passwords){ .own = NULL };
}

/* The password of the variable that node N of INV names: that of another node of
 * the same variable, since who takes it takes it out of the environment. */
static enum err
of_variable(const struct inventory *inv, size_t n, struct passwords *p,
    struct diag *d)
{
	const char *name = inventory_node(inv, n)->ssh.password_env, *other;
	enum err e;
	size_t i;

	for (i = 0; i < n; i++) {
		other = inventory_node(inv, i)->ssh.password_env;
		if (other != NULL && strcmp(other, name) == 0) {
			p->node[n] = p->node[i];
			return ERR_OK;
		}
	}
	e = from_env(name, &p->own[p->num_own], d);
	if (e == ERR_ABSENT)
		return diag_set(d, ERR_PIN,
		    "the variable %.100s, which the inventory names for the "
		    "password of %.100s, is not set",
		    name, inventory_node(inv, n)->name);
	if (e == ERR_OK)
		p->node[n] = p->own[p->num_own++];
	return e;
}

/* Asked once for each user. */
static enum err
of_person(const struct inventory *inv, size_t n, bool batch,
    struct passwords *p, struct diag *d)
{
	const char *user = inventory_node(inv, n)->ssh.user;
	enum err e;
	size_t i;

	for (i = 0; i < p->num_own; i++)
		if (p->user[i] != NULL && strcmp(p->user[i], user) == 0) {
			p->node[n] = p->own[i];
			return ERR_OK;
		}
	e = ask(user, inv->name, batch, &p->own[p->num_own], d);
	if (e == ERR_OK) {
		p->user[p->num_own] = user;
		p->node[n] = p->own[p->num_own++];
	}
	return e;
}

static enum err
of_node(const struct inventory *inv, size_t n, bool batch, struct passwords *p,
    struct diag *d)
{
	const struct inventory_ssh *ssh = &inventory_node(inv, n)->ssh;

	if (ssh->password_env != NULL)
		return of_variable(inv, n, p, d);
	if (ssh->key != NULL)
		return ERR_OK;
	if (ssh->user == NULL)
		return diag_set(d, ERR_USAGE,
		    "the inventory names no user (ssh: user) for %.100s",
		    inventory_node(inv, n)->name);
	return of_person(inv, n, batch, p, d);
}

static enum err
fill(const struct inventory *inv, const struct password_opts *o, bool batch,
    struct passwords *p, struct diag *d)
{
	bool found;
	enum err e;
	size_t i;

	e = from_options(o, &p->own[0], &found, d);
	if (e == ERR_OK && found) {
		p->num_own = 1;
		for (i = 0; i < p->num; i++)
			p->node[i] = p->own[0];
		return ERR_OK;
	}
	for (i = 0; e == ERR_OK && i < p->num; i++)
		e = of_node(inv, i, batch, p, d);
	return e;
}

enum err
password_all(const struct inventory *inv, const struct password_opts *o,
    bool batch, struct passwords *ret, struct diag *d)
{
	struct passwords p = { .num = inventory_num_nodes(inv) };
	enum err e;

	p.own = calloc(p.num + 1, sizeof(*p.own));
	p.user = calloc(p.num + 1, sizeof(*p.user));
	p.node = calloc(p.num + 1, sizeof(*p.node));
	if (p.own == NULL || p.user == NULL || p.node == NULL)
		e = diag_nomem(d);
	else
		e = fill(inv, o, batch, &p, d);
	if (e == ERR_OK)
		*ret = p;
	else
		password_clear(&p);
	return e;
}
