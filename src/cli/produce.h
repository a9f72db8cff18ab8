/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `build` and `edit` have in common: from a draft to a file on the disk.
 *
 *	produce_check()    the options, before anybody is asked for anything
 *	produce_prepare()  header and bytes without signature; parsed, and
 *	                   gone through for findings
 *	produce_finish()   signed, verified and written; or a request for a
 *	                   signature made elsewhere; or nothing (--dry-run)
 *
 * Between the last two a command says what the change means, and may refuse.
 */
#ifndef CLI_PRODUCE_H
#define CLI_PRODUCE_H

#include <jansson.h>

#include "cli/json_put.h"
#include "cli/place.h"
#include "cli/signer.h"

struct produce_opts {
	const char *output, *digest, *filename, *dialect, *detached;
	struct opt_strings allow; /* names of findings */
	int64_t timestamp;        /* PRODUCE_NOW: the clock's */
	unsigned max_sast;        /* 0: any number */
	bool force, dry_run;
};

#define PRODUCE_NOW INT64_MIN

#define PRODUCE_AT(T, member) \
	offsetof(T, produce) + offsetof(struct produce_opts, member)

#define PRODUCE_OPTS(T)                                                       \
	{ "output", "FILE", OPT_STRING, PRODUCE_AT(T, output),                \
		"write the list here", OPT_FILES, 'o' },                      \
	    { "force", NULL, OPT_FLAG, PRODUCE_AT(T, force),                  \
		    "replace a file that is there, and keep a copy", NULL,    \
		    0 },                                                      \
	    { "dry-run", NULL, OPT_FLAG, PRODUCE_AT(T, dry_run),              \
		    "say what would be written, and sign nothing", NULL, 0 }, \
	    { "digest", "NAME", OPT_STRING, PRODUCE_AT(T, digest),            \
		    "sha1 or sha512", "sha1 sha512", 0 },                     \
	    { "filename", "NAME", OPT_STRING, PRODUCE_AT(T, filename),        \
		    "the file name in the header", NULL, 0 },                 \
	    { "timestamp", "TIME", OPT_DATE, PRODUCE_AT(T, timestamp),        \
		    "the time in the header (default: now)", NULL, 0 },       \
	    { "max-sast", "N", OPT_NUMBER, PRODUCE_AT(T, max_sast),           \
		    "refuse a list with more SAST records than N", NULL, 0 }, \
	    { "dialect", "NAME", OPT_STRING, PRODUCE_AT(T, dialect),          \
		    "how new records are spelt, whoever issued them",         \
		    "appliance token builder", 0 },                           \
	    { "allow", "FINDING", OPT_STRINGS, PRODUCE_AT(T, allow),          \
		    "write it despite this finding of lint", NULL, 0 },       \
	{                                                                     \
		"detached-request", "FILE", OPT_STRING,                       \
		    PRODUCE_AT(T, detached),                                  \
		    "do not sign: write what is to be signed elsewhere",      \
		    OPT_FILES, 0                                              \
	}

/* A list in the making. The command sets the first group, and owns it; the rest
 * is all-zero before, and freed by produce_clear(). */
struct produce {
	const struct cmd *cmd;
	const struct produce_opts *opts;
	struct signer *signer;     /* its certificate is known */
	struct ctl_draft *draft;   /* with the signer's SAST record */
	const struct ctl_file *in; /* the list that is replaced, or NULL */
	const char *in_path;
	uint8_t major, minor; /* 0, 0: as the draft */
	bool has_time;        /* the time unless --timestamp says another */
	uint32_t time;

	struct ctl_head head;
	struct ctl_unsigned unsigned_;
	struct buf filename; /* of P->in */
	struct buf preview_bytes;
	struct ctl_file *preview; /* as it will be, with zeros for a
				   * signature */
	struct buf text;          /* said so far, for people */
	size_t judged_from;       /* where, in it, the table of records ends */
	json_t *json;             /* the same as one object */
	struct json_sink sink;
	struct place place;  /* where it goes; not looked at for "-" */
	struct buf file;     /* the finished list */
	const char *written; /* the file that was, list or request, or NULL */
};

/* What --detached-request and -o name is none of the files that the options of
 * the command, read into TARGET, and ARGS name; but -o may be one of ARGS, the
 * list that is edited. ERR_USAGE. */
MUST_CHECK enum err produce_check_apart(const struct produce *p,
    const void *target, char **args, struct diag *d);

/* The same for WHERE, a certificate: a file or a URI. */
MUST_CHECK enum err produce_check_apart_of(const struct produce *p,
    const char *where, struct diag *d);

/* Judges P->opts alone, and looks at the place. ERR_USAGE; errors of
 * place_check(). */
MUST_CHECK enum err produce_check(struct produce *p, bool json, struct diag *d);

/* The dialect for a record about C: --dialect, else ctl_dialect_for(). */
MUST_CHECK enum err produce_dialect(const struct produce_opts *o,
    const struct cert *c, enum ctl_dialect *ret, struct diag *d);

/* Fills head, unsigned_, preview. Digest and file name are those of P->in where
 * no option says others; a digest that no phone is known to read is not taken over
 * (ERR_POLICY). Signer's names: those of its SAST record in P->in, byte
 * for byte (of several one that the draft keeps), else those of its record in the
 * draft. Says what phones cannot read
 * (more than two SAST, SHA-512, more than 2048 bits), and the findings that P->in
 * has not. ERR_POLICY: a finding that is an error, that P->in has not and --allow does
 * not name; more SASTs than --max-sast; a time that is not later than that of
 * P->in, without --timestamp; what ctl_finish() would refuse. */
MUST_CHECK enum err produce_prepare(struct produce *p, struct diag *d);

/* Unlocks the signer, signs, verifies, writes, and says so. With --dry-run and
 * --detached-request as these say. */
MUST_CHECK enum err produce_finish(struct produce *p, struct diag *d);

/* Prints what was said, as text or JSON; E and D are how the command ended. Of
 * a failure other than ERR_POLICY only the reason is said. The report goes to
 * stderr where the list itself goes to stdout. */
enum cmd_exit produce_end(struct produce *p, bool json, enum err e,
    const struct diag *d);

void produce_clear(struct produce *p);

/* ---- For what a command says beside. ---- */

/* Begins the report, for a command that refuses before produce_prepare(), which
 * does so itself. */
void produce_begin(struct produce *p);

/* Appends a note to text and JSON: ID for scripts, a sentence for people, not
 * made safe. */
void produce_note(struct produce *p, const char *id, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif
