/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about the header, and what a verdict says (docs/findings.md). */
#include <string.h>

#include "ctl/inspect.h"

#define HEADER_UNIT 4
#define PADS_MAX (HEADER_UNIT - 1)
/* The values of SIGNATUREINFO and SIGNATUREALGOINFO (format 2.1). */
#define SIGNATURE_INFO_LEN 15
#define SIGALG_INFO_LEN 8
#define QUOTE_MAX 100

struct ctl_place
ctl_place_of(size_t record, const struct ctl_field *field)
{
	return (struct ctl_place){ .record = record,
		.tag = field->tag,
		.offset = field->offset };
}

/* TAG, or the header's length where it is absent. */
static struct ctl_place
place_in_header(const struct ctl_inspection *in, enum ctl_header_tag tag)
{
	const struct ctl_header *h = &in->f->header;
	const struct ctl_field *field = ctl_header_field(h, tag);

	if (field == NULL)
		field = ctl_header_field(h, CTL_HDR_LENGTH);
	return ctl_place_of(0, field);
}

static void
judge_text(struct ctl_inspection *in, size_t record,
    const struct ctl_field *field)
{
	struct bytes text = field->value;
	struct ctl_place place = ctl_place_of(record, field);

	if (text.len == 0 || text.ptr[text.len - 1] != '\0')
		ctl_report(&in->report, CTL_RULE_NAME_WITHOUT_NUL, place,
		    "it does not end with a NUL byte");
	while (text.len > 0 && text.ptr[text.len - 1] == '\0')
		text.len--;
	ctl_judge_name(&in->report, place, ctl_count_chars(text));
}

void
ctl_judge_field(struct ctl_inspection *in, size_t record,
    const struct ctl_field *field)
{
	const struct ctl_tag_info *info = record == 0
	    ? ctl_header_tag_info(field->tag)
	    : ctl_record_tag_info(field->tag);

	if (info == NULL)
		ctl_report(&in->report, CTL_RULE_UNKNOWN_TAG,
		    ctl_place_of(record, field),
		    "tag %u, with %zu bytes, has no known meaning", field->tag,
		    field->value.len);
	else if (info->shape == CTL_TEXT)
		judge_text(in, record, field);
}

static void
judge_layout(struct ctl_inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	struct ctl_place pads = { .offset = h->length - h->num_pads };

	if (h->length % HEADER_UNIT != 0)
		ctl_report(&in->report, CTL_RULE_HEADER_UNALIGNED,
		    place_in_header(in, CTL_HDR_LENGTH),
		    "the header has %zu bytes, which is no multiple of %d",
		    h->length, HEADER_UNIT);
	if (h->num_pads > PADS_MAX)
		ctl_report(&in->report, CTL_RULE_PADS, pads,
		    "the header ends with %zu pads", h->num_pads);
}

/* What nobody can check a signature without. */
static void
judge_presence(struct ctl_inspection *in)
{
	static const enum ctl_header_tag needed[] = { CTL_HDR_SERIAL,
		CTL_HDR_ISSUER, CTL_HDR_DIGEST, CTL_HDR_SIGALG, CTL_HDR_MODULUS,
		CTL_HDR_SIGNATURE };
	const struct ctl_header *h = &in->f->header;
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (ctl_header_field(h, needed[i]) == NULL)
			ctl_report(&in->report, CTL_RULE_HEADER_INCOMPLETE,
			    place_in_header(in, CTL_HDR_LENGTH),
			    "the header has no %s (%u)",
			    ctl_header_tag_info((uint8_t)needed[i])->name,
			    needed[i]);
}

static void
judge_container(struct ctl_inspection *in, enum ctl_header_tag tag, size_t len)
{
	const struct ctl_field *field = ctl_header_field(&in->f->header, tag);

	if (field != NULL && field->value.len != len)
		ctl_report(&in->report, CTL_RULE_CONTAINER_LENGTH,
		    ctl_place_of(0, field),
		    "it has %zu bytes, in every real file %zu",
		    field->value.len, len);
}

/* The modulus code against the length of the signature, which phones compare
 * (format 2.5). */
static void
judge_modulus(struct ctl_inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	const struct ctl_field *sig = ctl_header_field(h, CTL_HDR_SIGNATURE);
	struct ctl_place place = place_in_header(in, CTL_HDR_MODULUS);
	uint32_t code;

	if (!ctl_header_number(h, CTL_HDR_MODULUS, &code))
		return;
	if (ctl_modulus_bits(code) == 0)
		ctl_report(&in->report, CTL_RULE_MODULUS_UNKNOWN, place,
		    "modulus code %u has no known meaning", code);
	else if (sig != NULL && sig->value.len * 8 != ctl_modulus_bits(code))
		ctl_report(&in->report, CTL_RULE_MODULUS_WRONG, place,
		    "it says %u bits, the signature has %zu bytes",
		    ctl_modulus_bits(code), sig->value.len);
}

static void
judge_codes(struct ctl_inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	enum digest digest;
	uint32_t code;

	if (ctl_header_number(h, CTL_HDR_SIGALG, &code) && code != 0)
		ctl_report(&in->report, CTL_RULE_ALGORITHM_UNKNOWN,
		    place_in_header(in, CTL_HDR_SIGALG),
		    "the only known signature algorithm is 0, RSA");
	if (!ctl_header_number(h, CTL_HDR_DIGEST, &code))
		return;
	if (!ctl_digest_of_code(code, &digest))
		ctl_report(&in->report, CTL_RULE_ALGORITHM_UNKNOWN,
		    place_in_header(in, CTL_HDR_DIGEST),
		    "digest code %u is unknown", code);
	else if (digest == DIGEST_SHA1)
		ctl_report(&in->report, CTL_RULE_SHA1,
		    place_in_header(in, CTL_HDR_DIGEST),
		    "the file is signed over its SHA-1");
}

