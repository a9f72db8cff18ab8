/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change.h"

#include <stdio.h>
#include <string.h>

#include "cli/sast.h"

/* ---- Judging -------------------------------------------------------------------- */

/* Whose keys are held, for trust_effect(). */
struct holders {
	const struct custody *custody;
	const struct ctl_file *old_file;
	struct sasts old, new;
};

static bool
is_held(void *arg, const struct ctl_file *f, size_t index)
{
	const struct holders *h = arg;
	const struct sasts *ss = f == h->old_file ? &h->old : &h->new;
	size_t i;

	for (i = 0; i < ss->num; i++)
		if (ss->at[i].record == index)
			return custody_is_recorded(h->custody, &ss->at[i]);
	return false;
}

static enum err
judge(struct change *c, const struct custody *custody, struct diag *d)
{
	struct holders h = { .custody = custody, .old_file = c->old };
	struct trust_change change = { .old = c->old,
		.new = c->new,
		.held = custody == NULL ? NULL : is_held,
		.arg = &h };
	enum err e = ERR_OK;

	if (custody != NULL)
		e = sast_of_list(c->old, &h.old, d);
	if (e == ERR_OK && custody != NULL)
		e = sast_of_list(c->new, &h.new, d);
	if (e == ERR_OK)
		e = trust_effect(&change, &c->effect, d);
	sast_clear(&h.old);
	sast_clear(&h.new);
	return e;
}

enum err
change_read(const struct ctl_file *old, const char *old_path,
    const struct ctl_file *new, const struct custody *custody,
    struct change *ret, struct diag *d)
{
	struct change c = { .old = old, .new = new, .old_path = old_path };
	enum err e;

	e = diff_of(old, new, &c.diff, d);
	if (e == ERR_OK)
		e = judge(&c, custody, d);
	if (e == ERR_OK)
		*ret = c;
	else
		change_clear(&c);
	return e;
}

void
change_clear(struct change *c)
{
	diff_clear(&c->diff);
	memset(c, 0, sizeof(*c));
}

bool
change_is_none(const struct change *c)
{
	const struct diff *df = &c->diff;
	size_t i;

	for (i = 0; i < df->num; i++)
		if (df->rows[i].kind != DIFF_SAME)
			return false;
	return !df->order && !df->signer && !df->digest && !df->filename &&
	    !df->version && !df->other_fields;
}

/* ---- Showing -------------------------------------------------------------------- */

const struct ctl_file *
change_shown(const struct change *c, enum change_which which)
{
	if (c->side[which].shown != NULL)
		return c->side[which].shown;
	return which == CHANGE_OLD ? c->old : c->new;
}

size_t
change_number(const struct change *c, enum change_which which, size_t index)
{
	const struct ctl_listing *text = c->side[which].text;

	if (text == NULL || index == 0)
		return index;
	return ctl_listing_at(text, index - 1)->index;
}

bool
change_shown_is_text(const struct change *c, enum change_which which)
{
	return c->side[which].text != NULL;
}

bool
change_is_certain(const struct change *c, const struct diff_row *row)
{
	if (row->kind == DIFF_REMOVED)
		return !c->side[CHANGE_NEW].partial;
	return row->kind != DIFF_ADDED || !c->side[CHANGE_OLD].partial;
}

/* ---- Refusing ------------------------------------------------------------------- */

bool
change_loses(const struct change *c, enum trust_loss loss)
{
	return (c->effect.losses & 1U << loss) != 0;
}

bool
change_is_left(const struct change_leave *l, enum trust_loss loss)
{
	return loss == TRUST_LOSS_SERVER_SAST ? l->drop_server_sast
					      : l->orphan_phones;
}

enum err
change_refuse(const struct change *c, const struct change_leave *l,
    struct diag *d)
{
	char names[128] = "";
	bool orphans = false, drops = false;
	size_t at = 0;
	int loss;

	for (loss = 0; loss < TRUST_NUM_LOSSES; loss++) {
		if (!change_loses(c, (enum trust_loss)loss) ||
		    change_is_left(l, (enum trust_loss)loss))
			continue;
		at += (size_t)snprintf(names + at, sizeof(names) - at, "%s%s",
		    at == 0 ? "" : ", ",
		    trust_loss_name((enum trust_loss)loss));
		orphans |= loss != TRUST_LOSS_SERVER_SAST;
		drops |= loss == TRUST_LOSS_SERVER_SAST;
	}
	if (at == 0)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "the list is not made: phones would be left behind (%s); %s%s%s "
	    "make%s it all the same",
	    names, orphans ? "--orphan-phones" : "",
	    orphans && drops ? " and " : "", drops ? "--drop-server-sast" : "",
	    orphans && drops ? "" : "s");
}
