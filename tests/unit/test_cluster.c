/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's clusters and phones, by themselves: what lists clusters make, what
 * TVS says, and of each way in which a phone is lost that the model knows it.
 * Whether src/trust says the same is not asked here.
 */
#include "tests/unit/test.h"

#include "lab/phone.h"
#include "tests/unit/labs.h"

/* ---- Lists. ---- */

/* The records of a list as words, the signer first: kind, node, generation and
 * role. */
static const char *
words_of(const struct sheet *l)
{
	static const char letters[] = "cepvimstn";
	static char words[512];
	size_t at = 0, i;
	const struct shelf_id s = l->plan.signer;

	at += (size_t)snprintf(words, sizeof(words),
	    "%c%u.%u:", letters[s.kind], s.node, s.generation);
	for (i = 0; i < l->plan.num; i++)
		at += (size_t)snprintf(words + at, sizeof(words) - at,
		    " %c%u.%u/%u", letters[l->plan.record[i].cert.kind],
		    l->plan.record[i].cert.node,
		    l->plan.record[i].cert.generation, l->plan.record[i].role);
	return words;
}

static void
test_anchors(void **state)
{
	static const struct {
		unsigned release;
		bool tokens;
		const char *words;
	} rows[] = {
		{ 900, false, "c0.0: c0.0/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 900, true, "t1.1: t1.1/0 t2.2/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 1051, false, "c0.0: c0.0/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 1052, false, "c0.0: c0.0/0 i0.0/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 1050, true, "t1.1: t1.1/0 t2.2/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 1150, false, "c0.0: c0.0/0 i0.0/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 1150, true,
		    "t1.1: t1.1/0 t2.2/0 c0.0/0 i0.0/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 1250, false, "i0.0: i0.0/0 c0.0/0 c0.0/2 c1.0/2 p0.0/4" },
		{ 1250, true,
		    "t1.1: t1.1/0 t2.2/0 i0.0/0 c0.0/0 c0.0/2 c1.0/2 p0.0/4" },
	};
	struct cluster c;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		labs_cluster(&c, rows[i].release, 2, rows[i].tokens ? 2 : 0);
		assert_string_equal(words_of(c.node[0].ctl), rows[i].words);
		assert_ptr_equal(c.node[0].ctl, c.node[1].ctl);
	}
	/* who signs ITLs */
	labs_cluster(&c, 1150, 2, 0);
	assert_string_equal(words_of(c.node[1].itl),
	    "c1.0: c1.0/0 c1.0/2 p0.0/4 v0.0/21 v1.0/21");
	labs_cluster(&c, 1200, 2, 0);
	assert_string_equal(words_of(c.node[1].itl),
	    "i0.0: i0.0/0 c1.0/2 p0.0/4 v0.0/21 v1.0/21");
}

static void
test_made_once(void **state)
{
	struct cluster c, other;
	const struct sheet *before;

	labs_cluster(&c, 1250, 2, 0);
	before = c.node[0].ctl;
	other = c;
	LABS_OK(cluster_renew(&other, SHELF_CAPF, 0, NULL));
	/* a CTL is made when somebody asks for it */
	assert_ptr_equal(other.node[0].ctl, before);
	assert_ptr_not_equal(other.node[0].itl, c.node[0].itl);
	other.node[1].cut_off = true;
	LABS_OK(cluster_update_ctl(&other, NULL));
	assert_ptr_not_equal(other.node[0].ctl, before);
	assert_ptr_equal(other.node[1].ctl, before);
	/* the copy went another way */
	LABS_OK(cluster_update_ctl(&c, NULL));
	assert_ptr_equal(c.node[0].ctl, before);
	assert_ptr_equal(shelf_sheet(c.shelf, before->number), before);
	assert_true(shelf_num(c.shelf) >= before->number);
}

static void
test_services(void **state)
{
	struct cluster c;

	labs_cluster(&c, 1250, 2, 0);
	LABS_OK(cluster_renew(&c, SHELF_CALLMANAGER, 1, NULL));
	assert_int_equal(cluster_on_disk(&c, SHELF_CALLMANAGER, 1).generation,
	    1);
	assert_int_equal(cluster_served(&c, SHELF_CALLMANAGER, 1).generation,
	    0);
	cluster_restart(&c, 0);
	assert_int_equal(cluster_served(&c, SHELF_CALLMANAGER, 1).generation,
	    0);
	cluster_restart(&c, 1);
	assert_int_equal(cluster_served(&c, SHELF_CALLMANAGER, 1).generation,
	    1);
	/* what there is once is the publisher's, wherever somebody asks */
	LABS_OK(cluster_renew(&c, SHELF_ITLRECOVERY, 1, NULL));
	assert_int_equal(cluster_on_disk(&c, SHELF_ITLRECOVERY, 0).generation,
	    1);
	assert_int_equal(cluster_renew(&c, SHELF_TOKEN, 0, NULL), ERR_USAGE);
	assert_int_equal(cluster_renew(&c, SHELF_TVS, 2, NULL), ERR_USAGE);
	assert_int_equal(cluster_sign_token(&c, NULL), ERR_UNSUPPORTED);
	c.release = 1150;
	assert_int_equal(cluster_reset_localkey(&c, NULL), ERR_UNSUPPORTED);
}

