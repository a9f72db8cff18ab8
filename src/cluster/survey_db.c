/* SPDX-License-Identifier: Apache-2.0 */
/* What the publisher alone knows: parameters, nodes, certificates, devices of
 * the database; replication and backups. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cluster/survey_parts.h"

/* ---- The database ----------------------------------------------------------------- */

static enum err
take_parameters(struct survey_reading *r, struct bytes text, struct diag *why)
{
	struct database_parameters p;
	enum err e = database_parameters(text, &p, why);

	if (e != ERR_OK)
		return e;
	r->s->has_mode = p.has_mode;
	r->s->mixed = p.mixed;
	r->s->has_rollback = p.has_rollback;
	r->s->rollback = p.rollback;
	r->s->has_phone_interaction = p.has_interaction;
	r->s->phone_interaction_auto = p.interaction_auto;
	r->s->has_digest = p.has_digest;
	r->s->sha512 = p.sha512;
	return ERR_OK;
}

static enum err
take_nodes(struct survey_reading *r, struct bytes text, struct diag *why)
{
	struct database_nodes *l = &r->inner->nodes;
	enum err e = database_nodes(text, l, why);
	const char **name;
	size_t i;

	if (e != ERR_OK)
		return e;
	name = survey_alloc(r, (l->num + 1) * sizeof(*name));
	if (name == NULL)
		return diag_nomem(why);
	for (i = 0; i < l->num; i++)
		name[i] = l->name[i];
	r->s->process_node = name;
	r->s->num_process_nodes = l->num;
	r->s->has_process_nodes = true;
	return ERR_OK;
}

static enum err
take_certs(struct survey_reading *r, struct bytes text, struct diag *why)
{
	struct database_certs *l = &r->inner->certs;
	enum err e = database_certs(text, r->s->shelf, l, why);
	struct survey_stored *stored;
	size_t i;

	if (e != ERR_OK)
		return e;
	stored = survey_alloc(r, (l->num + 1) * sizeof(*stored));
	if (stored == NULL)
		return diag_nomem(why);
	for (i = 0; i < l->num; i++)
		stored[i] = (struct survey_stored){ .unit = l->item[i].unit,
			.server = l->item[i].server,
			.der = cert_der(l->item[i].cert) };
	r->s->stored = stored;
	r->s->num_stored = l->num;
	r->s->has_stored = true;
	return ERR_OK;
}

static enum err
take_devices(struct survey_reading *r, struct bytes text, struct diag *why)
{
	struct database_devices *l = &r->inner->devices;
	enum err e = database_devices(text, l, why);
	struct survey_device *dev;
	size_t i;

	if (e != ERR_OK)
		return e;
	dev = survey_alloc(r, (l->num + 1) * sizeof(*dev));
	if (dev == NULL)
		return diag_nomem(why);
	for (i = 0; i < l->num; i++)
		dev[i] = (struct survey_device){ .name = l->item[i].name,
			.model = l->item[i].model,
			.pool = l->item[i].pool,
			.group = l->item[i].group,
			.profile = l->item[i].profile,
			.lsc_issuer = l->item[i].lsc_issuer,
			.lsc_until = l->item[i].lsc_until };
	r->s->device = dev;
	r->s->num_devices = l->num;
	r->s->has_devices = true;
	return ERR_OK;
}

/* ---- Texts ------------------------------------------------------------------------------ */

static enum err
take_replicas(struct survey_reading *r, struct bytes text, struct diag *why)
{
	enum err e = said_replicas(text, &r->s->replicas, why);

	r->s->has_replicas = e == ERR_OK;
	return e;
}

static enum err
take_backups(struct survey_reading *r, struct bytes text, struct diag *why)
{
	enum err e = said_backups(text, &r->s->backups, why);

	r->s->has_backups = e == ERR_OK;
	return e;
}

static enum err
take_restores(struct survey_reading *r, struct bytes text, struct diag *why)
{
	return said_backups(text, &r->s->restores, why);
}

static enum err
take_running(struct survey_reading *r, struct bytes text, struct diag *why)
{
	enum err e = said_backup_running(text, &r->s->backup_running, why);

	r->s->has_backup_running = e == ERR_OK;
	return e;
}

static const struct {
	const char *piece;
	enum err (*take)(struct survey_reading *r, struct bytes text,
	    struct diag *why);
} texts[] = {
	{ "cli/sql-parameters", take_parameters },
	{ "cli/sql-nodes", take_nodes },
	{ "cli/sql-certificates", take_certs },
	{ "cli/sql-devices", take_devices },
	{ "cli/dbreplication", take_replicas },
	{ "cli/drs-history-backup", take_backups },
	{ "cli/drs-history-restore", take_restores },
	{ "cli/drs-status-backup", take_running },
};

static enum err
read_texts(struct survey_reading *r, const char *publisher)
{
	const struct evidence_piece *p;
	struct diag why;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(texts) / sizeof(texts[0]); i++) {
		p = survey_piece(r->e, publisher, texts[i].piece);
		if (p == NULL || p->error != ERR_OK)
			continue;
		diag_init(&why);
		if (texts[i].take(r, p->bytes, &why) != ERR_OK)
			e = survey_doubt(r, p, &why);
	}
	return e;
}

static int
order_devices(const void *a, const void *b)
{
	const struct survey_device *x = a, *y = b;

	return strcasecmp(x->name, y->name);
}

static enum err
take_registered(struct survey_reading *r, const struct said_phone *phone)
{
	const struct survey_device key = { .name = phone->name };
	struct survey_device *dev = bsearch(&key, r->s->device,
	    r->s->num_devices, sizeof(key), order_devices);

	if (dev == NULL || dev->registered)
		return ERR_OK;
	dev->registered = phone->registered;
	dev->address = survey_copy(r, bytes_of_str(phone->address));
	return dev->address == NULL ? diag_nomem(r->d) : ERR_OK;
}

/* Who is registered with NODE, among the devices; one that the database has not
 * is left out. */
static enum err
read_registered(struct survey_reading *r, const char *node)
{
	const struct evidence_piece *p = survey_piece(r->e, node,
	    "cli/risdb-phones");
	struct said_phones phones = { .num = 0 };
	enum err e = ERR_OK;
	struct diag why;
	size_t i;

	if (p == NULL || p->error != ERR_OK)
		return ERR_OK;
	diag_init(&why);
	if (said_phones(p->bytes, &phones, &why) != ERR_OK)
		return survey_doubt(r, p, &why);
	for (i = 0; e == ERR_OK && i < phones.num; i++)
		e = take_registered(r, &phones.item[i]);
	said_phones_clear(&phones);
	return e;
}

/* A node tells of those phones that are registered with it. */
static enum err
read_all_registered(struct survey_reading *r)
{
	struct survey *s = r->s;
	enum err e = ERR_OK;
	size_t i;

	if (s->num_devices == 0)
		return ERR_OK;
	qsort(s->device, s->num_devices, sizeof(*s->device), order_devices);
	for (i = 0; e == ERR_OK && i < s->num_nodes; i++)
		e = read_registered(r, s->node[i].entry->name);
	return e;
}

enum err
survey_read_cluster(struct survey_reading *r, const char *publisher)
{
	enum err e = read_texts(r, publisher);

	return e == ERR_OK ? read_all_registered(r) : e;
}
