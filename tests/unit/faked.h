/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cluster of the lab with a table of functions in front (workflow/act.h), and a
 * run around it whose files are in memory, for tests of workflow/kinds.h. What is
 * typed changes the cluster as the appliance would. Include it after test.h.
 */
#ifndef TESTS_UNIT_FAKED_H
#define TESTS_UNIT_FAKED_H

#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "watched.h"
#include "workflow/kinds.h"

#define FAKED_FILES 100
#define FAKED_DEVICES 12

struct faked_file {
	char node[64], name[200];
	struct buf bytes;
};

struct run {
	struct plan plan;
	struct plan_step step[4]; /* of the plan */
	struct journal *journal;
	struct faked_file kept[FAKED_FILES];
	size_t num_kept;
	enum err answer;  /* to every question */
	char asked[4000]; /* the last question, "KEY|WANT|TEXT" */
	unsigned num_asked;
	struct faked *of;
};

struct faked {
	struct watched w;
	struct act act;
	struct kinds k;
	struct run r;
	char folder[64];
	char typed[8000]; /* "NODE ID VALUE...\n" each */
	char said[8000];
	const char *fails; /* id of the command that is refused */
	enum command_failure failure;
	bool idle;      /* commands do nothing */
	bool old_files; /* uploads do not arrive */
	bool has_site;
	char site[400]; /* what the site's command was called with */
	struct faked_file given[8]; /* uploads, in place of the cluster's */
	size_t num_given;
	struct survey_device device[FAKED_DEVICES];
	char name[FAKED_DEVICES][16];
	enum delivery_state state[FAKED_DEVICES];
	char proved[400]; /* the MD5 that phones were asked about */
	struct delivery *book[NODES];
	struct said_cert csr;
	struct buf csr_pem;
	size_t present;
	bool has_tries;
	unsigned tries;
	struct act_env env;
};

/* ---- The run -------------------------------------------------------------------- */

static inline struct faked_file *
faked_find(struct faked_file *l, size_t num, const char *node, const char *name)
{
	while (num-- > 0)
		if (strcmp(l[num].name, name) == 0 &&
		    strcmp(l[num].node, node) == 0)
			return &l[num];
	return NULL;
}

static inline void
faked_put(struct faked_file *l, size_t *num, size_t size, const char *node,
    const char *name, struct bytes bytes)
{
	struct faked_file *f = faked_find(l, *num, node, name);

	if (f == NULL) {
		assert_true(*num < size);
		f = &l[(*num)++];
		(void)snprintf(f->node, sizeof(f->node), "%s", node);
		(void)snprintf(f->name, sizeof(f->name), "%s", name);
	}
	buf_clear(&f->bytes);
	buf_put(&f->bytes, bytes);
	assert_true(buf_ok(&f->bytes));
}

enum err
run_keep(struct run *r, const char *name, struct bytes bytes, struct diag *d)
{
	faked_put(r->kept, &r->num_kept, FAKED_FILES, "", name, bytes);
	return ERR_OK;
}

enum err
run_kept(struct run *r, const char *name, struct buf *ret, struct diag *d)
{
	struct faked_file *f = faked_find(r->kept, r->num_kept, "", name);

	if (f == NULL)
		return diag_set(d, ERR_ABSENT, "%s was not kept", name);
	buf_put(ret, buf_bytes(&f->bytes));
	return ERR_OK;
}

const char *
run_kept_name(const struct run *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->num_kept; i++)
		if (strcmp(r->kept[i].name, name) == 0)
			return r->kept[i].name;
	return NULL;
}

const struct plan *
run_plan(const struct run *r)
{
	return &r->plan;
}

struct journal *
run_journal(const struct run *r)
{
	return r->journal;
}

/* Yes to an upload brings the file. */
static inline void
faked_upload(struct faked *f, const char *text)
{
	char node[64], file[200], name[200];
	const char *at = strstr(text, ": upload ");
	struct faked_file *kept;

	if (at == NULL || strstr(at, " as ") == NULL || f->old_files)
		return;
	(void)snprintf(node, sizeof(node), "%.*s", (int)(at - text), text);
	at = strstr(text, f->folder) + strlen(f->folder) + 1;
	(void)snprintf(file, sizeof(file), "%.*s", (int)strcspn(at, " "), at);
	at = strstr(at, " as ") + 4;
	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, ":"), at);
	kept = faked_find(f->r.kept, f->r.num_kept, "", file);
	assert_non_null(kept);
	faked_put(f->given, &f->num_given, NUM(f->given), node, name,
	    buf_bytes(&kept->bytes));
}

