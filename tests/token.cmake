# SPDX-License-Identifier: Apache-2.0
#
# Tests that need a token; tests/token/caps.md says which modules there are.
set(TOKEN_KINDS softhsm remoting opencryptoki nss)
# Run by ./dev test --all-tokens only, which installs what they need.
set(TOKEN_KINDS_EXTRA tpm2 piv)

# A program of plain PKCS#11. It leaves to the system what it has allocated,
# and so do the modules: never with a sanitizer, which `house` would bring.
pkg_check_modules(PROBE_P11KIT REQUIRED IMPORTED_TARGET p11-kit-1)
add_executable(token_probe token/probe.c)
target_compile_definitions(token_probe PRIVATE _GNU_SOURCE)
target_compile_options(token_probe PRIVATE -Wall -Wextra -Wpedantic -Wshadow
	-Wcast-qual -Wconversion -Wno-sign-conversion -Wvla -Werror)
target_link_libraries(token_probe PRIVATE
	PkgConfig::PROBE_P11KIT PkgConfig::CRYPTO)

foreach(name fixtures frame)
	house_bats_test(token_${name} token/${name}.bats)
	set_property(TEST token_${name} PROPERTY LABELS token)
endforeach()

# What destroys tokens asks first; guard asks alone.
add_executable(guard tools/guard.c)
target_link_libraries(guard PRIVATE cli PkgConfig::CRYPTO)
foreach(name guard match drill json admin options build)
	house_bats_test(cli_token_${name} cli/token_${name}.bats)
	set_property(TEST cli_token_${name} PROPERTY LABELS token)
	set_property(TEST cli_token_${name} APPEND PROPERTY ENVIRONMENT
		GUARD=$<TARGET_FILE:guard> P11FAULT=$<TARGET_FILE:p11fault>)
endforeach()

# Files are signed, and tokens looked at, with SoftHSM behind the shim.
foreach(name cluster_tokens sign sign_kill)
	house_bats_test(cli_${name} cli/${name}.bats)
	set_property(TEST cli_${name} PROPERTY LABELS token)
	set_property(TEST cli_${name} APPEND PROPERTY
		ENVIRONMENT P11FAULT=$<TARGET_FILE:p11fault>)
endforeach()

# house_token_test(SUITE FILE.bats): token_SUITE_KIND, for every KIND.
function(house_token_test suite file)
	foreach(kind ${TOKEN_KINDS} ${TOKEN_KINDS_EXTRA})
		set(name token_${suite}_${kind})
		house_test(${name} token
			${CMAKE_CURRENT_SOURCE_DIR}/token/with-token.sh ${kind}
			${CMAKE_CURRENT_SOURCE_DIR}/cli/run-bats.sh
			${CMAKE_CURRENT_SOURCE_DIR}/${file})
		set_property(TEST ${name} APPEND PROPERTY
			ENVIRONMENT PROBE=$<TARGET_FILE:token_probe>)
		if(NOT kind MATCHES "^(softhsm|remoting)$")
			# these modules keep what they have allocated
			set_property(TEST ${name} APPEND PROPERTY
				ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
		endif()
		if(kind IN_LIST TOKEN_KINDS_EXTRA)
			set_property(TEST ${name} APPEND PROPERTY
				LABELS all-tokens)
		endif()
	endforeach()
endfunction()

house_token_test(smoke token/smoke.bats)

# Tests of libtoken's parts.
house_unit_test(test_names SOURCES unit/test_names.c
	LIBS token PkgConfig::P11KIT PkgConfig::CRYPTO)
house_unit_test(test_watch SOURCES unit/test_watch.c LIBS token)
house_unit_test(test_uri SOURCES unit/test_uri.c LIBS token PkgConfig::P11KIT)
house_unit_test(test_ledger SOURCES unit/test_ledger.c LIBS token)
house_faults_test(test_ledger_faults SOURCES unit/test_ledger_faults.c
	LIBS token)

add_library(hangs MODULE tools/hangs.c)
house_bats_test(cli_token_review cli/token_review.bats)
set_property(TEST cli_token_review PROPERTY LABELS token)
set_property(TEST cli_token_review APPEND PROPERTY ENVIRONMENT
	HANGS=$<TARGET_FILE:hangs> P11FAULT=$<TARGET_FILE:p11fault>)

# house_world_test(NAME SOURCES...): libtoken over SoftHSM and the shim.
function(house_world_test name)
	house_unit_test(${name} SOURCES token/world.c ${ARGN} LIBS token)
	add_dependencies(${name} p11fault)
	set_property(TEST ${name} APPEND PROPERTY
		ENVIRONMENT P11FAULT_LIB=$<TARGET_FILE:p11fault>)
	set_property(TEST ${name} APPEND PROPERTY LABELS token)
endfunction()

house_world_test(test_tok unit/test_tok.c)
house_world_test(test_tok_keygen unit/test_tok_keygen.c)
house_world_test(test_tok_store unit/test_tok_store.c)
house_world_test(test_tok_admin unit/test_tok_admin.c)
house_world_test(test_tok_request unit/test_tok_request.c)
house_world_test(test_tok_import unit/test_tok_import.c)
house_world_test(test_tok_review unit/test_tok_review.c)
target_link_libraries(test_tok PRIVATE PkgConfig::P11KIT)
target_link_libraries(test_tok_review PRIVATE PkgConfig::P11KIT)
house_unit_test(test_pin_source SOURCES unit/test_pin_source.c LIBS token)

# `ctlsmith token` on all of them.
house_token_test(suite token/suite.bats)

# The command over SoftHSM with the shim between.
foreach(name token_pin token_faults edit places)
	house_bats_test(cli_${name} cli/${name}.bats)
	set_property(TEST cli_${name} PROPERTY LABELS token)
	set_property(TEST cli_${name} APPEND PROPERTY
		ENVIRONMENT P11FAULT=$<TARGET_FILE:p11fault>)
endforeach()

# What commands that sign have in common.
add_executable(signwith tools/signwith.c)
target_link_libraries(signwith PRIVATE house cli)
house_bats_test(cli_signer cli/signer.bats)
set_property(TEST cli_signer PROPERTY LABELS token)
set_property(TEST cli_signer APPEND PROPERTY ENVIRONMENT
	P11FAULT=$<TARGET_FILE:p11fault> SIGNWITH=$<TARGET_FILE:signwith>)
