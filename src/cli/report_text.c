/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report_text.h"

#include "base/text.h"
#include "cli/table.h"
#include "cli/token_print.h"
#include "cli/token_show.h"

#define DAY ((int64_t)24 * 60 * 60)

/* A section at work: rows of names and values below a heading. */
struct section {
	struct table *table;
	struct buf value; /* of the row at hand */
};

static void
begin(struct section *s, struct buf *out, struct bytes heading)
{
	size_t before, width;

	if (out->len > 0)
		buf_str(out, "\n");
	before = out->len;
	text_put_safe(out, heading);
	width = out->len - before;
	buf_str(out, "\n");
	buf_fill(out, width, '-');
	buf_str(out, "\n");
	*s = (struct section){ .table = table_new_pairs() };
}

/* The section of O. */
static void
begin_object(struct section *s, struct buf *out, const struct tok_object *o)
{
	struct buf name = { 0 };

	report_put_name(&name, o);
	if (name.len > 0 && name.ptr[0] >= 'a' && name.ptr[0] <= 'z')
		name.ptr[0] = (uint8_t)(name.ptr[0] - 'a' + 'A');
	begin(s, out, buf_bytes(&name));
	buf_clear(&name);
	token_put_key_kind(&s->value, o);
}

/* The value built in S, unless it is empty. */
static void
row(struct section *s, const char *name)
{
	if (s->value.len > 0)
		table_pair(s->table, name, buf_bytes(&s->value));
	buf_clear(&s->value);
}

static void
row_str(struct section *s, const char *name, const char *value)
{
	if (value != NULL)
		table_pair(s->table, name, bytes_of_str(value));
}

static enum err
end(struct section *s, struct buf *out, struct diag *d)
{
	return token_put_table(&s->table, out, d);
}

/* ---- The token ---------------------------------------------------------------------- */

static void
put_number(struct section *s, const char *name, uint64_t n)
{
	if (n != TOK_UNKNOWN)
		buf_printf(&s->value, "%llu", (unsigned long long)n);
	row(s, name);
}

static void
put_flags(struct section *s, const struct tok_info *i)
{
	int f;

	for (f = 0; f < TOK_NUM_FLAGS; f++)
		if (tok_has(i, (enum tok_flag)f))
			buf_printf(&s->value, "%s%s",
			    s->value.len > 0 ? ", " : "",
			    tok_flag_word((enum tok_flag)f));
	row(s, "Flags");
}

static void
put_info(struct section *s, const struct tok_info *i)
{
	table_pair(s->table, "Label", tok_text_bytes(&i->label));
	table_pair(s->table, "Serial number", tok_text_bytes(&i->serial));
	table_pair(s->table, "Manufacturer", tok_text_bytes(&i->manufacturer));
	table_pair(s->table, "Model", tok_text_bytes(&i->model));
	table_pair(s->table, "Slot", tok_text_bytes(&i->slot));
	buf_printf(&s->value, "%u.%u", i->hardware[0], i->hardware[1]);
	row(s, "Hardware");
	buf_printf(&s->value, "%u.%u", i->firmware[0], i->firmware[1]);
	row(s, "Firmware");
	token_put_state(&s->value, i);
	row(s, "State");
	put_flags(s, i);
	token_put_tries(&s->value, i);
	row(s, "PIN tries left");
	put_number(s, "PIN, shortest", i->pin_min);
	put_number(s, "PIN, longest", i->pin_max);
	if (i->max_sessions == 0)
		row_str(s, "Sessions", "no limit");
	else
		put_number(s, "Sessions", i->max_sessions);
	token_put_memory(&s->value, i);
	row(s, "Memory");
	tok_put_uri(&s->value, i);
	row(s, "URI");
}

static void
put_record(struct section *s, const struct report *r)
{
	const struct tokenfile_token *t = r->record;
	const struct tokenfile_drill *drill;

	if (r->custody->path.len == 0)
		return;
	if (t == NULL) {
		row_str(s, "Inventory", "does not have it");
		return;
	}
	buf_put(&s->value, buf_bytes(&r->custody->path));
	row(s, "Inventory");
	row_str(s, "Place", t->place != NULL ? t->place : "not recorded");
	row_str(s, "Holder", t->holder != NULL ? t->holder : "not recorded");
	if (t->drills.num == 0) {
		row_str(s, "Last drill", "never");
		return;
	}
	drill = &(
	    (const struct tokenfile_drill *)t->drills.item)[t->drills.num - 1];
	text_put_rfc3339(&s->value, drill->when);
	buf_printf(&s->value, "%s%s%s", drill->place != NULL ? ", " : "",
	    drill->place != NULL ? drill->place : "",
	    drill->result == TOKENFILE_PASSED ? "" : ", FAILED");
	row(s, "Last drill");
}

