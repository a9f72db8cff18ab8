/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/plan.h"

#include <stdlib.h>
#include <string.h>

#include "data/doc_write.h"

#define TEXT_LEN 4096
#define NAME_LEN 255
#define ID_LEN 128
#define HASH_LEN 64
#define LIST_LEN 4096

#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)
#define TEXT(st, member, need)                                               \
	{                                                                    \
		FIELD(st, member, DOC_STRING), .required = (need), .min = 1, \
					       .max = TEXT_LEN               \
	}
#define NAME(st, member, need, len)                                          \
	{                                                                    \
		FIELD(st, member, DOC_STRING), .required = (need), .min = 1, \
					       .max = (len)                  \
	}
#define HASH(st)                                                       \
	{                                                              \
		FIELD(st, sha256, DOC_STRING),                         \
		    .required = true, .min = HASH_LEN, .max = HASH_LEN \
	}
#define NUMBER(st, member)                      \
	{                                       \
		FIELD(st, member, DOC_UNSIGNED) \
	}
#define BOOL(st, member)                    \
	{                                   \
		FIELD(st, member, DOC_BOOL) \
	}
#define STRINGS(st, member, need)                                              \
	{                                                                      \
		FIELD(st, member, DOC_STRINGS),                                \
		    .required = (need), .min = (need) ? 1 : 0, .max = LIST_LEN \
	}
#define MAPS(st, member, need, max_, table_)                                  \
	{                                                                     \
		FIELD(st, member, DOC_MAPS), .required = (need),              \
					     .max = (max_), .table = (table_) \
	}
