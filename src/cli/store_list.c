/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/store_list.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ESC 0x1b
#define DEL 0x7f
#define PROMPT_MAX 80
/* A line that goes on in the next one is no shorter on any terminal. */
#define WRAP_MIN 40

static const char pager[] = "Press <enter> for 1 line, <space> for one page, "
			    "or <q> to quit";

/* ---- As a terminal shows it ------------------------------------------------------ */

/* Steps over what follows an ESC. */
static void
skip_escape(struct bytes *in)
{
	uint8_t c;

	if (!bytes_u8(in, &c) || c != '[')
		return;
	while (in->len > 0 && in->ptr[0] >= 0x20 && in->ptr[0] <= 0x3f)
		(void)!bytes_u8(in, &c);
	if (in->len > 0 && in->ptr[0] >= 0x40 && in->ptr[0] < DEL)
		(void)!bytes_u8(in, &c);
}

/* Takes the pager's prompt off the end of OUT. */
static void
drop_pager(struct buf *out)
{
	const size_t len = sizeof(pager) - 1;

	if (out->len >= len &&
	    memcmp(out->ptr + out->len - len, pager, len) == 0)
		out->len -= len;
}

static void
put_plain(struct buf *out, struct bytes in)
{
	uint8_t c;

	while (bytes_u8(&in, &c)) {
		if (c == ESC) {
			skip_escape(&in);
		} else if (c == '\b') {
			if (out->len > 0 && out->ptr[out->len - 1] != '\n')
				out->len--;
		} else if (c == '\r') {
			/* alone it goes back to write over the pager */
			if (in.len > 0 && in.ptr[0] != '\n' && out->len > 0 &&
			    out->ptr[out->len - 1] != '\n')
				buf_u8(out, '\n');
		} else if (c == '\n' || c == '\t' || (c >= 0x20 && c != DEL)) {
			buf_u8(out, c);
			if (c == 't')
				drop_pager(out);
		}
	}
}

/* ---- Lines ------------------------------------------------------------------------- */

struct reading {
	struct store_list *l;
	struct bytes rest; /* of the text */
	unsigned line;     /* that was taken last */
	size_t max;        /* of l->at */
	enum {
		NOTHING,
		OWN,
		TRUST,
		DUMP
	} state;
	struct bytes node;
	bool named;               /* somebody named the node */
	bool seen[2];             /* lists of the node: trust, own */
	unsigned num_nodes;       /* that no name was given */
	bool wide;                /* the last line may go on in the next */
	size_t dumped;            /* whose dump it is; in state DUMP */
	const uint8_t *dump_from; /* likewise */
	struct diag *d;
};

static bool
take_line(struct reading *r, struct bytes *ret)
{
	const uint8_t *end;
	size_t len = r->rest.len;

	if (len == 0)
		return false;
	end = memchr(r->rest.ptr, '\n', len);
	if (end != NULL)
		len = (size_t)(end - r->rest.ptr) + 1;
	if (!bytes_take(&r->rest, len, ret))
		return false;
	r->line++;
	while (ret->len > 0 && isspace(ret->ptr[ret->len - 1]))
		ret->len--;
	while (ret->len > 0 && isspace(ret->ptr[0]))
		*ret = bytes_of(ret->ptr + 1, ret->len - 1);
	return true;
}

/* Steps over WORD, in capitals or not, and blanks behind it. */
static bool
skip_word(struct bytes *text, const char *word)
{
	size_t len = strlen(word);

	if (text->len < len ||
	    strncasecmp((const char *)text->ptr, word, len) != 0 ||
	    (text->len > len && isalnum(text->ptr[len])))
		return false;
	*text = bytes_of(text->ptr + len, text->len - len);
	while (text->len > 0 && isspace(text->ptr[0]))
		*text = bytes_of(text->ptr + 1, text->len - 1);
	return true;
}

static bool
is_name_char(uint8_t c)
{
	return isalnum(c) || c == '.' || c == '_' || c == '-';
}

/* ---- Certificates -------------------------------------------------------------------- */

static struct store_listed *
find(const struct reading *r, const struct store_listed *like)
{
	size_t i;

	for (i = 0; i < r->l->num; i++) {
		struct store_listed *one = &r->l->at[i];

		if (one->name.len == like->name.len && one->own == like->own &&
		    bytes_equal(one->name, like->name) &&
		    bytes_equal(one->store, like->store) &&
		    bytes_equal(one->node, like->node))
			return one;
	}
	return NULL;
}

