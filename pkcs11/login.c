/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "pkcs11/ledger.h"
#include "pkcs11/names.h"

#define FAILURES_DEFAULT 2

/* A PIN that failed, kept in locked memory for the life of the library, and
 * for whom. */
struct lib_refused {
	struct lib_refused *next;
	struct buf token;
	enum tok_pin_kind kind;
	struct secret pin;
};

void
lib_put_identity(struct buf *out, const struct tok_info *i)
{
	buf_put(out, tok_text_bytes(&i->manufacturer));
	buf_str(out, "/");
	buf_put(out, tok_text_bytes(&i->serial));
}

void
login_forget(struct lib_refused *list)
{
	struct lib_refused *next;

	for (; list != NULL; list = next) {
		next = list->next;
		buf_clear(&list->token);
		secret_clear(&list->pin);
		free(list);
	}
}

/* The user's PIN and that for a key are often one, and share its tries. */
static bool
is_so(enum tok_pin_kind kind)
{
	return kind == TOK_PIN_SO || kind == TOK_PIN_SO_NEW;
}

static bool
has_failed(const struct tok *t, enum tok_pin_kind kind, struct bytes identity,
    const struct secret *pin)
{
	const struct lib_refused *r;

	for (r = t->lib->refused; r != NULL; r = r->next)
		if (r->kind == kind &&
		    bytes_equal(buf_bytes(&r->token), identity) &&
		    bytes_equal(secret_bytes(&r->pin), secret_bytes(pin)))
			return true;
	return false;
}

/* Takes PIN over. */
static enum err
remember(struct tok *t, enum tok_pin_kind kind, struct bytes identity,
    struct secret *pin, struct diag *d)
{
	struct lib_refused *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return diag_nomem(d);
	buf_put(&r->token, identity);
	r->kind = kind;
	r->pin = *pin;
	memset(pin, 0, sizeof(*pin));
	r->next = t->lib->refused;
	t->lib->refused = r;
	return buf_ok(&r->token) ? ERR_OK : diag_nomem(d);
}

/* ---- May a PIN be sent? ------------------------------------------------------ */

struct login_flags {
	enum tok_flag low, final, locked, change;
};

static const struct login_flags user_flags = { TOK_PIN_LOW, TOK_PIN_FINAL,
	TOK_PIN_LOCKED, TOK_PIN_CHANGE };
static const struct login_flags so_flags = { TOK_SO_LOW, TOK_SO_FINAL,
	TOK_SO_LOCKED, TOK_SO_CHANGE };

static const struct login_flags *
flags_for(enum tok_pin_kind kind)
{
	return is_so(kind) ? &so_flags : &user_flags;
}

static bool
is_locked(const struct tok_info *i, enum tok_pin_kind kind)
{
	return tok_has(i, flags_for(kind)->locked) ||
	    (!is_so(kind) && i->tries == 0);
}

static bool
is_final(const struct tok_info *i, enum tok_pin_kind kind)
{
	return tok_has(i, flags_for(kind)->final) ||
	    (!is_so(kind) && i->tries == 1);
}

/* The token tells how its PIN stands. */
static bool
shows_flags(const struct tok_info *i, enum tok_pin_kind kind)
{
	return tok_has(i, flags_for(kind)->low) || is_final(i, kind) ||
	    is_locked(i, kind) || (!is_so(kind) && i->tries >= 0);
}

static const char *
whose(enum tok_pin_kind kind)
{
	return is_so(kind) ? "SO PIN" : "PIN";
}

static enum err
refuse_locked(enum tok_pin_kind kind, struct diag *d)
{
	return diag_set(d, ERR_PIN, "the %s of the token is locked%s",
	    whose(kind),
	    is_so(kind) ? ""
			: "; with the SO PIN, `ctlsmith token pin unblock` "
			  "sets a new one");
}

static enum err
check_flags(const struct tok *t, const struct login_try *y, struct diag *d)
{
	const struct tok_info *i = &t->info;

	/* Tokens without any PIN yet show all kinds of SO flags. */
	if (is_so(y->kind) && !tok_has(i, TOK_INITIALISED))
		return ERR_OK;
	if (is_locked(i, y->kind))
		return refuse_locked(y->kind, d);
	if (tok_has(i, flags_for(y->kind)->change) && !y->changes)
		return diag_set(d, ERR_PIN,
		    "the %s of the token must be changed first, with "
		    "`ctlsmith token pin change%s`",
		    whose(y->kind), is_so(y->kind) ? " --so" : "");
	if (!is_so(y->kind) && !tok_has(i, TOK_PIN_SET) &&
	    tok_has(i, TOK_INITIALISED))
		return diag_set(d, ERR_PIN,
		    "the token has no PIN yet; `ctlsmith token pin reset` "
		    "sets one");
	if (is_final(i, y->kind) && !t->lib->setup->final_try)
		return diag_set(d, ERR_PIN,
		    "one try is left before the %s locks; --final-try uses "
		    "it",
		    whose(y->kind));
	return ERR_OK;
}

