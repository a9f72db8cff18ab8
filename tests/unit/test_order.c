/* SPDX-License-Identifier: Apache-2.0 */
/* In which order certificates change, so that no phone is lost. */
#include "test.h"

#include "lists.h"
#include "orders.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static const struct orders_story stories[] = {
	{ "nothing is wanted", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_THREE, ORDERS_BOTH, 0, "", true, 0, "" },
	{ "what no phone sees", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_THREE, ORDERS_BOTH, 0, "tomcat@0 ipsec@1 tomcat@1", true, 0,
	    "tomcat@0 tomcat@1 ipsec@1" },
	{ "all of them", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0, ORDERS_THREE,
	    ORDERS_BOTH, ORDERS_LOCALKEY,
	    "TVS@0 ITLRecovery tomcat@2 CallManager@0 TVS@1 CallManager@1 "
	    "CAPF CallManager-ECDSA@1 CallManager@2 TVS@2",
	    true, ORDERS_LOCALKEY,
	    "tomcat@2 CAPF@0 update ; CallManager-ECDSA@1 update ; "
	    "CallManager@0 CallManager@2 update ; CallManager@1 update ; "
	    "ITLRecovery@0 localkey ; update ; TVS@0 TVS@2 ; TVS@1 ;" },
	{ "one certificate for all", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_MULTI, ORDERS_BOTH, 0,
	    "CallManager@0 CallManager@1 CallManager@2", true, 0,
	    "CallManager@0 update ;" },

	/* ITLRecovery */
	{ "ITLRecovery alone", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_ONE, ORDERS_BOTH, 0, "ITLRecovery", false, ORDERS_LOCALKEY,
	    "ITLRecovery@0 localkey ; update ;" },
	{ "ITLRecovery by reset localkey", ORDERS_TOKENLESS, NULL, 1250, 0, 0,
	    0, ORDERS_ONE, ORDERS_BOTH, ORDERS_LOCALKEY, "ITLRecovery", true,
	    ORDERS_LOCALKEY, "ITLRecovery@0 localkey ; update ;" },
	{ "ITLRecovery by TVS", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_ONE, ORDERS_TVS, ORDERS_UPLOAD, "ITLRecovery", true,
	    ORDERS_UPLOAD, "ITLRecovery@0 up:ITLRecovery@0 update ;" },
	{ "ITLRecovery before it signs", ORDERS_CALLMANAGER, NULL, 1150, 0, 0,
	    0, ORDERS_ONE, ORDERS_BOTH, 0, "ITLRecovery", true, 0,
	    "ITLRecovery@0 update ;" },
	{ "ITLRecovery under a token", ORDERS_TOKEN, NULL, 1250, 0, 2, 0,
	    ORDERS_ONE, ORDERS_BOTH, 0, "ITLRecovery", true, 0,
	    "ITLRecovery@0 token ;" },

	/* both renewed before the first reached the phones */
	{ "CallManager and ITLRecovery, without TVS", ORDERS_TOKENLESS, NULL,
	    1250, 0, 0, 0, ORDERS_ONE, ORDERS_NO_TVS, 7,
	    "!CallManager@0 !ITLRecovery", false, ORDERS_NONE, "" },
	{ "CallManager and ITLRecovery, with TVS", ORDERS_TOKENLESS, NULL, 1250,
	    0, 0, 0, ORDERS_ONE, ORDERS_TVS, 7, "!CallManager@0 !ITLRecovery",
	    true, ORDERS_LOCALKEY, "localkey ; update ;" },
	{ "the first did reach them", ORDERS_TOKENLESS,
	    "S:itlr S:pub2 C:pub2 A:capf", 1250, 0, 0, 0, ORDERS_ONE,
	    ORDERS_BOTH, 7, "!CallManager@0 ITLRecovery", true, ORDERS_LOCALKEY,
	    "; ITLRecovery@0 localkey ; update ;" },

	/* done, but the served list is from before */
	{ "CAPF after CallManager", ORDERS_TOKENLESS,
	    "S:itlr S:pub2 C:pub2 A:capf", 1250, 0, 0, 0, ORDERS_ONE,
	    ORDERS_BOTH, 0, "!CallManager@0 !CAPF", true, 0, "update ;" },
	{ "CAPF, and it is in the list", ORDERS_TOKENLESS,
	    "S:itlr S:pub C:pub A:own", 1250, 0, 0, 0, ORDERS_ONE, ORDERS_BOTH,
	    0, "!CAPF", true, 0, ";" },
	{ "an address after CallManager",
	    "S:itlr S:pub C:pub C:own@sub2 A:capf",
	    "S:itlr S:pub C:pub C:node@sub2 A:capf", 1250, 0, 0, 0,
	    ORDERS_THREE, ORDERS_BOTH, 0, "!CallManager@2 !address@2", true, 0,
	    "update ;" },

	/* TVS and CallManager together */
	{ "TVS and CallManager, 11.5", ORDERS_CALLMANAGER, NULL, 1150, 0, 0, 0,
	    ORDERS_ONE, ORDERS_TVS, 7, "!CallManager@0 !TVS@0", false,
	    ORDERS_NONE, "" },
	{ "TVS and CallManager, 12.5", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_ONE, ORDERS_BOTH, 0, "!CallManager@0 !TVS@0", true, 0,
	    "update ;" },
	{ "TVS and CallManager, still to come", ORDERS_CALLMANAGER, NULL, 1150,
	    0, 0, 0, ORDERS_ONE, ORDERS_TVS, 0, "TVS@0 CallManager@0", true, 0,
	    "CallManager@0 update ; TVS@0 ;" },
	{ "CallManager, 11.5, without TVS", ORDERS_CALLMANAGER, NULL, 1150, 0,
	    0, 0, ORDERS_ONE, ORDERS_NO_TVS, 0, "CallManager@0", false,
	    ORDERS_SECOND,
	    "up:to-token@0 update ; token ; CallManager@0 token ; update ;" },
	{ "TVS of a cluster whose ITLs rest on it", ORDERS_CALLMANAGER, NULL,
	    1150, 0, 0, 0, ORDERS_THREE, ORDERS_TVS, 0, "TVS@0", false,
	    ORDERS_UPLOAD, "up:CallManager@1 update ; TVS@0 ;" },

	/* addresses */
	{ "address, tokenless", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_ONE, ORDERS_BOTH, 0, "address@0", false, ORDERS_SECOND,
	    "up:to-token@0 update ; token ; address@0 ; update ;" },
	{ "address, multi-server certificate", ORDERS_TOKENLESS, NULL, 1250, 0,
	    0, 0, ORDERS_MULTI, ORDERS_BOTH, 0, "address@1 address@0", true, 0,
	    "address@0 update ; address@1 update ;" },
	{ "address, tokens", ORDERS_TOKEN, NULL, 1250, 0, 2, 0, ORDERS_THREE,
	    ORDERS_BOTH, 0, "address@0 address@1 address@2", true, 0,
	    "token ; address@0 token ; address@1 token ; address@2 token ;" },
	{ "address, changed first", ORDERS_TOKEN, NULL, 1250, 0, 2, 0,
	    ORDERS_ONE, ORDERS_BOTH, 7, "!address@0", false, ORDERS_NONE, "" },

	/* tokens and back */
	{ "tokenless to token, without an upload", ORDERS_TOKENLESS, NULL, 1250,
	    0, 0, 2, ORDERS_ONE, ORDERS_BOTH, 0, "to-token", false,
	    ORDERS_UPLOAD, "up:to-token@0 update ; token ;" },
	{ "tokenless to token, through TVS", ORDERS_TOKENLESS, NULL, 1250, 0, 0,
	    2, ORDERS_ONE, ORDERS_TVS, ORDERS_UPLOAD, "to-token", true,
	    ORDERS_UPLOAD, "up:to-token@0 token ;" },
	{ "tokenless to token, by a ladder", ORDERS_CALLMANAGER, NULL, 1052, 0,
	    0, 2, ORDERS_ONE, ORDERS_BOTH, ORDERS_UPLOAD, "to-token", true,
	    ORDERS_UPLOAD, "up:to-token@0 update ; token ;" },
	{ "other tokens", ORDERS_TOKEN, NULL, 1250, 0, 2, 2, ORDERS_ONE,
	    ORDERS_BOTH, 0, "to-token", true, 0, "token ; token ;" },
	{ "token to tokenless", ORDERS_TOKEN, NULL, 1250, 0, 2, 0, ORDERS_ONE,
	    ORDERS_BOTH, 0, "to-tokenless", true, 0, "update ;" },
	{ "token to tokenless, all lost", ORDERS_TOKEN, NULL, 1250, 0, 0, 0,
	    ORDERS_ONE, ORDERS_BOTH, 0, "to-tokenless", true, 0, "update ;" },
	{ "old token list, tokens there", ORDERS_OLD_TOKEN, NULL, 1250, 0, 2, 0,
	    ORDERS_ONE, ORDERS_BOTH, 0, "to-tokenless", false, ORDERS_SECOND,
	    "token ; update ;" },
	{ "old token list, tokens lost", ORDERS_OLD_TOKEN, NULL, 1250, 0, 0, 0,
	    ORDERS_ONE, ORDERS_BOTH, 7, "to-tokenless", false, ORDERS_NONE,
	    "" },
	{ "old token list, tokens lost, TVS", ORDERS_OLD_TOKEN, NULL, 1250, 0,
	    0, 0, ORDERS_ONE, ORDERS_TVS, 7, "to-tokenless", true,
	    ORDERS_LOCALKEY, "localkey ; update ;" },
	{ "old token list, tokens lost, TVS, 10.5", ORDERS_OLD_TOKEN, NULL,
	    1052, 0, 0, 0, ORDERS_ONE, ORDERS_TVS, 0, "to-tokenless", true, 0,
	    "update ;" },
	{ "old token list on its release", ORDERS_OLD_TOKEN, NULL, 1052, 0, 2,
	    0, ORDERS_ONE, ORDERS_NO_TVS, 7, "to-tokenless", false, ORDERS_NONE,
	    "" },
	{ "old token list, a change first", ORDERS_OLD_TOKEN, NULL, 1250, 0, 2,
	    0, ORDERS_ONE, ORDERS_BOTH, 0, "to-tokenless CAPF", true, 0,
	    "CAPF@0 token ; update ;" },
	{ "the appliance signs none", ORDERS_OLD_TOKEN, NULL, 910, 0, 2, 0,
	    ORDERS_ONE, ORDERS_BOTH, 7, "to-tokenless", false, ORDERS_NONE,
	    "" },

	/* releases */
	{ "upgrade", ORDERS_CALLMANAGER, NULL, 1150, 1250, 0, 0, ORDERS_ONE,
	    ORDERS_BOTH, 0, "upgrade", true, 0, "upgrade@0 update ;" },
	{ "upgrade with an old list", ORDERS_OLD, NULL, 1051, 1250, 0, 0,
	    ORDERS_ONE, ORDERS_NO_TVS, 0, "upgrade", false, ORDERS_LOCALKEY,
	    "upgrade@0 localkey ; update ;" },
	{ "upgrade with an old list, made anew", ORDERS_OLD, NULL, 1150, 1250,
	    0, 0, ORDERS_ONE, ORDERS_BOTH, 0, "upgrade", true, 0,
	    "update ; upgrade@0 update ;" },
	{ "upgrade with an old token list", ORDERS_OLD_TOKEN, NULL, 1150, 1250,
	    2, 0, ORDERS_ONE, ORDERS_NO_TVS, 0, "upgrade", true, 0,
	    "upgrade@0 ;" },
	{ "upgrade with an old token list, W1", ORDERS_OLD_TOKEN, NULL, 1150,
	    1250, 2, 0, ORDERS_ONE, ORDERS_TVS, 0, "upgrade", true, 0,
	    "upgrade@0 token ;" },

	/* more than one thing in a round, since nothing else is left */
	{ "upgrade and to tokenless at once", ORDERS_TOKEN, NULL, 1052, 1400, 0,
	    0, ORDERS_THREE, 1u << CLASS_OTHER_TVS, 0,
	    "!CallManager-ECDSA@0 upgrade to-tokenless", true, 0,
	    "upgrade@0 update ;" },
	/* an upload that was before the change is of another certificate */
	{ "TVS has another certificate, and fetches first", ORDERS_CALLMANAGER,
	    NULL, 1150, 0, 0, 0, ORDERS_ONE, 1u << CLASS_OTHER_TVS, 0,
	    "CallManager@0", true, 0, "; CallManager@0 update ;" },

	/* other classes */
	{ "a stack of two SASTs", ORDERS_OLD_TOKEN, NULL, 1150, 0, 2, 0,
	    ORDERS_ONE, 1u << CLASS_TWO_SAST, 7, "CAPF", false, ORDERS_NONE,
	    "" },
	{ "a stack of two SASTs, tokenless", ORDERS_TOKENLESS, NULL, 1250, 0, 0,
	    0, ORDERS_ONE, 1u << CLASS_TWO_SAST, ORDERS_LOCALKEY,
	    "CallManager@0 ITLRecovery", true, ORDERS_LOCALKEY,
	    "CallManager@0 update ; ITLRecovery@0 localkey ; update ;" },
	{ "switched off", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0, ORDERS_ONE,
	    1u << CLASS_SWITCHED_OFF, ORDERS_LOCALKEY, "CallManager@0", true, 0,
	    "CallManager@0 update ;" },
	{ "switched off while both change", ORDERS_TOKENLESS, NULL, 1250, 0, 0,
	    0, ORDERS_ONE, 1u << CLASS_SWITCHED_OFF, 7,
	    "ITLRecovery CallManager@0", true, ORDERS_UPLOAD,
	    "CallManager@0 update ; ITLRecovery@0 up:ITLRecovery@0 update ;" },
	{ "TVS has another certificate", ORDERS_CALLMANAGER, NULL, 1150, 0, 0,
	    0, ORDERS_ONE, 1u << CLASS_OTHER_TVS, 0, "CallManager@0 CAPF", true,
	    0, "CAPF@0 update ; CallManager@0 update ;" },
	{ "TVS has another certificate, and is needed", ORDERS_CALLMANAGER,
	    NULL, 1150, 0, 0, 0, ORDERS_THREE, 1u << CLASS_OTHER_TVS, 0, "CAPF",
	    false, ORDERS_UPLOAD, "up:CallManager@1 update ; CAPF@0 update ;" },
	{ "a key of 4096 bits, and phones that read 2048",
	    "S:itlr S:pub C:pub A:big", NULL, 1250, 0, 0, 0, ORDERS_ONE,
	    ORDERS_BOTH | 1u << CLASS_2048, 7, "CAPF", false, ORDERS_NONE, "" },
	{ "2048 bits, and phones that read as much", ORDERS_TOKENLESS, NULL,
	    1250, 0, 0, 0, ORDERS_ONE, 1u << CLASS_2048 | 1u << CLASS_SHA1, 7,
	    "CAPF", true, 0, "CAPF@0 update ;" },
	{ "nothing installed", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	    ORDERS_ONE, 1u << CLASS_NEW, 0, "CallManager@0 ITLRecovery", true,
	    0, "CallManager@0 update ; ITLRecovery@0 update ;" },
};

