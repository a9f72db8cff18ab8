/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A syslog listener, UDP and TCP on one address (RFC 3164, 5424, 6587: octet
 * counting and newlines), for what phones and nodes tell. It takes what comes,
 * from whomever it is allowed to, and hands each message out; it never answers.
 */
#ifndef CLUSTER_SYSLOG_H
#define CLUSTER_SYSLOG_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/diag.h"

#define SYSLOG_MESSAGE_MAX 8192
/* Beyond, whoever has most of them loses one. */
#define SYSLOG_CLIENTS_MAX 256

struct syslog;

/* ADDR:PORT, [ADDR]:PORT or PORT; port 0: any. */
MUST_CHECK enum err syslog_open(const char *where, struct syslog **ret,
    struct diag *d);
void syslog_close(struct syslog **s);
unsigned syslog_port(const struct syslog *s);

struct syslog_hears {
	/* FROM: the sender's address, text. */
	void (*message)(void *arg, const char *from, struct bytes text);
	void *arg;
};

/* Waits at most MS milliseconds, and hands out all that has come. */
MUST_CHECK enum err syslog_take(struct syslog *s, int ms,
    const struct syslog_hears *hears, struct diag *d);

/* Messages taken; lost by the kernel since it was full (datagrams); refused
 * since they were too long or too many connections. */
struct syslog_count {
	uint64_t taken, lost, refused;
};
struct syslog_count syslog_count(const struct syslog *s);

#endif
