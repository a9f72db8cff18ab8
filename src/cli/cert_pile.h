/* SPDX-License-Identifier: Apache-2.0 */
/* All files of certificates and requests in a folder. */
#ifndef CLI_CERT_PILE_H
#define CLI_CERT_PILE_H

#include "cli/cert_file.h"
#include "cli/cert_paths.h"
#include "cli/out.h"

/* All that stands in a folder, or in one file. */
struct cert_pile {
	struct cert_paths paths;
	struct cert_file *file; /* those that could be read */
	size_t num;
	const struct cert **cert; /* of all of them */
	size_t num_certs;
};

/* Loads what WHERE names. What cannot be read of a folder is left out, which
 * OUT says; of a file it is an error. P is to be cleared whatever the
 * outcome. */
MUST_CHECK enum err cert_pile_load(const char *where, struct cert_pile *p,
    struct out *out, struct diag *d);
void cert_pile_clear(struct cert_pile *p);

#endif
