/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/cluster.h"

#include <stdio.h>
#include <string.h>

/* Role codes of records. */
enum {
	SAST = 0,
	CCM_TFTP = 2,
	CAPF = 4,
	TVS = 21
};

/* One for the whole cluster, made by the publisher. */
static bool
is_shared(const struct cluster *c, enum shelf_kind kind)
{
	return kind == SHELF_CAPF || kind == SHELF_ITLRECOVERY ||
	    (kind == SHELF_CALLMANAGER && c->multi_san);
}

static size_t
owner_of(const struct cluster *c, enum shelf_kind kind, size_t node)
{
	return is_shared(c, kind) ? 0 : node;
}

struct shelf_id
cluster_on_disk(const struct cluster *c, enum shelf_kind kind, size_t node)
{
	size_t owner = owner_of(c, kind, node);

	return (struct shelf_id){ (uint8_t)kind, (uint8_t)owner,
		c->node[owner].disk[kind] };
}

/* What is shared may still be the old one in the services of a node. */
struct shelf_id
cluster_served(const struct cluster *c, enum shelf_kind kind, size_t node)
{
	return (struct shelf_id){ (uint8_t)kind,
		(uint8_t)owner_of(c, kind, node), c->node[node].served[kind] };
}

struct shelf_id
cluster_token(uint8_t generation)
{
	return (struct shelf_id){ SHELF_TOKEN, generation, generation };
}

struct shelf_id
cluster_signer(const struct cluster *c)
{
	return cluster_on_disk(c,
	    c->release >= 1200 ? SHELF_ITLRECOVERY : SHELF_CALLMANAGER, 0);
}

/* ---- Lists. ---- */

static void
put(struct shelf_plan *plan, struct shelf_id id, unsigned role, size_t node,
    const struct cluster *c)
{
	struct shelf_record r = { .cert = id,
		.role = (uint8_t)role,
		.node = (uint8_t)node };

	if (node != SHELF_NOWHERE)
		r.moved = c->node[node].moved;
	shelf_put(plan, r);
}

/* The SASTs of the appliance's own, the signer first. */
static void
put_own_sasts(const struct cluster *c, struct shelf_plan *plan)
{
	struct shelf_id ccm = cluster_on_disk(c, SHELF_CALLMANAGER, 0),
			itlr = cluster_on_disk(c, SHELF_ITLRECOVERY, 0);

	if (c->release >= 1200) {
		put(plan, itlr, SAST, 0, c);
		put(plan, ccm, SAST, 0, c);
		return;
	}
	put(plan, ccm, SAST, 0, c);
	if (c->release >= 1052)
		put(plan, itlr, SAST, 0, c);
}

static void
put_uploads(const struct cluster *c, struct shelf_plan *plan)
{
	size_t i, j;
	bool there;

	for (i = 0; i < c->num_uploads; i++) {
		there = false;
		for (j = 0; j < plan->num && j < SHELF_MAX_RECORDS; j++)
			there |= memcmp(&plan->record[j].cert, &c->upload[i],
				     sizeof(c->upload[i])) == 0;
		if (!there)
			put(plan, c->upload[i], SAST, SHELF_NOWHERE, c);
	}
}

/* NODE as a server, MOVES moves from now. */
static void
put_server(const struct cluster *c, struct shelf_plan *plan, size_t node,
    unsigned moves)
{
	struct shelf_record r = { .role = CCM_TFTP,
		.node = (uint8_t)node,
		.moved = (uint8_t)(c->node[node].moved + moves) };

	r.cert = cluster_on_disk(c, SHELF_CALLMANAGER, node);
	shelf_put(plan, r);
	r.cert = cluster_on_disk(c, SHELF_ECDSA, node);
	if (c->ecdsa)
		shelf_put(plan, r);
}

/* Servers and CAPF. */
static void
put_servers(const struct cluster *c, struct shelf_plan *plan)
{
	size_t i;

	for (i = 0; i < c->num_nodes; i++) {
		if (!c->node[i].tftp && !c->node[i].ccm)
			continue;
		put_server(c, plan, i, 0);
		if (c->node[i].announced)
			put_server(c, plan, i, 1);
	}
	if (c->capf)
		put(plan, cluster_on_disk(c, SHELF_CAPF, 0), CAPF, 0, c);
}

