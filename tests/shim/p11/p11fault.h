/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of libp11fault.so, a PKCS#11 module that forwards to another one and
 * does what a plan says; the manual is README.md. Whatever is wrong with the
 * plan or with how the shim is used ends the program, so that a mistake in a
 * test cannot make it pass.
 *
 *	module.c	loads the real module and the plan, the function list
 *	call.c		counts, traces; the rules that hold for any function
 *	plan.c		reads the plan; line.c: its words, names.c: its names
 *	device.c	a token that is pulled and comes back
 *	slot.c		what is said of slots, tokens and mechanisms
 *	session.c	sessions
 *	pin.c		who logs in how often
 *	object.c	objects that the real module does not have
 *	attr.c		attributes and templates
 *	lie.c		wrong lengths
 *	sign.c		signatures
 */
#ifndef TESTS_SHIM_P11_P11FAULT_H
#define TESTS_SHIM_P11_P11FAULT_H

#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "tests/shim/p11/functions.h"

#define P11_COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum p11_fn {
	FN_NONE,
#define FN_ENUM(name, kind, params, args) FN_##name,
	P11_FUNCTIONS(FN_ENUM)
#undef FN_ENUM
	FN_COUNT
};

enum rule_kind {
	RULE_NONE,
	RULE_FAIL,
	RULE_FAIL_AFTER,
	RULE_FAIL_NTH,
	RULE_FAIL_AFTER_NTH,
	RULE_HANG,
	RULE_NOISE,
	RULE_ONLY,
	RULE_TOKEN_TEXT,
	RULE_SLOT_TEXT,
	RULE_FLAGS,
	RULE_SLOT_FLAGS,
	RULE_MECHANISM_FLAGS,
	RULE_PIN_LENGTH,
	RULE_NO_MECHANISM,
	RULE_REMOVE,
	RULE_SESSIONS,
	RULE_TRIES,
	RULE_SO_TRIES,
	RULE_TO_BE_CHANGED,
	RULE_PINPAD,
	RULE_VENDOR_TRIES,
	RULE_VENDOR_TRIES_COUNTED,
	RULE_OBJECTS,
	RULE_LIE,
	RULE_ATTR,
	RULE_REFUSE_TEMPLATE,
	RULE_REFUSE_PRIVATE,
	RULE_WRONG_SIGNATURE,
	RULE_WRONG_DATA,
	RULE_WRONG_KEY
};

enum lie_mode {
	LIE_NONE,
	LIE_HUGE,
	LIE_OVER,
	LIE_GROW,
	LIE_SHORT,
	LIE_ZERO,
	LIE_UNAVAILABLE
};

enum template_side {
	SIDE_ANY,
	SIDE_PUBLIC,
	SIDE_PRIVATE
};

#define RULE_TEXT_MAX 64

/* A line of the plan; which of these it uses, its kind says. */
struct rule {
	enum rule_kind kind;
	enum p11_fn fn;
	CK_RV rv;
	CK_ULONG what; /* attribute or mechanism */
	CK_FLAGS set;
	CK_FLAGS clear;
	unsigned at;    /* 0: from the first on */
	unsigned times; /* 0: not said */
	unsigned number;
	unsigned number2;
	unsigned absent; /* calls of C_GetSlotList; 0: for ever */
	enum lie_mode lie;
	enum template_side side;
	bool noflags;
	bool at_once;
	bool any_class;
	size_t offset; /* into the structure that text goes to */
	size_t size;
	char text[RULE_TEXT_MAX + 1];
	size_t text_len;
	char other[RULE_TEXT_MAX + 1];
	unsigned seen; /* how often it could have fired; under the lock */
};

struct p11_call {
	enum p11_fn fn;
	unsigned number;    /* of all calls, from 1 */
	unsigned fn_number; /* of those of this function, from 1 */
	char note[96];
};

/* module.c */
const CK_FUNCTION_LIST *p11_real(void);
/* Ends the program, saying why. */
__attribute__((noreturn)) void p11_die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));
void p11_lock(void);
void p11_unlock(void);

/* names of functions, without the C_ */
const char *p11_fn_name(enum p11_fn fn);

