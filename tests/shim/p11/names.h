/* SPDX-License-Identifier: Apache-2.0 */
/* Names of PKCS#11 constants, as a plan may write them. */
#ifndef TESTS_SHIM_P11_NAMES_H
#define TESTS_SHIM_P11_NAMES_H

#include <stdbool.h>

/* A number as C writes it, not negative; false where it is none. */
bool names_number(const char *word, unsigned long *ret_value);

/*
 * Sets *RET_VALUE to what WORD stands for: a number, or a name
 * beginning with PREFIX ("CKR_", "CKA_", "CKM_", "CKF_"). False where it is
 * neither, or a name that names.c does not know.
 */
bool names_value(const char *prefix, const char *word,
    unsigned long *ret_value);

#endif
