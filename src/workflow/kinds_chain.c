/* SPDX-License-Identifier: Apache-2.0 */
/* What an authority answered: waited for, judged, uploaded; and what is deleted
 * from a trust store. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "pki/fit.h"
#include "workflow/kinds_parts.h"

#define ANSWER_MAX ((size_t)1 << 20)

/* ---- Waiting -------------------------------------------------------------------- */

/* FOLDER/from-ca/NAME; not there is ERR_WAITING. */
static enum err
load_answer(const struct kinds *k, const char *name, struct buf *ret,
    struct diag *d)
{
	char path[PATH_MAX];
	struct diag why;
	enum err e;

	diag_init(&why);
	if (k->folder == NULL)
		return diag_set(d, ERR_USAGE, "the run has no folder");
	if (snprintf(path, sizeof(path), "%s/from-ca/%s", k->folder, name) >=
	    (int)sizeof(path))
		return diag_set(d, ERR_TOO_BIG, "the path of %s is too long",
		    name);
	e = file_load(path, ANSWER_MAX, ret, &why);
	if (e == ERR_ABSENT)
		return diag_set(d, ERR_WAITING,
		    "put what the authority answered as %.250s, and resume",
		    path);
	return e == ERR_OK ? ERR_OK : diag_set(d, e, "%s: %s", name, why.msg);
}

struct answer {
	struct pasted leaf, chain;
	const struct cert **store; /* the chain, and what the node has */
	struct cert **have;
	size_t num_store, num_have;
};

static void
answer_clear(struct answer *a)
{
	size_t i;

	for (i = 0; i < a->num_have; i++)
		cert_free(&a->have[i]);
	free(a->have);
	free((void *)a->store);
	pasted_clear(&a->leaf);
	pasted_clear(&a->chain);
}

static enum err
answer_read(struct bytes leaf, struct bytes chain, struct answer *a,
    struct diag *d)
{
	enum err e = pasted_read(leaf, &a->leaf, d);

	if (e == ERR_OK && a->leaf.num_certs != 1)
		e = diag_set(d, ERR_SYNTAX,
		    "the answer of the authority holds %zu certificates, not "
		    "one; issuers belong into the other file",
		    a->leaf.num_certs);
	if (e == ERR_OK)
		e = pasted_read(chain, &a->chain, d);
	if (e == ERR_OK && a->chain.num_certs == 0)
		e = diag_set(d, ERR_SYNTAX,
		    "the file of issuers holds no certificate");
	return e;
}

/* The trust store of UNIT in the database of the cluster. */
static enum err
answer_store(const struct survey *s, const char *unit, struct answer *a,
    struct diag *d)
{
	struct buf store = { 0 };
	size_t i;
	enum err e = ERR_OK;

	/* NOLINTNEXTLINE(bugprone-sizeof-expression) */
	a->have = calloc(s->num_stored + 1, sizeof(*a->have));
	a->store = calloc(s->num_stored + a->chain.num_certs + 1,
	    sizeof(const struct cert *));
	fit_put_store(&store, unit);
	if (a->have == NULL || a->store == NULL || buf_cstr(&store) == NULL)
		e = diag_nomem(d);
	for (i = 0; e == ERR_OK && i < a->chain.num_certs; i++)
		/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		a->store[a->num_store++] = a->chain.certs[i];
	for (i = 0; e == ERR_OK && i < s->num_stored; i++) {
		if (strcmp(s->stored[i].unit, buf_cstr(&store)) != 0)
			continue;
		e = cert_from_der(s->stored[i].der, &a->have[a->num_have], d);
		if (e == ERR_OK)
			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
			a->store[a->num_store++] = a->have[a->num_have++];
		else if (e != ERR_NOMEM)
			e = ERR_OK; /* one that cannot be read is no issuer */
	}
	buf_clear(&store);
	return e;
}

static void
in_one_line(struct buf *text)
{
	size_t i;

	for (i = 0; i < text->len; i++)
		if (text->ptr[i] == '\n')
			text->ptr[i] = i + 1 < text->len ? ';' : ' ';
}

