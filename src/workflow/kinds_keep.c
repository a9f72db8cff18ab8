/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept before anything changes: lists, certificates, a backup. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "workflow/kinds_parts.h"

const char *const kinds_units[] = { "CallManager", "CallManager-ECDSA", "CAPF",
	"TVS", "tomcat", "tomcat-ECDSA", "ipsec", "ITLRecovery", NULL };

static enum err
keep_list(struct run *r, const char *node, const char *name, struct bytes bytes,
    struct diag *d)
{
	char file[KINDS_NAME_MAX];

	if (bytes.ptr == NULL)
		return ERR_OK;
	kinds_name(file, "before-%s-%s", node, name);
	return run_keep(r, file, bytes, d);
}

static enum err
keep_cert(struct run *r, const struct survey *s, size_t i, const char *unit,
    struct diag *d)
{
	struct bytes der = survey_own_der(s, i, unit);
	char file[KINDS_NAME_MAX];
	struct buf pem = { 0 };
	enum err e;

	if (der.ptr == NULL)
		return ERR_OK;
	kinds_name(file, "before-%s-%s.pem", s->node[i].entry->name, unit);
	e = cert_put_pem(der, &pem, d);
	if (e == ERR_OK)
		e = run_keep(r, file, buf_bytes(&pem), d);
	buf_clear(&pem);
	return e;
}

static enum err
keep_node(struct run *r, const struct survey *s, size_t i, struct diag *d)
{
	const char *node = s->node[i].entry->name;
	const char *const *unit;
	enum err e;

	e = keep_list(r, node, "CTLFile.tlv", kinds_list(s, i, false), d);
	if (e == ERR_OK)
		e = keep_list(r, node, "ITLFile.tlv", kinds_list(s, i, true),
		    d);
	for (unit = kinds_units; e == ERR_OK && *unit != NULL; unit++)
		e = keep_cert(r, s, i, *unit, d);
	return e;
}

/* What a TFTP server that is no node gives now; it may have none. */
static enum err
keep_other(const struct kinds *k, struct run *r, const char *server,
    struct diag *d)
{
	struct buf list = { 0 };
	struct diag why;
	enum err e;

	diag_init(&why);
	e = k->act->fetch(k->act->arg, server, "CTLFile.tlv", true, &list,
	    &why);
	if (e == ERR_OK)
		e = keep_list(r, server, "CTLFile.tlv", buf_bytes(&list), d);
	else if (e == ERR_ABSENT)
		e = ERR_OK;
	else
		e = diag_set(d, e, "%.100s: %.200s", server, why.msg);
	buf_clear(&list);
	return e;
}

static bool
has_unit(const struct survey *s, const char *unit)
{
	size_t i;

	for (i = 0; i < s->num_nodes; i++)
		if (survey_own_der(s, i, unit).ptr != NULL)
			return true;
	return false;
}

enum err
kinds_save_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct kinds *k = arg;
	const struct doc_maps *others = &k->act->inventory->tftp_servers;
	const struct inventory_tftp *other = others->item;
	struct kinds_seen seen;
	size_t i;
	enum err e = kinds_look(k, false, &seen, d);

	for (i = 0; e == ERR_OK && i < seen.s->num_nodes; i++)
		if (kinds_is_server(&seen.s->node[i]))
			e = keep_node(r, seen.s, i, d);
	for (i = 0; e == ERR_OK && i < others->num; i++)
		e = keep_other(k, r, other[i].name, d);
	if (e == ERR_OK && has_unit(seen.s, "ITLRecovery"))
		e = kinds_ask(r, s, "itlrecovery-p12",
		    "Get ITLRecovery.p12 off the publisher now (file get tftp "
		    "ITLRecovery.p12) and put it where its password is not: it "
		    "is the last key that phones trust. Type yes when it is "
		    "kept.",
		    true, d);
	return e;
}

/* ---- DRS ------------------------------------------------------------------------ */

#define CHANGES                                                             \
	(KINDS_MASK(PLAN_UPLOAD_TRUST) | KINDS_MASK(PLAN_DELETE_TRUST) |    \
	    KINDS_MASK(PLAN_UPLOAD_OWN) | KINDS_MASK(PLAN_REGENERATE) |     \
	    KINDS_MASK(PLAN_UPDATE_CTL) | KINDS_MASK(PLAN_RESET_LOCALKEY) | \
	    KINDS_MASK(PLAN_DISTRIBUTE) | KINDS_MASK(PLAN_SET_MODE) |       \
	    KINDS_MASK(PLAN_BY_HAND))

/* How far the publisher's clock is ahead of ours: the history has its times, in
 * its zone, and show date likewise. */
