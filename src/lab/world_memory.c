/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that lives as long as a world; and its numbers at random.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/world_inner.h"

#define FIRST_CAP 8

/* Memory is a list of these; what stands behind one is what was asked for. */
struct block {
	struct block *next;
	void *owned; /* by malloc(), too */
	max_align_t data[];
};

static struct block *
add_block(struct world *w, size_t size)
{
	struct block *b = calloc(1, sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->next = w->inner->blocks;
	w->inner->blocks = b;
	return b;
}

void *
world_alloc(struct world *w, size_t size)
{
	struct block *b = add_block(w, size);

	return b == NULL ? NULL : b->data;
}

const char *
world_text(struct world *w, const char *fmt, ...)
{
	va_list ap;
	char *ret;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ret = len < 0 ? NULL : world_alloc(w, (size_t)len + 1);
	if (ret == NULL)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(ret, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return ret;
}

enum err
world_keep(struct world *w, struct buf *b, struct bytes *ret, struct diag *diag)
{
	struct block *block = buf_ok(b) ? add_block(w, 1) : NULL;

	if (block == NULL) {
		buf_clear(b);
		return diag_nomem(diag);
	}
	block->owned = b->ptr;
	*ret = b->len == 0 ? bytes_of(block->data, 0)
			   : bytes_of(b->ptr, b->len);
	*b = (struct buf){ .ptr = NULL };
	return ERR_OK;
}

enum err
world_grow(void **array, size_t num, size_t *cap, size_t size,
    struct diag *diag)
{
	size_t more = *cap == 0 ? FIRST_CAP : *cap * 2;
	void *grown;

	if (num < *cap)
		return ERR_OK;
	grown = realloc(*array, more * size);
	if (grown == NULL)
		return diag_nomem(diag);
	*array = grown;
	*cap = more;
	return ERR_OK;
}

void
world_free_blocks(struct world *w)
{
	struct block *b = w->inner->blocks, *next;

	for (; b != NULL; b = next) {
		next = b->next;
		free(b->owned);
		free(b);
	}
}

uint64_t
world_random(struct world *w)
{
	uint64_t x = w->inner->random += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}
