/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/pkcs7.h>

#include "pki/ossl.h"
#include "pki/pasted_parts.h"

/* ---- What was found ------------------------------------------------------------ */

static enum err
is_room(const struct pasted *p, struct diag *d)
{
	if (p->num_certs + p->num_csrs >= PASTED_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "more than %d certificates and requests in one file",
		    PASTED_MAX);
	return ERR_OK;
}

static enum err
take_cert(struct pasted *p, struct bytes der, struct diag *d)
{
	struct cert *c = NULL, **more = NULL;
	enum err e;

	e = is_room(p, d);
	if (e == ERR_OK)
		e = cert_from_der(der, &c, d);
	if (e != ERR_OK)
		return e;
	more = reallocarray(p->certs, p->num_certs + 1, sizeof(void *));
	if (more == NULL) {
		cert_free(&c);
		return diag_nomem(d);
	}
	p->certs = more;
	p->certs[p->num_certs++] = c;
	return ERR_OK;
}

static enum err
take_csr(struct pasted *p, struct bytes der, struct diag *d)
{
	struct csr *c = NULL, **more = NULL;
	enum err e;

	e = is_room(p, d);
	if (e == ERR_OK)
		e = csr_from_der(der, &c, d);
	if (e != ERR_OK)
		return e;
	more = reallocarray(p->csrs, p->num_csrs + 1, sizeof(void *));
	if (more == NULL) {
		csr_free(&c);
		return diag_nomem(d);
	}
	p->csrs = more;
	p->csrs[p->num_csrs++] = c;
	return ERR_OK;
}

/* Takes the certificates of a bundle. */
static enum err
take_bundle(struct pasted *p, PKCS7 *bundle, struct diag *d)
{
	STACK_OF(X509) *all = NULL;
	unsigned char *der;
	enum err e = ERR_OK;
	int i, len;

	if (PKCS7_type_is_signed(bundle))
		all = bundle->d.sign->cert;
	if (sk_X509_num(all) <= 0)
		return diag_set(d, ERR_SYNTAX,
		    "the PKCS#7 bundle holds no certificate");
	p->traits |= PASTED_PKCS7;
	for (i = 0; e == ERR_OK && i < sk_X509_num(all); i++) {
		der = NULL;
		len = i2d_X509(sk_X509_value(all, i), &der);
		if (len <= 0)
			return ossl_nomem(d);
		e = take_cert(p, bytes_of(der, (size_t)len), d);
		OPENSSL_free(der);
	}
	return e;
}

static enum err
take_pkcs7(struct pasted *p, struct bytes der, struct diag *d)
{
	const unsigned char *at = der.ptr;
	PKCS7 *bundle = d2i_PKCS7(NULL, &at, (long)der.len);
	enum err e;

	if (bundle == NULL)
		return ossl_fail(d, ERR_SYNTAX,
		    "this is not the DER of a PKCS#7 bundle");
	if (at != der.ptr + der.len)
		e = diag_set(d, ERR_SYNTAX,
		    "%zu more byte(s) follow the end of the PKCS#7 bundle",
		    (size_t)(der.ptr + der.len - at));
	else
		e = take_bundle(p, bundle, d);
	PKCS7_free(bundle);
	return e;
}

/* ---- DER -------------------------------------------------------------------------- */

static enum err
refuse_key(struct diag *d)
{
	return diag_set(d, ERR_POLICY,
	    "this holds a private key, which belongs on no other machine and "
	    "in no other file; give the certificate or the request alone");
}

/* A private key, or what is made to hold one. */
static bool
is_key_der(struct bytes der)
{
	const unsigned char *at = der.ptr;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
	PKCS12 *p12 = NULL;
	X509_SIG *encrypted = NULL;
	bool found;

	at = der.ptr;
	if (key == NULL)
		p12 = d2i_PKCS12(NULL, &at, (long)der.len);
	at = der.ptr;
	if (key == NULL && p12 == NULL)
		encrypted = d2i_X509_SIG(NULL, &at, (long)der.len);
	found = key != NULL || p12 != NULL || encrypted != NULL;
	EVP_PKEY_free(key);
	PKCS12_free(p12);
	X509_SIG_free(encrypted);
	ossl_forget_errors();
	return found;
}