/* Adds ONE, unless it is there. *RET is its place. */
static enum err
add(struct reading *r, const struct store_listed *one, size_t *ret)
{
	struct store_listed *there = find(r, one);
	struct store_list *l = r->l;

	if (there != NULL) {
		if (there->note.len == 0)
			there->note = one->note;
		*ret = (size_t)(there - l->at);
		return ERR_OK;
	}
	if (l->num == STORE_LIST_MAX)
		return diag_set(r->d, ERR_TOO_BIG, "more than %d certificates",
		    STORE_LIST_MAX);
	if (l->num == r->max) {
		r->max = r->max == 0 ? 64 : r->max * 2;
		there = reallocarray(l->at, r->max, sizeof(*there));
		if (there == NULL)
			return diag_nomem(r->d);
		l->at = there;
	}
	*ret = l->num;
	l->at[l->num++] = *one;
	return ERR_OK;
}

/* Where ".pem" ends that ends the name of a file, or 0. */
static size_t
name_end(struct bytes line)
{
	size_t i;

	for (i = 0; i + 4 <= line.len; i++)
		if (strncasecmp((const char *)line.ptr + i, ".pem", 4) == 0 &&
		    (i + 4 == line.len || line.ptr[i + 4] == ':' ||
			isspace(line.ptr[i + 4])))
			return i + 4;
	return 0;
}

/* Reads "STORE/NAME.pem: NOTE". STRICT: STORE is what one may be. */
static bool
read_entry(struct bytes line, bool strict, struct store_listed *ret)
{
	static const char signed_by[] = "Certificate Signed by ";
	size_t end = name_end(line), slash, i;

	for (slash = 0; slash < end && line.ptr[slash] != '/'; slash++)
		if (strict && !is_name_char(line.ptr[slash]))
			return false;
	if (end == 0 || slash == 0 || slash + 5 >= end)
		return false;
	ret->store = bytes_of(line.ptr, slash);
	ret->name = bytes_of(line.ptr + slash + 1, end - slash - 1);
	for (i = end;
	     i < line.len && (line.ptr[i] == ':' || isspace(line.ptr[i])); i++)
		;
	ret->note = bytes_of(line.ptr + i, line.len - i);
	ret->signer = bytes_of(ret->note.ptr, 0);
	i = sizeof(signed_by) - 1;
	if (ret->note.len > i &&
	    strncasecmp((const char *)ret->note.ptr, signed_by, i) == 0)
		ret->signer = bytes_of(ret->note.ptr + i, ret->note.len - i);
	return true;
}

static bool
ends_in_trust(struct bytes store)
{
	return store.len > 6 &&
	    strncasecmp((const char *)store.ptr + store.len - 6, "-trust", 6) ==
	    0;
}

/* ---- Prompts ------------------------------------------------------------------------- */

static void
use_node(struct reading *r, struct bytes node)
{
	r->named = true;
	if (bytes_equal(r->node, node))
		return;
	r->node = node;
	r->seen[0] = r->seen[1] = false;
}

/* Text like "ssh -p 22 admin@pub" or "Host Name : pub" names a node. */
static bool
read_node(struct reading *r, struct bytes line)
{
	struct bytes text = line;
	size_t i, from;

	if (skip_word(&text, "host name") || skip_word(&text, "hostname")) {
		if (text.len < 2 || text.ptr[0] != ':')
			return false;
		for (from = 1; from < text.len && text.ptr[from] == ' '; from++)
			;
	} else {
		for (i = 0; i + 4 < text.len; i++)
			if (memcmp(text.ptr + i, "ssh ", 4) == 0)
				break;
		for (; i < text.len && text.ptr[i] != '@'; i++)
			;
		from = i + 1;
	}
	for (i = from; i < text.len && is_name_char(text.ptr[i]); i++)
		;
	if (i == from || from >= text.len)
		return false;
	use_node(r, bytes_of(text.ptr + from, i - from));
	return true;
}

/* Steps over a prompt, "admin:" or "NODE:"; *RET_PROMPT is that of a node. */
static bool
skip_prompt(struct bytes *line, struct bytes *ret_node)
{
	size_t n = 0;

	*ret_node = bytes_of(line->ptr, 0);
	while (n < line->len && n < PROMPT_MAX && is_name_char(line->ptr[n]))
		n++;
	if (n == 0 || n == line->len || line->ptr[n] != ':')
		return false;
	if (n != 5 || strncasecmp((const char *)line->ptr, "admin", 5) != 0)
		*ret_node = bytes_of(line->ptr, n);
	*line = bytes_of(line->ptr + n + 1, line->len - n - 1);
	while (line->len > 0 && isspace(line->ptr[0]))
		*line = bytes_of(line->ptr + 1, line->len - 1);
	return true;
}

