/* SPDX-License-Identifier: Apache-2.0 */
/* Small questions about what is known. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cluster/survey.h"

static bool
is_short_of(struct bytes a, struct bytes b)
{
	return a.len > 0 && a.len < b.len && b.ptr[a.len] == '.' &&
	    isalpha(a.ptr[0]) && memchr(a.ptr, '.', a.len) == NULL &&
	    strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0;
}

bool
survey_is_host(struct bytes a, struct bytes b)
{
	if (a.len == b.len)
		return a.len > 0 &&
		    strncasecmp((const char *)a.ptr, (const char *)b.ptr,
			a.len) == 0;
	return is_short_of(a, b) || is_short_of(b, a);
}

static struct bytes
stored_der(const struct survey *s, size_t i, const char *unit)
{
	const struct inventory_node *n = s->node[i].entry;
	size_t k, a;

	for (k = 0; k < s->num_stored; k++) {
		const struct survey_stored *c = &s->stored[k];
		bool his = survey_is_host(bytes_of_str(c->server),
		    bytes_of_str(n->name));

		for (a = 0; !his && a < n->addresses.num; a++)
			his = strcmp(c->server, n->addresses.item[a]) == 0;
		if (his && strcmp(c->unit, unit) == 0)
			return c->der;
	}
	return bytes_of(NULL, 0);
}

struct bytes
survey_own_der(const struct survey *s, size_t i, const char *unit)
{
	const struct survey_node *n = &s->node[i];
	size_t k;

	for (k = 0; n->has_own && k < n->num_own; k++)
		if (n->own[k].der.ptr != NULL &&
		    strcmp(n->own[k].unit, unit) == 0)
			return n->own[k].der;
	return stored_der(s, i, unit);
}

int64_t
survey_time(const struct evidence *e)
{
	const struct evidence_piece *p = evidence_find(e, "cluster/now");

	return p == NULL ? 0 : p->when;
}
