/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters of the lab, to which things happen at random while some phones are
 * off. After each step src/trust, which is told what the cluster shows, and
 * the lab's phones, which fetch it, say the same: whether the list is taken,
 * through whom, and which of W1 to W4 and W6 fail. In the end history_of() says
 * the same of phones that were off, and its ladders bring them to the newest.
 *
 * HISTORIES_SEED and HISTORIES_ROUNDS in the environment repeat one.
 */
#include "tests/unit/test.h"

#include <unistd.h>

#include "tests/unit/seen.h"
#include "trust/history.h"

#define STEPS 14
#define MAX_LISTS 64

/* What is counted, so that no run tests nothing. */
struct counts {
	size_t asked, taken, tvs, refused, bad, itl, config, tls, capf, unread;
	size_t groups, split; /* of several nodes; that do not agree */
	size_t direct, stranded, ladders, rungs;
};

/* One cluster, its phones, every CTL that it ever had, and what was done. */
struct story {
	unsigned seed, round;
	struct cluster c;
	struct phone phone[64];
	size_t num_phones;
	const struct sheet *list[MAX_LISTS];
	size_t num_lists;
	char text[1024];
	struct counts *counts;
};

static unsigned
draw(struct story *s, unsigned below)
{
	return (unsigned)rand_r(&s->seed) % below;
}

static void
note(struct story *s, const char *what, unsigned node)
{
	size_t len = strlen(s->text);

	(void)snprintf(s->text + len, sizeof(s->text) - len, " %s%u", what,
	    node);
}

/* ---- What happens. ---- */

static enum err
upload_some(struct story *s)
{
	struct shelf_id id = cluster_token((uint8_t)(1 + draw(s, 4)));

	if (s->c.num_uploads >= 3)
		return ERR_OK;
	if (draw(s, 2) == 0)
		id = cluster_on_disk(&s->c, SHELF_ITLRECOVERY, 0);
	return cluster_upload(&s->c, id, NULL);
}

static enum err
sign_some(struct story *s)
{
	uint8_t tokens[2];

	if (s->c.num_tokens == 0 && draw(s, 2) != 0)
		return cluster_update_ctl(&s->c, NULL);
	if (s->c.num_tokens == 0 || draw(s, 3) == 0) {
		tokens[0] = (uint8_t)(1 + draw(s, 4));
		tokens[1] = (uint8_t)(1 + tokens[0] % 4);
		cluster_take_tokens(&s->c, tokens, 2);
	}
	return cluster_sign_token(&s->c, NULL);
}

static enum err
upgrade_some(struct story *s)
{
	static const unsigned releases[] = { 900, 1050, 1150, 1250, 1400 };
	size_t i;

	for (i = 0; i < NUM(releases); i++)
		if (releases[i] > s->c.release)
			return cluster_upgrade(&s->c, releases[i], NULL);
	return ERR_OK;
}

/* A field of the list of all nodes that no call of the cluster changes. */
static enum err
spoil(struct story *s)
{
	struct shelf_plan plan = s->c.node[0].ctl->plan;
	struct shelf_record *r = &plan.record[draw(s, plan.num)];
	const struct sheet *l;
	size_t i;
	enum err err;

	switch (draw(s, 8)) {
	case 0:
		plan.digest = (uint8_t)(MINT_SHA256 + draw(s, 2));
		break;
	case 1:
	case 7: /* another role: of servers, or one that old ones refuse */
		r->role = (uint8_t)(draw(s, 4) == 0 ? 8 + draw(s, 20)
						    : draw(s, 5));
		break;
	case 2: /* its certificate goes */
		*r = plan.record[draw(s, plan.num)];
		break;
	case 3:
		r->moved++;
		break;
	case 4: /* a stranger signs */
		plan.signer = cluster_token(4);
		break;
	case 5:
		plan.forged = 1;
		break;
	default:
		r->cert.generation = SHELF_BIG;
		break;
	}
	err = shelf_make(s->c.shelf, &plan, &l, NULL);
	for (i = 0; i < s->c.num_nodes && err == ERR_OK; i++)
		if (!s->c.node[i].cut_off)
			s->c.node[i].ctl = l;
	return err;
}

