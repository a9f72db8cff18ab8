/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_custody.h"
#include "cli/json_put.h"

/* ---- Lists ------------------------------------------------------------------------ */

static void
put_sast_name(struct json_sink *s, json_t *o, const struct custody_list *l,
    size_t i)
{
	struct buf name = { 0 };

	custody_put_sast(&name, l, i);
	json_put_buf(s, o, "name", &name);
}

static json_t *
connected(struct json_sink *s, const struct match *m, size_t n, size_t i)
{
	json_t *list = json_array();
	size_t k;

	for (k = 0; k < m->num_tokens; k++) {
		const struct tok_info *info = m->tokens[k].info;
		json_t *o;

		if (!match_has(m, &m->tokens[k], n, i))
			continue;
		o = json_object();
		json_put_text(s, o, "label", tok_text_bytes(&info->label));
		json_put_text(s, o, "serial", tok_text_bytes(&info->serial));
		json_append(s, list, o);
	}
	return list;
}

static json_t *
recorded(struct json_sink *s, const struct match *m, size_t n, size_t i)
{
	const struct tokenfile_token *t;
	json_t *list = json_array();
	size_t at = 0;

	while ((t = match_recorded(m, n, i, &at)) != NULL) {
		json_t *o = json_object();

		json_put_str(s, o, "label", t->label);
		json_put_str(s, o, "serial", t->serial);
		json_put_str(s, o, "place", custody_place(t));
		json_append(s, list, o);
	}
	return list;
}

static json_t *
json_sast(struct json_sink *s, const struct match *m, size_t n, size_t i)
{
	const struct custody_list *l = &m->custody->lists[n];
	const struct sast *sast = &l->sasts.at[i];
	json_t *o = json_object();

	json_put_number(s, o, "record", sast->record);
	put_sast_name(s, o, l, i);
	json_put_serial(s, o, "serial", sast->serial);
	if (sast->has_sha1)
		json_put_hex(s, o, "sha1", digest_bytes(&sast->sha1));
	else
		json_put(s, o, "sha1", json_null());
	json_put(s, o, "signer", json_boolean(sast->signer));
	json_put(s, o, "connected", connected(s, m, n, i));
	json_put(s, o, "recorded", recorded(s, m, n, i));
	return o;
}

static json_t *
json_list(struct json_sink *s, const struct match *m, size_t n)
{
	const struct custody_list *l = &m->custody->lists[n];
	json_t *o = json_object(), *sasts = json_array();
	size_t i;

	json_put_text(s, o, "path", buf_bytes(&l->path));
	json_put(s, o, "newest", json_boolean(n == m->custody->newest));
	for (i = 0; i < l->sasts.num; i++)
		json_append(s, sasts, json_sast(s, m, n, i));
	json_put(s, o, "sasts", sasts);
	return o;
}

/* ---- Tokens ----------------------------------------------------------------------- */

static const char *
hold_name(const struct match_cell *cell)
{
	static const char *const names[] = {
		[CUSTODY_NOTHING] = "nothing",
		[CUSTODY_NAMED] = "names",
		[CUSTODY_KEY] = "key",
		[CUSTODY_HELD] = "content",
		[CUSTODY_CERT] = "certificate",
	};

	return cell->recorded ? "recorded" : names[cell->hold];
}

/* What the token has of each SAST of each list of which it has something. */
static json_t *
json_holds(struct json_sink *s, const struct match *m,
    const struct match_token *t)
{
	json_t *list = json_array();
	size_t i, n;

	for (n = 0; n < m->custody->num_lists; n++) {
		const struct custody_list *l = &m->custody->lists[n];

		for (i = 0; i < l->sasts.num; i++) {
			const struct match_cell *cell = match_cell(m, t, n, i);
			json_t *o;

			if (cell->hold == CUSTODY_NOTHING)
				continue;
			o = json_object();
			json_put_text(s, o, "list", buf_bytes(&l->path));
			json_put_number(s, o, "record", l->sasts.at[i].record);
			json_put_str(s, o, "holds", hold_name(cell));
			json_put(s, o, "signer",
			    json_boolean(l->sasts.at[i].signer));
			json_append(s, list, o);
		}
	}
	return list;
}

static json_t *
json_token(struct json_sink *s, const struct match *m,
    const struct match_token *t)
{
	json_t *o = json_object();
	struct buf uri = { 0 };

	tok_put_uri(&uri, t->info);
	json_put_buf(s, o, "uri", &uri);
	json_put_text(s, o, "label", tok_text_bytes(&t->info->label));
	json_put_text(s, o, "serial", tok_text_bytes(&t->info->serial));
	json_put_str(s, o, "error", t->objects == NULL ? t->trouble.msg : NULL);
	json_put_number(s, o, "objects",
	    t->objects == NULL ? 0 : tok_objects_num(t->objects));
	json_put(s, o, "hidden", json_boolean(t->hidden));
	json_put(s, o, "in_inventory", json_boolean(t->record != NULL));
	json_put(s, o, "can_sign",
	    json_boolean(match_signs(m, t, m->custody->newest)));
	json_put(s, o, "sasts", json_holds(s, m, t));
	return o;
}

/* ---- All ---------------------------------------------------------------------------- */

static json_t *
json_findings(struct json_sink *s, const struct match *m)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < m->num_findings; i++) {
		json_t *o = json_object();

		json_put_str(s, o, "id", match_rule_name(m->findings[i].rule));
		json_put_text(s, o, "message", buf_bytes(&m->findings[i].text));
		json_append(s, list, o);
	}
	return list;
}

json_t *
json_match(const struct match *m)
{
	json_t *o = json_object(), *lists = json_array();
	json_t *tokens = json_array();
	struct json_sink s = { false };
	size_t i;

	for (i = 0; i < m->custody->num_lists; i++)
		json_append(&s, lists, json_list(&s, m, i));
	for (i = 0; i < m->num_tokens; i++)
		json_append(&s, tokens, json_token(&s, m, &m->tokens[i]));
	json_put(&s, o, "lists", lists);
	json_put(&s, o, "tokens", tokens);
	json_put(&s, o, "can_sign", json_boolean(m->num_signers > 0));
	json_put(&s, o, "findings", json_findings(&s, m));
	if (!s.failed)
		return o;
	json_decref(o);
	return NULL;
}
