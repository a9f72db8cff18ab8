/* SPDX-License-Identifier: Apache-2.0 */
/* Compares the schema of a document with the table it is read by. */
#ifndef UNIT_SCHEMA_H
#define UNIT_SCHEMA_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/doc.h"

/* OBJ of SCHEMA, or what its "$ref" says instead. */
static json_t *
resolved(json_t *schema, json_t *obj)
{
	const char *ref = json_string_value(json_object_get(obj, "$ref"));

	assert_non_null(obj);
	if (ref == NULL)
		return obj;
	assert_memory_equal(ref, "#/$defs/", 8);
	obj = json_object_get(json_object_get(schema, "$defs"), ref + 8);
	assert_non_null(obj);
	return obj;
}

static const char *
type_name(enum doc_type type)
{
	switch (type) {
	case DOC_BOOL:
		return "boolean";
	case DOC_UNSIGNED:
		return "integer";
	case DOC_MAP:
		return "object";
	case DOC_STRINGS:
	case DOC_MAPS:
		return "array";
	case DOC_STRING:
	case DOC_TIME:
	case DOC_HEX:
	case DOC_ENUM:
	case DOC_PLACE:
		break;
	}
	return "string";
}

static void
same_enum(const struct doc_name *names, json_t *words)
{
	size_t i;

	for (i = 0; names[i].name != NULL; i++)
		assert_string_equal(names[i].name,
		    json_string_value(json_array_get(words, i)));
	assert_int_equal(json_array_size(words), i);
}

static bool
is_required(json_t *obj, const char *key)
{
	json_t *word;
	size_t i;

	json_array_foreach(json_object_get(obj, "required"), i,
	    word) if (strcmp(json_string_value(word), key) == 0) return true;
	return false;
}

/* OBJ of SCHEMA describes what TABLE reads. */
static void
same_map(json_t *schema, json_t *obj, const struct doc_table *table)
{
	json_t *properties = json_object_get(obj, "properties"), *of;
	size_t i, num = 0, num_required = 0;
	const struct doc_field *f;

	assert_true(
	    json_is_false(json_object_get(obj, "additionalProperties")));
	for (i = 0; i < table->num_fields; i++) {
		f = &table->fields[i];
		if (f->type == DOC_PLACE)
			continue;
		num++;
		num_required += f->required;
		of = resolved(schema, json_object_get(properties, f->key));
		assert_int_equal(is_required(obj, f->key), f->required);
		if (f->type == DOC_ENUM)
			same_enum(f->names, json_object_get(of, "enum"));
		else
			assert_string_equal(type_name(f->type),
			    json_string_value(json_object_get(of, "type")));
		if (f->type == DOC_MAPS)
			same_map(schema,
			    resolved(schema, json_object_get(of, "items")),
			    f->table);
		if (f->type == DOC_MAP)
			same_map(schema, of, f->table);
	}
	assert_int_equal(json_object_size(properties), num);
	assert_int_equal(json_array_size(json_object_get(obj, "required")),
	    num_required);
}

/* The document docs/NAME describes what TABLE reads. */
static void
schema_is_table(const char *name, const struct doc_table *table)
{
	const char *src = getenv("SRC");
	json_error_t error;
	json_t *schema;
	char path[512];

	assert_non_null(src);
	(void)snprintf(path, sizeof(path), "%s/docs/%s", src, name);
	schema = json_load_file(path, 0, &error);
	if (schema == NULL)
		fail_msg("%s: line %d: %s", path, error.line, error.text);
	same_map(schema, schema, table);
	json_decref(schema);
}

#endif