/* One step; what it was is noted. */
static void
happen(struct story *s)
{
	static const enum shelf_kind kinds[] = { SHELF_CALLMANAGER,
		SHELF_CALLMANAGER, SHELF_ITLRECOVERY, SHELF_TVS, SHELF_CAPF,
		SHELF_ECDSA };
	struct cluster *c = &s->c;
	unsigned what = draw(s, 22), i, node = draw(s, (unsigned)c->num_nodes);
	enum err err = ERR_OK;

	if (what < 6) {
		i = draw(s, NUM(kinds));
		note(s, shelf_kind_name(kinds[i]), node);
		err = cluster_renew(c, kinds[i], node, NULL);
		if (draw(s, 2) == 0)
			cluster_restart(c, node);
	} else if (what < 10) {
		note(s, "update", 0);
		err = cluster_update_ctl(c, NULL);
	} else if (what == 10 && c->release >= 1200) {
		note(s, "localkey", 0);
		err = cluster_reset_localkey(c, NULL);
	} else if (what == 11) {
		note(s, "token", 0);
		err = sign_some(s);
	} else if (what == 12) {
		note(s, "upload", 0);
		err = upload_some(s);
	} else if (what < 16) {
		note(s, "restart", node);
		cluster_restart(c, node);
	} else if (what == 16) {
		note(s, "move", node);
		err = cluster_move(c, node, NULL);
	} else if (what == 17) {
		note(s, "upgrade", 0);
		err = upgrade_some(s);
	} else if (what == 18) {
		note(s, "cut", node);
		c->node[node].cut_off = !c->node[node].cut_off;
	} else {
		note(s, "spoil", 0);
		err = spoil(s);
	}
	LABS_OK(err);
}

/* ---- Both answer. ---- */

/* Fails: of P, DAY says one thing and OURS another. */
static void
differ(const struct story *s, const struct phone *p, const char *what,
    const struct accept *ours, const struct phone_day *day)
{
	fail_msg("HISTORIES_SEED=%u:%s: %s at %u and %u: %s: the phone \"%s\" "
		 "(%d), we \"%s\" (%s, %s, W6 %s): %s",
	    s->round, s->text, p->sort->name, p->tftp, p->tvs, what,
	    labs_letters(day), (int)day->ctl, seen_letters(ours),
	    trust_verdict_name(ours->judgement.verdict),
	    trust_rule_name(ours->judgement.rule),
	    works_answer_name(ours->works.answer[WORKS_READABLE]),
	    ours->judgement.why.msg);
}

/* How it was taken, beyond the letters. */
static bool
is_same_way(const struct accept *ours, enum phone_answer answer)
{
	const enum trust_verdict v = ours->judgement.verdict;

	if ((answer == PHONE_THROUGH_TVS) != (v == TRUST_THROUGH_TVS))
		return false;
	return (answer == PHONE_TAKES) ==
	    (v == TRUST_ACCEPTS || v == TRUST_ACCEPTS_FIRST);
}

static void
count(struct counts *n, const struct phone_day *day)
{
	n->asked++;
	n->taken += day->ctl == PHONE_TAKES ? 1 : 0;
	n->tvs += day->ctl == PHONE_THROUGH_TVS ? 1 : 0;
	n->refused += day->ctl == PHONE_KNOWS_NOT ? 1 : 0;
	n->bad += day->ctl == PHONE_BAD_SIGNATURE ? 1 : 0;
	n->unread += day->ctl == PHONE_CANNOT_READ ? 1 : 0;
	n->itl += day->itl ? 0 : 1;
	n->config += day->config ? 0 : 1;
	n->tls += day->tls ? 0 : 1;
	n->capf += day->capf ? 0 : 1;
}

/* The list has not the key of its signer, and no phone that holds it would
 * know: src/trust is told names of TVS's database, and not keys. */
static bool
is_beyond_us(const struct phone *p, const struct cluster *c,
    const struct phone_day *day)
{
	const struct bytes list = c->node[p->tftp].ctl->file;
	enum phone_answer answer;

	LABS_OK(phone_judge(list, list, &answer, NULL));
	return day->ctl == PHONE_BAD_SIGNATURE && answer == PHONE_KNOWS_NOT;
}

