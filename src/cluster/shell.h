/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The appliance's command line over SSH: an interactive shell in a pty, which is
 * all that it offers. A shell connects, checks the host key, logs in, waits for
 * the prompt, types commands of cluster/command.h and reads what they say.
 *
 * Host keys are strict: pinned in the inventory, or in a known_hosts file. An
 * unknown one is shown to trust(); one that changed is always refused.
 * Algorithms that are no longer safe are offered only with LEGACY, and what was
 * agreed on is named. Everything is bounded: time without a byte, bytes of one
 * output (SHELL_OUTPUT_MAX), length of a banner.
 *
 * One thread has a shell; several shells may run in several threads.
 */
#ifndef CLUSTER_SHELL_H
#define CLUSTER_SHELL_H

#include "base/secret.h"
#include "cluster/command.h"
#include "cluster/inventory.h"
#include "cluster/transcript.h"

#define SHELL_OUTPUT_MAX ((size_t)32 << 20) /* DIALOG_OUTPUT_MAX */

struct shell_setup {
	const char *host;
	unsigned port;
	const char *node; /* its name, for messages, and to be compared with
			   * what it says of itself; NULL: not known */
	const struct inventory_ssh *ssh;
	const char *known_hosts;       /* a file; NULL: ~/.ssh/known_hosts */
	const struct secret *password; /* may be NULL with a key */
	const struct command_table *commands;
	unsigned connect_limit;        /* s; 0: 10 */
	struct transcript *transcript; /* or NULL */
	/* Shows FINGERPRINT (SHA256:...) of a host that is not known; true:
	 * trusted, and written into known_hosts. NULL: never. */
	bool (*trust)(void *arg, const char *host, const char *fingerprint);
	void *arg;
};

struct shell;

/* Connects, logs in and is at the prompt, with paging off. ERR_POLICY: host key;
 * ERR_PIN: the password was refused (it is never tried twice); ERR_IO: cannot be
 * reached, or what came is no appliance, with its last lines. */
MUST_CHECK enum err shell_open(const struct shell_setup *setup,
    struct shell **ret, struct diag *diag);

/* What a command came to. All-zero is clear. */
struct shell_said {
	struct buf text; /* lines that end with \n: no echo, no prompt, no
			  * escape sequences, no pager; bytes as they came */
	enum command_failure failure;
};
void shell_said_clear(struct shell_said *said);

/* Types command ID with ARGS. ERR_OK also where the appliance refused (FAILURE
 * says why). ERR_IO: the connection was lost, the prompt did not come within the
 * limit (whether the command took effect is then not known: the message says
 * so); ERR_SYNTAX: the output matches nothing that is known, with its last
 * lines; ERR_TOO_BIG. After an error the shell is of no use but to be closed. */
MUST_CHECK enum err shell_run(struct shell *s, const char *id,
    const struct command_arg *args, size_t num, struct shell_said *ret,
    struct diag *diag);

/* The algorithms that were agreed on and are no longer safe, "ssh-rsa,
 * diffie-hellman-group14-sha1"; "" where there are none. */
const char *shell_weak(const struct shell *s);

/* The SHA256:... of the host key. */
const char *shell_host_key(const struct shell *s);

void shell_close(struct shell **s);

#endif
