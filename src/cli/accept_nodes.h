/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `ctlsmith accept` is told of the nodes of a cluster, from folders:
 *
 *	--itl NODE=FILE        the ITL that NODE serves; of FILE alone the node
 *	                       is the folder that an ITLFile.tlv is in, or what
 *	                       the file is called without its ending
 *	--phone-itl FILE       an ITL that phones hold
 *	--tvs-certs DIR        NODE.pem or NODE/TVS.pem
 *	--served DIR           NODE/CallManager.pem, NODE/CAPF.pem,
 *	                       NODE/CallManager-ECDSA.pem, NODE/2443*.pem and
 *	                       NODE/5061*.pem; of a chain the first certificate
 *	--tvs-ctl-cache DIR    NODE.tlv or NODE/CTLFile.tlv
 *	--phone-sast-trust DIR any certificates
 *	--nodes a,b=ccm,c=tftp all nodes; b runs CallManager and no TFTP, c the
 *	                       other way round
 *
 * A host in the lists is the node of that name, in capitals or not; "pub" is
 * "pub.lab.example" too; a node may also be called as its address, and is
 * there then, whatever the lists say. What of a
 * folder cannot be read is said and left out, so that whatever needs it is
 * unknown.
 */
#ifndef CLI_ACCEPT_NODES_H
#define CLI_ACCEPT_NODES_H

#include "cli/accept_file.h"
#include "cli/cert_pile.h"
#include "cli/opt.h"
#include "trust/accept.h"

#define ACCEPT_NODES_MAX 1000

/* What the command line says; all may be NULL or empty. */
struct accept_nodes_wish {
	struct opt_strings itls, phone_itls;
	const char *tvs_certs, *served, *ctl_cache, *sast_trust;
	const char *nodes; /* all of them: "a,b=tftp" */
	const char *publisher;
	bool no_capf;
};

/* A certificate on a port. */
struct accept_served {
	char *where; /* the file's name: "5061-rsa" */
	struct cert_file file;
};

struct accept_node {
	char *name;
	char *address; /* as the lists have its host, or NULL */
	bool tftp, ccm;
	bool said; /* by --nodes: what it does not run, it does not */
	struct accept_file itl, disk;
	struct cert_file tvs, callmanager, capf;
	struct accept_served *served;
	size_t num_served;
};

/* All-zero is legal to clear. */
struct accept_nodes {
	struct accept_node *node;
	size_t num;
	bool closed; /* --nodes has said which there are */
	bool has_tvs, has_served, has_cache;
	struct accept_file *held_itl;     /* that phones hold; none is given: */
	size_t num_held_itls;             /* those of nodes that a phone with */
	const struct ctl_file *installed; /* this list can have; or NULL */
	struct cert_pile trust;           /* Phone-SAST-trust */
	bool has_trust;
	struct buf notes; /* lines */

	/* The same, as src/trust wants it; by accept_nodes_ready(). */
	struct works_node *works;
	struct works_served **served;
	struct trust_tvs *tvs;        /* of each node */
	struct trust_spelling *spelt; /* the names of DATABASE */
	size_t num_spelt;
	struct trust_names *names;
	struct trust_database database;
	bool has_database;
	enum trust_known capf;
};

/* Loads what W names. OUT gets what was left out. ERR_USAGE for what the
 * command line says wrongly; errors of an ITL that was named, whose path is then
 * in *RET_WHERE. NS is to be cleared whatever the outcome. */
MUST_CHECK enum err accept_nodes_load(struct accept_nodes *ns,
    const struct accept_nodes_wish *w, struct out *out, const char **ret_where,
    struct diag *d);

/* Adds the hosts of the CCM+TFTP and TFTP records of F, a CTL: they are TFTP
 * nodes; and what CCM and CCM+TFTP records say of nodes that are known. */
MUST_CHECK enum err accept_nodes_add_list(struct accept_nodes *ns,
    const struct ctl_file *f, struct diag *d);

/* The node called NAME, which is added where there is none, or NULL where
 * --nodes does not have it, which is noted. */
MUST_CHECK enum err accept_nodes_get(struct accept_nodes *ns, struct bytes name,
    struct accept_node **ret, struct diag *d);

/* The node called NAME, or NULL. */
struct accept_node *accept_nodes_find(const struct accept_nodes *ns,
    struct bytes name);

/* Once all nodes are there, and NS->installed is set: fills works, tvs and
 * database. ERR_USAGE where --publisher is nobody. */
MUST_CHECK enum err accept_nodes_ready(struct accept_nodes *ns,
    const struct accept_nodes_wish *w, struct diag *d);

void accept_nodes_clear(struct accept_nodes *ns);

#endif
