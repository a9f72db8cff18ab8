/* SPDX-License-Identifier: Apache-2.0 */
/* lab/world: what the command line and administrators do, one by one. */
#include "test.h"

#include "worlds.h"

#define SERVERS3_EC " 2 cucm1 2 cucm1-EC 2 cucm2 2 cucm2-EC 2 cucm3 2 cucm3-EC"
#define CAPF " 4 CAPF-########"
#define ITLR "ITLRECOVERY_cucm1"
#define SHOWN_TOKENLESS ITLR ": 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF

/* A world of RELEASE whose lock is held: operations want it. */
static struct world *
begin(struct scenario *s, unsigned release, int mode)
{
	struct world *w;

	*s = worlds_scenario(release, mode);
	w = worlds_new(s);
	world_lock(w);
	return w;
}

static void
end(struct world *w)
{
	world_unlock(w);
	world_free(&w);
}

/* What is on the disk of NODE. */
static struct bytes
on_disk(const struct world *w, size_t node, const char *name)
{
	size_t i;

	for (i = 0; i < w->node[node].num_files; i++)
		if (strcmp(w->node[node].file[i].name, name) == 0)
			return w->node[node].file[i].bytes;
	return (struct bytes){ 0 };
}

static const char *
show(struct world *w, size_t node, const char *name)
{
	const char *ret;

	world_unlock(w);
	ret = worlds_blank(worlds_show(w, node, name));
	world_lock(w);
	return ret;
}

static void
settle(struct world *w)
{
	world_unlock(w);
	world_settle(w);
	world_lock(w);
}

static void
restart(struct world *w, size_t node, const char *service)
{
	WORLDS_OK(world_service_act(w, node, service, WORLD_RESTART, NULL));
	settle(w);
}

/* ---- utils ctl. ---- */

/* Publisher, licence, mode: refused, and nothing is changed. */
static void
test_refusals(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	struct bytes before;

	assert_int_equal(world_update_ctl(w, 1, NULL), ERR_POLICY);
	assert_int_equal(world_set_mode(w, 2, false, NULL), ERR_POLICY);
	assert_int_equal(world_reset_ctl(w, 1, NULL), ERR_POLICY);
	assert_int_equal(world_reset_itl(w, 1, NULL), ERR_POLICY);
	assert_int_equal(world_set_mode(w, 0, true, NULL), ERR_EXISTS);
	w->licensed = false; /* S5 */
	assert_int_equal(world_update_ctl(w, 0, NULL), ERR_POLICY);
	WORLDS_OK(world_set_mode(w, 0, false, NULL));
	before = on_disk(w, 0, "CTLFile.tlv");
	assert_int_equal(world_set_mode(w, 0, true, NULL), ERR_POLICY);
	assert_false(w->mixed);
	assert_int_equal(world_reset_ctl(w, 0, NULL), ERR_ABSENT);
	w->licensed = true;
	assert_int_equal(world_update_ctl(w, 0, NULL), ERR_ABSENT);
	assert_ptr_equal(on_disk(w, 0, "CTLFile.tlv").ptr, before.ptr);
	end(w);
	w = begin(&s, 1150, SCENARIO_TOKENLESS);
	w->licensed = false;
	WORLDS_OK(world_update_ctl(w, 0, NULL));
	assert_int_equal(world_reset_ctl(w, 0, NULL), ERR_UNSUPPORTED);
	end(w);
	w = begin(&s, 910, SCENARIO_TOKEN);
	assert_int_equal(world_update_ctl(w, 0, NULL), ERR_UNSUPPORTED);
	assert_int_equal(world_reset_itl(w, 0, NULL), ERR_UNSUPPORTED);
	end(w);
}

