/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_min FILE: the least that a process must do to check a trust list's
 * signature, as the measure for `ctlsmith verify`: OpenSSL as it initialises
 * itself by default, the certificate of record 1, one EVP_DigestVerify.
 * It believes every length: not for files from anywhere else.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>

#define HEADER_LENGTH 2
#define HEADER_SIGNATURE_INFO 7
#define HEADER_SIGNATURE 12
#define RECORD_CERTIFICATE 9
#define TLV ((size_t)3) /* the bytes before a value */

static uint8_t raw[1 << 20];

static size_t
u16_at(size_t at)
{
	return (size_t)(raw[at] << 8 | raw[at + 1]);
}

/* The offset of the TLV with TAG, from AT on. */
static size_t
find(size_t at, uint8_t tag)
{
	while (at < sizeof(raw) - TLV && raw[at] != tag)
		at += TLV + u16_at(at + 1);
	return at;
}

static EVP_PKEY *
signer_key(void)
{
	size_t header = u16_at(find(0, HEADER_LENGTH) + TLV);
	size_t at = find(header, RECORD_CERTIFICATE);
	const uint8_t *der = raw + at + TLV;

	return X509_get_pubkey(d2i_X509(NULL, &der, (long)u16_at(at + 1)));
}

int
main(int argc, char *argv[])
{
	FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len, sig, sig_end;
	const EVP_MD *md;

	if (f == NULL)
		return 2;
	len = fread(raw, 1, sizeof(raw), f);
	(void)fclose(f);
	/* the digest's code is the first value within the container */
	md = EVP_sha1();
	if (raw[find(0, HEADER_SIGNATURE_INFO) + 2 * TLV] != 1)
		md = EVP_sha512();
	sig = find(0, HEADER_SIGNATURE);
	sig_end = sig + TLV + u16_at(sig + 1);
	if (EVP_DigestVerifyInit(ctx, NULL, md, NULL, signer_key()) != 1 ||
	    EVP_DigestVerifyUpdate(ctx, raw, sig) != 1 ||
	    EVP_DigestVerifyUpdate(ctx, raw + sig_end, len - sig_end) != 1 ||
	    EVP_DigestVerifyFinal(ctx, raw + sig + TLV, u16_at(sig + 1)) != 1)
		return 1;
	(void)puts("verified");
	return 0;
}
