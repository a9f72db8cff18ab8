/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options. A command has one table of them; getopt, --help and the shell
 * completion are made from it, and a test compares the man page with it.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"

enum opt_type {
	OPT_FLAG,    /* bool */
	OPT_STRING,  /* const char *, borrowed from argv */
	OPT_STRINGS, /* struct opt_strings: may be given several times */
	OPT_SIZE,    /* size_t, a number of bytes with K, M or G behind it */
	OPT_NUMBER,  /* unsigned, 1 to OPT_NUMBER_MAX */
	OPT_DAYS,    /* unsigned, 0 to OPT_DAYS_MAX */
	OPT_SECONDS, /* unsigned, 1 to OPT_SECONDS_MAX */
	OPT_DATE,    /* int64_t, seconds: 2015-05-20 (its first second in UTC),
		     * or as scalar_time() takes it with a date in front */
	OPT_ORDERED  /* struct opt_ordered, which several options may share */
};

#define OPT_NUMBER_MAX 256
#define OPT_DAYS_MAX 36500
#define OPT_SECONDS_MAX 86400

/* The values of an option in the order of the command line, borrowed from
 * argv. */
#define OPT_STRINGS_MAX 64

struct opt_strings {
	const char *at[OPT_STRINGS_MAX];
	size_t num;
};

struct opt;

/* The same of several options together, and which of them each is of. */
#define OPT_ORDERED_MAX 256

struct opt_ordered {
	struct {
		const struct opt *opt; /* of the command's table */
		const char *value;
	} at[OPT_ORDERED_MAX];
	size_t num;
};

struct opt {
	const char *name; /* long, without the dashes */
	const char *arg;  /* what --help calls the value; NULL: a flag */
	enum opt_type type;
	size_t offset;     /* of the member in the command's option struct */
	const char *help;  /* one line, no full stop */
	const char *words; /* the values to complete, "a b c"; or NULL, or
			    * OPT_FILES */
	char letter;       /* its short form, or 0 */
};

#define OPT_FILES "@files"
#define OPT_END              \
	{                    \
		.name = NULL \
	}

/* A command line: what is read, and what was found. */
struct opt_line {
	int argc;
	char **argv; /* argv[0] is the command's name; NULL ends it */
	char **args; /* those that are no options, within argv */
	bool help;   /* --help was among the options; it needs no other */
};

/* Reads the options of LINE into TARGET, laid out as TABLE, which OPT_END
 * closes, says. Options may stand behind arguments. ERR_USAGE with the
 * reason. */
MUST_CHECK enum err opt_parse(const struct opt *table, struct opt_line *line,
    void *target, struct diag *d);

/* The bytes of a target that has room for all options of TABLE; at least 1. */
size_t opt_span(const struct opt *table);

/* Appends the lines of --help for TABLE. */
void opt_help(const struct opt *table, struct buf *out);

#endif
