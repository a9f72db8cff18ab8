/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSH's sftp-server behind an SSH server in a thread: where an appliance
 * sends files to. It serves one connection on a port of 127.0.0.1, of any user
 * with the one password, and has a new host key each time.
 */
#ifndef TESTS_PEER_SFTP_H
#define TESTS_PEER_SFTP_H

#include <libssh/libssh.h>
#include <libssh/server.h>
#include <pthread.h>
#include <stdbool.h>

struct sftp {
	ssh_bind bind;
	ssh_session session;
	ssh_channel channel;
	pthread_t thread;
	const char *password;
	unsigned port;
	bool by_keyboard; /* and by nothing else */
	unsigned num_refused;
};

/* PASSWORD is borrowed until sftp_end(). Aborts where it cannot begin. */
void sftp_start(struct sftp *s, const char *password, bool by_keyboard);

/* Waits until the connection was there, and is over. */
void sftp_end(struct sftp *s);

#endif
