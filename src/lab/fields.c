/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/fields.h"

#include <string.h>

/* The first field with TAG; num where there is none. */
static size_t
find(const struct fields *f, unsigned tag)
{
	size_t i;

	for (i = 0; i < f->num; i++)
		if (f->item[i].tag == tag && f->item[i].kind != WIRE_PADS)
			break;
	return i;
}

/* Where an appended field goes. */
static size_t
end_of(const struct fields *f)
{
	size_t end = f->num;

	while (end > 0 && f->item[end - 1].kind == WIRE_PADS)
		end--;
	return end;
}

static void
insert(struct fields *f, size_t at, const struct wire_field *one)
{
	if (f->num == FIELDS_MAX) {
		f->overflow = true;
		return;
	}
	memmove(&f->item[at + 1], &f->item[at],
	    (f->num - at) * sizeof(f->item[0]));
	f->item[at] = *one;
	f->num++;
}

static void
take_out(struct fields *f, size_t at)
{
	f->num--;
	memmove(&f->item[at], &f->item[at + 1],
	    (f->num - at) * sizeof(f->item[0]));
}

/* What the dialect writes for EDIT's tag and its cert. */
static enum err
value_of_cert(const struct recipe_edit *edit, const struct fields_source *from,
    struct bytes *ret, struct diag *diag)
{
	struct dialect_record record = from->record;
	uint8_t tag = (uint8_t)edit->tag;
	struct buf value = { 0 };
	enum err err = pool_cert(from->pool, edit->cert, edit->place,
	    &record.cert, diag);

	if (err == ERR_OK)
		err = dialect_value(&record,
		    from->header ? fields_record_tag(tag) : tag, &value, diag);
	if (err == ERR_OK)
		err = pool_keep(from->arena, &value, ret, diag);
	buf_clear(&value);
	return err;
}

static enum err
add_tail(const struct recipe_edit *edit, struct doc *arena, struct bytes *ret,
    struct diag *diag)
{
	struct buf value = { 0 };
	enum err err;

	buf_put(&value, *ret);
	buf_put(&value, edit->tail);
	err = pool_keep(arena, &value, ret, diag);
	buf_clear(&value);
	return err;
}

/* The new value; absent where EDIT has none. */
static enum err
value_of(const struct recipe_edit *edit, const struct fields_source *from,
    struct bytes *ret, struct diag *diag)
{
	enum err err = ERR_OK;

	if ((edit->text != NULL) + (edit->raw != NULL) +
		(edit->hex.ptr != NULL) + (edit->cert != NULL) >
	    1)
		return doc_refuse(edit->place, diag,
		    "only one of text, raw, hex and cert");
	*ret = edit->hex;
	if (edit->text != NULL)
		*ret = bytes_of(edit->text, strlen(edit->text) + 1);
	if (edit->raw != NULL)
		*ret = bytes_of_str(edit->raw);
	if (edit->cert != NULL)
		err = value_of_cert(edit, from, ret, diag);
	if (err == ERR_OK && edit->tail.len > 0)
		err = add_tail(edit, from->arena, ret, diag);
	return err;
}

static enum err
set_field(struct fields *f, const struct recipe_edit *edit, size_t at,
    struct bytes value, struct diag *diag)
{
	struct wire_field one = { .tag = (uint8_t)edit->tag,
		.value = value,
		.length = WIRE_TRUE };

	if (at == f->num && value.ptr == NULL)
		return doc_refuse(edit->place, diag,
		    "no tag %u to change the length of", edit->tag);
	if (at == f->num) {
		at = end_of(f);
		insert(f, at, &one);
	}
	if (value.ptr != NULL) {
		f->item[at].kind = WIRE_VALUE;
		f->item[at].value = value;
	}
	if (edit->length != RECIPE_NONE)
		f->item[at].length = edit->length;
	return ERR_OK;
}

static enum err
add_field(struct fields *f, const struct recipe_edit *edit, struct bytes value,
    struct diag *diag)
{
	struct wire_field one = { .tag = (uint8_t)edit->tag,
		.value = value,
		.length = WIRE_TRUE };
	size_t at = end_of(f);
	unsigned i;

	if (value.ptr == NULL)
		return doc_refuse(edit->place, diag, "nothing to add");
	if (edit->before != RECIPE_NONE) {
		at = find(f, edit->before);
		if (at == f->num)
			return doc_refuse(edit->place, diag,
			    "no tag %u to put this before", edit->before);
		one.depth = f->item[at].depth;
	}
	if (edit->length != RECIPE_NONE)
		one.length = edit->length;
	for (i = 0; i < edit->repeat; i++)
		insert(f, at, &one);
	return ERR_OK;
}

static enum err
edit_one(struct fields *f, const struct recipe_edit *edit,
    const struct fields_source *from, struct diag *diag)
{
	size_t at = find(f, edit->tag);
	struct bytes value = { 0 };
	enum err err = value_of(edit, from, &value, diag);

	if (err != ERR_OK)
		return err;
	switch (edit->op) {
	case RECIPE_SET:
		return set_field(f, edit, at, value, diag);
	case RECIPE_ADD:
		return add_field(f, edit, value, diag);
	case RECIPE_DROP:
		break;
	}
	if (at == f->num)
		return doc_refuse(edit->place, diag, "no tag %u to drop",
		    edit->tag);
	take_out(f, at);
	return ERR_OK;
}

void
fields_put(struct fields *f, uint8_t tag, unsigned depth, struct bytes value)
{
	struct wire_field one = { .tag = tag,
		.depth = depth,
		.value = value,
		.length = WIRE_TRUE };

	insert(f, f->num, &one);
}

void
fields_put_kind(struct fields *f, uint8_t tag, unsigned depth,
    enum wire_kind kind, size_t size)
{
	struct wire_field one = { .tag = tag,
		.depth = depth,
		.kind = kind,
		.size = size,
		.length = WIRE_TRUE };

	insert(f, f->num, &one);
}

struct bytes
fields_value(const struct fields *f, uint8_t tag)
{
	struct bytes absent = { 0 };
	size_t at = find(f, tag);

	return at < f->num ? f->item[at].value : absent;
}

uint8_t
fields_record_tag(uint8_t tag)
{
	if (tag == 4)
		return DIALECT_SUBJECT;
	return tag == 5 ? DIALECT_SERIAL : DIALECT_ISSUER;
}

enum err
fields_edit(struct fields *f, const struct doc_maps *edits,
    const struct fields_source *from, struct diag *diag)
{
	const struct recipe_edit *edit = edits->item;
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < edits->num && err == ERR_OK; i++)
		err = edit_one(f, &edit[i], from, diag);
	if (err == ERR_OK && f->overflow)
		err = diag_set(diag, ERR_TOO_BIG, "more than %d fields",
		    FIELDS_MAX);
	return err;
}