static enum err
refuse_unfit(struct fit *f, struct diag *d)
{
	size_t i;

	for (i = 0; i < f->num; i++) {
		struct fit_finding *x = &f->finding[i];

		if (x->level < FIT_HURTS)
			continue;
		in_one_line(&x->text);
		in_one_line(&x->remedy);
		return diag_set(d, ERR_POLICY,
		    "the certificate is not uploaded (%s): %.180s; %.90s",
		    fit_check_name(x->check),
		    x->text.len == 0 ? "" : buf_cstr(&x->text),
		    x->remedy.len == 0 ? "ask the authority for another one"
				       : buf_cstr(&x->remedy));
	}
	return ERR_OK;
}

static enum err
judge_answer(const struct kinds *k, const struct plan_step *s,
    const struct csr *csr, const struct answer *a, struct diag *d)
{
	const struct fit_profile profile = { .unit = s->unit,
		.release = "",
		.source = "upload-errors",
		.ca = strcmp(s->unit, "CAPF") == 0,
		.multi_server = true,
		.max_bits = 4096 };
	const struct fit_input in = { .profile = &profile,
		.cert = a->leaf.certs[0],
		.traits = a->leaf.traits,
		.num_in_file = 1,
		.csr = csr,
		.trust = a->store,
		.num_trust = a->num_store,
		.has_trust = true,
		.now = k->act->now(k->act->arg) };
	struct fit f = { .num = 0 };
	enum err e = fit_judge(&in, &f, d);

	if (e == ERR_OK)
		e = refuse_unfit(&f, d);
	fit_clear(&f);
	return e;
}

/* The request on the node is still the one that was sent. */
static enum err
same_request(const struct kinds *k, struct run *r, const struct plan_step *s,
    struct csr **ret, struct diag *d)
{
	char name[KINDS_NAME_MAX];
	struct buf pem = { 0 }, kept = { 0 };
	struct pasted p = { .num_csrs = 0 };
	struct csr *csr = NULL;
	enum err e = kinds_csr_read(k, s, &pem, &csr, d);

	kinds_name(name, "%s-%s.csr", s->node, s->unit);
	if (e == ERR_OK)
		e = run_kept(r, name, &kept, d);
	if (e == ERR_OK)
		e = pasted_read(buf_bytes(&kept), &p, d);
	if (e == ERR_OK &&
	    (p.num_csrs != 1 || csr_key(csr) == NULL ||
		csr_key(p.csrs[0]) == NULL ||
		!pubkey_equal(csr_key(csr), csr_key(p.csrs[0]))))
		e = diag_set(d, ERR_POLICY,
		    "the request of %.60s on %.100s has another key than the "
		    "one of this run: somebody made a new one; what the "
		    "authority answers to ours is of no use; undo, or begin "
		    "anew",
		    s->unit, s->node);
	if (e == ERR_OK) {
		*ret = csr;
		csr = NULL;
	}
	csr_free(&csr);
	pasted_clear(&p);
	buf_clear(&kept);
	buf_clear(&pem);
	return e;
}

static enum err
keep_answer(struct run *r, const struct plan_step *s, struct bytes leaf,
    struct bytes chain, struct diag *d)
{
	char name[KINDS_NAME_MAX];
	enum err e;

	kinds_name(name, "%s-%s.pem", s->node, s->unit);
	e = run_keep(r, name, leaf, d);
	kinds_name(name, "%s-%s-chain.pem", s->node, s->unit);
	return e == ERR_OK ? run_keep(r, name, chain, d) : e;
}

