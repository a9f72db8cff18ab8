/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates and the administrators' tokens (SAST) of trust lists: who is in
 * a list, who signed it, whose certificate nobody has. Nothing here asks a
 * token or reads a file, and nothing checks a signature: ctl_verify() does.
 *
 * What is returned borrows from the struct ctl_file that it is about.
 */
#ifndef CLI_SAST_H
#define CLI_SAST_H

#include "ctl/ctl.h"

/* One SAST of a list. */
struct sast {
	size_t record;
	struct bytes issuer; /* as the record spells it; both may be absent */
	struct bytes serial; /* in the record's order of bytes */
	bool has_sha1;
	struct digest_value sha1; /* of CERTIFICATE, or CERTHASH */
	bool signer;              /* the header names it */
};

struct sasts {
	struct sast *at;
	size_t num;
};

/* The SASTs of F in the order of its records; none, where F is no list. */
MUST_CHECK enum err sast_of_list(const struct ctl_file *f, struct sasts *ret,
    struct diag *d);

/* Those for which none of the NUM CERTS is the certificate. */
MUST_CHECK enum err sast_missing(const struct ctl_file *f,
    const struct cert *const *certs, size_t num, struct sasts *ret,
    struct diag *d);

/* Frees what SS holds; it is empty again. */
void sast_clear(struct sasts *ss);

enum sast_standing {
	SAST_NOT_LISTED,
	SAST_LISTED, /* the certificate of a SAST of the list */
	SAST_SIGNER  /* and that of the one that the header names */
};

struct sast_match {
	enum sast_standing standing;
	/* The SAST that is nearest, or 0, and how near. A certificate that
	 * is not listed may still be CTL_NAMED_CERT or CTL_HELD_CERT: a guard
	 * does well to take that for listed. */
	size_t record;
	enum ctl_identity identity;
};

/* What C is in F. Of several records that are as near, the signer's is
 * taken, else the first. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err sast_find(const struct ctl_file *f, const struct cert *c,
    struct sast_match *ret, struct diag *d);

/* The index of the newest of NUM (at least one) FILES, which are given from
 * the oldest to the newest: by TIMESTAMP where all have one, of several that
 * are as new the last; otherwise the last. */
size_t sast_newest(const struct ctl_file *const *files, size_t num);

/* *RET: C is what Cisco sold on a token: a common name that begins with
 * "SAST-" and an issuer whose common name begins with "Cisco Manufacturing CA",
 * in capitals or not. Such a key cannot be had again. ERR_NOMEM. */
MUST_CHECK enum err sast_is_cisco(const struct cert *c, bool *ret,
    struct diag *d);

#endif
