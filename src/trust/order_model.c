/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/order_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trust/signer.h"
#include "trust/works_parts.h"

/* ---- Writing. ---- */

static void
put_value(struct buf *b, unsigned tag, const void *ptr, size_t len)
{
	buf_u8(b, (uint8_t)tag);
	buf_u16(b, (uint16_t)len);
	buf_put(b, bytes_of(ptr, len));
}

/* With its NUL. */
static void
put_text(struct buf *b, unsigned tag, const char *s)
{
	put_value(b, tag, s, strlen(s) + 1);
}

/* A SAST that no list has yet: NUMBER makes it unlike any other. */
static void
put_record(struct buf *b, const char *name, unsigned number)
{
	const uint8_t role[2] = { 0, CTL_ROLE_SAST };
	uint8_t hash[20] = "ctlsmith order", serial[16] = "ctlsmith order";
	size_t mark, start = b->len;
	char subject[64];

	hash[19] = serial[15] = (uint8_t)number;
	(void)snprintf(subject, sizeof(subject), "CN=%s%u;O=to come", name,
	    number);
	buf_u8(b, CTL_REC_LENGTH);
	buf_u16(b, 2);
	mark = buf_mark16(b);
	put_text(b, CTL_REC_DNS_NAME, "");
	put_text(b, CTL_REC_SUBJECT, subject);
	put_value(b, CTL_REC_ROLE, role, sizeof(role));
	put_text(b, CTL_REC_ISSUER, subject);
	put_value(b, CTL_REC_SERIAL, serial, sizeof(serial));
	put_value(b, CTL_REC_CERT_HASH, hash, sizeof(hash));
	buf_fill16(b, mark, b->len - start);
}

/* The header of a list that SIGNER signs. */
static void
put_header(const struct order_model *m, const struct order_offer *o,
    struct buf *b)
{
	static const uint8_t version[2] = { 1, 2 };
	const struct buf *names = &m->names[o->signer];
	size_t issuer = m->issuer_len[o->signer];
	size_t length, group;

	put_value(b, CTL_HDR_VERSION, version, sizeof(version));
	buf_u8(b, CTL_HDR_LENGTH);
	buf_u16(b, 2);
	length = buf_mark16(b);
	buf_u8(b, CTL_HDR_SIGNER_ID);
	group = buf_mark16(b);
	put_value(b, CTL_HDR_SERIAL, names->ptr + issuer, names->len - issuer);
	put_value(b, CTL_HDR_ISSUER, names->ptr, issuer);
	buf_fill16(b, group, b->len - group - 2);
	put_text(b, CTL_HDR_FILENAME, o->itl ? "ITLFile.tlv" : "CTLFile.tlv");
	buf_fill16(b, length, b->len);
}

/* Makes the list of O as a file; RET_BYTES is its memory. */
static enum err
make_list(const struct order_model *m, const struct order_offer *o,
    struct buf *ret_bytes, struct ctl_file **ret, struct diag *d)
{
	size_t a;

	put_header(m, o, ret_bytes);
	for (a = 0; a < ORDER_NUM_ANCHORS; a++)
		if ((o->sasts & ANCHOR_BIT(a)) != 0)
			buf_put(ret_bytes, buf_bytes(&m->record[a]));
	if (!buf_ok(ret_bytes))
		return diag_nomem(d);
	return ctl_parse(buf_bytes(ret_bytes),
	    o->itl ? CTL_KIND_ITL : CTL_KIND_CTL, ret, d);
}

/* ---- Anchors. ---- */

/* Record INDEX of F is one of anchor A's, whom the first one names. */
static void
add_record(struct order_model *m, enum order_anchor a, const struct ctl_file *f,
    size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct trust_names names = signer_of_record(r);

	if (m->names[a].len == 0 && names.issuer.ptr != NULL &&
	    names.serial.ptr != NULL) {
		buf_put(&m->names[a], names.issuer);
		buf_put(&m->names[a], names.serial);
		m->issuer_len[a] = names.issuer.len;
	}
	buf_put(&m->record[a], bytes_of(ctl_raw(f).ptr + r->offset, r->length));
}

