/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/signer.h"

#include <string.h>

#include "base/text.h"
#include "cli/certload.h"
#include "cli/token_change.h"

/* ---- Where it is ------------------------------------------------------------------ */

/* VALUE, which is all or the end of an argument, where it may be written. */
static char *
writable(const struct opt_line *line, const char *value)
{
	uintptr_t at = (uintptr_t)value, arg;
	int i;

	for (i = 0; i < line->argc; i++) {
		arg = (uintptr_t)line->argv[i];
		if (at >= arg && at - arg <= strlen(line->argv[i]))
			return line->argv[i] + (at - arg);
	}
	return NULL;
}

/* The PIN of the signer was taken. Any other is wiped. */
static enum err
wipe_others(const struct opt_line *line, struct diag *d)
{
	if (!pin_wipe(line->argv, line->argc))
		return ERR_OK;
	return diag_set(d, ERR_USAGE,
	    "pin-value is taken in the URI of --signer alone, and the PIN in "
	    "another argument was seen by other users");
}

static enum err
check_rsa(const struct pubkey *key, const char *what, struct diag *d)
{
	if (key != NULL && pubkey_type(key) == PUBKEY_RSA)
		return ERR_OK;
	return diag_set(d, ERR_UNSUPPORTED,
	    "phones verify RSA signatures alone, and %s is %s", what,
	    pubkey_type_name(key != NULL ? pubkey_type(key) : PUBKEY_OTHER));
}

static enum err
begin_file(struct signer *s, struct diag *d)
{
	enum err e;

	e = keyload_begin(&s->file, s->opts->signer, d);
	if (e != ERR_OK)
		return e;
	keyload_warn(&s->file);
	return s->file.file == NULL
	    ? ERR_OK
	    : check_rsa(keyfile_key(s->file.file), "the key in the file", d);
}

static enum err
begin(struct signer *s, const struct opt_line *line, struct diag *d)
{
	const struct signer_opts *o = s->opts;
	char *uri = NULL;
	enum err e;

	if (o->signer == NULL && o->cert == NULL)
		return diag_set(d, ERR_USAGE,
		    "--signer is missing: the pkcs11: URI of the key that "
		    "signs, or the file that it is in");
	s->on_token = o->signer != NULL && certload_is_uri(o->signer);
	if (s->on_token) {
		uri = writable(line, o->signer);
		if (uri == NULL)
			return diag_set(d, ERR_USAGE,
			    "--signer is no argument of this command");
	}
	e = token_begin_maybe(&s->run, &o->token, uri, d);
	s->begun = e == ERR_OK;
	return e;
}

enum err
signer_begin(struct signer *s, const struct signer_opts *o,
    const struct opt_line *line, struct diag *d)
{
	struct diag other;
	enum err e, wiped;

	memset(s, 0, sizeof(*s));
	s->opts = o;
	e = begin(s, line, d);
	/* whatever else is wrong */
	wiped = wipe_others(line, e == ERR_OK ? d : &other);
	if (e == ERR_OK)
		e = wiped;
	if (e == ERR_OK && o->signer != NULL && !s->on_token)
		e = begin_file(s, d);
	if (e != ERR_OK)
		signer_end(s);
	return e;
}

void
signer_end(struct signer *s)
{
	cert_free(&s->cert);
	keyload_end(&s->file);
	tok_key_free(&s->key);
	tok_close(&s->tok);
	if (s->begun)
		token_end(&s->run);
	s->begun = false;
}

/* ---- The key ------------------------------------------------------------------------ */

/* NULL where it is not known yet. */
static const struct pubkey *
known_key(const struct signer *s)
{
	if (s->key != NULL)
		return tok_key_public(s->key);
	return s->file.file != NULL ? keyfile_key(s->file.file) : NULL;
}

static enum err
open_token(struct signer *s, struct diag *d)
{
	return s->tok != NULL ? ERR_OK
			      : token_open(&s->run, TOK_READ, &s->tok, d);
}

static enum err
open_key(struct signer *s, struct diag *d)
{
	enum err e;

	if (!s->on_token) {
		e = keyload_open(&s->file, &s->run.pins, d);
	} else {
		e = open_token(s, d);
		if (e == ERR_OK && s->key == NULL)
			e = tok_find_key(s->tok, s->run.uri, &s->key, d);
	}
	return e == ERR_OK ? check_rsa(known_key(s), "that key", d) : e;
}

/* ---- Its certificate ------------------------------------------------------------------ */