enum err
run_ask(struct run *r, const struct plan_step *s, const struct run_question *q,
    struct diag *d)
{
	(void)snprintf(r->asked, sizeof(r->asked), "%s|%s|%s", q->key,
	    q->want == NULL ? "" : q->want, q->text);
	r->num_asked++;
	if (r->answer == ERR_OK)
		faked_upload(r->of, q->text);
	return r->answer == ERR_OK ? ERR_OK
				   : diag_set(d, r->answer, "nobody is there");
}

enum err
run_facts_put(struct run_facts *f, const char *name, const char *value,
    struct diag *d)
{
	f->pair = realloc(f->pair, (f->num + 1) * sizeof(*f->pair));
	assert_non_null(f->pair);
	f->pair[f->num++] = (struct journal_pair){ strdup(name),
		strdup(value) };
	return ERR_OK;
}

const char *
run_facts_get(const struct run_facts *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->num; i++)
		if (strcmp(f->pair[i].name, name) == 0)
			return f->pair[i].value;
	return NULL;
}

void
run_facts_clear(struct run_facts *f)
{
	size_t i;

	for (i = 0; i < f->num; i++) {
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		free((void *)(uintptr_t)f->pair[i].name);
		/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
		free((void *)(uintptr_t)f->pair[i].value);
	}
	free(f->pair);
	*f = (struct run_facts){ .num = 0 };
}

/* ---- The cluster ---------------------------------------------------------------- */

static inline int64_t
faked_now(void *arg)
{
	return ((struct faked *)arg)->w.in.now;
}

/* What is given in place of the cluster's own is what is seen. */
static inline void
faked_see(struct faked *f)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		struct faked_file *given = faked_find(f->given, f->num_given,
		    f->w.entry[i].name, "CTLFile.tlv");

		if (given == NULL)
			continue;
		f->w.node[i].http_ctl.bytes = buf_bytes(&given->bytes);
		f->w.node[i].tftp_ctl.bytes = buf_bytes(&given->bytes);
		f->w.node[i].has_told_ctl = false;
	}
}

static inline enum err
faked_look(void *arg, bool phones, const struct survey **ret,
    const struct health **ret_health, struct diag *d)
{
	struct faked *f = arg;

	faked_see(f);
	health_clear(&f->w.h);
	f->w.s.has_devices = phones;
	judge(&f->w);
	*ret = &f->w.s;
	*ret_health = &f->w.h;
	return ERR_OK;
}

static inline size_t
faked_node(const struct faked *f, const char *node)
{
	size_t i;

	for (i = 0; i < NODES; i++)
		if (strcmp(f->w.entry[i].name, node) == 0)
			return i;
	fail_msg("no node %s", node);
	return 0;
}

static inline void
faked_list_services(struct faked *f, size_t i, struct buf *out)
{
	size_t k;

	buf_str(out, "Requesting service status, please wait...\n");
	for (k = 0; k < 4; k++) {
		const struct said_service *s = &f->w.service[i][k];

		buf_printf(out, "%s[%s]%s\n", s->name,
		    s->started ? "STARTED" : "STOPPED",
		    s->activated ? "" : "  Service Not Activated");
	}
	buf_str(out, "Primary Node =true\n");
}

static inline void
faked_serve(struct faked *f, size_t i, const char *id, const char *name)
{
	size_t k;

	for (k = 0; k < 4; k++) {
		struct said_service *s = &f->w.service[i][k];

		if (strcasecmp(s->name, name) != 0)
			continue;
		s->started = strcmp(id, "service-stop") != 0;
		s->stopped = !s->started;
	}
	if (strcmp(id, "service-restart") == 0) {
		cluster_restart(&f->w.c, i);
		put_server(&f->w, i);
	}
}

static inline void
faked_all(struct faked *f)
{
	size_t i, k;
	bool started[2][4];

	for (i = 0; i < 2; i++)
		for (k = 0; k < 4; k++)
			started[i][k] = f->w.service[i][k].started;
	for (i = 0; i < 2; i++) {
		put_server(&f->w, i);
		for (k = 0; k < 4; k++)
			f->w.service[i][k].started = started[i][k];
	}
}

