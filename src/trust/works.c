/* SPDX-License-Identifier: Apache-2.0 */
/* The rules W: docs/trust.md. */
#include "trust/works.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trust/works_parts.h"

#define NAME2(id, name) [id] = name,
#define NAME4(id, name, title, evidence) [id] = name,
#define TITLE4(id, name, title, evidence) [id] = title,
#define EVIDENCE4(id, name, title, evidence) [id] = evidence,

const char *
works_rule_name(enum works_rule rule)
{
	static const char *const names[] = { WORKS_RULES(NAME4) };

	return names[rule];
}

const char *
works_rule_title(enum works_rule rule)
{
	static const char *const titles[] = { WORKS_RULES(TITLE4) };

	return titles[rule];
}

const char *
works_rule_evidence(enum works_rule rule)
{
	static const char *const marks[] = { WORKS_RULES(EVIDENCE4) };

	return marks[rule];
}

const char *
works_answer_name(enum works_answer answer)
{
	static const char *const names[] = { WORKS_ANSWERS(NAME2) };

	return names[answer];
}

void
works_say(struct works_job *w, enum works_rule rule, enum works_answer answer,
    const char *fmt, ...)
{
	static const enum err codes[] = { [WORKS_NOT_NEEDED] = ERR_OK,
		[WORKS_YES] = ERR_OK,
		[WORKS_UNKNOWN] = ERR_ABSENT,
		[WORKS_NO] = ERR_POLICY };
	struct diag *why = &w->ret->why[rule];
	char text[sizeof(why->msg)];
	va_list args;

	if (why->msg[0] != '\0' && answer <= w->ret->answer[rule])
		return;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	w->ret->answer[rule] = answer;
	(void)diag_set(why, codes[answer], "%s", text);
}

static enum err
judge_readable(struct works_job *w)
{
	enum works_answer answer;
	struct diag why;
	enum err e;

	e = works_read(w->in->list, w->in->class, &answer, &why, w->d);
	if (e == ERR_OK)
		works_say(w, WORKS_READABLE, answer, "%s", why.msg);
	return e;
}

/* What a phone behind an Expressway is given, nobody knows. */
static void
say_remote(struct works_job *w)
{
	int rule;

	for (rule = 0; rule < WORKS_NUM; rule++)
		if (rule != WORKS_NEXT)
			works_say(w, (enum works_rule)rule, WORKS_UNKNOWN,
			    "what a phone behind an Expressway is given no "
			    "source says: missing a look at such a phone");
}

static enum err
judge_all(struct works_job *w)
{
	static enum err (*const rules[])(struct works_job * w) = { works_itl,
		works_config, works_tls, works_capf, judge_readable };
	enum err e;
	size_t i;

	e = works_next(w);
	if ((w->traits & CLASS_REMOTE) != 0) {
		say_remote(w);
		return e;
	}
	for (i = 0; e == ERR_OK && i < sizeof(rules) / sizeof(rules[0]); i++)
		e = rules[i](w);
	return e;
}

enum err
works_judge(const struct works_input *in, struct works *ret, struct diag *d)
{
	struct works works;
	struct works_job w = { .in = in,
		.traits = class_traits(in->class),
		.ret = &works,
		.d = d };
	enum err e;
	size_t i;

	memset(&works, 0, sizeof(works));
	for (i = 0; i < WORKS_NUM; i++)
		diag_init(&works.why[i]);
	e = match_sort(in->list, MATCH_CONTENT, NULL, &w.content, d);
	if (e == ERR_OK)
		e = judge_all(&w);
	match_index_clear(&w.content);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < WORKS_NUM; i++)
		if (works.answer[i] > works.all)
			works.all = works.answer[i];
	*ret = works;
	return ERR_OK;
}
