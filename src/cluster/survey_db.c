/* SPDX-License-Identifier: Apache-2.0 */
/* What the publisher alone knows: parameters, nodes, certificates, devices of
 * the database; replication and backups. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cluster/survey_parts.h"

/* ---- Parameters ------------------------------------------------------------------ */

static bool
has_word(struct bytes text, const char *word)
{
	size_t i, len = strlen(word);

	for (i = 0; i + len <= text.len; i++)
		if (strncasecmp((const char *)text.ptr + i, word, len) == 0)
			return true;
	return false;
}

static bool
is_value(struct bytes v, const char *text)
{
	return v.len == strlen(text) &&
	    strncasecmp((const char *)v.ptr, text, v.len) == 0;
}

/* As releases write a parameter that is on. */
static bool
is_on(struct bytes v)
{
	return is_value(v, "1") || is_value(v, "t") || is_value(v, "true");
}

static void
take_parameter(struct survey *s, struct bytes name, struct bytes value)
{
	if (value.len == 0)
		return;
	if (has_word(name, "ClusterSecurityMode")) {
		s->has_mode = is_value(value, "0") || is_value(value, "1");
		s->mixed = is_value(value, "1");
	} else if (has_word(name, "Rollback")) {
		s->has_rollback = true;
		s->rollback = is_on(value);
	} else if (has_word(name, "SignatureAlgorithm")) {
		s->has_digest = true;
		s->sha512 = is_on(value) || has_word(value, "512");
	} else if (has_word(name, "CertificateUpdate")) {
		s->has_phone_interaction = true;
		s->phone_interaction_auto = is_value(value, "0") ||
		    has_word(value, "auto");
	}
}

static enum err
take_parameters(struct survey_reading *r, const struct said_rows *rows)
{
	size_t i;

	for (i = 0; i < said_rows_num(rows); i++)
		take_parameter(r->s, said_rows_value(rows, i, "paramname"),
		    said_rows_value(rows, i, "paramvalue"));
	return ERR_OK;
}

/* ---- Rows of things ---------------------------------------------------------------- */

static enum err
take_nodes(struct survey_reading *r, const struct said_rows *rows)
{
	size_t i, num = said_rows_num(rows);
	const char **name = survey_alloc(r, (num + 1) * sizeof(*name));

	if (name == NULL)
		return diag_nomem(r->d);
	for (i = 0; i < num; i++) {
		name[i] = survey_copy(r, said_rows_value(rows, i, "name"));
		if (name[i] == NULL)
			return diag_nomem(r->d);
	}
	r->s->process_node = name;
	r->s->num_process_nodes = num;
	r->s->has_process_nodes = true;
	return ERR_OK;
}

/* A row whose certificate cannot be read is left out. */
static enum err
take_stored(struct survey_reading *r, const struct said_rows *rows, size_t i)
{
	struct survey_stored *c = &r->s->stored[r->s->num_stored];
	struct diag why;
	enum err e;

	diag_init(&why);
	e = survey_take_pem(r, said_rows_value(rows, i, "certificate"), &c->der,
	    &why);
	if (e != ERR_OK)
		return e == ERR_NOMEM ? diag_nomem(r->d) : ERR_OK;
	c->unit = survey_copy(r, said_rows_value(rows, i, "name"));
	c->server = survey_copy(r, said_rows_value(rows, i, "servername"));
	if (c->unit == NULL || c->server == NULL)
		return diag_nomem(r->d);
	r->s->num_stored++;
	return ERR_OK;
}

static enum err
take_certificates(struct survey_reading *r, const struct said_rows *rows)
{
	size_t i, num = said_rows_num(rows);
	enum err e = ERR_OK;

	r->s->stored = survey_alloc(r, (num + 1) * sizeof(*r->s->stored));
	if (r->s->stored == NULL)
		return diag_nomem(r->d);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = take_stored(r, rows, i);
	r->s->has_stored = e == ERR_OK;
	return e;
}

static enum err
take_device(struct survey_reading *r, const struct said_rows *rows, size_t i,
    struct survey_device *ret)
{
	const struct {
		const char *column;
		const char **to;
	} columns[] = { { "name", &ret->name }, { "model", &ret->model },
		{ "pool", &ret->pool }, { "cmgroup", &ret->group },
		{ "profile", &ret->profile },
		{ "lscissuername", &ret->lsc_issuer } };
	const char *until = survey_copy(r,
	    said_rows_value(rows, i, "lscvaliduntil"));
	size_t k;

