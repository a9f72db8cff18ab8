/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/sast.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool
is_sast(const struct ctl_record *r)
{
	return r->has_role && r->role == CTL_ROLE_SAST;
}

/* The SHA-1 of the certificate that R holds, or says that it has. */
static enum err
put_sha1(const struct ctl_record *r, struct sast *ret, struct diag *d)
{
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes hash = ctl_record_value(r, CTL_REC_CERT_HASH);
	struct bytes alg = ctl_record_value(r, CTL_REC_HASH_ALG);
	enum digest which = DIGEST_SHA1;

	if (der.ptr != NULL) {
		ret->has_sha1 = true;
		return digest_of(DIGEST_SHA1, &der, 1, &ret->sha1, d);
	}
	if (alg.ptr != NULL && !ctl_digest_of_code(alg.ptr[0], &which))
		return ERR_OK;
	if (which != DIGEST_SHA1 || hash.len != digest_len(DIGEST_SHA1))
		return ERR_OK;
	memcpy(ret->sha1.byte, hash.ptr, hash.len);
	ret->sha1.len = hash.len;
	ret->has_sha1 = true;
	return ERR_OK;
}

/* None of CERTS is the certificate of record INDEX. */
static enum err
is_missing(const struct ctl_file *f, size_t index,
    const struct cert *const *certs, size_t num, bool *ret, struct diag *d)
{
	enum ctl_identity identity = CTL_OTHER_CERT;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < num && identity != CTL_SAME_CERT; i++)
		e = ctl_identify(f, index, certs[i], &identity, d);
	*ret = identity != CTL_SAME_CERT;
	return e;
}

/* Appends record INDEX of F, a SAST, to SS, which has room. */
static enum err
append(const struct ctl_file *f, size_t index, struct sasts *ss, struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct sast *s = &ss->at[ss->num];
	enum err e;

	*s = (struct sast){ .record = index,
		.issuer = ctl_record_text(r, CTL_REC_ISSUER),
		.serial = ctl_record_value(r, CTL_REC_SERIAL),
		.signer = index == ctl_signer_record(f) };
	e = put_sha1(r, s, d);
	if (e == ERR_OK)
		ss->num++;
	return e;
}

enum err
sast_missing(const struct ctl_file *f, const struct cert *const *certs,
    size_t num, struct sasts *ret, struct diag *d)
{
	size_t i, num_records = ctl_num_records(f);
	struct sasts ss = { .num = 0 };
	enum err e = ERR_OK;
	bool missing;

	ss.at = calloc(num_records + 1, sizeof(*ss.at));
	if (ss.at == NULL)
		return diag_nomem(d);
	for (i = 1; e == ERR_OK && i <= num_records; i++) {
		if (!is_sast(ctl_record(f, i)))
			continue;
		e = is_missing(f, i, certs, num, &missing, d);
		if (e == ERR_OK && missing)
			e = append(f, i, &ss, d);
	}
	if (e == ERR_OK)
		*ret = ss;
	else
		sast_clear(&ss);
	return e;
}

enum err
sast_of_list(const struct ctl_file *f, struct sasts *ret, struct diag *d)
{
	return sast_missing(f, NULL, 0, ret, d);
}

void
sast_clear(struct sasts *ss)
{
	free(ss->at);
	ss->at = NULL;
	ss->num = 0;
}

/* Record INDEX with IDENTITY is a better answer than M. */
static bool
is_nearer(size_t index, enum ctl_identity identity, size_t signer,
    const struct sast_match *m)
{
	if (identity != m->identity)
		return identity > m->identity;
	return identity != CTL_OTHER_CERT && index == signer;
}

enum err
sast_find(const struct ctl_file *f, const struct cert *c,
    struct sast_match *ret, struct diag *d)
{
	struct sast_match m = { .identity = CTL_OTHER_CERT };
	size_t i, signer = ctl_signer_record(f);
	enum ctl_identity identity;
	enum err e;

	for (i = 1; i <= ctl_num_records(f); i++) {
		if (!is_sast(ctl_record(f, i)))
			continue;
		e = ctl_identify(f, i, c, &identity, d);
		if (e != ERR_OK)
			return e;
		if (is_nearer(i, identity, signer, &m)) {
			m.record = i;
			m.identity = identity;
		}
	}
	if (m.identity == CTL_SAME_CERT)
		m.standing = m.record == signer ? SAST_SIGNER : SAST_LISTED;
	*ret = m;
	return ERR_OK;
}

size_t
sast_newest(const struct ctl_file *const *files, size_t num)
{
	uint32_t when, latest = 0;
	size_t i, newest = 0;

	for (i = 0; i < num; i++) {
		if (!ctl_header_number(ctl_header(files[i]), CTL_HDR_TIMESTAMP,
			&when))
			return num - 1;
		if (when >= latest) {
			latest = when;
			newest = i;
		}
	}
	return newest;
}

/* *RET: a common name of that name of C begins with PREFIX. */
static enum err
cn_begins(const struct cert *c, enum cert_name which, const char *prefix,
    bool *ret, struct diag *d)
{
	size_t i, len = strlen(prefix);
	struct buf text = { 0 };
	struct cert_attr attr;
	enum err e = ERR_OK;

	*ret = false;
	for (i = 0; !*ret && e == ERR_OK && i < cert_num_attrs(c, which); i++) {
		cert_attr(c, which, i, &attr);
		if (strcmp(attr.key, "CN") != 0)
			continue;
		text.len = 0;
		e = cert_put_attr_utf8(c, which, i, &text, d);
		/* what is no text is not this text */
		if (e == ERR_SYNTAX)
			e = ERR_OK;
		*ret = e == ERR_OK && text.len >= len &&
		    strncasecmp((const char *)text.ptr, prefix, len) == 0;
	}
	buf_clear(&text);
	return e;
}

enum err
sast_is_cisco(const struct cert *c, bool *ret, struct diag *d)
{
	bool subject, issuer = false;
	enum err e;

	e = cn_begins(c, CERT_SUBJECT, "SAST-", &subject, d);
	if (e == ERR_OK && subject)
		e = cn_begins(c, CERT_ISSUER, "Cisco Manufacturing CA", &issuer,
		    d);
	if (e == ERR_OK)
		*ret = subject && issuer;
	return e;
}
