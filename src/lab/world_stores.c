/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust stores.
 */
#include <stdio.h>
#include <string.h>

#include "lab/world_inner.h"

/* The manufacturer's certificates that every appliance has. The lab's are of
 * its own making: names alone are as there. */
static const char *const manufacturers[] = { "CAP-RTP-001", "CAP-RTP-002",
	"Cisco_Root_CA_2048", "Cisco_Root_CA_M2", "Cisco_Manufacturing_CA",
	"Cisco_Manufacturing_CA_SHA2", "ACT2_SUDI_CA" };

/* These go to all nodes, and so do deletions. */
static bool
is_replicated(enum world_store store)
{
	return store != WORLD_IPSEC_TRUST;
}

enum world_store
world_store_of(enum world_unit unit)
{
	switch (unit) {
	case WORLD_TOMCAT:
	case WORLD_TOMCAT_ECDSA:
		return WORLD_TOMCAT_TRUST;
	case WORLD_IPSEC:
		return WORLD_IPSEC_TRUST;
	case WORLD_CAPF:
		return WORLD_CAPF_TRUST;
	case WORLD_TVS:
		return WORLD_TVS_TRUST;
	case WORLD_CALLMANAGER:
	case WORLD_CALLMANAGER_ECDSA:
	case WORLD_ITLRECOVERY:
	case WORLD_NUM_UNITS:
		break;
	}
	return WORLD_CALLMANAGER_TRUST;
}

static struct world_trusted *
find(struct world_node *n, enum world_store store, const char *file)
{
	size_t i;

	for (i = 0; i < n->num_trusted; i++)
		if (n->trusted[i].store == store &&
		    strcmp(n->trusted[i].file, file) == 0)
			return &n->trusted[i];
	return NULL;
}

/* The name of a file is the CN; what is odd there becomes "_". */
static const char *
file_of(struct world *w, const struct world_cert *cert)
{
	const char *cn = cert->subject_cn[0] == '\0' ? "certificate"
						     : cert->subject_cn;
	const size_t len = strlen(cn);
	char *ret = world_alloc(w, len + sizeof(".pem"));
	size_t i;

	if (ret == NULL)
		return NULL;
	(void)snprintf(ret, len + sizeof(".pem"), "%s.pem", cn);
	for (i = 0; i < len; i++)
		if ((uint8_t)cn[i] <= 0x20 ||
		    strchr("/\\:*?\"<>|", cn[i]) != NULL)
			ret[i] = '_';
	return ret;
}

enum err
world_trust(struct world *w, size_t node, enum world_store store,
    const struct world_cert *cert, struct diag *diag)
{
	struct world_node *n = &w->node[node];
	const char *file = file_of(w, cert);
	struct world_trusted *t = file == NULL ? NULL : find(n, store, file);
	enum err err;

	if (file == NULL)
		return diag_nomem(diag);
	if (t != NULL) {
		t->cert = cert;
		return ERR_OK;
	}
	err = world_grow((void **)&n->trusted, n->num_trusted,
	    &n->inner->cap_trusted, sizeof(*n->trusted), diag);
	if (err == ERR_OK)
		n->trusted[n->num_trusted++] = (struct world_trusted){
			.store = store,
			.file = file,
			.cert = cert
		};
	return err;
}

/* On all nodes that get it. */
static enum err
trust_on_all(struct world *w, size_t node, enum world_store store,
    const struct world_cert *cert, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	if (!is_replicated(store))
		return world_trust(w, node, store, cert, diag);
	for (i = 0; i < w->num_nodes && err == ERR_OK; i++)
		err = world_trust(w, i, store, cert, diag);
	return err;
}

