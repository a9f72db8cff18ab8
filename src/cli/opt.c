/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/opt.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/scalar.h"

/* More than any command has; a test of the tables would notice. */
#define MAX_OPTS 48
#define HELP_COLUMN 24
/* Codes of long options, above every letter. */
#define LONG_BASE 256

static enum err
bad_size(const char *name, const char *text, struct diag *d)
{
	return diag_set(d, ERR_USAGE,
	    "--%s wants a number of bytes, such as "
	    "4096, 64K, 16M or 1G, not '%s'",
	    name, text);
}

static enum err
read_size(const char *name, const char *text, size_t *ret, struct diag *d)
{
	static const char units[] = "KMG";
	unsigned long long n;
	const char *unit;
	unsigned shift = 0;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno != 0 || end == text || text[0] < '0' || text[0] > '9')
		return bad_size(name, text, d);
	if (*end != '\0') {
		unit = strchr(units, *end);
		if (unit == NULL || end[1] != '\0')
			return bad_size(name, text, d);
		shift = 10 * (unsigned)(unit - units + 1);
	}
	if (n == 0 || n > (SIZE_MAX / 4) >> shift)
		return bad_size(name, text, d);
	*ret = (size_t)n << shift;
	return ERR_OK;
}

static unsigned
number_max(enum opt_type type)
{
	if (type == OPT_DAYS)
		return OPT_DAYS_MAX;
	return type == OPT_SECONDS ? OPT_SECONDS_MAX : OPT_NUMBER_MAX;
}

static enum err
read_number(const struct opt *opt, const char *text, unsigned *ret,
    struct diag *d)
{
	unsigned min = opt->type == OPT_DAYS ? 0 : 1;
	unsigned max = number_max(opt->type);
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    n < min || n > max)
		return diag_set(d, ERR_USAGE,
		    "--%s wants a number from %u to %u, not '%s'", opt->name,
		    min, max, text);
	*ret = (unsigned)n;
	return ERR_OK;
}

static enum err
read_date(const char *name, const char *text, int64_t *ret, struct diag *d)
{
	char whole[sizeof("2015-05-20T00:00:00Z")];
	bool day = strlen(text) == strlen("2015-05-20");

	(void)snprintf(whole, sizeof(whole), "%.10sT00:00:00Z", text);
	/* a bare number would be seconds since 1970, which nobody means */
	if (strchr(text, '-') == NULL || text[0] == '-' ||
	    !scalar_time(bytes_of_str(day ? whole : text), ret))
		return diag_set(d, ERR_USAGE,
		    "--%s wants a date, such as 2015-05-20 or "
		    "2015-05-20T12:00:00Z, not '%s'",
		    name, text);
	return ERR_OK;
}

static enum err
add_string(const char *name, const char *value, struct opt_strings *ret,
    struct diag *d)
{
	if (ret->num == OPT_STRINGS_MAX)
		return diag_set(d, ERR_USAGE,
		    "--%s is given more than %d times", name, OPT_STRINGS_MAX);
	ret->at[ret->num++] = value;
	return ERR_OK;
}

static enum err
add_ordered(const struct opt *opt, const char *value, struct opt_ordered *ret,
    struct diag *d)
{
	if (ret->num == OPT_ORDERED_MAX)
		return diag_set(d, ERR_USAGE,
		    "--%s is one of more than %d options of its kind",
		    opt->name, OPT_ORDERED_MAX);
	ret->at[ret->num].opt = opt;
	ret->at[ret->num++].value = value;
	return ERR_OK;
}

static enum err
store(const struct opt *opt, const char *value, void *target, struct diag *d)
{
	char *at = (char *)target + opt->offset;
	unsigned number = 0;
	int64_t when = 0;
	size_t size = 0;
	bool yes = true;
	enum err e = ERR_OK;

	switch (opt->type) {
	case OPT_FLAG:
		memcpy(at, &yes, sizeof(yes));
		break;
	case OPT_STRING:
		memcpy(at, &value, sizeof(value));
		break;
	case OPT_STRINGS:
		e = add_string(opt->name, value, (void *)at, d);
		break;
	case OPT_ORDERED:
		e = add_ordered(opt, value, (void *)at, d);
		break;
	case OPT_SIZE:
		e = read_size(opt->name, value, &size, d);
		if (e == ERR_OK)
			memcpy(at, &size, sizeof(size));
		break;
	case OPT_NUMBER:
	case OPT_DAYS:
	case OPT_SECONDS:
		e = read_number(opt, value, &number, d);
		if (e == ERR_OK)
			memcpy(at, &number, sizeof(number));
		break;
	case OPT_DATE:
		e = read_date(opt->name, value, &when, d);
		if (e == ERR_OK)
			memcpy(at, &when, sizeof(when));
		break;
	}
	return e;
}

