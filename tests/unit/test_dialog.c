/* SPDX-License-Identifier: Apache-2.0 */
/* Recorded sessions, whole and in every kind of pieces; and what is no session. */
#include "test.h"

#include <dirent.h>
#include <string.h>
#include <time.h>

#include "replay.h"

#define MAX_FILES 100

static struct command_table *table;
static struct replay sessions[MAX_FILES];
static char names[MAX_FILES][64];
static size_t num_sessions;

static int
setup(void **state)
{
	const char *src = getenv("SRC");
	struct dirent *e;
	char path[4096];
	struct diag d;
	size_t len;
	DIR *dir;

	assert_non_null(src);
	assert_int_equal(command_load(bytes_of(NULL, 0), &table, &d), ERR_OK);
	(void)snprintf(path, sizeof(path), "%s/tests/transcripts", src);
	dir = opendir(path);
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		len = strlen(e->d_name);
		if (len < 5 || strcmp(e->d_name + len - 4, ".txt") != 0)
			continue;
		assert_true(num_sessions < MAX_FILES && len < 64);
		(void)snprintf(path, sizeof(path), "%s/tests/transcripts/%s",
		    src, e->d_name);
		memcpy(names[num_sessions], e->d_name, len + 1);
		replay_load(path, &sessions[num_sessions++]);
	}
	(void)closedir(dir);
	assert_true(num_sessions >= 25);
	return 0;
}

static int
teardown(void **state)
{
	size_t i;

	for (i = 0; i < num_sessions; i++)
		replay_clear(&sessions[i]);
	command_free(&table);
	return 0;
}

/* ---- Pieces ---- */

static size_t
whole(void *arg, size_t left)
{
	return left;
}

static size_t
single(void *arg, size_t left)
{
	return 1;
}

/* In two: what comes is cut where the count of all its bytes is *ARG. */
struct split {
	size_t at, seen;
};

static size_t
in_two(void *arg, size_t left)
{
	struct split *s = arg;
	size_t n = left;

	if (s->seen < s->at && s->at < s->seen + left)
		n = s->at - s->seen;
	s->seen += n;
	return n;
}

static size_t
at_random(void *arg, size_t left)
{
	unsigned *seed = arg;
	size_t most;

	*seed = *seed * 1103515245U + 12345U;
	most = (*seed >> 16) % 4 == 0 ? 200 : 7;
	*seed = *seed * 1103515245U + 12345U;
	most = 1 + (*seed >> 16) % most;
	return most < left ? most : left;
}

static void
test_whole(void **state)
{
	size_t i;

	for (i = 0; i < num_sessions; i++)
		replay_run(&sessions[i], names[i], table, whole, NULL);
}

static void
test_single(void **state)
{
	size_t i;

	for (i = 0; i < num_sessions; i++)
		replay_run(&sessions[i], names[i], table, single, NULL);
}

static size_t
num_bytes(const struct replay *r)
{
	size_t i, n = 0;

	for (i = 0; i < r->num; i++)
		if (r->item[i].kind == REPLAY_CAME)
			n += r->item[i].bytes.len;
	return n;
}

static void
test_in_two(void **state)
{
	size_t i, at, n;

	for (i = 0; i < num_sessions; i++) {
		n = num_bytes(&sessions[i]);
		for (at = 1; at < n; at++) {
			struct split s = { .at = at };

			replay_run(&sessions[i], names[i], table, in_two, &s);
		}
	}
}

static void
test_at_random(void **state)
{
	const char *given = getenv("DIALOG_SEED");
	unsigned seed = given != NULL ? (unsigned)strtoul(given, NULL, 10)
				      : (unsigned)time(NULL);
	unsigned rounds = test_rounds(20);
	size_t i;

	print_message("DIALOG_SEED=%u\n", seed);
	for (; rounds > 0; rounds--)
		for (i = 0; i < num_sessions; i++)
			replay_run(&sessions[i], names[i], table, at_random,
			    &seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_in_two),
		cmocka_unit_test(test_at_random),
	};

	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
