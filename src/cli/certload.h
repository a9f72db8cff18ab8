/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate that the command line or a file names: a PEM or DER file, or a
 * pkcs11: URI of a certificate on a token. */
#ifndef CLI_CERTLOAD_H
#define CLI_CERTLOAD_H

#include "cli/certlist.h"
#include "cli/token.h"

/* WHERE is a pkcs11: URI. */
bool certload_is_uri(const char *where);

/* Adds what WHERE has to L. RUN is to look a URI up with, and loads its module
 * where it has none; NULL where there is none (a URI is then ERR_USAGE). Nobody
 * logs in. A file with a private key in it is no error here, and nothing of
 * it is kept. A file without any certificate is ERR_SYNTAX, a token ERR_TOKEN.
 * Messages name WHERE. */
MUST_CHECK enum err certload_all(const char *where, struct token_run *run,
    struct certlist *l, struct diag *d);

/* Loads the certificate at WHERE. Where a file has several it is ERR_SYNTAX,
 * and where a token has ERR_TOKEN, with all of them told; unless KEY is not
 * NULL: then it is the one of that key. The only one there is is taken whatever
 * its key. */
MUST_CHECK enum err certload(const char *where, struct token_run *run,
    const struct pubkey *key, struct cert **ret, struct diag *d);

#endif
