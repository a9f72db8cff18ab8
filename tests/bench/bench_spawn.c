/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_spawn NAME LIMIT ROUNDS PROGRAM [ARG...] -- MEASURE [ARG...]: how many
 * times as long as MEASURE the whole process PROGRAM takes. They run in turn,
 * so that whatever else the machine does falls on both, and what is compared
 * is the median. Their output goes nowhere; both must succeed.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP 10
#define MAX_ROUNDS 100000

static posix_spawn_file_actions_t quiet;

static void __attribute__((noreturn))
give_up(const char *what, const char *program)
{
	(void)fprintf(stderr, "bench_spawn: %s: %s\n", program, what);
	exit(2);
}

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Nanoseconds from the start of ARGV to its end. */
static int64_t
run_once(char *argv[])
{
	int64_t start = now_ns();
	int error, status;
	pid_t pid;

	error = posix_spawn(&pid, argv[0], &quiet, NULL, argv, environ);
	if (error != 0)
		give_up(strerror(error), argv[0]);
	if (waitpid(pid, &status, 0) != pid)
		give_up(strerror(errno), argv[0]);
	if (status != 0)
		give_up("does not succeed", argv[0]);
	return now_ns() - start;
}

static int
compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t
median(int64_t *ns, int num)
{
	qsort(ns, (size_t)num, sizeof(*ns), compare);
	return ns[num / 2];
}

/* Runs A and B in turn, which of them first changing too. */
static double
ratio(char *a[], char *b[], int rounds)
{
	int64_t *ns_a = calloc((size_t)rounds, sizeof(*ns_a));
	int64_t *ns_b = calloc((size_t)rounds, sizeof(*ns_b));
	double mid_a, mid_b;
	int i;

	if (ns_a == NULL || ns_b == NULL)
		give_up("out of memory", a[0]);
	for (i = -WARM_UP; i < rounds; i++) {
		int64_t first = run_once(i % 2 != 0 ? a : b);
		int64_t second = run_once(i % 2 != 0 ? b : a);

		if (i < 0)
			continue;
		ns_a[i] = i % 2 != 0 ? first : second;
		ns_b[i] = i % 2 != 0 ? second : first;
	}
	mid_a = (double)median(ns_a, rounds) / 1e6;
	mid_b = (double)median(ns_b, rounds) / 1e6;
	(void)printf("%d rounds: %s %.2f ms, %s %.2f ms\n", rounds, a[0], mid_a,
	    b[0], mid_b);
	free(ns_a);
	free(ns_b);
	return mid_a / mid_b;
}

int
main(int argc, char *argv[])
{
	double limit, got;
	int i, rounds;

	for (i = 4; i < argc && strcmp(argv[i], "--") != 0; i++)
		;
	if (i == 4 || i + 1 >= argc)
		give_up("NAME LIMIT ROUNDS PROGRAM... -- MEASURE...", "usage");
	argv[i] = NULL;
	limit = strtod(argv[2], NULL);
	rounds = (int)strtol(argv[3], NULL, 10);
	if (rounds < 1 || rounds > MAX_ROUNDS)
		give_up("not a number of rounds", argv[3]);
	(void)posix_spawn_file_actions_init(&quiet);
	(void)posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY,
	    0);
	got = ratio(&argv[4], &argv[i + 1], rounds);
	(void)posix_spawn_file_actions_destroy(&quiet);
	(void)printf("%s: ratio %.2f (limit %.1f)\n", argv[1], got, limit);
	return got > limit ? 1 : 0;
}
