/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that does with a PKCS#11 module what `ctlsmith token` does:
 *
 * bench_token list MODULE: loads, lists the tokens, finalises.
 * bench_token sign|bare MODULE TOKEN PIN KEY-ID-HEX SECONDS THREADS: signs
 *	SHA-1 digests, a session a thread, and prints how many a second. "sign"
 *	verifies each signature with libcrypto; "bare" does not.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <p11-kit/pkcs11.h>

static CK_FUNCTION_LIST *f;

static void __attribute__((noreturn)) give_up(const char *what)
{
	(void)fprintf(stderr, "bench_token: %s fails\n", what);
	exit(2);
}

static void
must(CK_RV rv, const char *what)
{
	if (rv != CKR_OK)
		give_up(what);
}

static void
load(const char *module)
{
	CK_C_INITIALIZE_ARGS args = { .flags = CKF_OS_LOCKING_OK };
	union {
		void *p;
		CK_C_GetFunctionList get;
	} u;
	void *so = dlopen(module, RTLD_NOW | RTLD_LOCAL);

	u.p = so == NULL ? NULL : dlsym(so, "C_GetFunctionList");
	if (u.p == NULL)
		give_up("dlopen");
	must(u.get(&f), "C_GetFunctionList");
	must(f->C_Initialize(&args), "C_Initialize");
}

/* Prints all tokens; returns the slot of the one called LABEL. */
static CK_SLOT_ID
tokens(const char *label)
{
	CK_SLOT_ID ids[64], found = (CK_SLOT_ID)-1;
	CK_ULONG i, num = 64;
	CK_TOKEN_INFO t;
	CK_SLOT_INFO s;

	must(f->C_GetSlotList(CK_TRUE, ids, &num), "C_GetSlotList");
	for (i = 0; i < num; i++) {
		must(f->C_GetSlotInfo(ids[i], &s), "C_GetSlotInfo");
		must(f->C_GetTokenInfo(ids[i], &t), "C_GetTokenInfo");
		if (label == NULL)
			(void)printf("%.32s %.16s\n", (const char *)t.label,
			    (const char *)t.serialNumber);
		else if (strncmp((const char *)t.label, label, strlen(label)) ==
		    0)
			found = ids[i];
	}
	return found;
}

/* What all threads share. */
static struct {
	CK_SLOT_ID slot;
	CK_BYTE id[32];
	CK_ULONG id_len;
	bool verify;
	double seconds;
	atomic_ullong done;
} job;

static CK_OBJECT_HANDLE
find(CK_SESSION_HANDLE s, CK_OBJECT_CLASS class)
{
	CK_ATTRIBUTE t[] = { { CKA_CLASS, &class, sizeof(class) },
		{ CKA_ID, job.id, job.id_len } };
	CK_OBJECT_HANDLE h = 0;
	CK_ULONG num = 0;

	must(f->C_FindObjectsInit(s, t, 2), "C_FindObjectsInit");
	must(f->C_FindObjects(s, &h, 1, &num), "C_FindObjects");
	must(f->C_FindObjectsFinal(s), "C_FindObjectsFinal");
	if (num != 1)
		give_up("finding the key");
	return h;
}

