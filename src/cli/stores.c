/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/stores.h"

#include <string.h>
#include <strings.h>

#include "cli/entry.h"
#include "cli/input.h"
#include "cli/tables.h"

/* ---- The file ---------------------------------------------------------------- */

#define TEXT_MAX 1000
#define NAME_MAX_LEN 64

struct whole {
	struct doc_maps stores;
};

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)
#define PLACE(st)                                 \
	{                                         \
		.key = "", .type = DOC_PLACE,     \
		.offset = offsetof(struct st, at) \
	}

#define STORES_NAME(id, name) { name, id },
static const struct doc_name marks[] = { STORES_MARKS(STORES_NAME){ NULL, 0 } };
static const struct doc_name risks[] = { STORES_RISKS(STORES_NAME){ NULL, 0 } };
static const struct doc_name kinds[] = { STORES_KINDS(STORES_NAME){ NULL, 0 } };
#undef STORES_NAME

#define LINE_FIELDS                                                         \
	{ FIELD(stores_line, text, DOC_STRING), .required = true, .min = 1, \
		.max = TEXT_MAX },                                          \
	    { FIELD(stores_line, source, DOC_STRING), .required = true,     \
		    .min = 1, .max = TEXT_MAX },                            \
	    { FIELD(stores_line, mark, DOC_ENUM), .required = true,         \
		    .names = marks },                                       \
	    PLACE(stores_line)

static const struct doc_field line_fields[] = { LINE_FIELDS };

static const struct doc_table line_table = { .what = "line",
	.size = sizeof(struct stores_line),
	.fields = line_fields,
	.num_fields = DOC_NUM(line_fields) };

static const struct doc_field dependent_fields[] = {
	{ FIELD(stores_line, store, DOC_STRING), .required = true, .min = 1,
	    .max = NAME_MAX_LEN },
	LINE_FIELDS,
};

static const struct doc_table dependent_table = { .what = "dependent",
	.size = sizeof(struct stores_line),
	.fields = dependent_fields,
	.num_fields = DOC_NUM(dependent_fields) };

static const struct doc_field name_fields[] = {
	{ FIELD(stores_name, subject, DOC_STRING), .min = 1,
	    .max = NAME_MAX_LEN },
	{ FIELD(stores_name, issuer, DOC_STRING), .min = 1,
	    .max = NAME_MAX_LEN },
};

static const struct doc_table name_table = { .what = "name",
	.size = sizeof(struct stores_name),
	.fields = name_fields,
	.num_fields = DOC_NUM(name_fields) };

static const struct doc_field store_fields[] = {
	{ FIELD(stores_store, store, DOC_STRING), .required = true, .min = 1,
	    .max = NAME_MAX_LEN },
	{ FIELD(stores_store, kind, DOC_ENUM), .required = true,
	    .names = kinds },
	{ FIELD(stores_store, risk, DOC_ENUM), .required = true,
	    .names = risks },
	{ FIELD(stores_store, needs_ctl, DOC_BOOL) },
	{ FIELD(stores_store, roles, DOC_STRINGS) },
	{ FIELD(stores_store, names, DOC_MAPS), .table = &name_table },
	{ FIELD(stores_store, breaks, DOC_MAPS), .required = true, .min = 1,
	    .table = &line_table },
	{ FIELD(stores_store, dependents, DOC_MAPS),
	    .table = &dependent_table },
	{ FIELD(stores_store, todo, DOC_MAPS), .required = true, .min = 1,
	    .table = &line_table },
	{ FIELD(stores_store, neighbours, DOC_MAPS), .table = &line_table },
	PLACE(stores_store),
};

static const struct doc_table store_table = { .what = "store",
	.size = sizeof(struct stores_store),
	.fields = store_fields,
	.num_fields = DOC_NUM(store_fields) };

static const struct doc_field whole_fields[] = {
	{ FIELD(whole, stores, DOC_MAPS), .required = true, .min = 1,
	    .max = STORES_MAX, .table = &store_table },
};

