/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates in use, on disks and on ports, and whether the CTL has them
 * (R1). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "workflow/health_parts.h"

#define ROLE(code) (1u << (code))
#define ROLES_SERVER \
	(ROLE(CTL_ROLE_CCM) | ROLE(CTL_ROLE_CCM_TFTP) | ROLE(CTL_ROLE_TFTP))

/* ---- Collecting -------------------------------------------------------------- */

static struct health_cert *
add_cert(struct health_case *c)
{
	size_t cap = c->cap_certs == 0 ? 32 : 2 * c->cap_certs;
	struct health_cert *more;

	if (c->num_certs == c->cap_certs) {
		more = reallocarray(c->cert, cap, sizeof(*more));
		if (more == NULL)
			return NULL;
		c->cert = more;
		c->cap_certs = cap;
	}
	more = &c->cert[c->num_certs++];
	memset(more, 0, sizeof(*more));
	return more;
}

/* One that does not decode is as good as none. */
static enum err
take_cert(struct health_case *c, struct bytes der, const struct health_cert *as)
{
	const struct cert *cert = NULL;
	struct health_cert *u;
	struct diag why;
	enum err e = ERR_OK;

	if (der.ptr != NULL)
		e = cert_shelf_der(c->shelf, der, &cert, &why);
	if (e == ERR_NOMEM)
		return diag_nomem(c->d);
	if (cert == NULL && (as->shown == NULL || as->shown->serial[0] == '\0'))
		return ERR_OK;
	u = add_cert(c);
	if (u == NULL)
		return diag_nomem(c->d);
	*u = *as;
	u->cert = cert;
	return ERR_OK;
}

static const struct said_shown *
shown_of(const struct survey_node *n, const char *unit)
{
	size_t i;

	for (i = 0; n->has_own && i < n->num_own; i++)
		if (strcmp(n->own[i].unit, unit) == 0)
			return &n->own[i].shown;
	return NULL;
}

static enum err
take_disk(struct health_case *c, size_t i, const char *unit)
{
	struct health_cert u = { .node = i,
		.unit = unit,
		.where = "on disk",
		.disk = true,
		.shown = shown_of(&c->s->node[i], unit) };

	return take_cert(c, survey_own_der(c->s, i, unit), &u);
}

static const char *
unit_of_port(const struct survey_node *n, const struct survey_served *s)
{
	if (s->port == n->entry->ports.capf)
		return "CAPF";
	if (s->port == n->entry->ports.tvs)
		return "TVS";
	if (s->port != n->entry->ports.sccp && s->port != n->entry->ports.sip)
		return NULL;
	return s->kind == PROBE_ECDSA ? "CallManager-ECDSA" : "CallManager";
}

static enum err
take_served(struct health_case *c, size_t i, const struct survey_served *s)
{
	struct health_cert u = { .node = i,
		.unit = unit_of_port(&c->s->node[i], s) };

	if (u.unit == NULL || s->der.ptr == NULL)
		return ERR_OK;
	(void)snprintf(u.where, sizeof(u.where), "on %u (%s)", s->port,
	    s->kind == PROBE_ECDSA     ? "ECDSA"
		: s->kind == PROBE_RSA ? "RSA"
				       : "any");
	return take_cert(c, s->der, &u);
}

static enum err
take_node(struct health_case *c, size_t i)
{
	static const char *const units[] = { "CallManager", "CallManager-ECDSA",
		"TVS", "CAPF", "ITLRecovery" };
	size_t k, num = health_is_publisher(c, i) ? 5 : 3;
	enum err e = ERR_OK;

	for (k = 0; e == ERR_OK && k < num; k++)
		e = take_disk(c, i, units[k]);
	for (k = 0; e == ERR_OK && k < c->s->node[i].num_served; k++)
		e = take_served(c, i, &c->s->node[i].served[k]);
	return e;
}

enum err
health_read_certs(struct health_case *c)
{
	enum err e = ERR_OK;
	size_t i;

	c->shelf = c->s->shelf;
	if (c->shelf == NULL) {
		e = cert_shelf_new(&c->own_shelf, c->d);
		c->shelf = c->own_shelf;
	}
	for (i = 0; e == ERR_OK && i < c->h->num_nodes; i++)
		if (health_is_server(c, i))
			e = take_node(c, i);
	return e;
}

void
health_clear_certs(struct health_case *c)
{
	free(c->cert);
	cert_shelf_free(&c->own_shelf);
}

/* ---- Finding ------------------------------------------------------------------ */