static enum err
check_ledger(const struct tok *t, const struct login_try *y, struct ledger *l,
    struct diag *d)
{
	unsigned limit = t->lib->setup->pin_failures;
	struct buf when = { 0 };

	if (limit == 0)
		limit = FAILURES_DEFAULT;
	if (shows_flags(&t->info, y->kind)) {
		if (!ledger_flags_seen(l) && ledger_saw_flags(l, d) != ERR_OK)
			return d->code;
		return ERR_OK;
	}
	if (ledger_flags_seen(l) || ledger_failures(l) < limit ||
	    t->lib->setup->final_try)
		return ERR_OK;
	text_put_rfc3339(&when, ledger_last(l));
	diag_set(d, ERR_PIN,
	    "%u logins with a wrong %s since the last good one (the last at "
	    "%s), and this token does not tell how many tries are left; "
	    "--final-try goes on all the same",
	    ledger_failures(l), whose(y->kind),
	    buf_cstr(&when) != NULL ? buf_cstr(&when) : "");
	buf_clear(&when);
	return ERR_PIN;
}

/* Reads the flags afresh and opens the ledger; ERR_PIN where no PIN may be
 * sent. */
static enum err
may_try(struct tok *t, const struct login_try *y, struct ledger **ret,
    struct diag *d)
{
	struct buf identity = { 0 };
	struct ledger *l = NULL;
	enum err e;

	e = tok_refresh(t, d);
	if (e == ERR_OK)
		e = check_flags(t, y, d);
	if (e != ERR_OK)
		return e;
	lib_put_identity(&identity, &t->info);
	if (!buf_ok(&identity))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = ledger_open(t->lib->setup->state, buf_bytes(&identity),
		    is_so(y->kind) ? "so" : "user", &l, d);
	if (e == ERR_OK)
		e = check_ledger(t, y, l, d);
	buf_clear(&identity);
	if (e == ERR_OK)
		*ret = l;
	else
		ledger_close(&l);
	return e;
}

/* ---- One attempt ---------------------------------------------------------------- */

/* What the module answered without looking at the PIN. */
static bool
was_not_judged(CK_RV rv)
{
	static const CK_RV list[] = { CKR_USER_ALREADY_LOGGED_IN,
		CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
		CKR_USER_PIN_NOT_INITIALIZED, CKR_USER_TYPE_INVALID,
		CKR_OPERATION_NOT_INITIALIZED, CKR_OPERATION_ACTIVE,
		CKR_SESSION_READ_ONLY_EXISTS, CKR_SESSION_READ_ONLY,
		CKR_SESSION_READ_WRITE_SO_EXISTS, CKR_SESSION_EXISTS,
		CKR_SESSION_COUNT, CKR_FUNCTION_CANCELED,
		CKR_FUNCTION_NOT_SUPPORTED, CKR_CRYPTOKI_NOT_INITIALIZED };
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (rv == list[i])
			return true;
	return false;
}

/* The token went away meanwhile. It may have judged the PIN, which stays
 * counted; whether it was wrong nobody knows. */
static bool
is_unknown(CK_RV rv)
{
	return rv == CKR_SESSION_HANDLE_INVALID || rv == CKR_SESSION_CLOSED ||
	    rv == CKR_TOKEN_NOT_PRESENT;
}

static bool
is_wrong_pin(CK_RV rv)
{
	return rv == CKR_PIN_INCORRECT || rv == CKR_PIN_INVALID ||
	    rv == CKR_PIN_LEN_RANGE;
}

/* Says, beside that a PIN was wrong, how many tries are left. */
static void
add_tries(struct tok *t, const struct login_try *y, struct diag *d)
{
	struct diag other = *d;
	struct tok_info now;
	char left[80] = "";

	lib_read_token(t->module, t->slot, session_handle(&t->own), &now);
	if (now.trouble.code != ERR_OK)
		return;
	if (is_locked(&now, y->kind))
		(void)snprintf(left, sizeof(left), "; it is locked now");
	else if (is_final(&now, y->kind))
		(void)snprintf(left, sizeof(left),
		    "; one try is left before it locks");
	else if (!is_so(y->kind) && now.tries > 0)
		(void)snprintf(left, sizeof(left), "; %d tries are left",
		    now.tries);
	diag_set(d, other.code, "%.200s%s", other.msg, left);
	d->api = other.api;
	d->native = other.native;
}

