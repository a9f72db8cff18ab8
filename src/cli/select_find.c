/* SPDX-License-Identifier: Apache-2.0 */
/* Which records a selector names. */
#include "cli/select.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* What a message takes of a list of records. */
#define LISTED_MAX 180

static bool
same_letters(struct bytes a, struct bytes b)
{
	return a.len == b.len &&
	    (a.len == 0 ||
		strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) ==
		    0);
}

static struct bytes
without_zeros(struct bytes b)
{
	while (b.len > 0 && b.ptr[0] == 0) {
		b.ptr++;
		b.len--;
	}
	return b;
}

enum err
select_cert(const struct ctl_file *f, size_t index, struct cert **ret,
    struct diag *d)
{
	struct bytes der = ctl_record_value(ctl_record(f, index),
	    CTL_REC_CERTIFICATE);
	struct diag why;

	*ret = NULL;
	if (der.ptr == NULL || cert_from_der(der, ret, &why) != ERR_NOMEM)
		return ERR_OK;
	return diag_nomem(d);
}

static struct bytes
without_blanks(struct bytes b)
{
	while (b.len > 0 && b.ptr[b.len - 1] == ' ')
		b.len--;
	return b;
}

/* Appends the common name of a record, by its certificate C, or where that is
 * NULL or has none by its own word. */
static enum err
put_cn(struct buf *out, const struct ctl_record *r, const struct cert *c,
    struct diag *d)
{
	size_t before = out->len;
	struct diag why;

	if (c != NULL && cert_put_cn(c, CERT_SUBJECT, out, &why) == ERR_NOMEM)
		return diag_nomem(d);
	while (out->len > before && out->ptr[out->len - 1] == ' ')
		out->len--;
	if (out->len == before)
		buf_put(out,
		    ctl_common_name(ctl_record_text(r, CTL_REC_SUBJECT)));
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}

static enum err
cn_is(const struct buf *wanted, const struct ctl_record *r,
    const struct cert *c, bool *ret, struct diag *d)
{
	struct buf cn = { 0 };
	enum err e;

	e = put_cn(&cn, r, c, d);
	*ret = same_letters(buf_bytes(&cn), without_blanks(buf_bytes(wanted)));
	buf_clear(&cn);
	return e;
}

/* WANTED has no zeros in front. */
static bool
serial_is(struct bytes wanted, const struct ctl_record *r, const struct cert *c)
{
	struct bytes own = ctl_record_value(r, CTL_REC_SERIAL);

	if (c != NULL && bytes_equal(cert_serial(c), wanted))
		return true;
	if (own.ptr == NULL)
		return false;
	if (bytes_equal(without_zeros(own), wanted))
		return true;
	while (own.len > 0 && own.ptr[own.len - 1] == 0)
		own.len--;
	return r->dialect == CTL_DIALECT_TOKEN &&
	    bytes_equal_reversed(own, wanted);
}

/* What can be told without a certificate. */
static bool
may_be(const struct select *s, const struct ctl_record *r, size_t index)
{
	if (s->record != 0 && s->record != index)
		return false;
	if (s->has_role && !(r->has_role && r->role == s->role))
		return false;
	return s->host.len == 0 ||
	    same_letters(ctl_record_text(r, CTL_REC_DNS_NAME),
		buf_bytes(&s->host));
}

static enum err
is_named(const struct select *s, const struct ctl_file *f, size_t index,
    bool *ret, struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	bool is = may_be(s, r, index);
	struct cert *c = NULL;
	enum err e = ERR_OK;

	if (is && (s->cn.len > 0 || s->serial.len > 0))
		e = select_cert(f, index, &c, d);
	if (e == ERR_OK && is && s->cn.len > 0)
		e = cn_is(&s->cn, r, c, &is, d);
	if (e == ERR_OK && is && s->serial.len > 0)
		is = serial_is(buf_bytes(&s->serial), r, c);
	cert_free(&c);
	if (e == ERR_OK)
		*ret = is;
	return e;
}

void
select_found_clear(struct select_found *found)
{
	free(found->at);
	memset(found, 0, sizeof(*found));
}

/* An empty one with room for all records of F. */
static enum err
make_room(const struct ctl_file *f, struct select_found *ret, struct diag *d)
{
	ret->num = 0;
	ret->at = calloc(ctl_num_records(f) + 1, sizeof(*ret->at));
	return ret->at != NULL ? ERR_OK : diag_nomem(d);
}

enum err
select_find(const struct select *s, const struct ctl_file *f,
    struct select_found *ret, struct diag *d)
{
	struct select_found found;
	bool is = false;
	enum err e;
	size_t i;

	e = make_room(f, &found, d);
	for (i = 1; e == ERR_OK && i <= ctl_num_records(f); i++) {
		e = is_named(s, f, i, &is, d);
		if (e == ERR_OK && is)
			found.at[found.num++] = i;
	}
	if (e == ERR_OK)
		*ret = found;
	else
		free(found.at);
	return e;
}

