/* SPDX-License-Identifier: Apache-2.0 */
/* What nodes and their database say beside certificates: R9, R12 to R15. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "workflow/health_parts.h"

#define DAY ((int64_t)86400)

/* ---- R9 ------------------------------------------------------------------------ */

/* NAME is a name or an address of inventory node N. */
static bool
is_node(const struct inventory_node *n, struct bytes name)
{
	size_t i;

	if (survey_is_host(bytes_of_str(n->name), name))
		return true;
	for (i = 0; i < n->addresses.num; i++)
		if (survey_is_host(bytes_of_str(n->addresses.item[i]), name))
			return true;
	return false;
}

static const struct inventory_node *
find_node(const struct health_case *c, struct bytes name)
{
	size_t i;

	for (i = 0; i < c->s->num_nodes; i++)
		if (is_node(c->s->node[i].entry, name))
			return c->s->node[i].entry;
	return NULL;
}

/* The database has a node of that name, or the node of the inventory that NAME
 * is. */
static bool
is_process_node(const struct health_case *c, struct bytes name)
{
	const struct inventory_node *n = find_node(c, name);
	size_t i;

	for (i = 0; i < c->s->num_process_nodes; i++) {
		struct bytes p = bytes_of_str(c->s->process_node[i]);

		if (survey_is_host(p, name) || (n != NULL && is_node(n, p)))
			return true;
	}
	return false;
}

/* A server of the inventory that is no node, and may stand in the list. */
static bool
is_other_server(const struct health_case *c, struct bytes name)
{
	const struct doc_maps *others = &c->in->inventory->tftp_servers;
	const struct inventory_tftp *t = others->item;
	size_t i;

	for (i = 0; i < others->num; i++)
		if (survey_is_host(bytes_of_str(t[i].name), name) ||
		    survey_is_host(bytes_of_str(t[i].address), name))
			return true;
	return false;
}

/* Whom a server's record is for: DNSNAME, else IPADDRESS as text in TEXT. */
static struct bytes
host_of(const struct ctl_record *r, char text[INET_ADDRSTRLEN])
{
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);
	struct bytes raw = ctl_record_value(r, CTL_REC_ADDRESS);

	if (host.len > 0)
		return host;
	if (raw.len != 4 ||
	    inet_ntop(AF_INET, raw.ptr, text, INET_ADDRSTRLEN) == NULL)
		return bytes_of(NULL, 0);
	return bytes_of_str(text);
}

bool
health_is_record_of(const struct health_case *c, size_t i, size_t n)
{
	char text[INET_ADDRSTRLEN];
	struct bytes host = host_of(ctl_record(c->list, i), text);

	return host.len > 0 && is_node(c->s->node[n].entry, host);
}

/* Record I, of a node, has another address than the inventory knows of it. Names
 * in the place of addresses say nothing. */
static void
judge_address(struct health_case *c, size_t i, struct bytes host)
{
	struct bytes raw = ctl_record_value(ctl_record(c->list, i),
	    CTL_REC_ADDRESS);
	const struct inventory_node *n = find_node(c, host);
	char text[INET_ADDRSTRLEN];
	struct in_addr known;
	bool any = false;
	size_t k;

	if (n == NULL || raw.len != 4 || memcmp(raw.ptr, "\0\0\0", 4) == 0 ||
	    inet_ntop(AF_INET, raw.ptr, text, sizeof(text)) == NULL)
		return;
	for (k = 0; k < n->addresses.num; k++) {
		if (inet_pton(AF_INET, n->addresses.item[k], &known) != 1)
			continue;
		if (memcmp(&known, raw.ptr, 4) == 0)
			return;
		any = true;
	}
	if (any)
		health_say(c, HEALTH_SERVERS, HEALTH_BAD, n->name,
		    "run utils ctl update CTLFile on the publisher, if the "
		    "address of the node has changed; else correct the "
		    "inventory",
		    "record %zu of the CTL has the address %s, which the "
		    "inventory does not have of this node",
		    i, text);
}

