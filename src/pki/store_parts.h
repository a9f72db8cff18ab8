/* SPDX-License-Identifier: Apache-2.0 */
/* Within src/pki only: the certificates of trust stores. */
#ifndef PKI_STORE_PARTS_H
#define PKI_STORE_PARTS_H

#include "pki/store.h"

/* Appends NAME to HOSTS where it may be one. */
void store_put_host(struct buf *hosts, struct bytes name);

/* Moves HOSTS behind the next one; false at the end. */
bool store_next_host(struct bytes *hosts, const char **ret);

/* What one judgement works with. */
struct storing {
	const struct store_input *in;
	struct buf names;  /* all hosts that the cluster has now */
	struct buf needed; /* subjects that service certificates rest on, each
			    * in the form of store_facts.subject, a NUL
			    * behind */
	struct buf needed_cns; /* their CNs, likewise: of a text names are
				* spelt otherwise */
	struct buf issuers;    /* CNs that LSCs rest on, a NUL behind each */
	struct diag *d;
};

/* Fills all of them. */
MUST_CHECK enum err store_prepare(struct storing *s);
void store_storing_clear(struct storing *s);

/* LIST, with a NUL behind each, has TEXT; CN: as a name of a file, too. */
bool store_list_has(const struct buf *list, const struct buf *text, bool cn);

/* A service certificate in use rests on F, or may: a name that cannot be
 * compared is one of these. */
bool store_is_needed(const struct storing *s, const struct store_facts *f);

/* F is called CAPF-..., as the appliance does. */
bool store_is_capf(const struct store_facts *f);

/* Whose CN or DNS names the cluster has now. */
enum store_home {
	STORE_NO_HOST, /* F names none */
	STORE_HOME,    /* at least one is of the cluster */
	STORE_DOMAIN,  /* a host of the cluster, in another domain */
	STORE_STRANGE  /* none is */
};
enum store_home store_home_of(const struct storing *s,
    const struct store_facts *f);

/* The classes that rest on who somebody is, without advice; in store_who.c. */
void store_judge_who(const struct storing *s, const struct store_item *item,
    struct store_verdict *v);

/* Makes V of CLASS for a reason. */
void store_say(struct store_verdict *v, enum store_class class,
    enum store_advice advice, const char *fmt, ...) PRINTF_LIKE(4, 5);

#endif
