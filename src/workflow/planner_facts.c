/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the cluster, as a plan needs it. */
#include <string.h>

#include "base/text.h"
#include "ctl/ctl.h"
#include "pki/digest.h"
#include "workflow/planner_parts.h"

static const char *const own_units[] = { "CallManager", "CallManager-ECDSA",
	"CAPF", "TVS", "ITLRecovery", "tomcat", "ipsec" };

const char *
planner_publisher(const struct planner *p)
{
	return p->node[p->publisher].name;
}

const char *
planner_hash(struct planner *p, struct bytes bytes)
{
	struct digest_value v;
	struct buf hex = { 0 };
	const char *ret = "";

	if (digest_of(DIGEST_SHA256, &bytes, 1, &v, p->d) != ERR_OK) {
		p->nomem = true;
		return ret;
	}
	text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	if (buf_cstr(&hex) != NULL)
		ret = planner_text(p, "%s", buf_cstr(&hex));
	else
		p->nomem = true;
	buf_clear(&hex);
	return ret;
}

enum trust_known
planner_is_listed(const struct planner *p, size_t i, const char *unit)
{
	struct bytes der = survey_own_der(p->in->survey, p->node[i].survey,
	    unit);
	size_t k;

	if (der.len == 0 || p->list == NULL)
		return TRUST_NOT_KNOWN;
	for (k = 1; k <= ctl_num_records(p->list); k++)
		if (bytes_equal(ctl_record_value(ctl_record(p->list, k),
				    CTL_REC_CERTIFICATE),
			der))
			return TRUST_YES;
	return TRUST_NO;
}

/* ---- Nodes. ---- */

/* Service NAME of N is activated; where it cannot be seen, USUAL. */
static bool
runs(const struct survey_node *n, const char *name, bool usual)
{
	const struct said_service *s;

	if (!n->has_services)
		return usual;
	s = said_service(&n->services, name);
	return s != NULL && s->activated;
}

static void
read_node(struct planner *p, size_t i)
{
	const struct survey_node *n = &p->in->survey->node[i];
	const int role = n->entry->role;
	const bool server = role != INVENTORY_IMP;

	p->node[i] = (struct planner_node){ .name = n->entry->name,
		.publisher = role == INVENTORY_PUBLISHER,
		.imp = role == INVENTORY_IMP,
		.tftp = server && runs(n, "Cisco Tftp", true),
		.ccm = server &&
		    runs(n, "Cisco CallManager", role != INVENTORY_TFTP),
		.survey = i };
	if (p->node[i].publisher)
		p->publisher = i;
	if (p->release == 0 || p->node[i].publisher)
		p->release = n->has_version ? n->version.release : p->release;
}

/* Nodes whose CallManager is one certificate. */
static void
read_shared(struct planner *p)
{
	struct bytes a, b;
	size_t i, k;

	for (i = 0; i < p->num_nodes; i++)
		for (k = 0; k < i; k++) {
			a = survey_own_der(p->in->survey, i, "CallManager");
			b = survey_own_der(p->in->survey, k, "CallManager");
			if (a.len > 0 && bytes_equal(a, b))
				p->node[i].multi_san = p->node[k].multi_san =
				    true;
		}
}

static enum err
read_nodes(struct planner *p)
{
	size_t i, num = p->in->survey->num_nodes;

	p->node = planner_memory(p, (num + 1) * sizeof(*p->node));
	if (p->node == NULL)
		return diag_nomem(p->d);
	for (i = 0; i < num; i++)
		read_node(p, i);
	p->num_nodes = num;
	read_shared(p);
	return ERR_OK;
}

/* ---- Lists. ---- */

static void
read_lists(struct planner *p)
{
	const struct health *h = p->in->health;
	size_t i, signer;

	p->list = h->node[p->publisher].ctl.file;
	for (i = 0; p->list == NULL && i < p->num_nodes; i++)
		p->list = h->node[i].ctl.file;
	p->installed = p->in->installed != NULL ? p->in->installed : p->list;
	if (p->list == NULL)
		return;
	signer = ctl_signer_record(p->list);
	p->token = signer == 0 ||
	    trust_owner_of(p->list, signer) == TRUST_OWNER_TOKEN;
}

/* What was there, so that a run on another cluster is noticed. */
static void
keep_lists(struct planner *p)
{
	const struct survey *s = p->in->survey;
	struct plan_list *list;
	size_t i, num = 0;

	list = planner_memory(p, (s->num_nodes + 1) * sizeof(*list));
	for (i = 0; list != NULL && i < s->num_nodes; i++) {
		struct bytes b = s->node[i].http_ctl.error == ERR_OK
		    ? s->node[i].http_ctl.bytes
		    : s->node[i].tftp_ctl.bytes;

		if (b.len > 0)
			list[num++] = (struct plan_list){ p->node[i].name,
				planner_hash(p, b) };
	}
	p->plan.lists = (struct doc_maps){ list, num };
}

