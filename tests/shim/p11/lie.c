/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/shim/p11/p11fault.h"

#define LIE_HUGE_LENGTH 0x7fffffffUL
#define LIE_OVER_LENGTH 1000UL

static struct rule *
find_function(enum p11_fn fn)
{
	struct rule *r = NULL;

	while ((r = plan_next(RULE_LIE, r)) != NULL)
		if (r->fn == fn)
			return r;
	return NULL;
}

static struct rule *
find_attribute(CK_ATTRIBUTE_TYPE type)
{
	struct rule *r = NULL;

	while ((r = plan_next(RULE_LIE, r)) != NULL)
		if (r->fn == FN_NONE && r->what == type)
			return r;
	return NULL;
}

/* Who asks for a length alone is told it, but for the two crudest lies. */
static bool
lies_now(struct rule *r, bool fetching)
{
	bool both = r->lie == LIE_HUGE || r->lie == LIE_UNAVAILABLE;

	if (!(fetching || both) || !rule_fires(r))
		return false;
	call_note("fault=lie");
	return true;
}

static CK_ULONG
false_length(const struct rule *r, CK_ULONG room, CK_ULONG len)
{
	switch (r->lie) {
	case LIE_HUGE:
		return LIE_HUGE_LENGTH;
	case LIE_OVER:
		return room + LIE_OVER_LENGTH;
	case LIE_SHORT:
		return len == 0 ? 0 : len - 1;
	case LIE_ZERO:
		return 0;
	case LIE_GROW:
	case LIE_UNAVAILABLE:
		return CK_UNAVAILABLE_INFORMATION;
	case LIE_NONE:
	default:
		return len;
	}
}

bool
lie_begin(struct p11_lie *l, enum p11_fn fn, bool fetching,
    const CK_ULONG *count)
{
	struct rule *r = find_function(fn);

	l->fn = fn;
	l->fetching = fetching;
	l->room = count == NULL ? 0 : *count;
	l->refused = r != NULL && count != NULL && r->lie == LIE_GROW &&
	    fetching && lies_now(r, fetching);
	return l->refused;
}

CK_RV
lie_end(const struct p11_lie *l, CK_ULONG *count, CK_RV rv)
{
	struct rule *r = find_function(l->fn);

	if (r == NULL || rv != CKR_OK || count == NULL)
		return rv;
	if (l->refused) {
		(*count)++;
		return CKR_BUFFER_TOO_SMALL;
	}
	if (r->lie != LIE_GROW && lies_now(r, l->fetching))
		*count = false_length(r, l->room, *count);
	return rv;
}

CK_RV
lie_attribute(CK_ATTRIBUTE *a, CK_ULONG room, CK_RV rv)
{
	struct rule *r = find_attribute(a->type);

	if (r == NULL || a->ulValueLen == CK_UNAVAILABLE_INFORMATION ||
	    !lies_now(r, a->pValue != NULL))
		return rv;
	a->ulValueLen = false_length(r, room, a->ulValueLen);
	return r->lie == LIE_GROW ? CKR_BUFFER_TOO_SMALL : rv;
}
