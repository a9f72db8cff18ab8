/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_file.h"

#include <string.h>

#include "cli/input.h"

enum err
cert_file_load(const char *path, struct cert_file *f, struct diag *d)
{
	enum err e;

	memset(f, 0, sizeof(*f));
	f->path = path;
	e = input_load(path, CERT_FILE_MAX, &f->content, d);
	f->loaded = e == ERR_OK;
	if (e == ERR_OK)
		e = pasted_read(buf_bytes(&f->content), &f->pasted, d);
	return e;
}

void
cert_file_clear(struct cert_file *f)
{
	pasted_clear(&f->pasted);
	buf_clear(&f->content);
	memset(f, 0, sizeof(*f));
}
