/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/out.h"
#include "cli/prompt.h"

/* ---- The owner of the library --------------------------------------------------- */

/* On the thread of the watch, while another is lost in the module. */
static void
owner_hung(void *arg, const char *call, unsigned seconds)
{
	struct buf text = { 0 };

	(void)arg;
	buf_printf(&text,
	    "ctlsmith: the token's module has not come back from %s in %u s; "
	    "giving up (--timeout changes that)\n",
	    call, seconds);
	out_stop();
	if (buf_ok(&text) &&
	    write(STDERR_FILENO, text.ptr, text.len) != (ssize_t)text.len)
		_exit(CMD_TOKEN);
	_exit(CMD_TOKEN);
}

void
token_tell(enum tok_tell kind, const char *text)
{
	struct diag d;

	diag_set(&d, ERR_OK, "%s%s",
	    kind == TOK_TELL_CANDIDATE ? "  candidate: " : "", text);
	out_complain(NULL, &d);
}

static void
owner_tell(void *arg, enum tok_tell kind, const char *text)
{
	(void)arg;
	token_tell(kind, text);
}

static enum err
owner_pin(void *arg, const struct tok_pin_request *r, struct secret *ret,
    bool *ret_again, struct diag *d)
{
	struct token_run *run = arg;

	return pin_give(&run->pins, r, ret, ret_again, d);
}

/* What the log calls that. An operation that it has no word for would be taken
 * for a signature, which errs on the side that an auditor asks about. */
static enum audit_op
op_named(const char *operation)
{
	int op;

	/* A reset PIN is one that was unlocked. */
	if (strcmp(operation, "pin-reset") == 0)
		return AUDIT_PIN_UNBLOCK;
	for (op = AUDIT_DRILL; op > AUDIT_SIGN; op--)
		if (strcmp(audit_op_name((enum audit_op)op), operation) == 0)
			break;
	return (enum audit_op)op;
}

static void
fill_record(const struct token_run *run, const struct tok_event *e,
    struct audit_record *ret)
{
	int which;

	memset(ret, 0, sizeof(*ret));
	ret->op = op_named(e->operation);
	ret->token_label = tok_text_bytes(&e->token->label);
	ret->token_serial = tok_text_bytes(&e->token->serial);
	ret->key_id = e->key_id;
	ret->key_label = e->key_label;
	ret->mechanism = e->mechanism;
	ret->digest_value = e->digest;
	for (which = DIGEST_SHA512; which > DIGEST_MD5; which--)
		if (e->digest_name != NULL &&
		    strcmp(digest_name((enum digest)which), e->digest_name) ==
			0)
			break;
	ret->digest = (enum digest)which;
	ret->file = e->purpose != NULL ? e->purpose : run->purpose;
	ret->error = e->failed != NULL ? e->failed->msg : NULL;
}

enum err
token_note(struct token_run *r, struct audit_record *record, struct diag *d)
{
	struct diag why;
	enum err e;

	if (r->log == NULL)
		return ERR_OK;
	record->time = (int64_t)time(NULL);
	record->version = CTLSMITH_VERSION;
	(void)pthread_mutex_lock(&r->lock);
	e = audit_append(r->log, record, &why);
	(void)pthread_mutex_unlock(&r->lock);
	if (e != ERR_OK)
		diag_set(d, e,
		    "the audit log takes no line, so nothing is given out: %s",
		    why.msg);
	return e;
}

static enum err
owner_event(void *arg, const struct tok_event *event, struct diag *d)
{
	struct token_run *run = arg;
	struct audit_record record;

	fill_record(run, event, &record);
	return token_note(run, &record, d);
}

/* ---- Where things are ------------------------------------------------------------- */

/* Where failed logins are counted: $XDG_STATE_HOME/ctlsmith. */
static enum err
find_state(struct token_run *r, struct diag *d)
{
	const char *given = r->opts->state != NULL ? r->opts->state
						   : r->config.state;
	const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (given != NULL)
		buf_str(&r->state, given);
	else if (xdg != NULL && xdg[0] == '/')
		buf_printf(&r->state, "%s/ctlsmith", xdg);
	else if (home != NULL && home[0] == '/')
		buf_printf(&r->state, "%s/.local/state/ctlsmith", home);
	else
		return diag_set(d, ERR_USAGE,
		    "there is no HOME to count failed logins in: --state DIR "
		    "names a folder");
	r->setup.state = buf_cstr(&r->state);
	return r->setup.state != NULL ? ERR_OK : diag_nomem(d);
}

