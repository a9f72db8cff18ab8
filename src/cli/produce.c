/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/produce.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/apart.h"
#include "cli/cmd.h"
#include "cli/detached.h"
#include "cli/produce_parts.h"

/* ---- Options ---------------------------------------------------------------- */

static bool
is_stdout(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

bool
produce_to_stdout(const struct produce_opts *o)
{
	return is_stdout(o->detached != NULL ? o->detached : o->output);
}

/* What stands behind OPTION may name a file. */
static enum err
check_path(const char *option, const char *path, struct diag *d)
{
	size_t len = path == NULL ? 1 : strlen(path);

	if (len == 0)
		return diag_set(d, ERR_USAGE, "%s: the name is empty", option);
	if (path != NULL && path[len - 1] == '/')
		return diag_set(d, ERR_USAGE,
		    "%s: %s names a folder; name a file in it", option, path);
	return ERR_OK;
}

enum err
produce_check_apart(const struct produce *p, const void *target, char **args,
    struct diag *d)
{
	struct apart list = { p->opts->output, "output" };
	struct apart request = { p->opts->detached, "detached-request" };
	enum err e;

	e = apart_check_all(&request, p->cmd->opts, target, args, d);
	if (e == ERR_OK)
		e = apart_check_all(&list, p->cmd->opts, target, NULL, d);
	return e;
}

enum err
produce_check_apart_of(const struct produce *p, const char *where,
    struct diag *d)
{
	struct apart list = { p->opts->output, "output" };
	struct apart request = { p->opts->detached, "detached-request" };
	enum err e = apart_check(&request, where, d);

	return e == ERR_OK ? apart_check(&list, where, d) : e;
}

/* What cannot be written is refused before anything is signed for it. */
static enum err
check_places(struct produce *p, bool json, struct diag *d)
{
	const struct produce_opts *o = p->opts;
	enum err e;

	e = check_path("-o", o->output, d);
	if (e == ERR_OK)
		e = check_path("--detached-request", o->detached, d);
	if (e != ERR_OK)
		return e;
	if (o->output == NULL)
		return o->dry_run
		    ? ERR_OK
		    : diag_set(d, ERR_USAGE,
			  "-o FILE is missing: where is it to be written?");
	if (is_stdout(o->output) && o->detached != NULL)
		return diag_set(d, ERR_USAGE,
		    "--detached-request wants to know where the list is to go "
		    "in the end: -o FILE");
	if (produce_to_stdout(o) && json)
		return diag_set(d, ERR_USAGE,
		    "%s - and --json both want "
		    "standard output",
		    o->detached != NULL ? "--detached-request" : "-o");
	p->place.path = o->output;
	p->place.force = o->force;
	if (!is_stdout(o->output))
		e = place_check(&p->place, bytes_of(NULL, 0), d);
	if (e != ERR_OK || o->detached == NULL || is_stdout(o->detached))
		return e;
	return place_check_other(o->detached, o->force, d);
}

static bool
one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static enum err
check_names(const struct produce_opts *o, struct diag *d)
{
	static const char *const digests[] = { "sha1", "sha512", NULL };
	enum ctl_dialect dialect;

	if (o->digest != NULL && !one_of(o->digest, digests))
		return diag_set(d, ERR_USAGE,
		    "--digest is sha1 or sha512, which phones know, not '%s'",
		    o->digest);
	if (o->dialect != NULL && !entry_dialect(o->dialect, &dialect))
		return diag_set(d, ERR_USAGE,
		    "--dialect is appliance, token or builder, not '%s'",
		    o->dialect);
	if (o->timestamp != PRODUCE_NOW &&
	    (o->timestamp < 0 || o->timestamp > UINT32_MAX))
		return diag_set(d, ERR_USAGE,
		    "--timestamp: the header has room for 1970 to 2106");
	return ERR_OK;
}

enum err
produce_check(struct produce *p, bool json, struct diag *d)
{
	enum err e;

	e = check_names(p->opts, d);
	if (e == ERR_OK)
		e = produce_check_allow(&p->opts->allow, d);
	return e == ERR_OK ? check_places(p, json, d) : e;
}

enum err
produce_dialect(const struct produce_opts *o, const struct cert *c,
    enum ctl_dialect *ret, struct diag *d)
{
	if (o->dialect != NULL && entry_dialect(o->dialect, ret))
		return ERR_OK;
	if (c != NULL)
		return ctl_dialect_for(c, ret, d);
	*ret = CTL_DIALECT_APPLIANCE;
	return ERR_OK;
}

/* ---- The header --------------------------------------------------------------- */

/* That of the list that is replaced, if phones are known to read it. */
static enum err
inherit_digest(struct produce *p, struct diag *d)
{
	uint32_t code;

	if (!ctl_header_number(ctl_header(p->in), CTL_HDR_DIGEST, &code))
		return ERR_OK;
	if (!ctl_digest_of_code(code, &p->head.digest))
		return diag_set(d, ERR_UNSUPPORTED,
		    "%s has a digest that is not known: --digest names another",
		    p->in_path);
	if (p->head.digest == DIGEST_SHA1 || p->head.digest == DIGEST_SHA512)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "%.160s is signed over %s, which no phone is known to read: "
	    "--digest sha1 or --digest sha512 says which one it is to be",
	    p->in_path, digest_name(p->head.digest));
}

