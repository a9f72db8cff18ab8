/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/steps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/beside.h"
#include "cli/input.h"
#include "data/scalar.h"

#define FIELD(st, member, kind) \
	.key = #member, .type = (kind), .offset = offsetof(struct st, member)
#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* ---- The file. ---- */

struct node_line {
	const char *name;
	struct doc_strings roles;
};

static const struct doc_field node_fields[] = {
	{ FIELD(node_line, name, DOC_STRING), .required = true, .min = 1,
	    .max = STEPS_NAME_MAX },
	{ FIELD(node_line, roles, DOC_STRINGS) },
};

static const struct doc_table node_table = { .what = "node",
	.size = sizeof(struct node_line),
	.fields = node_fields,
	.num_fields = DOC_NUM(node_fields) };

struct whole {
	const char *installed, *served, *release, *upgrade_to;
	unsigned tokens, new_tokens;
	struct doc_maps nodes;
	struct doc_strings changes, done, classes, allow;
	bool cache;
};

static const struct doc_field whole_fields[] = {
	{ FIELD(whole, installed, DOC_STRING), .min = 1 },
	{ FIELD(whole, served, DOC_STRING), .min = 1 },
	{ FIELD(whole, release, DOC_STRING), .min = 1 },
	{ .key = "upgrade-to",
	    .type = DOC_STRING,
	    .offset = offsetof(struct whole, upgrade_to),
	    .min = 1 },
	{ FIELD(whole, tokens, DOC_UNSIGNED), .max = 256 },
	{ .key = "new-tokens",
	    .type = DOC_UNSIGNED,
	    .offset = offsetof(struct whole, new_tokens),
	    .max = 256 },
	{ FIELD(whole, nodes, DOC_MAPS), .max = ORDER_MAX_NODES,
	    .table = &node_table },
	{ FIELD(whole, changes, DOC_STRINGS), .max = ORDER_MAX_CHANGES },
	{ FIELD(whole, done, DOC_STRINGS), .max = ORDER_MAX_CHANGES },
	{ FIELD(whole, classes, DOC_STRINGS), .max = CLASS_NUM },
	{ FIELD(whole, allow, DOC_STRINGS), .max = ORDER_NUM_HELPS },
	{ .key = "tvs-ctl-cache",
	    .type = DOC_BOOL,
	    .offset = offsetof(struct whole, cache) },
};

const struct doc_table steps_table = { .what = "change",
	.size = sizeof(struct whole),
	.fields = whole_fields,
	.num_fields = DOC_NUM(whole_fields) };

/* ---- Words. ---- */

static enum err
no_word(struct diag *d, const char *what, const char *got,
    const struct scalar_words *words)
{
	char more[200];

	scalar_hint(more, sizeof(more), bytes_of_str(got), words);
	return diag_set(d, ERR_USAGE, "'%.60s' %s%s", got, what, more);
}

/* E and D are about WORD: where that stands in the file, its place is added. */
static enum err
at_word(const struct steps *s, const char *word, enum err e, struct diag *d)
{
	struct doc_place at = doc_place_of(s->doc, word);
	struct diag why = *d;

	if (e == ERR_OK || at.line == 0)
		return e;
	return doc_refuse(at, d, "%s", why.msg);
}

/* "12.5(1)SU6": up to two digits, a dot and a digit, a digit in brackets. */
bool
steps_release(const char *text, unsigned *ret)
{
	const char *p = text;
	unsigned n = 0;

	while (*p >= '0' && *p <= '9' && p - text < 3)
		n = n * 10 + (unsigned)(*p++ - '0');
	if (p == text || n < 4 || n > 99)
		return false;
	n *= 100;
	if (p[0] == '.' && p[1] >= '0' && p[1] <= '9') {
		n += (unsigned)(p[1] - '0') * 10;
		p += 2;
	}
	if (p[0] == '(' && p[1] >= '0' && p[1] <= '9' && p[2] != '\0') {
		n += (unsigned)(p[1] - '0');
		p += 2;
		while (*p != '\0' && *p != ')')
			p++;
		if (*p++ != ')')
			return false;
	}
	if (p[0] != '\0' && strncmp(p, "SU", 2) != 0)
		return false;
	*ret = n;
	return true;
}

