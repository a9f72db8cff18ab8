/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "cli/rescue.h"

#define STEP_INDENT 4

/* An answer on its way out: one sentence or more at a time. */
struct text {
	const struct rescue *r;
	const struct rescue_wish *w;
	const struct fill *fill;
	struct buf line;
	struct buf *out;
	struct diag *d;
};

static void
end_line(struct text *t, size_t indent)
{
	t->out->failed |= !buf_ok(&t->line);
	fill_put(t->fill, t->out, buf_bytes(&t->line), indent);
	buf_clear(&t->line);
}

static const struct archive_list *
list_at(const struct text *t, size_t i)
{
	return &t->r->archive.list[i];
}

static void
put_name(struct text *t, size_t i)
{
	text_put_safe(&t->line, bytes_of_str(archive_name(list_at(t, i))));
}

/* "MD5 0123...", "SHA-1 ...". */
static enum err
put_hash(struct text *t, const char *name, enum digest which, size_t i)
{
	struct bytes raw = buf_bytes(&list_at(t, i)->bytes);
	struct digest_value v;
	enum err e = digest_of(which, &raw, 1, &v, t->d);

	if (e != ERR_OK)
		return e;
	buf_printf(&t->line, "%s ", name);
	text_put_hex(&t->line, digest_bytes(&v), "", TEXT_LOWER);
	return ERR_OK;
}

/* What is so; who signs anew, as the rest advises, helps other phones. */
static void
put_why(struct text *t)
{
	const char *why = rescue_row(t->r)->judgement.why.msg;
	const char *rest = strstr(why, "; ");

	text_put_safe(&t->line,
	    rest == NULL ? bytes_of_str(why)
			 : bytes_of(why, (size_t)(rest - why)));
}

/* Which list the phone holds, and why it does not take the target. */
static enum err
put_held(struct text *t)
{
	enum err e;

	buf_str(&t->line, "The phone holds ");
	put_name(t, t->r->held);
	buf_str(&t->line, " (");
	e = put_hash(t, "MD5", DIGEST_MD5, t->r->held);
	buf_str(&t->line, ") and does not take ");
	put_name(t, t->r->target);
	buf_str(&t->line, ": ");
	put_why(t);
	buf_str(&t->line, ".");
	end_line(t, 0);
	return e;
}

static enum err
put_rung(struct text *t, size_t i)
{
	size_t at = rescue_rung(t->r, i);
	struct bytes signer = archive_signer(list_at(t, at));
	uint32_t when;
	enum err e;

	buf_printf(&t->line, "%2zu. Serve ", i + 1);
	put_name(t, at);
	buf_printf(&t->line, " as %s",
	    rescue_served_as(ctl_kind(list_at(t, at)->f)));
	buf_str(&t->line, " and reset the phone.");
	end_line(t, STEP_INDENT);
	buf_fill(&t->line, STEP_INDENT, ' ');
	buf_str(&t->line, "It is signed by ");
	text_put_safe(&t->line, signer);
	if (archive_time(list_at(t, at), &when)) {
		buf_str(&t->line, " and dates from ");
		text_put_rfc3339(&t->line, when);
	}
	buf_str(&t->line,
	    ". Go on when the phone shows, of "
	    "this list,");
	end_line(t, STEP_INDENT);
	buf_fill(&t->line, STEP_INDENT, ' ');
	e = put_hash(t, "MD5  ", DIGEST_MD5, at);
	end_line(t, STEP_INDENT);
	buf_fill(&t->line, STEP_INDENT, ' ');
	if (e == ERR_OK)
		e = put_hash(t, "SHA-1", DIGEST_SHA1, at);
	end_line(t, STEP_INDENT);
	return e;
}

static enum err
put_ladder(struct text *t)
{
	const char *as = rescue_served_as(
	    ctl_kind(list_at(t, t->r->target)->f));
	size_t i, num = rescue_row(t->r)->rungs;
	enum err e = put_held(t);

	buf_str(t->out, "\n");
	buf_printf(&t->line,
	    "It takes %zu lists one after the other. Serve them from a TFTP "
	    "server that this phone alone can reach, in a network without "
	    "the cluster, and point the phone to it (DHCP option 150, or "
	    "its own network settings). Phones ask for %.3sSEP<MAC>.tlv "
	    "before %s, and on HTTP port 6970 before TFTP: have no such "
	    "file there, and nothing on that port.",
	    num, as, as);
	end_line(t, 0);
	buf_str(t->out, "\n");
	for (i = 0; e == ERR_OK && i < num; i++)
		e = put_rung(t, i);
	buf_str(t->out, "\n");
	buf_str(&t->line,
	    "Then it holds the newest list: take it back to its cluster.");
	end_line(t, 0);
	return e;
}

