# SPDX-License-Identifier: Apache-2.0
# Tests of libtoken's parts.
house_unit_test(test_names SOURCES unit/test_names.c
	LIBS token PkgConfig::P11KIT PkgConfig::CRYPTO)
house_unit_test(test_watch SOURCES unit/test_watch.c LIBS token)
house_unit_test(test_uri SOURCES unit/test_uri.c LIBS token PkgConfig::P11KIT)
house_unit_test(test_ledger SOURCES unit/test_ledger.c LIBS token)
house_faults_test(test_ledger_faults SOURCES unit/test_ledger_faults.c
	LIBS token)
house_unit_test(test_pin_source SOURCES unit/test_pin_source.c LIBS token)
