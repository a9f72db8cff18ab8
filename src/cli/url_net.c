/* SPDX-License-Identifier: Apache-2.0 */
/* URLs as ctlsmith-net has them. */
#include "cli/url.h"

#include <stdlib.h>
#include <string.h>

#include "cli/net.h"
#include "cluster/fetch.h"

enum err
net_begin(struct diag *d)
{
	return fetch_init(d);
}

/* What stands behind the # of a URL, which ends there. */
static enum err
take_fragment(char *fragment, struct fetch_setup *setup, struct diag *d)
{
	if (strncmp(fragment, "pin=", 4) == 0)
		setup->pin = fragment + 4;
	else if (strncmp(fragment, "ca=", 3) == 0)
		setup->ca = fragment + 3;
	else
		return diag_set(d, ERR_USAGE,
		    "behind the # of a URL stands pin=SHA256:... or ca=FILE, "
		    "not '%.100s'",
		    fragment);
	return ERR_OK;
}

static bool
is_https(const char *url)
{
	return url[4] == 's' || url[4] == 'S';
}

/* URL may be changed. */
static enum err
fetch(char *url, size_t max, struct buf *ret, struct diag *d)
{
	struct fetch_setup setup = { .max = max };
	char *fragment = strchr(url, '#');
	enum err e = ERR_OK;

	if (fragment != NULL) {
		*fragment++ = '\0';
		e = take_fragment(fragment, &setup, d);
	}
	if (e == ERR_OK && fragment != NULL && !is_https(url))
		e = diag_set(d, ERR_USAGE,
		    "only https shows a certificate: nothing stands behind the "
		    "# of another URL");
	if (e == ERR_OK && fragment == NULL && is_https(url))
		e = diag_set(d, ERR_USAGE,
		    "https needs to be told whom to believe: "
		    "URL#pin=SHA256:... or URL#ca=FILE");
	return e == ERR_OK ? fetch_url(url, &setup, ret, d) : e;
}

enum err
url_load(const char *url, size_t max, struct buf *ret, struct diag *d)
{
	char *copy = strdup(url);
	enum err e;

	if (copy == NULL)
		return diag_nomem(d);
	e = fetch(copy, max, ret, d);
	free(copy);
	return e;
}
