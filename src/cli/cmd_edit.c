/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"
#include "cli/change.h"
#include "cli/edit.h"
#include "cli/input.h"
#include "cli/over.h"

struct edit_opts {
	struct opt_ordered steps;
	struct produce_opts produce;
	struct signer_opts signer;
	struct over_rules over;
	const char *inventory;
	bool other;
};

static const struct opt opts[] = {
	EDIT_OPTS(struct edit_opts),
	{ "orphan-phones", NULL, OPT_FLAG,
	    offsetof(struct edit_opts, over.leave.orphan_phones),
	    "do it although phones are left behind", NULL, 0 },
	{ "drop-server-sast", NULL, OPT_FLAG,
	    offsetof(struct edit_opts, over.leave.drop_server_sast),
	    "do it although the appliance's next list may be refused", NULL,
	    0 },
	{ "inventory", "FILE", OPT_STRING,
	    offsetof(struct edit_opts, inventory),
	    "the token inventory (default: the configuration's)", OPT_FILES,
	    0 },
	{ "unverified", NULL, OPT_FLAG,
	    offsetof(struct edit_opts, over.unverified),
	    "edit a list whose own signature is not right", NULL, 0 },
	{ "replace-other", NULL, OPT_FLAG, offsetof(struct edit_opts, other),
	    "with --force: even where OUT is another list than IN", NULL, 0 },
	PRODUCE_OPTS(struct edit_opts),
	SIGNER_OPTS(struct edit_opts),
	OPT_END,
};

/* One command at work. */
struct work {
	const struct edit_opts *opts;
	const char *path; /* of the list */
	struct edit edit;
	struct buf bytes;
	struct ctl_file *in;
	struct ctl_file *out; /* what OUT is now, if a list other than IN */
	struct signer signer;
	struct custody custody;
	struct ctl_draft *draft;
	struct produce p;
};

/* ---- The list ------------------------------------------------------------------- */

static enum err
load(struct work *w, struct diag *d)
{
	enum err e;

	e = input_load(w->path, FILE_MAX_DEFAULT, &w->bytes, d);
	if (e != ERR_OK)
		return e;
	if (ctl_is_listing(buf_bytes(&w->bytes)))
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is the text of a list, in which neither certificates "
		    "nor a signature are; get the file itself, from the "
		    "publisher's TFTP service");
	e = ctl_parse(buf_bytes(&w->bytes), CTL_KIND_AUTO, &w->in, d);
	if (e == ERR_OK && !ctl_is_list(w->in))
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is no trust list, and has no records");
	return e;
}

/* What phones would refuse is no list that they hold. */
static enum err
verify(const struct work *w, struct diag *d)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	enum err e;

	e = ctl_verify(w->in, &self, &v, d);
	if (e != ERR_OK || v.status == CTL_VERIFIED || w->opts->over.unverified)
		return e;
	return diag_set(d, ERR_POLICY,
	    "it does not verify, so no phone holds it: %.200s (--unverified "
	    "edits it all the same)",
	    v.why.msg);
}

/* Puts the name of the list in front of what D says. */
static enum err
of_list(const struct work *w, enum err e, struct diag *d)
{
	struct buf text = { 0 };

	if (e == ERR_OK || e == ERR_NOMEM)
		return e;
	buf_printf(&text, "%s: ", w->path);
	if (d->path[0] != '\0')
		buf_printf(&text, "%s, ", d->path);
	if (d->offset != DIAG_NOWHERE)
		buf_printf(&text, "byte %zu: ", d->offset);
	buf_str(&text, d->msg);
	e = buf_cstr(&text) != NULL ? diag_set(d, e, "%s", buf_cstr(&text))
				    : diag_nomem(d);
	buf_clear(&text);
	return e;
}

static enum err
read_list(struct work *w, struct diag *d)
{
	enum err e;

	diag_init(d);
	e = load(w, d);
	if (e == ERR_OK)
		e = verify(w, d);
	return of_list(w, e, d);
}

