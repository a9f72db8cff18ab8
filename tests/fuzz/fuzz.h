/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a fuzz target needs: the entry point that libFuzzer, or replay.c,
 * calls with some bytes, and a check that stops the program.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Unlike assert(), never compiled away. */
#define FUZZ_CHECK(what)                                               \
	do {                                                           \
		if (!(what)) {                                         \
			(void)fprintf(stderr, "%s:%d: not true: %s\n", \
			    __FILE__, __LINE__, #what);                \
			abort();                                       \
		}                                                      \
	} while (0)

#endif
