/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/change_tell.h"
#include "cli/json_put.h"

static json_t *
of_strings(struct json_sink *s, const char *const *item, size_t num)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < num; i++)
		json_append(s, list, json_string(item[i]));
	return list;
}

static void
put_when(struct json_sink *s, json_t *obj, const char *key, int64_t when)
{
	if (when == 0)
		json_put(s, obj, key, json_null());
	else
		json_put_time(s, obj, key, when);
}

static void
put_maybe(struct json_sink *s, json_t *obj, const char *key, const char *text)
{
	if (text == NULL)
		json_put(s, obj, key, json_null());
	else
		json_put_str(s, obj, key, text);
}

static json_t *
of_step(struct json_sink *s, const struct change_run *r,
    const struct plan_step *step)
{
	struct change_step is;
	json_t *obj = json_object();

	change_tell_step(r->journal, step, &is);
	json_put_str(s, obj, "id", step->id);
	json_put_str(s, obj, "kind",
	    plan_kind_name((enum plan_kind)step->kind));
	json_put_str(s, obj, "who",
	    plan_actor_name((enum plan_actor)step->who));
	json_put_str(s, obj, "title", step->title);
	put_maybe(s, obj, "node", step->node);
	put_maybe(s, obj, "unit", step->unit);
	json_put_str(s, obj, "back",
	    plan_back_name((enum plan_back)step->back));
	json_put_number(s, obj, "resets", step->resets);
	json_put_str(s, obj, "state", run_state_name(is.state));
	put_when(s, obj, "begun", is.begun);
	put_when(s, obj, "ended", is.ended);
	json_put_number(s, obj, "tries", is.tries);
	put_maybe(s, obj, "why", is.state == RUN_DONE ? NULL : is.why);
	return obj;
}

static json_t *
of_steps(struct json_sink *s, const struct change_run *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < plan_num_steps(&r->plan); i++)
		json_append(s, list, of_step(s, r, plan_step(&r->plan, i)));
	return list;
}

static json_t *
of_facts(struct json_sink *s, const struct change_run *r)
{
	struct change_fact *f = NULL;
	json_t *list = json_array();
	size_t i, num = 0;

	if (change_tell_facts(r, &f, &num, NULL) != ERR_OK)
		s->failed = true;
	for (i = 0; i < num; i++) {
		json_t *obj = json_object();

		json_put_str(s, obj, "name", f[i].name);
		json_put_str(s, obj, "before", f[i].before);
		json_put_str(s, obj, "after", f[i].after);
		json_append(s, list, obj);
	}
	free(f);
	return list;
}

static json_t *
of_files(struct json_sink *s, const struct change_run *r)
{
	json_t *list = json_array();
	size_t i, k;

	for (i = 0; i < journal_num(r->journal); i++) {
		const struct journal_line *l = journal_at(r->journal, i);

		for (k = 0; k < l->num_files; k++) {
			json_t *obj = json_object();

			put_maybe(s, obj, "step", l->step);
			json_put_str(s, obj, "name", l->files[k].name);
			json_put_str(s, obj, "sha256", l->files[k].value);
			json_append(s, list, obj);
		}
	}
	return list;
}

static json_t *
of_overrides(struct json_sink *s, const struct change_run *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < journal_num(r->journal); i++) {
		const struct journal_line *l = journal_at(r->journal, i);
		json_t *obj;

		if (l->event != JOURNAL_OVERRIDE)
			continue;
		obj = json_object();
		put_maybe(s, obj, "step", l->step);
		json_put_time(s, obj, "at", l->at);
		json_put_str(s, obj, "typed", l->why == NULL ? "" : l->why);
		json_append(s, list, obj);
	}
	return list;
}

static json_t *
of_waived(struct json_sink *s, const struct change_run *r)
{
	json_t *list = json_array();
	size_t i, k;

	for (i = 0; i < journal_num(r->journal); i++) {
		const struct journal_line *l = journal_at(r->journal, i);

		for (k = 0; l->event == JOURNAL_WAIVED && k < l->num_names; k++)
			json_append(s, list, json_string(l->names[k]));
	}
	return list;
}

static json_t *
of_devices(struct json_sink *s, const struct change_run *r)
{
	struct change_devices l = { .num = 0 };
	json_t *list = json_array();
	size_t i;

	if (change_tell_devices(r, &l, NULL) != ERR_OK)
		s->failed = true;
	for (i = 0; i < l.num; i++) {
		json_t *obj = json_object();

		json_put_str(s, obj, "name", l.item[i].name);
		json_put_str(s, obj, "state", l.item[i].state);
		json_put(s, obj, "waived", json_boolean(l.item[i].waived));
		json_append(s, list, obj);
	}
	change_devices_clear(&l);
	return list;
}

json_t *
change_tell_json(const struct change_run *r)
{
	const struct plan *p = &r->plan;
	struct json_sink s = { .failed = false };
	json_t *obj = json_object(), *change = json_object();
	size_t at = plan_no_return(p);

	json_put_number(&s, obj, "schema", JSON_SCHEMA);
	json_put_str(&s, change, "cluster", p->cluster);
	json_put_str(&s, change, "release", p->release);
	json_put(&s, change, "wishes",
	    of_strings(&s, (const char *const *)p->wishes.item, p->wishes.num));
	json_put(&s, change, "ca_signed", json_boolean(p->ca_signed));
	json_put_str(&s, change, "plan", r->sha256);
	json_put_time(&s, change, "made", p->made);
	json_put_str(&s, change, "folder", (const char *)r->folder.ptr);
	json_put(&s, change, "ended", json_boolean(change_tell_ended(r)));
	json_put_number(&s, change, "phones", p->phones);
	json_put(&s, change, "proof", json_boolean(p->proof));
	put_maybe(&s, change, "no_return",
	    at < plan_num_steps(p) ? plan_step(p, at)->id : NULL);
	json_put(&s, change, "steps", of_steps(&s, r));
	json_put(&s, change, "facts", of_facts(&s, r));
	json_put(&s, change, "files", of_files(&s, r));
	json_put(&s, change, "overrides", of_overrides(&s, r));
	json_put(&s, change, "waived", of_waived(&s, r));
	json_put(&s, change, "devices", of_devices(&s, r));
	json_put(&s, change, "warnings",
	    of_strings(&s, (const char *const *)p->warnings.item,
		p->warnings.num));
	json_put(&s, change, "follow_up",
	    of_strings(&s, (const char *const *)p->follow_up.item,
		p->follow_up.num));
	json_put(&s, obj, "change", change);
	if (s.failed) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}
