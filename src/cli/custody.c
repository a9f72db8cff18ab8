/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/custody.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/beside.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/input.h"
#include "cli/out.h"

#define SHA1_LEN 20

/* ---- Loading -------------------------------------------------------------------- */

/* Says in D which FILE it is about, in front of what WHY says. */
static enum err
about(struct diag *d, const char *file, const struct diag *why)
{
	struct buf text = { 0 };
	enum err e;

	if (why->path[0] != '\0')
		buf_printf(&text, "%s, ", why->path);
	if (why->offset != DIAG_NOWHERE)
		buf_printf(&text, "byte %zu: ", why->offset);
	if (why->line > 0)
		buf_printf(&text, "line %u: ", why->line);
	buf_str(&text, why->msg);
	e = buf_cstr(&text) != NULL
	    ? diag_set(d, why->code, "%s: %s", file, buf_cstr(&text))
	    : diag_nomem(d);
	buf_clear(&text);
	return e;
}

/* The SHA-1 of the public key of a SAST, as pubkey_put_id() has it. */
static enum err
put_key(const struct custody_list *l, size_t i, struct digest_value *ret,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(l->file, l->sasts.at[i].record);
	struct bytes key = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct cert *c = NULL;
	struct diag why;
	enum err e = ERR_OK;

	if (der.ptr != NULL && cert_from_der(der, &c, &why) == ERR_OK)
		key = cert_public_key_bytes(c);
	if (key.len > 0)
		e = digest_of(DIGEST_SHA1, &key, 1, ret, d);
	cert_free(&c);
	return e;
}

static enum err
read_list(struct custody_list *l, const char *path, struct diag *d)
{
	enum err e;
	size_t i;

	e = input_load(path, FILE_MAX_DEFAULT, &l->bytes, d);
	if (e == ERR_OK && ctl_is_listing(buf_bytes(&l->bytes)))
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is a text about a list; give the list itself");
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&l->bytes), CTL_KIND_AUTO, &l->file, d);
	if (e == ERR_OK && !ctl_is_list(l->file))
		e = diag_set(d, ERR_UNSUPPORTED, "this is no trust list");
	if (e == ERR_OK)
		e = sast_of_list(l->file, &l->sasts, d);
	if (e != ERR_OK)
		return e;
	l->keys = calloc(l->sasts.num + 1, sizeof(*l->keys));
	if (l->keys == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < l->sasts.num; i++)
		e = put_key(l, i, &l->keys[i], d);
	return e;
}

/* The next list of C, which has room. BESIDE: the file that names it. */
static enum err
add_list(struct custody *c, const char *beside, const char *path,
    struct diag *d)
{
	struct custody_list *l = &c->lists[c->num_lists++];
	struct diag why;
	enum err e;

	diag_init(&why);
	if (beside != NULL)
		beside_put(&l->path, beside, path);
	else
		buf_str(&l->path, path);
	if (buf_cstr(&l->path) == NULL)
		return diag_nomem(d);
	e = read_list(l, buf_cstr(&l->path), &why);
	if (e != ERR_OK)
		return about(d, buf_cstr(&l->path), &why);
	l->first = c->num_sasts;
	c->num_sasts += l->sasts.num;
	return ERR_OK;
}

/* The newest CTL, since tokens sign those; where there is none, the newest
 * list. */
static enum err
find_newest(struct custody *c, struct diag *d)
{
	const struct ctl_file **files;
	size_t i, *at, num = 0;
	bool any = false, ok;

	files = calloc(c->num_lists + 1, sizeof(struct ctl_file *));
	at = calloc(c->num_lists + 1, sizeof(*at));
	ok = files != NULL && at != NULL;
	for (i = 0; i < c->num_lists; i++)
		any |= ctl_kind(c->lists[i].file) == CTL_KIND_CTL;
	for (i = 0; ok && i < c->num_lists; i++) {
		if (any && ctl_kind(c->lists[i].file) != CTL_KIND_CTL)
			continue;
		files[num] = c->lists[i].file;
		at[num++] = i;
	}
	if (num > 0)
		c->newest = at[sast_newest(files, num)];
	free(files);
	free(at);
	return ok ? ERR_OK : diag_nomem(d);
}

