/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/findings.h"
#include "cli/json.h"
#include "cli/produce_parts.h"
#include "data/scalar.h"

#define DAYS 30
#define INDENT 4
#define SAST_EVERYWHERE 2 /* what every maker's phones can hold */
#define MODULUS_EVERYWHERE 2048

/* ---- Notes ---------------------------------------------------------------------- */

void
produce_note(struct produce *p, const char *id, const char *fmt, ...)
{
	struct fill fill = fill_for_stdout();
	struct buf line = { 0 };
	char message[512];
	json_t *note = json_object();
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	findings_put_severity(&fill, CTL_NOTE, &line);
	buf_str(&line, ": ");
	text_put_safe(&line, bytes_of_str(message));
	fill_put(&fill, &p->text, buf_bytes(&line), INDENT);
	p->text.failed |= !buf_ok(&line);
	buf_clear(&line);
	json_put_str(&p->sink, note, "id", id);
	json_put_str(&p->sink, note, "message", message);
	json_append(&p->sink, json_object_get(p->json, "notes"), note);
}

static size_t
num_sast(const struct ctl_file *f)
{
	size_t i, num = 0;
	const struct ctl_record *r;

	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		num += r->has_role && r->role == CTL_ROLE_SAST;
	}
	return num;
}

/* Which phones cannot read it. */
static void
note_phones(struct produce *p)
{
	size_t sasts = num_sast(p->preview);
	unsigned bits = pubkey_bits(cert_key(p->signer->cert));

	if (sasts > SAST_EVERYWHERE)
		produce_note(p, "sast-over-two",
		    "%zu SAST records: phones of CME and of other makers' "
		    "servers read two at most",
		    sasts);
	if (p->head.digest != DIGEST_SHA1)
		produce_note(p, "digest-not-sha1",
		    "signed with %s: older phones know SHA-1 alone and "
		    "refuse the list",
		    produce_digest(p->head.digest));
	if (bits > MODULUS_EVERYWHERE)
		produce_note(p, "modulus-over-2048",
		    "signed with RSA of %u bits: older phones refuse keys over "
		    "2048 bits, and the list",
		    bits);
}

/* ---- Findings ------------------------------------------------------------------- */

static bool
is_rule(const char *name)
{
	int rule;

	for (rule = CTL_RULE_NONE + 1; rule < CTL_RULE_END; rule++)
		if (strcmp(ctl_rule_name((enum ctl_rule)rule), name) == 0)
			return true;
	return false;
}

enum err
produce_check_allow(const struct opt_strings *allow, struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	const char *near;
	int rule;
	size_t i;

	for (rule = CTL_RULE_NONE + 1;
	     rule < CTL_RULE_END && words.num < SCALAR_WORDS_MAX; rule++)
		words.item[words.num++] = ctl_rule_name((enum ctl_rule)rule);
	for (i = 0; i < allow->num; i++) {
		if (is_rule(allow->at[i]))
			continue;
		near = scalar_near(bytes_of_str(allow->at[i]), &words);
		if (near != NULL)
			return diag_set(d, ERR_USAGE,
			    "--allow: there is no finding '%.60s'; did you "
			    "mean \"%s\"",
			    allow->at[i], near);
		return diag_set(d, ERR_USAGE,
		    "--allow: there is no finding '%.60s'; a finding has its "
		    "name in brackets at the end of its line, and "
		    "docs/findings.md lists all",
		    allow->at[i]);
	}
	return ERR_OK;
}

static bool
is_allowed(const struct produce *p, enum ctl_rule rule)
{
	size_t i;

	for (i = 0; i < p->opts->allow.num; i++)
		if (strcmp(p->opts->allow.at[i], ctl_rule_name(rule)) == 0)
			return true;
	return false;
}

/* What both findings are about, of their lists, is the same: the record, or its
 * certificate, which is judged at the first record that has it. */
static bool
same_subject(const struct ctl_file *a, const struct ctl_finding *fa,
    const struct ctl_file *b, const struct ctl_finding *fb)
{
	const struct ctl_record *ra, *rb;
	struct bytes cert;

	if (fa->record == 0 || fb->record == 0)
		return fa->record == fb->record;
	ra = ctl_record(a, fa->record);
	rb = ctl_record(b, fb->record);
	cert = ctl_record_value(ra, CTL_REC_CERTIFICATE);
	return (cert.ptr != NULL &&
		   bytes_equal(cert,
		       ctl_record_value(rb, CTL_REC_CERTIFICATE))) ||
	    bytes_equal(bytes_of(ctl_raw(a).ptr + ra->offset, ra->length),
		bytes_of(ctl_raw(b).ptr + rb->offset, rb->length));
}

/* P->in has F too, which is found in OLD, and then no more: that is for one. */
static bool
was_there(const struct produce *p, const struct ctl_finding *f,
    struct ctl_findings *old)
{
	struct ctl_finding *was;
	size_t i;

	for (i = 0; i < old->num; i++) {
		was = &old->at[i];
		if (was->rule == f->rule &&
		    same_subject(p->preview, f, p->in, was)) {
			was->rule = CTL_RULE_NONE;
			return true;
		}
	}
	return false;
}

