/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/text.h"
#include "cli/calendar.h"
#include "cli/table.h"

#define PLACES_SHOWN 12 /* JSON has all of them */
#define INDENT 4

/* ---- Lines ------------------------------------------------------------------------ */

/* One line at work: RAW is made safe and filled. */
struct writer {
	const struct calendar *calendar;
	const struct fill *fill;
	struct buf *out;
	struct buf raw;
};

static void
end_line(struct writer *w)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, buf_bytes(&w->raw));
	w->out->failed |= w->raw.failed || safe.failed;
	fill_put(w->fill, w->out, buf_bytes(&safe), INDENT);
	buf_clear(&safe);
	buf_clear(&w->raw);
}

static void
put_time(struct buf *out, const struct calendar_row *r)
{
	text_put_rfc3339(out, r->until);
	if (r->deduced)
		buf_str(out, " (no year was said, no zone is known)");
	else if (r->zoneless)
		buf_str(out, " (in what zone is not known)");
}

static void
put_day(struct buf *out, int64_t t)
{
	struct buf text = { 0 };

	text_put_rfc3339(&text, t);
	out->failed |= text.failed;
	buf_put(out, bytes_of(text.ptr, text.len < 10 ? text.len : 10));
	buf_clear(&text);
}

static void
put_stores(struct buf *out, const struct calendar_row *r)
{
	size_t i;

	if (r->num_stores == 0)
		buf_str(out, "not known");
	for (i = 0; i < r->num_stores; i++)
		buf_printf(out, "%s%s", i > 0 ? ", " : "", r->store[i]->store);
}

/* ---- The table ----------------------------------------------------------------------- */

static void
put_head(struct writer *w)
{
	static const struct {
		enum calendar_state state;
		const char *text;
	} rows[] = {
		{ CALENDAR_UNDATED, "with a date that could not be read" },
		{ CALENDAR_EXPIRED, "expired" },
		{ CALENDAR_DUE, NULL },
		{ CALENDAR_LATER, "later" },
		{ CALENDAR_ENDLESS, "without an end" },
	};
	const char *separator = ": ";
	size_t i, n;

	buf_str(&w->raw, "Certificates by the day they end, on ");
	put_day(&w->raw, w->calendar->now);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		n = calendar_count(w->calendar, rows[i].state);
		if (n == 0)
			continue;
		buf_printf(&w->raw, "%s%zu ", separator, n);
		if (rows[i].text != NULL)
			buf_str(&w->raw, rows[i].text);
		else
			buf_printf(&w->raw, "within %u days",
			    w->calendar->days);
		separator = ", ";
	}
	end_line(w);
}

static enum table_colour
colour_of(enum calendar_state state)
{
	switch (state) {
	case CALENDAR_EXPIRED:
		return TABLE_BAD;
	case CALENDAR_UNDATED:
	case CALENDAR_DUE:
		return TABLE_WARN;
	case CALENDAR_LATER:
	case CALENDAR_ENDLESS:
		break;
	}
	return TABLE_PLAIN;
}

static void
put_row(const struct writer *w, struct table *t, const struct calendar_row *r)
{
	struct buf text = { 0 };

	table_row(t);
	if (!r->dated) {
		table_str(t, 0, "unknown");
	} else if (r->state == CALENDAR_ENDLESS) {
		table_str(t, 0, "never");
	} else {
		put_day(&text, r->until);
		table_put(t, 0, buf_bytes(&text));
		table_printf(t, 1, "%" PRId64,
		    calendar_days_left(w->calendar, r));
		text.len = 0;
	}
	table_colour(t, 0, colour_of(r->state));
	table_colour(t, 1, colour_of(r->state));
	put_stores(&text, r);
	table_put(t, 2, buf_bytes(&text));
	table_put(t, 3, buf_bytes(&r->name));
	w->out->failed |= text.failed;
	buf_clear(&text);
}

static enum err
put_table(struct writer *w, bool all, struct diag *d)
{
	static const struct table_column columns[] = { { "UNTIL", 0 },
		{ "DAYS", TABLE_RIGHT }, { "UNIT", TABLE_WRAP },
		{ "CERTIFICATE", TABLE_WRAP } };
	struct table *t = table_new(columns, 4);
	enum err e;
	size_t i;

	for (i = 0; i < w->calendar->num; i++)
		if (all || calendar_is_near(&w->calendar->row[i]))
			put_row(w, t, &w->calendar->row[i]);
	e = table_print(t, w->fill, w->out, d);
	table_free(&t);
	return e;
}

