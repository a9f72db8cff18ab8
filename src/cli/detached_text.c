/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/detached.h"

/* ", WHAT 'VALUE'" where there is a value. */
static void
put_more(struct buf *out, const char *what, struct bytes value)
{
	if (value.len == 0)
		return;
	buf_printf(out, ", %s '", what);
	text_put_safe(out, value);
	buf_u8(out, '\'');
}

static void
put_serial(struct buf *out, struct bytes serial)
{
	if (serial.len == 0)
		return;
	buf_str(out, ", serial ");
	text_put_hex(out, serial, ":", TEXT_UPPER);
}

/* What the header says of the whole. */
static void
put_head(const struct ctl_unsigned *u, const struct ctl_file *f,
    struct buf *out)
{
	const struct ctl_header *h = ctl_header(f);
	uint32_t when;

	buf_printf(out, "%s ", ctl_kind_name(u->kind));
	text_put_safe(out, ctl_header_text(h, CTL_HDR_FILENAME));
	buf_printf(out, ", %zu bytes when it is signed", ctl_raw(f).len);
	if (ctl_is_list(f))
		buf_printf(out, ", %zu record%s", ctl_num_records(f),
		    ctl_num_records(f) == 1 ? "" : "s");
	buf_str(out, "\ntime ");
	if (ctl_header_number(h, CTL_HDR_TIMESTAMP, &when))
		text_put_rfc3339(out, when);
	else
		buf_str(out, "none");
	buf_str(out, "\nsigner ");
	text_put_safe(out, ctl_header_text(h, CTL_HDR_SIGNER_NAME));
	put_serial(out, ctl_header_value(h, CTL_HDR_SERIAL));
	buf_printf(out, "\n%s ", digest_name(u->digest));
	text_put_hex(out, digest_bytes(&u->value), "", TEXT_LOWER);
	buf_u8(out, '\n');
}

/* Of the certificate itself: what stands beside it may say anything. */
static enum err
put_cert(const struct cert *c, struct buf *out, struct diag *d)
{
	struct bytes der = cert_der(c);
	struct digest_value sha1;
	struct buf cn = { 0 };
	enum err e;

	e = digest_of(DIGEST_SHA1, &der, 1, &sha1, d);
	if (e == ERR_OK)
		e = cert_put_cn(c, CERT_SUBJECT, &cn, d);
	if (e == ERR_OK) {
		put_more(out, "CN", buf_bytes(&cn));
		put_serial(out, cert_serial(c));
		buf_str(out, ", SHA-1 ");
		text_put_hex(out, digest_bytes(&sha1), "", TEXT_LOWER);
	}
	buf_clear(&cn);
	return e;
}

/* Phones read the fields, people the certificate. */
static enum err
put_agreement(const struct ctl_file *f, size_t index, const struct cert *c,
    struct buf *out, struct diag *d)
{
	struct ctl_agreement a;
	enum err e = ctl_agree(f, index, c, &a, d);

	if (e == ERR_OK && !a.agrees) {
		buf_str(out, ", BUT its fields are not the certificate's: ");
		text_put_safe(out, bytes_of_str(a.why.msg));
	}
	return e;
}

/* Who record INDEX is about. */
static enum err
put_whose(const struct ctl_file *f, size_t index, struct buf *out,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct cert *c = NULL;
	enum err e;

	if (der.ptr == NULL) {
		put_more(out, "CN",
		    ctl_common_name(ctl_record_text(r, CTL_REC_SUBJECT)));
		put_serial(out, ctl_record_value(r, CTL_REC_SERIAL));
		buf_str(out, ", no certificate");
		return ERR_OK;
	}
	e = cert_from_der(der, &c, d);
	if (e == ERR_OK)
		e = put_cert(c, out, d);
	if (e == ERR_OK)
		e = put_agreement(f, index, c, out, d);
	cert_free(&c);
	if (e == ERR_NOMEM || e == ERR_OK)
		return e;
	buf_str(out, ", with something that is no certificate");
	return ERR_OK;
}

static enum err
put_record(const struct ctl_file *f, size_t index, struct buf *out,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct bytes a = ctl_record_value(r, CTL_REC_ADDRESS);
	enum err e;

	buf_printf(out, "record %zu: %s", index,
	    r->has_role ? ctl_role_name(r->role) : "no role");
	put_more(out, "host", ctl_record_text(r, CTL_REC_DNS_NAME));
	if (a.len == 4)
		buf_printf(out, ", address %u.%u.%u.%u", a.ptr[0], a.ptr[1],
		    a.ptr[2], a.ptr[3]);
	e = put_whose(f, index, out, d);
	buf_u8(out, '\n');
	return e;
}

static enum err
put_content(const struct ctl_file *f, struct buf *out, struct diag *d)
{
	struct bytes content = ctl_payload(f);
	struct digest_value sha256;
	enum err e = digest_of(DIGEST_SHA256, &content, 1, &sha256, d);

	if (e != ERR_OK)
		return e;
	buf_printf(out, "content %zu bytes, SHA-256 ", content.len);
	text_put_hex(out, digest_bytes(&sha256), "", TEXT_LOWER);
	buf_u8(out, '\n');
	return ERR_OK;
}

enum err
detached_put_summary(const struct ctl_unsigned *u, struct buf *out,
    struct diag *d)
{
	struct buf bytes = { 0 }, text = { 0 };
	struct ctl_file *f = NULL;
	enum err e;
	size_t i;

	e = ctl_preview(u, &bytes, d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&bytes), u->kind, &f, d);
	if (e != ERR_OK)
		goto out;
	put_head(u, f, &text);
	if (!ctl_is_list(f))
		e = put_content(f, &text, d);
	for (i = 1; e == ERR_OK && i <= ctl_num_records(f); i++)
		e = put_record(f, i, &text, d);
	buf_put(out, buf_bytes(&text));
	if (e == ERR_OK && (!buf_ok(&text) || !buf_ok(out)))
		e = diag_nomem(d);
out:
	ctl_free(&f);
	buf_clear(&text);
	buf_clear(&bytes);
	return e;
}

void
detached_put_said(const struct detached_item *item, struct buf *out)
{
	size_t i;

	buf_str(out, "The other machine says (not checked):\n| ");
	text_put_safe(out, bytes_of_str(item->command));
	buf_str(out, ", to ");
	text_put_safe(out, bytes_of_str(item->target));
	if (item->has_base)
		buf_str(out, ", in the place of the list it was made from");
	buf_u8(out, '\n');
	for (i = 0; i < item->num_said; i++) {
		buf_str(out, item->said[i][0] == '\0' ? "|" : "| ");
		text_put_safe(out, bytes_of_str(item->said[i]));
		buf_u8(out, '\n');
	}
}
