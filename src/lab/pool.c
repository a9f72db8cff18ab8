/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/pool.h"

#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 64

struct pool {
	struct doc *arena;
	const char *folder;
	const struct recipe_cert *list;
	struct dialect_cert *cert; /* one for each of the list made so far */
	size_t num_certs;
	struct {
		const char *name;
		struct mint_key *key;
	} key[KEYS_MAX];
	size_t num_keys;
};

static const struct {
	const char *name;
	enum mint_string type;
} string_types[] = { { "utf8", MINT_UTF8 }, { "printable", MINT_PRINTABLE },
	{ "ia5", MINT_IA5 }, { "t61", MINT_T61 }, { "bmp", MINT_BMP },
	{ "universal", MINT_UNIVERSAL } };

/* The type that X.520 and RFC 5280 ask for, or UTF8String. */
static enum mint_string
usual_type(const char *key)
{
	if (strcmp(key, "C") == 0 || strcmp(key, "serialNumber") == 0)
		return MINT_PRINTABLE;
	if (strcmp(key, "DC") == 0 || strcmp(key, "emailAddress") == 0)
		return MINT_IA5;
	return MINT_UTF8;
}

/* "CN=value" or "CN:t61=value". */
static enum err
read_attr(struct pool *pool, const char *text, struct doc_place place,
    struct mint_attr *ret, struct diag *diag)
{
	size_t i, key_len = strcspn(text, ":="), n = strcspn(text, "=");
	char *key = doc_alloc(pool->arena, key_len + 1);

	if (key == NULL)
		return diag_nomem(diag);
	if (key_len == 0 || text[n] == '\0')
		return doc_refuse(place, diag, "\"%s\" is not KEY=VALUE", text);
	memcpy(key, text, key_len);
	*ret = (struct mint_attr){ key, text + n + 1, usual_type(key) };
	if (key_len == n)
		return ERR_OK;
	for (i = 0; i < DOC_NUM(string_types); i++) {
		if (strlen(string_types[i].name) == n - key_len - 1 &&
		    strncmp(string_types[i].name, text + key_len + 1,
			n - key_len - 1) == 0) {
			ret->type = string_types[i].type;
			return ERR_OK;
		}
	}
	return doc_refuse(place, diag, "\"%s\" has an unknown string type",
	    text);
}

static enum err
read_name(struct pool *pool, const struct doc_strings *list,
    struct doc_place place, struct mint_name *ret, struct diag *diag)
{
	struct mint_attr *attr = doc_alloc(pool->arena,
	    list->num * sizeof(*attr));
	enum err err = ERR_OK;
	size_t i;

	if (attr == NULL)
		return diag_nomem(diag);
	for (i = 0; i < list->num && err == ERR_OK; i++)
		err = read_attr(pool, list->item[i], place, &attr[i], diag);
	if (err == ERR_OK)
		*ret = (struct mint_name){ attr, list->num };
	return err;
}

/* The issuer: a certificate before this one, a bare name and key, or the
 * subject itself. */
static enum err
read_issuer(struct pool *pool, const struct recipe_cert *from,
    struct mint_spec *spec, struct diag *diag)
{
	const struct dialect_cert *issuer = NULL;
	enum err err;

	spec->issuer = spec->subject;
	spec->issuer_key = spec->key;
	if (from->issuer != NULL) {
		err = pool_cert(pool, from->issuer, from->place, &issuer, diag);
		if (err != ERR_OK)
			return err;
		spec->issuer = issuer->spec.subject;
		spec->issuer_key = issuer->spec.key;
	}
	if (from->issuer_subject.num > 0) {
		err = read_name(pool, &from->issuer_subject, from->place,
		    &spec->issuer, diag);
		if (err != ERR_OK)
			return err;
	}
	if (from->issuer_key == NULL)
		return ERR_OK;
	return pool_key(pool, from->issuer_key, &spec->issuer_key, diag);
}

static enum err
read_spec(struct pool *pool, const struct recipe_cert *from,
    struct mint_spec *spec, struct diag *diag)
{
	enum err err;

	spec->serial = from->serial;
	spec->not_before = from->not_before;
	spec->not_after = from->not_after;
	spec->digest = from->digest;
	spec->der_length = from->der_length;
	spec->dns = from->dns.item;
	spec->num_dns = from->dns.num;
	spec->ca = from->ca;
	err = pool_key(pool, from->key, &spec->key, diag);
	if (err == ERR_OK)
		err = read_name(pool, &from->subject, from->place,
		    &spec->subject, diag);
	if (err == ERR_OK)
		err = read_issuer(pool, from, spec, diag);
	return err;
}

