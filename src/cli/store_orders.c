/* SPDX-License-Identifier: Apache-2.0 */
/* Which deletion belongs on which node. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/store_check.h"

/* ITEM is one that an item before it, on any node, deletes as well. */
static bool
is_done_before(const struct store_check *c, size_t item)
{
	size_t i;

	for (i = 0; i < item; i++)
		if (c->judged.verdict[i].advice == STORE_DELETE &&
		    strcasecmp(c->item[i].store, c->item[item].store) == 0 &&
		    strcmp(c->item[i].name, c->item[item].name) == 0)
			return true;
	return false;
}

static bool
is_ordered(const struct store_check *c, size_t i)
{
	const struct store_rule *rule = store_rule_of(&c->rules.rules,
	    c->item[i].store);

	if (c->judged.verdict[i].advice != STORE_DELETE ||
	    store_check_is_unsafe(c, i))
		return false;
	return c->old || rule == NULL || !rule->all_nodes ||
	    !is_done_before(c, i);
}

/* That of NODE, made where there is none. ORDERS has room for all. */
static struct store_orders *
order_of(struct store_orders *orders, size_t *num, const char *node)
{
	size_t i;

	for (i = 0; i < *num; i++)
		if (strcmp(orders[i].node, node) == 0)
			return &orders[i];
	orders[*num].node = node;
	return &orders[(*num)++];
}

enum err
store_check_orders(const struct store_check *c, struct store_orders **ret,
    size_t *ret_num, struct diag *d)
{
	struct store_orders *orders, *one;
	size_t i, num = 0, *more;

	orders = calloc(c->num + 1, sizeof(*orders));
	if (orders == NULL)
		return diag_nomem(d);
	for (i = 0; i < c->num; i++) {
		if (!is_ordered(c, i))
			continue;
		one = order_of(orders, &num, c->item[i].node);
		more = reallocarray(one->item, one->num + 1, sizeof(*more));
		if (more == NULL) {
			store_check_orders_free(orders, num);
			return diag_nomem(d);
		}
		one->item = more;
		one->item[one->num++] = i;
	}
	*ret = orders;
	*ret_num = num;
	return ERR_OK;
}

void
store_check_orders_free(struct store_orders *o, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		free(o[i].item);
	free(o);
}
