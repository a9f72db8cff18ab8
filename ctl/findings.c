/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as a list: added, sorted, counted. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ctl/file.h"
#include "ctl/report.h"

int
ctl_quote_len(struct bytes text, size_t max)
{
	size_t len = text.len;

	if (len > max)
		for (len = max; len > 0; len--)
			if ((text.ptr[len] & 0xc0) != 0x80)
				break;
	return (int)len;
}

size_t
ctl_count_chars(struct bytes text)
{
	size_t i, n = 0;

	if (!text_is_utf8(text))
		return text.len;
	for (i = 0; i < text.len; i++)
		n += (text.ptr[i] & 0xc0) != 0x80;
	return n;
}

struct ctl_place
ctl_place_none(void)
{
	return (struct ctl_place){ .offset = DIAG_NOWHERE };
}

/* A new finding at the end of FS, or NULL. */
static struct ctl_finding *
push(struct ctl_findings *fs)
{
	void *array = fs->at;

	if (ctl_grow(&array, &fs->cap, fs->num + 1, sizeof(fs->at[0]), NULL) !=
	    ERR_OK)
		return NULL;
	fs->at = array;
	memset(&fs->at[fs->num], 0, sizeof(fs->at[0]));
	return &fs->at[fs->num++];
}

static void
put_path(struct ctl_finding *to, struct ctl_place place)
{
	struct diag d;

	diag_init(&d);
	if (place.tag != 0)
		ctl_diag_at(&d, place.offset, place.record, place.tag);
	else if (place.record != 0)
		diag_at(&d, place.offset, "record %zu", place.record);
	memcpy(to->path, d.path, sizeof(to->path));
}

void
ctl_report(struct ctl_report *r, enum ctl_rule rule, struct ctl_place place,
    const char *fmt, ...)
{
	enum ctl_severity severity = ctl_rule_severity(rule, r->kind);
	struct ctl_finding *to;
	size_t used;
	va_list ap;

	if (severity == CTL_SILENT)
		return;
	to = push(r->to);
	if (to == NULL) {
		r->failed = true;
		return;
	}
	to->rule = rule;
	to->severity = severity;
	to->record = place.record;
	to->offset = place.offset;
	to->line = place.line;
	put_path(to, place);
	va_start(ap, fmt);
	(void)vsnprintf(to->message, sizeof(to->message), fmt, ap);
	va_end(ap);
	used = strlen(to->message);
	(void)snprintf(to->message + used, sizeof(to->message) - used, "; %s",
	    ctl_rule_advice(rule));
}

static int
compare(const void *a, const void *b)
{
	const struct ctl_finding *x = a, *y = b;

	if (x->record != y->record)
		return x->record < y->record ? -1 : 1;
	/* DIAG_NOWHERE, the file as a whole, comes first */
	if (x->offset != y->offset)
		return x->offset + 1 < y->offset + 1 ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return strcmp(x->message, y->message);
}

enum err
ctl_report_end(struct ctl_report *r, struct diag *d)
{
	if (r->failed)
		return diag_nomem(d);
	if (r->to->num > 0)
		qsort(r->to->at, r->to->num, sizeof(r->to->at[0]), compare);
	return ERR_OK;
}

void
ctl_findings_clear(struct ctl_findings *fs)
{
	free(fs->at);
	memset(fs, 0, sizeof(*fs));
}

size_t
ctl_findings_count(const struct ctl_findings *fs, enum ctl_severity severity)
{
	size_t i, n = 0;

	for (i = 0; i < fs->num; i++)
		n += fs->at[i].severity == severity;
	return n;
}

/* The rule that a refusal by ctl_parse() broke. */
static enum ctl_rule
rule_of(enum err code)
{
	switch (code) {
	case ERR_TRUNCATED:
		return CTL_RULE_CUT_SHORT;
	case ERR_LEFTOVER:
		return CTL_RULE_LEFTOVER;
	case ERR_TOO_BIG:
		return CTL_RULE_OVER_LIMIT;
	case ERR_OK:
	case ERR_NOMEM:
	case ERR_USAGE:
	case ERR_IO:
	case ERR_ABSENT:
	case ERR_EXISTS:
	case ERR_SYNTAX:
	case ERR_UNSUPPORTED:
	case ERR_CRYPTO:
	case ERR_TOKEN:
	case ERR_PIN:
	case ERR_POLICY:
	case ERR_WAITING:
		break;
	}
	return CTL_RULE_MALFORMED;
}

enum err
ctl_find_refusal(const struct diag *why, struct ctl_findings *ret,
    struct diag *d)
{
	struct ctl_report r = { .to = ret };
	struct ctl_place place = { .offset = why->offset, .line = why->line };
	struct ctl_finding *to;

	if (strncmp(why->path, "record ", 7) == 0)
		place.record = strtoul(why->path + 7, NULL, 10);
	ctl_report(&r,
	    why->line != 0 ? CTL_RULE_TEXT_REFUSED : rule_of(why->code), place,
	    "%s", why->msg);
	if (!r.failed) {
		to = &ret->at[ret->num - 1];
		memcpy(to->path, why->path, sizeof(to->path));
	}
	return ctl_report_end(&r, d);
}
