/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real cluster behind workflow/act.h: what steps of a change look, type, fetch,
 * sign and hear by. Of ctlsmith-net.
 *
 *	change_act_begin() -> change_act_table() for steps -> change_act_end()
 *
 * Each node has one session, which is kept open. A command that changes something
 * is typed once: before it the session is tried with one that does not, and
 * opened anew where it was dropped. What is typed and said is appended to
 * transcripts/NODE.txt in the folder of the run.
 */
#ifndef CLI_CHANGE_ACT_H
#define CLI_CHANGE_ACT_H

#include "cli/change_opts.h"
#include "cli/cluster.h"
#include "cluster/syslog.h"
#include "workflow/act.h"

struct change_session; /* of a node */
struct status;

/* An alarm that came before anybody asked. */
struct change_heard {
	char from[64];
	struct buf text;
	int64_t when;
};
#define CHANGE_HEARD_MAX 200000

/* All-zero is legal to end. */
struct change_act {
	const struct change_opts *opts;
	struct cluster *cluster;
	const char *folder; /* of the run, or NULL: nothing is kept */
	struct change_session *session; /* one a node */
	struct status *seen;
	bool seen_once; /* and nothing was done since */
	int64_t seen_at;
	struct syslog *syslog;
	struct change_heard *heard;
	size_t num_heard, room_heard;
	struct delivery *book[ACT_LISTS_MAX];
	unsigned web_port;
	struct pin_sources pins;
	struct secret pin; /* as it was given, for this run */
	struct tok_text pin_serial;
	struct act table;
};

/* C is logged in. ERR_USAGE, ERR_IO for what phones are heard by. */
MUST_CHECK enum err change_act_begin(struct change_act *a,
    const struct change_opts *o, struct cluster *c, const char *folder,
    struct diag *d);
void change_act_end(struct change_act *a);

/* Phones can be asked what they hold. */
bool change_act_can_prove(const struct change_opts *o);

/* Tokens of the inventory that answer and are no SAST of LIST. */
MUST_CHECK enum err change_act_new_tokens(struct change_act *a,
    const struct ctl_file *list, size_t *ret, struct diag *d);

/* ---- Within change_act*.c. ---- */

/* Appends TEXT to transcripts/NAME.txt; where that cannot be nothing is said. */
void change_act_note(const struct change_act *a, const char *name,
    struct bytes text);

/* Looks into *SEEN, and leaves it as it is where that fails. */
MUST_CHECK enum err change_act_look(struct change_act *a, bool phones,
    struct status **seen, struct diag *d);

/* Takes the alarms that have come. */
void change_act_hear(struct change_act *a);

/* As struct act. */
MUST_CHECK enum err change_act_type(void *arg, const char *node, const char *id,
    const struct command_arg *args, size_t num, struct shell_said *ret,
    struct diag *d);
bool change_act_has_site(void *arg, enum act_site what);
MUST_CHECK enum err change_act_site(void *arg, enum act_site what,
    const struct act_env *env, struct diag *d);
MUST_CHECK enum err change_act_tokens(void *arg, const struct ctl_file *list,
    size_t *ret_present, bool *ret_has_tries, unsigned *ret_tries,
    struct diag *d);
MUST_CHECK enum err change_act_sign(void *arg, struct ctl_draft *draft,
    const struct ctl_file *list, struct buf *ret, struct diag *d);
MUST_CHECK enum err change_act_phones(void *arg, const struct act_proof *p,
    struct delivery *ret[], struct diag *d);
MUST_CHECK enum err change_act_put(void *arg, const char *server,
    const char *name, struct bytes bytes, struct diag *d);

#endif
