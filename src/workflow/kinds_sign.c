/* SPDX-License-Identifier: Apache-2.0 */
/* The CTL that a token signs: made of the installed one and what is on the disks,
 * judged, shown, signed, verified. A file here; nothing else changes. */
#include <arpa/inet.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "pki/pasted.h"
#include "workflow/kinds_parts.h"

#define TRIES_LEAST 2

/* ---- The draft ------------------------------------------------------------------ */

struct work {
	struct kinds_seen seen;
	const struct ctl_file *old;
	struct ctl_draft *draft;
	const struct ctl_file *by; /* a token signs that is a SAST of this */
	struct ctl_file *next;     /* or NULL */
	struct buf preview;        /* of NEXT */
};

static void
work_clear(struct work *w)
{
	ctl_free(&w->next);
	buf_clear(&w->preview);
	ctl_draft_free(&w->draft);
}

/* Takes the SAST out whose certificate has this SHA-256. */
static enum err
leave_out(struct ctl_draft *draft, const char *sha256, struct diag *d)
{
	char hex[65];
	size_t i;
	enum err e = ERR_OK;

	for (i = 1; e == ERR_OK && i <= ctl_draft_num(draft); i++) {
		const struct ctl_record *r = ctl_draft_record(draft, i);
		struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);

		if (!r->has_role || r->role != CTL_ROLE_SAST || der.ptr == NULL)
			continue;
		e = kinds_sha256(der, hex, d);
		if (e == ERR_OK && strcmp(hex, sha256) == 0) {
			ctl_draft_remove(draft, i);
			return ERR_OK;
		}
	}
	return e == ERR_OK
	    ? diag_set(d, ERR_POLICY, "the CTL has no SAST with SHA-256 %.64s",
		  sha256)
	    : e;
}

/* Adds the certificate of PATH (beside the run where it is relative) as SAST. */
static enum err
put_in(const struct kinds *k, struct ctl_draft *draft, const char *path,
    struct diag *d)
{
	struct ctl_entry entry = { .role = CTL_ROLE_SAST };
	char full[PATH_MAX];
	struct cert *cert = NULL;
	struct buf file = { 0 };
	enum err e;

	(void)snprintf(full, sizeof(full), "%s%s%s",
	    path[0] == '/' || k->folder == NULL ? "" : k->folder,
	    path[0] == '/' || k->folder == NULL ? "" : "/", path);
	e = file_load(full, (size_t)1 << 20, &file, d);
	if (e == ERR_OK)
		e = cert_from_file(buf_bytes(&file), &cert, d);
	if (e == ERR_OK)
		e = ctl_dialect_for(cert, &entry.dialect, d);
	if (e == ERR_OK) {
		entry.cert = cert;
		e = ctl_draft_add(draft, &entry, 0, d);
	}
	cert_free(&cert);
	buf_clear(&file);
	return e;
}

/* The first record of role CCM+TFTP of DRAFT whose certificate is DER; with
 * ADDRESS, which has that one. 0: none. */
static size_t
server_of(const struct ctl_draft *draft, struct bytes der, struct bytes address)
{
	size_t i;

	for (i = 1; i <= ctl_draft_num(draft); i++) {
		const struct ctl_record *r = ctl_draft_record(draft, i);

		if (r->has_role && r->role == CTL_ROLE_CCM_TFTP &&
		    bytes_equal(ctl_record_value(r, CTL_REC_CERTIFICATE),
			der) &&
		    (address.ptr == NULL ||
			bytes_equal(ctl_record_value(r, CTL_REC_ADDRESS),
			    address)))
			return i;
	}
	return 0;
}

/* A second record of a server, with the address that it is to get: phones find it
 * there, and where it is now. Its host stays, but one that is an address. */
