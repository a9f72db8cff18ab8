/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust lists: who is in them, in which order, and who signs. docs/lab.md,
 * "Lists".
 */
#include <arpa/inet.h>

#include "lab/list.h"
#include "lab/world_inner.h"

#define MAX_TVS 16 /* in an ITL, beside its own node's */

/* Role codes of records. */
enum {
	SAST = 0,
	CCM_TFTP = 2,
	CAPF = 4,
	TVS = 21
};

/* A list in the making. */
struct draft {
	struct world *w;
	struct wire wire;
	unsigned release;
	bool by_client, plain;
	enum err err;
	struct diag *diag;
};

static enum dialect
dialect_of(const struct draft *d, const struct world_cert *cert)
{
	if (cert == NULL)
		return DIALECT_EMPTY;
	if (cert->by_token)
		return DIALECT_TOKEN;
	return d->by_client ? DIALECT_CLIENT : DIALECT_APPLIANCE;
}

/* N: where it stands, or NULL. The CTL client writes addresses for names. */
static void
put(struct draft *d, const struct world_cert *cert, unsigned role,
    const struct world_node *n)
{
	uint8_t ip[4] = { 0 };
	struct dialect_record r = { .dialect = dialect_of(d, cert),
		.cert = cert == NULL ? NULL : cert->dialect,
		.role = role,
		.dns = n == NULL   ? ""
		    : d->by_client ? n->address
				   : n->name,
		.ip = bytes_of(ip, sizeof(ip)) };

	if (n != NULL)
		(void)inet_pton(AF_INET, n->address, ip);
	if (d->err == ERR_OK)
		d->err = list_put_record(&r, &d->wire, d->diag);
}

static const struct world_cert *
own(const struct draft *d, size_t node, enum world_unit unit)
{
	return d->w->node[node].own[unit].cert;
}

/* ---- CTL. ---- */

/* ITLRecovery is an anchor since 10.5(2). */
static bool
has_recovery(unsigned release)
{
	return release >= 1050 && release != 1051;
}

static const struct world_cert *
signer_of(const struct draft *d, enum world_form form)
{
	if (form == WORLD_FORM_TOKENS)
		return d->w->inner->token[0].cert;
	return own(d, 0,
	    d->release >= 1200 && form != WORLD_FORM_LOCALKEY
		? WORLD_ITLRECOVERY
		: WORLD_CALLMANAGER);
}

static void
put_anchors(struct draft *d, enum world_form form)
{
	const struct world_node *pub = &d->w->node[0];
	const bool tokens = form == WORLD_FORM_TOKENS;

	if (tokens) {
		put(d, d->w->inner->token[0].cert, SAST, NULL);
		put(d, d->w->inner->token[1].cert, SAST, NULL);
		if (d->release < 1150)
			return;
	}
	if (d->release >= 1200 || tokens)
		put(d, own(d, 0, WORLD_ITLRECOVERY), SAST, pub);
	put(d, own(d, 0, WORLD_CALLMANAGER), SAST, pub);
	if (d->release < 1200 && !tokens && has_recovery(d->release))
		put(d, own(d, 0, WORLD_ITLRECOVERY), SAST, pub);
}

/* What is in Phone-SAST-trust is an anchor of the appliance's own lists. */
static void
put_uploads(struct draft *d)
{
	const struct world_node *pub = &d->w->node[0];
	size_t i;

	for (i = 0; i < pub->num_trusted; i++)
		if (pub->trusted[i].store == WORLD_PHONE_SAST_TRUST)
			put(d, pub->trusted[i].cert, SAST, NULL);
}

static void
put_servers(struct draft *d)
{
	const struct world_node *n;
	size_t i;

	for (i = 0; i < d->w->num_nodes; i++) {
		n = &d->w->node[i];
		if (!world_runs_tftp(n))
			continue;
		put(d, d->plain ? NULL : own(d, i, WORLD_CALLMANAGER), CCM_TFTP,
		    n);
		if (!d->plain && d->release >= 1150 &&
		    own(d, i, WORLD_CALLMANAGER_ECDSA) != NULL)
			put(d, own(d, i, WORLD_CALLMANAGER_ECDSA), CCM_TFTP, n);
	}
}

/* What D has, signed by SIGNER. */
static enum err
finish(struct draft *d, const struct list_head *head, struct bytes *ret)
{
	if (d->err == ERR_OK)
		d->err = list_seal(head, &d->wire, d->diag);
	if (d->err == ERR_OK)
		d->err = world_keep(d->w, &d->wire.out, ret, d->diag);
	wire_clear(&d->wire);
	return d->err;
}

enum err
world_make_ctl(struct world *w, const struct world_plan *plan,
    struct bytes *ret, struct diag *diag)
{
	const enum world_form form = plan->form;
	struct draft d = { .w = w,
		.release = plan->release,
		.by_client = form == WORLD_FORM_TOKENS,
		.plain = form == WORLD_FORM_PLAIN,
		.diag = diag };
	const struct world_cert *by = signer_of(&d, form);
	const struct dialect_record signer = { .dns = "",
		.dialect = by->by_token ? DIALECT_TOKEN : DIALECT_APPLIANCE,
		.cert = by->dialect };
	const struct list_head head = { .file = "CTLFile.tlv",
		.digest = w->sha512 ? MINT_SHA512 : MINT_SHA1,
		.when = (uint32_t)plan->when,
		.signer = &signer,
		.key = by->key };

	d.err = list_put_head(&head, &d.wire, diag);
	put_anchors(&d, form);
	if (form != WORLD_FORM_TOKENS)
		put_uploads(&d);
	put_servers(&d);
	put(&d, plan->capf != NULL ? plan->capf : own(&d, 0, WORLD_CAPF), CAPF,
	    &w->node[0]);
	return finish(&d, &head, ret);
}

