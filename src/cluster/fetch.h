/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Downloads: tftp://, http:// and https://, with libcurl. Bounded in bytes and in
 * time, no redirects, no proxies, no credentials, no configuration of the user.
 * https needs a CA or a pin. A thread may have one fetch at a time; several
 * threads may fetch. Over TFTP larger blocks are asked for, and where a server
 * takes that ill, it is asked once more without options.
 *
 * What comes over TFTP and HTTP comes from whoever answers (libcurl takes blocks
 * of TFTP from any address): believe its signature. Messages name neither the
 * URL nor anything that the server said.
 */
#ifndef CLUSTER_FETCH_H
#define CLUSTER_FETCH_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/diag.h"

struct fetch_setup {
	size_t max;             /* bytes; 0: FILE_MAX_DEFAULT */
	unsigned connect_limit; /* s; 0: 10 */
	unsigned stall_limit;   /* s without a byte; 0: 15 */
	unsigned limit;         /* s in all; 0: 120 */
	const char *ca;         /* PEM file for https, or NULL */
	const char *pin;        /* SHA256:base64 or hex of the certificate, or
				* NULL */
	const atomic_bool *cancel; /* true: end within a second; or NULL */
};

/* Before any thread, once. */
MUST_CHECK enum err fetch_init(struct diag *d);

/* TEXT is the URL of a download. */
bool fetch_is_url(const char *text);

/* Appends what URL gives to RET. ERR_ABSENT: the server says there is none (404,
 * TFTP code 1); ERR_TOO_BIG; ERR_TRUNCATED: it ended early; ERR_IO: no answer,
 * stalled, refused; ERR_CRYPTO: the server's certificate is not the one that
 * was asked for; ERR_USAGE: no URL that can be fetched. RET is as it was then. */
MUST_CHECK enum err fetch_url(const char *url, const struct fetch_setup *setup,
    struct buf *ret, struct diag *d);

struct fetch_place {
	const char *scheme, *host; /* HOST: IPv6 without brackets too */
	unsigned port;
};

/* The same of NAME there, which may hold any character but NUL. */
MUST_CHECK enum err fetch_file(const struct fetch_place *at, const char *name,
    const struct fetch_setup *setup, struct buf *ret, struct diag *d);

#endif
