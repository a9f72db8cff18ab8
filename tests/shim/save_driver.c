/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save_driver PATH BYTE [clobber [keep]]: saves 5 pieces of 4000 BYTEs as PATH,
 * through base/file.h, for save.sh to make fail; with keep, what stood there
 * is kept with ".bak" behind its name, and must be what it was at the start.
 * Exits with 0 or 1.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

#define PIECE 4000
#define NUM_PIECES 5

static enum err
save(const char *path, char byte, unsigned flags, const struct bytes *old,
    struct diag *d)
{
	struct file_save *s = NULL;
	char piece[PIECE], kept[PATH_MAX];
	enum err e;
	int i;

	memset(piece, byte, sizeof(piece));
	e = file_save_begin(&s, path, flags, d);
	if (e == ERR_OK && old != NULL) {
		file_save_keep(s, ".bak", kept);
		file_save_expect(s, *old);
	}
	for (i = 0; i < NUM_PIECES && e == ERR_OK; i++)
		e = file_save_write(s, bytes_of(piece, sizeof(piece)), d);
	if (e == ERR_OK)
		return file_save_commit(&s, d);
	file_save_abort(&s);
	return e;
}

/* What stands under PATH is read, and replaced. */
static enum err
replace(const char *path, char byte, struct diag *d)
{
	struct bytes old;
	struct buf b;
	enum err e;

	buf_init(&b);
	e = file_load(path, 1000000, &b, d);
	old = buf_bytes(&b);
	if (e == ERR_OK)
		e = save(path, byte, FILE_CLOBBER, &old, d);
	buf_clear(&b);
	return e;
}

int
main(int argc, char *argv[])
{
	struct diag d;
	enum err e;

	diag_init(&d);
	if (argc < 3) {
		(void)fputs("usage: save_driver PATH BYTE [clobber [keep]]\n",
		    stderr);
		return 2;
	}
	if (argc > 4)
		e = replace(argv[1], argv[2][0], &d);
	else
		e = save(argv[1], argv[2][0], argc > 3 ? FILE_CLOBBER : 0, NULL,
		    &d);
	if (e == ERR_OK)
		return 0;
	(void)fprintf(stderr, "save_driver: %s\n", d.msg);
	return 1;
}
