/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/make.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pkcs11/names.h"

#define NAME_MAX_LEN 255
#define NUMBER_ROOM 2100

/* ---- Templates -------------------------------------------------------------- */

/* PKCS#11 takes pointers to what it only reads. */
static void *
lend(const void *p)
{
	union {
		const void *in;
		void *out;
	} u = { p };

	return u.out;
}

void
make_put(struct make_template *t, CK_ATTRIBUTE_TYPE type, struct bytes value)
{
	if (t->num < MAKE_ROOM)
		t->item[t->num++] = (CK_ATTRIBUTE){ type, lend(value.ptr),
			value.len };
}

void
make_put_flags(struct make_template *t, const struct make_flag *f, size_t num,
    unsigned dropped)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (f[i].drop == 0 || f[i].drop > dropped)
			make_put(t, f[i].type,
			    bytes_of(&f[i].value, sizeof(f[i].value)));
}

struct p11_template
make_view(struct make_template *t)
{
	return (struct p11_template){ t->item, t->num };
}

bool
make_may_drop(CK_RV rv)
{
	static const CK_RV list[] = { CKR_TEMPLATE_INCONSISTENT,
		CKR_TEMPLATE_INCOMPLETE, CKR_ATTRIBUTE_READ_ONLY,
		CKR_ATTRIBUTE_TYPE_INVALID, CKR_ATTRIBUTE_VALUE_INVALID,
		CKR_GENERAL_ERROR, CKR_KEY_TYPE_INCONSISTENT };
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (rv == list[i])
			return true;
	return false;
}

/* ---- Before -------------------------------------------------------------------- */

enum err
make_ready(struct tok *t, struct diag *d)
{
	enum err e;

	if (t->mode != TOK_WRITE)
		return diag_set(d, ERR_USAGE,
		    "the token was opened for reading alone");
	if (!tok_has(&t->info, TOK_INITIALISED))
		return diag_set(d, ERR_TOKEN,
		    "the token is not initialised; `ctlsmith token init` does "
		    "that");
	if (tok_has(&t->info, TOK_READ_ONLY))
		return diag_set(d, ERR_TOKEN, "the token is write-protected");
	e = tok_login(t, TOK_USER, d);
	return e == ERR_OK ? session_ready(&t->own, d) : e;
}

enum err
make_check_names(struct bytes label, struct bytes id, struct diag *d)
{
	if (label.len == 0 || id.len == 0)
		return diag_set(d, ERR_USAGE,
		    "what is put on a token needs a label and an id");
	if (label.len > NAME_MAX_LEN || id.len > NAME_MAX_LEN)
		return diag_set(d, ERR_USAGE,
		    "the label or the id is longer than %d bytes",
		    NAME_MAX_LEN);
	return ERR_OK;
}

enum err
make_check_free(const struct make *m, CK_OBJECT_CLASS class, struct diag *d)
{
	static const char *const words[] = { "id", "label" };
	const struct bytes id[] = { m->id, { 0 } },
			   label[] = { { 0 }, m->label };
	struct buf handles = { 0 };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < 2; i++) {
		e = find_by(&m->tok->own, class, id[i], label[i], &handles, d);
		if (e == ERR_OK && find_num(&handles) > 0)
			e = diag_set(d, ERR_EXISTS,
			    "the token has something with this %s already",
			    words[i]);
		buf_clear(&handles);
	}
	return e;
}

/* ---- Reading back -------------------------------------------------------------- */

static const struct rule {
	enum tok_attr attr;
	enum tok_answer want;
	bool must_say;
	bool local; /* for keys that are made on the token */
	const char *otherwise;
} rules[] = {
	{ TOK_ATTR_SENSITIVE, TOK_YES, true, false, "is not sensitive" },
	{ TOK_ATTR_EXTRACTABLE, TOK_NO, true, false, "can be extracted" },
	{ TOK_ATTR_LOCAL, TOK_YES, false, true, "was not made on the token" },
	{ TOK_ATTR_ALWAYS_SENSITIVE, TOK_YES, false, true,
	    "was not sensitive all the time" },
	{ TOK_ATTR_NEVER_EXTRACTABLE, TOK_YES, false, true,
	    "could be extracted at a time" },
};

static enum err
breaks(struct diag *d, const char *what)
{
	return diag_set(d, ERR_POLICY, "the token says that the private key %s",
	    what);
}

static enum err
check_rule(const struct rule *r, const struct tok_object *o, struct diag *d)
{
	enum tok_answer said = o->attr[r->attr];

	if (said == r->want || (said == TOK_NOT_SAID && !r->must_say))
		return ERR_OK;
	if (said == TOK_NOT_SAID)
		return diag_set(d, ERR_POLICY,
		    "the token does not say whether the private key is %s",
		    tok_attr_name(r->attr));
	return breaks(d, r->otherwise);
}

/* One of the two must be said of a key's origin: PKCS#11 denies the others to
 * a key that was brought in. */