static const struct health_cert *
find_disk(const struct health_case *c, size_t i, const char *unit)
{
	size_t k;

	for (k = 0; k < c->num_certs; k++)
		if (c->cert[k].disk && c->cert[k].node == i &&
		    strcmp(c->cert[k].unit, unit) == 0)
			return &c->cert[k];
	return NULL;
}

const struct cert *
health_shown(const struct health_case *c, size_t i, const char *unit)
{
	size_t k;

	for (k = 0; k < c->num_certs; k++)
		if (!c->cert[k].disk && c->cert[k].node == i &&
		    c->cert[k].cert != NULL &&
		    strcmp(c->cert[k].unit, unit) == 0)
			return c->cert[k].cert;
	return health_disk(c, i, unit);
}

const struct cert *
health_disk(const struct health_case *c, size_t i, const char *unit)
{
	const struct health_cert *u = find_disk(c, i, unit);

	return u == NULL ? NULL : u->cert;
}

static void
put_serial_of(const struct health_cert *u, struct buf *out)
{
	if (u->cert != NULL)
		health_put_serial(out, cert_serial(u->cert));
	else
		text_put_safe(out, bytes_of_str(u->shown->serial));
}

void
health_put_cert(const struct health_case *c, const struct health_cert *u,
    struct buf *out)
{
	buf_printf(out, "%s of %s %s (serial ", u->unit,
	    health_node_name(c, u->node), u->where);
	put_serial_of(u, out);
	buf_str(out, ")");
}

static int
hex_of(const char **at)
{
	while (**at == ':' || **at == ' ')
		(*at)++;
	return **at == '\0' ? -1 : text_hex_value((uint8_t) * (*at)++);
}

/* SERIAL, a magnitude, is the hex TEXT; zeros in front do not count. */
static bool
is_serial(struct bytes serial, const char *text)
{
	size_t i;

	while (text[0] == '0' || text[0] == ':')
		text++;
	while (serial.len > 0 && serial.ptr[0] == 0)
		serial = bytes_of(serial.ptr + 1, serial.len - 1);
	for (i = 0; i < 2 * serial.len; i++) {
		int nibble = i % 2 == 0 ? serial.ptr[i / 2] >> 4
					: serial.ptr[i / 2] & 15;

		if (i == 0 && nibble == 0)
			continue;
		if (hex_of(&text) != nibble)
			return false;
	}
	return hex_of(&text) == -1 && serial.len > 0;
}

/* A dump has the serial number alone. */
static enum err
is_record(struct health_case *c, const struct health_cert *u, size_t index,
    bool *ret)
{
	enum ctl_identity identity;
	enum err e;

	if (u->cert == NULL) {
		*ret = is_serial(ctl_record_value(ctl_record(c->list, index),
				     CTL_REC_SERIAL),
		    u->shown->serial);
		return ERR_OK;
	}
	e = ctl_identify(c->list, index, u->cert, &identity, c->d);
	*ret = e == ERR_OK && identity == CTL_SAME_CERT;
	return e;
}

static enum err
find_record(struct health_case *c, const struct health_cert *u, unsigned roles,
    size_t *ret)
{
	enum err e = ERR_OK;
	bool is = false;
	size_t i;

	*ret = 0;
	for (i = 1; e == ERR_OK && !is && i <= ctl_num_records(c->list); i++) {
		const struct ctl_record *r = ctl_record(c->list, i);

		if (r->has_role && r->role < 32 && (roles & ROLE(r->role)) != 0)
			e = is_record(c, u, i, &is);
		if (is)
			*ret = i;
	}
	return e;
}

/* ---- R1 ------------------------------------------------------------------------ */

static bool
same(const struct health_cert *a, const struct health_cert *b)
{
	if (a->cert != NULL && b->cert != NULL)
		return bytes_equal(cert_der(a->cert), cert_der(b->cert));
	if (a->cert == NULL && b->cert == NULL)
		return strcmp(a->shown->serial, b->shown->serial) == 0;
	if (a->cert != NULL)
		return is_serial(cert_serial(a->cert), b->shown->serial);
	return is_serial(cert_serial(b->cert), a->shown->serial);
}

/* U and V are one certificate of a node, in two places. */
static bool
is_copy(const struct health_cert *u, const struct health_cert *v)
{
	return u->node == v->node && strcmp(u->unit, v->unit) == 0 &&
	    same(u, v);
}

/* A place before it has the same; DISKS: disks are places, too. */
static bool
was_before(const struct health_case *c, const struct health_cert *u, bool disks)
{
	const struct health_cert *v;

	for (v = c->cert; v != u; v++)
		if ((disks || !v->disk) && is_copy(v, u))
			return true;
	return false;
}

