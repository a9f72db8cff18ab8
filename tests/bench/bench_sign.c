/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_sign files|bare MODULE TOKEN PIN KEY-ID-HEX THREADS FILE...: the
 * measure for `ctlsmith sign` of many files, a whole process. A session a
 * thread, and for each file
 *
 *	files	open, fstat, read, SHA-1, C_Sign, one EVP_PKEY_verify; a
 *		temporary file beside it is written, a header of 408 bytes and
 *		the content, flushed (fsync) and renamed to FILE.bench, where
 *		nothing stands
 *	bare	C_SignInit and C_Sign over some digest, and nothing else
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/bench_p11.h"

#define MAX_THREADS 256
#define HEADER_LEN 408

/* What all threads share. */
static struct {
	struct bench_p11 p11;
	bool is_bare;
	char **files;
	atomic_size_t next;
	size_t num;
} job;

/* One thread. */
struct worker {
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	EVP_PKEY_CTX *check;
	CK_BYTE in[15 + BENCH_SHA1_LEN];
	CK_BYTE sig[1024];
	CK_ULONG sig_len;
	unsigned char *content;
	size_t size; /* of the room */
	size_t len;
};

static void
sign(struct worker *w)
{
	CK_MECHANISM m = { CKM_RSA_PKCS, NULL, 0 };
	const struct bench_p11 *p = &job.p11;

	w->sig_len = sizeof(w->sig);
	bench_must(p->f->C_SignInit(w->session, &m, w->key), "C_SignInit");
	bench_must(
	    p->f->C_Sign(w->session, w->in, sizeof(w->in), w->sig, &w->sig_len),
	    "C_Sign");
}

static void
load(struct worker *w, const char *name)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0)
		bench_give_up("open");
	if ((size_t)st.st_size > w->size) {
		w->size = (size_t)st.st_size;
		w->content = realloc(w->content, w->size);
	}
	w->len = 0;
	while (w->len < (size_t)st.st_size) {
		n = read(fd, w->content + w->len, (size_t)st.st_size - w->len);
		if (n <= 0)
			bench_give_up("read");
		w->len += (size_t)n;
	}
	(void)close(fd);
}

static void
put(int fd, const void *data, size_t len)
{
	if (write(fd, data, len) != (ssize_t)len)
		bench_give_up("write");
}

static void
store(const struct worker *w, const char *name)
{
	static const unsigned char header[HEADER_LEN] = { 1, 0, 2 };
	char temp[4096], target[4096];
	int fd;

	(void)snprintf(temp, sizeof(temp), "%s.temp", name);
	(void)snprintf(target, sizeof(target), "%s.bench", name);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		bench_give_up("open");
	put(fd, header, HEADER_LEN - w->sig_len);
	put(fd, w->sig, w->sig_len);
	put(fd, w->content, w->len);
	if (fsync(fd) != 0 || close(fd) != 0)
		bench_give_up("fsync");
	if (rename(temp, target) != 0)
		bench_give_up("rename");
}

static void
do_file(struct worker *w, const char *name)
{
	CK_BYTE *digest = w->in + sizeof(w->in) - BENCH_SHA1_LEN;

	load(w, name);
	if (EVP_Digest(w->content, w->len, digest, NULL, EVP_sha1(), NULL) != 1)
		bench_give_up("EVP_Digest");
	sign(w);
	if (EVP_PKEY_verify(w->check, w->sig, w->sig_len, digest,
		BENCH_SHA1_LEN) != 1)
		bench_give_up("EVP_PKEY_verify");
	store(w, name);
}

static void *
work(void *arg)
{
	static const CK_BYTE prefix[] = { BENCH_SHA1_PREFIX };
	struct worker w = { .session = bench_session(&job.p11) };
	EVP_PKEY *pub;
	size_t i;

	(void)arg;
	memcpy(w.in, prefix, sizeof(prefix));
	w.key = bench_find(&job.p11, w.session, CKO_PRIVATE_KEY);
	pub = bench_public_key(&job.p11, w.session);
	w.check = bench_verifier(pub);
	while ((i = atomic_fetch_add(&job.next, 1)) < job.num) {
		if (job.is_bare)
			sign(&w);
		else
			do_file(&w, job.files[i]);
	}
	EVP_PKEY_CTX_free(w.check);
	EVP_PKEY_free(pub);
	free(w.content);
	return NULL;
}

int
main(int argc, char **argv)
{
	pthread_t thread[MAX_THREADS];
	size_t i, threads;

	if (argc < 8)
		bench_give_up("the command line");
	job.is_bare = strcmp(argv[1], "bare") == 0;
	job.files = argv + 7;
	job.num = (size_t)argc - 7;
	threads = strtoul(argv[6], NULL, 10);
	if (threads == 0 || threads > MAX_THREADS)
		bench_give_up("the number of threads");
	bench_load(&job.p11, argv[2]);
	bench_tokens(&job.p11, argv[3]);
	bench_take_id(&job.p11, argv[5]);
	bench_login(&job.p11, bench_session(&job.p11), argv[4]);
	for (i = 0; i < threads; i++)
		if (pthread_create(&thread[i], NULL, work, NULL) != 0)
			bench_give_up("pthread_create");
	for (i = 0; i < threads; i++)
		(void)pthread_join(thread[i], NULL);
	bench_must(job.p11.f->C_Finalize(NULL), "C_Finalize");
	return 0;
}
