/* SPDX-License-Identifier: Apache-2.0 */
/* A record against its own certificate: format 7. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ctl/file.h"
#include "ctl/report.h"

/* How much of a name a message quotes. */
#define QUOTE_MAX 100

/* One comparison at work. */
struct check {
	const struct ctl_record *record;
	size_t index;
	const struct cert *cert;
	struct ctl_agreement *result;
	const struct ctl_on_difference *on; /* NULL: the first is enough */
	struct diag *d;
};

/* Records a difference. The first one is the result's reason. */
static void
differ(struct check *c, const struct diag *why)
{
	if (c->result->agrees)
		c->result->why = *why;
	c->result->agrees = false;
	if (c->on != NULL)
		c->on->call(c->on->arg, why);
}

/* Records that the field TAG holds FOUND where EXPECTED is right. */
static void
disagree(struct check *c, enum ctl_record_tag tag, struct bytes found,
    struct bytes expected)
{
	const struct ctl_field *field = ctl_record_field(c->record, tag);
	struct diag why;

	diag_set(&why, ERR_SYNTAX,
	    "it does not agree with the record's certificate: "
	    "it is '%.*s', from the certificate it would be '%.*s'",
	    ctl_quote_len(found, QUOTE_MAX), (const char *)found.ptr,
	    ctl_quote_len(expected, QUOTE_MAX), (const char *)expected.ptr);
	ctl_diag_at(&why, field->offset, c->index, tag);
	differ(c, &why);
}

/* Less would say nothing about whose certificate it is. */
size_t
ctl_least_cut(struct bytes full)
{
	bool quoted = false;
	size_t n;

	for (n = 0; n < full.len && (quoted || full.ptr[n] != ';'); n++)
		quoted ^= full.ptr[n] == '"';
	return n;
}

/* The token client cuts its subjects (format 6). */
static bool
is_cut(const struct check *c, enum ctl_record_tag tag, struct bytes found,
    struct bytes full)
{
	return tag == CTL_REC_SUBJECT &&
	    c->record->dialect == CTL_DIALECT_TOKEN &&
	    bytes_starts(full, found) && found.len >= ctl_least_cut(full);
}

static void
note(struct check *c, const char *what, const char *more)
{
	char *to = c->result->note;
	size_t used = strlen(to);

	(void)snprintf(to + used, sizeof(c->result->note) - used, "%s%s%s",
	    used == 0 ? "" : "; ", what, more);
}

/* The name is in no spelling of the dialect: cut, or wrong. */
static enum err
check_other_name(struct check *c, enum ctl_record_tag tag, enum cert_name which)
{
	struct bytes found = ctl_record_text(c->record, tag);
	struct buf full = { 0 };
	enum err e;

	e = ctl_put_name(c->cert, which, c->record->dialect, &full, c->d);
	if (e == ERR_OK && is_cut(c, tag, found, buf_bytes(&full)))
		note(c, "the subject is cut, as the token client does", "");
	else if (e == ERR_OK)
		disagree(c, tag, found, buf_bytes(&full));
	buf_clear(&full);
	return e;
}

static enum err
check_name(struct check *c, enum ctl_record_tag tag, enum cert_name which)
{
	struct bytes found = ctl_record_text(c->record, tag);
	struct ctl_name_match match;
	enum err e;

	if (found.ptr == NULL)
		return ERR_OK;
	e = ctl_name_is(c->cert, which, c->record->dialect, found, &match,
	    c->d);
	if (e != ERR_OK)
		return e;
	if (!match.same)
		return check_other_name(c, tag, which);
	if (tag == CTL_REC_SUBJECT && match.dropped[0] != '\0')
		note(c, "the subject leaves out ", match.dropped);
	return ERR_OK;
}

/* SERIAL, less the zero that DER puts before a magnitude with its top bit
 * set. */
static struct bytes
magnitude(struct bytes serial)
{
	if (serial.len > 1 && serial.ptr[0] == 0)
		return bytes_of(serial.ptr + 1, serial.len - 1);
	return serial;
}

bool
ctl_serial_is(struct bytes found, struct bytes right, bool reversed_too)
{
	if (bytes_equal(magnitude(found), right))
		return true;
	if (!reversed_too)
		return false;
	if (found.len == right.len + 1 && found.ptr[found.len - 1] == 0)
		found.len--;
	return bytes_equal_reversed(found, right);
}

