/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accept_nodes.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/accept_held.h"
#include "cli/input.h"

/* ---- Files ---------------------------------------------------------------------- */

static enum err
load_cert(const char *path, struct cert_file *f, struct diag *d)
{
	enum err e = cert_file_load(path, f, d);

	/* neither is looked at again */
	buf_clear(&f->content);
	f->path = NULL;
	if (e == ERR_OK && f->pasted.num_certs == 0)
		e = diag_set(d, ERR_SYNTAX,
		    "there is no certificate in it, which begins with "
		    "-----BEGIN CERTIFICATE-----");
	return e;
}

/* ---- Names of nodes ------------------------------------------------------------- */

/* SHORT is LONG without its domain. */
static bool
is_short_of(struct bytes a, struct bytes b)
{
	return a.len > 0 && a.len < b.len && b.ptr[a.len] == '.' &&
	    isalpha(a.ptr[0]) && memchr(a.ptr, '.', a.len) == NULL &&
	    strncasecmp((const char *)a.ptr, (const char *)b.ptr, a.len) == 0;
}

static bool
is_same_host(struct bytes a, struct bytes b)
{
	if (a.len == b.len)
		return a.len > 0 &&
		    strncasecmp((const char *)a.ptr, (const char *)b.ptr,
			a.len) == 0;
	return is_short_of(a, b) || is_short_of(b, a);
}

/* Where lists say which domain NODE is in, it is not in another one. */
static bool
is_node(const struct accept_node *node, struct bytes name)
{
	struct bytes own = bytes_of_str(node->name);

	if (!is_same_host(own, name))
		return false;
	return own.len == name.len || node->address == NULL ||
	    is_same_host(bytes_of_str(node->address), name);
}

struct accept_node *
accept_nodes_find(const struct accept_nodes *ns, struct bytes name)
{
	size_t i;

	for (i = 0; i < ns->num; i++)
		if (is_node(&ns->node[i], name))
			return &ns->node[i];
	return NULL;
}

static enum err
add_node(struct accept_nodes *ns, struct bytes name, struct accept_node **ret,
    struct diag *d)
{
	struct accept_node *more;
	char *copy;

	if (ns->num == ACCEPT_NODES_MAX)
		return diag_set(d, ERR_TOO_BIG, "more than %d nodes",
		    ACCEPT_NODES_MAX);
	copy = strndup((const char *)name.ptr, name.len);
	more = reallocarray(ns->node, ns->num + 1, sizeof(*more));
	if (more != NULL)
		ns->node = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		return diag_nomem(d);
	}
	*ret = &ns->node[ns->num++];
	memset(*ret, 0, sizeof(**ret));
	(*ret)->name = copy;
	return ERR_OK;
}

enum err
accept_nodes_get(struct accept_nodes *ns, struct bytes name,
    struct accept_node **ret, struct diag *d)
{
	*ret = accept_nodes_find(ns, name);
	if (*ret != NULL)
		return ERR_OK;
	if (!ns->closed)
		return add_node(ns, name, ret, d);
	text_put_safe(&ns->notes, name);
	buf_str(&ns->notes,
	    " is none of the nodes that --nodes names, and left out\n");
	return buf_ok(&ns->notes) ? ERR_OK : diag_nomem(d);
}

/* "=ccm" or "=tftp" behind a node: the one of both that it runs. */
static enum err
take_role(struct accept_node *node, struct bytes role, struct diag *d)
{
	node->ccm = bytes_equal(role, bytes_of_str("ccm"));
	node->tftp = bytes_equal(role, bytes_of_str("tftp"));
	node->said = true;
	if (node->ccm || node->tftp)
		return ERR_OK;
	return diag_set(d, ERR_USAGE, "--nodes: '%.*s' is neither ccm nor tftp",
	    role.len > 40 ? 40 : (int)role.len, (const char *)role.ptr);
}