const struct doc_table stores_table = { .what = "table of stores",
	.size = sizeof(struct whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

#define STORES_CASE(id, name) \
	case id:              \
		return name;

const char *
stores_mark_name(enum stores_mark mark)
{
	switch (mark) {
		STORES_MARKS(STORES_CASE)
	}
	return "";
}

const char *
stores_risk_name(enum stores_risk risk)
{
	switch (risk) {
		STORES_RISKS(STORES_CASE)
	}
	return "";
}

const char *
stores_kind_name(enum stores_kind kind)
{
	switch (kind) {
		STORES_KINDS(STORES_CASE)
	}
	return "";
}

/* ---- Reading -------------------------------------------------------------------- */

static enum err
check_dependents(const struct stores *s, const struct stores_store *store,
    struct diag *d)
{
	const struct stores_line *line = store->dependents.item;
	size_t i;

	for (i = 0; i < store->dependents.num; i++)
		if (stores_named(s, bytes_of_str(line[i].store)) == NULL)
			return doc_refuse(line[i].at, d,
			    "there is no store '%.64s'", line[i].store);
	return ERR_OK;
}

static enum err
check_store(const struct stores *s, const struct stores_store *store,
    struct diag *d)
{
	const struct stores_name *name = store->names.item;
	uint16_t role;
	size_t i;

	if (stores_named(s, bytes_of_str(store->store)) != store)
		return doc_refuse(store->at, d, "'%.64s' stands there twice",
		    store->store);
	for (i = 0; i < store->roles.num; i++)
		if (!entry_role(bytes_of_str(store->roles.item[i]), &role))
			return doc_refuse(store->at, d,
			    "there is no role '%.40s'", store->roles.item[i]);
	for (i = 0; i < store->names.num; i++)
		if (name[i].subject == NULL && name[i].issuer == NULL)
			return doc_refuse(store->at, d,
			    "a name needs a subject or an issuer");
	return check_dependents(s, store, d);
}

enum err
stores_read(struct bytes text, struct stores *ret, struct diag *d)
{
	struct stores s = { .num = 0 };
	struct whole whole;
	enum err e;
	size_t i;

	e = doc_read(text, &stores_table, &whole, &s.doc, d);
	if (e != ERR_OK)
		return e;
	s.store = whole.stores.item;
	s.num = whole.stores.num;
	for (i = 0; e == ERR_OK && i < s.num; i++)
		e = check_store(&s, &s.store[i], d);
	if (e == ERR_OK)
		*ret = s;
	else
		stores_clear(&s);
	return e;
}

enum err
stores_load(const char *path, struct stores *ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	if (path == NULL)
		return stores_read(bytes_of(cert_stores, cert_stores_len), ret,
		    d);
	e = input_load(path, DOC_SIZE_MAX, &text, d);
	if (e == ERR_OK)
		e = stores_read(buf_bytes(&text), ret, d);
	buf_clear(&text);
	return e;
}

void
stores_clear(struct stores *s)
{
	doc_free(&s->doc);
	memset(s, 0, sizeof(*s));
}

/* ---- Finding ---------------------------------------------------------------------- */

const struct stores_store *
stores_named(const struct stores *s, struct bytes name)
{
	size_t i;

	for (i = 0; i < s->num; i++)
		if (strlen(s->store[i].store) == name.len && name.len > 0 &&
		    strncasecmp(s->store[i].store, (const char *)name.ptr,
			name.len) == 0)
			return &s->store[i];
	return NULL;
}

static bool
has_role(const struct stores_store *store, unsigned role)
{
	uint16_t code;
	size_t i;

	for (i = 0; i < store->roles.num; i++)
		if (entry_role(bytes_of_str(store->roles.item[i]), &code) &&
		    code == role)
			return true;
	return false;
}

const struct stores_store *
stores_of_role(const struct stores *s, unsigned role, bool ec)
{
	const struct stores_store *of_ec = NULL;
	char name[NAME_MAX_LEN + sizeof("-ECDSA")];
	size_t i, len;

	for (i = 0; i < s->num && !has_role(&s->store[i], role); i++)
		;
	if (i == s->num)
		return NULL;
	if (ec) {
		len = strlen(s->store[i].store);
		memcpy(name, s->store[i].store, len);
		memcpy(name + len, "-ECDSA", sizeof("-ECDSA"));
		of_ec = stores_named(s, bytes_of_str(name));
	}
	return of_ec == NULL ? &s->store[i] : of_ec;
}

/* NAME begins with PREFIX, or there is none. */
static bool
begins(struct bytes name, const char *prefix)
{
	return prefix == NULL ||
	    (name.len >= strlen(prefix) &&
		strncasecmp((const char *)name.ptr, prefix, strlen(prefix)) ==
		    0);
}

const struct stores_store *
stores_of_names(const struct stores *s, struct bytes subject,
    struct bytes issuer)
{
	const struct stores_name *name;
	size_t i, j;

	for (i = 0; i < s->num; i++) {
		name = s->store[i].names.item;
		for (j = 0; j < s->store[i].names.num; j++)
			if (begins(subject, name[j].subject) &&
			    begins(issuer, name[j].issuer))
				return &s->store[i];
	}
	return NULL;
}
