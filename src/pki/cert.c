/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/cert.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "pki/name.h"
#include "pki/ossl.h"

struct cert {
	X509 *x509;
	struct buf der;
	struct pubkey *key; /* NULL: of no kind that OpenSSL knows */
	int64_t not_before;
	int64_t not_after;
};

static const X509_NAME *
name_of(const struct cert *c, enum cert_name which)
{
	return which == CERT_SUBJECT ? X509_get_subject_name(c->x509)
				     : X509_get_issuer_name(c->x509);
}

static bool
seconds_of(const ASN1_TIME *t, int64_t *ret)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	*ret = (int64_t)timegm(&tm);
	return true;
}

/* Decodes the key once more, where d2i_X509() left none: it hides whether it
 * does not know the key's kind (RET is NULL then) or memory was short. */
static enum err
decode_key_again(X509 *x509, EVP_PKEY **ret, struct diag *d)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);

	if (len <= 0)
		return ossl_nomem(d);
	p = der;
	*ret = d2i_PUBKEY(NULL, &p, len);
	OPENSSL_free(der);
	if (*ret == NULL && ossl_fail(NULL, ERR_CRYPTO, "") == ERR_NOMEM)
		return diag_nomem(d);
	return ERR_OK;
}

static enum err
read_key(struct cert *c, struct diag *d)
{
	EVP_PKEY *evp = X509_get0_pubkey(c->x509);
	EVP_PKEY *again = NULL;
	enum err e = ERR_OK;

	if (evp == NULL)
		e = decode_key_again(c->x509, &again, d);
	if (e == ERR_OK && (evp != NULL || again != NULL))
		e = pubkey_wrap(evp != NULL ? evp : again, &c->key, d);
	EVP_PKEY_free(again);
	return e;
}

/* Fills C from C->x509. */
static enum err
read_parts(struct cert *c, struct diag *d)
{
	if (!seconds_of(X509_get0_notBefore(c->x509), &c->not_before) ||
	    !seconds_of(X509_get0_notAfter(c->x509), &c->not_after))
		return diag_set(d, ERR_SYNTAX,
		    "the certificate has a date that is none");
	return read_key(c, d);
}

/* Takes X509, decoded of DER, over, whatever the outcome. */
static enum err
wrap(X509 *x509, struct bytes der, struct cert **ret, struct diag *d)
{
	struct cert *c = calloc(1, sizeof(*c));
	enum err e;

	if (c == NULL) {
		X509_free(x509);
		return diag_nomem(d);
	}
	c->x509 = x509;
	buf_put(&c->der, der);
	e = buf_ok(&c->der) ? read_parts(c, d) : diag_nomem(d);
	if (e == ERR_OK)
		*ret = c;
	else
		cert_free(&c);
	return e;
}

/* The same of one whose bytes OpenSSL has not kept. */
static enum err
wrap_encoded(X509 *x509, struct cert **ret, struct diag *d)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	enum err e;

	if (len <= 0) {
		X509_free(x509);
		return ossl_nomem(d);
	}
	e = wrap(x509, bytes_of(der, (size_t)len), ret, d);
	OPENSSL_free(der);
	return e;
}

enum err
cert_from_der(struct bytes der, struct cert **ret, struct diag *d)
{
	static const char not_cert[] =
	    "this is not the DER of an X.509 certificate";
	const unsigned char *p = der.ptr;
	X509 *x509;

	if (der.len == 0 || der.len > INT32_MAX)
		return diag_set(d, ERR_SYNTAX, "%s", not_cert);
	x509 = d2i_X509(NULL, &p, (long)der.len);
	if (x509 == NULL)
		return ossl_fail(d, ERR_SYNTAX, not_cert);
	if (p != der.ptr + der.len) {
		X509_free(x509);
		return diag_set(d, ERR_SYNTAX,
		    "%zu more byte(s) follow the end of the certificate",
		    (size_t)(der.ptr + der.len - p));
	}
	return wrap(x509, der, ret, d);
}

/* A certificate is no secret: one that asks for a passphrase is refused,
 * and nobody is asked. */
static int
no_passphrase(char *buf, int size, int for_writing, void *context)
{
	if (size > 0)
		buf[0] = '\0';
	(void)for_writing;
	(void)context;
	return -1;
}

