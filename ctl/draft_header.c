/* SPDX-License-Identifier: Apache-2.0 */
/* Headers as they are written: format 10.2. */
#include "ctl/draft_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/sig.h"

/* PKCS#1 v1.5 puts at least this around a DigestInfo (RFC 8017, 9.2). */
#define PADDING_MIN 11

/* One place in a header. */
struct slot {
	uint8_t tag;
	uint8_t depth;
};

/* Cisco's order, with certutils' place for SIGNERVERSION (format 2.2). */
static const struct slot slots[] = { { CTL_HDR_VERSION, 0 },
	{ CTL_HDR_LENGTH, 0 }, { CTL_HDR_SIGNER_VERSION, 0 },
	{ CTL_HDR_SIGNER_ID, 0 }, { CTL_HDR_SIGNER_NAME, 1 },
	{ CTL_HDR_SERIAL, 1 }, { CTL_HDR_ISSUER, 1 },
	{ CTL_HDR_SIGNATURE_INFO, 0 }, { CTL_HDR_DIGEST, 1 },
	{ CTL_HDR_SIGALG_INFO, 1 }, { CTL_HDR_SIGALG, 2 },
	{ CTL_HDR_MODULUS, 2 }, { CTL_HDR_SIGNATURE, 0 },
	{ CTL_HDR_FILENAME, 0 }, { CTL_HDR_TIMESTAMP, 0 } };
#define NUM_SLOTS (sizeof(slots) / sizeof(slots[0]))

/* A header on its way out. */
struct planning {
	const struct ctl_header_plan *plan;
	struct buf name, serial, issuer, zeros; /* values that are made */
	uint8_t version[2], signer_version[2], timestamp[4];
	uint8_t digest, sigalg, modulus;
	struct ctl_field *fields;
	size_t num;
};

/* The tag in slot I: certutils has the issuer before the serial number. */
static uint8_t
tag_of(const struct planning *p, size_t i)
{
	if (p->plan->head->order != CTL_DIALECT_BUILDER)
		return slots[i].tag;
	if (slots[i].tag == CTL_HDR_SERIAL)
		return CTL_HDR_ISSUER;
	return slots[i].tag == CTL_HDR_ISSUER ? CTL_HDR_SERIAL : slots[i].tag;
}

static bool
keeps_signer_version(const struct planning *p)
{
	size_t i;

	for (i = 0; i < p->plan->num_kept; i++)
		if (p->plan->kept[i].field.tag == CTL_HDR_SIGNER_VERSION)
			return true;
	return false;
}

/* The value of a tag that is no container; absent where it is not written. */
static struct bytes
value_of(const struct planning *p, uint8_t tag)
{
	const struct ctl_head *head = p->plan->head;
	struct bytes none = { NULL, 0 };

	switch (tag) {
	case CTL_HDR_VERSION:
	case CTL_HDR_LENGTH: /* any two bytes: it is filled in at the end */
		return bytes_of(p->version, 2);
	case CTL_HDR_SIGNER_VERSION:
		return head->signer_version && !keeps_signer_version(p)
		    ? bytes_of(p->signer_version, 2)
		    : none;
	case CTL_HDR_SIGNER_NAME:
		return head->name.ptr != NULL ? head->name
					      : buf_bytes(&p->name);
	case CTL_HDR_SERIAL:
		return head->serial.ptr != NULL ? head->serial
						: buf_bytes(&p->serial);
	case CTL_HDR_ISSUER:
		return head->issuer.ptr != NULL ? head->issuer
						: buf_bytes(&p->issuer);
	case CTL_HDR_DIGEST:
		return bytes_of(&p->digest, 1);
	case CTL_HDR_SIGALG:
		return bytes_of(&p->sigalg, 1);
	case CTL_HDR_MODULUS:
		return bytes_of(&p->modulus, 1);
	case CTL_HDR_SIGNATURE:
		return buf_bytes(&p->zeros);
	case CTL_HDR_FILENAME:
		return bytes_of(head->filename, strlen(head->filename) + 1);
	case CTL_HDR_TIMESTAMP:
		return head->has_timestamp ? bytes_of(p->timestamp, 4) : none;
	default:
		return none;
	}
}

