/* SPDX-License-Identifier: Apache-2.0 */
/* Two lists side by side, for scripts: docs/json.md. */
#include "cli/compare.h"
#include "cli/json.h"
#include "cli/json_listing.h"

static struct bytes
whole_of(const struct input *in)
{
	if (!in->loaded)
		return bytes_of(NULL, 0);
	return in->bytes.len == 0 ? bytes_of_str("") : buf_bytes(&in->bytes);
}

static json_t *
side(const struct input *in, struct json_sink *s)
{
	bool known = input_is_known(in);
	json_t *o = json_object();

	json_put(s, o, "file", json_of_file(s, in->path, whole_of(in)));
	json_put_error(s, o, known ? NULL : &in->error);
	if (!known)
		return o;
	json_put_str(s, o, "kind", ctl_kind_name(input_kind(in)));
	json_put(s, o, "header",
	    in->file != NULL ? json_of_header(s, ctl_header(in->file))
			     : json_of_listed_header(s, in->listing));
	json_put(s, o, "verification", json_of_verdict(s, &in->verdict));
	json_put(s, o, "origin",
	    in->file != NULL
		? json_string(ctl_origin_name(ctl_origin(in->file)))
		: json_null());
	json_put(s, o, "listing",
	    in->listing != NULL ? json_of_listing(s, in->listing)
				: json_null());
	return o;
}

/* The notes that are appended to LIST. */
struct notes {
	struct json_sink *s;
	json_t *list;
};

static void
put_note(void *arg, enum compare_note note, const struct buf *text)
{
	struct notes *n = arg;
	struct buf copy = { 0 };
	json_t *o = json_object();

	buf_put(&copy, buf_bytes(text));
	json_put_str(n->s, o, "id", compare_note_name(note));
	json_put_buf(n->s, o, "message", &copy);
	json_append(n->s, n->list, o);
}

static json_t *
same_trust(enum compare_end end)
{
	return end == COMPARE_UNKNOWN ? json_null()
				      : json_boolean(end == COMPARE_SAME_TRUST);
}

/* What a text does not tell is neither the same nor another. */
static json_t *
difference(const struct compare *c, struct json_sink *s)
{
	static const char *const untold[] = { "digest", "filename", "timestamp",
		"version", "other_fields" };
	json_t *o = change_json_difference(&c->change, s);
	json_t *header = json_object_get(o, "header");
	size_t i;

	for (i = 0; c->as_text && i < sizeof(untold) / sizeof(untold[0]); i++)
		json_put(s, header, untold[i], json_null());
	if (c->as_text && (!c->told[0].signer || !c->told[1].signer))
		json_put(s, header, "signer", json_null());
	json_put(s, o, "same_trust", same_trust(c->end));
	return o;
}

static void
put_change(const struct compare *c, struct json_sink *s, json_t *o)
{
	static const struct change_leave leave = { .orphan_phones = false };
	struct notes notes = { .s = s, .list = json_array() };

	json_put(s, o, "same_bytes", json_boolean(c->same_bytes));
	json_put_str(s, o, "compared_by",
	    c->as_text ? told_by_name(c->by) : "bytes");
	compare_notes(c, put_note, &notes);
	json_put(s, o, "notes", notes.list);
	json_put(s, o, "difference", difference(c, s));
	json_put(s, o, "effect",
	    c->is_vague ? json_null()
			: change_json_effect(&c->change, &leave, s));
}

json_t *
compare_json(const struct compare *c, struct json_sink *s)
{
	json_t *o = json_object();

	json_put(s, o, "old", side(&c->in[0], s));
	json_put(s, o, "new", side(&c->in[1], s));
	json_put_error(s, o, c->error.code == ERR_OK ? NULL : &c->error);
	if (c->has_change)
		put_change(c, s, o);
	return o;
}
