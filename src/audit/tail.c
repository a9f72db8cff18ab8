/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/tail.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* A whole line and what may stand behind it, with their newlines. */
#define WINDOW (AUDIT_LINE_MAX + 1 + AUDIT_TORN_MAX + 1)
#define HEAD_MAX ((size_t)4096)

/* The lines at the end of a log, looked at backwards. */
struct window {
	struct digest_kit *kit;
	struct bytes text; /* without the newline at its end */
	size_t start;      /* of the line at hand */
	size_t end;
	bool closed;   /* the last line has its newline */
	bool at_start; /* the text begins where the file does */
	uint64_t num_torn;
};

/* Appends LEN bytes of FD at AT to RET, or as many as there are. */
static enum err
read_at(int fd, uint64_t at, size_t len, struct buf *ret, struct diag *d)
{
	ssize_t n = 1;

	buf_reserve(ret, len);
	if (!buf_ok(ret))
		return diag_nomem(d);
	while (ret->len < len && n != 0) {
		n = pread(fd, ret->ptr + ret->len, len - ret->len,
		    (off_t)(at + ret->len));
		if (n < 0 && errno != EINTR)
			return diag_errno(d, "pread", errno, "cannot read");
		if (n > 0)
			ret->len += (size_t)n;
	}
	return ERR_OK;
}

static enum err
not_ours(struct diag *d)
{
	return diag_set(d, ERR_SYNTAX,
	    "this is no audit log; nothing is appended to it");
}

static enum err
tampered(const struct line_fault *fault, struct diag *d)
{
	return diag_set(d, ERR_SYNTAX,
	    "the last line of the audit log is none of its lines, and nothing "
	    "is appended behind it (see ctlsmith audit verify): %s",
	    fault->why.msg);
}

/* The line before the one at hand, or the last one. */
static bool
step_back(struct window *w)
{
	const uint8_t *newline;

	if (w->start == 0)
		return false;
	w->end = w->start - 1;
	newline = w->end == 0 ? NULL : memrchr(w->text.ptr, '\n', w->end);
	w->start = newline == NULL ? 0 : (size_t)(newline - w->text.ptr) + 1;
	return newline != NULL || w->at_start;
}

/* Goes back to the last whole line, over those that were cut short. */
static enum err
find_whole(struct window *w, struct line *ret, struct diag *d)
{
	struct line_fault fault;
	struct bytes text;
	bool open = !w->closed;
	enum err e;

	w->start = w->text.len + 1;
	for (; step_back(w); open = false, w->num_torn++) {
		text = bytes_of(w->text.ptr + w->start, w->end - w->start);
		e = line_read(w->kit, text, w->start == 0 && w->at_start, ret,
		    &fault, d);
		if (e != ERR_OK || fault.what == AUDIT_WHOLE)
			return e;
		if (open ? !line_is_cut(text) : !line_is_torn(text))
			return tampered(&fault, d);
	}
	return w->at_start
	    ? not_ours(d)
	    : diag_set(d, ERR_TOO_BIG,
		  "at the end of the audit log there is no whole "
		  "line within %zu bytes",
		  WINDOW);
}

static enum err
hash(struct window *w, const char *more, struct digest_value *ret,
    struct diag *d)
{
	struct bytes parts[] = {
		bytes_of(w->text.ptr + w->start, w->text.len - w->start),
		bytes_of_str(more),
	};

	return digest_with(w->kit, DIGEST_SHA256, parts, 2, ret, d);
}

/* What the tail is, by its last whole line L, at which W stands. */
static enum err
conclude(struct window *w, const struct line *l, struct tail *ret,
    struct diag *d)
{
	struct bytes whole = bytes_of(w->text.ptr + w->start,
	    w->end - w->start);
	bool open = !w->closed && w->num_torn > 0;
	struct tail t = { .close = w->closed ? "" : "\n" };
	enum err e;

	if (open)
		t.close = AUDIT_TORN "\n";
	if (w->text.len - w->end > AUDIT_TORN_MAX - sizeof(AUDIT_TORN))
		return diag_set(d, ERR_TOO_BIG,
		    "too many lines at the end of the audit log were cut "
		    "short; keep it, and begin another");
	t.last.line = line_number(l->number);
	t.next.number = t.last.line + w->num_torn + 1;
	t.next.torn = w->num_torn > 0;
	e = digest_with(w->kit, DIGEST_SHA256, &whole, 1, &t.last.hash, d);
	if (e == ERR_OK)
		e = hash(w, open ? AUDIT_TORN : "", &t.next.prev, d);
	if (e == ERR_OK)
		*ret = t;
	return e;
}

enum err
tail_read(int fd, uint64_t size, struct tail *ret, struct diag *d)
{
	size_t len = size < WINDOW ? (size_t)size : WINDOW;
	struct window w = { .at_start = len == size };
	struct buf text = { 0 };
	struct line l = { .torn = { NULL, 0 } };
	enum err e;

	e = read_at(fd, size - len, len, &text, d);
	if (e == ERR_OK && text.len != len)
		e = not_ours(d);
	if (e == ERR_OK)
		e = digest_kit_new(&w.kit, d);
	if (e != ERR_OK)
		goto out;
	w.closed = text.ptr[len - 1] == '\n';
	w.text = bytes_of(text.ptr, len - w.closed);
	e = find_whole(&w, &l, d);
	if (e == ERR_OK)
		e = conclude(&w, &l, ret, d);
out:
	digest_kit_free(&w.kit);
	buf_clear(&text);
	return e;
}

enum err
tail_check_head(int fd, struct diag *d)
{
	struct digest_kit *kit = NULL;
	struct buf text = { 0 };
	struct line_fault fault;
	const uint8_t *end;
	struct line l = { .torn = { NULL, 0 } };
	enum err e;

	e = read_at(fd, 0, HEAD_MAX, &text, d);
	if (e == ERR_OK)
		e = digest_kit_new(&kit, d);
	if (e != ERR_OK)
		goto out;
	end = text.len == 0 ? NULL : memchr(text.ptr, '\n', text.len);
	if (end != NULL)
		text.len = (size_t)(end - text.ptr);
	e = line_read(kit, buf_bytes(&text), true, &l, &fault, d);
	if (e == ERR_OK && fault.what != AUDIT_WHOLE)
		e = not_ours(d);
out:
	digest_kit_free(&kit);
	buf_clear(&text);
	return e;
}
