/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The appliance as an SFTP client: file get.
 */
#include <fcntl.h>
#include <libssh/libssh.h>
#include <libssh/sftp.h>
#include <stdio.h>

#include "lab/console_parts.h"

#define LIMIT 20L /* s */
#define FILE_MODE 0644
#define CHUNK 16384
#define PATH_LEN 600

static enum err
failed(ssh_session s, struct diag *diag, const char *what)
{
	return diag_set(diag, ERR_IO, "%s: %s", what, ssh_get_error(s));
}

static enum err
set_up(ssh_session s, const struct console_copy *to, struct diag *diag)
{
	bool no_files = false;
	long limit = LIMIT;

	if (ssh_options_set(s, SSH_OPTIONS_PROCESS_CONFIG, &no_files) != 0 ||
	    ssh_options_set(s, SSH_OPTIONS_HOST, to->host) != 0 ||
	    ssh_options_set(s, SSH_OPTIONS_PORT, &to->port) != 0 ||
	    ssh_options_set(s, SSH_OPTIONS_USER, to->user) != 0 ||
	    ssh_options_set(s, SSH_OPTIONS_TIMEOUT, &limit) != 0)
		return failed(s, diag, "the address is not good");
	if (ssh_connect(s) != SSH_OK)
		return failed(s, diag, "cannot connect");
	return ERR_OK;
}

/* The fingerprint is shown, and asked for, each time: nothing is kept. */
static enum err
check_host(struct console *c, ssh_session s, console_trust_fn *trust,
    struct diag *diag)
{
	unsigned char *hash = NULL;
	ssh_key key = NULL;
	char *text = NULL;
	size_t len = 0;
	bool good = false;

	if (ssh_get_server_publickey(s, &key) == SSH_OK &&
	    ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash,
		&len) == 0)
		text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash,
		    len);
	if (text != NULL)
		good = trust(c, text);
	ssh_string_free_char(text);
	ssh_clean_pubkey_hash(&hash);
	ssh_key_free(key);
	if (good)
		return ERR_OK;
	return diag_set(diag, ERR_POLICY, "the host key is not trusted");
}

/* Answers each question of keyboard-interactive with the password. */
static int
answer(ssh_session s, const char *password)
{
	int result = ssh_userauth_kbdint(s, NULL, NULL), i, num;

	while (result == SSH_AUTH_INFO) {
		num = ssh_userauth_kbdint_getnprompts(s);
		for (i = 0; i < num; i++)
			(void)ssh_userauth_kbdint_setanswer(s, (unsigned)i,
			    password);
		result = ssh_userauth_kbdint(s, NULL, NULL);
	}
	return result;
}

static enum err
log_in(ssh_session s, const char *password, struct diag *diag)
{
	int result = ssh_userauth_none(s, NULL);

	if (result != SSH_AUTH_SUCCESS)
		result = ssh_userauth_password(s, NULL, password);
	if (result != SSH_AUTH_SUCCESS && result != SSH_AUTH_ERROR)
		result = answer(s, password);
	if (result == SSH_AUTH_SUCCESS)
		return ERR_OK;
	return diag_set(diag, ERR_PIN, "the login was refused");
}

static enum err
write_all(ssh_session s, sftp_file to, struct bytes rest, struct diag *diag)
{
	struct bytes part;

	while (rest.len > 0) {
		if (!bytes_take(&rest, rest.len < CHUNK ? rest.len : CHUNK,
			&part))
			break;
		if (sftp_write(to, part.ptr, part.len) != (ssize_t)part.len)
			return failed(s, diag, "cannot write");
	}
	return ERR_OK;
}

static enum err
put_file(ssh_session s, const struct console_copy *to, const char *name,
    struct bytes bytes, struct diag *diag)
{
	sftp_session sftp = sftp_new(s);
	sftp_file file = NULL;
	char path[PATH_LEN];
	enum err e;

	if (sftp == NULL)
		return failed(s, diag, "no SFTP");
	(void)snprintf(path, sizeof(path), "%s/%s",
	    to->folder[0] == '\0' ? "." : to->folder, name);
	if (sftp_init(sftp) == 0)
		file = sftp_open(sftp, path, O_WRONLY | O_CREAT | O_TRUNC,
		    FILE_MODE);
	if (file == NULL)
		e = failed(s, diag, "cannot make the file");
	else
		e = write_all(s, file, bytes, diag);
	if (file != NULL && sftp_close(file) != 0 && e == ERR_OK)
		e = failed(s, diag, "cannot close the file");
	sftp_free(sftp);
	return e;
}

enum err
console_send(struct console *c, const struct console_copy *to, const char *name,
    struct bytes file, console_trust_fn *trust, struct diag *diag)
{
	ssh_session s = ssh_new();
	enum err e;

	if (s == NULL)
		return diag_nomem(diag);
	e = set_up(s, to, diag);
	if (e == ERR_OK)
		e = check_host(c, s, trust, diag);
	if (e == ERR_OK)
		e = log_in(s, to->password, diag);
	if (e == ERR_OK)
		e = put_file(s, to, name, file, diag);
	ssh_disconnect(s);
	ssh_free(s);
	return e;
}
