/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/token.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "pkcs11/login.h"
#include "pkcs11/names.h"
#include "pkcs11/uri.h"

static bool
same_text(const struct tok_text *a, const struct tok_text *b)
{
	return bytes_equal(tok_text_bytes(a), tok_text_bytes(b));
}

/* As far as anybody can tell. */
static bool
same_token(const struct tok_info *a, const struct tok_info *b)
{
	return same_text(&a->serial, &b->serial) &&
	    same_text(&a->label, &b->label) &&
	    same_text(&a->manufacturer, &b->manufacturer) &&
	    same_text(&a->model, &b->model);
}

/* The URI may name the module as the setup does: a .module file, say. */
static bool
matches_module(const struct tok_uri *u, const struct lib_slot *s)
{
	const struct lib_module *m = s->module;
	const char *wanted = tok_uri_module_path(u), *path = m->path;

	if (wanted != NULL && m->as != NULL && strcmp(wanted, m->as) == 0)
		path = wanted;
	return uri_matches_module(u, &m->info, m->name, path);
}

static bool
matches(const struct tok_uri *u, const struct lib_slot *s)
{
	if (s->info.trouble.code != ERR_OK)
		return false;
	return u == NULL ||
	    (uri_matches_token(u, &s->info) && matches_module(u, s));
}

static void
tell_candidates(struct tok_lib *l, const struct tok_uri *u,
    const struct lib_slot *slots, size_t num)
{
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < num; i++) {
		if (!matches(u, &slots[i]))
			continue;
		tok_put_uri(&text, &slots[i].info);
		buf_str(&text, "  (slot: ");
		buf_put(&text, tok_text_bytes(&slots[i].info.slot));
		buf_str(&text, ")");
		lib_tell(l, TOK_TELL_CANDIDATE, "%s",
		    buf_cstr(&text) != NULL ? buf_cstr(&text) : "");
		buf_clear(&text);
	}
}

static enum err
none_matches(const struct lib_slot *slots, size_t num, struct diag *d)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (slots[i].info.trouble.code != ERR_OK)
			return diag_set(d, ERR_TOKEN,
			    "no token that can be read matches; one cannot: "
			    "%.200s",
			    slots[i].info.trouble.msg);
	if (num == 0)
		return diag_set(d, ERR_TOKEN,
		    "no token is connected, or its module does not see it");
	return diag_set(d, ERR_TOKEN,
	    "no token matches; `ctlsmith token list` shows those that are "
	    "there");
}

static enum err
several_match(const struct lib_slot *a, const struct lib_slot *b,
    struct diag *d)
{
	if (same_token(&a->info, &b->info))
		return diag_set(d, ERR_TOKEN,
		    "two tokens have the same label and serial number; name "
		    "one with slot-description=, or pull the other out");
	return diag_set(d, ERR_TOKEN,
	    "several tokens match; name one, by its serial number");
}

/* The place of the one of SLOTS that U matches. */
static enum err
choose(struct tok_lib *l, const struct tok_uri *u, const struct lib_slot *slots,
    size_t num, size_t *ret, struct diag *d)
{
	size_t i, at = num;

	for (i = 0; i < num; i++) {
		if (!matches(u, &slots[i]))
			continue;
		if (at < num) {
			tell_candidates(l, u, slots, num);
			return several_match(&slots[at], &slots[i], d);
		}
		at = i;
	}
	if (at == num)
		return none_matches(slots, num, d);
	*ret = at;
	return ERR_OK;
}

static struct tok *
new_token(struct tok_lib *l, const struct lib_slot *s, enum tok_mode mode)
{
	struct tok *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->lib = l;
	t->module = s->module;
	t->slot = s->id;
	t->info = s->info;
	t->mode = mode;
	t->own.tok = t;
	return t;
}

enum err
tok_open(struct tok_lib *l, const struct tok_uri *u, enum tok_mode mode,
    struct tok **ret, struct diag *d)
{
	struct lib_slot *slots = NULL;
	struct tok *t = NULL;
	size_t at = 0, num;
	enum err e;

	e = lib_scan(l, &slots, &num, d);
	if (e != ERR_OK)
		return e;
	e = choose(l, u, slots, num, &at, d);
	if (e == ERR_OK) {
		t = new_token(l, &slots[at], mode);
		if (t == NULL)
			e = diag_nomem(d);
	}
	free(slots);
	if (e == ERR_OK)
		*ret = t;
	return e;
}

