/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_min FILE: the least that a process must do to check a trust list's
 * signature, as the measure for `ctlsmith verify`: OpenSSL as it initialises
 * itself by default, the certificate of record 1, one EVP_DigestVerify.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tests/bench/bench_list.h"

static uint8_t raw[1 << 20];

static EVP_PKEY *
signer_key(struct bench_list l)
{
	size_t at = bench_find_cert(l);
	const uint8_t *der = l.ptr + at + BENCH_TLV;

	return X509_get_pubkey(
	    d2i_X509(NULL, &der, (long)bench_u16(l, at + 1)));
}

int
main(int argc, char *argv[])
{
	struct bench_list l = { raw, 0 };
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t sig, len, end;
	const EVP_MD *md;

	if (argc != 2)
		return 2;
	l.len = bench_load(argv[1], raw, sizeof(raw));
	if (l.len == 0)
		return 2;
	/* the digest's code is the first value within the container */
	md = EVP_sha1();
	if (raw[bench_find(l, 0, BENCH_SIGNATURE_INFO) + 2 * BENCH_TLV] != 1)
		md = EVP_sha512();
	sig = bench_find(l, 0, BENCH_SIGNATURE);
	len = bench_u16(l, sig + 1);
	end = sig + BENCH_TLV + len;
	if (EVP_DigestVerifyInit(ctx, NULL, md, NULL, signer_key(l)) != 1 ||
	    EVP_DigestVerifyUpdate(ctx, raw, sig) != 1 ||
	    EVP_DigestVerifyUpdate(ctx, raw + end, l.len - end) != 1 ||
	    EVP_DigestVerifyFinal(ctx, raw + sig + BENCH_TLV, len) != 1)
		return 1;
	(void)puts("verified");
	return 0;
}
