/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to a person, at the terminal and nowhere else: stdin and stdout
 * may be something else. */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "base/buf.h"
#include "base/secret.h"

/* Somebody can be asked: stdin or stderr is a terminal, and there is a
 * /dev/tty. */
bool prompt_has_terminal(void);

/* Asks QUESTION, safe text, and reads a line without echo. A signal that ends
 * or stops the program does so with the terminal as it was before. ERR_PIN:
 * no terminal, end of input, or an empty line. */
MUST_CHECK enum err prompt_secret(const char *question, struct secret *ret,
    struct diag *d);

/* The same with echo, appended to RET, at most 1000 bytes. ERR_ABSENT without
 * a terminal, or at the end of input. */
MUST_CHECK enum err prompt_line(const char *question, struct buf *ret,
    struct diag *d);

#endif
