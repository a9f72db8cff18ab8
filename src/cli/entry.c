/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/entry.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define WORD_MAX 64

#define ROLE(id, code, name, text) { name, (code) },
const struct doc_name entry_roles[] = { CTL_ROLES(ROLE)
	/* as the option is called */
	{ "ccm-tftp", CTL_ROLE_CCM_TFTP },
	{ NULL, 0 } };
#undef ROLE

#define DIALECT(id, name) { name, id },
const struct doc_name entry_dialects[] = { CTL_DIALECTS(DIALECT){ NULL, 0 } };
#undef DIALECT

void
entry_clear(struct entry *e)
{
	buf_clear(&e->where);
	buf_clear(&e->said);
	buf_clear(&e->host);
	cert_free(&e->cert);
	memset(e, 0, sizeof(*e));
}

/* The entry of NAMES that is called NAME, or the one that ends them. */
static const struct doc_name *
find_name(const struct doc_name *names, struct bytes name)
{
	while (names->name != NULL &&
	    !bytes_equal(bytes_of_str(names->name), name))
		names++;
	return names;
}

bool
entry_role(struct bytes name, uint16_t *ret)
{
	const struct doc_name *found = find_name(entry_roles, name);

	if (found->name != NULL)
		*ret = (uint16_t)found->value;
	return found->name != NULL;
}

bool
entry_dialect(const char *name, enum ctl_dialect *ret)
{
	const struct doc_name *found = find_name(entry_dialects,
	    bytes_of_str(name));

	if (found->name != NULL)
		*ret = (enum ctl_dialect)found->value;
	return found->name != NULL;
}

/* ---- Values. ---- */

static bool
has_control(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return true;
	return false;
}

enum err
entry_set_host(struct entry *e, struct bytes host, struct diag *d)
{
	if (has_control(host) || !text_is_utf8(host))
		return diag_set(d, ERR_USAGE,
		    "a host name is text without control characters");
	buf_clear(&e->host);
	buf_put(&e->host, host);
	e->has_host = true;
	return buf_ok(&e->host) ? ERR_OK : diag_nomem(d);
}

enum err
entry_set_address(struct entry *e, const char *address, struct diag *d)
{
	struct in6_addr six;

	if (inet_pton(AF_INET6, address, &six) == 1)
		return diag_set(d, ERR_USAGE,
		    "'%s' is an IPv6 address: a list holds IPv4 addresses "
		    "alone, and no phone is known to read another",
		    address);
	if (inet_pton(AF_INET, address, e->address) != 1)
		return diag_set(d, ERR_USAGE,
		    "'%.80s' is no IPv4 address such as 10.0.0.1", address);
	e->has_address = true;
	return ERR_OK;
}

static enum err
set_address(struct entry *e, struct bytes value, struct diag *d)
{
	char text[WORD_MAX + 1];

	if (value.len > WORD_MAX || memchr(value.ptr, 0, value.len) != NULL)
		return diag_set(d, ERR_USAGE, "this is no IPv4 address");
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\0';
	return entry_set_address(e, text, d);
}

static enum err
set_dialect(struct entry *e, struct bytes value, struct diag *d)
{
	const struct doc_name *found = find_name(entry_dialects, value);

	if (found->name == NULL)
		return diag_set(d, ERR_USAGE,
		    "a dialect is appliance, token or builder, not '%.*s'",
		    (int)(value.len < WORD_MAX ? value.len : WORD_MAX),
		    (const char *)value.ptr);
	e->dialect = (enum ctl_dialect)found->value;
	e->has_dialect = true;
	return ERR_OK;
}

/* ---- The command line. ---- */

static const struct key {
	const char *name; /* with its "=" */
	size_t seen;      /* the member that says whether it was there */
	enum err (*set)(struct entry *e, struct bytes value, struct diag *d);
} keys[] = {
	{ "host=", offsetof(struct entry, has_host), entry_set_host },
	{ "ip=", offsetof(struct entry, has_address), set_address },
	{ "dialect=", offsetof(struct entry, has_dialect), set_dialect },
};

static const struct key *
key_of(struct bytes piece)
{
	size_t i;

	for (i = 0; i < DOC_NUM(keys); i++)
		if (bytes_starts(piece, bytes_of_str(keys[i].name)))
			return &keys[i];
	return NULL;
}

