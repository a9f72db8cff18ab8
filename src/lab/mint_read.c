/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/mint_read.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <strings.h>

#include "lab/mint_inner.h"

#define SIZE_MAX_PEM 65536

static enum err
put_cert(X509 *x, struct buf *out, struct diag *diag)
{
	uint8_t *der = NULL;
	int len = i2d_X509(x, &der);

	if (len < 0)
		return mint_failed(diag, "i2d_X509");
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

enum err
mint_read_pem(struct bytes pem, struct buf *out, struct diag *diag)
{
	const unsigned char *at = pem.ptr;
	BIO *in;
	X509 *x;
	enum err err;

	if (pem.len > SIZE_MAX_PEM)
		return diag_set(diag, ERR_TOO_BIG, "this is no certificate");
	x = d2i_X509(NULL, &at, (long)pem.len);
	if (x == NULL) {
		in = BIO_new_mem_buf(pem.ptr, (int)pem.len);
		if (in == NULL)
			return diag_nomem(diag);
		x = PEM_read_bio_X509(in, NULL, NULL, NULL);
		BIO_free(in);
	}
	if (x == NULL) {
		(void)mint_failed(diag, "PEM_read_bio_X509");
		return diag_set(diag, ERR_SYNTAX, "this is no certificate");
	}
	err = put_cert(x, out, diag);
	X509_free(x);
	return err;
}

/* A string into the text of SEEN, which has room for all of them and so never
 * moves. */
static const char *
put_text(struct mint_seen *seen, const void *ptr, size_t len)
{
	size_t at = seen->text.len;

	if (seen->text.cap - at <= len)
		return "";
	buf_put(&seen->text, bytes_of(ptr, len));
	buf_u8(&seen->text, 0);
	return (const char *)seen->text.ptr + at;
}

static void
put_attr(struct mint_seen *seen, X509_NAME_ENTRY *entry, struct mint_attr *ret)
{
	int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
	unsigned char *text = NULL;
	int len = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));

	*ret = (struct mint_attr){ .key = OBJ_nid2sn(nid),
		.type = MINT_UTF8,
		.value = put_text(seen, text, len > 0 ? (size_t)len : 0) };
	OPENSSL_free(text);
	ERR_clear_error();
}

static size_t
put_name(struct mint_seen *seen, X509_NAME *name, struct mint_attr *ret)
{
	int i, num = X509_NAME_entry_count(name);

	if (num > MINT_READ_MAX)
		num = MINT_READ_MAX;
	for (i = 0; i < num; i++)
		put_attr(seen, X509_NAME_get_entry(name, i), &ret[i]);
	return (size_t)num;
}

static void
put_hosts(struct mint_seen *seen, const X509 *x)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL,
	    NULL);
	const GENERAL_NAME *name;
	int i;

	for (i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_DNS && seen->num_dns < MINT_READ_MAX)
			seen->dns[seen->num_dns++] = put_text(seen,
			    ASN1_STRING_get0_data(name->d.dNSName),
			    (size_t)ASN1_STRING_length(name->d.dNSName));
	}
	GENERAL_NAMES_free(names);
}

static int64_t
seconds(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static enum err
put_serial(const X509 *x, struct mint_seen *seen, struct diag *diag)
{
	BIGNUM *n = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);

	if (n == NULL || BN_num_bytes(n) > (int)sizeof(seen->serial)) {
		BN_free(n);
		return diag_set(diag, ERR_SYNTAX, "its serial number is none");
	}
	seen->serial_len = (size_t)BN_bn2bin(n, seen->serial);
	BN_free(n);
	return ERR_OK;
}

static enum err
put_key(X509 *x, struct mint_seen *seen, struct diag *diag)
{
	EVP_PKEY *pkey = X509_get0_pubkey(x);
	uint8_t *der = NULL;
	int len = pkey == NULL ? -1 : i2d_PublicKey(pkey, &der);
	const ASN1_BIT_STRING *value;

	if (len < 0) {
		(void)mint_failed(diag, "i2d_PublicKey");
		return diag_set(diag, ERR_SYNTAX, "its key cannot be read");
	}
	buf_put(&seen->public_key, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	X509_get0_signature(&value, NULL, x);
	buf_put(&seen->signature,
	    bytes_of(ASN1_STRING_get0_data(value),
		(size_t)ASN1_STRING_length(value)));
	return ERR_OK;
}

static enum err
look_into(X509 *x, struct mint_seen *seen, struct diag *diag)
{
	enum err err = put_serial(x, seen, diag);

	if (err == ERR_OK)
		err = put_key(x, seen, diag);
	seen->num_subject = put_name(seen, X509_get_subject_name(x),
	    seen->subject);
	seen->num_issuer = put_name(seen, X509_get_issuer_name(x),
	    seen->issuer);
	put_hosts(seen, x);
	seen->not_before = seconds(X509_get0_notBefore(x));
	seen->not_after = seconds(X509_get0_notAfter(x));
	seen->ca = X509_check_ca(x) == 1;
	seen->self_signed = X509_NAME_cmp(X509_get_subject_name(x),
				X509_get_issuer_name(x)) == 0;
	if (err == ERR_OK &&
	    (!buf_ok(&seen->text) || !buf_ok(&seen->public_key) ||
		!buf_ok(&seen->signature)))
		err = diag_nomem(diag);
	return err;
}

enum err
mint_read_cert(struct bytes der, struct mint_seen *ret, struct diag *diag)
{
	const unsigned char *at = der.ptr;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	struct mint_seen seen = { .num_dns = 0 };
	enum err err;

	if (x == NULL) {
		(void)mint_failed(diag, "d2i_X509");
		return diag_set(diag, ERR_SYNTAX, "this is no certificate");
	}
	buf_reserve(&seen.text, der.len * 4); /* a character in UTF-8 at most */
	err = buf_ok(&seen.text) ? look_into(x, &seen, diag) : diag_nomem(diag);
	X509_free(x);
	ERR_clear_error();
	if (err == ERR_OK)
		*ret = seen;
	else
		mint_read_clear(&seen);
	return err;
}

void
mint_read_clear(struct mint_seen *seen)
{
	buf_clear(&seen->text);
	buf_clear(&seen->public_key);
	buf_clear(&seen->signature);
	memset(seen, 0, sizeof(*seen));
}

bool
mint_read_is_by(struct bytes der, struct bytes issuer)
{
	const unsigned char *at = der.ptr, *by = issuer.ptr;
	X509 *x = d2i_X509(NULL, &at, (long)der.len);
	X509 *i = d2i_X509(NULL, &by, (long)issuer.len);
	bool ret = x != NULL && i != NULL &&
	    X509_NAME_cmp(X509_get_issuer_name(x), X509_get_subject_name(i)) ==
		0 &&
	    X509_verify(x, X509_get0_pubkey(i)) == 1;

	X509_free(x);
	X509_free(i);
	ERR_clear_error();
	return ret;
}

bool
mint_read_has_host(const struct mint_seen *seen, const char *host)
{
	size_t i;

	for (i = 0; i < seen->num_dns; i++)
		if (strcasecmp(seen->dns[i], host) == 0)
			return true;
	return false;
}
