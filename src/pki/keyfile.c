/* SPDX-License-Identifier: Apache-2.0 */
/* A key file once it is read: what it hands out. */
#include "pki/keyfile.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "pki/der.h"
#include "pki/keyfile_parts.h"
#include "pki/ossl.h"

/* Enough for two RSA keys of 4096 bits. */
#define HEAP_SIZE ((size_t)64 * 1024)
#define HEAP_UNIT 32

static const struct {
	const char *attribute;
	enum pubkey_type type;
} parts[] = {
#define ROW(id, attribute, type) [id] = { attribute, type },
	KEYFILE_PARTS(ROW)
#undef ROW
};

bool
keyfile_secure(void)
{
	uint8_t byte;

	/* OpenSSL's random generators would take room of it, for as long as
	 * the process lives. Where there are none, reading a key says so. */
	(void)RAND_bytes(&byte, sizeof(byte));
	(void)RAND_priv_bytes(&byte, sizeof(byte));
	/* 2: it is there, and cannot be locked */
	return CRYPTO_secure_malloc_init(HEAP_SIZE, HEAP_UNIT) == 1;
}

enum err
keyfile_part_new(struct keyfile_part *ret, size_t len, struct diag *d)
{
	uint8_t *p = OPENSSL_secure_malloc(len);

	if (p == NULL) {
		(void)ossl_nomem(d);
		return ERR_NOMEM;
	}
	ret->ptr = p;
	ret->len = len;
	return ERR_OK;
}

void
keyfile_part_clear(struct keyfile_part *p)
{
	OPENSSL_secure_clear_free(p->ptr, p->len);
	p->ptr = NULL;
	p->len = 0;
}

struct bytes
keyfile_part_bytes(const struct keyfile_part *p)
{
	return bytes_of(p->ptr, p->len);
}

void
keyfile_free(struct keyfile **k)
{
	size_t i;

	if (*k == NULL)
		return;
	pubkey_free(&(*k)->key);
	keyfile_part_clear(&(*k)->secret);
	buf_clear(&(*k)->params);
	buf_clear(&(*k)->point);
	for (i = 0; i < (*k)->num_certs; i++)
		buf_clear(&(*k)->certs[i]);
	free((*k)->certs);
	free(*k);
	*k = NULL;
}

const struct pubkey *
keyfile_key(const struct keyfile *k)
{
	return k->key;
}

size_t
keyfile_num_certs(const struct keyfile *k)
{
	return k->num_certs;
}

struct bytes
keyfile_cert(const struct keyfile *k, size_t i)
{
	return buf_bytes(&k->certs[i]);
}

enum err
keyfile_get(const struct keyfile *k, enum keyfile_part_id which,
    struct keyfile_part *ret, struct diag *d)
{
	struct bytes part = k->part[which];
	enum err e;

	if (parts[which].type != k->type)
		return diag_set(d, ERR_ABSENT, "a key that is %s has no %s",
		    pubkey_type_name(k->type), parts[which].attribute);
	e = keyfile_part_new(ret, part.len, d);
	if (e == ERR_OK)
		memcpy(ret->ptr, part.ptr, part.len);
	return e;
}

/* ECPrivateKey (RFC 5915) without the curve, which stands outside. */
static void
put_ec(struct der *w, const struct keyfile *k)
{
	static const uint8_t one = 1;
	struct bytes point = k->part[KEYFILE_EC_POINT], bare = { NULL, 0 };
	size_t end = w->at;

	if (!der_take(&point, DER_OCTET_STRING, &bare))
		w->failed = true;
	der_put(w, bare);
	der_put_u8(w, 0);
	der_close(w, DER_BIT_STRING, end);
	der_close(w, DER_CONTEXT_1, end);
	der_put_value(w, DER_OCTET_STRING, k->part[KEYFILE_EC_SCALAR]);
	der_put_uint(w, bytes_of(&one, 1));
	der_close(w, DER_SEQUENCE, end);
}