/* A DER SEQUENCE, and not a text that begins with "0". */
static bool
is_der(struct bytes in)
{
	return in.len >= 2 && in.ptr[0] == 0x30 &&
	    (in.ptr[1] >= 0x80 || in.len == 2 + (size_t)in.ptr[1]);
}

static enum err
read_der(struct pasted *p, struct bytes der, struct diag *d)
{
	struct diag why;
	enum err e, other;

	diag_init(&why);
	if (is_key_der(der))
		return refuse_key(d);
	e = take_cert(p, der, d);
	if (e == ERR_SYNTAX) {
		other = take_csr(p, der, &why);
		if (other == ERR_SYNTAX)
			other = take_pkcs7(p, der, &why);
		if (other != ERR_SYNTAX) {
			e = other;
			if (d != NULL)
				*d = why;
		}
	}
	if (e == ERR_OK)
		p->traits |= PASTED_DER;
	return e;
}

/* ---- PEM ---------------------------------------------------------------------------- */

static enum err
take_block(struct pasted *p, const char *type, struct bytes der, struct diag *d)
{
	if (strcmp(type, PEM_STRING_X509) == 0 ||
	    strcmp(type, PEM_STRING_X509_OLD) == 0)
		return take_cert(p, der, d);
	if (strcmp(type, PEM_STRING_X509_REQ) == 0 ||
	    strcmp(type, PEM_STRING_X509_REQ_OLD) == 0)
		return take_csr(p, der, d);
	if (strcmp(type, PEM_STRING_PKCS7) == 0)
		return take_pkcs7(p, der, d);
	p->traits |= PASTED_AROUND;
	return ERR_OK;
}

/* Ends a failed PEM_read_bio(), which does not always say why: where it is
 * silent, a second try tells whether memory was short. */
static enum err
undecoded(const struct buf *clean, const char *broken, struct diag *d)
{
	unsigned char *der = NULL;
	char *type = NULL, *header = NULL;
	BIO *bio = NULL;
	long len = 0;
	bool silent = ERR_peek_error() == 0, bad = false;

	if (silent)
		bio = BIO_new_mem_buf(clean->ptr, (int)clean->len);
	if (bio != NULL)
		bad = PEM_read_bio(bio, &type, &header, &der, &len) != 1;
	OPENSSL_free(type);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	if (silent && bad)
		return diag_set(d, ERR_SYNTAX, "%s", broken);
	return silent ? ossl_nomem(d) : ossl_fail(d, ERR_SYNTAX, broken);
}

/* Decodes BLOCK, from its BEGIN to its END line, without blanks at the ends of
 * its lines, as a terminal or a mail may have put them there. */
static enum err
read_block(struct pasted *p, struct bytes block, struct diag *d)
{
	static const char broken[] =
	    "this PEM block does not decode: characters are missing or were "
	    "changed";
	struct buf clean = { 0 };
	unsigned char *der = NULL;
	char *type = NULL, *header = NULL;
	BIO *bio = NULL;
	enum err e = ERR_OK;
	struct bytes line;
	long len = 0;

	while (pasted_line(&block, &line)) {
		buf_put(&clean, line);
		buf_u8(&clean, '\n');
	}
	if (buf_ok(&clean))
		bio = BIO_new_mem_buf(clean.ptr, (int)clean.len);
	if (bio == NULL)
		e = diag_nomem(d);
	else if (clean.ptr == NULL || memchr(clean.ptr, 0, clean.len) != NULL)
		/* OpenSSL ends there, and does not say why */
		e = diag_set(d, ERR_SYNTAX, "%s", broken);
	else if (PEM_read_bio(bio, &type, &header, &der, &len) != 1)
		e = undecoded(&clean, broken, d);
	else
		e = take_block(p, type, bytes_of(der, (size_t)len), d);
	OPENSSL_free(type);
	OPENSSL_free(header);
	OPENSSL_free(der);
	BIO_free(bio);
	buf_clear(&clean);
	return e;
}