static enum err
take_release(const struct steps *s, const char *text, unsigned *ret,
    struct diag *d)
{
	if (text == NULL || steps_release(text, ret))
		return ERR_OK;
	return at_word(s, text,
	    diag_set(d, ERR_USAGE,
		"'%.60s' is no release, such as 11.5, 12.5(1)SU6 or 14", text),
	    d);
}

/* "A refresh upgrade to 12.5 before SU3" makes a new ITLRecovery; not said which
 * SU, it may be one. */
static bool
renews_itlrecovery(const char *text)
{
	const char *su = strstr(text, "SU");
	unsigned release;

	return steps_release(text, &release) && release / 10 == 125 &&
	    (su == NULL || strtoul(su + 2, NULL, 10) < 3);
}

static enum err
take_upgrade(struct steps *s, const char *text, struct diag *d)
{
	if (text != NULL)
		s->in.upgrade_renews = renews_itlrecovery(text);
	return take_release(s, text, &s->in.upgrade_to, d);
}

static enum err
take_class(struct steps *s, const char *word, struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	enum class c;
	size_t i;

	if (class_of_name(word, &c)) {
		s->in.classes |= 1u << c;
		return ERR_OK;
	}
	for (i = 0; i < CLASS_NUM && words.num < SCALAR_WORDS_MAX; i++)
		words.item[words.num++] = class_name((enum class)i);
	return no_word(d, "is no class of phones", word, &words);
}

static enum err
take_help(struct steps *s, const char *word, struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	size_t i;

	for (i = 0; i < ORDER_NUM_HELPS; i++) {
		words.item[words.num++] = order_help_name((enum order_help)i);
		if (strcmp(word, words.item[i]) == 0) {
			s->in.helps |= 1u << i;
			return ERR_OK;
		}
	}
	return no_word(d, "is nothing to allow", word, &words);
}

static enum err
take_role(struct steps *s, struct order_node *n, struct bytes word,
    struct diag *d)
{
	const struct {
		const char *name;
		bool *is;
	} roles[] = { { "publisher", &n->publisher }, { "tftp", &n->tftp },
		{ "ccm", &n->ccm }, { "multi-san", &n->multi_san },
		{ "none", &s->none[n - s->node] } };
	struct scalar_words words = { .num = 0 };
	char got[64];
	size_t i;

	for (i = 0; i < NUM(roles); i++) {
		words.item[words.num++] = roles[i].name;
		if (bytes_equal(word, bytes_of_str(roles[i].name))) {
			*roles[i].is = true;
			return ERR_OK;
		}
	}
	(void)snprintf(got, sizeof(got), "%.*s", (int)word.len,
	    (const char *)word.ptr);
	return no_word(d, "is no role of a node", got, &words);
}

/* ---- Nodes. ---- */

static size_t
find_node(const struct steps *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->in.num_nodes; i++)
		if (strcmp(s->name[i], name) == 0)
			break;
	return i;
}

/* NULL, and why in D, where there can be no such node. */
static struct order_node *
add_node(struct steps *s, struct bytes name, struct diag *d)
{
	size_t i = s->in.num_nodes;

	if (name.len == 0 || name.len > STEPS_NAME_MAX ||
	    memchr(name.ptr, '@', name.len) != NULL) {
		diag_set(d, ERR_USAGE,
		    "a node's name has 1 to %d bytes, and no @",
		    STEPS_NAME_MAX);
		return NULL;
	}
	if (i == ORDER_MAX_NODES) {
		diag_set(d, ERR_USAGE, "more than %d nodes", ORDER_MAX_NODES);
		return NULL;
	}
	memcpy(s->name[i], name.ptr, name.len);
	s->name[i][name.len] = '\0';
	if (find_node(s, s->name[i]) < i) {
		diag_set(d, ERR_USAGE, "there is a node '%s' already",
		    s->name[i]);
		return NULL;
	}
	s->node[i].name = s->name[i];
	s->in.num_nodes++;
	return &s->node[i];
}