static void
push(struct planning *p, uint8_t tag, uint8_t depth, struct bytes value)
{
	p->fields[p->num++] = (struct ctl_field){ .value = value,
		.tag = tag,
		.depth = depth };
}

/* What was kept and stands behind TAG on DEPTH, or ends the container TAG. */
static void
push_kept(struct planning *p, uint8_t tag, uint8_t depth)
{
	const struct ctl_kept *kept = p->plan->kept;
	size_t i;

	for (i = 0; i < p->plan->num_kept; i++)
		if (kept[i].behind == tag && kept[i].field.depth == depth)
			push(p, kept[i].field.tag, depth, kept[i].field.value);
}

/* Adds slot *I and what it contains. */
static void
push_slot(struct planning *p, size_t *i)
{
	uint8_t tag = tag_of(p, *i), depth = slots[*i].depth;
	bool group = ctl_header_tag_info(tag)->shape == CTL_GROUP;
	struct bytes value = value_of(p, tag);

	(*i)++;
	if (group || value.ptr != NULL)
		push(p, tag, depth, value);
	while (*i < NUM_SLOTS && slots[*i].depth > depth)
		push_slot(p, i);
	if (group)
		push_kept(p, tag, (uint8_t)(depth + 1));
	if (depth == 0)
		push_kept(p, tag, 0);
}

static enum err
push_all(struct planning *p, struct diag *d)
{
	size_t i = 0;

	p->fields = calloc(NUM_SLOTS + p->plan->num_kept, sizeof(*p->fields));
	if (p->fields == NULL)
		return diag_nomem(d);
	while (i < NUM_SLOTS)
		push_slot(p, &i);
	return ERR_OK;
}

/* SIZE bytes without pads are not too many. */
static enum err
check_size(const struct planning *p, struct diag *d)
{
	size_t i, size = 0;

	for (i = 0; i < p->num; i++)
		size += 3 + p->fields[i].value.len;
	size = (size + 3) / 4 * 4;
	if (size > UINT16_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "the header would have %zu bytes; it holds 65535", size);
	return ERR_OK;
}

static enum err
emit(const struct planning *p, struct buf *out, size_t *ret_gap, struct diag *d)
{
	struct ctl_header h = { .fields = p->fields, .num_fields = p->num };
	size_t start = out->len, i, rest = 0;

	ctl_put_header(out, &h);
	for (i = p->num; p->fields[i - 1].tag != CTL_HDR_SIGNATURE ||
	     p->fields[i - 1].depth != 0;
	     i--)
		rest += 3 + p->fields[i - 1].value.len;
	*ret_gap = out->len - start - rest - 3 - p->zeros.len;
	h.num_pads = (4 - (out->len - start) % 4) % 4;
	out->len = start;
	ctl_put_header(out, &h);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

static enum err
make_names(struct planning *p, struct diag *d)
{
	const struct ctl_head *head = p->plan->head;
	enum err e = ERR_OK;

	if (head->name.ptr == NULL)
		e = ctl_put_identity(head->cert, CTL_REC_SUBJECT, head->dialect,
		    &p->name, d);
	if (e == ERR_OK && head->serial.ptr == NULL)
		e = ctl_put_identity(head->cert, CTL_REC_SERIAL, head->dialect,
		    &p->serial, d);
	if (e == ERR_OK && head->issuer.ptr == NULL)
		e = ctl_put_identity(head->cert, CTL_REC_ISSUER, head->dialect,
		    &p->issuer, d);
	return e;
}

static bool
code_of_digest(enum digest which, uint8_t *ret)
{
#define ROW(code, digest, name) { code, digest },
	static const struct {
		uint8_t code;
		enum digest digest;
	} codes[] = { CTL_DIGESTS(ROW) };
#undef ROW
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].digest == which) {
			*ret = codes[i].code;
			return true;
		}
	return false;
}

static bool
code_of_bits(unsigned bits, uint8_t *ret)
{
#define ROW(code, bits) { code, bits },
	static const struct {
		uint8_t code;
		unsigned bits;
	} codes[] = { CTL_MODULI(ROW) };
#undef ROW
	size_t i;

	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].bits == bits) {
			*ret = codes[i].code;
			return true;
		}
	return false;
}

