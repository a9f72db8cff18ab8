/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of cluster/pty.h share; for pty*.c and
 * sftp.c alone. */
#ifndef CLUSTER_PTY_INNER_H
#define CLUSTER_PTY_INNER_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include "cluster/pty.h"

struct pty {
	ssh_session session;
	ssh_channel channel;
	struct ssh_counter_struct socket, packets; /* bytes that came */
	int64_t until;  /* deadline of what goes on */
	unsigned limit; /* ms that it was given */
	unsigned old;   /* bits of the kinds for which old ones are offered */
	char lack[160]; /* "KIND: LIST" of what has none of ours, the old too */
	char why[1024]; /* nothing was agreed on: what libssh said first */
	struct buf weak, agreed, fingerprint;
};

/* As pty_open(), without a shell. */
MUST_CHECK enum err pty_connect(const struct pty_setup *setup, struct pty **ret,
    struct diag *diag);

/* Milliseconds of a clock that only goes forward. */
int64_t pty_now(void);

/* What begins now has LIMIT milliseconds. */
void pty_begin(struct pty *p, unsigned limit);

/* Until something comes, or may be sent, or P's deadline, where it is ERR_IO; or
 * more came than anybody has to say before the shell: ERR_TOO_BIG. */
MUST_CHECK enum err pty_wait(struct pty *p, const struct pty_setup *setup,
    const char *what, struct diag *diag);

/* ERR_IO with what libssh says of WHAT. */
enum err pty_failed(struct pty *p, const struct pty_setup *setup,
    const char *what, struct diag *diag);

/* ---- pty_agree.c: algorithms ---- */
MUST_CHECK enum err pty_offer(struct pty *p, struct diag *diag);
/* From now on, in this thread, what libssh says goes into P->why; NULL: it goes
 * nowhere. (ssh_get_error() may have lost it: where the other side's offer came
 * together with its greeting, what failed next is written over it.) */
void pty_listen_to(struct pty *p);
/* Nothing was agreed on: true where one more kind of old ones may be offered. */
bool pty_offer_more(struct pty *p);
/* Whether it is that which failed. */
bool pty_disagreed(struct pty *p);
/* ERR_POLICY, and what may be done; ERR_UNSUPPORTED: nothing. */
enum err pty_refuse(struct pty *p, const struct pty_setup *setup,
    struct diag *diag);
void pty_name_agreed(struct pty *p);

/* ---- pty_trust.c: the host key ---- */
MUST_CHECK enum err pty_trust(struct pty *p, const struct pty_setup *setup,
    struct diag *diag);

/* ---- pty_login.c ---- */
MUST_CHECK enum err pty_login(struct pty *p, const struct pty_setup *setup,
    struct diag *diag);

#endif
