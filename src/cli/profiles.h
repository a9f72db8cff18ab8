/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the certificate of each unit must be, release by release: a data file
 * that is built into the program (src/cli/tables/cert-profiles.yaml), or
 * another of its kind. docs/profiles.schema.json describes it, and a test
 * compares it with the table here.
 */
#ifndef CLI_PROFILES_H
#define CLI_PROFILES_H

#include "data/doc.h"
#include "pki/fit.h"

struct profiles_unit;
struct profiles_release;

/* All-zero is an empty one. */
struct profiles {
	const char *const *known; /* releases, as they are called */
	size_t num_known;
	const struct profiles_release *release; /* the oldest first */
	size_t num;
	struct doc *doc; /* owns the texts */
};

/* The table of the file, for the test of its schema. */
extern const struct doc_table profiles_table;

/* A release of the appliance, as a number that orders them. */
struct profiles_version {
	unsigned major, minor, update;
};

/* Reads "12.5(1)SU6", "14SU2", "15": what stands in the brackets has no say.
 * False where TEXT is none. */
MUST_CHECK bool profiles_version(const char *text,
    struct profiles_version *ret);
/* As strcmp(). */
int profiles_order(const struct profiles_version *a,
    const struct profiles_version *b);

/* Reads TEXT. ERR_SYNTAX with line and column, ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK enum err profiles_read(struct bytes text, struct profiles *ret,
    struct diag *d);

/* The same for the file PATH, with the errors of file_load(); NULL: the one
 * that is built in. */
MUST_CHECK enum err profiles_load(const char *path, struct profiles *ret,
    struct diag *d);

/* Frees what P owns; it is all-zero again. */
void profiles_clear(struct profiles *p);

/* What was found for a unit. */
struct profiles_found {
	struct fit_profile profile; /* texts borrowed from the struct profiles
				     * or from this one */
	struct buf store;           /* of a trust store: its name */
	struct buf note; /* which profile was taken in place of the one asked
			  * for, and why; empty where it is that one */
};

/* The profile of UNIT, in any case, in RELEASE (NULL: not said): the newest
 * that is not newer; else the oldest there is. A UNIT that ends in -trust is a
 * trust store, of which any name is taken. ERR_USAGE for a unit or a release
 * that is none. */
MUST_CHECK enum err profiles_find(const struct profiles *p, const char *unit,
    const char *release, struct profiles_found *ret, struct diag *d);
void profiles_found_clear(struct profiles_found *f);

/* The unit that NAME, LEN characters, is in any case, or NULL. */
const char *profiles_unit_named(const struct profiles *p, const char *name,
    size_t len);

#endif
