/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "ctl/file.h"
#include "ctl/listing_parts.h"

#define MD5_LEN 16
#define SHA1_LEN 20

/* How far the text has come. What belongs to an earlier part begins a second
 * output; rows and records alone come more than once. */
enum stage {
	AT_NOTHING,
	AT_CHECKSUMS,
	AT_LENGTH,
	AT_MODIFIED,
	AT_PARSE,
	AT_VERSION,
	AT_HEADER_LENGTH,
	AT_HEADER_ROWS,
	AT_RECORDS,
	AT_END,
	AT_PROMPT /* behind rows, records or the end: nothing may follow */
};

/* The lines behind the last row of a record that say whether it signed. */
struct marks {
	unsigned num;
	unsigned line; /* of the second, or the only one */
	bool is_signer;
};

struct reader {
	struct ctl_listing *l;
	size_t first_row; /* of the header or record at hand */
	enum stage stage;
	bool named;     /* the text says whether it is a CTL or an ITL */
	bool opened;    /* it has a line that opens an output */
	bool in_record; /* rows and marks belong to the last record */
	struct marks marks;
	size_t signer; /* the record that is said to have signed, or 0 */
	struct listing_lines lines;
	struct listing_line line;
	struct listing_value value; /* of the last row, or the date */
	struct buf scratch;
	struct diag *d;
};

/* Fails at the line at hand, with the message already in the diag. */
static enum err
fail_here(struct reader *r, enum err e)
{
	diag_line(r->d, r->line.line, 1);
	return e;
}

/* The same at another line, with the syntax. */
static enum err
fail_at(struct reader *r, unsigned line)
{
	diag_line(r->d, line, 1);
	return ERR_SYNTAX;
}

static enum err
second_output(struct reader *r)
{
	diag_set(r->d, ERR_SYNTAX,
	    "a second output of show ctl or show itl begins here; each "
	    "belongs into a file of its own");
	return fail_here(r, ERR_SYNTAX);
}

/* Part STAGE begins, which comes but once. */
static enum err
begin_part(struct reader *r, enum stage stage)
{
	if (r->stage >= stage)
		return second_output(r);
	r->stage = stage;
	return ERR_OK;
}

static struct ctl_listed *
last_record(struct reader *r)
{
	return &r->l->records[r->l->num_records - 1];
}

/* ---- Values. ---- */

/* The VALUE of a container or of RECORDLENGTH: 0 where it is no length. */
static size_t
length_in(struct bytes value)
{
	size_t n;

	return listing_number(value, 5, &n) && n <= UINT16_MAX ? n : 0;
}

/* Puts VALUE where it belongs. */
static void
store(struct reader *r, struct bytes value, bool damaged)
{
	struct ctl_listing *l = r->l;

	switch (r->value.shape) {
	case LISTING_NAME:
		l->rows[l->num_rows - 1].damaged = damaged;
		l->rows[l->num_rows - 1].text = value;
		break;
	case LISTING_WORDS:
		l->rows[l->num_rows - 1].text = value;
		break;
	case LISTING_PAIRS:
	case LISTING_SIGNATURE:
		l->rows[l->num_rows - 1].data = value;
		break;
	case LISTING_FUNCTION:
		last_record(r)->function = value;
		last_record(r)->has_role = ctl_role_of_function(value,
		    &last_record(r)->role);
		break;
	case LISTING_CERT_HASH:
		last_record(r)->sha1 = value;
		break;
	case LISTING_DATE:
		l->modified = value;
		break;
	case LISTING_NUMBER:
		if (r->in_record)
			last_record(r)->length = length_in(value);
		else
			l->rows[l->num_rows - 1].length = length_in(value);
		break;
	case LISTING_NONE:
		break;
	}
}

/* No more lines belong to the value at hand. */
static enum err
end_value(struct reader *r)
{
	struct bytes value;
	enum err e = ERR_OK;
	bool damaged, has;

	r->scratch.len = 0;
	has = listing_value_end(&r->value, &r->scratch, &damaged);
	if (!buf_ok(&r->scratch))
		return diag_nomem(r->d);
	if (has)
		e = listing_keep(r->l, buf_bytes(&r->scratch), &value, r->d);
	if (has && e == ERR_OK)
		store(r, value, damaged);
	listing_value_clear(&r->value);
	return e;
}