static enum err
load_lists(struct custody *c, const struct opt_strings *given, struct diag *d)
{
	bool own = given == NULL || given->num == 0;
	size_t i, num = own ? c->inventory.lists.num : given->num;
	enum err e = ERR_OK;

	c->lists = calloc(num + 1, sizeof(*c->lists));
	if (c->lists == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = own ? add_list(c, buf_cstr(&c->path),
			      c->inventory.lists.item[i], d)
			: add_list(c, NULL, given->at[i], d);
	return e == ERR_OK ? find_newest(c, d) : e;
}

static enum err
load_inventory(struct custody *c, const struct custody_wish *w, struct diag *d)
{
	const char *path = w->inventory != NULL ? w->inventory
						: w->config->inventory;
	struct diag why;
	enum err e;

	if (path == NULL)
		return tokenfile_new(&c->inventory, d);
	diag_init(&why);
	buf_str(&c->path, path);
	if (buf_cstr(&c->path) == NULL)
		return diag_nomem(d);
	e = tokenfile_load(path, &c->inventory, &why);
	if (e != ERR_ABSENT)
		return e == ERR_OK ? e : about(d, path, &why);
	if (w->inventory != NULL && !w->creates)
		return about(d, path, &why);
	if (!w->creates) {
		(void)diag_set(&why, ERR_OK,
		    "the inventory is not there yet: nothing is known of any "
		    "token");
		out_complain(path, &why);
	}
	return tokenfile_new(&c->inventory, d);
}

enum err
custody_open(const struct custody_wish *w, struct custody *ret, struct diag *d)
{
	enum err e;

	memset(ret, 0, sizeof(*ret));
	e = load_inventory(ret, w, d);
	if (e == ERR_OK && !w->no_lists)
		e = load_lists(ret, w->lists, d);
	if (e != ERR_OK)
		custody_close(ret);
	return e;
}

void
custody_close(struct custody *c)
{
	size_t i;

	for (i = 0; i < c->num_lists; i++) {
		free(c->lists[i].keys);
		sast_clear(&c->lists[i].sasts);
		ctl_free(&c->lists[i].file);
		buf_clear(&c->lists[i].bytes);
		buf_clear(&c->lists[i].path);
	}
	free(c->lists);
	tokenfile_clear(&c->inventory);
	buf_clear(&c->path);
	if (c->locked)
		(void)close(c->lock);
	memset(c, 0, sizeof(*c));
}

enum err
custody_reload(struct custody *c, struct diag *d)
{
	const char *path = buf_cstr(&c->path);
	struct tokenfile now;
	struct diag why;
	enum err e;

	diag_init(&why);
	if (path == NULL)
		return diag_nomem(d);
	e = tokenfile_load(path, &now, &why);
	if (e == ERR_ABSENT)
		e = tokenfile_new(&now, &why);
	if (e != ERR_OK)
		return about(d, path, &why);
	tokenfile_clear(&c->inventory);
	c->inventory = now;
	return ERR_OK;
}

/* ---- Tokens ---------------------------------------------------------------------- */

void
custody_put_name(struct buf *out, const struct tok_text *text)
{
	text_put_safe(out, tok_text_bytes(text));
}

enum err
custody_find(struct custody *c, const struct tok_info *i,
    struct tokenfile_token **ret, struct diag *d)
{
	struct buf serial = { 0 };
	enum err e = ERR_OK;

	custody_put_name(&serial, &i->serial);
	if (buf_cstr(&serial) == NULL)
		e = diag_nomem(d);
	else
		*ret = tokenfile_find(&c->inventory, buf_cstr(&serial));
	buf_clear(&serial);
	return e;
}

const char *
custody_place(const struct tokenfile_token *t)
{
	const struct tokenfile_drill *drill = t->drills.item;
	size_t i;

	if (t->place != NULL)
		return t->place;
	for (i = t->drills.num; i > 0; i--)
		if (drill[i - 1].place != NULL)
			return drill[i - 1].place;
	return NULL;
}

/* ---- SASTs ------------------------------------------------------------------------ */

static const enum custody_hold of_identity[] = {
	[CTL_OTHER_CERT] = CUSTODY_NOTHING,
	[CTL_NAMED_CERT] = CUSTODY_NAMED,
	[CTL_HELD_CERT] = CUSTODY_HELD,
	[CTL_SAME_CERT] = CUSTODY_CERT,
};

/* A certificate that does not decode may still be a SAST's. */
static enum err
hold_by_hash(const struct sast *s, struct bytes value, enum custody_hold *ret,
    struct diag *d)
{
	struct digest_value sha1;
	enum err e;

	if (!s->has_sha1 || value.len == 0)
		return ERR_OK;
	e = digest_of(DIGEST_SHA1, &value, 1, &sha1, d);
	if (e == ERR_OK &&
	    bytes_equal(digest_bytes(&sha1), digest_bytes(&s->sha1)))
		*ret = CUSTODY_CERT;
	return e;
}

static enum err
hold_by_key(const struct digest_value *wanted, const struct pubkey *key,
    enum custody_hold *ret, struct diag *d)
{
	struct buf id = { 0 };
	enum err e;

	if (wanted->len == 0 || key == NULL)
		return ERR_OK;
	e = pubkey_put_id(key, &id, d);
	/* a key of a kind that has no such name is no SAST's */
	if (e == ERR_UNSUPPORTED)
		e = ERR_OK;
	else if (e == ERR_OK &&
	    bytes_equal(buf_bytes(&id), digest_bytes(wanted)) &&
	    *ret < CUSTODY_KEY)
		*ret = CUSTODY_KEY;
	buf_clear(&id);
	return e;
}

enum err
custody_hold(const struct custody_list *l, size_t i, const struct tok_object *o,
    enum custody_hold *ret, struct diag *d)
{
	const struct sast *s = &l->sasts.at[i];
	enum custody_hold hold = CUSTODY_NOTHING;
	enum ctl_identity identity;
	enum err e = ERR_OK;

	if (o->class == TOK_CERTIFICATE && o->cert != NULL) {
		e = ctl_identify(l->file, s->record, o->cert, &identity, d);
		if (e == ERR_OK)
			hold = of_identity[identity];
	} else if (o->class == TOK_CERTIFICATE) {
		e = hold_by_hash(s, o->value, &hold, d);
	}
	if (e == ERR_OK)
		e = hold_by_key(&l->keys[i], o->key, &hold, d);
	if (e == ERR_OK)
		*ret = hold;
	return e;
}

static struct bytes
without_zeros(struct bytes b)
{
	while (b.len > 0 && b.ptr[0] == 0) {
		b.ptr++;
		b.len--;
	}
	return b;
}

static struct bytes
common_name(const char *name)
{
	return name == NULL ? bytes_of(NULL, 0)
			    : ctl_common_name(bytes_of_str(name));
}

/* The names of the certificate are those of S, in either order of bytes. */
static bool
is_named(const struct sast *s, const struct tokenfile_cert *c)
{
	struct bytes cn = common_name(c->issuer), own;

	if (c->serial.len == 0 || s->serial.len == 0 ||
	    (!bytes_equal(without_zeros(s->serial), without_zeros(c->serial)) &&
		!bytes_equal_reversed(s->serial, c->serial)))
		return false;
	if (s->issuer.len == 0 || cn.len == 0)
		return true;
	own = ctl_common_name(s->issuer);
	return own.len == cn.len &&
	    strncasecmp((const char *)own.ptr, (const char *)cn.ptr, cn.len) ==
	    0;
}

static enum custody_hold
hold_recorded(const struct sast *s, const struct tokenfile_cert *c)
{
	if (s->has_sha1 && bytes_equal(digest_bytes(&s->sha1), c->sha1))
		return CUSTODY_CERT;
	if (!is_named(s, c))
		return CUSTODY_NOTHING;
	return s->has_sha1 ? CUSTODY_NAMED : CUSTODY_CERT;
}

enum custody_hold
custody_hold_recorded(const struct custody_list *l, size_t i,
    const struct tokenfile_cert *c)
{
	return hold_recorded(&l->sasts.at[i], c);
}

bool
custody_is_recorded(const struct custody *c, const struct sast *s)
{
	const struct tokenfile *inv = &c->inventory;
	const struct tokenfile_cert *certs;
	size_t i, k;

	for (i = 0; i < inv->num_tokens; i++) {
		certs = inv->tokens[i].certificates.item;
		for (k = 0; k < inv->tokens[i].certificates.num; k++)
			if (hold_recorded(s, &certs[k]) == CUSTODY_CERT)
				return true;
	}
	return false;
}

static bool
begins(struct bytes text, const char *prefix)
{
	size_t len = strlen(prefix);

	return text.len >= len &&
	    strncasecmp((const char *)text.ptr, prefix, len) == 0;
}

bool
custody_is_cisco(const struct tokenfile_cert *c)
{
	return begins(common_name(c->subject), "SAST-") &&
	    begins(common_name(c->issuer), "Cisco Manufacturing CA");
}

void
custody_put_sast(struct buf *out, const struct custody_list *l, size_t i)
{
	const struct sast *s = &l->sasts.at[i];
	const struct ctl_record *r = ctl_record(l->file, s->record);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct bytes subject = ctl_record_text(r, CTL_REC_SUBJECT);
	size_t before = out->len;
	struct cert *c = NULL;
	struct diag d;

	if (der.ptr != NULL && cert_from_der(der, &c, &d) == ERR_OK &&
	    cert_put_cn(c, CERT_SUBJECT, out, &d) != ERR_OK)
		out->len = before;
	cert_free(&c);
	while (out->len > before && out->ptr[out->len - 1] == ' ')
		out->len--;
	if (out->len == before && subject.len > 0) {
		buf_put(out, subject);
	} else if (out->len == before) {
		buf_str(out, "serial ");
		text_put_hex(out, s->serial, ":", TEXT_LOWER);
	}
}
