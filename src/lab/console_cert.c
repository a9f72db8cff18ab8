/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of certificates: set cert, set csr, set web-security.
 */
#include <stdio.h>
#include <string.h>

#include "lab/console_parts.h"
#include "lab/mint_read.h"

#define PASTE_MAX ((size_t)64 * 1024)
#define OU_SINCE CONSOLE_SU(1400, 1)
#define CLIENT_SINCE CONSOLE_SU(1500, 5)
#define NO_MULTI_SINCE CONSOLE_SU(1400, 2)
#define UNIT_MAX 64
#define NO_MULTI                                                                \
	"A multi-server certificate cannot be imported with this command. Use " \
	"Cisco Unified Operating System Administration.\n"

/* The unit that a person means by WORD: "CallManager", "CallManager.pem". */
static bool
take_unit(struct console *c, const char *word, enum world_unit *ret)
{
	static const struct {
		const char *typed, *unit;
	} others[] = { { "cucm", "CallManager" }, { "capf", "CAPF" },
		{ "tvs", "TVS" }, { "itlrecovery", "ITLRecovery" } };
	char name[UNIT_MAX];
	size_t i;
	const struct world_own *own;
	bool there;

	(void)snprintf(name, sizeof(name), "%s", word);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(word, others[i].typed) == 0)
			(void)snprintf(name, sizeof(name), "%s",
			    others[i].unit);
	there = world_unit_named(name, ret);
	if (there) {
		world_lock(c->world);
		own = &console_node(c)->own[*ret];
		there = own->cert != NULL;
		world_unlock(c->world);
	}
	if (!there)
		buf_printf(&c->out, "%s is not a valid certificate unit\n",
		    word);
	return there;
}

/* ---- set cert regen. ---- */

static void
put_warning(struct console *c, enum world_unit unit)
{
	if (unit == WORLD_ITLRECOVERY)
		buf_str(&c->out,
		    "WARNING: If you are using a tokenless CTL and if the "
		    "CallManager certificate is recently\n"
		    "generated, please ensure that the CTL File already has "
		    "the new CallManager certificate and is\n"
		    "updated to the endpoints, before generating the ITL "
		    "Recovery certificate. Are you sure want\n"
		    "to proceed?\n");
	else
		buf_printf(&c->out,
		    "WARNING: This operation will overwrite any CA signed "
		    "certificate previously imported\n"
		    "for %s\n",
		    world_unit_name(unit));
}

static void
put_regenerated(struct console *c, enum world_unit unit, bool client)
{
	const char *name = world_unit_name(unit);

	if (client) {
		buf_printf(&c->out,
		    "Successfully Regenerated Certificate for %s and "
		    "%s-client.\n",
		    name, name);
		buf_str(&c->out,
		    "You must restart the services related to tomcat for the "
		    "regenerated certificates to become active.\n"
		    "Restart the Cisco DRF Local and Cisco DRF Master "
		    "services, and provision SAML SSO again where it is "
		    "used.\n");
	} else if (unit == WORLD_ITLRECOVERY) {
		buf_str(&c->out,
		    "Successfully Regenerated Certificate for ITLRecovery.\n"
		    "You must restart the services related to ITLRecovery for "
		    "the regenerated certificates to\n"
		    "become active.\n");
	} else {
		buf_printf(&c->out,
		    "Successfully Regenerated Certificate for %s.\n"
		    "You must restart services related to %s for the "
		    "regenerated certificates to become active.\n",
		    name, name);
	}
}

static bool
asks_client(struct console *c, const char *name)
{
	char question[128];

	(void)snprintf(question, sizeof(question),
	    "Do you want to use the same certificate for %s-client (yes|no) ? ",
	    name);
	return console_ask_word(c, question);
}

