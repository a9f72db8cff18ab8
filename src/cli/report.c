/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/token_prove.h"

#define REPORT_NAME(id, name) [id] = (name),

const char *
report_proof_name(enum report_proof p)
{
	static const char *const names[] = { REPORT_PROOFS(REPORT_NAME) };

	return names[p];
}

const char *
report_pairing_name(enum report_pairing p)
{
	static const char *const names[] = { REPORT_PAIRINGS(REPORT_NAME) };

	return names[p];
}

const char *
report_copy_name(enum report_copy c)
{
	static const char *const names[] = { REPORT_COPIES(REPORT_NAME) };

	return names[c];
}

const char *
report_rule_name(enum report_rule r)
{
	static const char *const names[] = { REPORT_RULES(REPORT_NAME) };

	return names[r];
}

void
report_put_name(struct buf *out, const struct tok_object *o)
{
	buf_str(out, tok_class_name(o->class));
	buf_str(out, " '");
	buf_put(out, o->label);
	buf_str(out, "'");
	if (o->id.len > 0) {
		buf_str(out, ", id ");
		text_put_hex(out, o->id, "", TEXT_LOWER);
	}
}

/* A new finding that begins with the name of O; the text goes on. NULL where
 * memory is short. */
static struct buf *
found(struct report *r, enum report_rule rule, const struct tok_object *o)
{
	struct report_finding *more = realloc(r->findings,
	    (r->num_findings + 1) * sizeof(*more));
	struct buf *text;

	if (more == NULL)
		return NULL;
	r->findings = more;
	more[r->num_findings] = (struct report_finding){ .rule = rule };
	text = &more[r->num_findings++].text;
	buf_str(text, "The ");
	report_put_name(text, o);
	return text;
}

/* ---- Who has a copy ------------------------------------------------------------- */

static void
worse(struct report_item *k, enum report_copy copy, const char *sentence)
{
	if (copy > k->copy)
		k->copy = copy;
	buf_printf(&k->copies, "%s%s", k->copies.len > 0 ? " " : "", sentence);
}

static void
judge_imported(struct report_item *k)
{
	struct buf text = { 0 };

	buf_str(&text, "It exists outside this token");
	if (k->imported->from != NULL)
		buf_printf(&text, ", from %s", k->imported->from);
	if (k->imported->when != 0) {
		buf_str(&text, ", since ");
		text_put_rfc3339(&text, k->imported->when);
	}
	buf_str(&text, ", and always will.");
	worse(k, REPORT_COPY_OUTSIDE,
	    buf_cstr(&text) != NULL ? buf_cstr(&text) : "");
	buf_clear(&text);
}

/* What the attributes say of the key's past. */
static void
judge_past(struct report_item *k)
{
	const enum tok_answer *a = k->object->attr;

	if (a[TOK_ATTR_LOCAL] == TOK_NO)
		worse(k, REPORT_COPY_POSSIBLE,
		    "The token says that it was brought in: whoever had it "
		    "before may have a copy.");
	else if (a[TOK_ATTR_LOCAL] == TOK_NOT_SAID)
		worse(k, REPORT_COPY_POSSIBLE,
		    "The token does not say whether it was made there: a copy "
		    "may exist.");
	else if (a[TOK_ATTR_NEVER_EXTRACTABLE] != TOK_YES ||
	    a[TOK_ATTR_ALWAYS_SENSITIVE] != TOK_YES)
		worse(k, REPORT_COPY_POSSIBLE,
		    "It was made on the token, which does not say that it "
		    "never could leave it: a copy may exist.");
	else if (k->imported == NULL)
		worse(k, REPORT_COPY_NOBODY,
		    "It was made on the token and never could leave it: "
		    "nobody has a copy, as far as the token tells.");
}