/* ---- Rows. ---- */

/* A known tag stands once in a header or record, as in a file. */
static enum err
check_once(struct reader *r, const struct listing_known *k)
{
	const struct ctl_listing *l = r->l;

	if (k->what == LISTING_UNKNOWN_ROW || l->num_rows == r->first_row ||
	    ctl_row_find(l->rows + r->first_row, l->num_rows - r->first_row,
		k->tag) == NULL)
		return ERR_OK;
	diag_set(r->d, ERR_SYNTAX,
	    "tag %u stands a second time in one %s; is this the text of two "
	    "outputs? Each belongs into a file of its own",
	    k->tag, r->in_record ? "record" : "header");
	return fail_here(r, ERR_SYNTAX);
}

static enum err
add_row(struct reader *r, const struct listing_known *k)
{
	struct ctl_row row = { .tag = k->tag,
		.length = k->number,
		.offset = r->line.offset,
		.line = r->line.line };
	enum err e;

	/* of a container its VALUE counts, which comes below */
	if (k->shape == LISTING_NUMBER && !r->in_record)
		row.length = 0;
	e = check_once(r, k);
	if (e != ERR_OK)
		return e;
	e = listing_push_row(r->l, &row, r->first_row, r->d);
	if (e == ERR_OK)
		listing_value_begin(&r->value, k->shape, k->number, k->rest);
	return e == ERR_TOO_BIG ? fail_here(r, e) : e;
}

static enum err
header_row(struct reader *r, const struct listing_known *k)
{
	enum err e;

	if (r->stage > AT_HEADER_ROWS)
		return second_output(r);
	r->stage = AT_HEADER_ROWS;
	e = add_row(r, k);
	r->l->num_header = r->l->num_rows;
	return e;
}

/* A row whose record was left out says nothing. What was said before it of
 * the record is nobody's: that stands behind the last row. */
static enum err
record_row(struct reader *r, const struct listing_known *k)
{
	enum err e;

	if (r->stage == AT_PROMPT)
		return second_output(r);
	if (!r->in_record)
		return ERR_OK;
	r->marks.num = 0;
	e = add_row(r, k);
	if (e == ERR_OK)
		last_record(r)->num_rows++;
	return e;
}

static enum err
unknown_row(struct reader *r, const struct listing_known *k)
{
	if (r->in_record || r->stage == AT_PROMPT)
		return ctl_record_tag_info(k->tag) == NULL ? record_row(r, k)
							   : ERR_OK;
	if (r->stage > AT_HEADER_ROWS || ctl_header_tag_info(k->tag) != NULL)
		return ERR_OK;
	return header_row(r, k);
}

/* ---- Records. ---- */

static enum err
check_index(struct reader *r, size_t index)
{
	size_t last = r->l->num_records > 0 ? last_record(r)->index : 0;

	if (index > CTL_MAX_RECORDS) {
		diag_set(r->d, ERR_TOO_BIG,
		    "record %zu, but no real list comes near %d records", index,
		    CTL_MAX_RECORDS);
		return fail_here(r, ERR_TOO_BIG);
	}
	if (index > last)
		return ERR_OK;
	if (index == 1)
		return second_output(r);
	diag_set(r->d, ERR_SYNTAX,
	    "record %zu stands behind record %zu; is this the text of two "
	    "outputs? Each belongs into a file of its own",
	    index, last);
	return fail_here(r, ERR_SYNTAX);
}

/* Puts what is said of the last record into it. Only the record of a SAST is
 * said to have signed or not, and one of them did (format 8.3). */
static enum err
end_record(struct reader *r)
{
	struct ctl_listed *record;

	if (!r->in_record)
		return ERR_OK;
	r->in_record = false;
	record = last_record(r);
	if (r->marks.num == 0 || !record->has_role ||
	    record->role != CTL_ROLE_SAST)
		return ERR_OK;
	if (r->marks.num > 1) {
		diag_set(r->d, ERR_SYNTAX,
		    "record %zu is said a second time to have signed or not",
		    record->index);
		return fail_at(r, r->marks.line);
	}
	if (r->marks.is_signer && r->signer > 0) {
		diag_set(r->d, ERR_SYNTAX,
		    "record %zu is said to have signed, and so is record %zu; "
		    "one record signs a list",
		    record->index, r->signer);
		return fail_at(r, r->marks.line);
	}
	record->has_mark = true;
	record->is_signer = r->marks.is_signer;
	if (record->is_signer)
		r->signer = record->index;
	return ERR_OK;
}

