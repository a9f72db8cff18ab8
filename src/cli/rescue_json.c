/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_archive.h"
#include "cli/rescue.h"

static json_t *
json_of_list(struct json_sink *s, const struct rescue *r, size_t i)
{
	json_t *o;

	if (r->answer == RESCUE_NOT_KNOWN)
		return json_null();
	o = json_object();
	json_put_archived(s, o, &r->archive.list[i]);
	return o;
}

static json_t *
json_of_hash(struct json_sink *s, const struct rescue *r)
{
	json_t *o;

	if (!r->by_hash)
		return json_null();
	o = json_object();
	json_put_str(s, o, "digest", digest_name(r->hash.which));
	json_put_hex(s, o, "value",
	    bytes_of(r->hash.byte, digest_len(r->hash.which)));
	return o;
}

static json_t *
json_of_ladder(struct json_sink *s, const struct rescue *r)
{
	json_t *list = json_array(), *o;
	size_t i, at;

	if (r->answer != RESCUE_LADDER && r->answer != RESCUE_DIRECT)
		return list;
	for (i = 0; i < rescue_row(r)->rungs; i++) {
		at = rescue_rung(r, i);
		o = json_object();
		json_put_archived(s, o, &r->archive.list[at]);
		json_put_str(s, o, "serve_as",
		    rescue_served_as(ctl_kind(r->archive.list[at].f)));
		json_append(s, list, o);
	}
	return list;
}

json_t *
rescue_json(const struct rescue *r, const struct rescue_wish *w)
{
	struct json_sink s = { .failed = false };
	json_t *obj = json_object(), *o = json_object();

	json_put(&s, obj, "schema", json_integer(JSON_SCHEMA));
	json_put_str(&s, o, "answer", rescue_answer_name(r->answer));
	json_put_str(&s, o, "archive", w->archive);
	json_put(&s, o, "hash", json_of_hash(&s, r));
	json_put(&s, o, "installed", json_of_list(&s, r, r->held));
	json_put(&s, o, "target", json_of_list(&s, r, r->target));
	json_put(&s, o, "judgement",
	    r->answer == RESCUE_NOT_KNOWN
		? json_null()
		: json_of_judgement(&s, &rescue_row(r)->judgement));
	json_put(&s, o, "ladder", json_of_ladder(&s, r));
	json_put(&s, o, "left_out",
	    r->answer == RESCUE_NOT_KNOWN
		? json_array()
		: json_of_left(&s, &r->archive, &r->choice));
	json_put_number(&s, o, "passed_over", r->archive.num_passed_over);
	json_put(&s, o, "whole", json_boolean(!r->archive.failed));
	json_put(&s, obj, "rescue", o);
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
