/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate by itself, against the profile of its unit: E6 to E17. */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "pki/fit_parts.h"

#define DN_MAX 255
#define SERIAL_MAX 20

static void
judge_dates(struct fitting *f)
{
	int64_t from = cert_not_before(f->in->cert);
	int64_t to = cert_not_after(f->in->cert);
	struct fit_finding *finding;
	bool early = f->in->now<from, late = f->in->now> to;

	finding = fit_add(f, FIT_DATES,
	    early || late ? FIT_REFUSED : FIT_PASSED);
	buf_str(&finding->text,
	    late        ? "it has expired: "
		: early ? "it is not valid yet: "
			: "valid from ");
	text_put_rfc3339(&finding->text, from);
	buf_str(&finding->text, " to ");
	text_put_rfc3339(&finding->text, to);
	if (late)
		buf_str(&finding->remedy, "have a new one made");
	if (early)
		buf_str(&finding->remedy,
		    "compare `show date` on the node with the clock of the "
		    "authority, or wait");
}

static enum err
judge_wildcard(struct fitting *f)
{
	bool found = false;
	enum err e;

	e = cert_has_wildcard(f->in->cert, &found, f->d);
	if (e != ERR_OK)
		return e;
	if (found)
		fit_say(f, FIT_WILDCARD, FIT_REFUSED,
		    "have it made for the names of the servers",
		    "it has a wildcard name, which the appliance does not "
		    "support");
	else
		fit_say(f, FIT_WILDCARD, FIT_PASSED, NULL, "no wildcard name");
	return ERR_OK;
}

static void
judge_format(struct fitting *f)
{
	unsigned traits = f->in->traits;
	struct fit_finding *finding;
	bool bad;

	bad = (traits & (PASTED_PKCS7 | PASTED_UTF16 | PASTED_BOM)) != 0 ||
	    f->in->num_in_file > 1;
	finding = fit_add(f, FIT_FORMAT,
	    bad                                 ? FIT_REFUSED
		: (traits & PASTED_AROUND) != 0 ? FIT_WARNING
						: FIT_PASSED);
	buf_str(&finding->text, (traits & PASTED_DER) != 0 ? "DER" : "PEM");
	if ((traits & PASTED_PKCS7) != 0)
		buf_str(&finding->text, ", in a PKCS#7 bundle");
	if ((traits & PASTED_UTF16) != 0)
		buf_str(&finding->text, ", as UTF-16");
	else if ((traits & PASTED_BOM) != 0)
		buf_str(&finding->text, ", behind a byte order mark");
	if (f->in->num_in_file > 1)
		buf_printf(&finding->text, ", %zu certificates in one file",
		    f->in->num_in_file);
	if ((traits & PASTED_AROUND) != 0)
		buf_str(&finding->text, ", with other text around it");
	if (finding->level != FIT_PASSED)
		buf_str(&finding->remedy,
		    "upload a file with nothing but one certificate, PEM or "
		    "DER: `ctlsmith cert show --pem` prints one");
}

static void
judge_key_size(struct fitting *f)
{
	const struct pubkey *k = cert_key(f->in->cert);
	const struct fit_profile *p = f->in->profile;
	unsigned bits = k == NULL ? 0 : pubkey_bits(k);

	if (k == NULL) {
		fit_say(f, FIT_KEY_SIZE, FIT_REFUSED,
		    "use an RSA or EC key that the appliance made",
		    "its key is of a kind that is not known");
	} else if (pubkey_type(k) == PUBKEY_RSA && bits > p->max_bits) {
		fit_say(f, FIT_KEY_SIZE, FIT_REFUSED, "use a shorter key",
		    "RSA of %u bits; at most %u are taken", bits, p->max_bits);
	} else if (pubkey_type(k) == PUBKEY_RSA && bits > p->phone_bits) {
		fit_say(f, FIT_KEY_SIZE, FIT_WARNING,
		    "use 2048 bits where phones are to verify it",
		    "RSA of %u bits: some phones refuse more than %u", bits,
		    p->phone_bits);
	} else {
		fit_say(f, FIT_KEY_SIZE, FIT_PASSED, NULL, "%s of %u bits",
		    pubkey_type_name(pubkey_type(k)), bits);
	}
}

static enum err
judge_name(struct fitting *f, enum cert_name which, const char *what)
{
	struct buf name = { 0 };
	enum err e;

	e = cert_put_name(f->in->cert, which, &name, f->d);
	if (e == ERR_SYNTAX) {
		fit_say(f, FIT_NAME_LENGTH, FIT_HURTS,
		    "have it made with names of plain text",
		    "its %s is no text", what);
		e = ERR_OK;
	} else if (e == ERR_OK && name.len > DN_MAX) {
		fit_say(f, FIT_NAME_LENGTH, FIT_HURTS,
		    "have it made with shorter names: the change to mixed "
		    "mode fails beyond 255 characters "
		    "(ChangeToClusterModeSecurityFailed)",
		    "its %s has %zu characters", what, name.len);
	}
	buf_clear(&name);
	return e;
}

