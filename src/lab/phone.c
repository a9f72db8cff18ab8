/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/phone.h"

#include <stdio.h>
#include <string.h>

/* The tags that count in a header; those of a record are lab/dialect.h's. */
enum {
	HEADER_SERIAL = 5,
	HEADER_ISSUER = 6,
	HEADER_DIGEST = 8
};

/* Roles of records. */
enum {
	SAST = 0,
	CCM = 1,
	CCM_TFTP = 2,
	TFTP = 3,
	CAPF = 4,
	TVS = 21
};

/* False where there is no such tag. */
static bool
get(const struct sheet *l, size_t space, uint8_t tag, struct bytes *ret)
{
	const struct wire_tlv *t = wire_find(&l->tlvs, space, tag);

	if (t != NULL)
		*ret = t->value;
	return t != NULL;
}

static bool
has(const struct sheet *l, size_t space, uint8_t tag, struct bytes value)
{
	struct bytes found;

	return get(l, space, tag, &found) && bytes_equal(found, value);
}

/* The role, two bytes; -1 where there is none. */
static int
role_of(const struct sheet *l, size_t record)
{
	struct bytes role;

	if (!get(l, record, DIALECT_ROLE, &role) || role.len != 2)
		return -1;
	return role.ptr[0] << 8 | role.ptr[1];
}

/* ---- Who signed. ---- */

/* RECORD of HELD has the names of the signer of OFFER. */
static bool
is_named(const struct sheet *held, size_t record, const struct sheet *offer)
{
	struct bytes issuer, serial;

	return get(offer, 0, HEADER_ISSUER, &issuer) &&
	    get(offer, 0, HEADER_SERIAL, &serial) &&
	    has(held, record, DIALECT_ISSUER, issuer) &&
	    has(held, record, DIALECT_SERIAL, serial);
}

/* The first SAST record of HELD that OFFER names; 0: none. */
static size_t
find_signer(const struct sheet *held, const struct sheet *offer)
{
	size_t i;

	for (i = 1; i <= held->tlvs.num_records; i++)
		if (role_of(held, i) == SAST && is_named(held, i, offer))
			return i;
	return 0;
}

/* *RET: OFFER is signed with the key of that record of HELD. S remembers;
 * NULL: nobody does. */
static enum err
check_signature(struct shelf *s, const struct sheet *held, size_t record,
    const struct sheet *offer, bool *ret, struct diag *diag)
{
	struct bytes key;

	*ret = false;
	if (!get(held, record, DIALECT_KEY, &key))
		return ERR_OK;
	return s != NULL ? shelf_fits(s, offer, key, ret, diag)
			 : shelf_check(offer, key, ret, diag);
}

/* What somebody that has HELD alone says to OFFER. */
static enum err
judge(struct shelf *s, const struct sheet *held, const struct sheet *offer,
    enum phone_answer *ret, struct diag *diag)
{
	size_t signer = find_signer(held, offer);
	bool good = false;
	enum err err;

	*ret = PHONE_KNOWS_NOT;
	if (signer == 0)
		return ERR_OK;
	err = check_signature(s, held, signer, offer, &good, diag);
	*ret = good ? PHONE_TAKES : PHONE_BAD_SIGNATURE;
	return err;
}

/* The two, read. */
static enum err
judge_bytes(struct bytes held_file, const struct sheet *offer,
    enum phone_answer *ret, struct diag *diag)
{
	struct sheet held = { .file = held_file };
	enum err err;

	*ret = PHONE_TAKES;
	if (held_file.len == 0)
		return ERR_OK;
	err = wire_read(held_file, WIRE_RECORDS, &held.tlvs, diag);
	if (err == ERR_OK)
		err = judge(NULL, &held, offer, ret, diag);
	wire_list_clear(&held.tlvs);
	return err;
}

enum err
phone_judge(struct bytes held, struct bytes offer, enum phone_answer *ret,
    struct diag *diag)
{
	struct sheet s = { .file = offer };
	enum phone_answer answer = PHONE_CANNOT_READ;
	enum err err = wire_read(offer, WIRE_RECORDS, &s.tlvs, diag);

