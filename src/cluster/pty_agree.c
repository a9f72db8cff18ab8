/* SPDX-License-Identifier: Apache-2.0 */
#include <libssh/callbacks.h>
#include <stdio.h>
#include <string.h>

#include "cluster/pty_inner.h"

#define SAFE_KEX                                                             \
	"curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256," \
	"ecdh-sha2-nistp384,ecdh-sha2-nistp521,"                             \
	"diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"       \
	"diffie-hellman-group-exchange-sha256,diffie-hellman-group14-sha256"
#define OLD_KEX "diffie-hellman-group-exchange-sha1,diffie-hellman-group14-sha1"
#define SAFE_KEYS                                              \
	"ssh-ed25519,ecdsa-sha2-nistp521,ecdsa-sha2-nistp384," \
	"ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256"
#define OLD_KEYS "ssh-rsa"
#define SAFE_CIPHERS                                            \
	"chacha20-poly1305@openssh.com,aes256-gcm@openssh.com," \
	"aes128-gcm@openssh.com,aes256-ctr,aes192-ctr,aes128-ctr"
#define OLD_CIPHERS "aes256-cbc,aes192-cbc,aes128-cbc"
#define SAFE_MACS                                                      \
	"hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com," \
	"hmac-sha2-256,hmac-sha2-512"
#define OLD_MACS "hmac-sha1-etm@openssh.com,hmac-sha1"

/* Kinds of algorithms: id, what libssh calls it when there is no match, option,
 * safe ones, old ones. */
#define KINDS(X)                                                              \
	X(KIND_KEX, "kex algo", SSH_OPTIONS_KEY_EXCHANGE, SAFE_KEX, OLD_KEX)  \
	X(KIND_KEYS, "server host key algo", SSH_OPTIONS_HOSTKEYS, SAFE_KEYS, \
	    OLD_KEYS)                                                         \
	X(KIND_TO, "encryption client->server", SSH_OPTIONS_CIPHERS_C_S,      \
	    SAFE_CIPHERS, OLD_CIPHERS)                                        \
	X(KIND_FROM, "encryption server->client", SSH_OPTIONS_CIPHERS_S_C,    \
	    SAFE_CIPHERS, OLD_CIPHERS)                                        \
	X(KIND_MAC_TO, "mac algo client->server", SSH_OPTIONS_HMAC_C_S,       \
	    SAFE_MACS, OLD_MACS)                                              \
	X(KIND_MAC_FROM, "mac algo server->client", SSH_OPTIONS_HMAC_S_C,     \
	    SAFE_MACS, OLD_MACS)

enum kind {
#define KIND_ENUM(id, name, option, safe, old) id,
	KINDS(KIND_ENUM)
#undef KIND_ENUM
	NUM_KINDS
};

static const struct {
	const char *name;
	enum ssh_options_e option;
	const char *safe, *both, *old;
} kinds[] = {
#define KIND_ROW(id, name, option, safe, old) \
	{ name, option, safe, safe "," old, old },
	KINDS(KIND_ROW)
#undef KIND_ROW
};

enum err
pty_offer(struct pty *p, struct diag *diag)
{
	size_t i;

	for (i = 0; i < NUM_KINDS; i++)
		if (ssh_options_set(p->session, kinds[i].option,
			(p->old & 1u << i) != 0 ? kinds[i].both
						: kinds[i].safe) != SSH_OK)
			return diag_set(diag, ERR_UNSUPPORTED,
			    "the SSH library has not the algorithms of %s",
			    kinds[i].name);
	return ERR_OK;
}

/* NAME is an element of LIST, which commas separate. */
static bool
in_list(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *s;

	for (s = list; (s = strstr(s, name)) != NULL; s++)
		if ((s == list || s[-1] == ',') &&
		    (s[len] == ',' || s[len] == '\0'))
			return true;
	return false;
}

/* What libssh says when nothing was agreed on, and then the kind; and what it
 * says before that of all that the other side has. */
#define NO_MATCH "no match for method "
#define LISTS "ssh_list_kex: "
#define HEARD_MAX 1000 /* bytes; what is longer was cut */

/* LIST has one of OURS. */
static bool
have_one(const char *list, const char *ours)
{
	char one[64];
	size_t n;

	for (; *ours != '\0'; ours += n + (ours[n] == ',')) {
		n = strcspn(ours, ",");
		(void)snprintf(one, sizeof(one), "%.*s", (int)n, ours);
		if (in_list(list, one))
			return true;
	}
	return false;
}

/* "NAME: LIST", or "NAMEs: LIST". A code for messages is of no matter where the
 * cipher has its own. */
