/* SPDX-License-Identifier: Apache-2.0 */
/* What no certificate tells, and what comes after an upload: E16, and the rest
 * of the list. */
#include "pki/fit_parts.h"

static void
say_signer(struct fitting *f)
{
	if (f->in->profile->signs_ctl)
		fit_say(f, FIT_CTL_SIGNER, FIT_NOT_CHECKED,
		    "with tokens as SASTs nothing changes; without, see that "
		    "phones hold another SAST of the list, and judge the next "
		    "one with `ctlsmith verify --trusted` before they get it",
		    "the key of %s may be one that the CTL is signed with: "
		    "whether phones know the next signer is not in the "
		    "certificate",
		    f->in->profile->unit);
	else
		fit_say(f, FIT_CTL_SIGNER, FIT_PASSED, NULL,
		    "no CTL is signed with the key of %s",
		    f->in->profile->unit);
}

static void
say_ctl(struct fitting *f)
{
	const char *unit = f->in->profile->unit;

	if (f->in->profile->needs_ctl)
		fit_say(f, FIT_CTL_UPDATE, FIT_NOTE,
		    "update it, after the upload and before any service "
		    "restarts: `utils ctl update CTLFile`, or with tokens a "
		    "list by `ctlsmith edit`",
		    "in mixed mode the CTL has the certificate of %s", unit);
	else
		fit_say(f, FIT_CTL_UPDATE, FIT_PASSED, NULL,
		    "no CTL has the certificate of %s", unit);
}

static void
say_services(struct fitting *f)
{
	const struct fit_profile *p = f->in->profile;

	if (p->services != NULL)
		fit_say(f, FIT_SERVICES, FIT_NOTE,
		    "one kind of certificate at a time, the publisher first; "
		    "wait until all phones are registered again",
		    "to restart: %s", p->services);
	else
		fit_say(f, FIT_SERVICES, FIT_NOT_CHECKED,
		    "see the guide of the release",
		    "which services use the certificate of %s is not in the "
		    "table",
		    p->unit);
}

static void
say_sso(struct fitting *f)
{
	if (f->in->profile->sso)
		fit_say(f, FIT_SSO, FIT_NOT_CHECKED,
		    "where it is on, turn it off before, and give the "
		    "identity provider the new metadata after",
		    "whether single sign-on is on is not in the certificate");
	else
		fit_say(f, FIT_SSO, FIT_PASSED, NULL,
		    "single sign-on does not rest on %s", f->in->profile->unit);
}

void
fit_follow_up(struct fitting *f)
{
	fit_say(f, FIT_REVOKED, FIT_NOT_CHECKED,
	    "ask the authority, or `openssl ocsp`: a revoked one raises the "
	    "alarm CertificateRevoked after the upload",
	    "whether it is revoked is not asked over the network");
	fit_say(f, FIT_BACKUP, FIT_NOT_CHECKED,
	    "see in the Disaster Recovery System that one is newer than the "
	    "last change, and that none is running",
	    "whether there is a backup is not in the certificate");
	if (f->in->profile->trust)
		return;
	say_ctl(f);
	say_signer(f);
	say_services(f);
	say_sso(f);
}
