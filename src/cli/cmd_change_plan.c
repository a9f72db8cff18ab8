/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cmd_change.h"

#define AT(member) CHANGE_AT(member)

static const struct opt opts[] = {
	{ "allow", "WHAT", OPT_STRINGS, AT(allow),
	    "lose-phones: make a plan that phones do not survive, too",
	    "lose-phones", 0 },
	{ "ca-signed", NULL, OPT_FLAG, AT(ca_signed),
	    "certificates are signed by a CA", NULL, 0 },
	{ "force", NULL, OPT_FLAG, AT(force), "replace a file that is there",
	    NULL, 0 },
	{ "installed", "LIST", OPT_STRING, AT(installed),
	    "the CTL that phones hold, where it is not the one served",
	    OPT_FILES, 0 },
	CLUSTER_INVENTORY_OPT(struct change_opts),
	{ "output", "PLAN", OPT_STRING, AT(output), "write the plan there",
	    OPT_FILES, 'o' },
	{ "self-signed", NULL, OPT_FLAG, AT(self_signed),
	    "nodes sign their certificates themselves (default)", NULL, 0 },
	CHANGE_PHONES_OPTS,
	CHANGE_TOKEN_OPTS,
	CLUSTER_LOGIN_OPTS(struct change_opts),
	OPT_END,
};

const struct cmd cmd_change_plan = {
	.name = "change plan",
	.args = "WHAT...",
	.summary = "Look at a cluster and plan a change of it",
	.text =
	    "Changes nothing. WHAT is a certificate (CAPF, CallManager, TVS, "
	    "tomcat, ipsec,\nITLRecovery, CallManager-ECDSA; CAPF@NODE of one "
	    "node) or another change, as\nto-tokenless, add-token, "
	    "update-ctl: the manual has them all. Several WHAT are\none "
	    "plan.\n\nPrints the steps; behind the POINT OF NO RETURN there is "
	    "no way back but a\nrestore. Exit status 3: no order of steps keeps "
	    "every phone, or it cannot be.\n",
	.words = "CAPF CallManager CallManager-ECDSA TVS tomcat ipsec "
		 "ITLRecovery LSC enable-mixed-mode disable-mixed-mode "
		 "to-tokenless to-token add-token replace-token lost-token "
		 "add-node remove-node rename-node change-address subject "
		 "trust-delete phone-sast-trust-add phone-sast-trust-remove "
		 "update-ctl recover",
	.opts = opts,
	.net = true,
	.run = change_plan_run,
};
