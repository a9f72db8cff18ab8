/* SPDX-License-Identifier: Apache-2.0 */
/* Where a list has a certificate, and for which server. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "trust/works_parts.h"

#define ADDRESS_MAX_TEXT 64

/* An address as IPADDRESS holds it; 0 bytes where TEXT is none. */
struct raw_address {
	uint8_t byte[16];
	size_t len;
};

static struct raw_address
raw_of(struct bytes text)
{
	struct raw_address ret = { .len = 0 };
	char copy[ADDRESS_MAX_TEXT];

	if (text.len >= sizeof(copy))
		return ret;
	memcpy(copy, text.ptr == NULL ? (const uint8_t *)"" : text.ptr,
	    text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, ret.byte) == 1)
		ret.len = 4;
	else if (inet_pton(AF_INET6, copy, ret.byte) == 1)
		ret.len = 16;
	return ret;
}

static struct bytes
raw_bytes(const struct raw_address *a)
{
	return bytes_of(a->byte, a->len);
}

/* Somebody's, and not the 0.0.0.0 of a token's client. */
static bool
is_somewhere(struct bytes address)
{
	size_t i;

	for (i = 0; i < address.len; i++)
		if (address.ptr[i] != 0)
			return true;
	return false;
}

/* The same host, in capitals or not; one of them may lack its domain. */
static bool
is_same_host(struct bytes a, struct bytes b)
{
	struct bytes longer = a.len > b.len ? a : b;
	size_t n = a.len > b.len ? b.len : a.len;

	return n > 0 &&
	    strncasecmp((const char *)a.ptr, (const char *)b.ptr, n) == 0 &&
	    (longer.len == n || longer.ptr[n] == '.');
}

static enum trust_known
known(bool yes)
{
	return yes ? TRUST_YES : TRUST_NO;
}

/* ADDRESS is of the internet, and not a name. */
static enum trust_known
is_at_raw(const struct ctl_record *r, const struct raw_address *address)
{
	struct bytes own = ctl_record_value(r, CTL_REC_ADDRESS);
	struct raw_address host = raw_of(ctl_record_text(r, CTL_REC_DNS_NAME));

	if (host.len > 0 && bytes_equal(raw_bytes(&host), raw_bytes(address)))
		return TRUST_YES;
	if (own.len == address->len && is_somewhere(own))
		return known(bytes_equal(own, raw_bytes(address)));
	return host.len == address->len ? TRUST_NO : TRUST_NOT_KNOWN;
}

enum trust_known
works_is_at(const struct ctl_record *r, const char *address)
{
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);
	struct raw_address raw = raw_of(bytes_of_str(address));

	if (raw.len > 0)
		return is_at_raw(r, &raw);
	if (host.len == 0 || raw_of(host).len > 0)
		return TRUST_NOT_KNOWN;
	return known(is_same_host(host, bytes_of_str(address)));
}

/* A certificate that is looked for. */
struct search {
	const struct works_job *w;
	const struct cert *cert;
	unsigned roles;
	const char *address;
	struct works_found *ret;
};

static bool
has_role(const struct search *s, const struct ctl_record *r)
{
	return r->has_role && r->role < 32 &&
	    (s->roles & WORKS_ROLE(r->role)) != 0;
}

/* Two records for two servers. */
static bool
are_apart(const struct ctl_record *a, const struct ctl_record *b)
{
	return !bytes_equal(ctl_record_value(a, CTL_REC_ADDRESS),
		   ctl_record_value(b, CTL_REC_ADDRESS)) ||
	    !bytes_equal(ctl_record_text(a, CTL_REC_DNS_NAME),
		ctl_record_text(b, CTL_REC_DNS_NAME));
}

/* Of two records, from 1, the one that stands first; 0 is none. */
static void
keep_first(size_t *first, size_t index)
{
	if (*first == 0 || index < *first)
		*first = index;
}

static void
note_found(struct search *s, size_t index)
{
	const struct ctl_file *f = s->w->in->list;
	const struct ctl_record *r = ctl_record(f, index);
	struct works_found *ret = s->ret;

	if (ret->record != 0 && are_apart(ctl_record(f, ret->record), r))
		ret->roams = true;
	keep_first(&ret->record, index);
	if (s->address == NULL || works_is_at(r, s->address) != TRUST_NO)
		keep_first(&ret->here, index);
}

static enum err
look_at(struct search *s, size_t index)
{
	const struct ctl_file *f = s->w->in->list;
	enum ctl_identity identity;
	enum err e;

	if (!has_role(s, ctl_record(f, index)))
		return ERR_OK;
	e = ctl_identify(f, index, s->cert, &identity, s->w->d);
	if (e != ERR_OK)
		return e;
	if (identity == CTL_SAME_CERT)
		note_found(s, index);
	else if (identity == CTL_HELD_CERT)
		keep_first(&s->ret->renamed, index);
	return ERR_OK;
}

/* The records that have VALUE as TAG, and nothing better. */
static enum err
look_for(struct search *s, enum ctl_record_tag tag, struct bytes value)
{
	struct match_key wanted = match_content(tag, value);
	const struct match_key *k;
	enum err e = ERR_OK;
	size_t i, num;

	k = match_index_find(&s->w->content, &wanted, &num);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = look_at(s, k[i].record);
	return e;
}

static enum err
look_for_hash(struct search *s, enum digest which)
{
	struct bytes der = cert_der(s->cert);
	struct digest_value value;
	enum err e;

	e = digest_of(which, &der, 1, &value, s->w->d);
	return e != ERR_OK
	    ? e
	    : look_for(s, CTL_REC_CERT_HASH, digest_bytes(&value));
}

enum err
works_find(const struct works_job *w, const struct cert *c, unsigned roles,
    const char *address, struct works_found *ret)
{
	static const enum digest digests[] = {
#define WORKS_DIGEST(code, digest, name) digest,
		CTL_DIGESTS(WORKS_DIGEST)
#undef WORKS_DIGEST
	};
	struct works_found found = { .record = 0 };
	struct search s = { w, c, roles, address, &found };
	enum err e;
	size_t i;

	e = look_for(&s, CTL_REC_CERTIFICATE, cert_der(c));
	if (e == ERR_OK)
		e = look_for(&s, CTL_REC_PUBLIC_KEY, cert_public_key_bytes(c));
	for (i = 0; e == ERR_OK && i < sizeof(digests) / sizeof(digests[0]);
	     i++)
		e = look_for_hash(&s, digests[i]);
	if (e == ERR_OK)
		*ret = found;
	return e;
}
