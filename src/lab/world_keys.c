/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys: from a pool, one PEM file for each kind joined into one, taken in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "lab/world_inner.h"

#define POOL_MAX ((size_t)16 << 20)

struct world_key {
	struct mint_key *key;
	char name[32]; /* of a file of its own; empty: one of the pool */
	bool made;     /* here: no file had it */
	struct world_key *next;
};

/* The line above the keys of a kind, in the pool, and how one is made. */
static const struct {
	const char *heading;
	unsigned bits;
} kinds[] = { { "# rsa2048\n", 2048 }, { "# ec256\n", 256 },
	{ "# ec384\n", 384 } };

static const char end_line[] = "-----END PRIVATE KEY-----\n";

enum err
world_open_keys(struct world *w, struct diag *diag)
{
	const char *folder = w->inner->setup.keys;
	char path[512];
	struct diag why;
	enum err err;

	if (folder == NULL)
		return ERR_OK;
	(void)snprintf(path, sizeof(path), "%s/pool.pem", folder);
	err = file_load(path, POOL_MAX, &w->inner->pool, &why);
	if (err == ERR_OK || err == ERR_ABSENT)
		return ERR_OK;
	return diag_set(diag, err, "%s: %s", path, why.msg);
}

void
world_close_keys(struct world *w)
{
	struct world_key *k;

	while ((k = w->inner->keys) != NULL) {
		w->inner->keys = k->next;
		mint_key_free(&k->key);
		free(k);
	}
	buf_clear(&w->inner->pool);
}

/* The key belongs to W now. */
static enum err
keep_key(struct world *w, struct mint_key *key, bool made, const char *name,
    const struct mint_key **ret, struct diag *diag)
{
	struct world_key *k = calloc(1, sizeof(*k));

	if (k == NULL) {
		mint_key_free(&key);
		return diag_nomem(diag);
	}
	k->key = key;
	k->made = made;
	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	k->next = w->inner->keys;
	w->inner->keys = k;
	*ret = key;
	return ERR_OK;
}

/* The next of its kind in the pool; absent: no more. A kind ends where the next
 * heading stands. */
static struct bytes
next_in_pool(struct world *w, enum world_key_kind kind)
{
	const struct bytes all = buf_bytes(&w->inner->pool);
	size_t *at = &w->inner->pool_at[kind];
	const uint8_t *from, *end;

	if (all.len == 0)
		return (struct bytes){ 0 };
	if (*at == 0) {
		from = memmem(all.ptr, all.len, kinds[kind].heading,
		    strlen(kinds[kind].heading));
		if (from == NULL)
			return (struct bytes){ 0 };
		*at = (size_t)(from - all.ptr) + strlen(kinds[kind].heading);
	}
	if (*at >= all.len || all.ptr[*at] != '-')
		return (struct bytes){ 0 };
	from = all.ptr + *at;
	end = memmem(from, all.len - *at, end_line, sizeof(end_line) - 1);
	if (end == NULL)
		return (struct bytes){ 0 };
	end += sizeof(end_line) - 1;
	*at = (size_t)(end - all.ptr);
	return bytes_of(from, (size_t)(end - from));
}

enum err
world_take_key(struct world *w, enum world_key_kind kind,
    const struct mint_key **ret, struct diag *diag)
{
	const struct bytes pem = next_in_pool(w, kind);
	struct mint_key *key = NULL;
	enum err err = pem.ptr != NULL
	    ? mint_key_read(pem, &key, diag)
	    : mint_key_new(kinds[kind].bits, &key, diag);

	return err == ERR_OK ? keep_key(w, key, pem.ptr == NULL, "", ret, diag)
			     : err;
}

enum err
world_named_key(struct world *w, const char *name, unsigned bits,
    const struct mint_key **ret, struct diag *diag)
{
	struct mint_key *key = NULL;
	char path[512];
	enum err err = ERR_ABSENT;
	bool made;

	if (w->inner->setup.keys != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s.pem",
		    w->inner->setup.keys, name);
		err = mint_key_load(path, &key, NULL);
	}
	made = err == ERR_ABSENT;
	if (made)
		err = mint_key_new(bits, &key, diag);
	return err == ERR_OK ? keep_key(w, key, made, name, ret, diag) : err;
}

/* ---- A pool of those that were made. ---- */

static bool
has_made_some(const struct world *w)
{
	const struct world_key *k;

	for (k = w->inner->keys; k != NULL; k = k->next)
		if (k->made)
			return true;
	return false;
}

/* All of the pool's kinds, a heading each: those that are in use, and those that
 * nobody took. */
static enum err
put_pool(struct world *w, struct buf *out, struct diag *diag)
{
	const struct world_key *k;
	struct bytes rest;
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		buf_str(out, kinds[i].heading);
		for (k = w->inner->keys; k != NULL && err == ERR_OK;
		     k = k->next)
			if (k->name[0] == '\0' &&
			    mint_key_bits(k->key) == kinds[i].bits)
				err = mint_key_pem(k->key, out, diag);
		while ((rest = next_in_pool(w, (enum world_key_kind)i)).ptr !=
		    NULL)
			buf_put(out, rest);
	}
	return err;
}

static enum err
save(const char *folder, const char *name, struct buf *text, struct diag *diag)
{
	char path[512];
	enum err err;

	(void)snprintf(path, sizeof(path), "%s/%s.pem", folder, name);
	err = buf_ok(text) ? file_write(path, buf_bytes(text),
				 FILE_CLOBBER | FILE_PRIVATE, diag)
			   : diag_nomem(diag);
	buf_clear(text);
	return err;
}

enum err
world_save_keys(struct world *w, struct diag *diag)
{
	const char *folder = w->inner->setup.keys;
	const struct world_key *k;
	struct buf text = { 0 };
	enum err err = ERR_OK;

	if (folder == NULL || !has_made_some(w))
		return ERR_OK;
	for (k = w->inner->keys; k != NULL && err == ERR_OK; k = k->next) {
		if (k->name[0] == '\0' || !k->made)
			continue;
		err = mint_key_pem(k->key, &text, diag);
		if (err == ERR_OK)
			err = save(folder, k->name, &text, diag);
	}
	if (err == ERR_OK)
		err = put_pool(w, &text, diag);
	if (err == ERR_OK)
		return save(folder, "pool", &text, diag);
	buf_clear(&text);
	return err;
}
