/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/file.h"

/* A record is at least its own RECORDLENGTH TLV. */
#define RECORD_MIN 5

/* What every record begins with: RECORDLENGTH, of 2 bytes. */
static const uint8_t record_start[] = { CTL_REC_LENGTH, 0, 2 };

struct parser {
	struct ctl_file *f;
	size_t cap_fields;
	size_t cap_records;
	size_t index;       /* the record at hand, or 0: the header */
	size_t first_field; /* of the header or record at hand */
	uint64_t seen[4];   /* a bit for each tag of it */
	bool bounded;       /* what is read lies within a length already read */
	struct diag *d;
};

static size_t
offset_of(const struct parser *p, const uint8_t *at)
{
	return (size_t)(at - p->f->raw.ptr);
}

static void
put_tag(char *out, size_t size, const struct ctl_tag_info *info, unsigned tag)
{
	if (info != NULL)
		(void)snprintf(out, size, "%s (%u)", info->name, tag);
	else
		(void)snprintf(out, size, "tag %u", tag);
}

void
ctl_diag_at(struct diag *d, size_t offset, size_t index, unsigned tag)
{
	const struct ctl_tag_info *info;
	char here[40], up[40] = "", top[40] = "";

	if (index > 0) {
		put_tag(here, sizeof(here), ctl_record_tag_info((uint8_t)tag),
		    tag);
		diag_at(d, offset, "record %zu / %s", index, here);
		return;
	}
	info = ctl_header_tag_info((uint8_t)tag);
	put_tag(here, sizeof(here), info, tag);
	if (info != NULL && info->parent != 0) {
		tag = info->parent;
		info = ctl_header_tag_info(info->parent);
		put_tag(up, sizeof(up), info, tag);
		if (info->parent != 0) {
			tag = info->parent;
			put_tag(top, sizeof(top),
			    ctl_header_tag_info(info->parent), tag);
		}
	}
	diag_at(d, offset, "header%s%s%s%s / %s", top[0] ? " / " : "", top,
	    up[0] ? " / " : "", up, here);
}

/* Fails at FIELD, with the message already in the diag. */
static enum err
fail_at(struct parser *p, enum err e, const struct ctl_field *field)
{
	ctl_diag_at(p->d, field->offset, p->index, field->tag);
	return e;
}

static const struct ctl_tag_info *
info_of(const struct parser *p, uint8_t tag)
{
	return p->index == 0 ? ctl_header_tag_info(tag)
			     : ctl_record_tag_info(tag);
}

static bool
was_seen(const struct parser *p, uint8_t tag)
{
	return (p->seen[tag / 64] >> tag % 64 & 1) != 0;
}

static enum err
push_field(struct parser *p, const struct ctl_field *field)
{
	struct ctl_file *f = p->f;
	void *array = f->fields;
	enum err e;

	if (f->num_fields - p->first_field >= CTL_MAX_FIELDS) {
		diag_set(p->d, ERR_TOO_BIG,
		    "more than %d tags, which no real file comes near",
		    CTL_MAX_FIELDS);
		return fail_at(p, ERR_TOO_BIG, field);
	}
	if (f->num_fields >= CTL_MAX_FIELDS_TOTAL) {
		diag_set(p->d, ERR_TOO_BIG,
		    "more than %d tags in all, which no real file comes near",
		    CTL_MAX_FIELDS_TOTAL);
		return fail_at(p, ERR_TOO_BIG, field);
	}
	e = ctl_grow(&array, &p->cap_fields, f->num_fields + 1,
	    sizeof(*f->fields), p->d);
	f->fields = array;
	if (e != ERR_OK)
		return e;
	f->fields[f->num_fields++] = *field;
	p->seen[field->tag / 64] |= (uint64_t)1 << field->tag % 64;
	return ERR_OK;
}

