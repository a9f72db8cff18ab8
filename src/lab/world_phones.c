/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones, and the world as they meet it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/world_inner.h"

#define BOOT_MIN 30000 /* virtual ms that a start takes at least */
#define BOOT_MORE 90000
#define MINUTE 60000

static size_t
hash(const struct sheet *sheet, const uint8_t *key)
{
	const uint64_t x = ((uint64_t)(uintptr_t)key ^ sheet->number << 40) *
	    0x9e3779b97f4a7c15u;

	return (size_t)(x >> 40) % WORLD_FIT_BUCKETS;
}

/* ---- The world as a site. ---- */

static bool
serves_files(const struct world_node *n)
{
	return !n->down && world_is_started(n, "Cisco Tftp");
}

static const struct sheet *
site_ctl(const void *arg, size_t node)
{
	const struct world_node *n = &((const struct world *)arg)->node[node];

	return serves_files(n) ? n->inner->ctl : NULL;
}

static const struct sheet *
site_itl(const void *arg, size_t node)
{
	const struct world_node *n = &((const struct world *)arg)->node[node];

	return serves_files(n) ? n->inner->itl : NULL;
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
	if (!serves_files(&w->node[node]) || in->signs == NULL)
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
		.is_at = site_is_at,
		.by_itl = true,
		.vouches = site_vouches,
		.fits = site_fits };
}

/* ---- Phones. ---- */

/* The part of the phones to which NUMBER of TOTAL belongs; NULL: the rest. */
static const struct scenario_phones *
part_of(const struct scenario *s, size_t number, size_t *ret_first,
    size_t *ret_end)
{
	const struct scenario_phones *part = s->phones.item;
	size_t i, percent = 0;

	*ret_end = 0;
	for (i = 0; i < s->phones.num; i++) {
		percent += part[i].percent;
		*ret_first = *ret_end;
		*ret_end = s->num_phones * percent / 100;
		if (number < *ret_end)
			return &part[i];
	}
	return NULL;
}

static enum err
name_phone(struct world *w, size_t number, struct world_phone *p,
    struct diag *diag)
{
	unsigned a, b, c;

	if (sscanf(w->inner->network, "%u.%u.%u.", &a, &b, &c) != 3)
		return diag_set(diag, ERR_USAGE, "%s is no network",
		    w->inner->network);
	p->name = world_text(w, "SEP0011AABB%04zX", number + 1);
	p->address = world_text(w, "%u.%u.%zu.%zu", a, b,
	    (c + 1 + number / 250) % 256, number % 250 + 1);
	p->profile = p->secure
	    ? world_text(w, "%s - Standard SIP Secure Profile", p->model)
	    : world_text(w, "%s - Standard SIP Non-Secure Profile", p->model);
	p->pool = "Default";
	p->group = "Default";
	return p->name == NULL || p->address == NULL || p->profile == NULL
	    ? diag_nomem(diag)
	    : ERR_OK;
}

/* The NUMBER-th node that has lists for phones. */
static uint8_t
home_of(const struct world *w, size_t number)
{
	size_t i, num = 0, turn;

	for (i = 0; i < w->num_nodes; i++)
		num += world_runs_ccm(&w->node[i]) ? 1 : 0;
	for (i = 0, turn = number % num; i < w->num_nodes; i++)
		if (world_runs_ccm(&w->node[i]) && turn-- == 0)
			return (uint8_t)i;
	return 0;
}

static void
have_lsc(struct world *w, struct world_phone *p)
{
	const struct world_cert *capf = w->node[0].own[WORLD_CAPF].cert;

	if (!p->secure || capf == NULL)
		return;
	(void)snprintf(p->lsc_issuer, sizeof(p->lsc_issuer), "%s",
	    capf->subject_cn);
	p->lsc_until = world_now(w) + (int64_t)3 * 365 * 86400;
}

