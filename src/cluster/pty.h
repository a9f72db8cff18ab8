/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A shell in a pty on another machine, over SSH: a wire for bytes. It connects,
 * checks the host key, logs in, and asks for the shell; it knows nothing of what
 * is said there. No configuration of the user is read, no agent is asked.
 *
 * Algorithms that are no longer safe are offered only where LEGACY allows them,
 * and then one kind after the other, each only when nothing else was agreed on.
 * Every wait has an end.
 */
#ifndef CLUSTER_PTY_H
#define CLUSTER_PTY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/secret.h"

struct pty_setup {
	const char *host;
	unsigned port;
	const char *user;
	const char *key;               /* file of a private key, or NULL */
	const struct secret *password; /* or NULL */
	const char *host_key;          /* SHA256:..., or NULL: known_hosts */
	const char *known_hosts;       /* a file; NULL: the user's own */
	bool legacy;
	unsigned connect_limit; /* ms until TCP is there */
	unsigned agree_limit;   /* ms from then on until a host key is proved */
	unsigned login_limit;   /* ms from its trust() on until the shell is
				 * there */
	bool (*trust)(void *arg, const char *host, const char *fingerprint);
	void *arg;
};

struct pty;

/* One that hangs up before algorithms are agreed on is asked a second time.
 * ERR_IO: cannot be reached, or ended, or is no SSH server; ERR_POLICY: host key,
 * or nothing but old algorithms; ERR_PIN: no login. The password is sent once, by
 * one method. */
MUST_CHECK enum err pty_open(const struct pty_setup *setup, struct pty **ret,
    struct diag *diag);
void pty_close(struct pty **p);

/* Waits up to MS milliseconds for bytes, and brings up to MAX of them; *RET_LEN
 * 0: none came. ERR_TRUNCATED: the other side has left. */
MUST_CHECK enum err pty_read(struct pty *p, unsigned ms, uint8_t *ret,
    size_t max, size_t *ret_len, struct diag *diag);

/* All of IN, in at most MS milliseconds. ERR_TRUNCATED likewise. */
MUST_CHECK enum err pty_write(struct pty *p, unsigned ms, struct bytes in,
    struct diag *diag);

/* Borrowed until pty_close(). */
const char *pty_weak(const struct pty *p);     /* "" or "ssh-rsa, ..." */
const char *pty_host_key(const struct pty *p); /* "SHA256:..." */
const char *pty_agreed(const struct pty *p);   /* all algorithms */

#endif
