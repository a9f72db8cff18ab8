/* SPDX-License-Identifier: Apache-2.0 */
#include "data/json.h"
#include "lab/world_inner.h"

enum err
world_json(struct world *w, struct buf *ret, struct diag *diag)
{
	(void)w;
	(void)ret;
	return diag_set(diag, ERR_UNSUPPORTED, "not yet");
}