/* ---- Messages ------------------------------------------------------------------- */

void
select_put_cn(struct buf *out, const struct ctl_file *f, size_t index)
{
	struct cert *c = NULL;

	if (select_cert(f, index, &c, NULL) != ERR_OK ||
	    put_cn(out, ctl_record(f, index), c, NULL) != ERR_OK)
		out->failed = true;
	cert_free(&c);
}

/* The serial number of R, or of its certificate C. */
static struct bytes
serial_of(const struct ctl_record *r, const struct cert *c)
{
	return c != NULL ? cert_serial(c) : ctl_record_value(r, CTL_REC_SERIAL);
}

void
select_put_cert(struct buf *out, const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);
	size_t before = out->len;
	struct cert *c = NULL;
	struct bytes serial;

	if (select_cert(f, index, &c, NULL) != ERR_OK ||
	    put_cn(out, r, c, NULL) != ERR_OK)
		out->failed = true;
	serial = serial_of(r, c);
	if (serial.len > 0) {
		buf_str(out, out->len > before ? ", serial " : "serial ");
		text_put_hex(out, serial, ":", TEXT_UPPER);
	}
	if (out->len == before)
		buf_str(out, "none");
	cert_free(&c);
}

void
select_put_record(struct buf *out, const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);
	size_t before;

	buf_printf(out, "record %zu (%s, ", index,
	    r->has_role ? ctl_role_name(r->role) : "no role");
	before = out->len;
	if (host.len > 0)
		buf_put(out, host);
	else
		select_put_cn(out, f, index);
	if (out->len == before)
		buf_str(out, "without a name");
	buf_str(out, ")");
}

/* Appends the records of FOUND, as many as a message can take. */
static void
put_list(struct buf *out, const struct ctl_file *f,
    const struct select_found *found)
{
	size_t i, before = out->len;

	for (i = 0; i < found->num; i++) {
		if (out->len - before > LISTED_MAX) {
			buf_printf(out, ", and %zu more", found->num - i);
			return;
		}
		if (i > 0)
			buf_str(out, ", ");
		select_put_record(out, f, found->at[i]);
	}
}

static enum err
say(enum err code, struct buf *text, struct diag *d)
{
	enum err e;

	e = buf_cstr(text) != NULL ? diag_set(d, code, "%s", buf_cstr(text))
				   : diag_nomem(d);
	buf_clear(text);
	return e;
}

static int
shown_len(const struct select *s)
{
	return (int)(s->text.len < 64 ? s->text.len : 64);
}

/* Nothing is what S names: says what there is, those with its role where there
 * are such. */
static enum err
say_none(const struct select *s, const struct ctl_file *f, struct diag *d)
{
	struct select all = { .has_role = s->has_role, .role = s->role };
	struct select_found near = { .num = 0 };
	struct buf text = { 0 };
	enum err e;

	e = select_find(&all, f, &near, d);
	if (e == ERR_OK && near.num == 0) {
		select_found_clear(&near);
		all.has_role = false;
		e = select_find(&all, f, &near, d);
	}
	if (e == ERR_OK) {
		buf_printf(&text, "no record is '%.*s'; there %s ",
		    shown_len(s), (const char *)s->text.ptr,
		    near.num == 1 ? "is" : "are");
		put_list(&text, f, &near);
		if (near.num == 0)
			buf_str(&text, "none at all");
		e = say(ERR_ABSENT, &text, d);
	}
	select_found_clear(&near);
	return e;
}

static enum err
say_several(const struct select *s, const struct ctl_file *f,
    const struct select_found *found, const char *why, struct diag *d)
{
	struct buf text = { 0 };

	buf_printf(&text, "'%.*s' is more than one record%s: ", shown_len(s),
	    (const char *)s->text.ptr, why);
	put_list(&text, f, found);
	return say(ERR_USAGE, &text, d);
}

/* ---- One record, one certificate -------------------------------------------------- */

enum err
select_one(const struct select *s, const struct ctl_file *f, size_t *ret,
    struct diag *d)
{
	struct select_found found = { .num = 0 };
	enum err e;

	e = select_find(s, f, &found, d);
	if (e == ERR_OK && found.num == 0)
		e = say_none(s, f, d);
	else if (e == ERR_OK && found.num > 1)
		e = say_several(s, f, &found, "; a number says which", d);
	else if (e == ERR_OK)
		*ret = found.at[0];
	select_found_clear(&found);
	return e;
}

/* Records A and B of F say the same of their certificate. */
static bool
same_words(const struct ctl_file *f, size_t a, size_t b)
{
	static const enum ctl_record_tag tags[] = { CTL_REC_CERTIFICATE,
		CTL_REC_CERT_HASH, CTL_REC_PUBLIC_KEY };
	const struct ctl_record *ra = ctl_record(f, a), *rb = ctl_record(f, b);
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		struct bytes value = ctl_record_value(ra, tags[i]);

		if (value.ptr != NULL)
			return bytes_equal(value,
			    ctl_record_value(rb, tags[i]));
	}
	return a == b;
}

