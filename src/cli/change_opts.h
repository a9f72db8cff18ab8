/* SPDX-License-Identifier: Apache-2.0 */
/* The options of the group `change`. Both programs have them: no header of
 * src/cluster here. */
#ifndef CLI_CHANGE_OPTS_H
#define CLI_CHANGE_OPTS_H

#include "cli/cluster_opts.h"
#include "cli/token.h"

/* How it is known what phones hold. */
struct change_phones_opts {
	const char *listen;      /* ADDR:PORT, or NULL */
	struct opt_strings from; /* senders that are believed too */
	const char *web_port;    /* or NULL: 80 */
	unsigned wait;           /* s without news; 0: 600 */
	bool web;
};

struct change_opts {
	struct cluster_opts cluster;
	struct token_opts token;
	struct change_phones_opts phones;
	/* plan */
	const char *output, *installed;
	struct opt_strings allow;
	bool force, self_signed, ca_signed;
	/* run, resume, undo */
	const char *until;
	struct opt_strings canary, waive, answer;
	bool dry_run, yes, past_no_return;
	/* status, report */
	const char *html;
	bool json;
};

#define CHANGE_AT(member) offsetof(struct change_opts, member)

#define CHANGE_PHONES_OPTS                                                    \
	{ "from", "ADDRESS", OPT_STRINGS, CHANGE_AT(phones.from),             \
		"believe alarms from there too; any: from everywhere", "any", \
		0 },                                                          \
	    { "listen", "ADDR:PORT", OPT_STRING, CHANGE_AT(phones.listen),    \
		    "take alarms of phones there, UDP and TCP", NULL, 0 },    \
	    { "web", NULL, OPT_FLAG, CHANGE_AT(phones.web),                   \
		    "fetch the web pages of phones", NULL, 0 },               \
	{                                                                     \
		"web-port", "PORT", OPT_STRING, CHANGE_AT(phones.web_port),   \
		    "the port of phones' web pages (default 80)", NULL, 0     \
	}

#define CHANGE_TOKEN_OPTS                                                      \
	{ "module", "PATH", OPT_STRING, CHANGE_AT(token.module),               \
		"the PKCS#11 module, or a .module file of p11-kit", OPT_FILES, \
		0 },                                                           \
	{                                                                      \
		"timeout", "SECONDS", OPT_SECONDS, CHANGE_AT(token.timeout),   \
		    "give up on a call of the token (default 30)", NULL, 0     \
	}

#define CHANGE_STATE_OPT                                              \
	{                                                             \
		"state", "DIR", OPT_STRING, CHANGE_AT(token.state),   \
		    "where runs are kept, and failed logins counted", \
		    OPT_FILES, 0                                      \
	}

#define CHANGE_PIN_OPTS                                                       \
	TOKEN_AUDIT_OPTS_AT(CHANGE_AT(token)),                                \
	    { "final-try", NULL, OPT_FLAG, CHANGE_AT(token.final_try),        \
		    "log in even where it may be the last try", NULL, 0 },    \
	    { "pin-env", "NAME", OPT_STRING, CHANGE_AT(token.pin.user_env),   \
		    "take the PIN from this environment variable", NULL, 0 }, \
	{                                                                     \
		"pin-fd", "N", OPT_STRING, CHANGE_AT(token.pin.user_fd),      \
		    "read the PIN from this file descriptor", NULL, 0         \
	}

#define CHANGE_ANSWER_OPTS                                                     \
	{ "answer", "KEY=VALUE", OPT_STRINGS, CHANGE_AT(answer),               \
		"answer a question beforehand", NULL, 0 },                     \
	    { "dry-run", NULL, OPT_FLAG, CHANGE_AT(dry_run),                   \
		    "check every step, and do none", NULL, 0 },                \
	    { "phone-wait", "SECONDS", OPT_SECONDS, CHANGE_AT(phones.wait),    \
		    "give up on phones without news (default 600)", NULL, 0 }, \
	{                                                                      \
		"yes", NULL, OPT_FLAG, CHANGE_AT(yes),                         \
		    "answer routine questions with yes", NULL, 0               \
	}

#define CHANGE_GO_OPTS                                                        \
	{ "canary", "NAME", OPT_STRINGS, CHANGE_AT(canary),                   \
		"the phone that gets a list of ours first", NULL, 0 },        \
	    { "past-no-return", NULL, OPT_FLAG, CHANGE_AT(past_no_return),    \
		    "go past the point of no return without asking", NULL,    \
		    0 },                                                      \
	    { "until", "STEP", OPT_STRING, CHANGE_AT(until),                  \
		    "stop behind this step", NULL, 0 },                       \
	{                                                                     \
		"waive", "NAME", OPT_STRINGS, CHANGE_AT(waive),               \
		    "this phone need not be proven to hold the list", NULL, 0 \
	}

#endif
