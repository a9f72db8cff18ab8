/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ctl/file.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* By code, since every tag of every file is looked up here. */
static const struct ctl_tag_info header_tags[] = {
#define ROW(id, code, name, shape, parent) \
	[code] = { code, name, shape, parent },
	CTL_HEADER_TAGS(ROW)
#undef ROW
};

static const struct ctl_tag_info record_tags[] = {
#define ROW(id, code, name, shape) [code] = { code, name, shape, 0 },
	CTL_RECORD_TAGS(ROW)
#undef ROW
};

static const struct {
	unsigned code;
	const char *name;
	const char *function;
} roles[] = {
#define ROW(id, code, name, function) { code, name, function },
	CTL_ROLES(ROW)
#undef ROW
};

/* A SAST in the output of SCFParser. */
static const char scfparser_sast[] = "Security Token";

static const struct {
	unsigned code;
	enum digest digest;
	const char *print_name;
} digests[] = {
#define ROW(code, digest, name) { code, digest, name },
	CTL_DIGESTS(ROW)
#undef ROW
};

static const unsigned modulus_bits[] = {
#define ROW(code, bits) [code] = bits,
	CTL_MODULI(ROW)
#undef ROW
};

#define ROW(id, name) [id] = name,
static const char *const kind_names[] = { CTL_KINDS(ROW) };
static const char *const dialect_names[] = { CTL_DIALECTS(ROW) };
static const char *const origin_names[] = { CTL_ORIGINS(ROW) };
static const char *const status_names[] = { CTL_STATUSES(ROW) };
static const char *const anchor_names[] = { CTL_ANCHORS(ROW) };
#undef ROW

static const struct ctl_tag_info *
find_tag(const struct ctl_tag_info *table, size_t num, uint8_t code)
{
	return code < num && table[code].name != NULL ? &table[code] : NULL;
}

const struct ctl_tag_info *
ctl_header_tag_info(uint8_t code)
{
	return find_tag(header_tags, COUNT(header_tags), code);
}

const struct ctl_tag_info *
ctl_record_tag_info(uint8_t code)
{
	return find_tag(record_tags, COUNT(record_tags), code);
}

const char *
ctl_role_name(unsigned code)
{
	size_t i;

	for (i = 0; i < COUNT(roles); i++)
		if (roles[i].code == code)
			return roles[i].name;
	return "unknown";
}

const char *
ctl_role_function(unsigned code)
{
	size_t i;

	for (i = 0; i < COUNT(roles); i++)
		if (roles[i].code == code)
			return roles[i].function;
	return NULL;
}

bool
ctl_role_of_function(struct bytes function, uint16_t *ret)
{
	size_t i;

	for (i = 0; i < COUNT(roles); i++)
		if (bytes_equal(function, bytes_of_str(roles[i].function))) {
			*ret = (uint16_t)roles[i].code;
			return true;
		}
	if (!bytes_equal(function, bytes_of_str(scfparser_sast)))
		return false;
	*ret = CTL_ROLE_SAST;
	return true;
}

bool
ctl_begins_function(struct bytes text)
{
	size_t i;

	for (i = 0; i < COUNT(roles); i++)
		if (bytes_starts(bytes_of_str(roles[i].function), text))
			return true;
	return bytes_starts(bytes_of_str(scfparser_sast), text);
}

bool
ctl_digest_of_code(unsigned code, enum digest *ret)
{
	size_t i;

	for (i = 0; i < COUNT(digests); i++)
		if (digests[i].code == code) {
			*ret = digests[i].digest;
			return true;
		}
	return false;
}

const char *
ctl_digest_print_name(unsigned code)
{
	size_t i;

	for (i = 0; i < COUNT(digests); i++)
		if (digests[i].code == code)
			return digests[i].print_name;
	return NULL;
}

unsigned
ctl_modulus_bits(unsigned code)
{
	return code < COUNT(modulus_bits) ? modulus_bits[code] : 0;
}

const char *
ctl_kind_name(enum ctl_kind kind)
{
	return kind_names[kind];
}

const char *
ctl_dialect_name(enum ctl_dialect dialect)
{
	return dialect_names[dialect];
}

const char *
ctl_origin_name(enum ctl_origin origin)
{
	return origin_names[origin];
}

const char *
ctl_status_name(enum ctl_status status)
{
	return status_names[status];
}

const char *
ctl_anchor_name(enum ctl_anchor_kind kind)
{
	return anchor_names[kind];
}

enum ctl_kind
ctl_kind_of_name(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT(kind_names); i++)
		if (kind_names[i] != NULL && strcmp(kind_names[i], name) == 0)
			return (enum ctl_kind)i;
	return CTL_KIND_AUTO;
}
