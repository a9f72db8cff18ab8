/* SPDX-License-Identifier: Apache-2.0 */
/* lab/world: what becomes of phones, by published stories. */
#include "test.h"

#include "worlds.h"

#define ALL_WELL "12 trust 12 have 12 work 0 no"

static const char *const calls[] = { "Cisco Tftp", "Cisco CallManager" };

/* A story: letters with what is done. C c regenerate CallManager of the
 * publisher, of a subscriber; I ITLRecovery, P CAPF, T t TVS; E CallManager-ECDSA;
 * U update CTLFile, L reset localkey, i itl reset; N M modes; R restarts TFTP and
 * CallManager everywhere, V TVS, K CAPF; S phones start; , waits for all. */
static void
act(struct world *w, char what)
{
	size_t i, k;

	switch (what) {
	case 'C':
		WORLDS_OK(world_regenerate(w, 0, WORLD_CALLMANAGER, NULL));
		break;
	case 'c':
		WORLDS_OK(world_regenerate(w, 1, WORLD_CALLMANAGER, NULL));
		break;
	case 'E':
		WORLDS_OK(
		    world_regenerate(w, 0, WORLD_CALLMANAGER_ECDSA, NULL));
		break;
	case 'I':
		WORLDS_OK(world_regenerate(w, 0, WORLD_ITLRECOVERY, NULL));
		break;
	case 'P':
		WORLDS_OK(world_regenerate(w, 0, WORLD_CAPF, NULL));
		break;
	case 'T':
		for (i = 0; i < w->num_nodes; i++)
			WORLDS_OK(world_regenerate(w, i, WORLD_TVS, NULL));
		break;
	case 't':
		WORLDS_OK(world_regenerate(w, 1, WORLD_TVS, NULL));
		break;
	case 'U':
		WORLDS_OK(world_update_ctl(w, 0, NULL));
		break;
	case 'L':
		WORLDS_OK(world_reset_ctl(w, 0, NULL));
		break;
	case 'i':
		WORLDS_OK(world_reset_itl(w, 0, NULL));
		break;
	case 'N':
		WORLDS_OK(world_set_mode(w, 0, false, NULL));
		break;
	case 'M':
		WORLDS_OK(world_set_mode(w, 0, true, NULL));
		break;
	case 'R':
		for (i = 0; i < w->num_nodes; i++)
			for (k = 0; k < NUM(calls); k++)
				WORLDS_OK(world_service_act(w, i, calls[k],
				    WORLD_RESTART, NULL));
		break;
	case 'V':
		for (i = 0; i < w->num_nodes; i++)
			WORLDS_OK(world_service_act(w, i,
			    "Cisco Trust Verification Service", WORLD_RESTART,
			    NULL));
		break;
	case 'K':
		WORLDS_OK(world_service_act(w, 0,
		    "Cisco Certificate Authority Proxy Function", WORLD_RESTART,
		    NULL));
		break;
	default:
		fail_msg("%c is nothing to do", what);
	}
}

static void
tell(struct world *w, const char *story)
{
	for (; *story != '\0'; story++) {
		if (*story == ',')
			world_settle(w);
		else if (*story == 'S')
			WORLDS_OK(world_reset_phones(w, NULL, NULL));
		else {
			world_lock(w);
			act(w, *story);
			world_unlock(w);
		}
	}
}

