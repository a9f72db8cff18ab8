/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/calendar.h"
#include "cli/json.h"

/* TEXT, empty: null. */
static void
put_buf(struct json_sink *s, json_t *obj, const char *key,
    const struct buf *text)
{
	if (text->len == 0)
		json_put(s, obj, key, json_null());
	else
		json_put_text(s, obj, key, buf_bytes(text));
}

static json_t *
place(struct json_sink *s, const struct calendar_place *p)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "path", p->file);
	json_put(s, obj, "record",
	    p->record == 0 ? json_null() : json_integer((json_int_t)p->record));
	json_put_str(s, obj, "role", p->role);
	json_put_str(s, obj, "node", p->node);
	json_put_str(s, obj, "store",
	    p->store == NULL ? NULL : p->store->store);
	json_put_str(s, obj, "told_by", calendar_teller_name(p->by));
	return obj;
}

static json_t *
alarm_of(struct json_sink *s, const struct calendar_alarm *a)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "name", a->name);
	json_put_str(s, obj, "node", a->node);
	json_put_number(s, obj, "times", a->times);
	if (a->has_raised)
		json_put_time(s, obj, "last", a->raised);
	else
		json_put(s, obj, "last", json_null());
	return obj;
}

static void
put_date(struct json_sink *s, json_t *obj, const struct calendar *c,
    const struct calendar_row *r)
{
	bool ends = r->dated && r->state != CALENDAR_ENDLESS;

	if (r->dated)
		json_put_time(s, obj, "until", r->until);
	else
		json_put(s, obj, "until", json_null());
	json_put(s, obj, "days_left",
	    ends ? json_integer(calendar_days_left(c, r)) : json_null());
	json_put(s, obj, "zone_known", json_boolean(r->dated && !r->zoneless));
	json_put(s, obj, "year_deduced", json_boolean(r->deduced));
}

static void
put_lists(struct json_sink *s, json_t *obj, const struct calendar_row *r)
{
	json_t *stores = json_array(), *places = json_array(),
	       *alarms = json_array();
	size_t i;

	for (i = 0; i < r->num_stores; i++)
		json_append(s, stores, json_string(r->store[i]->store));
	for (i = 0; i < r->num_places; i++)
		json_append(s, places, place(s, &r->place[i]));
	for (i = 0; i < r->num_alarms; i++)
		json_append(s, alarms, alarm_of(s, &r->alarm[i]));
	json_put(s, obj, "stores", stores);
	json_put(s, obj, "places", places);
	json_put(s, obj, "alarms", alarms);
}

static json_t *
row(struct json_sink *s, const struct calendar *c, const struct calendar_row *r)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "source", calendar_source_name(r->source));
	json_put_str(s, obj, "state", calendar_state_name(r->state));
	put_date(s, obj, c, r);
	put_buf(s, obj, "name", &r->name);
	put_buf(s, obj, "subject", &r->subject);
	put_buf(s, obj, "issuer", &r->issuer);
	json_put_serial(s, obj, "serial",
	    r->serial.len == 0 ? bytes_of(NULL, 0) : buf_bytes(&r->serial));
	json_put_hex(s, obj, "id", digest_bytes(&r->id));
	put_lists(s, obj, r);
	if (r->parent == NULL)
		json_put(s, obj, "issued_by", json_null());
	else
		json_put_hex(s, obj, "issued_by", digest_bytes(&r->parent->id));
	json_put_number(s, obj, "issued", r->num_issued);
	json_put_number(s, obj, "issued_ending_later", r->num_outliving);
	json_put(s, obj, "outlives_issuer", json_boolean(calendar_outlives(r)));
	return obj;
}

static json_t *
lines(struct json_sink *s, const struct doc_maps *of)
{
	const struct stores_line *line = of->item;
	json_t *list = json_array(), *obj;
	size_t i;

	for (i = 0; i < of->num; i++) {
		obj = json_object();
		if (line[i].store != NULL)
			json_put_str(s, obj, "store", line[i].store);
		json_put_str(s, obj, "text", line[i].text);
		json_put_str(s, obj, "source", line[i].source);
		json_put_str(s, obj, "mark", stores_mark_name(line[i].mark));
		json_append(s, list, obj);
	}
	return list;
}

static json_t *
store(struct json_sink *s, const struct stores_store *of)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "store", of->store);
	json_put_str(s, obj, "kind", stores_kind_name(of->kind));
	json_put_str(s, obj, "risk", stores_risk_name(of->risk));
	json_put(s, obj, "needs_ctl", json_boolean(of->needs_ctl));
	json_put(s, obj, "breaks", lines(s, &of->breaks));
	json_put(s, obj, "dependents", lines(s, &of->dependents));
	json_put(s, obj, "todo", lines(s, &of->todo));
	json_put(s, obj, "neighbours", lines(s, &of->neighbours));
	return obj;
}

static json_t *
failure_of(struct json_sink *s, const struct calendar_failure *f)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "path", f->path);
	json_put_error(s, obj, &f->why);
	return obj;
}

static bool
is_there(const struct calendar *c, bool all, const struct stores_store *of)
{
	size_t i;

	for (i = 0; i < c->num; i++)
		if ((all || calendar_is_near(&c->row[i])) &&
		    calendar_is_of(&c->row[i], of))
			return true;
	return false;
}

json_t *
calendar_json(const struct calendar *c, bool all,
    const struct calendar_failure *failure, size_t num_failures)
{
	struct json_sink s = { .failed = false };
	json_t *whole = json_object(), *obj = json_object(),
	       *rows = json_array(), *stores = json_array(),
	       *failed = json_array();
	size_t i, left_out = 0;

	for (i = 0; i < c->num; i++)
		if (all || calendar_is_near(&c->row[i]))
			json_append(&s, rows, row(&s, c, &c->row[i]));
		else
			left_out++;
	for (i = 0; i < c->stores.num; i++)
		if (is_there(c, all, &c->stores.store[i]))
			json_append(&s, stores, store(&s, &c->stores.store[i]));
	for (i = 0; i < num_failures; i++)
		json_append(&s, failed, failure_of(&s, &failure[i]));
	json_put(&s, whole, "schema", json_integer(JSON_SCHEMA));
	json_put_time(&s, obj, "now", c->now);
	json_put_number(&s, obj, "days", c->days);
	json_put(&s, obj, "rows", rows);
	json_put_number(&s, obj, "left_out", left_out);
	json_put(&s, obj, "stores", stores);
	json_put(&s, obj, "failed", failed);
	json_put(&s, whole, "calendar", obj);
	if (!s.failed)
		return whole;
	json_decref(whole);
	return NULL;
}
