/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/scenario.h"

#include <stdlib.h>
#include <string.h>

#include "lab/world.h"

#define MEMBER(st, member, kind, name) \
	.key = name, .type = kind, .offset = offsetof(struct st, member)
#define FIELD(st, member, kind) MEMBER(st, member, kind, #member)

static const struct doc_name releases[] = { { "9.1", 910 }, { "10.0", 1000 },
	{ "10.5(1)", 1051 }, { "10.5", 1050 }, { "11.0", 1100 },
	{ "11.5", 1150 }, { "12.0", 1200 }, { "12.5", 1250 }, { "14", 1400 },
	{ "15", 1500 }, { NULL, 0 } };

static const struct doc_name modes[] = { { "token", SCENARIO_TOKEN },
	{ "tokenless", SCENARIO_TOKENLESS },
	{ "non-secure", SCENARIO_NON_SECURE }, { NULL, 0 } };

static const struct doc_name roles[] = { { "publisher", WORLD_PUBLISHER },
	{ "subscriber", WORLD_SUBSCRIBER }, { "presence", WORLD_IMP },
	{ "tftp", WORLD_TFTP_ONLY }, { NULL, 0 } };

static const struct doc_name hostile[] = { { "banner", 1 }, { "no-prompt", 2 },
	{ "garbage", 3 }, { "escape", 4 }, { "utf8", 5 },
	{ "prompt-in-cert", 6 }, { "other-node", 7 }, { "host-key", 8 },
	{ "ssh-banner", 9 }, { NULL, 0 } };

static const struct doc_name serves[] = { { "garbage", 1 }, { "stall", 2 },
	{ "endless", 3 }, { "wrong-block", 4 }, { "short", 5 }, { NULL, 0 } };

/* Sorts of phones: name, model, asks TVS, has an ITL, signed configuration,
 * old roles alone, SHA-1 alone, most SASTs, most bits. docs/lab.md. */
static const struct {
	struct phone_sort sort;
	const char *model;
} sorts[] = {
	{ { "sbd", true, true, true, false, false, 0, 0 }, "Cisco 8845" },
	{ { "no-sbd", false, false, true, false, false, 0, 0 }, "Cisco 7940" },
	{ { "ata", false, false, true, false, false, 0, 0 }, "Cisco ATA 191" },
	{ { "telepresence", false, false, true, false, false, 0, 0 },
	    "Cisco TelePresence SX20" },
	{ { "jabber", false, false, true, false, false, 0, 0 },
	    "Cisco Unified Client Services Framework" },
	{ { "cti", false, false, false, false, false, 0, 0 }, "CTI Port" },
	{ { "old-roles", true, true, true, true, false, 0, 0 }, "Cisco 8941" },
	{ { "two-sasts", false, false, true, false, false, 2, 0 },
	    "Third-party SIP Device (Advanced)" },
	{ { "sha1", true, true, true, false, true, 0, 0 }, "Cisco 7945" },
	{ { "2048-bits", true, true, true, false, false, 0, 2048 },
	    "Cisco 7965" },
};

const struct phone_sort *
scenario_sort(const char *name, const char **ret_model)
{
	size_t i;

	for (i = 0; i < DOC_NUM(sorts); i++)
		if (strcmp(sorts[i].sort.name, name) == 0) {
			if (ret_model != NULL)
				*ret_model = sorts[i].model;
			return &sorts[i].sort;
		}
	return NULL;
}

static bool
find_name(const struct doc_name *list, const char *name, int *ret)
{
	for (; list->name != NULL; list++)
		if (strcmp(list->name, name) == 0) {
			*ret = list->value;
			return true;
		}
	return false;
}

static const char *
find_value(const struct doc_name *list, int value)
{
	for (; list->name != NULL; list++)
		if (list->value == value)
			return list->name;
	return NULL;
}

bool
scenario_release_named(const char *name, unsigned *ret)
{
	int value;

	if (!find_name(releases, name, &value))
		return false;
	*ret = (unsigned)value;
	return true;
}

const char *
scenario_release_name(unsigned release)
{
	return find_value(releases, (int)release);
}

bool
scenario_mode_named(const char *name, int *ret)
{
	return find_name(modes, name, ret);
}

const char *
scenario_mode_name(int mode)
{
	return find_value(modes, mode);
}

/* ---- The tables. ---- */

static const struct scenario_cli usual_cli = { .prompt = "admin:",
	.max_sessions = 10,
	.idle = 1800 };

