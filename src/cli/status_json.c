/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/status.h"

/* TEXT; null where it is NULL or empty. */
static void
put_str(struct json_sink *s, json_t *obj, const char *key, const char *text)
{
	json_put_text(s, obj, key,
	    text == NULL || text[0] == '\0' ? bytes_of(NULL, 0)
					    : bytes_of_str(text));
}

/* What a way came to: "ok", "absent", "failed", "not-asked"; and why. */
static json_t *
of_way(struct json_sink *s, const struct survey_list *l)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "result",
	    !l->looked                   ? "not-asked"
		: l->error == ERR_OK     ? "ok"
		: l->error == ERR_ABSENT ? "absent"
					 : "failed");
	put_str(s, obj, "why", l->looked ? l->why : NULL);
	return obj;
}

static json_t *
of_list(struct json_sink *s, const struct health_list *l)
{
	json_t *obj;

	if (l->md5[0] == '\0')
		return json_null();
	obj = json_object();
	json_put_str(s, obj, "md5", l->md5);
	json_put_str(s, obj, "sha1", l->sha1);
	json_put(s, obj, "readable", json_boolean(l->file != NULL));
	json_put(s, obj, "verified", json_boolean(l->verified));
	put_str(s, obj, "why", l->verified ? NULL : l->why.msg);
	put_str(s, obj, "signer", l->signer);
	if (l->has_time)
		json_put_time(s, obj, "timestamp", l->time);
	else
		json_put(s, obj, "timestamp", json_null());
	return obj;
}

/* What `show ctl` or `show itl` says. */
static json_t *
of_told(struct json_sink *s, bool has, const struct said_list *told)
{
	json_t *obj;

	if (!has)
		return json_null();
	obj = json_object();
	json_put(s, obj, "present", json_boolean(!told->absent));
	put_str(s, obj, "md5", told->md5);
	put_str(s, obj, "sha1", told->sha1);
	json_put(s, obj, "verified", json_boolean(told->verified));
	return obj;
}

static json_t *
of_served(struct json_sink *s, const struct survey_node *n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n->num_served; i++) {
		const struct survey_served *one = &n->served[i];
		json_t *obj = json_object();

		json_put_number(s, obj, "port", one->port);
		json_put_str(s, obj, "kind", probe_kind_name(one->kind));
		if (one->der.ptr != NULL)
			json_put_digest(s, obj, DIGEST_SHA1, one->der);
		else
			json_put(s, obj, "sha1", json_null());
		put_str(s, obj, "why", one->der.ptr != NULL ? NULL : one->why);
		json_append(s, list, obj);
	}
	return list;
}

static json_t *
of_node(struct json_sink *s, const struct status *st, size_t i)
{
	const struct survey_node *n = &st->survey.node[i];
	const struct health_node *h = &st->health.node[i];
	json_t *obj = json_object();

	json_put_text(s, obj, "name", bytes_of_str(n->entry->name));
	json_put_str(s, obj, "role",
	    inventory_role_name((enum inventory_role)n->entry->role));
	json_put_str(s, obj, "grade", health_grade_name(h->grade));
	json_put(s, obj, "reached", json_boolean(n->reached));
	put_str(s, obj, "why", n->reached ? NULL : n->why);
	put_str(s, obj, "old_algorithms", n->weak);
	put_str(s, obj, "version", n->has_version ? n->version.active : NULL);
	json_put(s, obj, "ctl", of_list(s, &h->ctl));
	json_put(s, obj, "itl", of_list(s, &h->itl));
	json_put(s, obj, "http", of_way(s, &n->http_ctl));
	json_put(s, obj, "https", of_way(s, &n->https_ctl));
	json_put(s, obj, "tftp", of_way(s, &n->tftp_ctl));
	json_put(s, obj, "show_ctl", of_told(s, n->has_told_ctl, &n->told_ctl));
	json_put(s, obj, "show_itl", of_told(s, n->has_told_itl, &n->told_itl));
	json_put(s, obj, "ways_differ", json_boolean(h->ways_differ));
	json_put(s, obj, "served", of_served(s, n));
	return obj;
}

static json_t *
of_finding(struct json_sink *s, const struct health_finding *f)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "rule", health_rule_name(f->rule));
	json_put_str(s, obj, "title", health_rule_title(f->rule));
	json_put_str(s, obj, "grade", health_grade_name(f->grade));
	json_put(s, obj, "counts", json_boolean(health_rule_counts(f->rule)));
	put_str(s, obj, "node", f->node);
	json_put_text(s, obj, "what", bytes_of_str(f->what));
	put_str(s, obj, "todo", f->todo);
	return obj;
}

static json_t *
of_doubts(struct json_sink *s, const struct status *st)
{
	json_t *list = json_array();
	struct buf text = { 0 };
	size_t i;

	for (i = 0; st->doubts[i] != NULL; i++) {
		text_put_utf8(&text, bytes_of_str(st->doubts[i]));
		json_append(s, list,
		    buf_ok(&text)
			? json_stringn((const char *)text.ptr, text.len)
			: NULL);
		buf_clear(&text);
	}
	return list;
}

json_t *
status_json(const struct status *st)
{
	struct json_sink s = { .failed = false };
	json_t *obj = json_object(), *o = json_object();
	json_t *nodes = json_array(), *findings = json_array();
	size_t i;

	for (i = 0; i < st->survey.num_nodes; i++)
		json_append(&s, nodes, of_node(&s, st, i));
	for (i = 0; i < st->health.num_findings; i++)
		json_append(&s, findings,
		    of_finding(&s, &st->health.finding[i]));
	json_put(&s, obj, "schema", json_integer(JSON_SCHEMA));
	json_put_text(&s, o, "cluster", bytes_of_str(st->inventory.name));
	json_put_time(&s, o, "seen", st->now);
	json_put_str(&s, o, "mode",
	    !st->survey.has_mode   ? NULL
		: st->survey.mixed ? "mixed"
				   : "non-secure");
	json_put_str(&s, o, "grade", health_grade_name(st->health.all));
	json_put(&s, o, "stale", json_boolean(st->health.stale));
	json_put(&s, o, "nodes", nodes);
	json_put(&s, o, "findings", findings);
	json_put(&s, o, "doubts", of_doubts(&s, st));
	json_put(&s, obj, "status", o);
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
