/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of lists: records that come, go and change. */
#include "ctl/draft_parts.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whose certificates the CTL client writes in its own way (format 6). */
static const char token_issuer[] = "Cisco Manufacturing CA";

/* *RET: attribute I of the issuer of C is a common name that begins with
 * token_issuer. */
static enum err
is_token_issuer(const struct cert *c, size_t i, bool *ret, struct diag *d)
{
	size_t len = sizeof(token_issuer) - 1;
	struct buf text = { 0 };
	struct cert_attr attr;
	struct diag why;
	enum err e;

	*ret = false;
	cert_attr(c, CERT_ISSUER, i, &attr);
	if (strcmp(attr.key, "CN") != 0)
		return ERR_OK;
	e = cert_put_attr_utf8(c, CERT_ISSUER, i, &text, &why);
	if (e == ERR_OK)
		*ret = text.len >= len &&
		    strncasecmp((const char *)text.ptr, token_issuer, len) == 0;
	buf_clear(&text);
	/* what is no text is not this text */
	return e == ERR_NOMEM ? diag_nomem(d) : ERR_OK;
}

enum err
ctl_dialect_for(const struct cert *c, enum ctl_dialect *ret, struct diag *d)
{
	size_t i, n = cert_num_attrs(c, CERT_ISSUER);
	enum err e = ERR_OK;
	bool token = false;

	for (i = 0; e == ERR_OK && !token && i < n; i++)
		e = is_token_issuer(c, i, &token, d);
	if (e == ERR_OK)
		*ret = token ? CTL_DIALECT_TOKEN : CTL_DIALECT_APPLIANCE;
	return e;
}

struct bytes
ctl_default_address(enum ctl_dialect dialect)
{
	static const uint8_t nowhere[4];

	if (dialect != CTL_DIALECT_TOKEN)
		return bytes_of(NULL, 0);
	return bytes_of(nowhere, sizeof(nowhere));
}

static struct ctl_draft *
new_draft(enum ctl_kind kind)
{
	struct ctl_draft *dr = calloc(1, sizeof(*dr));

	if (dr == NULL)
		return NULL;
	dr->kind = kind;
	dr->major = 1;
	dr->minor = 2;
	return dr;
}

enum err
ctl_draft_new(enum ctl_kind kind, struct ctl_draft **ret, struct diag *d)
{
	struct ctl_draft *dr = new_draft(kind);

	if (dr == NULL)
		return diag_nomem(d);
	*ret = dr;
	return ERR_OK;
}

static void
clear_item(struct ctl_draft_item *item)
{
	ctl_free(&item->file);
	buf_clear(&item->bytes);
}

void
ctl_draft_free(struct ctl_draft **dr)
{
	size_t i;

	if (*dr == NULL)
		return;
	for (i = 0; i < (*dr)->num; i++)
		clear_item(&(*dr)->items[i]);
	free((*dr)->items);
	free((*dr)->kept);
	buf_clear(&(*dr)->header);
	free(*dr);
	*dr = NULL;
}

/* Parses the bytes of ITEM, whose number in a draft is no place in a file. */
static enum err
parse_item(struct ctl_draft_item *item, struct diag *d)
{
	enum err e;

	if (!buf_ok(&item->bytes))
		return diag_nomem(d);
	e = ctl_parse_record(buf_bytes(&item->bytes), &item->file, d);
	if (e != ERR_OK)
		diag_at(d, DIAG_NOWHERE, "%s", "");
	return e;
}

/* Puts ITEM before record AT; takes it over, whatever the outcome. */
static enum err
insert_item(struct ctl_draft *dr, struct ctl_draft_item *item, size_t at,
    struct diag *d)
{
	void *array = dr->items;
	enum err e = ERR_OK;

	if (dr->num >= CTL_MAX_RECORDS)
		e = diag_set(d, ERR_TOO_BIG, "a list has at most %d records",
		    CTL_MAX_RECORDS);
	if (e == ERR_OK)
		e = ctl_grow(&array, &dr->cap, dr->num + 1, sizeof(*dr->items),
		    d);
	dr->items = array;
	if (e != ERR_OK) {
		clear_item(item);
		return e;
	}
	memmove(&dr->items[at], &dr->items[at - 1],
	    (dr->num - (at - 1)) * sizeof(*item));
	dr->items[at - 1] = *item;
	dr->num++;
	return ERR_OK;
}

/* The known tag that tag TAG of a header, when it is not known, is written
 * behind: SIGNATURE follows SIGNATUREINFO at once, and lists have no
 * encryption. */
static uint8_t
place_behind(uint8_t tag)
{
	if (tag == CTL_HDR_SIGNATURE_INFO)
		return CTL_HDR_SIGNATURE;
	if (tag >= CTL_HDR_ENCRYPTION && tag <= CTL_HDR_ENC_HASH)
		return CTL_HDR_TIMESTAMP;
	return tag;
}

