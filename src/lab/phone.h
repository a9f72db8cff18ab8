/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone, as far as trust lists go: what it holds, and whether it takes what
 * it is offered. Written from the published descriptions (docs/trust.md says
 * which) over lab/wire.h, apart from src/trust and ctl/, so that a misreading
 * there does not make its own test pass. It holds a CTL or an ITL and is
 * offered the same kind; it asks no TVS.
 */
#ifndef LAB_PHONE_H
#define LAB_PHONE_H

#include "base/buf.h"

/* All-zero is a phone that holds nothing. */
struct phone {
	struct buf list;
};

void phone_clear(struct phone *p);

enum phone_answer {
	PHONE_TAKES,
	PHONE_CANNOT_READ,   /* it is no list that adds up */
	PHONE_KNOWS_NOT,     /* the header's signer is no SAST that it holds */
	PHONE_BAD_SIGNATURE, /* and not made with the key that it holds */
};

/*
 * Offers LIST to P. One that holds nothing takes any list that can be read.
 * Otherwise the signer is looked up by tags 5 and 6 of the header among the
 * SAST records of what is held (tags 6 and 5), byte for byte, and the first
 * such record's PUBLICKEY must fit the signature. What is taken replaces what
 * was held. ERR_NOMEM.
 */
MUST_CHECK enum err phone_offer(struct phone *p, struct bytes list,
    enum phone_answer *ret, struct diag *diag);

#endif
