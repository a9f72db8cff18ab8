/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates and requests as people have them: DER, PEM with anything around
 * it (the transcript of a terminal with its prompts), several behind one
 * another, CR LF, UTF-16 or UTF-8 with a byte order mark, a PKCS#7 bundle
 * (.p7b), the text dump of the appliance's `show cert own`. A private key among
 * it is refused, and nothing of it is in any message.
 */
#ifndef PKI_PASTED_H
#define PKI_PASTED_H

#include "pki/cert.h"
#include "pki/csr.h"

/* What a file turned out to be; bits, for what the appliance would object to. */
enum pasted_trait {
	PASTED_DER = 1,
	PASTED_PEM = 2,
	PASTED_PKCS7 = 4,
	PASTED_DUMP = 8, /* fields of a text dump, no certificate */
	PASTED_UTF16 = 16,
	PASTED_BOM = 32,
	PASTED_CRLF = 64,
	PASTED_AROUND = 128,    /* text before, between or behind */
	PASTED_NO_NEWLINE = 256 /* the last line does not end */
};

/* What `show cert own` prints, as far as it was there; borrowed from the
 * struct pasted. Before 14SU2 and after, its words differ. */
struct pasted_dump {
	struct bytes subject, issuer, serial, not_before, not_after, key;
	struct bytes sha1, sha256;
};

#define PASTED_MAX 1000 /* certificates and requests in one file */

struct pasted {
	unsigned traits; /* enum pasted_trait */
	struct cert **certs;
	size_t num_certs;
	struct csr **csrs;
	size_t num_csrs;
	bool has_dump;
	struct pasted_dump dump;
	struct buf text; /* as UTF-8 */
};

/* ERR_SYNTAX with the line, where there is a PEM block that does not decode, or
 * nothing at all; ERR_POLICY for a private key; ERR_TOO_BIG. */
MUST_CHECK enum err pasted_read(struct bytes content, struct pasted *ret,
    struct diag *d);
void pasted_clear(struct pasted *p);

#endif
