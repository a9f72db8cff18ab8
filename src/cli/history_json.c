/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/history.h"
#include "cli/json_archive.h"

static const struct archive_list *
list_at(const struct history_said *h, size_t i)
{
	return &h->archive.list[h->choice.of[i]];
}

static json_t *
json_of_version(struct json_sink *s, const struct history_said *h, size_t i)
{
	const struct history_row *row = &h->history.row[i];
	json_t *o = json_object();

	json_put_archived(s, o, list_at(h, i));
	json_put_str(s, o, "fate", history_fate_name(row->fate));
	json_put_number(s, o, "rungs", row->rungs);
	json_put_str(s, o, "next",
	    row->rungs == 0 ? NULL : archive_name(list_at(h, row->next)));
	json_put(s, o, "judgement", json_of_judgement(s, &row->judgement));
	if (h->phones.num == NULL)
		json_put(s, o, "phones", json_null());
	else
		json_put_number(s, o, "phones", h->phones.num[i]);
	return o;
}

static json_t *
json_of_phones(struct json_sink *s, const struct history_said *h)
{
	json_t *o;

	if (h->phones.num == NULL)
		return json_null();
	o = json_object();
	json_put_number(s, o, "total", h->phones.total);
	json_put_number(s, o, "stranded", h->num_stranded_phones);
	json_put_number(s, o, "other_list", h->phones.num_other);
	json_put_number(s, o, "not_said", h->phones.num_unsaid);
	return o;
}

json_t *
history_json(const struct history_said *h)
{
	struct json_sink s = { .failed = false };
	struct buf notes = { 0 };
	json_t *obj = json_object(), *o = json_object(), *list = json_array();
	size_t i;

	json_put(&s, obj, "schema", json_integer(JSON_SCHEMA));
	json_put_str(&s, o, "archive", h->wish->folder);
	json_put_str(&s, o, "newest",
	    archive_name(list_at(h, h->history.newest)));
	json_put(&s, o, "newest_named", json_boolean(h->wish->newest != NULL));
	for (i = 0; i < h->choice.num; i++)
		json_append(&s, list, json_of_version(&s, h, i));
	json_put(&s, o, "versions", list);
	json_put_number(&s, o, "stranded", h->num_stranded);
	json_put_number(&s, o, "without_ladder", h->num_lost);
	json_put(&s, o, "phones", json_of_phones(&s, h));
	text_put_utf8(&notes, buf_bytes(&h->phones.notes));
	json_put_lines(&s, o, "notes", buf_bytes(&notes));
	s.failed |= notes.failed;
	buf_clear(&notes);
	json_put(&s, o, "left_out", json_of_left(&s, &h->archive, &h->choice));
	json_put_number(&s, o, "passed_over", h->archive.num_passed_over);
	json_put(&s, o, "whole", json_boolean(!h->archive.failed));
	json_put(&s, obj, "history", o);
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