static enum err
publish(struct cluster *c, const struct shelf_plan *plan, struct diag *diag)
{
	const struct sheet *ctl;
	enum err err = shelf_make(c->shelf, plan, &ctl, diag);
	size_t i;

	for (i = 0; i < c->num_nodes && err == ERR_OK; i++)
		if (!c->node[i].cut_off)
			c->node[i].ctl = ctl;
	return err;
}

/* A list by the appliance. */
static enum err
make_own(struct cluster *c, struct shelf_id signer, struct diag *diag)
{
	struct shelf_plan plan = { .form = SHELF_CTL, .signer = signer };
	enum err err;

	put_own_sasts(c, &plan);
	put_uploads(c, &plan);
	put_servers(c, &plan);
	err = publish(c, &plan, diag);
	if (err == ERR_OK)
		c->num_tokens = 0;
	return err;
}

enum err
cluster_make_itls(struct cluster *c, struct diag *diag)
{
	struct shelf_plan plan;
	enum err err = ERR_OK;
	size_t i, j;

	for (i = 0; i < c->num_nodes && err == ERR_OK; i++) {
		if (!c->node[i].tftp)
			continue;
		plan = (struct shelf_plan){ .form = SHELF_ITL };
		plan.signer = cluster_on_disk(c,
		    c->release >= 1200 ? SHELF_ITLRECOVERY : SHELF_CALLMANAGER,
		    i);
		put(&plan, plan.signer, SAST, i, c);
		put(&plan, cluster_on_disk(c, SHELF_CALLMANAGER, i), CCM_TFTP,
		    i, c);
		put(&plan, cluster_on_disk(c, SHELF_CAPF, 0), CAPF, 0, c);
		for (j = 0; j < c->num_nodes; j++)
			put(&plan, cluster_on_disk(c, SHELF_TVS, j), TVS, j, c);
		err = shelf_make(c->shelf, &plan, &c->node[i].itl, diag);
	}
	return err;
}

/* ---- What administrators do. ---- */

enum err
cluster_new(struct shelf *shelf, unsigned release, size_t num,
    struct cluster *ret, struct diag *diag)
{
	size_t i;

	if (num < 1 || num > CLUSTER_MAX_NODES)
		return diag_set(diag, ERR_USAGE, "1 to %d nodes",
		    CLUSTER_MAX_NODES);
	memset(ret, 0, sizeof(*ret));
	ret->shelf = shelf;
	ret->release = release;
	ret->num_nodes = num;
	ret->capf = true;
	for (i = 0; i < num; i++)
		ret->node[i].tftp = ret->node[i].ccm = true;
	return cluster_make_itls(ret, diag);
}

enum err
cluster_renew(struct cluster *c, enum shelf_kind kind, size_t node,
    struct diag *diag)
{
	size_t owner = owner_of(c, kind, node);

	if (kind >= SHELF_TOKEN || node >= c->num_nodes)
		return diag_set(diag, ERR_USAGE, "there is no such one");
	c->node[owner].disk[kind]++;
	return cluster_make_itls(c, diag);
}

enum err
cluster_update_ctl(struct cluster *c, struct diag *diag)
{
	return make_own(c, cluster_signer(c), diag);
}

enum err
cluster_reset_localkey(struct cluster *c, struct diag *diag)
{
	if (c->release < 1200)
		return diag_set(diag, ERR_UNSUPPORTED, "from 12.0 on");
	return make_own(c, cluster_on_disk(c, SHELF_CALLMANAGER, 0), diag);
}

enum err
cluster_sign_token(struct cluster *c, struct diag *diag)
{
	struct shelf_plan plan = { .form = SHELF_CTL, .by_client = 1 };
	size_t i;

	if (c->num_tokens == 0)
		return diag_set(diag, ERR_UNSUPPORTED, "no token is here");
	plan.signer = cluster_token(c->token[0]);
	for (i = 0; i < c->num_tokens; i++)
		put(&plan, cluster_token(c->token[i]), SAST, SHELF_NOWHERE, c);
	if (c->release >= 1150)
		put_own_sasts(c, &plan);
	put_servers(c, &plan);
	return publish(c, &plan, diag);
}