/* Fails unless all is as the story says. */
static void
check(const struct orders_story *s, const struct order *o)
{
	unsigned needs = o->possible || o->helped ? o->helps : ORDERS_NONE;
	struct buf steps = { 0 };

	orders_put(&steps, o);
	if (o->possible != s->possible || needs != s->needs ||
	    strcmp(buf_cstr(&steps), s->steps) != 0)
		fail_msg("%s: %s, helps %x:\n\t%s\n", s->name,
		    o->possible     ? "possible"
			: o->helped ? "helped"
				    : "impossible",
		    o->helps, buf_cstr(&steps));
	else if (!o->possible && o->num_dead_ends == 0)
		fail_msg("%s: no dead end", s->name);
	buf_clear(&steps);
}

static void
test_stories(void **state)
{
	const struct orders_story *s;
	struct orders_case c;
	struct order o;
	struct diag d;
	size_t i;

	for (i = 0; i < NUM(stories); i++) {
		s = &stories[i];
		orders_open(&c, s);
		if (order_find(&c.in, &o, &d) != ERR_OK)
			fail_msg("%s: %s", s->name, d.msg);
		check(s, &o);
		c.in.helps = o.helps;
		if ((o.possible || o.helped) &&
		    order_check(&c.in, o.step, o.num, &d) != ERR_OK)
			fail_msg("%s: %s", s->name, d.msg);
		order_clear(&o);
		orders_close(&c);
	}
}

