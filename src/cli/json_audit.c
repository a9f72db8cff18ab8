/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_audit.h"

#include "cli/json_put.h"

static void
put_count(struct json_sink *s, json_t *o, const char *key, uint64_t n)
{
	json_put(s, o, key, json_integer((json_int_t)n));
}

/* N, null where it is 0. */
static void
put_line(struct json_sink *s, json_t *o, const char *key, uint64_t n)
{
	json_put(s, o, key, n == 0 ? json_null() : json_integer((json_int_t)n));
}

/* TEXT, null where it is empty. */
static void
put_some(struct json_sink *s, json_t *o, const char *key, const char *text)
{
	json_put_str(s, o, key, text[0] == '\0' ? NULL : text);
}

static json_t *
json_of_break(struct json_sink *s, const struct audit_verdict *v)
{
	json_t *o = json_object();

	json_put_str(s, o, "id", audit_break_name(v->what));
	put_count(s, o, "line", v->line);
	put_count(s, o, "offset", v->offset);
	json_put_str(s, o, "message", v->why.msg);
	json_put_str(s, o, "meaning", audit_break_meaning(v->what));
	return o;
}

static json_t *
json_of_torn(struct json_sink *s, const struct audit_verdict *v)
{
	json_t *list = json_array();
	uint64_t i;

	for (i = 0; i < v->num_torn && i < AUDIT_NOTES_MAX; i++) {
		json_t *o = json_object();

		put_count(s, o, "line", v->torn[i].line);
		put_count(s, o, "offset", v->torn[i].offset);
		json_put(s, o, "open", json_boolean(v->torn[i].open));
		json_append(s, list, o);
	}
	return list;
}

static json_t *
json_of_wanted(struct json_sink *s, const struct audit_verdict *v,
    struct bytes want)
{
	json_t *o;

	if (want.len == 0)
		return json_null();
	o = json_object();
	json_put_hex(s, o, "hash", want);
	put_line(s, o, "line", v->wanted);
	return o;
}

static json_t *
json_of_verdict(struct json_sink *s, const struct audit_verdict *v,
    struct bytes want)
{
	json_t *o = json_object();

	json_put_str(s, o, "status",
	    v->what == AUDIT_WHOLE ? "whole" : "broken");
	json_put(s, o, "break",
	    v->what == AUDIT_WHOLE ? json_null() : json_of_break(s, v));
	put_count(s, o, "lines", v->num_lines);
	put_count(s, o, "records", v->num_records);
	put_some(s, o, "id", v->id);
	put_some(s, o, "created", v->created);
	put_some(s, o, "first_time", v->first);
	put_some(s, o, "last_time", v->last_time);
	put_line(s, o, "last_line", v->last.line);
	if (v->last.line == 0)
		json_put(s, o, "last_hash", json_null());
	else
		json_put_hex(s, o, "last_hash", digest_bytes(&v->last.hash));
	put_count(s, o, "num_torn", v->num_torn);
	json_put(s, o, "torn", json_of_torn(s, v));
	json_put(s, o, "wanted", json_of_wanted(s, v, want));
	return o;
}

json_t *
json_audit(const char *path, const struct audit_verdict *v, struct bytes want,
    const struct diag *error)
{
	struct json_sink s = { 0 };
	json_t *o = json_object(), *file = json_object();

	json_put_number(&s, o, "schema", JSON_SCHEMA);
	json_put_str(&s, file, "path", path);
	json_put(&s, o, "file", file);
	json_put_error(&s, o, error);
	if (error == NULL)
		json_put(&s, o, "audit", json_of_verdict(&s, v, want));
	if (!s.failed)
		return o;
	json_decref(o);
	return NULL;
}
