/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates: of units, of tokens, of a CA, and those from elsewhere.
 */
#include <stdio.h>
#include <string.h>

#include "lab/world_inner.h"

#define DAY ((int64_t)86400)
#define YEAR (365 * DAY)
#define AGE (2 * YEAR)         /* of what is there at first */
#define TOKEN_FROM 1420070400  /* 2015-01-01, as in softhsm-fixtures */
#define TOKEN_UNTIL 2051222400 /* 2035-01-01 */
#define TOKEN_SIZE 902

/* A certificate in the making, with its strings. */
struct made {
	struct world_cert cert;
	struct dialect_cert dialect;
	struct mint_attr subject[MINT_READ_MAX], issuer[MINT_READ_MAX];
};

static const struct mint_attr maker_name[] = {
	{ "O", "Cisco Systems", MINT_UTF8 },
	{ "CN", "Cisco Manufacturing CA", MINT_UTF8 },
};

static const struct mint_attr ca_name[] = {
	{ "CN", "Lab Issuing CA", MINT_UTF8 },
	{ "O", "Example", MINT_UTF8 },
	{ "C", "PL", MINT_PRINTABLE },
};

/* What stands on softhsm-fixtures' tokens. */
static const struct {
	const char *key, *cn, *serial;
} tokens[] = {
	{ "rsa1024-g", "SAST-ADN00a1b2c3        ",
	    "\x2a\x11\xa2\xaf\x00\x00\x00\x31\xc0\xde" },
	{ "rsa1024-h", "SAST-ADN00d4e5f6        ",
	    "\x1b\x22\xb3\xc0\x00\x00\x00\x32\xc0\xde" },
};

static bool
is_ecdsa(enum world_unit unit)
{
	return unit == WORLD_CALLMANAGER_ECDSA || unit == WORLD_TOMCAT_ECDSA;
}

size_t
world_owner(const struct world *w, enum world_unit unit, size_t node)
{
	if (unit == WORLD_ITLRECOVERY && w->release >= 1250)
		return 0;
	return unit == WORLD_CALLMANAGER && w->scenario->multi_san ? 0 : node;
}

/* ---- Making. ---- */

static const char *
cn_of(const struct mint_name *name)
{
	size_t i;

	for (i = 0; i < name->num; i++)
		if (strcmp(name->attr[i].key, "CN") == 0)
			return name->attr[i].value;
	return "";
}

/* The certificate that M's dialect.spec describes, kept. */
static enum err
finish(struct world *w, struct made *m, struct diag *diag)
{
	struct buf der = { 0 }, key = { 0 }, signature = { 0 };
	struct mint_spec *spec = &m->dialect.spec;
	enum err err = mint_cert(spec, &der, diag);

	if (err == ERR_OK)
		err = mint_key_public(spec->key, &key, diag);
	if (err == ERR_OK)
		err = mint_cert_signature(buf_bytes(&der), &signature, diag);
	if (err == ERR_OK)
		err = world_keep(w, &der, &m->dialect.der, diag);
	if (err == ERR_OK)
		err = world_keep(w, &key, &m->dialect.public_key, diag);
	if (err == ERR_OK)
		err = world_keep(w, &signature, &m->dialect.signature, diag);
	buf_clear(&der);
	buf_clear(&key);
	buf_clear(&signature);
	m->cert.der = m->dialect.der;
	m->cert.public_key = m->dialect.public_key;
	m->cert.key = spec->key;
	m->cert.subject_cn = cn_of(&spec->subject);
	m->cert.issuer_cn = cn_of(&spec->issuer);
	m->cert.not_before = spec->not_before;
	m->cert.not_after = spec->not_after;
	m->cert.dialect = &m->dialect;
	return err;
}

/* 16 bytes, the first bit clear, as the appliance has them. */
static enum err
draw_serial(struct world *w, struct mint_spec *spec, struct diag *diag)
{
	uint8_t *serial = world_alloc(w, 16);
	uint64_t x;
	size_t i;

	if (serial == NULL)
		return diag_nomem(diag);
	for (i = 0, x = 0; i < 16; i++) {
		if (i % 8 == 0)
			x = world_random(w);
		serial[i] = (uint8_t)(x >> i % 8 * 8);
	}
	serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);
	spec->serial = bytes_of(serial, 16);
	return ERR_OK;
}

