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

/* NOLINTBEGIN(readability-function-size, readability-non-const-parameter):
 * OpenSSL says what it takes */
static long
on_bio(BIO *bio, int what, const char *data, size_t len, int number, long value,
    int rv, size_t *ret_len)
{
	(void)data;
	(void)len;
	(void)number;
	(void)value;
	(void)ret_len;
	if (what != BIO_CB_READ)
		return rv;
	BIO_clear_retry_flags(bio);
	return -1;
}
/* NOLINTEND(readability-function-size, readability-non-const-parameter) */

void
pipe_stop_reading(BIO *bio)
{
	if (bio != NULL)
		BIO_set_callback_ex(bio, on_bio);
}
