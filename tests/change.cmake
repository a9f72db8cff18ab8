# SPDX-License-Identifier: Apache-2.0
#
# Changes of a cluster, in the lab. They wait most of their time: each file runs
# its tests beside each other.
foreach(name disasters
	faults
	releases
	resume
	whats)
	house_bats_test(change_${name} change/${name}.bats)
endforeach()
set_tests_properties(change_disasters change_faults change_resume change_whats
	PROPERTIES TIMEOUT 1800)
set_tests_properties(change_releases PROPERTIES TIMEOUT 7200)
