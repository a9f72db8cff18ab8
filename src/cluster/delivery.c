/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/delivery.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cluster/delivery_book.h"

static const char *const names[] = {
#define DELIVERY_ROW(id, name) name,
	DELIVERY_STATES(DELIVERY_ROW)
#undef DELIVERY_ROW
};

const char *
delivery_state_name(enum delivery_state state)
{
	return names[state];
}

/* ---- The book -------------------------------------------------------------------------- */

/* TEXT; "" where it is not SIZE - 1 hex digits. */
static void
put_hex(const char *text, char *ret, size_t size)
{
	size_t i;

	ret[0] = '\0';
	if (text == NULL || strlen(text) != size - 1)
		return;
	for (i = 0; text[i] != '\0'; i++)
		if (text_hex_value((uint8_t)text[i]) < 0)
			return;
	memcpy(ret, text, size);
}

enum err
delivery_new(const struct delivery_list *list, struct delivery **ret,
    struct diag *d)
{
	struct delivery *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return diag_nomem(d);
	put_hex(list->md5, b->md5, sizeof(b->md5));
	put_hex(list->sha1, b->sha1, sizeof(b->sha1));
	b->since = list->since;
	*ret = b;
	return ERR_OK;
}

static void
free_entry(struct delivery_entry *e)
{
	if (e == NULL)
		return;
	free(e->name);
	free(e->group);
	free(e->address);
	free(e->message);
	free(e);
}

void
delivery_free(struct delivery **b)
{
	size_t i;

	if (*b == NULL)
		return;
	for (i = 0; i < (*b)->num; i++)
		free_entry((*b)->entry[i]);
	for (i = 0; i < (*b)->num_values; i++)
		free((*b)->value[i].bytes);
	for (i = 0; i < (*b)->num_trusted; i++)
		free((*b)->trusted[i]);
	free((*b)->entry);
	free((*b)->slot);
	free((*b)->value);
	free((*b)->trusted);
	free(*b);
	*b = NULL;
}

enum err
delivery_trust(struct delivery *b, const char *address, struct diag *d)
{
	char **more;

	more = realloc(b->trusted, (b->num_trusted + 1) * sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	b->trusted = more;
	more[b->num_trusted] = strdup(address);
	if (more[b->num_trusted] == NULL)
		return diag_nomem(d);
	b->num_trusted++;
	return ERR_OK;
}

/* ---- Devices by name -------------------------------------------------------------------- */

static size_t
hash_of(const char *name)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint64_t)toupper((unsigned char)*name)) *
		    UINT64_C(1099511628211);
	return (size_t)(hash ^ hash >> 32);
}

/* Where NAME is, or would be. */
static struct delivery_entry **
slot_of(const struct delivery *b, const char *name)
{
	size_t i = hash_of(name);

	for (;; i++) {
		struct delivery_entry **slot = &b->slot[i & (b->num_slots - 1)];

		if (*slot == NULL || strcasecmp((*slot)->name, name) == 0)
			return slot;
	}
}

static struct delivery_entry *
find(const struct delivery *b, const char *name)
{
	return b->num_slots == 0 ? NULL : *slot_of(b, name);
}

/* Room for one more, the table at most half full. */
static enum err
grow(struct delivery *b, struct diag *d)
{
	size_t cap = b->cap == 0 ? 64 : b->cap * 2, i;
	struct delivery_entry **entry, **slot;

	if (b->num < b->cap)
		return ERR_OK;
	entry = realloc(b->entry, cap * sizeof(struct delivery_entry *));
	if (entry == NULL)
		return diag_nomem(d);
	b->entry = entry;
	slot = calloc(cap * 2, sizeof(struct delivery_entry *));
	if (slot == NULL)
		return diag_nomem(d);
	free(b->slot);
	b->slot = slot;
	b->num_slots = cap * 2;
	b->cap = cap;
	for (i = 0; i < b->num; i++)
		*slot_of(b, b->entry[i]->name) = b->entry[i];
	return ERR_OK;
}

