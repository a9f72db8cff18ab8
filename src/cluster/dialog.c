/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/dialog.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/screen.h"

#define TAIL_MAX 1024  /* bytes in which questions, pagers, prompts are */
#define PROMPT_MAX 128 /* bytes of a prompt */
#define ASKED_MAX 2    /* times a question is answered */
#define ASKS_MAX 32    /* of one command, as command_load() has it */

/* Milliseconds without a byte. */
enum silence {
	SILENCE_KEY = 30,     /* before a pager's key, an answer */
	SILENCE_SURE = 40,    /* the prompt, and the output is known */
	SILENCE_LIKELY = 150, /* of this command any output is good */
	SILENCE_UNSURE =
	    1500,             /* it should be known, and is not; a wrong echo */
	SILENCE_START = 300,  /* the first prompt */
	SILENCE_NUDGE = 2000, /* no prompt: Enter provokes one */
	SILENCE_NUDGES = 5000,  /* each further time */
	SILENCE_PUZZLED = 1600, /* a question that nobody foresaw */
	SILENCE_ECHO = 500      /* an answer that does not come back */
};

enum state {
	STATE_OPENING, /* before the first prompt */
	STATE_READY,
	STATE_LINE,   /* the command is to be typed */
	STATE_ECHO,   /* and is to come back */
	STATE_OUTPUT, /* Enter was typed */
	STATE_ANSWER, /* an answer is being typed */
	STATE_OVER
};

/* Where something stands in the text. */
struct place {
	size_t at, len;
};

struct dialog {
	const struct command_table *table;
	regex_t prompt;
	char learnt[PROMPT_MAX + 1];
	enum state state;
	struct screen screen;
	size_t raw; /* bytes that came since the state was READY */
	unsigned nudges;
	const struct command *command;
	const struct command_arg *args;
	size_t num_args;
	struct buf typed; /* line or answer */
	size_t typed_at;  /* of an answer: typed so far */
	bool slowly;
	bool entered; /* Enter was typed behind the line */
	const struct command_ask *ask;
	unsigned char asked[ASKS_MAX];
	struct place question[ASKS_MAX]; /* when it was asked first */
	size_t searched; /* from here on the text may hold questions */
	size_t judged;   /* lines up to here were */
	struct command_verdict verdict;
	enum command_failure failure;
	uint8_t key;
};

enum err
dialog_new(const struct command_table *t, const char *prompt,
    struct dialog **ret, struct diag *diag)
{
	struct dialog *d = calloc(1, sizeof(*d));
	struct buf re = { 0 };
	enum err err = ERR_OK;

	if (d == NULL)
		return diag_nomem(diag);
	d->table = t;
	if (prompt == NULL)
		prompt = DIALOG_PROMPT;
	buf_printf(&re, "^(%s)[[:space:]]*$", prompt);
	if (buf_cstr(&re) == NULL)
		err = diag_nomem(diag);
	else if (regcomp(&d->prompt, buf_cstr(&re), REG_EXTENDED) != 0)
		err = diag_set(diag, ERR_USAGE,
		    "the prompt %s is no regular expression", prompt);
	buf_clear(&re);
	if (err != ERR_OK) {
		free(d);
		return err;
	}
	*ret = d;
	return ERR_OK;
}

/* It may be a secret. */
static void
wipe(struct buf *b)
{
	if (b->ptr != NULL)
		explicit_bzero(b->ptr, b->cap);
	b->len = 0;
}

void
dialog_free(struct dialog **d)
{
	if (*d == NULL)
		return;
	wipe(&(*d)->typed);
	regfree(&(*d)->prompt);
	screen_clear(&(*d)->screen);
	buf_clear(&(*d)->typed);
	free(*d);
	*d = NULL;
}

enum err
dialog_begin(struct dialog *d, const struct command *c,
    const struct command_arg *args, size_t num, struct diag *diag)
{
	struct buf line = { 0 };
	enum err err;

	if (d->state != STATE_READY)
		return diag_set(diag, ERR_USAGE,
		    "the command line is not at its prompt");
	err = command_line(d->table, c, args, num, &line, diag);
	if (err != ERR_OK) {
		buf_clear(&line);
		return err;
	}
	wipe(&d->typed);
	buf_clear(&d->typed);
	d->typed = line;
	d->command = c;
	d->args = args;
	d->num_args = num;
	d->ask = NULL;
	d->entered = false;
	memset(d->asked, 0, sizeof(d->asked));
	memset(&d->verdict, 0, sizeof(d->verdict));
	d->failure = COMMAND_WORKED;
	d->searched = d->judged = d->raw = 0;
	screen_drop(&d->screen, d->screen.text.len);
	d->state = STATE_LINE;
	return ERR_OK;
}

