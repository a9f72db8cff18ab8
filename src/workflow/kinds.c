/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the kinds, and the facts by which a run knows the world again. */
#include "workflow/kinds.h"

#include <stdio.h>
#include <string.h>

#include "workflow/kinds_parts.h"

/* ---- What a kind may change ----------------------------------------------------- */

static bool
is_list(const char *fact)
{
	return strncmp(fact, "ctl/", 4) == 0 || strncmp(fact, "itl/", 4) == 0;
}

/* FACT is "cert/NODE/UNIT" of UNIT, whatever the node: some are one for all. */
static bool
is_unit(const char *fact, const char *unit)
{
	const char *last = strrchr(fact, '/');

	return strncmp(fact, "cert/", 5) == 0 && unit != NULL &&
	    strcmp(last + 1, unit) == 0;
}

static bool
is_of_node(const char *fact, const char *node)
{
	const char *at = strchr(fact, '/');
	size_t len = node == NULL ? 0 : strlen(node);

	return at != NULL && node != NULL && strncmp(at + 1, node, len) == 0 &&
	    (at[1 + len] == '\0' || at[1 + len] == '/');
}

/* A new certificate makes ITLs anew, by themselves. */
static bool
touches_cert(const struct plan_step *s, const char *fact)
{
	return is_unit(fact, s->unit) || strncmp(fact, "itl/", 4) == 0;
}

static bool
touches_trust(const struct plan_step *s, const char *fact)
{
	(void)s;
	return strncmp(fact, "itl/", 4) == 0;
}

static bool
touches_lists(const struct plan_step *s, const char *fact)
{
	(void)s;
	return is_list(fact);
}

static bool
touches_hand(const struct plan_step *s, const char *fact)
{
	return is_list(fact) || is_unit(fact, s->unit) ||
	    (s->unit == NULL && is_of_node(fact, s->node));
}

/* ---- The table ------------------------------------------------------------------ */

