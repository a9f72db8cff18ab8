/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/header.h"

#include <string.h>

#include "data/scalar.h"

/* One place in a header. */
struct slot {
	uint8_t tag;
	unsigned depth;
	enum wire_kind kind;
};

/* docs/ctl-format.md, "Order of tags": what Cisco writes. Tag 28 is not
 * theirs; where it is asked for it stands where its author puts it. */
static const struct slot appliance[] = { { 1, 0, WIRE_VALUE },
	{ 2, 0, WIRE_TOTAL }, { 28, 0, WIRE_VALUE }, { 3, 0, WIRE_CONTAINER },
	{ 4, 1, WIRE_VALUE }, { 5, 1, WIRE_VALUE }, { 6, 1, WIRE_VALUE } };

/* The same, "current certutils". */
static const struct slot builder[] = { { 1, 0, WIRE_VALUE },
	{ 2, 0, WIRE_TOTAL }, { 28, 0, WIRE_VALUE }, { 3, 0, WIRE_CONTAINER },
	{ 4, 1, WIRE_VALUE }, { 6, 1, WIRE_VALUE }, { 5, 1, WIRE_VALUE } };

static const struct slot rest[] = { { 7, 0, WIRE_CONTAINER },
	{ 8, 1, WIRE_VALUE }, { 9, 1, WIRE_CONTAINER }, { 10, 2, WIRE_VALUE },
	{ 11, 2, WIRE_VALUE }, { 12, 0, WIRE_GAP }, { 14, 0, WIRE_VALUE },
	{ 15, 0, WIRE_VALUE } };

/* docs/ctl-format.md, "Encrypted configuration". */
static const struct slot encrypted[] = { { 16, 0, WIRE_CONTAINER },
	{ 17, 1, WIRE_CONTAINER }, { 18, 2, WIRE_VALUE }, { 19, 2, WIRE_VALUE },
	{ 20, 2, WIRE_VALUE }, { 21, 1, WIRE_CONTAINER }, { 22, 2, WIRE_VALUE },
	{ 23, 2, WIRE_VALUE }, { 24, 2, WIRE_VALUE }, { 25, 2, WIRE_VALUE },
	{ 26, 0, WIRE_VALUE }, { 27, 0, WIRE_VALUE } };

static uint8_t
digest_code(enum mint_digest digest)
{
	switch (digest) {
	case MINT_SHA1:
		return 1;
	case MINT_SHA256:
		return 2;
	case MINT_SHA512:
		break;
	}
	return 3;
}

/* docs/ctl-format.md, "Codes"; 3072 bits have none. */
static enum err
put_modulus(const struct header_source *from, struct buf *out,
    struct diag *diag)
{
	static const size_t bits[] = { 512, 1024, 2048, 4096 };
	const struct recipe_header *h = from->doc->header;
	size_t i;

	if (h->modulus_code != RECIPE_NONE) {
		buf_u8(out, (uint8_t)h->modulus_code);
		return ERR_OK;
	}
	for (i = 0; i < DOC_NUM(bits); i++) {
		if (bits[i] == from->key_bits) {
			buf_u8(out, (uint8_t)i);
			return ERR_OK;
		}
	}
	return doc_refuse(h->place, diag,
	    "no known modulus_code for a key of %zu bits", from->key_bits);
}

/* "1.2" as two bytes. */
static enum err
put_version(const char *text, struct doc_place place, struct buf *out,
    struct diag *diag)
{
	size_t dot = strcspn(text, ".");
	uint64_t major, minor;

	if (text[dot] == '\0' || !scalar_number(bytes_of(text, dot), &major) ||
	    !scalar_number(bytes_of_str(text + dot + 1), &minor) ||
	    major > UINT8_MAX || minor > UINT8_MAX)
		return doc_refuse(place, diag, "\"%s\" is no version", text);
	buf_u8(out, (uint8_t)major);
	buf_u8(out, (uint8_t)minor);
	return ERR_OK;
}