/* Appends U and the places behind it that have the same. */
static void
put_places(const struct health_case *c, const struct health_cert *u,
    struct buf *out)
{
	const struct health_cert *v;

	buf_printf(out, "%s of %s %s", u->unit, health_node_name(c, u->node),
	    u->where);
	for (v = u + 1; v < c->cert + c->num_certs; v++)
		if (is_copy(v, u))
			buf_printf(out, ", %s", v->where);
	buf_str(out, " (serial ");
	put_serial_of(u, out);
	buf_str(out, ")");
}

static enum err
say_missing(struct health_case *c, const struct health_cert *u, const char *as)
{
	struct buf text = { 0 };

	put_places(c, u, &text);
	if (buf_cstr(&text) == NULL)
		return diag_nomem(c->d);
	health_say(c, HEALTH_STALE, HEALTH_BAD, health_node_name(c, u->node),
	    "run utils ctl update CTLFile (by tokens: the CTL client, or "
	    "ctlsmith), restart what it names, reset the phones",
	    "%s is not in the CTL%s", buf_cstr(&text), as);
	buf_clear(&text);
	return ERR_OK;
}

/* What a certificate in use has to be in the list. */
struct wanted {
	unsigned roles; /* 0: none */
	bool sast;
};

/* What is to be restarted, and when: by unit. */
static const char *
restart_of(const char *unit)
{
	if (strcmp(unit, "TVS") == 0)
		return "restart Cisco Trust Verification Service once phones "
		       "have an ITL with the one on disk";
	if (strcmp(unit, "CAPF") == 0)
		return "restart Cisco Certificate Authority Proxy Function "
		       "once phones have a CTL with the one on disk";
	return "restart Cisco CallManager once phones have a CTL with the one "
	       "on disk";
}

/* What a port shows, against the disk. */
static enum err
compare_disk(struct health_case *c, const struct health_cert *served)
{
	const struct health_cert *disk = find_disk(c, served->node,
	    served->unit);
	struct buf one = { 0 }, other = { 0 };
	enum err e = ERR_OK;

	if (disk == NULL || same(served, disk) || was_before(c, served, false))
		return ERR_OK;
	put_places(c, served, &one);
	put_serial_of(disk, &other);
	if (buf_cstr(&one) == NULL || buf_cstr(&other) == NULL)
		e = diag_nomem(c->d);
	else
		health_say(c, HEALTH_STALE, HEALTH_NOTE,
		    health_node_name(c, served->node), restart_of(served->unit),
		    "%s is no longer on its disk; serial %s is there, and not "
		    "served yet",
		    buf_cstr(&one), buf_cstr(&other));
	buf_clear(&one);
	buf_clear(&other);
	return e;
}

/* The list has a SAST of OWNER. */
static bool
has_sast_of(const struct health_case *c, enum trust_owner owner)
{
	size_t i;

	for (i = 1; i <= ctl_num_records(c->list); i++) {
		const struct ctl_record *r = ctl_record(c->list, i);

		if (r->has_role && r->role == CTL_ROLE_SAST &&
		    trust_owner_of(c->list, i) == owner)
			return true;
	}
	return false;
}

/* A SAST that the list has of an owner is to be the one that he has now: a list
 * that was made on an older release has none, and needs none. */
static bool
wants_sast(const struct health_case *c, size_t node, const char *unit)
{
	if (!health_is_publisher(c, node))
		return false;
	if (strcmp(unit, "ITLRecovery") == 0)
		return has_sast_of(c, TRUST_OWNER_ITLRECOVERY);
	return strcmp(unit, "CallManager") == 0 &&
	    has_sast_of(c, TRUST_OWNER_CALLMANAGER);
}

static bool
wants_capf(const struct health_case *c, size_t node)
{
	return health_is_publisher(c, node) &&
	    health_activated(c, node,
		"Cisco Certificate Authority Proxy Function") != TRUST_NO;
}

static struct wanted
wanted_of(const struct health_case *c, const struct health_cert *u)
{
	struct wanted ret = { 0, u->disk && wants_sast(c, u->node, u->unit) };

	if (strncmp(u->unit, "CallManager", 11) == 0)
		ret.roles = ROLES_SERVER;
	else if (strcmp(u->unit, "CAPF") == 0 && wants_capf(c, u->node))
		ret.roles = ROLE(CTL_ROLE_CAPF);
	return ret;
}

