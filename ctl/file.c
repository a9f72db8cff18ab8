/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum ctl_kind
ctl_kind(const struct ctl_file *f)
{
	return f->kind;
}

bool
ctl_is_list(const struct ctl_file *f)
{
	return f->kind == CTL_KIND_CTL || f->kind == CTL_KIND_ITL;
}

struct bytes
ctl_raw(const struct ctl_file *f)
{
	return f->raw;
}

struct bytes
ctl_payload(const struct ctl_file *f)
{
	return f->payload;
}

const struct ctl_header *
ctl_header(const struct ctl_file *f)
{
	return &f->header;
}

size_t
ctl_num_records(const struct ctl_file *f)
{
	return f->num_records;
}

const struct ctl_record *
ctl_record(const struct ctl_file *f, size_t index)
{
	if (index == 0 || index > f->num_records)
		return NULL;
	return &f->records[index - 1];
}

static const struct ctl_field *
find(const struct ctl_field *fields, size_t num, unsigned tag)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (fields[i].tag == tag)
			return &fields[i];
	return NULL;
}

const struct ctl_field *
ctl_header_field(const struct ctl_header *h, enum ctl_header_tag tag)
{
	return find(h->fields, h->num_fields, tag);
}

const struct ctl_field *
ctl_record_field(const struct ctl_record *r, enum ctl_record_tag tag)
{
	return find(r->fields, r->num_fields, tag);
}

static struct bytes
value_of(const struct ctl_field *field)
{
	return field == NULL ? bytes_of(NULL, 0) : field->value;
}

static struct bytes
text_of(const struct ctl_field *field)
{
	struct bytes text = value_of(field);

	while (text.len > 0 && text.ptr[text.len - 1] == '\0')
		text.len--;
	return text;
}

struct bytes
ctl_header_value(const struct ctl_header *h, enum ctl_header_tag tag)
{
	return value_of(ctl_header_field(h, tag));
}

struct bytes
ctl_record_value(const struct ctl_record *r, enum ctl_record_tag tag)
{
	return value_of(ctl_record_field(r, tag));
}

struct bytes
ctl_header_text(const struct ctl_header *h, enum ctl_header_tag tag)
{
	return text_of(ctl_header_field(h, tag));
}

struct bytes
ctl_record_text(const struct ctl_record *r, enum ctl_record_tag tag)
{
	return text_of(ctl_record_field(r, tag));
}

bool
ctl_header_number(const struct ctl_header *h, enum ctl_header_tag tag,
    uint32_t *ret)
{
	struct bytes value = ctl_header_value(h, tag);
	uint32_t n = 0;
	uint8_t byte;

	if (value.ptr == NULL || value.len > sizeof(n))
		return false;
	while (bytes_u8(&value, &byte))
		n = n << 8 | byte;
	*ret = n;
	return true;
}

static bool
ends_with(struct bytes name, const char *end)
{
	size_t len = strlen(end);

	return name.len >= len &&
	    strncasecmp((const char *)name.ptr + name.len - len, end, len) == 0;
}

static bool
begins_with(struct bytes name, const char *start)
{
	size_t len = strlen(start);

	return name.len >= len &&
	    strncasecmp((const char *)name.ptr, start, len) == 0;
}

/* Names that firmware never has. */
static bool
is_config_name(struct bytes name)
{
	return ends_with(name, ".xml") || ends_with(name, ".xml.sgn") ||
	    ends_with(name, ".sha512");
}

enum ctl_kind
ctl_kind_by_name(const struct ctl_file *f)
{
	const struct ctl_header *h = &f->header;
	struct bytes name = ctl_header_text(h, CTL_HDR_FILENAME);

	if (begins_with(name, "CTL") && ends_with(name, ".tlv"))
		return CTL_KIND_CTL;
	if (begins_with(name, "ITL") && ends_with(name, ".tlv"))
		return CTL_KIND_ITL;
	if (name.len == 0 || ends_with(name, ".tlv"))
		return CTL_KIND_AUTO;
	if (ctl_header_field(h, CTL_HDR_ENCRYPTION) != NULL ||
	    ends_with(name, ".enc.sgn"))
		return CTL_KIND_ENCRYPTED;
	if (is_config_name(name))
		return CTL_KIND_SIGNED;
	/* Firmware is header 1.1 and has no TIMESTAMP (format 2.4). */
	if (ends_with(name, ".loads") || ends_with(name, ".sbn") ||
	    (h->major == 1 && h->minor == 1 &&
		ctl_header_field(h, CTL_HDR_TIMESTAMP) == NULL))
		return CTL_KIND_FIRMWARE;
	return CTL_KIND_SIGNED;
}

enum ctl_kind
ctl_kind_by_roles(const struct ctl_file *f)
{
	size_t i;

	for (i = 0; i < f->num_records; i++)
		if (f->records[i].has_role &&
		    f->records[i].role == CTL_ROLE_TVS)
			return CTL_KIND_ITL;
	return CTL_KIND_CTL;
}

/* Position of TAG in R, or the number of fields. */
static size_t
place_of(const struct ctl_record *r, enum ctl_record_tag tag)
{
	const struct ctl_field *field = ctl_record_field(r, tag);

	return field == NULL ? r->num_fields : (size_t)(field - r->fields);
}

enum ctl_dialect
ctl_dialect_of(const struct ctl_record *r)
{
	struct bytes name = ctl_record_text(r, CTL_REC_ISSUER);
	size_t serial = place_of(r, CTL_REC_SERIAL);

	if (name.len == 0)
		name = ctl_record_text(r, CTL_REC_SUBJECT);
	if (name.len > 0 && name.ptr[0] >= 'a' && name.ptr[0] <= 'z')
		return CTL_DIALECT_TOKEN;
	if (serial < r->num_fields && r->has_role &&
	    serial < place_of(r, CTL_REC_ROLE))
		return CTL_DIALECT_BUILDER;
	if (name.len > 0 && ctl_record_field(r, CTL_REC_DNS_NAME) == NULL &&
	    ctl_record_field(r, CTL_REC_ADDRESS) == NULL)
		return CTL_DIALECT_BUILDER;
	return CTL_DIALECT_APPLIANCE;
}

enum err
ctl_grow(void **array, size_t *cap, size_t need, size_t size, struct diag *d)
{
	size_t want = *cap == 0 ? 64 : *cap * 2;
	void *bigger;

	if (need <= *cap)
		return ERR_OK;
	bigger = realloc(*array, want * size);
	if (bigger == NULL)
		return diag_nomem(d);
	*array = bigger;
	*cap = want;
	return ERR_OK;
}
