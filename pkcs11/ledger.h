/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ledger of failed PINs: one small file per token (serial number and
 * manufacturer) and kind of PIN, in a folder that only its owner may enter. It
 * holds how many logins failed since the last good one, when the last was, and
 * whether the token has ever shown PIN flags; nothing that comes from a PIN.
 *
 * An attempt is written and flushed before the PIN is sent, so that a program
 * that is killed in between has counted it. The file stays locked (flock) from
 * ledger_open() to ledger_close(): of two programs one waits.
 */
#ifndef PKCS11_LEDGER_H
#define PKCS11_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"

struct ledger;

/* Opens the ledger NAME (bytes from a token: it is hex in the file's name) in
 * FOLDER, which is made where it is missing, with its parents, mode 0700.
 * KIND is "user" or "so". A ledger that does not parse is an error that names
 * it (ERR_SYNTAX): nobody knows then how many tries are left. ERR_POLICY: the
 * folder is not ours alone. ERR_TOO_BIG: a name over 64 bytes. ERR_IO and
 * ERR_ABSENT (a symbolic link in place of the folder too) from the system. */
MUST_CHECK enum err ledger_open(const char *folder, struct bytes name,
    const char *kind, struct ledger **ret, struct diag *d);

/* Unlocks and frees; NULL is allowed. */
void ledger_close(struct ledger **l);

unsigned ledger_failures(const struct ledger *l);
int64_t ledger_last(const struct ledger *l); /* seconds since 1970; 0: never */
bool ledger_flags_seen(const struct ledger *l);

/* Writes that an attempt is made at NOW. */
MUST_CHECK enum err ledger_attempt(struct ledger *l, int64_t now,
    struct diag *d);

/* The attempt was good: nothing has failed since. */
MUST_CHECK enum err ledger_good(struct ledger *l, struct diag *d);

/* The PIN was not judged: takes the attempt back, if there was one. */
MUST_CHECK enum err ledger_undo(struct ledger *l, struct diag *d);

/* The token shows PIN flags. */
MUST_CHECK enum err ledger_saw_flags(struct ledger *l, struct diag *d);

#endif
