/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/certload.h"
#include "cli/change.h"
#include "cli/cmd.h"
#include "cli/entry.h"
#include "cli/input.h"
#include "cli/over.h"
#include "cli/produce.h"
#include "cli/spec.h"
#include "trust/trust.h"

struct build_opts {
	struct produce_opts produce;
	struct signer_opts signer;
	struct opt_ordered records;
	struct over_rules over;
	const char *kind, *spec, *inventory;
};

#define RECORD(role, arg, help)                                               \
	{                                                                     \
		role, arg, OPT_ORDERED, offsetof(struct build_opts, records), \
		    help, OPT_FILES, 0                                        \
	}

static const struct opt opts[] = {
	RECORD("sast", "CERT", "who may sign lists: a token, a CallManager"),
	RECORD("ccm-tftp", "CERT", "a CallManager that is a TFTP server, too"),
	RECORD("ccm", "CERT", "a CallManager"),
	RECORD("tftp", "CERT", "a TFTP server"),
	RECORD("capf", "CERT", "the CAPF server"),
	RECORD("tvs", "CERT", "a TVS server (in an ITL)"),
	RECORD("app-server", "CERT", "an application server"),
	RECORD("firewall", "CERT", "a firewall that is a phone proxy"),
	RECORD("srst", "CERT", "an SRST gateway"),
	{ "spec", "FILE", OPT_STRING, offsetof(struct build_opts, spec),
	    "the list as YAML; options go before it", OPT_FILES, 0 },
	{ "kind", "KIND", OPT_STRING, offsetof(struct build_opts, kind),
	    "what is made: ctl (default) or itl", "ctl itl", 0 },
	{ "orphan-phones", NULL, OPT_FLAG,
	    offsetof(struct build_opts, over.leave.orphan_phones),
	    "replace a list although phones are left behind", NULL, 0 },
	{ "drop-server-sast", NULL, OPT_FLAG,
	    offsetof(struct build_opts, over.leave.drop_server_sast),
	    "and although the appliance's next one may be refused", NULL, 0 },
	{ "unverified", NULL, OPT_FLAG,
	    offsetof(struct build_opts, over.unverified),
	    "replace a list whose own signature is not right", NULL, 0 },
	{ "inventory", "FILE", OPT_STRING,
	    offsetof(struct build_opts, inventory),
	    "the token inventory (default: the configuration's)", OPT_FILES,
	    0 },
	PRODUCE_OPTS(struct build_opts),
	SIGNER_OPTS(struct build_opts),
	OPT_END,
};

/* One command at work. */
struct build {
	const struct build_opts *opts;
	struct produce_opts eff; /* the options with what the spec says */
	struct spec spec;
	struct entry *entries; /* of the options */
	size_t num_entries;
	struct signer signer;
	struct custody custody;
	struct ctl_draft *draft;
	struct ctl_file *in;
	struct produce p;
};

/* ---- What is asked for ------------------------------------------------------------ */

/* Puts the name of the specification before the line in it. */
static enum err
in_spec(const struct build *b, enum err e, struct diag *d)
{
	if (e != ERR_OK && d->line > 0)
		diag_at(d, DIAG_NOWHERE, "%s", b->opts->spec);
	return e;
}

static enum err
read_spec(struct build *b, struct diag *d)
{
	const char *path = b->opts->spec;
	struct diag why;
	enum err e;

	if (path == NULL)
		return ERR_OK;
	diag_init(&why);
	e = spec_load(path, &b->spec, &why);
	if (e == ERR_OK)
		return ERR_OK;
	if (why.line == 0)
		return diag_set(d, e, "%s: %s", path, why.msg);
	*d = why;
	return in_spec(b, e, d);
}