/* ---- What came ------------------------------------------------------------ */

static void
judge_lines(struct dialog *d)
{
	const struct buf *text = &d->screen.text;
	const uint8_t *nl;

	while (d->judged < d->screen.line) {
		nl = memchr(text->ptr + d->judged, '\n', text->len - d->judged);
		if (nl == NULL)
			break;
		command_line_came(d->table, d->command,
		    bytes_of(text->ptr + d->judged,
			(size_t)(nl - text->ptr) - d->judged),
		    &d->verdict);
		d->judged = (size_t)(nl - text->ptr) + 1;
	}
}

enum err
dialog_came(struct dialog *d, struct bytes in, struct diag *diag)
{
	size_t max = d->state == STATE_OPENING ? DIALOG_BANNER_MAX
					       : DIALOG_OUTPUT_MAX;

	if (in.len > max - d->raw)
		return diag_set(diag, ERR_TOO_BIG, "more than %zu MiB came %s",
		    max >> 20,
		    d->state == STATE_OPENING ? "before the prompt"
					      : "of one command");
	d->raw += in.len;
	screen_put(&d->screen, in);
	/* with a NUL behind it, which sanitizers look for whatever REG_STARTEND
	 * says */
	if (buf_cstr(&d->screen.text) == NULL)
		return diag_nomem(diag);
	if (d->state == STATE_OUTPUT || d->state == STATE_ANSWER)
		judge_lines(d);
	return ERR_OK;
}

static struct bytes
tail(const struct dialog *d)
{
	const struct buf *text = &d->screen.text;
	size_t from = d->searched;

	if (from > text->len)
		from = text->len;
	if (text->len - from > TAIL_MAX)
		from = text->len - TAIL_MAX;
	return bytes_of(text->ptr == NULL ? (const uint8_t *)""
					  : text->ptr + from,
	    text->len - from);
}

static struct bytes
trimmed(struct bytes line)
{
	while (line.len > 0 && isspace(line.ptr[line.len - 1]))
		line.len--;
	return line;
}

/* ---- The prompt ----------------------------------------------------------- */

/* How much of TEXT is the prompt that was learnt, whatever its digits: *RET_LEN.
 * False where it is not; *RET_PART where it may still become one. */
static bool
is_learnt(const struct dialog *d, struct bytes text, size_t *ret_len,
    bool *ret_part)
{
	const char *p = d->learnt;
	size_t i = 0;

	*ret_part = false;
	while (*p != '\0') {
		if (i == text.len) {
			*ret_part = true;
			return false;
		}
		if (isdigit((unsigned char)*p) && isdigit(text.ptr[i])) {
			while (isdigit((unsigned char)*p))
				p++;
			while (i < text.len && isdigit(text.ptr[i]))
				i++;
			continue;
		}
		if ((unsigned char)*p != text.ptr[i])
			return false;
		p++;
		i++;
	}
	*ret_len = i;
	return true;
}

/* The text ends in the prompt, which begins at *RET_AT. */
static bool
at_prompt(struct dialog *d, size_t *ret_at)
{
	const struct screen *s = &d->screen;
	struct bytes line;
	char copy[PROMPT_MAX + 1];
	size_t len = 0;
	bool part;

	if (s->text.len == s->anchor)
		return false;
	line = trimmed(
	    bytes_of(s->text.ptr + s->anchor, s->text.len - s->anchor));
	if (line.len == 0 || line.len > PROMPT_MAX)
		return false;
	memcpy(copy, line.ptr, line.len);
	copy[line.len] = '\0';
	if (regexec(&d->prompt, copy, 0, NULL, 0) != 0)
		return false;
	if (d->learnt[0] != '\0' &&
	    (!is_learnt(d, line, &len, &part) || len != line.len))
		return false;
	*ret_at = s->anchor;
	return true;
}

static void
learn(struct dialog *d, size_t at)
{
	struct bytes line = trimmed(
	    bytes_of(d->screen.text.ptr + at, d->screen.text.len - at));

	memcpy(d->learnt, line.ptr, line.len);
	d->learnt[line.len] = '\0';
}

/* ---- The echo of a line --------------------------------------------------- */

enum echo {
	ECHO_PART,
	ECHO_WHOLE,
	ECHO_WRONG
};

/* Drops empty lines and prompts that stand before it: a prompt may come twice,
 * or once more where Enter was typed to provoke it. */
