/* SPDX-License-Identifier: Apache-2.0 */
/* Rule A3: docs/trust.md. */
#include "trust/tvs.h"

#include <stdio.h>

#include "trust/signer.h"

/* The database, which is the same on all nodes. */
static enum trust_known
ask_database(const struct trust_database *db, struct trust_names names)
{
	size_t i;

	if (db == NULL)
		return TRUST_NOT_KNOWN;
	for (i = 0; i < db->num; i++)
		if (signer_is(db->names[i], names))
			return TRUST_YES;
	return db->whole ? TRUST_NO : TRUST_NOT_KNOWN;
}

static enum trust_known
ask_disk(const struct trust_tvs *tvs, struct trust_names names)
{
	if (tvs->disk == NULL)
		return TRUST_NOT_KNOWN;
	return signer_find(tvs->disk, names) != 0 ? TRUST_YES : TRUST_NO;
}

/* Adds to A what the disk of TVS says, where the database does not vouch. */
static void
add_disk(const struct trust_phone *phone, const struct trust_tvs *tvs,
    struct trust_names names, struct tvs_answer *a)
{
	enum trust_known disk = ask_disk(tvs, names);

	if (!phone->cache_counts) {
		a->cache_would = disk == TRUST_YES;
	} else if (disk == TRUST_YES) {
		a->vouches = TRUST_YES;
		a->leg = TRUST_LEG_CTL_CACHE;
		a->missing = 0;
	} else if (disk == TRUST_NOT_KNOWN) {
		a->vouches = TRUST_NOT_KNOWN;
		a->missing |= TVS_NO_DISK;
	}
}

/* One node. */
static struct tvs_answer
ask_node(const struct trust_phone *phone, const struct trust_tvs *tvs,
    struct trust_names names)
{
	struct tvs_answer a = { .node = tvs,
		.vouches = ask_database(phone->database, names) };

	if (tvs->certificate == TRUST_NO) {
		a.vouches = TRUST_NO;
		a.stranger = true;
		return a;
	}
	if (a.vouches == TRUST_YES)
		a.leg = TRUST_LEG_DATABASE;
	else if (a.vouches == TRUST_NOT_KNOWN)
		a.missing = TVS_NO_DATABASE;
	if (a.vouches != TRUST_YES)
		add_disk(phone, tvs, names, &a);
	if (tvs->certificate == TRUST_NOT_KNOWN && a.vouches != TRUST_NO) {
		a.vouches = TRUST_NOT_KNOWN;
		a.leg = TRUST_LEG_NONE;
		a.missing |= TVS_NO_CERTIFICATE;
	}
	return a;
}

static unsigned
rank(const struct tvs_answer *a)
{
	switch (a->vouches) {
	case TRUST_NO:
		return 2;
	case TRUST_NOT_KNOWN:
		return 1;
	case TRUST_YES:
		break;
	}
	return 0;
}

struct tvs_answer
tvs_ask(const struct trust_phone *phone, struct trust_names names)
{
	const struct trust_tvs nobody = { .certificate = TRUST_NOT_KNOWN };
	struct tvs_answer worst, a;
	size_t i;

	if (phone->num_tvs == 0) {
		worst = ask_node(phone, &nobody, names);
		worst.node = NULL;
		if (worst.vouches == TRUST_NOT_KNOWN)
			worst.missing |= TVS_NO_GROUP;
		return worst;
	}
	worst = ask_node(phone, &phone->tvs[0], names);
	for (i = 1; i < phone->num_tvs; i++) {
		a = ask_node(phone, &phone->tvs[i], names);
		if (rank(&a) > rank(&worst))
			worst = a;
	}
	if (worst.vouches == TRUST_YES)
		worst.node = NULL;
	return worst;
}

struct tvs_text
tvs_missing_text(const struct trust_phone *phone, unsigned missing)
{
	const struct trust_database *db = phone->database;
	const struct {
		unsigned bit;
		const char *text;
	} rows[] = {
		{ TVS_NO_GROUP, "the nodes of that group" },
		{ TVS_NO_CERTIFICATE, "its certificate or the phone's ITL" },
		{ TVS_NO_DISK, "its CTLFile.tlv" },
		{ TVS_NO_DATABASE,
		    db != NULL && db->missing != NULL
			? db->missing
			: "CallManager of all nodes and Phone-SAST-trust" },
	};
	struct tvs_text ret = { .text = "" };
	size_t i, at = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((missing & rows[i].bit) != 0)
			at += (size_t)snprintf(ret.text + at,
			    sizeof(ret.text) - at, "%s%.120s",
			    at == 0 ? "" : ", ", rows[i].text);
	return ret;
}
