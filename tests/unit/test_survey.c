/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of a cluster, read: what each piece becomes, what one that cannot be
 * read is, and what nobody looked at. */
#include "test.h"

#include <string.h>

#include "cluster/fetch.h"
#include "cluster/survey.h"
#include "minted.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static const char yaml[] =
    "name: lab\n"
    "ssh: {user: admin}\n"
    "nodes:\n"
    "- {name: cucm1, addresses: [10.0.0.1], role: publisher}\n"
    "- {name: cucm2, addresses: [10.0.0.2], role: subscriber}\n";

/* An inventory, evidence, and what it says. */
struct seen {
	struct inventory inv;
	struct doc *doc;
	struct evidence *e;
	struct survey s;
	const char *const *doubts;
};

static void
begin(struct seen *w)
{
	struct diag d;

	memset(w, 0, sizeof(*w));
	if (inventory_read(bytes_of_str(yaml), &w->inv, &w->doc, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	assert_int_equal(evidence_new(&w->e, NULL), ERR_OK);
}

static void
put(struct seen *w, const char *name, const char *text)
{
	assert_int_equal(
	    evidence_put(w->e, name, 1000, bytes_of_str(text), NULL), ERR_OK);
}

static void
miss(struct seen *w, const char *name, enum err code, const char *text)
{
	struct diag why;

	diag_set(&why, code, "%s", text);
	assert_int_equal(evidence_miss(w->e, name, 1000, &why, NULL), ERR_OK);
}

static void
look(struct seen *w)
{
	struct diag d;

	if (survey_read(w->e, &w->inv, &w->s, &w->doubts, &d) != ERR_OK)
		fail_msg("%s", d.msg);
}

static void
end(struct seen *w)
{
	survey_clear(&w->s);
	evidence_free(&w->e);
	doc_free(&w->doc);
}

static void
test_nobody_looked(void **state)
{
	struct seen w;
	size_t i;

	begin(&w);
	look(&w);
	assert_int_equal(w.s.num_nodes, 2);
	assert_null(w.doubts[0]);
	for (i = 0; i < 2; i++) {
		const struct survey_node *n = &w.s.node[i];

		assert_false(n->reached);
		assert_string_equal(n->why, "nobody looked");
		assert_false(n->http_ctl.looked || n->tftp_ctl.looked ||
		    n->tftp_p12.looked);
		assert_false(n->has_version || n->has_services ||
		    n->has_told_ctl || n->has_own);
		assert_int_equal(n->num_served, 0);
	}
	assert_false(w.s.has_mode || w.s.has_rollback || w.s.has_backups ||
	    w.s.has_process_nodes || w.s.has_stored || w.s.has_devices);
	assert_int_equal(survey_time(w.e), 0);
	end(&w);
}

static void
test_lists(void **state)
{
	struct seen w;

	begin(&w);
	put(&w, "cucm1/http/CTLFile.tlv", "bytes");
	miss(&w, "cucm1/tftp/CTLFile.tlv", ERR_ABSENT, "there is none");
	miss(&w, "cucm2/http/CTLFile.tlv", ERR_IO, "no answer");
	put(&w, "cucm2/tftp/ITLRecovery.p12", "given out\n");
	put(&w, "cluster/now", "x");
	look(&w);
	assert_true(
	    bytes_equal(w.s.node[0].http_ctl.bytes, bytes_of_str("bytes")));
	assert_int_equal(w.s.node[0].tftp_ctl.error, ERR_ABSENT);
	assert_true(w.s.node[0].tftp_ctl.looked);
	assert_int_equal(w.s.node[1].http_ctl.error, ERR_IO);
	assert_string_equal(w.s.node[1].http_ctl.why, "no answer");
	assert_false(w.s.node[1].tftp_ctl.looked);
	assert_true(w.s.node[1].tftp_p12.looked);
	assert_int_equal(w.s.node[1].tftp_p12.error, ERR_OK);
	assert_null(w.s.node[1].tftp_p12.bytes.ptr);
	assert_int_equal(survey_time(w.e), 1000);
	end(&w);
}

static void
test_what_a_node_says(void **state)
{
	struct seen w;
	const struct said_service *s;

	begin(&w);
	put(&w, "cucm1/cli/login", "host-key SHA256:x\nweak ssh-rsa\n");
	miss(&w, "cucm2/cli/login", ERR_PIN, "the password was refused");
	put(&w, "cucm1/cli/show-ctl",
	    "Length of CTL file: 0\nCTL File not found. Please run CTLClient "
	    "plugin or run the CLI - utils ctl.. to generate the CTL file.\n"
	    "Error parsing the CTL File.\n");
	put(&w, "cucm1/cli/service-list",
	    "Requesting service status, please wait...\nSystem SSH [STARTED]\n"
	    "Cisco CTL Provider[STOPPED]  Service Not Activated\n");
	put(&w, "cucm1/cli/show-version", "what nobody knows\n");
	miss(&w, "cucm2/cli/show-ctl", ERR_IO, "nobody came so far");
	look(&w);
	assert_true(w.s.node[0].reached);
	assert_null(w.s.node[0].told_ctl_why);
	assert_null(
	    w.s.node[1].told_ctl_why); /* why it was not reached is it */
	assert_string_equal(w.s.node[0].weak, "ssh-rsa");
	assert_false(w.s.node[1].reached);
	assert_string_equal(w.s.node[1].why, "the password was refused");
	assert_true(w.s.node[0].has_told_ctl && w.s.node[0].told_ctl.absent);
	assert_true(w.s.node[0].has_services);
	s = said_service(&w.s.node[0].services, "cisco ctl provider");
	assert_non_null(s);
	assert_false(s->activated);
	/* an answer that nobody knows is as good as none, and is said */
	assert_false(w.s.node[0].has_version);
	assert_non_null(w.doubts[0]);
	assert_non_null(strstr(w.doubts[0], "cucm1/cli/show-version: "));
	assert_null(w.doubts[1]);
	end(&w);
}

/* A certificate, as PEM. */
static void
put_pem(struct seen *w, const char *name, struct bytes der, const char *before)
{
	struct buf pem = { 0 };

	buf_str(&pem, before);
	assert_int_equal(cert_put_pem(der, &pem, NULL), ERR_OK);
	put(w, name, buf_cstr(&pem));
	buf_clear(&pem);
}

static void
test_certificates(void **state)
{
	const struct mint_attr cn = { "CN", "cucm1", MINT_UTF8 };
	struct mint_key *key = minted_key("rsa1024-a");
	struct minted m;
	struct seen w;

	minted_plain(&m, key, &cn);
	begin(&w);
	put_pem(&w, "cucm1/cli/cert-own-CallManager", buf_bytes(&m.der), "");
	put_pem(&w, "cucm1/tls/5061-rsa.pem", buf_bytes(&m.der), "");
	miss(&w, "cucm1/tls/5061-ecdsa.pem", ERR_UNSUPPORTED, "there is none");
	put(&w, "cucm1/tls/2443-rsa.pem", "no certificate");
	look(&w);
	assert_true(bytes_equal(survey_own_der(&w.s, 0, "CallManager"),
	    buf_bytes(&m.der)));
	assert_null(survey_own_der(&w.s, 0, "CAPF").ptr);
	assert_null(survey_own_der(&w.s, 1, "CallManager").ptr);
	assert_int_equal(w.s.node[0].num_served, 3);
	assert_int_equal(w.s.node[0].served[0].port, 2443);
	assert_null(w.s.node[0].served[0].der.ptr);
	assert_int_equal(w.s.node[0].served[1].kind, PROBE_RSA);
	assert_true(bytes_equal(w.s.node[0].served[1].der, buf_bytes(&m.der)));
	assert_null(w.s.node[0].served[2].der.ptr);
	assert_string_equal(w.s.node[0].served[2].why, "there is none");
	assert_non_null(strstr(w.doubts[0], "2443-rsa.pem"));
	end(&w);
	minted_clear(&m);
	mint_key_free(&key);
}

static void
test_the_database(void **state)
{
	struct seen w;

	begin(&w);
	put(&w, "cucm1/cli/sql-parameters",
	    "paramname           paramvalue\n"
	    "=================== ==========\n"
	    "ClusterSecurityMode 1\n");
	put(&w, "cucm1/cli/sql-nodes",
	    "name               nodeid\n"
	    "================== ======\n"
	    "EnterpriseWideData 1\n"
	    "cucm1              2\n"
	    "cucm2              3\n");
	/* it is the publisher who is asked */
	put(&w, "cucm2/cli/sql-devices", "name\n====\nSEP001122334455\n");
	look(&w);
	assert_true(w.s.has_mode && w.s.mixed);
	assert_false(w.s.has_rollback);
	assert_int_equal(w.s.num_process_nodes, 2);
	assert_string_equal(w.s.process_node[1], "cucm2");
	assert_false(w.s.has_devices);
	end(&w);
}

static void
test_devices_are_registered(void **state)
{
	struct seen w;

	begin(&w);
	put(&w, "cucm1/cli/sql-devices",
	    "name            model\n"
	    "=============== ==========\n"
	    "SEP00112233445A Cisco 8845\n"
	    "SEP001122334455 Cisco 7940\n");
	look(&w);
	assert_true(w.s.has_devices);
	assert_int_equal(w.s.num_devices, 2);
	assert_false(w.s.device[0].registered);
	end(&w);
}

#define RIS_TEXT(phone, state)                                             \
	"----------- Phone Information -----------\n\n"                    \
	"#TotalPhones, #TotalRegistered, #RegisteredSCCP, "                \
	"#RegisteredSIP, #UnRegistered, #Rejected, #PartiallyRegistered, " \
	"StateId, #ExpUnreg\n"                                             \
	"1, 1, 0, 1, 0, 0, 0, 35, 0\n\n"                                   \
	"DeviceName, Descr, Ipaddr, Ipv6addr, Ipv4Attr, Ipv6Attr, "        \
	"MACaddr, RegStatus, PhoneProtocol, DeviceModel, HTTPsupport, "    \
	"LastActTimeStamp\n" phone ", Auto, 10.1.1.21, , 3, 0, " phone     \
	", " state ", SIP, 431, yes, 1604000000\n\nTotal count 1\n"        \
	"----------------------------------------\n"

/* Whoever is registered with a subscriber, the publisher does not know so. */
static void
test_each_node_tells_of_its_phones(void **state)
{
	struct seen w;

	begin(&w);
	put(&w, "cucm1/cli/sql-devices",
	    "name            model\n"
	    "=============== ==========\n"
	    "SEP00112233445A Cisco 8845\n"
	    "SEP001122334455 Cisco 7940\n");
	put(&w, "cucm1/cli/risdb-phones", RIS_TEXT("SEP00112233445A", "reg"));
	put(&w, "cucm2/cli/risdb-phones", RIS_TEXT("SEP001122334455", "reg"));
	look(&w);
	assert_null(w.doubts[0]);
	assert_string_equal(w.s.device[0].name, "SEP001122334455");
	assert_true(w.s.device[0].registered);
	assert_true(w.s.device[1].registered);
	end(&w);
	/* and what it was to another node before does not count */
	begin(&w);
	put(&w, "cucm1/cli/sql-devices",
	    "name            model\n"
	    "=============== ==========\n"
	    "SEP00112233445A Cisco 8845\n");
	put(&w, "cucm1/cli/risdb-phones", RIS_TEXT("SEP00112233445A", "reg"));
	put(&w, "cucm2/cli/risdb-phones", RIS_TEXT("SEP00112233445A", "unr"));
	look(&w);
	assert_true(w.s.device[0].registered);
	end(&w);
}

static void
test_names_of_hosts(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} pairs[] = { { "cucm1", "CUCM1", true }, { "cucm1", "cucm2", false },
		{ "cucm1", "cucm1.lab.example", true },
		{ "cucm1.lab.example", "cucm1", true },
		{ "cucm1.lab.example", "cucm1.other.example", false },
		{ "10.0", "10.0.0.1", false }, { "", "", false },
		{ "cucm", "cucm1.lab.example", false } };
	size_t i;

	for (i = 0; i < NUM(pairs); i++)
		assert_int_equal(survey_is_host(bytes_of_str(pairs[i].a),
				     bytes_of_str(pairs[i].b)),
		    pairs[i].same);
}

/* ---- Asking ---- */

struct done {
	size_t num, failed;
};

static void
count_done(void *arg, size_t node, const struct diag *why)
{
	struct done *done = arg;

	done->num++;
	done->failed += why != NULL;
}

/* Nodes that nobody is: every piece says why it is missing, and each is done
 * once. */
static void
test_nodes_that_do_not_answer(void **state)
{
	struct command_table *commands = NULL;
	struct secret passwords[2];
	struct done done = { 0 };
	struct survey_setup setup = { .passwords = passwords,
		.known_hosts = "/nonexistent/known_hosts",
		.connect_limit = 1,
		.probe_p12 = true,
		.done = count_done,
		.arg = &done };
	struct seen w;
	struct buf text = { 0 };
	size_t i;

	/* ports that nobody listens on: that of discard, on this machine */
	buf_str(&text, "name: lab\nssh: {user: admin}\nnodes:\n");
	for (i = 1; i <= 2; i++)
		buf_printf(&text,
		    "- {name: n%zu, addresses: [127.99.98.%zu], role: %s, "
		    "ports: {ssh: 9, http: 9, tftp: 9}}\n",
		    i, i, i == 1 ? "publisher" : "subscriber");
	memset(&w, 0, sizeof(w));
	memset(passwords, 0, sizeof(passwords));
	assert_int_equal(inventory_read(buf_bytes(&text), &w.inv, &w.doc, NULL),
	    ERR_OK);
	assert_int_equal(evidence_new(&w.e, NULL), ERR_OK);
	assert_int_equal(command_load(bytes_of(NULL, 0), &commands, NULL),
	    ERR_OK);
	assert_int_equal(fetch_init(NULL), ERR_OK);
	setup.inventory = &w.inv;
	setup.commands = commands;
	assert_int_equal(survey_gather(&setup, w.e, NULL), ERR_OK);
	assert_int_equal(done.num, 2);
	assert_int_equal(done.failed, 2);
	look(&w);
	for (i = 0; i < 2; i++) {
		const struct survey_node *n = &w.s.node[i];

		assert_false(n->reached);
		assert_int_equal(n->http_ctl.error, ERR_IO);
		assert_int_equal(n->tftp_ctl.error, ERR_IO);
		assert_non_null(strstr(n->tftp_ctl.why, "not asked"));
		assert_true(n->http_p12.looked && n->tftp_p12.looked);
	}
	assert_true(survey_time(w.e) > 0);
	command_free(&commands);
	buf_clear(&text);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody_looked),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_what_a_node_says),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_the_database),
		cmocka_unit_test(test_devices_are_registered),
		cmocka_unit_test(test_each_node_tells_of_its_phones),
		cmocka_unit_test(test_names_of_hosts),
		cmocka_unit_test(test_nodes_that_do_not_answer),
	};

	return test_run(tests);
}