static void
test_modes(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1400, SCENARIO_NON_SECURE);

	assert_string_equal(show(w, 0, "CTLFile.tlv"), "none");
	WORLDS_OK(world_set_mode(w, 0, true, NULL));
	assert_true(w->mixed);
	assert_string_equal(show(w, 1, "CTLFile.tlv"), SHOWN_TOKENLESS);
	WORLDS_OK(world_set_mode(w, 0, false, NULL));
	assert_string_equal(show(w, 1, "CTLFile.tlv"),
	    ITLR ": 0 " ITLR " 0 cucm1 2 - 2 - 2 -" CAPF);
	end(w);
}

/* Before 14 TFTP gives out what it read when it was started. */
static void
test_tftp_cache(void **state)
{
	static const unsigned releases[] = { 1250, 1400 };
	struct scenario s;
	struct world *w;
	size_t i;

	for (i = 0; i < 2; i++) {
		w = begin(&s, releases[i], SCENARIO_TOKEN);
		WORLDS_OK(world_update_ctl(w, 0, NULL));
		if (releases[i] < 1400) {
			assert_string_not_equal(show(w, 1, "CTLFile.tlv"),
			    SHOWN_TOKENLESS);
			restart(w, 1, "Cisco Tftp");
		}
		assert_string_equal(show(w, 1, "CTLFile.tlv"), SHOWN_TOKENLESS);
		WORLDS_OK(world_delete_file(w, 1, "CTLFile.tlv", NULL));
		assert_null(on_disk(w, 1, "CTLFile.tlv").ptr);
		assert_non_null(on_disk(w, 0, "CTLFile.tlv").ptr);
		assert_string_equal(show(w, 1, "CTLFile.tlv"),
		    releases[i] < 1400 ? SHOWN_TOKENLESS : "none");
		restart(w, 1, "Cisco Tftp");
		assert_string_equal(show(w, 1, "CTLFile.tlv"), "none");
		assert_int_equal(world_delete_file(w, 1, "CTLFile.tlv", NULL),
		    ERR_ABSENT);
		end(w);
	}
}

/* utils ctl reset localkey: CallManager signs. utils itl reset: the other key
 * than usual, until TFTP starts again. */
static void
test_localkey(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1400, SCENARIO_TOKENLESS);
	const char *usual = ITLR ": 0 " ITLR " 2 cucm2 2 cucm2-EC" CAPF
				 " 21 cucm1 21 cucm2 21 cucm3";

	WORLDS_OK(world_reset_ctl(w, 0, NULL));
	assert_string_equal(show(w, 0, "CTLFile.tlv"),
	    "cucm1: 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF);
	assert_string_equal(show(w, 1, "ITLFile.tlv"), usual);
	WORLDS_OK(world_reset_itl(w, 0, NULL));
	assert_string_equal(show(w, 1, "ITLFile.tlv"),
	    "cucm1: 0 cucm1 0 " ITLR " 2 cucm2 2 cucm2-EC" CAPF
	    " 21 cucm1 21 cucm2 21 cucm3");
	restart(w, 1, "Cisco Tftp");
	assert_string_equal(show(w, 1, "ITLFile.tlv"), usual);
	end(w);
}

/* A CTL comes by the CTL Provider. */
static void
test_provider(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1400, SCENARIO_TOKENLESS);
	struct bytes before = on_disk(w, 1, "CTLFile.tlv");

	WORLDS_OK(
	    world_service_act(w, 1, "Cisco CTL Provider", WORLD_STOP, NULL));
	settle(w);
	w->node[2].down = true;
	WORLDS_OK(world_update_ctl(w, 0, NULL));
	assert_true(bytes_equal(on_disk(w, 1, "CTLFile.tlv"), before));
	assert_true(bytes_equal(on_disk(w, 2, "CTLFile.tlv"), before));
	assert_false(bytes_equal(on_disk(w, 0, "CTLFile.tlv"), before));
	end(w);
}

/* ---- Certificates. ---- */

