/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/url.h"

#include <string.h>
#include <strings.h>

bool
url_is(const char *text)
{
	static const char *const schemes[] = { "tftp://", "http://",
		"https://" };
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

enum err
url_refuse(const char *path, struct diag *d)
{
	if (!url_is(path))
		return ERR_OK;
	return diag_set(d, ERR_USAGE,
	    "'%.200s' is a URL, and nothing is ever written to one; name a "
	    "file",
	    path);
}

enum err
url_need_output(char *const *args, const char *output, struct diag *d)
{
	for (; output == NULL && *args != NULL; args++)
		if (url_is(*args))
			return diag_set(d, ERR_USAGE,
			    "'%.200s' is a URL, and nothing can be written "
			    "beside it; -o says where to",
			    *args);
	return ERR_OK;
}
