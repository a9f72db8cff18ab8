/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/profiles.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "cli/input.h"
#include "cli/tables.h"
#include "data/scalar.h"

/* ---- The file ---------------------------------------------------------------- */

struct profiles_unit {
	const char *unit, *source, *services;
	struct doc_strings key_usage, purposes;
	bool no_table, ca, multi_server, multi_server_by_cli, needs_ctl,
	    signs_ctl, sso;
	unsigned max_bits, phone_bits;
	struct doc_place at;
};

struct profiles_release {
	const char *release, *until, *beyond;
	struct doc_maps units;
	struct doc_place at;
};

struct whole {
	struct doc_strings releases;
	struct doc_maps profiles;
};

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)

#define BITS_MAX 16384
#define BITS_TAKEN 4096

static const struct profiles_unit no_unit = { .max_bits = BITS_TAKEN,
	.phone_bits = BITS_TAKEN };

static const struct doc_field unit_fields[] = {
	{ FIELD(profiles_unit, unit, DOC_STRING), .required = true, .min = 1,
	    .max = 64 },
	{ FIELD(profiles_unit, source, DOC_STRING), .required = true,
	    .min = 1 },
	{ FIELD(profiles_unit, no_table, DOC_BOOL) },
	{ FIELD(profiles_unit, key_usage, DOC_STRINGS) },
	{ FIELD(profiles_unit, purposes, DOC_STRINGS) },
	{ FIELD(profiles_unit, ca, DOC_BOOL) },
	{ FIELD(profiles_unit, multi_server, DOC_BOOL) },
	{ FIELD(profiles_unit, multi_server_by_cli, DOC_BOOL) },
	{ FIELD(profiles_unit, needs_ctl, DOC_BOOL) },
	{ FIELD(profiles_unit, signs_ctl, DOC_BOOL) },
	{ FIELD(profiles_unit, sso, DOC_BOOL) },
	{ FIELD(profiles_unit, services, DOC_STRING), .min = 1 },
	{ FIELD(profiles_unit, max_bits, DOC_UNSIGNED), .min = 512,
	    .max = BITS_MAX },
	{ FIELD(profiles_unit, phone_bits, DOC_UNSIGNED), .min = 512,
	    .max = BITS_MAX },
	{ .key = "",
	    .type = DOC_PLACE,
	    .offset = offsetof(struct profiles_unit, at) },
};

static const struct doc_table unit_table = { .what = "unit",
	.size = sizeof(struct profiles_unit),
	.defaults = &no_unit,
	.fields = unit_fields,
	.num_fields = DOC_NUM(unit_fields) };

static const struct doc_field release_fields[] = {
	{ FIELD(profiles_release, release, DOC_STRING), .required = true },
	{ FIELD(profiles_release, until, DOC_STRING), .required = true },
	{ FIELD(profiles_release, beyond, DOC_STRING), .min = 1 },
	{ FIELD(profiles_release, units, DOC_MAPS), .required = true, .min = 1,
	    .max = 1000, .table = &unit_table },
	{ .key = "",
	    .type = DOC_PLACE,
	    .offset = offsetof(struct profiles_release, at) },
};

static const struct doc_table release_table = { .what = "profile",
	.size = sizeof(struct profiles_release),
	.fields = release_fields,
	.num_fields = DOC_NUM(release_fields) };

static const struct doc_field whole_fields[] = {
	{ FIELD(whole, releases, DOC_STRINGS), .required = true },
	{ FIELD(whole, profiles, DOC_MAPS), .required = true, .min = 1,
	    .max = 100, .table = &release_table },
};

