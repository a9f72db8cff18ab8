/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where things stand in a trust list, for the measures only: every length is
 * believed, so this is not for files from anywhere else.
 */
#ifndef TESTS_BENCH_LIST_H
#define TESTS_BENCH_LIST_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BENCH_LENGTH 2
#define BENCH_SIGNATURE_INFO 7
#define BENCH_SIGNATURE 12
#define BENCH_TIMESTAMP 15
#define BENCH_CERTIFICATE 9
#define BENCH_TLV ((size_t)3) /* the bytes before a value */

struct bench_list {
	uint8_t *ptr;
	size_t len;
};

static inline size_t
bench_u16(struct bench_list l, size_t at)
{
	return (size_t)(l.ptr[at] << 8 | l.ptr[at + 1]);
}

/* The offset of the TLV with TAG, from AT on. */
static inline size_t
bench_find(struct bench_list l, size_t at, uint8_t tag)
{
	while (at < l.len - BENCH_TLV && l.ptr[at] != tag)
		at += BENCH_TLV + bench_u16(l, at + 1);
	return at;
}

/* The certificate of record 1, which signed the list. */
static inline size_t
bench_find_cert(struct bench_list l)
{
	size_t header = bench_u16(l,
	    bench_find(l, 0, BENCH_LENGTH) + BENCH_TLV);

	return bench_find(l, header, BENCH_CERTIFICATE);
}

/* Reads at most SIZE bytes of PATH to PTR; the length, or 0. */
static inline size_t
bench_load(const char *path, uint8_t *ptr, size_t size)
{
	FILE *f = fopen(path, "rb");
	size_t len;

	if (f == NULL)
		return 0;
	len = fread(ptr, 1, size, f);
	(void)fclose(f);
	return len;
}

#endif
