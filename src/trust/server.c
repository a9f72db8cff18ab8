/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/server.h"

#include <stdlib.h>

static enum err
side_fill(struct side *s, const struct ctl_file *f, struct diag *d)
{
	enum err e;

	s->f = f;
	e = match_sort(f, MATCH_SAST, NULL, &s->sasts, d);
	if (e == ERR_OK)
		e = match_sort(f, MATCH_SERVER_KEY, NULL, &s->servers, d);
	if (e == ERR_OK)
		e = match_sort(f, MATCH_HOST, NULL, &s->hosts, d);
	if (e == ERR_OK)
		e = match_sort(f, MATCH_CERT, NULL, &s->certs, d);
	return e;
}

static void
side_clear(struct side *s)
{
	match_index_clear(&s->sasts);
	match_index_clear(&s->servers);
	match_index_clear(&s->hosts);
	match_index_clear(&s->certs);
}

enum err
server_sides_fill(const struct ctl_file *old, const struct ctl_file *new,
    struct sides *ss, struct diag *d)
{
	enum err e = side_fill(&ss->old, old, d);

	return e != ERR_OK ? e : side_fill(&ss->new, new, d);
}

void
server_sides_clear(struct sides *ss)
{
	side_clear(&ss->old);
	side_clear(&ss->new);
}

/* ---- Owners -------------------------------------------------------- */

static struct match_key
key_of(const struct ctl_record *r)
{
	return (struct match_key){
		.part = { ctl_record_value(r, CTL_REC_PUBLIC_KEY) }
	};
}

/* A server of S has the key of R. */
static bool
is_server_of(const struct side *s, const struct ctl_record *r)
{
	struct match_key key = key_of(r);

	return key.part[0].len > 0 && match_index_has(&s->servers, &key);
}

enum trust_owner
server_owner(const struct sides *ss, const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);

	if (r->dialect != CTL_DIALECT_APPLIANCE)
		return TRUST_OWNER_TOKEN;
	if (ctl_record_is_itlrecovery(r))
		return TRUST_OWNER_ITLRECOVERY;
	return is_server_of(&ss->old, r) || is_server_of(&ss->new, r)
	    ? TRUST_OWNER_CALLMANAGER
	    : TRUST_OWNER_TOKEN;
}

static struct bytes
common_name(const struct ctl_record *r)
{
	return ctl_common_name(ctl_record_text(r, CTL_REC_SUBJECT));
}

/* Its common name is the host of a record that is no SAST: a server's of which
 * the lists do not say what key it signs with. */
static bool
has_host(const struct sides *ss, const struct ctl_record *r)
{
	struct match_key host = { .part = { common_name(r) } };

	return r->dialect == CTL_DIALECT_APPLIANCE && host.part[0].len > 0 &&
	    (match_index_has(&ss->old.hosts, &host) ||
		match_index_has(&ss->new.hosts, &host));
}

/* ---- Who stands for whom ------------------------------------------- */

/* What is known of the servers that have SASTs in NEW. */
enum {
	NAME_CN,   /* common name of such a SAST */
	NAME_HOST, /* its host, or that of a server with its key */
	NAME_KEY,  /* its key */
	NAME_STOOD /* the key of a server with such a host */
};

struct names {
	struct match_index ix;
	size_t room;
};

static bool
has_name(const struct names *n, unsigned kind, struct bytes v)
{
	struct match_key key = { .kind = kind, .part = { v } };

	return v.len > 0 && match_index_has(&n->ix, &key);
}

/* Sort before asking again. */
static void
put_name(struct names *n, unsigned kind, struct bytes v)
{
	if (v.len > 0 && n->ix.num < n->room)
		n->ix.key[n->ix.num++] = (struct match_key){ .kind = kind,
			.part = { v } };
}

/* A SAST of NEW that may stand for one of OWNER's that has gone: it is known
 * to be of a server there, and no other spelling of one of OLD. */
static bool
may_stand(const struct sides *ss, const struct match_key *key,
    enum trust_owner owner)
{
	const struct ctl_record *r = ctl_record(ss->new.f, key->record);
	struct match_key cert;

