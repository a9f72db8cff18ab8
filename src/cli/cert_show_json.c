/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cert_facts.h"
#include "cli/cert_show.h"
#include "cli/json.h"

#define DAY ((int64_t)24 * 60 * 60)

/* ---- Lists of words ------------------------------------------------------------- */

static void
append_str(struct json_sink *s, json_t *list, const char *word)
{
	json_append(s, list, json_string(word));
}

static json_t *
key_usages(struct json_sink *s, const struct ext *x)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < EXT_NUM_KEY_USAGES; i++)
		if ((x->key_usage_bits & 1u << i) != 0)
			append_str(s, list,
			    ext_key_usage_name((enum ext_key_usage)i));
	return list;
}

static void
append_buf(struct json_sink *s, json_t *list, struct buf *word)
{
	json_append(s, list,
	    buf_ok(word) ? json_stringn((const char *)word->ptr, word->len)
			 : NULL);
	buf_clear(word);
}

/* Those that have a name, then the others, dotted. */
static json_t *
purposes(struct json_sink *s, const struct ext *x)
{
	json_t *list = json_array();
	struct bytes rest = buf_bytes(&x->other_purposes), word;
	size_t len;
	int i;

	for (i = 0; i < EXT_NUM_PURPOSES; i++)
		if ((x->purpose_bits & 1u << i) != 0)
			append_str(s, list,
			    ext_purpose_name((enum ext_purpose)i));
	while (rest.len > 0) {
		for (len = 0; len < rest.len && rest.ptr[len] != ' '; len++)
			;
		if (!bytes_take(&rest, len, &word))
			break;
		json_append(s, list,
		    json_stringn((const char *)word.ptr, word.len));
		if (rest.len > 0 && !bytes_take(&rest, 1, &word))
			break;
	}
	return list;
}

static json_t *
names(struct json_sink *s, const struct ext *x)
{
	json_t *list = json_array();
	struct buf raw = { 0 }, word = { 0 };
	size_t i;

	for (i = 0; i < x->num_names; i++) {
		raw.len = 0;
		ext_put_name(&raw, &x->names[i]);
		word.failed |= raw.failed;
		text_put_utf8(&word, buf_bytes(&raw));
		append_buf(s, list, &word);
	}
	buf_clear(&raw);
	return list;
}

static void
append_broken(struct json_sink *s, json_t *list, enum ext_state state,
    const char *name)
{
	if (state == EXT_BROKEN)
		append_str(s, list, name);
}

static json_t *
broken(struct json_sink *s, const struct ext *x)
{
	json_t *list = json_array();

	append_broken(s, list, x->key_usage, "key_usage");
	append_broken(s, list, x->purposes, "purposes");
	append_broken(s, list, x->constraints, "ca");
	append_broken(s, list, x->alt_names, "names");
	return list;
}

/* ---- What certificates and requests have ---------------------------------------------- */

static void
put_key(struct json_sink *s, json_t *obj, const struct cert_facts *f)
{
	json_t *key = f->key == NULL ? json_null() : json_object();

	if (f->key != NULL) {
		json_put_str(s, key, "type",
		    pubkey_type_name(pubkey_type(f->key)));
		json_put_number(s, key, "bits", pubkey_bits(f->key));
		json_put_str(s, key, "curve", pubkey_curve_name(f->key));
		json_put_hex(s, key, "id", buf_bytes(&f->key_id));
		json_put_hex(s, key, "spki_sha256", buf_bytes(&f->spki));
	}
	json_put(s, obj, "key", key);
}

static void
put_identifier(struct json_sink *s, json_t *obj, const char *key,
    const struct buf *id)
{
	if (id->len > 0)
		json_put_hex(s, obj, key, buf_bytes(id));
	else
		json_put(s, obj, key, json_null());
}

static void
put_ext(struct json_sink *s, json_t *obj, const struct cert_facts *f)
{
	static const struct ext none = { .path_len = -1 };
	const struct ext *x = f->ext == NULL ? &none : f->ext;

	json_put(s, obj, "names", names(s, x));
	json_put(s, obj, "key_usage",
	    x->key_usage == EXT_PRESENT ? key_usages(s, x) : json_null());
	json_put(s, obj, "purposes",
	    x->purposes == EXT_PRESENT ? purposes(s, x) : json_null());
	json_put(s, obj, "ca", json_boolean(x->ca));
	json_put(s, obj, "path_length",
	    x->path_len < 0 ? json_null() : json_integer(x->path_len));
	json_put(s, obj, "broken", broken(s, x));
	json_put_text(s, obj, "other_critical", buf_bytes(&x->other_critical));
	put_identifier(s, obj, "subject_key_id", &x->subject_key);
	put_identifier(s, obj, "authority_key_id", &x->authority_key);
	json_put_error(s, obj, f->ext == NULL ? &f->why_no_ext : NULL);
}

static void
put_name(struct json_sink *s, json_t *obj, const char *key,
    const struct buf *name, bool no_text)
{
	if (no_text)
		json_put(s, obj, key, json_null());
	else
		json_put_text(s, obj, key,
		    name->len == 0 ? bytes_of_str("") : buf_bytes(name));
}