static enum err
put_token(const struct report *r, struct buf *out, struct diag *d)
{
	struct section s;

	begin(&s, out, bytes_of_str("Token"));
	put_info(&s, tok_info(r->tok));
	put_record(&s, r);
	return end(&s, out, d);
}

/* ---- Private keys ----------------------------------------------------------------- */

static void
put_attrs(struct section *s, const struct tok_object *o)
{
	static const char *const answers[] = { [TOK_NO] = "no",
		[TOK_YES] = "yes",
		[TOK_NOT_SAID] = "not said" };
	size_t i;

	for (i = 0; i < TOK_NUM_ATTRS; i++)
		buf_printf(&s->value, "%s%s: %s", i > 0 ? ", " : "",
		    tok_attr_name((enum tok_attr)i), answers[o->attr[i]]);
	row(s, "Attributes");
	for (i = 0; i < o->num_allowed; i++) {
		const char *name = tok_mechanism_name(o->allowed[i]);

		buf_printf(&s->value, "%s%s", i > 0 ? ", " : "",
		    name != NULL ? name : "a mechanism of its vendor");
	}
	row(s, "Allowed only");
}

/* Each mechanism once, though a digest may be made by us or by the token. */
static void
put_ways(struct section *s, const struct report_item *k)
{
	size_t i, j;

	for (i = 0; i < k->num_ways; i++) {
		for (j = 0; j < i; j++)
			if (k->ways[j].mechanism == k->ways[i].mechanism)
				break;
		if (j == i)
			buf_printf(&s->value, "%s%s", i > 0 ? ", " : "",
			    k->ways[i].name);
	}
	row(s, "Signs by");
}

static void
put_proof(struct section *s, const struct report_item *k)
{
	if (k->proof == REPORT_PROVEN)
		buf_printf(&s->value,
		    "proven: signed random data (%s), and its public half "
		    "verified that",
		    k->mechanism);
	else
		buf_printf(&s->value, "%s: %s",
		    k->proof == REPORT_FAILED ? "FAILED" : "not proven",
		    k->why.msg);
	row(s, "Proof");
}

static enum err
put_key(const struct report_item *k, struct buf *out, struct diag *d)
{
	struct section s;

	begin_object(&s, out, k->object);
	row(&s, "Kind");
	put_attrs(&s, k->object);
	put_ways(&s, k);
	put_proof(&s, k);
	buf_put(&s.value, buf_bytes(&k->copies));
	row(&s, "Copies");
	return end(&s, out, d);
}

/* ---- Certificates and public keys -------------------------------------------------- */

static void
put_validity(struct section *s, const struct report *r, const struct cert *c)
{
	int64_t from = cert_not_before(c), until = cert_not_after(c);

	text_put_rfc3339(&s->value, from);
	buf_str(&s->value, r->at < from ? ", NOT YET VALID" : "");
	row(s, "Valid from");
	text_put_rfc3339(&s->value, until);
	if (r->at > until)
		buf_printf(&s->value, ", EXPIRED %lld days before",
		    (long long)((r->at - until) / DAY));
	else
		buf_printf(&s->value, ", %lld days from then on",
		    (long long)((until - r->at) / DAY));
	row(s, "Valid until");
}

static enum err
put_cert(struct section *s, const struct report *r, const struct tok_object *o,
    struct diag *d)
{
	struct digest_value sha1;
	enum err e;

	if (o->cert == NULL) {
		row_str(s, "Certificate", "does not decode");
		return ERR_OK;
	}
	e = cert_put_name(o->cert, CERT_SUBJECT, &s->value, d);
	row(s, "Subject");
	if (e == ERR_OK)
		e = cert_put_name(o->cert, CERT_ISSUER, &s->value, d);
	row(s, "Issuer");
	text_put_hex(&s->value, cert_serial(o->cert), ":", TEXT_UPPER);
	row(s, "Serial number");
	if (e == ERR_OK)
		e = digest_of(DIGEST_SHA1, &o->value, 1, &sha1, d);
	if (e == ERR_OK)
		text_put_hex(&s->value, digest_bytes(&sha1), "", TEXT_LOWER);
	row(s, "SHA-1");
	put_validity(s, r, o->cert);
	return e;
}

