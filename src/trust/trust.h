/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What phones accept. One function, trust_judge(), decides whether a phone
 * takes a list; nobody else has a rule of his own. Pure functions: no file, no
 * clock, no network.
 *
 * What is judged is the list's header and records, not its signature: whether
 * that is right is ctl_verify()'s business, and nobody offers a file whose
 * signature is not.
 */
#ifndef TRUST_TRUST_H
#define TRUST_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/ctl.h"

/* Verdict, its JSON name, how people read it. */
#define TRUST_VERDICTS(X)                                                     \
	X(TRUST_ACCEPTS_FIRST, "accepts-first", "takes it as it comes")       \
	X(TRUST_ACCEPTS, "accepts", "accepts it")                             \
	X(TRUST_THROUGH_TVS, "accepts-through-tvs", "accepts it through TVS") \
	X(TRUST_UNKNOWN, "unknown", "is not known to accept it")              \
	X(TRUST_REFUSES, "refuses", "refuses it")

/*
 * The rule that decides: id, name in JSON and documents, evidence
 * (docs/trust.md).
 * A1  No list is installed: the first is taken as it comes.
 * A2  The header's CANAME and SERIALNUMBER are, byte for byte, those of a SAST
 *     of the installed list, and its key decides. Refused where OFFER has
 *     another key under these names; TVS is not asked then.
 * A3  They are not, and the phone asks the TVS of each node of its CallManager
 *     group. Each must show a certificate that the phone's ITL has, and vouch
 *     for CANAME and SERIALNUMBER: one that does not decides for the group.
 * A4  They are not, and nobody else is asked.
 * A5  The phone's class cannot read OFFER (W6 of works.h), and rejects it
 *     whole. accept_judge() alone knows classes.
 * A6  What the phone is given is not known: it is behind an Expressway. Also
 *     accept_judge()'s.
 */
#define TRUST_RULES(X)                                   \
	X(TRUST_RULE_FIRST, "A1", "documented")          \
	X(TRUST_RULE_INSTALLED_SAST, "A2", "documented") \
	X(TRUST_RULE_TVS, "A3", "documented")            \
	X(TRUST_RULE_STRANGER, "A4", "documented")       \
	X(TRUST_RULE_UNREADABLE, "A5", "documented")     \
	X(TRUST_RULE_REMOTE, "A6", "assumed")

/* Why TVS vouches: id, JSON name, evidence. Its database has the signer as
 * SAST; or the CTL file on its node's own disk has, on which sources disagree,
 * so it counts only where trust_phone.cache_counts. */
#define TRUST_LEGS(X)                                   \
	X(TRUST_LEG_NONE, "none", "assumed")            \
	X(TRUST_LEG_DATABASE, "database", "documented") \
	X(TRUST_LEG_CTL_CACHE, "ctl-cache", "assumed")

/* What is known of something. */
enum trust_known {
	TRUST_NOT_KNOWN,
	TRUST_NO,
	TRUST_YES
};

#define TRUST_ENUM3(id, name, text) id,
#define TRUST_ENUM2(id, name) id,
enum trust_verdict {
	TRUST_VERDICTS(TRUST_ENUM3)
};
enum trust_rule {
	TRUST_RULES(TRUST_ENUM3)
};
enum trust_leg {
	TRUST_LEGS(TRUST_ENUM3)
};
#undef TRUST_ENUM3
#undef TRUST_ENUM2

const char *trust_verdict_name(enum trust_verdict verdict);
const char *trust_verdict_text(enum trust_verdict verdict);
const char *trust_rule_name(enum trust_rule rule);
const char *trust_leg_name(enum trust_leg leg);

/* "documented", "observed" or "assumed": the marks of docs/trust.md. */
const char *trust_rule_evidence(enum trust_rule rule);
const char *trust_leg_evidence(enum trust_leg leg);

/* The names of a signer as they stand in a list, with their NUL. */
struct trust_names {
	struct bytes issuer, serial; /* absent: ptr NULL */
};

/* What the database of TVS has with role SAST, the same on all nodes:
 * CallManager of any node, and Phone-SAST-trust. */
struct trust_database {
	const struct trust_names *names; /* spelt as lists spell them */
	size_t num;
	bool whole; /* all is here: what is not is not there. Else a signer
		     * that is not here is unknown, and MISSING says what
		     * to bring */
	const char *missing;
};

/* The names of a certificate, owned. All-zero is legal to clear. */
struct trust_spelling {
	struct buf issuer, serial;
};

/* Spells C as a list that has it as SAST does: as ctl_draft_add() would, in the
 * dialect of ctl_dialect_for() (format 10.1). RET is all-zero, or cleared,
 * before. Errors as ctl_draft_add(). */
MUST_CHECK enum err trust_spell(const struct cert *c,
    struct trust_spelling *ret, struct diag *d);
void trust_spelling_clear(struct trust_spelling *s);

/* Borrowed from S. */
struct trust_names trust_names_of(const struct trust_spelling *s);

/* The TVS of one node of the group. */
struct trust_tvs {
	const char *node;
	/* The phone's ITL has the certificate that this TVS shows. */
	enum trust_known certificate;
	const struct ctl_file *disk; /* CTLFile.tlv of that node; or NULL */
};

/* A phone, as far as it matters here; all-zero holds nothing. One that asks
 * nobody has no Security by Default. */
struct trust_phone {
	const struct ctl_file *installed;      /* NULL: nothing */
	bool asks_tvs;                         /* Security by Default */
	const struct trust_tvs *tvs;           /* the nodes of its group */
	size_t num_tvs;                        /* 0: they are not known */
	const struct trust_database *database; /* NULL: not known */
	bool cache_counts;
};

