/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/wire.h"

#include <stdlib.h>
#include <string.h>

#define TOTALS_MAX 4 /* repeated length fields in one group */
#define TLV_HEAD 3   /* tag and length */

/* One header or record being written. */
struct group {
	struct wire *w;
	size_t start;
	size_t totals[TOTALS_MAX];
	size_t num_totals;
};

/* A run of TLVs being read: the header, a container or a record. */
struct run {
	struct bytes rest;
	struct bytes file;
	size_t space;
	unsigned depth;
};

static void put_fields(struct group *g, const struct wire_field *fields,
    size_t num);

static void
put_pads(struct group *g, const struct wire_field *f)
{
	size_t n = f->size;

	if (n == WIRE_ALIGN)
		n = (4 - (g->w->out.len - g->start) % 4) % 4;
	while (n-- > 0)
		buf_u8(&g->w->out, f->tag);
}

static void
put_total(struct group *g)
{
	size_t mark = buf_mark16(&g->w->out);

	if (g->num_totals < TOTALS_MAX)
		g->totals[g->num_totals++] = mark;
}

static void
put_gap(struct group *g, const struct wire_field *f)
{
	struct buf *out = &g->w->out;
	size_t i;

	g->w->gap_at = out->len - TLV_HEAD;
	g->w->gap_len = TLV_HEAD + f->size;
	for (i = 0; i < f->size; i++)
		buf_u8(out, 0);
}

static void
put_value(struct group *g, const struct wire_field *f, size_t num_inner)
{
	switch (f->kind) {
	case WIRE_VALUE:
		buf_put(&g->w->out, f->value);
		break;
	case WIRE_CONTAINER:
		put_fields(g, f + 1, num_inner);
		break;
	case WIRE_TOTAL:
		put_total(g);
		break;
	case WIRE_GAP:
		put_gap(g, f);
		break;
	case WIRE_PADS:
		break;
	}
}

static void
put_field(struct group *g, const struct wire_field *f, size_t num_inner)
{
	struct buf *out = &g->w->out;
	size_t mark, length;

	if (f->kind == WIRE_PADS) {
		put_pads(g, f);
		return;
	}
	buf_u8(out, f->tag);
	mark = buf_mark16(out);
	put_value(g, f, num_inner);
	length = out->len - mark - sizeof(uint16_t);
	buf_fill16(out, mark, f->length == WIRE_TRUE ? length : f->length);
}

/* How many of the NUM fields at F are inside a container of DEPTH. */
static size_t
count_inner(const struct wire_field *f, size_t num, unsigned depth)
{
	size_t i;

	for (i = 0; i < num && f[i].depth > depth; i++)
		continue;
	return i;
}

static void
put_fields(struct group *g, const struct wire_field *fields, size_t num)
{
	size_t i, inner;

	for (i = 0; i < num; i += 1 + inner) {
		inner = 0;
		if (fields[i].kind == WIRE_CONTAINER)
			inner = count_inner(&fields[i + 1], num - i - 1,
			    fields[i].depth);
		put_field(g, &fields[i], inner);
	}
}

void
wire_clear(struct wire *w)
{
	buf_clear(&w->out);
	w->gap_at = w->gap_len = 0;
}

void
wire_put(struct wire *w, const struct wire_field *fields, size_t num)
{
	struct group g = { .w = w, .start = w->out.len };
	size_t i;

	put_fields(&g, fields, num);
	for (i = 0; i < g.num_totals; i++)
		buf_fill16(&w->out, g.totals[i], w->out.len - g.start);
}

void
wire_put_raw(struct wire *w, struct bytes raw)
{
	buf_put(&w->out, raw);
}

void
wire_preimage(const struct wire *w, struct buf *out)
{
	size_t after = w->gap_at + w->gap_len;

	if (!buf_ok(&w->out)) {
		out->failed = true;
		return;
	}
	buf_put(out, bytes_of(w->out.ptr, w->gap_at));
	buf_put(out, bytes_of(w->out.ptr + after, w->out.len - after));
}

