/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accept_rows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/input.h"
#include "data/csv.h"
#include "data/scalar.h"

#define SHOWN 5 /* of what is noted */

enum {
	COLUMN_NAME,
	COLUMN_MODEL,
	COLUMN_GROUP,
	COLUMN_HASH,
	COLUMN_CLASS,
	NUM_COLUMNS
};

static const struct csv_column columns[NUM_COLUMNS] = {
	[COLUMN_NAME] = { "name", "device name", true },
	[COLUMN_MODEL] = { "model", "device type", false },
	[COLUMN_GROUP] = { "group", "callmanager group", false },
	[COLUMN_HASH] = { "hash", "ctl hash", false },
	[COLUMN_CLASS] = { "class", NULL, false },
};

/* A model, as the rows have it. */
struct kind {
	const struct models_row *row; /* NULL: no row has it */
	size_t num;                   /* phones whose class it decides */
};

/* All rows on their way in. */
struct reader {
	struct accept_rows *rows;
	struct accept_phones *p;
	struct csv *csv;
	struct intern models;
	struct kind *kind; /* by model */
	size_t room;
	size_t num_twice;   /* rows with a name that was there */
	struct bytes twice; /* the first of them */
	size_t num_no_group;
};

static enum err
read_name(struct reader *r, struct accept_row *row, struct diag *d)
{
	struct bytes name = csv_field(r->csv, COLUMN_NAME);
	bool is_new;
	enum err e;

	if (name.len == 0)
		return csv_refuse(r->csv, COLUMN_NAME, d,
		    "a phone without a name");
	e = intern_add(&r->p->names, name, &row->name, &is_new, d);
	if (e == ERR_OK && !is_new && r->num_twice++ == 0)
		r->twice = intern_key(&r->p->names, row->name);
	return e;
}

/* A phone of class C on which nothing is installed is like any other such: it
 * has no limit of its own, and takes what it is given from its cluster. */
static bool is_plain(enum class c)
{
	return class_max_sasts(c) == 0 && class_max_bits(c) == 0 &&
	    class_digest(c) == DIGEST_SHA512 &&
	    (class_traits(c) & CLASS_REMOTE) == 0;
}

/* The class that is called NAME. */
static enum err
read_class(const struct reader *r, struct bytes name, enum class *ret,
    struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	char hint[300];
	int i;

	for (i = 0; i < CLASS_NUM; i++) {
		const char *known = class_name((enum class)i);

		if (strlen(known) == name.len &&
		    strncasecmp(known, (const char *)name.ptr, name.len) == 0) {
			*ret = (enum class)i;
			return ERR_OK;
		}
		words.item[words.num++] = known;
	}
	scalar_hint(hint, sizeof(hint), name, &words);
	return csv_refuse(r->csv, COLUMN_CLASS, d, "there is no class '%.*s'%s",
	    name.len > 40 ? 40 : (int)name.len, (const char *)name.ptr, hint);
}

static enum err
read_model(struct reader *r, struct bytes model, enum class *ret,
    struct diag *d)
{
	struct kind *more;
	bool is_new;
	size_t i;
	enum err e;

	if (model.len == 0)
		return csv_refuse(r->csv, COLUMN_MODEL, d,
		    "a phone with neither a model nor a class");
	e = intern_add(&r->models, model, &i, &is_new, d);
	if (e != ERR_OK)
		return e;
	if (i >= r->room) {
		more = reallocarray(r->kind, 2 * i + 16, sizeof(*more));
		if (more == NULL)
			return diag_nomem(d);
		r->kind = more;
		r->room = 2 * i + 16;
	}
	if (is_new)
		r->kind[i] = (struct kind){ .row = models_find(&r->p->models,
						model) };
	r->kind[i].num++;
	*ret = r->kind[i].row == NULL ? MODELS_UNKNOWN : r->kind[i].row->class;
	return ERR_OK;
}

static enum err
bad_hash(const struct reader *r, struct diag *d)
{
	return csv_refuse(r->csv, COLUMN_HASH, d,
	    "a hash is the MD5, SHA-1, SHA-256 or SHA-512 of the list in hex, "
	    "or none");
}

static enum err
read_hash(struct reader *r, struct accept_row *row, struct diag *d)
{
	struct bytes text = csv_field(r->csv, COLUMN_HASH);
	uint8_t value[4 * DIGEST_MAX_LEN];
	size_t len;

	row->hash = ACCEPT_NONE;
	if (text.len == 0)
		return ERR_OK;
	if (text.len == 4 &&
	    strncasecmp((const char *)text.ptr, "none", 4) == 0) {
		row->empty = true;
		if (is_plain(row->class))
			row->class = CLASS_NEW;
		return ERR_OK;
	}
	if (row->class == CLASS_NEW)
		return csv_refuse(r->csv, COLUMN_HASH, d,
		    "a phone on which nothing is installed has no hash");
	if (text.len > (size_t)3 * DIGEST_MAX_LEN ||
	    !scalar_hex(text, value, &len))
		return bad_hash(r, d);
	if (len != digest_len(DIGEST_MD5) && len != digest_len(DIGEST_SHA1) &&
	    len != digest_len(DIGEST_SHA256) &&
	    len != digest_len(DIGEST_SHA512))
		return bad_hash(r, d);
	return intern_add(&r->p->hashes, bytes_of(value, len), &row->hash, NULL,
	    d);
}

