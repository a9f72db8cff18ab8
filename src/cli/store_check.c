/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/store_check.h"

#include <stdlib.h>
#include <string.h>

#include "cli/input.h"
#include "cli/profiles.h"

/* A trust list is no larger. */
#define LIST_MAX ((size_t)64 * 1024 * 1024)

const char *
store_check_keep(struct store_check *c, struct bytes text)
{
	char **more, *copy;

	if (c->num_texts == c->max_texts) {
		c->max_texts = c->max_texts == 0 ? 64 : c->max_texts * 2;
		more = reallocarray(c->text, c->max_texts, sizeof(*more));
		if (more == NULL)
			return NULL;
		c->text = more;
	}
	copy = calloc(1, text.len + 1);
	if (copy == NULL)
		return NULL;
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	c->text[c->num_texts++] = copy;
	return copy;
}

/* Cuts "a,b" apart. */
static enum err
read_nodes(struct store_check *c, const char *text, struct diag *d)
{
	size_t len;

	for (; text != NULL; text = text[len] == ',' ? text + len + 1 : NULL) {
		len = strcspn(text, ",");
		if (len == 0)
			return diag_set(d, ERR_USAGE,
			    "--nodes wants names with commas between them");
		if (c->num_nodes == STORE_CHECK_NODES_MAX)
			return diag_set(d, ERR_USAGE,
			    "--nodes takes %d names at most",
			    STORE_CHECK_NODES_MAX);
		c->node[c->num_nodes] = store_check_keep(c,
		    bytes_of(text, len));
		if (c->node[c->num_nodes++] == NULL)
			return diag_nomem(d);
	}
	return ERR_OK;
}

static enum err
read_release(struct store_check *c, const char *text, struct diag *d)
{
	struct profiles_version v,
	    last = { .major = 11, .minor = 5, .update = 99 };

	if (text == NULL)
		return ERR_OK;
	if (!profiles_version(text, &v))
		return diag_set(d, ERR_USAGE,
		    "a release is written 12.5(1)SU6, 14SU2 or 15, not "
		    "'%.40s'",
		    text);
	c->old = profiles_order(&v, &last) <= 0;
	return ERR_OK;
}

static enum err
load_former(struct store_check *c, struct out *out, struct diag *d)
{
	const char *path = c->wish->former;
	size_t i;
	enum err e;

	if (path == NULL)
		return ERR_OK;
	c->where = path;
	e = cert_pile_load(path, &c->former_pile, out, d);
	c->unread |= c->former_pile.num < c->former_pile.paths.num;
	if (e != ERR_OK || c->former_pile.num_certs == 0)
		return e;
	c->former = calloc(c->former_pile.num_certs, sizeof(*c->former));
	if (c->former == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < c->former_pile.num_certs; i++)
		e = store_facts_of_cert(c->former_pile.cert[i],
		    &c->former[c->num_former++], d);
	return e;
}

static enum err
load_list(const char *path, struct store_trust_list *l, struct diag *d)
{
	enum err e;

	l->path = path;
	e = input_load(path, LIST_MAX, &l->content, d);
	if (e != ERR_OK)
		return e;
	if (ctl_is_listing(buf_bytes(&l->content)))
		return ctl_listing_read(buf_bytes(&l->content), &l->listing, d);
	e = ctl_parse(buf_bytes(&l->content), CTL_KIND_AUTO, &l->file, d);
	if (e == ERR_OK && !ctl_is_list(l->file))
		return diag_set(d, ERR_SYNTAX, "this is no trust list");
	return e;
}

static enum err
load_lists(struct store_check *c, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	if (c->wish->lists.num == 0)
		return ERR_OK;
	c->list = calloc(c->wish->lists.num, sizeof(*c->list));
	if (c->list == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < c->wish->lists.num; i++) {
		c->where = c->wish->lists.at[i];
		e = load_list(c->where, &c->list[c->num_lists++], d);
	}
	return e;
}

enum err
store_check_open(struct store_check *c, const struct store_check_wish *wish,
    struct out *out, struct diag *d)
{
	enum err e;

	memset(c, 0, sizeof(*c));
	c->wish = wish;
	e = read_nodes(c, wish->nodes, d);
	if (e == ERR_OK)
		e = read_release(c, wish->release, d);
	if (e == ERR_OK) {
		c->where = wish->rules;
		e = store_rules_load(wish->rules, &c->rules, d);
	}
	if (e == ERR_OK)
		e = load_lists(c, d);
	if (e == ERR_OK)
		e = load_former(c, out, d);
	if (e == ERR_OK)
		e = store_check_lsc(c, out, d);
	if (e == ERR_OK)
		c->where = NULL;
	return e;
}

enum err
store_check_judge(struct store_check *c, struct diag *d)
{
	struct store_input in;
	enum err e;

	c->where = NULL;
	e = store_check_hold(c, d);
	if (e != ERR_OK)
		return e;
	in = (struct store_input){ .rules = &c->rules.rules,
		.item = c->item,
		.num = c->num,
		.own = c->own,
		.num_own = c->num_own,
		.former = c->former,
		.num_former = c->num_former,
		.nodes = c->node,
		.num_nodes = c->num_nodes,
		.lsc = c->lsc,
		.num_lsc = c->num_lsc,
		.has_lsc = c->wish->lsc.num > 0 || c->wish->lsc_issuers != NULL,
		.has_lists = c->wish->lists.num > 0,
		.partial = c->unread || c->passed,
		.now = c->wish->now,
		.days = c->wish->days };
	return store_judge(&in, &c->judged, d);
}

bool
store_check_is_unsafe(const struct store_check *c, size_t i)
{
	return c->judged.verdict[i].advice == STORE_DELETE &&
	    (!store_is_safe(c->item[i].store) ||
		!store_is_safe(c->item[i].name));
}

bool
store_check_is_open(const struct store_check *c)
{
	size_t i;

	if (c->judged.refusal.len > 0 || c->passed)
		return true;
	for (i = 0; i < c->num; i++)
		if (c->judged.verdict[i].advice == STORE_LOOK ||
		    store_check_is_unsafe(c, i))
			return true;
	return false;
}

static void
clear_source(struct store_source *s)
{
	size_t i;

	for (i = 0; i < s->num_dumps; i++)
		pasted_clear(&s->dump[i]);
	free(s->dump);
	cert_pile_clear(&s->pile);
	store_list_clear(&s->list);
}

static void
clear_items(struct store_item *item, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		store_facts_clear(&item[i].facts);
	free(item);
}

void
store_check_clear(struct store_check *c)
{
	size_t i;

	store_judged_clear(&c->judged);
	clear_items(c->item, c->num);
	clear_items(c->own, c->num_own);
	for (i = 0; i < c->num_sources; i++)
		clear_source(&c->source[i]);
	free(c->source);
	for (i = 0; i < c->num_former; i++)
		store_facts_clear(&c->former[i]);
	free(c->former);
	cert_pile_clear(&c->former_pile);
	for (i = 0; i < c->num_lists; i++) {
		ctl_free(&c->list[i].file);
		ctl_listing_free(&c->list[i].listing);
		buf_clear(&c->list[i].content);
	}
	free(c->list);
	free(c->lsc);
	for (i = 0; i < c->num_texts; i++)
		free(c->text[i]);
	free(c->text);
	store_rules_clear(&c->rules);
	memset(c, 0, sizeof(*c));
}
