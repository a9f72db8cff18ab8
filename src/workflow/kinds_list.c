/* SPDX-License-Identifier: Apache-2.0 */
/* Trust lists: the one that a step is to make, and what became of it. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "trust/diff.h"
#include "workflow/kinds_parts.h"

/* ---- Certificates in use -------------------------------------------------------- */

/* What stands in a CTL: a certificate of a node's disk, and its role there. */
struct now {
	size_t node;
	const char *unit;
	struct cert *cert;
	bool sast, server, capf;
};

struct nows {
	struct now *item;
	size_t num;
};

static void
nows_clear(struct nows *l)
{
	size_t i;

	for (i = 0; i < l->num; i++)
		cert_free(&l->item[i].cert);
	free(l->item);
	*l = (struct nows){ .num = 0 };
}

static bool
is_publisher(const struct survey *s, size_t i)
{
	return s->node[i].entry->role == INVENTORY_PUBLISHER;
}

static enum err
add_now(const struct survey *s, size_t i, const char *unit, struct nows *l,
    struct diag *d)
{
	struct bytes der = survey_own_der(s, i, unit);
	struct now *now = &l->item[l->num];
	bool ccm = strncmp(unit, "CallManager", 11) == 0;
	enum err e;

	if (der.ptr == NULL)
		return ERR_OK;
	*now = (struct now){ .node = i, .unit = unit };
	now->server = ccm;
	now->capf = strcmp(unit, "CAPF") == 0;
	now->sast = strcmp(unit, "ITLRecovery") == 0 ||
	    (strcmp(unit, "CallManager") == 0 && is_publisher(s, i));
	e = cert_from_der(der, &now->cert, d);
	if (e == ERR_OK)
		l->num++;
	return e;
}

/* From 12.5 ITLRecovery is the publisher's, for all; before, only its own counts
 * in the CTL too. */
static enum err
nows_read(const struct survey *s, struct nows *l, struct diag *d)
{
	static const char *const own[] = { "CallManager", "CallManager-ECDSA",
		"CAPF", "ITLRecovery" };
	size_t i, k;
	enum err e = ERR_OK;

	l->item = calloc(s->num_nodes * 4 + 1, sizeof(*l->item));
	if (l->item == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < s->num_nodes; i++) {
		if (!kinds_is_server(&s->node[i]))
			continue;
		for (k = 0; e == ERR_OK && k < (is_publisher(s, i) ? 4u : 2u);
		     k++)
			e = add_now(s, i, own[k], l, d);
	}
	return e;
}

static bool
fits_role(const struct now *now, const struct ctl_record *r)
{
	if (!r->has_role)
		return false;
	if (r->role == CTL_ROLE_SAST)
		return now->sast;
	return r->role == CTL_ROLE_CAPF
	    ? now->capf
	    : now->server && ctl_record_is_server(r);
}

/* The certificate of record I of F is in use, in the role that it has there. */
static enum err
is_current(const struct nows *l, const struct ctl_file *f, size_t i, bool *ret,
    struct diag *d)
{
	enum ctl_identity id = CTL_OTHER_CERT;
	size_t k;
	enum err e = ERR_OK;

	*ret = false;
	for (k = 0; e == ERR_OK && !*ret && k < l->num; k++) {
		if (!fits_role(&l->item[k], ctl_record(f, i)))
			continue;
		e = ctl_identify(f, i, l->item[k].cert, &id, d);
		*ret = e == ERR_OK && id == CTL_SAME_CERT;
	}
	return e;
}

/* Somebody of F has NOW's certificate, in its role SAST or the other. */
static enum err
is_listed(const struct ctl_file *f, const struct now *now, bool sast, bool *ret,
    struct diag *d)
{
	enum ctl_identity id = CTL_OTHER_CERT;
	size_t i;
	enum err e = ERR_OK;

