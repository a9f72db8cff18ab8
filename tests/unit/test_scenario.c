/* SPDX-License-Identifier: Apache-2.0 */
/* lab/scenario: what a file says, and what it cannot say. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "lab/scenario.h"
#include "lab/world.h"

static const char full[] = "release: 12.5\n"
			   "made_on: 10.5\n"
			   "mode: token\n"
			   "num_nodes: 3\n"
			   "num_phones: 50\n"
			   "seed: 9\n"
			   "speed: 1000\n"
			   "start: 2026-01-02T03:04:05Z\n"
			   "no_ctl: true\n"
			   "stale_capf: true\n"
			   "tvs_list: true\n"
			   "ecdsa: true\n"
			   "no_p12: true\n"
			   "no_licence: true\n"
			   "rollback: true\n"
			   "phones_by_hand: true\n"
			   "sha512: true\n"
			   "auto_registration: true\n"
			   "multi_san: true\n"
			   "ca_signed: true\n"
			   "shared_keys: true\n"
			   "service_delay: 10\n"
			   "sample: 3\n"
			   "syslog: 127.0.0.1:514\n"
			   "random: false\n"
			   "phones:\n"
			   "- {sort: sbd, percent: 60, off: 10, back: 30}\n"
			   "- {sort: no-sbd, percent: 40}\n"
			   "cli: {pager: true, delay: 7, hostile: banner}\n"
			   "nodes:\n"
			   "- name: pub\n"
			   "  tftp: garbage\n"
			   "- name: sub\n"
			   "  down: true\n"
			   "  stale_list: true\n"
			   "  cut_off: true\n"
			   "  http: stall\n"
			   "  replication: (4) Setup Failed\n"
			   "  stopped: [Cisco CTL Provider]\n"
			   "  cli:\n"
			   "    banner_delay: 100\n"
			   "    double_prompt: true\n"
			   "    pager_anyway: true\n"
			   "    counter: true\n"
			   "    ansi: true\n"
			   "    prompt: 'ccmadm:'\n"
			   "    drop_type_ahead: true\n"
			   "    fails: utils ctl update CTLFile\n"
			   "    max_sessions: 2\n"
			   "    idle: 60\n"
			   "    keyboard_only: true\n"
			   "    password_only: true\n"
			   "    old_algorithms: true\n"
			   "    cut: show ctl\n"
			   "- {name: imp, role: presence}\n";

static void
test_full(void **state)
{
	struct scenario s;
	struct scenario_node n;
	const struct scenario_phones *p;
	struct doc *doc = NULL;
	struct diag d;

	scenario_init(&s);
	if (scenario_read(bytes_of_str(full), &s, &doc, &d) != ERR_OK)
		fail_msg("%u:%u: %s", d.line, d.column, d.msg);
	assert_int_equal(scenario_check(&s, NULL), ERR_OK);
	assert_int_equal(s.release, 1250);
	assert_int_equal(s.made_on, 1050);
	assert_int_equal(s.mode, SCENARIO_TOKEN);
	assert_int_equal(s.num_nodes, 3);
	assert_int_equal(s.num_phones, 50);
	assert_int_equal(s.seed, 9);
	assert_int_equal(s.speed, 1000);
	assert_int_equal(s.start, 1767323045);
	assert_true(s.no_ctl && s.stale_capf && s.tvs_list && s.ecdsa &&
	    s.no_p12 && s.no_licence && s.rollback && s.phones_by_hand &&
	    s.sha512 && s.auto_registration && s.multi_san && s.ca_signed &&
	    s.shared_keys && !s.random);
	assert_int_equal(s.service_delay, 10);
	assert_int_equal(s.sample, 3);
	assert_string_equal(s.syslog, "127.0.0.1:514");
	p = s.phones.item;
	assert_int_equal(s.phones.num, 2);
	assert_string_equal(p[0].sort, "sbd");
	assert_int_equal(p[0].percent, 60);
	assert_int_equal(p[0].off, 10);
	assert_int_equal(p[0].back, 30);
	n = scenario_node(&s, 0);
	assert_string_equal(n.name, "pub");
	assert_int_equal(n.role, WORLD_PUBLISHER);
	assert_string_equal(n.serves.tftp, "garbage");
	assert_null(n.serves.http);
	/* what the node does not say, all of them do */
	assert_true(n.cli.pager);
	assert_int_equal(n.cli.delay, 7);
	assert_string_equal(n.cli.hostile, "banner");
	assert_string_equal(n.cli.prompt, "admin:");
	n = scenario_node(&s, 1);
	assert_int_equal(n.role, WORLD_SUBSCRIBER);
	assert_true(n.down && n.stale_list && n.cut_off);
	assert_string_equal(n.serves.http, "stall");
	assert_string_equal(n.replication, "(4) Setup Failed");
	assert_string_equal(n.stopped.item[0], "Cisco CTL Provider");
	assert_true(n.cli.double_prompt && n.cli.pager_anyway &&
	    n.cli.counter && n.cli.ansi && n.cli.drop_type_ahead &&
	    n.cli.keyboard_only && n.cli.password_only && n.cli.old_algorithms);
	/* and a node that says something says all of it */
	assert_false(n.cli.pager);
	assert_null(n.cli.hostile);
	assert_int_equal(n.cli.banner_delay, 100);
	assert_int_equal(n.cli.max_sessions, 2);
	assert_int_equal(n.cli.idle, 60);
	assert_string_equal(n.cli.prompt, "ccmadm:");
	assert_string_equal(n.cli.fails, "utils ctl update CTLFile");
	assert_string_equal(n.cli.cut, "show ctl");
	assert_int_equal(scenario_node(&s, 2).role, WORLD_IMP);
	doc_free(&doc);
}

