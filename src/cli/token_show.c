/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_show.h"

#include <string.h>

#include "base/text.h"
#include "cli/json_put.h"

/* ---- For people -------------------------------------------------------------- */

/* What is so with every token in use is not worth a word. */
static bool
is_news(const struct tok_info *i, enum tok_flag f)
{
	if (f == TOK_INITIALISED || f == TOK_PIN_SET || f == TOK_REMOVABLE ||
	    f == TOK_HARDWARE || f == TOK_LOGIN)
		return false;
	if (f >= TOK_SO_LOW && !tok_has(i, TOK_INITIALISED))
		return false;
	return tok_has(i, f);
}

void
token_put_state(struct buf *out, const struct tok_info *i)
{
	const char *sep = "";
	int f;

	if (i->trouble.code != ERR_OK) {
		buf_str(out, i->trouble.msg);
		return;
	}
	if (!tok_has(i, TOK_INITIALISED)) {
		buf_str(out, "not initialised");
		sep = ", ";
	} else if (!tok_has(i, TOK_PIN_SET)) {
		buf_str(out, "no PIN set");
		sep = ", ";
	}
	for (f = 0; f < TOK_NUM_FLAGS; f++) {
		if (!is_news(i, (enum tok_flag)f))
			continue;
		buf_printf(out, "%s%s", sep, tok_flag_word((enum tok_flag)f));
		sep = ", ";
	}
	if (sep[0] == '\0')
		buf_str(out, "ready");
}

static void
put_size(struct buf *out, uint64_t n)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB" };
	uint64_t unit = 1;
	size_t u = 0;

	while (u < 3 && n / unit >= 1024) {
		unit *= 1024;
		u++;
	}
	if (u == 0 || n % unit == 0)
		buf_printf(out, "%llu %s", (unsigned long long)(n / unit),
		    units[u]);
	else
		buf_printf(out, "%.1f %s", (double)n / (double)unit, units[u]);
}

void
token_put_memory(struct buf *out, const struct tok_info *i)
{
	if (i->free_memory == TOK_UNKNOWN)
		return;
	put_size(out, i->free_memory);
	if (i->total_memory == TOK_UNKNOWN)
		return;
	buf_str(out, " of ");
	put_size(out, i->total_memory);
}

void
token_put_tries(struct buf *out, const struct tok_info *i)
{
	if (i->tries < 0)
		return;
	buf_printf(out, "%d", i->tries);
	if (i->tries_max >= 0)
		buf_printf(out, " of %d", i->tries_max);
}

void
token_put_key_kind(struct buf *out, const struct tok_object *o)
{
	const char *curve = o->key != NULL ? pubkey_curve_name(o->key) : NULL;

	if (o->class != TOK_PRIVATE_KEY && o->class != TOK_PUBLIC_KEY &&
	    o->key == NULL)
		return;
	if (curve != NULL) {
		buf_str(out, curve);
		return;
	}
	buf_str(out, pubkey_type_name(o->type));
	if (o->bits != 0)
		buf_printf(out, " %u", o->bits);
}

/* ---- JSON ---------------------------------------------------------------------- */

static void
put_json_number(struct json_sink *s, json_t *obj, const char *key, uint64_t n)
{
	if (n == TOK_UNKNOWN || n > INT64_MAX)
		json_put(s, obj, key, json_null());
	else
		json_put(s, obj, key, json_integer((json_int_t)n));
}

static void
put_json_int(struct json_sink *s, json_t *obj, const char *key, int n)
{
	json_put(s, obj, key, n < 0 ? json_null() : json_integer(n));
}

static void
put_json_version(struct json_sink *s, json_t *obj, const char *key,
    const unsigned *v)
{
	struct buf text = { 0 };

	buf_printf(&text, "%u.%u", v[0], v[1]);
	json_put_buf(s, obj, key, &text);
}

static json_t *
json_flags(struct json_sink *s, const struct tok_info *i)
{
	json_t *flags = json_object();
	int f;

	for (f = 0; f < TOK_NUM_FLAGS; f++)
		json_put(s, flags, tok_flag_key((enum tok_flag)f),
		    json_boolean(tok_has(i, (enum tok_flag)f)));
	return flags;
}

static void
put_json_uri(struct json_sink *s, json_t *obj, const struct tok_info *i,
    const struct tok_object *o)
{
	struct buf uri = { 0 };

	if (o != NULL)
		tok_put_object_uri(&uri, i, o);
	else
		tok_put_uri(&uri, i);
	json_put_buf(s, obj, "uri", &uri);
}

static void
put_json_error(struct json_sink *s, json_t *obj, const struct diag *d)
{
	if (d->code == ERR_OK)
		json_put(s, obj, "error", json_null());
	else
		json_put_str(s, obj, "error", d->msg);
}