static void
drop_prompts(struct dialog *d)
{
	const struct buf *text = &d->screen.text;
	size_t i = 0, len = 0;
	bool part = false;

	for (;;) {
		while (i < text->len && isspace(text->ptr[i]))
			i++;
		if (i == text->len)
			break;
		if (!is_learnt(d, bytes_of(text->ptr + i, text->len - i), &len,
			&part))
			break;
		i += len;
	}
	screen_drop(&d->screen, i);
}

/* A line that is too long for the terminal comes back with an end of a line, or
 * a blank and one, within. */
static enum echo
compare_echo(const struct buf *text, const struct buf *typed)
{
	size_t i = 0, j = 0;

	while (j < typed->len) {
		if (i == text->len)
			return ECHO_PART;
		if (text->ptr[i] == typed->ptr[j]) {
			i++;
			j++;
		} else if (text->ptr[i] == '\n') {
			i++;
		} else if (text->ptr[i] == ' ' && i + 1 == text->len) {
			return ECHO_PART;
		} else if (text->ptr[i] == ' ' && text->ptr[i + 1] == '\n') {
			i += 2;
		} else {
			return ECHO_WRONG;
		}
	}
	return i == text->len ? ECHO_WHOLE : ECHO_WRONG;
}

static enum echo
look_at_echo(struct dialog *d)
{
	const struct buf *text = &d->screen.text;
	size_t len;
	bool part = false;

	drop_prompts(d);
	if (text->len == 0)
		return ECHO_PART;
	if (!is_learnt(d, buf_bytes(text), &len, &part) && part)
		return ECHO_PART;
	return compare_echo(text, &d->typed);
}

/* ---- What to do ----------------------------------------------------------- */

static void
wait_for(unsigned silence, unsigned until, struct dialog_step *ret)
{
	ret->what = DIALOG_WAIT;
	if (until > silence && (ret->wait == 0 || until < ret->wait))
		ret->wait = until;
}

static void
type(struct bytes what, struct dialog_step *ret)
{
	ret->what = DIALOG_TYPE;
	ret->type = what;
}

static enum err
refuse_question(const struct dialog *d, struct diag *diag)
{
	if (d->command == NULL)
		return diag_set(diag, ERR_SYNTAX,
		    "a question came before the prompt");
	return diag_set(diag, ERR_SYNTAX,
	    "%s asks what the table of commands has no answer to",
	    d->command->id);
}

static enum err
next_opening(struct dialog *d, unsigned silence, struct dialog_step *ret,
    struct diag *diag)
{
	unsigned nudge = SILENCE_NUDGE + d->nudges * (unsigned)SILENCE_NUDGES;
	size_t at = 0;

	if (at_prompt(d, &at)) {
		if (silence < SILENCE_START) {
			wait_for(silence, SILENCE_START, ret);
			return ERR_OK;
		}
		learn(d, at);
		d->state = STATE_READY;
		ret->what = DIALOG_DONE;
		return ERR_OK;
	}
	if (silence >= SILENCE_PUZZLED && command_puzzled(d->table, tail(d)))
		return refuse_question(d, diag);
	if (silence >= nudge) {
		d->nudges++;
		type(bytes_of_str("\r"), ret);
		return ERR_OK;
	}
	wait_for(silence, SILENCE_PUZZLED, ret);
	wait_for(silence, nudge, ret);
	return ERR_OK;
}

static enum err
next_echo(struct dialog *d, unsigned silence, struct dialog_step *ret,
    struct diag *diag)
{
	switch (look_at_echo(d)) {
	case ECHO_PART:
		ret->what = DIALOG_WAIT;
		return ERR_OK;
	case ECHO_WRONG:
		/* the other side may be saying why it leaves */
		if (silence < SILENCE_UNSURE) {
			wait_for(silence, SILENCE_UNSURE, ret);
			return ERR_OK;
		}
		return diag_set(diag, ERR_SYNTAX,
		    "what was typed came back changed; Enter was not typed, so "
		    "%s did nothing",
		    d->command->id);
	case ECHO_WHOLE:
		break;
	}
	screen_drop(&d->screen, d->screen.text.len);
	screen_expect(&d->screen, bytes_of_str("\n"));
	d->state = STATE_OUTPUT;
	d->entered = true;
	type(bytes_of_str("\r"), ret);
	return ERR_OK;
}

/* Appends the answer to ASK; a secret is in no memory but that of OUT. */
static enum err
fill_in(const struct dialog *d, const struct command_ask *ask, struct buf *out,
    struct diag *diag)
{
	size_t i, room = strlen(ask->answer) + 1;