enum err
kinds_wait_ca_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	const struct kinds *k = arg;
	struct answer a = { .num_store = 0 };
	struct buf leaf = { 0 }, chain = { 0 };
	char name[KINDS_NAME_MAX];
	struct kinds_seen seen;
	struct csr *csr = NULL;
	enum err e = same_request(k, r, s, &csr, d);

	(void)begun;
	kinds_name(name, "%s-%s.pem", s->node, s->unit);
	if (e == ERR_OK)
		e = load_answer(k, name, &leaf, d);
	kinds_name(name, "%s-%s-chain.pem", s->node, s->unit);
	if (e == ERR_OK)
		e = load_answer(k, name, &chain, d);
	if (e == ERR_OK)
		e = answer_read(buf_bytes(&leaf), buf_bytes(&chain), &a, d);
	if (e == ERR_OK)
		e = kinds_look(k, false, &seen, d);
	if (e == ERR_OK)
		e = answer_store(seen.s, s->unit, &a, d);
	if (e == ERR_OK)
		e = judge_answer(k, s, csr, &a, d);
	if (e == ERR_OK)
		e = keep_answer(r, s, buf_bytes(&leaf), buf_bytes(&chain), d);
	answer_clear(&a);
	csr_free(&csr);
	buf_clear(&leaf);
	buf_clear(&chain);
	return e;
}

/* ---- Uploading ------------------------------------------------------------------ */

/* Files that wait-ca kept, ARGUMENT "NODE-UNIT". */
static enum err
load_kept(struct run *r, const struct plan_step *s, struct answer *a,
    struct diag *d)
{
	char name[KINDS_NAME_MAX];
	struct buf leaf = { 0 }, chain = { 0 };
	enum err e;

	if (s->argument == NULL)
		return diag_set(d, ERR_USAGE, "%s names no certificate", s->id);
	kinds_name(name, "%s.pem", s->argument);
	e = run_kept(r, name, &leaf, d);
	kinds_name(name, "%s-chain.pem", s->argument);
	if (e == ERR_OK)
		e = run_kept(r, name, &chain, d);
	if (e == ERR_OK)
		e = answer_read(buf_bytes(&leaf), buf_bytes(&chain), a, d);
	buf_clear(&leaf);
	buf_clear(&chain);
	return e;
}

static bool
is_stored(const struct survey *s, const char *store, const struct cert *c)
{
	size_t i;

	for (i = 0; i < s->num_stored; i++)
		if (strcmp(s->stored[i].unit, store) == 0 &&
		    bytes_equal(s->stored[i].der, cert_der(c)))
			return true;
	return false;
}

/* All nodes have the same certificates in STORE: but for ipsec's, which no sync
 * brings to the others. */
static bool
is_shared(const char *store)
{
	return strcmp(store, "ipsec-trust") != 0;
}

/* "CallManager" of "CallManager-trust". */
static void
put_bare(char ret[64], const char *store)
{
	size_t len = strlen(store);

	if (len > 6 && strcmp(store + len - 6, "-trust") == 0)
		len -= 6;
	(void)snprintf(ret, 64, "%.*s", len > 63 ? 63 : (int)len, store);
}

static enum err
import(const struct kinds *k, const char *node, const char *id,
    const char *unit, const struct cert *c, struct diag *d)
{
	struct buf pem = { 0 };
	struct command_arg args[] = { { "unit", unit }, { "pem", NULL } };
	enum err e = cert_put_pem(cert_der(c), &pem, d);

	args[1].value = buf_cstr(&pem);
	if (e == ERR_OK && args[1].value == NULL)
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = kinds_type(k, node, id, args, 2, NULL, d);
	buf_clear(&pem);
	return e;
}

/* The issuers of the leaf in the order in which they are uploaded: root first. */
static enum err
issuers(const struct answer *a, struct chain *ret, struct diag *d)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	enum err e = chain_find(a->leaf.certs[0],
	    (const struct cert *const *)a->chain.certs, a->chain.num_certs, ret,
	    d);

	/* what is above may be in the store already: wait-ca has looked */
	if (e == ERR_OK && ret->num < 2)
		e = diag_set(d, ERR_POLICY,
		    "the file of issuers has not who issued the certificate");
	return e;
}