	*ret = false;
	for (i = 1; e == ERR_OK && !*ret && i <= ctl_num_records(f); i++) {
		const struct ctl_record *r = ctl_record(f, i);

		if (!fits_role(now, r) || (r->role == CTL_ROLE_SAST) != sast)
			continue;
		e = ctl_identify(f, i, now->cert, &id, d);
		*ret = e == ERR_OK && id == CTL_SAME_CERT;
	}
	return e;
}

/* ---- A draft -------------------------------------------------------------------- */

/* Record R is of the node NODE. */
static bool
is_of_node(const struct survey *s, const struct ctl_record *r, size_t node)
{
	const struct inventory_node *n = s->node[node].entry;
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);
	struct bytes cn = ctl_common_name(ctl_record_text(r, CTL_REC_SUBJECT));
	size_t i;

	if (host.len > 0 && survey_is_host(host, bytes_of_str(n->name)))
		return true;
	for (i = 0; i < n->addresses.num; i++)
		if (bytes_equal(host, bytes_of_str(n->addresses.item[i])))
			return true;
	return cn.len > 0 && survey_is_host(cn, bytes_of_str(n->name));
}

static bool
is_rsa(const struct cert *c)
{
	return cert_key(c) != NULL && pubkey_type(cert_key(c)) == PUBKEY_RSA;
}

/* What record I of OLD is to be replaced with; NULL: it stays. */
static enum err
renewed(const struct survey *s, const struct nows *l,
    const struct ctl_file *old, size_t i, const struct now **ret,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(old, i);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct cert *cert = NULL;
	bool current = false;
	size_t k;
	enum err e;

	*ret = NULL;
	if (der.ptr == NULL ||
	    (r->role == CTL_ROLE_SAST &&
		trust_owner_of(old, i) == TRUST_OWNER_TOKEN))
		return ERR_OK;
	e = is_current(l, old, i, &current, d);
	if (e == ERR_OK && !current)
		e = cert_from_der(der, &cert, d);
	for (k = 0; e == ERR_OK && cert != NULL && *ret == NULL && k < l->num;
	     k++) {
		const struct now *now = &l->item[k];

		if (!fits_role(now, r) || is_rsa(now->cert) != is_rsa(cert))
			continue;
		if (r->role == CTL_ROLE_SAST
			? ctl_record_is_itlrecovery(r) ==
			    (strcmp(now->unit, "ITLRecovery") == 0)
			: now->capf || is_of_node(s, r, now->node))
			*ret = now;
	}
	cert_free(&cert);
	return e;
}

static enum err
replace_all(const struct survey *s, const struct nows *l,
    const struct ctl_file *old, struct ctl_draft *draft, struct diag *d)
{
	const struct now *now;
	enum ctl_dialect dialect;
	size_t i;
	enum err e = ERR_OK;

	for (i = 1; e == ERR_OK && i <= ctl_num_records(old); i++) {
		e = renewed(s, l, old, i, &now, d);
		if (e != ERR_OK || now == NULL)
			continue;
		e = ctl_dialect_for(now->cert, &dialect, d);
		if (e == ERR_OK)
			e = ctl_draft_replace(draft, i, now->cert, dialect, d);
	}
	return e;
}

/* Tokens go, from the last to the first, so that numbers stay right. */
static void
drop_tokens(const struct ctl_file *old, struct ctl_draft *draft)
{
	size_t i;

	for (i = ctl_num_records(old); i > 0; i--) {
		const struct ctl_record *r = ctl_record(old, i);

		if (r->has_role && r->role == CTL_ROLE_SAST &&
		    trust_owner_of(old, i) == TRUST_OWNER_TOKEN)
			ctl_draft_remove(draft, i);
	}
}

static enum err
add_one(const struct survey *s, const struct now *now, uint16_t role,
    struct ctl_draft *draft, struct diag *d)
{
	struct ctl_entry entry = { .role = role,
		.cert = now->cert,
		.host = bytes_of_str(s->node[now->node].entry->name) };
	enum err e = ctl_dialect_for(now->cert, &entry.dialect, d);

