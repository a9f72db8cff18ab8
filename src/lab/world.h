/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's cluster as a whole: nodes with real certificates, services, trust
 * stores, requests, backups and parameters; the files of its TFTP servers; its
 * phones; and virtual time, in which all of this happens. Written from the
 * published descriptions, apart from src/cluster, src/trust and ctl/.
 *
 * One mutex guards all of a world. A function with "locked" in its comment wants
 * the caller to hold it (world_lock()), and so does every look at a struct; the
 * others take it themselves. What a person sees (text, prompts, files on the
 * wire) is not here: lab/console.h and the doors show it.
 *
 * Time is virtual: it runs SPEED times as fast as the clock on the wall, and
 * things to come (a service that starts, a phone that is back) stand in a
 * queue with their virtual times. One thread, of world_run(), carries them out.
 */
#ifndef LAB_WORLD_H
#define LAB_WORLD_H

#include "lab/phone.h"
#include "lab/scenario.h"

#define WORLD_MAX_NODES 256

/* Certificate units: id, name as typed, releases it exists in (from). */
#define WORLD_UNITS(X)                                        \
	X(WORLD_TOMCAT, "tomcat", 0)                          \
	X(WORLD_TOMCAT_ECDSA, "tomcat-ECDSA", 1150)           \
	X(WORLD_IPSEC, "ipsec", 0)                            \
	X(WORLD_CALLMANAGER, "CallManager", 0)                \
	X(WORLD_CALLMANAGER_ECDSA, "CallManager-ECDSA", 1150) \
	X(WORLD_CAPF, "CAPF", 0)                              \
	X(WORLD_TVS, "TVS", 0)                                \
	X(WORLD_ITLRECOVERY, "ITLRecovery", 1000)

enum world_unit {
#define WORLD_ENUM(id, name, since) id,
	WORLD_UNITS(WORLD_ENUM)
#undef WORLD_ENUM
	WORLD_NUM_UNITS
};

/* NULL where UNIT is none. *RET is the unit called NAME; false: none is. */
const char *world_unit_name(enum world_unit unit);
bool world_unit_named(const char *name, enum world_unit *ret);

/* Trust stores. */
#define WORLD_STORES(X)                                 \
	X(WORLD_TOMCAT_TRUST, "tomcat-trust")           \
	X(WORLD_IPSEC_TRUST, "ipsec-trust")             \
	X(WORLD_CALLMANAGER_TRUST, "CallManager-trust") \
	X(WORLD_CAPF_TRUST, "CAPF-trust")               \
	X(WORLD_TVS_TRUST, "TVS-trust")                 \
	X(WORLD_PHONE_SAST_TRUST, "Phone-SAST-trust")   \
	X(WORLD_PHONE_CTL_TRUST, "Phone-CTL-trust")     \
	X(WORLD_PHONE_TRUST, "Phone-trust")             \
	X(WORLD_PHONE_VPN_TRUST, "Phone-VPN-trust")     \
	X(WORLD_DIRECTORY_TRUST, "directory-trust")

enum world_store {
#define WORLD_ENUM(id, name) id,
	WORLD_STORES(WORLD_ENUM)
#undef WORLD_ENUM
	WORLD_NUM_STORES
};

const char *world_store_name(enum world_store store);
bool world_store_named(const char *name, enum world_store *ret);

/* A certificate, kept as long as the world. */
struct world_cert {
	struct bytes der;
	struct bytes public_key;    /* as a record's PUBLICKEY */
	const struct mint_key *key; /* NULL: it is not the lab's */
	const char *subject_cn, *issuer_cn;
	bool self_signed;
	int64_t not_before, not_after;
	const struct world_cert *issuer; /* where a CA of the lab signed it */
	const struct dialect_cert *dialect; /* how records are written of it */
	bool by_token; /* its records are written as those of tokens */
};

struct world_csr {
	struct bytes der; /* PKCS#10 */
	const struct mint_key *key;
	const char *const *host; /* subjectAltName */
	size_t num_hosts;
	int64_t made;
};

struct world_own {
	const struct world_cert *cert;   /* on the disk; NULL: the release, or
					  * the node, has none */
	const struct world_cert *served; /* what the services read when they
					  * started */
	const struct world_csr *csr;     /* or NULL */
};

struct world_trusted {
	enum world_store store;
	const char *file; /* "CAP-RTP-001.pem" */
	const struct world_cert *cert;
};

enum world_service_state {
	WORLD_STOPPED,
	WORLD_STARTING,
	WORLD_STARTED,
	WORLD_STOPPING
};

struct world_service {
	const char *name; /* "Cisco Tftp", as utils service list prints it */
	bool activated;
	enum world_service_state state;
	unsigned turn; /* counts what was asked of it */
	bool again;    /* it stops to start again */
	bool dead;     /* it does not start any more */
};

enum world_role {
	WORLD_PUBLISHER,
	WORLD_SUBSCRIBER,
	WORLD_IMP, /* presence: no CallManager, no TFTP */
	WORLD_TFTP_ONLY
};

