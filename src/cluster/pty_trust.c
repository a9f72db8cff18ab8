/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/file.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/pty_inner.h"

#define PIN_PREFIX "SHA256:"
#define REVOKED "@revoked"

/* The fingerprint of the key that the server proved to have. */
static enum err
fingerprint(struct pty *p, ssh_key *ret_key, struct diag *d)
{
	unsigned char *hash = NULL;
	size_t len = 0;
	char *text = NULL;

	if (ssh_get_server_publickey(p->session, ret_key) != SSH_OK)
		return diag_set(d, ERR_IO, "the server has no host key");
	if (ssh_get_publickey_hash(*ret_key, SSH_PUBLICKEY_HASH_SHA256, &hash,
		&len) == 0)
		text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash,
		    len);
	ssh_clean_pubkey_hash(&hash);
	if (text == NULL)
		return diag_nomem(d);
	buf_str(&p->fingerprint, text);
	ssh_string_free_char(text);
	return buf_cstr(&p->fingerprint) != NULL ? ERR_OK : diag_nomem(d);
}

/* "SHA256:abc", "abc", with or without = at its end. */
static bool
same_pin(const char *pin, const char *is)
{
	size_t len;

	if (strncmp(pin, PIN_PREFIX, strlen(PIN_PREFIX)) == 0)
		pin += strlen(PIN_PREFIX);
	if (strncmp(is, PIN_PREFIX, strlen(PIN_PREFIX)) == 0)
		is += strlen(PIN_PREFIX);
	len = strlen(pin);
	while (len > 0 && pin[len - 1] == '=')
		len--;
	return len > 0 && strlen(is) == len && memcmp(pin, is, len) == 0;
}

static const char *
file_of(const struct pty_setup *setup)
{
	return setup->known_hosts != NULL ? setup->known_hosts
					  : "~/.ssh/known_hosts";
}

static enum err
refuse_changed(const struct pty *p, const struct pty_setup *setup,
    struct diag *d)
{
	return diag_set(d, ERR_POLICY,
	    "the host key of %s port %u is not the one in %s: it is %s now; if "
	    "the node was installed anew, ask its administrator for the new "
	    "fingerprint and take the old key out: ssh-keygen -R '[%s]:%u' -f "
	    "%s",
	    setup->host, setup->port, file_of(setup),
	    (const char *)p->fingerprint.ptr, setup->host, setup->port,
	    file_of(setup));
}

/* The file at PATH, locked against others who write, and its last line with an
 * end, which libssh does not look for; -1: libssh says what is wrong with it. */
static int
lock_file(const char *path)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	struct stat st;
	char last = '\n';

	if (fd == -1)
		return -1;
	if (flock(fd, LOCK_EX) == 0 && fstat(fd, &st) == 0 && st.st_size > 0 &&
	    pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n' &&
	    write(fd, "\n", 1) != 1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static bool
keep_key(struct pty *p, const struct pty_setup *setup)
{
	char *path = NULL;
	int fd = -1, rv;

	if (setup->known_hosts != NULL)
		fd = lock_file(setup->known_hosts);
	else if (ssh_options_get(p->session, SSH_OPTIONS_KNOWNHOSTS, &path) ==
	    SSH_OK)
		fd = lock_file(path);
	ssh_string_free_char(path);
	rv = ssh_session_update_known_hosts(p->session);
	if (fd != -1)
		(void)close(fd);
	return rv == SSH_OK;
}

static enum err
first_contact(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	const char *is = (const char *)p->fingerprint.ptr;

	if (setup->trust == NULL)
		return diag_set(d, ERR_POLICY,
		    "the host key of %s port %u is not known: %s; compare it "
		    "with the node's and pin it in the inventory (host_key), or "
		    "add it to %s",
		    setup->host, setup->port, is, file_of(setup));
	if (!setup->trust(setup->arg, setup->host, is))
		return diag_set(d, ERR_POLICY,
		    "the host key %s of %s port %u was not trusted", is,
		    setup->host, setup->port);
	if (!keep_key(p, setup))
		return diag_set(d, ERR_IO, "%s cannot be written: %s",
		    file_of(setup), ssh_get_error(p->session));
	return ERR_OK;
}

/* The LINE, which is cut, is "@revoked HOSTS TYPE BASE64 ...", and of this key. */
static bool
revokes(char *line, const char *base64)
{
	char *rest = NULL, *word = strtok_r(line, " \t\r\n", &rest);

	if (word == NULL || strcmp(word, REVOKED) != 0)
		return false;
	while ((word = strtok_r(NULL, " \t\r\n", &rest)) != NULL)
		if (strcmp(word, base64) == 0)
			return true;
	return false;
}

static bool
file_revokes(const char *path, const char *base64)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (f == NULL)
		return false; /* libssh says what is wrong with it */
	while (!found && getline(&line, &size, f) != -1)
		found = revokes(line, base64);
	free(line);
	(void)fclose(f);
	return found;
}

/* libssh does not know such lines: whoever has this key is no node, whatever its
 * name. */
static enum err
check_revoked(struct pty *p, const struct pty_setup *setup, ssh_key key,
    struct diag *d)
{
	char *base64 = NULL, *path = NULL;
	bool found = false;

	if (ssh_pki_export_pubkey_base64(key, &base64) != SSH_OK)
		return diag_nomem(d);
	if (setup->known_hosts != NULL)
		found = file_revokes(setup->known_hosts, base64);
	else if (ssh_options_get(p->session, SSH_OPTIONS_KNOWNHOSTS, &path) ==
	    SSH_OK)
		found = file_revokes(path, base64);
	ssh_string_free_char(path);
	ssh_string_free_char(base64);
	if (!found)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "the host key %s of %s port %u is revoked in %s",
	    (const char *)p->fingerprint.ptr, setup->host, setup->port,
	    file_of(setup));
}

static enum err
judge(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	if (setup->host_key != NULL) {
		if (same_pin(setup->host_key, (const char *)p->fingerprint.ptr))
			return ERR_OK;
		return diag_set(d, ERR_POLICY,
		    "the host key of %s port %u is %s, and the inventory has "
		    "%s; if the node was installed anew, ask its administrator "
		    "for the new fingerprint and change host_key",
		    setup->host, setup->port, (const char *)p->fingerprint.ptr,
		    setup->host_key);
	}
	switch (ssh_session_is_known_server(p->session)) {
	case SSH_KNOWN_HOSTS_OK:
		return ERR_OK;
	case SSH_KNOWN_HOSTS_CHANGED:
	case SSH_KNOWN_HOSTS_OTHER: /* a key of another kind is known */
		return refuse_changed(p, setup, d);
	case SSH_KNOWN_HOSTS_UNKNOWN:
	case SSH_KNOWN_HOSTS_NOT_FOUND:
		return first_contact(p, setup, d);
	case SSH_KNOWN_HOSTS_ERROR:
		break;
	}
	return diag_set(d, ERR_POLICY, "%s cannot be read: %s", file_of(setup),
	    ssh_get_error(p->session));
}

enum err
pty_trust(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	ssh_key key = NULL;
	enum err err;

	err = fingerprint(p, &key, d);
	if (err == ERR_OK)
		err = check_revoked(p, setup, key, d);
	if (err == ERR_OK)
		err = judge(p, setup, d);
	ssh_key_free(key);
	return err;
}