static void
put_pairing(struct section *s, const struct report *r,
    const struct report_item *p)
{
	static const char *const words[] = {
		[REPORT_PAIR_PROVEN] = ": proven by its signature",
		[REPORT_PAIR_NOT_PROVEN] = ": said to be, not proven",
		[REPORT_PAIR_DIFFERS] = ": NOT ITS OWN, although the id is",
	};

	if (p->pairing == REPORT_PAIR_NONE) {
		row_str(s, "Private key", "none on this token");
		return;
	}
	report_put_name(&s->value, r->items[p->pair].object);
	buf_str(&s->value, words[p->pairing]);
	row(s, "Goes with");
}

static enum err
put_sasts(struct section *s, const struct report *r, const struct tok_object *o,
    struct diag *d)
{
	enum err e = ERR_OK;
	bool is = false;
	size_t i, n;

	for (n = 0; n < r->custody->num_lists; n++) {
		const struct custody_list *l = &r->custody->lists[n];

		for (i = 0; e == ERR_OK && i < l->sasts.num; i++) {
			e = report_is_sast(r, o, n, i, &is, d);
			if (e != ERR_OK || !is)
				continue;
			if (s->value.len > 0)
				buf_str(&s->value, "; ");
			buf_put(&s->value, buf_bytes(&l->path));
			buf_printf(&s->value, ", record %zu%s%s",
			    l->sasts.at[i].record,
			    l->sasts.at[i].signer ? ", signed it" : "",
			    n == r->custody->newest ? " (the newest list)"
						    : "");
		}
	}
	if (s->value.len == 0 && r->custody->num_lists > 0)
		buf_str(&s->value, "none of the lists");
	row(s, "SAST of");
	return e;
}

static enum err
put_other(const struct report *r, const struct report_item *p, struct buf *out,
    struct diag *d)
{
	const struct tok_object *o = p->object;
	struct section s;
	struct diag why;
	enum err e = ERR_OK, ended;

	begin_object(&s, out, o);
	row(&s, "Kind");
	if (o->class == TOK_CERTIFICATE)
		e = put_cert(&s, r, o, d);
	put_pairing(&s, r, p);
	if (e == ERR_OK && o->class == TOK_CERTIFICATE)
		e = put_sasts(&s, r, o, d);
	ended = end(&s, out, &why);
	if (e == ERR_OK && ended != ERR_OK) {
		*d = why;
		e = ended;
	}
	return e;
}

/* ---- The whole ---------------------------------------------------------------------- */

static void
put_head(const struct report *r, struct buf *out)
{
	size_t n;

	buf_str(out, "CUSTODY REPORT\nAs of ");
	text_put_rfc3339(out, r->at);
	buf_str(out, ", by ctlsmith " CTLSMITH_VERSION "\n");
	for (n = 0; n < r->custody->num_lists; n++) {
		buf_str(out, "Trust list: ");
		text_put_safe(out, buf_bytes(&r->custody->lists[n].path));
		buf_str(out,
		    n == r->custody->newest ? " (the newest)\n" : "\n");
	}
}

static void
put_conclusion(const struct report *r, struct buf *out)
{
	struct fill fill = fill_for_stdout();
	struct buf safe = { 0 };
	size_t i, other = 0;

	for (i = 0; i < r->num_items; i++)
		other += r->items[i].object->class != TOK_PRIVATE_KEY &&
		    r->items[i].object->class != TOK_PUBLIC_KEY &&
		    r->items[i].object->class != TOK_CERTIFICATE;
	buf_str(out, "\nConclusion\n----------\n");
	if (other > 0)
		buf_printf(out, "Objects that are not in this report: %zu\n",
		    other);
	if (r->num_findings == 0)
		buf_str(out, "No key is extractable, and no pairing failed.\n");
	for (i = 0; i < r->num_findings; i++) {
		buf_str(&safe, "- ");
		text_put_safe(&safe, buf_bytes(&r->findings[i].text));
		fill_put(&fill, out, buf_bytes(&safe), 2);
		buf_clear(&safe);
	}
}

enum err
report_text_put(const struct report *r, struct buf *out, struct diag *d)
{
	static const enum tok_class order[] = { TOK_PRIVATE_KEY,
		TOK_CERTIFICATE, TOK_PUBLIC_KEY };
	enum err e;
	size_t i, n;

	put_head(r, out);
	e = put_token(r, out, d);
	for (n = 0; n < sizeof(order) / sizeof(order[0]); n++) {
		for (i = 0; e == ERR_OK && i < r->num_items; i++) {
			const struct report_item *item = &r->items[i];

			if (item->object->class != order[n])
				continue;
			e = order[n] == TOK_PRIVATE_KEY
			    ? put_key(item, out, d)
			    : put_other(r, item, out, d);
		}
	}
	put_conclusion(r, out);
	return e;
}
