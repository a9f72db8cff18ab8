# SPDX-License-Identifier: Apache-2.0
# Tests of src/cluster: the command line of a node.
house_unit_test(test_shell SOURCES unit/test_shell.c unit/fake_node.c
	LIBS cluster PkgConfig::LIBSSH Threads::Threads)