/* What no list is known to have. Phones expect certain tags at certain places
 * (format 2.2). */
static void
judge_usual(struct ctl_inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	const struct ctl_field *field;
	uint8_t last = 0;
	size_t i;

	if (h->major != 1)
		ctl_report(&in->report, CTL_RULE_HEADER_UNUSUAL,
		    place_in_header(in, CTL_HDR_VERSION),
		    "the version is %u.%u, of every known list 1.x", h->major,
		    h->minor);
	for (i = 0; i < h->num_fields; i++) {
		field = &h->fields[i];
		if (field->depth > 0 || field->tag >= CTL_HDR_SIGNER_VERSION)
			continue;
		if (field->tag >= CTL_HDR_ENCRYPTION)
			ctl_report(&in->report, CTL_RULE_HEADER_UNUSUAL,
			    ctl_place_of(0, field),
			    "a list that speaks of encryption is not known");
		else if (field->tag < last)
			ctl_report(&in->report, CTL_RULE_HEADER_UNUSUAL,
			    ctl_place_of(0, field),
			    "this tag stands behind tag %u, in every known "
			    "list before it",
			    last);
		last = field->tag;
	}
}

/* SIGNERNAME repeats what the signer's record says. */
static void
judge_signer_name(struct ctl_inspection *in)
{
	const struct ctl_field *name = ctl_header_field(&in->f->header,
	    CTL_HDR_SIGNER_NAME);
	size_t index = ctl_signer_record(in->f);
	struct bytes subject;

	if (name == NULL || index == 0)
		return;
	subject = ctl_record_value(ctl_record(in->f, index), CTL_REC_SUBJECT);
	if (subject.ptr != NULL && !bytes_equal(subject, name->value))
		ctl_report(&in->report, CTL_RULE_HEADER_UNUSUAL,
		    ctl_place_of(0, name),
		    "it is another name than the SUBJECTNAME of record %zu, "
		    "the signer",
		    index);
}

static void
judge_filename(struct ctl_inspection *in)
{
	struct bytes name = ctl_header_text(&in->f->header, CTL_HDR_FILENAME);

	if (name.len > 0 && ctl_kind_by_name(in->f) != in->f->kind)
		ctl_report(&in->report, CTL_RULE_FILENAME_DIFFERS,
		    place_in_header(in, CTL_HDR_FILENAME),
		    "the file calls itself '%.*s', which is no name of a file "
		    "of kind %s",
		    ctl_quote_len(name, QUOTE_MAX), (const char *)name.ptr,
		    ctl_kind_name(in->f->kind));
}

void
ctl_judge_header(struct ctl_inspection *in)
{
	const struct ctl_header *h = &in->f->header;
	size_t i;

	judge_layout(in);
	for (i = 0; i < h->num_fields; i++)
		ctl_judge_field(in, 0, &h->fields[i]);
	judge_presence(in);
	judge_container(in, CTL_HDR_SIGNATURE_INFO, SIGNATURE_INFO_LEN);
	judge_container(in, CTL_HDR_SIGALG_INFO, SIGALG_INFO_LEN);
	judge_modulus(in);
	judge_codes(in);
	judge_filename(in);
	if (ctl_is_list(in->f)) {
		judge_usual(in);
		judge_signer_name(in);
	}
}

/* ---- The verdict. ---- */

/* FINDING says what V says: the same rule at the same place, or of the list's
 * own signer. */
static bool
says_it(const struct ctl_finding *finding, const struct ctl_verdict *v)
{
	bool own = v->anchor == CTL_ANCHOR_SELF && v->signer_record != 0;

	if (finding->rule != v->rule)
		return false;
	if (v->rule == CTL_RULE_HEADER_INCOMPLETE) /* all of it is said */
		return true;
	if (v->rule == CTL_RULE_TWO_KEYS)
		return own &&
		    (finding->record == v->other_record ||
			finding->record == v->signer_record);
	if (own && finding->record == v->signer_record)
		return true;
	return finding->record == 0 && finding->offset == v->why.offset;
}

static bool
is_said(const struct ctl_inspection *in, const struct ctl_verdict *v)
{
	const struct ctl_findings *fs = in->report.to;
	size_t i;

	for (i = 0; i < fs->num; i++)
		if (says_it(&fs->at[i], v))
			return true;
	return false;
}

/* A place in the trusted list is none in this file. */
static struct ctl_place
place_of_verdict(const struct ctl_inspection *in, const struct ctl_verdict *v)
{
	struct ctl_place place = { .offset = v->why.offset };

	if (v->anchor == CTL_ANCHOR_TRUSTED &&
	    strncmp(v->why.path, "trusted", 7) == 0)
		return place_in_header(in, CTL_HDR_SIGNER_ID);
	if (strncmp(v->why.path, "record", 6) == 0)
		place.record = v->signer_record;
	return place;
}

void
ctl_judge_verdict(struct ctl_inspection *in, const struct ctl_verdict *v)
{
	struct ctl_place place = place_of_verdict(in, v);
	size_t before;

	if (v->reversed)
		ctl_report(&in->report, CTL_RULE_SIGNER_REVERSED,
		    place_in_header(in, CTL_HDR_SERIAL),
		    "the header spells the signer's serial number backwards");
	if (v->status == CTL_VERIFIED || is_said(in, v))
		return;
	before = in->report.to->num;
	ctl_report(&in->report, v->rule, place, "%s", v->why.msg);
	if (in->report.to->num > before)
		memcpy(in->report.to->at[before].path, v->why.path,
		    sizeof(v->why.path));
}