/* ---- Orders that others propose. ---- */

/* WORDS as orders.h has them, and "+CHANGE@NODE" for a restart. */
static size_t
read_steps(const char *words, struct order_step *ret)
{
	static const struct {
		const char *word;
		enum order_kind kind;
	} plain[] = { { "update", ORDER_UPDATE_CTL },
		{ "localkey", ORDER_LOCALKEY }, { "token", ORDER_SIGN_TOKEN },
		{ ";", ORDER_FETCH } };
	char copy[256], *word, *rest = copy;
	struct order_wish w[32];
	size_t i, num = 0;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	while ((word = strsep(&rest, " ")) != NULL) {
		ret[num] = (struct order_step){ .kind = ORDER_RENEW };
		for (i = 0; i < NUM(plain); i++)
			if (strcmp(word, plain[i].word) == 0)
				break;
		if (i < NUM(plain)) {
			ret[num++].kind = plain[i].kind;
			continue;
		}
		if (word[0] == '+')
			ret[num].kind = ORDER_RESTART;
		else if (strncmp(word, "up:", 3) == 0)
			ret[num].kind = ORDER_TRUST_UPLOAD;
		word += ret[num].kind == ORDER_RESTART ? 1
		    : ret[num].kind == ORDER_RENEW     ? 0
						       : 3;
		assert_int_equal(orders_wishes(word, w), 1);
		ret[num].change = w[0].change;
		ret[num++].node = w[0].node;
	}
	return num;
}

