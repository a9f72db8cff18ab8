/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signs what a command makes: a key on a token, named by its URI, or a key
 * in a file, with the certificate that phones know it by.
 *
 *	signer_begin()      options -> where the key is: the module is loaded,
 *	                    a file read
 *	signer_find_cert()  the certificate, without a login where it can be
 *	signer_unlock()     login, or passphrase; the key is the certificate's
 *	signer_seat()       one for each thread: a struct ctl_signer
 *
 * So everything that can be refused is refused before anybody is asked for a
 * PIN. Every signature, from a token or a file, is verified in software before
 * it leaves, and noted in the audit log where there is one.
 */
#ifndef CLI_SIGNER_H
#define CLI_SIGNER_H

#include "cli/keyload.h"
#include "cli/token.h"
#include "ctl/ctl.h"

struct signer_opts {
	const char *signer; /* URI, or the file of a key */
	const char *cert;   /* its certificate: a file, or a URI; or NULL */
	struct token_opts token;
};

/* The rows of an option table whose struct T has a struct signer_opts signer:
 * with all those of the token, --json too. */
#define SIGNER_AT(T, member) \
	(offsetof(T, signer) + offsetof(struct signer_opts, member))

#define SIGNER_OPTS(T)                                                        \
	{ "signer", "URI|KEY", OPT_STRING, SIGNER_AT(T, signer),              \
		"the key that signs: pkcs11: URI, or a file", OPT_FILES, 0 }, \
	    { "signer-cert", "CERT", OPT_STRING, SIGNER_AT(T, cert),          \
		    "its certificate, where the token or file has none",      \
		    OPT_FILES, 0 },                                           \
	    TOKEN_PASSPHRASE_OPTS_AT(SIGNER_AT(T, token)),                    \
	    TOKEN_OPTS_AT(SIGNER_AT(T, token)),                               \
	    TOKEN_LOGIN_OPTS_AT(SIGNER_AT(T, token)),                         \
	    TOKEN_SIGN_OPTS_AT(SIGNER_AT(T, token))

/* One command's signer. All-zero is legal to end. */
struct signer {
	const struct signer_opts *opts;
	struct token_run run; /* for certload() too */
	bool begun;           /* run is */
	bool on_token;        /* else in a file, or nowhere */
	struct tok *tok;      /* on_token, once it was looked at */
	struct tok_key *key;  /* on_token, once unlocked */
	struct keyload file;  /* in a file */
	struct cert *cert;    /* NULL until signer_find_cert() */
};

/* Finds out where the key is: loads the module, or reads the file. Takes PINs
 * from LINE, of which the values in O are, and the environment, and wipes them
 * there; one in another argument than --signer is wiped and refused. Without
 * O->signer there is O->cert alone: for a signature that is made elsewhere.
 * O must live as long. ERR_USAGE, ERR_UNSUPPORTED for a file whose key is not
 * RSA, and as token_begin(), keyload_begin(). On failure S is ended. */
MUST_CHECK enum err signer_begin(struct signer *s, const struct signer_opts *o,
    const struct opt_line *line, struct diag *d);

/* The certificate, whatever that takes: the one of --signer-cert, else the one
 * on the token or in the file. Where there is not exactly one candidate, the
 * key is unlocked to tell. ERR_ABSENT where there is none, with what to do;
 * ERR_TOKEN, ERR_SYNTAX where there are several of that key; ERR_POLICY where
 * --signer-cert has none of it; ERR_UNSUPPORTED where it is not RSA. Does
 * nothing where it was done. */
MUST_CHECK enum err signer_find_cert(struct signer *s, struct diag *d);

/* The same, where it can be had without a PIN or passphrase; else all is well,
 * and S->cert stays NULL. */
MUST_CHECK enum err signer_see_cert(struct signer *s, struct diag *d);

/* Logs in or opens the file, finds the certificate unless that was done, and
 * checks that the key is the certificate's: ERR_POLICY. ERR_USAGE without
 * O->signer. */
MUST_CHECK enum err signer_unlock(struct signer *s, struct diag *d);

/* After a failure for which tok_is_gone(), when no thread signs any more: has
 * the token put back, as token_put_back(), logs in and finds the key anew. The
 * seats are good again. Otherwise D stays as it is, or says why the token that
 * came back does not do. */
MUST_CHECK enum err signer_put_back(struct signer *s, struct diag *d);

/* A place to sign from, for one thread at a time. */
struct signer_seat {
	struct signer *signer;
	struct tok_session *session; /* NULL: the token's own, or a file */
	struct ctl_signer ctl;       /* arg is the seat */
};

/* After signer_unlock(). RET must stay where it is, and be left before S is
 * ended. OWN_SESSION: one thread of several. ERR_TOO_BIG where the token has no
 * more sessions: those that there are will do. */
MUST_CHECK enum err signer_seat(struct signer *s, bool own_session,
    struct signer_seat *ret, struct diag *d);
void signer_leave(struct signer_seat *seat);

/* Appends "key 'LABEL' on token 'LABEL' (serial N)" or "the key in FILE", made
 * safe. Before signer_unlock() the key's label is not known, and is left out. */
void signer_put_name(struct buf *out, const struct signer *s);

void signer_end(struct signer *s);

#endif
