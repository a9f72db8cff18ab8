/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/digest.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "pki/ossl.h"

static const struct {
	const char *name;
	size_t len;
} digests[] = {
#define ROW(id, name, len) [id] = { name, len },
	DIGEST_LIST(ROW)
#undef ROW
};

const char *
digest_name(enum digest which)
{
	return digests[which].name;
}

size_t
digest_len(enum digest which)
{
	return digests[which].len;
}

const EVP_MD *
digest_md(enum digest which)
{
	switch (which) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA224:
		return EVP_sha224();
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_SHA384:
		return EVP_sha384();
	case DIGEST_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

/* Digests with CTX, which is ready for it. */
static enum err
digest(EVP_MD_CTX *ctx, const struct bytes *parts, size_t num_parts,
    struct digest_value *ret, struct diag *d)
{
	struct digest_value v = { { 0 }, 0 };
	unsigned len = 0;
	bool ok = true;
	size_t i;

	for (i = 0; ok && i < num_parts; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
	if (!ok || EVP_DigestFinal_ex(ctx, v.byte, &len) != 1)
		return ossl_nomem(d);
	v.len = len;
	*ret = v;
	return ERR_OK;
}

enum err
digest_of(enum digest which, const struct bytes *parts, size_t num_parts,
    struct digest_value *ret, struct diag *d)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum err e;

	/* all of them are built in: what can fail is memory */
	if (ctx == NULL || EVP_DigestInit_ex(ctx, digest_md(which), NULL) != 1)
		e = ossl_nomem(d);
	else
		e = digest(ctx, parts, num_parts, ret, d);
	EVP_MD_CTX_free(ctx);
	return e;
}

#define COUNT(id, name, len) +1
#define NUM_DIGESTS (0 DIGEST_LIST(COUNT))

struct digest_kit {
	EVP_MD_CTX *ctx[NUM_DIGESTS]; /* NULL: not used yet */
};

enum err
digest_kit_new(struct digest_kit **ret, struct diag *d)
{
	struct digest_kit *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return diag_nomem(d);
	*ret = k;
	return ERR_OK;
}

void
digest_kit_free(struct digest_kit **k)
{
	size_t i;

	if (*k == NULL)
		return;
	for (i = 0; i < NUM_DIGESTS; i++)
		EVP_MD_CTX_free((*k)->ctx[i]);
	free(*k);
	*k = NULL;
}

enum err
digest_with(struct digest_kit *k, enum digest which, const struct bytes *parts,
    size_t num_parts, struct digest_value *ret, struct diag *d)
{
	EVP_MD_CTX *ctx = k->ctx[which];
	/* without a type the one of the context stays, and is not looked up
	 * again */
	const EVP_MD *md = ctx == NULL ? digest_md(which) : NULL;

	if (ctx == NULL)
		ctx = EVP_MD_CTX_new();
	if (ctx == NULL || EVP_DigestInit_ex(ctx, md, NULL) != 1) {
		EVP_MD_CTX_free(ctx);
		k->ctx[which] = NULL;
		return ossl_nomem(d);
	}
	k->ctx[which] = ctx;
	return digest(ctx, parts, num_parts, ret, d);
}

struct bytes
digest_bytes(const struct digest_value *v)
{
	return bytes_of(v->byte, v->len);
}
