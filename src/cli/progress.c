/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/paths.h"

#define SHOW_AFTER 300 /* milliseconds */
#define DRAW_EVERY 100
#define BAR_MAX 40
/* With fewer columns there is no bar, only the numbers. */
#define BAR_COLUMNS 30

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
progress_init(struct progress *p, char *const *args)
{
	const char *term = getenv("TERM");

	memset(p, 0, sizeof(*p));
	p->args = args;
	p->count = paths_count;
	p->wanted = isatty(STDERR_FILENO) && term != NULL && term[0] != '\0' &&
	    strcmp(term, "dumb") != 0;
	if (p->wanted)
		p->begun = now_ms();
}

static int
columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

/* Puts the bar into LINE, which is larger than the widest; its length, or 0
 * where the terminal is too narrow. */
static int
put_bar(const struct progress *p, size_t done, char *line, size_t size)
{
	int room = columns() - 1; /* the last column may wrap */
	char numbers[64];
	int len, bar, full;

	len = snprintf(numbers, sizeof(numbers), "%zu/%zu files", done,
	    p->total);
	bar = room - len - 4;
	if (bar > BAR_MAX)
		bar = BAR_MAX;
	if (room + 1 >= BAR_COLUMNS && bar >= 4) {
		full = (int)((double)done / (double)p->total * bar);
		return snprintf(line, size, "[%.*s%*s]  %s", full,
		    "########################################", bar - full, "",
		    numbers);
	}
	return len > room ? 0 : snprintf(line, size, "%s", numbers);
}

static void
draw(struct progress *p, size_t done)
{
	char line[160], all[180];
	int len;

	len = put_bar(p, done, line, sizeof(line));
	if (len == 0)
		return;
	/* The cursor waits at the start of the line, for whoever interrupts
	 * us. */
	len = snprintf(all, sizeof(all), "\r%s\033[K\r", line);
	p->shown = write(STDERR_FILENO, all, (size_t)len) == len;
}

void
progress_step(struct progress *p, size_t done)
{
	int64_t now;

	if (!p->wanted)
		return;
	now = now_ms();
	if (now - p->begun < SHOW_AFTER || now - p->drawn < DRAW_EVERY)
		return;
	if (p->total == 0)
		p->total = p->count(p->args);
	if (p->total < done || p->total == 0) /* they changed meanwhile */
		p->total = done + 1;
	draw(p, done);
	p->drawn = now_ms();
}

void
progress_hide(struct progress *p, int fd)
{
	static const char erase[] = "\r\033[K";

	if (!p->shown || !isatty(fd))
		return;
	p->shown = write(STDERR_FILENO, erase, sizeof(erase) - 1) < 0;
}
