/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's phone, and trust_judge() beside it: two readings of what is known
 * about phones, which share nothing, agree. Lists are written as
 * tests/unit/lists.h says.
 */
#include "tests/unit/test.h"

#include <unistd.h>

#include "lab/phone.h"
#include "tests/unit/cases.h"
#include "tests/unit/lists.h"
#include "trust/trust.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* What a phone that holds HELD (or, NULL, nothing) says to OFFER. */
static enum phone_answer
ask(const struct buf *held, const struct buf *offer)
{
	enum phone_answer answer;

	assert_int_equal(
	    phone_judge(held == NULL ? bytes_of("", 0) : buf_bytes(held),
		buf_bytes(offer), &answer, NULL),
	    ERR_OK);
	return answer;
}

/* The same, asked of trust_judge(); what ctl_parse() refuses is refused. */
static bool
judge_refuses(const struct ctl_file *held, struct bytes offer)
{
	struct trust_phone phone = { .installed = held };
	struct trust_judgement j;
	struct ctl_file *f = NULL;

	if (ctl_parse(offer, CTL_KIND_CTL, &f, NULL) != ERR_OK)
		return true;
	trust_judge(&phone, f, &j);
	ctl_free(&f);
	return j.verdict == TRUST_REFUSES;
}

static void
test_answers(void **state)
{
	static const struct {
		const char *held, *offer, *signer;
		enum phone_answer answer;
	} rows[] = {
		{ "S:t1 S:t2", "S:t3 S:own", "record: 1", PHONE_KNOWS_NOT },
		{ "S:t1 S:t2", "S:t2 S:own", "record: 1", PHONE_TAKES },
		{ "S:t1 S:t2", "S:own", "cert: t2, dialect: token",
		    PHONE_TAKES },
		{ "S:t1 S:t2", "S:t2/a", "record: 1", PHONE_KNOWS_NOT },
		{ "S:t1 S:t2", "S:forged", "record: 1", PHONE_BAD_SIGNATURE },
		{ "S:t1 C:pub", "S:pub", "record: 1", PHONE_KNOWS_NOT },
		{ "S:t1 S:pub", "S:t1 S:pub", "record: 2", PHONE_TAKES },
		{ "S:own S:t1", "S:own", "record: 1", PHONE_TAKES },
		{ "S:own/k S:t1", "S:own", "record: 1", PHONE_TAKES },
		{ "S:own/n S:t1", "S:own", "record: 1", PHONE_BAD_SIGNATURE },
	};
	static const char *const digests[] = { ", digest: sha1",
		", digest: sha256", ", digest: sha512" };
	struct made held, offer;
	size_t i, j;

	for (i = 0; i < NUM(rows); i++) {
		for (j = 0; j < NUM(digests); j++) {
			made_of(&held, rows[i].held, 1);
			made_by(&offer, rows[i].offer, rows[i].signer,
			    digests[j]);
			if (ask(&held.bytes, &offer.bytes) != rows[i].answer)
				fail_msg("%s, %s%s", rows[i].held,
				    rows[i].offer, digests[j]);
			assert_int_equal(ask(NULL, &offer.bytes), PHONE_TAKES);
			made_clear(&held);
			made_clear(&offer);
		}
	}
}

/* A phone follows a chain of lists; one that was off loses it. */
static void
test_chain(void **state)
{
	static const char *const words[] = { "S:t1 S:t2", "S:t2 S:t3",
		"S:t3 S:own" };
	struct made lists[3];
	size_t i;

	made_of(&lists[0], words[0], 1);
	made_of(&lists[1], words[1], 1);
	made_of(&lists[2], words[2], 1);
	for (i = 0; i < NUM(lists); i++)
		assert_int_equal(
		    ask(i == 0 ? NULL : &lists[i - 1].bytes, &lists[i].bytes),
		    PHONE_TAKES);
	assert_int_equal(ask(&lists[0].bytes, &lists[2].bytes),
	    PHONE_KNOWS_NOT);
	/* nor back */
	assert_int_equal(ask(&lists[2].bytes, &lists[0].bytes),
	    PHONE_KNOWS_NOT);
	for (i = 0; i < NUM(lists); i++)
		made_clear(&lists[i]);
}

