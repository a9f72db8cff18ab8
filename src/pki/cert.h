/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 certificates, read only. */
#ifndef PKI_CERT_H
#define PKI_CERT_H

#include "base/buf.h"
#include "base/diag.h"
#include "pki/pubkey.h"

struct cert;

/* Decodes one DER certificate. Nothing may follow it. The bytes of DER are
 * not needed afterwards. */
MUST_CHECK enum err cert_from_der(struct bytes der, struct cert **ret,
    struct diag *d);

/* Decodes the one certificate of a file, PEM or DER. ERR_SYNTAX where there
 * is none, or where a PEM file holds a second one. */
MUST_CHECK enum err cert_from_file(struct bytes content, struct cert **ret,
    struct diag *d);

/* Moves CUR, a text, behind the next certificate in PEM, which becomes *RET:
 * content for cert_from_file(). What else stands there, a private key too, is
 * stepped over undecoded. False where there is none. One that never ends is
 * all of the rest. */
MUST_CHECK bool cert_take_pem(struct bytes *cur, struct bytes *ret);

/* Appends DER, the bytes of a certificate, as PEM. */
MUST_CHECK enum err cert_put_pem(struct bytes der, struct buf *out,
    struct diag *d);

/* Frees *C and sets it to NULL; NULL is allowed. */
void cert_free(struct cert **c);

/* What is returned below is borrowed from C. */

/* Its DER. */
struct bytes cert_der(const struct cert *c);

/* The magnitude of the serial number, big-endian, without a sign byte. */
struct bytes cert_serial(const struct cert *c);

/* It is below 0, which no authority may give (RFC 5280, 4.1.2.2). */
bool cert_serial_is_negative(const struct cert *c);

/* Appends the serial number as DER INTEGER, as PKCS#11 wants it. */
MUST_CHECK enum err cert_put_serial_der(const struct cert *c, struct buf *out,
    struct diag *d);

/* The public key as it stands in the certificate: PKCS#1 RSAPublicKey for
 * RSA, an X9.62 point for EC (the content of subjectPublicKey's BIT
 * STRING). */
struct bytes cert_public_key_bytes(const struct cert *c);

/* The same as a key; NULL where OpenSSL does not know its kind. */
const struct pubkey *cert_key(const struct cert *c);

/* The certificate is for this key. */
bool cert_has_key(const struct cert *c, const struct pubkey *k);

/* The certificate's own signature, made by its issuer. */
struct bytes cert_signature(const struct cert *c);

/* OpenSSL's name of how it was made, "sha256WithRSAEncryption", or dotted
 * decimal. */
void cert_put_signature_name(const struct cert *c, struct buf *out);

/* Seconds since 1970. */
int64_t cert_not_before(const struct cert *c);
int64_t cert_not_after(const struct cert *c);

/* basicConstraints says that it is a CA. */
bool cert_is_ca(const struct cert *c);

/* Subject and issuer are the same name. */
bool cert_is_self_issued(const struct cert *c);

/* *RET: a common name or a DNS name of subjectAltName begins with "*.". An
 * extension that does not decode holds none. */
MUST_CHECK enum err cert_has_wildcard(const struct cert *c, bool *ret,
    struct diag *d);

/* *RET: a common name or a DNS name of subjectAltName is HOST, in capitals or
 * not. Wildcards stand for nobody. */
MUST_CHECK enum err cert_is_of_host(const struct cert *c, struct bytes host,
    bool *ret, struct diag *d);

enum cert_name {
	CERT_SUBJECT,
	CERT_ISSUER
};

/* The DER of a name. */
struct bytes cert_name_der(const struct cert *c, enum cert_name which);

/* One attribute of a distinguished name. */
struct cert_attr {
	char key[64];       /* "CN", "OU", ...; dotted decimal otherwise */
	char label[64];     /* for people: "emailAddress" */
	struct bytes value; /* the bytes as encoded, whatever string type */
	bool wide;          /* the bytes are UTF-16 or UTF-32 */
};

/* The attributes of a name in the order of the certificate. */
size_t cert_num_attrs(const struct cert *c, enum cert_name which);
void cert_attr(const struct cert *c, enum cert_name which, size_t i,
    struct cert_attr *ret);

/* Appends attribute I converted to UTF-8. */
MUST_CHECK enum err cert_put_attr_utf8(const struct cert *c,
    enum cert_name which, size_t i, struct buf *out, struct diag *d);

/* Appends the first CN of the name converted to UTF-8; nothing where it has
 * none. */
MUST_CHECK enum err cert_put_cn(const struct cert *c, enum cert_name which,
    struct buf *out, struct diag *d);

/* Appends the name as RFC 4514 writes it (last attribute first), UTF-8. */
MUST_CHECK enum err cert_put_name(const struct cert *c, enum cert_name which,
    struct buf *out, struct diag *d);

#endif