/* getopt's own table: entry I is TABLE[I], and its code I + LONG_BASE. */
static int
fill_long(const struct opt *table, struct option *lopts)
{
	int n;

	for (n = 0; n < MAX_OPTS - 2 && table[n].name != NULL; n++) {
		lopts[n].name = table[n].name;
		lopts[n].has_arg = table[n].arg != NULL ? required_argument
							: no_argument;
		lopts[n].flag = NULL;
		lopts[n].val = n + LONG_BASE;
	}
	lopts[n].name = "help";
	lopts[n].has_arg = no_argument;
	lopts[n].flag = NULL;
	lopts[n].val = n + LONG_BASE;
	memset(&lopts[n + 1], 0, sizeof(lopts[0]));
	return n + 1;
}

/* getopt's letters, behind the one that makes a missing value a ':'. */
static void
fill_short(const struct opt *table, char *letters)
{
	*letters++ = ':';
	*letters++ = 'h';
	for (; table->name != NULL; table++) {
		if (table->letter == 0)
			continue;
		*letters++ = table->letter;
		if (table->arg != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
}

/* The option of TABLE with LETTER. */
static const struct opt *
find_letter(const struct opt *table, int letter)
{
	while (table->name != NULL && table->letter != letter)
		table++;
	return table;
}

/* What getopt does not like about argv[optind - 1]; its code is in optopt
 * where it knows the option. */
static enum err
complain(int c, const struct opt *table, char **argv, struct diag *d)
{
	if (c == ':')
		return diag_set(d, ERR_USAGE, "%s wants a value",
		    argv[optind - 1]);
	if (optopt >= LONG_BASE)
		return diag_set(d, ERR_USAGE, "--%s takes no value",
		    table[optopt - LONG_BASE].name == NULL
			? "help"
			: table[optopt - LONG_BASE].name);
	if (optopt != 0)
		return diag_set(d, ERR_USAGE,
		    "-%c is no option of this command", (unsigned char)optopt);
	return diag_set(d, ERR_USAGE,
	    "%s is no option of this command, or short for several",
	    argv[optind - 1]);
}

enum err
opt_parse(const struct opt *table, struct opt_line *line, void *target,
    struct diag *d)
{
	struct option lopts[MAX_OPTS];
	char letters[3 + 2 * MAX_OPTS];
	int help = fill_long(table, lopts) + LONG_BASE - 1;
	enum err e = ERR_OK;
	int c;

	opterr = 0;
	optind = 0;
	line->help = false;
	fill_short(table, letters);
	while (e == ERR_OK &&
	    (c = getopt_long(line->argc, line->argv, letters, lopts, NULL)) !=
		-1) {
		if (c == 'h' || c == help)
			line->help = true;
		else if (c == '?' || c == ':')
			e = complain(c, table, line->argv, d);
		else
			e = store(c < LONG_BASE ? find_letter(table, c)
						: &table[c - LONG_BASE],
			    optarg, target, d);
	}
	line->args = line->argv + optind;
	return line->help ? ERR_OK : e;
}

static size_t
type_size(enum opt_type type)
{
	switch (type) {
	case OPT_FLAG:
		return sizeof(bool);
	case OPT_STRING:
		return sizeof(const char *);
	case OPT_STRINGS:
		return sizeof(struct opt_strings);
	case OPT_SIZE:
		return sizeof(size_t);
	case OPT_NUMBER:
	case OPT_DAYS:
	case OPT_SECONDS:
		return sizeof(unsigned);
	case OPT_DATE:
		return sizeof(int64_t);
	case OPT_ORDERED:
		break;
	}
	return sizeof(struct opt_ordered);
}

size_t
opt_span(const struct opt *table)
{
	size_t end, ret = 1;

	for (; table->name != NULL; table++) {
		end = table->offset + type_size(table->type);
		if (end > ret)
			ret = end;
	}
	return ret;
}

static void
help_line(struct buf *out, const struct opt *opt)
{
	size_t start = out->len;

	buf_str(out, "  ");
	if (opt->letter != 0)
		buf_printf(out, "-%c, ", opt->letter);
	buf_printf(out, "--%s%s%s", opt->name, opt->arg == NULL ? "" : " ",
	    opt->arg == NULL ? "" : opt->arg);
	if (out->len - start > HELP_COLUMN - 2) {
		buf_str(out, "\n");
		start = out->len;
	}
	buf_printf(out, "%*s%s\n", (int)(HELP_COLUMN - (out->len - start)), "",
	    opt->help);
}

void
opt_help(const struct opt *table, struct buf *out)
{
	static const struct opt help = { .name = "help", .help = "this text" };

	for (; table->name != NULL; table++)
		help_line(out, table);
	help_line(out, &help);
}
