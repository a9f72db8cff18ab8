/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens initialised, PINs changed and reset. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pkcs11/login.h"
#include "pkcs11/make.h"
#include "pkcs11/names.h"

#define LABEL_LEN 32

static bool
has_pinpad(const struct tok *t)
{
	return tok_has(&t->info, TOK_PINPAD);
}

static void
tell_pinpad(struct tok *t, const char *what)
{
	lib_tell(t->lib, TOK_TELL_WAITING, "the %s is to be typed at the token",
	    what);
}

static enum err
check_writable(const struct tok *t, struct diag *d)
{
	if (t->mode != TOK_WRITE)
		return diag_set(d, ERR_USAGE,
		    "the token was opened for reading alone");
	if (tok_has(&t->info, TOK_READ_ONLY))
		return diag_set(d, ERR_TOKEN, "the token is write-protected");
	return ERR_OK;
}

/* ---- A new PIN for the user --------------------------------------------------- */

/* By the SO, who is logged in. */
static enum err
give_pin(struct tok *t, bool *ret_done, struct diag *d)
{
	struct secret pin = { 0 };
	enum err e = ERR_OK;
	CK_RV rv;

	if (has_pinpad(t))
		tell_pinpad(t, "new PIN");
	else
		e = login_new_pin(t, TOK_PIN_USER_NEW, &pin, d);
	if (e == ERR_OK)
		e = session_ready(&t->own, d);
	if (e == ERR_OK) {
		rv = p11_init_pin(&t->module->p11, t->own.handle,
		    has_pinpad(t) ? bytes_of(NULL, 0) : secret_bytes(&pin));
		*ret_done = rv == CKR_OK;
		if (rv != CKR_OK)
			e = session_fail(&t->own, d, "C_InitPIN", rv);
	}
	secret_clear(&pin);
	if (e == ERR_OK)
		e = login_changed(t, TOK_PIN_USER, d);
	return e;
}

enum err
tok_pin_reset(struct tok *t, struct diag *d)
{
	struct tok_event event = { .operation = "pin-reset" };
	struct diag other;
	bool done = false;
	enum err e;

	e = check_writable(t, d);
	if (e == ERR_OK && !tok_has(&t->info, TOK_INITIALISED))
		e = diag_set(d, ERR_TOKEN,
		    "the token is not initialised; `ctlsmith token init` does "
		    "that");
	if (e != ERR_OK)
		return e;
	e = tok_login(t, TOK_SO, d);
	if (e == ERR_OK)
		e = give_pin(t, &done, d);
	login_end(t);
	/* Its flags are others now. */
	(void)(tok_refresh(t, &other) == ERR_OK);
	e = lib_event(t, &event, e, d);
	if (e != ERR_OK && done)
		make_add(d, "; the PIN is the new one all the same");
	return e;
}

/* ---- A PIN changed -------------------------------------------------------------- */

struct change {
	struct tok *tok;
	enum tok_user who;
	struct secret new;
	CK_RV refused; /* what the token has against the new PIN */
	bool done;
};

/* The new one is asked for once, after the old. */
static enum err
ask_new(void *arg, struct diag *d)
{
	struct change *c = arg;

	if (c->new.page != NULL || has_pinpad(c->tok))
		return ERR_OK;
	return login_new_pin(c->tok,
	    c->who == TOK_SO ? TOK_PIN_SO_NEW : TOK_PIN_USER_NEW, &c->new, d);
}

/*
 * PKCS#11 changes the PIN of whoever is logged in, or the user's where nobody
 * is. The SO logs in for it with the PIN that goes.
 */
static CK_RV
send_change(void *arg, struct bytes old)
{
	struct change *c = arg;
	const struct p11 *p = &c->tok->module->p11;
	struct bytes new = bytes_of(NULL, 0);
	CK_RV rv = CKR_OK;

	if (old.ptr != NULL)
		new = secret_bytes(&c->new);
	if (c->who == TOK_SO)
		rv = p11_login(p, c->tok->own.handle, CKU_SO, old);
	if (rv != CKR_OK)
		return rv;
	c->tok->logged_in = c->who == TOK_SO;
	rv = p11_set_pin(p, c->tok->own.handle, old, new);
	if (rv == CKR_PIN_INVALID || rv == CKR_PIN_LEN_RANGE) {
		/* It speaks of the new PIN: the old one was not judged. */
		c->refused = rv;
		return CKR_FUNCTION_CANCELED;
	}
	c->done = rv == CKR_OK;
	return rv;
}