static bool
says_origin(const struct tok_object *o)
{
	return o->attr[TOK_ATTR_LOCAL] == TOK_YES ||
	    (o->attr[TOK_ATTR_ALWAYS_SENSITIVE] == TOK_YES &&
		o->attr[TOK_ATTR_NEVER_EXTRACTABLE] == TOK_YES);
}

static enum err
check_rules(const struct make *m, struct diag *d)
{
	const struct tok_object *o = &m->key->object.as;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(rules) / sizeof(rules[0]); i++)
		if (m->local || !rules[i].local)
			e = check_rule(&rules[i], o, d);
	if (e == ERR_OK && m->local && !says_origin(o))
		e = diag_set(d, ERR_POLICY,
		    "the token does not say that the private key was made on "
		    "it");
	if (e == ERR_OK && m->always &&
	    o->attr[TOK_ATTR_ALWAYS_AUTH] != TOK_YES)
		e = breaks(d, "does not ask for its PIN each time");
	return e;
}

/* Not every module keeps what its attributes promise. */
static enum err
check_secrecy(const struct make *m, struct diag *d)
{
	static const CK_ATTRIBUTE_TYPE secrets[] = { CKA_PRIVATE_EXPONENT,
		CKA_PRIME_1, CKA_VALUE };
	uint8_t room[NUMBER_ROOM] = { 0 };
	struct diag other;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(secrets) / sizeof(secrets[0]);
	     i++) {
		CK_ATTRIBUTE a = { secrets[i], room, sizeof(room) };

		/* An error says that it did not come out. */
		if (find_read(&m->tok->own, m->key->object.handle, &a, 1,
			&other) != ERR_OK) {
			if (!tok_is_gone(&other))
				continue;
			*d = other;
			e = d->code;
		} else if (find_bytes(&a).len > 0) {
			e = diag_set(d, ERR_POLICY,
			    "the token gives the private key away (%s)",
			    attribute_name(secrets[i]));
		}
	}
	explicit_bzero(room, sizeof(room));
	return e;
}

static enum err
check_public(const struct make *m, struct diag *d)
{
	if (m->expected != NULL && !pubkey_equal(m->expected, m->key->pub))
		return diag_set(d, ERR_TOKEN,
		    "the token shows another public key than was put there");
	return ERR_OK;
}

static void
tell_other_id(const struct make *m)
{
	if (!bytes_equal(m->key->object.as.id, m->id))
		lib_tell(m->tok->lib, TOK_TELL_WARNING,
		    "the token did not take the id that was asked for, and "
		    "gave the key one of its own");
}

enum err
make_read_back(struct make *m, struct diag *d)
{
	enum err e;

	e = key_of_handle(m->tok, m->handle[MAKE_PRIVATE], &m->key, d);
	if (e == ERR_OK)
		e = check_rules(m, d);
	if (e == ERR_OK)
		e = check_secrecy(m, d);
	if (e == ERR_OK)
		e = check_public(m, d);
	if (e == ERR_OK)
		tell_other_id(m);
	return e;
}

/* ---- Proving ---------------------------------------------------------------------- */

static const char statement[] = "ctlsmith: this key belongs to its public half";

/* The digest of the first way that tok_sign() can take. */
static enum digest
digest_for(const struct tok_key *k)
{
	enum digest first = DIGEST_SHA256;
	bool found = false;
	size_t i;

	for (i = 0; i < k->num_ways; i++) {
		const struct tok_way *w = &k->way[i];

		if (w->scheme != SIG_PKCS1 && w->scheme != SIG_ECDSA)
			continue;
		if (w->digest == DIGEST_SHA256)
			return DIGEST_SHA256;
		if (!found)
			first = w->digest;
		found = true;
	}
	return first;
}

enum err
make_prove(struct make *m, struct diag *d)
{
	const struct bytes message = bytes_of_str(statement);
	struct tok_sign_request r = { .digest = digest_for(m->key),
		.message = message,
		.purpose = "proof of a new key" };
	struct digest_value value;
	struct buf sig = { 0 };
	enum err e;

	e = digest_of(r.digest, &message, 1, &value, d);
	r.value = &value;
	if (e == ERR_OK)
		e = tok_sign(NULL, m->key, &r, &sig, d);
	buf_clear(&sig);
	if (e != ERR_PIN || !m->key->always)
		return e;
	lib_tell(m->tok->lib, TOK_TELL_WARNING,
	    "the key asks for its PIN each time, and was not tried: %s",
	    d->msg);
	return ERR_OK;
}

/* ---- Undoing ------------------------------------------------------------------------ */

void
make_add(struct diag *d, const char *fmt, ...)
{
	char more[200];
	size_t len = strlen(d->msg), room = sizeof(d->msg) - 1, n;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	n = strlen(more);
	/* What is left on the token matters more than the reason's end. */
	if (len + n > room)
		len = room - n;
	memcpy(d->msg + len, more, n + 1);
}

enum err
make_destroy(struct tok *t, CK_OBJECT_HANDLE h, struct diag *d)
{
	enum err e;
	CK_RV rv;

	e = session_ready(&t->own, d);
	if (e != ERR_OK)
		return e;
	rv = p11_destroy(&t->module->p11, t->own.handle, h);
	if (rv == CKR_OK || rv == CKR_OBJECT_HANDLE_INVALID)
		return ERR_OK;
	return session_fail(&t->own, d, "C_DestroyObject", rv);
}

