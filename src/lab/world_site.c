/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The world as a phone meets it.
 */
#include <stdlib.h>
#include <string.h>

#include "lab/world_inner.h"

#define MAX_REAL 20 /* nodes of a real cluster */

static size_t
hash(const struct sheet *sheet, const uint8_t *key)
{
	const uint64_t x = ((uint64_t)(uintptr_t)key ^ sheet->number << 40) *
	    0x9e3779b97f4a7c15u;

	return (size_t)(x >> 40) % WORLD_FIT_BUCKETS;
}

bool
world_serves_files(const struct world_node *n)
{
	return !n->down && world_is_started(n, "Cisco Tftp");
}

static const struct sheet *
site_ctl(const void *arg, size_t node)
{
	const struct world_node *n = &((const struct world *)arg)->node[node];

	return world_serves_files(n) ? n->inner->ctl : NULL;
}

static const struct sheet *
site_itl(const void *arg, size_t node)
{
	const struct world_node *n = &((const struct world *)arg)->node[node];

	return world_serves_files(n) ? n->inner->itl : NULL;
}

/* A site is looked at through a const pointer; what is remembered of it is
 * behind another. */
static struct world *
writable(const void *arg)
{
	return ((const struct world *)arg)->inner->self;
}

static enum err
site_config(const void *arg, size_t node, const struct sheet **ret,
    struct diag *diag)
{
	struct world *w = writable(arg);
	struct world_node_inner *in = w->node[node].inner;
	struct buf file = { 0 };
	struct bytes kept;
	enum err err = ERR_OK;

	*ret = NULL;
	if (!world_serves_files(&w->node[node]) || in->signs == NULL)
		return ERR_OK;
	if (in->config == NULL || in->config_by != in->signs) {
		err = world_sign_file(w, node, "SEP.cnf.xml.sgn",
		    bytes_of_str("<device></device>\n"), &file, diag);
		if (err == ERR_OK)
			err = world_keep(w, &file, &kept, diag);
		if (err == ERR_OK)
			err = world_read_sheet(w, kept, true, &in->config,
			    diag);
		in->config_by = err == ERR_OK ? in->signs : NULL;
		buf_clear(&file);
	}
	if (err == ERR_OK)
		*ret = in->config;
	return err;
}

static const struct world_cert *
shown_cert(const struct world *w, size_t node, enum shelf_kind kind)
{
	static const struct {
		enum shelf_kind kind;
		enum world_unit unit;
		const char *service;
	} rows[] = {
		{ SHELF_CALLMANAGER, WORLD_CALLMANAGER, "Cisco CallManager" },
		{ SHELF_ECDSA, WORLD_CALLMANAGER_ECDSA, "Cisco CallManager" },
		{ SHELF_CAPF, WORLD_CAPF,
		    "Cisco Certificate Authority Proxy Function" },
		{ SHELF_TVS, WORLD_TVS, "Cisco Trust Verification Service" },
	};
	const struct world_node *n = &w->node[node];
	size_t i;

	if (n->down || (kind == SHELF_ECDSA && !w->scenario->ecdsa))
		return NULL;
	for (i = 0; i < DOC_NUM(rows); i++)
		if (rows[i].kind == kind &&
		    world_is_started(n, rows[i].service))
			return n->own[rows[i].unit].served;
	return NULL;
}

/* A cluster that is not secure asks for no TLS. */
static enum err
site_shows(const void *arg, size_t node, enum shelf_kind kind,
    struct bytes *ret_der, struct diag *diag)
{
	const struct world *w = arg;
	const struct world_cert *cert = shown_cert(w, node, kind);

	(void)diag;
	if (cert != NULL && (w->mixed || kind == SHELF_TVS))
		*ret_der = cert->der;
	return ERR_OK;
}

/* A group has three CallManagers at most. In a cluster of a size that is one
 * phones meet all nodes, so that none is forgotten. */
static bool
site_meets(const void *arg, size_t home, size_t node)
{
	const size_t num = ((const struct world *)arg)->num_nodes;

	return num <= MAX_REAL || (node + num - home) % num < 3;
}

