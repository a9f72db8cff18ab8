/* SPDX-License-Identifier: Apache-2.0 */
/* The report of `cluster phones`, for a person and as JSON. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cli/fill.h"
#include "cli/json_put.h"
#include "cli/phones.h"
#include "cli/table.h"

/* Those that somebody must look at first. */
static const enum delivery_state order[] = { DELIVERY_REFUSED, DELIVERY_ABSENT,
	DELIVERY_ALIVE, DELIVERY_PROVEN };

static enum table_colour
colour_of(enum delivery_state state)
{
	switch (state) {
	case DELIVERY_PROVEN:
		return TABLE_GOOD;
	case DELIVERY_REFUSED:
		return TABLE_BAD;
	case DELIVERY_ALIVE:
	case DELIVERY_ABSENT:
	default:
		return TABLE_WARN;
	}
}

/* ---- Text ------------------------------------------------------------------------------ */

struct tell {
	struct fill fill;
	struct buf text;
	struct diag d;
	enum err err;
};

static void
put_table(struct tell *t, struct table *table)
{
	if (t->err == ERR_OK && table == NULL)
		t->err = ERR_NOMEM;
	if (t->err == ERR_OK) {
		if (t->text.len > 0 && table_num_rows(table) > 0)
			buf_str(&t->text, "\n");
		t->err = table_print(table, &t->fill, &t->text, &t->d);
	}
	table_free(&table);
}

static void
put_list(struct tell *t, const struct phones *p)
{
	struct table *table = table_new_pairs();
	struct buf when = { 0 };

	table_pair(table, "list", bytes_of_str(p->list.source));
	table_pair(table, "MD5", bytes_of_str(p->list.md5));
	table_pair(table, "SHA-1", bytes_of_str(p->list.sha1));
	if (p->list.has_time) {
		text_put_rfc3339(&when, p->list.time);
		table_pair(table, "signed", buf_bytes(&when));
	}
	put_table(t, table);
	buf_clear(&when);
}

static void
put_phone(struct table *table, const struct delivery_device *is)
{
	table_row(table);
	table_str(table, 0, is->name);
	table_str(table, 1, delivery_state_name(is->state));
	table_colour(table, 1, colour_of(is->state));
	if (is->group != NULL)
		table_str(table, 2, is->group);
	if (is->address != NULL)
		table_str(table, 3, is->address);
	table_str(table, 4, is->why);
}

static void
put_phones(struct tell *t, const struct phones *p)
{
	static const struct table_column columns[] = { { "PHONE", 0 },
		{ "STATE", 0 }, { "GROUP", TABLE_CUT }, { "ADDRESS", 0 },
		{ "WHY", TABLE_WRAP } };
	struct table *table = table_new(columns, 5);
	size_t i, j;

	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (j = 0; j < delivery_num(p->book); j++) {
			const struct delivery_device *is = delivery_at(p->book,
			    j);

			if (is->expected && is->state == order[i])
				put_phone(table, is);
		}
	put_table(t, table);
}

static const char *
kind_of(const struct delivery_signature *s)
{
	return !s->named ? "not known" : s->same ? "the list's" : "another's";
}

static void
put_signatures(struct tell *t, const struct phones *p)
{
	static const struct table_column columns[] = { { "GROUP", TABLE_RIGHT },
		{ "PHONES", TABLE_RIGHT }, { "IS", 0 }, { "BY", 0 },
		{ "CTL_SIGNATURE", TABLE_CUT } };
	struct table *table = table_new(columns, 5);
	size_t i;

	for (i = 0; i < delivery_num_signatures(p->book); i++) {
		const struct delivery_signature *s = delivery_signature(p->book,
		    i);

		if (s->num == 0)
			continue;
		table_row(table);
		table_printf(table, 0, "%zu", i + 1);
		table_printf(table, 1, "%zu", s->num);
		table_str(table, 2, kind_of(s));
		if (s->by != NULL)
			table_str(table, 3, s->by);
		else if (s->named)
			table_str(table, 3, "itself");
		table_put(table, 4, s->value);
	}
	put_table(t, table);
}