/* STEPS of a story are what is proposed; NAME is a part of what is said. */
static const struct {
	struct orders_story story;
	enum err e;
} proposals[] = {
	{ { "", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0, ORDERS_ONE, ORDERS_BOTH,
	      0, "CAPF", true, 0, "CAPF update +CAPF ;" },
	    ERR_OK },
	{ { "not all that is wanted", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	      ORDERS_ONE, ORDERS_BOTH, 0, "CAPF", true, 0,
	      "CAPF update +CAPF" },
	    ERR_ABSENT },
	{ { "W4: phones of class tvs do not know CAPF", ORDERS_TOKENLESS, NULL,
	      1250, 0, 0, 0, ORDERS_ONE, ORDERS_BOTH, 0, "CAPF", true, 0,
	      "CAPF +CAPF ;" },
	    ERR_POLICY },
	{ { "step 3, fetch: W2", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	      ORDERS_ONE, ORDERS_BOTH, 0, "CallManager@0", true, 0,
	      "CallManager@0 +CallManager@0 ;" },
	    ERR_POLICY },
	{ { "step 3, fetch: W2", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	      ORDERS_ONE, ORDERS_BOTH, 0, "CallManager@0", true, 0,
	      "CallManager@0 update ;" },
	    ERR_POLICY },
	{ { "W3", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0, ORDERS_THREE,
	      ORDERS_BOTH, 0, "CallManager@2", true, 0,
	      "CallManager@2 +CallManager@2 ;" },
	    ERR_POLICY },
	{ { "step 2, renew: I3: CallManager and TVS", ORDERS_TOKENLESS, NULL,
	      1250, 0, 0, 0, ORDERS_ONE, ORDERS_BOTH, 0, "CallManager@0 TVS@0",
	      true, 0, "CallManager@0 TVS@0" },
	    ERR_POLICY },
	{ { "step 2, renew: I3: CallManager and TVS", ORDERS_TOKENLESS, NULL,
	      1250, 0, 0, 0, ORDERS_THREE, ORDERS_BOTH, 0,
	      "CallManager@2 TVS@0", true, 0, "TVS@0 CallManager@2" },
	    ERR_POLICY },
	{ { "step 2, renew: I3: two TFTP servers", ORDERS_TOKENLESS, NULL, 1250,
	      0, 0, 0, ORDERS_THREE, ORDERS_BOTH, 0,
	      "CallManager@0 CallManager@1", true, 0,
	      "CallManager@0 CallManager@1" },
	    ERR_POLICY },
	{ { "step 2, renew: I3: the address of one", ORDERS_TOKENLESS, NULL,
	      1250, 0, 0, 0, ORDERS_MULTI, ORDERS_BOTH, 0,
	      "address@1 address@2", true, 0, "address@1 address@2" },
	    ERR_POLICY },
	/* announced, but not with the phones */
	{ { "step 2, renew: W2: the new address", ORDERS_TOKEN, NULL, 1250, 0,
	      2, 0, ORDERS_ONE, ORDERS_BOTH, 0, "address@0", true, 0,
	      "token address@0" },
	    ERR_POLICY },
	{ { "step 2, update-ctl: A", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	      ORDERS_ONE, ORDERS_BOTH, 7, "ITLRecovery", true, 0,
	      "ITLRecovery update" },
	    ERR_POLICY },
	{ { "reset localkey is not allowed", ORDERS_TOKENLESS, NULL, 1250, 0, 0,
	      0, ORDERS_ONE, ORDERS_BOTH, 6, "ITLRecovery", true, 0,
	      "ITLRecovery localkey" },
	    ERR_USAGE },
	{ { "from 12.0 only", ORDERS_CALLMANAGER, NULL, 1150, 0, 0, 0,
	      ORDERS_ONE, ORDERS_BOTH, 7, "ITLRecovery", true, 0, "localkey" },
	    ERR_USAGE },
	/* the appliance's own signer has not signed it */
	{ { "not all that is wanted", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	      ORDERS_ONE, ORDERS_BOTH, 7, "ITLRecovery", true, 0,
	      "ITLRecovery localkey +ITLRecovery ;" },
	    ERR_ABSENT },
	/* a list that is held still counts until all have fetched */
	{ { "step 3, update-ctl: A4", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	      ORDERS_ONE, ORDERS_NO_TVS, 7, "ITLRecovery", true, 0,
	      "ITLRecovery localkey update" },
	    ERR_POLICY },
	{ { "nobody wants that changed", ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0,
	      ORDERS_ONE, ORDERS_BOTH, 0, "CAPF", true, 0, "TVS@0" },
	    ERR_USAGE },
	{ { "no Phone-SAST-trust", ORDERS_OLD_TOKEN, NULL, 710, 0, 2, 2,
	      ORDERS_ONE, ORDERS_BOTH, 7, "to-token", true, 0, "up:to-token" },
	    ERR_USAGE },
	{ { "an upload to Phone-SAST-trust is not", ORDERS_TOKENLESS, NULL,
	      1250, 0, 0, 2, ORDERS_ONE, ORDERS_BOTH, 1, "to-token", true, 0,
	      "up:to-token" },
	    ERR_USAGE },
	{ { "before 10.0", ORDERS_OLD_TOKEN, NULL, 910, 0, 2, 0, ORDERS_ONE,
	      ORDERS_BOTH, 7, "to-tokenless", true, 0, "update" },
	    ERR_USAGE },
	/* what was uploaded is another certificate than the new one */
	{ { "step 8, fetch: W1", ORDERS_CALLMANAGER, NULL, 1150, 0, 0, 0,
	      ORDERS_THREE, 1u << CLASS_OTHER_TVS, 2, "CallManager@1", true, 0,
	      "up:CallManager@1 update CallManager@1 update +CallManager@1 "
	      "+CallManager@0 +TVS@0 ;" },
	    ERR_POLICY },
	/* TVS changed since it was switched off */
	{ { "off do not take the list", ORDERS_CALLMANAGER, NULL, 1150, 0, 0, 0,
	      ORDERS_ONE, 1u << CLASS_SWITCHED_OFF, 0, "TVS@0 CallManager@0",
	      true, 0, "TVS@0 +TVS@0 ; CallManager@0 update" },
	    ERR_POLICY },
};

