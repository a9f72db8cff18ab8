/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/batch.h"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/pool.h"

/* Descriptors that belong to nobody in particular. */
#define SPARE_FDS 16

/* Who works and prints in one thread. */
struct alone {
	struct worker worker; /* the first member: flush() finds the rest */
	struct out_printer *printer;
	enum cmd_exit end;
	size_t done;
};

/* Prints at once. */
static bool
flush(struct worker *w)
{
	struct alone *a = (struct alone *)w;

	a->end = out_worse(a->end, w->end);
	a->end = out_worse(a->end, out_print(a->printer, &w->out));
	worker_trim(&w->out);
	if (a->printer->progress != NULL)
		progress_step(a->printer->progress, ++a->done);
	return !a->printer->broken;
}

static enum cmd_exit
run_alone(const struct batch *b, struct paths *paths,
    struct out_printer *printer, size_t *passed_over)
{
	struct alone a = {
		.worker = { .batch = b, .flush = flush },
		.printer = printer,
	};
	struct path path;
	struct diag d;

	if (worker_begin(&a.worker, &d) != ERR_OK) {
		out_complain(NULL, &d);
		a.end = CMD_FAILED;
	} else {
		while (paths_next(paths, &path) && worker_do(&a.worker, &path))
			;
	}
	*passed_over += a.worker.passed_over;
	worker_end(&a.worker);
	return a.end;
}

/* No more threads than there are descriptors for: each holds a folder and a
 * file. */
static unsigned
limit_jobs(unsigned jobs)
{
	struct rlimit limit;
	rlim_t most;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return jobs;
	most = limit.rlim_cur < SPARE_FDS + 4
	    ? 1
	    : (limit.rlim_cur - SPARE_FDS) / 2;
	return jobs < most ? jobs : (unsigned)most;
}

static unsigned
num_cores(void)
{
	cpu_set_t set;
	int n;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	n = CPU_COUNT(&set);
	return n > OPT_NUMBER_MAX ? OPT_NUMBER_MAX : (unsigned)n;
}

/* One line for all of them: a folder may hold anything. */
static enum cmd_exit
say_passed_over(struct out_printer *printer, size_t num)
{
	enum cmd_exit end = CMD_OK;
	struct out out = { 0 };
	struct diag d;

	if (num > 0) {
		diag_set(&d, ERR_UNSUPPORTED,
		    num == 1 ? "passed over %zu file that is no trust list; "
			       "name it to see why"
			     : "passed over %zu files that are no trust "
			       "lists; name them to see why",
		    num);
		out_error(&out, NULL, &d);
		end = out_print(printer, &out);
		out_clear(&out);
	}
	return end;
}

static enum cmd_exit
run(const struct batch *b, char *const *args, struct out_printer *printer)
{
	unsigned jobs = limit_jobs(b->jobs == 0 ? num_cores() : b->jobs);
	enum cmd_exit end = CMD_FAILED;
	struct paths *paths = NULL;
	size_t passed_over = 0;
	struct diag d;

	if (paths_new(&paths, args, &d) != ERR_OK) {
		out_complain(NULL, &d);
		return CMD_FAILED;
	}
	if (b->json) /* jansson's first object would do it, in any thread */
		json_object_seed(0);
	if (jobs == 1 || !paths_are_several(args) ||
	    !pool_run(b, jobs, paths, printer, &end, &passed_over))
		end = run_alone(b, paths, printer, &passed_over);
	passed_over += paths_num_passed_over(paths);
	paths_free(&paths);
	return out_worse(end, say_passed_over(printer, passed_over));
}

enum cmd_exit
batch_run(const struct batch *b, char *const *args)
{
	struct out_printer printer = { .json = b->json };
	struct progress progress;
	enum cmd_exit end;

	progress_init(&progress, args);
	if (progress.wanted && paths_are_several(args))
		printer.progress = &progress;
	end = run(b, args, &printer);
	progress_hide(&progress, STDERR_FILENO);
	return out_worse(end, out_close(&printer));
}
