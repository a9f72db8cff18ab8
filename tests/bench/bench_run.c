/* SPDX-License-Identifier: Apache-2.0 */
/* bench_run PROGRAM [ARG...]: prints how long the whole process took, in
 * seconds, and its peak memory in KiB. Its output goes nowhere; it must
 * succeed. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int
main(int argc, char *argv[])
{
	posix_spawn_file_actions_t quiet;
	struct rusage usage;
	double begun;
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	(void)posix_spawn_file_actions_init(&quiet);
	(void)posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY,
	    0);
	begun = now();
	if (posix_spawn(&pid, argv[1], &quiet, NULL, argv + 1, environ) != 0 ||
	    wait4(pid, &status, 0, &usage) != pid || status != 0) {
		(void)fprintf(stderr, "bench_run: %s does not succeed\n",
		    argv[1]);
		return 2;
	}
	(void)printf("%.6f %ld\n", now() - begun, usage.ru_maxrss);
	(void)posix_spawn_file_actions_destroy(&quiet);
	return 0;
}