void
cluster_take_tokens(struct cluster *c, const uint8_t *generations, size_t num)
{
	c->num_tokens = num < CLUSTER_MAX_TOKENS ? num : CLUSTER_MAX_TOKENS;
	memcpy(c->token, generations, c->num_tokens);
}

enum err
cluster_upload(struct cluster *c, struct shelf_id id, struct diag *diag)
{
	size_t i;

	for (i = 0; i < c->num_uploads; i++)
		if (memcmp(&c->upload[i], &id, sizeof(id)) == 0)
			return ERR_OK;
	if (c->num_uploads == CLUSTER_MAX_UPLOADS)
		return diag_set(diag, ERR_TOO_BIG, "more than %d uploads",
		    CLUSTER_MAX_UPLOADS);
	c->upload[c->num_uploads++] = id;
	return ERR_OK;
}

void
cluster_reload(struct cluster *c, enum shelf_kind kind, size_t node)
{
	c->node[node].served[kind] = cluster_on_disk(c, kind, node).generation;
}

void
cluster_restart(struct cluster *c, size_t node)
{
	size_t kind;

	for (kind = 0; kind < SHELF_NUM_KINDS; kind++)
		cluster_reload(c, (enum shelf_kind)kind, node);
}

void
cluster_announce(struct cluster *c, size_t node)
{
	c->node[node].announced = true;
}

enum err
cluster_move(struct cluster *c, size_t node, struct diag *diag)
{
	c->node[node].announced = false;
	c->node[node].moved++;
	return cluster_make_itls(c, diag);
}

enum err
cluster_upgrade(struct cluster *c, unsigned release, struct diag *diag)
{
	c->release = release;
	return cluster_make_itls(c, diag);
}

/* ---- What it shows. ---- */

enum err
cluster_config(const struct cluster *c, size_t node, const struct sheet **ret,
    struct diag *diag)
{
	const struct shelf_plan plan = { .form = SHELF_CONFIG,
		.signer = cluster_served(c, SHELF_CALLMANAGER, node) };

	return shelf_make(c->shelf, &plan, ret, diag);
}

/* *RET_KEY: that of ID, where lists that have it as SAST spell it so. */
static enum err
ask_for(struct shelf *s, struct shelf_id id, struct bytes issuer,
    struct bytes serial, struct bytes *ret_key, struct diag *diag)
{
	struct dialect_record r = { .dns = "",
		.dialect = id.kind == SHELF_TOKEN ? DIALECT_TOKEN
						  : DIALECT_APPLIANCE };
	struct buf i = { 0 }, n = { 0 };
	enum err err = shelf_cert(s, id, &r.cert, diag);

	if (err == ERR_OK)
		err = dialect_value(&r, DIALECT_ISSUER, &i, diag);
	if (err == ERR_OK)
		err = dialect_value(&r, DIALECT_SERIAL, &n, diag);
	if (err == ERR_OK && bytes_equal(buf_bytes(&i), issuer) &&
	    bytes_equal(buf_bytes(&n), serial))
		*ret_key = r.cert->public_key;
	buf_clear(&i);
	buf_clear(&n);
	return err;
}

/* The database: CallManager of each node, and Phone-SAST-trust. */
static enum err
ask_database(const struct cluster *c, struct bytes issuer, struct bytes serial,
    struct bytes *ret_key, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < c->num_nodes && err == ERR_OK; i++)
		err = ask_for(c->shelf,
		    cluster_on_disk(c, SHELF_CALLMANAGER, i), issuer, serial,
		    ret_key, diag);
	for (i = 0; i < c->num_uploads && err == ERR_OK; i++)
		err = ask_for(c->shelf, c->upload[i], issuer, serial, ret_key,
		    diag);
	return err;
}

static bool
has(const struct sheet *list, size_t record, uint8_t tag, struct bytes value)
{
	const struct wire_tlv *t = wire_find(&list->tlvs, record, tag);

	return t != NULL && bytes_equal(t->value, value);
}

