/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/nearest.h"

#include <string.h>

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
nearest_distance(const char *a, const char *b)
{
	/* d[i][j]: from the first i letters of a to the first j of b */
	size_t d[NEAREST_MAX + 1][NEAREST_MAX + 1];
	size_t la = strnlen(a, NEAREST_MAX + 1);
	size_t lb = strnlen(b, NEAREST_MAX + 1);
	size_t i, j;

	if (la > NEAREST_MAX || lb > NEAREST_MAX)
		return NEAREST_MAX + 1;
	for (i = 0; i <= la; i++)
		d[i][0] = i;
	for (j = 0; j <= lb; j++)
		d[0][j] = j;
	for (i = 1; i <= la; i++)
		for (j = 1; j <= lb; j++) {
			d[i][j] = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			d[i][j] = least(d[i][j], d[i - 1][j] + 1);
			d[i][j] = least(d[i][j], d[i][j - 1] + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[la][lb];
}

bool
nearest_like(const char *a, const char *b)
{
	size_t len = strlen(a);

	if (len == 0)
		return false;
	/* one mistake in two or three letters, two in more */
	return strncmp(a, b, len) == 0 ||
	    nearest_distance(a, b) <= (len < 4 ? 1 : 2);
}