/* What port 5061 of NODE shows is what is on its disk. */
static bool
is_served(struct world *w, size_t node, unsigned port, enum world_unit unit)
{
	const struct world_cert *cert = NULL, *chain;
	bool shown;

	world_unlock(w);
	shown = world_shows(w, node, port,
	    unit == WORLD_CALLMANAGER_ECDSA || unit == WORLD_TOMCAT_ECDSA,
	    &cert, &chain);
	world_lock(w);
	return shown && cert == w->node[node].own[unit].cert;
}

/* A port, and the service that must be started again before it shows a new
 * certificate. */
static const struct {
	unsigned port;
	enum world_unit unit;
	const char *service;
} shown[] = {
	{ 2443, WORLD_CALLMANAGER, "Cisco CallManager" },
	{ 5061, WORLD_CALLMANAGER, "Cisco CallManager" },
	{ 5061, WORLD_CALLMANAGER_ECDSA, "Cisco CallManager" },
	{ 3804, WORLD_CAPF, "Cisco Certificate Authority Proxy Function" },
	{ 2445, WORLD_TVS, "Cisco Trust Verification Service" },
	{ 8443, WORLD_TOMCAT, "Cisco Tomcat" },
	{ 8443, WORLD_TOMCAT_ECDSA, "Cisco Tomcat" },
	{ 6971, WORLD_CALLMANAGER, "Cisco Tftp" },
	{ 6972, WORLD_TOMCAT, "Cisco Tftp" },
};

static void
test_ports(void **state)
{
	struct scenario s;
	struct world *w;
	size_t i;

	for (i = 0; i < NUM(shown); i++) {
		w = begin(&s, 1250, SCENARIO_TOKENLESS);
		assert_true(is_served(w, 0, shown[i].port, shown[i].unit));
		WORLDS_OK(world_regenerate(w, 0, shown[i].unit, NULL));
		settle(w);
		assert_false(is_served(w, 0, shown[i].port, shown[i].unit));
		restart(w, 0, shown[i].service);
		assert_true(is_served(w, 0, shown[i].port, shown[i].unit));
		WORLDS_OK(world_service_act(w, 0, shown[i].service, WORLD_STOP,
		    NULL));
		settle(w);
		assert_false(is_served(w, 0, shown[i].port, shown[i].unit));
		end(w);
	}
	w = begin(&s, 1250, SCENARIO_TOKENLESS);
	assert_false(is_served(w, 1, 3804, WORLD_CAPF));
	assert_false(is_served(w, 0, 22, WORLD_TOMCAT));
	w->node[0].down = true;
	assert_false(is_served(w, 0, 8443, WORLD_TOMCAT));
	end(w);
}

/* From 14 on CallManager and CAPF are read by themselves. */
static void
test_no_restart(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1400, SCENARIO_TOKENLESS);

	WORLDS_OK(world_regenerate(w, 0, WORLD_CALLMANAGER, NULL));
	WORLDS_OK(world_regenerate(w, 0, WORLD_CAPF, NULL));
	WORLDS_OK(world_regenerate(w, 0, WORLD_TVS, NULL));
	assert_false(is_served(w, 0, 5061, WORLD_CALLMANAGER));
	settle(w);
	assert_true(is_served(w, 0, 5061, WORLD_CALLMANAGER));
	assert_true(is_served(w, 0, 6971, WORLD_CALLMANAGER));
	assert_true(is_served(w, 0, 3804, WORLD_CAPF));
	assert_false(is_served(w, 0, 2445, WORLD_TVS));
	end(w);
}

/* The ITL follows by itself, the CTL never does. */
static void
test_lists_follow(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	const struct world_node *n = &w->node[1];
	struct bytes ctl = on_disk(w, 1, "CTLFile.tlv"),
		     itl = on_disk(w, 1, "ITLFile.tlv");
	char old[64];

	(void)snprintf(old, sizeof(old), "%s",
	    w->node[0].own[WORLD_CAPF].cert->subject_cn);
	WORLDS_OK(world_regenerate(w, 0, WORLD_CAPF, NULL));
	assert_string_not_equal(w->node[0].own[WORLD_CAPF].cert->subject_cn,
	    old);
	assert_ptr_equal(on_disk(w, 1, "CTLFile.tlv").ptr, ctl.ptr);
	assert_false(bytes_equal(on_disk(w, 1, "ITLFile.tlv"), itl));
	itl = on_disk(w, 1, "ITLFile.tlv");
	WORLDS_OK(world_regenerate(w, 1, WORLD_TOMCAT, NULL));
	assert_ptr_equal(on_disk(w, 1, "ITLFile.tlv").ptr, itl.ptr);
	assert_non_null(n->own[WORLD_TOMCAT].cert);
	end(w);
}

