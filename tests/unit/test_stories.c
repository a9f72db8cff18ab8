/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stories that were published: what was done to a cluster, and how it ended for
 * its phones. Each is played with the lab's clusters and phones, and asked of
 * accept_judge(); both end as the story did. Sources are named as in
 * docs/trust.md.
 *
 * A story is words, in their order:
 *	c i p v	a new CallManager, ITLRecovery, CAPF, TVS on the disk of the
 *		node whose number follows
 *	r	the services of that node are restarted
 *	m	that node has a new address; a: that is in the lists from now on
 *	U L T	a CTL: `utils ctl update CTLFile`, `utils ctl reset localkey`,
 *		by the tokens of the list
 *	K	a CTL by two other tokens; k: these are uploaded to
 *		Phone-SAST-trust
 *	I	ITLRecovery as it is now is uploaded there
 *	G	an upgrade to the release that follows
 *	F	all phones start, and are well
 */
#include "tests/unit/test.h"

#include "tests/unit/seen.h"

/* How it ended for phones: letters of labs_letters(); those that take the list
 * through TVS alone have a "t!" before them. */
struct story {
	const char *source, *name;
	unsigned release;
	size_t nodes, tokens;
	const char *words;
	const char *sbd, *old; /* with Security by Default, without */
	bool cache;            /* TVS vouches for what its own CTL has, too */
};

static const struct story stories[] = {
	/* A list by tokens becomes one without. */
	{ "118893",
	    "a token list of 10.5 or older turned tokenless: phones "
	    "without TVS are lost",
	    1050, 2, 2, "U", "t!", "a", false },
	{ "118893, trust-rules 3",
	    "the same after an upgrade: the list is still that of 10.5, and "
	    "ITLRecovery is not what TVS vouches for",
	    1050, 2, 2, "G1250 U", "ai", "a", false },
	{ "118893", "and it does where its own CTL counts", 1050, 2, 2,
	    "G1250 U", "t!", "a", true },
	{ "SG15-mode", "a list by the tokens made on 12.0 comes first", 1050, 2,
	    2, "G1250 T F U", "", "", false },
	{ "SG12.5", "a token list of 11.5 turned tokenless", 1150, 2, 2, "U",
	    "", "", false },

	/* CallManager and ITLRecovery. */
	{ "FN70613", "both renewed before the first reached the phones", 1250,
	    2, 0, "i0 c0 r0 U", "aict", "act", false },
	{ "FN70613", "then reset localkey does not help who asks nobody", 1250,
	    2, 0, "i0 c0 r0 L", "t!", "act", false },
	{ "225746", "and with TVS renewed too, nobody is left", 1250, 2, 0,
	    "i0 c0 v0 v1 r0 r1 L", "aict", "act", false },
	{ "SG15-cert", "ITLRecovery by its order", 1250, 2, 0, "i0 L F U F", "",
	    "", false },
	{ "SG15-cert", "and CallManager after it", 1250, 2, 0,
	    "i0 L F U F c0 U r0 F c1 U r1 F", "", "", false },
	{ "214231", "its shortcut, without reset localkey", 1250, 2, 0,
	    "i0 U r0", "ai", "a", false },
	{ "214231", "which rests on the CTL that TVS has on its own disk", 1250,
	    2, 0, "i0 U r0", "t!", "a", true },
	{ "SG15-cert", "ITLRecovery as Phone-SAST-trust first", 1250, 2, 0,
	    "i0 I U", "t!", "a", false },

	/* TVS and CallManager. */
	{ "217138", "TVS and CallManager together, where that signs", 1150, 1,
	    0, "c0 v0 U r0", "aict", "act", false },
	{ "217138", "CallManager alone, TVS later", 1150, 1, 0, "c0 U r0", "t!",
	    "act", false },
	{ "214231", "both together where ITLRecovery signs", 1250, 1, 0,
	    "c0 v0 U r0", "", "", false },
	{ "SG15-cert", "TVS first, wait, then CallManager", 1250, 1, 0,
	    "v0 r0 F c0 U r0 F", "", "", false },

	/* Addresses. */
	{ "IPCHG", "the address of a TFTP node changed first", 1250, 2, 0, "m0",
	    "ct", "ct", false },
	{ "IPCHG", "the new address in the CTL first", 1250, 2, 0,
	    "a0 U F m0 F", "", "", false },

	/* A list without tokens becomes one with. */
	{ "118893", "tokenless to token without Phone-SAST-trust", 1150, 2, 0,
	    "K", "a", "a", false },
	{ "118893", "with it", 1150, 2, 0, "k K", "t!", "a", false },
	{ "118893", "its log: a miss in the database, a hit in the CTL", 1150,
	    2, 0, "K", "t!", "a", true },
	{ "SG12.5", "with it in a list that is signed as before, first", 1150,
	    2, 0, "k U F K", "", "", false },

	/* Upgrades. */
	{ "SG12.5", "11.5 to 12.0: the list is what it was", 1150, 2, 0,
	    "G1200", "", "", false },
	{ "SG12.5", "and the next one is by ITLRecovery, which is known", 1150,
	    2, 0, "G1200 U", "", "", false },
	{ "trust-rules 3",
	    "a token list of 10.5: ITLs by ITLRecovery are not "
	    "believed after the upgrade",
	    1050, 2, 2, "G1200", "i", "", false },

	/* Taken by all, and deadly. */
	{ "trust-rules 2",
	    "W2: CallManager of a TFTP node is not the one in "
	    "the list",
	    1250, 2, 0, "p0 U c0 r0", "ct", "ct", false },
	{ "trust-rules 2, W1", "a list by tokens without the appliance's SASTs",
	    1050, 2, 2, "G1250", "i", "", false },
	{ "225746", "CAPF renewed, and no CTL made", 1250, 2, 0, "p0 r0", "p",
	    "p", false },
	{ "SG15-cert", "CAPF by its order", 1250, 2, 0, "p0 U r0 F", "", "",
	    false },
};

