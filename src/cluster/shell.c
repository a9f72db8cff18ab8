/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cluster/dialog.h"
#include "cluster/pty.h"

#define CONNECT_LIMIT 10  /* s */
#define HANDSHAKE 30      /* s */
#define SLOW_START 300    /* s */
#define TOTAL_TIMES 10    /* a command may take so many times its limit */
#define TOTAL_LEAST 600   /* s, and so long in any case */
#define SLOWLY 500        /* ms before a character: what others use */
#define WRITE_LIMIT 30000 /* ms */
#define CHUNK ((size_t)16 << 10)
#define LAST_LINES 3
#define HOST_LETTERS                                           \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" \
	"0123456789-_"

struct shell {
	const struct shell_setup *setup;
	struct pty *pty;
	struct dialog *dialog;
	struct transcript *transcript; /* of the caller, or ours */
	struct transcript *own;
	char node[INVENTORY_NAME_MAX + 1]; /* for messages */
	unsigned delay;                    /* ms */
	const struct command_table *commands;
	uint8_t chunk[CHUNK];
};

static int64_t
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- What goes wrong ------------------------------------------------------ */

/* Adds the last lines that came to what D says. */
static enum err
with_last(struct shell *s, struct diag *d)
{
	struct buf last = { 0 };
	struct diag was;

	if (d == NULL)
		return ERR_OK;
	was = *d;
	transcript_put_last(s->transcript, LAST_LINES, &last);
	if (last.len > 0 && buf_cstr(&last) != NULL)
		(void)diag_set(d, was.code, "%s: %s; last came: %s", s->node,
		    was.msg, buf_cstr(&last));
	else
		(void)diag_set(d, was.code, "%s: %s", s->node, was.msg);
	buf_clear(&last);
	return was.code;
}

/* Whether C, which was typed and did not come to its end, took effect. */
static const char *
effect(const struct shell *s, const struct command *c)
{
	if (c == NULL)
		return "";
	if (!dialog_entered(s->dialog))
		return "; nothing was run";
	return c->changes ? "; it is not known whether it took effect" : "";
}

/* What came last says of itself why a session ends. */
static bool
says_why(struct shell *s)
{
	struct buf last = { 0 };
	const char *text;
	bool says;

	transcript_put_last(s->transcript, LAST_LINES, &last);
	text = buf_cstr(&last);
	says = text != NULL &&
	    (strcasestr(text, "session") != NULL ||
		strcasestr(text, "timed out") != NULL);
	buf_clear(&last);
	return says;
}

static enum err
say_left(struct shell *s, const struct command *c, struct diag *d)
{
	if (c == NULL)
		(void)diag_set(d, ERR_IO,
		    "the connection ended before the prompt came%s",
		    says_why(s) ? "" : " (too many sessions?)");
	else if (!dialog_entered(s->dialog))
		(void)diag_set(d, ERR_IO,
		    "the session had ended (idle for too long?) before %s was "
		    "run",
		    c->id);
	else
		(void)diag_set(d, ERR_IO,
		    "the connection was lost in the middle of %s%s", c->id,
		    effect(s, c));
	return with_last(s, d);
}

static enum err
say_late(struct shell *s, const struct command *c, unsigned limit,
    struct diag *d)
{
	if (c == NULL)
		(void)diag_set(d, ERR_IO, "no prompt came within %u s", limit);
	else
		(void)diag_set(d, ERR_IO,
		    "no prompt came behind %s within %u "
		    "s%s",
		    c->id, limit, effect(s, c));
	return with_last(s, d);
}

/* ---- Typing --------------------------------------------------------------- */

static enum err
write_slowly(struct shell *s, struct bytes text, unsigned ms, struct diag *d)
{
	struct timespec pause = { .tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000 };
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; err == ERR_OK && i < text.len; i++) {
		(void)nanosleep(&pause, NULL);
		err = pty_write(s->pty, WRITE_LIMIT, bytes_of(text.ptr + i, 1),
		    d);
	}
	return err;
}

