/* SPDX-License-Identifier: Apache-2.0 */
/* Trust stores, the subject of certificates, and LSCs. */
#include <string.h>

#include "workflow/planner_parts.h"

/* ---- trust-delete ---- */

/* What never may be deleted: the five of the node, and the manufacturer's. */
static const char *const kept[] = { "CAP-RTP-001", "CAP-RTP-002",
	"Cisco_Root_CA_2048", "Cisco_Root_CA_M2", "ACT2_SUDI_CA",
	"Cisco_Manufacturing_CA", "Cisco_Manufacturing_CA_SHA2" };

static bool
is_kept(const char *name)
{
	size_t i, len;

	for (i = 0; i < DOC_NUM(kept); i++) {
		len = strlen(kept[i]);
		if (strncmp(name, kept[i], len) == 0 &&
		    (name[len] == '.' || name[len] == '\0'))
			return true;
	}
	return false;
}

static bool
is_store(const char *store)
{
	const size_t len = strlen(store);

	return len > 6 && strcmp(store + len - 6, "-trust") == 0;
}

static void
notify(struct planner *p, bool stop)
{
	static const char *const name[] = {
		"Cisco Certificate Change Notification"
	};
	struct plan_step *s;
	size_t i;

	for (i = 0; p->release <= 1150 && i < p->num_nodes; i++) {
		if (p->node[i].imp)
			continue;
		s = planner_step(p, stop ? PLAN_STOP : PLAN_START,
		    p->node[i].name, NULL,
		    stop ? "up to 11.5 it would bring the certificate back "
			   "from another node (CSCto86463)"
			 : "it was stopped for the deletion",
		    "regen-guide, deletion");
		s->services = (struct doc_strings){ name, 1 };
	}
}

static void
delete_at(struct planner *p, size_t i, const char *store, const char *name,
    const char *why)
{
	struct plan_step *s;

	s = planner_step(p, PLAN_DELETE_TRUST, p->node[i].name, store, why,
	    "regen-guide, deletion");
	s->argument = name;
}

/* Up to 11.5 on each node; later one deletion is all of them. */
static void
delete_all(struct planner *p, const char *store, const char *name,
    const char *why)
{
	size_t i;

	delete_at(p, p->publisher, store, name, why);
	for (i = 0; p->release <= 1150 && i < p->num_nodes; i++)
		if (i != p->publisher && !p->node[i].imp)
			delete_at(p, i, store, name, why);
}

enum err
planner_theme_trust_delete(struct planner *p)
{
	const char *value = p->want[0].value, *slash = strchr(value, '/');
	const char *store, *name;

	if (slash == NULL || slash[1] == '\0')
		return diag_set(p->d, ERR_USAGE,
		    "trust-delete wants STORE/NAME.pem, as show cert list "
		    "trust has it");
	store = planner_text(p, "%.*s", (int)(slash - value), value);
	name = slash + 1;
	if (!is_store(store))
		return diag_set(p->d, ERR_POLICY,
		    "%.100s is no trust store; what a node itself shows is "
		    "never deleted, but renewed",
		    store);
	if (is_kept(name))
		return diag_set(p->d, ERR_POLICY,
		    "%.100s is a CA of the manufacturer: phones' own "
		    "certificates hang on it, and it is never deleted "
		    "(regen-guide)",
		    name);
	if (strcmp(store, "Phone-SAST-trust") == 0)
		return diag_set(p->d, ERR_POLICY,
		    "what is in Phone-SAST-trust may sign lists: plan "
		    "phone-sast-trust-remove");
	planner_begin(p);
	if (strcmp(store, "CAPF-trust") == 0 ||
	    strcmp(store, "CallManager-trust") == 0)
		planner_warn(p,
		    "where phones still have an LSC of this CA they cannot "
		    "register any more: see trust-store check and LSC first");
	notify(p, true);
	delete_all(p, store, name,
	    "trust-store check says that nobody needs "
	    "it any more");
	notify(p, false);
	planner_end(p);
	return ERR_OK;
}

/* ---- Phone-SAST-trust ---- */