static enum err
change(struct change *c, struct diag *d)
{
	const struct login_try y = {
		.kind = c->who == TOK_SO ? TOK_PIN_SO : TOK_PIN_USER,
		.changes = true,
		.api = "C_SetPIN",
		.ready = ask_new,
		.send = send_change,
		.arg = c,
	};
	enum err e;

	login_end(c->tok);
	c->tok->who = c->who;
	e = session_ready(&c->tok->own, d);
	if (e != ERR_OK)
		return e;
	e = login_by_pin(c->tok, &y, d);
	if (e != ERR_OK && c->refused != CKR_OK) {
		(void)rv_fail(d, "C_SetPIN", c->refused);
		make_add(d, "; the old PIN holds");
		e = d->code = ERR_PIN;
	}
	return e == ERR_OK ? login_changed(c->tok, y.kind, d) : e;
}

enum err
tok_pin_change(struct tok *t, enum tok_user who, struct diag *d)
{
	struct tok_event event = { .operation = "pin-change",
		.purpose = who == TOK_SO ? "SO PIN" : "PIN" };
	struct change c = { .tok = t, .who = who };
	struct diag other;
	enum err e;

	e = check_writable(t, d);
	if (e != ERR_OK)
		return e;
	e = change(&c, d);
	secret_clear(&c.new);
	login_end(t);
	(void)(tok_refresh(t, &other) == ERR_OK);
	e = lib_event(t, &event, e, d);
	if (e != ERR_OK && c.done)
		make_add(d, "; the PIN is the new one all the same");
	return e;
}

/* ---- A token initialised ----------------------------------------------------------- */

struct init {
	struct tok *tok;
	/* 32 bytes with blanks at the end; the NUL is for p11-kit's remoting,
	 * which takes it for a string. */
	CK_UTF8CHAR label[LABEL_LEN + 1];
	struct tok_text wanted;
	struct secret so; /* the PIN that it was done with */
	struct lib_slot *before;
	size_t num_before;
	bool tried, done; /* the token is initialised anew */
	bool has_pin;
};

static enum err
set_label(struct init *i, struct bytes label, struct diag *d)
{
	size_t n = label.len;

	if (n == 0 || n > LABEL_LEN || !text_is_utf8(label))
		return diag_set(d, ERR_USAGE,
		    "the label of a token is 1 to %d bytes of UTF-8",
		    LABEL_LEN);
	memset(i->label, ' ', LABEL_LEN);
	memcpy(i->label, label.ptr, n);
	/* As it is read again. */
	while (n > 0 && (label.ptr[n - 1] == ' ' || label.ptr[n - 1] == '\0'))
		n--;
	memcpy(i->wanted.byte, label.ptr, n);
	i->wanted.len = n;
	return n > 0 ? ERR_OK : diag_set(d, ERR_USAGE, "the label is blank");
}

static CK_RV
send_init(void *arg, struct bytes pin)
{
	struct init *i = arg;
	struct diag d;
	CK_RV rv;

	rv = p11_init_token(&i->tok->module->p11, i->tok->slot, pin, i->label);
	i->tried = true;
	i->done = rv == CKR_OK;
	/* Without it the SO is asked once more. */
	if (i->done && pin.ptr != NULL && i->so.page == NULL)
		(void)(secret_set(&i->so, pin, &d) == ERR_OK);
	return rv;
}

/* One that has been put in meanwhile, and is not blank, has something to lose:
 * with the PIN of the first one, where people give all of them the same. */
static enum err
check_blank(struct tok *t, struct diag *d)
{
	enum err e = tok_refresh(t, d);

	if (e == ERR_OK && tok_has(&t->info, TOK_INITIALISED))
		e = diag_set(d, ERR_TOKEN,
		    "the token has been initialised meanwhile, or is another "
		    "one: begin anew");
	return e;
}

/* One that has never been initialised has no PIN that could be wrong. */
static enum err
init_first(struct init *i, struct diag *d)
{
	struct bytes pin = bytes_of(NULL, 0);
	enum err e = ERR_OK;
	CK_RV rv;

	if (has_pinpad(i->tok))
		tell_pinpad(i->tok, "new SO PIN");
	else
		e = login_new_pin(i->tok, TOK_PIN_SO_NEW, &i->so, d);
	if (e == ERR_OK)
		e = check_blank(i->tok, d);
	if (e != ERR_OK)
		return e;
	if (i->so.page != NULL)
		pin = secret_bytes(&i->so);
	rv = send_init(i, pin);
	return rv == CKR_OK ? ERR_OK : rv_fail(d, "C_InitToken", rv);
}

static enum err
init_again(struct init *i, struct diag *d)
{
	const struct login_try y = {
		.kind = TOK_PIN_SO,
		.changes = true,
		.api = "C_InitToken",
		.send = send_init,
		.arg = i,
	};

	return login_by_pin(i->tok, &y, d);
}