static enum err
begin_record(struct reader *r, size_t index)
{
	struct ctl_listed record = { .index = index,
		.offset = r->line.offset,
		.line = r->line.line };
	enum err e = end_record(r);

	if (e != ERR_OK)
		return e;
	if (r->stage > AT_RECORDS)
		return second_output(r);
	r->stage = AT_RECORDS;
	e = check_index(r, index);
	if (e != ERR_OK)
		return e;
	r->first_row = r->l->num_rows;
	r->marks.num = 0;
	r->in_record = true;
	return listing_push_record(r->l, &record, r->d);
}

static void
mark(struct reader *r, bool is_signer)
{
	if (r->marks.num++ < 2)
		r->marks.line = r->line.line;
	r->marks.is_signer = is_signer;
}

/* ---- The rest. ---- */

/* The digits of a checksum. */
static enum err
checksum(struct reader *r, struct bytes digits)
{
	struct bytes *ret = digits.len == (size_t)MD5_LEN * 2 ? &r->l->md5
							      : &r->l->sha1;
	struct listing_value v = { 0 };
	enum err e = ERR_OK;
	bool damaged, has;

	if (ret->ptr != NULL)
		return ERR_OK;
	listing_value_begin(&v, LISTING_PAIRS, digits.len / 2, digits);
	r->scratch.len = 0;
	has = listing_value_end(&v, &r->scratch, &damaged);
	listing_value_clear(&v);
	if (!buf_ok(&r->scratch))
		return diag_nomem(r->d);
	if (has)
		e = listing_keep(r->l, buf_bytes(&r->scratch), ret, r->d);
	return e;
}

static enum err
file_length(struct reader *r, size_t length)
{
	enum err e = begin_part(r, AT_LENGTH);

	if (e != ERR_OK)
		return e;
	r->l->has_length = true;
	r->l->length = length;
	if (length == 0)
		r->l->said = CTL_SAID_NO_FILE;
	return ERR_OK;
}

static enum err
modified(struct reader *r, struct bytes date)
{
	enum err e = begin_part(r, AT_MODIFIED);

	if (e == ERR_OK)
		listing_value_begin(&r->value, LISTING_DATE, 0, date);
	return e;
}

/* Other commands print versions too, before the first word of a list and
 * behind the prompt. */
static enum err
version(struct reader *r, struct bytes text)
{
	enum err e;

	if (r->stage == AT_NOTHING || r->stage == AT_PROMPT)
		return ERR_OK;
	e = begin_part(r, AT_VERSION);
	if (e == ERR_OK)
		e = listing_keep(r->l, text, &r->l->version, r->d);
	return e;
}

static enum err
header_length(struct reader *r, size_t length)
{
	enum err e = begin_part(r, AT_HEADER_LENGTH);

	if (e == ERR_OK && length <= UINT16_MAX)
		r->l->header_length = length;
	return e;
}

static enum err
say(struct reader *r, enum ctl_said what)
{
	enum err e = end_record(r);

	if (e != ERR_OK)
		return e;
	if (what == CTL_SAID_NO_FILE && r->stage > AT_LENGTH)
		return second_output(r);
	r->l->said = what;
	return begin_part(r, AT_END);
}

/* The next command: rows behind it are those of another output. */
static enum err
prompt(struct reader *r)
{
	enum err e = end_record(r);

	if (r->stage >= AT_HEADER_ROWS)
		r->stage = AT_PROMPT;
	return e;
}

/* K names the list, which is either a CTL or an ITL. */
static enum err
check_noun(struct reader *r, const struct listing_known *k)
{
	if (k->noun == CTL_KIND_AUTO)
		return ERR_OK;
	if (r->named && k->noun != r->l->kind)
		return second_output(r);
	r->named = true;
	r->l->kind = k->noun;
	return ERR_OK;
}