/* A SAST of the list on the node's disk. */
static void
ask_cache(const struct sheet *list, struct bytes issuer, struct bytes serial,
    struct bytes *ret_key)
{
	const struct wire_tlv *key;
	size_t i;

	for (i = 1; list != NULL && i <= list->tlvs.num_records; i++) {
		key = wire_find(&list->tlvs, i, DIALECT_KEY);
		if (ret_key->ptr == NULL && key != NULL &&
		    has(list, i, DIALECT_ROLE, bytes_of("\0\0", 2)) &&
		    has(list, i, DIALECT_ISSUER, issuer) &&
		    has(list, i, DIALECT_SERIAL, serial))
			*ret_key = key->value;
	}
}

enum err
cluster_vouches(const struct cluster *c, size_t node, struct bytes issuer,
    struct bytes serial, struct bytes *ret_key, struct diag *diag)
{
	struct bytes key = { 0 };
	enum err err = ask_database(c, issuer, serial, &key, diag);

	if (err != ERR_OK)
		return err;
	if (key.ptr == NULL && c->cache_counts)
		ask_cache(c->node[node].ctl, issuer, serial, &key);
	*ret_key = key;
	return ERR_OK;
}

/* ---- As a site. ---- */

static const struct sheet *
site_ctl(const void *arg, size_t node)
{
	return ((const struct cluster *)arg)->node[node].ctl;
}

static const struct sheet *
site_itl(const void *arg, size_t node)
{
	return ((const struct cluster *)arg)->node[node].itl;
}

static enum err
site_config(const void *arg, size_t node, const struct sheet **ret,
    struct diag *diag)
{
	const struct cluster *c = arg;

	*ret = NULL;
	return c->node[node].tftp ? cluster_config(c, node, ret, diag) : ERR_OK;
}

static bool
is_shown(const struct cluster *c, size_t node, enum shelf_kind kind)
{
	if (kind == SHELF_CAPF)
		return c->capf;
	if (kind == SHELF_ECDSA && !c->ecdsa)
		return false;
	return kind == SHELF_TVS || c->node[node].ccm;
}

static enum err
site_shows(const void *arg, size_t node, enum shelf_kind kind,
    struct bytes *ret_der, struct diag *diag)
{
	const struct cluster *c = arg;
	const struct dialect_cert *cert;
	enum err err;

	if (!is_shown(c, node, kind))
		return ERR_OK;
	err = shelf_cert(c->shelf, cluster_served(c, kind, node), &cert, diag);
	if (err == ERR_OK)
		*ret_der = cert->der;
	return err;
}

/* By name or by address. */
static bool
site_is_at(const void *arg, size_t node, const struct sheet *list,
    size_t record)
{
	const struct cluster *c = arg;
	const uint8_t ip[] = { 10, 0, (uint8_t)node, c->node[node].moved };
	char name[32];
	int len = snprintf(name, sizeof(name), "10.0.%u.%u", (unsigned)node,
	    (unsigned)c->node[node].moved);

	return has(list, record, DIALECT_DNS,
		   bytes_of(name, (size_t)len + 1)) ||
	    has(list, record, DIALECT_IP, bytes_of(ip, sizeof(ip)));
}

static enum err
site_vouches(const void *arg, size_t node, struct bytes issuer,
    struct bytes serial, struct bytes *ret_key, struct diag *diag)
{
	return cluster_vouches(arg, node, issuer, serial, ret_key, diag);
}

static enum err
site_fits(const void *arg, const struct sheet *sheet, struct bytes key,
    bool *ret, struct diag *diag)
{
	return shelf_fits(((const struct cluster *)arg)->shelf, sheet, key, ret,
	    diag);
}

struct site
cluster_site(const struct cluster *c)
{
	return (struct site){ .arg = c,
		.num_nodes = c->num_nodes,
		.ctl = site_ctl,
		.itl = site_itl,
		.config = site_config,
		.shows = site_shows,
		.is_at = site_is_at,
		.anywhere = c->multi_san,
		.vouches = site_vouches,
		.fits = site_fits };
}
