/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/database.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cluster/said.h"
#include "cluster/said_parts.h"

#define PARAMETERS_MAX 10000
#define NODES_MAX 10000
#define CERTS_MAX 50000
#define DEVICES_MAX 300000
#define LSC_UNTIL_MAX INT64_C(253402300799) /* the year 9999 */

static enum err
wrong_row(const struct said_rows *rows, size_t i, const char *msg,
    struct diag *diag)
{
	(void)diag_set(diag, ERR_SYNTAX, "%s", msg);
	diag_line(diag, said_rows_line(rows, i), 0);
	return ERR_SYNTAX;
}

/* TEXT as rows, at most MAX, that have column NAME. */
static enum err
open_rows(struct bytes text, const char *name, size_t max,
    struct said_rows **ret, struct diag *diag)
{
	enum err e = said_rows(text, ret, diag);

	if (e != ERR_OK)
		return e;
	if (said_rows_num(*ret) > max)
		e = diag_set(diag, ERR_TOO_BIG,
		    "the table has %zu rows, more than %zu",
		    said_rows_num(*ret), max);
	else if (!said_rows_has(*ret, name))
		e = diag_set(diag, ERR_SYNTAX, "the table has no column %s",
		    name);
	if (e != ERR_OK)
		said_rows_free(ret);
	return e;
}

/* Column NAME of row I into TO; "" for NULL. */
static enum err
copy(const struct said_rows *rows, size_t i, const char *name, char *to,
    size_t cap, struct diag *diag)
{
	struct said_text t = { .line = said_rows_line(rows, i) };
	struct bytes v = said_rows_value(rows, i, name);

	if (said_equals(v, "NULL"))
		v.len = 0;
	return said_copy(&t, v, name, to, cap, diag);
}

/* ---- Parameters ----------------------------------------------------------------- */

/* The letters and digits of TEXT, in lower case, have WORD among them. */
static bool
is_like(const char *text, const char *word)
{
	char plain[128];
	size_t n = 0;

	for (; *text != '\0' && n + 1 < sizeof(plain); text++)
		if (isalnum((unsigned char)*text) != 0)
			plain[n++] = (char)tolower((unsigned char)*text);
	plain[n] = '\0';
	return strstr(plain, word) != NULL;
}

static bool
is_one_of(const char *value, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasecmp(value, *words) == 0)
			return true;
	return false;
}

/* VALUE is a yes or a no. */
static bool
is_switch(const char *value, bool *ret)
{
	static const char *const yes[] = { "1", "t", "true", "on", NULL },
				 *const no[] = { "0", "f", "false", "off",
					 NULL };

	*ret = is_one_of(value, yes);
	return *ret || is_one_of(value, no);
}

static bool
is_digest(const char *value, bool *ret)
{
	*ret = strcmp(value, "1") == 0 || is_like(value, "sha512");
	return *ret || strcmp(value, "0") == 0 || is_like(value, "sha1");
}

static bool
is_interaction(const char *value, bool *ret)
{
	*ret = is_like(value, "auto");
	return *ret || is_like(value, "manual");
}

/* The parameters: what their names have among their letters and digits. Only
 * that of the first two was ever seen. */
static const struct parameter {
	const char *name;
	bool (*read)(const char *value, bool *ret);
	size_t has, is, text;
	bool strict; /* another value is an error */
} parameters[] = {
#define OF(field) offsetof(struct database_parameters, field)
	{ "clustersecuritymode", is_switch, OF(has_mode), OF(mixed),
	    OF(mode_text), true },
	{ "rollback", is_switch, OF(has_rollback), OF(rollback),
	    OF(rollback_text), false },
	{ "certificateupdate", is_interaction, OF(has_interaction),
	    OF(interaction_auto), OF(interaction_text), false },
	{ "signaturealgorithm", is_digest, OF(has_digest), OF(sha512),
	    OF(digest_text), false },
#undef OF
};

