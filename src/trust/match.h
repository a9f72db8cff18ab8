/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within trust/ only: finding records of one list in another, also where both
 * are hostile and have the 10,000 records that ctl_parse() lets through. Keys
 * are sorted as bytes, so that nothing depends on a hash that may be made to
 * collide.
 */
#ifndef TRUST_MATCH_H
#define TRUST_MATCH_H

#include "ctl/ctl.h"

/* What makes two records the same. Role is always part of it, but for
 * MATCH_SERVER_KEY, MATCH_HOST and MATCH_CONTENT. "Certificate" is CERTIFICATE, else CERTHASH,
 * else PUBLICKEY with issuer and serial number. */
enum match_by {
	MATCH_RECORD,     /* all bytes */
	MATCH_CERT_AT,    /* certificate, or none; host and address */
	MATCH_CERT,       /* certificate */
	MATCH_SERVER_CN,  /* server and common name */
	MATCH_SERVER,     /* server: host, else common name, else address */
	MATCH_SAST,       /* of a SAST alone, as phones find and use it:
			   * issuer, serial number and PUBLICKEY, RSA with
			   * an odd exponent above 1, else certificate */
	MATCH_SERVER_KEY, /* PUBLICKEY of a CCM, CCM+TFTP or TFTP */
	MATCH_HOST,       /* host of a record that is no SAST */
	MATCH_CONTENT,    /* CERTIFICATE, else CERTHASH, else PUBLICKEY */
};

#define MATCH_PARTS 6

/* Borrows from the list that it was made of. */
struct match_key {
	unsigned kind; /* which fields these parts are */
	struct bytes part[MATCH_PARTS];
	size_t record;
};

/* The key of record INDEX of F; false where it has none of this sort. */
bool match_key_of(const struct ctl_file *f, size_t index, enum match_by by,
    struct match_key *ret);

/* The MATCH_CONTENT key of a record that has this as its CERTIFICATE, CERTHASH
 * or PUBLICKEY. */
struct match_key match_content(enum ctl_record_tag tag, struct bytes value);

/* Below, equal to or above 0; the record's number does not count. */
int match_order(const struct match_key *a, const struct match_key *b);

/* The keys of a list, in their order, of equal ones the first record first. */
struct match_index {
	struct match_key *key;
	size_t num;
};

/* The keys of all records of F that have one, but for those whose TAKEN is not
 * 0 (from 1; NULL: all). ERR_NOMEM. */
MUST_CHECK enum err match_sort(const struct ctl_file *f, enum match_by by,
    const size_t *taken, struct match_index *ret, struct diag *d);

/* Puts IX in its order. */
void match_index_sort(struct match_index *ix);

/* Frees what IX holds; it is empty again. */
void match_index_clear(struct match_index *ix);

/* IX has KEY. */
bool match_index_has(const struct match_index *ix, const struct match_key *key);

/* The keys of IX that equal KEY: the first of them, borrowed, and *RET_NUM. */
const struct match_key *match_index_find(const struct match_index *ix,
    const struct match_key *key, size_t *ret_num);

/* The bits of the modulus where KEY is an RSAPublicKey; 0: it is none. */
unsigned match_rsa_bits(struct bytes key);

#endif
