/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/calendar.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "data/scalar.h"

#define DAY ((int64_t)24 * 60 * 60)
#define QUARTER ((int64_t)15 * 60) /* zones differ by these */
#define ZONES ((int64_t)14 * 60 * 60)
#define ENDLESS INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

#define CALENDAR_CASE(id, name) \
	case id:                \
		return name;

const char *
calendar_source_name(enum calendar_source source)
{
	switch (source) {
		CALENDAR_SOURCES(CALENDAR_CASE)
	}
	return "";
}

const char *
calendar_teller_name(enum calendar_teller teller)
{
	switch (teller) {
		CALENDAR_TELLERS(CALENDAR_CASE)
	}
	return "";
}

const char *
calendar_state_name(enum calendar_state state)
{
	switch (state) {
		CALENDAR_STATES(CALENDAR_CASE)
	}
	return "";
}

/* ---- Opening and clearing -------------------------------------------------------- */

static enum err
no_store_named(const struct stores *s, const char *name, struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	char hint[1024];
	size_t i;

	for (i = 0; i < s->num && words.num < SCALAR_WORDS_MAX; i++)
		words.item[words.num++] = s->store[i].store;
	scalar_hint(hint, sizeof(hint), bytes_of_str(name), &words);
	return diag_set(d, ERR_USAGE, "there is no store '%.64s'%.200s", name,
	    hint);
}

enum err
calendar_open(struct calendar *c, const struct calendar_wish *wish,
    struct diag *d)
{
	enum err e;

	memset(c, 0, sizeof(*c));
	c->now = wish->now;
	c->days = wish->days;
	e = stores_load(wish->stores, &c->stores, d);
	if (e != ERR_OK || wish->as == NULL)
		return e;
	c->as = stores_named(&c->stores, bytes_of_str(wish->as));
	if (c->as == NULL || c->as->kind == STORES_LIST)
		return no_store_named(&c->stores, wish->as, d);
	return ERR_OK;
}

static void
clear_place(struct calendar_place *p)
{
	free(p->file);
	free(p->node);
	memset(p, 0, sizeof(*p));
}

static void
clear_alarm(struct calendar_alarm *a)
{
	free(a->name);
	free(a->node);
	memset(a, 0, sizeof(*a));
}

void
calendar_row_clear(struct calendar_row *r)
{
	size_t i;

	for (i = 0; i < r->num_places; i++)
		clear_place(&r->place[i]);
	for (i = 0; i < r->num_alarms; i++)
		clear_alarm(&r->alarm[i]);
	free(r->place);
	free(r->alarm);
	cert_free(&r->cert);
	buf_clear(&r->name);
	buf_clear(&r->subject);
	buf_clear(&r->issuer);
	buf_clear(&r->serial);
	memset(r, 0, sizeof(*r));
}

void
calendar_clear(struct calendar *c)
{
	size_t i;

	for (i = 0; i < c->num; i++)
		calendar_row_clear(&c->row[i]);
	free(c->row);
	stores_clear(&c->stores);
	memset(c, 0, sizeof(*c));
}

/* ---- Adding ------------------------------------------------------------------------ */

