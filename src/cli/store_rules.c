/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/store_rules.h"

#include <string.h>

#include "cli/input.h"
#include "cli/tables.h"

struct store_row {
	const char *store, *restart, *source;
	struct doc_strings units;
	bool sast, lsc, all_nodes;
	struct doc_place at;
};

struct owner_row {
	const char *owner, *source;
	struct doc_strings words;
};

struct whole {
	struct doc_maps stores, manufacturing, dead, owners;
};

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)
#define TEXT(st, member)                                                   \
	{                                                                  \
		FIELD(st, member, DOC_STRING), .required = true, .min = 1, \
					       .max = 400                  \
	}

static const struct doc_field store_fields[] = {
	TEXT(store_row, store),
	{ FIELD(store_row, units, DOC_STRINGS) },
	{ FIELD(store_row, sast, DOC_BOOL) },
	{ FIELD(store_row, lsc, DOC_BOOL) },
	{ FIELD(store_row, all_nodes, DOC_BOOL) },
	{ FIELD(store_row, restart, DOC_STRING), .min = 1, .max = 400 },
	TEXT(store_row, source),
	{ .key = "",
	    .type = DOC_PLACE,
	    .offset = offsetof(struct store_row, at) },
};

static const struct doc_table store_table = { .what = "store",
	.size = sizeof(struct store_row),
	.fields = store_fields,
	.num_fields = DOC_NUM(store_fields) };

/* These have the members that the judge takes. */
static const struct doc_field ca_fields[] = {
	TEXT(store_ca, name),
	{ FIELD(store_ca, serial, DOC_HEX), .min = 1, .max = 20 },
	{ FIELD(store_ca, sha1, DOC_HEX), .min = 20, .max = 20 },
	TEXT(store_ca, source),
};

static const struct doc_table ca_table = { .what = "manufacturing CA",
	.size = sizeof(struct store_ca),
	.fields = ca_fields,
	.num_fields = DOC_NUM(ca_fields) };

static const struct doc_field dead_fields[] = {
	TEXT(store_dead, name),
	TEXT(store_dead, why),
	TEXT(store_dead, source),
};

static const struct doc_table dead_table = { .what = "dead certificate",
	.size = sizeof(struct store_dead),
	.fields = dead_fields,
	.num_fields = DOC_NUM(dead_fields) };

static const struct doc_field owner_fields[] = {
	TEXT(owner_row, owner),
	{ FIELD(owner_row, words, DOC_STRINGS), .required = true, .min = 1 },
	TEXT(owner_row, source),
};

static const struct doc_table owner_table = { .what = "owner",
	.size = sizeof(struct owner_row),
	.fields = owner_fields,
	.num_fields = DOC_NUM(owner_fields) };

#define ROWS(member, rows)                                                     \
	{                                                                      \
		FIELD(whole, member, DOC_MAPS), .required = true, .max = 1000, \
						.table = &(rows)               \
	}

static const struct doc_field whole_fields[] = {
	ROWS(stores, store_table),
	ROWS(manufacturing, ca_table),
	ROWS(dead, dead_table),
	ROWS(owners, owner_table),
};

const struct doc_table store_rules_table = { .what = "table of trust stores",
	.size = sizeof(struct whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

/* ---- Reading ---------------------------------------------------------------------- */

static enum err
use_stores(const struct doc_maps *rows, struct store_rules_file *f,
    struct diag *d)
{
	const struct store_row *row = rows->item;
	struct store_rule *rule;
	size_t i;

	if (rows->num == 0)
		return ERR_OK;
	rule = doc_alloc(f->doc, rows->num * sizeof(*rule));
	if (rule == NULL)
		return diag_nomem(d);
	f->rules.rule = rule;
	for (i = 0; i < rows->num; i++) {
		if (store_rule_of(&f->rules, row[i].store) != NULL)
			return doc_refuse(row[i].at, d,
			    "the store %.80s stands there twice", row[i].store);
		rule[f->rules.num_rules++] = (struct store_rule){
			.store = row[i].store,
			.units = row[i].units.item,
			.num_units = row[i].units.num,
			.sast = row[i].sast,
			.lsc = row[i].lsc,
			.all_nodes = row[i].all_nodes,
			.restart = row[i].restart,
			.source = row[i].source
		};
	}
	return ERR_OK;
}

static enum err
use_owners(const struct doc_maps *rows, struct store_rules_file *f,
    struct diag *d)
{
	const struct owner_row *row = rows->item;
	struct store_owner *owner;
	size_t i;

	if (rows->num == 0)
		return ERR_OK;
	owner = doc_alloc(f->doc, rows->num * sizeof(*owner));
	if (owner == NULL)
		return diag_nomem(d);
	f->rules.owner = owner;
	f->rules.num_owners = rows->num;
	for (i = 0; i < rows->num; i++)
		owner[i] = (struct store_owner){ .owner = row[i].owner,
			.words = row[i].words.item,
			.num_words = row[i].words.num };
	return ERR_OK;
}

enum err
store_rules_read(struct bytes text, struct store_rules_file *ret,
    struct diag *d)
{
	struct store_rules_file f = { .doc = NULL };
	struct whole whole;
	enum err e;

	e = doc_read(text, &store_rules_table, &whole, &f.doc, d);
	if (e != ERR_OK)
		return e;
	f.rules.ca = whole.manufacturing.item;
	f.rules.num_cas = whole.manufacturing.num;
	f.rules.dead = whole.dead.item;
	f.rules.num_dead = whole.dead.num;
	e = use_stores(&whole.stores, &f, d);
	if (e == ERR_OK)
		e = use_owners(&whole.owners, &f, d);
	if (e == ERR_OK)
		*ret = f;
	else
		store_rules_clear(&f);
	return e;
}

enum err
store_rules_load(const char *path, struct store_rules_file *ret, struct diag *d)
{
	struct buf content = { 0 };
	enum err e;

	if (path == NULL)
		return store_rules_read(
		    bytes_of(trust_stores, trust_stores_len), ret, d);
	e = input_load(path, DOC_SIZE_MAX, &content, d);
	if (e == ERR_OK)
		e = store_rules_read(buf_bytes(&content), ret, d);
	buf_clear(&content);
	return e;
}

void
store_rules_clear(struct store_rules_file *f)
{
	doc_free(&f->doc);
	memset(f, 0, sizeof(*f));
}
