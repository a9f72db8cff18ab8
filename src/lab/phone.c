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
check_signature(const struct site *s, const struct sheet *held, size_t record,
    const struct sheet *offer, bool *ret, struct diag *diag)
{
	struct bytes key;

	*ret = false;
	if (!get(held, record, DIALECT_KEY, &key))
		return ERR_OK;
	return s != NULL ? s->fits(s->arg, offer, key, ret, diag)
			 : shelf_check(offer, key, ret, diag);
}

/* What somebody that has HELD alone says to OFFER. */
static enum err
judge(const struct site *s, const struct sheet *held, const struct sheet *offer,
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

	if (l->tlvs.num == 0)
		return false;
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

/* The certificate DER stands in a record of L with one of these roles, a bit
 * each. */
static bool
has_cert(const struct sheet *l, struct bytes der, unsigned roles)
{
	size_t i;
	int role;

	for (i = 1; i <= l->tlvs.num_records; i++) {
		role = role_of(l, i);
		if (role >= 0 && role < 32 && (roles >> role & 1) != 0 &&
		    has(l, i, DIALECT_CERT, der))
			return true;
	}
	return false;
}

/* *RET_KEY: P can ask TVS, and that vouches for the signer of FILE, whose key it
 * hands out; else absent. */
static enum err
ask_tvs(const struct phone *p, const struct site *c, const struct sheet *file,
    struct bytes *ret_key, struct diag *diag)
{
	struct bytes issuer, serial, der = { 0 };
	enum err err;

	if (!p->sort->asks_tvs || p->itl == NULL ||
	    !get(file, 0, HEADER_ISSUER, &issuer) ||
	    !get(file, 0, HEADER_SERIAL, &serial))
		return ERR_OK;
	err = c->shows(c->arg, p->tvs, SHELF_TVS, &der, diag);
	if (err == ERR_OK && der.ptr != NULL &&
	    has_cert(p->itl, der, 1u << TVS))
		err = c->vouches(c->arg, p->tvs, issuer, serial, ret_key, diag);
	return err;
}

/* What P, which holds HELD, says to a list. A CTL, once there is one, decides of
 * an ITL too. */
static enum err
ask_phone(const struct phone *p, const struct site *c, const struct sheet *held,
    const struct sheet *offer, enum phone_answer *ret, struct diag *diag)
{
	struct bytes key = { 0 };
	bool good = false;
	enum err err;

	*ret = PHONE_TAKES;
	if (held == NULL)
		return ERR_OK;
	err = judge(c, held, offer, ret, diag);
	if (err != ERR_OK || *ret != PHONE_KNOWS_NOT)
		return err;
	err = ask_tvs(p, c, offer, &key, diag);
	if (err == ERR_OK && key.ptr != NULL)
		err = c->fits(c->arg, offer, key, &good, diag);
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
fetch_ctl(struct phone *p, const struct site *c, struct phone_day *day,
    struct diag *diag)
{
	const struct sheet *offer = c->ctl(c->arg, p->tftp);
	enum err err = ERR_OK;

	day->ctl = PHONE_TAKES;
	if (p->ctl != NULL && offer != NULL &&
	    bytes_equal(p->ctl->file, offer->file))
		; /* it is what it has */
	else if (offer != NULL && !reads(p->sort, offer))
		day->ctl = PHONE_CANNOT_READ;
	else if (offer != NULL)
		err = ask_phone(p, c, p->ctl, offer, &day->ctl, diag);
	if (err == ERR_OK && offer != NULL && is_taken(day->ctl))
		p->ctl = offer;
	day->readable = p->ctl == NULL || reads(p->sort, p->ctl);
	return err;
}

static enum err
fetch_itl(struct phone *p, const struct site *c, struct phone_day *day,
    struct diag *diag)
{
	const struct sheet *offer = c->itl(c->arg, p->tftp);
	enum phone_answer answer = PHONE_TAKES;
	enum err err = ERR_OK;

	if (p->sort->has_itl && offer != NULL)
		err = ask_phone(p, c,
		    p->ctl == NULL && c->by_itl ? p->itl : p->ctl, offer,
		    &answer, diag);
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

/* RECORD stands for the node where it is now. Where the certificate is that of
 * several nodes it does not matter. */
static bool
is_at(const struct site *c, const struct sheet *l, size_t record, size_t node)
{
	return c->anywhere || is_of_several(l, record) ||
	    c->is_at(c->arg, node, l, record);
}

/* No server of L has a certificate: it is that of a cluster which is not secure
 * any more. */
static bool
is_plain(const struct sheet *l)
{
	struct bytes cert;
	size_t i;

	for (i = 1; i <= l->tlvs.num_records; i++)
		if (role_of(l, i) >= CCM && role_of(l, i) <= TFTP &&
		    get(l, i, DIALECT_CERT, &cert))
			return false;
	return true;
}

/* The list that says whose configuration files P takes; NULL: anybody's. */
static const struct sheet *
list_of_servers(const struct phone *p, const struct site *c)
{
	if (!c->by_itl || (p->ctl != NULL && !is_plain(p->ctl)))
		return p->ctl;
	return p->itl != NULL && p->itl->tlvs.num_records > 0 ? p->itl : NULL;
}

/* A signed configuration file verifies with a server's record of that list. */
static enum err
fetch_config(const struct phone *p, const struct site *c, struct phone_day *day,
    struct diag *diag)
{
	const struct sheet *file, *l = list_of_servers(p, c);
	bool good = false;
	enum err err;
	size_t i;
	int role;

	day->config = true;
	if (!p->sort->signed_config || l == NULL)
		return ERR_OK;
	err = c->config(c->arg, p->tftp, &file, diag);
	if (err != ERR_OK || file == NULL)
		return err;
	for (i = 1; err == ERR_OK && !good && i <= l->tlvs.num_records; i++) {
		role = role_of(l, i);
		if (role >= CCM && role <= TFTP && is_named(l, i, file) &&
		    is_at(c, l, i, p->tftp))
			err = check_signature(c, l, i, file, &good, diag);
	}
	day->config = good;
	return err;
}

/* What NODE shows is known, as a CallManager that is there: "secure connections
 * to this node will fail after changing the hostname or IP until you run the
 * CTL client". */
static enum err
connect_one(const struct phone *p, const struct site *c, enum shelf_kind kind,
    size_t node, bool *ret, struct diag *diag)
{
	struct bytes der = { 0 };
	const struct sheet *l = p->ctl;
	enum err err = c->shows(c->arg, node, kind, &der, diag);
	size_t i;
	int role;

	*ret = der.ptr == NULL;
	for (i = 1; err == ERR_OK && !*ret && i <= l->tlvs.num_records; i++) {
		role = role_of(l, i);
		if ((role == CCM || role == CCM_TFTP) &&
		    has(l, i, DIALECT_CERT, der) && is_at(c, l, i, node))
			*ret = true;
	}
	return err;
}

static bool
is_met(const struct phone *p, const struct site *c, size_t node)
{
	return c->meets == NULL || c->meets(c->arg, p->tftp, node);
}

/* What every CallManager shows is known. */
static enum err
connect_tls(const struct phone *p, const struct site *c, struct phone_day *day,
    struct diag *diag)
{
	static const enum shelf_kind kinds[] = { SHELF_CALLMANAGER,
		SHELF_ECDSA };
	enum err err = ERR_OK;
	bool known = true;
	size_t i;

	for (i = 0; i < c->num_nodes * 2 && err == ERR_OK && known; i++)
		if (p->ctl != NULL && is_met(p, c, i / 2))
			err = connect_one(p, c, kinds[i % 2], i / 2, &known,
			    diag);
	day->tls = known;
	return err;
}

static enum err
use_capf(const struct phone *p, const struct site *c, struct phone_day *day,
    struct diag *diag)
{
	struct bytes der = { 0 };
	enum err err;

	day->capf = true;
	if (p->ctl == NULL)
		return ERR_OK;
	err = c->shows(c->arg, 0, SHELF_CAPF, &der, diag);
	if (err == ERR_OK && der.ptr != NULL)
		day->capf = has_cert(p->ctl, der, 1u << CAPF);
	return err;
}

/* What needs no new list. */
static enum err
work(const struct phone *p, const struct site *c, struct phone_day *day,
    struct diag *diag)
{
	enum err err = fetch_config(p, c, day, diag);

	if (err == ERR_OK)
		err = connect_tls(p, c, day, diag);
	if (err == ERR_OK)
		err = use_capf(p, c, day, diag);
	day->works = day->readable && day->itl && day->config && day->tls &&
	    day->capf;
	return err;
}

enum err
phone_start_at(struct phone *p, const struct site *c, struct phone_day *ret,
    struct diag *diag)
{
	struct phone_day day = { .ctl = PHONE_TAKES };
	struct phone after = *p;
	enum err err = fetch_ctl(&after, c, &day, diag);

	if (err == ERR_OK)
		err = fetch_itl(&after, c, &day, diag);
	if (err == ERR_OK)
		err = work(&after, c, &day, diag);
	if (err != ERR_OK)
		return err;
	*p = after;
	*ret = day;
	return ERR_OK;
}

enum err
phone_look(const struct phone *p, const struct site *c, struct phone_day *ret,
    struct diag *diag)
{
	struct phone copy = *p;
	struct phone_day day = { .ctl = PHONE_TAKES };
	enum err err = fetch_ctl(&copy, c, &day, diag);

	copy = *p;
	day.readable = p->ctl == NULL || reads(p->sort, p->ctl);
	if (err == ERR_OK)
		err = fetch_itl(&copy, c, &day, diag);
	if (err == ERR_OK)
		err = work(p, c, &day, diag);
	if (err == ERR_OK)
		*ret = day;
	return err;
}

enum err
phone_start(struct phone *p, const struct cluster *c, struct phone_day *ret,
    struct diag *diag)
{
	const struct site site = cluster_site(c);

	return phone_start_at(p, &site, ret, diag);
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
