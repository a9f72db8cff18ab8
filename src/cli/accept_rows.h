/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of phones.csv: within accept_phones.c only. */
#ifndef CLI_ACCEPT_ROWS_H
#define CLI_ACCEPT_ROWS_H

#include "cli/accept_phones.h"

/* A phone, by the numbers that P's interns give. */
struct accept_row {
	size_t name;
	size_t hash;  /* ACCEPT_NONE: that of --installed */
	size_t group; /* ACCEPT_NONE: none said */
	enum class class;
	bool empty; /* nothing is installed */
};

/* All-zero is legal to clear. */
struct accept_rows {
	struct accept_row *at;
	size_t num, room;
};

/* Reads PATH, and says in P->notes what is odd. Errors as of csv_open() and
 * file_load(). */
MUST_CHECK enum err accept_rows_read(struct accept_rows *rows,
    struct accept_phones *p, const char *path, struct diag *d);
void accept_rows_clear(struct accept_rows *rows);

#endif
