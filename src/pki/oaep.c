/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/oaep.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "pki/ossl.h"

/* Of SHA-1: two digests and two bytes. */
#define OVERHEAD 42

static enum err
encrypt(EVP_PKEY_CTX *ctx, struct bytes in, struct buf *out, struct diag *d)
{
	uint8_t room[2048];
	size_t len = sizeof(room);

	if (EVP_PKEY_encrypt_init(ctx) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha1()) <= 0 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha1()) <= 0 ||
	    EVP_PKEY_encrypt(ctx, room, &len, in.ptr, in.len) <= 0)
		return ossl_fail(d, ERR_CRYPTO,
		    "a key cannot be encrypted with RSA-OAEP");
	buf_put(out, bytes_of(room, len));
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

enum err
oaep_put(const struct pubkey *k, struct bytes in, struct buf *out,
    struct diag *d)
{
	EVP_PKEY_CTX *ctx;
	enum err e;

	if (pubkey_type(k) != PUBKEY_RSA)
		return diag_set(d, ERR_UNSUPPORTED, "RSA-OAEP needs RSA");
	if (pubkey_bits(k) > 16384 || in.len + OVERHEAD > pubkey_bits(k) / 8)
		return diag_set(d, ERR_TOO_BIG,
		    "too much for RSA-OAEP with this key");
	ctx = EVP_PKEY_CTX_new(pubkey_evp(k), NULL);
	if (ctx == NULL)
		return ossl_nomem(d);
	e = encrypt(ctx, in, out, d);
	EVP_PKEY_CTX_free(ctx);
	return e;
}
