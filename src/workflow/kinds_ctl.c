/* SPDX-License-Identifier: Apache-2.0 */
/* The CTL that the appliance makes: judged before it is made, by what it will be,
 * and afterwards by its bytes. */
#include <string.h>

#include "workflow/kinds_parts.h"

/* What is expected, or came, of a command. */
struct made {
	struct kinds_seen seen;
	size_t node; /* the publisher */
	const struct ctl_file *list;
};

static enum err
look(const struct kinds *k, struct made *m, struct diag *d)
{
	enum err e = kinds_look(k, false, &m->seen, d);

	return e == ERR_OK ? kinds_installed(&m->seen, &m->node, &m->list, d)
			   : e;
}

/* Node I tells of a CTL that it does not give yet. */
static bool
is_behind(const struct kinds_seen *seen, size_t i)
{
	const struct survey_node *n = &seen->s->node[i];

	return n->has_told_ctl && !n->told_ctl.absent &&
	    n->told_ctl.md5[0] != '\0' &&
	    strcmp(n->told_ctl.md5, seen->h->node[i].ctl.md5) != 0;
}

/* A list was made: what phones will get of it is looked at before other nodes
 * give it. */
static enum err
look_made(const struct kinds *k, const char *publisher, struct made *m,
    struct diag *d)
{
	size_t i;
	enum err e = kinds_look(k, false, &m->seen, d);

	if (e == ERR_OK && kinds_find_node(m->seen.s, publisher, &i) &&
	    is_behind(&m->seen, i))
		e = kinds_restart_tftp(k, publisher, d);
	return e == ERR_OK ? look(k, m, d) : e;
}

/* The list that the appliance is going to make, judged as phones will. */
static enum err
judge_expected(const struct kinds *k, struct run *r, const struct made *m,
    bool localkey, const struct plan_step *s, struct diag *d)
{
	const struct kinds_seen *seen = &m->seen;
	struct ctl_draft *draft = NULL;
	struct ctl_file *offer = NULL;
	struct buf bytes = { 0 };
	enum err e = kinds_draft(seen, m->list, true, &draft, d);

	if (e == ERR_OK)
		e = kinds_preview(draft,
		    kinds_own_signer(seen, draft, localkey), m->list, &bytes,
		    d);
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&bytes), CTL_KIND_CTL, &offer, d);
	if (e == ERR_OK)
		e = kinds_judge(k, seen, kinds_held(k, r, m->list), offer,
		    s->strands != NULL, d);
	ctl_free(&offer);
	buf_clear(&bytes);
	ctl_draft_free(&draft);
	return e;
}

static enum err
before(const struct kinds *k, struct run *r, const struct plan_step *s,
    bool localkey, struct diag *d)
{
	struct made m;
	enum err e = look(k, &m, d);

	if (e == ERR_OK && m.seen.s->has_mode && !m.seen.s->mixed)
		e = diag_set(d, ERR_POLICY,
		    "the cluster is not in mixed mode: there is no CTL to "
		    "update");
	return e == ERR_OK ? judge_expected(k, r, &m, localkey, s, d) : e;
}

/* Node I has the publisher's list, whether it gives it already or not. */
static bool
has_list(const struct made *m, size_t i)
{
	const char *md5 = m->seen.h->node[m->node].ctl.md5;
	const struct survey_node *n = &m->seen.s->node[i];
	struct bytes list = kinds_list(m->seen.s, i, false);

	if (n->has_told_ctl && n->told_ctl.md5[0] != '\0')
		return strcmp(n->told_ctl.md5, md5) == 0;
	/* a node whose TFTP is stopped or not activated gives none */
	return list.ptr == NULL ||
	    bytes_equal(list, kinds_list(m->seen.s, m->node, false));
}