static bool
is_edge(struct bytes line, const char *word)
{
	return bytes_starts(line, bytes_of_str(word)) && line.len >= 16 &&
	    memcmp(line.ptr + line.len - 5, "-----", 5) == 0;
}

static enum err
at_line(enum err e, unsigned line, struct diag *d)
{
	if (d != NULL && e != ERR_NOMEM)
		diag_line(d, line, 1);
	return e;
}

/* The blocks of the text, and whether there is more. */
static enum err
read_pem(struct pasted *p, struct diag *d)
{
	struct bytes rest = buf_bytes(&p->text), line, from = rest;
	const uint8_t *block = NULL;
	unsigned number = 0, begin = 0;
	enum err e = ERR_OK;

	p->traits |= PASTED_PEM;
	while (e == ERR_OK && from.len > 0) {
		rest = from;
		(void)pasted_line(&from, &line);
		number++;
		if (begin == 0 && !is_edge(line, "-----BEGIN ")) {
			if (line.len > 0)
				p->traits |= PASTED_AROUND;
			continue;
		}
		if (is_edge(line, "-----BEGIN ")) {
			if (begin != 0)
				break;
			block = rest.ptr;
			begin = number;
		} else if (is_edge(line, "-----END ")) {
			e = read_block(p,
			    bytes_of(block, (size_t)(from.ptr - block)), d);
			e = at_line(e, begin, d);
			begin = 0;
		}
	}
	if (e == ERR_OK && begin != 0)
		e = at_line(diag_set(d, ERR_SYNTAX,
				"the PEM block has no END line: part of it is "
				"missing"),
		    begin, d);
	return e;
}

/* ---- The whole ------------------------------------------------------------------------ */

static bool
holds(struct bytes text, const char *word)
{
	return text.len > 0 &&
	    memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

static enum err
read_text(struct pasted *p, struct diag *d)
{
	struct bytes text = buf_bytes(&p->text);

	if (holds(text, "PRIVATE KEY-----")) {
		OPENSSL_cleanse(p->text.ptr, p->text.len);
		return refuse_key(d);
	}
	if (holds(text, "\r\n"))
		p->traits |= PASTED_CRLF;
	if (text.len > 0 && text.ptr[text.len - 1] != '\n')
		p->traits |= PASTED_NO_NEWLINE;
	if (holds(text, "-----BEGIN "))
		return read_pem(p, d);
	if (pasted_read_dump(text, &p->dump)) {
		p->has_dump = true;
		p->traits |= PASTED_DUMP;
		return ERR_OK;
	}
	return diag_set(d, ERR_SYNTAX,
	    "this holds no certificate and no request, neither PEM nor DER");
}

enum err
pasted_read(struct bytes content, struct pasted *ret, struct diag *d)
{
	struct pasted p = { .num_certs = 0 };
	enum err e;

	if (content.len > INT32_MAX)
		return diag_set(d, ERR_TOO_BIG, "larger than 2 GiB");
	if (is_der(content)) {
		e = read_der(&p, content, d);
	} else {
		e = pasted_decode(content, &p, d);
		if (e == ERR_OK)
			e = read_text(&p, d);
	}
	if (e == ERR_OK && p.num_certs + p.num_csrs == 0 && !p.has_dump)
		e = diag_set(d, ERR_SYNTAX,
		    "this holds no certificate and no request");
	if (e == ERR_OK)
		*ret = p;
	else
		pasted_clear(&p);
	return e;
}

void
pasted_clear(struct pasted *p)
{
	size_t i;

	for (i = 0; i < p->num_certs; i++)
		cert_free(&p->certs[i]);
	for (i = 0; i < p->num_csrs; i++)
		csr_free(&p->csrs[i]);
	free(p->certs);
	free(p->csrs);
	buf_clear(&p->text);
	memset(p, 0, sizeof(*p));
}
