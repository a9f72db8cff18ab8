/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/shim/p11/line.h"
#include "tests/shim/p11/names.h"
#include "tests/shim/p11/p11fault.h"

#define RULES_MAX 64

/*
 * A kind of rule. What follows its name, one letter each:
 *
 *	F	a function			-> fn
 *	W	C_NAME of a function, or CKA_	-> fn or what
 *	R	a CKR_ (r: it may be left out)	-> rv
 *	A, M	a CKA_, a CKM_			-> what
 *	N, n	a number			-> number, number2
 *	T	text (t: it may be left out)	-> text, text_len
 *	L	a name out of lies[]		-> lie
 *	V	CKA_NAME=VALUE			-> what, text or lie
 *	S	+CKF_NAME or -CKF_NAME, any	-> set, clear
 *
 * and what may follow that: letters of options[].
 */
struct grammar {
	const char *name;
	enum rule_kind kind;
	const char *args;
	const char *options;
	size_t offset;
	size_t size;
};

#define TOKEN(m) offsetof(CK_TOKEN_INFO, m), sizeof(((CK_TOKEN_INFO *)0)->m)
#define SLOT(m) offsetof(CK_SLOT_INFO, m), sizeof(((CK_SLOT_INFO *)0)->m)

static const struct grammar grammars[] = {
	/* clang-format off */
	{ "fail", RULE_FAIL, "FR", "am", 0, 0 },
	{ "fail-after", RULE_FAIL_AFTER, "FR", "am", 0, 0 },
	{ "fail-nth-call", RULE_FAIL_NTH, "NR", "", 0, 0 },
	{ "fail-after-nth-call", RULE_FAIL_AFTER_NTH, "NR", "", 0, 0 },
	{ "hang", RULE_HANG, "F", "a", 0, 0 },
	{ "noise", RULE_NOISE, "", "", 0, 0 },
	{ "only", RULE_ONLY, "T", "", 0, 32 },
	{ "label", RULE_TOKEN_TEXT, "T", "", TOKEN(label) },
	{ "serial", RULE_TOKEN_TEXT, "T", "", TOKEN(serialNumber) },
	{ "manufacturer", RULE_TOKEN_TEXT, "T", "", TOKEN(manufacturerID) },
	{ "model", RULE_TOKEN_TEXT, "T", "", TOKEN(model) },
	{ "slot-description", RULE_SLOT_TEXT, "T", "", SLOT(slotDescription) },
	{ "slot-manufacturer", RULE_SLOT_TEXT, "T", "", SLOT(manufacturerID) },
	{ "flags", RULE_FLAGS, "S", "", 0, 0 },
	{ "slot-flags", RULE_SLOT_FLAGS, "S", "", 0, 0 },
	{ "mechanism-flags", RULE_MECHANISM_FLAGS, "MS", "", 0, 0 },
	{ "pin-length", RULE_PIN_LENGTH, "Nn", "", 0, 0 },
	{ "no-mechanism", RULE_NO_MECHANISM, "M", "", 0, 0 },
	{ "remove-after", RULE_REMOVE, "F", "afo", 0, 0 },
	{ "sessions", RULE_SESSIONS, "N", "", 0, 0 },
	{ "tries", RULE_TRIES, "N", "xl", 0, 0 },
	{ "so-tries", RULE_SO_TRIES, "N", "xl", 0, 0 },
	{ "to-be-changed", RULE_TO_BE_CHANGED, "", "", 0, 0 },
	{ "pinpad", RULE_PINPAD, "", "", 0, 0 },
	{ "vendor-tries", RULE_VENDOR_TRIES, "Nn", "", 0, 0 },
	{ "vendor-tries-counted", RULE_VENDOR_TRIES_COUNTED, "", "", 0, 0 },
	{ "objects", RULE_OBJECTS, "Nt", "", 0, 32 },
	{ "lie", RULE_LIE, "WL", "am", 0, 0 },
	{ "attr", RULE_ATTR, "V", "c", 0, 0 },
	{ "refuse-template", RULE_REFUSE_TEMPLATE, "AR", "s", 0, 0 },
	{ "refuse-create-private", RULE_REFUSE_PRIVATE, "r", "", 0, 0 },
	{ "wrong-signature", RULE_WRONG_SIGNATURE, "", "am", 0, 0 },
	{ "wrong-data", RULE_WRONG_DATA, "", "am", 0, 0 },
	{ "wrong-key", RULE_WRONG_KEY, "T", "am", 0, 0 },
	/* clang-format on */
};

static const char *const lies[] = {
	[LIE_HUGE] = "huge",
	[LIE_OVER] = "over",
	[LIE_GROW] = "grow",
	[LIE_SHORT] = "short",
	[LIE_ZERO] = "zero",
	[LIE_UNAVAILABLE] = "unavailable",
};