/* Both halves, as far as the token shows them, by id and label. */
static enum err
find_made(struct make *m, struct buf *ret, struct diag *d)
{
	enum err e;

	e = find_by(&m->tok->own, CKO_PRIVATE_KEY, m->id, m->label, ret, d);
	if (e == ERR_OK)
		e = find_by(&m->tok->own, CKO_PUBLIC_KEY, m->id, m->label, ret,
		    d);
	return e;
}

/* Without a login a token hides its private keys. */
static enum err
check_sees_all(struct tok *t, struct diag *d)
{
	CK_SESSION_INFO info = { 0 };
	enum err e;
	CK_RV rv;

	e = session_ready(&t->own, d);
	if (e != ERR_OK)
		return e;
	rv = p11_get_session_info(&t->module->p11, t->own.handle, &info);
	if (rv != CKR_OK)
		return session_fail(&t->own, d, "C_GetSessionInfo", rv);
	if (tok_has(&t->info, TOK_LOGIN) && info.state != CKS_RW_USER_FUNCTIONS)
		return diag_set(d, ERR_TOKEN, "the login is lost");
	return ERR_OK;
}

/* One failure may be a passing one. */
static enum err
destroy_surely(struct tok *t, CK_OBJECT_HANDLE h, struct diag *d)
{
	if (make_destroy(t, h, d) == ERR_OK)
		return ERR_OK;
	return make_destroy(t, h, d);
}

/* A handle is the module's word. What has neither the id nor the label that
 * was asked for was there before, and somebody needs it. */
static enum err
check_ours(const struct make *m, CK_OBJECT_HANDLE h, struct diag *d)
{
	uint8_t id[NAME_MAX_LEN + 1], label[NAME_MAX_LEN + 1];
	CK_ATTRIBUTE a[] = { { CKA_ID, id, sizeof(id) },
		{ CKA_LABEL, label, sizeof(label) } };
	enum err e;

	e = find_read(&m->tok->own, h, a, 2, d);
	if (e != ERR_OK)
		return d->native == (long)CKR_OBJECT_HANDLE_INVALID ? ERR_OK
								    : e;
	if (bytes_equal(find_bytes(&a[0]), m->id) ||
	    bytes_equal(find_bytes(&a[1]), m->label))
		return ERR_OK;
	return diag_set(d, ERR_TOKEN, "the module names another object as it");
}

/* What is known by its handle, the private key first. */
static enum err
destroy_known(struct make *m, size_t *num, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 2; i-- > 0;) {
		struct diag other;

		if (m->handle[i] == CK_INVALID_HANDLE)
			continue;
		++*num;
		if (check_ours(m, m->handle[i], &other) != ERR_OK ||
		    destroy_surely(m->tok, m->handle[i], &other) != ERR_OK) {
			*d = other;
			e = other.code;
		}
	}
	return e;
}

/* What else has the id and the label: nothing had them before. */
static enum err
destroy_found(struct make *m, size_t *num, struct diag *d)
{
	struct buf handles = { 0 };
	enum err e;
	size_t i;

	e = find_made(m, &handles, d);
	for (i = 0; e == ERR_OK && i < find_num(&handles); i++) {
		++*num;
		e = destroy_surely(m->tok, find_handle(&handles, i), d);
	}
	buf_clear(&handles);
	if (e == ERR_OK)
		e = find_made(m, &handles, d);
	if (e == ERR_OK && find_num(&handles) > 0)
		e = diag_set(d, ERR_TOKEN, "it stays there");
	buf_clear(&handles);
	return e;
}

static enum err
destroy_made(struct make *m, size_t *ret_num, struct diag *d)
{
	enum err known, e;

	*ret_num = 0;
	known = destroy_known(m, ret_num, d);
	if (known != ERR_OK)
		return known;
	e = check_sees_all(m->tok, d);
	return e == ERR_OK ? destroy_found(m, ret_num, d) : e;
}

void
make_undo(struct make *m, struct diag *d)
{
	struct diag other;
	size_t num = 0;

	tok_key_free(&m->key);
	if (!m->tried)
		return;
	if (destroy_made(m, &num, &other) != ERR_OK)
		make_add(d,
		    "; the token MAY STILL HOLD A KEY with this id, which "
		    "could not be destroyed (%.80s)",
		    other.msg);
	else if (num > 0)
		make_add(d, "; what was made is destroyed");
}

enum err
make_end(struct make *m, struct tok_event *event, enum err e,
    struct tok_key **ret, struct diag *d)
{
	bool undone = e != ERR_OK;

	event->key_id = m->id;
	event->key_label = m->label;
	if (undone)
		make_undo(m, d);
	e = lib_event(m->tok, event, e, d);
	if (e == ERR_OK)
		*ret = m->key;
	else if (!undone)
		make_undo(m, d);
	return e;
}
