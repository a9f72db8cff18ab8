/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where PINs come from: the URI (pin-value, pin-source), a file descriptor, an
 * environment variable, or a person at a terminal.
 *
 * A source that is no person gives its PIN once, to one token: what it holds
 * is used up then, whatever came of it.
 */
#ifndef CLI_PIN_H
#define CLI_PIN_H

#include "base/secret.h"
#include "pkcs11/tok.h"

/* As the options give them: names and numbers, never PINs. */
struct pin_opts {
	const char *user_env, *user_fd;
	const char *so_env, *so_fd;
	const char *key_env, *key_fd;
	const char *new_env, *new_fd;
	const char *new_so_env, *new_so_fd;
	const char *passphrase_env, *passphrase_fd; /* of a file */
};

enum pin_which {
	PIN_USER,
	PIN_SO,
	PIN_KEY,
	PIN_NEW,
	PIN_SO_NEW,
	PIN_PASSPHRASE,
	PIN_NUM
};

/* One source. */
struct pin_source {
	struct secret value; /* of env or URI: read at once */
	bool has_value, used;
	struct tok_text serial, label; /* whose token it was given to */
	const char *file;              /* pin-source of the URI, or NULL */
	int fd;                        /* or -1 */
};

struct pin_sources {
	struct pin_source source[PIN_NUM];
};

/* Takes what O names out of the environment. ERR_USAGE for two sources of one
 * PIN, a descriptor that is none, a variable that is not set. */
MUST_CHECK enum err pin_sources_init(struct pin_sources *p,
    const struct pin_opts *o, struct diag *d);

/* Takes pin-value out of URI and wipes it there. *RET_FOUND: there was one. */
MUST_CHECK enum err pin_sources_take(struct pin_sources *p, char *uri,
    bool *ret_found, struct diag *d);

/* The URI names a file with the PIN; FILE must live as long. */
MUST_CHECK enum err pin_sources_file(struct pin_sources *p, const char *file,
    struct diag *d);

/* That PIN need not be asked of a person. */
bool pin_sources_have(const struct pin_sources *p, enum pin_which which);

void pin_sources_clear(struct pin_sources *p);

/* There is a source for the PIN of that KIND, or somebody to ask: for whoever
 * would otherwise find out in the middle of what cannot be undone. ERR_PIN. */
MUST_CHECK enum err pin_can_give(const struct pin_sources *p,
    enum tok_pin_kind kind, struct diag *d);

/* The same, and takes a new PIN (KIND is TOK_PIN_USER_NEW) of the token I now:
 * asks for it where no source has it, and checks that its length is one that
 * the token takes. pin_give() gives it later. */
MUST_CHECK enum err pin_take_new(struct pin_sources *p,
    const struct tok_info *i, enum tok_pin_kind kind, struct diag *d);

/* The passphrase of FILE, which a key is to be read from. ERR_PIN. */
MUST_CHECK enum err pin_passphrase(struct pin_sources *p, const char *file,
    struct secret *ret, struct diag *d);

/* Wipes each pin-value of a pkcs11: URI among the NUM words of ARGV; true where
 * there was one. */
MUST_CHECK bool pin_wipe(char **argv, int num);

/* As struct tok_owner, pin(). */
MUST_CHECK enum err pin_give(struct pin_sources *p,
    const struct tok_pin_request *r, struct secret *ret, bool *ret_again,
    struct diag *d);

#endif
