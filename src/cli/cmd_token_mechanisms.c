/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/cmd_token.h"
#include "cli/json_put.h"
#include "cli/token.h"
#include "cli/token_print.h"

struct mechanisms_opts {
	struct token_opts token;
};

static const struct opt opts[] = {
	TOKEN_OPTS(struct mechanisms_opts),
	OPT_END,
};

static const struct table_column columns[] = {
	{ "MECHANISM", 0 },
	{ "FROM", TABLE_RIGHT },
	{ "TO", TABLE_RIGHT },
	{ "USES", TABLE_WRAP },
};

static void
put_row(struct table *t, const struct tok_mechanism *m)
{
	struct buf uses = { 0 };
	int f;

	table_row(t);
	if (m->name != NULL)
		table_str(t, 0, m->name);
	else
		table_printf(t, 0, "0x%lx (of its vendor)", m->type);
	if (m->max_bits != 0) {
		table_printf(t, 1, "%lu", m->min_bits);
		table_printf(t, 2, "%lu", m->max_bits);
	}
	for (f = 0; f < TOK_NUM_MECH_FLAGS; f++)
		if ((m->flags & (1u << f)) != 0)
			buf_printf(&uses, "%s%s", uses.len > 0 ? ", " : "",
			    tok_mechanism_flag_word(
				(enum tok_mechanism_flag)f));
	table_put(t, 3, buf_bytes(&uses));
	buf_clear(&uses);
}

static enum cmd_exit
print_text(const struct tok_mechanism *list, size_t num, struct diag *d)
{
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < num; i++)
		put_row(t, &list[i]);
	if (num == 0)
		buf_str(&text, "The token offers no mechanism.\n");
	return token_print_made(&text, token_put_table(&t, &text, d), d);
}

static json_t *
json_of(const struct tok_mechanism *m)
{
	json_t *obj = json_object(), *uses = json_array();
	struct json_sink s = { false };
	int f;

	json_put_str(&s, obj, "name", m->name);
	json_put(&s, obj, "type", json_integer((json_int_t)m->type));
	json_put(&s, obj, "min_size", json_integer((json_int_t)m->min_bits));
	json_put(&s, obj, "max_size", json_integer((json_int_t)m->max_bits));
	for (f = 0; f < TOK_NUM_MECH_FLAGS; f++)
		if ((m->flags & (1u << f)) != 0)
			json_append(&s, uses,
			    json_string(tok_mechanism_flag_word(
				(enum tok_mechanism_flag)f)));
	json_put(&s, obj, "uses", uses);
	if (s.failed) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

static enum cmd_exit
print_json(const struct tok_mechanism *list, size_t num)
{
	struct json_sink s = { false };
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < num; i++)
		json_append(&s, array, json_of(&list[i]));
	return token_print_list("mechanisms", array, &s);
}

static enum err
load(struct token_run *r, struct tok_mechanism **ret, size_t *num,
    struct diag *d)
{
	struct tok *t = NULL;
	enum err e;

	e = token_open(r, TOK_READ, &t, d);
	if (e == ERR_OK)
		e = tok_mechanisms(t, ret, num, d);
	tok_close(&t);
	return e;
}

static enum cmd_exit
mechanisms(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct mechanisms_opts *o = opts_given;
	struct tok_mechanism *list = NULL;
	enum cmd_exit end;
	struct diag d;
	size_t num = 0;

	if (load(r, &list, &num, &d) != ERR_OK)
		end = cmd_refuse(cmd, &d);
	else
		end = o->token.json ? print_json(list, num)
				    : print_text(list, num, &d);
	free(list);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_WANTED, false,
		mechanisms };
	struct mechanisms_opts o = { 0 };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_mechanisms = {
	.name = "token mechanisms",
	.args = "URI",
	.summary = "List what a token can compute",
	.text = "Prints the mechanisms of a token: names, sizes of keys, and "
		"what they are for.\nA trust list signed with SHA-1 needs "
		"CKM_RSA_PKCS (or CKM_SHA1_RSA_PKCS) with\n\"sign\".\n",
	.opts = opts,
	.run = run,
};
