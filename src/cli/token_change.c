/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_change.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/out.h"
#include "cli/prompt.h"
#include "cli/token_print.h"
#include "cli/token_show.h"

#define ID_MAX 64

/* ---- A command at work ---------------------------------------------------------- */

void
token_put_name(struct buf *out, const struct tok_info *i)
{
	buf_str(out, "token '");
	text_put_safe(out, tok_text_bytes(&i->label));
	buf_str(out, "' (serial ");
	text_put_safe(out, tok_text_bytes(&i->serial));
	buf_str(out, ")");
}

static enum cmd_exit
print_said(struct token_change *c)
{
	struct token_said *s = &c->said;
	json_t *obj = s->json;

	s->json = NULL;
	if (!c->token->json) {
		json_decref(obj);
		return token_print_text(&s->text);
	}
	json_put(&s->sink, obj, "dry_run", json_boolean(c->change->dry_run));
	if (s->sink.failed) {
		json_decref(obj);
		obj = NULL;
	}
	return token_print_element("done", obj);
}

static enum err
work(struct token_change *c, const struct token_job *job, struct diag *d)
{
	enum err e;

	c->said.json = json_object();
	json_put_str(&c->said.sink, c->said.json, "operation", job->operation);
	e = job->work(c, d);
	/* As it is now. */
	if (e == ERR_OK)
		json_put(&c->said.sink, c->said.json, "token",
		    token_json(tok_info(c->tok)));
	return e;
}

enum cmd_exit
token_change_run(struct token_change *c, const struct token_job *job,
    struct opt_line *line)
{
	enum cmd_exit end;
	struct diag d;
	enum err e = ERR_OK;

	diag_init(&d);
	c->args = line->args;
	if (job->check != NULL)
		e = job->check(c, &d);
	if (e == ERR_OK)
		e = token_begin(&c->run, c->token, c->args, job->uri, &d);
	if (e != ERR_OK)
		return cmd_refuse(c->cmd, &d);
	e = work(c, job, &d);
	end = e == ERR_OK ? print_said(c) : cmd_refuse(c->cmd, &d);
	json_decref(c->said.json);
	buf_clear(&c->said.text);
	tok_close(&c->tok);
	token_end(&c->run);
	return end;
}

/* ---- Asking ---------------------------------------------------------------------- */

/* What is to be typed, as it is shown. */
static void
put_word(struct buf *out, const struct tok_info *i, struct bytes word)
{
	if (word.ptr == NULL)
		word = tok_text_bytes(&i->label);
	if (word.len == 0)
		word = tok_text_bytes(&i->serial);
	text_put_safe(out, word);
}

static enum err
ask(struct buf *question, const struct buf *word, struct diag *d)
{
	struct buf answer = { 0 };
	struct diag why;
	enum err e;

	e = buf_cstr(question) == NULL
	    ? diag_nomem(d)
	    : prompt_line(buf_cstr(question), &answer, &why);
	if (e == ERR_ABSENT ||
	    (e == ERR_OK && !bytes_equal(buf_bytes(&answer), buf_bytes(word))))
		e = diag_set(d, ERR_POLICY,
		    "nothing was changed: what was typed is not '%s'",
		    (const char *)word->ptr);
	else if (e != ERR_OK && e != ERR_NOMEM)
		*d = why;
	buf_clear(&answer);
	return e;
}

enum err
token_confirm(const struct token_change *c, struct bytes word, const char *what,
    struct diag *d)
{
	struct buf expected = { 0 }, question = { 0 };
	enum err e;

	if (c->change->yes)
		return ERR_OK;
	if (!prompt_has_terminal())
		return diag_set(d, ERR_USAGE,
		    "nothing was changed: there is no terminal to confirm it "
		    "at; --yes goes without");
	put_word(&expected, tok_info(c->tok), word);
	buf_printf(&question, "%s.\nType '%s' to go on: ", what,
	    buf_cstr(&expected) != NULL ? buf_cstr(&expected) : "");
	e = expected.failed ? diag_nomem(d) : ask(&question, &expected, d);
	buf_clear(&expected);
	buf_clear(&question);
	return e;
}

/* ---- Files ------------------------------------------------------------------------ */

static bool
is_stdout(const struct token_file_opts *o)
{
	return strcmp(o->output, "-") == 0;
}

enum err
token_file_check(const struct token_file_opts *o, const struct token_change *c,
    struct diag *d)
{
	if (o->output == NULL)
		return diag_set(d, ERR_USAGE,
		    "-o FILE is missing: where is it to be written?");
	if (is_stdout(o) && c->token->json)
		return diag_set(d, ERR_USAGE,
		    "-o - and --json both want standard output");
	if (is_stdout(o) || o->force || access(o->output, F_OK) != 0)
		return ERR_OK;
	return diag_set(d, ERR_EXISTS,
	    "%s is there already; --force replaces it", o->output);
}

enum err
token_file_write(const struct token_file_opts *o, struct bytes data,
    struct token_change *c, struct diag *d)
{
	struct diag why;
	enum err e;

	if (is_stdout(o)) {
		buf_clear(&c->said.text);
		buf_put(&c->said.text, data);
		return ERR_OK;
	}
	e = file_write(o->output, data, o->force ? FILE_CLOBBER : 0, &why);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%s: %s", o->output, why.msg);
}

/* ---- Ids ---------------------------------------------------------------------------- */

enum err
token_id_parse(const char *text, struct buf *ret, struct diag *d)
{
	const char *p = text;
	struct buf id = { 0 };
	int high, low;

	if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
		p += 2;
	for (;;) {
		high = text_hex_value((uint8_t)p[0]);
		low = high < 0 ? -1 : text_hex_value((uint8_t)p[1]);
		if (low < 0)
			break;
		buf_u8(&id, (uint8_t)(high * 16 + low));
		p += 2;
		if (p[0] == ':' && p[1] != '\0')
			p++;
	}
	if (*p != '\0' || id.len == 0 || id.len > ID_MAX) {
		buf_clear(&id);
		return diag_set(d, ERR_USAGE,
		    "an id is 1 to %d bytes in hexadecimal, such as 21 or "
		    "21:a2, not '%.80s'",
		    ID_MAX, text);
	}
	buf_put(ret, buf_bytes(&id));
	buf_clear(&id);
	return buf_ok(ret) ? ERR_OK : diag_nomem(d);
}
