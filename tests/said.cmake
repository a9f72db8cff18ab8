# SPDX-License-Identifier: Apache-2.0
#
# What the appliance's commands say, as values.
foreach(name database rows said said_golden)
	house_unit_test(test_${name} SOURCES unit/test_${name}.c LIBS cluster)
endforeach()
house_unit_test(test_said_lab SOURCES unit/test_said_lab.c LIBS cluster lab)
house_faults_test(test_said_faults SOURCES unit/test_said_faults.c LIBS cluster)
