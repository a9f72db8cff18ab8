/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inventory of a cluster: every field, what nodes take over from the
 * cluster, each refusal with its line and column, and docs/cluster.schema.json.
 */
#include "tests/unit/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cluster/inventory.h"
#include "tests/unit/schema.h"

#define PRINT "SHA256:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopo"
#define KEY "host_key: \"" PRINT "\""

static const char all[] =
    "name: lab\n"
    "release: 12.5(1)SU6\n"
    "mode: mixed\n"
    "nodes:\n"
    "- name: pub\n"
    "  addresses: [192.0.2.10, '2001:db8::10']\n"
    "  role: publisher\n"
    "  ports: {ssh: 2222, tftp: 6969, http: 1, https: 2, https_mra: 3,\n"
    "    sccp: 4, sip: 5, capf: 6, tvs: 7, web: 65535}\n"
    "  ssh: {user: other, " KEY ", password_env: PUB_PASSWORD, key: id_rsa,\n"
    "    prompt: 'pub:$', delay: 5, slow_start: 60, handshake: 9,\n"
    "    legacy: true}\n"
    "  ca: ca.pem\n"
    "- {name: sub1, addresses: [sub1.example.com], role: subscriber,\n"
    "   pin: '0000000000000000000000000000000000000000000000000000000000000000'}\n"
    "- {name: imp, addresses: [192.0.2.12], role: imp}\n"
    "- {name: tftp, addresses: [192.0.2.13], role: tftp}\n"
    "neighbours: [{name: vm, kind: unity-connection}, {name: e, kind: cer}]\n"
    "tftp_servers: [{name: out, address: 192.0.2.20, tftp: 1069, http: 80,\n"
    "  sftp: 'sftp://me@192.0.2.20/tftp'}, {name: o2, address: a.example}]\n"
    "signing_keys: ['pkcs11:token=SAST-1', 'pkcs11:token=SAST-2']\n"
    "tokens: tokens.yaml\n"
    "phones: ~/phones.csv\n"
    "archive: /var/lists\n"
    "commands: commands.yaml\n"
    "known_hosts: hosts\n"
    "sftp_get: sftp://u@h:22/in\n"
    "sftp_get_env: SFTP_PASSWORD\n"
    "ssh: {user: admin, password_env: CLUSTER_PASSWORD, key: id_all,\n"
    "  prompt: 'admin:', delay: 1, slow_start: 100, handshake: 8}\n"
    "window: {days: Sat Sun, from: '22:00', until: '05:30',\n"
    "  zone: Europe/Brussels}\n"
    "site_commands: {reset_phones: [a, b], upload_tftp: [c], backup: [d]}\n"
    "policy: {rsa_only: true, min_sasts: 3, backup_age: 7}\n";

static void
takes_cluster(const struct inventory *inv)
{
	const struct inventory_tftp *t = inv->tftp_servers.item;
	const struct inventory_neighbour *n = inv->neighbours.item;

	assert_string_equal(inv->name, "lab");
	assert_string_equal(inv->release, "12.5(1)SU6");
	assert_string_equal(inv->mode, "mixed");
	assert_int_equal(inv->neighbours.num, 2);
	assert_string_equal(n[0].name, "vm");
	assert_string_equal(n[0].kind, "unity-connection");
	assert_string_equal(inventory_kind_text(n[1].kind),
	    "Emergency Responder");
	assert_string_equal(t[0].sftp, "sftp://me@192.0.2.20/tftp");
	assert_int_equal(t[0].tftp, 1069);
	assert_int_equal(t[0].http, 80);
	assert_int_equal(t[1].tftp, 69);
	assert_int_equal(t[1].http, 6970);
	assert_string_equal(inv->signing_keys.item[1], "pkcs11:token=SAST-2");
	assert_string_equal(inv->sftp_get, "sftp://u@h:22/in");
	assert_string_equal(inv->sftp_get_env, "SFTP_PASSWORD");
	assert_string_equal(inv->window->days, "Sat Sun");
	assert_string_equal(inv->window->from, "22:00");
	assert_string_equal(inv->window->until, "05:30");
	assert_string_equal(inv->window->zone, "Europe/Brussels");
	assert_string_equal(inv->site_commands->reset_phones.item[1], "b");
	assert_string_equal(inv->site_commands->upload_tftp.item[0], "c");
	assert_string_equal(inv->site_commands->backup.item[0], "d");
	assert_true(inv->policy->rsa_only);
	assert_int_equal(inv->policy->min_sasts, 3);
	assert_int_equal(inv->policy->backup_age, 7);
}

