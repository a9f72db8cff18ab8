/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, read as hostile. */
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "cli/detached_parts.h"
#include "cli/input.h"
#include "data/doc.h"

#define MAX_TEXT 1024             /* bytes of a name */
#define MAX_PEM (1024 * 1024)     /* of the certificate */
#define MAX_LINES CTL_MAX_RECORDS /* of a summary, and more */

/* The file as it stands there. */
struct text_key {
	const char *subject, *certificate;
	struct bytes serial, id, sha1, sha256;
	unsigned bits;
	struct doc_place place;
};

struct text_item {
	const char *command, *target, *preimage;
	struct bytes target_hex, replaces, digest_value, digest_info;
	enum digest digest;
	enum ctl_kind kind;
	struct doc_strings summary, judgement;
	struct doc_place place;
};

struct text_request {
	const char *format;
	unsigned format_version;
	const struct text_key *key;
	struct doc_maps items;
	struct doc_place place;
};

#define KEY(name, kind, need, least, most)                                     \
	{                                                                      \
		.key = #name, .type = (kind),                                  \
		.offset = offsetof(struct text_key, name), .required = (need), \
		.min = (least), .max = (most)                                  \
	}
#define ITEM(name, kind, need, least, most)                       \
	{                                                         \
		.key = #name, .type = (kind),                     \
		.offset = offsetof(struct text_item, name),       \
		.required = (need), .min = (least), .max = (most) \
	}
#define PLACE(T)                                    \
	{                                           \
		.key = "", .type = DOC_PLACE,       \
		.offset = offsetof(struct T, place) \
	}

static const struct doc_name digests[] = {
#define DIGEST_NAME(id, name, len) { name, id },
	DIGEST_LIST(DIGEST_NAME)
#undef DIGEST_NAME
	    { NULL, 0 }
};

static const struct doc_name kinds[] = {
#define KIND_NAME(id, name) { name, id },
	CTL_KINDS(KIND_NAME)
#undef KIND_NAME
	    { NULL, 0 }
};

static const struct doc_field key_fields[] = {
	KEY(subject, DOC_STRING, true, 0, 64 * MAX_TEXT),
	KEY(serial, DOC_HEX, true, 0, MAX_TEXT),
	KEY(bits, DOC_UNSIGNED, true, 0, 0),
	KEY(id, DOC_HEX, true, 20, 20),
	KEY(sha1, DOC_HEX, true, 20, 20),
	KEY(sha256, DOC_HEX, true, 32, 32),
	KEY(certificate, DOC_STRING, true, 1, MAX_PEM),
	PLACE(text_key),
};

static const struct doc_table key_table = { .what = "key",
	.size = sizeof(struct text_key),
	.fields = key_fields,
	.num_fields = DOC_NUM(key_fields) };

static const struct doc_field item_fields[] = {
	ITEM(command, DOC_STRING, true, 1, MAX_TEXT),
	ITEM(target, DOC_STRING, true, 1, 3 * DETACHED_MAX_PATH),
	ITEM(target_hex, DOC_HEX, false, 1, DETACHED_MAX_PATH),
	{ .key = "kind",
	    .type = DOC_ENUM,
	    .offset = offsetof(struct text_item, kind),
	    .required = true,
	    .names = kinds },
	ITEM(replaces, DOC_HEX, false, 32, 32),
	ITEM(summary, DOC_STRINGS, true, 0, 2 * MAX_LINES),
	ITEM(judgement, DOC_STRINGS, false, 0, DETACHED_MAX_SAID),
	{ .key = "digest",
	    .type = DOC_ENUM,
	    .offset = offsetof(struct text_item, digest),
	    .required = true,
	    .names = digests },
	ITEM(digest_value, DOC_HEX, true, 1, DIGEST_MAX_LEN),
	ITEM(digest_info, DOC_HEX, true, 1, 2 * DIGEST_MAX_LEN),
	ITEM(preimage, DOC_STRING, true, 1, DETACHED_MAX_SIZE),
	PLACE(text_item),
};

static const struct doc_table item_table = { .what = "item",
	.size = sizeof(struct text_item),
	.fields = item_fields,
	.num_fields = DOC_NUM(item_fields) };

