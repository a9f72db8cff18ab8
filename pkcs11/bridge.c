/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and certificates signed by a key on the token: the one place where
 * OpenSSL is given a key that is elsewhere, and so the one that knows libp11.
 *
 * libp11 comes to the module through p11-kit's proxy, where p11-kit has opened
 * a session and logged in: so it must never log in itself, which PKCS#11 keeps
 * for the whole process. What it holds is made for one use and thrown away
 * after it, since it does not recover from errors; each call is watched, since
 * some wait for ever.
 */
#include <stdlib.h>
#include <string.h>

#include <libp11.h>

#include "pkcs11/key.h"
#include "pki/der.h"
#include "pki/ossl.h"

struct bridge {
	struct tok *tok;
	const struct tok_key *key;
	PKCS11_CTX *ctx;
	bool loaded;
	PKCS11_SLOT *slots;
	unsigned num_slots;
	EVP_PKEY *evp;
};

static void
begin(const struct bridge *b, struct watch_call *c, const char *name)
{
	watch_begin(b->tok->lib->watch, c, WATCH_QUERY, name);
}

static void
end(const struct bridge *b, struct watch_call *c)
{
	watch_end(b->tok->lib->watch, c);
}

/* libp11 leaves its errors with OpenSSL, the module's code among them. */
static enum err
fail(struct diag *d, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	char text[200] = "no reason given";

	if (code != 0)
		ERR_error_string_n(code, text, sizeof(text));
	ossl_forget_errors();
	return diag_set(d, ERR_TOKEN, "%s, by libp11: %s", what, text);
}

static enum err
load(struct bridge *b, struct diag *d)
{
	struct watch_call call;
	int rc;

	ossl_forget_errors();
	b->ctx = PKCS11_CTX_new();
	if (b->ctx == NULL)
		return fail(d, "no context");
	begin(b, &call, "PKCS11_CTX_load");
	rc = PKCS11_CTX_load(b->ctx, P11_KIT_PROXY);
	end(b, &call);
	if (rc != 0)
		return fail(d, "the proxy of p11-kit does not start");
	b->loaded = true;
	begin(b, &call, "PKCS11_enumerate_slots");
	rc = PKCS11_enumerate_slots(b->ctx, &b->slots, &b->num_slots);
	end(b, &call);
	return rc == 0 ? ERR_OK : fail(d, "no slots");
}

/* libp11 has taken the blanks off. */
static bool
same_text(const struct tok_text *t, const char *s)
{
	return s != NULL && bytes_equal(tok_text_bytes(t), bytes_of_str(s));
}

static enum err
find_slot(struct bridge *b, PKCS11_SLOT **ret, struct diag *d)
{
	const struct tok_info *i = &b->tok->info;
	PKCS11_SLOT *found = NULL;
	unsigned n, num = 0;

	for (n = 0; n < b->num_slots; n++) {
		PKCS11_TOKEN *t = b->slots[n].token;

		if (t == NULL || !same_text(&i->label, t->label) ||
		    !same_text(&i->serial, t->serialnr) ||
		    !same_text(&i->manufacturer, t->manufacturer))
			continue;
		found = &b->slots[n];
		num++;
	}
	if (found == NULL || num != 1)
		return diag_set(d, ERR_TOKEN,
		    num == 0 ? "libp11 does not see the token"
			     : "two tokens have the same label and serial "
			       "number; pull one out");
	*ret = found;
	return ERR_OK;
}

/* Whether EVP is the key's: its id may be another's too. */
static enum err
is_key(const struct bridge *b, EVP_PKEY *evp, bool *ret, struct diag *d)
{
	struct buf ours = { 0 }, theirs = { 0 };
	struct pubkey *k = NULL;
	enum err e;

	e = pubkey_wrap(evp, &k, d);
	if (e == ERR_OK)
		e = pubkey_put_spki(k, &theirs, d);
	if (e == ERR_OK)
		e = pubkey_put_spki(b->key->pub, &ours, d);
	if (e == ERR_OK)
		*ret = bytes_equal(buf_bytes(&ours), buf_bytes(&theirs));
	pubkey_free(&k);
	buf_clear(&ours);
	buf_clear(&theirs);
	return e;
}

static enum err
try_key(struct bridge *b, PKCS11_KEY *key, struct diag *d)
{
	struct watch_call call;
	bool it = false;
	EVP_PKEY *evp;
	enum err e;

	begin(b, &call, "PKCS11_get_private_key");
	evp = PKCS11_get_private_key(key);
	end(b, &call);
	if (evp == NULL) {
		ossl_forget_errors();
		return ERR_OK;
	}
	e = is_key(b, evp, &it, d);
	if (e == ERR_OK && it)
		b->evp = evp;
	else
		EVP_PKEY_free(evp);
	return e;
}

static enum err
find_key(struct bridge *b, PKCS11_SLOT *slot, struct diag *d)
{
	struct bytes id = tok_key_id(b->key);
	struct watch_call call;
	PKCS11_KEY *keys = NULL;
	enum err e = ERR_OK;
	unsigned n, num = 0;
	int rc;

	begin(b, &call, "PKCS11_enumerate_keys");
	rc = PKCS11_enumerate_keys(slot->token, &keys, &num);
	end(b, &call);
	if (rc != 0)
		return fail(d, "no keys");
	for (n = 0; e == ERR_OK && b->evp == NULL && n < num; n++)
		if (bytes_equal(id, bytes_of(keys[n].id, keys[n].id_len)))
			e = try_key(b, &keys[n], d);
	if (e == ERR_OK && b->evp == NULL)
		e = diag_set(d, ERR_TOKEN, "libp11 does not see the key");
	return e;
}

