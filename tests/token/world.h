/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases of libtoken's tests: each in a child process of its own, since SoftHSM,
 * p11-kit and the shim look at their surroundings once, with an owner that
 * answers from a list and remembers what it was told. The tokens are a copy of
 * those of softhsm-fixtures, made by world_setup() before each test.
 */
#ifndef TESTS_TOKEN_WORLD_H
#define TESTS_TOKEN_WORLD_H

#include <stdbool.h>

#include "pkcs11/tok.h"

/* Of the token "empty". */
#define WORLD_EMPTY "pkcs11:token=empty"
#define WORLD_PIN "5678901"
#define WORLD_SO_PIN "43210987"

#define WORLD_PIN_KINDS (TOK_PIN_SO_NEW + 1)
#define WORLD_MAX_EVENTS 16

/* What a case sees, and the test after it: memory that both share. */
struct world {
	struct tok_lib *lib;
	const char *pin[WORLD_PIN_KINDS]; /* NULL: there is none */
	unsigned asked[WORLD_PIN_KINDS];
	bool again;            /* a person types the PINs */
	bool event_fails;      /* the owner's event() does, */
	unsigned event_passes; /* but for the first so many */
	struct {
		char operation[32];
		enum err failed; /* ERR_OK: it did not */
	} event[WORLD_MAX_EVENTS];
	unsigned num_events;
	char told[4096]; /* a line each */
	enum err e;      /* for what the case found */
	struct diag d;
	size_t num;
};

typedef void world_case(struct world *w);

/* In a case: what fails ends it. */
#define CHECK(cond) world_check((cond), #cond, __FILE__, __LINE__)
/* Evaluates to nothing; prints the message of w->d where CALL is not WANT. */
#define CHECK_ERR(w, call, want)                                           \
	do {                                                               \
		(w)->e = (call);                                           \
		world_check_err((w), (w)->e == (want), #call " is " #want, \
		    __FILE__, __LINE__);                                   \
	} while (0)
void world_check(bool ok, const char *text, const char *file, int line);
void world_check_err(const struct world *w, bool ok, const char *text,
    const char *file, int line);

/* For cmocka. */
int world_group_setup(void **state);
int world_group_teardown(void **state);
int world_setup(void **state);

/* Runs the case with the plan, through the shim or, where PLAN is NULL, with
 * the bare module. What it leaves is valid until the next. */
const struct world *world_run(const char *plan, world_case *fn);

/* The same, where only a crash fails the test. */
const struct world *world_run_any(const char *plan, world_case *fn);

/* The same, where a call must not come back, and the library ends it. */
void world_run_hangs(const char *plan, world_case *fn);

/* How many calls the last run with a plan made into the module. */
unsigned world_calls(void);
/* How many of them were to that function. */
unsigned world_calls_of(const char *function);

/* For cases: the token that URI names, opened for writing. */
struct tok *world_open(struct world *w, const char *uri);

bool world_was_told(const struct world *w, const char *text);

/* How many objects the token has, seen by its user; and with that id. */
size_t world_objects(struct world *w, struct tok *t);
size_t world_objects_with(struct world *w, struct tok *t, struct bytes id);

#endif