/* Keeps the tags of H that are not known, and SIGNERVERSION. */
static void
keep_fields(struct ctl_draft *dr, const struct ctl_header *h)
{
	uint8_t last[4] = { 0 }; /* the last known tag of each depth */
	const struct ctl_field *field;
	struct ctl_kept *kept;
	size_t i;

	for (i = 0; i < h->num_fields; i++) {
		field = &h->fields[i];
		if (ctl_header_tag_info(field->tag) != NULL)
			last[field->depth] = field->tag;
		if (ctl_header_tag_info(field->tag) != NULL &&
		    field->tag != CTL_HDR_SIGNER_VERSION)
			continue;
		kept = &dr->kept[dr->num_kept++];
		kept->field = *field;
		/* its tag, length and value are in the copy as in the file */
		kept->field.value.ptr = dr->header.ptr + field->offset + 3;
		kept->behind = field->depth == 0 ? place_behind(last[0])
						 : last[field->depth - 1];
	}
}

static enum err
copy_header(struct ctl_draft *dr, const struct ctl_file *f, struct diag *d)
{
	const struct ctl_header *h = ctl_header(f);

	dr->major = h->major;
	dr->minor = h->minor;
	buf_put(&dr->header, bytes_of(ctl_raw(f).ptr, h->length));
	dr->kept = calloc(h->num_fields, sizeof(*dr->kept));
	if (dr->kept == NULL || !buf_ok(&dr->header))
		return diag_nomem(d);
	keep_fields(dr, h);
	return ERR_OK;
}

static enum err
copy_record(struct ctl_draft *dr, const struct ctl_file *f, size_t index,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct ctl_draft_item item = { .file = NULL };
	enum err e;

	buf_put(&item.bytes, bytes_of(ctl_raw(f).ptr + r->offset, r->length));
	e = parse_item(&item, d);
	if (e != ERR_OK) {
		clear_item(&item);
		return e;
	}
	return insert_item(dr, &item, index, d);
}

enum err
ctl_draft_from(const struct ctl_file *f, struct ctl_draft **ret, struct diag *d)
{
	struct ctl_draft *dr;
	size_t i;
	enum err e;

	if (!ctl_is_list(f))
		return diag_set(d, ERR_USAGE,
		    "this is no trust list, so it has no records");
	dr = new_draft(ctl_kind(f));
	if (dr == NULL)
		return diag_nomem(d);
	e = copy_header(dr, f, d);
	for (i = 1; e == ERR_OK && i <= ctl_num_records(f); i++)
		e = copy_record(dr, f, i, d);
	if (e == ERR_OK)
		*ret = dr;
	else
		ctl_draft_free(&dr);
	return e;
}

size_t
ctl_draft_num(const struct ctl_draft *dr)
{
	return dr->num;
}

/* Record INDEX as a file of this one record. */
static const struct ctl_file *
file_of(const struct ctl_draft *dr, size_t index)
{
	if (index == 0 || index > dr->num)
		return NULL;
	return dr->items[index - 1].file;
}

const struct ctl_record *
ctl_draft_record(const struct ctl_draft *dr, size_t index)
{
	const struct ctl_file *f = file_of(dr, index);

	return f == NULL ? NULL : ctl_record(f, 1);
}

struct bytes
ctl_draft_bytes(const struct ctl_draft *dr, size_t index)
{
	const struct ctl_file *f = file_of(dr, index);

	return f == NULL ? bytes_of(NULL, 0) : ctl_raw(f);
}

/* A record is known as a token's by its names alone (format 6). */
static enum err
check_dialect(const struct ctl_entry *entry, const struct ctl_record *r,
    struct diag *d)
{
	if (entry->cert == NULL || entry->dialect != CTL_DIALECT_TOKEN ||
	    r->dialect == CTL_DIALECT_TOKEN)
		return ERR_OK;
	return diag_set(d, ERR_UNSUPPORTED,
	    "neither issuer nor subject of the certificate has an attribute "
	    "that the token dialect writes, so that nobody could tell the "
	    "record's dialect");
}

static enum err
make_item(const struct ctl_entry *entry, const struct ctl_record *old,
    struct ctl_draft_item *ret, struct diag *d)
{
	struct ctl_draft_item item = { .file = NULL };
	enum err e;

	e = ctl_put_record(entry, old, &item.bytes, d);
	if (e == ERR_OK)
		e = parse_item(&item, d);
	if (e == ERR_OK)
		e = check_dialect(entry, ctl_record(item.file, 1), d);
	if (e == ERR_OK)
		*ret = item;
	else
		clear_item(&item);
	return e;
}

