/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#define LINE_MAX_LEN 1000

/* A terminal while a person types. */
struct prompt {
	int tty, signals;
	sigset_t mask, before;
	struct termios saved;
	bool quiet; /* without echo */
};

bool
prompt_has_terminal(void)
{
	int fd;

	if (!isatty(STDIN_FILENO) && !isatty(STDERR_FILENO))
		return false;
	fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

static void
set_echo(struct prompt *p, bool on)
{
	struct termios t = p->saved;

	if (!p->quiet)
		return;
	if (!on) {
		t.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
		t.c_lflag |= ECHONL;
	}
	(void)tcsetattr(p->tty, TCSAFLUSH, &t);
}

/* The signals that would leave a terminal without echo are held back, and
 * show at a descriptor. */
static enum err
prompt_begin(struct prompt *p, bool quiet, struct diag *d)
{
	static const int held[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
	size_t i;

	p->quiet = quiet;
	p->tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (p->tty < 0 || tcgetattr(p->tty, &p->saved) != 0) {
		if (p->tty >= 0)
			(void)close(p->tty);
		return diag_set(d, ERR_ABSENT,
		    "there is no terminal to ask at");
	}
	(void)sigemptyset(&p->mask);
	for (i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		(void)sigaddset(&p->mask, held[i]);
	(void)pthread_sigmask(SIG_BLOCK, &p->mask, &p->before);
	p->signals = signalfd(-1, &p->mask, SFD_CLOEXEC);
	set_echo(p, false);
	return ERR_OK;
}

static void
prompt_end(struct prompt *p)
{
	set_echo(p, true);
	if (p->signals >= 0)
		(void)close(p->signals);
	(void)pthread_sigmask(SIG_SETMASK, &p->before, NULL);
	(void)close(p->tty);
}

static void
say(const struct prompt *p, const char *question)
{
	size_t len = strlen(question);

	if (write(p->tty, question, len) != (ssize_t)len)
		return;
}

/* Lets a signal that came do what it does, with the terminal as it was; the
 * program may go on after it was stopped. */
static void
let_signal(struct prompt *p, const char *question)
{
	set_echo(p, true);
	(void)pthread_sigmask(SIG_SETMASK, &p->before, NULL);
	(void)pthread_sigmask(SIG_BLOCK, &p->mask, NULL);
	set_echo(p, false);
	say(p, question);
}

/* Waits until something was typed. */
static void
wait_input(struct prompt *p, const char *question)
{
	struct pollfd fds[] = { { p->tty, POLLIN, 0 },
		{ p->signals, POLLIN, 0 } };

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if ((fds[1].revents & POLLIN) != 0)
			let_signal(p, question);
		else if (fds[0].revents != 0)
			return;
	}
}

/* A signal is served between two bytes too: after Ctrl-D there is a part of a
 * line without its end. ERR_ABSENT at the end of input. */
static enum err
next_byte(struct prompt *p, const char *question, char *ret, struct diag *d)
{
	ssize_t n;

	do {
		wait_input(p, question);
		n = read(p->tty, ret, 1);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return diag_errno(d, "read", errno, "the terminal");
	if (n == 0)
		return diag_set(d, ERR_ABSENT, "nothing was typed");
	return ERR_OK;
}

enum err
prompt_secret(const char *question, struct secret *ret, struct diag *d)
{
	struct prompt p = { 0 };
	char c = '\0';
	enum err e;

	e = prompt_begin(&p, true, d);
	if (e != ERR_OK) {
		d->code = ERR_PIN;
		return ERR_PIN;
	}
	say(&p, question);
	secret_clear(ret);
	do {
		e = next_byte(&p, question, &c, d);
		if (e == ERR_OK && c != '\n')
			e = secret_add(ret, (uint8_t)c, d);
	} while (e == ERR_OK && c != '\n');
	explicit_bzero(&c, sizeof(c));
	prompt_end(&p);
	if (e == ERR_ABSENT)
		e = ERR_OK;
	if (e != ERR_OK)
		secret_clear(ret);
	if (e == ERR_OK && ret->len == 0) {
		secret_clear(ret);
		e = diag_set(d, ERR_PIN, "no PIN was given");
	}
	return e;
}

enum err
prompt_line(const char *question, struct buf *ret, struct diag *d)
{
	size_t before = ret->len;
	struct prompt p = { 0 };
	char c = '\0';
	enum err e;

	e = prompt_begin(&p, false, d);
	if (e != ERR_OK)
		return e;
	say(&p, question);
	do {
		e = next_byte(&p, question, &c, d);
		if (e == ERR_OK && c != '\n' &&
		    ret->len - before < LINE_MAX_LEN)
			buf_u8(ret, (uint8_t)c);
	} while (e == ERR_OK && c != '\n');
	prompt_end(&p);
	if (e == ERR_ABSENT && ret->len > before)
		e = ERR_OK;
	return e == ERR_OK && !buf_ok(ret) ? diag_nomem(d) : e;
}
