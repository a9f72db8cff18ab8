/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_ledger.h"

#include <stdlib.h>
#include <string.h>

/* What the path of a request says. */
struct owner {
	struct bytes node; /* absent: not said */
	const char *unit;  /* likewise NULL */
};

/* NODE-UNIT, where there is such a unit: the longest, since CallManager-ECDSA
 * is one as well. */
static void
split(const struct profiles *p, struct bytes stem, struct owner *ret)
{
	size_t i;

	for (i = 1; i + 1 < stem.len; i++) {
		if (stem.ptr[i] != '-')
			continue;
		ret->unit = profiles_unit_named(p,
		    (const char *)stem.ptr + i + 1, stem.len - i - 1);
		if (ret->unit != NULL) {
			ret->node = bytes_of(stem.ptr, i);
			return;
		}
	}
}

/* PATH is below the folder WHERE. */
static void
read_path(const struct profiles *p, const char *where, const char *path,
    struct owner *ret)
{
	const char *rest = path + strlen(where), *slash, *before, *end;

	*ret = (struct owner){ .unit = NULL };
	while (*rest == '/')
		rest++;
	if (*rest == '\0') /* one file alone */
		rest = strrchr(path, '/') == NULL ? path
						  : strrchr(path, '/') + 1;
	slash = strrchr(rest, '/');
	before = slash == NULL ? rest : slash + 1;
	end = strrchr(before, '.');
	if (end == NULL)
		end = before + strlen(before);
	ret->unit = profiles_unit_named(p, before, (size_t)(end - before));
	if (slash != NULL) {
		const char *node = slash;

		while (node > rest && node[-1] != '/')
			node--;
		ret->node = bytes_of(node, (size_t)(slash - node));
	} else if (ret->unit == NULL) {
		split(p, bytes_of(before, (size_t)(end - before)), ret);
	}
}

/* Who made CSR, as far as its file says, else by its CN. */
static enum err
name_node(const struct owner *o, const struct csr *csr, struct buf *ret,
    struct diag *d)
{
	struct diag why;
	enum err e = ERR_OK;

	diag_init(&why);
	if (o->node.len > 0)
		buf_put(ret, o->node);
	else
		e = csr_put_cn(csr, ret, &why);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	if (ret->len == 0)
		buf_str(ret, "?");
	return buf_cstr(ret) == NULL ? diag_nomem(d) : ERR_OK;
}

static enum err
add_file(struct cert_ledger *l, const struct cert_file *f,
    const struct owner *owner, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < f->pasted.num_csrs; i++) {
		const struct csr *csr = f->pasted.csrs[i];
		struct buf *node = &l->node[l->num_nodes++];

		e = name_node(owner, csr, node, d);
		if (e == ERR_OK)
			l->request[l->num++] = (struct fit_request){
				.node = (const char *)node->ptr,
				.unit = owner->unit,
				.file = f->path,
				.csr = csr
			};
	}
	return e;
}

enum err
cert_ledger_load(const char *where, const struct profiles *profiles,
    struct cert_ledger *l, struct out *out, struct diag *d)
{
	struct owner owner;
	size_t i, n = 0;
	enum err e;

	memset(l, 0, sizeof(*l));
	e = cert_pile_load(where, &l->pile, out, d);
	for (i = 0; i < l->pile.num; i++)
		n += l->pile.file[i].pasted.num_csrs;
	if (e != ERR_OK || n == 0)
		return e;
	l->request = calloc(n, sizeof(*l->request));
	l->node = calloc(n, sizeof(*l->node));
	if (l->request == NULL || l->node == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < l->pile.num; i++) {
		read_path(profiles, where, l->pile.file[i].path, &owner);
		e = add_file(l, &l->pile.file[i], &owner, d);
	}
	return e;
}

void
cert_ledger_clear(struct cert_ledger *l)
{
	size_t i;

	for (i = 0; i < l->num_nodes; i++)
		buf_clear(&l->node[i]);
	free(l->node);
	free(l->request);
	cert_pile_clear(&l->pile);
	memset(l, 0, sizeof(*l));
}