static enum err
has_issuers(const struct kinds *k, struct run *r, const struct plan_step *s,
    bool *ret, struct diag *d)
{
	struct answer a = { .num_store = 0 };
	struct chain c = { .num = 0 };
	struct kinds_seen seen;
	bool all = true;
	size_t i;
	enum err e = load_kept(r, s, &a, d);

	*ret = false;
	if (e == ERR_OK)
		e = issuers(&a, &c, d);
	if (e == ERR_OK)
		e = kinds_look(k, false, &seen, d);
	for (i = 1; e == ERR_OK && i < c.num; i++)
		all = all && is_stored(seen.s, s->unit, c.link[i]);
	if (e == ERR_OK)
		*ret = all && seen.s->has_stored;
	answer_clear(&a);
	return e;
}

enum err
kinds_upload_trust_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	enum err e = has_issuers(arg, r, s, ret, d);

	(void)begun;
	*ret = *ret && is_shared(s->unit);
	return e;
}

enum err
kinds_upload_trust_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct answer a = { .num_store = 0 };
	struct chain c = { .num = 0 };
	struct kinds_seen seen;
	char unit[64];
	size_t i;
	enum err e = load_kept(r, s, &a, d);

	put_bare(unit, s->unit);
	if (e == ERR_OK)
		e = issuers(&a, &c, d);
	if (e == ERR_OK)
		e = kinds_look(arg, false, &seen, d);
	for (i = c.num; e == ERR_OK && i > 1; i--)
		if (!is_shared(s->unit) ||
		    !is_stored(seen.s, s->unit, c.link[i - 1]))
			e = import(arg, s->node, "cert-import-trust", unit,
			    c.link[i - 1], d);
	answer_clear(&a);
	return e;
}

enum err
kinds_upload_trust_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	bool all = false;
	enum err e = has_issuers(arg, r, s, &all, d);

	(void)begun;
	if (e == ERR_OK && !all)
		e = diag_set(d, ERR_WAITING,
		    "%.60s has not all issuers yet: Cisco Certificate Change "
		    "Notification brings them within 30 minutes; resume then",
		    s->unit);
	return e;
}

enum err
kinds_upload_own_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct csr *csr = NULL;
	struct answer a = { .num_store = 0 };
	enum err e = load_kept(r, s, &a, d);

	if (e == ERR_OK)
		e = same_request(arg, r, s, &csr, d);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
	if (e == ERR_OK && !cert_has_key(a.leaf.certs[0], csr_key(csr)))
		e = diag_set(d, ERR_POLICY,
		    "the certificate is not of the request that %.100s has",
		    s->node);
	answer_clear(&a);
	csr_free(&csr);
	return e;
}

enum err
kinds_upload_own_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	struct answer a = { .num_store = 0 };
	struct kinds_seen seen;
	size_t i;
	enum err e = load_kept(r, s, &a, d);

	(void)begun;
	if (e == ERR_OK)
		e = kinds_look(arg, false, &seen, d);
	if (e == ERR_OK)
		*ret = kinds_find_node(seen.s, s->node, &i) &&
		    bytes_equal(survey_own_der(seen.s, i, s->unit),
			/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
			cert_der(a.leaf.certs[0]));
	answer_clear(&a);
	return e;
}

/* The command line takes no certificate for several servers since 14SU2. */
static enum err
upload_by_hand(struct run *r, const struct plan_step *s, struct diag *d)
{
	char text[500];

	(void)snprintf(text, sizeof(text),
	    "%.100s: upload %.100s.pem of the run's folder: OS Administration "
	    "> Security > Certificate Management > Upload Certificate/"
	    "Certificate chain, purpose %.60s. Type yes when it is done.",
	    s->node, s->argument, s->unit);
	return kinds_ask(r, s, NULL, text, false, d);
}

enum err
kinds_upload_own_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct answer a = { .num_store = 0 };
	enum err e;

	if (s->who == PLAN_ADMINISTRATOR)
		return upload_by_hand(r, s, d);
	e = load_kept(r, s, &a, d);
	if (e == ERR_OK)
		e = import(arg, s->node, "cert-import-own", s->unit,
		    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		    a.leaf.certs[0], d);
	answer_clear(&a);
	return e;
}

