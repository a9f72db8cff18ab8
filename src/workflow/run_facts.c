/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "workflow/run_parts.h"

static void
free_text(const char **s)
{
	char *own;

	/* a pair lends what it owns as const */
	memcpy(&own, s, sizeof(own));
	free(own);
	*s = NULL;
}

void
run_pair_clear(struct journal_pair *p)
{
	free_text(&p->name);
	free_text(&p->value);
}

enum err
run_pair_set(struct journal_pair *ret, const char *name, const char *value,
    struct diag *d)
{
	struct journal_pair p = { strdup(name), strdup(value) };

	if (p.name == NULL || p.value == NULL) {
		run_pair_clear(&p);
		return diag_nomem(d);
	}
	*ret = p;
	return ERR_OK;
}

/* Where NAME is, or would be. */
static size_t
place_of(const struct run_facts *f, const char *name, bool *found)
{
	size_t low = 0, high = f->num;

	*found = false;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
		int order = strcmp(f->pair[mid].name, name);

		if (order == 0) {
			*found = true;
			return mid;
		}
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static enum err
reserve(struct run_facts *f, struct diag *d)
{
	size_t room = f->room == 0 ? 16 : f->room * 2;
	struct journal_pair *pair;

	if (f->num < f->room)
		return ERR_OK;
	pair = reallocarray(f->pair, room, sizeof(*pair));
	if (pair == NULL)
		return diag_nomem(d);
	f->pair = pair;
	f->room = room;
	return ERR_OK;
}

enum err
run_facts_put(struct run_facts *f, const char *name, const char *value,
    struct diag *d)
{
	struct journal_pair p = { 0 };
	bool found;
	size_t at = place_of(f, name, &found);
	enum err e = reserve(f, d);

	if (e == ERR_OK)
		e = run_pair_set(&p, name, value, d);
	if (e != ERR_OK)
		return e;
	if (found) {
		run_pair_clear(&f->pair[at]);
	} else {
		memmove(&f->pair[at + 1], &f->pair[at],
		    (f->num - at) * sizeof(p));
		f->num++;
	}
	f->pair[at] = p;
	return ERR_OK;
}

const char *
run_facts_get(const struct run_facts *f, const char *name)
{
	bool found;
	size_t at = place_of(f, name, &found);

	return found ? f->pair[at].value : NULL;
}

const char *
run_facts_differ(const struct run_facts *a, const struct run_facts *b)
{
	size_t i;

	for (i = 0; i < a->num; i++) {
		const char *other = run_facts_get(b, a->pair[i].name);

		if (other != NULL && strcmp(other, a->pair[i].value) != 0)
			return a->pair[i].name;
	}
	return NULL;
}

enum err
run_facts_merge(struct run_facts *into, const struct journal_pair *from,
    size_t num, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < num; i++)
		e = run_facts_put(into, from[i].name, from[i].value, d);
	return e;
}

void
run_facts_clear(struct run_facts *f)
{
	size_t i;

	for (i = 0; i < f->num; i++)
		run_pair_clear(&f->pair[i]);
	free(f->pair);
	*f = (struct run_facts){ 0 };
}
