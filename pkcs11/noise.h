/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modules write to stderr as they like. While one is loaded, started or ended,
 * when nobody else writes there, what it says is caught, and told as the
 * module's.
 */
#ifndef PKCS11_NOISE_H
#define PKCS11_NOISE_H

#include "pkcs11/lib.h"

/* Turns stderr aside. Where that cannot be done all stays as it is. */
void noise_begin(struct tok_lib *l);

/* Turns it back, for somebody who has to say something meanwhile. */
void noise_interrupt(const struct tok_lib *l);

/* Turns it back and tells the owner the first lines of what came. */
void noise_end(struct tok_lib *l);

#endif
