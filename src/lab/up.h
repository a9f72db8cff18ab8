/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lab from its start to its end: `ctlsmith-lab up`.
 */
#ifndef LAB_UP_H
#define LAB_UP_H

#include "lab/scenario.h"

struct up_setup {
	const char *dir;     /* of the lab */
	const char *keys;    /* folder of keys, or NULL */
	bool save_keys;      /* what is not there yet goes there */
	const char *program; /* the path of ctlsmith-lab */
	const struct scenario *scenario;
};

/* Runs until somebody ends it; DIAG says why it could not. */
MUST_CHECK enum err up_run(const struct up_setup *setup, struct diag *diag);

#endif
