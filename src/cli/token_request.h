/* SPDX-License-Identifier: Apache-2.0 */
/* What `token csr` and `token selfsign` have in common. */
#ifndef CLI_TOKEN_REQUEST_H
#define CLI_TOKEN_REQUEST_H

#include "cli/token_change.h"
#include "pki/selfsign.h"

struct token_request_opts {
	const char *subject, *san, *usage;
};

#define TOKEN_REQUEST_AT(T, member) \
	offsetof(T, request) + offsetof(struct token_request_opts, member)

#define TOKEN_REQUEST_OPTS(T)                                                \
	{ "subject", "DN", OPT_STRING, TOKEN_REQUEST_AT(T, subject),         \
		"its name, such as CN=a.example.org,O=Example", NULL, 0 },   \
	    { "san", "LIST", OPT_STRING, TOKEN_REQUEST_AT(T, san),           \
		    "other names: DNS:a.example.org,IP:10.0.0.1", NULL, 0 }, \
	{                                                                    \
		"usage", "USE", OPT_STRING, TOKEN_REQUEST_AT(T, usage),      \
		    "sast, callmanager, capf, tvs or tftp",                  \
		    "sast callmanager capf tvs tftp", 0                      \
	}

/* What is made, and how. */
struct token_request {
	const struct token_request_opts *request;
	const struct token_file_opts *file;
	const char *what; /* "a request" */
	unsigned days;    /* of a certificate; 0: a request */
};

/* Checks R before anything is asked for. */
MUST_CHECK enum err token_request_check(const struct token_request *r,
    struct token_change *c, struct diag *d);

/* Makes it by the key that the URI names, and writes it. */
MUST_CHECK enum err token_request_make(const struct token_request *r,
    struct token_change *c, struct diag *d);

#endif
