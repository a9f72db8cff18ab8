/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/record_facts.h"

#include <string.h>

#include "cli/select.h"

static enum err
read_own(const struct ctl_record *r, struct record_facts *rf, struct diag *d)
{
	struct bytes bare = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	struct diag why;

	if (bare.len > 0 && pubkey_from_rsa(bare, &rf->own, &why) == ERR_NOMEM)
		return diag_nomem(d);
	return ERR_OK;
}

static enum err
read_spki(struct record_facts *rf, struct diag *d)
{
	struct buf spki = { 0 };
	struct bytes der;
	enum err e;

	e = pubkey_put_spki(rf->key, &spki, d);
	der = buf_bytes(&spki);
	if (e == ERR_OK)
		e = digest_of(DIGEST_SHA256, &der, 1, &rf->spki, d);
	buf_clear(&spki);
	return e;
}

enum err
record_facts_read(const struct ctl_file *f, size_t index,
    struct record_facts *ret, struct diag *d)
{
	struct record_facts rf = { .cert = NULL };
	enum err e;

	e = select_cert(f, index, &rf.cert, d);
	if (e == ERR_OK && rf.cert == NULL)
		e = read_own(ctl_record(f, index), &rf, d);
	rf.key = rf.cert != NULL ? cert_key(rf.cert) : rf.own;
	if (e == ERR_OK && rf.key != NULL)
		e = read_spki(&rf, d);
	if (e == ERR_OK)
		*ret = rf;
	else
		record_facts_clear(&rf);
	return e;
}

void
record_facts_clear(struct record_facts *rf)
{
	cert_free(&rf->cert);
	pubkey_free(&rf->own);
	memset(rf, 0, sizeof(*rf));
}

/* The field of R with tag CODE, of several the first; NULL: none. */
static const struct ctl_field *
find(const struct ctl_record *r, uint8_t code)
{
	size_t i;

	for (i = 0; i < r->num_fields; i++)
		if (r->fields[i].tag == code)
			return &r->fields[i];
	return NULL;
}

static bool
is_same(const struct ctl_field *a, const struct ctl_field *b)
{
	return a != NULL && b != NULL && bytes_equal(a->value, b->value);
}

void
record_facts_differing(const struct ctl_record *a, const struct ctl_record *b,
    void (*each)(void *arg, const char *name, uint8_t code), void *arg)
{
	const struct ctl_record *of[] = { a, b }, *other[] = { b, a };
	const struct ctl_tag_info *info;
	const struct ctl_field *field, *match;
	size_t side, i;

	for (side = 0; side < 2; side++)
		for (i = 0; i < of[side]->num_fields; i++) {
			field = &of[side]->fields[i];
			match = find(other[side], field->tag);
			if (field->tag == CTL_REC_LENGTH ||
			    (side == 1 && match != NULL) ||
			    is_same(field, match))
				continue;
			info = ctl_record_tag_info(field->tag);
			each(arg, info == NULL ? NULL : info->name, field->tag);
		}
}
