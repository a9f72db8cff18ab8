/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "cli/cert_check.h"
#include "cli/json.h"

/* The lines of TEXT. */
static void
put_lines(struct json_sink *s, json_t *obj, const char *key,
    const struct buf *text)
{
	struct buf utf8 = { 0 };

	text_put_utf8(&utf8, buf_bytes(text));
	s->failed |= utf8.failed;
	json_put_lines(s, obj, key, buf_bytes(&utf8));
	buf_clear(&utf8);
}

static json_t *
of_finding(struct json_sink *s, const struct fit_finding *f)
{
	const char *code = fit_check_code(f->check);
	json_t *obj = json_object();

	json_put_str(s, obj, "check", fit_check_name(f->check));
	json_put_str(s, obj, "code", code[0] == '\0' ? NULL : code);
	json_put_str(s, obj, "result", fit_level_name(f->level));
	put_lines(s, obj, "text", &f->text);
	put_lines(s, obj, "appliance", &f->shown);
	put_lines(s, obj, "remedy", &f->remedy);
	return obj;
}

static void
put_profile(struct json_sink *s, json_t *obj, const struct cert_check *c)
{
	const struct fit_profile *p = &c->found.profile;
	json_t *profile = p->trust ? json_null() : json_object();

	if (!p->trust) {
		json_put_str(s, profile, "release", p->release);
		json_put_str(s, profile, "source", p->source);
		json_put(s, profile, "has_usage", json_boolean(p->has_usage));
		json_put(s, profile, "outdated", json_boolean(p->outdated));
	}
	json_put_str(s, obj, "unit", p->unit);
	json_put_str(s, obj, "release", c->wish->release);
	json_put(s, obj, "profile", profile);
	json_put_str(s, obj, "note",
	    c->found.note.len == 0 ? NULL : (const char *)c->found.note.ptr);
}

static void
put_certificate(struct json_sink *s, json_t *obj, const struct cert_check *c)
{
	json_t *cert = c->cert == NULL ? json_null() : json_object();

	if (c->cert != NULL) {
		json_put_serial(s, cert, "serial", cert_serial(c->cert));
		json_put_digest(s, cert, DIGEST_SHA256, cert_der(c->cert));
	}
	json_put(s, obj, "certificate", cert);
}

static json_t *
of_check(struct json_sink *s, const struct cert_check *c)
{
	json_t *obj = json_object(), *list = json_array();
	size_t i;

	put_profile(s, obj, c);
	put_certificate(s, obj, c);
	json_put_time(s, obj, "now", c->wish->now);
	json_put(s, obj, "fit", json_boolean(!fit_is_unfit(&c->fit)));
	json_put_str(s, obj, "worst", fit_level_name(c->fit.worst));
	for (i = 0; i < c->fit.num; i++)
		json_append(s, list, of_finding(s, &c->fit.finding[i]));
	json_put(s, obj, "checks", list);
	return obj;
}

json_t *
cert_check_json(const struct cert_check *c, const struct diag *why)
{
	struct bytes raw = c->file.loaded ? buf_bytes(&c->file.content)
					  : bytes_of(NULL, 0);
	struct json_sink s = { .failed = false };
	json_t *obj = json_object();

	json_put(&s, obj, "schema", json_integer(JSON_SCHEMA));
	json_put(&s, obj, "file", json_of_file(&s, c->file.path, raw));
	json_put_error(&s, obj, why);
	if (why == NULL)
		json_put(&s, obj, "cert_check", of_check(&s, c));
	if (!s.failed)
		return obj;
	json_decref(obj);
	return NULL;
}
