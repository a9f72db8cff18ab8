/* SPDX-License-Identifier: Apache-2.0 */
#include "data/doc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "data/load.h"
#include "data/scalar.h"

struct block {
	struct block *next;
	struct doc_place at; /* of the string that it is; 0: it is none */
	max_align_t data[];
};

struct doc {
	struct block *blocks;
};

/* One run of doc_read(). */
struct reader {
	yaml_document_t *yaml;
	struct doc *doc;
	size_t visited;
	bool json;
	struct diag *diag;
};

static enum err read_map(struct reader *r, const yaml_node_t *node,
    const struct doc_table *table, void *ret);
static enum err read_value(struct reader *r, const yaml_node_t *node,
    const struct doc_field *f, void *member);

static struct doc_place
place_of(const yaml_node_t *node)
{
	struct doc_place place = { (unsigned)node->start_mark.line + 1,
		(unsigned)node->start_mark.column + 1 };

	return place;
}

#define REFUSE(r, node, ...) doc_refuse(place_of(node), (r)->diag, __VA_ARGS__)

static struct bytes
text_of(const yaml_node_t *node)
{
	return bytes_of(node->data.scalar.value, node->data.scalar.length);
}

/* How to print a text in a message: its first characters. */
#define TEXT_FMT "\"%.*s\""
#define TEXT_ARG(text) (int)((text).len < 60 ? (text).len : 60), (text).ptr

/* Every node passes here when it is read: bounds the total, refuses tags. */
static enum err
visit(struct reader *r, int id, const yaml_node_t **ret)
{
	const yaml_node_t *node = yaml_document_get_node(r->yaml, id);
	const char *plain = YAML_DEFAULT_SCALAR_TAG;

	if (node->type == YAML_SEQUENCE_NODE)
		plain = YAML_DEFAULT_SEQUENCE_TAG;
	if (node->type == YAML_MAPPING_NODE)
		plain = YAML_DEFAULT_MAPPING_TAG;
	if (node->tag != NULL && strcmp((const char *)node->tag, plain) != 0) {
		(void)REFUSE(r, node, "a tag (%.60s) is not allowed",
		    (const char *)node->tag);
		return ERR_SYNTAX;
	}
	if (++r->visited > DOC_NODES_MAX) {
		(void)diag_set(r->diag, ERR_TOO_BIG, "more than %d values",
		    DOC_NODES_MAX);
		diag_line(r->diag, place_of(node).line, place_of(node).column);
		return ERR_TOO_BIG;
	}
	*ret = node;
	return ERR_OK;
}

static enum err
wrong_type(struct reader *r, const yaml_node_t *node, const char *key,
    const char *wanted)
{
	static const char *const kinds[] = { [YAML_NO_NODE] = "nothing",
		[YAML_SCALAR_NODE] = "a single value",
		[YAML_SEQUENCE_NODE] = "a list",
		[YAML_MAPPING_NODE] = "a map" };

	if (node->type == YAML_SCALAR_NODE)
		return REFUSE(r, node, "%s must be %s, not " TEXT_FMT, key,
		    wanted, TEXT_ARG(text_of(node)));
	return REFUSE(r, node, "%s must be %s, not %s", key, wanted,
	    kinds[node->type]);
}