static void
put_algorithm(struct der *w, const struct keyfile *k)
{
	static const uint8_t rsa[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	static const uint8_t ec[] = { 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
		0x02, 0x01 };
	size_t end = w->at;

	if (k->type == PUBKEY_RSA) {
		der_put(w, bytes_of(rsa, sizeof(rsa)));
	} else {
		der_put(w, k->part[KEYFILE_EC_PARAMS]);
		der_put(w, bytes_of(ec, sizeof(ec)));
	}
	der_close(w, DER_SEQUENCE, end);
}

/* PrivateKeyInfo (RFC 5208). */
static void
put_pkcs8(struct der *w, const struct keyfile *k)
{
	size_t end = w->at;

	if (k->type == PUBKEY_RSA)
		der_put(w, keyfile_part_bytes(&k->secret));
	else
		put_ec(w, k);
	der_close(w, DER_OCTET_STRING, end);
	put_algorithm(w, k);
	der_put_uint(w, bytes_of(NULL, 0));
	der_close(w, DER_SEQUENCE, end);
}

enum err
keyfile_put_pkcs8(const struct keyfile *k, struct keyfile_part *ret,
    struct diag *d)
{
	size_t room = k->secret.len + k->params.len + k->point.len + 128;
	struct keyfile_part mem = { NULL, 0 };
	struct bytes der;
	struct der w;
	enum err e = keyfile_part_new(&mem, room, d);

	if (e != ERR_OK)
		return e;
	der_init(&w, mem.ptr, mem.len);
	put_pkcs8(&w, k);
	der = der_bytes(&w);
	if (der.ptr == NULL) {
		e = diag_set(d, ERR_TOO_BIG, "the key is too long");
	} else {
		e = keyfile_part_new(ret, der.len, d);
		if (e == ERR_OK)
			memcpy(ret->ptr, der.ptr, der.len);
	}
	keyfile_part_clear(&mem);
	return e;
}

static const EVP_CIPHER *
cipher_of(size_t kek_len)
{
	switch (kek_len) {
	case 16:
		return EVP_aes_128_wrap_pad();
	case 24:
		return EVP_aes_192_wrap_pad();
	case 32:
		return EVP_aes_256_wrap_pad();
	default:
		return NULL;
	}
}

/* Wraps IN into OUT, which has room; *RET_LEN is how much it became. */
static enum err
wrap(const EVP_CIPHER *cipher, struct bytes kek, struct bytes in,
    const struct keyfile_part *out, size_t *ret_len, struct diag *d)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	enum err e = ERR_OK;
	int len = 0;

	if (ctx == NULL)
		return ossl_nomem(d);
	EVP_CIPHER_CTX_set_flags(ctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	if (EVP_EncryptInit_ex(ctx, cipher, NULL, kek.ptr, NULL) != 1 ||
	    EVP_EncryptUpdate(ctx, out->ptr, &len, in.ptr, (int)in.len) != 1)
		e = ossl_nomem(d); /* nothing else can fail */
	*ret_len = (size_t)len;
	EVP_CIPHER_CTX_free(ctx);
	return e;
}

enum err
keyfile_wrap(const struct keyfile *k, struct bytes kek, struct buf *ret,
    struct diag *d)
{
	/* OpenSSL works in place: the plain key first stands in OUT too */
	struct keyfile_part in = { NULL, 0 }, out = { NULL, 0 };
	const EVP_CIPHER *cipher = cipher_of(kek.len);
	size_t len = 0;
	enum err e;

	if (cipher == NULL)
		return diag_set(d, ERR_USAGE,
		    "an AES key has 16, 24 or 32 bytes, not %zu", kek.len);
	e = keyfile_put_pkcs8(k, &in, d);
	if (e == ERR_OK)
		e = keyfile_part_new(&out, in.len + 16, d);
	if (e == ERR_OK)
		e = wrap(cipher, kek, keyfile_part_bytes(&in), &out, &len, d);
	if (e == ERR_OK) {
		buf_put(ret, bytes_of(out.ptr, len));
		if (!buf_ok(ret))
			e = diag_nomem(d);
	}
	keyfile_part_clear(&in);
	keyfile_part_clear(&out);
	return e;
}
