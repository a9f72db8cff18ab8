/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "audit/line.h"
#include "base/text.h"
#include "data/scalar.h"

#define FORMAT "ctlsmith-audit"
#define FORMAT_VERSION 1
#define HASH_DIGITS ((size_t)64)
#define ID_DIGITS ((size_t)32)

/* The end of every line: this, a hash, and that. */
#define SUM_HEAD ",\"sum\":\""
#define SUM_TAIL "\"}"
#define SUM_LEN (sizeof(SUM_HEAD) - 1 + HASH_DIGITS + sizeof(SUM_TAIL) - 1)

enum shape {
	NUMBER, /* without sign and leading zero */
	HASH,   /* 64 lower-case hex digits in quotes */
	ID,     /* 32 of them */
	HEX,    /* pairs of them */
	TIME,
	WORD, /* letters a to z, digits and '-' */
	TEXT, /* may have KEY_hex behind it */
	TRUE,
	OBJECT
};

struct member {
	const char *name;
	enum shape shape;
	bool required;
	size_t offset; /* of the run in struct line that takes it, or NOT */
	const struct member *inner; /* OBJECT */
};

#define NOT ((size_t)-1)
#define AT(field) offsetof(struct line, field)
#define END_OF_MEMBERS              \
	{                           \
		NULL, 0, 0, 0, NULL \
	}

static const struct member header_members[] = {
	{ "line", NUMBER, true, AT(number), NULL },
	{ "format", WORD, true, AT(format), NULL },
	{ "format_version", NUMBER, true, AT(format_version), NULL },
	{ "id", ID, true, AT(id), NULL },
	{ "created", TIME, true, AT(time), NULL },
	{ "version", TEXT, true, NOT, NULL },
	{ "sum", HASH, true, NOT, NULL },
	END_OF_MEMBERS,
};

static const struct member token_members[] = {
	{ "label", TEXT, false, NOT, NULL },
	{ "serial", TEXT, false, NOT, NULL },
	END_OF_MEMBERS,
};

static const struct member key_members[] = {
	{ "id", HEX, false, NOT, NULL },
	{ "label", TEXT, false, NOT, NULL },
	END_OF_MEMBERS,
};

static const struct member digest_members[] = {
	{ "algorithm", WORD, true, NOT, NULL },
	{ "value", HEX, true, NOT, NULL },
	END_OF_MEMBERS,
};

static const struct member record_members[] = {
	{ "line", NUMBER, true, AT(number), NULL },
	{ "prev", HASH, true, AT(prev), NULL },
	{ "after_torn_line", TRUE, false, AT(torn), NULL },
	{ "time", TIME, true, AT(time), NULL },
	{ "operation", WORD, true, NOT, NULL },
	{ "token", OBJECT, false, NOT, token_members },
	{ "key", OBJECT, false, NOT, key_members },
	{ "mechanism", TEXT, false, NOT, NULL },
	{ "digest", OBJECT, false, NOT, digest_members },
	{ "file", TEXT, false, NOT, NULL },
	{ "result", TEXT, true, NOT, NULL },
	{ "version", TEXT, true, NOT, NULL },
	{ "sum", HASH, true, NOT, NULL },
	END_OF_MEMBERS,
};

/* A reading that is under way. */
struct scan {
	struct bytes cur; /* what is left */
	size_t len;       /* of all */
	struct line *line;
	struct line_fault *fault;
};

static bool
no(struct scan *s, enum audit_break what, const char *wanted)
{
	size_t column = s->len - s->cur.len + 1;

	s->fault->what = what;
	if (what == AUDIT_MEMBER)
		diag_set(&s->fault->why, ERR_SYNTAX,
		    "the member \"%s\" is missing or not in its place "
		    "(column %zu)",
		    wanted, column);
	else
		diag_set(&s->fault->why, ERR_SYNTAX,
		    "not a line of JSON as the log has it: %s is missing "
		    "(column %zu)",
		    wanted, column);
	return false;
}

static bool
peek(const struct scan *s, const char *text)
{
	return bytes_starts(s->cur, bytes_of_str(text));
}

static bool
take(struct scan *s, const char *text)
{
	struct bytes taken;

	return peek(s, text) && bytes_take(&s->cur, strlen(text), &taken);
}

static bool
is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool
is_number(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool
is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || is_number(c) || c == '-';
}

static bool
is_time(uint8_t c)
{
	return is_number(c) || c == '-' || c == ':' || c == 'T' || c == 'Z';
}

static bool
is_escape(uint8_t c)
{
	return c != 0 && strchr("\"\\/bfnrt", c) != NULL;
}

