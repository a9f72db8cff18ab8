/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/beside.h"

#include <stdlib.h>
#include <string.h>

#include "cli/url.h"

void
beside_put(struct buf *out, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/'), *home = getenv("HOME");

	if (strncmp(path, "~/", 2) == 0 && home != NULL && home[0] != '\0') {
		buf_str(out, home);
		path++;
	} else if (path[0] != '/' && slash != NULL) {
		buf_put(out, bytes_of(file, (size_t)(slash - file) + 1));
	} else if (url_is(path)) {
		buf_str(out, "./");
	}
	buf_str(out, path);
}
