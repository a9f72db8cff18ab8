/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/apart.h"
#include "cli/cmd.h"
#include "cli/detached.h"
#include "cli/json_put.h"
#include "cli/out.h"
#include "cli/place.h"
#include "cli/prompt.h"
#include "cli/signer.h"
#include "cli/token_print.h"
#include "data/scalar.h"

struct sign_request_opts {
	struct signer_opts signer;
	const char *output, *extract, *item;
	bool force, yes, dry_run;
};

#define AT(member) offsetof(struct sign_request_opts, member)
#define TOKEN_AT_HERE AT(signer.token)

static const struct opt opts[] = {
	{ "signer", "URI|KEY", OPT_STRING, AT(signer.signer),
	    "the key that signs: pkcs11: URI, or a file", OPT_FILES, 0 },
	{ "output", "FILE", OPT_STRING, AT(output),
	    "write it here (default: REQUEST.sig)", OPT_FILES, 'o' },
	{ "force", NULL, OPT_FLAG, AT(force),
	    "replace a file that is there, and keep a copy", NULL, 0 },
	{ "yes", NULL, OPT_FLAG, AT(yes), "do not ask before it is signed",
	    NULL, 0 },
	{ "dry-run", NULL, OPT_FLAG, AT(dry_run),
	    "say what would be signed, and sign nothing", NULL, 0 },
	{ "extract", "PART", OPT_STRING, AT(extract),
	    "write what another tool signs: the digest, ...",
	    "digest digest-info preimage", 0 },
	{ "item", "N", OPT_STRING, AT(item),
	    "of that item of the request (default: the only one)", NULL, 0 },
	TOKEN_PASSPHRASE_OPTS_AT(TOKEN_AT_HERE),
	TOKEN_OPTS_AT(TOKEN_AT_HERE),
	TOKEN_LOGIN_OPTS_AT(TOKEN_AT_HERE),
	TOKEN_SIGN_OPTS_AT(TOKEN_AT_HERE),
	OPT_END,
};

/* One command at work. */
struct sign_request {
	const struct sign_request_opts *opts;
	const char *path;  /* of the request */
	const char *blame; /* the same, where D is about it, or NULL */
	struct buf output; /* the name of what is written, with its NUL */
	struct detached *request;
	struct signer signer;
	struct buf *signatures; /* one for each item */
	struct buf summary;     /* of all items */
	struct buf name;        /* of the key */
	bool asked;             /* the summary was seen */
};

/* ---- What is asked for ---------------------------------------------------------- */

static bool
is_stdout(const char *path)
{
	return strcmp(path, "-") == 0;
}

static enum err
check_use(const struct sign_request_opts *o, struct diag *d)
{
	if (o->extract != NULL && (o->signer.signer != NULL || o->dry_run))
		return diag_set(d, ERR_USAGE,
		    "--extract signs nothing; it goes with neither --signer "
		    "nor --dry-run");
	if (o->extract == NULL && o->item != NULL)
		return diag_set(d, ERR_USAGE, "--item is for --extract");
	if (o->extract != NULL && o->output == NULL)
		return diag_set(d, ERR_USAGE,
		    "-o FILE is missing: where is it to be written?");
	if (o->extract == NULL && o->signer.signer == NULL && !o->dry_run)
		return diag_set(d, ERR_USAGE,
		    "--signer is missing: the pkcs11: URI of the key that "
		    "signs, or the file that it is in");
	return ERR_OK;
}

/* The name of what is written, which must be free. */
static enum err
choose_output(struct sign_request *r, struct diag *d)
{
	const struct sign_request_opts *o = r->opts;
	struct apart apart = { .option = "output" };
	const char *path;
	enum err e;

	if (o->output == NULL && is_stdout(r->path))
		return diag_set(d, ERR_USAGE,
		    "-o FILE is missing: the request has no name to put "
		    "'.sig' behind");
	buf_str(&r->output, o->output != NULL ? o->output : r->path);
	if (o->output == NULL)
		buf_str(&r->output, ".sig");
	path = buf_cstr(&r->output);
	if (path == NULL)
		return diag_nomem(d);
	if (is_stdout(path) && o->signer.token.json)
		return diag_set(d, ERR_USAGE,
		    "-o - and --json both want standard output");
	if (is_stdout(path))
		return ERR_OK;
	apart.path = path;
	e = apart_check_all(&apart, opts, o, NULL, d);
	if (e == ERR_OK)
		e = apart_check(&apart, r->path, d);
	return e == ERR_OK ? place_check_other(path, o->force, d) : e;
}