/* ---- A certificate that is near ------------------------------------------------------------ */

static void
put_state(struct writer *w, const struct calendar_row *r)
{
	int64_t left = r->dated ? calendar_days_left(w->calendar, r) : 0;

	if (!r->dated)
		buf_str(&w->raw,
		    r->state == CALENDAR_EXPIRED
			? "EXPIRED, by the alarm; its date could not be read"
			: "its date could not be read");
	else if (r->state == CALENDAR_EXPIRED)
		buf_str(&w->raw, "EXPIRED since ");
	else
		buf_printf(&w->raw, "%" PRId64 " day%s left, until ", left,
		    left == 1 ? "" : "s");
	if (r->dated)
		put_time(&w->raw, r);
}

static void
put_place(struct buf *out, const struct calendar_place *p)
{
	buf_str(out, p->file);
	if (p->record > 0)
		buf_printf(out, " record %zu", p->record);
	if (p->role != NULL)
		buf_printf(out, " (%s)", p->role);
	if (p->node != NULL)
		buf_printf(out, " of %s", p->node);
}

static void
put_places(struct writer *w, const struct calendar_row *r)
{
	size_t i;

	if (r->num_places > 1)
		buf_printf(&w->raw, "  in %zu places: ", r->num_places);
	else
		buf_str(&w->raw, "  in ");
	for (i = 0; i < r->num_places && i < PLACES_SHOWN; i++) {
		buf_str(&w->raw, i > 0 ? ", " : "");
		put_place(&w->raw, &r->place[i]);
	}
	if (i < r->num_places)
		buf_printf(&w->raw, ", and %zu more", r->num_places - i);
	end_line(w);
}

static void
put_alarms(struct writer *w, const struct calendar_row *r)
{
	const struct calendar_alarm *a;
	size_t i;

	for (i = 0; i < r->num_alarms; i++) {
		a = &r->alarm[i];
		buf_printf(&w->raw, "  alarm %s", a->name);
		if (a->node != NULL)
			buf_printf(&w->raw, " of %s", a->node);
		if (a->times > 1)
			buf_printf(&w->raw, ", %zu times", a->times);
		if (a->has_raised) {
			buf_printf(&w->raw, ", %s",
			    a->times > 1 ? "the last on " : "on ");
			put_day(&w->raw, a->raised);
		}
		end_line(w);
	}
}

static void
put_kin(struct writer *w, const struct calendar_row *r)
{
	if (r->parent != NULL) {
		buf_str(&w->raw, "  issued by ");
		buf_put(&w->raw, buf_bytes(&r->parent->name));
		if (calendar_outlives(r)) {
			buf_str(&w->raw, ", WHICH ENDS BEFORE IT, on ");
			put_day(&w->raw, r->parent->until);
			buf_str(&w->raw, ": to be renewed with that one");
		}
		end_line(w);
	}
	if (r->num_issued > 0) {
		buf_printf(&w->raw, "  issued %zu of the certificates here",
		    r->num_issued);
		if (r->num_outliving > 0)
			buf_printf(&w->raw,
			    ", %zu of which would end later than it: to be "
			    "renewed with it",
			    r->num_outliving);
		end_line(w);
	}
}

static void
put_near(struct writer *w, const struct calendar_row *r)
{
	buf_u8(w->out, '\n');
	buf_put(&w->raw, buf_bytes(&r->name));
	buf_str(&w->raw, " (");
	put_stores(&w->raw, r);
	buf_str(&w->raw, "): ");
	put_state(w, r);
	end_line(w);
	if (r->serial.len > 0) {
		buf_str(&w->raw, "  serial ");
		text_put_hex(&w->raw, buf_bytes(&r->serial), ":", TEXT_UPPER);
		end_line(w);
	}
	put_places(w, r);
	put_alarms(w, r);
	put_kin(w, r);
}