static enum err
read_known(struct reader *r, const struct listing_known *k)
{
	switch (k->what) {
	case LISTING_CHECKSUMS:
		return begin_part(r, AT_CHECKSUMS);
	case LISTING_CHECKSUM:
		return checksum(r, k->rest);
	case LISTING_LENGTH:
		return file_length(r, k->number);
	case LISTING_MODIFIED:
		return modified(r, k->rest);
	case LISTING_PARSE:
		return begin_part(r, AT_PARSE);
	case LISTING_VERSION:
		return version(r, k->rest);
	case LISTING_HEADER_LENGTH:
		return header_length(r, k->number);
	case LISTING_HEADER_ROW:
		return header_row(r, k);
	case LISTING_RECORD:
		return begin_record(r, k->number);
	case LISTING_RECORD_ROW:
		return record_row(r, k);
	case LISTING_UNKNOWN_ROW:
		return unknown_row(r, k);
	case LISTING_SIGNER:
	case LISTING_NOT_SIGNER:
		mark(r, k->what == LISTING_SIGNER);
		break;
	case LISTING_VERIFIED:
		return say(r, CTL_SAID_VERIFIED);
	case LISTING_FAILED:
		return say(r, CTL_SAID_FAILED);
	case LISTING_NO_FILE:
		return say(r, CTL_SAID_NO_FILE);
	case LISTING_PROMPT:
		return prompt(r);
	case LISTING_TABLE_HEAD:
	case LISTING_UNKNOWN:
	case LISTING_NOTED:
		break;
	}
	return ERR_OK;
}

/* A line that is nothing else may go on with a value; so may one that looks
 * like something else where a name is as long as it has to be with it. */
static enum err
read_line(struct reader *r)
{
	struct listing_known known;
	enum err e;

	if (listing_trim(r->line.text).len == 0)
		return ERR_OK;
	listing_know(r->line.text, &known);
	if (known.what == LISTING_UNKNOWN ||
	    (known.what == LISTING_CHECKSUM && r->stage != AT_CHECKSUMS)) {
		(void)listing_value_more(&r->value, r->line.text);
		return ERR_OK;
	}
	if (listing_name_wins(&r->value, r->line.text, &r->lines, &r->scratch))
		return ERR_OK;
	e = end_value(r);
	if (e == ERR_OK)
		e = check_noun(r, &known);
	r->opened = r->opened || listing_is_opening(known.what);
	return e == ERR_OK ? read_known(r, &known) : e;
}

static enum err
read_lines(struct reader *r, struct bytes in)
{
	enum err e = ERR_OK;

	listing_lines_init(&r->lines, in);
	while (e == ERR_OK && listing_lines_next(&r->lines, &r->line))
		e = read_line(r);
	if (e == ERR_OK && !buf_ok(&r->lines.text))
		e = diag_nomem(r->d);
	listing_lines_clear(&r->lines);
	if (e == ERR_OK)
		e = end_value(r);
	return e == ERR_OK ? end_record(r) : e;
}

static enum err
check_encoding(struct reader *r, struct bytes in)
{
	if (!listing_is_utf16(in))
		return ERR_OK;
	diag_set(r->d, ERR_SYNTAX, "this text is UTF-16; save it as UTF-8");
	r->line.line = 1;
	return fail_here(r, ERR_SYNTAX);
}

/* Anything of the list itself: neither words that name it alone, nor a date
 * or a verdict alone, which stand in other texts as well. */
static bool
says_something(const struct reader *r)
{
	const struct ctl_listing *l = r->l;

	return r->named && r->opened &&
	    (l->md5.ptr != NULL || l->sha1.ptr != NULL || l->has_length ||
		l->version.ptr != NULL || l->header_length > 0 ||
		l->num_rows > 0 || l->num_records > 0);
}

enum err
ctl_listing_read(struct bytes in, struct ctl_listing **ret, struct diag *d)
{
	struct reader r = { .d = d };
	enum err e;

	r.l = calloc(1, sizeof(*r.l));
	if (r.l == NULL)
		return diag_nomem(d);
	e = check_encoding(&r, in);
	if (e == ERR_OK)
		e = read_lines(&r, in);
	if (e == ERR_OK && !says_something(&r)) {
		e = diag_set(d, ERR_SYNTAX,
		    "no output of show ctl or show itl is in this text");
		diag_line(d, 1, 1);
	}
	listing_value_clear(&r.value);
	buf_clear(&r.scratch);
	if (e != ERR_OK) {
		ctl_listing_free(&r.l);
		return e;
	}
	listing_settle(r.l);
	*ret = r.l;
	return ERR_OK;
}