static void
test_proposals(void **state)
{
	struct order_step steps[32];
	struct orders_case c;
	struct diag d;
	size_t i, num;
	enum err e;

	for (i = 0; i < NUM(proposals); i++) {
		diag_init(&d);
		orders_open(&c, &proposals[i].story);
		num = read_steps(proposals[i].story.steps, steps);
		e = order_check(&c.in, steps, num, &d);
		if (e != proposals[i].e ||
		    strstr(d.msg, proposals[i].story.name) == NULL)
			fail_msg("%zu, %s: %d, %s", i, proposals[i].story.steps,
			    (int)e, d.msg);
		orders_close(&c);
	}
}

/* ---- What is said. ---- */

static void
test_words(void **state)
{
	static const struct orders_story tvs = { "", ORDERS_CALLMANAGER, NULL,
		1150, 0, 0, 0, ORDERS_ONE, ORDERS_TVS, 0, "CallManager@0 TVS@0",
		true, 0, "" };
	static const struct orders_story shortcut = { "", ORDERS_TOKENLESS,
		NULL, 1250, 0, 0, 0, ORDERS_ONE, ORDERS_BOTH, 0, "ITLRecovery",
		false, 0, "" };
	struct orders_case c;
	struct order o;
	struct diag d;

	orders_open(&c, &tvs);
	assert_int_equal(order_find(&c.in, &o, &d), ERR_OK);
	assert_int_equal(o.step[1].kind, ORDER_UPDATE_CTL);
	assert_int_equal(o.step[1].through_tvs, ORDERS_TVS);
	assert_non_null(strstr(o.step[1].why.msg, "whom TVS knows"));
	assert_string_equal(o.step[1].source, "217138, 214231");
	assert_non_null(strstr(o.agrees.msg, "TVS after CallManager: 217138"));
	order_clear(&o);
	orders_close(&c);

	orders_open(&c, &shortcut);
	assert_int_equal(order_find(&c.in, &o, &d), ERR_OK);
	assert_int_equal(o.dead_end[0].step.kind, ORDER_UPDATE_CTL);
	assert_int_equal(o.dead_end[0].class, CLASS_TVS);
	assert_string_equal(o.dead_end[0].rule, "A3");
	assert_non_null(strstr(o.dead_end[0].why.msg, "shortcut of 214231"));
	assert_non_null(strstr(o.agrees.msg, "not 214231's shortcut"));
	assert_int_equal(o.step[1].through_tvs, 0);
	order_clear(&o);
	orders_close(&c);
}