static void
bridge_end(struct bridge *b)
{
	struct watch_call call;

	begin(b, &call, "PKCS11_CTX_unload");
	EVP_PKEY_free(b->evp);
	if (b->slots != NULL)
		PKCS11_release_all_slots(b->ctx, b->slots, b->num_slots);
	if (b->loaded)
		PKCS11_CTX_unload(b->ctx);
	if (b->ctx != NULL)
		PKCS11_CTX_free(b->ctx);
	end(b, &call);
	ossl_forget_errors();
}

static enum err
bridge_begin(struct bridge *b, struct diag *d)
{
	PKCS11_SLOT *slot = NULL;
	enum err e;

	/* libp11 would ask for the PIN itself, past our rules. */
	if (b->key->always)
		return diag_set(d, ERR_UNSUPPORTED,
		    "a key that asks for its PIN each time cannot sign "
		    "requests and certificates here");
	e = tok_login(b->tok, TOK_USER, d);
	if (e == ERR_OK)
		e = session_ready(&b->tok->own, d);
	if (e == ERR_OK)
		e = load(b, d);
	if (e == ERR_OK)
		e = find_slot(b, &slot, d);
	return e == ERR_OK && slot != NULL ? find_key(b, slot, d) : e;
}

/* ---- What is made with it ------------------------------------------------------ */

struct wish {
	struct request_spec spec;
	const struct request_validity *when; /* NULL: a request */
	enum digest digest;
};

/* What was signed: the first part of DER. */
static enum err
digest_signed(enum digest which, struct bytes der, struct digest_value *ret,
    struct diag *d)
{
	struct bytes all = der, inner, part;

	if (!der_take(&all, DER_SEQUENCE, &inner))
		return diag_set(d, ERR_CRYPTO, "what was made is no DER");
	part = inner;
	if (!der_take(&inner, DER_SEQUENCE, &all))
		return diag_set(d, ERR_CRYPTO, "what was made is no DER");
	part.len -= inner.len;
	return digest_of(which, &part, 1, ret, d);
}

/* OpenSSL's own words about a signer are of less use than libp11's. */
static enum err
sign(struct bridge *b, const struct wish *w, struct buf *ret, struct diag *d)
{
	struct watch_call call;
	enum err e;

	begin(b, &call, "libp11's signature");
	if (w->when == NULL)
		e = request_make(&w->spec, b->evp, w->digest, ret, d);
	else
		e = selfsign_make(&w->spec, w->when, b->evp, w->digest, ret, d);
	end(b, &call);
	return e;
}

static enum err
make(const struct tok_key *k, const struct wish *w, struct buf *ret,
    struct diag *d)
{
	struct tok_event event = { .operation = "sign",
		.key_id = k->object.as.id,
		.key_label = k->object.as.label,
		.mechanism = pubkey_type(k->pub) == PUBKEY_RSA ? "CKM_RSA_PKCS"
							       : "CKM_ECDSA",
		.purpose = w->when == NULL ? "certificate request"
					   : "self-signed certificate" };
	struct bridge b = { .tok = k->tok, .key = k };
	struct digest_value value;
	struct buf der = { 0 };
	enum err e;

	if (k->age != k->tok->age)
		return diag_set(d, ERR_TOKEN,
		    "the token was away since the key was found");
	e = bridge_begin(&b, d);
	if (e == ERR_OK)
		e = sign(&b, w, &der, d);
	bridge_end(&b);
	if (e == ERR_OK)
		e = digest_signed(w->digest, buf_bytes(&der), &value, d);
	if (e == ERR_OK) {
		event.digest_name = digest_name(w->digest);
		event.digest = digest_bytes(&value);
	}
	e = lib_event(k->tok, &event, e, d);
	if (e == ERR_OK)
		buf_put(ret, buf_bytes(&der));
	if (e == ERR_OK && !buf_ok(ret))
		e = diag_nomem(d);
	buf_clear(&der);
	return e;
}

static enum err
prepare(const struct tok_key *k, const struct request_spec *spec,
    struct wish *ret, struct diag *d)
{
	ret->spec = *spec;
	ret->spec.key = k->pub;
	ret->digest = pubkey_type(k->pub) == PUBKEY_EC &&
		pubkey_bits(k->pub) > 256
	    ? DIGEST_SHA384
	    : DIGEST_SHA256;
	return request_check(&ret->spec, d);
}

enum err
tok_request(const struct tok_key *k, const struct request_spec *spec,
    struct buf *ret, struct diag *d)
{
	struct wish w = { .when = NULL };
	enum err e;

	e = prepare(k, spec, &w, d);
	return e == ERR_OK ? make(k, &w, ret, d) : e;
}

enum err
tok_selfsign(const struct tok_key *k, const struct request_spec *spec,
    const struct request_validity *when, struct buf *ret, struct diag *d)
{
	struct wish w = { .when = when };
	enum err e;

	e = prepare(k, spec, &w, d);
	return e == ERR_OK ? make(k, &w, ret, d) : e;
}
