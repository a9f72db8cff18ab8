/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/records.h"

#include <errno.h>
#include <stdlib.h>

/* Reads a record number and moves *TEXT behind it; 0 where there is none. */
static size_t
take_number(const char **text)
{
	unsigned long n;
	char *end;

	if (**text < '1' || **text > '9')
		return 0;
	errno = 0;
	n = strtoul(*text, &end, 10);
	*text = end;
	return errno == 0 ? n : 0;
}

enum err
records_parse(struct records *ret, const char *text, struct diag *d)
{
	struct records r = { .num = 0 };
	const char *p = text;
	size_t first, last;

	do {
		first = last = take_number(&p);
		if (*p == '-') {
			p++;
			last = take_number(&p);
		}
		if (first == 0 || last < first || r.num == RECORDS_MAX ||
		    (*p != ',' && *p != '\0'))
			return diag_set(d, ERR_USAGE,
			    "--records wants record "
			    "numbers, such as 1,3,5-7, not '%s'",
			    text);
		r.range[r.num].first = first;
		r.range[r.num++].last = last;
	} while (*p++ == ',');
	*ret = r;
	return ERR_OK;
}

bool
records_has(const struct records *r, size_t index)
{
	size_t i;

	for (i = 0; i < r->num; i++)
		if (index >= r->range[i].first && index <= r->range[i].last)
			return true;
	return r->num == 0;
}

size_t
records_highest(const struct records *r)
{
	size_t i, highest = 0;

	for (i = 0; i < r->num; i++)
		if (r->range[i].last > highest)
			highest = r->range[i].last;
	return highest;
}
