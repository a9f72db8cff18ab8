/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/survey_parts.h"

/* ---- What a survey owns ------------------------------------------------------ */

static bool
keep_block(struct survey_inner *in, void *block)
{
	size_t cap = in->cap_blocks == 0 ? 256 : 2 * in->cap_blocks;
	void **more;

	if (in->num_blocks == in->cap_blocks) {
		more = reallocarray(in->block, cap, sizeof(void *));
		if (more == NULL)
			return false;
		in->block = more;
		in->cap_blocks = cap;
	}
	in->block[in->num_blocks++] = block;
	return true;
}

void *
survey_alloc(struct survey_reading *r, size_t size)
{
	void *p = calloc(1, size == 0 ? 1 : size);

	if (p == NULL || keep_block(r->inner, p))
		return p;
	free(p);
	return NULL;
}

const char *
survey_copy(struct survey_reading *r, struct bytes text)
{
	char *copy = survey_alloc(r, text.len + 1);

	if (copy != NULL && text.len > 0)
		memcpy(copy, text.ptr, text.len);
	return copy;
}

enum err
survey_doubt(struct survey_reading *r, const struct evidence_piece *p,
    const struct diag *why)
{
	struct survey_inner *in = r->inner;
	const char **more;
	struct buf text = { 0 };
	const char *copy = NULL;

	if (why->code == ERR_NOMEM)
		return diag_nomem(r->d);
	buf_printf(&text, "%s: ", p->name);
	if (why->line > 0)
		buf_printf(&text, "line %u: ", why->line);
	text_put_safe(&text, bytes_of_str(why->msg));
	if (buf_ok(&text))
		copy = survey_copy(r, buf_bytes(&text));
	buf_clear(&text);
	more = copy == NULL
	    ? NULL
	    : reallocarray(in->doubt, in->num_doubts + 2, sizeof(*more));
	if (more == NULL)
		return diag_nomem(r->d);
	in->doubt = more;
	in->doubt[in->num_doubts++] = copy;
	in->doubt[in->num_doubts] = NULL;
	return ERR_OK;
}

const struct evidence_piece *
survey_piece(const struct evidence *e, const char *node, const char *rest)
{
	const struct evidence_piece *p = NULL;
	struct buf name = { 0 };

	evidence_put_node(&name, node);
	buf_printf(&name, "/%s", rest);
	if (buf_cstr(&name) != NULL)
		p = evidence_find(e, buf_cstr(&name));
	buf_clear(&name);
	return p;
}

enum err
survey_take_pem(struct survey_reading *r, struct bytes pem, struct bytes *ret,
    struct diag *why)
{
	const struct cert *c = NULL;
	struct bytes one;
	enum err e;

	if (!cert_take_pem(&pem, &one))
		return diag_set(why, ERR_SYNTAX, "there is no certificate");
	e = cert_shelf_pem(r->s->shelf, one, &c, why);
	if (e == ERR_OK)
		*ret = cert_der(c);
	return e;
}

/* ---- Lists -------------------------------------------------------------------- */

static void
read_list(const struct survey_reading *r, const char *node, const char *rest,
    struct survey_list *ret)
{
	const struct evidence_piece *p = survey_piece(r->e, node, rest);

	if (p == NULL)
		return;
	*ret = (struct survey_list){ .looked = true,
		.error = p->error,
		.why = p->why,
		.bytes = p->bytes };
}

static void
read_lists(const struct survey_reading *r, struct survey_node *n)
{
	const char *node = n->entry->name;

	read_list(r, node, "tftp/CTLFile.tlv", &n->tftp_ctl);
	read_list(r, node, "http/CTLFile.tlv", &n->http_ctl);
	read_list(r, node, "https/CTLFile.tlv", &n->https_ctl);
	read_list(r, node, "tftp/ITLFile.tlv", &n->tftp_itl);
	read_list(r, node, "http/ITLFile.tlv", &n->http_itl);
	read_list(r, node, "tftp/ITLRecovery.p12", &n->tftp_p12);
	read_list(r, node, "http/ITLRecovery.p12", &n->http_p12);
	/* what lies there is a sentence, since the file itself is never kept */
	n->tftp_p12.bytes = n->http_p12.bytes = bytes_of(NULL, 0);
}

/* ---- What a node says ---------------------------------------------------------- */

/* TEXT is P's. An error is a doubt, and then nothing is known. */
typedef enum err said_reader(struct survey_node *n, struct bytes text,
    struct diag *why);

static enum err
take_version(struct survey_node *n, struct bytes text, struct diag *why)
{
	enum err e = said_version(text, &n->version, why);

	n->has_version = e == ERR_OK;
	return e;
}

