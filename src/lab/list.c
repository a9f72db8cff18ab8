/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/list.h"

#include <string.h>

enum err
list_put_record(const struct dialect_record *r, struct wire *w,
    struct diag *diag)
{
	struct wire_field field[16] = { { .tag = 0 } };
	struct buf value[16] = { { .ptr = NULL } };
	size_t i, n = 0, num;
	const uint8_t *tags = dialect_tags(r->dialect, &num);
	enum err err = ERR_OK;

	for (i = 0; i < num && err == ERR_OK; i++) {
		if (!dialect_has(r, tags[i]))
			continue;
		field[n].tag = tags[i];
		field[n].length = WIRE_TRUE;
		if (tags[i] == DIALECT_LENGTH)
			field[n].kind = WIRE_TOTAL;
		else
			err = dialect_value(r, tags[i], &value[n], diag);
		field[n].value = buf_bytes(&value[n]);
		n++;
	}
	if (err == ERR_OK)
		wire_put(w, field, n);
	for (i = 0; i < n; i++)
		buf_clear(&value[i]);
	return err;
}

/* The names of the signer, as a record of it has them: tags 4, 5, 6 are its
 * subject, serial number and issuer. */
static enum err
put_signer(const struct dialect_record *r, struct buf names[3],
    struct diag *diag)
{
	static const uint8_t tags[] = { DIALECT_SUBJECT, DIALECT_SERIAL,
		DIALECT_ISSUER };
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < 3 && err == ERR_OK; i++)
		err = dialect_value(r, tags[i], &names[i], diag);
	return err;
}

static struct wire_field
value_field(uint8_t tag, unsigned depth, struct bytes value)
{
	return (struct wire_field){ .tag = tag,
		.depth = depth,
		.value = value,
		.length = WIRE_TRUE };
}

static struct wire_field
kind_field(uint8_t tag, unsigned depth, enum wire_kind kind, size_t size)
{
	return (struct wire_field){ .tag = tag,
		.depth = depth,
		.kind = kind,
		.size = size,
		.length = WIRE_TRUE };
}

static uint8_t
modulus_code(size_t bits)
{
	return bits == 1024 ? 1 : bits == 2048 ? 2 : 3;
}

enum err
list_put_head(const struct list_head *head, struct wire *w, struct diag *diag)
{
	const size_t bits = mint_key_bits(head->key);
	const uint8_t version[] = { 1, 2 }, algorithm = 0,
		      digest = (uint8_t)(head->digest + 1),
		      modulus = modulus_code(bits),
		      when[] = { (uint8_t)(head->when >> 24),
			      (uint8_t)(head->when >> 16),
			      (uint8_t)(head->when >> 8), (uint8_t)head->when };
	struct buf names[3] = { { .ptr = NULL } };
	enum err err = put_signer(head->signer, names, diag);

	const struct wire_field fields[] = {
		value_field(1, 0, bytes_of(version, 2)),
		kind_field(2, 0, WIRE_TOTAL, 0),
		kind_field(3, 0, WIRE_CONTAINER, 0),
		value_field(4, 1, buf_bytes(&names[0])),
		value_field(5, 1, buf_bytes(&names[1])),
		value_field(6, 1, buf_bytes(&names[2])),
		kind_field(7, 0, WIRE_CONTAINER, 0),
		value_field(8, 1, bytes_of(&digest, 1)),
		kind_field(9, 1, WIRE_CONTAINER, 0),
		value_field(10, 2, bytes_of(&algorithm, 1)),
		value_field(11, 2, bytes_of(&modulus, 1)),
		kind_field(WIRE_SIGNATURE, 0, WIRE_GAP, bits / 8),
		value_field(WIRE_FILENAME, 0,
		    bytes_of(head->file, strlen(head->file) + 1)),
		value_field(15, 0, bytes_of(when, 4)),
		kind_field(WIRE_PAD, 0, WIRE_PADS, WIRE_ALIGN),
	};
	if (err == ERR_OK)
		wire_put(w, fields, sizeof(fields) / sizeof(fields[0]));
	buf_clear(&names[0]);
	buf_clear(&names[1]);
	buf_clear(&names[2]);
	return err;
}

enum err
list_seal(const struct list_head *head, struct wire *w, struct diag *diag)
{
	struct buf preimage = { 0 }, signature = { 0 };
	enum err err;

	wire_preimage(w, &preimage);
	if (!buf_ok(&w->out) || !buf_ok(&preimage))
		err = diag_nomem(diag);
	else
		err = mint_sign(head->key, head->digest, buf_bytes(&preimage),
		    &signature, diag);
	if (err == ERR_OK)
		err = wire_seal(w, buf_bytes(&signature), diag);
	buf_clear(&preimage);
	buf_clear(&signature);
	return err;
}