static const char *
name_of(struct world *w, size_t node, enum world_unit unit)
{
	const char *host = w->node[node].name;

	if (unit == WORLD_CAPF)
		return world_text(w, "CAPF-%08x",
		    (unsigned)(world_random(w) >> 32));
	if (unit == WORLD_ITLRECOVERY)
		return world_text(w, "ITLRECOVERY_%s", host);
	if (is_ecdsa(unit))
		return world_text(w, "%s-EC", host);
	return unit == WORLD_CALLMANAGER && w->scenario->multi_san
	    ? world_text(w, "%s-ms", host)
	    : host;
}

/* The hosts of UNIT: its node's, or those of all that it is for. */
static enum err
put_hosts(struct world *w, struct mint_spec *spec, size_t node,
    enum world_unit unit, struct diag *diag)
{
	const bool all = unit == WORLD_CALLMANAGER && w->scenario->multi_san;
	const char **host;
	size_t i;

	if (unit != WORLD_TOMCAT && !is_ecdsa(unit) && !all)
		return ERR_OK;
	host = world_alloc(w, w->num_nodes * sizeof(*host));
	if (host == NULL)
		return diag_nomem(diag);
	for (i = 0; i < w->num_nodes; i++)
		if (all || i == node)
			host[spec->num_dns++] = w->node[i].name;
	spec->dns = host;
	return ERR_OK;
}

/* CN;OU;O;L;ST;C. */
static enum err
put_subject(struct world *w, struct made *m, size_t node, enum world_unit unit,
    struct diag *diag)
{
	static const char *const keys[] = { "OU", "O", "L", "ST", "C" };
	struct mint_spec *spec = &m->dialect.spec;
	size_t i;

	m->subject[0] = (struct mint_attr){ "CN", name_of(w, node, unit),
		MINT_UTF8 };
	if (m->subject[0].value == NULL)
		return diag_nomem(diag);
	for (i = 0; i < 5; i++)
		m->subject[i + 1] = (struct mint_attr){ keys[i],
			w->node[node].subject[i],
			i == 4 ? MINT_PRINTABLE : MINT_UTF8 };
	spec->subject = (struct mint_name){ m->subject, 6 };
	return put_hosts(w, spec, node, unit, diag);
}

static enum err
put_key(struct world *w, struct mint_spec *spec, enum world_unit unit,
    bool first, struct diag *diag)
{
	const enum world_key_kind kind = is_ecdsa(unit) ? WORLD_EC_384
							: WORLD_RSA_2048;
	const bool shared = first && w->scenario->shared_keys;
	enum err err;

	if (shared && w->inner->shared[unit] != NULL) {
		spec->key = w->inner->shared[unit];
		return ERR_OK;
	}
	err = world_take_key(w, kind, &spec->key, diag);
	if (err == ERR_OK && shared)
		w->inner->shared[unit] = spec->key;
	return err;
}

/* What is there at first may be by a CA; what is made later is self-signed. */
static const struct world_cert *
signer_of(const struct world *w, enum world_unit unit)
{
	return !w->inner->ready &&
		(unit == WORLD_CALLMANAGER || unit == WORLD_CAPF)
	    ? w->inner->ca
	    : NULL;
}

enum err
world_new_cert(struct world *w, size_t node, enum world_unit unit, int64_t from,
    const struct world_cert **ret, struct diag *diag)
{
	const struct world_cert *signer = signer_of(w, unit);
	struct made *m = world_alloc(w, sizeof(*m));
	struct mint_spec *spec = m == NULL ? NULL : &m->dialect.spec;
	enum err err;

	if (spec == NULL)
		return diag_nomem(diag);
	*spec = (struct mint_spec){ .not_before = from,
		.not_after = from + (unit == WORLD_ITLRECOVERY ? 20 : 5) * YEAR,
		.digest = MINT_SHA256,
		.ca = unit == WORLD_CAPF,
		.any_key = true };
	err = put_key(w, spec, unit, !w->inner->ready, diag);
	if (err == ERR_OK)
		err = draw_serial(w, spec, diag);
	if (err == ERR_OK)
		err = put_subject(w, m, node, unit, diag);
	spec->issuer = signer != NULL ? signer->dialect->spec.subject
				      : spec->subject;
	spec->issuer_key = signer != NULL ? signer->key : spec->key;
	m->cert.self_signed = signer == NULL;
	m->cert.issuer = signer;
	if (err == ERR_OK)
		err = finish(w, m, diag);
	if (err == ERR_OK)
		*ret = &m->cert;
	return err;
}

enum err
world_unit_spec(struct world *w, size_t node, enum world_unit unit,
    struct mint_spec *ret, struct diag *diag)
{
	struct made *m = world_alloc(w, sizeof(*m));
	enum err err;