static enum err
copy_server(struct ctl_draft *draft, size_t of, const char *text,
    struct bytes address, struct diag *d)
{
	const struct ctl_record *r = ctl_draft_record(draft, of);
	struct bytes host = ctl_record_value(r, CTL_REC_DNS_NAME);
	struct ctl_entry entry = { .role = r->role,
		.dialect = r->dialect,
		.address = address };
	unsigned char old[16];
	struct cert *cert = NULL;
	struct buf name = { 0 };
	enum err e = cert_from_der(ctl_record_value(r, CTL_REC_CERTIFICATE),
	    &cert, d);

	if (e != ERR_OK)
		return e;
	while (host.len > 0 && host.ptr[host.len - 1] == '\0')
		host.len--;
	buf_put(&name, host);
	if (buf_cstr(&name) == NULL)
		e = diag_nomem(d);
	else if (inet_pton(AF_INET, buf_cstr(&name), old) == 1 ||
	    inet_pton(AF_INET6, buf_cstr(&name), old) == 1)
		host = bytes_of_str(text);
	entry.host = host;
	entry.cert = cert;
	if (e == ERR_OK)
		e = ctl_draft_add(draft, &entry, 0, d);
	cert_free(&cert);
	buf_clear(&name);
	return e;
}

/* "NODE=ADDRESS" */
static enum err
put_address(const struct work *w, const char *word, struct diag *d)
{
	unsigned char raw[16];
	char node[300];
	const char *text = strchr(word, '=');
	struct bytes der, address;
	size_t i, of;

	(void)snprintf(node, sizeof(node), "%.*s",
	    text == NULL ? 0 : (int)(text - word), word);
	if (text == NULL || !kinds_find_node(w->seen.s, node, &i))
		return diag_set(d, ERR_USAGE, "%.100s names no node", word);
	text++;
	if (inet_pton(AF_INET, text, raw) != 1)
		return diag_set(d, ERR_USAGE,
		    "%.100s is no IPv4 address, which records have", text);
	address = bytes_of(raw, 4);
	der = survey_own_der(w->seen.s, i, "CallManager");
	of = server_of(w->draft, der, bytes_of(NULL, 0));
	if (der.ptr == NULL || of == 0)
		return diag_set(d, ERR_POLICY,
		    "the list has no CCM+TFTP record of %.100s", node);
	return server_of(w->draft, der, address) != 0
	    ? ERR_OK
	    : copy_server(w->draft, of, text, address, d);
}

/* "without:<sha256>,with:<file>,address:<node>=<address>" */
static enum err
apply(const struct kinds *k, const char *argument, struct work *w,
    struct diag *d)
{
	struct ctl_draft *draft = w->draft;
	char copy[PATH_MAX], *word, *rest = copy;
	enum err e = ERR_OK;

	if (argument == NULL)
		return ERR_OK;
	if (snprintf(copy, sizeof(copy), "%s", argument) >= (int)sizeof(copy))
		return diag_set(d, ERR_TOO_BIG, "the argument is too long");
	while (e == ERR_OK && (word = strsep(&rest, ",")) != NULL) {
		if (strncmp(word, "without:", 8) == 0)
			e = leave_out(draft, word + 8, d);
		else if (strncmp(word, "with:", 5) == 0)
			e = put_in(k, draft, word + 5, d);
		else if (strncmp(word, "address:", 8) == 0)
			e = put_address(w, word + 8, d);
		else if (*word != '\0')
			e = diag_set(d, ERR_USAGE,
			    "%.100s is neither without: nor with: nor address:",
			    word);
	}
	return e;
}

static bool
is_token(const struct ctl_file *f, size_t i)
{
	return ctl_record(f, i)->role == CTL_ROLE_SAST &&
	    trust_owner_of(f, i) == TRUST_OWNER_TOKEN;
}

/* A SAST of the draft that BY has too, as a token's: it will sign, and is who
 * phones look for. */
