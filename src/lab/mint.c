/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/mint_inner.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define FIRMWARE_BLOCK 24 /* 4 bytes of time, 20 of SHA-1 */
#define TRIES_MAX 12      /* comment lengths tried for one exact size */

/* What may vary to reach an exact size. */
struct padding {
	bool comment;
	bool critical;    /* 3 bytes more */
	bool generalized; /* 2 bytes more, outside the extensions */
	size_t len;       /* of the comment */
};

enum err
mint_failed(struct diag *diag, const char *api)
{
	unsigned long code = ERR_get_error();
	const char *reason = ERR_reason_error_string(code);

	ERR_clear_error();
	(void)diag_set(diag, ERR_CRYPTO, "%s: %s", api,
	    reason != NULL ? reason : "no reason given");
	if (diag != NULL) {
		diag->api = api;
		diag->native = (long)code;
	}
	return ERR_CRYPTO;
}

const EVP_MD *
mint_md(enum mint_digest digest)
{
	switch (digest) {
	case MINT_SHA1:
		return EVP_sha1();
	case MINT_SHA256:
		return EVP_sha256();
	case MINT_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

static int
asn1_type_of(enum mint_string type)
{
	switch (type) {
	case MINT_UTF8:
		return V_ASN1_UTF8STRING;
	case MINT_PRINTABLE:
		return V_ASN1_PRINTABLESTRING;
	case MINT_IA5:
		return V_ASN1_IA5STRING;
	case MINT_T61:
		return V_ASN1_T61STRING;
	case MINT_BMP:
		return V_ASN1_BMPSTRING;
	case MINT_UNIVERSAL:
		return V_ASN1_UNIVERSALSTRING;
	}
	return V_ASN1_UNDEF;
}

static enum err
add_attr(X509_NAME *name, const struct mint_attr *attr, bool joined,
    struct diag *diag)
{
	struct buf raw = { 0 };
	enum err err = mint_attr_bytes(attr, &raw, diag);

	if (err == ERR_OK &&
	    X509_NAME_add_entry_by_txt(name, attr->key,
		asn1_type_of(attr->type), raw.ptr, (int)raw.len, -1,
		joined ? -1 : 0) != 1)
		err = mint_failed(diag, "X509_NAME_add_entry_by_txt");
	buf_clear(&raw);
	return err;
}

enum err
mint_make_name(const struct mint_name *from, size_t joined, X509_NAME **ret,
    struct diag *diag)
{
	X509_NAME *name = X509_NAME_new();
	enum err err = ERR_OK;
	size_t i;

	if (name == NULL)
		return diag_nomem(diag);
	for (i = 0; i < from->num && err == ERR_OK; i++)
		err = add_attr(name, &from->attr[i], i > 0 && i < joined, diag);
	if (err == ERR_OK)
		*ret = name;
	else
		X509_NAME_free(name);
	return err;
}

static enum err
set_names(X509 *x, const struct mint_spec *spec, struct diag *diag)
{
	X509_NAME *subject = NULL, *issuer = NULL;
	enum err err = mint_make_name(&spec->subject, spec->joined, &subject,
	    diag);

	if (err == ERR_OK)
		err = mint_make_name(&spec->issuer, 0, &issuer, diag);
	if (err == ERR_OK &&
	    (X509_set_subject_name(x, subject) != 1 ||
		X509_set_issuer_name(x, issuer) != 1))
		err = mint_failed(diag, "X509_set_subject_name");
	X509_NAME_free(subject);
	X509_NAME_free(issuer);
	return err;
}

static enum err
set_serial(X509 *x, struct bytes serial, struct diag *diag)
{
	BIGNUM *n = BN_bin2bn(serial.ptr, (int)serial.len, NULL);
	ASN1_INTEGER *value = n == NULL ? NULL : BN_to_ASN1_INTEGER(n, NULL);
	enum err err = ERR_OK;

	if (value == NULL || X509_set_serialNumber(x, value) != 1)
		err = mint_failed(diag, "X509_set_serialNumber");
	ASN1_INTEGER_free(value);
	BN_free(n);
	return err;
}

static enum err
set_times(X509 *x, const struct mint_spec *spec, const struct padding *pad,
    struct diag *diag)
{
	ASN1_TIME *from = ASN1_TIME_set(NULL, (time_t)spec->not_before);
	ASN1_TIME *to = ASN1_TIME_set(NULL, (time_t)spec->not_after);
	ASN1_TIME *longer = NULL;
	enum err err = ERR_OK;

	if (to != NULL && pad->generalized)
		longer = ASN1_TIME_to_generalizedtime(to, NULL);
	if (from == NULL || to == NULL || X509_set1_notBefore(x, from) != 1 ||
	    X509_set1_notAfter(x, longer != NULL ? longer : to) != 1)
		err = mint_failed(diag, "X509_set1_notAfter");
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	ASN1_TIME_free(longer);
	return err;
}

static enum err
add_constraints(X509 *x, struct diag *diag)
{
	BASIC_CONSTRAINTS *bc = BASIC_CONSTRAINTS_new();
	enum err err = ERR_OK;

	if (bc == NULL)
		return diag_nomem(diag);
	bc->ca = 0xff;
	if (X509_add1_ext_i2d(x, NID_basic_constraints, bc, 1, 0) != 1)
		err = mint_failed(diag, "X509_add1_ext_i2d");
	BASIC_CONSTRAINTS_free(bc);
	return err;
}

static bool
push_dns(GENERAL_NAMES *names, const char *host)
{
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();

	if (name == NULL || value == NULL ||
	    ASN1_STRING_set(value, host, -1) != 1) {
		GENERAL_NAME_free(name);
		ASN1_IA5STRING_free(value);
		return false;
	}
	GENERAL_NAME_set0_value(name, GEN_DNS, value);
	if (sk_GENERAL_NAME_push(names, name) > 0)
		return true;
	GENERAL_NAME_free(name);
	return false;
}

GENERAL_NAMES *
mint_make_hosts(const char *const *dns, size_t num)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	bool ok = names != NULL;
	size_t i;

	for (i = 0; ok && i < num; i++)
		ok = push_dns(names, dns[i]);
	if (ok)
		return names;
	GENERAL_NAMES_free(names);
	return NULL;
}

static enum err
add_dns(X509 *x, const struct mint_spec *spec, struct diag *diag)
{
	GENERAL_NAMES *names = mint_make_hosts(spec->dns, spec->num_dns);
	enum err err = ERR_OK;

	if (names == NULL)
		return diag_nomem(diag);
	if (X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, 0) != 1)
		err = mint_failed(diag, "X509_add1_ext_i2d");
	GENERAL_NAMES_free(names);
	return err;
}

