/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pkcs11/key.h"
#include "pkcs11/login.h"
#include "pkcs11/names.h"

#define SIGNATURE_ROOM 2100

/* One signature on its way. */
struct job {
	struct tok *tok;
	struct tok_session *session;
	const struct tok_key *key;
	const struct tok_way *way;
	struct digest_value digest;
	struct buf input; /* what the token is given */
	CK_RSA_PKCS_PSS_PARAMS pss;
	CK_MECHANISM mechanism;
	const char *purpose;
};

/* ---- What the token is given ------------------------------------------------- */

static const struct {
	CK_MECHANISM_TYPE hash;
	CK_RSA_PKCS_MGF_TYPE mgf;
} pss_hashes[] = {
	[DIGEST_SHA1] = { CKM_SHA_1, CKG_MGF1_SHA1 },
	[DIGEST_SHA224] = { CKM_SHA224, CKG_MGF1_SHA224 },
	[DIGEST_SHA256] = { CKM_SHA256, CKG_MGF1_SHA256 },
	[DIGEST_SHA384] = { CKM_SHA384, CKG_MGF1_SHA384 },
	[DIGEST_SHA512] = { CKM_SHA512, CKG_MGF1_SHA512 },
};

static void
set_mechanism(struct job *j)
{
	j->mechanism = (CK_MECHANISM){ j->way->mechanism, NULL, 0 };
	if (j->way->scheme != SIG_PSS)
		return;
	j->pss.hashAlg = pss_hashes[j->way->digest].hash;
	j->pss.mgf = pss_hashes[j->way->digest].mgf;
	j->pss.sLen = digest_len(j->way->digest);
	j->mechanism.pParameter = &j->pss;
	j->mechanism.ulParameterLen = sizeof(j->pss);
}

static enum err
set_input(struct job *j, struct bytes message, struct diag *d)
{
	enum err e = ERR_OK;

	if (j->way->digests)
		buf_put(&j->input, message);
	else if (j->way->scheme == SIG_PKCS1)
		e = sig_put_digest_info(j->way->digest,
		    digest_bytes(&j->digest), &j->input, d);
	else if (j->way->scheme == SIG_RAW)
		e = sig_put_block(j->way->digest, digest_bytes(&j->digest),
		    (pubkey_bits(j->key->pub) + 7) / 8, &j->input, d);
	else
		buf_put(&j->input, digest_bytes(&j->digest));
	if (e == ERR_OK && !buf_ok(&j->input))
		e = diag_nomem(d);
	return e;
}

/* ---- Asking the token ----------------------------------------------------------- */

static enum err
start(struct job *j, struct diag *d)
{
	enum err e;
	CK_RV rv;

	e = session_ready(j->session, d);
	if (e != ERR_OK)
		return e;
	rv = p11_sign_init(&j->tok->module->p11, j->session->handle,
	    &j->mechanism, j->key->object.handle);
	if (rv != CKR_OK)
		return session_fail(j->session, d, "C_SignInit", rv);
	return ERR_OK;
}

/* Some modules take the attribute and do not ask for the PIN. */
static bool
is_not_enforced(CK_RV rv)
{
	return rv == CKR_USER_TYPE_INVALID || rv == CKR_USER_ALREADY_LOGGED_IN;
}

/* What fails here says nothing of the PIN. */
static enum err
ready_context(void *arg, struct diag *d)
{
	return start(arg, d);
}

/* After a wrong PIN the operation may or may not be there still: each further
 * attempt has a session of its own. */
static CK_RV
send_context(void *arg, struct bytes pin)
{
	struct job *j = arg;
	CK_RV rv;

	rv = p11_login(&j->tok->module->p11, j->session->handle,
	    CKU_CONTEXT_SPECIFIC, pin);
	if (rv != CKR_OK && !is_not_enforced(rv))
		session_drop(j->session);
	return rv;
}

static enum err
begin(struct job *j, struct diag *d)
{
	const struct login_try y = {
		.kind = TOK_PIN_KEY,
		.key_label = j->key->object.as.label,
		.api = "C_Login",
		.ready = ready_context,
		.send = send_context,
		.arg = j,
	};
	enum err e;

	if (!j->key->always)
		return start(j, d);
	e = login_by_pin(j->tok, &y, d);
	if (e != ERR_OK && is_not_enforced((CK_RV)d->native))
		return ERR_OK;
	if (e != ERR_OK)
		session_drop(j->session);
	return e;
}

static enum err
ask_token(struct job *j, uint8_t *ret, size_t *ret_len, struct diag *d)
{
	CK_ULONG len = SIGNATURE_ROOM;
	enum err e;
	CK_RV rv;

	e = begin(j, d);
	if (e != ERR_OK)
		return e;
	rv = p11_sign(&j->tok->module->p11, j->session->handle,
	    buf_bytes(&j->input), ret, &len);
	if (rv != CKR_OK)
		return session_fail(j->session, d, "C_Sign", rv);
	if (len > SIGNATURE_ROOM) {
		session_drop(j->session);
		return diag_set(d, ERR_TOKEN,
		    "the module claims a signature of %lu bytes", len);
	}
	*ret_len = len;
	return ERR_OK;
}

