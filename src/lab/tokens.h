/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two SAST tokens of a cluster in token mode, as SoftHSM has them, in the
 * folder `tokens` of a lab: made by softhsm2-util and pkcs11-tool.
 */
#ifndef LAB_TOKENS_H
#define LAB_TOKENS_H

#include "lab/home.h"
#include "lab/world.h"

#define TOKENS_NUM 2

struct token {
	char label[32], serial[32];
	char pin[16], so_pin[16];
};

struct tokens {
	char module[256]; /* the file of SoftHSM's module */
	struct token token[TOKENS_NUM];
};

/* Makes them. ERR_ABSENT: a program or the module is not installed, and DIAG says
 * which. */
MUST_CHECK enum err tokens_make(const struct home *home, struct world *w,
    struct tokens *ret, struct diag *diag);

#endif
