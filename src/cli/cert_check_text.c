/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "cli/cert_check.h"

/* Where what was found begins: behind "hurts-later  E10  ". */
#define INDENT 18

static const char *
colour_of(enum fit_level level)
{
	switch (level) {
	case FIT_REFUSED:
	case FIT_HURTS:
		return "\033[1;31m";
	case FIT_WARNING:
		return "\033[1;35m";
	case FIT_PASSED:
		return "\033[32m";
	case FIT_NOTE:
	case FIT_NOT_CHECKED:
	case FIT_NUM_LEVELS:
		break;
	}
	return "\033[36m";
}

static bool
take_line(struct bytes *text, struct bytes *ret)
{
	size_t len = 0;

	if (text->len == 0)
		return false;
	while (len < text->len && text->ptr[len] != '\n')
		len++;
	*ret = bytes_of(text->ptr, len);
	if (len < text->len)
		len++;
	*text = bytes_of(text->ptr + len, text->len - len);
	return true;
}

/* "refused      E1   chain: ", in colour where there are colours. */
static void
put_result(const struct fit_finding *f, const struct fill *fill,
    struct buf *out)
{
	const char *code = fit_check_code(f->check);
	const char *name = fit_level_name(f->level);

	if (fill->colours)
		buf_str(out, colour_of(f->level));
	buf_str(out, name);
	if (fill->colours)
		buf_str(out, "\033[0m");
	buf_fill(out, 13 - strlen(name), ' ');
	buf_printf(out, "%-5s%s: ", code[0] == '\0' ? "-" : code,
	    fit_check_name(f->check));
}

/* The lines of TEXT, each behind PREFIX; the first goes on in LINE where
 * something stands there. */
static void
put_lines(const struct buf *text, const char *prefix, const struct fill *fill,
    struct buf *line, struct buf *out)
{
	struct bytes rest = buf_bytes(text), one;

	while (take_line(&rest, &one)) {
		if (line->len == 0)
			buf_fill(line, INDENT, ' ');
		buf_str(line, prefix);
		text_put_safe(line, one);
		fill_put(fill, out, buf_bytes(line), INDENT);
		out->failed |= !buf_ok(line);
		buf_clear(line);
	}
}

static void
put_finding(const struct fit_finding *f, const struct fill *fill,
    struct buf *out)
{
	struct buf line = { 0 };

	put_result(f, fill, &line);
	put_lines(&f->text, "", fill, &line, out);
	put_lines(&f->shown, "the appliance: ", fill, &line, out);
	put_lines(&f->remedy, "-> ", fill, &line, out);
}

static void
put_line(const struct fill *fill, struct buf *out, struct buf *raw)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, buf_bytes(raw));
	out->failed |= raw->failed || safe.failed;
	fill_put(fill, out, buf_bytes(&safe), 4);
	buf_clear(&safe);
	buf_clear(raw);
}

static void
put_head(const struct cert_check *c, const struct fill *fill, struct buf *out)
{
	const struct fit_profile *p = &c->found.profile;
	struct buf line = { 0 };

	buf_printf(&line, "%s: for %s", c->file.path, p->unit);
	if (!p->trust)
		buf_printf(&line, ", profile of release %s (%s)", p->release,
		    p->source);
	put_line(fill, out, &line);
	if (c->found.note.len > 0) {
		buf_put(&line, buf_bytes(&c->found.note));
		put_line(fill, out, &line);
	}
	if (c->cert == NULL) {
		buf_str(&line,
		    "this is a text, so that only its fields are compared; "
		    "give the certificate itself for the rest");
		put_line(fill, out, &line);
	}
}

static size_t
count(const struct fit *fit, enum fit_level level)
{
	size_t i, n = 0;

	for (i = 0; i < fit->num; i++)
		n += fit->finding[i].level == level;
	return n;
}

/* "refused: 1, passed: 12". */
static void
put_sum(const struct cert_check *c, const struct fill *fill, struct buf *out)
{
	struct buf line = { 0 };
	const char *separator = "";
	int level;
	size_t n;

	buf_printf(&line, "%s: %s: ", c->file.path,
	    fit_is_unfit(&c->fit) ? "DO NOT UPLOAD IT SO"
				  : "nothing speaks against the upload");
	for (level = FIT_NUM_LEVELS - 1; level >= 0; level--) {
		n = count(&c->fit, (enum fit_level)level);
		if (n == 0)
			continue;
		buf_printf(&line, "%s%s: %zu", separator,
		    fit_level_name((enum fit_level)level), n);
		separator = ", ";
	}
	put_line(fill, out, &line);
}

enum err
cert_check_put(const struct cert_check *c, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	size_t i;

	put_head(c, fill, out);
	for (i = 0; i < c->fit.num; i++)
		put_finding(&c->fit.finding[i], fill, out);
	put_sum(c, fill, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
