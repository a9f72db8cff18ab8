/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/waiting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
put(const char *line, int len)
{
	/* Nothing depends on it. */
	if (len > 0 && write(STDERR_FILENO, line, (size_t)len) != len)
		return;
}

static void
draw(const struct waiting *w)
{
	char line[160];
	int len;

	/* The cursor waits at the start of the line, for whoever interrupts
	 * us. */
	len = snprintf(line, sizeof(line), "\r%.100s ... %d s\033[K\r", w->what,
	    (int)((now_ms() - w->since) / 1000));
	put(line, len);
}

static void *
wait_on(void *arg)
{
	struct waiting *w = arg;
	struct timespec until;
	bool drawn = false;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	(void)pthread_mutex_lock(&w->lock);
	while (!w->over) {
		until.tv_sec++;
		while (!w->over &&
		    pthread_cond_timedwait(&w->wake, &w->lock, &until) == 0)
			continue;
		if (!w->over) {
			draw(w);
			drawn = true;
		}
	}
	(void)pthread_mutex_unlock(&w->lock);
	if (drawn)
		put("\r\033[K", 4);
	return NULL;
}

static bool
is_wanted(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term != NULL && term[0] != '\0' &&
	    strcmp(term, "dumb") != 0;
}

void
waiting_begin(struct waiting *w, const char *what)
{
	pthread_condattr_t attr;

	memset(w, 0, sizeof(*w));
	if (!is_wanted())
		return;
	w->what = what;
	w->since = now_ms();
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	w->begun = pthread_create(&w->thread, NULL, wait_on, w) == 0;
}

void
waiting_end(struct waiting *w)
{
	if (!w->begun)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->over = true;
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	(void)pthread_join(w->thread, NULL);
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	w->begun = false;
}
