# SPDX-License-Identifier: Apache-2.0
#
# The command as a whole, from outside.
foreach(name accept
	audit
	build
	cert_calendar
	cert_check
	cert_hostile
	cert_show
	change_options
	cluster_collect
	cluster_commands
	cluster_hostile
	cluster_init
	cluster_phones
	cluster_status
	cluster_trials
	cluster_watch
	detached
	diff
	extract
	golden
	input
	levels
	lint
	many
	options
	order
	programs
	rescue
	sample
	transcripts
	trust_guard
	trust_store
	unsign
	urls)
	house_bats_test(cli_${name} cli/${name}.bats)
endforeach()
if(FAULTS_WORK)
	foreach(name kill kill_sign memory)
		house_bats_test(cli_${name} cli/${name}.bats)
	endforeach()
	house_bats_test(cli_cert_faults cli/cert_faults.bats)
	house_bats_test(cli_faults cli/faults.bats)
	house_bats_test(cli_sign_faults cli/sign_faults.bats)
	house_bats_test(cli_detached_faults cli/detached_faults.bats)
endif()
