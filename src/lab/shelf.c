/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/list.h"

#define BUCKETS 8192
#define KEY_BITS 1024
#define MADE_AT 1500000000
#define MADE_AT_LIST 0x59682f00

struct made_cert {
	struct shelf_id id;
	char text[48]; /* its common name */
	struct mint_attr subject[3];
	uint8_t serial[10];
	struct mint_key *key;
	struct buf der, public_key, signature;
	struct dialect_cert cert;
	struct made_cert *next;
};

struct made_sheet {
	struct sheet sheet;
	struct buf file;
	struct made_sheet *next; /* in its bucket */
};

struct by_number {
	struct made_sheet *made;
};

/* That a key fits a file, or not. */
struct made_fit {
	const struct sheet *file;
	struct bytes key;
	bool fits;
	struct made_fit *next;
};

struct shelf {
	const char *keys;
	struct mint_key *maker; /* signs certificates of tokens and curves */
	struct made_cert *certs;
	struct made_sheet *bucket[BUCKETS];
	struct made_fit *fit[BUCKETS];
	struct by_number *sheet;
	size_t num, cap;
};

static const char *const kind_names[] = {
#define NAME(id, name) name,
	SHELF_KINDS(NAME)
#undef NAME
};

/* The manufacturer of tokens. */
static const struct mint_attr maker_name[] = {
	{ "O", "Cisco Systems", MINT_UTF8 },
	{ "CN", "Cisco Manufacturing CA", MINT_UTF8 },
};

const char *
shelf_kind_name(enum shelf_kind kind)
{
	return kind < SHELF_NUM_KINDS ? kind_names[kind] : "nothing";
}

static bool
is_same_id(struct shelf_id a, struct shelf_id b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static size_t
hash(const void *ptr, size_t len, size_t seed)
{
	const uint8_t *at = ptr;
	size_t i, h = 14695981039346656037u ^ seed;

	for (i = 0; i < len; i++)
		h = (h ^ at[i]) * 1099511628211u;
	return (h ^ h >> 29) % BUCKETS;
}

static enum err
load_key(const struct shelf *s, const char *name, struct mint_key **ret,
    struct diag *diag)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s.pem", s->keys, name);
	return mint_key_load(path, ret, diag);
}

enum err
shelf_new(const char *keys, struct shelf **ret, struct diag *diag)
{
	struct shelf *s = calloc(1, sizeof(*s));
	enum err err;

	if (s == NULL)
		return diag_nomem(diag);
	s->keys = keys;
	err = load_key(s, "rsa2048-h", &s->maker, diag);
	if (err == ERR_OK)
		*ret = s;
	else
		shelf_free(&s);
	return err;
}

static void
free_cert(struct made_cert *c)
{
	mint_key_free(&c->key);
	buf_clear(&c->der);
	buf_clear(&c->public_key);
	buf_clear(&c->signature);
	free(c);
}

static void
free_sheet(struct made_sheet *m)
{
	wire_list_clear(&m->sheet.tlvs);
	buf_clear(&m->file);
	free(m);
}

void
shelf_free(struct shelf **ps)
{
	struct shelf *s = *ps;
	struct made_cert *c;
	struct made_fit *f;
	size_t i;

	if (s == NULL)
		return;
	while ((c = s->certs) != NULL) {
		s->certs = c->next;
		free_cert(c);
	}
	for (i = 0; i < s->num; i++)
		free_sheet(s->sheet[i].made);
	for (i = 0; i < BUCKETS; i++)
		while ((f = s->fit[i]) != NULL) {
			s->fit[i] = f->next;
			free(f);
		}
	free(s->sheet);
	mint_key_free(&s->maker);
	free(s);
	*ps = NULL;
}

/* ---- Certificates. ---- */

static void
put_text(struct made_cert *c)
{
	static const struct {
		const char *before, *behind;
	} forms[] = { { "node", "" }, { "node", "-EC" }, { "CAPF-", "" },
		{ "node", "-tvs" }, { "ITLRECOVERY_node", "" },
		{ "node", "-tomcat" }, { "node", "-ipsec" },
		{ "SAST-ADN000", "        " } };

	(void)snprintf(c->text, sizeof(c->text), "%s%u%s",
	    forms[c->id.kind].before,
	    c->id.kind == SHELF_CAPF ? c->id.generation : (unsigned)c->id.node,
	    forms[c->id.kind].behind);
}

/* Names and number. A regenerated certificate has the names of the old one,
 * and another number; CAPF and tokens have a name of their own each time. Two
 * with different issuers may have the same number: neither alone says who it
 * is. */