static enum err
type(struct shell *s, const struct dialog_step *step, struct diag *d)
{
	if (step->secret)
		transcript_secret(s->transcript);
	else
		transcript_typed(s->transcript, step->type);
	if (step->answer && s->delay > 0)
		return write_slowly(s, step->type, s->delay, d);
	if (step->slowly)
		return write_slowly(s, step->type, SLOWLY, d);
	return pty_write(s->pty, WRITE_LIMIT, step->type, d);
}

/* ---- To the next prompt --------------------------------------------------- */

struct limits {
	const struct command *command; /* NULL: the start */
	unsigned silent, total;        /* s */
	int64_t began, came;           /* ms */
};

/* Milliseconds until the first of what may happen without a byte. */
static unsigned
until_next(const struct limits *l, const struct dialog_step *step,
    int64_t quiet_since)
{
	int64_t t = now();
	int64_t at = l->came + (int64_t)l->silent * 1000;

	if (at > l->began + (int64_t)l->total * 1000)
		at = l->began + (int64_t)l->total * 1000;
	if (step->wait > 0 && at > quiet_since + step->wait)
		at = quiet_since + step->wait;
	return at > t ? (unsigned)(at - t) : 0;
}

static bool
is_late(const struct limits *l, unsigned *ret_limit)
{
	int64_t t = now();

	if (t - l->came >= (int64_t)l->silent * 1000) {
		*ret_limit = l->silent;
		return true;
	}
	*ret_limit = l->total;
	return t - l->began >= (int64_t)l->total * 1000;
}

/* Reads for at most MS milliseconds; *RET_CAME. */
static enum err
listen(struct shell *s, unsigned ms, bool *ret_came, struct diag *d)
{
	size_t len = 0;
	enum err err;

	err = pty_read(s->pty, ms, s->chunk, sizeof(s->chunk), &len, d);
	*ret_came = len > 0;
	if (err != ERR_OK || len == 0)
		return err;
	transcript_came(s->transcript, bytes_of(s->chunk, len));
	return dialog_came(s->dialog, bytes_of(s->chunk, len), d);
}

/* One round; *RET_DONE at the prompt. QUIET_SINCE: of the last byte in any
 * direction. */
static enum err
round_of(struct shell *s, struct limits *l, int64_t *quiet_since,
    bool *ret_done, struct diag *d)
{
	struct dialog_step step;
	unsigned limit;
	bool came;
	enum err err;

	/* what is there already, before silence is spoken of */
	err = listen(s, 0, &came, d);
	if (err != ERR_OK)
		return err;
	if (came) {
		l->came = *quiet_since = now();
		if (is_late(l, &limit))
			return say_late(s, l->command, limit, d);
	}
	err = dialog_next(s->dialog, (unsigned)(now() - *quiet_since), &step,
	    d);
	if (err != ERR_OK)
		return err;
	*ret_done = step.what == DIALOG_DONE;
	if (*ret_done)
		return ERR_OK;
	if (step.what == DIALOG_TYPE) {
		err = type(s, &step, d);
		*quiet_since = now();
		return err;
	}
	if (is_late(l, &limit))
		return say_late(s, l->command, limit, d);
	err = listen(s, until_next(l, &step, *quiet_since), &came, d);
	if (err == ERR_OK && came)
		l->came = *quiet_since = now();
	return err;
}

static enum err
go_on(struct shell *s, const struct command *c, unsigned silent, unsigned total,
    struct diag *d)
{
	struct limits l = { .command = c, .silent = silent, .total = total };
	int64_t quiet_since;
	bool done = false;
	enum err err = ERR_OK;

	l.began = l.came = quiet_since = now();
	while (err == ERR_OK && !done)
		err = round_of(s, &l, &quiet_since, &done, d);
	if (err == ERR_TRUNCATED) {
		if (dialog_left(s->dialog))
			return ERR_OK;
		return say_left(s, c, d);
	}
	/* ERR_IO has been put into words */
	if (err == ERR_SYNTAX || err == ERR_TOO_BIG)
		return with_last(s, d);
	return err;
}

