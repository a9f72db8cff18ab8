/* SPDX-License-Identifier: Apache-2.0 */
/* Data files that are built into the program: src/cli/tables/NAME.yaml is the
 * array NAME, with _ for each dash. */
#ifndef CLI_TABLES_H
#define CLI_TABLES_H

#include <stddef.h>

extern const unsigned char cert_profiles[];
extern const size_t cert_profiles_len;
extern const unsigned char cert_stores[];
extern const size_t cert_stores_len;

extern const unsigned char trust_stores[];
extern const size_t trust_stores_len;
extern const unsigned char phone_models[];
extern const size_t phone_models_len;

#endif