struct stage {
	const struct story *story;
	struct cluster c;
	struct phone phone[2];
};

static void
start_all(struct stage *g)
{
	struct phone_day day;
	size_t i;

	for (i = 0; i < 2; i++) {
		LABS_OK(phone_start(&g->phone[i], &g->c, &day, NULL));
		if (!phone_is_well(&day))
			fail_msg("%s: %s: %s is lost before: %s",
			    g->story->source, g->story->name,
			    g->phone[i].sort->name, labs_letters(&day));
	}
}

static enum err
change(struct stage *g, char what, unsigned number)
{
	static const uint8_t others[] = { 3, 4 };
	static const char letters[] = "cipv";
	static const enum shelf_kind kinds[] = { SHELF_CALLMANAGER,
		SHELF_ITLRECOVERY, SHELF_CAPF, SHELF_TVS };
	struct cluster *c = &g->c;
	const char *at = strchr(letters, what);
	enum err err;

	if (at != NULL)
		return cluster_renew(c, kinds[at - letters], number, NULL);
	switch (what) {
	case 'r':
		cluster_restart(c, number);
		return ERR_OK;
	case 'm':
		return cluster_move(c, number, NULL);
	case 'a':
		cluster_announce(c, number);
		return ERR_OK;
	case 'U':
		return cluster_update_ctl(c, NULL);
	case 'L':
		return cluster_reset_localkey(c, NULL);
	case 'T':
		return cluster_sign_token(c, NULL);
	case 'K':
		cluster_take_tokens(c, others, 2);
		return cluster_sign_token(c, NULL);
	case 'k':
		err = cluster_upload(c, cluster_token(3), NULL);
		return err != ERR_OK
		    ? err
		    : cluster_upload(c, cluster_token(4), NULL);
	case 'I':
		return cluster_upload(c, cluster_signer(c), NULL);
	case 'G':
		return cluster_upgrade(c, number, NULL);
	default:
		assert_int_equal(what, 'F');
		start_all(g);
		return ERR_OK;
	}
}

static void
play(struct stage *g)
{
	const char *at = g->story->words;
	char *end;
	char what;
	unsigned number;

	while (*at != '\0') {
		what = *at++;
		number = (unsigned)strtoul(at, &end, 10);
		at = end + strspn(end, " ");
		LABS_OK(change(g, what, number));
	}
}

