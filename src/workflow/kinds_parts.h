/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within workflow/kinds*.c only: the functions of each kind, and what they share.
 * ARG is always a struct kinds.
 */
#ifndef WORKFLOW_KINDS_PARTS_H
#define WORKFLOW_KINDS_PARTS_H

#include "pki/csr.h"
#include "workflow/kinds.h"

/* What is seen of the cluster: ACT's, until the next look. */
struct kinds_seen {
	const struct survey *s;
	const struct health *h;
};

MUST_CHECK enum err kinds_look(const struct kinds *k, bool phones,
    struct kinds_seen *ret, struct diag *d);
/* The place of NODE in S. */
bool kinds_find_node(const struct survey *s, const char *node, size_t *ret);
/* By its role it runs CallManager or TFTP. */
bool kinds_is_server(const struct survey_node *n);
/* What phones get from node I; absent where nothing came. */
struct bytes kinds_list(const struct survey *s, size_t i, bool itl);
/* The publisher's place, and its CTL, read. ERR_POLICY: there is none that
 * verifies. */
MUST_CHECK enum err kinds_installed(const struct kinds_seen *seen,
    size_t *ret_node, const struct ctl_file **ret, struct diag *d);

/* The list that phones of this run still hold, where SERVED is given out. */
const struct ctl_file *kinds_held(const struct kinds *k, struct run *r,
    const struct ctl_file *served);

/* Types a command; what the appliance refused is an error: ERR_POLICY where it
 * never will (licence, not on this node), else ERR_IO, with its last line. RET
 * may be NULL. */
MUST_CHECK enum err kinds_type(const struct kinds *k, const char *node,
    const char *id, const struct command_arg *args, size_t num, struct buf *ret,
    struct diag *d);

void kinds_say(const struct kinds *k, const char *fmt, ...) PRINTF_LIKE(2, 3);
void kinds_pause(const struct kinds *k, unsigned seconds);

/* A yes or no of a person; KEY NULL: the id of the step. */
MUST_CHECK enum err kinds_ask(struct run *r, const struct plan_step *s,
    const char *key, const char *text, bool routine, struct diag *d);

/* Certificates of a node that are of interest; NULL ends them. */
extern const char *const kinds_units[];

/* Writes the name of a file of the run into RET: what a name may not have is
 * '_'. */