static const struct doc_field request_fields[] = {
	{ .key = "format",
	    .type = DOC_STRING,
	    .required = true,
	    .max = MAX_TEXT,
	    .offset = offsetof(struct text_request, format) },
	{ .key = "format_version",
	    .type = DOC_UNSIGNED,
	    .required = true,
	    .min = 1,
	    .offset = offsetof(struct text_request, format_version) },
	{ .key = "key",
	    .type = DOC_MAP,
	    .required = true,
	    .table = &key_table,
	    .offset = offsetof(struct text_request, key) },
	{ .key = "items",
	    .type = DOC_MAPS,
	    .required = true,
	    .min = 1,
	    .max = DETACHED_MAX_ITEMS,
	    .table = &item_table,
	    .offset = offsetof(struct text_request, items) },
	PLACE(text_request),
};

static const struct doc_table request_table = { .what = "request",
	.size = sizeof(struct text_request),
	.fields = request_fields,
	.num_fields = DOC_NUM(request_fields) };

/* ---- Judging. ---- */

/* What stands at PLACE is not what follows from the rest. */
static enum err
untrue(struct doc_place place, const char *what, struct diag *d)
{
	(void)diag_set(d, ERR_POLICY,
	    "%s: the request was changed after it was made, or is damaged",
	    what);
	diag_line(d, place.line, place.column);
	return ERR_POLICY;
}

/* E, which something in the request has caused, at its PLACE. */
static enum err
at_place(struct doc_place place, enum err e, struct diag *d)
{
	if (e != ERR_OK && e != ERR_NOMEM)
		diag_line(d, place.line, place.column);
	return e;
}

static enum err
check_key(const struct text_key *t, const struct cert *cert, struct diag *d)
{
	struct detached_key k = { .id = { 0 } };
	const char *what = NULL;
	enum err e = at_place(t->place, detached_key_of(cert, &k, d), d);

	if (e != ERR_OK)
		return e;
	if (!bytes_equal(t->sha256, digest_bytes(&k.sha256)))
		what = "sha256 is not that of the certificate";
	else if (!bytes_equal(t->sha1, digest_bytes(&k.sha1)))
		what = "sha1 is not that of the certificate";
	else if (!bytes_equal(t->id, buf_bytes(&k.id)))
		what = "id is not that of the certificate's key";
	else if (!bytes_equal(t->serial, cert_serial(cert)))
		what = "serial is not that of the certificate";
	else if (!bytes_equal(bytes_of_str(t->subject), buf_bytes(&k.subject)))
		what = "subject is not that of the certificate";
	else if (t->bits != pubkey_bits(cert_key(cert)))
		what = "bits is not the size of the certificate's key";
	detached_key_clear(&k);
	return what == NULL ? ERR_OK : untrue(t->place, what, d);
}

static enum err
read_key(const struct text_key *t, struct detached **ret, struct diag *d)
{
	struct cert *cert = NULL;
	enum err e;

	e = at_place(t->place,
	    cert_from_file(bytes_of_str(t->certificate), &cert, d), d);
	if (e == ERR_OK)
		e = check_key(t, cert, d);
	if (e == ERR_OK)
		e = detached_new(cert, ret, d);
	cert_free(&cert);
	return e;
}

/* U is what its bytes say; that T says the same. */
static enum err
check_item(const struct text_item *t, const struct ctl_unsigned *u,
    struct diag *d)
{
	struct detached_item it = { .unsigned_ = *u };
	struct buf info = { 0 };
	const char *what = NULL;
	enum err e;

	e = detached_put_part(&it, DETACHED_DIGEST_INFO, &info, d);
	if (e != ERR_OK)
		return at_place(t->place, e, d);
	if (t->digest != u->digest)
		what = "digest is not the one that the header names";
	else if (!bytes_equal(t->digest_value, digest_bytes(&u->value)))
		what = "digest_value is not the digest of preimage";
	else if (!bytes_equal(t->digest_info, buf_bytes(&info)))
		what = "digest_info is not that of the digest of preimage";
	else if (t->kind != u->kind)
		what = "kind is not that of preimage";
	buf_clear(&info);
	return what == NULL ? ERR_OK : untrue(t->place, what, d);
}

