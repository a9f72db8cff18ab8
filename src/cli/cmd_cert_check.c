/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "cli/cert_check.h"
#include "cli/cmd_cert.h"
#include "cli/input.h"

struct check_opts {
	struct cert_check_wish wish;
	bool json;
};

#define WISH(member) offsetof(struct check_opts, wish.member)

static const struct opt opts[] = {
	{ "csr", "FILE", OPT_STRING, WISH(csr),
	    "the request that the certificate was made of", OPT_FILES, 0 },
	{ "csr-ledger", "DIR", OPT_STRING, WISH(ledger),
	    "all requests that were sent out: NODE/UNIT.csr", OPT_FILES, 0 },
	{ "json", NULL, OPT_FLAG, offsetof(struct check_opts, json),
	    "print JSON: an array with one element", NULL, 0 },
	{ "nodes", "LIST", OPT_STRING, WISH(nodes),
	    "all nodes of the cluster: a,b", NULL, 0 },
	{ "now", "DATE", OPT_DATE, WISH(now),
	    "what `show date` on the node says (default: now)", NULL, 0 },
	{ "profiles", "FILE", OPT_STRING, WISH(profiles),
	    "another table of units and releases, YAML", OPT_FILES, 0 },
	{ "release", "RELEASE", OPT_STRING, WISH(release),
	    "the appliance's: 12.5(1)SU6, 14SU2 (default: the newest)",
	    "8.6 10.5 11.5 12.0 12.5 12.5SU6 14 14SU2 15 15SU5", 0 },
	{ "trust", "DIR", OPT_STRING, WISH(trust),
	    "the certificates in the unit's trust store", OPT_FILES, 0 },
	{ "unit", "UNIT", OPT_STRING, WISH(unit),
	    "whose certificate it is to be; needed",
	    "CallManager CallManager-ECDSA CAPF TVS tomcat tomcat-ECDSA ipsec "
	    "ITLRecovery CallManager-trust CAPF-trust tomcat-trust "
	    "Phone-SAST-trust",
	    0 },
	OPT_END,
};

static enum err
check_line(const struct check_opts *o, char *const *args, struct diag *d)
{
	const char *const files[] = { args[0], o->wish.csr, o->wish.trust,
		o->wish.ledger, o->wish.profiles };

	if (o->wish.unit == NULL)
		return diag_set(d, ERR_USAGE,
		    "--unit UNIT is missing: CallManager, CAPF, TVS, tomcat, "
		    "ipsec, ..., or a trust store such as CallManager-trust");
	if (args[0] == NULL || args[1] != NULL)
		return diag_set(d, ERR_USAGE, "name one certificate");
	return input_stdin_once(
	    input_num_stdin(files, sizeof(files) / sizeof(files[0])), d);
}

/* Prints what C has found, or why it has not. */
static enum cmd_exit
print(const struct check_opts *o, const struct cert_check *c, enum err e,
    struct out *out, struct diag *d)
{
	struct fill fill = fill_for_stdout();
	struct buf text = { 0 };
	enum cmd_exit end;

	if (e == ERR_OK && !o->json)
		e = cert_check_put(c, &fill, &text, d);
	if (e == ERR_OK && !o->json)
		out_put(out, &text);
	if (e != ERR_OK)
		out_error(out, c->where, d);
	if (o->json && c->file.path != NULL)
		out_json(out, cert_check_json(c, e == ERR_OK ? NULL : d));
	end = cmd_end(e);
	if (e == ERR_OK && fit_is_unfit(&c->fit))
		end = CMD_POLICY;
	buf_clear(&text);
	return out_finish(out, o->json, end);
}

static enum cmd_exit
check(const struct cmd *cmd, const struct check_opts *o, const char *path)
{
	struct out out = { .lost = false };
	struct cert_check c;
	enum cmd_exit end;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = cert_check_open(&c, &o->wish, &out, &d);
	if (e == ERR_OK)
		e = cert_check_judge(&c, path, &d);
	if (e == ERR_USAGE)
		end = cmd_usage(cmd, &d);
	else
		end = print(o, &c, e, &out, &d);
	out_clear(&out);
	cert_check_clear(&c);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	struct check_opts o = { .wish = { .now = (int64_t)time(NULL) } };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	if (check_line(&o, line->args, &d) != ERR_OK)
		return cmd_usage(cmd, &d);
	return check(cmd, &o, line->args[0]);
}

const struct cmd cmd_cert_check = {
	.name = "cert check",
	.args = "CERT",
	.summary = "Say whether the appliance would take a certificate",
	.text =
	    "Goes through all that the appliance checks at an upload, and all "
	    "that hurts\nlater, and prints a line for each: what was found, "
	    "the words in which the\nappliance refuses it, and what to do. What "
	    "was not given (--csr, --trust,\n--nodes) is not checked, which is "
	    "said. CERT may be pasted from a terminal; of\nthe text that `show "
	    "cert own` prints only the fields are compared.\n\n"
	    "--unit CallManager-trust, or another name that ends in -trust, "
	    "judges a\ncertificate for a trust store.\n\n"
	    "Exit status 0 if nothing speaks against the upload; 3 if it would "
	    "be refused or\nhurt later, or CERT is a private key; 1 if a file "
	    "could not be read.\n",
	.words = OPT_FILES,
	.opts = opts,
	.run = run,
};
