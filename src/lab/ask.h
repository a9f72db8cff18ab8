/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a lab is asked through its control socket, and what it answers.
 */
#ifndef LAB_ASK_H
#define LAB_ASK_H

#include "lab/doors.h"
#include "lab/sample.h"
#include "lab/world.h"

struct ask {
	struct world *world;
	struct doors *doors;
	struct sample *sample;
	/* The lab is to end; S is kept open until it has. */
	void (*down)(void *arg, struct stream *s);
	void *arg;
};

/* Reads one request of S and answers it. */
void ask_serve(const struct ask *a, struct stream *s);

#endif
