/* SPDX-License-Identifier: Apache-2.0 */
/* What `token csr` and `token selfsign` have in common: all but the days. */
#ifndef CLI_TOKEN_REQUEST_H
#define CLI_TOKEN_REQUEST_H

#include "cli/token_change.h"
#include "pki/selfsign.h"

struct token_request {
	struct token_opts token;
	struct token_change_opts change;
	struct token_file_opts file;
	const char *subject, *san, *usage;
	bool
	    certificate; /* a self-signed one, valid for DAYS; else a request */
	unsigned days;
};

#define TOKEN_REQUEST_NAME_OPTS                                               \
	{ "subject", "DN", OPT_STRING,                                        \
		offsetof(struct token_request, subject),                      \
		"its name, such as CN=a.example.org,O=Example", NULL, 0 },    \
	    { "san", "LIST", OPT_STRING, offsetof(struct token_request, san), \
		    "other names: DNS:a.example.org,IP:10.0.0.1", NULL, 0 },  \
	{                                                                     \
		"usage", "USE", OPT_STRING,                                   \
		    offsetof(struct token_request, usage),                    \
		    "sast, callmanager, capf, tvs or tftp",                   \
		    "sast callmanager capf tvs tftp", 0                       \
	}

#define TOKEN_REQUEST_OPTS                          \
	TOKEN_FILE_OPTS(struct token_request),      \
	    TOKEN_DRY_OPTS(struct token_request),   \
	    TOKEN_OPTS(struct token_request),       \
	    TOKEN_LOGIN_OPTS(struct token_request), \
	    TOKEN_AUDIT_OPTS(struct token_request)

/* Reads the options of LINE into R, makes what R asks for by the key that the
 * URI names, and writes it. */
enum cmd_exit token_request_run(const struct cmd *cmd, struct opt_line *line,
    struct token_request *r);

#endif