static enum err
add_comment(X509 *x, const struct padding *pad, struct diag *diag)
{
	ASN1_IA5STRING *value = ASN1_IA5STRING_new();
	struct buf text = { 0 };
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < pad->len; i++)
		buf_u8(&text, '.');
	if (value == NULL || !buf_ok(&text) ||
	    ASN1_STRING_set(value, text.ptr, (int)text.len) != 1)
		err = diag_nomem(diag);
	else if (X509_add1_ext_i2d(x, NID_netscape_comment, value,
		     pad->critical, 0) != 1)
		err = mint_failed(diag, "X509_add1_ext_i2d");
	buf_clear(&text);
	ASN1_IA5STRING_free(value);
	return err;
}

static enum err
fill(X509 *x, const struct mint_spec *spec, const struct padding *pad,
    struct diag *diag)
{
	enum err err = set_names(x, spec, diag);

	if (err == ERR_OK)
		err = set_serial(x, spec->serial, diag);
	if (err == ERR_OK)
		err = set_times(x, spec, pad, diag);
	if (err == ERR_OK &&
	    (X509_set_version(x, X509_VERSION_3) != 1 ||
		X509_set_pubkey(x, spec->key->pkey) != 1))
		err = mint_failed(diag, "X509_set_pubkey");
	if (err == ERR_OK && spec->ca)
		err = add_constraints(x, diag);
	if (err == ERR_OK && spec->num_dns > 0)
		err = add_dns(x, spec, diag);
	if (err == ERR_OK && pad->comment)
		err = add_comment(x, pad, diag);
	return err;
}

