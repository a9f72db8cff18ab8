/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of the CTL by itself: R3, R6, R7, R8, R10. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "workflow/health_parts.h"

#define DAY ((int64_t)86400)
#define SOON 60 /* days */

/* Limits for an ITL (docs/health.md); no source has any for a CTL. */
#define ITL_BYTES 65536
#define ITL_CERTS 39
#define NAME_BYTES 255

/* ---- R3 ------------------------------------------------------------------------ */

static void
say_time(struct health_case *c, size_t record, const struct cert *cert)
{
	bool token = trust_owner_of(c->list, record) == TRUST_OWNER_TOKEN;
	int64_t left = (cert_not_after(cert) - c->in->now) / DAY;
	struct buf date = { 0 };
	const char *until;

	text_put_rfc3339(&date, cert_not_after(cert));
	until = buf_cstr(&date);
	if (until == NULL)
		c->nomem = true;
	else if (cert_not_after(cert) < c->in->now)
		health_say(c, HEALTH_EXPIRED, token ? HEALTH_NOTE : HEALTH_BAD,
		    NULL,
		    token ? "no source says that phones look at it; plan new "
			    "tokens while they still sign"
			  : "renew it, in the order that ctlsmith order gives",
		    "the signer's certificate (record %zu) ended at %s", record,
		    until);
	else if (cert_not_before(cert) > c->in->now)
		health_say(c, HEALTH_EXPIRED, HEALTH_NOTE, NULL,
		    "look at the clocks of the nodes and of this machine",
		    "the signer's certificate (record %zu) is not valid yet",
		    record);
	else if (left < SOON)
		health_say(c, HEALTH_EXPIRED, HEALTH_NOTE, NULL,
		    "plan its renewal: ctlsmith order",
		    "the signer's certificate (record %zu) ends at %s, in %lld "
		    "days",
		    record, until, (long long)left);
	else
		health_say(c, HEALTH_EXPIRED, HEALTH_GOOD, NULL, "",
		    "the signer is record %zu, valid until %s", record, until);
	buf_clear(&date);
}

enum err
health_expired(struct health_case *c)
{
	struct cert *cert = NULL;
	struct diag why;
	size_t record;
	struct bytes der;
	enum err e;

	if (!health_has_list(c, HEALTH_EXPIRED))
		return ERR_OK;
	record = ctl_signer_record(c->list);
	if (record == 0) {
		health_say(c, HEALTH_EXPIRED, HEALTH_BAD, NULL,
		    "run utils ctl update CTLFile on the publisher",
		    "no SAST of the CTL is the one that signed it");
		return ERR_OK;
	}
	der = ctl_record_value(ctl_record(c->list, record),
	    CTL_REC_CERTIFICATE);
	e = der.ptr == NULL ? ERR_ABSENT : cert_from_der(der, &cert, &why);
	if (e == ERR_NOMEM)
		return diag_nomem(c->d);
	if (e == ERR_OK)
		say_time(c, record, cert);
	else
		health_say(c, HEALTH_EXPIRED, HEALTH_UNKNOWN, NULL, "",
		    "the CTL has no certificate of its signer (record %zu) "
		    "that could be read",
		    record);
	cert_free(&cert);
	return ERR_OK;
}

/* ---- R6 ------------------------------------------------------------------------ */

static bool
is_sast(const struct ctl_file *f, size_t i)
{
	return ctl_record(f, i)->has_role &&
	    ctl_record(f, i)->role == CTL_ROLE_SAST;
}

static struct bytes
key_of(const struct ctl_file *f, size_t i)
{
	return ctl_record_value(ctl_record(f, i), CTL_REC_PUBLIC_KEY);
}

/* A SAST before I has the same key. */
static bool
is_again(const struct ctl_file *f, size_t i)
{
	size_t k;

	for (k = 1; k < i; k++)
		if (is_sast(f, k) && key_of(f, k).ptr != NULL &&
		    bytes_equal(key_of(f, k), key_of(f, i)))
			return true;
	return false;
}