static enum err
take_key(struct entry *e, const struct key *key, struct bytes piece,
    struct diag *d)
{
	size_t len = strlen(key->name);
	bool seen;

	memcpy(&seen, (const char *)e + key->seen, sizeof(seen));
	if (seen)
		return diag_set(d, ERR_USAGE, "%.*s is there twice",
		    (int)len - 1, key->name);
	return key->set(e, bytes_of(piece.ptr + len, piece.len - len), d);
}

/* What stands behind the last comma of TEXT, or all of it. */
static struct bytes
last_piece(struct bytes text)
{
	size_t i = text.len;

	while (i > 0 && text.ptr[i - 1] != ',')
		i--;
	return bytes_of(text.ptr + i, text.len - i);
}

static enum err
parse(struct bytes rest, struct entry *ret, struct diag *d)
{
	const struct key *key;
	struct bytes piece;
	enum err e;

	for (;;) {
		piece = last_piece(rest);
		key = key_of(piece);
		if (key == NULL)
			break;
		e = take_key(ret, key, piece, d);
		if (e != ERR_OK)
			return e;
		if (piece.len == rest.len)
			return ERR_OK;
		rest.len -= piece.len + 1;
	}
	if (rest.len == 0)
		return diag_set(d, ERR_USAGE, "the certificate has no name");
	buf_put(&ret->where, rest);
	return buf_cstr(&ret->where) != NULL ? ERR_OK : diag_nomem(d);
}

enum err
entry_parse(const char *what, const char *text, uint16_t role,
    struct entry *ret, struct diag *d)
{
	size_t len = strlen(what);
	struct diag why;
	enum err e;

	diag_init(&why);
	buf_printf(&ret->said, "%s%s%.120s", what,
	    what[len - 1] == '=' ? "" : " ", text);
	if (buf_cstr(&ret->said) == NULL)
		return diag_nomem(d);
	ret->role = role;
	e = parse(bytes_of_str(text), ret, &why);
	if (e == ERR_OK && ret->where.len == 0 && !ret->has_host &&
	    !ret->has_address)
		e = diag_set(&why, ERR_USAGE,
		    "neither a certificate nor a host or an address");
	return e == ERR_OK
	    ? ERR_OK
	    : diag_set(d, e, "%s: %s", buf_cstr(&ret->said), why.msg);
}

/* ---- Use. ---- */

/* A key that is none was taken for a part of the name. */
static const char *
hint_for(const char *where)
{
	const char *comma = strrchr(where, ',');

	return comma != NULL && strchr(comma, '=') != NULL
	    ? "; behind the certificate may stand host=, ip= and dialect="
	    : "";
}

enum err
entry_load(struct entry *en, struct token_run *run, struct diag *d)
{
	const char *where;
	struct diag why;
	enum err e;

	if (en->where.len == 0)
		return ERR_OK;
	where = buf_cstr(&en->where);
	if (where == NULL)
		return diag_nomem(d);
	diag_init(&why);
	e = certload_one(where, run, NULL, &en->cert, &why);
	if (e == ERR_OK)
		return ERR_OK;
	(void)diag_set(d, e, "%s%s", why.msg,
	    e == ERR_ABSENT ? hint_for(where) : "");
	if (en->at.line > 0)
		diag_line(d, en->at.line, en->at.column);
	return e;
}

enum err
entry_about(const struct entry *en, enum err why, struct diag *d)
{
	struct diag bare = *d;

	if (why == ERR_OK || why == ERR_NOMEM)
		return why;
	if (en->at.line > 0)
		diag_line(d, en->at.line, en->at.column);
	else if (en->said.len > 0)
		(void)diag_set(d, why, "%.*s: %s", (int)en->said.len,
		    (const char *)en->said.ptr, bare.msg);
	return why;
}

enum err
entry_add(const struct entry *en, enum ctl_dialect dialect,
    struct ctl_draft *dr, size_t at, struct diag *d)
{
	struct ctl_entry entry = { .role = en->role,
		.cert = en->cert,
		.host = buf_bytes(&en->host),
		.dialect = en->has_dialect ? en->dialect : dialect };

	if (en->has_address)
		entry.address = bytes_of(en->address, sizeof(en->address));
	return entry_about(en, ctl_draft_add(dr, &entry, at, d), d);
}
