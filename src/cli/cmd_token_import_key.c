/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/custody_record.h"
#include "cli/keyload.h"
#include "cli/out.h"
#include "cli/token_key.h"

struct import_opts {
	struct token_opts token;
	struct token_change_opts change;
	const char *label, *id, *inventory;
	struct opt_strings lists;
};

static const struct opt opts[] = {
	{ "label", "LABEL", OPT_STRING, offsetof(struct import_opts, label),
	    "what the key is to be called", NULL, 0 },
	{ "id", "HEX", OPT_STRING, offsetof(struct import_opts, id),
	    "its id (default: the SHA-1 of its public half)", NULL, 0 },
	{ "ctl", "LIST", OPT_STRINGS, offsetof(struct import_opts, lists),
	    "refuse the key unless it is a SAST of this list", OPT_FILES, 0 },
	{ "inventory", "FILE", OPT_STRING,
	    offsetof(struct import_opts, inventory),
	    "note there that the key exists outside of the token", OPT_FILES,
	    0 },
	TOKEN_PASSPHRASE_OPTS(struct import_opts),
	TOKEN_DRY_OPTS(struct import_opts),
	TOKEN_OPTS(struct import_opts),
	TOKEN_LOGIN_OPTS(struct import_opts),
	TOKEN_SIGN_OPTS(struct import_opts),
	OPT_END,
};

/* What is brought in. */
struct load {
	struct custody custody;
	struct keyfile *file;
	struct bytes der; /* of its certificate, in FILE; may be absent */
	struct buf id;
};

static void
load_clear(struct load *l)
{
	custody_close(&l->custody);
	keyfile_free(&l->file);
	buf_clear(&l->id);
}

/* ---- Reading, and whose it is -------------------------------------------------------- */

/* *RET: C is the certificate of a SAST of one of the lists. */
static enum err
find_sast(const struct custody *c, const struct cert *cert, bool *ret,
    struct diag *d)
{
	struct sast_match m;
	enum err e = ERR_OK;
	size_t i;

	*ret = false;
	for (i = 0; i < c->num_lists && e == ERR_OK && !*ret; i++) {
		e = sast_find(c->lists[i].file, cert, &m, d);
		*ret = e == ERR_OK && m.standing != SAST_NOT_LISTED;
	}
	return e;
}

static enum err
check_sast(const struct load *l, const char *path, struct diag *d)
{
	struct cert *c = NULL;
	bool found = false;
	enum err e;

	if (l->der.ptr == NULL)
		return diag_set(d, ERR_POLICY,
		    "nothing was written: %s has no certificate of its key, "
		    "and without one it cannot be told whether it is in a list",
		    path);
	e = cert_from_der(l->der, &c, d);
	if (e == ERR_OK)
		e = find_sast(&l->custody, c, &found, d);
	cert_free(&c);
	if (e == ERR_OK && !found)
		e = diag_set(d, ERR_POLICY,
		    "nothing was written: the certificate in %s is that of no "
		    "SAST of the lists that were given",
		    path);
	return e;
}

static enum err
find_id(const struct import_opts *o, struct load *l, struct diag *d)
{
	if (o->id != NULL)
		return token_id_parse(o->id, &l->id, d);
	return pubkey_put_id(keyfile_key(l->file), &l->id, d);
}

static enum err
load(struct token_change *c, struct load *l, struct diag *d)
{
	const struct import_opts *o = c->opts;
	const struct custody_wish w = { .inventory = o->inventory,
		.lists = &o->lists,
		.config = &c->run.config,
		.creates = true };
	enum err e;

	e = custody_open(&w, &l->custody, d);
	if (e == ERR_OK)
		e = keyload_read(c->args[1], &c->run.pins, &l->file, d);
	if (e == ERR_OK)
		e = keyload_cert(l->file, &l->der, d);
	if (e == ERR_OK && o->lists.num > 0)
		e = check_sast(l, c->args[1], d);
	return e == ERR_OK ? find_id(o, l, d) : e;
}

/* ---- Writing --------------------------------------------------------------------------- */

/* A certificate that is there already is the one that was to come. */
static enum err
store_cert(struct token_change *c, const struct load *l, struct diag *d)
{
	const struct import_opts *o = c->opts;
	struct diag why;
	enum err e;

	if (l->der.ptr == NULL)
		return ERR_OK;
	e = tok_import_cert(c->tok, l->der, bytes_of_str(o->label),
	    buf_bytes(&l->id), &why);
	if (e == ERR_OK || e == ERR_EXISTS)
		return ERR_OK;
	return diag_set(d, e,
	    "the key is on the token, but its certificate is not: %s", why.msg);
}

/* The name of a file may be any bytes. */
static enum err
note(struct token_change *c, struct load *l, const struct tok_objects *all,
    struct diag *d)
{
	struct tokenfile_key key = { .id = buf_bytes(&l->id),
		.when = (int64_t)time(NULL) };
	struct tokenfile_token *t = NULL;
	struct buf from = { 0 };
	enum err e = ERR_OK;