static void
keep_certs(struct planner *p)
{
	const struct survey *s = p->in->survey;
	struct plan_cert *cert;
	size_t i, k, num = 0;

	cert = planner_memory(p,
	    (s->num_nodes * DOC_NUM(own_units) + 1) * sizeof(*cert));
	for (i = 0; cert != NULL && i < s->num_nodes; i++)
		for (k = 0; k < DOC_NUM(own_units); k++) {
			struct bytes der = survey_own_der(s, i, own_units[k]);

			if (der.len > 0)
				cert[num++] = (struct plan_cert){
					p->node[i].name, own_units[k],
					planner_hash(p, der)
				};
		}
	p->plan.certs = (struct doc_maps){ cert, num };
}

/* A run is to judge by it, too. */
static void
keep_installed(struct planner *p)
{
	const struct ctl_file *f = p->in->installed;

	if (f == NULL || p->in->installed_path == NULL)
		return;
	p->plan.installed = planner_text(p, "%s", p->in->installed_path);
	p->plan.installed_sha256 = planner_hash(p, ctl_raw(f));
}

/* ---- All. ---- */

static enum err
check_seen(const struct planner *p)
{
	const struct survey *s = p->in->survey;

	if (p->release == 0)
		return diag_set(p->d, ERR_POLICY,
		    "the release of the cluster could not be seen, and what is "
		    "done depends on it; see to it that %.100s can be reached",
		    planner_publisher(p));
	if (!s->has_mode)
		return diag_set(p->d, ERR_POLICY,
		    "ClusterSecurityMode could not be seen, and what is done "
		    "depends on it; see to it that %.100s can be reached",
		    planner_publisher(p));
	if (s->mixed && s->has_rollback && s->rollback)
		return diag_set(p->d, ERR_POLICY,
		    "\"Prepare Cluster for Rollback to pre 8.0\" is True: in "
		    "mixed mode phones then cannot verify TVS any more; set it "
		    "to False in Enterprise Parameters and reset all phones "
		    "first");
	return ERR_OK;
}

enum err
planner_check_list(const struct planner *p)
{
	if (!p->mixed || p->list != NULL || p->want[0].wish == PLANNER_RECOVER)
		return ERR_OK;
	return diag_set(p->d, ERR_POLICY,
	    "the cluster is in mixed mode, and no node serves a CTL that can "
	    "be read: plan recover, or see what cluster status says");
}

static enum err
read_services(struct planner *p)
{
	struct services_found found;

	if (services_load(bytes_of(NULL, 0), &p->services, p->d) != ERR_OK)
		return p->d == NULL ? ERR_NOMEM : p->d->code;
	services_of(p->services, "ctl", p->release, true, &found);
	p->sure = found.sure;
	return ERR_OK;
}

static void
keep_classes(struct planner *p)
{
	size_t c;

	p->classes = p->in->classes != 0 ? p->in->classes
					 : 1u << CLASS_TVS | 1u << CLASS_NO_TVS;
	for (c = 0; c < CLASS_NUM; c++)
		if ((p->in->classes & 1u << c) != 0)
			planner_put_word(p, &p->class_names,
			    class_name((enum class)c));
}

static void
keep_head(struct planner *p)
{
	const struct planner_input *in = p->in;
	const struct survey_node *n = &in->survey->node[p->publisher];

	p->phones = in->survey->has_devices ? (unsigned)in->survey->num_devices
					    : 0;
	p->plan = (struct plan){ .version = PLAN_VERSION,
		.cluster = in->inventory->name == NULL ? "cluster"
						       : in->inventory->name,
		.publisher = planner_publisher(p),
		.host_key = n->entry->ssh.host_key,
		.inventory = in->inventory_path,
		.made = in->now,
		.release = n->has_version && n->version.active[0] != '\0'
		    ? planner_text(p, "%s", n->version.active)
		    : planner_text(p, "%u.%u", p->release / 100,
			  p->release / 10 % 10),
		.mixed = p->mixed,
		.token = p->mixed && p->token,
		.token_after = p->mixed && p->token,
		.ca_signed = in->ca_signed,
		.phones = p->phones,
		.proof = in->can_prove };
}

enum err
planner_facts(struct planner *p)
{
	enum err e = read_nodes(p);

	if (e != ERR_OK)
		return e;
	p->mixed = p->in->survey->has_mode && p->in->survey->mixed;
	read_lists(p);
	e = check_seen(p);
	if (e == ERR_OK)
		e = read_services(p);
	if (e != ERR_OK)
		return e;
	keep_classes(p);
	keep_head(p);
	keep_installed(p);
	keep_lists(p);
	keep_certs(p);
	return p->nomem ? diag_nomem(p->d) : ERR_OK;
}
