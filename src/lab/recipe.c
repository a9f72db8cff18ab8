/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/recipe.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "lab/header.h"
#include "lab/repeat.h"

struct recipe {
	struct doc *arena;
	struct recipe_doc doc;
	struct pool *pool;
	struct fields *record; /* one list for each of doc.records */
	struct bytes file;
};

/* Who signs, and what the header says of it. */
struct signer {
	const struct mint_key *key;
	struct header_source header;
};

static enum err
read_ip(struct recipe *rc, const struct recipe_record *from, struct bytes *ret,
    struct diag *diag)
{
	size_t len = strchr(from->ip, ':') != NULL ? 16 : 4;
	uint8_t *raw = doc_alloc(rc->arena, len);

	if (raw == NULL)
		return diag_nomem(diag);
	if (inet_pton(len == 4 ? AF_INET : AF_INET6, from->ip, raw) != 1)
		return doc_refuse(from->place, diag, "\"%s\" is no address",
		    from->ip);
	*ret = bytes_of(raw, len);
	return ERR_OK;
}

static enum err
read_record(struct recipe *rc, const struct recipe_record *from,
    struct dialect_record *ret, struct diag *diag)
{
	enum err err;

	ret->dialect = from->dialect;
	ret->dns = from->dns;
	ret->role = from->role_code != RECIPE_NONE ? from->role_code
						   : from->role;
	if (from->cert != NULL) {
		err = pool_cert(rc->pool, from->cert, from->place, &ret->cert,
		    diag);
		if (err != ERR_OK)
			return err;
	}
	if (from->ip == NULL)
		return ERR_OK;
	return read_ip(rc, from, &ret->ip, diag);
}

static enum err
make_field(struct recipe *rc, const struct dialect_record *record, uint8_t tag,
    struct fields *f, struct diag *diag)
{
	struct buf value = { 0 };
	struct bytes kept;
	enum err err;

	if (!dialect_has(record, tag))
		return ERR_OK;
	if (tag == DIALECT_LENGTH) {
		fields_put_kind(f, tag, 0, WIRE_TOTAL, 0);
		return ERR_OK;
	}
	err = dialect_value(record, tag, &value, diag);
	if (err == ERR_OK)
		err = pool_keep(rc->arena, &value, &kept, diag);
	if (err == ERR_OK)
		fields_put(f, tag, 0, kept);
	buf_clear(&value);
	return err;
}

static enum err
make_record(struct recipe *rc, const struct recipe_record *from,
    struct fields *f, struct diag *diag)
{
	struct fields_source source = { .arena = rc->arena, .pool = rc->pool };
	enum err err = read_record(rc, from, &source.record, diag);
	const uint8_t *tags;
	size_t i, num;

	tags = dialect_tags(from->dialect, &num);
	for (i = 0; i < num && err == ERR_OK; i++)
		err = make_field(rc, &source.record, tags[i], f, diag);
	if (err == ERR_OK)
		err = fields_edit(f, &from->fields, &source, diag);
	return err;
}

static enum err
make_records(struct recipe *rc, struct diag *diag)
{
	const struct recipe_record *from = rc->doc.records.item;
	size_t i, num = rc->doc.records.num;
	enum err err = ERR_OK;

	rc->record = doc_alloc(rc->arena, num * sizeof(*rc->record));
	if (rc->record == NULL)
		return diag_nomem(diag);
	for (i = 0; i < num && err == ERR_OK; i++)
		err = make_record(rc, &from[i], &rc->record[i], diag);
	return err;
}

/* The header names the signer as record N does, whatever that says. */
static enum err
sign_as_record(struct recipe *rc, struct signer *s, struct diag *diag)
{
	const struct recipe_signer *from = rc->doc.signer;
	const struct recipe_record *records = rc->doc.records.item;
	const struct dialect_cert *cert;
	const struct fields *f;
	enum err err;

	if (from->record > rc->doc.records.num)
		return doc_refuse(from->place, diag, "there is no record %u",
		    from->record);
	f = &rc->record[from->record - 1];
	s->header.name = fields_value(f, DIALECT_SUBJECT);
	s->header.serial = fields_value(f, DIALECT_SERIAL);
	s->header.ca = fields_value(f, DIALECT_ISSUER);
	if (records[from->record - 1].cert == NULL)
		return ERR_OK;
	err = pool_cert(rc->pool, records[from->record - 1].cert, from->place,
	    &cert, diag);
	if (err == ERR_OK)
		s->key = cert->spec.key;
	return err;
}

