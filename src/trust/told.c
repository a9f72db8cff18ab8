/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/told.h"

#include <string.h>

#include "pki/digest.h"

/* A header cannot be longer, and a record neither. */
#define MAX_LEN 65535

const char *
told_by_name(enum told_by by)
{
	static const char *const names[] = {
#define TOLD_NAME(id, name) [id] = (name),
		TOLD_BYS(TOLD_NAME)
#undef TOLD_NAME
	};

	return names[by];
}

/* ---- What a record tells -------------------------------------------------------- */

static const struct ctl_row *
row_of(const struct ctl_listed *r, enum ctl_record_tag tag)
{
	return ctl_row_find(r->rows, r->num_rows, tag);
}

static struct bytes
text_of(const struct ctl_row *row)
{
	return row == NULL ? bytes_of(NULL, 0) : row->text;
}

static struct bytes
data_of(const struct ctl_row *row)
{
	return row == NULL ? bytes_of(NULL, 0) : row->data;
}

static enum told_by
best_of(const struct ctl_listed *r)
{
	bool has_cert = row_of(r, CTL_REC_CERTIFICATE) != NULL;
	bool has_hash = row_of(r, CTL_REC_CERT_HASH) != NULL;
	bool has_key = row_of(r, CTL_REC_PUBLIC_KEY) != NULL;

	if (!has_cert && !has_hash && !has_key)
		return TOLD_BY_SHA1;
	if (has_cert && r->sha1.ptr != NULL)
		return TOLD_BY_SHA1;
	if (!has_cert && data_of(row_of(r, CTL_REC_CERT_HASH)).ptr != NULL)
		return TOLD_BY_SHA1;
	return data_of(row_of(r, CTL_REC_SERIAL)).ptr != NULL ? TOLD_BY_SERIAL
							      : TOLD_BY_NAME;
}

enum told_by
told_best(const struct ctl_listing *l)
{
	enum told_by by = TOLD_BY_SHA1, of;
	size_t i;

	for (i = 0; i < ctl_listing_num(l); i++) {
		of = best_of(ctl_listing_at(l, i));
		if (of > by)
			by = of;
	}
	return by;
}

/* ---- Stand-ins ------------------------------------------------------------------ */

/* What stands for the certificate of R: 20 bytes. */
static enum err
stand_in(const struct ctl_listed *r, enum told_by by, struct digest_value *ret,
    struct diag *d)
{
	struct bytes nul = bytes_of("", 1);
	struct bytes parts[] = { text_of(row_of(r, CTL_REC_ISSUER)), nul,
		text_of(row_of(r, CTL_REC_SUBJECT)), nul,
		data_of(row_of(r, CTL_REC_SERIAL)) };
	struct bytes hash = r->sha1.ptr != NULL
	    ? r->sha1
	    : data_of(row_of(r, CTL_REC_CERT_HASH));

	if (by == TOLD_BY_SHA1 && hash.ptr != NULL)
		return digest_of(DIGEST_SHA1, &hash, 1, ret, d);
	if (by == TOLD_BY_NAME)
		return digest_of(DIGEST_SHA1, parts, 3, ret, d);
	parts[2] = bytes_of(NULL, 0);
	return digest_of(DIGEST_SHA1, parts, 5, ret, d);
}

/* In the form of an RSAPublicKey, which phones want of a SAST. */
static void
put_key(struct buf *out, struct bytes hash)
{
	static const uint8_t exponent[] = { 2, 3, 1, 0, 1 };

	buf_u8(out, 0x30);
	buf_u8(out, (uint8_t)(2 + hash.len + sizeof(exponent)));
	buf_u8(out, 2);
	buf_u8(out, (uint8_t)hash.len);
	buf_put(out, hash);
	buf_put(out, bytes_of(exponent, sizeof(exponent)));
}

