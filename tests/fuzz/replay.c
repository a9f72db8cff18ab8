/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without libFuzzer over every file below the folders
 * named as arguments, and over its first bytes. A folder that is missing
 * holds nothing.
 */
#include <ftw.h>
#include <string.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

#define CUT_SHORT_BELOW 400
#define MAX_OPEN 16

static unsigned num_inputs;

static void
run_one(struct bytes in)
{
	/* a copy of the very length, so that a read beyond it is seen */
	uint8_t *copy = malloc(in.len > 0 ? in.len : 1);

	FUZZ_CHECK(copy != NULL);
	if (in.len > 0)
		memcpy(copy, in.ptr, in.len);
	(void)LLVMFuzzerTestOneInput(copy, in.len);
	free(copy);
	num_inputs++;
}

static void
run_file(const char *path)
{
	struct buf b = { 0 };
	struct diag d;
	size_t len;

	diag_init(&d);
	if (file_load(path, FILE_MAX_DEFAULT, &b, &d) != ERR_OK) {
		(void)fprintf(stderr, "%s\n", d.msg);
		exit(EXIT_FAILURE);
	}
	run_one(buf_bytes(&b));
	for (len = 0; len < b.len && len < CUT_SHORT_BELOW; len++)
		run_one(bytes_of(b.ptr, len));
	buf_clear(&b);
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)where;
	if (type == FTW_F)
		run_file(path);
	return 0;
}

int
main(int argc, char *argv[])
{
	int i;

	for (i = 1; i < argc; i++)
		(void)nftw(argv[i], visit, MAX_OPEN, FTW_PHYS);
	(void)printf("%u inputs\n", num_inputs);
	if (num_inputs == 0) {
		(void)fputs("nothing to run over\n", stderr);
		return EXIT_FAILURE;
	}
	return EXIT_SUCCESS;
}