#define TABLE(id, text, st)                                          \
	static const struct doc_table id##_table = { .what = (text), \
		.size = sizeof(struct st),                           \
		.fields = id##_fields,                               \
		.num_fields = DOC_NUM(id##_fields) }

/* ---- The file. ---- */

static const struct doc_name kinds[] = {
#define PLAN_ROW(id, name, changes, phones) { name, id },
	PLAN_KINDS(PLAN_ROW)
#undef PLAN_ROW
	    { NULL, 0 }
};

#define PLAN_ROW(id, name) { name, id },
static const struct doc_name actors[] = { PLAN_ACTORS(PLAN_ROW){ NULL, 0 } };
static const struct doc_name backs[] = { PLAN_BACKS(PLAN_ROW){ NULL, 0 } };
#undef PLAN_ROW

static const struct doc_field step_fields[] = {
	NAME(plan_step, id, true, ID_LEN),
	{ FIELD(plan_step, kind, DOC_ENUM), .required = true, .names = kinds },
	{ FIELD(plan_step, who, DOC_ENUM), .required = true, .names = actors },
	TEXT(plan_step, title, true),
	NAME(plan_step, node, false, NAME_LEN),
	NAME(plan_step, unit, false, NAME_LEN),
	STRINGS(plan_step, services, false),
	TEXT(plan_step, argument, false),
	TEXT(plan_step, why, true),
	TEXT(plan_step, source, true),
	TEXT(plan_step, touches, true),
	TEXT(plan_step, check, true),
	TEXT(plan_step, todo, false),
	NUMBER(plan_step, resets),
	{ FIELD(plan_step, back, DOC_ENUM), .required = true, .names = backs },
	TEXT(plan_step, back_text, true),
	NUMBER(plan_step, minutes),
	TEXT(plan_step, strands, false),
	NUMBER(plan_step, strands_num),
	{ .key = "",
	    .type = DOC_PLACE,
	    .offset = offsetof(struct plan_step, at) },
};
TABLE(step, "step", plan_step);

static const struct doc_field cert_fields[] = {
	NAME(plan_cert, node, true, NAME_LEN),
	NAME(plan_cert, unit, true, NAME_LEN),
	HASH(plan_cert),
};
TABLE(cert, "certificate", plan_cert);

static const struct doc_field list_fields[] = {
	NAME(plan_list, node, true, NAME_LEN),
	HASH(plan_list),
};
TABLE(list, "list", plan_list);

static const struct doc_field plan_fields[] = {
	{ FIELD(plan, version, DOC_UNSIGNED), .required = true,
	    .min = PLAN_VERSION, .max = PLAN_VERSION },
	NAME(plan, cluster, true, NAME_LEN),
	NAME(plan, publisher, true, NAME_LEN),
	NAME(plan, host_key, false, NAME_LEN),
	TEXT(plan, inventory, true),
	TEXT(plan, installed, false),
	{ FIELD(plan, installed_sha256, DOC_STRING), .min = HASH_LEN,
	    .max = HASH_LEN },
	{ FIELD(plan, made, DOC_TIME), .required = true },
	NAME(plan, release, true, NAME_LEN),
	BOOL(plan, mixed),
	BOOL(plan, token),
	BOOL(plan, token_after),
	STRINGS(plan, wishes, true),
	BOOL(plan, ca_signed),
	NUMBER(plan, phones),
	STRINGS(plan, classes, false),
	BOOL(plan, proof),
	STRINGS(plan, warnings, false),
	MAPS(plan, lists, false, LIST_LEN, &list_table),
	MAPS(plan, certs, false, LIST_LEN, &cert_table),
	MAPS(plan, steps, true, PLAN_STEPS_MAX, &step_table),
	STRINGS(plan, follow_up, false),
};

const struct doc_table plan_table = { .what = "plan",
	.size = sizeof(struct plan),
	.fields = plan_fields,
	.num_fields = DOC_NUM(plan_fields) };

/* ---- What each kind wants. ---- */

enum want {
	NEVER,
	MAYBE,
	MUST,
	PUBLISHER /* its name */
};

static const struct want_row {
	enum want node, unit, services, argument;
	const char *words; /* that the argument may be, or NULL: any */
} wants[PLAN_NUM_KINDS] = {
	[PLAN_CSR] = { MUST, MUST, NEVER, MAYBE, NULL },
	[PLAN_WAIT_CA] = { MUST, MUST, NEVER, NEVER, NULL },
	[PLAN_UPLOAD_TRUST] = { MUST, MUST, NEVER, MUST, NULL },
	[PLAN_DELETE_TRUST] = { MUST, MUST, NEVER, MUST, NULL },
	[PLAN_UPLOAD_OWN] = { MUST, MUST, NEVER, MUST, NULL },
	[PLAN_REGENERATE] = { MUST, MUST, NEVER, NEVER, NULL },
	[PLAN_POST_CHECK] = { MUST, MUST, NEVER, NEVER, NULL },
	[PLAN_UPDATE_CTL] = { PUBLISHER, NEVER, NEVER, NEVER, NULL },
	[PLAN_RESET_LOCALKEY] = { PUBLISHER, NEVER, NEVER, NEVER, NULL },
	[PLAN_SIGN_CTL] = { NEVER, NEVER, NEVER, MAYBE, NULL },
	[PLAN_CANARY] = { MUST, NEVER, NEVER, MAYBE, NULL },
	[PLAN_DISTRIBUTE] = { MUST, NEVER, NEVER, NEVER, NULL },
	[PLAN_SET_MODE] = { PUBLISHER, NEVER, NEVER, MUST,
	    "mixed or non-secure" },
	[PLAN_STOP] = { MUST, NEVER, MUST, NEVER, NULL },
	[PLAN_START] = { MUST, NEVER, MUST, NEVER, NULL },
	[PLAN_RESTART] = { MUST, MAYBE, MUST, NEVER, NULL },
	[PLAN_PROVE] = { NEVER, NEVER, NEVER, MUST, "ctl or itl" },
	[PLAN_BY_HAND] = { MAYBE, MAYBE, NEVER, MAYBE, NULL },
	[PLAN_FINAL] = { NEVER, NEVER, NEVER, MAYBE, NULL },
};

/* ---- Reading. ---- */

static enum err
check_has(const struct plan_step *s, const char *key, enum want want, bool has,
    struct diag *d)
{
	const char *name = kinds[s->kind].name;

	if (want == NEVER && has)
		return doc_refuse(s->at, d, "step %.100s: %s has no %s", s->id,
		    name, key);
	if (want >= MUST && !has)
		return doc_refuse(s->at, d, "step %.100s: %s wants %s", s->id,
		    name, key);
	return ERR_OK;
}

/* TEXT is the first or the last word of WORDS. */
static bool
is_one_of(const char *text, const char *words)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	const size_t len = strlen(text), all = strlen(words);

	return len < all &&
	    ((memcmp(words, text, len) == 0 && words[len] == ' ') ||
		(memcmp(words + all - len, text, len) == 0 &&
		    words[all - len - 1] == ' '));
}

static enum err
check_wants(const struct plan *p, const struct plan_step *s, struct diag *d)
{
	const struct want_row *w = &wants[s->kind];
	enum err e;

	e = check_has(s, "node", w->node, s->node != NULL, d);
	if (e == ERR_OK)
		e = check_has(s, "unit", w->unit, s->unit != NULL, d);
	if (e == ERR_OK)
		e = check_has(s, "services", w->services, s->services.num > 0,
		    d);
	if (e == ERR_OK)
		e = check_has(s, "argument", w->argument, s->argument != NULL,
		    d);
	if (e == ERR_OK && w->node == PUBLISHER &&
	    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	    strcmp(s->node, p->publisher) != 0)
		e = doc_refuse(s->at, d,
		    "step %.100s: %s is done on the publisher %.100s alone",
		    s->id, kinds[s->kind].name, p->publisher);
	if (e == ERR_OK && w->words != NULL &&
	    !is_one_of(s->argument, w->words))
		e = doc_refuse(s->at, d, "step %.100s: its argument is %s",
		    s->id, w->words);
	return e;
}

