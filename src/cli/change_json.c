/* SPDX-License-Identifier: Apache-2.0 */
/* What a change means, for scripts: docs/json.md. */
#include "cli/change.h"
#include "cli/record_facts.h"
#include "cli/select.h"

static json_t *
key(const struct record_facts *rf, struct json_sink *s)
{
	json_t *obj;

	if (rf->key == NULL)
		return json_null();
	obj = json_object();
	json_put_str(s, obj, "type", pubkey_type_name(pubkey_type(rf->key)));
	json_put_number(s, obj, "bits", pubkey_bits(rf->key));
	json_put_hex(s, obj, "spki_sha256", digest_bytes(&rf->spki));
	return obj;
}

static void
put_validity(const struct cert *c, struct json_sink *s, json_t *obj)
{
	if (c != NULL) {
		json_put_time(s, obj, "not_before", cert_not_before(c));
		json_put_time(s, obj, "not_after", cert_not_after(c));
	} else {
		json_put(s, obj, "not_before", json_null());
		json_put(s, obj, "not_after", json_null());
	}
}

/* The record INDEX, null for 0. */
static json_t *
record(const struct change *c, enum change_which which, size_t index,
    struct json_sink *s)
{
	const struct ctl_file *f = change_shown(c, which);
	struct record_facts rf = { .cert = NULL };
	const struct ctl_record *r;
	struct buf name = { 0 };
	json_t *obj;

	if (index == 0)
		return json_null();
	r = ctl_record(f, index);
	obj = json_object();
	json_put_number(s, obj, "record", change_number(c, which, index));
	select_put_cn(&name, f, index);
	json_put_buf(s, obj, "name", &name);
	s->failed |= record_facts_read(f, index, &rf, NULL) != ERR_OK;
	json_put_serial(s, obj, "serial",
	    rf.cert != NULL ? cert_serial(rf.cert)
			    : ctl_record_value(r, CTL_REC_SERIAL));
	json_put_str(s, obj, "dialect", ctl_dialect_name(r->dialect));
	put_validity(rf.cert, s, obj);
	json_put(s, obj, "key",
	    change_shown_is_text(c, which) ? json_null() : key(&rf, s));
	record_facts_clear(&rf);
	return obj;
}

/* Where the names of fields go. */
struct fields {
	struct json_sink *s;
	json_t *list;
};

static void
put_field(void *arg, const char *name, uint8_t code)
{
	struct fields *f = arg;

	if (name != NULL)
		json_append(f->s, f->list, json_string(name));
	else
		json_append(f->s, f->list, json_sprintf("tag %u", code));
}

/* The fields that a respelt record spells otherwise. */
static json_t *
fields(const struct change *c, const struct diff_row *of, struct json_sink *s)
{
	struct fields f = { .s = s, .list = json_array() };

	if (of->kind == DIFF_RESPELT)
		record_facts_differing(ctl_record(c->old, of->old),
		    ctl_record(c->new, of->new), put_field, &f);
	return f.list;
}

static json_t *
row(const struct change *c, const struct diff_row *of, struct json_sink *s)
{
	const struct ctl_record *r = of->new != 0
	    ? ctl_record(change_shown(c, CHANGE_NEW), of->new)
	    : ctl_record(change_shown(c, CHANGE_OLD), of->old);
	json_t *obj = json_object();

	json_put_str(s, obj, "change", diff_kind_name(of->kind));
	json_put_str(s, obj, "role",
	    r->has_role ? ctl_role_name(r->role) : NULL);
	json_put_text(s, obj, "host", ctl_record_text(r, CTL_REC_DNS_NAME));
	json_put(s, obj, "old", record(c, CHANGE_OLD, of->old, s));
	json_put(s, obj, "new", record(c, CHANGE_NEW, of->new, s));
	json_put(s, obj, "fields", fields(c, of, s));
	json_put(s, obj, "renamed", json_boolean(of->renamed));
	json_put(s, obj, "rekeyed", json_boolean(of->rekeyed));
	json_put(s, obj, "certain", json_boolean(change_is_certain(c, of)));
	return obj;
}

static json_t *
header(const struct diff *df, struct json_sink *s)
{
	json_t *obj = json_object();

	json_put(s, obj, "signer", json_boolean(df->signer));
	json_put(s, obj, "digest", json_boolean(df->digest));
	json_put(s, obj, "filename", json_boolean(df->filename));
	json_put(s, obj, "timestamp", json_boolean(df->timestamp));
	json_put(s, obj, "version", json_boolean(df->version));
	json_put(s, obj, "other_fields", json_boolean(df->other_fields));
	return obj;
}

json_t *
change_json_difference(const struct change *c, struct json_sink *s)
{
	json_t *obj = json_object(), *rows = json_array();
	size_t i;

	for (i = 0; i < c->diff.num; i++)
		json_append(s, rows, row(c, &c->diff.rows[i], s));
	json_put(s, obj, "records", rows);
	json_put(s, obj, "order", json_boolean(c->diff.order));
	json_put(s, obj, "header", header(&c->diff, s));
	json_put(s, obj, "same_trust",
	    json_boolean(diff_is_same_trust(&c->diff)));
	return obj;
}

static json_t *
judgement(const struct trust_judgement *j, struct json_sink *s)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "verdict", trust_verdict_name(j->verdict));
	json_put_str(s, obj, "rule", trust_rule_name(j->rule));
	if (j->record == 0)
		json_put(s, obj, "record", json_null());
	else
		json_put_number(s, obj, "record", j->record);
	json_put(s, obj, "if_no_ctl", json_boolean(j->no_ctl));
	json_put_str(s, obj, "reason", j->why.msg);
	return obj;
}

static json_t *
losses(const struct change *c, const struct change_leave *l,
    struct json_sink *s)
{
	json_t *list = json_array();
	int loss;

	for (loss = 0; loss < TRUST_NUM_LOSSES; loss++) {
		enum trust_loss which = (enum trust_loss)loss;
		json_t *obj;

		if (!change_loses(c, which))
			continue;
		obj = json_object();
		json_put_str(s, obj, "id", trust_loss_name(which));
		json_put_str(s, obj, "message", c->effect.why[loss].msg);
		json_put(s, obj, "accepted",
		    json_boolean(change_is_left(l, which)));
		json_append(s, list, obj);
	}
	return list;
}

json_t *
change_json_effect(const struct change *c, const struct change_leave *l,
    struct json_sink *s)
{
	const struct trust_effect *ef = &c->effect;
	json_t *obj = json_object();

	json_put(s, obj, "phone", judgement(&ef->judgement, s));
	json_put(s, obj, "losses", losses(c, l, s));
	json_put_number(s, obj, "shared_sast", ef->shared);
	json_put_number(s, obj, "removed_sast", ef->removed);
	json_put_number(s, obj, "added_sast", ef->added);
	json_put_str(s, obj, "untied",
	    ef->untied.msg[0] != '\0' ? ef->untied.msg : NULL);
	json_put_str(s, obj, "late", ef->strands_late ? ef->late.msg : NULL);
	return obj;
}

void
change_json(const struct change *c, const struct change_leave *l,
    struct json_sink *s, json_t *obj)
{
	json_put(s, obj, "difference", change_json_difference(c, s));
	json_put(s, obj, "effect", change_json_effect(c, l, s));
}