/* hostile is an enum in the file, so that a word that is none is refused. */
struct cli_map {
	struct scenario_cli cli;
	int hostile;
};

#define CLI(member, kind)                         \
	.key = #member, .type = kind,             \
	.offset = offsetof(struct cli_map, cli) + \
	    offsetof(struct scenario_cli, member)

static const struct doc_field cli_fields[] = {
	{ CLI(banner_delay, DOC_UNSIGNED) },
	{ CLI(double_prompt, DOC_BOOL) },
	{ CLI(pager, DOC_BOOL) },
	{ CLI(pager_anyway, DOC_BOOL) },
	{ CLI(counter, DOC_BOOL) },
	{ CLI(ansi, DOC_BOOL) },
	{ CLI(prompt, DOC_STRING), .min = 1, .max = 64 },
	{ CLI(drop_type_ahead, DOC_BOOL) },
	{ CLI(fails, DOC_STRING) },
	{ CLI(max_sessions, DOC_UNSIGNED), .min = 1, .max = 10 },
	{ CLI(idle, DOC_UNSIGNED) },
	{ CLI(keyboard_only, DOC_BOOL) },
	{ CLI(password_only, DOC_BOOL) },
	{ CLI(old_algorithms, DOC_BOOL) },
	{ CLI(delay, DOC_UNSIGNED) },
	{ CLI(cut, DOC_STRING) },
	{ FIELD(cli_map, hostile, DOC_ENUM), .names = hostile },
};

static const struct cli_map cli_defaults = {
	.cli = { .prompt = "admin:", .max_sessions = 10, .idle = 1800 }
};

static const struct doc_table cli_table = { .what = "cli",
	.size = sizeof(struct cli_map),
	.defaults = &cli_defaults,
	.fields = cli_fields,
	.num_fields = DOC_NUM(cli_fields) };

struct node_map {
	const char *name;
	int role;
	bool down, stale_list, cut_off;
	const struct cli_map *cli;
	int tftp, http;
	const char *replication;
	struct doc_strings stopped;
};

static const struct doc_field node_fields[] = {
	{ FIELD(node_map, name, DOC_STRING), .min = 1, .max = 63 },
	{ FIELD(node_map, role, DOC_ENUM), .names = roles },
	{ FIELD(node_map, down, DOC_BOOL) },
	{ FIELD(node_map, stale_list, DOC_BOOL) },
	{ FIELD(node_map, cut_off, DOC_BOOL) },
	{ FIELD(node_map, cli, DOC_MAP), .table = &cli_table },
	{ FIELD(node_map, tftp, DOC_ENUM), .names = serves },
	{ FIELD(node_map, http, DOC_ENUM), .names = serves },
	{ FIELD(node_map, replication, DOC_STRING) },
	{ FIELD(node_map, stopped, DOC_STRINGS) },
};

static const struct node_map node_defaults = { .role = -1 };

static const struct doc_table node_table = { .what = "node",
	.size = sizeof(struct node_map),
	.defaults = &node_defaults,
	.fields = node_fields,
	.num_fields = DOC_NUM(node_fields) };

struct phones_map {
	struct scenario_phones phones;
	struct doc_place place;
};

#define PHONES(member, kind)                            \
	.key = #member, .type = kind,                   \
	.offset = offsetof(struct phones_map, phones) + \
	    offsetof(struct scenario_phones, member)

static const struct doc_field phones_fields[] = {
	{ PHONES(sort, DOC_STRING), .required = true },
	{ PHONES(percent, DOC_UNSIGNED), .required = true, .max = 100 },
	{ PHONES(off, DOC_UNSIGNED), .max = 100 },
	{ PHONES(back, DOC_UNSIGNED) },
	{ MEMBER(phones_map, place, DOC_PLACE, "") },
};

static const struct doc_table phones_table = { .what = "part of the phones",
	.size = sizeof(struct phones_map),
	.fields = phones_fields,
	.num_fields = DOC_NUM(phones_fields) };

struct scenario_map {
	struct scenario s;
	int release, made_on;
	unsigned seed;
	struct doc_maps phone_parts, node_list;
	const struct cli_map *cli;
};

#define TOP(member, kind)                            \
	.key = #member, .type = kind,                \
	.offset = offsetof(struct scenario_map, s) + \
	    offsetof(struct scenario, member)