/* What the appliance does. */
static inline void
faked_do(struct faked *f, size_t i, const char *id, const char *value,
    struct buf *out)
{
	size_t k;

	if (strcmp(id, "service-list") == 0)
		faked_list_services(f, i, out);
	else if (strcmp(id, "csr-own") == 0)
		buf_put(out, buf_bytes(&f->csr_pem));
	if (f->idle)
		return;
	if (strncmp(id, "service-", 8) == 0 && strcmp(id, "service-list") != 0)
		faked_serve(f, i, id, value);
	for (k = 0; strcmp(id, "cert-regen") == 0 && k < NUM(kinds); k++)
		if (strcmp(units[k], value) == 0)
			LABS_OK(cluster_renew(&f->w.c, kinds[k], i, NULL));
	if (strcmp(id, "ctl-update") == 0 || strcmp(id, "ctl-mixed") == 0)
		LABS_OK(cluster_update_ctl(&f->w.c, NULL));
	if (strcmp(id, "ctl-reset-localkey") == 0)
		LABS_OK(cluster_reset_localkey(&f->w.c, NULL));
	if (strncmp(id, "ctl-", 4) == 0 || strcmp(id, "cert-regen") == 0)
		faked_all(f);
	if (strcmp(id, "ctl-mixed") == 0 || strcmp(id, "ctl-non-secure") == 0)
		f->w.s.mixed = strcmp(id, "ctl-mixed") == 0;
	if (strcmp(id, "csr-gen") == 0)
		f->w.node[i].csrs.num = 1;
}

static inline enum err
/* NOLINTNEXTLINE(readability-function-size) */
faked_type(void *arg, const char *node, const char *id,
    const struct command_arg *args, size_t num, struct shell_said *ret,
    struct diag *d)
{
	struct faked *f = arg;
	size_t i, at = strlen(f->typed);

	at += (size_t)snprintf(f->typed + at, sizeof(f->typed) - at, "%s %s",
	    node, id);
	for (i = 0; i < num; i++)
		if (strcmp(args[i].name, "pem") != 0)
			at += (size_t)snprintf(f->typed + at,
			    sizeof(f->typed) - at, " %s", args[i].value);
	(void)snprintf(f->typed + at, sizeof(f->typed) - at, "\n");
	ret->failure = COMMAND_WORKED;
	if (f->fails != NULL && strcmp(f->fails, id) == 0) {
		ret->failure = f->failure;
		buf_str(&ret->text, "some words\nthe reason\n");
		return ERR_OK;
	}
	faked_do(f, faked_node(f, node), id, num == 0 ? "" : args[0].value,
	    &ret->text);
	return ERR_OK;
}

static inline enum err
faked_fetch(void *arg, const char *node, const char *name, bool tftp,
    struct buf *ret, struct diag *d)
{
	struct faked *f = arg;
	struct faked_file *given = faked_find(f->given, f->num_given, node,
	    name);
	size_t i;

	if (given != NULL) {
		buf_put(ret, buf_bytes(&given->bytes));
		return ERR_OK;
	}
	for (i = 0; i < 2; i++)
		if (strcmp(f->w.entry[i].name, node) == 0 &&
		    strcmp(name, "CTLFile.tlv") == 0 &&
		    f->w.node[i].http_ctl.error == ERR_OK) {
			buf_put(ret, f->w.node[i].http_ctl.bytes);
			return ERR_OK;
		}
	return diag_set(d, ERR_ABSENT, "there is none");
}

static inline enum err
faked_sftp(void *arg, const char *server, const char *name, struct bytes bytes,
    struct diag *d)
{
	struct faked *f = arg;

	if (!f->old_files)
		faked_put(f->given, &f->num_given, NUM(f->given), server, name,
		    bytes);
	return ERR_OK;
}

static inline bool
faked_has_site(void *arg, enum act_site what)
{
	return ((struct faked *)arg)->has_site;
}

static inline enum err
faked_site(void *arg, enum act_site what, const struct act_env *env,
    struct diag *d)
{
	struct faked *f = arg;

	(void)snprintf(f->site, sizeof(f->site), "%d %s %s %s %s", (int)what,
	    env->node == NULL ? "-" : env->node,
	    env->file == NULL ? "-" : env->file,
	    env->name == NULL ? "-" : env->name,
	    env->phones == NULL ? "-" : env->phones);
	return ERR_OK;
}

