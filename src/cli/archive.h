/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive: a folder with trust lists that a cluster had, as people keep
 * them; below it too (cli/paths.h). Files with the same bytes are one list with
 * several names. Lists stand from the oldest on, by TIMESTAMP; those without
 * one before all others, and what is equally old by name.
 */
#ifndef CLI_ARCHIVE_H
#define CLI_ARCHIVE_H

#include "cli/fill.h"
#include "cli/out.h"
#include "ctl/ctl.h"
#include "trust/history.h"

struct archive_list {
	struct buf names; /* of its files, in order, a NUL behind each */
	size_t num_names;
	struct buf bytes;
	struct ctl_file *f;
	bool verified;   /* by itself */
	struct diag why; /* where not */
};

/* All-zero is an empty one. */
struct archive {
	struct archive_list *list;
	size_t num, cap;
	size_t num_passed_over; /* files that are no lists */
	bool failed;            /* some file could not be read, which was
				 * said */
	struct ctl_memo *memo;
};

/* Loads what is in FOLDER, files of at most MAX bytes. A file that cannot be
 * read, or is broken, is said to OUT; the others are loaded. FOLDER may also be one
 * file. ERR_TOO_BIG where there are more than HISTORY_MAX files with lists,
 * ERR_ABSENT where there is none, ERR_IO, ERR_NOMEM; A is to be cleared whatever
 * the outcome. */
MUST_CHECK enum err archive_load(struct archive *a, const char *folder,
    size_t max, struct out *out, struct diag *d);

/* Says to OUT how many files were passed over. */
void archive_say_passed_over(const struct archive *a, const char *folder,
    struct out *out);

/* Adds the list in the file PATH ("-": standard input) behind the others,
 * unless its bytes are there; *RET is where it is. Errors as input_load() and ctl_parse() have
 * them; ERR_UNSUPPORTED for what is no list. */
MUST_CHECK enum err archive_add(struct archive *a, const char *path, size_t max,
    size_t *ret, struct diag *d);

void archive_clear(struct archive *a);

/* Its first name. */
const char *archive_name(const struct archive_list *l);

/* Name I of it, from 0. */
const char *archive_name_at(const struct archive_list *l, size_t i);

/* False where it has no TIMESTAMP. */
bool archive_time(const struct archive_list *l, uint32_t *ret);

/* The common name of its signer, as the header has it; may be empty. */
struct bytes archive_signer(const struct archive_list *l);

/* ---- Lists by the hash that a phone shows. ---- */

struct archive_hash {
	enum digest which;
	uint8_t byte[DIGEST_MAX_LEN];
};

/* True where TEXT is spelt as an MD5, SHA-1, SHA-256 or SHA-512: hex digits
 * of either case, with or without colons between bytes. */
bool archive_is_hash(const char *text, struct archive_hash *ret);

/* The list with that hash; *RET is a->num where there is none. */
MUST_CHECK enum err archive_find(const struct archive *a,
    const struct archive_hash *h, size_t *ret, struct diag *d);

/* ---- What is judged together. ---- */

/* The lists of one kind that a history is made of. All-zero is none. */
struct archive_choice {
	struct history_list *lists;
	size_t *of; /* each one's index in the archive */
	size_t num;
	size_t *at; /* of each list of the archive its place here, or
		     * ARCHIVE_LEFT */
};

#define ARCHIVE_LEFT ((size_t)-1)

/* Chooses the lists of KIND that verify by themselves, and of the others those
 * that KEEP (indices, ARCHIVE_LEFT: none) names. */
MUST_CHECK enum err archive_choose(const struct archive *a, enum ctl_kind kind,
    const size_t keep[2], struct archive_choice *ret, struct diag *d);
void archive_choice_clear(struct archive_choice *c);

/* Appends why list I is left out of CHOICE, a sentence. */
void archive_put_left(const struct archive *a, size_t i, struct buf *out);

/* Appends a line for each that is. */
void archive_put_all_left(const struct archive *a,
    const struct archive_choice *c, const struct fill *fill, struct buf *out);

#endif
