/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A certificate as text: up to 14SU1 as the JDK's library wrote it, later as
 * BCFIPS does; and as PEM.
 */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/text.h"
#include "lab/console_parts.h"
#include "lab/mint.h"

#define BCFIPS_SINCE CONSOLE_SU(1400, 2)
#define OID_MAX 128

/* The JDK writes a name from its end. */
#define JDK_ORDER (XN_FLAG_DN_REV | XN_FLAG_SEP_CPLUS_SPC)
#define BC_ORDER XN_FLAG_SEP_COMMA_PLUS

/* ---- PEM. ---- */

/* The last line of what is within: a prompt comes before it. */
static void
put_with_prompt(const struct console *c, const char *pem, struct buf *out)
{
	const char *middle = strchr(pem, '\n');

	if (middle == NULL) {
		buf_str(out, pem);
		return;
	}
	buf_put(out, bytes_of(pem, (size_t)(middle - pem) + 1));
	buf_printf(out, "%s\n%s", console_prompt(c), middle + 1);
}

static const char *
encode(struct bytes der, struct buf *out)
{
	unsigned char text[4 * 48 / 3 + 1];
	struct bytes part;

	while (der.len > 0) {
		if (!bytes_take(&der, der.len < 48 ? der.len : 48, &part))
			break;
		(void)EVP_EncodeBlock(text, part.ptr, (int)part.len);
		buf_printf(out, "%s\n", (const char *)text);
	}
	return buf_cstr(out);
}

void
console_put_pem(struct console *c, struct bytes der, const char *what,
    struct buf *out)
{
	struct buf lines = { 0 };
	const char *text = encode(der, &lines);

	buf_printf(out, "-----BEGIN %s-----\n", what);
	if (text == NULL)
		c->over = true;
	else if (console_is_hostile(c, "prompt-in-cert"))
		put_with_prompt(c, text, out);
	else
		buf_str(out, text);
	buf_printf(out, "-----END %s-----\n", what);
	buf_clear(&lines);
}

/* ---- Parts of the text. ---- */

static void
put_dn(struct buf *out, X509_NAME *name, unsigned long order)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	if (bio != NULL &&
	    X509_NAME_print_ex(bio, name, 0,
		order | XN_FLAG_FN_SN | ASN1_STRFLGS_ESC_CTRL |
		    ASN1_STRFLGS_UTF8_CONVERT) >= 0) {
		len = BIO_get_mem_data(bio, &text);
		buf_put(out, bytes_of(text, (size_t)len));
	}
	BIO_free(bio);
}

static void
put_time(struct buf *out, const ASN1_TIME *at)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(at, &tm) == 1)
		text_put_date(out, (int64_t)timegm(&tm));
}

static void
put_serial(struct buf *out, X509 *x, bool decimal)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *text = bn == NULL ? NULL
	    : decimal           ? BN_bn2dec(bn)
				: BN_bn2hex(bn);

	if (text != NULL)
		buf_str(out, text);
	OPENSSL_free(text);
	BN_free(bn);
}

static void
put_signature_oid(struct buf *out, X509 *x, bool named)
{
	const X509_ALGOR *alg;
	const ASN1_OBJECT *oid;
	char text[OID_MAX];

	X509_get0_signature(NULL, &alg, x);
	X509_ALGOR_get0(&oid, NULL, NULL, alg);
	(void)OBJ_obj2txt(text, sizeof(text), oid, named ? 0 : 1);
	buf_str(out, text);
}

static void
put_modulus(struct buf *out, X509 *x)
{
	BIGNUM *n = NULL;
	char *text;

	if (EVP_PKEY_get_bn_param(X509_get0_pubkey(x), OSSL_PKEY_PARAM_RSA_N,
		&n) != 1)
		return;
	text = BN_bn2hex(n);
	if (text != NULL)
		buf_str(out, text);
	OPENSSL_free(text);
	BN_free(n);
}