static size_t
signer_of(const struct ctl_file *by, const struct ctl_draft *draft)
{
	size_t i, k;

	for (i = 1; i <= ctl_draft_num(draft); i++) {
		const struct ctl_record *r = ctl_draft_record(draft, i);

		if (!r->has_role || r->role != CTL_ROLE_SAST)
			continue;
		for (k = 1; k <= ctl_num_records(by); k++)
			if (is_token(by, k) &&
			    bytes_equal(ctl_record_value(ctl_record(by, k),
					    CTL_REC_CERTIFICATE),
				ctl_record_value(r, CTL_REC_CERTIFICATE)))
				return i;
	}
	return 0;
}

static size_t
first_sast(const struct ctl_draft *draft)
{
	size_t i;

	for (i = 1; i <= ctl_draft_num(draft); i++)
		if (ctl_draft_record(draft, i)->has_role &&
		    ctl_draft_record(draft, i)->role == CTL_ROLE_SAST)
			return i;
	return 0;
}

/* Whose tokens may sign: the list's that phones hold. Where that has none, the new
 * list's, for which TVS has to vouch. */
static enum err
find_by(struct work *w, struct diag *d)
{
	size_t i;
	enum err e;

	w->by = w->old;
	for (i = 1; i <= ctl_num_records(w->old); i++)
		if (is_token(w->old, i))
			return ERR_OK;
	e = kinds_preview(w->draft, first_sast(w->draft), w->old, &w->preview,
	    d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&w->preview), CTL_KIND_CTL, &w->next,
		    d);
	w->by = w->next;
	return e;
}

static enum err
make(const struct kinds *k, struct run *r, const struct plan_step *s,
    struct work *w, struct diag *d)
{
	size_t i;
	enum err e = kinds_look(k, false, &w->seen, d);

	if (e == ERR_OK)
		e = kinds_installed(&w->seen, &i, &w->old, d);
	if (e == ERR_OK)
		w->old = kinds_held(k, r, w->old);
	if (e == ERR_OK)
		e = kinds_draft(&w->seen, w->old, false, &w->draft, d);
	if (e == ERR_OK)
		e = apply(k, s->argument, w, d);
	return e == ERR_OK ? find_by(w, d) : e;
}

/* ---- The token --------------------------------------------------------------------- */

/* What is to be signed after S. */
static const struct plan_step *
sign_after(const struct run *r, const struct plan_step *s)
{
	const struct plan *p = run_plan(r);
	bool is_behind = false;
	size_t i;

	for (i = 0; i < plan_num_steps(p); i++) {
		is_behind = is_behind || plan_step(p, i) == s;
		if (is_behind && plan_step(p, i)->kind == PLAN_SIGN_CTL)
			return plan_step(p, i);
	}
	return s;
}

enum err
kinds_token_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct kinds *k = arg;
	struct work w = { .draft = NULL };
	size_t present = 0;
	bool has_tries = false;
	unsigned tries = 0;
	enum err e = make(k, r, sign_after(r, s), &w, d);

	if (e == ERR_OK)
		e = k->act->tokens(k->act->arg, w.by, &present, &has_tries,
		    &tries, d);
	if (e == ERR_OK && present == 0)
		e = diag_set(d, ERR_TOKEN,
		    "no token answers that the %sCTL has as SAST; put one in",
		    w.by == w.old ? "" : "new ");
	work_clear(&w);
	if (e == ERR_OK && has_tries && tries < TRIES_LEAST)
		e = diag_set(d, ERR_TOKEN,
		    "a token has %u tries of its PIN left; use another one, or "
		    "give the right PIN with `ctlsmith token test` first",
		    tries);
	return e;
}

/* ---- Judging ----------------------------------------------------------------------- */

/* As phones will judge it, before anybody signs. */
static enum err
judge(const struct kinds *k, const struct plan_step *s, const struct work *w,
    struct diag *d)
{
	struct ctl_file *offer = NULL;
	struct buf bytes = { 0 };
	size_t signer = signer_of(w->by, w->draft);
	enum err e;

