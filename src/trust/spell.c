/* SPDX-License-Identifier: Apache-2.0 */
/* The names of a certificate, spelt as lists spell them. */
#include <string.h>

#include "trust/trust.h"

/* Copies the names that the only record of DR has. */
static enum err
copy_names(const struct ctl_draft *dr, struct trust_spelling *ret,
    struct diag *d)
{
	const struct ctl_record *r = ctl_draft_record(dr, 1);
	struct trust_spelling s = { .issuer = { 0 } };

	buf_put(&s.issuer, ctl_record_value(r, CTL_REC_ISSUER));
	buf_put(&s.serial, ctl_record_value(r, CTL_REC_SERIAL));
	if (!buf_ok(&s.issuer) || !buf_ok(&s.serial)) {
		trust_spelling_clear(&s);
		return diag_nomem(d);
	}
	*ret = s;
	return ERR_OK;
}

enum err
trust_spell(const struct cert *c, struct trust_spelling *ret, struct diag *d)
{
	struct ctl_entry entry = { .role = CTL_ROLE_SAST, .cert = c };
	struct ctl_draft *dr = NULL;
	enum err e;

	e = ctl_dialect_for(c, &entry.dialect, d);
	if (e == ERR_OK)
		e = ctl_draft_new(CTL_KIND_CTL, &dr, d);
	if (e == ERR_OK)
		e = ctl_draft_add(dr, &entry, 1, d);
	if (e == ERR_OK)
		e = copy_names(dr, ret, d);
	ctl_draft_free(&dr);
	return e;
}

void
trust_spelling_clear(struct trust_spelling *s)
{
	buf_clear(&s->issuer);
	buf_clear(&s->serial);
}

struct trust_names
trust_names_of(const struct trust_spelling *s)
{
	return (struct trust_names){ .issuer = buf_bytes(&s->issuer),
		.serial = buf_bytes(&s->serial) };
}