static enum err
add(struct delivery *b, const char *name, struct delivery_entry **ret,
    struct diag *d)
{
	struct delivery_entry *e;

	if (grow(b, d) != ERR_OK)
		return ERR_NOMEM;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return diag_nomem(d);
	e->name = strdup(name);
	if (e->name == NULL) {
		free(e);
		return diag_nomem(d);
	}
	b->entry[b->num++] = e;
	*slot_of(b, name) = e;
	*ret = e;
	return ERR_OK;
}

/* The device NAME, which is added where it is not known. *RET is NULL for one
 * stranger too many. */
static enum err
reach(struct delivery *b, const char *name, struct delivery_entry **ret,
    struct diag *d)
{
	*ret = find(b, name);
	if (*ret != NULL)
		return ERR_OK;
	if (b->num_strangers == DELIVERY_STRANGERS_MAX) {
		b->ignored.beyond++;
		return ERR_OK;
	}
	b->num_strangers++;
	return add(b, name, ret, d);
}

static enum err
set_text(char **at, const char *text, struct diag *d)
{
	char *copy = text == NULL ? NULL : strdup(text);

	if (text != NULL && copy == NULL)
		return diag_nomem(d);
	free(*at);
	*at = copy;
	return ERR_OK;
}

enum err
delivery_expect(struct delivery *b, const char *name, const char *group,
    struct diag *d)
{
	struct delivery_entry *e = find(b, name);

	if (e != NULL && e->expected)
		return ERR_OK;
	if (e == NULL && add(b, name, &e, d) != ERR_OK)
		return ERR_NOMEM;
	if (e == NULL || set_text(&e->group, group, d) != ERR_OK)
		return ERR_NOMEM;
	e->expected = true;
	return ERR_OK;
}

enum err
delivery_registered(struct delivery *b, const char *name, const char *address,
    struct diag *d)
{
	struct delivery_entry *e;

	if (reach(b, name, &e, d) != ERR_OK)
		return ERR_NOMEM;
	if (e == NULL)
		return ERR_OK;
	e->registered = true;
	return address == NULL ? ERR_OK : set_text(&e->address, address, d);
}

/* ---- Alarms --------------------------------------------------------------------------------- */

bool
delivery_trusts(const struct delivery *b, const char *from)
{
	size_t i;

	if (from == NULL || b->num_trusted == 0)
		return true;
	for (i = 0; i < b->num_trusted; i++)
		if (strcasecmp(b->trusted[i], from) == 0)
			return true;
	return false;
}

bool
delivery_believes(const struct delivery *b, const char *name, const char *from)
{
	const struct delivery_entry *e = find(b, name);

	return delivery_trusts(b, from) ||
	    (e != NULL && e->registered && e->address != NULL &&
		strcasecmp(e->address, from) == 0);
}

