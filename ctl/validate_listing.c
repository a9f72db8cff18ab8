/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules about what the text of `show ctl` tells (format 8.5): names,
 * roles, lengths, and which certificates are the same. Rows that are missing
 * are taken to be missing in the list only where the text is whole.
 */
#include <stdlib.h>
#include <string.h>

#include "ctl/report.h"

#define HEADER_UNIT 4
#define ADDRESS_LEN 4
#define QUOTE_MAX 60

/* One text at work. */
struct reading {
	const struct ctl_listing *l;
	struct ctl_report report;
	struct ctl_facts facts;
};

static struct ctl_place
place_of_row(size_t record, const struct ctl_row *row)
{
	return (struct ctl_place){ .record = record,
		.tag = row->tag,
		.offset = row->offset,
		.line = row->line };
}

/* Row TAG of record R, or the record where it is missing. */
static struct ctl_place
place_in(const struct ctl_listed *r, unsigned tag)
{
	const struct ctl_row *row = ctl_row_find(r->rows, r->num_rows, tag);

	if (row != NULL)
		return place_of_row(r->index, row);
	return (struct ctl_place){ .record = r->index,
		.offset = r->offset,
		.line = r->line };
}

static void
judge_row(struct reading *in, size_t record, const struct ctl_row *row)
{
	const struct ctl_tag_info *info = record == 0
	    ? ctl_header_tag_info(row->tag)
	    : ctl_record_tag_info(row->tag);
	struct ctl_place place = place_of_row(record, row);

	if (info == NULL)
		ctl_report(&in->report, CTL_RULE_UNKNOWN_TAG, place,
		    "tag %u, with %zu bytes, has no known meaning", row->tag,
		    row->length);
	else if (info->shape == CTL_TEXT && row->length > 0)
		ctl_judge_name(&in->report, place,
		    row->damaged || row->text.ptr == NULL
			? row->length - 1
			: ctl_count_chars(row->text));
	if (row->damaged && row->length > 0)
		ctl_report(&in->report, CTL_RULE_TEXT_DAMAGED, place,
		    "the text has %zu of %zu characters: blanks were lost, or "
		    "the row was cut",
		    row->text.len, row->length - 1);
}

static struct bytes
row_text(const struct ctl_listed *r, unsigned tag)
{
	const struct ctl_row *row = ctl_row_find(r->rows, r->num_rows, tag);

	return row == NULL ? bytes_of(NULL, 0) : row->text;
}

static bool
has_row(const struct ctl_listed *r, unsigned tag)
{
	return ctl_row_find(r->rows, r->num_rows, tag) != NULL;
}

static void
judge_names(struct reading *in, const struct ctl_listed *r)
{
	struct bytes issuer = row_text(r, CTL_REC_ISSUER);
	struct bytes cn = ctl_common_name(row_text(r, CTL_REC_SUBJECT));
	struct bytes star = bytes_of_str("*.");
	const struct ctl_row *ip = ctl_row_find(r->rows, r->num_rows,
	    CTL_REC_ADDRESS);

	if (bytes_starts(row_text(r, CTL_REC_DNS_NAME), star))
		ctl_report(&in->report, CTL_RULE_WILDCARD,
		    place_in(r, CTL_REC_DNS_NAME), "the name is a wildcard");
	if (bytes_starts(cn, star))
		ctl_report(&in->report, CTL_RULE_WILDCARD,
		    place_in(r, CTL_REC_SUBJECT),
		    "the certificate is for a wildcard name");
	if (issuer.len > 0 && issuer.ptr[0] >= 'a' && issuer.ptr[0] <= 'z')
		ctl_report(&in->report, CTL_RULE_TOKEN_DIALECT,
		    place_in(r, CTL_REC_ISSUER),
		    "the record is spelt as the CTL client spells a hardware "
		    "token");
	if (ip != NULL && ip->length != ADDRESS_LEN)
		ctl_report(&in->report, CTL_RULE_ADDRESS_LENGTH,
		    place_of_row(r->index, ip), "the address has %zu bytes",
		    ip->length);
}

/* A FUNCTION that is there and that no role is printed as. */
static void
judge_function(struct reading *in, const struct ctl_listed *r)
{
	struct ctl_place place = place_in(r, CTL_REC_ROLE);

	if (r->has_role)
		ctl_judge_role(&in->report, place, true, r->role);
	else if (r->function.ptr == NULL && r->whole)
		ctl_judge_role(&in->report, place, false, 0);
	else if (r->function.ptr != NULL)
		ctl_report(&in->report, CTL_RULE_ROLE_UNKNOWN, place,
		    "FUNCTION '%.*s' is no known role",
		    ctl_quote_len(r->function, QUOTE_MAX),
		    (const char *)r->function.ptr);
}

