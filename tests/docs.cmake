# SPDX-License-Identifier: Apache-2.0
#
# What the documents say is what the code and the program do.
foreach(name appliance_doc certificates_doc format_doc findings_doc
	man_options)
	set(script ${CMAKE_CURRENT_LIST_DIR}/lint/${name}.sh)
	house_test(lint_${name} lint ${script} ${PROJECT_SOURCE_DIR})
	house_test(lint_${name}_self_test lint ${script} --self-test)
endforeach()
foreach(name json readme examples guide guide_accept guide_detached man)
	house_bats_test(docs_${name} cli/${name}.bats)
endforeach()
