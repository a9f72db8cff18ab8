/* SPDX-License-Identifier: Apache-2.0 */
/* Records as each dialect writes them: format 10.1. */
#include <string.h>

#include "ctl/draft_parts.h"

/* The order of each dialect; wants_tag() says which of them it writes. 11 and
 * 12 stand where 9 does. */
static const uint8_t usual_order[] = { CTL_REC_LENGTH, CTL_REC_DNS_NAME,
	CTL_REC_SUBJECT, CTL_REC_ROLE, CTL_REC_ISSUER, CTL_REC_SERIAL,
	CTL_REC_PUBLIC_KEY, CTL_REC_SIGNATURE, CTL_REC_CERTIFICATE,
	CTL_REC_CERT_HASH, CTL_REC_HASH_ALG, CTL_REC_ADDRESS };
static const uint8_t builder_order[] = { CTL_REC_LENGTH, CTL_REC_DNS_NAME,
	CTL_REC_SUBJECT, CTL_REC_ISSUER, CTL_REC_SERIAL, CTL_REC_ROLE,
	CTL_REC_PUBLIC_KEY, CTL_REC_SIGNATURE, CTL_REC_CERTIFICATE,
	CTL_REC_CERT_HASH, CTL_REC_HASH_ALG, CTL_REC_ADDRESS };
#define NUM_TAGS sizeof(usual_order)

/* One record on its way out. */
struct writing {
	const struct ctl_entry *entry;
	const struct ctl_record *old; /* or NULL */
	struct buf *out;
	struct diag *d;
};

static bool
old_has(const struct writing *w, enum ctl_record_tag tag)
{
	return w->old != NULL && ctl_record_field(w->old, tag) != NULL;
}

/* A tag that repeats what the certificate says. In a record that has a hash in
 * place of it only those that were there. */
static bool
wants_cert_tag(const struct writing *w, enum ctl_record_tag tag)
{
	if (w->entry->cert == NULL)
		return false;
	if (old_has(w, CTL_REC_CERT_HASH))
		return old_has(w, tag);
	return tag != CTL_REC_SIGNATURE ||
	    w->entry->dialect != CTL_DIALECT_TOKEN;
}

static bool
wants_tag(const struct writing *w, enum ctl_record_tag tag)
{
	bool builder = w->entry->dialect == CTL_DIALECT_BUILDER &&
	    w->entry->cert != NULL;

	switch (tag) {
	case CTL_REC_LENGTH:
		return true;
	case CTL_REC_ROLE:
		return w->old == NULL || w->old->has_role;
	case CTL_REC_DNS_NAME:
		return !builder || old_has(w, tag);
	case CTL_REC_ADDRESS:
		if (builder || w->old != NULL)
			return old_has(w, tag) ||
			    w->entry->dialect == CTL_DIALECT_TOKEN;
		return w->entry->address.ptr != NULL ||
		    w->entry->dialect == CTL_DIALECT_TOKEN;
	case CTL_REC_CERT_HASH:
	case CTL_REC_HASH_ALG:
		return old_has(w, CTL_REC_CERT_HASH) && old_has(w, tag);
	case CTL_REC_SUBJECT:
	case CTL_REC_ISSUER:
	case CTL_REC_SERIAL:
	case CTL_REC_PUBLIC_KEY:
	case CTL_REC_SIGNATURE:
	case CTL_REC_CERTIFICATE:
		break;
	}
	return wants_cert_tag(w, tag);
}

bool
ctl_has_control(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return true;
	return false;
}

/* The token client ends a subject at the first comma behind its CN, in the
 * middle of the quotes (format 10.1). */
static void
cut_subject(struct buf *name)
{
	size_t n = ctl_least_cut(buf_bytes(name));

	while (n < name->len && name->ptr[n] != ',')
		n++;
	name->len = n;
}

static enum err
put_name(const struct cert *c, enum ctl_record_tag tag,
    enum ctl_dialect dialect, struct buf *out, struct diag *d)
{
	bool subject = tag == CTL_REC_SUBJECT;
	struct buf name = { 0 };
	enum err e;

	e = ctl_put_name(c, subject ? CERT_SUBJECT : CERT_ISSUER, dialect,
	    &name, d);
	if (e == ERR_OK && ctl_has_control(buf_bytes(&name)))
		e = diag_set(d, ERR_SYNTAX,
		    "the %s of the certificate has a control character, "
		    "which no name in a list may have",
		    subject ? "subject" : "issuer");
	if (e == ERR_OK && subject && dialect == CTL_DIALECT_TOKEN)
		cut_subject(&name);
	if (e == ERR_OK) {
		buf_put(out, buf_bytes(&name));
		buf_u8(out, 0);
	}
	buf_clear(&name);
	return e;
}

/* The token's are backwards; the appliance's have the zero byte that DER puts
 * before a first bit that is set (format 6.5). */
static void
put_serial(const struct cert *c, enum ctl_dialect dialect, struct buf *out)
{
	struct bytes serial = cert_serial(c);
	size_t i;

	switch (dialect) {
	case CTL_DIALECT_TOKEN:
		for (i = serial.len; i > 0; i--)
			buf_u8(out, serial.ptr[i - 1]);
		return;
	case CTL_DIALECT_APPLIANCE:
		if (serial.len > 0 && serial.ptr[0] >= 0x80)
			buf_u8(out, 0);
		break;
	case CTL_DIALECT_BUILDER:
		break;
	}
	buf_put(out, serial);
}

