/* SPDX-License-Identifier: Apache-2.0 */
/* What the inspecting commands are given: files to judge, and what to judge
 * them with. */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include "cli/cmd.h"
#include "ctl/ctl.h"

/* The options that all of them have. */
struct input_opts {
	bool json;
	size_t max_size;
	const char *kind;
	const char *signer;
	const char *trusted;
};

/* Their lines for an option table, of a struct whose member `in` they are. */
#define INPUT_OPTS(type)                                                      \
	{ "json", NULL, OPT_FLAG, offsetof(type, in.json),                    \
		"print JSON: an array, one element a file", NULL },           \
	    { "kind", "KIND", OPT_STRING, offsetof(type, in.kind),            \
		    "what every file is, whatever it says of itself",         \
		    "ctl itl signed-file firmware encrypted" },               \
	    { "max-size", "BYTES", OPT_SIZE, offsetof(type, in.max_size),     \
		    "read files up to this size (default 64M)", NULL },       \
	    { "signer", "CERT", OPT_STRING, offsetof(type, in.signer),        \
		    "check the signature with this certificate (PEM or DER)", \
		    OPT_FILES },                                              \
	{                                                                     \
		"trusted", "LIST", OPT_STRING, offsetof(type, in.trusted),    \
		    "check it with this CTL or ITL, the one phones hold",     \
		    OPT_FILES                                                 \
	}

/* What the options mean, loaded once. */
struct input_plan {
	enum ctl_kind kind;
	size_t max_size;
	struct ctl_anchor anchor;
	struct buf trusted_bytes;
	struct ctl_file *trusted;
	struct cert *signer;
};

/* Loads what OPTS name; PATHS, which a NULL ends, are the files to come.
 * CMD_USAGE or CMD_FAILED, and said, where that does
 * not work; PLAN is to be cleared whatever the outcome. */
enum cmd_exit input_plan(struct input_plan *plan, const struct cmd *cmd,
    const struct input_opts *opts, char **paths);
void input_plan_clear(struct input_plan *plan);

/* One file, loaded, parsed and judged. */
struct input {
	const char *path;
	struct buf bytes;
	bool loaded;           /* bytes is the whole file */
	struct ctl_file *file; /* NULL: could not be read or parsed */
	struct ctl_verdict verdict;
	struct diag error; /* where file is NULL */
};

/* Reads PATH ("-": standard input). False where IN->error says why not; IN is
 * to be cleared whatever the outcome. */
bool input_read(struct input *in, const char *path,
    const struct input_plan *plan);
void input_clear(struct input *in);

/* The end that a judged file asks for: CMD_POLICY unless it verified. */
enum cmd_exit input_end(const struct input *in);

#endif
