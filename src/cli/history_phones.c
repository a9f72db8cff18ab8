/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "cli/accept_rows.h"
#include "cli/history.h"

/* The phones at work. */
struct tally {
	struct accept_phones phones;
	struct accept_rows rows;
	size_t *num;   /* of each hash that rows have */
	bool *counted; /* by hash: it is that of a list */
};

/* How many have which hash. */
static enum err
tally(struct tally *t, struct history_phones *ret, struct diag *d)
{
	const struct accept_row *row;
	size_t i;

	t->num = calloc(t->phones.hashes.num + 1, sizeof(*t->num));
	t->counted = calloc(t->phones.hashes.num + 1, sizeof(*t->counted));
	if (t->num == NULL || t->counted == NULL)
		return diag_nomem(d);
	for (i = 0; i < t->rows.num; i++) {
		row = &t->rows.at[i];
		if (row->hash != ACCEPT_NONE)
			t->num[row->hash]++;
		else
			ret->num_unsaid++;
	}
	ret->total = t->rows.num;
	return ERR_OK;
}

/* Those that hold list I of C: by any of its hashes. */
static enum err
count_list(struct tally *t, const struct archive_choice *c, size_t i,
    struct history_phones *ret, struct diag *d)
{
	static const enum digest kinds[] = { DIGEST_MD5, DIGEST_SHA1,
		DIGEST_SHA256, DIGEST_SHA512 };
	struct bytes raw = ctl_raw(c->lists[i].f);
	struct digest_value v;
	enum err e = ERR_OK;
	size_t k, at;

	for (k = 0; e == ERR_OK && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		e = digest_of(kinds[k], &raw, 1, &v, d);
		if (e != ERR_OK ||
		    !intern_find(&t->phones.hashes, digest_bytes(&v), &at))
			continue;
		t->counted[at] = true;
		ret->num[i] += t->num[at];
	}
	return e;
}

static enum err
count(struct tally *t, const struct archive_choice *c,
    struct history_phones *ret, struct diag *d)
{
	enum err e = tally(t, ret, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	ret->num = calloc(c->num + 1, sizeof(*ret->num));
	if (ret->num == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < c->num; i++)
		e = count_list(t, c, i, ret, d);
	for (i = 0; i < t->phones.hashes.num; i++)
		if (!t->counted[i])
			ret->num_other += t->num[i];
	return e;
}

enum err
history_phones_count(const struct history_wish *w,
    const struct archive_choice *c, struct history_phones *ret,
    const char **ret_where, struct diag *d)
{
	struct tally t = { .num = NULL };
	enum err e;

	if (w->phones == NULL)
		return ERR_OK;
	*ret_where = w->models;
	e = models_load(w->models, &t.phones.models, d);
	if (e == ERR_OK) {
		*ret_where = w->phones;
		e = accept_rows_read(&t.rows, &t.phones, w->phones, d);
	}
	if (e == ERR_OK)
		e = count(&t, c, ret, d);
	ret->notes = t.phones.notes;
	t.phones.notes = (struct buf){ 0 };
	accept_rows_clear(&t.rows);
	accept_phones_clear(&t.phones);
	free(t.num);
	free(t.counted);
	return e;
}

void
history_phones_clear(struct history_phones *p)
{
	free(p->num);
	buf_clear(&p->notes);
	*p = (struct history_phones){ .num = NULL };
}