/* One that no list has. */
static void
invent(struct order_model *m, enum order_anchor a, const char *name)
{
	struct buf *b = &m->names[a];
	char issuer[64];
	uint8_t serial[16] = "ctlsmith order";

	if (m->record[a].len != 0)
		return;
	serial[15] = (uint8_t)a;
	(void)snprintf(issuer, sizeof(issuer), "CN=%s%u;O=to come", name,
	    (unsigned)a);
	buf_clear(b);
	buf_put(b, bytes_of(issuer, strlen(issuer) + 1));
	m->issuer_len[a] = b->len;
	buf_put(b, bytes_of(serial, sizeof(serial)));
	put_record(&m->record[a], name, (unsigned)a);
}

/* The first SAST of F whose owner is OWNER; 0: none. */
static size_t
find_owned(const struct ctl_file *f, enum trust_owner owner)
{
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++)
		if (signer_is_sast(ctl_record(f, i)) &&
		    trust_owner_of(f, i) == owner)
			return i;
	return 0;
}

/* Reads an appliance's anchor, FIRST and the generations after it, from the
 * installed and the served list; RET is the generation that stands now. */
static void
read_server(struct order_model *m, enum order_anchor first,
    enum trust_owner owner, unsigned *ret)
{
	const struct order_input *in = m->in;
	size_t old = find_owned(in->installed, owner);
	size_t now = find_owned(in->served, owner);
	bool same = old == 0 || now == 0 ||
	    trust_same_record(in->installed, in->served, now) == old;

	if (old != 0) {
		add_record(m, first, in->installed, old);
		m->installed_sasts |= ANCHOR_BIT(first);
	}
	if (now != 0 && same && old == 0)
		add_record(m, first, in->served, now);
	if (now != 0 && !same)
		add_record(m, first + 1, in->served, now);
	if (now != 0)
		m->served_sasts |= ANCHOR_BIT(same ? first : first + 1);
	*ret = same ? 0 : 1;
}

/* All SASTs of an administrator of the installed list; those that only the
 * served one has are the new tokens. */
static void
read_tokens(struct order_model *m)
{
	const struct ctl_file *f = m->in->installed, *s = m->in->served;
	enum order_anchor a;
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++)
		if (signer_is_sast(ctl_record(f, i)) &&
		    trust_owner_of(f, i) == TRUST_OWNER_TOKEN) {
			add_record(m, ANCHOR_TOKEN, f, i);
			m->installed_sasts |= ANCHOR_BIT(ANCHOR_TOKEN);
		}
	for (i = 1; i <= ctl_num_records(s); i++) {
		if (!signer_is_sast(ctl_record(s, i)) ||
		    trust_owner_of(s, i) != TRUST_OWNER_TOKEN)
			continue;
		a = trust_same_record(f, s, i) != 0 ? ANCHOR_TOKEN
						    : ANCHOR_NEW_TOKEN;
		if (a == ANCHOR_NEW_TOKEN)
			add_record(m, a, s, i);
		m->served_sasts |= ANCHOR_BIT(a);
	}
}

/* Who signed the served list, as far as its records tell; else a token did. */
static enum order_anchor
read_signer(const struct order_model *m)
{
	const struct ctl_file *s = m->in->served;
	size_t signer = ctl_signer_record(s);
	enum trust_owner owner = signer == 0 ? TRUST_OWNER_TOKEN
					     : trust_owner_of(s, signer);

	if (owner == TRUST_OWNER_CALLMANAGER)
		return (enum order_anchor)(ANCHOR_CALLMANAGER + m->callmanager);
	if (owner == TRUST_OWNER_ITLRECOVERY)
		return (enum order_anchor)(ANCHOR_ITLRECOVERY + m->itlrecovery);
	return ANCHOR_TOKEN;
}

