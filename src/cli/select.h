/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of a trust list, as the command line of `edit` names them.
 *
 *	SELECTOR = TERM [","TERM]...      records for which every term is true
 *	TERM     = NUMBER                 the record with this number
 *	         | "record="NUMBER        the same
 *	         | ROLE                   sast, ccm, ccm+tftp, tftp, capf ...
 *	         | "host="NAME            its DNSNAME, in capitals or not
 *	         | "cn="NAME              the common name of its certificate, in
 *	                                  capitals or not, blanks at the end
 *	                                  aside
 *	         | "serial="HEX           the serial number of its certificate;
 *	                                  of a token's record in either order of
 *	                                  bytes, since it is spelt backwards
 *
 * Each kind of term stands once at most. NUMBER is what `show` prints, from 1.
 * HEX is pairs of digits, with colons or without. Within a NAME a "\" takes the
 * character behind it as it is, which "," and "=" and "\" itself need.
 *
 * Everything here is about one list, whose numbers do not change meanwhile;
 * nothing is changed, read from a disk or printed.
 */
#ifndef CLI_SELECT_H
#define CLI_SELECT_H

#include "ctl/ctl.h"

/* One selector. All-zero is legal to clear, and names every record. */
struct select {
	struct bytes text; /* as typed, borrowed */
	size_t record;     /* 0: any */
	bool has_role;
	uint16_t role;
	struct buf host, cn; /* empty: any */
	struct buf serial;   /* the number's bytes; empty: any */
};

/* Reads TEXT, which must live as long as RET: all of it where RET_REST is
 * NULL; else what stands before the first "=" that belongs to no term, and
 * *RET_REST is what stands behind. ERR_USAGE. */
MUST_CHECK enum err select_parse(const char *text, struct select *ret,
    const char **ret_rest, struct diag *d);

void select_clear(struct select *s);

/* The role that is called NAME, as JSON calls it. ERR_USAGE, with what may
 * have been meant. */
MUST_CHECK enum err select_role(struct bytes name, uint16_t *ret,
    struct diag *d);

/* Numbers of records, from the least on. All-zero is legal to clear. */
struct select_found {
	size_t *at;
	size_t num;
};

void select_found_clear(struct select_found *found);

/* All records of F that S names; there may be none. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err select_find(const struct select *s,
    const struct ctl_file *f, struct select_found *ret, struct diag *d);

/* The record of F that S names. ERR_ABSENT where there is none, ERR_USAGE where
 * there are several; both name the records that may be meant. */
MUST_CHECK enum err select_one(const struct select *s, const struct ctl_file *f,
    size_t *ret, struct diag *d);

/*
 * The records of F whose certificate NEW is to replace.
 *
 * Those that S names must hold one certificate. Where they hold several, the
 * one counts whose record NEW is for: its DNSNAME is a name of NEW (common name
 * or DNS name of subjectAltName), or the common names are the same. The
 * certificate is then replaced in every record that holds it, whatever its
 * role, but not
 *   - where S says a number: then in that record alone;
 *   - in records of another host, where S says a host.
 *
 * Errors as select_one().
 */
MUST_CHECK enum err select_replaced(const struct select *s,
    const struct ctl_file *f, const struct cert *new_cert,
    struct select_found *ret, struct diag *d);

/* The certificate of record INDEX of F; NULL where it has none that decodes.
 * ERR_NOMEM. */
MUST_CHECK enum err select_cert(const struct ctl_file *f, size_t index,
    struct cert **ret, struct diag *d);

/* For people, not yet made safe. Out of memory makes OUT fail. */

/* Appends the common name of record INDEX of F, without blanks at its end: that
 * of its certificate, else that of SUBJECTNAME; nothing where there is none. */
void select_put_cn(struct buf *out, const struct ctl_file *f, size_t index);

/* Appends what it says of a certificate: "lab-pub, serial 4A:11:22", "none". */
void select_put_cert(struct buf *out, const struct ctl_file *f, size_t index);

/* Appends what tells record INDEX of F from others: "record 3 (ccm+tftp,
 * lab-pub)", with the host where it has one, else the common name. */
void select_put_record(struct buf *out, const struct ctl_file *f, size_t index);

#endif
