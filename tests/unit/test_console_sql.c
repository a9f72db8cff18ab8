/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run sql on the lab's command line: the statements of the published procedures,
 * those that ctlsmith types, and those that nobody understands.
 */
#include "tests/unit/test.h"

#include "tests/unit/console_desk.h"

#include <string.h>

#define USUAL 1250, "12.5.1.16900-48"
#define NEW 1500, "15.0.1.15900-11"

static struct desk desk;

static void
ask(const char *statement)
{
	char line[2048];

	(void)snprintf(line, sizeof(line), "run sql %s\r", statement);
	(void)desk_type(&desk, line);
}

static void
test_published(void **state)
{
	desk_open(&desk, USUAL);
	desk.world.mixed = false;
	ask("select paramname,paramvalue from processconfig where "
	    "paramname='ClusterSecurityMode'");
	desk_says(&desk,
	    "\r\nparamname           paramvalue\r\n"
	    "=================== ==========\r\n"
	    "ClusterSecurityMode 0         \r\n\r\nadmin:");
	desk.world.mixed = true;
	ask("select paramname,paramvalue from processconfig where "
	    "paramname='ClusterSecurityMode'");
	desk_says(&desk, "\r\nClusterSecurityMode 1 ");
	ask("select name,nodeid from processnode");
	desk_says(&desk,
	    "\r\nname               nodeid\r\n"
	    "================== ======\r\n"
	    "EnterpriseWideData 1     \r\n"
	    "cucm1              2     \r\n"
	    "cucm2              3     \r\n\r\nadmin:");
	ask("select name,lscvaliduntil from device where lscvaliduntil > 0");
	desk_says(&desk, "\r\nSEP001122334455 1448380465");
	desk_says_not(&desk, "SEP001122334466");
	desk_close(&desk);
}

static void
test_certificates(void **state)
{
	desk_open(&desk, USUAL);
	ask("SELECT pkid, subjectname, issuername, serialnumber, certificate "
	    "FROM certificate");
	desk_says(&desk,
	    " C=PL,ST=Malopolska,L=Krakow,O=Cisco,OU=TAC,CN=cucm1 ");
	desk_says(&desk, " 6b1d35aa ");
	desk_says(&desk, " -----BEGIN CERTIFICATE-----\r\nMII");
	/* four units on each of two nodes, and two trusted */
	assert_int_equal(desk_count(&desk, "-----END CERTIFICATE-----"), 10);
	ask("select c.servername, tcs.name, dist.moniker, c.ipv4address, "
	    "c.certificate from certificate as c inner join "
	    "certificateservicecertificatemap as cscm on c.pkid = "
	    "cscm.fkcertificate inner join typecertificateservice as tcs on "
	    "cscm.tkcertificateservice = tcs.enum inner join "
	    "typecertificatedistribution as dist on "
	    "c.tkcertificatedistribution = dist.enum");
	desk_says(&desk, "\r\nservername name ");
	desk_says(&desk,
	    "\r\ncucm1      CallManager       own-cert    10.1.1.10   "
	    "-----BEGIN CERTIFICATE-----\r\n");
	desk_says(&desk,
	    " CallManager-trust trust-certs             -----BEGIN");
	ask("select c.servername from certificate c, typecertificateservice t "
	    "where t.name = 'CAPF' and c.servername like 'cucm%'");
	desk_says(&desk, "cucm1     \r\ncucm2     \r\n\r\nadmin:");
	desk_close(&desk);
}

static void
test_devices(void **state)
{
	desk_open(&desk, USUAL);
	ask("select d.name,tm.name as model,dp.name as pool,cg.name as "
	    "cmgroup,sp.name as profile,d.lscissuername,d.lscvaliduntil from "
	    "device as d inner join typemodel as tm on d.tkmodel=tm.enum "
	    "inner join devicepool as dp on d.fkdevicepool=dp.pkid inner join "
	    "callmanagergroup as cg on dp.fkcallmanagergroup=cg.pkid left "
	    "join securityprofile as sp on d.fksecurityprofile=sp.pkid where "
	    "d.tkclass=1");
	desk_says(&desk,
	    "\r\nname            model      pool   cmgroup profile     "
	    "lscissuername lscvaliduntil\r\n"
	    "=============== ========== ====== ======= =========== "
	    "============= =============\r\n"
	    "SEP001122334455 Cisco 8845 Pool A Group A Secure 8845 CN=CAPF-1     "
	    "1448380465   \r\n"
	    "SEP001122334466 Cisco 7962 Pool B Group B Plain 7962                "
	    "0            \r\n");
	ask("select lscissuervaliduntil from device");
	desk_says(&desk, "\r\n1542988465         \r\n0                  \r\n");
	ask("select count(*) from device");
	desk_says(&desk, "(count(*))\r\n==========\r\n2         \r\n");
	ask("select name from device where lscissuername is not null");
	desk_says_not(&desk, "SEP001122334466");
	ask("select name from device where lscissuername is null");
	desk_says_not(&desk, "SEP001122334455");
	desk_close(&desk);
}

