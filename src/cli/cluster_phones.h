/* SPDX-License-Identifier: Apache-2.0 */
/* The options of `cluster phones`; both programs have them. */
#ifndef CLI_CLUSTER_PHONES_H
#define CLI_CLUSTER_PHONES_H

#include "cli/cluster_opts.h"

struct cluster_phones_opts {
	struct cluster_opts cluster;
	const char *csv;         /* phones.csv; or NULL: the inventory's */
	const char *list;        /* a file or URL; or NULL: what nodes serve */
	const char *listen;      /* where to; or NULL: nowhere */
	struct opt_strings from; /* senders that are believed too, "any" */
	unsigned for_time;       /* s to listen; 0: until all are proven */
	unsigned jobs;           /* pages at once; 0: 32 */
	const char *web_port;    /* of phones; or NULL: 80 */
	int64_t since;           /* or INT64_MIN: when the list was signed */
	bool web, setup, json, no_login;
};

#endif