/* RELEASE, mode, made on, what happens, what becomes of 12 phones. */
static const struct {
	unsigned release;
	int mode;
	unsigned made_on;
	const char *story, *end;
} stories[] = {
	/* CallManager: update, restart, reset keeps all, in every release and
	 * kind of list */
	{ 1050, SCENARIO_TOKENLESS, 0, "C,UR,S,", ALL_WELL },
	{ 1150, SCENARIO_TOKENLESS, 0, "C,UR,S,", ALL_WELL },
	{ 1250, SCENARIO_TOKENLESS, 0, "C,UR,S,", ALL_WELL },
	{ 1250, SCENARIO_TOKENLESS, 0, "c,UR,S,", ALL_WELL },
	{ 1500, SCENARIO_TOKENLESS, 0, "C,UR,S,", ALL_WELL },
	{ 1500, SCENARIO_TOKENLESS, 0, "C,US,", ALL_WELL },
	/* without an update the servers are strangers once they restart */
	{ 1250, SCENARIO_TOKENLESS, 0, "C,", ALL_WELL },
	{ 1250, SCENARIO_TOKENLESS, 0, "C,R,", "12 trust 12 have 0 work 0 no" },
	{ 1400, SCENARIO_TOKENLESS, 0, "C,", "12 trust 12 have 0 work 0 no" },
	/* a list that nobody has fetched */
	{ 1400, SCENARIO_TOKENLESS, 0, "U", "12 trust 0 have 12 work 0 no" },
	/* CAPF: W4 */
	{ 1250, SCENARIO_TOKENLESS, 0, "P,K,", "12 trust 12 have 0 work 0 no" },
	{ 1250, SCENARIO_TOKENLESS, 0, "P,URK,S,", ALL_WELL },
	/* TVS is in no CTL */
	{ 1250, SCENARIO_TOKENLESS, 0, "T,V,S,", ALL_WELL },
	/* ITLRecovery in the published order, and in the short one, which TVS
	 * does not help over unless leg (b) counts */
	{ 1250, SCENARIO_TOKENLESS, 0, "I,LR,S,UR,S,", ALL_WELL },
	{ 1250, SCENARIO_TOKENLESS, 0, "I,UR,S,",
	    "0 trust 0 have 0 work 12 no" },
	/* ITLRecovery and CallManager together: nothing they hold is left. TVS
	 * knows the new CallManager, and so a list of localkey is taken */
	{ 1250, SCENARIO_TOKENLESS, 0, "IC,UR,S,",
	    "0 trust 0 have 0 work 12 no" },
	{ 1250, SCENARIO_TOKENLESS, 0, "IC,UR,S,LR,S,", ALL_WELL },
	/* all three after they expired: TVS is a stranger, too */
	{ 1250, SCENARIO_TOKENLESS, 0, "TIC,VUR,S,LR,S,",
	    "0 trust 0 have 0 work 12 no" },
	/* token to tokenless: from 11.5 by the list's anchor, on 10.5 by TVS */
	{ 1050, SCENARIO_TOKEN, 0, "UR,S,", ALL_WELL },
	{ 1150, SCENARIO_TOKEN, 0, "UR,S,", ALL_WELL },
	{ 1150, SCENARIO_TOKEN, 1050, "UR,S,", ALL_WELL },
	{ 1250, SCENARIO_TOKEN, 0, "UR,S,", ALL_WELL },
	/* from 12.0 the list must have been made on 12.0 or later */
	{ 1250, SCENARIO_TOKEN, 1050, "UR,S,", "0 trust 0 have 0 work 12 no" },
	/* an upgrade of a list with both anchors */
	{ 1250, SCENARIO_TOKENLESS, 1150, "UR,S,", ALL_WELL },
	/* 10.5(1) had CallManager alone */
	{ 1250, SCENARIO_TOKENLESS, 1051, "UR,S,",
	    "0 trust 0 have 0 work 12 no" },
	{ 1250, SCENARIO_TOKENLESS, 1051, "LR,S,UR,S,", ALL_WELL },
	/* modes */
	{ 1250, SCENARIO_TOKENLESS, 0, "N,R,S,", ALL_WELL },
	{ 1250, SCENARIO_TOKENLESS, 0, "N,R,S,M,R,S,", ALL_WELL },
	{ 1250, SCENARIO_NON_SECURE, 0, "M,R,S,", ALL_WELL },
	/* not secure: ITLs alone. CallManager up to 11.5: TVS knows the new
	 * one */
	{ 1150, SCENARIO_NON_SECURE, 0, "C,R,S,", ALL_WELL },
	/* ITLRecovery from 12.0 signs them, and is no anchor of TVS: utils itl
	 * reset, then TFTP again */
	{ 1250, SCENARIO_NON_SECURE, 0, "I,S,",
	    "12 trust 12 have 0 work 12 no" },
	{ 1250, SCENARIO_NON_SECURE, 0, "I,iS,R,S,", ALL_WELL },
	{ 1250, SCENARIO_TOKENLESS, 0, "E,R,S,", ALL_WELL },
};

static void
test_stories(void **state)
{
	struct scenario s;
	struct world *w;
	const char *end;
	size_t i, bad = 0;

	for (i = 0; i < NUM(stories); i++) {
		s = worlds_scenario(stories[i].release, stories[i].mode);
		s.made_on = stories[i].made_on;
		w = worlds_new(&s);
		tell(w, stories[i].story);
		end = worlds_phones(w);
		if (strcmp(end, stories[i].end) != 0) {
			print_error("%u %s: %s: %s, not %s\n",
			    stories[i].release,
			    scenario_mode_name(stories[i].mode),
			    stories[i].story, end, stories[i].end);
			bad++;
		}
		world_free(&w);
	}
	assert_int_equal(bad, 0);
}

