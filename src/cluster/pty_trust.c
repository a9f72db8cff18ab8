/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cluster/pty_inner.h"

#define PIN_PREFIX "SHA256:"

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
	if (ssh_session_update_known_hosts(p->session) != SSH_OK)
		return diag_set(d, ERR_IO, "%s cannot be written: %s",
		    file_of(setup), ssh_get_error(p->session));
	return ERR_OK;
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
		err = judge(p, setup, d);
	ssh_key_free(key);
	return err;
}