static bool
has(const struct sheet *list, size_t record, uint8_t tag, struct bytes value)
{
	const struct wire_tlv *t = wire_find(&list->tlvs, record, tag);

	return t != NULL && bytes_equal(t->value, value);
}

static bool
site_is_at(const void *arg, size_t node, const struct sheet *list,
    size_t record)
{
	const struct world_node *n = &((const struct world *)arg)->node[node];

	return has(list, record, DIALECT_DNS,
		   bytes_of(n->name, strlen(n->name) + 1)) ||
	    has(list, record, DIALECT_DNS,
		bytes_of(n->address, strlen(n->address) + 1));
}

/* *RET_KEY: CERT's, where lists spell it so. */
static enum err
ask_for(const struct world_cert *cert, struct bytes issuer, struct bytes serial,
    struct bytes *ret_key, struct diag *diag)
{
	struct dialect_record r = { .dns = "",
		.dialect = cert->by_token ? DIALECT_TOKEN : DIALECT_APPLIANCE,
		.cert = cert->dialect };
	struct buf i = { 0 }, n = { 0 };
	enum err err = dialect_value(&r, DIALECT_ISSUER, &i, diag);

	if (err == ERR_OK)
		err = dialect_value(&r, DIALECT_SERIAL, &n, diag);
	if (err == ERR_OK && bytes_equal(buf_bytes(&i), issuer) &&
	    bytes_equal(buf_bytes(&n), serial))
		*ret_key = cert->public_key;
	buf_clear(&i);
	buf_clear(&n);
	return err;
}

/* Leg (a): CallManager of any node, Phone-SAST-trust. */
static enum err
ask_database(const struct world *w, size_t node, struct bytes issuer,
    struct bytes serial, struct bytes *ret_key, struct diag *diag)
{
	const struct world_node *n = &w->node[node];
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < w->num_nodes && err == ERR_OK; i++)
		if (w->node[i].own[WORLD_CALLMANAGER].cert != NULL)
			err = ask_for(w->node[i].own[WORLD_CALLMANAGER].cert,
			    issuer, serial, ret_key, diag);
	for (i = 0; i < n->num_trusted && err == ERR_OK; i++)
		if (n->trusted[i].store == WORLD_PHONE_SAST_TRUST)
			err = ask_for(n->trusted[i].cert, issuer, serial,
			    ret_key, diag);
	return err;
}

/* Leg (b): a SAST of the list on the node's disk. */
static void
ask_list(const struct sheet *list, struct bytes issuer, struct bytes serial,
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

static enum err
site_vouches(const void *arg, size_t node, struct bytes issuer,
    struct bytes serial, struct bytes *ret_key, struct diag *diag)
{
	const struct world *w = arg;
	struct bytes key = { 0 };
	enum err err = ask_database(w, node, issuer, serial, &key, diag);

	if (err != ERR_OK)
		return err;
	if (key.ptr == NULL && w->scenario->tvs_list)
		ask_list(w->node[node].inner->disk_ctl, issuer, serial, &key);
	*ret_key = key;
	return ERR_OK;
}

static enum err
site_fits(const void *arg, const struct sheet *sheet, struct bytes key,
    bool *ret, struct diag *diag)
{
	struct world_inner *in = ((const struct world *)arg)->inner;
	struct world_fit **bucket = &in->fit[hash(sheet, key.ptr)], *f;
	enum err err;

	for (f = *bucket; f != NULL; f = f->next)
		if (f->sheet == sheet && f->key == key.ptr) {
			*ret = f->fits;
			return ERR_OK;
		}
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return diag_nomem(diag);
	f->sheet = sheet;
	f->key = key.ptr;
	err = shelf_check(sheet, key, &f->fits, diag);
	if (err != ERR_OK) {
		free(f);
		return err;
	}
	f->next = *bucket;
	*bucket = f;
	*ret = f->fits;
	return ERR_OK;
}

struct site
world_site(const struct world *w)
{
	return (struct site){ .arg = w,
		.num_nodes = w->num_nodes,
		.ctl = site_ctl,
		.itl = site_itl,
		.config = site_config,
		.shows = site_shows,
		.meets = site_meets,
		.is_at = site_is_at,
		.by_itl = true,
		.vouches = site_vouches,
		.fits = site_fits };
}
