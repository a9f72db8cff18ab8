/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a phone takes a list: docs/trust.md, rules A. */
#include <stdio.h>

#include "trust/match.h"
#include "trust/signer.h"
#include "trust/tvs.h"

#define RECORDS_SHOWN 2 /* SASTs in a sentence */

/* "record 1 (\"SAST-1\"), record 5 (...)": a list's SASTs. */
struct sast_text {
	char text[160];
	size_t num;
};

static struct sast_text
list_sasts(const struct ctl_file *f)
{
	struct sast_text ret = { .num = 0 };
	size_t i, at = 0, num = ctl_num_records(f);

	for (i = 1; i <= num && ret.num <= RECORDS_SHOWN; i++) {
		if (!signer_is_sast(ctl_record(f, i)))
			continue;
		ret.num++;
		if (ret.num > RECORDS_SHOWN)
			(void)snprintf(ret.text + at, sizeof(ret.text) - at,
			    " and others");
		else
			at += (size_t)snprintf(ret.text + at,
			    sizeof(ret.text) - at, "%s%s",
			    ret.num > 1 ? ", " : "",
			    signer_record_text(f, i).text);
	}
	return ret;
}

/* Two records have different keys, or certificates; what one of them does not
 * say is no difference. */
static bool
is_other_key(const struct ctl_record *a, const struct ctl_record *b)
{
	static const enum ctl_record_tag tags[] = { CTL_REC_PUBLIC_KEY,
		CTL_REC_CERTIFICATE };
	struct bytes x, y;
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		x = ctl_record_value(a, tags[i]);
		y = ctl_record_value(b, tags[i]);
		if (x.len > 0 && y.len > 0)
			return !bytes_equal(x, y);
	}
	return false;
}

/* Why the key of the SAST that INSTALLED has under the signer's names is not
 * what made the signature; NULL: it may be. */
static const char *
find_fault(const struct ctl_file *installed, const struct ctl_file *offer,
    size_t record)
{
	size_t own = ctl_signer_record(offer);
	struct match_key k;

	if (!match_key_of(installed, record, MATCH_SAST, &k))
		return "no key that phones could check the signature with; "
		       "sign with the key of another SAST of that list";
	if (own != 0 &&
	    is_other_key(ctl_record(installed, record), ctl_record(offer, own)))
		return "another key, which the signature does not fit; sign "
		       "with the key that the installed list has";
	return NULL;
}

/* The installed list has a SAST with the signer's names: its key decides. */
static void
judge_known(const struct ctl_file *installed, const struct ctl_file *offer,
    struct trust_judgement *j)
{
	const char *fault = find_fault(installed, offer, j->record);

	j->rule = TRUST_RULE_INSTALLED_SAST;
	j->verdict = fault == NULL ? TRUST_ACCEPTS : TRUST_REFUSES;
	if (fault == NULL)
		(void)diag_set(&j->why, ERR_OK,
		    "the signer is record %zu of the installed list, byte for "
		    "byte",
		    j->record);
	else
		(void)diag_set(&j->why, ERR_POLICY,
		    "record %zu of the installed list has the signer's names, "
		    "but %s",
		    j->record, fault);
}

/* The serial numbers are the same, but for zeros in front. */
static bool
is_serial(struct bytes a, struct bytes b)
{
	while (a.len > 1 && a.ptr[0] == 0)
		a = bytes_of(a.ptr + 1, a.len - 1);
	while (b.len > 1 && b.ptr[0] == 0)
		b = bytes_of(b.ptr + 1, b.len - 1);
	return a.len > 0 && bytes_equal(a, b);
}

/* The common name of a name as it stands in a file, with NUL. */
static struct bytes
common_name(struct bytes name)
{
	while (name.len > 0 && name.ptr[name.len - 1] == '\0')
		name.len--;
	return ctl_common_name(name);
}

/* NAMES are those of R, but spelt by another writer. */
static bool
is_respelt(struct trust_names names, const struct ctl_record *r)
{
	struct bytes cn = common_name(names.issuer);
	struct trust_names own = signer_of_record(r);

	if (!bytes_equal(cn, common_name(own.issuer)))
		return false;
	return is_serial(names.serial, own.serial) ||
	    bytes_equal_reversed(names.serial, own.serial);
}

/* The SAST of INSTALLED that is the signer of OFFER, spelt otherwise; 0: none. */
static size_t
find_respelt(const struct ctl_file *installed, const struct ctl_file *offer)
{
	struct trust_names names = signer_of_header(offer);
	size_t i, own = ctl_signer_record(offer);

	i = own == 0 ? 0 : trust_same_record(installed, offer, own);
	if (i != 0)
		return i;
	for (i = 1; i <= ctl_num_records(installed); i++)
		if (signer_is_sast(ctl_record(installed, i)) &&
		    is_respelt(names, ctl_record(installed, i)))
			return i;
	return 0;
}

