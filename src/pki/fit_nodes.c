/* SPDX-License-Identifier: Apache-2.0 */
/* The servers that a certificate is for: E13, E15. */
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>

#include "pki/fit_parts.h"

static bool
ends_with_ms(struct bytes cn)
{
	size_t i;

	for (i = 0; i + 3 <= cn.len; i++)
		if (strncasecmp((const char *)cn.ptr + i, "-ms", 3) == 0 &&
		    (i + 3 == cn.len || cn.ptr[i + 3] == '.'))
			return true;
	return false;
}

static bool
is_dns(const struct ext_name *name)
{
	return name->type == EXT_NAME_DNS;
}

/* SHORTER, which has no dot, is the host name of LONGER, which has a domain
 * behind it. */
static bool
is_host_of(struct bytes shorter, struct bytes longer)
{
	return shorter.len > 0 &&
	    memchr(shorter.ptr, '.', shorter.len) == NULL &&
	    longer.len > shorter.len && longer.ptr[shorter.len] == '.' &&
	    strncasecmp((const char *)longer.ptr, (const char *)shorter.ptr,
		shorter.len) == 0;
}

/* SHORTER is a domain that LONGER is in. */
static bool
is_domain_of(struct bytes shorter, struct bytes longer)
{
	size_t at = longer.len - shorter.len;

	return longer.len > shorter.len && longer.ptr[at - 1] == '.' &&
	    strncasecmp((const char *)longer.ptr + at,
		(const char *)shorter.ptr, shorter.len) == 0;
}

/* Name I says no more than another: it is the short form of it, or the domain
 * that it is in, which the appliance adds. */
static bool
is_within(const struct ext *x, size_t i)
{
	struct bytes name = x->names[i].value;
	size_t j;

	for (j = 0; j < x->num_names; j++)
		if (j != i && is_dns(&x->names[j]) &&
		    (is_host_of(name, x->names[j].value) ||
			is_domain_of(name, x->names[j].value)))
			return true;
	return false;
}

/* There are two hosts, or more. */
static bool
has_hosts(const struct ext *x)
{
	size_t i, n = 0;

	for (i = 0; i < x->num_names && n < 2; i++)
		n += is_dns(&x->names[i]) && !is_within(x, i);
	return n > 1;
}

static enum err
is_multi(const struct fitting *f, bool *ret)
{
	struct buf cn = { 0 };
	struct diag why;
	enum err e;

	diag_init(&why);
	e = cert_put_cn(f->in->cert, CERT_SUBJECT, &cn, &why);
	*ret = (e == ERR_OK && ends_with_ms(buf_bytes(&cn))) ||
	    has_hosts(&f->ext);
	buf_clear(&cn);
	return e == ERR_NOMEM ? diag_nomem(f->d) : ERR_OK;
}

static void
judge_multi(struct fitting *f)
{
	const struct fit_profile *p = f->in->profile;

	if (!p->multi_server)
		fit_say(f, FIT_MULTI_SERVER, FIT_REFUSED,
		    "have one made for each node",
		    "it is for several servers, and %s of release %s has none "
		    "such",
		    p->unit, p->release);
	else if (!p->multi_server_by_cli)
		fit_say(f, FIT_MULTI_SERVER, FIT_WARNING,
		    "upload it in OS Administration (or by REST), on the "
		    "publisher",
		    "it is for several servers: `set cert import own` takes "
		    "none such since 14SU2");
	else
		fit_say(f, FIT_MULTI_SERVER, FIT_NOTE,
		    "upload it on the publisher", "it is for several servers");
}

/* ---- E15 ------------------------------------------------------------------------- */

static bool
is_covered_by(const char *node, const struct ext_name *name)
{
	struct bytes wanted = bytes_of_str(node);
	uint8_t address[16];

	if (name->type == EXT_NAME_IP)
		return (inet_pton(AF_INET, node, address) == 1 &&
			   bytes_equal(name->value, bytes_of(address, 4))) ||
		    (inet_pton(AF_INET6, node, address) == 1 &&
			bytes_equal(name->value, bytes_of(address, 16)));
	return is_dns(name) && wanted.len > 0 &&
	    (is_host_of(wanted, name->value) ||
		(wanted.len == name->value.len &&
		    strncasecmp(node, (const char *)name->value.ptr,
			wanted.len) == 0));
}

static bool
is_covered(const struct ext *x, const char *node)
{
	size_t i;

	for (i = 0; i < x->num_names; i++)
		if (is_covered_by(node, &x->names[i]))
			return true;
	return false;
}

static void
judge_nodes(struct fitting *f)
{
	struct fit_finding *finding = NULL;
	size_t i;

	for (i = 0; i < f->in->num_nodes; i++) {
		if (is_covered(&f->ext, f->in->nodes[i]))
			continue;
		if (finding == NULL) {
			finding = fit_add(f, FIT_NODE_MISSING, FIT_HURTS);
			buf_str(&finding->text, "it does not name ");
			buf_str(&finding->remedy,
			    "make the request again, with all nodes that "
			    "there are now");
		} else {
			buf_str(&finding->text, ", ");
		}
		buf_str(&finding->text, f->in->nodes[i]);
	}
	if (finding == NULL)
		fit_say(f, FIT_NODE_MISSING, FIT_PASSED, NULL,
		    "it names all %zu nodes", f->in->num_nodes);
}

enum err
fit_node_checks(struct fitting *f)
{
	bool multi = false;
	enum err e;

	e = is_multi(f, &multi);
	if (e != ERR_OK)
		return e;
	if (!multi) {
		fit_say(f, FIT_MULTI_SERVER, FIT_PASSED, NULL,
		    "it is for one server");
		fit_say(f, FIT_NODE_MISSING, FIT_PASSED, NULL,
		    "it is for one server: each node has its own");
		return ERR_OK;
	}
	judge_multi(f);
	if (f->in->num_nodes == 0)
		fit_say(f, FIT_NODE_MISSING, FIT_NOT_CHECKED,
		    "give the names of all nodes with --nodes (`show network "
		    "cluster` prints them)",
		    "it is for several servers, and which there are was not "
		    "given");
	else
		judge_nodes(f);
	return ERR_OK;
}
