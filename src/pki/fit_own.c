/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate by itself: E7, E8, E9, E16, E17. */
#include <string.h>

#include "pki/fit_parts.h"

#define DN_MAX 255
#define SERIAL_MAX 20

static enum err
judge_wildcard(struct fitting *f)
{
	bool found = false;
	enum err e;

	e = cert_has_wildcard(f->in->cert, &found, f->d);
	if (e != ERR_OK)
		return e;
	if (found)
		fit_say(f, FIT_WILDCARD, FIT_REFUSED,
		    "have it made for the names of the servers",
		    "it has a wildcard name, which the appliance does not "
		    "support");
	else
		fit_say(f, FIT_WILDCARD, FIT_PASSED, NULL, "no wildcard name");
	return ERR_OK;
}

/* ---- E8: the key ---------------------------------------------------------------- */

static bool
is_ecdsa_unit(const char *unit)
{
	size_t len = strlen(unit);

	return len > 6 && strcmp(unit + len - 6, "-ECDSA") == 0;
}

/* What phones, and phones in mixed mode, make of BITS of RSA. */
static void
judge_rsa(struct fitting *f, unsigned bits)
{
	const struct fit_profile *p = f->in->profile;

	if (bits > p->max_bits)
		fit_say(f, FIT_KEY_SIZE, FIT_REFUSED, "use a shorter key",
		    "RSA of %u bits; at most %u are taken", bits, p->max_bits);
	else if (p->trust && bits >= 4096)
		fit_say(f, FIT_KEY_SIZE, FIT_WARNING,
		    "try it where no phone depends on it (CSCup54818)",
		    "RSA of %u bits: such a key of an authority made trouble "
		    "in mixed mode",
		    bits);
	else if (!p->trust && bits > p->phone_bits)
		fit_say(f, FIT_KEY_SIZE, FIT_WARNING,
		    "use a shorter key where phones are to verify it",
		    "RSA of %u bits: some phones refuse more than %u", bits,
		    p->phone_bits);
	else
		fit_say(f, FIT_KEY_SIZE, FIT_PASSED, NULL, "RSA of %u bits",
		    bits);
}

static void
judge_key_size(struct fitting *f)
{
	const struct pubkey *k = cert_key(f->in->cert);
	bool ecdsa = is_ecdsa_unit(f->in->profile->unit);

	if (k == NULL || pubkey_type(k) == PUBKEY_OTHER)
		fit_say(f, FIT_KEY_SIZE, FIT_REFUSED,
		    "use the RSA or EC key that the appliance made",
		    "its key is of a kind that the appliance does not make");
	else if (!f->in->profile->trust &&
	    ecdsa != (pubkey_type(k) == PUBKEY_EC))
		fit_say(f, FIT_KEY_SIZE, FIT_REFUSED,
		    "upload it for the unit that its request was made for",
		    "%s is for keys of %s, and this one is %s",
		    f->in->profile->unit, ecdsa ? "EC" : "RSA",
		    pubkey_type_name(pubkey_type(k)));
	else if (pubkey_type(k) == PUBKEY_RSA)
		judge_rsa(f, pubkey_bits(k));
	else
		fit_say(f, FIT_KEY_SIZE, FIT_PASSED, NULL, "EC of %u bits",
		    pubkey_bits(k));
}

/* ---- E9: names ------------------------------------------------------------------- */

static void
judge_name(struct fitting *f, struct bytes name, const char *what)
{
	if (name.ptr == NULL)
		fit_say(f, FIT_NAME_LENGTH, FIT_HURTS,
		    "have it made with names of plain text",
		    "its %s is no text", what);
	else if (name.len > DN_MAX)
		fit_say(f, FIT_NAME_LENGTH, FIT_HURTS,
		    "have it made with shorter names: the change to mixed "
		    "mode fails (alarm ChangeToClusterModeSecurityFailed)",
		    "its %s takes %zu bytes; at most %d are good", what,
		    name.len, DN_MAX);
}

void
fit_judge_names(struct fitting *f, struct bytes subject, struct bytes issuer)
{
	size_t before = f->fit->num;

	judge_name(f, subject, "subject");
	judge_name(f, issuer, "issuer");
	if (f->fit->num == before)
		fit_say(f, FIT_NAME_LENGTH, FIT_PASSED, NULL,
		    "subject of %zu and issuer of %zu bytes", subject.len,
		    issuer.len);
}

/* RET is absent where the name is no text. */
static enum err
take_name(const struct fitting *f, enum cert_name which, struct buf *room,
    struct bytes *ret)
{
	struct diag why;
	enum err e;

	diag_init(&why);
	buf_reserve(room, 1); /* an empty name is present, too */
	e = cert_put_name(f->in->cert, which, room, &why);
	if (e == ERR_NOMEM || !buf_ok(room))
		return diag_nomem(f->d);
	*ret = e == ERR_OK ? buf_bytes(room) : bytes_of(NULL, 0);
	return ERR_OK;
}

static enum err
judge_names(struct fitting *f)
{
	struct buf subject = { 0 }, issuer = { 0 };
	struct bytes one = { NULL, 0 }, other = { NULL, 0 };
	enum err e;

	e = take_name(f, CERT_SUBJECT, &subject, &one);
	if (e == ERR_OK)
		e = take_name(f, CERT_ISSUER, &issuer, &other);
	if (e == ERR_OK)
		fit_judge_names(f, one, other);
	buf_clear(&subject);
	buf_clear(&issuer);
	return e;
}

/* ---- E17: the serial number ------------------------------------------------------- */

void
fit_judge_serial(struct fitting *f, size_t content, bool negative)
{
	static const char again[] = "have it made with another number";

	if (negative)
		fit_say(f, FIT_SERIAL, FIT_HURTS, again,
		    "its serial number is negative: readers disagree on it");
	else if (content > SERIAL_MAX)
		fit_say(f, FIT_SERIAL, FIT_HURTS, again,
		    "its serial number takes %zu bytes; at most %d are "
		    "allowed (CSCup88555)",
		    content, SERIAL_MAX);
	else
		fit_say(f, FIT_SERIAL, FIT_PASSED, NULL,
		    "a serial number of %zu bytes", content);
}

/* Another certificate of the store has its issuer and serial number. */
static bool
has_twin(const struct fit_input *in)
{
	const struct cert *c = in->cert, *other;
	size_t i;

	for (i = 0; i < in->num_trust; i++) {
		other = in->trust[i];
		if (cert_serial_is_negative(other) ==
			cert_serial_is_negative(c) &&
		    bytes_equal(cert_serial(other), cert_serial(c)) &&
		    bytes_equal(cert_name_der(other, CERT_ISSUER),
			cert_name_der(c, CERT_ISSUER)) &&
		    !bytes_equal(cert_der(other), cert_der(c)))
			return true;
	}
	return false;
}

static void
judge_serial(struct fitting *f)
{
	struct bytes serial = cert_serial(f->in->cert);
	bool high = serial.len > 0 && serial.ptr[0] >= 0x80;

	fit_judge_serial(f, serial.len + high,
	    cert_serial_is_negative(f->in->cert));
	if (has_twin(f->in))
		fit_say(f, FIT_SERIAL, FIT_HURTS,
		    "have the authority give it another number",
		    "another certificate of the store has its issuer and "
		    "serial number, by which phones and TVS look one up");
}

enum err
fit_own_checks(struct fitting *f)
{
	enum err e;

	e = judge_wildcard(f);
	if (e == ERR_OK)
		e = judge_names(f);
	if (e != ERR_OK)
		return e;
	judge_key_size(f);
	judge_serial(f);
	return ERR_OK;
}
