/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- Reading -------------------------------------------------------------------- */

/* IN is a list, or the text of one. */
static enum err
check_list(struct input *in)
{
	if (in->file != NULL && !ctl_is_list(in->file)) {
		ctl_free(&in->file);
		return diag_set(&in->error, ERR_UNSUPPORTED,
		    "this is no trust list, and has no records");
	}
	if (in->listing != NULL &&
	    ctl_listing_said(in->listing) == CTL_SAID_NO_FILE) {
		ctl_listing_free(&in->listing);
		return diag_set(&in->error, ERR_ABSENT,
		    "by this text the node has no such list");
	}
	return ERR_OK;
}

static enum err
read_both(char *const *paths, struct compare *c)
{
	enum err e, first = ERR_OK;
	size_t i;

	for (i = 0; i < 2; i++) {
		e = input_one(paths[i], &c->in[i]);
		if (e == ERR_OK)
			e = check_list(&c->in[i]);
		if (first == ERR_OK)
			first = e;
	}
	return first;
}

static enum err
check_kinds(struct compare *c)
{
	if (input_kind(&c->in[0]) == input_kind(&c->in[1]))
		return ERR_OK;
	return diag_set(&c->error, ERR_UNSUPPORTED,
	    "%.100s is %s and %.100s is %s: phones hold both side by side, and "
	    "neither takes the other's place",
	    c->in[0].path,
	    input_kind(&c->in[0]) == CTL_KIND_CTL ? "a CTL" : "an ITL",
	    c->in[1].path,
	    input_kind(&c->in[1]) == CTL_KIND_CTL ? "a CTL" : "an ITL");
}

/* ---- Texts ---------------------------------------------------------------------- */

/* The text of IN, a file, as the appliance prints it, read back. */
static enum err
print(const struct input *in, struct buf *text, struct ctl_listing **ret,
    struct diag *d)
{
	struct ctl_text t = { .file = in->file, .verdict = &in->verdict };
	size_t i;
	enum err e;

	e = ctl_text_head(&t, text, d);
	for (i = 1; e == ERR_OK && i <= ctl_num_records(in->file); i++)
		e = ctl_text_record(&t, i, text, d);
	if (e == ERR_OK)
		e = ctl_listing_read(buf_bytes(text), ret, d);
	return e;
}

static const struct ctl_listing *
listing_of(const struct compare *c, size_t i)
{
	return c->in[i].listing != NULL ? c->in[i].listing : c->listing[i];
}

static enum err
tell(struct compare *c)
{
	enum told_by by;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < 2; i++) {
		if (c->in[i].listing == NULL)
			e = print(&c->in[i], &c->printed[i], &c->listing[i],
			    &c->error);
		if (e != ERR_OK)
			break;
		by = told_best(listing_of(c, i));
		c->by = by > c->by ? by : c->by;
	}
	for (i = 0; e == ERR_OK && i < 2; i++)
		e = told_make(listing_of(c, i), c->by, &c->told[i], &c->error);
	return e;
}

/* The checksum of the list itself, which a text may tell. */
static bool
sum_of(const struct input *in, enum digest which, struct digest_value *ret)
{
	struct bytes raw = buf_bytes(&in->bytes), sum;

	if (in->listing == NULL)
		return digest_of(which, &raw, 1, ret, NULL) == ERR_OK;
	sum = which == DIGEST_SHA1 ? ctl_listing_sha1(in->listing)
				   : ctl_listing_md5(in->listing);
	if (sum.ptr == NULL || sum.len > sizeof(ret->byte))
		return false;
	memcpy(ret->byte, sum.ptr, sum.len);
	ret->len = sum.len;
	return true;
}

