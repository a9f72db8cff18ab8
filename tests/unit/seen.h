/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cluster of the lab as src/trust is told of it: its lists read by ctl/, its
 * certificates by src/pki. Nothing is judged here. Include it after test.h.
 */
#ifndef TESTS_UNIT_SEEN_H
#define TESTS_UNIT_SEEN_H

#include "tests/unit/labs.h"
#include "trust/accept.h"

#define SEEN_MAX_CERTS 4096
#define SEEN_MAX_NAMES (CLUSTER_MAX_NODES + CLUSTER_MAX_UPLOADS)

/* What was read once. The program's end is its end. */
struct seen_cache {
	struct {
		struct ctl_file *f;
	} * file; /* by the number of the sheet */
	size_t num_files;
	struct ctl_memo *memo;
	struct {
		struct shelf_id id;
		struct cert *cert;
	} cert[SEEN_MAX_CERTS];
	size_t num_certs;
};

static inline struct seen_cache *
seen_cache(void)
{
	static struct seen_cache cache;

	if (cache.memo == NULL)
		LABS_OK(ctl_memo_new(&cache.memo, NULL));
	return &cache;
}

/* NULL for none. */
static inline const struct ctl_file *
seen_file(const struct sheet *l)
{
	struct seen_cache *cache = seen_cache();
	size_t n;
	struct diag d;

	if (l == NULL)
		return NULL;
	if (l->number >= cache->num_files) {
		n = l->number * 2 + 64;
		cache->file = realloc(cache->file, n * sizeof(*cache->file));
		assert_non_null(cache->file);
		memset(cache->file + cache->num_files, 0,
		    (n - cache->num_files) * sizeof(*cache->file));
		cache->num_files = n;
	}
	if (cache->file[l->number].f == NULL &&
	    ctl_parse(l->file,
		l->plan.form == SHELF_ITL ? CTL_KIND_ITL : CTL_KIND_CTL,
		&cache->file[l->number].f, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	return cache->file[l->number].f;
}

static inline const struct cert *
seen_cert(struct shelf_id id)
{
	struct seen_cache *cache = seen_cache();
	const struct dialect_cert *made;
	size_t i;

	for (i = 0; i < cache->num_certs; i++)
		if (memcmp(&cache->cert[i].id, &id, sizeof(id)) == 0)
			return cache->cert[i].cert;
	assert_true(i < SEEN_MAX_CERTS);
	LABS_OK(shelf_cert(labs_shelf(), id, &made, NULL));
	LABS_OK(cert_from_der(made->der, &cache->cert[i].cert, NULL));
	cache->cert[i].id = id;
	cache->num_certs++;
	return cache->cert[i].cert;
}

/* All that accept_judge() wants; what it points to is in it. */
struct seen {
	struct accept_cluster cluster;
	struct accept_group group;
	struct trust_tvs tvs[CLUSTER_MAX_NODES];
	struct works_node node[CLUSTER_MAX_NODES];
	struct works_served served[CLUSTER_MAX_NODES][2];
	char name[CLUSTER_MAX_NODES][8], address[CLUSTER_MAX_NODES][32];
	struct trust_database database;
	struct trust_names names[SEEN_MAX_NAMES];
	struct trust_spelling spelling[SEEN_MAX_NAMES];
};

static inline void
seen_clear(struct seen *s)
{
	size_t i;

	for (i = 0; i < SEEN_MAX_NAMES; i++)
		trust_spelling_clear(&s->spelling[i]);
}

static inline enum trust_known
seen_known(bool is)
{
	return is ? TRUST_YES : TRUST_NO;
}

static inline void
seen_put_node(struct seen *s, const struct cluster *c, size_t i)
{
	struct works_node *n = &s->node[i];

	(void)snprintf(s->name[i], sizeof(s->name[i]), "node%zu", i);
	(void)snprintf(s->address[i], sizeof(s->address[i]), "10.0.%zu.%u", i,
	    (unsigned)c->node[i].moved);
	s->served[i][0] = (struct works_served){ "5061, RSA",
		seen_cert(cluster_served(c, SHELF_CALLMANAGER, i)) };
	if (c->ecdsa)
		s->served[i][1] = (struct works_served){ "5061, ECDSA",
			seen_cert(cluster_served(c, SHELF_ECDSA, i)) };
	*n = (struct works_node){ .name = s->name[i],
		.tftp = seen_known(c->node[i].tftp),
		.ccm = seen_known(c->node[i].ccm),
		.publisher = seen_known(i == 0),
		.address = c->multi_san ? NULL : s->address[i],
		.itl = seen_file(c->node[i].itl),
		.callmanager = seen_cert(
		    cluster_served(c, SHELF_CALLMANAGER, i)),
		.capf = seen_cert(cluster_served(c, SHELF_CAPF, i)),
		.served = s->served[i],
		.num_served = c->node[i].ccm ? (c->ecdsa ? 2 : 1) : 0 };
}

static inline void
seen_put_name(struct seen *s, struct shelf_id id)
{
	size_t at = s->database.num++;

	LABS_OK(trust_spell(seen_cert(id), &s->spelling[at], NULL));
	s->names[at] = trust_names_of(&s->spelling[at]);
}

/* ITL has the certificate that TVS of NODE shows. */
static inline bool
seen_has_tvs(const struct sheet *itl, const struct cluster *c, size_t node)
{
	const struct shelf_id id = cluster_served(c, SHELF_TVS, node);
	size_t i;

	for (i = 0; itl != NULL && i < itl->plan.num; i++)
		if (memcmp(&itl->plan.record[i].cert, &id, sizeof(id)) == 0)
			return true;
	return false;
}

/* All of C that there is to know, for phones with ITL at the TFTP node TFTP;
 * their group is the TVS of nodes FROM up to TO. */
static inline void
seen_make(struct seen *s, const struct cluster *c, const struct sheet *itl,
    size_t tftp, size_t from, size_t to)
{
	size_t i;

	memset(s, 0, sizeof(*s));
	for (i = 0; i < c->num_nodes; i++) {
		seen_put_node(s, c, i);
		s->tvs[i] = (struct trust_tvs){ s->name[i],
			seen_known(seen_has_tvs(itl, c, i)),
			seen_file(c->node[i].ctl) };
		seen_put_name(s, cluster_on_disk(c, SHELF_CALLMANAGER, i));
	}
	for (i = 0; i < c->num_uploads; i++)
		seen_put_name(s, c->upload[i]);
	s->database.names = s->names;
	s->database.whole = true;
	s->group = (struct accept_group){ "group", &s->tvs[from], to - from };
	s->cluster = (struct accept_cluster){ .offer = seen_file(
						  c->node[tftp].ctl),
		.nodes = s->node,
		.num_nodes = c->num_nodes,
		.database = &s->database,
		.cache_counts = c->cache_counts,
		.capf_active = seen_known(c->capf),
		.memo = seen_cache()->memo };
}

/* The class of phones of a sort. */
static inline enum class seen_class(enum labs_sort sort) {
	static const enum class classes[] = { [LABS_SBD] = CLASS_TVS,
		[LABS_7940] = CLASS_NO_TVS,
		[LABS_ATA] = CLASS_ATA,
		[LABS_ROOM] = CLASS_TELEPRESENCE,
		[LABS_SOFT] = CLASS_SOFT,
		[LABS_CTI] = CLASS_CTI,
		[LABS_TWO] = CLASS_TWO_SAST,
		[LABS_SHA1] = CLASS_SHA1,
		[LABS_2048] = CLASS_2048 };

	    return classes[sort];
}

/* Asks accept_judge() of C for phones as P is, whose group is the TVS of nodes
 * FROM up to TO. */
static inline void
seen_ask_group(const struct cluster *c, const struct phone *p, size_t from,
    size_t to, struct accept *ret)
{
	struct accept_phone q = { .class = CLASS_NEW };
	struct seen seen;
	struct diag d;

	/* where nobody is asked, TVS shows what ITLs have all the same */
	seen_make(&seen, c, p->sort->asks_tvs ? p->itl : c->node[p->tftp].itl,
	    p->tftp, from, to);
	q.installed = seen_file(p->ctl);
	q.group = &seen.group;
	if (p->ctl != NULL)
		q.class = seen_class((enum labs_sort)(p->sort - labs_sorts));
	if (accept_judge(&seen.cluster, &q, ret, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	seen_clear(&seen);
}

/* Asks for P alone, as if there were no TFTP node but its own: accept_judge()
 * answers for all of them. Its group is the node that it asks. */
static inline void
seen_ask(const struct cluster *c, const struct phone *p, struct accept *ret)
{
	struct cluster alone = *c;
	size_t i;

	for (i = 0; i < alone.num_nodes; i++)
		alone.node[i].tftp = i == p->tftp;
	seen_ask_group(&alone, p, p->tvs, p->tvs + 1u, ret);
}

/* A as labs_letters() has a day, and "?" for each that is not known. W5 is not
 * the phones' business. */
static inline const char *
seen_letters(const struct accept *a)
{
	static const enum works_rule rules[] = { WORKS_ITL, WORKS_CONFIG,
		WORKS_TLS, WORKS_CAPF };
	static char text[16];
	size_t i, n = 0;

	if (a->judgement.verdict == TRUST_REFUSES)
		text[n++] = a->judgement.rule == TRUST_RULE_UNREADABLE ? 'r'
								       : 'a';
	if (a->judgement.verdict == TRUST_UNKNOWN)
		text[n++] = '?';
	for (i = 0; i < NUM(rules); i++)
		if (a->works.answer[rules[i]] == WORKS_NO)
			text[n++] = "ictp"[i];
		else if (a->works.answer[rules[i]] == WORKS_UNKNOWN)
			text[n++] = '?';
	text[n] = '\0';
	return text;
}

#endif