static enum err
check_serial(struct check *c)
{
	struct bytes found = ctl_record_value(c->record, CTL_REC_SERIAL);
	struct bytes right = cert_serial(c->cert);
	struct buf shown = { 0 }, wanted = { 0 };
	enum err e = ERR_OK;

	if (found.ptr == NULL ||
	    ctl_serial_is(found, right,
		c->record->dialect == CTL_DIALECT_TOKEN))
		return ERR_OK;
	text_put_hex(&shown, found, ":", TEXT_UPPER);
	text_put_hex(&wanted, right, ":", TEXT_UPPER);
	if (buf_ok(&shown) && buf_ok(&wanted))
		disagree(c, CTL_REC_SERIAL, buf_bytes(&shown),
		    buf_bytes(&wanted));
	else
		e = diag_nomem(c->d);
	buf_clear(&shown);
	buf_clear(&wanted);
	return e;
}

/* Records that the field TAG disagrees, which WHY says. */
static void
disagree_plainly(struct check *c, enum ctl_record_tag tag, const char *why)
{
	struct diag d;

	diag_set(&d, ERR_SYNTAX, "%s", why);
	ctl_diag_at(&d, ctl_record_field(c->record, tag)->offset, c->index,
	    tag);
	differ(c, &d);
}

static enum err
check_key(struct check *c)
{
	struct bytes found = ctl_record_value(c->record, CTL_REC_PUBLIC_KEY);

	if (found.ptr == NULL ||
	    bytes_equal(found, cert_public_key_bytes(c->cert)))
		return ERR_OK;
	disagree_plainly(c, CTL_REC_PUBLIC_KEY,
	    "it is another key than the one in the record's certificate");
	return ERR_OK;
}

enum err
ctl_is_hash(const struct ctl_record *r, struct bytes der, bool *ret,
    struct diag *d)
{
	struct bytes found = ctl_record_value(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);
	enum digest which = DIGEST_SHA1;
	struct digest_value value;
	enum err e;

	*ret = false;
	if (alg.ptr != NULL && !ctl_digest_of_code(alg.ptr[0], &which))
		return ERR_OK;
	e = digest_of(which, &der, 1, &value, d);
	if (e == ERR_OK)
		*ret = bytes_equal(found, digest_bytes(&value));
	return e;
}

/* CERTHASH beside a certificate. */
static enum err
check_hash(struct check *c)
{
	struct bytes found = ctl_record_value(c->record, CTL_REC_CERT_HASH);
	struct bytes der = ctl_record_value(c->record, CTL_REC_CERTIFICATE);
	bool same = true;
	enum err e;

	if (found.ptr == NULL || der.ptr == NULL)
		return ERR_OK;
	e = ctl_is_hash(c->record, der, &same, c->d);
	if (e == ERR_OK && !same)
		disagree_plainly(c, CTL_REC_CERT_HASH,
		    "it is not the hash of the record's certificate");
	return e;
}

/* Goes through the fields, up to the first difference or through all. */
static enum err
check_all(struct check *c)
{
	enum err e;

	e = check_name(c, CTL_REC_SUBJECT, CERT_SUBJECT);
	if (e == ERR_OK && (c->result->agrees || c->on != NULL))
		e = check_name(c, CTL_REC_ISSUER, CERT_ISSUER);
	if (e == ERR_OK && (c->result->agrees || c->on != NULL))
		e = check_serial(c);
	if (e == ERR_OK && (c->result->agrees || c->on != NULL))
		e = check_key(c);
	if (e == ERR_OK && (c->result->agrees || c->on != NULL))
		e = check_hash(c);
	return e;
}

enum err
ctl_differences(const struct ctl_file *f, size_t index, const struct cert *cert,
    const struct ctl_on_difference *on, struct ctl_agreement *ret,
    struct diag *d)
{
	struct ctl_agreement result = { .agrees = true };
	struct check c = { ctl_record(f, index), index, cert, &result, on, d };
	enum err e;

	diag_init(&result.why);
	e = check_all(&c);
	if (e == ERR_OK)
		*ret = result;
	return e;
}

enum err
ctl_agree(const struct ctl_file *f, size_t index, const struct cert *cert,
    struct ctl_agreement *ret, struct diag *d)
{
	return ctl_differences(f, index, cert, NULL, ret, d);
}
