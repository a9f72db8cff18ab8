/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/tokenfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "data/doc_write.h"

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)

static const struct doc_name results[] = { { "ok", TOKENFILE_PASSED },
	{ "failed", TOKENFILE_FAILED }, { NULL, 0 } };

static const struct doc_field cert_fields[] = {
	{ FIELD(tokenfile_cert, sha1, DOC_HEX), .required = true,
	    .min = TOKENFILE_SHA1_LEN, .max = TOKENFILE_SHA1_LEN },
	{ FIELD(tokenfile_cert, subject, DOC_STRING) },
	{ FIELD(tokenfile_cert, issuer, DOC_STRING) },
	{ FIELD(tokenfile_cert, serial, DOC_HEX), .min = 1, .max = 255 },
};

static const struct doc_table cert_table = { .what = "certificate",
	.size = sizeof(struct tokenfile_cert),
	.fields = cert_fields,
	.num_fields = DOC_NUM(cert_fields) };

static const struct doc_field key_fields[] = {
	{ FIELD(tokenfile_key, id, DOC_HEX), .required = true, .min = 1,
	    .max = 255 },
	{ FIELD(tokenfile_key, from, DOC_STRING) },
	{ FIELD(tokenfile_key, when, DOC_TIME) },
};

static const struct doc_table key_table = { .what = "imported key",
	.size = sizeof(struct tokenfile_key),
	.fields = key_fields,
	.num_fields = DOC_NUM(key_fields) };

static const struct doc_field drill_fields[] = {
	{ FIELD(tokenfile_drill, when, DOC_TIME), .required = true },
	{ FIELD(tokenfile_drill, place, DOC_STRING) },
	{ FIELD(tokenfile_drill, key, DOC_HEX), .min = 1, .max = 255 },
	{ FIELD(tokenfile_drill, result, DOC_ENUM), .required = true,
	    .names = results },
};

static const struct doc_table drill_table = { .what = "drill",
	.size = sizeof(struct tokenfile_drill),
	.fields = drill_fields,
	.num_fields = DOC_NUM(drill_fields) };

static const struct doc_field token_fields[] = {
	{ FIELD(tokenfile_token, serial, DOC_STRING), .required = true,
	    .min = 1, .max = 255 },
	{ FIELD(tokenfile_token, label, DOC_STRING) },
	{ FIELD(tokenfile_token, uri, DOC_STRING) },
	{ FIELD(tokenfile_token, place, DOC_STRING) },
	{ FIELD(tokenfile_token, holder, DOC_STRING) },
	{ FIELD(tokenfile_token, certificates, DOC_MAPS),
	    .table = &cert_table },
	{ FIELD(tokenfile_token, imported, DOC_BOOL) },
	{ FIELD(tokenfile_token, imported_keys, DOC_MAPS),
	    .table = &key_table },
	{ FIELD(tokenfile_token, drills, DOC_MAPS), .table = &drill_table },
	{ .key = "",
	    .type = DOC_PLACE,
	    .offset = offsetof(struct tokenfile_token, at) },
};

static const struct doc_table token_table = { .what = "token",
	.size = sizeof(struct tokenfile_token),
	.fields = token_fields,
	.num_fields = DOC_NUM(token_fields) };

/* The file as it stands there. */
struct whole {
	struct doc_strings lists;
	struct doc_maps tokens;
};

static const struct doc_field whole_fields[] = {
	{ FIELD(whole, lists, DOC_STRINGS) },
	{ FIELD(whole, tokens, DOC_MAPS), .table = &token_table },
};

const struct doc_table tokenfile_table = { .what = "token inventory",
	.size = sizeof(struct whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

/* The lines at the beginning of TEXT that are comments or blank. */
static struct bytes
leading_comment(struct bytes text)
{
	size_t i, end = 0;
	bool comment = false;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n') {
			comment = false;
			end = i + 1;
		} else if (text.ptr[i] == '#' && i == end) {
			comment = true;
		} else if (!comment &&
		    (text.ptr[i] == '\0' ||
			strchr(" \t\r", text.ptr[i]) == NULL)) {
			break;
		}
	}
	/* nothing but a comment, and no newline at its end */
	return bytes_of(text.ptr, comment && i == text.len ? i : end);
}

/* SERIAL as PKCS#11 has it, filled up with blanks, less those. */
static struct bytes
trimmed(const char *serial)
{
	struct bytes b = bytes_of_str(serial);

	while (b.len > 0 && b.ptr[b.len - 1] == ' ')
		b.len--;
	return b;
}

struct tokenfile_token *
tokenfile_find(struct tokenfile *inv, const char *serial)
{
	size_t i;

	for (i = 0; i < inv->num_tokens; i++)
		if (bytes_equal(trimmed(inv->tokens[i].serial),
			trimmed(serial)))
			return &inv->tokens[i];
	return NULL;
}

