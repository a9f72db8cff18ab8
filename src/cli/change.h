/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it means for phones that one list takes another's place, said before
 * anything is signed: the difference, whether phones accept it, and whom it
 * leaves behind. src/trust judges; this says it, and refuses.
 */
#ifndef CLI_CHANGE_H
#define CLI_CHANGE_H

#include <jansson.h>

#include "cli/custody.h"
#include "cli/json_put.h"
#include "trust/diff.h"

/* All-zero is legal to clear. */
struct change {
	const struct ctl_file *old, *new;
	const char *old_path;
	struct diff diff;
	struct trust_effect effect;
};

/* Compares. OLD, NEW and OLD_PATH must live as long as RET. CUSTODY knows which
 * keys somebody holds; NULL: nobody does. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err change_read(const struct ctl_file *old,
    const char *old_path, const struct ctl_file *new,
    const struct custody *custody, struct change *ret, struct diag *d);

void change_clear(struct change *c);

/* No record, nor their order, and nothing of the header but its time is
 * another. */
bool change_is_none(const struct change *c);

/* The losses that an administrator takes upon himself. */
struct change_leave {
	bool orphan_phones;    /* all but server-sast */
	bool drop_server_sast; /* server-sast */
};

/* The change has LOSS; L takes it upon himself. */
bool change_loses(const struct change *c, enum trust_loss loss);
bool change_is_left(const struct change_leave *l, enum trust_loss loss);

/* ERR_POLICY where the change has losses that L does not take, and says
 * which. */
MUST_CHECK enum err change_refuse(const struct change *c,
    const struct change_leave *l, struct diag *d);

/* Appends all of it for people:
 *
 *	   OLD  NEW  ROLE  HOST  CERTIFICATE
 *	-    2       sast        SAST-ADN00d4e5f6, serial 1B:22:...
 *	~    3       capf        CAPF-1a2b3c4d, serial ...
 *	          2              CAPF-5e6f7a8b, serial ...
 *	+         4  sast        ...
 *
 * and sentences. ERR_NOMEM. */
MUST_CHECK enum err change_put(const struct change *c,
    const struct change_leave *l, struct buf *out, struct diag *d);

/* Sets "difference" and "effect" of OBJ. */
void change_json(const struct change *c, const struct change_leave *l,
    struct json_sink *s, json_t *obj);

#endif
