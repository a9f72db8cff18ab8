/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of the publisher's database. */
#include "test.h"

#include <string.h>

#include "cluster/database.h"

static enum err
parameters(const char *text, struct database_parameters *p)
{
	struct diag d;

	return database_parameters(bytes_of_str(text), p, &d);
}

#define HEAD                               \
	"paramname           paramvalue\n" \
	"=================== ==========\n"

static void
test_mode(void **state)
{
	bool mixed = false;
	struct diag d;

	assert_int_equal(
	    database_mode(bytes_of_str(HEAD "ClusterSecurityMode 1\n"), &mixed,
		&d),
	    ERR_OK);
	assert_true(mixed);
	assert_int_equal(
	    database_mode(bytes_of_str(HEAD "ClusterSecurityMode 0\n"), &mixed,
		&d),
	    ERR_OK);
	assert_false(mixed);
	mixed = true;
	assert_int_equal(
	    database_mode(bytes_of_str("No records found\n"), &mixed, &d),
	    ERR_ABSENT);
	assert_int_equal(
	    database_mode(bytes_of_str(HEAD "ClusterSecurityMode 2\n"), &mixed,
		&d),
	    ERR_SYNTAX);
	assert_int_equal(d.line, 3);
	assert_int_equal(
	    database_mode(bytes_of_str(HEAD "ClusterSecurityMode\n"), &mixed,
		&d),
	    ERR_SYNTAX);
	assert_true(mixed); /* untouched */
}

/* Values as a person, and as the database, might write them. */
static void
test_parameters(void **state)
{
	static const struct {
		const char *rollback, *digest, *interaction;
		int is_rollback, is_sha512, is_auto; /* -1: it is not told */
	} rows[] = {
		{ "F", "0", "Automatic", 0, 0, 1 },
		{ "T", "1", "Manual", 1, 1, 0 },
		{ "True", "SHA-512", "0", 1, 1, -1 },
		{ "False", "SHA1", "1", 0, 0, -1 },
		{ "maybe", "MD5", "", -1, -1, -1 },
	};
	struct database_parameters p;
	char text[1024];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text),
		    "%-35s paramvalue\n"
		    "=================================== ==========\n"
		    "%-35s %s\n%-35s %s\n%-35s %s\n%-35s x\n",
		    "paramname", "RollBackToPreGrayback", rows[i].rollback,
		    "TFTPFileSignatureAlgorithm", rows[i].digest,
		    "PhoneInteractionOnCertificateUpdate", rows[i].interaction,
		    "SomethingElse");
		memset(&p, 0, sizeof(p));
		assert_int_equal(parameters(text, &p), ERR_OK);
		assert_int_equal(p.has_rollback, rows[i].is_rollback >= 0);
		assert_int_equal(p.rollback, rows[i].is_rollback == 1);
		assert_int_equal(p.has_digest, rows[i].is_sha512 >= 0);
		assert_int_equal(p.sha512, rows[i].is_sha512 == 1);
		assert_int_equal(p.has_interaction, rows[i].is_auto >= 0);
		assert_int_equal(p.interaction_auto, rows[i].is_auto == 1);
		assert_string_equal(p.rollback_text, rows[i].rollback);
		assert_false(p.has_mode);
	}
	assert_int_equal(parameters(HEAD
			     "ClusterSecurityMode 1\nClusterSecurityMode 0\n",
			     &p),
	    ERR_SYNTAX);
	assert_int_equal(parameters("name\n====\nx\n", &p), ERR_SYNTAX);
	assert_int_equal(parameters("paramname\n=========\nx\n", &p),
	    ERR_SYNTAX);
}

static void
test_nodes(void **state)
{
	struct database_nodes l;
	struct diag d;

	assert_int_equal(database_nodes(bytes_of_str("name               id\n"
						     "================== ==\n"
						     "enterprisewidedata 1\n"
						     "10.48.47.154       3\n"
						     "NULL               4\n"),
			     &l, &d),
	    ERR_OK);
	assert_int_equal(l.num, 1);
	assert_string_equal(l.name[0], "10.48.47.154");
	database_nodes_clear(&l);
	assert_int_equal(
	    database_nodes(bytes_of_str("No records found\n"), &l, &d), ERR_OK);
	assert_int_equal(l.num, 0);
	database_nodes_clear(&l);
	assert_int_equal(database_nodes(bytes_of_str("x\n=\n"), &l, &d),
	    ERR_SYNTAX);
}

static enum err
devices(const char *text, struct database_devices *l, struct diag *d)
{
	diag_init(d);
	return database_devices(bytes_of_str(text), l, d);
}

static void
test_devices(void **state)
{
	struct database_devices l;
	struct diag d;

	assert_int_equal(devices("name group lscvaliduntil\n"
				 "==== ===== =============\n"
				 "SEPa A B   1893456000\n"
				 "SEPb\n",
			     &l, &d),
	    ERR_OK);
	assert_int_equal(l.num, 2);
	assert_string_equal(l.item[0].name, "SEPa");
	assert_string_equal(l.item[0].group, "A B");
	assert_string_equal(l.item[0].model, "");
	assert_true(l.item[0].lsc_until == INT64_C(1893456000));
	assert_true(l.item[1].lsc_until == 0);
	database_devices_clear(&l);
	/* no name, a time that is none, one that is too far, a control
	 * character, a name that is too long */
	assert_int_equal(devices("name pool\n==== ====\n     x\n", &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line, 3);
	assert_int_equal(
	    devices("name lscvaliduntil\n==== =============\na    -1\n", &l,
		&d),
	    ERR_SYNTAX);
	assert_int_equal(devices("name lscvaliduntil\n==== =============\n"
				 "a    1\nb    9999999999999\n",
			     &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line, 4);
	assert_int_equal(
	    devices("name pool\n==== ====\na    \x1b[1m\n", &l, &d),
	    ERR_SYNTAX);
	assert_int_equal(d.line, 3);
}

/* 40,000 devices take time that is in proportion; the limit only stops what is
 * not. */
static void
test_many_devices(void **state)
{
	struct database_devices l;
	struct buf text = { 0 };
	struct diag d;
	size_t i;

	buf_str(&text, "name            model\n=============== =====\n");
	for (i = 0; i < 40000; i++)
		buf_printf(&text, "SEP%012zu 8841\n", i);
	assert_true(buf_ok(&text));
	assert_int_equal(database_devices(buf_bytes(&text), &l, &d), ERR_OK);
	assert_int_equal(l.num, 40000);
	assert_string_equal(l.item[39999].name, "SEP000000039999");
	database_devices_clear(&l);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_many_devices),
	};

	return test_run(tests);
}