	if (m == NULL)
		return diag_nomem(diag);
	m->dialect.spec.digest = MINT_SHA256;
	err = put_key(w, &m->dialect.spec, unit, false, diag);
	if (err == ERR_OK)
		err = put_subject(w, m, node, unit, diag);
	if (err == ERR_OK)
		*ret = m->dialect.spec;
	return err;
}

/* ---- What is there at first. ---- */

static enum err
make_ca(struct world *w, struct diag *diag)
{
	struct made *m;
	struct mint_spec *spec;
	enum err err;

	if (!w->scenario->ca_signed)
		return ERR_OK;
	m = world_alloc(w, sizeof(*m));
	if (m == NULL)
		return diag_nomem(diag);
	spec = &m->dialect.spec;
	*spec = (struct mint_spec){ .subject = { ca_name, DOC_NUM(ca_name) },
		.issuer = { ca_name, DOC_NUM(ca_name) },
		.serial = bytes_of("\x01", 1),
		.not_before = world_now(w) - 5 * YEAR,
		.not_after = world_now(w) + 20 * YEAR,
		.digest = MINT_SHA256,
		.ca = true };
	m->cert.self_signed = true;
	err = world_take_key(w, WORLD_RSA_2048, &spec->key, diag);
	spec->issuer_key = spec->key;
	if (err == ERR_OK)
		err = finish(w, m, diag);
	if (err == ERR_OK)
		w->inner->ca = &m->cert;
	return err;
}

enum err
world_named_cert(struct world *w, const char *cn, const struct world_cert **ret,
    struct diag *diag)
{
	struct made *m = world_alloc(w, sizeof(*m));
	struct mint_spec *spec = m == NULL ? NULL : &m->dialect.spec;
	enum err err = ERR_OK;

	if (spec == NULL)
		return diag_nomem(diag);
	m->subject[0] = (struct mint_attr){ "CN", cn, MINT_UTF8 };
	m->subject[1] = (struct mint_attr){ "O", "Cisco Systems", MINT_UTF8 };
	*spec = (struct mint_spec){ .subject = { m->subject, 2 },
		.issuer = { m->subject, 2 },
		.not_before = TOKEN_FROM,
		.not_after = TOKEN_UNTIL + 10 * YEAR,
		.digest = MINT_SHA1,
		.ca = true };
	if (w->inner->ca_key == NULL)
		err = world_take_key(w, WORLD_RSA_2048, &w->inner->ca_key,
		    diag);
	spec->key = spec->issuer_key = w->inner->ca_key;
	m->cert.self_signed = true;
	if (err == ERR_OK)
		err = draw_serial(w, spec, diag);
	if (err == ERR_OK)
		err = finish(w, m, diag);
	if (err == ERR_OK)
		*ret = &m->cert;
	return err;
}

static enum err
make_token(struct world *w, size_t number, const struct mint_key *maker,
    struct diag *diag)
{
	struct made *m = world_alloc(w, sizeof(*m));
	struct mint_spec *spec;
	enum err err;

	if (m == NULL)
		return diag_nomem(diag);
	spec = &m->dialect.spec;
	m->subject[0] = (struct mint_attr){ "O", "Cisco Systems, Inc.",
		MINT_UTF8 };
	m->subject[1] = (struct mint_attr){ "OU", "IPCBU", MINT_UTF8 };
	m->subject[2] = (struct mint_attr){ "CN", tokens[number].cn,
		MINT_UTF8 };
	*spec = (struct mint_spec){ .subject = { m->subject, 3 },
		.issuer = { maker_name, DOC_NUM(maker_name) },
		.serial = bytes_of(tokens[number].serial, 10),
		.not_before = TOKEN_FROM,
		.not_after = TOKEN_UNTIL,
		.issuer_key = maker,
		.digest = MINT_SHA1,
		.der_length = TOKEN_SIZE };
	m->cert.by_token = true;
	err = world_named_key(w, tokens[number].key, 1024, &spec->key, diag);
	if (err == ERR_OK)
		err = finish(w, m, diag);
	if (err == ERR_OK)
		w->inner->token[number].cert = &m->cert;
	return err;
}

static enum err
make_tokens(struct world *w, struct diag *diag)
{
	const struct mint_key *maker;
	enum err err;

	if (w->scenario->mode != SCENARIO_TOKEN)
		return ERR_OK;
	err = world_named_key(w, "rsa2048-h", 2048, &maker, diag);
	if (err == ERR_OK)
		err = make_token(w, 0, maker, diag);
	return err == ERR_OK ? make_token(w, 1, maker, diag) : err;
}

static enum err
make_first(struct world *w, size_t node, enum world_unit unit,
    struct diag *diag)
{
	struct world_own *own = &w->node[node].own[unit];

