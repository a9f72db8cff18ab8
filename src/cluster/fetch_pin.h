/* SPDX-License-Identifier: Apache-2.0 */
/* The pin of a server: SHA-256 of its certificate, as people write it. */
#ifndef CLUSTER_FETCH_PIN_H
#define CLUSTER_FETCH_PIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#define FETCH_PIN_LEN 32

/* Reads "SHA256:BASE64" (with or without padding), or 64 hex digits, with or
 * without SHA256: before and colons between. False: it is neither. */
bool fetch_pin_read(const char *text, uint8_t *ret);

/* DER is what RAW pins. */
bool fetch_pin_fits(const uint8_t *raw, struct bytes der);

#endif