/* Moves one TLV from CUR to RET. */
static enum err
take_tlv(struct parser *p, struct bytes *cur, struct ctl_field *ret)
{
	enum err code = p->bounded ? ERR_SYNTAX : ERR_TRUNCATED;
	const char *where = !p->bounded ? "the file"
	    : p->index > 0              ? "the record"
					: "the header or its container";
	uint16_t len;

	ret->offset = offset_of(p, cur->ptr);
	if (!bytes_u8(cur, &ret->tag))
		return diag_set(p->d, code, "a tag is missing");
	if (!bytes_u16(cur, &len)) {
		diag_set(p->d, code, "%s ends within the length of this tag",
		    where);
		return fail_at(p, code, ret);
	}
	if (!bytes_take(cur, len, &ret->value)) {
		diag_set(p->d, code,
		    "its length says %u bytes, but %s has "
		    "only %zu left",
		    len, where, cur->len);
		return fail_at(p, code, ret);
	}
	return ERR_OK;
}

/* A control character would let two readers see two names (a NUL), or play
 * with a terminal. */
static enum err
check_text(struct parser *p, const struct ctl_field *field)
{
	struct bytes text = field->value;
	uint8_t odd = 0;
	size_t i;
	uint8_t c;

	while (text.len > 0 && text.ptr[text.len - 1] == '\0')
		text.len--;
	/* without a way out the compiler takes many bytes at once */
	for (i = 0; i < text.len; i++)
		odd |= (uint8_t)((text.ptr[i] < 0x20) | (text.ptr[i] == 0x7f));
	for (i = 0; odd != 0 && i < text.len; i++) {
		c = text.ptr[i];
		if (c >= 0x20 && c != 0x7f)
			continue;
		diag_set(p->d, ERR_SYNTAX,
		    c == 0 ? "a NUL byte inside a name"
			   : "a control character (0x%02x) inside a name",
		    c);
		ctl_diag_at(p->d, offset_of(p, text.ptr + i), p->index,
		    field->tag);
		return ERR_SYNTAX;
	}
	return ERR_OK;
}

static enum err
check_shape(struct parser *p, const struct ctl_field *field,
    enum ctl_shape shape)
{
	static const size_t
	    sizes[] = { [CTL_U8] = 1, [CTL_U16] = 2, [CTL_U32] = 4 };

	switch (shape) {
	case CTL_TEXT:
		return check_text(p, field);
	case CTL_U8:
	case CTL_U16:
	case CTL_U32:
		if (field->value.len == sizes[shape])
			return ERR_OK;
		diag_set(p->d, ERR_SYNTAX,
		    "its value must have %zu bytes, it has %zu", sizes[shape],
		    field->value.len);
		return fail_at(p, ERR_SYNTAX, field);
	case CTL_BYTES:
	case CTL_GROUP:
		break;
	}
	return ERR_OK;
}

/* A known tag stands once, and in its own container. */
static enum err
check_place(struct parser *p, const struct ctl_field *field,
    const struct ctl_tag_info *info, uint8_t parent)
{
	if (info->parent != parent) {
		diag_set(p->d, ERR_SYNTAX, "this tag stands %s container",
		    info->parent == 0 ? "inside a" : "outside its");
		return fail_at(p, ERR_SYNTAX, field);
	}
	if (was_seen(p, field->tag)) {
		diag_set(p->d, ERR_SYNTAX,
		    "this tag stands here a second time");
		return fail_at(p, ERR_SYNTAX, field);
	}
	return ERR_OK;
}

/* Takes one TLV of the header or record at hand, checked and stored. */
static enum err
parse_field(struct parser *p, struct bytes *cur, uint8_t parent,
    struct ctl_field *ret)
{
	const struct ctl_tag_info *info;
	enum err e;