static enum err
put_der(X509 *x, struct buf *out, struct diag *diag)
{
	uint8_t *der = NULL;
	int len = i2d_X509(x, &der);

	if (len < 0)
		return mint_failed(diag, "i2d_X509");
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

/* One certificate with this padding, appended to OUT. */
static enum err
make_cert(const struct mint_spec *spec, const struct padding *pad,
    struct buf *out, struct diag *diag)
{
	X509 *x = X509_new();
	enum err err;

	if (x == NULL)
		return diag_nomem(diag);
	err = fill(x, spec, pad, diag);
	if (err == ERR_OK &&
	    X509_sign(x, spec->issuer_key->pkey, mint_md(spec->digest)) == 0)
		err = mint_failed(diag, "X509_sign");
	if (err == ERR_OK)
		err = put_der(x, out, diag);
	X509_free(x);
	return err;
}

/* Moves the length of the comment until the certificate has its size. Leaves
 * it in OUT and sets RET_HIT, or neither where the sizes jump over it. */
static enum err
search_length(const struct mint_spec *spec, struct padding *pad,
    struct buf *out, bool *ret_hit, struct diag *diag)
{
	struct buf der = { 0 };
	enum err err = ERR_OK;
	int i;

	*ret_hit = false;
	for (i = 0; i < TRIES_MAX && !*ret_hit; i++) {
		buf_clear(&der);
		err = make_cert(spec, pad, &der, diag);
		if (err != ERR_OK)
			goto out;
		if (der.len == spec->der_length)
			*ret_hit = true;
		else if (pad->len + spec->der_length < der.len)
			break;
		else
			pad->len = pad->len + spec->der_length - der.len;
	}
	if (*ret_hit)
		buf_put(out, buf_bytes(&der));
out:
	buf_clear(&der);
	return err;
}

static enum err
reach_length(const struct mint_spec *spec, struct buf *out, struct diag *diag)
{
	struct padding pad;
	bool hit = false;
	enum err err = ERR_OK;
	unsigned i;

	/* A plain one first, then what adds 2, 3 and 5 bytes elsewhere, then
	 * the same without a comment. */
	for (i = 0; i < 6 && err == ERR_OK && !hit; i++) {
		pad = (struct padding){ .comment = i < 4,
			.critical = i < 4 && (i & 2) != 0,
			.generalized = (i & 1) != 0 };
		err = search_length(spec, &pad, out, &hit, diag);
	}
	if (err != ERR_OK)
		return err;
	if (!hit)
		return diag_set(diag, ERR_USAGE,
		    "no certificate of %zu bytes can be made of this",
		    spec->der_length);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

enum err
mint_keep_key(EVP_PKEY *pkey, struct mint_key **ret, struct diag *diag)
{
	struct mint_key *key = calloc(1, sizeof(*key));

	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return diag_nomem(diag);
	}
	key->pkey = pkey;
	*ret = key;
	return ERR_OK;
}

enum err
mint_key_load(const char *path, struct mint_key **ret, struct diag *diag)
{
	BIO *in = BIO_new_file(path, "r");
	EVP_PKEY *pkey = NULL;

	if (in == NULL) {
		(void)mint_failed(diag, "BIO_new_file");
		return diag_set(diag, ERR_ABSENT, "no key %s", path);
	}
	pkey = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	BIO_free(in);
	if (pkey == NULL)
		return mint_failed(diag, "PEM_read_bio_PrivateKey");
	return mint_keep_key(pkey, ret, diag);
}

enum err
mint_key_new(unsigned bits, struct mint_key **ret, struct diag *diag)
{
	EVP_PKEY *pkey = bits == 256 ? EVP_EC_gen("P-256")
	    : bits == 384            ? EVP_EC_gen("P-384")
				     : EVP_RSA_gen(bits);

	if (pkey == NULL)
		return mint_failed(diag, "EVP_PKEY_Q_keygen");
	return mint_keep_key(pkey, ret, diag);
}

void
mint_key_free(struct mint_key **key)
{
	if (*key == NULL)
		return;
	EVP_PKEY_free((*key)->pkey);
	free(*key);
	*key = NULL;
}

EVP_PKEY *
mint_key_pkey(const struct mint_key *key)
{
	return key->pkey;
}

size_t
mint_key_bits(const struct mint_key *key)
{
	return (size_t)EVP_PKEY_get_bits(key->pkey);
}

enum err
mint_key_public(const struct mint_key *key, struct buf *out, struct diag *diag)
{
	uint8_t *der = NULL;
	int len = i2d_PublicKey(key->pkey, &der);

	if (len < 0)
		return mint_failed(diag, "i2d_PublicKey");
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

enum err
mint_cert(const struct mint_spec *spec, struct buf *out, struct diag *diag)
{
	struct padding none = { .comment = false };

	if (!spec->any_key &&
	    EVP_PKEY_get_base_id(spec->issuer_key->pkey) != EVP_PKEY_RSA)
		return diag_set(diag, ERR_USAGE,
		    "only an RSA key signs the same way every time");
	if (spec->der_length == 0)
		return make_cert(spec, &none, out, diag);
	return reach_length(spec, out, diag);
}

enum err
mint_pem(struct bytes der, struct buf *out, struct diag *diag)
{
	BIO *mem = BIO_new(BIO_s_mem());
	enum err err = ERR_OK;
	char *text;
	long len;

	if (mem == NULL)
		return diag_nomem(diag);
	/* Not through a struct X509: a case may hold what is none. */
	if (PEM_write_bio(mem, PEM_STRING_X509, "", der.ptr, (long)der.len) <=
	    0) {
		err = mint_failed(diag, "PEM_write_bio");
	} else {
		len = BIO_get_mem_data(mem, &text);
		buf_put(out, bytes_of(text, (size_t)len));
		if (!buf_ok(out))
			err = diag_nomem(diag);
	}
	BIO_free(mem);
	return err;
}

enum err
mint_cert_signature(struct bytes der, struct buf *out, struct diag *diag)
{
	const unsigned char *at = der.ptr;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	const ASN1_BIT_STRING *value;

	if (x == NULL)
		return mint_failed(diag, "d2i_X509");
	X509_get0_signature(&value, NULL, x);
	buf_put(out,
	    bytes_of(ASN1_STRING_get0_data(value),
		(size_t)ASN1_STRING_length(value)));
	X509_free(x);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

/* PKCS#1 v1.5 over BLOCK; with MD a digest in its DigestInfo, without MD the
 * bytes as they are. */
static enum err
sign_block(const struct mint_key *key, const EVP_MD *md, struct bytes block,
    struct buf *out, struct diag *diag)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key->pkey, NULL);
	size_t len = (size_t)EVP_PKEY_get_size(key->pkey);
	enum err err = ERR_OK;

	buf_reserve(out, len);
	if (ctx == NULL || !buf_ok(out))
		err = diag_nomem(diag);
	else if (EVP_PKEY_sign_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1 ||
	    (md != NULL && EVP_PKEY_CTX_set_signature_md(ctx, md) != 1) ||
	    EVP_PKEY_sign(ctx, out->ptr + out->len, &len, block.ptr,
		block.len) != 1)
		err = mint_failed(diag, "EVP_PKEY_sign");
	else
		out->len += len;
	EVP_PKEY_CTX_free(ctx);
	return err;
}

enum err
mint_sign(const struct mint_key *key, enum mint_digest digest,
    struct bytes message, struct buf *out, struct diag *diag)
{
	struct buf hash = { 0 };
	enum err err = mint_hash(digest, message, &hash, diag);

	if (err == ERR_OK)
		err = sign_block(key, mint_md(digest), buf_bytes(&hash), out,
		    diag);
	buf_clear(&hash);
	return err;
}

/* SIGNATURE over HASH is right for PKEY. */
static bool
fits(EVP_PKEY *pkey, const EVP_MD *md, struct bytes hash,
    struct bytes signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(pkey, NULL);
	bool ret = ctx != NULL && EVP_PKEY_verify_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_signature_md(ctx, md) == 1 &&
	    EVP_PKEY_verify(ctx, signature.ptr, signature.len, hash.ptr,
		hash.len) == 1;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

enum err
mint_check(struct bytes public_key, enum mint_digest digest,
    struct bytes message, struct bytes signature, bool *ret, struct diag *diag)
{
	const unsigned char *at = public_key.ptr;
	EVP_PKEY *pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at,
	    (long)public_key.len);
	struct buf hash = { 0 };
	enum err err;

	ERR_clear_error();
	err = mint_hash(digest, message, &hash, diag);
	if (err == ERR_OK)
		*ret = pkey != NULL &&
		    fits(pkey, mint_md(digest), buf_bytes(&hash), signature);
	buf_clear(&hash);
	EVP_PKEY_free(pkey);
	return err;
}

enum err
mint_sign_firmware(const struct mint_key *key, uint32_t when,
    struct bytes message, struct buf *out, struct diag *diag)
{
	struct buf block = { 0 };
	enum err err;

	buf_u32(&block, when);
	err = mint_hash(MINT_SHA1, message, &block, diag);
	if (err == ERR_OK && block.len != FIRMWARE_BLOCK)
		err = diag_nomem(diag);
	if (err == ERR_OK)
		err = sign_block(key, NULL, buf_bytes(&block), out, diag);
	buf_clear(&block);
	return err;
}

enum err
mint_hash(enum mint_digest digest, struct bytes message, struct buf *out,
    struct diag *diag)
{
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(message.ptr, message.len, md, &len, mint_md(digest),
		NULL) != 1)
		return mint_failed(diag, "EVP_Digest");
	buf_put(out, bytes_of(md, len));
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

/* The next character of the UTF-8 at *AT, which the document reader checked.
 */
static unsigned
next_char(const unsigned char **at)
{
	unsigned long c = 0;
	int n = UTF8_getc(*at, (int)strlen((const char *)*at), &c);

	if (n <= 0) {
		*at += 1;
		return UINT_MAX;
	}
	*at += n;
	return (unsigned)c;
}

/* The greatest character of a string that is no text of bytes; 0 for others.
 */
static unsigned
most_of(enum mint_string type)
{
	switch (type) {
	case MINT_T61:
		return 0xff;
	case MINT_BMP:
		return 0xfffe;
	case MINT_UNIVERSAL:
		return 0x10ffff;
	case MINT_UTF8:
	case MINT_PRINTABLE:
	case MINT_IA5:
		break;
	}
	return 0;
}

enum err
mint_attr_bytes(const struct mint_attr *attr, struct buf *out,
    struct diag *diag)
{
	const unsigned char *at = (const unsigned char *)attr->value;
	unsigned c, most = most_of(attr->type);
	size_t before = out->len;

	if (most == 0) {
		buf_str(out, attr->value);
		return buf_ok(out) ? ERR_OK : diag_nomem(diag);
	}
	while (*at != '\0') {
		c = next_char(&at);
		if (c > most) {
			out->len = before;
			return diag_set(diag, ERR_USAGE,
			    "%s=%s does not fit its string type", attr->key,
			    attr->value);
		}
		if (attr->type == MINT_UNIVERSAL)
			buf_u32(out, c);
		else if (attr->type == MINT_BMP)
			buf_u16(out, (uint16_t)c);
		else
			buf_u8(out, (uint8_t)c);
	}
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}
