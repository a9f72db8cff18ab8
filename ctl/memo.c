/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/memo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More records than a large cluster's lists have between them. Each has one
 * set of slots to be in, where the oldest goes first. */
#define NUM_SLOTS 256
#define SET_SIZE 4

struct slot {
	struct buf record;
	uint64_t mark;
	struct cert *cert;              /* NULL: empty */
	struct pubkey_checker *checker; /* of its key; NULL: not used yet */
	char note[160];
};

struct ctl_memo {
	struct slot slot[NUM_SLOTS];
	struct slot *recent; /* found or put last; NULL: none */
	size_t next;         /* to go, within its set */
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

/* Eight bytes of RECORD that seldom are those of another: within the signature
 * of its certificate, before IPADDRESS if there is one. */
static uint64_t
mark_of(struct bytes record)
{
	const size_t from_end = 24;
	uint64_t mark = record.len;

	if (record.len >= from_end)
		memcpy(&mark, record.ptr + record.len - from_end, sizeof(mark));
	return mark;
}

/* The first slot of the set in which a record with MARK is. */
static size_t
set_of(uint64_t mark)
{
	const uint64_t odd = 0x9e3779b97f4a7c15; /* spreads the bits */

	return (size_t)(mark * odd >> 32) % (NUM_SLOTS / SET_SIZE) * SET_SIZE;
}

const struct cert *
ctl_memo_find(struct ctl_memo *m, struct bytes record, const char **ret_note)
{
	uint64_t mark = mark_of(record);
	struct slot *s = &m->slot[set_of(mark)];
	size_t i;

	for (i = 0; i < SET_SIZE; i++, s++)
		if (s->cert != NULL && s->mark == mark &&
		    bytes_equal(buf_bytes(&s->record), record)) {
			m->recent = s;
			*ret_note = s->note;
			return s->cert;
		}
	return NULL;
}

/* An empty slot of the set at START, or the one that has to go. */
static struct slot *
choose(struct ctl_memo *m, size_t start)
{
	size_t i;

	for (i = start; i < start + SET_SIZE; i++)
		if (m->slot[i].cert == NULL)
			return &m->slot[i];
	return &m->slot[start + m->next++ % SET_SIZE];
}

void
ctl_memo_put(struct ctl_memo *m, struct bytes record, struct cert **cert,
    const char *note)
{
	uint64_t mark = mark_of(record);
	struct slot *s = choose(m, set_of(mark));

	slot_clear(s);
	buf_put(&s->record, record);
	if (!buf_ok(&s->record)) {
		slot_clear(s);
		return;
	}
	s->mark = mark;
	s->cert = *cert;
	*cert = NULL;
	(void)snprintf(s->note, sizeof(s->note), "%s", note);
	m->recent = s;
}

/* Where the checker of KEY is kept; NULL: nowhere, since nobody knows how
 * long KEY lives. */
static struct pubkey_checker **
place_of(const struct ctl_anchor *anchor, const struct pubkey *key)
{
	struct ctl_memo *m = anchor->memo;

	if (m == NULL)
		return NULL;
	if (m->recent != NULL && m->recent->cert != NULL &&
	    cert_key(m->recent->cert) == key)
		return &m->recent->checker;
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
