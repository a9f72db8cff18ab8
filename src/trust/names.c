/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the tables. */
#include "trust/diff.h"

#define NAME2(id, name) [id] = name,
#define NAME3(id, name, text) [id] = name,
#define LAST3(id, name, text) [id] = text,

const char *
trust_verdict_name(enum trust_verdict verdict)
{
	static const char *const names[] = { TRUST_VERDICTS(NAME3) };

	return names[verdict];
}

const char *
trust_verdict_text(enum trust_verdict verdict)
{
	static const char *const texts[] = { TRUST_VERDICTS(LAST3) };

	return texts[verdict];
}

const char *
trust_rule_name(enum trust_rule rule)
{
	static const char *const names[] = { TRUST_RULES(NAME3) };

	return names[rule];
}

const char *
trust_leg_name(enum trust_leg leg)
{
	static const char *const names[] = { TRUST_LEGS(NAME3) };

	return names[leg];
}

const char *
trust_rule_evidence(enum trust_rule rule)
{
	static const char *const marks[] = { TRUST_RULES(LAST3) };

	return marks[rule];
}

const char *
trust_leg_evidence(enum trust_leg leg)
{
	static const char *const marks[] = { TRUST_LEGS(LAST3) };

	return marks[leg];
}

const char *
trust_owner_name(enum trust_owner owner)
{
	static const char *const names[] = { TRUST_OWNERS(NAME2) };

	return names[owner];
}

const char *
trust_loss_name(enum trust_loss loss)
{
	static const char *const names[] = { TRUST_LOSSES(NAME2) };

	return names[loss];
}

const char *
diff_kind_name(enum diff_kind kind)
{
	static const char *const names[] = { DIFF_KINDS(NAME2) };

	return names[kind];
}
