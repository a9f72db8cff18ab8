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

enum change_which {
	CHANGE_OLD,
	CHANGE_NEW
};

/* How one of the two is shown, where that is another matter than how it is
 * compared: of a list whose text is compared (trust/told.h). */
struct change_side {
	const struct ctl_file *shown;   /* NULL: what is compared */
	const struct ctl_listing *text; /* its numbers of records; or NULL */
	bool partial; /* there may be more records than are compared */
};

/* All-zero is legal to clear. */
struct change {
	const struct ctl_file *old, *new;
	const char *old_path;
	struct change_side side[2]; /* all-zero: each as it is compared */
	bool details;               /* validity and keys are said, too */
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

/* What is shown of a list, and the number that its record INDEX has there; 0 of
 * none. */
const struct ctl_file *change_shown(const struct change *c,
    enum change_which which);
size_t change_number(const struct change *c, enum change_which which,
    size_t index);

/* What is shown of it is made of a text: it has no key and no certificate. */
bool change_shown_is_text(const struct change *c, enum change_which which);

/* ROW is what it says: where the other list may have more records than are
 * known, a record may not have been removed, or added. */
bool change_is_certain(const struct change *c, const struct diff_row *row);

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

/* The parts of it: the table of records, with how many are not in it since they
 * are the same; what there is to say of these, and of their order; and what it
 * means for phones. */
MUST_CHECK enum err change_put_rows(const struct change *c, struct buf *out,
    size_t *ret_same, struct diag *d);
void change_put_same(const struct change *c, size_t same, struct buf *out);
void change_put_effect(const struct change *c, const struct change_leave *l,
    struct buf *out);

/* Appends "SEVERITY: TEXT", made safe and filled. */
void change_put_sentence(enum ctl_severity severity, const struct buf *text,
    struct buf *out);

/* The parts of what follows. */
json_t *change_json_difference(const struct change *c, struct json_sink *s);
json_t *change_json_effect(const struct change *c, const struct change_leave *l,
    struct json_sink *s);

/* Sets "difference" and "effect" of OBJ. */
void change_json(const struct change *c, const struct change_leave *l,
    struct json_sink *s, json_t *obj);

#endif
