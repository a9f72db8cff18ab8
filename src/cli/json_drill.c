/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_custody.h"
#include "cli/json_put.h"

static const char *
result_name(bool passed)
{
	return passed ? "ok" : "failed";
}

static json_t *
json_key(struct json_sink *s, const struct drill_result *r)
{
	json_t *o;

	if (r->label.len == 0 && r->id.len == 0)
		return json_null();
	o = json_object();
	json_put_text(s, o, "label",
	    r->label.len > 0 ? buf_bytes(&r->label) : bytes_of_str(""));
	json_put_hex(s, o, "id", buf_bytes(&r->id));
	return o;
}

static json_t *
json_before(struct json_sink *s, const struct drill_result *r)
{
	json_t *o;

	if (!r->has_before)
		return json_null();
	o = json_object();
	json_put_time(s, o, "when", r->before);
	json_put_text(s, o, "place",
	    r->before_place.len > 0 ? buf_bytes(&r->before_place)
				    : bytes_of(NULL, 0));
	json_put_str(s, o, "result", result_name(r->before_passed));
	return o;
}

static json_t *
json_result(struct json_sink *s, const struct drill_result *r)
{
	bool passed = r->failed.code == ERR_OK;
	json_t *o = json_object();

	json_put_text(s, o, "label", tok_text_bytes(&r->info->label));
	json_put_text(s, o, "serial", tok_text_bytes(&r->info->serial));
	json_put(s, o, "key", json_key(s, r));
	json_put_time(s, o, "when", r->when);
	json_put_str(s, o, "result", result_name(passed));
	json_put_str(s, o, "error", passed ? NULL : r->failed.msg);
	json_put(s, o, "before", json_before(s, r));
	return o;
}

static json_t *
json_missing(struct json_sink *s, const struct drill *r)
{
	const struct custody *c = r->custody;
	const struct custody_list *l;
	json_t *list = json_array();
	size_t i;

	if (c->num_lists == 0)
		return list;
	l = &c->lists[c->newest];
	for (i = 0; i < l->sasts.num; i++) {
		struct buf name = { 0 };
		json_t *o;

		if (r->proven[i])
			continue;
		o = json_object();
		json_put_text(s, o, "list", buf_bytes(&l->path));
		json_put_number(s, o, "record", l->sasts.at[i].record);
		custody_put_sast(&name, l, i);
		json_put_buf(s, o, "name", &name);
		json_append(s, list, o);
	}
	return list;
}

json_t *
json_drill(const struct drill *r)
{
	json_t *o = json_object(), *results = json_array();
	struct json_sink s = { false };
	size_t i;

	for (i = 0; i < r->num_results; i++)
		json_append(&s, results, json_result(&s, &r->results[i]));
	json_put_text(&s, o, "inventory", buf_bytes(&r->custody->path));
	json_put_str(&s, o, "place", r->place);
	json_put(&s, o, "results", results);
	json_put(&s, o, "not_proven", json_missing(&s, r));
	if (!s.failed)
		return o;
	json_decref(o);
	return NULL;
}