static enum err
check_id(const struct doc *doc, const struct plan_step *s, struct diag *d)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";

	if (s->id[strspn(s->id, letters)] != '\0' || s->id[0] == '.')
		return doc_refuse(doc_place_of(doc, s->id), d,
		    "an id has letters, digits, '-', '.' and '_', and does not "
		    "begin with '.'");
	return ERR_OK;
}

static enum err
check_step(const struct doc *doc, const struct plan *p,
    const struct plan_step *s, struct diag *d)
{
	enum err e = check_id(doc, s, d);

	if (e == ERR_OK)
		e = check_wants(p, s, d);
	if (e == ERR_OK && (s->strands == NULL) != (s->strands_num == 0))
		e = doc_refuse(s->at, d,
		    "step %.100s: strands says why, strands_num how many; one "
		    "is nothing without the other",
		    s->id);
	if (e == ERR_OK && s->kind == PLAN_BY_HAND && s->todo == NULL)
		e = doc_refuse(s->at, d,
		    "step %.100s: by-hand wants todo, which a person reads",
		    s->id);
	return e;
}

static int
by_id(const void *a, const void *b)
{
	const struct plan_step *x = *(const struct plan_step *const *)a;
	const struct plan_step *y = *(const struct plan_step *const *)b;
	int rv = strcmp(x->id, y->id);

	return rv != 0 ? rv : (x > y) - (x < y);
}

static enum err
check_once(const struct doc *doc, const struct plan *p, struct diag *d)
{
	const struct plan_step *s = p->steps.item, **sorted;
	enum err e = ERR_OK;
	size_t i;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	sorted = malloc((p->steps.num + 1) * sizeof(*sorted));
	if (sorted == NULL)
		return diag_nomem(d);
	for (i = 0; i < p->steps.num; i++)
		sorted[i] = &s[i];
	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	qsort(sorted, p->steps.num, sizeof(*sorted), by_id);
	for (i = 1; e == ERR_OK && i < p->steps.num; i++)
		if (strcmp(sorted[i - 1]->id, sorted[i]->id) == 0)
			e = doc_refuse(doc_place_of(doc, sorted[i]->id), d,
			    "a step %.100s is there already (line %u)",
			    sorted[i]->id, sorted[i - 1]->at.line);
	free(sorted);
	return e;
}

/* A list that is brought somewhere was signed before. */
static enum err
check_signed(const struct plan *p, struct diag *d)
{
	const struct plan_step *s = p->steps.item;
	bool is_signed = false;
	size_t i;

	for (i = 0; i < p->steps.num; i++) {
		is_signed |= s[i].kind == PLAN_SIGN_CTL;
		if (!is_signed &&
		    (s[i].kind == PLAN_CANARY || s[i].kind == PLAN_DISTRIBUTE))
			return doc_refuse(s[i].at, d,
			    "step %.100s: %s brings the list of a sign-ctl, "
			    "and there is none before it",
			    s[i].id, kinds[s[i].kind].name);
	}
	return ERR_OK;
}

enum err
plan_read(struct bytes yaml, struct plan *ret, struct doc **ret_doc,
    struct diag *d)
{
	struct plan p = { .version = 0 };
	struct doc *doc = NULL;
	const struct plan_step *s;
	enum err e;
	size_t i;

	e = doc_read(yaml, &plan_table, &p, &doc, d);
	s = p.steps.item;
	for (i = 0; e == ERR_OK && i < p.steps.num; i++)
		e = check_step(doc, &p, &s[i], d);
	if (e == ERR_OK)
		e = check_once(doc, &p, d);
	if (e == ERR_OK)
		e = check_signed(&p, d);
	if (e != ERR_OK) {
		doc_free(&doc);
		return e;
	}
	*ret = p;
	*ret_doc = doc;
	return ERR_OK;
}

/* ---- Writing. ---- */

static const char head[] =
    "# A change of a cluster, planned. `ctlsmith change run` does these steps,\n"
    "# in this order, and nothing else. Read it before that: `why` is the\n"
    "# reason of a step, `check` how it is known to be done, `back_text` the\n"
    "# way back. The first step whose `back` is restore or none is the point\n"
    "# of no return. docs/plan.md has every key.\n";

enum err
plan_write(const struct plan *p, struct buf *out, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	buf_str(&text, head);
	e = doc_write(&plan_table, p, &text, d);
	if (e == ERR_OK) {
		buf_put(out, buf_bytes(&text));
		if (!buf_ok(&text) || !buf_ok(out))
			e = diag_nomem(d);
	}
	buf_clear(&text);
	return e;
}
