/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `cluster status` and `cluster collect` see, and what is said of it. All
 * that is said is read from evidence (cluster/evidence.h), which also has what
 * this machine knows: a part of the inventory, the list that phones hold, which
 * keys tokens have. So a bundle says the same wherever it is read.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "cli/cluster.h"
#include "cli/fill.h"
#include "cli/json_put.h"
#include "cli/out.h"
#include "workflow/health.h"

/* All-zero is legal to clear. */
struct status {
	struct evidence *evidence;
	struct inventory inventory; /* the part that the evidence has */
	struct doc *doc;
	struct survey survey;
	const char *const *doubts;
	struct bytes held; /* lines: SHA-1 of certificates whose key a token
			    * has; absent: nobody knows */
	struct ctl_file *installed;
	struct doc *token_doc;  /* of TOKENS */
	struct doc_maps tokens; /* of struct health_token */
	struct health health;
	int64_t now;
};

void status_clear(struct status *s);

/* How it is looked. */
struct status_wish {
	struct cluster *cluster;
	const char *transcripts; /* a folder, or NULL */
	const char *module;      /* of PKCS#11; NULL: the configuration's */
	bool probe_p12, phones;
	bool live; /* stderr shows nodes as they come */
};

/* Asks all nodes; what they serve goes into the archive. Words for people go to
 * OUT. Errors are those of this machine. */
MUST_CHECK enum err status_look(const struct status_wish *w,
    struct evidence **ret, struct out *out, struct diag *d);

/* Puts into E what this machine knows: status_look() has done so. ERR_IO,
 * ERR_NOMEM. */
MUST_CHECK enum err status_add_own(struct evidence *e,
    const struct inventory *inv, struct out *out, struct diag *d);

/* Puts into E how the tokens of INV's signing_keys are, without a PIN and
 * without a login. MODULE (NULL: that of the URI, or the configuration's) is
 * loaded and let go again. What fails is said to OUT, and is a finding.
 * ERR_NOMEM, and those of evidence_put(). */
MUST_CHECK enum err status_add_tokens(struct evidence *e,
    const struct inventory *inv, const char *module, struct out *out,
    struct diag *d);

/* Reads that into S; there may be none. ERR_SYNTAX. */
MUST_CHECK enum err status_read_tokens(struct status *s, struct diag *d);

/* Keeps the lists of E that verify in the archive of INV, each under its
 * SHA-256; one that is there is left alone. */
MUST_CHECK enum err status_keep_lists(const struct evidence *e,
    const struct inventory *inv, struct diag *d);

/* Judges E, which RET takes also where it fails. ERR_SYNTAX for evidence that
 * lacks what status_add_own() puts, ERR_POLICY where the inventory says
 * something else than was observed. */
MUST_CHECK enum err status_judge(struct evidence *e, struct status *ret,
    struct diag *d);

/* Some node answered over SSH or gave a list. */
bool status_reached_any(const struct status *s);

/* Appends all of it for people. */
MUST_CHECK enum err status_put(const struct status *s, const struct fill *fill,
    struct buf *out, struct diag *d);

/* Appends the findings that are no good news, one a line, without colours and
 * whatever the width: what --watch --batch compares. */
void status_put_lines(const struct status *s, struct buf *out);

/* NULL where memory is short. */
json_t *status_json(const struct status *s);

/* Writes E as PATH. */
MUST_CHECK enum err status_save(const struct evidence *e, const char *path,
    bool force, struct diag *d);

#endif