/* With different keys. */
static size_t
count_sasts(const struct ctl_file *f, bool tokens)
{
	size_t i, num = 0;

	for (i = 1; i <= ctl_num_records(f); i++)
		num += is_sast(f, i) && !is_again(f, i) &&
		    (!tokens || trust_owner_of(f, i) == TRUST_OWNER_TOKEN);
	return num;
}

enum err
health_two_sasts(struct health_case *c)
{
	const struct inventory_policy *policy = c->in->inventory->policy;
	size_t need = 2, num;
	bool tokens;

	if (!health_has_list(c, HEALTH_TWO_SASTS))
		return ERR_OK;
	if (policy != NULL && policy->min_sasts > need)
		need = policy->min_sasts;
	tokens = ctl_origin(c->list) == CTL_ORIGIN_TOKEN;
	num = count_sasts(c->list, tokens);
	if (num >= need)
		health_say(c, HEALTH_TWO_SASTS, HEALTH_GOOD, NULL, "",
		    "the CTL has %zu SASTs%s", num, tokens ? " of tokens" : "");
	else
		health_say(c, HEALTH_TWO_SASTS, HEALTH_BAD, NULL,
		    tokens
			? "add another token while this one still signs"
			: "add a key of your own as SAST (ctlsmith edit), or "
			  "upload a certificate to Phone-SAST-trust, and "
			  "update the CTL",
		    "the CTL has %zu SAST%s%s, and %zu are wanted: who loses "
		    "it leaves every phone behind",
		    num, num == 1 ? "" : "s", tokens ? " of tokens" : "", need);
	return ERR_OK;
}

/* ---- R7 ------------------------------------------------------------------------ */

static bool
has_content(const struct ctl_record *r)
{
	return ctl_record_field(r, CTL_REC_CERTIFICATE) != NULL ||
	    ctl_record_field(r, CTL_REC_CERT_HASH) != NULL ||
	    ctl_record_field(r, CTL_REC_PUBLIC_KEY) != NULL;
}

enum err
health_mode(struct health_case *c)
{
	size_t i, with = 0, without = 0, last = 0;

	if (!c->s->has_mode) {
		health_say(c, HEALTH_MODE, HEALTH_UNKNOWN, NULL,
		    "see whether the publisher answers over SSH",
		    "ClusterSecurityMode could not be read");
		return ERR_OK;
	}
	if (!health_has_list(c, HEALTH_MODE))
		return ERR_OK;
	for (i = 1; i <= ctl_num_records(c->list); i++) {
		const struct ctl_record *r = ctl_record(c->list, i);

		if (!ctl_record_is_server(r))
			continue;
		if (has_content(r) != c->s->mixed)
			last = i;
		with += has_content(r);
		without += !has_content(r);
	}
	if (c->s->mixed && without > 0)
		health_say(c, HEALTH_MODE, HEALTH_BAD, NULL,
		    "run utils ctl update CTLFile on the publisher",
		    "the cluster is in mixed mode, but %zu of the CTL's %zu "
		    "servers have no certificate (record %zu is the last)",
		    without, with + without, last);
	else if (!c->s->mixed && with > 0)
		health_say(c, HEALTH_MODE, HEALTH_BAD, NULL,
		    "run utils ctl set-cluster non-secure-mode again, or "
		    "mixed-mode if that is meant",
		    "the cluster is not in mixed mode, but %zu servers of the "
		    "CTL have certificates (record %zu is the last)",
		    with, last);
	else if (with + without == 0)
		health_say(c, HEALTH_MODE, HEALTH_BAD, NULL,
		    "run utils ctl update CTLFile on the publisher",
		    "the CTL has no server at all");
	else
		health_say(c, HEALTH_MODE, HEALTH_GOOD, NULL, "",
		    "%s mode, and the CTL's %zu servers are written so",
		    c->s->mixed ? "mixed" : "non-secure", with + without);
	return ERR_OK;
}

/* ---- R8 ------------------------------------------------------------------------ */