static enum err
judge_record(struct health_case *c, size_t i)
{
	char text[INET_ADDRSTRLEN];
	struct bytes host = host_of(ctl_record(c->list, i), text);
	struct buf safe = { 0 };

	judge_address(c, i, host);
	if (host.len > 0 &&
	    (is_process_node(c, host) || is_other_server(c, host)))
		return ERR_OK;
	text_put_safe(&safe, host);
	if (buf_cstr(&safe) == NULL)
		return diag_nomem(c->d);
	health_say(c, HEALTH_SERVERS, HEALTH_BAD, NULL,
	    "update the CTL if it has gone; name it under tftp_servers of the "
	    "inventory if it belongs there",
	    "record %zu of the CTL is a server '%.120s', which is no node of "
	    "the database",
	    i, buf_cstr(&safe));
	buf_clear(&safe);
	return ERR_OK;
}

/* The list has a server that is process node NAME. */
static bool
is_listed(const struct health_case *c, struct bytes name)
{
	const struct inventory_node *n = find_node(c, name);
	char text[INET_ADDRSTRLEN];
	size_t i;

	for (i = 1; i <= ctl_num_records(c->list); i++) {
		const struct ctl_record *r = ctl_record(c->list, i);
		struct bytes host = host_of(r, text);

		if (!ctl_record_is_server(r) || host.len == 0)
			continue;
		if (survey_is_host(name, host) ||
		    (n != NULL && is_node(n, host)))
			return true;
	}
	return false;
}

/* A node that the inventory does not know may be one that runs neither
 * service. */
static void
judge_process_node(struct health_case *c, const char *name)
{
	const struct inventory_node *n = find_node(c, bytes_of_str(name));

	if (strcmp(name, "EnterpriseWideData") == 0 ||
	    (n != NULL && n->role == INVENTORY_IMP) ||
	    is_listed(c, bytes_of_str(name)))
		return;
	if (n == NULL)
		health_say(c, HEALTH_SERVERS, HEALTH_NOTE, NULL,
		    "put it into the inventory, with its role",
		    "node %.200s of the database is in no record of the CTL, "
		    "nor in the inventory",
		    name);
	else
		health_say(c, HEALTH_SERVERS, HEALTH_BAD, n->name,
		    "run utils ctl update CTLFile on the publisher",
		    "node %.200s is in no record of the CTL", name);
}

/* One that the inventory calls a server, and that the database does not have:
 * the list is asked all the same. */
static void
judge_entry(struct health_case *c, size_t i)
{
	const struct inventory_node *n = c->s->node[i].entry;
	struct bytes name = bytes_of_str(n->name);

	if (!health_is_server(c, i) || is_process_node(c, name) ||
	    is_listed(c, name))
		return;
	health_say(c, HEALTH_SERVERS, HEALTH_BAD, n->name,
	    "take it out of the inventory if it has gone; else run utils ctl "
	    "update CTLFile on the publisher",
	    "it is in no record of the CTL, and no node of the database");
}

enum err
health_servers(struct health_case *c)
{
	enum err e = ERR_OK;
	size_t i;

	if (!health_has_list(c, HEALTH_SERVERS))
		return ERR_OK;
	if (!c->s->has_process_nodes) {
		health_say(c, HEALTH_SERVERS, HEALTH_UNKNOWN, NULL,
		    "see whether the publisher answers over SSH",
		    "the nodes of the database could not be read");
		return ERR_OK;
	}
	for (i = 1; e == ERR_OK && i <= ctl_num_records(c->list); i++)
		if (ctl_record_is_server(ctl_record(c->list, i)))
			e = judge_record(c, i);
	for (i = 0; e == ERR_OK && i < c->s->num_process_nodes; i++)
		judge_process_node(c, c->s->process_node[i]);
	for (i = 0; i < c->s->num_nodes; i++)
		judge_entry(c, i);
	return e;
}

/* ---- R12 ----------------------------------------------------------------------- */

struct change {
	int64_t when;
	char what[96];
};