/* LSCs and the like that are later, and whose issuer ends before. */
static void
put_outliving(struct writer *w, const struct calendar_row *r)
{
	buf_put(&w->raw, buf_bytes(&r->name));
	buf_str(&w->raw, " (");
	put_stores(&w->raw, r);
	buf_str(&w->raw, ") ends on ");
	put_day(&w->raw, r->until);
	buf_str(&w->raw, ", after ");
	buf_put(&w->raw, buf_bytes(&r->parent->name));
	buf_str(&w->raw, ", which issued it and ends on ");
	put_day(&w->raw, r->parent->until);
	buf_str(&w->raw, ": to be renewed with that one");
	end_line(w);
}

/* ---- What ends with it -------------------------------------------------------------------------- */

static size_t
count_of(const struct calendar *c, const struct stores_store *store)
{
	size_t i, n = 0;

	for (i = 0; i < c->num; i++)
		n += calendar_is_of(&c->row[i], store);
	return n;
}

/* "STORE -> DEPENDENT (3 here): " of a dependent. */
static void
put_arrow(struct writer *w, const struct stores_store *of, const char *name)
{
	const struct stores_store *store;
	size_t n;

	store = stores_named(&w->calendar->stores, bytes_of_str(name));
	/* what stands in a trust store need not be one of these */
	n = store == NULL || store->kind == STORES_TRUST
	    ? 0
	    : count_of(w->calendar, store);
	buf_printf(&w->raw, "%s -> %s", of->store, name);
	if (n > 0)
		buf_printf(&w->raw, " (%zu here)", n);
	buf_str(&w->raw, ": ");
}

static void
put_lines(struct writer *w, const struct stores_store *of, const char *heading,
    const struct doc_maps *lines)
{
	const struct stores_line *line = lines->item;
	size_t i;

	if (lines->num > 0) {
		buf_str(&w->raw, heading);
		end_line(w);
	}
	for (i = 0; i < lines->num; i++) {
		buf_str(&w->raw, "  - ");
		if (line[i].store != NULL)
			put_arrow(w, of, line[i].store);
		buf_printf(&w->raw, "%s [%s: %s]", line[i].text,
		    stores_mark_name(line[i].mark), line[i].source);
		end_line(w);
	}
}

static void
put_store(struct writer *w, const struct stores_store *s)
{
	buf_u8(w->out, '\n');
	buf_printf(&w->raw, "%s, risk %s%s", s->store,
	    stores_risk_name(s->risk),
	    s->needs_ctl ? ", the CTL is to be updated with it" : "");
	end_line(w);
	put_lines(w, s, "  what breaks:", &s->breaks);
	put_lines(w, s, "  what depends on it:", &s->dependents);
	put_lines(w, s, "  what to do:", &s->todo);
	put_lines(w, s, "  neighbours:", &s->neighbours);
}

/* Each store that is near once, the first to end first. */
static void
put_stores_near(struct writer *w)
{
	const struct calendar *c = w->calendar;
	bool said[STORES_MAX] = { false };
	const struct calendar_row *r;
	size_t i, j, at;

	for (i = 0; i < c->num; i++) {
		r = &c->row[i];
		if (!calendar_is_near(r))
			continue;
		for (j = 0; j < r->num_stores; j++) {
			at = (size_t)(r->store[j] - c->stores.store);
			if (!said[at])
				put_store(w, r->store[j]);
			said[at] = true;
		}
	}
}

static void
put_outliving_later(struct writer *w)
{
	const struct calendar_row *r;
	bool first = true;
	size_t i;

	for (i = 0; i < w->calendar->num; i++) {
		r = &w->calendar->row[i];
		if (calendar_is_near(r) || !calendar_outlives(r))
			continue;
		if (first)
			buf_u8(w->out, '\n');
		first = false;
		put_outliving(w, r);
	}
}

enum err
calendar_put(const struct calendar *c, const struct calendar_view *view,
    struct buf *out, struct diag *d)
{
	struct writer w = { .calendar = c, .fill = view->fill, .out = out };
	enum err e;
	size_t i;

	put_head(&w);
	e = put_table(&w, view->all, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < c->num; i++)
		if (calendar_is_near(&c->row[i]))
			put_near(&w, &c->row[i]);
	put_outliving_later(&w);
	put_stores_near(&w);
	if (c->has_list) {
		buf_u8(out, '\n');
		buf_str(&w.raw,
		    "No source says that phones look at the dates of the "
		    "certificates in a list: what is above ends for servers, "
		    "and at the next change.");
		end_line(&w);
	}
	buf_clear(&w.raw);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
