/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trust lists, certificates and services on the lab's command line, by release:
 * the published dialogues word for word, and what they ask the world to do.
 */
#include "tests/unit/test.h"

#include "tests/unit/console_desk.h"

#include <string.h>

#define OLD 1050, "10.5.2.10000-5"
#define MIDDLE 1150, "11.5.1.10000-6"
#define USUAL 1250, "12.5.1.16900-48"
#define NEW 1500, "15.0.1.15900-11"

#define RESTART                                                          \
	"Please Restart the TFTP and Cisco CallManager services on all " \
	"nodes in the cluster that run these services\r\nadmin:"

#define RESTART_NEW                                                       \
	"You must reset all phones to ensure they received the updated "  \
	"CTL file.\r\n"                                                   \
	"You must restart Cisco CTIManager services on all the nodes in " \
	"the cluster that have the service activated.\r\nadmin:"

static void
test_show_ctl(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "show ctl\r");
	desk_says(&d,
	    "admin:show ctl\r\nThe checksum value of the CTL file:\r\n");
	desk_says(&d, "The CTL file was verified successfully.\r\nadmin:");
	(void)desk_type(&d, "show itl\r");
	desk_says(&d, "The ITL file was verified successfully.\r\nadmin:");
	/* S9 */
	d.file[0].name = "other";
	(void)desk_type(&d, "show ctl\r");
	desk_says(&d,
	    "admin:show ctl\r\nLength of CTL file: 0\r\nCTL File not found. "
	    "Please run CTLClient plugin or run the CLI - utils ctl.. to "
	    "generate the CTL file.\r\nError parsing the CTL File.\r\nadmin:");
	desk_close(&d);
}

static void
test_mixed_mode(void **state)
{
	struct desk d;

	desk_open(&d, OLD);
	d.world.mixed = false;
	(void)desk_type(&d, "utils ctl set-cluster mixed-mode\ry\r");
	desk_says(&d,
	    "This operation will set the cluster to Mixed mode. Do you want "
	    "to continue? (y/n):y\r\n\r\nMoving Cluster to Mixed Mode\r\n"
	    "Cluster set to Mixed Mode\r\n" RESTART);
	assert_string_equal(d.did, "mode 0 mixed");
	(void)desk_type(&d, "utils ctl set-cluster mixed-mode\r");
	desk_says(&d, "already in Mixed Mode");
	desk_says(&d, "Executed command unsuccessfully");
	(void)desk_type(&d, "utils ctl set-cluster non-secure-mode\ry\r");
	desk_says(&d,
	    "This operation will set the cluster to non secure mode. Do you "
	    "want to continue? (y/n):y\r\n\r\nMoving Cluster to Non Secure "
	    "Mode\r\nCluster set to Non Secure Mode\r\n" RESTART);
	assert_string_equal(d.did, "mode 0 non-secure");
	(void)desk_type(&d, "utils ctl set-cluster non-secure-mode\ry\r");
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
	desk_open(&d, MIDDLE);
	d.world.mixed = false;
	d.world.auto_registration = true;
	(void)desk_type(&d, "utils ctl set-cluster mixed-mode\ry\r");
	desk_says(&d,
	    "Mixed mode.  Auto-registration is enabled on at least one CM "
	    "node. Do you want to continue? (y/n):y\r\n");
	desk_says(&d, "Cluster set to Mixed Mode\r\n" RESTART_NEW);
	d.world.mixed = d.world.auto_registration = false;
	(void)desk_type(&d, "utils ctl set-cluster mixed-mode\ry\r");
	desk_says(&d, "to Mixed mode. Do you want to continue? (y/n):y\r\n");
	desk_close(&d);
}

