/* SPDX-License-Identifier: Apache-2.0 */
/* W6: what a class cannot read. */
#include "trust/signer.h"
#include "trust/works_parts.h"

/* One list, read as phones of a class do. */
struct reading {
	const struct ctl_file *f;
	enum class class;
	enum works_answer answer;
	struct diag *why;
	size_t num_sasts;
};

/* Codes that firmware does not know (format 5). */
static bool
is_unknown_role(unsigned role)
{
	return (role >= 8 && role <= 20) || role > 21;
}

/* The bits of the RSA key in R; 0: none. */
static enum err
key_bits(const struct ctl_record *r, unsigned *ret, struct diag *d)
{
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct cert *cert = NULL;
	enum err e;

	*ret = 0;
	if (key.len > 0 || der.len == 0) {
		*ret = match_rsa_bits(key);
		return ERR_OK;
	}
	e = cert_from_der(der, &cert, d);
	if (e == ERR_OK)
		*ret = match_rsa_bits(cert_public_key_bytes(cert));
	cert_free(&cert);
	return e == ERR_NOMEM ? e : ERR_OK;
}

static void
refuse(struct reading *rd)
{
	rd->answer = WORKS_NO;
}

/* Stops at the first record that cannot be read. */
static enum err
read_record(struct reading *rd, size_t index, struct diag *d)
{
	const struct ctl_record *r = ctl_record(rd->f, index);
	unsigned most = class_max_sasts(rd->class);
	unsigned max = class_max_bits(rd->class), bits = 0;
	enum err e = ERR_OK;

	if (signer_is_sast(r))
		rd->num_sasts++;
	if (max > 0)
		e = key_bits(r, &bits, d);
	if (e != ERR_OK)
		return e;
	if (r->has_role && is_unknown_role(r->role)) {
		refuse(rd);
		(void)diag_set(rd->why, ERR_POLICY,
		    "record %zu has role %u, which phones reject with the "
		    "whole list; remove that record",
		    index, r->role);
	} else if (most > 0 && rd->num_sasts > most) {
		refuse(rd);
		(void)diag_set(rd->why, ERR_POLICY,
		    "record %zu is a SAST more than the %u that this class "
		    "reads; leave some out",
		    index, most);
	} else if (max > 0 && bits > max) {
		refuse(rd);
		(void)diag_set(rd->why, ERR_POLICY,
		    "record %zu has a key of %u bits, and this class reads %u "
		    "at most; give that server a smaller key",
		    index, bits, max);
	}
	return ERR_OK;
}

static void
read_digest(struct reading *rd)
{
	enum digest digest, most = class_digest(rd->class);
	uint32_t code;

	if (!ctl_header_number(ctl_header(rd->f), CTL_HDR_DIGEST, &code))
		return;
	if (!ctl_digest_of_code(code, &digest)) {
		rd->answer = WORKS_UNKNOWN;
		(void)diag_set(rd->why, ERR_ABSENT,
		    "the header has digest code %u: missing what that is",
		    (unsigned)code);
	} else if (digest > most) {
		refuse(rd);
		(void)diag_set(rd->why, ERR_POLICY,
		    "the list is signed with %s, and this class reads %s "
		    "alone; sign it with that",
		    digest_name(digest), digest_name(most));
	}
}

static void
read_modulus(struct reading *rd)
{
	struct bytes signature = ctl_header_value(ctl_header(rd->f),
	    CTL_HDR_SIGNATURE);
	unsigned max = class_max_bits(rd->class);

	if (max == 0 || signature.len <= max / 8)
		return;
	refuse(rd);
	(void)diag_set(rd->why, ERR_POLICY,
	    "the list is signed with a key of %zu bits, and this class reads "
	    "%u at most; sign it with a smaller key",
	    signature.len * 8, max);
}

enum err
works_read(const struct ctl_file *list, enum class class,
    enum works_answer *ret, struct diag *why, struct diag *d)
{
	struct reading rd = { .f = list,
		.class = class,
		.answer = WORKS_YES,
		.why = why };
	size_t i, num = ctl_num_records(list);
	enum err e = ERR_OK;

	diag_init(why);
	(void)diag_set(why, ERR_OK, "nothing in the list is beyond this class");
	read_digest(&rd);
	if (rd.answer != WORKS_NO)
		read_modulus(&rd);
	for (i = 1; e == ERR_OK && rd.answer != WORKS_NO && i <= num; i++)
		e = read_record(&rd, i, d);
	if (e == ERR_OK)
		*ret = rd.answer;
	return e;
}
