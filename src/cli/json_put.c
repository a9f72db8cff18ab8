/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/json_put.h"

#include <string.h>

#include "base/text.h"
#include "data/json.h"

void
json_put(struct json_sink *s, json_t *obj, const char *key, json_t *value)
{
	if (json_object_set_new(obj, key, value) != 0)
		s->failed = true;
}

void
json_append(struct json_sink *s, json_t *list, json_t *item)
{
	if (json_array_append_new(list, item) != 0)
		s->failed = true;
}

void
json_put_text(struct json_sink *s, json_t *obj, const char *key,
    struct bytes text)
{
	if (text.ptr == NULL)
		json_put(s, obj, key, json_null());
	else if (doc_json_text(obj, key, text, NULL) != ERR_OK)
		s->failed = true;
}

void
json_put_str(struct json_sink *s, json_t *obj, const char *key,
    const char *text)
{
	json_put_text(s, obj, key,
	    text == NULL ? bytes_of(NULL, 0) : bytes_of_str(text));
}

void
json_put_number(struct json_sink *s, json_t *obj, const char *key, size_t n)
{
	json_put(s, obj, key, json_integer((json_int_t)n));
}

void
json_put_buf(struct json_sink *s, json_t *obj, const char *key,
    struct buf *text)
{
	const char *chars = buf_cstr(text);

	if (chars == NULL)
		s->failed = true;
	else
		json_put_text(s, obj, key, bytes_of(chars, text->len));
	buf_clear(text);
}

void
json_put_hex(struct json_sink *s, json_t *obj, const char *key,
    struct bytes value)
{
	struct buf text = { 0 };

	text_put_hex(&text, value, "", TEXT_LOWER);
	json_put_buf(s, obj, key, &text);
}

void
json_put_serial(struct json_sink *s, json_t *obj, const char *key,
    struct bytes serial)
{
	struct buf text = { 0 };

	if (serial.ptr == NULL) {
		json_put(s, obj, key, json_null());
		return;
	}
	text_put_hex(&text, serial, ":", TEXT_UPPER);
	json_put_buf(s, obj, key, &text);
}

void
json_put_lines(struct json_sink *s, json_t *obj, const char *key,
    struct bytes text)
{
	json_t *list = json_array();
	const uint8_t *end;
	struct bytes line;

	while (text.len > 0) {
		end = memchr(text.ptr, '\n', text.len);
		if (!bytes_take(&text,
			end == NULL ? text.len : (size_t)(end - text.ptr),
			&line))
			break;
		json_append(s, list,
		    json_stringn((const char *)line.ptr, line.len));
		if (text.len > 0 && !bytes_take(&text, 1, &line))
			break;
	}
	json_put(s, obj, key, list);
}

void
json_put_time(struct json_sink *s, json_t *obj, const char *key, int64_t when)
{
	struct buf text = { 0 };

	text_put_rfc3339(&text, when);
	json_put_buf(s, obj, key, &text);
}

void
json_put_digest(struct json_sink *s, json_t *obj, enum digest which,
    struct bytes of)
{
	struct digest_value value;

	if (digest_of(which, &of, 1, &value, NULL) != ERR_OK)
		s->failed = true;
	else
		json_put_hex(s, obj, digest_name(which), digest_bytes(&value));
}

void
json_put_offset(struct json_sink *s, json_t *obj, const struct diag *d)
{
	if (d->offset == DIAG_NOWHERE)
		json_put(s, obj, "offset", json_null());
	else
		json_put_number(s, obj, "offset", d->offset);
}

void
json_put_line(struct json_sink *s, json_t *obj, unsigned line)
{
	json_put(s, obj, "line", line == 0 ? json_null() : json_integer(line));
}

void
json_put_error(struct json_sink *s, json_t *obj, const struct diag *d)
{
	json_t *o;

	if (d == NULL) {
		json_put(s, obj, "error", json_null());
		return;
	}
	o = json_object();
	json_put_str(s, o, "code", diag_err_name(d->code));
	json_put_str(s, o, "message", d->msg);
	json_put_offset(s, o, d);
	json_put_line(s, o, d->line);
	json_put_str(s, o, "path", d->path[0] == '\0' ? NULL : d->path);
	json_put(s, obj, "error", o);
}
