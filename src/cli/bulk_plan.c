/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk_plan.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/input.h"
#include "cli/suffix.h"
#include "cli/url.h"

/* Whatever the names, the content is looked at later. */
static bool
wants(const char *path, const char *name)
{
	(void)path;
	return !suffix_is_signed(name);
}

const struct paths_taste bulk_taste = {
	.wants = wants,
	.none = "this folder holds no file to sign",
	.ask = true,
};

/* ---- The command line --------------------------------------------------------------------- */

static enum err
check_name(const struct bulk_plan *plan, struct diag *d)
{
	const char *name = plan->opts->name;
	size_t len = name == NULL ? 1 : strlen(name);

	if (len == 0)
		return diag_set(d, ERR_USAGE, "--name is empty");
	if (plan->several && name != NULL && name[len - 1] != '/')
		return diag_set(d, ERR_USAGE,
		    "--name is for one FILE; for several it is what all names "
		    "begin with, such as 'English_United_States/', with the "
		    "slash");
	return ERR_OK;
}

static enum err
check_args(const struct bulk_plan *plan, struct diag *d)
{
	char *const *arg;

	if (plan->args[0] == NULL)
		return diag_set(d, ERR_USAGE, "a FILE is missing");
	for (arg = plan->args; *arg != NULL; arg++) {
		if (strcmp(*arg, "-") == 0)
			return diag_set(d, ERR_USAGE,
			    "standard input has no name for phones to ask for; "
			    "name a file");
		if ((*arg)[0] == '\0')
			return diag_set(d, ERR_USAGE,
			    "one FILE has an empty name");
	}
	return ERR_OK;
}

static enum err
check_request(const struct bulk_opts *o, struct diag *d)
{
	if (o->detached == NULL)
		return ERR_OK;
	if (o->detached[0] == '\0')
		return diag_set(d, ERR_USAGE,
		    "--detached-request has an empty name");
	if (o->journal != NULL || o->restart)
		return diag_set(d, ERR_USAGE,
		    "%s is for a run that signs; a request is written whole or "
		    "not at all",
		    o->journal != NULL ? "--journal" : "--restart");
	if (strcmp(o->detached, "-") == 0 && o->signer.token.json)
		return diag_set(d, ERR_USAGE,
		    "--detached-request - and --json both want standard "
		    "output");
	return ERR_OK;
}

static enum err
take_digest(struct bulk_plan *plan, struct diag *d)
{
	const char *name = plan->opts->digest;

	plan->head.digest = DIGEST_SHA1;
	if (name != NULL && strcmp(name, digest_name(DIGEST_SHA512)) == 0)
		plan->head.digest = DIGEST_SHA512;
	else if (name != NULL && strcmp(name, digest_name(DIGEST_SHA1)) != 0)
		return diag_set(d, ERR_USAGE,
		    "--digest wants sha1 or sha512, not '%s'", name);
	plan->suffix = suffix_of(plan->head.digest);
	return ERR_OK;
}

static enum err
take_dialect(struct bulk_plan *plan, struct diag *d)
{
	static const enum ctl_dialect all[] = { CTL_DIALECT_APPLIANCE,
		CTL_DIALECT_TOKEN, CTL_DIALECT_BUILDER };
	const char *name = plan->opts->dialect;
	size_t i;

	if (name != NULL && plan->opts->trusted != NULL)
		return diag_set(d, ERR_USAGE,
		    "--dialect and --trusted exclude each other: the list says "
		    "how the signer is spelt");
	if (name == NULL)
		return ERR_OK;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(ctl_dialect_name(all[i]), name) == 0) {
			plan->head.dialect = plan->head.order = all[i];
			return ERR_OK;
		}
	return diag_set(d, ERR_USAGE,
	    "--dialect wants appliance, token or builder, not '%s'", name);
}

static enum err
take_time(struct bulk_plan *plan, struct diag *d)
{
	int64_t t = plan->opts->timestamp;

	plan->head.has_timestamp = true;
	if (t == BULK_NOW)
		return ERR_OK;
	if (t < 0 || t > UINT32_MAX)
		return diag_set(d, ERR_USAGE,
		    "--timestamp: a header counts seconds in 32 bits, from "
		    "1970 to 2106");
	plan->head.timestamp = (uint32_t)t;
	return ERR_OK;
}