	if (!world_has_unit(w, node, unit))
		return ERR_OK;
	if (world_owner(w, unit, node) != node) {
		own->cert = w->node[0].own[unit].cert;
		return ERR_OK;
	}
	return world_new_cert(w, node, unit, world_now(w) - AGE, &own->cert,
	    diag);
}

enum err
world_make_certs(struct world *w, struct diag *diag)
{
	enum err err = make_ca(w, diag);
	size_t node, unit;

	if (err == ERR_OK)
		err = make_tokens(w, diag);
	for (node = 0; node < w->num_nodes; node++)
		for (unit = 0; unit < WORLD_NUM_UNITS && err == ERR_OK; unit++)
			err = make_first(w, node, (enum world_unit)unit, diag);
	return err;
}

/* ---- From elsewhere. ---- */

static enum err
copy_name(struct world *w, const struct mint_attr *from, size_t num,
    struct mint_attr *to, struct diag *diag)
{
	size_t i;

	for (i = 0; i < num; i++) {
		to[i] = from[i];
		to[i].value = world_text(w, "%s", from[i].value);
		if (to[i].value == NULL)
			return diag_nomem(diag);
	}
	return ERR_OK;
}

/* Tokens are known by who made them. */
static bool
is_by_token_maker(const struct mint_name *issuer, struct bytes serial)
{
	return strcmp(cn_of(issuer), "Cisco Manufacturing CA") == 0 &&
	    serial.len == 10;
}

static enum err
fill_foreign(struct world *w, struct made *m, struct bytes der,
    const struct mint_seen *seen, struct diag *diag)
{
	struct buf copy = { 0 }, serial = { 0 }, key = { 0 }, signature = { 0 };
	struct mint_spec *spec = &m->dialect.spec;
	enum err err = copy_name(w, seen->subject, seen->num_subject,
	    m->subject, diag);

	if (err == ERR_OK)
		err = copy_name(w, seen->issuer, seen->num_issuer, m->issuer,
		    diag);
	buf_put(&copy, der);
	buf_put(&serial, bytes_of(seen->serial, seen->serial_len));
	buf_put(&key, buf_bytes(&seen->public_key));
	buf_put(&signature, buf_bytes(&seen->signature));
	if (err == ERR_OK)
		err = world_keep(w, &copy, &m->cert.der, diag);
	if (err == ERR_OK)
		err = world_keep(w, &serial, &spec->serial, diag);
	if (err == ERR_OK)
		err = world_keep(w, &key, &m->cert.public_key, diag);
	if (err == ERR_OK)
		err = world_keep(w, &signature, &m->dialect.signature, diag);
	buf_clear(&copy);
	buf_clear(&serial);
	buf_clear(&key);
	buf_clear(&signature);
	spec->subject = (struct mint_name){ m->subject, seen->num_subject };
	spec->issuer = (struct mint_name){ m->issuer, seen->num_issuer };
	return err;
}

enum err
world_foreign_cert(struct world *w, struct bytes der,
    const struct mint_key *key, const struct world_cert **ret,
    struct mint_seen *ret_seen, struct diag *diag)
{
	struct made *m = world_alloc(w, sizeof(*m));
	struct mint_seen seen;
	enum err err;

	if (m == NULL)
		return diag_nomem(diag);
	err = mint_read_cert(der, &seen, diag);
	if (err != ERR_OK)
		return err;
	err = fill_foreign(w, m, der, &seen, diag);
	m->dialect.der = m->cert.der;
	m->dialect.public_key = m->cert.public_key;
	m->cert.dialect = &m->dialect;
	m->cert.key = m->dialect.spec.key = key;
	m->cert.subject_cn = cn_of(&m->dialect.spec.subject);
	m->cert.issuer_cn = cn_of(&m->dialect.spec.issuer);
	m->cert.self_signed = seen.self_signed;
	m->cert.not_before = seen.not_before;
	m->cert.not_after = seen.not_after;
	m->cert.by_token = is_by_token_maker(&m->dialect.spec.issuer,
	    m->dialect.spec.serial);
	if (err == ERR_OK) {
		*ret = &m->cert;
		*ret_seen = seen;
	} else {
		mint_read_clear(&seen);
	}
	return err;
}

const struct world_cert *
world_token(const struct world *w, size_t i, const struct mint_key **ret_key)
{
	const struct world_cert *cert = i < DOC_NUM(w->inner->token)
	    ? w->inner->token[i].cert
	    : NULL;

	if (cert != NULL)
		*ret_key = cert->dialect->spec.key;
	return cert;
}