	if (server_owner(ss, ss->new.f, key->record) != owner ||
	    (owner == TRUST_OWNER_CALLMANAGER && !is_server_of(&ss->new, r)))
		return false;
	return match_index_has(&ss->old.sasts, key) ||
	    !match_key_of(ss->new.f, key->record, MATCH_CERT, &cert) ||
	    !match_index_has(&ss->old.certs, &cert);
}

/* Of the servers of S: the hosts of those whose key ASK knows (BY_KEY), or the
 * keys of those whose host it knows. */
static void
put_servers(const struct names *ask, const struct side *s, bool by_key,
    struct names *n)
{
	const struct ctl_record *r;
	struct bytes host, key;
	size_t i;

	for (i = 0; i < s->servers.num; i++) {
		r = ctl_record(s->f, s->servers.key[i].record);
		host = ctl_record_text(r, CTL_REC_DNS_NAME);
		key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
		if (by_key && has_name(ask, NAME_KEY, key))
			put_name(n, NAME_HOST, host);
		else if (!by_key && has_name(ask, NAME_HOST, host))
			put_name(n, NAME_STOOD, key);
	}
}

static void
add_servers(const struct sides *ss, bool by_key, struct names *n)
{
	const struct names ask = *n; /* sorted, up to its own end */

	put_servers(&ask, &ss->old, by_key, n);
	put_servers(&ask, &ss->new, by_key, n);
	match_index_sort(&n->ix);
}

static enum err
read_names(const struct sides *ss, enum trust_owner owner, struct names *ret,
    struct diag *d)
{
	const struct side *s = &ss->new;
	size_t i, servers = ss->old.servers.num + s->servers.num;
	const struct ctl_record *r;
	struct names n = { .room = 3 * s->sasts.num + 2 * servers };

	n.ix.key = calloc(n.room + 1, sizeof(*n.ix.key));
	if (n.ix.key == NULL)
		return diag_nomem(d);
	for (i = 0; i < s->sasts.num; i++) {
		if (!may_stand(ss, &s->sasts.key[i], owner))
			continue;
		r = ctl_record(s->f, s->sasts.key[i].record);
		put_name(&n, NAME_CN, common_name(r));
		put_name(&n, NAME_HOST, ctl_record_text(r, CTL_REC_DNS_NAME));
		put_name(&n, NAME_KEY, ctl_record_value(r, CTL_REC_PUBLIC_KEY));
	}
	match_index_sort(&n.ix);
	add_servers(ss, true, &n);
	add_servers(ss, false, &n);
	*ret = n;
	return ERR_OK;
}

/* NEW has a SAST of the server whose SAST R is. */
static bool
has_other(const struct names *n, const struct ctl_record *r)
{
	struct bytes cn = common_name(r);

	return has_name(n, NAME_CN, cn) || has_name(n, NAME_HOST, cn) ||
	    has_name(n, NAME_HOST, ctl_record_text(r, CTL_REC_DNS_NAME)) ||
	    has_name(n, NAME_STOOD, ctl_record_value(r, CTL_REC_PUBLIC_KEY));
}

/* ---- What is lost -------------------------------------------------- */

static bool
is_of(const struct sides *ss, size_t record, enum trust_owner owner)
{
	enum trust_owner is = server_owner(ss, ss->old.f, record);

	if (is == TRUST_OWNER_TOKEN && owner == TRUST_OWNER_CALLMANAGER)
		return has_host(ss, ctl_record(ss->old.f, record));
	return is == owner;
}

static void
keep_first(size_t record, size_t *first)
{
	if (*first == 0 || record < *first)
		*first = record;
}

enum err
server_look(const struct sides *ss, enum trust_owner owner,
    struct server_loss *ret, struct diag *d)
{
	struct server_loss loss = { .gone = 0 };
	const struct match_key *key;
	const struct ctl_record *r;
	struct names n;
	enum err e;
	size_t i;

	e = read_names(ss, owner, &n, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < ss->old.sasts.num; i++) {
		key = &ss->old.sasts.key[i];
		r = ctl_record(ss->old.f, key->record);
		if (!is_of(ss, key->record, owner) || has_other(&n, r))
			continue;
		if (!match_index_has(&ss->new.sasts, key))
			keep_first(key->record, &loss.gone);
		else if (is_server_of(&ss->old, r) &&
		    !is_server_of(&ss->new, r))
			keep_first(key->record, &loss.untied);
	}
	match_index_clear(&n.ix);
	*ret = loss;
	return ERR_OK;
}