static inline enum err
faked_tokens(void *arg, const struct ctl_file *list, size_t *ret_present,
    bool *ret_has_tries, unsigned *ret_tries, struct diag *d)
{
	const struct faked *f = arg;

	*ret_present = f->present;
	*ret_has_tries = f->has_tries;
	*ret_tries = f->tries;
	return ERR_OK;
}

/* The tokens of the lab's cluster sign what it has on its disks. */
static inline enum err
faked_sign(void *arg, struct ctl_draft *draft, const struct ctl_file *list,
    struct buf *ret, struct diag *d)
{
	struct faked *f = arg;
	struct cluster copy = f->w.c;

	assert_true(ctl_draft_num(draft) > 0);
	LABS_OK(cluster_sign_token(&copy, NULL));
	buf_put(ret, copy.node[0].ctl->file);
	return ERR_OK;
}

static inline void
faked_book(struct faked *f, const struct act_proof *p,
    const struct delivery_list *list, struct delivery **ret)
{
	struct diag d;
	size_t i, k;

	delivery_free(ret);
	LABS_OK(delivery_new(list, ret, &d));
	for (i = 0; i < p->num; i++) {
		struct delivery_page page = { p->devices[i], list->md5, "",
			list->since + 10 };

		LABS_OK(delivery_expect(*ret, p->devices[i], NULL, &d));
		LABS_OK(delivery_registered(*ret, p->devices[i], NULL, &d));
		for (k = 0; strcmp(f->name[k], p->devices[i]) != 0; k++)
			assert_true(k + 1 < FAKED_DEVICES);
		if (f->state[k] == DELIVERY_ALIVE)
			continue;
		if (f->state[k] == DELIVERY_REFUSED) {
			page.hash = "ffffffffffffffffffffffffffffffff";
			page.message = "Trust List update failed";
		}
		LABS_OK(delivery_page(*ret, &page, &d));
	}
}

static inline enum err
faked_phones(void *arg, const struct act_proof *p, struct delivery *ret[],
    struct diag *d)
{
	struct faked *f = arg;
	size_t i;

	(void)d;
	assert_true(p->num_lists > 0 && p->num_lists <= NODES);
	f->proved[0] = '\0';
	for (i = 0; i < p->num_lists; i++) {
		size_t at = strlen(f->proved);

		(void)snprintf(f->proved + at, sizeof(f->proved) - at,
		    "%s %zu\n", p->lists[i].md5, p->num);
		faked_book(f, p, &p->lists[i], &f->book[i]);
		ret[i] = f->book[i];
	}
	return ERR_OK;
}

static inline void
faked_say(void *arg, const char *text)
{
	struct faked *f = arg;
	size_t at = strlen(f->said);

	(void)snprintf(f->said + at, sizeof(f->said) - at, "%s\n", text);
}

/* ---- Beginning and end ---------------------------------------------------------- */

static inline void
faked_devices(struct faked *f)
{
	size_t i;

	for (i = 0; i < FAKED_DEVICES; i++) {
		(void)snprintf(f->name[i], sizeof(f->name[i]), "SEP%012zu", i);
		f->device[i] = (struct survey_device){ .name = f->name[i],
			.registered = i != 3 };
		f->state[i] = DELIVERY_PROVEN;
	}
	f->w.s.device = f->device;
	f->w.s.num_devices = FAKED_DEVICES;
}

static inline void
faked_begin(struct faked *f, unsigned release, size_t tokens)
{
	char path[100];
	size_t i;

	memset(f, 0, sizeof(*f));
	see(&f->w, release, tokens);
	for (i = 0; i < NODES; i++) {
		f->w.node[i].has_csrs = true;
		f->w.node[i].csrs.item = &f->csr;
		f->w.entry[i].ports.tvs = 2445;
	}
	(void)snprintf(f->csr.unit, sizeof(f->csr.unit), "CAPF");
	faked_devices(f);
	(void)snprintf(f->folder, sizeof(f->folder), "/tmp/kinds.XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->act = (struct act){ .arg = f,
		.inventory = &f->w.inv,
		.now = faked_now,
		.look = faked_look,
		.type = faked_type,
		.fetch = faked_fetch,
		.put = faked_sftp,
		.has_site = faked_has_site,
		.site = faked_site,
		.tokens = faked_tokens,
		.sign = faked_sign,
		.phones = faked_phones,
		.say = faked_say };
	f->k = (struct kinds){ .act = &f->act, .folder = f->folder };
	f->r.of = f;
	f->r.plan = (struct plan){ .publisher = "cucm1",
		.release = "12.5.1.10000-22",
		.mixed = true,
		.token = tokens > 0,
		.token_after = tokens > 0,
		.phones = FAKED_DEVICES,
		.proof = true };
	f->present = tokens;
	(void)snprintf(path, sizeof(path), "%s/journal", f->folder);
	LABS_OK(journal_open(path,
	    "0000000000000000000000000000000000000000"
	    "000000000000000000000000",
	    f->w.in.now, &f->r.journal, NULL));
}

