/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_make LIST KEY.pem FOLDER FIRST STEP END: writes copies of LIST, each
 * with a TIMESTAMP of its own and signed anew with KEY, the key of its signer,
 * as FOLDER/SEP followed by a number of 12 digits and .tlv. The numbers run
 * from FIRST to below END by STEP.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "tests/bench/bench_list.h"

static uint8_t raw[1 << 20];

static int
sign(EVP_MD_CTX *ctx, EVP_PKEY *key, struct bench_list l)
{
	size_t sig = bench_find(l, 0, BENCH_SIGNATURE);
	size_t len = bench_u16(l, sig + 1);
	size_t end = sig + BENCH_TLV + len;
	const EVP_MD *md = EVP_sha512();

	if (l.ptr[bench_find(l, 0, BENCH_SIGNATURE_INFO) + 2 * BENCH_TLV] == 1)
		md = EVP_sha1();
	return EVP_DigestSignInit(ctx, NULL, md, NULL, key) == 1 &&
	    EVP_DigestSignUpdate(ctx, l.ptr, sig) == 1 &&
	    EVP_DigestSignUpdate(ctx, l.ptr + end, l.len - end) == 1 &&
	    EVP_DigestSignFinal(ctx, l.ptr + sig + BENCH_TLV, &len) == 1;
}

static void
set_time(struct bench_list l, uint32_t when)
{
	size_t at = bench_find(l, 0, BENCH_TIMESTAMP) + BENCH_TLV;
	size_t i;

	for (i = 0; i < sizeof(when); i++)
		l.ptr[at + i] = (uint8_t)(when >> (24 - 8 * i));
}

static int
save(const char *folder, unsigned long number, struct bench_list l)
{
	char path[512];
	FILE *f;
	int ok;

	(void)snprintf(path, sizeof(path), "%s/SEP%012lu.tlv", folder, number);
	f = fopen(path, "wb");
	if (f == NULL)
		return 0;
	ok = fwrite(l.ptr, 1, l.len, f) == l.len;
	return fclose(f) == 0 && ok;
}

int
main(int argc, char *argv[])
{
	FILE *f = argc == 7 ? fopen(argv[2], "r") : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct bench_list l = { raw, 0 };
	EVP_PKEY *key = NULL;
	unsigned long i, step, end;
	int ok;

	if (f == NULL)
		return 2;
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	(void)fclose(f);
	l.len = bench_load(argv[1], raw, sizeof(raw));
	i = strtoul(argv[4], NULL, 10);
	step = strtoul(argv[5], NULL, 10);
	end = strtoul(argv[6], NULL, 10);
	ok = key != NULL && l.len > 0 && step > 0;
	for (; ok && i < end; i += step) {
		set_time(l, (uint32_t)(1500000000 + i));
		ok = sign(ctx, key, l) && save(argv[3], i, l);
	}
	EVP_PKEY_free(key);
	EVP_MD_CTX_free(ctx);
	return ok ? 0 : 1;
}