/* A file of a TFTP folder. */
struct world_file {
	const char *name;
	struct bytes bytes;
	int64_t changed;
};

#define WORLD_MAX_SERVICES 32

/* What world_trouble() made go wrong. CUT and FAILS are commands, of which the
 * next one does, and NULL where none does. */
struct world_trouble {
	const char *cut, *fails;
	bool misses_list; /* the next CTL does not reach it */
	bool disk_full;
};

#define WORLD_REPLICATION_GOOD "(2) Setup Completed"
#define WORLD_REPLICATION_BROKEN "(4) Setup Failed"

struct world_node {
	const char *name;    /* "cucm1", the host */
	const char *address; /* text; a loopback address of its own */
	enum world_role role;
	bool down; /* it answers nowhere */
	struct world_own own[WORLD_NUM_UNITS];
	struct world_trusted *trusted;
	size_t num_trusted;
	struct world_service service[WORLD_MAX_SERVICES];
	size_t num_services;
	struct world_file
	    *file; /* on its disk: CTLFile.tlv, ITLFile.tlv, ... */
	size_t num_files;
	struct world_file *cached; /* what its TFTP service gives out: read
				    * when it was started, or as the release
				    * notices by itself */
	size_t num_cached;
	const char *replication; /* of utils dbreplication runtimestate */
	unsigned commands;       /* typed since the start */
	unsigned sessions;       /* open now */
	/* CN is not among them: OU, O, L, ST, C of certificates to come. */
	const char *subject[5];
	struct world_trouble trouble;
	struct world_node_inner *inner;
	unsigned max_sessions; /* as somebody set it; 0: the scenario's */
	unsigned idle;         /* s, likewise */
};

struct world_backup {
	int64_t when;
	const char *status; /* "SUCCESS" */
	bool restore;
};

/* A device, as the database has it, and the phone that it is. */
struct world_phone {
	const char *name;  /* "SEP0011AABBCC01" */
	const char *model; /* "Cisco 8845" */
	const char *pool, *group, *profile;
	const char *address; /* a loopback address of its own */
	bool secure;         /* its profile asks for TLS */
	bool off;            /* no power: it hears nothing */
	bool starting;       /* and so not registered */
	bool registered;
	bool refused; /* its last start refused a list */
	bool refuses; /* it knows the signer of no CTL but its own */
	uint8_t home; /* the node whose TFTP it asks first */
	struct phone phone;
	struct phone_day day; /* what its last start came to */
	char lsc_issuer[64];
	int64_t lsc_until; /* 0: no LSC */
	unsigned resets;
};

struct world {
	const struct scenario *scenario;
	unsigned release;    /* 1250 is 12.5 */
	const char *version; /* "12.5.1.16900-48" */
	bool mixed;          /* ClusterSecurityMode */
	bool licensed;       /* export-controlled functionality */
	bool rollback;       /* Prepare Cluster for Rollback to pre 8.0 */
	bool phones_by_hand; /* Phone Interaction on Certificate Update */
	bool sha512;         /* TFTP File Signature Algorithm */
	bool auto_registration;
	struct world_node *node; /* the first one is the publisher */
	size_t num_nodes;
	struct world_phone *phone;
	size_t num_phones;
	struct world_backup *backup;
	size_t num_backups;
	struct world_inner *inner;
};

struct world_setup {
	const char *dir;  /* where its files are, or NULL */
	const char *keys; /* folder of the pool of keys
			   * (softhsm-fixtures/lab-keys.sh), or NULL; keys that
			   * it lacks are made, which takes its time; must
			   * live as long */
	const struct scenario *scenario;
	const char *network; /* "127.64.8.": nodes have its addresses from 1
			      * on, phones those of the next ones. NULL: by
			      * DIR */
};

/* Writes the keys that W has had to make, and those that it has taken, into the
 * folder of SETUP as the pool of the next one. Nothing where it has made none. */
MUST_CHECK enum err world_save_keys(struct world *w, struct diag *diag);

/* Makes a cluster by SETUP: nodes, keys, certificates, lists, phones that hold
 * them. */
MUST_CHECK enum err world_new(const struct world_setup *setup,
    struct world **ret, struct diag *diag);
void world_free(struct world **w);

void world_lock(struct world *w);
void world_unlock(struct world *w);

/* ---- Time. ---- */

/* Carries out what is to come, in a thread of its own, until world_stop(). */
MUST_CHECK enum err world_run(struct world *w, struct diag *diag);
void world_stop(struct world *w);

/* Virtual time, in seconds since 1970, and in milliseconds since then. Needs no
 * lock. */
int64_t world_now(const struct world *w);
int64_t world_now_ms(const struct world *w);

/* Lets MS milliseconds of virtual time pass; the lock must not be held. */
void world_sleep(struct world *w, unsigned ms);

/* Waits until nothing is to come any more but phones that get their power back
 * some day. Nobody sits that time out: it is skipped. Without world_run() the
 * caller carries out what is to come. The lock must not be held. */