static void
put_certs(struct tell *t, const struct phones *p)
{
	static const struct table_column columns[] = { { "NODE", 0 },
		{ "CERTIFICATE", 0 }, { "ALARM", 0 }, { "EXPIRATION", 0 } };
	struct table *table = table_new(columns, 4);
	size_t i;

	for (i = 0; i < p->num_certs; i++) {
		table_row(table);
		table_str(table, 0, p->cert[i].node);
		table_printf(table, 1, "%s (%s)", p->cert[i].cert,
		    p->cert[i].unit);
		table_str(table, 2, p->cert[i].name);
		table_str(table, 3, p->cert[i].until);
	}
	put_table(t, table);
}

/* Appends TEXT as a paragraph and empties it. */
static void
paragraph(struct tell *t, struct buf *text)
{
	fill_put(&t->fill, &t->text, buf_bytes(text), 2);
	t->text.failed |= text->failed;
	buf_clear(text);
}

static void
line(struct tell *t, const char *fmt, size_t num)
{
	struct buf text = { 0 };

	if (num == 0)
		return;
	buf_printf(&text, "%zu %s", num, fmt);
	paragraph(t, &text);
}

static size_t
num_expected(const struct phones *p)
{
	size_t num = 0, i;

	for (i = 0; i < DELIVERY_NUM_STATES; i++)
		num += delivery_count(p->book, (enum delivery_state)i);
	return num;
}

static void
put_end(struct tell *t, const struct phones *p)
{
	struct delivery_ignored ignored = delivery_ignored(p->book);
	size_t num = num_expected(p);
	struct syslog_count count = { 0 };
	struct buf text = { 0 };

	if (p->syslog != NULL)
		count = syslog_count(p->syslog);
	buf_printf(&text,
	    "%zu phones: %zu proven, %zu refused, %zu alive only, %zu absent",
	    num, delivery_count(p->book, DELIVERY_PROVEN),
	    delivery_count(p->book, DELIVERY_REFUSED),
	    delivery_count(p->book, DELIVERY_ALIVE),
	    delivery_count(p->book, DELIVERY_ABSENT));
	if (t->text.len > 0)
		buf_str(&t->text, "\n");
	paragraph(t, &text);
	line(t, "devices that nobody expects have said something",
	    delivery_num(p->book) - num);
	line(t, "alarms are of senders that are no node (see --from)",
	    ignored.strangers);
	line(t, "alarms are older than the list", ignored.early);
	line(t, "messages were lost: the system had no room for them",
	    count.lost);
	line(t, "messages were refused: they were too long, or too many",
	    count.refused);
	if (p->pages_failed > 0) {
		buf_printf(&text, "%zu pages could not be had; the last: %s",
		    p->pages_failed, p->page_why);
		paragraph(t, &text);
	}
}

void
phones_tell_text(const struct phones *p, struct out *out)
{
	struct tell t = { .fill = fill_for_stdout(), .err = ERR_OK };

	put_list(&t, p);
	put_phones(&t, p);
	put_signatures(&t, p);
	put_certs(&t, p);
	put_end(&t, p);
	if (t.err != ERR_OK)
		t.text.failed = true;
	out_put(out, &t.text);
	buf_clear(&t.text);
}

/* ---- JSON ------------------------------------------------------------------------------ */

static json_t *
json_of_list(struct json_sink *s, const struct phones *p)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "source", p->list.source);
	json_put_number(s, obj, "size", p->list.bytes.len);
	json_put_str(s, obj, "md5", p->list.md5);
	json_put_str(s, obj, "sha1", p->list.sha1);
	if (p->list.has_time)
		json_put_time(s, obj, "signed", p->list.time);
	else
		json_put(s, obj, "signed", json_null());
	json_put_time(s, obj, "since", p->since);
	return obj;
}