	return e == ERR_OK ? ctl_draft_add(draft, &entry, 0, d) : e;
}

/* The publisher's release; 0: not known. */
static unsigned
release_of(const struct survey *s)
{
	size_t i;

	for (i = 0; i < s->num_nodes; i++)
		if (is_publisher(s, i) && s->node[i].has_version)
			return s->node[i].version.release;
	return 0;
}

/* What nobody has yet: a new node, and of the appliance's own signers those that
 * were not in a list of tokens (OWN). */
static enum err
add_missing(const struct kinds_seen *seen, const struct nows *l,
    struct ctl_draft *draft, bool own, const struct ctl_file *now_has,
    struct diag *d)
{
	bool has;
	size_t i;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < l->num; i++) {
		const struct now *now = &l->item[i];

		if (now->server || now->capf) {
			e = is_listed(now_has, now, false, &has, d);
			if (e == ERR_OK && !has)
				e = add_one(seen->s, now,
				    now->capf ? CTL_ROLE_CAPF
					      : CTL_ROLE_CCM_TFTP,
				    draft, d);
		}
		if (e != ERR_OK || !now->sast || !own)
			continue;
		e = is_listed(now_has, now, true, &has, d);
		if (e == ERR_OK && !has)
			e = add_one(seen->s, now, CTL_ROLE_SAST, draft, d);
	}
	return e;
}

/* DRAFT as a file, to be asked what it has; the bytes in BYTES. An empty draft is
 * no file: *RET NULL. */
static enum err
read_draft(const struct ctl_draft *draft, const struct cert *any,
    struct buf *bytes, struct ctl_file **ret, struct diag *d)
{
	struct ctl_head head = { .digest = DIGEST_SHA1,
		.filename = "CTLFile.tlv",
		.cert = any };
	struct ctl_unsigned u = { .gap = 0 };
	enum err e = ctl_dialect_for(any, &head.dialect, d);

	if (e == ERR_OK)
		e = ctl_prepare(draft, &head, &u, d);
	if (e == ERR_OK)
		e = ctl_preview(&u, bytes, d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(bytes), CTL_KIND_CTL, ret, d);
	ctl_unsigned_clear(&u);
	return e;
}

/* A certificate that ctl_prepare() takes for a signer. */
static const struct cert *
some_signer(const struct nows *l)
{
	size_t i;

	for (i = 0; i < l->num; i++)
		if (l->item[i].sast && is_rsa(l->item[i].cert))
			return l->item[i].cert;
	return NULL;
}

static enum err
fill_draft(const struct kinds_seen *seen, const struct nows *l,
    const struct ctl_file *old, bool tokenless, struct ctl_draft *draft,
    struct diag *d)
{
	struct ctl_file *has = NULL;
	struct buf bytes = { 0 };
	const struct cert *any = some_signer(l);
	/* from 12.0 on the client with tokens puts them in too: ITLRecovery
	 * signs ITLs there (SG12.5) */
	bool own = tokenless || release_of(seen->s) >= 1200;
	enum err e = ERR_OK;

	if (any == NULL)
		return diag_set(d, ERR_POLICY,
		    "neither CallManager nor ITLRecovery of the publisher "
		    "could be seen");
	if (old != NULL)
		e = replace_all(seen->s, l, old, draft, d);
	if (e == ERR_OK && old != NULL && tokenless)
		drop_tokens(old, draft);
	if (e == ERR_OK)
		e = read_draft(draft, any, &bytes, &has, d);
	if (e == ERR_OK)
		e = add_missing(seen, l, draft, own, has, d);
	ctl_free(&has);
	buf_clear(&bytes);
	return e;
}