static void
test_all_fields(void **state)
{
	const struct inventory_node *n;
	struct inventory inv;
	struct doc *doc = NULL;
	struct diag d;

	(void)state;
	if (inventory_read(bytes_of_str(all), &inv, &doc, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	takes_cluster(&inv);
	assert_int_equal(inventory_num_nodes(&inv), 4);
	n = inventory_publisher(&inv);
	assert_ptr_equal(n, inventory_node(&inv, 0));
	assert_string_equal(n->addresses.item[1], "2001:db8::10");
	assert_int_equal(n->ports.ssh, 2222);
	assert_int_equal(n->ports.tftp, 6969);
	assert_int_equal(n->ports.http, 1);
	assert_int_equal(n->ports.https, 2);
	assert_int_equal(n->ports.https_mra, 3);
	assert_int_equal(n->ports.sccp, 4);
	assert_int_equal(n->ports.sip, 5);
	assert_int_equal(n->ports.capf, 6);
	assert_int_equal(n->ports.tvs, 7);
	assert_int_equal(n->ports.web, 65535);
	assert_string_equal(n->ssh.user, "other");
	assert_string_equal(n->ssh.host_key, PRINT);
	assert_string_equal(n->ssh.password_env, "PUB_PASSWORD");
	assert_string_equal(n->ssh.key, "id_rsa");
	assert_string_equal(n->ssh.prompt, "pub:$");
	assert_int_equal(n->ssh.delay, 5);
	assert_int_equal(n->ssh.slow_start, 60);
	assert_int_equal(n->ssh.handshake, 9);
	assert_true(n->ssh.legacy);
	assert_string_equal(n->ca, "ca.pem");
	assert_int_equal(n->at.line, 5);
	doc_free(&doc);
}

/* What a node does not say: the cluster's, then the default. */
static void
test_inherited(void **state)
{
	static const char bare[] =
	    "{name: x, nodes: [{name: p, addresses: [a], role: publisher}]}";
	const struct inventory_node *n;
	struct inventory inv;
	struct doc *doc = NULL;

	(void)state;
	assert_int_equal(inventory_read(bytes_of_str(all), &inv, &doc, NULL),
	    ERR_OK);
	n = inventory_node(&inv, 1);
	assert_string_equal(inventory_role_name(n->role), "subscriber");
	assert_string_equal(n->ssh.user, "admin");
	assert_null(n->ssh.host_key);
	assert_string_equal(n->ssh.password_env, "CLUSTER_PASSWORD");
	assert_string_equal(n->ssh.key, "id_all");
	assert_string_equal(n->ssh.prompt, "admin:");
	assert_int_equal(n->ssh.delay, 1);
	assert_int_equal(n->ssh.slow_start, 100);
	assert_int_equal(n->ssh.handshake, 8);
	assert_false(n->ssh.legacy);
	inventory_allow_legacy(&inv);
	assert_true(n->ssh.legacy);
	doc_free(&doc);
	assert_int_equal(inventory_read(bytes_of_str(bare), &inv, &doc, NULL),
	    ERR_OK);
	n = inventory_node(&inv, 0);
	assert_int_equal(n->ports.ssh, 22);
	assert_int_equal(n->ports.tftp, 69);
	assert_int_equal(n->ports.http, 6970);
	assert_int_equal(n->ports.https, 6971);
	assert_int_equal(n->ports.https_mra, 6972);
	assert_int_equal(n->ports.sccp, 2443);
	assert_int_equal(n->ports.sip, 5061);
	assert_int_equal(n->ports.capf, 3804);
	assert_int_equal(n->ports.tvs, 2445);
	assert_int_equal(n->ports.web, 8443);
	assert_null(n->ssh.user);
	assert_null(inv.window);
	assert_null(inv.site_commands);
	assert_int_equal(inv.policy->min_sasts, 2);
	assert_false(inv.policy->rsa_only);
	doc_free(&doc);
}

/* ---- What is refused. ---- */

#define P "{name: p, addresses: [a], role: publisher"

/* TEXT ends in an inventory; "line L, column C: ..." is how it is refused. */
static const struct {
	const char *text, *said;
} wrong[] = {
	{ "name: x\nnodes: []", "line 2, column 8: " },
	{ "nodes: [" P "}]", "line 1, column 1: " },
	{ "name: x\nnodes:\n- {name: a, addresses: [a], role: subscriber}",
	    "line 3, column 3: none of these nodes has the role publisher" },
	{ "name: x\nnodes:\n- " P "}\n- {name: q, addresses: [b], role: "
	  "publisher}",
	    "line 4, column 3: a cluster has one publisher, and that is p "
	    "already (line 3)" },
	{ "name: x\nnodes:\n- " P "}\n- {name: P, addresses: [b], role: imp}",
	    "line 4, column 10: 'P' is the name of another one too (line 3)" },
	{ "name: x\nnodes:\n- " P "}\n- {name: q, addresses: [b, A], role: "
	  "imp}",
	    "line 4, column 28: 'A' is the address of another one too" },
	{ "name: x\nnodes:\n- {name: p, addresses: [a, a], role: publisher}",
	    "line 3, column 28: 'a' is the address of another one too" },
	{ "name: x\nnodes: [" P "}]\ntftp_servers: [{name: t, address: a}]",
	    "line 3, column 35: 'a' is the address of another one too" },
	{ "name: x\nnodes: [" P "}]\ntftp_servers: [{name: p, address: b}]",
	    "line 3, column 23: 'p' is the name of another one too" },
	{ "name: x\nnodes: [" P "}]\ntftp_servers: [{name: t, address: b},\n"
	  "  {name: u, address: b}]",
	    "line 4, column 22: 'b' is the address of another one too" },
	{ "name: x\nnodes: [{name: p, addresses: [], role: publisher}]",
	    "line 2, column 30: " },
	{ "name: x\nnodes: [{name: p, role: publisher}]",
	    "line 2, column 9: " },
	{ "name: x\nnodes: [" P ", ports: {ssh: 0}}]", "line 2, column 65: " },
	{ "name: x\nnodes: [" P ", ports: {web: 65536}}]",
	    "line 2, column 65: " },
	{ "name: x\nnodes: [" P ", ports: {smtp: 25}}]",
	    "line 2, column 60: " },
	{ "name: x\nnodes: [{name: p, addresses: [a], role: boss}]",
	    "line 2, column 41: " },
	{ "name: x\nnodes: [{name: a/b, addresses: [a], role: publisher}]",
	    "line 2, column 16: this is to be a name of letters" },
	{ "name: x\nnodes: [{name: Cluster, addresses: [a], role: publisher}]",
	    "line 2, column 16: this is to be a name of letters" },
	{ "name: x\nnodes: [{name: .., addresses: [a], role: publisher}]",
	    "line 2, column 16: this is to be a name of letters" },
	{ "name: x\nnodes: [{name: p, addresses: ['[::1]'], role: publisher}]",
	    "line 2, column 31: this is to be a host name" },
	{ "name: x\nnodes: [{name: p, addresses: [-l], role: publisher}]",
	    "line 2, column 31: this is to be a host name" },
	{ "name: x\nnodes: [" P ", ssh: {host_key: 'SHA256:abc'}}]",
	    "line 2, column 68: this is to be the fingerprint" },
	{ "name: x\nnodes: [" P ", ssh: {host_key: 'MD5:aa:bb'}}]",
	    "line 2, column 68: this is to be the fingerprint" },
	{ "name: x\nnodes: [" P "}]\nssh: {" KEY "}",
	    "line 3, column 17: each node has a host key of its own" },
	{ "name: x\nnodes: [" P ", ssh: {user: 'a:secret'}}]",
	    "line 2, column 64: this is to be the name of a user" },
	{ "name: x\nnodes: [" P ", ssh: {password_env: 'my-password'}}]",
	    "line 2, column 72: this is to be the name of an environment" },
	{ "name: x\nnodes: [" P ", ssh: {password: geheim}}]",
	    "line 2, column 58: " },
	{ "name: x\nnodes: [" P ", ssh: {prompt: '(admin'}}]",
	    "line 2, column 66: this is to be an extended regular" },
	{ "name: x\nnodes: [" P ", ssh: {delay: 5001}}]",
	    "line 2, column 65: " },
	{ "name: x\nnodes: [" P ", ssh: {slow_start: 0}}]",
	    "line 2, column 70: " },
	{ "name: x\nnodes: [" P ", ssh: {handshake: 3601}}]",
	    "line 2, column 69: " },
	{ "name: x\nnodes: [" P ", pin: 'SHA256:xyz'}]",
	    "line 2, column 57: this is to be SHA256:" },
	{ "name: x\nnodes: [" P ", ca: \"a\\nb\"}]",
	    "line 2, column 56: this is to be text without control" },
	{ "name: x\nnodes: [" P "}]\nneighbours: [{name: a, kind: phone}]",
	    "line 3, column 30: this is to be unity-connection, uccx" },
	{ "name: x\nnodes: [" P "}]\nsigning_keys: ['pkcs11:token=a?pin-value="
	  "1234']",
	    "line 3, column 16: this is to be a pkcs11: URI, without pin" },
	{ "name: x\nnodes: [" P "}]\nsigning_keys: ['PKCS11:a?PIN-VALUE=1']",
	    "line 3, column 16: this is to be a pkcs11: URI, without pin" },
	{ "name: x\nnodes: [" P "}]\nsigning_keys: [key.pem]",
	    "line 3, column 16: this is to be a pkcs11: URI" },
	{ "name: x\nnodes: [" P "}]\nsftp_get: 'sftp://u:secret@h/p'",
	    "line 3, column 11: this is to be sftp://USER@HOST" },
	{ "name: x\nnodes: [" P "}]\nsftp_get: 'sftp://u@h'",
	    "line 3, column 11: this is to be sftp://USER@HOST" },
	{ "name: x\nnodes: [" P "}]\nsftp_get: 'ftp://u@h/p'",
	    "line 3, column 11: this is to be sftp://USER@HOST" },
	{ "name: x\nnodes: [" P "}]\nsftp_get_env: 1A",
	    "line 3, column 15: this is to be the name of an environment" },
	{ "name: x\nnodes: [" P "}]\nmode: token",
	    "line 3, column 7: this is to be mixed or non-secure" },
	{ "name: x\nnodes: [" P "}]\nrelease: newest",
	    "line 3, column 10: this is to be a release" },
	{ "name: x\nnodes: [" P "}]\nwindow: {from: '22:00', until: '24:00'}",
	    "line 3, column 32: this is to be a time of day" },
	{ "name: x\nnodes: [" P "}]\nwindow: {from: '9:00', until: '10:00'}",
	    "line 3, column 16: this is to be a time of day" },
	{ "name: x\nnodes: [" P "}]\nwindow: {from: '22:60', until: '10:00'}",
	    "line 3, column 16: this is to be a time of day" },
	{ "name: x\nnodes: [" P "}]\nwindow: {from: '22:00', until: '22:00'}",
	    "line 3, column 9: this window ends when it begins" },
	{ "name: x\nnodes: [" P "}]\nwindow: {from: '22:00'}",
	    "line 3, column 9: " },
	{ "name: x\nnodes: [" P "}]\nwindow: {days: Sat  Sun, from: '22:00', "
	  "until: '23:00'}",
	    "line 3, column 16: this is to be days" },
	{ "name: x\nnodes: [" P "}]\nwindow: {days: Someday, from: '22:00', "
	  "until: '23:00'}",
	    "line 3, column 16: this is to be days" },
	{ "name: x\nnodes: [" P "}]\nwindow: {zone: /etc/passwd, from: '22:00'"
	  ", until: '23:00'}",
	    "line 3, column 16: this is to be a time zone" },
	{ "name: x\nnodes: [" P "}]\nsite_commands: {backup: []}",
	    "line 3, column 25: " },
	{ "name: x\nnodes: [" P "}]\nsite_commands: {backup: [\"a\\e[2J\"]}",
	    "line 3, column 26: this is to be text without control" },
	{ "name: x\nnodes: [" P "}]\nsite_commands: {reboot: [a]}",
	    "line 3, column 17: " },
	{ "name: x\nnodes: [" P "}]\npolicy: {min_sasts: 0}",
	    "line 3, column 21: " },
	{ "name: x\nnodes: [" P "}]\npassword: geheim", "line 3, column 1: " },
};

static void
test_refused(void **state)
{
	struct inventory inv = { .name = "as it was" };
	struct doc *doc = NULL;
	char said[512];
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < DOC_NUM(wrong); i++) {
		diag_init(&d);
		if (inventory_read(bytes_of_str(wrong[i].text), &inv, &doc,
			&d) != ERR_SYNTAX)
			fail_msg("taken: %s", wrong[i].text);
		(void)snprintf(said, sizeof(said), "line %u, column %u: %s",
		    d.line, d.column, d.msg);
		if (strncmp(said, wrong[i].said, strlen(wrong[i].said)) != 0)
			fail_msg("%s\n%s\nis not\n%s", wrong[i].text, said,
			    wrong[i].said);
		/* a secret that somebody wrote there is not said again */
		assert_null(strstr(d.msg, "geheim"));
		assert_null(strstr(d.msg, "secret"));
		assert_null(strstr(d.msg, "pin-value="));
		assert_null(doc);
		assert_string_equal(inv.name, "as it was");
	}
}

/* As many nodes as there may be, and one more. */
static void
test_many_nodes(void **state)
{
	struct inventory inv;
	struct buf text = { 0 };
	struct doc *doc = NULL;
	struct diag d;
	unsigned i;

	(void)state;
	buf_str(&text, "name: x\nnodes:\n");
	for (i = 0; i < INVENTORY_MAX_NODES; i++)
		buf_printf(&text, "- {name: n%u, addresses: [a%u], role: %s}\n",
		    i, i, i == 255 ? "publisher" : "subscriber");
	assert_int_equal(inventory_read(buf_bytes(&text), &inv, &doc, &d),
	    ERR_OK);
	assert_string_equal(inventory_publisher(&inv)->name, "n255");
	doc_free(&doc);
	buf_str(&text, "- {name: n, addresses: [b], role: subscriber}\n");
	assert_int_equal(inventory_read(buf_bytes(&text), &inv, &doc, &d),
	    ERR_SYNTAX);
	buf_clear(&text);
}

/* Paths of a file are beside it. */
static void
test_load(void **state)
{
	const struct inventory_node *n;
	struct inventory inv;
	struct doc *doc = NULL;
	char dir[] = "/tmp/test_inventory.XXXXXX", path[64], wanted[80];

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/cluster.yaml", dir);
	assert_int_equal(inventory_load(path, &inv, &doc, NULL), ERR_ABSENT);
	assert_int_equal(file_write(path, bytes_of_str(all), 0, NULL), ERR_OK);
	assert_int_equal(setenv("HOME", "/home/me", 1), 0);
	assert_int_equal(inventory_load(path, &inv, &doc, NULL), ERR_OK);
	(void)snprintf(wanted, sizeof(wanted), "%s/tokens.yaml", dir);
	assert_string_equal(inv.tokens, wanted);
	assert_string_equal(inv.phones, "/home/me/phones.csv");
	assert_string_equal(inv.archive, "/var/lists");
	(void)snprintf(wanted, sizeof(wanted), "%s/commands.yaml", dir);
	assert_string_equal(inv.commands, wanted);
	(void)snprintf(wanted, sizeof(wanted), "%s/hosts", dir);
	assert_string_equal(inv.known_hosts, wanted);
	n = inventory_node(&inv, 0);
	(void)snprintf(wanted, sizeof(wanted), "%s/id_rsa", dir);
	assert_string_equal(n->ssh.key, wanted);
	(void)snprintf(wanted, sizeof(wanted), "%s/ca.pem", dir);
	assert_string_equal(n->ca, wanted);
	(void)snprintf(wanted, sizeof(wanted), "%s/id_all", dir);
	assert_string_equal(inventory_node(&inv, 1)->ssh.key, wanted);
	doc_free(&doc);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* Each key of TABLE is in the document TEXT, in backquotes. */
static void
are_told(const struct doc_table *table, const char *text)
{
	char key[64];
	size_t i;

	for (i = 0; i < table->num_fields; i++) {
		if (table->fields[i].type == DOC_PLACE)
			continue;
		(void)snprintf(key, sizeof(key), "`%s`", table->fields[i].key);
		if (strstr(text, key) == NULL)
			fail_msg("docs/inventory.md does not tell of %s", key);
		if (table->fields[i].table != NULL)
			are_told(table->fields[i].table, text);
	}
}

/* docs/inventory.md: its example reads, and it tells of every key. */
static void
test_document(void **state)
{
	struct buf text = { 0 };
	const char *begin, *end;
	struct inventory inv;
	struct doc *doc = NULL;
	struct diag d;
	char path[512];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/docs/inventory.md",
	    getenv("SRC"));
	assert_int_equal(file_load(path, 1 << 20, &text, NULL), ERR_OK);
	assert_non_null(buf_cstr(&text));
	are_told(&inventory_table, buf_cstr(&text));
	begin = strstr(buf_cstr(&text), "```yaml\n");
	assert_non_null(begin);
	begin += strlen("```yaml\n");
	end = strstr(begin, "```");
	assert_non_null(end);
	diag_init(&d);
	if (inventory_read(bytes_of(begin, (size_t)(end - begin)), &inv, &doc,
		&d) != ERR_OK)
		fail_msg("line %u of the example: %s", d.line, d.msg);
	assert_int_equal(inventory_num_nodes(&inv), 4);
	doc_free(&doc);
	buf_clear(&text);
}

static void
test_schema(void **state)
{
	(void)state;
	schema_is_table("cluster.schema.json", &inventory_table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_fields),
		cmocka_unit_test(test_inherited),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many_nodes),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