/* ---- Usage --------------------------------------------------------------------- */

/* Appends the names of BITS. */
static void
put_bits(struct buf *out, unsigned bits, unsigned num,
    const char *(*name)(unsigned))
{
	const char *separator = "";
	unsigned i;

	for (i = 0; i < num; i++) {
		if ((bits & 1u << i) == 0)
			continue;
		buf_printf(out, "%s%s", separator, name(i));
		separator = ", ";
	}
}

static const char *
usage_name(unsigned bit)
{
	return ext_key_usage_name((enum ext_key_usage)bit);
}

static const char *
purpose_name(unsigned bit)
{
	return ext_purpose_name((enum ext_purpose)bit);
}

static void
put_both(struct buf *out, unsigned usage, unsigned purposes)
{
	put_bits(out, usage, EXT_NUM_KEY_USAGES, usage_name);
	if (usage != 0 && purposes != 0)
		buf_str(out, ", ");
	put_bits(out, purposes, EXT_NUM_PURPOSES, purpose_name);
}

/* What must be there: what the request asks for, else what the profile says
 * that one asks for. */
static void
judge_usage(struct fitting *f)
{
	const struct fit_profile *p = f->in->profile;
	const struct ext *csr = f->in->csr != NULL ? csr_ext(f->in->csr) : NULL;
	unsigned usage = p->key_usage, purposes = p->purposes;
	struct fit_finding *finding;

	if (csr != NULL && csr->key_usage == EXT_PRESENT)
		usage = csr->key_usage_bits;
	if (csr != NULL && csr->purposes == EXT_PRESENT)
		purposes = csr->purpose_bits;
	if ((usage & ~f->ext.key_usage_bits) == 0 &&
	    (purposes & ~f->ext.purpose_bits) == 0) {
		fit_say(f, FIT_USAGE, FIT_PASSED, NULL,
		    "it has what %s of %s asks for (%s)", p->unit, p->release,
		    p->source);
	} else {
		finding = fit_add(f, FIT_USAGE, FIT_HURTS);
		buf_str(&finding->text, "missing: ");
		put_both(&finding->text, usage & ~f->ext.key_usage_bits,
		    purposes & ~f->ext.purpose_bits);
		buf_str(&finding->remedy,
		    "have the authority sign the request with the usages it "
		    "asks for");
		if ((usage & ~f->ext.key_usage_bits &
			1u << EXT_DATA_ENCIPHERMENT) != 0)
			buf_str(&finding->remedy,
			    "; the Security Guide: \"Ensure that 'Data "
			    "Encipherment' bit is not changed or removed\"");
	}
	usage = f->ext.key_usage_bits & ~usage;
	purposes = f->ext.purpose_bits & ~purposes;
	if (usage == 0 && purposes == 0 && f->ext.other_purposes.len == 0)
		return;
	finding = fit_add(f, FIT_EXTRA_USAGE, FIT_WARNING);
	buf_str(&finding->text, "more than was asked for: ");
	put_both(&finding->text, usage, purposes);
	if (f->ext.other_purposes.len > 0) {
		buf_str(&finding->text,
		    usage != 0 || purposes != 0 ? ", " : "");
		buf_put(&finding->text, buf_bytes(&f->ext.other_purposes));
	}
}

static void
judge_critical(struct fitting *f)
{
	struct fit_finding *finding;

	if (f->ext.other_critical.len == 0)
		return;
	finding = fit_add(f, FIT_CRITICAL, FIT_WARNING);
	buf_str(&finding->text,
	    "critical, and neither key usage nor basic "
	    "constraints: ");
	buf_put(&finding->text, buf_bytes(&f->ext.other_critical));
	buf_str(&finding->remedy,
	    "have it made without: services may refuse what they do not know");
}

static void
judge_ca(struct fitting *f)
{
	bool signs = (f->ext.key_usage_bits & 1u << EXT_KEY_CERT_SIGN) != 0;

	if (!f->in->profile->ca)
		return;
	if (f->ext.ca && signs)
		fit_say(f, FIT_NOT_CA, FIT_PASSED, NULL,
		    "it may sign certificates");
	else
		fit_say(f, FIT_NOT_CA, FIT_HURTS,
		    "have it made by the template of a subordinate CA "
		    "(CA:TRUE and keyCertSign), and upload its root to "
		    "CallManager-trust, too",
		    "it may not sign certificates (%s%s), so no phone trusts "
		    "an LSC by it",
		    f->ext.ca ? "" : "not CA:TRUE",
		    signs           ? ""
			: f->ext.ca ? "no keyCertSign"
				    : ", no keyCertSign");
}

/* ---- Nodes, serial number, what comes next -------------------------------------- */

static bool
ends_with_ms(struct bytes cn)
{
	size_t i;

	for (i = 0; i + 3 <= cn.len; i++)
		if (strncasecmp((const char *)cn.ptr + i, "-ms", 3) == 0 &&
		    (i + 3 == cn.len || cn.ptr[i + 3] == '.'))
			return true;
	return false;
}

