/* SPDX-License-Identifier: Apache-2.0 */
/* Who is named as signer, and how a list was made: formats 4.2 and 7. */
#include <string.h>
#include <strings.h>

#include "ctl/file.h"

bool
ctl_record_is_named(const struct ctl_header *h, const struct ctl_record *r)
{
	struct bytes issuer = ctl_header_value(h, CTL_HDR_ISSUER);
	struct bytes serial = ctl_header_value(h, CTL_HDR_SERIAL);
	struct bytes own = ctl_record_value(r, CTL_REC_SERIAL);

	if (issuer.ptr == NULL || serial.ptr == NULL || own.ptr == NULL ||
	    !bytes_equal(issuer, ctl_record_value(r, CTL_REC_ISSUER)))
		return false;
	return bytes_equal(serial, own) ||
	    (r->dialect == CTL_DIALECT_TOKEN &&
		bytes_equal_reversed(serial, own));
}

static bool
is_sast(const struct ctl_record *r)
{
	return r->has_role && r->role == CTL_ROLE_SAST;
}

size_t
ctl_find_signer(const struct ctl_file *f)
{
	size_t i;

	for (i = 1; i <= f->num_records; i++)
		if (is_sast(ctl_record(f, i)) &&
		    ctl_record_is_named(&f->header, ctl_record(f, i)))
			return i;
	return 0;
}

size_t
ctl_signer_record(const struct ctl_file *f)
{
	return f->signer;
}

bool
ctl_record_is_server(const struct ctl_record *r)
{
	return r->has_role &&
	    (r->role == CTL_ROLE_CCM_TFTP || r->role == CTL_ROLE_CCM ||
		r->role == CTL_ROLE_TFTP);
}

bool
ctl_record_is_itlrecovery(const struct ctl_record *r)
{
	static const char cn[] = "CN=ITLRECOVERY_";
	struct bytes subject = ctl_record_text(r, CTL_REC_SUBJECT);

	return subject.len >= sizeof(cn) - 1 &&
	    strncasecmp((const char *)subject.ptr, cn, sizeof(cn) - 1) == 0;
}

/* The same key stands again in the role of a CallManager or TFTP server. */
static bool
is_server_too(const struct ctl_file *f, const struct ctl_record *signer)
{
	struct bytes key = ctl_record_value(signer, CTL_REC_PUBLIC_KEY);
	const struct ctl_record *r;
	size_t i;

	for (i = 1; key.ptr != NULL && i <= f->num_records; i++) {
		r = ctl_record(f, i);
		if (ctl_record_is_server(r) &&
		    bytes_equal(key, ctl_record_value(r, CTL_REC_PUBLIC_KEY)))
			return true;
	}
	return false;
}

enum ctl_origin
ctl_origin(const struct ctl_file *f)
{
	const struct ctl_record *signer = ctl_record(f, ctl_signer_record(f));

	if (signer == NULL)
		return CTL_ORIGIN_UNKNOWN;
	switch (signer->dialect) {
	case CTL_DIALECT_TOKEN:
		return CTL_ORIGIN_TOKEN;
	case CTL_DIALECT_BUILDER:
		return CTL_ORIGIN_OWN_KEY;
	case CTL_DIALECT_APPLIANCE:
		break;
	}
	if (ctl_record_is_itlrecovery(signer))
		return CTL_ORIGIN_ITLRECOVERY;
	return is_server_too(f, signer) ? CTL_ORIGIN_CALLMANAGER
					: CTL_ORIGIN_OWN_KEY;
}
