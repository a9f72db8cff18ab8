/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lab/world_inner.h"

#define DAY ((int64_t)86400)

static const char *const unit_names[] = {
#define NAME(id, name, since) name,
	WORLD_UNITS(NAME)
#undef NAME
};

static const unsigned unit_since[] = {
#define SINCE(id, name, since) since,
	WORLD_UNITS(SINCE)
#undef SINCE
};

static const char *const store_names[] = {
#define NAME(id, name) name,
	WORLD_STORES(NAME)
#undef NAME
};

/* What version shows of a release. */
static const struct {
	unsigned release;
	const char *version;
} versions[] = { { 910, "9.1.2.10000-28" }, { 1000, "10.0.1.10000-24" },
	{ 1050, "10.5.2.10000-5" }, { 1051, "10.5.1.10000-7" },
	{ 1100, "11.0.1.10000-10" }, { 1150, "11.5.1.10000-6" },
	{ 1200, "12.0.1.10000-10" }, { 1250, "12.5.1.10000-22" },
	{ 1400, "14.0.1.10000-20" }, { 1500, "15.0.1.10000-32" } };

const char *
world_unit_name(enum world_unit unit)
{
	return (size_t)unit < WORLD_NUM_UNITS ? unit_names[unit] : NULL;
}

bool
world_unit_named(const char *name, enum world_unit *ret)
{
	size_t i;

	for (i = 0; i < WORLD_NUM_UNITS; i++)
		if (strcmp(unit_names[i], name) == 0) {
			*ret = (enum world_unit)i;
			return true;
		}
	return false;
}

const char *
world_store_name(enum world_store store)
{
	return (size_t)store < WORLD_NUM_STORES ? store_names[store] : NULL;
}

bool
world_store_named(const char *name, enum world_store *ret)
{
	size_t i;

	for (i = 0; i < WORLD_NUM_STORES; i++)
		if (strcmp(store_names[i], name) == 0) {
			*ret = (enum world_store)i;
			return true;
		}
	return false;
}

/* ---- Nodes. ---- */

bool
world_runs_tftp(const struct world_node *n)
{
	return n->role != WORLD_IMP;
}

bool
world_runs_ccm(const struct world_node *n)
{
	return n->role == WORLD_PUBLISHER || n->role == WORLD_SUBSCRIBER;
}

bool
world_has_unit(const struct world *w, size_t node, enum world_unit unit)
{
	if (w->release < unit_since[unit])
		return false;
	switch (unit) {
	case WORLD_CAPF:
		/* from 14 on the publisher alone has one */
		return node == 0 ||
		    (w->release < 1400 && w->node[node].role != WORLD_IMP);
	case WORLD_ITLRECOVERY:
		return node == 0 ||
		    (w->release < 1250 && w->node[node].role != WORLD_IMP);
	case WORLD_CALLMANAGER:
	case WORLD_CALLMANAGER_ECDSA:
	case WORLD_TVS:
		return w->node[node].role != WORLD_IMP;
	case WORLD_TOMCAT:
	case WORLD_TOMCAT_ECDSA:
	case WORLD_IPSEC:
	case WORLD_NUM_UNITS:
		break;
	}
	return true;
}

static void
choose_network(struct world *w, const struct world_setup *setup)
{
	const char *at = setup->dir == NULL ? "" : setup->dir;
	uint64_t h = 14695981039346656037u;

	if (setup->network != NULL) {
		(void)snprintf(w->inner->network, sizeof(w->inner->network),
		    "%s", setup->network);
		return;
	}
	for (; *at != '\0'; at++)
		h = (h ^ (uint8_t)*at) * 1099511628211u;
	/* 127.64 to 127.127, and every eighth of those nets */
	(void)snprintf(w->inner->network, sizeof(w->inner->network),
	    "127.%u.%u.", 64 + (unsigned)(h >> 8 & 63),
	    8 * (unsigned)(h >> 16 & 31));
}

static enum err
make_node(struct world *w, size_t number, struct diag *diag)
{
	static const char *const subject[] = { "TAC", "Cisco", "Krakow",
		"Malopolska", "PL" };
	const struct scenario_node s = scenario_node(w->scenario, number);
	struct world_node *n = &w->node[number];

	n->role = (enum world_role)s.role;
	n->down = s.down;
	n->name = s.name != NULL ? world_text(w, "%s", s.name)
				 : world_text(w, "cucm%zu", number + 1);
	n->address = world_text(w, "%s%zu", w->inner->network, number + 1);
	n->replication = s.replication != NULL ? s.replication
					       : WORLD_REPLICATION_GOOD;
	n->inner = world_alloc(w, sizeof(*n->inner));
	memcpy(n->subject, subject, sizeof(n->subject));
	if (n->name == NULL || n->address == NULL || n->inner == NULL)
		return diag_nomem(diag);
	n->inner->cut_off = s.cut_off;
	return world_make_services(w, number, diag);
}

