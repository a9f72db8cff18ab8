/* SPDX-License-Identifier: Apache-2.0 */
/* The lines that the appliance prints, told from all others: format 8.1 to
 * 8.4, and format 8.5 for what differs from them. */
#include <string.h>

#include "ctl/listing_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* "1.2", never more. */
#define VERSION_MAX 7
/* Digits of a length of a file. */
#define LENGTH_DIGITS 10

/* What has to follow the words of a template. */
enum after {
	ANYTHING,
	NOTHING, /* but a full stop or an exclamation mark */
	NUMBER
};

/* Words by which a line is known, small and capital letters alike: '%' is CTL
 * or ITL, a blank is one or more, '~' any number of them. The longer of two
 * stands first. */
static const struct {
	const char *words;
	enum listing_what what;
	enum after after;
} templates[] = {
	{ "The checksum value of the % file", LISTING_CHECKSUMS, ANYTHING },
	{ "Length of % file~:~", LISTING_LENGTH, NUMBER },
	{ "The % File was last modified on", LISTING_MODIFIED, ANYTHING },
	{ "Parse % File", LISTING_PARSE, NOTHING },
	{ "% Record~#~:~", LISTING_RECORD, NUMBER },
	{ "This etoken was used to sign the %", LISTING_SIGNER, ANYTHING },
	{ "This etoken was used to sign", LISTING_SIGNER, ANYTHING },
	{ "This etoken was not used to sign the %", LISTING_NOT_SIGNER,
	    ANYTHING },
	{ "This etoken was not used to sign", LISTING_NOT_SIGNER, ANYTHING },
	{ "The % file was verified successfully", LISTING_VERIFIED, NOTHING },
	{ "Verification of the % File failed", LISTING_FAILED, NOTHING },
	{ "% File not found", LISTING_NO_FILE, ANYTHING },
	{ "Error parsing the % File", LISTING_NOTED, ANYTHING },
	{ "Start % Records", LISTING_NOTED, NOTHING },
	{ "HeaderLength~:~", LISTING_HEADER_LENGTH, NUMBER },
	{ "BYTEPOS TAG", LISTING_TABLE_HEAD, ANYTHING },
	{ "Signature Verified successfully", LISTING_NOTED, NOTHING },
	{ "Signature verification failed", LISTING_NOTED, ANYTHING },
	/* a prompt that was broken in two */
	{ "Press <enter> for", LISTING_NOTED, ANYTHING },
};

/* Names of header tags that SCFParser spells in its own way. */
static const struct {
	uint8_t tag;
	const char *name;
} other_names[] = {
	{ CTL_HDR_DIGEST, "DIGESTALGO" },
	{ CTL_HDR_SIGALG, "SIGNATUREALGO" },
};

static bool
is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool
take_if(struct bytes *cur, bool (*is)(uint8_t))
{
	uint8_t c;

	return cur->len > 0 && is(cur->ptr[0]) && bytes_u8(cur, &c);
}

/* Takes C, in small or in capital letters. */
static bool
take_letter(struct bytes *cur, char c)
{
	uint8_t taken;

	return cur->len > 0 && lower(cur->ptr[0]) == lower((uint8_t)c) &&
	    bytes_u8(cur, &taken);
}

static size_t
skip_blanks(struct bytes *cur)
{
	size_t n = 0;

	while (take_if(cur, listing_is_blank))
		n++;
	return n;
}

/* Digits up to MAX of them. */
static bool
take_number(struct bytes *cur, unsigned max, size_t *ret)
{
	size_t n = 0;
	unsigned digits = 0;
	uint8_t c;

	while (digits <= max && cur->len > 0 && is_digit(cur->ptr[0]) &&
	    bytes_u8(cur, &c)) {
		n = n * 10 + (size_t)(c - '0');
		digits++;
	}
	*ret = n;
	return digits > 0 && digits <= max;
}

bool
listing_number(struct bytes text, unsigned digits, size_t *ret)
{
	size_t n;

	(void)skip_blanks(&text);
	if (!take_number(&text, digits, &n) ||
	    (text.len > 0 && !listing_is_blank(text.ptr[0])))
		return false;
	*ret = n;
	return true;
}

static bool
take_noun(struct bytes *cur, enum ctl_kind *ret)
{
	struct bytes rest = *cur;
	uint8_t first = rest.len > 0 ? lower(rest.ptr[0]) : 0;

	if ((first != 'c' && first != 'i') ||
	    !take_letter(&rest, (char)first) || !take_letter(&rest, 't') ||
	    !take_letter(&rest, 'l'))
		return false;
	*ret = first == 'c' ? CTL_KIND_CTL : CTL_KIND_ITL;
	*cur = rest;
	return true;
}

