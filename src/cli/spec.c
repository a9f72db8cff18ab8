/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/spec.h"

#include <stdlib.h>
#include <string.h>

#include "base/beside.h"
#include "cli/input.h"
#include "data/scalar.h"

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)

#define NOT_SAID (-1)
#define NO_TIME INT64_MIN

static const struct doc_name kinds[] = { { "ctl", CTL_KIND_CTL },
	{ "itl", CTL_KIND_ITL }, { NULL, 0 } };

static const struct doc_name digests[] = { { "sha1", DIGEST_SHA1 },
	{ "sha512", DIGEST_SHA512 }, { NULL, 0 } };

/* A record as it stands there. */
struct line {
	int role, dialect;
	const char *cert, *host, *ip;
	struct doc_place at;
};

static const struct line no_line = { .dialect = NOT_SAID };

static const struct doc_field line_fields[] = {
	{ FIELD(line, role, DOC_ENUM), .required = true, .names = entry_roles },
	{ FIELD(line, cert, DOC_STRING), .min = 1 },
	{ FIELD(line, host, DOC_STRING) },
	{ FIELD(line, ip, DOC_STRING) },
	{ FIELD(line, dialect, DOC_ENUM), .names = entry_dialects },
	{ .key = "", .type = DOC_PLACE, .offset = offsetof(struct line, at) },
};

static const struct doc_table line_table = { .what = "record",
	.size = sizeof(struct line),
	.defaults = &no_line,
	.fields = line_fields,
	.num_fields = DOC_NUM(line_fields) };

/* The file. */
struct whole {
	int kind, digest;
	const char *filename, *version;
	int64_t timestamp;
	struct doc_maps records;
	struct doc_place at;
};

static const struct whole no_whole = { .kind = CTL_KIND_AUTO,
	.digest = NOT_SAID,
	.timestamp = NO_TIME };

static const struct doc_field whole_fields[] = {
	{ FIELD(whole, kind, DOC_ENUM), .names = kinds },
	{ FIELD(whole, digest, DOC_ENUM), .names = digests },
	{ FIELD(whole, filename, DOC_STRING), .min = 1 },
	{ FIELD(whole, timestamp, DOC_TIME) },
	{ FIELD(whole, version, DOC_STRING) },
	{ FIELD(whole, records, DOC_MAPS), .max = CTL_MAX_RECORDS,
	    .table = &line_table },
	{ .key = "", .type = DOC_PLACE, .offset = offsetof(struct whole, at) },
};

const struct doc_table spec_table = { .what = "list",
	.size = sizeof(struct whole),
	.defaults = &no_whole,
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

/* One of the two numbers of a version. */
static bool
read_part(const char *from, size_t len, uint8_t *ret)
{
	uint64_t n;

	if (!scalar_number(bytes_of(from, len), &n) || n > UINT8_MAX)
		return false;
	*ret = (uint8_t)n;
	return true;
}

/* "1.2" */
static enum err
take_version(const struct whole *w, struct spec *sp, struct diag *d)
{
	const char *text = w->version, *dot;

	if (text == NULL)
		return ERR_OK;
	dot = strchr(text, '.');
	if (dot == NULL || text[strspn(text, "0123456789.")] != '\0' ||
	    !read_part(text, (size_t)(dot - text), &sp->major) ||
	    !read_part(dot + 1, strlen(dot + 1), &sp->minor) ||
	    sp->major + sp->minor == 0)
		return doc_refuse(w->at, d,
		    "a version is two numbers, such as \"1.2\", not \"%.20s\"",
		    text);
	return ERR_OK;
}

static enum err
take_time(const struct whole *w, struct spec *sp, struct diag *d)
{
	if (w->timestamp == NO_TIME)
		return ERR_OK;
	if (w->timestamp < 0 || w->timestamp > UINT32_MAX)
		return doc_refuse(w->at, d,
		    "the header's time is from 1970 to 2106");
	sp->has_timestamp = true;
	sp->timestamp = (uint32_t)w->timestamp;
	return ERR_OK;
}

static void
put_where(struct buf *out, const char *path, const char *cert)
{
	if (strncmp(cert, "pkcs11:", 7) == 0)
		buf_str(out, cert);
	else
		beside_put(out, path, cert);
}

static enum err
take_values(const struct line *l, const char *path, struct entry *en,
    struct diag *d)
{
	enum err e = ERR_OK;

	if (l->cert != NULL)
		put_where(&en->where, path, l->cert);
	if (!buf_ok(&en->where))
		return diag_nomem(d);
	if (l->host != NULL)
		e = entry_set_host(en, bytes_of_str(l->host), d);
	if (e == ERR_OK && l->ip != NULL)
		e = entry_set_address(en, l->ip, d);
	return e;
}

static enum err
take_line(const struct line *l, const char *path, struct entry *en,
    struct diag *d)
{
	struct diag why;
	enum err e;

	diag_init(&why);
	en->role = (uint16_t)l->role;
	en->at = l->at;
	en->has_dialect = l->dialect != NOT_SAID;
	if (en->has_dialect)
		en->dialect = (enum ctl_dialect)l->dialect;
	if (l->cert == NULL && l->host == NULL && l->ip == NULL)
		return doc_refuse(l->at, d,
		    "a record has a cert, or a host or ip of its own");
	e = take_values(l, path, en, &why);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	return e == ERR_OK ? ERR_OK : doc_refuse(l->at, d, "%s", why.msg);
}

static enum err
take_lines(const struct whole *w, const char *path, struct spec *sp,
    struct diag *d)
{
	const struct line *lines = w->records.item;
	enum err e = ERR_OK;
	size_t i;

	if (w->records.num == 0)
		return ERR_OK;
	sp->entries = calloc(w->records.num, sizeof(*sp->entries));
	if (sp->entries == NULL)
		return diag_nomem(d);
	for (i = 0; i < w->records.num && e == ERR_OK; i++) {
		sp->num_entries++;
		e = take_line(&lines[i], path, &sp->entries[i], d);
	}
	return e;
}

enum err
spec_read(struct bytes text, const char *path, struct spec *ret, struct diag *d)
{
	struct spec sp = { .num_entries = 0 };
	struct whole whole;
	enum err e;

	e = doc_read(text, &spec_table, &whole, &sp.doc, d);
	if (e != ERR_OK)
		return e;
	sp.kind = (enum ctl_kind)whole.kind;
	sp.filename = whole.filename;
	if (whole.digest != NOT_SAID)
		sp.digest = digest_name((enum digest)whole.digest);
	e = take_version(&whole, &sp, d);
	if (e == ERR_OK)
		e = take_time(&whole, &sp, d);
	if (e == ERR_OK)
		e = take_lines(&whole, path, &sp, d);
	if (e == ERR_OK)
		*ret = sp;
	else
		spec_clear(&sp);
	return e;
}

enum err
spec_load(const char *path, struct spec *ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	e = input_load(path, DOC_SIZE_MAX, &text, d);
	if (e == ERR_OK)
		e = spec_read(buf_bytes(&text), path, ret, d);
	buf_clear(&text);
	return e;
}

void
spec_clear(struct spec *sp)
{
	size_t i;

	for (i = 0; i < sp->num_entries; i++)
		entry_clear(&sp->entries[i]);
	free(sp->entries);
	doc_free(&sp->doc);
	memset(sp, 0, sizeof(*sp));
}