enum err
wire_seal(struct wire *w, struct bytes signature, struct diag *diag)
{
	if (!buf_ok(&w->out))
		return diag_nomem(diag);
	if (w->gap_len < TLV_HEAD || signature.len != w->gap_len - TLV_HEAD)
		return diag_set(diag, ERR_USAGE,
		    "a signature of %zu bytes for a field of %zu",
		    signature.len, w->gap_len);
	memcpy(w->out.ptr + w->gap_at + TLV_HEAD, signature.ptr, signature.len);
	return ERR_OK;
}

static size_t
offset_of(const struct run *run)
{
	return (size_t)(run->rest.ptr - run->file.ptr);
}

static enum err
refuse(const struct run *run, size_t offset, struct diag *diag,
    const char *what)
{
	(void)diag_set(diag, ERR_SYNTAX, "%s", what);
	if (run->space == 0)
		diag_at(diag, offset, "header");
	else
		diag_at(diag, offset, "record %zu", run->space);
	return ERR_SYNTAX;
}

static enum err
add(struct wire_list *list, const struct wire_tlv *tlv, struct diag *diag)
{
	size_t cap = list->cap == 0 ? 64 : list->cap * 2;
	struct wire_tlv *item;

	if (list->num == list->cap) {
		item = realloc(list->item, cap * sizeof(*item));
		if (item == NULL)
			return diag_nomem(diag);
		list->item = item;
		list->cap = cap;
	}
	list->item[list->num++] = *tlv;
	return ERR_OK;
}

/* docs/ctl-format.md, "Basic TLV": the pad has neither length nor value, and
 * nothing but pads follows it. */
static enum err
read_pads(struct run *run, struct wire_list *list, struct diag *diag)
{
	struct wire_tlv tlv = { .tag = WIRE_PAD };
	enum err err = ERR_OK;
	uint8_t tag;

	while (err == ERR_OK && run->rest.len > 0) {
		tlv.offset = offset_of(run);
		if (!bytes_u8(&run->rest, &tag) || tag != WIRE_PAD)
			return refuse(run, tlv.offset, diag,
			    "something else than a pad after a pad");
		err = add(list, &tlv, diag);
	}
	return err;
}

static bool
is_container(const struct wire_tlv *tlv)
{
	static const uint8_t containers[] = { 3, 7, 9, 16, 17, 21 };

	return tlv->space == 0 &&
	    memchr(containers, tlv->tag, sizeof(containers)) != NULL;
}

/* Moves one TLV from RUN to RET. */
static enum err
take_tlv(struct run *run, struct wire_tlv *ret, struct diag *diag)
{
	struct wire_tlv tlv = { .space = run->space,
		.depth = run->depth,
		.offset = offset_of(run) };
	uint16_t length;

	if (!bytes_u8(&run->rest, &tlv.tag) || !bytes_u16(&run->rest, &length))
		return refuse(run, tlv.offset, diag,
		    "no room for a tag and a length");
	if (!bytes_take(&run->rest, length, &tlv.value))
		return refuse(run, tlv.offset, diag,
		    "a value longer than what it is in");
	tlv.length = length;
	*ret = tlv;
	return ERR_OK;
}