/* The newest thing that a backup should have: a certificate, or the CTL. */
static void
last_change(const struct health_case *c, struct change *ret)
{
	const struct health_list *l = &c->h->node[c->list_node].ctl;
	size_t i;

	memset(ret, 0, sizeof(*ret));
	if (c->list != NULL && l->has_time) {
		ret->when = l->time;
		(void)snprintf(ret->what, sizeof(ret->what), "the CTL");
	}
	for (i = 0; i < c->num_certs; i++) {
		const struct health_cert *u = &c->cert[i];

		if (!u->disk || u->cert == NULL ||
		    cert_not_before(u->cert) <= ret->when)
			continue;
		ret->when = cert_not_before(u->cert);
		(void)snprintf(ret->what, sizeof(ret->what), "%s of %.60s",
		    u->unit, health_node_name(c, u->node));
	}
}

static int64_t
last_backup(const struct survey *s)
{
	int64_t when = 0;
	size_t i;

	for (i = 0; i < s->backups.num; i++)
		if (s->backups.item[i].good && s->backups.item[i].when > when)
			when = s->backups.item[i].when;
	return when;
}

/* A server whose certificates were not seen with their dates; NULL: none. */
static const char *
unseen_node(const struct health_case *c)
{
	size_t i;

	for (i = 0; i < c->h->num_nodes; i++)
		if (health_is_server(c, i) &&
		    health_disk(c, i, "CallManager") == NULL)
			return health_node_name(c, i);
	return NULL;
}

static void
say_backup(struct health_case *c, int64_t when, const struct change *change)
{
	const struct inventory_policy *policy = c->in->inventory->policy;
	const char *todo = "back up now, and again after the next change: an "
			   "older backup that is restored strands every phone";
	struct buf text = { 0 };
	const char *date, *unseen = unseen_node(c);

	if (c->s->has_backup_running && c->s->backup_running)
		todo = "a backup is running: look again when it has ended";
	text_put_rfc3339(&text, when);
	date = buf_cstr(&text);
	if (date == NULL)
		c->nomem = true;
	else if (when < change->when)
		health_say(c, HEALTH_BACKUP, HEALTH_BAD, NULL, todo,
		    "the last backup, of %s, is older than %s", date,
		    change->what);
	else if (policy != NULL && policy->backup_age > 0 &&
	    (c->in->now - when) / DAY > (int64_t)policy->backup_age)
		health_say(c, HEALTH_BACKUP, HEALTH_BAD, NULL, todo,
		    "the last backup, of %s, is older than the %u days of the "
		    "policy",
		    date, policy->backup_age);
	else if (unseen != NULL)
		health_say(c, HEALTH_BACKUP, HEALTH_UNKNOWN, unseen,
		    "see whether it answers over SSH, and look again",
		    "the last backup is of %s; whether its certificates are "
		    "older is not known",
		    date);
	else
		health_say(c, HEALTH_BACKUP, HEALTH_GOOD, NULL, "",
		    "the last backup is of %s", date);
	buf_clear(&text);
}

enum err
health_backup(struct health_case *c)
{
	struct change change;
	int64_t when;

	if (!c->s->has_backups) {
		health_say(c, HEALTH_BACKUP, HEALTH_UNKNOWN, NULL,
		    "see whether the publisher answers over SSH",
		    "the history of backups could not be read");
		return ERR_OK;
	}
	when = last_backup(c->s);
	last_change(c, &change);
	if (when == 0)
		health_say(c, HEALTH_BACKUP, HEALTH_BAD, NULL,
		    "back up before anything is changed",
		    "no backup has ever succeeded (%zu in the history)",
		    c->s->backups.num);
	else
		say_backup(c, when, &change);
	return ERR_OK;
}

/* ---- R13 ----------------------------------------------------------------------- */

