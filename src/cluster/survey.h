/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at every node of a cluster at once: survey_gather() brings evidence, one
 * thread a node; survey_read() turns evidence into what is known. It judges
 * nothing: that is workflow/health.h.
 */
#ifndef CLUSTER_SURVEY_H
#define CLUSTER_SURVEY_H

#include "base/secret.h"
#include "cluster/evidence.h"
#include "cluster/inventory.h"
#include "cluster/probe.h"
#include "cluster/said.h"
#include "cluster/shell.h"
#include "pki/cert_shelf.h"

#define SURVEY_STACK ((size_t)256 << 10)

struct survey_setup {
	const struct inventory *inventory;
	const struct command_table *commands;
	const struct secret *passwords; /* one a node, in its order */
	const char *known_hosts;
	unsigned connect_limit;
	bool probe_p12; /* try ITLRecovery.p12 over TFTP and HTTP; its bytes
			 * are dropped */
	bool phones;    /* devices too, from the publisher, and who is
			 * registered with each node */
	struct transcript *const *transcripts; /* one a node, or NULL */
	bool (*trust)(void *arg, const char *host, const char *fingerprint);
	/* A node is done; called by its thread, one at a time. WHY: it could
	 * not be reached over SSH; else NULL. */
	void (*done)(void *arg, size_t node, const struct diag *why);
	void *arg;
};

/* Returns when all nodes are done. What of a node could not be had is a piece
 * that says why; only ERR_NOMEM is an error. A node that answers neither over
 * HTTP nor over SSH is asked nothing else, and a server of files that was waited
 * for in vain once no second time. fetch_init() comes before. */
MUST_CHECK enum err survey_gather(const struct survey_setup *setup,
    struct evidence *ret, struct diag *d);

/* A list, by one way. */
struct survey_list {
	bool looked;    /* somebody asked */
	enum err error; /* of getting it; ERR_ABSENT: there is none */
	const char *why;
	struct bytes bytes;
};

struct survey_served { /* by the TLS probe */
	unsigned port;
	enum probe_kind kind;
	struct bytes der; /* absent: see why */
	const char *why;
};

struct survey_own { /* show cert own */
	const char *unit;
	struct bytes der; /* absent where the release shows a dump only */
	struct said_shown shown;
};

struct survey_stored {             /* a row of the database's certificates */
	const char *unit, *server; /* "CallManager", "cucm1" */
	struct bytes der;
};

struct survey_node {
	const struct inventory_node *entry;
	bool reached;    /* over SSH */
	const char *why; /* not */
	bool has_version, has_date, has_told_ctl, has_told_itl, has_services,
	    has_own, has_csrs;
	struct said_version version;
	int64_t date, asked; /* its clock, and ours then */
	struct said_list told_ctl, told_itl;
	struct bytes told_text; /* of show ctl, whole */
	/* it was reached, and would not say it; or NULL */
	const char *date_why, *told_ctl_why;
	struct survey_list tftp_ctl, http_ctl, tftp_itl, http_itl;
	struct survey_list https_ctl; /* where the inventory has CA or pin */
	struct survey_list tftp_p12, http_p12; /* probe_p12: bytes always
						 * absent */
	const char *weak; /* algorithms of the session that are no longer
			   * safe, or NULL */
	struct said_services services;
	struct said_certs trusted, csrs;
	struct survey_own *own;
	size_t num_own;
	struct survey_served *served;
	size_t num_served;
};

/* Of the publisher: the database. */
struct survey_device {
	const char *name, *model, *pool, *group, *profile, *lsc_issuer;
	int64_t lsc_until;
	bool registered;
	const char *address;
};

struct survey {
	struct survey_node *node;
	size_t num_nodes;
	bool has_mode, mixed;        /* ClusterSecurityMode */
	bool has_rollback, rollback; /* prepare for rollback to pre 8.0 */
	bool has_phone_interaction, phone_interaction_auto;
	bool has_digest, sha512; /* TFTP File Signature Algorithm */
	bool has_process_nodes;
	const char **process_node; /* names in the database */
	size_t num_process_nodes;
	bool has_replicas;
	struct said_replicas replicas;
	bool has_backups;
	struct said_backups backups, restores;
	bool has_backup_running, backup_running;
	bool has_stored; /* certificates of the database */
	struct survey_stored *stored;
	size_t num_stored;
	bool has_devices;
	struct survey_device *device;
	size_t num_devices;
	struct cert_shelf *shelf; /* where all of those certificates are
				   * decoded; or NULL */
	void *inner;
};

/* What E says about INV's nodes. Borrows both. A piece that cannot be read is
 * as if it were not there, and *RET_DOUBTS, an array of sentences that NULL
 * ends, says so. */
MUST_CHECK enum err survey_read(const struct evidence *e,
    const struct inventory *inv, struct survey *ret,
    const char *const **ret_doubts, struct diag *d);
void survey_clear(struct survey *s);

/* The certificate of UNIT on the disk of node I, DER: as it shows it, else as
 * the database has it; absent where neither is known. */
struct bytes survey_own_der(const struct survey *s, size_t i, const char *unit);

/* The two names are of one host: equal, or one is the other without its
 * domain. Capitals do not matter. */
bool survey_is_host(struct bytes a, struct bytes b);

/* "cluster/now" of E: the time at which it was looked; 0: it has none. */
int64_t survey_time(const struct evidence *e);

#endif
