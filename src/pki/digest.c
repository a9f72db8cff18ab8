/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/digest.h"

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

static const EVP_MD *
md_of(enum digest which)
{
	switch (which) {
	case DIGEST_MD5:
		return EVP_md5();
	case DIGEST_SHA1:
		return EVP_sha1();
	case DIGEST_SHA256:
		return EVP_sha256();
	case DIGEST_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

enum err
digest_of(enum digest which, const struct bytes *parts, size_t num_parts,
    struct digest_value *ret, struct diag *d)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct digest_value v = { { 0 }, 0 };
	unsigned len = 0;
	bool ok;
	size_t i;

	ok = ctx != NULL && EVP_DigestInit_ex(ctx, md_of(which), NULL) == 1;
	for (i = 0; ok && i < num_parts; i++)
		ok = EVP_DigestUpdate(ctx, parts[i].ptr, parts[i].len) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, v.byte, &len) == 1;
	EVP_MD_CTX_free(ctx);
	if (!ok) /* all of them are built in: what can fail is memory */
		return ossl_nomem(d);
	v.len = len;
	*ret = v;
	return ERR_OK;
}

struct bytes
digest_bytes(const struct digest_value *v)
{
	return bytes_of(v->byte, v->len);
}
