/* SPDX-License-Identifier: Apache-2.0 */
/* Files up to their signature: formats 3, 10.2 and 10.3. */
#include <string.h>

#include "ctl/draft_parts.h"

/* .sgn files, as far as is known (format 2.4). */
#define SIGNED_MAJOR 1
#define SIGNED_MINOR 0

enum err
ctl_head_time(struct ctl_head *head, int64_t when, struct diag *d)
{
	if (when < 0 || when > UINT32_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "a header has room for the seconds from 1970 to "
		    "2106-02-07T06:28:15Z, and this is none of them");
	head->has_timestamp = true;
	head->timestamp = (uint32_t)when;
	return ERR_OK;
}

static void
copy_identity(struct ctl_head *head, const struct ctl_record *r)
{
	head->name = ctl_record_value(r, CTL_REC_SUBJECT);
	head->serial = ctl_record_value(r, CTL_REC_SERIAL);
	head->issuer = ctl_record_value(r, CTL_REC_ISSUER);
	head->dialect = r->dialect;
}

void
ctl_head_copy(struct ctl_head *head, const struct ctl_file *f, size_t index)
{
	copy_identity(head, ctl_record(f, index));
}

void
ctl_head_copy_draft(struct ctl_head *head, const struct ctl_draft *dr,
    size_t index)
{
	copy_identity(head, ctl_draft_record(dr, index));
}

void
ctl_unsigned_clear(struct ctl_unsigned *u)
{
	buf_clear(&u->preimage);
	memset(u, 0, sizeof(*u));
}

/* Appends the header to U, without its SIGNATURE TLV. */
static enum err
put_header(const struct ctl_header_plan *plan, struct ctl_unsigned *u,
    struct diag *d)
{
	struct buf header = { 0 };
	size_t gap = 0, len = 0;
	enum err e;

	e = ctl_plan_header(plan, &header, &gap, &len, d);
	if (e == ERR_OK) {
		size_t rest = gap + 3 + len;

		u->gap = gap;
		u->signature_len = len;
		buf_put(&u->preimage, bytes_of(header.ptr, gap));
		buf_put(&u->preimage,
		    bytes_of(header.ptr + rest, header.len - rest));
	}
	buf_clear(&header);
	return e;
}

/* KIND, or not said yet, is that of a list. */
static bool
may_be_list(enum ctl_kind kind)
{
	return kind == CTL_KIND_AUTO || kind == CTL_KIND_CTL ||
	    kind == CTL_KIND_ITL;
}

/* Every reader takes F for what U is meant to be: those that go by its name,
 * and those that look into it. */
static enum err
check_kind(const struct ctl_unsigned *u, const struct ctl_file *f,
    struct diag *d)
{
	enum ctl_kind named = ctl_kind_by_name(f);

	if (u->kind == CTL_KIND_SIGNED) {
		if (ctl_kind(f) == CTL_KIND_SIGNED)
			return ERR_OK;
		return diag_set(d, ERR_USAGE,
		    "readers would take this for %s, by its name or its "
		    "content",
		    ctl_is_list(f) ? "a trust list"
			: ctl_kind(f) == CTL_KIND_FIRMWARE
			? "firmware"
			: "an encrypted file");
	}
	if (may_be_list(named))
		return ERR_OK;
	return diag_set(d, ERR_USAGE,
	    "readers would take a trust list of that name for another kind of "
	    "file (%s); it ends in .tlv",
	    ctl_kind_name(named));
}

/* U parses, with a signature of zeros, as what it is meant to be. */
static enum err
check_unsigned(const struct ctl_unsigned *u, struct diag *d)
{
	struct buf bytes = { 0 };
	struct ctl_file *f = NULL;
	enum err e;

	e = ctl_preview(u, &bytes, d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, d);
	if (e == ERR_OK)
		e = check_kind(u, f, d);
	ctl_free(&f);
	buf_clear(&bytes);
	return e;
}

/* Moves U, whose preimage is complete, to RET. */
static enum err
complete(struct ctl_unsigned *u, enum digest digest, struct ctl_unsigned *ret,
    struct diag *d)
{
	struct bytes all = buf_bytes(&u->preimage);
	enum err e;

	if (!buf_ok(&u->preimage))
		return diag_nomem(d);
	e = check_unsigned(u, d);
	if (e != ERR_OK)
		return e;
	u->digest = digest;
	e = digest_of(digest, &all, 1, &u->value, d);
	if (e == ERR_OK) {
		*ret = *u;
		memset(u, 0, sizeof(*u));
	}
	return e;
}

enum err
ctl_prepare(const struct ctl_draft *dr, const struct ctl_head *head,
    struct ctl_unsigned *ret, struct diag *d)
{
	bool own = head->major != 0 || head->minor != 0;
	struct ctl_header_plan plan = { .head = head,
		.major = own ? head->major : dr->major,
		.minor = own ? head->minor : dr->minor,
		.kept = dr->kept,
		.num_kept = dr->num_kept };
	struct ctl_unsigned u = { .kind = dr->kind };
	size_t i;
	enum err e;

	e = put_header(&plan, &u, d);
	for (i = 1; e == ERR_OK && i <= dr->num; i++)
		buf_put(&u.preimage, ctl_draft_bytes(dr, i));
	if (e == ERR_OK)
		e = complete(&u, head->digest, ret, d);
	ctl_unsigned_clear(&u);
	return e;
}

enum err
ctl_prepare_signed(struct bytes content, const struct ctl_head *head,
    struct ctl_unsigned *ret, struct diag *d)
{
	bool own = head->major != 0 || head->minor != 0;
	struct ctl_header_plan plan = { .head = head,
		.major = own ? head->major : SIGNED_MAJOR,
		.minor = own ? head->minor : SIGNED_MINOR };
	struct ctl_unsigned u = { .kind = CTL_KIND_SIGNED };
	enum err e;