/* Takes the characters that IS accepts. */
static struct bytes
run_of(struct scan *s, bool (*is)(uint8_t))
{
	struct bytes run = { NULL, 0 };
	size_t n = 0;

	while (n < s->cur.len && is(s->cur.ptr[n]))
		n++;
	return bytes_take(&s->cur, n, &run) ? run : bytes_of(NULL, 0);
}

/* How many bytes the next character of a string takes; 0: there is none. */
static size_t
char_len(struct bytes cur)
{
	size_t i;

	if (cur.len == 0 || cur.ptr[0] < 0x20 || cur.ptr[0] > 0x7e ||
	    cur.ptr[0] == '"')
		return 0;
	if (cur.ptr[0] != '\\')
		return 1;
	if (cur.len >= 2 && is_escape(cur.ptr[1]))
		return 2;
	if (cur.len < 6 || cur.ptr[1] != 'u')
		return 0;
	for (i = 2; i < 6; i++)
		if (!is_hex(cur.ptr[i]) &&
		    (cur.ptr[i] < 'A' || cur.ptr[i] > 'F'))
			return 0;
	return 6;
}

static struct bytes
string(struct scan *s)
{
	struct bytes all = s->cur, part;
	size_t n;

	while ((n = char_len(s->cur)) > 0 && bytes_take(&s->cur, n, &part))
		;
	return bytes_of(all.ptr, all.len - s->cur.len);
}

/* Between quotes. */
static bool
quoted(struct scan *s, const struct member *m, struct bytes *ret)
{
	int64_t t;
	bool ok = true;

	if (!take(s, "\""))
		return no(s, AUDIT_NOT_JSON, "a string");
	if (m->shape == TEXT)
		*ret = string(s);
	else if (m->shape == WORD)
		*ret = run_of(s, is_word);
	else if (m->shape == TIME)
		*ret = run_of(s, is_time);
	else
		*ret = run_of(s, is_hex);
	if (m->shape == HASH || m->shape == ID)
		ok = ret->len == (m->shape == ID ? ID_DIGITS : HASH_DIGITS);
	else if (m->shape == HEX)
		ok = ret->len % 2 == 0;
	else if (m->shape == WORD)
		ok = ret->len > 0;
	else if (m->shape == TIME)
		ok = ret->len == AUDIT_TIME_LEN && scalar_time(*ret, &t);
	if (!ok)
		return no(s, AUDIT_NOT_JSON, "a value of the right form");
	return take(s, "\"") || no(s, AUDIT_NOT_JSON, "the end of a string");
}

/* The bytes of a text that is no UTF-8. */
static bool
companion(struct scan *s, const struct member *m)
{
	const struct member hex = { m->name, HEX, true, NOT, NULL };
	struct scan ahead = *s;
	struct bytes run;

	if (!take(&ahead, ",\"") || !take(&ahead, m->name) ||
	    !take(&ahead, "_hex\":"))
		return true;
	s->cur = ahead.cur;
	return quoted(s, &hex, &run);
}

static bool
number(struct scan *s, struct bytes *ret)
{
	uint64_t n;

	*ret = run_of(s, is_number);
	return scalar_number(*ret, &n) || no(s, AUDIT_NOT_JSON, "a number");
}

/* Takes `"NAME":`, with a comma before it where it is not the FIRST. */
static bool
name(struct scan *s, const struct member *m, bool first)
{
	struct scan ahead = *s;

	if ((!first && !take(&ahead, ",")) || !take(&ahead, "\"") ||
	    !take(&ahead, m->name) || !take(&ahead, "\":"))
		return false;
	s->cur = ahead.cur;
	return true;
}

/* What the line has in place of the member M, or of its end. */
static bool
unexpected(struct scan *s, const char *wanted)
{
	struct scan ahead = *s;

	(void)take(&ahead, ",");
	if (!take(&ahead, "\"") || string(&ahead).len == 0 ||
	    !take(&ahead, "\":"))
		return no(s, AUDIT_NOT_JSON, wanted == NULL ? "'}'" : wanted);
	if (wanted != NULL)
		return no(s, AUDIT_MEMBER, wanted);
	s->fault->what = AUDIT_MEMBER;
	diag_set(&s->fault->why, ERR_SYNTAX,
	    "there is a member that no line has, or not in this place (column "
	    "%zu)",
	    s->len - s->cur.len + 1);
	return false;
}

static bool object(struct scan *s, const struct member *table);