enum err
ctl_signature_len(const struct cert *c, size_t *ret, uint8_t *ret_code,
    struct diag *d)
{
	const struct pubkey *key = cert_key(c);
	bool can_sign = false;
	unsigned bits;
	enum err e;

	if (key == NULL || pubkey_type(key) != PUBKEY_RSA)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the signer's key is %s, and phones verify RSA signatures "
		    "alone",
		    key == NULL ? "of an unknown kind"
				: pubkey_type_name(pubkey_type(key)));
	bits = pubkey_bits(key);
	if (!code_of_bits((bits + 7) / 8 * 8, ret_code))
		return diag_set(d, ERR_UNSUPPORTED,
		    "the signer's key has %u bits, and the header has no code "
		    "for a modulus of %u bits: phones take 512, 1024, 2048 and "
		    "4096",
		    bits, bits);
	e = pubkey_can_sign(key, &can_sign, d);
	if (e != ERR_OK)
		return e;
	if (!can_sign)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the signer's RSA key has an exponent that is 1 or even, "
		    "so that its signatures prove nothing");
	*ret = (bits + 7) / 8;
	return ERR_OK;
}

/* A signature of LEN bytes has room for a digest by WHICH. */
static enum err
check_room(enum digest which, size_t len, struct diag *d)
{
	static const uint8_t zeros[DIGEST_MAX_LEN];
	struct buf info = { 0 };
	enum err e;

	e = sig_put_digest_info(which, bytes_of(zeros, digest_len(which)),
	    &info, d);
	if (e == ERR_OK && info.len + PADDING_MIN > len)
		e = diag_set(d, ERR_UNSUPPORTED,
		    "a signature by a key of %zu bits has no room for %s",
		    len * 8, digest_name(which));
	buf_clear(&info);
	return e;
}

static enum err
make_values(struct planning *p, struct diag *d)
{
	const struct ctl_head *head = p->plan->head;
	uint32_t when = head->timestamp;
	size_t len = 0;
	enum err e;

	if (!code_of_digest(head->digest, &p->digest))
		return diag_set(d, ERR_UNSUPPORTED,
		    "the header has no code for %s", digest_name(head->digest));
	e = ctl_signature_len(head->cert, &len, &p->modulus, d);
	if (e == ERR_OK)
		e = check_room(head->digest, len, d);
	if (e != ERR_OK)
		return e;
	p->version[0] = p->plan->major;
	p->version[1] = p->plan->minor;
	p->signer_version[0] = 1;
	p->timestamp[0] = (uint8_t)(when >> 24);
	p->timestamp[1] = (uint8_t)(when >> 16);
	p->timestamp[2] = (uint8_t)(when >> 8);
	p->timestamp[3] = (uint8_t)when;
	buf_fill(&p->zeros, len, 0);
	return buf_ok(&p->zeros) ? make_names(p, d) : diag_nomem(d);
}

static enum err
check_filename(const char *name, struct diag *d)
{
	if (name == NULL || name[0] == '\0')
		return diag_set(d, ERR_USAGE,
		    "the header needs the name of the file");
	if (ctl_has_control(bytes_of_str(name)))
		return diag_set(d, ERR_USAGE,
		    "the file name has a control character");
	return ERR_OK;
}

enum err
ctl_plan_header(const struct ctl_header_plan *plan, struct buf *out,
    size_t *ret_gap, size_t *ret_signature_len, struct diag *d)
{
	struct planning p = { .plan = plan };
	enum err e;

	e = check_filename(plan->head->filename, d);
	if (e == ERR_OK)
		e = make_values(&p, d);
	if (e == ERR_OK)
		e = push_all(&p, d);
	if (e == ERR_OK)
		e = check_size(&p, d);
	if (e == ERR_OK)
		e = emit(&p, out, ret_gap, d);
	if (e == ERR_OK)
		*ret_signature_len = p.zeros.len;
	free(p.fields);
	buf_clear(&p.name);
	buf_clear(&p.serial);
	buf_clear(&p.issuer);
	buf_clear(&p.zeros);
	return e;
}