static void
test_update(void **state)
{
	struct desk d;

	desk_open(&d, OLD);
	(void)desk_type(&d, "utils ctl update CTLFile\ry\r");
	desk_says(&d,
	    "This operation will update the CTLFile. Do you want to continue? "
	    "(y/n):y\r\n\r\nUpdating CTL file\r\nCTL file "
	    "Updated\r\n" RESTART);
	assert_string_equal(d.did, "update 0 ctl");
	d.world.mixed = false;
	(void)desk_type(&d, "utils ctl update CTLFile\ry\r");
	assert_string_equal(d.did, "");
	d.world.mixed = true;
	d.refuses = ERR_POLICY;
	(void)desk_type(&d, "utils ctl update CTLFile\ry\r");
	desk_says(&d, "only on the publisher");
	desk_says(&d, "Executed command unsuccessfully");
	desk_says_not(&d, "CTL file Updated");
	desk_close(&d);
	desk_open(&d, USUAL);
	(void)desk_type(&d, "utils ctl update CTLFile\ry\r");
	desk_says(&d, "CTL file Updated\r\n" RESTART_NEW);
	desk_close(&d);
}

/* S4, S5 */
static void
test_refusals(void **state)
{
	static const char *const commands[] = {
		"utils ctl set-cluster mixed-mode\ry\r",
		"utils ctl set-cluster non-secure-mode\ry\r",
		"utils ctl update CTLFile\ry\r",
		"utils ctl reset localkey\ry\r", "utils itl reset localkey\ry\r"
	};
	struct desk d;
	size_t i;

	desk_open(&d, USUAL);
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		d.world.mixed = i != 0;
		(void)desk_type_at(&d, 1, commands[i]);
		desk_says(&d, "This command is disabled on this node.");
		desk_says(&d, "publisher.\r\nExecuted command unsuccessfully");
		assert_string_equal(d.did, "");
	}
	d.world.licensed = false;
	(void)desk_type(&d, "utils ctl update CTLFile\ry\r");
	desk_says(&d,
	    "Command cannot be executed because the Unified Communications "
	    "Manager cluster is not registered to a Smart/Virtual Account "
	    "with Allow export-controlled functionality. Please ensure "
	    "Product Token received from the Smart/Virtual Account has Allow "
	    "export-controlled functionality checked when registering the "
	    "UCM Cluster .\r\n");
	assert_string_equal(d.did, "");
	d.world.mixed = false;
	(void)desk_type(&d, "utils ctl set-cluster mixed-mode\ry\r");
	desk_says(&d, "export-controlled");
	desk_close(&d);
	/* nobody asked for a licence then */
	desk_open(&d, OLD);
	d.world.licensed = false;
	(void)desk_type(&d, "utils ctl update CTLFile\ry\r");
	assert_string_equal(d.did, "update 0 ctl");
	desk_close(&d);
}

static void
test_resets(void **state)
{
	struct desk d;

	desk_open(&d, MIDDLE);
	(void)desk_type(&d, "utils ctl reset localkey\r");
	desk_says(&d, "No valid command entered");
	desk_close(&d);
	desk_open(&d, USUAL);
	(void)desk_type(&d, "utils ctl reset localkey\r");
	desk_says(&d, "CTL file Reset.\r\nPlease reset all the phones");
	assert_string_equal(d.did, "reset 0 ctl");
	(void)desk_type(&d, "utils itl reset localkey\r");
	desk_says(&d,
	    "Name is None\r\nGenerating the reset ITL file.....\r\nThe reset "
	    "ITL file was generated successfully\r\nLocating active Tftp "
	    "servers in the cluster.....\r\nFollowing is the list of Active "
	    "tftp servers in the cluster\r\n====================\r\n"
	    "cucm1\r\ncucm2\r\n=====================\r\nNumber of Active TFTP "
	    "servers in the cluster : 2\r\nTransferring new reset ITL file to "
	    "the TFTP server nodes in the cluster.........\r\nSuccessfully "
	    "transferred reset ITL to node cucm1\r\nSuccessfully transferred "
	    "reset ITL to node cucm2\r\nadmin:");
	assert_string_equal(d.did, "reset 0 itl");
	(void)desk_type(&d, "utils itl reset remotekey 10.1.1.1 admin f.p12\r");
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
	desk_open(&d, NEW);
	(void)desk_type(&d, "utils itl reset localkey\r");
	desk_says(&d,
	    "ITLFile on all the active TFTP nodes will be reset now\r\n"
	    "and signed using CallManager certificate key...\r\n"
	    "ITL file Reset.\r\n"
	    "Please reset all the phones to pickup the new ITL "
	    "File.\r\nadmin:");
	(void)desk_type(&d, "utils itl reset\r");
	desk_says(&d, "No valid command entered");
	desk_close(&d);
}

