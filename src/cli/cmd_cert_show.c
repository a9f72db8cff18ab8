/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "cli/cert_paths.h"
#include "cli/cert_show.h"
#include "cli/cmd_cert.h"
#include "cli/out.h"

struct show_opts {
	bool json, pem;
	int64_t now;
};

static const struct opt opts[] = {
	{ "json", NULL, OPT_FLAG, offsetof(struct show_opts, json),
	    "print JSON: an array, one element a file", NULL, 0 },
	{ "now", "DATE", OPT_DATE, offsetof(struct show_opts, now),
	    "count the days that are left from this date", NULL, 0 },
	{ "pem", NULL, OPT_FLAG, offsetof(struct show_opts, pem),
	    "print clean PEM, and nothing else", NULL, 0 },
	OPT_END,
};

/* All files of one command line. */
struct showing {
	const struct show_opts *opts;
	struct fill fill;
	struct out_printer printer;
	bool any; /* something was printed */
};

static enum err
put(const struct showing *s, const struct cert_file *f, struct buf *text,
    struct diag *d)
{
	if (s->opts->pem)
		return cert_show_put_pem(f, text, d);
	return cert_show_put(f, s->opts->now, &s->fill, text, d);
}

static enum cmd_exit
show_one(struct showing *s, const char *path)
{
	struct out out = { .lost = false };
	struct buf text = { 0 }, gap = { 0 };
	struct cert_file f;
	enum cmd_exit end;
	struct diag d;
	enum err e;

	diag_init(&d);
	buf_str(&gap, "\n");
	e = cert_file_load(path, &f, &d);
	if (e == ERR_OK && !s->opts->json)
		e = put(s, &f, &text, &d);
	if (e == ERR_OK && !s->opts->json) {
		if (s->any && !s->opts->pem)
			out_put(&out, &gap);
		out_put(&out, &text);
		s->any = true;
	}
	if (e != ERR_OK)
		out_error(&out, path, &d);
	if (s->opts->json)
		out_json(&out,
		    cert_show_json(&f, s->opts->now, e == ERR_OK ? NULL : &d));
	buf_clear(&text);
	buf_clear(&gap);
	cert_file_clear(&f);
	end = out_worse(cmd_end(e), out_print(&s->printer, &out));
	out_clear(&out);
	return end;
}

/* Nothing stands at ARG, or it is a folder with nothing in it. */
static enum cmd_exit
show_failure(struct showing *s, const char *arg, const struct diag *d)
{
	struct cert_file f = { .path = arg };
	struct out out = { .lost = false };
	enum cmd_exit end;

	out_error(&out, arg, d);
	if (s->opts->json)
		out_json(&out, cert_show_json(&f, s->opts->now, d));
	end = out_worse(cmd_end(d->code), out_print(&s->printer, &out));
	out_clear(&out);
	return end;
}

static enum cmd_exit
show_all(struct showing *s, const char *arg)
{
	struct cert_paths paths = { .num = 0 };
	enum cmd_exit end = CMD_OK;
	struct diag d;
	enum err e;
	size_t i;

	diag_init(&d);
	e = cert_paths_of(&paths, arg, &d);
	if (e != ERR_OK)
		end = show_failure(s, arg, &d);
	for (i = 0; e == ERR_OK && i < paths.num && !s->printer.broken; i++)
		end = out_worse(end, show_one(s, paths.at[i]));
	cert_paths_clear(&paths);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct show_opts o = { .now = (int64_t)time(NULL) };
	struct showing s = { .opts = &o, .fill = fill_for_stdout() };
	enum cmd_exit end;
	struct diag d;
	bool done;
	char **arg;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (o.json && o.pem)
		diag_set(&d, ERR_USAGE, "--json and --pem exclude each other");
	else if (line->args[0] == NULL)
		diag_set(&d, ERR_USAGE, "a FILE is missing");
	else
		d.code = ERR_OK;
	if (d.code != ERR_OK)
		return cmd_usage(cmd, &d);
	s.printer.json = o.json;
	for (arg = line->args; *arg != NULL && !s.printer.broken; arg++)
		end = out_worse(end, show_all(&s, *arg));
	return out_worse(end, out_close(&s.printer));
}

const struct cmd cmd_cert_show = {
	.name = "cert show",
	.args = "FILE...",
	.summary = "Show certificates and requests, whatever file they are in",
	.text =
	    "Prints what is in certificates and signing requests. A file may "
	    "be DER, PEM with\nanything around it (as pasted from a "
	    "terminal), several behind one another,\nUTF-16, a PKCS#7 bundle, "
	    "or the text of `show cert own`. A folder stands for the\nfiles in "
	    "it. '-' reads standard input. A file with a private key is "
	    "refused.\n\n"
	    "Exit status 0 if all files were read; 1 if one could not be; 3 if "
	    "one holds a\nprivate key.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
