/* SPDX-License-Identifier: Apache-2.0 */
/* The stored outputs of commands, tests/transcripts/said-*, each with its
 * reader. Include it after test.h. */
#ifndef TESTS_UNIT_SAID_TEXTS_H
#define TESTS_UNIT_SAID_TEXTS_H

#include <dirent.h>

#include "base/file.h"
#include "said_all.h"

#define TEXTS_MAX 256
#define TEXT_MAX ((size_t)1 << 20)

struct text {
	char name[256];
	const struct all_reader *reader;
	struct buf in, expected;
};

static struct text texts[TEXTS_MAX];
static size_t num_texts;

static inline void
texts_load_file(const char *folder, const char *name, struct buf *out)
{
	char path[1024];
	struct diag d;

	diag_init(&d);
	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (file_load(path, TEXT_MAX, out, &d) != ERR_OK) {
		(void)fprintf(stderr, "%s: %s\n", path, d.msg);
		exit(1);
	}
}

static inline const struct all_reader *
texts_reader(const char *name)
{
	size_t i, len;

	for (i = 0; i < ALL_NUM; i++) {
		len = strlen(all_readers[i].name);
		if (strncmp(name, all_readers[i].name, len) == 0 &&
		    (name[len] == '-' || name[len] == '.'))
			return &all_readers[i];
	}
	return NULL;
}

/* All of them, below the project at SRC. */
static inline void
texts_load(const char *src)
{
	char folder[512];
	struct dirent *e;
	struct text *t;
	size_t len;
	DIR *dir;

	(void)snprintf(folder, sizeof(folder), "%s/tests/transcripts", src);
	dir = opendir(folder);
	if (dir == NULL) {
		perror(folder);
		exit(1);
	}
	while ((e = readdir(dir)) != NULL) {
		len = strlen(e->d_name);
		if (strncmp(e->d_name, "said-", 5) != 0 || len < 10 ||
		    strcmp(e->d_name + len - 4, ".txt") != 0)
			continue;
		if (num_texts == TEXTS_MAX)
			exit(1);
		t = &texts[num_texts++];
		(void)snprintf(t->name, sizeof(t->name), "%s", e->d_name);
		t->reader = texts_reader(e->d_name + 5);
		if (t->reader == NULL) {
			(void)fprintf(stderr, "no reader: %s\n", e->d_name);
			exit(1);
		}
		texts_load_file(folder, t->name, &t->in);
		(void)memcpy(t->name + len - 4, ".out", 4);
		texts_load_file(folder, t->name, &t->expected);
	}
	(void)closedir(dir);
}

static inline void
texts_clear(void)
{
	size_t i;

	for (i = 0; i < num_texts; i++) {
		buf_clear(&texts[i].in);
		buf_clear(&texts[i].expected);
	}
}

#endif