/* Phones hold OUT, or soon will, and it may have what IN has not. */
static enum err
read_out(struct work *w, struct diag *d)
{
	const struct place *p = &w->p.place;
	struct bytes old = buf_bytes(&p->old);

	if (!over_is_list(old) || bytes_equal(old, ctl_raw(w->in)))
		return ERR_OK;
	if (!w->opts->other)
		return diag_set(d, ERR_POLICY,
		    "%.160s is there, and is another list than %.160s: what "
		    "it alone has would be lost; edit that one, or say "
		    "--replace-other",
		    p->path, w->path);
	return over_read(old, p->path, ctl_kind(w->in), &w->opts->over, &w->out,
	    d);
}

/* ---- The draft ------------------------------------------------------------------ */

static enum err
open_inventory(struct work *w, struct diag *d)
{
	struct custody_wish wish = { .inventory = w->opts->inventory,
		.config = &w->signer.run.config,
		.no_lists = true };

	return custody_open(&wish, &w->custody, d);
}

static enum err
make_draft(struct work *w, struct diag *d)
{
	enum err e;

	e = edit_load(&w->edit, &w->signer.run, d);
	if (e == ERR_OK)
		e = of_list(w, edit_resolve(&w->edit, w->in, d), d);
	if (e == ERR_OK)
		e = ctl_draft_from(w->in, &w->draft, d);
	if (e == ERR_OK)
		e = edit_apply(&w->edit, &w->opts->produce, w->draft, d);
	return e;
}

/* The signer stands in every list that it signs. One whom the list did not know
 * comes first, as build has it; whether that may be is change_refuse()'s to
 * say. */
static enum err
add_signer(struct work *w, struct diag *d)
{
	struct entry en = { .role = CTL_ROLE_SAST, .cert = w->signer.cert };
	enum ctl_dialect dialect;
	size_t index;
	enum err e;

	e = ctl_draft_find_sast(w->draft, en.cert, &index, d);
	if (e != ERR_OK || index != 0)
		return e;
	e = ctl_find_sast(w->in, en.cert, &index, d);
	if (e == ERR_OK && index != 0)
		return diag_set(d, ERR_POLICY,
		    "record %zu, the SAST that signs, would be gone: a list "
		    "has its own signer as SAST; sign with another key, or let "
		    "that record go with the next list",
		    index);
	if (e == ERR_OK)
		e = produce_dialect(&w->opts->produce, en.cert, &dialect, d);
	return e == ERR_OK ? entry_add(&en, dialect, w->draft,
				 ctl_draft_num(w->draft) == 0 ? 0 : 1, d)
			   : e;
}

/* ---- What it means -------------------------------------------------------------- */

static const struct custody *
inventory(const struct work *w)
{
	return buf_bytes(&w->custody.path).len > 0 ? &w->custody : NULL;
}

static enum err
read_change(const struct work *w, const struct ctl_file *new,
    struct change *ret, struct diag *d)
{
	return change_read(w->in, w->path, new, inventory(w), ret, d);
}

static enum err
say_change(struct work *w, const struct ctl_file *new, struct diag *d)
{
	const struct change_leave *leave = &w->opts->over.leave;
	struct change c = { .old = NULL };
	enum err e;

	e = read_change(w, new, &c, d);
	if (e != ERR_OK)
		return e;
	if (change_is_none(&c))
		produce_note(&w->p, "no-change",
		    "nothing but the time is another: the list is signed anew");
	edit_note(&w->edit, w->in, &w->p);
	buf_str(&w->p.text, "\n");
	e = change_put(&c, leave, &w->p.text, d);
	change_json(&c, leave, &w->p.sink, w->p.json);
	if (e == ERR_OK)
		e = change_refuse(&c, leave, d);
	change_clear(&c);
	return e;
}

static enum err
judge_time(struct work *w, struct diag *d)
{
	struct buf then = { 0 };
	enum err e = ERR_OK;

	if (over_is_later(w->out, w->p.preview, &then))
		;
	else if (w->opts->produce.timestamp != PRODUCE_NOW)
		produce_note(&w->p, "time-not-later",
		    "the time in the header is not later than that of %s, %s",
		    w->p.place.path, buf_cstr(&then));
	else
		e = diag_set(d, ERR_POLICY,
		    "the list is not made: its time would not be later than "
		    "that of %.100s, %s; --timestamp sets one",
		    w->p.place.path, buf_cstr(&then));
	buf_clear(&then);
	return e;
}

