/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/pipe.h"

#include <pthread.h>
#include <time.h>

static void
only_pipe(sigset_t *ret)
{
	(void)sigemptyset(ret);
	(void)sigaddset(ret, SIGPIPE);
}

static bool
is_pending(void)
{
	sigset_t set;

	return sigpending(&set) == 0 && sigismember(&set, SIGPIPE) == 1;
}

void
pipe_guard(struct pipe_guard *g)
{
	sigset_t set;

	only_pipe(&set);
	g->pending = is_pending();
	(void)pthread_sigmask(SIG_BLOCK, &set, &g->before);
}

/* Takes the one that came meanwhile: unblocked it would be delivered. */
void
pipe_unguard(const struct pipe_guard *g)
{
	static const struct timespec at_once;
	sigset_t set;

	only_pipe(&set);
	if (!g->pending && is_pending())
		(void)sigtimedwait(&set, NULL, &at_once);
	(void)pthread_sigmask(SIG_SETMASK, &g->before, NULL);
}
