/* SPDX-License-Identifier: Apache-2.0 */
/* lab/world: the lists of every release, mode and "made on", as the wire has
 * them; what is there at first; and what goes wrong by scenario. */
#include "test.h"

#include "lab/mint_read.h"
#include "worlds.h"

#define SERVERS3 " 2 cucm1 2 cucm2 2 cucm3"
#define SERVERS3_EC " 2 cucm1 2 cucm1-EC 2 cucm2 2 cucm2-EC 2 cucm3 2 cucm3-EC"
#define CAPF " 4 CAPF-########"
#define TOKEN "\"SAST-ADN00a1b2c3        \""
#define TOKENS " 0 " TOKEN " 0 \"SAST-ADN00d4e5f6        \""
#define ITLR "ITLRECOVERY_cucm1"

/* Release, mode, made on; what the CTL is then, by the published anchors. */
static const struct {
	unsigned release;
	int mode;
	unsigned made_on;
	const char *ctl;
} lists[] = {
	{ 1050, SCENARIO_TOKEN, 0, TOKEN ":" TOKENS SERVERS3 CAPF },
	{ 1150, SCENARIO_TOKEN, 1050, TOKEN ":" TOKENS SERVERS3 CAPF },
	{ 1250, SCENARIO_TOKEN, 1050, TOKEN ":" TOKENS SERVERS3 CAPF },
	{ 1150, SCENARIO_TOKEN, 0,
	    TOKEN ":" TOKENS " 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF },
	{ 1250, SCENARIO_TOKEN, 0,
	    TOKEN ":" TOKENS " 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF },
	/* from 14 on no list is made with tokens: one of 12.5 is there */
	{ 1500, SCENARIO_TOKEN, 0,
	    TOKEN ":" TOKENS " 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF },
	{ 1500, SCENARIO_TOKEN, 1050, TOKEN ":" TOKENS SERVERS3 CAPF },
	{ 1051, SCENARIO_TOKENLESS, 0, "cucm1: 0 cucm1" SERVERS3 CAPF },
	{ 1050, SCENARIO_TOKENLESS, 0, "cucm1: 0 cucm1 0 " ITLR SERVERS3 CAPF },
	{ 1150, SCENARIO_TOKENLESS, 0,
	    "cucm1: 0 cucm1 0 " ITLR SERVERS3_EC CAPF },
	{ 1250, SCENARIO_TOKENLESS, 1150,
	    "cucm1: 0 cucm1 0 " ITLR SERVERS3_EC CAPF },
	{ 1400, SCENARIO_TOKENLESS, 1051, "cucm1: 0 cucm1" SERVERS3 CAPF },
	{ 1250, SCENARIO_TOKENLESS, 0,
	    ITLR ": 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF },
	{ 1400, SCENARIO_TOKENLESS, 0,
	    ITLR ": 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF },
	{ 1500, SCENARIO_TOKENLESS, 0,
	    ITLR ": 0 " ITLR " 0 cucm1" SERVERS3_EC CAPF },
	{ 1250, SCENARIO_NON_SECURE, 0, "none" },
	{ 1250, SCENARIO_NON_SECURE, 1050,
	    "cucm1: 0 cucm1 0 " ITLR " 2 - 2 - 2 -" CAPF },
	{ 1500, SCENARIO_NON_SECURE, 1250,
	    ITLR ": 0 " ITLR " 0 cucm1 2 - 2 - 2 -" CAPF },
};

/* From 12.0 on ITLRecovery signs ITLs: without that anchor phones refuse them. */
static bool
lacks_anchor(size_t i)
{
	return lists[i].release >= 1200 &&
	    lists[i].mode != SCENARIO_NON_SECURE &&
	    strstr(lists[i].ctl, ITLR) == NULL;
}

/* The CTL is what it must be, on all nodes, and a phone without any list takes
 * it; all phones hold it and work. */
static void
test_every_list(void **state)
{
	struct scenario s;
	struct world *w;
	size_t i, node;

	for (i = 0; i < NUM(lists); i++) {
		s = worlds_scenario(lists[i].release, lists[i].mode);
		s.made_on = lists[i].made_on;
		w = worlds_new(&s);
		for (node = 0; node < 3; node++)
			WORLDS_SHOWS(w, node, "CTLFile.tlv", lists[i].ctl);
		assert_string_equal(worlds_phones(w),
		    lacks_anchor(i) ? "12 trust 12 have 0 work 12 no"
				    : "12 trust 12 have 12 work 0 no");
		world_free(&w);
	}
}

/* Its signature verifies with the PUBLICKEY of its first record. */
static void
test_signatures(void **state)
{
	static const char *const names[] = { "CTLFile.tlv", "ITLFile.tlv" };
	struct scenario s;
	struct world *w;
	struct worlds_list l;
	struct sheet sheet;
	size_t i, k;
	bool good;

	for (i = 0; i < NUM(lists); i++) {
		s = worlds_scenario(lists[i].release, lists[i].mode);
		s.made_on = lists[i].made_on;
		s.sha512 = i % 2 == 1;
		w = worlds_new(&s);
		for (k = 0; k < NUM(names); k++) {
			if (!worlds_get(w, 1, names[k], &l))
				continue;
			sheet = (struct sheet){ .file = buf_bytes(&l.file),
				.tlvs = l.tlvs };
			good = false;
			WORLDS_OK(shelf_check(&sheet,
			    wire_find(&l.tlvs, 1, 7)->value, &good, NULL));
			assert_true(good);
			assert_int_equal(wire_find(&l.tlvs, 0, 8)->value.ptr[0],
			    s.sha512 ? 3 : 1);
			worlds_put_back(&l);
		}
		world_free(&w);
	}
}

/* Each TFTP node has an ITL of its own: by CallManager up to 11.5, then by
 * ITLRecovery. */
static void
test_itls(void **state)
{
	struct scenario s = worlds_scenario(1150, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);

	WORLDS_SHOWS(w, 1, "ITLFile.tlv",
	    "cucm2: 0 cucm2 0 " ITLR " 2 cucm2 2 cucm2-EC" CAPF
	    " 21 cucm1 21 cucm2 21 cucm3");
	world_free(&w);
	s = worlds_scenario(1050, SCENARIO_TOKEN);
	w = worlds_new(&s);
	WORLDS_SHOWS(w, 0, "ITLFile.tlv",
	    "cucm1: 0 cucm1 0 " ITLR " 2 cucm1" CAPF
	    " 21 cucm1 21 cucm2 21 cucm3");
	world_free(&w);
	s = worlds_scenario(1250, SCENARIO_NON_SECURE);
	w = worlds_new(&s);
	WORLDS_SHOWS(w, 2, "ITLFile.tlv",
	    ITLR ": 0 " ITLR " 2 cucm3 2 cucm3-EC" CAPF
		 " 21 cucm1 21 cucm2 21 cucm3");
	world_free(&w);
	s = worlds_scenario(1200, SCENARIO_TOKENLESS);
	w = worlds_new(&s);
	WORLDS_SHOWS(w, 1, "ITLFile.tlv",
	    ITLR ": 0 " ITLR " 2 cucm2 2 cucm2-EC" CAPF
		 " 21 cucm1 21 cucm2 21 cucm3");
	world_free(&w);
	s.rollback = true;
	w = worlds_new(&s);
	WORLDS_SHOWS(w, 2, "ITLFile.tlv", ITLR ":");
	world_free(&w);
}

/* Records as the appliance writes them, and as the client does. */
static void
test_records(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	struct worlds_list l;

	assert_true(worlds_get(w, 0, "CTLFile.tlv", &l));
	assert_string_equal(worlds_value(&l, 2, 3),
	    "CN=cucm1;OU=TAC;O=Cisco;L=Krakow;ST=Malopolska;C=PL");
	assert_string_equal(worlds_value(&l, 2, 2), "cucm1");
	assert_string_equal(worlds_value(&l, 5, 2), "cucm2");
	assert_int_equal(wire_find(&l.tlvs, 5, 6)->value.len, 16);
	assert_memory_equal(wire_find(&l.tlvs, 5, 10)->value.ptr,
	    "\x7f\x40\x08\x02", 4);
	assert_non_null(wire_find(&l.tlvs, 5, 8));
	worlds_put_back(&l);
	world_free(&w);

	s = worlds_scenario(1250, SCENARIO_TOKEN);
	w = worlds_new(&s);
	assert_true(worlds_get(w, 0, "CTLFile.tlv", &l));
	assert_int_equal(wire_find(&l.tlvs, 0, 2)->value.len, 2);
	assert_memory_equal(wire_find(&l.tlvs, 0, 2)->value.ptr, "\x01\x30", 2);
	assert_int_equal(wire_find(&l.tlvs, 1, 9)->value.len, 902);
	assert_string_equal(worlds_value(&l, 1, 3),
	    "cn=" TOKEN ";ou=IPCBU;o=\"Cisco Systems");
	assert_string_equal(worlds_value(&l, 5, 2), "127.64.8.1");
	assert_null(wire_find(&l.tlvs, 5, 8));
	worlds_put_back(&l);
	world_free(&w);
}

/* A list of a cluster that is not secure has servers of 33 bytes where their
 * names have 12 characters, as in 118892. */
static void
test_plain_records(void **state)
{
	static const struct scenario_node nodes[] = { { .name = "10.48.47.153",
	    .role = WORLD_PUBLISHER } };
	struct scenario s = worlds_scenario(1250, SCENARIO_NON_SECURE);
	struct world *w;
	struct worlds_list l;

	s.made_on = 1050;
	s.num_nodes = 1;
	s.nodes = (struct doc_maps){ nodes, 1 };
	w = worlds_new(&s);
	assert_true(worlds_get(w, 0, "CTLFile.tlv", &l));
	assert_memory_equal(wire_find(&l.tlvs, 3, 1)->value.ptr, "\0\x21", 2);
	assert_null(wire_find(&l.tlvs, 3, 9));
	worlds_put_back(&l);
	world_free(&w);
}

/* The tokens of the list are those of softhsm-fixtures. */
static void
test_tokens(void **state)
{
	struct scenario s = worlds_scenario(1050, SCENARIO_TOKEN);
	struct world *w = worlds_new(&s);
	struct worlds_list l;
	struct mint_key *key = NULL;
	struct buf public_key = { 0 };
	char path[600];

	(void)snprintf(path, sizeof(path), "%s/softhsm-fixtures/keys/%s.pem",
	    getenv("SRC"), "rsa1024-h");
	WORLDS_OK(mint_key_load(path, &key, NULL));
	WORLDS_OK(mint_key_public(key, &public_key, NULL));
	assert_true(worlds_get(w, 0, "CTLFile.tlv", &l));
	assert_true(bytes_equal(buf_bytes(&public_key),
	    wire_find(&l.tlvs, 2, 7)->value));
	worlds_put_back(&l);
	buf_clear(&public_key);
	mint_key_free(&key);
	world_free(&w);
}

/* ---- What goes wrong by scenario. ---- */

static void
test_no_list(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;

	s.no_ctl = true; /* S9 */
	w = worlds_new(&s);
	WORLDS_SHOWS(w, 0, "CTLFile.tlv", "none");
	assert_true(w->mixed);
	/* who is to use TLS cannot */
	assert_string_equal(worlds_phones(w), "12 trust 12 have 0 work 0 no");
	world_free(&w);
}

/* S10: the list has another CAPF than the publisher, and phones miss it. */
static void
test_stale_capf(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;
	struct worlds_list l;

	s.stale_capf = true;
	w = worlds_new(&s);
	assert_true(worlds_get(w, 0, "CTLFile.tlv", &l));
	assert_null(strstr(worlds_value(&l, 9, 3),
	    w->node[0].own[WORLD_CAPF].cert->subject_cn));
	worlds_put_back(&l);
	assert_string_equal(worlds_phones(w), "12 trust 12 have 0 work 0 no");
	world_lock(w);
	WORLDS_OK(world_update_ctl(w, 0, NULL));
	world_unlock(w);
	world_free(&w);
}

/* S17: one node has another list, until the next one; one that is cut off keeps
 * what it has. */
static void
test_stale_node(void **state)
{
	static const struct scenario_node nodes[] = {
		{ .role = WORLD_PUBLISHER },
		{ .role = WORLD_SUBSCRIBER, .stale_list = true },
		{ .role = WORLD_SUBSCRIBER, .cut_off = true },
	};
	struct scenario s = worlds_scenario(1400, SCENARIO_TOKENLESS);
	struct worlds_list l[3];
	struct world *w;
	size_t i;

	s.nodes = (struct doc_maps){ nodes, 3 };
	w = worlds_new(&s);
	for (i = 0; i < 3; i++)
		assert_true(worlds_get(w, i, "CTLFile.tlv", &l[i]));
	assert_false(bytes_equal(buf_bytes(&l[0].file), buf_bytes(&l[1].file)));
	assert_true(bytes_equal(buf_bytes(&l[0].file), buf_bytes(&l[2].file)));
	assert_string_equal(w->node[1].file[0].name, "CTLFile.tlv");
	assert_true(w->node[1].file[0].changed < w->node[0].file[0].changed);
	for (i = 0; i < 3; i++)
		worlds_put_back(&l[i]);
	world_lock(w);
	WORLDS_OK(world_update_ctl(w, 0, NULL));
	world_unlock(w);
	for (i = 0; i < 3; i++)
		assert_true(worlds_get(w, i, "CTLFile.tlv", &l[i]));
	assert_true(bytes_equal(buf_bytes(&l[0].file), buf_bytes(&l[1].file)));
	assert_false(bytes_equal(buf_bytes(&l[0].file), buf_bytes(&l[2].file)));
	for (i = 0; i < 3; i++)
		worlds_put_back(&l[i]);
	world_free(&w);
}

/* The same seed makes the same world, whatever can be the same: signatures on
 * curves cannot, and so a release without them. */
static void
test_seed(void **state)
{
	struct scenario s = worlds_scenario(1050, SCENARIO_TOKENLESS);
	struct worlds_list l[3];
	struct world *w;
	size_t i;

	for (i = 0; i < 3; i++) {
		s.seed = i == 2 ? 8 : 7;
		w = worlds_new(&s);
		assert_true(worlds_get(w, 0, "CTLFile.tlv", &l[i]));
		world_free(&w);
	}
	assert_true(bytes_equal(buf_bytes(&l[0].file), buf_bytes(&l[1].file)));
	assert_false(bytes_equal(buf_bytes(&l[0].file), buf_bytes(&l[2].file)));
	for (i = 0; i < 3; i++)
		worlds_put_back(&l[i]);
}

/* Without a pool there is a world too. */
static void
test_no_pool(void **state)
{
	struct scenario s = worlds_scenario(1050, SCENARIO_TOKEN);
	const struct world_setup setup = { .scenario = &s };
	struct world *w = NULL;

	s.num_nodes = 1;
	s.shared_keys = true;
	WORLDS_OK(world_new(&setup, &w, NULL));
	assert_string_equal(worlds_phones(w), "12 trust 12 have 12 work 0 no");
	world_free(&w);
}

/* What a release or a role does not have. */
static void
test_units(void **state)
{
	static const struct scenario_node nodes[] = {
		{ .role = WORLD_PUBLISHER }, { .role = WORLD_IMP },
		{ .role = WORLD_TFTP_ONLY }
	};
	struct scenario s = worlds_scenario(1400, SCENARIO_TOKENLESS);
	struct world *w;

	s.nodes = (struct doc_maps){ nodes, 3 };
	w = worlds_new(&s);
	assert_non_null(w->node[0].own[WORLD_CAPF].cert);
	assert_null(w->node[2].own[WORLD_CAPF].cert);
	assert_null(w->node[1].own[WORLD_CALLMANAGER].cert);
	assert_non_null(w->node[1].own[WORLD_TOMCAT].cert);
	assert_ptr_equal(w->node[0].own[WORLD_ITLRECOVERY].cert->subject_cn,
	    w->node[0].own[WORLD_ITLRECOVERY].cert->issuer_cn);
	WORLDS_SHOWS(w, 0, "CTLFile.tlv",
	    ITLR ": 0 " ITLR
		 " 0 cucm1 2 cucm1 2 cucm1-EC 2 cucm3 2 cucm3-EC" CAPF);
	WORLDS_SHOWS(w, 1, "ITLFile.tlv", "none");
	world_free(&w);
	s = worlds_scenario(1150, SCENARIO_TOKENLESS);
	w = worlds_new(&s);
	assert_string_equal(w->node[1].own[WORLD_ITLRECOVERY].cert->subject_cn,
	    "ITLRECOVERY_cucm2");
	world_free(&w);
	s = worlds_scenario(910, SCENARIO_TOKEN);
	w = worlds_new(&s);
	assert_null(w->node[0].own[WORLD_ITLRECOVERY].cert);
	assert_null(w->node[0].own[WORLD_TOMCAT_ECDSA].cert);
	world_free(&w);
}

/* By a CA, CallManager and CAPF are not self-signed; its certificate is shown
 * with them. */
static void
test_ca(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	const struct world_cert *cert = NULL, *chain = NULL;
	struct world *w;
	struct worlds_list l;

	s.ca_signed = true;
	w = worlds_new(&s);
	assert_true(world_shows(w, 1, 5061, false, &cert, &chain));
	assert_non_null(chain);
	assert_string_equal(cert->issuer_cn, "Lab Issuing CA");
	assert_true(mint_read_is_by(cert->der, chain->der));
	assert_true(worlds_get(w, 0, "CTLFile.tlv", &l));
	assert_string_equal(worlds_value(&l, 2, 5),
	    "CN=Lab Issuing CA;O=Example;C=PL");
	worlds_put_back(&l);
	assert_string_equal(worlds_phones(w), "12 trust 12 have 12 work 0 no");
	world_free(&w);
}

/* One CallManager for all nodes, with the names of all. */
static void
test_multi_san(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	const struct world_cert *cert;
	struct mint_seen seen;
	struct world *w;

	s.multi_san = true;
	w = worlds_new(&s);
	cert = w->node[2].own[WORLD_CALLMANAGER].cert;
	assert_ptr_equal(cert, w->node[0].own[WORLD_CALLMANAGER].cert);
	assert_string_equal(cert->subject_cn, "cucm1-ms");
	WORLDS_OK(mint_read_cert(cert->der, &seen, NULL));
	assert_true(mint_read_has_host(&seen, "cucm3"));
	assert_int_equal(seen.num_dns, 3);
	mint_read_clear(&seen);
	assert_string_equal(worlds_phones(w), "12 trust 12 have 12 work 0 no");
	world_lock(w);
	assert_int_equal(world_regenerate(w, 1, WORLD_CALLMANAGER, NULL),
	    ERR_POLICY);
	WORLDS_OK(world_regenerate(w, 0, WORLD_CALLMANAGER, NULL));
	assert_ptr_equal(w->node[2].own[WORLD_CALLMANAGER].cert,
	    w->node[0].own[WORLD_CALLMANAGER].cert);
	assert_ptr_not_equal(w->node[2].own[WORLD_CALLMANAGER].cert, cert);
	world_unlock(w);
	world_free(&w);
}

/* Scenarios that cannot be. */
static void
test_refused(void **state)
{
	struct scenario s = worlds_scenario(1150, SCENARIO_TOKENLESS);
	const struct world_setup setup = { .scenario = &s };
	struct world *w = NULL;

	s.made_on = 1250;
	assert_int_equal(world_new(&setup, &w, NULL), ERR_USAGE);
	s.made_on = 910;
	assert_int_equal(world_new(&setup, &w, NULL), ERR_USAGE);
	s = worlds_scenario(1500, SCENARIO_TOKEN);
	s.made_on = 1400;
	assert_int_equal(world_new(&setup, &w, NULL), ERR_USAGE);
	s.num_nodes = 0;
	assert_int_equal(world_new(&setup, &w, NULL), ERR_USAGE);
	assert_null(w);
}

/* 200 nodes have one key for each unit. */
static void
test_many(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;

	s.num_nodes = 40;
	s.shared_keys = true;
	w = worlds_new(&s);
	assert_string_equal(w->node[39].name, "cucm40");
	assert_string_equal(w->node[39].address, "127.64.8.40");
	assert_ptr_equal(w->node[0].own[WORLD_CALLMANAGER].cert->key,
	    w->node[39].own[WORLD_CALLMANAGER].cert->key);
	assert_ptr_not_equal(w->node[0].own[WORLD_CALLMANAGER].cert->key,
	    w->node[0].own[WORLD_TVS].cert->key);
	assert_string_equal(worlds_phones(w), "12 trust 12 have 12 work 0 no");
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_list),
		cmocka_unit_test(test_signatures),
		cmocka_unit_test(test_itls),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_plain_records),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_stale_capf),
		cmocka_unit_test(test_stale_node),
		cmocka_unit_test(test_seed),
		cmocka_unit_test(test_no_pool),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_ca),
		cmocka_unit_test(test_multi_san),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