/* ---- Checking what came ------------------------------------------------------------ */

/* With a checker that was made ready for the key, for the common kinds. */
static enum err
check_pkcs1(struct job *j, struct bytes sig, bool *ret_good, struct diag *d)
{
	struct tok_session *s = j->session;
	enum pubkey_match match;
	enum err e = ERR_OK;

	if (s->checker == NULL ||
	    !pubkey_checker_is_of(s->checker, j->key->pub)) {
		pubkey_checker_free(&s->checker);
		e = pubkey_checker_new(j->key->pub, &s->checker, d);
	}
	if (e == ERR_OK)
		e = pubkey_check(s->checker, j->way->digest, &j->digest, sig,
		    &match, d);
	if (e == ERR_OK)
		*ret_good = match == PUBKEY_GOOD;
	return e;
}

static enum err
check(struct job *j, struct bytes sig, bool *ret_good, struct diag *d)
{
	struct sig_content what = { j->way->scheme, j->way->digest,
		digest_bytes(&j->digest) };

	if (j->way->scheme == SIG_PKCS1)
		return check_pkcs1(j, sig, ret_good, d);
	if (j->way->scheme == SIG_RAW)
		what.digest = buf_bytes(&j->input);
	return sig_check(j->key->pub, &what, sig, ret_good, d);
}

static enum err
sign_and_check(struct job *j, struct buf *ret, struct diag *d)
{
	uint8_t sig[SIGNATURE_ROOM];
	size_t len = 0;
	bool good = false;
	enum err e;

	if (j->key->age != j->tok->age)
		return diag_set(d, ERR_TOKEN,
		    "the token was away since the key was found");
	e = ask_token(j, sig, &len, d);
	if (e == ERR_OK)
		e = check(j, bytes_of(sig, len), &good, d);
	if (e == ERR_OK && !good) {
		session_drop(j->session);
		e = diag_set(d, ERR_CRYPTO,
		    "the signature that the token made (%s) does not verify "
		    "with the public half of the key, and is thrown away",
		    j->way->name);
	}
	if (e == ERR_OK) {
		buf_put(ret, bytes_of(sig, len));
		e = buf_ok(ret) ? ERR_OK : diag_nomem(d);
	}
	return e;
}

enum err
lib_event(const struct tok *t, struct tok_event *event, enum err e,
    struct diag *d)
{
	const struct tok_owner *o = t->lib->setup->owner;
	enum err noted;
	struct diag other;

	if (o == NULL || o->event == NULL)
		return e;
	event->token = &t->info;
	event->failed = e == ERR_OK ? NULL : d;
	diag_init(&other);
	noted = o->event(o->arg, event, &other);
	if (e != ERR_OK || noted == ERR_OK)
		return e;
	*d = other;
	return noted;
}

/* Signs, checks, and has it noted. */
static enum err
run(struct job *j, struct bytes message, struct buf *ret, struct diag *d)
{
	struct tok_event event = {
		.operation = "sign",
		.key_id = j->key->object.as.id,
		.key_label = j->key->object.as.label,
		.mechanism = j->way->name,
		.digest_name = digest_name(j->way->digest),
		.digest = digest_bytes(&j->digest),
		.purpose = j->purpose,
	};
	size_t before = ret->len;
	enum err e;

	if (j->session == NULL)
		j->session = &j->tok->own;
	set_mechanism(j);
	e = set_input(j, message, d);
	if (e == ERR_OK)
		e = sign_and_check(j, ret, d);
	e = lib_event(j->tok, &event, e, d);
	if (e != ERR_OK)
		ret->len = before;
	buf_clear(&j->input);
	return e;
}

/* The first way of the key that signs what REQUEST has. */
static const struct tok_way *
way_for(const struct tok_key *k, const struct tok_sign_request *r)
{
	size_t i;

	for (i = 0; i < k->num_ways; i++) {
		const struct tok_way *w = &k->way[i];

		if (w->digest == r->digest &&
		    (w->scheme == SIG_PKCS1 || w->scheme == SIG_ECDSA) &&
		    (!w->digests || r->message.ptr != NULL))
			return w;
	}
	return NULL;
}

enum err
tok_sign(struct tok_session *s, const struct tok_key *k,
    const struct tok_sign_request *r, struct buf *ret, struct diag *d)
{
	struct job j = {
		.tok = k->tok,
		.session = s,
		.key = k,
		.way = way_for(k, r),
		.digest = *r->value,
		.purpose = r->purpose,
	};

	if (j.way == NULL)
		return diag_set(d, ERR_UNSUPPORTED,
		    "the token offers no mechanism that signs %s with this "
		    "key; `ctlsmith token mechanisms` lists what it offers",
		    digest_name(r->digest));
	return run(&j, r->message, ret, d);
}

enum err
tok_sign_way(struct tok_session *s, const struct tok_key *k,
    const struct tok_way *way, struct bytes message, struct buf *ret,
    struct diag *d)
{
	struct job j = { .tok = k->tok, .session = s, .key = k, .way = way };
	enum err e;

	e = digest_of(way->digest, &message, 1, &j.digest, d);
	return e == ERR_OK ? run(&j, message, ret, d) : e;
}