/* What phones say where they have none: observed of a 7821. */
static bool
says_none(struct bytes value)
{
	static const char *const words[] = { "Not Installed", "N/A", "None" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (value.len == strlen(words[i]) &&
		    strncasecmp((const char *)value.ptr, words[i], value.len) ==
			0)
			return true;
	return false;
}

static enum err
add_value(struct delivery *b, struct bytes value, struct diag *d)
{
	struct delivery_value *more;
	uint8_t *copy;

	more = realloc(b->value, (b->num_values + 1) * sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	b->value = more;
	copy = malloc(value.len);
	if (copy == NULL)
		return diag_nomem(d);
	memcpy(copy, value.ptr, value.len);
	memset(&more[b->num_values], 0, sizeof(*more));
	more[b->num_values].bytes = copy;
	more[b->num_values].is.value = bytes_of(copy, value.len);
	b->num_values++;
	return ERR_OK;
}

/* *RET: the group of VALUE, from 1; 0 where it has none. */
static enum err
group_value(struct delivery *b, struct bytes value, size_t *ret, struct diag *d)
{
	size_t i;

	*ret = 0;
	if (value.len == 0 || value.len > DELIVERY_VALUE_MAX ||
	    says_none(value))
		return ERR_OK;
	for (i = 0; i < b->num_values; i++)
		if (bytes_equal(b->value[i].is.value, value))
			break;
	if (i == DELIVERY_SIGNATURES_MAX) {
		b->ignored.beyond++;
		return ERR_OK;
	}
	if (i == b->num_values && add_value(b, value, d) != ERR_OK)
		return ERR_NOMEM;
	*ret = i + 1;
	return ERR_OK;
}

static enum err
take_alarm(struct delivery *b, const struct delivery_alarm *a, const char *name,
    int64_t when, struct diag *d)
{
	struct delivery_entry *e;
	size_t value;

	if (reach(b, name, &e, d) != ERR_OK)
		return ERR_NOMEM;
	if (e == NULL || (e->alarmed.turn != 0 && when < e->alarmed.time))
		return ERR_OK;
	if (group_value(b, a->ctl, &value, d) != ERR_OK)
		return ERR_NOMEM;
	e->alarmed = (struct delivery_when){ when, ++b->turn };
	e->status = a->status;
	e->value = value;
	e->no_list = a->ctl.len > 0 && says_none(a->ctl);
	delivery_name_by(b, e);
	return ERR_OK;
}

enum err
delivery_alarm(struct delivery *b, const struct delivery_alarm *a,
    const char *from, int64_t when, struct diag *d)
{
	char name[DELIVERY_NAME_MAX + 1];

	if (a->device.len == 0 || a->device.len > DELIVERY_NAME_MAX)
		return ERR_OK;
	memcpy(name, a->device.ptr, a->device.len);
	name[a->device.len] = '\0';
	if (!delivery_believes(b, name, from)) {
		b->ignored.strangers++;
		return ERR_OK;
	}
	if (when < b->since || (a->has_raised && a->raised < b->since)) {
		b->ignored.early++;
		return ERR_OK;
	}
	return take_alarm(b, a, name, when, d);
}

/* ---- Pages -------------------------------------------------------------------------------------- */

enum err
delivery_page(struct delivery *b, const struct delivery_page *page,
    struct diag *d)
{
	struct delivery_entry *e;

	if (page->when < b->since)
		return ERR_OK;
	if (reach(b, page->name, &e, d) != ERR_OK)
		return ERR_NOMEM;
	if (e == NULL || (e->paged.turn != 0 && page->when < e->paged.time))
		return ERR_OK;
	if (set_text(&e->message, page->message, d) != ERR_OK)
		return ERR_NOMEM;
	e->paged = (struct delivery_when){ page->when, ++b->turn };
	(void)snprintf(e->hash, sizeof(e->hash), "%s", page->hash);
	delivery_name_by(b, e);
	return ERR_OK;
}

/* ---- What there is --------------------------------------------------------------------------------- */

size_t
delivery_num(const struct delivery *b)
{
	return b->num;
}

const struct delivery_device *
delivery_at(const struct delivery *b, size_t i)
{
	return &b->entry[i]->is;
}

const struct delivery_device *
delivery_find(const struct delivery *b, const char *name)
{
	const struct delivery_entry *e = find(b, name);

	return e == NULL ? NULL : &e->is;
}

size_t
delivery_count(const struct delivery *b, enum delivery_state state)
{
	size_t i, num = 0;

	for (i = 0; i < b->num; i++)
		if (b->entry[i]->expected && b->entry[i]->is.state == state)
			num++;
	return num;
}

struct delivery_ignored
delivery_ignored(const struct delivery *b)
{
	return b->ignored;
}

size_t
delivery_num_signatures(const struct delivery *b)
{
	return b->num_values;
}

const struct delivery_signature *
delivery_signature(const struct delivery *b, size_t i)
{
	return &b->value[i].is;
}
