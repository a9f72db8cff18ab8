/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/history_dot.h"
#include "cli/table.h"

/* ---- Judging. ---- */

/* The kind of a history that nobody has named a list of. */
static enum ctl_kind
find_kind(const struct archive *a)
{
	size_t i;

	for (i = 0; i < a->num; i++)
		if (ctl_kind(a->list[i].f) == CTL_KIND_CTL)
			return CTL_KIND_CTL;
	return CTL_KIND_ITL;
}

/* Loads NEW, which is to be the newest: *RET is where it is. */
static enum err
load_newest(struct history_said *h, size_t *ret, struct diag *d)
{
	const struct history_wish *w = h->wish;
	struct diag why;
	enum err e = archive_add(&h->archive, w->newest, w->max_size, ret, d);

	if (e != ERR_OK || h->archive.list[*ret].verified)
		return e;
	why = h->archive.list[*ret].why;
	return diag_set(d, ERR_POLICY, "it does not verify by itself: %.200s",
	    why.msg);
}

static enum err
judge(struct history_said *h, const char **ret_where, struct diag *d)
{
	const struct history_wish *w = h->wish;
	size_t newest = ARCHIVE_LEFT, keep[2] = { ARCHIVE_LEFT, ARCHIVE_LEFT };
	enum ctl_kind kind = find_kind(&h->archive);
	struct diag why;
	enum err e = ERR_OK;

	if (w->newest != NULL) {
		*ret_where = w->newest;
		e = load_newest(h, &newest, d);
		if (e == ERR_OK)
			kind = ctl_kind(h->archive.list[newest].f);
	}
	if (e == ERR_OK)
		e = archive_choose(&h->archive, kind, keep, &h->choice, d);
	if (e != ERR_OK)
		return e;
	*ret_where = w->folder;
	if (newest != ARCHIVE_LEFT)
		newest = h->choice.at[newest];
	else if (history_newest(h->choice.lists, h->choice.num, &newest,
		     &why) != ERR_OK)
		return diag_set(d, ERR_POLICY, "%s; name it as NEW.tlv",
		    why.msg);
	return history_of(h->choice.lists, h->choice.num, newest, &h->history,
	    d);
}

static void
count_stranded(struct history_said *h)
{
	const struct history_row *row;
	size_t i;

	for (i = 0; i < h->history.num; i++) {
		row = &h->history.row[i];
		if (row->fate != HISTORY_STRANDED)
			continue;
		h->num_stranded++;
		if (h->phones.num != NULL)
			h->num_stranded_phones += h->phones.num[i];
		h->num_lost += row->rungs == 0;
	}
}

static enum err
find(struct history_said *h, struct out *out, const char **ret_where,
    struct diag *d)
{
	const struct history_wish *w = h->wish;
	enum err e;

	*ret_where = w->folder;
	e = archive_load(&h->archive, w->folder, w->max_size, out, d);
	if (e == ERR_OK)
		e = judge(h, ret_where, d);
	if (e == ERR_OK)
		e = history_phones_count(w, &h->choice, &h->phones, ret_where,
		    d);
	if (e != ERR_OK)
		return e;
	count_stranded(h);
	*ret_where = NULL;
	archive_say_passed_over(&h->archive, w->folder, out);
	return ERR_OK;
}

/* ---- Saying. ---- */

enum {
	COLUMN_TIME,
	COLUMN_FILE,
	COLUMN_SIGNER,
	COLUMN_FATE,
	COLUMN_PHONES, /* where they are known */
	NUM_COLUMNS
};

static void
put_fate(struct table *t, const struct history_row *row)
{
	enum table_colour colour = TABLE_GOOD;

	switch (row->fate) {
	case HISTORY_HOLDS:
		table_str(t, COLUMN_FATE, "holds the newest");
		break;
	case HISTORY_DIRECT:
		table_str(t, COLUMN_FATE, "direct");
		break;
	case HISTORY_STRANDED:
		colour = row->rungs > 0 ? TABLE_WARN : TABLE_BAD;
		if (row->rungs > 0)
			table_printf(t, COLUMN_FATE, "stranded, ladder of %zu",
			    row->rungs);
		else
			table_str(t, COLUMN_FATE, "stranded, no ladder");
		break;
	}
	table_colour(t, COLUMN_FATE, colour);
}

static void
put_row(struct table *t, const struct history_said *h, size_t i)
{
	const struct archive_list *l = &h->archive.list[h->choice.of[i]];
	struct buf when = { 0 };
	uint32_t time;

	table_row(t);
	if (archive_time(l, &time))
		text_put_rfc3339(&when, time);
	else
		buf_str(&when, "no TIMESTAMP");
	table_put(t, COLUMN_TIME, buf_bytes(&when));
	buf_clear(&when);
	if (l->num_names > 1)
		table_printf(t, COLUMN_FILE, "%s (%zu files)", archive_name(l),
		    l->num_names);
	else
		table_str(t, COLUMN_FILE, archive_name(l));
	table_put(t, COLUMN_SIGNER, archive_signer(l));
	put_fate(t, &h->history.row[i]);
	if (h->phones.num != NULL)
		table_printf(t, COLUMN_PHONES, "%zu", h->phones.num[i]);
}

