/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/ossl.h"

#include <openssl/err.h>

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