static void
judge_copies(struct report *r, struct report_item *k)
{
	const struct tokenfile_key *keys = r->record == NULL
	    ? NULL
	    : r->record->imported_keys.item;
	const enum tok_answer *a = k->object->attr;
	size_t i;

	for (i = 0; r->record != NULL && i < r->record->imported_keys.num; i++)
		if (bytes_equal(keys[i].id, k->object->id))
			k->imported = &keys[i];
	if (k->imported != NULL)
		judge_imported(k);
	else if (r->record != NULL && r->record->imported)
		worse(k, REPORT_COPY_POSSIBLE,
		    "The inventory says that a key of this token exists "
		    "outside it.");
	judge_past(k);
	if (a[TOK_ATTR_SENSITIVE] == TOK_NO)
		worse(k, REPORT_COPY_OPEN,
		    "It is not sensitive: the token may show it to whoever "
		    "has the PIN.");
	if (a[TOK_ATTR_EXTRACTABLE] == TOK_YES)
		worse(k, REPORT_COPY_OPEN,
		    "It is extractable: whoever has the PIN can take a copy "
		    "out of the token.");
}

/* ---- Private keys --------------------------------------------------------------- */

/* E ends the report: the token, or we, cannot go on. */
static bool
is_end(enum err e, const struct diag *why)
{
	return e == ERR_PIN || token_is_ours(e) ||
	    (e != ERR_OK && tok_is_gone(why));
}

static enum err
find_key(struct report *r, struct report_item *k, struct diag *d)
{
	enum err e;

	e = token_find_object_key(r->tok, k->object, &k->key, &k->why);
	if (is_end(e, &k->why)) {
		*d = k->why;
		return e;
	}
	if (e != ERR_OK) {
		k->proof = REPORT_NO_PUBLIC_HALF;
		return ERR_OK;
	}
	return tok_ways(k->key, &k->ways, &k->num_ways, d);
}

/* Whether it is worth a try; where not, why. */
static bool
can_prove(const struct report *r, struct report_item *k)
{
	if (k->key == NULL)
		return false;
	if (k->object->attr[TOK_ATTR_SIGN] == TOK_NO) {
		k->proof = REPORT_MAY_NOT;
		(void)diag_set(&k->why, ERR_UNSUPPORTED,
		    "the key may not sign");
	} else if (k->num_ways == 0) {
		k->proof = REPORT_NO_MECHANISM;
		(void)diag_set(&k->why, ERR_UNSUPPORTED,
		    "the token offers no mechanism to sign with this key");
	} else if (tok_key_always_authenticates(k->key) &&
	    !token_can_ask(r->run, PIN_KEY, tok_info(r->tok))) {
		k->proof = REPORT_ASKS;
		(void)diag_set(&k->why, ERR_PIN,
		    "the key asks for a PIN for each use; --key-pin-env or "
		    "--key-pin-fd gives it");
	} else {
		return true;
	}
	return false;
}

static enum err
read_key(struct report *r, struct report_item *k, struct diag *d)
{
	enum err e;

	e = find_key(r, k, d);
	if (e != ERR_OK || !can_prove(r, k))
		return e;
	e = token_prove(r->tok, k->key, &k->mechanism, &k->why);
	if (is_end(e, &k->why)) {
		*d = k->why;
		return e;
	}
	k->proof = e == ERR_OK ? REPORT_PROVEN : REPORT_FAILED;
	return ERR_OK;
}

static bool
find_of_key(struct report *r, const struct report_item *k)
{
	const enum tok_answer *a = k->object->attr;
	struct buf *text;

	if (a[TOK_ATTR_EXTRACTABLE] == TOK_YES) {
		text = found(r, REPORT_EXTRACTABLE, k->object);
		if (text == NULL)
			return false;
		buf_str(text, " is extractable.");
	}
	if (a[TOK_ATTR_SENSITIVE] == TOK_NO) {
		text = found(r, REPORT_NOT_SENSITIVE, k->object);
		if (text == NULL)
			return false;
		buf_str(text, " is not sensitive.");
	}
	if (k->proof == REPORT_FAILED) {
		text = found(r, REPORT_PAIRING, k->object);
		if (text == NULL)
			return false;
		buf_printf(text, " did not prove its public half: %s.",
		    k->why.msg);
	}
	return true;
}

/* ---- Public keys and certificates --------------------------------------------- */

/* The private key that the id of O promises, where nothing better is known. */
static size_t
find_by_id(const struct report *r, const struct tok_object *o)
{
	size_t i;

	for (i = 0; o->id.len > 0 && i < r->num_items; i++)
		if (r->items[i].object->class == TOK_PRIVATE_KEY &&
		    bytes_equal(r->items[i].object->id, o->id))
			return i;
	return TOK_NO_PAIR;
}