/* The same for those who hold what OUT is now. */
static enum err
say_over(struct work *w, struct diag *d)
{
	const struct change_leave *leave = &w->opts->over.leave;
	struct change c = { .old = NULL };
	json_t *obj;
	enum err e;

	if (w->out == NULL)
		return ERR_OK;
	e = change_read(w->out, w->p.place.path, w->p.preview, inventory(w), &c,
	    d);
	if (e != ERR_OK)
		return e;
	buf_str(&w->p.text, "\n");
	e = change_put(&c, leave, &w->p.text, d);
	obj = json_object();
	change_json(&c, leave, &w->p.sink, obj);
	json_put(&w->p.sink, w->p.json, "replaced", obj);
	if (e == ERR_OK)
		e = change_refuse(&c, leave, d);
	if (e == ERR_OK)
		e = judge_time(w, d);
	change_clear(&c);
	return e;
}

/* The draft as IN's own signer would sign it; *RET is NULL where that cannot
 * be. BYTES are what it stands in. */
static enum err
preview_by_old(const struct work *w, struct buf *bytes, struct ctl_file **ret,
    struct diag *d)
{
	struct ctl_head head = { .digest = DIGEST_SHA1,
		.filename = ctl_kind(w->in) == CTL_KIND_ITL ? "ITLFile.tlv"
							    : "CTLFile.tlv" };
	struct ctl_unsigned u = { .gap = 0 };
	struct cert *c = NULL;
	struct diag why;
	size_t index = ctl_signer_record(w->in);
	enum err e;

	*ret = NULL;
	e = index == 0 ? ERR_OK : select_cert(w->in, index, &c, d);
	if (e != ERR_OK || c == NULL)
		return e;
	head.cert = c;
	ctl_head_copy(&head, w->in, index);
	e = ctl_prepare(w->draft, &head, &u, &why);
	if (e == ERR_OK)
		e = ctl_preview(&u, bytes, &why);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(bytes), u.kind, ret, &why);
	ctl_unsigned_clear(&u);
	cert_free(&c);
	return e == ERR_NOMEM ? diag_nomem(d) : ERR_OK;
}

/* Says what is refused, for the reason in D. */
static enum err
say_early(struct work *w, const struct change *c, struct diag *d)
{
	struct diag why;

	change_json(c, &w->opts->over.leave, &w->p.sink, w->p.json);
	if (change_put(c, &w->opts->over.leave, &w->p.text, &why) != ERR_OK)
		*d = why;
	return d->code;
}

/* Where the signer's certificate is known only behind a PIN: refuses before
 * that is asked for, whoever the signer is. With --orphan-phones he may become
 * a SAST by signing, and it is too early to say. */
static enum err
judge_early(struct work *w, struct diag *d)
{
	struct change c = { .old = NULL };
	struct ctl_file *new = NULL;
	struct buf bytes = { 0 };
	enum err e;

	if (w->signer.cert != NULL || w->opts->over.leave.orphan_phones)
		return ERR_OK;
	e = preview_by_old(w, &bytes, &new, d);
	if (e == ERR_OK && new != NULL)
		e = read_change(w, new, &c, d);
	if (e == ERR_OK && new != NULL)
		e = change_refuse(&c, &w->opts->over.leave, d);
	if (e == ERR_POLICY)
		e = say_early(w, &c, d);
	change_clear(&c);
	ctl_free(&new);
	buf_clear(&bytes);
	return e;
}

/* Says it also of a list that is refused for another reason, which stays the
 * one that is given. */
static enum err
prepare(struct work *w, struct diag *d)
{
	struct diag why;
	enum err e, said;

	diag_init(&why);
	e = produce_prepare(&w->p, d);
	if (e != ERR_OK && (e != ERR_POLICY || w->p.preview == NULL))
		return e;
	said = say_change(w, w->p.preview, &why);
	if (said == ERR_OK)
		said = say_over(w, &why);
	if (e == ERR_OK || said == ERR_NOMEM) {
		*d = why;
		return said;
	}
	return e;
}