struct trust_judgement {
	enum trust_verdict verdict;
	enum trust_rule rule;
	enum trust_leg leg; /* of A3, that it rests on: the weaker one, where
			     * nodes differ */
	size_t record;      /* of the installed list, that decides; or 0 */
	bool no_ctl;      /* true of phones without a CTL alone: one that has a
			  * CTL asks that of the signer of an ITL */
	const char *node; /* whose TVS decides against it, or is not known; NULL
			   * where it is all of them, or none */
	struct diag why;  /* one sentence; of a refusal with what to do, of
			   * unknown with what is missing */
};

/* Judges OFFER, a list, for PHONE. Where the installed list has the signer, but
 * spells it in other bytes, the sentence says so: phones compare bytes. Both
 * are lists of one kind, CTL or ITL; or the installed one is a CTL and OFFER an
 * ITL, which a phone that holds a CTL verifies by that. */
void trust_judge(const struct trust_phone *phone, const struct ctl_file *offer,
    struct trust_judgement *ret);

/* ---- What a change leaves behind. ---- */

/* Whose a SAST record is: id, JSON name. An administrator's token or key; a
 * CallManager, if the appliance spelt it and its key stands again as CCM,
 * CCM+TFTP or TFTP; ITLRecovery, if the appliance spelt it and its subject
 * begins with CN=ITLRECOVERY_. */
#define TRUST_OWNERS(X)                           \
	X(TRUST_OWNER_TOKEN, "token")             \
	X(TRUST_OWNER_CALLMANAGER, "callmanager") \
	X(TRUST_OWNER_ITLRECOVERY, "itlrecovery")

#define TRUST_ENUM2(id, name) id,
enum trust_owner {
	TRUST_OWNERS(TRUST_ENUM2)
};
#undef TRUST_ENUM2

const char *trust_owner_name(enum trust_owner owner);

/* Of record INDEX of F, a SAST, by what this list has and no other. */
enum trust_owner trust_owner_of(const struct ctl_file *f, size_t index);

/* The record of F with the same role and the same CERTIFICATE (else CERTHASH,
 * else PUBLICKEY with issuer and serial number) as record INDEX of OTHER; 0
 * where there is none. It looks at every record: diff_of() is for many. */
size_t trust_same_record(const struct ctl_file *f, const struct ctl_file *other,
    size_t index);

/*
 * From here on a SAST counts that a phone can find and use: one with
 * ISSUERNAME, SERIALNUMBER and PUBLICKEY (else CERTIFICATE, else CERTHASH). A
 * PUBLICKEY is RSA, with an odd exponent above 1: no other signs a list. Two
 * lists share it where all of these are the same bytes; one that is spelt
 * otherwise has gone, and another one has come.
 */

/*
 * What stands against a change of OLD into NEW: bit, JSON name. Any of them
 * strands phones, or may.
 * signer-not-in-old  trust_judge() refuses NEW for a phone that holds OLD.
 * no-shared-sast     NEW shares no SAST with OLD.
 * last-held-sast     OLD has SASTs whose key somebody is known to hold, and NEW
 *                    has none such.
 * server-sast        OLD or NEW is signed with an administrator's key, and a
 *                    SAST of CallManager, or of ITLRecovery, has gone, for
 *                    whose server NEW has no other: the appliance's own next
 *                    update may not be accepted. CallManager in OLD or NEW is
 *                    CallManager here, and so is whom the appliance spelt and
 *                    whose common name is the host of a server.
 */
#define TRUST_LOSSES(X)                           \
	X(TRUST_LOSS_SIGNER, "signer-not-in-old") \
	X(TRUST_LOSS_ALL_SAST, "no-shared-sast")  \
	X(TRUST_LOSS_LAST_HELD, "last-held-sast") \
	X(TRUST_LOSS_SERVER_SAST, "server-sast")

enum trust_loss {
#define TRUST_ENUM2(id, name) id,
	TRUST_LOSSES(TRUST_ENUM2)
#undef TRUST_ENUM2
	TRUST_NUM_LOSSES
};

const char *trust_loss_name(enum trust_loss loss);

struct trust_change {
	const struct ctl_file *old, *new;
	/* Whether the key of SAST record INDEX of F, which is OLD or NEW, is
	 * known to be held, by a token of the inventory. The publisher's own
	 * are known here: those whose owner is no token. NULL: there is no
	 * inventory. */
	bool (*held)(void *arg, const struct ctl_file *f, size_t index);
	void *arg;
};

struct trust_effect {
	struct trust_judgement judgement;  /* for a phone that holds OLD */
	unsigned losses;                   /* bit 1u << enum trust_loss */
	struct diag why[TRUST_NUM_LOSSES]; /* a sentence for each, and what
					    * to do */
	size_t shared;                     /* SASTs of OLD that NEW has */
	size_t removed, added;             /* SASTs */
	/* A SAST of CallManager stays, but its server has another key in NEW:
	 * a sentence, or "". The change after it cannot tell any more whose it
	 * is. */
	struct diag untied;
	/* Phones that missed OLD, since they were off, hold an older list.
	 * They take NEW only if its signer is a SAST of that one; so some may
	 * be left behind where OLD had another signer, or where SASTs go. */
	bool strands_late;
	struct diag late; /* which phones, and what to do; where so */
};

/* What the change means for phones. ERR_NOMEM. */
MUST_CHECK enum err trust_effect(const struct trust_change *change,
    struct trust_effect *ret, struct diag *d);

#endif
