/* SPDX-License-Identifier: Apache-2.0 */
/*
 * save_driver PATH BYTE [clobber]: saves 5 pieces of 4000 BYTEs as PATH,
 * through base/file.h, for save.sh to make fail. Exits with 0 or 1.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"

#define PIECE 4000
#define NUM_PIECES 5

static enum err
save(const char *path, char byte, unsigned flags, struct diag *d)
{
	struct file_save *s = NULL;
	char piece[PIECE];
	enum err e;
	int i;

	memset(piece, byte, sizeof(piece));
	e = file_save_begin(&s, path, flags, d);
	for (i = 0; i < NUM_PIECES && e == ERR_OK; i++)
		e = file_save_write(s, bytes_of(piece, sizeof(piece)), d);
	if (e == ERR_OK)
		return file_save_commit(&s, d);
	file_save_abort(&s);
	return e;
}

int
main(int argc, char *argv[])
{
	struct diag d;

	diag_init(&d);
	if (argc < 3) {
		(void)fputs("usage: save_driver PATH BYTE [clobber]\n", stderr);
		return 2;
	}
	if (save(argv[1], argv[2][0], argc > 3 ? FILE_CLOBBER : 0, &d) ==
	    ERR_OK)
		return 0;
	(void)fprintf(stderr, "save_driver: %s\n", d.msg);
	return 1;
}