/* ---- The command ---------------------------------------------------------------- */

/* What is known by now. */
static void
fill_in(struct work *w)
{
	w->p.draft = w->draft;
	w->p.in = w->in;
	w->p.in_path = w->path;
}

/* No certificate is where something is to be written. */
static enum err
check_apart(struct work *w, struct diag *d)
{
	enum err e = ERR_OK;
	struct buf *where;
	size_t i;

	for (i = 0; e == ERR_OK && i < w->edit.num; i++) {
		where = &w->edit.steps[i].entry.where;
		if (where->len > 0)
			e = produce_check_apart_of(&w->p, buf_cstr(where), d);
	}
	return e;
}

static enum err
edit(struct work *w, struct opt_line *line, struct diag *d)
{
	enum err e;

	e = signer_begin(&w->signer, &w->opts->signer, line, d);
	if (e == ERR_OK)
		e = edit_parse(&w->opts->steps, &w->edit, d);
	if (e == ERR_OK)
		e = check_apart(w, d);
	if (e == ERR_OK)
		e = read_list(w, d);
	if (e == ERR_OK)
		e = read_out(w, d);
	if (e == ERR_OK)
		e = open_inventory(w, d);
	if (e == ERR_OK)
		e = make_draft(w, d);
	if (e == ERR_OK)
		e = signer_see_cert(&w->signer, d);
	if (e == ERR_OK)
		e = judge_early(w, d);
	if (e == ERR_OK)
		e = signer_find_cert(&w->signer, d);
	if (e == ERR_OK)
		e = add_signer(w, d);
	if (e != ERR_OK)
		return e;
	fill_in(w);
	e = prepare(w, d);
	return e == ERR_OK ? produce_finish(&w->p, d) : e;
}

static void
clear(struct work *w)
{
	ctl_free(&w->out);
	produce_clear(&w->p);
	ctl_draft_free(&w->draft);
	custody_close(&w->custody);
	edit_clear(&w->edit);
	ctl_free(&w->in);
	buf_clear(&w->bytes);
	signer_end(&w->signer);
}

static enum err
check(struct work *w, char **args, struct diag *d)
{
	enum err e;

	if (args[0] == NULL)
		return diag_set(d, ERR_USAGE,
		    "the list that is to be edited is missing");
	if (args[1] != NULL)
		return diag_set(d, ERR_USAGE, "one list at a time");
	e = produce_check_apart(&w->p, w->opts, args, d);
	return e == ERR_OK ? produce_check(&w->p, w->opts->signer.token.json, d)
			   : e;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct edit_opts o = { .produce.timestamp = PRODUCE_NOW };
	struct work w = { .opts = &o,
		.p = { .cmd = cmd, .opts = &o.produce, .signer = &w.signer } };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	produce_begin(&w.p);
	e = check(&w, line->args, &d);
	w.path = line->args[0];
	if (e == ERR_OK)
		e = edit(&w, line, &d);
	end = produce_end(&w.p, o.signer.token.json, e, &d);
	clear(&w);
	return end;
}

const struct cmd cmd_edit = {
	.name = "edit",
	.args = "IN -o OUT",
	.summary = "Change records of a trust list, and sign it anew",
	.text =
	    "Adds, removes and replaces records of a CTL or ITL, and signs the\n"
	    "result; all other records stay as they are, byte for byte. SELECTOR is\n"
	    "a record's number, its role (sast, ccm+tftp, capf ...), host=NAME,\n"
	    "cn=NAME or serial=HEX, or several of these with commas between. CERT is\n"
	    "a file (PEM or DER) or a pkcs11: URI. A certificate is replaced in every\n"
	    "role that it has.\n"
	    "\n"
	    "Before it signs it says what is different, whether phones accept it, and\n"
	    "which are left behind; where some are, it refuses, unless it is given\n"
	    "--orphan-phones. IN may be OUT, with --force. '-' reads standard input.\n"
	    "\n"
	    "Exit status 0 if the list is made; 3 if a rule refuses it; 4 token or\n"
	    "PIN.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
