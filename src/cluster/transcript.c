/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/transcript.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define PART_MAX 4096 /* bytes of a line that are kept before it ends */
#define LAST_MAX 200  /* of a line in a message */
#define NOTE_MAX 1024
#define HIDDEN 2

struct transcript {
	size_t max;
	struct buf text;
	size_t missing;  /* bytes that had no room */
	size_t end;      /* of the text without the line that says so */
	struct buf part; /* of a line that came, raw */
	struct bytes hidden[HIDDEN];
	char last[TRANSCRIPT_LAST][LAST_MAX + 1];
	size_t num_last; /* in all; the last one is at (num - 1) % LAST */
	bool open;       /* its end has not come */
};

enum err
transcript_new(size_t max, struct transcript **ret, struct diag *diag)
{
	struct transcript *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return diag_nomem(diag);
	t->max = max == 0 ? TRANSCRIPT_MAX : max;
	*ret = t;
	return ERR_OK;
}

void
transcript_free(struct transcript **t)
{
	if (*t == NULL)
		return;
	buf_clear(&(*t)->text);
	buf_clear(&(*t)->part);
	free(*t);
	*t = NULL;
}

void
transcript_hide(struct transcript *t, unsigned which, struct bytes secret)
{
	if (which < HIDDEN)
		t->hidden[which] = secret;
}

/* ---- Lines ---------------------------------------------------------------- */

static bool
is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '\\';
}

/* The one byte of C. */
static void
put_number(struct buf *out, struct bytes c)
{
	buf_str(out, "\\x");
	text_put_hex(out, c, "", TEXT_LOWER);
}

static void
put_escaped(struct buf *out, struct bytes raw)
{
	size_t i, from = 0;

	for (i = 0; i < raw.len; i++) {
		if (is_plain(raw.ptr[i]))
			continue;
		buf_put(out, bytes_of(raw.ptr + from, i - from));
		if (raw.ptr[i] == '\\')
			buf_str(out, "\\\\");
		else
			put_number(out, bytes_of(raw.ptr + i, 1));
		from = i + 1;
	}
	buf_put(out, bytes_of(raw.ptr + from, raw.len - from));
}

/* The first of the secrets within RAW: *RET_AT, and its length; 0: none. */
static size_t
find_hidden(const struct transcript *t, struct bytes raw, size_t *ret_at)
{
	const uint8_t *p;
	size_t i, len = 0;

	for (i = 0; i < HIDDEN; i++) {
		if (t->hidden[i].len == 0)
			continue;
		p = memmem(raw.ptr, raw.len, t->hidden[i].ptr,
		    t->hidden[i].len);
		if (p == NULL)
			continue;
		if (len == 0 || (size_t)(p - raw.ptr) < *ret_at) {
			*ret_at = (size_t)(p - raw.ptr);
			len = t->hidden[i].len;
		}
	}
	return len;
}

static void
put_blanked(const struct transcript *t, struct buf *out, struct bytes raw)
{
	size_t at = 0, len;

	while (raw.len > 0 && (len = find_hidden(t, raw, &at)) > 0) {
		put_escaped(out, bytes_of(raw.ptr, at));
		buf_str(out, "[secret]");
		raw = bytes_of(raw.ptr + at + len, raw.len - at - len);
	}
	put_escaped(out, raw);
}

/* Takes LINE, text without its newline, into the transcript. */
static void
add(struct transcript *t, const char *mark, struct bytes line)
{
	size_t room;

	t->text.len = t->end;
	room = t->max > t->end ? t->max - t->end : 0;
	if (t->missing > 0 || line.len + strlen(mark) + 1 > room) {
		t->missing += line.len;
		buf_printf(&t->text, "# %zu bytes more are not kept\n",
		    t->missing);
		return;
	}
	buf_str(&t->text, mark);
	buf_put(&t->text, line);
	buf_u8(&t->text, '\n');
	t->end = t->text.len;
}

