/* SPDX-License-Identifier: Apache-2.0 */
/* URLs as ctlsmith-net has them. */
#include "cli/url.h"

enum err
url_load(const char *url, size_t max, struct buf *ret, struct diag *d)
{
	(void)url;
	(void)max;
	(void)ret;
	return diag_set(d, ERR_UNSUPPORTED, "downloads are not there yet");
}