/* A certificate that several nodes have is on all of them, and each shows it
 * only once it is restarted itself. */
static void
test_restarts_of_all(void **state)
{
	static const struct orders_story story = { "one for all",
		ORDERS_TOKENLESS, NULL, 1250, 0, 0, 0, ORDERS_MULTI,
		ORDERS_BOTH, 0, "CallManager@0", true, 0, "" };
	struct orders_case c;
	struct order o;
	struct diag d;
	size_t i, nodes = 0;

	orders_open(&c, &story);
	assert_int_equal(order_find(&c.in, &o, &d), ERR_OK);
	for (i = 0; i < o.num; i++)
		if (o.step[i].kind == ORDER_RESTART)
			nodes |= (size_t)1 << o.step[i].node;
	assert_int_equal(nodes, 7);
	/* left out on the last one, phones there are lost */
	for (i = o.num; o.step[i - 1].kind != ORDER_RESTART; i--)
		;
	memmove(&o.step[i - 1], &o.step[i], (o.num - i) * sizeof(*o.step));
	assert_int_equal(order_check(&c.in, o.step, o.num - 1, &d), ERR_POLICY);
	order_clear(&o);
	orders_close(&c);
}

/* Some upgrades make a new ITLRecovery: its first list would be one that nobody
 * takes. */
static void
test_upgrade_that_renews(void **state)
{
	static const struct orders_story story = { "upgrade",
		ORDERS_CALLMANAGER, NULL, 1150, 1250, 0, 0, ORDERS_ONE,
		ORDERS_BOTH, 0, "upgrade", false, ORDERS_LOCALKEY,
		"upgrade@0 localkey ; update ;" };
	struct orders_case c;
	struct order o;
	struct diag d;

	orders_open(&c, &story);
	c.in.upgrade_renews = true;
	assert_int_equal(order_find(&c.in, &o, &d), ERR_OK);
	check(&story, &o);
	order_clear(&o);
	orders_close(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_proposals),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_restarts_of_all),
		cmocka_unit_test(test_upgrade_that_renews),
	};

	return test_run(tests);
}