static bool
is_plain(const yaml_node_t *node)
{
	return node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool
is_null(const yaml_node_t *node)
{
	struct bytes text;

	if (node->type != YAML_SCALAR_NODE || !is_plain(node))
		return false;
	text = text_of(node);
	return text.len == 0 || bytes_equal(text, bytes_of_str("~")) ||
	    bytes_equal(text, bytes_of_str("null"));
}

/* Whether N lies within the field's bounds. */
static bool
in_bounds(const struct doc_field *f, uint64_t n)
{
	return n >= f->min && (f->max == 0 || n <= f->max);
}

static enum err
out_of_bounds(struct reader *r, const yaml_node_t *node,
    const struct doc_field *f, const char *unit)
{
	if (f->max == 0)
		return REFUSE(r, node, "%s must be at least %u%s", f->key,
		    (unsigned)f->min, unit);
	return REFUSE(r, node, "%s must be %u to %u%s", f->key,
	    (unsigned)f->min, (unsigned)f->max, unit);
}

static enum err
read_string(struct reader *r, const yaml_node_t *node,
    const struct doc_field *f, void *member)
{
	struct bytes text;
	char *copy;

	if (node->type != YAML_SCALAR_NODE)
		return wrong_type(r, node, f->key, "a string");
	text = text_of(node);
	if (memchr(text.ptr, '\0', text.len) != NULL)
		return REFUSE(r, node, "%s must not contain a NUL", f->key);
	if (!in_bounds(f, text.len))
		return out_of_bounds(r, node, f, " bytes long");
	copy = doc_alloc(r->doc, text.len + 1);
	if (copy == NULL)
		return diag_nomem(r->diag);
	memcpy(copy, text.ptr, text.len);
	r->doc->blocks->at = place_of(node);
	*(const char **)member = copy;
	return ERR_OK;
}

static enum err
read_bool(struct reader *r, const yaml_node_t *node, const struct doc_field *f,
    void *member)
{
	bool yes, no;

	if (node->type != YAML_SCALAR_NODE || !is_plain(node))
		return wrong_type(r, node, f->key, "true or false");
	yes = bytes_equal(text_of(node), bytes_of_str("true"));
	no = bytes_equal(text_of(node), bytes_of_str("false"));
	if (!yes && !no)
		return wrong_type(r, node, f->key, "true or false");
	*(bool *)member = yes;
	return ERR_OK;
}

static enum err
read_unsigned(struct reader *r, const yaml_node_t *node,
    const struct doc_field *f, void *member)
{
	uint64_t n;

	if (node->type != YAML_SCALAR_NODE || !is_plain(node) ||
	    !scalar_number(text_of(node), &n))
		return wrong_type(r, node, f->key, "a number");
	if (n > UINT32_MAX || !in_bounds(f, n))
		return out_of_bounds(r, node, f, "");
	*(unsigned *)member = (unsigned)n;
	return ERR_OK;
}

static enum err
read_time(struct reader *r, const yaml_node_t *node, const struct doc_field *f,
    void *member)
{
	int64_t when;

	if (node->type != YAML_SCALAR_NODE ||
	    !scalar_time(text_of(node), &when))
		return wrong_type(r, node, f->key,
		    "a time (2015-03-06T18:45:13Z, or seconds since 1970)");
	*(int64_t *)member = when;
	return ERR_OK;
}

static enum err
read_hex(struct reader *r, const yaml_node_t *node, const struct doc_field *f,
    void *member)
{
	uint8_t *bytes;
	size_t len;

	if (node->type != YAML_SCALAR_NODE)
		return wrong_type(r, node, f->key, "hex digits");
	bytes = doc_alloc(r->doc, text_of(node).len / 2 + 1);
	if (bytes == NULL)
		return diag_nomem(r->diag);
	if (!scalar_hex(text_of(node), bytes, &len))
		return wrong_type(r, node, f->key,
		    "hex digits (70:CA:F6 or 70caf6)");
	if (!in_bounds(f, len))
		return out_of_bounds(r, node, f, " bytes long");
	*(struct bytes *)member = bytes_of(bytes, len);
	return ERR_OK;
}

static enum err
read_enum(struct reader *r, const yaml_node_t *node, const struct doc_field *f,
    void *member)
{
	struct scalar_words words = { .num = 0 };
	const struct doc_name *n;
	char more[200];

	if (node->type != YAML_SCALAR_NODE)
		return wrong_type(r, node, f->key, "a name");
	for (n = f->names; n->name != NULL; n++) {
		if (bytes_equal(text_of(node), bytes_of_str(n->name))) {
			memcpy(member, &n->value, sizeof(n->value));
			return ERR_OK;
		}
		if (words.num < SCALAR_WORDS_MAX)
			words.item[words.num++] = n->name;
	}
	scalar_hint(more, sizeof(more), text_of(node), &words);
	return REFUSE(r, node, TEXT_FMT " is not a known %s%s",
	    TEXT_ARG(text_of(node)), f->key, more);
}

static enum err
read_submap(struct reader *r, const yaml_node_t *node,
    const struct doc_field *f, void *member)
{
	void *sub = doc_alloc(r->doc, f->table->size);
	enum err err;

	if (sub == NULL)
		return diag_nomem(r->diag);
	err = read_map(r, node, f->table, sub);
	if (err == ERR_OK)
		memcpy(member, &sub, sizeof(sub));
	return err;
}

/* The number of elements of the list NODE, checked, and memory for that many
 * of SIZE bytes. */
static enum err
start_list(struct reader *r, const yaml_node_t *node, const struct doc_field *f,
    size_t size, void **ret)
{
	size_t num;

	if (node->type != YAML_SEQUENCE_NODE)
		return wrong_type(r, node, f->key, "a list");
	num = (size_t)(node->data.sequence.items.top -
	    node->data.sequence.items.start);
	if (!in_bounds(f, num))
		return out_of_bounds(r, node, f, " elements");
	/* More than this cannot be read anyway; see visit(). */
	if (num > DOC_NODES_MAX)
		num = DOC_NODES_MAX;
	*ret = doc_alloc(r->doc, num * size);
	return *ret == NULL ? diag_nomem(r->diag) : ERR_OK;
}

static enum err
read_strings(struct reader *r, const yaml_node_t *node,
    const struct doc_field *f, void *member)
{
	struct doc_field one = { .key = f->key, .type = DOC_STRING };
	struct doc_strings *list = member;
	const yaml_node_item_t *item;
	const yaml_node_t *sub;
	const char **strings;
	void *memory = NULL;
	size_t num = 0;
	enum err err = start_list(r, node, f, sizeof(*strings), &memory);

	if (err != ERR_OK)
		return err;
	strings = memory;
	for (item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++) {
		err = visit(r, *item, &sub);
		if (err == ERR_OK)
			err = read_value(r, sub, &one, &strings[num]);
		if (err != ERR_OK)
			return err;
		num++;
	}
	list->item = strings;
	list->num = num;
	return ERR_OK;
}

static enum err
read_maps(struct reader *r, const yaml_node_t *node, const struct doc_field *f,
    void *member)
{
	struct doc_maps *list = member;
	const yaml_node_item_t *item;
	const yaml_node_t *sub;
	void *memory = NULL;
	size_t num = 0;
	enum err err = start_list(r, node, f, f->table->size, &memory);

	if (err != ERR_OK)
		return err;
	for (item = node->data.sequence.items.start;
	     item < node->data.sequence.items.top; item++) {
		err = visit(r, *item, &sub);
		if (err == ERR_OK)
			err = read_map(r, sub, f->table,
			    (char *)memory + num * f->table->size);
		if (err != ERR_OK)
			return err;
		num++;
	}
	list->item = memory;
	list->num = num;
	return ERR_OK;
}

/* NODE is no string, as JSON says it, where TYPE wants one. */
static bool
is_bare(const yaml_node_t *node, enum doc_type type)
{
	return node->type == YAML_SCALAR_NODE && is_plain(node) &&
	    type != DOC_BOOL && type != DOC_UNSIGNED;
}

static enum err
read_value(struct reader *r, const yaml_node_t *node, const struct doc_field *f,
    void *member)
{
	if (is_null(node))
		return REFUSE(r, node, "%s has no value", f->key);
	if (r->json && is_bare(node, f->type))
		return wrong_type(r, node, f->key, "a string");
	switch (f->type) {
	case DOC_STRING:
		return read_string(r, node, f, member);
	case DOC_BOOL:
		return read_bool(r, node, f, member);
	case DOC_UNSIGNED:
		return read_unsigned(r, node, f, member);
	case DOC_TIME:
		return read_time(r, node, f, member);
	case DOC_HEX:
		return read_hex(r, node, f, member);
	case DOC_ENUM:
		return read_enum(r, node, f, member);
	case DOC_MAP:
		return read_submap(r, node, f, member);
	case DOC_STRINGS:
		return read_strings(r, node, f, member);
	case DOC_MAPS:
		return read_maps(r, node, f, member);
	case DOC_PLACE:
		break;
	}
	return REFUSE(r, node, "%s takes no value", f->key);
}

static enum err
unknown_key(struct reader *r, const yaml_node_t *node,
    const struct doc_table *table)
{
	struct scalar_words words = { .num = 0 };
	char more[200];
	size_t i;

	if (node->type != YAML_SCALAR_NODE)
		return wrong_type(r, node, "a key", "a word");
	for (i = 0; i < table->num_fields && words.num < SCALAR_WORDS_MAX; i++)
		if (table->fields[i].type != DOC_PLACE)
			words.item[words.num++] = table->fields[i].key;
	scalar_hint(more, sizeof(more), text_of(node), &words);
	return REFUSE(r, node, TEXT_FMT " is not a key of a %s%s",
	    TEXT_ARG(text_of(node)), table->what, more);
}

/* The field that NODE, a key, names; num_fields where there is none. */
static size_t
find_field(const yaml_node_t *node, const struct doc_table *table)
{
	size_t i;

	if (node->type != YAML_SCALAR_NODE)
		return table->num_fields;
	for (i = 0; i < table->num_fields; i++)
		if (table->fields[i].type != DOC_PLACE &&
		    bytes_equal(text_of(node),
			bytes_of_str(table->fields[i].key)))
			break;
	return i;
}

static enum err
read_pair(struct reader *r, const yaml_node_pair_t *pair,
    const struct doc_table *table, void *ret, uint64_t *seen)
{
	const yaml_node_t *key, *value;
	const struct doc_field *f;
	enum err err;
	size_t i;

	err = visit(r, pair->key, &key);
	if (err != ERR_OK)
		return err;
	i = find_field(key, table);
	if (i == table->num_fields)
		return unknown_key(r, key, table);
	f = &table->fields[i];
	if ((*seen >> i & 1) != 0)
		return REFUSE(r, key, "%s stands twice in this %s", f->key,
		    table->what);
	*seen |= (uint64_t)1 << i;
	err = visit(r, pair->value, &value);
	if (err != ERR_OK)
		return err;
	return read_value(r, value, f, (char *)ret + f->offset);
}

/* What is missing, and where the map stands. */
static enum err
finish_map(struct reader *r, const yaml_node_t *node,
    const struct doc_table *table, void *ret, uint64_t seen)
{
	struct doc_place place = place_of(node);
	const struct doc_field *f;
	size_t i;

	for (i = 0; i < table->num_fields; i++) {
		f = &table->fields[i];
		if (f->type == DOC_PLACE)
			memcpy((char *)ret + f->offset, &place, sizeof(place));
		else if (f->required && (seen >> i & 1) == 0)
			return REFUSE(r, node, "this %s has no %s", table->what,
			    f->key);
	}
	return ERR_OK;
}

static enum err
read_map(struct reader *r, const yaml_node_t *node,
    const struct doc_table *table, void *ret)
{
	const yaml_node_pair_t *pair;
	uint64_t seen = 0;
	enum err err;

	if (node->type != YAML_MAPPING_NODE)
		return wrong_type(r, node, table->what, "a map");
	if (table->defaults != NULL)
		memcpy(ret, table->defaults, table->size);
	for (pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		err = read_pair(r, pair, table, ret, &seen);
		if (err != ERR_OK)
			return err;
	}
	return finish_map(r, node, table, ret, seen);
}

/* Reads R->yaml by TABLE. */
static enum err
read_document(struct reader *r, const struct doc_table *table, void *ret,
    struct doc **ret_doc)
{
	const yaml_node_t *root;
	void *target;
	enum err err;

	r->doc = calloc(1, sizeof(*r->doc));
	target = r->doc == NULL ? NULL : doc_alloc(r->doc, table->size);
	if (target == NULL) {
		err = diag_nomem(r->diag);
		goto out;
	}
	/* libyaml counts nodes from 1, the root first. */
	err = visit(r, 1, &root);
	if (err == ERR_OK)
		err = read_map(r, root, table, target);
	if (err != ERR_OK)
		goto out;
	memcpy(ret, target, table->size);
	*ret_doc = r->doc;
	r->doc = NULL;
out:
	doc_free(&r->doc);
	return err;
}

enum err
doc_read(struct bytes text, const struct doc_table *table, void *ret,
    struct doc **ret_doc, struct diag *diag)
{
	struct reader r = { .diag = diag };
	yaml_document_t yaml;
	enum err err;

	err = load_yaml(text, &yaml, diag);
	if (err != ERR_OK)
		return err;
	r.yaml = &yaml;
	err = read_document(&r, table, ret, ret_doc);
	yaml_document_delete(&yaml);
	return err;
}

enum err
doc_read_json(struct bytes text, size_t max, const struct doc_table *table,
    void *ret, struct doc **ret_doc, struct diag *diag)
{
	struct reader r = { .json = true, .diag = diag };
	yaml_document_t yaml;
	enum err err;

	err = load_json(text, max, &yaml, diag);
	if (err != ERR_OK)
		return err;
	r.yaml = &yaml;
	err = read_document(&r, table, ret, ret_doc);
	yaml_document_delete(&yaml);
	return err;
}

void
doc_free(struct doc **doc)
{
	struct block *b, *next;

	if (*doc == NULL)
		return;
	for (b = (*doc)->blocks; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(*doc);
	*doc = NULL;
}

void *
doc_alloc(struct doc *doc, size_t size)
{
	struct block *b;

	if (size > SIZE_MAX - sizeof(*b))
		return NULL;
	b = calloc(1, sizeof(*b) + size);
	if (b == NULL)
		return NULL;
	b->next = doc->blocks;
	doc->blocks = b;
	return b->data;
}

struct doc_place
doc_place_of(const struct doc *doc, const char *string)
{
	const struct doc_place nowhere = { 0, 0 };
	const struct block *b;

	for (b = doc == NULL ? NULL : doc->blocks; b != NULL; b = b->next)
		if ((const void *)b->data == string)
			return b->at;
	return nowhere;
}

enum err
doc_refuse(struct doc_place place, struct diag *diag, const char *fmt, ...)
{
	char msg[sizeof(diag->msg)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	(void)diag_set(diag, ERR_SYNTAX, "%s", msg);
	diag_line(diag, place.line, place.column);
	return ERR_SYNTAX;
}
