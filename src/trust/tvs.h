/* SPDX-License-Identifier: Apache-2.0 */
/* Within trust/ only: what the TVS of a phone's CallManager group says of a
 * signer (rule A3). */
#ifndef TRUST_TVS_H
#define TRUST_TVS_H

#include "trust/trust.h"

/* What is missing: bits. */
enum tvs_missing {
	TVS_NO_GROUP = 1,       /* which nodes they are */
	TVS_NO_CERTIFICATE = 2, /* whether the ITL has what it shows */
	TVS_NO_DATABASE = 4,    /* what its database has */
	TVS_NO_DISK = 8         /* the CTL file on its disk */
};

struct tvs_answer {
	enum trust_known vouches;
	enum trust_leg leg;           /* of YES */
	const struct trust_tvs *node; /* that decides NO, or is not known; NULL:
				       * it is the same for all */
	bool stranger;                /* of NO: the ITL lacks what it shows */
	bool cache_would; /* its disk has the signer, but does not count */
	unsigned missing; /* of NOT_KNOWN */
};

/* Asks, for PHONE, the TVS of each node whether the signer with NAMES, both of
 * which are there, is a SAST. NO goes before NOT_KNOWN, and that before YES;
 * the first node that says so decides. */
struct tvs_answer tvs_ask(const struct trust_phone *phone,
    struct trust_names names);

/* For a sentence: "the nodes of that group, its CTLFile.tlv". */
struct tvs_text {
	char text[256];
};
struct tvs_text tvs_missing_text(const struct trust_phone *phone,
    unsigned missing);

#endif