/* As what it is missing. */
static const char *
missing_as(struct wanted w, bool as_role, bool as_sast)
{
	if ((w.roles & ROLE(CTL_ROLE_CAPF)) != 0)
		return " as CAPF";
	if (as_role)
		return " as SAST";
	if (!w.sast)
		return "";
	return as_sast ? " as a server" : ", neither as a server nor as SAST";
}

static enum err
judge_cert(struct health_case *c, const struct health_cert *u)
{
	struct wanted w = wanted_of(c, u);
	size_t role = 1, sast = 1;
	enum err e = ERR_OK;

	if (w.roles != 0)
		e = find_record(c, u, w.roles, &role);
	if (e == ERR_OK && w.sast)
		e = find_record(c, u, ROLE(CTL_ROLE_SAST), &sast);
	if (e == ERR_OK && (role == 0 || sast == 0) && !was_before(c, u, true))
		e = say_missing(c, u, missing_as(w, role != 0, sast != 0));
	return e == ERR_OK && !u->disk ? compare_disk(c, u) : e;
}

/* The list has a certificate with a curve as a server of node I: so the node has
 * had a CallManager-ECDSA, which no list before 11.0 has. */
static enum err
wants_ecdsa(const struct health_case *c, size_t i, bool *ret)
{
	struct cert *cert;
	enum err e = ERR_OK;
	size_t k;

	*ret = false;
	for (k = 1; e != ERR_NOMEM && !*ret && k <= ctl_num_records(c->list);
	     k++) {
		struct bytes der = ctl_record_value(ctl_record(c->list, k),
		    CTL_REC_CERTIFICATE);
		struct diag why;

		if (der.ptr == NULL ||
		    !ctl_record_is_server(ctl_record(c->list, k)) ||
		    !health_is_record_of(c, k, i))
			continue;
		cert = NULL;
		e = cert_from_der(der, &cert, &why);
		*ret = e == ERR_OK && cert_key(cert) != NULL &&
		    pubkey_type(cert_key(cert)) == PUBKEY_EC;
		cert_free(&cert);
	}
	return e == ERR_NOMEM ? diag_nomem(c->d) : ERR_OK;
}

/* Those that the list ought to have, and that nobody saw, in one sentence a node:
 * why it cannot be reached is said of the node. */
static enum err
judge_unseen(struct health_case *c, size_t i)
{
	bool ecdsa = false;
	enum err e = wants_ecdsa(c, i, &ecdsa);
	const struct {
		const char *unit;
		bool wanted;
	} units[] = { { "CallManager", true }, { "CallManager-ECDSA", ecdsa },
		{ "CAPF", wants_capf(c, i) },
		{ "ITLRecovery", wants_sast(c, i, "ITLRecovery") } };
	struct buf names = { 0 };
	size_t k, num = 0;

	for (k = 0; k < sizeof(units) / sizeof(units[0]); k++)
		if (units[k].wanted && find_disk(c, i, units[k].unit) == NULL)
			buf_printf(&names, "%s%s", num++ == 0 ? "" : ", ",
			    units[k].unit);
	if (e == ERR_OK && num > 0 && buf_cstr(&names) == NULL)
		e = diag_nomem(c->d);
	else if (e == ERR_OK && num > 0)
		health_say(c, HEALTH_STALE, HEALTH_UNKNOWN,
		    health_node_name(c, i),
		    "see whether it answers over SSH, and look again",
		    "its %s certificate%s could not be seen", buf_cstr(&names),
		    num == 1 ? "" : "s");
	buf_clear(&names);
	return e;
}

enum err
health_stale(struct health_case *c)
{
	enum err e = ERR_OK;
	size_t i;

	if (!health_has_list(c, HEALTH_STALE))
		return ERR_OK;
	if (!health_knows_mode(c)) {
		health_say(c, HEALTH_STALE, HEALTH_UNKNOWN, NULL,
		    "see whether the publisher answers over SSH",
		    "whether the CTL needs certificates is not known: "
		    "ClusterSecurityMode could not be read");
		return ERR_OK;
	}
	if (!health_is_mixed(c)) {
		health_say(c, HEALTH_STALE, HEALTH_GOOD, NULL, "",
		    "the cluster is not in mixed mode: its CTL needs none");
		return ERR_OK;
	}
	for (i = 0; e == ERR_OK && i < c->num_certs; i++)
		e = judge_cert(c, &c->cert[i]);
	for (i = 0; e == ERR_OK && i < c->h->num_nodes; i++)
		if (health_is_server(c, i))
			e = judge_unseen(c, i);
	return e;
}