/* How it ended for phone I, by both. */
static bool
ends(const struct stage *g, size_t i, const char *expected)
{
	const struct phone *p = &g->phone[i];
	struct phone_day day;
	struct accept ours;
	char phone[32], trust[32];

	LABS_OK(phone_imagine(p, &g->c, &day, NULL));
	seen_ask(&g->c, p, &ours);
	(void)snprintf(phone, sizeof(phone), "%s%s",
	    day.ctl == PHONE_THROUGH_TVS ? "t!" : "", labs_letters(&day));
	(void)snprintf(trust, sizeof(trust), "%s%s",
	    ours.judgement.verdict == TRUST_THROUGH_TVS ? "t!" : "",
	    seen_letters(&ours));
	if (strcmp(phone, expected) == 0 && strcmp(trust, expected) == 0)
		return true;
	print_error("%s: %s: %s: \"%s\", the phone \"%s\", we \"%s\": %s\n",
	    g->story->source, g->story->name, p->sort->name, expected, phone,
	    trust, ours.judgement.why.msg);
	return false;
}

static void
test_stories(void **state)
{
	struct stage g;
	size_t i, wrong = 0;

	for (i = 0; i < NUM(stories); i++) {
		g = (struct stage){ .story = &stories[i] };
		labs_cluster(&g.c, stories[i].release, stories[i].nodes,
		    stories[i].tokens);
		g.c.cache_counts = stories[i].cache;
		g.phone[0] = labs_phone(&g.c, LABS_SBD, 0, 0);
		g.phone[1] = labs_phone(&g.c, LABS_7940, 0, 0);
		play(&g);
		wrong += ends(&g, 0, stories[i].sbd) ? 0 : 1;
		wrong += ends(&g, 1, stories[i].old) ? 0 : 1;
	}
	assert_int_equal(wrong, 0);
}

/* Both say the same of C to a phone that has what BEFORE served. */
static void
check_same(const struct cluster *before, const struct cluster *c,
    enum labs_sort sort, const char *what, unsigned number)
{
	const struct phone p = labs_phone(before, sort, 1, 0);
	struct phone_day day;
	struct accept ours;

	LABS_OK(phone_imagine(&p, c, &day, NULL));
	seen_ask(c, &p, &ours);
	if (strcmp(labs_letters(&day), seen_letters(&ours)) != 0)
		fail_msg("%s %u, %s: the phone \"%s\", we \"%s\"", what, number,
		    p.sort->name, labs_letters(&day), seen_letters(&ours));
}

/* Each record in each role. */
static void
test_roles(void **state)
{
	struct cluster before, c;
	struct shelf_plan plan;
	unsigned i, role;

	labs_cluster(&before, 1150, 2, 0);
	before.ecdsa = true;
	LABS_OK(cluster_update_ctl(&before, NULL));
	c = before;
	for (i = 0; i < before.node[0].ctl->plan.num; i++)
		for (role = 0; role <= 27; role++) {
			plan = before.node[0].ctl->plan;
			plan.record[i].role = (uint8_t)role;
			LABS_OK(
			    shelf_make(c.shelf, &plan, &c.node[1].ctl, NULL));
			c.node[0].ctl = c.node[1].ctl;
			check_same(&before, &c, LABS_SBD, "role", role);
			check_same(&before, &c, LABS_7940, "role", role);
			check_same(&before, &c, LABS_CTI, "role", role);
		}
}

/* Digests, key sizes, numbers of SASTs, a signature by another key. */
static void
test_limits(void **state)
{
	static const enum labs_sort sorts[] = { LABS_SBD, LABS_7940, LABS_TWO,
		LABS_SHA1, LABS_2048 };
	struct cluster before, c;
	struct shelf_plan plan;
	unsigned i, k;

	labs_cluster(&before, 1250, 2, 0);
	for (k = 0; k < 7 * NUM(sorts); k++) {
		i = k / NUM(sorts);
		c = before;
		plan = before.node[0].ctl->plan;
		plan.digest = (uint8_t)(i < 3 ? i : 0);
		plan.forged = i == 3;
		if (i == 4)
			plan.record[3].cert.generation = SHELF_BIG;
		if (i >= 5)
			plan.record[i - 3].role = 0; /* a third SAST */
		LABS_OK(shelf_make(c.shelf, &plan, &c.node[1].ctl, NULL));
		c.node[0].ctl = c.node[1].ctl;
		check_same(&before, &c, sorts[k % NUM(sorts)], "limit", i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stories),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_limits),
	};

	return test_run(tests);
}