/* Both answer for P, and the same. */
static void
compare(const struct story *s, const struct phone *p)
{
	struct accept ours;
	struct phone_day day;

	LABS_OK(phone_imagine(p, &s->c, &day, NULL));
	seen_ask(&s->c, p, &ours);
	count(s->counts, &day);
	if (is_beyond_us(p, &s->c, &day))
		return;
	if (!is_same_way(&ours, day.ctl))
		differ(s, p, "takes", &ours, &day);
	if (!phone_is_well(&day) && ours.lost != TRUST_YES)
		differ(s, p, "lost", &ours, &day);
	if (p->ctl == NULL && day.ctl == PHONE_CANNOT_READ)
		return; /* it has no list to work with */
	if (strcmp(labs_letters(&day), seen_letters(&ours)) != 0)
		differ(s, p, "works", &ours, &day);
	if (ours.keeps ==
	    (day.ctl == PHONE_TAKES || day.ctl == PHONE_THROUGH_TVS))
		differ(s, p, "keeps", &ours, &day);
	if (day.readable != (ours.works.answer[WORKS_READABLE] == WORKS_YES))
		differ(s, p, "W6", &ours, &day);
}

/* What phones as P is say at each TFTP node and each TVS, together: letters,
 * each at most once, and whether they all do the same with the list. */
static bool
ask_all(const struct story *s, const struct phone *p, char ret[8])
{
	const struct cluster *c = &s->c;
	struct phone one = *p;
	struct phone_day day;
	bool letter[128] = { false };
	size_t i, n = 0, takes = 0, all = 0;
	const char *at;

	for (i = 0; i < c->num_nodes * c->num_nodes; i++) {
		one.tftp = (uint8_t)(i / c->num_nodes);
		one.tvs = (uint8_t)(i % c->num_nodes);
		if (!c->node[one.tftp].tftp)
			continue;
		LABS_OK(phone_imagine(&one, c, &day, NULL));
		for (at = labs_letters(&day); *at != '\0'; at++)
			letter[(unsigned char)*at] = true;
		all++;
		takes += day.ctl == PHONE_TAKES || day.ctl == PHONE_THROUGH_TVS
		    ? 1
		    : 0;
	}
	for (at = "raictp"; *at != '\0'; at++)
		if (letter[(unsigned char)*at])
			ret[n++] = *at;
	ret[n] = '\0';
	return takes == 0 || takes == all;
}

/* The same for all nodes at once: what one node lacks, or its TVS says, decides
 * for the group. */
static void
compare_group(const struct story *s, const struct phone *p)
{
	struct accept ours;
	char letters[8];
	bool same;
	size_t i;

	for (i = 0; i < s->c.num_nodes; i++)
		if (s->c.node[i].ctl != s->c.node[p->tftp].ctl)
			return; /* that is no one offer */
	if (p->ctl == NULL || s->c.node[p->tftp].ctl->plan.forged != 0)
		return;
	same = ask_all(s, p, letters);
	seen_ask_group(&s->c, p, 0, s->c.num_nodes, &ours);
	s->counts->groups += s->c.num_nodes > 1 ? 1 : 0;
	s->counts->split += same ? 0 : 1;
	if (same ? strcmp(letters, seen_letters(&ours)) != 0
		 : ours.judgement.verdict != TRUST_REFUSES)
		fail_msg("HISTORIES_SEED=%u:%s: %s, all nodes: the phones "
			 "\"%s\", we \"%s\": %s",
		    s->round, s->text, p->sort->name, letters,
		    seen_letters(&ours), ours.judgement.why.msg);
}

/* ---- A history. ---- */

static void
keep_lists(struct story *s)
{
	size_t i, j;

	for (i = 0; i < s->c.num_nodes; i++) {
		for (j = 0; j < s->num_lists; j++)
			if (bytes_equal(s->list[j]->file,
				s->c.node[i].ctl->file))
				break;
		if (j == s->num_lists && j < MAX_LISTS)
			s->list[s->num_lists++] = s->c.node[i].ctl;
	}
}

