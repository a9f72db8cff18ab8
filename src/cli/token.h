/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all commands of `ctlsmith token` share: their options, the library
 * opened as these say, where PINs come from, what people are told, and the
 * audit log.
 */
#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include <pthread.h>

#include "audit/audit.h"
#include "cli/cmd.h"
#include "cli/config.h"
#include "cli/pin.h"
#include "pkcs11/tok.h"

struct token_opts {
	const char *module, *state, *audit;
	struct pin_opts pin;
	unsigned timeout; /* seconds; 0: not given */
	bool final_try;
	bool json;
};

/* The rows of an option table whose struct T has a struct token_opts token; or
 * has one at the offset AT. */
#define TOKEN_FIELD(at, member) ((at) + offsetof(struct token_opts, member))

#define TOKEN_AT(T, member) TOKEN_FIELD(offsetof(T, token), member)

#define TOKEN_OPTS_AT(at)                                                      \
	{ "module", "PATH", OPT_STRING, TOKEN_FIELD(at, module),               \
		"the PKCS#11 module, or a .module file of p11-kit", OPT_FILES, \
		0 },                                                           \
	    { "timeout", "SECONDS", OPT_SECONDS, TOKEN_FIELD(at, timeout),     \
		    "give up on a call (default 30; key generation 600)",      \
		    NULL, 0 },                                                 \
	{                                                                      \
		"json", NULL, OPT_FLAG, TOKEN_FIELD(at, json),                 \
		    "print JSON instead of text", NULL, 0                      \
	}

#define TOKEN_OPTS(T) TOKEN_OPTS_AT(offsetof(T, token))

#define TOKEN_STATE_OPTS_AT(at)                                        \
	{ "final-try", NULL, OPT_FLAG, TOKEN_FIELD(at, final_try),     \
		"log in even where it may be the last try", NULL, 0 }, \
	{                                                              \
		"state", "DIR", OPT_STRING, TOKEN_FIELD(at, state),    \
		    "where failed logins are counted", OPT_FILES, 0    \
	}

#define TOKEN_STATE_OPTS(T) TOKEN_STATE_OPTS_AT(offsetof(T, token))

#define TOKEN_LOGIN_OPTS_AT(at)                                           \
	{ "pin-env", "NAME", OPT_STRING, TOKEN_FIELD(at, pin.user_env),   \
		"take the PIN from this environment variable", NULL, 0 }, \
	    { "pin-fd", "N", OPT_STRING, TOKEN_FIELD(at, pin.user_fd),    \
		    "read the PIN from this file descriptor", NULL, 0 },  \
	    TOKEN_STATE_OPTS_AT(at)

#define TOKEN_LOGIN_OPTS(T) TOKEN_LOGIN_OPTS_AT(offsetof(T, token))

#define TOKEN_AUDIT_OPTS_AT(at)                                      \
	{                                                            \
		"audit", "FILE", OPT_STRING, TOKEN_FIELD(at, audit), \
		    "append what was done to this log", OPT_FILES, 0 \
	}

#define TOKEN_AUDIT_OPTS(T) TOKEN_AUDIT_OPTS_AT(offsetof(T, token))

#define TOKEN_SIGN_OPTS_AT(at)                                             \
	{ "key-pin-env", "NAME", OPT_STRING, TOKEN_FIELD(at, pin.key_env), \
		"the PIN of a key that asks for each use", NULL, 0 },      \
	    { "key-pin-fd", "N", OPT_STRING, TOKEN_FIELD(at, pin.key_fd),  \
		    "the same from a file descriptor", NULL, 0 },          \
	    TOKEN_AUDIT_OPTS_AT(at)

#define TOKEN_SIGN_OPTS(T) TOKEN_SIGN_OPTS_AT(offsetof(T, token))

#define TOKEN_SO_OPTS(T)                                                     \
	{ "so-pin-env", "NAME", OPT_STRING, TOKEN_AT(T, pin.so_env),         \
		"take the SO PIN from this environment variable", NULL, 0 }, \
	{                                                                    \
		"so-pin-fd", "N", OPT_STRING, TOKEN_AT(T, pin.so_fd),        \
		    "read the SO PIN from this file descriptor", NULL, 0     \
	}

#define TOKEN_NEW_OPTS(T)                                                     \
	{ "new-pin-env", "NAME", OPT_STRING, TOKEN_AT(T, pin.new_env),        \
		"take the new PIN from this environment variable", NULL, 0 }, \
	{                                                                     \
		"new-pin-fd", "N", OPT_STRING, TOKEN_AT(T, pin.new_fd),       \
		    "read the new PIN from this file descriptor", NULL, 0     \
	}

