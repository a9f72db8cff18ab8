/* SPDX-License-Identifier: Apache-2.0 */
/* The security mode, and whether tokens or the cluster itself sign. */
#include <string.h>

#include "workflow/planner_parts.h"

/* ---- update-ctl ---- */

enum err
planner_theme_update(struct planner *p)
{
	enum err e;

	if (!p->mixed)
		return diag_set(p->d, ERR_POLICY,
		    "the cluster is not in mixed mode, and has no CTL to "
		    "update: plan enable-mixed-mode");
	planner_begin(p);
	e = planner_renew_list(p, "it was asked for");
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

/* ---- The mode. ---- */

#define CAPF_SERVICE "Cisco Certificate Authority Proxy Function"

/* 12.0 and later: phones that are in secure mode need a licence. */
static void
warn_of_licence(struct planner *p)
{
	if (p->release >= 1200)
		planner_warn(p,
		    "from 12.0 on the cluster has to be registered with Allow "
		    "export-controlled functionality, or utils ctl is refused "
		    "(118893, SG12.5)");
	else if (p->release >= 1150)
		planner_warn(p,
		    "from 11.5(1)SU3 on the Encryption licence is needed "
		    "(118893, SG12.5)");
}

static void
warn_of_capf_service(struct planner *p)
{
	const struct survey_node *n =
	    &p->in->survey->node[p->node[p->publisher].survey];
	const struct said_service *s;

	if (!n->has_services)
		return;
	s = said_service(&n->services, CAPF_SERVICE);
	if (s == NULL || !s->activated)
		planner_warn(p,
		    CAPF_SERVICE " is not activated on %s: activate it first, "
				 "or the CTL has to be updated once more",
		    planner_publisher(p));
}

static void
delete_old(struct planner *p, size_t i)
{
	struct plan_step *s;

	s = planner_by_hand(p,
	    planner_text(p, "delete-ctl-%s", p->node[i].name),
	    planner_text(p, "delete the CTL of before on %s", p->node[i].name),
	    planner_text(p, "on %s: file delete tftp CTLFile.tlv",
		p->node[i].name),
	    "the cluster was in mixed mode before, and its old list would "
	    "be in the way; phones that still hold it accept the new one "
	    "only by its SASTs, or have to be erased",
	    "118893");
	s->node = p->node[i].name;
	s->touches = planner_text(p, "CTLFile.tlv of %s", p->node[i].name);
	s->back = PLAN_FILE;
	s->back_text = "the file that save kept is put back";
}

static enum err
set_mode(struct planner *p, const char *mode, const char *why,
    const char *source)
{
	struct plan_step *s;

	s = planner_step(p, PLAN_SET_MODE, planner_publisher(p), NULL, why,
	    source);
	s->argument = mode;
	s->title = planner_text(p, "set the cluster to %s mode", mode);
	p->new_list = true;
	return ERR_OK;
}

enum err
planner_theme_enable(struct planner *p)
{
	size_t i;

	if (p->mixed)
		return diag_set(p->d, ERR_POLICY,
		    "the cluster is in mixed mode already");
	if (p->release < 1000)
		return diag_set(p->d, ERR_POLICY,
		    "before 10.0 mixed mode is set by the maker's CTL client "
		    "and two tokens alone: upgrade, or use that");
	warn_of_licence(p);
	warn_of_capf_service(p);
	planner_begin(p);
	if (p->list != NULL)
		for (i = 0; i < p->num_nodes; i++)
			if (p->node[i].tftp)
				delete_old(p, i);
	(void)set_mode(p, "mixed",
	    "phones without a CTL take the first as it comes", "118893, CVD12");
	planner_outside(p);
	p->plan.token_after = false;
	planner_fetch(p, "phones fetch their first CTL");
	planner_end(p);
	return ERR_OK;
}

enum err
planner_theme_disable(struct planner *p)
{
	struct plan_step *s;

	if (!p->mixed)
		return diag_set(p->d, ERR_POLICY,
		    "the cluster is not in mixed mode");
	if (p->release < 1000)
		return diag_set(p->d, ERR_POLICY,
		    "before 10.0 the mode is set by the maker's CTL client and "
		    "a token of the latest CTL alone");
	planner_warn(p,
	    "the CTL stays, on phones too: until it is erased there they "
	    "accept only lists and ITLs of its SASTs (118892)");
	planner_warn(p,
	    "calls and signalling are no longer encrypted; phones with a "
	    "secure profile do not register");
	planner_begin(p);
	s = planner_by_hand(p, "profiles",
	    "give phones and trunks profiles without security",
	    "Cisco Unified CM Administration > System > Security > Phone "
	    "Security Profile, and Device > Phone or Bulk Administration: a "
	    "Non-Secure profile for every phone; trunks likewise",
	    "a phone with a secure profile cannot register afterwards",
	    "221657");
	s->back = PLAN_COMMAND;
	s->back_text = "the profiles of before";
	s->touches = "security profiles of devices";
	(void)set_mode(p, "non-secure",
	    "no token is wanted for it; the servers' certificates leave the "
	    "CTL, its SASTs stay",
	    "118892, 221657");
	planner_outside(p);
	p->plan.token_after = false;
	planner_fetch(p, "phones fetch the list without certificates");
	planner_end(p);
	return ERR_OK;
}

/* ---- Tokens. ---- */

static enum err
check_token_mode(const struct planner *p, bool wanted)
{
	if (!p->mixed)
		return diag_set(p->d, ERR_POLICY,
		    "the cluster is not in mixed mode: plan "
		    "enable-mixed-mode");
	if (wanted && !p->token)
		return diag_set(p->d, ERR_POLICY,
		    "the cluster signs its CTL itself, and has no tokens: plan "
		    "to-token first, up to 12.5");
	if (!wanted && p->token)
		return diag_set(p->d, ERR_POLICY,
		    "a token signs the CTL already: plan add-token or "
		    "replace-token");
	return ERR_OK;
}

enum err
planner_theme_tokenless(struct planner *p)
{
	static const struct order_wish wish = { .change = ORDER_TO_TOKENLESS };
	enum err e;

	e = p->token || !p->mixed ? check_token_mode(p, true)
				  : diag_set(p->d, ERR_POLICY,
					"the cluster signs its CTL itself "
					"already");
	if (e == ERR_OK && p->release < 1000)
		e = diag_set(p->d, ERR_POLICY,
		    "before 10.0 a cluster cannot sign its CTL itself: upgrade "
		    "first");
	if (e != ERR_OK)
		return e;
	warn_of_licence(p);
	planner_begin(p);
	e = planner_order(p, &wish, 1, 0);
	p->plan.token_after = false;
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

/* "A,B" as "with:A,with:B" */
static const char *
token_files(struct planner *p)
{
	const char *rest = p->want[0].value, *text = "";
	size_t len;

	while (*rest != '\0') {
		len = strcspn(rest, ",");
		text = planner_text(p, "%s%swith:%.*s", text,
		    text[0] == '\0' ? "" : ",", (int)len, rest);
		rest += len + (rest[len] == ',' ? 1 : 0);
	}
	return text;
}

enum err
planner_theme_token(struct planner *p)
{
	static const struct order_wish wish = { .change = ORDER_TO_TOKEN };
	enum err e = check_token_mode(p, false);

	if (e == ERR_OK && p->release >= 1400)
		e = diag_set(p->d, ERR_POLICY,
		    "from 14 on the maker's CTL client is not supported, and "
		    "from 14SU3 on CTL Provider takes no tokens (SG15-fips, "
		    "214231): stay tokenless, and keep ITLRecovery.p12 safe "
		    "in place of tokens");
	if (e == ERR_OK && p->in->new_tokens < 2 && !p->in->losing)
		e = diag_set(p->d, ERR_POLICY,
		    "two tokens are wanted, of which one may be lost "
		    "(SG12.5), and %zu answer%s",
		    p->in->new_tokens, p->in->new_tokens == 1 ? "s" : "");
	if (e != ERR_OK)
		return e;
	planner_begin(p);
	p->sign_argument = token_files(p);
	e = planner_order(p, &wish, 1, 1u << ORDER_HELP_UPLOAD);
	p->plan.token_after = true;
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

/* ---- One token more, or less. ---- */

static enum err
check_sign(const struct planner *p)
{
	enum err e = check_token_mode(p, true);

	if (e == ERR_OK && p->in->tokens == 0)
		e = diag_set(p->d, ERR_POLICY,
		    "none of the tokens that the CTL has answers, so nobody "
		    "can sign the next one: connect one, or plan to-tokenless "
		    "(from 10.0 on; phones then depend on TVS)");
	return e;
}

static enum err
check_word(const struct planner *p, const char *value)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker) */
	if (strchr(value, ',') != NULL)
		return diag_set(p->d, ERR_USAGE,
		    "a comma cannot stand in %.100s", value);
	return ERR_OK;
}

static size_t
num_tokens(const struct planner *p)
{
	size_t i, num = 0;

	for (i = 1; i <= ctl_num_records(p->list); i++)
		num += ctl_record(p->list, i)->role == CTL_ROLE_SAST &&
			trust_owner_of(p->list, i) == TRUST_OWNER_TOKEN
		    ? 1
		    : 0;
	return num;
}

/* A SAST of the list has the certificate of this SHA-256. */
static bool
has_token(struct planner *p, const char *sha256)
{
	struct bytes der;
	size_t i;

	for (i = 1; i <= ctl_num_records(p->list); i++) {
		der = ctl_record_value(ctl_record(p->list, i),
		    CTL_REC_CERTIFICATE);
		if (ctl_record(p->list, i)->role == CTL_ROLE_SAST &&
		    der.len > 0 && strcmp(planner_hash(p, der), sha256) == 0)
			return true;
	}
	return false;
}

enum err
planner_theme_add_token(struct planner *p)
{
	const char *file = p->want[0].value;
	enum err e = check_sign(p);

	if (e == ERR_OK)
		e = check_word(p, file);
	if (e != ERR_OK)
		return e;
	planner_warn(p,
	    "some phones of other stacks take two SASTs at most: see phones "
	    "of class two-sast before a list has more");
	planner_begin(p);
	planner_sign(p, planner_text(p, "with:%s", file),
	    "adding a SAST loses nobody: the one that phones hold signs",
	    "TS12.5, SG12.5");
	planner_fetch(p, "from now on the new token can sign too");
	planner_end(p);
	return ERR_OK;
}

/* The token of SHA256 goes; where it is the last, no plan. */
static enum err
check_goes(struct planner *p, const char *sha256, size_t left)
{
	if (strlen(sha256) != 64 || !has_token(p, sha256))
		return diag_set(p->d, ERR_POLICY,
		    "no SAST of the CTL has a certificate with the SHA-256 "
		    "%.70s",
		    sha256);
	if (num_tokens(p) < left)
		return diag_set(p->d, ERR_POLICY,
		    "the CTL has no other token; add one first (add-token), "
		    "or plan to-tokenless");
	return ERR_OK;
}

/* Two lists: one that adds, and, when all phones hold it, one that removes and
 * that a token signs which stays. */
static void
remove_token(struct planner *p, const char *sha256)
{
	planner_sign(p, planner_text(p, "without:%s", sha256),
	    "the token goes only when all phones hold a list with another "
	    "one, which signs this",
	    "TS12.5");
	planner_fetch(p, "phones forget the token");
}

enum err
planner_theme_replace_token(struct planner *p)
{
	const char *value = p->want[0].value, *comma = strchr(value, ',');
	const char *old;
	enum err e = check_sign(p);

	if (e == ERR_OK && (comma == NULL || comma[1] == '\0'))
		e = diag_set(p->d, ERR_USAGE, "replace-token wants the %s",
		    planner_wish_wants(PLANNER_REPLACE_TOKEN));
	if (e != ERR_OK)
		return e;
	old = planner_text(p, "%.*s", (int)(comma - value), value);
	e = check_word(p, comma + 1);
	if (e == ERR_OK)
		e = check_goes(p, old, 1);
	if (e != ERR_OK)
		return e;
	planner_begin(p);
	planner_sign(p, planner_text(p, "with:%s", comma + 1),
	    "first the new token comes, signed by one that phones know",
	    "TS12.5, SG12.5");
	planner_fetch(p, "phones know the new token before the old one goes");
	remove_token(p, old);
	planner_end(p);
	return ERR_OK;
}

enum err
planner_theme_lost_token(struct planner *p)
{
	enum err e = check_token_mode(p, true);

	if (e == ERR_OK && p->in->tokens == 0)
		e = diag_set(p->d, ERR_POLICY,
		    "no token of the CTL answers any more: plan to-tokenless "
		    "(from 10.0 on utils ctl takes the cluster over; phones "
		    "without Security by Default are lost), or recover");
	if (e == ERR_OK)
		e = check_goes(p, p->want[0].value, 2);
	if (e != ERR_OK)
		return e;
	planner_warn(p,
	    "%zu token%s left in the list then: add another one soon "
	    "(add-token)",
	    num_tokens(p) - 1, num_tokens(p) == 2 ? " is" : "s are");
	planner_begin(p);
	remove_token(p, p->want[0].value);
	if (num_tokens(p) <= 2)
		p->expected = "R6"; /* as the warning says */
	planner_end(p);
	return ERR_OK;
}
