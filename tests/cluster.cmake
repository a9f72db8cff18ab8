# SPDX-License-Identifier: Apache-2.0
# Tests of src/cluster: the command line of a node.
house_unit_test(test_command SOURCES unit/test_command.c LIBS cluster
	PkgConfig::JANSSON)
house_unit_test(test_dialog SOURCES unit/test_dialog.c unit/replay.c
	LIBS cluster)
house_unit_test(test_pty SOURCES unit/test_pty.c unit/fake_node.c
	LIBS cluster PkgConfig::LIBSSH Threads::Threads)
house_unit_test(test_shell SOURCES unit/test_shell.c unit/fake_node.c
	LIBS cluster PkgConfig::LIBSSH Threads::Threads)
house_unit_test(test_shell_login
	SOURCES unit/test_shell_login.c unit/fake_node.c
	LIBS cluster PkgConfig::LIBSSH Threads::Threads)
house_unit_test(test_transcript SOURCES unit/test_transcript.c LIBS cluster)

# Tests of src/cluster: against peers, good and bad, in a thread of the test.
add_library(peer STATIC peer/peer.c peer/peer_tls.c)
target_link_libraries(peer PUBLIC house base PkgConfig::SSL PkgConfig::CRYPTO
	Threads::Threads)

foreach(name delivery fetch fetch_tls probe syslog webpage)
	house_unit_test(test_${name} SOURCES unit/test_${name}.c
		LIBS cluster peer)
endforeach()

# The inventory.
house_unit_test(test_inventory SOURCES unit/test_inventory.c LIBS cluster)
house_unit_test(test_password SOURCES unit/test_password.c LIBS clinet)
house_unit_test(test_cluster_draft
	SOURCES unit/test_cluster_draft.c LIBS clinet)
# What is seen of a cluster, and said of it.
house_unit_test(test_evidence SOURCES unit/test_evidence.c
	LIBS cluster PkgConfig::ARCHIVE Threads::Threads)
house_unit_test(test_health SOURCES unit/test_health.c LIBS workflow lab)
house_unit_test(test_health_todo SOURCES unit/test_health_todo.c LIBS workflow lab)
house_unit_test(test_kinds SOURCES unit/test_kinds.c LIBS kinds lab)
house_unit_test(test_kinds_ctl SOURCES unit/test_kinds_ctl.c LIBS kinds lab)
house_unit_test(test_plan SOURCES unit/test_plan.c LIBS workflow
	PkgConfig::JANSSON)
house_unit_test(test_planner SOURCES unit/test_planner.c LIBS workflow lab)
house_unit_test(test_services SOURCES unit/test_services.c LIBS workflow)
house_unit_test(test_survey SOURCES unit/test_survey.c LIBS cluster lab)

# The command line of a node by hand, for tests.
add_executable(nodeshell tools/nodeshell.c)
target_link_libraries(nodeshell PRIVATE house cluster)
house_bats_test(cluster_driver lab/driver.bats)

# A change: its journal, its lock, its run.
foreach(name journal lock run run_undo)
	house_unit_test(test_${name} SOURCES unit/test_${name}.c LIBS flow)
endforeach()
house_faults_test(test_journal_faults SOURCES unit/test_journal_faults.c
	LIBS flow)