/* Leg (b): with it the short order of ITLRecovery is taken. */
static void
test_leg(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;

	s.tvs_list = true;
	w = worlds_new(&s);
	tell(w, "I,UR,S,");
	assert_string_equal(worlds_phones(w), ALL_WELL);
	world_free(&w);
}

/* Without tokens to tokens: a list that the first token signed is taken through
 * TVS, where the token is in Phone-SAST-trust; else it is refused. */
static void
test_to_tokens(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS),
			with = worlds_scenario(1250, SCENARIO_TOKEN);
	struct world *w, *tokens = worlds_new(&with);
	struct worlds_list l;
	struct buf pem = { 0 };
	size_t i, uploads;

	assert_true(worlds_get(tokens, 0, "CTLFile.tlv", &l));
	WORLDS_OK(mint_pem(wire_find(&l.tlvs, 1, 9)->value, &pem, NULL));
	for (uploads = 0; uploads < 2; uploads++) {
		w = worlds_new(&s);
		world_lock(w);
		if (uploads == 1)
			WORLDS_OK(world_import_trust(w, 0,
			    WORLD_PHONE_SAST_TRUST, buf_bytes(&pem), NULL));
		world_unlock(w);
		for (i = 0; i < 3; i++)
			WORLDS_OK(world_upload_file(w, i, "CTLFile.tlv",
			    buf_bytes(&l.file), NULL));
		tell(w, "R,S,");
		assert_int_equal(w->phone[0].day.ctl,
		    uploads == 1 ? PHONE_THROUGH_TVS : PHONE_KNOWS_NOT);
		world_free(&w);
	}
	worlds_put_back(&l);
	buf_clear(&pem);
	world_free(&tokens);
}

/* With `ecdsa` phones meet that certificate, too: W3. */
static void
test_ecdsa(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;

	s.ecdsa = true;
	w = worlds_new(&s);
	assert_string_equal(worlds_phones(w), ALL_WELL);
	tell(w, "E,R,S,");
	assert_string_equal(worlds_phones(w), "12 trust 12 have 0 work 0 no");
	tell(w, "UR,S,");
	assert_string_equal(worlds_phones(w), ALL_WELL);
	world_free(&w);
}

/* A change by somebody who is no anchor: sorts that ask TVS take it, others do
 * not, and work on with what they have. */
static void
test_sorts(void **state)
{
	static const struct scenario_phones parts[] = {
		{ .sort = "no-sbd", .percent = 25 },
		{ .sort = "two-sasts", .percent = 25 },
		{ .sort = "jabber", .percent = 25 },
	};
	struct scenario s = worlds_scenario(1150, SCENARIO_TOKEN);
	struct world *w;
	size_t i;

	s.made_on = 1050;
	s.phones = (struct doc_maps){ parts, NUM(parts) };
	w = worlds_new(&s);
	assert_string_equal(w->phone[0].model, "Cisco 7940");
	assert_string_equal(worlds_phones(w), ALL_WELL);
	tell(w, "UR,S,");
	assert_string_equal(worlds_phones(w), "3 trust 3 have 12 work 9 no");
	for (i = 0; i < 12; i++)
		assert_int_equal(w->phone[i].refused, i < 9);
	world_free(&w);
}

/* Two SASTs are the most that one sort reads. */
static void
test_unreadable(void **state)
{
	static const struct scenario_phones parts[] = {
		{ .sort = "two-sasts", .percent = 100 },
	};
	struct scenario s = worlds_scenario(1150, SCENARIO_TOKEN);
	struct world *w;

	s.phones = (struct doc_maps){ parts, NUM(parts) };
	w = worlds_new(&s);
	assert_string_equal(worlds_phones(w), "0 trust 0 have 0 work 12 no");
	assert_int_equal(w->phone[0].day.ctl, PHONE_CANNOT_READ);
	world_free(&w);
}

/* What nobody can read is refused, and phones stay registered; until the next
 * change of what they know. */
