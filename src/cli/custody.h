/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who keeps which key: the token inventory, the trust lists that it is about,
 * and how what is on a token relates to their SASTs. Nothing here asks a token
 * for anything.
 */
#ifndef CLI_CUSTODY_H
#define CLI_CUSTODY_H

#include "cli/config.h"
#include "cli/opt.h"
#include "cli/sast.h"
#include "cli/tokenfile.h"
#include "pkcs11/tok.h"

/* One trust list. */
struct custody_list {
	struct buf path, bytes;
	struct ctl_file *file;
	struct sasts sasts;
	size_t first;              /* how many SASTs the lists before it have */
	struct digest_value *keys; /* of each SAST: the SHA-1 of its public
				    * key; len 0 where it has none */
};

/* All-zero is legal to close. */
struct custody {
	struct buf path;            /* of the inventory; empty: there is none */
	struct tokenfile inventory; /* an empty one where there is none */
	struct custody_list *lists; /* as given: from the oldest on */
	size_t num_lists;
	size_t newest;    /* of them; 0 where there are none */
	size_t num_sasts; /* of all lists together */
	bool locked;      /* by custody_record(): nobody else writes */
	int lock;
};

struct custody_wish {
	const char *inventory; /* the option, or NULL: the configuration's */
	const struct opt_strings *lists; /* NULL, or none: the inventory's */
	const struct config *config;
	bool creates;  /* an inventory that is not there is an empty one */
	bool no_lists; /* the inventory alone is wanted */
};

/* Loads what W says. The inventory of the configuration that is not there is
 * empty, with a warning; that of an option is ERR_ABSENT unless W creates. A list that
 * cannot be read fails all: whoever guards something must not do so by a part
 * of the lists. Messages name the file. On failure RET is closed. */
MUST_CHECK enum err custody_open(const struct custody_wish *w,
    struct custody *ret, struct diag *d);

void custody_close(struct custody *c);

/* Reads the file of the inventory anew, where there is one by now, in place of
 * what C has of it: pointers into that are void. */
MUST_CHECK enum err custody_reload(struct custody *c, struct diag *d);

/* Appends the serial number of the token, or a text, as the inventory spells
 * it: what is no plain text is escaped. */
void custody_put_name(struct buf *out, const struct tok_text *text);

/* The record of a token; *RET is NULL where it has none. ERR_NOMEM. */
MUST_CHECK enum err custody_find(struct custody *c, const struct tok_info *i,
    struct tokenfile_token **ret, struct diag *d);

/* Where a token is kept: its place, or that of the last drill that says one;
 * else NULL. */
const char *custody_place(const struct tokenfile_token *t);

/* What something on a token is of a SAST, from the least on. */
enum custody_hold {
	CUSTODY_NOTHING,
	CUSTODY_NAMED, /* a certificate with its names and other content */
	CUSTODY_KEY,   /* its key, but not its certificate */
	CUSTODY_HELD,  /* its certificate; the record's names differ */
	CUSTODY_CERT   /* its certificate */
};

/* What O is of SAST I of L, an index into its sasts. ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err custody_hold(const struct custody_list *l, size_t i,
    const struct tok_object *o, enum custody_hold *ret, struct diag *d);

/* What a certificate that the inventory records is of that SAST. */
enum custody_hold custody_hold_recorded(const struct custody_list *l, size_t i,
    const struct tokenfile_cert *c);

/* A token of the inventory has the certificate of S. */
bool custody_is_recorded(const struct custody *c, const struct sast *s);

/* The same as sast_is_cisco() of a certificate that the inventory records. */
bool custody_is_cisco(const struct tokenfile_cert *c);

/* Appends who a SAST is, for people and not yet made safe: the common name of
 * its certificate, else its record's subject, else its serial number. */
void custody_put_sast(struct buf *out, const struct custody_list *l, size_t i);

#endif