/* Who may regenerate what. */
static void
test_whose(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1400, SCENARIO_TOKENLESS);

	assert_int_equal(world_regenerate(w, 1, WORLD_ITLRECOVERY, NULL),
	    ERR_POLICY);
	assert_int_equal(world_regenerate(w, 1, WORLD_CAPF, NULL), ERR_POLICY);
	WORLDS_OK(world_regenerate(w, 0, WORLD_ITLRECOVERY, NULL));
	end(w);
	w = begin(&s, 1150, SCENARIO_TOKENLESS);
	WORLDS_OK(world_regenerate(w, 1, WORLD_ITLRECOVERY, NULL));
	WORLDS_OK(world_regenerate(w, 1, WORLD_CAPF, NULL));
	end(w);
	w = begin(&s, 1050, SCENARIO_TOKENLESS);
	assert_int_equal(world_regenerate(w, 0, WORLD_TOMCAT_ECDSA, NULL),
	    ERR_UNSUPPORTED);
	end(w);
}

/* The file of STORE called FILE on NODE, or NULL. */
static const struct world_cert *
trusted(const struct world *w, size_t node, enum world_store store,
    const char *file)
{
	const struct world_node *n = &w->node[node];
	size_t i;

	for (i = 0; i < n->num_trusted; i++)
		if (n->trusted[i].store == store &&
		    strcmp(n->trusted[i].file, file) == 0)
			return n->trusted[i].cert;
	return NULL;
}

/* A self-signed certificate called CN as PEM, valid FROM, UNTIL. */
static void
make_pem(const char *cn, int64_t from, int64_t until, struct buf *pem)
{
	const struct mint_attr name[] = { { "CN", cn, MINT_UTF8 } };
	struct mint_spec spec = { .subject = { name, 1 },
		.issuer = { name, 1 },
		.serial = bytes_of("\x12\x34", 2),
		.not_before = from,
		.not_after = until,
		.digest = MINT_SHA256 };
	struct mint_key *key = NULL;
	struct buf der = { 0 };

	WORLDS_OK(mint_key_new(1024, &key, NULL));
	spec.key = spec.issuer_key = key;
	WORLDS_OK(mint_cert(&spec, &der, NULL));
	buf_clear(pem);
	WORLDS_OK(mint_pem(buf_bytes(&der), pem, NULL));
	buf_clear(&der);
	mint_key_free(&key);
}

/* Uploads go everywhere, and so do deletions; a certificate of the same name is
 * replaced by a later one alone; an expired one is refused. */
