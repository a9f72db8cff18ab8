/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cluster in mixed mode, as far as phones see it: nodes, their certificates
 * on disk and as they are served, the CTL, an ITL on each TFTP node, TVS. Its
 * lists are real, signed files. Written from the published descriptions
 * (docs/trust.md), apart from src/trust and ctl/.
 *
 *  - What a service shows is what it read when its node was restarted last.
 *    Files that the TFTP service signs are signed with the CallManager key
 *    that it shows.
 *  - The CTL is made anew only by one of the three calls that make one, of
 *    what is on the disks then, and copied to all nodes that are not cut off.
 *    ITLs are made anew by themselves, at once, of what is on the disks.
 *  - The release decides which SASTs of its own the appliance writes, and with
 *    which it signs: up to 10.5(1) CallManager alone; to 11.5 CallManager
 *    signs and ITLRecovery is one; from 12.0 ITLRecovery signs. A list by
 *    tokens has these too from 11.5 on. What is in Phone-SAST-trust is a SAST
 *    of the appliance's lists. ITLs are signed by CallManager of their node,
 *    from 12.0 by ITLRecovery.
 *
 * A struct cluster is a value: a copy is another cluster, which may go another
 * way. What it points to is on the shelf.
 */
#ifndef LAB_CLUSTER_H
#define LAB_CLUSTER_H

#include "lab/site.h"

#define CLUSTER_MAX_NODES 4
#define CLUSTER_MAX_TOKENS 4
#define CLUSTER_MAX_UPLOADS 8

struct cluster_node {
	bool tftp, ccm;
	bool cut_off;   /* new CTLs do not reach it */
	bool announced; /* lists have the address to come besides */
	uint8_t moved;  /* how often its address has changed */
	uint8_t disk[SHELF_NUM_KINDS]; /* generations */
	uint8_t served[SHELF_NUM_KINDS];
	const struct sheet *ctl; /* served, and on its own disk */
	const struct sheet *itl; /* NULL where it is no TFTP node */
};

struct cluster {
	struct shelf *shelf;
	unsigned release; /* 1250 is 12.5 */
	size_t num_nodes; /* the first one is the publisher */
	struct cluster_node node[CLUSTER_MAX_NODES];
	bool capf;         /* is active */
	bool ecdsa;        /* CallManager has a certificate with a curve too */
	bool multi_san;    /* CallManager of the publisher is that of all */
	bool cache_counts; /* TVS vouches for SASTs of the CTL on its disk */
	uint8_t token[CLUSTER_MAX_TOKENS]; /* of the CTL: generations; the
					    * first one signs */
	size_t num_tokens;                 /* 0: the CTL is without tokens */
	struct shelf_id upload[CLUSTER_MAX_UPLOADS]; /* Phone-SAST-trust */
	size_t num_uploads;
};

/* NUM nodes with certificates of generation 0, all TFTP and CallManager; CAPF
 * is active; no CTL yet. */
MUST_CHECK enum err cluster_new(struct shelf *shelf, unsigned release,
    size_t num, struct cluster *ret, struct diag *diag);

/* ---- What administrators do. ---- */

/* A new certificate on the disk of NODE (the publisher, where there is one for
 * all): kind not SHELF_TOKEN. */
MUST_CHECK enum err cluster_renew(struct cluster *c, enum shelf_kind kind,
    size_t node, struct diag *diag);

/* `utils ctl update CTLFile`: no tokens, signed by the release's signer. */
MUST_CHECK enum err cluster_update_ctl(struct cluster *c, struct diag *diag);

/* `utils ctl reset localkey`, from 12.0: the same, signed by CallManager.
 * ERR_UNSUPPORTED before. */
MUST_CHECK enum err cluster_reset_localkey(struct cluster *c,
    struct diag *diag);

/* The tokens of C's (see cluster_take_tokens()) make a list, the first one
 * signs. ERR_UNSUPPORTED where C has none. */
MUST_CHECK enum err cluster_sign_token(struct cluster *c, struct diag *diag);

/* From now on these tokens, NUM of them, make lists. */
void cluster_take_tokens(struct cluster *c, const uint8_t *generations,
    size_t num);

/* A certificate to Phone-SAST-trust of all nodes; TVS has read it. */
MUST_CHECK enum err cluster_upload(struct cluster *c, struct shelf_id id,
    struct diag *diag);

/* The service of NODE that shows KIND; all of them. */
void cluster_reload(struct cluster *c, enum shelf_kind kind, size_t node);
void cluster_restart(struct cluster *c, size_t node);

/* Lists that are made from now on have the address that NODE will get, too. */
void cluster_announce(struct cluster *c, size_t node);

/* NODE gets another address. */
MUST_CHECK enum err cluster_move(struct cluster *c, size_t node,
    struct diag *diag);

MUST_CHECK enum err cluster_upgrade(struct cluster *c, unsigned release,
    struct diag *diag);

/* ITLs anew, after somebody changed C's fields by hand. */
MUST_CHECK enum err cluster_make_itls(struct cluster *c, struct diag *diag);

/* ---- What it shows. ---- */

/* The certificate of KIND that NODE has on its disk, or serves. */
struct shelf_id cluster_on_disk(const struct cluster *c, enum shelf_kind kind,
    size_t node);
struct shelf_id cluster_served(const struct cluster *c, enum shelf_kind kind,
    size_t node);

/* The token of that generation. */
struct shelf_id cluster_token(uint8_t generation);

/* Who signs the next list without tokens. */
struct shelf_id cluster_signer(const struct cluster *c);

/* C as phones meet it; as long as C lives and does not change. */
struct site cluster_site(const struct cluster *c);

/* A configuration file of NODE, signed. */
MUST_CHECK enum err cluster_config(const struct cluster *c, size_t node,
    const struct sheet **ret, struct diag *diag);

/* *RET_KEY: the PUBLICKEY of who has these names, as a list spells them, and for
 * whom TVS of NODE vouches as SAST; absent: it does not. */
MUST_CHECK enum err cluster_vouches(const struct cluster *c, size_t node,
    struct bytes issuer, struct bytes serial, struct bytes *ret_key,
    struct diag *diag);

#endif