	for (i = 0; i < d->num_args; i++)
		room += strlen(d->args[i].value);
	buf_reserve(out, room);
	return command_answer(d->table, ask, d->args, d->num_args, out, diag);
}

static void
blank(struct bytes text, struct bytes secret, uint8_t *writable)
{
	const uint8_t *p, *from = text.ptr;

	while (secret.len > 0 &&
	    (p = memmem(from, text.len - (size_t)(from - text.ptr), secret.ptr,
		 secret.len)) != NULL) {
		memset(writable + (p - text.ptr), '*', secret.len);
		from = p + secret.len;
	}
}

/* A terminal, or whoever it is typed to, may have said it again. */
static enum err
blank_secrets(struct dialog *d, struct diag *diag)
{
	const struct command_ask *ask = d->command->asks.item;
	struct buf secret = { 0 };
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; err == ERR_OK && i < d->command->asks.num; i++) {
		if (!ask[i].secret || d->asked[i] == 0)
			continue;
		err = fill_in(d, &ask[i], &secret, diag);
		if (err == ERR_OK)
			blank(buf_bytes(&d->screen.text), buf_bytes(&secret),
			    d->screen.text.ptr);
		wipe(&secret);
	}
	buf_clear(&secret);
	return err;
}

/* The prompt begins at AT, behind the whole output. */
static enum err
finish(struct dialog *d, size_t at, unsigned silence, struct dialog_step *ret,
    struct diag *diag)
{
	bool known;
	unsigned enough;

	d->failure = command_verdict(d->table, d->command, &d->verdict, &known);
	if (d->verdict.worked || d->verdict.failed != 0)
		enough = SILENCE_SURE;
	else
		enough = known ? SILENCE_LIKELY : SILENCE_UNSURE;
	if (silence < enough) {
		wait_for(silence, enough, ret);
		return ERR_OK;
	}
	if (!known)
		return diag_set(diag, ERR_SYNTAX,
		    "what %s said is nothing that the table of commands knows",
		    d->command->id);
	d->screen.text.len = at;
	d->screen.line = d->screen.anchor = at;
	if (at > 0 && d->screen.text.ptr[at - 1] != '\n')
		buf_u8(&d->screen.text, '\n');
	d->state = STATE_READY;
	ret->what = DIALOG_DONE;
	return blank_secrets(d, diag);
}

/* The next N bytes of the answer come back, lines with their ends. */
static void
expect_answer(struct dialog *d, size_t n)
{
	struct buf echo = { 0 };
	size_t i;

	buf_put(&echo, bytes_of(d->typed.ptr + d->typed_at, n));
	for (i = 0; i < echo.len; i++)
		if (echo.ptr[i] == '\r')
			echo.ptr[i] = '\n';
	if (!buf_ok(&echo))
		d->typed.failed = true;
	screen_expect(&d->screen, buf_bytes(&echo));
	buf_clear(&echo);
}

static enum err
next_answer(struct dialog *d, unsigned silence, struct dialog_step *ret)
{
	size_t n = d->typed.len - d->typed_at;

	ret->answer = true;
	ret->slowly = d->slowly;
	ret->secret = d->ask->secret;
	if (d->typed_at > 0 && screen_expects(&d->screen) &&
	    silence < SILENCE_ECHO && !d->ask->secret && !d->ask->lines) {
		wait_for(silence, SILENCE_ECHO, ret);
		return ERR_OK;
	}
	if (n == 0) {
		d->state = STATE_OUTPUT;
		wipe(&d->typed);
		ret->secret = false;
		type(bytes_of_str("\r"), ret);
		return ERR_OK;
	}
	if (d->slowly)
		n = 1;
	if (!d->ask->secret)
		expect_answer(d, n);
	type(bytes_of(d->typed.ptr + d->typed_at, n), ret);
	d->typed_at += n;
	return ERR_OK;
}

/* Question number I, the last line, is not the one that was answered before. */
static bool
is_another(struct dialog *d, size_t i)
{
	const struct buf *text = &d->screen.text;
	const struct place *was = &d->question[i];
	struct place is = { d->screen.line, text->len };

	while (is.len > is.at && strchr(" ?:\n", text->ptr[is.len - 1]) != NULL)
		is.len--;
	is.len -= is.at;
	if (d->asked[i] == 0) {
		d->question[i] = is;
		return false;
	}
	return was->len != is.len || was->at + was->len > text->len ||
	    memcmp(text->ptr + was->at, text->ptr + is.at, is.len) != 0;
}

/* ASK, number I of the command's, stands at the end. */
static enum err
answer(struct dialog *d, const struct command_ask *ask, size_t i,
    struct dialog_step *ret, struct diag *diag)
{
	enum err err;

