/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pin.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/prompt.h"

static const struct {
	const char *env_option, *fd_option;
	size_t env, fd; /* in struct pin_opts */
} options[PIN_NUM] = {
	[PIN_USER] = { "--pin-env", "--pin-fd",
	    offsetof(struct pin_opts, user_env),
	    offsetof(struct pin_opts, user_fd) },
	[PIN_SO] = { "--so-pin-env", "--so-pin-fd",
	    offsetof(struct pin_opts, so_env),
	    offsetof(struct pin_opts, so_fd) },
	[PIN_KEY] = { "--key-pin-env", "--key-pin-fd",
	    offsetof(struct pin_opts, key_env),
	    offsetof(struct pin_opts, key_fd) },
	[PIN_NEW] = { "--new-pin-env", "--new-pin-fd",
	    offsetof(struct pin_opts, new_env),
	    offsetof(struct pin_opts, new_fd) },
	[PIN_SO_NEW] = { "--new-so-pin-env", "--new-so-pin-fd",
	    offsetof(struct pin_opts, new_so_env),
	    offsetof(struct pin_opts, new_so_fd) },
	[PIN_PASSPHRASE] = { "--passphrase-env", "--passphrase-fd",
	    offsetof(struct pin_opts, passphrase_env),
	    offsetof(struct pin_opts, passphrase_fd) },
};

static const char *
option_at(const struct pin_opts *o, size_t at)
{
	const char *value;

	memcpy(&value, (const char *)o + at, sizeof(value));
	return value;
}

static enum err
take_fd(const char *option, const char *text, int *ret, struct diag *d)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    n > 1 << 20 || fcntl((int)n, F_GETFD) == -1)
		return diag_set(d, ERR_USAGE,
		    "%s wants the number of an open file descriptor, not '%s'",
		    option, text);
	*ret = (int)n;
	return ERR_OK;
}

static enum err
init_one(struct pin_source *s, const struct pin_opts *o, enum pin_which w,
    struct diag *d)
{
	const char *env = option_at(o, options[w].env);
	const char *fd = option_at(o, options[w].fd);
	enum err e = ERR_OK;

	s->fd = -1;
	if (env != NULL && fd != NULL)
		return diag_set(d, ERR_USAGE,
		    "%s and %s both give a PIN; name one",
		    options[w].env_option, options[w].fd_option);
	if (fd != NULL)
		return take_fd(options[w].fd_option, fd, &s->fd, d);
	if (env != NULL) {
		e = secret_from_env(&s->value, env, d);
		s->has_value = e == ERR_OK;
		if (e == ERR_ABSENT)
			e = d->code = ERR_USAGE;
	}
	return e;
}

enum err
pin_sources_init(struct pin_sources *p, const struct pin_opts *o,
    struct diag *d)
{
	enum err e = ERR_OK, one;
	struct diag other;
	int w;

	/* All of them, whatever is wrong with one: each is wiped. */
	for (w = 0; w < PIN_NUM; w++) {
		one = init_one(&p->source[w], o, (enum pin_which)w,
		    e == ERR_OK ? d : &other);
		if (e == ERR_OK)
			e = one;
	}
	return e;
}

void
pin_sources_clear(struct pin_sources *p)
{
	int w;

	for (w = 0; w < PIN_NUM; w++)
		secret_clear(&p->source[w].value);
}

static bool
is_given(const struct pin_source *s)
{
	return s->has_value || s->fd >= 0 || s->file != NULL;
}

bool
pin_sources_have(const struct pin_sources *p, enum pin_which which)
{
	return is_given(&p->source[which]);
}

enum err
pin_sources_take(struct pin_sources *p, char *uri, bool *ret_found,
    struct diag *d)
{
	struct pin_source *s = &p->source[PIN_USER];
	struct secret value = { 0 };
	enum err e;

	e = tok_uri_take_pin(uri, &value, ret_found, d);
	if (e == ERR_OK && *ret_found && is_given(s))
		e = diag_set(d, ERR_USAGE,
		    "pin-value in the URI and an option both give a PIN; use "
		    "the option");
	if (e == ERR_OK && *ret_found) {
		s->value = value;
		s->has_value = true;
	} else {
		secret_clear(&value);
	}
	return e;
}

enum err
pin_sources_file(struct pin_sources *p, const char *file, struct diag *d)
{
	struct pin_source *s = &p->source[PIN_USER];

	if (file != NULL && is_given(s))
		return diag_set(d, ERR_USAGE,
		    "pin-source in the URI and another source both give a "
		    "PIN; name one");
	s->file = file;
	return ERR_OK;
}

