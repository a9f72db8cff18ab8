/* SPDX-License-Identifier: Apache-2.0 */
/* A text of `show ctl` as the appliance would have laid it out: format 8. */
#include "base/text.h"
#include "ctl/listing_parts.h"
#include "ctl/rows.h"

static void
put_head(const struct ctl_listing *l, struct buf *out)
{
	const char *noun = rows_noun(l->kind);
	size_t start = out->len;

	if (l->md5.ptr != NULL || l->sha1.ptr != NULL) {
		buf_printf(out, "The checksum value of the %s file:\n", noun);
		if (l->md5.ptr != NULL)
			rows_put_checksum(out, l->md5, "MD5");
		if (l->sha1.ptr != NULL)
			rows_put_checksum(out, l->sha1, "SHA1");
	}
	if (l->has_length)
		buf_printf(out, "%sLength of %s file: %zu\n",
		    out->len > start ? "\n" : "", noun, l->length);
	if (l->modified.ptr != NULL) {
		buf_printf(out, "The %s File was last modified on ", noun);
		text_put_safe(out, l->modified);
		buf_u8(out, '\n');
	}
}

static void
put_header_value(const struct ctl_row *row, struct buf *out)
{
	const struct ctl_tag_info *info = ctl_header_tag_info(row->tag);

	if (info != NULL && info->shape == CTL_GROUP && row->length > 0)
		buf_printf(out, "\t%zu", row->length);
	else if (row->tag == CTL_HDR_SIGNATURE)
		rows_put_signature(out, row->data);
	else if (row->tag == CTL_HDR_SERIAL)
		rows_put_hex(out, row->data, ":");
	else if (row->data.ptr != NULL)
		rows_put_hex(out, row->data, " ");
	else
		rows_put_text(out, row->text);
}

static void
put_header(const struct ctl_listing *l, struct buf *out)
{
	const struct ctl_tag_info *info;
	const struct ctl_row *row;
	size_t i;

	rows_put_parse(out, rows_noun(l->kind));
	if (l->version.ptr != NULL) {
		buf_str(out, "Version:\t");
		text_put_safe(out, l->version);
		buf_u8(out, '\n');
	}
	if (l->header_length > 0)
		buf_printf(out, "HeaderLength:\t%zu (BYTES)\n",
		    l->header_length);
	if (l->version.ptr != NULL || l->header_length > 0)
		buf_u8(out, '\n');
	rows_put_table_head(out);
	for (i = 0; i < l->num_header; i++) {
		row = &l->rows[i];
		info = ctl_header_tag_info(row->tag);
		rows_put_row(out, row->tag,
		    info == NULL ? "UNKNOWN" : info->name,
		    info != NULL && info->shape == CTL_GROUP ? 2 : row->length);
		put_header_value(row, out);
		buf_u8(out, '\n');
	}
}

static void
put_record_value(const struct ctl_listed *r, const struct ctl_row *row,
    struct buf *out)
{
	switch (row->tag) {
	case CTL_REC_LENGTH:
		if (r->length > 0)
			buf_printf(out, "\t%zu", r->length);
		break;
	case CTL_REC_ROLE:
		rows_put_text(out, r->function);
		break;
	case CTL_REC_CERTIFICATE:
		if (r->sha1.ptr != NULL)
			rows_put_cert_hash(out, r->sha1);
		break;
	case CTL_REC_SERIAL:
		rows_put_hex(out, row->data, ":");
		break;
	default:
		if (row->data.ptr != NULL)
			rows_put_hex(out, row->data, " ");
		else
			rows_put_text(out, row->text);
	}
}

static void
put_record(const struct ctl_listing *l, const struct ctl_listed *r,
    struct buf *out)
{
	const char *noun = rows_noun(l->kind);
	const struct ctl_tag_info *info;
	size_t i;

	rows_put_record_head(out, noun, r->index);
	for (i = 0; i < r->num_rows; i++) {
		info = ctl_record_tag_info(r->rows[i].tag);
		rows_put_row(out, r->rows[i].tag,
		    info == NULL ? "UNKNOWN" : info->name, r->rows[i].length);
		put_record_value(r, &r->rows[i], out);
		buf_u8(out, '\n');
	}
	if (r->has_mark)
		rows_put_mark(out, noun, r->is_signer);
}

/* The length of the file speaks of more records than the last. */
static bool
lacks_last(const struct ctl_listing *l)
{
	size_t i, sum = l->header_length;

	if (l->num_records == 0)
		return false;
	for (i = 0; i < l->num_records; i++)
		sum += l->records[i].length;
	return l->has_length && l->header_length > 0 && sum < l->length &&
	    l->records[i - 1].index == i;
}

static void
put_records(const struct ctl_listing *l, struct buf *out)
{
	size_t i, last = l->num_header > 0 ? 0 : (size_t)-1;

	for (i = 0; i < l->num_records; i++) {
		if (l->records[i].index != last + 1)
			buf_str(out, "[...]\n");
		put_record(l, &l->records[i], out);
		last = l->records[i].index;
	}
	if (lacks_last(l))
		buf_str(out, "[...]\n");
}

/* A text that says "Length of CTL file: 0" and goes on with a list. */
static bool
has_more(const struct ctl_listing *l)
{
	return l->num_header > 0 || l->num_records > 0 ||
	    l->header_length > 0 || l->version.ptr != NULL ||
	    l->modified.ptr != NULL;
}

static void
put_tail(const struct ctl_listing *l, struct buf *out)
{
	const char *noun = rows_noun(l->kind);

	switch (l->said) {
	case CTL_SAID_NOTHING:
		break;
	case CTL_SAID_VERIFIED:
		buf_printf(out, "\nThe %s file was verified successfully.\n",
		    noun);
		break;
	case CTL_SAID_FAILED:
		buf_printf(out, "\nVerification of the %s File failed.\n",
		    noun);
		break;
	case CTL_SAID_NO_FILE:
		if (has_more(l))
			break;
		buf_printf(out,
		    "%s File not found. Please run CTLClient plugin or run "
		    "the CLI - utils ctl.. to generate the CTL file.\n"
		    "Error parsing the %s File.\n",
		    noun, noun);
		break;
	}
}

static enum err
done(const struct buf *out, struct diag *d)
{
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

enum err
ctl_listing_put_head(const struct ctl_listing *l, struct buf *out,
    struct diag *d)
{
	put_head(l, out);
	if (l->num_header > 0 || l->header_length > 0 || l->version.ptr != NULL)
		put_header(l, out);
	return done(out, d);
}

enum err
ctl_listing_put_record(const struct ctl_listing *l, size_t i, struct buf *out,
    struct diag *d)
{
	put_record(l, &l->records[i], out);
	return done(out, d);
}

enum err
ctl_listing_put_tail(const struct ctl_listing *l, struct buf *out,
    struct diag *d)
{
	put_tail(l, out);
	return done(out, d);
}

enum err
ctl_listing_put(const struct ctl_listing *l, struct buf *out, struct diag *d)
{
	enum err e;

	e = ctl_listing_put_head(l, out, d);
	if (e != ERR_OK)
		return e;
	put_records(l, out);
	return ctl_listing_put_tail(l, out, d);
}
