# SPDX-License-Identifier: Apache-2.0
# The lab's own tests, the twin, and the files its recipes make.
set(LAB_KEYS ${PROJECT_SOURCE_DIR}/softhsm-fixtures/keys)
set(LAB_CASES ${CMAKE_CURRENT_LIST_DIR}/cases)

add_executable(twin tools/twin.c)
target_link_libraries(twin PRIVATE lab PkgConfig::CRYPTO)

house_unit_test(test_cluster SOURCES unit/test_cluster.c LIBS lab)
house_unit_test(test_doc SOURCES unit/test_doc.c LIBS data)
house_unit_test(test_doc_json SOURCES unit/test_doc_json.c LIBS data)
house_unit_test(test_doc_write SOURCES unit/test_doc_write.c LIBS data)
house_unit_test(test_wire SOURCES unit/test_wire.c LIBS lab PkgConfig::CRYPTO)
house_unit_test(test_scenario SOURCES unit/test_scenario.c LIBS lab)
foreach(name ops phones time)
	house_unit_test(test_world_${name}
		SOURCES unit/test_world_${name}.c LIBS lab)
endforeach()
house_unit_test(test_world SOURCES unit/test_world.c LIBS lab)
target_compile_definitions(test_wire PRIVATE
	LAB_KEYS="${LAB_KEYS}" LAB_CASES="${LAB_CASES}")

# cases: every recipe as a file, in ${CMAKE_BINARY_DIR}/cases/<recipe>/.
file(GLOB LAB_RECIPES CONFIGURE_DEPENDS ${LAB_CASES}/*.yaml)
file(GLOB LAB_KEY_FILES CONFIGURE_DEPENDS ${LAB_KEYS}/*.pem)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/cases/.made
	COMMAND twin make -o ${CMAKE_BINARY_DIR}/cases --keys ${LAB_KEYS}
		${LAB_RECIPES}
	COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/cases/.made
	DEPENDS twin ${LAB_RECIPES} ${LAB_KEY_FILES}
	COMMENT "Making the test files from their recipes"
	VERBATIM)
add_custom_target(cases DEPENDS ${CMAKE_BINARY_DIR}/cases/.made)

# The lab's command line. console_desk.c stands for its world.
function(house_console_test name)
	house_unit_test(${name} SOURCES unit/${name}.c unit/console_desk.c
		LIBS lab ${ARGN})
	target_compile_definitions(${name} PRIVATE LAB_KEYS="${LAB_KEYS}")
endfunction()
house_console_test(test_console)
house_console_test(test_console_ctl)
house_console_test(test_console_file)
house_unit_test(test_console_list SOURCES unit/test_console_list.c LIBS ctl lab)
add_library(sftp_peer STATIC peer/sftp.c)
target_link_libraries(sftp_peer PUBLIC house PkgConfig::LIBSSH Threads::Threads)
house_console_test(test_console_sftp sftp_peer)
house_console_test(test_console_show)
house_console_test(test_console_sql)
house_unit_test(test_console_texts SOURCES unit/test_console_texts.c LIBS base)
house_unit_test(test_console_world SOURCES unit/test_console_world.c
	LIBS lab PkgConfig::CRYPTO)

# The program ctlsmith-lab, from outside.
add_executable(sftpd tools/sftpd.c)
target_link_libraries(sftpd PRIVATE sftp_peer)
foreach(name disasters faults phones program releases served sessions trouble
	typed)
	house_bats_test(lab_${name} lab/${name}.bats)
endforeach()
