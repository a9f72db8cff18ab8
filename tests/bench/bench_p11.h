/* SPDX-License-Identifier: Apache-2.0 */
/* What the measures of tokens have in common: plain PKCS#11 by dlopen, and
 * libcrypto to verify. Any failure ends the program. */
#ifndef TESTS_BENCH_P11_H
#define TESTS_BENCH_P11_H

#include <openssl/evp.h>
#include <p11-kit/pkcs11.h>

/* The module, and the key that signs. */
struct bench_p11 {
	CK_FUNCTION_LIST *f;
	CK_SLOT_ID slot;
	CK_BYTE id[32];
	CK_ULONG id_len;
};

void __attribute__((noreturn)) bench_give_up(const char *what);
void bench_must(CK_RV rv, const char *what);

/* Loads and initialises MODULE. */
void bench_load(struct bench_p11 *p, const char *module);

/* Prints all tokens, or, where LABEL is not NULL, chooses that one. */
void bench_tokens(struct bench_p11 *p, const char *label);

/* Chooses the key with this id in hex. */
void bench_take_id(struct bench_p11 *p, const char *hex);

CK_SESSION_HANDLE bench_session(const struct bench_p11 *p);
void bench_login(const struct bench_p11 *p, CK_SESSION_HANDLE s, char *pin);
CK_OBJECT_HANDLE bench_find(const struct bench_p11 *p, CK_SESSION_HANDLE s,
    CK_OBJECT_CLASS class);
EVP_PKEY *bench_public_key(const struct bench_p11 *p, CK_SESSION_HANDLE s);

/* What verifies RSA PKCS#1 v1.5 with SHA-1. */
EVP_PKEY_CTX *bench_verifier(EVP_PKEY *key);

/* Seconds of CLOCK_MONOTONIC. */
double bench_now(void);

/* DigestInfo of a SHA-1 up to its value. */
#define BENCH_SHA1_PREFIX                                                 \
	0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, \
	    0x05, 0x00, 0x04, 0x14
#define BENCH_SHA1_LEN 20

#endif