static const struct doc_field scenario_fields[] = {
	{ FIELD(scenario_map, release, DOC_ENUM), .names = releases },
	{ FIELD(scenario_map, made_on, DOC_ENUM), .names = releases },
	{ TOP(mode, DOC_ENUM), .names = modes },
	{ TOP(num_nodes, DOC_UNSIGNED), .min = 1, .max = WORLD_MAX_NODES },
	{ TOP(num_phones, DOC_UNSIGNED), .max = 60000 },
	{ FIELD(scenario_map, seed, DOC_UNSIGNED) },
	{ TOP(speed, DOC_UNSIGNED), .min = 1, .max = 1000000 },
	{ TOP(start, DOC_TIME) },
	{ TOP(no_ctl, DOC_BOOL) },
	{ TOP(stale_capf, DOC_BOOL) },
	{ TOP(tvs_list, DOC_BOOL) },
	{ TOP(ecdsa, DOC_BOOL) },
	{ TOP(no_p12, DOC_BOOL) },
	{ TOP(second_tftp, DOC_BOOL) },
	{ TOP(no_licence, DOC_BOOL) },
	{ TOP(rollback, DOC_BOOL) },
	{ TOP(phones_by_hand, DOC_BOOL) },
	{ TOP(sha512, DOC_BOOL) },
	{ TOP(auto_registration, DOC_BOOL) },
	{ TOP(multi_san, DOC_BOOL) },
	{ TOP(ca_signed, DOC_BOOL) },
	{ TOP(shared_keys, DOC_BOOL) },
	{ TOP(service_delay, DOC_UNSIGNED) },
	{ TOP(sample, DOC_UNSIGNED) },
	{ TOP(syslog, DOC_STRING) },
	{ TOP(random, DOC_BOOL) },
	{ MEMBER(scenario_map, phone_parts, DOC_MAPS, "phones"),
	    .table = &phones_table },
	{ MEMBER(scenario_map, node_list, DOC_MAPS, "nodes"),
	    .table = &node_table, .max = WORLD_MAX_NODES },
	{ FIELD(scenario_map, cli, DOC_MAP), .table = &cli_table },
};

static const struct doc_table usual_table = { .what = "scenario",
	.size = sizeof(struct scenario_map),
	.fields = scenario_fields,
	.num_fields = DOC_NUM(scenario_fields) };

const struct doc_table *
scenario_table(void)
{
	return &usual_table;
}

/* ---- From the tables into the structs. ---- */

static struct scenario_cli
cli_of(const struct cli_map *from)
{
	struct scenario_cli ret = from->cli;

	ret.hostile = find_value(hostile, from->hostile);
	return ret;
}

static enum err
take_phones(const struct scenario_map *from, struct doc *doc,
    struct scenario *ret, struct diag *diag)
{
	const struct phones_map *part = from->phone_parts.item;
	struct scenario_phones *to;
	unsigned percent = 0;
	size_t i;

	if (from->phone_parts.num == 0)
		return ERR_OK;
	to = doc_alloc(doc, from->phone_parts.num * sizeof(*to));
	if (to == NULL)
		return diag_nomem(diag);
	for (i = 0; i < from->phone_parts.num; i++) {
		to[i] = part[i].phones;
		percent += to[i].percent;
		if (scenario_sort(to[i].sort, NULL) == NULL)
			return doc_refuse(part[i].place, diag,
			    "\"%s\" is no sort of phones", to[i].sort);
		if (percent > 100)
			return doc_refuse(part[i].place, diag,
			    "these are %u percent of the phones", percent);
	}
	ret->phones = (struct doc_maps){ to, from->phone_parts.num };
	return ERR_OK;
}

static enum err
take_nodes(const struct scenario_map *from, struct doc *doc,
    struct scenario *ret, struct diag *diag)
{
	const struct node_map *n = from->node_list.item;
	struct scenario_node *to;
	size_t i;

	if (from->node_list.num == 0)
		return ERR_OK;
	to = doc_alloc(doc, from->node_list.num * sizeof(*to));
	if (to == NULL)
		return diag_nomem(diag);
	for (i = 0; i < from->node_list.num; i++)
		to[i] = (struct scenario_node){ .name = n[i].name,
			.role = n[i].role >= 0 ? n[i].role
			    : i == 0           ? (int)WORLD_PUBLISHER
					       : (int)WORLD_SUBSCRIBER,
			.down = n[i].down,
			.stale_list = n[i].stale_list,
			.cut_off = n[i].cut_off,
			.cli = n[i].cli != NULL ? cli_of(n[i].cli) : ret->cli,
			.serves = { find_value(serves, n[i].tftp),
			    find_value(serves, n[i].http) },
			.replication = n[i].replication,
			.stopped = n[i].stopped };
	ret->nodes = (struct doc_maps){ to, from->node_list.num };
	return ERR_OK;
}