static enum err
read_options(struct build *b, struct diag *d)
{
	const struct opt_ordered *o = &b->opts->records;
	char what[32];
	uint16_t role = 0;
	enum err e = ERR_OK;
	size_t i;

	b->entries = calloc(o->num + 1, sizeof(*b->entries));
	if (b->entries == NULL)
		return diag_nomem(d);
	for (i = 0; i < o->num && e == ERR_OK; i++) {
		(void)snprintf(what, sizeof(what), "--%s", o->at[i].opt->name);
		if (!entry_role(bytes_of_str(o->at[i].opt->name), &role))
			return diag_set(d, ERR_USAGE, "%s is no role", what);
		b->num_entries++;
		e = entry_parse(what, o->at[i].value, role, &b->entries[i], d);
	}
	return e;
}

/* No certificate is where something is to be written. */
static enum err
check_apart(struct build *b, struct entry *entries, size_t num, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < num; i++)
		if (entries[i].where.len > 0)
			e = produce_check_apart_of(&b->p,
			    buf_cstr(&entries[i].where), d);
	return e;
}

static enum err
merge(struct build *b, enum ctl_kind *ret_kind, struct diag *d)
{
	enum ctl_kind kind = CTL_KIND_AUTO;
	enum err e;

	e = input_kind_named(b->opts->kind, &kind, d);
	if (e != ERR_OK)
		return diag_set(d, ERR_USAGE,
		    "--kind is ctl or itl, not '%.60s'", b->opts->kind);
	if (kind == CTL_KIND_AUTO)
		kind = b->spec.kind != CTL_KIND_AUTO ? b->spec.kind
						     : CTL_KIND_CTL;
	if (kind != CTL_KIND_CTL && kind != CTL_KIND_ITL)
		return diag_set(d, ERR_USAGE, "--kind is ctl or itl, not '%s'",
		    b->opts->kind);
	b->eff = b->opts->produce;
	if (b->eff.digest == NULL)
		b->eff.digest = b->spec.digest != NULL ? b->spec.digest
						       : "sha1";
	if (b->eff.filename == NULL)
		b->eff.filename = b->spec.filename;
	if (b->eff.filename == NULL)
		b->eff.filename = kind == CTL_KIND_ITL ? "ITLFile.tlv"
						       : "CTLFile.tlv";
	*ret_kind = kind;
	return ERR_OK;
}

/* ---- The list that is replaced ------------------------------------------------------ */

/* The old file, if it is a list. */
static enum err
read_in(struct build *b, enum ctl_kind kind, struct diag *d)
{
	return over_read(buf_bytes(&b->p.place.old), b->eff.output, kind,
	    &b->opts->over, &b->in, d);
}

/* The dialect of a record: as the list that is replaced spells a SAST, since
 * phones compare the bytes. */
static enum err
choose_dialect(const struct build *b, uint16_t role, const struct cert *c,
    enum ctl_dialect *ret, struct diag *d)
{
	size_t index = 0;
	enum err e = ERR_OK;

	if (b->in != NULL && b->eff.dialect == NULL && role == CTL_ROLE_SAST &&
	    c != NULL)
		e = ctl_find_sast(b->in, c, &index, d);
	if (e == ERR_OK && index != 0)
		*ret = ctl_record(b->in, index)->dialect;
	else if (e == ERR_OK)
		e = produce_dialect(&b->eff, c, ret, d);
	return e;
}

/* ---- The draft -------------------------------------------------------------------- */

static enum err
add(struct build *b, struct entry *en, size_t at, struct diag *d)
{
	enum ctl_dialect dialect;
	enum err e;

	e = choose_dialect(b, en->role, en->cert, &dialect, d);
	return e == ERR_OK ? entry_add(en, dialect, b->draft, at, d) : e;
}

static enum err
add_all(struct build *b, struct entry *entries, size_t num, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < num && e == ERR_OK; i++) {
		e = entry_load(&entries[i], &b->signer.run, d);
		if (e == ERR_OK)
			e = add(b, &entries[i], 0, d);
	}
	return e;
}

