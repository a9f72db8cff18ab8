/* SPDX-License-Identifier: Apache-2.0 */
/* W1: the ITLs of the TFTP nodes. */
#include "trust/signer.h"
#include "trust/works_parts.h"

/* The phone, as it asks once it holds the list. */
static struct trust_phone
phone_of(const struct works_job *w)
{
	struct trust_phone phone = { .installed = NULL };

	if (w->in->phone != NULL)
		phone = *w->in->phone;
	phone.installed = w->in->list;
	phone.asks_tvs = (w->traits & CLASS_ASKS_TVS) != 0;
	return phone;
}

/* How the signature of ITL looks, by the list, or (the list NULL) by the SASTs
 * of its own. */
static enum err
check(const struct works_job *w, const struct ctl_file *itl,
    const struct ctl_file *list, struct ctl_verdict *ret)
{
	struct ctl_anchor anchor = { .kind = list == NULL ? CTL_ANCHOR_SELF
							  : CTL_ANCHOR_TRUSTED,
		.trusted = list,
		.memo = w->in->memo };

	return ctl_verify(itl, &anchor, ret, w->d);
}

/* The list has the signer. */
static enum err
judge_by_list(struct works_job *w, const struct works_node *n,
    const struct trust_judgement *j)
{
	struct ctl_verdict v;
	enum err e;

	e = check(w, n->itl, w->in->list, &v);
	if (e != ERR_OK)
		return e;
	if (v.status == CTL_VERIFIED)
		works_say(w, WORKS_ITL, WORKS_YES,
		    "the ITL of %s verifies with record %zu of the list",
		    n->name, j->record);
	else
		works_say(w, WORKS_ITL,
		    v.status == CTL_FAILED ? WORKS_NO : WORKS_UNKNOWN,
		    "the ITL of %s does not verify with record %zu of the "
		    "list: %s",
		    n->name, j->record, v.why.msg);
	return ERR_OK;
}

/* TVS answers for a name; the signature has to be right all the same, which the
 * ITL shows if it has its signer. */
static enum err
judge_by_tvs(struct works_job *w, const struct works_node *n,
    const struct trust_judgement *j)
{
	struct ctl_verdict v;
	enum err e;

	e = check(w, n->itl, NULL, &v);
	if (e != ERR_OK)
		return e;
	if (v.status == CTL_VERIFIED)
		works_say(w, WORKS_ITL, WORKS_YES,
		    "the ITL of %s verifies through TVS: %s", n->name,
		    j->why.msg);
	else if (v.status == CTL_FAILED && v.rule != CTL_RULE_SIGNER_UNKNOWN)
		works_say(w, WORKS_ITL, WORKS_NO,
		    "the signature of the ITL of %s is wrong: %s", n->name,
		    v.why.msg);
	else
		works_say(w, WORKS_ITL, WORKS_UNKNOWN,
		    "TVS vouches for the signer of the ITL of %s, but its "
		    "signature cannot be checked: missing the signer's "
		    "certificate",
		    n->name);
	return ERR_OK;
}

static void
say_refused(struct works_job *w, const struct works_node *n,
    const struct trust_judgement *j)
{
	if (j->record != 0)
		works_say(w, WORKS_ITL, WORKS_NO,
		    "the signer of the ITL of %s is record %zu of the list, "
		    "but with another key or in another spelling; make that "
		    "record anew, as this ITL has it",
		    n->name, j->record);
	else if (j->rule == TRUST_RULE_TVS)
		works_say(w, WORKS_ITL, WORKS_NO,
		    "the ITL of %s is signed by %s, which is no SAST of the "
		    "list, and TVS of %s does not vouch for it; add it to the "
		    "list as SAST",
		    n->name, signer_text(n->itl).text,
		    j->node == NULL ? "its group" : j->node);
	else
		works_say(w, WORKS_ITL, WORKS_NO,
		    "the ITL of %s is signed by %s, which is no SAST of the "
		    "list; add it to the list as SAST",
		    n->name, signer_text(n->itl).text);
}

static enum err
judge_node(struct works_job *w, const struct works_node *n)
{
	struct trust_phone phone = phone_of(w);
	struct trust_judgement j;

	trust_judge(&phone, n->itl, &j);
	switch (j.verdict) {
	case TRUST_ACCEPTS_FIRST:
	case TRUST_ACCEPTS:
		return judge_by_list(w, n, &j);
	case TRUST_THROUGH_TVS:
		return judge_by_tvs(w, n, &j);
	case TRUST_UNKNOWN:
		works_say(w, WORKS_ITL, WORKS_UNKNOWN, "the ITL of %s: %s",
		    n->name, j.why.msg);
		break;
	case TRUST_REFUSES:
		say_refused(w, n, &j);
		break;
	}
	return ERR_OK;
}

enum err
works_itl(struct works_job *w)
{
	const struct works_input *in = w->in;
	enum err e = ERR_OK;
	size_t i;

	if ((w->traits & CLASS_HAS_ITL) == 0) {
		works_say(w, WORKS_ITL, WORKS_NOT_NEEDED,
		    "phones of this class take no ITL");
		return ERR_OK;
	}
	for (i = 0; e == ERR_OK && i < in->num_nodes; i++) {
		if (in->nodes[i].itl != NULL && in->nodes[i].tftp != TRUST_NO)
			e = judge_node(w, &in->nodes[i]);
		else if (in->nodes[i].tftp != TRUST_NO)
			works_say(w, WORKS_ITL, WORKS_UNKNOWN,
			    "missing the ITL of %s%s", in->nodes[i].name,
			    in->nodes[i].tftp == TRUST_YES
				? ""
				: ", if it is a TFTP node");
	}
	if (e == ERR_OK && w->ret->why[WORKS_ITL].msg[0] == '\0')
		works_say(w, WORKS_ITL, WORKS_UNKNOWN,
		    "missing the ITL of each TFTP node");
	return e;
}
