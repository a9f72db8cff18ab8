/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set cert, set csr, set web-security: certificates of units change.
 */
#include <strings.h>

#include "lab/world_inner.h"

#define RELOAD_DELAY 5000 /* ms after which services of 14 read it */

static enum err
want_unit(const struct world *w, size_t node, enum world_unit unit,
    struct diag *diag)
{
	if ((size_t)unit >= WORLD_NUM_UNITS)
		return diag_set(diag, ERR_USAGE, "there is no such unit");
	if (world_has_unit(w, node, unit))
		return ERR_OK;
	if (world_has_unit(w, 0, unit))
		return diag_set(diag, ERR_POLICY, "%s is the publisher's alone",
		    world_unit_name(unit));
	return diag_set(diag, ERR_UNSUPPORTED, "this release has no %s",
	    world_unit_name(unit));
}

/* "From 14 a CallManager regeneration needs no manual restart", and CAPF is
 * restarted by itself. */
static enum err
reload_later(struct world *w, size_t node, enum world_unit unit,
    struct diag *diag)
{
	const struct world_event e = { .kind = WORLD_EVENT_RELOAD,
		.node = node,
		.what = (size_t)unit };

	if (w->release < 1400 ||
	    (unit != WORLD_CALLMANAGER && unit != WORLD_CALLMANAGER_ECDSA &&
		unit != WORLD_CAPF))
		return ERR_OK;
	return world_put_event(w, RELOAD_DELAY, e, diag);
}

/* "The appliance resets phones itself when CallManager, CAPF or TVS is
 * regenerated: always before 14; from 14 by the enterprise parameter". */
static enum err
disturb(struct world *w, size_t node, enum world_unit unit, struct diag *diag)
{
	const struct world_node *n = &w->node[node];

	if (w->release >= 1400 && w->phones_by_hand)
		return ERR_OK;
	switch (unit) {
	case WORLD_CALLMANAGER:
	case WORLD_CALLMANAGER_ECDSA:
		return world_is_started(n, "Cisco Tftp")
		    ? world_disturb_phones(w, node, true, diag)
		    : ERR_OK;
	case WORLD_CAPF:
		return world_is_started(n,
			   "Cisco Certificate Authority Proxy Function")
		    ? world_disturb_phones(w, node, true, diag)
		    : ERR_OK;
	case WORLD_TVS:
		return world_disturb_phones(w, node, false, diag);
	case WORLD_TOMCAT:
	case WORLD_TOMCAT_ECDSA:
	case WORLD_IPSEC:
	case WORLD_ITLRECOVERY:
	case WORLD_NUM_UNITS:
		break;
	}
	return ERR_OK;
}

static bool
is_in_itl(enum world_unit unit)
{
	return unit != WORLD_TOMCAT && unit != WORLD_TOMCAT_ECDSA &&
	    unit != WORLD_IPSEC;
}

/* One certificate for all nodes is on the disk of each. */
static void
put_on_disks(struct world *w, size_t node, enum world_unit unit,
    const struct world_cert *cert)
{
	size_t i;

	for (i = 0; i < w->num_nodes; i++)
		if (i == node ||
		    (world_has_unit(w, i, unit) &&
			world_owner(w, unit, i) == node))
			w->node[i].own[unit].cert = cert;
}

enum err
world_own_cert(struct world *w, size_t node, enum world_unit unit,
    const struct world_cert *cert, struct diag *diag)
{
	enum err err;
	size_t i;

	put_on_disks(w, node, unit, cert);
	err = world_trust_own(w, node, unit, cert, diag);
	if (err == ERR_OK && is_in_itl(unit))
		err = world_make_itls(w, diag);
	for (i = 0; i < w->num_nodes && err == ERR_OK; i++)
		if (w->node[i].own[unit].cert == cert)
			err = reload_later(w, i, unit, diag);
	return err == ERR_OK ? disturb(w, node, unit, diag) : err;
}

enum err
world_regenerate(struct world *w, size_t node, enum world_unit unit,
    struct diag *diag)
{
	const struct world_cert *cert;
	enum err err = want_unit(w, node, unit, diag);

	if (err == ERR_OK && world_owner(w, unit, node) != node)
		err = diag_set(diag, ERR_POLICY, "%s is the publisher's",
		    world_unit_name(unit));
	if (err == ERR_OK)
		err = world_new_cert(w, node, unit, world_now(w), &cert, diag);
	return err == ERR_OK ? world_own_cert(w, node, unit, cert, diag) : err;
}

/* ---- Requests. ---- */

enum err
world_make_csr(struct world *w, size_t node, enum world_unit unit,
    struct diag *diag)
{
	struct world_csr *csr;
	struct mint_spec spec;
	struct buf der = { 0 };
	enum err err = want_unit(w, node, unit, diag);

