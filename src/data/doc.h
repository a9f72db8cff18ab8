/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents: YAML or JSON text into C structs, by tables of fields.
 *
 * A table names the keys a map may have, the type of each, and where in the
 * struct its value goes. doc_read() reads one text by one table and fills one
 * struct; what it hands out (strings, bytes, lists, sub-structs) belongs to
 * the struct doc it returns and lives until doc_free().
 *
 * Every refusal is ERR_SYNTAX (ERR_TOO_BIG for a limit) and says the line and
 * column, both from 1, columns in characters:
 *   a key that is not in the table (the nearest one that is, is suggested),
 *   a key that stands twice, a required key that is missing (the place is the
 *   map's), a value of the wrong type or outside its range, a key without a
 *   value, a tag (!!int, !mine), a second document, bytes that are not UTF-8,
 *   a text over DOC_SIZE_MAX, more than DOC_NODES_MAX values, nesting over
 *   DOC_DEPTH_MAX, more than DOC_ANCHORS_MAX anchors. Aliases are allowed; what an alias repeats counts again, so that a small
 *   text cannot unfold into a large one.
 *
 * An absent optional key leaves its member as the table's defaults have it;
 * without defaults that is zero: NULL, an absent run, an empty list, false.
 */
#ifndef DATA_DOC_H
#define DATA_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/diag.h"

#define DOC_SIZE_MAX ((size_t)4 * 1024 * 1024) /* bytes of text */
#define DOC_NODES_MAX 262144                   /* values read, in all */
#define DOC_DEPTH_MAX 64 /* lists and maps in each other */
#define DOC_ANCHORS_MAX 1000

/*
 * What a value may be, and the type of the member that takes it.
 *
 * DOC_STRING   const char *       any scalar; without a NUL inside. min and
 *                                 max bound its bytes
 * DOC_BOOL     bool               true or false, not quoted
 * DOC_UNSIGNED unsigned           1200 or 0x4b0, not quoted; min and max
 *                                 bound it
 * DOC_TIME     int64_t            2015-03-06T18:45:13Z, or with an offset
 *                                 +01:00, or seconds since 1970
 * DOC_HEX      struct bytes       70:CA:F6 or 70caf6; "" is an empty run.
 *                                 min and max bound its bytes
 * DOC_ENUM     int or an enum     a name from names
 * DOC_MAP      pointer to struct  a map, read by table; NULL where absent
 * DOC_STRINGS  struct doc_strings a list of DOC_STRING. min and max bound
 *                                 the number of elements
 * DOC_MAPS     struct doc_maps    a list of maps, read by table. min and max
 *                                 likewise
 * DOC_PLACE    struct doc_place   no key: takes the place of the map itself
 *
 * Where max is 0 there is no bound (other than the member's type).
 */
enum doc_type {
	DOC_STRING,
	DOC_BOOL,
	DOC_UNSIGNED,
	DOC_TIME,
	DOC_HEX,
	DOC_ENUM,
	DOC_MAP,
	DOC_STRINGS,
	DOC_MAPS,
	DOC_PLACE
};

/* Where a map begins, for what only its reader can judge: doc_refuse(). */
struct doc_place {
	unsigned line;
	unsigned column;
};

struct doc_strings {
	const char *const *item;
	size_t num;
};

struct doc_maps {
	const void *item; /* array of num structs of the table's size */
	size_t num;
};

/* One name of an enum; a list of them ends with a NULL name. */
struct doc_name {
	const char *name;
	int value;
};

struct doc_table;

struct doc_field {
	const char *key; /* "" for DOC_PLACE */
	enum doc_type type;
	size_t offset; /* of the member: offsetof() */
	bool required;
	uint32_t min;
	uint32_t max;
	const struct doc_name *names;  /* DOC_ENUM */
	const struct doc_table *table; /* DOC_MAP, DOC_MAPS */
};

/* Tables and all they point at are constants; a table must not contain
 * itself. At most 64 fields. */
struct doc_table {
	const char *what;     /* what a map of this kind is: "node" */
	size_t size;          /* sizeof the struct it fills */
	const void *defaults; /* such a struct, or NULL for all zero */
	const struct doc_field *fields;
	size_t num_fields;
};

#define DOC_NUM(array) (sizeof(array) / sizeof((array)[0]))

struct doc;

/* Reads TEXT, which is not needed afterwards, by TABLE into RET, a struct of
 * table->size bytes. On failure RET and RET_DOC are untouched. */
MUST_CHECK enum err doc_read(struct bytes text, const struct doc_table *table,
    void *ret, struct doc **ret_doc, struct diag *diag);

/* The same of TEXT that is JSON (RFC 8259) and nothing beyond it, of at most MAX
 * bytes in place of DOC_SIZE_MAX. Here a DOC_BOOL and a DOC_UNSIGNED are what
 * JSON has as such, and all other single values are strings. */
MUST_CHECK enum err doc_read_json(struct bytes text, size_t max,
    const struct doc_table *table, void *ret, struct doc **ret_doc,
    struct diag *diag);

/* Frees *DOC and everything it handed out, and makes it NULL. */
void doc_free(struct doc **doc);

/* Memory that lives as long as DOC does, zeroed; NULL when there is none.
 * For what a reader derives from the values it got. */
void *doc_alloc(struct doc *doc, size_t size);

/* Where STRING stands, a DOC_STRING or one of DOC_STRINGS that DOC handed out;
 * 0, 0 for any other, and without DOC. For refusals: it looks through them all.
 */
struct doc_place doc_place_of(const struct doc *doc, const char *string);

/* Records in DIAG that what stands at PLACE is not acceptable; returns
 * ERR_SYNTAX. */
enum err doc_refuse(struct doc_place place, struct diag *diag, const char *fmt,
    ...) PRINTF_LIKE(3, 4);

#endif