/* The next node of which no name was given. */
static void
next_nameless(struct reading *r)
{
	char text[16];
	size_t from = r->l->nodes.len, len = 0;
	unsigned n = ++r->num_nodes;

	do
		text[len++] = (char)('0' + n % 10);
	while ((n /= 10) > 0 && len < sizeof(text));
	while (len > 0)
		buf_u8(&r->l->nodes, (uint8_t)text[--len]);
	r->node = bytes_of(r->l->nodes.ptr + from, r->l->nodes.len - from);
}

static void
begin_list(struct reading *r, bool own)
{
	if (r->seen[own] && !r->named) {
		next_nameless(r);
		r->seen[0] = r->seen[1] = false;
	}
	r->seen[own] = true;
	r->state = own ? OWN : TRUST;
}

/* The file that behind `show cert own` is called "CallManager". */
static enum err
begin_dump(struct reading *r, struct bytes what, bool own)
{
	struct store_listed one = { .own = own,
		.node = r->node,
		.line = r->line };
	enum err e;
	size_t i;

	if (!read_entry(what, false, &one)) {
		for (i = 0; i < r->l->num; i++)
			if (r->l->at[i].own == own &&
			    bytes_equal(r->l->at[i].node, r->node) &&
			    (bytes_equal(r->l->at[i].store, what) ||
				bytes_equal(r->l->at[i].name, what)))
				one = r->l->at[i];
		if (one.name.len == 0 && own) {
			one.store = what;
			one.name = what;
			one.note = one.signer = bytes_of(what.ptr, 0);
		}
	}
	if (one.name.len == 0) /* whose it is, nobody can tell */
		return ERR_OK;
	e = add(r, &one, &r->dumped);
	r->state = e == ERR_OK ? DUMP : NOTHING;
	r->dump_from = r->rest.ptr;
	return e;
}

static struct bytes
trim(struct bytes text)
{
	while (text.len > 0 && isspace(text.ptr[text.len - 1]))
		text.len--;
	while (text.len > 0 && isspace(text.ptr[0]))
		text = bytes_of(text.ptr + 1, text.len - 1);
	return text;
}

/* A dump ends before the line that TO begins. Two that differ are of two nodes
 * that the text takes for one. */
static enum err
end_dump(struct reading *r, const uint8_t *to)
{
	struct store_listed *one = &r->l->at[r->dumped];
	bool dumping = r->state == DUMP;
	struct bytes dump;

	r->state = NOTHING;
	if (!dumping)
		return ERR_OK;
	dump = trim(bytes_of(r->dump_from, (size_t)(to - r->dump_from)));
	if (one->dump.len > 0 && dump.len > 0 &&
	    !bytes_equal(one->dump, dump)) {
		diag_set(r->d, ERR_SYNTAX,
		    "this certificate was printed before, and differently: "
		    "texts of several nodes need their names between them, as "
		    "in a line 'Host Name : NODE'");
		diag_line(r->d, r->line, 1);
		return ERR_SYNTAX;
	}
	if (dump.len > 0)
		one->dump = dump;
	return ERR_OK;
}

/* A command of the appliance begins so. */
static bool
is_verb(struct bytes line)
{
	static const char *const verbs[] = { "show", "set", "utils", "run",
		"file", "unset", "quit", "exit", "help" };
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (skip_word(&line, verbs[i]))
			return true;
	return false;
}

/* A command, LINE, which begins at FROM with its prompt. *RET: it was one. */
static enum err
read_command(struct reading *r, struct bytes line, const uint8_t *from,
    bool *ret)
{
	struct bytes node = bytes_of(line.ptr, 0);
	bool prompt = skip_prompt(&line, &node), own;
	enum err e;

	*ret = false;
	if (skip_word(&line, "show") && skip_word(&line, "cert")) {
		*ret = true;
		e = end_dump(r, from);
		if (e != ERR_OK)
			return e;
		if (node.len > 0)
			use_node(r, node);
		if (skip_word(&line, "list")) {
			own = skip_word(&line, "own");
			if (own || skip_word(&line, "trust"))
				begin_list(r, own);
			return ERR_OK;
		}
		own = skip_word(&line, "own");
		if (own || skip_word(&line, "trust"))
			return begin_dump(r, line, own);
		return ERR_OK;
	}
	/* another command ends what was before it, and so does the prompt in
	 * the end */
	if (prompt && (node.len == 0 || is_verb(line))) {
		*ret = true;
		e = end_dump(r, from);
		if (e == ERR_OK && node.len > 0)
			use_node(r, node);
		return e;
	}
	return ERR_OK;
}