static int
compare_sums(const struct compare *c)
{
	static const enum digest which[] = { DIGEST_SHA1, DIGEST_MD5 };
	struct digest_value a, b;
	int ret = 0;
	size_t i;

	for (i = 0; c->as_text && i < 2; i++) {
		if (!sum_of(&c->in[0], which[i], &a) ||
		    !sum_of(&c->in[1], which[i], &b))
			continue;
		if (!bytes_equal(digest_bytes(&a), digest_bytes(&b)))
			return -1;
		if (which[i] == DIGEST_SHA1) /* MD5 alone proves nothing */
			ret = 1;
	}
	return ret;
}

/* ---- Comparing ------------------------------------------------------------------ */

static bool
is_partial(const struct input *in)
{
	return in->listing != NULL && !ctl_listing_is_whole(in->listing);
}

static void
set_sides(struct compare *c)
{
	struct change_side *side;
	size_t i;

	c->is_vague = c->by == TOLD_BY_NAME;
	for (i = 0; i < 2; i++) {
		side = &c->change.side[i];
		side->shown = c->in[i].file;
		side->text = c->in[i].listing;
		side->partial = is_partial(&c->in[i]);
		c->is_vague |= side->partial || c->told[i].damaged ||
		    (c->as_text && !c->told[i].signer);
	}
	c->change.details = true;
	if (c->as_text && (!c->told[0].signer || !c->told[1].signer))
		c->change.diff.signer = false;
}

/* A record is there in one of the two only, or another one, for certain. */
static bool
has_other_records(const struct compare *c)
{
	const struct diff *df = &c->change.diff;
	size_t i;

	for (i = 0; i < df->num; i++)
		if (df->rows[i].kind != DIFF_SAME &&
		    df->rows[i].kind != DIFF_RESPELT &&
		    change_is_certain(&c->change, &df->rows[i]))
			return true;
	return false;
}

/* What is another may be so only since something is missing or damaged. */
static bool
is_doubtful(const struct compare *c)
{
	bool damaged = c->told[0].damaged || c->told[1].damaged;

	return c->is_vague &&
	    !(c->by == TOLD_BY_SHA1 && has_other_records(c)) &&
	    (!c->change.diff.signer || damaged);
}

static bool
is_verified(const struct input *in)
{
	if (in->listing != NULL)
		return ctl_listing_said(in->listing) != CTL_SAID_FAILED;
	return in->verdict.status == CTL_VERIFIED;
}

static enum compare_end
judge(const struct compare *c)
{
	const struct diff *df = &c->change.diff;
	bool differs = has_other_records(c) || df->signer || df->digest ||
	    df->sast_names || df->keys || df->moved;

	if ((c->same_bytes && !c->as_text) || (c->sums == 1 && !differs))
		return COMPARE_SAME_TRUST;
	if (!is_verified(&c->in[0]) || !is_verified(&c->in[1]))
		return COMPARE_OTHER_TRUST;
	if (differs)
		return is_doubtful(c) ? COMPARE_UNKNOWN : COMPARE_OTHER_TRUST;
	return c->is_vague ? COMPARE_UNKNOWN : COMPARE_SAME_TRUST;
}

static enum err
compare(struct compare *c)
{
	const struct ctl_file *old = c->in[0].file, *new = c->in[1].file;
	enum err e = ERR_OK;

	c->as_text = old == NULL || new == NULL;
	c->same_bytes = bytes_equal(buf_bytes(&c->in[0].bytes),
	    buf_bytes(&c->in[1].bytes));
	if (c->as_text)
		e = tell(c);
	if (c->as_text) {
		old = c->told[0].file;
		new = c->told[1].file;
	}
	if (e == ERR_OK)
		e = change_read(old, c->in[0].path, new, NULL, &c->change,
		    &c->error);
	if (e != ERR_OK)
		return e;
	c->has_change = true;
	c->sums = compare_sums(c);
	set_sides(c);
	c->end = judge(c);
	return ERR_OK;
}

enum err
compare_read(char *const *paths, struct compare *ret)
{
	enum err e;

	memset(ret, 0, sizeof(*ret));
	diag_init(&ret->error);
	e = read_both(paths, ret);
	if (e == ERR_OK)
		e = check_kinds(ret);
	if (e == ERR_OK)
		e = compare(ret);
	return e;
}

