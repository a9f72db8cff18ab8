/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk.h"
#include "cli/bulk_request.h"
#include "cli/bulk_say.h"
#include "cli/cmd.h"
#include "cli/out.h"

#define AT(member) offsetof(struct bulk_opts, member)

static const struct opt opts[] = {
	SIGNER_OPTS(struct bulk_opts),
	{ "output", "DIR", OPT_STRING, AT(output),
	    "write into this folder, not beside each file", OPT_FILES, 'o' },
	{ "name", "NAME", OPT_STRING, AT(name),
	    "the file name in the header, or 'DIR/' for all", NULL, 0 },
	{ "digest", "NAME", OPT_STRING, AT(digest),
	    "sha1 (.sgn) or sha512 (.sha512)", "sha1 sha512", 0 },
	{ "dialect", "NAME", OPT_STRING, AT(dialect),
	    "how the signer's names are spelt (default: by issuer)",
	    "appliance token builder", 0 },
	{ "trusted", "LIST", OPT_STRING, AT(trusted),
	    "the CTL or ITL that phones hold: copy the names from it",
	    OPT_FILES, 0 },
	{ "timestamp", "TIME", OPT_DATE, AT(timestamp),
	    "the time in the headers (default: now)", NULL, 0 },
	{ "force", NULL, OPT_FLAG, AT(force), "replace files that are there",
	    NULL, 0 },
	{ "dry-run", NULL, OPT_FLAG, AT(dry_run),
	    "say what would be written, and sign nothing", NULL, 0 },
	{ "detached-request", "REQUEST", OPT_STRING, AT(detached),
	    "do not sign: write what is to be signed elsewhere", OPT_FILES, 0 },
	{ "jobs", "N", OPT_NUMBER, AT(jobs),
	    "sign N files at a time (default: one a core)", NULL, 0 },
	{ "max-size", "BYTES", OPT_SIZE, AT(max_size),
	    "read files up to this size (default 64M)", NULL, 0 },
	{ "journal", "FILE", OPT_STRING, AT(journal),
	    "where a run of several files is noted, to go on with", OPT_FILES,
	    0 },
	{ "restart", NULL, OPT_FLAG, AT(restart),
	    "forget a run that was not ended, and begin anew", NULL, 0 },
	OPT_END,
};

/* The signer is needed for the plan, and the key only for signing. */
static enum err
prepare(struct bulk_plan *plan, struct signer *s, struct diag *d)
{
	enum err e;

	e = signer_find_cert(s, d);
	if (e == ERR_OK)
		e = bulk_plan_signer(plan, s->cert, d);
	if (e == ERR_OK && plan->is_token)
		bulk_say_token();
	if (e == ERR_OK && !plan->opts->dry_run && plan->opts->detached == NULL)
		e = signer_unlock(s, d);
	return e;
}

static enum cmd_exit
refuse(const struct cmd *cmd, const struct bulk_opts *o, const struct diag *d)
{
	struct out_printer printer = { .json = o->signer.token.json };
	enum cmd_exit end = cmd_refuse(cmd, d);

	return end == CMD_USAGE ? end : out_worse(end, out_close(&printer));
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct bulk_opts o = { .timestamp = BULK_NOW };
	struct signer s = { .begun = false };
	struct bulk_plan plan = { .opts = &o };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	/* first: it wipes the PINs that the command line may hold */
	e = signer_begin(&s, &o.signer, line, &d);
	if (e == ERR_OK)
		e = bulk_plan_init(&plan, &o, line->args, &d);
	if (e == ERR_OK)
		e = prepare(&plan, &s, &d);
	if (e != ERR_OK)
		end = refuse(cmd, &o, &d);
	else if (o.detached != NULL)
		end = bulk_request(&plan, &s);
	else
		end = bulk_run(&plan, &s);
	bulk_plan_clear(&plan);
	signer_end(&s);
	return end;
}

const struct cmd cmd_sign = {
	.name = "sign",
	.args = "FILE... --signer URI|KEY",
	.summary = "Sign files that phones download",
	.text =
	    "Writes FILE.sgn, or with --digest sha512 FILE.sha512, beside each "
	    "file or under\n-o DIR. A folder stands for the files in it and "
	    "below; their names within it are\nthe file names that phones ask "
	    "for. What is signed already is left out.\n\nOf several files a "
	    "journal is kept: when a run was killed or stopped, the same\n"
	    "command run again goes on, and signs nothing twice.\n\n"
	    "With --detached-request nothing is signed; `ctlsmith "
	    "sign-request` does so where\nthe key is, and `ctlsmith attach` "
	    "writes the files.\n\n"
	    "Exit status 0 if all is signed; 1 if a file could not be read or "
	    "written; 3 if\nphones with the list of --trusted would refuse the "
	    "signer; 4 token or PIN; 5 if\nit stopped midway.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