/* ---- All of it ------------------------------------------------------------------------ */

/* LINE, within a list, with what the terminal has wrapped behind it. */
static struct bytes
unwrap(struct reading *r, struct bytes line, struct buf *joined)
{
	struct bytes ahead = r->rest, next;
	unsigned at = r->line;

	if (line.len < WRAP_MIN || memchr(line.ptr, '/', line.len) == NULL ||
	    !take_line(r, &next))
		return line;
	buf_put(joined, line);
	buf_put(joined, next);
	if (buf_ok(joined) && next.len > 0 && name_end(buf_bytes(joined)) > 0 &&
	    memchr(next.ptr, '/', next.len) == NULL)
		return buf_bytes(joined);
	r->rest = ahead;
	r->line = at;
	return line;
}

/* Makes *LINE, which ends no name, whole where the next one ends it. */
static enum err
mend(struct reading *r, struct bytes *line)
{
	struct buf joined = { 0 }, *kept = &r->l->nodes;
	struct bytes whole = unwrap(r, *line, &joined);
	size_t at = kept->len;
	enum err e = ERR_OK;

	if (!buf_ok(&joined)) {
		e = diag_nomem(r->d);
	} else if (whole.ptr != line->ptr) {
		/* what is kept must stay; there is room */
		buf_put(kept, whole);
		*line = bytes_of(kept->ptr + at, whole.len);
	}
	buf_clear(&joined);
	return e;
}

static enum err
read_in_list(struct reading *r, struct bytes line)
{
	struct store_listed one = { .line = r->line, .node = r->node };
	enum err e = ERR_OK;
	size_t at;

	if (r->state != NOTHING && name_end(line) == 0)
		e = mend(r, &line);
	if (e != ERR_OK)
		return e;
	if (read_entry(line, r->state == NOTHING, &one)) {
		one.own = r->state == OWN ||
		    (r->state == NOTHING && !ends_in_trust(one.store));
		e = add(r, &one, &at);
		r->wide = line.len >= WRAP_MIN;
	} else if (r->state != NOTHING && line.len > 0) {
		/* the end of a note that the terminal has wrapped is none */
		if (!r->wide && r->l->strange == 0)
			r->l->strange = r->line;
		r->wide = false;
	}
	return e;
}

static enum err
read_lines(struct reading *r)
{
	const uint8_t *from = r->rest.ptr;
	struct bytes line;
	bool command;
	enum err e;

	while (take_line(r, &line)) {
		e = read_command(r, line, from, &command);
		if (e != ERR_OK)
			return e;
		from = r->rest.ptr;
		if (command || line.len == 0 || r->state == DUMP)
			continue;
		if (r->state == NOTHING && read_node(r, line))
			continue;
		e = read_in_list(r, line);
		if (e != ERR_OK)
			return e;
	}
	return end_dump(r, r->l->text.ptr + r->l->text.len);
}

enum err
store_list_read(struct bytes in, struct store_list *ret, struct diag *d)
{
	struct store_list l = { .num = 0 };
	struct reading r = { .l = &l, .num_nodes = 1, .d = d };
	enum err e;

	if (bytes_starts(in, bytes_of_str("\xef\xbb\xbf")))
		in = bytes_of(in.ptr + 3, in.len - 3);
	if (in.len > 0 && memchr(in.ptr, 0, in.len) != NULL)
		return diag_set(d, ERR_SYNTAX,
		    "this is no text of a terminal; of UTF-16 make UTF-8 "
		    "(iconv -f UTF-16 -t UTF-8)");
	put_plain(&l.text, in);
	/* what it holds must not move */
	buf_reserve(&l.nodes, in.len + 64);
	if (!buf_ok(&l.text) || !buf_ok(&l.nodes))
		e = diag_nomem(d);
	else {
		r.rest = buf_bytes(&l.text);
		r.node = bytes_of("", 0);
		e = read_lines(&r);
	}
	if (e == ERR_OK && l.num == 0)
		e = diag_set(d, ERR_SYNTAX,
		    "there is no line of `show cert list own` or `show cert "
		    "list trust` in it, and it is no folder");
	if (e == ERR_OK)
		*ret = l;
	else
		store_list_clear(&l);
	return e;
}

void
store_list_clear(struct store_list *l)
{
	buf_clear(&l->text);
	buf_clear(&l->nodes);
	free(l->at);
	memset(l, 0, sizeof(*l));
}
