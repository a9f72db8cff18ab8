/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_facts.h"

#include <string.h>

#include "pki/chain.h"

static enum err
read_key(struct cert_facts *f, struct diag *d)
{
	struct digest_value sha256;
	struct buf spki = { 0 };
	struct bytes der;
	enum err e;

	if (f->key == NULL)
		return ERR_OK;
	e = pubkey_put_spki(f->key, &spki, d);
	der = buf_bytes(&spki);
	if (e == ERR_OK)
		e = digest_of(DIGEST_SHA256, &der, 1, &sha256, d);
	if (e == ERR_OK)
		buf_put(&f->spki, digest_bytes(&sha256));
	if (e == ERR_OK)
		e = pubkey_put_id(f->key, &f->key_id, d);
	buf_clear(&spki);
	return e;
}

/* E, of reading a name: what is no text is not an error here. */
static enum err
unless_text(enum err e, bool *ret_no_text, struct buf *name, struct diag *d)
{
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	*ret_no_text = e != ERR_OK;
	if (e != ERR_OK)
		buf_clear(name);
	return ERR_OK;
}

static enum err
read_names(const struct cert *c, struct cert_facts *f, struct diag *d)
{
	struct diag why;
	enum err e;

	e = unless_text(cert_put_name(c, CERT_SUBJECT, &f->subject, &why),
	    &f->no_subject, &f->subject, d);
	if (e == ERR_OK)
		e = unless_text(cert_put_name(c, CERT_ISSUER, &f->issuer, &why),
		    &f->no_issuer, &f->issuer, d);
	return e;
}

enum err
cert_facts_of(const struct cert *c, struct cert_facts *ret, struct diag *d)
{
	struct cert_facts f = { .key = cert_key(c) };
	enum err e;

	diag_init(&f.why_no_ext);
	e = ext_of_cert(c, &f.own, &f.why_no_ext);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	*ret = f;
	if (e == ERR_OK)
		ret->ext = &ret->own;
	e = read_names(c, ret, d);
	if (e == ERR_OK)
		e = read_key(ret, d);
	if (e == ERR_OK && cert_is_self_issued(c))
		e = chain_signed_by(c, c, &ret->good_signature, d);
	if (e != ERR_OK)
		cert_facts_clear(ret);
	return e;
}

enum err
cert_facts_of_csr(const struct csr *c, struct cert_facts *ret, struct diag *d)
{
	struct cert_facts f = { .key = csr_key(c), .ext = csr_ext(c) };
	struct diag why;
	enum err e;

	diag_init(&f.why_no_ext);
	e = unless_text(csr_put_name(c, &f.subject, &why), &f.no_subject,
	    &f.subject, d);
	if (e == ERR_OK)
		e = read_key(&f, d);
	if (e == ERR_OK)
		e = csr_is_signed(c, &f.good_signature, d);
	if (e == ERR_OK)
		*ret = f;
	else
		cert_facts_clear(&f);
	return e;
}

void
cert_facts_clear(struct cert_facts *f)
{
	buf_clear(&f->subject);
	buf_clear(&f->issuer);
	buf_clear(&f->spki);
	buf_clear(&f->key_id);
	ext_clear(&f->own);
	memset(f, 0, sizeof(*f));
}