/* "CANAME and SERIALNUMBER, backwards": where they differ. */
struct respelt_text {
	char text[48];
};

static struct respelt_text
say_where(const struct ctl_file *installed, const struct ctl_file *offer,
    size_t record)
{
	struct trust_names names = signer_of_header(offer);
	struct trust_names own = signer_of_record(
	    ctl_record(installed, record));
	bool issuer = bytes_equal(names.issuer, own.issuer);
	bool serial = bytes_equal(names.serial, own.serial);
	bool reversed = bytes_equal_reversed(names.serial, own.serial);
	struct respelt_text ret;

	(void)snprintf(ret.text, sizeof(ret.text), "%s%s%s",
	    issuer ? "" : "CANAME", issuer || serial ? "" : " and ",
	    serial         ? ""
		: reversed ? "SERIALNUMBER, backwards"
			   : "SERIALNUMBER");
	return ret;
}

static void
say_respelt(const struct ctl_file *installed, const struct ctl_file *offer,
    struct trust_judgement *j)
{
	(void)diag_set(&j->why, ERR_POLICY,
	    "the installed list has the signer in record %zu, but spelt "
	    "otherwise (%s), and phones compare bytes; sign it anew with the "
	    "signer's names copied from that record",
	    j->record, say_where(installed, offer, j->record).text);
}

/* The record of INSTALLED, not a SAST, that has NAMES; 0: none. */
static size_t
find_other_role(const struct ctl_file *installed, struct trust_names names)
{
	size_t i;

	for (i = 1; i <= ctl_num_records(installed); i++)
		if (signer_is(names,
			signer_of_record(ctl_record(installed, i))))
			return i;
	return 0;
}

/* Nobody whom the installed list knows. */
static void
say_unknown(const struct ctl_file *installed, const struct ctl_file *offer,
    struct trust_judgement *j)
{
	struct sast_text sasts = list_sasts(installed);
	size_t i = find_other_role(installed, signer_of_header(offer));
	struct signer_text who = signer_text(offer);

	if (i != 0)
		(void)diag_set(&j->why, ERR_POLICY,
		    "the signer is record %zu of the installed list, but not "
		    "as SAST, and no other signs lists; sign with the key of "
		    "one of its SASTs: %s",
		    i, sasts.text);
	else
		(void)diag_set(&j->why, ERR_POLICY,
		    "the signer, %s, is no SAST of the installed list; sign "
		    "with the key of one that is, there %s",
		    who.text, sasts.text);
}

/* Nobody whom the installed list knows, and nobody else is asked. */
static void
judge_stranger(const struct ctl_file *installed, const struct ctl_file *offer,
    struct trust_judgement *j)
{
	j->verdict = TRUST_REFUSES;
	j->rule = TRUST_RULE_STRANGER;
	if (list_sasts(installed).num == 0) {
		(void)diag_set(&j->why, ERR_POLICY,
		    "the installed list has no SAST, and nothing can follow "
		    "it; erase it on the phone");
		return;
	}
	j->record = find_respelt(installed, offer);
	if (j->record != 0)
		say_respelt(installed, offer, j);
	else
		say_unknown(installed, offer, j);
}

/* A header that names nobody: TVS cannot be asked either. */
static void
judge_nameless(struct trust_judgement *j)
{
	j->verdict = TRUST_REFUSES;
	j->rule = TRUST_RULE_STRANGER;
	(void)diag_set(&j->why, ERR_POLICY,
	    "the header does not name its signer by CANAME and SERIALNUMBER, "
	    "and phones find nobody; have the list made anew");
}

/* ---- TVS ----------------------------------------------------------- */

/* Where every sentence about TVS begins. */
struct lead_text {
	char text[192];
};

static struct lead_text
lead_of(const struct ctl_file *installed, const struct ctl_file *offer,
    size_t record)
{
	struct lead_text ret;

	if (record != 0)
		(void)snprintf(ret.text, sizeof(ret.text),
		    "the installed list spells the signer otherwise in record "
		    "%zu (%s)",
		    record, say_where(installed, offer, record).text);
	else
		(void)snprintf(ret.text, sizeof(ret.text),
		    "%s is no SAST of the installed list",
		    signer_text(offer).text);
	return ret;
}

/* "TVS of pub"; "TVS of its group". */
struct node_text {
	char text[48];
};

static struct node_text
node_of(const struct tvs_answer *a)
{
	struct node_text ret;

	(void)snprintf(ret.text, sizeof(ret.text), "TVS of %.32s",
	    a->node == NULL || a->node->node == NULL ? "its group"
						     : a->node->node);
	return ret;
}

