/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/out.h"
#include "cli/token_guard.h"
#include "cli/token_key.h"
#include "cli/waiting.h"

#define ID_LEN 8

/* Name on the command line, kind, name for people. */
#define KINDS(X)                                   \
	X("rsa:1024", TOK_RSA_1024, "an RSA 1024") \
	X("rsa:2048", TOK_RSA_2048, "an RSA 2048") \
	X("rsa:3072", TOK_RSA_3072, "an RSA 3072") \
	X("rsa:4096", TOK_RSA_4096, "an RSA 4096") \
	X("ec:p256", TOK_EC_P256, "a P-256")       \
	X("ec:p384", TOK_EC_P384, "a P-384")

static const struct kind {
	const char *name;
	enum tok_key_kind kind;
	const char *words;
} kinds[] = {
#define KIND_ROW(name, id, words) { name, id, words },
	KINDS(KIND_ROW)
#undef KIND_ROW
};

struct keygen_opts {
	struct token_opts token;
	struct token_change_opts change;
	struct token_guard_opts guard;
	const char *type, *label, *id;
	bool always_authenticate;
	const struct kind *kind; /* what type means */
};

static const struct opt opts[] = {
	{ "type", "TYPE", OPT_STRING, offsetof(struct keygen_opts, type),
	    "rsa:1024, 2048, 3072, 4096, ec:p256 or ec:p384",
	    "rsa:1024 rsa:2048 rsa:3072 rsa:4096 ec:p256 ec:p384", 0 },
	{ "label", "LABEL", OPT_STRING, offsetof(struct keygen_opts, label),
	    "what the key is to be called", NULL, 0 },
	{ "id", "HEX", OPT_STRING, offsetof(struct keygen_opts, id),
	    "its id (default: 8 random bytes)", NULL, 0 },
	{ "always-authenticate", NULL, OPT_FLAG,
	    offsetof(struct keygen_opts, always_authenticate),
	    "the key wants a PIN for each signature", NULL, 0 },
	TOKEN_DRY_OPTS(struct keygen_opts),
	TOKEN_GUARD_OPTS(struct keygen_opts),
	TOKEN_OPTS(struct keygen_opts),
	TOKEN_LOGIN_OPTS(struct keygen_opts),
	TOKEN_SIGN_OPTS(struct keygen_opts),
	OPT_END,
};

static enum err
find_kind(struct keygen_opts *o, struct diag *d)
{
	size_t i;

	if (o->type == NULL)
		return diag_set(d, ERR_USAGE,
		    "--type is missing, such as --type rsa:2048");
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, o->type) == 0) {
			o->kind = &kinds[i];
			return ERR_OK;
		}
	return diag_set(d, ERR_USAGE,
	    "--type wants rsa:1024, rsa:2048, rsa:3072, rsa:4096, ec:p256 or "
	    "ec:p384, not '%s'",
	    o->type);
}

static enum err
check(struct token_change *c, struct diag *d)
{
	const struct keygen_opts *o = c->opts;

	if (o->label == NULL || o->label[0] == '\0')
		return diag_set(d, ERR_USAGE,
		    "--label is missing: what is the key to be called?");
	return ERR_OK;
}

static enum err
find_id(const struct keygen_opts *o, struct buf *ret, struct diag *d)
{
	uint8_t id[ID_LEN];

	if (o->id != NULL)
		return token_id_parse(o->id, ret, d);
	if (getrandom(id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return diag_errno(d, "getrandom", errno, "no random number");
	buf_put(ret, bytes_of(id, sizeof(id)));
	return buf_ok(ret) ? ERR_OK : diag_nomem(d);
}

static void
warn_short(const struct keygen_opts *o)
{
	struct diag w;

	if (o->kind->kind != TOK_RSA_1024)
		return;
	diag_set(&w, ERR_OK,
	    "RSA 1024 is what Cisco's eTokens hold; it is too short for "
	    "anything else");
	out_complain(NULL, &w);
}

static void
say_plan(struct token_change *c, struct bytes id)
{
	const struct keygen_opts *o = c->opts;
	struct buf *out = &c->said.text;

	buf_printf(out, "This makes %s key '", o->kind->words);
	text_put_safe(out, bytes_of_str(o->label));
	buf_str(out, "' (id ");
	if (o->id != NULL)
		text_put_hex(out, id, "", TEXT_LOWER);
	else
		buf_str(out, "random");
	buf_str(out, ") on ");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, ".\n");
}

static enum err
make(struct token_change *c, struct bytes id, struct diag *d)
{
	const struct keygen_opts *o = c->opts;
	const struct tok_keygen g = { .kind = o->kind->kind,
		.label = bytes_of_str(o->label),
		.id = id,
		.always_authenticate = o->always_authenticate };
	struct waiting w = { .begun = false };
	struct tok_key *k = NULL;
	enum err e;

	warn_short(o);
	/* The line would run into the question for the PIN. */
	if (!o->always_authenticate)
		waiting_begin(&w, "the token makes the key");
	e = tok_keygen(c->tok, &g, &k, d);
	waiting_end(&w);
	if (e == ERR_OK)
		token_say_key(c, "Made", k);
	tok_key_free(&k);
	return e;
}

static enum err
work(struct token_change *c, struct diag *d)
{
	const struct keygen_opts *o = c->opts;
	bool dry = c->change->dry_run;
	struct buf id = { 0 };
	enum err e;

	e = find_id(o, &id, d);
	if (e == ERR_OK)
		e = token_open(&c->run, TOK_WRITE, &c->tok, d);
	if (e == ERR_OK && !dry)
		e = tok_login(c->tok, TOK_USER, d);
	if (e == ERR_OK)
		e = token_guard(&c->run, c->tok, &o->guard, d);
	if (e == ERR_OK && dry)
		say_plan(c, buf_bytes(&id));
	else if (e == ERR_OK)
		e = make(c, buf_bytes(&id), d);
	buf_clear(&id);
	return e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_WANTED, "key-generate",
		check, work };
	struct keygen_opts o = { .type = NULL };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (find_kind(&o, &d) != ERR_OK)
		return cmd_refuse(cmd, &d);
	return token_change_run(&c, &job, line);
}

const struct cmd cmd_token_keygen = {
	.name = "token keygen",
	.args = "URI",
	.summary = "Make a key pair on a token",
	.text =
	    "The private key is made on the token, is sensitive and cannot be extracted;\n"
	    "that is read back, and the key signs once: otherwise it is destroyed again\n"
	    "(exit status 3). Its URI is printed.\n",
	.opts = opts,
	.run = run,
};