/* NAME:ROLE,ROLE */
static enum err
take_node_option(struct steps *s, const char *text, struct diag *d)
{
	const char *colon = strchr(text, ':'), *p;
	size_t len = colon == NULL ? strlen(text) : (size_t)(colon - text);
	struct order_node *n = add_node(s, bytes_of(text, len), d);
	enum err e = ERR_OK;

	if (n == NULL)
		return d->code;
	for (p = colon; e == ERR_OK && p != NULL; p = strchr(p + 1, ',')) {
		len = strcspn(p + 1, ",");
		e = take_role(s, n, bytes_of(p + 1, len), d);
	}
	return e;
}

static enum err
take_node_line(struct steps *s, const struct node_line *l, struct diag *d)
{
	struct order_node *n = add_node(s, bytes_of_str(l->name), d);
	enum err e = ERR_OK;
	const char *role;
	size_t i;

	if (n == NULL)
		return at_word(s, l->name, d->code, d);
	for (i = 0; e == ERR_OK && i < l->roles.num; i++) {
		role = l->roles.item[i];
		e = at_word(s, role, take_role(s, n, bytes_of_str(role), d), d);
	}
	return e;
}

/* What nobody said: the first node is the publisher, and each runs both
 * services. */
static enum err
assume_roles(struct steps *s, struct diag *d)
{
	struct order_node *n;
	bool publisher = false;
	size_t i;

	for (i = 0; i < s->in.num_nodes; i++) {
		n = &s->node[i];
		if (s->none[i] && (n->tftp || n->ccm))
			return diag_set(d, ERR_USAGE,
			    "node '%s' has the role none, and tftp or ccm: "
			    "only one of these can be",
			    n->name);
		if (!s->none[i] && !n->tftp && !n->ccm)
			n->tftp = n->ccm = true;
		publisher |= n->publisher;
	}
	if (!publisher && s->in.num_nodes > 0)
		s->node[0].publisher = true;
	return ERR_OK;
}

/* ---- Changes. ---- */

static bool
is_wished(const struct steps *s, enum order_change change, size_t node)
{
	size_t i;

	for (i = 0; i < s->in.num_wishes; i++)
		if (s->wish[i].change == change && s->wish[i].node == node)
			return true;
	return false;
}

static enum err
add_wish(struct steps *s, enum order_change change, size_t node, bool done,
    struct diag *d)
{
	if (s->in.num_wishes == ORDER_MAX_CHANGES)
		return diag_set(d, ERR_USAGE, "more than %zu changes",
		    ORDER_MAX_CHANGES);
	s->wish[s->in.num_wishes++] = (struct order_wish){ .change = change,
		.node = node,
		.done = done };
	return ERR_OK;
}

/* A change of all nodes that have such a certificate, but for those that were
 * named. */
static enum err
add_all(struct steps *s, enum order_change change, bool done, struct diag *d)
{
	bool phones = change == ORDER_CALLMANAGER ||
	    change == ORDER_CALLMANAGER_ECDSA;
	size_t i, had = 0;
	enum err e = ERR_OK;

	if (change == ORDER_ADDRESS)
		return diag_set(d, ERR_USAGE,
		    "whose address changes? write %s@NODE",
		    order_change_name(change));
	for (i = 0; e == ERR_OK && i < s->in.num_nodes; i++) {
		if (phones && !s->node[i].tftp && !s->node[i].ccm)
			continue;
		had++;
		if (!is_wished(s, change, i))
			e = add_wish(s, change, i, done, d);
	}
	if (e == ERR_OK && had == 0)
		return diag_set(d, ERR_USAGE,
		    "no node has the role tftp or ccm, so none has %s",
		    order_change_name(change));
	return e;
}

/* CHANGE or CHANGE@NODE */
static enum err
take_change(struct steps *s, const char *word, bool done, struct diag *d)
{
	struct scalar_words words = { .num = 0 };
	const char *at = strchr(word, '@');
	enum order_change c;
	char name[32];
	size_t i;

	(void)snprintf(name, sizeof(name), "%.*s",
	    at == NULL ? (int)strlen(word) : (int)(at - word), word);
	if (!order_change_of_name(name, &c)) {
		for (i = 0; i < ORDER_NUM_CHANGES; i++)
			words.item[words.num++] = order_change_name(
			    (enum order_change)i);
		return no_word(d, "is no change", name, &words);
	}
	if (at == NULL && order_change_is_each(c))
		return add_all(s, c, done, d);
	if (at != NULL && !order_change_is_each(c))
		return diag_set(d, ERR_USAGE,
		    "%s is of the whole cluster, not of a node: leave out "
		    "'%.60s'",
		    name, at);
	i = at == NULL ? 0 : find_node(s, at + 1);
	if (i == s->in.num_nodes && at != NULL) {
		for (i = 0; i < s->in.num_nodes; i++)
			words.item[words.num++] = s->name[i];
		return no_word(d, "names no node", word, &words);
	}
	return add_wish(s, c, i, done, d);
}