static void
test_trust(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	const enum world_store store = WORLD_PHONE_SAST_TRUST;
	const int64_t now = world_now(w);
	const struct world_cert *first;
	struct buf pem = { 0 };

	make_pem("Some CA", now - 1000, now + 1000, &pem);
	WORLDS_OK(world_import_trust(w, 1, store, buf_bytes(&pem), NULL));
	first = trusted(w, 2, store, "Some_CA.pem");
	assert_true(first != NULL && strcmp(first->subject_cn, "Some CA") == 0);
	make_pem("Some CA", now - 2000, now + 1000, &pem);
	WORLDS_OK(world_import_trust(w, 1, store, buf_bytes(&pem), NULL));
	assert_ptr_equal(trusted(w, 2, store, "Some_CA.pem"), first);
	make_pem("Some CA", now - 500, now + 1000, &pem);
	WORLDS_OK(world_import_trust(w, 1, store, buf_bytes(&pem), NULL));
	assert_ptr_not_equal(trusted(w, 2, store, "Some_CA.pem"), first);
	/* it is an anchor of the next CTL */
	WORLDS_OK(world_update_ctl(w, 0, NULL));
	restart(w, 0, "Cisco Tftp");
	assert_string_equal(show(w, 0, "CTLFile.tlv"),
	    ITLR ": 0 " ITLR " 0 cucm1 0 Some CA" SERVERS3_EC CAPF);
	make_pem("Old CA", now - 2000, now - 1000, &pem);
	assert_int_equal(world_import_trust(w, 0, store, buf_bytes(&pem), NULL),
	    ERR_POLICY);
	assert_int_equal(
	    world_import_trust(w, 0, store, bytes_of_str("hello"), NULL),
	    ERR_SYNTAX);
	WORLDS_OK(world_delete_trust(w, 0, store, "Some_CA.pem", NULL));
	assert_null(trusted(w, 2, store, "Some_CA.pem"));
	assert_int_equal(world_delete_trust(w, 0, store, "Some_CA.pem", NULL),
	    ERR_ABSENT);
	assert_non_null(
	    trusted(w, 1, WORLD_CALLMANAGER_TRUST, "CAP-RTP-001.pem"));
	buf_clear(&pem);
	end(w);
}

/* A regenerated CAPF leaves the old one in the stores. */
static void
test_old_capf(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	char file[80], later[80];

	(void)snprintf(file, sizeof(file), "%s.pem",
	    w->node[0].own[WORLD_CAPF].cert->subject_cn);
	WORLDS_OK(world_regenerate(w, 0, WORLD_CAPF, NULL));
	(void)snprintf(later, sizeof(later), "%s.pem",
	    w->node[0].own[WORLD_CAPF].cert->subject_cn);
	assert_non_null(trusted(w, 1, WORLD_CAPF_TRUST, file));
	assert_non_null(trusted(w, 1, WORLD_CALLMANAGER_TRUST, file));
	assert_non_null(trusted(w, 1, WORLD_CALLMANAGER_TRUST, later));
	end(w);
}

/* ---- Requests. ---- */

struct ca {
	struct mint_key *key;
	struct mint_attr name[1];
	struct buf pem;
};

static void
make_ca(struct ca *ca, const char *cn, int64_t now)
{
	struct mint_spec spec = { .serial = bytes_of("\x01", 1),
		.not_before = now - 1000,
		.not_after = now + 100000,
		.digest = MINT_SHA256,
		.ca = true };
	struct buf der = { 0 };

	*ca = (struct ca){ .name = { { "CN", cn, MINT_UTF8 } } };
	WORLDS_OK(mint_key_new(1024, &ca->key, NULL));
	spec.subject = spec.issuer = (struct mint_name){ ca->name, 1 };
	spec.key = spec.issuer_key = ca->key;
	WORLDS_OK(mint_cert(&spec, &der, NULL));
	WORLDS_OK(mint_pem(buf_bytes(&der), &ca->pem, NULL));
	buf_clear(&der);
}

/* CA signs KEY for HOST. */
static void
sign(const struct ca *ca, const struct mint_key *key, const char *host,
    int64_t from, int64_t until, struct buf *pem)
{
	const char *const dns[] = { host };
	const struct mint_attr name[] = { { "O", "Example", MINT_UTF8 },
		{ "CN", "cucm2", MINT_UTF8 } };
	const struct mint_spec spec = { .subject = { name, 2 },
		.issuer = { ca->name, 1 },
		.serial = bytes_of("\x43\x21", 2),
		.not_before = from,
		.not_after = until,
		.digest = MINT_SHA256,
		.key = key,
		.issuer_key = ca->key,
		.dns = dns,
		.num_dns = host == NULL ? 0 : 1 };
	struct buf der = { 0 };

	WORLDS_OK(mint_cert(&spec, &der, NULL));
	buf_clear(pem);
	WORLDS_OK(mint_pem(buf_bytes(&der), pem, NULL));
	buf_clear(&der);
}