/* ---- Certificates. ---- */

static void
test_regen(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "set cert regen CAPF\ryes\r");
	desk_says(&d,
	    "WARNING: This operation will overwrite any CA signed certificate "
	    "previously imported\r\nfor CAPF\r\nProceed with regeneration "
	    "(yes|no)? yes\r\nSuccessfully Regenerated Certificate for "
	    "CAPF.\r\nYou must restart services related to CAPF for the "
	    "regenerated certificates to become active.\r\nadmin:");
	assert_string_equal(d.did, "regenerate 0 CAPF");
	(void)desk_type(&d, "set cert regen ITLRecovery\ryes\r");
	desk_says(&d,
	    "WARNING: If you are using a tokenless CTL and if the CallManager "
	    "certificate is recently\r\ngenerated, please ensure that the CTL "
	    "File already has the new CallManager certificate and is\r\n"
	    "updated to the endpoints, before generating the ITL Recovery "
	    "certificate. Are you sure want\r\nto proceed?\r\nProceed with "
	    "regeneration (yes|no)? yes\r\nSuccessfully Regenerated "
	    "Certificate for ITLRecovery.\r\nYou must restart the services "
	    "related to ITLRecovery for the regenerated certificates to\r\n"
	    "become active.\r\nadmin:");
	(void)desk_type(&d, "set cert regen tomcat\ryes\r");
	desk_says_not(&d, "tomcat-client");
	assert_string_equal(d.did, "regenerate 0 tomcat");
	(void)desk_type(&d, "set cert regen nothing\r");
	desk_says(&d, "unsuccessfully");
	(void)desk_type(&d, "set cert regen TVS\r"); /* it has none */
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
	desk_open(&d, NEW);
	(void)desk_type(&d, "set cert regen tomcat\ryes\ryes\r");
	desk_says(&d,
	    "Do you want to use the same certificate for tomcat-client "
	    "(yes|no) ? yes\r\nSuccessfully Regenerated Certificate for "
	    "tomcat and tomcat-client.\r\n");
	(void)desk_type(&d, "set cert regen tomcat\ryes\rno\r");
	desk_says(&d, "Successfully Regenerated Certificate for tomcat.\r\n");
	desk_close(&d);
}

static void
test_csr(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "set csr gen CallManager\r");
	desk_says_not(&d, "Include OU");
	desk_says(&d, "Successfully Generated CSR  for CallManager\r\n");
	assert_string_equal(d.did, "csr 0 CallManager");
	(void)desk_type(&d, "show csr list\r");
	desk_says(&d, "\r\ntomcat/tomcat.csr\r\nadmin:");
	(void)desk_type(&d, "show csr own tomcat\r");
	desk_says(&d, "\r\n-----BEGIN CERTIFICATE REQUEST-----\r\nMII");
	desk_says(&d, "-----END CERTIFICATE REQUEST-----\r\nadmin:");
	(void)desk_type(&d, "show csr own tomcat/tomcat.csr\r");
	desk_says(&d, "-----END CERTIFICATE REQUEST-----\r\nadmin:");
	(void)desk_type(&d, "show csr own CAPF\r");
	desk_says(&d, "does not exist\r\nExecuted command unsuccessfully");
	d.node[0].own[WORLD_TOMCAT].csr = NULL;
	(void)desk_type(&d, "show csr list own\r");
	desk_says(&d, "No Certificate Sign Request available for display\r\n");
	desk_close(&d);
	desk_open(&d, 1400, "14.0.1.11900-132");
	(void)desk_type(&d, "set csr gen tomcat\rno\r");
	desk_says(&d, "Include OU in CSR (yes|no)?no\r\nSuccessfully");
	desk_close(&d);
	desk_open(&d, 1400, "14.0.1.10000-20");
	(void)desk_type(&d, "set csr gen tomcat\r");
	desk_says_not(&d, "Include OU");
	desk_close(&d);
}

#define PEM                                                        \
	"-----BEGIN CERTIFICATE-----\rTUlJ\r-----END CERTIFICATE-" \
	"----\r"