/* What TVS of NODE says of the signer of C's CTL on node 0. */
static bool
ask(const struct cluster *c, size_t node)
{
	const struct sheet *l = c->node[0].ctl;
	struct bytes key;
	bool good = false;

	LABS_OK(cluster_vouches(c, node, wire_find(&l->tlvs, 0, 6)->value,
	    wire_find(&l->tlvs, 0, 5)->value, &key, NULL));
	if (key.ptr == NULL)
		return false;
	LABS_OK(shelf_fits(c->shelf, l, key, &good, NULL));
	assert_true(good);
	return true;
}

static void
test_vouches(void **state)
{
	struct cluster c;

	labs_cluster(&c, 1150, 2, 0);
	assert_true(ask(&c, 0) && ask(&c, 1)); /* CallManager */
	LABS_OK(cluster_renew(&c, SHELF_CALLMANAGER, 0, NULL));
	assert_false(ask(&c, 0)); /* as it is on the disk now */
	c.cache_counts = true;
	assert_true(ask(&c, 0));
	labs_cluster(&c, 1250, 2, 0);
	assert_false(ask(&c, 0)); /* ITLRecovery is not in it */
	LABS_OK(cluster_upload(&c, cluster_signer(&c), NULL));
	assert_true(ask(&c, 1));
	labs_cluster(&c, 1250, 2, 2);
	assert_false(ask(&c, 0));
	LABS_OK(cluster_upload(&c, cluster_token(1), NULL));
	assert_true(ask(&c, 0)); /* as a token is spelt */
	LABS_OK(cluster_update_ctl(&c, NULL));
	assert_string_equal(words_of(c.node[0].ctl),
	    "i0.0: i0.0/0 c0.0/0 t1.1/0 c0.0/2 c1.0/2 p0.0/4");
}

/* ---- Phones. ---- */

/* A line: what is done to a cluster of two nodes and release 12.5, then which
 * rules a phone breaks that has the first list, when it starts again. */
static void
renew_ccm(struct cluster *c)
{
	LABS_OK(cluster_renew(c, SHELF_CALLMANAGER, 0, NULL));
	cluster_restart(c, 0);
}

static void
renew_ccm_of_other(struct cluster *c)
{
	LABS_OK(cluster_renew(c, SHELF_CALLMANAGER, 1, NULL));
	cluster_restart(c, 1);
}

static void
renew_curve(struct cluster *c)
{
	LABS_OK(cluster_renew(c, SHELF_ECDSA, 1, NULL));
	cluster_restart(c, 1);
}

static void
renew_capf(struct cluster *c)
{
	LABS_OK(cluster_renew(c, SHELF_CAPF, 0, NULL));
	cluster_restart(c, 0);
}

static void
renew_capf_unused(struct cluster *c)
{
	renew_capf(c);
	c->capf = false;
}

static void
renew_itlr(struct cluster *c)
{
	LABS_OK(cluster_renew(c, SHELF_ITLRECOVERY, 0, NULL));
}

static void
update_itlr(struct cluster *c)
{
	renew_itlr(c);
	LABS_OK(cluster_update_ctl(c, NULL));
}

static void
vouch_itlr(struct cluster *c)
{
	renew_itlr(c);
	LABS_OK(cluster_upload(c, cluster_signer(c), NULL));
	LABS_OK(cluster_update_ctl(c, NULL));
}

static void
vouch_itlr_tvs_changed(struct cluster *c)
{
	LABS_OK(cluster_renew(c, SHELF_TVS, 0, NULL));
	cluster_restart(c, 0);
	vouch_itlr(c);
}

static void
local_itlr(struct cluster *c)
{
	renew_itlr(c);
	LABS_OK(cluster_reset_localkey(c, NULL));
}

static void
move(struct cluster *c)
{
	LABS_OK(cluster_move(c, 0, NULL));
}

static void
move_update(struct cluster *c)
{
	LABS_OK(cluster_move(c, 0, NULL));
	LABS_OK(cluster_update_ctl(c, NULL));
}

static void
move_multi(struct cluster *c)
{
	c->multi_san = true;
	LABS_OK(cluster_move(c, 0, NULL));
}

static void
nothing(struct cluster *c)
{
}

