/* SPDX-License-Identifier: Apache-2.0 */
/* What a certificate may be used for, against what its request asks for: E10,
 * E11. */
#include "pki/fit_parts.h"

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

/* Key usages and purposes, as bits. */
struct usage {
	unsigned key_usage, purposes;
};

static bool
is_none(struct usage u)
{
	return u.key_usage == 0 && u.purposes == 0;
}

static struct usage
minus(struct usage a, struct usage b)
{
	return (struct usage){ a.key_usage & ~b.key_usage,
		a.purposes & ~b.purposes };
}

static void
put_usage(struct buf *out, struct usage u)
{
	put_bits(out, u.key_usage, EXT_NUM_KEY_USAGES, usage_name);
	if (u.key_usage != 0 && u.purposes != 0)
		buf_str(out, ", ");
	put_bits(out, u.purposes, EXT_NUM_PURPOSES, purpose_name);
}

/* What was asked for, and by whom. */
struct asked {
	struct usage usage;
	bool by_request; /* else by the table of the release */
	bool known;
};

/* What the request asks for, else what the profile says that one does. */
static struct asked
what_was_asked(const struct fitting *f)
{
	const struct fit_profile *p = f->in->profile;
	const struct ext *csr = f->csr == NULL ? NULL : csr_ext(f->csr);
	struct asked a = { .usage = { p->key_usage, p->purposes },
		.known = p->has_usage };

	if (csr != NULL &&
	    (csr->key_usage == EXT_PRESENT || csr->purposes == EXT_PRESENT)) {
		a.by_request = true;
		a.known = true;
		a.usage = (struct usage){ csr->key_usage_bits,
			csr->purpose_bits };
	}
	return a;
}

static void
put_source(struct buf *out, const struct fitting *f, const struct asked *a)
{
	const struct fit_profile *p = f->in->profile;

	if (a->by_request)
		buf_str(out, "the request");
	else
		buf_printf(out, "the table of %s, release %s (%s)", p->unit,
		    p->release, p->source);
}

static void
say_missing(struct fitting *f, const struct asked *a, struct usage missing)
{
	/* a table that is no longer that of the release proves nothing */
	bool sure = a->by_request || !f->in->profile->outdated;
	struct fit_finding *finding;

	finding = fit_add(f, FIT_USAGE, sure ? FIT_HURTS : FIT_WARNING);
	buf_str(&finding->text, "missing: ");
	put_usage(&finding->text, missing);
	buf_str(&finding->text, ", by ");
	put_source(&finding->text, f, a);
	buf_str(&finding->remedy,
	    "have the authority sign the request with the usages it asks for");
	if ((missing.key_usage & 1u << EXT_DATA_ENCIPHERMENT) != 0)
		buf_str(&finding->remedy,
		    "; the Security Guide: \"Ensure that 'Data Encipherment' "
		    "bit is not changed or removed\"");
}

/* The extensions that must be read to know what is there. */
static bool
say_broken(struct fitting *f)
{
	if (f->ext.key_usage != EXT_BROKEN && f->ext.purposes != EXT_BROKEN)
		return false;
	fit_say(f, FIT_USAGE, FIT_HURTS, "have it made anew",
	    "its %s does not decode, or stands twice",
	    f->ext.key_usage == EXT_BROKEN ? "key usage"
					   : "extended key usage");
	return true;
}

static void
judge_usage(struct fitting *f, const struct asked *a)
{
	struct usage has = { f->ext.key_usage_bits, f->ext.purpose_bits };
	struct usage missing = minus(a->usage, has);
	struct fit_finding *finding;

	if (say_broken(f))
		return;
	if (!a->known) {
		fit_say(f, FIT_USAGE, FIT_NOT_CHECKED,
		    "give the request with --csr: it says what it asks for",
		    "what %s asks for is not known: %s", f->in->profile->unit,
		    f->in->profile->source);
	} else if (is_none(missing)) {
		finding = fit_add(f, FIT_USAGE, FIT_PASSED);
		buf_str(&finding->text, "it has all that is asked for by ");
		put_source(&finding->text, f, a);
	} else {
		say_missing(f, a, missing);
	}
}

static void
judge_extra(struct fitting *f, const struct asked *a)
{
	struct usage has = { f->ext.key_usage_bits, f->ext.purpose_bits };
	struct usage extra = minus(has, a->usage);
	const struct buf *other = &f->ext.other_purposes;
	struct fit_finding *finding;

	if (!a->known) {
		fit_say(f, FIT_EXTRA_USAGE, FIT_NOT_CHECKED, NULL,
		    "what was asked for is not known");
		return;
	}
	if (is_none(extra) && other->len == 0) {
		fit_say(f, FIT_EXTRA_USAGE, FIT_PASSED, NULL,
		    "nothing beyond that");
		return;
	}
	finding = fit_add(f, FIT_EXTRA_USAGE, FIT_WARNING);
	buf_str(&finding->text, "more than was asked for: ");
	put_usage(&finding->text, extra);
	if (other->len > 0) {
		buf_str(&finding->text, is_none(extra) ? "" : ", ");
		buf_put(&finding->text, buf_bytes(other));
	}
	buf_str(&finding->remedy,
	    "leave it, unless the policy of the house forbids it");
}

static void
judge_critical(struct fitting *f)
{
	struct fit_finding *finding;

	if (f->ext.other_critical.len == 0) {
		fit_say(f, FIT_CRITICAL, FIT_PASSED, NULL,
		    "no other extension than key usage and basic constraints "
		    "is critical");
		return;
	}
	finding = fit_add(f, FIT_CRITICAL, FIT_HURTS);
	buf_str(&finding->text,
	    "critical, and neither key usage nor basic constraints: ");
	buf_put(&finding->text, buf_bytes(&f->ext.other_critical));
	buf_str(&finding->remedy,
	    "have it made without: handshakes fail where the other side does "
	    "not know it");
}

static void
judge_ca(struct fitting *f)
{
	bool signs = (f->ext.key_usage_bits & 1u << EXT_KEY_CERT_SIGN) != 0;
	bool ca = f->ext.ca && f->ext.constraints == EXT_PRESENT;

	if (!f->in->profile->ca)
		fit_say(f, FIT_NOT_CA, FIT_PASSED, NULL,
		    "%s signs no certificates", f->in->profile->unit);
	else if (ca && signs)
		fit_say(f, FIT_NOT_CA, FIT_PASSED,
		    "upload its root to CallManager-trust, too (CSCut87382)",
		    "it may sign certificates");
	else
		fit_say(f, FIT_NOT_CA, FIT_HURTS,
		    "have it made by the template of a subordinate CA "
		    "(CA:TRUE and keyCertSign), and upload its root to "
		    "CallManager-trust, too (CSCut87382)",
		    "it may not sign certificates (%s%s%s), so nobody trusts "
		    "an LSC by it",
		    ca ? "" : "not CA:TRUE", ca || signs ? "" : ", ",
		    signs ? "" : "no keyCertSign");
}

void
fit_usage_checks(struct fitting *f)
{
	struct asked asked = what_was_asked(f);

	judge_usage(f, &asked);
	judge_extra(f, &asked);
	judge_critical(f);
	judge_ca(f);
}
