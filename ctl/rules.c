/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/ctl.h"

static const struct {
	const char *name;
	enum ctl_severity in_ctl, in_itl, in_file;
	const char *advice;
} rules[] = {
#define ROW(id, name, in_ctl, in_itl, in_file, advice) \
	[id] = { name, in_ctl, in_itl, in_file, advice },
	CTL_RULES(ROW)
#undef ROW
};

static const char *const severity_names[] = {
#define ROW(id, name) [id] = name,
	CTL_SEVERITIES(ROW)
#undef ROW
};

const char *
ctl_rule_name(enum ctl_rule rule)
{
	return rules[rule].name;
}

const char *
ctl_rule_advice(enum ctl_rule rule)
{
	return rules[rule].advice;
}

enum ctl_severity
ctl_rule_severity(enum ctl_rule rule, enum ctl_kind kind)
{
	switch (kind) {
	case CTL_KIND_CTL:
		return rules[rule].in_ctl;
	case CTL_KIND_ITL:
		return rules[rule].in_itl;
	case CTL_KIND_AUTO: /* it could not be read far enough to say */
	case CTL_KIND_SIGNED:
	case CTL_KIND_FIRMWARE:
	case CTL_KIND_ENCRYPTED:
		break;
	}
	return rules[rule].in_file;
}

const char *
ctl_severity_name(enum ctl_severity severity)
{
	return severity_names[severity];
}