/* Functions that can say a wrong length or count. */
static const enum p11_fn liars[] = {
	FN_Sign,
	FN_SignFinal,
	FN_GetSlotList,
	FN_GetMechanismList,
	FN_FindObjects,
};

static struct rule rules[RULES_MAX];
static size_t num_rules;

static unsigned
take_number(struct line *l)
{
	const char *s = line_next(l, "a number")->s;
	unsigned long value;

	if (!names_number(s, &value))
		line_die(l, "not a number", s);
	if (value > INT_MAX)
		line_die(l, "too large a number", s);
	return (unsigned)value;
}

static unsigned long
take_value(struct line *l, const char *prefix)
{
	const char *s = line_next(l, prefix)->s;
	unsigned long value;

	if (!names_value(prefix, s, &value))
		line_die(l, "neither a number nor a name known", s);
	return value;
}

static enum p11_fn
take_function(struct line *l)
{
	const char *s = line_next(l, "a function")->s;

	for (int fn = FN_NONE + 1; fn < FN_COUNT; fn++)
		if (strncmp(s, "C_", 2) == 0 &&
		    strcmp(s + 2, p11_fn_name((enum p11_fn)fn)) == 0)
			return (enum p11_fn)fn;
	line_die(l, "unknown function", s);
}

static void
take_text(struct line *l, const struct grammar *g, struct rule *r)
{
	const struct word *w = line_next(l, "a text");

	if (g->size != 0 && w->len > g->size)
		line_die(l, "too long", w->s);
	memcpy(r->text, w->s, sizeof(r->text));
	r->text_len = w->len;
}

static void
take_flags(struct line *l, struct rule *r)
{
	CK_FLAGS flag;

	if (l->next == l->num)
		line_die(l, "missing", "+CKF_NAME or -CKF_NAME");
	while (l->next < l->num) {
		const char *s = l->words[l->next++].s;

		if ((s[0] != '+' && s[0] != '-') ||
		    !names_value("CKF_", s + 1, &flag))
			line_die(l, "not +CKF_NAME or -CKF_NAME", s);
		if (s[0] == '+')
			r->set |= flag;
		else
			r->clear |= flag;
	}
}

static void
take_lie(struct line *l, struct rule *r)
{
	const char *s = line_next(l, "a lie")->s;

	for (int i = LIE_NONE + 1; i < (int)P11_COUNT(lies); i++)
		if (strcmp(s, lies[i]) == 0)
			r->lie = (enum lie_mode)i;
	if (r->lie == LIE_NONE)
		line_die(l, "unknown lie", s);
	if (r->lie == LIE_GROW && r->fn == FN_FindObjects)
		line_die(l, "C_FindObjects has no length to ask for", s);
}

static void
take_liar(struct line *l, struct rule *r)
{
	const char *s;

	if (l->next < l->num && strncmp(l->words[l->next].s, "C_", 2) != 0) {
		r->what = take_value(l, "CKA_");
		return;
	}
	r->fn = take_function(l);
	s = l->words[l->next - 1].s;
	for (size_t i = 0; i < P11_COUNT(liars); i++)
		if (liars[i] == r->fn)
			return;
	line_die(l, "cannot lie", s);
}

static void
take_hex(const struct line *l, const char *s, struct rule *r)
{
	char pair[5] = "\\x";
	const char *p;

	for (; *s != '\0'; s += 2) {
		memcpy(pair + 2, s, 2);
		p = pair;
		r->text[r->text_len++] = line_unescape(l, &p);
		if (s[1] == '\0')
			line_die(l, "half a byte", s);
	}
}

/* CKA_NAME=0, =1, =ulong:N, =hex:HH.., =unavailable */
static void
take_assignment(struct line *l, struct rule *r)
{
	struct word *w = line_next(l, "CKA_NAME=VALUE");
	char *eq = strchr(w->s, '=');
	CK_ULONG value;

	if (eq == NULL)
		line_die(l, "not CKA_NAME=VALUE", w->s);
	*eq++ = '\0';
	if (!names_value("CKA_", w->s, &r->what))
		line_die(l, "unknown attribute", w->s);
	if (strcmp(eq, "unavailable") == 0) {
		r->lie = LIE_UNAVAILABLE;
	} else if (strcmp(eq, "0") == 0 || strcmp(eq, "1") == 0) {
		r->text[0] = (char)(eq[0] - '0');
		r->text_len = 1;
	} else if (strncmp(eq, "hex:", 4) == 0) {
		take_hex(l, eq + 4, r);
	} else if (strncmp(eq, "ulong:", 6) == 0 &&
	    names_number(eq + 6, &value)) {
		memcpy(r->text, &value, sizeof(value));
		r->text_len = sizeof(value);
	} else {
		line_die(l, "unknown value", eq);
	}
}

static bool
next_is_rv(const struct line *l)
{
	unsigned long rv;

	return l->next < l->num &&
	    names_value("CKR_", l->words[l->next].s, &rv);
}