/* All that lint would say of F, by itself. */
static enum err
collect(const struct ctl_file *f, struct ctl_findings *ret, struct diag *d)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict verdict;
	struct ctl_view view = { .at = (int64_t)time(NULL),
		.days = DAYS,
		.verdict = &verdict };
	enum err e;

	e = ctl_verify(f, &anchor, &verdict, d);
	return e == ERR_OK ? ctl_validate(f, &view, ret, d) : e;
}

static void
say_finding(struct produce *p, const struct ctl_finding *f)
{
	const char *path = p->opts->output;
	struct fill fill = fill_for_stdout();

	if (path == NULL || strcmp(path, "-") == 0)
		path = p->head.filename;
	if (f->severity != CTL_NOTE)
		findings_put_one(&fill, path, f, &p->text);
	json_append(&p->sink, json_object_get(p->json, "findings"),
	    json_of_finding(&p->sink, f));
}

/* Says those of FS that OLD, of P->in, has not, and returns the first that is an
 * error and not allowed, or NULL. */
static const struct ctl_finding *
say_findings(struct produce *p, const struct ctl_findings *fs,
    struct ctl_findings *old)
{
	const struct ctl_finding *f, *worst = NULL;
	size_t i;

	for (i = 0; i < fs->num; i++) {
		f = &fs->at[i];
		/* there is none yet */
		if (f->rule == CTL_RULE_SIGNATURE_BAD || was_there(p, f, old))
			continue;
		say_finding(p, f);
		if (worst == NULL && f->severity == CTL_ERROR &&
		    !is_allowed(p, f->rule))
			worst = f;
	}
	return worst;
}

static enum err
judge_findings(struct produce *p, struct diag *d)
{
	struct ctl_findings fs = { 0 }, old = { 0 };
	const struct ctl_finding *worst;
	enum err e;

	e = collect(p->preview, &fs, d);
	if (e == ERR_OK && p->in != NULL)
		e = collect(p->in, &old, d);
	if (e == ERR_OK) {
		worst = say_findings(p, &fs, &old);
		if (worst != NULL)
			e = diag_set(d, ERR_POLICY,
			    "the list is not made: %.200s (--allow %s makes it "
			    "all the same)",
			    worst->message, ctl_rule_name(worst->rule));
	}
	ctl_findings_clear(&fs);
	ctl_findings_clear(&old);
	return e;
}

/* ---- Limits --------------------------------------------------------------------- */

static enum err
judge_sasts(const struct produce *p, struct diag *d)
{
	size_t num = num_sast(p->preview);

	if (p->opts->max_sast == 0 || num <= p->opts->max_sast)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "the list is not made: it would have %zu SAST records, and "
	    "--max-sast allows %u",
	    num, p->opts->max_sast);
}

/* Phones that compare times want the newer one. */
static enum err
judge_time(struct produce *p, struct diag *d)
{
	struct buf old = { 0 };
	uint32_t then;
	enum err e = ERR_OK;

	if (p->in == NULL ||
	    !ctl_header_number(ctl_header(p->in), CTL_HDR_TIMESTAMP, &then) ||
	    p->head.timestamp > then)
		return ERR_OK;
	text_put_rfc3339(&old, then);
	if (p->opts->timestamp != PRODUCE_NOW)
		produce_note(p, "time-not-later",
		    "the time in the header is not later than that of %s, %s",
		    p->in_path, buf_cstr(&old));
	else if (then == UINT32_MAX)
		e = diag_set(d, ERR_POLICY,
		    "the list is not made: %.100s has the last time that a "
		    "header can have, %s; with --timestamp one is made that "
		    "is not later",
		    p->in_path, buf_cstr(&old));
	else
		e = diag_set(d, ERR_POLICY,
		    "the list is not made: its time would not be later than "
		    "that of %.100s, %s; --timestamp sets one",
		    p->in_path, buf_cstr(&old));
	buf_clear(&old);
	return e;
}

/* Where the list that is replaced spells the signer in other bytes than its
 * record here, no reader finds the record. */
static enum err
judge_names(const struct produce *p, struct diag *d)
{
	size_t index, here;
	enum err e;

	if (p->in == NULL || ctl_signer_record(p->preview) != 0)
		return ERR_OK;
	e = ctl_find_sast(p->in, p->signer->cert, &index, d);
	if (e == ERR_OK)
		e = ctl_find_sast(p->preview, p->signer->cert, &here, d);
	if (e != ERR_OK || index == 0)
		return e;
	return diag_set(d, ERR_POLICY,
	    "the list is not made: phones know the signer as record %zu of "
	    "%.100s spells it, and record %zu here is spelt otherwise; spell "
	    "that one by the dialect %s, too",
	    index, p->in_path, here,
	    ctl_dialect_name(ctl_record(p->in, index)->dialect));
}

enum err
produce_judge(struct produce *p, struct diag *d)
{
	enum err e;

	e = produce_say_records(p, d);
	if (e != ERR_OK)
		return e;
	note_phones(p);
	e = judge_names(p, d);
	if (e == ERR_OK)
		e = judge_findings(p, d);
	if (e == ERR_OK)
		e = judge_sasts(p, d);
	return e == ERR_OK ? judge_time(p, d) : e;
}
