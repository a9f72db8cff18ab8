/* SPDX-License-Identifier: Apache-2.0 */
/* A plan, and how far its run is, for people and programs. Of ctlsmith-net. */
#ifndef CLI_CHANGE_TELL_H
#define CLI_CHANGE_TELL_H

#include <jansson.h>

#include "cli/change_run.h"
#include "cli/fill.h"

/* Appends the plan as a table. PATH: where it was written, or NULL. */
MUST_CHECK enum err change_tell_plan(const struct plan *p, const char *path,
    const struct fill *fill, struct buf *out, struct diag *d);

/* What the journal says of a step. */
struct change_step {
	enum run_state state;
	int64_t begun, ended; /* 0: it was not */
	const char *why;      /* of the last line; or NULL */
	unsigned tries;       /* how often it was begun */
};
void change_tell_step(const struct journal *j, const struct plan_step *s,
    struct change_step *ret);

/* The run is at its end. */
bool change_tell_ended(const struct change_run *r);

/* A fact before the first step and after the last line. */
struct change_fact {
	const char *name, *before, *after; /* NULL: not seen */
};
/* *RET is an array of *RET_NUM, by name, that the caller frees. */
MUST_CHECK enum err change_tell_facts(const struct change_run *r,
    struct change_fact **ret, size_t *ret_num, struct diag *d);

/* The devices of the baseline. All-zero is legal to clear. */
struct change_device {
	const char *name, *state; /* registered, absent */
	bool waived;
};
struct change_devices {
	struct buf text;
	struct change_device *item;
	size_t num;
};
/* None, where there is no baseline yet. */
MUST_CHECK enum err change_tell_devices(const struct change_run *r,
    struct change_devices *ret, struct diag *d);
void change_devices_clear(struct change_devices *l);

/* How far it is, as text. LONG_: a report. */
MUST_CHECK enum err change_tell_text(const struct change_run *r, bool long_,
    const struct fill *fill, struct buf *out, struct diag *d);

/* The same as JSON; NULL where memory is short. */
json_t *change_tell_json(const struct change_run *r);

/* The same as one HTML file, with the transcripts. */
MUST_CHECK enum err change_tell_html(const struct change_run *r,
    struct buf *out, struct diag *d);

#endif