/* Rows that are missing, or of another record. */
static void
judge_rows(struct reading *in, const struct ctl_listed *r)
{
	struct ctl_place place = { .record = r->index,
		.offset = r->offset,
		.line = r->line };

	if (!r->whole && r->length > 0)
		ctl_report(&in->report, CTL_RULE_TEXT_TORN, place,
		    "its rows make %zu bytes of the %zu that RECORDLENGTH "
		    "says: rows are missing, or are of another record",
		    r->rows_length, r->length);
}

static void
fill_fact(struct ctl_fact *fact, const struct ctl_listed *r)
{
	const struct ctl_row *serial = ctl_row_find(r->rows, r->num_rows,
	    CTL_REC_SERIAL);

	fact->place = place_in(r, CTL_REC_ROLE);
	fact->has_role = r->has_role;
	fact->role = r->role;
	fact->issuer = row_text(r, CTL_REC_ISSUER);
	fact->dns = row_text(r, CTL_REC_DNS_NAME);
	if (serial != NULL)
		fact->serial = serial->data;
	fact->whole = r->whole;
	fact->ip_unknown = true;
	fact->can_sign = true; /* nothing else is known */
	fact->has_der = has_row(r, CTL_REC_CERTIFICATE);
	fact->has_cert = has_row(r, CTL_REC_CERTIFICATE) ||
	    has_row(r, CTL_REC_CERT_HASH);
	fact->has_key = fact->has_cert || has_row(r, CTL_REC_PUBLIC_KEY);
	if (r->sha1.len == digest_len(DIGEST_SHA1)) {
		memcpy(fact->id.byte, r->sha1.ptr, r->sha1.len);
		fact->id.len = r->sha1.len;
	}
}

static void
judge_records(struct reading *in)
{
	const struct ctl_listed *r;
	size_t i, k;

	for (i = 0; i < in->facts.num; i++) {
		r = ctl_listing_at(in->l, i);
		for (k = 0; k < r->num_rows; k++)
			judge_row(in, r->index, &r->rows[k]);
		judge_rows(in, r);
		judge_function(in, r);
		judge_names(in, r);
		fill_fact(&in->facts.at[i], r);
	}
}

static void
judge_header(struct reading *in)
{
	size_t i, num, length = ctl_listing_header_length(in->l);
	const struct ctl_row *rows = ctl_listing_header(in->l, &num);

	if (length % HEADER_UNIT != 0)
		ctl_report(&in->report, CTL_RULE_HEADER_UNALIGNED,
		    ctl_place_none(),
		    "the header has %zu bytes, which is no multiple of %d",
		    length, HEADER_UNIT);
	for (i = 0; i < num; i++)
		judge_row(in, 0, &rows[i]);
}

/* A whole list of which each SAST is said not to have signed. */
static bool
nobody_signed(const struct ctl_listing *l)
{
	const struct ctl_listed *r;
	size_t i, marks = 0;

	for (i = 0; i < ctl_listing_num(l); i++) {
		r = ctl_listing_at(l, i);
		if (r->is_signer)
			return false;
		marks += r->has_mark;
	}
	return marks > 0;
}

/* What the text says of the list as a whole. */
static void
judge_whole(struct reading *in)
{
	struct ctl_place none = ctl_place_none();

	if (ctl_listing_said(in->l) == CTL_SAID_NO_FILE) {
		ctl_report(&in->report, CTL_RULE_NO_FILE, none,
		    "the node has no such file");
		return;
	}
	if (ctl_listing_said(in->l) == CTL_SAID_FAILED)
		ctl_report(&in->report, CTL_RULE_SAID_FAILED, none,
		    "the appliance says that the list does not verify");
	ctl_report(&in->report, CTL_RULE_SIGNATURE_UNCHECKED, none,
	    "text only: there is no signature in it that could be checked");
	if (in->facts.num == 0)
		ctl_report(&in->report, CTL_RULE_TEXT_EMPTY, none,
		    "no record of the list is in the text");
	else if (!in->facts.whole)
		ctl_report(&in->report, CTL_RULE_TEXT_INCOMPLETE, none,
		    "the text does not hold all of the list, so no record is "
		    "said to be missing");
	else if (nobody_signed(in->l))
		ctl_report(&in->report, CTL_RULE_SIGNER_UNKNOWN, none,
		    "the text says of no SAST that it signed the list");
}

enum err
ctl_validate_listing(const struct ctl_listing *l, struct ctl_findings *ret,
    struct diag *d)
{
	struct reading in = { .l = l,
		.report = { .to = ret, .kind = ctl_listing_kind(l) } };

	in.facts.num = ctl_listing_num(l);
	in.facts.whole = ctl_listing_is_whole(l);
	(void)ctl_listing_length(l, &in.facts.size);
	in.facts.at = calloc(in.facts.num + 1, sizeof(in.facts.at[0]));
	if (in.facts.at == NULL)
		return diag_nomem(d);
	judge_whole(&in);
	if (ctl_listing_said(l) != CTL_SAID_NO_FILE) {
		judge_header(&in);
		judge_records(&in);
		ctl_judge_together(&in.facts, &in.report);
	}
	free(in.facts.at);
	return ctl_report_end(&in.report, d);
}