/* clang-format off */
const struct run_kind kinds_table[PLAN_NUM_KINDS] = {
	[PLAN_OBSERVE] = { .before = kinds_observe_before,
	    .act = kinds_observe_act },
	[PLAN_BASELINE] = { .act = kinds_baseline_act },
	[PLAN_SAVE] = { .act = kinds_save_act },
	[PLAN_BACKUP] = { .act = kinds_backup_act,
	    .check = kinds_backup_check },
	[PLAN_REGENERATE] = { .before = kinds_regenerate_before,
	    .there = kinds_cert_there,
	    .act = kinds_regenerate_act,
	    .check = kinds_regenerate_check,
	    .touches = touches_cert },
	[PLAN_POST_CHECK] = { .check = kinds_post_check },
	[PLAN_CSR] = { .before = kinds_csr_before,
	    .there = kinds_csr_there,
	    .act = kinds_csr_act,
	    .check = kinds_csr_check,
	    .undo = kinds_csr_undo },
	[PLAN_WAIT_CA] = { .check = kinds_wait_ca_check },
	[PLAN_UPLOAD_TRUST] = { .there = kinds_upload_trust_there,
	    .act = kinds_upload_trust_act,
	    .check = kinds_upload_trust_check,
	    .touches = touches_trust },
	[PLAN_DELETE_TRUST] = { .before = kinds_delete_trust_before,
	    .there = kinds_delete_trust_there,
	    .act = kinds_delete_trust_act,
	    .check = kinds_delete_trust_check,
	    .undo = kinds_delete_trust_undo,
	    .touches = touches_trust },
	[PLAN_UPLOAD_OWN] = { .before = kinds_upload_own_before,
	    .there = kinds_upload_own_there,
	    .act = kinds_upload_own_act,
	    .check = kinds_upload_own_check,
	    .touches = touches_cert },
	[PLAN_UPDATE_CTL] = { .before = kinds_update_ctl_before,
	    .there = kinds_update_ctl_there,
	    .act = kinds_update_ctl_act,
	    .check = kinds_update_ctl_check,
	    .undo = kinds_put_back,
	    .touches = touches_lists },
	[PLAN_RESET_LOCALKEY] = { .before = kinds_localkey_before,
	    .there = kinds_localkey_there,
	    .act = kinds_localkey_act,
	    .check = kinds_localkey_check,
	    .undo = kinds_put_back,
	    .touches = touches_lists },
	[PLAN_TOKEN] = { .before = kinds_token_before },
	[PLAN_SIGN_CTL] = { .before = kinds_sign_before,
	    .act = kinds_sign_act },
	[PLAN_CANARY] = { .there = kinds_canary_there,
	    .act = kinds_canary_act,
	    .check = kinds_canary_check,
	    .undo = kinds_canary_undo },
	[PLAN_DISTRIBUTE] = { .before = kinds_distribute_before,
	    .there = kinds_distribute_there,
	    .act = kinds_distribute_act,
	    .check = kinds_distribute_check,
	    .undo = kinds_put_back,
	    .touches = touches_lists },
	[PLAN_SET_MODE] = { .before = kinds_set_mode_before,
	    .there = kinds_set_mode_there,
	    .act = kinds_set_mode_act,
	    .check = kinds_set_mode_check,
	    .undo = kinds_set_mode_undo,
	    .touches = touches_lists },
	[PLAN_STOP] = { .before = kinds_service_before,
	    .there = kinds_service_there,
	    .act = kinds_service_act,
	    .check = kinds_service_check,
	    .undo = kinds_stop_undo,
	    .touches = touches_lists },
	[PLAN_START] = { .before = kinds_service_before,
	    .there = kinds_service_there,
	    .act = kinds_service_act,
	    .check = kinds_service_check,
	    .touches = touches_lists },
	[PLAN_RESTART] = { .before = kinds_service_before,
	    .there = kinds_service_there,
	    .act = kinds_service_act,
	    .check = kinds_service_check,
	    .touches = touches_lists },
	[PLAN_RESET_PHONES] = { .act = kinds_reset_act },
	[PLAN_PROVE] = { .check = kinds_prove_check },
	[PLAN_BY_HAND] = { .act = kinds_hand_act, .touches = touches_hand },
	[PLAN_FINAL] = { .check = kinds_final_check },
};
/* clang-format on */

/* ---- Facts ---------------------------------------------------------------------- */

static enum err
put_fact(struct run_facts *f, const char *what, const char *node,
    const char *unit, struct bytes value, struct diag *d)
{
	char name[600], hex[65];
	enum err e;

	if (value.ptr == NULL)
		return ERR_OK;
	(void)snprintf(name, sizeof(name), "%s/%s%s%s", what, node,
	    unit == NULL ? "" : "/", unit == NULL ? "" : unit);
	e = kinds_sha256(value, hex, d);
	return e == ERR_OK ? run_facts_put(f, name, hex, d) : e;
}

static enum err
put_node(struct run_facts *f, const struct survey *s, size_t i, struct diag *d)
{
	const char *node = s->node[i].entry->name;
	const char *const *unit;
	enum err e;

	e = put_fact(f, "ctl", node, NULL, kinds_list(s, i, false), d);
	if (e == ERR_OK)
		e = put_fact(f, "itl", node, NULL, kinds_list(s, i, true), d);
	for (unit = kinds_units; e == ERR_OK && *unit != NULL; unit++)
		e = put_fact(f, "cert", node, *unit,
		    survey_own_der(s, i, *unit), d);
	return e;
}

enum err
kinds_facts(void *arg, struct run_facts *ret, struct diag *d)
{
	struct run_facts f = { .num = 0 };
	struct kinds_seen seen;
	size_t i;
	enum err e = kinds_look(arg, false, &seen, d);

	for (i = 0; e == ERR_OK && i < seen.s->num_nodes; i++)
		e = put_node(&f, seen.s, i, d);
	if (e == ERR_OK)
		*ret = f;
	else
		run_facts_clear(&f);
	return e;
}