static enum err
read_anchors(struct order_model *m, struct diag *d)
{
	size_t a;

	read_server(m, ANCHOR_CALLMANAGER, TRUST_OWNER_CALLMANAGER,
	    &m->callmanager);
	read_server(m, ANCHOR_ITLRECOVERY, TRUST_OWNER_ITLRECOVERY,
	    &m->itlrecovery);
	read_tokens(m);
	for (a = 0; a < ORDER_NUM_ANCHORS; a++)
		invent(m, (enum order_anchor)a,
		    a < ANCHOR_ITLRECOVERY      ? "callmanager"
			: a < ANCHOR_TOKEN      ? "ITLRECOVERY_"
			: a < ANCHOR_SUBSCRIBER ? "token"
						: "subscriber");
	for (a = 0; a < ORDER_NUM_ANCHORS; a++)
		if (!buf_ok(&m->record[a]) || !buf_ok(&m->names[a]))
			return diag_nomem(d);
	m->served_signer = read_signer(m);
	m->served_itlrecovery = m->itlrecovery != 0;
	/* who signed is who signs: nothing else tells a token cluster */
	m->token_mode = m->served_signer == ANCHOR_TOKEN;
	return ERR_OK;
}

/* ---- The input. ---- */

static enum err
read_nodes(struct order_model *m, struct diag *d)
{
	const struct order_node *n;
	size_t i, publishers = 0;

	if (m->in->num_nodes == 0)
		return diag_set(d, ERR_USAGE, "no node is given");
	if (m->in->num_nodes > ORDER_MAX_NODES)
		return diag_set(d, ERR_TOO_BIG, "more than %d nodes",
		    ORDER_MAX_NODES);
	for (i = 0; i < m->in->num_nodes; i++) {
		n = &m->in->nodes[i];
		if (n->publisher)
			m->publisher = i;
		publishers += n->publisher ? 1 : 0;
		m->tftp |= n->tftp ? ANCHOR_BIT(i) : 0;
		m->ccm |= n->ccm ? ANCHOR_BIT(i) : 0;
		m->multi |= n->multi_san ? ANCHOR_BIT(i) : 0;
	}
	if (publishers != 1)
		return diag_set(d, ERR_USAGE,
		    "one node is the publisher, and not %zu", publishers);
	if (m->tftp == 0)
		return diag_set(d, ERR_USAGE,
		    "no node is a TFTP server, so phones fetch nothing: give "
		    "the roles tftp and ccm to the nodes that run Cisco Tftp "
		    "and Cisco CallManager");
	return ERR_OK;
}

static enum err
read_wish(struct order_model *m, const struct order_wish *w, struct diag *d)
{
	bool each = order_change_is_each(w->change);
	size_t node = each ? w->node : 0;
	uint64_t bits = ANCHOR_BIT(node);

	if (node >= m->in->num_nodes)
		return diag_set(d, ERR_USAGE, "there is no node %zu", node);
	if (w->change == ORDER_CALLMANAGER && m->in->nodes[node].multi_san) {
		/* one certificate: several wishes for it are one */
		bits = m->multi;
		m->wanted[w->change] &= ~bits;
		if ((m->done[w->change] & bits) != 0)
			return ERR_OK;
	}
	if (((m->wanted[w->change] | m->done[w->change]) & bits) != 0)
		return diag_set(d, ERR_USAGE, "%s%s%s is wanted twice",
		    order_change_name(w->change), each ? " of " : "",
		    each ? m->in->nodes[node].name : "");
	if (w->done)
		m->done[w->change] |= bits;
	else
		m->wanted[w->change] |= bits;
	return ERR_OK;
}

