/* SPDX-License-Identifier: Apache-2.0 */
/* What phones hold: their web pages, and alarms, as `cluster phones` has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/change_act.h"
#include "cli/phones.h"
#include "cli/status.h"
#include "cluster/dial.h"

#define WAIT 600 /* s without news */
#define REST_MAX 5

/* One question to all phones: of each list what they say of it. */
struct round {
	struct change_act *a;
	struct phones *list; /* as many as PROOF has */
	const struct act_proof *proof;
};

static enum err
find_on(struct round *r, const struct inventory_node *node, struct diag *d)
{
	struct shell_said said = { .failure = COMMAND_WORKED };
	enum err e = change_act_type(r->a, node->name, "risdb-phones", NULL, 0,
	    &said, d);
	size_t i;

	if (e == ERR_OK && said.failure == COMMAND_WORKED)
		for (i = 0; e == ERR_OK && i < r->proof->num_lists; i++)
			e = phones_registered(&r->list[i],
			    buf_bytes(&said.text), d);
	shell_said_clear(&said);
	return e;
}

/* Another node may not be asked either: its password would be tried, too. */
static bool
is_for_all(enum err e)
{
	return e == ERR_NOMEM || e == ERR_PIN || e == ERR_POLICY;
}

/* Where they are now: one that has come back may have another address, and
 * another node. One node that does not answer is no end: its phones may move to
 * the next. */
static enum err
find_phones(struct round *r, struct diag *d)
{
	const struct inventory *inv = &r->a->cluster->inventory;
	enum err e = ERR_OK, last = ERR_OK;
	bool found = false;
	size_t i;

	for (i = 0; !is_for_all(last) && i < inventory_num_nodes(inv); i++) {
		if (!inventory_registers(inventory_node(inv, i)))
			continue;
		last = find_on(r, inventory_node(inv, i), d);
		found = found || last == ERR_OK;
		e = last != ERR_OK ? last : e;
	}
	if (!found || is_for_all(last))
		return e;
	diag_init(d);
	return ERR_OK;
}

static enum err
replay(struct round *r, size_t list, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < r->a->num_heard; i++) {
		const struct change_heard *h = &r->a->heard[i];

		if (h->when >= r->proof->lists[list].since)
			e = phones_take(&r->list[list], h->from,
			    buf_bytes(&h->text), NULL, NULL, d);
	}
	return e;
}

/* DEVICE has said yes to one list, or no. */
static bool
has_spoken(const struct round *r, const char *device)
{
	const struct delivery_device *is;
	size_t i;

	for (i = 0; i < r->proof->num_lists; i++) {
		is = delivery_find(r->list[i].book, device);
		if (is != NULL &&
		    (is->state == DELIVERY_PROVEN ||
			is->state == DELIVERY_REFUSED))
			return true;
	}
	return false;
}

static size_t
num_open(const struct round *r)
{
	size_t i, num = 0;

	for (i = 0; i < r->proof->num; i++)
		num += has_spoken(r, r->proof->devices[i]) ? 0 : 1;
	return num;
}

static enum err
one_round(struct round *r, struct diag *d)
{
	enum err e = find_phones(r, d);
	size_t i;

	change_act_hear(r->a);
	for (i = 0; e == ERR_OK && i < r->proof->num_lists; i++) {
		struct phones *p = &r->list[i];

		e = replay(r, i, d);
		if (e == ERR_OK)
			e = phones_watch(p, d);
		if (e == ERR_OK && p->stopped)
			e = diag_set(d, ERR_WAITING,
			    "a person stopped waiting for phones; resume goes "
			    "on");
	}
	return e;
}

/* Until all have said something, or nobody says anything new. */
static enum err
rounds(struct round *r, struct diag *d)
{
	const unsigned wait = r->a->opts->phones.wait;
	int64_t limit = (wait != 0 ? wait : WAIT) * (int64_t)1000;
	int64_t last = dial_now();
	size_t open = SIZE_MAX;
	unsigned rest = 1;
	enum err e;

	while ((e = one_round(r, d)) == ERR_OK) {
		size_t now = num_open(r);

		if (now == 0)
			break;
		if (now < open)
			last = dial_now();
		open = now < open ? now : open;
		if (dial_now() - last >= limit)
			break;
		r->a->table.pause(r->a, rest);
		rest = rest < REST_MAX ? rest + 1 : REST_MAX;
	}
	return e;
}

static enum err
begin_one(struct round *r, size_t list, const struct cluster_phones_opts *o,
    struct diag *d)
{
	struct phones *p = &r->list[list];
	enum err e = delivery_new(&r->proof->lists[list], &p->book, d);
	size_t i;

	p->o = o;
	p->web_port = r->a->web_port;
	p->cluster.inventory = r->a->cluster->inventory; /* borrowed */
	p->has_cluster = true;
	p->since = r->proof->lists[list].since;
	p->itl = r->proof->itl;
	if (e == ERR_OK)
		e = phones_load_senders(p, d);
	for (i = 0; e == ERR_OK && i < r->proof->num; i++)
		e = delivery_expect(p->book, r->proof->devices[i], NULL, d);
	return e;
}

static void
drop_books(struct change_act *a)
{
	size_t i;

	for (i = 0; i < ACT_LISTS_MAX; i++)
		delivery_free(&a->book[i]);
}

static void
take_books(struct round *r, struct delivery *ret[])
{
	size_t i;

	for (i = 0; i < r->proof->num_lists; i++) {
		ret[i] = r->a->book[i] = r->list[i].book;
		r->list[i].book = NULL;
	}
}

enum err
change_act_phones(void *arg, const struct act_proof *proof,
    struct delivery *ret[], struct diag *d)
{
	struct change_act *a = arg;
	const struct cluster_phones_opts o = { .web = a->opts->phones.web,
		.from = a->opts->phones.from };
	struct round r = { a, NULL, proof };
	enum err e = ERR_OK;
	size_t i;

	drop_books(a);
	r.list = calloc(proof->num_lists, sizeof(*r.list));
	if (r.list == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < proof->num_lists; i++)
		e = begin_one(&r, i, &o, d);
	if (e == ERR_OK)
		e = rounds(&r, d);
	if (e == ERR_OK)
		take_books(&r, ret);
	for (i = 0; i < proof->num_lists; i++) {
		r.list[i].has_cluster = false;
		phones_clear(&r.list[i]);
	}
	free(r.list);
	return e;
}
