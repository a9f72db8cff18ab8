/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates from the lab's mint as both see them, the product and the twin,
 * and a signer in memory. Include it after test.h. The keys are those of
 * $SRC/softhsm-fixtures/keys.
 */
#ifndef TESTS_UNIT_MINTED_H
#define TESTS_UNIT_MINTED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "lab/dialect.h"

struct minted {
	struct dialect_cert twin;
	struct buf key, signature, der;
	struct cert *cert;
};

/* The private key of that name, "rsa1024-a". */
static inline struct mint_key *
minted_key(const char *name)
{
	struct mint_key *key = NULL;
	char path[512];
	struct diag d;

	assert_non_null(getenv("SRC"));
	(void)snprintf(path, sizeof(path), "%s/softhsm-fixtures/keys/%s.pem",
	    getenv("SRC"), name);
	if (mint_key_load(path, &key, &d) != ERR_OK)
		fail_msg("%s: %s", path, d.msg);
	return key;
}

/* A certificate of SPEC, which is borrowed. */
static inline void
minted_make(struct minted *m, const struct mint_spec *spec)
{
	struct diag d;

	memset(m, 0, sizeof(*m));
	if (mint_cert(spec, &m->der, &d) != ERR_OK ||
	    cert_from_der(buf_bytes(&m->der), &m->cert, &d) != ERR_OK ||
	    mint_key_public(spec->key, &m->key, &d) != ERR_OK ||
	    mint_cert_signature(buf_bytes(&m->der), &m->signature, &d) !=
		ERR_OK)
		fail_msg("%s", d.msg);
	m->twin.spec = *spec;
	m->twin.public_key = buf_bytes(&m->key);
	m->twin.signature = buf_bytes(&m->signature);
	m->twin.der = buf_bytes(&m->der);
}

static inline void
minted_clear(struct minted *m)
{
	cert_free(&m->cert);
	buf_clear(&m->key);
	buf_clear(&m->signature);
	buf_clear(&m->der);
}

/* A self-signed certificate for CN, valid until 2033. */
static inline void
minted_plain(struct minted *m, const struct mint_key *key,
    const struct mint_attr *cn)
{
	const struct mint_spec spec = { .subject = { cn, 1 },
		.issuer = { cn, 1 },
		.serial = { (const uint8_t *)"\x4a\x11\x22\x33", 4 },
		.not_after = 2000000000,
		.key = key,
		.issuer_key = key,
		.digest = MINT_SHA256 };

	minted_make(m, &spec);
}

static inline enum mint_digest
minted_digest(enum digest digest)
{
	return digest == DIGEST_SHA1  ? MINT_SHA1
	    : digest == DIGEST_SHA256 ? MINT_SHA256
				      : MINT_SHA512;
}

/* For struct ctl_signer; ARG is the struct mint_key. */
static inline enum err
minted_sign(void *arg, const struct ctl_unsigned *u, const char *purpose,
    struct buf *ret, struct diag *d)
{
	(void)purpose;
	return mint_sign(arg, minted_digest(u->digest), buf_bytes(&u->preimage),
	    ret, d);
}

#endif