static void
test_import(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "set cert import own tomcat\r" PEM "\rshow date\r");
	desk_says(&d,
	    "admin:set cert import own tomcat\r\nPaste the Certificate and "
	    "Hit Enter\r\n-----BEGIN CERTIFICATE-----\r\nTUlJ\r\n");
	desk_says(&d,
	    "Successfully imported certificate for tomcat.\r\nPlease restart "
	    "services related to tomcat for the new certificate to become "
	    "active.\r\nadmin:");
	assert_true(strncmp(d.did,
			"import 0 -----BEGIN CERTIFICATE-----\nTUlJ\n-----END "
			"CERTIFICATE-----\n",
			65) == 0);
	desk_says(&d, "Tue Nov 24 ");
	(void)desk_type(&d, "set cert import trust tomcat\r" PEM);
	assert_string_equal(d.did, "trust 0 tomcat-trust");
	(void)desk_type(&d, "set cert import trust Phone-SAST-trust\r" PEM);
	assert_string_equal(d.did, "trust 0 Phone-SAST-trust");
	(void)desk_type(&d, "set cert import own CallManager caCert.pem\r" PEM);
	desk_says(&d, "Successfully imported certificate for CallManager.");
	(void)desk_type(&d, "set cert import own nothing\r" PEM);
	assert_string_equal(d.did, "");
	(void)desk_type(&d, "set cert import own tomcat\r-----BEG\x03");
	assert_string_equal(d.did, "");
	d.refuses = ERR_ABSENT;
	(void)desk_type(&d, "set cert import own tomcat\r" PEM);
	desk_says(&d, "\r\nrefused\r\nExecuted command unsuccessfully\r\n");
	d.refuses = ERR_SYNTAX;
	(void)desk_type(&d, "set cert import trust tomcat\r" PEM);
	desk_says(&d,
	    "not a valid certificate\r\nExecuted command unsuccessfully");
	desk_close(&d);
}

static void
test_delete_and_subject(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "set cert delete CallManager CAP-RTP-001.pem\r");
	assert_string_equal(d.did, "untrust 0 CAP-RTP-001.pem");
	desk_says(&d, "Successfully deleted");
	d.refuses = ERR_ABSENT;
	(void)desk_type(&d, "set cert delete cucm siptest.pem\r");
	desk_says(&d, "not found in CallManager-trust\r\nExecuted command un");
	d.refuses = ERR_OK;
	(void)desk_type(&d,
	    "set web-security TAC \"Cisco Systems\" Krakow MP PL\ryes\r");
	assert_string_equal(d.did, "subject 0 Cisco Systems");
	(void)desk_type(&d, "show web-security\r");
	desk_says(&d, "Organizational Unit: TAC\r\nOrganization: Cisco\r\n");
	desk_close(&d);
}

static void
test_cert_lists(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "show cert list own\r");
	desk_says(&d,
	    "\r\ntomcat/tomcat.pem: Certificate Signed by Lab CA\r\n");
	desk_says(&d,
	    "CallManager/CallManager.pem: Self-signed certificate generated "
	    "by system\r\n");
	desk_says_not(&d, "TVS");
	(void)desk_type(&d, "show cert list trust\r");
	desk_says(&d, "\r\nCallManager-trust/CAP-RTP-001.pem: ");
	desk_says(&d, "\r\nPhone-SAST-trust/CAP-RTP-001.pem: ");
	(void)desk_type(&d, "show cert list other\r");
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
}

