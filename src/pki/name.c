/* SPDX-License-Identifier: Apache-2.0 */
#include "pki/name.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>

#include "pki/ossl.h"

/* Attribute types by their usual short key (RFC 4514, section 3, and those
 * that Cisco names hold). Others are written in dotted decimal. */
static const struct {
	int nid;
	const char *key;
} short_keys[] = {
	{ NID_commonName, "CN" },
	{ NID_organizationalUnitName, "OU" },
	{ NID_organizationName, "O" },
	{ NID_localityName, "L" },
	{ NID_stateOrProvinceName, "ST" },
	{ NID_countryName, "C" },
	{ NID_streetAddress, "STREET" },
	{ NID_domainComponent, "DC" },
	{ NID_userId, "UID" },
};

size_t
name_num_attrs(const X509_NAME *name)
{
	return (size_t)X509_NAME_entry_count(name);
}

static const ASN1_STRING *
attr_string(const X509_NAME *name, size_t i)
{
	return X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, (int)i));
}

static void
put_key(const ASN1_OBJECT *type, char *key, size_t size)
{
	int nid = OBJ_obj2nid(type);
	size_t i;

	for (i = 0; i < sizeof(short_keys) / sizeof(short_keys[0]); i++)
		if (short_keys[i].nid == nid) {
			(void)snprintf(key, size, "%s", short_keys[i].key);
			return;
		}
	(void)OBJ_obj2txt(key, (int)size, type, 1);
}

void
name_attr(const X509_NAME *name, size_t i, struct cert_attr *ret)
{
	const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(
	    X509_NAME_get_entry(name, (int)i));
	const ASN1_STRING *s = attr_string(name, i);
	int nid = OBJ_obj2nid(object);
	int type = ASN1_STRING_type(s);

	put_key(object, ret->key, sizeof(ret->key));
	(void)snprintf(ret->label, sizeof(ret->label), "%s",
	    nid == NID_undef ? ret->key : OBJ_nid2sn(nid));
	ret->value = bytes_of(ASN1_STRING_get0_data(s),
	    (size_t)ASN1_STRING_length(s));
	ret->wide = type == V_ASN1_BMPSTRING || type == V_ASN1_UNIVERSALSTRING;
}

/* OpenSSL converts these; what else a name may hold it refuses in silence. */
static bool
is_text(const ASN1_STRING *s)
{
	switch (ASN1_STRING_type(s)) {
	case V_ASN1_UTF8STRING:
	case V_ASN1_NUMERICSTRING:
	case V_ASN1_PRINTABLESTRING:
	case V_ASN1_T61STRING:
	case V_ASN1_IA5STRING:
	case V_ASN1_VISIBLESTRING:
	case V_ASN1_UNIVERSALSTRING:
	case V_ASN1_BMPSTRING:
		return true;
	default:
		return false;
	}
}

enum err
name_put_attr_utf8(const X509_NAME *name, size_t i, struct buf *out,
    struct diag *d)
{
	static const char no_text[] = "a name in the certificate is not text";
	const ASN1_STRING *s = attr_string(name, i);
	unsigned char *utf8 = NULL;
	int len;

	if (!is_text(s))
		return diag_set(d, ERR_SYNTAX, "%s", no_text);
	len = ASN1_STRING_to_UTF8(&utf8, s);
	if (len < 0)
		return ossl_fail(d, ERR_SYNTAX, no_text);
	buf_put(out, bytes_of(utf8, (size_t)len));
	OPENSSL_free(utf8);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

enum err
name_put_cn(const X509_NAME *name, struct buf *out, struct diag *d)
{
	size_t i, n = name_num_attrs(name);
	struct cert_attr attr;

	for (i = 0; i < n; i++) {
		name_attr(name, i, &attr);
		if (strcmp(attr.key, "CN") == 0)
			return name_put_attr_utf8(name, i, out, d);
	}
	return ERR_OK;
}

/* Why a name cannot be printed, which OpenSSL does not say: an attribute that
 * is not text, or else memory. */
static enum err
unprintable(const X509_NAME *name, struct diag *d)
{
	size_t i, n = name_num_attrs(name);
	struct buf text = { 0 };
	enum err e = ERR_OK;

	ERR_clear_error();
	for (i = 0; e == ERR_OK && i < n; i++)
		e = name_put_attr_utf8(name, i, &text, d);
	buf_clear(&text);
	return e == ERR_OK ? diag_nomem(d) : e;
}

enum err
name_put_rfc4514(const X509_NAME *name, struct buf *out, struct diag *d)
{
	unsigned long flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	enum err e = ERR_OK;
	char *text = NULL;
	long len;

	if (bio == NULL)
		return ossl_nomem(d);
	if (X509_NAME_print_ex(bio, name, 0, flags) < 0) {
		e = unprintable(name, d);
	} else {
		len = BIO_get_mem_data(bio, &text);
		buf_put(out, bytes_of(text, (size_t)len));
		if (!buf_ok(out))
			e = diag_nomem(d);
	}
	BIO_free(bio);
	return e;
}