static void
test_phones(void **state)
{
	/* the letters: a refuses, i, c, t, p lacks W1, W2, W3, W4 */
	static const struct {
		const char *name;
		void (*change)(struct cluster *c);
		const char *sbd, *old;
	} rows[] = {
		{ "nothing", nothing, "", "" },
		{ "CallManager", renew_ccm, "ct", "ct" },
		{ "that of the other node", renew_ccm_of_other, "t", "t" },
		{ "with a curve", renew_curve, "t", "t" },
		{ "CAPF", renew_capf, "p", "p" },
		{ "CAPF, not active", renew_capf_unused, "", "" },
		{ "ITLRecovery", renew_itlr, "i", "" },
		{ "and the CTL", update_itlr, "ai", "a" },
		{ "and uploaded", vouch_itlr, "", "a" },
		{ "and TVS too", vouch_itlr_tvs_changed, "ai", "a" },
		{ "by CallManager", local_itlr, "", "" },
		{ "address", move, "ct", "ct" },
		{ "address, in the CTL", move_update, "", "" },
		{ "address, multi-SAN", move_multi, "", "" },
	};
	struct cluster c, before;
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		labs_cluster(&before, 1250, 2, 0);
		before.ecdsa = true;
		LABS_OK(cluster_update_ctl(&before, NULL));
		c = before;
		rows[i].change(&c);
		assert_string_equal(labs_day(&before, &c, LABS_SBD),
		    rows[i].sbd);
		assert_string_equal(labs_day(&before, &c, LABS_7940),
		    rows[i].old);
	}
}

/* W6: each sort reads no list with what it does not know. */
static void
test_sorts(void **state)
{
	struct cluster before, c;
	struct shelf_plan plan;

	labs_cluster(&before, 1250, 2, 0);
	plan = before.node[0].ctl->plan;
	plan.digest = MINT_SHA512;
	c = before;
	LABS_OK(shelf_make(c.shelf, &plan, &c.node[0].ctl, NULL));
	assert_string_equal(labs_day(&before, &c, LABS_SHA1), "r");
	assert_string_equal(labs_day(&before, &c, LABS_7940), "");

	plan.digest = MINT_SHA1;
	plan.record[0].role = 21;
	plan.record[2].role = 8;
	LABS_OK(shelf_make(c.shelf, &plan, &c.node[0].ctl, NULL));
	assert_string_equal(labs_day(&before, &c, LABS_7940), "r");

	c = before;
	c.node[1].disk[SHELF_CALLMANAGER] = SHELF_BIG;
	cluster_restart(&c, 1);
	LABS_OK(cluster_update_ctl(&c, NULL));
	assert_string_equal(labs_day(&before, &c, LABS_2048), "rt");
	assert_string_equal(labs_day(&before, &c, LABS_7940), "");

	c = before;
	assert_string_equal(labs_day(&before, &c, LABS_TWO), "");
	LABS_OK(cluster_upload(&c, cluster_token(1), NULL));
	LABS_OK(cluster_update_ctl(&c, NULL));
	assert_string_equal(labs_day(&before, &c, LABS_TWO), "r");
}

/* One node has an old list, or TVS of another certificate: the phones that ask
 * that one say no. */
static void
test_one_node(void **state)
{
	struct cluster before, c;

	labs_cluster(&before, 1250, 2, 0);
	before.cache_counts = true;
	c = before;
	c.node[1].cut_off = true;
	LABS_OK(cluster_renew(&c, SHELF_ITLRECOVERY, 0, NULL));
	LABS_OK(cluster_update_ctl(&c, NULL));
	assert_string_equal(labs_day_at(&before, &c, LABS_SBD, 0, 0), "");
	assert_string_equal(labs_day_at(&before, &c, LABS_SBD, 0, 1), "ai");
}

/* A new phone takes what there is. */
static void
test_new_phone(void **state)
{
	struct cluster c;

	labs_cluster(&c, 1250, 2, 0);
	assert_string_equal(labs_day(NULL, &c, LABS_SBD), "");
	update_itlr(&c);
	assert_string_equal(labs_day(NULL, &c, LABS_SBD), "");
	renew_ccm(&c);
	assert_string_equal(labs_day(NULL, &c, LABS_SBD), "ct");
}

/* The names of a token, and a key of its own. */
static void
test_forged(void **state)
{
	struct cluster c;
	const struct sheet *forged, *l;
	struct shelf_plan plan;
	enum phone_answer answer;

	labs_cluster(&c, 1250, 1, 2);
	l = c.node[0].ctl;
	plan = l->plan;
	plan.forged = 1;
	LABS_OK(shelf_make(c.shelf, &plan, &forged, NULL));
	LABS_OK(phone_judge(l->file, l->file, &answer, NULL));
	assert_int_equal(answer, PHONE_TAKES);
	LABS_OK(phone_judge(l->file, forged->file, &answer, NULL));
	assert_int_equal(answer, PHONE_BAD_SIGNATURE);
	LABS_OK(phone_judge(bytes_of("", 0), forged->file, &answer, NULL));
	assert_int_equal(answer, PHONE_TAKES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_anchors),
		cmocka_unit_test(test_made_once),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_vouches),
		cmocka_unit_test(test_phones),
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_one_node),
		cmocka_unit_test(test_new_phone),
		cmocka_unit_test(test_forged),
	};

	return test_run(tests);
}
