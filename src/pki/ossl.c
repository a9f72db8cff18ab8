/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/ossl.h"

#include <openssl/err.h>
#include <openssl/pem.h>

enum err
ossl_fail(struct diag *d, enum err code, const char *what)
{
	unsigned long first = ERR_peek_error();
	unsigned long e;
	bool nomem = first == 0;

	while ((e = ERR_get_error()) != 0)
		if (ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE)
			nomem = true;
	if (nomem)
		return diag_nomem(d);
	diag_set(d, code, "%s", what);
	if (d != NULL && first != 0) {
		d->api = "OpenSSL";
		d->native = (long)first;
	}
	return code;
}

enum err
ossl_nomem(struct diag *d)
{
	ERR_clear_error();
	return diag_nomem(d);
}

void
ossl_forget_errors(void)
{
	ERR_clear_error();
}

enum err
ossl_put_pem(const char *name, struct bytes der, struct buf *out,
    struct diag *d)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum err e = ERR_OK;
	char *text = NULL;
	long len;

	if (bio == NULL || der.len > INT32_MAX ||
	    PEM_write_bio(bio, name, "", der.ptr, (long)der.len) <= 0) {
		BIO_free(bio);
		return ossl_nomem(d);
	}
	len = BIO_get_mem_data(bio, &text);
	buf_put(out, bytes_of(text, (size_t)len));
	if (!buf_ok(out))
		e = diag_nomem(d);
	BIO_free(bio);
	return e;
}
