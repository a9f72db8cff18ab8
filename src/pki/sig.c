/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/sig.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "pki/der.h"
#include "pki/ossl.h"

/* r and s on the largest curve that there is, with room for the rest. */
#define MAX_ECDSA 1024

static const char *const scheme_names[] = {
#define ROW(id, name) [id] = name,
	SIG_SCHEMES(ROW)
#undef ROW
};

const char *
sig_scheme_name(enum sig_scheme scheme)
{
	return scheme_names[scheme];
}

/* The block that a raw signature must hold is as long as the modulus. */
static enum err
check_raw(const struct pubkey *k, struct bytes block, struct bytes sig,
    bool *ret_good, struct diag *d)
{
	size_t size = ((size_t)pubkey_bits(k) + 7) / 8;
	struct buf found = { 0 };
	bool opened = false;
	enum err e;

	if (block.len != size)
		return diag_set(d, ERR_USAGE,
		    "a block of %zu byte(s) is not for a key of %zu", block.len,
		    size);
	e = pubkey_open(k, sig, &found, &opened, d);
	if (e == ERR_OK)
		*ret_good = opened && bytes_equal(buf_bytes(&found), block);
	buf_clear(&found);
	return e;
}

static enum err
check_pkcs1(const struct pubkey *k, const struct sig_content *what,
    struct bytes sig, bool *ret_good, struct diag *d)
{
	struct digest_value value = { { 0 }, what->digest.len };
	enum pubkey_match match = PUBKEY_FOREIGN;
	enum err e;

	memcpy(value.byte, what->digest.ptr, what->digest.len);
	e = pubkey_verify(k, what->which, &value, sig, &match, d);
	if (e == ERR_OK)
		*ret_good = match == PUBKEY_GOOD;
	return e;
}

/* Makes CTX ready to verify. */
static bool
prepare(EVP_PKEY_CTX *ctx, const struct sig_content *what)
{
	const EVP_MD *md = digest_md(what->which);

	if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1)
		return false;
	if (what->scheme == SIG_PSS &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1)
		return false;
	if (EVP_PKEY_CTX_set_signature_md(ctx, md) != 1)
		return false;
	return what->scheme != SIG_PSS ||
	    (EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, md) == 1 &&
		EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) ==
		    1);
}

/* Asks OpenSSL. A signature that it cannot read is one that is not good, and
 * so OpenSSL's errors are not told apart but for memory. */
static enum err
ask(const struct pubkey *k, const struct sig_content *what, struct bytes sig,
    bool *ret_good, struct diag *d)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pubkey_evp(k), NULL);
	enum err e = ERR_OK;
	int rc;

	ERR_clear_error();
	if (!prepare(ctx, what)) {
		EVP_PKEY_CTX_free(ctx);
		return ossl_nomem(d);
	}
	rc = EVP_PKEY_verify(ctx, sig.ptr, sig.len, what->digest.ptr,
	    what->digest.len);
	if (rc != 1 && ERR_peek_error() != 0 &&
	    ossl_fail(NULL, ERR_CRYPTO, "") == ERR_NOMEM)
		e = diag_nomem(d);
	else
		*ret_good = rc == 1;
	EVP_PKEY_CTX_free(ctx);
	return e;
}

static enum err
check_pss(const struct pubkey *k, const struct sig_content *what,
    struct bytes sig, bool *ret_good, struct diag *d)
{
	bool sound = false;
	enum err e = pubkey_has_exponent(pubkey_evp(k), &sound, d);

	if (e == ERR_OK && sound)
		e = ask(k, what, sig, &sound, d);
	if (e == ERR_OK)
		*ret_good = sound;
	return e;
}

static enum err
check_ecdsa(const struct pubkey *k, const struct sig_content *what,
    struct bytes sig, bool *ret_good, struct diag *d)
{
	size_t size = ((size_t)pubkey_bits(k) + 7) / 8;
	struct buf der = { 0 };
	bool good = false;
	enum err e = ERR_OK;