static void
test_cert_dump(void **state)
{
	static const char *const names[] = { "own CallManager",
		"own CallManager.pem", "own CallManager/CallManager.pem",
		"trust CallManager-trust/CAP-RTP-001.pem",
		"trust CAP-RTP-001.pem" };
	char line[128];
	struct desk d;
	size_t i;

	desk_open(&d, USUAL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(line, sizeof(line), "show cert %s\r", names[i]);
		(void)desk_type(&d, line);
		desk_says(&d, "  Issuer Name: C=PL, ST=Malopolska, L=Krakow, ");
		desk_says_not(&d, "unsuccessfully");
	}
	(void)desk_type(&d, "show cert own CallManager\r");
	desk_says(&d, "Serial Number: 6B1D35AA\r\n");
	desk_says(&d, "Validity From: Fri Mar 06 ");
	desk_says(&d, "           To:   Wed Mar 04 ");
	desk_says(&d, "Subject Name: ");
	desk_says(&d, "  Key: RSA (1.2.840.113549.1.1.1)\r\n    Key value: 30");
	desk_says_not(&d, "BEGIN CERTIFICATE");
	(void)desk_type(&d, "show cert own TVS\r");
	desk_says(&d, "is not found\r\nExecuted command unsuccessfully");
	desk_close(&d);
	desk_open(&d, 1400, "14.0.1.12900-161");
	(void)desk_type(&d, "show cert own CallManager\r");
	desk_says(&d, "         SerialNumber: 1797076394\r\n");
	desk_says(&d, "             IssuerDN: ");
	desk_says(&d, "           Start Date: Fri Mar 06 ");
	desk_says(&d, "           Final Date: Wed Mar 04 ");
	desk_says(&d, "            SubjectDN: ");
	desk_says(&d, "           Public Key: RSA Public Key\r\n");
	desk_says(&d, "              Modulus: ");
	desk_says(&d, "\r\n-----BEGIN CERTIFICATE-----\r\nMII");
	desk_close(&d);
}

/* ---- Services: S8. ---- */

static void
test_services(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "utils service list\r");
	desk_says(&d,
	    "Requesting service status, please wait...\r\n"
	    "System SSH [STARTED]\r\n"
	    "Cluster Manager [STARTED]\r\n"
	    "Service Manager is running\r\n"
	    "Getting list of all services\r\n"
	    ">> Return code = 0\r\n"
	    "Cisco Tftp[STARTED]\r\n"
	    "Cisco DirSync[STOPPED]  Service Not Activated\r\n"
	    "Primary Node =true\r\nadmin:");
	(void)desk_type_at(&d, 1, "utils service list page\r");
	desk_says(&d, "Primary Node =false\r\n");
	(void)desk_type(&d, "utils service restart Cisco Tftp\r");
	desk_says(&d,
	    "Do not press Ctrl+C while the service is restarting. If the "
	    "service has not restarted properly, execute the same command "
	    "again.\r\nService Manager is running\r\nCisco Tftp[STOPPING]\r\n"
	    "Cisco Tftp[STARTING]\r\nCisco Tftp[STARTED]\r\nadmin:");
	assert_int_equal(d.slept, 600);
	assert_string_equal(d.did, "service 0 Cisco Tftp");
	(void)desk_type(&d, "utils service stop cisco tftp\r");
	desk_says(&d,
	    "Cisco Tftp[STOPPING]\r\nCisco Tftp[STOPPED]  Commanded Out of "
	    "Service\r\n");
	(void)desk_type(&d, "utils service start Cisco Tftp\r");
	desk_says(&d, "Cisco Tftp[STARTING]\r\nCisco Tftp[STARTED]\r\n");
	(void)desk_type(&d, "utils service restart Cisco DirSync\r");
	desk_says(&d,
	    "Cisco DirSync[STOPPED]  Service Not Activated\r\nExecuted "
	    "command unsuccessfully");
	assert_string_equal(d.did, "");
	(void)desk_type(&d, "utils service restart Cisco Nothing\r");
	desk_says(&d, "Invalid service name: Cisco Nothing\r\nExecuted");
	desk_close(&d);
}

/* A service that was quicker than we look: no state is left out. */
static void
test_quick_service(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	d.service_ms = 0;
	(void)desk_type(&d, "utils service restart Cisco Tftp\r");
	desk_says(&d,
	    "Cisco Tftp[STOPPING]\r\nCisco Tftp[STARTING]\r\n"
	    "Cisco Tftp[STARTED]\r\nadmin:");
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show_ctl),
		cmocka_unit_test(test_mixed_mode),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_resets),
		cmocka_unit_test(test_regen),
		cmocka_unit_test(test_csr),
		cmocka_unit_test(test_import),
		cmocka_unit_test(test_delete_and_subject),
		cmocka_unit_test(test_cert_lists),
		cmocka_unit_test(test_cert_dump),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_quick_service),
	};

	return test_run(tests);
}
