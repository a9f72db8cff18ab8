# SPDX-License-Identifier: Apache-2.0
#
# The command as a whole, from outside.
foreach(name golden sample transcripts input options many lint extract unsign audit
	levels build detached cert_show cert_check order rescue)
	house_bats_test(cli_${name} cli/${name}.bats)
endforeach()
if(FAULTS_WORK)
	foreach(name kill kill_sign memory)
		house_bats_test(cli_${name} cli/${name}.bats)
	endforeach()
	house_bats_test(cli_faults cli/faults.bats)
	house_bats_test(cli_sign_faults cli/sign_faults.bats)
	house_bats_test(cli_detached_faults cli/detached_faults.bats)
endif()