static enum err
take_node(struct accept_nodes *ns, struct bytes word, struct diag *d)
{
	const uint8_t *is = memchr(word.ptr, '=', word.len);
	struct accept_node *node;
	struct bytes name = word;
	enum err e;

	if (is != NULL)
		name.len = (size_t)(is - word.ptr);
	if (name.len == 0)
		return diag_set(d, ERR_USAGE, "--nodes: a node has no name");
	e = accept_nodes_get(ns, name, &node, d);
	if (e == ERR_OK && is != NULL)
		e = take_role(node, bytes_of(is + 1, word.len - name.len - 1),
		    d);
	return e;
}

/* Those of "a,b=tftp". */
static enum err
take_nodes(struct accept_nodes *ns, const char *names, struct diag *d)
{
	enum err e = ERR_OK;
	size_t len;

	for (; e == ERR_OK && *names != '\0'; names += len) {
		names += strspn(names, ", ");
		len = strcspn(names, ", ");
		if (len > 0)
			e = take_node(ns, bytes_of(names, len), d);
	}
	ns->closed = true;
	if (e == ERR_OK && ns->num == 0)
		e = diag_set(d, ERR_USAGE, "--nodes names no node");
	return e;
}

/* ---- What lies in a folder ------------------------------------------------------ */

/* What the path of a file says: NODE/STEM.pem, or NODE.pem with no stem. */
struct placed {
	struct bytes node, stem;
};

static struct bytes
without_ending(struct bytes name)
{
	size_t i;

	for (i = name.len; i > 1; i--)
		if (name.ptr[i - 1] == '.')
			return bytes_of(name.ptr, i - 1);
	return name;
}

/* PATH is below the folder WHERE, or is it. */
static struct placed
placed_of(const char *where, const char *path)
{
	const char *rest = path, *slash;
	size_t len = strlen(where);

	if (strncmp(path, where, len) == 0 && path[len] != '\0')
		rest = path + len;
	else if (strrchr(path, '/') != NULL)
		rest = strrchr(path, '/');
	rest += strspn(rest, "/");
	slash = strchr(rest, '/');
	if (slash == NULL)
		return (struct placed){ .node = without_ending(
					    bytes_of_str(rest)) };
	return (struct placed){ .node = bytes_of(rest, (size_t)(slash - rest)),
		.stem = without_ending(bytes_of_str(slash + 1)) };
}

static bool
is_stem(struct bytes stem, const char *name)
{
	return stem.len == strlen(name) &&
	    strncasecmp((const char *)stem.ptr, name, stem.len) == 0;
}

static bool
is_port(struct bytes stem)
{
	return bytes_starts(stem, bytes_of_str("2443")) ||
	    bytes_starts(stem, bytes_of_str("5061"));
}

/* What one kind of folder does with a file; *RET_TAKEN: it is one of its. */
struct shelf {
	const char *option;
	const char *layout;
	enum err (*take)(struct accept_nodes *ns, const struct placed *at,
	    const char *path, bool *ret_taken, struct diag *d);
};

/* Loads PATH into *F, in place of nothing. */
static enum err
take_cert(struct cert_file *f, const char *path, struct diag *d)
{
	struct cert_file one;
	enum err e = load_cert(path, &one, d);

	if (e == ERR_OK && f->pasted.num_certs > 0)
		e = diag_set(d, ERR_EXISTS,
		    "there was one of that node already");
	if (e == ERR_OK)
		*f = one;
	else
		cert_file_clear(&one);
	return e;
}

static enum err
take_tvs(struct accept_nodes *ns, const struct placed *at, const char *path,
    bool *ret_taken, struct diag *d)
{
	struct accept_node *node;
	enum err e;

	*ret_taken = at->stem.len == 0 || is_stem(at->stem, "TVS");
	if (!*ret_taken)
		return ERR_OK;
	e = accept_nodes_get(ns, at->node, &node, d);
	return e == ERR_OK && node != NULL ? take_cert(&node->tvs, path, d) : e;
}