static enum err
put_none(struct text *t)
{
	enum err e = put_held(t);

	buf_str(t->out, "\n");
	buf_str(&t->line, "No list of ");
	text_put_safe(&t->line, bytes_of_str(t->w->archive));
	buf_str(&t->line,
	    " leads from one to the other. Look for lists that are missing "
	    "there (backups, other nodes, ctlsmith's .bak files), or erase "
	    "the list on the phone: it then takes the newest as its first.");
	end_line(t, 0);
	return e;
}

static void
put_unknown(struct text *t)
{
	static const char *const names[] = { [DIGEST_MD5] = "MD5",
		[DIGEST_SHA1] = "SHA-1",
		[DIGEST_SHA256] = "SHA-256",
		[DIGEST_SHA512] = "SHA-512" };
	const struct archive_hash *h = &t->r->hash;

	buf_str(&t->line, "No list of ");
	text_put_safe(&t->line, bytes_of_str(t->w->archive));
	buf_printf(&t->line, " has the %s ", names[h->which]);
	text_put_hex(&t->line, bytes_of(h->byte, digest_len(h->which)), "",
	    TEXT_LOWER);
	buf_str(&t->line,
	    ", so nobody can tell what the phone takes. Look for that list "
	    "in backups and on other nodes, and add it to the archive.");
	end_line(t, 0);
}

/* Nothing is to be done, but perhaps to serve the newest. */
static void
put_good(struct text *t)
{
	buf_str(&t->line, "Nothing is needed: the phone holds ");
	put_name(t, t->r->held);
	if (t->r->answer == RESCUE_HOLDS) {
		buf_str(&t->line, ", which is the newest.");
	} else {
		buf_str(&t->line, " and takes ");
		put_name(t, t->r->target);
		buf_str(&t->line, " as it is: ");
		put_why(t);
		buf_str(&t->line, ".");
	}
	end_line(t, 0);
}

/* A CTL decides for an ITL too, and an ITL's own history is then no matter. */
static void
put_kind(struct text *t)
{
	if (t->r->answer == RESCUE_NOT_KNOWN ||
	    ctl_kind(list_at(t, t->r->held)->f) != CTL_KIND_ITL)
		return;
	buf_str(&t->line,
	    "That is so for a phone without a CTL: one that has a CTL looks "
	    "for the signer of an ITL there.");
	end_line(t, 0);
}

/* Nobody took it as it is: a damaged copy, or another file. */
static void
put_unverified(struct text *t)
{
	const struct archive_list *l;

	if (t->r->answer == RESCUE_NOT_KNOWN)
		return;
	l = list_at(t, t->r->held);
	if (l->verified)
		return;
	buf_str(&t->line, "note: ");
	put_name(t, t->r->held);
	buf_str(&t->line,
	    " does not verify by itself, so a phone should not hold it: ");
	text_put_safe(&t->line, bytes_of_str(l->why.msg));
	end_line(t, 6);
}

enum err
rescue_put(const struct rescue *r, const struct rescue_wish *w,
    const struct fill *fill, struct buf *out, struct diag *d)
{
	struct text t = { .r = r, .w = w, .fill = fill, .out = out, .d = d };
	enum err e = ERR_OK;

	switch (r->answer) {
	case RESCUE_HOLDS:
	case RESCUE_DIRECT:
		put_good(&t);
		break;
	case RESCUE_LADDER:
		e = put_ladder(&t);
		break;
	case RESCUE_NO_LADDER:
		e = put_none(&t);
		break;
	case RESCUE_NOT_KNOWN:
		put_unknown(&t);
		break;
	}
	put_kind(&t);
	put_unverified(&t);
	buf_clear(&t.line);
	if (r->choice.at != NULL)
		archive_put_all_left(&r->archive, &r->choice, fill, out);
	return e == ERR_OK && !buf_ok(out) ? diag_nomem(d) : e;
}
