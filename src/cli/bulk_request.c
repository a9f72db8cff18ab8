/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/bulk_say.h"
#include "cli/bulk_work.h"
#include "cli/place.h"

struct asking {
	const struct bulk_plan *plan;
	const struct signer *signer;
	struct bulk_shared shared;
	struct bulk_worker *worker;
	struct paths *paths;
	struct seen seen;
	struct bulk_item *items; /* but for those that were passed over */
	size_t num, cap;
	size_t failed;
	struct bulk_counts counts;
};

static bool
is_stdout(const struct asking *a)
{
	return strcmp(a->plan->opts->detached, "-") == 0;
}

/* ---- The files ------------------------------------------------------------- */

/* The next item, to be filled in; NULL where memory is short. */
static struct bulk_item *
next_item(struct asking *a)
{
	size_t cap = a->cap == 0 ? 16 : a->cap * 2;
	struct bulk_item *more;

	if (a->num < a->cap)
		return &a->items[a->num];
	more = realloc(a->items, cap * sizeof(*more));
	if (more == NULL)
		return NULL;
	memset(more + a->cap, 0, (cap - a->cap) * sizeof(*more));
	a->items = more;
	a->cap = cap;
	return &a->items[a->num];
}

static enum err
take(struct asking *a, const struct path *path, struct diag *d)
{
	struct bulk_item *item = next_item(a);
	enum err e = ERR_OK;

	if (item == NULL)
		return diag_nomem(d);
	bulk_item_set(item, a->plan, &a->seen, path);
	if (item->result == BULK_TODO)
		e = bulk_work(a->worker, item, d);
	a->failed += item->result == BULK_FAILED;
	if (item->result == BULK_PASSED)
		a->counts.passed++;
	else if (e == ERR_OK)
		a->num++;
	return e;
}

static enum err
take_all(struct asking *a, struct diag *d)
{
	enum err e = ERR_OK;
	struct path path;

	while (e == ERR_OK && paths_next(a->paths, &path))
		e = take(a, &path, d);
	return e;
}

/* ---- The request ----------------------------------------------------------- */

static enum err
write_request(struct asking *a, struct diag *d)
{
	const struct bulk_opts *o = a->plan->opts;
	struct buf text = { 0 };
	enum err e;
	size_t i;

	/* whether it can be written at all */
	if (o->dry_run) {
		e = detached_put(a->shared.request, &text, d);
		buf_clear(&text);
		return e;
	}
	e = detached_write(a->shared.request, o->detached, o->force, d);
	for (i = 0; e == ERR_OK && i < a->num; i++)
		if (a->items[i].result == BULK_PLANNED)
			a->items[i].result = BULK_REQUESTED;
	return e;
}

static enum err
begin(struct asking *a, struct diag *d)
{
	const struct bulk_opts *o = a->plan->opts;
	enum err e = ERR_OK;

	if (!is_stdout(a))
		e = place_check_other(o->detached, o->force, d);
	if (e == ERR_OK)
		e = detached_new(a->plan->cert, &a->shared.request, d);
	if (e == ERR_OK)
		e = bulk_worker_new(&a->worker, &a->shared, NULL, d);
	if (e == ERR_OK)
		e = paths_new_by(&a->paths, &bulk_taste, a->plan->args, d);
	return e;
}

static enum err
ask(struct asking *a, struct diag *d)
{
	enum err e;

	e = begin(a, d);
	if (e == ERR_OK)
		e = take_all(a, d);
	if (e == ERR_OK && a->failed == 0 &&
	    detached_num(a->shared.request) > 0)
		e = write_request(a, d);
	return e;
}

/* ---- What is said ---------------------------------------------------------- */

static enum cmd_exit
say_items(struct asking *a, struct out_printer *printer)
{
	enum cmd_exit end = CMD_OK;
	struct out out = { 0 };
	size_t i;

	for (i = 0; i < a->num; i++)
		end = out_worse(end,
		    bulk_say_item(a->plan, &a->items[i], &a->counts, &out));
	end = out_worse(end, out_print(printer, &out));
	out_clear(&out);
	return end;
}

/* On stderr, where the request itself went to stdout. */
static enum cmd_exit
say_summary(const struct asking *a)
{
	enum cmd_exit end = CMD_OK;
	struct buf text = { 0 };
	const char *said;

	bulk_put_summary(a->plan, a->signer, &a->counts, &text);
	if (!is_stdout(a)) {
		end = out_write(&text);
	} else if ((said = buf_cstr(&text)) != NULL) {
		(void)fputs(said, stderr);
	}
	buf_clear(&text);
	return end;
}

static void
say_failed(const struct asking *a)
{
	struct diag d;

	diag_init(&d);
	(void)diag_set(&d, ERR_OK,
	    "no request is written: %zu file%s cannot be signed", a->failed,
	    a->failed == 1 ? "" : "s");
	out_complain(NULL, &d);
}

static enum cmd_exit
say(struct asking *a, enum err e, const struct diag *d)
{
	struct out_printer printer = {
		.json = a->plan->opts->signer.token.json
	};
	enum cmd_exit end;

	end = say_items(a, &printer);
	if (e == ERR_OK && a->failed == 0 && !printer.json)
		end = out_worse(end, say_summary(a));
	end = out_worse(end, out_close(&printer));
	if (a->paths != NULL)
		bulk_say_passed_over(
		    a->counts.passed + paths_num_passed_over(a->paths));
	if (e != ERR_OK)
		out_complain(NULL, d);
	else if (a->failed > 0)
		say_failed(a);
	return out_worse(end, cmd_end(e));
}

static void
clear(struct asking *a)
{
	size_t i;

	/* one that was passed over may stand behind the last */
	for (i = 0; i < a->cap; i++)
		bulk_item_clear(&a->items[i]);
	free(a->items);
	paths_free(&a->paths);
	seen_clear(&a->seen);
	bulk_worker_free(&a->worker);
	detached_free(&a->shared.request);
	(void)pthread_mutex_destroy(&a->shared.large);
}

enum cmd_exit
bulk_request(struct bulk_plan *plan, const struct signer *s)
{
	struct asking a = { .plan = plan, .signer = s };
	enum cmd_exit end;
	struct diag d;
	enum err e;

	diag_init(&d);
	a.shared.plan = plan;
	(void)pthread_mutex_init(&a.shared.large, NULL);
	if (plan->opts->timestamp == BULK_NOW)
		plan->head.timestamp = (uint32_t)time(NULL);
	e = ask(&a, &d);
	end = say(&a, e, &d);
	clear(&a);
	return end;
}
