/* SPDX-License-Identifier: Apache-2.0 */
/* The made cases ($CASES, one folder each) and the real samples
 * ($CTLSMITH_SAMPLES), for test programs. Include it after test.h. */
#ifndef TESTS_UNIT_CASES_H
#define TESTS_UNIT_CASES_H

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

static inline bool
case_is_cert(const char *path)
{
	size_t len = strlen(path);

	return len > 4 && strcmp(path + len - 4, ".pem") == 0;
}

/* Appends to RET the path of the one file of case NAME. */
static inline void
case_path(const char *name, char *ret, size_t size)
{
	const char *cases = getenv("CASES");
	char pattern[512];
	glob_t found;
	size_t i, n = 0;

	assert_non_null(cases);
	(void)snprintf(pattern, sizeof(pattern), "%s/%s/*", cases, name);
	if (glob(pattern, 0, NULL, &found) != 0)
		fail_msg("there is no case %s; make them: "
			 "cmake --build BUILD --target cases",
		    name);
	for (i = 0; i < found.gl_pathc; i++)
		if (!case_is_cert(found.gl_pathv[i])) {
			(void)snprintf(ret, size, "%s", found.gl_pathv[i]);
			n++;
		}
	globfree(&found);
	assert_int_equal(n, 1);
}

static inline void
case_load(const char *name, struct buf *ret)
{
	char path[512];
	struct diag d;

	case_path(name, path, sizeof(path));
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, ret, &d), ERR_OK);
}

/* Appends the sample NAME; false where the samples are not here. */
static inline bool
sample_load(const char *name, struct buf *ret)
{
	const char *samples = getenv("CTLSMITH_SAMPLES");
	char path[512];

	if (samples == NULL)
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s", samples, name);
	return file_load(path, FILE_MAX_DEFAULT, ret, NULL) == ERR_OK;
}

/* Ends a test that a missing sample makes impossible. */
#define SAMPLE_OR_SKIP(loaded)                                            \
	do {                                                              \
		if (!(loaded))                                            \
			test_skip("the real samples are missing; "        \
				  "CTLSMITH_SAMPLES names their folder"); \
	} while (0)

#endif
