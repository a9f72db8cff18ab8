/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/rescue.h"

#include <string.h>

const char *
rescue_answer_name(enum rescue_answer answer)
{
#define NAME(id, name) [id] = name,
	static const char *const names[] = { RESCUE_ANSWERS(NAME) };
#undef NAME

	return names[answer];
}

const char *
rescue_served_as(enum ctl_kind kind)
{
	return kind == CTL_KIND_ITL ? "ITLFile.tlv" : "CTLFile.tlv";
}

void
rescue_clear(struct rescue *r)
{
	history_clear(&r->history);
	archive_choice_clear(&r->choice);
	archive_clear(&r->archive);
}

const struct history_row *
rescue_row(const struct rescue *r)
{
	return &r->history.row[r->choice.at[r->held]];
}

size_t
rescue_rung(const struct rescue *r, size_t i)
{
	size_t at = rescue_row(r)->next;

	while (i-- > 0)
		at = r->history.row[at].next;
	return r->choice.of[at];
}

/* Loads all that W names. What is spelt as a hash is one. */
static enum err
load(struct rescue *r, const struct rescue_wish *w, struct out *out,
    const char **ret_where, struct diag *d)
{
	struct archive *a = &r->archive;
	enum err e;

	*ret_where = w->archive;
	e = archive_load(a, w->archive, w->max_size, out, d);
	if (e != ERR_OK)
		return e;
	r->num_archived = a->num;
	r->by_hash = archive_is_hash(w->installed, &r->hash);
	*ret_where = w->installed;
	if (r->by_hash)
		e = archive_find(a, &r->hash, &r->held, d);
	else
		e = archive_add(a, w->installed, w->max_size, &r->held, d);
	if (e != ERR_OK || w->target == NULL)
		return e;
	*ret_where = w->target;
	return archive_add(a, w->target, w->max_size, &r->target, d);
}

/* Fills r->target, which nobody named. What the phone holds is not the newest
 * unless it stands in the archive. */
static enum err
find_newest(struct rescue *r, struct diag *d)
{
	const size_t none[] = { ARCHIVE_LEFT, ARCHIVE_LEFT };
	const struct archive *a = &r->archive;
	struct archive_choice c = { .num = 0 };
	struct diag why;
	size_t newest;
	enum err e;

	e = archive_choose(a, ctl_kind(a->list[r->held].f), none, &c, d);
	if (e != ERR_OK)
		return e;
	while (c.num > 0 && c.of[c.num - 1] >= r->num_archived)
		c.num--;
	e = history_newest(c.lists, c.num, &newest, &why);
	if (e == ERR_OK)
		r->target = c.of[newest];
	else
		e = diag_set(d, ERR_POLICY, "%s; name it with --target",
		    why.msg);
	archive_choice_clear(&c);
	return e;
}

static enum err
check_target(const struct rescue *r, struct diag *d)
{
	const struct archive_list *held = &r->archive.list[r->held];
	const struct archive_list *target = &r->archive.list[r->target];
	struct diag why = target->why;

	if (ctl_kind(held->f) != ctl_kind(target->f))
		return diag_set(d, ERR_POLICY,
		    "the phone's list is of kind %s, and this one %s",
		    ctl_kind_name(ctl_kind(held->f)),
		    ctl_kind_name(ctl_kind(target->f)));
	if (!target->verified)
		return diag_set(d, ERR_POLICY,
		    "it does not verify by itself: %.200s", why.msg);
	return ERR_OK;
}

static enum err
judge(struct rescue *r, struct diag *d)
{
	const struct archive *a = &r->archive;
	const size_t keep[] = { r->held, r->target };
	enum err e;

	e = archive_choose(a, ctl_kind(a->list[r->held].f), keep, &r->choice,
	    d);
	if (e == ERR_OK)
		e = history_of(r->choice.lists, r->choice.num,
		    r->choice.at[r->target], &r->history, d);
	if (e != ERR_OK)
		return e;
	switch (rescue_row(r)->fate) {
	case HISTORY_HOLDS:
		r->answer = RESCUE_HOLDS;
		break;
	case HISTORY_DIRECT:
		r->answer = RESCUE_DIRECT;
		break;
	case HISTORY_STRANDED:
		r->answer = rescue_row(r)->rungs > 0 ? RESCUE_LADDER
						     : RESCUE_NO_LADDER;
		break;
	}
	return ERR_OK;
}

enum err
rescue_find(struct rescue *r, const struct rescue_wish *w, struct out *out,
    const char **ret_where, struct diag *d)
{
	enum err e;

	memset(r, 0, sizeof(*r));
	e = load(r, w, out, ret_where, d);
	if (e != ERR_OK)
		return e;
	if (r->held == r->archive.num) {
		r->answer = RESCUE_NOT_KNOWN;
		return ERR_OK;
	}
	if (w->target == NULL) {
		*ret_where = w->archive;
		e = find_newest(r, d);
	}
	if (e == ERR_OK && w->target != NULL)
		e = check_target(r, d);
	return e == ERR_OK ? judge(r, d) : e;
}
