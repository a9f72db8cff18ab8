/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of phones: what sorts of devices differ in what they take and need.
 * A class says what its phones hold and can; which class a model belongs to
 * is the caller's business. docs/trust.md has a row for each.
 */
#ifndef TRUST_CLASS_H
#define TRUST_CLASS_H

#include "trust/trust.h"

/* What a class can: bits. */
enum class_trait {
	CLASS_HOLDS = 1,          /* a list is installed */
	CLASS_ASKS_TVS = 2,       /* Security by Default */
	CLASS_TVS_CHANGED = 4,    /* but TVS has another certificate than its
				  * ITL says */
	CLASS_HAS_ITL = 8,        /* it takes ITL files */
	CLASS_SIGNED_CONFIG = 16, /* it takes its configuration signed */
	CLASS_REMOTE = 32,        /* behind an Expressway: what it is given is
				  * not known */
	CLASS_OFF = 64            /* it missed lists: history.h */
};

#define CLASS_SBD \
	(CLASS_HOLDS | CLASS_ASKS_TVS | CLASS_HAS_ITL | CLASS_SIGNED_CONFIG)

/* Id, JSON name, what people call it, traits, how many SASTs it reads at most
 * (0: any number), strongest digest (DIGEST_SHA512: all), most bits of a key
 * (0: any). */
#define CLASSES(X)                                                           \
	X(CLASS_NEW, "nothing-installed", "nothing installed",               \
	    CLASS_HAS_ITL | CLASS_SIGNED_CONFIG, 0, DIGEST_SHA512, 0)        \
	X(CLASS_TVS, "tvs", "Security by Default, TVS reachable", CLASS_SBD, \
	    0, DIGEST_SHA512, 0)                                             \
	X(CLASS_OTHER_TVS, "tvs-changed",                                    \
	    "Security by Default, TVS has a new certificate",                \
	    CLASS_SBD | CLASS_TVS_CHANGED, 0, DIGEST_SHA512, 0)              \
	X(CLASS_NO_TVS, "no-tvs", "no Security by Default (7940, 7960)",     \
	    CLASS_HOLDS | CLASS_SIGNED_CONFIG, 0, DIGEST_SHA512, 0)          \
	X(CLASS_ATA, "ata", "ATA", CLASS_HOLDS | CLASS_SIGNED_CONFIG, 0,     \
	    DIGEST_SHA512, 0)                                                \
	X(CLASS_TELEPRESENCE, "telepresence",                                \
	    "telepresence without Security by Default",                      \
	    CLASS_HOLDS | CLASS_SIGNED_CONFIG, 0, DIGEST_SHA512, 0)          \
	X(CLASS_SOFT, "soft-client", "soft client (Jabber, CIPC)",           \
	    CLASS_HOLDS | CLASS_SIGNED_CONFIG, 0, DIGEST_SHA512, 0)          \
	X(CLASS_CTI, "cti", "CTI, JTAPI and TAPI client", CLASS_HOLDS, 0,    \
	    DIGEST_SHA512, 0)                                                \
	X(CLASS_MRA, "mra", "phone behind an Expressway (MRA)",              \
	    CLASS_HOLDS | CLASS_REMOTE, 0, DIGEST_SHA512, 0)                 \
	X(CLASS_TWO_SAST, "two-sast", "stack that takes two SASTs at most",  \
	    CLASS_HOLDS | CLASS_SIGNED_CONFIG, 2, DIGEST_SHA512, 0)          \
	X(CLASS_SHA1, "sha1", "phone that reads SHA-1 alone",                \
	    CLASS_HOLDS | CLASS_SIGNED_CONFIG, 0, DIGEST_SHA1, 0)            \
	X(CLASS_2048, "rsa2048", "phone that reads 2048 bits at most",       \
	    CLASS_HOLDS | CLASS_SIGNED_CONFIG, 0, DIGEST_SHA512, 2048)       \
	X(CLASS_SWITCHED_OFF, "off", "switched off while lists changed",     \
	    CLASS_SBD | CLASS_OFF, 0, DIGEST_SHA512, 0)

enum class {
#define CLASS_ENUM(id, name, text, traits, sasts, digest, bits) id,
	CLASSES(CLASS_ENUM)
#undef CLASS_ENUM
	CLASS_NUM
};

const char *class_name(enum class c);
const char *class_text(enum class c);
unsigned class_traits(enum class c);
unsigned class_max_sasts(enum class c);
enum digest class_digest(enum class c);
unsigned class_max_bits(enum class c);
/* False where there is none of that name. */
bool class_of_name(const char *name, enum class *ret);

#endif