static enum err
read_run(struct run *run, struct wire_list *list, struct diag *diag)
{
	struct run inner = *run;
	struct wire_tlv tlv = { .tag = 0 };
	enum err err;

	while (run->rest.len > 0) {
		if (run->space == 0 && run->depth == 0 &&
		    run->rest.ptr[0] == WIRE_PAD)
			return read_pads(run, list, diag);
		err = take_tlv(run, &tlv, diag);
		if (err == ERR_OK)
			err = add(list, &tlv, diag);
		if (err == ERR_OK && is_container(&tlv)) {
			inner.rest = tlv.value;
			inner.depth = run->depth + 1;
			err = read_run(&inner, list, diag);
		}
		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

/* The length field that a header (tag 2) or record (tag 1) has near its
 * start; RUN itself does not move. */
static enum err
peek_total(struct run run, uint8_t tag, uint16_t *ret, struct diag *diag)
{
	size_t offset = offset_of(&run);
	struct wire_tlv tlv;
	enum err err = take_tlv(&run, &tlv, diag);

	if (err != ERR_OK)
		return err;
	if (tlv.tag != tag || tlv.length != sizeof(*ret) ||
	    !bytes_u16(&tlv.value, ret))
		return refuse(&run, offset, diag,
		    tag == 1 ? "no RECORDLENGTH (1) of 2 bytes"
			     : "no HEADERLENGTH (2) of 2 bytes");
	return ERR_OK;
}

static enum err
read_header(struct bytes file, struct wire_list *list, struct diag *diag)
{
	struct run run = { .rest = file, .file = file };
	struct wire_tlv version;
	uint16_t total;
	enum err err = take_tlv(&run, &version, diag);

	if (err != ERR_OK)
		return err;
	if (version.tag != 1 || version.length != 2)
		return refuse(&run, 0, diag, "no VERSION (1) of 2 bytes");
	err = peek_total(run, 2, &total, diag);
	if (err != ERR_OK)
		return err;
	run.rest = file;
	if (!bytes_take(&run.rest, total, &list->header))
		return refuse(&run, 5, diag, "HEADERLENGTH is beyond the file");
	list->payload = run.rest;
	run.rest = list->header;
	return read_run(&run, list, diag);
}

static enum err
read_record(struct run *all, struct wire_list *list, struct diag *diag)
{
	struct run one = *all;
	uint16_t total;
	size_t offset = offset_of(all);
	enum err err = peek_total(*all, 1, &total, diag);

	if (err != ERR_OK)
		return err;
	if (total == 0 || !bytes_take(&all->rest, total, &one.rest))
		return refuse(all, offset, diag,
		    "RECORDLENGTH is beyond the file");
	err = read_run(&one, list, diag);
	if (err == ERR_OK)
		list->num_records++;
	return err;
}

static bool
names_records(const struct wire_list *list)
{
	const struct wire_tlv *name = wire_find(list, 0, WIRE_FILENAME);

	return name != NULL && name->length >= 5 &&
	    memcmp(name->value.ptr + name->length - 5, ".tlv", 5) == 0;
}

enum err
wire_read(struct bytes file, enum wire_payload payload, struct wire_list *ret,
    struct diag *diag)
{
	struct wire_list list = { .num = 0 };
	struct run run = { .file = file };
	enum err err = read_header(file, &list, diag);

	if (err != ERR_OK)
		goto out;
	run.rest = list.payload;
	if (payload == WIRE_BY_NAME && !names_records(&list))
		payload = WIRE_CONTENT;
	while (payload != WIRE_CONTENT && run.rest.len > 0) {
		run.space = list.num_records + 1;
		err = read_record(&run, &list, diag);
		if (err != ERR_OK)
			goto out;
	}
	*ret = list;
	list.item = NULL;
out:
	free(list.item);
	return err;
}

void
wire_list_clear(struct wire_list *list)
{
	free(list->item);
	memset(list, 0, sizeof(*list));
}

void
wire_put_signed(struct bytes file, const struct wire_list *list,
    struct buf *out)
{
	const struct wire_tlv *gap = wire_find(list, 0, WIRE_SIGNATURE);
	size_t after;

	if (gap == NULL) {
		buf_put(out, file);
		return;
	}
	after = gap->offset + TLV_HEAD + gap->length;
	buf_put(out, bytes_of(file.ptr, gap->offset));
	buf_put(out, bytes_of(file.ptr + after, file.len - after));
}

size_t
wire_space(const struct wire_list *list, size_t space)
{
	size_t low = 0, high = list->num, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (list->item[middle].space < space)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct wire_tlv *
wire_find(const struct wire_list *list, size_t space, uint8_t tag)
{
	size_t i;

	for (i = wire_space(list, space);
	     i < list->num && list->item[i].space == space; i++)
		if (list->item[i].tag == tag)
			return &list->item[i];
	return NULL;
}
