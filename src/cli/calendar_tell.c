/* SPDX-License-Identifier: Apache-2.0 */
/* Which store a certificate is of, and who issued it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/calendar.h"
#include "pki/chain.h"

#define CANDIDATES_MAX 8 /* issuers of one name whose signature is tried */

/* ---- Paths -------------------------------------------------------------------- */

/* One part of a path. */
struct part {
	struct bytes name;
	size_t offset;
};

/* The last parts of PATH, the last first; the number of them. */
static size_t
parts_of(const char *path, struct part *ret, size_t max)
{
	size_t end = strlen(path), n = 0, begin;

	while (n < max && end > 0) {
		for (begin = end; begin > 0 && path[begin - 1] != '/'; begin--)
			;
		if (begin < end)
			ret[n++] = (struct part){
				bytes_of(path + begin, end - begin), begin
			};
		end = begin == 0 ? 0 : begin - 1;
	}
	return n;
}

/* NAME without what follows its last dot. */
static struct bytes
stem(struct bytes name)
{
	size_t i;

	for (i = name.len; i > 1; i--)
		if (name.ptr[i - 1] == '.')
			return bytes_of(name.ptr, i - 1);
	return name;
}

/* "pub-CallManager" ends in a store; *RET_NODE is what stands before. */
static const struct stores_store *
of_suffix(const struct stores *s, struct bytes name, struct bytes *ret_node)
{
	const struct stores_store *store;
	size_t i;

	/* from the left: the longest store */
	for (i = 1; i + 1 < name.len; i++) {
		if (name.ptr[i] != '-')
			continue;
		store = stores_named(s,
		    bytes_of(name.ptr + i + 1, name.len - i - 1));
		if (store != NULL) {
			*ret_node = bytes_of(name.ptr, i);
			return store;
		}
	}
	return NULL;
}

/* PART stands for a node: it is below the folder on the command line, or that
 * is a relative path to the file. */
static bool
is_node(const char *path, size_t root, const struct part *part)
{
	if (part->name.ptr[0] == '.')
		return false;
	return root > 0 ? part->offset >= root : path[0] != '/';
}

static enum err
set_node(struct calendar_place *p, struct bytes node, struct diag *d)
{
	p->node = strndup((const char *)node.ptr, node.len);
	return p->node == NULL ? diag_nomem(d) : ERR_OK;
}

enum err
calendar_read_path(const struct stores *s, const char *path, size_t root,
    struct calendar_place *p, struct diag *d)
{
	const struct stores_store *store = NULL;
	struct bytes node = { NULL, 0 };
	struct part part[3];
	size_t n = parts_of(path, part, 3), at = 1;

	if (n > 1)
		store = stores_named(s, part[1].name);
	if (store != NULL) {
		at = 2;
	} else if (n > 0) {
		store = stores_named(s, stem(part[0].name));
		if (store == NULL)
			store = of_suffix(s, stem(part[0].name), &node);
	}
	if (store == NULL || store->kind == STORES_LIST)
		return ERR_OK;
	p->store = store;
	p->by = CALENDAR_BY_PATH;
	if (node.len == 0 && n > at && is_node(path, root, &part[at]))
		node = part[at].name;
	return node.len == 0 ? ERR_OK : set_node(p, node, d);
}

/* ---- Prompts -------------------------------------------------------------------- */

/* Moves LINE behind WORD and the blanks after it. */
static bool
skip_word(struct bytes *line, const char *word)
{
	size_t len = strlen(word);

	if (line->len < len ||
	    strncasecmp((const char *)line->ptr, word, len) != 0)
		return false;
	*line = bytes_of(line->ptr + len, line->len - len);
	while (line->len > 0 && line->ptr[0] == ' ')
		*line = bytes_of(line->ptr + 1, line->len - 1);
	return true;
}

const struct stores_store *
calendar_of_prompt(const struct stores *s, struct bytes line, bool *ret_prompt)
{
	size_t len = 0;

	*ret_prompt = skip_word(&line, "admin:");
	if (!*ret_prompt || !skip_word(&line, "show ") ||
	    !skip_word(&line, "cert ") ||
	    (!skip_word(&line, "own ") && !skip_word(&line, "trust ")))
		return NULL;
	while (len < line.len && line.ptr[len] != '/' && line.ptr[len] != ' ')
		len++;
	return stores_named(s, stem(bytes_of(line.ptr, len)));
}

/* ---- Issuers ------------------------------------------------------------------------ */

static int
by_subject(const void *a, const void *b)
{
	const struct calendar_row *const *x = a, *const *y = b;
	int order = bytes_order(cert_name_der((*x)->cert, CERT_SUBJECT),
	    cert_name_der((*y)->cert, CERT_SUBJECT));

	/* of several the one that ends last */
	if (order == 0)
		order = ((*x)->until < (*y)->until) -
		    ((*x)->until > (*y)->until);
	return order;
}