static void
test_no_list(void **state)
{
	static const char *const texts[] = { "", "x", "\1\0\2\1\2" };
	struct buf offer = { 0 };
	size_t i;

	for (i = 0; i < NUM(texts); i++) {
		offer.len = 0;
		buf_put(&offer, bytes_of(texts[i], i == 2 ? 5 : i));
		assert_int_equal(ask(NULL, &offer), PHONE_CANNOT_READ);
	}
	buf_clear(&offer);
}

/* A list that replaces itself, and the key that signed it. */
struct sample {
	const char *words, *key;
};

static const struct sample samples[] = {
	{ "S:t1 S:t2 C:pub A:capf", "rsa1024-d" },
	{ "S:pub C:pub S:itlr A:capf", "rsa1024-a" },
	{ "S:own/b C:pub", "rsa2048-c" },
};

/* Flips every bit of the value of header tag TAG, signs anew, and asks both.
 * Returns how often the phone takes it. */
static size_t
flip_field(const struct sample *s, uint8_t tag, size_t *ret_parsed)
{
	struct made held;
	struct buf offer = { 0 };
	struct wire_tlv at;
	size_t i, bit, taken = 0;
	bool takes, refuses;
	struct ctl_file *f = NULL;

	made_of(&held, s->words, 1);
	at = made_find(buf_bytes(&held.bytes), 0, tag);
	assert_true(at.length >= 3);
	buf_put(&offer, buf_bytes(&held.bytes));
	/* unflipped it is taken: nothing else is in the way */
	made_sign(&offer, s->key);
	assert_int_equal(ask(&held.bytes, &offer), PHONE_TAKES);
	assert_false(judge_refuses(held.f, buf_bytes(&offer)));
	for (i = at.offset; i < at.offset + at.length; i++)
		for (bit = 0; bit < 8; bit++) {
			offer.ptr[i] ^= (uint8_t)(1u << bit);
			made_sign(&offer, s->key);
			takes = ask(&held.bytes, &offer) == PHONE_TAKES;
			refuses = judge_refuses(held.f, buf_bytes(&offer));
			taken += takes ? 1 : 0;
			if (ctl_parse(buf_bytes(&offer), CTL_KIND_CTL, &f,
				NULL) == ERR_OK) {
				++*ret_parsed;
				assert_int_equal(takes, !refuses);
			}
			ctl_free(&f);
			offer.ptr[i] ^= (uint8_t)(1u << bit);
		}
	buf_clear(&offer);
	made_clear(&held);
	return taken;
}

static void
test_identity_bytes(void **state)
{
	size_t i, parsed = 0;

	for (i = 0; i < NUM(samples); i++) {
		assert_int_equal(flip_field(&samples[i], 5, &parsed), 0);
		assert_int_equal(flip_field(&samples[i], 6, &parsed), 0);
	}
	assert_true(parsed > 500);
}

/* Nobody compares SIGNERNAME (docs/trust.md). */
static void
test_signer_name(void **state)
{
	size_t i, parsed = 0, taken = 0;

	for (i = 0; i < NUM(samples); i++)
		taken += flip_field(&samples[i], 4, &parsed);
	assert_true(parsed > 100);
	assert_true(taken >= parsed);
}

/* The records of the list that is held: no bit of what identifies its signer
 * may differ either. */
static void
test_held_bytes(void **state)
{
	static const uint8_t tags[] = { 5, 6 };
	struct made held, offer;
	struct ctl_file *f = NULL;
	struct wire_tlv at;
	size_t i, j, bit;

	made_of(&offer, "S:t1 C:pub", 1);
	made_of(&held, "S:t1 A:capf", 1);
	for (j = 0; j < NUM(tags); j++) {
		at = made_find(buf_bytes(&held.bytes), 1, tags[j]);
		for (i = at.offset; i < at.offset + at.length; i++)
			for (bit = 0; bit < 8; bit++) {
				held.bytes.ptr[i] ^= (uint8_t)(1u << bit);
				assert_int_equal(ask(&held.bytes, &offer.bytes),
				    PHONE_KNOWS_NOT);
				if (ctl_parse(buf_bytes(&held.bytes),
					CTL_KIND_CTL, &f, NULL) == ERR_OK)
					assert_true(judge_refuses(f,
					    buf_bytes(&offer.bytes)));
				ctl_free(&f);
				held.bytes.ptr[i] ^= (uint8_t)(1u << bit);
			}
	}
	made_clear(&held);
	made_clear(&offer);
}

