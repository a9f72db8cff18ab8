/* SPDX-License-Identifier: Apache-2.0 */
/* What a node says of itself and of its cluster. */
#include <stdlib.h>
#include <string.h>

#include "cluster/said_parts.h"

#define NODES_MAX 1000

/* ---- show version active --------------------------------------------------- */

/* 1250 of "12.5.1.16900-48". */
static bool
release_of(struct bytes version, unsigned *ret)
{
	unsigned part[2] = { 0, 0 };
	size_t i = 0, n;

	for (n = 0; n < 2; n++) {
		size_t from = i;

		for (; i < version.len && i - from < 3 &&
		     version.ptr[i] >= '0' && version.ptr[i] <= '9';
		     i++)
			part[n] = part[n] * 10 +
			    (unsigned)(version.ptr[i] - '0');
		if (i == from)
			return false;
		if (n == 0 && (i == version.len || version.ptr[i++] != '.'))
			return false;
	}
	if (part[0] == 0 || part[0] > 99 || part[1] > 9 || i == version.len ||
	    version.ptr[i] != '.')
		return false;
	*ret = part[0] * 100 + part[1] * 10;
	return true;
}

/* "<8.5.1.10000-26>", as older documents have it, too. */
static struct bytes
without_brackets(struct bytes v)
{
	if (v.len >= 2 && v.ptr[0] == '<' && v.ptr[v.len - 1] == '>')
		return bytes_of(v.ptr + 1, v.len - 2);
	return v;
}

enum err
said_version(struct bytes text, struct said_version *ret, struct diag *diag)
{
	struct said_version v = { .release = 0 };
	struct said_text t;
	struct bytes line, value;
	enum err e;

	e = said_begin(text, &t, diag);
	if (e != ERR_OK)
		return e;
	while (said_full_line(&t, &line)) {
		if (!said_starts(line, "Active Master Version:", &value) &&
		    !said_starts(line, "Active Version:", &value))
			continue;
		if (value.len == 0 && !said_full_line(&t, &value))
			break;
		value = without_brackets(value);
		if (!release_of(value, &v.release))
			return said_wrong(&t, ERR_SYNTAX,
			    "this is no version of the appliance", diag);
		e = said_copy(&t, value, "the version", v.active,
		    sizeof(v.active), diag);
		if (e == ERR_OK)
			*ret = v;
		return e;
	}
	return said_wrong(&t, ERR_SYNTAX, "the output has no active version",
	    diag);
}

/* ---- show date --------------------------------------------------------------- */

enum err
said_date(struct bytes text, int64_t *ret, bool *ret_zone_known,
    struct diag *diag)
{
	struct bytes words[SAID_WORDS_MAX], line, rest;
	struct said_text t;
	size_t num, used;
	enum err e;

	e = said_begin(text, &t, diag);
	if (e != ERR_OK)
		return e;
	while (said_full_line(&t, &line)) {
		/* "Date : ...", of show status */
		if (said_starts(line, "Date", &rest) && rest.len > 0 &&
		    rest.ptr[0] == ':')
			line = said_trimmed(said_from(rest, 1));
		num = said_words(line, words);
		if (said_when(words, num, ret, ret_zone_known, &used))
			return ERR_OK;
	}
	return said_wrong(&t, ERR_SYNTAX, "the output has no date", diag);
}

/* ---- show network cluster ------------------------------------------------------ */

struct nodes {
	struct said_text t;
	struct said_array all; /* of struct said_node */
};

static bool
is_type(struct bytes word)
{
	return said_equals(word, "Publisher") ||
	    said_equals(word, "Subscriber");
}

/* "authenticated", but not "not authenticated". */
static bool
is_authenticated(const struct bytes *words, size_t num)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (said_equals(words[i], "authenticated"))
			return i == 0 || !said_equals(words[i - 1], "not");
	return false;
}

/* Words of
 *	ADDRESS NAME Publisher authenticated
 *	ADDRESS FQDN NAME Subscriber authenticated using TCP since ...
 *	ADDRESS FQDN NAME Subscriber callmanager DBSub authenticated ... */
static enum err
fill_node(const struct nodes *r, const struct bytes *words, size_t num,
    struct said_node *n, struct diag *diag)
{
	const struct said_text *t = &r->t;
	size_t at = num > 2 && is_type(words[2]) ? 2 : 3;
	struct bytes type;
	enum err e;

	if (num <= at + 1 || !said_is_address(words[0]) || !is_type(words[at]))
		return said_wrong(t, ERR_SYNTAX, "this is no node of a cluster",
		    diag);
	type = words[at];
	if (num > at + 2 && said_starts(words[at + 2], "DB", NULL))
		type = words[at + 2];
	n->publisher = said_equals(words[at], "Publisher");
	n->authenticated = is_authenticated(words + at + 1, num - at - 1);
	e = said_copy(t, words[0], "an address", n->address, sizeof(n->address),
	    diag);
	if (e == ERR_OK)
		e = said_copy(t, words[at - 1], "the name of a node", n->name,
		    sizeof(n->name), diag);
	if (e == ERR_OK)
		e = said_copy(t, words[1], "the name of a node", n->fqdn,
		    sizeof(n->fqdn), diag);
	if (e == ERR_OK && type.ptr != words[at].ptr)
		e = said_copy(t, words[at + 1], "a product", n->product,
		    sizeof(n->product), diag);
	return e != ERR_OK ? e
			   : said_copy(t, type, "the type of a node", n->type,
				 sizeof(n->type), diag);
}

static enum err
read_nodes(struct nodes *r, struct diag *diag)
{
	struct bytes words[SAID_WORDS_MAX], line;
	enum err e = ERR_OK;
	void *item = NULL;

	while (e == ERR_OK && said_full_line(&r->t, &line)) {
		/* names follow, without more */
		if (said_starts(line, "Server Table", NULL))
			break;
		e = said_add(&r->t, &r->all, &item, diag);
		if (e != ERR_OK)
			break;
		e = fill_node(r, words, said_words(line, words), item, diag);
	}
	if (e == ERR_OK && r->all.num == 0)
		e = said_wrong(&r->t, ERR_SYNTAX, "the output has no node",
		    diag);
	return e;
}

enum err
said_nodes(struct bytes text, struct said_nodes *ret, struct diag *diag)
{
	struct nodes r = { .all = { .size = sizeof(struct said_node),
			       .max = NODES_MAX } };
	enum err e;

	e = said_begin(text, &r.t, diag);
	if (e == ERR_OK)
		e = read_nodes(&r, diag);
	if (e == ERR_OK)
		*ret = (struct said_nodes){ r.all.items, r.all.num };
	else
		free(r.all.items);
	return e;
}

void
said_nodes_clear(struct said_nodes *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}