static enum report_pairing
pairing_of(const struct report_item *k, const struct tok_object *o)
{
	if (k->key == NULL || o->key == NULL)
		return REPORT_PAIR_NOT_PROVEN;
	if (!pubkey_equal(o->key, tok_key_public(k->key)))
		return REPORT_PAIR_DIFFERS;
	return k->proof == REPORT_PROVEN ? REPORT_PAIR_PROVEN
					 : REPORT_PAIR_NOT_PROVEN;
}

static bool
judge_pair(struct report *r, struct report_item *p)
{
	const struct tok_object *o = p->object;
	struct buf *text;

	p->pair = o->pair != TOK_NO_PAIR ? o->pair : find_by_id(r, o);
	p->pairing = p->pair == TOK_NO_PAIR ? REPORT_PAIR_NONE
					    : pairing_of(&r->items[p->pair], o);
	if (p->pairing != REPORT_PAIR_DIFFERS)
		return true;
	text = found(r, REPORT_PAIRING, o);
	if (text == NULL)
		return false;
	buf_str(text, " is of another key than the ");
	report_put_name(text, r->items[p->pair].object);
	buf_str(text, ".");
	return true;
}

enum err
report_is_sast(const struct report *r, const struct tok_object *o, size_t n,
    size_t i, bool *ret, struct diag *d)
{
	enum custody_hold hold;
	enum err e;

	e = custody_hold(&r->custody->lists[n], i, o, &hold, d);
	if (e == ERR_OK)
		*ret = hold == CUSTODY_CERT;
	return e;
}

/* ---- All -------------------------------------------------------------------------- */

static enum err
judge(struct report *r, struct diag *d)
{
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < r->num_items; i++) {
		struct report_item *item = &r->items[i];

		if (item->object->class == TOK_PRIVATE_KEY) {
			judge_copies(r, item);
			ok = buf_ok(&item->copies) && find_of_key(r, item);
		} else if (item->object->class == TOK_PUBLIC_KEY ||
		    item->object->class == TOK_CERTIFICATE) {
			ok = judge_pair(r, item);
		}
	}
	for (i = 0; ok && i < r->num_findings; i++)
		ok = buf_ok(&r->findings[i].text);
	return ok ? ERR_OK : diag_nomem(d);
}

static enum err
read_items(struct report *r, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i, num = tok_objects_num(r->objects);

	r->items = calloc(num + 1, sizeof(*r->items));
	if (r->items == NULL)
		return diag_nomem(d);
	r->num_items = num;
	for (i = 0; i < num; i++) {
		r->items[i].object = tok_object(r->objects, i);
		r->items[i].pair = TOK_NO_PAIR;
		diag_init(&r->items[i].why);
	}
	for (i = 0; e == ERR_OK && i < num; i++)
		if (r->items[i].object->class == TOK_PRIVATE_KEY)
			e = read_key(r, &r->items[i], d);
	return e;
}

enum err
report_read(struct report *r, struct diag *d)
{
	enum err e;

	e = token_open(r->run, TOK_READ, &r->tok, d);
	if (e == ERR_OK)
		e = custody_find(r->custody, tok_info(r->tok), &r->record, d);
	if (e == ERR_OK)
		e = tok_login(r->tok, TOK_USER, d);
	if (e == ERR_OK)
		e = tok_objects_read(r->tok, NULL, &r->objects, d);
	if (e == ERR_OK)
		e = read_items(r, d);
	return e == ERR_OK ? judge(r, d) : e;
}

void
report_clear(struct report *r)
{
	size_t i;

	for (i = 0; i < r->num_items; i++) {
		tok_key_free(&r->items[i].key);
		free(r->items[i].ways);
		buf_clear(&r->items[i].copies);
	}
	for (i = 0; i < r->num_findings; i++)
		buf_clear(&r->findings[i].text);
	free(r->items);
	free(r->findings);
	tok_objects_free(&r->objects);
	tok_close(&r->tok);
	memset(r, 0, sizeof(*r));
}
