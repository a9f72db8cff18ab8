/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/intern.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct intern_node {
	struct bytes key;
	size_t number;
};

static int
by_key(const void *a, const void *b)
{
	const struct intern_node *x = a, *y = b;

	return bytes_order(x->key, y->key);
}

static bool
make_room(struct intern *t)
{
	size_t room = t->room == 0 ? 64 : 2 * t->room;
	struct intern_node **more;

	if (t->num < t->room)
		return true;
	more = reallocarray(t->at, room, sizeof(void *));
	if (more == NULL)
		return false;
	t->at = more;
	t->room = room;
	return true;
}

static struct intern_node *
new_node(struct bytes key, size_t number)
{
	struct intern_node *n = malloc(sizeof(*n) + key.len + 1);
	uint8_t *copy;

	if (n == NULL)
		return NULL;
	copy = (uint8_t *)(n + 1);
	if (key.len > 0)
		memcpy(copy, key.ptr, key.len);
	copy[key.len] = '\0';
	n->key = bytes_of(copy, key.len);
	n->number = number;
	return n;
}

enum err
intern_add(struct intern *t, struct bytes key, size_t *ret, bool *ret_new,
    struct diag *d)
{
	bool is_new = !intern_find(t, key, ret);
	struct intern_node *n;

	if (is_new) {
		n = make_room(t) ? new_node(key, t->num) : NULL;
		if (n == NULL || tsearch(n, &t->root, by_key) == NULL) {
			free(n);
			return diag_nomem(d);
		}
		t->at[t->num] = n;
		*ret = t->num++;
	}
	if (ret_new != NULL)
		*ret_new = is_new;
	return ERR_OK;
}

bool
intern_find(const struct intern *t, struct bytes key, size_t *ret)
{
	struct intern_node wanted = { .key = key };
	struct intern_node *const *found = tfind(&wanted, &t->root, by_key);

	if (found == NULL)
		return false;
	*ret = (*found)->number;
	return true;
}

struct bytes
intern_key(const struct intern *t, size_t i)
{
	return t->at[i]->key;
}

static void
keep(void *node)
{
	(void)node;
}

void
intern_clear(struct intern *t)
{
	size_t i;

	tdestroy(t->root, keep);
	for (i = 0; i < t->num; i++)
		free(t->at[i]);
	free(t->at);
	memset(t, 0, sizeof(*t));
}
