/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cluster of the lab as a survey sees it, for tests of workflow/health.h: all
 * is seen and all is well, until a test changes it. Include it after test.h.
 */
#ifndef TESTS_UNIT_WATCHED_H
#define TESTS_UNIT_WATCHED_H

#include "base/text.h"
#include "labs.h"
#include "lists.h"
#include "pki/digest.h"
#include "workflow/health.h"

#define MADE_AT 1500000000 /* src/lab/shelf.c */
#define DAY 86400
#define NODES 3 /* publisher, subscriber, presence */

static const char provider[] = "Cisco CTL Provider";
static const char capf[] = "Cisco Certificate Authority Proxy Function";

/* A cluster and what is seen of it. */
struct watched {
	struct cluster c;
	struct inventory inv;
	struct inventory_policy policy;
	struct inventory_node entry[NODES];
	const char *address[NODES];
	struct inventory_tftp other;
	struct survey s;
	struct survey_node node[NODES];
	struct survey_own own[NODES][5];
	struct survey_served served[NODES][5];
	struct said_service service[NODES][4];
	struct survey_stored stored[2];
	const char *process[5];
	struct said_backup backup[2];
	struct health_token token[2];
	struct health_input in;
	struct made installed; /* or nothing */
	struct ctl_file *older;
	bool held;
	struct health h;
};

static inline struct bytes
der_of(struct shelf_id id)
{
	const struct dialect_cert *cert;

	LABS_OK(shelf_cert(labs_shelf(), id, &cert, NULL));
	return cert->der;
}

static inline struct survey_list
list_of(const struct sheet *sheet)
{
	return (struct survey_list){ .looked = true,
		.error = sheet == NULL ? ERR_ABSENT : ERR_OK,
		.why = sheet == NULL ? "there is none" : "",
		.bytes = sheet == NULL ? bytes_of(NULL, 0) : sheet->file };
}

static const struct survey_list lost = { .looked = true,
	.error = ERR_IO,
	.why = "no answer within 10 s" };

static const enum shelf_kind kinds[] = { SHELF_CALLMANAGER, SHELF_TVS,
	SHELF_CAPF, SHELF_ITLRECOVERY };
static const char *const units[] = { "CallManager", "TVS", "CAPF",
	"ITLRecovery" };

static inline void
put_service(struct said_service *s, const char *name)
{
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	s->started = s->activated = true;
}

/* What `show ctl` or `show itl` says of SHEET. */
static inline void
tell(const struct sheet *sheet, bool *ret_has, struct said_list *ret)
{
	struct digest_value v;
	struct buf hex = { 0 };

	*ret_has = true;
	memset(ret, 0, sizeof(*ret));
	ret->absent = sheet == NULL;
	if (sheet == NULL)
		return;
	LABS_OK(digest_of(DIGEST_SHA1, &sheet->file, 1, &v, NULL));
	text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	(void)snprintf(ret->sha1, sizeof(ret->sha1), "%s", buf_cstr(&hex));
	buf_clear(&hex);
}

static inline void
put_lists(struct watched *w, size_t i)
{
	struct survey_node *n = &w->node[i];

	n->http_ctl = n->tftp_ctl = list_of(w->c.node[i].ctl);
	n->http_itl = n->tftp_itl = list_of(w->c.node[i].itl);
	tell(w->c.node[i].ctl, &n->has_told_ctl, &n->told_ctl);
	tell(w->c.node[i].itl, &n->has_told_itl, &n->told_itl);
}

static inline void
put_server(struct watched *w, size_t i)
{
	static const unsigned ports[] = { 2443, 5061 };
	struct survey_node *n = &w->node[i];
	size_t k;

	put_lists(w, i);
	n->has_own = true;
	n->own = w->own[i];
	n->num_own = i == 0 ? 4 : 2;
	for (k = 0; k < n->num_own; k++)
		n->own[k] = (struct survey_own){ .unit = units[k],
			.der = der_of(cluster_on_disk(&w->c, kinds[k], i)) };
	n->served = w->served[i];
	n->num_served = NUM(ports);
	for (k = 0; k < NUM(ports); k++)
		n->served[k] = (struct survey_served){ .port = ports[k],
			.kind = PROBE_RSA,
			.der = der_of(
			    cluster_served(&w->c, SHELF_CALLMANAGER, i)) };
	put_service(&w->service[i][0], "Cisco Tftp");
	put_service(&w->service[i][1], "Cisco CallManager");
	put_service(&w->service[i][2], provider);
	put_service(&w->service[i][3], capf);
	n->has_services = true;
	n->services = (struct said_services){ w->service[i], 4 };
}