	if (err == ERR_SYNTAX) {
		*ret = PHONE_CANNOT_READ;
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = judge_bytes(held, &s, &answer, diag);
	if (err == ERR_OK)
		*ret = answer;
	wire_list_clear(&s.tlvs);
	return err;
}

/* ---- What a sort of phones can read. ---- */

/* Bits of the modulus in an RSAPublicKey; 0 for a point of a curve. */
static size_t
bits_of(struct bytes key)
{
	struct bytes skipped;
	uint8_t tag, len;

	/* SEQUENCE, its length, INTEGER, its length in 2 bytes behind 0x82, or
	 * in 1 behind 0x81 */
	if (!bytes_u8(&key, &tag) || tag != 0x30 || !bytes_u8(&key, &len) ||
	    (len > 0x80 && !bytes_take(&key, len - 0x80u, &skipped)) ||
	    !bytes_u8(&key, &tag) || tag != 2 || !bytes_u8(&key, &len))
		return 0;
	if (len == 0x82 && key.len >= 2)
		return ((size_t)(key.ptr[0] << 8 | key.ptr[1]) - 1) * 8;
	return len == 0x81 && key.len >= 1 ? (key.ptr[0] - 1u) * 8 : len * 8u;
}

static bool
reads_record(const struct phone_sort *sort, const struct sheet *l,
    size_t record)
{
	int role = role_of(l, record);
	struct bytes key;

	if (sort->old_roles && ((role >= 8 && role <= 20) || role > 21))
		return false;
	return sort->max_bits == 0 || !get(l, record, DIALECT_KEY, &key) ||
	    bits_of(key) <= sort->max_bits;
}

static bool
reads(const struct phone_sort *sort, const struct sheet *l)
{
	size_t i, sasts = 0;
	struct bytes signature;

	if (sort->sha1_only && !has(l, 0, HEADER_DIGEST, bytes_of("\1", 1)))
		return false;
	if (sort->max_bits != 0 && get(l, 0, WIRE_SIGNATURE, &signature) &&
	    signature.len * 8 > sort->max_bits)
		return false;
	for (i = 1; i <= l->tlvs.num_records; i++) {
		if (!reads_record(sort, l, i))
			return false;
		sasts += role_of(l, i) == SAST ? 1 : 0;
	}
	return sort->max_sasts == 0 || sasts <= sort->max_sasts;
}

/* ---- TVS. ---- */

/* The certificate ID stands in a record of L with one of these roles, a bit
 * each. */
static enum err
find_cert(const struct cluster *c, const struct sheet *l, struct shelf_id id,
    unsigned roles, bool *ret, struct diag *diag)
{
	const struct dialect_cert *cert;
	enum err err = shelf_cert(c->shelf, id, &cert, diag);
	size_t i;
	int role;

	*ret = false;
	for (i = 1; err == ERR_OK && l != NULL && i <= l->tlvs.num_records;
	     i++) {
		role = role_of(l, i);
		if (role >= 0 && role < 32 && (roles >> role & 1) != 0 &&
		    has(l, i, DIALECT_CERT, cert->der))
			*ret = true;
	}
	return err;
}

/* *RET_KEY: P can ask TVS, and that vouches for the signer of FILE, whose key it
 * hands out; else absent. */
static enum err
ask_tvs(const struct phone *p, const struct cluster *c,
    const struct sheet *file, struct bytes *ret_key, struct diag *diag)
{
	struct bytes issuer, serial;
	bool known = false;
	enum err err;

	if (!p->sort->asks_tvs || p->itl == NULL ||
	    !get(file, 0, HEADER_ISSUER, &issuer) ||
	    !get(file, 0, HEADER_SERIAL, &serial))
		return ERR_OK;
	err = find_cert(c, p->itl, cluster_served(c, SHELF_TVS, p->tvs),
	    1u << TVS, &known, diag);
	if (err == ERR_OK && known)
		err = cluster_vouches(c, p->tvs, issuer, serial, ret_key, diag);
	return err;
}

/* What P, which holds a CTL, says to a list; that is what decides of an ITL
 * too. */
static enum err
ask_phone(const struct phone *p, const struct cluster *c,
    const struct sheet *offer, enum phone_answer *ret, struct diag *diag)
{
	struct bytes key = { 0 };
	bool good = false;
	enum err err;

	*ret = PHONE_TAKES;
	if (p->ctl == NULL)
		return ERR_OK;
	err = judge(c->shelf, p->ctl, offer, ret, diag);
	if (err != ERR_OK || *ret != PHONE_KNOWS_NOT)
		return err;
	err = ask_tvs(p, c, offer, &key, diag);
	if (err == ERR_OK && key.ptr != NULL)
		err = shelf_fits(c->shelf, offer, key, &good, diag);
	if (err == ERR_OK && key.ptr != NULL)
		*ret = good ? PHONE_THROUGH_TVS : PHONE_BAD_SIGNATURE;
	return err;
}

static bool
is_taken(enum phone_answer answer)
{
	return answer == PHONE_TAKES || answer == PHONE_THROUGH_TVS;
}

/* ---- A start. ---- */

static enum err
fetch_ctl(struct phone *p, const struct cluster *c, struct phone_day *day,
    struct diag *diag)
{
	const struct sheet *offer = c->node[p->tftp].ctl;
	enum err err = ERR_OK;

