/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cmd.h"
#include "cli/detached.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/out.h"
#include "cli/over.h"
#include "cli/place.h"
#include "cli/seen.h"
#include "cli/token_print.h"

/* The longest file that may be a signature, and is not a response. */
#define SIGNATURE_MAX ((size_t)64 * 1024)

struct attach_opts {
	const char *output, *inventory;
	struct over_rules over;
	bool force, other, dry_run, json;
};

static const struct opt opts[] = {
	{ "output", "FILE", OPT_STRING, offsetof(struct attach_opts, output),
	    "write it here, and not where the request says", OPT_FILES, 'o' },
	{ "force", NULL, OPT_FLAG, offsetof(struct attach_opts, force),
	    "replace a file that is there, and keep a copy", NULL, 0 },
	{ "replace-other", NULL, OPT_FLAG, offsetof(struct attach_opts, other),
	    "even one that the request was not made from", NULL, 0 },
	{ "orphan-phones", NULL, OPT_FLAG,
	    offsetof(struct attach_opts, over.leave.orphan_phones),
	    "replace a list although phones are left behind", NULL, 0 },
	{ "drop-server-sast", NULL, OPT_FLAG,
	    offsetof(struct attach_opts, over.leave.drop_server_sast),
	    "and although the appliance's next one may be refused", NULL, 0 },
	{ "unverified", NULL, OPT_FLAG,
	    offsetof(struct attach_opts, over.unverified),
	    "replace a list whose own signature is not right", NULL, 0 },
	{ "inventory", "FILE", OPT_STRING,
	    offsetof(struct attach_opts, inventory),
	    "the token inventory (default: the configuration's)", OPT_FILES,
	    0 },
	{ "dry-run", NULL, OPT_FLAG, offsetof(struct attach_opts, dry_run),
	    "check all, and write nothing", NULL, 0 },
	{ "json", NULL, OPT_FLAG, offsetof(struct attach_opts, json),
	    "print JSON instead of text", NULL, 0 },
	OPT_END,
};

/* What was said of a list that is replaced, or NULL. */
struct replaced {
	json_t *said;
};

/* One command at work; an array has an element for each item. */
struct attach {
	const struct attach_opts *opts;
	const char *path;  /* of the request */
	const char *blame; /* the file that D is about, or NULL */
	struct detached *request;
	size_t num;
	struct buf *signatures, *files;
	struct place *places;
	struct custody custody;
	struct buf text; /* the same of all, for people */
	struct replaced *replaced;
	struct json_sink sink;
	size_t num_written;
};

/* ---- What is given ------------------------------------------------------------ */

static enum err
check_args(const struct attach_opts *o, char **args, struct diag *d)
{
	if (args[0] == NULL)
		return diag_set(d, ERR_USAGE, "a REQUEST is missing");
	if (args[1] == NULL)
		return diag_set(d, ERR_USAGE,
		    "a SIGNATURE is missing: the file with what the tool "
		    "wrote");
	if (o->output != NULL && strcmp(o->output, "-") == 0)
		return diag_set(d, ERR_USAGE, "-o wants the name of a file");
	return ERR_OK;
}

static enum err
read_request(struct attach *a, struct diag *d)
{
	enum err e;

	a->blame = a->path;
	e = detached_read(a->path, &a->request, d);
	if (e != ERR_OK)
		return e;
	a->blame = NULL;
	a->num = detached_num(a->request);
	a->signatures = calloc(a->num, sizeof(*a->signatures));
	a->files = calloc(a->num, sizeof(*a->files));
	a->places = calloc(a->num, sizeof(*a->places));
	a->replaced = calloc(a->num, sizeof(*a->replaced));
	if (a->signatures == NULL || a->files == NULL || a->places == NULL ||
	    a->replaced == NULL)
		return diag_nomem(d);
	if (a->opts->output != NULL && a->num > 1)
		return diag_set(d, ERR_USAGE,
		    "-o names one file, and the request has %zu items, each "
		    "with its own",
		    a->num);
	return ERR_OK;
}

/* The signature of item I, or the response to all, in PATH. */
static enum err
read_signature(struct attach *a, size_t i, const char *path, bool alone,
    struct diag *d)
{
	struct buf content = { 0 };
	enum err e;

