/* SPDX-License-Identifier: Apache-2.0 */
/* The names of subjectAltName: RFC 5280, 4.2.1.6. */
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

#include "base/text.h"
#include "pki/ext_parts.h"
#include "pki/ossl.h"

static const char *const type_names[] = {
#define EXT_NAME(id, name) [id] = (name),
	EXT_NAME_TYPES(EXT_NAME)
#undef EXT_NAME
};

static enum ext_name_type
type_of(const GENERAL_NAME *name)
{
	switch (name->type) {
	case GEN_DNS:
		return EXT_NAME_DNS;
	case GEN_IPADD:
		return EXT_NAME_IP;
	case GEN_EMAIL:
		return EXT_NAME_EMAIL;
	case GEN_URI:
		return EXT_NAME_URI;
	case GEN_DIRNAME:
		return EXT_NAME_DIRECTORY;
	default:
		return EXT_NAME_OTHER;
	}
}

/* Appends the value of NAME: its text or address, else its DER. */
static enum err
put_value(struct buf *out, const GENERAL_NAME *name, struct diag *d)
{
	unsigned char *der = NULL;
	const ASN1_STRING *s = NULL;
	int len;

	if (name->type == GEN_DNS || name->type == GEN_EMAIL ||
	    name->type == GEN_URI)
		s = name->d.ia5;
	else if (name->type == GEN_IPADD)
		s = name->d.iPAddress;
	if (s != NULL) {
		buf_put(out,
		    bytes_of(ASN1_STRING_get0_data(s),
			(size_t)ASN1_STRING_length(s)));
		return ERR_OK;
	}
	len = i2d_GENERAL_NAME(name, &der);
	if (len <= 0)
		return ossl_nomem(d);
	buf_put(out, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	return ERR_OK;
}

/* Fills X->names with N names, whose values go into X->memory; that may move
 * until all are in, so that they are pointed at last. */
static enum err
copy_names(const GENERAL_NAMES *all, size_t n, struct ext *x, struct diag *d)
{
	size_t i, at = 0;
	enum err e = ERR_OK;

	x->names = calloc(n, sizeof(struct ext_name));
	if (x->names == NULL)
		return diag_nomem(d);
	for (i = 0; i < n && e == ERR_OK; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(all, (int)i);

		x->names[i].type = type_of(name);
		e = put_value(&x->memory, name, d);
		x->names[i].value.len = x->memory.len - at;
		at = x->memory.len;
	}
	/* an empty name still points somewhere */
	buf_u8(&x->memory, 0);
	if (e == ERR_OK && !buf_ok(&x->memory))
		e = diag_nomem(d);
	if (e != ERR_OK)
		return e;
	for (i = 0, at = 0; i < n; i++) {
		x->names[i].value.ptr = x->memory.ptr + at;
		at += x->names[i].value.len;
	}
	x->num_names = n;
	return ERR_OK;
}

/* A letter of ASCII in lower case, whatever the locale. */
static int
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
}

/* As bytes_order(), where letters of ASCII are the same in both cases. */
static int
compare_caseless(struct bytes a, struct bytes b)
{
	size_t i;

	for (i = 0; i < a.len && i < b.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return lower(a.ptr[i]) - lower(b.ptr[i]);
	if (a.len == b.len)
		return 0;
	return a.len < b.len ? -1 : 1;
}

int
ext_name_compare(const struct ext_name *a, const struct ext_name *b)
{
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->type == EXT_NAME_DNS || a->type == EXT_NAME_EMAIL)
		return compare_caseless(a->value, b->value);
	return bytes_order(a->value, b->value);
}

static int
compare(const void *a, const void *b)
{
	return ext_name_compare(a, b);
}

static void
sort_names(struct ext *x)
{
	size_t i, kept = 0;

	if (x->num_names == 0)
		return;
	qsort(x->names, x->num_names, sizeof(x->names[0]), compare);
	for (i = 1; i < x->num_names; i++)
		if (ext_name_compare(&x->names[kept], &x->names[i]) != 0)
			x->names[++kept] = x->names[i];
	x->num_repeats = x->num_names - kept - 1;
	x->num_names = kept + 1;
}

enum err
ext_read_names(const STACK_OF(X509_EXTENSION) * exts, struct ext *x,
    struct diag *d)
{
	GENERAL_NAMES *all;
	int critical = 0, n;
	enum err e = ERR_OK;

	all = X509V3_get_d2i(exts, NID_subject_alt_name, &critical, NULL);
	if (all == NULL) {
		x->alt_names = critical == -1 ? EXT_ABSENT : EXT_BROKEN;
		if (critical >= 0 &&
		    ossl_fail(NULL, ERR_SYNTAX, "") == ERR_NOMEM)
			return diag_nomem(d);
		return ERR_OK;
	}
	x->alt_names = EXT_PRESENT;
	n = sk_GENERAL_NAME_num(all);
	if (n > EXT_MAX_NAMES)
		e = diag_set(d, ERR_TOO_BIG,
		    "%d names in subjectAltName; at most %d are read", n,
		    EXT_MAX_NAMES);
	else if (n > 0)
		e = copy_names(all, (size_t)n, x, d);
	GENERAL_NAMES_free(all);
	if (e == ERR_OK)
		sort_names(x);
	return e;
}

void
ext_clear(struct ext *x)
{
	free(x->names);
	buf_clear(&x->memory);
	buf_clear(&x->other_purposes);
	buf_clear(&x->other_critical);
	buf_clear(&x->subject_key);
	buf_clear(&x->authority_key);
	memset(x, 0, sizeof(*x));
}

bool
ext_has_name(const struct ext *x, const struct ext_name *name)
{
	return x->num_names > 0 &&
	    bsearch(name, x->names, x->num_names, sizeof(x->names[0]),
		compare) != NULL;
}

void
ext_put_name(struct buf *out, const struct ext_name *name)
{
	char address[INET6_ADDRSTRLEN];
	int family = name->value.len == 4 ? AF_INET : AF_INET6;

	buf_printf(out, "%s:", type_names[name->type]);
	if (name->type == EXT_NAME_IP &&
	    (name->value.len == 4 || name->value.len == 16) &&
	    inet_ntop(family, name->value.ptr, address, sizeof(address)) !=
		NULL)
		buf_str(out, address);
	else if (name->type == EXT_NAME_IP ||
	    name->type == EXT_NAME_DIRECTORY || name->type == EXT_NAME_OTHER)
		text_put_hex(out, name->value, ":", TEXT_UPPER);
	else
		buf_put(out, name->value);
}
