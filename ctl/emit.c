/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/file.h"

/* Appends FIELDS[*I] and, where it is a container, what stands in it. */
static void
put_field(struct buf *out, const struct ctl_field *fields, size_t num,
    size_t *i)
{
	const struct ctl_field *field = &fields[(*i)++];
	size_t mark;

	buf_u8(out, field->tag);
	mark = buf_mark16(out);
	if (*i < num && fields[*i].depth > field->depth) {
		while (*i < num && fields[*i].depth > field->depth)
			put_field(out, fields, num, i);
	} else {
		buf_put(out, field->value);
	}
	buf_fill16(out, mark, out->len - mark - 2);
}

/* Appends all FIELDS; returns where the value of TAG landed, which is the
 * length that the caller knows only afterwards. */
static size_t
put_fields(struct buf *out, const struct ctl_field *fields, size_t num,
    uint8_t tag)
{
	size_t i = 0, mark = out->len;

	while (i < num) {
		if (fields[i].tag == tag && fields[i].depth == 0)
			mark = out->len + 3;
		put_field(out, fields, num, &i);
	}
	return mark;
}

void
ctl_put_header(struct buf *out, const struct ctl_header *h)
{
	size_t start = out->len;
	size_t i, mark;

	mark = put_fields(out, h->fields, h->num_fields, CTL_HDR_LENGTH);
	for (i = 0; i < h->num_pads; i++)
		buf_u8(out, CTL_PAD);
	buf_fill16(out, mark, out->len - start);
}

static void
put_record(struct buf *out, const struct ctl_record *r)
{
	size_t start = out->len;
	size_t mark;

	mark = put_fields(out, r->fields, r->num_fields, CTL_REC_LENGTH);
	buf_fill16(out, mark, out->len - start);
}

enum err
ctl_emit(const struct ctl_file *f, struct buf *out, struct diag *d)
{
	size_t i;

	buf_reserve(out, f->raw.len);
	ctl_put_header(out, &f->header);
	for (i = 0; i < f->num_records; i++)
		put_record(out, &f->records[i]);
	if (!ctl_is_list(f))
		buf_put(out, f->payload);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

void
ctl_preimage(const struct ctl_file *f, struct bytes ret_parts[2])
{
	const struct ctl_field *sig = ctl_header_field(&f->header,
	    CTL_HDR_SIGNATURE);
	size_t end;

	ret_parts[0] = f->raw;
	ret_parts[1] = bytes_of(f->raw.ptr, 0);
	if (sig == NULL)
		return;
	end = sig->offset + 3 + sig->value.len;
	ret_parts[0] = bytes_of(f->raw.ptr, sig->offset);
	ret_parts[1] = bytes_of(f->raw.ptr + end, f->raw.len - end);
}
