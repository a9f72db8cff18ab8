/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the lab's world share. All of it wants the lock of the
 * world, or that nobody else has it yet.
 */
#ifndef LAB_WORLD_INNER_H
#define LAB_WORLD_INNER_H

#include <pthread.h>
#include <stdatomic.h>

#include "lab/mint_read.h"
#include "lab/site.h"
#include "lab/world.h"

enum world_key_kind {
	WORLD_RSA_2048,
	WORLD_EC_256,
	WORLD_EC_384,
	WORLD_NUM_KEY_KINDS
};

/* What is to come. */
enum world_event_kind {
	WORLD_EVENT_SERVICE, /* the next state of service WHAT of NODE */
	WORLD_EVENT_RELOAD,  /* services read unit WHAT of NODE by themselves */
	WORLD_EVENT_NODE_UP,
	WORLD_EVENT_PHONE, /* phone WHAT starts */
	WORLD_EVENT_POWER  /* phone WHAT has power again */
};

struct world_event {
	int64_t at; /* virtual ms */
	enum world_event_kind kind;
	size_t node, what;
	unsigned turn; /* it is void where the service's, or the phone's, has
			* changed */
	bool far;      /* world_settle() does not wait for it */
};

/* A file that phones get, read once. */
struct world_sheet {
	struct sheet sheet;
	struct world_sheet *next;
};

/* That a key fits a sheet, or not. */
struct world_fit {
	const struct sheet *sheet;
	const uint8_t *key;
	bool fits;
	struct world_fit *next;
};

#define WORLD_FIT_BUCKETS 1024

struct world_node_inner {
	/* What its TFTP service has read: the lists it gives out, the key it
	 * signs with, the certificate of its port 6972. */
	const struct sheet *ctl, *itl;
	const struct world_cert *signs, *web, *web_ecdsa;
	/* The list on its own disk, of which TVS knows. */
	const struct sheet *disk_ctl;
	/* A signed file, as its phones get them. */
	const struct sheet *config;
	const struct world_cert *config_by;
	bool itl_reset; /* the ITL is that of utils itl reset */
	bool cut_off;
	size_t cap_files, cap_cached, cap_trusted;
};

struct world_inner {
	struct world *self;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct world_setup setup;
	char network[32];

	/* Memory that lives as long as the world. */
	void *blocks;

	/* Keys. */
	struct buf pool;
	size_t pool_at[WORLD_NUM_KEY_KINDS]; /* behind the last one taken */
	const struct mint_key *shared[WORLD_NUM_UNITS];
	struct world_key *keys;
	const struct mint_key *ca_key;
	const struct world_cert *ca;
	struct {
		const struct world_cert *cert;
	} token[2];
	uint64_t random;
	bool ready; /* it has begun: all of it is there */

	/* Lists. */
	struct world_sheet *sheets;
	struct world_fit *fit[WORLD_FIT_BUCKETS];
	size_t num_sheets;

	/* Time. */
	atomic_llong shift;   /* ms: virtual time is that of the start */
	atomic_llong started; /* monotonic ms when it began to run */
	atomic_bool running;
	unsigned speed;
	int64_t start; /* ms since 1970 */
	struct world_event *event;
	size_t num_events, cap_events;
	size_t num_near; /* events that are not far */
	size_t settlers;
	bool busy, stop;
	pthread_t thread;
	struct world_hears hears;
};

/* ---- world_memory.c ---- */