/* NODE 1 refuses PEM for UNIT with CODE and TEXT. */
static void
refuse(struct world *w, enum world_unit unit, const struct buf *pem,
    enum err code, const char *text)
{
	struct diag d;

	assert_int_equal(world_import_own(w, 1, unit, buf_bytes(pem), &d),
	    code);
	if (strstr(d.msg, text) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", d.msg, text);
	assert_true(w->node[1].own[unit].cert->self_signed);
}

/* Dates, request, key, hosts, chain: refused in this order, as published; and
 * what is right is taken, and the request is gone. */
static void
test_import(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	const int64_t now = world_now(w);
	const enum world_unit unit = WORLD_TOMCAT;
	struct world_own *own = &w->node[1].own[unit];
	const struct mint_key *older;
	struct buf pem = { 0 };
	struct ca ca;

	make_ca(&ca, "Town CA", now);
	sign(&ca, own->cert->key, "cucm2", now - 5, now + 500, &pem);
	refuse(w, unit, &pem, ERR_ABSENT, "/keys/tomcat.csr does not exist");
	WORLDS_OK(world_make_csr(w, 1, unit, NULL));
	older = own->csr->key;
	WORLDS_OK(world_make_csr(w, 1, unit, NULL));
	sign(&ca, older, "cucm2", now - 5, now + 500, &pem);
	refuse(w, unit, &pem, ERR_CRYPTO,
	    "CSR Public Key and Certificate Public Key do not match");
	sign(&ca, own->csr->key, "cucm9", now - 5, now + 500, &pem);
	refuse(w, unit, &pem, ERR_POLICY,
	    "CSR SAN and Certificate SAN does not match");
	sign(&ca, own->csr->key, "cucm2", now - 500, now - 5, &pem);
	refuse(w, unit, &pem, ERR_POLICY, "expired");
	sign(&ca, own->csr->key, "cucm2", now - 5, now + 500, &pem);
	refuse(w, unit, &pem, ERR_ABSENT,
	    "CA certificate is not available in the trust-store");
	WORLDS_OK(world_import_trust(w, 1, WORLD_TOMCAT_TRUST,
	    buf_bytes(&ca.pem), NULL));
	WORLDS_OK(world_import_own(w, 1, unit, buf_bytes(&pem), NULL));
	assert_string_equal(own->cert->issuer_cn, "Town CA");
	assert_null(own->csr);
	restart(w, 1, "Cisco Tomcat");
	assert_true(is_served(w, 1, 8443, unit));
	buf_clear(&pem);
	buf_clear(&ca.pem);
	mint_key_free(&ca.key);
	end(w);
}

/* A CallManager by a CA is written into lists as it is, and signs files. */
static void
test_import_callmanager(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	const int64_t now = world_now(w);
	struct world_own *own = &w->node[1].own[WORLD_CALLMANAGER];
	struct buf pem = { 0 };
	struct worlds_list l;
	struct ca ca;

	make_ca(&ca, "Town CA", now);
	WORLDS_OK(world_import_trust(w, 0, WORLD_CALLMANAGER_TRUST,
	    buf_bytes(&ca.pem), NULL));
	WORLDS_OK(world_make_csr(w, 1, WORLD_CALLMANAGER, NULL));
	sign(&ca, own->csr->key, NULL, now - 5, now + 500, &pem);
	WORLDS_OK(
	    world_import_own(w, 1, WORLD_CALLMANAGER, buf_bytes(&pem), NULL));
	WORLDS_OK(world_update_ctl(w, 0, NULL));
	restart(w, 0, "Cisco Tftp");
	world_unlock(w);
	assert_true(worlds_get(w, 0, "CTLFile.tlv", &l));
	assert_string_equal(worlds_value(&l, 5, 3), "CN=cucm2;O=Example");
	assert_string_equal(worlds_value(&l, 5, 5), "CN=Town CA");
	assert_true(
	    bytes_equal(wire_find(&l.tlvs, 5, 9)->value, own->cert->der));
	worlds_put_back(&l);
	world_lock(w);
	buf_clear(&pem);
	buf_clear(&ca.pem);
	mint_key_free(&ca.key);
	end(w);
}

/* set web-security: tomcat is made anew at once, others later. */
static void
test_subject(void **state)
{
	static const char *const fields[5] = { "Ops", "Example", "Bern", NULL,
		"CH" };
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	const struct world_cert *before = w->node[0].own[WORLD_TOMCAT].cert,
				*tvs = w->node[0].own[WORLD_TVS].cert;
	const struct mint_name *name;

	WORLDS_OK(world_subject(w, 0, fields, NULL));
	assert_ptr_not_equal(w->node[0].own[WORLD_TOMCAT].cert, before);
	assert_ptr_equal(w->node[0].own[WORLD_TVS].cert, tvs);
	WORLDS_OK(world_regenerate(w, 0, WORLD_TVS, NULL));
	name = &w->node[0].own[WORLD_TVS].cert->dialect->spec.subject;
	assert_string_equal(name->attr[1].value, "Ops");
	assert_string_equal(name->attr[4].value, "Malopolska");
	assert_string_equal(name->attr[5].value, "CH");
	assert_string_equal(w->node[1].subject[0], "TAC");
	end(w);
}

/* ---- Services, files, backups. ---- */

static void
test_services(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	const struct world_service *tftp = w->node[1].service;

	while (strcmp(tftp->name, "Cisco Tftp") != 0)
		tftp++;
	assert_int_equal(tftp->state, WORLD_STARTED);
	WORLDS_OK(world_service_act(w, 1, "Cisco Tftp", WORLD_RESTART, NULL));
	assert_int_equal(tftp->state, WORLD_STOPPING);
	assert_string_equal(show(w, 1, "CTLFile.tlv"), "none");
	world_unlock(w);
	world_sleep(w, 12000); /* a third of 30 seconds, and some */
	world_lock(w);
	assert_int_equal(tftp->state, WORLD_STARTING);
	/* whoever asks twice waits anew, and the first time is void */
	WORLDS_OK(world_service_act(w, 1, "Cisco Tftp", WORLD_STOP, NULL));
	settle(w);
	assert_int_equal(tftp->state, WORLD_STOPPED);
	WORLDS_OK(world_service_act(w, 1, "Cisco Tftp", WORLD_START, NULL));
	assert_int_equal(tftp->state, WORLD_STARTING);
	settle(w);
	assert_int_equal(tftp->state, WORLD_STARTED);
	assert_int_equal(
	    world_service_act(w, 1, "Cisco DirSync", WORLD_START, NULL),
	    ERR_ABSENT);
	assert_int_equal(
	    world_service_act(w, 0, "Cisco DirSync", WORLD_START, NULL),
	    ERR_UNSUPPORTED);
	end(w);
}

/* What was to come of an older order is void. */
static void
test_turns(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);
	const struct world_service *first = &w->node[1].service[0];