	/* a secret that is asked for again was refused */
	if (d->asked[i] >= (ask->secret ? 1 : ASKED_MAX))
		return diag_set(diag, ERR_SYNTAX,
		    "%s asks the same again and again", d->command->id);
	if (is_another(d, i))
		return diag_set(diag, ERR_SYNTAX,
		    "%s asks in other words what was answered", d->command->id);
	d->asked[i]++;
	wipe(&d->typed);
	err = fill_in(d, ask, &d->typed, diag);
	if (err != ERR_OK)
		return err;
	/* Enter is typed behind the last line, too */
	while (ask->lines && d->typed.len > 0 &&
	    d->typed.ptr[d->typed.len - 1] == '\r')
		d->typed.len--;
	d->ask = ask;
	d->slowly = ask->slowly;
	d->typed_at = 0;
	d->searched = d->screen.text.len;
	d->state = STATE_ANSWER;
	return next_answer(d, 0, ret);
}

static void
page(struct dialog *d, const struct command_pager *pager, size_t at,
    struct dialog_step *ret)
{
	d->key = (uint8_t)pager->key[0];
	screen_unpage(&d->screen, at);
	d->searched = d->screen.text.len;
	if (d->judged > d->screen.line)
		d->judged = d->screen.line;
	type(bytes_of(&d->key, 1), ret);
}

static enum err
next_output(struct dialog *d, unsigned silence, struct dialog_step *ret,
    struct diag *diag)
{
	const struct command_pager *pager;
	const struct command_ask *ask;
	struct bytes end = tail(d);
	size_t at = 0, i = 0;

	if (silence < SILENCE_KEY) {
		wait_for(silence, SILENCE_KEY, ret);
		return ERR_OK;
	}
	pager = command_paged(d->table, end, &at);
	if (pager != NULL) {
		page(d, pager, d->screen.text.len - end.len + at, ret);
		return ERR_OK;
	}
	ask = command_asked(d->table, d->command, end, &i);
	if (ask != NULL)
		return answer(d, ask, i, ret, diag);
	if (at_prompt(d, &at))
		return finish(d, at, silence, ret, diag);
	if (!command_puzzled(d->table, end)) {
		ret->what = DIALOG_WAIT;
		return ERR_OK;
	}
	if (silence >= SILENCE_PUZZLED)
		return refuse_question(d, diag);
	wait_for(silence, SILENCE_PUZZLED, ret);
	return ERR_OK;
}

enum err
dialog_next(struct dialog *d, unsigned silence, struct dialog_step *ret,
    struct diag *diag)
{
	enum err err = ERR_OK;

	memset(ret, 0, sizeof(*ret));
	switch (d->state) {
	case STATE_OPENING:
		err = next_opening(d, silence, ret, diag);
		break;
	case STATE_READY:
		ret->what = DIALOG_DONE;
		break;
	case STATE_LINE:
		d->state = STATE_ECHO;
		type(buf_bytes(&d->typed), ret);
		break;
	case STATE_ECHO:
		err = next_echo(d, silence, ret, diag);
		break;
	case STATE_OUTPUT:
		err = next_output(d, silence, ret, diag);
		break;
	case STATE_ANSWER:
		err = next_answer(d, silence, ret);
		break;
	case STATE_OVER:
		err = diag_set(diag, ERR_USAGE, "the session is over");
		break;
	}
	if (err == ERR_OK && (!buf_ok(&d->screen.text) || !buf_ok(&d->typed)))
		err = diag_nomem(diag);
	if (err != ERR_OK)
		d->state = STATE_OVER;
	return err;
}

bool
dialog_left(struct dialog *d)
{
	struct diag diag;
	bool good;

	/* a node that restarts may be gone before it has said so */
	good = d->state == STATE_OUTPUT && d->command->ends &&
	    (d->verdict.worked || d->ask != NULL) && d->verdict.failed == 0;
	if (good && d->screen.text.len > d->screen.line)
		buf_u8(&d->screen.text, '\n');
	if (good && blank_secrets(d, &diag) != ERR_OK)
		good = false;
	d->state = STATE_OVER;
	return good && buf_ok(&d->screen.text);
}

bool
dialog_entered(const struct dialog *d)
{
	return d->entered;
}

struct bytes
dialog_text(const struct dialog *d)
{
	return buf_bytes(&d->screen.text);
}

enum command_failure
dialog_failure(const struct dialog *d)
{
	return d->failure;
}

const char *
dialog_prompt(const struct dialog *d)
{
	return d->learnt;
}