/* A phone that has what there is, if it can read that; of those with Security
 * by Default also one that asks another node, and a new one. */
static void
put_phones(struct story *s, enum labs_sort sort, size_t tftp, size_t tvs)
{
	struct phone p = { .sort = &labs_sorts[sort],
		.tftp = (uint8_t)tftp,
		.tvs = (uint8_t)tvs };
	struct phone_day day;

	LABS_OK(phone_imagine(&p, &s->c, &day, NULL));
	if (day.ctl != PHONE_TAKES)
		return;
	s->phone[s->num_phones++] = labs_phone(&s->c, sort, tftp, tvs);
	if (sort != LABS_SBD)
		return;
	s->phone[s->num_phones++] = labs_phone(&s->c, sort, tftp,
	    (tvs + 1) % s->c.num_nodes);
	s->phone[s->num_phones++] = p;
}

static void
begin(struct story *s)
{
	static const unsigned releases[] = { 900, 1050, 1150, 1250, 1400 };
	const unsigned release = releases[draw(s, NUM(releases))];
	size_t i, t, v;

	labs_cluster(&s->c, release, 1 + draw(s, 3),
	    release < 1000 || draw(s, 2) == 0 ? 2 : 0);
	s->c.ecdsa = draw(s, 2) == 0;
	s->c.multi_san = draw(s, 5) == 0;
	s->c.cache_counts = draw(s, 2) == 0;
	s->c.capf = draw(s, 4) != 0;
	for (i = 1; i < s->c.num_nodes; i++)
		s->c.node[i].tftp = draw(s, 4) != 0;
	LABS_OK(s->c.num_tokens == 0 ? cluster_update_ctl(&s->c, NULL)
				     : cluster_sign_token(&s->c, NULL));
	(void)snprintf(s->text, sizeof(s->text), " %u, %zu nodes, %zu tokens;",
	    release, s->c.num_nodes, s->c.num_tokens);
	for (i = 0; i < LABS_NUM_SORTS; i++) {
		t = draw(s, (unsigned)s->c.num_nodes);
		v = draw(s, (unsigned)s->c.num_nodes);
		while (!s->c.node[t].tftp)
			t = (t + 1) % s->c.num_nodes;
		put_phones(s, (enum labs_sort)i, t, v);
	}
	keep_lists(s);
}

/* Phones start when they like. One that took no CTL is new again: there is no
 * class of phones with an ITL alone. */
static void
start_some(struct story *s)
{
	struct phone_day day;
	size_t i;

	for (i = 0; i < s->num_phones; i++) {
		if (draw(s, 3) == 0)
			LABS_OK(phone_start(&s->phone[i], &s->c, &day, NULL));
		if (s->phone[i].ctl == NULL)
			s->phone[i].itl = NULL;
	}
}

/* ---- Phones that were off. ---- */

static bool
takes(const struct sheet *held, const struct sheet *offer)
{
	enum phone_answer answer;

	LABS_OK(phone_judge(held->file, offer->file, &answer, NULL));
	return answer == PHONE_TAKES;
}

/* How many lists have to be served to one that holds list FROM, until it has
 * list TO; 0: there is no way. */
static size_t
count_rungs(bool step[MAX_LISTS][MAX_LISTS], size_t num, size_t from, size_t to)
{
	size_t far[MAX_LISTS] = { 0 }, i, j, round;

	for (round = 1; round < num; round++)
		for (i = 0; i < num; i++)
			for (j = 0; j < num; j++)
				if ((i == from ? round == 1
					       : far[i] == round - 1 &&
						round > 1) &&
				    j != from && far[j] == 0 && step[i][j])
					far[j] = round;
	return far[to];
}

/* Serves the ladder of row I to a phone. */
static void
climb(const struct story *s, const struct history *h, size_t i)
{
	const struct sheet *held = s->list[i];
	size_t at = i, rungs = h->row[i].rungs, n;

	for (n = 0; n < rungs; n++) {
		at = h->row[at].next;
		if (!takes(held, s->list[at]))
			fail_msg("HISTORIES_SEED=%u:%s: rung %zu from list %zu",
			    s->round, s->text, n + 1, i);
		held = s->list[at];
	}
	assert_true(at == h->newest);
	s->counts->ladders++;
	s->counts->rungs = rungs > s->counts->rungs ? rungs : s->counts->rungs;
}