static void
test_garbage(void **state)
{
	struct scenario s = worlds_scenario(1400, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	struct world_count c;
	size_t i;

	for (i = 0; i < 3; i++)
		WORLDS_OK(world_upload_file(w, i, "CTLFile.tlv",
		    bytes_of_str("no list at all"), NULL));
	tell(w, "S,");
	assert_string_equal(worlds_phones(w), "0 trust 0 have 12 work 12 no");
	world_lock(w);
	world_count(w, &c);
	world_unlock(w);
	assert_int_equal(c.registered, 12);
	tell(w, "C,S,");
	world_lock(w);
	world_count(w, &c);
	world_unlock(w);
	assert_int_equal(c.registered, 0);
	assert_int_equal(c.working, 0);
	world_free(&w);
}

static size_t
registered(struct world *w)
{
	struct world_count c;

	world_lock(w);
	world_count(w, &c);
	world_unlock(w);
	return c.registered;
}

/* Who is registered follows what CallManagers show, without a start. */
static void
test_registered(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	size_t i;

	tell(w, "C");
	assert_int_equal(registered(w), 0); /* they start anew */
	tell(w, ",");
	assert_int_equal(registered(w), 12);
	tell(w, "R,");
	assert_int_equal(registered(w), 0); /* they meet a stranger */
	tell(w, "US");
	tell(w, "R,S,");
	assert_int_equal(registered(w), 12);
	world_lock(w);
	for (i = 0; i < 3; i++)
		WORLDS_OK(world_service_act(w, i, "Cisco CallManager",
		    WORLD_STOP, NULL));
	world_unlock(w);
	assert_int_equal(registered(w), 0);
	world_settle(w);
	world_lock(w);
	WORLDS_OK(
	    world_service_act(w, 2, "Cisco CallManager", WORLD_START, NULL));
	world_unlock(w);
	assert_int_equal(registered(w), 0);
	world_settle(w);
	assert_int_equal(registered(w), 12);
	world_lock(w);
	WORLDS_OK(world_restart_node(w, 2, NULL));
	world_unlock(w);
	assert_int_equal(registered(w), 0);
	world_settle(w);
	assert_int_equal(registered(w), 12);
	world_free(&w);
	/* who starts is not, whatever comes meanwhile */
	s.service_delay = 1000;
	w = worlds_new(&s);
	tell(w, "SR");
	world_sleep(w, 2000);
	assert_int_equal(registered(w), 0);
	world_settle(w);
	assert_int_equal(registered(w), 12);
	world_free(&w);
	/* from 14 on by itself */
	s = worlds_scenario(1400, SCENARIO_TOKENLESS);
	s.phones_by_hand = true;
	w = worlds_new(&s);
	tell(w, "C");
	assert_int_equal(registered(w), 12);
	world_settle(w);
	assert_int_equal(registered(w), 0);
	world_free(&w);
}

/* Not even a phone that holds nothing takes what is no list. */
static void
test_first_garbage(void **state)
{
	struct scenario s = worlds_scenario(1400, SCENARIO_NON_SECURE);
	struct world *w = worlds_new(&s);
	size_t i;

	for (i = 0; i < 3; i++)
		WORLDS_OK(world_upload_file(w, i, "CTLFile.tlv",
		    bytes_of_str("no list at all"), NULL));
	tell(w, "S,");
	assert_string_equal(worlds_phones(w), "0 trust 0 have 12 work 12 no");
	assert_null(w->phone[0].phone.ctl);
	assert_int_equal(w->phone[0].day.ctl, PHONE_CANNOT_READ);
	world_free(&w);
}

/* Phones without power hear nothing, and some come back: then they see the
 * newest list alone. */
static void
test_off(void **state)
{
	static const struct scenario_phones parts[] = {
		{ .sort = "sbd", .percent = 50, .off = 50, .back = 600 },
		{ .sort = "sbd", .percent = 50, .off = 50 },
	};
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;
	struct world_count c;

	s.phones = (struct doc_maps){ parts, NUM(parts) };
	w = worlds_new(&s);
	tell(w, "I,LR,S,UR,S,");
	world_lock(w);
	world_count(w, &c);
	world_unlock(w);
	assert_int_equal(c.off, 6);
	assert_int_equal(w->phone[0].resets, 0);
	assert_int_equal(c.registered, 6);
	/* those that were off know CallManager alone of what signs now, and so
	 * would not take it; TVS does not know it */
	assert_string_equal(worlds_phones(w), "6 trust 6 have 6 work 0 no");
	world_sleep(w, 600 * 60000);
	world_settle(w);
	world_lock(w);
	world_count(w, &c);
	world_unlock(w);
	assert_int_equal(c.off, 3);
	assert_int_equal(c.refused, 3);
	world_free(&w);
}

/* ---- Resets. ---- */

/* Release, by hand, what is done, how many phones start anew by themselves. */
static const struct {
	unsigned release;
	bool by_hand;
	const char *story;
	unsigned resets;
} resets[] = {
	{ 1150, true, "C", 12 },
	{ 1250, true, "P", 12 },
	{ 1250, false, "c", 12 },
	{ 1400, false, "C", 12 },
	{ 1400, true, "C", 0 },
	{ 1400, true, "P", 0 },
	{ 1500, true, "T", 0 },
	{ 1250, false, "t", 4 },
	{ 1250, false, "I", 0 },
	{ 1250, false, "U", 0 },
	{ 1250, false, "R", 0 },
};

static void
test_resets(void **state)
{
	struct scenario s;
	struct world *w;
	size_t i, k;
	unsigned sum;

	for (i = 0; i < NUM(resets); i++) {
		s = worlds_scenario(resets[i].release, SCENARIO_TOKENLESS);
		s.phones_by_hand = resets[i].by_hand;
		w = worlds_new(&s);
		tell(w, resets[i].story);
		for (k = 0, sum = 0; k < w->num_phones; k++)
			sum += w->phone[k].resets;
		assert_int_equal(sum, resets[i].resets);
		world_free(&w);
	}
}

/* Without TFTP, or CAPF, nobody is disturbed. */
static void
test_no_resets(void **state)
{
	static const char *const stopped[] = { "Cisco Tftp",
		"Cisco Certificate Authority Proxy Function" };
	static const struct scenario_node nodes[] = { { .role = WORLD_PUBLISHER,
	    .stopped = { stopped, 2 } } };
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w;

	s.nodes = (struct doc_maps){ nodes, 1 };
	w = worlds_new(&s);
	tell(w, "CP,");
	assert_int_equal(w->phone[0].resets, 0);
	tell(w, "c,");
	assert_int_equal(w->phone[0].resets, 1);
	world_free(&w);
}

/* Names alone are reset. */
static void
test_names(void **state)
{
	static const char *const names[] = { "SEP0011AABB0002",
		"SEP0011AABB0005", NULL };
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	size_t i;

	WORLDS_OK(world_reset_phones(w, names, NULL));
	for (i = 0; i < 12; i++) {
		assert_int_equal(w->phone[i].resets, i == 1 || i == 4);
		assert_int_equal(w->phone[i].registered, i != 1 && i != 4);
	}
	world_settle(w);
	assert_true(w->phone[1].registered);
	world_free(&w);
}

/* LSC, profile, addresses. */
static void
test_devices(void **state)
{
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	const struct world_phone *p = &w->phone[11];

	assert_string_equal(p->name, "SEP0011AABB000C");
	assert_string_equal(p->address, "127.64.9.12");
	assert_string_equal(p->lsc_issuer,
	    w->node[0].own[WORLD_CAPF].cert->subject_cn);
	assert_true(p->lsc_until > world_now(w));
	assert_string_equal(p->profile,
	    "Cisco 8845 - Standard SIP Secure Profile");
	world_free(&w);
	s.mode = SCENARIO_NON_SECURE;
	w = worlds_new(&s);
	assert_int_equal(w->phone[0].lsc_until, 0);
	assert_false(w->phone[0].secure);
	world_free(&w);
}

/* The state as JSON. */
static void
test_json(void **state)
{
	static const char counts[] =
	    "\"phones\": {\n    \"total\": 12,\n    \"trusting\": 12,\n    "
	    "\"current\": 12,\n    \"working\": 12,\n    \"refused\": 0,";
	static const char *const parts[] = { counts, "\"name\": \"cucm3\"",
		"\"Cisco Tftp\": \"started\"", "\"name\": \"SEP0011AABB000C\"",
		"\"mode\": \"mixed\"", "\"release\": \"12.5\"" };
	struct scenario s = worlds_scenario(1250, SCENARIO_TOKENLESS);
	struct world *w = worlds_new(&s);
	struct buf json = { 0 };
	size_t i;

	WORLDS_OK(world_json(w, &json, NULL));
	for (i = 0; i < NUM(parts); i++)
		if (strstr(buf_cstr(&json), parts[i]) == NULL)
			fail_msg("no %s in %s", parts[i], buf_cstr(&json));
	buf_clear(&json);
	world_free(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_leg),
		cmocka_unit_test(test_to_tokens),
		cmocka_unit_test(test_ecdsa),
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_registered),
		cmocka_unit_test(test_first_garbage),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_resets),
		cmocka_unit_test(test_no_resets),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
