/* SPDX-License-Identifier: Apache-2.0 */
/* Within trust/ only: whose a SAST is, where many are asked about. */
#ifndef TRUST_OWNER_H
#define TRUST_OWNER_H

#include "trust/match.h"
#include "trust/trust.h"

/* trust_owner_of(), with SERVERS, the list's MATCH_SERVER_KEY. */
enum trust_owner owner_with(const struct ctl_file *f, size_t index,
    const struct match_index *servers);

#endif
