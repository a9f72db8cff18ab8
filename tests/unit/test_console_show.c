/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the lab's nodes tell of themselves and of their cluster.
 */
#include "tests/unit/test.h"

#include "tests/unit/console_desk.h"

#include <string.h>
#include <time.h>

#define OLD 1050, "10.5.2.10000-5"
#define USUAL 1250, "12.5.1.16900-48"

static void
test_version_and_date(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "show version active\r");
	desk_says(&d,
	    "\r\nActive Master Version: 12.5.1.16900-48\r\n"
	    "Active Version Installed Software Options:\r\n"
	    "No Installed Software Options Found.\r\nadmin:");
	(void)desk_type(&d, "show version inactive\r");
	desk_says_not(&d, "12.5");
	(void)desk_type(&d, "show version other\r");
	desk_says(&d, "unsuccessfully");
	(void)setenv("TZ", "CET-1", 1);
	tzset();
	(void)desk_type(&d, "show date\r");
	desk_says(&d, "\r\nTue Nov 24 16:37:45 CET 2015\r\nadmin:");
	(void)desk_type(&d, "show status\r");
	desk_says(&d, "\r\nHost Name          : cucm1\r\n");
	desk_says(&d, "Product Ver        : 12.5.1.16900-48\r\n");
	(void)setenv("TZ", "UTC", 1);
	tzset();
	desk_close(&d);
}

static void
test_cluster(void **state)
{
	struct desk d;

	desk_open(&d, OLD);
	(void)desk_type(&d, "show network cluster\r");
	desk_says(&d,
	    "\r\n10.1.1.10 cucm1  Publisher authenticated\r\n"
	    "10.1.1.11 cucm2 Subscriber authenticated using TCP since ");
	desk_says_not(&d, "processnode");
	desk_close(&d);
	desk_open(&d, USUAL);
	d.node[1].down = true;
	(void)desk_type(&d, "show network cluster\r");
	desk_says(&d,
	    "\r\n10.1.1.10 cucm1.lab.example cucm1 Publisher callmanager DBPub "
	    "authenticated\r\n"
	    "10.1.1.11 cucm2.lab.example cucm2 Subscriber callmanager DBSub "
	    "not authenticated\r\n\r\n"
	    "Server Table (processnode) Entries\r\n"
	    "----------------------------------\r\n"
	    "10.1.1.10\r\n10.1.1.11\r\nadmin:");
	d.node[1].role = WORLD_IMP;
	(void)desk_type(&d, "show network cluster\r");
	desk_says(&d, " cucm2 Subscriber cups DBSub ");
	desk_close(&d);
}

static void
test_phones(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "show risdb query phone\r");
	desk_says(&d, "\r\n2, 1, 0, 1, 1, 0, 0, 10, 0\r\n");
	desk_says(&d,
	    "\r\nSEP001122334455, SEP001122334455, 10.2.0.1, , 3, 0, "
	    "001122334455, reg, SIP, ");
	desk_says(&d,
	    "\r\nSEP001122334466, SEP001122334466, , , 3, 0, "
	    "001122334466, unr, ");
	desk_says(&d, "\r\nTotal count 2\r\n");
	(void)desk_type(&d, "show risdb query cti\r");
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
}

static void
test_counters(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d,
	    "show perf query counter \"Cisco CallManager\" "
	    "\"RegisteredHardwarePhones\"\r");
	desk_says(&d, "RegisteredHardwarePhones       = 1\r\n");
	desk_says_not(&d, "ClusterSecurityMode");
	(void)desk_type(&d, "show perf query class \"Cisco CallManager\"\r");
	desk_says(&d,
	    "- Perf class (Cisco CallManager) has instances and values:\r\n");
	desk_says(&d, "= 1\r\n");
	(void)desk_type(&d, "show perf query class \"Cisco Nothing\"\r");
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
}

static void
test_replication(void **state)
{
	struct desk d;
	const char *text;

	desk_open(&d, USUAL);
	d.node[1].replication = "(3) Bad Replication";
	text = desk_type(&d, "utils dbreplication runtimestate\r");
	desk_says(&d, "Cluster Detailed View from cucm1 (2 Servers):\r\n");
	text = strstr(text, "\r\ncucm1 ");
	assert_non_null(text);
	assert_non_null(strstr(text, "Y/Y/Y"));
	assert_non_null(strstr(text, "(g_2)         (2) Setup Completed\r\n"));
	desk_says(&d, "(g_3)         (3) Bad Replication\r\n");
	desk_close(&d);
}

static void
test_backups(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "utils disaster_recovery history backup\r");
	desk_says(&d, "\r\nTar Filename:");
	desk_says(&d,
	    "\r\n2015-11-24-14-14-25.tar   NETWORK         Tue Nov 24 "
	    "14:14:25 UTC 2015    SUCCESS   MANUAL");
	(void)desk_type(&d, "utils disaster_recovery history restore\r");
	desk_says(&d, "No restore history");
	(void)desk_type(&d, "utils disaster_recovery status backup\r");
	desk_says(&d, "Status: SUCCESS :Completed Backup...");
	desk_says(&d, "Percentage Complete: 100\r\n");
	(void)desk_type(&d, "utils disaster_recovery status restore\r");
	desk_says(&d, "No restore is in progress");
	(void)desk_type(&d, "utils disaster_recovery history other\r");
	desk_says(&d, "unsuccessfully");
	desk_close(&d);
}

static void
test_restart(void **state)
{
	struct desk d;

	desk_open(&d, USUAL);
	(void)desk_type(&d, "utils system restart\rno\r");
	assert_string_equal(d.did, "");
	assert_false(d.cut);
	(void)desk_type(&d, "utils system restart\ryes\rshow date\r");
	desk_says(&d,
	    "Do you really want to restart ?\r\n\r\nEnter (yes/no)? yes\r\n"
	    "\r\nAppliance is being Restarted ...\r\n"
	    "Warning: Restart could take up to 5 minutes.\r\n"
	    "Operation succeeded\r\n");
	assert_string_equal(d.did, "restart 0 node");
	assert_true(d.cut);
	desk_says_not(&d, "Tue Nov");
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_and_date),
		cmocka_unit_test(test_cluster),
		cmocka_unit_test(test_phones),
		cmocka_unit_test(test_counters),
		cmocka_unit_test(test_replication),
		cmocka_unit_test(test_backups),
		cmocka_unit_test(test_restart),
	};

	(void)setenv("TZ", "UTC", 1);
	return test_run(tests);
}