static enum err
take_parameter(const struct said_rows *rows, size_t i,
    struct database_parameters *p, struct diag *diag)
{
	const struct parameter *q, *end;
	char name[128], *base = (char *)p;
	bool is = false;
	enum err e;

	e = copy(rows, i, "paramname", name, sizeof(name), diag);
	if (e != ERR_OK)
		return e;
	end = parameters + sizeof(parameters) / sizeof(parameters[0]);
	for (q = parameters; q < end; q++)
		if (is_like(name, q->name))
			break;
	if (q == end)
		return ERR_OK;
	if (base[q->text] != '\0')
		return wrong_row(rows, i, "a parameter is there twice", diag);
	e = copy(rows, i, "paramvalue", base + q->text, sizeof(p->mode_text),
	    diag);
	if (e != ERR_OK)
		return e;
	*(bool *)(void *)(base + q->has) = q->read(base + q->text, &is);
	*(bool *)(void *)(base + q->is) = is;
	if (q->strict && !*(bool *)(void *)(base + q->has))
		return wrong_row(rows, i, "a parameter has no such value",
		    diag);
	return ERR_OK;
}

enum err
database_parameters(struct bytes text, struct database_parameters *ret,
    struct diag *diag)
{
	struct database_parameters p = { .has_mode = false };
	struct said_rows *rows = NULL;
	enum err e;
	size_t i;

	e = open_rows(text, "paramname", PARAMETERS_MAX, &rows, diag);
	if (e != ERR_OK)
		return e;
	if (!said_rows_has(rows, "paramvalue"))
		e = diag_set(diag, ERR_SYNTAX,
		    "the table has no column paramvalue");
	for (i = 0; e == ERR_OK && i < said_rows_num(rows); i++)
		e = take_parameter(rows, i, &p, diag);
	said_rows_free(&rows);
	if (e == ERR_OK)
		*ret = p;
	return e;
}

enum err
database_mode(struct bytes text, bool *ret_mixed, struct diag *diag)
{
	struct database_parameters p;
	enum err e = database_parameters(text, &p, diag);

	if (e == ERR_OK && !p.has_mode)
		e = diag_set(diag, ERR_ABSENT,
		    "the database has no ClusterSecurityMode");
	if (e == ERR_OK)
		*ret_mixed = p.mixed;
	return e;
}

/* ---- Nodes ------------------------------------------------------------------------ */

enum err
database_nodes(struct bytes text, struct database_nodes *ret, struct diag *diag)
{
	struct database_nodes l = { .num = 0 };
	struct said_rows *rows = NULL;
	enum err e;
	size_t i;

	e = open_rows(text, "name", NODES_MAX, &rows, diag);
	if (e != ERR_OK)
		return e;
	l.name = calloc(said_rows_num(rows) + 1, sizeof(*l.name));
	if (l.name == NULL)
		e = diag_nomem(diag);
	for (i = 0; l.name != NULL && e == ERR_OK && i < said_rows_num(rows);
	     i++) {
		e = copy(rows, i, "name", l.name[l.num], sizeof(l.name[0]),
		    diag);
		if (e == ERR_OK && l.name[l.num][0] != '\0' &&
		    strcasecmp(l.name[l.num], "EnterpriseWideData") != 0)
			l.num++;
	}
	said_rows_free(&rows);
	if (e == ERR_OK)
		*ret = l;
	else
		database_nodes_clear(&l);
	return e;
}

void
database_nodes_clear(struct database_nodes *l)
{
	free(l->name);
	l->name = NULL;
	l->num = 0;
}

/* ---- Certificates ------------------------------------------------------------------- */

static enum err
take_cert(const struct said_rows *rows, size_t i, struct cert_shelf *shelf,
    struct database_certs *l, struct diag *diag)
{
	const char *unit = said_rows_has(rows, "unit") ? "unit" : "name";
	struct database_cert *c = &l->item[l->num];
	struct diag why;
	enum err e;

