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

/* What a file turned out to be, for what the appliance would object to: bit,
 * name. */
#define PASTED_TRAITS(X)                                                     \
	X(PASTED_DER, 1, "der")                                              \
	X(PASTED_PEM, 2, "pem")                                              \
	X(PASTED_PKCS7, 4, "pkcs7")                                          \
	X(PASTED_DUMP, 8, "text-dump") /* fields of one, no certificate */   \
	X(PASTED_UTF16, 16, "utf-16")                                        \
	X(PASTED_BOM, 32, "byte-order-mark")                                 \
	X(PASTED_CRLF, 64, "crlf")                                           \
	X(PASTED_AROUND, 128, "text-around") /* before, between or behind */ \
	X(PASTED_NO_NEWLINE, 256, "no-final-newline")

enum pasted_trait {
#define PASTED_ENUM(id, bit, name) id = (bit),
	PASTED_TRAITS(PASTED_ENUM)
#undef PASTED_ENUM
};

/* The name of the bit numbered I, from 0; NULL behind the last. */
const char *pasted_trait_name(unsigned i);

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

/* Appends CONTENT, a text in any of these encodings, as UTF-8. ERR_NOMEM. */
MUST_CHECK enum err pasted_put_text(struct bytes content, struct buf *out,
    struct diag *d);

/* Moves the next line of CUR into RET, without its end and without blanks
 * around it; false at the end. */
bool pasted_line(struct bytes *cur, struct bytes *ret);

/* Reads a date as the dump has it, `Tue Mar 30 02:19:31 PDT 2021`, in seconds;
 * a zone that is not UTC or GMT is taken for UTC, since its letters mean
 * several. False where it is none. */
MUST_CHECK bool pasted_date(struct bytes text, int64_t *ret);

#endif
