/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of nodes (R16). */
#include <stdlib.h>

#include "workflow/health_parts.h"

/* Seconds. Beyond APART a change refuses to begin, too; who looks may be in
 * another minute for reasons of his own. */
#define APART 300
#define APART_HERE 3600

/* Seconds that the clock of node I is ahead of ours. */
static int64_t
ahead(const struct health_case *c, size_t i)
{
	return c->s->node[i].date - c->s->node[i].asked;
}

/* The publisher, else the first whose clock was seen; the number of nodes: none
 * was. */
static size_t
reference(const struct health_case *c)
{
	size_t i, ret = c->s->num_nodes;

	for (i = c->s->num_nodes; i > 0; i--)
		if (c->s->node[i - 1].has_date &&
		    (ret == c->s->num_nodes || !health_is_publisher(c, ret)))
			ret = i - 1;
	return ret;
}

/* Why a node cannot be reached is said of the node. */
static void
say_unknown(struct health_case *c, size_t i)
{
	const struct survey_node *n = &c->s->node[i];

	if (!n->reached)
		return;
	if (n->date_why != NULL)
		health_say(c, HEALTH_CLOCKS, HEALTH_UNKNOWN,
		    health_node_name(c, i), "",
		    "what its clock says is not known: show date could not be "
		    "had: %.300s",
		    n->date_why);
	else
		health_say(c, HEALTH_CLOCKS, HEALTH_UNKNOWN,
		    health_node_name(c, i), "",
		    "what its clock says is not known: what show date says "
		    "cannot be read, or has no zone that is known");
}

static void
judge_node(struct health_case *c, size_t i, size_t as)
{
	const struct survey_node *n = &c->s->node[i];
	int64_t apart;

	if (!n->has_date) {
		say_unknown(c, i);
		return;
	}
	apart = ahead(c, i) - ahead(c, as);
	if (apart <= APART && apart >= -APART)
		return;
	health_say(c, HEALTH_CLOCKS, HEALTH_BAD, health_node_name(c, i),
	    "look at utils ntp status there: certificates begin to be valid, "
	    "and lists are compared, by clocks",
	    "its clock is %lld s %s that of %s",
	    (long long)(apart < 0 ? -apart : apart),
	    apart < 0 ? "behind" : "ahead of", health_node_name(c, as));
}

static void
judge_here(struct health_case *c, size_t as)
{
	int64_t apart = ahead(c, as);

	if (apart > APART_HERE || apart < -APART_HERE)
		health_say(c, HEALTH_CLOCKS, HEALTH_NOTE, NULL,
		    "set the one right that is wrong: ages and dates are told "
		    "by the clock of this machine",
		    "the clock of %s is %lld s %s that of this machine",
		    health_node_name(c, as),
		    (long long)(apart < 0 ? -apart : apart),
		    apart < 0 ? "behind" : "ahead of");
}

enum err
health_clocks(struct health_case *c)
{
	size_t i, as = reference(c);

	if (as == c->s->num_nodes) {
		health_say(c, HEALTH_CLOCKS, HEALTH_UNKNOWN, NULL, "",
		    "the clock of no node could be seen");
		return ERR_OK;
	}
	for (i = 0; i < c->s->num_nodes; i++)
		judge_node(c, i, as);
	judge_here(c, as);
	return ERR_OK;
}
