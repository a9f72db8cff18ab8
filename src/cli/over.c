/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/over.h"

#include "base/text.h"

bool
over_is_list(struct bytes old)
{
	static const uint8_t begin[] = { CTL_HDR_VERSION, 0, 2 };

	return bytes_starts(old, bytes_of(begin, sizeof(begin)));
}

/* What does not parse. */
static enum err
damaged(const char *path, const struct over_rules *rules,
    const struct diag *why, struct diag *d)
{
	if (rules->leave.orphan_phones)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "%.160s begins as a list does, but is damaged: %.160s; what "
	    "phones hold cannot be told from it (--orphan-phones replaces it "
	    "all the same)",
	    path, why->msg);
}

static enum err
check_kind(const struct ctl_file *f, const char *path, enum ctl_kind kind,
    struct diag *d)
{
	if (!ctl_is_list(f) || ctl_kind(f) == kind)
		return ERR_OK;
	return diag_set(d, ERR_POLICY,
	    "%.160s is of another kind (%s) than the file that would replace "
	    "it (%s): choose another name",
	    path, ctl_kind_name(ctl_kind(f)), ctl_kind_name(kind));
}

static enum err
verify(const struct ctl_file *f, const char *path,
    const struct over_rules *rules, struct diag *d)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	enum err e;

	if (rules->unverified || !ctl_is_list(f))
		return ERR_OK;
	e = ctl_verify(f, &self, &v, d);
	if (e != ERR_OK || v.status == CTL_VERIFIED)
		return e;
	return diag_set(d, ERR_POLICY,
	    "%.160s does not verify, so no phone holds it: %.200s "
	    "(--unverified replaces it all the same)",
	    path, v.why.msg);
}

enum err
over_read(struct bytes old, const char *path, enum ctl_kind kind,
    const struct over_rules *rules, struct ctl_file **ret, struct diag *d)
{
	struct ctl_file *f = NULL;
	struct diag why;
	enum err e;

	*ret = NULL;
	if (!over_is_list(old))
		return ERR_OK;
	diag_init(&why);
	e = ctl_parse(old, CTL_KIND_AUTO, &f, &why);
	if (e == ERR_NOMEM)
		return diag_nomem(d);
	if (e != ERR_OK)
		return damaged(path, rules, &why, d);
	e = check_kind(f, path, kind, d);
	if (e == ERR_OK)
		e = verify(f, path, rules, d);
	if (e == ERR_OK && ctl_is_list(f))
		*ret = f;
	else
		ctl_free(&f);
	return e;
}

bool
over_is_later(const struct ctl_file *old, const struct ctl_file *new,
    struct buf *then)
{
	uint32_t was, is;

	if (!ctl_header_number(ctl_header(old), CTL_HDR_TIMESTAMP, &was) ||
	    !ctl_header_number(ctl_header(new), CTL_HDR_TIMESTAMP, &is) ||
	    is > was)
		return true;
	text_put_rfc3339(then, was);
	return false;
}