/* ---- Together. ---- */

static enum err
take_wanted(struct steps *s, const char *word, struct diag *d)
{
	return take_change(s, word, false, d);
}

static enum err
take_done(struct steps *s, const char *word, struct diag *d)
{
	return take_change(s, word, true, d);
}

static enum err
take_all(struct steps *s, const char *const *word, size_t num,
    enum err (*take)(struct steps *, const char *, struct diag *),
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < num; i++)
		e = at_word(s, word[i], take(s, word[i], d), d);
	return e;
}

/* What stands in the file. */
static enum err
take_file(struct steps *s, const struct whole *w, struct diag *d)
{
	const struct node_line *lines = w->nodes.item;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < w->nodes.num; i++) {
		e = take_node_line(s, &lines[i], d);
		if (e != ERR_OK)
			return e;
	}
	e = take_release(s, w->release, &s->in.release, d);
	if (e == ERR_OK)
		e = take_upgrade(s, w->upgrade_to, d);
	if (e == ERR_OK)
		e = take_all(s, w->classes.item, w->classes.num, take_class, d);
	if (e == ERR_OK)
		e = take_all(s, w->allow.item, w->allow.num, take_help, d);
	s->in.tokens = w->tokens;
	s->in.new_tokens = w->new_tokens;
	s->in.cache_counts = w->cache;
	return e;
}

/* Changes name nodes, which file and options have together. */
static enum err
take_file_changes(struct steps *s, const struct whole *w, struct diag *d)
{
	enum err e = take_all(s, w->done.item, w->done.num, take_done, d);

	if (e != ERR_OK)
		return e;
	return take_all(s, w->changes.item, w->changes.num, take_wanted, d);
}

static enum err
take_options(struct steps *s, const struct steps_opts *o, struct diag *d)
{
	enum err e;

	e = take_all(s, o->nodes.at, o->nodes.num, take_node_option, d);
	if (e == ERR_OK)
		e = take_release(s, o->release, &s->in.release, d);
	if (e == ERR_OK)
		e = take_upgrade(s, o->upgrade_to, d);
	if (e == ERR_OK)
		e = take_all(s, o->classes.at, o->classes.num, take_class, d);
	if (e == ERR_OK)
		e = take_all(s, o->allow.at, o->allow.num, take_help, d);
	if (o->tokens != 0)
		s->in.tokens = o->tokens;
	if (o->new_tokens != 0)
		s->in.new_tokens = o->new_tokens;
	s->in.cache_counts |= o->cache;
	return e;
}

static enum err
take_option_changes(struct steps *s, const struct steps_opts *o, struct diag *d)
{
	enum err e = take_all(s, o->done.at, o->done.num, take_done, d);

	if (e != ERR_OK)
		return e;
	return take_all(s, o->changes.at, o->changes.num, take_wanted, d);
}

/* Where a list is: GIVEN by an option, or BESIDE the file PATH; or nowhere. */
struct place {
	const char *given, *beside, *path;
};

/* No phone takes, or holds, what does not verify. */
static enum err
verify(const struct ctl_file *f, struct diag *d)
{
	const struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	enum err e = ctl_verify(f, &self, &v, d);

	if (e != ERR_OK || v.status == CTL_VERIFIED)
		return e;
	return diag_set(d, ERR_SYNTAX,
	    "it does not verify by itself, so no phone takes it: %.200s",
	    v.why.msg);
}

