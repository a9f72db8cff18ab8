/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/json_put.h"
#include "cli/token.h"
#include "cli/token_print.h"

struct modules_opts {
	struct token_opts token;
};

static const struct opt opts[] = {
	TOKEN_OPTS(struct modules_opts),
	OPT_END,
};

static const struct table_column columns[] = {
	{ "NAME", 0 },
	{ "LIBRARY", TABLE_WRAP },
	{ "VERSION", TABLE_RIGHT },
	{ "PKCS#11", TABLE_RIGHT },
	{ "SLOTS", TABLE_RIGHT },
	{ "TOKENS", TABLE_RIGHT },
	{ "STATE", TABLE_WRAP },
	{ "PATH", 0 },
};

static void
put_row(struct table *t, const struct tok_module_info *m)
{
	bool works = m->trouble.code == ERR_OK;

	table_row(t);
	table_str(t, 0, m->name != NULL ? m->name : "");
	table_put(t, 1, tok_text_bytes(&m->description));
	if (works) {
		table_printf(t, 2, "%u.%u", m->version[0], m->version[1]);
		table_printf(t, 3, "%u.%u", m->cryptoki[0], m->cryptoki[1]);
		table_printf(t, 4, "%zu", m->num_slots);
		table_printf(t, 5, "%zu", m->num_tokens);
	}
	table_str(t, 6, works ? "ok" : m->trouble.msg);
	table_colour(t, 6, works ? TABLE_PLAIN : TABLE_BAD);
	table_str(t, 7, m->path != NULL ? m->path : "");
}

static enum cmd_exit
print_text(struct tok_lib *l, struct diag *d)
{
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	struct tok_module_info m;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < tok_lib_num_modules(l); i++) {
		tok_lib_module(l, i, &m);
		put_row(t, &m);
	}
	if (tok_lib_num_modules(l) == 0)
		buf_str(&text, "No module is registered with p11-kit.\n");
	return token_print_made(&text, token_put_table(&t, &text, d), d);
}

static json_t *
json_of(const struct tok_module_info *m)
{
	struct json_sink s = { false };
	json_t *obj = json_object();
	struct buf text = { 0 };

	json_put_str(&s, obj, "name", m->name);
	json_put_str(&s, obj, "path", m->path);
	json_put_text(&s, obj, "manufacturer",
	    tok_text_bytes(&m->manufacturer));
	json_put_text(&s, obj, "description", tok_text_bytes(&m->description));
	buf_printf(&text, "%u.%u", m->version[0], m->version[1]);
	json_put_buf(&s, obj, "version", &text);
	buf_printf(&text, "%u.%u", m->cryptoki[0], m->cryptoki[1]);
	json_put_buf(&s, obj, "cryptoki", &text);
	json_put_number(&s, obj, "slots", m->num_slots);
	json_put_number(&s, obj, "tokens", m->num_tokens);
	json_put_str(&s, obj, "error",
	    m->trouble.code == ERR_OK ? NULL : m->trouble.msg);
	if (s.failed) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

static enum cmd_exit
print_json(struct tok_lib *l)
{
	struct json_sink s = { false };
	json_t *array = json_array();
	struct tok_module_info m;
	size_t i;

	for (i = 0; i < tok_lib_num_modules(l); i++) {
		tok_lib_module(l, i, &m);
		json_append(&s, array, json_of(&m));
	}
	return token_print_list("modules", array, &s);
}

static enum cmd_exit
modules(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct modules_opts *o = opts_given;
	struct diag d;

	(void)cmd;
	return o->token.json ? print_json(r->lib) : print_text(r->lib, &d);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_NONE, true, modules };
	struct modules_opts o = { 0 };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_modules = {
	.name = "token modules",
	.args = "",
	.summary = "List the PKCS#11 modules that this system has registered",
	.text = "Loads each module that p11-kit's configuration of this system "
		"names and says\nwhether it works and how many tokens it sees. "
		"It is the one command that does\nso: all others load the one "
		"module that they are told. With --module, tells of\nthat one "
		"alone.\n",
	.opts = opts,
	.run = run,
};