enum err
planner_theme_sast_add(struct planner *p)
{
	struct plan_step *s;
	enum err e = ERR_OK;

	planner_begin(p);
	s = planner_by_hand(p, "phone-sast-trust",
	    "upload a signer to Phone-SAST-trust",
	    planner_text(p,
		"OS Administration > Security > Certificate Management on %s: "
		"Upload Certificate/Certificate chain: Certificate Purpose "
		"Phone-SAST-trust, file %s",
		planner_publisher(p), p->want[0].value),
	    "TVS vouches for a signer that is there; from the next CTL on it "
	    "is a SAST too",
	    "213407, 210541");
	s->touches = "Phone-SAST-trust of all nodes";
	s->back = PLAN_COMMAND;
	s->back_text = "plan phone-sast-trust-remove";
	planner_changed(p, "Phone-SAST-trust", PLANNER_ALL);
	if (p->mixed && !p->token) {
		e = planner_renew_list(p, "the new signer is a SAST then");
	} else {
		planner_restart(p);
		p->num_units = 0;
	}
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

enum err
planner_theme_sast_remove(struct planner *p)
{
	enum err e = ERR_OK;

	planner_begin(p);
	planner_warn(p,
	    "lists that this certificate signed cannot be updated any more, "
	    "and phones that hold one of them are lost: see where it signed "
	    "before");
	delete_all(p, "Phone-SAST-trust", p->want[0].value,
	    "it may not sign lists any more");
	planner_changed(p, "Phone-SAST-trust", PLANNER_ALL);
	if (p->mixed && !p->token) {
		e = planner_renew_list(p, "the signer is no SAST then");
	} else {
		planner_restart(p);
		p->num_units = 0;
	}
	if (e == ERR_OK)
		planner_end(p);
	return e;
}

/* ---- subject ---- */

enum err
planner_theme_subject(struct planner *p)
{
	struct plan_step *s;
	const char *name;
	size_t i;

	planner_warn(p,
	    "set web-security makes tomcat anew at once, on each node where it "
	    "is given; it is served after the restart of Cisco Tomcat. Other "
	    "certificates get the new subject when they are renewed");
	planner_begin(p);
	planner_sso(p, true);
	for (i = 0; i < p->num_nodes; i++) {
		if (p->node[i].imp)
			continue;
		name = p->node[i].name;
		s = planner_by_hand(p, planner_text(p, "subject-%s", name),
		    planner_text(p, "set the subject at %s", name),
		    planner_text(p,
			"on %s: set web-security OU ORGANISATION LOCATION "
			"STATE [COUNTRY]",
			name),
		    "the subject of certificates to come", "CLI15");
		s->node = name;
		s->touches = planner_text(p, "the tomcat certificate of %s",
		    name);
		s->back = PLAN_RESTORE;
		s->back_text =
		    "set web-security with the old words; the old tomcat key "
		    "comes back by a DRS restore alone";
		planner_step(p, PLAN_POST_CHECK, name, "tomcat",
		    "a command that says it worked is no proof", "214231");
		planner_changed(p, "tomcat", i);
		planner_restart(p);
		p->num_units = 0;
	}
	planner_sso(p, false);
	planner_end(p);
	return ERR_OK;
}

/* ---- LSC ---- */

struct pool {
	const char *name;
	unsigned phones;
};

static size_t
pools_of(struct planner *p, struct pool *ret)
{
	const struct survey *s = p->in->survey;
	size_t i, k, num = 0;

	for (i = 0; i < s->num_devices; i++) {
		const struct survey_device *v = &s->device[i];
		const char *name = v->pool == NULL ? "" : v->pool;

		if (v->lsc_issuer == NULL || v->lsc_issuer[0] == '\0')
			continue;
		for (k = 0; k < num && strcmp(ret[k].name, name) != 0; k++)
			;
		if (k == num)
			ret[num++] = (struct pool){ name, 0 };
		ret[k].phones++;
	}
	return num;
}

#define BATCH 200

static void
campaign(struct planner *p, const struct pool *pool)
{
	const char *name = pool->name[0] == '\0' ? "without a device pool"
						 : pool->name;
	unsigned batches = (pool->phones + BATCH - 1) / BATCH, i, n;
	struct plan_step *s;

	for (i = 0; i < batches; i++) {
		n = i + 1 < batches ? BATCH : pool->phones - i * BATCH;
		s = planner_by_hand(p, planner_text(p, "lsc-%s", name),
		    planner_text(p, "renew the LSCs of %s, batch %u of %u",
			name, i + 1, batches),
		    planner_text(p,
			"Bulk Administration > Phones > Update Phones, device "
			"pool %s, %u phones: Certificate Operation "
			"Install/Upgrade, Authentication Mode By Existing "
			"Certificate (precedence to LSC), then reset these "
			"phones and wait until their operation has succeeded",
			name, n),
		    "phones keep an LSC of the old CAPF until they get another "
		    "one; the old CAPF has to stay trusted until then",
		    "regen-guide, 225746 4.2");
		s->touches = planner_text(p, "LSCs of %u phones", n);
		s->resets = n;
		s->back = PLAN_NOTHING;
		s->back_text = "the old CAPF is trusted as long as it is kept";
		s->minutes = 10 + n / 10;
	}
}

enum err
planner_theme_lsc(struct planner *p)
{
	const struct survey *s = p->in->survey;
	struct pool *pool;
	size_t i, num;

	if (!s->has_devices)
		return diag_set(p->d, ERR_POLICY,
		    "the phones could not be listed, so nobody knows who has "
		    "an LSC: see to it that the database of %.100s answers",
		    planner_publisher(p));
	pool = planner_memory(p, (s->num_devices + 1) * sizeof(*pool));
	if (pool == NULL)
		return diag_nomem(p->d);
	num = pools_of(p, pool);
	if (num == 0)
		return diag_set(p->d, ERR_POLICY,
		    "no phone has an LSC: there is nothing to renew");
	planner_begin(p);
	for (i = 0; i < num; i++)
		campaign(p, &pool[i]);
	planner_warn(p,
	    "when cluster phones shows no LSC of the old CAPF any more, its "
	    "certificate in CAPF-trust and CallManager-trust may go "
	    "(trust-delete), not before");
	planner_end(p);
	return ERR_OK;
}