	day->ctl = PHONE_TAKES;
	if (p->ctl != NULL && offer != NULL &&
	    bytes_equal(p->ctl->file, offer->file))
		; /* it is what it has */
	else if (offer != NULL && !reads(p->sort, offer))
		day->ctl = PHONE_CANNOT_READ;
	else if (offer != NULL)
		err = ask_phone(p, c, offer, &day->ctl, diag);
	if (err == ERR_OK && offer != NULL && is_taken(day->ctl))
		p->ctl = offer;
	day->readable = p->ctl == NULL || reads(p->sort, p->ctl);
	return err;
}

static enum err
fetch_itl(struct phone *p, const struct cluster *c, struct phone_day *day,
    struct diag *diag)
{
	const struct sheet *offer = c->node[p->tftp].itl;
	enum phone_answer answer = PHONE_TAKES;
	enum err err = ERR_OK;

	if (p->sort->has_itl && offer != NULL)
		err = ask_phone(p, c, offer, &answer, diag);
	day->itl = is_taken(answer);
	if (err == ERR_OK && p->sort->has_itl && offer != NULL && day->itl)
		p->itl = offer;
	return err;
}

/* Another server of L, elsewhere, has the certificate of RECORD: it is that of
 * several. */
static bool
is_of_several(const struct sheet *l, size_t record)
{
	struct bytes cert, dns;
	size_t i;

	if (!get(l, record, DIALECT_CERT, &cert) ||
	    !get(l, record, DIALECT_DNS, &dns))
		return false;
	for (i = 1; i <= l->tlvs.num_records; i++)
		if (role_of(l, i) >= CCM && role_of(l, i) <= TFTP &&
		    has(l, i, DIALECT_CERT, cert) &&
		    !has(l, i, DIALECT_DNS, dns))
			return true;
	return false;
}

/* RECORD stands for the node where it is now: by name or by address. Where the
 * certificate is that of several nodes it does not matter. */
static bool
is_at(const struct cluster *c, const struct sheet *l, size_t record,
    size_t node)
{
	const uint8_t ip[] = { 10, 0, (uint8_t)node, c->node[node].moved };
	char name[32];
	int len = snprintf(name, sizeof(name), "10.0.%u.%u", (unsigned)node,
	    (unsigned)c->node[node].moved);

	return c->multi_san || is_of_several(l, record) ||
	    has(l, record, DIALECT_DNS, bytes_of(name, (size_t)len + 1)) ||
	    has(l, record, DIALECT_IP, bytes_of(ip, sizeof(ip)));
}

/* A signed configuration file verifies with a server's record of the CTL. */
static enum err
fetch_config(const struct phone *p, const struct cluster *c,
    struct phone_day *day, struct diag *diag)
{
	const struct sheet *file, *l = p->ctl;
	bool good = false;
	enum err err;
	size_t i;
	int role;

