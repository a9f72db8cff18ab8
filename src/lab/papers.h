/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a lab leaves in its folder for whoever works with it: cluster.yaml (the
 * inventory), phones.csv, known_hosts, env.sh, and the certificates that its
 * HTTPS servers show, in certs/.
 */
#ifndef LAB_PAPERS_H
#define LAB_PAPERS_H

#include "lab/doors.h"
#include "lab/home.h"
#include "lab/tokens.h"
#include "lab/world.h"

struct papers {
	const struct home *home;
	struct world *world;
	const struct doors *doors;
	const char *program; /* the path of ctlsmith-lab */
	const char *password;
	const struct tokens *tokens; /* of token mode, or NULL */
};

MUST_CHECK enum err papers_write(const struct papers *p, struct diag *diag);

#endif
