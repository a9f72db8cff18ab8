# SPDX-License-Identifier: Apache-2.0
#
# Changes of a cluster, in the lab. They wait most of their time: each file runs
# its tests beside each other.
foreach(name guides report whats)
	house_bats_test(change_${name} change/${name}.bats)
endforeach()
