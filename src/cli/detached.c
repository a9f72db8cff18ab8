/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "cli/detached_parts.h"
#include "cli/json_put.h"
#include "cli/place.h"
#include "data/json.h"
#include "pki/sig.h"

/* More than that is too large as base64, whatever else there is to write. */
#define PREIMAGES_MAX (DETACHED_MAX_SIZE / 4 * 3)

struct item {
	struct detached_item public;
	struct buf text; /* the strings, with their NULs */
	const char **lines;
};

struct detached {
	struct cert *cert;
	struct item *items;
	size_t num, cap;
	size_t size; /* of all preimages */
};

/* ---- In memory. ---- */

enum err
detached_new(const struct cert *cert, struct detached **ret, struct diag *d)
{
	struct detached *r = calloc(1, sizeof(*r));
	enum err e;

	if (r == NULL)
		return diag_nomem(d);
	e = cert_from_der(cert_der(cert), &r->cert, d);
	if (e == ERR_OK)
		*ret = r;
	else
		free(r);
	return e;
}

static void
clear_item(struct item *it)
{
	ctl_unsigned_clear(&it->public.unsigned_);
	buf_clear(&it->text);
	free((void *)it->lines);
}

void
detached_free(struct detached **r)
{
	size_t i;

	if (*r == NULL)
		return;
	for (i = 0; i < (*r)->num; i++)
		clear_item(&(*r)->items[i]);
	free((*r)->items);
	cert_free(&(*r)->cert);
	free(*r);
	*r = NULL;
}