/* A role that the text spells as nobody does is another than any other. */
static void
put_role(struct buf *out, const struct ctl_listed *r)
{
	struct digest_value v = { .len = 0 };

	if (r->has_role) {
		buf_u16(out, r->role);
		return;
	}
	if (digest_of(DIGEST_SHA1, &r->function, 1, &v, NULL) != ERR_OK)
		out->failed = true;
	buf_u16(out, (uint16_t)(0x8000 | v.byte[0] << 8 | v.byte[1]));
}

static void
put_alg(struct buf *out, struct bytes name)
{
	static const uint8_t codes[] = { 1, 2, 3 };
	uint8_t code = 0;
	size_t i;

	for (i = 0; i < sizeof(codes); i++)
		if (bytes_equal(name,
			bytes_of_str(ctl_digest_print_name(codes[i]))))
			code = codes[i];
	buf_u8(out, code);
}

/* ---- Writing -------------------------------------------------------------------- */

static void
put_name(struct buf *out, struct bytes name)
{
	buf_put(out, name);
	buf_u8(out, 0);
}

static void
put_value(struct buf *out, const struct ctl_listed *r,
    const struct ctl_row *row, struct bytes stand_in)
{
	switch (row->tag) {
	case CTL_REC_DNS_NAME:
	case CTL_REC_SUBJECT:
	case CTL_REC_ISSUER:
		put_name(out, row->text);
		break;
	case CTL_REC_ROLE:
		put_role(out, r);
		break;
	case CTL_REC_PUBLIC_KEY:
		put_key(out, stand_in);
		break;
	case CTL_REC_CERTIFICATE:
	case CTL_REC_CERT_HASH:
		buf_put(out, stand_in);
		break;
	case CTL_REC_HASH_ALG:
		put_alg(out, row->text);
		break;
	default:
		buf_put(out, row->data);
	}
}

/* Not there: what the text tells nothing of; and serial numbers where the text
 * of one of two lists does not tell them, since they would all be others. */
static bool
is_put(const struct ctl_row *row, enum told_by by)
{
	switch (row->tag) {
	case CTL_REC_LENGTH:
	case CTL_REC_SIGNATURE:
	case CTL_REC_ADDRESS:
	case TOLD_TAG_ROWS:
		return false;
	case CTL_REC_SERIAL:
		return row->data.ptr != NULL && by != TOLD_BY_NAME;
	case CTL_REC_DNS_NAME:
	case CTL_REC_SUBJECT:
	case CTL_REC_ISSUER:
		return row->text.ptr != NULL;
	default:
		return row->tag != 0;
	}
}

/* Where records differ of which the text says nothing else. */
static void
put_rows(struct buf *out, const struct ctl_listed *r)
{
	size_t i, mark;

	buf_u8(out, TOLD_TAG_ROWS);
	mark = buf_mark16(out);
	for (i = 0; i < r->num_rows; i++) {
		buf_u8(out, r->rows[i].tag);
		buf_u32(out, (uint32_t)r->rows[i].length);
	}
	buf_fill16(out, mark, r->num_rows * 5);
}

static enum err
put_record(const struct ctl_listed *r, enum told_by by, struct buf *out,
    struct diag *d)
{
	size_t i, mark, at, start = out->len;
	struct digest_value v;
	enum err e = stand_in(r, by, &v, d);

	if (e != ERR_OK)
		return e;
	buf_u8(out, CTL_REC_LENGTH);
	buf_u16(out, 2);
	mark = buf_mark16(out);
	for (i = 0; i < r->num_rows; i++) {
		if (!is_put(&r->rows[i], by))
			continue;
		buf_u8(out, r->rows[i].tag);
		at = buf_mark16(out);
		put_value(out, r, &r->rows[i], digest_bytes(&v));
		if (out->len - start > MAX_LEN)
			break;
		buf_fill16(out, at, out->len - at - 2);
	}
	put_rows(out, r);
	if (out->len - start > MAX_LEN)
		return diag_set(d, ERR_TOO_BIG,
		    "record %zu is longer than one can be", r->index);
	buf_fill16(out, mark, out->len - start);
	return ERR_OK;
}

/* ---- The signer ----------------------------------------------------------------- */

struct names {
	struct bytes name, serial, issuer;
};

