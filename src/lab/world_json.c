/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of the world as JSON: docs/lab.md, "Status".
 */
#include "data/json.h"
#include "lab/world_inner.h"

static const char *const role_names[] = { "publisher", "subscriber", "presence",
	"tftp" };

static const char *const state_names[] = { "stopped", "starting", "started",
	"stopping" };

/* What a phone said to the list that it was offered last. */
static const char *const answer_names[] = { "taken", "cannot-read",
	"unknown-signer", "bad-signature", "through-tvs" };

/* OBJ's member KEY is VALUE, which it takes over; false: out of memory. */
static bool
set(json_t *obj, const char *key, json_t *value)
{
	return json_object_set_new(obj, key, value) == 0;
}

static bool
set_number(json_t *obj, const char *key, int64_t value)
{
	return set(obj, key, json_integer((json_int_t)value));
}

static bool
set_text(json_t *obj, const char *key, const char *text)
{
	return doc_json_text(obj, key, bytes_of_str(text), NULL) == ERR_OK;
}

/* The SHA-1 of LIST in hex; null where there is none. */
static bool
set_hash(json_t *obj, const char *key, const struct sheet *list)
{
	static const char digits[] = "0123456789abcdef";
	struct buf hash = { 0 };
	char hex[41];
	size_t i;
	bool ok;

	if (list == NULL)
		return set(obj, key, json_null());
	if (mint_hash(MINT_SHA1, list->file, &hash, NULL) != ERR_OK) {
		buf_clear(&hash);
		return false;
	}
	for (i = 0; i < hash.len && i < 20; i++) {
		hex[i * 2] = digits[hash.ptr[i] >> 4];
		hex[i * 2 + 1] = digits[hash.ptr[i] & 15];
	}
	hex[40] = '\0';
	ok = set_text(obj, key, hex);
	buf_clear(&hash);
	return ok;
}

static bool
put_services(json_t *node, const struct world_node *n)
{
	json_t *all = json_object();
	bool ok = all != NULL;
	size_t i;

	for (i = 0; i < n->num_services && ok; i++)
		ok = set_text(all, n->service[i].name,
		    n->service[i].activated ? state_names[n->service[i].state]
					    : "not-activated");
	return set(node, "services", all) && ok;
}

static bool
put_certs(json_t *node, const struct world_node *n)
{
	json_t *all = json_object(), *one;
	bool ok = all != NULL;
	size_t i;

	for (i = 0; i < WORLD_NUM_UNITS && ok; i++) {
		if (n->own[i].cert == NULL)
			continue;
		one = json_object();
		ok = one != NULL &&
		    set_text(one, "cn", n->own[i].cert->subject_cn) &&
		    set_number(one, "from", n->own[i].cert->not_before) &&
		    set_number(one, "until", n->own[i].cert->not_after) &&
		    set(one, "served",
			json_boolean(n->own[i].served == n->own[i].cert)) &&
		    set(one, "csr", json_boolean(n->own[i].csr != NULL));
		ok = set(all, world_unit_name((enum world_unit)i), one) && ok;
	}
	return set(node, "certificates", all) && ok;
}

static bool
put_node(json_t *list, const struct world_node *n)
{
	json_t *node = json_object();
	const bool tftp = world_is_started(n, "Cisco Tftp");
	bool ok = node != NULL && set_text(node, "name", n->name) &&
	    set_text(node, "address", n->address) &&
	    set_text(node, "role", role_names[n->role]) &&
	    set(node, "down", json_boolean(n->down)) &&
	    set_hash(node, "ctl", tftp ? n->inner->ctl : NULL) &&
	    set_hash(node, "ctl_on_disk", n->inner->disk_ctl) &&
	    set_hash(node, "itl", tftp ? n->inner->itl : NULL) &&
	    set_text(node, "replication", n->replication) &&
	    set_number(node, "commands", n->commands) &&
	    set_number(node, "sessions", n->sessions) &&
	    put_services(node, n) && put_certs(node, n);

	return json_array_append_new(list, node) == 0 && ok;
}

static bool
put_phone(struct world *w, json_t *list, size_t number)
{
	const struct world_phone *p = &w->phone[number];
	json_t *phone = json_object();
	struct phone_day day;
	bool ok = phone != NULL &&
	    world_look_phone(w, number, &day, NULL) == ERR_OK &&
	    set_text(phone, "name", p->name) &&
	    set_text(phone, "model", p->model) &&
	    set_text(phone, "sort", p->phone.sort->name) &&
	    set_text(phone, "address", p->address) &&
	    set_text(phone, "tftp", w->node[p->phone.tftp].name) &&
	    set(phone, "off", json_boolean(p->off)) &&
	    set(phone, "registered", json_boolean(p->registered)) &&
	    set(phone, "refused", json_boolean(p->refused)) &&
	    set_text(phone, "answer", answer_names[day.ctl]) &&
	    set(phone, "working", json_boolean(day.works)) &&
	    set(phone, "w1_itl", json_boolean(day.itl)) &&
	    set(phone, "w2_config", json_boolean(day.config)) &&
	    set(phone, "w3_tls", json_boolean(day.tls)) &&
	    set(phone, "w4_capf", json_boolean(day.capf)) &&
	    set(phone, "w6_readable", json_boolean(day.readable)) &&
	    set_hash(phone, "ctl", p->phone.ctl) &&
	    set_hash(phone, "itl", p->phone.itl) &&
	    set_number(phone, "resets", p->resets);

	return json_array_append_new(list, phone) == 0 && ok;
}

static bool
put_counts(struct world *w, json_t *top)
{
	json_t *phones = json_object(), *list = json_array();
	struct world_count c;
	bool ok = phones != NULL && list != NULL;
	size_t i;

	world_count(w, &c);
	ok = ok && set_number(phones, "total", (int64_t)c.total) &&
	    set_number(phones, "trusting", (int64_t)c.trusting) &&
	    set_number(phones, "current", (int64_t)c.current) &&
	    set_number(phones, "working", (int64_t)c.working) &&
	    set_number(phones, "refused", (int64_t)c.refused) &&
	    set_number(phones, "off", (int64_t)c.off) &&
	    set_number(phones, "registered", (int64_t)c.registered);
	for (i = 0; i < w->num_phones && ok; i++)
		ok = put_phone(w, list, i);
	ok = set(phones, "list", list) && ok;
	return set(top, "phones", phones) && ok;
}

static bool
put_all(struct world *w, json_t *top)
{
	const char *release = scenario_release_name(w->release);
	json_t *nodes = json_array();
	bool ok = nodes != NULL &&
	    set_text(top, "release", release == NULL ? "" : release) &&
	    set_text(top, "version", w->version) &&
	    set_text(top, "mode", w->mixed ? "mixed" : "non-secure") &&
	    set_number(top, "time", world_now(w)) &&
	    set_number(top, "pending", (int64_t)w->inner->num_near) &&
	    set(top, "licensed", json_boolean(w->licensed)) &&
	    set_number(top, "backups", (int64_t)w->num_backups);
	size_t i;

	for (i = 0; i < w->num_nodes && ok; i++)
		ok = put_node(nodes, &w->node[i]);
	ok = set(top, "nodes", nodes) && ok;
	return ok && put_counts(w, top);
}

enum err
world_json(struct world *w, struct buf *ret, struct diag *diag)
{
	json_t *top = json_object();
	enum err err = ERR_NOMEM;

	world_lock(w);
	if (top == NULL || !put_all(w, top))
		err = diag_nomem(diag);
	else
		err = doc_json_dump(top, ret, diag);
	world_unlock(w);
	json_decref(top);
	return err;
}
