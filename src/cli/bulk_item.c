/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/bulk_item.h"

const char *
bulk_result_name(enum bulk_result r)
{
	static const char *const names[] = {
#define BULK_RESULT_NAME(id, name) [id] = (name),
		BULK_RESULTS(BULK_RESULT_NAME)
#undef BULK_RESULT_NAME
	};

	return names[r];
}

void
bulk_item_clear(struct bulk_item *item)
{
	buf_clear(&item->path);
	buf_clear(&item->target);
	buf_clear(&item->temp);
	buf_clear(&item->name);
}

static void
reset(struct buf *b)
{
	b->len = 0;
	b->failed = false;
}

/* One folder alone cannot hold two inputs that lead to one target. */
static enum err
check_double(struct bulk_item *item, const struct bulk_plan *plan,
    struct seen *seen, struct diag *d)
{
	bool is_new = true;
	enum err e = ERR_OK;

	if (plan->args[1] != NULL)
		e = seen_add(seen, (const char *)item->target.ptr,
		    plan->opts->output == NULL, &is_new, d);
	if (e == ERR_OK && !is_new)
		e = diag_set(d, ERR_EXISTS,
		    "another FILE of this command leads to %s too",
		    (const char *)item->target.ptr);
	return e;
}

void
bulk_item_set(struct bulk_item *item, const struct bulk_plan *plan,
    struct seen *seen, const struct path *path)
{
	enum err e = ERR_OK;

	reset(&item->path);
	reset(&item->target);
	reset(&item->temp);
	reset(&item->name);
	diag_init(&item->error);
	item->found = path->found;
	item->result = BULK_TODO;
	buf_str(&item->path, path->name);
	bulk_put_target(plan, path, &item->target);
	bulk_put_name(plan, path, &item->name);
	if (buf_cstr(&item->path) == NULL || buf_cstr(&item->target) == NULL ||
	    buf_cstr(&item->name) == NULL)
		e = diag_nomem(&item->error);
	if (e == ERR_OK && path->error != NULL) {
		item->error = *path->error;
		e = item->error.code;
	}
	if (e == ERR_OK)
		e = check_double(item, plan, seen, &item->error);
	if (e != ERR_OK)
		item->result = BULK_FAILED;
}