/* The signer stands first, as the appliance writes it, unless it is there. */
static enum err
add_signer(struct build *b, struct diag *d)
{
	struct entry en = { .role = CTL_ROLE_SAST, .cert = b->signer.cert };
	size_t index;
	enum err e;

	e = ctl_draft_find_sast(b->draft, b->signer.cert, &index, d);
	if (e != ERR_OK || index != 0)
		return e;
	return add(b, &en, ctl_draft_num(b->draft) == 0 ? 0 : 1, d);
}

static enum err
draft(struct build *b, enum ctl_kind kind, struct diag *d)
{
	enum err e;

	e = ctl_draft_new(kind, &b->draft, d);
	if (e == ERR_OK)
		e = in_spec(b,
		    add_all(b, b->spec.entries, b->spec.num_entries, d), d);
	if (e == ERR_OK)
		e = add_all(b, b->entries, b->num_entries, d);
	return e;
}

/* ---- What it means ------------------------------------------------------------------ */

static bool
has_owner(const struct ctl_file *f, enum trust_owner owner)
{
	const struct ctl_record *r;
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		if (r->has_role && r->role == CTL_ROLE_SAST &&
		    trust_owner_of(f, i) == owner)
			return true;
	}
	return false;
}

/* From 11.5 on the appliance takes over from tokens with its own keys. */
static void
note_servers(struct produce *p)
{
	bool ccm = has_owner(p->preview, TRUST_OWNER_CALLMANAGER);
	bool itl = has_owner(p->preview, TRUST_OWNER_ITLRECOVERY);
	bool both = !ccm && !itl;

	if (ctl_kind(p->preview) != CTL_KIND_CTL || (ccm && itl) ||
	    ctl_origin(p->preview) != CTL_ORIGIN_TOKEN)
		return;
	produce_note(p, "server-sast",
	    "the publisher's %s no SAST here: from release 11.5 on %s into a "
	    "list that a token signs, so that phones take the appliance's own "
	    "next list",
	    both      ? "CallManager and ITLRecovery are"
		: ccm ? "ITLRecovery is"
		      : "CallManager is",
	    both ? "both belong" : "it belongs");
}

static enum err
read_change(struct build *b, struct change *ret, struct diag *d)
{
	struct custody_wish wish = { .inventory = b->opts->inventory,
		.config = &b->signer.run.config,
		.no_lists = true };
	enum err e;

	e = custody_open(&wish, &b->custody, d);
	if (e != ERR_OK)
		return e;
	return change_read(b->in, b->eff.output, b->p.preview,
	    buf_bytes(&b->custody.path).len > 0 ? &b->custody : NULL, ret, d);
}

/* A list that takes another's place is judged as edit judges. */
static enum err
say_change(struct build *b, struct diag *d)
{
	const struct change_leave *leave = &b->opts->over.leave;
	struct change c = { .old = NULL };
	enum err e;

	if (b->in == NULL)
		return ERR_OK;
	e = read_change(b, &c, d);
	if (e != ERR_OK)
		return e;
	buf_str(&b->p.text, "\n");
	e = change_put(&c, leave, &b->p.text, d);
	change_json(&c, leave, &b->p.sink, b->p.json);
	if (e == ERR_OK)
		e = change_refuse(&c, leave, d);
	change_clear(&c);
	return e;
}

/* What is refused for another reason is compared all the same, and that reason
 * given. */
static enum err
prepare(struct build *b, struct diag *d)
{
	struct diag why;
	enum err e, said;

	e = produce_prepare(&b->p, d);
	if (e != ERR_OK && (e != ERR_POLICY || b->p.preview == NULL))
		return e;
	note_servers(&b->p);
	if (b->p.place.old.len > 0 && b->in == NULL)
		produce_note(&b->p, "old-no-list",
		    "%s is no trust list now: nothing is compared with it",
		    b->eff.output);
	said = say_change(b, &why);
	if (said == ERR_OK || (e != ERR_OK && said == ERR_POLICY))
		return e;
	*d = why;
	return said;
}