/* Takes over the tokens of WHOLE, each of which must be another's. */
static enum err
take_tokens(struct tokenfile *inv, const struct whole *whole, struct diag *d)
{
	const struct tokenfile_token *from = whole->tokens.item, *other;
	struct tokenfile_token *t;
	size_t i;

	if (whole->tokens.num == 0)
		return ERR_OK;
	inv->tokens = doc_alloc(inv->doc, whole->tokens.num * sizeof(*t));
	if (inv->tokens == NULL)
		return diag_nomem(d);
	for (i = 0; i < whole->tokens.num; i++) {
		other = tokenfile_find(inv, from[i].serial);
		if (other != NULL)
			return doc_refuse(from[i].at, d,
			    "serial \"%.60s\" stands in line %u already",
			    from[i].serial, other->at.line);
		t = &inv->tokens[inv->num_tokens++];
		*t = from[i];
		t->imported |= t->imported_keys.num > 0;
	}
	return ERR_OK;
}

enum err
tokenfile_read(struct bytes text, struct tokenfile *ret, struct diag *d)
{
	struct tokenfile inv = { .num_tokens = 0 };
	struct whole whole = { .tokens = { NULL, 0 } };
	enum err e;

	e = doc_read(text, &tokenfile_table, &whole, &inv.doc, d);
	if (e != ERR_OK)
		return e;
	inv.lists = whole.lists;
	e = take_tokens(&inv, &whole, d);
	buf_put(&inv.comment, leading_comment(text));
	if (e == ERR_OK && !buf_ok(&inv.comment))
		e = diag_nomem(d);
	if (e == ERR_OK)
		*ret = inv;
	else
		tokenfile_clear(&inv);
	return e;
}

enum err
tokenfile_new(struct tokenfile *ret, struct diag *d)
{
	return tokenfile_read(bytes_of_str("{}"), ret, d);
}

enum err
tokenfile_load(const char *path, struct tokenfile *ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	e = file_load(path, DOC_SIZE_MAX, &text, d);
	if (e == ERR_OK)
		e = tokenfile_read(buf_bytes(&text), ret, d);
	buf_clear(&text);
	return e;
}

void
tokenfile_clear(struct tokenfile *inv)
{
	buf_clear(&inv->comment);
	doc_free(&inv->doc);
	memset(inv, 0, sizeof(*inv));
}

/* What is written must be read again, whatever came into it. */
static enum err
judge_text(struct bytes text, struct diag *d)
{
	struct tokenfile again;
	enum err e;

	e = tokenfile_read(text, &again, d);
	if (e == ERR_OK)
		tokenfile_clear(&again);
	return e;
}

enum err
tokenfile_put(const struct tokenfile *inv, struct buf *out, struct diag *d)
{
	const struct whole whole = { .lists = inv->lists,
		.tokens = { inv->tokens, inv->num_tokens } };
	struct buf text = { 0 };
	enum err e;

	buf_put(&text, buf_bytes(&inv->comment));
	if (text.len > 0 && text.ptr[text.len - 1] != '\n')
		buf_str(&text, "\n");
	e = doc_write(&tokenfile_table, &whole, &text, d);
	if (e == ERR_OK)
		e = judge_text(buf_bytes(&text), d);
	if (e == ERR_OK)
		buf_put(out, buf_bytes(&text));
	buf_clear(&text);
	return e == ERR_OK && !buf_ok(out) ? diag_nomem(d) : e;
}

enum err
tokenfile_save(const struct tokenfile *inv, const char *path, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	e = tokenfile_put(inv, &text, d);
	if (e == ERR_OK)
		e = file_write(path, buf_bytes(&text), FILE_CLOBBER, d);
	buf_clear(&text);
	return e;
}

/* A copy of the NUM elements of SIZE bytes at ITEM, with room for one more. */
static void *
one_more(struct tokenfile *inv, const void *item, size_t num, size_t size)
{
	char *memory = doc_alloc(inv->doc, (num + 1) * size);

	if (memory != NULL && num > 0)
		memcpy(memory, item, num * size);
	return memory;
}

static enum err
copy_bytes(struct tokenfile *inv, struct bytes from, struct bytes *ret,
    struct diag *d)
{
	uint8_t *copy;

	*ret = from;
	if (from.ptr == NULL)
		return ERR_OK;
	copy = doc_alloc(inv->doc, from.len + 1);
	if (copy == NULL)
		return diag_nomem(d);
	memcpy(copy, from.ptr, from.len);
	*ret = bytes_of(copy, from.len);
	return ERR_OK;
}

