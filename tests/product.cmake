# SPDX-License-Identifier: Apache-2.0
# Tests of libctl and of the command.
house_unit_test(test_ctl_parse SOURCES unit/test_ctl_parse.c LIBS ctl)
house_unit_test(test_ctl_verify SOURCES unit/test_ctl_verify.c LIBS ctl)
house_unit_test(test_draft SOURCES unit/test_draft.c LIBS ctl lab)
house_unit_test(test_draft_cases SOURCES unit/test_draft_cases.c LIBS ctl lab)
house_unit_test(test_draft_twin SOURCES unit/test_draft_twin.c LIBS ctl lab)
house_unit_test(test_prepare SOURCES unit/test_prepare.c LIBS ctl lab)
house_unit_test(test_seal SOURCES unit/test_seal.c LIBS ctl lab)
house_unit_test(test_ctl_twin SOURCES unit/test_ctl_twin.c LIBS ctl lab)
house_unit_test(test_validate SOURCES unit/test_validate.c LIBS ctl lab)
house_unit_test(test_cert_shelf SOURCES unit/test_cert_shelf.c
	LIBS pki PkgConfig::CRYPTO)
house_unit_test(test_pki SOURCES unit/test_pki.c LIBS pki PkgConfig::CRYPTO)
add_executable(tree tools/tree.c)
target_link_libraries(tree PRIVATE cli)
house_unit_test(test_sig SOURCES unit/test_sig.c LIBS pki PkgConfig::CRYPTO)
house_unit_test(test_request
	SOURCES unit/test_request.c LIBS pki PkgConfig::CRYPTO)
house_unit_test(test_keyfile
	SOURCES unit/test_keyfile.c LIBS pki PkgConfig::CRYPTO)
house_unit_test(test_keyfile_sign
	SOURCES unit/test_keyfile_sign.c LIBS pki PkgConfig::CRYPTO)
house_test(test_keyfile_plain_heap unit test_keyfile plain)
house_unit_test(test_cli SOURCES unit/test_cli.c LIBS cli)
house_unit_test(test_config SOURCES unit/test_config.c LIBS cli)
house_unit_test(test_certload SOURCES unit/test_certload.c LIBS cli)
house_unit_test(test_detached SOURCES unit/test_detached.c LIBS cli)
house_unit_test(test_place SOURCES unit/test_place.c LIBS cli)
house_unit_test(test_pin SOURCES unit/test_pin.c LIBS cli)
house_unit_test(test_tokenfile SOURCES unit/test_tokenfile.c LIBS cli)
house_unit_test(test_csv SOURCES unit/test_csv.c LIBS data)
house_unit_test(test_models SOURCES unit/test_models.c LIBS cli)
house_unit_test(test_alarm SOURCES unit/test_alarm.c LIBS pki)
house_unit_test(test_ical SOURCES unit/test_ical.c LIBS cli)
house_unit_test(test_stores SOURCES unit/test_stores.c LIBS cli)
house_unit_test(test_profiles SOURCES unit/test_profiles.c LIBS cli)
house_unit_test(test_store SOURCES unit/test_store.c LIBS pki)
house_unit_test(test_store_list SOURCES unit/test_store_list.c LIBS cli)
house_unit_test(test_pasted SOURCES unit/test_pasted.c LIBS pki lab)
house_unit_test(test_spec SOURCES unit/test_spec.c LIBS cli)
house_unit_test(test_sast SOURCES unit/test_sast.c LIBS cli lab)
house_unit_test(test_diff SOURCES unit/test_diff.c LIBS trust lab)
house_unit_test(test_history SOURCES unit/test_history.c LIBS trust lab)
house_unit_test(test_told SOURCES unit/test_told.c LIBS trust lab)
house_unit_test(test_select SOURCES unit/test_select.c LIBS cli lab)
house_unit_test(test_order SOURCES unit/test_order.c LIBS trust lab)
house_unit_test(test_trust SOURCES unit/test_trust.c LIBS trust lab)
house_unit_test(test_steps SOURCES unit/test_steps.c LIBS cli)
house_unit_test(test_stories SOURCES unit/test_stories.c LIBS trust lab)
house_unit_test(test_tvs SOURCES unit/test_tvs.c LIBS trust lab)
house_unit_test(test_class SOURCES unit/test_class.c LIBS trust lab)
house_unit_test(test_works SOURCES unit/test_works.c LIBS trust lab)
house_unit_test(test_accept SOURCES unit/test_accept.c LIBS trust lab)
house_unit_test(test_table SOURCES unit/test_table.c LIBS cli)
house_unit_test(test_listing SOURCES unit/test_listing.c LIBS ctl)
house_unit_test(test_listing_values
	SOURCES unit/test_listing_values.c LIBS ctl)
house_unit_test(test_listing_golden
	SOURCES unit/test_listing_golden.c LIBS cli ctl)
house_unit_test(test_flips SOURCES prop/test_flips.c LIBS ctl)
house_unit_test(test_histories
	SOURCES prop/test_histories.c LIBS trust lab)
house_unit_test(test_orders SOURCES prop/test_orders.c LIBS trust lab)
house_unit_test(test_order_all SOURCES prop/test_order_all.c LIBS trust lab)
house_unit_test(test_phone SOURCES prop/test_phone.c LIBS trust lab)
house_faults_test(test_memory_cli SOURCES prop/test_memory_cli.c LIBS cli)
house_faults_test(test_torture SOURCES prop/test_torture.c
	LIBS cli PkgConfig::CRYPTO)
house_faults_test(test_torture_draft SOURCES prop/test_torture_draft.c
	LIBS ctl lab PkgConfig::CRYPTO)

house_faults_test(test_order_faults SOURCES prop/test_order_faults.c
	LIBS trust lab)
house_faults_test(test_trust_faults SOURCES prop/test_trust_faults.c
	LIBS trust lab)
house_faults_test(test_history_faults SOURCES prop/test_history_faults.c
	LIBS trust lab PkgConfig::CRYPTO)

# The audit log, and what makes one.
add_executable(auditlog tools/auditlog.c)
target_link_libraries(auditlog PRIVATE house audit)
house_unit_test(test_audit SOURCES unit/test_audit.c LIBS audit)
house_unit_test(test_audit_chain SOURCES unit/test_audit_chain.c LIBS audit)
house_faults_test(test_audit_faults SOURCES prop/test_audit_faults.c
	LIBS audit PkgConfig::CRYPTO)
house_faults_test(test_torture_cert SOURCES prop/test_torture_cert.c
	LIBS cli lab PkgConfig::CRYPTO)
house_faults_test(test_torture_store SOURCES prop/test_torture_store.c
	LIBS cli PkgConfig::CRYPTO)
house_faults_test(test_torture_pki SOURCES prop/test_torture_pki.c
	LIBS pki PkgConfig::CRYPTO)