/* The first of the sorted ALL whose subject is NAME, or NUM. */
static size_t
first_named(struct calendar_row *const *all, size_t num, struct bytes name)
{
	size_t low = 0, high = num, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (bytes_order(cert_name_der(all[mid]->cert, CERT_SUBJECT),
			name) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static enum err
find_parent(struct calendar_row *r, struct calendar_row *const *all, size_t num,
    struct diag *d)
{
	struct bytes name = cert_name_der(r->cert, CERT_ISSUER);
	size_t i, end;
	bool good;
	enum err e;

	if (cert_is_self_issued(r->cert))
		return ERR_OK;
	i = first_named(all, num, name);
	for (end = i + CANDIDATES_MAX; i < num && i < end; i++) {
		if (!bytes_equal(cert_name_der(all[i]->cert, CERT_SUBJECT),
			name))
			break;
		good = false;
		e = chain_signed_by(r->cert, all[i]->cert, &good, d);
		if (e != ERR_OK)
			return e;
		if (!good)
			continue;
		r->parent = all[i];
		all[i]->num_issued++;
		all[i]->num_outliving += calendar_outlives(r);
		break;
	}
	return ERR_OK;
}

static enum err
find_parents(struct calendar *c, struct diag *d)
{
	struct calendar_row **all = calloc(c->num + 1,
	    sizeof(struct calendar_row *));
	enum err e = ERR_OK;
	size_t i, num = 0;

	if (all == NULL)
		return diag_nomem(d);
	for (i = 0; i < c->num; i++)
		if (c->row[i].source == CALENDAR_CERT)
			all[num++] = &c->row[i];
	qsort(all, num, sizeof(struct calendar_row *), by_subject);
	for (i = 0; e == ERR_OK && i < num; i++)
		e = find_parent(all[i], all, num, d);
	free(all);
	return e;
}

/* ---- Stores --------------------------------------------------------------------------- */

static void
add_store(struct calendar_row *r, const struct stores_store *store)
{
	if (store != NULL && r->num_stores < CALENDAR_STORES_MAX &&
	    !calendar_is_of(r, store))
		r->store[r->num_stores++] = store;
}

/* All places of R say no more than that it is trusted, or signs. */
static bool
is_loose(const struct calendar_row *r)
{
	size_t i;

	for (i = 0; i < r->num_stores; i++)
		if (r->store[i]->kind != STORES_TRUST &&
		    r->store[i]->kind != STORES_SIGNER)
			return false;
	return true;
}

static const struct stores_store *
of_names(const struct calendar *c, const struct calendar_row *r, struct diag *d,
    enum err *ret)
{
	struct buf subject = { 0 }, issuer = { 0 };
	const struct stores_store *store = NULL;

	if (r->source != CALENDAR_CERT)
		return NULL;
	*ret = cert_put_cn(r->cert, CERT_SUBJECT, &subject, d);
	if (*ret == ERR_OK)
		*ret = cert_put_cn(r->cert, CERT_ISSUER, &issuer, d);
	if (*ret == ERR_OK)
		store = stores_of_names(&c->stores, buf_bytes(&subject),
		    buf_bytes(&issuer));
	else if (*ret != ERR_NOMEM) /* a name that is no text tells nothing */
		*ret = ERR_OK;
	buf_clear(&subject);
	buf_clear(&issuer);
	return store;
}

/* A place that says nothing of its own: what another one, or the name, says. */
static void
tell_places(struct calendar_row *r, const struct stores_store *store,
    enum calendar_teller by)
{
	size_t i;

	for (i = 0; i < r->num_places; i++)
		if (r->place[i].store == NULL) {
			r->place[i].store = store;
			r->place[i].by = by;
		}
}

/* Places first. A role of SAST gives way to what else is known of the
 * certificate; a trust store stays beside it. */
static enum err
tell_row(struct calendar *c, struct calendar_row *r, struct diag *d)
{
	const struct stores_store *named, *sast;
	enum err e = ERR_OK;
	size_t i;

	sast = stores_of_role(&c->stores, 0, false);
	for (i = 0; i < r->num_places; i++)
		if (r->place[i].store != sast)
			add_store(r, r->place[i].store);
	named = of_names(c, r, d, &e);
	if (e != ERR_OK)
		return e;
	if (named != NULL && is_loose(r) &&
	    (r->num_stores == 0 || named->kind != STORES_SERVICE))
		add_store(r, named);
	for (i = 0; i < r->num_places; i++)
		if (r->place[i].store == sast && r->num_stores == 0)
			add_store(r, sast);
	if (r->num_stores > 0)
		tell_places(r, r->store[0],
		    r->store[0] == named ? CALENDAR_BY_NAME : CALENDAR_BY_TWIN);
	return ERR_OK;
}

/* What a CAPF has issued are LSCs, whatever their names. */
static void
tell_by_issuer(struct calendar *c)
{
	const struct stores_store *capf, *lsc;
	struct calendar_row *r;
	size_t i;

	capf = stores_named(&c->stores, bytes_of_str("CAPF"));
	lsc = stores_named(&c->stores, bytes_of_str("LSC"));
	for (i = 0; capf != NULL && lsc != NULL && i < c->num; i++) {
		r = &c->row[i];
		if (r->num_stores > 0 || r->parent == NULL ||
		    !calendar_is_of(r->parent, capf))
			continue;
		add_store(r, lsc);
		tell_places(r, lsc, CALENDAR_BY_ISSUER);
	}
}

enum err
calendar_tell(struct calendar *c, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < c->num; i++)
		e = tell_row(c, &c->row[i], d);
	if (e == ERR_OK)
		e = find_parents(c, d);
	if (e == ERR_OK)
		tell_by_issuer(c);
	return e;
}