enum err
ctl_draft_add(struct ctl_draft *dr, const struct ctl_entry *entry, size_t at,
    struct diag *d)
{
	struct ctl_draft_item item;
	enum err e;

	e = make_item(entry, NULL, &item, d);
	if (e != ERR_OK)
		return e;
	if (at == 0 || at > dr->num)
		at = dr->num + 1;
	return insert_item(dr, &item, at, d);
}

void
ctl_draft_remove(struct ctl_draft *dr, size_t index)
{
	if (index == 0 || index > dr->num)
		return;
	clear_item(&dr->items[index - 1]);
	memmove(&dr->items[index - 1], &dr->items[index],
	    (dr->num - index) * sizeof(*dr->items));
	dr->num--;
}

enum err
ctl_draft_replace(struct ctl_draft *dr, size_t index, const struct cert *cert,
    enum ctl_dialect dialect, struct diag *d)
{
	struct ctl_entry entry = { .cert = cert, .dialect = dialect };
	struct ctl_draft_item item;
	enum err e;

	if (index == 0 || index > dr->num)
		return diag_set(d, ERR_USAGE, "there is no record %zu", index);
	e = make_item(&entry, ctl_draft_record(dr, index), &item, d);
	if (e != ERR_OK)
		return e;
	clear_item(&dr->items[index - 1]);
	dr->items[index - 1] = item;
	return ERR_OK;
}

/* *RET: record INDEX of F is a SAST with the key of C, as ctl_find_sast()
 * says. */
static enum err
is_sast_of(const struct ctl_file *f, size_t index, const struct cert *c,
    bool *ret, struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	enum ctl_identity identity;
	enum err e;

	*ret = false;
	if (!r->has_role || r->role != CTL_ROLE_SAST)
		return ERR_OK;
	if (der.ptr != NULL) {
		*ret = bytes_equal(der, cert_der(c));
		return ERR_OK;
	}
	if (key.ptr == NULL || !bytes_equal(key, cert_public_key_bytes(c)) ||
	    ctl_record_field(r, CTL_REC_ISSUER) == NULL ||
	    ctl_record_field(r, CTL_REC_SERIAL) == NULL)
		return ERR_OK;
	e = ctl_identify(f, index, c, &identity, d);
	if (e == ERR_OK)
		*ret = identity == CTL_SAME_CERT;
	return e;
}

enum err
ctl_find_sast(const struct ctl_file *f, const struct cert *c, size_t *ret,
    struct diag *d)
{
	size_t i, signer = ctl_signer_record(f), found = 0;
	enum err e = ERR_OK;
	bool same = false;

	/* of several the one that the header names */
	if (signer != 0)
		e = is_sast_of(f, signer, c, &same, d);
	if (same)
		found = signer;
	for (i = 1; e == ERR_OK && found == 0 && i <= ctl_num_records(f); i++) {
		e = is_sast_of(f, i, c, &same, d);
		found = same ? i : 0;
	}
	if (e == ERR_OK)
		*ret = found;
	return e;
}

static struct bytes
raw_record(const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);

	return bytes_of(ctl_raw(f).ptr + r->offset, r->length);
}

static bool
holds_record(const struct ctl_draft *dr, struct bytes raw)
{
	size_t i;

	for (i = 1; i <= dr->num; i++)
		if (bytes_equal(raw_record(file_of(dr, i), 1), raw))
			return true;
	return false;
}

enum err
ctl_find_sast_kept(const struct ctl_file *f, const struct ctl_draft *dr,
    const struct cert *c, size_t *ret, struct diag *d)
{
	size_t i, first, found = 0;
	enum err e;
	bool same;

	e = ctl_find_sast(f, c, &first, d);
	if (e == ERR_OK && first != 0 && holds_record(dr, raw_record(f, first)))
		found = first;
	for (i = 1;
	     e == ERR_OK && first != 0 && found == 0 && i <= ctl_num_records(f);
	     i++) {
		e = is_sast_of(f, i, c, &same, d);
		if (e == ERR_OK && same && holds_record(dr, raw_record(f, i)))
			found = i;
	}
	if (e == ERR_OK)
		*ret = found != 0 ? found : first;
	return e;
}

enum err
ctl_draft_find_sast(const struct ctl_draft *dr, const struct cert *c,
    size_t *ret, struct diag *d)
{
	size_t i, found = 0;
	enum err e = ERR_OK;
	bool same = false;

	for (i = 1; e == ERR_OK && found == 0 && i <= dr->num; i++) {
		e = is_sast_of(file_of(dr, i), 1, c, &same, d);
		found = same ? i : 0;
	}
	if (e == ERR_OK)
		*ret = found;
	return e;
}
