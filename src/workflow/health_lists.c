/* SPDX-License-Identifier: Apache-2.0 */
/* The lists that nodes serve, read; which of them is judged; whether all are
 * the same (R5). */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pki/digest.h"
#include "workflow/health_parts.h"

/* By HTTP, which phones ask first, else by TFTP. */
static const struct survey_list *
list_of(const struct survey_list *http, const struct survey_list *tftp)
{
	if (http->looked && http->error == ERR_OK)
		return http;
	if (tftp->looked && tftp->error == ERR_OK)
		return tftp;
	return http->looked && http->error == ERR_ABSENT ? http : tftp;
}

static enum err
put_hex(enum digest which, struct bytes of, char *ret, size_t size,
    struct diag *d)
{
	struct digest_value v;
	struct buf hex = { 0 };
	enum err e = digest_of(which, &of, 1, &v, d);

	if (e == ERR_OK)
		text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	if (e == ERR_OK && buf_cstr(&hex) == NULL)
		e = diag_nomem(d);
	if (e == ERR_OK)
		(void)snprintf(ret, size, "%s", buf_cstr(&hex));
	buf_clear(&hex);
	return e;
}

static enum err
verify(struct health_case *c, struct health_list *l)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF, .memo = c->memo };
	struct ctl_verdict v;
	uint32_t when;
	struct bytes cn;
	enum err e = ctl_verify(l->file, &self, &v, c->d);

	if (e != ERR_OK)
		return e;
	l->verified = v.status == CTL_VERIFIED;
	if (!l->verified)
		l->why = v.why;
	l->has_time = ctl_header_number(ctl_header(l->file), CTL_HDR_TIMESTAMP,
	    &when);
	if (l->has_time)
		l->time = when;
	cn = ctl_common_name(
	    ctl_header_text(ctl_header(l->file), CTL_HDR_SIGNER_NAME));
	(void)snprintf(l->signer, sizeof(l->signer), "%.*s",
	    cn.len > 255 ? 255 : (int)cn.len,
	    cn.ptr == NULL ? "" : (const char *)cn.ptr);
	return ERR_OK;
}

/* A list that is broken is none, and says why. */
static enum err
read_list(struct health_case *c, const struct survey_list *from,
    enum ctl_kind kind, struct health_list *ret)
{
	enum err e;

	diag_init(&ret->why);
	if (!from->looked || from->error != ERR_OK) {
		diag_set(&ret->why, from->looked ? from->error : ERR_ABSENT,
		    "%.300s", !from->looked ? "nobody looked" : from->why);
		return ERR_OK;
	}
	e = put_hex(DIGEST_MD5, from->bytes, ret->md5, sizeof(ret->md5), c->d);
	if (e == ERR_OK)
		e = put_hex(DIGEST_SHA1, from->bytes, ret->sha1,
		    sizeof(ret->sha1), c->d);
	if (e != ERR_OK)
		return e;
	e = ctl_parse(from->bytes, kind, &ret->file, &ret->why);
	if (e == ERR_NOMEM)
		return diag_nomem(c->d);
	return e == ERR_OK ? verify(c, ret) : ERR_OK;
}

/* The publisher's, else the first that verifies, else the first. */
static void
choose_list(struct health_case *c)
{
	size_t i, points, best = 0;

	for (i = 0; i < c->h->num_nodes; i++) {
		const struct health_list *l = &c->h->node[i].ctl;

		points = l->file == NULL ? 0
					 : 1 + 2u * l->verified +
			(l->verified && health_is_publisher(c, i));
		if (points > best) {
			best = points;
			c->list = l->file;
			c->list_node = i;
		}
	}
}

/* Every server was asked, and says that there is none. */
static bool
all_lack(const struct health_case *c)
{
	size_t i, num = 0;

	for (i = 0; i < c->h->num_nodes; i++) {
		if (!health_is_server(c, i))
			continue;
		num++;
		if (c->h->node[i].ctl.file != NULL ||
		    c->h->node[i].ctl.md5[0] != '\0' ||
		    c->h->node[i].ctl.why.code != ERR_ABSENT ||
		    (!c->s->node[i].http_ctl.looked &&
			!c->s->node[i].tftp_ctl.looked))
			return false;
	}
	return num > 0;
}

enum err
health_read_lists(struct health_case *c)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < c->h->num_nodes; i++) {
		const struct survey_node *n = &c->s->node[i];

		e = read_list(c, list_of(&n->http_ctl, &n->tftp_ctl),
		    CTL_KIND_CTL, &c->h->node[i].ctl);
		if (e == ERR_OK)
			e = read_list(c, list_of(&n->http_itl, &n->tftp_itl),
			    CTL_KIND_ITL, &c->h->node[i].itl);
	}
	choose_list(c);
	c->no_list = all_lack(c);
	return e;
}

/* ---- R5 -------------------------------------------------------------------------- */

/* The ways by which a node shows its CTL, and the SHA-1 of what came. */
#define NUM_WAYS 4
struct way {
	const char *name;
	char sha1[41]; /* "": it has none; see KNOWN */
	bool known;
};

static enum err
way_of(const char *name, const struct survey_list *l, struct way *ret,
    struct diag *d)
{
	*ret = (struct way){ .name = name };
	if (!l->looked || (l->error != ERR_OK && l->error != ERR_ABSENT))
		return ERR_OK;
	ret->known = true;
	if (l->error == ERR_ABSENT)
		return ERR_OK;
	return put_hex(DIGEST_SHA1, l->bytes, ret->sha1, sizeof(ret->sha1), d);
}