/* F is a CTL, and verifies by itself: what TVS would find on its disk. */
static enum err
check_disk(const struct ctl_file *f, struct diag *d)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	enum err e;

	if (ctl_kind(f) != CTL_KIND_CTL)
		return diag_set(d, ERR_UNSUPPORTED, "this is no CTL");
	e = ctl_verify(f, &self, &v, d);
	if (e != ERR_OK || v.status == CTL_VERIFIED)
		return e;
	return diag_set(d, ERR_POLICY, "it does not verify: %.200s", v.why.msg);
}

static enum err
take_disk(struct accept_nodes *ns, const struct placed *at, const char *path,
    bool *ret_taken, struct diag *d)
{
	struct accept_file one = { .f = NULL };
	struct accept_node *node;
	enum err e;

	*ret_taken = at->stem.len == 0 || is_stem(at->stem, "CTLFile");
	if (!*ret_taken)
		return ERR_OK;
	e = accept_nodes_get(ns, at->node, &node, d);
	if (e != ERR_OK || node == NULL)
		return e;
	e = accept_file_load(path, &one, d);
	if (e == ERR_OK)
		e = check_disk(one.f, d);
	if (e == ERR_OK && node->disk.f == NULL) {
		node->disk = one;
		return ERR_OK;
	}
	accept_file_clear(&one);
	return e != ERR_OK
	    ? e
	    : diag_set(d, ERR_EXISTS, "there was one of that node already");
}

static enum err
take_port(struct accept_node *node, const struct placed *at, const char *path,
    struct diag *d)
{
	struct accept_served *more, one = { .where = NULL };
	enum err e = take_cert(&one.file, path, d);

	if (e != ERR_OK)
		return e;
	one.where = strndup((const char *)at->stem.ptr, at->stem.len);
	more = reallocarray(node->served, node->num_served + 1, sizeof(*more));
	if (more != NULL)
		node->served = more;
	if (more == NULL || one.where == NULL) {
		free(one.where);
		cert_file_clear(&one.file);
		return diag_nomem(d);
	}
	node->served[node->num_served++] = one;
	return ERR_OK;
}

static enum err
take_served(struct accept_nodes *ns, const struct placed *at, const char *path,
    bool *ret_taken, struct diag *d)
{
	bool port = is_port(at->stem) || is_stem(at->stem, "CallManager-ECDSA");
	bool own = is_stem(at->stem, "CallManager");
	struct accept_node *node;
	enum err e;

	*ret_taken = port || own || is_stem(at->stem, "CAPF");
	if (!*ret_taken)
		return ERR_OK;
	e = accept_nodes_get(ns, at->node, &node, d);
	if (e != ERR_OK || node == NULL)
		return e;
	if (!node->said)
		node->ccm = node->ccm || is_port(at->stem);
	if (port)
		return take_port(node, at, path, d);
	return take_cert(own ? &node->callmanager : &node->capf, path, d);
}

static const struct shelf shelf_tvs = { "--tvs-certs",
	"NODE.pem or NODE/TVS.pem", take_tvs };
static const struct shelf shelf_disk = { "--tvs-ctl-cache",
	"NODE.tlv or NODE/CTLFile.tlv", take_disk };
static const struct shelf shelf_served = { "--served",
	"NODE/CallManager.pem, NODE/CallManager-ECDSA.pem, NODE/CAPF.pem, "
	"NODE/2443*.pem or NODE/5061*.pem",
	take_served };

/* What cannot be read is said and left out. */
static enum err
take_one(struct accept_nodes *ns, const struct shelf *sh, const char *where,
    const char *path, struct out *out, struct diag *d)
{
	struct placed at = placed_of(where, path);
	struct diag why;
	bool taken = false;
	enum err e;

	diag_init(&why);
	e = sh->take(ns, &at, path, &taken, &why);
	if (e == ERR_NOMEM || e == ERR_TOO_BIG) {
		*d = why;
		return e;
	}
	if (e != ERR_OK)
		out_error(out, path, &why);
	if (!taken) {
		text_put_safe(&ns->notes, bytes_of_str(path));
		buf_printf(&ns->notes, " is left out: %s takes %s\n",
		    sh->option, sh->layout);
	}
	return buf_ok(&ns->notes) ? ERR_OK : diag_nomem(d);
}

