/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_custody.h"
#include "cli/json_put.h"
#include "cli/token_show.h"

#define DAY ((int64_t)24 * 60 * 60)

/* ---- The token and its record --------------------------------------------------- */

static json_t *
json_drill_of(struct json_sink *s, const struct tokenfile_token *t)
{
	const struct tokenfile_drill *drill = t->drills.item;
	json_t *o;

	if (t->drills.num == 0)
		return json_null();
	drill += t->drills.num - 1;
	o = json_object();
	json_put_time(s, o, "when", drill->when);
	json_put_str(s, o, "place", drill->place);
	json_put_str(s, o, "result",
	    drill->result == TOKENFILE_PASSED ? "ok" : "failed");
	return o;
}

static json_t *
json_record(struct json_sink *s, const struct tokenfile_token *t)
{
	json_t *o;

	if (t == NULL)
		return json_null();
	o = json_object();
	json_put_str(s, o, "place", t->place);
	json_put_str(s, o, "holder", t->holder);
	json_put(s, o, "imported", json_boolean(t->imported));
	json_put(s, o, "last_drill", json_drill_of(s, t));
	return o;
}

/* ---- Keys --------------------------------------------------------------------------- */

static json_t *
json_imported(struct json_sink *s, const struct tokenfile_key *k)
{
	json_t *o;

	if (k == NULL)
		return json_null();
	o = json_object();
	json_put_str(s, o, "from", k->from);
	if (k->when != 0)
		json_put_time(s, o, "when", k->when);
	else
		json_put(s, o, "when", json_null());
	return o;
}

static json_t *
json_ways(struct json_sink *s, const struct report_item *k)
{
	json_t *list = json_array();
	size_t i, j;

	for (i = 0; i < k->num_ways; i++) {
		for (j = 0; j < i; j++)
			if (k->ways[j].mechanism == k->ways[i].mechanism)
				break;
		if (j == i)
			json_append(s, list, json_string(k->ways[i].name));
	}
	return list;
}

static json_t *
json_key(struct json_sink *s, const struct report *r, size_t i)
{
	const struct report_item *k = &r->items[i];
	json_t *o = json_object();

	json_put(s, o, "object",
	    token_json_object(tok_info(r->tok), r->objects, i));
	json_put(s, o, "mechanisms", json_ways(s, k));
	json_put_str(s, o, "proof", report_proof_name(k->proof));
	json_put_str(s, o, "proof_mechanism", k->mechanism);
	json_put_str(s, o, "reason",
	    k->proof == REPORT_PROVEN ? NULL : k->why.msg);
	json_put_str(s, o, "copies", report_copy_name(k->copy));
	json_put_text(s, o, "message", buf_bytes(&k->copies));
	json_put(s, o, "imported", json_imported(s, k->imported));
	return o;
}

/* ---- Certificates and public keys ----------------------------------------------------- */

static json_t *
json_sasts(struct json_sink *s, const struct report *r,
    const struct tok_object *o)
{
	json_t *list = json_array();
	bool is = false;
	struct diag d;
	size_t i, n;

	for (n = 0; n < r->custody->num_lists; n++) {
		const struct custody_list *l = &r->custody->lists[n];

		for (i = 0; i < l->sasts.num; i++) {
			json_t *item;

			if (report_is_sast(r, o, n, i, &is, &d) != ERR_OK)
				s->failed = true;
			if (s->failed || !is)
				continue;
			item = json_object();
			json_put_text(s, item, "list", buf_bytes(&l->path));
			json_put_number(s, item, "record",
			    l->sasts.at[i].record);
			json_put(s, item, "signer",
			    json_boolean(l->sasts.at[i].signer));
			json_put(s, item, "newest",
			    json_boolean(n == r->custody->newest));
			json_append(s, list, item);
		}
	}
	return list;
}

static void
put_validity(struct json_sink *s, json_t *o, const struct report *r,
    const struct cert *c)
{
	if (c == NULL) {
		json_put(s, o, "validity", json_null());
		json_put(s, o, "days_left", json_null());
		return;
	}
	json_put_str(s, o, "validity",
	    r->at > cert_not_after(c)        ? "expired"
		: r->at < cert_not_before(c) ? "not-yet"
					     : "valid");
	json_put(s, o, "days_left",
	    json_integer((json_int_t)((cert_not_after(c) - r->at) / DAY)));
}

static json_t *
json_other(struct json_sink *s, const struct report *r, size_t i)
{
	const struct report_item *p = &r->items[i];
	json_t *o = json_object();

	json_put(s, o, "object",
	    token_json_object(tok_info(r->tok), r->objects, i));
	json_put_str(s, o, "pairing", report_pairing_name(p->pairing));
	if (p->object->class == TOK_CERTIFICATE) {
		put_validity(s, o, r, p->object->cert);
		json_put(s, o, "sasts", json_sasts(s, r, p->object));
	}
	return o;
}

/* ---- The whole ---------------------------------------------------------------------- */

static json_t *
json_class(struct json_sink *s, const struct report *r, enum tok_class class)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < r->num_items; i++)
		if (r->items[i].object->class == class)
			json_append(s, list,
			    class == TOK_PRIVATE_KEY ? json_key(s, r, i)
						     : json_other(s, r, i));
	return list;
}

static json_t *
json_findings(struct json_sink *s, const struct report *r)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < r->num_findings; i++) {
		json_t *o = json_object();

		json_put_str(s, o, "id", report_rule_name(r->findings[i].rule));
		json_put_text(s, o, "message", buf_bytes(&r->findings[i].text));
		json_append(s, list, o);
	}
	return list;
}

static json_t *
json_lists(struct json_sink *s, const struct report *r)
{
	json_t *list = json_array();
	size_t n;

	for (n = 0; n < r->custody->num_lists; n++) {
		json_t *o = json_object();

		json_put_text(s, o, "path",
		    buf_bytes(&r->custody->lists[n].path));
		json_put(s, o, "newest", json_boolean(n == r->custody->newest));
		json_append(s, list, o);
	}
	return list;
}

json_t *
json_report(const struct report *r)
{
	json_t *o = json_object();
	struct json_sink s = { false };

	json_put_time(&s, o, "at", r->at);
	json_put(&s, o, "token", token_json(tok_info(r->tok)));
	json_put(&s, o, "inventory", json_record(&s, r->record));
	json_put(&s, o, "lists", json_lists(&s, r));
	json_put(&s, o, "keys", json_class(&s, r, TOK_PRIVATE_KEY));
	json_put(&s, o, "certificates", json_class(&s, r, TOK_CERTIFICATE));
	json_put(&s, o, "public_keys", json_class(&s, r, TOK_PUBLIC_KEY));
	json_put(&s, o, "findings", json_findings(&s, r));
	if (!s.failed)
		return o;
	json_decref(o);
	return NULL;
}