enum err
kinds_draft(const struct kinds_seen *seen, const struct ctl_file *old,
    bool tokenless, struct ctl_draft **ret, struct diag *d)
{
	struct nows l = { .num = 0 };
	struct ctl_draft *draft = NULL;
	enum err e = nows_read(seen->s, &l, d);

	if (e == ERR_OK)
		e = old != NULL ? ctl_draft_from(old, &draft, d)
				: ctl_draft_new(CTL_KIND_CTL, &draft, d);
	if (e == ERR_OK)
		e = fill_draft(seen, &l, old, tokenless, draft, d);
	if (e == ERR_OK) {
		*ret = draft;
		draft = NULL;
	}
	ctl_draft_free(&draft);
	nows_clear(&l);
	return e;
}

size_t
kinds_own_signer(const struct kinds_seen *seen, const struct ctl_draft *draft,
    bool localkey)
{
	bool recovery = !localkey && release_of(seen->s) >= 1200;
	size_t i;

	for (i = 1; i <= ctl_draft_num(draft); i++) {
		const struct ctl_record *r = ctl_draft_record(draft, i);

		if (r->has_role && r->role == CTL_ROLE_SAST &&
		    r->dialect == CTL_DIALECT_APPLIANCE &&
		    ctl_record_is_itlrecovery(r) == recovery)
			return i;
	}
	return 0;
}

/* The new one is to be newer, which its signing sees by this. */
static enum err
keep_time(const struct ctl_file *old, struct ctl_head *head, struct diag *d)
{
	uint32_t when;

	return old != NULL &&
		ctl_header_number(ctl_header(old), CTL_HDR_TIMESTAMP, &when)
	    ? ctl_head_time(head, when, d)
	    : ERR_OK;
}

enum err
kinds_preview(const struct ctl_draft *draft, size_t signer,
    const struct ctl_file *old, struct buf *ret, struct diag *d)
{
	const struct ctl_record *r = ctl_draft_record(draft, signer);
	struct ctl_head head = { .digest = DIGEST_SHA1,
		.filename = "CTLFile.tlv" };
	struct ctl_unsigned u = { .gap = 0 };
	struct cert *cert = NULL;
	uint32_t code;
	enum err e;

	if (r == NULL)
		return diag_set(d, ERR_POLICY,
		    "nobody is in the new list who could sign it");
	if (old != NULL &&
	    ctl_header_number(ctl_header(old), CTL_HDR_DIGEST, &code))
		(void)ctl_digest_of_code(code, &head.digest);
	e = keep_time(old, &head, d);
	if (e == ERR_OK)
		e = cert_from_der(ctl_record_value(r, CTL_REC_CERTIFICATE),
		    &cert, d);
	if (e == ERR_OK) {
		head.cert = cert;
		ctl_head_copy_draft(&head, draft, signer);
		e = ctl_prepare(draft, &head, &u, d);
	}
	if (e == ERR_OK)
		e = ctl_preview(&u, ret, d);
	ctl_unsigned_clear(&u);
	cert_free(&cert);
	return e;
}

/* ---- Judging -------------------------------------------------------------------- */

static enum err
refuse_works(const struct works *w, enum works_rule rule, struct diag *d)
{
	if (w->answer[rule] == WORKS_YES || w->answer[rule] == WORKS_NOT_NEEDED)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "phones would take the list and not work (%s): %.260s",
	    works_rule_name(rule), w->why[rule].msg);
}

/* What phones hold, and what they are to take. */
struct judged {
	const struct ctl_file *old, *offer;
	bool strands; /* that some refuse it was typed */
};

/* Phones of OF->class. */
static enum err
judge_class(const struct health_input *in, const struct judged *j,
    struct health_offer *of, struct diag *d)
{
	static const enum works_rule rules[] = { WORKS_ITL, WORKS_CONFIG,
		WORKS_READABLE };
	enum trust_verdict v;
	size_t n;
	enum err e = health_offer(in, j->old, j->offer, of, d);