static json_t *
json_of_phone(struct json_sink *s, const struct delivery_device *is)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "name", is->name);
	json_put_str(s, obj, "group", is->group);
	json_put_str(s, obj, "address", is->address);
	json_put(s, obj, "expected", json_boolean(is->expected));
	json_put_str(s, obj, "state", delivery_state_name(is->state));
	json_put_str(s, obj, "why", is->why);
	if (is->when != 0)
		json_put_time(s, obj, "when", is->when);
	else
		json_put(s, obj, "when", json_null());
	if (is->signature != 0)
		json_put_number(s, obj, "signature", is->signature);
	else
		json_put(s, obj, "signature", json_null());
	return obj;
}

static json_t *
json_of_signature(struct json_sink *s, const struct delivery_signature *is,
    size_t number)
{
	json_t *obj = json_object();

	json_put_number(s, obj, "number", number);
	json_put_text(s, obj, "value", is->value);
	json_put_number(s, obj, "phones", is->num);
	json_put_str(s, obj, "is",
	    !is->named     ? "unknown"
		: is->same ? "the-list"
			   : "another-list");
	json_put_str(s, obj, "by", is->by);
	return obj;
}

static json_t *
json_of_cert(struct json_sink *s, const struct phones_cert *c)
{
	json_t *obj = json_object();

	json_put_str(s, obj, "node", c->node);
	json_put_str(s, obj, "certificate", c->cert);
	json_put_str(s, obj, "unit", c->unit);
	json_put_str(s, obj, "alarm", c->name);
	json_put_str(s, obj, "expiration", c->until);
	return obj;
}

static json_t *
json_of_counts(struct json_sink *s, const struct phones *p)
{
	struct delivery_ignored ignored = delivery_ignored(p->book);
	struct syslog_count count = { 0 };
	json_t *obj = json_object();

	if (p->syslog != NULL)
		count = syslog_count(p->syslog);
	json_put_number(s, obj, "messages", count.taken);
	json_put_number(s, obj, "lost", count.lost);
	json_put_number(s, obj, "refused", count.refused);
	json_put_number(s, obj, "strangers", ignored.strangers);
	json_put_number(s, obj, "early", ignored.early);
	json_put_number(s, obj, "beyond", ignored.beyond);
	json_put_number(s, obj, "pages", p->pages);
	json_put_number(s, obj, "pages_failed", p->pages_failed);
	return obj;
}

static json_t *
json_of_states(struct json_sink *s, const struct phones *p)
{
	json_t *obj = json_object();
	size_t i;

	for (i = 0; i < DELIVERY_NUM_STATES; i++)
		json_put_number(s, obj,
		    delivery_state_name((enum delivery_state)i),
		    delivery_count(p->book, (enum delivery_state)i));
	return obj;
}

void
phones_tell_json(const struct phones *p, struct out *out)
{
	struct json_sink s = { .failed = false };
	json_t *obj = json_object(), *phones = json_object(),
	       *devices = json_array(), *signatures = json_array(),
	       *certs = json_array();
	size_t i;

	for (i = 0; i < delivery_num(p->book); i++)
		json_append(&s, devices,
		    json_of_phone(&s, delivery_at(p->book, i)));
	for (i = 0; i < delivery_num_signatures(p->book); i++)
		json_append(&s, signatures,
		    json_of_signature(&s, delivery_signature(p->book, i),
			i + 1));
	for (i = 0; i < p->num_certs; i++)
		json_append(&s, certs, json_of_cert(&s, &p->cert[i]));
	json_put(&s, phones, "list", json_of_list(&s, p));
	json_put(&s, phones, "states", json_of_states(&s, p));
	json_put(&s, phones, "devices", devices);
	json_put(&s, phones, "signatures", signatures);
	json_put(&s, phones, "certificates", certs);
	json_put(&s, phones, "counts", json_of_counts(&s, p));
	json_put_number(&s, obj, "schema", JSON_SCHEMA);
	json_put(&s, obj, "phones", phones);
	if (s.failed) {
		json_decref(obj);
		obj = NULL;
	}
	out_json(out, obj);
}