json_t *
token_json(const struct tok_info *i)
{
	struct json_sink s = { false };
	json_t *obj = json_object();

	put_json_uri(&s, obj, i, NULL);
	json_put_text(&s, obj, "label", tok_text_bytes(&i->label));
	json_put_text(&s, obj, "manufacturer",
	    tok_text_bytes(&i->manufacturer));
	json_put_text(&s, obj, "model", tok_text_bytes(&i->model));
	json_put_text(&s, obj, "serial", tok_text_bytes(&i->serial));
	json_put_text(&s, obj, "slot", tok_text_bytes(&i->slot));
	put_json_version(&s, obj, "hardware_version", i->hardware);
	put_json_version(&s, obj, "firmware_version", i->firmware);
	json_put(&s, obj, "flags", json_flags(&s, i));
	put_json_number(&s, obj, "free_memory", i->free_memory);
	put_json_number(&s, obj, "total_memory", i->total_memory);
	put_json_number(&s, obj, "pin_min", i->pin_min);
	put_json_number(&s, obj, "pin_max", i->pin_max);
	put_json_number(&s, obj, "max_sessions", i->max_sessions);
	put_json_int(&s, obj, "tries_left", i->tries);
	put_json_int(&s, obj, "tries_max", i->tries_max);
	put_json_error(&s, obj, &i->trouble);
	if (s.failed) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

static json_t *
json_answer(enum tok_answer a)
{
	return a == TOK_NOT_SAID ? json_null() : json_boolean(a == TOK_YES);
}

static void
put_json_key(struct json_sink *s, json_t *obj, const struct tok_object *o)
{
	const char *curve = o->key != NULL ? pubkey_curve_name(o->key) : NULL;
	json_t *attrs = json_object();
	json_t *allowed = json_array();
	size_t i;

	json_put_str(s, obj, "key_type", pubkey_type_name(o->type));
	json_put(s, obj, "bits",
	    o->bits == 0 ? json_null() : json_integer(o->bits));
	if (curve != NULL)
		json_put_str(s, obj, "curve", curve);
	else
		json_put(s, obj, "curve", json_null());
	for (i = 0; i < TOK_NUM_ATTRS; i++)
		json_put(s, attrs, tok_attr_name((enum tok_attr)i),
		    json_answer(o->attr[i]));
	json_put(s, obj, "attributes", attrs);
	for (i = 0; i < o->num_allowed; i++) {
		const char *name = tok_mechanism_name(o->allowed[i]);
		json_t *item = name != NULL
		    ? json_string(name)
		    : json_integer((json_int_t)o->allowed[i]);

		json_append(s, allowed, item);
	}
	json_put(s, obj, "allowed_mechanisms", allowed);
}

static void
put_json_name(struct json_sink *s, json_t *obj, const char *key,
    const struct cert *c, enum cert_name which)
{
	struct buf name = { 0 };
	struct diag d;

	if (cert_put_name(c, which, &name, &d) != ERR_OK)
		s->failed = true;
	json_put_buf(s, obj, key, &name);
}

static void
put_json_cert(struct json_sink *s, json_t *obj, const struct tok_object *o)
{
	json_t *c = json_object();

	if (o->cert == NULL) {
		json_decref(c);
		json_put(s, obj, "certificate", json_null());
		return;
	}
	put_json_name(s, c, "subject", o->cert, CERT_SUBJECT);
	put_json_name(s, c, "issuer", o->cert, CERT_ISSUER);
	json_put_serial(s, c, "serial", cert_serial(o->cert));
	json_put_time(s, c, "not_before", cert_not_before(o->cert));
	json_put_time(s, c, "not_after", cert_not_after(o->cert));
	json_put_digest(s, c, DIGEST_SHA1, o->value);
	json_put_digest(s, c, DIGEST_SHA256, o->value);
	json_put(s, obj, "certificate", c);
}

/* The private key that goes with an object, by its URI. */
static void
put_json_pair(struct json_sink *s, json_t *obj, const struct tok_info *i,
    const struct tok_objects *all, size_t pair)
{
	struct buf uri = { 0 };

	if (pair == TOK_NO_PAIR) {
		json_put(s, obj, "pairs_with", json_null());
		return;
	}
	tok_put_object_uri(&uri, i, tok_object(all, pair));
	json_put_buf(s, obj, "pairs_with", &uri);
}

json_t *
token_json_object(const struct tok_info *i, const struct tok_objects *all,
    size_t at)
{
	const struct tok_object *o = tok_object(all, at);
	struct json_sink s = { false };
	json_t *obj = json_object();

	put_json_uri(&s, obj, i, o);
	json_put_str(&s, obj, "class", tok_class_name(o->class));
	json_put_text(&s, obj, "label", o->label);
	json_put_hex(&s, obj, "id", o->id);
	if (o->class == TOK_PRIVATE_KEY || o->class == TOK_PUBLIC_KEY ||
	    o->class == TOK_SECRET_KEY)
		put_json_key(&s, obj, o);
	if (o->class == TOK_CERTIFICATE)
		put_json_cert(&s, obj, o);
	if (o->class == TOK_CERTIFICATE || o->class == TOK_PUBLIC_KEY)
		put_json_pair(&s, obj, i, all, o->pair);
	if (s.failed) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}
