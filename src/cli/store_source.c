/* SPDX-License-Identifier: Apache-2.0 */
/* Trust stores as people have them: a folder, or the text of a terminal. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/input.h"
#include "cli/store_check.h"

/* A pasted text is no longer. */
#define TEXT_MAX ((size_t)16 * 1024 * 1024)

/* Another item, of a unit or of a store; NULL, and said: no memory. */
static struct store_item *
add(struct store_check *c, bool own, struct diag *d)
{
	struct store_item **array = own ? &c->own : &c->item, *more;
	size_t *num = own ? &c->num_own : &c->num;
	size_t *max = own ? &c->max_own : &c->max;

	if (*num == *max) {
		*max = *max == 0 ? 64 : *max * 2;
		more = reallocarray(*array, *max, sizeof(*more));
		if (more == NULL) {
			diag_nomem(d);
			return NULL;
		}
		*array = more;
	}
	more = &(*array)[(*num)++];
	memset(more, 0, sizeof(*more));
	return more;
}

/* What a path says. */
struct place {
	bool own;
	struct bytes node, store, name;
};

static bool
ends_in(struct bytes text, const char *end)
{
	size_t len = strlen(end);

	return text.len > len &&
	    strncasecmp((const char *)text.ptr + text.len - len, end, len) == 0;
}

/* NAME less what stands behind its last dot. */
static struct bytes
stem_of(struct bytes name)
{
	size_t i;

	for (i = name.len; i > 1; i--)
		if (name.ptr[i - 1] == '.')
			return bytes_of(name.ptr, i - 1);
	return name;
}

/* NAME is a unit whose certificates are copied into stores. */
static bool
is_unit(const struct store_rules *r, struct bytes name)
{
	size_t i, u;

	for (i = 0; i < r->num_rules; i++)
		for (u = 0; u < r->rule[i].num_units; u++)
			if (strlen(r->rule[i].units[u]) == name.len &&
			    strncasecmp(r->rule[i].units[u],
				(const char *)name.ptr, name.len) == 0)
				return true;
	return false;
}

/* Takes the last part off PATH. */
static struct bytes
take_last(struct bytes *path)
{
	size_t i = path->len;
	struct bytes last;

	while (i > 0 && path->ptr[i - 1] != '/')
		i--;
	last = bytes_of(path->ptr + i, path->len - i);
	while (i > 0 && path->ptr[i - 1] == '/')
		i--;
	path->len = i;
	return last;
}

/* Reads PATH, below the folder that was named: [NODE/]STORE/NAME,
 * [NODE/]own/UNIT, [NODE/]UNIT. False where it is nothing of these. */
static bool
read_place(const struct store_rules *r, const char *path, struct place *ret)
{
	struct bytes rest, folder, stem;

	while (*path == '/')
		path++;
	rest = bytes_of_str(path);
	ret->name = take_last(&rest);
	stem = stem_of(ret->name);
	folder = take_last(&rest);
	ret->own = !ends_in(folder, "-trust");
	if (!ret->own) {
		ret->store = folder;
		ret->node = take_last(&rest);
		return true;
	}
	ret->store = stem;
	ret->node = folder;
	if (folder.len == 3 && memcmp(folder.ptr, "own", 3) == 0) {
		ret->node = take_last(&rest);
		return stem.len > 0;
	}
	return is_unit(r, stem);
}

