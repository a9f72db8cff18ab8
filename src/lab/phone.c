/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/phone.h"

#include <string.h>

#include "lab/mint.h"
#include "lab/wire.h"

/* The tags that count, in a header and in a record. */
enum {
	HEADER_SERIAL = 5,
	HEADER_ISSUER = 6,
	HEADER_DIGEST = 8,
	RECORD_ROLE = 4,
	RECORD_ISSUER = 5,
	RECORD_SERIAL = 6,
	RECORD_KEY = 7
};

/* A list, read. */
struct list {
	struct bytes file;
	struct wire_list tlvs;
};

void
phone_clear(struct phone *p)
{
	buf_clear(&p->list);
}

/* False where there is no such tag. */
static bool
get(const struct list *l, size_t space, uint8_t tag, struct bytes *ret)
{
	const struct wire_tlv *t = wire_find(&l->tlvs, space, tag);

	if (t != NULL)
		*ret = t->value;
	return t != NULL;
}

/* Role 0, two bytes. */
static bool
is_sast(const struct list *l, size_t record)
{
	struct bytes role;

	return get(l, record, RECORD_ROLE, &role) && role.len == 2 &&
	    role.ptr[0] == 0 && role.ptr[1] == 0;
}

static bool
is_same(const struct list *a, uint8_t tag_a, const struct list *b,
    size_t record, uint8_t tag_b)
{
	struct bytes x, y;

	return get(a, 0, tag_a, &x) && get(b, record, tag_b, &y) &&
	    x.len == y.len && memcmp(x.ptr, y.ptr, x.len) == 0;
}

/* The first SAST record of HELD that OFFER names; 0: none. */
static size_t
find_signer(const struct list *held, const struct list *offer)
{
	size_t i;

	for (i = 1; i <= held->tlvs.num_records; i++)
		if (is_sast(held, i) &&
		    is_same(offer, HEADER_ISSUER, held, i, RECORD_ISSUER) &&
		    is_same(offer, HEADER_SERIAL, held, i, RECORD_SERIAL))
			return i;
	return 0;
}

static bool
find_digest(const struct list *offer, enum mint_digest *ret)
{
	struct bytes code;

	if (!get(offer, 0, HEADER_DIGEST, &code) || code.len != 1)
		return false;
	*ret = code.ptr[0] == 1 ? MINT_SHA1
	    : code.ptr[0] == 2  ? MINT_SHA256
				: MINT_SHA512;
	return code.ptr[0] >= 1 && code.ptr[0] <= 3;
}

/* *RET: OFFER is signed with the key of that record of HELD. */
static enum err
check_signature(const struct list *held, size_t record,
    const struct list *offer, bool *ret, struct diag *diag)
{
	struct bytes key, signature;
	struct buf message = { 0 };
	enum mint_digest digest;
	enum err err;

	*ret = false;
	if (!get(held, record, RECORD_KEY, &key) ||
	    !get(offer, 0, WIRE_SIGNATURE, &signature) ||
	    !find_digest(offer, &digest))
		return ERR_OK;
	wire_put_signed(offer->file, &offer->tlvs, &message);
	if (buf_ok(&message))
		err = mint_check(key, digest, buf_bytes(&message), signature,
		    ret, diag);
	else
		err = diag_nomem(diag);
	buf_clear(&message);
	return err;
}

static enum err
judge(const struct list *held, const struct list *offer, enum phone_answer *ret,
    struct diag *diag)
{
	size_t signer = find_signer(held, offer);
	bool good = false;
	enum err err;

	*ret = PHONE_KNOWS_NOT;
	if (signer == 0)
		return ERR_OK;
	err = check_signature(held, signer, offer, &good, diag);
	*ret = good ? PHONE_TAKES : PHONE_BAD_SIGNATURE;
	return err;
}

/* *RET: what P is made to think of OFFER, which was read. */
static enum err
consider(const struct phone *p, const struct list *offer,
    enum phone_answer *ret, struct diag *diag)
{
	struct list held = { .file = buf_bytes(&p->list) };
	enum err err;

	*ret = PHONE_TAKES;
	if (held.file.len == 0)
		return ERR_OK;
	err = wire_read(held.file, WIRE_RECORDS, &held.tlvs, diag);
	if (err == ERR_OK)
		err = judge(&held, offer, ret, diag);
	wire_list_clear(&held.tlvs);
	return err;
}

static enum err
install(struct phone *p, struct bytes list, struct diag *diag)
{
	struct buf copy = { 0 };

	buf_put(&copy, list);
	if (!buf_ok(&copy))
		return diag_nomem(diag);
	buf_clear(&p->list);
	p->list = copy;
	return ERR_OK;
}

enum err
phone_offer(struct phone *p, struct bytes list, enum phone_answer *ret,
    struct diag *diag)
{
	struct list offer = { .file = list };
	enum phone_answer answer = PHONE_CANNOT_READ;
	enum err err = wire_read(list, WIRE_RECORDS, &offer.tlvs, diag);

	if (err == ERR_SYNTAX) {
		*ret = PHONE_CANNOT_READ;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = consider(p, &offer, &answer, diag);
	if (err == ERR_OK && answer == PHONE_TAKES)
		err = install(p, list, diag);
	if (err == ERR_OK)
		*ret = answer;
	wire_list_clear(&offer.tlvs);
	return err;
}
