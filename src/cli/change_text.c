/* SPDX-License-Identifier: Apache-2.0 */
/* What a change means, for people. */
#include "base/text.h"
#include "cli/change.h"
#include "cli/findings.h"
#include "cli/select.h"

#define INDENT 4

/* ---- Sentences ------------------------------------------------------------------ */

void
change_put_same(const struct change *c, size_t same, struct buf *out)
{
	size_t others = c->diff.num - same;

	if (others == 0 && c->diff.order)
		buf_str(out,
		    "No record changes, but their order is another.\n");
	else if (others == 0)
		buf_str(out, "No record changes.\n");
	else if (same == 1)
		buf_str(out, "1 record stays as it is, byte for byte.\n");
	else if (same > 1)
		buf_printf(out,
		    "%zu records stay as they are, byte for byte.\n", same);
	if (others > 0 && c->diff.order)
		buf_str(out, "The order of the records is another.\n");
}

/* What else of the header is another; its time always is. */
static void
put_header(const struct change *c, struct buf *out)
{
	const struct diff *df = &c->diff;
	const struct {
		bool differs;
		const char *name;
	} parts[] = {
		{ df->signer, "signer" },
		{ df->digest, "digest" },
		{ df->filename, "file name" },
		{ df->version, "version" },
	};
	const char *sep = "The header has another ";
	size_t i, before = out->len;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!parts[i].differs)
			continue;
		buf_printf(out, "%s%s", sep, parts[i].name);
		sep = ", ";
	}
	if (out->len > before)
		buf_str(out, ".\n");
	if (df->other_fields)
		buf_str(out, "Other fields of the header differ, too.\n");
}

void
change_put_sentence(enum ctl_severity severity, const struct buf *text,
    struct buf *out)
{
	struct fill fill = fill_for_stdout();
	struct buf line = { 0 };

	findings_put_severity(&fill, severity, &line);
	buf_str(&line, ": ");
	text_put_safe(&line, buf_bytes(text));
	out->failed |= !buf_ok(&line) || !buf_ok(text);
	fill_put(&fill, out, buf_bytes(&line), INDENT);
	buf_clear(&line);
}

/* SASTs that phones do not find any more, though they are there. */
static void
put_renamed(const struct change *c, struct buf *out)
{
	const struct diff_row *row;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < c->diff.num; i++) {
		row = &c->diff.rows[i];
		if (!row->renamed)
			continue;
		buf_printf(&text,
		    "a SAST is spelt otherwise: for phones record %zu of %s, ",
		    change_number(c, CHANGE_OLD, row->old), c->old_path);
		select_put_cert(&text, change_shown(c, CHANGE_OLD), row->old);
		buf_printf(&text, ", has gone and record %zu is new",
		    change_number(c, CHANGE_NEW, row->new));
		change_put_sentence(CTL_WARNING, &text, out);
		buf_clear(&text);
	}
}

/* A refusal's reason stands among the losses. */
static void
put_judgement(const struct change *c, struct buf *out)
{
	const struct trust_judgement *j = &c->effect.judgement;
	bool why = !change_loses(c, TRUST_LOSS_SIGNER);
	struct fill fill = fill_for_stdout();
	struct buf text = { 0 }, safe = { 0 };

	buf_printf(&text, "A phone that holds %s %s%s%s%s.", c->old_path,
	    trust_verdict_text(j->verdict),
	    j->no_ctl ? " while no CTL is installed" : "", why ? ": " : "",
	    why ? j->why.msg : "");
	text_put_safe(&safe, buf_bytes(&text));
	out->failed |= !buf_ok(&text) || !buf_ok(&safe);
	fill_put(&fill, out, buf_bytes(&safe), 0);
	buf_clear(&text);
	buf_clear(&safe);
}

static void
put_losses(const struct change *c, const struct change_leave *l,
    struct buf *out)
{
	struct buf text = { 0 };
	int loss;

	for (loss = 0; loss < TRUST_NUM_LOSSES; loss++) {
		enum trust_loss which = (enum trust_loss)loss;

		if (!change_loses(c, which))
			continue;
		buf_printf(&text, "%s [%s]", c->effect.why[loss].msg,
		    trust_loss_name(which));
		change_put_sentence(change_is_left(l, which) ? CTL_WARNING
							     : CTL_ERROR,
		    &text, out);
		buf_clear(&text);
	}
	if (c->effect.untied.msg[0] != '\0') {
		buf_str(&text, c->effect.untied.msg);
		change_put_sentence(CTL_WARNING, &text, out);
		buf_clear(&text);
	}
	if (!c->effect.strands_late)
		return;
	buf_str(&text, c->effect.late.msg);
	change_put_sentence(CTL_NOTE, &text, out);
	buf_clear(&text);
}

void
change_put_effect(const struct change *c, const struct change_leave *l,
    struct buf *out)
{
	put_judgement(c, out);
	put_renamed(c, out);
	put_losses(c, l, out);
}

enum err
change_put(const struct change *c, const struct change_leave *l,
    struct buf *out, struct diag *d)
{
	size_t same;
	enum err e;

	e = change_put_rows(c, out, &same, d);
	if (e != ERR_OK)
		return e;
	change_put_same(c, same, out);
	put_header(c, out);
	change_put_effect(c, l, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