	e = take_tlv(p, cur, ret);
	if (e != ERR_OK)
		return e;
	if (ret->tag == 0) {
		diag_set(p->d, ERR_SYNTAX,
		    "a zero byte stands where a tag is expected");
		return fail_at(p, ERR_SYNTAX, ret);
	}
	info = info_of(p, ret->tag);
	if (info != NULL) {
		e = check_place(p, ret, info, parent);
		if (e == ERR_OK)
			e = check_shape(p, ret, info->shape);
	}
	if (e == ERR_OK)
		e = push_field(p, ret);
	return e;
}

static enum err
parse_pads(struct parser *p, struct bytes *cur)
{
	struct bytes pads = *cur;
	uint8_t byte;

	while (bytes_u8(cur, &byte))
		if (byte != CTL_PAD) {
			diag_set(p->d, ERR_SYNTAX,
			    "a byte 0x%02x among the "
			    "pads (0x0d) that end the header",
			    byte);
			diag_at(p->d, offset_of(p, cur->ptr) - 1,
			    "header / pad");
			return ERR_SYNTAX;
		}
	p->f->header.num_pads = pads.len;
	return ERR_OK;
}

/* Parses what is left of the header, or one container of it. The recursion
 * ends because a container is known by its tag, and each stands in its own
 * parent. */
static enum err
parse_group(struct parser *p, struct bytes cur, uint8_t parent, uint8_t depth)
{
	const struct ctl_tag_info *info;
	struct ctl_field field;
	enum err e = ERR_OK;

	while (e == ERR_OK && cur.len > 0) {
		if (depth == 0 && cur.ptr[0] == CTL_PAD)
			return parse_pads(p, &cur);
		field.depth = depth;
		e = parse_field(p, &cur, parent, &field);
		if (e != ERR_OK)
			break;
		info = ctl_header_tag_info(field.tag);
		if (info != NULL && info->shape == CTL_GROUP)
			e = parse_group(p, field.value, field.tag, depth + 1);
	}
	return e;
}

/* VERSION and HEADERLENGTH open every file (format 2.2). */
static enum err
parse_opening(struct parser *p, struct bytes *cur)
{
	static const uint8_t magic[] = { CTL_HDR_VERSION, 0, 2 };
	struct ctl_header *h = &p->f->header;
	struct bytes start = bytes_of(magic, sizeof(magic));
	struct ctl_field field = { 0 };
	enum err e;

	if (cur->len == 0)
		return diag_set(p->d, ERR_TRUNCATED, "the file is empty");
	if (!bytes_starts(*cur, start) && !bytes_starts(start, *cur)) {
		diag_set(p->d, ERR_SYNTAX,
		    "this is no trust list and no "
		    "signed file: those begin with VERSION, bytes 01 00 02");
		diag_at(p->d, 0, "header");
		return ERR_SYNTAX;
	}
	e = parse_field(p, cur, 0, &field);
	if (e != ERR_OK)
		return e;
	h->major = field.value.ptr[0];
	h->minor = field.value.ptr[1];
	e = parse_field(p, cur, 0, &field);
	if (e != ERR_OK)
		return e;
	if (field.tag != CTL_HDR_LENGTH) {
		diag_set(p->d, ERR_SYNTAX, "HEADERLENGTH (2) is expected here");
		return fail_at(p, ERR_SYNTAX, &field);
	}
	h->length = (size_t)(field.value.ptr[0] << 8 | field.value.ptr[1]);
	return ERR_OK;
}

static enum err
parse_header(struct parser *p)
{
	struct bytes rest = p->f->raw;
	struct bytes body;
	struct ctl_header *h = &p->f->header;
	size_t done;
	enum err e;

	e = parse_opening(p, &rest);
	if (e != ERR_OK)
		return e;
	done = p->f->raw.len - rest.len;
	if (h->length < done || !bytes_take(&rest, h->length - done, &body)) {
		diag_set(p->d, h->length < done ? ERR_SYNTAX : ERR_TRUNCATED,
		    "it says %zu bytes, but the file has %zu%s", h->length,
		    p->f->raw.len,
		    h->length < done ? " and the header more than that" : "");
		ctl_diag_at(p->d, done - 5, 0, CTL_HDR_LENGTH);
		return h->length < done ? ERR_SYNTAX : ERR_TRUNCATED;
	}
	p->bounded = true;
	e = parse_group(p, body, 0, 0);
	h->num_fields = p->f->num_fields;
	p->f->payload = rest;
	return e;
}

