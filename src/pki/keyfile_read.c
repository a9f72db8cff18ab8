/* SPDX-License-Identifier: Apache-2.0 */
/* Key files: which form a file has. PEM is read by hand, since OpenSSL leaves
 * a part of the key behind in the ordinary heap when it decodes the text. */
#include "pki/keyfile_parts.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pemerr.h>

#include "pki/der.h"
#include "pki/ossl.h"

/* "Proc-Type: 4,ENCRYPTED" and "DEK-Info: ...". */
#define MAX_HEADER 256

static const char no_key[] =
    "this holds no private key, neither PEM nor DER nor PKCS#12";

/* One block of a PEM file, within its text. */
struct block {
	struct bytes label;  /* "PRIVATE KEY" */
	struct bytes header; /* empty: there is none */
	struct bytes body;   /* base64 */
};

/* Moves CUR behind the next WHAT; what stood before it is *RET_BEFORE. */
static bool
take_until(struct bytes *cur, const char *what, struct bytes *ret_before)
{
	size_t len = strlen(what);
	const uint8_t *at = cur->len == 0
	    ? NULL
	    : memmem(cur->ptr, cur->len, what, len);
	struct bytes skipped;

	return at != NULL &&
	    bytes_take(cur, (size_t)(at - cur->ptr), ret_before) &&
	    bytes_take(cur, len, &skipped);
}