	for (n = 0; e == ERR_OK && n < sizeof(rules) / sizeof(*rules); n++)
		e = refuse_works(&of->works, rules[n], d);
	v = of->judgement.verdict;
	if (e == ERR_OK && !j->strands &&
	    (v == TRUST_REFUSES || v == TRUST_UNKNOWN))
		e = diag_set(d, ERR_POLICY, "%s: %s (%s)",
		    class_text(of->class), trust_verdict_text(v),
		    of->judgement.why.msg);
	return e;
}

enum err
kinds_judge(const struct kinds *k, const struct kinds_seen *seen,
    const struct ctl_file *old, const struct ctl_file *offer, bool strands,
    struct diag *d)
{
	const struct health_input in = { .survey = seen->s,
		.inventory = k->act->inventory,
		.now = k->act->now(k->act->arg) };
	const struct judged j = { old, offer, strands };
	const unsigned classes = k->classes != 0
	    ? k->classes
	    : 1u << CLASS_TVS | 1u << CLASS_NO_TVS;
	struct health_offer of = { .class = CLASS_NEW };
	enum err e = ERR_OK;
	int c;

	for (c = 0; e == ERR_OK && c < CLASS_NUM; c++) {
		if ((classes & 1u << c) == 0)
			continue;
		of = (struct health_offer){ .class = (enum class)c };
		e = judge_class(&in, &j, &of, d);
	}
	return e;
}

/* ---- Comparing ------------------------------------------------------------------ */

struct compare {
	const struct nows *now;
	const struct survey *s;
	const struct ctl_file *old, *new;
	unsigned leave;
};

/* Somebody else's certificate that is a SAST by Phone-SAST-trust. */
static bool
is_trusted_sast(const struct survey *s, const struct ctl_file *f, size_t i)
{
	struct bytes der = ctl_record_value(ctl_record(f, i),
	    CTL_REC_CERTIFICATE);
	size_t n;

	for (n = 0; n < s->num_stored; n++)
		if (strcmp(s->stored[n].unit, "Phone-SAST-trust") == 0 &&
		    bytes_equal(s->stored[n].der, der))
			return true;
	return false;
}

static enum err
judge_added(const struct compare *c, size_t i, struct diag *d)
{
	const struct ctl_record *r = ctl_record(c->new, i);
	bool current = false;
	enum err e = is_current(c->now, c->new, i, &current, d);

	if (e != ERR_OK || current ||
	    (r->role == CTL_ROLE_SAST && is_trusted_sast(c->s, c->new, i)))
		return e;
	return diag_set(d, ERR_POLICY,
	    "record %zu of the new CTL (%s) has a certificate that is on no "
	    "node's disk; see `ctlsmith diff` of it and the one before",
	    i, ctl_role_name(r->role));
}

/* A node that the inventory has no more. */
static bool
is_of_nobody(const struct compare *c, const struct ctl_record *r)
{
	size_t i;

	for (i = 0; i < c->s->num_nodes; i++)
		if (is_of_node(c->s, r, i))
			return false;
	return r->has_role && ctl_record_is_server(r);
}

static enum err
judge_removed(const struct compare *c, size_t i, struct diag *d)
{
	const struct ctl_record *r = ctl_record(c->old, i);
	bool current = false;
	enum err e = is_current(c->now, c->old, i, &current, d);

	if (e != ERR_OK)
		return e;
	if (r->role == CTL_ROLE_SAST && !current) {
		bool token = trust_owner_of(c->old, i) == TRUST_OWNER_TOKEN;

		if (!token || (c->leave & KINDS_TOKENS) != 0)
			return ERR_OK;
	} else if (!current || is_of_nobody(c, r)) {
		return ERR_OK;
	}
	return diag_set(d, ERR_POLICY,
	    "record %zu of the CTL before (%s) is not in the new one; see "
	    "`ctlsmith diff` of both",
	    i, ctl_role_name(r->role));
}