/* Room for one item more. */
static enum err
grow(struct detached *r, struct diag *d)
{
	size_t cap = r->cap == 0 ? 4 : r->cap * 2;
	struct item *more;

	if (r->num == DETACHED_MAX_ITEMS)
		return diag_set(d, ERR_TOO_BIG,
		    "more than %d files for one request; sign them in several",
		    DETACHED_MAX_ITEMS);
	if (r->num < r->cap)
		return ERR_OK;
	more = realloc(r->items, cap * sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	r->items = more;
	r->cap = cap;
	return ERR_OK;
}

/* The next line of *REST, without its end; false where there is none. */
static bool
next_line(struct bytes *rest, struct bytes *ret)
{
	const uint8_t *end;
	size_t len;

	if (rest->len == 0)
		return false;
	end = memchr(rest->ptr, '\n', rest->len);
	len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
	*ret = bytes_of(rest->ptr, len);
	*rest = bytes_of(rest->ptr + len, rest->len - len);
	if (rest->len > 0)
		*rest = bytes_of(rest->ptr + 1, rest->len - 1);
	return true;
}

static size_t
count_lines(struct bytes text)
{
	struct bytes line;
	size_t num = 0;

	while (next_line(&text, &line))
		num++;
	return num;
}

/* Not more of them than a reader takes: what is too much is left out in the
 * middle, since what is judged stands at the end, and a line says so. */
static void
copy_said(struct item *it, struct bytes said)
{
	size_t i, num = count_lines(said);
	size_t over = num > DETACHED_MAX_SAID ? num - DETACHED_MAX_SAID + 1 : 0;
	size_t head = DETACHED_MAX_SAID / 2;
	struct bytes line;

	for (i = 0; next_line(&said, &line); i++) {
		if (over > 0 && i > head && i < head + over)
			continue;
		if (over > 0 && i == head)
			buf_printf(&it->text, "(%zu lines are left out)", over);
		else
			text_put_safe(&it->text, line);
		buf_u8(&it->text, 0);
		it->public.num_said++;
	}
}

/* Copies the strings into IT->text, one behind the other, each with a NUL. */
static void
copy_texts(struct item *it, const struct detached_item *what, struct bytes said)
{
	buf_str(&it->text, what->command);
	buf_u8(&it->text, 0);
	buf_str(&it->text, what->target);
	buf_u8(&it->text, 0);
	copy_said(it, said);
}

/* Points the item at its texts. */
static void
set_texts(struct item *it)
{
	const char *at = (const char *)it->text.ptr;
	size_t i;

	it->public.command = at;
	at += strlen(at) + 1;
	it->public.target = at;
	for (i = 0; i < it->public.num_said; i++) {
		at += strlen(at) + 1;
		it->lines[i] = at;
	}
	it->public.said = it->lines;
}

enum err
detached_append(struct detached *r, const struct detached_item *what,
    struct bytes said, struct ctl_unsigned *u, struct diag *d)
{
	struct item it = { .lines = NULL };
	enum err e;

	e = grow(r, d);
	if (e != ERR_OK)
		return e;
	it.public.has_base = what->has_base;
	it.public.base = what->base;
	copy_texts(&it, what, said);
	it.lines = calloc(it.public.num_said + 1, sizeof(*it.lines));
	if (!buf_ok(&it.text) || it.lines == NULL) {
		clear_item(&it);
		return diag_nomem(d);
	}
	set_texts(&it);
	it.public.unsigned_ = *u;
	memset(u, 0, sizeof(*u));
	r->size += it.public.unsigned_.preimage.len;
	r->items[r->num++] = it;
	return ERR_OK;
}

enum err
detached_add(struct detached *r, const struct detached_purpose *what,
    const struct ctl_unsigned *u, struct diag *d)
{
	struct detached_item item = { .command = what->command,
		.target = what->target,
		.has_base = what->base.ptr != NULL };
	struct ctl_unsigned copy = *u;
	enum err e = ERR_OK;

	if (strlen(what->target) > DETACHED_MAX_PATH)
		return diag_set(d, ERR_TOO_BIG,
		    "the name of the file is longer than %d bytes",
		    DETACHED_MAX_PATH);
	if (u->preimage.len > PREIMAGES_MAX ||
	    r->size > PREIMAGES_MAX - u->preimage.len)
		return diag_set(d, ERR_TOO_BIG,
		    "together the files are too large for one request, of "
		    "which at most %zu bytes are read; sign them in several",
		    DETACHED_MAX_SIZE);
	if (item.has_base)
		e = digest_of(DIGEST_SHA256, &what->base, 1, &item.base, d);
	if (e != ERR_OK)
		return e;
	buf_init(&copy.preimage);
	buf_put(&copy.preimage, buf_bytes(&u->preimage));
	e = buf_ok(&copy.preimage)
	    ? detached_append(r, &item, what->said, &copy, d)
	    : diag_nomem(d);
	buf_clear(&copy.preimage);
	return e;
}

const struct cert *
detached_cert(const struct detached *r)
{
	return r->cert;
}

size_t
detached_num(const struct detached *r)
{
	return r->num;
}

const struct detached_item *
detached_item(const struct detached *r, size_t i)
{
	return i < r->num ? &r->items[i].public : NULL;
}

/* ---- What is computed. ---- */

enum err
detached_key_of(const struct cert *cert, struct detached_key *ret,
    struct diag *d)
{
	struct bytes der = cert_der(cert);
	struct detached_key k = { .id = { 0 } };
	enum err e;

	e = digest_of(DIGEST_SHA1, &der, 1, &k.sha1, d);
	if (e == ERR_OK)
		e = digest_of(DIGEST_SHA256, &der, 1, &k.sha256, d);
	if (e == ERR_OK)
		e = cert_put_name(cert, CERT_SUBJECT, &k.subject, d);
	if (e == ERR_OK && cert_key(cert) == NULL)
		e = diag_set(d, ERR_UNSUPPORTED,
		    "the certificate has a key of an unknown kind");
	if (e == ERR_OK)
		e = pubkey_put_id(cert_key(cert), &k.id, d);
	if (e == ERR_OK)
		*ret = k;
	else
		detached_key_clear(&k);
	return e;
}

void
detached_key_clear(struct detached_key *k)
{
	buf_clear(&k->subject);
	buf_clear(&k->id);
}

enum err
detached_put_part(const struct detached_item *item, enum detached_part part,
    struct buf *out, struct diag *d)
{
	const struct ctl_unsigned *u = &item->unsigned_;

	switch (part) {
	case DETACHED_DIGEST:
		buf_put(out, digest_bytes(&u->value));
		break;
	case DETACHED_DIGEST_INFO:
		return sig_put_digest_info(u->digest, digest_bytes(&u->value),
		    out, d);
	case DETACHED_PREIMAGE:
		buf_put(out, buf_bytes(&u->preimage));
		break;
	}
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

/* ---- As a file. ---- */

static enum err
put_key(struct json_sink *s, json_t *obj, const struct cert *cert,
    struct diag *d)
{
	struct detached_key k = { .id = { 0 } };
	struct buf pem = { 0 };
	enum err e;

	e = detached_key_of(cert, &k, d);
	if (e == ERR_OK)
		e = cert_put_pem(cert_der(cert), &pem, d);
	if (e == ERR_OK) {
		json_put_buf(s, obj, "subject", &k.subject);
		json_put_serial(s, obj, "serial", cert_serial(cert));
		json_put_number(s, obj, "bits", pubkey_bits(cert_key(cert)));
		json_put_hex(s, obj, "id", buf_bytes(&k.id));
		json_put_hex(s, obj, "sha1", digest_bytes(&k.sha1));
		json_put_hex(s, obj, "sha256", digest_bytes(&k.sha256));
		json_put_buf(s, obj, "certificate", &pem);
	}
	detached_key_clear(&k);
	buf_clear(&pem);
	return e;
}

static void
put_said(struct json_sink *s, json_t *obj, const struct detached_item *it)
{
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < it->num_said; i++) {
		buf_str(&text, it->said[i]);
		buf_u8(&text, '\n');
	}
	if (!buf_ok(&text))
		s->failed = true;
	else if (it->num_said > 0)
		json_put_lines(s, obj, "judgement", buf_bytes(&text));
	buf_clear(&text);
}

static enum err
put_item(struct json_sink *s, json_t *obj, const struct detached_item *it,
    struct diag *d)
{
	const struct ctl_unsigned *u = &it->unsigned_;
	struct buf info = { 0 }, summary = { 0 }, preimage = { 0 };
	enum err e;

	e = detached_put_part(it, DETACHED_DIGEST_INFO, &info, d);
	if (e == ERR_OK)
		e = detached_put_summary(u, &summary, d);
	if (e != ERR_OK)
		goto out;
	base64_put(&preimage, buf_bytes(&u->preimage));
	json_put_str(s, obj, "command", it->command);
	json_put_str(s, obj, "target", it->target);
	json_put_str(s, obj, "kind", ctl_kind_name(u->kind));
	if (it->has_base)
		json_put_hex(s, obj, "replaces", digest_bytes(&it->base));
	json_put_lines(s, obj, "summary", buf_bytes(&summary));
	put_said(s, obj, it);
	json_put_str(s, obj, "digest", digest_name(u->digest));
	json_put_hex(s, obj, "digest_value", digest_bytes(&u->value));
	json_put_hex(s, obj, "digest_info", buf_bytes(&info));
	json_put_buf(s, obj, "preimage", &preimage);
out:
	buf_clear(&info);
	buf_clear(&summary);
	buf_clear(&preimage);
	return e;
}

static enum err
put_all(const struct detached *r, json_t *obj, struct diag *d)
{
	json_t *key = json_object(), *items = json_array(), *one;
	struct json_sink s = { .failed = false };
	enum err e;
	size_t i;

	json_put_str(&s, obj, "format", DETACHED_FORMAT);
	json_put_number(&s, obj, "format_version", DETACHED_VERSION);
	e = put_key(&s, key, r->cert, d);
	json_put(&s, obj, "key", key);
	for (i = 0; e == ERR_OK && i < r->num; i++) {
		one = json_object();
		e = put_item(&s, one, &r->items[i].public, d);
		json_append(&s, items, one);
	}
	json_put(&s, obj, "items", items);
	if (e == ERR_OK && s.failed)
		e = diag_nomem(d);
	return e;
}

static enum err
save(const char *path, bool clobber, struct bytes text, struct diag *d)
{
	if (strcmp(path, "-") != 0)
		return place_write_other(path, clobber, text, d);
	if (fwrite(text.ptr, 1, text.len, stdout) == text.len &&
	    fflush(stdout) == 0)
		return ERR_OK;
	return diag_errno(d, "write", errno, "standard output");
}

enum err
detached_put(const struct detached *r, struct buf *out, struct diag *d)
{
	json_t *obj = json_object();
	struct buf text = { 0 };
	enum err e;

	e = put_all(r, obj, d);
	if (e == ERR_OK)
		e = doc_json_dump(obj, &text, d);
	json_decref(obj);
	if (e == ERR_OK && text.len > DETACHED_MAX_SIZE)
		e = diag_set(d, ERR_TOO_BIG,
		    "the request would have %zu bytes, and at most %zu are "
		    "read; sign fewer files at a time",
		    text.len, DETACHED_MAX_SIZE);
	if (e == ERR_OK) {
		buf_put(out, buf_bytes(&text));
		if (!buf_ok(out))
			e = diag_nomem(d);
	}
	buf_clear(&text);
	return e;
}

enum err
detached_write(const struct detached *r, const char *path, bool clobber,
    struct diag *d)
{
	struct buf text = { 0 };
	enum err e = detached_put(r, &text, d);

	if (e == ERR_OK)
		e = save(path, clobber, buf_bytes(&text), d);
	buf_clear(&text);
	return e;
}

enum err
detached_request(const char *path, bool clobber, const struct cert *cert,
    const struct detached_purpose *what, const struct ctl_unsigned *u,
    struct diag *d)
{
	struct detached *r = NULL;
	enum err e;

	e = detached_new(cert, &r, d);
	if (r != NULL)
		e = detached_add(r, what, u, d);
	if (r != NULL && e == ERR_OK)
		e = detached_write(r, path, clobber, d);
	detached_free(&r);
	return e;
}
