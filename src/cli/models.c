/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/models.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/input.h"
#include "cli/tables.h"

/* ---- The file ------------------------------------------------------------------- */

struct whole {
	struct doc_maps models;
};

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)

static const struct doc_name class_names[] = {
#define CLASS_ROW(id, name, text, traits, sasts, digest, bits) { name, id },
	CLASSES(CLASS_ROW)
#undef CLASS_ROW
	    { NULL, 0 },
};

static const struct doc_field row_fields[] = {
	{ FIELD(models_row, names, DOC_STRINGS), .required = true, .min = 1,
	    .max = 1000 },
	{ FIELD(models_row, class, DOC_ENUM), .required = true,
	    .names = class_names },
	{ FIELD(models_row, evidence, DOC_STRING), .required = true, .min = 1,
	    .max = 20 },
	{ FIELD(models_row, source, DOC_STRING), .required = true, .min = 1 },
	{ FIELD(models_row, note, DOC_STRING), .min = 1 },
};

static const struct doc_table row_table = { .what = "row of models",
	.size = sizeof(struct models_row),
	.fields = row_fields,
	.num_fields = DOC_NUM(row_fields) };

static const struct doc_field whole_fields[] = {
	{ FIELD(whole, models, DOC_MAPS), .required = true, .min = 1,
	    .max = 1000, .table = &row_table },
};

const struct doc_table models_table = { .what = "table of models",
	.size = sizeof(struct whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

enum err
models_read(struct bytes text, struct models *ret, struct diag *d)
{
	struct models m = { .num = 0 };
	struct whole whole;
	enum err e;

	e = doc_read(text, &models_table, &whole, &m.doc, d);
	if (e != ERR_OK)
		return e;
	m.row = whole.models.item;
	m.num = whole.models.num;
	*ret = m;
	return ERR_OK;
}

enum err
models_load(const char *path, struct models *ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	if (path == NULL)
		return models_read(bytes_of(phone_models, phone_models_len),
		    ret, d);
	e = input_load(path, DOC_SIZE_MAX, &text, d);
	if (e == ERR_OK)
		e = models_read(buf_bytes(&text), ret, d);
	buf_clear(&text);
	return e;
}

void
models_clear(struct models *m)
{
	doc_free(&m->doc);
	memset(m, 0, sizeof(*m));
}

/* ---- Finding -------------------------------------------------------------------- */

/* What stands before the name proper. */
static struct bytes
without(struct bytes model, const char *prefix)
{
	size_t len = strlen(prefix);

	if (model.len > len &&
	    strncasecmp((const char *)model.ptr, prefix, len) == 0)
		return bytes_of(model.ptr + len, model.len - len);
	return model;
}

/* One character. */
static bool
fits(char pattern, uint8_t c)
{
	if (pattern == '\0')
		return false;
	return pattern == '?' || tolower((unsigned char)pattern) == tolower(c);
}

/* MODEL is as PATTERN says. It goes back to the last star alone, so that no
 * pattern costs more than the product of both lengths. */
static bool
matches(const char *pattern, struct bytes model)
{
	const char *star = NULL;
	size_t i = 0, from = 0;

	while (i < model.len) {
		if (*pattern == '*') {
			star = pattern++;
			from = i;
		} else if (fits(*pattern, model.ptr[i])) {
			pattern++;
			i++;
		} else if (star != NULL) {
			pattern = star + 1;
			i = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

const struct models_row *
models_find(const struct models *m, struct bytes model)
{
	size_t i, j;

	model = without(without(model, "Cisco "), "Unified ");
	for (i = 0; i < m->num; i++)
		for (j = 0; j < m->row[i].names.num; j++)
			if (matches(m->row[i].names.item[j], model))
				return &m->row[i];
	return NULL;
}