static enum err
make_cert(struct pool *pool, const struct recipe_cert *from,
    struct dialect_cert *cert, struct diag *diag)
{
	struct buf der = { 0 }, key = { 0 }, signature = { 0 };
	const struct dialect_cert *same;
	enum err err;

	if (pool_cert(pool, from->name, from->place, &same, NULL) == ERR_OK)
		return doc_refuse(from->place, diag,
		    "a second cert with the name %s", from->name);
	err = read_spec(pool, from, &cert->spec, diag);
	if (err == ERR_OK)
		err = mint_cert(&cert->spec, &der, diag);
	if (err == ERR_OK)
		err = mint_key_public(cert->spec.key, &key, diag);
	if (err == ERR_OK)
		err = mint_cert_signature(buf_bytes(&der), &signature, diag);
	if (err == ERR_OK)
		err = pool_keep(pool->arena, &der, &cert->der, diag);
	if (err == ERR_OK)
		err = pool_keep(pool->arena, &key, &cert->public_key, diag);
	if (err == ERR_OK)
		err = pool_keep(pool->arena, &signature, &cert->signature,
		    diag);
	buf_clear(&der);
	buf_clear(&key);
	buf_clear(&signature);
	if (err != ERR_OK && diag != NULL && diag->line == 0)
		diag_line(diag, from->place.line, from->place.column);
	return err;
}

enum err
pool_new(struct doc *arena, const char *folder, const struct doc_maps *list,
    struct pool **ret, struct diag *diag)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	enum err err = ERR_OK;
	size_t i;

	if (pool == NULL)
		return diag_nomem(diag);
	pool->arena = arena;
	pool->folder = folder;
	pool->list = list->item;
	pool->cert = doc_alloc(arena, list->num * sizeof(*pool->cert));
	if (pool->cert == NULL) {
		pool_free(&pool);
		return diag_nomem(diag);
	}
	for (i = 0; i < list->num && err == ERR_OK; i++) {
		err = make_cert(pool, &pool->list[i], &pool->cert[i], diag);
		pool->num_certs = i + 1;
	}
	if (err == ERR_OK)
		*ret = pool;
	else
		pool_free(&pool);
	return err;
}

void
pool_free(struct pool **pool)
{
	size_t i;

	if (*pool == NULL)
		return;
	for (i = 0; i < (*pool)->num_keys; i++)
		mint_key_free(&(*pool)->key[i].key);
	free(*pool);
	*pool = NULL;
}

enum err
pool_key(struct pool *pool, const char *name, const struct mint_key **ret,
    struct diag *diag)
{
	struct buf path = { 0 };
	struct mint_key *key = NULL;
	enum err err;
	size_t i;

	for (i = 0; i < pool->num_keys; i++) {
		if (strcmp(pool->key[i].name, name) == 0) {
			*ret = pool->key[i].key;
			return ERR_OK;
		}
	}
	if (pool->num_keys == KEYS_MAX)
		return diag_set(diag, ERR_TOO_BIG, "more than %d keys",
		    KEYS_MAX);
	buf_printf(&path, "%s/%s.pem", pool->folder, name);
	if (buf_cstr(&path) == NULL)
		err = diag_nomem(diag);
	else
		err = mint_key_load(buf_cstr(&path), &key, diag);
	if (err == ERR_OK) {
		pool->key[pool->num_keys].name = name;
		pool->key[pool->num_keys++].key = key;
		*ret = key;
	}
	buf_clear(&path);
	return err;
}

enum err
pool_cert(const struct pool *pool, const char *name, struct doc_place place,
    const struct dialect_cert **ret, struct diag *diag)
{
	size_t i;

	for (i = 0; i < pool->num_certs; i++) {
		if (strcmp(pool->list[i].name, name) == 0) {
			*ret = &pool->cert[i];
			return ERR_OK;
		}
	}
	(void)doc_refuse(place, diag, "no cert %s above this", name);
	return ERR_SYNTAX;
}

enum err
pool_keep(struct doc *arena, struct buf *b, struct bytes *ret,
    struct diag *diag)
{
	uint8_t *copy = buf_ok(b) ? doc_alloc(arena, b->len + 1) : NULL;

	if (copy == NULL)
		return diag_nomem(diag);
	if (b->len > 0)
		memcpy(copy, b->ptr, b->len);
	*ret = bytes_of(copy, b->len);
	buf_clear(b);
	return ERR_OK;
}
