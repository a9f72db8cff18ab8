/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URLs in place of files: tftp://HOST/NAME, http://HOST/NAME, https://HOST/NAME,
 * with a port as usual. Only ctlsmith-net fetches; ctlsmith, which has no
 * network library, hands such a command line over to it (cli/relay.h).
 *
 * https wants to know whom to believe, and behind a # the URL says it:
 *	https://cucm.example:6972/CTLFile.tlv#pin=SHA256:...
 *	https://cucm.example:6972/CTLFile.tlv#ca=callmanager.pem
 */
#ifndef CLI_URL_H
#define CLI_URL_H

#include "base/buf.h"
#include "base/diag.h"

/* TEXT begins as one. A file of such a name is ./TEXT. */
bool url_is(const char *text);

/* ERR_USAGE where PATH, which is to be written, is one. */
MUST_CHECK enum err url_refuse(const char *path, struct diag *d);

/* ERR_USAGE where OUTPUT is NULL, so that what is made of each of ARGS, which a
 * NULL ends, goes beside it, and one of them is a URL. */
MUST_CHECK enum err url_need_output(char *const *args, const char *output,
    struct diag *d);

/* Appends what URL gives, at most MAX bytes, to RET; errors as file_load(), and
 * ERR_CRYPTO where https finds another server than the one to believe. For any
 * thread. Each program has its own: that of ctlsmith is ERR_UNSUPPORTED and says
 * what is missing. */
MUST_CHECK enum err url_load(const char *url, size_t max, struct buf *ret,
    struct diag *d);

#endif