	e = put_header(&plan, &u, d);
	if (e == ERR_OK) {
		buf_put(&u.preimage, content);
		e = complete(&u, head->digest, ret, d);
	}
	ctl_unsigned_clear(&u);
	return e;
}

/* Where the SIGNATURE TLV of a file goes whose PREIMAGE this is: behind
 * SIGNATUREINFO, wherever that is. False where there is none. */
static bool
find_gap(struct bytes preimage, size_t *ret)
{
	struct bytes cur = preimage, value;
	uint16_t len;
	uint8_t tag;

	while (bytes_u8(&cur, &tag) && bytes_u16(&cur, &len) &&
	    bytes_take(&cur, len, &value)) {
		if (tag != CTL_HDR_SIGNATURE_INFO)
			continue;
		*ret = preimage.len - cur.len;
		return true;
	}
	return false;
}

/* Says in HEAD what the header of F says. */
static enum err
read_head(const struct ctl_file *f, const char *filename, struct ctl_head *head,
    struct diag *d)
{
	const struct ctl_header *h = ctl_header(f);
	const struct ctl_field *serial = ctl_header_field(h, CTL_HDR_SERIAL);
	const struct ctl_field *issuer = ctl_header_field(h, CTL_HDR_ISSUER);
	uint32_t code = 0;

	head->major = h->major;
	head->minor = h->minor;
	head->filename = filename;
	head->has_timestamp = ctl_header_number(h, CTL_HDR_TIMESTAMP,
	    &head->timestamp);
	head->signer_version = ctl_header_field(h, CTL_HDR_SIGNER_VERSION) !=
	    NULL;
	head->name = ctl_header_value(h, CTL_HDR_SIGNER_NAME);
	head->serial = ctl_header_value(h, CTL_HDR_SERIAL);
	head->issuer = ctl_header_value(h, CTL_HDR_ISSUER);
	if (serial != NULL && issuer != NULL && serial->offset > issuer->offset)
		head->order = CTL_DIALECT_BUILDER;
	if (!ctl_header_number(h, CTL_HDR_DIGEST, &code) ||
	    !ctl_digest_of_code(code, &head->digest))
		return diag_set(d, ERR_SYNTAX,
		    "the header does not say which digest is to be signed");
	return ERR_OK;
}

/* Prepares anew what F, with zeros for a signature, is. */
static enum err
prepare_again(const struct ctl_file *f, const struct cert *cert,
    struct ctl_unsigned *ret, struct diag *d)
{
	struct ctl_head head = { .cert = cert };
	struct ctl_draft *dr = NULL;
	struct buf filename = { 0 };
	const char *name;
	enum err e;

	buf_put(&filename, ctl_header_text(ctl_header(f), CTL_HDR_FILENAME));
	name = buf_cstr(&filename);
	e = name == NULL ? diag_nomem(d) : read_head(f, name, &head, d);
	if (e == ERR_OK && ctl_is_list(f)) {
		e = ctl_draft_from(f, &dr, d);
		if (e == ERR_OK)
			e = ctl_prepare(dr, &head, ret, d);
	} else if (e == ERR_OK) {
		e = ctl_prepare_signed(ctl_payload(f), &head, ret, d);
	}
	ctl_draft_free(&dr);
	buf_clear(&filename);
	return e;
}

static bool
is_about_bytes(enum err e)
{
	return e == ERR_SYNTAX || e == ERR_TRUNCATED || e == ERR_LEFTOVER ||
	    e == ERR_TOO_BIG || e == ERR_USAGE;
}

/* What is wrong with the bytes is one error, whatever the part that saw it
 * calls it; and a place behind the gap is one in bytes without it. */
static enum err
not_ours(const struct ctl_unsigned *bare, struct diag *d, enum err e)
{
	size_t filled = 3 + bare->signature_len;

	if (!is_about_bytes(e))
		return e;
	if (d == NULL)
		return ERR_SYNTAX;
	d->code = ERR_SYNTAX;
	if (d->offset != DIAG_NOWHERE && d->offset >= bare->gap + filled)
		d->offset -= filled;
	return ERR_SYNTAX;
}

enum err
ctl_unsigned_read(struct bytes preimage, const struct cert *cert,
    struct ctl_unsigned *ret, struct diag *d)
{
	struct ctl_unsigned bare = { .gap = 0 }, again = { .gap = 0 };
	struct buf bytes = { 0 };
	struct ctl_file *f = NULL;
	uint8_t code;
	enum err e;

	e = ctl_signature_len(cert, &bare.signature_len, &code, d);
	if (e != ERR_OK)
		return e;
	if (!find_gap(preimage, &bare.gap))
		return diag_set(d, ERR_SYNTAX,
		    "this is no file less its signature: there is no "
		    "SIGNATUREINFO (7)");
	buf_put(&bare.preimage, preimage);
	e = buf_ok(&bare.preimage) ? ctl_preview(&bare, &bytes, d)
				   : diag_nomem(d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, d);
	if (e == ERR_OK)
		e = prepare_again(f, cert, &again, d);
	if (e == ERR_OK && !bytes_equal(preimage, buf_bytes(&again.preimage)))
		e = diag_set(d, ERR_SYNTAX,
		    "this is no file less its signature as ctlsmith makes "
		    "one, or it is for a key of another size");
	if (e == ERR_OK) {
		*ret = again;
		memset(&again, 0, sizeof(again));
	}
	e = not_ours(&bare, d, e);
	ctl_free(&f);
	buf_clear(&bytes);
	ctl_unsigned_clear(&bare);
	ctl_unsigned_clear(&again);
	return e;
}
