/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "pki/ext_parts.h"
#include "pki/ossl.h"

/* ---- Names ------------------------------------------------------------------ */

static const char *const key_usage_names[] = {
#define EXT_NAME(id, name) [id] = (name),
	EXT_KEY_USAGES(EXT_NAME)
#undef EXT_NAME
};

static const struct {
	const char *name, *oid;
} purposes[] = {
#define EXT_PURPOSE(id, name, oid) [id] = { name, oid },
	EXT_PURPOSES(EXT_PURPOSE)
#undef EXT_PURPOSE
};

const char *
ext_key_usage_name(enum ext_key_usage bit)
{
	return key_usage_names[bit];
}

const char *
ext_purpose_name(enum ext_purpose purpose)
{
	return purposes[purpose].name;
}

bool
ext_key_usage_of(const char *name, enum ext_key_usage *ret)
{
	int i;

	for (i = 0; i < EXT_NUM_KEY_USAGES; i++)
		if (strcmp(key_usage_names[i], name) == 0) {
			*ret = (enum ext_key_usage)i;
			return true;
		}
	return false;
}

bool
ext_purpose_of(const char *name, enum ext_purpose *ret)
{
	int i;

	for (i = 0; i < EXT_NUM_PURPOSES; i++)
		if (strcmp(purposes[i].name, name) == 0) {
			*ret = (enum ext_purpose)i;
			return true;
		}
	return false;
}

/* ---- Extensions --------------------------------------------------------------- */

/* One certificate's or request's, being read. */
struct reading {
	const STACK_OF(X509_EXTENSION) * exts;
	struct ext *x;
	struct diag *d;
};

/* *RET is the decoded extension, or NULL; *RET_CRITICAL: it is. */
static enum err
decode(const struct reading *r, int nid, void **ret, enum ext_state *ret_state,
    bool *ret_critical)
{
	int critical = 0;

	*ret = X509V3_get_d2i(r->exts, nid, &critical, NULL);
	*ret_critical = critical == 1;
	if (*ret != NULL) {
		*ret_state = EXT_PRESENT;
		return ERR_OK;
	}
	/* -1: there is none; -2: several; else it does not decode */
	*ret_state = critical == -1 ? EXT_ABSENT : EXT_BROKEN;
	if (critical >= 0 && ossl_fail(NULL, ERR_SYNTAX, "") == ERR_NOMEM)
		return diag_nomem(r->d);
	return ERR_OK;
}

static enum err
read_key_usage(const struct reading *r)
{
	struct ext *x = r->x;
	void *bits;
	enum err e;
	int i;

	e = decode(r, NID_key_usage, &bits, &x->key_usage,
	    &x->key_usage_critical);
	for (i = 0; e == ERR_OK && bits != NULL && i < EXT_NUM_KEY_USAGES; i++)
		if (ASN1_BIT_STRING_get_bit(bits, i) == 1)
			x->key_usage_bits |= 1u << i;
	ASN1_BIT_STRING_free(bits);
	return e;
}

static void
note_purpose(struct ext *x, const ASN1_OBJECT *purpose)
{
	char oid[128] = "";
	int i;

	(void)OBJ_obj2txt(oid, sizeof(oid), purpose, 1);
	for (i = 0; i < EXT_NUM_PURPOSES; i++)
		if (strcmp(oid, purposes[i].oid) == 0) {
			x->purpose_bits |= 1u << i;
			return;
		}
	buf_printf(&x->other_purposes, "%s%s",
	    x->other_purposes.len > 0 ? " " : "", oid);
}

static enum err
read_purposes(const struct reading *r)
{
	bool critical;
	void *all;
	enum err e;
	int i;

	e = decode(r, NID_ext_key_usage, &all, &r->x->purposes, &critical);
	for (i = 0; e == ERR_OK && i < sk_ASN1_OBJECT_num(all); i++)
		note_purpose(r->x, sk_ASN1_OBJECT_value(all, i));
	EXTENDED_KEY_USAGE_free(all);
	return e;
}

static enum err
read_constraints(const struct reading *r)
{
	struct ext *x = r->x;
	BASIC_CONSTRAINTS *bc;
	void *found;
	enum err e;

	x->path_len = -1;
	e = decode(r, NID_basic_constraints, &found, &x->constraints,
	    &x->constraints_critical);
	bc = found;
	if (bc == NULL)
		return e;
	x->ca = bc->ca != 0;
	if (bc->pathlen != NULL)
		x->path_len = ASN1_INTEGER_get(bc->pathlen);
	if (bc->pathlen != NULL && x->path_len < 0)
		x->constraints = EXT_BROKEN;
	BASIC_CONSTRAINTS_free(bc);
	return e;
}

static void
put_octets(struct buf *out, const ASN1_OCTET_STRING *s)
{
	if (s != NULL)
		buf_put(out,
		    bytes_of(ASN1_STRING_get0_data(s),
			(size_t)ASN1_STRING_length(s)));
}

static enum err
read_identifiers(const struct reading *r)
{
	AUTHORITY_KEYID *authority;
	enum ext_state state;
	bool critical;
	void *found;
	enum err e;

	e = decode(r, NID_subject_key_identifier, &found, &state, &critical);
	put_octets(&r->x->subject_key, found);
	ASN1_OCTET_STRING_free(found);
	if (e != ERR_OK)
		return e;
	e = decode(r, NID_authority_key_identifier, &found, &state, &critical);
	authority = found;
	if (authority != NULL)
		put_octets(&r->x->authority_key, authority->keyid);
	AUTHORITY_KEYID_free(authority);
	return e;
}

/* The names of critical extensions but the two that are meant to be. */
static void
read_critical(const struct reading *r)
{
	struct buf *out = &r->x->other_critical;
	int i, nid, n = sk_X509_EXTENSION_num(r->exts);
	char name[128] = "";

	for (i = 0; i < n; i++) {
		X509_EXTENSION *ext = sk_X509_EXTENSION_value(r->exts, i);
		const ASN1_OBJECT *type = X509_EXTENSION_get_object(ext);

		nid = OBJ_obj2nid(type);
		if (X509_EXTENSION_get_critical(ext) == 0 ||
		    nid == NID_key_usage || nid == NID_basic_constraints)
			continue;
		(void)OBJ_obj2txt(name, sizeof(name), type, 0);
		buf_printf(out, "%s%s", out->len > 0 ? ", " : "", name);
	}
}

enum err
ext_read(const STACK_OF(X509_EXTENSION) * exts, struct ext *ret, struct diag *d)
{
	struct ext x = { .ca = false };
	const struct reading r = { exts, &x, d };
	enum err e;

	e = read_key_usage(&r);
	if (e == ERR_OK)
		e = read_purposes(&r);
	if (e == ERR_OK)
		e = read_constraints(&r);
	if (e == ERR_OK)
		e = read_identifiers(&r);
	if (e == ERR_OK)
		e = ext_read_names(exts, &x, d);
	if (e == ERR_OK)
		read_critical(&r);
	if (e == ERR_OK &&
	    (!buf_ok(&x.other_purposes) || !buf_ok(&x.other_critical) ||
		!buf_ok(&x.subject_key) || !buf_ok(&x.authority_key)))
		e = diag_nomem(d);
	if (e == ERR_OK)
		*ret = x;
	else
		ext_clear(&x);
	return e;
}

enum err
ext_of_cert(const struct cert *c, struct ext *ret, struct diag *d)
{
	return ext_read(X509_get0_extensions(cert_x509(c)), ret, d);
}