static EVP_PKEY *
public_key(CK_SESSION_HANDLE s)
{
	CK_BYTE n[1024], e[16];
	CK_ATTRIBUTE a[] = { { CKA_MODULUS, n, sizeof(n) },
		{ CKA_PUBLIC_EXPONENT, e, sizeof(e) } };
	OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *bn_n, *bn_e;
	OSSL_PARAM *params;

	must(f->C_GetAttributeValue(s, find(s, CKO_PUBLIC_KEY), a, 2),
	    "C_GetAttributeValue");
	bn_n = BN_bin2bn(n, (int)a[0].ulValueLen, NULL);
	bn_e = BN_bin2bn(e, (int)a[1].ulValueLen, NULL);
	if (OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, bn_n) != 1 ||
	    OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, bn_e) != 1)
		give_up("a parameter");
	params = OSSL_PARAM_BLD_to_param(b);
	if (EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		give_up("EVP_PKEY_fromdata");
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(b);
	EVP_PKEY_CTX_free(c);
	BN_free(bn_n);
	BN_free(bn_e);
	return key;
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static EVP_PKEY_CTX *
verifier(EVP_PKEY *key)
{
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new(key, NULL);

	if (EVP_PKEY_verify_init(c) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(c, RSA_PKCS1_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_signature_md(c, EVP_sha1()) != 1)
		give_up("EVP_PKEY_verify_init");
	return c;
}

static void *
work(void *arg)
{
	static const CK_BYTE prefix[] = { 0x30, 0x21, 0x30, 0x09, 0x06, 0x05,
		0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14 };
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE in[sizeof(prefix) + 20], sig[1024], message[32];
	unsigned long long count = 0;
	CK_SESSION_HANDLE s;
	CK_OBJECT_HANDLE key;
	EVP_PKEY_CTX *check;
	EVP_PKEY *pub;
	double until;
	CK_ULONG len;

	must(f->C_OpenSession(job.slot, CKF_SERIAL_SESSION, NULL, NULL, &s),
	    "C_OpenSession");
	key = find(s, CKO_PRIVATE_KEY);
	pub = public_key(s);
	check = verifier(pub);
	memcpy(in, prefix, sizeof(prefix));
	memset(message, 0, sizeof(message));
	memcpy(message + 8, &arg, sizeof(arg));
	for (until = now() + job.seconds; now() < until; count++) {
		memcpy(message, &count, sizeof(count));
		if (EVP_Digest(message, sizeof(message), in + sizeof(prefix),
			NULL, EVP_sha1(), NULL) != 1)
			give_up("EVP_Digest");
		len = sizeof(sig);
		must(f->C_SignInit(s, &m, key), "C_SignInit");
		must(f->C_Sign(s, in, sizeof(in), sig, &len), "C_Sign");
		if (job.verify &&
		    EVP_PKEY_verify(check, sig, len, in + sizeof(prefix), 20) !=
			1)
			give_up("EVP_PKEY_verify");
	}
	atomic_fetch_add(&job.done, count);
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_free(pub);
	return NULL;
}

static void
take_id(const char *hex)
{
	char two[3] = "";

	while (
	    job.id_len < sizeof(job.id) && hex[0] != '\0' && hex[1] != '\0') {
		memcpy(two, hex, 2);
		job.id[job.id_len++] = (CK_BYTE)strtoul(two, NULL, 16);
		hex += 2;
	}
}

static void
sign(char **argv)
{
	size_t i, threads = strtoul(argv[6], NULL, 10);
	CK_SESSION_HANDLE s;
	pthread_t *thread = calloc(threads + 1, sizeof(*thread));
	CK_BYTE *pin = (CK_BYTE *)argv[3];
	double begin;

	job.slot = tokens(argv[2]);
	job.seconds = strtod(argv[5], NULL);
	take_id(argv[4]);
	must(f->C_OpenSession(job.slot, CKF_SERIAL_SESSION, NULL, NULL, &s),
	    "C_OpenSession");
	must(f->C_Login(s, CKU_USER, pin, strlen(argv[3])), "C_Login");
	begin = now();
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, work, argv[i]) != 0)
			give_up("pthread_create");
	for (i = 0; i < threads; i++)
		(void)pthread_join(thread[i], NULL);
	(void)printf("%.1f\n",
	    (double)atomic_load(&job.done) / (now() - begin));
	free(thread);
}

int
main(int argc, char **argv)
{
	if (argc < 3 || (strcmp(argv[1], "list") != 0 && argc != 8))
		give_up("the command line");
	load(argv[2]);
	job.verify = strcmp(argv[1], "sign") == 0;
	if (strcmp(argv[1], "list") == 0)
		(void)tokens(NULL);
	else
		sign(argv + 1);
	must(f->C_Finalize(NULL), "C_Finalize");
	return 0;
}
