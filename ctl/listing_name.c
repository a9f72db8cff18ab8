/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A name whose line was broken, or that a page has changed: format 8.5. Every
 * way of putting it together is tried, the one that changes least first; it is
 * right where it has the length that LENGTH says.
 */
#include <string.h>

#include "base/text.h"
#include "ctl/listing_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Lines that a name may be broken into: 320 characters at 40 a line. Each
 * costs more attempts to put it together. */
#define MAX_PIECES 8
/* How text_put_safe() writes a byte: four characters. */
#define ESCAPE_LEN 4

/* The ways to put a name together. */
static const struct style {
	bool cut_first; /* blanks before it are the columns' */
	bool cut_last;
	bool cut_all; /* blanks around each piece are the page's */
	const char *joint;
} styles[] = {
	{ false, false, false, "" },
	{ true, false, false, "" },
	{ true, true, false, "" },
	{ true, true, true, "" },
	{ true, true, true, " " },
};
/* What a name is that fits in no style. */
#define STYLE_AS_IS 2

/* What else may have happened to a name. */
enum repair {
	NBSP_TO_BLANK = 1,
	DROP_AFTER_SEMICOLON = 2, /* a page put blanks where it may break */
	UNESCAPE = 4              /* ctlsmith made it safe to print */
};

static const unsigned repairs[] = { 0, NBSP_TO_BLANK, DROP_AFTER_SEMICOLON,
	NBSP_TO_BLANK | DROP_AFTER_SEMICOLON, UNESCAPE,
	UNESCAPE | NBSP_TO_BLANK, UNESCAPE | DROP_AFTER_SEMICOLON,
	UNESCAPE | NBSP_TO_BLANK | DROP_AFTER_SEMICOLON };

/* IN begins with an escape of ours, for a byte that a name may hold: no
 * control character (ctl_parse()). */
static bool
is_escape(struct bytes in, uint8_t *ret)
{
	unsigned byte;

	if (in.len < ESCAPE_LEN || in.ptr[0] != '\\' || in.ptr[1] != 'x' ||
	    text_hex_value(in.ptr[2]) < 0 || text_hex_value(in.ptr[3]) < 0)
		return false;
	byte = (unsigned)text_hex_value(in.ptr[2]) << 4 |
	    (unsigned)text_hex_value(in.ptr[3]);
	*ret = (uint8_t)byte;
	return byte >= 0x80;
}

static void
skip(struct bytes *cur, size_t n)
{
	struct bytes skipped;

	(void)!bytes_take(cur, n, &skipped);
}

/* The fewest bytes that PIECE can stand for. */
static size_t
least_of_name(struct bytes piece)
{
	bool after_semicolon = false;
	size_t n = 0;
	uint8_t c;

	piece = listing_trim(piece);
	while (piece.len > 0) {
		if (is_escape(piece, &c))
			skip(&piece, ESCAPE_LEN);
		else if (!bytes_u8(&piece, &c) ||
		    (listing_is_blank(c) && after_semicolon))
			continue;
		after_semicolon = c == ';';
		n++;
	}
	return n;
}

/* One attempt to put a name together. */
struct attempt {
	const struct style *style;
	unsigned how;
	size_t start; /* of the name in OUT */
	size_t need;  /* its length; beyond it nothing need be added */
	struct buf *out;
};

static size_t
length_of(const struct attempt *a)
{
	return a->out->len - a->start;
}

static void
put_name_char(const struct attempt *a, uint8_t c)
{
	struct buf *out = a->out;

	if (listing_is_blank(c) && (a->how & DROP_AFTER_SEMICOLON) != 0 &&
	    length_of(a) > 0 && out->ptr[out->len - 1] == ';')
		return;
	if (c == LISTING_NBSP && (a->how & NBSP_TO_BLANK) == 0)
		buf_str(out, "\xc2\xa0");
	else
		buf_u8(out, listing_is_blank(c) ? ' ' : c);
}