/* Every server has the publisher's list, or the first that has not is named. */
static enum err
refuse_kept(const struct made *m, struct diag *d)
{
	size_t i;

	for (i = 0; i < m->seen.s->num_nodes; i++) {
		const struct survey_node *n = &m->seen.s->node[i];

		if (!kinds_is_server(n) || has_list(m, i))
			continue;
		return diag_set(d, ERR_POLICY,
		    "%.100s still has another CTL than the publisher; see "
		    "whether SFTP (22) between the nodes works, restart Cisco "
		    "Tftp there, run utils ctl update CTLFile again, then "
		    "resume: no phone is reset before",
		    n->entry->name);
	}
	return ERR_OK;
}

/* The list that NODE gave before, as `save` or the last step kept it. */
static enum err
load_old(struct run *r, const char *node, struct buf *ret,
    struct ctl_file **ret_file, struct diag *d)
{
	char name[KINDS_NAME_MAX];
	enum err e;

	kinds_name(name, "before-%s-CTLFile.tlv", node);
	e = run_kept(r, name, ret, d);
	return e == ERR_OK
	    ? ctl_parse(buf_bytes(ret), CTL_KIND_CTL, ret_file, d)
	    : e;
}

/* A list of this run is kept under its checksum, so that the next step can be
 * compared with it. */
#define LATEST "latest-CTLFile.tlv"

static enum err
load_latest(struct run *r, const char *node, struct buf *ret,
    struct ctl_file **ret_file, struct diag *d)
{
	struct diag why;
	enum err e;

	diag_init(&why);
	e = run_kept(r, LATEST, ret, &why);
	if (e == ERR_ABSENT)
		return load_old(r, node, ret, ret_file, d);
	if (e != ERR_OK)
		return diag_set(d, e, "%s", why.msg);
	return ctl_parse(buf_bytes(ret), CTL_KIND_CTL, ret_file, d);
}

static enum err
judge_made(const struct kinds *k, struct run *r, const struct plan_step *s,
    const struct made *m, struct diag *d)
{
	const char *node = m->seen.s->node[m->node].entry->name;
	struct buf bytes = { 0 };
	struct ctl_file *old = NULL;
	enum err e = load_latest(r, node, &bytes, &old, d);

	if (e == ERR_ABSENT)
		e = ERR_OK; /* there was none */
	if (e == ERR_OK)
		e = kinds_compare(&m->seen, old, m->list,
		    run_plan(r)->token_after ? 0 : KINDS_TOKENS, d);
	if (e == ERR_OK)
		e = refuse_kept(m, d);
	if (e == ERR_OK)
		e = kinds_judge(k, &m->seen, kinds_held(k, r, old), m->list,
		    s->strands != NULL, d);
	if (e == ERR_OK && old != NULL)
		e = kinds_say_diff(k, old, m->list, d);
	if (e == ERR_OK)
		e = run_keep(r, LATEST, ctl_raw(m->list), d);
	ctl_free(&old);
	buf_clear(&bytes);
	return e;
}

static enum err
refuse_same(const struct made *m, const struct run_facts *begun, struct diag *d)
{
	const char *node = m->seen.s->node[m->node].entry->name;
	bool is_new = false;
	enum err e = kinds_is_new_list(&m->seen, node, begun, &is_new, d);

	if (e == ERR_OK && !is_new)
		e = diag_set(d, ERR_IO,
		    "%.100s still has the CTL of before; see show ctl there, "
		    "and resume",
		    node);
	return e;
}

/* ---- utils ctl update CTLFile --------------------------------------------------- */

enum err
kinds_update_ctl_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	return before(arg, r, s, false, d);
}

/* A list that was made since the step began, with all that is in use. */
enum err
kinds_update_ctl_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	struct made m;
	enum err e = look_made(arg, run_plan(r)->publisher, &m, d);

	(void)s;
	if (e == ERR_OK)
		e = kinds_is_new_list(&m.seen,
		    m.seen.s->node[m.node].entry->name, begun, ret, d);
	if (e == ERR_OK && *ret)
		e = kinds_is_fresh(&m.seen, m.list, ret, d);
	return e;
}

enum err
kinds_update_ctl_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	(void)s;
	return kinds_type(arg, run_plan(r)->publisher, "ctl-update", NULL, 0,
	    NULL, d);
}

