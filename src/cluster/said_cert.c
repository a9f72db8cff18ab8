/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of certificates and requests. */
#include <stdlib.h>
#include <string.h>

#include "cluster/said_parts.h"

#define CERTS_MAX 20000

struct certs {
	struct said_text t;
	struct said_array all; /* of struct said_cert */
};

/* Parts "CallManager-trust/CAP-RTP-001.pem: Certificate Signed by ..." or
 * "tomcat/tomcat.csr". A colon may be in the name of a file: that behind its
 * ending counts. */
static bool
split_cert(struct bytes line, struct bytes *unit, struct bytes *file,
    struct bytes *text)
{
	static const char *const ends[] = { ".pem:", ".der:", ".csr:", ": " };
	const uint8_t *slash = memchr(line.ptr, '/', line.len);
	size_t at = 0, i;

	if (slash == NULL || slash == line.ptr)
		return false;
	*unit = bytes_of(line.ptr, (size_t)(slash - line.ptr));
	*file = said_from(line, unit->len + 1);
	*text = said_from(*file, file->len);
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (!said_finds(*file, ends[i], &at))
			continue;
		at += strlen(ends[i]) - (ends[i][0] == '.' ? 1 : 2);
		*text = said_trimmed(said_from(*file, at + 1));
		file->len = at;
		break;
	}
	*file = said_trimmed(*file);
	for (i = 0; i < unit->len; i++)
		if (said_is_blank(unit->ptr[i]) || unit->ptr[i] == ':')
			return false;
	return file->len > 0;
}

static enum err
take_cert(struct certs *r, struct bytes line, struct diag *diag)
{
	struct bytes unit, file, text;
	struct said_cert *c;
	void *item = NULL;
	enum err e;

	if (!split_cert(line, &unit, &file, &text))
		return said_wrong(&r->t, ERR_SYNTAX,
		    "this is no certificate of a list", diag);
	e = said_add(&r->t, &r->all, &item, diag);
	if (e != ERR_OK)
		return e;
	c = item;
	e = said_copy(&r->t, unit, "the name of a unit", c->unit,
	    sizeof(c->unit), diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, file, "the name of a certificate", c->file,
		    sizeof(c->file), diag);
	return e != ERR_OK ? e
			   : said_copy(&r->t, text, "what is said of it",
				 c->text, sizeof(c->text), diag);
}

enum err
said_certs(struct bytes text, struct said_certs *ret, struct diag *diag)
{
	struct certs r = { .all = { .size = sizeof(struct said_cert),
			       .max = CERTS_MAX } };
	struct bytes line;
	enum err e;

	e = said_begin(text, &r.t, diag);
	while (e == ERR_OK && said_full_line(&r.t, &line))
		if (!said_starts(line, "No Cert", NULL))
			e = take_cert(&r, line, diag);
	if (e == ERR_OK)
		*ret = (struct said_certs){ r.all.items, r.all.num };
	else
		free(r.all.items);
	return e;
}

void
said_certs_clear(struct said_certs *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}