	if (signer == 0)
		e = diag_set(d, ERR_POLICY,
		    "no token of the CTL is left in the new one: phones would "
		    "refuse it");
	else
		e = kinds_preview(w->draft, signer, w->old, &bytes, d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&bytes), CTL_KIND_CTL, &offer, d);
	if (e == ERR_OK)
		e = kinds_judge(k, &w->seen, w->old, offer, s->strands != NULL,
		    d);
	ctl_free(&offer);
	buf_clear(&bytes);
	return e;
}

enum err
kinds_sign_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct work w = { .draft = NULL };
	enum err e = make(arg, r, s, &w, d);

	if (e == ERR_OK)
		e = judge(arg, s, &w, d);
	work_clear(&w);
	return e;
}

/* ---- Signing -------------------------------------------------------------------- */

/* Nobody has recorded yet that an appliance gives a list that it did not make. */
static enum err
ask_experimental(const struct kinds *k, struct run *r,
    const struct plan_step *s, struct diag *d)
{
	const struct run_question q = { .key = "experimental",
		.text =
		    "EXPERIMENTAL: a CTL that the appliance did not make is "
		    "uploaded to its TFTP servers. No source records that "
		    "it is served and stays; a later utils ctl update "
		    "CTLFile replaces it. Type experimental to go on.",
		.want = "experimental" };
	const struct plan *p = run_plan(r);
	size_t i, at;

	for (i = 0; i < plan_num_steps(p); i++) {
		const struct plan_step *o = plan_step(p, i);

		for (at = 0; o->kind == PLAN_DISTRIBUTE &&
		     at < inventory_num_nodes(k->act->inventory);
		     at++)
			if (o->node != NULL &&
			    strcmp(o->node,
				inventory_node(k->act->inventory, at)->name) ==
				0)
				return run_ask(r, s, &q, d);
	}
	return ERR_OK;
}

/* What was signed verifies by itself, and by the list of the signer. */
static enum err
verify(const struct ctl_file *by, const struct ctl_file *new, struct diag *d)
{
	const struct ctl_anchor anchors[] = { { .kind = CTL_ANCHOR_SELF },
		{ .kind = CTL_ANCHOR_TRUSTED, .trusted = by } };
	struct ctl_verdict v;
	size_t i;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && i < 2; i++) {
		e = ctl_verify(new, &anchors[i], &v, d);
		if (e == ERR_OK && v.status != CTL_VERIFIED)
			e = diag_set(d, ERR_CRYPTO,
			    "the signed list does not verify: %.250s",
			    v.why.msg);
	}
	return e;
}

static enum err
sign(const struct kinds *k, struct run *r, const struct plan_step *s,
    const struct work *w, struct diag *d)
{
	struct ctl_file *new = NULL;
	struct buf out = { 0 };
	enum err e = k->act->sign(k->act->arg, w->draft, w->by, &out, d);

	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&out), CTL_KIND_CTL, &new, d);
	if (e == ERR_OK)
		e = verify(w->by, new, d);
	if (e == ERR_OK)
		e = kinds_judge(k, &w->seen, w->old, new, s->strands != NULL,
		    d);
	if (e == ERR_OK)
		e = kinds_say_diff(k, w->old, new, d);
	if (e == ERR_OK)
		e = run_keep(r, "CTLFile.tlv", buf_bytes(&out), d);
	ctl_free(&new);
	buf_clear(&out);
	return e;
}

enum err
kinds_sign_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct work w = { .draft = NULL };
	enum err e = ask_experimental(arg, r, s, d);

	if (e == ERR_OK)
		e = make(arg, r, s, &w, d);
	if (e == ERR_OK)
		e = judge(arg, s, &w, d);
	if (e == ERR_OK)
		e = sign(arg, r, s, &w, d);
	work_clear(&w);
	return e;
}