static enum err
name_of_cert(struct recipe *rc, const struct dialect_record *record,
    uint8_t header_tag, struct bytes *ret, struct diag *diag)
{
	struct buf value = { 0 };
	enum err err = dialect_value(record, fields_record_tag(header_tag),
	    &value, diag);

	if (err == ERR_OK)
		err = pool_keep(rc->arena, &value, ret, diag);
	buf_clear(&value);
	return err;
}

static enum err
sign_as_cert(struct recipe *rc, struct signer *s, struct diag *diag)
{
	const struct recipe_signer *from = rc->doc.signer;
	struct dialect_record record = { .dialect = from->dialect };
	enum err err = pool_cert(rc->pool, from->cert, from->place,
	    &record.cert, diag);

	if (err == ERR_OK)
		err = name_of_cert(rc, &record, 4, &s->header.name, diag);
	if (err == ERR_OK)
		err = name_of_cert(rc, &record, 5, &s->header.serial, diag);
	if (err == ERR_OK)
		err = name_of_cert(rc, &record, 6, &s->header.ca, diag);
	if (err == ERR_OK)
		s->key = record.cert->spec.key;
	return err;
}

static struct bytes
text_or(const char *text, struct bytes otherwise)
{
	return text == NULL ? otherwise : bytes_of(text, strlen(text) + 1);
}

static enum err
choose_signer(struct recipe *rc, struct signer *s, struct diag *diag)
{
	const struct recipe_signer *from = rc->doc.signer;
	enum err err = ERR_OK;

	if (from->record != 0)
		err = sign_as_record(rc, s, diag);
	else if (from->cert != NULL)
		err = sign_as_cert(rc, s, diag);
	if (err == ERR_OK && from->key != NULL)
		err = pool_key(rc->pool, from->key, &s->key, diag);
	if (err != ERR_OK)
		return err;
	if (s->key == NULL)
		return doc_refuse(from->place, diag, "no key to sign with");
	s->header.name = text_or(from->name, s->header.name);
	s->header.ca = text_or(from->ca, s->header.ca);
	if (from->serial.ptr != NULL)
		s->header.serial = from->serial;
	s->header.doc = &rc->doc;
	s->header.key_bits = mint_key_bits(s->key);
	s->header.fields.arena = rc->arena;
	s->header.fields.pool = rc->pool;
	s->header.fields.record.dialect = from->dialect;
	s->header.fields.header = true;
	return ERR_OK;
}

static enum err
seal(const struct recipe *rc, const struct signer *s, struct wire *w,
    struct diag *diag)
{
	const struct recipe_signer *from = rc->doc.signer;
	struct buf preimage = { 0 }, signature = { 0 };
	enum err err;

	wire_preimage(w, &preimage);
	if (from->style == RECIPE_FIRMWARE)
		err = mint_sign_firmware(s->key, (uint32_t)from->when,
		    buf_bytes(&preimage), &signature, diag);
	else
		err = mint_sign(s->key, rc->doc.header->digest,
		    buf_bytes(&preimage), &signature, diag);
	if (err != ERR_OK)
		goto out;
	if (from->length != RECIPE_NONE && from->length < signature.len)
		signature.len = from->length;
	while (from->length != RECIPE_NONE && buf_ok(&signature) &&
	    signature.len < from->length)
		buf_u8(&signature, 0);
	err = wire_seal(w, buf_bytes(&signature), diag);
out:
	buf_clear(&preimage);
	buf_clear(&signature);
	return err;
}

static void
put_payload(const struct recipe *rc, struct wire *w)
{
	size_t i;

	for (i = 0; i < rc->doc.records.num; i++)
		wire_put(w, rc->record[i].item, rc->record[i].num);
	if (rc->doc.content != NULL)
		wire_put_raw(w, bytes_of_str(rc->doc.content));
	wire_put_raw(w, rc->doc.content_hex);
}

static enum err
make_file(struct recipe *rc, struct wire *w, struct diag *diag)
{
	struct signer signer = { .key = NULL };
	struct fields *header = doc_alloc(rc->arena, sizeof(*header));
	enum err err;

	if (header == NULL)
		return diag_nomem(diag);
	err = choose_signer(rc, &signer, diag);
	if (err == ERR_OK)
		err = header_fields(&signer.header, header, diag);
	if (err != ERR_OK)
		return err;
	wire_put(w, header->item, header->num);
	put_payload(rc, w);
	if (!buf_ok(&w->out))
		return diag_set(diag, ERR_TOO_BIG,
		    "out of memory, or a length over 65535");
	return w->gap_len == 0 ? ERR_OK : seal(rc, &signer, w, diag);
}

