/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node on loopback that says what a test wants: libssh's server side, one
 * thread, one session after the other. How it talks is a function of the test's.
 */
#ifndef TESTS_UNIT_FAKE_NODE_H
#define TESTS_UNIT_FAKE_NODE_H

#include <libssh/libssh.h>
#include <libssh/server.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct fake_node;

struct fake_setup {
	void (*talk)(struct fake_node *f);
	int methods; /* SSH_AUTH_METHOD_* that are offered */
	const char *password;
	unsigned asks;       /* times keyboard-interactive asks; 0: 1 */
	bool old;            /* SHA-1 and ssh-rsa alone */
	const char *ciphers; /* these alone */
	bool mute;           /* it takes connections, and says nothing */
	unsigned hang_ups;   /* so many connections are closed at once */
	const char *raw;     /* said instead of SSH, without end */
	void *arg;
};

struct fake_node {
	struct fake_setup setup;
	int listener, fd;
	unsigned port;
	ssh_key key;
	ssh_key client; /* who is let in by it; or NULL */
	pthread_t thread;
	atomic_bool over;
	ssh_session session;
	ssh_channel channel;
	/* what happened */
	atomic_uint passwords; /* that came, right or wrong */
	atomic_uint sessions;
	atomic_uint ended;  /* connections that are closed */
	atomic_ullong sent; /* bytes */
	char typed[65536];  /* all that was typed */
	size_t num_typed;
};

/* A node with a new host key. */
void fake_start(struct fake_node *f, const struct fake_setup *setup);
void fake_stop(struct fake_node *f);
/* Another host key from the next session on. */
void fake_new_key(struct fake_node *f, enum ssh_keytypes_e type, int bits);

/* For talk(): false: the other side has left. */
bool fake_say(struct fake_node *f, const char *text);
bool fake_send(struct fake_node *f, const void *bytes, size_t len);
/* The next byte, without an echo; -1. */
int fake_byte(struct fake_node *f);
/* A line, echoed as it comes, Enter as \r\n, into RET without its end. */
bool fake_line(struct fake_node *f, char *ret, size_t size);

#endif