static enum err
from_pem(struct bytes content, struct cert **ret, struct diag *d)
{
	static const char none[] =
	    "this holds no X.509 certificate, neither PEM nor DER";
	static const char several[] =
	    "this holds more than one certificate, or something damaged behind "
	    "it; give a file with the one that is meant";
	BIO *bio = BIO_new_mem_buf(content.ptr, (int)content.len);
	X509 *first, *second = NULL;
	enum err e;

	if (bio == NULL)
		return ossl_nomem(d);
	first = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	if (first != NULL)
		second = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);
	if (first == NULL) {
		e = ossl_fail(d, ERR_SYNTAX, none);
	} else if (second != NULL) {
		X509_free(first);
		e = diag_set(d, ERR_SYNTAX, "%s", several);
	} else if (ERR_GET_REASON(ERR_peek_last_error()) !=
	    PEM_R_NO_START_LINE) { /* a second one, damaged */
		X509_free(first);
		e = ossl_fail(d, ERR_SYNTAX, several);
	} else {
		ERR_clear_error();
		e = wrap_encoded(first, ret, d);
	}
	X509_free(second);
	BIO_free(bio);
	return e;
}

enum err
cert_from_file(struct bytes content, struct cert **ret, struct diag *d)
{
	if (content.len == 0 || content.len > INT32_MAX)
		return diag_set(d, ERR_SYNTAX,
		    "this holds no X.509 certificate, neither PEM nor DER");
	if (memmem(content.ptr, content.len, "-----BEGIN", 10) == NULL)
		return cert_from_der(content, ret, d);
	return from_pem(content, ret, d);
}

static const uint8_t *
find_text(struct bytes in, const char *text)
{
	return in.len == 0 ? NULL : memmem(in.ptr, in.len, text, strlen(text));
}

bool
cert_take_pem(struct bytes *cur, struct bytes *ret)
{
	/* As PEM_read_bio_X509() has them, but for OpenSSL's own form. */
	static const char *const marks[][2] = {
		{ "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----" },
		{ "-----BEGIN X509 CERTIFICATE-----",
		    "-----END X509 CERTIFICATE-----" },
	};
	const uint8_t *from = NULL, *at;
	struct bytes skipped;
	size_t i, kind = 0, len;

	for (i = 0; i < 2; i++) {
		at = find_text(*cur, marks[i][0]);
		if (at != NULL && (from == NULL || at < from)) {
			from = at;
			kind = i;
		}
	}
	if (from == NULL ||
	    !bytes_take(cur, (size_t)(from - cur->ptr), &skipped))
		return false;
	at = find_text(*cur, marks[kind][1]);
	len = at == NULL ? cur->len
			 : (size_t)(at - cur->ptr) + strlen(marks[kind][1]);
	return bytes_take(cur, len, ret);
}

enum err
cert_put_pem(struct bytes der, struct buf *out, struct diag *d)
{
	return ossl_put_pem(PEM_STRING_X509, der, out, d);
}

void
cert_free(struct cert **c)
{
	if (*c == NULL)
		return;
	pubkey_free(&(*c)->key);
	buf_clear(&(*c)->der);
	X509_free((*c)->x509);
	free(*c);
	*c = NULL;
}

static struct bytes
string_bytes(const ASN1_STRING *s)
{
	return bytes_of(ASN1_STRING_get0_data(s),
	    (size_t)ASN1_STRING_length(s));
}

X509 *
cert_x509(const struct cert *c)
{
	return c->x509;
}

struct bytes
cert_der(const struct cert *c)
{
	return buf_bytes(&c->der);
}

struct bytes
cert_serial(const struct cert *c)
{
	return string_bytes(X509_get0_serialNumber(c->x509));
}

bool
cert_serial_is_negative(const struct cert *c)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(c->x509);

	return ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER;
}

