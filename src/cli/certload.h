/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate that the command line or a file names: a PEM or DER file, or a
 * pkcs11: URI of a certificate on a token. */
#ifndef CLI_CERTLOAD_H
#define CLI_CERTLOAD_H

#include "cli/token.h"
#include "pki/cert.h"

/* Loads WHERE. RUN is a library to look a URI up in, or NULL where there is
 * none (a URI is then ERR_USAGE and says --module). A file with several
 * certificates is ERR_SYNTAX, unless KEY is not NULL: then it is the one of
 * that key. A file with a private key in it is no error here, and nothing of
 * it is kept. Messages name WHERE. */
MUST_CHECK enum err certload(const char *where, struct token_run *run,
    const struct pubkey *key, struct cert **ret, struct diag *d);

#endif
