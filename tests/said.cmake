# SPDX-License-Identifier: Apache-2.0
#
# What the appliance's commands say, as values.
house_unit_test(test_rows SOURCES unit/test_rows.c LIBS cluster)
