/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_phones.h"
#include "cli/cmd_cluster.h"

#define AT(member) offsetof(struct cluster_phones_opts, member)

static const struct opt opts[] = {
	{ "csv", "FILE", OPT_STRING, AT(csv),
	    "the phones, CSV: name,group,address", OPT_FILES, 0 },
	{ "for", "SECONDS", OPT_SECONDS, AT(for_time),
	    "listen so long (default: until all are proven)", NULL, 0 },
	{ "from", "ADDRESS", OPT_STRINGS, AT(from),
	    "believe alarms from there too; any: from everywhere", "any", 0 },
	CLUSTER_INVENTORY_OPT(struct cluster_phones_opts),
	{ "jobs", "N", OPT_NUMBER, AT(jobs),
	    "fetch so many web pages at once (default 32)", NULL, 0 },
	{ "json", NULL, OPT_FLAG, AT(json),
	    "print JSON: an array with one element", NULL, 0 },
	{ "list", "LIST", OPT_STRING, AT(list),
	    "FILE or URL to compare with (default: as served)", OPT_FILES, 0 },
	{ "listen", "ADDR:PORT", OPT_STRING, AT(listen),
	    "take alarms there, UDP and TCP", NULL, 0 },
	{ "no-login", NULL, OPT_FLAG, AT(no_login), "log in to no node", NULL,
	    0 },
	{ "setup", NULL, OPT_FLAG, AT(setup),
	    "print the settings that make phones talk", NULL, 0 },
	{ "since", "DATE", OPT_DATE, AT(since),
	    "older alarms prove nothing (default: the list's time)", NULL, 0 },
	{ "web", NULL, OPT_FLAG, AT(web),
	    "fetch the web pages of phones whose address is known", NULL, 0 },
	{ "web-port", "PORT", OPT_STRING, AT(web_port),
	    "the port of phones' web pages (default 80)", NULL, 0 },
	CLUSTER_LOGIN_OPTS(struct cluster_phones_opts),
	OPT_END,
};

const struct cmd cmd_cluster_phones = {
	.name = "cluster phones",
	.args = "",
	.summary = "Which phones hold the list that is served",
	.text =
	    "Says of each phone whether it is proven to hold the list, refused "
	    "it, is alive\nonly, or absent: from alarms (--listen), its web "
	    "page (--web) and what the\npublisher says. Exits with 3 unless "
	    "all are proven.\n",
	.opts = opts,
	.net = true,
	.run = cluster_phones_run,
};
