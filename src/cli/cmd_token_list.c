/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/token.h"
#include "cli/token_print.h"
#include "cli/token_show.h"

struct list_opts {
	struct token_opts token;
};

static const struct opt opts[] = {
	TOKEN_OPTS(struct list_opts),
	OPT_END,
};

static const struct table_column columns[] = {
	{ "LABEL", 0 },
	{ "SERIAL", 0 },
	{ "MAKER", TABLE_WRAP },
	{ "MODEL", TABLE_WRAP },
	{ "STATE", TABLE_WRAP },
	{ "TRIES", 0 },
	{ "FREE", 0 },
};

static enum table_colour
colour_of(const struct tok_info *i)
{
	if (i->trouble.code != ERR_OK || tok_has(i, TOK_PIN_LOCKED))
		return TABLE_BAD;
	if (tok_has(i, TOK_PIN_LOW) || tok_has(i, TOK_PIN_FINAL) ||
	    tok_has(i, TOK_PIN_CHANGE))
		return TABLE_WARN;
	return TABLE_PLAIN;
}

static void
put_cell(struct table *t, size_t column, struct buf *text)
{
	if (!buf_ok(text))
		table_put(t, column, bytes_of_str("?"));
	else
		table_put(t, column, buf_bytes(text));
	buf_clear(text);
}

static void
put_row(struct table *t, const struct tok_info *i)
{
	struct buf text = { 0 };

	table_row(t);
	table_put(t, 0, tok_text_bytes(&i->label));
	table_put(t, 1, tok_text_bytes(&i->serial));
	table_put(t, 2, tok_text_bytes(&i->manufacturer));
	table_put(t, 3, tok_text_bytes(&i->model));
	token_put_state(&text, i);
	put_cell(t, 4, &text);
	table_colour(t, 4, colour_of(i));
	token_put_tries(&text, i);
	put_cell(t, 5, &text);
	token_put_memory(&text, i);
	put_cell(t, 6, &text);
}

static void
put_uris(struct buf *text, const struct tok_info *list, size_t num)
{
	struct buf uri = { 0 };
	size_t i;

	for (i = 0; i < num; i++) {
		if (list[i].trouble.code != ERR_OK ||
		    !tok_has(&list[i], TOK_INITIALISED))
			continue;
		tok_put_uri(&uri, &list[i]);
		text_put_safe(text, buf_bytes(&uri));
		buf_str(text, "\n");
		buf_clear(&uri);
	}
}

static enum cmd_exit
print_text(const struct tok_info *list, size_t num, struct diag *d)
{
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	struct buf text = { 0 }, uris = { 0 };
	enum err e;
	size_t i;

	for (i = 0; i < num; i++)
		put_row(t, &list[i]);
	e = token_put_table(&t, &text, d);
	put_uris(&uris, list, num);
	if (uris.len > 0) {
		buf_str(&text, "\n");
		buf_put(&text, buf_bytes(&uris));
	}
	if (num == 0)
		buf_str(&text, "No token is connected.\n");
	text.failed |= uris.failed;
	buf_clear(&uris);
	return token_print_made(&text, e, d);
}

static enum cmd_exit
print_json(const struct tok_info *list, size_t num)
{
	struct json_sink s = { false };
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < num; i++)
		json_append(&s, array, token_json(&list[i]));
	return token_print_list("tokens", array, &s);
}

static enum cmd_exit
list(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct list_opts *o = opts_given;
	struct tok_info *tokens = NULL;
	enum cmd_exit end;
	struct diag d;
	size_t num = 0;

	if (tok_list(r->lib, &tokens, &num, &d) != ERR_OK)
		end = cmd_refuse(cmd, &d);
	else if (o->token.json)
		end = print_json(tokens, num);
	else
		end = print_text(tokens, num, &d);
	free(tokens);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_NONE, false, list };
	struct list_opts o = { 0 };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_list = {
	.name = "token list",
	.args = "",
	.summary = "List the tokens that are connected",
	.text = "Prints a line for each token that the module sees, with what "
		"is wrong with it,\nthe PIN's tries left where the token "
		"tells, and below that the URI that names\nit. No PIN is "
		"asked for.\n",
	.opts = opts,
	.run = run,
};