	e = copy(rows, i, unit, c->unit, sizeof(c->unit), diag);
	if (e == ERR_OK)
		e = copy(rows, i, "servername", c->server, sizeof(c->server),
		    diag);
	if (e != ERR_OK)
		return e;
	e = cert_shelf_pem(shelf, said_rows_value(rows, i, "certificate"),
	    &c->cert, &why);
	if (e == ERR_NOMEM)
		return diag_nomem(diag);
	l->num += e == ERR_OK;
	l->num_unread += e != ERR_OK;
	return ERR_OK;
}

enum err
database_certs(struct bytes text, struct cert_shelf *shelf,
    struct database_certs *ret, struct diag *diag)
{
	struct database_certs l = { .num = 0 };
	struct said_rows *rows = NULL;
	enum err e;
	size_t i;

	e = open_rows(text, "certificate", CERTS_MAX, &rows, diag);
	if (e != ERR_OK)
		return e;
	l.item = calloc(said_rows_num(rows) + 1, sizeof(*l.item));
	if (l.item == NULL)
		e = diag_nomem(diag);
	for (i = 0; l.item != NULL && e == ERR_OK && i < said_rows_num(rows);
	     i++)
		e = take_cert(rows, i, shelf, &l, diag);
	said_rows_free(&rows);
	if (e == ERR_OK)
		*ret = l;
	else
		database_certs_clear(&l);
	return e;
}

void
database_certs_clear(struct database_certs *l)
{
	free(l->item);
	memset(l, 0, sizeof(*l));
}

/* ---- Devices -------------------------------------------------------------------------- */

static enum err
copy_names(const struct said_rows *rows, size_t i, struct database_device *p,
    struct diag *diag)
{
	const char *group = said_rows_has(rows, "cmgroup") ? "cmgroup"
							   : "group";
	enum err e;

	e = copy(rows, i, "name", p->name, sizeof(p->name), diag);
	if (e == ERR_OK)
		e = copy(rows, i, "model", p->model, sizeof(p->model), diag);
	if (e == ERR_OK)
		e = copy(rows, i, "pool", p->pool, sizeof(p->pool), diag);
	if (e == ERR_OK)
		e = copy(rows, i, group, p->group, sizeof(p->group), diag);
	if (e == ERR_OK)
		e = copy(rows, i, "profile", p->profile, sizeof(p->profile),
		    diag);
	if (e == ERR_OK)
		e = copy(rows, i, "lscissuername", p->lsc_issuer,
		    sizeof(p->lsc_issuer), diag);
	return e;
}

static enum err
take_device(const struct said_rows *rows, size_t i, struct database_device *p,
    struct diag *diag)
{
	struct bytes until = said_rows_value(rows, i, "lscvaliduntil");
	uint64_t n = 0;
	enum err e;

	e = copy_names(rows, i, p, diag);
	if (e != ERR_OK)
		return e;
	if (p->name[0] == '\0')
		return wrong_row(rows, i, "a device has no name", diag);
	if (until.len > 0 && !said_equals(until, "NULL") &&
	    (!said_number(until, &n) || n > (uint64_t)LSC_UNTIL_MAX))
		return wrong_row(rows, i, "lscvaliduntil is no time", diag);
	p->lsc_until = (int64_t)n;
	return ERR_OK;
}

enum err
database_devices(struct bytes text, struct database_devices *ret,
    struct diag *diag)
{
	struct database_devices l = { .num = 0 };
	struct said_rows *rows = NULL;
	enum err e;

	e = open_rows(text, "name", DEVICES_MAX, &rows, diag);
	if (e != ERR_OK)
		return e;
	l.item = calloc(said_rows_num(rows) + 1, sizeof(*l.item));
	if (l.item == NULL)
		e = diag_nomem(diag);
	for (; l.item != NULL && e == ERR_OK && l.num < said_rows_num(rows);
	     l.num++)
		e = take_device(rows, l.num, &l.item[l.num], diag);
	said_rows_free(&rows);
	if (e == ERR_OK)
		*ret = l;
	else
		database_devices_clear(&l);
	return e;
}

void
database_devices_clear(struct database_devices *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}
