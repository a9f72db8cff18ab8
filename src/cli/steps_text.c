/* SPDX-License-Identifier: Apache-2.0 */
/* An order, for people. */
#include <string.h>

#include "base/text.h"
#include "cli/fill.h"
#include "cli/steps.h"
#include "cli/table.h"
#include "cli/token_print.h"

#define INDENT 4
#define WHY_INDENT 5 /* behind "  1. " */
#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* ---- What is done. ---- */

static const struct {
	const char *renew;
	const char *restart;
} acts[ORDER_NUM_CHANGES] = {
	[ORDER_CALLMANAGER] = { "set cert regen CallManager",
	    "utils service restart of each: Cisco Tftp, Cisco CallManager, "
	    "Cisco CTIManager, Cisco Trust Verification Service; from 14 on "
	    "Cisco HAProxy too" },
	[ORDER_CALLMANAGER_ECDSA] = { "set cert regen CallManager-ECDSA",
	    "utils service restart of each: Cisco CallManager; from 14 on "
	    "Cisco HAProxy too" },
	[ORDER_CAPF] = { "set cert regen CAPF",
	    "utils service restart of each: Cisco Certificate Authority Proxy "
	    "Function; then, on all nodes that run them, Cisco Trust "
	    "Verification Service, Cisco Tftp" },
	[ORDER_TVS] = { "set cert regen TVS",
	    "utils service restart of each: Cisco Trust Verification Service, "
	    "Cisco Tftp" },
	[ORDER_ITLRECOVERY] = { "set cert regen ITLRecovery",
	    "utils service restart Cisco Tftp, on all TFTP servers" },
	[ORDER_TOMCAT] = { "set cert regen tomcat",
	    "utils service restart Cisco Tomcat" },
	[ORDER_IPSEC] = { "set cert regen ipsec",
	    "utils service restart of each: Cisco DRF Local; on the publisher "
	    "Cisco DRF Master before it" },
	[ORDER_ADDRESS] = { "set network ip",
	    "utils system restart, if it was not" },
	[ORDER_UPGRADE] = { "utils system upgrade", "utils system restart" },
};

/* CallManager of several nodes is uploaded: the appliance would make one of
 * this node alone. */
static const char *
renew_of(const struct steps *s, const struct order_step *step)
{
	if (step->change == ORDER_CALLMANAGER && s->node[step->node].multi_san)
		return "upload the new CallManager certificate, of all its "
		       "nodes (never set cert regen, which makes one of this "
		       "node alone)";
	return acts[step->change].renew;
}

static const char *
upload_of(const struct order_step *step)
{
	if (step->change == ORDER_TO_TOKEN)
		return "upload the new tokens' certificates as "
		       "Phone-SAST-trust; utils service restart Cisco Trust "
		       "Verification Service, on all nodes";
	return step->change == ORDER_ITLRECOVERY
	    ? "upload the ITLRecovery certificate as Phone-SAST-trust; utils "
	      "service restart Cisco Trust Verification Service, on all nodes"
	    : "upload the node's CallManager certificate as "
	      "Phone-SAST-trust; utils service restart Cisco Trust "
	      "Verification Service, on all nodes";
}

/* A list is served once Cisco Tftp has read it; the changed node's services
 * are a step of their own. */
static void
put_services(const struct order_step *step, struct buf *out)
{
	if (step->change == ORDER_ITLRECOVERY)
		return; /* all TFTP servers are restarted next */
	buf_str(out,
	    step->change == ORDER_NUM_CHANGES
		? "; utils service restart of each: Cisco Tftp, Cisco "
		  "CallManager, on all nodes that run them"
		: "; utils service restart Cisco Tftp, on all TFTP servers");
}

/* From 14 on there is no CTL Client, and nobody says that what is put there
 * otherwise is served. */
static const char *
signing_of(const struct steps *s)
{
	return s->in.release < 1400 && s->in.upgrade_to < 1400
	    ? "have a token sign the list: CTL Client (Update CTL File), or "
	      "ctlsmith edit or build"
	    : "have a token sign the list: ctlsmith edit or build; from 14 on "
	      "there is no CTL Client, and it is not documented that such a "
	      "list is served: show ctl must print it on every node";
}

void
steps_put_command(const struct steps *s, const struct order_step *step,
    struct buf *out)
{
	switch (step->kind) {
	case ORDER_RENEW:
		buf_str(out, renew_of(s, step));
		break;
	case ORDER_UPDATE_CTL:
		buf_str(out, "utils ctl update CTLFile");
		put_services(step, out);
		break;
	case ORDER_LOCALKEY:
		buf_str(out, "utils ctl reset localkey");
		put_services(step, out);
		break;
	case ORDER_SIGN_TOKEN:
		buf_str(out, signing_of(s));
		put_services(step, out);
		break;
	case ORDER_TRUST_UPLOAD:
		buf_str(out, upload_of(step));
		break;
	case ORDER_RESTART:
		buf_str(out, acts[step->change].restart);
		break;
	case ORDER_FETCH:
		buf_str(out,
		    "reset all phones; go on only when each is back and shows "
		    "the checksums that show ctl and show itl print on its "
		    "TFTP server (that of the CTL is the same on all); being "
		    "registered is no proof");
		break;
	}
}

