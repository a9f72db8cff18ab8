/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/show_long.h"

#include "base/text.h"

/* "        key          ". */
static void
put_key(struct buf *out, const char *key)
{
	buf_printf(out, "\t%-13s", key);
}

static enum err
put_sha256(struct bytes of, struct buf *out, struct diag *d)
{
	struct digest_value value;
	enum err e;

	e = digest_of(DIGEST_SHA256, &of, 1, &value, d);
	if (e != ERR_OK)
		return e;
	put_key(out, "SHA-256");
	text_put_hex(out, digest_bytes(&value), "", TEXT_LOWER);
	buf_str(out, "\n");
	return ERR_OK;
}

static void
put_filename(const struct ctl_header *h, struct buf *out)
{
	struct bytes name = ctl_header_text(h, CTL_HDR_FILENAME);

	put_key(out, "file name");
	if (name.ptr == NULL)
		buf_str(out, "none");
	text_put_safe(out, name);
	buf_str(out, "\n");
}

static void
put_algorithms(const struct ctl_header *h, struct buf *out)
{
	const char *digest;
	uint32_t code;

	if (ctl_header_number(h, CTL_HDR_DIGEST, &code)) {
		digest = ctl_digest_print_name(code);
		put_key(out, "digest");
		buf_printf(out, "%s (code %u)\n",
		    digest == NULL ? "unknown" : digest, code);
	}
	if (ctl_header_number(h, CTL_HDR_MODULUS, &code)) {
		put_key(out, "modulus");
		if (ctl_modulus_bits(code) != 0)
			buf_printf(out, "%u bits (code %u)\n",
			    ctl_modulus_bits(code), code);
		else
			buf_printf(out, "unknown (code %u)\n", code);
	}
}

enum err
show_long_head(const struct ctl_file *f, struct buf *out, struct diag *d)
{
	const struct ctl_header *h = ctl_header(f);
	uint32_t when;
	enum err e;

	buf_str(out, "\n");
	put_key(out, "kind");
	buf_printf(out, "%s\n", ctl_kind_name(ctl_kind(f)));
	put_filename(h, out);
	if (ctl_header_number(h, CTL_HDR_TIMESTAMP, &when)) {
		put_key(out, "made");
		text_put_rfc3339(out, when);
		buf_str(out, "\n");
	}
	put_algorithms(h, out);
	put_key(out, "pads");
	buf_printf(out, "%zu\n", h->num_pads);
	put_key(out, "payload");
	buf_printf(out, "%zu bytes from byte %zu\n", ctl_payload(f).len,
	    h->length);
	e = put_sha256(ctl_raw(f), out, d);
	if (e != ERR_OK)
		return e;
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

static void
put_place(const struct ctl_record *r, struct buf *out)
{
	struct bytes ip = ctl_record_value(r, CTL_REC_ADDRESS);

	put_key(out, "record");
	buf_printf(out, "bytes %zu to %zu, %s dialect\n", r->offset,
	    r->offset + r->length - 1, ctl_dialect_name(r->dialect));
	put_key(out, "role");
	if (r->has_role)
		buf_printf(out, "%s (code %u)\n", ctl_role_name(r->role),
		    r->role);
	else
		buf_str(out, "none\n");
	if (ip.ptr == NULL)
		return;
	put_key(out, "address");
	if (ip.len == 4)
		buf_printf(out, "%u.%u.%u.%u\n", ip.ptr[0], ip.ptr[1],
		    ip.ptr[2], ip.ptr[3]);
	else {
		text_put_hex(out, ip, " ", TEXT_UPPER);
		buf_str(out, " (not IPv4)\n");
	}
}

static enum err
put_name(const struct cert *c, enum cert_name which, struct buf *out,
    struct diag *d)
{
	struct buf name = { 0 };
	enum err e;

	put_key(out, which == CERT_SUBJECT ? "subject" : "issuer");
	e = cert_put_name(c, which, &name, d);
	if (e == ERR_OK)
		text_put_safe(out, buf_bytes(&name));
	else if (e == ERR_SYNTAX)
		buf_str(out, "not text");
	buf_str(out, "\n");
	buf_clear(&name);
	return e == ERR_SYNTAX ? ERR_OK : e;
}

static void
put_key_size(const struct pubkey *k, struct buf *out)
{
	put_key(out, "key");
	if (k == NULL)
		buf_str(out, "of an unknown kind\n");
	else
		buf_printf(out, "%s, %u bits\n",
		    pubkey_type_name(pubkey_type(k)), pubkey_bits(k));
}

static enum err
put_cert(const struct cert *c, struct buf *out, struct diag *d)
{
	enum err e;

	e = put_name(c, CERT_SUBJECT, out, d);
	if (e == ERR_OK)
		e = put_name(c, CERT_ISSUER, out, d);
	put_key(out, "valid");
	text_put_rfc3339(out, cert_not_before(c));
	buf_str(out, " to ");
	text_put_rfc3339(out, cert_not_after(c));
	buf_str(out, "\n");
	put_key_size(cert_key(c), out);
	return e;
}

static enum err
put_certificate(struct bytes der, struct buf *out, struct diag *d)
{
	struct cert *c = NULL;
	struct diag bad;
	enum err e;

	e = cert_from_der(der, &c, &bad);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	if (e != ERR_OK) {
		put_key(out, "certificate");
		buf_printf(out, "%s\n", bad.msg);
	} else {
		e = put_cert(c, out, d);
	}
	cert_free(&c);
	return e == ERR_SYNTAX ? ERR_OK : e;
}

/* The key of a record that holds no certificate. */
static enum err
put_bare_key(struct bytes key, struct buf *out, struct diag *d)
{
	struct pubkey *k = NULL;

	if (pubkey_from_rsa(key, &k, d) == ERR_NOMEM)
		return ERR_NOMEM;
	put_key_size(k, out);
	pubkey_free(&k);
	return ERR_OK;
}

enum err
show_long_record(const struct ctl_file *f, size_t index, struct buf *out,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	enum err e = ERR_OK;

	put_place(r, out);
	if (der.ptr != NULL) {
		e = put_certificate(der, out, d);
		if (e == ERR_OK)
			e = put_sha256(der, out, d);
	} else if (key.ptr != NULL) {
		e = put_bare_key(key, out, d);
	}
	if (e != ERR_OK)
		return e;
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
