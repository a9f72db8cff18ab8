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
#define ROUND 5  /* s of listening */
#define REST_MAX 10

/* One question to all phones. */
struct round {
	struct change_act *a;
	struct phones *phones;
	const struct act_proof *proof;
};

static enum err
put_list(struct phones *p, const struct act_proof *proof, struct diag *d)
{
	const struct delivery_list list = { proof->md5, proof->sha1,
		proof->since };

	p->since = proof->since;
	p->itl = proof->itl;
	return delivery_new(&list, &p->book, d);
}

static enum err
expect(struct phones *p, const struct act_proof *proof, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < proof->num; i++)
		e = delivery_expect(p->book, proof->devices[i], NULL, d);
	return e;
}

/* Where they are now: one that has come back may have another address. */
static enum err
find_phones(struct round *r, struct diag *d)
{
	struct shell_said said = { .failure = COMMAND_WORKED };
	const struct inventory_node *publisher = inventory_publisher(
	    &r->a->cluster->inventory);
	enum err e = change_act_type(r->a, publisher->name, "risdb-phones",
	    NULL, 0, &said, d);

	if (e == ERR_OK && said.failure == COMMAND_WORKED)
		e = phones_registered(r->phones, buf_bytes(&said.text), d);
	shell_said_clear(&said);
	return e;
}

static enum err
replay(struct round *r, struct diag *d)
{
	char name[DELIVERY_NAME_MAX + 1];
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < r->a->num_heard; i++) {
		const struct change_heard *h = &r->a->heard[i];

		if (h->when >= r->proof->since)
			e = phones_take(r->phones, h->from, buf_bytes(&h->text),
			    name, sizeof(name), d);
	}
	return e;
}

/* Those that say neither yes nor no. */
static size_t
num_open(const struct delivery *book)
{
	return delivery_count(book, DELIVERY_ALIVE) +
	    delivery_count(book, DELIVERY_ABSENT);
}

static enum err
one_round(struct round *r, struct diag *d)
{
	struct phones *p = r->phones;
	enum err e = find_phones(r, d);

	change_act_hear(r->a);
	if (e == ERR_OK)
		e = replay(r, d);
	p->syslog = r->a->syslog;
	if (e == ERR_OK)
		e = phones_watch(p, d);
	p->syslog = NULL;
	if (e == ERR_OK && p->stopped)
		e = diag_set(d, ERR_WAITING,
		    "a person stopped waiting for phones; resume goes on");
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
		size_t now = num_open(r->phones->book);

		if (now == 0)
			break;
		if (now < open)
			last = dial_now();
		open = now < open ? now : open;
		if (dial_now() - last >= limit)
			break;
		r->a->table.pause(r->a, rest);
		rest = rest < REST_MAX ? rest * 2 : REST_MAX;
	}
	return e;
}

static enum err
ask(struct round *r, struct diag *d)
{
	enum err e = put_list(r->phones, r->proof, d);

	if (e == ERR_OK)
		e = phones_load_senders(r->phones, d);
	if (e == ERR_OK)
		e = expect(r->phones, r->proof, d);
	return e == ERR_OK ? rounds(r, d) : e;
}

enum err
change_act_phones(void *arg, const struct act_proof *proof,
    struct delivery **ret, struct diag *d)
{
	struct change_act *a = arg;
	const struct cluster_phones_opts o = { .web = a->opts->phones.web,
		.from = a->opts->phones.from,
		.for_time = ROUND };
	struct phones *p = calloc(1, sizeof(*p));
	struct round r = { a, p, proof };
	enum err e;

	if (p == NULL)
		return diag_nomem(d);
	p->o = &o;
	p->web_port = a->web_port;
	p->cluster.inventory = a->cluster->inventory; /* borrowed */
	p->has_cluster = true;
	e = ask(&r, d);
	p->has_cluster = false;
	if (e == ERR_OK) {
		delivery_free(&a->book);
		a->book = p->book;
		*ret = p->book;
		p->book = NULL;
	}
	phones_clear(p);
	free(p);
	return e;
}
