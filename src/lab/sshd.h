/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's side of SSH: a shell with a pty, and nothing else, as on the
 * appliance; behind it lab/console.h. A session is a thread of the caller's.
 */
#ifndef LAB_SSHD_H
#define LAB_SSHD_H

#include "lab/world.h"

struct sshd;

/* What a session calls. */
struct sshd_setup {
	struct world *world;
	const char *password; /* of all users */
	/* Before text goes out: what it tells of NODE must be so for others
	 * too. */
	void (*tells)(void *arg, size_t node);
	void *arg;
};

/* Makes the host keys of all nodes: Ed25519, or, where the scenario has
 * old_algorithms, the RSA key of the node's tomcat. */
MUST_CHECK enum err sshd_new(const struct sshd_setup *setup, struct sshd **ret,
    struct diag *diag);
void sshd_free(struct sshd **s);

/* Appends "ssh-ed25519 AAAA..." and "SHA256:..." of NODE's host key. */
MUST_CHECK enum err sshd_host_key(const struct sshd *s, size_t node,
    struct buf *ret_line, struct buf *ret_print, struct diag *diag);

/* Who may log in; NULL behind the last one. */
const char *sshd_user(size_t i);

/* A whole connection to NODE, of which FD becomes libssh's. ORDINAL: it is the
 * node's first, second, ... */
void sshd_serve(struct sshd *s, size_t node, int fd, unsigned ordinal);

#endif