/* Without --groups nobody asks for the group. */
static void
read_group(struct reader *r, struct accept_row *row)
{
	struct bytes group = csv_field(r->csv, COLUMN_GROUP);

	row->group = ACCEPT_NONE;
	if (!r->p->has_groups || intern_find(&r->p->groups, group, &row->group))
		return;
	row->group = ACCEPT_NONE;
	r->num_no_group++;
}

static enum err
add_row(struct accept_rows *rows, const struct accept_row *row, struct diag *d)
{
	struct accept_row *more;
	size_t room = 2 * rows->room + 256;

	if (rows->num == rows->room) {
		more = reallocarray(rows->at, room, sizeof(*more));
		if (more == NULL)
			return diag_nomem(d);
		rows->at = more;
		rows->room = room;
	}
	rows->at[rows->num++] = *row;
	return ERR_OK;
}

static enum err
read_row(struct reader *r, struct diag *d)
{
	struct bytes class = csv_field(r->csv, COLUMN_CLASS);
	struct accept_row row = { .class = MODELS_UNKNOWN };
	enum err e;

	e = read_name(r, &row, d);
	if (e == ERR_OK)
		e = class.len > 0
		    ? read_class(r, class, &row.class, d)
		    : read_model(r, csv_field(r->csv, COLUMN_MODEL), &row.class,
			  d);
	if (e == ERR_OK)
		e = read_hash(r, &row, d);
	read_group(r, &row);
	return e == ERR_OK ? add_row(r->rows, &row, d) : e;
}

/* ---- What is odd ---------------------------------------------------------------- */

static void
note_columns(struct reader *r)
{
	struct buf names = { 0 };

	csv_put_ignored(r->csv, &names);
	if (names.len > 0) {
		buf_str(&r->p->notes, "columns that are not looked at: ");
		text_put_safe(&r->p->notes, buf_bytes(&names));
		buf_str(&r->p->notes, "\n");
	}
	r->p->notes.failed |= names.failed;
	buf_clear(&names);
}

/* Models that no row of the table has. */
static void
note_unknown(struct reader *r)
{
	size_t i, num = 0, phones = 0;

	for (i = 0; i < r->models.num; i++) {
		if (r->kind[i].row != NULL)
			continue;
		if (num++ < SHOWN) {
			buf_str(&r->p->notes,
			    num == 1 ? "not in the table of models: " : ", ");
			text_put_safe(&r->p->notes, intern_key(&r->models, i));
		}
		phones += r->kind[i].num;
	}
	if (num > SHOWN)
		buf_printf(&r->p->notes, " and %zu others", num - SHOWN);
	if (num > 0)
		buf_printf(&r->p->notes,
		    "; %zu phone%s taken for class %s, which asks nobody; a "
		    "column class, or --models FILE, says better\n",
		    phones, phones == 1 ? "" : "s", class_name(MODELS_UNKNOWN));
}

/* What the table says of models that are there. */
static void
note_models(struct reader *r)
{
	const struct models *m = &r->p->models;
	size_t i, row, phones;

	for (row = 0; row < m->num; row++) {
		phones = 0;
		for (i = 0; m->row[row].note != NULL && i < r->models.num; i++)
			if (r->kind[i].row == &m->row[row])
				phones += r->kind[i].num;
		if (phones > 0)
			buf_printf(&r->p->notes, "%s (%zu phone%s): %s\n",
			    m->row[row].names.item[0], phones,
			    phones == 1 ? "" : "s", m->row[row].note);
	}
}

static void
note_rest(struct reader *r)
{
	struct buf *notes = &r->p->notes;
	struct bytes twice = r->twice;

	if (r->num_twice > 0) {
		buf_printf(notes, "%zu row%s a name that was there before (",
		    r->num_twice, r->num_twice == 1 ? " has" : "s have");
		text_put_safe(notes,
		    bytes_of(twice.ptr, twice.len > 60 ? 60 : twice.len));
		buf_printf(notes, "), and %s counted too\n",
		    r->num_twice == 1 ? "is" : "are");
	}
	if (r->num_no_group > 0)
		buf_printf(notes,
		    "%zu phone%s in a group whose nodes --groups does not "
		    "say\n",
		    r->num_no_group, r->num_no_group == 1 ? " is" : "s are");
}

static enum err
read_all(struct reader *r, struct bytes text, struct diag *d)
{
	bool more = true;
	enum err e;

	e = csv_open(text, columns, NUM_COLUMNS, &r->csv, d);
	while (e == ERR_OK && more) {
		e = csv_next(r->csv, &more, d);
		if (e == ERR_OK && more)
			e = read_row(r, d);
	}
	if (e == ERR_OK && r->rows->num == 0)
		e = diag_set(d, ERR_SYNTAX, "there is no phone in it");
	if (e != ERR_OK)
		return e;
	note_columns(r);
	note_unknown(r);
	note_models(r);
	note_rest(r);
	return buf_ok(&r->p->notes) ? ERR_OK : diag_nomem(d);
}

enum err
accept_rows_read(struct accept_rows *rows, struct accept_phones *p,
    const char *path, struct diag *d)
{
	struct reader r = { .rows = rows, .p = p };
	struct buf text = { 0 };
	enum err e;

	e = input_load(path, FILE_MAX_DEFAULT, &text, d);
	if (e == ERR_OK)
		e = read_all(&r, buf_bytes(&text), d);
	csv_free(&r.csv);
	intern_clear(&r.models);
	free(r.kind);
	buf_clear(&text);
	return e;
}

void
accept_rows_clear(struct accept_rows *rows)
{
	free(rows->at);
	memset(rows, 0, sizeof(*rows));
}