/* As the header says, else the record that is said to have signed. */
static bool
find_signer(const struct ctl_listing *l, struct names *ret)
{
	const struct ctl_listed *r;
	const struct ctl_row *rows;
	size_t i, num;

	rows = ctl_listing_header(l, &num);
	ret->name = text_of(ctl_row_find(rows, num, CTL_HDR_SIGNER_NAME));
	ret->serial = data_of(ctl_row_find(rows, num, CTL_HDR_SERIAL));
	ret->issuer = text_of(ctl_row_find(rows, num, CTL_HDR_ISSUER));
	for (i = 0; i < ctl_listing_num(l) &&
	     (ret->serial.ptr == NULL || ret->issuer.ptr == NULL);
	     i++) {
		r = ctl_listing_at(l, i);
		if (!r->is_signer)
			continue;
		ret->name = text_of(row_of(r, CTL_REC_SUBJECT));
		ret->serial = data_of(row_of(r, CTL_REC_SERIAL));
		ret->issuer = text_of(row_of(r, CTL_REC_ISSUER));
	}
	return ret->serial.ptr != NULL && ret->issuer.ptr != NULL;
}

static void
put_field(struct buf *out, uint8_t tag, struct bytes value, bool is_name)
{
	size_t mark;

	if (value.ptr == NULL)
		return;
	buf_u8(out, tag);
	mark = buf_mark16(out);
	buf_put(out, value);
	if (is_name)
		buf_u8(out, 0);
	buf_fill16(out, mark, value.len + (is_name ? 1 : 0));
}

static enum err
put_header(const struct ctl_listing *l, struct told *t, struct diag *d)
{
	static const uint8_t opening[] = { CTL_HDR_VERSION, 0, 2, 1, 2,
		CTL_HDR_LENGTH, 0, 2 };
	struct buf *out = &t->bytes;
	size_t length, group;
	struct names n;

	t->signer = find_signer(l, &n);
	if (n.name.len + n.serial.len + n.issuer.len > MAX_LEN / 2)
		return diag_set(d, ERR_TOO_BIG,
		    "the header is longer than one can be");
	buf_put(out, bytes_of(opening, sizeof(opening)));
	length = buf_mark16(out);
	buf_u8(out, CTL_HDR_SIGNER_ID);
	group = buf_mark16(out);
	put_field(out, CTL_HDR_SIGNER_NAME, n.name, true);
	put_field(out, CTL_HDR_SERIAL, n.serial, false);
	put_field(out, CTL_HDR_ISSUER, n.issuer, true);
	buf_fill16(out, group, out->len - group - 2);
	buf_fill16(out, length, out->len);
	return ERR_OK;
}

/* ---- All of it ------------------------------------------------------------------ */

static bool
has_damage(const struct ctl_row *rows, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (rows[i].damaged)
			return true;
	return false;
}

static bool
is_damaged(const struct ctl_listing *l)
{
	const struct ctl_row *rows;
	size_t i, num;

	rows = ctl_listing_header(l, &num);
	if (has_damage(rows, num))
		return true;
	for (i = 0; i < ctl_listing_num(l); i++)
		if (has_damage(ctl_listing_at(l, i)->rows,
			ctl_listing_at(l, i)->num_rows))
			return true;
	return false;
}

enum err
told_make(const struct ctl_listing *l, enum told_by by, struct told *ret,
    struct diag *d)
{
	struct told t = { .damaged = is_damaged(l) };
	enum err e;
	size_t i;

	e = put_header(l, &t, d);
	for (i = 0; e == ERR_OK && i < ctl_listing_num(l); i++)
		e = put_record(ctl_listing_at(l, i), by, &t.bytes, d);
	if (e == ERR_OK && !buf_ok(&t.bytes))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&t.bytes), ctl_listing_kind(l), &t.file,
		    d);
	if (e == ERR_OK)
		*ret = t;
	else
		told_clear(&t);
	return e;
}

void
told_clear(struct told *t)
{
	ctl_free(&t->file);
	buf_clear(&t->bytes);
	t->signer = false;
	t->damaged = false;
}