static void
test_parameters(void **state)
{
	static const char statement[] =
	    "select paramname,paramvalue from processconfig where paramname in "
	    "('ClusterSecurityMode','RollBackToPreGrayback') or "
	    "lower(paramname) like '%signaturealgorithm%' or lower(paramname) "
	    "like '%certificateupdate%'";

	desk_open(&desk, NEW);
	desk.world.rollback = desk.world.sha512 = true;
	desk.world.phones_by_hand = true;
	ask(statement);
	desk_says(&desk, "\r\nClusterSecurityMode                 1         ");
	desk_says(&desk, "\r\nRollBackToPreGrayback               T         ");
	desk_says(&desk, "\r\nTFTPFileSignatureAlgorithm          SHA-512   ");
	desk_says(&desk, "\r\nPhoneInteractionOnCertificateUpdate Manual    ");
	desk_says_not(&desk, "AutoRegistration");
	desk_close(&desk);
	desk_open(&desk, USUAL);
	ask(statement);
	desk_says_not(&desk, "PhoneInteraction");
	desk_close(&desk);
}

static void
test_conditions(void **state)
{
	static const struct {
		const char *where;
		bool first, second;
	} cases[] = { { "nodeid = 2", true, false },
		{ "nodeid <> 2 and name != 'EnterpriseWideData'", false, true },
		{ "nodeid >= 2 and nodeid < 3", true, false },
		{ "(nodeid=2 or nodeid=3) and not name='cucm1'", false, true },
		{ "nodeid=2 or nodeid=3 and name='x'", true, false },
		{ "name not in ('cucm1', 'x')", false, true },
		{ "name not like 'cucm_'", false, false },
		{ "name like 'c%1' order by name", true, false },
		{ "name = 'nobody'", false, false } };
	char line[256];
	size_t i;

	desk_open(&desk, USUAL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(line, sizeof(line),
		    "select name from processnode where %s", cases[i].where);
		ask(line);
		assert_int_equal(desk_count(&desk, "\r\ncucm1"),
		    cases[i].first ? 1 : 0);
		assert_int_equal(desk_count(&desk, "\r\ncucm2"),
		    cases[i].second ? 1 : 0);
		desk_says_not(&desk, "unsuccessfully");
	}
	desk_says(&desk, "\r\nNo records found\r\nadmin:");
	desk_close(&desk);
}

static void
test_not_understood(void **state)
{
	static const struct {
		const char *statement, *text;
	} cases[] = { { "update device set name='x'", "A syntax error" },
		{ "select", "A syntax error" },
		{ "select name", "A syntax error" },
		{ "select name from", "A syntax error" },
		{ "select name from nosuch",
		    "The specified table (nosuch) is not in the database." },
		{ "select nosuch from device",
		    "Column (nosuch) not found in any table in the query (or "
		    "SLV is undefined)." },
		{ "select name from device where nosuch='x'",
		    "Column (nosuch) not found" },
		{ "select name from device where name", "A syntax error" },
		{ "select name from device where name='x", "A syntax error" },
		{ "select name from device where (name='x'", "A syntax error" },
		{ "select name from device nonsense nonsense",
		    "A syntax error" },
		{ "select name from device inner device", "A syntax error" },
		{ "select name name from device", "A syntax error" },
		{ "select name from typemodel", "is not in the database" },
		{ "select name from device where "
		  "((((((((((((((((((((((((((((((((name='x'",
		    "A syntax error" } };
	size_t i;

	desk_open(&desk, USUAL);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ask(cases[i].statement);
		desk_says(&desk, cases[i].text);
		desk_says(&desk, "\r\nExecuted command unsuccessfully\r\n");
	}
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_parameters),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_not_understood),
	};

	return test_run(tests);
}