static enum err
load_list(struct steps *s, size_t which, const struct place *p,
    const char **ret_file, struct diag *d)
{
	struct accept_file *list = &s->list[which];
	struct buf name = { 0 };
	enum err e = ERR_OK;

	if (p->given == NULL && p->beside == NULL)
		return ERR_OK;
	if (p->given != NULL)
		buf_str(&name, p->given);
	else
		beside_put(&name, p->path, p->beside);
	if (buf_cstr(&name) == NULL)
		e = diag_nomem(d);
	else
		e = accept_file_load(buf_cstr(&name), list, d);
	buf_clear(&name);
	if (e == ERR_OK && ctl_kind(list->f) != CTL_KIND_CTL)
		e = diag_set(d, ERR_UNSUPPORTED,
		    "this is an ITL; the CTL is what is wanted");
	if (e == ERR_OK)
		e = verify(list->f, d);
	*ret_file = e == ERR_OK ? NULL : list->path;
	return e;
}

static enum err
load_lists(struct steps *s, const struct whole *w, const struct steps_opts *o,
    const char *path, const char **ret_file, struct diag *d)
{
	const struct place installed = { o->installed, w->installed, path };
	const struct place served = { o->served, w->served, path };
	enum err e;

	e = load_list(s, 0, &installed, ret_file, d);
	if (e == ERR_OK)
		e = load_list(s, 1, &served, ret_file, d);
	s->in.installed = s->list[0].f;
	s->in.served = s->list[1].f;
	return e;
}

static enum err
check_whole(struct steps *s, struct diag *d)
{
	if (s->in.installed == NULL)
		return diag_set(d, ERR_USAGE,
		    "--installed LIST is missing, or installed in the file: "
		    "the CTL that phones hold");
	if (s->in.release == 0)
		return diag_set(d, ERR_USAGE,
		    "--release RELEASE is missing, or release in the file: the "
		    "cluster's, such as 11.5 or 12.5(1)SU6");
	if (s->in.num_nodes == 0)
		return diag_set(d, ERR_USAGE,
		    "--node NODE is missing, for each node, or nodes in the "
		    "file: the publisher first");
	/* from 12.5 to 12.5 nothing is made anew */
	s->in.upgrade_renews &= s->in.release < 1250;
	if (s->in.classes == 0)
		s->in.classes = 1u << CLASS_TVS | 1u << CLASS_NO_TVS;
	return ERR_OK;
}

static enum err
read_file(const char *path, struct steps *s, struct whole *w, struct diag *d)
{
	struct buf text = { 0 };
	enum err e = input_load(path, DOC_SIZE_MAX, &text, d);

	if (e == ERR_OK)
		e = doc_read(buf_bytes(&text), &steps_table, w, &s->doc, d);
	if (e == ERR_OK)
		e = take_file(s, w, d);
	buf_clear(&text);
	return e;
}

static enum err
load(const char *path, const struct steps_opts *o, struct steps *s,
    const char **ret_file, struct diag *d)
{
	struct whole w = { .installed = NULL };
	enum err e = ERR_OK;

	*ret_file = path;
	s->wish = calloc(ORDER_MAX_CHANGES, sizeof(*s->wish));
	if (s->wish == NULL)
		return diag_nomem(d);
	if (path != NULL)
		e = read_file(path, s, &w, d);
	if (e == ERR_OK) {
		*ret_file = NULL;
		e = take_options(s, o, d);
	}
	if (e == ERR_OK)
		e = assume_roles(s, d);
	if (e == ERR_OK)
		e = take_option_changes(s, o, d);
	if (e == ERR_OK) {
		*ret_file = path;
		e = take_file_changes(s, &w, d);
	}
	if (e != ERR_OK)
		return e;
	*ret_file = NULL;
	e = load_lists(s, &w, o, path, ret_file, d);
	return e == ERR_OK ? check_whole(s, d) : e;
}

enum err
steps_load(const char *path, const struct steps_opts *o, struct steps *ret,
    const char **ret_file, struct diag *d)
{
	enum err e;

	memset(ret, 0, sizeof(*ret));
	ret->in.nodes = ret->node;
	e = load(path, o, ret, ret_file, d);
	ret->in.wishes = ret->wish;
	return e;
}

void
steps_clear(struct steps *s)
{
	size_t i;

	for (i = 0; i < 2; i++)
		accept_file_clear(&s->list[i]);
	doc_free(&s->doc);
	free(s->wish);
	memset(s, 0, sizeof(*s));
}