/* Sends the PIN, which is in the ledger before. *RET_RV is what came back. */
static enum err
send_pin(struct tok *t, const struct login_try *y, struct ledger *l,
    struct bytes pin, CK_RV *ret_rv, struct diag *d)
{
	struct diag other;
	enum err e;

	e = ledger_attempt(l, (int64_t)time(NULL), d);
	if (e != ERR_OK)
		return e;
	*ret_rv = y->send(y->arg, pin);
	if (*ret_rv == CKR_OK)
		return ledger_good(l, d);
	e = rv_fail(d, y->api, *ret_rv);
	if (!was_not_judged(*ret_rv))
		add_tries(t, y, d);
	else if (ledger_undo(l, &other) != ERR_OK)
		lib_tell(t->lib, TOK_TELL_WARNING, "%s", other.msg);
	return e;
}

static enum err
ask(struct tok *t, const struct login_try *y, unsigned attempt,
    struct secret *ret, bool *ret_again, struct diag *d)
{
	const struct tok_owner *o = t->lib->setup->owner;
	struct tok_pin_request r = { y->kind, &t->info, y->key_label, attempt };

	if (o == NULL || o->pin == NULL)
		return diag_set(d, ERR_PIN, "a PIN is needed");
	return o->pin(o->arg, &r, ret, ret_again, d);
}

static enum err
refuse_same(struct diag *d)
{
	return diag_set(d, ERR_PIN,
	    "this PIN was refused by the token before, and is not sent again");
}

static enum err
by_pinpad(struct tok *t, const struct login_try *y, struct diag *d)
{
	struct ledger *l = NULL;
	CK_RV rv = CKR_OK;
	enum err e = ERR_OK;

	if (y->ready != NULL)
		e = y->ready(y->arg, d);
	if (e == ERR_OK)
		e = may_try(t, y, &l, d);
	if (e != ERR_OK)
		return e;
	lib_tell(t->lib, TOK_TELL_WAITING,
	    "the %s is to be typed at the "
	    "token",
	    whose(y->kind));
	e = send_pin(t, y, l, bytes_of(NULL, 0), &rv, d);
	ledger_close(&l);
	return e;
}

/* Asks, and sends what it got. *RET_AGAIN: it was wrong, and whoever gave it
 * may give another. */
static enum err
by_answer(struct tok *t, const struct login_try *y, unsigned attempt,
    bool *ret_again, struct diag *d)
{
	struct buf identity = { 0 };
	struct secret pin = { 0 };
	struct ledger *l = NULL;
	CK_RV rv = CKR_OK;
	bool again = false;
	enum err e;

	lib_put_identity(&identity, &t->info);
	e = buf_ok(&identity) ? ask(t, y, attempt, &pin, &again, d)
			      : diag_nomem(d);
	if (e == ERR_OK && pin.page == NULL)
		e = diag_set(d, ERR_PIN, "a PIN is needed");
	if (e != ERR_OK)
		goto out;
	if (has_failed(t, y->kind, buf_bytes(&identity), &pin)) {
		*ret_again = again;
		e = refuse_same(d);
		goto out;
	}
	if (y->ready != NULL)
		e = y->ready(y->arg, d);
	/* The person may have taken a while. */
	if (e == ERR_OK)
		e = may_try(t, y, &l, d);
	if (e == ERR_OK)
		e = send_pin(t, y, l, secret_bytes(&pin), &rv, d);
	*ret_again = again && is_wrong_pin(rv);
	if (rv != CKR_OK && !was_not_judged(rv) && !is_unknown(rv) &&
	    remember(t, y->kind, buf_bytes(&identity), &pin, d) != ERR_OK)
		*ret_again = false;
out:
	ledger_close(&l);
	secret_clear(&pin);
	buf_clear(&identity);
	return e;
}

static enum err
ask_and_send(struct tok *t, const struct login_try *y, struct diag *d)
{
	struct ledger *l = NULL;
	unsigned attempt;
	bool again = true;
	enum err e = ERR_OK;

	for (attempt = 1; again; attempt++) {
		again = false;
		/* Nobody is asked for a PIN that may not be sent. */
		e = may_try(t, y, &l, d);
		ledger_close(&l);
		if (e != ERR_OK)
			return e;
		if (tok_has(&t->info, TOK_PINPAD))
			return by_pinpad(t, y, d);
		e = by_answer(t, y, attempt, &again, d);
		if (again)
			lib_tell(t->lib, TOK_TELL_WARNING, "%s", d->msg);
	}
	return e;
}