/* ---- The command -------------------------------------------------------------------- */

/* What is known by now. */
static void
fill_in(struct build *b)
{
	b->p.opts = &b->eff;
	b->p.draft = b->draft;
	b->p.in = b->in;
	b->p.in_path = b->eff.output;
	b->p.major = b->spec.major;
	b->p.minor = b->spec.minor;
	b->p.has_time = b->spec.has_timestamp;
	b->p.time = b->spec.timestamp;
}

static enum err
work(struct build *b, struct opt_line *line, struct diag *d)
{
	enum ctl_kind kind = CTL_KIND_AUTO;
	enum err e;

	e = signer_begin(&b->signer, &b->opts->signer, line, d);
	if (e == ERR_OK)
		e = read_spec(b, d);
	if (e == ERR_OK)
		e = read_options(b, d);
	if (e == ERR_OK)
		e = check_apart(b, b->entries, b->num_entries, d);
	if (e == ERR_OK)
		e = check_apart(b, b->spec.entries, b->spec.num_entries, d);
	if (e == ERR_OK)
		e = merge(b, &kind, d);
	if (e == ERR_OK)
		e = read_in(b, kind, d);
	if (e == ERR_OK)
		e = draft(b, kind, d);
	/* for which a PIN may be needed */
	if (e == ERR_OK)
		e = signer_find_cert(&b->signer, d);
	if (e == ERR_OK)
		e = add_signer(b, d);
	if (e != ERR_OK)
		return e;
	fill_in(b);
	e = prepare(b, d);
	return e == ERR_OK ? produce_finish(&b->p, d) : e;
}

static void
clear(struct build *b)
{
	size_t i;

	for (i = 0; i < b->num_entries; i++)
		entry_clear(&b->entries[i]);
	free(b->entries);
	spec_clear(&b->spec);
	ctl_draft_free(&b->draft);
	ctl_free(&b->in);
	produce_clear(&b->p);
	custody_close(&b->custody);
	signer_end(&b->signer);
}

/* All is said by options. */
static enum err
check_arguments(char **args, struct diag *d)
{
	if (args[0] == NULL)
		return ERR_OK;
	if (certload_is_uri(args[0])) /* it may hold a PIN */
		return diag_set(d, ERR_USAGE,
		    "a URI stands behind the role of its certificate, such as "
		    "--capf");
	return diag_set(d, ERR_USAGE,
	    "'%.80s' is no option: a certificate stands behind its role, such "
	    "as --capf %.80s",
	    args[0], args[0]);
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct build_opts o = { .produce.timestamp = PRODUCE_NOW };
	struct build b = { .opts = &o,
		.p = { .cmd = cmd, .opts = &o.produce, .signer = &b.signer } };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	produce_begin(&b.p);
	e = check_arguments(line->args, &d);
	if (e == ERR_OK)
		e = produce_check_apart(&b.p, &o, NULL, &d);
	if (e == ERR_OK)
		e = produce_check(&b.p, o.signer.token.json, &d);
	if (e == ERR_OK)
		e = work(&b, line, &d);
	end = produce_end(&b.p, o.signer.token.json, e, &d);
	clear(&b);
	return end;
}

const struct cmd cmd_build = {
	.name = "build",
	.args = "",
	.summary = "Make a trust list, signed by a key on a token",
	.text =
	    "A CTL or ITL of the certificates that options name, in their "
	    "order, or that a\nspecification does. CERT is a file (PEM or DER) "
	    "or a pkcs11: URI; behind it may\nstand ,host=NAME ,ip=ADDRESS "
	    "and ,dialect=NAME. The signer becomes the first\nSAST where it is "
	    "none. What phones would refuse is not made. The file is parsed\n"
	    "and verified before it is written; with --force the old one is "
	    "kept beside it.\n",
	.opts = opts,
	.run = run,
};