static void
put_encrypted(const struct recipe_encrypted *e, uint8_t tag, struct buf *out)
{
	switch (tag) {
	case 18:
	case 22:
		buf_u8(out, 0);
		break;
	case 19:
		buf_put(out, e->iv);
		break;
	case 20:
		buf_u16(out, (uint16_t)e->padding);
		break;
	case 23:
		buf_u16(out, (uint16_t)e->key_bits);
		break;
	case 24:
		buf_u8(out, 1);
		break;
	case 25:
		buf_put(out, e->key);
		break;
	case 26:
		buf_u8(out, digest_code(e->digest));
		break;
	default:
		buf_put(out, e->hash);
		break;
	}
}

static enum err
put_value(const struct header_source *from, uint8_t tag, struct buf *out,
    struct diag *diag)
{
	const struct recipe_header *h = from->doc->header;

	switch (tag) {
	case 1:
		return put_version(h->version, h->place, out, diag);
	case 28:
		return put_version(h->signer_version, h->place, out, diag);
	case 4:
		buf_put(out, from->name);
		break;
	case 5:
		buf_put(out, from->serial);
		break;
	case 6:
		buf_put(out, from->ca);
		break;
	case 8:
		buf_u8(out,
		    h->digest_code != RECIPE_NONE ? (uint8_t)h->digest_code
						  : digest_code(h->digest));
		break;
	case 10:
		buf_u8(out, (uint8_t)h->algorithm_code);
		break;
	case 11:
		return put_modulus(from, out, diag);
	case 14:
		buf_put(out, bytes_of(h->filename, strlen(h->filename) + 1));
		break;
	case 15:
		buf_u32(out, (uint32_t)h->timestamp);
		break;
	default:
		put_encrypted(h->encrypted, tag, out);
		break;
	}
	return ERR_OK;
}

static bool
has_value(const struct header_source *from, uint8_t tag)
{
	const struct recipe_header *h = from->doc->header;

	switch (tag) {
	case 4:
		return from->name.ptr != NULL;
	case 5:
		return from->serial.ptr != NULL;
	case 6:
		return from->ca.ptr != NULL;
	case 14:
		return h->filename != NULL;
	case 15:
		return h->timestamp != 0;
	case 28:
		return h->signer_version != NULL;
	default:
		return true;
	}
}

static enum err
put_slots(const struct header_source *from, const struct slot *slots,
    size_t num, struct fields *f, struct diag *diag)
{
	struct buf value = { 0 };
	struct bytes kept = { 0 };
	size_t i, gap = from->key_bits / 8;
	enum err err = ERR_OK;

	if (from->doc->signer->length != RECIPE_NONE)
		gap = from->doc->signer->length;
	for (i = 0; i < num && err == ERR_OK; i++) {
		if (slots[i].kind != WIRE_VALUE) {
			fields_put_kind(f, slots[i].tag, slots[i].depth,
			    slots[i].kind, gap);
			continue;
		}
		if (!has_value(from, slots[i].tag))
			continue;
		err = put_value(from, slots[i].tag, &value, diag);
		if (err == ERR_OK)
			err = pool_keep(from->fields.arena, &value, &kept,
			    diag);
		fields_put(f, slots[i].tag, slots[i].depth, kept);
	}
	buf_clear(&value);
	return err;
}

enum err
header_fields(const struct header_source *from, struct fields *f,
    struct diag *diag)
{
	const struct recipe_header *h = from->doc->header;
	bool ours = h->order == RECIPE_APPLIANCE;
	enum err err = put_slots(from, ours ? appliance : builder,
	    ours ? DOC_NUM(appliance) : DOC_NUM(builder), f, diag);

	if (err == ERR_OK)
		err = put_slots(from, rest, DOC_NUM(rest), f, diag);
	if (err == ERR_OK && h->encrypted != NULL)
		err = put_slots(from, encrypted, DOC_NUM(encrypted), f, diag);
	if (err != ERR_OK)
		return err;
	fields_put_kind(f, (uint8_t)h->pad_byte, 0, WIRE_PADS,
	    h->pads != RECIPE_NONE ? h->pads : WIRE_ALIGN);
	return fields_edit(f, &h->fields, &from->fields, diag);
}
