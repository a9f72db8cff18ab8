/* SPDX-License-Identifier: Apache-2.0 */
/* The rules in their order, over one file. docs/findings.md says what each rule
 * is for. */
#include <stdlib.h>
#include <string.h>

#include "ctl/inspect.h"

/* What tells certificates apart: the SHA-1 of this one. */
static enum err
fill_id(struct ctl_fact *fact, const struct ctl_record *r, struct diag *d)
{
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes hash = ctl_record_value(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);

	if (der.ptr != NULL)
		return digest_of(DIGEST_SHA1, &der, 1, &fact->id, d);
	if (hash.len == 20 && (alg.ptr == NULL || alg.ptr[0] == 1)) {
		memcpy(fact->id.byte, hash.ptr, hash.len);
		fact->id.len = hash.len;
	}
	return ERR_OK;
}

static enum err
fill_fact(struct ctl_inspection *in, size_t index)
{
	struct ctl_fact *fact = &in->facts.at[index - 1];
	const struct ctl_record *r = ctl_record(in->f, index);

	const struct ctl_field *role = ctl_record_field(r, CTL_REC_ROLE);

	fact->place = (struct ctl_place){ .record = index,
		.offset = r->offset };
	if (role != NULL)
		fact->place = ctl_place_of(index, role);
	fact->whole = true;
	fact->has_role = r->has_role;
	fact->role = r->role;
	fact->issuer = ctl_record_value(r, CTL_REC_ISSUER);
	fact->serial = ctl_record_value(r, CTL_REC_SERIAL);
	fact->dns = ctl_record_text(r, CTL_REC_DNS_NAME);
	fact->ip = ctl_record_value(r, CTL_REC_ADDRESS);
	fact->has_der = ctl_record_field(r, CTL_REC_CERTIFICATE) != NULL;
	fact->has_cert = fact->has_der ||
	    ctl_record_field(r, CTL_REC_CERT_HASH) != NULL;
	fact->has_key = fact->has_cert ||
	    ctl_record_field(r, CTL_REC_PUBLIC_KEY) != NULL;
	return fill_id(fact, r, in->d);
}

static enum err
fill_facts(struct ctl_inspection *in)
{
	size_t i, n = ctl_num_records(in->f);
	enum err e = ERR_OK;

	in->facts.at = calloc(n == 0 ? 1 : n, sizeof(in->facts.at[0]));
	if (in->facts.at == NULL)
		return diag_nomem(in->d);
	in->facts.num = n;
	in->facts.whole = true;
	in->facts.size = ctl_raw(in->f).len;
	for (i = 1; e == ERR_OK && i <= n; i++)
		e = fill_fact(in, i);
	return e;
}

/* Whether FACT, of record INDEX, is the first with its certificate. The table
 * SEEN is open-addressed, of a power of two, by the first bytes of the SHA-1.
 */
static bool
is_first(const struct ctl_facts *facts, size_t index, size_t *seen, size_t mask)
{
	const struct digest_value *id = &facts->at[index - 1].id;
	size_t slot;

	memcpy(&slot, id->byte, sizeof(slot));
	for (slot &= mask; seen[slot] != 0; slot = (slot + 1) & mask)
		if (bytes_equal(digest_bytes(&facts->at[seen[slot] - 1].id),
			digest_bytes(id)))
			return false;
	seen[slot] = index;
	return true;
}

static enum err
judge_records(struct ctl_inspection *in)
{
	size_t i, size = 16, n = ctl_num_records(in->f);
	size_t *seen;
	enum err e = ERR_OK;

	while (size < n * 2)
		size *= 2;
	seen = calloc(size, sizeof(*seen));
	if (seen == NULL || in->facts.at == NULL) {
		free(seen);
		return diag_nomem(in->d);
	}
	for (i = 1; e == ERR_OK && i <= n; i++)
		e = ctl_judge_record(in, i,
		    is_first(&in->facts, i, seen, size - 1));
	free(seen);
	return e;
}

enum err
ctl_validate(const struct ctl_file *f, const struct ctl_view *view,
    struct ctl_findings *ret, struct diag *d)
{
	struct ctl_inspection in = { .f = f,
		.view = view,
		.report = { .to = ret, .kind = ctl_kind(f) },
		.d = d };
	enum err e = ERR_OK;

	ctl_judge_header(&in);
	if (ctl_is_list(f)) {
		e = fill_facts(&in);
		if (e == ERR_OK)
			e = judge_records(&in);
		if (e == ERR_OK)
			ctl_judge_together(&in.facts, &in.report);
	}
	free(in.facts.at);
	if (e != ERR_OK)
		return e;
	ctl_judge_verdict(&in, view->verdict);
	if (view->self != NULL)
		ctl_judge_verdict(&in, view->self);
	return ctl_report_end(&in.report, d);
}