/* Any bit of the file, without a new signature. */
static void
test_every_byte(void **state)
{
	struct buf offer = { 0 };
	struct made held;
	size_t s, i, bit, step = test_rounds(1) > 1 ? 1 : 3;

	for (s = 0; s < NUM(samples); s++) {
		made_of(&held, samples[s].words, 1);
		offer.len = 0;
		buf_put(&offer, buf_bytes(&held.bytes));
		assert_int_equal(ask(&held.bytes, &offer), PHONE_TAKES);
		for (i = 0; i < offer.len; i++)
			for (bit = i % step; bit < 8; bit += step) {
				offer.ptr[i] ^= (uint8_t)(1u << bit);
				if (ask(&held.bytes, &offer) == PHONE_TAKES)
					fail_msg("%s: bit %zu of byte %zu",
					    samples[s].words, bit, i);
				offer.ptr[i] ^= (uint8_t)(1u << bit);
			}
		made_clear(&held);
	}
	buf_clear(&offer);
}

/* What a real cluster wrote: a phone that holds it takes it, and no other. */
static void
test_real_list(void **state)
{
	struct buf offer = { 0 }, held = { 0 };
	size_t i;

	SAMPLE_OR_SKIP(sample_load("cisco_gigantic-6_CTLFile.tlv", &held));
	buf_put(&offer, buf_bytes(&held));
	assert_int_equal(ask(&held, &offer), PHONE_TAKES);
	for (i = 0; i < offer.len; i++) {
		offer.ptr[i] ^= 0x01;
		if (ask(&held, &offer) == PHONE_TAKES)
			fail_msg("byte %zu", i);
		offer.ptr[i] ^= 0x01;
	}
	buf_clear(&offer);
	buf_clear(&held);
}

/* ---- Random lists. ---- */

static const char *const random_words[] = { "S:t1", "S:t2", "S:t3", "S:t1/a",
	"S:t2/b", "S:forged", "S:pub", "S:pub2", "S:itlr", "S:own", "S:own/b",
	"S:pub/h", "S:pub/k", "S:pub/n", "C:pub", "C:t1", "A:own", "C:none" };

/* A list, as words too. */
struct drawn {
	struct made m;
	char words[256];
	unsigned signer;
};

static const char *
draw_word(unsigned *seed)
{
	return random_words[(size_t)rand_r(seed) % NUM(random_words)];
}

/* Makes the list of the words; false where its signature is not right by its
 * own records, which nobody offers. */
static bool
is_made(struct drawn *l)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v = { .status = CTL_FAILED };

	made_of(&l->m, l->words, l->signer);
	assert_int_equal(ctl_verify(l->m.f, &self, &v, NULL), ERR_OK);
	if (v.status != CTL_VERIFIED)
		made_clear(&l->m);
	return v.status == CTL_VERIFIED;
}

static void
draw(struct drawn *l, unsigned *seed)
{
	unsigned i, num;
	const char *word;
	size_t at;

	do {
		num = (unsigned)rand_r(seed) % 4 + 1;
		l->signer = (unsigned)rand_r(seed) % num + 1;
		for (i = 1, at = 0; i <= num; i++) {
			do
				word = draw_word(seed);
			while (i == l->signer && word[0] != 'S');
			at += (size_t)snprintf(l->words + at,
			    sizeof(l->words) - at, "%s%s", i > 1 ? " " : "",
			    word);
		}
	} while (!is_made(l));
}

/* What follows FROM: a list of its own, or the same with one record more. */
static void
draw_next(struct drawn *l, const struct drawn *from, unsigned *seed)
{
	bool drawn = false;

	if (rand_r(seed) % 2 == 0) {
		*l = *from;
		(void)snprintf(l->words + strlen(l->words),
		    sizeof(l->words) - strlen(l->words), " %s",
		    draw_word(seed));
		drawn = is_made(l);
	}
	if (!drawn)
		draw(l, seed);
}