static enum err
check(struct sign_request *r, char **args, struct diag *d)
{
	enum err e;

	if (args[0] == NULL)
		return diag_set(d, ERR_USAGE, "a REQUEST is missing");
	if (args[1] != NULL)
		return diag_set(d, ERR_USAGE, "one REQUEST at a time");
	r->path = args[0];
	e = check_use(r->opts, d);
	if (e != ERR_OK || r->opts->dry_run)
		return e;
	return choose_output(r, d);
}

static enum err
read_request(struct sign_request *r, struct diag *d)
{
	enum err e = detached_read(r->path, &r->request, d);

	r->blame = e == ERR_OK ? NULL : r->path;
	return e;
}

static enum err
save(const struct sign_request *r, struct bytes data, struct diag *d)
{
	const char *path = (const char *)r->output.ptr;
	struct buf out = { 0 };
	enum err e = ERR_OK;

	if (!is_stdout(path))
		return place_write_other(path, r->opts->force, data, d);
	buf_put(&out, data);
	if (out_write(&out) != CMD_OK)
		e = diag_set(d, ERR_IO, "nothing was written");
	buf_clear(&out);
	return e;
}

/* ---- For another tool -------------------------------------------------------------- */

static enum err
part_named(const char *name, enum detached_part *ret, struct diag *d)
{
	static const struct {
		enum detached_part part;
		const char *name;
	} parts[] = {
#define PART(id, name) { id, name },
		DETACHED_PARTS(PART)
#undef PART
	};
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(parts[i].name, name) == 0) {
			*ret = parts[i].part;
			return ERR_OK;
		}
	}
	return diag_set(d, ERR_USAGE,
	    "--extract is digest, digest-info or preimage, not '%s'", name);
}

/* The item of --item, from 0. */
static enum err
choose_item(const struct sign_request *r, size_t *ret, struct diag *d)
{
	size_t num = detached_num(r->request);
	const char *text = r->opts->item;
	uint64_t n = 1;

	if (text == NULL && num > 1)
		return diag_set(d, ERR_USAGE,
		    "the request has %zu items: --item N names one", num);
	if (text != NULL &&
	    (!scalar_number(bytes_of_str(text), &n) || n < 1 || n > num))
		return diag_set(d, ERR_USAGE,
		    "--item wants a number from 1 to %zu, not '%s'", num, text);
	*ret = (size_t)n - 1;
	return ERR_OK;
}

static enum err
extract(struct sign_request *r, struct diag *d)
{
	enum detached_part part = DETACHED_DIGEST;
	struct buf data = { 0 };
	size_t i = 0;
	enum err e;

	e = part_named(r->opts->extract, &part, d);
	if (e == ERR_OK)
		e = read_request(r, d);
	if (e == ERR_OK)
		e = choose_item(r, &i, d);
	if (e == ERR_OK)
		e = detached_put_part(detached_item(r->request, i), part, &data,
		    d);
	if (e == ERR_OK)
		e = save(r, buf_bytes(&data), d);
	buf_clear(&data);
	return e;
}

/* ---- What is to be signed ------------------------------------------------------------ */

static enum err
summarise(struct sign_request *r, struct diag *d)
{
	size_t i, num = detached_num(r->request);
	const struct detached_item *it;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < num; i++) {
		it = detached_item(r->request, i);
		if (num > 1)
			buf_printf(&r->summary, "Item %zu: ", i + 1);
		e = detached_put_summary(&it->unsigned_, &r->summary, d);
		detached_put_said(it, &r->summary);
	}
	if (e == ERR_OK && !buf_ok(&r->summary))
		e = diag_nomem(d);
	return e;
}

static enum err
confirm(struct sign_request *r, struct diag *d)
{
	struct buf question = { 0 }, answer = { 0 };
	enum err e = ERR_OK;

	if (r->opts->yes)
		return ERR_OK;
	if (!prompt_has_terminal())
		return diag_set(d, ERR_USAGE,
		    "nothing was signed: there is no terminal to confirm it "
		    "at; --yes goes without");
	r->asked = true;
	buf_put(&question, buf_bytes(&r->summary));
	buf_str(&question, "Type 'sign' to sign this with ");
	signer_put_name(&question, &r->signer);
	buf_str(&question, ": ");
	e = buf_cstr(&question) == NULL
	    ? diag_nomem(d)
	    : prompt_line(buf_cstr(&question), &answer, d);
	if (e == ERR_ABSENT ||
	    (e == ERR_OK &&
		!bytes_equal(buf_bytes(&answer), bytes_of_str("sign"))))
		e = diag_set(d, ERR_POLICY,
		    "nothing was signed: what was typed is not 'sign'");
	buf_clear(&question);
	buf_clear(&answer);
	return e;
}

