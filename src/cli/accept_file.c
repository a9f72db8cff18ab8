/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/accept_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/input.h"

enum err
accept_file_load(const char *path, struct accept_file *f, struct diag *d)
{
	enum err e;

	memset(f, 0, sizeof(*f));
	f->path = strdup(path);
	if (f->path == NULL)
		return diag_nomem(d);
	e = input_load(path, FILE_MAX_DEFAULT, &f->bytes, d);
	if (e == ERR_OK && ctl_is_listing(buf_bytes(&f->bytes)))
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is the text of a list, in which neither certificates "
		    "nor a signature are; get the file itself, from the TFTP "
		    "service");
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&f->bytes), CTL_KIND_AUTO, &f->f, d);
	if (e == ERR_OK && !ctl_is_list(f->f))
		e = diag_set(d, ERR_UNSUPPORTED, "this is no trust list");
	return e;
}

void
accept_file_clear(struct accept_file *f)
{
	ctl_free(&f->f);
	buf_clear(&f->bytes);
	free(f->path);
	memset(f, 0, sizeof(*f));
}