static void
take_argument(struct line *l, const struct grammar *g, char arg, struct rule *r)
{
	switch (arg) {
	case 'F':
		r->fn = take_function(l);
		break;
	case 'W':
		take_liar(l, r);
		break;
	case 'r':
		r->rv = CKR_TEMPLATE_INCONSISTENT;
		if (!next_is_rv(l))
			break;
		/* fallthrough */
	case 'R':
		r->rv = take_value(l, "CKR_");
		break;
	case 'A':
		r->what = take_value(l, "CKA_");
		break;
	case 'M':
		r->what = take_value(l, "CKM_");
		break;
	case 'N':
		r->number = take_number(l);
		break;
	case 'n':
		r->number2 = take_number(l);
		break;
	case 't':
		if (l->next == l->num)
			break;
		/* fallthrough */
	case 'T':
		take_text(l, g, r);
		break;
	case 'L':
		take_lie(l, r);
		break;
	case 'V':
		take_assignment(l, r);
		break;
	default:
		take_flags(l, r);
	}
}

static const struct option {
	const char *name;
	char letter;
} options[] = {
	{ "at", 'a' },
	{ "times", 'm' },
	{ "for", 'f' },
	{ "other", 'o' },
	{ "noflags", 'x' },
	{ "locked-at-once", 'l' },
	{ "public", 's' },
	{ "private", 's' },
	{ "any-class", 'c' },
};

static void
take_option(struct line *l, const struct option *o, struct rule *r)
{
	switch (o->letter) {
	case 'a':
		r->at = take_number(l);
		break;
	case 'm':
		r->times = take_number(l);
		break;
	case 'f':
		r->absent = take_number(l);
		break;
	case 'o':
		memcpy(r->other, line_next(l, "a label")->s, sizeof(r->other));
		break;
	case 'x':
		r->noflags = true;
		break;
	case 'l':
		r->at_once = true;
		break;
	case 'c':
		r->any_class = true;
		break;
	default:
		r->side = o->name[1] == 'u' ? SIDE_PUBLIC : SIDE_PRIVATE;
	}
}

static void
take_options(struct line *l, const struct grammar *g, struct rule *r)
{
	while (l->next < l->num) {
		const char *s = l->words[l->next++].s;
		const struct option *found = NULL;
		unsigned before = l->next;

		for (size_t i = 0; i < P11_COUNT(options); i++)
			if (strcmp(options[i].name, s) == 0 &&
			    strchr(g->options, options[i].letter) != NULL)
				found = &options[i];
		if (found == NULL)
			line_die(l, "unknown word", s);
		take_option(l, found, r);
		if (l->next > before && found->letter != 'o' &&
		    strcmp(l->words[before].s, "0") == 0)
			line_die(l, "counted from 1", s);
	}
}

static void
take_rule(struct line *l)
{
	const char *name = l->words[l->next++].s;
	const struct grammar *g = NULL;
	struct rule *r;

	for (size_t i = 0; i < P11_COUNT(grammars); i++)
		if (strcmp(grammars[i].name, name) == 0)
			g = &grammars[i];
	if (g == NULL)
		line_die(l, "unknown rule", name);
	if (num_rules == RULES_MAX)
		line_die(l, "too many rules", name);
	r = &rules[num_rules++];
	r->kind = g->kind;
	r->offset = g->offset;
	r->size = g->size;
	for (const char *a = g->args; *a != '\0'; a++)
		take_argument(l, g, *a, r);
	take_options(l, g, r);
}

void
plan_load(const char *path)
{
	struct line l = { 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *f;

	if (path == NULL)
		return;
	f = fopen(path, "re");
	if (f == NULL)
		p11_die("%s: %s", path, strerror(errno));
	while (getline(&text, &size, f) != -1) {
		l.number++;
		line_split(&l, text);
		if (l.num > 0)
			take_rule(&l);
	}
	if (ferror(f) != 0)
		p11_die("%s: cannot be read", path);
	(void)fclose(f);
	free(text);
}

struct rule *
plan_next(enum rule_kind kind, const struct rule *after)
{
	size_t i = after == NULL ? 0 : (size_t)(after - rules) + 1;

	for (; i < num_rules; i++)
		if (rules[i].kind == kind)
			return &rules[i];
	return NULL;
}

struct rule *
plan_find(enum rule_kind kind)
{
	struct rule *r = NULL, *last = NULL;

	while ((r = plan_next(kind, r)) != NULL)
		last = r;
	return last;
}

bool
rule_holds(const struct rule *r, unsigned n)
{
	unsigned times = r->times;

	if (r->at == 0)
		return times == 0 || n <= times;
	if (times == 0)
		times = 1;
	return n >= r->at && n - r->at < times;
}

bool
rule_fires(struct rule *r)
{
	unsigned n;

	p11_lock();
	n = ++r->seen;
	p11_unlock();
	return rule_holds(r, n);
}
