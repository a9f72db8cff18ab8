/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who signs what a command makes: a key on a token, named by its URI, or a key
 * in a file, with the certificate that phones know it by.
 *
 *	signer_begin()   options -> where the key is; the certificate, where it
 *	                 can be had without a login
 *	signer_unlock()  login, or passphrase; the key is the certificate's
 *	signer_seat()    one for each thread: a struct ctl_signer
 *
 * So everything that can be refused is refused before anybody is asked for a
 * PIN. Every signature, from a token or a file, is verified in software before
 * it leaves, and noted in the audit log where there is one.
 */
#ifndef CLI_SIGNER_H
#define CLI_SIGNER_H

#include "cli/token.h"
#include "ctl/ctl.h"
#include "pki/keyfile.h"

struct signer_opts {
	const char *signer; /* URI, or the file of a key */
	const char *cert;   /* its certificate: a file, or a URI; or NULL */
	struct token_opts token;
};

/* The rows of an option table whose struct T has a struct signer_opts
 * signer. */
#define SIGNER_AT(T, member) \
	offsetof(T, signer) + offsetof(struct signer_opts, member)

#define SIGNER_TOKEN_AT(T, member) \
	SIGNER_AT(T, token) + offsetof(struct token_opts, member)

#define SIGNER_OPTS(T)                                                        \
	{ "signer", "URI|KEY", OPT_STRING, SIGNER_AT(T, signer),              \
		"the key that signs: pkcs11: URI, or a file", OPT_FILES, 0 }, \
	{                                                                     \
		"signer-cert", "CERT", OPT_STRING, SIGNER_AT(T, cert),        \
		    "its certificate, where the token or file has none",      \
		    OPT_FILES, 0                                              \
	}

/* One command's signer. All-zero is legal to end. */
struct signer {
	const struct signer_opts *opts;
	struct token_run run;
	bool begun;           /* run is */
	bool on_token;        /* else in a file */
	struct tok *tok;      /* on_token */
	struct tok_key *key;  /* once unlocked */
	struct keyfile *file; /* likewise, in a file */
	struct cert *cert;    /* NULL until it is known */
};

/* Finds out where the key is and loads what that needs: the module, or
 * nothing. Takes PINs from LINE's options and the environment and wipes them
 * there. Without O->signer only O->cert is loaded: for a signature that is made
 * elsewhere. ERR_USAGE, and as token_begin(). On failure S is ended. */
MUST_CHECK enum err signer_begin(struct signer *s, const struct signer_opts *o,
    const struct opt_line *line, struct diag *d);

/* The certificate, whatever that takes: from --signer-cert, the token without
 * a login, the token with one, the file of the key. ERR_ABSENT where there is
 * none, with what to do; ERR_UNSUPPORTED where it is not of an RSA key. */
MUST_CHECK enum err signer_find_cert(struct signer *s, struct diag *d);

/* Logs in or opens the file, and checks that the key is the certificate's.
 * ERR_POLICY where it is not. */
MUST_CHECK enum err signer_unlock(struct signer *s, struct diag *d);

/* A place to sign from, for one thread at a time. */
struct signer_seat {
	struct signer *signer;
	struct tok_session *session; /* NULL: the token's own, or a file */
	struct ctl_signer ctl;       /* arg is the seat */
};

/* SEAT must stay where it is. OWN_SESSION: one thread of several.
 * ERR_TOO_BIG where the token has no more sessions. */
MUST_CHECK enum err signer_seat(struct signer *s, bool own_session,
    struct signer_seat *ret, struct diag *d);
void signer_leave(struct signer_seat *seat);

/* Appends "key 'LABEL' on token 'LABEL' (serial N)" or "the key in FILE", made
 * safe. */
void signer_put_name(struct buf *out, const struct signer *s);

void signer_end(struct signer *s);

#endif