/* ---- A session ------------------------------------------------------------ */

void
shell_said_clear(struct shell_said *said)
{
	buf_clear(&said->text);
	said->failure = COMMAND_WORKED;
}

static enum err
run(struct shell *s, const struct command *c, const struct command_arg *args,
    size_t num, struct shell_said *ret, struct diag *d)
{
	unsigned total = c->limit * TOTAL_TIMES;
	enum err err;

	if (total < TOTAL_LEAST)
		total = TOTAL_LEAST;
	err = dialog_begin(s->dialog, c, args, num, d);
	if (err == ERR_OK)
		err = go_on(s, c, c->limit, total, d);
	if (err != ERR_OK)
		return err;
	buf_put(&ret->text, dialog_text(s->dialog));
	ret->failure = dialog_failure(s->dialog);
	return buf_ok(&ret->text) ? ERR_OK : diag_nomem(d);
}

/* The value of ARGS that a secret answer of C has is blanked in the transcript.
 */
static void
hide_args(struct shell *s, const struct command *c,
    const struct command_arg *args, size_t num)
{
	const struct command_ask *ask = c->asks.item;
	char place[INVENTORY_NAME_MAX];
	size_t i, j;

	for (i = 0; i < c->asks.num; i++)
		for (j = 0; ask[i].secret && j < num; j++) {
			(void)snprintf(place, sizeof(place), "{%s}",
			    args[j].name);
			if (strstr(ask[i].answer, place) != NULL)
				transcript_hide(s->transcript, 1,
				    bytes_of_str(args[j].value));
		}
}

enum err
shell_run(struct shell *s, const char *id, const struct command_arg *args,
    size_t num, struct shell_said *ret, struct diag *d)
{
	const struct command *c = command_find(s->commands, id);
	struct shell_said said = { 0 };
	enum err err;

	if (c == NULL)
		return diag_set(d, ERR_USAGE, "the table of commands has no %s",
		    id);
	hide_args(s, c, args, num);
	err = run(s, c, args, num, &said, d);
	transcript_hide(s->transcript, 1, bytes_of(NULL, 0));
	if (err == ERR_OK) {
		shell_said_clear(ret);
		*ret = said;
	} else {
		shell_said_clear(&said);
	}
	return err;
}

/* The word behind "Machine Name :" in TEXT; NULL. */
static const char *
machine_name(struct buf *text, size_t *ret_len)
{
	const char *p = buf_cstr(text);

	p = p == NULL ? NULL : strcasestr(p, "machine name");
	if (p == NULL)
		return NULL;
	p += strlen("machine name");
	p += strspn(p, " \t");
	if (*p++ != ':')
		return NULL;
	p += strspn(p, " \t");
	*ret_len = strspn(p, HOST_LETTERS); /* a domain is not compared */
	return *ret_len > 0 ? p : NULL;
}

static enum err
compare_name(struct shell *s, struct buf *text, struct diag *d)
{
	const char *want = s->setup->node, *is;
	size_t len = 0;

	is = machine_name(text, &len);
	if (is == NULL || want == NULL || strchr(want, ':') != NULL ||
	    want[strspn(want, "0123456789.")] == '\0') {
		transcript_note(s->transcript, "its name is not compared");
		return ERR_OK;
	}
	if (strcspn(want, ".") == len && strncasecmp(want, is, len) == 0)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "%s port %u says that it is %.*s, and not %s: the address or the "
	    "name in the inventory is wrong",
	    s->setup->host, s->setup->port, (int)(len > 64 ? 64 : len), is,
	    want);
}

/* At the first prompt: no paging, and whether this is the node that was meant.
 * A table without these commands, or a release that has them not, does not. */
