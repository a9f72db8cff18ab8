/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench_p11.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

void __attribute__((noreturn)) bench_give_up(const char *what)
{
	(void)fprintf(stderr, "bench: %s fails\n", what);
	exit(2);
}

void
bench_must(CK_RV rv, const char *what)
{
	if (rv != CKR_OK)
		bench_give_up(what);
}

void
bench_load(struct bench_p11 *p, const char *module)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	union {
		void *p;
		CK_C_GetFunctionList get;
	} u;
	void *so = dlopen(module, RTLD_NOW | RTLD_LOCAL);

	u.p = so == NULL ? NULL : dlsym(so, "C_GetFunctionList");
	if (u.p == NULL)
		bench_give_up("dlopen");
	bench_must(u.get(&p->f), "C_GetFunctionList");
	bench_must(p->f->C_Initialize(&args), "C_Initialize");
}

void
bench_tokens(struct bench_p11 *p, const char *label)
{
	CK_SLOT_ID ids[64];
	CK_ULONG i, num = 64;
	CK_TOKEN_INFO t;
	CK_SLOT_INFO s;

	bench_must(p->f->C_GetSlotList(CK_TRUE, ids, &num), "C_GetSlotList");
	for (i = 0; i < num; i++) {
		bench_must(p->f->C_GetSlotInfo(ids[i], &s), "C_GetSlotInfo");
		bench_must(p->f->C_GetTokenInfo(ids[i], &t), "C_GetTokenInfo");
		if (label == NULL)
			(void)printf("%.32s %.16s\n", (const char *)t.label,
			    (const char *)t.serialNumber);
		else if (strncmp((const char *)t.label, label, strlen(label)) ==
		    0)
			p->slot = ids[i];
	}
}

CK_OBJECT_HANDLE
bench_find(const struct bench_p11 *p, CK_SESSION_HANDLE s,
    CK_OBJECT_CLASS class)
{
	CK_BYTE id[sizeof(p->id)];
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, id, p->id_len } };
	CK_OBJECT_HANDLE h = 0;
	CK_ULONG num = 0;

	memcpy(id, p->id, sizeof(id));
	bench_must(p->f->C_FindObjectsInit(s, t, 2), "C_FindObjectsInit");
	bench_must(p->f->C_FindObjects(s, &h, 1, &num), "C_FindObjects");
	bench_must(p->f->C_FindObjectsFinal(s), "C_FindObjectsFinal");
	if (num != 1)
		bench_give_up("finding the key");
	return h;
}

EVP_PKEY *
bench_public_key(const struct bench_p11 *p, CK_SESSION_HANDLE s)
{
	CK_BYTE n[1024], e[16];
	CK_ATTRIBUTE a[] = { { CKA_MODULUS, n, sizeof(n) },
		{ CKA_PUBLIC_EXPONENT, e, sizeof(e) } };
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *bn_n, *bn_e;
	OSSL_PARAM *params;

	bench_must(p->f->C_GetAttributeValue(s,
		       bench_find(p, s, CKO_PUBLIC_KEY), a, 2),
	    "C_GetAttributeValue");
	bn_n = BN_bin2bn(n, (int)a[0].ulValueLen, NULL);
	bn_e = BN_bin2bn(e, (int)a[1].ulValueLen, NULL);
	if (OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn_n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, bn_e) != 1)
		bench_give_up("a parameter");
	params = OSSL_PARAM_BLD_to_param(b);
	if (EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		bench_give_up("EVP_PKEY_fromdata");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(c);
	BN_free(bn_n);
	BN_free(bn_e);
	return key;
}

double
bench_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

EVP_PKEY_CTX *
bench_verifier(EVP_PKEY *key)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);

	if (EVP_PKEY_verify_init(c) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(c, EVP_sha1()) != 1)
		bench_give_up("EVP_PKEY_verify_init");
	return c;
}

void
bench_take_id(struct bench_p11 *p, const char *hex)
{
	char two[3] = "";

	while (p->id_len < sizeof(p->id) && hex[0] != '\0' && hex[1] != '\0') {
		memcpy(two, hex, 2);
		p->id[p->id_len++] = (CK_BYTE)strtoul(two, NULL, 16);
		hex += 2;
	}
}

CK_SESSION_HANDLE
bench_session(const struct bench_p11 *p)
{
	CK_SESSION_HANDLE s;

	bench_must(
	    p->f->C_OpenSession(p->slot, CKF_SERIAL_SESSION, NULL, NULL, &s),
	    "C_OpenSession");
	return s;
}

void
bench_login(const struct bench_p11 *p, CK_SESSION_HANDLE s, char *pin)
{
	bench_must(p->f->C_Login(s, CKU_USER, (CK_BYTE *)pin, strlen(pin)),
	    "C_Login");
}
