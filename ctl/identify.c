/* SPDX-License-Identifier: Apache-2.0 */
/* A record and a certificate from elsewhere: formats 6 and 7. */
#include "ctl/file.h"

enum answer {
	UNSAID,
	YES,
	NO
};

static enum answer
answer(bool same)
{
	return same ? YES : NO;
}

/* Whether R says that CERT was made by its issuer. */
static enum err
judge_issuer(const struct ctl_record *r, const struct cert *cert,
    enum answer *ret, struct diag *d)
{
	struct bytes found = ctl_record_text(r, CTL_REC_ISSUER);
	struct ctl_name_match match = { .same = false };
	struct diag why;
	enum err e;

	*ret = UNSAID;
	if (found.ptr == NULL)
		return ERR_OK;
	e = ctl_name_is(cert, CERT_ISSUER, r->dialect, found, &match, &why);
	/* a name that is no text has no spelling, so this is none of it */
	if (e != ERR_OK && e != ERR_SYNTAX) {
		if (d != NULL)
			*d = why;
		return e;
	}
	*ret = answer(e == ERR_OK && match.same);
	return ERR_OK;
}

static enum answer
judge_serial(const struct ctl_record *r, const struct cert *cert)
{
	struct bytes found = ctl_record_value(r, CTL_REC_SERIAL);

	if (found.ptr == NULL)
		return UNSAID;
	return answer(ctl_serial_is(found, cert_serial(cert),
	    r->dialect == CTL_DIALECT_TOKEN));
}

static enum err
judge_content(const struct ctl_record *r, const struct cert *cert,
    enum answer *ret, struct diag *d)
{
	struct bytes own = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	bool same = false;
	enum err e = ERR_OK;

	*ret = UNSAID;
	if (own.ptr != NULL) {
		*ret = answer(bytes_equal(own, cert_der(cert)));
	} else if (ctl_record_value(r, CTL_REC_CERT_HASH).ptr != NULL) {
		e = ctl_is_hash(r, cert_der(cert), &same, d);
		*ret = answer(same);
	} else if (key.ptr != NULL) {
		*ret = answer(bytes_equal(key, cert_public_key_bytes(cert)));
	}
	return e;
}

enum err
ctl_identify(const struct ctl_file *f, size_t index, const struct cert *cert,
    enum ctl_identity *ret, struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	enum answer issuer = NO, serial = judge_serial(r, cert);
	enum answer content = UNSAID;
	enum err e = ERR_OK;

	/* names cost more than all the rest */
	if (serial != NO)
		e = judge_issuer(r, cert, &issuer, d);
	if (e == ERR_OK)
		e = judge_content(r, cert, &content, d);
	if (e != ERR_OK)
		return e;
	if (content == YES)
		*ret = issuer == NO || serial == NO ? CTL_HELD_CERT
						    : CTL_SAME_CERT;
	else
		*ret = issuer == YES && serial == YES ? CTL_NAMED_CERT
						      : CTL_OTHER_CERT;
	return ERR_OK;
}