static bool
same(const struct tok_text *a, const struct tok_text *b)
{
	return bytes_equal(tok_text_bytes(a), tok_text_bytes(b));
}

static bool
was_there(const struct init *i, const struct lib_slot *s)
{
	size_t n;

	for (n = 0; n < i->num_before; n++) {
		const struct tok_info *b = &i->before[n].info;

		if (b->trouble.code == ERR_OK &&
		    i->before[n].module == s->module &&
		    same(&b->serial, &s->info.serial) &&
		    same(&b->label, &s->info.label))
			return true;
	}
	return false;
}

/* It is still where it was, with the serial number that it had. */
static bool
stayed(const struct init *i, const struct lib_slot *s)
{
	const struct tok *t = i->tok;

	return s->module == t->module && s->id == t->slot &&
	    t->info.serial.len > 0 && same(&s->info.serial, &t->info.serial);
}

static bool
may_be_it(const struct init *i, const struct lib_slot *s)
{
	return s->info.trouble.code == ERR_OK &&
	    tok_has(&s->info, TOK_INITIALISED) && s->module == i->tok->module &&
	    same(&s->info.label, &i->wanted) &&
	    (stayed(i, s) || !was_there(i, s));
}

static void
take(struct tok *t, const struct lib_slot *s)
{
	t->slot = s->id;
	t->info = s->info;
}

/* Slot and serial number may be others now (SoftHSM). */
static enum err
find_again(struct init *i, struct diag *d)
{
	struct lib_slot *slots = NULL;
	size_t n, num = 0, at = 0, matching = 0;
	bool certain = false;
	enum err e;

	e = lib_scan(i->tok->lib, &slots, &num, d);
	if (e != ERR_OK)
		return e;
	for (n = 0; n < num && !certain; n++) {
		if (!may_be_it(i, &slots[n]))
			continue;
		certain = stayed(i, &slots[n]);
		matching = certain ? 1 : matching + 1;
		at = n;
	}
	if (matching == 1)
		take(i->tok, &slots[at]);
	else
		e = diag_set(d, ERR_TOKEN,
		    matching == 0
			? "the token is not found again under its new label"
			: "several tokens could be the new one");
	free(slots);
	return e;
}

static enum err
give_first_pin(struct init *i, struct diag *d)
{
	struct tok *t = i->tok;
	enum err e;

	if (i->so.page != NULL || has_pinpad(t))
		e = login_so_with(t,
		    i->so.page != NULL ? secret_bytes(&i->so)
				       : bytes_of(NULL, 0),
		    d);
	else
		e = tok_login(t, TOK_SO, d);
	return e == ERR_OK ? give_pin(t, &i->has_pin, d) : e;
}

/* C_InitToken may fail after the fact. */
static void
look_if_done(struct init *i)
{
	struct diag other;

	if (i->tried && !i->done && !same(&i->tok->info.label, &i->wanted))
		i->done = find_again(i, &other) == ERR_OK;
}

static enum err
init(struct init *i, bool set_pin, struct diag *d)
{
	struct diag other;
	enum err e;

	/* PKCS#11 allows it only where no session is open. */
	login_end(i->tok);
	i->tok->age++;
	e = lib_scan(i->tok->lib, &i->before, &i->num_before, d);
	if (e == ERR_OK)
		e = tok_has(&i->tok->info, TOK_INITIALISED) ? init_again(i, d)
							    : init_first(i, d);
	if (e == ERR_OK)
		e = find_again(i, d);
	else
		look_if_done(i);
	if (e == ERR_OK)
		e = login_changed(i->tok, TOK_PIN_USER, d);
	if (e == ERR_OK)
		e = login_changed(i->tok, TOK_PIN_SO, d);
	if (e == ERR_OK && set_pin)
		e = give_first_pin(i, d);
	login_end(i->tok);
	if (e == ERR_OK)
		(void)(tok_refresh(i->tok, &other) == ERR_OK);
	return e;
}

enum err
tok_init(struct tok *t, struct bytes label, bool set_pin, struct diag *d)
{
	struct tok_event event = { .operation = "token-init" };
	struct init i = { .tok = t };
	enum err e;

	e = set_label(&i, label, d);
	if (e == ERR_OK)
		e = check_writable(t, d);
	if (e != ERR_OK)
		return e;
	e = init(&i, set_pin, d);
	e = lib_event(t, &event, e, d);
	if (e != ERR_OK && i.done)
		make_add(d, "; the token is initialised all the same%s",
		    set_pin && !i.has_pin
			? ", and has no PIN yet: `ctlsmith token pin reset` "
			  "sets one"
			: "");
	secret_clear(&i.so);
	free(i.before);
	return e;
}
