/* SPDX-License-Identifier: Apache-2.0 */
/* An order, as JSON. */
#include "base/text.h"
#include "cli/json_put.h"
#include "cli/steps.h"

static void
put_node(struct json_sink *s, json_t *obj, const char *name)
{
	struct buf utf8 = { 0 };

	text_put_utf8(&utf8, bytes_of_str(name));
	json_put_buf(s, obj, "node", &utf8);
	buf_clear(&utf8);
}

static void
put_change(struct json_sink *s, json_t *obj, enum order_change change)
{
	const char *name = order_change_name(change);

	json_put_str(s, obj, "change", name[0] == '\0' ? NULL : name);
}

static void
put_classes(struct json_sink *s, json_t *obj, const char *key, unsigned classes)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < CLASS_NUM; i++)
		if ((classes & 1u << i) != 0)
			json_append(s, list,
			    json_string(class_name((enum class)i)));
	json_put(s, obj, key, list);
}

static void
put_helps(struct json_sink *s, json_t *obj, unsigned helps)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < ORDER_NUM_HELPS; i++)
		if ((helps & 1u << i) != 0)
			json_append(s, list,
			    json_string(order_help_name((enum order_help)i)));
	json_put(s, obj, "helps", list);
}

static json_t *
of_step(struct json_sink *s, const struct steps *st,
    const struct order_step *step)
{
	json_t *obj = json_object();
	struct buf command = { 0 };

	json_put_number(s, obj, "round", step->round);
	json_put_str(s, obj, "kind", order_kind_name(step->kind));
	put_change(s, obj, step->change);
	put_node(s, obj, st->name[step->node]);
	steps_put_command(st, step, &command);
	json_put_buf(s, obj, "command", &command);
	json_put_str(s, obj, "why", step->why.msg);
	json_put_str(s, obj, "source", step->source);
	put_classes(s, obj, "through_tvs", step->through_tvs);
	buf_clear(&command);
	return obj;
}

static json_t *
of_dead_end(struct json_sink *s, const struct order_dead_end *end)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "kind", order_kind_name(end->step.kind));
	put_change(s, obj, end->step.change);
	json_put_str(s, obj, "class",
	    end->class < CLASS_NUM ? class_name(end->class) : NULL);
	json_put_str(s, obj, "rule", end->rule[0] == '\0' ? NULL : end->rule);
	json_put_str(s, obj, "why", end->why.msg);
	return obj;
}

static json_t *
of_order(struct json_sink *s, const struct steps *st, const struct order *o)
{
	json_t *obj = json_object(), *list = json_array(), *ends = json_array();
	size_t i;

	for (i = 0; i < o->num; i++)
		json_append(s, list, of_step(s, st, &o->step[i]));
	for (i = 0; i < o->num_dead_ends; i++)
		json_append(s, ends, of_dead_end(s, &o->dead_end[i]));
	json_put(s, obj, "possible", json_boolean(o->possible));
	json_put(s, obj, "helped", json_boolean(o->helped));
	put_helps(s, obj, o->helps);
	put_classes(s, obj, "classes", st->in.classes);
	json_put(s, obj, "steps", list);
	json_put(s, obj, "dead_ends", ends);
	json_put_str(s, obj, "agrees",
	    o->agrees.msg[0] == '\0' ? NULL : o->agrees.msg);
	json_put_number(s, obj, "states", o->states);
	return obj;
}

struct json_t *
steps_json(const struct steps *st, const struct order *o)
{
	struct json_sink s = { .failed = false };
	json_t *obj = json_object();

	json_put_number(&s, obj, "schema", JSON_SCHEMA);
	json_put(&s, obj, "order", of_order(&s, st, o));
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
