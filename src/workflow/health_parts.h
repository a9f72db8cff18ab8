/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within workflow/health*.c only: one judgement at work. Every rule is a
 * function that says what it found; a rule that said nothing bad and nothing
 * unknown is said to be good in the end.
 */
#ifndef WORKFLOW_HEALTH_PARTS_H
#define WORKFLOW_HEALTH_PARTS_H

#include "workflow/health.h"

/* A certificate in use. */
struct health_cert {
	size_t node;
	const char *unit; /* "CallManager"; of a port what is expected there */
	char where[32];   /* "on disk", "on 5061 (RSA)" */
	bool disk;
	const struct cert *cert; /* of the shelf; NULL: a dump alone, in
				  * SHOWN */
	const struct said_shown *shown;
};

/* The last list that was read, and what of. */
struct health_read {
	struct bytes bytes;
	const struct health_list *list; /* NULL: none yet */
};

struct health_case {
	const struct health_input *in;
	const struct survey *s;
	struct health *h;
	struct ctl_memo *memo;
	struct cert_shelf *shelf; /* the survey's, or OWN_SHELF */
	struct cert_shelf *own_shelf;
	struct health_cert *cert;
	size_t num_certs, cap_certs;
	/* The list that is judged: the publisher's, else the first that
	 * verifies; NULL: there is none, or none is known. */
	const struct ctl_file *list;
	size_t list_node;
	struct health_read last_ctl, last_itl;
	bool no_list; /* it is known that no node has one */
	struct diag *d;
	size_t cap_findings;
	bool nomem;
};

/* Adds a finding; NODE may be NULL. TODO is a sentence or "". */
void health_say(struct health_case *c, enum health_rule rule,
    enum health_grade grade, const char *node, const char *todo,
    const char *fmt, ...) PRINTF_LIKE(6, 7);

const char *health_node_name(const struct health_case *c, size_t i);

/* What a node is by the inventory: it runs CallManager or TFTP. */
bool health_is_server(const struct health_case *c, size_t i);
bool health_is_publisher(const struct health_case *c, size_t i);

/* Whether service NAME of node I is activated and started; TRUST_NOT_KNOWN
 * where its services are not known, or have none of that name. */
enum trust_known health_runs(const struct health_case *c, size_t i,
    const char *name);
enum trust_known health_activated(const struct health_case *c, size_t i,
    const char *name);

/* Record I of the list that is judged is of node N, by its name or address. */
bool health_is_record_of(const struct health_case *c, size_t i, size_t n);

/* Appends a serial number as the appliance prints it. */
void health_put_serial(struct buf *out, struct bytes serial);

/* There is a list to judge. Else that is said for RULE: good where the cluster
 * needs none. */
bool health_has_list(struct health_case *c, enum health_rule rule);

/* The mode; where it is not known, as the list that is judged looks: mixed where
 * a server has a key. One whose servers have none says nothing of the mode. */
bool health_is_mixed(const struct health_case *c);
bool health_knows_mode(const struct health_case *c);

/* The certificate of UNIT on the disk of node I; NULL: not known. */
const struct cert *health_disk(const struct health_case *c, size_t i,
    const char *unit);

/* The one that a port of node I shows in the place of UNIT; where none was seen,
 * that on disk. */
const struct cert *health_shown(const struct health_case *c, size_t i,
    const char *unit);

/* Appends "CallManager of cucm1 on disk (serial 70:CA)". */
void health_put_cert(const struct health_case *c, const struct health_cert *u,
    struct buf *out);

/* The release by the publisher, else by any node; 0: not known. */
unsigned health_release(const struct survey *s);

/* ---- The parts. Errors are ERR_NOMEM and ERR_CRYPTO. ---- */
/* Room for what C's health is to hold, and its memo. */
MUST_CHECK enum err health_begin(struct health_case *c);
MUST_CHECK enum err health_read_lists(struct health_case *c);
MUST_CHECK enum err health_read_certs(struct health_case *c);
void health_clear_certs(struct health_case *c);

MUST_CHECK enum err health_stale(struct health_case *c);
MUST_CHECK enum err health_signer(struct health_case *c);
MUST_CHECK enum err health_expired(struct health_case *c);
MUST_CHECK enum err health_anchor(struct health_case *c);
MUST_CHECK enum err health_same(struct health_case *c);
MUST_CHECK enum err health_two_sasts(struct health_case *c);
MUST_CHECK enum err health_mode(struct health_case *c);
MUST_CHECK enum err health_limits(struct health_case *c);
MUST_CHECK enum err health_servers(struct health_case *c);
MUST_CHECK enum err health_no_tvs(struct health_case *c);
MUST_CHECK enum err health_tries(struct health_case *c);
MUST_CHECK enum err health_backup(struct health_case *c);
MUST_CHECK enum err health_p12(struct health_case *c);
MUST_CHECK enum err health_provider(struct health_case *c);
MUST_CHECK enum err health_rollback(struct health_case *c);
MUST_CHECK enum err health_clocks(struct health_case *c);
MUST_CHECK enum err health_works(struct health_case *c);

#endif