/* Who acts. */
static const char *
where_of(const struct steps *s, const struct order_step *step)
{
	if (step->kind == ORDER_FETCH)
		return "phones";
	if (step->kind == ORDER_SIGN_TOKEN)
		return "token";
	return s->name[step->node];
}

/* ---- Layout. ---- */

static void
put_line(struct buf *out, const struct buf *text, size_t indent)
{
	struct fill fill = fill_for_stdout();
	struct buf safe = { 0 };

	text_put_safe(&safe, buf_bytes(text));
	out->failed |= !buf_ok(text) || !buf_ok(&safe);
	fill_put(&fill, out, buf_bytes(&safe), indent);
	buf_clear(&safe);
}

static void
put_sentence(struct buf *out, const char *head, const char *sentence)
{
	struct buf text = { 0 };

	buf_printf(&text, "%s%s.", head, sentence);
	put_line(out, &text, INDENT);
	buf_clear(&text);
}

/* "12. pub: COMMAND", and why under it. */
static void
put_step(const struct steps *s, const struct order *o, size_t i,
    struct buf *out)
{
	const struct order_step *step = &o->step[i];
	struct buf text = { 0 };

	buf_printf(&text, "%3zu. %s: ", i + 1, where_of(s, step));
	steps_put_command(s, step, &text);
	put_line(out, &text, WHY_INDENT);
	buf_clear(&text);
	buf_printf(&text, "%*s%s%s%s%s", WHY_INDENT, "", step->why.msg,
	    step->source == NULL ? "" : " [",
	    step->source == NULL ? "" : step->source,
	    step->source == NULL ? "" : "]");
	put_line(out, &text, WHY_INDENT);
	buf_clear(&text);
}

static void
put_rounds(const struct steps *s, const struct order *o, struct buf *out)
{
	size_t i, round = 0;

	for (i = 0; i < o->num; i++) {
		if (o->step[i].round != round) {
			round = o->step[i].round;
			buf_printf(out, "\nRound %zu\n", round);
		}
		put_step(s, o, i, out);
	}
}

/* ---- All rounds at a glance. ---- */

/* Appends "CallManager of pub, sub" for the renewals from FIRST on. */
static void
put_changes(const struct steps *s, const struct order *o, size_t first,
    struct buf *out)
{
	const struct order_step *step, *last = NULL;
	size_t i;

	for (i = first; i < o->num && o->step[i].round == o->step[first].round;
	     i++) {
		step = &o->step[i];
		if (step->kind != ORDER_RENEW)
			continue;
		if (last == NULL || last->change != step->change)
			buf_printf(out, "%s%s of %s", last == NULL ? "" : "; ",
			    order_change_name(step->change),
			    s->name[step->node]);
		else
			buf_printf(out, ", %s", s->name[step->node]);
		last = step;
	}
}

/* Appends the upload and the list of the round. */
static void
put_list(const struct order *o, size_t first, struct buf *out)
{
	const struct order_step *step;
	size_t i;

	for (i = first; i < o->num && o->step[i].round == o->step[first].round;
	     i++) {
		step = &o->step[i];
		if (step->kind == ORDER_UPDATE_CTL ||
		    step->kind == ORDER_LOCALKEY ||
		    step->kind == ORDER_SIGN_TOKEN ||
		    (step->kind == ORDER_TRUST_UPLOAD &&
			(i == first || step[-1].kind != step->kind)))
			buf_printf(out, "%s%s", out->len == 0 ? "" : ", ",
			    order_kind_name(step->kind));
	}
}

static enum err
put_overview(const struct steps *s, const struct order *o, struct buf *out,
    struct diag *d)
{
	static const struct table_column columns[] = { { "ROUND", TABLE_RIGHT },
		{ "CHANGES", TABLE_WRAP }, { "LIST", 0 } };
	struct table *t = table_new(columns, NUM(columns));
	struct buf changes = { 0 }, list = { 0 };
	bool ok = true;
	size_t i;

	for (i = 0; i < o->num; i++) {
		if (i > 0 && o->step[i].round == o->step[i - 1].round)
			continue;
		put_changes(s, o, i, &changes);
		put_list(o, i, &list);
		ok = ok && buf_ok(&changes) && buf_ok(&list);
		table_row(t);
		table_printf(t, 0, "%zu", o->step[i].round);
		table_put(t, 1, buf_bytes(&changes));
		table_put(t, 2, buf_bytes(&list));
		buf_clear(&changes);
		buf_clear(&list);
	}
	if (ok)
		return token_put_table(&t, out, d);
	table_free(&t);
	return diag_nomem(d);
}