static enum err
make_nodes(struct world *w, struct diag *diag)
{
	const size_t num = w->scenario->num_nodes;
	enum err err = ERR_OK;
	size_t i;

	w->node = world_alloc(w, num * sizeof(*w->node));
	if (w->node == NULL)
		return diag_nomem(diag);
	w->num_nodes = num;
	for (i = 0; i < num && err == ERR_OK; i++)
		err = make_node(w, i, diag);
	return err;
}

/* ---- The lists that are there at first. ---- */

/* The release whose anchors they have. */
static unsigned
made_on(const struct scenario *s)
{
	if (s->made_on != 0)
		return s->made_on;
	return s->mode == SCENARIO_TOKEN && s->release >= 1400 ? 1250
							       : s->release;
}

/* S10: what the list has is not what the publisher has. */
static enum err
make_older_capf(struct world *w, const struct world_cert **ret,
    struct diag *diag)
{
	*ret = NULL;
	if (!w->scenario->stale_capf)
		return ERR_OK;
	return world_new_cert(w, 0, WORLD_CAPF, world_now(w) - DAY * 365 * 3,
	    ret, diag);
}

/* The CTL to the disk of NODE, as of WHEN. */
static enum err
put_ctl(struct world *w, size_t node, struct bytes list, int64_t when,
    struct diag *diag)
{
	const enum err err = world_put_file(w, node, "CTLFile.tlv", list, diag);
	struct world_node *n = &w->node[node];
	size_t i;

	for (i = 0; i < n->num_files && err == ERR_OK; i++)
		if (strcmp(n->file[i].name, "CTLFile.tlv") == 0)
			n->file[i].changed = when;
	return err;
}

/* S17: some have another one than the publisher. */
static enum err
publish_stale(struct world *w, struct world_plan plan, struct diag *diag)
{
	struct bytes list = { 0 };
	enum err err = ERR_OK;
	size_t i;

	plan.when -= DAY * 365;
	for (i = 1; i < w->num_nodes && err == ERR_OK; i++) {
		if (!scenario_node(w->scenario, i).stale_list ||
		    !world_runs_tftp(&w->node[i]))
			continue;
		if (list.ptr == NULL)
			err = world_make_ctl(w, &plan, &list, diag);
		if (err == ERR_OK)
			err = put_ctl(w, i, list, plan.when, diag);
	}
	return err;
}

static enum err
put_on_all(struct world *w, struct bytes list, int64_t when, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < w->num_nodes && err == ERR_OK; i++)
		if (world_runs_tftp(&w->node[i]))
			err = put_ctl(w, i, list, when, diag);
	return err;
}

static enum err
make_first_ctl(struct world *w, struct diag *diag)
{
	static const enum world_form forms[] = { WORLD_FORM_TOKENS,
		WORLD_FORM_CTL, WORLD_FORM_PLAIN };
	const struct scenario *s = w->scenario;
	struct world_plan plan = { .form = forms[s->mode],
		.release = made_on(s),
		.when = world_now(w) - DAY * 30 };
	struct bytes list;
	enum err err;

	if (s->no_ctl || (s->mode == SCENARIO_NON_SECURE && s->made_on == 0))
		return ERR_OK;
	err = make_older_capf(w, &plan.capf, diag);
	if (err == ERR_OK)
		err = world_make_ctl(w, &plan, &list, diag);
	if (err == ERR_OK)
		err = put_on_all(w, list, plan.when, diag);
	if (err == ERR_OK)
		err = publish_stale(w, plan, diag);
	return err;
}

static enum err
read_folders(struct world *w, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i, unit;

	for (i = 0; i < w->num_nodes && err == ERR_OK; i++) {
		for (unit = 0; unit < WORLD_NUM_UNITS; unit++)
			world_load_unit(w, i, (enum world_unit)unit);
		if (world_runs_tftp(&w->node[i]))
			err = world_read_folder(w, i, diag);
	}
	return err;
}

static enum err
make_p12(struct world *w, struct diag *diag)
{
	const struct world_cert *cert = w->node[0].own[WORLD_ITLRECOVERY].cert;
	struct buf p12 = { 0 };
	struct bytes kept;
	enum err err;

	if (cert == NULL || w->scenario->no_p12)
		return ERR_OK;
	err = mint_p12(cert->key, cert->der, "ciscolab", &p12, diag);
	if (err == ERR_OK)
		err = world_keep(w, &p12, &kept, diag);
	buf_clear(&p12);
	return err == ERR_OK
	    ? world_put_file(w, 0, "ITLRecovery.p12", kept, diag)
	    : err;
}

