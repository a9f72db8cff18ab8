/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const err_names[] = {
#define ERR_NAME(id, name) [id] = name,
	ERR_LIST(ERR_NAME)
#undef ERR_NAME
};

static enum err
code_of_errno(int errnum)
{
	switch (errnum) {
	case ENOMEM:
		return ERR_NOMEM;
	case ENOENT:
	case ENOTDIR:
		return ERR_ABSENT;
	case EEXIST:
		return ERR_EXISTS;
	default:
		return ERR_IO;
	}
}

void
diag_init(struct diag *d)
{
	if (d == NULL)
		return;
	memset(d, 0, sizeof(*d));
	d->offset = DIAG_NOWHERE;
}

enum err
diag_set(struct diag *d, enum err code, const char *fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return code;
	diag_init(d);
	d->code = code;
	va_start(ap, fmt);
	(void)vsnprintf(d->msg, sizeof(d->msg), fmt, ap);
	va_end(ap);
	return code;
}

enum err
diag_errno(struct diag *d, const char *api, int errnum, const char *fmt, ...)
{
	enum err code = code_of_errno(errnum);
	char what[sizeof(d->msg) - 64];
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	diag_set(d, code, "%s: %s", what,
	    strerror_r(errnum, text, sizeof(text)));
	if (d != NULL) {
		d->api = api;
		d->native = errnum;
	}
	return code;
}

enum err
diag_nomem(struct diag *d)
{
	return diag_set(d, ERR_NOMEM, "out of memory");
}

void
diag_at(struct diag *d, size_t offset, const char *path_fmt, ...)
{
	va_list ap;

	if (d == NULL)
		return;
	d->offset = offset;
	va_start(ap, path_fmt);
	(void)vsnprintf(d->path, sizeof(d->path), path_fmt, ap);
	va_end(ap);
}

void
diag_line(struct diag *d, unsigned line, unsigned column)
{
	if (d == NULL)
		return;
	d->line = line;
	d->column = column;
}

const char *
diag_err_name(enum err code)
{
	if ((size_t)code >= sizeof(err_names) / sizeof(err_names[0]))
		return "unknown";
	return err_names[code];
}
