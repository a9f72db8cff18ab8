/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_many FILE...: the measure for `ctlsmith verify` of many files. All of
 * them are in memory and each signer's key is decoded before the clock
 * starts; then one thread a core does EVP_DigestVerifyInit, Update and Final
 * for each file. Prints the seconds.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/bench/bench_list.h"

#define MAX_SIGNERS 64
#define MAX_THREADS 256

struct item {
	struct bench_list list;
	EVP_PKEY *key;
};

struct signer {
	const uint8_t *cert;
	size_t len;
	EVP_PKEY *key;
};

struct part {
	pthread_t thread;
	const struct item *items;
	size_t first, step, num;
	int failed;
};

static void __attribute__((noreturn)) give_up(const char *why)
{
	(void)fprintf(stderr, "bench_many: %s\n", why);
	exit(2);
}

/* The key of the signer of L, decoded where it is a new one. */
static EVP_PKEY *
key_of(struct bench_list l, struct signer *signers, size_t *num)
{
	size_t at = bench_find_cert(l), len = bench_u16(l, at + 1), i;
	const uint8_t *der = l.ptr + at + BENCH_TLV;

	for (i = 0; i < *num; i++)
		if (signers[i].len == len &&
		    memcmp(signers[i].cert, der, len) == 0)
			return signers[i].key;
	if (*num == MAX_SIGNERS)
		give_up("too many signers");
	signers[i].cert = der;
	signers[i].len = len;
	signers[i].key = X509_get_pubkey(d2i_X509(NULL, &der, (long)len));
	if (signers[i].key == NULL)
		give_up("a signer without a certificate");
	(*num)++;
	return signers[i].key;
}

static struct bench_list
load(const char *path)
{
	static uint8_t raw[1 << 20];
	struct bench_list l = { NULL, bench_load(path, raw, sizeof(raw)) };

	l.ptr = malloc(l.len + 1);
	if (l.len == 0 || l.ptr == NULL)
		give_up(path);
	memcpy(l.ptr, raw, l.len);
	return l;
}

static int
verify(EVP_MD_CTX *ctx, const struct item *item)
{
	struct bench_list l = item->list;
	size_t sig = bench_find(l, 0, BENCH_SIGNATURE);
	size_t len = bench_u16(l, sig + 1);
	size_t end = sig + BENCH_TLV + len;
	const EVP_MD *md = EVP_sha512();

	if (l.ptr[bench_find(l, 0, BENCH_SIGNATURE_INFO) + 2 * BENCH_TLV] == 1)
		md = EVP_sha1();
	/* without it the first key would stay */
	return EVP_MD_CTX_reset(ctx) == 1 &&
	    EVP_DigestVerifyInit(ctx, NULL, md, NULL, item->key) == 1 &&
	    EVP_DigestVerifyUpdate(ctx, l.ptr, sig) == 1 &&
	    EVP_DigestVerifyUpdate(ctx, l.ptr + end, l.len - end) == 1 &&
	    EVP_DigestVerifyFinal(ctx, l.ptr + sig + BENCH_TLV, len) == 1;
}

static void *
work(void *arg)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct part *p = arg;
	size_t i;

	for (i = p->first; i < p->num; i += p->step)
		if (!verify(ctx, &p->items[i]))
			p->failed++;
	EVP_MD_CTX_free(ctx);
	return NULL;
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Verifies all; how many failed. */
static int
run(const struct item *items, size_t num, size_t threads)
{
	static struct part parts[MAX_THREADS];
	int failed = 0;
	size_t i;

	for (i = 0; i < threads; i++) {
		parts[i] = (struct part){ 0, items, i, threads, num, 0 };
		if (pthread_create(&parts[i].thread, NULL, work, &parts[i]) !=
		    0)
			give_up("no thread");
	}
	for (i = 0; i < threads; i++) {
		(void)pthread_join(parts[i].thread, NULL);
		failed += parts[i].failed;
	}
	return failed;
}

int
main(int argc, char *argv[])
{
	struct signer signers[MAX_SIGNERS];
	size_t num_signers = 0, num = (size_t)argc - 1, i;
	struct item *items = calloc(num + 1, sizeof(*items));
	cpu_set_t cores;
	double begun;
	int failed;

	if (items == NULL || num == 0 ||
	    sched_getaffinity(0, sizeof(cores), &cores) != 0)
		give_up("usage: FILE...");
	for (i = 0; i < num; i++) {
		items[i].list = load(argv[i + 1]);
		items[i].key = key_of(items[i].list, signers, &num_signers);
	}
	begun = now();
	failed = run(items, num, (size_t)CPU_COUNT(&cores));
	(void)printf("%.6f\n", now() - begun);
	free(items);
	if (failed > 0)
		give_up("a file does not verify");
	return 0;
}