/* Takes WORDS from the front of *CUR. */
static bool
take_words(struct bytes *cur, const char *words, enum ctl_kind *ret_noun)
{
	for (; *words != '\0'; words++)
		switch (*words) {
		case '%':
			if (!take_noun(cur, ret_noun))
				return false;
			break;
		case ' ':
			if (skip_blanks(cur) == 0)
				return false;
			break;
		case '~':
			(void)skip_blanks(cur);
			break;
		default:
			if (!take_letter(cur, *words))
				return false;
		}
	return true;
}

static bool
is_after(struct bytes rest, enum after after, size_t *ret_number)
{
	size_t i;

	if (after == NUMBER)
		return listing_number(rest, LENGTH_DIGITS, ret_number);
	for (i = 0; after == NOTHING && i < rest.len; i++)
		if (rest.ptr[i] != '.' && rest.ptr[i] != '!' &&
		    !listing_is_blank(rest.ptr[i]))
			return false;
	return true;
}

static bool
know_words(struct bytes text, struct listing_known *ret)
{
	struct listing_known k = { 0 };
	size_t i;

	for (i = 0; i < COUNT(templates); i++) {
		k.rest = text;
		k.noun = CTL_KIND_AUTO;
		k.what = templates[i].what;
		if (!take_words(&k.rest, templates[i].words, &k.noun) ||
		    !is_after(k.rest, templates[i].after, &k.number))
			continue;
		*ret = k;
		return true;
	}
	return false;
}

/* "Version:" and two numbers; other commands print versions of their own. */
static bool
know_version(struct bytes text, struct listing_known *ret)
{
	enum ctl_kind none;
	struct bytes rest;
	size_t n;

	if (!take_words(&text, "Version~:~", &none))
		return false;
	rest = text;
	if (text.len > VERSION_MAX || !take_number(&rest, 3, &n) ||
	    !take_letter(&rest, '.') || !take_number(&rest, 3, &n) ||
	    rest.len != 0)
		return false;
	ret->what = LISTING_VERSION;
	ret->rest = text;
	return true;
}

