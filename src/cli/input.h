/* SPDX-License-Identifier: Apache-2.0 */
/* What the inspecting commands are given: files to judge, and what to judge
 * them with. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli/cmd.h"
#include "cli/out.h"
#include "ctl/ctl.h"

/* The options that all of them have. */
struct input_opts {
	bool json;
	unsigned jobs;
	size_t max_size;
	const char *kind;
	const char *signer;
	const char *trusted;
};

/* Their lines for an option table, of a struct whose member `in` they are. */
#define INPUT_OPTS(type)                                                      \
	{ "json", NULL, OPT_FLAG, offsetof(type, in.json),                    \
		"print JSON: an array, one element a file", NULL, 0 },        \
	    { "jobs", "N", OPT_NUMBER, offsetof(type, in.jobs),               \
		    "work on N files at a time (default: one a core)", NULL,  \
		    0 },                                                      \
	    { "kind", "KIND", OPT_STRING, offsetof(type, in.kind),            \
		    "what every file is, whatever it says of itself",         \
		    "ctl itl signed-file firmware encrypted", 0 },            \
	    { "max-size", "BYTES", OPT_SIZE, offsetof(type, in.max_size),     \
		    "read files up to this size (default 64M)", NULL, 0 },    \
	    { "signer", "CERT", OPT_STRING, offsetof(type, in.signer),        \
		    "check the signature with this certificate (PEM or DER)", \
		    OPT_FILES, 0 },                                           \
	{                                                                     \
		"trusted", "LIST", OPT_STRING, offsetof(type, in.trusted),    \
		    "check it with this CTL or ITL, the one phones hold",     \
		    OPT_FILES, 0                                              \
	}

/* How many of NUM PATHS, of which any may be NULL, are "-", standard input. */
size_t input_num_stdin(const char *const *paths, size_t num);
/* The same of ARGS, which a NULL ends. */
size_t input_num_stdin_args(char *const *args);

/* ERR_USAGE where NUM, how many of the arguments are standard input, is more
 * than one. */
MUST_CHECK enum err input_stdin_once(size_t num, struct diag *d);

/* Appends what PATH holds ("-": standard input; or a URL, cli/url.h), at most
 * MAX bytes, to RET; errors as file_load(). */
MUST_CHECK enum err input_load(const char *path, size_t max, struct buf *ret,
    struct diag *d);

/* Returns E, with which a file was loaded, and where that is of a file over the
 * limit, adds that the option, which the command must have, raises it. */
MUST_CHECK enum err input_raise(enum err e, struct diag *d);

/* What --kind NAME means; CTL_KIND_AUTO where NAME is NULL. ERR_USAGE where it
 * means nothing. */
MUST_CHECK enum err input_kind_named(const char *name, enum ctl_kind *ret,
    struct diag *d);

/* What the options mean, loaded once and then only read. */
struct input_plan {
	enum ctl_kind kind;
	size_t max_size;
	unsigned jobs; /* 0: one a core */
	bool json;
	bool several; /* more than one file may come: name each */
	enum ctl_anchor_kind anchor;
	struct buf trusted_bytes;
	struct ctl_file *trusted; /* CTL_ANCHOR_TRUSTED */
	struct buf signer_bytes;  /* CTL_ANCHOR_CERT: PEM or DER */
};

/* Loads what OPTS name; PATHS, which a NULL ends, are the files to come.
 * CMD_USAGE or CMD_FAILED, and said, where that does not work; with --json a
 * failure prints an empty array. PLAN is to be cleared whatever the outcome.
 */
enum cmd_exit input_plan(struct input_plan *plan, const struct cmd *cmd,
    const struct input_opts *opts, char **paths);
void input_plan_clear(struct input_plan *plan);

/* Ends CMD for the reason in D, as cmd_refuse(), before any file is read; with
 * --json a failure prints an empty array. */
enum cmd_exit input_refuse(const struct cmd *cmd, const struct input_opts *opts,
    const struct diag *d);

/* One file, loaded, parsed and judged. */
struct input {
	const char *path;
	size_t root; /* as in struct path */
	struct buf bytes;
	bool loaded;           /* bytes is the whole file */
	bool refused;          /* it was loaded, and error is what it breaks */
	struct ctl_file *file; /* NULL: no such file, or listing holds it */
	struct ctl_listing *listing; /* it is the text of `show ctl` */
	struct ctl_verdict verdict;
	struct diag error;     /* where both are NULL */
	struct ctl_memo *memo; /* of the thread that has it */
};

/* What a command does with each file. */
struct input_job {
	const void *context; /* only read: threads share it */

	/* Says into OUT what there is to say of IN, for all of PATHS in any
	 * order and at the same time. Where IN is not known (input_is_known())
	 * its error has been said, and only JSON has more to say. Returns the
	 * end that IN asks for: input_end(), or worse, having said why. */
	enum cmd_exit (*each)(const void *context, const struct input *in,
	    struct out *out);

	bool takes_refused; /* it says itself why a file is refused */
};

/* Reads and judges all that PATHS name, folders included, does JOB with each
 * and prints what it says, in order (cli/batch.h). Returns the worst end. */
enum cmd_exit input_run(const struct input_plan *plan, char **paths,
    const struct input_job *job);

/* Reads and judges the one file PATH ("-": standard input) for itself, without
 * options: RET has the file or its listing, the verdict that it gets from itself,
 * and error is set where it has neither, which is returned. Clear RET whatever
 * the outcome. */
MUST_CHECK enum err input_one(const char *path, struct input *ret);
void input_clear(struct input *in);

/* It was read and parsed, as a file or as a text. */
bool input_is_known(const struct input *in);
/* Of a known one. */
enum ctl_kind input_kind(const struct input *in);

/* The end that a judged file asks for: CMD_POLICY unless it verified. */
enum cmd_exit input_end(const struct input *in);

#endif