enum err
kinds_upload_own_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	bool there = false;
	enum err e = kinds_upload_own_there(arg, r, s, begun, &there, d);

	if (e == ERR_OK && !there)
		e = diag_set(d, ERR_IO,
		    "%.60s of %.100s is not the certificate that was uploaded; "
		    "look at it (show cert own %.60s)",
		    s->unit, s->node, s->unit);
	return e;
}

/* ---- Deleting ------------------------------------------------------------------- */

static enum err
look_store(const struct kinds *k, const struct plan_step *s, bool *ret,
    struct diag *d)
{
	struct kinds_seen seen;
	size_t i, n;
	enum err e = kinds_look(k, false, &seen, d);

	if (e != ERR_OK)
		return e;
	if (s->argument == NULL || !kinds_find_node(seen.s, s->node, &n))
		return diag_set(d, ERR_USAGE, "%s names no node or certificate",
		    s->id);
	if (!seen.s->node[n].reached)
		return diag_set(d, ERR_IO, "%.100s cannot be seen", s->node);
	*ret = false;
	for (i = 0; i < seen.s->node[n].trusted.num; i++) {
		const struct said_cert *c = &seen.s->node[n].trusted.item[i];

		*ret = *ret ||
		    (strcmp(c->unit, s->unit) == 0 &&
			strcmp(c->file, s->argument) == 0);
	}
	return ERR_OK;
}

static enum err
keep_deleted(const struct kinds *k, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct command_arg args[] = { { "unit", s->unit },
		{ "certificate", s->argument } };
	struct said_shown shown = { .serial = "" };
	char name[KINDS_NAME_MAX];
	struct buf text = { 0 };
	enum err e = kinds_type(k, s->node, "cert-trust", args, 2, &text, d);

	kinds_name(name, "deleted-%s-%s", s->unit, s->argument);
	if (e == ERR_OK)
		e = said_shown(buf_bytes(&text), &shown, d);
	if (e == ERR_OK && shown.pem.len > 0)
		e = run_keep(r, name, buf_bytes(&shown.pem), d);
	said_shown_clear(&shown);
	buf_clear(&text);
	return e;
}

/* It is kept with the begin of the step, to be put back. */
enum err
kinds_delete_trust_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	bool there = false;
	enum err e = look_store(arg, s, &there, d);

	if (e == ERR_OK && !there)
		e = diag_set(d, ERR_POLICY, "%.60s of %.100s has no %.100s",
		    s->unit, s->node, s->argument);
	return e == ERR_OK ? keep_deleted(arg, r, s, d) : e;
}

enum err
kinds_delete_trust_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	bool there = false;
	enum err e = look_store(arg, s, &there, d);

	(void)r;
	(void)begun;
	if (e == ERR_OK)
		*ret = !there;
	return e;
}

enum err
kinds_delete_trust_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct command_arg args[] = { { "unit", s->unit },
		{ "certificate", s->argument } };

	(void)r;
	return kinds_type(arg, s->node, "cert-delete", args, 2, NULL, d);
}

enum err
kinds_delete_trust_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	bool gone = false;
	enum err e = kinds_delete_trust_there(arg, r, s, begun, &gone, d);

	if (e == ERR_OK && !gone)
		e = diag_set(d, ERR_IO,
		    "%.60s of %.100s still has %.100s (known to come back "
		    "where Certificate Change Notification runs)",
		    s->unit, s->node, s->argument);
	return e;
}

enum err
kinds_delete_trust_undo(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	char name[KINDS_NAME_MAX], unit[64];
	struct pasted p = { .num_certs = 0 };
	struct buf pem = { 0 };
	enum err e;

	put_bare(unit, s->unit);
	kinds_name(name, "deleted-%s-%s", s->unit, s->argument);
	e = run_kept(r, name, &pem, d);
	if (e == ERR_OK)
		e = pasted_read(buf_bytes(&pem), &p, d);
	if (e == ERR_OK && p.num_certs != 1)
		e = diag_set(d, ERR_SYNTAX, "%s holds no certificate", name);
	if (e == ERR_OK)
		e = import(arg, s->node, "cert-import-trust", unit, p.certs[0],
		    d);
	pasted_clear(&p);
	buf_clear(&pem);
	return e;
}
