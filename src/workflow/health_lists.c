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
read_bytes(struct health_case *c, struct bytes bytes, enum ctl_kind kind,
    struct health_list *ret)
{
	struct ctl_file *file = NULL;
	enum err e;

	e = put_hex(DIGEST_MD5, bytes, ret->md5, sizeof(ret->md5), c->d);
	if (e == ERR_OK)
		e = put_hex(DIGEST_SHA1, bytes, ret->sha1, sizeof(ret->sha1),
		    c->d);
	if (e != ERR_OK)
		return e;
	e = ctl_parse(bytes, kind, &file, &ret->why);
	if (e == ERR_NOMEM)
		return diag_nomem(c->d);
	if (e != ERR_OK)
		return ERR_OK;
	c->h->file[c->h->num_files++] = file;
	ret->file = file;
	return verify(c, ret);
}

/* Most nodes serve what the one before serves: that is read once. */
static enum err
read_list(struct health_case *c, const struct survey_list *from,
    enum ctl_kind kind, struct health_list *ret)
{
	struct health_read *last = kind == CTL_KIND_CTL ? &c->last_ctl
							: &c->last_itl;

	diag_init(&ret->why);
	if (!from->looked || from->error != ERR_OK) {
		diag_set(&ret->why, from->looked ? from->error : ERR_ABSENT,
		    "%.300s", !from->looked ? "nobody looked" : from->why);
		return ERR_OK;
	}
	if (last->list != NULL && bytes_equal(last->bytes, from->bytes)) {
		*ret = *last->list;
		return ERR_OK;
	}
	*last = (struct health_read){ from->bytes, ret };
	return read_bytes(c, from->bytes, kind, ret);
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

static bool
is_unsure(const struct survey_list *l)
{
	return l->looked && l->error != ERR_OK && l->error != ERR_ABSENT;
}

/* Neither by HTTP nor by TFTP is it open. */
static bool
lacks(const struct health_case *c, size_t i)
{
	const struct survey_node *n = &c->s->node[i];

	return c->h->node[i].ctl.md5[0] == '\0' &&
	    c->h->node[i].ctl.why.code == ERR_ABSENT &&
	    (n->http_ctl.looked || n->tftp_ctl.looked) &&
	    !is_unsure(&n->http_ctl) && !is_unsure(&n->tftp_ctl);
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
		if (!lacks(c, i))
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

/* READ is the node's list as it was read. */
static enum err
way_of(const char *name, const struct survey_list *l,
    const struct health_read *read, struct way *ret, struct diag *d)
{
	*ret = (struct way){ .name = name };
	if (!l->looked || (l->error != ERR_OK && l->error != ERR_ABSENT))
		return ERR_OK;
	ret->known = true;
	if (l->error == ERR_ABSENT)
		return ERR_OK;
	if (read->list->sha1[0] == '\0' || !bytes_equal(l->bytes, read->bytes))
		return put_hex(DIGEST_SHA1, l->bytes, ret->sha1,
		    sizeof(ret->sha1), d);
	(void)snprintf(ret->sha1, sizeof(ret->sha1), "%s", read->list->sha1);
	return ERR_OK;
}

static struct way
way_told(const char *name, bool has, const struct said_list *told)
{
	struct way ret = { .name = name, .known = has };

	if (has && !told->absent)
		(void)snprintf(ret.sha1, sizeof(ret.sha1), "%s", told->sha1);
	return ret;
}

static enum err
ways_of(const struct survey_node *n, const struct health_list *list,
    struct way ret[NUM_WAYS], struct diag *d)
{
	const struct health_read read = {
		list_of(&n->http_ctl, &n->tftp_ctl)->bytes, list
	};
	enum err e = way_of("HTTP", &n->http_ctl, &read, &ret[0], d);

	if (e == ERR_OK)
		e = way_of("TFTP", &n->tftp_ctl, &read, &ret[1], d);
	if (e == ERR_OK)
		e = way_of("HTTPS", &n->https_ctl, &read, &ret[2], d);
	ret[3] = way_told("show ctl", n->has_told_ctl, &n->told_ctl);
	return e;
}

static enum err
itl_ways_of(const struct survey_node *n, const struct health_list *list,
    struct way ret[NUM_WAYS], struct diag *d)
{
	const struct health_read read = {
		list_of(&n->http_itl, &n->tftp_itl)->bytes, list
	};
	enum err e = way_of("HTTP", &n->http_itl, &read, &ret[0], d);

	if (e == ERR_OK)
		e = way_of("TFTP", &n->tftp_itl, &read, &ret[1], d);
	ret[2] = (struct way){ .known = false };
	ret[3] = way_told("show itl", n->has_told_itl, &n->told_itl);
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

static void
compare_all(struct health_case *c, size_t i, const char *what,
    const struct way way[NUM_WAYS])
{
	const char *todo =
	    "restart Cisco Tftp on this node: it gives out what it read when "
	    "it started";
	char one[16], other[16];
	size_t k, first = NUM_WAYS;

	for (k = 0; k < NUM_WAYS; k++) {
		if (!way[k].known)
			continue;
		if (first == NUM_WAYS)
			first = k;
		if (strcmp(way[k].sha1, way[first].sha1) == 0)
			continue;
		c->h->node[i].ways_differ = true;
		health_say(c, HEALTH_SAME, HEALTH_BAD, health_node_name(c, i),
		    todo, "%s gives the %s %s, but %s says %s (SHA-1)",
		    way[first].name, what, brief(way[first].sha1, one),
		    way[k].name, brief(way[k].sha1, other));
	}
}

static enum err
compare_ways(struct health_case *c, size_t i)
{
	struct way ctl[NUM_WAYS], itl[NUM_WAYS];
	const struct health_node *h = &c->h->node[i];
	enum err e = ways_of(&c->s->node[i], &h->ctl, ctl, c->d);

	if (e == ERR_OK)
		e = itl_ways_of(&c->s->node[i], &h->itl, itl, c->d);
	if (e != ERR_OK)
		return e;
	compare_all(c, i, "CTL", ctl);
	compare_all(c, i, "ITL", itl);
	return ERR_OK;
}

/* What TFTP gives out may be older than what is on the disk. */
static void
judge_disk(struct health_case *c, size_t i)
{
	const struct health_list *l = &c->h->node[i].ctl;
	const char *why = c->s->node[i].told_ctl_why;

	/* that nothing came is said */
	if (l->md5[0] == '\0' && l->why.code != ERR_ABSENT)
		return;
	if (!c->s->node[i].has_told_ctl)
		health_say(c, HEALTH_SAME, HEALTH_UNKNOWN,
		    health_node_name(c, i),
		    "see whether it answers over SSH, and look again",
		    "whether it gives out the CTL that is on its disk is not "
		    "known: show ctl could not be had%s%.180s",
		    why == NULL ? "" : ": ", why == NULL ? "" : why);
}

/* One way is of no use, and the other is: some phones will feel it. */
static void
compare_failures(struct health_case *c, size_t i)
{
	const struct survey_list *ways[] = { &c->s->node[i].http_ctl,
		&c->s->node[i].tftp_ctl };
	static const char *const names[] = { "HTTP", "TFTP" };
	enum health_grade grade = HEALTH_NOTE;
	size_t k;

	/* one that says that there is none leaves the other open */
	if (c->h->node[i].ctl.md5[0] == '\0') {
		grade = HEALTH_UNKNOWN;
		if (is_unsure(ways[0]) && is_unsure(ways[1]))
			return;
	}
	for (k = 0; k < 2; k++)
		if (is_unsure(ways[k]))
			health_say(c, HEALTH_SAME, grade,
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
		judge_disk(c, i);
	}
	if (e == ERR_OK && c->no_list && c->s->has_mode && c->s->mixed)
		health_say(c, HEALTH_SAME, HEALTH_BAD, NULL,
		    "run utils ctl update CTLFile on the publisher",
		    "the cluster is in mixed mode, and no node has a CTL");
	return e;
}