	if (err == ERR_OK && unit == WORLD_ITLRECOVERY)
		err = diag_set(diag, ERR_UNSUPPORTED,
		    "no request is made for ITLRecovery");
	if (err != ERR_OK)
		return err;
	csr = world_alloc(w, sizeof(*csr));
	if (csr == NULL)
		return diag_nomem(diag);
	err = world_unit_spec(w, node, unit, &spec, diag);
	if (err == ERR_OK)
		err = mint_request(&spec, &der, diag);
	if (err == ERR_OK)
		err = world_keep(w, &der, &csr->der, diag);
	buf_clear(&der);
	if (err != ERR_OK)
		return err;
	csr->key = spec.key;
	csr->host = spec.dns;
	csr->num_hosts = spec.num_dns;
	csr->made = world_now(w);
	w->node[node].own[unit].csr = csr;
	return ERR_OK;
}

static enum err
check_key(const struct world_csr *csr, const struct mint_seen *seen,
    struct diag *diag)
{
	struct buf key = { 0 };
	enum err err = mint_key_public(csr->key, &key, diag);

	if (err == ERR_OK &&
	    !bytes_equal(buf_bytes(&key), buf_bytes(&seen->public_key)))
		err = diag_set(diag, ERR_CRYPTO,
		    "CSR Public Key and Certificate Public Key do not match");
	buf_clear(&key);
	return err;
}

/* The hosts of both are the same. A request without hosts lets the certificate
 * have any. */
static enum err
check_hosts(const struct world_csr *csr, const struct mint_seen *seen,
    struct diag *diag)
{
	bool same = seen->num_dns == csr->num_hosts;
	size_t i;

	for (i = 0; i < csr->num_hosts; i++)
		same = same && mint_read_has_host(seen, csr->host[i]);
	if (csr->num_hosts > 0 && !same)
		return diag_set(diag, ERR_POLICY,
		    "CSR SAN and Certificate SAN does not match");
	return ERR_OK;
}

/* Every issuer up to a root is in the store. */
static enum err
check_chain(const struct world_node *n, enum world_store store,
    const struct world_cert *cert, struct diag *diag)
{
	const struct world_cert *next;
	size_t depth, i;

	for (depth = 0; depth < 8 && !cert->self_signed; depth++) {
		for (i = 0, next = NULL; i < n->num_trusted; i++)
			if (n->trusted[i].store == store &&
			    mint_read_is_by(cert->der, n->trusted[i].cert->der))
				next = n->trusted[i].cert;
		if (next == NULL)
			break;
		cert = next;
	}
	if (cert->self_signed)
		return ERR_OK;
	return diag_set(diag, ERR_ABSENT,
	    "CA certificate is not available in the trust-store");
}

/* In the order of the appliance's log. */
static enum err
check_own(const struct world *w, size_t node, enum world_unit unit,
    const struct world_cert *cert, const struct mint_seen *seen,
    struct diag *diag)
{
	const struct world_csr *csr = w->node[node].own[unit].csr;
	enum err err;

	if (cert->not_after < world_now(w) || cert->not_before > world_now(w))
		return diag_set(diag, ERR_POLICY,
		    "the certificate is expired, or not yet valid");
	if (csr == NULL)
		return diag_set(diag, ERR_ABSENT,
		    "File /usr/local/%s/.security/%s/keys/%s.csr does not exist",
		    unit == WORLD_CALLMANAGER || unit == WORLD_CAPF
			? "cm"
			: "platform",
		    world_unit_name(unit), world_unit_name(unit));
	err = check_key(csr, seen, diag);
	if (err == ERR_OK)
		err = check_hosts(csr, seen, diag);
	if (err == ERR_OK)
		err = check_chain(&w->node[node], world_store_of(unit), cert,
		    diag);
	return err;
}

enum err
world_import_own(struct world *w, size_t node, enum world_unit unit,
    struct bytes pem, struct diag *diag)
{
	struct world_own *own = &w->node[node].own[unit];
	const struct world_cert *cert;
	struct buf der = { 0 };
	struct mint_seen seen = { .num_dns = 0 };
	enum err err = want_unit(w, node, unit, diag);

	if (err == ERR_OK)
		err = mint_read_pem(pem, &der, diag);
	if (err == ERR_OK)
		err = world_foreign_cert(w, buf_bytes(&der),
		    own->csr == NULL ? NULL : own->csr->key, &cert, &seen,
		    diag);
	if (err == ERR_OK)
		err = check_own(w, node, unit, cert, &seen, diag);
	mint_read_clear(&seen);
	buf_clear(&der);
	if (err != ERR_OK)
		return err;
	own->csr = NULL;
	return world_own_cert(w, node, unit, cert, diag);
}

enum err
world_subject(struct world *w, size_t node, const char *const field[5],
    struct diag *diag)
{
	size_t i;
	const char *copy;

	for (i = 0; i < 5; i++) {
		if (field[i] == NULL)
			continue;
		copy = world_text(w, "%s", field[i]);
		if (copy == NULL)
			return diag_nomem(diag);
		w->node[node].subject[i] = copy;
	}
	return world_regenerate(w, node, WORLD_TOMCAT, diag);
}