enum err
tok_open_all(struct tok_lib *l, const struct tok_uri *u, enum tok_mode mode,
    struct tok ***ret, size_t *ret_num, struct diag *d)
{
	struct lib_slot *slots = NULL;
	size_t i, num, found = 0;
	struct tok **list;
	enum err e;

	e = lib_scan(l, &slots, &num, d);
	if (e != ERR_OK)
		return e;
	list = calloc(num + 1, sizeof(struct tok *));
	if (list == NULL) {
		e = diag_nomem(d);
		goto out;
	}
	for (i = 0; e == ERR_OK && i < num; i++) {
		if (!matches(u, &slots[i]))
			continue;
		list[found] = new_token(l, &slots[i], mode);
		if (list[found++] == NULL)
			e = diag_nomem(d);
	}
	if (e == ERR_OK) {
		*ret = list;
		*ret_num = found;
	} else {
		tok_close_all(&list, found);
	}
out:
	free(slots);
	return e;
}

void
tok_close(struct tok **t)
{
	if (*t == NULL)
		return;
	if ((*t)->logged_in && (*t)->own.open)
		(void)p11_logout(&(*t)->module->p11, (*t)->own.handle);
	session_close(&(*t)->own);
	pubkey_checker_free(&(*t)->own.checker);
	free(*t);
	*t = NULL;
}

void
tok_close_all(struct tok ***t, size_t num)
{
	size_t i;

	if (*t == NULL)
		return;
	for (i = 0; i < num; i++)
		tok_close(&(*t)[i]);
	free(*t);
	*t = NULL;
}

const struct tok_info *
tok_info(const struct tok *t)
{
	return &t->info;
}

/* Other threads read the names of a token, which stay: a signature's event has
 * them, while the PIN for the next one is asked for. */
static void
take_state(struct tok_info *to, const struct tok_info *from)
{
	to->flags = from->flags;
	to->free_memory = from->free_memory;
	to->total_memory = from->total_memory;
	to->pin_min = from->pin_min;
	to->pin_max = from->pin_max;
	to->max_sessions = from->max_sessions;
	to->tries = from->tries;
	to->tries_max = from->tries_max;
}

enum err
tok_refresh(struct tok *t, struct diag *d)
{
	struct tok_info now;

	lib_read_token(t->module, t->slot, session_handle(&t->own), &now);
	if (now.trouble.code != ERR_OK) {
		*d = now.trouble;
		return d->code;
	}
	if (!same_token(&now, &t->info))
		return diag_set(d, ERR_TOKEN,
		    "another token is in the slot now; put the first one "
		    "back, or begin anew");
	take_state(&t->info, &now);
	return ERR_OK;
}

bool
tok_is_gone(const struct diag *d)
{
	return d->code == ERR_TOKEN && d->api != NULL &&
	    rv_is_gone((CK_RV)d->native);
}

enum err
tok_again(struct tok *t, struct diag *d)
{
	struct lib_slot *slots = NULL;
	size_t i, num, found = 0;
	enum err e;

	/* Where only its device failed for a moment, the module has all sessions
	 * still, and with them the login. */
	(void)p11_close_all_sessions(&t->module->p11, t->slot);
	t->own.open = false;
	t->age++;
	t->logged_in = false;
	e = lib_scan(t->lib, &slots, &num, d);
	if (e != ERR_OK)
		return e;
	for (i = 0; i < num; i++) {
		if (slots[i].info.trouble.code != ERR_OK ||
		    !same_token(&slots[i].info, &t->info))
			continue;
		t->module = slots[i].module;
		t->slot = slots[i].id;
		t->info = slots[i].info;
		found++;
	}
	free(slots);
	if (found == 1)
		return ERR_OK;
	return diag_set(d, ERR_TOKEN,
	    found == 0 ? "the token is not there"
		       : "two tokens have the same label and serial number");
}

#define WORD(id, word) word,

const char *
tok_mechanism_flag_word(enum tok_mechanism_flag f)
{
	static const char *const words[] = { TOK_MECHANISM_FLAGS(WORD) };

	return words[f];
}

const char *
tok_mechanism_name(unsigned long type)
{
	return mech_name(type);
}
