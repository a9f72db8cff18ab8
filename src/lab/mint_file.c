/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include "lab/mint_inner.h"

#define P12_ROUNDS 1000

enum err
mint_key_read(struct bytes pem, struct mint_key **ret, struct diag *diag)
{
	BIO *in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
	EVP_PKEY *pkey = NULL;

	if (in == NULL)
		return diag_nomem(diag);
	pkey = PEM_read_bio_PrivateKey(in, NULL, NULL, NULL);
	BIO_free(in);
	if (pkey == NULL)
		return mint_failed(diag, "PEM_read_bio_PrivateKey");
	return mint_keep_key(pkey, ret, diag);
}

/* Appends what MEM holds, and frees it. */
static enum err
put_bio(BIO *mem, struct buf *out, struct diag *diag)
{
	char *text;
	long len = BIO_get_mem_data(mem, &text);

	buf_put(out, bytes_of(text, (size_t)len));
	BIO_free(mem);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

enum err
mint_key_pem(const struct mint_key *key, struct buf *out, struct diag *diag)
{
	BIO *mem = BIO_new(BIO_s_mem());

	if (mem == NULL)
		return diag_nomem(diag);
	if (PEM_write_bio_PrivateKey(mem, key->pkey, NULL, NULL, 0, NULL,
		NULL) != 1) {
		BIO_free(mem);
		return mint_failed(diag, "PEM_write_bio_PrivateKey");
	}
	return put_bio(mem, out, diag);
}

static enum err
ask_for_hosts(X509_REQ *req, const struct mint_spec *spec, struct diag *diag)
{
	STACK_OF(X509_EXTENSION) *list = NULL;
	GENERAL_NAMES *names;
	enum err err = ERR_OK;

	if (spec->num_dns == 0)
		return ERR_OK;
	names = mint_make_hosts(spec->dns, spec->num_dns);
	if (names == NULL)
		return diag_nomem(diag);
	if (X509V3_add1_i2d(&list, NID_subject_alt_name, names, 0, 0) != 1 ||
	    X509_REQ_add_extensions(req, list) != 1)
		err = mint_failed(diag, "X509_REQ_add_extensions");
	sk_X509_EXTENSION_pop_free(list, X509_EXTENSION_free);
	GENERAL_NAMES_free(names);
	return err;
}

static enum err
put_request(X509_REQ *req, struct buf *out, struct diag *diag)
{
	uint8_t *der = NULL;
	int len = i2d_X509_REQ(req, &der);

	if (len < 0)
		return mint_failed(diag, "i2d_X509_REQ");
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

enum err
mint_request(const struct mint_spec *spec, struct buf *out, struct diag *diag)
{
	X509_REQ *req = X509_REQ_new();
	X509_NAME *name = NULL;
	enum err err;

	if (req == NULL)
		return diag_nomem(diag);
	err = mint_make_name(&spec->subject, spec->joined, &name, diag);
	if (err == ERR_OK &&
	    (X509_REQ_set_subject_name(req, name) != 1 ||
		X509_REQ_set_pubkey(req, spec->key->pkey) != 1))
		err = mint_failed(diag, "X509_REQ_set_pubkey");
	if (err == ERR_OK)
		err = ask_for_hosts(req, spec, diag);
	if (err == ERR_OK &&
	    X509_REQ_sign(req, spec->key->pkey, mint_md(spec->digest)) == 0)
		err = mint_failed(diag, "X509_REQ_sign");
	if (err == ERR_OK)
		err = put_request(req, out, diag);
	X509_NAME_free(name);
	X509_REQ_free(req);
	return err;
}

static enum err
put_p12(PKCS12 *p12, struct buf *out, struct diag *diag)
{
	uint8_t *der = NULL;
	int len = i2d_PKCS12(p12, &der);

	if (len < 0)
		return mint_failed(diag, "i2d_PKCS12");
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

enum err
mint_p12(const struct mint_key *key, struct bytes der, const char *password,
    struct buf *out, struct diag *diag)
{
	const unsigned char *at = der.ptr;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	PKCS12 *p12;
	enum err err;

	if (x == NULL)
		return mint_failed(diag, "d2i_X509");
	p12 = PKCS12_create(password, NULL, key->pkey, x, NULL, 0, 0,
	    P12_ROUNDS, P12_ROUNDS, 0);
	X509_free(x);
	if (p12 == NULL)
		return mint_failed(diag, "PKCS12_create");
	err = put_p12(p12, out, diag);
	PKCS12_free(p12);
	return err;
}
