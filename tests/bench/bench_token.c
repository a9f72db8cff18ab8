/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The least that does with a PKCS#11 module what `ctlsmith token` does:
 *
 * bench_token list MODULE: loads, lists the tokens, finalises.
 * bench_token sign|bare MODULE TOKEN PIN KEY-ID-HEX SECONDS THREADS: signs
 *	SHA-1 digests, a session a thread, and prints how many a second. "sign"
 *	verifies each signature with libcrypto; "bare" does not.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench_p11.h"

/* What all threads share. */
static struct {
	struct bench_p11 p11;
	bool verify;
	double seconds;
	atomic_ullong done;
} job;

static void *
work(void *arg)
{
	static const CK_BYTE prefix[] = { BENCH_SHA1_PREFIX };
	const struct bench_p11 *p = &job.p11;
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	CK_BYTE in[sizeof(prefix) + 20], sig[1024], message[32];
	unsigned long long count = 0;
	CK_SESSION_HANDLE s;
	CK_OBJECT_HANDLE key;
	EVP_PKEY_CTX *check;
	EVP_PKEY *pub;
	double until;
	CK_ULONG len;

	s = bench_session(p);
	key = bench_find(p, s, CKO_PRIVATE_KEY);
	pub = bench_public_key(p, s);
	check = bench_verifier(pub);
	memcpy(in, prefix, sizeof(prefix));
	memset(message, 0, sizeof(message));
	memcpy(message + 8, &arg, sizeof(arg));
	for (until = bench_now() + job.seconds; bench_now() < until; count++) {
		memcpy(message, &count, sizeof(count));
		if (EVP_Digest(message, sizeof(message), in + sizeof(prefix),
			NULL, EVP_sha1(), NULL) != 1)
			bench_give_up("EVP_Digest");
		len = sizeof(sig);
		bench_must(p->f->C_SignInit(s, &m, key), "C_SignInit");
		bench_must(p->f->C_Sign(s, in, sizeof(in), sig, &len),
		    "C_Sign");
		if (job.verify &&
		    EVP_PKEY_verify(check, sig, len, in + sizeof(prefix), 20) !=
			1)
			bench_give_up("EVP_PKEY_verify");
	}
	atomic_fetch_add(&job.done, count);
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_free(pub);
	return NULL;
}

static void
sign(char **argv)
{
	size_t i, threads = strtoul(argv[6], NULL, 10);
	pthread_t *thread = calloc(threads + 1, sizeof(*thread));
	double begin;

	bench_tokens(&job.p11, argv[2]);
	job.seconds = strtod(argv[5], NULL);
	bench_take_id(&job.p11, argv[4]);
	bench_login(&job.p11, bench_session(&job.p11), argv[3]);
	begin = bench_now();
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, work, argv[i]) != 0)
			bench_give_up("pthread_create");
	for (i = 0; i < threads; i++)
		(void)pthread_join(thread[i], NULL);
	(void)printf("%.1f\n",
	    (double)atomic_load(&job.done) / (bench_now() - begin));
	free(thread);
}

int
main(int argc, char **argv)
{
	if (argc < 3 || (strcmp(argv[1], "list") != 0 && argc != 8))
		bench_give_up("the command line");
	bench_load(&job.p11, argv[2]);
	job.verify = strcmp(argv[1], "sign") == 0;
	if (strcmp(argv[1], "list") == 0)
		bench_tokens(&job.p11, NULL);
	else
		sign(argv + 1);
	bench_must(job.p11.f->C_Finalize(NULL), "C_Finalize");
	return 0;
}