static void
judge_size(struct health_case *c, size_t i, const struct ctl_file *f, bool itl)
{
	size_t k, certs = 0, size = ctl_raw(f).len;
	enum health_grade grade = itl ? HEALTH_BAD : HEALTH_NOTE;
	const char *todo = itl
	    ? "take certificates that are no longer needed out of the trust "
	      "stores; phones fail beyond it"
	    : "a limit of ITL files; no source has one for a CTL";

	for (k = 1; k <= ctl_num_records(f); k++)
		certs += ctl_record_field(ctl_record(f, k),
			     CTL_REC_CERTIFICATE) != NULL;
	if (size > ITL_BYTES)
		health_say(c, HEALTH_LIMITS, grade, health_node_name(c, i),
		    todo, "its %s has %zu bytes, more than %d",
		    itl ? "ITL" : "CTL", size, ITL_BYTES);
	if (certs > ITL_CERTS)
		health_say(c, HEALTH_LIMITS, grade, health_node_name(c, i),
		    todo, "its %s has %zu certificates, more than %d",
		    itl ? "ITL" : "CTL", certs, ITL_CERTS);
}

/* Subject and issuer as RFC 4514 writes them, which is no shorter than what the
 * appliance counts. */
static enum err
judge_name(struct health_case *c, const struct health_cert *u,
    enum cert_name which)
{
	struct buf name = { 0 };
	enum err e = cert_put_name(u->cert, which, &name, c->d);

	if (e == ERR_SYNTAX)
		e = ERR_OK;
	if (e == ERR_OK && name.len > NAME_BYTES)
		health_say(c, HEALTH_LIMITS, HEALTH_BAD,
		    health_node_name(c, u->node),
		    "shorten it (set web-security, or the CA's name) before "
		    "the CTL is updated: that fails",
		    "the %s of its %s has %zu characters, more than %d",
		    which == CERT_SUBJECT ? "subject" : "issuer", u->unit,
		    name.len, NAME_BYTES);
	buf_clear(&name);
	return e;
}

enum err
health_limits(struct health_case *c)
{
	enum err e = ERR_OK;
	size_t i, lists = 0;

	for (i = 0; i < c->h->num_nodes; i++) {
		const struct health_node *n = &c->h->node[i];

		lists += n->ctl.file != NULL || n->itl.file != NULL;
		if (n->ctl.file != NULL && n->ctl.file == c->list)
			judge_size(c, i, n->ctl.file, false);
		if (n->itl.file != NULL)
			judge_size(c, i, n->itl.file, true);
	}
	for (i = 0; e == ERR_OK && i < c->num_certs; i++) {
		if (c->cert[i].cert == NULL || !c->cert[i].disk)
			continue;
		e = judge_name(c, &c->cert[i], CERT_SUBJECT);
		if (e == ERR_OK)
			e = judge_name(c, &c->cert[i], CERT_ISSUER);
	}
	if (lists == 0 && c->num_certs == 0) {
		health_say(c, HEALTH_LIMITS, HEALTH_UNKNOWN, NULL, "",
		    "no list and no certificate could be had");
		return e;
	}
	for (i = 0; i < c->h->num_nodes; i++)
		if (health_is_server(c, i) &&
		    health_disk(c, i, "CallManager") == NULL)
			health_say(c, HEALTH_LIMITS, HEALTH_UNKNOWN,
			    health_node_name(c, i),
			    "see whether it answers over SSH, and look again",
			    "the names of its certificates could not be seen");
	return e;
}

/* ---- R10 ----------------------------------------------------------------------- */

enum err
health_no_tvs(struct health_case *c)
{
	size_t i;

	if (!health_has_list(c, HEALTH_NO_TVS))
		return ERR_OK;
	for (i = 1; i <= ctl_num_records(c->list); i++)
		if (ctl_record(c->list, i)->has_role &&
		    ctl_record(c->list, i)->role == CTL_ROLE_TVS)
			health_say(c, HEALTH_NO_TVS, HEALTH_BAD, NULL,
			    "make the CTL anew: TVS belongs into ITL files",
			    "record %zu of the CTL is TVS", i);
	return ERR_OK;
}