static enum err
choose_digest(struct produce *p, struct diag *d)
{
	p->head.digest = DIGEST_SHA1;
	if (p->opts->digest != NULL)
		p->head.digest = strcmp(p->opts->digest, "sha512") == 0
		    ? DIGEST_SHA512
		    : DIGEST_SHA1;
	else if (p->in != NULL)
		return inherit_digest(p, d);
	return ERR_OK;
}

/* The name phones ask for, unless something else is said. */
static enum err
choose_filename(struct produce *p, struct diag *d)
{
	struct bytes old = bytes_of(NULL, 0);

	if (p->in != NULL)
		old = ctl_header_text(ctl_header(p->in), CTL_HDR_FILENAME);
	p->head.filename = p->opts->filename;
	if (p->head.filename != NULL || old.len == 0)
		return ERR_OK;
	buf_put(&p->filename, old);
	p->head.filename = buf_cstr(&p->filename);
	return p->head.filename != NULL ? ERR_OK : diag_nomem(d);
}

static enum err
choose_time(struct produce *p, struct diag *d)
{
	int64_t when = p->opts->timestamp;
	struct diag why;
	enum err e;

	if (when == PRODUCE_NOW)
		when = p->has_time ? (int64_t)p->time : (int64_t)time(NULL);
	e = ctl_head_time(&p->head, when, &why);
	return e == ERR_OK
	    ? ERR_OK
	    : diag_set(d, e,
		  "the time of the clock: %s; --timestamp sets another",
		  why.msg);
}

/* The names by which phones know the signer. */
static enum err
choose_names(struct produce *p, struct diag *d)
{
	size_t index = 0;
	enum err e = ERR_OK;

	if (p->in != NULL)
		e = ctl_find_sast_kept(p->in, p->draft, p->head.cert, &index,
		    d);
	if (e != ERR_OK)
		return e;
	if (index != 0) {
		ctl_head_copy(&p->head, p->in, index);
		return ERR_OK;
	}
	e = ctl_draft_find_sast(p->draft, p->head.cert, &index, d);
	if (e != ERR_OK)
		return e;
	if (index == 0)
		return diag_set(d, ERR_POLICY,
		    "the signer is no SAST of the list: phones that take it "
		    "could not check the signature");
	ctl_head_copy_draft(&p->head, p->draft, index);
	return ERR_OK;
}

static enum err
fill_head(struct produce *p, struct diag *d)
{
	enum err e;

	p->head.cert = p->signer->cert;
	p->head.major = p->major;
	p->head.minor = p->minor;
	e = choose_digest(p, d);
	if (e == ERR_OK)
		e = choose_filename(p, d);
	if (e == ERR_OK)
		e = choose_time(p, d);
	if (e == ERR_OK)
		e = choose_names(p, d);
	/* the header as whoever writes such records writes it */
	p->head.order = p->head.dialect;
	p->head.signer_version = p->head.dialect == CTL_DIALECT_BUILDER;
	return e;
}