/* The bytes of the name that the file is to get. */
static enum err
read_target(const struct text_item *t, struct buf *ret, struct diag *d)
{
	struct buf readable = { 0 };
	bool same = true;

	if (t->target_hex.ptr == NULL) {
		buf_str(ret, t->target);
	} else if (memchr(t->target_hex.ptr, 0, t->target_hex.len) != NULL) {
		return doc_refuse(t->place, d, "target_hex has a NUL in it");
	} else {
		buf_put(ret, t->target_hex);
		text_put_utf8(&readable, t->target_hex);
		same = bytes_equal(buf_bytes(&readable),
		    bytes_of_str(t->target));
		buf_clear(&readable);
	}
	if (!same)
		return untrue(t->place, "target is not what target_hex is", d);
	return buf_cstr(ret) == NULL ? diag_nomem(d) : ERR_OK;
}

static void
join(struct buf *out, const struct doc_strings *lines)
{
	size_t i;

	for (i = 0; i < lines->num; i++) {
		buf_str(out, lines->item[i]);
		buf_u8(out, '\n');
	}
}

static enum err
add_item(struct detached *r, const struct text_item *t, struct ctl_unsigned *u,
    struct diag *d)
{
	struct detached_item it = { .command = t->command };
	struct buf target = { 0 }, said = { 0 };
	enum err e;

	it.has_base = t->replaces.ptr != NULL;
	if (it.has_base) {
		memcpy(it.base.byte, t->replaces.ptr, t->replaces.len);
		it.base.len = t->replaces.len;
	}
	e = read_target(t, &target, d);
	join(&said, &t->judgement);
	if (e == ERR_OK && !buf_ok(&said))
		e = diag_nomem(d);
	if (e == ERR_OK) {
		it.target = buf_cstr(&target);
		e = detached_append(r, &it, buf_bytes(&said), u, d);
	}
	buf_clear(&target);
	buf_clear(&said);
	return e;
}

static enum err
read_item(struct detached *r, const struct text_item *t, struct diag *d)
{
	struct ctl_unsigned u = { .gap = 0 };
	struct buf preimage = { 0 };
	enum err e = ERR_OK;

	if (!base64_take(bytes_of_str(t->preimage), &preimage))
		e = doc_refuse(t->place, d, "preimage is not base64");
	else if (!buf_ok(&preimage))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = at_place(t->place,
		    ctl_unsigned_read(buf_bytes(&preimage), detached_cert(r),
			&u, d),
		    d);
	if (e == ERR_OK)
		e = check_item(t, &u, d);
	if (e == ERR_OK)
		e = add_item(r, t, &u, d);
	ctl_unsigned_clear(&u);
	buf_clear(&preimage);
	return e;
}

static enum err
check_format(const struct text_request *t, struct diag *d)
{
	if (strcmp(t->format, DETACHED_FORMAT) != 0)
		return doc_refuse(t->place, d,
		    "this is a '%.40s', and not a '%s'", t->format,
		    DETACHED_FORMAT);
	if (t->format_version == DETACHED_VERSION)
		return ERR_OK;
	(void)diag_set(d, ERR_UNSUPPORTED,
	    "a request of format version %u; this program knows version %d",
	    t->format_version, DETACHED_VERSION);
	diag_line(d, t->place.line, t->place.column);
	return ERR_UNSUPPORTED;
}

enum err
detached_parse(struct bytes text, struct detached **ret, struct diag *d)
{
	struct text_request t = { .format = NULL };
	const struct text_item *items;
	struct detached *r = NULL;
	struct doc *doc = NULL;
	enum err e;
	size_t i;

	e = doc_read_json(text, DETACHED_MAX_SIZE, &request_table, &t, &doc, d);
	if (e != ERR_OK)
		return e;
	e = check_format(&t, d);
	if (e == ERR_OK)
		e = read_key(t.key, &r, d);
	items = t.items.item;
	for (i = 0; e == ERR_OK && i < t.items.num; i++)
		e = read_item(r, &items[i], d);
	if (e == ERR_OK)
		*ret = r;
	else
		detached_free(&r);
	doc_free(&doc);
	return e;
}

enum err
detached_read(const char *path, struct detached **ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	e = input_load(path, DETACHED_MAX_SIZE, &text, d);
	if (e == ERR_OK)
		e = detached_parse(buf_bytes(&text), ret, d);
	buf_clear(&text);
	return e;
}