static void
put_piece(const struct attempt *a, struct bytes piece)
{
	uint8_t c;

	while (piece.len > 0 && length_of(a) <= a->need && buf_ok(a->out))
		if ((a->how & UNESCAPE) != 0 && is_escape(piece, &c)) {
			buf_u8(a->out, c);
			skip(&piece, ESCAPE_LEN);
		} else if (bytes_u8(&piece, &c)) {
			put_name_char(a, c);
		}
}

/* Adds PIECE number I, and says whether the name is complete with it. What is
 * blank at its end follows only where it is not. */
static bool
try_piece(const struct attempt *a, struct bytes piece, size_t i)
{
	struct bytes cut = listing_trim(piece), rest = { 0 };

	if (a->style->cut_all || (a->style->cut_first && i == 0)) {
		piece.len -= (size_t)(cut.ptr - piece.ptr);
		piece.ptr = cut.ptr;
	}
	if (a->style->cut_last) {
		rest = bytes_of(cut.ptr + cut.len,
		    (size_t)(piece.ptr + piece.len - cut.ptr) - cut.len);
		piece.len -= rest.len;
	}
	if (i > 0)
		buf_str(a->out, a->style->joint);
	put_piece(a, piece);
	if (length_of(a) == a->need || !buf_ok(a->out))
		return true;
	if (!a->style->cut_all)
		put_piece(a, rest);
	return false;
}

/* Adds pieces of V until the name is complete: how many that are. 0 where it
 * never is: then what was added is of no use, unless all was wanted. */
static size_t
try_name(const struct listing_value *v, const struct attempt *a)
{
	struct bytes rest = buf_bytes(&v->text), piece;
	size_t i;

	for (i = 0;
	     length_of(a) <= a->need && listing_take_piece(&rest, &piece); i++)
		if (try_piece(a, piece, i))
			return i + 1;
	return 0;
}

/* What can be mended at all. */
static unsigned
repairs_for(const struct listing_value *v)
{
	struct bytes in = buf_bytes(&v->text);
	unsigned how = 0;

	if (in.len == 0)
		return 0;
	if (memchr(in.ptr, LISTING_NBSP, in.len) != NULL)
		how |= NBSP_TO_BLANK;
	if (memchr(in.ptr, ';', in.len) != NULL)
		how |= DROP_AFTER_SEMICOLON;
	if (memchr(in.ptr, '\\', in.len) != NULL)
		how |= UNESCAPE;
	return how;
}

void
listing_name_begin(struct listing_value *v, struct bytes piece)
{
	/* One tab parts the columns, and another blank is the name's. Blanks in
	 * its place are any number. */
	if (piece.len > 0 && piece.ptr[0] == '\t')
		skip(&piece, 1);
	else
		while (piece.len > 0 && listing_is_blank(piece.ptr[0]))
			skip(&piece, 1);
	v->have = least_of_name(piece);
	if (v->have > 0)
		listing_add_piece(v, piece);
}

bool
listing_name_more(struct listing_value *v, struct bytes piece)
{
	size_t n = least_of_name(piece);

	if (v->have >= v->need || n > v->need - v->have ||
	    v->num_pieces >= MAX_PIECES)
		return false;
	v->have += n;
	listing_add_piece(v, piece);
	return true;
}

/* Looks for the way that changes least. Fewer pieces than all: the lines behind
 * them were none of the name. */
static bool
find_fit(const struct listing_value *v, struct buf *out)
{
	struct attempt a = { .start = out->len, .need = v->need, .out = out };
	unsigned possible = repairs_for(v);
	size_t r, s;

	for (r = 0; r < COUNT(repairs); r++)
		for (s = 0; s < COUNT(styles); s++) {
			a.style = &styles[s];
			a.how = repairs[r];
			if ((a.how & ~possible) != 0)
				continue;
			if (try_name(v, &a) > 0)
				return true;
			out->len = a.start;
		}
	return false;
}

