/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `cluster phones`, of ctlsmith-net: what is known (phones_load_*), what comes
 * (phones_watch), what is said of it (phones_tell).
 */
#ifndef CLI_PHONES_H
#define CLI_PHONES_H

#include "cli/cluster.h"
#include "cli/cluster_phones.h"
#include "cli/cmd.h"
#include "cli/intern.h"
#include "cli/out.h"
#include "cluster/delivery.h"
#include "cluster/syslog.h"

/* The list that phones should hold. */
struct phones_list {
	struct buf bytes;
	char source[400]; /* where it is from */
	char md5[33], sha1[41];
	bool has_time;
	int64_t time; /* when it was signed */
};

/* An alarm of the certificate monitor. */
struct phones_cert {
	char node[128], cert[128], unit[64], name[64], until[64];
};
#define PHONES_CERTS_MAX 200

/* A phone whose page can be fetched. */
struct phones_place {
	char *name, *address;
	bool waits, again; /* for being fetched; and once more then */
};

/* All-zero is legal to clear. */
struct phones {
	const struct cluster_phones_opts *o;
	struct cluster cluster;
	bool has_cluster;
	unsigned web_port;
	struct phones_list list;
	struct delivery *book;
	int64_t since;
	struct syslog *syslog;
	struct intern names;        /* of places, in capitals */
	struct phones_place *place; /* by their numbers */
	size_t num_places;
	size_t pages, pages_failed;
	char page_why[200]; /* of the last that failed */
	struct phones_cert cert[PHONES_CERTS_MAX];
	size_t num_certs;
	struct buf notes;                 /* lines for stderr */
	size_t told[DELIVERY_NUM_STATES]; /* to who waits, last */
	int64_t told_at;                  /* dial_now(); 0: never */
	bool stopped;                     /* by a person */
	bool itl; /* it is about their ITL, not their CTL */
};

/* Seconds since 1970, and never before the list was there: clocks differ. */
int64_t phones_now(const struct phones *p);

/* What they should hold: --list, or what the first node that answers serves. */
MUST_CHECK enum err phones_load_list(struct phones *p, struct diag *d);

/* Who they are: the CSV's, the publisher's. */
MUST_CHECK enum err phones_load_csv(struct phones *p, struct diag *d);
MUST_CHECK enum err phones_load_publisher(struct phones *p, struct diag *d);

/* The same of what it said of those that are registered. */
MUST_CHECK enum err phones_registered(struct phones *p, struct bytes text,
    struct diag *d);

/* Whose alarms are believed. */
MUST_CHECK enum err phones_load_senders(struct phones *p, struct diag *d);

/* The page of NAME is at ADDRESS; one that is known goes there. */
MUST_CHECK enum err phones_place(struct phones *p, const char *name,
    const char *address, struct diag *d);

/* Fetches pages and takes alarms until it is over. */
MUST_CHECK enum err phones_watch(struct phones *p, struct diag *d);

/* Takes the alarms of one syslog message; EACH (or NULL) is told the devices whose
 * DeviceTLInfo is believed. */
MUST_CHECK enum err phones_take(struct phones *p, const char *from,
    struct bytes text, void (*each)(void *arg, const char *name), void *arg,
    struct diag *d);

/* Prints the report. */
void phones_tell_text(const struct phones *p, struct out *out);
void phones_tell_json(const struct phones *p, struct out *out);

/* --setup. */
void phones_setup(const char *listen, struct out *out);

void phones_clear(struct phones *p);

#endif
