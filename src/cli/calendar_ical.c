/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/calendar.h"
#include "cli/ical.h"

#define YEAR_ONE INT64_C(-62135596800) /* 0001-01-01: no calendar has less */

static const char *const reminders[] = { "-P90D", "-P30D", "-P7D", "-P1D" };

/* One event at work. */
struct event {
	const struct calendar *calendar;
	const struct calendar_row *row;
	struct buf summary, text;
};

static void
put_safe(struct buf *out, const struct buf *text)
{
	text_put_safe(out, buf_bytes(text));
}

/* "CallManager: cucm-pub". */
static void
put_summary(struct event *v)
{
	const struct calendar_row *r = v->row;
	size_t i;

	buf_str(&v->summary, "Certificate ends: ");
	for (i = 0; i < r->num_stores; i++)
		buf_printf(&v->summary, "%s%s", i > 0 ? ", " : "",
		    r->store[i]->store);
	buf_str(&v->summary, r->num_stores > 0 ? " of " : "");
	put_safe(&v->summary, &r->name);
}

static void
put_facts(struct event *v)
{
	const struct calendar_row *r = v->row;
	size_t i;

	if (r->serial.len > 0) {
		buf_str(&v->text, "Serial: ");
		text_put_hex(&v->text, buf_bytes(&r->serial), ":", TEXT_UPPER);
		buf_u8(&v->text, '\n');
	}
	buf_printf(&v->text, "Places: %zu\n", r->num_places);
	for (i = 0; i < r->num_places && i < 12; i++) {
		buf_str(&v->text, "- ");
		text_put_safe(&v->text, bytes_of_str(r->place[i].file));
		if (r->place[i].record > 0)
			buf_printf(&v->text, " record %zu", r->place[i].record);
		buf_u8(&v->text, '\n');
	}
	if (r->zoneless)
		buf_printf(&v->text, "The zone of its date is not known%s.\n",
		    r->deduced ? ", and its year was not said" : "");
	if (r->num_issued > 0)
		buf_printf(&v->text, "It issued %zu others: renew them.\n",
		    r->num_issued);
	if (calendar_outlives(r)) {
		buf_str(&v->text, "Its issuer ends before it, on ");
		text_put_rfc3339(&v->text, r->parent->until);
		buf_str(&v->text, ".\n");
	}
}

static void
put_lines(struct event *v, const char *heading, const struct doc_maps *lines)
{
	const struct stores_line *line = lines->item;
	size_t i;

	for (i = 0; i < lines->num; i++) {
		if (i == 0)
			buf_printf(&v->text, "%s\n", heading);
		buf_str(&v->text, "- ");
		if (line[i].store != NULL)
			buf_printf(&v->text, "%s: ", line[i].store);
		buf_printf(&v->text, "%s [%s: %s]\n", line[i].text,
		    stores_mark_name(line[i].mark), line[i].source);
	}
}

static void
put_store(struct event *v, const struct stores_store *s)
{
	buf_printf(&v->text, "%s, risk %s\n", s->store,
	    stores_risk_name(s->risk));
	put_lines(v, "What breaks:", &s->breaks);
	put_lines(v, "What depends on it:", &s->dependents);
	put_lines(v, "What to do:", &s->todo);
	put_lines(v, "Neighbours:", &s->neighbours);
}

/* 1 is the highest (RFC 5545, 3.8.1.9). */
static const char *
priority_of(const struct calendar_row *r)
{
	enum stores_risk risk = STORES_LOW;
	size_t i;

	for (i = 0; i < r->num_stores; i++)
		if (r->store[i]->risk > risk)
			risk = r->store[i]->risk;
	switch (risk) {
	case STORES_HIGH:
		return "1";
	case STORES_MEDIUM:
		return "5";
	case STORES_LOW:
		break;
	}
	return "9";
}

static void
put_reminders(const struct event *v, struct buf *out)
{
	size_t i;

	for (i = 0; i < sizeof(reminders) / sizeof(reminders[0]); i++) {
		ical_word(out, "BEGIN", "VALARM");
		ical_word(out, "ACTION", "DISPLAY");
		ical_text(out, "DESCRIPTION", buf_bytes(&v->summary));
		ical_word(out, "TRIGGER", reminders[i]);
		ical_word(out, "END", "VALARM");
	}
}

/* The same certificate has the same UID each time. */
static void
put_uid(const struct event *v, struct buf *out)
{
	struct buf uid = { 0 };

	text_put_hex(&uid, digest_bytes(&v->row->id), "", TEXT_LOWER);
	buf_str(&uid, "@ctlsmith");
	out->failed |= uid.failed;
	ical_text(out, "UID", buf_bytes(&uid));
	buf_clear(&uid);
}

static void
put_event(struct event *v, struct buf *out)
{
	size_t i;

	put_summary(v);
	put_facts(v);
	for (i = 0; i < v->row->num_stores; i++)
		put_store(v, v->row->store[i]);
	out->failed |= v->summary.failed || v->text.failed;
	ical_word(out, "BEGIN", "VEVENT");
	put_uid(v, out);
	ical_time(out, "DTSTAMP", v->calendar->now);
	ical_time(out, "DTSTART", v->row->until);
	ical_text(out, "SUMMARY", buf_bytes(&v->summary));
	ical_text(out, "DESCRIPTION", buf_bytes(&v->text));
	ical_word(out, "PRIORITY", priority_of(v->row));
	ical_word(out, "TRANSP", "TRANSPARENT");
	if (v->row->state != CALENDAR_EXPIRED)
		put_reminders(v, out);
	ical_word(out, "END", "VEVENT");
	buf_clear(&v->summary);
	buf_clear(&v->text);
}

enum err
calendar_put_ical(const struct calendar *c, bool all, struct buf *out,
    struct diag *d)
{
	struct event v = { .calendar = c };
	size_t i;

	ical_word(out, "BEGIN", "VCALENDAR");
	ical_word(out, "VERSION", "2.0");
	ical_word(out, "PRODID", "-//ctlsmith//cert calendar//EN");
	ical_word(out, "CALSCALE", "GREGORIAN");
	for (i = 0; i < c->num; i++) {
		v.row = &c->row[i];
		if (v.row->dated && v.row->state != CALENDAR_ENDLESS &&
		    v.row->until >= YEAR_ONE &&
		    (all || calendar_is_near(v.row)))
			put_event(&v, out);
	}
	ical_word(out, "END", "VCALENDAR");
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