static void
put_names(struct made_cert *c, struct mint_spec *spec)
{
	const struct shelf_id id = c->id;
	bool token = id.kind == SHELF_TOKEN;
	bool made = token || id.kind == SHELF_ECDSA; /* by somebody else */
	const uint8_t serial[] = { token ? 0x45 : 0x5b, 0x1d,
		made ? id.kind : 0, made ? id.node : 0, 0x31, id.generation,
		0x77, 0x08, 0xe9, 0x83 };

	put_text(c);
	c->subject[0] = (struct mint_attr){ "O",
		token ? "Cisco Systems, Inc." : "Lab", MINT_UTF8 };
	c->subject[1] = (struct mint_attr){ "OU", "IPCBU", MINT_UTF8 };
	c->subject[2] = (struct mint_attr){ "CN", c->text, MINT_UTF8 };
	memcpy(c->serial, serial, sizeof(serial));
	spec->serial = bytes_of(c->serial, token ? 10 : 8);
	spec->subject = (struct mint_name){ c->subject, 3 };
	spec->issuer = spec->subject;
	spec->issuer_key = c->key;
	if (made) {
		spec->issuer = (struct mint_name){ maker_name, 2 };
		spec->issuer_key = NULL;
	}
}

static enum err
put_key(struct shelf *s, struct made_cert *c, struct diag *diag)
{
	if (c->id.kind == SHELF_ECDSA)
		return mint_key_new(256, &c->key, diag);
	if (c->id.generation >= SHELF_BIG)
		return load_key(s, "rsa4096-a", &c->key, diag);
	return mint_key_new(KEY_BITS, &c->key, diag);
}

static enum err
fill_cert(struct shelf *s, struct made_cert *c, struct diag *diag)
{
	struct mint_spec spec = { .not_before = MADE_AT,
		.not_after = MADE_AT + 500000000,
		.digest = MINT_SHA256 };
	enum err err = put_key(s, c, diag);

	if (err != ERR_OK)
		return err;
	spec.key = c->key;
	put_names(c, &spec);
	if (spec.issuer_key == NULL)
		spec.issuer_key = s->maker;
	err = mint_cert(&spec, &c->der, diag);
	if (err == ERR_OK)
		err = mint_key_public(c->key, &c->public_key, diag);
	if (err == ERR_OK)
		err = mint_cert_signature(buf_bytes(&c->der), &c->signature,
		    diag);
	c->cert = (struct dialect_cert){ .spec = spec,
		.public_key = buf_bytes(&c->public_key),
		.signature = buf_bytes(&c->signature),
		.der = buf_bytes(&c->der) };
	return err;
}

enum err
shelf_cert(struct shelf *s, struct shelf_id id, const struct dialect_cert **ret,
    struct diag *diag)
{
	struct made_cert *c;
	enum err err;

	for (c = s->certs; c != NULL; c = c->next)
		if (is_same_id(c->id, id))
			break;
	if (c == NULL) {
		c = calloc(1, sizeof(*c));
		if (c == NULL)
			return diag_nomem(diag);
		c->id = id;
		err = fill_cert(s, c, diag);
		if (err != ERR_OK) {
			free_cert(c);
			return err;
		}
		c->next = s->certs;
		s->certs = c;
	}
	*ret = &c->cert;
	return ERR_OK;
}

/* ---- Files. ---- */

/* Who writes a record: that of a token is written its way in any list. */
static enum dialect
dialect_of(const struct shelf_plan *plan, struct shelf_record r)
{
	if (r.cert.kind == SHELF_NUM_KINDS)
		return DIALECT_EMPTY;
	if (r.cert.kind == SHELF_TOKEN)
		return DIALECT_TOKEN;
	return plan->by_client ? DIALECT_CLIENT : DIALECT_APPLIANCE;
}

static enum err
put_record(struct shelf *s, const struct shelf_plan *plan,
    struct shelf_record from, struct wire *w, struct diag *diag)
{
	char dns[32] = "";
	const uint8_t ip[] = { 10, 0, from.node, from.moved };
	struct dialect_record r = { .dialect = dialect_of(plan, from),
		.role = from.role,
		.dns = dns,
		.ip = bytes_of(ip, sizeof(ip)) };
	enum err err = ERR_OK;

	if (from.node == SHELF_NOWHERE)
		r.ip = bytes_of("\0\0\0\0", 4);
	else
		(void)snprintf(dns, sizeof(dns), "10.0.%u.%u",
		    (unsigned)from.node, (unsigned)from.moved);
	if (r.dialect != DIALECT_EMPTY)
		err = shelf_cert(s, from.cert, &r.cert, diag);
	return err == ERR_OK ? list_put_record(&r, w, diag) : err;
}

static enum err
write_file(struct shelf *s, const struct shelf_plan *plan, struct wire *w,
    struct diag *diag)
{
	static const char *const files[] = { "CTLFile.tlv", "ITLFile.tlv",
		"SEP0.cnf.xml" };
	struct dialect_record signer = { .dns = "",
		.dialect = plan->signer.kind == SHELF_TOKEN
		    ? DIALECT_TOKEN
		    : DIALECT_APPLIANCE };
	struct list_head head = { .file = files[plan->form],
		.digest = (enum mint_digest)plan->digest,
		.when = MADE_AT_LIST,
		.signer = &signer };
	enum err err = shelf_cert(s, plan->signer, &signer.cert, diag);
	size_t i;

