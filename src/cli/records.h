/* SPDX-License-Identifier: Apache-2.0 */
/* A choice of records, as --records takes it: "1,3,5-7". */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"

#define RECORDS_MAX 64

struct records {
	struct {
		size_t first;
		size_t last;
	} range[RECORDS_MAX];
	size_t num; /* 0: all records */
};

/* Reads TEXT; ERR_USAGE where it is no such choice. */
MUST_CHECK enum err records_parse(struct records *ret, const char *text,
    struct diag *d);

bool records_has(const struct records *r, size_t index);

/* The highest number asked for, 0 where all are. */
size_t records_highest(const struct records *r);

#endif