/* ---- Giving one ---------------------------------------------------------------- */

static enum pin_which
which_of(enum tok_pin_kind kind)
{
	switch (kind) {
	case TOK_PIN_USER:
		return PIN_USER;
	case TOK_PIN_SO:
		return PIN_SO;
	case TOK_PIN_KEY:
		return PIN_KEY;
	case TOK_PIN_SO_NEW:
		return PIN_SO_NEW;
	case TOK_PIN_USER_NEW:
	default:
		return PIN_NEW;
	}
}

static enum err
give_copy(struct pin_source *s, struct secret *ret, struct diag *d)
{
	enum err e;

	if (s->fd >= 0 && !s->has_value) {
		e = secret_read(&s->value, s->fd, d);
		s->has_value = e == ERR_OK;
		if (e != ERR_OK)
			return e;
	}
	if (s->has_value)
		return secret_set(ret, secret_bytes(&s->value), d);
	return tok_pin_source_read(s->file, ret, d);
}

static bool
was_for(const struct pin_source *s, const struct tok_info *t)
{
	return bytes_equal(tok_text_bytes(&s->serial),
		   tok_text_bytes(&t->serial)) &&
	    bytes_equal(tok_text_bytes(&s->label), tok_text_bytes(&t->label));
}

/*
 * What no person gives is given once; the PIN of a key is asked for with each
 * signature, and given to the same token as long as it is right.
 */
static enum err
give(const struct tok_pin_request *r, struct pin_source *s, struct secret *ret,
    struct diag *d)
{
	enum err e;

	if (s->used && !was_for(s, r->token))
		return diag_set(d, ERR_PIN,
		    "the PIN that was given belongs to another token; run the "
		    "command for each token by itself");
	if (s->used && r->kind != TOK_PIN_KEY)
		return diag_set(d, ERR_PIN,
		    "the PIN that was given is used once, and was");
	if (r->attempt > 1)
		return diag_set(d, ERR_PIN, "the PIN is wrong");
	e = give_copy(s, ret, d);
	if (e == ERR_OK && ret->len == 0) {
		secret_clear(ret);
		e = diag_set(d, ERR_PIN, "the PIN that was given is empty");
	}
	s->used = true;
	s->serial = r->token->serial;
	s->label = r->token->label;
	if (e != ERR_OK && e != ERR_NOMEM)
		e = d->code = ERR_PIN;
	return e;
}

static void
put_tries(struct buf *out, const struct tok_pin_request *r)
{
	bool so = r->kind == TOK_PIN_SO;

	if (!so && r->token->tries >= 0)
		buf_printf(out, ", %d %s left", r->token->tries,
		    r->token->tries == 1 ? "try" : "tries");
	else if (tok_has(r->token, so ? TOK_SO_FINAL : TOK_PIN_FINAL))
		buf_str(out, ", THE LAST TRY");
	else if (tok_has(r->token, so ? TOK_SO_LOW : TOK_PIN_LOW))
		buf_str(out, ", few tries left");
}

static const char *const questions[] = {
	[TOK_PIN_USER] = "PIN",
	[TOK_PIN_SO] = "SO PIN",
	[TOK_PIN_KEY] = "PIN for the key",
	[TOK_PIN_USER_NEW] = "New PIN",
	[TOK_PIN_SO_NEW] = "New SO PIN",
};

static void
put_question(struct buf *out, const struct tok_pin_request *r)
{
	buf_str(out, questions[r->kind]);
	if (r->kind == TOK_PIN_KEY) {
		buf_str(out, " '");
		text_put_safe(out, r->key_label);
		buf_str(out, "'");
	}
	buf_str(out, " of token '");
	text_put_safe(out, tok_text_bytes(&r->token->label));
	buf_str(out, "' (serial ");
	text_put_safe(out, tok_text_bytes(&r->token->serial));
	put_tries(out, r);
	buf_str(out, "): ");
}

static enum err
ask_twice(struct secret *pin, struct diag *d)
{
	struct secret again = { 0 };
	enum err e;

	e = prompt_secret("The same again: ", &again, d);
	if (e == ERR_OK &&
	    !bytes_equal(secret_bytes(pin), secret_bytes(&again)))
		e = diag_set(d, ERR_PIN, "the two are not the same");
	secret_clear(&again);
	return e;
}

