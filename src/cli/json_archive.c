/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_archive.h"

#include "cli/json.h"

void
json_put_archived(struct json_sink *s, json_t *obj,
    const struct archive_list *l)
{
	json_t *names = json_array(), *name;
	uint32_t when;
	size_t i;

	json_put(s, obj, "file",
	    json_of_file(s, archive_name(l), buf_bytes(&l->bytes)));
	for (i = 1; i < l->num_names; i++) {
		name = json_object();
		json_put_str(s, name, "path", archive_name_at(l, i));
		json_append(s, names, name);
	}
	json_put(s, obj, "same_bytes", names);
	json_put_str(s, obj, "kind", ctl_kind_name(ctl_kind(l->f)));
	if (archive_time(l, &when))
		json_put_time(s, obj, "timestamp", when);
	else
		json_put(s, obj, "timestamp", json_null());
	json_put_text(s, obj, "signer", archive_signer(l));
}

json_t *
json_of_left(struct json_sink *s, const struct archive *a,
    const struct archive_choice *c)
{
	json_t *list = json_array(), *one;
	struct buf why = { 0 };
	size_t i;

	for (i = 0; i < a->num; i++) {
		if (c->at != NULL && c->at[i] != ARCHIVE_LEFT)
			continue;
		one = json_object();
		json_put_archived(s, one, &a->list[i]);
		archive_put_left(a, i, &why);
		json_put_buf(s, one, "reason", &why);
		json_append(s, list, one);
	}
	buf_clear(&why);
	return list;
}

json_t *
json_of_judgement(struct json_sink *s, const struct trust_judgement *j)
{
	json_t *o = json_object();

	json_put_str(s, o, "verdict", trust_verdict_name(j->verdict));
	json_put_str(s, o, "rule", trust_rule_name(j->rule));
	if (j->record == 0)
		json_put(s, o, "record", json_null());
	else
		json_put_number(s, o, "record", j->record);
	json_put(s, o, "if_no_ctl", json_boolean(j->no_ctl));
	json_put_str(s, o, "reason", j->why.msg);
	return o;
}