static inline void
faked_end(struct faked *f)
{
	char command[200];
	size_t i;

	journal_close(&f->r.journal);
	for (i = 0; i < NODES; i++)
		delivery_free(&f->book[i]);
	for (i = 0; i < f->r.num_kept; i++)
		buf_clear(&f->r.kept[i].bytes);
	for (i = 0; i < f->num_given; i++)
		buf_clear(&f->given[i].bytes);
	buf_clear(&f->csr_pem);
	forget(&f->w);
	(void)snprintf(command, sizeof(command), "rm -r '%s'", f->folder);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
}

/* ---- Steps ---------------------------------------------------------------------- */

#define FAKED_SAYS(text, part)                                      \
	do {                                                        \
		if (strstr(text, part) == NULL)                     \
			fail_msg("'%s' is not in: %s", part, text); \
	} while (0)

/* The functions of S's kind, as the engine calls them: all, with the facts of the
 * begin. */
static inline enum err
faked_step(struct faked *f, const struct plan_step *s, struct diag *d)
{
	const struct run_kind *k = &kinds_table[s->kind];
	struct run_facts begun = { .num = 0 };
	enum err e;

	diag_init(d);
	e = kinds_facts(&f->k, &begun, d);
	if (e == ERR_OK && k->before != NULL)
		e = k->before(&f->k, &f->r, s, d);
	if (e == ERR_OK && k->act != NULL)
		e = k->act(&f->k, &f->r, s, d);
	if (e == ERR_OK && k->check != NULL)
		e = k->check(&f->k, &f->r, s, &begun, d);
	run_facts_clear(&begun);
	return e;
}

static inline void
faked_good(struct faked *f, const struct plan_step *s)
{
	struct diag d;

	if (faked_step(f, s, &d) != ERR_OK)
		fail_msg("%s: %s", plan_kind_name((enum plan_kind)s->kind),
		    d.msg);
}

static inline void
faked_bad(struct faked *f, const struct plan_step *s, enum err want,
    const char *says)
{
	struct diag d;
	enum err e = faked_step(f, s, &d);

	if (e != want)
		fail_msg("%s: %s, %s", plan_kind_name((enum plan_kind)s->kind),
		    diag_err_name(e), d.msg);
	FAKED_SAYS(d.msg, says);
}

/* there(), with BEGUN; what it says. */
static inline bool
faked_there(struct faked *f, const struct plan_step *s,
    const struct run_facts *begun)
{
	struct diag d;
	bool ret = false;

	diag_init(&d);
	if (kinds_table[s->kind].there(&f->k, &f->r, s, begun, &ret, &d) !=
	    ERR_OK)
		fail_msg("%s", d.msg);
	return ret;
}

static inline struct run_facts
faked_facts(struct faked *f)
{
	struct run_facts facts = { .num = 0 };

	LABS_OK(kinds_facts(&f->k, &facts, NULL));
	return facts;
}

static inline void
faked_undo(struct faked *f, const struct plan_step *s, enum err want,
    const char *says)
{
	struct diag d;
	enum err e;

	diag_init(&d);
	e = kinds_table[s->kind].undo(&f->k, &f->r, s, &d);
	if (e != want)
		fail_msg("%s: %s", diag_err_name(e), d.msg);
	if (want != ERR_OK)
		FAKED_SAYS(d.msg, says);
}

static inline const char *
faked_kept(struct faked *f, const char *name)
{
	struct faked_file *file = faked_find(f->r.kept, f->r.num_kept, "",
	    name);

	if (file == NULL)
		fail_msg("%s was not kept", name);
	return buf_cstr(&file->bytes);
}

#endif
