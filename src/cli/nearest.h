/* SPDX-License-Identifier: Apache-2.0 */
/* What was meant by a word with a typing mistake in it. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* Words that are longer than this are like no other. */
#define NEAREST_MAX 24

/* How many letters were left out, put in, changed or swapped with their
 * neighbour to make B of A; NEAREST_MAX + 1 where either is too long. */
size_t nearest_distance(const char *a, const char *b);

/* True where A may well be B with a mistake or cut short. */
bool nearest_like(const char *a, const char *b);

#endif
