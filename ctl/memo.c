/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/memo.h"

#include <stdio.h>
#include <stdlib.h>

/* More signers than a cluster has; the oldest goes first. */
#define NUM_SLOTS 32

struct slot {
	struct buf record;
	struct cert *cert;              /* NULL: empty */
	struct pubkey_checker *checker; /* of its key; NULL: not used yet */
	char note[160];
};

struct ctl_memo {
	struct slot slot[NUM_SLOTS];
	size_t next;
	struct digest_kit *kit;
	struct pubkey_checker *anchor_checker; /* of its certificate's key */
};

enum err
ctl_memo_new(struct ctl_memo **ret, struct diag *d)
{
	struct ctl_memo *m = calloc(1, sizeof(*m));

	enum err e;

	if (m == NULL)
		return diag_nomem(d);
	e = digest_kit_new(&m->kit, d);
	if (e == ERR_OK)
		*ret = m;
	else
		ctl_memo_free(&m);
	return e;
}

static void
slot_clear(struct slot *s)
{
	buf_clear(&s->record);
	pubkey_checker_free(&s->checker);
	cert_free(&s->cert);
}

void
ctl_memo_free(struct ctl_memo **m)
{
	size_t i;

	if (*m == NULL)
		return;
	for (i = 0; i < NUM_SLOTS; i++)
		slot_clear(&(*m)->slot[i]);
	digest_kit_free(&(*m)->kit);
	pubkey_checker_free(&(*m)->anchor_checker);
	free(*m);
	*m = NULL;
}

const struct cert *
ctl_memo_find(const struct ctl_memo *m, struct bytes record,
    const char **ret_note)
{
	const struct slot *s;

	for (s = m->slot; s < m->slot + NUM_SLOTS; s++)
		if (s->cert != NULL &&
		    bytes_equal(buf_bytes(&s->record), record)) {
			*ret_note = s->note;
			return s->cert;
		}
	return NULL;
}

void
ctl_memo_put(struct ctl_memo *m, struct bytes record, struct cert **cert,
    const char *note)
{
	struct slot *s = &m->slot[m->next];

	slot_clear(s);
	buf_put(&s->record, record);
	if (!buf_ok(&s->record)) {
		slot_clear(s);
		return;
	}
	s->cert = *cert;
	*cert = NULL;
	(void)snprintf(s->note, sizeof(s->note), "%s", note);
	m->next = (m->next + 1) % NUM_SLOTS;
}

/* Where the checker of KEY is kept; NULL: nowhere, since nobody knows how
 * long KEY lives. */
static struct pubkey_checker **
place_of(const struct ctl_anchor *anchor, const struct pubkey *key)
{
	struct ctl_memo *m = anchor->memo;
	struct slot *s;

	if (m == NULL)
		return NULL;
	for (s = m->slot; s < m->slot + NUM_SLOTS; s++)
		if (s->cert != NULL && cert_key(s->cert) == key)
			return &s->checker;
	if (anchor->cert == NULL || cert_key(anchor->cert) != key)
		return NULL;
	if (m->anchor_checker != NULL &&
	    !pubkey_checker_is_of(m->anchor_checker, key))
		pubkey_checker_free(&m->anchor_checker);
	return &m->anchor_checker;
}

enum err
ctl_memo_digest(const struct ctl_anchor *anchor, enum digest which,
    const struct bytes parts[2], struct digest_value *ret, struct diag *d)
{
	if (anchor->memo == NULL)
		return digest_of(which, parts, 2, ret, d);
	return digest_with(anchor->memo->kit, which, parts, 2, ret, d);
}

enum err
ctl_memo_check(const struct ctl_anchor *anchor, const struct pubkey *key,
    enum digest which, const struct ctl_signed *what, enum pubkey_match *ret,
    struct diag *d)
{
	struct pubkey_checker **checker = place_of(anchor, key);
	enum err e = ERR_OK;

	if (checker == NULL)
		return pubkey_verify(key, which, &what->digest, what->sig, ret,
		    d);
	if (*checker == NULL)
		e = pubkey_checker_new(key, checker, d);
	if (e == ERR_OK)
		e = pubkey_check(*checker, which, &what->digest, what->sig, ret,
		    d);
	return e;
}
