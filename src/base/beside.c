/* SPDX-License-Identifier: Apache-2.0 */
#include "base/beside.h"

#include <stdlib.h>
#include <string.h>

/* "tftp://..." */
static bool
is_url(const char *path)
{
	return strncmp(path + strcspn(path, "/:"), "://", 3) == 0;
}

void
beside_put(struct buf *out, const char *file, const char *path)
{
	const char *slash = strrchr(file, '/'), *home = getenv("HOME");

	if (strncmp(path, "~/", 2) == 0 && home != NULL && home[0] != '\0') {
		buf_str(out, home);
		path++;
	} else if (path[0] != '/' && slash != NULL) {
		buf_put(out, bytes_of(file, (size_t)(slash - file) + 1));
	} else if (is_url(path)) {
		buf_str(out, "./");
	}
	buf_str(out, path);
}