const struct doc_table profiles_table = { .what = "table of profiles",
	.size = sizeof(struct whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

/* ---- Releases -------------------------------------------------------------------- */

/* A number of one or two digits at *TEXT, which moves behind it. */
static bool
take_number(const char **text, unsigned *ret)
{
	const char *p = *text;
	unsigned n = 0;

	while (isdigit((unsigned char)*p) && p < *text + 2)
		n = n * 10 + (unsigned)(*p++ - '0');
	if (p == *text || isdigit((unsigned char)*p))
		return false;
	*text = p;
	*ret = n;
	return true;
}

/* Moves *TEXT behind "(1)" and "(1a)". */
static bool
skip_brackets(const char **text)
{
	const char *p = *text;

	if (*p != '(')
		return true;
	for (p++; isalnum((unsigned char)*p); p++)
		;
	if (*p != ')' || p == *text + 1)
		return false;
	*text = p + 1;
	return true;
}

bool
profiles_version(const char *text, struct profiles_version *ret)
{
	struct profiles_version v = { .update = 0 };

	if (!take_number(&text, &v.major))
		return false;
	if (*text == '.') {
		text++;
		if (!take_number(&text, &v.minor))
			return false;
	}
	if (!skip_brackets(&text))
		return false;
	if (strncasecmp(text, "SU", 2) == 0 ||
	    strncasecmp(text, " SU", 3) == 0) {
		text += *text == ' ' ? 3 : 2;
		if (!take_number(&text, &v.update))
			return false;
		if (isalpha((unsigned char)*text)) /* SU3b */
			text++;
	}
	if (*text != '\0')
		return false;
	*ret = v;
	return true;
}

int
profiles_order(const struct profiles_version *a,
    const struct profiles_version *b)
{
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	if (a->update != b->update)
		return a->update < b->update ? -1 : 1;
	return 0;
}

/* As profiles_order(), for texts that were checked. */
static int
order_of(const char *a, const char *b)
{
	struct profiles_version one = { .major = 0 }, other = { .major = 0 };

	(void)(profiles_version(a, &one) && profiles_version(b, &other));
	return profiles_order(&one, &other);
}

/* ---- Reading ---------------------------------------------------------------------- */

static const struct profiles_unit *
unit_at(const struct profiles_release *r, size_t i)
{
	return &((const struct profiles_unit *)r->units.item)[i];
}

static enum err
check_unit(const struct profiles_unit *u, struct diag *d)
{
	enum ext_key_usage bit;
	enum ext_purpose purpose;
	size_t i;

	for (i = 0; i < u->key_usage.num; i++)
		if (!ext_key_usage_of(u->key_usage.item[i], &bit))
			return doc_refuse(u->at, d,
			    "there is no key usage '%.40s'",
			    u->key_usage.item[i]);
	for (i = 0; i < u->purposes.num; i++)
		if (!ext_purpose_of(u->purposes.item[i], &purpose))
			return doc_refuse(u->at, d,
			    "there is no purpose '%.40s'", u->purposes.item[i]);
	return ERR_OK;
}

static enum err
check_release(const struct profiles *p, size_t n, struct diag *d)
{
	const struct profiles_release *r = &p->release[n];
	struct profiles_version v;
	enum err e = ERR_OK;
	size_t i;

	if (!profiles_version(r->release, &v) ||
	    !profiles_version(r->until, &v))
		return doc_refuse(r->at, d,
		    "a release is written 12.5(1)SU6, 14SU2 or 15");
	if (order_of(r->until, r->release) < 0 ||
	    (n > 0 && order_of(r->release, p->release[n - 1].release) <= 0))
		return doc_refuse(r->at, d,
		    "releases must stand in their order, the oldest first");
	for (i = 0; e == ERR_OK && i < r->units.num; i++)
		e = check_unit(unit_at(r, i), d);
	return e;
}

enum err
profiles_read(struct bytes text, struct profiles *ret, struct diag *d)
{
	struct profiles p = { .num = 0 };
	struct whole whole;
	enum err e;
	size_t i;

	e = doc_read(text, &profiles_table, &whole, &p.doc, d);
	if (e != ERR_OK)
		return e;
	p.known = whole.releases.item;
	p.num_known = whole.releases.num;
	p.release = whole.profiles.item;
	p.num = whole.profiles.num;
	for (i = 0; e == ERR_OK && i < p.num; i++)
		e = check_release(&p, i, d);
	if (e == ERR_OK)
		*ret = p;
	else
		profiles_clear(&p);
	return e;
}

enum err
profiles_load(const char *path, struct profiles *ret, struct diag *d)
{
	struct buf text = { 0 };
	enum err e;

	if (path == NULL)
		return profiles_read(bytes_of(cert_profiles, cert_profiles_len),
		    ret, d);
	e = input_load(path, DOC_SIZE_MAX, &text, d);
	if (e == ERR_OK)
		e = profiles_read(buf_bytes(&text), ret, d);
	buf_clear(&text);
	return e;
}

void
profiles_clear(struct profiles *p)
{
	doc_free(&p->doc);
	memset(p, 0, sizeof(*p));
}

/* ---- Finding ---------------------------------------------------------------------- */

/* The unit of R that NAME is, or NULL. */
static const struct profiles_unit *
unit_of(const struct profiles_release *r, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < r->units.num; i++) {
		const struct profiles_unit *u = unit_at(r, i);

		if (strlen(u->unit) == len &&
		    strncasecmp(u->unit, name, len) == 0)
			return u;
	}
	return NULL;
}

const char *
profiles_unit_named(const struct profiles *p, const char *name, size_t len)
{
	const struct profiles_unit *u = NULL;
	size_t i;

	for (i = p->num; i > 0 && u == NULL; i--)
		u = unit_of(&p->release[i - 1], name, len);
	return u == NULL ? NULL : u->unit;
}

static enum err
no_unit_named(const struct profiles *p, const char *unit, struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	char hint[256];
	size_t i, j;

	for (i = p->num; i > 0; i--)
		for (j = 0; j < p->release[i - 1].units.num; j++) {
			const char *name = unit_at(&p->release[i - 1], j)->unit;
			size_t k = 0;

			while (
			    k < words.num && strcmp(words.item[k], name) != 0)
				k++;
			if (k == words.num && k < SCALAR_WORDS_MAX)
				words.item[words.num++] = name;
		}
	scalar_hint(hint, sizeof(hint), bytes_of_str(unit), &words);
	return diag_set(d, ERR_USAGE, "there is no unit '%.64s'%s", unit, hint);
}

static void
fill(const struct profiles_release *r, const struct profiles_unit *u,
    struct fit_profile *ret)
{
	enum ext_key_usage bit;
	enum ext_purpose purpose;
	size_t i;

	*ret = (struct fit_profile){ .unit = u->unit,
		.release = r->release,
		.source = u->source,
		.has_usage = !u->no_table,
		.ca = u->ca,
		.multi_server = u->multi_server,
		.multi_server_by_cli = u->multi_server_by_cli,
		.needs_ctl = u->needs_ctl,
		.signs_ctl = u->signs_ctl,
		.sso = u->sso,
		.services = u->services,
		.max_bits = u->max_bits,
		.phone_bits = u->phone_bits };
	for (i = 0; i < u->key_usage.num; i++)
		if (ext_key_usage_of(u->key_usage.item[i], &bit))
			ret->key_usage |= 1u << bit;
	for (i = 0; i < u->purposes.num; i++)
		if (ext_purpose_of(u->purposes.item[i], &purpose))
			ret->purposes |= 1u << purpose;
}

static bool
is_known(const struct profiles *p, const char *release)
{
	size_t i;

	for (i = 0; i < p->num_known; i++)
		if (order_of(p->known[i], release) == 0)
			return true;
	return false;
}

/* Says which profile was taken, unless it is the one that was asked for. */
static void
put_note(const struct profiles *p, const struct profiles_release *r,
    const char *release, struct profiles_found *f)
{
	const char *unit = f->profile.unit;

	if (release == NULL) {
		buf_printf(&f->note,
		    "no --release: judged by the profile of %s for %s, the "
		    "newest",
		    r->release, unit);
		return;
	}
	if (!is_known(p, release))
		buf_printf(&f->note, "release %s is not known here; ", release);
	if (order_of(release, r->release) < 0) {
		buf_printf(&f->note,
		    "no profile of %s for %s: judged by the oldest there is, "
		    "of %s",
		    release, unit, r->release);
		return;
	}
	f->profile.outdated = order_of(release, r->until) > 0;
	if (f->profile.outdated)
		buf_printf(&f->note,
		    "no profile of %s for %s: judged by the one of %s, which "
		    "is for releases up to %s%s%s",
		    release, unit, r->release, r->until,
		    r->beyond == NULL ? "" : "; ",
		    r->beyond == NULL ? "" : r->beyond);
	else if (order_of(release, r->release) != 0 || f->note.len > 0)
		buf_printf(&f->note, "judged by the profile of %s to %s",
		    r->release, r->until);
	if (f->profile.has_usage)
		return;
	buf_printf(&f->note, "%sno table for %s: %s",
	    f->note.len > 0 ? "; " : "", unit, f->profile.source);
}

static bool
is_store(const char *unit)
{
	size_t len = strlen(unit);

	return len > 6 && strcasecmp(unit + len - 6, "-trust") == 0;
}

/* A trust store: what must be known of it is known of all. */
static enum err
find_store(const char *unit, struct profiles_found *f, struct diag *d)
{
	struct buf shared = { 0 };
	const char *name;
	enum err e = ERR_OK;

	fit_put_store(&shared, unit);
	name = buf_cstr(&shared);
	if (name == NULL)
		e = diag_nomem(d);
	else if (strspn(unit,
		     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		     "0123456789-") != strlen(unit) ||
	    strlen(unit) > 64)
		e = diag_set(d, ERR_USAGE, "'%.64s' is no trust store", unit);
	else if (strcasecmp(name, unit) != 0)
		buf_printf(&f->note, "%s is shared: judged as %s", unit, name);
	if (e == ERR_OK)
		buf_str(&f->store, name);
	if (e == ERR_OK && buf_cstr(&f->store) == NULL)
		e = diag_nomem(d);
	buf_clear(&shared);
	if (e == ERR_OK)
		f->profile = (struct fit_profile){ .trust = true,
			.unit = (const char *)f->store.ptr,
			.release = "",
			.source = "",
			.max_bits = BITS_TAKEN,
			.phone_bits = BITS_TAKEN };
	return e;
}

/* The newest profile of UNIT that is not newer than RELEASE, else the oldest. */
static enum err
find_unit(const struct profiles *p, const char *unit, const char *release,
    struct profiles_found *f, struct diag *d)
{
	const struct profiles_release *r = NULL;
	const struct profiles_unit *u = NULL, *here;
	size_t i;

	for (i = 0; i < p->num; i++) {
		here = unit_of(&p->release[i], unit, strlen(unit));
		if (here == NULL ||
		    (u != NULL && release != NULL &&
			order_of(p->release[i].release, release) > 0))
			continue;
		r = &p->release[i];
		u = here;
	}
	if (u == NULL)
		return no_unit_named(p, unit, d);
	fill(r, u, &f->profile);
	put_note(p, r, release, f);
	return buf_ok(&f->note) ? ERR_OK : diag_nomem(d);
}

enum err
profiles_find(const struct profiles *p, const char *unit, const char *release,
    struct profiles_found *ret, struct diag *d)
{
	struct profiles_found f = { .note = { 0 } };
	struct profiles_version v;
	enum err e;

	if (release != NULL && !profiles_version(release, &v))
		return diag_set(d, ERR_USAGE,
		    "--release wants a release such as 12.5(1)SU6, 14SU2 or "
		    "15, not '%.40s'",
		    release);
	e = is_store(unit) ? find_store(unit, &f, d)
			   : find_unit(p, unit, release, &f, d);
	if (e == ERR_OK)
		*ret = f;
	else
		profiles_found_clear(&f);
	return e;
}

void
profiles_found_clear(struct profiles_found *f)
{
	buf_clear(&f->note);
	buf_clear(&f->store);
}