static enum err
put_table(const struct history_said *h, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	static const struct table_column columns[NUM_COLUMNS] = {
		[COLUMN_TIME] = { "TIMESTAMP", TABLE_CUT },
		[COLUMN_FILE] = { "FILE", 0 },
		[COLUMN_SIGNER] = { "SIGNED BY", TABLE_CUT },
		[COLUMN_FATE] = { "PHONE WITH IT", 0 },
		[COLUMN_PHONES] = { "PHONES", TABLE_RIGHT },
	};
	struct table *t = table_new(columns,
	    h->phones.num == NULL ? COLUMN_PHONES : NUM_COLUMNS);
	enum err e;
	size_t i;

	for (i = 0; i < h->choice.num; i++)
		put_row(t, h, i);
	e = table_print(t, fill, out, d);
	table_free(&t);
	return e;
}

static void
put_sum(const struct history_said *h, const struct fill *fill, struct buf *out)
{
	size_t newest = h->choice.of[h->history.newest];
	struct buf line = { 0 };

	buf_str(&line, "The newest is ");
	text_put_safe(&line,
	    bytes_of_str(archive_name(&h->archive.list[newest])));
	buf_str(&line,
	    h->wish->newest != NULL ? ", as named. " : ", by TIMESTAMP. ");
	if (h->num_stranded == 0)
		buf_str(&line,
		    "A phone that was off at any of these versions takes it "
		    "as it is.");
	else
		buf_printf(&line,
		    "Of %zu versions %zu %s stranded: a phone that was off "
		    "since then does not take it. For those with a ladder "
		    "`ctlsmith rescue` prints what to serve; %zu %s none.",
		    h->history.num, h->num_stranded,
		    h->num_stranded == 1 ? "is" : "are", h->num_lost,
		    h->num_lost == 1 ? "has" : "have");
	out->failed |= !buf_ok(&line);
	fill_put(fill, out, buf_bytes(&line), 0);
	buf_clear(&line);
}

/* How many phones that is, and of how many nobody can tell. */
static void
put_phones(const struct history_said *h, const struct fill *fill,
    struct buf *out)
{
	const struct history_phones *p = &h->phones;
	struct buf line = { 0 };

	if (p->num == NULL)
		return;
	buf_printf(&line, "Of %zu phone%s %zu hold%s a list that is stranded",
	    p->total, p->total == 1 ? "" : "s", h->num_stranded_phones,
	    h->num_stranded_phones == 1 ? "s" : "");
	if (p->num_other > 0)
		buf_printf(&line, "; %zu hold%s one that is not here",
		    p->num_other, p->num_other == 1 ? "s" : "");
	if (p->num_unsaid > 0)
		buf_printf(&line, "; of %zu it is not said", p->num_unsaid);
	buf_str(&line, ".");
	out->failed |= !buf_ok(&line);
	fill_put(fill, out, buf_bytes(&line), 0);
	buf_clear(&line);
}

/* What is odd about phones.csv. */
static void
put_notes(const struct history_said *h, const struct fill *fill,
    struct buf *out)
{
	struct bytes rest = buf_bytes(&h->phones.notes);
	struct buf line = { 0 };
	const uint8_t *end;
	size_t len;

	while (rest.len > 0) {
		end = memchr(rest.ptr, '\n', rest.len);
		len = end == NULL ? rest.len : (size_t)(end - rest.ptr);
		buf_str(&line, "note: ");
		text_put_safe(&line, bytes_of(rest.ptr, len));
		out->failed |= !buf_ok(&line);
		fill_put(fill, out, buf_bytes(&line), 6);
		buf_clear(&line);
		len += len < rest.len;
		rest = bytes_of(rest.ptr + len, rest.len - len);
	}
}

static enum err
put_text(const struct history_said *h, struct buf *out, struct diag *d)
{
	struct fill fill = fill_for_stdout();
	enum err e = put_table(h, &fill, out, d);

	if (e != ERR_OK)
		return e;
	buf_str(out, "\n");
	put_sum(h, &fill, out);
	put_phones(h, &fill, out);
	put_notes(h, &fill, out);
	archive_put_all_left(&h->archive, &h->choice, &fill, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

static enum err
say(const struct history_said *h, struct out *out, struct diag *d)
{
	struct buf text = { 0 };
	enum err e = ERR_OK;

	if (h->wish->json)
		out_json(out, history_json(h));
	else if (h->wish->dot)
		e = history_dot_put(&h->archive, &h->choice, &h->history,
		    ARCHIVE_LEFT, &text, d);
	else
		e = put_text(h, &text, d);
	if (e == ERR_OK)
		out_put(out, &text);
	buf_clear(&text);
	return e;
}

enum cmd_exit
history_say(const struct history_wish *w)
{
	struct history_said h = { .wish = w };
	struct out out = { .lost = false };
	const char *where = NULL;
	enum cmd_exit end;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = find(&h, &out, &where, &d);
	if (e == ERR_OK)
		e = say(&h, &out, &d);
	end = cmd_end(e);
	if (e != ERR_OK)
		out_error(&out, where, &d);
	else if (h.archive.failed)
		end = CMD_FAILED;
	else if (h.num_stranded > 0)
		end = CMD_POLICY;
	end = out_finish(&out, w->json, end);
	history_clear(&h.history);
	archive_choice_clear(&h.choice);
	archive_clear(&h.archive);
	history_phones_clear(&h.phones);
	return end;
}