	if (sig.len == 2 * size) {
		e = sig_put_ecdsa_der(sig, &der, d);
		if (e == ERR_OK)
			e = ask(k, what, buf_bytes(&der), &good, d);
	}
	if (e == ERR_OK)
		*ret_good = good;
	buf_clear(&der);
	return e;
}

/* SCHEME is for keys of K's kind. */
static enum err
check_kind(const struct pubkey *k, enum sig_scheme scheme, struct diag *d)
{
	enum pubkey_type want = scheme == SIG_ECDSA ? PUBKEY_EC : PUBKEY_RSA;

	if (pubkey_type(k) == want)
		return ERR_OK;
	return diag_set(d, ERR_UNSUPPORTED,
	    "%s is no kind of signature of a key that is %s",
	    sig_scheme_name(scheme), pubkey_type_name(pubkey_type(k)));
}

static enum err
check_digest(enum digest which, struct bytes digest, struct diag *d)
{
	if (digest_info(which).ptr == NULL)
		return diag_set(d, ERR_UNSUPPORTED,
		    "signatures over %s are not supported", digest_name(which));
	if (digest.len != digest_len(which))
		return diag_set(d, ERR_USAGE,
		    "%zu byte(s) are no %s digest, which has %zu", digest.len,
		    digest_name(which), digest_len(which));
	return ERR_OK;
}

enum err
sig_check(const struct pubkey *k, const struct sig_content *what,
    struct bytes sig, bool *ret_good, struct diag *d)
{
	enum err e = check_kind(k, what->scheme, d);

	if (e == ERR_OK && what->scheme != SIG_RAW)
		e = check_digest(what->which, what->digest, d);
	if (e != ERR_OK)
		return e;
	switch (what->scheme) {
	case SIG_PKCS1:
		return check_pkcs1(k, what, sig, ret_good, d);
	case SIG_PSS:
		return check_pss(k, what, sig, ret_good, d);
	case SIG_ECDSA:
		return check_ecdsa(k, what, sig, ret_good, d);
	case SIG_RAW:
		return check_raw(k, what->digest, sig, ret_good, d);
	}
	return ERR_OK;
}

enum err
sig_put_digest_info(enum digest which, struct bytes digest, struct buf *out,
    struct diag *d)
{
	enum err e = check_digest(which, digest, d);

	if (e != ERR_OK)
		return e;
	buf_put(out, digest_info(which));
	buf_put(out, digest);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

/* 00 01, at least 8 times FF, 00 (RFC 8017, 9.2). */
#define BLOCK_AROUND 11

enum err
sig_put_block(enum digest which, struct bytes digest, size_t size,
    struct buf *out, struct diag *d)
{
	struct buf info = { 0 };
	enum err e = sig_put_digest_info(which, digest, &info, d);

	if (e == ERR_OK && size < info.len + BLOCK_AROUND)
		e = diag_set(d, ERR_UNSUPPORTED,
		    "a key of %zu bits is too short to sign %s", size * 8,
		    digest_name(which));
	if (e == ERR_OK) {
		buf_u16(out, 1);
		buf_fill(out, size - info.len - 3, 0xff);
		buf_u8(out, 0);
		buf_put(out, buf_bytes(&info));
		e = buf_ok(out) ? ERR_OK : diag_nomem(d);
	}
	buf_clear(&info);
	return e;
}

enum err
sig_put_ecdsa_der(struct bytes r_and_s, struct buf *out, struct diag *d)
{
	uint8_t mem[MAX_ECDSA];
	struct bytes s = r_and_s, r;
	struct der w;

	if (r_and_s.len == 0 || r_and_s.len % 2 != 0 ||
	    r_and_s.len > MAX_ECDSA - 32 ||
	    !bytes_take(&s, r_and_s.len / 2, &r))
		return diag_set(d, ERR_SYNTAX,
		    "%zu byte(s) are no two numbers of an ECDSA signature",
		    r_and_s.len);
	der_init(&w, mem, sizeof(mem));
	der_put_uint(&w, s);
	der_put_uint(&w, r);
	der_close(&w, DER_SEQUENCE, sizeof(mem));
	buf_put(out, der_bytes(&w));
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