static bool
is_hex(uint8_t c)
{
	c = lower(c);
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* An MD5 or a SHA-1 in one run of digits, before nothing or its name. */
static bool
know_checksum(struct bytes text, struct listing_known *ret)
{
	struct bytes rest = text;
	size_t n = 0;

	while (n <= 40 && take_if(&rest, is_hex))
		n++;
	(void)skip_blanks(&rest);
	if ((n != 32 && n != 40) || (rest.len > 0 && rest.ptr[0] != '('))
		return false;
	ret->what = LISTING_CHECKSUM;
	ret->rest = bytes_of(text.ptr, n);
	return true;
}

/* Takes NAME as a word of its own, whatever blanks stand in either. */
static bool
take_name(struct bytes *cur, const char *name)
{
	struct bytes rest = *cur;

	for (; *name != '\0'; name++) {
		if (*name == ' ')
			continue;
		(void)skip_blanks(&rest);
		if (rest.len == 0 || rest.ptr[0] != (uint8_t)*name ||
		    !take_letter(&rest, *name))
			return false;
	}
	if (skip_blanks(&rest) == 0)
		return false;
	*cur = rest;
	return true;
}

static bool
take_other_name(struct bytes *cur, uint8_t tag)
{
	size_t i;

	for (i = 0; i < COUNT(other_names); i++)
		if (other_names[i].tag == tag &&
		    take_name(cur, other_names[i].name))
			return true;
	return false;
}

/* Which row NAME is of. VERSION and HEADERLENGTH have none (format 8.2). */
static enum listing_what
take_row_name(struct bytes *cur, uint8_t tag)
{
	const struct ctl_tag_info *header = ctl_header_tag_info(tag);
	const struct ctl_tag_info *record = ctl_record_tag_info(tag);

	if (header != NULL && tag > CTL_HDR_LENGTH &&
	    (take_name(cur, header->name) || take_other_name(cur, tag)))
		return LISTING_HEADER_ROW;
	if (record != NULL && take_name(cur, record->name))
		return LISTING_RECORD_ROW;
	if (take_name(cur, "UNKNOWN"))
		return LISTING_UNKNOWN_ROW;
	return LISTING_UNKNOWN;
}

static enum listing_shape
shape_in_header(uint8_t tag)
{
	switch (tag) {
	case CTL_HDR_SIGNER_NAME:
	case CTL_HDR_ISSUER:
		return LISTING_NAME;
	case CTL_HDR_SIGNATURE:
		return LISTING_SIGNATURE;
	case CTL_HDR_DIGEST:
	case CTL_HDR_SIGALG:
	case CTL_HDR_MODULUS:
	case CTL_HDR_FILENAME:
	case CTL_HDR_TIMESTAMP:
		return LISTING_NONE;
	case CTL_HDR_SIGNER_ID:
	case CTL_HDR_SIGNATURE_INFO:
	case CTL_HDR_SIGALG_INFO:
	case CTL_HDR_ENCRYPTION:
	case CTL_HDR_ENC_ALG_INFO:
	case CTL_HDR_ENC_KEY_INFO:
		return LISTING_NUMBER;
	default:
		return LISTING_PAIRS;
	}
}

static enum listing_shape
shape_in_record(uint8_t tag)
{
	switch (tag) {
	case CTL_REC_DNS_NAME:
	case CTL_REC_SUBJECT:
	case CTL_REC_ISSUER:
		return LISTING_NAME;
	case CTL_REC_ROLE:
		return LISTING_FUNCTION;
	case CTL_REC_CERTIFICATE:
		return LISTING_CERT_HASH;
	case CTL_REC_HASH_ALG:
		return LISTING_WORDS;
	case CTL_REC_LENGTH:
		return LISTING_NUMBER;
	case CTL_REC_PUBLIC_KEY:
	case CTL_REC_SIGNATURE:
	case CTL_REC_ADDRESS:
		return LISTING_NONE;
	default:
		return LISTING_PAIRS;
	}
}

/* Tag, name, LENGTH, and VALUE up to the end of the line. Lengths are of two
 * bytes (format 1.1), tags of one. */
static bool
know_row(struct bytes text, struct listing_known *ret)
{
	enum listing_what what;
	size_t tag, length;

	if (!take_number(&text, 3, &tag) || tag == 0 || tag > UINT8_MAX ||
	    skip_blanks(&text) == 0)
		return false;
	what = take_row_name(&text, (uint8_t)tag);
	if (what == LISTING_UNKNOWN || !take_number(&text, 5, &length) ||
	    length > UINT16_MAX ||
	    (text.len > 0 && !listing_is_blank(text.ptr[0])))
		return false;
	ret->what = what;
	ret->shape = LISTING_PAIRS;
	if (what == LISTING_HEADER_ROW)
		ret->shape = shape_in_header((uint8_t)tag);
	else if (what == LISTING_RECORD_ROW)
		ret->shape = shape_in_record((uint8_t)tag);
	ret->tag = (uint8_t)tag;
	ret->number = length;
	ret->rest = text;
	return true;
}

static bool
is_counter(uint8_t c)
{
	return is_digit(c) || listing_is_blank(c) ||
	    (c != '\0' && strchr("()[]#.-", c) != NULL);
}

/* "admin:", maybe with the counter of `set commandcount enable`, whose place
 * is not known. */
static bool
know_prompt(struct bytes text, struct listing_known *ret)
{
	enum ctl_kind none;

	while (take_if(&text, is_counter))
		;
	if (!take_words(&text, "admin", &none))
		return false;
	while (take_if(&text, is_counter))
		;
	if (!take_letter(&text, ':'))
		return false;
	ret->what = LISTING_PROMPT;
	return true;
}

/* A line under a title, or what stands for lines left out: "[...]", or the
 * one character that is three points. One sign alone may be the end of a
 * name. */
bool
listing_is_rule(struct bytes text)
{
	size_t signs = 0;
	uint8_t c;

	while (bytes_u8(&text, &c)) {
		if (strchr("-.[] \t\x01\xe2\x80\xa6", c) == NULL)
			return false;
		if (c == '-' || c == '.')
			signs++;
		else if (c == 0xe2)
			signs += 3;
	}
	return signs >= 2;
}

static bool
know_rule(struct bytes text, struct listing_known *ret)
{
	if (!listing_is_rule(text))
		return false;
	ret->what = LISTING_NOTED;
	return true;
}

bool
listing_is_opening(enum listing_what what)
{
	return what == LISTING_CHECKSUMS || what == LISTING_LENGTH ||
	    what == LISTING_TABLE_HEAD || what == LISTING_HEADER_LENGTH ||
	    what == LISTING_RECORD;
}

bool
listing_opens(struct bytes text)
{
	static const char first[] = "tlbhci";
	struct listing_known known;

	text = listing_trim(text);
	return text.len > 0 &&
	    memchr(first, lower(text.ptr[0]), sizeof(first) - 1) != NULL &&
	    know_words(text, &known) && listing_is_opening(known.what);
}

void
listing_know(struct bytes text, struct listing_known *ret)
{
	struct bytes inner = listing_trim(text), row = inner;

	memset(ret, 0, sizeof(*ret));
	if (inner.len == 0)
		return;
	/* a VALUE may end with blanks that count */
	row.len = text.len - (size_t)(inner.ptr - text.ptr);
	(void)(know_row(row, ret) || know_words(inner, ret) ||
	    know_version(inner, ret) || know_checksum(inner, ret) ||
	    know_rule(inner, ret) || know_prompt(inner, ret));
}