static enum err
settle(struct shell *s, struct diag *d)
{
	struct shell_said said = { 0 };
	enum err err = ERR_OK;

	if (command_find(s->commands, "pagination-off") != NULL)
		err = shell_run(s, "pagination-off", NULL, 0, &said, d);
	if (err == ERR_OK && command_find(s->commands, "show-myself") != NULL)
		err = shell_run(s, "show-myself", NULL, 0, &said, d);
	if (err == ERR_OK)
		err = compare_name(s, &said.text, d);
	shell_said_clear(&said);
	return err;
}

static enum err
connect_pty(struct shell *s, const struct shell_setup *setup, unsigned start,
    struct diag *d)
{
	struct pty_setup p = {
		.host = setup->host,
		.port = setup->port,
		.user = setup->ssh->user,
		.key = setup->ssh->key,
		.password = setup->password,
		.host_key = setup->ssh->host_key,
		.known_hosts = setup->known_hosts,
		.legacy = setup->ssh->legacy,
		.connect_limit = 1000 *
		    (setup->connect_limit != 0 ? setup->connect_limit
					       : CONNECT_LIMIT),
		.agree_limit = 1000 *
		    (setup->ssh->handshake != 0 ? setup->ssh->handshake
						: HANDSHAKE),
		.login_limit = start * 1000,
		.trust = setup->trust,
		.arg = setup->arg,
	};
	enum err err;

	transcript_note(s->transcript, "%s port %u, user %s", p.host, p.port,
	    p.user);
	err = pty_open(&p, &s->pty, d);
	if (err != ERR_OK)
		return err;
	transcript_note(s->transcript, "host key %s; %s", pty_host_key(s->pty),
	    pty_agreed(s->pty));
	if (*pty_weak(s->pty) != '\0')
		transcript_note(s->transcript, "no longer safe: %s",
		    pty_weak(s->pty));
	return ERR_OK;
}

static enum err
set_up(struct shell *s, const struct shell_setup *setup, struct diag *d)
{
	unsigned start = setup->ssh->slow_start != 0 ? setup->ssh->slow_start
						     : SLOW_START;
	enum err err;

	s->setup = setup;
	s->commands = setup->commands;
	s->delay = setup->ssh->delay;
	(void)snprintf(s->node, sizeof(s->node), "%s",
	    setup->node != NULL ? setup->node : setup->host);
	s->transcript = setup->transcript;
	if (s->transcript == NULL) {
		err = transcript_new(0, &s->own, d);
		if (err != ERR_OK)
			return err;
		s->transcript = s->own;
	}
	if (setup->password != NULL)
		transcript_hide(s->transcript, 0,
		    secret_bytes(setup->password));
	err = dialog_new(s->commands, setup->ssh->prompt, &s->dialog, d);
	if (err == ERR_OK)
		err = connect_pty(s, setup, start, d);
	if (err == ERR_OK)
		err = go_on(s, NULL, start, start, d);
	if (err == ERR_OK)
		err = settle(s, d);
	return err;
}

enum err
shell_open(const struct shell_setup *setup, struct shell **ret, struct diag *d)
{
	struct shell *s = calloc(1, sizeof(*s));
	enum err err;

	if (s == NULL)
		return diag_nomem(d);
	err = set_up(s, setup, d);
	if (err != ERR_OK) {
		shell_close(&s);
		return err;
	}
	s->setup = NULL; /* of the caller */
	*ret = s;
	return ERR_OK;
}

const char *
shell_weak(const struct shell *s)
{
	return pty_weak(s->pty);
}

const char *
shell_host_key(const struct shell *s)
{
	return pty_host_key(s->pty);
}

void
shell_close(struct shell **s)
{
	if (*s == NULL)
		return;
	if ((*s)->transcript != NULL) {
		transcript_hide((*s)->transcript, 0, bytes_of(NULL, 0));
		transcript_hide((*s)->transcript, 1, bytes_of(NULL, 0));
	}
	pty_close(&(*s)->pty);
	dialog_free(&(*s)->dialog);
	transcript_free(&(*s)->own);
	free(*s);
	*s = NULL;
}