/* Threads that sign with a key that asks for each use come at once. */
enum err
login_by_pin(struct tok *t, const struct login_try *y, struct diag *d)
{
	enum err e;

	(void)pthread_mutex_lock(&t->lib->pin);
	e = ask_and_send(t, y, d);
	(void)pthread_mutex_unlock(&t->lib->pin);
	return e;
}

enum err
login_new_pin(struct tok *t, enum tok_pin_kind kind, struct secret *ret,
    struct diag *d)
{
	const struct login_try y = { .kind = kind };
	uint64_t min = t->info.pin_min, max = t->info.pin_max;
	bool again;
	enum err e;

	if (min == 0 || min == TOK_UNKNOWN)
		min = 1;
	if (max == 0)
		max = TOK_UNKNOWN;

	e = ask(t, &y, 1, ret, &again, d);
	if (e != ERR_OK)
		return e;
	if (ret->len < min || ret->len > max) {
		e = diag_set(d, ERR_PIN,
		    ret->len < min
			? "the new %s is too short: the token wants %llu "
			  "characters or more"
			: "the new %s is too long: the token takes %llu "
			  "characters",
		    whose(kind),
		    (unsigned long long)(ret->len < min ? min : max));
		secret_clear(ret);
	}
	return e;
}

/* ---- Logging in -------------------------------------------------------------------- */

static CK_RV
send_login(void *arg, struct bytes pin)
{
	struct tok *t = arg;

	return p11_login(&t->module->p11, t->own.handle,
	    t->who == TOK_SO ? CKU_SO : CKU_USER, pin);
}

static void
log_out(struct tok *t)
{
	if (t->logged_in && t->own.open)
		(void)p11_logout(&t->module->p11, t->own.handle);
	t->logged_in = false;
}

enum err
login_whatever(struct tok *t, enum tok_user who, struct diag *d)
{
	const struct login_try y = {
		.kind = who == TOK_SO ? TOK_PIN_SO : TOK_PIN_USER,
		.api = "C_Login",
		.send = send_login,
		.arg = t,
	};
	enum err e;

	if (t->logged_in && t->who == who)
		return ERR_OK;
	log_out(t);
	e = session_ready(&t->own, d);
	if (e != ERR_OK)
		return e;
	t->who = who;
	e = login_by_pin(t, &y, d);
	if (e != ERR_OK)
		session_close(&t->own);
	t->logged_in = e == ERR_OK;
	return e;
}

enum err
tok_login(struct tok *t, enum tok_user who, struct diag *d)
{
	if (who == TOK_USER && !tok_has(&t->info, TOK_LOGIN) &&
	    !(t->logged_in && t->who == TOK_SO))
		return ERR_OK;
	return login_whatever(t, who, d);
}

enum err
login_so_with(struct tok *t, struct bytes pin, struct diag *d)
{
	const struct login_try y = {
		.kind = TOK_PIN_SO,
		.api = "C_Login",
		.send = send_login,
		.arg = t,
	};
	struct ledger *l = NULL;
	CK_RV rv = CKR_OK;
	enum err e;

	login_end(t);
	e = session_ready(&t->own, d);
	if (e != ERR_OK)
		return e;
	t->who = TOK_SO;
	if (pin.ptr == NULL)
		e = by_pinpad(t, &y, d);
	else
		e = may_try(t, &y, &l, d);
	if (e == ERR_OK && pin.ptr != NULL)
		e = send_pin(t, &y, l, pin, &rv, d);
	ledger_close(&l);
	t->logged_in = e == ERR_OK;
	return e;
}

static void
forget_failed(struct tok *t, enum tok_pin_kind kind, struct bytes identity)
{
	struct lib_refused **at = &t->lib->refused, *r;

	while ((r = *at) != NULL) {
		if (is_so(r->kind) == is_so(kind) &&
		    bytes_equal(buf_bytes(&r->token), identity)) {
			*at = r->next;
			r->next = NULL;
			login_forget(r);
		} else {
			at = &r->next;
		}
	}
}

enum err
login_changed(struct tok *t, enum tok_pin_kind kind, struct diag *d)
{
	struct buf identity = { 0 };
	struct ledger *l = NULL;
	enum err e;

	lib_put_identity(&identity, &t->info);
	e = buf_ok(&identity)
	    ? ledger_open(t->lib->setup->state, buf_bytes(&identity),
		  is_so(kind) ? "so" : "user", &l, d)
	    : diag_nomem(d);
	if (e == ERR_OK)
		e = ledger_good(l, d);
	if (e == ERR_OK)
		forget_failed(t, kind, buf_bytes(&identity));
	ledger_close(&l);
	buf_clear(&identity);
	return e;
}

void
login_end(struct tok *t)
{
	log_out(t);
	session_close(&t->own);
}

bool
tok_logged_in(const struct tok *t)
{
	return t->logged_in;
}