static bool
value(struct scan *s, const struct member *m)
{
	struct bytes run = { NULL, 0 };
	bool ok;

	if (m->shape == NUMBER) {
		ok = number(s, &run);
	} else if (m->shape == TRUE) {
		run = s->cur;
		ok = take(s, "true") || no(s, AUDIT_NOT_JSON, "true");
	} else if (m->shape == OBJECT) {
		ok = object(s, m->inner);
	} else {
		ok = quoted(s, m, &run);
	}
	if (ok && m->offset != NOT)
		memcpy((char *)s->line + m->offset, &run, sizeof(run));
	return ok && (m->shape != TEXT || companion(s, m));
}

/* The members of TABLE, and at least one. */
static bool
object(struct scan *s, const struct member *table)
{
	const struct member *m;
	bool first = true;

	if (!take(s, "{"))
		return no(s, AUDIT_NOT_JSON, "'{'");
	for (m = table; m->name != NULL; m++) {
		if (name(s, m, first)) {
			if (!value(s, m))
				return false;
			first = false;
		} else if (m->required) {
			return unexpected(s, m->name);
		}
	}
	return (!first && take(s, "}")) || unexpected(s, NULL);
}

/* RET: the sum in TEXT, where its end has one, is that of TEXT. */
static enum err
sum_is_right(struct digest_kit *kit, struct bytes text, bool *ret,
    struct diag *d)
{
	struct bytes body, end = text;
	struct digest_value sum;
	enum err e;

	*ret = false;
	if (text.len < SUM_LEN ||
	    !bytes_take(&end, text.len - SUM_LEN, &body) ||
	    !bytes_starts(end, bytes_of_str(SUM_HEAD)))
		return ERR_OK;
	e = digest_with(kit, DIGEST_SHA256, &body, 1, &sum, d);
	if (e == ERR_OK)
		*ret = line_is_hash(
		    bytes_of(end.ptr + sizeof(SUM_HEAD) - 1, HASH_DIGITS),
		    &sum);
	return e;
}

/* The header of a log, by its text; of a later version with what it says. */
static enum err
judge_header(const struct line *l, bool whole, struct line_fault *fault,
    struct diag *d)
{
	bool ours = bytes_equal(l->format, bytes_of_str(FORMAT));
	uint64_t version = line_number(l->format_version);

	if (whole && ours && version > FORMAT_VERSION)
		return diag_set(d, ERR_UNSUPPORTED,
		    "an audit log of format version %llu; this program knows "
		    "version %d",
		    (unsigned long long)version, FORMAT_VERSION);
	if (fault->what == AUDIT_WHOLE &&
	    (!ours || version != FORMAT_VERSION)) {
		fault->what = AUDIT_MEMBER;
		diag_set(&fault->why, ERR_SYNTAX,
		    "the header is not that of an audit log of ctlsmith");
	}
	return ERR_OK;
}

enum err
line_read(struct digest_kit *kit, struct bytes text, bool header,
    struct line *ret, struct line_fault *fault, struct diag *d)
{
	struct scan s = { .cur = text, .len = text.len };
	bool whole;
	enum err e;

	memset(ret, 0, sizeof(*ret));
	fault->what = AUDIT_WHOLE;
	diag_init(&fault->why);
	s.line = ret;
	s.fault = fault;
	if (object(&s, header ? header_members : record_members) &&
	    s.cur.len > 0)
		(void)no(&s, AUDIT_NOT_JSON, "the end of the line");
	e = sum_is_right(kit, text, &whole, d);
	if (e == ERR_OK && header)
		e = judge_header(ret, whole, fault, d);
	if (e == ERR_OK && fault->what == AUDIT_WHOLE && !whole) {
		fault->what = AUDIT_SUM;
		diag_set(&fault->why, ERR_SYNTAX,
		    "its sum does not fit its text");
	}
	return e;
}

uint64_t
line_number(struct bytes text)
{
	uint64_t n;

	return scalar_number(text, &n) ? n : 0;
}

bool
line_is_hash(struct bytes hex, const struct digest_value *hash)
{
	struct digest_value v;

	/* twice as much, and one: so the header says */
	if (hex.len != HASH_DIGITS || !scalar_hex(hex, v.byte, &v.len))
		return false;
	return bytes_equal(digest_bytes(&v), digest_bytes(hash));
}

bool
line_is_cut(struct bytes text)
{
	const uint8_t *at = text.len == 0
	    ? NULL
	    : memmem(text.ptr, text.len, SUM_HEAD, sizeof(SUM_HEAD) - 1);

	return at == NULL || text.len - (size_t)(at - text.ptr) < SUM_LEN;
}

bool
line_is_torn(struct bytes text)
{
	struct bytes end = text, body;
	size_t len = sizeof(AUDIT_TORN) - 1;

	return text.len >= len && bytes_take(&end, text.len - len, &body) &&
	    bytes_equal(end, bytes_of_str(AUDIT_TORN));
}