	WORLDS_OK(world_service_act(w, 1, first->name, WORLD_RESTART, NULL));
	world_unlock(w);
	world_sleep(w, 5000);
	world_lock(w);
	WORLDS_OK(world_service_act(w, 1, first->name, WORLD_STOP, NULL));
	world_unlock(w);
	world_sleep(w, 7000); /* the first order would be done */
	world_lock(w);
	assert_int_equal(first->state, WORLD_STOPPING);
	settle(w);
	assert_int_equal(first->state, WORLD_STOPPED);
	end(w);
}

static void
test_restart_node(void **state)
{
	struct scenario s;
	struct world *w = begin(&s, 1250, SCENARIO_TOKENLESS);

	WORLDS_OK(world_regenerate(w, 1, WORLD_CALLMANAGER, NULL));
	WORLDS_OK(world_restart_node(w, 1, NULL));
	assert_true(w->node[1].down);
	assert_string_equal(show(w, 1, "CTLFile.tlv"), "none");
	settle(w);
	assert_false(w->node[1].down);
	assert_true(is_served(w, 1, 5061, WORLD_CALLMANAGER));
	assert_string_equal(show(w, 1, "CTLFile.tlv"), SHOWN_TOKENLESS);
	end(w);
}

static void
test_files(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	struct buf got = { 0 };
	struct worlds_list l, own;

	WORLDS_OK(
	    world_upload_file(w, 1, "ring.xml", bytes_of_str("<x/>"), NULL));
	assert_int_equal(world_get(w, 1, "ring.xml", &got, NULL), ERR_ABSENT);
	WORLDS_OK(world_get(w, 0, "ITLRecovery.p12", &got, NULL));
	assert_int_equal(got.ptr[0], 0x30);
	assert_int_equal(world_get(w, 1, "ITLRecovery.p12", &got, NULL),
	    ERR_ABSENT);
	assert_int_equal(world_get(w, 1, "CTLSEP0011AABB9999.tlv", &got, NULL),
	    ERR_ABSENT);
	assert_true(worlds_get(w, 1, "CTLFile.tlv", &l));
	assert_true(worlds_get(w, 1, "CTLSEP0011AABB0001.tlv", &own));
	assert_true(bytes_equal(buf_bytes(&l.file), buf_bytes(&own.file)));
	worlds_put_back(&own);
	worlds_put_back(&l);
	buf_clear(&got);
	world_free(&w);
	s.no_p12 = true;
	w = worlds_new(&s);
	assert_int_equal(world_get(w, 0, "ITLRecovery.p12", &got, NULL),
	    ERR_ABSENT);
	buf_clear(&got);
	world_free(&w);
}

