/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that come back, as a response: JSON, one for each item. */
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "cli/detached_parts.h"
#include "cli/json_put.h"
#include "data/doc.h"
#include "data/json.h"

struct text_signature {
	enum digest digest;
	struct bytes digest_value;
	const char *signature;
	struct doc_place place;
};

struct text_response {
	const char *format;
	unsigned format_version;
	struct doc_maps signatures;
	struct doc_place place;
};

static const struct doc_name digests[] = {
#define DIGEST_NAME(id, name, len) { name, id },
	DIGEST_LIST(DIGEST_NAME)
#undef DIGEST_NAME
	    { NULL, 0 }
};

static const struct doc_field signature_fields[] = {
	{ .key = "digest",
	    .type = DOC_ENUM,
	    .required = true,
	    .names = digests,
	    .offset = offsetof(struct text_signature, digest) },
	{ .key = "digest_value",
	    .type = DOC_HEX,
	    .required = true,
	    .min = 1,
	    .max = DIGEST_MAX_LEN,
	    .offset = offsetof(struct text_signature, digest_value) },
	{ .key = "signature",
	    .type = DOC_STRING,
	    .required = true,
	    .min = 1,
	    .max = 4096,
	    .offset = offsetof(struct text_signature, signature) },
	{ .key = "",
	    .type = DOC_PLACE,
	    .offset = offsetof(struct text_signature, place) },
};

static const struct doc_table signature_table = { .what = "signature",
	.size = sizeof(struct text_signature),
	.fields = signature_fields,
	.num_fields = DOC_NUM(signature_fields) };

static const struct doc_field response_fields[] = {
	{ .key = "format",
	    .type = DOC_STRING,
	    .required = true,
	    .max = 1024,
	    .offset = offsetof(struct text_response, format) },
	{ .key = "format_version",
	    .type = DOC_UNSIGNED,
	    .required = true,
	    .min = 1,
	    .offset = offsetof(struct text_response, format_version) },
	{ .key = "signatures",
	    .type = DOC_MAPS,
	    .required = true,
	    .min = 1,
	    .max = DETACHED_MAX_ITEMS,
	    .table = &signature_table,
	    .offset = offsetof(struct text_response, signatures) },
	{ .key = "",
	    .type = DOC_PLACE,
	    .offset = offsetof(struct text_response, place) },
};

static const struct doc_table response_table = { .what = "response",
	.size = sizeof(struct text_response),
	.fields = response_fields,
	.num_fields = DOC_NUM(response_fields) };

enum err
detached_put_response(const struct detached *r, const struct buf *signatures,
    struct buf *out, struct diag *d)
{
	json_t *obj = json_object(), *list = json_array(), *one;
	struct json_sink s = { .failed = false };
	const struct ctl_unsigned *u;
	struct buf text = { 0 };
	enum err e;
	size_t i;

	json_put_str(&s, obj, "format", DETACHED_RESPONSE);
	json_put_number(&s, obj, "format_version", DETACHED_VERSION);
	for (i = 0; i < detached_num(r); i++) {
		u = &detached_item(r, i)->unsigned_;
		one = json_object();
		json_put_str(&s, one, "digest", digest_name(u->digest));
		json_put_hex(&s, one, "digest_value", digest_bytes(&u->value));
		base64_put(&text, buf_bytes(&signatures[i]));
		json_put_buf(&s, one, "signature", &text);
		json_append(&s, list, one);
	}
	json_put(&s, obj, "signatures", list);
	e = s.failed ? diag_nomem(d) : doc_json_dump(obj, out, d);
	json_decref(obj);
	return e;
}

bool
detached_is_response(struct bytes content)
{
	size_t i = 0;

	while (i < content.len && content.ptr[i] != 0 &&
	    strchr(" \t\r\n", content.ptr[i]) != NULL)
		i++;
	return i < content.len && content.ptr[i] == '{' &&
	    text_is_utf8(content);
}

static bool
is_for(const struct text_signature *t, const struct ctl_unsigned *u)
{
	return t->digest == u->digest &&
	    bytes_equal(t->digest_value, digest_bytes(&u->value));
}

/* The signature for item I: in its own place as a rule, else anywhere. */
static const struct text_signature *
find(const struct doc_maps *list, const struct detached *r, size_t i)
{
	const struct ctl_unsigned *u = &detached_item(r, i)->unsigned_;
	const struct text_signature *at = list->item;
	size_t k;

	if (i < list->num && is_for(&at[i], u))
		return &at[i];
	for (k = 0; k < list->num; k++)
		if (is_for(&at[k], u))
			return &at[k];
	return NULL;
}

static enum err
take_one(const struct detached *r, size_t i, const struct text_response *t,
    struct buf *ret, struct diag *d)
{
	const struct text_signature *s = find(&t->signatures, r, i);
	struct buf sig = { 0 };
	enum err e = ERR_OK;

	if (s == NULL)
		return diag_set(d, ERR_POLICY,
		    "it has no signature for item %zu of the request: it "
		    "answers another one",
		    i + 1);
	if (!base64_take(bytes_of_str(s->signature), &sig))
		e = doc_refuse(s->place, d, "signature is not base64");
	else if (!buf_ok(&sig))
		e = diag_nomem(d);
	if (e == ERR_OK) {
		e = detached_check(r, i, buf_bytes(&sig), d);
		if (e != ERR_OK && e != ERR_NOMEM)
			diag_line(d, s->place.line, s->place.column);
	}
	if (e == ERR_OK) {
		buf_put(ret, buf_bytes(&sig));
		if (!buf_ok(ret))
			e = diag_nomem(d);
	}
	buf_clear(&sig);
	return e;
}

static enum err
check_response(const struct text_response *t, const struct detached *r,
    struct diag *d)
{
	if (strcmp(t->format, DETACHED_RESPONSE) != 0)
		return doc_refuse(t->place, d,
		    "this is a '%.40s', and not a '%s'", t->format,
		    DETACHED_RESPONSE);
	if (t->format_version != DETACHED_VERSION) {
		(void)diag_set(d, ERR_UNSUPPORTED,
		    "a response of format version %u; this program knows "
		    "version %d",
		    t->format_version, DETACHED_VERSION);
		diag_line(d, t->place.line, t->place.column);
		return ERR_UNSUPPORTED;
	}
	if (t->signatures.num == detached_num(r))
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "it has %zu signatures, and the request %zu items: it answers "
	    "another one",
	    t->signatures.num, detached_num(r));
}

enum err
detached_take_response(const struct detached *r, struct bytes text,
    struct buf *ret, struct diag *d)
{
	struct text_response t = { .format = NULL };
	struct doc *doc = NULL;
	enum err e;
	size_t i;

	e = doc_read_json(text, DETACHED_MAX_SIZE, &response_table, &t, &doc,
	    d);
	if (e != ERR_OK)
		return e;
	e = check_response(&t, r, d);
	for (i = 0; e == ERR_OK && i < detached_num(r); i++)
		e = take_one(r, i, &t, &ret[i], d);
	doc_free(&doc);
	return e;
}