#define TOKEN_NEW_SO_OPTS(T)                                                  \
	{ "new-so-pin-env", "NAME", OPT_STRING, TOKEN_AT(T, pin.new_so_env),  \
		"the same for the new SO PIN", NULL, 0 },                     \
	{                                                                     \
		"new-so-pin-fd", "N", OPT_STRING, TOKEN_AT(T, pin.new_so_fd), \
		    "read the new SO PIN from this file descriptor", NULL, 0  \
	}

#define TOKEN_PASSPHRASE_OPTS_AT(at)                                           \
	{ "passphrase-env", "NAME", OPT_STRING,                                \
		TOKEN_FIELD(at, pin.passphrase_env),                           \
		"the passphrase of the file, from the environment", NULL, 0 }, \
	{                                                                      \
		"passphrase-fd", "N", OPT_STRING,                              \
		    TOKEN_FIELD(at, pin.passphrase_fd),                        \
		    "the same from a file descriptor", NULL, 0                 \
	}

#define TOKEN_PASSPHRASE_OPTS(T) TOKEN_PASSPHRASE_OPTS_AT(offsetof(T, token))

/* One command at work. All-zero is legal to end. */
struct token_run {
	const struct token_opts *opts;
	struct config config;
	struct buf module, state; /* paths, NUL-terminated */
	struct pin_sources pins;
	struct tok_uri *uri; /* of the argument, or NULL */
	struct tok_owner owner;
	struct tok_setup setup;
	struct tok_lib *lib;
	struct audit_log *log;
	pthread_mutex_t lock; /* of the log */
	const char *purpose;  /* what is being signed for, where the layer
			       * does not know */
};

enum token_uri {
	TOKEN_URI_NONE,   /* no argument */
	TOKEN_URI_MAYBE,  /* none, or one */
	TOKEN_URI_WANTED, /* exactly one */
	TOKEN_URI_FILE    /* one, and the name of a file behind it */
};

/* Takes the PINs from the command line and the environment and wipes them
 * there, reads the configuration, checks the argument, loads the module. O
 * must live as long as R. On failure R is ended. */
MUST_CHECK enum err token_begin(struct token_run *r, const struct token_opts *o,
    char **args, enum token_uri wanted, struct diag *d);

/* The same for a command that may do without a token. URI, which is written
 * to, is that of its key: then the module is loaded; or NULL: then it is when
 * token_load() asks for it. */
MUST_CHECK enum err token_begin_maybe(struct token_run *r,
    const struct token_opts *o, char *uri, struct diag *d);

/* Loads the module, unless that was done: that of the options, of U, or of the
 * configuration. */
MUST_CHECK enum err token_load(struct token_run *r, const struct tok_uri *u,
    struct diag *d);

/* Finalises and frees. */
void token_end(struct token_run *r);

/* The one token that the argument names. */
MUST_CHECK enum err token_open(struct token_run *r, enum tok_mode mode,
    struct tok **ret, struct diag *d);

/* After a failure for which tok_is_gone(): asks the person to put the token
 * back, and waits. ERR_OK once it is there; keys are then to be found anew, and
 * the PIN is asked for again. Otherwise D stays as it is, and its error is
 * returned. */
MUST_CHECK enum err token_put_back(struct tok *t, struct diag *d);

/* Has RECORD noted, where there is an audit log; its time and version are put
 * in here. For any thread. Where it cannot be, what it is about is not to be
 * given out. */
MUST_CHECK enum err token_note(struct token_run *r, struct audit_record *record,
    struct diag *d);

/* Says on stderr what a struct tok_owner is told. */
void token_tell(enum tok_tell kind, const char *text);

/* A command that looks at tokens, and changes none. */
struct token_look {
	enum token_uri uri;
	bool registered; /* where no module is named: all of this system */
	/* The work, once R has begun; OPTS is the command's own struct. */
	enum cmd_exit (*work)(const struct cmd *cmd, struct token_run *r,
	    const void *opts);
};

/* Reads the options of LINE into OPTS, of which O is a part, begins, does the
 * work, ends. */
enum cmd_exit token_look_run(const struct cmd *cmd, struct opt_line *line,
    const struct token_look *look, void *opts, const struct token_opts *o);

/* Loads the modules that this system has registered, for a look. */
MUST_CHECK enum err token_begin_registered(struct token_run *r,
    const struct token_opts *o, struct diag *d);

#endif