	a->blame = path;
	e = input_load(path, alone ? DETACHED_MAX_SIZE : SIGNATURE_MAX,
	    &content, d);
	if (e != ERR_OK)
		;
	else if (alone && detached_is_response(buf_bytes(&content)))
		e = detached_take_response(a->request, buf_bytes(&content),
		    a->signatures, d);
	else if (alone && a->num > 1)
		e = diag_set(d, ERR_USAGE,
		    "one signature, and the request has %zu items: give one "
		    "for each, in their order, or a response",
		    a->num);
	else
		e = detached_take(a->request, i, buf_bytes(&content),
		    &a->signatures[i], d);
	buf_clear(&content);
	if (e == ERR_OK)
		a->blame = NULL;
	return e;
}

static enum err
read_signatures(struct attach *a, char **paths, struct diag *d)
{
	size_t i, num = 0;
	enum err e = ERR_OK;

	while (paths[num] != NULL)
		num++;
	if (num > 1 && num != a->num)
		return diag_set(d, ERR_USAGE,
		    "%zu signatures, and the request has %zu items: give one "
		    "for each, in their order",
		    num, a->num);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = read_signature(a, i, paths[i], num == 1, d);
	return e;
}

/* ---- What is made of it ------------------------------------------------------- */

static enum err
finish(struct attach *a, struct diag *d)
{
	const struct cert *cert = detached_cert(a->request);
	struct ctl_memo *memo = NULL;
	enum err e;
	size_t i;

	e = ctl_memo_new(&memo, d);
	for (i = 0; e == ERR_OK && i < a->num; i++)
		e = ctl_finish(&detached_item(a->request, i)->unsigned_,
		    buf_bytes(&a->signatures[i]), cert, memo, &a->files[i], d);
	ctl_memo_free(&memo);
	return e;
}

/* No two items go to one place. */
static enum err
check_targets(const struct attach *a, struct diag *d)
{
	char real[PATH_MAX];
	struct seen seen = { 0 };
	const char *path = NULL;
	bool is_new = true;
	enum err e = ERR_OK;
	size_t i;

	if (a->num == 1)
		return ERR_OK;
	for (i = 0; e == ERR_OK && is_new && i < a->num; i++) {
		path = detached_item(a->request, i)->target;
		e = seen_add(&seen, realpath(path, real) != NULL ? real : path,
		    true, &is_new, d);
	}
	seen_clear(&seen);
	if (e != ERR_OK || is_new)
		return e;
	return diag_set(d, ERR_EXISTS,
	    "item %zu of the request goes to %.160s, and so does one before "
	    "it: nothing is written",
	    i, path);
}

/* All places, before the first is written to. */
static enum err
check_places(struct attach *a, struct diag *d)
{
	const struct detached_item *it;
	enum err e = check_targets(a, d);
	struct place *p;
	size_t i;

	for (i = 0; e == ERR_OK && i < a->num; i++) {
		it = detached_item(a->request, i);
		p = &a->places[i];
		p->path = a->opts->output != NULL ? a->opts->output
						  : it->target;
		p->force = a->opts->force;
		/* as sign makes those below its -o; a list has its place */
		p->folders = a->opts->output == NULL &&
		    it->unsigned_.kind == CTL_KIND_SIGNED;
		p->base = it->has_base && !a->opts->other ? &it->base : NULL;
		e = place_check(p, buf_bytes(&a->files[i]), d);
	}
	return e;
}

/* ---- What it means for phones ------------------------------------------------- */

static enum err
open_inventory(struct attach *a, struct diag *d)
{
	struct config config;
	struct custody_wish wish = { .inventory = a->opts->inventory,
		.config = &config,
		.no_lists = true };
	enum err e;

	e = config_load(&config, d);
	if (e == ERR_OK)
		e = custody_open(&wish, &a->custody, d);
	config_clear(&config);
	return e;
}

static enum err
judge_time(const struct attach *a, const struct change *c, struct diag *d)
{
	struct buf then = { 0 };
	enum err e = ERR_OK;

	if (!a->opts->over.leave.orphan_phones &&
	    !over_is_later(c->old, c->new, &then))
		e = diag_set(d, ERR_POLICY,
		    "the list is not written: its time is not later than that "
		    "of %.160s, %s (--orphan-phones writes it all the same)",
		    c->old_path, buf_cstr(&then));
	buf_clear(&then);
	return e;
}