/* Whether record INDEX of F holds the certificate of record OF, which is C
 * where it has one that decodes. */
static enum err
holds(const struct ctl_file *f, size_t index, size_t of, const struct cert *c,
    bool *ret, struct diag *d)
{
	enum ctl_identity identity;
	enum err e;

	if (c == NULL || index == of) {
		*ret = same_words(f, of, index);
		return ERR_OK;
	}
	e = ctl_identify(f, index, c, &identity, d);
	if (e == ERR_OK)
		*ret = identity == CTL_SAME_CERT || identity == CTL_HELD_CERT;
	return e;
}

/* Whether all of FOUND hold the certificate of its first. */
static enum err
are_one(const struct ctl_file *f, const struct select_found *found, bool *ret,
    struct diag *d)
{
	struct cert *c = NULL;
	bool one = true;
	enum err e;
	size_t i;

	e = select_cert(f, found->at[0], &c, d);
	for (i = 1; e == ERR_OK && one && i < found->num; i++)
		e = holds(f, found->at[i], found->at[0], c, &one, d);
	cert_free(&c);
	if (e == ERR_OK)
		*ret = one;
	return e;
}

/* Whether NEW is for the server of record INDEX. */
static enum err
is_for(const struct ctl_file *f, size_t index, const struct cert *new_cert,
    bool *ret, struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct buf cn = { 0 };
	struct cert *c = NULL;
	bool is = false;
	struct diag why;
	enum err e;

	e = cert_is_of_host(new_cert, ctl_record_text(r, CTL_REC_DNS_NAME), &is,
	    d);
	if (e == ERR_OK && !is)
		e = select_cert(f, index, &c, d);
	/* a common name that is no text is nobody's */
	if (e == ERR_OK && !is &&
	    cert_put_cn(new_cert, CERT_SUBJECT, &cn, &why) == ERR_NOMEM)
		e = diag_nomem(d);
	if (e == ERR_OK && cn.len > 0)
		e = cn_is(&cn, r, c, &is, d);
	buf_clear(&cn);
	cert_free(&c);
	if (e == ERR_OK)
		*ret = is;
	return e;
}

/* Leaves in FOUND the records that NEW is for. */
static enum err
narrow(const struct ctl_file *f, const struct cert *new_cert,
    struct select_found *found, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i, num = 0;
	bool is = false;

	for (i = 0; e == ERR_OK && i < found->num; i++) {
		e = is_for(f, found->at[i], new_cert, &is, d);
		if (e == ERR_OK && is)
			found->at[num++] = found->at[i];
	}
	found->num = num;
	return e;
}

/* Leaves in FOUND, which has several records, those of one certificate. */
static enum err
choose(const struct select *s, const struct ctl_file *f,
    const struct cert *new_cert, struct select_found *found, struct diag *d)
{
	bool one = false;
	enum err e;

	e = are_one(f, found, &one, d);
	if (e != ERR_OK || one)
		return e;
	e = narrow(f, new_cert, found, d);
	if (e == ERR_OK && found->num > 0)
		e = are_one(f, found, &one, d);
	if (e != ERR_OK || one)
		return e;
	select_found_clear(found);
	e = select_find(s, f, found, d);
	if (e != ERR_OK)
		return e;
	return say_several(s, f, found,
	    ", with different certificates, and the names of the new one do "
	    "not tell which; say host=, cn= or a number",
	    d);
}

/* S names another host than record R has. */
static bool
is_elsewhere(const struct select *s, const struct ctl_record *r)
{
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);

	return s->host.len > 0 && host.len > 0 &&
	    !same_letters(host, buf_bytes(&s->host));
}

/* Makes FOUND all records that hold the certificate of its first. */
static enum err
widen(const struct select *s, const struct ctl_file *f,
    struct select_found *found, struct diag *d)
{
	size_t i, of = found->at[0];
	struct cert *c = NULL;
	bool is = false;
	enum err e;

	found->num = 0;
	e = select_cert(f, of, &c, d);
	for (i = 1; e == ERR_OK && i <= ctl_num_records(f); i++) {
		e = holds(f, i, of, c, &is, d);
		if (e == ERR_OK && is && !is_elsewhere(s, ctl_record(f, i)))
			found->at[found->num++] = i;
	}
	cert_free(&c);
	return e;
}

enum err
select_replaced(const struct select *s, const struct ctl_file *f,
    const struct cert *new_cert, struct select_found *ret, struct diag *d)
{
	struct select_found found = { .num = 0 };
	enum err e;

	e = select_find(s, f, &found, d);
	if (e == ERR_OK && found.num == 0)
		e = say_none(s, f, d);
	if (e == ERR_OK && found.num > 1)
		e = choose(s, f, new_cert, &found, d);
	if (e == ERR_OK && s->record == 0)
		e = widen(s, f, &found, d);
	if (e == ERR_OK)
		*ret = found;
	else
		select_found_clear(&found);
	return e;
}
