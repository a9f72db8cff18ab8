/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `ctlsmith sign` is to do, settled before anybody is asked for a PIN:
 * what every header says, and for each input the names of what comes of it.
 *
 * The plan has an id, of all that decides what is made: the inputs as they
 * were named, the folder for the results, the options, the signer's
 * certificate. The journal is found by it.
 */
#ifndef CLI_BULK_PLAN_H
#define CLI_BULK_PLAN_H

#include "cli/bulk_journal.h"
#include "cli/paths.h"
#include "cli/signer.h"

struct bulk_opts {
	struct signer_opts signer;
	const char *output, *name, *digest, *dialect, *trusted, *journal;
	const char *detached; /* a request is written here; or NULL */
	int64_t timestamp;    /* BULK_NOW: the clock's */
	size_t max_size;
	unsigned jobs; /* 0: one a core */
	bool force, dry_run, restart;
};

#define BULK_NOW INT64_MIN

struct bulk_plan {
	const struct bulk_opts *opts;
	char *const *args;
	bool several; /* more than one file may come: there is a journal */
	size_t max_size;
	const char *suffix;
	const struct cert *cert; /* the signer's, borrowed */
	struct ctl_head head;    /* without a file name */
	bool is_token;           /* the signer's is a security token's, which
				  * is no server, and --trusted is not there */
	struct buf trusted_bytes;
	struct ctl_file *trusted; /* or NULL */
	char id[BULK_ID_LEN + 1];
};

/* What counts as an input in a folder. */
extern const struct paths_taste bulk_taste;

/* Judges the command line alone, and loads the list of --trusted. ERR_USAGE;
 * errors of the list name it. PLAN is to be cleared whatever the outcome. */
MUST_CHECK enum err bulk_plan_init(struct bulk_plan *plan,
    const struct bulk_opts *o, char *const *args, struct diag *d);

/* Fills in what follows from the signer's certificate, which must live as
 * long. ERR_POLICY where phones that hold the list of --trusted would refuse
 * what it signs; ERR_UNSUPPORTED for a key that no phone verifies. */
MUST_CHECK enum err bulk_plan_signer(struct bulk_plan *plan,
    const struct cert *cert, struct diag *d);

void bulk_plan_clear(struct bulk_plan *plan);

/* Appends the path of what becomes of PATH. */
void bulk_put_target(const struct bulk_plan *plan, const struct path *path,
    struct buf *out);

/* Appends the file name of its header. */
void bulk_put_name(const struct bulk_plan *plan, const struct path *path,
    struct buf *out);

/* Appends the path of the journal: --journal, or in the folder STATE. */
void bulk_put_journal(const struct bulk_plan *plan, const char *state,
    struct buf *out);

#endif
