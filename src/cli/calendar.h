/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When which certificate ends: what `ctlsmith cert calendar` is given, and the
 * rows that it prints.
 *
 *	calendar_open() -> calendar_load() each file -> calendar_close()
 *	-> calendar_put(), calendar_json(), calendar_put_ical()
 *
 * A certificate that stands in many places is one row with its places; what
 * the text of `show cert own` or an alarm says of a certificate that is here,
 * too, is no row of its own. Names are kept as they are: what prints them makes
 * them safe.
 */
#ifndef CLI_CALENDAR_H
#define CLI_CALENDAR_H

#include <jansson.h>

#include "cli/cert_file.h"
#include "cli/fill.h"
#include "cli/stores.h"
#include "pki/alarm.h"
#include "pki/digest.h"

#define CALENDAR_MAX 50000 /* certificates, texts and alarms in all */
#define CALENDAR_SOON 90   /* days, where --days says nothing */

/* What a row was read of: id, name. */
#define CALENDAR_SOURCES(X)                                    \
	X(CALENDAR_CERT, "certificate")                        \
	X(CALENDAR_DUMP, "text-dump") /* of `show cert own` */ \
	X(CALENDAR_ALARM, "alarm")

/* What says which store a certificate is of: id, name. */
#define CALENDAR_TELLERS(X)                                            \
	X(CALENDAR_BY_NOTHING, "nothing")                              \
	X(CALENDAR_BY_OPTION, "option")    /* --as */                  \
	X(CALENDAR_BY_ROLE, "role")        /* in a list */             \
	X(CALENDAR_BY_PATH, "path")        /* of file and folder */    \
	X(CALENDAR_BY_PROMPT, "prompt")    /* show cert own UNIT */    \
	X(CALENDAR_BY_ALARM, "alarm")      /* its Unit: */             \
	X(CALENDAR_BY_NAME, "name")        /* common names */          \
	X(CALENDAR_BY_ISSUER, "issuer")    /* a CAPF here signed it */ \
	X(CALENDAR_BY_TWIN, "other-place") /* of the same certificate */

/* How near the end is: id, name, in the order of the rows. */
#define CALENDAR_STATES(X)                                              \
	X(CALENDAR_UNDATED, "unknown") /* its date could not be read */ \
	X(CALENDAR_EXPIRED, "expired")                                  \
	X(CALENDAR_DUE, "due") /* within the days asked for */          \
	X(CALENDAR_LATER, "later")                                      \
	X(CALENDAR_ENDLESS, "endless") /* RFC 5280, 4.1.2.5: 99991231235959Z \
					*/

#define CALENDAR_ENUM(id, name) id,
enum calendar_source {
	CALENDAR_SOURCES(CALENDAR_ENUM)
};
enum calendar_teller {
	CALENDAR_TELLERS(CALENDAR_ENUM)
};
enum calendar_state {
	CALENDAR_STATES(CALENDAR_ENUM)
};
#undef CALENDAR_ENUM

const char *calendar_source_name(enum calendar_source source);
const char *calendar_teller_name(enum calendar_teller teller);
const char *calendar_state_name(enum calendar_state state);

/* Where a certificate stands. */
struct calendar_place {
	char *file;       /* as the command line leads to it */
	char *node;       /* or NULL: not known */
	size_t record;    /* of a list, or 0 */
	const char *role; /* of that record, as JSON names it, or NULL */
	const struct stores_store *store; /* NULL: not known */
	enum calendar_teller by;
};

/* What an alarm says. */
struct calendar_alarm {
	char *name; /* "CertExpired" */
	char *node; /* or NULL */
	bool over, has_raised;
	int64_t raised; /* the last time */
	size_t times;
};

#define CALENDAR_STORES_MAX 8

struct calendar_row {
	enum calendar_source source;
	enum calendar_state state;
	struct cert *cert;      /* CALENDAR_CERT */
	struct digest_value id; /* SHA-256 of its DER, else of what it says */
	struct buf name;        /* common name, else all of it */
	struct buf subject, issuer; /* as text, or empty */
	struct buf serial;          /* magnitude; empty: not known */
	int64_t until;              /* seconds; where it is dated */
	bool dated;
	bool zoneless; /* up to 14 hours off: the zone is not known */
	bool deduced;  /* its year, too */

	struct calendar_place *place;
	size_t num_places;
	struct calendar_alarm *alarm;
	size_t num_alarms;

	const struct stores_store *store[CALENDAR_STORES_MAX]; /* each once */
	size_t num_stores;