static void
hear_list(struct pty *p, const char *text)
{
	const char *list = strstr(text, ": ");
	size_t i;

	for (i = 0; list != NULL && i < KIND_MAC_TO; i++)
		if (strncmp(text, kinds[i].name, strlen(kinds[i].name)) == 0 &&
		    p->lack[0] == '\0' && strlen(text) < HEARD_MAX &&
		    !have_one(list + 2, kinds[i].both))
			(void)snprintf(p->lack, sizeof(p->lack), "%s", text);
}

static void
hear(int priority, const char *function, const char *text, void *arg)
{
	struct pty *p = arg;

	(void)priority;
	(void)function;
	if (p == NULL)
		return;
	if (strncmp(text, LISTS, strlen(LISTS)) == 0)
		hear_list(p, text + strlen(LISTS));
	if (strstr(text, NO_MATCH) != NULL)
		(void)snprintf(p->why, sizeof(p->why), "%s", text);
}

void
pty_listen_to(struct pty *p)
{
	if (p == NULL) {
		(void)ssh_set_log_level(SSH_LOG_NONE);
		(void)ssh_set_log_userdata(NULL);
		return;
	}
	p->why[0] = '\0';
	p->lack[0] = '\0';
	(void)ssh_set_log_userdata(p);
	(void)ssh_set_log_callback(hear);
	(void)ssh_set_log_level(SSH_LOG_TRACE);
}

static size_t
disagreed(struct pty *p)
{
	const char *why = strstr(p->why, NO_MATCH);
	size_t i;

	for (i = 0; why != NULL && i < NUM_KINDS; i++)
		if (strncmp(why + strlen(NO_MATCH), kinds[i].name,
			strlen(kinds[i].name)) == 0)
			return i;
	return NUM_KINDS;
}

bool
pty_disagreed(struct pty *p)
{
	return disagreed(p) < NUM_KINDS;
}

bool
pty_offer_more(struct pty *p)
{
	size_t i = disagreed(p);

	if (i == NUM_KINDS || (p->old & 1u << i) != 0)
		return false;
	p->old |= 1u << i;
	return true;
}

#define OFFERED "server ["

/* "KIND: LIST" of what failed. */
static void
put_offered(const struct pty *p, size_t kind, char *ret, size_t size)
{
	const char *list = strstr(p->why, OFFERED);

	list = list == NULL ? "" : list + strlen(OFFERED);
	(void)snprintf(ret, size, "%s: %.*s",
	    kind < NUM_KINDS ? kinds[kind].name : "", (int)strcspn(list, "]"),
	    list);
}

enum err
pty_refuse(struct pty *p, const struct pty_setup *setup, struct diag *d)
{
	size_t i = disagreed(p);
	char why[160];

	put_offered(p, i, why, sizeof(why));
	if (p->lack[0] != '\0' || (i < NUM_KINDS && (p->old & 1u << i) != 0))
		return diag_set(d, ERR_UNSUPPORTED,
		    "%s port %u has no SSH algorithms that are known here (%s)",
		    setup->host, setup->port,
		    p->lack[0] != '\0' ? p->lack : why);
	return diag_set(d, ERR_POLICY,
	    "%s port %u has only SSH algorithms that are no longer safe; they "
	    "are used with legacy: true in the inventory, or --legacy-ssh (%s)",
	    setup->host, setup->port, why);
}

static void
add(struct buf *list, const char *name)
{
	struct bytes all = buf_bytes(list);

	if (all.len > 0 && memmem(all.ptr, all.len, name, strlen(name)) != NULL)
		return;
	buf_printf(list, "%s%s", list->len > 0 ? ", " : "", name);
}

static void
name(struct pty *p, enum kind kind, const char *is)
{
	if (is == NULL)
		return;
	add(&p->agreed, is);
	if (in_list(kinds[kind].old, is))
		add(&p->weak, is);
}

void
pty_name_agreed(struct pty *p)
{
	/* libssh does not say how the host key signed; ssh-rsa is offered only
	 * where nothing else was agreed on */
	name(p, KIND_KEX, ssh_get_kex_algo(p->session));
	if ((p->old & 1u << KIND_KEYS) != 0)
		name(p, KIND_KEYS, OLD_KEYS);
	name(p, KIND_TO, ssh_get_cipher_out(p->session));
	name(p, KIND_FROM, ssh_get_cipher_in(p->session));
	name(p, KIND_MAC_TO, ssh_get_hmac_out(p->session));
	name(p, KIND_MAC_FROM, ssh_get_hmac_in(p->session));
}