static void
put_key_value(struct buf *out, X509 *x)
{
	const ASN1_BIT_STRING *key = X509_get0_pubkey_bitstr(x);

	if (key != NULL)
		text_put_hex(out,
		    bytes_of(ASN1_STRING_get0_data(key),
			(size_t)ASN1_STRING_length(key)),
		    "", TEXT_LOWER);
}

static void
put_extensions(struct buf *out, X509 *x, const char *form)
{
	int i, num = X509_get_ext_count(x);
	char oid[OID_MAX];
	X509_EXTENSION *ext;

	for (i = 0; i < num; i++) {
		ext = X509_get_ext(x, i);
		(void)OBJ_obj2txt(oid, sizeof(oid),
		    X509_EXTENSION_get_object(ext), 1);
		buf_str(out, form);
		buf_printf(out, "%s%s\n", oid,
		    X509_EXTENSION_get_critical(ext) ? " critical" : "");
	}
}

/* ---- The two forms. ---- */

static void
put_old(struct buf *out, X509 *x)
{
	bool rsa = EVP_PKEY_get_base_id(X509_get0_pubkey(x)) == EVP_PKEY_RSA;

	buf_str(out, "[\n  Version: V3\n  Serial Number: ");
	put_serial(out, x, false);
	buf_str(out, "\n  SignatureAlgorithm: ");
	put_signature_oid(out, x, true);
	buf_str(out, " (");
	put_signature_oid(out, x, false);
	buf_str(out, ")\n  Issuer Name: ");
	put_dn(out, X509_get_issuer_name(x), JDK_ORDER);
	buf_str(out, "\n  Validity From: ");
	put_time(out, X509_get0_notBefore(x));
	buf_str(out, "\n           To:   ");
	put_time(out, X509_get0_notAfter(x));
	buf_str(out, "\n  Subject Name: ");
	put_dn(out, X509_get_subject_name(x), JDK_ORDER);
	buf_printf(out, "\n  Key: %s\n    Key value: ",
	    rsa ? "RSA (1.2.840.113549.1.1.1)" : "EC (1.2.840.10045.2.1)");
	put_key_value(out, x);
	buf_printf(out, "\n  Extensions: %d present\n", X509_get_ext_count(x));
	put_extensions(out, x, "  Extension: OID.");
	buf_str(out, "]\n");
}

static void
put_new(struct buf *out, X509 *x)
{
	bool rsa = EVP_PKEY_get_base_id(X509_get0_pubkey(x)) == EVP_PKEY_RSA;

	buf_str(out, "  [0]         Version: 3\n         SerialNumber: ");
	put_serial(out, x, true);
	buf_str(out, "\n             IssuerDN: ");
	put_dn(out, X509_get_issuer_name(x), BC_ORDER);
	buf_str(out, "\n           Start Date: ");
	put_time(out, X509_get0_notBefore(x));
	buf_str(out, "\n           Final Date: ");
	put_time(out, X509_get0_notAfter(x));
	buf_str(out, "\n            SubjectDN: ");
	put_dn(out, X509_get_subject_name(x), BC_ORDER);
	buf_printf(out, "\n           Public Key: %s Public Key\n",
	    rsa ? "RSA" : "EC");
	if (rsa) {
		buf_str(out, "              Modulus: ");
		put_modulus(out, x);
		buf_str(out, "\n");
	}
	buf_str(out, "  Signature Algorithm: ");
	put_signature_oid(out, x, false);
	buf_str(out, "\n           Extensions: \n");
	put_extensions(out, x, "                       ");
}

void
console_put_cert(struct console *c, struct bytes der)
{
	const uint8_t *p = der.ptr;
	X509 *x = d2i_X509(NULL, &p, (long)der.len);

	if (x == NULL)
		buf_str(&c->out, "Error reading the certificate\n");
	else if (c->release >= BCFIPS_SINCE)
		put_new(&c->out, x);
	else
		put_old(&c->out, x);
	if (x != NULL && console_is_hostile(c, "prompt-in-cert"))
		buf_printf(&c->out, "%s\n  Comment: not the end\n",
		    console_prompt(c));
	X509_free(x);
}
