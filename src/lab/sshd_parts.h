/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One SSH session: logging in, the one channel, and its bytes. Private to the
 * SSH server.
 */
#ifndef LAB_SSHD_PARTS_H
#define LAB_SSHD_PARTS_H

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>

#include "lab/console.h"
#include "lab/sshd.h"

#define SSHD_LOGIN_LIMIT 120 /* s, until there is a shell */

struct sshd {
	struct sshd_setup setup;
	ssh_key *key; /* of each node */
	size_t num_keys;
};

struct sshd_session {
	const struct sshd_setup *setup;
	size_t node;
	unsigned ordinal;
	struct scenario_cli cli;
	int fd;
	ssh_session ssh;
	ssh_channel channel;
	char user[64];
	unsigned failures; /* wrong passwords */
	bool authentic, pty, shell, gone;
	struct ssh_server_callbacks_struct server;
	struct ssh_channel_callbacks_struct on_channel;
	uint8_t in[1024]; /* read, and not yet taken */
	size_t in_at, in_len;
};

/* Exchanges keys, and lets somebody in; false: nobody got a shell. */
bool sshd_session_open(struct sshd_session *self);

/* Says goodbye, and waits for the other side's. */
void sshd_session_bye(struct sshd_session *self);

void sshd_session_end(struct sshd_session *self);

/* Of a struct console_io. */
enum console_key sshd_session_read(void *arg, unsigned ms, uint8_t *ret);
bool sshd_session_write(void *arg, struct bytes text);
void sshd_session_cut(void *arg);

#endif
