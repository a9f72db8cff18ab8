/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A private key from a file, to be put on a token, or to sign with.
 *
 * Read are PEM and DER: PKCS#8, plain or encrypted; the traditional forms of
 * RSA and EC, in PEM encrypted too; PKCS#12, and certificates that stand in
 * the same file. The key must be RSA (two primes) or EC on a named curve, and
 * its parts must agree with each other.
 *
 * What is secret lives in OpenSSL's secure heap, and is wiped before it is
 * given back. The program must have called keyfile_secure(); without it the
 * same memory comes from the ordinary heap, is wiped as well, but may be
 * swapped and dumped.
 * Nothing else keeps a part of the key or of the passphrase, with one
 * exception: of a PKCS#12 whose key is not encrypted OpenSSL leaves copies in
 * the ordinary heap. The content of the file belongs to the caller, who wipes
 * it.
 */
#ifndef PKI_KEYFILE_H
#define PKI_KEYFILE_H

#include <stdbool.h>

#include "base/buf.h"
#include "pki/digest.h"
#include "pki/pubkey.h"

struct keyfile;

/* Makes the secure heap, for the life of the process: once, before any key is
 * read. False where it is not there, or not kept out of swap and core dumps;
 * keys are then read all the same. */
MUST_CHECK bool keyfile_secure(void);

/*
 * Reads CONTENT, the bytes of a file. PASSPHRASE is borrowed for the call;
 * absent (ptr NULL) where none was given. It is tried once.
 *
 * ERR_ABSENT: the key is encrypted, and there is no passphrase: ask for one,
 * and call again. ERR_CRYPTO: the passphrase is wrong (the file is sound on
 * its outside, and does not open). ERR_SYNTAX: no private key, or damaged.
 * ERR_UNSUPPORTED: a kind of key or of encryption that is not known, more than
 * one key, or encryption (RC2, RC4, single DES) for which OpenSSL's module
 * legacy.so is missing, which the message says. ERR_NOMEM, also where the
 * secure heap is full.
 */
MUST_CHECK enum err keyfile_read(struct bytes content, struct bytes passphrase,
    struct keyfile **ret, struct diag *d);

/* Wipes and frees *K and sets it to NULL; NULL is allowed. */
void keyfile_free(struct keyfile **k);

/* The public half, borrowed. */
const struct pubkey *keyfile_key(const struct keyfile *k);

/* The certificates of the file in its order, each as DER, borrowed. */
size_t keyfile_num_certs(const struct keyfile *k);
struct bytes keyfile_cert(const struct keyfile *k, size_t i);

/* The parts of a key: X(id, the PKCS#11 attribute it goes into, of which kind
 * of key, secret). Numbers are big-endian without leading zeros, but
 * KEYFILE_EC_SCALAR, which is as long as the order of its curve. */
#define KEYFILE_PARTS(X)                                                \
	X(KEYFILE_RSA_MODULUS, "CKA_MODULUS", PUBKEY_RSA)               \
	X(KEYFILE_RSA_PUBLIC, "CKA_PUBLIC_EXPONENT", PUBKEY_RSA)        \
	X(KEYFILE_RSA_PRIVATE, "CKA_PRIVATE_EXPONENT", PUBKEY_RSA)      \
	X(KEYFILE_RSA_PRIME1, "CKA_PRIME_1", PUBKEY_RSA)                \
	X(KEYFILE_RSA_PRIME2, "CKA_PRIME_2", PUBKEY_RSA)                \
	X(KEYFILE_RSA_EXPONENT1, "CKA_EXPONENT_1", PUBKEY_RSA)          \
	X(KEYFILE_RSA_EXPONENT2, "CKA_EXPONENT_2", PUBKEY_RSA)          \
	X(KEYFILE_RSA_COEFFICIENT, "CKA_COEFFICIENT", PUBKEY_RSA)       \
	X(KEYFILE_EC_PARAMS, "CKA_EC_PARAMS", PUBKEY_EC) /* DER: OID */ \
	X(KEYFILE_EC_SCALAR, "CKA_VALUE", PUBKEY_EC)                    \
	X(KEYFILE_EC_POINT, "CKA_EC_POINT", PUBKEY_EC) /* in DER OCTET STRING */

enum keyfile_part_id {
#define KEYFILE_ENUM(id, attribute, type) id,
	KEYFILE_PARTS(KEYFILE_ENUM)
#undef KEYFILE_ENUM
	KEYFILE_NUM_PARTS
};

/* Bytes in the secure heap. On the stack, owns them; all-zero is an empty
 * one. */
struct keyfile_part {
	uint8_t *ptr;
	size_t len;
};

struct bytes keyfile_part_bytes(const struct keyfile_part *p);

/* Wipes and frees; P is empty and usable again. */
void keyfile_part_clear(struct keyfile_part *p);

/* Copies one part of the key into RET, which must be empty. ERR_ABSENT where
 * this kind of key has none such. */
MUST_CHECK enum err keyfile_get(const struct keyfile *k,
    enum keyfile_part_id which, struct keyfile_part *ret, struct diag *d);

/* Writes the key as plain PKCS#8 (DER PrivateKeyInfo) into RET, which must be
 * empty. */
MUST_CHECK enum err keyfile_put_pkcs8(const struct keyfile *k,
    struct keyfile_part *ret, struct diag *d);

/* Appends that PKCS#8, wrapped with the AES key KEK of 16, 24 or 32 bytes as
 * RFC 5649 says (AES key wrap with padding, CKM_AES_KEY_WRAP_KWP). ERR_USAGE
 * for a KEK of another size. */
MUST_CHECK enum err keyfile_wrap(const struct keyfile *k, struct bytes kek,
    struct buf *ret, struct diag *d);

/* Signs VALUE, made with WHICH, with PKCS#1 v1.5, and appends the signature to
 * RET once it is verified with the public half. Threads may sign with one K at
 * a time. ERR_UNSUPPORTED: a key that is not RSA or too short for the digest,
 * MD5. ERR_USAGE: the digest has the wrong length. ERR_CRYPTO: the signature
 * does not verify. */
MUST_CHECK enum err keyfile_sign(const struct keyfile *k, enum digest which,
    const struct digest_value *value, struct buf *ret, struct diag *d);

#endif