static enum err
push_record(struct parser *p, const struct ctl_record *r)
{
	struct ctl_file *f = p->f;
	void *array = f->records;
	enum err e;

	if (f->num_records >= CTL_MAX_RECORDS) {
		diag_set(p->d, ERR_TOO_BIG,
		    "more than %d records, which no "
		    "real list comes near",
		    CTL_MAX_RECORDS);
		diag_at(p->d, r->offset, "record %zu", p->index);
		return ERR_TOO_BIG;
	}
	e = ctl_grow(&array, &p->cap_records, f->num_records + 1,
	    sizeof(*f->records), p->d);
	f->records = array;
	if (e == ERR_OK)
		f->records[f->num_records++] = *r;
	return e;
}

/* Splits the next record off CUR by its RECORDLENGTH, which counts its own
 * TLV (format 4.1). */
static enum err
take_record(struct parser *p, struct bytes *cur, struct bytes *ret)
{
	struct bytes start = bytes_of(record_start, sizeof(record_start));
	size_t offset = offset_of(p, cur->ptr);
	size_t length;

	if (!bytes_starts(*cur, start) || cur->len < RECORD_MIN) {
		diag_set(p->d, ERR_LEFTOVER,
		    "%zu byte%s left over, and "
		    "no record begins there (with bytes 01 00 02)",
		    cur->len, cur->len == 1 ? " is" : "s are");
		diag_at(p->d, offset, "after record %zu", p->index - 1);
		return ERR_LEFTOVER;
	}
	length = (size_t)(cur->ptr[3] << 8 | cur->ptr[4]);
	if (length >= RECORD_MIN && bytes_take(cur, length, ret))
		return ERR_OK;
	diag_set(p->d, length < RECORD_MIN ? ERR_SYNTAX : ERR_TRUNCATED,
	    length < RECORD_MIN
		? "it says %zu bytes, less than this tag itself"
		: "it says %zu bytes, but the file has only %zu left",
	    length, cur->len);
	ctl_diag_at(p->d, offset, p->index, CTL_REC_LENGTH);
	return length < RECORD_MIN ? ERR_SYNTAX : ERR_TRUNCATED;
}

static void
read_role(struct ctl_record *r, const struct ctl_field *field)
{
	if (field->tag != CTL_REC_ROLE)
		return;
	r->has_role = true;
	r->role = (uint16_t)(field->value.ptr[0] << 8 | field->value.ptr[1]);
}

static enum err
parse_record(struct parser *p, struct bytes *cur)
{
	struct ctl_record r = { 0 };
	struct ctl_field field = { 0 };
	struct bytes body;
	enum err e;

	p->index = p->f->num_records + 1;
	p->first_field = p->f->num_fields;
	memset(p->seen, 0, sizeof(p->seen));
	r.offset = offset_of(p, cur->ptr);
	e = take_record(p, cur, &body);
	if (e != ERR_OK)
		return e;
	r.length = body.len;
	while (e == ERR_OK && body.len > 0) {
		e = parse_field(p, &body, 0, &field);
		if (e == ERR_OK)
			read_role(&r, &field);
	}
	r.num_fields = p->f->num_fields - p->first_field;
	return e == ERR_OK ? push_record(p, &r) : e;
}

static enum err
parse_records(struct parser *p)
{
	struct bytes cur = p->f->payload;
	enum err e = ERR_OK;

	while (e == ERR_OK && cur.len > 0)
		e = parse_record(p, &cur);
	return e;
}

