/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <jansson.h>

#include "audit/line.h"
#include "base/text.h"
#include "data/json.h"

/* 9999-12-31T23:59:59Z */
#define TIME_MAX 253402300799

/* An object on its way; after a failure nothing more is put into it. */
struct maker {
	enum err err;
	struct diag *d;
};

/* VALUE's reference is taken over; NULL is out of memory. */
static void
put(struct maker *m, json_t *obj, const char *key, json_t *value)
{
	if (m->err != ERR_OK)
		json_decref(value);
	else if (json_object_set_new(obj, key, value) != 0)
		m->err = diag_nomem(m->d);
}

static void
put_text(struct maker *m, json_t *obj, const char *key, struct bytes text)
{
	if (m->err == ERR_OK && text.ptr != NULL)
		m->err = doc_json_text(obj, key, text, m->d);
}

static void
put_str(struct maker *m, json_t *obj, const char *key, const char *text)
{
	if (text != NULL)
		put_text(m, obj, key, bytes_of_str(text));
}

static void
put_buf(struct maker *m, json_t *obj, const char *key, struct buf *text)
{
	if (m->err == ERR_OK && !buf_ok(text))
		m->err = diag_nomem(m->d);
	put_text(m, obj, key, buf_bytes(text));
	buf_clear(text);
}

static void
put_hex(struct maker *m, json_t *obj, const char *key, struct bytes value)
{
	struct buf text = { 0 };

	if (value.len == 0)
		return;
	text_put_hex(&text, value, "", TEXT_LOWER);
	put_buf(m, obj, key, &text);
}

static void
put_time(struct maker *m, json_t *obj, const char *key, int64_t t)
{
	struct buf text = { 0 };

	if (m->err == ERR_OK && (t < 0 || t > TIME_MAX))
		m->err = diag_set(m->d, ERR_USAGE,
		    "%lld seconds since 1970 is no time that the audit log "
		    "takes",
		    (long long)t);
	text_put_rfc3339(&text, t);
	put_buf(m, obj, key, &text);
}

/* An object in OBJ, where there is something in it. */
static void
put_object(struct maker *m, json_t *obj, const char *key, json_t *inner)
{
	if (inner != NULL && json_object_size(inner) == 0)
		json_decref(inner);
	else
		put(m, obj, key, inner);
}

static json_t *
object(struct maker *m)
{
	json_t *obj = m->err == ERR_OK ? json_object() : NULL;

	if (m->err == ERR_OK && obj == NULL)
		m->err = diag_nomem(m->d);
	return obj;
}

static void
put_token(struct maker *m, json_t *obj, const struct audit_record *r)
{
	json_t *token = object(m);

	put_text(m, token, "label", r->token_label);
	put_text(m, token, "serial", r->token_serial);
	put_object(m, obj, "token", token);
}

static void
put_key(struct maker *m, json_t *obj, const struct audit_record *r)
{
	json_t *key = object(m);

	put_hex(m, key, "id", r->key_id);
	put_text(m, key, "label", r->key_label);
	put_object(m, obj, "key", key);
}

static void
put_digest(struct maker *m, json_t *obj, const struct audit_record *r)
{
	json_t *digest;

	if (r->digest_value.len == 0)
		return;
	digest = object(m);
	put_str(m, digest, "algorithm", digest_name(r->digest));
	put_hex(m, digest, "value", r->digest_value);
	put_object(m, obj, "digest", digest);
}

static void
put_record(struct maker *m, json_t *obj, const struct audit_record *r,
    const struct line_link *link)
{
	put(m, obj, "line", json_integer((json_int_t)link->number));
	put_hex(m, obj, "prev", digest_bytes(&link->prev));
	if (link->torn)
		put(m, obj, "after_torn_line", json_true());
	put_time(m, obj, "time", r->time);
	put_str(m, obj, "operation", audit_op_name(r->op));
	put_token(m, obj, r);
	put_key(m, obj, r);
	put_str(m, obj, "mechanism", r->mechanism);
	put_digest(m, obj, r);
	put_str(m, obj, "file", r->file);
	put_str(m, obj, "result", r->error == NULL ? "ok" : r->error);
	put_str(m, obj, "version", r->version);
}

static void
put_header(struct maker *m, json_t *obj, const struct audit_birth *birth)
{
	put(m, obj, "line", json_integer(1));
	put_str(m, obj, "format", "ctlsmith-audit");
	put(m, obj, "format_version", json_integer(1));
	put_hex(m, obj, "id", bytes_of(birth->id, sizeof(birth->id)));
	put_time(m, obj, "created", birth->time);
	put_str(m, obj, "version", birth->version);
}

enum err
line_seal(struct buf *line, size_t start, struct diag *d)
{
	struct bytes body = bytes_of(line->ptr + start, line->len - start);
	struct digest_value sum;
	enum err e;

	e = digest_of(DIGEST_SHA256, &body, 1, &sum, d);
	if (e != ERR_OK)
		return e;
	buf_str(line, ",\"sum\":\"");
	text_put_hex(line, digest_bytes(&sum), "", TEXT_LOWER);
	buf_str(line, "\"}\n");
	return buf_ok(line) ? ERR_OK : diag_nomem(d);
}

/* Appends OBJ without its closing brace, and then the end of a line. */
static enum err
finish(struct maker *m, json_t *obj, struct buf *ret)
{
	size_t start = ret->len;
	struct buf line = { 0 };

	if (m->err == ERR_OK)
		m->err = doc_json_line(obj, &line, m->d);
	if (m->err == ERR_OK) {
		line.len--;
		m->err = line_seal(&line, 0, m->d);
	}
	if (m->err == ERR_OK && line.len - 1 > AUDIT_RECORD_MAX)
		m->err = diag_set(m->d, ERR_TOO_BIG,
		    "a record of %zu bytes is over the audit log's limit of "
		    "%zu",
		    line.len - 1, AUDIT_RECORD_MAX);
	if (m->err == ERR_OK)
		buf_put(ret, buf_bytes(&line));
	if (m->err == ERR_OK && !buf_ok(ret)) {
		ret->len = start;
		m->err = diag_nomem(m->d);
	}
	buf_clear(&line);
	return m->err;
}

enum err
line_put_header(const struct audit_birth *birth, struct buf *ret,
    struct diag *d)
{
	struct maker m = { ERR_OK, d };
	json_t *obj = object(&m);
	enum err e;

	put_header(&m, obj, birth);
	e = finish(&m, obj, ret);
	json_decref(obj);
	return e;
}

enum err
line_put(const struct audit_record *record, const struct line_link *link,
    struct buf *ret, struct diag *d)
{
	struct maker m = { ERR_OK, d };
	json_t *obj = object(&m);
	enum err e;

	put_record(&m, obj, record, link);
	e = finish(&m, obj, ret);
	json_decref(obj);
	return e;
}
