/* SPDX-License-Identifier: Apache-2.0 */
/* An order, for people. */
#include <string.h>

#include "base/text.h"
#include "cli/fill.h"
#include "cli/steps.h"
#include "cli/table.h"
#include "cli/token_print.h"

#define INDENT 4

/* ---- What is done. ---- */

static const struct {
	const char *renew;   /* one %s: the node */
	const char *restart; /* services */
} acts[ORDER_NUM_CHANGES] = {
	[ORDER_CALLMANAGER] = { "set cert regen CallManager",
	    "utils service restart Cisco Tftp; Cisco CallManager; Cisco "
	    "CTIManager" },
	[ORDER_CALLMANAGER_ECDSA] = { "set cert regen CallManager-ECDSA",
	    "utils service restart Cisco CallManager; Cisco HAProxy" },
	[ORDER_CAPF] = { "set cert regen CAPF",
	    "utils service restart Cisco Certificate Authority Proxy Function; "
	    "Cisco Tftp" },
	[ORDER_TVS] = { "set cert regen TVS",
	    "utils service restart Cisco Trust Verification Service; Cisco "
	    "Tftp" },
	[ORDER_ITLRECOVERY] = { "set cert regen ITLRecovery",
	    "utils service restart Cisco Tftp, on all TFTP servers" },
	[ORDER_TOMCAT] = { "set cert regen tomcat",
	    "utils service restart Cisco Tomcat" },
	[ORDER_IPSEC] = { "set cert regen ipsec",
	    "utils service restart Cisco DRF Local" },
	[ORDER_ADDRESS] = { "set network ip",
	    "utils system restart, if it was not" },
	[ORDER_UPGRADE] = { "utils system upgrade", "utils system restart" },
};

static const char *
upload_of(const struct order_step *step)
{
	if (step->change == ORDER_TO_TOKEN)
		return "upload the new tokens' certificates as "
		       "Phone-SAST-trust; utils service restart Cisco Trust "
		       "Verification Service";
	return step->change == ORDER_ITLRECOVERY
	    ? "upload the ITLRecovery certificate as Phone-SAST-trust; utils "
	      "service restart Cisco Trust Verification Service"
	    : "upload the node's CallManager certificate as "
	      "Phone-SAST-trust; utils service restart Cisco Trust "
	      "Verification Service";
}

void
steps_put_command(const struct steps *s, const struct order_step *step,
    struct buf *out)
{
	(void)s;
	switch (step->kind) {
	case ORDER_RENEW:
		buf_str(out, acts[step->change].renew);
		break;
	case ORDER_UPDATE_CTL:
		buf_str(out, "utils ctl update CTLFile");
		break;
	case ORDER_LOCALKEY:
		buf_str(out, "utils ctl reset localkey");
		break;
	case ORDER_SIGN_TOKEN:
		buf_str(out,
		    "have a token sign the list: CTL Client (Update "
		    "CTL File), or ctlsmith edit or build");
		break;
	case ORDER_TRUST_UPLOAD:
		buf_str(out, upload_of(step));
		break;
	case ORDER_RESTART:
		buf_str(out, acts[step->change].restart);
		break;
	case ORDER_FETCH:
		buf_str(out,
		    "restart Cisco Tftp and Cisco CallManager where "
		    "the list changed; reset all phones, and wait "
		    "until all are back");
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

static enum err
put_round(const struct steps *s, const struct order *o, size_t first,
    size_t end, struct buf *out, struct diag *d)
{
	static const struct table_column columns[] = { { "STEP", TABLE_RIGHT },
		{ "WHO", 0 }, { "WHAT", TABLE_WRAP }, { "WHY", TABLE_WRAP } };
	struct table *t = table_new(columns, 4);
	struct buf what = { 0 };
	size_t i;
	bool ok = true;

	buf_printf(out, "%sRound %zu\n", first == 0 ? "" : "\n",
	    o->step[first].round);
	for (i = first; i < end; i++) {
		steps_put_command(s, &o->step[i], &what);
		table_row(t);
		table_printf(t, 0, "%zu", i + 1);
		table_str(t, 1, where_of(s, &o->step[i]));
		table_put(t, 2, buf_bytes(&what));
		table_printf(t, 3, "%s%s%s%s", o->step[i].why.msg,
		    o->step[i].source == NULL ? "" : " [",
		    o->step[i].source == NULL ? "" : o->step[i].source,
		    o->step[i].source == NULL ? "" : "]");
		ok = ok && buf_ok(&what);
		buf_clear(&what);
	}
	if (ok)
		return token_put_table(&t, out, d);
	table_free(&t);
	return diag_nomem(d);
}

static enum err
put_rounds(const struct steps *s, const struct order *o, struct buf *out,
    struct diag *d)
{
	size_t i, first;
	enum err e = ERR_OK;

	for (first = 0; e == ERR_OK && first < o->num; first = i) {
		for (i = first; i < o->num; i++)
			if (o->step[i].round != o->step[first].round)
				break;
		e = put_round(s, o, first, i, out, d);
	}
	return e;
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
put_dead_ends(const struct steps *s, const struct order *o, struct buf *out)
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
	(void)s;
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
		buf_str(&text, "There is no order, unless more is allowed.");
	else
		buf_str(&text, "There is no order, whatever is allowed.");
	put_line(out, &text, 0);
	buf_clear(&text);
	if (o->helps != 0) {
		buf_str(&text, o->possible ? "It uses: " : "Allow: ");
		put_helps(o->helps, &text);
		buf_str(&text, o->possible ? "." : "; then:");
		put_line(out, &text, INDENT);
		buf_clear(&text);
	}
}

enum err
steps_put(const struct steps *s, const struct order *o, struct buf *out,
    struct diag *d)
{
	enum err e;

	if (!o->possible)
		put_dead_ends(s, o, out);
	put_verdict(o, out);
	if (o->num > 0)
		buf_str(out, "\n");
	e = put_rounds(s, o, out, d);
	if (e != ERR_OK)
		return e;
	if (o->num > 0 && o->agrees.msg[0] != '\0') {
		buf_str(out, "\n");
		put_sentence(out, "Cisco's documents: ", o->agrees.msg);
	}
	put_through_tvs(o, out);
	return buf_ok(out) ? ERR_OK : diag_nomem(d);
}
