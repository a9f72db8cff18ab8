/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/services.h"

#include <stdlib.h>
#include <string.h>

#include "workflow/tables.h"

#define ROWS_MAX 1000
#define NAMES_MAX 32
#define NAME_LEN 100
#define SOURCE_LEN 300
#define RELEASE_MAX 9999

struct services {
	struct doc_maps services; /* struct services_row */
	struct doc *doc;
};

/* ---- The file. ---- */

struct row {
	struct services_row row;
	struct doc_place at;
};

#define ROW(member, kind)                     \
	.key = #member, .type = (kind),       \
	.offset = offsetof(struct row, row) + \
	    offsetof(struct services_row, member)

static const struct doc_field row_fields[] = {
	{ ROW(unit, DOC_STRING), .required = true, .min = 1, .max = NAME_LEN },
	{ ROW(from, DOC_UNSIGNED), .max = RELEASE_MAX },
	{ ROW(until, DOC_UNSIGNED), .max = RELEASE_MAX },
	{ ROW(publisher, DOC_BOOL) },
	{ ROW(names, DOC_STRINGS), .required = true, .min = 1,
	    .max = NAMES_MAX },
	{ ROW(source, DOC_STRING), .required = true, .min = 1,
	    .max = SOURCE_LEN },
	{ .key = "", .type = DOC_PLACE, .offset = offsetof(struct row, at) },
};
static const struct doc_table row_table = { .what = "row of services",
	.size = sizeof(struct row),
	.fields = row_fields,
	.num_fields = DOC_NUM(row_fields) };

static const struct doc_field whole_fields[] = {
	{ .key = "services",
	    .type = DOC_MAPS,
	    .offset = offsetof(struct services, services),
	    .required = true,
	    .min = 1,
	    .max = ROWS_MAX,
	    .table = &row_table },
};
static const struct doc_table whole_table = { .what = "table of services",
	.size = sizeof(struct services),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

/* ---- Reading. ---- */

/* False: there is no room for it. */
static bool
put(struct services_found *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->num; i++)
		if (strcmp(f->name[i], name) == 0)
			return true;
	if (f->num == SERVICES_FOUND_MAX)
		return false;
	f->name[f->num++] = name;
	return true;
}

static enum err
check(const struct services *s, struct diag *d)
{
	const struct row *r = s->services.item;
	struct services_found all = { .num = 0 };
	size_t i, k;

	for (i = 0; i < s->services.num; i++) {
		if (r[i].row.until != 0 && r[i].row.until < r[i].row.from)
			return doc_refuse(r[i].at, d,
			    "this row ends at %u, before it begins at %u",
			    r[i].row.until, r[i].row.from);
		for (k = 0; k < r[i].row.names.num; k++)
			if (!put(&all, r[i].row.names.item[k]))
				return doc_refuse(r[i].at, d,
				    "more than %d services are named",
				    SERVICES_FOUND_MAX);
	}
	return ERR_OK;
}

enum err
services_load(struct bytes yaml, struct services **ret, struct diag *d)
{
	struct services s = { .doc = NULL }, *kept;
	struct doc *doc = NULL;
	enum err e;

	if (yaml.ptr == NULL)
		yaml = bytes_of(flow_services, flow_services_len);
	e = doc_read(yaml, &whole_table, &s, &doc, d);
	if (e == ERR_OK)
		e = check(&s, d);
	kept = e == ERR_OK ? malloc(sizeof(*kept)) : NULL;
	if (kept == NULL) {
		doc_free(&doc);
		return e == ERR_OK ? diag_nomem(d) : e;
	}
	s.doc = doc;
	*kept = s;
	*ret = kept;
	return ERR_OK;
}

void
services_free(struct services **s)
{
	if (*s == NULL)
		return;
	doc_free(&(*s)->doc);
	free(*s);
	*s = NULL;
}

/* ---- Asking. ---- */

static bool
names_release(const struct services_row *r, unsigned release)
{
	return release != 0 && r->from <= release &&
	    (r->until == 0 || release <= r->until);
}

static bool
is_sure(const struct services *s, const char *unit, unsigned release)
{
	const struct row *r = s->services.item;
	size_t i;

	for (i = 0; i < s->services.num; i++)
		if (strcmp(r[i].row.unit, unit) == 0 &&
		    names_release(&r[i].row, release))
			return true;
	return false;
}

void
services_of(const struct services *s, const char *unit, unsigned release,
    bool publisher, struct services_found *ret)
{
	const struct row *r = s->services.item;
	size_t i, k;

	*ret = (struct services_found){ .sure = is_sure(s, unit, release) };
	for (i = 0; i < s->services.num; i++) {
		if (strcmp(r[i].row.unit, unit) != 0 ||
		    (r[i].row.publisher && !publisher) ||
		    (ret->sure && !names_release(&r[i].row, release)))
			continue;
		if (ret->source == NULL)
			ret->source = r[i].row.source;
		for (k = 0; k < r[i].row.names.num; k++)
			(void)put(ret, r[i].row.names.item[k]);
	}
}