static const char *
validity(const struct cert *c, int64_t now)
{
	if (now < cert_not_before(c))
		return "not-yet";
	return now > cert_not_after(c) ? "expired" : "valid";
}

static json_t *
of_cert(struct json_sink *s, const struct cert *c, int64_t now)
{
	struct bytes serial = cert_serial(c);
	struct buf reversed = { 0 }, word = { 0 };
	json_t *obj = json_object();
	struct cert_facts f;
	struct diag d;
	size_t i;

	if (cert_facts_of(c, &f, &d) != ERR_OK) {
		s->failed = true;
		return obj;
	}
	put_name(s, obj, "subject", &f.subject, f.no_subject);
	put_name(s, obj, "issuer", &f.issuer, f.no_issuer);
	json_put(s, obj, "self_signed", json_boolean(f.good_signature));
	json_put_serial(s, obj, "serial", serial);
	for (i = serial.len; i > 0; i--)
		buf_u8(&reversed, serial.ptr[i - 1]);
	s->failed |= reversed.failed;
	json_put_serial(s, obj, "serial_reversed",
	    reversed.len == 0 ? serial : buf_bytes(&reversed));
	buf_clear(&reversed);
	json_put(s, obj, "serial_negative",
	    json_boolean(cert_serial_is_negative(c)));
	json_put_time(s, obj, "not_before", cert_not_before(c));
	json_put_time(s, obj, "not_after", cert_not_after(c));
	json_put_str(s, obj, "validity", validity(c, now));
	json_put(s, obj, "days_left",
	    json_integer((cert_not_after(c) - now) / DAY));
	put_key(s, obj, &f);
	cert_put_signature_name(c, &word);
	json_put_buf(s, obj, "signature_algorithm", &word);
	put_ext(s, obj, &f);
	json_put_digest(s, obj, DIGEST_SHA1, cert_der(c));
	json_put_digest(s, obj, DIGEST_SHA256, cert_der(c));
	cert_facts_clear(&f);
	return obj;
}

static json_t *
of_csr(struct json_sink *s, const struct csr *c)
{
	json_t *obj = json_object();
	struct cert_facts f;
	struct diag d;

	if (cert_facts_of_csr(c, &f, &d) != ERR_OK) {
		s->failed = true;
		return obj;
	}
	put_name(s, obj, "subject", &f.subject, f.no_subject);
	json_put(s, obj, "signature_right", json_boolean(f.good_signature));
	put_key(s, obj, &f);
	put_ext(s, obj, &f);
	json_put_digest(s, obj, DIGEST_SHA256, csr_der(c));
	cert_facts_clear(&f);
	return obj;
}

static json_t *
of_dump(struct json_sink *s, const struct pasted *p)
{
	const struct pasted_dump *dump = &p->dump;
	json_t *obj;

	if (!p->has_dump)
		return json_null();
	obj = json_object();
	json_put_text(s, obj, "subject", dump->subject);
	json_put_text(s, obj, "issuer", dump->issuer);
	json_put_text(s, obj, "serial", dump->serial);
	json_put_text(s, obj, "not_before", dump->not_before);
	json_put_text(s, obj, "not_after", dump->not_after);
	json_put_text(s, obj, "sha1", dump->sha1);
	json_put_text(s, obj, "sha256", dump->sha256);
	return obj;
}

static json_t *
traits(struct json_sink *s, unsigned of)
{
	json_t *list = json_array();
	unsigned i;

	for (i = 0; pasted_trait_name(i) != NULL; i++)
		if ((of & 1u << i) != 0)
			append_str(s, list, pasted_trait_name(i));
	return list;
}

json_t *
cert_show_json(const struct cert_file *f, int64_t now, const struct diag *why)
{
	struct bytes raw = f->loaded ? buf_bytes(&f->content)
				     : bytes_of(NULL, 0);
	struct json_sink s = { .failed = false };
	json_t *obj = json_object(), *certs = json_array(),
	       *csrs = json_array();
	size_t i;

	json_put(&s, obj, "schema", json_integer(JSON_SCHEMA));
	json_put(&s, obj, "file", json_of_file(&s, f->path, raw));
	json_put_error(&s, obj, why);
	for (i = 0; why == NULL && i < f->pasted.num_certs; i++)
		json_append(&s, certs, of_cert(&s, f->pasted.certs[i], now));
	for (i = 0; why == NULL && i < f->pasted.num_csrs; i++)
		json_append(&s, csrs, of_csr(&s, f->pasted.csrs[i]));
	if (why == NULL) {
		json_put(&s, obj, "traits", traits(&s, f->pasted.traits));
		json_put(&s, obj, "certificates", certs);
		json_put(&s, obj, "requests", csrs);
		json_put(&s, obj, "text_dump", of_dump(&s, &f->pasted));
	} else {
		json_decref(certs);
		json_decref(csrs);
	}
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
