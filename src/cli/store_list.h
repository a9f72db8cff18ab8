/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody pasted of `show cert list own`, `show cert list trust` and, of
 * single certificates, `show cert own` and `show cert trust`: with prompts, CR
 * LF, the pager's prompts and codes of a terminal, of one node or of several.
 *
 * Whose a part is says its prompt, where that is not "admin:", or before it a
 * line "ssh ... user@NODE" or "Host Name : NODE". Where no node was named a
 * second list of the same kind is of another node, "2".
 *
 * No file, no clock. What is returned borrows from the struct store_list.
 */
#ifndef CLI_STORE_LIST_H
#define CLI_STORE_LIST_H

#include "base/buf.h"
#include "base/diag.h"

#define STORE_LIST_MAX 10000 /* certificates */

/* One certificate of a list. */
struct store_listed {
	bool own;
	struct bytes node;   /* "": nobody said */
	struct bytes store;  /* or the unit; without a NUL or a line end */
	struct bytes name;   /* of its file, "x.pem"; likewise */
	struct bytes note;   /* what follows behind the colon; may be empty */
	struct bytes signer; /* of NOTE "Certificate Signed by X" X */
	struct bytes dump;   /* what `show cert` printed of it; may be absent */
	unsigned line;       /* where it was first, from 1 */
};

struct store_list {
	struct buf text;  /* what a terminal would show */
	struct buf nodes; /* names that nobody wrote */
	struct store_listed *at;
	size_t num;
	unsigned strange; /* the first line within a list that is none of it,
			   * or 0 */
};

/* Reads IN. ERR_SYNTAX where it has no such list, or is UTF-16; ERR_TOO_BIG over
 * STORE_LIST_MAX; ERR_NOMEM. Also ERR_SYNTAX, with the line, where two dumps of
 * one certificate differ. */
MUST_CHECK enum err store_list_read(struct bytes in, struct store_list *ret,
    struct diag *d);
void store_list_clear(struct store_list *l);

#endif