static enum err
take_date(struct survey_node *n, struct bytes text, struct diag *why)
{
	bool zone;
	enum err e = said_date(text, &n->date, &zone, why);

	n->has_date = e == ERR_OK && zone;
	return e;
}

static enum err
take_ctl(struct survey_node *n, struct bytes text, struct diag *why)
{
	enum err e = said_list(text, false, &n->told_ctl, why);

	n->has_told_ctl = e == ERR_OK;
	n->told_text = text;
	return e;
}

static enum err
take_itl(struct survey_node *n, struct bytes text, struct diag *why)
{
	enum err e = said_list(text, true, &n->told_itl, why);

	n->has_told_itl = e == ERR_OK;
	return e;
}

static enum err
take_services(struct survey_node *n, struct bytes text, struct diag *why)
{
	enum err e = said_services(text, &n->services, why);

	n->has_services = e == ERR_OK;
	return e;
}

static enum err
take_trusted(struct survey_node *n, struct bytes text, struct diag *why)
{
	return said_certs(text, &n->trusted, why);
}

static enum err
take_csrs(struct survey_node *n, struct bytes text, struct diag *why)
{
	enum err e = said_certs(text, &n->csrs, why);

	n->has_csrs = e == ERR_OK;
	return e;
}

static const struct {
	const char *piece;
	said_reader *take;
} readers[] = {
	{ "cli/show-version", take_version },
	{ "cli/show-date", take_date },
	{ "cli/show-ctl", take_ctl },
	{ "cli/show-itl", take_itl },
	{ "cli/service-list", take_services },
	{ "cli/cert-list-trust", take_trusted },
	{ "cli/csr-list", take_csrs },
};

static enum err
read_said(struct survey_reading *r, struct survey_node *n)
{
	const struct evidence_piece *p;
	struct diag why;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(readers) / sizeof(readers[0]);
	     i++) {
		p = survey_piece(r->e, n->entry->name, readers[i].piece);
		if (p == NULL || p->error != ERR_OK)
			continue;
		diag_init(&why);
		if (strcmp(readers[i].piece, "cli/show-date") == 0)
			n->asked = p->when;
		if (readers[i].take(n, p->bytes, &why) != ERR_OK)
			e = survey_doubt(r, p, &why);
	}
	return e;
}

/* Why PIECE of the node could not be had; NULL: it could, or nobody asked. */
static const char *
why_not(const struct survey_reading *r, const struct survey_node *n,
    const char *piece)
{
	const struct evidence_piece *p = survey_piece(r->e, n->entry->name,
	    piece);

	return p == NULL || p->error == ERR_OK ? NULL : p->why;
}

/* "host-key ...\nweak ...\n": what is behind "weak ". */
static enum err
read_login(struct survey_reading *r, struct survey_node *n)
{
	const struct evidence_piece *p = survey_piece(r->e, n->entry->name,
	    "cli/login");
	const char *line;

	if (p == NULL || p->error != ERR_OK) {
		n->why = p == NULL ? "nobody looked" : p->why;
		return ERR_OK;
	}
	n->reached = true;
	n->date_why = why_not(r, n, "cli/show-date");
	n->told_ctl_why = why_not(r, n, "cli/show-ctl");
	line = survey_copy(r, p->bytes);
	if (line == NULL)
		return diag_nomem(r->d);
	line = strstr(line, "\nweak ");
	if (line != NULL)
		n->weak = survey_copy(r,
		    bytes_of(line + 6, strcspn(line + 6, "\n")));
	return ERR_OK;
}

/* ---- Certificates ---------------------------------------------------------------- */

static enum err
read_own(struct survey_reading *r, struct survey_node *n, const char *unit)
{
	struct survey_own *own = &n->own[n->num_own];
	const struct evidence_piece *p;
	char piece[96];
	struct diag why;

	(void)snprintf(piece, sizeof(piece), "cli/cert-own-%s", unit);
	p = survey_piece(r->e, n->entry->name, piece);
	if (p == NULL || p->error != ERR_OK)
		return ERR_OK;
	diag_init(&why);
	own->unit = unit;
	if (said_shown(p->bytes, &own->shown, &why) != ERR_OK)
		return survey_doubt(r, p, &why);
	n->num_own++;
	if (own->shown.pem.len > 0 &&
	    survey_take_pem(r, buf_bytes(&own->shown.pem), &own->der, &why) !=
		ERR_OK)
		return survey_doubt(r, p, &why);
	return ERR_OK;
}

static enum err
read_all_own(struct survey_reading *r, struct survey_node *n)
{
	static const char *const units[] = {
#define UNIT_NAME(name) name,
		SURVEY_UNITS(UNIT_NAME)
#undef UNIT_NAME
	};
	const size_t num = sizeof(units) / sizeof(units[0]);
	enum err e = ERR_OK;
	size_t i;

	n->own = survey_alloc(r, num * sizeof(*n->own));
	if (n->own == NULL)
		return diag_nomem(r->d);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = read_own(r, n, units[i]);
	n->has_own = n->num_own > 0;
	return e;
}