void world_settle(struct world *w);

/* ---- What the command line does; locked. Each says what happened in DIAG where
 * it refuses: ERR_POLICY (not here: a subscriber), ERR_UNSUPPORTED (release),
 * ERR_ABSENT, ERR_EXISTS. ---- */

MUST_CHECK enum err world_set_mode(struct world *w, size_t node, bool mixed,
    struct diag *diag);
MUST_CHECK enum err world_update_ctl(struct world *w, size_t node,
    struct diag *diag);
MUST_CHECK enum err world_reset_ctl(struct world *w, size_t node,
    struct diag *diag); /* utils ctl reset localkey */
MUST_CHECK enum err world_reset_itl(struct world *w, size_t node,
    struct diag *diag);
MUST_CHECK enum err world_regenerate(struct world *w, size_t node,
    enum world_unit unit, struct diag *diag);
MUST_CHECK enum err world_make_csr(struct world *w, size_t node,
    enum world_unit unit, struct diag *diag);
/* PEM is what was pasted: own: must fit the CSR, and its chain must be in the
 * trust store. */
MUST_CHECK enum err world_import_own(struct world *w, size_t node,
    enum world_unit unit, struct bytes pem, struct diag *diag);
MUST_CHECK enum err world_import_trust(struct world *w, size_t node,
    enum world_store store, struct bytes pem, struct diag *diag);
MUST_CHECK enum err world_delete_trust(struct world *w, size_t node,
    enum world_store store, const char *file, struct diag *diag);
/* set web-security: later certificates have this subject; tomcat is made anew
 * at once. */
MUST_CHECK enum err world_subject(struct world *w, size_t node,
    const char *const field[5], struct diag *diag);
enum world_action {
	WORLD_START,
	WORLD_STOP,
	WORLD_RESTART
};
/* Begins; the service's state tells how far it is. */
MUST_CHECK enum err world_service_act(struct world *w, size_t node,
    const char *name, enum world_action action, struct diag *diag);
MUST_CHECK enum err world_restart_node(struct world *w, size_t node,
    struct diag *diag);
MUST_CHECK enum err world_delete_file(struct world *w, size_t node,
    const char *name, struct diag *diag);

/* ---- What administrators do elsewhere. They take the lock. ---- */

MUST_CHECK enum err world_upload_file(struct world *w, size_t node,
    const char *name, struct bytes bytes, struct diag *diag);
/* NAMES (a NULL ends them) or, NULL, all. They start within virtual minutes. */
MUST_CHECK enum err world_reset_phones(struct world *w,
    const char *const *names, struct diag *diag);
MUST_CHECK enum err world_back_up(struct world *w, struct diag *diag);

/* From now on NODE, or the cluster, misbehaves as docs/lab.md says: WHAT is a word
 * of its table, HOW the word behind it, or NULL. ERR_SYNTAX, ERR_ABSENT (no such
 * service), ERR_POLICY. */
MUST_CHECK enum err world_trouble(struct world *w, size_t node,
    const char *what, const char *how, struct diag *diag);

/* ---- What is served; they take the lock. ---- */

/* What the TFTP service of NODE gives out under NAME, appended: lists,
 * configuration files of phones (.cnf.xml, .cnf.xml.sgn). ERR_ABSENT. */
MUST_CHECK enum err world_get(struct world *w, size_t node, const char *name,
    struct buf *ret, struct diag *diag);

/* SAST token I (0, 1) of a cluster in token mode, and its key; NULL: it has none.
 */
const struct world_cert *world_token(const struct world *w, size_t i,
    const struct mint_key **ret_key);

/* The certificate and key that PORT of NODE shows now to a client that takes
 * ECDSA, or only RSA; false: nobody listens there. Chain: the issuer behind it
 * where a CA signed it, or NULL. */
bool world_shows(struct world *w, size_t node, unsigned port, bool ecdsa,
    const struct world_cert **ret, const struct world_cert **ret_chain);

/* ---- Phones. ---- */

/* Counts; locked. */
struct world_count {
	size_t total;
	size_t trusting; /* hold the CTL that is served, or would take it */
	size_t current;  /* hold it */
	size_t working;  /* know all that the cluster shows now */
	size_t refused;  /* refused a list at their last start */
	size_t off, registered;
};
void world_count(struct world *w, struct world_count *ret);

/* How it is with phone NUMBER now, as it stands; locked. ERR_NOMEM. */
MUST_CHECK enum err world_look_phone(struct world *w, size_t number,
    struct phone_day *ret, struct diag *diag);

/* What a phone tells by syslog when it has started: called without the lock by
 * the thread of world_run(). */
struct world_hears {
	void (*started)(void *arg, struct world *w, size_t phone);
	void *arg;
};
void world_listen(struct world *w, const struct world_hears *hears);

/* Appends the whole state as JSON, for `status --json`: phones.total,
 * phones.trusting, phones.working, phones.refused; nodes; each phone. */
MUST_CHECK enum err world_json(struct world *w, struct buf *ret,
    struct diag *diag);

#endif