/* NEW, for item I, takes the place of OLD: says what that means, and refuses. */
static enum err
judge_change(struct attach *a, size_t i, const struct ctl_file *old,
    const struct ctl_file *new, struct diag *d)
{
	const struct change_leave *leave = &a->opts->over.leave;
	struct change c = { .old = NULL };
	enum err e;

	e = change_read(old, a->places[i].path, new,
	    buf_bytes(&a->custody.path).len > 0 ? &a->custody : NULL, &c, d);
	if (e != ERR_OK)
		return e;
	e = change_put(&c, leave, &a->text, d);
	buf_str(&a->text, "\n");
	a->replaced[i].said = json_object();
	change_json(&c, leave, &a->sink, a->replaced[i].said);
	if (e == ERR_OK)
		e = change_refuse(&c, leave, d);
	if (e == ERR_OK)
		e = judge_time(a, &c, d);
	change_clear(&c);
	return e;
}

/* As build judges what stands under its -o: what was judged when the request
 * was made was of another list, or of another day. */
static enum err
judge(struct attach *a, size_t i, struct diag *d)
{
	enum ctl_kind kind = detached_item(a->request, i)->unsigned_.kind;
	const struct place *p = &a->places[i];
	struct ctl_file *old = NULL, *new = NULL;
	enum err e;

	if (!p->there || p->done)
		return ERR_OK;
	e = over_read(buf_bytes(&p->old), p->path, kind, &a->opts->over, &old,
	    d);
	if (e == ERR_OK && old != NULL)
		e = ctl_parse(buf_bytes(&a->files[i]), kind, &new, d);
	if (e == ERR_OK && old != NULL)
		e = open_inventory(a, d);
	if (e == ERR_OK && old != NULL)
		e = judge_change(a, i, old, new, d);
	custody_close(&a->custody);
	ctl_free(&old);
	ctl_free(&new);
	return e;
}

static enum err
judge_all(struct attach *a, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < a->num; i++)
		e = judge(a, i, d);
	if (e == ERR_OK && (!buf_ok(&a->text) || a->sink.failed))
		e = diag_nomem(d);
	return e;
}

static enum err
write_all(struct attach *a, struct diag *d)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && a->num_written < a->num) {
		e = place_write(&a->places[a->num_written],
		    buf_bytes(&a->files[a->num_written]), d);
		if (e == ERR_OK)
			a->num_written++;
	}
	return e;
}

static enum err
work(struct attach *a, char **args, struct diag *d)
{
	enum err e;

	e = check_args(a->opts, args, d);
	if (e != ERR_OK)
		return e;
	a->path = args[0];
	e = read_request(a, d);
	if (e == ERR_OK)
		e = read_signatures(a, args + 1, d);
	if (e == ERR_OK)
		e = finish(a, d);
	if (e == ERR_OK)
		e = check_places(a, d);
	if (e == ERR_OK)
		e = judge_all(a, d);
	if (e == ERR_OK && !a->opts->dry_run)
		e = write_all(a, d);
	return e;
}

/* ---- What is said ---------------------------------------------------------------- */

static const char *
what_happened(const struct attach *a, const struct place *p)
{
	if (p->done)
		return "Is there already";
	return a->opts->dry_run ? "Would be written" : "Written";
}

static void
put_line(const struct attach *a, size_t i, struct buf *out)
{
	const struct place *p = &a->places[i];
	struct bytes file = buf_bytes(&a->files[i]);
	struct digest_value sha1;

	buf_printf(out, "%s: ", what_happened(a, p));
	text_put_safe(out, bytes_of_str(p->path));
	buf_printf(out, " (%s, %zu bytes, verified",
	    ctl_kind_name(detached_item(a->request, i)->unsigned_.kind),
	    file.len);
	if (digest_of(DIGEST_SHA1, &file, 1, &sha1, NULL) == ERR_OK) {
		buf_str(out, ", SHA-1 ");
		text_put_hex(out, digest_bytes(&sha1), "", TEXT_LOWER);
	}
	buf_str(out, ")\n");
	if (p->kept[0] != '\0') {
		buf_str(out, "Before: ");
		text_put_safe(out, bytes_of_str(p->kept));
		buf_u8(out, '\n');
	}
}

