/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/match.h"

#include <stdlib.h>
#include <string.h>

/* What a key's parts are: one kind never equals another. */
enum {
	KIND_NOTHING,
	KIND_CERT,
	KIND_HASH,
	KIND_KEY,
	KIND_HOST,
	KIND_CN,
	KIND_ADDRESS
};

/* Adds V to the parts. */
static void
put(struct match_key *k, size_t *n, struct bytes v)
{
	k->part[(*n)++] = v;
}

/* A record without a role is no record of role 0. */
static struct bytes
role_of(const struct ctl_record *r)
{
	return ctl_record_value(r, CTL_REC_ROLE);
}

static struct bytes
common_name(const struct ctl_record *r)
{
	return ctl_common_name(ctl_record_text(r, CTL_REC_SUBJECT));
}

static void
put_names(const struct ctl_record *r, struct match_key *k, size_t *n)
{
	put(k, n, ctl_record_value(r, CTL_REC_ISSUER));
	put(k, n, ctl_record_value(r, CTL_REC_SERIAL));
}

/* False where R has nothing of a certificate. */
static bool
put_cert(const struct ctl_record *r, struct match_key *k, size_t *n)
{
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes hash = ctl_record_value(r, CTL_REC_CERT_HASH);
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);

	if (der.len > 0) {
		k->kind = KIND_CERT;
		put(k, n, der);
	} else if (hash.len > 0) {
		k->kind = KIND_HASH;
		put(k, n, hash);
		put(k, n, ctl_record_value(r, CTL_REC_HASH_ALG));
	} else if (key.len > 0) {
		k->kind = KIND_KEY;
		put(k, n, key);
		put_names(r, k, n);
	}
	return k->kind != KIND_NOTHING;
}

static bool
put_server(const struct ctl_record *r, struct match_key *k, size_t *n)
{
	static const uint8_t nowhere[4]; /* the client's, for a token */
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);
	struct bytes cn = common_name(r);
	struct bytes address = ctl_record_value(r, CTL_REC_ADDRESS);

	if (host.len > 0) {
		k->kind = KIND_HOST;
		put(k, n, host);
	} else if (cn.len > 0) {
		k->kind = KIND_CN;
		put(k, n, cn);
	} else if (address.len > 0 &&
	    !bytes_equal(address, bytes_of(nowhere, sizeof(nowhere)))) {
		k->kind = KIND_ADDRESS;
		put(k, n, address);
	}
	return k->kind != KIND_NOTHING;
}

/* The value of the TLV of DER with TAG that *IN begins with; *IN is what
 * follows. */
static bool
take(struct bytes *in, uint8_t tag, struct bytes *ret)
{
	size_t i, len, at = 2;

	if (in->len < 2 || in->ptr[0] != tag)
		return false;
	len = in->ptr[1];
	if (len > 0x80) {
		at += len - 0x80;
		if (at > 4 || at > in->len)
			return false;
		for (i = 2, len = 0; i < at; i++)
			len = len << 8 | in->ptr[i];
	}
	if (len > in->len - at)
		return false;
	*ret = bytes_of(in->ptr + at, len);
	*in = bytes_of(in->ptr + at + len, in->len - at - len);
	return true;
}

/* KEY is an RSAPublicKey of these two numbers. Without memory of its own, since
 * trust_judge() cannot fail. */
static bool
take_rsa(struct bytes key, struct bytes *n, struct bytes *e)
{
	struct bytes seq;

	return take(&key, 0x30, &seq) && key.len == 0 && take(&seq, 2, n) &&
	    take(&seq, 2, e) && seq.len == 0 && n->len > 0 && e->len > 0;
}

/* KEY has an odd exponent above 1: others sign no list. */
static bool
can_sign(struct bytes key)
{
	struct bytes n, e;

	if (!take_rsa(key, &n, &e))
		return false;
	return (e.ptr[0] & 0x80) == 0 && (e.ptr[e.len - 1] & 1) != 0 &&
	    (e.len > 1 || e.ptr[0] > 1);
}

unsigned
match_rsa_bits(struct bytes key)
{
	struct bytes n, e;
	unsigned top, bits;

	if (!take_rsa(key, &n, &e))
		return 0;
	while (n.len > 1 && n.ptr[0] == 0)
		n = bytes_of(n.ptr + 1, n.len - 1);
	bits = (unsigned)(n.len - 1) * 8;
	for (top = n.ptr[0]; top > 0; top >>= 1)
		bits++;
	return bits;
}

/* What a phone checks a signature with: the key, however it is given. */
static bool
put_key(const struct ctl_record *r, struct match_key *k, size_t *n)
{
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);

	if (key.len == 0)
		return put_cert(r, k, n);
	if (!can_sign(key))
		return false;
	k->kind = KIND_KEY;
	put(k, n, key);
	return true;
}

