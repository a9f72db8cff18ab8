/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accept_held.h"

#include <stdlib.h>

enum err
accept_held_take(struct accept_nodes *ns, const char *path, struct diag *d)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct accept_file one = { .f = NULL }, *more;
	struct ctl_verdict v;
	enum err e;

	e = accept_file_load(path, &one, d);
	if (e == ERR_OK && ctl_kind(one.f) != CTL_KIND_ITL)
		e = diag_set(d, ERR_UNSUPPORTED, "this is no ITL");
	if (e == ERR_OK)
		e = ctl_verify(one.f, &self, &v, d);
	if (e == ERR_OK && v.status != CTL_VERIFIED)
		e = diag_set(d, ERR_POLICY,
		    "it does not verify, so no phone holds it: %.200s",
		    v.why.msg);
	if (e == ERR_OK) {
		more = reallocarray(ns->held_itl, ns->num_held_itls + 1,
		    sizeof(*more));
		if (more != NULL)
			ns->held_itl = more;
		e = more == NULL ? diag_nomem(d) : ERR_OK;
	}
	if (e == ERR_OK)
		ns->held_itl[ns->num_held_itls++] = one;
	else
		accept_file_clear(&one);
	return e;
}

/* ITL has C as TVS. */
static enum err
itl_has(const struct ctl_file *itl, const struct cert *c, bool *ret,
    struct diag *d)
{
	enum ctl_identity identity = CTL_OTHER_CERT;
	const struct ctl_record *r;
	enum err e = ERR_OK;
	size_t i;

	*ret = false;
	for (i = 1; e == ERR_OK && !*ret && i <= ctl_num_records(itl); i++) {
		r = ctl_record(itl, i);
		if (!r->has_role || r->role != CTL_ROLE_TVS)
			continue;
		e = ctl_identify(itl, i, c, &identity, d);
		*ret = e == ERR_OK && identity == CTL_SAME_CERT;
	}
	return e;
}

/* A phone with the installed list can have ITL: that list verifies it, or,
 * where none is known, it verifies by itself. */
static enum err
can_hold(const struct accept_nodes *ns, const struct ctl_file *itl, bool *ret,
    struct diag *d)
{
	struct ctl_anchor anchor = { .kind = ns->installed == NULL
		    ? CTL_ANCHOR_SELF
		    : CTL_ANCHOR_TRUSTED,
		.trusted = ns->installed };
	struct ctl_verdict v;
	enum err e = ctl_verify(itl, &anchor, &v, d);

	*ret = e == ERR_OK && v.status == CTL_VERIFIED;
	return e;
}

/* The ITLs that phones may hold, into RET, which has room. */
static enum err
find_held(const struct accept_nodes *ns, const struct ctl_file **ret,
    size_t *ret_num, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i, n = 0;
	bool can;

	for (i = 0; i < ns->num_held_itls; i++)
		ret[n++] = ns->held_itl[i].f;
	for (i = 0; e == ERR_OK && ns->num_held_itls == 0 && i < ns->num; i++) {
		if (ns->node[i].itl.f == NULL)
			continue;
		e = can_hold(ns, ns->node[i].itl.f, &can, d);
		if (e == ERR_OK && can)
			ret[n++] = ns->node[i].itl.f;
	}
	*ret_num = n;
	return e;
}

/* Every one of ITLS has the certificate that TVS of NODE shows: phones may hold
 * any of them. */
static enum err
judge_tvs(const struct accept_node *node, const struct ctl_file *const *itls,
    size_t num, enum trust_known *ret, struct diag *d)
{
	const struct cert *c = node->tvs.pasted.num_certs == 0
	    ? NULL
	    : node->tvs.pasted.certs[0];
	enum err e = ERR_OK;
	bool has = true;
	size_t i;

	*ret = TRUST_NOT_KNOWN;
	for (i = 0; c != NULL && e == ERR_OK && has && i < num; i++) {
		e = itl_has(itls[i], c, &has, d);
		*ret = has ? TRUST_YES : TRUST_NO;
	}
	return e;
}

enum err
accept_held_ready(struct accept_nodes *ns, struct diag *d)
{
	const struct ctl_file **itls = calloc(ns->num + ns->num_held_itls + 1,
	    sizeof(*itls));
	enum err e = ERR_OK;
	size_t i, num;

	ns->tvs = calloc(ns->num + 1, sizeof(*ns->tvs));
	if (ns->tvs == NULL || itls == NULL)
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = find_held(ns, itls, &num, d);
	for (i = 0; e == ERR_OK && i < ns->num; i++) {
		ns->tvs[i].node = ns->node[i].name;
		ns->tvs[i].disk = ns->node[i].disk.f;
		e = judge_tvs(&ns->node[i], itls, num, &ns->tvs[i].certificate,
		    d);
	}
	free(itls);
	return e;
}