/* Points every record at its fields, now that they do not move any more. */
static void
settle(struct ctl_file *f)
{
	size_t i, next = f->header.num_fields;
	struct ctl_record *r;

	f->header.fields = f->fields;
	for (i = 0; i < f->num_records; i++) {
		r = &f->records[i];
		r->fields = &f->fields[next];
		next += r->num_fields;
		r->dialect = ctl_dialect_of(r);
	}
}

/* PAYLOAD begins with a record: a RECORDLENGTH, and tags that end where it
 * says. Content that begins with the same three bytes, such as another signed
 * file, does not. */
static bool
begins_record(struct bytes payload)
{
	struct bytes record, value;
	uint16_t length;
	uint8_t tag;

	if (payload.len < RECORD_MIN ||
	    !bytes_starts(payload, bytes_of(record_start, 3)))
		return false;
	length = (uint16_t)(payload.ptr[3] << 8 | payload.ptr[4]);
	if (length < RECORD_MIN || !bytes_take(&payload, length, &record))
		return false;
	while (record.len > 0)
		if (!bytes_u8(&record, &tag) || !bytes_u16(&record, &length) ||
		    !bytes_take(&record, length, &value))
			return false;
	return true;
}

/* Decides what the payload is, and parses it where it is records. Records make
 * a list whatever the file calls itself: else a key that may sign files only
 * could sign a list under such a name. */
static enum err
parse_payload(struct parser *p, enum ctl_kind kind)
{
	struct ctl_file *f = p->f;
	bool named = ctl_header_text(&f->header, CTL_HDR_FILENAME).len > 0;

	f->kind = kind != CTL_KIND_AUTO ? kind : ctl_kind_by_name(f);
	if (kind == CTL_KIND_AUTO && !ctl_is_list(f)) {
		if (begins_record(f->payload))
			f->kind = CTL_KIND_AUTO;
		else if (f->kind == CTL_KIND_AUTO && !named)
			f->kind = CTL_KIND_SIGNED;
	}
	if (ctl_is_list(f) || f->kind == CTL_KIND_AUTO)
		return parse_records(p);
	return ERR_OK;
}

static enum err
parse_file(struct parser *p, enum ctl_kind kind)
{
	struct ctl_file *f = p->f;
	enum err e;

	e = parse_header(p);
	if (e != ERR_OK)
		return e;
	f->header.fields = f->fields;
	e = parse_payload(p, kind);
	if (e != ERR_OK)
		return e;
	settle(f);
	if (f->kind == CTL_KIND_AUTO)
		f->kind = ctl_kind_by_roles(f);
	f->signer = ctl_find_signer(f);
	return ERR_OK;
}

enum err
ctl_parse(struct bytes in, enum ctl_kind kind, struct ctl_file **ret,
    struct diag *d)
{
	struct parser p = { .d = d };
	enum err e;

	p.f = calloc(1, sizeof(*p.f));
	if (p.f == NULL)
		return diag_nomem(d);
	p.f->raw = in;
	e = parse_file(&p, kind);
	if (e == ERR_OK)
		*ret = p.f;
	else
		ctl_free(&p.f);
	return e;
}

enum err
ctl_parse_record(struct bytes raw, struct ctl_file **ret, struct diag *d)
{
	struct parser p = { .bounded = true, .d = d };
	enum err e;

	p.f = calloc(1, sizeof(*p.f));
	if (p.f == NULL)
		return diag_nomem(d);
	p.f->raw = raw;
	p.f->payload = raw;
	p.f->kind = CTL_KIND_CTL;
	e = parse_records(&p);
	if (e == ERR_OK) {
		settle(p.f);
		*ret = p.f;
	} else {
		ctl_free(&p.f);
	}
	return e;
}

void
ctl_free(struct ctl_file **f)
{
	if (*f == NULL)
		return;
	free((*f)->records);
	free((*f)->fields);
	free(*f);
	*f = NULL;
}