static void
judge_p12(struct health_case *c, size_t i, const struct survey_list *l,
    const char *way)
{
	const char *node = health_node_name(c, i);

	if (l->error == ERR_OK)
		health_say(c, HEALTH_P12, HEALTH_BAD, node,
		    "delete it there (file delete tftp ITLRecovery.p12, "
		    "restart Cisco Tftp), regenerate ITLRecovery in the safe "
		    "order: its password alone protects the key of every list",
		    "ITLRecovery.p12 is given to everybody over %s", way);
	else if (l->error != ERR_ABSENT)
		health_say(c, HEALTH_P12, HEALTH_UNKNOWN, node, "",
		    "whether ITLRecovery.p12 is given out over %s is not "
		    "known: %.180s",
		    way, l->why);
}

enum err
health_p12(struct health_case *c)
{
	size_t i, looked = 0;

	for (i = 0; i < c->s->num_nodes; i++) {
		const struct survey_node *n = &c->s->node[i];

		looked += n->tftp_p12.looked || n->http_p12.looked;
		if (n->tftp_p12.looked)
			judge_p12(c, i, &n->tftp_p12, "TFTP");
		if (n->http_p12.looked)
			judge_p12(c, i, &n->http_p12, "HTTP");
	}
	if (looked == 0)
		health_say(c, HEALTH_P12, HEALTH_NOT_ASKED, NULL, "",
		    "nobody looked; --probe-p12 does");
	return ERR_OK;
}

/* ---- R14 ----------------------------------------------------------------------- */

/* Why CTL Provider has to run; NULL: it need not. 14SU3 takes no tokens any
 * more, but delivers by it (docs/health.md). */
static const char *
provider_why(const struct health_case *c)
{
	unsigned release = health_release(c->s);

	if (c->list != NULL && release < 1400 &&
	    ctl_origin(c->list) == CTL_ORIGIN_TOKEN)
		return "the CTL client, which signs by tokens, talks to it";
	if (health_is_mixed(c) && release >= 1400)
		return "from release 14 on the CTL is delivered by it";
	return NULL;
}

/* That it need not run is known. */
static bool
provider_is_known(const struct health_case *c)
{
	if (c->s->has_mode && !c->s->mixed)
		return true;
	return health_release(c->s) != 0 &&
	    (c->s->has_mode || c->list != NULL || c->no_list);
}

enum err
health_provider(struct health_case *c)
{
	const char *why = provider_why(c);
	size_t i;

	if (why == NULL && !provider_is_known(c))
		health_say(c, HEALTH_PROVIDER, HEALTH_UNKNOWN, NULL, "",
		    "release, mode or CTL are not known, so nobody knows "
		    "whether Cisco CTL Provider is needed");
	for (i = 0; why != NULL && i < c->s->num_nodes; i++) {
		enum trust_known runs = health_runs(c, i, "Cisco CTL Provider");

		if (!health_is_server(c, i) || runs == TRUST_YES)
			continue;
		if (runs == TRUST_NO)
			health_say(c, HEALTH_PROVIDER, HEALTH_BAD,
			    health_node_name(c, i),
			    "activate and start Cisco CTL Provider on this "
			    "node",
			    "Cisco CTL Provider does not run: %s", why);
		else
			health_say(c, HEALTH_PROVIDER, HEALTH_UNKNOWN,
			    health_node_name(c, i), "",
			    "whether Cisco CTL Provider runs is not known: %s",
			    why);
	}
	return ERR_OK;
}

/* ---- R15 ----------------------------------------------------------------------- */

enum err
health_rollback(struct health_case *c)
{
	const char *name = "Prepare Cluster for Rollback to pre 8.0";

	if (!c->s->has_rollback)
		health_say(c, HEALTH_ROLLBACK, HEALTH_UNKNOWN, NULL,
		    "see whether the publisher answers over SSH",
		    "the enterprise parameter \"%s\" could not be read", name);
	else if (c->s->rollback)
		health_say(c, HEALTH_ROLLBACK,
		    health_is_mixed(c) ? HEALTH_BAD : HEALTH_NOTE, NULL,
		    "set it to False, restart TVS and TFTP on all nodes",
		    "\"%s\" is True: ITL files are empty, so %s", name,
		    health_is_mixed(c)
			? "phones of a cluster in mixed mode cannot verify TVS "
			  "any more"
			: "phones trust nobody but what they take as it comes");
	return ERR_OK;
}
