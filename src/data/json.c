/* SPDX-License-Identifier: Apache-2.0 */
#include "data/json.h"

#include <string.h>

#include "base/text.h"

static enum err
set_string(json_t *obj, const char *key, struct bytes text, struct diag *diag)
{
	json_t *value = json_stringn(text.len > 0 ? (const char *)text.ptr : "",
	    text.len);

	/* json_object_set_new() takes VALUE over even when it fails. */
	if (value == NULL || json_object_set_new(obj, key, value) != 0)
		return diag_nomem(diag);
	return ERR_OK;
}

static enum err
set_damaged(json_t *obj, const char *key, struct bytes text, struct diag *diag)
{
	struct buf readable = { 0 }, hex = { 0 }, hex_key = { 0 };
	const char *name;
	enum err err;

	text_put_utf8(&readable, text);
	text_put_hex(&hex, text, "", TEXT_LOWER);
	buf_printf(&hex_key, "%s_hex", key);
	name = buf_cstr(&hex_key);
	if (name == NULL || !buf_ok(&readable) || !buf_ok(&hex)) {
		err = diag_nomem(diag);
		goto out;
	}
	err = set_string(obj, key, buf_bytes(&readable), diag);
	if (err != ERR_OK)
		goto out;
	err = set_string(obj, name, buf_bytes(&hex), diag);
	if (err != ERR_OK)
		(void)json_object_del(obj, key);
out:
	buf_clear(&readable);
	buf_clear(&hex);
	buf_clear(&hex_key);
	return err;
}

enum err
doc_json_text(json_t *obj, const char *key, struct bytes text,
    struct diag *diag)
{
	if (text_is_utf8(text))
		return set_string(obj, key, text, diag);
	return set_damaged(obj, key, text, diag);
}

/* DEL is the one control character that JSON lets stand and jansson leaves;
 * a terminal would act on it. It can only stand in a string. */
static int
put_chunk(const char *chunk, size_t len, void *out)
{
	const char *del, *end = chunk + len;
	struct buf *b = out;

	while ((del = memchr(chunk, 0x7f, (size_t)(end - chunk))) != NULL) {
		buf_put(b, bytes_of(chunk, (size_t)(del - chunk)));
		buf_str(b, "\\u007f");
		chunk = del + 1;
	}
	buf_put(b, bytes_of(chunk, (size_t)(end - chunk)));
	return buf_ok(b) ? 0 : -1;
}

/* Into a buffer of its own, so that OUT gets all or nothing; END behind it. */
static enum err
dump(const json_t *json, size_t flags, const char *end, struct buf *out,
    struct diag *diag)
{
	struct buf text = { 0 };
	enum err err = ERR_OK;

	if (!json_is_object(json) && !json_is_array(json))
		return diag_set(diag, ERR_USAGE,
		    "only an object or an array can be written as JSON");
	if (json_dump_callback(json, put_chunk, &text,
		flags | JSON_ENSURE_ASCII) != 0) {
		err = diag_nomem(diag);
		goto out;
	}
	buf_str(&text, end);
	if (buf_ok(&text))
		buf_put(out, buf_bytes(&text));
	if (!buf_ok(&text) || !buf_ok(out))
		err = diag_nomem(diag);
out:
	buf_clear(&text);
	return err;
}

enum err
doc_json_dump(const json_t *json, struct buf *out, struct diag *diag)
{
	return dump(json, JSON_INDENT(2), "\n", out, diag);
}

enum err
doc_json_line(const json_t *json, struct buf *out, struct diag *diag)
{
	return dump(json, JSON_COMPACT, "", out, diag);
}
