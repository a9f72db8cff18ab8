/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/fit_parts.h"

static const struct {
	const char *code, *name;
	unsigned use;
} checks[] = {
#define FIT_ENTRY(id, code, name, use) [id] = { code, name, use },
	FIT_CHECKS(FIT_ENTRY)
#undef FIT_ENTRY
};

static const char *const levels[] = {
#define FIT_ENTRY(id, name) [id] = (name),
	FIT_LEVELS(FIT_ENTRY)
#undef FIT_ENTRY
};

const char *
fit_check_code(enum fit_check check)
{
	return checks[check].code;
}

const char *
fit_check_name(enum fit_check check)
{
	return checks[check].name;
}

const char *
fit_level_name(enum fit_level level)
{
	return levels[level];
}

struct fit_finding *
fit_add(struct fitting *f, enum fit_check check, enum fit_level level)
{
	struct fit *fit = f->fit;
	struct fit_finding *finding = &fit->finding[fit->num];

	/* no check says more than four things, and most say one */
	if (fit->num + 1 < FIT_MAX_FINDINGS)
		fit->num++;
	finding->check = check;
	finding->level = level;
	if (level > fit->worst)
		fit->worst = level;
	return finding;
}

struct fit_finding *
fit_say(struct fitting *f, enum fit_check check, enum fit_level level,
    const char *remedy, const char *fmt, ...)
{
	struct fit_finding *finding = fit_add(f, check, level);
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		finding->text.failed = true;
	else
		buf_str(&finding->text, text);
	va_end(ap);
	free(text);
	if (remedy != NULL)
		buf_str(&finding->remedy, remedy);
	return finding;
}

static bool
said_all(const struct fit *f)
{
	size_t i;

	for (i = 0; i < f->num; i++)
		if (!buf_ok(&f->finding[i].text) ||
		    !buf_ok(&f->finding[i].shown) ||
		    !buf_ok(&f->finding[i].remedy))
			return false;
	return true;
}

/* Puts the findings into the order of the checks, those of one check in the
 * order in which they came. */
static void
sort(struct fit *fit)
{
	size_t i, j;

	for (i = 1; i < fit->num; i++) {
		struct fit_finding moved = fit->finding[i];

		for (j = i; j > 0 && fit->finding[j - 1].check > moved.check;
		     j--)
			fit->finding[j] = fit->finding[j - 1];
		fit->finding[j] = moved;
	}
}

/* What nobody has said anything of was not checked, for want of the
 * certificate itself. */
static void
fill_up(struct fitting *f)
{
	unsigned use = f->in->profile->trust ? FIT_TRUST : FIT_OWN;
	bool said[FIT_NUM_CHECKS] = { false };
	size_t i;

	for (i = 0; i < f->fit->num; i++)
		said[f->fit->finding[i].check] = true;
	for (i = 0; i < FIT_NUM_CHECKS; i++)
		if (!said[i] && (checks[i].use & use) != 0)
			fit_say(f, (enum fit_check)i, FIT_NOT_CHECKED,
			    "give the certificate itself: `show cert own UNIT` "
			    "prints no more than this text, the page of OS "
			    "Administration downloads it",
			    "the text has only fields of the certificate");
}

/* Ends what F has judged with E. */
static enum err
end(struct fitting *f, enum err e, struct fit *ret)
{
	if (e == ERR_OK)
		fill_up(f);
	if (e == ERR_OK && !said_all(f->fit))
		e = diag_nomem(f->d);
	ext_clear(&f->ext);
	sort(f->fit);
	if (e == ERR_OK)
		*ret = *f->fit;
	else
		fit_clear(f->fit);
	return e;
}

enum err
fit_judge(const struct fit_input *in, struct fit *ret, struct diag *d)
{
	struct fit fit = { .num = 0 };
	struct fitting f = { .in = in, .fit = &fit, .d = d };
	bool own = !in->profile->trust;
	enum err e;

	e = ext_of_cert(in->cert, &f.ext, d);
	if (e == ERR_OK)
		e = fit_file_checks(&f);
	if (e == ERR_OK)
		e = fit_store_checks(&f);
	if (e == ERR_OK && own)
		e = fit_request_checks(&f);
	if (e == ERR_OK)
		e = fit_own_checks(&f);
	if (e == ERR_OK && own)
		e = fit_node_checks(&f);
	if (e == ERR_OK && own)
		fit_usage_checks(&f);
	if (e == ERR_OK)
		fit_follow_up(&f);
	return end(&f, e, ret);
}

/* The number of bytes that a serial number takes of which TEXT has the hex. */
static size_t
serial_length(struct bytes text)
{
	size_t i, digits = 0;
	bool leading = true, high = false;

	for (i = 0; i < text.len; i++) {
		uint8_t c = text.ptr[i];

		if (c == ':' || c == ' ')
			continue;
		if (leading && c == '0')
			continue;
		if (leading)
			high = c >= '8';
		leading = false;
		digits++;
	}
	return (digits + 1) / 2 + (high && digits % 2 == 0 ? 1 : 0);
}

enum err
fit_judge_dump(const struct fit_input *in, const struct pasted_dump *dump,
    struct fit *ret, struct diag *d)
{
	struct fit fit = { .num = 0 };
	struct fitting f = { .in = in, .fit = &fit, .d = d };
	int64_t from = 0, to = 0;
	enum err e = ERR_OK;

	if (pasted_date(dump->not_before, &from) &&
	    pasted_date(dump->not_after, &to))
		fit_judge_dates(&f, from, to);
	fit_judge_names(&f, dump->subject, dump->issuer);
	if (dump->serial.len > 0)
		fit_judge_serial(&f, serial_length(dump->serial),
		    dump->serial.ptr[0] == '-');
	if (!in->profile->trust && in->csr != NULL && dump->key.len > 0)
		e = fit_dump_key(&f, dump->key);
	fit_follow_up(&f);
	return end(&f, e, ret);
}

void
fit_clear(struct fit *f)
{
	size_t i;

	for (i = 0; i < FIT_MAX_FINDINGS; i++) {
		buf_clear(&f->finding[i].text);
		buf_clear(&f->finding[i].shown);
		buf_clear(&f->finding[i].remedy);
	}
	memset(f, 0, sizeof(*f));
}

bool
fit_is_unfit(const struct fit *f)
{
	return f->worst >= FIT_HURTS;
}