static void
compare_history(const struct story *s)
{
	struct history_list lists[MAX_LISTS];
	static bool step[MAX_LISTS][MAX_LISTS];
	size_t i, j, newest = 0, rungs;
	struct history h;
	struct diag d;

	for (i = 0; i < s->num_lists; i++) {
		lists[i] = (struct history_list){ seen_file(s->list[i]),
			"list" };
		for (j = 0; j < s->num_lists; j++)
			step[i][j] = i != j && takes(s->list[i], s->list[j]);
		if (bytes_equal(s->list[i]->file, s->c.node[0].ctl->file))
			newest = i;
	}
	if (history_of(lists, s->num_lists, newest, &h, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	for (i = 0; i < h.num; i++) {
		rungs = i == newest ? 0 : count_rungs(step, h.num, i, newest);
		if ((h.row[i].fate == HISTORY_HOLDS) != (i == newest) ||
		    (i != newest &&
			(h.row[i].fate == HISTORY_DIRECT) != step[i][newest]) ||
		    (h.row[i].fate == HISTORY_STRANDED &&
			h.row[i].rungs != rungs))
			fail_msg("HISTORIES_SEED=%u:%s: list %zu of %zu, "
				 "newest %zu: %s, %zu rungs; the phone %zu",
			    s->round, s->text, i, h.num, newest,
			    history_fate_name(h.row[i].fate), h.row[i].rungs,
			    rungs);
		s->counts->direct += h.row[i].fate == HISTORY_DIRECT ? 1 : 0;
		s->counts->stranded += h.row[i].fate == HISTORY_STRANDED ? 1
									 : 0;
		if (h.row[i].fate == HISTORY_STRANDED && rungs > 0)
			climb(s, &h, i);
	}
	history_clear(&h);
}

static void
play(unsigned seed, struct counts *counts)
{
	struct story s = { .seed = seed, .round = seed, .counts = counts };
	size_t i, n;

	begin(&s);
	for (n = 0; n < STEPS; n++) {
		happen(&s);
		keep_lists(&s);
		for (i = 0; i < s.num_phones; i++) {
			compare(&s, &s.phone[i]);
			compare_group(&s, &s.phone[i]);
		}
		start_some(&s);
	}
	compare_history(&s);
}

static unsigned
number_of(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text == NULL ? otherwise : (unsigned)strtoul(text, NULL, 10);
}

static void
test_histories(void **state)
{
	struct counts n = { 0 };
	unsigned seed = number_of("HISTORIES_SEED", (unsigned)getpid() * 1000u),
		 rounds = number_of("HISTORIES_ROUNDS", test_rounds(300)), i;

	print_message("HISTORIES_SEED=%u HISTORIES_ROUNDS=%u\n", seed, rounds);
	for (i = 0; i < rounds; i++)
		play(seed + i, &n);
	print_message(
	    "%zu answers: taken %zu, through TVS %zu, refused %zu, "
	    "other key %zu; not W1 %zu, W2 %zu, W3 %zu, W4 %zu, W6 "
	    "%zu; groups %zu, split %zu; off: direct %zu, stranded %zu, with a ladder %zu, "
	    "the longest %zu; %zu files\n",
	    n.asked, n.taken, n.tvs, n.refused, n.bad, n.itl, n.config, n.tls,
	    n.capf, n.unread, n.groups, n.split, n.direct, n.stranded,
	    n.ladders, n.rungs, shelf_num(labs_shelf()));
	if (rounds < 100)
		return;
	assert_true(n.taken > 100 && n.tvs > 100 && n.refused > 100);
	assert_true(n.bad > 100);
	assert_true(n.itl > 100 && n.config > 100 && n.tls > 100);
	assert_true(n.capf > 100 && n.unread > 100);
	assert_true(n.direct > 100 && n.stranded > 100 && n.ladders > 10);
	assert_true(n.groups > 100 && n.split > 10 && n.rungs > 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histories),
	};

	return test_run(tests);
}