/* What a unit's own certificate brings into the stores of all nodes. */
enum err
world_trust_own(struct world *w, size_t node, enum world_unit unit,
    const struct world_cert *cert, struct diag *diag)
{
	enum err err = ERR_OK;

	switch (unit) {
	case WORLD_TOMCAT:
	case WORLD_TOMCAT_ECDSA:
	case WORLD_IPSEC:
		return trust_on_all(w, node, world_store_of(unit), cert, diag);
	case WORLD_CAPF:
		/* the old one stays, since its CN is another */
		err = trust_on_all(w, node, WORLD_CAPF_TRUST, cert, diag);
		if (err == ERR_OK)
			err = trust_on_all(w, node, WORLD_CALLMANAGER_TRUST,
			    cert, diag);
		break;
	case WORLD_CALLMANAGER:
	case WORLD_CALLMANAGER_ECDSA:
	case WORLD_TVS:
	case WORLD_ITLRECOVERY:
	case WORLD_NUM_UNITS:
		break;
	}
	return err;
}

static enum err
make_manufacturers(struct world *w, struct diag *diag)
{
	const struct world_cert *cert;
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < DOC_NUM(manufacturers) && err == ERR_OK; i++) {
		err = world_named_cert(w, manufacturers[i], &cert, diag);
		if (err == ERR_OK)
			err = trust_on_all(w, 0, WORLD_CALLMANAGER_TRUST, cert,
			    diag);
		if (err == ERR_OK)
			err = trust_on_all(w, 0, WORLD_CAPF_TRUST, cert, diag);
	}
	return err;
}

enum err
world_make_stores(struct world *w, struct diag *diag)
{
	enum err err = make_manufacturers(w, diag);
	const struct world_cert *cert;
	size_t node, unit;

	if (err == ERR_OK && w->inner->ca != NULL)
		err = trust_on_all(w, 0, WORLD_CALLMANAGER_TRUST, w->inner->ca,
		    diag);
	if (err == ERR_OK && w->inner->ca != NULL)
		err = trust_on_all(w, 0, WORLD_CAPF_TRUST, w->inner->ca, diag);
	for (node = 0; node < w->num_nodes; node++)
		for (unit = 0; unit < WORLD_NUM_UNITS && err == ERR_OK;
		     unit++) {
			cert = w->node[node].own[unit].cert;
			if (cert != NULL)
				err = world_trust_own(w, node,
				    (enum world_unit)unit, cert, diag);
		}
	return err;
}

/* ---- What administrators do. ---- */

/* A certificate of the same name is replaced by one that began later, and not
 * by an older one; nothing is said about it. */
static bool
is_kept(struct world *w, size_t node, enum world_store store,
    const struct world_cert *cert)
{
	const char *file = file_of(w, cert);
	const struct world_trusted *t = file == NULL
	    ? NULL
	    : find(&w->node[node], store, file);

	return t != NULL && t->cert->not_before >= cert->not_before;
}

enum err
world_import_trust(struct world *w, size_t node, enum world_store store,
    struct bytes pem, struct diag *diag)
{
	const struct world_cert *cert = NULL;
	struct buf der = { 0 };
	struct mint_seen seen = { .num_dns = 0 };
	enum err err = mint_read_pem(pem, &der, diag);

	if (err == ERR_OK)
		err = world_foreign_cert(w, buf_bytes(&der), NULL, &cert, &seen,
		    diag);
	if (err == ERR_OK &&
	    (cert->not_after < world_now(w) || cert->not_before > world_now(w)))
		err = diag_set(diag, ERR_POLICY,
		    "the certificate is expired, or not yet valid");
	else if (err == ERR_OK && !is_kept(w, node, store, cert))
		err = trust_on_all(w, node, store, cert, diag);
	mint_read_clear(&seen);
	buf_clear(&der);
	return err;
}

enum err
world_delete_trust(struct world *w, size_t node, enum world_store store,
    const char *file, struct diag *diag)
{
	struct world_trusted *t = find(&w->node[node], store, file);
	const char *name = t == NULL ? NULL : t->file;
	size_t i;

	if (name == NULL)
		return diag_set(diag, ERR_ABSENT, "no certificate %s in %s",
		    file, world_store_name(store));
	for (i = 0; i < w->num_nodes; i++) {
		if (i != node && !is_replicated(store))
			continue;
		t = find(&w->node[i], store, name);
		if (t != NULL)
			*t = w->node[i].trusted[--w->node[i].num_trusted];
	}
	return ERR_OK;
}
