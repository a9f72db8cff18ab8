/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/match.h"
#include "trust/trust.h"

/* IS_SERVER: the key stands again in the role of a server. */
static enum trust_owner
owner_by(const struct ctl_record *r, bool is_server)
{
	if (r->dialect != CTL_DIALECT_APPLIANCE)
		return TRUST_OWNER_TOKEN;
	if (ctl_record_is_itlrecovery(r))
		return TRUST_OWNER_ITLRECOVERY;
	return is_server ? TRUST_OWNER_CALLMANAGER : TRUST_OWNER_TOKEN;
}

enum trust_owner
trust_owner_of(const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	bool is_server = false;
	struct match_key k;
	size_t i;

	for (i = 1; key.len > 0 && !is_server && i <= ctl_num_records(f); i++)
		is_server = match_key_of(f, i, MATCH_SERVER_KEY, &k) &&
		    bytes_equal(key, k.part[0]);
	return owner_by(r, is_server);
}

size_t
trust_same_record(const struct ctl_file *f, const struct ctl_file *other,
    size_t index)
{
	struct match_key wanted, k;
	size_t i;

	if (!match_key_of(other, index, MATCH_CERT, &wanted))
		return 0;
	for (i = 1; i <= ctl_num_records(f); i++)
		if (match_key_of(f, i, MATCH_CERT, &k) &&
		    match_order(&wanted, &k) == 0)
			return i;
	return 0;
}
