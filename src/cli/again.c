/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/again.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/text.h"

enum err
again_begin(struct again *w, struct diag *d)
{
	sigset_t set;

	memset(w, 0, sizeof(*w));
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL);
	w->keys = isatty(STDIN_FILENO);
	w->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (w->signals < 0)
		return diag_errno(d, "signalfd", errno, "signals");
	return ERR_OK;
}

/* A single key is given out without a newline while *OLD is kept. */
static void
keys_on(const struct again *w, struct termios *old)
{
	struct termios raw;

	if (!w->keys || tcgetattr(STDIN_FILENO, old) != 0)
		return;
	raw = *old;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void
keys_off(const struct again *w, const struct termios *old)
{
	if (w->keys)
		(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, old);
}

bool
again_wait(const struct again *w, unsigned seconds)
{
	struct pollfd fds[2] = { { .fd = w->signals, .events = POLLIN },
		{ .fd = w->keys ? STDIN_FILENO : -1, .events = POLLIN } };
	struct termios old;
	int got;

	memset(&old, 0, sizeof(old));
	keys_on(w, &old);
	do
		got = poll(fds, 2, (int)seconds * 1000);
	while (got < 0 && errno == EINTR);
	keys_off(w, &old);
	return got == 0;
}

void
again_end(struct again *w)
{
	if (w->signals >= 0)
		(void)close(w->signals);
	w->signals = -1;
}

void
again_put_clear(struct buf *out)
{
	if (isatty(STDOUT_FILENO))
		buf_str(out, "\x1b[H\x1b[2J\x1b[3J");
}

static bool
take_line(struct bytes *cur, struct bytes *ret)
{
	const uint8_t *end;
	struct bytes gone;

	if (cur->len == 0)
		return false;
	end = memchr(cur->ptr, '\n', cur->len);
	if (end == NULL)
		return bytes_take(cur, cur->len, ret);
	return bytes_take(cur, (size_t)(end - cur->ptr), ret) &&
	    bytes_take(cur, 1, &gone);
}

static bool
has_line(struct bytes text, struct bytes line)
{
	struct bytes one;

	while (take_line(&text, &one))
		if (bytes_equal(one, line))
			return true;
	return false;
}

static void
put_others(struct bytes of, struct bytes than, const char *mark, int64_t when,
    struct buf *out)
{
	struct bytes line;

	while (take_line(&of, &line)) {
		if (has_line(than, line))
			continue;
		text_put_rfc3339(out, when);
		buf_printf(out, " %s ", mark);
		buf_put(out, line);
		buf_str(out, "\n");
	}
}

void
again_put_changes(struct bytes before, struct bytes now, int64_t when,
    struct buf *out)
{
	put_others(before, now, "-", when, out);
	put_others(now, before, "+", when, out);
}