/* "NAME.pem", whatever NAME ends in. */
static const char *
keep_name(struct store_check *c, struct bytes name)
{
	static const char *const endings[] = { ".der", ".crt", ".cer", ".txt" };
	struct buf text = { 0 };
	const char *kept = NULL;
	size_t i;

	if (!ends_in(name, ".pem")) {
		for (i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
			if (ends_in(name, endings[i]))
				name.len -= 4;
		buf_put(&text, name);
		buf_str(&text, ".pem");
	} else {
		buf_put(&text, name);
	}
	if (buf_ok(&text))
		kept = store_check_keep(c, buf_bytes(&text));
	buf_clear(&text);
	return kept;
}

static enum err
name_item(struct store_check *c, const struct place *p, struct store_item *item,
    struct diag *d)
{
	item->node = store_check_keep(c, p->node);
	item->store = store_check_keep(c, p->store);
	item->name = keep_name(c, p->name);
	return item->node == NULL || item->store == NULL || item->name == NULL
	    ? diag_nomem(d)
	    : ERR_OK;
}

static enum err
add_file(struct store_check *c, const struct cert_file *f, const char *below,
    struct out *out, struct diag *d)
{
	struct store_item *item;
	struct place place;
	struct diag why;
	enum err e;

	if (!read_place(&c->rules.rules, below, &place)) {
		diag_set(&why, ERR_SYNTAX,
		    "passed over: it is neither in a folder STORE-trust nor "
		    "own/UNIT.pem");
		out_error(out, f->path, &why);
		c->passed = true;
		return ERR_OK;
	}
	if (f->pasted.num_certs > 1 ||
	    (f->pasted.num_certs == 0 && !f->pasted.has_dump)) {
		diag_set(&why, ERR_SYNTAX,
		    "there are %zu certificates in it; in a store a file has "
		    "one",
		    f->pasted.num_certs);
		out_error(out, f->path, &why);
		c->unread = true;
		return ERR_OK;
	}
	item = add(c, place.own, d);
	if (item == NULL)
		return ERR_NOMEM;
	e = name_item(c, &place, item, d);
	if (e != ERR_OK)
		return e;
	return f->pasted.num_certs == 1
	    ? store_facts_of_cert(f->pasted.certs[0], &item->facts, d)
	    : store_facts_of_dump(&f->pasted.dump, &item->facts, d);
}

static enum err
add_folder(struct store_check *c, const char *path, struct store_source *s,
    struct out *out, struct diag *d)
{
	enum err e;
	size_t i;

	e = cert_pile_load(path, &s->pile, out, d);
	c->unread |= s->pile.num < s->pile.paths.num;
	if (e == ERR_OK && s->pile.paths.num == 0)
		return diag_set(d, ERR_ABSENT, "there is no file in it");
	for (i = 0; e == ERR_OK && i < s->pile.num; i++)
		e = add_file(c, &s->pile.file[i],
		    s->pile.file[i].path + strlen(path), out, d);
	return e;
}

/* ---- The text of a terminal ------------------------------------------------------- */

/* What is known of ONE without a dump. */
static enum err
guess(const struct store_listed *one, struct store_item *item, struct diag *d)
{
	enum err e = ERR_OK;

	if (!one->own)
		e = store_facts_of_name(item->name, &item->facts, d);
	if (e == ERR_OK && one->own)
		buf_put(&item->facts.issuer_cn, one->signer);
	return e == ERR_OK && !buf_ok(&item->facts.issuer_cn) ? diag_nomem(d)
							      : e;
}

/* A text at work. */
struct texting {
	struct store_check *c;
	struct store_source *s;
	const char *path;
	struct out *out;
	struct diag *d;
};

/* Something of the text is not as it should be, at LINE; the rest counts. */
static void
complain(const struct texting *t, unsigned line, const char *what)
{
	struct diag why;

	diag_set(&why, ERR_SYNTAX, "%s", what);
	diag_line(&why, line, 1);
	out_error(t->out, t->path, &why);
	t->c->passed = true;
}

/* Fills in what the dump of ONE says. A dump that is none is as if nobody had
 * pasted it, which is said. */
static enum err
use_dump(const struct texting *t, const struct store_listed *one,
    struct store_item *item)
{
	struct pasted *p = &t->s->dump[t->s->num_dumps];
	enum err e;

	if (one->dump.len == 0)
		return guess(one, item, t->d);
	e = pasted_read(one->dump, p, NULL);
	if (e == ERR_NOMEM)
		return diag_nomem(t->d);
	if (e == ERR_OK)
		t->s->num_dumps++;
	if (e == ERR_OK && p->num_certs > 0)
		return store_facts_of_cert(p->certs[0], &item->facts, t->d);
	if (e == ERR_OK && p->has_dump)
		return store_facts_of_dump(&p->dump, &item->facts, t->d);
	complain(t, one->line,
	    "what `show cert` printed of this certificate is not whole");
	return guess(one, item, t->d);
}

/* A text's node that nobody named: as the file, where there are several. */
static struct bytes
node_of(const struct texting *t, const struct store_listed *one)
{
	const char *base = strrchr(t->path, '/');

	if (one->node.len > 0 || !t->c->several)
		return one->node;
	return stem_of(bytes_of_str(base == NULL ? t->path : base + 1));
}

static enum err
add_listed(const struct texting *t, const struct store_listed *one)
{
	struct place place = { .own = one->own,
		.node = node_of(t, one),
		.store = one->store,
		.name = one->name };
	struct store_item *item;
	enum err e;

	item = add(t->c, one->own, t->d);
	if (item == NULL)
		return ERR_NOMEM;
	e = name_item(t->c, &place, item, t->d);
	if (e != ERR_OK)
		return e;
	return use_dump(t, one, item);
}

static enum err
add_text(struct store_check *c, const char *path, struct store_source *s,
    struct out *out, struct diag *d)
{
	struct texting t = { .c = c, .s = s, .path = path, .out = out, .d = d };
	struct buf content = { 0 };
	enum err e;
	size_t i;

	e = input_load(path, TEXT_MAX, &content, d);
	if (e == ERR_OK)
		e = store_list_read(buf_bytes(&content), &s->list, d);
	buf_clear(&content);
	if (e != ERR_OK)
		return e;
	s->dump = calloc(s->list.num, sizeof(*s->dump));
	if (s->dump == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < s->list.num; i++)
		e = add_listed(&t, &s->list.at[i]);
	if (e == ERR_OK && s->list.strange > 0)
		complain(&t, s->list.strange,
		    "a line within a list that names no certificate");
	return e;
}

enum err
store_check_add(struct store_check *c, const char *path, struct out *out,
    struct diag *d)
{
	struct store_source *more;

	c->where = path;
	more = reallocarray(c->source, c->num_sources + 1, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	c->source = more;
	more = &c->source[c->num_sources++];
	memset(more, 0, sizeof(*more));
	return cert_paths_is_folder(path) ? add_folder(c, path, more, out, d)
					  : add_text(c, path, more, out, d);
}