static enum err
ask(const struct tok_pin_request *r, struct secret *ret, struct diag *d)
{
	struct secret pin = { 0 };
	struct buf text = { 0 };
	enum err e;

	put_question(&text, r);
	e = buf_cstr(&text) != NULL ? prompt_secret(buf_cstr(&text), &pin, d)
				    : diag_nomem(d);
	buf_clear(&text);
	if (e == ERR_OK &&
	    (r->kind == TOK_PIN_USER_NEW || r->kind == TOK_PIN_SO_NEW))
		e = ask_twice(&pin, d);
	if (e == ERR_OK)
		*ret = pin;
	else
		secret_clear(&pin);
	return e;
}

static enum err
can_give(const struct pin_sources *p, enum pin_which w, struct diag *d)
{
	static const char *const names[PIN_NUM] = {
		[PIN_USER] = "a PIN",
		[PIN_SO] = "the SO PIN",
		[PIN_KEY] = "the PIN of the key",
		[PIN_NEW] = "a new PIN",
		[PIN_SO_NEW] = "a new SO PIN",
		[PIN_PASSPHRASE] = "the passphrase of the file",
	};

	if (is_given(&p->source[w]) || prompt_has_terminal())
		return ERR_OK;
	return diag_set(d, ERR_PIN,
	    "%s is needed: give it with %s or %s, or run this at a terminal",
	    names[w], options[w].env_option, options[w].fd_option);
}

enum err
pin_can_give(const struct pin_sources *p, enum tok_pin_kind kind,
    struct diag *d)
{
	return can_give(p, which_of(kind), d);
}

enum err
pin_passphrase(struct pin_sources *p, const char *file, struct secret *ret,
    struct diag *d)
{
	struct pin_source *s = &p->source[PIN_PASSPHRASE];
	struct buf text = { 0 };
	enum err e;

	e = can_give(p, PIN_PASSPHRASE, d);
	if (e != ERR_OK)
		return e;
	if (is_given(s))
		return give_copy(s, ret, d);
	buf_str(&text, "Passphrase of ");
	text_put_safe(&text, bytes_of_str(file));
	buf_str(&text, ": ");
	e = buf_cstr(&text) != NULL ? prompt_secret(buf_cstr(&text), ret, d)
				    : diag_nomem(d);
	buf_clear(&text);
	return e;
}

static enum err
check_length(const struct tok_info *i, size_t len, struct diag *d)
{
	bool max = i->pin_max != TOK_UNKNOWN && i->pin_max > 0;

	if (i->pin_min != TOK_UNKNOWN && len < i->pin_min)
		return diag_set(d, ERR_PIN,
		    "the new PIN is too short: the token wants %" PRIu64
		    " characters or more",
		    i->pin_min);
	if (max && len > i->pin_max)
		return diag_set(d, ERR_PIN,
		    "the new PIN is too long: the token takes %" PRIu64
		    " characters",
		    i->pin_max);
	return ERR_OK;
}

enum err
pin_take_new(struct pin_sources *p, const struct tok_info *i,
    enum tok_pin_kind kind, struct diag *d)
{
	const struct tok_pin_request r = { .kind = kind,
		.token = i,
		.attempt = 1 };
	struct pin_source *s = &p->source[which_of(kind)];
	struct secret pin = { 0 };
	bool again;
	enum err e;

	e = pin_give(p, &r, &pin, &again, d);
	if (e == ERR_OK)
		e = check_length(i, pin.len, d);
	if (e != ERR_OK) {
		secret_clear(&pin);
		return e;
	}
	secret_clear(&s->value);
	s->value = pin;
	s->has_value = true;
	s->used = false;
	return ERR_OK;
}

enum err
pin_give(struct pin_sources *p, const struct tok_pin_request *r,
    struct secret *ret, bool *ret_again, struct diag *d)
{
	enum pin_which w = which_of(r->kind);
	enum err e;

	*ret_again = false;
	if (is_given(&p->source[w]))
		return give(r, &p->source[w], ret, d);
	e = pin_can_give(p, r->kind, d);
	if (e != ERR_OK)
		return e;
	*ret_again = true;
	return ask(r, ret, d);
}

bool
pin_wipe(char **argv, int num)
{
	struct secret pin = { 0 };
	bool found, any = false;
	struct diag other;
	int i;

	for (i = 0; i < num; i++) {
		if (strcasestr(argv[i], "pkcs11:") == NULL)
			continue;
		found = false;
		if (tok_uri_take_pin(argv[i], &pin, &found, &other) != ERR_OK)
			found = true;
		secret_clear(&pin);
		any |= found;
	}
	return any;
}
