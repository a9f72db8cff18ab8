/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/csr.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "pki/ext_parts.h"
#include "pki/name.h"
#include "pki/ossl.h"

struct csr {
	X509_REQ *req;
	struct buf der;
	struct pubkey *key; /* NULL: of no kind that OpenSSL knows */
	struct ext ext;
};

static enum err
read_key(struct csr *c, struct diag *d)
{
	EVP_PKEY *evp = X509_REQ_get0_pubkey(c->req);

	if (evp != NULL)
		return pubkey_wrap(evp, &c->key, d);
	return ossl_fail(NULL, ERR_SYNTAX, "") == ERR_NOMEM ? diag_nomem(d)
							    : ERR_OK;
}

static void
free_extensions(STACK_OF(X509_EXTENSION) * exts)
{
	sk_X509_EXTENSION_pop_free(exts, X509_EXTENSION_free);
}

static bool
asks_for_extensions(const X509_REQ *req)
{
	return X509_REQ_get_attr_by_NID(req, NID_ext_req, -1) >= 0 ||
	    X509_REQ_get_attr_by_NID(req, NID_ms_ext_req, -1) >= 0;
}

static enum err
read_ext(struct csr *c, struct diag *d)
{
	static const char broken[] =
	    "the extensions that the request asks for do not decode";
	STACK_OF(X509_EXTENSION) *exts = X509_REQ_get_extensions(c->req);
	enum err e;

	if (exts == NULL && asks_for_extensions(c->req)) {
		/* without a word: the attribute holds something else */
		if (ERR_peek_error() == 0)
			return diag_set(d, ERR_SYNTAX, "%s", broken);
		return ossl_fail(d, ERR_SYNTAX, broken);
	}
	e = ext_read(exts, &c->ext, d);
	free_extensions(exts);
	return e;
}

enum err
csr_from_der(struct bytes der, struct csr **ret, struct diag *d)
{
	static const char not_csr[] =
	    "this is not the DER of a certificate signing request";
	const unsigned char *p = der.ptr;
	struct csr *c;
	enum err e;

	if (der.len == 0 || der.len > INT32_MAX)
		return diag_set(d, ERR_SYNTAX, "%s", not_csr);
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return diag_nomem(d);
	c->req = d2i_X509_REQ(NULL, &p, (long)der.len);
	buf_put(&c->der, der);
	if (c->req == NULL)
		e = ossl_fail(d, ERR_SYNTAX, not_csr);
	else if (p != der.ptr + der.len)
		e = diag_set(d, ERR_SYNTAX,
		    "%zu more byte(s) follow the end of the request",
		    (size_t)(der.ptr + der.len - p));
	else if (!buf_ok(&c->der))
		e = diag_nomem(d);
	else
		e = read_key(c, d);
	if (e == ERR_OK)
		e = read_ext(c, d);
	if (e == ERR_OK)
		*ret = c;
	else
		csr_free(&c);
	return e;
}

void
csr_free(struct csr **c)
{
	if (*c == NULL)
		return;
	ext_clear(&(*c)->ext);
	pubkey_free(&(*c)->key);
	buf_clear(&(*c)->der);
	X509_REQ_free((*c)->req);
	free(*c);
	*c = NULL;
}

struct bytes
csr_der(const struct csr *c)
{
	return buf_bytes(&c->der);
}

enum err
csr_put_pem(const struct csr *c, struct buf *out, struct diag *d)
{
	return ossl_put_pem("CERTIFICATE REQUEST", csr_der(c), out, d);
}

const struct pubkey *
csr_key(const struct csr *c)
{
	return c->key;
}

const struct ext *
csr_ext(const struct csr *c)
{
	return &c->ext;
}

enum err
csr_is_signed(const struct csr *c, bool *ret, struct diag *d)
{
	EVP_PKEY *key = X509_REQ_get0_pubkey(c->req);
	int answer = key == NULL ? 0 : X509_REQ_verify(c->req, key);

	if (answer != 1 && ERR_peek_error() != 0 &&
	    ossl_fail(NULL, ERR_CRYPTO, "") == ERR_NOMEM)
		return diag_nomem(d);
	*ret = answer == 1;
	return ERR_OK;
}

enum err
csr_put_name(const struct csr *c, struct buf *out, struct diag *d)
{
	return name_put_rfc4514(X509_REQ_get_subject_name(c->req), out, d);
}

enum err
csr_put_cn(const struct csr *c, struct buf *out, struct diag *d)
{
	return name_put_cn(X509_REQ_get_subject_name(c->req), out, d);
}