/* The published log of a token shows that the database missed it. */
static bool
is_token(const struct ctl_file *offer)
{
	size_t own = ctl_signer_record(offer);

	return own != 0 && ctl_record(offer, own)->dialect == CTL_DIALECT_TOKEN;
}

static const char *
leg_text(const struct tvs_answer *a, const struct ctl_file *offer)
{
	if (a->leg == TRUST_LEG_CTL_CACHE)
		return "the CTL file on its disk has it as SAST, on which "
		       "sources disagree";
	return is_token(offer) ? "its database has it as SAST, though no "
				 "published log shows that for a token"
			       : "its database has it as SAST";
}

static void
say_tvs_yes(const struct tvs_answer *a, const struct ctl_file *offer,
    const char *lead, struct trust_judgement *j)
{
	j->verdict = TRUST_THROUGH_TVS;
	j->leg = a->leg;
	(void)diag_set(&j->why, ERR_OK, "%s, but %s vouches for it: %s", lead,
	    node_of(a).text, leg_text(a, offer));
}

static void
say_tvs_no(const struct tvs_answer *a, const char *lead,
    struct trust_judgement *j)
{
	j->verdict = TRUST_REFUSES;
	if (a->stranger)
		(void)diag_set(&j->why, ERR_POLICY,
		    "%s, and %s shows a certificate that the phone's ITL "
		    "lacks; sign with an installed SAST",
		    lead, node_of(a).text);
	else
		(void)diag_set(&j->why, ERR_POLICY,
		    "%s, and %s %s; upload it to Phone-SAST-trust or sign "
		    "with an installed SAST",
		    lead, node_of(a).text,
		    a->cache_would ? "has it only in its CTL file, which does "
				     "not count"
				   : "does not have it");
}

static void
say_tvs_unknown(const struct trust_phone *phone, const struct tvs_answer *a,
    const struct ctl_file *offer, struct trust_judgement *j)
{
	j->verdict = TRUST_UNKNOWN;
	(void)diag_set(&j->why, ERR_ABSENT,
	    "whether %s vouches for %s is not known: missing %s",
	    node_of(a).text, signer_text(offer).text,
	    tvs_missing_text(phone, a->missing).text);
}

static void
judge_tvs(const struct trust_phone *phone, const struct ctl_file *offer,
    struct trust_judgement *j)
{
	struct tvs_answer a = tvs_ask(phone, signer_of_header(offer));
	size_t respelt = find_respelt(phone->installed, offer);
	struct lead_text lead = lead_of(phone->installed, offer, respelt);

	j->rule = TRUST_RULE_TVS;
	j->node = a.node == NULL ? NULL : a.node->node;
	switch (a.vouches) {
	case TRUST_YES:
		say_tvs_yes(&a, offer, lead.text, j);
		break;
	case TRUST_NO:
		j->record = respelt;
		say_tvs_no(&a, lead.text, j);
		break;
	case TRUST_NOT_KNOWN:
		say_tvs_unknown(phone, &a, offer, j);
		break;
	}
}

/* ---- All rules ----------------------------------------------------- */

static void
judge_second(const struct trust_phone *phone, const struct ctl_file *offer,
    struct trust_judgement *j)
{
	struct trust_names names = signer_of_header(offer);

	j->record = signer_find(phone->installed, names);
	if (j->record != 0)
		judge_known(phone->installed, offer, j);
	else if (names.issuer.ptr == NULL || names.serial.ptr == NULL)
		judge_nameless(j);
	else if (phone->asks_tvs)
		judge_tvs(phone, offer, j);
	else
		judge_stranger(phone->installed, offer, j);
}

/* OFFER is an ITL, and nothing is known of a CTL that the phone holds. */
static bool
is_without_ctl(const struct ctl_file *installed, const struct ctl_file *offer)
{
	return ctl_kind(offer) == CTL_KIND_ITL &&
	    (installed == NULL || ctl_kind(installed) == CTL_KIND_ITL);
}

void
trust_judge(const struct trust_phone *phone, const struct ctl_file *offer,
    struct trust_judgement *ret)
{
	struct trust_judgement j = { .rule = TRUST_RULE_FIRST,
		.no_ctl = is_without_ctl(phone->installed, offer) };

	diag_init(&j.why);
	if (phone->installed == NULL) {
		j.verdict = TRUST_ACCEPTS_FIRST;
		(void)diag_set(&j.why, ERR_OK,
		    "no list is installed, and the first is taken as it "
		    "comes");
	} else {
		judge_second(phone, offer, &j);
	}
	*ret = j;
}
