/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cluster/command_table.h"
#include "cluster/tables.h"

#define TEXT_MAX 1000
#define NAME_MAX_LEN 64
#define COMMANDS_MAX 500

/* ---- The file ------------------------------------------------------------- */

#define COMMAND_NAME(id, name) { name, id },
static const struct doc_name meanings[] = { { "worked", COMMAND_WORKED },
	COMMAND_FAILURES(COMMAND_NAME){ NULL, 0 } };
#undef COMMAND_NAME

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)
#define TEXT_FIELD(st, member)                                             \
	{                                                                  \
		FIELD(st, member, DOC_STRING), .required = true, .min = 1, \
					       .max = TEXT_MAX             \
	}
#define TABLE(name_, st, fields_)                    \
	static const struct doc_table name_ = {      \
		.what = #st,                         \
		.size = sizeof(struct command_##st), \
		.fields = fields_,                   \
		.num_fields = DOC_NUM(fields_),      \
	}

static const struct doc_field value_fields[] = {
	{ FIELD(command_value, name, DOC_STRING), .required = true, .min = 1,
	    .max = NAME_MAX_LEN },
	TEXT_FIELD(command_value, text),
};
TABLE(value_table, value, value_fields);

static const struct doc_field ask_fields[] = {
	TEXT_FIELD(command_ask, text),
	{ FIELD(command_ask, answer, DOC_STRING), .required = true,
	    .max = TEXT_MAX },
	{ FIELD(command_ask, slowly, DOC_BOOL) },
	{ FIELD(command_ask, secret, DOC_BOOL) },
	{ FIELD(command_ask, lines, DOC_BOOL) },
};
TABLE(ask_table, ask, ask_fields);

static const struct doc_field pager_fields[] = {
	TEXT_FIELD(command_pager, text),
	{ FIELD(command_pager, key, DOC_STRING), .required = true, .min = 1,
	    .max = 1 },
	TEXT_FIELD(command_pager, source),
};
TABLE(pager_table, pager, pager_fields);

static const struct doc_field question_fields[] = {
	TEXT_FIELD(command_mark, text),
	TEXT_FIELD(command_mark, source),
};
static const struct doc_table question_table = {
	.what = "question",
	.size = sizeof(struct command_mark),
	.fields = question_fields,
	.num_fields = DOC_NUM(question_fields),
};

static const struct doc_field failure_fields[] = {
	TEXT_FIELD(command_mark, text),
	{ FIELD(command_mark, means, DOC_ENUM), .required = true,
	    .names = meanings },
	TEXT_FIELD(command_mark, source),
};
static const struct doc_table failure_table = {
	.what = "failure",
	.size = sizeof(struct command_mark),
	.fields = failure_fields,
	.num_fields = DOC_NUM(failure_fields),
};

static const struct doc_field mark_fields[] = {
	TEXT_FIELD(command_mark, text),
	{ FIELD(command_mark, means, DOC_ENUM), .required = true,
	    .names = meanings },
};
TABLE(mark_table, mark, mark_fields);

static const struct doc_field command_fields[] = {
	{ FIELD(command, id, DOC_STRING), .required = true, .min = 1,
	    .max = NAME_MAX_LEN },
	TEXT_FIELD(command, line),
	{ FIELD(command, limit, DOC_UNSIGNED), .required = true, .min = 1,
	    .max = 86400 },
	{ FIELD(command, changes, DOC_BOOL) },
	{ FIELD(command, ends, DOC_BOOL) },
	{ FIELD(command, asks, DOC_MAPS), .table = &ask_table, .max = 32 },
	{ FIELD(command, marks, DOC_MAPS), .table = &mark_table, .max = 32 },
	TEXT_FIELD(command, source),
};
static const struct doc_table command_table_doc = {
	.what = "command",
	.size = sizeof(struct command),
	.fields = command_fields,
	.num_fields = DOC_NUM(command_fields),
};

#define LIST_FIELD(member, table_, max_)                                  \
	{                                                                 \
		FIELD(command_whole, member, DOC_MAPS), .max = (max_),    \
							.table = (table_) \
	}

static const struct doc_field whole_fields[] = {
	LIST_FIELD(values, &value_table, 100),
	LIST_FIELD(pagers, &pager_table, 32),
	LIST_FIELD(questions, &question_table, 32),
	LIST_FIELD(failures, &failure_table, 100),
	{ FIELD(command_whole, commands, DOC_MAPS), .required = true, .min = 1,
	    .max = COMMANDS_MAX, .table = &command_table_doc },
};

const struct doc_table command_doc = {
	.what = "table of commands",
	.size = sizeof(struct command_whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields),
};

/* ---- Its expressions ------------------------------------------------------ */

static enum err
refuse_expression(const struct doc *doc, const char *text, const char *why,
    struct diag *d)
{
	return doc_refuse(doc_place_of(doc, text), d,
	    "this regular expression is none: %s", why);
}

static enum err
compile(const struct doc *doc, const char *text, const char *before,
    const char *behind, regex_t *ret, struct diag *d)
{
	struct buf whole = { 0 };
	char why[80] = "";
	enum err err;
	int rv;

	buf_printf(&whole, "%s%s%s", before, text, behind);
	if (buf_cstr(&whole) == NULL) {
		err = diag_nomem(d);
		goto out;
	}
	/* by itself first: ")(" is none, and would be one in brackets */
	rv = regcomp(ret, text, REG_EXTENDED);
	if (rv == 0) {
		regfree(ret);
		rv = regcomp(ret, buf_cstr(&whole), REG_EXTENDED);
	}
	err = ERR_OK;
	if (rv == REG_ESPACE) {
		err = diag_nomem(d);
	} else if (rv != 0) {
		(void)regerror(rv, ret, why, sizeof(why));
		err = refuse_expression(doc, text, why, d);
	}
out:
	buf_clear(&whole);
	return err;
}

/* Where the expressions of a list are, and what goes around each. */
struct listing {
	const struct doc_maps *list;
	size_t size, offset; /* of a struct of the list; of the text in it */
	const char *before, *behind;
};

/* Compiles those of L into SET, which is empty. */
static enum err
compile_set(const struct doc *doc, const struct listing *l,
    struct command_set *set, struct diag *d)
{
	const char *text;
	size_t i;
	enum err err;

	if (l->list->num == 0)
		return ERR_OK;
	set->item = calloc(l->list->num, sizeof(*set->item));
	if (set->item == NULL)
		return diag_nomem(d);
	for (i = 0; i < l->list->num; i++) {
		memcpy(&text,
		    (const char *)l->list->item + i * l->size + l->offset,
		    sizeof(text));
		err = compile(doc, text, l->before, l->behind, &set->item[i],
		    d);
		if (err != ERR_OK)
			return err;
		set->num++;
	}
	return ERR_OK;
}

static void
clear_set(struct command_set *set)
{
	size_t i;

	for (i = 0; i < set->num; i++)
		regfree(&set->item[i]);
	free(set->item);
	memset(set, 0, sizeof(*set));
}

#define COMPILE(t, list, st, before, behind, set, d)             \
	compile_set((t)->doc,                                    \
	    &(struct listing){ (list), sizeof(struct st),        \
		offsetof(struct st, text), (before), (behind) }, \
	    (set), d)
#define AT_END ")[[:space:]]*$"

static enum err
compile_command(struct command_table *t, size_t i, struct diag *d)
{
	const struct command *c = command_at(t, i);
	enum err err;

	err = COMPILE(t, &c->asks, command_ask, "(", AT_END,
	    &t->commands[i].asks, d);
	if (err != ERR_OK)
		return err;
	return COMPILE(t, &c->marks, command_mark, "", "",
	    &t->commands[i].marks, d);
}

static enum err
compile_all(struct command_table *t, struct diag *d)
{
	struct command_whole *w = &t->whole;
	enum err err;
	size_t i;

	t->commands = calloc(w->commands.num, sizeof(*t->commands));
	if (t->commands == NULL)
		return diag_nomem(d);
	err = COMPILE(t, &w->values, command_value, "^(", ")$", &t->values, d);
	if (err == ERR_OK)
		err = COMPILE(t, &w->pagers, command_pager, "(", AT_END,
		    &t->pagers, d);
	if (err == ERR_OK)
		err = COMPILE(t, &w->questions, command_mark, "(", AT_END,
		    &t->questions, d);
	if (err == ERR_OK)
		err = COMPILE(t, &w->failures, command_mark, "", "",
		    &t->failures, d);
	for (i = 0; err == ERR_OK && i < w->commands.num; i++)
		err = compile_command(t, i, d);
	return err;
}

/* ---- What only the whole can tell ----------------------------------------- */

static bool
has_value(const struct command_table *t, const char *name, size_t len)
{
	const struct command_value *v = t->whole.values.item;
	size_t i;

	for (i = 0; i < t->whole.values.num; i++)
		if (strlen(v[i].name) == len &&
		    memcmp(v[i].name, name, len) == 0)
			return true;
	return false;
}

/* Each {name} of TEXT has a value; no control character is typed. */
static enum err
check_text(const struct command_table *t, const char *text, struct diag *d)
{
	const char *p, *end;

	for (p = text; *p != '\0'; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return doc_refuse(doc_place_of(t->doc, text), d,
			    "a control character cannot be typed");
		if (*p != '{')
			continue;
		end = strchr(p, '}');
		if (end == NULL)
			return doc_refuse(doc_place_of(t->doc, text), d,
			    "{ without }");
		if (!has_value(t, p + 1, (size_t)(end - p - 1)))
			return doc_refuse(doc_place_of(t->doc, text), d,
			    "%.*s has no entry in values", (int)(end - p + 1),
			    p);
		p = end;
	}
	return ERR_OK;
}

static enum err
check_command(const struct command_table *t, const struct command *c,
    struct diag *d)
{
	const struct command_ask *ask = c->asks.item;
	enum err err;
	size_t i;

	if (command_find(t, c->id) != c)
		return doc_refuse(doc_place_of(t->doc, c->id), d,
		    "a command %s is there already", c->id);
	err = check_text(t, c->line, d);
	for (i = 0; err == ERR_OK && i < c->asks.num; i++)
		err = check_text(t, ask[i].answer, d);
	return err;
}

static enum err
fill(struct command_table *t, struct bytes yaml, struct diag *d)
{
	enum err err;
	size_t i;

	if (yaml.ptr == NULL)
		yaml = bytes_of(cluster_commands, cluster_commands_len);
	err = doc_read(yaml, &command_doc, &t->whole, &t->doc, d);
	if (err == ERR_OK)
		err = compile_all(t, d);
	for (i = 0; err == ERR_OK && i < t->whole.commands.num; i++)
		err = check_command(t, command_at(t, i), d);
	return err;
}

enum err
command_load(struct bytes yaml, struct command_table **ret, struct diag *d)
{
	struct command_table *t = calloc(1, sizeof(*t));
	enum err err;

	if (t == NULL)
		return diag_nomem(d);
	err = fill(t, yaml, d);
	if (err != ERR_OK) {
		command_free(&t);
		return err;
	}
	*ret = t;
	return ERR_OK;
}

void
command_free(struct command_table **t)
{
	size_t i;

	if (*t == NULL)
		return;
	for (i = 0; (*t)->commands != NULL && i < (*t)->whole.commands.num;
	     i++) {
		clear_set(&(*t)->commands[i].asks);
		clear_set(&(*t)->commands[i].marks);
	}
	free((*t)->commands);
	clear_set(&(*t)->values);
	clear_set(&(*t)->pagers);
	clear_set(&(*t)->questions);
	clear_set(&(*t)->failures);
	doc_free(&(*t)->doc);
	free(*t);
	*t = NULL;
}