enum err
cert_put_serial_der(const struct cert *c, struct buf *out, struct diag *d)
{
	unsigned char *der = NULL;
	int len = i2d_ASN1_INTEGER(X509_get0_serialNumber(c->x509), &der);

	if (len <= 0)
		return ossl_nomem(d);
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

struct bytes
cert_name_der(const struct cert *c, enum cert_name which)
{
	const unsigned char *der = NULL;
	size_t len = 0;

	if (X509_NAME_get0_der(name_of(c, which), &der, &len) != 1)
		return bytes_of(NULL, 0);
	return bytes_of(der, len);
}

struct bytes
cert_public_key_bytes(const struct cert *c)
{
	return string_bytes(X509_get0_pubkey_bitstr(c->x509));
}

const struct pubkey *
cert_key(const struct cert *c)
{
	return c->key;
}

bool
cert_has_key(const struct cert *c, const struct pubkey *k)
{
	return c->key != NULL && pubkey_equal(c->key, k);
}

struct bytes
cert_signature(const struct cert *c)
{
	const ASN1_BIT_STRING *sig = NULL;

	X509_get0_signature(&sig, NULL, c->x509);
	return string_bytes(sig);
}

void
cert_put_signature_name(const struct cert *c, struct buf *out)
{
	const X509_ALGOR *algorithm;
	const ASN1_OBJECT *object;
	char name[128] = "";

	X509_get0_signature(NULL, &algorithm, c->x509);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	(void)OBJ_obj2txt(name, sizeof(name), object, 0);
	ossl_forget_errors();
	buf_str(out, name);
}

int64_t
cert_not_before(const struct cert *c)
{
	return c->not_before;
}

int64_t
cert_not_after(const struct cert *c)
{
	return c->not_after;
}

bool
cert_is_ca(const struct cert *c)
{
	return (X509_get_extension_flags(c->x509) & EXFLAG_CA) != 0;
}

bool
cert_is_self_issued(const struct cert *c)
{
	return X509_NAME_cmp(name_of(c, CERT_SUBJECT),
		   name_of(c, CERT_ISSUER)) == 0;
}

/* What is asked of the names of a server. */
struct question {
	bool (*is)(struct bytes name, const void *arg);
	const void *arg;
};

/* One of the DNS names of subjectAltName is what Q asks for. */
static enum err
ask_san(const struct cert *c, const struct question *q, bool *ret,
    struct diag *d)
{
	GENERAL_NAMES *names;
	int critical = 0, i, n;

	names = X509_get_ext_d2i(c->x509, NID_subject_alt_name, &critical,
	    NULL);
	/* -1: there is none, -2: several; else it does not decode */
	if (names == NULL)
		return critical >= 0 &&
			ossl_fail(NULL, ERR_SYNTAX, "") == ERR_NOMEM
		    ? diag_nomem(d)
		    : ERR_OK;
	n = sk_GENERAL_NAME_num(names);
	for (i = 0; i < n && !*ret; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		*ret = name->type == GEN_DNS &&
		    q->is(string_bytes(name->d.dNSName), q->arg);
	}
	GENERAL_NAMES_free(names);
	return ERR_OK;
}

/* One of the common names is. */
static enum err
ask_cn(const struct cert *c, const struct question *q, bool *ret,
    struct diag *d)
{
	size_t i, n = cert_num_attrs(c, CERT_SUBJECT);
	struct cert_attr attr;
	enum err e = ERR_OK;

	for (i = 0; i < n && !*ret && e == ERR_OK; i++) {
		struct buf name = { 0 };

		cert_attr(c, CERT_SUBJECT, i, &attr);
		if (strcmp(attr.key, "CN") != 0)
			continue;
		e = cert_put_attr_utf8(c, CERT_SUBJECT, i, &name, d);
		*ret = e == ERR_OK && q->is(buf_bytes(&name), q->arg);
		if (e == ERR_SYNTAX) /* no text, so no name of a server */
			e = ERR_OK;
		buf_clear(&name);
	}
	return e;
}

static enum err
ask_names(const struct cert *c, const struct question *q, bool *ret,
    struct diag *d)
{
	bool found = false;
	enum err e;

	e = ask_cn(c, q, &found, d);
	if (e == ERR_OK && !found)
		e = ask_san(c, q, &found, d);
	if (e == ERR_OK)
		*ret = found;
	return e;
}

static bool
is_wildcard(struct bytes name, const void *arg)
{
	(void)arg;
	return bytes_starts(name, bytes_of_str("*."));
}

enum err
cert_has_wildcard(const struct cert *c, bool *ret, struct diag *d)
{
	static const struct question q = { is_wildcard, NULL };

	return ask_names(c, &q, ret, d);
}

/* DNS names differ in no letter's case (RFC 4343). */
static bool
is_host(struct bytes name, const void *arg)
{
	const struct bytes *host = arg;

	return host->len > 0 && name.len == host->len &&
	    strncasecmp((const char *)name.ptr, (const char *)host->ptr,
		name.len) == 0;
}

enum err
cert_is_of_host(const struct cert *c, struct bytes host, bool *ret,
    struct diag *d)
{
	const struct question q = { is_host, &host };

	return ask_names(c, &q, ret, d);
}

size_t
cert_num_attrs(const struct cert *c, enum cert_name which)
{
	return name_num_attrs(name_of(c, which));
}

void
cert_attr(const struct cert *c, enum cert_name which, size_t i,
    struct cert_attr *ret)
{
	name_attr(name_of(c, which), i, ret);
}

enum err
cert_put_attr_utf8(const struct cert *c, enum cert_name which, size_t i,
    struct buf *out, struct diag *d)
{
	return name_put_attr_utf8(name_of(c, which), i, out, d);
}

enum err
cert_put_cn(const struct cert *c, enum cert_name which, struct buf *out,
    struct diag *d)
{
	return name_put_cn(name_of(c, which), out, d);
}

enum err
cert_put_name(const struct cert *c, enum cert_name which, struct buf *out,
    struct diag *d)
{
	return name_put_rfc4514(name_of(c, which), out, d);
}
