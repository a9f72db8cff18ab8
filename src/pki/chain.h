/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from a certificate to a root, by certificates of a store alone, as
 * the appliance goes it before it takes an upload: every link must be there.
 * Loops and cross-signed roots end; no policy of OpenSSL's has a say.
 */
#ifndef PKI_CHAIN_H
#define PKI_CHAIN_H

#include "pki/cert.h"

#define CHAIN_MAX 16

enum chain_end {
	CHAIN_COMPLETE,    /* a self-signed certificate of the store ends it */
	CHAIN_ISSUER_GONE, /* the store has nobody of that name and key */
	CHAIN_NOT_SIGNED,  /* it has one of that name whose key did not sign */
	CHAIN_NOT_CA,      /* it has one that signed, and is no CA */
	CHAIN_LOOP,
	CHAIN_TOO_LONG
};

struct chain {
	enum chain_end end;
	const struct cert *link[CHAIN_MAX]; /* from the leaf on; borrowed */
	size_t num;
};

/* *RET: ISSUER's key made the signature of C. Every algorithm that OpenSSL
 * knows, SHA-1 and MD5 too. */
MUST_CHECK enum err chain_signed_by(const struct cert *c,
    const struct cert *issuer, bool *ret, struct diag *d);

/* Of several ways the first that is complete, else the longest. */
MUST_CHECK enum err chain_find(const struct cert *leaf,
    const struct cert *const *store, size_t num, struct chain *ret,
    struct diag *d);

#endif
