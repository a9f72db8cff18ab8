/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of the appliance's `show ctl`: format 8. Columns are separated
 * by tabs; "BYTEPOS" is the tag number, and a container's LENGTH is that of
 * its length field.
 */
#include "base/text.h"
#include "ctl/ctl.h"
#include "ctl/rows.h"

#define HEX_PER_ROW 16

static enum err
done(const struct buf *out, struct diag *d)
{
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

static enum err
put_checksum(const struct ctl_text *t, enum digest which, const char *name,
    struct buf *out, struct diag *d)
{
	struct bytes raw = ctl_raw(t->file);
	struct digest_value value;
	enum err e;

	e = digest_of(which, &raw, 1, &value, d);
	if (e != ERR_OK)
		return e;
	rows_put_checksum(out, digest_bytes(&value), name);
	return ERR_OK;
}

static void
put_modified(const struct ctl_text *t, struct buf *out)
{
	const char *name = rows_noun(ctl_kind(t->file));
	uint32_t when;

	if (ctl_header_number(ctl_header(t->file), CTL_HDR_TIMESTAMP, &when)) {
		buf_printf(out, "The %s File was last modified on ", name);
		text_put_date(out, when);
		buf_str(out, " (header)\n");
	} else {
		buf_printf(out,
		    "The %s File does not say when it was made "
		    "(no TIMESTAMP in the header)\n",
		    name);
	}
}

static void
put_text(struct buf *out, struct bytes value)
{
	if (value.len > 0 && value.ptr[value.len - 1] == '\0')
		value.len--;
	rows_put_text(out, value);
}

static void
put_dump(struct buf *out, const struct ctl_field *field)
{
	struct bytes rest = field->value;
	size_t at = field->offset + 3;
	struct bytes row;
	size_t n;

	while (rest.len > 0) {
		n = rest.len < HEX_PER_ROW ? rest.len : HEX_PER_ROW;
		if (!bytes_take(&rest, n, &row))
			break;
		buf_printf(out, "\t\t%08zx  ", at);
		text_put_hex(out, row, " ", TEXT_LOWER);
		buf_u8(out, '\n');
		at += n;
	}
}

static void
put_header_value(struct buf *out, const struct ctl_field *field)
{
	switch (field->tag) {
	case CTL_HDR_SIGNER_NAME:
	case CTL_HDR_ISSUER:
		put_text(out, field->value);
		break;
	case CTL_HDR_SERIAL:
		rows_put_hex(out, field->value, ":");
		break;
	case CTL_HDR_SIGNATURE:
		rows_put_signature(out, field->value);
		break;
	case CTL_HDR_DIGEST:
	case CTL_HDR_SIGALG:
	case CTL_HDR_MODULUS:
	case CTL_HDR_FILENAME:
	case CTL_HDR_TIMESTAMP:
		break;
	default:
		rows_put_hex(out, field->value, " ");
	}
}

static void
put_header_field(const struct ctl_text *t, const struct ctl_field *field,
    struct buf *out)
{
	const struct ctl_tag_info *info = ctl_header_tag_info(field->tag);

	/* VERSION and HEADERLENGTH stand above the table. */
	if (field->tag == CTL_HDR_VERSION || field->tag == CTL_HDR_LENGTH)
		return;
	if (info != NULL && info->shape == CTL_GROUP) {
		rows_put_row(out, field->tag, info->name, 2);
		buf_printf(out, "\t%zu\n", field->value.len);
		return;
	}
	rows_put_row(out, field->tag, info == NULL ? "UNKNOWN" : info->name,
	    field->value.len);
	put_header_value(out, field);
	buf_u8(out, '\n');
	if (t->hex)
		put_dump(out, field);
}

enum err
ctl_text_head(const struct ctl_text *t, struct buf *out, struct diag *d)
{
	const struct ctl_header *h = ctl_header(t->file);
	const char *name = rows_noun(ctl_kind(t->file));
	enum err e;
	size_t i;

	buf_printf(out, "The checksum value of the %s file:\n", name);
	e = put_checksum(t, DIGEST_MD5, "MD5", out, d);
	if (e == ERR_OK)
		e = put_checksum(t, DIGEST_SHA1, "SHA1", out, d);
	if (e != ERR_OK)
		return e;
	buf_printf(out, "\nLength of %s file: %zu\n", name,
	    ctl_raw(t->file).len);
	put_modified(t, out);
	rows_put_parse(out, name);
	buf_printf(out, "Version:\t%u.%u\nHeaderLength:\t%zu (BYTES)\n\n",
	    h->major, h->minor, h->length);
	rows_put_table_head(out);
	for (i = 0; i < h->num_fields; i++)
		put_header_field(t, &h->fields[i], out);
	return done(out, d);
}

static enum err
put_cert_hash(struct bytes der, struct buf *out, struct diag *d)
{
	struct digest_value value;
	enum err e;

	e = digest_of(DIGEST_SHA1, &der, 1, &value, d);
	if (e != ERR_OK)
		return e;
	rows_put_cert_hash(out, digest_bytes(&value));
	return ERR_OK;
}

static void
put_role(struct buf *out, const struct ctl_record *r)
{
	const char *function = ctl_role_function(r->role);

	if (function != NULL)
		buf_printf(out, "\t%s", function);
	else
		buf_printf(out, "\tUNKNOWN (%u)", r->role);
}

static void
put_hash_alg(struct buf *out, uint8_t code)
{
	const char *name = ctl_digest_print_name(code);

	if (name != NULL)
		buf_printf(out, "\t%s", name);
	else
		buf_printf(out, "\tUNKNOWN (%u)", code);
}

static enum err
put_record_value(struct buf *out, const struct ctl_record *r,
    const struct ctl_field *field, struct diag *d)
{
	switch (field->tag) {
	case CTL_REC_LENGTH:
		buf_printf(out, "\t%zu", r->length);
		break;
	case CTL_REC_DNS_NAME:
	case CTL_REC_SUBJECT:
	case CTL_REC_ISSUER:
		put_text(out, field->value);
		break;
	case CTL_REC_ROLE:
		put_role(out, r);
		break;
	case CTL_REC_SERIAL:
		rows_put_hex(out, field->value, ":");
		break;
	case CTL_REC_CERTIFICATE:
		return put_cert_hash(field->value, out, d);
	case CTL_REC_HASH_ALG:
		put_hash_alg(out, field->value.ptr[0]);
		break;
	case CTL_REC_PUBLIC_KEY:
	case CTL_REC_SIGNATURE:
	case CTL_REC_ADDRESS:
		break;
	default:
		rows_put_hex(out, field->value, " ");
	}
	return ERR_OK;
}

static enum err
put_record_field(const struct ctl_text *t, const struct ctl_record *r,
    const struct ctl_field *field, struct buf *out, struct diag *d)
{
	const struct ctl_tag_info *info = ctl_record_tag_info(field->tag);
	enum err e;

	rows_put_row(out, field->tag, info == NULL ? "UNKNOWN" : info->name,
	    field->value.len);
	e = put_record_value(out, r, field, d);
	buf_u8(out, '\n');
	if (e == ERR_OK && t->hex)
		put_dump(out, field);
	return e;
}

enum err
ctl_text_record(const struct ctl_text *t, size_t index, struct buf *out,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(t->file, index);
	const char *name = rows_noun(ctl_kind(t->file));
	enum err e = ERR_OK;
	size_t i;

	rows_put_record_head(out, name, index);
	for (i = 0; e == ERR_OK && i < r->num_fields; i++)
		e = put_record_field(t, r, &r->fields[i], out, d);
	if (e != ERR_OK)
		return e;
	if (r->has_role && r->role == CTL_ROLE_SAST)
		rows_put_mark(out, name, ctl_signer_record(t->file) == index);
	return done(out, d);
}

static void
put_reason(const struct ctl_verdict *v, struct buf *out)
{
	if (v->why.path[0] != '\0') {
		buf_str(out, " ");
		text_put_safe(out, bytes_of_str(v->why.path));
		if (v->why.offset != DIAG_NOWHERE)
			buf_printf(out, ", byte %zu", v->why.offset);
		buf_str(out, ":");
	}
	buf_str(out, " ");
	text_put_safe(out, bytes_of_str(v->why.msg));
	buf_str(out, ".\n");
}

enum err
ctl_text_tail(const struct ctl_text *t, struct buf *out, struct diag *d)
{
	const char *name = rows_noun(ctl_kind(t->file));

	buf_u8(out, '\n');
	switch (t->verdict->status) {
	case CTL_VERIFIED:
		buf_printf(out, "The %s file was verified successfully.\n",
		    name);
		break;
	case CTL_FAILED:
		buf_printf(out,
		    "Verification of the %s File failed.\n"
		    "Reason:",
		    name);
		put_reason(t->verdict, out);
		break;
	case CTL_NOT_POSSIBLE:
		buf_printf(out,
		    "The %s file could not be verified.\n"
		    "Reason:",
		    name);
		put_reason(t->verdict, out);
		break;
	}
	return done(out, d);
}