enum err
tokenfile_set(struct tokenfile *inv, const char **member, const char *text,
    struct diag *d)
{
	struct bytes copy;
	enum err e;

	if (text == NULL) {
		*member = NULL;
		return ERR_OK;
	}
	e = copy_bytes(inv, bytes_of_str(text), &copy, d);
	if (e == ERR_OK)
		*member = (const char *)copy.ptr;
	return e;
}

enum err
tokenfile_add(struct tokenfile *inv, const char *serial,
    struct tokenfile_token **ret, struct diag *d)
{
	struct tokenfile_token token = { .serial = NULL }, *more;
	struct bytes own;
	enum err e;

	if (trimmed(serial).len == 0)
		return diag_set(d, ERR_USAGE, "a token without serial number");
	if (tokenfile_find(inv, serial) != NULL)
		return diag_set(d, ERR_EXISTS,
		    "the token %.60s is in the inventory already", serial);
	/* the memory is zeroed and one byte longer */
	e = copy_bytes(inv, trimmed(serial), &own, d);
	if (e != ERR_OK)
		return e;
	token.serial = (const char *)own.ptr;
	more = one_more(inv, inv->tokens, inv->num_tokens, sizeof(token));
	if (more == NULL)
		return diag_nomem(d);
	more[inv->num_tokens] = token;
	inv->tokens = more;
	*ret = &more[inv->num_tokens++];
	return ERR_OK;
}

enum err
tokenfile_add_list(struct tokenfile *inv, const char *path, struct diag *d)
{
	const char *copy = NULL, **more;
	size_t i;
	enum err e;

	for (i = 0; i < inv->lists.num; i++)
		if (strcmp(inv->lists.item[i], path) == 0)
			return ERR_OK;
	e = tokenfile_set(inv, &copy, path, d);
	if (e != ERR_OK)
		return e;
	more = one_more(inv, inv->lists.item, inv->lists.num, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	more[inv->lists.num] = copy;
	inv->lists.item = more;
	inv->lists.num++;
	return ERR_OK;
}

/* Puts ELEMENT of SIZE bytes into LIST at AT, which may be its end. */
static enum err
put_element(struct tokenfile *inv, struct doc_maps *list, size_t at,
    const void *element, size_t size, struct diag *d)
{
	char *more = one_more(inv, list->item, list->num, size);

	if (more == NULL)
		return diag_nomem(d);
	memcpy(more + at * size, element, size);
	list->item = more;
	list->num += at == list->num;
	return ERR_OK;
}

enum err
tokenfile_add_cert(struct tokenfile *inv, struct tokenfile_token *t,
    const struct tokenfile_cert *cert, struct diag *d)
{
	const struct tokenfile_cert *have = t->certificates.item;
	struct tokenfile_cert own = { .subject = NULL };
	size_t at = 0;
	enum err e;

	e = copy_bytes(inv, cert->sha1, &own.sha1, d);
	if (e == ERR_OK)
		e = copy_bytes(inv, cert->serial, &own.serial, d);
	if (e == ERR_OK)
		e = tokenfile_set(inv, &own.subject, cert->subject, d);
	if (e == ERR_OK)
		e = tokenfile_set(inv, &own.issuer, cert->issuer, d);
	if (e != ERR_OK)
		return e;
	while (
	    at < t->certificates.num && !bytes_equal(have[at].sha1, cert->sha1))
		at++;
	return put_element(inv, &t->certificates, at, &own, sizeof(own), d);
}

enum err
tokenfile_add_key(struct tokenfile *inv, struct tokenfile_token *t,
    const struct tokenfile_key *key, struct diag *d)
{
	const struct tokenfile_key *have = t->imported_keys.item;
	struct tokenfile_key own = { .when = key->when };
	size_t at = 0;
	enum err e;

	e = copy_bytes(inv, key->id, &own.id, d);
	if (e == ERR_OK)
		e = tokenfile_set(inv, &own.from, key->from, d);
	if (e != ERR_OK)
		return e;
	while (at < t->imported_keys.num && !bytes_equal(have[at].id, key->id))
		at++;
	e = put_element(inv, &t->imported_keys, at, &own, sizeof(own), d);
	if (e == ERR_OK)
		t->imported = true;
	return e;
}

enum err
tokenfile_add_drill(struct tokenfile *inv, struct tokenfile_token *t,
    const struct tokenfile_drill *drill, struct diag *d)
{
	struct tokenfile_drill own = { .when = drill->when,
		.result = drill->result };
	enum err e;

	e = copy_bytes(inv, drill->key, &own.key, d);
	if (e == ERR_OK)
		e = tokenfile_set(inv, &own.place, drill->place, d);
	if (e != ERR_OK)
		return e;
	return put_element(inv, &t->drills, t->drills.num, &own, sizeof(own),
	    d);
}