static enum err
load_trusted(struct bulk_plan *plan, struct diag *d)
{
	const char *path = plan->opts->trusted;
	struct diag why;
	enum err e;

	if (path == NULL)
		return ERR_OK;
	diag_init(&why);
	e = input_load(path, plan->max_size, &plan->trusted_bytes, &why);
	e = input_raise(e, &why);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&plan->trusted_bytes), CTL_KIND_AUTO,
		    &plan->trusted, &why);
	if (e == ERR_OK && !ctl_is_list(plan->trusted))
		e = diag_set(&why, ERR_UNSUPPORTED,
		    "this is no CTL and no ITL, so it holds nobody to trust");
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%.160s: %s", path, why.msg);
}

enum err
bulk_plan_init(struct bulk_plan *plan, const struct bulk_opts *o,
    char *const *args, struct diag *d)
{
	enum err e;

	memset(plan, 0, sizeof(*plan));
	plan->opts = o;
	plan->args = args;
	plan->several = paths_are_several(args);
	plan->max_size = o->max_size == 0 ? FILE_MAX_DEFAULT : o->max_size;
	e = check_args(plan, d);
	if (e == ERR_OK)
		e = check_name(plan, d);
	if (e == ERR_OK)
		e = url_need_output(plan->args, o->output, d);
	if (e == ERR_OK && o->output != NULL && o->output[0] == '\0')
		e = diag_set(d, ERR_USAGE, "--output has an empty name");
	if (e == ERR_OK)
		e = check_request(o, d);
	if (e == ERR_OK)
		e = take_digest(plan, d);
	if (e == ERR_OK)
		e = take_dialect(plan, d);
	if (e == ERR_OK)
		e = take_time(plan, d);
	if (e == ERR_OK)
		e = load_trusted(plan, d);
	return e;
}

void
bulk_plan_clear(struct bulk_plan *plan)
{
	ctl_free(&plan->trusted);
	buf_clear(&plan->trusted_bytes);
}

/* ---- The signer ------------------------------------------------------------------------------- */

/* The record of the list by which phones verify what C signs; 0 where there is
 * none. */
static enum err
find_record(const struct ctl_file *f, const struct cert *c, size_t *ret,
    struct diag *d)
{
	size_t i, n = ctl_num_records(f);
	enum ctl_identity id = CTL_OTHER_CERT;
	enum err e = ERR_OK;

	*ret = 0;
	for (i = 1; e == ERR_OK && *ret == 0 && i <= n; i++) {
		const struct ctl_record *r = ctl_record(f, i);

		if (!r->has_role ||
		    (r->role != CTL_ROLE_TFTP && r->role != CTL_ROLE_CCM_TFTP))
			continue;
		e = ctl_identify(f, i, c, &id, d);
		if (e == ERR_OK && id == CTL_SAME_CERT)
			*ret = i;
	}
	return e;
}

/* No record of a server leads to the signer. */
static enum err
refuse_signer(const struct bulk_plan *plan, struct diag *d)
{
	size_t sast;
	enum err e;

	e = ctl_find_sast(plan->trusted, plan->cert, &sast, d);
	if (e != ERR_OK)
		return e;
	if (sast != 0)
		return diag_set(d, ERR_POLICY,
		    "%.160s has no TFTP or CCM+TFTP record of the signer's "
		    "certificate, but one of a SAST (record %zu), who signs "
		    "lists alone: phones that hold it would refuse the files",
		    plan->opts->trusted, sast);
	return diag_set(d, ERR_POLICY,
	    "%.160s has no TFTP or CCM+TFTP record of the signer's "
	    "certificate: phones that hold it would refuse the files",
	    plan->opts->trusted);
}

static enum err
take_record(struct bulk_plan *plan, struct diag *d)
{
	size_t record = 0;
	enum err e;

	e = find_record(plan->trusted, plan->cert, &record, d);
	if (e != ERR_OK)
		return e;
	if (record == 0)
		return refuse_signer(plan, d);
	ctl_head_copy(&plan->head, plan->trusted, record);
	plan->head.order = plan->head.dialect;
	return ERR_OK;
}

/* As whoever writes records about such a certificate spells it. */
static enum err
take_spelling(struct bulk_plan *plan, struct diag *d)
{
	enum ctl_dialect dialect;
	enum err e;

	e = ctl_dialect_for(plan->cert, &dialect, d);
	if (e != ERR_OK)
		return e;
	plan->is_token = dialect == CTL_DIALECT_TOKEN;
	if (plan->opts->dialect == NULL)
		plan->head.dialect = plan->head.order = dialect;
	return ERR_OK;
}