/* ---- Signing --------------------------------------------------------------------------- */

/* The key is that of the request, and the certificate is nobody's business
 * here. */
static enum err
unlock(struct sign_request *r, struct diag *d)
{
	const struct cert *cert = detached_cert(r->request);
	const struct pubkey *key;
	struct buf subject = { 0 };
	enum err e, named;

	e = cert_from_der(cert_der(cert), &r->signer.cert, d);
	if (e == ERR_OK)
		e = signer_unlock(&r->signer, d);
	key = r->signer.key != NULL       ? tok_key_public(r->signer.key)
	    : r->signer.file.file != NULL ? keyfile_key(r->signer.file.file)
					  : NULL;
	if (e != ERR_POLICY || key == NULL || cert_has_key(cert, key))
		return e;
	named = cert_put_name(cert, CERT_SUBJECT, &subject, d);
	if (named == ERR_OK && buf_cstr(&subject) != NULL)
		(void)diag_set(d, e,
		    "the request is for the key of %.160s, and --signer is "
		    "another",
		    buf_cstr(&subject));
	buf_clear(&subject);
	return e;
}

static enum err
sign_item(struct sign_request *r, const struct signer_seat *seat, size_t i,
    struct ctl_memo *memo, struct diag *d)
{
	const struct detached_item *it = detached_item(r->request, i);
	struct buf file = { 0 };
	enum err e;

	e = seat->ctl.sign(seat->ctl.arg, &it->unsigned_, it->target,
	    &r->signatures[i], d);
	/* what attach will do */
	if (e == ERR_OK)
		e = ctl_finish(&it->unsigned_, buf_bytes(&r->signatures[i]),
		    detached_cert(r->request), memo, &file, d);
	buf_clear(&file);
	return e;
}

static enum err
sign_all(struct sign_request *r, struct diag *d)
{
	size_t i, num = detached_num(r->request);
	struct signer_seat seat = { .signer = NULL };
	struct ctl_memo *memo = NULL;
	enum err e;

	r->signatures = calloc(num, sizeof(*r->signatures));
	if (r->signatures == NULL)
		return diag_nomem(d);
	e = ctl_memo_new(&memo, d);
	if (e == ERR_OK)
		e = signer_seat(&r->signer, false, &seat, d);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = sign_item(r, &seat, i, memo, d);
	if (seat.signer != NULL)
		signer_leave(&seat);
	ctl_memo_free(&memo);
	return e;
}

static enum err
write_signatures(struct sign_request *r, struct diag *d)
{
	struct buf response = { 0 };
	enum err e;

	if (detached_num(r->request) == 1)
		return save(r, buf_bytes(&r->signatures[0]), d);
	e = detached_put_response(r->request, r->signatures, &response, d);
	if (e == ERR_OK)
		e = save(r, buf_bytes(&response), d);
	buf_clear(&response);
	return e;
}

static enum err
sign(struct sign_request *r, const struct opt_line *line, struct diag *d)
{
	enum err e = ERR_OK;

	/* first, since it takes PINs off the command line */
	if (!r->opts->dry_run)
		e = signer_begin(&r->signer, &r->opts->signer, line, d);
	if (e == ERR_OK)
		e = read_request(r, d);
	if (e == ERR_OK)
		e = summarise(r, d);
	if (e != ERR_OK || r->opts->dry_run)
		return e;
	e = confirm(r, d);
	if (e == ERR_OK)
		e = unlock(r, d);
	if (e == ERR_OK)
		e = sign_all(r, d);
	if (e == ERR_OK)
		e = write_signatures(r, d);
	if (e == ERR_OK)
		signer_put_name(&r->name, &r->signer);
	return e;
}

/* ---- What is said ------------------------------------------------------------------------ */