static bool
is_blank(uint8_t c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

/* Splits the header from the body: it ends with an empty line. */
static void
split_header(struct block *b)
{
	struct bytes rest, header;

	while (b->body.len > 0 && is_blank(b->body.ptr[0])) {
		b->body.ptr++;
		b->body.len--;
	}
	if (b->body.len == 0 || memchr(b->body.ptr, ':', b->body.len) == NULL)
		return;
	rest = b->body;
	if (take_until(&rest, "\n\n", &header) ||
	    take_until(&rest, "\r\n\r\n", &header)) {
		b->header = header;
		b->body = rest;
	}
}

/* False where no block begins; *RET_WHOLE is false where one never ends. */
static bool
take_block(struct bytes *cur, struct block *ret, bool *ret_whole)
{
	struct block b = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	struct bytes before, end;

	if (!take_until(cur, "-----BEGIN ", &before))
		return false;
	*ret_whole = take_until(cur, "-----", &b.label) &&
	    take_until(cur, "-----END ", &b.body) &&
	    take_until(cur, "-----", &end) && bytes_equal(b.label, end);
	if (*ret_whole)
		split_header(&b);
	*ret = b;
	return true;
}

/* The characters of IN without its blanks into TO; how many, and how many of
 * them are padding at the end. False where padding is elsewhere. */
static bool
gather(struct bytes in, uint8_t *to, size_t *ret_len, size_t *ret_padding)
{
	size_t i, n = 0, padding = 0;

	for (i = 0; i < in.len; i++) {
		if (is_blank(in.ptr[i]))
			continue;
		if (in.ptr[i] == '=')
			padding++;
		else if (padding > 0)
			return false;
		to[n++] = in.ptr[i];
	}
	*ret_len = n;
	*ret_padding = padding;
	return n > 0 && n % 4 == 0 && padding <= 2;
}

/* Decodes base64 into RET. */
static enum err
decode(struct bytes in, struct keyfile_part *ret, struct diag *d)
{
	struct keyfile_part text = { NULL, 0 };
	size_t n = 0, padding = 0;
	enum err e;
	int len = -1;

	e = keyfile_part_new(&text, in.len + 1, d);
	if (e == ERR_OK)
		e = keyfile_part_new(ret, in.len + 1, d);
	if (e == ERR_OK && gather(in, text.ptr, &n, &padding))
		len = EVP_DecodeBlock(ret->ptr, text.ptr, (int)n);
	keyfile_part_clear(&text);
	if (e == ERR_OK && len < 0) {
		ERR_clear_error();
		e = diag_set(d, ERR_SYNTAX,
		    "the PEM text is damaged: this is no base64");
	}
	if (e == ERR_OK) /* its memory is a little longer, and wiped first */
		ret->len = (size_t)len - padding;
	return e;
}

static int
give_passphrase(char *buf, int size, int for_writing, void *context)
{
	const struct opener *o = context;

	(void)for_writing;
	if (size < 0 || o->passphrase.len > (size_t)size)
		return -1;
	memcpy(buf, o->passphrase.ptr, o->passphrase.len);
	return (int)o->passphrase.len;
}

/* Decrypts DER, the content of a traditional PEM block, in place;
 * *RET_SEALED: there was something to decrypt. */
static enum err
decrypt(const struct block *b, struct keyfile_part *der, struct opener *o,
    bool *ret_sealed, struct diag *d)
{
	char header[MAX_HEADER + 2];
	EVP_CIPHER_INFO cipher;
	long len = (long)der->len;

	if (b->header.len > MAX_HEADER)
		return diag_set(d, ERR_SYNTAX, "the PEM header is too long");
	(void)snprintf(header, sizeof(header), "%.*s\n", (int)b->header.len,
	    (const char *)b->header.ptr);
	ERR_clear_error();
	if (PEM_get_EVP_CIPHER_INFO(header, &cipher) != 1) {
		unsigned long first = ERR_peek_error();

		return ossl_fail(d,
		    ERR_GET_REASON(first) == PEM_R_UNSUPPORTED_ENCRYPTION
			? ERR_UNSUPPORTED
			: ERR_SYNTAX,
		    "the PEM header names no encryption that is known");
	}
	if (cipher.cipher == NULL)
		return ERR_OK;
	if (o->passphrase.ptr == NULL)
		return keyfile_opener_no_passphrase(d);
	if (PEM_do_header(&cipher, der->ptr, &len, give_passphrase, o) != 1)
		return keyfile_opener_fail(o, d);
	der->len = (size_t)len;
	*ret_sealed = true;
	return ERR_OK;
}

/* What a block with a private key may be called. */
static const struct {
	const char *label;
	bool traditional;
} key_labels[] = {
	{ "PRIVATE KEY", false },
	{ "ENCRYPTED PRIVATE KEY", false },
	{ "RSA PRIVATE KEY", true },
	{ "EC PRIVATE KEY", true },
};

static enum err
take_key_block(struct keyfile *k, const struct block *b, struct opener *o,
    struct diag *d)
{
	struct keyfile_part der = { NULL, 0 };
	size_t room;
	bool sealed = false;
	enum err e = decode(b->body, &der, d);

	room = b->body.len + 1;
	if (e == ERR_OK && b->header.len > 0)
		e = decrypt(b, &der, o, &sealed, d);
	if (e == ERR_OK)
		e = keyfile_take_der(k, keyfile_part_bytes(&der), o, d);
	/* one in 256 wrong passphrases passes for right until here */
	if (e == ERR_SYNTAX && sealed)
		e = keyfile_opener_fail(o, d);
	if (der.ptr != NULL)
		der.len = room;
	keyfile_part_clear(&der);
	return e;
}

static enum err
take_cert_block(struct keyfile *k, const struct block *b, struct diag *d)
{
	struct keyfile_part der = { NULL, 0 };
	enum err e = decode(b->body, &der, d);

	if (e == ERR_OK)
		e = keyfile_add_cert(k, keyfile_part_bytes(&der), d);
	keyfile_part_clear(&der);
	return e;
}

static bool
label_is(const struct block *b, const char *label)
{
	return bytes_equal(b->label, bytes_of_str(label));
}

static enum err
take_one(struct keyfile *k, const struct block *b, struct opener *o,
    struct diag *d)
{
	static const char key[] = "PRIVATE KEY";
	size_t i;

	for (i = 0; i < sizeof(key_labels) / sizeof(key_labels[0]); i++)
		if (label_is(b, key_labels[i].label))
			return take_key_block(k, b, o, d);
	if (label_is(b, "CERTIFICATE"))
		return take_cert_block(k, b, d);
	if (b->label.len >= sizeof(key) - 1 &&
	    memcmp(b->label.ptr + b->label.len - (sizeof(key) - 1), key,
		sizeof(key) - 1) == 0)
		return diag_set(d, ERR_UNSUPPORTED,
		    "a private key of the form '%.*s' is not supported",
		    (int)(b->label.len < 40 ? b->label.len : 40),
		    (const char *)b->label.ptr);
	return ERR_OK; /* parameters, a request, what else stands there */
}

enum err
keyfile_take_pem(struct keyfile *k, struct bytes text, struct opener *o,
    struct diag *d)
{
	struct block b;
	bool whole = true;
	enum err e = ERR_OK;

	while (e == ERR_OK && take_block(&text, &b, &whole))
		e = whole ? take_one(k, &b, o, d)
			  : diag_set(d, ERR_SYNTAX,
				"the PEM text is cut short or damaged");
	return e;
}

enum err
keyfile_add_cert(struct keyfile *k, struct bytes der, struct diag *d)
{
	struct buf *more = reallocarray(k->certs, k->num_certs + 1,
	    sizeof(*more));

	if (more == NULL)
		return diag_nomem(d);
	k->certs = more;
	buf_init(&more[k->num_certs]);
	buf_put(&more[k->num_certs], der);
	k->num_certs++;
	return buf_ok(&more[k->num_certs - 1]) ? ERR_OK : diag_nomem(d);
}

/* The content of a SEQUENCE that begins with the number VERSION. */
static enum err
take_versioned(struct keyfile *k, struct bytes version, struct bytes content,
    struct bytes whole, struct diag *d)
{
	struct bytes rest = content, alg, inner;

	if (rest.len > 0 && rest.ptr[0] == DER_INTEGER)
		return keyfile_take_rsa(k, whole, d);
	if (rest.len > 0 && rest.ptr[0] == DER_OCTET_STRING)
		return keyfile_take_ec(k, bytes_of(NULL, 0), whole, d);
	/* 0, or 1 where the public half stands behind (RFC 5958) */
	if (version.len > 1 || !der_take(&rest, DER_SEQUENCE, &alg) ||
	    !der_take(&rest, DER_OCTET_STRING, &inner))
		return diag_set(d, ERR_SYNTAX, "%s", no_key);
	return keyfile_take(k, alg, inner, d);
}

enum err
keyfile_take_der(struct keyfile *k, struct bytes der, struct opener *o,
    struct diag *d)
{
	struct bytes cur = der, content, version;

	if (!der_take(&cur, DER_SEQUENCE, &content))
		return diag_set(d, ERR_SYNTAX, "%s", no_key);
	if (cur.len != 0)
		return diag_set(d, ERR_SYNTAX,
		    "%zu more byte(s) follow the end of the private key",
		    cur.len);
	if (content.len > 0 && content.ptr[0] == DER_SEQUENCE)
		return keyfile_take_encrypted(k, der, o, d);
	if (!der_take_uint(&content, &version))
		return diag_set(d, ERR_SYNTAX, "%s", no_key);
	return take_versioned(k, version, content, der, d);
}

/* PKCS#12: a SEQUENCE that begins with the number 3. It may be in BER, with
 * lengths that are not said. */
static bool
is_pkcs12(struct bytes in)
{
	static const uint8_t ber[] = { DER_SEQUENCE, 0x80, DER_INTEGER, 1, 3 };
	struct bytes content, version;

	if (bytes_starts(in, bytes_of(ber, sizeof(ber))))
		return true;
	return der_take(&in, DER_SEQUENCE, &content) &&
	    der_take_uint(&content, &version) && version.len == 1 &&
	    version.ptr[0] == 3;
}

static enum err
take_any(struct keyfile *k, struct bytes content, struct opener *o,
    struct diag *d)
{
	if (memmem(content.ptr, content.len, "-----BEGIN ", 11) != NULL)
		return keyfile_take_pem(k, content, o, d);
	if (is_pkcs12(content))
		return keyfile_take_pkcs12(k, content, o, d);
	return keyfile_take_der(k, content, o, d);
}

enum err
keyfile_read(struct bytes content, struct bytes passphrase,
    struct keyfile **ret, struct diag *d)
{
	struct opener o = { .passphrase = passphrase };
	struct keyfile *k;
	enum err e;

	if (content.len == 0 || content.len > INT32_MAX)
		return diag_set(d, ERR_SYNTAX, "%s", no_key);
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return diag_nomem(d);
	e = take_any(k, content, &o, d);
	if (e == ERR_OK && k->key == NULL)
		e = diag_set(d, ERR_SYNTAX, "%s", no_key);
	keyfile_opener_clear(&o);
	if (e == ERR_OK)
		*ret = k;
	else
		keyfile_free(&k);
	return e;
}