	const struct calendar_row *parent; /* whose key signed it, or NULL */
	size_t num_issued;                 /* rows whose parent it is */
	size_t num_outliving;              /* those that end later */
};

/* All-zero is legal to clear. */
struct calendar {
	struct stores stores;
	const struct stores_store *as; /* all are of this one; or NULL */
	int64_t now;
	unsigned days;
	struct calendar_row *row; /* by calendar_close() in order */
	size_t num, room;
	bool has_list; /* a trust list was read */
};

/* What the command line says. */
struct calendar_wish {
	const char *stores, *as; /* or NULL */
	int64_t now;
	unsigned days;
};

/* Begins C. Errors of stores_load(); ERR_USAGE for an AS that is no store. C is
 * to be cleared whatever the outcome. */
MUST_CHECK enum err calendar_open(struct calendar *c,
    const struct calendar_wish *wish, struct diag *d);
void calendar_clear(struct calendar *c);

/* Reads PATH ("-": standard input): certificates in any file that pasted_read()
 * takes, with what prompts say; texts of `show cert own`; alarms; a trust
 * list. The first ROOT characters of PATH stand on the command line as a
 * folder, 0: all of it does. ERR_SYNTAX where nothing of it has a date,
 * ERR_POLICY for a private key; errors of input_load() and ctl_parse(). After a
 * failure nothing of it is in C, but of a list all records that could be
 * read. */
MUST_CHECK enum err calendar_load(struct calendar *c, const char *path,
    size_t root, struct diag *d);

/* Puts the rows together and in order, and finds what they are. ERR_NOMEM. */
MUST_CHECK enum err calendar_close(struct calendar *c, struct diag *d);

/* Whole days that R has left, rounded down; below 0: since. */
int64_t calendar_days_left(const struct calendar *c,
    const struct calendar_row *r);

/* R is printed where --days N was given (ALL is not). */
bool calendar_is_near(const struct calendar_row *r);

/* It ends behind the end of what issued it, other than a manufacturer's
 * authority, which nobody renews. */
bool calendar_outlives(const struct calendar_row *r);

/* Rows in that state. */
size_t calendar_count(const struct calendar *c, enum calendar_state state);

/* A row is of that store. */
bool calendar_is_of(const struct calendar_row *r,
    const struct stores_store *store);

/* What of C is printed: all rows, or those alone that calendar_is_near()
 * has. */
struct calendar_view {
	const struct fill *fill;
	bool all;
};

/* Appends a table of the rows, and for what is near what ends with it.
 * ERR_NOMEM. */
MUST_CHECK enum err calendar_put(const struct calendar *c,
    const struct calendar_view *view, struct buf *out, struct diag *d);

/* A file that could not be read, for calendar_json(). */
struct calendar_failure {
	char *path;
	struct diag why;
};

/* The element of `cert calendar --json`; NULL: out of memory. */
json_t *calendar_json(const struct calendar *c, bool all,
    const struct calendar_failure *failure, size_t num_failures);

/* Appends an iCalendar (RFC 5545): an event for each row that has a date, other
 * than those without an end. ERR_NOMEM. */
MUST_CHECK enum err calendar_put_ical(const struct calendar *c, bool all,
    struct buf *out, struct diag *d);

/* ---- Within calendar_*.c ---- */

/* Adds an entry, R, which C takes over even where that fails: it has one
 * place. ERR_NOMEM, ERR_TOO_BIG. */
MUST_CHECK enum err calendar_add(struct calendar *c, struct calendar_row *r,
    struct diag *d);

/* The store, and the node, which PATH tells: NODE/UNIT.pem, UNIT.pem,
 * NODE-UNIT.pem, UNIT/NAME.pem, NODE/UNIT/NAME.pem. Sets P->store and P->by,
 * where it tells, and P->node. */
MUST_CHECK enum err calendar_read_path(const struct stores *s, const char *path,
    size_t root, struct calendar_place *p, struct diag *d);

/* The store that a line with a prompt tells: admin:show cert own UNIT, show cert
 * trust STORE/NAME.pem. *RET_PROMPT: it is such a line. */
const struct stores_store *calendar_of_prompt(const struct stores *s,
    struct bytes line, bool *ret_prompt);

/* Sets the stores and the parent of every row of C. ERR_NOMEM. */
MUST_CHECK enum err calendar_tell(struct calendar *c, struct diag *d);

void calendar_row_clear(struct calendar_row *r);

#endif
