/* SPDX-License-Identifier: Apache-2.0 */
/* `repeat: N` of certs and records, for lists that are large. */
#ifndef LAB_REPEAT_H
#define LAB_REPEAT_H

#include "lab/recipe_doc.h"

/* Writes out what DOC repeats: N certs NAME-1 to NAME-N, the number added to
 * the serial as its last byte, and N records with the certs CERT-1 to CERT-N.
 * What is new belongs to ARENA. */
MUST_CHECK enum err repeat_all(struct recipe_doc *doc, struct doc *arena,
    struct diag *diag);

#endif