enum err
kinds_update_ctl_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	struct made m;
	enum err e = look_made(arg, run_plan(r)->publisher, &m, d);

	if (e == ERR_OK)
		e = refuse_same(&m, begun, d);
	return e == ERR_OK ? judge_made(arg, r, s, &m, d) : e;
}

/* ---- utils ctl reset localkey --------------------------------------------------- */

enum err
kinds_localkey_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	return before(arg, r, s, true, d);
}

enum err
kinds_localkey_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	struct made m;
	enum err e = kinds_update_ctl_there(arg, r, s, begun, ret, d);

	if (e == ERR_OK && *ret)
		e = look(arg, &m, d);
	if (e == ERR_OK && *ret)
		*ret = ctl_origin(m.list) == CTL_ORIGIN_CALLMANAGER;
	return e;
}

enum err
kinds_localkey_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	(void)s;
	return kinds_type(arg, run_plan(r)->publisher, "ctl-reset-localkey",
	    NULL, 0, NULL, d);
}

enum err
kinds_localkey_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	struct made m;
	enum err e = look_made(arg, run_plan(r)->publisher, &m, d);

	if (e == ERR_OK)
		e = refuse_same(&m, begun, d);
	if (e == ERR_OK && ctl_origin(m.list) != CTL_ORIGIN_CALLMANAGER)
		e = diag_set(d, ERR_POLICY,
		    "the new CTL is not signed by CallManager (%s): phones that "
		    "know the old ITLRecovery alone would refuse it; reset no "
		    "phone",
		    ctl_origin_name(ctl_origin(m.list)));
	return e == ERR_OK ? judge_made(arg, r, s, &m, d) : e;
}

/* ---- utils ctl set-cluster ------------------------------------------------------ */

static bool
wants_mixed(const struct plan_step *s)
{
	return s->argument != NULL && strcmp(s->argument, "mixed") == 0;
}

/* A list that is there while the cluster is not mixed is of before, and phones may
 * still hold it (118893). */
enum err
kinds_set_mode_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct made m = { .list = NULL };
	struct diag why;
	enum err e = kinds_look(arg, false, &m.seen, d);

	diag_init(&why);
	if (e != ERR_OK || !wants_mixed(s))
		return e;
	if (kinds_installed(&m.seen, &m.node, &m.list, &why) != ERR_OK)
		m.list = NULL;
	return judge_expected(arg, r, &m, false, s, d);
}

enum err
kinds_set_mode_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	struct kinds_seen seen;
	enum err e = kinds_look(arg, false, &seen, d);

	(void)r;
	(void)begun;
	if (e == ERR_OK)
		*ret = seen.s->has_mode && seen.s->mixed == wants_mixed(s);
	return e;
}

static enum err
set_mode(const struct kinds *k, struct run *r, bool mixed, struct diag *d)
{
	return kinds_type(k, run_plan(r)->publisher,
	    mixed ? "ctl-mixed" : "ctl-non-secure", NULL, 0, NULL, d);
}

enum err
kinds_set_mode_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	return set_mode(arg, r, wants_mixed(s), d);
}

enum err
kinds_set_mode_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	struct made m;
	bool done = false;
	enum err e = kinds_set_mode_there(arg, r, s, begun, &done, d);

	if (e == ERR_OK && !done)
		e = diag_set(d, ERR_IO,
		    "ClusterSecurityMode is not %s yet, or cannot be read; see "
		    "show ctl and Enterprise Parameters",
		    wants_mixed(s) ? "1" : "0");
	if (e != ERR_OK)
		return e;
	e = look_made(arg, run_plan(r)->publisher, &m, d);
	if (e == ERR_OK && wants_mixed(s))
		return judge_made(arg, r, s, &m, d);
	return e == ERR_OK ? refuse_kept(&m, d) : e;
}

enum err
kinds_set_mode_undo(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	return set_mode(arg, r, !wants_mixed(s), d);
}