/* ---- The id ------------------------------------------------------------------------------------ */

static void
put_part(struct buf *out, const char *text)
{
	if (text != NULL)
		buf_str(out, text);
	buf_u8(out, '\0');
}

/* A pattern of the shell names the results of a run too, once that is to be
 * resumed. */
static bool
is_result(const char *arg)
{
	struct stat st;

	return suffix_is_signed(arg) &&
	    (stat(arg, &st) != 0 || !S_ISDIR(st.st_mode));
}

/* All that decides what is made. */
static void
put_plan(const struct bulk_plan *plan, struct buf *out)
{
	const struct bulk_opts *o = plan->opts;
	char cwd[PATH_MAX];
	char *const *arg;

	buf_put(out, cert_der(plan->cert));
	buf_put(out, buf_bytes(&plan->trusted_bytes));
	buf_printf(out, "%d %d %d %" PRId64 " %d", (int)plan->head.digest,
	    (int)plan->head.dialect, plan->several, o->timestamp, o->force);
	put_part(out, "");
	put_part(out, o->name);
	put_part(out, o->output);
	put_part(out, o->journal);
	put_part(out, getcwd(cwd, sizeof(cwd)));
	for (arg = plan->args; *arg != NULL; arg++)
		if (!is_result(*arg))
			put_part(out, *arg);
}

static enum err
make_id(struct bulk_plan *plan, struct diag *d)
{
	struct buf text = { 0 }, hex = { 0 };
	struct digest_value v;
	struct bytes all;
	enum err e;

	put_plan(plan, &text);
	all = buf_bytes(&text);
	e = buf_ok(&text) ? digest_of(DIGEST_SHA256, &all, 1, &v, d)
			  : diag_nomem(d);
	if (e == ERR_OK) {
		text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
		if (buf_ok(&hex))
			memcpy(plan->id, hex.ptr, BULK_ID_LEN);
		else
			e = diag_nomem(d);
	}
	buf_clear(&text);
	buf_clear(&hex);
	return e;
}

/* That the key can sign at all is found out here, and not once for each
 * file. */
static enum err
try_header(const struct bulk_plan *plan, struct diag *d)
{
	struct ctl_head head = plan->head;
	struct ctl_unsigned u = { .gap = 0 };
	enum err e;

	head.filename = "x.sgn";
	e = ctl_prepare_signed(bytes_of("", 0), &head, &u, d);
	ctl_unsigned_clear(&u);
	return e;
}

enum err
bulk_plan_signer(struct bulk_plan *plan, const struct cert *cert,
    struct diag *d)
{
	enum err e;

	plan->cert = plan->head.cert = cert;
	e = plan->trusted != NULL ? take_record(plan, d)
				  : take_spelling(plan, d);
	if (e == ERR_OK)
		e = try_header(plan, d);
	return e == ERR_OK ? make_id(plan, d) : e;
}

/* ---- Names ------------------------------------------------------------------------------------- */

/* The name of PATH within the folder that was named. */
static const char *
inner(const struct path *path)
{
	return path->root > 0 ? path->name + path->root
			      : suffix_base(path->name);
}

void
bulk_put_target(const struct bulk_plan *plan, const struct path *path,
    struct buf *out)
{
	const char *folder = plan->opts->output;

	if (folder == NULL) {
		buf_str(out, path->name);
	} else {
		buf_str(out, folder);
		if (folder[strlen(folder) - 1] != '/')
			buf_u8(out, '/');
		buf_str(out, inner(path));
	}
	buf_str(out, plan->suffix);
}

void
bulk_put_name(const struct bulk_plan *plan, const struct path *path,
    struct buf *out)
{
	const char *name = plan->opts->name;

	if (name != NULL)
		buf_str(out, name);
	if (name != NULL && name[strlen(name) - 1] != '/')
		return;
	buf_str(out, inner(path));
	buf_str(out, plan->suffix);
}

void
bulk_put_journal(const struct bulk_plan *plan, const char *state,
    struct buf *out)
{
	if (plan->opts->journal != NULL)
		buf_str(out, plan->opts->journal);
	else
		buf_printf(out, "%s/sign-%.32s.journal", state, plan->id);
}