/* Zeroed memory that lives as long as W; NULL. */
void *world_alloc(struct world *w, size_t size);
const char *world_text(struct world *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Moves the content of B, which becomes empty, there. */
MUST_CHECK enum err world_keep(struct world *w, struct buf *b,
    struct bytes *ret, struct diag *diag);
/* Makes room for one element more; SIZE bytes each. */
MUST_CHECK enum err world_grow(void **array, size_t num, size_t *cap,
    size_t size, struct diag *diag);
uint64_t world_random(struct world *w);
void world_free_blocks(struct world *w);

/* ---- world.c ---- */

bool world_runs_tftp(const struct world_node *n); /* is to have it */
bool world_serves_files(const struct world_node *n);
bool world_runs_ccm(const struct world_node *n);
bool world_has_unit(const struct world *w, size_t node, enum world_unit unit);

/* ---- world_keys.c ---- */

MUST_CHECK enum err world_open_keys(struct world *w, struct diag *diag);
void world_close_keys(struct world *w);
MUST_CHECK enum err world_take_key(struct world *w, enum world_key_kind kind,
    const struct mint_key **ret, struct diag *diag);
/* The key NAME.pem of the pool's folder, or a new one with BITS. */
MUST_CHECK enum err world_named_key(struct world *w, const char *name,
    unsigned bits, const struct mint_key **ret, struct diag *diag);

/* ---- world_certs.c ---- */

/* Everything that nodes have at first. */
MUST_CHECK enum err world_make_certs(struct world *w, struct diag *diag);
/* A new certificate for UNIT of NODE, self-signed; it is only made. */
MUST_CHECK enum err world_new_cert(struct world *w, size_t node,
    enum world_unit unit, int64_t from, const struct world_cert **ret,
    struct diag *diag);
/* What a request for UNIT of NODE asks for, with a new key. */
MUST_CHECK enum err world_unit_spec(struct world *w, size_t node,
    enum world_unit unit, struct mint_spec *ret, struct diag *diag);
/* One called CN that is trusted and never used. */
MUST_CHECK enum err world_named_cert(struct world *w, const char *cn,
    const struct world_cert **ret, struct diag *diag);
/* A certificate from elsewhere, DER; KEY: its own, or NULL. */
MUST_CHECK enum err world_foreign_cert(struct world *w, struct bytes der,
    const struct mint_key *key, const struct world_cert **ret,
    struct mint_seen *ret_seen, struct diag *diag);
/* UNIT of NODE has CERT now, on its disk; what follows by itself, follows. */
MUST_CHECK enum err world_own_cert(struct world *w, size_t node,
    enum world_unit unit, const struct world_cert *cert, struct diag *diag);
/* What UNIT's node is where one has it for all. */
size_t world_owner(const struct world *w, enum world_unit unit, size_t node);

/* ---- world_stores.c ---- */

MUST_CHECK enum err world_make_stores(struct world *w, struct diag *diag);
/* CERT into STORE of NODE, under the name of its CN. */
MUST_CHECK enum err world_trust(struct world *w, size_t node,
    enum world_store store, const struct world_cert *cert, struct diag *diag);
/* What CERT, UNIT's own of NODE, brings into the stores. */
MUST_CHECK enum err world_trust_own(struct world *w, size_t node,
    enum world_unit unit, const struct world_cert *cert, struct diag *diag);
/* The trust store of UNIT. */
enum world_store world_store_of(enum world_unit unit);

/* ---- world_lists.c ---- */

enum world_form {
	WORLD_FORM_CTL,      /* by the release's anchors */
	WORLD_FORM_LOCALKEY, /* by CallManager */
	WORLD_FORM_PLAIN,    /* servers without certificates */
	WORLD_FORM_TOKENS    /* by the two tokens */
};
struct world_plan {
	enum world_form form;
	unsigned release; /* made as this one does */
	const struct world_cert
	    *capf; /* in place of the publisher's, or NULL */
	int64_t when;
};
/* A CTL of what is on the disks. */
MUST_CHECK enum err world_make_ctl(struct world *w,
    const struct world_plan *plan, struct bytes *ret, struct diag *diag);
/* The CTL to the disks of all nodes that can be reached. */
MUST_CHECK enum err world_publish_ctl(struct world *w, struct bytes list,
    struct diag *diag);
/* ITLs anew on all TFTP nodes. */
MUST_CHECK enum err world_make_itls(struct world *w, struct diag *diag);
/* The ITL of one. RESET: signed by CallManager of the publisher, or
 * (up to 11.5) ITLRecovery. */
MUST_CHECK enum err world_make_itl(struct world *w, size_t node, bool reset,
    struct diag *diag);
/* A signed file called NAME with CONTENT, of NODE. */
MUST_CHECK enum err world_sign_file(struct world *w, size_t node,
    const char *name, struct bytes content, struct buf *out, struct diag *diag);
/* FILE, which lives as long as W, as a sheet; what is no list has no TLVs. */
MUST_CHECK enum err world_read_sheet(struct world *w, struct bytes file,
    bool content, const struct sheet **ret, struct diag *diag);

/* ---- world_files.c ---- */

MUST_CHECK enum err world_put_file(struct world *w, size_t node,
    const char *name, struct bytes bytes, struct diag *diag);
/* TFTP of NODE reads its folder. */
MUST_CHECK enum err world_read_folder(struct world *w, size_t node,
    struct diag *diag);

/* ---- world_services.c ---- */

MUST_CHECK enum err world_make_services(struct world *w, size_t node,
    struct diag *diag);
/* NULL: it has none. */
struct world_service *world_service(struct world_node *n, const char *name);
bool world_is_started(const struct world_node *n, const char *name);
/* Services of NODE read UNIT. */
void world_load_unit(struct world *w, size_t node, enum world_unit unit);
MUST_CHECK enum err world_service_next(struct world *w,
    const struct world_event *event, struct diag *diag);
MUST_CHECK enum err world_node_up(struct world *w, size_t node,
    struct diag *diag);

/* ---- world_phones.c ---- */

MUST_CHECK enum err world_make_phones(struct world *w, struct diag *diag);
/* Phones start anew by themselves: those whose TVS is that of NODE, or all. */
MUST_CHECK enum err world_disturb_phones(struct world *w, size_t node, bool all,
    struct diag *diag);
MUST_CHECK enum err world_reset_phone(struct world *w, size_t phone,
    struct diag *diag);
MUST_CHECK enum err world_start_phone(struct world *w, size_t phone,
    struct diag *diag);
MUST_CHECK enum err world_power_phone(struct world *w, size_t phone,
    struct diag *diag);
/* CallManagers have come, gone, or show something else: who is registered? */
MUST_CHECK enum err world_register_phones(struct world *w, struct diag *diag);
struct site world_site(const struct world *w);

/* ---- world_time.c ---- */

MUST_CHECK enum err world_put_event(struct world *w, unsigned ms,
    struct world_event event, struct diag *diag);

#endif