/* The candidates that can be seen now. */
static enum err
gather(struct signer *s, struct certlist *l, struct diag *d)
{
	struct diag other;
	enum err e = ERR_OK;

	if (s->opts->cert != NULL)
		return certload_all(s->opts->cert, &s->run, l, d);
	if (s->on_token) {
		e = open_token(s, d);
		return e == ERR_OK
		    ? certlist_add_token(l, s->tok, s->run.uri, d)
		    : e;
	}
	if (s->file.file != NULL)
		return certlist_add_key(l, s->file.file, d);
	/* one that is damaged is left out when the file is open */
	e = certlist_add_file(l, buf_bytes(&s->file.content), &other);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	if (e != ERR_OK)
		certlist_clear(l);
	return ERR_OK;
}

/* The candidates once the key is known. On a token they may have other names
 * than the key; those with its names come first. */
static enum err
gather_again(struct signer *s, struct certlist *l, struct diag *d)
{
	enum err e;

	certlist_clear(l);
	e = gather(s, l, d);
	if (e != ERR_OK)
		return e;
	certlist_keep(l, known_key(s));
	if (l->num > 0 || s->opts->cert != NULL || !s->on_token)
		return ERR_OK;
	e = certlist_add_token(l, s->tok, NULL, d);
	certlist_keep(l, known_key(s));
	return e;
}

static enum err
none(const struct signer *s, struct diag *d)
{
	if (s->opts->cert != NULL)
		return diag_set(d, ERR_POLICY,
		    "%.160s: no certificate there belongs to the key of "
		    "--signer",
		    s->opts->cert);
	if (s->on_token)
		return diag_set(d, ERR_ABSENT,
		    "the token has no certificate of that key: --signer-cert "
		    "names one, and `ctlsmith token import-cert` stores it");
	return diag_set(d, ERR_ABSENT,
	    "%.160s: the file has no certificate of its key; --signer-cert "
	    "names one",
	    s->opts->signer);
}

static enum err
several(const struct signer *s, size_t num, struct diag *d)
{
	if (s->opts->cert != NULL)
		return diag_set(d, ERR_SYNTAX,
		    "%.160s: %zu certificates there are of the key of "
		    "--signer; name the one that phones know",
		    s->opts->cert, num);
	return diag_set(d, s->on_token ? ERR_TOKEN : ERR_SYNTAX,
	    "%zu certificates are of the key of --signer; --signer-cert names "
	    "the one that phones know",
	    num);
}

static enum err
choose(struct signer *s, struct certlist *l, struct diag *d)
{
	enum err e;

	e = gather(s, l, d);
	if (e == ERR_OK && (l->num != 1 || known_key(s) != NULL)) {
		e = open_key(s, d);
		if (e == ERR_OK)
			e = gather_again(s, l, d);
	}
	if (e != ERR_OK)
		return e;
	if (l->num == 0)
		return none(s, d);
	e = certlist_only(l, &s->cert, d);
	return e == ERR_SYNTAX ? several(s, l->num, d) : e;
}

enum err
signer_find_cert(struct signer *s, struct diag *d)
{
	struct certlist l = { 0 };
	enum err e;

	if (s->cert != NULL)
		return ERR_OK;
	e = s->opts->signer != NULL
	    ? choose(s, &l, d)
	    : certload_one(s->opts->cert, &s->run, NULL, &s->cert, d);
	certlist_clear(&l);
	if (e != ERR_OK)
		return e;
	e = check_rsa(cert_key(s->cert), "the key of its certificate", d);
	if (e != ERR_OK)
		cert_free(&s->cert);
	return e;
}

/* A file without a passphrase, or a token that shows one certificate. */
static enum err
is_seen(struct signer *s, bool *ret, struct diag *d)
{
	struct certlist l = { 0 };
	enum err e;

	*ret = s->opts->signer == NULL || known_key(s) != NULL;
	if (*ret)
		return ERR_OK;
	e = gather(s, &l, d);
	*ret = e == ERR_OK && l.num == 1;
	certlist_clear(&l);
	return e;
}

enum err
signer_see_cert(struct signer *s, struct diag *d)
{
	bool seen = false;
	enum err e;

	e = is_seen(s, &seen, d);
	return e == ERR_OK && seen ? signer_find_cert(s, d) : e;
}

/* ---- Both ------------------------------------------------------------------------------ */

static enum err
check_pair(const struct signer *s, struct diag *d)
{
	struct buf name = { 0 }, subject = { 0 };
	enum err e;

	if (cert_has_key(s->cert, known_key(s)))
		return ERR_OK;
	e = cert_put_name(s->cert, CERT_SUBJECT, &subject, d);
	if (e == ERR_OK) {
		signer_put_name(&name, s);
		e = buf_cstr(&name) != NULL && buf_cstr(&subject) != NULL
		    ? diag_set(d, ERR_POLICY,
			  "the certificate of %.120s does not belong to "
			  "%.120s; --signer-cert names the right one",
			  buf_cstr(&subject), buf_cstr(&name))
		    : diag_nomem(d);
	}
	buf_clear(&name);
	buf_clear(&subject);
	return e;
}

