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
	AT_END
};

struct reader {
	struct ctl_listing *l;
	size_t cap_rows;
	size_t cap_records;
	size_t first_row; /* of the header or record at hand */
	enum stage stage;
	bool named;     /* the text says whether it is a CTL or an ITL */
	bool in_record; /* rows and marks belong to the last record */
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

static enum err
push_row(struct reader *r, const struct ctl_row *row)
{
	struct ctl_listing *l = r->l;
	void *array = l->rows;
	enum err e;

	if (l->num_rows - r->first_row >= CTL_MAX_FIELDS ||
	    l->num_rows >= CTL_MAX_FIELDS_TOTAL) {
		diag_set(r->d, ERR_TOO_BIG,
		    "more rows than %d in a record or %d in all, which no "
		    "real list comes near",
		    CTL_MAX_FIELDS, CTL_MAX_FIELDS_TOTAL);
		return fail_here(r, ERR_TOO_BIG);
	}
	e = ctl_grow(&array, &r->cap_rows, l->num_rows + 1, sizeof(*l->rows),
	    r->d);
	l->rows = array;
	if (e == ERR_OK)
		l->rows[l->num_rows++] = *row;
	return e;
}

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
	if (e == ERR_OK)
		e = push_row(r, &row);
	if (e == ERR_OK)
		listing_value_begin(&r->value, k->shape, k->number, k->rest);
	return e;
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

/* A row whose record was left out says nothing. */
static enum err
record_row(struct reader *r, const struct listing_known *k)
{
	enum err e;

	if (!r->in_record)
		return ERR_OK;
	e = add_row(r, k);
	if (e == ERR_OK)
		last_record(r)->num_rows++;
	return e;
}

static enum err
unknown_row(struct reader *r, const struct listing_known *k)
{
	if (r->in_record)
		return ctl_record_tag_info(k->tag) == NULL ? record_row(r, k)
							   : ERR_OK;
	if (r->stage > AT_HEADER_ROWS || ctl_header_tag_info(k->tag) != NULL)
		return ERR_OK;
	return header_row(r, k);
}

/* ---- Records. ---- */

static enum err
push_record(struct reader *r, const struct ctl_listed *record)
{
	struct ctl_listing *l = r->l;
	void *array = l->records;
	enum err e;

	e = ctl_grow(&array, &r->cap_records, l->num_records + 1,
	    sizeof(*l->records), r->d);
	l->records = array;
	if (e == ERR_OK)
		l->records[l->num_records++] = *record;
	return e;
}

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

static enum err
begin_record(struct reader *r, size_t index)
{
	struct ctl_listed record = { .index = index,
		.offset = r->line.offset,
		.line = r->line.line };
	enum err e;

	if (r->stage > AT_RECORDS)
		return second_output(r);
	r->stage = AT_RECORDS;
	e = check_index(r, index);
	if (e != ERR_OK)
		return e;
	r->first_row = r->l->num_rows;
	r->in_record = true;
	return push_record(r, &record);
}

static enum err
mark(struct reader *r, bool is_signer)
{
	if (!r->in_record)
		return ERR_OK;
	if (last_record(r)->has_mark) {
		diag_set(r->d, ERR_SYNTAX,
		    "record %zu is said a second time to have signed or not",
		    last_record(r)->index);
		return fail_here(r, ERR_SYNTAX);
	}
	last_record(r)->has_mark = true;
	last_record(r)->is_signer = is_signer;
	return ERR_OK;
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

/* Other commands print versions too, before the first word of a list. */
static enum err
version(struct reader *r, struct bytes text)
{
	enum err e;

	if (r->stage == AT_NOTHING)
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
	if (what == CTL_SAID_NO_FILE && r->stage > AT_LENGTH)
		return second_output(r);
	r->in_record = false;
	r->l->said = what;
	return begin_part(r, AT_END);
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
		return mark(r, k->what == LISTING_SIGNER);
	case LISTING_VERIFIED:
		return say(r, CTL_SAID_VERIFIED);
	case LISTING_FAILED:
		return say(r, CTL_SAID_FAILED);
	case LISTING_NO_FILE:
		return say(r, CTL_SAID_NO_FILE);
	case LISTING_PROMPT:
		r->in_record = false;
		break;
	case LISTING_UNKNOWN:
	case LISTING_NOTED:
		break;
	}
	return ERR_OK;
}

/* A line that is nothing else may go on with a value. */
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
	e = end_value(r);
	if (e == ERR_OK)
		e = check_noun(r, &known);
	return e == ERR_OK ? read_known(r, &known) : e;
}

static enum err
read_lines(struct reader *r, struct bytes in)
{
	struct listing_lines lines;
	enum err e = ERR_OK;

	listing_lines_init(&lines, in);
	while (e == ERR_OK && listing_lines_next(&lines, &r->line))
		e = read_line(r);
	if (e == ERR_OK && !buf_ok(&lines.text))
		e = diag_nomem(r->d);
	listing_lines_clear(&lines);
	return e == ERR_OK ? end_value(r) : e;
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

/* Points every record at its rows, now that they do not move any more. */
static void
settle(struct ctl_listing *l)
{
	size_t i, next = l->num_header;

	for (i = 0; l->rows != NULL && i < l->num_records; i++) {
		l->records[i].rows = &l->rows[next];
		next += l->records[i].num_rows;
	}
}

/* Anything but words that name a list. */
static bool
says_something(const struct ctl_listing *l)
{
	return l->md5.ptr != NULL || l->sha1.ptr != NULL || l->has_length ||
	    l->modified.ptr != NULL || l->version.ptr != NULL ||
	    l->header_length > 0 || l->num_rows > 0 || l->num_records > 0 ||
	    l->said != CTL_SAID_NOTHING;
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
	if (e == ERR_OK && (!r.named || !says_something(r.l)))
		e = diag_set(d, ERR_SYNTAX,
		    "no output of show ctl or show itl is in this text");
	listing_value_clear(&r.value);
	buf_clear(&r.scratch);
	if (e != ERR_OK) {
		ctl_listing_free(&r.l);
		return e;
	}
	settle(r.l);
	*ret = r.l;
	return ERR_OK;
}