static enum err
read_port(struct survey_reading *r, struct survey_node *n, unsigned port,
    enum probe_kind kind)
{
	struct survey_served *s = &n->served[n->num_served];
	const struct evidence_piece *p;
	char piece[64];
	struct diag why;

	(void)snprintf(piece, sizeof(piece), "tls/%u-%s.pem", port,
	    probe_kind_name(kind));
	p = survey_piece(r->e, n->entry->name, piece);
	if (p == NULL)
		return ERR_OK;
	*s = (struct survey_served){ .port = port,
		.kind = kind,
		.why = p->why };
	n->num_served++;
	diag_init(&why);
	if (p->error == ERR_OK &&
	    survey_take_pem(r, p->bytes, &s->der, &why) != ERR_OK)
		return survey_doubt(r, p, &why);
	return ERR_OK;
}

static enum err
read_served(struct survey_reading *r, struct survey_node *n)
{
	const struct inventory_ports *of = &n->entry->ports;
	const unsigned ports[] = { of->sccp, of->sip, of->capf, of->tvs,
		of->web, of->https, of->https_mra };
	const size_t num = sizeof(ports) / sizeof(ports[0]);
	enum err e = ERR_OK;
	size_t i;

	n->served = survey_alloc(r, 2 * num * sizeof(*n->served));
	if (n->served == NULL)
		return diag_nomem(r->d);
	for (i = 0; e == ERR_OK && i < num; i++) {
		e = read_port(r, n, ports[i], PROBE_RSA);
		if (e == ERR_OK)
			e = read_port(r, n, ports[i], PROBE_ECDSA);
	}
	return e;
}

/* ---- All --------------------------------------------------------------------------- */

static enum err
read_node(struct survey_reading *r, struct survey_node *n)
{
	enum err e = read_login(r, n);

	read_lists(r, n);
	if (e == ERR_OK)
		e = read_said(r, n);
	if (e == ERR_OK)
		e = read_all_own(r, n);
	return e == ERR_OK ? read_served(r, n) : e;
}

static enum err
read_all(struct survey_reading *r, const struct inventory *inv)
{
	size_t i, num = inventory_num_nodes(inv);
	enum err e = ERR_OK;

	r->s->node = survey_alloc(r, num * sizeof(*r->s->node));
	r->inner->doubt = calloc(1, sizeof(char *));
	if (r->s->node == NULL || r->inner->doubt == NULL)
		return diag_nomem(r->d);
	r->s->num_nodes = num;
	for (i = 0; i < num; i++)
		r->s->node[i].entry = inventory_node(inv, i);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = read_node(r, &r->s->node[i]);
	if (e == ERR_OK)
		e = survey_read_cluster(r, inventory_publisher(inv)->name);
	return e;
}

enum err
survey_read(const struct evidence *e, const struct inventory *inv,
    struct survey *ret, const char *const **ret_doubts, struct diag *d)
{
	struct survey s = { .num_nodes = 0 };
	struct survey_reading r = { .e = e, .s = &s, .d = d };
	enum err err;

	r.inner = calloc(1, sizeof(*r.inner));
	if (r.inner == NULL)
		return diag_nomem(d);
	s.inner = r.inner;
	err = cert_shelf_new(&s.shelf, d);
	if (err == ERR_OK)
		err = read_all(&r, inv);
	if (err != ERR_OK) {
		survey_clear(&s);
		return err;
	}
	*ret = s;
	*ret_doubts = r.inner->doubt;
	return ERR_OK;
}

static void
clear_node(struct survey_node *n)
{
	size_t i;

	said_services_clear(&n->services);
	said_certs_clear(&n->trusted);
	said_certs_clear(&n->csrs);
	for (i = 0; n->own != NULL && i < n->num_own; i++)
		said_shown_clear(&n->own[i].shown);
}

void
survey_clear(struct survey *s)
{
	struct survey_inner *in = s->inner;
	size_t i;

	if (in == NULL)
		return;
	for (i = 0; s->node != NULL && i < s->num_nodes; i++)
		clear_node(&s->node[i]);
	said_replicas_clear(&s->replicas);
	said_backups_clear(&s->backups);
	said_backups_clear(&s->restores);
	for (i = 0; i < in->num_blocks; i++)
		free(in->block[i]);
	free(in->block);
	free(in->doubt);
	database_nodes_clear(&in->nodes);
	database_certs_clear(&in->certs);
	database_devices_clear(&in->devices);
	cert_shelf_free(&s->shelf);
	free(in);
	memset(s, 0, sizeof(*s));
}