static bool
put_sast(const struct ctl_record *r, struct match_key *k, size_t *n)
{
	if (!r->has_role || r->role != CTL_ROLE_SAST ||
	    ctl_record_value(r, CTL_REC_ISSUER).ptr == NULL ||
	    ctl_record_value(r, CTL_REC_SERIAL).ptr == NULL ||
	    !put_key(r, k, n))
		return false;
	put_names(r, k, n);
	return true;
}

static bool
put_server_key(const struct ctl_record *r, struct match_key *k, size_t *n)
{
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);

	put(k, n, key);
	return key.len > 0 && ctl_record_is_server(r);
}

static bool
put_host(const struct ctl_record *r, struct match_key *k, size_t *n)
{
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);

	put(k, n, host);
	return host.len > 0 && r->has_role && r->role != CTL_ROLE_SAST;
}

struct match_key
match_content(enum ctl_record_tag tag, struct bytes value)
{
	return (struct match_key){ .kind = tag == CTL_REC_CERTIFICATE
		    ? KIND_CERT
		    : tag == CTL_REC_CERT_HASH ? KIND_HASH
					       : KIND_KEY,
		.part = { value } };
}

/* As put_cert(), but for what only tells records apart. */
static bool
put_content(const struct ctl_record *r, struct match_key *k)
{
	static const enum ctl_record_tag tags[] = { CTL_REC_CERTIFICATE,
		CTL_REC_CERT_HASH, CTL_REC_PUBLIC_KEY };
	size_t i, record = k->record;
	struct bytes v;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		v = ctl_record_value(r, tags[i]);
		if (v.len == 0)
			continue;
		*k = match_content(tags[i], v);
		k->record = record;
		return true;
	}
	return false;
}

bool
match_key_of(const struct ctl_file *f, size_t index, enum match_by by,
    struct match_key *ret)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct match_key k = { .record = index };
	bool has = true;
	size_t n = 0;

	if (by != MATCH_SERVER_KEY && by != MATCH_HOST && by != MATCH_CONTENT)
		put(&k, &n, role_of(r));
	switch (by) {
	case MATCH_RECORD:
		put(&k, &n, bytes_of(ctl_raw(f).ptr + r->offset, r->length));
		break;
	case MATCH_CERT_AT:
		(void)put_cert(r, &k, &n);
		put(&k, &n, ctl_record_value(r, CTL_REC_DNS_NAME));
		put(&k, &n, ctl_record_value(r, CTL_REC_ADDRESS));
		break;
	case MATCH_CERT:
		has = put_cert(r, &k, &n);
		break;
	case MATCH_SERVER_CN:
		has = put_server(r, &k, &n);
		put(&k, &n, common_name(r));
		break;
	case MATCH_SERVER:
		has = put_server(r, &k, &n);
		break;
	case MATCH_SAST:
		has = put_sast(r, &k, &n);
		break;
	case MATCH_SERVER_KEY:
		has = put_server_key(r, &k, &n);
		break;
	case MATCH_HOST:
		has = put_host(r, &k, &n);
		break;
	case MATCH_CONTENT:
		has = put_content(r, &k);
		break;
	}
	if (has)
		*ret = k;
	return has;
}

int
match_order(const struct match_key *a, const struct match_key *b)
{
	size_t i;
	int c;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	for (i = 0; i < MATCH_PARTS; i++) {
		c = bytes_order(a->part[i], b->part[i]);
		if (c != 0)
			return c;
	}
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct match_key *x = a, *y = b;
	int c = match_order(x, y);

	return c != 0 ? c : x->record < y->record ? -1 : 1;
}

enum err
match_sort(const struct ctl_file *f, enum match_by by, const size_t *taken,
    struct match_index *ret, struct diag *d)
{
	size_t i, num = ctl_num_records(f);
	struct match_index ix = { .num = 0 };

	ix.key = calloc(num + 1, sizeof(*ix.key));
	if (ix.key == NULL)
		return diag_nomem(d);
	for (i = 1; i <= num; i++)
		if ((taken == NULL || taken[i] == 0) &&
		    match_key_of(f, i, by, &ix.key[ix.num]))
			ix.num++;
	match_index_sort(&ix);
	*ret = ix;
	return ERR_OK;
}

void
match_index_sort(struct match_index *ix)
{
	qsort(ix->key, ix->num, sizeof(*ix->key), compare);
}

void
match_index_clear(struct match_index *ix)
{
	free(ix->key);
	ix->key = NULL;
	ix->num = 0;
}

static int
compare_key(const void *a, const void *b)
{
	return match_order(a, b);
}

bool
match_index_has(const struct match_index *ix, const struct match_key *key)
{
	return ix->num > 0 &&
	    bsearch(key, ix->key, ix->num, sizeof(*ix->key), compare_key) !=
	    NULL;
}

const struct match_key *
match_index_find(const struct match_index *ix, const struct match_key *key,
    size_t *ret_num)
{
	size_t low = 0, high = ix->num, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (match_order(&ix->key[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (high = low; high < ix->num; high++)
		if (match_order(&ix->key[high], key) != 0)
			break;
	*ret_num = high - low;
	return ix->key + low;
}