void
compare_clear(struct compare *c)
{
	size_t i;

	change_clear(&c->change);
	for (i = 0; i < 2; i++) {
		told_clear(&c->told[i]);
		ctl_listing_free(&c->listing[i]);
		buf_clear(&c->printed[i]);
		input_clear(&c->in[i]);
	}
}

/* ---- Notes ---------------------------------------------------------------------- */

const char *
compare_note_name(enum compare_note note)
{
	static const char *const names[] = {
#define COMPARE_NAME(id, name) [id] = (name),
		COMPARE_NOTES(COMPARE_NAME)
#undef COMPARE_NAME
	};

	return names[note];
}

/* Whom the notes go to. */
struct teller {
	void (*each)(void *arg, enum compare_note note, const struct buf *text);
	void *arg;
};

static void PRINTF_LIKE(3, 4)
    note(const struct teller *t, enum compare_note which, const char *fmt, ...)
{
	struct buf text = { 0 };
	char line[1024];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	buf_str(&text, line);
	t->each(t->arg, which, &text);
	buf_clear(&text);
}

static void
note_signature(const struct teller *t, const struct input *in)
{
	if (in->listing != NULL)
		note(t, COMPARE_UNVERIFIED,
		    "the appliance itself says that %.200s does not verify; "
		    "no phone takes it",
		    in->path);
	else
		note(t, COMPARE_UNVERIFIED,
		    "%.200s does not verify, so no phone takes it as it is: "
		    "%.320s; all that follows is as if it did",
		    in->path, in->verdict.why.msg);
}

static void
note_text(const struct teller *t, const struct compare *c, size_t i)
{
	const char *path = c->in[i].path;

	if (c->in[i].listing == NULL)
		return;
	note(t, COMPARE_TEXT,
	    "%.200s is the text of a list: it has neither keys, dates, the "
	    "digest nor a signature that could be checked, and these are not "
	    "compared",
	    path);
	if (is_partial(&c->in[i]))
		note(t, COMPARE_PARTIAL,
		    "%.200s lacks something, so records that only the other "
		    "has may be in this list, too (\"?\")",
		    path);
	if (c->told[i].damaged)
		note(t, COMPARE_DAMAGED,
		    "%.200s has a name that is not as long as it should be; "
		    "it was damaged on the way, or cut off",
		    path);
	if (!c->told[i].signer)
		note(t, COMPARE_NO_SIGNER,
		    "%.200s does not tell who signed; the signers are not "
		    "compared",
		    path);
}

static void
note_texts(const struct teller *t, const struct compare *c)
{
	if (c->by == TOLD_BY_SERIAL)
		note(t, COMPARE_BY_SERIAL,
		    "a certificate's SHA-1 is missing, so certificates are "
		    "told apart by issuer and serial number");
	if (c->by == TOLD_BY_NAME)
		note(t, COMPARE_BY_NAME,
		    "serial numbers are missing, so certificates are told "
		    "apart by their names alone; one that was renewed looks "
		    "the same");
	if (c->sums > 0)
		note(t, COMPARE_SAME_SUMS,
		    "by the checksums both are the same file, byte for byte");
	if (c->sums < 0)
		note(t, COMPARE_OTHER_SUMS,
		    "by the checksums the two files are not the same bytes");
}

void
compare_notes(const struct compare *c,
    void (*each)(void *arg, enum compare_note note, const struct buf *text),
    void *arg)
{
	struct teller t = { .each = each, .arg = arg };
	size_t i;

	for (i = 0; i < 2; i++)
		if (!is_verified(&c->in[i]))
			note_signature(&t, &c->in[i]);
	for (i = 0; c->as_text && i < 2; i++)
		note_text(&t, c, i);
	if (c->as_text)
		note_texts(&t, c);
}
