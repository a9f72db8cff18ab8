/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "pki/fit_parts.h"

static const struct {
	const char *code, *name, *text;
} checks[] = {
#define FIT_ENTRY(id, code, name, text) [id] = { code, name, text },
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
fit_check_text(enum fit_check check)
{
	return checks[check].text;
}

const char *
fit_level_name(enum fit_level level)
{
	return levels[level];
}

struct fit_finding *
fit_add(struct fitting *f, enum fit_check check, enum fit_level level)
{
	struct fit_finding *finding = &f->fit->finding[f->fit->num++];

	finding->check = check;
	finding->level = level;
	if (level != FIT_NOT_CHECKED && level > f->fit->worst)
		f->fit->worst = level;
	return finding;
}

void
fit_say(struct fitting *f, enum fit_check check, enum fit_level level,
    const char *remedy, const char *fmt, ...)
{
	struct fit_finding *finding = fit_add(f, check, level);
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_str(&finding->text, text);
	if (remedy != NULL)
		buf_str(&finding->remedy, remedy);
}

static bool
said_all(const struct fit *f)
{
	size_t i;

	for (i = 0; i < f->num; i++)
		if (!buf_ok(&f->finding[i].text) ||
		    !buf_ok(&f->finding[i].remedy))
			return false;
	return true;
}

enum err
fit_judge(const struct fit_input *in, struct fit *ret, struct diag *d)
{
	struct fit fit = { .num = 0 };
	struct fitting f = { .in = in, .fit = &fit, .d = d };
	enum err e;

	e = ext_of_cert(in->cert, &f.ext, d);
	if (e == ERR_OK)
		e = fit_store_checks(&f);
	if (e == ERR_OK)
		e = fit_request_checks(&f);
	if (e == ERR_OK)
		e = fit_own_checks(&f);
	if (e == ERR_OK && !said_all(&fit))
		e = diag_nomem(d);
	ext_clear(&f.ext);
	if (e == ERR_OK)
		*ret = fit;
	else
		fit_clear(&fit);
	return e;
}

void
fit_clear(struct fit *f)
{
	size_t i;

	for (i = 0; i < f->num; i++) {
		buf_clear(&f->finding[i].text);
		buf_clear(&f->finding[i].remedy);
	}
	memset(f, 0, sizeof(*f));
}