/* LINE came behind what is still open of the last one; with ENDS it is over. */
static void
remember(struct transcript *t, struct bytes line, bool ends)
{
	char *slot;
	size_t n, had = 0;

	if (t->open)
		had = strlen(t->last[(t->num_last - 1) % TRANSCRIPT_LAST]);
	else if (line.len > 0)
		t->num_last++;
	else
		return;
	slot = t->last[(t->num_last - 1) % TRANSCRIPT_LAST];
	n = line.len < LAST_MAX - had ? line.len : LAST_MAX - had;
	if (n > 0)
		memcpy(slot + had, line.ptr, n);
	slot[had + n] = '\0';
	t->open = !ends;
}

/* What came and has no end yet. */
static void
flush(struct transcript *t)
{
	struct buf line = { 0 };
	struct bytes raw = buf_bytes(&t->part);
	const char *mark = "<. ";
	bool ends = raw.len > 0 && raw.ptr[raw.len - 1] == '\n';

	if (raw.len == 0)
		return;
	if (raw.len >= 2 && raw.ptr[raw.len - 1] == '\n' &&
	    raw.ptr[raw.len - 2] == '\r') {
		raw.len -= 2;
		mark = "< ";
	}
	put_blanked(t, &line, raw);
	if (!buf_ok(&line)) {
		t->text.failed = true;
	} else {
		add(t, mark, buf_bytes(&line));
		remember(t, buf_bytes(&line), ends);
	}
	buf_clear(&line);
	t->part.len = 0;
}

void
transcript_came(struct transcript *t, struct bytes raw)
{
	const uint8_t *nl;
	size_t n;

	while (raw.len > 0) {
		nl = memchr(raw.ptr, '\n', raw.len);
		n = nl == NULL ? raw.len : (size_t)(nl - raw.ptr) + 1;
		if (n > PART_MAX)
			n = PART_MAX;
		buf_put(&t->part, bytes_of(raw.ptr, n));
		if (!buf_ok(&t->part))
			t->text.failed = true;
		if (raw.ptr[n - 1] == '\n' || t->part.len >= PART_MAX)
			flush(t);
		raw = bytes_of(raw.ptr + n, raw.len - n);
	}
}

void
transcript_typed(struct transcript *t, struct bytes raw)
{
	struct buf line = { 0 };
	const char *mark = ">. ";

	flush(t);
	if (raw.len > 0 && raw.ptr[raw.len - 1] == '\r') {
		raw.len--;
		mark = "> ";
	}
	put_blanked(t, &line, raw);
	if (buf_ok(&line))
		add(t, mark, buf_bytes(&line));
	else
		t->text.failed = true;
	buf_clear(&line);
}

void
transcript_secret(struct transcript *t)
{
	flush(t);
	add(t, ">. ", bytes_of_str("[secret]"));
}

void
transcript_note(struct transcript *t, const char *fmt, ...)
{
	struct buf line = { 0 };
	char text[NOTE_MAX];
	va_list ap;

	flush(t);
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put_blanked(t, &line, bytes_of_str(text));
	if (buf_ok(&line))
		add(t, "# ", buf_bytes(&line));
	else
		t->text.failed = true;
	buf_clear(&line);
}

struct bytes
transcript_text(struct transcript *t)
{
	flush(t);
	return buf_ok(&t->text) ? buf_bytes(&t->text) : bytes_of(NULL, 0);
}

void
transcript_put_last(struct transcript *t, size_t num, struct buf *out)
{
	size_t i;

	flush(t);
	if (num > TRANSCRIPT_LAST)
		num = TRANSCRIPT_LAST;
	if (num > t->num_last)
		num = t->num_last;
	for (i = t->num_last - num; i < t->num_last; i++) {
		buf_str(out, t->last[i % TRANSCRIPT_LAST]);
		if (i + 1 < t->num_last)
			buf_str(out, " | ");
	}
}