#define KINDS_NAME_MAX 200
void kinds_name(char ret[KINDS_NAME_MAX], const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* The path of the file that the run kept as NAME; ERR_ABSENT. */
MUST_CHECK enum err kinds_path(const struct kinds *k, const struct run *r,
    const char *name, char *ret, size_t size, struct diag *d);

/* A digest in hex, as far as SIZE has room; SHA-256 has 64 digits and a NUL. */
MUST_CHECK enum err kinds_hex(enum digest which, struct bytes of, char *ret,
    size_t size, struct diag *d);
MUST_CHECK enum err kinds_sha256(struct bytes of, char ret[65], struct diag *d);

/* "cert/NODE/UNIT" of what is on the disk differs from BEGUN. False where one of
 * both is not known. */
MUST_CHECK enum err kinds_is_new_cert(const struct kinds_seen *seen,
    const struct plan_step *s, const struct run_facts *begun, bool *ret,
    struct diag *d);
/* The fact "ctl/NODE" likewise. */
MUST_CHECK enum err kinds_is_new_list(const struct kinds_seen *seen,
    const char *node, const struct run_facts *begun, bool *ret, struct diag *d);

/* The time at which the newest step of KINDS (a mask of 1u << enum plan_kind) was
 * begun by the journal; 0: none was. */
int64_t kinds_begun(struct run *r, unsigned long kinds);
#define KINDS_MASK(kind) (1ul << (kind))

/* ---- Lists (kinds_list.c). ---- */

/* The list that OLD (NULL: none) becomes when it is made of what is on the disks
 * now: records whose certificate was renewed are replaced, nodes that have none
 * are added. TOKENLESS: by the appliance, which leaves tokens out and puts in
 * its own signers. RET is a draft. */
MUST_CHECK enum err kinds_draft(const struct kinds_seen *seen,
    const struct ctl_file *old, bool tokenless, struct ctl_draft **ret,
    struct diag *d);

/* DRAFT as bytes with zeros for a signature, as if the SAST record SIGNER of it
 * had signed. */
MUST_CHECK enum err kinds_preview(const struct ctl_draft *draft, size_t signer,
    const struct ctl_file *old, struct buf *ret, struct diag *d);

/* The SAST of DRAFT that the appliance would sign with: ITLRecovery from 12.0 on,
 * else, and with LOCALKEY, CallManager of the publisher. 0: none. */
size_t kinds_own_signer(const struct kinds_seen *seen,
    const struct ctl_draft *draft, bool localkey);

/* Phones that hold OLD (NULL: nothing) take OFFER and work with it afterwards: W1,
 * W2, W4 and W6 of phones of K's classes. ERR_POLICY with the rule and
 * what is missing; STRANDS: that some refuse it is known and was typed. */
MUST_CHECK enum err kinds_judge(const struct kinds *k,
    const struct kinds_seen *seen, const struct ctl_file *old,
    const struct ctl_file *offer, bool strands, struct diag *d);

/* What may go from a list: bits. */
enum kinds_leave {
	KINDS_TOKENS = 1 /* SASTs of tokens */
};

/* NEW has what is on the disks, and differs from OLD in nothing else. ERR_POLICY
 * with the record. */
MUST_CHECK enum err kinds_compare(const struct kinds_seen *seen,
    const struct ctl_file *old, const struct ctl_file *new, unsigned leave,
    struct diag *d);

/* All certificates in use are in LIST: every record is of one. */
MUST_CHECK enum err kinds_is_fresh(const struct kinds_seen *seen,
    const struct ctl_file *list, bool *ret, struct diag *d);

/* Says each difference of two lists as a line. */
MUST_CHECK enum err kinds_say_diff(const struct kinds *k,
    const struct ctl_file *old, const struct ctl_file *new, struct diag *d);

/* ---- Requests (kinds_cert.c). ---- */

/* The request of S's unit that its node has: its PEM, appended, and read. */
MUST_CHECK enum err kinds_csr_read(const struct kinds *k,
    const struct plan_step *s, struct buf *ret_pem, struct csr **ret,
    struct diag *d);

/* ---- Files that come to TFTP servers (kinds_send.c). ---- */

/* Brings BYTES as NAME to NODE (or a TFTP server of the inventory), kept in the
 * run as FILE: SFTP, the site's command, or a person. */
MUST_CHECK enum err kinds_send(const struct kinds *k, struct run *r,
    const struct plan_step *s, const char *file, const char *name,
    struct diag *d);
/* *RET: NODE gives BYTES as NAME, by TFTP and by HTTP. */
MUST_CHECK enum err kinds_gives(const struct kinds *k, const char *node,
    const char *name, struct bytes bytes, bool *ret, struct diag *d);

/* ---- Services (kinds_serve.c). ---- */

/* Restarts Cisco Tftp of NODE, and waits until it is started: a node gives what
 * its TFTP service read when it began. */
MUST_CHECK enum err kinds_restart_tftp(const struct kinds *k, const char *node,
    struct diag *d);

/* ---- The functions of the table. ---- */

#define KINDS_DO(name)                                     \
	MUST_CHECK enum err name(void *arg, struct run *r, \
	    const struct plan_step *s, struct diag *d)
#define KINDS_THERE(name)                                             \
	MUST_CHECK enum err name(void *arg, struct run *r,            \
	    const struct plan_step *s, const struct run_facts *begun, \
	    bool *ret, struct diag *d)
#define KINDS_CHECK(name)                                             \
	MUST_CHECK enum err name(void *arg, struct run *r,            \
	    const struct plan_step *s, const struct run_facts *begun, \
	    struct diag *d)

KINDS_DO(kinds_observe_before);
KINDS_DO(kinds_observe_act);
KINDS_DO(kinds_baseline_act);
KINDS_CHECK(kinds_final_check);

KINDS_DO(kinds_save_act);
KINDS_DO(kinds_backup_act);
KINDS_CHECK(kinds_backup_check);

KINDS_DO(kinds_csr_before);
KINDS_THERE(kinds_csr_there);
KINDS_DO(kinds_csr_act);
KINDS_CHECK(kinds_csr_check);
KINDS_DO(kinds_csr_undo);
KINDS_DO(kinds_regenerate_before);
KINDS_THERE(kinds_cert_there);
KINDS_DO(kinds_regenerate_act);
KINDS_CHECK(kinds_regenerate_check);
KINDS_CHECK(kinds_post_check);

KINDS_CHECK(kinds_wait_ca_check);
KINDS_THERE(kinds_upload_trust_there);
KINDS_DO(kinds_upload_trust_act);
KINDS_CHECK(kinds_upload_trust_check);
KINDS_DO(kinds_upload_own_before);
KINDS_THERE(kinds_upload_own_there);
KINDS_DO(kinds_upload_own_act);
KINDS_CHECK(kinds_upload_own_check);
KINDS_DO(kinds_delete_trust_before);
KINDS_THERE(kinds_delete_trust_there);
KINDS_DO(kinds_delete_trust_act);
KINDS_CHECK(kinds_delete_trust_check);
KINDS_DO(kinds_delete_trust_undo);

KINDS_DO(kinds_update_ctl_before);
KINDS_THERE(kinds_update_ctl_there);
KINDS_DO(kinds_update_ctl_act);
KINDS_CHECK(kinds_update_ctl_check);
KINDS_DO(kinds_localkey_before);
KINDS_THERE(kinds_localkey_there);
KINDS_DO(kinds_localkey_act);
KINDS_CHECK(kinds_localkey_check);
KINDS_DO(kinds_set_mode_before);
KINDS_THERE(kinds_set_mode_there);
KINDS_DO(kinds_set_mode_act);
KINDS_CHECK(kinds_set_mode_check);
KINDS_DO(kinds_set_mode_undo);
KINDS_DO(kinds_put_back);

KINDS_DO(kinds_token_before);
KINDS_DO(kinds_sign_before);
KINDS_DO(kinds_sign_act);

KINDS_THERE(kinds_canary_there);
KINDS_DO(kinds_canary_act);
KINDS_CHECK(kinds_canary_check);
KINDS_DO(kinds_canary_undo);
KINDS_DO(kinds_distribute_before);
KINDS_THERE(kinds_distribute_there);
KINDS_DO(kinds_distribute_act);
KINDS_CHECK(kinds_distribute_check);

KINDS_DO(kinds_service_before);
KINDS_THERE(kinds_service_there);
KINDS_DO(kinds_service_act);
KINDS_CHECK(kinds_service_check);
KINDS_DO(kinds_stop_undo);

KINDS_DO(kinds_reset_act);
KINDS_CHECK(kinds_prove_check);

KINDS_DO(kinds_hand_act);

#endif