/* The fewest pieces of V that are as long as LENGTH says in any way, or 0. */
static size_t
fewest_pieces(const struct listing_value *v, struct buf *scratch)
{
	struct attempt a = { .need = v->need, .out = scratch };
	unsigned possible = repairs_for(v);
	size_t r, s, n, best = 0;

	for (r = 0; r < COUNT(repairs); r++)
		for (s = 0; s < COUNT(styles); s++) {
			a.style = &styles[s];
			a.how = repairs[r];
			scratch->len = 0;
			if ((a.how & ~possible) != 0)
				continue;
			n = try_name(v, &a);
			if (n > 0 && (best == 0 || n < best))
				best = n;
		}
	return best;
}

/* The next line of LINES with anything on it. */
static bool
next_line(struct listing_lines *lines, struct listing_line *ret)
{
	while (listing_lines_next(lines, ret))
		if (listing_trim(ret->text).len > 0)
			return true;
	return false;
}

/* PIECE is not of a name whatever its length: a tab between two words parts
 * columns, and where lines were left out a name is as short as it is. */
static bool
is_no_name(struct bytes piece)
{
	piece = listing_trim(piece);
	return (piece.len > 0 && memchr(piece.ptr, '\t', piece.len) != NULL) ||
	    listing_is_rule(piece);
}

/* How far a name has come with one of its pieces. */
struct place {
	size_t have, num_pieces, len;
	struct bytes rest;
	unsigned line;
};

static struct place
place_of(const struct listing_value *v, const struct listing_lines *lines)
{
	return (struct place){ v->have, v->num_pieces, v->text.len, lines->rest,
		lines->line };
}

/* Adds PIECE to V, and the lines behind it, as long as they may be a name's;
 * AT[I]: with I pieces. */
static void
gather(struct listing_value *v, struct bytes piece, struct listing_lines *lines,
    struct place at[MAX_PIECES + 1])
{
	struct listing_line line = { .text = piece };

	do {
		if (is_no_name(line.text) || !listing_name_more(v, line.text))
			return;
		at[v->num_pieces] = place_of(v, lines);
	} while (next_line(lines, &line));
}

/* A name of which its row has nothing was left out, as SCFParser does: the
 * lines behind it are what they look like. */
bool
listing_name_wins(struct listing_value *v, struct bytes piece,
    struct listing_lines *lines, struct buf *scratch)
{
	struct place at[MAX_PIECES + 1] = { 0 };
	const struct place *to;
	struct listing_lines ahead = *lines;
	size_t before = v->num_pieces, n;

	if (v->shape != LISTING_NAME || v->have == 0)
		return false;
	memset(&ahead.text, 0, sizeof(ahead.text));
	at[before] = place_of(v, lines);
	gather(v, piece, &ahead, at);
	n = v->num_pieces > before ? fewest_pieces(v, scratch) : 0;
	to = &at[n > before ? n : before];
	v->have = to->have;
	v->num_pieces = to->num_pieces;
	v->text.len = to->len;
	lines->rest = to->rest;
	lines->line = to->line;
	scratch->failed = scratch->failed || !buf_ok(&ahead.text);
	listing_lines_clear(&ahead);
	return n > before;
}

/* All of a name that fits in no way, as it stands. */
static void
put_damaged(const struct listing_value *v, struct buf *out)
{
	struct attempt a = { .style = &styles[STYLE_AS_IS],
		.how = NBSP_TO_BLANK,
		.start = out->len,
		.need = SIZE_MAX,
		.out = out };

	(void)try_name(v, &a);
	while (length_of(&a) > 0 && out->ptr[out->len - 1] == ' ')
		out->len--;
}

/* A DNSNAME of two NULs, which an ITL is said to have: the appliance prints
 * nothing, ctlsmith an escape. */
static bool
is_empty(const struct listing_value *v)
{
	if (v->need == 0)
		return v->have == 0;
	return v->need == 1 &&
	    (v->have == 0 ||
		bytes_equal(listing_trim(buf_bytes(&v->text)),
		    bytes_of_str("\\x00")));
}

bool
listing_name_end(const struct listing_value *v, struct buf *ret,
    bool *ret_damaged)
{
	if (v->have == 0 || is_empty(v))
		return is_empty(v);
	if (v->have <= v->need && find_fit(v, ret))
		return true;
	*ret_damaged = true;
	put_damaged(v, ret);
	return true;
}