/* plan.c */
void plan_load(const char *path);
/* The first rule of the kind after AFTER (or NULL); NULL where none is left. */
struct rule *plan_next(enum rule_kind kind, const struct rule *after);
/* The last rule of the kind, or NULL. */
struct rule *plan_find(enum rule_kind kind);
/* Whether the rule's at and times hold for the Nth occasion. */
bool rule_holds(const struct rule *r, unsigned n);
/* Counts one occasion more, and answers for it. */
bool rule_fires(struct rule *r);

/* call.c: a call begins, goes on or is answered by *RET_RV, and ends. */
void call_setup(const char *trace_path);
void call_begin(struct p11_call *c, enum p11_fn fn);
bool call_goes_on(struct p11_call *c, CK_RV *ret_rv);
CK_RV call_end(struct p11_call *c, CK_RV rv);
/* Adds " FMT" to the trace line of the call this thread is in. */
void call_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * device.c. The slots that rules are about are "ours": all, or that of the
 * token that the rule `only` names. The id of a slot that the program sees is
 * another than the real one once the token has come back.
 */
bool device_is_ours(CK_SLOT_ID real);
CK_RV device_real_slot(CK_SLOT_ID seen, CK_SLOT_ID *ret_real);
CK_SLOT_ID device_seen_slot(CK_SLOT_ID real);
/* Whether the token of the slot is out. */
bool device_is_out(CK_SLOT_ID real);
/* CKR_OK, or why the token of the slot cannot be used; then the real slot. */
CK_RV device_token(CK_SLOT_ID seen, CK_SLOT_ID *ret_real);
/* What the rule `remove-after` does once a call is over. */
void device_called(const struct p11_call *c);
/* Gives LIST of NUM to the caller as PKCS#11 wants it. */
CK_RV device_give(const CK_ULONG *list, CK_ULONG num, CK_ULONG *ret_list,
    CK_ULONG *count);

/* slot.c */
bool slot_hides(CK_SESSION_HANDLE s, const CK_MECHANISM *m);

/* session.c. The search of a session is allocated, and freed with it. */
CK_RV session_check(CK_SESSION_HANDLE s);
bool session_is_ours(CK_SESSION_HANDLE s);
bool session_slot(CK_SESSION_HANDLE s, CK_SLOT_ID *ret_real);
/* All of a slot are dead, and the real module closes them. */
void session_kill(CK_SLOT_ID real);
void *session_search(CK_SESSION_HANDLE s);
void session_set_search(CK_SESSION_HANDLE s, void *search);

/* pin.c: what the rules about PINs show in the token's flags. */
CK_FLAGS pin_flags(CK_FLAGS flags);
void pin_note_login(CK_USER_TYPE user_type);
/* How many tries are left to the user, by the rule `tries`, and of how many. */
void pin_tries(CK_ULONG *ret_left, CK_ULONG *ret_max);

/* object.c */
bool object_is_made_up(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE object);
CK_RV object_attributes(CK_OBJECT_HANDLE object, CK_ATTRIBUTE *templ,
    CK_ULONG count);

/*
 * lie.c. A function that is asked for a length alone, or FETCHING what has
 * that length, is done between lie_begin() and lie_end(). Where lie_begin()
 * is true it is to be asked for the length in any case.
 */
struct p11_lie {
	enum p11_fn fn;
	bool fetching;
	bool refused;
	CK_ULONG room;
};
bool lie_begin(struct p11_lie *l, enum p11_fn fn, bool fetching,
    const CK_ULONG *count);
CK_RV lie_end(const struct p11_lie *l, CK_ULONG *count, CK_RV rv);
/* What is said of an attribute for which there was ROOM. */
CK_RV lie_attribute(CK_ATTRIBUTE *a, CK_ULONG room, CK_RV rv);

/* The functions that do more than forward. */
#define P11_HOOK_open(name, params)
#define P11_HOOK_plain(name, params)
#define P11_HOOK_mech(name, params)
#define P11_HOOK_object(name, params)
#define P11_HOOK_hook(name, params) CK_RV hook_##name params;
#define P11_HOOK_login(name, params) CK_RV hook_##name params;
#define P11_HOOK(name, kind, params, args) P11_HOOK_##kind(name, params)
P11_FUNCTIONS(P11_HOOK)

#endif
