/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/args.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PROGRAM "ctlsmith-lab"
#define OPTS_MAX 32
#define TARGET_MAX 512
#define COLUMN 24 /* of what an option does */
#define HELP 'h'
#define FIRST 256 /* what getopt_long() says of the first option */

enum {
	EXIT_FINE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2
};

int
args_fail(const struct diag *d)
{
	struct buf text = { 0 };

	text_put_safe(&text, bytes_of_str(d->msg));
	if (d->line > 0)
		(void)fprintf(stderr, PROGRAM ": line %u, column %u: ", d->line,
		    d->column);
	else
		(void)fprintf(stderr, PROGRAM ": ");
	(void)fprintf(stderr, "%s\n",
	    buf_ok(&text) ? buf_cstr(&text) : "out of memory");
	buf_clear(&text);
	return d->code == ERR_USAGE ? EXIT_USAGE : EXIT_FAILED;
}

/* WHAT, from the command line, and what is wrong with it. */
static int
wrong(const struct args_command *c, const char *what, const char *with)
{
	struct buf text = { 0 };

	text_put_safe(&text, bytes_of_str(what));
	(void)fprintf(stderr, PROGRAM ": %s%s\nTry '" PROGRAM "%s%s --help'.\n",
	    buf_ok(&text) ? buf_cstr(&text) : "?", with, c != NULL ? " " : "",
	    c != NULL ? c->name : "");
	buf_clear(&text);
	return EXIT_USAGE;
}

/* ---- Help. ---- */

static int
print_opt(const char *name, const char *arg, const char *help)
{
	int n = printf("  --%s%s%s", name, arg != NULL ? " " : "",
	    arg != NULL ? arg : "");

	if (n < 0 || n >= COLUMN)
		return printf("\n%*s%s\n", COLUMN, "", help);
	return printf("%*s%s\n", COLUMN - n, "", help);
}

static int
end_output(void)
{
	return fflush(stdout) == 0 && ferror(stdout) == 0 ? EXIT_FINE
							  : EXIT_FAILED;
}

static int
help_command(const struct args_command *c)
{
	const struct args_opt *o;

	(void)printf("Usage: " PROGRAM " %s [OPTION...]%s%s\n\n%s.\n", c->name,
	    *c->synopsis != '\0' ? " " : "", c->synopsis, c->summary);
	if (c->about != NULL)
		(void)printf("\n%s", c->about);
	(void)printf("\nOptions:\n");
	for (o = c->opts; o->name != NULL; o++)
		(void)print_opt(o->name, o->arg, o->help);
	(void)print_opt("help", NULL, "this text");
	return end_output();
}

static int
help_all(const struct args_command *table)
{
	const struct args_command *c;

	(void)printf("Usage: " PROGRAM " COMMAND [OPTION...] [ARGUMENT...]\n\n"
		     "A cluster that is not there, to rehearse on.\n\n"
		     "Commands:\n");
	for (c = table; c->name != NULL; c++)
		(void)printf("  %-14s%s\n", c->name, c->summary);
	(void)printf("\nOptions:\n"
		     "  --help        this text\n"
		     "  --version     the version\n"
		     "\n'" PROGRAM " COMMAND --help' says more.\n");
	return end_output();
}

/* ---- Reading. ---- */

static bool
read_number(const struct args_opt *o, const char *text, uint64_t *ret)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0)
		return false;
	if (o->type == ARGS_NUMBER && (n < o->min || n > o->max))
		return false;
	*ret = n;
	return true;
}

/* Sets the member of TARGET. */
static bool
set(const struct args_opt *o, const char *value, void *target)
{
	void *member = (char *)target + o->offset;
	struct args_number *number = member;

	switch (o->type) {
	case ARGS_FLAG:
		*(bool *)member = true;
		return true;
	case ARGS_TEXT:
		*(const char **)member = value;
		return *value != '\0';
	case ARGS_NUMBER:
	case ARGS_SEED:
		number->given = true;
		return read_number(o, value, &number->value);
	}
	return false;
}

static void
make_getopt(const struct args_command *c, struct option *ret)
{
	size_t i;

	for (i = 0; c->opts[i].name != NULL && i + 2 < OPTS_MAX; i++) {
		ret[i].name = c->opts[i].name;
		ret[i].has_arg = c->opts[i].arg != NULL;
		ret[i].val = FIRST + (int)i;
	}
	ret[i].name = "help";
	ret[i].val = HELP;
}

/* -1: TARGET is filled, and optind is at the first argument; else the exit
 * status. */
static int
read_options(const struct args_command *c, int argc, char **argv, void *target)
{
	struct option options[OPTS_MAX] = { { .name = NULL } };
	const struct args_opt *o;
	char message[192];
	int found;

	make_getopt(c, options);
	opterr = 0;
	while ((found = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (found == HELP)
			return help_command(c);
		if (found == ':')
			return wrong(c, argv[optind - 1], " wants a value");
		if (found == '?')
			return wrong(c, argv[optind - 1],
			    " is no option of this command");
		o = &c->opts[found - FIRST];
		if (set(o, optarg, target))
			continue;
		(void)snprintf(message, sizeof(message), "%.100s of --%s",
		    *optarg != '\0' ? optarg : "an empty value", o->name);
		return wrong(c, message, " is not possible");
	}
	return -1;
}

static int
run_command(const struct args_command *c, int argc, char **argv)
{
	_Alignas(max_align_t) char target[TARGET_MAX] = { 0 };
	size_t num;
	int status;

	if (c->size > sizeof(target))
		return EXIT_FAILED;
	status = read_options(c, argc, argv, target);
	if (status >= 0)
		return status;
	num = (size_t)(argc - optind);
	if (num < c->min)
		return wrong(c, c->synopsis, " is missing");
	if (num > c->max)
		return wrong(c, argv[optind + (int)c->max],
		    " is one argument too many");
	return c->run(target, argv + optind);
}

int
args_main(const struct args_command *table, int argc, char **argv)
{
	const struct args_command *c;

	if (argc < 2)
		return wrong(NULL, "a command", " is missing");
	if (strcmp(argv[1], "--help") == 0)
		return help_all(table);
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf(PROGRAM " %s\n", CTLSMITH_VERSION);
		return end_output();
	}
	for (c = table; c->name != NULL; c++)
		if (strcmp(argv[1], c->name) == 0)
			return run_command(c, argc - 1, argv + 1);
	return wrong(NULL, argv[1], " is no command");
}
