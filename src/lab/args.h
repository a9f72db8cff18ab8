/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line of ctlsmith-lab: commands, each with a table of options, from
 * which getopt and --help are made.
 */
#ifndef LAB_ARGS_H
#define LAB_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

enum args_type {
	ARGS_FLAG,   /* bool */
	ARGS_TEXT,   /* const char *, of argv */
	ARGS_NUMBER, /* struct args_number, min to max */
	ARGS_SEED    /* struct args_number, any */
};

struct args_number {
	bool given;
	uint64_t value;
};

struct args_opt {
	const char *name; /* long, without the dashes; NULL ends a table */
	const char *arg;  /* what --help calls the value; NULL: a flag */
	enum args_type type;
	size_t offset; /* of the member of the target */
	uint64_t min, max;
	const char *help;
};

struct args_command {
	const char *name;
	const char *synopsis; /* behind the options: "[NAME...]" */
	const char *summary;  /* one line */
	const char *about;    /* paragraphs, or NULL */
	size_t min, max;      /* arguments */
	const struct args_opt *opts;
	size_t size; /* of the target */
	/* ARGS: those that are no options, a NULL behind them. The exit
	 * status. */
	int (*run)(const void *target, char **args);
};

/* Runs the command that ARGV names of TABLE, which a NULL name ends; or prints
 * help or the version. The exit status: 2 for a wrong command line. */
int args_main(const struct args_command *table, int argc, char **argv);

/* Prints what D says to stderr, safely; returns 1, or, for ERR_USAGE, 2. */
int args_fail(const struct diag *d);

#endif
