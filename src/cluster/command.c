/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/command.h"

#include <string.h>

#include "cluster/command_table.h"

const char *
command_failure_name(enum command_failure failure)
{
#define COMMAND_NAME(id, name) \
	case id:               \
		return name;
	switch (failure) {
	case COMMAND_WORKED:
		return "worked";
		COMMAND_FAILURES(COMMAND_NAME)
	}
#undef COMMAND_NAME
	return "worked";
}

const struct command *
command_at(const struct command_table *t, size_t i)
{
	return (const struct command *)t->whole.commands.item + i;
}

size_t
command_num(const struct command_table *t)
{
	return t->whole.commands.num;
}

const struct command *
command_find(const struct command_table *t, const char *id)
{
	size_t i;

	for (i = 0; i < command_num(t); i++)
		if (strcmp(command_at(t, i)->id, id) == 0)
			return command_at(t, i);
	return NULL;
}

static const struct command_compiled *
compiled_of(const struct command_table *t, const struct command *c)
{
	return &t->commands[c - command_at(t, 0)];
}

/* ---- Lines to be typed ---------------------------------------------------- */

static const struct command_arg *
find_arg(const struct command_arg *args, size_t num, const char *name,
    size_t len)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (strlen(args[i].name) == len &&
		    memcmp(args[i].name, name, len) == 0)
			return &args[i];
	return NULL;
}

static const regex_t *
value_of(const struct command_table *t, const char *name)
{
	const struct command_value *v = t->whole.values.item;
	size_t i;

	for (i = 0; i < t->whole.values.num; i++)
		if (strcmp(v[i].name, name) == 0)
			return &t->values.item[i];
	return NULL;
}