static enum err
judge_row(const struct compare *c, const struct diff_row *row, struct diag *d)
{
	switch (row->kind) {
	case DIFF_ADDED:
	case DIFF_REPLACED:
		return judge_added(c, row->new, d);
	case DIFF_REMOVED:
		return judge_removed(c, row->old, d);
	case DIFF_RESPELT:
		if (row->rekeyed || row->moved)
			return diag_set(d, ERR_POLICY,
			    "record %zu of the new CTL has another key or "
			    "address than record %zu before; see `ctlsmith "
			    "diff` of both",
			    row->new, row->old);
		return ERR_OK;
	case DIFF_SAME:
		break;
	}
	return ERR_OK;
}

/* All that is on the disks is in NEW. */
static enum err
judge_missing(const struct compare *c, struct diag *d)
{
	bool has = true;
	size_t i;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < c->now->num; i++) {
		const struct now *now = &c->now->item[i];

		if (strcmp(now->unit, "CallManager") == 0 || now->capf)
			e = is_listed(c->new, now, false, &has, d);
		else
			has = true;
		if (e == ERR_OK && !has)
			e = diag_set(d, ERR_POLICY,
			    "the new CTL has not the %s of %.100s that is on "
			    "its disk; run the update again, or see whether "
			    "the nodes are in step",
			    now->unit, c->s->node[now->node].entry->name);
	}
	return e;
}

enum err
kinds_compare(const struct kinds_seen *seen, const struct ctl_file *old,
    const struct ctl_file *new, unsigned leave, struct diag *d)
{
	struct nows l = { .num = 0 };
	struct diff df = { .num = 0 };
	const struct compare c = { &l, seen->s, old, new, leave };
	size_t i;
	enum err e = nows_read(seen->s, &l, d);

	if (e == ERR_OK && old != NULL)
		e = diff_of(old, new, &df, d);
	for (i = 0; e == ERR_OK && i < df.num; i++)
		e = judge_row(&c, &df.rows[i], d);
	if (e == ERR_OK)
		e = judge_missing(&c, d);
	diff_clear(&df);
	nows_clear(&l);
	return e;
}

enum err
kinds_is_fresh(const struct kinds_seen *seen, const struct ctl_file *list,
    bool *ret, struct diag *d)
{
	struct nows l = { .num = 0 };
	const struct compare c = { &l, seen->s, list, list, 0 };
	struct diag why;
	enum err e = nows_read(seen->s, &l, d);

	diag_init(&why);
	if (e == ERR_OK) {
		e = judge_missing(&c, &why);
		*ret = e == ERR_OK;
		if (e == ERR_POLICY)
			e = ERR_OK;
		else if (e != ERR_OK)
			e = diag_set(d, e, "%s", why.msg);
	}
	nows_clear(&l);
	return e;
}

/* ---- Showing -------------------------------------------------------------------- */

static void
say_row(const struct kinds *k, const struct ctl_file *f, size_t i,
    const struct diff_row *row)
{
	struct bytes subject = ctl_record_text(ctl_record(f, i),
	    CTL_REC_SUBJECT);
	struct buf safe = { 0 };
	const char *text;

	text_put_safe(&safe, subject);
	text = buf_cstr(&safe);
	kinds_say(k, "%s: %s %.300s", diff_kind_name(row->kind),
	    ctl_role_name(ctl_record(f, i)->role), text == NULL ? "" : text);
	buf_clear(&safe);
}

enum err
kinds_say_diff(const struct kinds *k, const struct ctl_file *old,
    const struct ctl_file *new, struct diag *d)
{
	struct diff df = { .num = 0 };
	size_t i;
	enum err e = diff_of(old, new, &df, d);

	for (i = 0; e == ERR_OK && i < df.num; i++)
		if (df.rows[i].kind != DIFF_SAME)
			say_row(k, df.rows[i].kind == DIFF_REMOVED ? old : new,
			    df.rows[i].kind == DIFF_REMOVED ? df.rows[i].old
							    : df.rows[i].new,
			    &df.rows[i]);
	if (e == ERR_OK && df.signer)
		kinds_say(k, "the signer is another");
	diff_clear(&df);
	return e;
}
