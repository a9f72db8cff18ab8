/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Clusters and phones of the lab for test programs: one shelf for the whole
 * program, sorts of phones, and what becomes of one as letters. Include it
 * after test.h.
 */
#ifndef TESTS_UNIT_LABS_H
#define TESTS_UNIT_LABS_H

#include <string.h>

#include "lab/phone.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define LABS_OK(call) assert_int_equal(call, ERR_OK)

/* Sorts of phones: id, name, asks TVS, has an ITL, signed configuration, old
 * roles (known of the 894x; that others read more no source says), SHA-1 alone,
 * SASTs, bits. */
#define LABS_SORTS(X)                                     \
	X(LABS_SBD, "SBD", 1, 1, 1, 1, 0, 0, 0)           \
	X(LABS_7940, "7940", 0, 0, 1, 1, 0, 0, 0)         \
	X(LABS_ATA, "ATA", 0, 0, 1, 1, 0, 0, 0)           \
	X(LABS_ROOM, "telepresence", 0, 0, 1, 1, 0, 0, 0) \
	X(LABS_SOFT, "soft client", 0, 0, 1, 1, 0, 0, 0)  \
	X(LABS_CTI, "CTI", 0, 0, 0, 1, 0, 0, 0)           \
	X(LABS_TWO, "two SASTs", 0, 0, 1, 1, 0, 2, 0)     \
	X(LABS_SHA1, "SHA-1 alone", 0, 0, 1, 1, 1, 0, 0)  \
	X(LABS_2048, "2048 bits", 0, 0, 1, 1, 0, 0, 2048)

enum labs_sort {
#define LABS_ENUM(id, name, tvs, itl, config, roles, sha1, sasts, bits) id,
	LABS_SORTS(LABS_ENUM)
#undef LABS_ENUM
	LABS_NUM_SORTS
};

static const struct phone_sort labs_sorts[] = {
#define LABS_ROW(id, name, tvs, itl, config, roles, sha1, sasts, bits) \
	{ name, tvs, itl, config, roles, sha1, sasts, bits },
	LABS_SORTS(LABS_ROW)
#undef LABS_ROW
};

/* The shelf of this program; the test's end is its end. */
static inline struct shelf *
labs_shelf(void)
{
	static struct shelf *shelf;
	static char keys[512];
	struct diag d;

	if (shelf != NULL)
		return shelf;
	assert_non_null(getenv("SRC"));
	(void)snprintf(keys, sizeof(keys), "%s/softhsm-fixtures/keys",
	    getenv("SRC"));
	if (shelf_new(keys, &shelf, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	return shelf;
}

/* A cluster of RELEASE with NUM nodes that has a CTL, of TOKENS tokens, or (0)
 * its own. */
static inline void
labs_cluster(struct cluster *c, unsigned release, size_t num, size_t tokens)
{
	static const uint8_t generations[] = { 1, 2, 3, 4 };

	LABS_OK(cluster_new(labs_shelf(), release, num, c, NULL));
	cluster_take_tokens(c, generations, tokens);
	LABS_OK(tokens == 0 ? cluster_update_ctl(c, NULL)
			    : cluster_sign_token(c, NULL));
}

/* A phone of C, with what that serves. */
static inline struct phone
labs_phone(const struct cluster *c, enum labs_sort sort, size_t tftp,
    size_t tvs)
{
	return (struct phone){ .sort = &labs_sorts[sort],
		.tftp = (uint8_t)tftp,
		.tvs = (uint8_t)tvs,
		.ctl = c->node[tftp].ctl,
		.itl = labs_sorts[sort].has_itl ? c->node[tftp].itl : NULL };
}

/* DAY as letters: r it cannot read the list, a it refuses it, i, c, t, p it
 * lacks W1, W2, W3, W4; "" it is well. */
static inline const char *
labs_letters(const struct phone_day *day)
{
	static char text[8];
	const char letters[] = { 'r', 'a', 'i', 'c', 't', 'p' };
	const bool lost[] = { day->ctl == PHONE_CANNOT_READ,
		day->ctl == PHONE_KNOWS_NOT || day->ctl == PHONE_BAD_SIGNATURE,
		!day->itl, !day->config, !day->tls, !day->capf };
	size_t i, n = 0;

	for (i = 0; i < NUM(lost); i++)
		if (lost[i])
			text[n++] = letters[i];
	text[n] = '\0';
	assert_int_equal(n == 0, phone_is_well(day));
	return text;
}

/* What becomes of a phone that has what BEFORE served (NULL: nothing), at its
 * TFTP and TVS nodes, when it starts in C. */
static inline const char *
labs_day_at(const struct cluster *before, const struct cluster *c,
    enum labs_sort sort, size_t tftp, size_t tvs)
{
	struct phone p = { .sort = &labs_sorts[sort] };
	struct phone_day day;

	if (before != NULL)
		p = labs_phone(before, sort, tftp, tvs);
	LABS_OK(phone_start(&p, c, &day, NULL));
	return labs_letters(&day);
}

static inline const char *
labs_day(const struct cluster *before, const struct cluster *c,
    enum labs_sort sort)
{
	return labs_day_at(before, c, sort, 0, 0);
}

#endif