static enum err
ways_of(const struct survey_node *n, struct way ret[NUM_WAYS], struct diag *d)
{
	enum err e = way_of("HTTP", &n->http_ctl, &ret[0], d);

	if (e == ERR_OK)
		e = way_of("TFTP", &n->tftp_ctl, &ret[1], d);
	if (e == ERR_OK)
		e = way_of("HTTPS", &n->https_ctl, &ret[2], d);
	ret[3] = (struct way){ .name = "show ctl", .known = n->has_told_ctl };
	if (n->has_told_ctl && !n->told_ctl.absent)
		(void)snprintf(ret[3].sha1, sizeof(ret[3].sha1), "%s",
		    n->told_ctl.sha1);
	return e;
}

/* "3fa2..." or "none". */
static const char *
brief(const char *sha1, char ret[16])
{
	if (sha1[0] == '\0')
		return "none";
	(void)snprintf(ret, 16, "%.12s", sha1);
	return ret;
}

static enum err
compare_ways(struct health_case *c, size_t i)
{
	const char *todo =
	    "restart Cisco Tftp on this node: it gives out what it read when "
	    "it started";
	struct way way[NUM_WAYS];
	char one[16], other[16];
	size_t k, first = NUM_WAYS;
	enum err e = ways_of(&c->s->node[i], way, c->d);

	for (k = 0; e == ERR_OK && k < NUM_WAYS; k++) {
		if (!way[k].known)
			continue;
		if (first == NUM_WAYS)
			first = k;
		if (strcmp(way[k].sha1, way[first].sha1) == 0)
			continue;
		c->h->node[i].ways_differ = true;
		health_say(c, HEALTH_SAME, HEALTH_BAD, health_node_name(c, i),
		    todo, "%s gives the CTL %s, but %s says %s (SHA-1)",
		    way[first].name, brief(way[first].sha1, one), way[k].name,
		    brief(way[k].sha1, other));
	}
	return e;
}

/* One way is of no use, and the other is: some phones will feel it. */
static void
compare_failures(struct health_case *c, size_t i)
{
	const struct survey_list *ways[] = { &c->s->node[i].http_ctl,
		&c->s->node[i].tftp_ctl };
	static const char *const names[] = { "HTTP", "TFTP" };
	size_t k;

	for (k = 0; c->h->node[i].ctl.md5[0] != '\0' && k < 2; k++)
		if (ways[k]->looked && ways[k]->error != ERR_OK &&
		    ways[k]->error != ERR_ABSENT)
			health_say(c, HEALTH_SAME, HEALTH_NOTE,
			    health_node_name(c, i),
			    "look at its TFTP service: phones ask by HTTP "
			    "first, and by TFTP then",
			    "its CTL could not be had by %s: %.180s", names[k],
			    ways[k]->why);
}

/* What a server gives, against the list that is judged. */
static void
compare_node(struct health_case *c, size_t i)
{
	const struct health_list *l = &c->h->node[i].ctl;
	const char *node = health_node_name(c, i);
	char one[16], other[16];

	if (l->md5[0] == '\0' && l->why.code != ERR_ABSENT)
		health_say(c, HEALTH_SAME, HEALTH_UNKNOWN, node,
		    "look at its TFTP service, and at what is in between",
		    "its CTL could not be had: %.200s", l->why.msg);
	else if (l->md5[0] == '\0' && !c->s->node[i].http_ctl.looked &&
	    !c->s->node[i].tftp_ctl.looked)
		health_say(c, HEALTH_SAME, HEALTH_UNKNOWN, node, "",
		    "nobody asked it for its CTL");
	else if (l->md5[0] == '\0' && c->list != NULL)
		health_say(c, HEALTH_SAME, HEALTH_BAD, node,
		    "run utils ctl update CTLFile on the publisher, which "
		    "copies it to all nodes",
		    "it has no CTL, but other nodes have one");
	else if (l->md5[0] != '\0' && l->file == NULL)
		health_say(c, HEALTH_SAME, HEALTH_BAD, node,
		    "run utils ctl update CTLFile on the publisher",
		    "its CTL is broken: %.200s", l->why.msg);
	else if (l->file != NULL && !l->verified)
		health_say(c, HEALTH_SAME, HEALTH_BAD, node,
		    "run utils ctl update CTLFile on the publisher",
		    "its CTL does not verify: %.200s", l->why.msg);
	else if (l->file != NULL && c->list != NULL &&
	    strcmp(l->sha1, c->h->node[c->list_node].ctl.sha1) != 0)
		health_say(c, HEALTH_SAME, HEALTH_BAD, node,
		    "see whether SFTP (22) between the nodes works, run utils "
		    "ctl update CTLFile on the publisher, restart Cisco Tftp",
		    "its CTL is %s, but that of %s is %s (SHA-1)",
		    brief(l->sha1, one), health_node_name(c, c->list_node),
		    brief(c->h->node[c->list_node].ctl.sha1, other));
}

enum err
health_same(struct health_case *c)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < c->h->num_nodes; i++) {
		e = compare_ways(c, i);
		if (e != ERR_OK || !health_is_server(c, i))
			continue;
		compare_node(c, i);
		compare_failures(c, i);
	}
	if (e == ERR_OK && c->no_list && c->s->has_mode && c->s->mixed)
		health_say(c, HEALTH_SAME, HEALTH_BAD, NULL,
		    "run utils ctl update CTLFile on the publisher",
		    "the cluster is in mixed mode, and no node has a CTL");
	return e;
}