/* ---- From the draft to the disk ------------------------------------------------- */

void
produce_begin(struct produce *p)
{
	if (p->json != NULL)
		return;
	p->json = json_object();
	json_put_str(&p->sink, p->json, "operation", p->cmd->name);
	json_put(&p->sink, p->json, "notes", json_array());
	json_put(&p->sink, p->json, "findings", json_array());
}

/* What would be refused once it is signed is refused before. */
static enum err
foresee(struct produce *p, struct diag *d)
{
	struct diag why;
	enum err e;

	diag_init(&why);
	e = ctl_foresee(&p->unsigned_, p->signer->cert, &why);
	if (e == ERR_OK || e == ERR_NOMEM)
		return e == ERR_OK ? ERR_OK : diag_nomem(d);
	return diag_set(d, ERR_POLICY,
	    "the list is not made: in the new list, %s%s%s", why.path,
	    why.path[0] != '\0' ? ": " : "", why.msg);
}

enum err
produce_prepare(struct produce *p, struct diag *d)
{
	enum err e;

	produce_begin(p);
	e = fill_head(p, d);
	if (e == ERR_OK)
		e = ctl_prepare(p->draft, &p->head, &p->unsigned_, d);
	if (e == ERR_OK)
		e = ctl_preview(&p->unsigned_, &p->preview_bytes, d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&p->preview_bytes), p->unsigned_.kind,
		    &p->preview, d);
	if (e == ERR_OK)
		e = produce_judge(p, d);
	return e == ERR_OK ? foresee(p, d) : e;
}

static enum err
sign(struct produce *p, struct diag *d)
{
	struct signer_seat seat = { 0 };
	enum err e;

	e = signer_unlock(p->signer, d);
	if (e == ERR_OK)
		e = signer_seat(p->signer, false, &seat, d);
	if (e != ERR_OK)
		return e;
	e = ctl_seal(&p->unsigned_, &seat.ctl, p->opts->output, NULL, &p->file,
	    d);
	signer_leave(&seat);
	return e;
}

/* What was judged: the records themselves are in the summary. */
static struct bytes
said(const struct produce *p)
{
	struct bytes all = buf_bytes(&p->text);
	size_t from = p->judged_from;

	while (from < all.len && all.ptr[from] == '\n')
		from++;
	return bytes_of(all.ptr + from, all.len - from);
}

static enum err
request(struct produce *p, struct diag *d)
{
	struct detached_purpose what = { .command = p->cmd->name,
		.target = p->opts->output,
		.said = said(p) };

	if (p->in != NULL && place_holds(&p->place, ctl_raw(p->in)))
		what.base = ctl_raw(p->in);
	return detached_request(p->opts->detached, p->opts->force,
	    p->signer->cert, &what, &p->unsigned_, d);
}

enum err
produce_finish(struct produce *p, struct diag *d)
{
	enum err e = ERR_OK;

	if (!buf_ok(&p->text) || p->sink.failed)
		return diag_nomem(d);
	if (!p->opts->dry_run && p->opts->detached != NULL) {
		e = request(p, d);
		if (e == ERR_OK)
			p->written = p->opts->detached;
	} else if (!p->opts->dry_run) {
		e = produce_show(p, d);
		if (e == ERR_OK)
			e = sign(p, d);
		if (e == ERR_OK && !is_stdout(p->opts->output))
			e = place_write(&p->place, buf_bytes(&p->file), d);
		if (e == ERR_OK && !is_stdout(p->opts->output))
			p->written = p->opts->output;
	}
	return e == ERR_OK ? produce_say(p, d) : e;
}

void
produce_clear(struct produce *p)
{
	ctl_free(&p->preview);
	buf_clear(&p->preview_bytes);
	ctl_unsigned_clear(&p->unsigned_);
	buf_clear(&p->filename);
	buf_clear(&p->text);
	buf_clear(&p->file);
	place_clear(&p->place);
	json_decref(p->json);
	p->json = NULL;
}
