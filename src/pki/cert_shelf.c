/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/cert_shelf.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "pki/digest.h"

#define FIRST_CAP 64 /* a power of two, as every later one */
#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

struct slot {
	struct digest_value key; /* SHA-256 of its DER */
	struct cert *cert;       /* NULL: free */
};

struct cert_shelf {
	struct slot *slot;
	size_t cap, num;
};

enum err
cert_shelf_new(struct cert_shelf **ret, struct diag *d)
{
	struct cert_shelf *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return diag_nomem(d);
	s->slot = calloc(FIRST_CAP, sizeof(*s->slot));
	if (s->slot == NULL) {
		free(s);
		return diag_nomem(d);
	}
	s->cap = FIRST_CAP;
	*ret = s;
	return ERR_OK;
}

void
cert_shelf_free(struct cert_shelf **s)
{
	size_t i;

	if (*s == NULL)
		return;
	for (i = 0; i < (*s)->cap; i++)
		cert_free(&(*s)->slot[i].cert);
	free((*s)->slot);
	free(*s);
	*s = NULL;
}

/* The slot of KEY, or the free one where it belongs: less than all are taken. */
static struct slot *
find(struct slot *slot, size_t cap, const struct digest_value *key)
{
	size_t at = 0;

	memcpy(&at, key->byte, sizeof(at));
	for (at &= cap - 1; slot[at].cert != NULL; at = (at + 1) & (cap - 1))
		if (bytes_equal(digest_bytes(&slot[at].key), digest_bytes(key)))
			break;
	return &slot[at];
}

static enum err
make_room(struct cert_shelf *s, struct diag *d)
{
	size_t i, cap = 2 * s->cap;
	struct slot *more;

	if (2 * (s->num + 1) <= s->cap)
		return ERR_OK;
	more = calloc(cap, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	for (i = 0; i < s->cap; i++)
		if (s->slot[i].cert != NULL)
			*find(more, cap, &s->slot[i].key) = s->slot[i];
	free(s->slot);
	s->slot = more;
	s->cap = cap;
	return ERR_OK;
}

enum err
cert_shelf_der(struct cert_shelf *s, struct bytes der, const struct cert **ret,
    struct diag *d)
{
	struct digest_value key;
	struct slot *slot;
	enum err e = digest_of(DIGEST_SHA256, &der, 1, &key, d);

	if (e == ERR_OK)
		e = make_room(s, d);
	if (e != ERR_OK)
		return e;
	slot = find(s->slot, s->cap, &key);
	if (slot->cert == NULL) {
		e = cert_from_der(der, &slot->cert, d);
		if (e != ERR_OK)
			return e;
		slot->key = key;
		s->num++;
	}
	*ret = slot->cert;
	return ERR_OK;
}

/* Appends the base64 of PEM. Not by OpenSSL, which fails in some cases without
 * saying why, as if memory was short. */
static bool
put_base64(struct bytes pem, struct buf *out)
{
	const size_t begin = strlen(BEGIN);
	const uint8_t *end;
	size_t i;

	if (pem.len < begin || memcmp(pem.ptr, BEGIN, begin) != 0)
		return false;
	pem = bytes_of(pem.ptr + begin, pem.len - begin);
	end = memmem(pem.ptr, pem.len, END, strlen(END));
	if (end == NULL)
		return false;
	buf_reserve(out, (size_t)(end - pem.ptr));
	for (i = 0; pem.ptr + i < end; i++)
		if (pem.ptr[i] > ' ')
			buf_u8(out, pem.ptr[i]);
	return true;
}

enum err
cert_shelf_pem(struct cert_shelf *s, struct bytes pem, const struct cert **ret,
    struct diag *d)
{
	struct buf text = { 0 }, der = { 0 };
	bool good;
	enum err e;

	good = put_base64(pem, &text) && buf_ok(&text) &&
	    base64_take(buf_bytes(&text), &der);
	if (!buf_ok(&text) || !buf_ok(&der))
		e = diag_nomem(d);
	else if (!good)
		e = diag_set(d, ERR_SYNTAX,
		    "this is not the PEM of a certificate");
	else
		e = cert_shelf_der(s, buf_bytes(&der), ret, d);
	buf_clear(&text);
	buf_clear(&der);
	return e;
}
