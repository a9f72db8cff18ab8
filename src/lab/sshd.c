/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/sshd.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/sshd_parts.h"

const char *
sshd_user(size_t i)
{
	/* of the levels 4, 1 and 0 */
	static const char *const users[] = { "admin", "operator", "viewer",
		NULL };

	return users[i];
}

/* ---- Keys. ---- */

static enum err
old_key(struct world *w, size_t node, ssh_key *ret, struct diag *diag)
{
	const struct world_cert *cert;
	struct buf pem = { 0 };
	const char *text;
	enum err err;

	world_lock(w);
	cert = w->node[node].own[WORLD_TOMCAT].cert;
	world_unlock(w);
	if (cert == NULL || cert->key == NULL)
		return diag_set(diag, ERR_ABSENT,
		    "the node has no RSA key for SSH");
	err = mint_key_pem(cert->key, &pem, diag);
	text = err == ERR_OK ? buf_cstr(&pem) : NULL;
	if (err == ERR_OK && text == NULL)
		err = diag_nomem(diag);
	if (err == ERR_OK &&
	    ssh_pki_import_privkey_base64(text, NULL, NULL, NULL, ret) !=
		SSH_OK)
		err = diag_set(diag, ERR_CRYPTO,
		    "libssh does not take the node's RSA key");
	buf_clear(&pem);
	return err;
}

static enum err
make_key(struct world *w, size_t node, ssh_key *ret, struct diag *diag)
{
	if (scenario_node(w->scenario, node).cli.old_algorithms)
		return old_key(w, node, ret, diag);
	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, ret) != SSH_OK)
		return diag_set(diag, ERR_CRYPTO, "libssh made no host key");
	return ERR_OK;
}

enum err
sshd_new(const struct sshd_setup *setup, struct sshd **ret, struct diag *diag)
{
	struct sshd *s = calloc(1, sizeof(*s));
	enum err err = ERR_OK;

	if (s == NULL)
		return diag_nomem(diag);
	s->setup = *setup;
	s->key = calloc(setup->world->num_nodes, sizeof(ssh_key));
	if (s->key == NULL)
		err = diag_nomem(diag);
	while (err == ERR_OK && s->num_keys < setup->world->num_nodes) {
		err = make_key(setup->world, s->num_keys, &s->key[s->num_keys],
		    diag);
		if (err == ERR_OK)
			s->num_keys++;
	}
	if (err != ERR_OK)
		sshd_free(&s);
	else
		*ret = s;
	return err;
}

void
sshd_free(struct sshd **s)
{
	size_t i;

	if (*s == NULL)
		return;
	for (i = 0; (*s)->key != NULL && i < (*s)->num_keys; i++)
		ssh_key_free((*s)->key[i]);
	free((*s)->key);
	free(*s);
	*s = NULL;
}

enum err
sshd_host_key(const struct sshd *s, size_t node, struct buf *ret_line,
    struct buf *ret_print, struct diag *diag)
{
	unsigned char *hash = NULL;
	char *text = NULL, *print = NULL;
	size_t len;

	if (ssh_pki_export_pubkey_base64(s->key[node], &text) == SSH_OK &&
	    ssh_get_publickey_hash(s->key[node], SSH_PUBLICKEY_HASH_SHA256,
		&hash, &len) == SSH_OK)
		print = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256,
		    hash, len);
	if (print != NULL) {
		buf_printf(ret_line, "%s %s",
		    ssh_key_type_to_char(ssh_key_type(s->key[node])), text);
		buf_str(ret_print, print);
	}
	ssh_string_free_char(text);
	ssh_clean_pubkey_hash(&hash);
	if (print == NULL)
		return diag_set(diag, ERR_CRYPTO, "libssh shows no host key");
	ssh_string_free_char(print);
	return buf_ok(ret_line) && buf_ok(ret_print) ? ERR_OK
						     : diag_nomem(diag);
}

/* ---- One session. ---- */

/* The key that a client sees: at a second connection, where the scenario says so,
 * another one. NULL: there is none. */
static ssh_key
shown_key(const struct sshd *s, const struct sshd_session *self)
{
	ssh_key key = NULL;

	if (self->ordinal < 2 || self->cli.hostile == NULL ||
	    strcmp(self->cli.hostile, "host-key") != 0)
		return ssh_key_dup(s->key[self->node]);
	if (ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key) != SSH_OK)
		return NULL;
	return key;
}

static bool
set_algorithms(ssh_bind bind, bool old)
{
	if (!old)
		return true;
	return ssh_bind_options_set(bind, SSH_BIND_OPTIONS_KEY_EXCHANGE,
		   "diffie-hellman-group14-sha1") == SSH_OK &&
	    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_HOSTKEY_ALGORITHMS,
		"ssh-rsa") == SSH_OK;
}

/* Gives FD to the session, in whatever way it ends. */
static bool
take_connection(const struct sshd *s, struct sshd_session *self, int fd)
{
	ssh_bind bind = ssh_bind_new();
	const bool no = false;
	ssh_key key = shown_key(s, self);
	bool fine = false;

	if (bind != NULL && key != NULL &&
	    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no) ==
		SSH_OK &&
	    ssh_bind_options_set(bind, SSH_BIND_OPTIONS_IMPORT_KEY, key) ==
		SSH_OK) {
		key = NULL; /* it is the bind's now */
		fine = set_algorithms(bind, self->cli.old_algorithms) &&
		    ssh_bind_accept_fd(bind, self->ssh, fd) == SSH_OK;
	}
	ssh_key_free(key);
	if (bind != NULL)
		ssh_bind_free(bind);
	if (!fine)
		(void)close(fd);
	return fine;
}

/* Lines before the server's own, for ever: RFC 4253, 4.2, allows some. */
static void
endless_banner(int fd)
{
	char line[1024];

	memset(line, 'x', sizeof(line));
	memcpy(line + sizeof(line) - 2, "\r\n", 2);
	while (send(fd, line, sizeof(line), MSG_NOSIGNAL) > 0)
		continue;
	(void)close(fd);
}

static void
run_shell(struct sshd_session *self)
{
	const struct console_io io = { .read = sshd_session_read,
		.write = sshd_session_write,
		.cut = sshd_session_cut,
		.arg = self };

	console_run(self->setup->world, self->node, self->user, &io);
	sshd_session_bye(self);
}

void
sshd_serve(struct sshd *s, size_t node, int fd, unsigned ordinal)
{
	struct sshd_session self = { .setup = &s->setup,
		.node = node,
		.ordinal = ordinal,
		.fd = fd };

	self.cli = scenario_node(s->setup.world->scenario, node).cli;
	if (self.cli.hostile != NULL &&
	    strcmp(self.cli.hostile, "ssh-banner") == 0) {
		endless_banner(fd);
		return;
	}
	self.ssh = ssh_new();
	if (self.ssh == NULL) {
		(void)close(fd);
		return;
	}
	if (take_connection(s, &self, fd) && sshd_session_open(&self))
		run_shell(&self);
	sshd_session_end(&self);
}