static enum err
find_module(struct token_run *r, const struct tok_uri *u, struct diag *d)
{
	const char *given = r->opts->module;

	if (given == NULL && u != NULL)
		given = tok_uri_module_path(u);
	if (given == NULL)
		given = r->config.module;
	if (given == NULL)
		return diag_set(d, ERR_USAGE,
		    "which PKCS#11 module? --module PATH names it, or the "
		    "configuration does; `ctlsmith token modules` lists those "
		    "that this system knows");
	buf_clear(&r->module);
	buf_str(&r->module, given);
	r->setup.module = buf_cstr(&r->module);
	return r->setup.module != NULL ? ERR_OK : diag_nomem(d);
}

static enum err
open_log(struct token_run *r, struct diag *d)
{
	const char *path = r->opts->audit != NULL ? r->opts->audit
						  : r->config.audit;
	struct audit_birth birth = { .time = (int64_t)time(NULL),
		.version = CTLSMITH_VERSION };
	struct diag why;
	enum err e;

	if (path == NULL)
		return ERR_OK;
	if (getrandom(birth.id, sizeof(birth.id), 0) !=
	    (ssize_t)sizeof(birth.id))
		return diag_errno(d, "getrandom", errno, "no random number");
	e = audit_open(path, &birth, &r->log, &why);
	if (e != ERR_OK)
		diag_set(d, e, "the audit log %s: %s", path, why.msg);
	return e;
}

static enum err
take_uri(struct token_run *r, char *text, struct diag *d)
{
	bool found = false;
	enum err e;

	e = pin_sources_take(&r->pins, text, &found, d);
	if (e != ERR_OK)
		return e;
	if (found) {
		struct diag w;

		diag_set(&w, ERR_OK,
		    "a PIN on the command line is seen by other users and "
		    "kept by the shell; --pin-fd or a prompt is safe");
		out_complain(NULL, &w);
	}
	e = tok_uri_parse(text, &r->uri, d);
	if (e == ERR_OK)
		e = pin_sources_file(&r->pins, tok_uri_pin_source(r->uri), d);
	return e;
}

/* What is refused may hold a PIN too, and must not be shown with it. */
static enum err
refuse_arg(char *arg, struct diag *d)
{
	struct secret pin = { 0 };
	struct diag other;
	bool found = false;

	if (tok_uri_take_pin(arg, &pin, &found, &other) != ERR_OK)
		found = true;
	secret_clear(&pin);
	return diag_set(d, ERR_USAGE, "'%s' is one argument too many%s", arg,
	    found ? ", and its PIN was seen by other users" : "");
}

static enum err
check_args(char **args, enum token_uri wanted, struct diag *d)
{
	static const size_t most[] = {
		[TOKEN_URI_NONE] = 0,
		[TOKEN_URI_MAYBE] = 1,
		[TOKEN_URI_WANTED] = 1,
		[TOKEN_URI_FILE] = 2,
	};
	size_t num = 0;

	while (num <= most[wanted] && args[num] != NULL)
		num++;
	if (num == 0 && wanted >= TOKEN_URI_WANTED)
		return diag_set(d, ERR_USAGE,
		    "a URI is missing, such as pkcs11:token=LABEL; `ctlsmith "
		    "token list` prints those of the tokens that are there");
	if (num == 1 && wanted == TOKEN_URI_FILE)
		return diag_set(d, ERR_USAGE,
		    "the name of a file is missing behind the URI");
	if (num > most[wanted])
		return refuse_arg(args[num - 1], d);
	return ERR_OK;
}

/* ---- Beginning and ending ----------------------------------------------------------- */

static enum err
prepare(struct token_run *r, const struct token_opts *o, struct diag *d)
{
	enum err e;

	memset(r, 0, sizeof(*r));
	r->opts = o;
	(void)pthread_mutex_init(&r->lock, NULL);
	/* A module may talk to a process that goes away. */
	(void)signal(SIGPIPE, SIG_IGN);
	e = pin_sources_init(&r->pins, &o->pin, d);
	if (e == ERR_OK)
		e = config_load(&r->config, d);
	if (e == ERR_OK)
		e = find_state(r, d);
	r->owner = (struct tok_owner){ r, owner_hung, owner_tell, owner_pin,
		owner_event };
	r->setup.owner = &r->owner;
	r->setup.pin_failures = r->config.pin_failures;
	r->setup.final_try = o->final_try;
	r->setup.timeout = o->timeout != 0 ? o->timeout : r->config.timeout;
	return e;
}