/* Where PATCH applies, in the file as it was signed. */
static enum err
find_place(const struct recipe_patch *patch, struct bytes file, size_t *ret,
    struct diag *diag)
{
	struct wire_list list = { .num = 0 };
	const struct wire_tlv *tlv;
	enum err err;

	*ret = patch->offset;
	if (patch->from == RECIPE_END)
		*ret = file.len - patch->offset;
	if (patch->from == RECIPE_START || patch->from == RECIPE_END)
		return ERR_OK;
	err = wire_read(file, WIRE_BY_NAME, &list, diag);
	if (err != ERR_OK)
		return err;
	tlv = wire_find(&list, patch->space, (uint8_t)patch->tag);
	if (patch->from == RECIPE_HEADER)
		*ret += list.header.len;
	else if (tlv == NULL)
		err = doc_refuse(patch->place, diag, "no such TLV");
	else
		*ret += tlv->offset;
	wire_list_clear(&list);
	return err;
}

static enum err
apply(const struct recipe_patch *patch, struct bytes file, struct buf *out,
    struct diag *diag)
{
	size_t at = 0;
	enum err err;

	if (patch->hex.len > 0) {
		err = find_place(patch, file, &at, diag);
		if (err != ERR_OK)
			return err;
		if (at > out->len || patch->hex.len > out->len - at)
			return doc_refuse(patch->place, diag,
			    "beyond the end of the file");
		memcpy(out->ptr + at, patch->hex.ptr, patch->hex.len);
	}
	if (patch->cut > out->len)
		return doc_refuse(patch->place, diag, "nothing left to cut");
	out->len -= patch->cut;
	buf_put(out, patch->append);
	return buf_ok(out) ? ERR_OK : diag_nomem(diag);
}

static enum err
apply_all(const struct recipe *rc, struct bytes file, struct buf *out,
    struct diag *diag)
{
	const struct recipe_patch *patch = rc->doc.after.item;
	enum err err = ERR_OK;
	size_t i;

	buf_put(out, file);
	if (!buf_ok(out))
		return diag_nomem(diag);
	for (i = 0; i < rc->doc.after.num && err == ERR_OK; i++)
		err = apply(&patch[i], file, out, diag);
	return err;
}

static enum err
make(struct recipe *rc, const char *keys, struct diag *diag)
{
	struct wire w = { .gap_len = 0 };
	struct buf patched = { 0 };
	enum err err = pool_new(rc->arena, keys, &rc->doc.certs, &rc->pool,
	    diag);

	if (err == ERR_OK)
		err = make_records(rc, diag);
	if (err == ERR_OK)
		err = make_file(rc, &w, diag);
	if (err == ERR_OK)
		err = apply_all(rc, buf_bytes(&w.out), &patched, diag);
	if (err == ERR_OK)
		err = pool_keep(rc->arena, &patched, &rc->file, diag);
	buf_clear(&patched);
	wire_clear(&w);
	return err;
}

enum err
recipe_make(struct bytes yaml, const char *keys, struct recipe **ret,
    struct diag *diag)
{
	struct recipe *rc = calloc(1, sizeof(*rc));
	enum err err;

	if (rc == NULL)
		return diag_nomem(diag);
	err = doc_read(yaml, &recipe_table, &rc->doc, &rc->arena, diag);
	if (err == ERR_OK)
		err = repeat_all(&rc->doc, rc->arena, diag);
	if (err == ERR_OK)
		err = make(rc, keys, diag);
	if (err == ERR_OK)
		*ret = rc;
	else
		recipe_free(&rc);
	return err;
}

void
recipe_free(struct recipe **recipe)
{
	if (*recipe == NULL)
		return;
	pool_free(&(*recipe)->pool);
	doc_free(&(*recipe)->arena);
	free(*recipe);
	*recipe = NULL;
}

struct bytes
recipe_file(const struct recipe *recipe)
{
	return recipe->file;
}

const char *
recipe_file_name(const struct recipe *recipe)
{
	const char *name = recipe->doc.header->filename;

	if (name == NULL || name[0] == '.' || name[0] == '\0' ||
	    strchr(name, '/') != NULL)
		return "file";
	return name;
}

size_t
recipe_num_certs(const struct recipe *recipe)
{
	return recipe->doc.certs.num;
}

struct bytes
recipe_cert(const struct recipe *recipe, size_t i, const char **ret_name)
{
	const struct recipe_cert *certs = recipe->doc.certs.item;
	const struct dialect_cert *cert;
	struct bytes none = { 0 };

	*ret_name = certs[i].name;
	if (pool_cert(recipe->pool, certs[i].name, certs[i].place, &cert,
		NULL) != ERR_OK)
		return none;
	return cert->der;
}
