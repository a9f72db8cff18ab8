/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct tok_lib and struct tok. */
#ifndef PKCS11_LIB_H
#define PKCS11_LIB_H

#include <pthread.h>

#include "pkcs11/p11.h"
#include "pkcs11/tok.h"

/* Bounds on what a module may claim. */
#define LIB_MAX_SLOTS 4096
#define LIB_MAX_MODULES 256

struct lib_module {
	struct p11 p11;
	char *name;
	char *path;
	const char *as; /* the path that the setup names it by, or NULL */
	CK_INFO info;
	bool ready; /* initialised */
	struct diag trouble;
};

struct lib_refused;

/* stderr while it is turned aside (noise.h): descriptors, or -1. */
struct noise {
	int saved, caught;
};

struct tok_lib {
	const struct tok_setup *setup;
	struct watch *watch;
	CK_FUNCTION_LIST **loaded; /* p11-kit's list */
	struct lib_module *module;
	size_t num_modules;
	struct noise noise;
	char config[256];    /* a folder while p11-kit reads it, or "" */
	pthread_mutex_t pin; /* one PIN at a time is asked for and sent */
	struct lib_refused *refused; /* PINs that failed (login.c) */
	char *bridge;                /* of bridge.c */
};

/* A slot with a token in it. */
struct lib_slot {
	struct lib_module *module;
	CK_SLOT_ID id;
	struct tok_info info;
};

/* All of them, as an array that the caller free()s. */
MUST_CHECK enum err lib_scan(struct tok_lib *l, struct lib_slot **ret,
    size_t *ret_num, struct diag *d);

/* Reads the token in SLOT. Its trouble is in RET. What is asked in a session
 * is asked in OWN where the token gives no other; CK_INVALID_HANDLE: there is
 * none. */
void lib_read_token(const struct lib_module *m, CK_SLOT_ID slot,
    CK_SESSION_HANDLE own, struct tok_info *ret);

void lib_tell(const struct tok_lib *l, enum tok_tell kind, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Reports E, about a key or token of T, with what has failed in D, if E is no
 * ERR_OK; returns E, or the owner's error. */
struct tok;
MUST_CHECK enum err lib_event(const struct tok *t, struct tok_event *event,
    enum err e, struct diag *d);

/* The ledger's and the memory's name of a token. */
void lib_put_identity(struct buf *out, const struct tok_info *i);

#endif