static enum err
take(const struct scenario_map *from, struct doc *doc, struct scenario *ret,
    struct diag *diag)
{
	struct scenario s = from->s;
	enum err err;

	s.release = (unsigned)from->release;
	s.made_on = (unsigned)from->made_on;
	if (from->seed != 0)
		s.seed = from->seed;
	if (from->cli != NULL)
		s.cli = cli_of(from->cli);
	err = take_phones(from, doc, &s, diag);
	if (err == ERR_OK)
		err = take_nodes(from, doc, &s, diag);
	if (err == ERR_OK)
		*ret = s;
	return err;
}

/* ---- Public. ---- */

void
scenario_init(struct scenario *s)
{
	*s = (struct scenario){ .release = 1250,
		.mode = SCENARIO_TOKENLESS,
		.num_nodes = 2,
		.num_phones = 10,
		.seed = 1,
		.speed = 1,
		.service_delay = 30000,
		.cli = usual_cli };
}

enum err
scenario_read(struct bytes yaml, struct scenario *ret, struct doc **ret_doc,
    struct diag *diag)
{
	const struct scenario_map before = { .s = *ret,
		.release = (int)ret->release,
		.made_on = (int)ret->made_on };
	struct doc_table table = usual_table;
	struct scenario_map map;
	struct doc *doc = NULL;
	enum err err;

	table.defaults = &before;
	err = doc_read(yaml, &table, &map, &doc, diag);

	if (err == ERR_OK)
		err = take(&map, doc, ret, diag);
	if (err == ERR_OK)
		*ret_doc = doc;
	else
		doc_free(&doc);
	return err;
}

enum err
scenario_check(const struct scenario *s, struct diag *diag)
{
	const struct scenario_node *node = s->nodes.item;
	size_t i;

	if (s->num_nodes < 1 || s->num_nodes > WORLD_MAX_NODES)
		return diag_set(diag, ERR_USAGE, "1 to %d nodes",
		    WORLD_MAX_NODES);
	if (s->made_on > s->release)
		return diag_set(diag, ERR_USAGE,
		    "the list is made on a later release than the cluster's");
	if (s->mode == SCENARIO_TOKENLESS &&
	    (s->made_on == 0 ? s->release : s->made_on) < 1000)
		return diag_set(diag, ERR_USAGE,
		    "before 10.0 there is no list without tokens");
	if (s->mode == SCENARIO_TOKEN && s->made_on >= 1400)
		return diag_set(diag, ERR_USAGE,
		    "from 14 on no list can be made with tokens");
	if (s->nodes.num > s->num_nodes)
		return diag_set(diag, ERR_USAGE,
		    "more nodes are described than there are");
	for (i = 0; i < s->nodes.num; i++)
		if ((node[i].role == WORLD_PUBLISHER) != (i == 0))
			return diag_set(diag, ERR_USAGE,
			    "the first node is the publisher, and no other");
	return ERR_OK;
}

/* A number of the seed, for node NUMBER and purpose WHAT. */
static uint64_t
draw(uint64_t seed, size_t number, uint64_t what)
{
	uint64_t x = seed + number * 0x9e3779b97f4a7c15u +
	    what * 0xbf58476d1ce4e5b9u + 1;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* What an appliance may do that is slow or busy, and no attack. */
static void
misbehave(const struct scenario *s, size_t number, struct scenario_cli *cli)
{
	const uint64_t bits = draw(s->seed, number, 1);

	cli->double_prompt |= (bits & 1) != 0;
	cli->pager |= (bits & 2) != 0;
	cli->pager_anyway |= (bits & 4) != 0;
	cli->counter |= (bits & 8) != 0;
	cli->ansi |= (bits & 16) != 0;
	cli->drop_type_ahead |= (bits & 32) != 0;
	if ((bits & 64) != 0 && !cli->password_only)
		cli->keyboard_only = true;
	cli->banner_delay += (unsigned)(draw(s->seed, number, 2) % 20000);
	cli->delay += (unsigned)(draw(s->seed, number, 3) % 2000);
}

struct scenario_node
scenario_node(const struct scenario *s, size_t number)
{
	const struct scenario_node *node = s->nodes.item;
	struct scenario_node ret = { .role = number == 0 ? WORLD_PUBLISHER
							 : WORLD_SUBSCRIBER,
		.cli = s->cli };

	if (number < s->nodes.num)
		ret = node[number];
	if (s->random)
		misbehave(s, number, &ret.cli);
	return ret;
}