static size_t
num_hosts(const struct ext *x)
{
	size_t i, n = 0;

	for (i = 0; i < x->num_names; i++)
		n += x->names[i].type == EXT_NAME_DNS;
	return n;
}

static enum err
judge_multi(struct fitting *f)
{
	const struct fit_profile *p = f->in->profile;
	struct buf cn = { 0 };
	struct diag why;
	bool multi;
	enum err e;

	e = cert_put_cn(f->in->cert, CERT_SUBJECT, &cn, &why);
	multi = (e == ERR_OK && ends_with_ms(buf_bytes(&cn))) ||
	    num_hosts(&f->ext) > 1;
	buf_clear(&cn);
	if (e == ERR_NOMEM)
		return diag_nomem(f->d);
	if (multi && !p->multi_server)
		fit_say(f, FIT_MULTI_SERVER, FIT_REFUSED,
		    "have one made for each node",
		    "it is for several servers, and %s of %s has none such",
		    p->unit, p->release);
	else if (multi && !p->multi_server_by_cli)
		fit_say(f, FIT_MULTI_SERVER, FIT_WARNING,
		    "upload it in OS Administration (or by REST), on the "
		    "publisher",
		    "it is for several servers: `set cert import` does not "
		    "take it since 14SU2");
	return ERR_OK;
}

static bool
covers(const struct ext *x, const char *node)
{
	struct bytes name = bytes_of_str(node), value;
	size_t i;

	for (i = 0; i < x->num_names; i++) {
		value = x->names[i].value;
		if (x->names[i].type == EXT_NAME_DNS && value.len >= name.len &&
		    strncasecmp((const char *)value.ptr, node, name.len) == 0 &&
		    (value.len == name.len || value.ptr[name.len] == '.'))
			return true;
	}
	return false;
}

static void
judge_nodes(struct fitting *f)
{
	struct fit_finding *finding = NULL;
	size_t i;

	if (num_hosts(&f->ext) < 2)
		return;
	for (i = 0; i < f->in->num_nodes; i++) {
		if (covers(&f->ext, f->in->nodes[i]))
			continue;
		if (finding == NULL) {
			finding = fit_add(f, FIT_NODE_MISSING, FIT_HURTS);
			buf_str(&finding->text, "it does not name ");
			buf_str(&finding->remedy,
			    "make the request again, with all nodes that "
			    "there are now");
		} else {
			buf_str(&finding->text, ", ");
		}
		buf_str(&finding->text, f->in->nodes[i]);
	}
}

static void
judge_serial(struct fitting *f)
{
	struct bytes serial = cert_serial(f->in->cert);
	const struct cert *other;
	size_t i;

	if (cert_serial_is_negative(f->in->cert))
		fit_say(f, FIT_SERIAL, FIT_HURTS, "have it made anew",
		    "its serial number is negative: readers disagree on it");
	if (serial.len > SERIAL_MAX)
		fit_say(f, FIT_SERIAL, FIT_HURTS, "have it made anew",
		    "its serial number has %zu bytes; at most %d are allowed "
		    "(CSCup88555)",
		    serial.len, SERIAL_MAX);
	for (i = 0; i < f->in->num_trust; i++) {
		other = f->in->trust[i];
		if (bytes_equal(cert_serial(other), serial) &&
		    bytes_equal(cert_name_der(other, CERT_ISSUER),
			cert_name_der(f->in->cert, CERT_ISSUER)) &&
		    !bytes_equal(cert_der(other), cert_der(f->in->cert))) {
			fit_say(f, FIT_SERIAL, FIT_HURTS,
			    "have the authority give it another number",
			    "another certificate of the store has its issuer "
			    "and serial number, by which phones and TVS look "
			    "one up");
			return;
		}
	}
}

static void
say_follow_up(struct fitting *f)
{
	const struct fit_profile *p = f->in->profile;

	if (p->needs_ctl)
		fit_say(f, FIT_FOLLOW_UP, FIT_NOTE,
		    "judge the new list with `ctlsmith edit --dry-run` "
		    "before phones get it",
		    "in mixed mode the CTL must be updated after the upload, "
		    "before any service restarts");
}

enum err
fit_own_checks(struct fitting *f)
{
	enum err e;

	judge_dates(f);
	e = judge_wildcard(f);
	if (e == ERR_OK)
		e = judge_name(f, CERT_SUBJECT, "subject");
	if (e == ERR_OK)
		e = judge_name(f, CERT_ISSUER, "issuer");
	if (e == ERR_OK)
		e = judge_multi(f);
	if (e != ERR_OK)
		return e;
	judge_format(f);
	judge_key_size(f);
	judge_usage(f);
	judge_critical(f);
	judge_ca(f);
	judge_nodes(f);
	judge_serial(f);
	say_follow_up(f);
	return ERR_OK;
}