static enum err
make_room(struct calendar *c, struct diag *d)
{
	size_t room = c->room == 0 ? 64 : c->room * 2;
	struct calendar_row *more;

	if (c->num >= CALENDAR_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "more than %d certificates and alarms", CALENDAR_MAX);
	if (c->num < c->room)
		return ERR_OK;
	more = reallocarray(c->row, room, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	c->row = more;
	c->room = room;
	return ERR_OK;
}

enum err
calendar_add(struct calendar *c, struct calendar_row *r, struct diag *d)
{
	enum err e = make_room(c, d);

	if (e == ERR_OK &&
	    (!buf_ok(&r->name) || !buf_ok(&r->subject) || !buf_ok(&r->issuer) ||
		!buf_ok(&r->serial)))
		e = diag_nomem(d);
	if (e != ERR_OK) {
		calendar_row_clear(r);
		return e;
	}
	c->row[c->num++] = *r;
	memset(r, 0, sizeof(*r));
	return ERR_OK;
}

/* ---- Putting together ---------------------------------------------------------------- */

static bool
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
same_place(const struct calendar_place *a, const struct calendar_place *b)
{
	return a->record == b->record && a->store == b->store &&
	    same_text(a->file, b->file) && same_text(a->node, b->node);
}

/* Moves the places of FROM to INTO, each once. */
static enum err
move_places(struct calendar_row *into, struct calendar_row *from,
    struct diag *d)
{
	struct calendar_place *more;
	size_t i, j;

	more = reallocarray(into->place, into->num_places + from->num_places,
	    sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	into->place = more;
	for (i = 0; i < from->num_places; i++) {
		for (j = 0; j < into->num_places; j++)
			if (same_place(&more[j], &from->place[i]))
				break;
		if (j < into->num_places)
			clear_place(&from->place[i]);
		else
			more[into->num_places++] = from->place[i];
	}
	from->num_places = 0;
	return ERR_OK;
}

/* Counts A as one more time of B, where it is the same. */
static bool
fold_alarm(struct calendar_alarm *b, struct calendar_alarm *a)
{
	if (!same_text(a->name, b->name) || !same_text(a->node, b->node))
		return false;
	b->times += a->times;
	if (a->has_raised && (!b->has_raised || a->raised > b->raised)) {
		b->has_raised = true;
		b->raised = a->raised;
	}
	clear_alarm(a);
	return true;
}

static enum err
move_alarms(struct calendar_row *into, struct calendar_row *from,
    struct diag *d)
{
	struct calendar_alarm *more;
	size_t i, j;

	if (from->num_alarms == 0)
		return ERR_OK;
	more = reallocarray(into->alarm, into->num_alarms + from->num_alarms,
	    sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	into->alarm = more;
	for (i = 0; i < from->num_alarms; i++) {
		for (j = 0; j < into->num_alarms; j++)
			if (fold_alarm(&more[j], &from->alarm[i]))
				break;
		if (j == into->num_alarms)
			more[into->num_alarms++] = from->alarm[i];
	}
	from->num_alarms = 0;
	return ERR_OK;
}

/* FROM is what INTO is, too; it is empty then. */
static enum err
merge(struct calendar_row *into, struct calendar_row *from, struct diag *d)
{
	enum err e = move_places(into, from, d);

	if (e == ERR_OK)
		e = move_alarms(into, from, d);
	if (e == ERR_OK)
		calendar_row_clear(from);
	return e;
}

static int
by_id(const void *a, const void *b)
{
	const struct calendar_row *x = a, *y = b;
	int order = (x->source > y->source) - (x->source < y->source);

	if (order == 0)
		order = bytes_order(digest_bytes(&x->id), digest_bytes(&y->id));
	if (order == 0) /* places in the order of their files */
		order = strcmp(x->place[0].file, y->place[0].file);
	if (order == 0)
		order = (x->place[0].record > y->place[0].record) -
		    (x->place[0].record < y->place[0].record);
	return order;
}

/* Takes out rows that were merged. */
static void
close_gaps(struct calendar *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->num; i++) {
		if (c->row[i].num_places == 0)
			continue;
		if (n != i)
			c->row[n] = c->row[i];
		n++;
	}
	c->num = n;
}

static enum err
merge_same(struct calendar *c, struct diag *d)
{
	struct calendar_row *first = NULL;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < c->num; i++)
		if (first != NULL && first->source == c->row[i].source &&
		    bytes_equal(digest_bytes(&first->id),
			digest_bytes(&c->row[i].id)))
			e = merge(first, &c->row[i], d);
		else
			first = &c->row[i];
	if (e == ERR_OK)
		close_gaps(c);
	return e;
}

/* ---- Texts and alarms of certificates that are here ---------------------------------------- */

/* Both are the same time, as far as the zone of T, which has none, lets one
 * say. */
static bool
same_time(int64_t exact, int64_t t)
{
	int64_t apart = exact - t;

	return apart >= -ZONES && apart <= ZONES && apart % QUARTER == 0;
}

/* The name of the file in the store, "CAPF-0123.der", is that of R. */
static bool
is_file_of(const struct calendar_row *text, const struct calendar_row *r)
{
	struct bytes name = buf_bytes(&text->name);

	if (name.len > 4 &&
	    (memcmp(name.ptr + name.len - 4, ".der", 4) == 0 ||
		memcmp(name.ptr + name.len - 4, ".pem", 4) == 0))
		name.len -= 4;
	return bytes_equal(name, buf_bytes(&r->name));
}

static bool
has_place_in(const struct calendar_row *r, const struct calendar_place *p)
{
	size_t i;

	for (i = 0; i < r->num_places; i++)
		if (p->store != NULL && r->place[i].store == p->store &&
		    (r->place[i].node == NULL || p->node == NULL ||
			strcasecmp(r->place[i].node, p->node) == 0))
			return true;
	return false;
}

/* TEXT, a dump or an alarm, is about R, a certificate. */
static bool
is_about(const struct calendar_row *text, const struct calendar_row *r)
{
	if (!text->dated || !same_time(r->until, text->until))
		return false;
	if (text->source == CALENDAR_DUMP)
		return bytes_equal(buf_bytes(&text->serial),
		    buf_bytes(&r->serial));
	return is_file_of(text, r) || has_place_in(r, &text->place[0]);
}

static enum err
merge_texts(struct calendar *c, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i, j;

	for (i = 0; e == ERR_OK && i < c->num; i++) {
		if (c->row[i].source == CALENDAR_CERT)
			continue;
		for (j = 0; j < c->num; j++)
			if (c->row[j].source == CALENDAR_CERT &&
			    is_about(&c->row[i], &c->row[j]))
				break;
		if (j < c->num)
			e = merge(&c->row[j], &c->row[i], d);
	}
	if (e == ERR_OK)
		close_gaps(c);
	return e;
}

/* ---- Order ------------------------------------------------------------------------------- */

static bool
says_it_is_over(const struct calendar_row *r)
{
	size_t i;

	for (i = 0; i < r->num_alarms; i++)
		if (r->alarm[i].over)
			return true;
	return false;
}

static enum calendar_state
state_of(const struct calendar *c, const struct calendar_row *r)
{
	if (!r->dated)
		return says_it_is_over(r) ? CALENDAR_EXPIRED : CALENDAR_UNDATED;
	if (r->until == ENDLESS)
		return CALENDAR_ENDLESS;
	if (c->now > r->until)
		return CALENDAR_EXPIRED;
	return calendar_days_left(c, r) <= (int64_t)c->days ? CALENDAR_DUE
							    : CALENDAR_LATER;
}

static int
by_date(const void *a, const void *b)
{
	const struct calendar_row *x = a, *y = b;
	int order = (x->dated > y->dated) - (x->dated < y->dated);

	if (order == 0)
		order = (x->until > y->until) - (x->until < y->until);
	if (order == 0)
		order = bytes_order(buf_bytes(&x->name), buf_bytes(&y->name));
	if (order == 0)
		order = bytes_order(digest_bytes(&x->id), digest_bytes(&y->id));
	return order;
}

enum err
calendar_close(struct calendar *c, struct diag *d)
{
	enum err e;
	size_t i;

	if (c->num == 0)
		return ERR_OK;
	qsort(c->row, c->num, sizeof(*c->row), by_id);
	e = merge_same(c, d);
	if (e == ERR_OK)
		e = merge_texts(c, d);
	if (e != ERR_OK)
		return e;
	qsort(c->row, c->num, sizeof(*c->row), by_date);
	for (i = 0; i < c->num; i++)
		c->row[i].state = state_of(c, &c->row[i]);
	return calendar_tell(c, d);
}

/* ---- Questions ------------------------------------------------------------------------------ */

int64_t
calendar_days_left(const struct calendar *c, const struct calendar_row *r)
{
	int64_t left = r->until - c->now;

	return left / DAY - (left % DAY < 0);
}

bool
calendar_is_near(const struct calendar_row *r)
{
	return r->state != CALENDAR_LATER && r->state != CALENDAR_ENDLESS;
}

bool
calendar_outlives(const struct calendar_row *r)
{
	const struct calendar_row *p = r->parent;
	size_t i;

	if (p == NULL || !r->dated || !p->dated || r->until <= p->until)
		return false;
	for (i = 0; i < p->num_stores; i++)
		if (p->store[i]->kind == STORES_AUTHORITY)
			return false;
	return true;
}

size_t
calendar_count(const struct calendar *c, enum calendar_state state)
{
	size_t i, n = 0;

	for (i = 0; i < c->num; i++)
		n += c->row[i].state == state;
	return n;
}

bool
calendar_is_of(const struct calendar_row *r, const struct stores_store *store)
{
	size_t i;

	for (i = 0; i < r->num_stores; i++)
		if (r->store[i] == store)
			return true;
	return false;
}