	if (err != ERR_OK || signer.cert == NULL)
		return err;
	head.key = plan->forged != 0 ? s->maker : signer.cert->spec.key;
	err = list_put_head(&head, w, diag);
	for (i = 0; i < plan->num && err == ERR_OK; i++)
		err = put_record(s, plan, plan->record[i], w, diag);
	if (err == ERR_OK && plan->form == SHELF_CONFIG)
		wire_put_raw(w, bytes_of_str("<device></device>\n"));
	if (err == ERR_OK)
		err = list_seal(&head, w, diag);
	return err;
}

static enum err
fill_sheet(struct shelf *s, struct made_sheet *m, struct diag *diag)
{
	const struct shelf_plan *plan = &m->sheet.plan;
	struct wire w = { .gap_at = 0 };
	enum err err = write_file(s, plan, &w, diag);

	if (err == ERR_OK) {
		m->file = w.out;
		w.out = (struct buf){ 0 };
		m->sheet.file = buf_bytes(&m->file);
		err = wire_read(m->sheet.file,
		    plan->form == SHELF_CONFIG ? WIRE_CONTENT : WIRE_RECORDS,
		    &m->sheet.tlvs, diag);
	}
	wire_clear(&w);
	return err;
}

static enum err
grow(struct shelf *s, struct diag *diag)
{
	size_t cap = s->cap == 0 ? 256 : s->cap * 2;
	struct by_number *more;

	if (s->num < s->cap)
		return ERR_OK;
	more = realloc(s->sheet, cap * sizeof(*more));
	if (more == NULL)
		return diag_nomem(diag);
	s->sheet = more;
	s->cap = cap;
	return ERR_OK;
}

void
shelf_put(struct shelf_plan *plan, struct shelf_record record)
{
	if (plan->num < SHELF_MAX_RECORDS)
		plan->record[plan->num] = record;
	plan->num++;
}

enum err
shelf_make(struct shelf *s, const struct shelf_plan *plan,
    const struct sheet **ret, struct diag *diag)
{
	size_t at = hash(plan, sizeof(*plan), 0);
	struct made_sheet *m;
	enum err err;

	for (m = s->bucket[at]; m != NULL; m = m->next)
		if (memcmp(&m->sheet.plan, plan, sizeof(*plan)) == 0) {
			*ret = &m->sheet;
			return ERR_OK;
		}
	if (plan->num > SHELF_MAX_RECORDS)
		return diag_set(diag, ERR_TOO_BIG, "more than %d records",
		    SHELF_MAX_RECORDS);
	err = grow(s, diag);
	if (err != ERR_OK)
		return err;
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return diag_nomem(diag);
	m->sheet.plan = *plan;
	err = fill_sheet(s, m, diag);
	if (err != ERR_OK) {
		free_sheet(m);
		return err;
	}
	m->next = s->bucket[at];
	s->bucket[at] = m;
	s->sheet[s->num].made = m;
	m->sheet.number = ++s->num;
	*ret = &m->sheet;
	return ERR_OK;
}

/* ---- Signatures. ---- */

enum err
shelf_check(const struct sheet *file, struct bytes key, bool *ret,
    struct diag *diag)
{
	static const enum mint_digest digests[] = { MINT_SHA1, MINT_SHA256,
		MINT_SHA512 };
	const struct wire_tlv *code = wire_find(&file->tlvs, 0, 8),
			      *signature = wire_find(&file->tlvs, 0,
				  WIRE_SIGNATURE);
	struct buf message = { 0 };
	enum err err;

	*ret = false;
	if (code == NULL || signature == NULL || code->length != 1 ||
	    code->value.ptr[0] < 1 || code->value.ptr[0] > 3)
		return ERR_OK;
	wire_put_signed(file->file, &file->tlvs, &message);
	if (!buf_ok(&message))
		err = diag_nomem(diag);
	else
		err = mint_check(key, digests[code->value.ptr[0] - 1],
		    buf_bytes(&message), signature->value, ret, diag);
	buf_clear(&message);
	return err;
}

enum err
shelf_fits(struct shelf *s, const struct sheet *file, struct bytes public_key,
    bool *ret, struct diag *diag)
{
	size_t at = hash(public_key.ptr, public_key.len, file->number);
	struct made_fit *f;
	enum err err;

	for (f = s->fit[at]; f != NULL; f = f->next)
		if (f->file == file && bytes_equal(f->key, public_key)) {
			*ret = f->fits;
			return ERR_OK;
		}
	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return diag_nomem(diag);
	f->file = file;
	f->key = public_key;
	err = shelf_check(file, public_key, &f->fits, diag);
	if (err != ERR_OK) {
		free(f);
		return err;
	}
	f->next = s->fit[at];
	s->fit[at] = f;
	*ret = f->fits;
	return ERR_OK;
}

size_t
shelf_num(const struct shelf *s)
{
	return s->num;
}

const struct sheet *
shelf_sheet(const struct shelf *s, size_t number)
{
	return &s->sheet[number - 1].made->sheet;
}
