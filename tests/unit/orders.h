/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders of certificate changes in one line, for tests. Include it after
 * test.h and lists.h.
 *
 * A wish is CHANGE@NODE, and "!" before one that was done already. A step is
 * CHANGE@NODE of a renewal, "update", "localkey", "token", "up:CHANGE@NODE",
 * ";" where all fetch, and nothing for a restart. Nodes are numbers.
 */
#ifndef TESTS_UNIT_ORDERS_H
#define TESTS_UNIT_ORDERS_H

#include "trust/order.h"

#define ORDERS_TOKENLESS "S:itlr S:pub C:pub A:capf"
#define ORDERS_CALLMANAGER "S:pub S:itlr C:pub A:capf"
#define ORDERS_OLD "S:pub C:pub A:capf"
#define ORDERS_TOKEN "S:t1 S:t2 S:itlr S:pub C:pub A:capf"
#define ORDERS_OLD_TOKEN "S:t1 S:t2 C:pub A:capf"

/* Nodes: the publisher alone; it and a TFTP server and one that is none; the
 * same with one certificate for all. */
enum orders_nodes {
	ORDERS_ONE,
	ORDERS_THREE,
	ORDERS_MULTI
};

static const struct order_node orders_nodes[][3] = {
	[ORDERS_ONE] = { { .name = "pub",
	    .publisher = true,
	    .tftp = true,
	    .ccm = true } },
	[ORDERS_THREE] = { { .name = "pub",
			       .publisher = true,
			       .tftp = true,
			       .ccm = true },
	    { .name = "node", .tftp = true, .ccm = true },
	    { .name = "sub2", .ccm = true } },
	[ORDERS_MULTI] = { { .name = "pub",
			       .publisher = true,
			       .tftp = true,
			       .ccm = true,
			       .multi_san = true },
	    { .name = "node", .tftp = true, .ccm = true, .multi_san = true },
	    { .name = "sub2", .ccm = true, .multi_san = true } },
};

struct orders_story {
	const char *name;
	const char *installed, *served; /* served NULL: the same */
	unsigned release, upgrade_to;
	size_t tokens, new_tokens;
	enum orders_nodes nodes;
	unsigned classes, helps;
	const char *wishes;
	/* what comes of it */
	bool possible;
	unsigned needs; /* helps that it uses, or that would make it possible;
			 * ORDERS_NONE: nothing does */
	const char *steps;
};

#define ORDERS_NONE 0x80u

#define ORDERS_BOTH (1u << CLASS_TVS | 1u << CLASS_NO_TVS)
#define ORDERS_TVS (1u << CLASS_TVS)
#define ORDERS_NO_TVS (1u << CLASS_NO_TVS)
#define ORDERS_LOCALKEY (1u << ORDER_HELP_LOCALKEY)
#define ORDERS_UPLOAD (1u << ORDER_HELP_UPLOAD)
#define ORDERS_SECOND (1u << ORDER_HELP_SECOND_SAST)

/* Reads the words of WISHES. */
static inline size_t
orders_wishes(const char *wishes, struct order_wish ret[32])
{
	char copy[512], *word, *rest = copy, *at;
	size_t num = 0;

	(void)snprintf(copy, sizeof(copy), "%s", wishes);
	while ((word = strsep(&rest, " ")) != NULL && word[0] != '\0') {
		ret[num].done = word[0] == '!';
		word += ret[num].done ? 1 : 0;
		at = strchr(word, '@');
		ret[num].node = 0;
		if (at != NULL) {
			*at = '\0';
			ret[num].node = (size_t)strtoul(at + 1, NULL, 10);
		}
		assert_true(order_change_of_name(word, &ret[num].change));
		num++;
	}
	return num;
}

static inline void
orders_put_step(struct buf *out, const struct order_step *s)
{
	const char *change = order_change_name(s->change);

	if (s->kind == ORDER_RESTART)
		return;
	if (out->len > 0)
		buf_str(out, " ");
	if (s->kind == ORDER_FETCH)
		buf_str(out, ";");
	else if (s->kind == ORDER_RENEW || s->kind == ORDER_TRUST_UPLOAD)
		buf_printf(out, "%s%s@%zu",
		    s->kind == ORDER_RENEW ? "" : "up:", change, s->node);
	else
		buf_str(out,
		    s->kind == ORDER_UPDATE_CTL     ? "update"
			: s->kind == ORDER_LOCALKEY ? "localkey"
						    : "token");
}

/* Appends the steps of O. */
static inline void
orders_put(struct buf *out, const struct order *o)
{
	size_t i;

	for (i = 0; i < o->num; i++)
		orders_put_step(out, &o->step[i]);
	assert_non_null(buf_cstr(out));
}

/* The input of a story; what it borrows. */
struct orders_case {
	struct made installed, served;
	struct order_wish wishes[32];
	struct order_input in;
};

static inline void
orders_open(struct orders_case *c, const struct orders_story *s)
{
	*c = (struct orders_case){ .in = { .release = s->release,
				       .upgrade_to = s->upgrade_to,
				       .tokens = s->tokens,
				       .new_tokens = s->new_tokens,
				       .nodes = orders_nodes[s->nodes],
				       .num_nodes = s->nodes == ORDERS_ONE ? 1
									   : 3,
				       .classes = s->classes,
				       .helps = s->helps } };
	made_of(&c->installed, s->installed, 1);
	c->in.installed = c->installed.f;
	if (s->served != NULL) {
		made_of(&c->served, s->served, 1);
		c->in.served = c->served.f;
	}
	c->in.wishes = c->wishes;
	c->in.num_wishes = orders_wishes(s->wishes, c->wishes);
}

static inline void
orders_close(struct orders_case *c)
{
	made_clear(&c->installed);
	made_clear(&c->served);
}

#endif