static enum err
load_shelf(struct accept_nodes *ns, const struct shelf *sh, const char *where,
    struct out *out, struct diag *d)
{
	struct cert_paths paths = { .num = 0 };
	enum err e;
	size_t i;

	if (!cert_paths_is_folder(where))
		return diag_set(d, ERR_ABSENT, "there is no such folder");
	e = cert_paths_add(&paths, where, d);
	for (i = 0; e == ERR_OK && i < paths.num; i++)
		e = take_one(ns, sh, where, paths.at[i], out, d);
	cert_paths_clear(&paths);
	return e;
}

/* ---- ITLs ----------------------------------------------------------------------- */

/* The host of the first TFTP server of F. */
static struct bytes
host_of_itl(const struct ctl_file *f)
{
	const struct ctl_record *r;
	struct bytes host;
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		host = ctl_record_text(r, CTL_REC_DNS_NAME);
		if (ctl_record_is_server(r) && r->role != CTL_ROLE_CCM &&
		    host.len > 0)
			return host;
	}
	return bytes_of(NULL, 0);
}

/* Whose ITL the file PATH is. */
static struct bytes
node_of_itl(const char *path, const struct ctl_file *f)
{
	const char *slash = strrchr(path, '/'), *from = slash;
	struct bytes stem = without_ending(
	    bytes_of_str(slash == NULL ? path : slash + 1));

	if (!is_stem(stem, "ITLFile"))
		return stem;
	if (slash == NULL || slash == path)
		return host_of_itl(f);
	while (from > path && from[-1] != '/')
		from--;
	stem = bytes_of(from, (size_t)(slash - from));
	if (stem.len == 0 || stem.ptr[0] == '.')
		return host_of_itl(f);
	return stem;
}

static enum err
take_itl(struct accept_nodes *ns, const char *value, const char **ret_where,
    struct diag *d)
{
	const char *is = strchr(value, '=');
	struct accept_file one = { .f = NULL };
	struct accept_node *node = NULL;
	struct bytes name;
	enum err e;

	*ret_where = is == NULL ? value : is + 1;
	e = accept_file_load(*ret_where, &one, d);
	if (e == ERR_OK && ctl_kind(one.f) != CTL_KIND_ITL)
		e = diag_set(d, ERR_UNSUPPORTED, "this is no ITL");
	if (e == ERR_OK) {
		name = is == NULL ? node_of_itl(value, one.f)
				  : bytes_of(value, (size_t)(is - value));
		if (name.len == 0)
			e = diag_set(d, ERR_USAGE,
			    "nothing says whose ITL this is; say "
			    "--itl NODE=FILE");
	}
	if (e == ERR_OK)
		e = accept_nodes_get(ns, name, &node, d);
	if (e == ERR_OK && node != NULL && node->itl.f != NULL)
		e = diag_set(d, ERR_USAGE,
		    "there is an ITL of the node %s already, %s; say "
		    "--itl NODE=FILE",
		    node->name, node->itl.path);
	if (e == ERR_OK && node != NULL) {
		node->itl = one;
		if (!node->said)
			node->tftp = true;
	} else {
		accept_file_clear(&one);
	}
	return e;
}

enum err
accept_nodes_load(struct accept_nodes *ns, const struct accept_nodes_wish *w,
    struct out *out, const char **ret_where, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	*ret_where = NULL;
	if (w->nodes != NULL)
		e = take_nodes(ns, w->nodes, d);
	for (i = 0; e == ERR_OK && i < w->itls.num; i++)
		e = take_itl(ns, w->itls.at[i], ret_where, d);
	for (i = 0; e == ERR_OK && i < w->phone_itls.num; i++) {
		*ret_where = w->phone_itls.at[i];
		e = accept_held_take(ns, w->phone_itls.at[i], d);
	}
	if (e == ERR_OK && (*ret_where = w->tvs_certs) != NULL)
		e = load_shelf(ns, &shelf_tvs, w->tvs_certs, out, d);
	if (e == ERR_OK && (*ret_where = w->served) != NULL)
		e = load_shelf(ns, &shelf_served, w->served, out, d);
	if (e == ERR_OK && (*ret_where = w->ctl_cache) != NULL)
		e = load_shelf(ns, &shelf_disk, w->ctl_cache, out, d);
	if (e == ERR_OK && (*ret_where = w->sast_trust) != NULL)
		e = cert_pile_load(w->sast_trust, &ns->trust, out, d);
	ns->has_tvs = w->tvs_certs != NULL;
	ns->has_served = w->served != NULL;
	ns->has_cache = w->ctl_cache != NULL;
	/* what could not be read may be the one that matters */
	ns->has_trust = w->sast_trust != NULL &&
	    ns->trust.num == ns->trust.paths.num;
	return e;
}