static enum err
add_backup(struct world *w, int64_t when, struct diag *diag)
{
	struct world_backup *more = realloc(w->backup,
	    (w->num_backups + 1) * sizeof(*more));

	if (more == NULL)
		return diag_nomem(diag);
	w->backup = more;
	more[w->num_backups++] = (struct world_backup){ .when = when,
		.status = "SUCCESS" };
	return ERR_OK;
}

static void
take_parameters(struct world *w)
{
	const struct scenario *s = w->scenario;
	size_t i;

	w->release = s->release;
	w->version = "0";
	for (i = 0; i < DOC_NUM(versions); i++)
		if (versions[i].release == s->release)
			w->version = versions[i].version;
	w->mixed = s->mode != SCENARIO_NON_SECURE;
	w->licensed = !s->no_licence;
	w->rollback = s->rollback;
	w->phones_by_hand = s->phones_by_hand;
	w->sha512 = s->sha512;
	w->auto_registration = s->auto_registration;
	w->inner->random = s->seed;
	w->inner->speed = s->speed == 0 ? 1 : s->speed;
	w->inner->start = (s->start != 0 ? s->start : (int64_t)time(NULL)) *
	    1000;
}

static enum err
fill(struct world *w, struct diag *diag)
{
	enum err err = world_open_keys(w, diag);

	if (err == ERR_OK)
		err = make_nodes(w, diag);
	if (err == ERR_OK)
		err = world_make_certs(w, diag);
	if (err == ERR_OK)
		err = world_make_stores(w, diag);
	if (err == ERR_OK)
		err = make_first_ctl(w, diag);
	if (err == ERR_OK)
		err = world_make_itls(w, diag);
	if (err == ERR_OK)
		err = make_p12(w, diag);
	if (err == ERR_OK)
		err = read_folders(w, diag);
	if (err == ERR_OK)
		err = add_backup(w, world_now(w) - 86400, diag);
	if (err == ERR_OK)
		err = world_make_phones(w, diag);
	w->inner->ready = true;
	return err;
}

/* What needs no failure: lock and condition, over the clock that only runs. */
static void
make_lock(struct world_inner *in)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&in->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&in->changed, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum err
world_new(const struct world_setup *setup, struct world **ret,
    struct diag *diag)
{
	struct world *w;
	enum err err = scenario_check(setup->scenario, diag);

	if (err != ERR_OK)
		return err;
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return diag_nomem(diag);
	w->inner = calloc(1, sizeof(*w->inner));
	if (w->inner == NULL) {
		free(w);
		return diag_nomem(diag);
	}
	make_lock(w->inner);
	w->inner->self = w;
	w->inner->setup = *setup;
	w->scenario = setup->scenario;
	choose_network(w, setup);
	take_parameters(w);
	err = fill(w, diag);
	if (err == ERR_OK)
		*ret = w;
	else
		world_free(&w);
	return err;
}

static void
free_lists(struct world_inner *in)
{
	struct world_sheet *s;
	struct world_fit *f;
	size_t i;

	for (s = in->sheets; s != NULL; s = s->next)
		wire_list_clear(&s->sheet.tlvs);
	for (i = 0; i < WORLD_FIT_BUCKETS; i++)
		while ((f = in->fit[i]) != NULL) {
			in->fit[i] = f->next;
			free(f);
		}
}

void
world_free(struct world **pw)
{
	struct world *w = *pw;
	size_t i;

	if (w == NULL)
		return;
	world_stop(w);
	free_lists(w->inner);
	world_close_keys(w);
	for (i = 0; i < w->num_nodes; i++) {
		free(w->node[i].file);
		free(w->node[i].cached);
		free(w->node[i].trusted);
	}
	free(w->backup);
	free(w->inner->event);
	world_free_blocks(w);
	(void)pthread_cond_destroy(&w->inner->changed);
	(void)pthread_mutex_destroy(&w->inner->lock);
	free(w->inner);
	free(w);
	*pw = NULL;
}

void
world_lock(struct world *w)
{
	(void)pthread_mutex_lock(&w->inner->lock);
}

void
world_unlock(struct world *w)
{
	(void)pthread_mutex_unlock(&w->inner->lock);
}

enum err
world_back_up(struct world *w, struct diag *diag)
{
	enum err err;

	world_lock(w);
	err = add_backup(w, world_now(w), diag);
	world_unlock(w);
	return err;
}