/* What a file does not say stays as it was. */
static void
test_over(void **state)
{
	struct scenario s;
	struct doc *doc = NULL;

	scenario_init(&s);
	s.num_phones = 77;
	s.seed = 5;
	s.no_licence = true;
	assert_int_equal(
	    scenario_read(bytes_of_str("speed: 3\n"), &s, &doc, NULL), ERR_OK);
	assert_int_equal(s.num_phones, 77);
	assert_int_equal(s.seed, 5);
	assert_int_equal(s.release, 1250);
	assert_true(s.no_licence);
	assert_int_equal(s.speed, 3);
	doc_free(&doc);
}

/* TEXT, line and column of the refusal. */
static const struct {
	const char *text;
	unsigned line;
} refused[] = {
	{ "release: 13\n", 1 },
	{ "mode: secure\n", 1 },
	{ "\nphnes: 3\n", 2 },
	{ "phones:\n- {sort: sbd, percent: 60}\n- {sort: cti, percent: 50}\n",
	    3 },
	{ "phones:\n- {sort: sdb, percent: 60}\n", 2 },
	{ "nodes:\n- {role: master}\n", 2 },
	{ "cli:\n  hostile: angry\n", 2 },
	{ "nodes:\n- {tftp: slow}\n", 2 },
	{ "speed: 0\n", 1 },
};

static void
test_refused(void **state)
{
	struct scenario s;
	struct doc *doc = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(refused); i++) {
		scenario_init(&s);
		s.num_phones = 77;
		assert_int_equal(
		    scenario_read(bytes_of_str(refused[i].text), &s, &doc, &d),
		    ERR_SYNTAX);
		assert_int_equal(d.line, refused[i].line);
		assert_null(doc);
		assert_int_equal(s.num_phones, 77);
	}
}

static void
test_check(void **state)
{
	static const struct scenario_node two[] = { { .role = WORLD_PUBLISHER },
		{ .role = WORLD_PUBLISHER } };
	struct scenario s;

	scenario_init(&s);
	assert_int_equal(scenario_check(&s, NULL), ERR_OK);
	s.nodes = (struct doc_maps){ two, 2 };
	assert_int_equal(scenario_check(&s, NULL), ERR_USAGE);
	s.nodes.num = 1;
	assert_int_equal(scenario_check(&s, NULL), ERR_OK);
	s.num_nodes = WORLD_MAX_NODES + 1;
	assert_int_equal(scenario_check(&s, NULL), ERR_USAGE);
}

static void
test_names(void **state)
{
	unsigned release = 0;
	int mode = -1;

	assert_true(scenario_release_named("10.5", &release));
	assert_int_equal(release, 1050);
	assert_string_equal(scenario_release_name(1500), "15");
	assert_false(scenario_release_named("13", &release));
	assert_true(scenario_mode_named("non-secure", &mode));
	assert_int_equal(mode, SCENARIO_NON_SECURE);
	assert_null(scenario_sort("none", NULL));
	assert_true(scenario_sort("old-roles", NULL)->old_roles);
}

/* By the seed: the same one misbehaves the same way, and nobody is attacked. */
static void
test_random(void **state)
{
	struct scenario s;
	struct scenario_node a, b;
	size_t i, slow = 0, paging = 0;

	scenario_init(&s);
	s.random = true;
	for (i = 0; i < 64; i++) {
		a = scenario_node(&s, i);
		b = scenario_node(&s, i);
		assert_int_equal(a.cli.banner_delay, b.cli.banner_delay);
		assert_int_equal(a.cli.pager, b.cli.pager);
		assert_null(a.cli.hostile);
		assert_false(a.down);
		slow += a.cli.banner_delay > 5000;
		paging += a.cli.pager;
	}
	assert_in_range(slow, 16, 63);
	assert_in_range(paging, 8, 56);
	a = scenario_node(&s, 3);
	s.seed++;
	assert_int_not_equal(scenario_node(&s, 3).cli.banner_delay,
	    a.cli.banner_delay);
}

/* Every key of TABLE stands in DOC as `key`. */
static void
find_keys(const struct doc_table *table, const char *doc)
{
	char key[80];
	size_t i;

	for (i = 0; i < table->num_fields; i++) {
		if (table->fields[i].type == DOC_PLACE)
			continue;
		(void)snprintf(key, sizeof(key), "`%s`", table->fields[i].key);
		if (strstr(doc, key) == NULL)
			fail_msg("docs/lab.md lacks %s", key);
		if (table->fields[i].table != NULL)
			find_keys(table->fields[i].table, doc);
	}
}

static void
test_doc(void **state)
{
	struct buf doc = { 0 };
	char path[512];

	assert_non_null(getenv("SRC"));
	(void)snprintf(path, sizeof(path), "%s/docs/lab.md", getenv("SRC"));
	assert_int_equal(file_load(path, 1 << 20, &doc, NULL), ERR_OK);
	find_keys(scenario_table(), buf_cstr(&doc));
	buf_clear(&doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_doc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