/* ---- What the lists say --------------------------------------------------------- */

/* The node that R, a record of a server, is about, or NULL. */
static struct accept_node *
node_of_record(const struct accept_nodes *ns, const struct ctl_record *r)
{
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);
	struct bytes raw = ctl_record_value(r, CTL_REC_ADDRESS);
	int family = raw.len == 4 ? AF_INET : AF_INET6;
	char text[INET6_ADDRSTRLEN] = "";
	struct accept_node *node = NULL;

	if (host.len > 0)
		node = accept_nodes_find(ns, host);
	if (node != NULL || (raw.len != 4 && raw.len != 16) ||
	    inet_ntop(family, raw.ptr, text, sizeof(text)) == NULL)
		return node;
	return accept_nodes_find(ns, bytes_of_str(text));
}

static enum err
add_record(struct accept_nodes *ns, const struct ctl_record *r, struct diag *d)
{
	struct accept_node *node = node_of_record(ns, r);
	struct bytes host = ctl_record_text(r, CTL_REC_DNS_NAME);
	enum err e = ERR_OK;

	if (node == NULL && !ns->closed && host.len > 0 &&
	    r->role != CTL_ROLE_CCM)
		e = add_node(ns, host, &node, d);
	if (node == NULL)
		return e;
	if (!node->said) {
		node->tftp = node->tftp || r->role != CTL_ROLE_CCM;
		node->ccm = node->ccm || r->role != CTL_ROLE_TFTP;
	}
	if (node->address == NULL && host.len > 0) {
		node->address = strndup((const char *)host.ptr, host.len);
		if (node->address == NULL)
			return diag_nomem(d);
	}
	return ERR_OK;
}

enum err
accept_nodes_add_list(struct accept_nodes *ns, const struct ctl_file *f,
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 1; e == ERR_OK && i <= ctl_num_records(f); i++)
		if (ctl_record_is_server(ctl_record(f, i)))
			e = add_record(ns, ctl_record(f, i), d);
	return e;
}

/* ---- The end -------------------------------------------------------------------- */

static void
clear_node(struct accept_node *node)
{
	size_t i;

	for (i = 0; i < node->num_served; i++) {
		free(node->served[i].where);
		cert_file_clear(&node->served[i].file);
	}
	free(node->served);
	accept_file_clear(&node->itl);
	accept_file_clear(&node->disk);
	cert_file_clear(&node->tvs);
	cert_file_clear(&node->callmanager);
	cert_file_clear(&node->capf);
	free(node->name);
	free(node->address);
}

void
accept_nodes_clear(struct accept_nodes *ns)
{
	size_t i;

	for (i = 0; ns->served != NULL && i < ns->num; i++)
		free(ns->served[i]);
	for (i = 0; i < ns->num; i++)
		clear_node(&ns->node[i]);
	for (i = 0; ns->spelt != NULL && i <= ns->num_spelt; i++)
		trust_spelling_clear(&ns->spelt[i]);
	for (i = 0; i < ns->num_held_itls; i++)
		accept_file_clear(&ns->held_itl[i]);
	free(ns->held_itl);
	free(ns->node);
	free(ns->works);
	free(ns->served);
	free(ns->tvs);
	free(ns->spelt);
	free(ns->names);
	cert_pile_clear(&ns->trust);
	buf_clear(&ns->notes);
	memset(ns, 0, sizeof(*ns));
}