static inline void
put_inventory(struct watched *w)
{
	static const char *const names[] = { "cucm1", "cucm2", "imp1" };
	static const int roles[] = { INVENTORY_PUBLISHER, INVENTORY_SUBSCRIBER,
		INVENTORY_IMP };
	static const char *const addresses[] = { "10.0.0.0", "10.0.1.0",
		"10.0.9.0" };
	size_t i;

	for (i = 0; i < NODES; i++) {
		w->address[i] = addresses[i];
		w->entry[i] = (struct inventory_node){ .name = names[i],
			.addresses = { &w->address[i], 1 },
			.role = roles[i],
			.ports = { .sccp = 2443, .sip = 5061, .capf = 3804 } };
		w->node[i].entry = &w->entry[i];
		w->node[i].reached = true;
	}
	w->inv.nodes = (struct doc_maps){ w->entry, NODES };
	w->inv.policy = &w->policy;
	w->s.node = w->node;
	w->s.num_nodes = NODES;
}

static inline void
put_database(struct watched *w)
{
	static const char *const names[] = { "EnterpriseWideData", "cucm1",
		"cucm2.lab.example", "imp1" };

	memcpy(w->process, names, sizeof(names));
	w->s.has_process_nodes = true;
	w->s.process_node = w->process;
	w->s.num_process_nodes = NUM(names);
	w->s.has_mode = w->s.mixed = true;
	w->s.has_rollback = true;
	w->s.has_stored = true;
	w->s.stored = w->stored;
	w->backup[0] = (struct said_backup){ .when = MADE_AT + DAY,
		.good = true };
	w->s.has_backups = true;
	w->s.backups = (struct said_backups){ w->backup, 1 };
}

/* The key of every token is held. */
static inline bool
holds(void *arg, const struct ctl_file *f, size_t index)
{
	const struct watched *w = arg;

	return w->held && trust_owner_of(f, index) == TRUST_OWNER_TOKEN;
}

/* A cluster of RELEASE in mixed mode, of which all is seen and all is well. */
static inline void
see(struct watched *w, unsigned release, size_t tokens)
{
	size_t i;

	memset(w, 0, sizeof(*w));
	labs_cluster(&w->c, release, 2, tokens);
	for (i = 0; i < 2; i++)
		cluster_restart(&w->c, i);
	put_inventory(w);
	for (i = 0; i < 2; i++)
		put_server(w, i);
	for (i = 0; i < NODES; i++) {
		w->node[i].has_date = true;
		w->node[i].date = w->node[i].asked = MADE_AT + 2 * DAY;
		w->node[i].has_version = true;
		w->node[i].version.release = release;
		(void)snprintf(w->node[i].version.active, 64, "%u.%u.1",
		    release / 100, release / 10 % 10);
	}
	put_database(w);
	w->held = true;
	w->in = (struct health_input){ .survey = &w->s,
		.inventory = &w->inv,
		.now = MADE_AT + 2 * DAY,
		.held = holds,
		.arg = w };
}

static inline void
judge(struct watched *w)
{
	struct diag d;

	diag_init(&d);
	if (health_judge(&w->in, &w->h, &d) != ERR_OK)
		fail_msg("%s", d.msg);
}

static inline void
forget(struct watched *w)
{
	health_clear(&w->h);
	ctl_free(&w->older);
	made_clear(&w->installed);
}

/* The worst finding of RULE: they stand in that order. */
static inline const struct health_finding *
worst(const struct watched *w, enum health_rule rule)
{
	size_t i;

	for (i = 0; i < w->h.num_findings; i++)
		if (w->h.finding[i].rule == rule)
			return &w->h.finding[i];
	fail_msg("nothing is said of %s", health_rule_name(rule));
	abort();
}

static inline void
say_all(const struct watched *w)
{
	size_t i;

	for (i = 0; i < w->h.num_findings; i++)
		print_message("%s %s %s: %s\n",
		    health_rule_name(w->h.finding[i].rule),
		    health_grade_name(w->h.finding[i].grade),
		    w->h.finding[i].node == NULL ? "-" : w->h.finding[i].node,
		    w->h.finding[i].what);
}

#endif
