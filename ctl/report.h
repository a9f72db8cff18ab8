/* SPDX-License-Identifier: Apache-2.0 */
/* Within ctl/ only: how the rules report, and what those about records
 * together know of one record. */
#ifndef CTL_REPORT_H
#define CTL_REPORT_H

#include "ctl/ctl.h"

/* Where something was found. */
struct ctl_place {
	size_t record; /* 0: the header, or the file as a whole */
	unsigned tag;  /* 0: no single tag */
	size_t offset; /* or DIAG_NOWHERE */
	unsigned line; /* in a text; else 0 */
};

/* Findings on their way. Failed is sticky and means that memory ran out. */
struct ctl_report {
	struct ctl_findings *to;
	enum ctl_kind kind;
	bool failed;
};

/* Adds a finding unless RULE is silent in this kind: FMT says what is so, the
 * rule's advice is put behind it. */
void ctl_report(struct ctl_report *r, enum ctl_rule rule,
    struct ctl_place place, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The file as a whole, without a place in it. */
struct ctl_place ctl_place_none(void);

/* Sorts what was reported; ERR_NOMEM where something could not be. */
MUST_CHECK enum err ctl_report_end(struct ctl_report *r, struct diag *d);

/* A record as the rules about all of them see it, from bytes or from text. */
struct ctl_fact {
	struct ctl_place place;
	bool whole; /* what is absent here is absent in the list */
	bool has_role;
	uint16_t role;
	struct bytes issuer, serial; /* as they stand there */
	struct bytes dns;            /* DNSNAME without its NUL */
	struct bytes ip;             /* IPADDRESS */
	bool ip_unknown;             /* a text does not say it */
	bool has_der;                /* CERTIFICATE */
	bool has_cert;               /* that or CERTHASH */
	bool has_key;                /* that or PUBLICKEY */
	bool can_sign;               /* its key can, as far as is known */
	/* The SHA-1 of the certificate and of its key; len 0: not known. */
	struct digest_value id, key;
};

struct ctl_facts {
	struct ctl_fact *at;
	size_t num;
	bool whole;  /* no record is left out */
	size_t size; /* of the file, 0: not known */
};

/* Judges the records together. *FACTS may be put into another order. */
void ctl_judge_together(struct ctl_facts *facts, struct ctl_report *r);

/* How many bytes of TEXT to quote: MAX at most, and no part of a character. */
int ctl_quote_len(struct bytes text, size_t max);

/* How many characters TEXT has; bytes, where it is no UTF-8. */
size_t ctl_count_chars(struct bytes text);

/* A name that is too long: NUM characters less the NUL. */
void ctl_judge_name(struct ctl_report *r, struct ctl_place place, size_t num);

/* FUNCTION: CODE, if there is one at all. */
void ctl_judge_role(struct ctl_report *r, struct ctl_place place, bool has_role,
    unsigned code);

#endif