	for (k = 0; k < sizeof(columns) / sizeof(columns[0]); k++) {
		*columns[k].to = survey_copy(r,
		    said_rows_value(rows, i, columns[k].column));
		if (*columns[k].to == NULL)
			return diag_nomem(r->d);
	}
	if (until == NULL)
		return diag_nomem(r->d);
	ret->lsc_until = strtoll(until, NULL, 10);
	return ERR_OK;
}

static enum err
take_devices(struct survey_reading *r, const struct said_rows *rows)
{
	size_t i, num = said_rows_num(rows);
	enum err e = ERR_OK;

	r->s->device = survey_alloc(r, (num + 1) * sizeof(*r->s->device));
	if (r->s->device == NULL)
		return diag_nomem(r->d);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = take_device(r, rows, i, &r->s->device[i]);
	r->s->num_devices = num;
	r->s->has_devices = e == ERR_OK;
	return e;
}

static const struct {
	const char *piece;
	enum err (
	    *take)(struct survey_reading *r, const struct said_rows *rows);
} tables[] = {
	{ "cli/sql-mode", take_parameters },
	{ "cli/sql-parameters", take_parameters },
	{ "cli/sql-nodes", take_nodes },
	{ "cli/sql-certificates", take_certificates },
	{ "cli/sql-devices", take_devices },
};

static enum err
read_tables(struct survey_reading *r, const char *publisher)
{
	const struct evidence_piece *p;
	struct said_rows *rows;
	struct diag why;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(tables) / sizeof(tables[0]);
	     i++) {
		p = survey_piece(r->e, publisher, tables[i].piece);
		if (p == NULL || p->error != ERR_OK)
			continue;
		rows = NULL;
		diag_init(&why);
		if (said_rows(p->bytes, &rows, &why) != ERR_OK) {
			e = survey_doubt(r, p, &why);
			continue;
		}
		e = tables[i].take(r, rows);
		said_rows_free(&rows);
	}
	return e;
}

/* ---- Texts ------------------------------------------------------------------------------ */

static enum err
take_replicas(struct survey *s, struct bytes text, struct diag *why)
{
	enum err e = said_replicas(text, &s->replicas, why);

	s->has_replicas = e == ERR_OK;
	return e;
}

static enum err
take_backups(struct survey *s, struct bytes text, struct diag *why)
{
	enum err e = said_backups(text, &s->backups, why);

	s->has_backups = e == ERR_OK;
	return e;
}

static enum err
take_restores(struct survey *s, struct bytes text, struct diag *why)
{
	return said_backups(text, &s->restores, why);
}

static enum err
take_running(struct survey *s, struct bytes text, struct diag *why)
{
	enum err e = said_backup_running(text, &s->backup_running, why);

	s->has_backup_running = e == ERR_OK;
	return e;
}

static const struct {
	const char *piece;
	enum err (*take)(struct survey *s, struct bytes text, struct diag *why);
} texts[] = {
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
		if (texts[i].take(r->s, p->bytes, &why) != ERR_OK)
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

	if (dev == NULL)
		return ERR_OK;
	dev->registered = phone->registered;
	dev->address = survey_copy(r, bytes_of_str(phone->address));
	return dev->address == NULL ? diag_nomem(r->d) : ERR_OK;
}

/* Who is registered, among the devices; one that the database has not is left
 * out. */
static enum err
read_registered(struct survey_reading *r, const char *publisher)
{
	const struct evidence_piece *p = survey_piece(r->e, publisher,
	    "cli/risdb-phones");
	struct said_phones phones = { .num = 0 };
	enum err e = ERR_OK;
	struct diag why;
	size_t i;

	if (p == NULL || p->error != ERR_OK || r->s->num_devices == 0)
		return ERR_OK;
	diag_init(&why);
	if (said_phones(p->bytes, &phones, &why) != ERR_OK)
		return survey_doubt(r, p, &why);
	qsort(r->s->device, r->s->num_devices, sizeof(*r->s->device),
	    order_devices);
	for (i = 0; e == ERR_OK && i < phones.num; i++)
		e = take_registered(r, &phones.item[i]);
	said_phones_clear(&phones);
	return e;
}

enum err
survey_read_cluster(struct survey_reading *r, const char *publisher)
{
	enum err e = read_tables(r, publisher);

	if (e == ERR_OK)
		e = read_texts(r, publisher);
	return e == ERR_OK ? read_registered(r, publisher) : e;
}