static int64_t
ahead(const struct survey *s)
{
	size_t i;

	for (i = 0; i < s->num_nodes; i++)
		if (s->node[i].entry->role == INVENTORY_PUBLISHER &&
		    s->node[i].has_date)
			return s->node[i].date - s->node[i].asked;
	return 0;
}

/* The newest that succeeded, by the publisher's clock; 0: none. */
static int64_t
newest(const struct survey *s)
{
	int64_t ret = 0;
	size_t i;

	for (i = 0; s->has_backups && i < s->backups.num; i++)
		if (s->backups.item[i].good && s->backups.item[i].when > ret)
			ret = s->backups.item[i].when;
	return ret;
}

static bool
is_backed_up(const struct kinds_seen *seen, int64_t since)
{
	size_t i;

	for (i = 0; since == 0 && i < seen->h->num_findings; i++)
		if (seen->h->finding[i].rule == HEALTH_BACKUP)
			return seen->h->finding[i].grade == HEALTH_GOOD;
	for (i = 0; seen->s->has_backups && i < seen->s->backups.num; i++) {
		const struct said_backup *b = &seen->s->backups.item[i];

		if (b->good && b->when - ahead(seen->s) > since)
			return true;
	}
	return false;
}

/* What was the newest when somebody was told to make another: needs no clock but
 * the publisher's. */
static enum err
keep_newest(const struct kinds *k, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	char name[KINDS_NAME_MAX];
	struct kinds_seen seen;
	struct buf text = { 0 };
	enum err e = kinds_look(k, false, &seen, d);

	kinds_name(name, "%s-newest.txt", s->id);
	if (e == ERR_OK)
		buf_printf(&text, "%" PRId64 "\n", newest(seen.s));
	if (e == ERR_OK)
		e = buf_ok(&text) ? run_keep(r, name, buf_bytes(&text), d)
				  : diag_nomem(d);
	buf_clear(&text);
	return e;
}

/* *RET: another was made since. */
static enum err
is_newer(struct run *r, const struct plan_step *s,
    const struct kinds_seen *seen, bool *ret, struct diag *d)
{
	char name[KINDS_NAME_MAX];
	struct buf text = { 0 };
	struct diag why;
	enum err e;

	*ret = false;
	diag_init(&why);
	kinds_name(name, "%s-newest.txt", s->id);
	e = run_kept(r, name, &text, &why);
	if (e == ERR_OK && buf_cstr(&text) != NULL)
		*ret = newest(seen->s) > strtoll(buf_cstr(&text), NULL, 10);
	else if (e != ERR_OK && e != ERR_ABSENT)
		e = diag_set(d, e, "%s", why.msg);
	buf_clear(&text);
	return e == ERR_ABSENT ? ERR_OK : e;
}

/* There is one that is newer than what was changed last: by this run, else as
 * the certificates say. */
enum err
kinds_backup_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	struct kinds_seen seen;
	bool newer = false;
	enum err e = kinds_look(arg, false, &seen, d);

	(void)begun;
	if (e == ERR_OK)
		e = is_newer(r, s, &seen, &newer, d);
	if (e != ERR_OK)
		return e;
	if (seen.s->has_backup_running && seen.s->backup_running)
		return diag_set(d, ERR_WAITING,
		    "the backup is still running; resume when it has ended");
	if (!seen.s->has_backups)
		return diag_set(d, ERR_IO,
		    "the history of backups could not be seen; see whether the "
		    "publisher answers utils disaster_recovery history backup");
	if (!newer && !is_backed_up(&seen, kinds_begun(r, CHANGES)))
		return diag_set(d, ERR_WAITING,
		    "the history shows no backup that succeeded since the last "
		    "change; make one (Disaster Recovery System > Backup > "
		    "Manual Backup), then resume");
	return ERR_OK;
}

enum err
kinds_backup_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const struct kinds *k = arg;
	const struct act_env env = { .node = run_plan(r)->publisher };
	struct diag why;
	enum err e;

	diag_init(&why);
	if (kinds_backup_check(arg, r, s, NULL, &why) == ERR_OK) {
		kinds_say(k, "a backup newer than the last change is there");
		return ERR_OK;
	}
	e = keep_newest(k, r, s, d);
	if (e != ERR_OK)
		return e;
	if (k->act->has_site != NULL &&
	    k->act->has_site(k->act->arg, ACT_BACKUP))
		return k->act->site(k->act->arg, ACT_BACKUP, &env, d);
	return kinds_ask(r, s, "backup",
	    s->todo != NULL
		? s->todo
		: "Make a backup: Disaster Recovery System > Backup > Manual "
		  "Backup, all features. Type yes when it has succeeded.",
	    true, d);
}