/* It holds what is served, and has started. */
static enum err
make_phone(struct world *w, size_t number, struct diag *diag)
{
	size_t first = 0, end;
	const struct scenario_phones *part = part_of(w->scenario, number,
	    &first, &end);
	struct world_phone *p = &w->phone[number];
	const struct site site = world_site(w);
	enum err err;

	p->phone.sort = scenario_sort(part == NULL ? "sbd" : part->sort,
	    &p->model);
	p->secure = w->mixed;
	p->phone.tftp = p->phone.tvs = home_of(w, number);
	err = name_phone(w, number, p, diag);
	if (err != ERR_OK)
		return err;
	have_lsc(w, p);
	p->phone.ctl = site.ctl(w, p->phone.tftp);
	p->phone.itl = p->phone.sort->has_itl ? site.itl(w, p->phone.tftp)
					      : NULL;
	err = world_start_phone(w, number, diag);
	if (part == NULL || err != ERR_OK ||
	    number - first >= (end - first) * part->off / 100)
		return err;
	p->off = true;
	p->registered = false;
	if (part->back == 0)
		return ERR_OK;
	return world_put_event(w, part->back * MINUTE,
	    (struct world_event){ .kind = WORLD_EVENT_POWER,
		.what = number,
		.far = true },
	    diag);
}

enum err
world_make_phones(struct world *w, struct diag *diag)
{
	const size_t num = w->scenario->num_phones;
	enum err err = ERR_OK;
	size_t i;

	w->phone = world_alloc(w, (num + 1) * sizeof(*w->phone));
	if (w->phone == NULL)
		return diag_nomem(diag);
	w->num_phones = num;
	for (i = 0; i < num && err == ERR_OK; i++)
		err = make_phone(w, i, diag);
	return err;
}

/* Some CallManager is there, and known where the phone wants TLS. */
static bool
can_register(const struct world *w, const struct world_phone *p)
{
	bool there = false;
	size_t i;

	for (i = 0; i < w->num_nodes; i++)
		there |= !w->node[i].down &&
		    world_is_started(&w->node[i], "Cisco CallManager");
	return there && (!p->secure || p->day.tls);
}

enum err
world_start_phone(struct world *w, size_t phone, struct diag *diag)
{
	struct world_phone *p = &w->phone[phone];
	const struct site site = world_site(w);
	enum err err = phone_start_at(&p->phone, &site, &p->day, diag);

	if (err != ERR_OK)
		return err;
	p->refused = (p->day.ctl != PHONE_TAKES &&
			 p->day.ctl != PHONE_THROUGH_TVS) ||
	    !p->day.itl;
	p->registered = can_register(w, p);
	return ERR_OK;
}

enum err
world_reset_phone(struct world *w, size_t phone, struct diag *diag)
{
	struct world_phone *p = &w->phone[phone];
	const struct world_event e = { .kind = WORLD_EVENT_PHONE,
		.what = phone,
		.turn = p->resets + 1 };

	if (p->off)
		return ERR_OK;
	p->resets++;
	p->registered = false;
	return world_put_event(w,
	    BOOT_MIN + (unsigned)(world_random(w) % BOOT_MORE), e, diag);
}

enum err
world_power_phone(struct world *w, size_t phone, struct diag *diag)
{
	w->phone[phone].off = false;
	return world_reset_phone(w, phone, diag);
}

enum err
world_disturb_phones(struct world *w, size_t node, bool all, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < w->num_phones && err == ERR_OK; i++)
		if (all || w->phone[i].phone.tvs == node)
			err = world_reset_phone(w, i, diag);
	return err;
}

static bool
is_among(const char *name, const char *const *names)
{
	if (names == NULL)
		return true;
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

enum err
world_reset_phones(struct world *w, const char *const *names, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	world_lock(w);
	for (i = 0; i < w->num_phones && err == ERR_OK; i++)
		if (is_among(w->phone[i].name, names))
			err = world_reset_phone(w, i, diag);
	world_unlock(w);
	return err;
}

enum err
world_look_phone(struct world *w, size_t phone, struct phone_day *ret,
    struct diag *diag)
{
	const struct site site = world_site(w);

	return phone_look(&w->phone[phone].phone, &site, ret, diag);
}

void
world_count(struct world *w, struct world_count *ret)
{
	struct world_count c = { .total = w->num_phones };
	const struct world_phone *p;
	struct phone_day day;
	size_t i;

	for (i = 0; i < w->num_phones; i++) {
		p = &w->phone[i];
		c.refused += p->refused ? 1 : 0;
		c.off += p->off ? 1 : 0;
		c.registered += p->registered ? 1 : 0;
		if (world_look_phone(w, i, &day, NULL) != ERR_OK)
			continue;
		c.trusting += day.ctl == PHONE_TAKES ||
			day.ctl == PHONE_THROUGH_TVS
		    ? 1
		    : 0;
		c.current += site_ctl(w, p->phone.tftp) == p->phone.ctl ? 1 : 0;
		c.working += day.works ? 1 : 0;
	}
	*ret = c;
}