static enum err
check_wishes(const struct order_model *m, struct diag *d)
{
	const struct order_input *in = m->in;

	if (m->done[ORDER_TO_TOKEN] != 0 || m->done[ORDER_TO_TOKENLESS] != 0 ||
	    m->done[ORDER_UPGRADE] != 0)
		return diag_set(d, ERR_USAGE,
		    "to-token, to-tokenless and upgrade are not done before: "
		    "give the list and the release as they are now");
	if (m->wanted[ORDER_TO_TOKEN] != 0 &&
	    m->wanted[ORDER_TO_TOKENLESS] != 0)
		return diag_set(d, ERR_USAGE,
		    "to-token and to-tokenless are wanted together");
	if (m->wanted[ORDER_TO_TOKEN] != 0 && in->new_tokens == 0)
		return diag_set(d, ERR_USAGE,
		    "to-token is wanted, but there is no new token");
	if (m->wanted[ORDER_UPGRADE] != 0 && in->upgrade_to <= in->release)
		return diag_set(d, ERR_USAGE,
		    "upgrade is wanted, but not to a later release");
	return ERR_OK;
}

static enum err
read_wishes(struct order_model *m, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	if (m->in->num_wishes > ORDER_MAX_CHANGES)
		return diag_set(d, ERR_TOO_BIG, "more than %zu changes",
		    ORDER_MAX_CHANGES);
	for (i = 0; e == ERR_OK && i < m->in->num_wishes; i++)
		e = read_wish(m, &m->in->wishes[i], d);
	return e != ERR_OK ? e : check_wishes(m, d);
}

/* A list says what it has; what is done on disk and is in it is a generation
 * of its own already, and no other. */
static void
settle(struct order_model *m)
{
	uint64_t pub = ANCHOR_BIT(m->publisher);

	if ((m->done[ORDER_CALLMANAGER] & pub) != 0)
		m->callmanager = 0;
	if (m->done[ORDER_ITLRECOVERY] != 0)
		m->itlrecovery = 0;
}

/* The next lists have the digest and the sizes of keys of the served one. */
static enum err
read_classes(struct order_model *m, struct diag *d)
{
	enum works_answer answer;
	enum err e = ERR_OK;
	enum class class;
	struct diag why;
	size_t c;

	for (c = 0; e == ERR_OK && c < CLASS_NUM; c++) {
		class = (enum class)c;
		if ((m->in->classes & 1u << c) == 0 ||
		    (class_digest(class) == DIGEST_SHA512 &&
			class_max_bits(class) == 0))
			continue;
		e = works_read(m->in->served, class, &answer, &why, d);
		if (e == ERR_OK && answer != WORKS_YES)
			m->unreadable |= 1u << c;
	}
	return e;
}

enum err
order_model_init(struct order_model *m, const struct order_input *in,
    struct diag *d)
{
	enum err e;

	*m = (struct order_model){ .copy = *in, .helps = in->helps };
	m->in = &m->copy;
	if (in->served == NULL)
		m->copy.served = in->installed;
	e = read_nodes(m, d);
	if (e == ERR_OK)
		e = read_wishes(m, d);
	if (e == ERR_OK)
		e = read_anchors(m, d);
	if (e == ERR_OK)
		e = read_classes(m, d);
	if (e != ERR_OK)
		return e;
	settle(m);
	m->answer = calloc(ORDER_ANSWERS, sizeof(*m->answer));
	return m->answer == NULL ? diag_nomem(d) : ERR_OK;
}

void
order_model_clear(struct order_model *m)
{
	size_t a;

	for (a = 0; a < ORDER_NUM_ANCHORS; a++) {
		buf_clear(&m->record[a]);
		buf_clear(&m->names[a]);
	}
	free(m->answer);
	*m = (struct order_model){ .in = NULL };
}

bool
order_model_is_shared(const struct order_model *m, size_t node)
{
	return node == m->publisher ||
	    ((m->multi & ANCHOR_BIT(node)) != 0 &&
		(m->multi & ANCHOR_BIT(m->publisher)) != 0);
}

/* ---- Asking. ---- */

/* A list that is made, or one that is there. */
struct list {
	struct buf bytes;
	struct ctl_file *made;
	const struct ctl_file *f;
};

static enum err
list_of_offer(const struct order_model *m, const struct order_offer *o,
    struct list *ret, struct diag *d)
{
	enum err e = ERR_OK;

	if (o->real == NULL)
		e = make_list(m, o, &ret->bytes, &ret->made, d);
	ret->f = o->real == NULL ? ret->made : o->real;
	return e;
}

