/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of nodes, as src/trust wants it. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "cli/accept_held.h"

/* The first certificate of F, or NULL. */
static const struct cert *
first_cert(const struct cert_file *f)
{
	return f->pasted.num_certs == 0 ? NULL : f->pasted.certs[0];
}

static enum err
add_names(struct accept_nodes *ns, const struct cert *c, struct diag *d)
{
	enum err e = trust_spell(c, &ns->spelt[ns->num_spelt], d);

	/* a name that no list can have is nobody's */
	if (e != ERR_OK)
		return e == ERR_NOMEM || e == ERR_CRYPTO ? e : ERR_OK;
	ns->names[ns->num_spelt] = trust_names_of(&ns->spelt[ns->num_spelt]);
	ns->num_spelt++;
	return ERR_OK;
}

/* What of the database of TVS is not here. */
static const char *
missing_names(const struct accept_nodes *ns)
{
	bool all = ns->num > 0;
	size_t i;

	for (i = 0; i < ns->num; i++)
		all = all && first_cert(&ns->node[i].callmanager) != NULL;
	if (ns->has_trust)
		return all ? NULL
			   : "the certificate of CallManager of every node, "
			     "--served DIR";
	return all ? "the certificates of Phone-SAST-trust, "
		     "--phone-sast-trust DIR"
		   : "the certificates of Phone-SAST-trust and of CallManager "
		     "of every node, --phone-sast-trust DIR and --served DIR";
}

static enum err
ready_database(struct accept_nodes *ns, struct diag *d)
{
	size_t i, num = ns->trust.num_certs + ns->num + 1;
	enum err e = ERR_OK;

	ns->spelt = calloc(num, sizeof(*ns->spelt));
	ns->names = calloc(num, sizeof(*ns->names));
	if (ns->spelt == NULL || ns->names == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < ns->trust.num_certs; i++)
		e = add_names(ns, ns->trust.cert[i], d);
	for (i = 0; e == ERR_OK && i < ns->num; i++)
		if (first_cert(&ns->node[i].callmanager) != NULL)
			e = add_names(ns, first_cert(&ns->node[i].callmanager),
			    d);
	ns->database.names = ns->names;
	ns->database.num = ns->num_spelt;
	ns->database.missing = missing_names(ns);
	ns->database.whole = ns->database.missing == NULL;
	ns->has_database = ns->has_trust || ns->num_spelt > 0;
	return e;
}

/* The one node whose CAPF is known, or NULL. */
static const struct accept_node *
find_capf(const struct accept_nodes *ns)
{
	const struct accept_node *found = NULL;
	size_t i;

	for (i = 0; i < ns->num; i++) {
		if (first_cert(&ns->node[i].capf) == NULL)
			continue;
		if (found != NULL)
			return NULL;
		found = &ns->node[i];
	}
	return found;
}

static enum err
find_publisher(const struct accept_nodes *ns, const char *name,
    const struct accept_node **ret, struct diag *d)
{
	*ret = NULL;
	if (name == NULL) {
		*ret = ns->num == 1 ? &ns->node[0] : find_capf(ns);
		return ERR_OK;
	}
	*ret = accept_nodes_find(ns, bytes_of_str(name));
	if (*ret == NULL)
		return diag_set(d, ERR_USAGE,
		    "--publisher: no node is called '%.100s'", name);
	return ERR_OK;
}

/* What is not YES is NO where somebody has said it. */
static enum trust_known
known(bool yes, bool said)
{
	if (yes)
		return TRUST_YES;
	return said ? TRUST_NO : TRUST_NOT_KNOWN;
}

static enum err
ready_served(struct accept_nodes *ns, size_t index, struct diag *d)
{
	const struct accept_node *node = &ns->node[index];
	struct works_served *served;
	size_t i;

	served = calloc(node->num_served + 1, sizeof(*served));
	ns->served[index] = served;
	if (served == NULL)
		return diag_nomem(d);
	for (i = 0; i < node->num_served; i++)
		served[i] = (struct works_served){
			.where = node->served[i].where,
			.cert = first_cert(&node->served[i].file)
		};
	return ERR_OK;
}

/* As the lists have it; of a node that none has, and that is called by its
 * address, that one. NULL: nobody knows. */
static const char *
address_of(const struct accept_node *node)
{
	uint8_t raw[sizeof(struct in6_addr)];

	if (node->address == NULL &&
	    (inet_pton(AF_INET, node->name, raw) == 1 ||
		inet_pton(AF_INET6, node->name, raw) == 1))
		return node->name;
	return node->address;
}

static enum err
ready_works(struct accept_nodes *ns, const struct accept_node *publisher,
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	ns->works = calloc(ns->num + 1, sizeof(*ns->works));
	ns->served = calloc(ns->num + 1, sizeof(void *));
	if (ns->works == NULL || ns->served == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < ns->num; i++) {
		const struct accept_node *node = &ns->node[i];
		struct works_node *w = &ns->works[i];

		e = ready_served(ns, i, d);
		*w = (struct works_node){ .name = node->name,
			.tftp = known(node->tftp, node->said),
			.ccm = known(node->ccm, node->said),
			.publisher = known(node == publisher,
			    publisher != NULL),
			.address = address_of(node),
			.itl = node->itl.f,
			.callmanager = first_cert(&node->callmanager),
			.capf = first_cert(&node->capf),
			.served = ns->served[i],
			.num_served = node->num_served };
	}
	return e;
}

enum err
accept_nodes_ready(struct accept_nodes *ns, const struct accept_nodes_wish *w,
    struct diag *d)
{
	const struct accept_node *publisher;
	enum err e;

	ns->capf = w->no_capf ? TRUST_NO : TRUST_YES;
	e = find_publisher(ns, w->publisher, &publisher, d);
	if (e == ERR_OK)
		e = ready_works(ns, publisher, d);
	if (e == ERR_OK)
		e = accept_held_ready(ns, d);
	return e == ERR_OK ? ready_database(ns, d) : e;
}
