/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that are brought to TFTP servers which are no nodes. */
#include <string.h>

#include "cli/change_act.h"
#include "cluster/sftp.h"

#define CONNECT_LIMIT 10000 /* ms */
#define AGREE_LIMIT 30000
#define LOGIN_LIMIT 60000

static const struct inventory_tftp *
find_server(const struct inventory *inv, const char *name)
{
	const struct inventory_tftp *t = inv->tftp_servers.item;
	size_t i;

	for (i = 0; i < inv->tftp_servers.num; i++)
		if (strcmp(t[i].name, name) == 0)
			return &t[i];
	return NULL;
}

static enum err
bring(struct change_act *a, const struct sftp_place *at, const char *name,
    struct bytes bytes, struct diag *d)
{
	const struct password_opts none = { NULL, NULL };
	struct cluster *c = a->cluster;
	struct secret password = { .page = NULL };
	struct pty_setup setup = { .host = at->host,
		.port = at->port,
		.user = at->user,
		.key = c->inventory.ssh.key,
		.known_hosts = c->known_hosts,
		.connect_limit = CONNECT_LIMIT,
		.agree_limit = AGREE_LIMIT,
		.login_limit = LOGIN_LIMIT,
		.arg = c };
	enum err e = ERR_OK;

	if (cluster_asks(c->opts))
		setup.trust = cluster_trust;
	if (setup.key == NULL) {
		e = password_one(at->user, at->host, &none, c->opts->batch,
		    &password, d);
		setup.password = &password;
	}
	if (e == ERR_OK)
		e = sftp_put(&setup, at->path, name, bytes, d);
	secret_clear(&password);
	return e;
}

enum err
change_act_put(void *arg, const char *server, const char *name,
    struct bytes bytes, struct diag *d)
{
	struct change_act *a = arg;
	const struct inventory_tftp *t = find_server(&a->cluster->inventory,
	    server);
	struct sftp_place at;
	struct diag why;
	enum err e;

	if (t == NULL || t->sftp == NULL)
		return diag_set(d, ERR_ABSENT,
		    "the inventory has no SFTP place for %.100s", server);
	a->seen_once = false;
	diag_init(&why);
	e = sftp_place_read(t->sftp, &at, &why);
	if (e == ERR_OK)
		e = bring(a, &at, name, bytes, &why);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%.60s: %.250s", server, why.msg);
}