static void
put_through_tvs(const struct order *o, struct buf *out)
{
	unsigned classes = 0;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < o->num; i++)
		classes |= o->step[i].through_tvs;
	for (i = 0; i < CLASS_NUM; i++)
		if ((classes & 1u << i) != 0)
			buf_printf(&text, "%s%s", text.len == 0 ? "" : ", ",
			    class_name((enum class)i));
	if (classes != 0 && buf_cstr(&text) != NULL)
		put_sentence(out,
		    "Through TVS alone take a list: ", buf_cstr(&text));
	out->failed |= !buf_ok(&text);
	buf_clear(&text);
}

static void
put_helps(unsigned helps, struct buf *text)
{
	const char *sep = "";
	size_t i;

	for (i = 0; i < ORDER_NUM_HELPS; i++)
		if ((helps & 1u << i) != 0) {
			buf_printf(text, "%s%s", sep,
			    order_help_name((enum order_help)i));
			sep = ", ";
		}
}

static void
put_dead_ends(const struct order *o, struct buf *out)
{
	const struct order_dead_end *end;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < o->num_dead_ends; i++) {
		end = &o->dead_end[i];
		buf_printf(&text, "%s%s%s: %s%s%s%s",
		    order_kind_name(end->step.kind),
		    order_change_name(end->step.change)[0] == '\0' ? ""
								   : " for ",
		    order_change_name(end->step.change), end->why.msg,
		    end->rule[0] == '\0' ? "" : " [", end->rule,
		    end->rule[0] == '\0' ? "" : "]");
		put_line(out, &text, INDENT);
		buf_clear(&text);
	}
}

static void
put_verdict(const struct order *o, struct buf *out)
{
	struct buf text = { 0 };

	if (o->possible && o->num == 0)
		buf_str(&text, "There is nothing to do.");
	else if (o->possible)
		buf_printf(&text,
		    "%s %zu round%s: no phone is lost at any step.",
		    "There is an order, in", o->step[o->num - 1].round,
		    o->step[o->num - 1].round == 1 ? "" : "s");
	else if (o->helped)
		buf_str(&text,
		    "There is no order, unless more is allowed: change "
		    "nothing until then.");
	else
		buf_str(&text, "There is no order, whatever is allowed.");
	put_line(out, &text, 0);
	buf_clear(&text);
}

static void
put_used(const struct order *o, struct buf *out)
{
	struct buf text = { 0 };

	if (o->helps == 0)
		return;
	buf_str(&text, o->possible ? "It uses: " : "Allow: ");
	put_helps(o->helps, &text);
	buf_str(&text, o->possible ? "." : "; then:");
	put_line(out, &text, INDENT);
	buf_clear(&text);
}

/* What no order is: for phones that are lost already. */
static void
put_rest(const struct steps *s, struct buf *out)
{
	bool begun = s->in.served != NULL;
	size_t i;

	for (i = 0; i < s->in.num_wishes; i++)
		begun = begun || s->in.wishes[i].done;
	put_sentence(out, "",
	    begun ? "What is left: put the old certificates back from a "
		    "backup (DRS, ITLRecovery.p12), or erase the list on each "
		    "phone that is lost"
		  : "Nothing is lost yet: leave the cluster as it is, and "
		    "ask for less");
}

static void
put_answer(const struct steps *s, const struct order *o, struct buf *out)
{
	put_verdict(o, out);
	if (!o->possible && !o->helped)
		put_rest(s, out);
	if (!o->possible && o->num_dead_ends > 0) {
		buf_str(out, "Where it ends:\n");
		put_dead_ends(o, out);
	}
	put_used(o, out);
}

static bool
renews(const struct order *o)
{
	size_t i;

	for (i = 0; i < o->num; i++)
		if (o->step[i].kind == ORDER_RENEW &&
		    o->step[i].change < ORDER_ADDRESS)
			return true;
	return false;
}

enum err
steps_put(const struct steps *s, const struct order *o, struct buf *out,
    struct diag *d)
{
	enum err e;

	put_answer(s, o, out);
	if (o->num > 0)
		buf_str(out, "\n");
	e = put_overview(s, o, out, d);
	if (e != ERR_OK)
		return e;
	if (renews(o)) {
		buf_str(out, "\n");
		put_sentence(out, "",
		    "Where a CA signs a certificate, upload the new one: set "
		    "cert regen would overwrite it");
	}
	put_rounds(s, o, out);
	if (o->num > 0 && o->agrees.msg[0] != '\0') {
		buf_str(out, "\n");
		put_sentence(out, "Cisco's documents: ", o->agrees.msg);
	}
	put_through_tvs(o, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
