/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of files: each in an empty folder of its own. Include it after
 * test.h. */
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

#define OLD "what stood there before"
#define NEW "what stands there now, and is longer"

/* Every test runs in an empty folder of its own. */
static inline int
enter(void **state)
{
	char dir[] = "/tmp/test_file.XXXXXX";

	umask(022);
	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return -1;
	*state = strdup(dir);
	return *state == NULL ? -1 : 0;
}

static inline int
leave(void **state)
{
	char cmd[128];
	char *dir = *state;

	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	free(dir);
	if (chdir("/") != 0)
		return -1;
	return system(cmd) == 0 ? 0 : -1; /* NOLINT(cert-env33-c) */
}

/* A write that must succeed. */
static inline void
save(const char *path, const char *text, unsigned flags)
{
	struct diag d;

	diag_init(&d);
	if (file_write(path, bytes_of_str(text), flags, &d) != ERR_OK)
		fail_msg("%s", d.msg);
}

static inline void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static inline void
assert_file(const char *path, const char *text)
{
	char got[256];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(got, text);
}

/* The number of names in the folder, hidden ones too. */
static inline int
num_names(void)
{
	DIR *dir = opendir(".");
	int n = 0;

	assert_non_null(dir);
	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n - 2;
}

static inline int
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (int)(st.st_mode & 07777);
}

static inline void
assert_write_fails(const char *path, unsigned flags, enum err expect)
{
	int before = num_names();
	struct diag d;

	diag_init(&d);
	assert_int_equal(file_write(path, bytes_of_str(NEW), flags, &d),
	    expect);
	assert_int_equal(d.code, expect);
	assert_true(strlen(d.msg) > 0);
	assert_int_equal(num_names(), before);
}

#define T(name) cmocka_unit_test_setup_teardown(name, enter, leave)

#endif