enum err
signer_unlock(struct signer *s, struct diag *d)
{
	enum err e;

	if (s->opts->signer == NULL)
		return diag_set(d, ERR_USAGE,
		    "--signer is missing: without a key nothing is signed "
		    "here");
	e = signer_find_cert(s, d);
	if (e == ERR_OK)
		e = open_key(s, d);
	return e == ERR_OK ? check_pair(s, d) : e;
}

enum err
signer_put_back(struct signer *s, struct diag *d)
{
	enum err e;

	if (s->tok == NULL)
		return d->code;
	e = token_put_back(s->tok, d);
	if (e != ERR_OK)
		return e;
	tok_key_free(&s->key);
	e = open_key(s, d);
	return e == ERR_OK ? check_pair(s, d) : e;
}

void
signer_put_name(struct buf *out, const struct signer *s)
{
	if (s->opts->signer == NULL) {
		buf_str(out, "no key");
		return;
	}
	if (!s->on_token) {
		buf_str(out, "the key in ");
		text_put_safe(out, bytes_of_str(s->opts->signer));
		return;
	}
	if (s->key == NULL) {
		buf_str(out, "a key");
	} else {
		buf_str(out, "key '");
		text_put_safe(out, tok_key_label(s->key));
		buf_str(out, "'");
	}
	if (s->tok != NULL) {
		buf_str(out, " on ");
		token_put_name(out, tok_info(s->tok));
	}
}

/* ---- Signing ---------------------------------------------------------------------------- */

static enum err
sign_on_token(const struct signer_seat *seat, const struct ctl_unsigned *u,
    const char *purpose, struct buf *ret, struct diag *d)
{
	const struct tok_sign_request r = { .digest = u->digest,
		.value = &u->value,
		.message = buf_bytes(&u->preimage),
		.purpose = purpose };

	enum err e = tok_sign(seat->session, seat->signer->key, &r, ret, d);

	/* the token signs wrongly: `token test` calls that a failure of it, too */
	if (e == ERR_CRYPTO)
		e = d->code = ERR_TOKEN;
	return e;
}

/* As the token's layer does: what failed is noted too, and what cannot be
 * noted is withheld. */
static enum err
note(struct signer *s, const struct ctl_unsigned *u, const char *purpose,
    enum err e, struct diag *d)
{
	struct buf id = { 0 };
	struct audit_record record = { .op = AUDIT_SIGN,
		.key_label = bytes_of_str(s->opts->signer),
		.mechanism = sig_scheme_name(SIG_PKCS1),
		.digest = u->digest,
		.digest_value = digest_bytes(&u->value),
		.file = purpose,
		.error = e != ERR_OK ? d->msg : NULL };
	struct diag why;
	enum err noted;

	noted = pubkey_put_id(known_key(s), &id, &why);
	record.key_id = buf_bytes(&id);
	if (noted == ERR_OK)
		noted = token_note(&s->run, &record, &why);
	buf_clear(&id);
	if (e != ERR_OK || noted == ERR_OK)
		return e;
	*d = why;
	return noted;
}

static enum err
sign_in_file(struct signer *s, const struct ctl_unsigned *u,
    const char *purpose, struct buf *ret, struct diag *d)
{
	size_t before = ret->len;
	enum err e;

	e = keyfile_sign(s->file.file, u->digest, &u->value, ret, d);
	e = note(s, u, purpose, e, d);
	if (e != ERR_OK)
		ret->len = before;
	return e;
}

static enum err
sign(void *arg, const struct ctl_unsigned *u, const char *purpose,
    struct buf *ret, struct diag *d)
{
	const struct signer_seat *seat = arg;

	return seat->signer->on_token
	    ? sign_on_token(seat, u, purpose, ret, d)
	    : sign_in_file(seat->signer, u, purpose, ret, d);
}

enum err
signer_seat(struct signer *s, bool own_session, struct signer_seat *ret,
    struct diag *d)
{
	struct tok_session *session = NULL;
	enum err e = ERR_OK;

	if (s->on_token && own_session)
		e = tok_session_open(s->tok, &session, d);
	if (e != ERR_OK)
		return e;
	*ret = (struct signer_seat){ .signer = s, .session = session };
	ret->ctl = (struct ctl_signer){ .arg = ret,
		.cert = s->cert,
		.sign = sign };
	return ERR_OK;
}

void
signer_leave(struct signer_seat *seat)
{
	tok_session_close(&seat->session);
}