	day->config = true;
	if (!p->sort->signed_config || l == NULL || !c->node[p->tftp].tftp)
		return ERR_OK;
	err = cluster_config(c, p->tftp, &file, diag);
	for (i = 1; err == ERR_OK && !good && i <= l->tlvs.num_records; i++) {
		role = role_of(l, i);
		if (role >= CCM && role <= TFTP && is_named(l, i, file) &&
		    is_at(c, l, i, p->tftp))
			err = check_signature(c->shelf, l, i, file, &good,
			    diag);
	}
	day->config = good;
	return err;
}

/* The certificate ID of NODE is known, as a CallManager that is there: "secure
 * connections to this node will fail after changing the hostname or IP until
 * you run the CTL client". */
static enum err
connect_one(const struct phone *p, const struct cluster *c, struct shelf_id id,
    size_t node, bool *ret, struct diag *diag)
{
	const struct dialect_cert *cert;
	const struct sheet *l = p->ctl;
	enum err err = shelf_cert(c->shelf, id, &cert, diag);
	size_t i;
	int role;

	*ret = false;
	for (i = 1; err == ERR_OK && i <= l->tlvs.num_records; i++) {
		role = role_of(l, i);
		if ((role == CCM || role == CCM_TFTP) &&
		    has(l, i, DIALECT_CERT, cert->der) && is_at(c, l, i, node))
			*ret = true;
	}
	return err;
}

/* What every CallManager shows is known. */
static enum err
connect_tls(const struct phone *p, const struct cluster *c,
    struct phone_day *day, struct diag *diag)
{
	static const enum shelf_kind kinds[] = { SHELF_CALLMANAGER,
		SHELF_ECDSA };
	const size_t each = c->ecdsa ? 2 : 1;
	enum err err = ERR_OK;
	bool known = true;
	size_t i, node;

	for (i = 0; i < c->num_nodes * each && err == ERR_OK && known; i++) {
		node = i / each;
		if (c->node[node].ccm && p->ctl != NULL)
			err = connect_one(p, c,
			    cluster_served(c, kinds[i % each], node), node,
			    &known, diag);
	}
	day->tls = known;
	return err;
}

static enum err
use_capf(const struct phone *p, const struct cluster *c, struct phone_day *day,
    struct diag *diag)
{
	day->capf = true;
	if (!c->capf || p->ctl == NULL)
		return ERR_OK;
	return find_cert(c, p->ctl, cluster_served(c, SHELF_CAPF, 0),
	    1u << CAPF, &day->capf, diag);
}

enum err
phone_start(struct phone *p, const struct cluster *c, struct phone_day *ret,
    struct diag *diag)
{
	struct phone_day day = { .ctl = PHONE_TAKES };
	struct phone after = *p;
	enum err err = fetch_ctl(&after, c, &day, diag);

	if (err == ERR_OK)
		err = fetch_itl(&after, c, &day, diag);
	if (err == ERR_OK)
		err = fetch_config(&after, c, &day, diag);
	if (err == ERR_OK)
		err = connect_tls(&after, c, &day, diag);
	if (err == ERR_OK)
		err = use_capf(&after, c, &day, diag);
	if (err != ERR_OK)
		return err;
	day.works = day.readable && day.itl && day.config && day.tls &&
	    day.capf;
	*p = after;
	*ret = day;
	return ERR_OK;
}

enum err
phone_imagine(const struct phone *p, const struct cluster *c,
    struct phone_day *ret, struct diag *diag)
{
	struct phone copy = *p;

	return phone_start(&copy, c, ret, diag);
}

bool
phone_is_well(const struct phone_day *day)
{
	return is_taken(day->ctl) && day->works;
}