	text_put_safe(&from, bytes_of_str(c->args[1]));
	key.from = buf_cstr(&from);
	if (key.from == NULL)
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = custody_record(&l->custody, tok_info(c->tok), all, &t, d);
	if (e == ERR_OK)
		e = tokenfile_add_key(&l->custody.inventory, t, &key, d);
	if (e == ERR_OK)
		e = custody_save(&l->custody, d);
	buf_clear(&from);
	return e;
}

static void
warn_unnoted(void)
{
	struct diag d;

	diag_set(&d, ERR_OK,
	    "there is no inventory (--inventory FILE, or the configuration): "
	    "nobody will know that this key exists outside of the token");
	out_complain(NULL, &d);
}

/* That it exists in a file, too. */
static enum err
record(struct token_change *c, struct load *l, struct diag *d)
{
	struct tok_objects *all = NULL;
	struct diag why;
	enum err e;

	if (l->custody.path.len == 0) {
		warn_unnoted();
		return ERR_OK;
	}
	diag_init(&why);
	e = tok_objects_read(c->tok, NULL, &all, &why);
	if (e == ERR_OK)
		e = note(c, l, all, &why);
	tok_objects_free(&all);
	if (e != ERR_OK)
		(void)diag_set(d, e,
		    "the key is on the token, but the inventory does not say "
		    "so: %s",
		    why.msg);
	return e;
}

static enum err
import(struct token_change *c, struct load *l, struct diag *d)
{
	const struct import_opts *o = c->opts;
	struct tok_key *k = NULL;
	struct diag other;
	enum err e, noted;

	e = tok_import_key(c->tok, l->file, bytes_of_str(o->label),
	    buf_bytes(&l->id), &k, d);
	if (e != ERR_OK)
		return e;
	/* Some tokens give ids of their own. */
	buf_clear(&l->id);
	buf_put(&l->id, tok_key_id(k));
	e = buf_ok(&l->id) ? store_cert(c, l, d) : diag_nomem(d);
	noted = record(c, l, e == ERR_OK ? d : &other);
	token_say_key(c, "Brought in", k);
	tok_key_free(&k);
	return e == ERR_OK ? noted : e;
}

static void
say_plan(struct token_change *c, const struct load *l)
{
	const struct import_opts *o = c->opts;
	struct buf *out = &c->said.text;

	buf_str(out, "This brings in ");
	token_put_public(out, keyfile_key(l->file));
	buf_str(out, " key '");
	text_put_safe(out, bytes_of_str(o->label));
	buf_str(out, "' (id ");
	text_put_hex(out, buf_bytes(&l->id), "", TEXT_LOWER);
	buf_printf(out, ")%s on ",
	    l->der.ptr != NULL ? " and its certificate" : "");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, ".\n");
}

static enum err
check(struct token_change *c, struct diag *d)
{
	const struct import_opts *o = c->opts;
	struct buf id = { 0 };
	enum err e = ERR_OK;

	if (o->label == NULL || o->label[0] == '\0')
		return diag_set(d, ERR_USAGE,
		    "--label is missing: what is the key to be called?");
	if (o->id != NULL)
		e = token_id_parse(o->id, &id, d);
	buf_clear(&id);
	return e;
}

static enum err
work(struct token_change *c, struct diag *d)
{
	struct load l = { .file = NULL };
	enum err e;

	e = load(c, &l, d);
	if (e == ERR_OK)
		e = token_open(&c->run, TOK_WRITE, &c->tok, d);
	if (e == ERR_OK && c->change->dry_run)
		say_plan(c, &l);
	else if (e == ERR_OK)
		e = import(c, &l, d);
	if (e == ERR_OK)
		json_put(&c->said.sink, c->said.json, "certificate",
		    json_boolean(l.der.ptr != NULL));
	load_clear(&l);
	return e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_job job = { TOKEN_URI_FILE, "key-import",
		check, work };
	struct import_opts o = { .label = NULL };
	struct token_change c = { .cmd = cmd,
		.opts = &o,
		.token = &o.token,
		.change = &o.change };
	enum cmd_exit end;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	return done ? end : token_change_run(&c, &job, line);
}

const struct cmd cmd_token_import_key = {
	.name = "token import-key",
	.args = "URI FILE",
	.summary = "Bring a private key from a file onto a token",
	.text =
	    "FILE is PEM, DER or PKCS#12, with or without a passphrase (-: standard input).\n"
	    "A certificate of the key in the same file comes too. With --ctl it must be\n"
	    "that of a SAST of one of the lists (exit status 3). The inventory notes that\n"
	    "the key exists outside of the token: destroy the file, or keep it as the key\n"
	    "that it is.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
