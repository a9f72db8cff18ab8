/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands have in common that change a token, or make something of
 * it: the run from the command line to the report, what is asked before, and
 * the file that it goes to.
 */
#ifndef CLI_TOKEN_CHANGE_H
#define CLI_TOKEN_CHANGE_H

#include <jansson.h>

#include "cli/json_put.h"
#include "cli/token.h"

struct token_change_opts {
	bool yes, dry_run;
};

/* Rows of an option table whose struct T has a struct token_change_opts
 * change. */
#define TOKEN_CHANGE_AT(T, member) \
	offsetof(T, change) + offsetof(struct token_change_opts, member)

#define TOKEN_DRY_OPTS(T)                                               \
	{                                                               \
		"dry-run", NULL, OPT_FLAG, TOKEN_CHANGE_AT(T, dry_run), \
		    "say what would be done, and do nothing", NULL, 0   \
	}

#define TOKEN_CONFIRM_OPTS(T)                                      \
	{ "yes", NULL, OPT_FLAG, TOKEN_CHANGE_AT(T, yes),          \
		"do not ask for the label to be typed", NULL, 0 }, \
	    TOKEN_DRY_OPTS(T)

/* ---- A command at work ----------------------------------------------------- */

/* What a command has to say in the end: as text for people, made safe, or as
 * one JSON object. Whoever has something to say says it in both. */
struct token_said {
	struct buf text;
	json_t *json;
	struct json_sink sink;
};

struct token_change {
	const struct cmd *cmd;
	void *opts; /* the whole of them */
	const struct token_opts *token;
	const struct token_change_opts *change;
	char **args; /* [1] is the file of TOKEN_URI_FILE */
	struct token_run run;
	struct tok *tok; /* what work() has opened */
	struct token_said said;
};

struct token_job {
	enum token_uri uri;
	const char *operation; /* of the JSON object */
	/* What can be judged before a module is loaded. May be NULL. */
	enum err (*check)(struct token_change *c, struct diag *d);
	enum err (*work)(struct token_change *c, struct diag *d);
};

/* Does JOB and prints what was said; where it fails nothing but the reason. C
 * has cmd, opts, token, change; the rest is made here, and freed. */
enum cmd_exit token_change_run(struct token_change *c,
    const struct token_job *job, struct opt_line *line);

/* Appends "token 'LABEL' (serial NUMBER)", made safe. */
void token_put_name(struct buf *out, const struct tok_info *i);

/* ---- Asking ------------------------------------------------------------------ */

/*
 * Has a person type the label of the token, its serial number where it has no
 * label, or WORD where that is not absent. WHAT is what is about to happen,
 * made safe, without a full stop. Nothing is asked where --yes says so.
 * ERR_USAGE where there is nobody to ask, ERR_POLICY where something else is
 * typed.
 */
MUST_CHECK enum err token_confirm(const struct token_change *c,
    struct bytes word, const char *what, struct diag *d);

/* ---- Files --------------------------------------------------------------------- */

struct token_file_opts {
	const char *output;
	bool force, der;
};

#define TOKEN_FILE_AT(T, member) \
	offsetof(T, file) + offsetof(struct token_file_opts, member)

#define TOKEN_FILE_OPTS(T)                                                 \
	{ "output", "FILE", OPT_STRING, TOKEN_FILE_AT(T, output),          \
		"write it here (-: to standard output)", OPT_FILES, 'o' }, \
	    { "force", NULL, OPT_FLAG, TOKEN_FILE_AT(T, force),            \
		    "replace a file that is there", NULL, 0 },             \
	{                                                                  \
		"der", NULL, OPT_FLAG, TOKEN_FILE_AT(T, der),              \
		    "write DER instead of PEM", NULL, 0                    \
	}

/* Checks O before anything is asked for: an output is named, is not there
 * unless --force, and does not meet the JSON. ERR_USAGE, ERR_EXISTS. */
MUST_CHECK enum err token_file_check(const struct token_file_opts *o,
    const struct token_change *c, struct diag *d);

/* Writes DATA there as a whole. To standard output it is said instead of all
 * that was. */
MUST_CHECK enum err token_file_write(const struct token_file_opts *o,
    struct bytes data, struct token_change *c, struct diag *d);

/* ---- Ids ------------------------------------------------------------------------- */

/* Appends the bytes of "21", "0x21", "21:A2"; ERR_USAGE for anything else, for
 * none and for more than 64. */
MUST_CHECK enum err token_id_parse(const char *text, struct buf *ret,
    struct diag *d);

#endif
