/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phone, as far as trust lists go: what it holds, whether it takes what it
 * is offered, and whether it works then. Written from the published
 * descriptions (docs/trust.md says which) over lab/wire.h, apart from
 * src/trust and ctl/, so that a misreading there does not make its own test
 * pass.
 *
 * It meets its surroundings as a struct site, or a struct cluster.
 *
 * One phone asks one TFTP node and the TVS of one node: of a group of phones,
 * some ask first the one node, some the other. So what holds for the group
 * holds for a phone for each of its nodes.
 */
#ifndef LAB_PHONE_H
#define LAB_PHONE_H

#include "lab/cluster.h"

enum phone_answer {
	PHONE_TAKES,
	PHONE_CANNOT_READ,   /* it is no list that adds up; or one that this
			      * sort of phone does not read */
	PHONE_KNOWS_NOT,     /* the header's signer is no SAST that it holds */
	PHONE_BAD_SIGNATURE, /* and not made with the key that it holds */
	PHONE_THROUGH_TVS    /* it knows it not, but TVS does: it takes it */
};

/* What a phone that holds HELD (absent: nothing), and asks nobody, says to
 * OFFER, a file of the same kind. The signer is looked up by tags 5 and 6 of
 * the header among the SAST records of what is held (tags 6 and 5), byte for
 * byte, and the first such record's PUBLICKEY must fit the signature.
 * ERR_NOMEM. */
MUST_CHECK enum err phone_judge(struct bytes held, struct bytes offer,
    enum phone_answer *ret, struct diag *diag);

/* What a sort of phones can. */
struct phone_sort {
	const char *name;
	bool asks_tvs;      /* Security by Default */
	bool has_itl;       /* it takes ITLs */
	bool signed_config; /* it takes its configuration signed */
	bool old_roles;     /* it reads no list with roles 8 to 20 or above
			     * 21 (894x) */
	bool sha1_only;
	size_t max_sasts; /* it reads no list with more; 0: any */
	size_t max_bits;  /* nor with longer keys; 0: any */
};

/* A value; all-zero but SORT holds nothing. */
struct phone {
	const struct phone_sort *sort;
	uint8_t tftp, tvs; /* nodes */
	const struct sheet *ctl, *itl;
};

/* A start of a phone: what it took, and what it can do then. "Fine" is also
 * what it does not need. */
struct phone_day {
	enum phone_answer ctl; /* PHONE_TAKES where none is served */
	bool readable;         /* the CTL that it holds then: W6 */
	bool itl;              /* W1: the ITL of its TFTP node verifies */
	bool config;           /* W2: so do its configuration files */
	bool tls;              /* W3: every server is known to it */
	bool capf;             /* W4 */
	bool works;            /* all of these */
};

/* P starts: CTL, ITL, configuration, connections to C; P holds then what it
 * took. ERR_NOMEM. */
MUST_CHECK enum err phone_start(struct phone *p, const struct cluster *c,
    struct phone_day *ret, struct diag *diag);

/* The same in any surroundings. */
MUST_CHECK enum err phone_start_at(struct phone *p, const struct site *site,
    struct phone_day *ret, struct diag *diag);

/* How it is with P as it stands, without a start: what it would say to the CTL
 * that is offered, and what it can do with those lists that it holds. */
MUST_CHECK enum err phone_look(const struct phone *p, const struct site *site,
    struct phone_day *ret, struct diag *diag);

/* The same of a phone that may not keep anything: what would become of it. */
MUST_CHECK enum err phone_imagine(const struct phone *p,
    const struct cluster *c, struct phone_day *ret, struct diag *diag);

/* It has taken the CTL that is served, and works. */
bool phone_is_well(const struct phone_day *day);

#endif
