/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/suffix.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const struct {
	enum digest which;
	const char *suffix;
} suffixes[] = {
	{ DIGEST_SHA1, ".sgn" },
	{ DIGEST_SHA512, ".sha512" },
};

#define NUM (sizeof(suffixes) / sizeof(suffixes[0]))

const char *
suffix_of(enum digest which)
{
	size_t i;

	for (i = 0; i < NUM; i++)
		if (suffixes[i].which == which)
			return suffixes[i].suffix;
	return suffixes[0].suffix;
}

/* How long NAME is without END; 0 where it does not end so. */
static size_t
cut(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcasecmp(name + len - end_len, end) == 0
	    ? len - end_len
	    : 0;
}

size_t
suffix_cut(const char *name)
{
	size_t i, len = 0;

	for (i = 0; i < NUM && len == 0; i++)
		len = cut(name, suffixes[i].suffix);
	return len > 0 && name[len - 1] != '/' ? len : 0;
}

bool
suffix_is_signed(const char *name)
{
	return suffix_cut(name) > 0 || cut(name, ".tlv") > 0;
}

const char *
suffix_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

enum err
suffix_make_folders(const char *path, unsigned mode, struct diag *d)
{
	char folder[PATH_MAX];
	size_t i, len = strlen(path);

	if (len >= sizeof(folder))
		return diag_set(d, ERR_USAGE, "the file name is too long");
	memcpy(folder, path, len + 1);
	for (i = 1; i < len; i++) {
		if (folder[i] != '/' || folder[i - 1] == '/')
			continue;
		folder[i] = '\0';
		if (mkdir(folder, (mode_t)mode) != 0 && errno != EEXIST)
			return diag_errno(d, "mkdir", errno,
			    "the folder %s cannot be made", folder);
		folder[i] = '/';
	}
	return ERR_OK;
}
