# SPDX-License-Identifier: Apache-2.0
#
# The command as a whole, from outside.
foreach(name golden sample transcripts input options many lint extract audit levels
	build detached cert_show cert_check)
	house_bats_test(cli_${name} cli/${name}.bats)
endforeach()
if(FAULTS_WORK)
	house_bats_test(cli_kill cli/kill.bats)
	house_bats_test(cli_faults cli/faults.bats)
endif()
