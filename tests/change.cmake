# SPDX-License-Identifier: Apache-2.0
#
# Changes of a cluster, in the lab. They wait most of their time: each file runs
# its tests beside each other.
foreach(name disasters
	faults
	guides
	releases
	report
	resume
	whats)
	house_bats_test(change_${name} change/${name}.bats)
	set_tests_properties(change_${name} PROPERTIES TIMEOUT 1800)
endforeach()
set_tests_properties(change_releases PROPERTIES TIMEOUT 7200)
if(FAULTS_WORK)
	house_bats_test(change_kill change/kill.bats)
	set_tests_properties(change_kill PROPERTIES TIMEOUT 7200)
endif()