static bool
has_control(const char *s, bool lines)
{
	for (; *s != '\0'; s++) {
		if (lines && (*s == '\n' || *s == '\r'))
			continue;
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

/* Lines end with \r, as the Enter key does. */
static void
put_lines(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++) {
		if (*s == '\r' && s[1] == '\n')
			continue;
		buf_u8(out, *s == '\n' ? '\r' : (uint8_t)*s);
	}
}

static enum err
put_value(const struct command_table *t, const struct command_arg *arg,
    bool lines, struct buf *out, struct diag *d)
{
	const regex_t *re = value_of(t, arg->name);

	/* the value may be a secret: it is not in the message */
	if (has_control(arg->value, lines))
		return diag_set(d, ERR_USAGE,
		    "%s has a control character, which is not typed",
		    arg->name);
	if (re == NULL || regexec(re, arg->value, 0, NULL, 0) != 0)
		return diag_set(d, ERR_USAGE,
		    "%s is not what the table of commands allows", arg->name);
	if (lines)
		put_lines(out, arg->value);
	else
		buf_str(out, arg->value);
	return ERR_OK;
}

/* What goes into a line or an answer. */
struct filling {
	const struct command_table *table;
	const struct command_arg *args;
	size_t num;
	bool lines;
};

static enum err
put_text(const struct filling *f, const char *text, struct buf *out,
    struct diag *d)
{
	const struct command_arg *arg;
	const char *end;
	enum err err;

	for (; *text != '\0'; text++) {
		if (*text != '{') {
			buf_u8(out, (uint8_t)*text);
			continue;
		}
		end = strchr(text, '}'); /* it is there: checked on load */
		arg = find_arg(f->args, f->num, text + 1,
		    (size_t)(end - text - 1));
		if (arg == NULL)
			return diag_set(d, ERR_USAGE, "%.*s is not given",
			    (int)(end - text + 1), text);
		err = put_value(f->table, arg, f->lines, out, d);
		if (err != ERR_OK)
			return err;
		text = end;
	}
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

static bool
uses(const char *text, const char *name)
{
	const char *p = text;
	size_t len = strlen(name);

	while ((p = strchr(p, '{')) != NULL) {
		p++;
		if (strncmp(p, name, len) == 0 && p[len] == '}')
			return true;
	}
	return false;
}

static bool
has_place(const struct command *c, const char *name)
{
	const struct command_ask *ask = c->asks.item;
	size_t i;

	if (uses(c->line, name))
		return true;
	for (i = 0; i < c->asks.num; i++)
		if (uses(ask[i].answer, name))
			return true;
	return false;
}

enum err
command_line(const struct command_table *t, const struct command *c,
    const struct command_arg *args, size_t num, struct buf *out, struct diag *d)
{
	struct filling f = { t, args, num, false };
	struct buf line = { 0 };
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < num; i++)
		if (!has_place(c, args[i].name))
			return diag_set(d, ERR_USAGE, "%s takes no %s", c->id,
			    args[i].name);
	err = put_text(&f, c->line, &line, d);
	if (err == ERR_OK)
		buf_put(out, buf_bytes(&line));
	if (err == ERR_OK && !buf_ok(out))
		err = diag_nomem(d);
	buf_clear(&line);
	return err;
}

enum err
command_answer(const struct command_table *t, const struct command_ask *ask,
    const struct command_arg *args, size_t num, struct buf *out, struct diag *d)
{
	struct filling f = { t, args, num, ask->lines };

	return put_text(&f, ask->answer, out, d);
}

/* ---- What came ------------------------------------------------------------ */

bool
command_match(const regex_t *re, struct bytes text, size_t *ret_at)
{
	char copy[COMMAND_JUDGED + 1];
	regmatch_t m;

	if (text.len > COMMAND_JUDGED)
		text.len = COMMAND_JUDGED;
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	/* to find out where costs much more than whether */
	if (ret_at == NULL)
		return regexec(re, copy, 0, NULL, 0) == 0;
	if (regexec(re, copy, 1, &m, 0) != 0)
		return false;
	*ret_at = (size_t)m.rm_so;
	return true;
}

void
command_line_came(const struct command_table *t, const struct command *c,
    struct bytes line, struct command_verdict *v)
{
	const struct command_set *own = &compiled_of(t, c)->marks;
	const struct command_mark *mark = c->marks.item;
	size_t i, rank;

	if (line.len == 0)
		return;
	for (i = 0; i < own->num + t->failures.num; i++) {
		rank = i + 1;
		if (i < own->num && mark[i].means == COMMAND_WORKED) {
			v->worked = v->worked ||
			    command_match(&own->item[i], line, NULL);
			continue;
		}
		if (v->failed != 0 && v->failed <= rank)
			continue;
		if (command_match(i < own->num
			    ? &own->item[i]
			    : &t->failures.item[i - own->num],
			line, NULL))
			v->failed = rank;
	}
}

static bool
has_success(const struct command *c)
{
	const struct command_mark *mark = c->marks.item;
	size_t i;

	for (i = 0; i < c->marks.num; i++)
		if (mark[i].means == COMMAND_WORKED)
			return true;
	return false;
}

enum command_failure
command_verdict(const struct command_table *t, const struct command *c,
    const struct command_verdict *v, bool *ret_known)
{
	const struct command_mark *own = c->marks.item;
	const struct command_mark *all = t->whole.failures.item;

	*ret_known = v->failed != 0 || v->worked || !has_success(c);
	if (v->failed == 0)
		return COMMAND_WORKED;
	return (enum command_failure)(v->failed <= c->marks.num
		? own[v->failed - 1].means
		: all[v->failed - 1 - c->marks.num].means);
}

enum command_failure
command_judge(const struct command_table *t, const struct command *c,
    struct bytes output, bool *ret_known)
{
	struct command_verdict v = { 0 };
	const uint8_t *nl;
	size_t len;

	while (output.len > 0) {
		nl = memchr(output.ptr, '\n', output.len);
		len = nl == NULL ? output.len : (size_t)(nl - output.ptr);
		command_line_came(t, c, bytes_of(output.ptr, len), &v);
		len += nl != NULL;
		output = bytes_of(output.ptr + len, output.len - len);
	}
	return command_verdict(t, c, &v, ret_known);
}

const struct command_ask *
command_asked(const struct command_table *t, const struct command *c,
    struct bytes tail, size_t *ret_index)
{
	const struct command_set *set = &compiled_of(t, c)->asks;
	const struct command_ask *ask = c->asks.item;
	size_t i;

	for (i = 0; i < set->num; i++)
		if (command_match(&set->item[i], tail, NULL)) {
			*ret_index = i;
			return &ask[i];
		}
	return NULL;
}

const struct command_pager *
command_paged(const struct command_table *t, struct bytes tail, size_t *ret_at)
{
	const struct command_pager *pager = t->whole.pagers.item;
	size_t i;

	for (i = 0; i < t->pagers.num; i++)
		if (command_match(&t->pagers.item[i], tail, ret_at))
			return &pager[i];
	return NULL;
}

bool
command_puzzled(const struct command_table *t, struct bytes tail)
{
	size_t i;

	for (i = 0; i < t->questions.num; i++)
		if (command_match(&t->questions.item[i], tail, NULL))
			return true;
	return false;
}