static enum err
start(struct token_run *r, struct diag *d)
{
	enum err e;

	e = find_module(r, r->uri, d);
	if (e == ERR_OK)
		e = open_log(r, d);
	return e == ERR_OK ? tok_lib_open(&r->setup, &r->lib, d) : e;
}

enum err
token_begin(struct token_run *r, const struct token_opts *o, char **args,
    enum token_uri wanted, struct diag *d)
{
	enum err e;

	e = prepare(r, o, d);
	/* The PIN in a URI is wiped whatever else is wrong. */
	if (e == ERR_OK && wanted != TOKEN_URI_NONE && args[0] != NULL)
		e = take_uri(r, args[0], d);
	if (e == ERR_OK)
		e = check_args(args, wanted, d);
	if (e == ERR_OK)
		e = start(r, d);
	if (e != ERR_OK)
		token_end(r);
	return e;
}

enum err
token_begin_maybe(struct token_run *r, const struct token_opts *o, char *uri,
    struct diag *d)
{
	enum err e;

	e = prepare(r, o, d);
	if (e == ERR_OK && uri != NULL)
		e = take_uri(r, uri, d);
	if (e == ERR_OK)
		e = uri != NULL ? start(r, d) : open_log(r, d);
	if (e != ERR_OK)
		token_end(r);
	return e;
}

enum err
token_load(struct token_run *r, const struct tok_uri *u, struct diag *d)
{
	enum err e;

	if (r->lib != NULL)
		return ERR_OK;
	e = find_module(r, u, d);
	return e == ERR_OK ? tok_lib_open(&r->setup, &r->lib, d) : e;
}

enum err
token_begin_registered(struct token_run *r, const struct token_opts *o,
    struct diag *d)
{
	enum err e;

	e = prepare(r, o, d);
	if (e == ERR_OK)
		e = tok_lib_open(&r->setup, &r->lib, d);
	if (e != ERR_OK)
		token_end(r);
	return e;
}

void
token_end(struct token_run *r)
{
	tok_lib_close(&r->lib);
	tok_uri_free(&r->uri);
	audit_close(&r->log);
	pin_sources_clear(&r->pins);
	config_clear(&r->config);
	buf_clear(&r->module);
	buf_clear(&r->state);
	(void)pthread_mutex_destroy(&r->lock);
}

static enum err
look_begin(struct token_run *r, const struct token_look *look,
    const struct token_opts *o, char **args, struct diag *d)
{
	if (look->registered && o->module == NULL && args[0] == NULL)
		return token_begin_registered(r, o, d);
	return token_begin(r, o, args, look->uri, d);
}

enum cmd_exit
token_look_run(const struct cmd *cmd, struct opt_line *line,
    const struct token_look *look, void *opts, const struct token_opts *o)
{
	struct token_run r;
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, opts, &done);
	if (done)
		return end;
	if (look_begin(&r, look, o, line->args, &d) != ERR_OK)
		return cmd_refuse(cmd, &d);
	end = look->work(cmd, &r, opts);
	token_end(&r);
	return end;
}

enum err
token_open(struct token_run *r, enum tok_mode mode, struct tok **ret,
    struct diag *d)
{
	return tok_open(r->lib, r->uri, mode, ret, d);
}

static void
put_away(struct buf *out, const struct tok_info *i, const char *rest)
{
	buf_str(out, "The token '");
	text_put_safe(out, tok_text_bytes(&i->label));
	buf_str(out, "' (serial ");
	text_put_safe(out, tok_text_bytes(&i->serial));
	buf_printf(out, ") %s. Put it back and press Enter: ", rest);
}

enum err
token_put_back(struct tok *t, struct diag *d)
{
	const char *rest = "was removed";
	struct buf text = { 0 }, line = { 0 };
	struct diag why;
	enum err e;

	if (!tok_is_gone(d) || !prompt_has_terminal())
		return d->code;
	do {
		put_away(&text, tok_info(t), rest);
		e = buf_cstr(&text) != NULL
		    ? prompt_line(buf_cstr(&text), &line, &why)
		    : ERR_NOMEM;
		buf_clear(&text);
		buf_clear(&line);
		if (e != ERR_OK)
			return d->code;
		rest = "is not there";
		e = tok_again(t, &why);
	} while (e != ERR_OK);
	return ERR_OK;
}
