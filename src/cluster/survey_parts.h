/* SPDX-License-Identifier: Apache-2.0 */
/* Within cluster/survey*.c only. */
#ifndef CLUSTER_SURVEY_PARTS_H
#define CLUSTER_SURVEY_PARTS_H

#include "cluster/database.h"
#include "cluster/survey.h"

/* Units whose certificates are looked at, and on which nodes. */
#define SURVEY_UNITS(X)        \
	X("CallManager")       \
	X("CallManager-ECDSA") \
	X("CAPF")              \
	X("TVS")               \
	X("ITLRecovery")       \
	X("tomcat")

/* What a survey owns, and what went wrong in reading. */
struct survey_inner {
	void **block;
	size_t num_blocks, cap_blocks;
	const char **doubt; /* a NULL ends them */
	size_t num_doubts;
	struct database_nodes nodes;
	struct database_certs certs;
	struct database_devices devices;
};

struct survey_reading {
	const struct evidence *e;
	struct survey *s;
	struct survey_inner *inner;
	struct diag *d;
};

/* Memory that lives as long as the survey, zeroed; NULL where there is none. */
void *survey_alloc(struct survey_reading *r, size_t size);
/* A copy of TEXT; NULL likewise. */
const char *survey_copy(struct survey_reading *r, struct bytes text);

/* Says that P could not be read, for WHY. ERR_NOMEM. */
MUST_CHECK enum err survey_doubt(struct survey_reading *r,
    const struct evidence_piece *p, const struct diag *why);

/* NODE/REST; NULL where nobody looked, or memory is short. */
const struct evidence_piece *survey_piece(const struct evidence *e,
    const char *node, const char *rest);

/* The first certificate in PEM, as DER of the survey's shelf, into *RET. */
MUST_CHECK enum err survey_take_pem(struct survey_reading *r, struct bytes pem,
    struct bytes *ret, struct diag *why);

/* What the publisher's database and its tasks say. ERR_NOMEM. */
MUST_CHECK enum err survey_read_cluster(struct survey_reading *r,
    const char *publisher);

#endif
