/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_check.h"

#include <stdlib.h>
#include <string.h>

/* Cuts "a,b" apart. */
static enum err
read_nodes(struct cert_check *c, const char *text, struct diag *d)
{
	char *rest, *node;

	if (text == NULL)
		return ERR_OK;
	c->nodes = strdup(text);
	if (c->nodes == NULL)
		return diag_nomem(d);
	for (rest = c->nodes; (node = strsep(&rest, ",")) != NULL;) {
		if (node[0] == '\0')
			return diag_set(d, ERR_USAGE,
			    "--nodes wants names with commas between them, "
			    "not '%.80s'",
			    text);
		if (c->num_nodes == CERT_CHECK_NODES_MAX)
			return diag_set(d, ERR_USAGE,
			    "--nodes takes %d names at most",
			    CERT_CHECK_NODES_MAX);
		c->node[c->num_nodes++] = node;
	}
	return ERR_OK;
}

static enum err
load_csr(struct cert_check *c, const char *path, struct diag *d)
{
	enum err e;

	c->where = path;
	e = cert_file_load(path, &c->csr_file, d);
	if (e == ERR_OK && c->csr_file.pasted.num_csrs != 1)
		e = diag_set(d, ERR_SYNTAX,
		    c->csr_file.pasted.num_csrs == 0
			? "this holds no certificate signing request"
			: "this holds several requests; give the one of the "
			  "node and unit");
	return e;
}

enum err
cert_check_open(struct cert_check *c, const struct cert_check_wish *wish,
    struct out *out, struct diag *d)
{
	enum err e;

	memset(c, 0, sizeof(*c));
	c->wish = wish;
	e = read_nodes(c, wish->nodes, d);
	if (e != ERR_OK)
		return e;
	c->where = wish->profiles;
	e = profiles_load(wish->profiles, &c->profiles, d);
	if (e == ERR_OK) {
		c->where = NULL;
		e = profiles_find(&c->profiles, wish->unit, wish->release,
		    &c->found, d);
	}
	if (e == ERR_OK && wish->csr != NULL)
		e = load_csr(c, wish->csr, d);
	if (e == ERR_OK && wish->trust != NULL) {
		c->where = wish->trust;
		e = cert_pile_load(wish->trust, &c->trust, out, d);
	}
	if (e == ERR_OK && wish->ledger != NULL) {
		c->where = wish->ledger;
		e = cert_ledger_load(wish->ledger, &c->profiles, &c->ledger,
		    out, d);
	}
	if (e == ERR_OK)
		c->where = NULL;
	return e;
}

/* Which of the certificates in the file is meant. */
static const struct cert *
choose(const struct cert_check *c, const struct csr *csr)
{
	const struct pasted *p = &c->file.pasted;
	size_t i;

	for (i = 0; csr != NULL && csr_key(csr) != NULL && i < p->num_certs;
	     i++)
		if (cert_has_key(p->certs[i], csr_key(csr)))
			return p->certs[i];
	return p->num_certs == 0 ? NULL : p->certs[0];
}

static void
fill_input(struct cert_check *c, struct fit_input *in)
{
	const struct pasted *requests = &c->csr_file.pasted;

	*in = (struct fit_input){ .profile = &c->found.profile,
		.traits = c->file.pasted.traits,
		.num_in_file = c->file.pasted.num_certs,
		.csr = requests->num_csrs == 1 ? requests->csrs[0] : NULL,
		.trust = c->trust.cert,
		.num_trust = c->trust.num_certs,
		.has_trust = c->wish->trust != NULL,
		.nodes = c->node,
		.num_nodes = c->num_nodes,
		.ledger = c->ledger.request,
		.num_ledger = c->ledger.num,
		.has_ledger = c->wish->ledger != NULL,
		.now = c->wish->now };
	c->cert = choose(c, in->csr);
	in->cert = c->cert;
}

enum err
cert_check_judge(struct cert_check *c, const char *path, struct diag *d)
{
	struct fit_input in;
	enum err e;

	c->where = path;
	e = cert_file_load(path, &c->file, d);
	if (e != ERR_OK)
		return e;
	fill_input(c, &in);
	if (c->cert != NULL)
		return fit_judge(&in, &c->fit, d);
	if (c->file.pasted.has_dump)
		return fit_judge_dump(&in, &c->file.pasted.dump, &c->fit, d);
	return diag_set(d, ERR_SYNTAX,
	    "this holds a request and no certificate");
}

void
cert_check_clear(struct cert_check *c)
{
	fit_clear(&c->fit);
	cert_ledger_clear(&c->ledger);
	cert_pile_clear(&c->trust);
	cert_file_clear(&c->csr_file);
	cert_file_clear(&c->file);
	profiles_found_clear(&c->found);
	profiles_clear(&c->profiles);
	free(c->nodes);
	memset(c, 0, sizeof(*c));
}
