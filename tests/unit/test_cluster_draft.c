/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first inventory: what is written reads, with its examples in force too, and
 * whatever a node says of itself stays within its quotation marks.
 */
#include "tests/unit/test.h"

#include <string.h>

#include "cli/cluster_draft.h"

static const struct cluster_draft_node two[] = {
	{ .name = "pub",
	    .address = "2001:db8::1",
	    .other = "pub.example.com",
	    .role = INVENTORY_PUBLISHER,
	    .host_key = "SHA256:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopo",
	    .port = 2222 },
	{ .name = "imp",
	    .address = "192.0.2.2",
	    .role = INVENTORY_IMP,
	    .port = 22 },
};

/* TEXT without "#~". */
static void
put_examples(struct buf *out, struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.ptr[i] == '#' && i + 1 < text.len &&
		    text.ptr[i + 1] == '~')
			i++;
		else
			buf_u8(out, text.ptr[i]);
}

static void
reads(struct bytes text, struct inventory *inv, struct doc **doc)
{
	struct diag d;

	diag_init(&d);
	if (inventory_read(text, inv, doc, &d) != ERR_OK)
		fail_msg("%u:%u: %s\n%.*s", d.line, d.column, d.msg,
		    (int)text.len, text.ptr);
}

static void
test_examples(void **state)
{
	const struct cluster_draft draft = { .name = NULL };
	struct buf text = { 0 }, all = { 0 };
	struct inventory inv;
	struct doc *doc = NULL;

	(void)state;
	cluster_draft_put(&draft, &text);
	reads(buf_bytes(&text), &inv, &doc);
	assert_int_equal(inventory_num_nodes(&inv), 2);
	assert_null(inv.release);
	assert_null(inv.tokens);
	assert_null(inventory_node(&inv, 0)->ssh.host_key);
	assert_false(inv.ssh.legacy);
	doc_free(&doc);
	put_examples(&all, buf_bytes(&text));
	reads(buf_bytes(&all), &inv, &doc);
	assert_string_equal(inv.release, "12.5(1)SU6");
	assert_string_equal(inv.mode, "mixed");
	assert_string_equal(inv.known_hosts, "known_hosts");
	assert_string_equal(inv.ssh.password_env, "CLUSTER_PASSWORD");
	assert_true(inv.ssh.legacy);
	assert_int_equal(inv.ssh.slow_start, 300);
	assert_int_equal(inv.ssh.handshake, 30);
	assert_non_null(inventory_node(&inv, 1)->ssh.host_key);
	assert_non_null(inventory_node(&inv, 0)->ca);
	assert_int_equal(inv.neighbours.num, 1);
	assert_int_equal(inv.tftp_servers.num, 1);
	assert_int_equal(inv.signing_keys.num, 1);
	assert_non_null(inv.tokens);
	assert_non_null(inv.phones);
	assert_non_null(inv.archive);
	assert_non_null(inv.sftp_get);
	assert_non_null(inv.sftp_get_env);
	assert_non_null(inv.window);
	assert_int_equal(inv.site_commands->reset_phones.num, 2);
	doc_free(&doc);
	buf_clear(&text);
	buf_clear(&all);
}

static void
test_database(void **state)
{
	struct said_node node = { .name = "cucm1",
		.address = "192.0.2.1",
		.fqdn = "cucm1.example.com" };
	const struct said_nodes said = { &node, 1 };

	(void)state;
	assert_true(cluster_draft_has(&said, "CUCM1"));
	assert_true(cluster_draft_has(&said, "cucm1.Example.com"));
	assert_true(cluster_draft_has(&said, "192.0.2.1"));
	assert_false(cluster_draft_has(&said, "cucm11"));
	assert_false(cluster_draft_has(&said, "192.0.2.11"));
	assert_false(cluster_draft_has(&said, ""));
}

static void
test_learned(void **state)
{
	const struct cluster_draft draft = { .name = "a \"b\" \\",
		.user = "admin",
		.password_env = "PW",
		.seen = "12.5.1.16900-48",
		.legacy = true,
		.node = two,
		.num_nodes = 2 };
	const struct inventory_node *n;
	struct buf text = { 0 };
	struct inventory inv;
	struct doc *doc = NULL;

	(void)state;
	cluster_draft_put(&draft, &text);
	reads(buf_bytes(&text), &inv, &doc);
	assert_string_equal(inv.name, draft.name);
	assert_string_equal(inv.ssh.user, "admin");
	assert_string_equal(inv.ssh.password_env, "PW");
	assert_true(inv.ssh.legacy);
	assert_null(inv.release);
	assert_int_equal(inventory_num_nodes(&inv), 2);
	n = inventory_publisher(&inv);
	assert_string_equal(n->name, "pub");
	assert_string_equal(n->addresses.item[0], "2001:db8::1");
	assert_string_equal(n->addresses.item[1], "pub.example.com");
	assert_int_equal(n->ports.ssh, 2222);
	assert_true(n->ssh.legacy);
	assert_string_equal(n->ssh.host_key, two[0].host_key);
	n = inventory_node(&inv, 1);
	assert_int_equal(n->role, INVENTORY_IMP);
	assert_int_equal(n->ports.ssh, 22);
	assert_null(n->ssh.host_key);
	doc_free(&doc);
	buf_clear(&text);
}

/* A node that is called what would be more YAML. */
static void
test_hostile(void **state)
{
	static const char *const names[] = {
		"x\"\nsite_commands: {backup: [a]}", "x\", role: imp}\n",
		"\x1b[2J", "a: b", "#", "\\", "\xff"
	};
	struct cluster_draft_node node = two[0];
	struct cluster_draft draft = { .node = &node, .num_nodes = 1 };
	struct buf text = { 0 };
	struct inventory inv;
	struct doc *doc = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		node.name = names[i];
		buf_clear(&text);
		cluster_draft_put(&draft, &text);
		/* refused for what it is called, and for nothing else */
		assert_int_equal(
		    inventory_read(buf_bytes(&text), &inv, &doc, NULL),
		    ERR_SYNTAX);
		node.name = "pub";
		draft.name = names[i];
		buf_clear(&text);
		cluster_draft_put(&draft, &text);
		if (inventory_read(buf_bytes(&text), &inv, &doc, NULL) ==
		    ERR_OK) {
			assert_string_equal(inv.name, names[i]);
			assert_null(inv.site_commands);
			doc_free(&doc);
		}
		draft.name = NULL;
	}
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_learned),
		cmocka_unit_test(test_database),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