/* It comes by the CTL Provider. */
static bool
is_reached(const struct world_node *n)
{
	return world_runs_tftp(n) && !n->down && !n->inner->cut_off &&
	    !n->trouble.misses_list && !n->trouble.disk_full &&
	    world_is_started(n, "Cisco CTL Provider");
}

enum err
world_publish_ctl(struct world *w, struct bytes list, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < w->num_nodes && err == ERR_OK; i++) {
		if (i == 0 || is_reached(&w->node[i]))
			err = world_put_file(w, i, "CTLFile.tlv", list, diag);
		if (err == ERR_OK)
			w->node[i].trouble.misses_list = false;
	}
	return err;
}

/* ---- ITL. ---- */

/* CallManager of the node up to 11.5, ITLRecovery from 12.0; the other way round
 * after a reset. */
static const struct world_cert *
itl_signer(const struct draft *d, size_t node, bool reset)
{
	if ((d->release >= 1200) != reset)
		return own(d, 0, WORLD_ITLRECOVERY);
	return own(d, reset ? 0 : node, WORLD_CALLMANAGER);
}

static void
put_tvs(struct draft *d, size_t node)
{
	size_t i, others = 0;

	for (i = 0; i < d->w->num_nodes; i++) {
		if (own(d, i, WORLD_TVS) == NULL ||
		    (i != node && others++ >= MAX_TVS))
			continue;
		put(d, own(d, i, WORLD_TVS), TVS, &d->w->node[i]);
	}
}

/* With the rollback parameter an ITL is empty. */
static void
put_itl(struct draft *d, size_t node, const struct world_cert *by)
{
	const struct world_node *n = &d->w->node[node];
	const struct world_cert *recovery = own(d, 0, WORLD_ITLRECOVERY);

	if (d->w->rollback)
		return;
	put(d, by, SAST, n);
	if (recovery != NULL && recovery != by)
		put(d, recovery, SAST, &d->w->node[0]);
	put(d, own(d, node, WORLD_CALLMANAGER), CCM_TFTP, n);
	if (own(d, node, WORLD_CALLMANAGER_ECDSA) != NULL)
		put(d, own(d, node, WORLD_CALLMANAGER_ECDSA), CCM_TFTP, n);
	put(d, own(d, 0, WORLD_CAPF), CAPF, &d->w->node[0]);
	put_tvs(d, node);
}

enum err
world_make_itl(struct world *w, size_t node, bool reset, struct diag *diag)
{
	struct draft d = { .w = w, .release = w->release, .diag = diag };
	const struct world_cert *by = itl_signer(&d, node, reset);
	struct dialect_record signer = { .dns = "",
		.dialect = DIALECT_APPLIANCE };
	struct list_head head = { .file = "ITLFile.tlv",
		.digest = w->sha512 ? MINT_SHA512 : MINT_SHA1,
		.when = (uint32_t)world_now(w),
		.signer = &signer };
	struct bytes list = { 0 };

	if (by == NULL)
		return diag_set(diag, ERR_UNSUPPORTED,
		    "this release has no ITLRecovery");
	signer.cert = by->dialect;
	head.key = by->key;
	d.err = list_put_head(&head, &d.wire, diag);
	put_itl(&d, node, by);
	if (finish(&d, &head, &list) != ERR_OK)
		return d.err;
	w->node[node].inner->itl_reset = reset;
	return world_put_file(w, node, "ITLFile.tlv", list, diag);
}

enum err
world_make_itls(struct world *w, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < w->num_nodes && err == ERR_OK; i++)
		if (world_runs_tftp(&w->node[i]))
			err = world_make_itl(w, i, false, diag);
	return err;
}

/* ---- Signed files, and reading. ---- */

enum err
world_sign_file(struct world *w, size_t node, const char *name,
    struct bytes content, struct buf *out, struct diag *diag)
{
	const struct world_cert *by = w->node[node].inner->signs;
	struct dialect_record signer = { .dns = "",
		.dialect = DIALECT_APPLIANCE };
	struct list_head head = { .file = name,
		.digest = w->sha512 ? MINT_SHA512 : MINT_SHA1,
		.when = (uint32_t)world_now(w),
		.signer = &signer };
	struct wire wire = { .gap_at = 0 };
	enum err err;

	if (by == NULL || by->key == NULL)
		return diag_set(diag, ERR_ABSENT, "no key signs here");
	signer.cert = by->dialect;
	head.key = by->key;
	err = list_put_head(&head, &wire, diag);
	if (err == ERR_OK) {
		wire_put_raw(&wire, content);
		err = list_seal(&head, &wire, diag);
	}
	if (err == ERR_OK)
		buf_put(out, buf_bytes(&wire.out));
	wire_clear(&wire);
	return err == ERR_OK && !buf_ok(out) ? diag_nomem(diag) : err;
}

enum err
world_read_sheet(struct world *w, struct bytes file, bool content,
    const struct sheet **ret, struct diag *diag)
{
	struct world_sheet *s;
	enum err err;

	for (s = w->inner->sheets; s != NULL; s = s->next)
		if (bytes_equal(s->sheet.file, file)) {
			*ret = &s->sheet;
			return ERR_OK;
		}
	s = world_alloc(w, sizeof(*s));
	if (s == NULL)
		return diag_nomem(diag);
	s->sheet.file = file;
	err = wire_read(file, content ? WIRE_CONTENT : WIRE_RECORDS,
	    &s->sheet.tlvs, diag);
	if (err == ERR_NOMEM)
		return err;
	s->sheet.number = ++w->inner->num_sheets;
	s->next = w->inner->sheets;
	w->inner->sheets = s;
	*ret = &s->sheet;
	return ERR_OK;
}