static enum cmd_exit
print_text(struct sign_request *r)
{
	struct buf text = { 0 };
	enum cmd_exit end = CMD_OK;

	if (!r->asked)
		buf_put(&text, buf_bytes(&r->summary));
	if (!r->opts->dry_run) {
		buf_str(&text, "Signed with ");
		buf_put(&text, buf_bytes(&r->name));
		buf_str(&text, ": ");
		text_put_safe(&text, buf_bytes(&r->output));
		buf_u8(&text, '\n');
	}
	if (r->output.len == 0 || !is_stdout((const char *)r->output.ptr))
		end = out_write(&text);
	else if (buf_cstr(&text) != NULL)
		(void)fputs(buf_cstr(&text), stderr);
	buf_clear(&text);
	return end;
}

static void
put_item(const struct detached_item *it, struct json_sink *s, json_t *list)
{
	const struct ctl_unsigned *u = &it->unsigned_;
	struct buf summary = { 0 }, said = { 0 };
	json_t *obj = json_object();
	size_t i;

	json_put_str(s, obj, "command", it->command);
	json_put_str(s, obj, "target", it->target);
	json_put_str(s, obj, "kind", ctl_kind_name(u->kind));
	json_put_str(s, obj, "digest", digest_name(u->digest));
	json_put_hex(s, obj, "digest_value", digest_bytes(&u->value));
	if (detached_put_summary(u, &summary, NULL) == ERR_OK)
		json_put_lines(s, obj, "summary", buf_bytes(&summary));
	else
		s->failed = true;
	buf_clear(&summary);
	for (i = 0; i < it->num_said; i++) {
		buf_str(&said, it->said[i]);
		buf_u8(&said, '\n');
	}
	s->failed |= !buf_ok(&said);
	json_put_lines(s, obj, "judgement", buf_bytes(&said));
	buf_clear(&said);
	json_append(s, list, obj);
}

static enum cmd_exit
print_json(struct sign_request *r)
{
	json_t *obj = json_object(), *list = json_array();
	struct json_sink s = { .failed = false };
	size_t i;

	json_put_str(&s, obj, "request", r->path);
	json_put(&s, obj, "dry_run", json_boolean(r->opts->dry_run));
	json_put_text(&s, obj, "signer", buf_bytes(&r->name));
	for (i = 0; i < detached_num(r->request); i++)
		put_item(detached_item(r->request, i), &s, list);
	json_put(&s, obj, "items", list);
	json_put_text(&s, obj, "output", buf_bytes(&r->output));
	if (s.failed) {
		json_decref(obj);
		obj = NULL;
	}
	return token_print_element("signed", obj);
}

static enum cmd_exit
refuse(const struct sign_request *r, const struct cmd *cmd,
    const struct diag *d)
{
	if (d->code == ERR_USAGE || r->blame == NULL)
		return cmd_refuse(cmd, d);
	out_complain(r->blame, d);
	return cmd_end(d->code);
}

static void
clear(struct sign_request *r)
{
	size_t i;

	for (i = 0; r->signatures != NULL && i < detached_num(r->request); i++)
		buf_clear(&r->signatures[i]);
	free(r->signatures);
	signer_end(&r->signer);
	detached_free(&r->request);
	buf_clear(&r->output);
	buf_clear(&r->summary);
	buf_clear(&r->name);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct sign_request_opts o = { .force = false };
	struct sign_request r = { .opts = &o };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	e = check(&r, line->args, &d);
	if (e == ERR_OK)
		e = o.extract != NULL ? extract(&r, &d) : sign(&r, line, &d);
	if (e != ERR_OK)
		end = refuse(&r, cmd, &d);
	else if (o.extract == NULL)
		end = o.signer.token.json ? print_json(&r) : print_text(&r);
	clear(&r);
	return end;
}

const struct cmd cmd_sign_request = {
	.name = "sign-request",
	.args = "REQUEST",
	.summary = "Sign what another machine asks for",
	.text =
	    "REQUEST is what --detached-request of build, edit or sign wrote, on a machine\n"
	    "that cannot reach the key. What is to be signed is shown as its bytes have it,\n"
	    "and confirmed at the terminal. The signature goes back to `ctlsmith attach`: as\n"
	    "bytes, or, of several items, as a response in JSON. --extract is for other\n"
	    "tools.\n\n"
	    "Exit status 0 if all is signed; 1 if the request cannot be read, or the\n"
	    "signature not be written; 3 if what it says is not true of its bytes, the key\n"
	    "is another, or nobody confirmed it; 4 token or PIN.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
