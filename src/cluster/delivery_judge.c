/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of docs/delivery.md. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cluster/delivery_book.h"

/* What a hash says of the list that a phone holds. */
enum verdict {
	VERDICT_UNKNOWN,
	VERDICT_OTHER,
	VERDICT_SAME
};

static bool
is_later(struct delivery_when a, struct delivery_when b)
{
	if (a.turn == 0 || b.turn == 0)
		return a.turn != 0;
	return a.time != b.time ? a.time > b.time : a.turn > b.turn;
}

/* HEX has no separators. A digest that nobody made of the list says nothing. */
static enum verdict
compare(const struct delivery *b, const char *hex)
{
	const char *want = strlen(hex) == 32 ? b->md5
	    : strlen(hex) == 40              ? b->sha1
					     : "";

	if (want[0] == '\0')
		return VERDICT_UNKNOWN;
	return strcasecmp(want, hex) == 0 ? VERDICT_SAME : VERDICT_OTHER;
}

/* ---- Groups ------------------------------------------------------------------------------ */

/* The value is the list's hash itself, however it is written. */
static bool
is_hash(const struct delivery *b, struct bytes value)
{
	char hex[41];
	size_t i, len = 0;

	for (i = 0; i < value.len; i++) {
		if (value.ptr[i] == ' ' || value.ptr[i] == ':' ||
		    value.ptr[i] == '-')
			continue;
		if (text_hex_value(value.ptr[i]) < 0 || len == sizeof(hex) - 1)
			return false;
		hex[len++] = (char)value.ptr[i];
	}
	hex[len] = '\0';
	return compare(b, hex) == VERDICT_SAME;
}

/* A device names the value of its last alarm where its page was read after that,
 * and the alarm said no failure. */
void
delivery_name_by(struct delivery *b, const struct delivery_entry *e)
{
	const enum verdict verdict = compare(b, e->hash);
	struct delivery_value *value;
	const char **by;

	if (e->value == 0 || verdict == VERDICT_UNKNOWN || e->status > 4 ||
	    !is_later(e->paged, e->alarmed))
		return;
	value = &b->value[e->value - 1];
	by = verdict == VERDICT_SAME ? &value->same_by : &value->other_by;
	if (*by == NULL)
		*by = e->name;
}

static void
name_value(const struct delivery *b, struct delivery_value *value)
{
	struct delivery_signature *is = &value->is;
	const bool hash = is_hash(b, is->value);
	const bool same = hash || value->same_by != NULL;
	const bool other = value->other_by != NULL;

	value->disputed = same && other;
	is->num = 0;
	is->same = same && !other;
	is->named = same != other;
	is->by = NULL;
	if (is->named && !hash)
		is->by = same ? value->same_by : value->other_by;
}

static void
name_values(struct delivery *b)
{
	size_t i;

	for (i = 0; i < b->num_values; i++)
		name_value(b, &b->value[i]);
	for (i = 0; i < b->num; i++)
		if (b->entry[i]->value != 0)
			b->value[b->entry[i]->value - 1].is.num++;
}

/* ---- Devices ----------------------------------------------------------------------------- */

static void
decide(struct delivery_entry *e, enum delivery_state state, int64_t when)
{
	e->is.state = state;
	e->is.when = when;
}

#define WHY(e, ...) \
	(void)snprintf((e)->is.why, sizeof((e)->is.why), __VA_ARGS__)

static void
judge_value(const struct delivery *b, struct delivery_entry *e)
{
	const struct delivery_value *value = &b->value[e->value - 1];

	if (value->is.same) {
		decide(e, DELIVERY_PROVEN, e->alarmed.time);
		if (value->is.by == NULL)
			WHY(e, "its alarm has the list's hash");
		else
			WHY(e, "its alarm has group %zu, the list's by %s",
			    e->value, value->is.by);
	} else if (value->is.named) {
		WHY(e, "its alarm has group %zu, which is another list's",
		    e->value);
	} else if (value->disputed) {
		WHY(e, "its alarm has group %zu, which pages contradict",
		    e->value);
	} else {
		WHY(e, "its alarm has group %zu, which nobody named", e->value);
	}
}

static void
judge_alarm(const struct delivery *b, struct delivery_entry *e)
{
	decide(e, DELIVERY_ALIVE, 0);
	if (delivery_status_refuses(e->status)) {
		decide(e, DELIVERY_REFUSED, e->alarmed.time);
		WHY(e, "its alarm says %u: %s", e->status,
		    delivery_status_text(e->status));
	} else if (e->status > 4) {
		WHY(e, "its alarm says %u: %s", e->status,
		    delivery_status_text(e->status));
	} else if (e->no_list) {
		WHY(e, "its alarm says that it has no CTL");
	} else if (e->value == 0) {
		WHY(e, "its alarm does not say which list it has");
	} else {
		judge_value(b, e);
	}
}

static bool
says_failed(const struct delivery_entry *e)
{
	return e->message != NULL && strcasestr(e->message, "failed") != NULL;
}

/* A page that has a hash. */
static void
judge_page(enum verdict verdict, struct delivery_entry *e)
{
	decide(e, DELIVERY_ALIVE, 0);
	if (verdict == VERDICT_SAME) {
		decide(e, DELIVERY_PROVEN, e->paged.time);
		WHY(e, "its page has the list's hash");
	} else if (says_failed(e)) {
		decide(e, DELIVERY_REFUSED, e->paged.time);
		WHY(e, "its page has another list's hash, and says: %.80s",
		    e->message);
	} else {
		WHY(e, "its page has another list's hash");
	}
}

/* Neither an alarm nor a hash. A message has no time that we could compare, and
 * so counts last. */
static void
judge_rest(struct delivery_entry *e)
{
	decide(e, DELIVERY_ABSENT, 0);
	if (e->paged.turn != 0 && says_failed(e)) {
		decide(e, DELIVERY_REFUSED, e->paged.time);
		WHY(e, "its page says: %.120s", e->message);
	} else if (e->paged.turn != 0) {
		decide(e, DELIVERY_ALIVE, 0);
		WHY(e, "its page does not say which list it has");
	} else if (e->registered) {
		decide(e, DELIVERY_ALIVE, 0);
		WHY(e, "registered, and says nothing of its list");
	} else {
		WHY(e, "not registered, and says nothing");
	}
}

static void
judge_entry(const struct delivery *b, struct delivery_entry *e)
{
	enum verdict verdict = compare(b, e->hash);

	e->is = (struct delivery_device){ .name = e->name,
		.group = e->group,
		.address = e->address,
		.expected = e->expected,
		.signature = e->value };
	if (e->alarmed.turn != 0 &&
	    (verdict == VERDICT_UNKNOWN || is_later(e->alarmed, e->paged)))
		judge_alarm(b, e);
	else if (verdict != VERDICT_UNKNOWN)
		judge_page(verdict, e);
	else
		judge_rest(e);
}

static int
by_name(const void *a, const void *b)
{
	return strcasecmp((*(struct delivery_entry *const *)a)->name,
	    (*(struct delivery_entry *const *)b)->name);
}

enum err
delivery_judge(struct delivery *b, struct diag *d)
{
	size_t i;

	(void)d;
	if (b->num > 0)
		qsort(b->entry, b->num, sizeof(struct delivery_entry *),
		    by_name);
	name_values(b);
	for (i = 0; i < b->num; i++)
		judge_entry(b, b->entry[i]);
	return ERR_OK;
}
