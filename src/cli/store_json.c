/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "cli/json_put.h"
#include "cli/store_check.h"

/* TEXT, of any bytes; null where it is empty. */
static void
put_any(struct json_sink *s, json_t *obj, const char *key, struct bytes text)
{
	json_put_text(s, obj, key, text.len == 0 ? bytes_of(NULL, 0) : text);
}

static void
put_date(struct json_sink *s, json_t *obj, const char *key, bool known,
    int64_t when)
{
	if (known)
		json_put_time(s, obj, key, when);
	else
		json_put(s, obj, key, json_null());
}

static void
put_identity(struct json_sink *s, json_t *obj, const struct store_item *item)
{
	const struct store_facts *f = &item->facts;

	put_any(s, obj, "node", bytes_of_str(item->node));
	json_put_text(s, obj, "name", bytes_of_str(item->name));
	put_any(s, obj, "common_name", buf_bytes(&f->cn));
	json_put_serial(s, obj, "serial",
	    f->serial.len == 0 ? bytes_of(NULL, 0) : buf_bytes(&f->serial));
	put_date(s, obj, "not_before", f->has_dates, f->not_before);
	put_date(s, obj, "not_after", f->has_dates, f->not_after);
	json_put(s, obj, "whole", json_boolean(f->cert != NULL));
}

static json_t *
of_item(struct json_sink *s, const struct store_check *c, size_t i)
{
	const struct store_verdict *v = &c->judged.verdict[i];
	json_t *obj = json_object();

	json_put_text(s, obj, "store", bytes_of_str(c->item[i].store));
	put_identity(s, obj, &c->item[i]);
	json_put_str(s, obj, "expiry", store_expiry_name(v->expiry));
	json_put_str(s, obj, "class", store_class_name(v->class));
	json_put_str(s, obj, "advice", store_advice_name(v->advice));
	json_put_text(s, obj, "reason", buf_bytes(&v->reason));
	put_any(s, obj, "owner", buf_bytes(&v->owner));
	json_put(s, obj, "safe_name",
	    json_boolean(store_is_safe(c->item[i].store) &&
		store_is_safe(c->item[i].name)));
	return obj;
}

static json_t *
of_own(struct json_sink *s, const struct store_item *own)
{
	json_t *obj = json_object();

	json_put_text(s, obj, "unit", bytes_of_str(own->store));
	put_identity(s, obj, own);
	return obj;
}

static json_t *
of_order(struct json_sink *s, const struct store_check *c,
    const struct store_orders *o)
{
	json_t *obj = json_object(), *list = json_array();
	struct buf line = { 0 };
	size_t i;

	put_any(s, obj, "node", bytes_of_str(o->node));
	for (i = 0; i < o->num; i++) {
		const struct store_item *item = &c->item[o->item[i]];

		buf_printf(&line, "set cert delete %s %s", item->store,
		    item->name);
		s->failed |= !buf_ok(&line);
		json_append(s, list,
		    json_stringn((const char *)line.ptr, line.len));
		buf_clear(&line);
	}
	json_put(s, obj, "commands", list);
	return obj;
}

static void
put_orders(struct json_sink *s, json_t *obj, const struct store_check *c)
{
	struct store_orders *o = NULL;
	json_t *list = json_array();
	size_t i, num = 0;

	if (store_check_orders(c, &o, &num, NULL) != ERR_OK)
		s->failed = true;
	for (i = 0; i < num; i++)
		json_append(s, list, of_order(s, c, &o[i]));
	store_check_orders_free(o, num);
	json_put(s, obj, "delete", list);
}

/* The services to restart, for each store of which something goes. */
static void
put_restarts(struct json_sink *s, json_t *obj, const struct store_check *c)
{
	const struct store_rules *r = &c->rules.rules;
	json_t *list = json_array(), *one;
	size_t i, k;

	for (k = 0; k < r->num_rules; k++) {
		for (i = 0; i < c->num; i++)
			if (c->judged.verdict[i].advice == STORE_DELETE &&
			    store_rule_of(r, c->item[i].store) == &r->rule[k])
				break;
		if (i == c->num || r->rule[k].restart == NULL)
			continue;
		one = json_object();
		json_put_text(s, one, "store", bytes_of_str(r->rule[k].store));
		json_put_text(s, one, "services",
		    bytes_of_str(r->rule[k].restart));
		json_put(s, one, "all_nodes",
		    json_boolean(r->rule[k].all_nodes && !c->old));
		json_append(s, list, one);
	}
	json_put(s, obj, "restart", list);
}

static json_t *
of_check(struct json_sink *s, const struct store_check *c)
{
	json_t *obj = json_object(), *items = json_array(), *own = json_array();
	struct buf refusal = { 0 };
	size_t i;

	json_put_time(s, obj, "now", c->wish->now);
	json_put_number(s, obj, "days", c->wish->days);
	text_put_utf8(&refusal, buf_bytes(&c->judged.refusal));
	s->failed |= refusal.failed;
	json_put_lines(s, obj, "refusal", buf_bytes(&refusal));
	buf_clear(&refusal);
	for (i = 0; i < c->num_own; i++)
		json_append(s, own, of_own(s, &c->own[i]));
	json_put(s, obj, "own", own);
	for (i = 0; i < c->num; i++)
		json_append(s, items, of_item(s, c, i));
	json_put(s, obj, "trusted", items);
	put_orders(s, obj, c);
	json_put(s, obj, "stop_notification",
	    c->wish->release == NULL ? json_null() : json_boolean(c->old));
	put_restarts(s, obj, c);
	json_put(s, obj, "open", json_boolean(store_check_is_open(c)));
	return obj;
}

json_t *
store_check_json(const struct store_check *c, const struct diag *why)
{
	struct json_sink s = { .failed = false };
	json_t *obj = json_object();

	json_put(&s, obj, "schema", json_integer(JSON_SCHEMA));
	json_put_error(&s, obj, why);
	json_put(&s, obj, "trust_store_check",
	    why == NULL ? of_check(&s, c) : json_null());
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
