/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/memo.h"

#include <stdio.h>
#include <stdlib.h>

/* More signers than a cluster has; the oldest goes first. */
#define NUM_SLOTS 32

struct slot {
	struct buf record;
	struct cert *cert; /* NULL: empty */
	char note[160];
};

struct ctl_memo {
	struct slot slot[NUM_SLOTS];
	size_t next;
};

enum err
ctl_memo_new(struct ctl_memo **ret, struct diag *d)
{
	struct ctl_memo *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return diag_nomem(d);
	*ret = m;
	return ERR_OK;
}

static void
slot_clear(struct slot *s)
{
	buf_clear(&s->record);
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