bool
console_cert_regen(struct console *c, const struct console_args *a)
{
	enum world_unit unit;
	bool client = false;
	struct diag d;
	enum err e;

	diag_init(&d);
	if (!take_unit(c, a->word[0], &unit))
		return false;
	put_warning(c, unit);
	if (!console_ask_word(c, "Proceed with regeneration (yes|no)? "))
		return true;
	if (c->release >= CLIENT_SINCE &&
	    (unit == WORLD_TOMCAT || unit == WORLD_TOMCAT_ECDSA))
		client = asks_client(c, world_unit_name(unit));
	if (!console_live(c))
		return true;
	world_lock(c->world);
	e = world_regenerate(c->world, c->node, unit, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		return console_refused(c, &d);
	put_regenerated(c, unit, client);
	return true;
}

/* ---- set csr gen. ---- */

bool
console_csr_gen(struct console *c, const struct console_args *a)
{
	enum world_unit unit;
	struct diag d;
	enum err e;

	diag_init(&d);
	if (!take_unit(c, a->word[0], &unit))
		return false;
	if (c->release >= OU_SINCE)
		(void)console_ask_word(c, "Include OU in CSR (yes|no)?");
	if (!console_live(c))
		return true;
	world_lock(c->world);
	e = world_make_csr(c->world, c->node, unit, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		return console_refused(c, &d);
	buf_printf(&c->out, "Successfully Generated CSR  for %s\n",
	    world_unit_name(unit));
	return true;
}

/* ---- set cert import. ---- */

/* Reads lines up to the end of a certificate, or an empty line behind
 * something that is none. */
static bool
read_paste(struct console *c, struct buf *ret)
{
	struct buf line = { 0 };
	bool ended = false;

	while (!ended && ret->len <= PASTE_MAX) {
		if (!console_line(c, CONSOLE_PASTE, &line))
			break;
		if (line.len == 0) {
			ended = ret->len > 0;
			continue;
		}
		buf_put(ret, buf_bytes(&line));
		buf_str(ret, "\n");
		ended = bytes_starts(buf_bytes(&line),
		    bytes_of_str("-----END"));
	}
	buf_clear(&line);
	return ended && buf_ok(ret);
}

/* The world refuses in the appliance's words. */
static bool
refuse_import(struct console *c, const struct diag *d)
{
	if (d->code == ERR_SYNTAX || d->code == ERR_NOMEM)
		buf_str(&c->out, "The file is not a valid certificate\n");
	else
		buf_printf(&c->out, "%s\n", d->msg);
	return false;
}

/* "trust tomcat" and "trust tomcat-trust" are the same store. */
static bool
take_store(struct console *c, const char *word, enum world_store *ret)
{
	char name[UNIT_MAX];

	if (world_store_named(word, ret))
		return true;
	(void)snprintf(name, sizeof(name), "%s-trust", word);
	if (world_store_named(name, ret))
		return true;
	buf_printf(&c->out, "%s is not a valid certificate unit\n", word);
	return false;
}

/* PEM is a certificate of several nodes. */
static bool
is_multi(struct console *c, struct bytes pem)
{
	struct mint_seen seen = { .num_dns = 0 };
	struct buf der = { 0 };
	struct diag d;
	size_t i, hosts = 0;

	diag_init(&d);
	if (mint_read_pem(pem, &der, &d) == ERR_OK &&
	    mint_read_cert(buf_bytes(&der), &seen, &d) == ERR_OK) {
		world_lock(c->world);
		for (i = 0; i < c->world->num_nodes; i++)
			hosts += mint_read_has_host(&seen,
				     c->world->node[i].name)
			    ? 1
			    : 0;
		world_unlock(c->world);
	}
	mint_read_clear(&seen);
	buf_clear(&der);
	return hosts > 1;
}

static enum err
import(struct console *c, bool own, int where, struct bytes pem, struct diag *d)
{
	enum err e;

	world_lock(c->world);
	e = own ? world_import_own(c->world, c->node, (enum world_unit)where,
		      pem, d)
		: world_import_trust(c->world, c->node, (enum world_store)where,
		      pem, d);
	world_unlock(c->world);
	return e;
}

static bool
import_pasted(struct console *c, bool own, int where, const char *name)
{
	struct buf pem = { 0 };
	bool good = true;
	struct diag d;

	diag_init(&d);
	if (!read_paste(c, &pem)) {
		buf_clear(&pem);
		return !console_live(c);
	}
	if (own && c->release >= NO_MULTI_SINCE &&
	    is_multi(c, buf_bytes(&pem))) {
		buf_str(&c->out, NO_MULTI);
		good = false;
	} else if (import(c, own, where, buf_bytes(&pem), &d) != ERR_OK)
		good = refuse_import(c, &d);
	else
		buf_printf(&c->out,
		    "Successfully imported certificate for %s.\n"
		    "Please restart services related to %s for the new "
		    "certificate to become active.\n",
		    name, name);
	buf_clear(&pem);
	return good;
}

bool
console_cert_import(struct console *c, const struct console_args *a)
{
	bool own = strcmp(a->word[0], "own") == 0;
	enum world_unit unit = WORLD_TOMCAT;
	enum world_store store = WORLD_TOMCAT_TRUST;

	if (!own && strcmp(a->word[0], "trust") != 0) {
		buf_str(&c->out, "Incorrect syntax\n");
		return false;
	}
	if (own ? !take_unit(c, a->word[1], &unit)
		: !take_store(c, a->word[1], &store))
		return false;
	buf_str(&c->out, "Paste the Certificate and Hit Enter\n");
	console_flush(c);
	return import_pasted(c, own, own ? (int)unit : (int)store,
	    own ? world_unit_name(unit) : world_store_name(store));
}

/* ---- set cert delete. ---- */

bool
console_cert_delete(struct console *c, const struct console_args *a)
{
	enum world_store store;
	struct diag d;
	enum err e;

	diag_init(&d);
	if (!take_store(c,
		strcmp(a->word[0], "cucm") == 0 ? "CallManager" : a->word[0],
		&store))
		return false;
	world_lock(c->world);
	e = world_delete_trust(c->world, c->node, store, a->word[1], &d);
	world_unlock(c->world);
	if (e == ERR_ABSENT)
		buf_printf(&c->out, "The certificate %s is not found in %s\n",
		    a->word[1], world_store_name(store));
	else if (e != ERR_OK)
		return console_refused(c, &d);
	else
		buf_printf(&c->out, "Successfully deleted certificate %s\n",
		    a->word[1]);
	return e == ERR_OK;
}

/* ---- set web-security. ---- */

bool
console_web_security(struct console *c, const struct console_args *a)
{
	const char *field[5] = { a->word[0], a->word[1], a->word[2], a->word[3],
		a->num > 4 ? a->word[4] : NULL };
	struct diag d;
	enum err e;

	diag_init(&d);
	buf_str(&c->out,
	    "WARNING: This operation creates a new tomcat certificate and "
	    "overwrites any CA signed certificate previously imported\n"
	    "for tomcat\n");
	if (!console_ask_word(c, "Proceed with regeneration (yes|no)? "))
		return true;
	world_lock(c->world);
	e = world_subject(c->world, c->node, field, &d);
	world_unlock(c->world);
	if (e != ERR_OK)
		return console_refused(c, &d);
	buf_str(&c->out,
	    "Successfully Regenerated Certificate for tomcat.\n"
	    "You must restart services related to tomcat for the regenerated "
	    "certificates to become active.\n");
	return true;
}