static void
test_agree(void **state)
{
	unsigned seed = (unsigned)getpid(), round;
	size_t counts[PHONE_BAD_SIGNATURE + 1] = { 0 };
	struct trust_phone phone = { .installed = NULL };
	struct trust_judgement j;
	struct drawn held, offer;
	enum phone_answer answer, ours;

	print_message("seed %u\n", seed);
	for (round = 0; round < test_rounds(300); round++) {
		draw(&held, &seed);
		draw(&offer, &seed);
		answer = ask(&held.m.bytes, &offer.m.bytes);
		phone.installed = held.m.f;
		trust_judge(&phone, offer.m.f, &j);
		ours = j.verdict == TRUST_ACCEPTS         ? PHONE_TAKES
		    : j.rule == TRUST_RULE_INSTALLED_SAST ? PHONE_BAD_SIGNATURE
							  : PHONE_KNOWS_NOT;
		if (answer != ours)
			fail_msg("round %u, %s, %s: the phone says %d, we %d: "
				 "%s",
			    round, held.words, offer.words, answer, ours,
			    j.why.msg);
		counts[ours]++;
		made_clear(&held.m);
		made_clear(&offer.m);
	}
	print_message("taken %zu, not known %zu, other key %zu\n",
	    counts[PHONE_TAKES], counts[PHONE_KNOWS_NOT],
	    counts[PHONE_BAD_SIGNATURE]);
	assert_true(counts[PHONE_TAKES] > 10 && counts[PHONE_KNOWS_NOT] > 10);
}

/* Some list that a SAST of NEW signs is taken by a phone that holds OLD. */
static bool
is_reachable(const struct drawn *old, const struct drawn *new)
{
	struct drawn next = *new;
	bool found = false;
	unsigned i;

	for (i = 1; !found && i <= ctl_num_records(new->m.f); i++) {
		next.signer = i;
		if (ctl_record(new->m.f, i)->role != CTL_ROLE_SAST ||
		    !is_made(&next))
			continue;
		found = ask(&old->m.bytes, &next.m.bytes) == PHONE_TAKES;
		made_clear(&next.m);
	}
	return found;
}

/* Two SASTs of L have the same names: a phone sees the first alone, and nobody
 * offers what one of them has signed. */
static bool
has_twins(const struct drawn *l)
{
	size_t i, j, num = ctl_num_records(l->m.f);
	const struct ctl_record *a, *b;

	for (i = 1; i <= num; i++)
		for (j = i + 1; j <= num; j++) {
			a = ctl_record(l->m.f, i);
			b = ctl_record(l->m.f, j);
			if (a->role == CTL_ROLE_SAST && b->role == a->role &&
			    bytes_equal(ctl_record_value(a, CTL_REC_SERIAL),
				ctl_record_value(b, CTL_REC_SERIAL)))
				return true;
		}
	return false;
}

/* What trust_effect() says comes true for phones that hold OLD, and for those
 * that hold what was before OLD. */
static void
check_effect(const struct drawn *before, const struct drawn *old,
    const struct drawn *new, size_t *ret_safe)
{
	struct trust_change change = { .old = old->m.f, .new = new->m.f };
	struct trust_effect e;
	bool lost;

	assert_int_equal(trust_effect(&change, &e, NULL), ERR_OK);
	assert_int_equal((e.losses >> TRUST_LOSS_SIGNER & 1) == 0,
	    ask(&old->m.bytes, &new->m.bytes) == PHONE_TAKES);
	lost = (e.losses >> TRUST_LOSS_ALL_SAST & 1) != 0;
	if (!has_twins(old) && !has_twins(new) &&
	    lost == is_reachable(old, new))
		fail_msg("%s -> %s: shared %zu", old->words, new->words,
		    e.shared);
	if (e.strands_late ||
	    ask(&before->m.bytes, &old->m.bytes) != PHONE_TAKES)
		return;
	++*ret_safe;
	if (ask(&before->m.bytes, &new->m.bytes) != PHONE_TAKES)
		fail_msg("%s -> %s: %s is left behind", old->words, new->words,
		    before->words);
}

static void
test_effect(void **state)
{
	unsigned seed = (unsigned)getpid(), round;
	struct drawn before, old, new;
	size_t safe = 0;

	print_message("seed %u\n", seed);
	for (round = 0; round < test_rounds(200); round++) {
		draw(&before, &seed);
		draw_next(&old, &before, &seed);
		draw_next(&new, &old, &seed);
		check_effect(&before, &old, &new, &safe);
		made_clear(&before.m);
		made_clear(&old.m);
		made_clear(&new.m);
	}
	print_message("nobody left behind in %zu\n", safe);
	assert_true(safe > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_no_list),
		cmocka_unit_test(test_identity_bytes),
		cmocka_unit_test(test_signer_name),
		cmocka_unit_test(test_held_bytes),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_real_list),
		cmocka_unit_test(test_agree),
		cmocka_unit_test(test_effect),
	};

	return test_run(tests);
}
