# SPDX-License-Identifier: Apache-2.0
# Tests that need a token.
house_bats_test(token_fixtures token/fixtures.bats)
set_property(TEST token_fixtures APPEND PROPERTY LABELS token)