enum err
ctl_put_identity(const struct cert *c, enum ctl_record_tag tag,
    enum ctl_dialect dialect, struct buf *out, struct diag *d)
{
	if (tag == CTL_REC_SERIAL)
		put_serial(c, dialect, out);
	else
		return put_name(c, tag, dialect, out, d);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

/* The new hash by the algorithm of the old one. */
static enum err
put_hash(const struct writing *w)
{
	struct bytes alg = ctl_record_value(w->old, CTL_REC_HASH_ALG);
	struct bytes der = cert_der(w->entry->cert);
	enum digest which = DIGEST_SHA1;
	struct digest_value value;
	enum err e;

	if (alg.ptr != NULL && !ctl_digest_of_code(alg.ptr[0], &which))
		return diag_set(w->d, ERR_UNSUPPORTED,
		    "the record has a CERTHASH by algorithm %u, which is "
		    "unknown",
		    alg.ptr[0]);
	e = digest_of(which, &der, 1, &value, w->d);
	if (e == ERR_OK)
		buf_put(w->out, digest_bytes(&value));
	return e;
}

static enum err
put_host(const struct writing *w)
{
	struct bytes host = w->entry->host;

	if (old_has(w, CTL_REC_DNS_NAME)) {
		buf_put(w->out, ctl_record_value(w->old, CTL_REC_DNS_NAME));
		return ERR_OK;
	}
	if (ctl_has_control(host))
		return diag_set(w->d, ERR_SYNTAX,
		    "the host name has a control character");
	buf_put(w->out, host);
	buf_u8(w->out, 0);
	return ERR_OK;
}

static void
put_address(const struct writing *w)
{
	struct bytes address = w->entry->address;

	if (old_has(w, CTL_REC_ADDRESS))
		address = ctl_record_value(w->old, CTL_REC_ADDRESS);
	if (address.ptr == NULL)
		address = ctl_default_address(w->entry->dialect);
	buf_put(w->out, address);
}

static enum err
put_value(const struct writing *w, enum ctl_record_tag tag)
{
	const struct cert *c = w->entry->cert;

	switch (tag) {
	case CTL_REC_LENGTH:
		buf_u16(w->out, 0);
		break;
	case CTL_REC_DNS_NAME:
		return put_host(w);
	case CTL_REC_SUBJECT:
	case CTL_REC_ISSUER:
	case CTL_REC_SERIAL:
		return ctl_put_identity(c, tag, w->entry->dialect, w->out,
		    w->d);
	case CTL_REC_ROLE:
		buf_u16(w->out, w->old != NULL ? w->old->role : w->entry->role);
		break;
	case CTL_REC_PUBLIC_KEY:
		buf_put(w->out, cert_public_key_bytes(c));
		break;
	case CTL_REC_SIGNATURE:
		buf_put(w->out, cert_signature(c));
		break;
	case CTL_REC_CERTIFICATE:
		buf_put(w->out, cert_der(c));
		break;
	case CTL_REC_ADDRESS:
		put_address(w);
		break;
	case CTL_REC_CERT_HASH:
		return put_hash(w);
	case CTL_REC_HASH_ALG:
		buf_put(w->out, ctl_record_value(w->old, tag));
		break;
	}
	return ERR_OK;
}

/* Closes the TLV that was opened at MARK. */
static enum err
close_tlv(const struct writing *w, size_t mark, uint8_t tag)
{
	size_t len = w->out->len - mark - 2;

	if (!buf_ok(w->out))
		return diag_nomem(w->d);
	if (len > UINT16_MAX)
		return diag_set(w->d, ERR_TOO_BIG,
		    "%s (%u) would have %zu bytes; a field holds 65535",
		    ctl_record_tag_info(tag)->name, tag, len);
	buf_fill16(w->out, mark, len);
	return ERR_OK;
}

/* The tags that are not known and stood behind TAG. */
static void
put_unknown(const struct writing *w, enum ctl_record_tag tag)
{
	const struct ctl_field *field, *end;
	size_t mark;

	if (!old_has(w, tag))
		return;
	end = w->old->fields + w->old->num_fields;
	for (field = ctl_record_field(w->old, tag) + 1;
	     field < end && ctl_record_tag_info(field->tag) == NULL; field++) {
		buf_u8(w->out, field->tag);
		mark = buf_mark16(w->out);
		buf_put(w->out, field->value);
		buf_fill16(w->out, mark, field->value.len);
	}
}

static enum err
put_tag(const struct writing *w, uint8_t tag)
{
	enum err e = ERR_OK;
	size_t mark;

	if (wants_tag(w, tag)) {
		buf_u8(w->out, tag);
		mark = buf_mark16(w->out);
		e = put_value(w, tag);
		if (e == ERR_OK)
			e = close_tlv(w, mark, tag);
	}
	put_unknown(w, tag);
	return e;
}

enum err
ctl_put_record(const struct ctl_entry *entry, const struct ctl_record *old,
    struct buf *out, struct diag *d)
{
	struct writing w = { entry, old, out, d };
	const uint8_t *order = entry->dialect == CTL_DIALECT_BUILDER
	    ? builder_order
	    : usual_order;
	size_t i, start = out->len;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < NUM_TAGS; i++)
		e = put_tag(&w, order[i]);
	if (e != ERR_OK)
		return e;
	if (!buf_ok(out))
		return diag_nomem(d);
	if (out->len - start > UINT16_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "the record would have %zu bytes; a record holds 65535",
		    out->len - start);
	buf_fill16(out, start + 3, out->len - start);
	return ERR_OK;
}