static enum err
list_of_key(const struct order_model *m, uint64_t key, struct list *ret,
    struct diag *d)
{
	struct order_offer o = { .sasts = key & (ORDER_KEY_INSTALLED - 1),
		.signer = ANCHOR_CALLMANAGER };

	if ((key & ORDER_KEY_INSTALLED) != 0)
		o.real = m->in->installed;
	else if ((key & ORDER_KEY_SERVED) != 0)
		o.real = m->in->served;
	return list_of_offer(m, &o, ret, d);
}

static void
list_clear(struct list *l)
{
	ctl_free(&l->made);
	buf_clear(&l->bytes);
}

static void
judge(const struct order_model *m, const struct order_question *q,
    const struct list lists[3], struct trust_judgement *ret)
{
	struct trust_names names[ORDER_NUM_ANCHORS];
	struct trust_database db = { .names = names, .whole = true };
	struct trust_tvs tvs = { .node = "TVS",
		.disk = lists[2].f,
		.certificate = q->asking == ASKS_TVS ? TRUST_YES : TRUST_NO };
	struct trust_phone phone = { .installed = lists[0].f,
		.asks_tvs = q->asking != ASKS_NOBODY,
		.tvs = &tvs,
		.num_tvs = 1,
		.database = &db,
		.cache_counts = m->in->cache_counts };
	const struct buf *b;
	size_t a, n;

	for (a = 0; a < ORDER_NUM_ANCHORS; a++) {
		if ((q->database & ANCHOR_BIT(a)) == 0)
			continue;
		b = &m->names[a];
		n = m->issuer_len[a];
		names[db.num].issuer = bytes_of(b->ptr, n);
		names[db.num++].serial = bytes_of(b->ptr + n, b->len - n);
	}
	trust_judge(&phone, lists[1].f, ret);
}

static enum err
ask(const struct order_model *m, const struct order_question *q,
    struct order_answer *ret, struct diag *d)
{
	struct list lists[3] = { { .f = NULL } };
	struct trust_judgement j;
	size_t i;
	enum err e;

	e = list_of_key(m, q->held, &lists[0], d);
	if (e == ERR_OK)
		e = list_of_offer(m, &q->offer, &lists[1], d);
	if (e == ERR_OK)
		e = list_of_key(m, q->disk, &lists[2], d);
	if (e == ERR_OK) {
		judge(m, q, lists, &j);
		ret->verdict = j.verdict;
		ret->rule = j.rule;
		ret->used = true;
	}
	for (i = 0; i < 3; i++)
		list_clear(&lists[i]);
	return e;
}

/* What the answer depends on. */
static void
key_of(const struct order_model *m, const struct order_question *q,
    uint64_t ret[2])
{
	const struct order_offer *o = &q->offer;
	uint64_t real = o->real == NULL   ? 0
	    : o->real == m->in->installed ? 1
					  : 2;

	ret[0] = q->held << 32 | (m->in->cache_counts ? q->disk : 0) << 8 |
	    (uint64_t)q->asking << 4 | real << 1 | (o->itl ? 1 : 0);
	ret[1] = o->sasts << 32 | q->database << 8 | (uint64_t)o->signer;
}

enum err
order_model_ask(struct order_model *m, const struct order_question *q,
    enum trust_verdict *ret, enum trust_rule *ret_rule, struct diag *d)
{
	struct order_answer *a;
	uint64_t key[2], hash;
	enum err e = ERR_OK;

	key_of(m, q, key);
	hash = (key[0] ^ key[1] * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
	a = &m->answer[hash >> 40 & (ORDER_ANSWERS - 1)];
	if (!a->used || a->key[0] != key[0] || a->key[1] != key[1]) {
		a->used = false;
		e = ask(m, q, a, d);
		a->key[0] = key[0];
		a->key[1] = key[1];
	}
	if (e == ERR_OK) {
		*ret = a->verdict;
		*ret_rule = a->rule;
	}
	return e;
}