static enum cmd_exit
print_text(const struct attach *a, size_t num)
{
	struct buf text = { 0 };
	enum cmd_exit end;
	size_t i;

	buf_put(&text, buf_bytes(&a->text));
	for (i = 0; i < num; i++)
		put_line(a, i, &text);
	end = out_write(&text);
	buf_clear(&text);
	return end;
}

static void
put_file(const struct attach *a, size_t i, struct json_sink *s, json_t *list)
{
	const struct detached_item *it = detached_item(a->request, i);
	const struct place *p = &a->places[i];
	json_t *obj = json_object();

	json_put_str(s, obj, "kind", ctl_kind_name(it->unsigned_.kind));
	json_put(s, obj, "file",
	    json_of_file(s, p->path, buf_bytes(&a->files[i])));
	json_put(s, obj, "written",
	    json_boolean(!p->done && !a->opts->dry_run));
	json_put_str(s, obj, "backup", p->kept[0] != '\0' ? p->kept : NULL);
	if (a->replaced[i].said != NULL &&
	    json_object_update(obj, a->replaced[i].said) != 0)
		s->failed = true;
	json_append(s, list, obj);
}

static enum cmd_exit
print_json(const struct attach *a, size_t num)
{
	json_t *obj = json_object(), *list = json_array();
	struct json_sink s = { .failed = false };
	size_t i;

	json_put_str(&s, obj, "request", a->path);
	json_put(&s, obj, "dry_run", json_boolean(a->opts->dry_run));
	for (i = 0; i < num; i++)
		put_file(a, i, &s, list);
	json_put(&s, obj, "files", list);
	if (s.failed) {
		json_decref(obj);
		obj = NULL;
	}
	return token_print_element("attached", obj);
}

/* What was written is said even where the rest was not. */
static enum cmd_exit
say(const struct attach *a, const struct cmd *cmd, enum err e,
    const struct diag *d)
{
	size_t num = e == ERR_OK ? a->num : a->num_written;
	enum cmd_exit end = CMD_OK;
	struct diag why;

	/* why it is refused is told as well */
	if (num > 0 || (e == ERR_POLICY && a->text.len > 0 && !a->opts->json))
		end = a->opts->json ? print_json(a, num) : print_text(a, num);
	if (end != CMD_OK && a->num_written > 0) {
		diag_init(&why);
		(void)diag_set(&why, ERR_IO,
		    "%zu of %zu files are written, but not all could be said "
		    "of them",
		    a->num_written, a->num);
		end = out_worse(end, cmd_refuse(cmd, &why));
	}
	if (e == ERR_OK)
		return end;
	if (e == ERR_USAGE || a->blame == NULL)
		return out_worse(end, cmd_refuse(cmd, d));
	out_complain(a->blame, d);
	return out_worse(end, cmd_end(e));
}

static void
clear(struct attach *a)
{
	size_t i;

	for (i = 0; i < a->num; i++) {
		if (a->signatures != NULL)
			buf_clear(&a->signatures[i]);
		if (a->files != NULL)
			buf_clear(&a->files[i]);
		if (a->places != NULL)
			place_clear(&a->places[i]);
		if (a->replaced != NULL)
			json_decref(a->replaced[i].said);
	}
	free(a->signatures);
	free(a->files);
	free(a->places);
	free(a->replaced);
	buf_clear(&a->text);
	detached_free(&a->request);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct attach_opts o = { .force = false };
	struct attach a = { .opts = &o };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	e = work(&a, line->args, &d);
	end = say(&a, cmd, e, &d);
	clear(&a);
	return end;
}

const struct cmd cmd_attach = {
	.name = "attach",
	.args = "REQUEST SIGNATURE...",
	.summary = "Put a signature made elsewhere into its file",
	.text =
	    "REQUEST is what --detached-request of build, edit or sign wrote. "
	    "SIGNATURE is\nwhat the tool wrote that signed: bytes, hex or "
	    "base64, one file for each item of\nthe request in their order; "
	    "or the response of `ctlsmith sign-request`. The\nfinished file "
	    "is parsed and verified, and goes where the request says. A list\n"
	    "that is there is replaced as build replaces it: what that means "
	    "for phones is\nsaid, and refused where it leaves some behind.\n\n"
	    "Exit status 0 if every file is written or was there already; 1 if "
	    "the request or\na signature cannot be read, a file is there or "
	    "cannot be written; 3 if a\nsignature is not right, or a rule "
	    "refuses the list.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