/* A configuration file is signed with what TFTP has read. */
static void
test_config(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	struct buf got = { 0 };
	struct sheet sheet = { .number = 0 };
	const struct world_cert *cert = w->node[1].own[WORLD_CALLMANAGER].cert;
	bool good = false;

	WORLDS_OK(world_get(w, 1, "SEP0011AABB0003.cnf.xml", &got, NULL));
	assert_memory_equal(got.ptr, "<?xml", 5);
	buf_clear(&got);
	world_lock(w);
	WORLDS_OK(world_regenerate(w, 1, WORLD_CALLMANAGER, NULL));
	world_unlock(w);
	WORLDS_OK(world_get(w, 1, "SEP0011AABB0003.cnf.xml.sgn", &got, NULL));
	sheet.file = buf_bytes(&got);
	WORLDS_OK(wire_read(sheet.file, WIRE_CONTENT, &sheet.tlvs, NULL));
	assert_string_equal(
	    (const char *)wire_find(&sheet.tlvs, 0, 14)->value.ptr,
	    "SEP0011AABB0003.cnf.xml.sgn");
	WORLDS_OK(shelf_check(&sheet, cert->public_key, &good, NULL));
	assert_true(good);
	wire_list_clear(&sheet.tlvs);
	buf_clear(&got);
	world_free(&w);
}

static void
test_backup(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);

	assert_int_equal(w->num_backups, 1);
	WORLDS_OK(world_back_up(w, NULL));
	assert_int_equal(w->num_backups, 2);
	assert_int_equal(w->backup[1].when, world_now(w));
	assert_int_equal(w->backup[1].when - w->backup[0].when, 86400);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_modes),
		cmocka_unit_test(test_tftp_cache),
		cmocka_unit_test(test_localkey),
		cmocka_unit_test(test_provider),
		cmocka_unit_test(test_ports),
		cmocka_unit_test(test_no_restart),
		cmocka_unit_test(test_lists_follow),
		cmocka_unit_test(test_whose),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_old_capf),
		cmocka_unit_test(test_import),
		cmocka_unit_test(test_import_callmanager),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_restart_node),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
